"""Runs of characters that are set alike, and how they form lines."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from briefqa.documents.loaders.pdf import arabic
from briefqa.documents.loaders.pdf.lines import Box, Element, Line

_WIDE_GAP = 1.1  # of the size: what stands farther apart on a line may be another cell or column
_CELL_GAP = 0.5  # of the size: so may what begins where things on other lines do
_ALIGNED = 3  # lines on which things begin at the same place
_NEAR = 5  # of the size: so far apart may rows be that stand below each other
_LONGEST_VALUE = 12  # characters
_MOSTLY = 0.8  # of a line's characters: a paragraph may begin with bold words
_SPACE = 0.16  # of the size
_DIGIT = re.compile(r"\d")
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\r\x0e-\x1f\x7f-\x9f\ufeff\uffff]")


@dataclass(frozen=True, slots=True)
class Font:
    """What the name and the flags of a font say of it; `signs` are no letters but pictures."""

    name: str = ""
    bold: bool = False
    italic: bool = False
    fixed: bool = False
    signs: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """How the characters of a text object are set, and what element of the tags they are of.

    `drawn` says whether they leave a mark by themselves: text over a scan leaves none.
    """

    size: float
    font: Font
    bold: bool
    angle: int  # of its writing on the displayed page, in degrees clockwise
    ink: int  # its colour as 0xRRGGBB
    element: Element | None
    drawn: bool = True
    filled: bool = True  # and not outlined as well


@dataclass(slots=True)
class Run:
    """Characters of one text object that stand in one line without a wide gap.

    `parted` says that the gap before it is within the text object.
    """

    start: int
    end: int
    box: Box
    baseline: float
    style: Style
    spaced: bool  # whether PDFium saw a space before it
    breaks: bool  # whether it saw a line end before it
    parted: bool = False


@dataclass(frozen=True, slots=True)
class PageText:
    """The characters of a page, and what of them is seldom met.

    `box` gives where a character is displayed, by its index; `signs` are characters that are no
    letters, but may be bullets.
    """

    number: int
    text: str
    box: Callable[[int], Box]
    mirrored: bool = False
    controls: bool = False
    signs: frozenset[int] = frozenset()


def page_text(number: int, text: str, box: Callable[[int], Box], signs: frozenset[int]) -> PageText:
    """The characters of a page, looked through."""
    mirrored = RIGHT_TO_LEFT.search(text) is not None
    return PageText(number, text, box, mirrored, _CONTROL.search(text) is not None, signs)


def lines_of(page: PageText, runs: Sequence[Run]) -> list[Line]:
    """The lines that the runs of a page form, in their order."""
    return [line for group in _in_lines(page, runs) if (line := _line(page, group)) is not None]


def _line(page: PageText, runs: list[Run]) -> Line | None:
    """A line of runs; None where nothing is to be read in it."""
    main = max(runs, key=lambda run: (run.end - run.start, run.style.size))
    words, raised = _words(page, runs, main)
    if not words.strip():
        return None
    box = runs[0].box
    for run in runs[1:]:
        box = box.with_(run.box)
    lead = len(words) - len(words.lstrip())
    most = _MOSTLY * sum(run.end - run.start for run in runs)
    return Line(
        page=page.number,
        start=runs[0].start,
        end=max(run.end for run in runs),
        text=words.strip(),
        box=box,
        baseline=main.baseline,
        size=main.style.size,
        bold=sum(run.end - run.start for run in runs if run.style.bold) > most,
        italic=sum(run.end - run.start for run in runs if run.style.font.italic) > most,
        fixed=all(run.style.font.fixed for run in runs),
        turned=main.style.angle != 0,
        ink=main.style.ink,
        face=main.style.font.name,
        spaced=words[-1:].isspace(),
        element=main.style.element,
        raised=tuple((start - lead, end - lead) for start, end in raised),
    )


def _words(page: PageText, runs: list[Run], main: Run) -> tuple[str, list[tuple[int, int]]]:
    """The text of runs that stand on a line, and the ranges of it that are superscripts."""
    size = main.style.size
    words = ""
    raised = []
    before: Run | None = None
    for run in runs:
        piece = page.text[run.start : run.end]
        if page.mirrored and RIGHT_TO_LEFT.search(piece):
            piece = arabic.mended(piece, run.start, page.box)
        if page.controls:
            piece = _CONTROL.sub("", piece)
        if run.start in page.signs or (run.style.font.signs and len(piece.strip()) == 1):
            piece = "•" if before is None else ""
        if before is not None and (run.spaced or _gap(before, run) > _SPACE):
            piece = " " + piece
        is_small = run.style.size < 0.85 * size
        if is_small and run.baseline < main.baseline - 0.15 * size and piece.strip():
            lead = len(piece) - len(piece.lstrip())
            raised.append((len(words) + lead, len(words) + len(piece.rstrip())))
        words += piece
        before = run
    return words, raised


def _in_lines(page: PageText, runs: Sequence[Run]) -> Iterator[list[Run]]:
    """The runs that stand on one line, without a wide gap between them and in one element.

    A gap is wide too where what follows it begins where things on other lines do, or ends there.
    One within a text object is only then: it may be one between sentences of justified prose.
    """
    gaps = [
        _gap(one, other) if _level([one], other) else None
        for one, other in itertools.pairwise(runs)
    ]
    begins = Counter(
        round(run.box.x0)
        for run, gap in zip(runs[1:], gaps, strict=True)
        if gap is not None and gap >= _CELL_GAP and not run.parted
    )
    cells = _parted_cells(page, runs)
    line: list[Run] = []
    for place, run in enumerate(runs):
        if line and _goes_on(line, run):
            gap = gaps[place - 1]
            if run.parted:
                parts = place in cells
            else:
                edge = round(run.box.x0)
                same = begins[edge - 1] + begins[edge] + begins[edge + 1]
                parts = gap is not None and gap >= _CELL_GAP and same >= _ALIGNED
            if not parts or run.style.angle:
                line.append(run)
                continue
        if line:
            yield line
        line = [run]
    if line:
        yield line


def _parted_cells(page: PageText, runs: Sequence[Run]) -> set[int]:
    """Which of the parts of text objects begin cells, by their place among the runs.

    On lines right above and below others begin, or end, where they do; so do most of their line,
    while the gaps of justified prose stand anywhere.
    """
    ends = [place + 1 < len(runs) and runs[place + 1].parted for place in range(len(runs))]
    edges: dict[tuple[str, int], list[float]] = defaultdict(list)
    of: dict[int, list[tuple[str, int]]] = {}
    for place, run in enumerate(runs):
        if run.parted or ends[place]:
            of[place] = [("begins", round(run.box.x0))]
            if ends[place] or _is_value(page, run):
                of[place].append(("ends", round(run.box.x1)))
            for edge in of[place]:
                edges[edge].append(run.baseline)
    lines: dict[int, list[int]] = defaultdict(list)  # the parts of each text object
    aligned: set[int] = set()
    first = 0
    for place, own in of.items():
        run = runs[place]
        first = first if run.parted else place
        near = _NEAR * run.style.size
        same = (
            sum(
                abs(line - run.baseline) <= near
                for step in (-1, 0, 1)
                for line in edges.get((side, at + step), ())
            )
            for side, at in own
        )
        if run.parted:
            lines[first].append(place)
            if any(count >= _ALIGNED for count in same):
                aligned.add(place)
    return {
        place
        for parts in lines.values()
        for place in aligned.intersection(parts)
        if 3 * len(aligned.intersection(parts)) >= 2 * len(parts)
    }


def _is_value(page: PageText, run: Run) -> bool:
    """Whether a run may be a figure at the end of a row."""
    words = page.text[run.start : run.end]
    return len(words) <= _LONGEST_VALUE and _DIGIT.search(words) is not None


def _goes_on(line: list[Run], run: Run) -> bool:
    one, other = line[-1].style, run.style
    if one.angle != other.angle or one.element != other.element:
        return False
    if one.angle:
        return not run.breaks
    return _level(line, run) and (run.parted or _gap(line[-1], run) < _WIDE_GAP)


def _level(line: list[Run], run: Run) -> bool:
    """Whether a run stands on the line of others."""
    one, other = line[-1].style.size, run.style.size
    size = max(one, other)
    # A raised or lowered sign is small; two lines that touch are as large as each other.
    drift = 0.25 if min(one, other) > 0.85 * size else 0.6
    return min(abs(run.baseline - each.baseline) for each in line[-3:]) <= drift * size


def _gap(one: Run, other: Run) -> float:
    """How far apart two runs stand on a line, in their size."""
    gap = max(other.box.x0 - one.box.x1, one.box.x0 - other.box.x1)
    return gap / max(one.style.size, other.style.size)
