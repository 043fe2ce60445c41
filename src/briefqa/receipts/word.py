"""Quotes that were kept as a document for a word processor."""

from __future__ import annotations

import io
from collections.abc import Sequence

from briefqa.receipts.quotes import Quote
from briefqa.reports.word import text


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
            text(quote.text), style="Quote"
        ).paragraph_format.keep_with_next = True
        source = written.add_paragraph(text(quote.citation))
        source.paragraph_format.keep_with_next = True
        source.paragraph_format.space_after = Pt(0)
        place = written.add_paragraph(text(quote.place))
        place.paragraph_format.space_after = Pt(18)
        for run in place.runs:
            run.font.size = Pt(9)
    content = io.BytesIO()
    written.save(content)
    return content.getvalue()
