"""A page of a document as it looks in print, with boxes over the lines that are cited.

The browser fetches the picture (see `page_pictures`) and turns the pages; see `sheets.js`.
"""

from __future__ import annotations

import json

from briefqa.places import page_boxes
from briefqa.records import Document, LineMap, PageBox, Span
from briefqa.ui.html import Html, tag
from briefqa.ui.rendering import Marks


def has_pages(document: Document) -> bool:
    """Whether the pages of a document can be shown."""
    return bool(document.page_sizes and document.lines.starts)


def choice() -> Html:
    """Whether the document is shown as its text or as its pages."""
    ways = [
        tag("button", name, type="button", class_="as", data_as=key, aria_pressed=pressed)
        for name, key, pressed in (("Text", "text", "true"), ("Page", "page", "false"))
    ]
    return tag("div", *ways, class_="shown-as", role="group", aria_label="Show the source as")


def sheet(document: Document, marks: Marks, at: int | None = None) -> Html:
    """A page of a document that has some, boxes over the lines that are marked.

    It is the page with that place in it, else the one on which what is quoted begins.
    """
    passage = _boxes(document, marks.cited) if marks.cited else []
    quoted = {box for sentence in marks.sentences for box in _boxes(document, sentence)}
    first = next((box for box in passage if box in quoted), passage[0] if passage else None)
    if at is not None or first is None:
        page = document.lines.pages[document.lines.within(at or 0, (at or 0) + 1)[0]]
    else:
        page = first.page
    boxes = [_box(document, box, box in quoted) for box in passage]
    turning = [
        tag("button", f"{name} page", type="button", class_="turn-page", data_by=by)
        for name, by in (("Previous", -1), ("Next", 1))
    ]
    return tag(
        "figure",
        tag("div", *boxes, class_="paper"),
        tag("figcaption", turning[0], tag("span", class_="page-name", role="status"), turning[1]),
        class_="sheet",
        hidden=True,
        data_document=document.name,
        data_title=document.title,
        data_page=page,
        data_pages=len(document.page_sizes),
        data_labels=json.dumps(document.page_labels),
    )


def _boxes(document: Document, span: Span) -> list[PageBox]:
    """Where the lines of a range of the text stand."""
    lines, rows = document.lines, document.lines.within(span.start, span.end)
    some = slice(rows.start, rows.stop)
    wanted = LineMap(lines.starts[some], lines.pages[some], lines.firsts[some], lines.boxes[some])
    return list(page_boxes(wanted, document.page_labels))


def _box(document: Document, box: PageBox, is_quoted: bool) -> Html | None:
    """A box over a line, in shares of its page."""
    wide, high = document.page_sizes[box.page - 1]
    if not (wide > 0 and high > 0):
        return None
    place = (
        f"left:{_percent(box.left / wide)};top:{_percent(box.top / high)};"
        f"width:{_percent((box.right - box.left) / wide)};"
        f"height:{_percent((box.bottom - box.top) / high)}"
    )
    return tag(
        "span",
        class_="box answer" if is_quoted else "box",
        style=place,
        data_on=box.page,
        role="img",
        aria_label="Line that is quoted" if is_quoted else "Line that is cited",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.3f}%"
