"""Reads texts in the Open Document Format, as LibreOffice writes them.

The numbers of headings and items, which are not in the text, are counted; notes come after the
paragraph that refers to them, and what tracked changes deleted is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from briefqa.documents.loaders.docx_styles import child, formatted
from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.package import Package, attribute, local, parsed
from briefqa.documents.loaders.written_text import TextWriter, one_spaced
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

NAME = "odt"
VERSION = 2
SUFFIXES: tuple[str, ...] = (".odt", ".ott", ".fodt")
MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
CALLED = "ODT"
GIVES = "headings and their numbers, paragraphs, lists, tables, notes; changes accepted"
MOST_BYTES = 100_000_000
LIBRARIES: tuple[str, ...] = ("lxml.etree",)

MOST_DEPTH = 60
MOST_REPEATED = 100  # rows or columns that a table says are the same
MOST_COLUMNS = 200

_KINDS = {
    "1": "decimal",
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
}
_SKIPPED = frozenset(
    "tracked-changes table-of-content annotation annotation-end forms sequence-decls "
    "variable-decls user-field-decls ruby-text change change-start change-end".split()
)
_THROUGH = frozenset(
    "section index-body alphabetical-index bibliography illustration-index table-index "
    "object-index user-index index-title numbered-paragraph".split()
)
_SHAPES = frozenset(
    "g custom-shape rect ellipse circle line polyline polygon regular-polygon path connector "
    "caption measure".split()
)


@dataclass(slots=True)
class _Level:
    kind: str = ""  # of number, "bullet", or nothing
    before: str = ""
    after: str = ""
    start: int = 1
    shown: int = 1  # how many levels a number names


@dataclass(slots=True)
class _Style:
    name: str = ""
    parent: str = ""
    list_style: str = ""
    hidden: bool = False


def parse(data: bytes, name: str) -> Document:
    """Read an ODF text; raises LoadError for one that is damaged, locked or hostile."""
    content, others = _parts(data)
    text = child(content, "body", "text")
    if text is None:
        raise LoadError("it is damaged: it has no text")
    reader = _Reader([*others, content])
    reader.blocks(text, 0)
    if reader.writer.is_empty:
        raise LoadError("it has no text")
    return reader.writer.document(name, _metadata(reader, name))


def _parts(data: bytes) -> tuple[Any, list[Any]]:
    """The element with the text, and those with its styles and what it says of itself.

    A flat file (.fodt) has all in one.
    """
    if not data.startswith(b"PK"):
        return parsed(data, "text"), []
    package = Package(data)
    manifest = package.xml_if_any("META-INF/manifest.xml")
    if manifest is not None and any(local(each) == "encryption-data" for each in manifest.iter()):
        raise LoadError("it is locked with a password; save it without one")
    others = (package.xml_if_any(part) for part in ("styles.xml", "meta.xml"))
    return package.xml("content.xml"), [root for root in others if root is not None]


@dataclass(slots=True)
class _Reader:
    roots: list[Any]
    writer: TextWriter = field(default_factory=TextWriter)
    title: str = ""
    first_headings: list[str] = field(default_factory=list)
    styles: dict[str, _Style] = field(default_factory=dict)
    lists: dict[str, dict[int, _Level]] = field(default_factory=dict)
    outline: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    last_items: dict[int, int] = field(default_factory=dict)
    after: list[Any] = field(default_factory=list)
    notes: list[tuple[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for root in self.roots:
            for element in root.iter():
                tag = local(element)
                if tag == "style":
                    properties = child(element, "text-properties")
                    self.styles[attribute(element, "name")] = _Style(
                        attribute(element, "display-name") or attribute(element, "name"),
                        attribute(element, "parent-style-name"),
                        attribute(element, "list-style-name"),
                        properties is not None and attribute(properties, "display") == "none",
                    )
                elif tag == "list-style":
                    self.lists[attribute(element, "name")] = _levels(element)
                elif tag == "outline-style":
                    self.outline = _levels(element)

    def named(self, style: str) -> str:
        """The name of the first style in a chain that has a name of its own, in lower case."""
        for _ in range(20):
            if style not in self.styles:
                break
            found = self.styles[style]
            if not found.parent or not _is_automatic(style):
                return found.name.lower().replace("_20_", " ")
            style = found.parent
        return style.lower().replace("_20_", " ")

    def blocks(self, parent: Any, depth: int) -> None:
        if depth > MOST_DEPTH:
            self.writer.note(f"what is nested more than {MOST_DEPTH} times is not read")
            return
        for element in parent:
            tag = local(element)
            if tag in _SKIPPED or not tag:
                continue
            if tag in ("p", "h"):
                self.paragraph(element, depth)
            elif tag == "list":
                self.list(element, attribute(element, "style-name"), 0, depth)
                self.writer.end()
            elif tag == "table":
                self.table(element, depth)
            elif tag in _THROUGH or tag in _SHAPES:
                self.blocks(element, depth + 1)
            elif tag == "frame":
                self.frame(element, depth)

    def paragraph(self, element: Any, depth: int) -> None:
        with_after, self.after = self.after, []
        with_notes, self.notes = self.notes, []
        text = _tidy("".join(self.inline(element, depth)))
        named = self.named(attribute(element, "style-name"))
        if text and local(element) == "h":
            level = _number(attribute(element, "outline-level"), 1)
            words = one_spaced(f"{self.heading_number(level, element)} {text}")
            if level == 1:
                self.first_headings.append(words)
            self.writer.heading(level, words)
        elif text and named in ("title", "subtitle"):
            self.writer.title(text)
            self.title = self.title or (text if named == "title" else "")
        else:
            self.writer.paragraph(text)
        self.finish(depth)
        self.after, self.notes = with_after, with_notes

    def finish(self, depth: int) -> None:
        """Write what hangs on the paragraph, row or item that was written."""
        boxes, self.after = self.after, []
        notes, self.notes = self.notes, []
        for box in boxes:
            self.blocks(box, depth + 1)
        for label, body in notes:
            words = " ".join("".join(self.inline(each, depth + 1)) for each in body)
            self.writer.paragraph(f"[{label}] {one_spaced(words)}")

    def heading_number(self, level: int, element: Any) -> str:
        shape = self.outline.get(level)
        if shape is None or not shape.kind or attribute(element, "is-list-header") == "true":
            return ""
        self.counts[level] = self.counts.get(level, shape.start - 1) + 1
        for deeper in [each for each in self.counts if each > level]:
            del self.counts[deeper]
        return _label(self.outline, level, self.counts)

    def inline(self, parent: Any, depth: int) -> Iterator[str]:
        if depth > MOST_DEPTH:
            return
        yield parent.text or ""
        for element in parent:
            tag = local(element)
            if tag in ("s", "tab"):
                yield " "
            elif tag == "line-break":
                yield "\n"
            elif tag == "note":
                yield self.note(element)
            elif tag == "frame" or tag in _SHAPES:
                self.after.append([element])
            elif tag not in _SKIPPED and tag:
                style = self.styles.get(attribute(element, "style-name"))
                if not (style and style.hidden):
                    yield from self.inline(element, depth + 1)
            yield element.tail or ""

    def note(self, element: Any) -> str:
        citation, body = child(element, "note-citation"), child(element, "note-body")
        label = one_spaced("".join(citation.itertext())) if citation is not None else "*"
        if body is not None:
            self.notes.append((label, body))
        return f"[{label}]"

    def frame(self, element: Any, depth: int) -> None:
        for each in element:
            if local(each) == "text-box":
                self.blocks(each, depth + 1)

    def list(self, element: Any, style: str, level: int, depth: int) -> None:
        """Write a list; one without a style of its own has that of the list it is in."""
        if depth > MOST_DEPTH:
            return
        style = attribute(element, "style-name") or style
        shapes = self.lists.get(style, {})
        counts = self.last_items
        if attribute(element, "continue-numbering") != "true" and not attribute(
            element, "continue-list"
        ):
            counts.pop(level + 1, None)
        for item in element:
            if local(item) not in ("list-item", "list-header"):
                continue
            shape = shapes.get(level + 1, _Level("bullet"))
            start = attribute(item, "start-value")
            number = _number(start, 0) if start else counts.get(level + 1, shape.start - 1) + 1
            written = local(item) == "list-header"
            for each in item:
                tag = local(each)
                if tag == "list":
                    self.list(each, style, level + 1, depth + 1)
                elif tag == "h":
                    self.paragraph(each, depth + 1)
                    written = True
                elif tag == "p":
                    text = _tidy("".join(self.inline(each, depth + 1)))
                    mark = ""
                    if text and not written:
                        counts[level + 1] = number
                        mark = _label(shapes, level + 1, counts) if shape.kind != "bullet" else "-"
                    self.writer.item(text, mark=mark, depth=level if mark else level + 1)
                    written = written or bool(text)
            if self.after or self.notes:
                self.finish(depth)

    def table(self, element: Any, depth: int) -> None:
        rows = list(_rows(element, False))
        cells = [cell for row, _ in rows for cell in _cells(row)]
        if max((len(list(_cells(row))) for row, _ in rows), default=0) < 2 or any(
            local(each) == "table" for cell in cells for each in cell
        ):
            for cell in cells:
                self.blocks(cell, depth + 1)
            return
        self.writer.end()
        over: dict[int, tuple[int, str]] = {}
        for row, header in rows:
            words: list[str] = []
            for cell in row:
                tag = local(cell)
                repeated = min(
                    _number(attribute(cell, "number-columns-repeated"), 1), MOST_REPEATED
                )
                for _ in range(max(1, repeated)):
                    column = len(words)
                    if column >= MOST_COLUMNS:
                        break
                    if tag == "covered-table-cell":
                        left, text = over.get(column, (0, ""))
                        words.append(text if left else "")
                        over[column] = (left - 1, text) if left > 1 else (0, "")
                    elif tag == "table-cell":
                        words.append(one_spaced(" ".join(self.in_cell(cell, depth + 1))))
                        high = _number(attribute(cell, "number-rows-spanned"), 1)
                        over[column] = (high - 1, words[-1])
            while words and not words[-1]:
                words.pop()
            self.writer.row(words, header=header) if words else None
        self.writer.end()
        self.finish(depth)

    def in_cell(self, parent: Any, depth: int) -> Iterator[str]:
        if depth > MOST_DEPTH:
            return
        for element in parent:
            if local(element) in ("p", "h"):
                yield "".join(self.inline(element, depth))
            elif local(element) not in _SKIPPED:
                yield from self.in_cell(element, depth + 1)


def _rows(table: Any, header: bool) -> Iterator[tuple[Any, bool]]:
    for element in table:
        tag = local(element)
        if tag == "table-row":
            yield element, header
            header = False
        elif tag == "table-header-rows":
            yield from _rows(element, True)
        elif tag in ("table-rows", "table-row-group"):
            yield from _rows(element, header)


def _cells(row: Any) -> Iterator[Any]:
    return (cell for cell in row if local(cell) == "table-cell")


def _levels(style: Any) -> dict[int, _Level]:
    found = {}
    for each in style:
        tag = local(each)
        if not tag.startswith(("list-level-style", "outline-level-style")):
            continue
        kind = _KINDS.get(attribute(each, "num-format"), "")
        found[_number(attribute(each, "level"), 1)] = _Level(
            "bullet" if tag.endswith("bullet") else kind,
            attribute(each, "num-prefix"),
            attribute(each, "num-suffix"),
            _number(attribute(each, "start-value"), 1),
            _number(attribute(each, "display-levels"), 1),
        )
    return found


def _label(shapes: dict[int, _Level], level: int, counts: dict[int, int]) -> str:
    shape = shapes.get(level, _Level())
    if not shape.kind:
        return ""
    first = max(1, level - shape.shown + 1)
    numbers = [
        formatted(counts.get(each, 1), shapes[each].kind)
        for each in range(first, level + 1)
        if each in shapes and shapes[each].kind
    ]
    return one_spaced(f"{shape.before}{'.'.join(filter(None, numbers))}{shape.after}")


def _metadata(reader: _Reader, name: str) -> Metadata:
    said: dict[str, str] = {}
    for root in reader.roots:
        for meta in (each for each in root.iter() if local(each) == "meta"):
            for element in meta:
                said.setdefault(local(element), one_line(element.text or ""))
    only = reader.first_headings[0] if len(reader.first_headings) == 1 else ""
    return Metadata(
        title=one_line(reader.title or said.get("title", "") or only) or title_from_name(name),
        author=said.get("creator", "") or said.get("initial-creator", ""),
        language=said.get("language", "").split("-")[0].lower()[:3],
    )


def _is_automatic(style: str) -> bool:
    return len(style) > 1 and style[0] in "PT" and style[1:].isdigit()


def _tidy(text: str) -> str:
    return "\n".join(filter(None, map(one_spaced, text.split("\n"))))


def _number(value: str, otherwise: int) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else otherwise
