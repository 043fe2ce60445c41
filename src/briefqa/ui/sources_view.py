"""The source of an answer as markup: the document, at the passage that is cited."""

from __future__ import annotations

from collections.abc import Sequence

from briefqa.citations import Style, cite
from briefqa.records import (
    HEADING_MARK,
    Answer,
    AnswerSpan,
    Document,
    Evidence,
    Hit,
    Metadata,
    Quotation,
    Span,
)
from briefqa.text import markdown
from briefqa.ui import documents_view, kept_quotes, passage_view, reading_view, sheet_view
from briefqa.ui.html import Html, isolated, tag
from briefqa.ui.rendering import Marks


def closed(answer: Answer | None) -> Html:
    """What stands in the place of a source where none is opened by itself."""
    if answer is not None and answer.hits:
        return tag("p", "No passage answers this, so no source is open.", class_="empty")
    return tag("p", "An answer's source opens here, at the passage that answers.", class_="empty")


def article(
    document: Document, answer: Answer, hit: Hit, turn: int, remark: Html | None = None
) -> Html:
    """The document as a page to read, the hit's passage marked, and in it what is quoted.

    Where its pages can be shown, they can be in place of the text. The `remark` stands above the
    text. The passage of an answer that is not asserted is marked
    quietly.
    """
    quoted = answer.quotations_from(hit.passage)
    cited = cited_by(answer, hit, turn)
    has_pages = sheet_view.has_pages(document)
    title = tag(
        "button", isolated(document.title), type="button", class_="read", data_at=0, data_key="top"
    )
    return tag(
        "div",
        tag(
            "div",
            tag("div", reading_view.back(cited), _neighbours(answer, hit, turn), class_="ways"),
            tag("h2", title, dir="auto"),
            tag("p", tag("span", f"[{hit.rank}]", class_="number"), " ", isolated(_place(hit))),
            tag(
                "div",
                sheet_view.choice() if has_pages else None,
                *_copies(quoted, hit, document.metadata),
                kept_quotes.star(hit.passage, _spans(quoted, hit), f"{turn}-source-{hit.rank}"),
                _evidence(hit.evidence, f"why-{turn}-{hit.rank}"),
                class_="copies",
            ),
            class_="bar",
        ),
        reading_view.article(document, None, cited, remark),
        sheet_view.sheet(document, cited.marks) if has_pages else None,
        class_="opened",
        data_turn=turn,
    )


def stretch(document: Document, span: Span, opened_at: str) -> Html:
    """The document at a stretch of its text, marked, with a way back to the button of that key."""
    text = document.text[span.start : span.end]
    answer = AnswerSpan(span.start, span.end, text, span.start, span.end)
    marks = Marks(span, [answer])
    has_pages = sheet_view.has_pages(document)
    title = tag(
        "button", isolated(document.title), type="button", class_="read", data_at=0, data_key="top"
    )
    back = tag(
        "button", "← Back", type="button", class_="back", data_back=opened_at, data_key="back"
    )
    return tag(
        "div",
        tag(
            "div",
            tag("div", back, class_="ways"),
            tag("h2", title, dir="auto"),
            tag("div", sheet_view.choice(), class_="copies") if has_pages else None,
            class_="bar",
        ),
        reading_view.article(document, None, reading_view.Cited(0, 0, marks)),
        sheet_view.sheet(document, marks) if has_pages else None,
        class_="opened reading",
    )


def cited_by(answer: Answer, hit: Hit, turn: int) -> reading_view.Cited:
    """The hit as a citation in its document: the passage, and what is quoted of it."""
    passage = Span(hit.passage.start, hit.passage.end)
    quoted = passage_view.marks(answer.quotations_from(hit.passage))
    return reading_view.Cited(turn, hit.rank, Marks(passage, quoted))


def unopened(sentence: str) -> Html:
    """What stands in place of an article that cannot be shown, and why."""
    return tag("div", tag("p", sentence, class_="problem", tabindex=-1), class_="opened")


