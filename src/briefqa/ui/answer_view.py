"""What is said to one question as markup: what is quoted, how sure it is, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from briefqa.answering.compose import listed, opening
from briefqa.citations import ShortCitations
from briefqa.records import Answer, Hit, Passage, Quotation, Span, Verdict
from briefqa.ui import kept_quotes, passage_view
from briefqa.ui.html import Html, isolated, tag

_NAMED = 12
"""Documents that are named where nothing answers; of more, their number is told."""

_FEW = 2
"""Of so many quoted passages what stands around the quotation is shown; of more, in the source."""


def body(answer: Answer, turn: int, citations: ShortCitations) -> list[Html | None]:
    """What is said to the question, and the passages it rests on."""
    cite = _Citing(turn, citations)
    quoted = {one.passage for one in answer.quotations}
    others = [hit for hit in answer.hits if hit.passage not in quoted]
    match answer.verdict:
        case Verdict.ANSWERED:
            return [_note(opening(answer)), *_quotations(answer, cite), _also(others, cite)]
        case Verdict.UNSURE:
            first = others[: 0 if quoted else 1]
            return [
                tag("p", _doubt(answer), class_="verdict"),
                *_quotations(answer, cite),
                *(_passage(hit, cite) for hit in first),
                _folded("More passages that speak of it", others[len(first) :], cite),
            ]
        case Verdict.NOT_FOUND:
            return [
                tag("p", answer.text, class_="verdict"),
                tag("p", answer.reason, class_="reason"),
                _looked_in(answer.searched, turn),
                _folded("Nearest passages, which do not answer this", answer.hits, cite),
            ]
        case _ if answer.quotations:  # of what was asked for as a whole: an overview, a clause
            note = _note(" ".join(filter(None, (opening(answer), answer.reason))))
            return [note, *_quotations(answer, cite)]
        case _ if answer.hits:  # of a search
            note = tag("p", answer.text, class_="note")
            return [note, *(_passage(hit, cite, hit.evidence.matched) for hit in answer.hits)]
        case _:
            return [tag("p", answer.text, class_="remark")]


def _note(text: str) -> Html | None:
    return tag("p", text, class_="note") if text else None


class _Citing:
    """Writes the citations of one answer; a document is named where another was before it."""

    def __init__(self, turn: int, citations: ShortCitations) -> None:
        self.turn = turn
        self._citations = citations
        self._last = ""

    def anew(self) -> None:
        """Name the next document whatever was named before it."""
        self._last = ""

    def __call__(self, passage: Passage, hit: Hit | None) -> Html:
        """The citation, a button that opens the passage where it stands if it is a hit's."""
        document = self._citations.document(passage) if passage.document != self._last else ""
        self._last = passage.document
        place = self._citations.place(passage)
        of = tag("span", isolated(document), " › ", class_="of") if document else None
        if hit is None:
            return tag("bdi", of, isolated(place))
        return tag(
            "button",
            tag("span", f"[{hit.rank}]", class_="number"),
            " ",
            tag("bdi", of, isolated(place)),
            type="button",
            class_="citation",
            title=hit.citation,
            data_turn=self.turn,
            data_hit=hit.rank,
            data_key=key(self.turn, hit.rank),
        )


def key(turn: int, rank: int) -> str:
    """By which the page's script knows the citation of a hit of this rank."""
    return f"cite-{turn}-{rank}"


def _doubt(answer: Answer) -> str:
    """One sentence on what an unsure answer lacks."""
    lacks = listed(answer.missing) if answer.missing else ""
    if answer.quotations:
        return f"These documents answer a part of this, but give {lacks}."
    if lacks:
        return f"These documents may not answer this: the nearest passage has {lacks}."
    return "These documents speak of this, but may not answer it."


def _quotations(answer: Answer, cite: _Citing) -> Iterator[Html]:
    """What is quoted, in the answer's order, each with its citation and what stands around it."""
    hits = {hit.passage: hit for hit in answer.hits}
    few = len({one.passage for one in answer.quotations}) <= _FEW
    for passage, group in groupby(answer.quotations, lambda one: one.passage):
        quoted = list(group)
        spans = [Span(one.span.sentence_start, one.span.sentence_end) for one in quoted]
        star = kept_quotes.star(passage, spans, f"{cite.turn}-{passage.document}-{passage.start}")
        yield tag(
            "figure",
            *_sentences(quoted),
            tag("figcaption", cite(passage, hits.get(passage)), " ", star),
            passage_view.around(passage, quoted) if few else None,
        )


def _sentences(quoted: Sequence[Quotation]) -> Iterator[Html]:
    """The sentences quoted of one passage, each after the parts of the question it answers."""
    for _, group in groupby(quoted, lambda one: (one.span.sentence_start, one.span.sentence_end)):
        same = list(group)
        for part in dict.fromkeys(one.part for one in same if one.part):
            yield tag("p", part, class_="part", dir="auto")
        yield passage_view.sentence(same)


def _passage(hit: Hit, cite: _Citing, searched: Sequence[str] = ()) -> Html:
    """A passage that nothing is claimed of; the words `searched` for are marked in it."""
    whole = Span(hit.passage.start, hit.passage.end)
    star = kept_quotes.star(hit.passage, [whole], f"{cite.turn}-hit-{hit.rank}")
    return tag(
        "figure",
        passage_view.passage(hit.passage, searched),
        tag("figcaption", cite(hit.passage, hit), " ", star),
    )


def _also(hits: Sequence[Hit], cite: _Citing) -> Html | None:
    if not hits:
        return None
    if not hits[0].passage.section:  # or nothing but its paragraphs would be named
        cite.anew()
    items = [tag("li", cite(hit.passage, hit)) for hit in hits]
    return tag("div", tag("p", "See also"), tag("ul", *items), class_="also")


def _looked_in(names: Sequence[str], turn: int) -> Html | None:
    """The documents that hold no answer, by name where they are few."""
    if not names:
        return None
    if len(names) == 1:
        return tag("p", "Looked in ", tag("bdi", names[0]), class_="looked")
    shown = [tag("li", tag("bdi", name)) for name in names[:_NAMED]]
    more = len(names) - _NAMED
    return tag(
        "details",
        tag("summary", f"Looked in {len(names)} documents"),
        tag("ul", *shown, tag("li", f"and {more} more") if more > 0 else None),
        class_="looked",
        data_fold=f"looked-{turn}",
    )


def _folded(summary: str, hits: Sequence[Hit], cite: _Citing) -> Html | None:
    """Passages that are not shown until they are wanted."""
    if not hits:
        return None
    return tag(
        "details",
        tag("summary", summary),
        *(_passage(hit, cite) for hit in hits),
        class_="nearest",
        data_fold=f"nearest-{cite.turn}",
    )
