"""Reads PowerPoint presentations: a section a slide, with tables, diagrams and notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from briefqa.documents.loaders.docx_styles import child, formatted
from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.package import Package, attribute, local
from briefqa.documents.loaders.written_text import TextWriter, one_spaced
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata, PlaceUnit

NAME = "pptx"
VERSION = 1
SUFFIXES: tuple[str, ...] = (".pptx", ".pptm", ".ppsx")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
CALLED = "PowerPoint"
GIVES = (
    "a section a slide with its title, text, tables, diagrams and notes; cited as slide 7;"
    " locked ones with --password"
)
MOST_BYTES = 200_000_000
LIBRARIES: tuple[str, ...] = ("lxml.etree",)

MOST_DEPTH = 40
_LONGEST_TITLE = 100
_NUMBERS = {
    "arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter",
    "romanLc": "lowerRoman", "romanUc": "upperRoman",
}  # fmt: skip
_NO_TEXT = frozenset({"dt", "ftr", "sldNum", "hdr"})


def parse(data: bytes, name: str) -> Document:
    """Read a presentation; raises LoadError for one that is damaged, locked or hostile."""
    package = Package(data)
    main = next(
        (target for kind, target in package.relations("").values() if kind == "officeDocument"),
        "ppt/presentation.xml",
    )
    related = package.relations(main)
    slides = child(package.xml(main), "sldIdLst")
    writer = TextWriter(PlaceUnit.SLIDE)
    title = ""
    for number, slide in enumerate(() if slides is None else slides, 1):
        _, part = related.get(_relation(slide), ("", ""))
        writer.page()
        if part in package:
            heading = _Slide(package, part, writer).write(number)
            title = title or heading
    core = package.core_properties()
    if writer.is_empty:
        raise LoadError("it has no text: its slides may be pictures")
    said = core.get("title", "")
    if said.lower() in (
        "powerpoint presentation",
        "powerpoint-präsentation",
        "présentation powerpoint",
    ):
        said = ""
    return writer.document(
        name,
        Metadata(
            title=one_line(said or title) or title_from_name(name),
            author=core.get("creator", ""),
            language=core.get("language", "").split("-")[0].lower()[:3],
        ),
    )


class _Slide:
    def __init__(self, package: Package, part: str, writer: TextWriter) -> None:
        self.package = package
        self.part = part
        self.writer = writer
        self.related = package.relations(part)
        self.numbers: dict[int, int] = {}

    def write(self, number: int) -> str:
        """Write the slide; returns its title, empty where it has none."""
        tree = child(self.package.xml(self.part), "cSld", "spTree")
        shapes = list(_shapes(tree, 0)) if tree is not None else []
        titled = next(
            (each for each in shapes if _placeholder(each) in ("title", "ctrTitle")), None
        )
        title = (
            one_spaced(" ".join(text for text, _ in _paragraphs(titled)))
            if titled is not None
            else ""
        )
        heading = title or self.first_words(shapes) or f"Slide {number}"
        written = False
        for shape in shapes:
            if shape is titled or _placeholder(shape) in _NO_TEXT:
                continue
            if not written:
                self.writer.heading(1, heading)
                written = True
            self.shape(shape)
        if not written and title:
            self.writer.heading(1, title)
        self.notes()
        return title

    def first_words(self, shapes: list[Any]) -> str:
        """The first paragraph of a slide without a title, if it is short enough for one."""
        for shape in shapes:
            for text, _ in _paragraphs(shape):
                if text and _placeholder(shape) not in _NO_TEXT:
                    return one_spaced(text) if len(text) <= _LONGEST_TITLE else ""
        return ""

    def shape(self, shape: Any) -> None:
        if local(shape) == "graphicFrame":
            self.frame(shape)
            return
        paragraphs = [each for each in _paragraphs(shape) if each[0]]
        listed = len(paragraphs) > 1 and _placeholder(shape) in ("body", "obj", "")
        self.numbers = {}
        for text, properties in paragraphs:
            level = _number(attribute(properties, "lvl")) if properties is not None else 0
            mark = self.mark(properties, level) if listed else ""
            if mark:
                self.writer.item(text, mark=mark, depth=level)
            else:
                self.writer.paragraph(text)
        self.writer.end()

    def mark(self, properties: Any | None, level: int) -> str:
        """The bullet or number of a paragraph; empty where it says that it has none."""
        if properties is None:
            return "-"
        if child(properties, "buNone") is not None:
            return ""
        numbered = child(properties, "buAutoNum")
        if numbered is None:
            return "-"
        kind = attribute(numbered, "type")
        start = _number(attribute(numbered, "startAt")) or 1
        self.numbers[level] = self.numbers.get(level, start - 1) + 1
        shape = next(
            (each for begin, each in _NUMBERS.items() if kind.startswith(begin)), "decimal"
        )
        label = formatted(self.numbers[level], shape)
        return (
            f"({label})"
            if kind.endswith("ParenBoth")
            else f"{label}{')' if kind.endswith('ParenR') else '.'}"
        )

    def frame(self, frame: Any) -> None:
        """Write a table, or the words of a diagram."""
        for table in (each for each in frame.iter() if local(each) == "tbl"):
            header = (
                attribute(child(table, "tblPr"), "firstRow") in ("1", "true")
                if child(table, "tblPr") is not None
                else False
            )
            rows = [row for row in table if local(row) == "tr"]
            for number, row in enumerate(rows):
                cells = [
                    one_spaced(" ".join(text for text, _ in _paragraphs(cell)))
                    for cell in row
                    if local(cell) == "tc"
                ]
                self.writer.row(cells, header=header and number == 0 and len(cells) > 1)
            self.writer.end()
        for relation in (each for each in frame.iter() if local(each) == "relIds"):
            _, part = self.related.get(attribute(relation, "dm"), ("", ""))
            root = self.package.xml_if_any(part)
            for point in (
                () if root is None else (each for each in root.iter() if local(each) == "pt")
            ):
                words = [text for text, _ in _paragraphs(point) if text]
                if words:
                    self.writer.item(" ".join(words))
            self.writer.end()

    def notes(self) -> None:
        part = next((target for kind, target in self.related.values() if kind == "notesSlide"), "")
        root = self.package.xml_if_any(part)
        tree = child(root, "cSld", "spTree")
        for shape in _shapes(tree, 0) if tree is not None else ():
            if _placeholder(shape) == "body":
                texts = [text for text, _ in _paragraphs(shape) if text]
                for number, text in enumerate(texts):
                    self.writer.paragraph(f"Notes: {text}" if number == 0 else text)


def _shapes(parent: Any, depth: int) -> Iterator[Any]:
    """The shapes of a slide that may hold text, those in groups too."""
    if depth > MOST_DEPTH:
        return
    for element in parent:
        tag = local(element)
        if tag in ("sp", "graphicFrame", "cxnSp"):
            yield element
        elif tag == "grpSp":
            yield from _shapes(element, depth + 1)
        elif tag == "AlternateContent":
            choice = child(element, "Choice")
            yield from _shapes(element if choice is None else choice, depth + 1)


def _placeholder(shape: Any) -> str:
    """What place of the slide's layout a shape takes, empty for text or nothing in particular."""
    for kind in ("nvSpPr", "nvGraphicFramePr"):
        place = child(shape, kind, "nvPr", "ph")
        if place is not None:
            return attribute(place, "type") or "obj"
    return "none"


def _paragraphs(parent: Any) -> Iterator[tuple[str, Any | None]]:
    """The paragraphs in an element: their text, and their properties."""
    for paragraph in parent.iter():
        if local(paragraph) != "p":
            continue
        parts = []
        for element in paragraph.iter():
            tag = local(element)
            if tag == "t":
                parts.append(element.text or "")
            elif tag == "br":
                parts.append("\n")
        lines = map(one_spaced, "".join(parts).split("\n"))
        yield "\n".join(filter(None, lines)), child(paragraph, "pPr")


def _relation(slide: Any) -> str:
    """The id of a slide's relation, which has a name space, unlike the slide's own id."""
    return next((str(value) for key, value in slide.attrib.items() if key.endswith("}id")), "")


def _number(value: str) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 0
