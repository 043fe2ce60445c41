"""One generation of an index as it is answered from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from briefqa.answering import abstention
from briefqa.answering.ranking import SearchContext
from briefqa.answering.scope import Scopes
from briefqa.index.opened import OpenedIndex
from briefqa.index.record_file import DocumentFile, PassageFile
from briefqa.places import page_boxes
from briefqa.records import DocumentInfo, PageBox


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One generation, opened, with the rule for when to answer from it.

    `uncalibrated` is that rule as it was before `briefqa calibrate`; `reader_note` says why no
    reader is used, empty if one is or none was wanted. `row_of` says which row a document is.
    """

    stamp: tuple[int, ...]
    generation: OpenedIndex
    documents: DocumentFile
    passages: PassageFile
    context: SearchContext
    rule: abstention.Rule
    uncalibrated: abstention.Rule
    scopes: Scopes
    row_of: Mapping[str, int]
    reader_note: str = ""
    infos: list[DocumentInfo] = field(default_factory=list)  # filled when first asked for

    def text_of(self, name: str) -> str:
        """The text of the document of that name, which is one of these."""
        return self.documents.text(self.row_of[name])

    def boxes_of(self, name: str, start: int, end: int) -> tuple[PageBox, ...]:
        """Where the lines of a range of that document's text stand on its pages, if it has any."""
        row = self.row_of[name]
        lines = self.generation.line_maps.within(row, start, end)
        return page_boxes(lines, self.documents[row].page_labels) if lines.starts else ()

    def close(self) -> None:
        """Let go of every file; nothing may use the snapshot after that."""
        self.generation.close()
