"""A part of a document's text as markup of our own, with marks by offsets.

Whatever the format, a piece of text knows where in the source it stands, so that a mark covers the
characters that it was made for, and nothing of the source becomes markup that is not made here.
"""

from __future__ import annotations

from briefqa.documents import loaders
from briefqa.documents.loaders import markdown as markdown_loader
from briefqa.documents.loaders import text as text_loader
from briefqa.records import Span
from briefqa.ui.html import Html
from briefqa.ui.rendering import markdown, plain_text, written
from briefqa.ui.rendering.marking import NO_MARKS, Marks

__all__ = ["NO_MARKS", "Marks", "rendered"]


def rendered(
    text: str,
    name: str,
    shown: Span,
    marks: Marks = NO_MARKS,
    within: Span | None = None,
    *,
    unwrapped: bool = False,
) -> list[Html]:
    """The range `shown` of the text as blocks; `name` is the document's and says the format.

    `within` is the list, table or other paragraph of the document that the range is a part of, if
    it is one: then a table has its header row, code is code, and an item has its number.
    Where it is `unwrapped`, what stands in lists, quotations and headings is paragraphs.
    """
    loader = loaders.loader_of(name).partition(" ")[0]
    if loader == markdown_loader.NAME:
        return markdown.blocks(text, shown, within or shown, marks, unwrapped=unwrapped)
    if loader == text_loader.NAME:
        return plain_text.blocks(text, shown, marks)
    return written.blocks(text, shown, within or shown, marks)
