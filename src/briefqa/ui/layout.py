"""How do the parts of the page hang together? Components, and what each event does."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import gradio as gr

from briefqa.documents import loaders
from briefqa.errors import BriefQAError
from briefqa.indexing.library import Removed
from briefqa.indexing.verification import State, state_of
from briefqa.records import Answer
from briefqa.ui import conversation_view, document_changes, documents_view, session, sources_view
from briefqa.ui.html import Html, tag
from briefqa.ui.http_api import add_programs
from briefqa.ui.service import Desk
from briefqa.ui.session import LONGEST_QUESTION, MOST_TURNS, Problem, Turn, Turns

EXAMPLES = (
    "How many aircraft took part altogether?",
    "Why did Damascus have no drinking water?",
    "How many children were treated by the Russian doctors?",
    "When did the Syrian army retake Palmyra?",
    "Who guarantees the ceasefire?",
)
EXAMPLES_ARE_ABOUT = "syria-january-2017.md"
"""The bundled brief: its questions are offered only where it is among the documents."""

_SCRIPTS = ("page.js", "documents.js")
"""One after the other, in one scope."""

_KEPT = """(...inputs) => {
  let stored = null;
  try { stored = sessionStorage.getItem("briefqa"); } catch { /* a browser that keeps nothing */ }
  const kept = window.briefqa ? JSON.stringify(window.briefqa.kept) : stored;
  return [...inputs.slice(0, -1), kept];
}"""
"""Fills in the last input of an event: what the tab keeps (see `exchange`)."""


def stylesheet() -> str:
    """The page's own CSS."""
    return _own("page.css")


def theme() -> gr.themes.Base:
    """Plain ground for the stylesheet, which names the fonts."""
    return gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])


def build_page(desk: Desk) -> gr.Blocks:
    """The page over `desk`, not yet served."""
    return _Page(desk).blocks


