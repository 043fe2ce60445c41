"""A document as markup: to be read from any place on, with its outline, and what is cited in it.

A long document is shown in parts, so that a page of the browser never holds more than one reads.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from briefqa.records import Document, Section, Span, section_text
from briefqa.ui import answer_view, choices, sheet_view
from briefqa.ui.html import Html, isolated, tag
from briefqa.ui.rendering import NO_MARKS, Marks, rendered

_PART = 40_000
"""Characters after which the next section begins another part; twice as many in one section."""

_BESIDE = 4_000
"""Characters that are shown before and behind a cited passage, whatever part they are in."""

_MOST_LISTED = 400
"""Headings of an outline: of more, the deeper ones are left out, or those far from the place."""


@dataclass(frozen=True, slots=True)
class Cited:
    """The citation that a document was opened from: its turn, its rank there, and its marks."""

    turn: int
    hit: int
    marks: Marks


def article(
    document: Document, at: int | None, cited: Cited | None = None, remark: Html | None = None
) -> Html:
    """The part of the document with that place in it, or the cited passage where none is given.

    The place itself is marked with `data-here`; the `remark` stands above the text. Around a cited
    passage the title is left to what stands above the article.
    """
    marks = cited.marks if cited else NO_MARKS
    passage = marks.cited
    place = at if at is not None else passage.start if passage else 0
    parts = _parts(document)
    number = max(0, bisect_right([part.start for part in parts], place) - 1)
    shown = parts[number]
    if at is None and passage:
        shown = _around(document.text, passage, shown)
    facts = document.metadata
    about = [facts.author, facts.source, facts.place, facts.date, document.name]
    known = [part for each in filter(None, about) for part in (" · ", isolated(each))]
    return tag(
        "article",
        remark,
        tag("h2", document.title, dir="auto") if at is not None else None,
        tag("p", *known[1:], class_="place"),
        _outline(document, place, passage, folded=at is None),
        _ways(parts, number, "before"),
        *_sections(document, shown, marks, at),
        _ways(parts, number, "after"),
        tabindex=0,
        aria_label="Source" if at is None else "Document",
        data_document=document.name,
        data_turn=cited.turn if cited else None,
        data_hit=cited.hit if cited else None,
        data_here=at is not None and at <= shown.start,
    )


def page(document: Document, at: int, cited: Cited | None, *, changeable: bool) -> Html:
    """A document to read: what can be done with it, and the part with that place in it."""
    has_pages = sheet_view.has_pages(document)
    ways = [back(cited)]
    if cited:
        to = tag(
            "button",
            f"To citation [{cited.hit}]",
            type="button",
            data_turn=cited.turn,
            data_hit=cited.hit,
            data_key="to-citation",
        )
        ways.append(tag("span", to, class_="neighbours"))
    only = tag(
        "button",
        "Ask only this document",
        type="button",
        class_="only",
        data_id=choices.key(document.name),
        data_title=document.title,
        data_key="only",
    )
    return tag(
        "div",
        tag(
            "div",
            tag("div", *ways, class_="ways"),
            tag(
                "div",
                sheet_view.choice() if has_pages else None,
                only,
                _remove(document) if changeable else None,
                class_="copies",
            ),
            class_="bar",
        ),
        article(document, at, cited),
        sheet_view.sheet(document, cited.marks if cited else NO_MARKS, at) if has_pages else None,
        class_="opened reading",
        data_turn=cited.turn if cited else None,
    )


def back(cited: Cited | None) -> Html:
    """The way back to where the document was opened from: a citation, or the list."""
    return tag(
        "button",
        "← To the answer" if cited else "← Documents",
        type="button",
        class_="back",
        data_back=answer_view.key(cited.turn, cited.hit) if cited else None,
        data_key="back",
    )


def _parts(document: Document) -> list[Span]:
    """The text in parts: they begin with a section where they can, else with a paragraph."""
    text = document.text
    starts = [0]
    for section in document.sections:
        begin = _start(section)
        if begin is not None and begin - starts[-1] >= _PART:
            starts.append(begin)
        for paragraph in section.paragraphs:
            if paragraph.end - starts[-1] > 2 * _PART and paragraph.start - starts[-1] >= _PART:
                starts.append(paragraph.start)
            while paragraph.end - starts[-1] > 2 * _PART:
                reach = starts[-1] + 2 * _PART
                least = starts[-1] + _PART
                gap = text.rfind("\n", least, reach)
                gap = gap if gap >= 0 else text.rfind(" ", least, reach)
                starts.append(gap + 1 if gap >= 0 else reach)
    return [Span(start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _around(text: str, passage: Span, part: Span) -> Span:
    """The part, and beyond it so much that the passage has text on both sides."""
    start, end = max(0, passage.start - _BESIDE), min(len(text), passage.end + _BESIDE)
    word = text.find(" ", start, passage.start) + 1 if start else 0
    return Span(min(part.start, word or start), max(part.end, end))


def _start(section: Section) -> int | None:
    if section.heading is not None:
        return section.heading.start
    return section.paragraphs[0].start if section.paragraphs else None


def _sections(document: Document, shown: Span, marks: Marks, at: int | None) -> list[Html]:
    """The sections in the range, each under its heading; where pages begin, their numbers."""
    blocks: list[Html] = []
    above: tuple[str, ...] = ()
    pages = list(enumerate(document.page_starts, 1))
    pages = [(number, start) for number, start in pages if shown.start <= start < shown.end]
    for section in document.sections:
        start = _start(section)
        spans = [(each, _overlap(each, shown)) for each in section.paragraphs]
        headed = start is not None and shown.start <= start < shown.end
        if not headed and not any(span for _, span in spans):
            continue
        while pages and start is not None and pages[0][1] <= start:
            blocks.append(_page_break(pages.pop(0)[0]))
        blocks += _headings(section, above, start, at)
        above = section.path
        for paragraph, span in spans:
            if span is None:
                continue
            while pages and pages[0][1] <= span.start:
                blocks.append(_page_break(pages.pop(0)[0]))
            blocks += rendered(document.text, document.name, span, marks, paragraph)
    return blocks


def _page_break(number: int) -> Html:
    """Where a page of the source begins."""
    return tag("p", f"Page {number}", class_="page-break")


def _headings(
    section: Section, above: Sequence[str], start: int | None, at: int | None
) -> list[Html]:
    """The section's own heading, and those over it that `above` does not stand under already."""
    shared = 0
    while shared < min(len(above), len(section.path) - 1) and above[shared] == section.path[shared]:
        shared += 1
    last = len(section.path) - 1
    return [
        tag(
            f"h{min(depth + 3, 6)}",
            section.path[depth],
            dir="auto",
            tabindex=-1 if depth == last else None,
            data_start=start if depth == last else None,
            data_here=depth == last and bool(at) and start == at,
        )
        for depth in range(shared, len(section.path))
    ]


