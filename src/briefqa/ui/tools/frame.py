"""What the tools share: a title, something to put in, what came of it, and ways to save that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import gradio as gr

from briefqa.errors import BriefQAError, UsageError
from briefqa.records import Where
from briefqa.ui import messages, session
from briefqa.ui.html import Html, isolated, tag
from briefqa.ui.parts import file, view
from briefqa.ui.service import IndexService

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
SHOWN = 500
"""Rows that are shown of a result; all of them are in its files."""

Outcome = list[Any]
"""What is shown, what it was made of for the files, and whether there are files."""


class Tool:
    """A tool in place of the conversation, not shown until it is wanted.

    A subclass makes what is put in by `_make`, says in `_connect` what that does, and writes its
    files by `_content`.
    """

    name: str
    title: str
    says: str
    forms: Sequence[str] = ()
    """The formats of its files, each as the ending of a file's name."""

    def __init__(self, service: IndexService) -> None:
        """Make the components where they stand on the page."""
        self._service = service
        with gr.Column(visible=False, scale=3, elem_classes="tool") as self.column:
            view(_head(self.title, self.says), f"{self.name}-head")
            self._make()
            self._shown = view(Html(), f"{self.name}-found")
            self._found = gr.State(None)
            with gr.Row(visible=False, elem_classes="saves") as self._saves:
                self._buttons = [gr.Button(f"Save as .{form}", size="sm") for form in self.forms]
        self._outcome = [self._shown, self._found, self._saves]

    def connect(self, event: gr.HTML, tab: gr.Textbox, exported: gr.HTML, js: str) -> None:
        """Say what its events do.

        `js` fills in what the `tab` saves, the last input; files are handed over by `exported`.
        """
        for form, button in zip(self.forms, self._buttons, strict=True):
            button.click(partial(self._export, form), self._found, exported, **QUIET)
        self._connect(event, tab, {**QUIET, "js": js})

    def _make(self) -> None:
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


def _head(title: str, says: str) -> Html:
    close = tag("button", "Close", type="button", data_tool="conversation", data_key="close-tool")
    return tag(
        "div",
        tag("div", tag("h2", title), close, class_="panel-head"),
        tag("p", says, class_="reason"),
    )
