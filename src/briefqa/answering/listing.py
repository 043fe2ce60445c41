"""Lists: every sentence, item or table row of the first passages that answers, in document order.

Each is valued by itself, by the question's words in it and in what leads to it (headings, the line
above a list, a table's header), its meaning and what the reader sees in it. Two signs of a list
count for more: a label that several places share (`Action:`), and a sentence that announces what
follows it ("for two reasons").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import regex

from briefqa.answering import compose, question_terms, ranking, tables
from briefqa.answering.abstention import probability
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.missing import missing
from briefqa.answering.question.nouns import is_plural
from briefqa.models.reading import Reading
from briefqa.records import Answer, AnswerSpan, Hit, Mode, Passage, Quotation, Span, Verdict
from briefqa.text.language import stemmer, stop_words
from briefqa.text.line_breaks import is_header_row
from briefqa.text.sentences import sentences
from briefqa.text.words import plain_words
from briefqa.text.words import question_terms as content_terms

if TYPE_CHECKING:
    from briefqa.answering.ranking import Ranking

OPENING = "Places that answer; there may be more."
PASSAGES = 20
MOST_PLACES = 20
FEWEST_WORDS = 3  # of a place; fewer are a greeting, a name or a heading
# Fitted to the list questions kept for tuning, as are the weights in `value`; logits.
FROM = -1.5  # a place's value from which it is quoted
BEHIND = 2.0  # how far behind the best one it may be
SURE = -1.0  # the best one's value from which an answer is asserted
ANNOUNCING = 14  # words of a sentence that only announces, at most
_NUMBERS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_LABEL = regex.compile(r"\W*(?:\*\*(\p{L}+)[^*\n]{0,40}\*\*|(\p{L}+):)")
_ITEM = regex.compile(r"(?m)^[ \t]*(?:[-*+•]|\d{1,3}[.)]|\(\w{1,3}\))[ \t]+")
_BLANK = regex.compile(r"\n[ \t]*\n")
# Words of a question that say only that several things are wanted.
_ASKING = frozenset(
    "list all every each name names mention mentioned mentions come comes coming there were "
    "document documents page meeting brief report text named given".split()
)
_PERSONS = frozenset(("peopl", "person"))  # terms that a row of names need not hold


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, list item or table row, a range of a passage's text.

    `lead` is what leads to an item or a row: the sentence above it, a table's header.
    """

    span: Span
    lead: str = ""
    item: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A unit of a passage and how likely it answers, a logit.

    `own` is the share of what is asked for that stands in it, 0..1; `label` the word of the
    question that opens it as a label (`**Action:**`), in lower case, else empty. `named` says of a
    row that it has what is asked for and what leads to it does not say: `pilot` of a column of
    roles.
    """

    row: int
    unit: Unit
    text: str
    value: float
    own: float
    label: str = ""
    named: bool = False

    @property
    def span(self) -> Span:
        """Where it stands in its passage's text."""
        return self.unit.span


def respond(
    inquiry: Inquiry, one_cell: Callable[[Inquiry, Sequence[Hit]], Answer | None]
) -> Answer:
    """Every place that answers, asserted where the best of them is sure enough.

    `one_cell` gives the answer where that is a cell of a table ("the imports of Malta").
    """
    context = inquiry.context
    query = replace(inquiry.query, k=max(PASSAGES, inquiry.query.k))
    ranked = ranking.rank(context, query, Mode.HYBRID, inquiry.scope.rows)
    hits = ranking.hits(context, ranked, query.k)
    first = hits[: inquiry.query.k]
    if not hits or not question_terms.searched_terms(query.text, context.keyword):
        reason = f"No passage in {inquiry.scope.in_words} fits the question."
        return compose.not_found(inquiry, reason)
    if answer := one_cell(inquiry, hits):
        return answer
    signals, _ = ranking.signals(context, inquiry.question, query.text, ranked)
    confidence = inquiry.rule.confidence(signals)
    if inquiry.rule.topic(signals) < inquiry.rule.topic_from:
        reason = f"Nothing in {inquiry.scope.in_words} comes close enough to the question."
        unknown = ranking.unknown_names(query.text, ranked)
        return compose.not_found(inquiry, reason, first, confidence, unknown)
    places = chosen(inquiry, ranked)
    best = max((place.value for place in places), default=-9.0)
    if not places or (best < SURE and confidence < inquiry.rule.answer_from):
        return compose.unsure(inquiry, first, confidence, missing(inquiry, first, ranked))
    quotations = [_quotation(inquiry.passages[place.row], place.span) for place in places]
    return compose.quoting(
        inquiry,
        quotations,
        _quoted_first(hits, quotations, inquiry.query.k),
        Verdict.ANSWERED,
        opening=OPENING,
        reason=f"Places that answer, found in {inquiry.scope.in_words}: {len(places)}.",
        confidence=max(confidence, probability(best)),
    )


