"""The sources of an answer as markup, listed and opened."""

from __future__ import annotations

from briefqa.records import Answer, Document, Evidence, Hit, Span, Verdict
from briefqa.ui import conversation_view, passage_view, reading_view
from briefqa.ui.html import Html, tag
from briefqa.ui.rendering import Marks


def listed(answer: Answer | None, turn: int) -> Html:
    """The numbered passages of one turn, each with its place, its text and why it was found.

    What the answer quotes of them is marked, and nothing else.
    """
    if answer is None or not answer.hits:
        return tag("p", "The passages an answer rests on are listed here.", class_="empty")
    hits = tag(
        "ol", *(_source(hit, answer, turn) for hit in answer.hits), class_="hits", data_turn=turn
    )
    if answer.verdict is not Verdict.NOT_FOUND:
        return hits
    summary = tag("summary", "Nearest passages, which do not answer this")
    return tag("details", summary, hits, class_="nearest", data_fold=f"sources-{turn}")


def article(
    document: Document, answer: Answer, hit: Hit, turn: int, remark: Html | None = None
) -> Html:
    """The document as a page to read, the hit's passage marked, its answer more strongly."""
    return tag(
        "div",
        tag(
            "div",
            tag("div", _back(), _neighbours(answer, hit, turn), class_="ways"),
            tag("p", *conversation_view.cited(hit)),
            tag("div", *_copies(answer, hit), class_="copies"),
            class_="bar",
        ),
        reading_view.article(document, None, cited_by(answer, hit, turn), remark),
        class_="opened",
    )


def cited_by(answer: Answer, hit: Hit, turn: int) -> reading_view.Cited:
    """The hit as a citation in its document: the passage, and what is quoted of it."""
    passage = Span(hit.passage.start, hit.passage.end)
    quoted = passage_view.marks(answer.quotations_from(hit.passage))
    return reading_view.Cited(turn, hit.rank, Marks(passage, quoted))


def unopened(sentence: str) -> Html:
    """What stands in place of an article that cannot be shown, and why."""
    bar = tag("div", tag("div", _back(), class_="ways"), class_="bar")
    return tag("div", bar, tag("p", sentence, class_="problem"), class_="opened")


def changed(missing: bool, *, rebuildable: bool) -> Html:
    """The remark on a document whose file is not what was indexed any more."""
    what = "is no longer there" if missing else "has changed since it was indexed"
    sentence = f"The file {what}; this is the text that was indexed."
    rebuild = tag(
        "button", "Index the documents again", type="button", class_="rebuild", data_key="rebuild"
    )
    return tag(
        "div", tag("p", sentence), rebuild if rebuildable else None, class_="problem", role="note"
    )


def _source(hit: Hit, answer: Answer, turn: int) -> Html:
    return tag(
        "li",
        conversation_view.citation(hit, turn, key="source"),
        tag("p", tag("bdi", conversation_view.place_of(hit)), class_="place"),
        passage_view.passage(hit.passage, answer.quotations_from(hit.passage)),
        _evidence(hit.evidence, f"why-{turn}-{hit.rank}"),
    )


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


def _back() -> Html:
    return tag("button", "← All sources", type="button", class_="back", data_key="back")


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


def _copies(answer: Answer, hit: Hit) -> list[Html]:
    """What can be taken from here: the citation, and with it what is quoted, else the passage."""
    citation = f"{hit.citation} ({conversation_view.place_of(hit)})"
    quoted = [one.sentence for one in answer.quotations_from(hit.passage)] or [hit.passage.text]
    quote = f"“{' … '.join(' '.join(sentence.split()) for sentence in quoted)}” — {citation}"
    return [
        tag("button", name, type="button", class_="copy", data_copy=text, data_key=f"copy-{name}")
        for name, text in (("Copy citation", citation), ("Copy quote", quote))
    ]