class _Page:
    """The page over a desk: its parts, and what happens in them.

    Each visitor's conversation is theirs alone and lives as long as their tab.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with gr.Blocks(title="BriefQA", analytics_enabled=False, fill_width=True) as self.blocks:
            self._turns = gr.State(())
            self._last_removed = gr.State(None)
            self._kept = gr.Textbox(visible=False)
            with gr.Row(elem_id="masthead"):
                _view(tag("h1", "BriefQA"), "brand")
                self._menu = _view(Html(), "menu")
            with gr.Row(elem_id="desk"):
                with gr.Column(elem_id="chat", scale=3):
                    self._log = _view(Html(), "log")
                    _view(tag("p", class_="where"), "where")
                    self._question = gr.Textbox(
                        label="Your question",
                        placeholder="Ask a question",
                        lines=1,
                        max_lines=6,
                        max_length=LONGEST_QUESTION,
                        submit_btn="Ask",
                        autofocus=True,
                        elem_id="question",
                    )
                with gr.Column(elem_id="panel", scale=2):
                    _view(_TABS, "panel-title")
                    self._sources = _view(sources_view.listed(None, 0), "sources")
                    self._news = _view(Html(), "news")
                    self._shelf = _view(Html(), "shelf")
                    self._opened = _view(Html(), "opened", js="\n".join(map(_own, _SCRIPTS)))
                    self._handout = _view(Html(), "handout", js=_HANDOUT)
            self._connect()
            add_programs(desk)

    def _connect(self) -> None:
        """Each event of the page, by the name under which its script triggers it."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        answering = {**private, "concurrency_limit": 4}
        reading = {**private, "concurrency_limit": 8}
        changing = {**private, "concurrency_limit": 1, "trigger_mode": "multiple"}
        kept = [self._turns, self._kept]
        asked = [
            self._question, self._turns, self._log, self._sources, self._opened, self._shelf,
            self._menu,
        ]  # fmt: skip
        shelved = [self._news, self._shelf, self._menu, self._last_removed]
        event = self._opened
        self.blocks.load(self._start, [self._kept], asked, js=_KEPT, **private)
        self._question.submit(self._ask, [self._question, *kept], asked, js=_KEPT, **answering)
        event.example_select(self._ask_example, kept, asked, js=_KEPT, **answering)
        event.edit(self._ask_again, kept, asked, js=_KEPT, **answering)
        event.clear(self._clear, None, asked, **reading)
        event.select(self._choose, kept, [*asked[1:5]], js=_KEPT, **reading)
        event.like(self._rate, kept, [self._turns, self._log], js=_KEPT, **reading)
        event.copy(self._hand_out, kept, [self._turns, self._handout], js=_KEPT, **reading)
        for changed in (
            event.upload(self._add, None, shelved, **changing),
            event.delete(self._remove, None, shelved, **changing),
            event.undo(self._restore, self._last_removed, shelved, **changing),
            event.retry(self._rebuild, None, shelved, **changing),
        ):
            # With what the tab holds by then: people go on asking while documents are indexed.
            changed.then(self._mend, kept, [self._turns, self._log], js=_KEPT, **reading)

    # Asking

    def _start(self, kept: str, request: gr.Request) -> list[Any]:
        """A tab opens: its conversation is as it was, a question in the address is written down."""
        page = _read(kept)
        turns = session.settled(self._desk, (), page["turns"])
        wanted = request.query_params.get("q") or ""
        if turns and turns[-1].question == wanted:
            wanted = ""  # the address follows the conversation
        wanted = (page["draft"] if isinstance(page["draft"], str) else "") or wanted
        return [
            wanted[:LONGEST_QUESTION],
            turns,
            self._conversation(turns),
            self._listed(turns),
            Html(),
            *self._lists(),
        ]

    def _ask(self, text: str | None, turns: Turns, kept: str) -> Iterator[list[Any]]:
        asked = (text or "").strip()
        page = _read(kept)
        if not asked:
            yield [gr.skip()] * 7
            return
        turns = session.settled(self._desk, turns, page["turns"])
        where = session.where(page["where"])
        waiting = (*turns, Turn(_clipped(asked), None, where))
        box = asked if len(asked) > LONGEST_QUESTION else ""
        yield [box, turns, self._conversation(waiting), gr.skip(), Html(), gr.skip(), gr.skip()]
        turns = (*turns, session.ask(self._desk, turns, asked, where))[-MOST_TURNS:]
        yield [gr.skip(), *self._asked(turns, len(turns))]

    def _ask_example(self, event: gr.EventData, turns: Turns, kept: str) -> Iterator[list[Any]]:
        place = _number(event, "place")
        yield from self._ask(EXAMPLES[place] if 0 <= place < len(EXAMPLES) else "", turns, kept)

    def _ask_again(self, event: gr.EventData, turns: Turns, kept: str) -> list[Any]:
        """A question once more, with only some of what it took over."""
        turns = session.settled(self._desk, turns, _read(kept)["turns"])
        number, carry = _number(event, "turn"), session.carried(_sent(event, "carry"))
        turns = session.ask_again(self._desk, turns, number, carry or ())
        return [gr.skip(), *self._asked(turns, number)]

    def _asked(self, turns: Turns, number: int) -> list[Any]:
        """What changes when turn `number` has its answer."""
        # Another tab may have changed the documents since this one was opened.
        fresh = len(turns) < 2 or turns[-1].generation != turns[-2].generation
        lists = self._lists() if fresh else [gr.skip(), gr.skip()]
        return [turns, self._conversation(turns), self._listed(turns, number), Html(), *lists]

    def _clear(self) -> list[Any]:
        return ["", (), self._conversation(()), self._listed(()), Html(), gr.skip(), gr.skip()]

    def _choose(self, event: gr.EventData, turns: Turns, kept: str) -> list[Any]:
        """A citation is opened."""
        settled = session.settled(self._desk, turns, _read(kept)["turns"])
        log = gr.skip() if settled is turns else self._conversation(settled)
        number, rank = _number(event, "turn"), _number(event, "hit")
        opened = self._article(settled, number, rank)
        return [settled, log, self._listed(settled, number), opened]

    def _article(self, turns: Turns, number: int, rank: int) -> Html:
        """The article behind a citation, or why it cannot be shown."""
        reply = turns[number - 1].reply if 0 < number <= len(turns) else None
        if not isinstance(reply, Answer):
            return sources_view.unopened("That answer is no longer here: ask the question again.")
        hit = next((hit for hit in reply.hits if hit.rank == rank), None)
        if hit is None:
            return sources_view.unopened(f"That answer has no source {rank}.")
        try:
            searcher = self._desk.searcher()
            document = searcher.document(hit.passage.document)
            state = state_of(searcher.manifest(), document.name)
        except BriefQAError as error:
            return sources_view.unopened(str(error))
        if document.text[hit.passage.start : hit.passage.end] != hit.passage.text:
            return sources_view.unopened(
                f"{document.name} was indexed anew since this answer: ask the question again."
            )
        remark = None
        if state is not State.SAME:
            mendable = self._desk.library is not None
            remark = sources_view.changed(state is State.MISSING, mendable=mendable)
        return sources_view.article(document, reply, hit, number, remark)

    # What is made of answers

    def _rate(self, event: gr.EventData, turns: Turns, kept: str) -> list[Any]:
        turns = session.settled(self._desk, turns, _read(kept)["turns"])
        number, helpful = _number(event, "turn"), _sent(event, "rate") == "up"
        reply = turns[number - 1].reply if 0 < number <= len(turns) else None
        if self._desk.feedback is None or not isinstance(reply, Answer):
            return [gr.skip(), gr.skip()]
        try:
            first = reply.hits[0] if reply.answered else None
            self._desk.feedback.record(reply, first, helpful)
        except BriefQAError as error:
            gr.Warning(str(error))
            return [gr.skip(), gr.skip()]
        turns = session.rate(turns, number, helpful)
        return [turns, self._conversation(turns)]

    def _hand_out(self, event: gr.EventData, turns: Turns, kept: str) -> list[Any]:
        """The conversation as a file."""
        turns = session.settled(self._desk, turns, _read(kept)["turns"])
        try:
            name, content = session.written(self._desk, turns, _sent(event, "form") == "receipt")
        except BriefQAError as error:
            gr.Warning(str(error))
            return [gr.skip(), gr.skip()]
        return [turns, tag("div", data_name=name, data_content=content)]

    # Documents that come and go

    def _add(self, event: gr.EventData) -> Iterator[list[Any]]:
        yield from self._changed(document_changes.adding(self._desk, str(_sent(event, "batch"))))

    def _remove(self, event: gr.EventData) -> Iterator[list[Any]]:
        yield from self._changed(
            document_changes.removing(self._desk, str(_sent(event, "document")))
        )

    def _restore(self, last: Removed | None) -> Iterator[list[Any]]:
        yield from self._changed(document_changes.restoring(self._desk, last))

    def _rebuild(self) -> Iterator[list[Any]]:
        yield from self._changed(document_changes.rebuilding(self._desk))

    def _changed(self, work: document_changes.Work) -> Iterator[list[Any]]:
        """Tell how `work` goes on, and what has changed when it is done."""
        for step in document_changes.steps(work):
            if isinstance(step, document_changes.Done):
                yield [step.news, *self._lists(), step.removed]
            else:
                yield [step, *[gr.skip()] * 3]

    def _mend(self, turns: Turns, kept: str) -> list[Any]:
        """After a change: what could not be answered before is asked again."""
        settled = session.settled(self._desk, turns, _read(kept)["turns"])
        mended = session.mended(self._desk, settled)
        if mended == turns and turns:
            return [gr.skip(), gr.skip()]
        return [mended, self._conversation(mended)]

    # What is shown

    def _conversation(self, turns: Turns) -> Html:
        if turns:
            return conversation_view.conversation(turns, rateable=self._desk.feedback is not None)
        try:
            documents = self._desk.documents()
        except BriefQAError as error:
            return conversation_view.unopened(Problem(str(error), self._desk.library is not None))
        known = any(info.name == EXAMPLES_ARE_ABOUT for info in documents)
        return conversation_view.welcome(documents, EXAMPLES if known else ())

    def _listed(self, turns: Turns, number: int | None = None) -> Html:
        """The sources of a turn; without its number, of the last."""
        number = len(turns) if number is None else number
        reply = turns[number - 1].reply if 0 < number <= len(turns) else None
        return sources_view.listed(reply if isinstance(reply, Answer) else None, number)

    def _lists(self) -> list[Html]:
        """The shelf, and the menu that says how much is on it."""
        try:
            documents = self._desk.documents()
        except BriefQAError:
            documents = ()
        changeable = self._desk.library is not None
        shown = documents_view.shelf(documents, changeable=changeable, formats=loaders.suffixes())
        return [shown, conversation_view.menu(len(documents))]