def _outline(document: Document, place: int, passage: Span | None, *, folded: bool) -> Html | None:
    """The headings, each a way to its section; the one of the cited passage says so."""
    headed = [(section, section.heading.start) for section in document.sections if section.heading]
    depths = [len(section.path) for section, _ in headed]
    deepest = 1
    while sum(depth <= deepest + 1 for depth in depths) <= _MOST_LISTED and deepest < 6:
        deepest += 1
    listed = [each for each in headed if len(each[0].path) <= deepest]
    here = bisect_right([start for _, start in listed], place) - 1
    cited = bisect_right([start for _, start in listed], passage.start) - 1 if passage else -1
    first = max(0, min(here - _MOST_LISTED // 2, len(listed) - _MOST_LISTED))
    last = first + _MOST_LISTED
    if not listed:
        return None
    items = [
        _entry(document, section, start, is_cited=number == cited)
        for number, (section, start) in enumerate(listed)
        if first <= number < last
    ]
    left_out = len(listed) - len(items)
    return tag(
        "details",
        tag("summary", "Outline"),
        tag("ul", *items),
        tag("p", f"{left_out} more headings above and below these", class_="place")
        if left_out
        else None,
        class_="outline",
        open=not folded,
        data_fold="outline" if folded else None,
    )


def _entry(document: Document, section: Section, start: int, *, is_cited: bool) -> Html:
    way = tag(
        "button",
        section.path[-1] if section.path else "…",
        type="button",
        class_="to-section",
        data_at=start,
        data_key=f"section-{start}",
        aria_current="location" if is_cited else None,
        dir="auto",
    )
    name = section_text(section.path)
    only = tag(
        "button",
        "Only here",
        type="button",
        class_="only",
        aria_label=f"Ask only the section {name}",
        data_id=choices.key(document.name),
        data_title=document.title,
        data_section=name,
        data_key=f"only-{start}",
    )
    cited = tag("span", " · cited here", class_="of") if is_cited else None
    return tag("li", way, cited, only, class_=f"deep-{min(len(section.path), 4)}")


def _ways(parts: Sequence[Span], number: int, side: str) -> Html | None:
    """Where this part stands among the others, with the ways to those beside it."""
    if len(parts) == 1:
        return None
    beside = {"before": number - 1, "after": number + 1}[side]
    name = {"before": "← Earlier part", "after": "Later part →"}[side]
    way = (
        tag(
            "button",
            name,
            type="button",
            class_="to-part",
            data_at=parts[beside].start,
            data_key=f"part-{side}",
        )
        if 0 <= beside < len(parts)
        else None
    )
    return tag("p", f"Part {number + 1} of {len(parts)} ", way, class_="note")


def _remove(document: Document) -> Html:
    """Asks once: the first press shows the question, which the page's script opens and closes."""
    sure = tag(
        "button",
        "Remove",
        type="button",
        class_="remove",
        aria_label=f"Remove {document.title}",
        data_document=document.name,
        data_key="sure",
    )
    return tag(
        "details",
        tag("summary", "Remove", data_key="removal"),
        tag("p", "Take it out of what is searched? It can be undone. ", sure),
        class_="removal",
    )


def _overlap(first: Span, second: Span) -> Span | None:
    start, end = max(first.start, second.start), min(first.end, second.end)
    return Span(start, end) if start < end else None
