"""A concordance: every mention with its words in a column, sorted by what stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

from briefqa.concordance.found import Mention, one_line
from briefqa.text.words import plain_words

BESIDE = 40  # characters shown on either side


class Side(StrEnum):
    """The side of the mentions that a concordance is sorted by."""

    LEFT = "left"
    RIGHT = "right"


def ordered(mentions: Iterable[Mention], side: Side) -> list[Mention]:
    """The mentions by the words beside them, the nearest word first; equals keep their order."""
    if side is Side.LEFT:
        return sorted(mentions, key=lambda each: plain_words(each.left)[::-1])
    return sorted(mentions, key=lambda each: plain_words(each.right))


def columns(mentions: Sequence[Mention]) -> list[tuple[str, str, str]]:
    """Of each mention what is left of it, itself and what is right of it, each on one line.

    The left sides have the same length, so that the mentions stand in a column.
    """
    return [
        (
            one_line(each.left)[-BESIDE:].rjust(BESIDE),
            one_line(each.text),
            one_line(each.right)[:BESIDE],
        )
        for each in mentions
    ]
