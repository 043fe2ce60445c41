"""The page's components, and what each of its events does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import gradio as gr

from briefqa.citations import ShortCitations
from briefqa.documents import loaders
from briefqa.errors import BriefQAError
from briefqa.indexing.library import Removed
from briefqa.records import DocumentInfo
from briefqa.ui import (
    conversation_view,
    document_changes,
    document_opening,
    documents_view,
    examples,
    kept_quotes,
    messages,
    opened_source,
    session,
    sources_view,
)
from briefqa.ui.edit_form import EditForm
from briefqa.ui.gradio_api import add_programs
from briefqa.ui.html import Html, tag
from briefqa.ui.parts import TAKES_FILES, file, view
from briefqa.ui.service import IndexService
from briefqa.ui.session import LONGEST_QUESTION
from briefqa.ui.style import own_file
from briefqa.ui.tools import Tools
from briefqa.ui.turns import MOST_TURNS, Turn, Turns, answer_of

_MOST_TYPED = 10 * LONGEST_QUESTION
"""Characters that the box takes: a question that is too long is told so, not cut."""

_SCRIPTS = ("page.js", "documents.js", "sheets.js")
"""One after the other, in one scope."""

_WITH_TAB = """(...inputs) => {
  let saved = null;
  try { saved = sessionStorage.getItem("briefqa"); } catch { /* a browser that saves nothing */ }
  const tab = window.briefqa ? JSON.stringify(window.briefqa.tab) : saved;
  return [...inputs.slice(0, -1), tab];
}"""
"""Fills in the last input of an event: what the tab saves (see `messages.Tab`)."""


def build_page(service: IndexService) -> gr.Blocks:
    """The page over `service`, not yet served."""
    return _Page(service).blocks


class _Page:
    """The page over an index: its parts, and what happens in them.

    Each visitor's conversation is theirs alone. The browser tab sends what it saved with every
    event, and the server finds the answers to it; nothing else stands for a tab here.
    """

    def __init__(self, service: IndexService) -> None:
        self._service = service
        self._citations = ShortCitations(())
        with gr.Blocks(title="BriefQA", analytics_enabled=False, fill_width=True) as self.blocks:
            self._last_removed = gr.State(None)
            self._locked = gr.State("")
            self._tab = gr.Textbox(visible=False)
            with gr.Row(elem_id="masthead"):
                view(tag("h1", "BriefQA"), "brand")
                self._menu = view(Html(), "menu")
                # The page's script makes it a popup, so that it can be drawn anew when open.
                self._kept = view(Html(), "kept")
            with gr.Row(elem_id="columns"):
                with gr.Column(elem_id="chat", scale=3):
                    self._log = view(Html(), "log")
                    view(conversation_view.ABOVE_QUESTION, "where")
                    self._question = gr.Textbox(
                        label="Your question",
                        placeholder="Ask a question",
                        lines=1,
                        max_lines=6,
                        max_length=_MOST_TYPED,
                        submit_btn="Ask",
                        autofocus=True,
                        elem_id="question",
                    )
                self._tools = Tools(service)
                with gr.Column(elem_id="panel", scale=2):
                    view(_TABS, "panel-title")
                    self._notice = view(Html(), "notice")
                    self._password = gr.Textbox(
                        label="Password of the locked files",
                        type="password",
                        max_lines=1,
                        submit_btn="Open",
                        autofocus=True,
                        visible=False,
                        elem_id="password",
                        elem_classes="for-documents",
                    )
                    self._documents = view(Html(), "library")
                    self._edit = EditForm(service)
                    closed = sources_view.closed(None)
                    self._opened = view(closed, "opened", js="\n".join(map(own_file, _SCRIPTS)))
                    self._exported = view(Html(), "export", js=TAKES_FILES)
            self._connect()
            add_programs(service)

    def _connect(self) -> None:
        """Each event of the page, by the name under which its script triggers it."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        answering = {**private, "concurrency_limit": 4, "js": _WITH_TAB}
        reading = {**private, "concurrency_limit": 8, "js": _WITH_TAB}
        changing = {**private, "concurrency_limit": 1, "trigger_mode": "multiple"}
        tab = self._tab
        asked = [self._question, self._log, self._opened, self._documents, self._menu]
        changed = [self._notice, self._documents, self._menu, self._last_removed]
        changed += [self._locked, self._password]
        event = self._opened
        self.blocks.load(self._start, tab, asked, js=_WITH_TAB, **private)
        # A question sent while another is being answered is asked next, not dropped.
        asking = [
            self._question.submit(
                self._ask, [self._question, tab], asked, trigger_mode="always_last", **answering
            ),
            event.edit(self._ask_alone, tab, asked, **answering),
        ]
        event.clear(self._clear, tab, asked, cancels=asking, **reading)
        # What is chosen while another source opens is opened too, not dropped.
        event.select(self._open, tab, [self._log, self._opened], trigger_mode="multiple", **reading)
        event.expand(self._read, tab, [self._log, self._opened], trigger_mode="multiple", **reading)
        event.like(self._rate, tab, self._log, trigger_mode="multiple", **reading)
        event.copy(
            self._export, tab, [self._log, self._exported], trigger_mode="multiple", **reading
        )
        event.focus(self._show_kept, tab, self._kept, trigger_mode="multiple", **reading)
        event.apply(self._redraw, tab, self._log, **reading)
        self._tools.connect(event, tab, self._exported, js=_WITH_TAB)
        self._edit.connect(self._progress, changed, **changing)
        for change in (
            event.upload(self._add, None, changed, **changing),
            self._password.submit(
                self._unlock, [self._password, self._locked], changed, **changing
            ),
            event.delete(self._remove, None, changed, **changing),
            event.undo(self._restore, self._last_removed, changed, **changing),
            event.retry(self._rebuild, None, changed, **changing),
        ):
            # With what the tab has saved by then: people go on asking while documents are indexed.
            change.then(self._retry, tab, self._log, **reading)

    # Asking

    def _start(self, sent: str, request: gr.Request) -> Iterator[list[Any]]:
        """A tab opens: its conversation is as it was, a question in the address is written down.

        The page's script asks it, where there is nothing else.
        """
        tab = messages.tab(sent)
        turns = session.restored(self._service, tab.turns)
        wanted = request.query_params.get("q") or ""
        if turns and turns[-1].question == wanted:
            wanted = ""  # the address follows the conversation
        box = (tab.draft or wanted)[:_MOST_TYPED]
        source = opened_source.first(self._service, turns, len(turns))
        yield [box, self._conversation(turns), source, *self._lists()]
        for step in session.completed(self._service, turns, failed_too=True):
            turns = step
            source = opened_source.first(self._service, turns, len(turns))
            yield [gr.skip(), self._conversation(turns), source, *[gr.skip()] * 2]

    def _ask(self, text: str | None, sent: str) -> Iterator[list[Any]]:
        question = (text or "").strip()
        if not question:
            yield [gr.skip()] * 5
            return
        tab = messages.tab(sent)
        turns = session.restored(self._service, tab.turns)
        where = session.where(self._service, tab)
        waiting = Turn(session.clipped(question), None, where)
        box = question if session.too_long(question) else ""
        yield [box, self._conversation(turns, waiting), *[gr.skip()] * 3]
        for step in session.completed(self._service, turns, failed_too=True):
            turns = step
            yield [gr.skip(), self._conversation(turns, waiting), *[gr.skip()] * 3]
        turns = (*turns, session.ask(self._service, turns, question, where))[-MOST_TURNS:]
        yield [gr.skip(), *self._answered(turns, len(turns), sent)]

    def _ask_alone(self, event: gr.EventData, sent: str) -> list[Any]:
        """A question once more, as it was typed."""
        wanted = messages.decoded(event._data, messages.AskAlone)
        if wanted is None:
            return [gr.skip()] * 5
        turns, _ = self._turns(sent)
        turns = session.ask_alone(self._service, turns, wanted.turn)
        return [gr.skip(), *self._answered(turns, wanted.turn, sent)]

    def _answered(self, turns: Turns, number: int, sent: str) -> list[Any]:
        """What changes when turn `number` has its answer."""
        # Another tab may have changed the documents since this one has listed them.
        lists = self._lists(messages.tab(sent).listed)
        source = opened_source.first(self._service, turns, number)
        return [self._conversation(turns), source, *lists]

    def _clear(self, sent: str) -> list[Any]:
        self._service.turns.remove(turn.id for turn in messages.tab(sent).turns)
        return ["", self._conversation(()), sources_view.closed(None), gr.skip(), gr.skip()]

    def _turns(self, sent: str, *, failed_too: bool = False) -> tuple[Turns, Any]:
        """The tab's turns with their answers; and the conversation, if any was asked again."""
        turns = before = session.restored(self._service, messages.tab(sent).turns)
        for step in session.completed(self._service, turns, failed_too=failed_too):
            turns = step
        return turns, gr.skip() if turns is before else self._conversation(turns)

    def _redraw(self, sent: str) -> Html:
        """The conversation as the tab saved it: two events ended in another order than begun."""
        return self._conversation(self._turns(sent)[0])

    # What is made of answers

    def _open(self, event: gr.EventData, sent: str) -> list[Any]:
        """A citation is opened."""
        wanted = messages.decoded(event._data, messages.OpenSource)
        turns, log = self._turns(sent)
        number, rank = (wanted.turn, wanted.hit) if wanted else (0, 0)
        return [log, opened_source.chosen(self._service, turns, number, rank)]

    def _read(self, event: gr.EventData, sent: str) -> list[Any]:
        """A document is opened, or another part of it."""
        wanted = messages.decoded(event._data, messages.OpenDocument)
        turns, log = self._turns(sent)
        if wanted is None:
            return [log, gr.skip()]
        return [log, document_opening.opened(self._service, wanted, answer_of(turns, wanted.turn))]

    def _rate(self, event: gr.EventData, sent: str) -> Any:
        rating = messages.decoded(event._data, messages.Rating)
        turns, log = self._turns(sent)
        answer = None if rating is None else answer_of(turns, rating.turn)
        if self._service.feedback is None or rating is None or answer is None:
            return log
        helpful = rating.rate == "up"
        try:
            self._service.feedback.record(answer, None, helpful)
        except BriefQAError as error:
            gr.Warning(str(error))
            return log
        return self._conversation(session.rate(self._service, turns, rating.turn, helpful))

    def _export(self, event: gr.EventData, sent: str) -> list[Any]:
        """The conversation, or the quotes that were kept, as a file."""
        wanted = messages.decoded(event._data, messages.Export)
        turns, log = self._turns(sent)
        if wanted is None:
            return [log, gr.skip()]
        try:
            if wanted.form in ("markdown", "receipt"):
                name, content = session.exported(self._service, turns, wanted.form == "receipt")
            else:
                kept = messages.tab(sent).kept
                name, content = kept_quotes.exported(self._service, kept, wanted.form)
        except BriefQAError as error:
            gr.Warning(str(error))
            return [log, gr.skip()]
        return [log, file(name, content)]

    def _show_kept(self, sent: str) -> Html:
        return kept_quotes.drawn(self._service, messages.tab(sent).kept)

    # Documents that come and go

    def _add(self, event: gr.EventData) -> Iterator[list[Any]]:
        files = messages.decoded(event._data, messages.AddFiles)
        work = document_changes.adding(self._service, files.batch if files else "")
        yield from self._progress(work)

    def _unlock(self, password: str, locked: str) -> Iterator[list[Any]]:
        """Try the files that wait for a password once more."""
        yield from self._progress(document_changes.adding(self._service, locked, password))

    def _remove(self, event: gr.EventData) -> Iterator[list[Any]]:
        removal = messages.decoded(event._data, messages.RemoveDocument)
        work = document_changes.removing(self._service, removal.document if removal else "")
        yield from self._progress(work)

    def _restore(self, last: Removed | None) -> Iterator[list[Any]]:
        yield from self._progress(document_changes.restoring(self._service, last))

    def _rebuild(self) -> Iterator[list[Any]]:
        for notice, *others in self._progress(document_changes.rebuilding(self._service)):
            # Numbered, so that the page sees that the same has come of it once more.
            yield [tag("div", notice, data_rebuild=time.monotonic_ns()), *others]

    def _progress(self, work: document_changes.Work) -> Iterator[list[Any]]:
        """Tell how `work` goes on, and what has changed when it is done."""
        for step in document_changes.steps(work):
            if isinstance(step, document_changes.Done):
                box: list[Any] = [gr.skip(), gr.skip()]
                if step.locked is not None:
                    box = [step.locked, gr.update(value="", visible=bool(step.locked))]
                yield [step.notice, *self._lists(), step.removed, *box]
            else:
                yield [step, *[gr.skip()] * 5]

    def _retry(self, sent: str) -> Any:
        """After a change: what found no index before is asked again."""
        turns, log = self._turns(sent, failed_too=True)
        return log if turns else self._conversation(())

    # What is shown

    def _conversation(self, turns: Turns, waiting: Turn | None = None) -> Html:
        rebuildable = self._service.library is not None
        if turns or waiting:
            rateable = self._service.feedback is not None
            return conversation_view.conversation(
                turns,
                waiting,
                citations=self._short_citations(),
                rateable=rateable,
                rebuildable=rebuildable,
                watchable=rebuildable,  # both write beside the index
            )
        try:
            documents = self._service.documents()
        except BriefQAError as error:
            return conversation_view.unopened(str(error), rebuildable=rebuildable)
        return conversation_view.welcome(
            documents, _questions(documents), self._service.searcher().reader_note
        )

    def _short_citations(self) -> ShortCitations:
        """Citations among the documents, made again when those are others."""
        documents = self._known()
        if self._citations.documents != documents:
            self._citations = ShortCitations(documents)
        return self._citations

    def _known(self) -> Sequence[DocumentInfo]:
        """The documents, none as long as there is no index."""
        try:
            return self._service.documents()
        except BriefQAError:
            return ()

    def _lists(self, known: str = "") -> list[Any]:
        """The documents, and the menu that says how many they are, unless they are `known`."""
        documents = tuple(self._known())
        if known and known == documents_view.stamp(documents):
            return [gr.skip(), gr.skip()]
        listed = _drawn(
            documents, changeable=self._service.library is not None, formats=loaders.suffixes()
        )
        tools = self._tools.named
        return [listed, conversation_view.menu(len(documents), _questions(documents), tools)]


_questions = lru_cache(maxsize=4)(examples.questions)
_drawn = lru_cache(maxsize=4)(documents_view.document_list)  # of thousands it takes a while


_TABS = tag(
    "div",
    tag("h2", "Source", class_="for-sources"),
    tag("h2", "Documents", class_="for-documents"),
    tag("button", "Close", type="button", class_="close for-documents", data_key="close"),
    class_="panel-head",
)
