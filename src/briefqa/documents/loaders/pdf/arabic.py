"""Lam-alef ligatures, which PDFium takes apart in the wrong order."""

from __future__ import annotations

import re
from collections.abc import Callable

from briefqa.documents.loaders.pdf.lines import Box

_REVERSED = re.compile("[\u0627\u0622\u0623\u0625]\u0644")
_SAME = 0.05  # points


def mended(text: str, start: int, box: Callable[[int], Box]) -> str:
    """The text with each alef-lam that is one sign on the page written as lam-alef.

    `start` is the index of its first character on the page, `box` gives that of a character:
    both letters of a ligature have the same.
    """
    for pair in _REVERSED.finditer(text):
        one, other = box(start + pair.start()), box(start + pair.start() + 1)
        if all(abs(a - b) < _SAME for a, b in zip(one, other, strict=True)):
            text = text[: pair.start()] + pair[0][::-1] + text[pair.end() :]
    return text
