"""Sets a bundled brief as the PDF of the README's first example: `python docs/example_pdf.py`.

A5 pages with a running head, page numbers and an outline, so that the file is as those are that
people have. Setting it again gives the same bytes.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate

from briefqa.documents import loaders
from briefqa.records import Document

ROOT = Path(__file__).resolve().parent.parent
BRIEF = ROOT / "data" / "kestrand-port-2021.md"
PDF = ROOT / "examples" / "kestrand-port-2021.pdf"

_TEXT = ParagraphStyle("text", fontName="Times-Roman", fontSize=11, leading=14, spaceAfter=7)
_HEADINGS = [
    ParagraphStyle(
        f"heading {level}",
        fontName="Helvetica-Bold",
        fontSize=size,
        leading=size * 1.25,
        spaceBefore=8,
        spaceAfter=6,
        keepWithNext=1,
    )
    for level, size in enumerate((17, 13, 11.5))
]


class _Heading(Paragraph):  # type: ignore[misc]
    """A heading that stands in the outline."""

    def __init__(self, words: str, level: int) -> None:
        super().__init__(_escaped(words), _HEADINGS[level])
        self.words, self.level = words, level

    def draw(self) -> None:
        self.canv.bookmarkPage(self.words)
        self.canv.addOutlineEntry(self.words, self.words, self.level)
        super().draw()


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def set_in_print(document: Document, file: Path) -> None:
    """Write a document as a PDF: its title, headings and paragraphs."""
    title = document.title
    flowables: list[Flowable] = [_Heading(title, 0)]
    for section in document.sections:
        if section.path:
            flowables.append(_Heading(section.path[-1], min(len(section.path), 2)))
        texts = [document.text[span.start : span.end] for span in section.paragraphs]
        flowables += [Paragraph(_escaped(text), _TEXT) for text in texts]
    template = SimpleDocTemplate(
        str(file), pagesize=A5, title=title, author=document.metadata.source, invariant=1
    )
    furniture = partial(_furniture, title.partition(":")[0])
    template.build(flowables, onFirstPage=furniture, onLaterPages=furniture)


def _furniture(title: str, canvas: Any, template: Any) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(72, A5[1] - 40, title)
    canvas.drawCentredString(A5[0] / 2, 36, str(template.page))


if __name__ == "__main__":
    brief = loaders.parse(BRIEF.read_bytes(), BRIEF.name)
    day = datetime.fromisoformat(brief.metadata.date).replace(tzinfo=UTC)
    os.environ["SOURCE_DATE_EPOCH"] = str(int(day.timestamp()))  # ReportLab takes the date from it
    set_in_print(brief, PDF)