def chosen(inquiry: Inquiry, ranked: Ranking) -> list[Place]:
    """The places that answer, at most twenty, in document order."""
    places = _once(_places(inquiry, ranked))
    answering = sharing_a_label(places) or _best(inquiry, places)
    answering.sort(key=lambda place: -place.value)
    return sorted(answering[:MOST_PLACES], key=lambda place: (place.row, place.span.start))


def _once(places: Iterable[Place]) -> list[Place]:
    """Each text once, with its best value, where it stands first: replies quote earlier mails."""
    found: dict[tuple[str, ...], Place] = {}
    for place in places:
        other = found.setdefault(plain_words(place.text), place)
        first = min(other, place, key=lambda one: (one.row, one.span.start))
        best = max(other.value, place.value)
        found[plain_words(place.text)] = replace(first, value=best)
    return sorted(found.values(), key=lambda one: (one.row, one.span.start))


def sharing_a_label(places: Sequence[Place]) -> list[Place]:
    """Those that a label of the question opens, where it opens several, with most of its words."""
    counts = Counter(place.label for place in places if place.label)
    labelled = [place for place in places if counts[place.label] > 1]
    most = max((place.own for place in labelled), default=0.0)
    return [place for place in labelled if place.own >= most - 0.01]


def _best(inquiry: Inquiry, places: Sequence[Place]) -> list[Place]:
    """Those whose value is high enough; what one only announces stands in its stead.

    Of a table in which rows are named, only those.
    """
    naming = {(place.row, place.unit.lead) for place in places if place.named}
    telling = [
        place
        for place in places
        if _tells(place.text) and (place.named or (place.row, place.unit.lead) not in naming)
    ]
    best = max((place.value for place in telling), default=-9.0)
    least = max(FROM, best - BEHIND)
    found: dict[tuple[int, int], Place] = {}
    for place in telling:
        if place.value >= least:
            text = inquiry.passages[place.row].text
            of_passage = [one for one in places if one.row == place.row]
            for one in announced(text, place, of_passage) or [place]:
                found.setdefault((one.row, one.span.start), replace(one, value=place.value))
    return list(found.values())


def _tells(text: str) -> bool:
    """Whether a text may answer at all: a question does not, nor do one or two words."""
    return not text.rstrip("* \n").endswith("?") and len(plain_words(text)) >= FEWEST_WORDS


def announced(text: str, place: Place, places: Sequence[Place]) -> list[Place]:
    """The places of one passage that a place announces; none where it does not.

    A line with a colon at its end announces the items below it, "two reasons" in a short sentence
    the next two sentences or items of the paragraph.
    """
    after = [one for one in places if one.span.start >= place.span.end]
    colon, count = place.text.rstrip("* \n").endswith(":"), _count_of(place.text)
    if place.unit.item or not (colon or count):
        return []
    found: list[Place] = []
    end = place.span.end
    for one in after[: len(after) if colon else count]:
        apart = _BLANK.search(text[end : one.span.start]) is not None
        if not one.unit.item and (colon or apart):
            break
        found.append(one)
        end = one.span.end
    return found


def _count_of(text: str) -> int:
    """How many things a short sentence says there are: 2 of "Two conditions are attached."."""
    words = plain_words(text)
    if "," in text or len(words) > ANNOUNCING:
        return 0
    pairs = pairwise(words)
    counts = (_NUMBERS.index(one) + 2 for one, noun in pairs if one in _NUMBERS and is_plural(noun))
    return next(counts, 0)


def _places(inquiry: Inquiry, ranked: Ranking) -> Iterator[Place]:
    """Every unit of the first passages with its value."""
    context = inquiry.context
    if ranked.terms is None:
        return
    language = context.language
    asked = [
        term
        for word in inquiry.question.words
        if word.lower() not in _ASKING
        for term in content_terms(word, stemmer(language), stop_words(language))
    ]
    wanted = frozenset(asked) or frozenset(ranked.terms.idf)
    for rank, row in enumerate(map(int, ranked.rows[:PASSAGES])):
        passage = context.passages[row]
        if passage.language not in ("", language):
            continue  # what counts as a place that answers was found on English
        reading = ranked.readings.get(row)
        headings = _terms(" ".join((passage.title, *passage.section)), language)
        above = _share(ranked, wanted, _terms(" ".join(passage.section), language))
        cosines = _cosines(inquiry, ranked, row)
        spans = sentences(passage.text, passage.language or language)
        whole, before = tables.with_header(passage)
        denied = tables.denied(inquiry.question, whole, lambda text: _terms(text, language))
        against = {line.start - before for line in denied}
        for unit in units_of(passage.text, spans):
            span = unit.span
            if span.start in against:
                continue
            text = passage.text[span.start : span.end]
            own = _share(ranked, wanted, _terms(text, language))
            lead = _terms(unit.lead, language)
            leading = max(above, _share(ranked, wanted, lead))
            opening = _label(text, unit)
            if not _terms(opening, language) & wanted:
                opening = ""
            near, read = _near(spans, cosines, span), _read(reading, span)
            worth = value(own, leading, near, read, rank)
            unsaid = wanted - lead - headings - _PERSONS
            named = is_row(text) and bool(unsaid) and unsaid <= _terms(text, language)
            yield Place(row, unit, text, worth, own, opening, named)


