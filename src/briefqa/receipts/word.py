"""Quotes that were kept as a document for a word processor; the only module that imports docx."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from briefqa.receipts.quotes import Quote

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold."""


def document(quotes: Sequence[Quote]) -> bytes:
    """The quotes as the bytes of a .docx file, each with its citation and its place under it."""
    import docx  # late: only who exports needs it
    from docx.shared import Pt

    written = docx.Document()
    written.core_properties.author = "BriefQA"
    written.core_properties.title = "Quotes"
    written.add_heading("Quotes", level=1)
    for quote in quotes:
        written.add_paragraph(
            _text(quote.text), style="Quote"
        ).paragraph_format.keep_with_next = True
        source = written.add_paragraph(_text(quote.citation))
        source.paragraph_format.keep_with_next = True
        source.paragraph_format.space_after = Pt(0)
        place = written.add_paragraph(_text(quote.place))
        place.paragraph_format.space_after = Pt(18)
        for run in place.runs:
            run.font.size = Pt(9)
    content = io.BytesIO()
    written.save(content)
    return content.getvalue()


def _text(text: str) -> str:
    """The text as XML can hold it, its lines as they are."""
    lines = re.sub(r"\r\n?", "\n", text)
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", lines).strip("\n")
