"""Goes through the elements of a web page, or of a chapter of a book, and writes their text.

Takes HTML's own elements and those of the tree that trafilatura makes of a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from briefqa.documents.loaders.html_styles import unseen
from briefqa.documents.loaders.written_text import TextWriter, one_spaced

MOST_COLUMNS = 200
MOST_SPAN = 1_000  # rows or columns that a cell may say it covers
_LONG_CELL = 600  # characters; more of them on average stand in columns of a page's layout

UNSEEN = frozenset(
    "script style noscript template svg math-annotation iframe object audio video canvas select "
    "option button input textarea rt rp graphic img link meta title colgroup datalist".split()
)
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font hi i ins kbd label mark math "
    "meter nobr output progress q ref ruby rb s samp small span strike strong sub sup time tt u "
    "var wbr mi mn mo mrow msup msub mfrac semantics".split()
)
_LINK_SIGNS = frozenset({"#", "¶", "§", "🔗", "[edit]", "Permalink"})
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
LISTS = frozenset({"ul", "ol", "list", "menu", "dir"})
BREAKS = frozenset({"br", "lb"})
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_MARK = re.compile(r"[0-9A-Za-z]{1,3}|[*†‡§]{1,3}")


@dataclass(slots=True)
class HtmlWalk:
    """Writes what it walks through; `is_title` says of a heading that it is the document's title.

    `before` is told of every element before it is read, and may say that it was dealt with.
    """

    writer: TextWriter
    is_title: Callable[[str], bool] = lambda _: False
    before: Callable[[Any], bool] = lambda _: False
    _words: list[str] = field(default_factory=list)

    def walk(self, element: Any) -> None:
        """Write an element and all in it as blocks, without what follows it."""
        self._block(element)
        self._flush()

    def _block(self, element: Any) -> None:
        tag = tag_of(element)
        if not tag or tag in UNSEEN or is_hidden(element) or self.before(element):
            return
        if tag in BREAKS:
            self._words.append("\n")
        elif tag == "hr":
            self._flush()
        elif level := heading_level(element, tag):
            self._flush()
            self._heading(level, element)
        elif tag in LISTS:
            self._flush()
            self._list(element, 0)
            self.writer.end()
        elif tag == "dl":
            self._flush()
            self._definitions(element)
        elif tag == "table":
            self._flush()
            self._table(element)
        elif tag == "pre" or (tag == "code" and "\n" in "".join(element.itertext()).strip()):
            self._flush()
            self.writer.paragraph("".join(_typed(element)).strip("\n").expandtabs(4))
        elif tag in INLINE and not any(tag_of(child) not in INLINE for child in element):
            self._words.append(words_of(element))
        else:
            if tag not in INLINE:
                self._flush()
            self._text(element.text)
            for child in element:
                self._block(child)
                self._text(child.tail)
            if tag not in INLINE:
                self._flush()

    def _text(self, text: str | None) -> None:
        if text:
            self._words.append(_SPACE.sub(" ", text))

    def _flush(self) -> None:
        """Write what was collected; two line breaks in a row part paragraphs."""
        words, self._words = "".join(self._words), []
        for paragraph in re.split(r"\n[ \u00a0]*\n", words):
            lines = [one_spaced(line) for line in paragraph.split("\n")]
            self.writer.paragraph("\n".join(filter(None, lines)))

    def _heading(self, level: int, element: Any) -> None:
        words = heading_words(element)
        if self.is_title(words):
            self.writer.title(words)
        elif words:
            self.writer.heading(level, words)

    def _list(self, element: Any, depth: int) -> None:
        numbered = tag_of(element) == "ol" or element.get("rend") == "ol"
        number = _count(element.get("start"), 1)
        for item in element:
            tag = tag_of(item)
            if tag in LISTS:
                self._list(item, depth + 1)
            elif tag in ("li", "item") and not is_hidden(item):
                number = _count(item.get("value"), number)
                self._item(item, f"{number}." if numbered else "-", depth)
                number += 1

    def _item(self, item: Any, mark: str, depth: int) -> None:
        """Write an item: its own words, then the lists in it."""
        if any(tag_of(each) in _HEADINGS or tag_of(each) == "table" for each in item.iter()):
            self.writer.end()  # the page is laid out as a list
            for child in _with_text(item):
                self._text(child) if isinstance(child, str) else self._block(child)
            self._flush()
            return
        lists = [each for each in item if tag_of(each) in LISTS]
        own = words_of(item, leave_out=LISTS)
        lines = [one_spaced(line) for line in own.split("\n")]
        self.writer.item("\n".join(filter(None, lines)), mark=mark, depth=depth)
        for each in lists or _nested(item):
            self._list(each, depth + 1)

    def _definitions(self, element: Any) -> None:
        term = ""
        for each in element.iter():
            tag = tag_of(each)
            if tag == "dt":
                if term:
                    self.writer.item(term)
                term = one_spaced(words_of(each))
            elif tag == "dd":
                meaning = one_spaced(words_of(each))
                self.writer.item(f"{term}: {meaning}" if term else meaning)
                term = ""
        self.writer.item(term)
        self.writer.end()

    def _table(self, element: Any) -> None:
        for caption in element.iter("caption"):
            self.writer.paragraph(one_spaced(words_of(caption)))
        rows = [row for row in element.iter("tr", "row") if _table_of(row) is element]
        if is_layout(element, rows):
            for row in rows:
                for cell in row:
                    if tag_of(cell):
                        self._block(cell)
            return
        headed = False
        for cells, header in _grid(rows):
            self.writer.row(cells, header=header and not headed)
            headed = headed or header
        self.writer.end()


def tag_of(element: Any) -> str:
    """The name of an element, without its name space; empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def heading_words(element: Any) -> str:
    """The words of a heading on one line, without the sign that links to it."""
    words = one_spaced(words_of(element))
    for each in element.iter("a", "span", "button"):
        sign = one_spaced("".join(each.itertext()))
        if sign in _LINK_SIGNS and words.endswith(sign):
            words = words.removesuffix(sign).rstrip()
    return words