_TABS = tag(
    "div",
    tag("h2", "Sources", class_="for-sources"),
    tag("h2", "Documents", class_="for-documents"),
    tag("button", "Close", type="button", class_="close for-documents", data_key="close"),
    class_="panel-head",
)

# A file that was asked for is handed to the reader.
_HANDOUT = """
watch("value", () => {
  const file = element.querySelector("[data-name]");
  if (!file) return;
  const url = URL.createObjectURL(new Blob([file.dataset.content], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file.dataset.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
});
"""


def _own(name: str) -> str:
    return files("briefqa.ui").joinpath("static", name).read_text(encoding="utf-8")


def _view(value: Html, elem_id: str, js: str | None = None) -> gr.HTML:
    """A part of the page made of markup.

    The template names the value and nothing else, so that no document text is ever part of a
    template: gradio evaluates a rendered template as JavaScript once more.
    """
    return gr.HTML(
        value,
        html_template="${value}",
        js_on_load=js,
        apply_default_css=False,
        elem_id=elem_id,
    )


def _read(kept: object) -> dict[str, Any]:
    """What the tab keeps (see `page.js`); of anything else, nothing."""
    found = session.parsed(kept)
    return {name: found.get(name) for name in ("turns", "where", "draft")}


def _clipped(question: str) -> str:
    return question if len(question) <= LONGEST_QUESTION else f"{question[:200]} …"


def _sent(event: gr.EventData, name: str) -> object:
    """What the browser sent along under a name, which may be anything."""
    data = event._data
    return data.get(name) if isinstance(data, dict) else None


def _number(event: gr.EventData, name: str) -> int:
    """A number the browser sent along; -1 if it sent anything else."""
    value = _sent(event, name)
    return value if type(value) is int else -1