def changed(missing: bool, *, rebuildable: bool) -> Html:
    """The remark on a document whose file is not what was indexed any more."""
    what = "is no longer there" if missing else "has changed since it was indexed"
    sentence = f"The file {what}; this is the text that was indexed."
    rebuild = documents_view.rebuild("Index the documents again") if rebuildable else None
    return tag("div", tag("p", sentence), rebuild, class_="problem", role="note")


def _evidence(evidence: Evidence, fold: str) -> Html:
    """Why a passage is here: which of the two indexes found it, and by what."""
    words = (
        "not found by its words"
        if evidence.keyword_rank is None
        else f"rank {evidence.keyword_rank}" + _value("BM25", evidence.bm25, 2)
    )
    meaning = (
        "not found by its meaning"
        if evidence.semantic_rank is None
        else f"rank {evidence.semantic_rank}" + _value("cosine", evidence.cosine, 3)
    )
    reasons = [("By its words", words), ("By its meaning", meaning)]
    if evidence.answerability is not None:
        reasons.append(("By the reader", f"answers · {evidence.answerability:.2f}"))
    if evidence.matched:
        reasons.insert(0, ("Words it shares", ", ".join(evidence.matched)))
    rows = [part for name, value in reasons for part in (tag("dt", name), tag("dd", value))]
    return tag(
        "details",
        tag("summary", "Why this passage"),
        tag("dl", *rows),
        class_="evidence",
        data_fold=fold,
    )


def _value(name: str, value: float | None, digits: int) -> str:
    return "" if value is None else f" · {name} {value:.{digits}f}"


def _place(hit: Hit) -> str:
    """`Keeper › ¶1 (line 7)` or `Keeper › ¶1, p. 7`; the document is named above it."""
    place, where = hit.citation.split(HEADING_MARK, 1)[1], hit.passage.place
    return place if where.in_citation or not where.in_words else f"{place} ({where.in_words})"


def _neighbours(answer: Answer, hit: Hit, turn: int) -> Html:
    """The ways to the citation before this one and after it."""
    ranks = [other.rank for other in answer.hits]
    place = ranks.index(hit.rank)
    ways = []
    for name, other in (("Previous", place - 1), ("Next", place + 1)):
        there = 0 <= other < len(ranks)
        ways.append(
            tag(
                "button",
                name,
                type="button",
                disabled=not there,
                aria_label=f"{name} citation",
                data_turn=turn if there else None,
                data_hit=ranks[other] if there else None,
                data_key=f"way-{name}",
            )
        )
    return tag("span", *ways, class_="neighbours")


def _spans(quoted: Sequence[Quotation], hit: Hit) -> list[Span]:
    """What is kept from here: the sentences that are quoted, or the passage."""
    sentences = [Span(one.span.sentence_start, one.span.sentence_end) for one in quoted]
    return sentences or [Span(hit.passage.start, hit.passage.end)]


def _copies(quoted: Sequence[Quotation], hit: Hit, facts: Metadata) -> list[Html]:
    """What can be taken from here: what is quoted, or the passage; or its citation alone."""
    sentences = [one.sentence for one in quoted] or [hit.passage.text]
    words = f"“{' … '.join(' '.join(sentence.split()) for sentence in sentences)}”"
    citation = {style: cite(hit.passage, facts, style) for style in Style}
    forms = (
        ("Citation", citation[Style.PLAIN]),
        ("Markdown", f"> {markdown.line(words)}\n>\n> — {citation[Style.MARKDOWN]}"),
        ("Footnote (Chicago)", citation[Style.CHICAGO]),
        ("CSL-JSON", citation[Style.CSL_JSON]),
    )
    return [
        _copy("Copy quote", f"{words} — {citation[Style.PLAIN]}"),
        tag(
            "details",
            tag("summary", "Copy as", data_key="copy-as"),
            tag("ul", *(tag("li", _copy(name, text)) for name, text in forms)),
            class_="drop-down",
        ),
    ]


def _copy(name: str, text: str) -> Html:
    return tag(
        "button", name, type="button", class_="copy", data_copy=text, data_key=f"copy-{name}"
    )