def is_hidden(element: Any) -> bool:
    """Whether an element says of itself that it is not shown."""
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style) and unseen(style[:1_000], only_text=not len(element))


def words_of(element: Any, leave_out: frozenset[str] = frozenset()) -> str:
    """The words in an element on one line, but for its line breaks and its blocks."""
    parts: list[str] = []
    _collect(element, leave_out, parts)
    return "".join(parts)


def _collect(element: Any, leave_out: frozenset[str], parts: list[str]) -> None:
    tag = tag_of(element)
    if not tag or tag in UNSEEN or is_hidden(element):
        return
    if tag in BREAKS:
        parts.append("\n")
        return
    if tag == "a" and (mark := _note_mark(element)):
        parts.append(mark)
        return
    if element.text and not (tag == "ruby" and not element.text.strip()):
        parts.append(_SPACE.sub(" ", element.text))
    for child in element:
        name = tag_of(child)
        apart = bool(name) and name not in INLINE and name not in BREAKS
        if name not in leave_out:
            if apart and parts:
                parts.append("\n" if name in ("p", "div") else " ")
            _collect(child, leave_out, parts)
            if apart:
                parts.append("\n" if name in ("p", "div") else " ")
        if child.tail and not (tag == "ruby" and not child.tail.strip()):
            parts.append(_SPACE.sub(" ", child.tail))


def _note_mark(link: Any) -> str:
    """The mark of a note that a link is, as in `[1]`, apart from the words of the note itself.

    It links to a place, is short, and is raised, said to be a mark, or begins the note.
    """
    mark = one_spaced("".join(link.itertext()))
    place = link.get("href") or ""
    if "#" not in place or not _MARK.fullmatch(mark):
        return ""
    begins, raised, in_heading = True, next(link.iter("sup"), None), False
    above = link
    for around in link.iterancestors():
        begins = begins and above.getprevious() is None and not (around.text or "").strip()
        tag, above = tag_of(around), around
        if tag not in INLINE:
            in_heading = bool(heading_level(around, tag))
            break
        raised = around if tag == "sup" else raised
    first = "" if raised is None else next(filter(str.strip, raised.itertext()), "")
    if first.lstrip().startswith(("[", "(")):
        return ""
    said = f"{link.get('epub:type', '')} {link.get('role', '')}"
    named = f"{place} {link.get('class', '')}"
    is_note = (
        raised is not None
        or "noteref" in said
        or (
            (begins and not in_heading and (link.tail or "")[:1].isalnum())
            and (mark.isdigit() or not mark.isalpha() or "note" in named)
        )
    )
    return f"[{mark}]{' ' * begins}" if is_note else ""