def _label(text: str, unit: Unit) -> str:
    """The word that labels a text, in lower case; who speaks in a transcript is no label."""
    label = _LABEL.match(text)
    if label is None:
        return ""
    return (label[1] or (label[2] if unit.item else "")).lower()


def value(own: float, leading: float, cosine: float, read: float, rank: int) -> float:
    """How likely a place answers, as a logit.

    `own` and `leading` are the shares of what is asked for that stand in it and in what leads to
    it, `cosine` that of its meaning, `read` the reader's share of the answer in it, all 0..1.
    `rank` is its passage's, from 0.
    """
    return -5.9 + 1.39 * own + 2.97 * leading + 0.95 * cosine + 5.71 * read + 3.25 / (1 + rank)


def units_of(text: str, spans: Sequence[Span]) -> list[Unit]:
    """The list items and table rows of a text, and its sentences, `spans`, elsewhere; in order.

    A table's header is no unit.
    """
    items = list(items_of(text))
    units: list[Unit] = []
    lead, header, at = "", "", 0
    for span in spans:
        while at < len(items) and items[at].end <= span.start:
            at += 1
        if at < len(items) and items[at].start < span.end:
            if not units or units[-1].span != items[at]:
                units.append(Unit(items[at], lead, item=True))
            continue
        sentence = text[span.start : span.end]
        if is_header_row(sentence):
            header = sentence
        elif is_row(sentence):
            units.append(Unit(span, f"{lead} {header}".strip(), item=True))
        else:
            units.append(Unit(span))
            lead, header = sentence, ""
    return units


def is_row(text: str) -> bool:
    """Whether a text is a row of a Markdown table."""
    return text.lstrip().startswith("|")


def items_of(text: str) -> Iterator[Span]:
    """The items of the lists in a text: each from its bullet or number to the next, or a blank
    line.
    """
    starts = [match.start() for match in _ITEM.finditer(text)]
    for start, following in zip(starts, [*starts, len(text)][1:], strict=True):
        blank = _BLANK.search(text[start:following])
        piece = text[start : start + blank.start() if blank else following]
        begin = start + len(piece) - len(piece.lstrip())
        yield Span(begin, start + len(piece.rstrip()))


def _cosines(inquiry: Inquiry, ranked: Ranking, row: int) -> list[float]:
    """The cosine of each sentence of a passage with the question; none where that has no vector."""
    if ranked.vector is None:
        return []
    return [float(one) for one in inquiry.context.vectors.sentence_cosines(ranked.vector, row)]


def _near(spans: Sequence[Span], cosines: Sequence[float], span: Span) -> float:
    """The best cosine of the sentences that stand in a range."""
    if len(spans) != len(cosines):
        return 0.0
    inside = [
        cosine
        for one, cosine in zip(spans, cosines, strict=True)
        if one.start < span.end and one.end > span.start
    ]
    return max(0.0, *inside) if inside else 0.0


def _read(reading: Reading | None, span: Span) -> float:
    """The reader's: whether the passage answers, and by how much of it that is here, 0..1."""
    if reading is None:
        return 0.0
    return probability(reading.answerability) * float(reading.shares([span])[0])


def _share(ranked: Ranking, wanted: frozenset[str], terms: frozenset[str]) -> float:
    """How much of what is asked for is there, by how rare the terms are, 0..1."""
    idf = ranked.terms.idf if ranked.terms is not None else {}
    weights = {term: idf.get(term, 1.0) for term in wanted}
    return sum(weight for term, weight in weights.items() if term in terms) / (
        sum(weights.values()) or 1.0
    )


def _terms(text: str, language: str) -> frozenset[str]:
    return question_terms.content_stems(text, language)


def _quotation(passage: Passage, span: Span) -> Quotation:
    start, end = span.start + passage.start, span.end + passage.start
    text = passage.text[span.start : span.end]
    return Quotation(passage, AnswerSpan(start, end, text, start, end))


def _quoted_first(hits: Sequence[Hit], quotations: Sequence[Quotation], k: int) -> list[Hit]:
    """The hits whose passages are quoted, in the order of the quotations, then others up to k."""
    of_passage = {hit.passage: hit for hit in hits}
    order = list(dict.fromkeys(one.passage for one in quotations))
    rest = [hit.passage for hit in hits if hit.passage not in set(order)]
    order += rest[: max(0, k - len(order))]
    return [replace(of_passage[passage], rank=rank) for rank, passage in enumerate(order, 1)]
