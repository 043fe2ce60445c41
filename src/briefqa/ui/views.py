"""What does a person see? Records in, markup out; nothing here asks, reads or remembers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from briefqa.records import Answer, Document, Evidence, Hit, Section, Span
from briefqa.ui.markup import Html, escape, join, tag

_REACH = 100_000
"""How many characters of a long document are shown on either side of the cited passage."""

_TYPED = re.compile(r"^(?:\s|[-*+>|#`~]|\d+[.)]\s)", re.MULTILINE)
"""A line that begins a list, a quotation, a table or code: its line breaks carry meaning."""

_MONOSPACED = re.compile(r"\s*(?:\||```|~~~)")


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it: an answer, a sentence saying why not, or None for not yet.

    `number` counts from 1 within a conversation.
    """

    number: int
    question: str
    reply: Answer | str | None


def welcome(documents: Sequence[tuple[str, str]], examples: Sequence[str]) -> Html:
    """What stands in the conversation before the first question.

    `documents` are (name, title) pairs; `examples` become buttons that ask themselves.
    """
    asked_of = (
        f"“{documents[0][1]}”" if len(documents) == 1 else f"these {len(documents)} documents"
    )
    buttons = [
        tag("li", tag("button", question, type="button", data_example=place))
        for place, question in enumerate(examples)
    ]
    return tag(
        "div",
        tag("p", f"Ask {asked_of} a question.", class_="invitation"),
        tag(
            "p",
            "The answer is the passage itself, word for word, with the place it stands in. "
            "What is not there is not answered.",
            class_="manners",
        ),
        tag("ul", *buttons, class_="examples", aria_label="Example questions") if buttons else None,
        class_="welcome",
    )


def library(documents: Sequence[tuple[str, str]]) -> Html:
    """The documents that are asked, in one line that unfolds when there are several."""
    if not documents:
        return tag("p", "No documents yet", class_="library")
    if len(documents) == 1:
        return tag("p", documents[0][1], class_="library")
    titles = [tag("li", title, title=name) for name, title in documents]
    return tag(
        "details",
        tag("summary", f"{len(documents)} documents"),
        tag("ul", *titles),
        class_="library",
    )


def conversation(turns: Sequence[Turn]) -> Html:
    """Every turn so far, oldest first."""
    return join(*(_turn(turn) for turn in turns))


def _turn(turn: Turn) -> Html:
    return tag(
        "section",
        tag("h2", turn.question, class_="question", dir="auto"),
        _reply(turn),
        class_="turn",
        data_number=turn.number,
    )


def _reply(turn: Turn) -> Html:
    match turn.reply:
        case None:
            return tag("p", "Looking …", class_="waiting")
        case str() as sentence:
            return tag("p", sentence, class_="problem")
        case Answer(answered=True) as answer:
            quoted = _quoted(answer)
            return tag(
                "div",
                *(_quotation(hit, turn.number) for hit in quoted),
                _also([hit for hit in answer.hits if hit not in quoted], turn.number),
                class_="reply",
            )
        case answer:
            return tag(
                "div",
                tag("p", "Not in these documents.", class_="verdict"),
                tag("p", answer.reason, class_="reason") if answer.reason else None,
                _nearest(*(_quotation(hit, turn.number) for hit in answer.hits)),
                class_="reply",
            )


def _quoted(answer: Answer) -> list[Hit]:
    """The hits that the answer's text quotes; the first one if it quotes in words of its own."""
    quoted = [hit for hit in answer.hits if hit.passage.text in answer.text]
    return quoted or list(answer.hits[:1])


def _quotation(hit: Hit, turn: int) -> Html:
    return tag("figure", tag("blockquote", _prose(hit.passage.text)), _citation(hit, turn))


def _citation(hit: Hit, turn: int) -> Html:
    """The numbered citation, a button that opens the passage where it stands."""
    return tag(
        "figcaption",
        tag(
            "button",
            *_cited(hit),
            type="button",
            class_="citation",
            data_turn=turn,
            data_hit=hit.rank,
        ),
    )


def _cited(hit: Hit) -> list[str]:
    """`[1] Title › Section › ¶2`, the title apart so that the place in it stands out."""
    title, place = hit.citation.rsplit(" › ", 1)
    if hit.passage.section:
        title, *rest = hit.citation.split(" › ")
        place = " › ".join(rest)
    return [
        tag("span", f"[{hit.rank}]", class_="number"),
        " ",
        tag("bdi", tag("span", f"{title} › ", class_="of"), place),
    ]


def _also(hits: Sequence[Hit], turn: int) -> Html | None:
    if not hits:
        return None
    buttons = [
        tag(
            "button",
            f"[{hit.rank}]",
            type="button",
            class_="citation",
            title=hit.citation,
            aria_label=f"[{hit.rank}] {hit.citation}",
            data_turn=turn,
            data_hit=hit.rank,
        )
        for hit in hits
    ]
    return tag("p", "See also ", *buttons, class_="also")


def _nearest(*children: Html) -> Html | None:
    if not children:
        return None
    summary = tag("summary", "Nearest passages, which do not answer this")
    return tag("details", summary, *children, class_="nearest")


