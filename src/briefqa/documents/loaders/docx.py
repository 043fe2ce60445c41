"""Reads Word documents: text as it stands when all tracked changes are accepted.

Headings are what has an outline level or a style called so, in whatever language Word speaks; their
numbers and those of items, which are not in the text, are counted. Footnotes come after the
paragraph that refers to them, text boxes after the one they are anchored in, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from briefqa.documents.loaders.docx_styles import (
    Numbering,
    Styles,
    bold_headings,
    child,
    is_bold_line,
    is_on,
    lists_contents,
    numbering_of,
    outline_of,
)
from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.package import Package, attribute, local
from briefqa.documents.loaders.written_text import TextWriter, one_spaced
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

NAME = "docx"
VERSION = 2
SUFFIXES: tuple[str, ...] = (".docx", ".docm", ".dotx")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CALLED = "Word"
GIVES = (
    "headings and their numbers, paragraphs, lists, tables, footnotes, text boxes; changes"
    " accepted; locked ones with --password"
)
MOST_BYTES = 100_000_000
LIBRARIES: tuple[str, ...] = ("lxml.etree",)

MOST_DEPTH = 60
"""Tables within tables, content controls within each other and the like."""

_LONG_CELL = 600  # characters; more of them on average are no cells but columns of a page
_THROUGH = frozenset(
    "ins moveTo smartTag customXml sdtContent hyperlink fldSimple dir bdo r".split()
)
_DROPPED = frozenset(
    "del moveFrom instrText delText delInstrText fldData rPr pPr sdtPr sdtEndPr commentReference "
    "annotationRef lastRenderedPageBreak rt object Fallback".split()
)
_GENERIC = frozenset("python-docx user admin author microsoft un-named unknown owner".split())


def parse(data: bytes, name: str) -> Document:
    """Read a Word document; raises LoadError for one that is damaged, locked or hostile."""
    package = Package(data)
    main = next(
        (target for kind, target in package.relations("").values() if kind == "officeDocument"),
        "word/document.xml",
    )
    root = package.xml(main)
    body = child(root, "body")
    if body is None:
        raise LoadError("it is damaged: it has no text")
    reader = _Reader(package, main)
    reader.blocks(body, 0)
    bold = frozenset() if reader.headed else bold_headings(reader.lines)
    if bold:
        reader = _Reader(package, main, bold)
        reader.blocks(body, 0)
    return reader.document(name, package.core_properties())


class _Reader:
    def __init__(self, package: Package, main: str, bold: Set[Any] = frozenset()) -> None:
        self.bold = bold  # paragraphs that are headings since they are in bold
        self.lines: list[tuple[Any, bool]] = []  # the blocks of the body: whether a line in bold
        self.headed = False
        parts = dict(package.relations(main).values())
        self.writer = TextWriter()
        self.styles = Styles(package.xml_if_any(parts.get("styles", "")))
        self.numbering = Numbering(package.xml_if_any(parts.get("numbering", "")))
        self.notes = {
            kind: _notes(package.xml_if_any(parts.get(f"{kind}s", "")))
            for kind in ("footnote", "endnote")
        }
        self.numbers: dict[tuple[str, str], int] = {}
        self.title = self.author = self.date = ""
        self.first_headings: list[str] = []
        self.in_contents = 0  # fields within each other, the outermost of which lists the contents
        self.fields: list[str] = []
        self.before = ""  # of a paragraph whose end was deleted
        self.after: list[Any] = []  # text boxes and notes of the paragraph that is read
        self.after_notes: list[tuple[str, Any]] = []

    def document(self, name: str, core: dict[str, str]) -> Document:
        if self.writer.is_empty:
            raise LoadError("it has no text")
        said = core.get("title", "")
        only = self.first_headings[0] if len(self.first_headings) == 1 else ""
        author = core.get("creator", "")
        known = author.lower() not in _GENERIC and not author.lower().startswith("microsoft")
        return self.writer.document(
            name,
            Metadata(
                title=one_line(self.title or said or only) or title_from_name(name),
                author=one_line(self.author or (author if known else "")),
                date=one_line(self.date),
                language=core.get("language", "").split("-")[0].lower()[:3],
            ),
        )

    def blocks(self, parent: Any, depth: int) -> None:
        """Write the paragraphs and tables of a body, a cell, a text box or a note."""
        if depth > MOST_DEPTH:
            self.writer.note(f"what is nested more than {MOST_DEPTH} times is not read")
            return
        for element in parent:
            tag = local(element)
            if tag == "p":
                self.paragraph(element, depth)
            elif tag == "tbl":
                self.table(element, depth)
            elif tag == "sdt":
                if not lists_contents(element):
                    content = child(element, "sdtContent")
                    if content is not None:
                        self.blocks(content, depth + 1)
            elif tag == "AlternateContent":
                choice = child(element, "Choice")
                self.blocks(element if choice is None else choice, depth + 1)
            elif tag in _THROUGH:
                self.blocks(element, depth + 1)

    def paragraph(self, element: Any, depth: int) -> None:
        properties = child(element, "pPr")
        style = self.style(properties)
        named = self.styles.name(style)
        boxes, self.after = self.after, []
        notes, self.after_notes = self.after_notes, []
        in_contents = self.in_contents
        text = self.before + "".join(self.inline(element, depth))
        self.before = ""
        if is_on(child(properties, "rPr", "del")):
            self.before = text  # goes on in the next paragraph
        elif not (named.startswith("toc ") or in_contents):
            self.written(element, _tidy(text), properties, style, named)
        mine, self.after = self.after, boxes
        noted, self.after_notes = self.after_notes, notes
        for box in mine:
            self.blocks(box, depth + 1)
        for label, note in noted:
            words = " ".join(self.words(each, depth + 1) for each in note if local(each) == "p")
            self.writer.paragraph(f"[{label}] {one_spaced(words)}")

    def written(self, block: Any, text: str, properties: Any, style: str, named: str) -> None:
        """Write a paragraph as what it is."""
        label, item_level = self.label(properties, style)
        if not text:
            return
        outline = outline_of(properties)
        level = self.styles.level(style) if outline is None else (outline + 1) % 10
        self.headed |= bool(level)
        self.lines.append((block, label is None and is_bold_line(block, text)))
        if block in self.bold:
            self.writer.heading(1, one_spaced(text))
        elif level:
            words = one_spaced(f"{label} {text}" if label not in (None, "-") else text)
            if level == 1:
                self.first_headings.append(words)
            self.writer.heading(level, words)
        elif named in ("title", "subtitle", "author", "date") and not label:
            self.writer.title(text)
            if named == "title" and not self.title:
                self.title = text
            elif named == "author":
                self.author = self.author or text
            elif named == "date":
                self.date = self.date or text
        elif label is not None:
            self.writer.item(text, mark=label, depth=item_level)
        else:
            self.writer.paragraph(text)

    def label(self, properties: Any, style: str) -> tuple[str | None, int]:
        """The number of a paragraph, None for one that has none, and its level."""
        found = numbering_of(properties)
        if found is None:
            found = self.styles.numbering(style)
            if found and found[1] is None:
                found = found[0], self.numbering.level_of_style(found[0], style)
        if found is None:
            return None, 0
        level = found[1] or 0
        return self.numbering.label(found[0], level), level

    def style(self, properties: Any) -> str:
        """The style of a paragraph with these properties."""
        named = child(properties, "pStyle")
        return self.styles.default if named is None else attribute(named, "val")

    def words(self, element: Any, depth: int) -> str:
        """The words of a paragraph in a cell or a note, with its number."""
        properties = child(element, "pPr")
        style = self.style(properties)
        label, _ = self.label(properties, style)
        text = _tidy("".join(self.inline(element, depth)))
        return f"{label} {text}" if label and text else text

    def inline(self, parent: Any, depth: int) -> Iterator[str]:
        """The text of what stands in a line; what hangs on it is kept for after the paragraph."""
        if depth > MOST_DEPTH:
            self.writer.note(f"what is nested more than {MOST_DEPTH} times is not read")
            return
        for element in parent:
            tag = local(element)
            if tag in _DROPPED or not tag:
                if tag == "instrText" and self.fields:
                    self.fields[-1] += element.text or ""
            elif tag == "r":
                if not self.is_hidden(element):
                    yield from self.inline(element, depth + 1)
            elif tag == "t":
                if not self.in_contents:
                    yield element.text or ""
            elif tag in ("br", "cr"):
                yield "\n"
            elif tag in ("tab", "ptab"):
                yield " "
            elif tag == "noBreakHyphen":
                yield "\u2011"
            elif tag == "fldChar":
                self.field(attribute(element, "fldCharType"))
            elif tag in ("footnoteReference", "endnoteReference"):
                yield self.reference(tag.removesuffix("Reference"), attribute(element, "id"))
            elif tag == "oMath":
                yield one_spaced(
                    "".join(each.text or "" for each in element.iter() if local(each) == "t")
                )
            elif tag == "ruby":
                base = child(element, "rubyBase")
                if base is not None:
                    yield from self.inline(base, depth + 1)
            elif tag == "AlternateContent":
                choice = child(element, "Choice")
                yield from self.inline(element if choice is None else choice, depth + 1)
            elif tag == "txbxContent":
                self.after.append(element)
            else:
                yield from self.inline(element, depth + 1)

    def is_hidden(self, run: Any) -> bool:
        properties = child(run, "rPr")
        if properties is None:
            return False
        vanish, style = child(properties, "vanish"), child(properties, "rStyle")
        if vanish is not None:
            return is_on(vanish)
        return style is not None and self.styles.is_hidden(attribute(style, "val"))

    def field(self, kind: str) -> None:
        """Follow a field that begins, shows its result or ends; a table of contents is not read."""
        if kind == "begin":
            self.fields.append("")
            self.in_contents += bool(self.in_contents)
        elif kind == "separate" and self.fields:
            if not self.in_contents and self.fields[-1].split()[:1] == ["TOC"]:
                self.in_contents = 1
        elif kind == "end" and self.fields:
            self.fields.pop()
            self.in_contents = max(0, self.in_contents - 1)

    def reference(self, kind: str, key: str) -> str:
        note = self.notes[kind].get(key)
        if note is None:
            return ""
        number = self.numbers.setdefault((kind, key), len(self.numbers) + 1)
        if all(label != str(number) for label, _ in self.after_notes):
            self.after_notes.append((str(number), note))
        return f"[{number}]"

    def table(self, element: Any, depth: int) -> None:
        rows = [_cells(row) for row in _rows(element)]
        if _is_layout(rows):
            for row in rows:
                for cell, _ in row:
                    self.blocks(cell, depth + 1)
            return
        self.writer.end()
        self.lines.append((element, False))
        boxes, self.after = self.after, []
        notes, self.after_notes = self.after_notes, []
        above: list[str] = []
        for number, (row, row_element) in enumerate(zip(rows, _rows(element), strict=True)):
            cells: list[str] = []
            for cell, width in row:
                merged = child(cell, "tcPr", "vMerge")
                column = len(cells)
                words = one_spaced(" ".join(self.in_cell(cell, depth + 1)))
                if (
                    merged is not None
                    and attribute(merged, "val") != "restart"
                    and column < len(above)
                ):
                    words = above[column]
                cells += [words, *[""] * (width - 1)]
            above = cells
            self.writer.row(
                cells, header=number == 0 and _is_header(element, row_element, cells, rows)
            )
        self.writer.end()
        mine, self.after = self.after, boxes
        noted, self.after_notes = self.after_notes, notes
        for box in mine:
            self.blocks(box, depth + 1)
        for label, note in noted:
            words = " ".join(self.words(each, depth + 1) for each in note if local(each) == "p")
            self.writer.paragraph(f"[{label}] {one_spaced(words)}")

    def in_cell(self, parent: Any, depth: int) -> Iterator[str]:
        """The words of each paragraph in a cell."""
        if depth > MOST_DEPTH:
            return
        for element in parent:
            if local(element) == "p":
                yield self.words(element, depth)
            elif local(element) not in ("tcPr", "sdtPr", "del", "moveFrom"):
                yield from self.in_cell(element, depth + 1)


def _tidy(text: str) -> str:
    """Each line with single spaces, lines without words left out."""
    return "\n".join(filter(None, map(one_spaced, text.split("\n"))))


def _notes(root: Any | None) -> dict[str, Any]:
    """The notes of a document by their ids, without the lines that are set between them."""
    notes = () if root is None else root
    return {
        attribute(note, "id"): note
        for note in notes
        if local(note) in ("footnote", "endnote") and attribute(note, "type") in ("", "normal")
    }


def _rows(table: Any) -> list[Any]:
    return [row for row in _within(table, "tr") if child(row, "trPr", "del") is None]


def _cells(row: Any) -> list[tuple[Any, int]]:
    """The cells of a row, each with how many columns it covers."""
    cells = []
    for cell in _within(row, "tc"):
        span = child(cell, "tcPr", "gridSpan")
        width = attribute(span, "val") if span is not None else "1"
        cells.append((cell, min(int(width), 100) if width.isdigit() and len(width) < 6 else 1))
    return cells


def _within(parent: Any, name: str) -> Iterator[Any]:
    """The children of that name, those in content controls and changes too."""
    for element in parent:
        tag = local(element)
        if tag == name:
            yield element
        elif tag == "sdt":
            content = child(element, "sdtContent")
            if content is not None:
                yield from _within(content, name)
        elif tag in _THROUGH and tag != "r":
            yield from _within(element, name)


def _is_layout(rows: list[list[tuple[Any, int]]]) -> bool:
    """Whether a table only places text: it has one column, tables in it, or very long cells."""
    if max((len(row) for row in rows), default=0) < 2:
        return True
    cells = [cell for row in rows for cell, _ in row]
    if any(True for cell in cells for _ in _within(cell, "tbl")):
        return True
    return sum(len("".join(cell.itertext())) for cell in cells) > _LONG_CELL * len(cells)


def _is_header(table: Any, row: Any, cells: list[str], rows: list[list[tuple[Any, int]]]) -> bool:
    """Whether the first row of a table heads it."""
    if is_on(child(row, "trPr", "tblHeader")):
        return True
    look = child(table, "tblPr", "tblLook")
    if look is None or len(rows) < 2 or not all(0 < len(cell) <= 100 for cell in cells):
        return False
    first, bits = attribute(look, "firstRow"), attribute(look, "val")
    if first:
        return first in ("1", "true", "on")
    try:
        return bool(int(bits, 16) & 0x20)
    except ValueError:
        return False
