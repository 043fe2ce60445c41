"""What a printer puts on every page: running heads, feet and page numbers.

They stand where one page ends and the next begins, are no part of the text, and are left out of it;
a paragraph that goes on over them is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from briefqa.documents.loaders.outline import line_spans, without
from briefqa.documents.loaders.text.lines import ENDS_SENTENCE, GAP, Line, lines_of
from briefqa.records import Span

_PAGE = re.compile(
    r".{0,80}\[Page \d{1,4}\]|\[Page \d{1,4}\].{0,80}"
    r"|(?:Page|Seite|Página) \d{1,4}(?: ?(?:of|von|de|/) ?\d{1,4})?"
    r"|[-–—] ?\d{1,4} ?[-–—]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")
_FORM_FEED = "\f"
_MOST_HEAD = 3  # lines of a running head
_MOST_BLANK = 12  # lines between a foot and the head of the next page


def without_furniture(text: str) -> tuple[str, tuple[int, ...]]:
    """The text less its page furniture, and `Document.line_starts`; those are empty if it is whole.

    A foot says the number of a page. A head is what stands below it, if it comes again on other
    pages or has columns; beside form feeds, lines that come again are feet and heads too.
    """
    if _FORM_FEED not in text and not re.search(
        r"page|seite|página|[-–—] ?\d", text, re.IGNORECASE
    ):
        return text, ()
    lines = lines_of(text)
    feeds = {
        n for n, span in enumerate(line_spans(text)) if _FORM_FEED in text[span.start : span.end]
    }
    feet = [
        n
        for n, line in enumerate(lines)
        if line and len(line.words) < 160 and _PAGE.fullmatch(line.words)
    ]
    feet = [n for n in feet if _stands_alone(lines, n)]
    if not feet and not feeds:
        return text, ()
    common = _common(lines, feet, feeds)
    gone: list[tuple[int, int]] = []
    for number in sorted({*feet, *feeds}):
        first, last = _around(lines, number, number in feeds, common)
        if gone and first <= gone[-1][1] + 1:
            gone[-1] = gone[-1][0], max(last, gone[-1][1])
        elif first <= last:
            gone.append((first, last))
    spans = [_cut(text, lines, first, last) for first, last in gone]
    spans = [span for span in spans if span.start < span.end]
    return without(text, spans) if spans else (text, ())


def _stands_alone(lines: Sequence[Line], number: int) -> bool:
    """Whether nothing but blank lines, or the end of the file, is right above or below a line."""
    above = number == 0 or not lines[number - 1]
    below = number + 1 == len(lines) or not lines[number + 1]
    return above or below


def _common(lines: Sequence[Line], feet: Sequence[int], feeds: set[int]) -> set[str]:
    """What stands at the ends of several pages, numbers apart."""
    seen = Counter[str]()
    for number in {*feet, *feeds}:
        for step in (1, -1):
            ends = [lines[one] for one in _next(lines, number, step)]
            seen.update({_shape(line) for line in ends if not _is_prose(line.words)})
    return {shape for shape, count in seen.items() if count > 1}


def _next(lines: Sequence[Line], number: int, step: int) -> list[int]:
    """The first lines with words beyond the blank ones, upwards or downwards."""
    found: list[int] = []
    place, blank = number + step, 0
    while 0 <= place < len(lines) and not lines[place] and blank < _MOST_BLANK:
        place, blank = place + step, blank + 1
    while 0 <= place < len(lines) and lines[place] and len(found) < _MOST_HEAD:
        found.append(place)
        place += step
    return found


def _around(lines: Sequence[Line], number: int, feed: bool, common: set[str]) -> tuple[int, int]:
    """The first and the last line of the furniture around a foot or a form feed."""
    first = last = number
    if feed and lines[number]:  # the form feed stands before the head, on its line
        last = number if _is_head(lines, [number], common) else number - 1
    for place in _next(lines, number, -1):
        if feed and _shape(lines[place]) in common:
            first = place
        else:
            break
    below = _next(lines, last, 1)
    heads = [place for place in below if _shape(lines[place]) in common]
    if heads == below[: len(heads)] and heads and _is_blank(lines, heads[-1] + 1):
        last = heads[-1]
    elif (
        below
        and (feed or "[" in lines[number].words)
        and GAP.search(lines[below[0]].words)
        and _is_blank(lines, below[0] + 1)
    ):
        last = below[0]
    return first, last


def _is_prose(words: str) -> bool:
    """Whether a line is of a sentence, which no running head is."""
    return words[0].islower() or ENDS_SENTENCE.search(words) is not None


def _is_head(lines: Sequence[Line], places: Sequence[int], common: set[str]) -> bool:
    return all(_shape(lines[place]) in common for place in places)


def _is_blank(lines: Sequence[Line], number: int) -> bool:
    return number >= len(lines) or not lines[number]


def _shape(line: Line) -> str:
    return _NUMBER.sub("0", " ".join(line.words.split()))


def _cut(text: str, lines: Sequence[Line], first: int, last: int) -> Span:
    """The range to leave out, so that a paragraph is parted from the next, or goes on in it."""
    above = next((line for line in reversed(lines[:first]) if line), None)
    below = next((line for line in lines[last + 1 :] if line), None)
    if above is None or below is None:
        start = above.span.end if above else 0
        return Span(start, below.span.start - below.indent if below else len(text))
    goes_on = below.words[0].islower() and not ENDS_SENTENCE.search(above.words)
    newlines = list(re.finditer(r"\r\n|\r|\n", text[above.span.end : below.span.start]))
    kept = newlines[-1 if goes_on else -2 :]
    return Span(above.span.end, above.span.end + kept[0].start())