def _typed(element: Any) -> Iterator[str]:
    """The text of code as it is typed, without buttons to copy it."""
    if element.text:
        yield element.text
    for child in element:
        tag = tag_of(child)
        if tag in BREAKS:
            yield "\n"
        elif tag and tag not in UNSEEN and not is_hidden(child):
            yield from _typed(child)
        if child.tail:
            yield child.tail


def _with_text(element: Any) -> Iterator[Any]:
    if element.text:
        yield element.text
    for child in element:
        yield child
        if child.tail:
            yield child.tail


def heading_level(element: Any, tag: str) -> int:
    """The level of a heading, 0 for what is none."""
    if tag == "head":
        return _HEADINGS.get(element.get("rend") or "", 2)
    if tag in _HEADINGS:
        return _HEADINGS[tag]
    if element.get("role") == "heading":
        return min(max(_count(element.get("aria-level"), 2), 1), 6)
    return 0


def _nested(item: Any) -> list[Any]:
    """The outermost lists within an item that are not its children."""
    found = []
    for child in item:
        if tag_of(child) in LISTS:
            found.append(child)
        elif tag_of(child):
            found += _nested(child)
    return found


def _table_of(row: Any) -> Any:
    above = row.getparent()
    while above is not None and tag_of(above) != "table":
        above = above.getparent()
    return above


def is_layout(table: Any, rows: list[Any]) -> bool:
    """Whether a table only sets things side by side: it has one column, headings, tables in it."""
    cells = [cell for row in rows for cell in row if tag_of(cell) in ("td", "th", "cell")]
    if not cells or max(sum(1 for cell in row if tag_of(cell)) for row in rows) < 2:
        return True
    if table.get("role") == "presentation":
        return True
    for each in table.iter():
        if each is not table and tag_of(each) in ("table", *_HEADINGS):
            return True
    return sum(len("".join(cell.itertext())) for cell in cells) > _LONG_CELL * len(cells)


def _grid(rows: list[Any]) -> Iterator[tuple[list[str], bool]]:
    """The cells of each row, those that cover several rows in each; whether it is a header."""
    over: dict[int, tuple[int, str]] = {}  # by column: so many more rows, and the words
    for row in rows:
        cells: list[str] = []
        named = 0
        own = [cell for cell in row if tag_of(cell) in ("td", "th", "cell")]
        queue = list(reversed(own))
        while (queue or len(cells) in over) and len(cells) < MOST_COLUMNS:
            column = len(cells)
            if column in over:
                left, words = over.pop(column)
                if left > 1:
                    over[column] = (left - 1, words)
                cells.append(words)
                continue
            cell = queue.pop()
            words = one_spaced(words_of(cell))
            named += tag_of(cell) == "th" or cell.get("role") == "head"
            wide = min(_count(cell.get("colspan") or cell.get("cols"), 1), MOST_COLUMNS)
            high = min(_count(cell.get("rowspan") or cell.get("rows"), 1), MOST_SPAN)
            for place in range(max(1, wide)):
                if high > 1:
                    over[column + place] = (high - 1, words if place == 0 else "")
                cells.append(words if place == 0 else "")
        if len(own) == 1:  # a line across the table
            cells = list(filter(None, cells)) or cells
        in_head = any(tag_of(above) == "thead" for above in row.iterancestors())
        yield cells, bool(own) and (in_head or named == len(own)) and len(own) > 1


def _count(value: str | None, otherwise: int) -> int:
    value = (value or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else otherwise
