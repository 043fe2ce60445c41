"""The form that says what an uploaded document is: its title, date, source and author."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import gradio as gr

from briefqa.documents.sidecar import LONGEST
from briefqa.errors import BriefQAError
from briefqa.ui import document_changes
from briefqa.ui.service import IndexService

_FIELDS = ("title", "date", "source", "author")

Steps = Callable[[document_changes.Work], Iterator[list[Any]]]


class EditForm:
    """A document to choose, a box for each field, and a button; under the list of documents.

    `steps` tells how a change goes on, in the components `changed`.
    """

    def __init__(self, service: IndexService) -> None:
        """Make the components where they stand on the page; none where nothing may be changed."""
        self._service = service
        self._shown = service.library is not None
        if not self._shown:
            return
        with gr.Accordion(
            "Edit title, date, source, author", open=False, elem_id="edit",
            elem_classes=["for-documents"],
        ) as self._whole:  # fmt: skip
            self._name = gr.Dropdown(label="Uploaded document", choices=[], filterable=True)
            self._boxes = [
                gr.Textbox(label=field.capitalize(), max_length=LONGEST, max_lines=1)
                for field in _FIELDS
            ]
            self._save = gr.Button("Save", size="sm")

    def connect(self, steps: Steps, changed: list[Any], **options: Any) -> None:
        """Say what its events do."""
        if not self._shown:
            return
        quiet = {"api_visibility": "private", "show_progress": "hidden"}
        self._steps = steps
        self._whole.expand(self._listed, None, self._name, **quiet)
        self._name.focus(self._listed, None, self._name, **quiet)
        self._name.input(self._filled, self._name, self._boxes, **quiet)
        saved = self._save.click(self._saved, [self._name, *self._boxes], changed, **options)
        saved.then(self._filled, self._name, self._boxes, **quiet)
        saved.then(self._listed, None, self._name, **quiet)

    def _listed(self) -> Any:
        """The documents that may be edited."""
        try:
            titles = {info.name: info.title for info in self._service.documents()}
        except BriefQAError:
            titles = {}
        library = self._service.library
        names = library.uploaded() if library else ()
        return gr.Dropdown(choices=[(f"{titles.get(name, '')} ({name})", name) for name in names])

    def _filled(self, name: str | None) -> list[str]:
        """What is known of a document; nothing of none."""
        try:
            about = self._service.document(name or "").metadata
        except BriefQAError:
            return [""] * len(_FIELDS)
        return [getattr(about, field) for field in _FIELDS]

    def _saved(self, name: str | None, *values: str | None) -> Iterator[list[Any]]:
        said = {field: value or "" for field, value in zip(_FIELDS, values, strict=True)}
        yield from self._steps(document_changes.describing(self._service, name or "", said))
