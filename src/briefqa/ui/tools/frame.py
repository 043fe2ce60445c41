"""What the tools share: a title, something to put in, what came of it, and ways to save that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

import gradio as gr

from briefqa.errors import BriefQAError, UsageError
from briefqa.records import Where
from briefqa.ui import messages, session
from briefqa.ui.documents_view import picker
from briefqa.ui.html import Html, isolated, tag
from briefqa.ui.parts import file, view
from briefqa.ui.service import IndexService

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
SHOWN = 500
"""Rows that are shown of a result; all of them are in its files."""

_NOTHING_SENT = "() => document.querySelector('.tool .sending')?.replaceChildren()"

Outcome = list[Any]
"""What is shown, what it was made of for the files, and whether there are files."""


class Tool:
    """A tool in place of the conversation, not shown until it is wanted.

    A subclass makes what is put in by `_make`, says in `_connect` what that does, and writes its
    files by `_content`. One that `takes` files of these endings reads one in `_of_file`.
    """

    name: str
    title: str
    says: str
    forms: Sequence[str] = ()
    """The formats of its files, each as the ending of a file's name."""
    takes: Sequence[str] = ()

    def __init__(self, service: IndexService) -> None:
        """Make the components where they stand on the page."""
        self._service = service
        with gr.Column(visible=False, scale=3, elem_classes="tool") as self.column:
            takes = self.takes if service.uploads is not None else ()
            view(_head(self.title, self.says, self.name, takes), f"{self.name}-head")
            self._make()
            self._shown = view(Html(), f"{self.name}-found")
            self._found = gr.State(None)
            with gr.Row(visible=False, elem_classes="saves") as self._saves:
                self._make_beside()
                self._buttons = [gr.Button(f"Save as .{form}", size="sm") for form in self.forms]
        self._outcome = [self._shown, self._found, self._saves]

    def connect(self, event: gr.HTML, tab: gr.Textbox, exported: gr.HTML, js: str) -> None:
        """Say what its events do.

        `js` fills in what the `tab` saves, the last input; files are handed over by `exported`.
        """
        for form, button in zip(self.forms, self._buttons, strict=True):
            button.click(partial(self._export, form), self._found, exported, **QUIET)
        options = {**QUIET, "js": js}
        if self.takes and self._service.uploads is not None:
            # One that comes while another is worked on is taken too, not dropped.
            few = {**options, "concurrency_limit": 2, "trigger_mode": "multiple"}
            taken = event.option_select(self._take, tab, self._outcome, **few)
            taken.then(None, None, None, js=_NOTHING_SENT)
        self._connect(event, tab, options)

    def _take(self, event: gr.EventData, sent: str, request: gr.Request) -> Iterator[Outcome]:
        """A file has come for this tool."""
        wanted = messages.decoded(event._data, messages.OpenTool)
        if wanted is None or wanted.tool != self.name or not wanted.batch:
            yield [gr.skip()] * 3
            return
        try:
            name, content = self._file(wanted.batch)
        except BriefQAError as error:
            yield problem(error)
            return
        yield from self._of_file(name, content, sent, request)

    def _file(self, batch: str) -> tuple[str, bytes]:
        """The name and the bytes of the one file of an upload; raises UsageError."""
        assert self._service.uploads is not None
        with self._service.uploads.batch(batch) as files:
            if len(files) != 1:
                raise UsageError(f"{len(files)} files came, and one is taken at a time.")
            ((name, path),) = files
            return PurePosixPath(name).name, path.read_bytes()

    def _make(self) -> None:
        raise NotImplementedError

    def _make_beside(self) -> None:
        """Make what stands beside the buttons that save."""

    def _of_file(
        self, name: str, content: bytes, sent: str, request: gr.Request
    ) -> Iterator[Outcome]:
        raise NotImplementedError

    def _connect(self, event: gr.HTML, tab: gr.Textbox, options: dict[str, Any]) -> None:
        raise NotImplementedError

    def _content(self, found: Any, form: str) -> bytes:
        raise NotImplementedError

    def _export(self, form: str, found: Any) -> Any:
        try:
            if found is None:
                raise UsageError("There is nothing to save any more: look it up again.")
            return file(f"{self.name}.{form}", self._content(found, form))
        except BriefQAError as error:
            gr.Warning(str(error))
            return gr.skip()

    def _where(self, sent: str) -> Where:
        """Where the tab looks; raises UsageError if nothing is ticked."""
        where = session.where(self._service, messages.tab(sent))
        if where.documents == ():
            raise UsageError(session.NOWHERE)
        return where


def outcome(shown: Html, found: Any) -> Outcome:
    """What came of it, with its files."""
    return [shown, found, gr.update(visible=True)]


def problem(error: BriefQAError) -> Outcome:
    """Why nothing came of it."""
    return [tag("p", str(error), class_="problem", role="alert"), None, gr.update(visible=False)]


def source(says: str, document: str, start: int, end: int, key: str, **more: Any) -> Html:
    """A button that opens a document at these characters of its text."""
    return tag(
        "button",
        isolated(says),
        type="button",
        class_="read citation",
        data_document=document,
        data_at=start,
        data_end=end,
        data_key=key,
        **more,
    )


def _head(title: str, says: str, name: str, takes: Sequence[str]) -> Html:
    close = tag("button", "Close", type="button", data_tool="conversation", data_key="close-tool")
    return tag(
        "div",
        tag("div", tag("h2", title), close, class_="panel-head"),
        tag("p", says, class_="reason"),
        tag(
            "div",
            tag("p", "Drop a file here. ", picker("Choose a file", takes)),
            tag("p", class_="sending", role="status"),
            class_="drop-zone",
            data_takes=name,
        )
        if takes
        else None,
    )
