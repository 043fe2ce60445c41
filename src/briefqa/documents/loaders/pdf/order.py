"""The order in which the lines of a page are read.

The producer's own order is right nearly always, and it alone keeps the cells of a table together.
Where lines jump up and to the left again and again, they are put in order by the gaps between them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from statistics import median

from briefqa.documents.loaders.pdf.lines import Box, Line

_MOST_JUMPS = 4
_MOST_JUMPING = 0.12  # of the lines
_GUTTER = 0.9  # of the size: the narrowest gap between columns
_DEEPEST = 24


def in_reading_order(lines: Sequence[Line]) -> list[Line]:
    """The lines of a page as they are read; those written upwards or downwards come last."""
    upright = [line for line in lines if not line.turned]
    turned = [line for line in lines if line.turned]
    jumps = sum(_jumps(one, other) for one, other in itertools.pairwise(upright))
    if jumps > _MOST_JUMPS and jumps > _MOST_JUMPING * len(upright):
        upright = _cut(upright, 0)
    else:
        upright = _top_first(upright)
    return upright + turned


def _jumps(one: Line, other: Line) -> bool:
    """Whether the next line stands above and to the left of one, where nothing goes on."""
    return (
        other.baseline < one.baseline - 0.5 * one.size
        and other.box.x0 < one.box.x0 - 0.5 * one.size
    )


def _top_first(lines: list[Line]) -> list[Line]:
    """A masthead drawn last, which stands above all that is drawn before it, comes first."""
    if len(lines) < 2:
        return lines
    area = lines[0].box
    for place, line in enumerate(lines[1:], start=1):
        if line.box.y1 <= area.y0:
            above = [line]
            for other in lines[place + 1 :]:
                if other.box.y1 > area.y0:
                    break
                above.append(other)
            wide = above[0].box
            for other in above:
                wide = wide.with_(other.box)
            # Another column may begin higher too, but not above the first one.
            if wide.x0 < area.x0 + 0.3 * (area.x1 - area.x0):
                rest = lines[:place] + lines[place + len(above) :]
                return sorted(above, key=lambda one: (round(one.baseline), one.box.x0)) + rest
        area = area.with_(line.box)
    return lines


def _cut(lines: list[Line], depth: int) -> list[Line]:
    """The lines, split at the widest gaps across and down until there are none."""
    if len(lines) < 2:
        return lines
    size = median(line.size for line in lines)
    if depth < _DEEPEST:
        gap, down = _gap([(line.box.y0, line.box.y1) for line in lines])
        gutter, across = _gap([(line.box.x0, line.box.x1) for line in lines])
        if gutter > _GUTTER * size and gutter >= 0.8 * gap:
            return _halves(lines, [line.box.x0 >= across for line in lines], depth)
        if gap > 0.3 * size:
            return _halves(lines, [line.box.y0 >= down for line in lines], depth)
        if gutter > _GUTTER * size:
            return _halves(lines, [line.box.x0 >= across for line in lines], depth)
    return sorted(lines, key=lambda line: (round(line.baseline / (0.4 * size)), line.box.x0))


def _halves(lines: list[Line], second: list[bool], depth: int) -> list[Line]:
    first = [line for line, later in zip(lines, second, strict=True) if not later]
    last = [line for line, later in zip(lines, second, strict=True) if later]
    return _cut(first, depth + 1) + _cut(last, depth + 1)


def _gap(ranges: list[tuple[float, float]]) -> tuple[float, float]:
    """The width of the widest gap that no range covers, and where it ends."""
    widest, place = 0.0, 0.0
    ordered = sorted(ranges)
    end = ordered[0][1]
    for start, stop in ordered[1:]:
        if start - end > widest:
            widest, place = start - end, start
        end = max(end, stop)
    return widest, place


def overlap(one: Box, other: Box) -> float:
    """How far two boxes share the same stretch across the page, in points."""
    return min(one.x1, other.x1) - max(one.x0, other.x0)