def sources(turn: Turn | None) -> Html:
    """The numbered passages of one turn, each with its place, its text and why it was found."""
    if turn is None or not isinstance(turn.reply, Answer) or not turn.reply.hits:
        return tag("p", "The passages an answer rests on are listed here.", class_="empty")
    answer = turn.reply
    listed = tag(
        "ol",
        *(_source(hit, turn.number) for hit in answer.hits),
        class_="hits",
        data_turn=turn.number,
    )
    return listed if answer.answered else _nearest(listed) or Html()


def _source(hit: Hit, turn: int) -> Html:
    first, last = hit.passage.lines
    lines = f"line {first}" if first == last else f"lines {first}–{last}"
    return tag(
        "li",
        _citation(hit, turn),
        tag("p", tag("bdi", hit.passage.document), f", {lines}", class_="place"),
        tag("blockquote", _prose(hit.passage.text)),
        _evidence(hit.evidence),
    )


def _evidence(evidence: Evidence) -> Html:
    by_words = (
        "not found by its words"
        if evidence.keyword_rank is None
        else f"rank {evidence.keyword_rank}" + _value("BM25", evidence.bm25, 2)
    )
    by_meaning = (
        "not found by its meaning"
        if evidence.semantic_rank is None
        else f"rank {evidence.semantic_rank}" + _value("cosine", evidence.cosine, 3)
    )
    return tag(
        "details",
        tag("summary", "Why this passage"),
        tag(
            "dl",
            tag("dt", "Same words"),
            tag("dd", by_words),
            tag("dt", "Same meaning"),
            tag("dd", by_meaning),
        ),
        class_="evidence",
    )


def _value(name: str, value: float | None, digits: int) -> str:
    return "" if value is None else f" · {name} {value:.{digits}f}"


def article(document: Document, hit: Hit) -> Html:
    """The whole document as a page to read, the hit's passage marked.

    Of a document longer than the reach, the part around the passage is shown, and it says so.
    """
    cited = Span(hit.passage.start, hit.passage.end)
    window = Span(max(0, cited.start - _REACH), min(len(document.text), cited.end + _REACH))
    whole = window == Span(0, len(document.text))
    about = " · ".join(part for part in (document.date, document.source, document.name) if part)
    return _opened(
        tag("p", *_cited(hit)),
        tag(
            "article",
            tag("h2", document.title, dir="auto"),
            tag("p", about, class_="place"),
            None
            if whole
            else tag("p", "A long document: the part around the passage.", class_="note"),
            *_sections(document, cited, window),
            tabindex=0,
            aria_label="Source",
        ),
    )


def unopened(sentence: str) -> Html:
    """What stands in place of an article that cannot be shown, and why."""
    return _opened(tag("p", sentence, class_="problem"))


def _opened(*children: Html) -> Html:
    back = tag("button", "← All sources", type="button", class_="back")
    return tag("div", tag("div", back, children[0], class_="bar"), *children[1:], class_="opened")


def _sections(document: Document, cited: Span, window: Span) -> list[Html]:
    shown: list[Html] = []
    above: tuple[str, ...] = ()
    for section in document.sections:
        paragraphs = [_overlap(paragraph, window) for paragraph in section.paragraphs]
        visible = [paragraph for paragraph in paragraphs if paragraph is not None]
        if visible or not section.paragraphs:
            shown.extend(_headings(section, above))
            above = section.path
        shown.extend(_paragraph(document.text, span, cited) for span in visible)
    return shown


def _headings(section: Section, above: tuple[str, ...]) -> list[Html]:
    """The section's own heading, and those over it that `above` does not stand under already."""
    shared = 0
    while shared < min(len(above), len(section.path) - 1) and above[shared] == section.path[shared]:
        shared += 1
    return [
        tag(f"h{min(depth + 3, 6)}", section.path[depth], dir="auto")
        for depth in range(shared, len(section.path))
    ]


def _paragraph(text: str, span: Span, cited: Span) -> Html:
    """One paragraph with the part of it that is cited marked."""
    mark = _overlap(span, cited)
    if mark is None:
        content: Html = escape(text[span.start : span.end])
    else:
        content = join(
            text[span.start : mark.start],
            tag("mark", text[mark.start : mark.end]),
            text[mark.end : span.end],
        )
    return tag("p", content, class_=_setting(text[span.start : span.end]), dir="auto")


def _prose(text: str) -> Html:
    """A passage as paragraphs."""
    blocks = re.split(r"\n[^\S\n]*\n\s*", text.replace("\r\n", "\n"))
    return join(*(tag("p", block, class_=_setting(block), dir="auto") for block in blocks))


def _setting(text: str) -> str | None:
    """How a paragraph is set: prose flows, lists keep lines, tables and code keep columns."""
    if _MONOSPACED.match(text):
        return "typed code"
    return "typed" if _TYPED.search(text) else None


def _overlap(first: Span, second: Span) -> Span | None:
    start, end = max(first.start, second.start), min(first.end, second.end)
    return Span(start, end) if start < end else None
