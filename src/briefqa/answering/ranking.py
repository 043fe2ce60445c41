"""The ranking of passages for a question, with the evidence for each.

Candidates by words and by meaning, their fused order, what a reader says of the first of them, and
the sentence and words of each that answer. Works on the opened parts of one generation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from briefqa.answering import compose, passage_reading, question_terms, required, tables
from briefqa.answering.abstention import Signals, probability
from briefqa.answering.checks import Check, Checked, check
from briefqa.answering.contents import Contents
from briefqa.answering.fusion import combined, fuse, in_sentences, reread
from briefqa.answering.query import asking
from briefqa.answering.question import Question
from briefqa.answering.question_terms import QuestionTerms
from briefqa.answering.quotation import rows_with_quoted
from briefqa.answering.scope import Passages
from briefqa.documents import passages
from briefqa.index.keyword_index import KeywordIndex, KeywordMatch
from briefqa.index.vector_index import VectorIndex
from briefqa.models.embedder import Embedder
from briefqa.models.reader import Reader, reads, reads_passage
from briefqa.models.reading import Reading
from briefqa.records import AnswerSpan, Evidence, Hit, Mode, Passage, Query, Span, TextKind
from briefqa.text.language import stemmed_as
from briefqa.text.lead_in import answers_nothing
from briefqa.text.sentences import sentences
from briefqa.text.words import is_name

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]

CANDIDATES = 200  # from each index
READ = 8  # of the first passages are read at most
ORDERED = 4  # of these change places by what is read, and so are read whatever is asked for
NEIGHBOURS = 1  # sentences on either side of the one that answers that are read with it again
_ASKING = frozenset(("ask", "asks", "asked", "question", "questions"))
SURE_OF_WORDS = 0.4  # from that certainty on the marked words are right often enough to claim them


@dataclass(frozen=True, slots=True)
class SearchContext:
    """What questions are searched in: row i is the same passage everywhere.

    `document_of` is the number of each passage's document, int64 [n_passages]; `date_of` the date
    of a document by its name, as it is written there, empty where there is none.
    """

    passages: Passages
    keyword: KeywordIndex
    vectors: VectorIndex
    document_of: Rows
    contents: Contents
    embedder: Embedder
    language: str
    date_of: Callable[[str], str]
    reader: Reader | None = None

    def above(self, passage: Passage) -> str:
        """What stands over a passage: title, headings, date, and the years in its file's path."""
        return passages.headings(passage, self.date_of(passage.document)).replace("\n", " ")


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates of one question: rows best first, int64 [n], with the raw values of each.

    `terms` and `match` are of the question's words, None for an empty question; `vector` is its
    embedding, None when only its words were searched. `readings` are of the rows that a reader has
    read, the first of all twice.
    """

    rows: Rows
    fused: Values
    bm25: Values
    cosine: Values | None
    keyword_rank: Mapping[int, int]
    semantic_rank: Mapping[int, int]
    terms: QuestionTerms | None = None
    match: KeywordMatch | None = None
    vector: Values | None = None
    readings: Mapping[int, Reading] = field(default_factory=dict)


def rank(context: SearchContext, query: Query, mode: Mode, among: Rows | None = None) -> Ranking:
    """Rank the passages that hold every quoted phrase of the query, at least `k` if so many.

    In hybrid mode the reader, if it knows the language, reads the first `k`, no fewer than 4 and no
    more than 8, has a say in the order of the first 4, and reads once more where the first seems to
    answer. `among`, int64 ascending, restricts the candidates to those rows; it is for the caller
    to find those of `query.where`.
    """
    if not query.text:
        return Ranking(_no_rows(), _no_values(), _no_values(), None, {}, {})
    allowed = rows_with_quoted(query.text, context.keyword, context.passages, context.contents)
    if among is not None:
        allowed = among if allowed is None else np.intersect1d(allowed, among)
    if allowed is not None and len(allowed) == context.keyword.n_passages:
        allowed = None  # every passage is a quicker search than a choice of them
    depth = max(CANDIDATES, query.k)
    asked, vector, cosine = question_terms.analyze(query.text, context.keyword), None, None
    match = context.keyword.match(asked.idf)
    rows = by_words = by_meaning = _no_rows()
    if mode is not Mode.SEMANTIC:
        by_words, _ = match.top(depth, allowed)
        rows = by_words
    if mode is not Mode.KEYWORD:
        vector = context.embedder.embed([query.text], TextKind.QUESTION)[0]
        by_meaning, nearest = context.vectors.nearest(vector, depth, allowed)
        only_by_words = np.setdiff1d(by_words, by_meaning)
        rows = np.concatenate([by_meaning, only_by_words])
        cosine = np.concatenate([nearest, context.vectors.cosines(vector, only_by_words)])
    bm25 = match.scores(rows)
    word_share = bm25 / np.float32(asked.idf_sum or 1)
    fused = fuse(
        np.zeros_like(word_share) if mode is Mode.SEMANTIC else word_share,
        np.zeros_like(word_share) if cosine is None else cosine,
        context.document_of[rows],
    )
    last = required.lacking(query, context.keyword, context.passages, rows)
    order = np.lexsort((rows, -fused, last))
    readings: dict[int, Reading] = {}
    question = query.reader_question or query.text
    if mode is Mode.HYBRID and reads(context.reader, question, context.language):
        question = asking(question, context.language)
        readings = read(context, question, rows[order[: min(READ, max(ORDERED, query.k))]])
        first = np.array([at for at in order[:ORDERED] if int(rows[at]) in readings], np.int64)
        judged = np.array(
            [probability(readings[int(row)].answerability) for row in rows[first]], np.float32
        )
        again = np.lexsort((rows[first], -reread(fused[first], judged), last[first]))
        # What is not read, as in another language, stays in its place.
        order[:ORDERED][np.isin(order[:ORDERED], first)] = first[again]
        for best in (int(row) for row in rows[order[:1]] if int(row) in readings):
            readings[best] = read_closer(context, question, best, readings[best])
    return Ranking(
        rows=rows[order],
        fused=fused[order],
        bm25=bm25[order],
        cosine=None if cosine is None else cosine[order],
        keyword_rank={int(row): rank for rank, row in enumerate(by_words, 1)},
        semantic_rank={int(row): rank for rank, row in enumerate(by_meaning, 1)},
        terms=asked,
        match=match,
        vector=vector,
        readings=readings,
    )


def read(context: SearchContext, question: str, rows: Sequence[int] | Rows) -> dict[int, Reading]:
    """What the reader says of those of these passages that are in its languages, if any is."""
    if context.reader is None:
        return {}
    those = {int(row): context.passages[int(row)] for row in rows}
    readable = {
        row: (passage, passage.text)
        for row, passage in those.items()
        if reads_passage(context.reader, passage.language or context.language)
    }
    readings = passage_reading.read(
        context.reader, context.embedder, question, list(readable.values())
    )
    return dict(zip(readable, readings, strict=True))


def read_closer(context: SearchContext, question: str, row: int, reading: Reading) -> Reading:
    """What the reader says of a passage when it looks again where the passage seems to answer.

    The sentence with the best answer and those on either side are read by themselves, and the
    answerability is the mean of both. The same where a passage has no others, or no words answer.
    """
    passage = context.passages[row]
    spans = sentences(passage.text, passage.language or context.language)
    best = reading.best(Span(0, len(passage.text)))
    if best is None or context.reader is None:
        return reading
    number = sum(sentence.start <= best[1].start for sentence in spans) - 1
    closer = spans[max(0, number - NEIGHBOURS) : number + NEIGHBOURS + 1]
    if len(closer) == len(spans):
        return reading
    text = passage.text[closer[0].start : closer[-1].end]
    (again,) = passage_reading.read(context.reader, context.embedder, question, [(passage, text)])
    return replace(reading, answerability=(reading.answerability + again.answerability) / 2)


def hits(context: SearchContext, ranking: Ranking, k: int) -> list[Hit]:
    """The best `k` of a ranking, each with its evidence and where it answers."""
    rows, results = ranking.rows[:k], []
    matched: list[list[str]] = [[] for _ in rows]
    if ranking.terms is not None:
        matched = question_terms.matched_words(ranking.terms, context.keyword, rows)
    for place, row in enumerate(map(int, rows)):
        bm25 = float(ranking.bm25[place])
        reading = ranking.readings.get(row)
        evidence = Evidence(
            bm25=bm25 if bm25 > 0 else None,
            keyword_rank=ranking.keyword_rank.get(row),
            cosine=None if ranking.cosine is None else float(ranking.cosine[place]),
            semantic_rank=ranking.semantic_rank.get(row),
            fused=float(ranking.fused[place]),
            matched=tuple(dict.fromkeys(matched[place])),
            answerability=None if reading is None else probability(reading.answerability),
        )
        passage = context.passages[row]
        answer = _answer(context, ranking, row, passage)
        results.append(Hit(place + 1, passage, evidence, answer))
    return results


@dataclass(frozen=True, slots=True)
class Marked:
    """The sentence of a passage that is marked, a range of its text, and the words in it.

    `share` is the reader's share of the answer in that sentence, 0..1. `evident` says whether it
    also has the most of the question's words and meaning, and `margin` by how much, 0 or more.
    `certainty` is how sure the reader is of just these words, if the sentence answers, 0..1.
    """

    sentence: Span
    words: Span
    share: float
    certainty: float
    evident: bool
    margin: float


def marked(context: SearchContext, ranking: Ranking, row: int, passage: Passage) -> Marked | None:
    """The sentence with the most of what finds passages, the question's words and its meaning, and
    of what the reader sees in it; within it the words that the reader takes for the answer.
    """
    spans = sentences(passage.text, passage.language or context.language)
    if not spans or ranking.terms is None:
        return None
    texts = passages.sentence_texts(passage.text, spans, passage.table_header, passage.document)
    stemmed = stemmed_as(passage.language, context.language)
    share = question_terms.shares(ranking.terms, texts, stemmed)
    cosine = np.zeros_like(share)
    if ranking.vector is not None:
        cosines = context.vectors.sentence_cosines(ranking.vector, row)
        if len(cosines) == len(spans):  # as they were cut when they were embedded
            cosine = cosines
    reading = ranking.readings.get(row, Reading(0.0))
    by_indexes, by_reader = combined(share, cosine), reading.shares(spans)
    asking = any(word.typed.lower() in _ASKING for word in ranking.terms.words)
    able = ~np.array(answers_nothing(passage.text, spans, asking=asking))
    evidence = np.where(able, in_sentences(by_indexes, by_reader), -np.inf)
    number = int(evidence.argmax())  # of equals the first
    best = reading.best(spans[number])
    words = spans[number] if best is None else best[1]
    ordered = np.sort(by_indexes[able])[::-1]
    return Marked(
        sentence=spans[number],
        words=words,
        share=float(by_reader[number]),
        certainty=reading.certainty(words, spans[number]),
        evident=int(np.where(able, by_indexes, -np.inf).argmax()) == number,
        margin=1.0 if len(ordered) == 1 else float(ordered[0] - ordered[1]),
    )


def _answer(
    context: SearchContext, ranking: Ranking, row: int, passage: Passage
) -> AnswerSpan | None:
    found = marked(context, ranking, row, passage)
    return None if found is None else compose.mark(passage, found.sentence, found.words)


def answer_in(context: SearchContext, question: str, row: int) -> AnswerSpan | None:
    """Where the passage of this row answers, as if it had been found."""
    ranking = Ranking(
        rows=np.array([row]),
        fused=_no_values(),
        bm25=_no_values(),
        cosine=None,
        keyword_rank={},
        semantic_rank={},
        terms=question_terms.analyze(question, context.keyword),
        vector=context.embedder.embed([question], TextKind.QUESTION)[0] if question else None,
        readings=read(context, asking(question, context.language), [row])
        if reads(context.reader, question, context.language)
        else {},
    )
    return _answer(context, ranking, row, context.passages[row])


def signals(
    context: SearchContext, question: Question, text: str, ranking: Ranking
) -> tuple[Signals, tuple[Checked, ...]]:
    """The evidence for the first passage of a ranking that has one, and what the checks found.

    `text` is the question as it was searched.
    """
    row = int(ranking.rows[0])
    asked, reading = ranking.terms, ranking.readings.get(row)
    words = () if asked is None else asked.words
    names = [word for word in words if is_name(word.typed, text)]
    by_words, share, matched = None, 0.0, set[str]()
    if asked is not None and ranking.match is not None:
        score = float(ranking.bm25[0])
        by_words = ranking.match.rank_of(score) if score > 0 else None
        share = question_terms.matched_share(asked, context.keyword, row)
        matched = set(question_terms.matched_words(asked, context.keyword, ranking.rows[:1])[0])
    ranks = (by_words, ranking.semantic_rank.get(row))
    passage = context.passages[row]
    mark = marked(context, ranking, row, passage)
    checked: tuple[Checked, ...] = ()
    if mark is not None:
        checked = _checks(context, question, passage, mark)
    failed = {each.check: each.strength for each in checked}
    first = [int(other) for other in ranking.rows[1:ORDERED]]
    others = [ranking.readings[other].answerability for other in first if other in ranking.readings]
    return Signals(
        cosine=0.0 if ranking.cosine is None else float(ranking.cosine[0]),
        matched_share=share,
        agreement=sum(1 / rank for rank in ranks if rank is not None) / 2,
        unknown_share=_share(not word.occurs for word in words),
        unknown_names=_share(not word.occurs for word in names),
        missing_names=_share(word.typed not in matched for word in names),
        answerability=None if reading is None else reading.answerability,
        lead=0.0 if reading is None else reading.answerability - max(others, default=-8.0),
        sentence_share=0.0 if mark is None else mark.share,
        evident=mark is not None and mark.evident,
        margin=0.0 if mark is None else mark.margin,
        answer_type=failed.get(Check.ANSWER_TYPE, 0.0),
        counted=failed.get(Check.COUNTED, 0.0),
        echo=failed.get(Check.ECHO, 0.0),
        numbers=failed.get(Check.NUMBERS, 0.0),
    ), checked


def _checks(
    context: SearchContext, question: Question, passage: Passage, mark: Marked
) -> tuple[Checked, ...]:
    words = Checked(Check.WORDS, 0.0 if mark.certainty >= SURE_OF_WORDS else 1.0)
    if (passage.language or context.language) != "en":
        return (words,)
    spans = sentences(passage.text, passage.language or context.language)
    number = spans.index(mark.sentence)
    near = spans[max(0, number - 1) : number + 2]
    around = passage.text[near[0].start : near[-1].end]
    above = context.above(passage)
    text, before = tables.with_header(passage)
    words_there = Span(mark.words.start + before, mark.words.end + before)
    under = tables.names_over(text, words_there)
    if under is None:
        under = " ".join(passages.lead_in_texts(passage.text, spans, passage.table_header)[number])
    checked = check(
        question,
        passage.text[mark.sentence.start : mark.sentence.end],
        passage.text[mark.words.start : mark.words.end],
        f"{above} {around}",
        under,
    )
    return (*checked, words)


def unknown_names(question: str, ranking: Ranking) -> list[str]:
    """The names and numbers of the question that stand nowhere in the documents, as it has them."""
    words = () if ranking.terms is None else ranking.terms.words
    return [word.typed for word in words if not word.occurs and is_name(word.typed, question)]


def _share(flags: Iterable[bool]) -> float:
    every = list(flags)
    return sum(every) / max(1, len(every))


def _no_rows() -> Rows:
    return np.empty(0, dtype=np.int64)


def _no_values() -> Values:
    return np.empty(0, dtype=np.float32)
