"""What the layout works on: pages, the lines on them, the blocks that lines form."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on a displayed page in points, from its upper left corner; y grows downwards."""

    x0: float
    y0: float
    x1: float
    y1: float

    def with_(self, other: Box) -> Box:
        """The smallest box that holds both."""
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )

    def touches(self, other: Box) -> bool:
        """Whether the two have a point in common."""
        return (
            self.x0 <= other.x1
            and other.x0 <= self.x1
            and self.y0 <= other.y1
            and other.y0 <= self.y1
        )


@dataclass(frozen=True, slots=True)
class Element:
    """What a tagged file says of a stretch of text: the role of its block, and where that stands.

    `role` is a standard structure type: P, H1, LI, TD, Note … `block` tells the blocks of a page
    apart; `item`, `row` and `table` those that hold it, -1 where none does. `column` is the place
    of a cell in its row, which has `columns`; `depth` counts the lists around it.
    """

    role: str
    block: int
    item: int = -1
    row: int = -1
    table: int = -1
    column: int = 0
    columns: int = 0
    depth: int = 0


ARTIFACT = Element("Artifact", -1)


@dataclass(slots=True)
class Line:
    """A line of text, or the piece of one that stands in a cell or a column.

    `start` and `end` are indices of the page's characters, half open. `size` is in points as
    displayed, `ink` the colour as 0xRRGGBB, `face` the font's name. `spaced` says whether a space
    ends it. `raised` are ranges of `text` that are superscripts.
    """

    page: int
    start: int
    end: int
    text: str
    box: Box
    baseline: float
    size: float
    bold: bool = False
    italic: bool = False
    fixed: bool = False
    turned: bool = False
    ink: int = 0
    face: str = ""
    spaced: bool = False
    element: Element | None = None
    raised: tuple[tuple[int, int], ...] = ()

    @property
    def height(self) -> float:
        return self.box.y1 - self.box.y0


@dataclass(slots=True)
class Page:
    """A page as read: its lines in the order of its content, and what could not be read.

    `characters` are those drawn, `meaningless` the share of them whose font does not say what
    they mean, which are in no line. `picture` says whether an image covers most of it, `broken`
    why it could not be read, empty where it could. Where most of the text is not level as the page
    is displayed, `turn` says by how many degrees it is turned clockwise: boxes, width and height
    are then those of the page turned back. `recognised` says that its lines were read by OCR,
    `unseen` how many characters it has that cannot be seen.
    """

    number: int
    width: float = 0.0
    height: float = 0.0
    lines: list[Line] = field(default_factory=list)
    characters: int = 0
    meaningless: float = 0.0
    picture: bool = False
    tagged: bool = False
    broken: str = ""
    turn: int = 0
    recognised: bool = False
    unseen: int = 0

    @property
    def displayed_size(self) -> tuple[float, float]:
        """Width and height of the page as it is displayed, in quarters of a point at the finest."""
        wide, high = (self.width, self.height)[:: -1 if self.turn in (90, 270) else 1]
        return round(4 * wide) / 4, round(4 * high) / 4

    def displayed(self, box: Box) -> Box:
        """A box of the page as it is displayed."""
        wide, high, (x0, y0, x1, y1) = self.width, self.height, box
        if self.turn == 90:
            return Box(high - y1, x0, high - y0, x1)
        if self.turn == 180:
            return Box(wide - x1, high - y1, wide - x0, high - y0)
        if self.turn == 270:
            return Box(y0, wide - x1, y1, wide - x0)
        return box


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    TABLE = "table"
    NOTE = "note"


@dataclass(slots=True)
class Block:
    """Lines that belong together.

    `level` is a heading's, 1 for the outermost, or the depth of an item's list. `rows` are those of
    a table, each a list of cells, each a list of lines; `head` says that the first names the
    columns. `breaks` are the places in `lines` before which the line break has a meaning. `whole`
    says that the tags tell where it begins and ends on its page.
    """

    kind: Kind
    lines: list[Line]
    level: int = 0
    rows: list[list[list[Line]]] = field(default_factory=list)
    head: bool = False
    breaks: set[int] = field(default_factory=set)
    whole: bool = False

    @property
    def box(self) -> Box:
        """The box of its lines on the page of the first."""
        box = self.lines[0].box
        for line in self.lines[1:]:
            if line.page == self.lines[0].page:
                box = box.with_(line.box)
        return box
