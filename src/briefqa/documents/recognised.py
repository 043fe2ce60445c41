"""What was read on the picture of a page: lines of words and where they stand. No I/O."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecognisedLine:
    """A line as it was recognised, in pixels of the picture from its upper left corner.

    `box` is left, top, right and bottom; `size` the height of its letters, from the foot of a `p`
    to the head of a `d`; `block` the number of the paragraph that it was seen to be part of.
    """

    text: str
    box: tuple[int, int, int, int]
    baseline: float
    size: float
    block: int


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """A page, counted from 1, that was drawn so many pixels wide and high and read from that.

    `failed` says why it could not be read, empty where it was; it may hold no lines all the same.
    """

    number: int
    width: int = 0
    height: int = 0
    lines: tuple[RecognisedLine, ...] = ()
    failed: str = ""
