"""In what order do passages answer a question, and why?

Over the opened parts of one generation: candidates by words and by meaning, their fused order, what
a reader says of the first of them, and the evidence of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import regex

from briefqa.answering import compose
from briefqa.answering.abstention import Signals, probability
from briefqa.answering.fusion import combined, fuse, in_sentences, reread
from briefqa.documents import passages
from briefqa.index.keyword_index import KeywordIndex, Match, Word
from briefqa.index.record_file import PassageFile
from briefqa.index.vector_index import VectorIndex
from briefqa.models.embedder import Embedder
from briefqa.models.reader import Reader
from briefqa.models.reading import Readable, Reading
from briefqa.records import AnswerSpan, Evidence, Hit, Mode, Passage, Span, TextKind
from briefqa.text.words import is_name, plain_words

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]

CANDIDATES = 200  # from each index
READ = 8  # of the first passages are read at most
ORDERED = 4  # of these change places by what is read, and so are read whatever is asked for
NEIGHBOURS = 1  # sentences on either side of the one that answers that are read with it again
ASKED = 30  # words of a question that a reader is asked
_PAUSE = regex.compile(r"[,;:，；：、]\s*|\s[–—-]\s+")
# A straight quote after a word is an inch mark, or closes nothing.
_QUOTED = regex.compile(r'(?<!\w)"(?=\S)([^"]+)(?<=\S)"(?!\w)|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»')


@dataclass(frozen=True, slots=True)
class Parts:
    """What questions are asked of: row i is the same passage in each.

    `document_of` says which document each passage is from, int64 [n_passages].
    """

    passages: PassageFile
    keyword: KeywordIndex
    vectors: VectorIndex
    document_of: Rows
    embedder: Embedder
    language: str
    reader: Reader | None = None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates of one question: rows best first, with the raw values of each.

    `words` are the question's, and `vector` its own, None when only its words were searched.
    `readings` are of the rows that a reader has read, the first of all twice.
    """

    rows: Rows
    fused: Values
    bm25: Values
    cosine: Values | None
    keyword_rank: dict[int, int]
    semantic_rank: dict[int, int]
    match: Match | None
    words: Sequence[Word] = ()
    vector: Values | None = None
    readings: Mapping[int, Reading] = field(default_factory=dict)


def rank(
    parts: Parts,
    question: str,
    mode: Mode,
    k: int,
    among: Rows | None = None,
    holding: str = "",
    read_as: str = "",
) -> Ranking:
    """Rank the passages that hold every quoted phrase of the question, at least `k` if so many.

    In hybrid mode the reader, if there is one, reads the first `k`, no fewer than 4 and no more
    than 8, has a say in the order of the first 4, and reads once more where the first seems to
    answer; it is asked `read_as`, or else the question.
    `among` restricts them to these rows, int64 ascending; those that have all words of `holding`,
    in their text, title or headings, come first.
    """
    if not question:
        return Ranking(_no_rows(), _no_values(), _no_values(), None, {}, {}, None)
    allowed = _rows_with_phrases(parts, question)
    if among is not None:
        allowed = among if allowed is None else np.intersect1d(allowed, among)
    depth = max(CANDIDATES, k)
    match, vector, cosine = parts.keyword.match(question), None, None
    bm25 = match.bm25
    rows = by_words = by_meaning = _no_rows()
    if mode is not Mode.SEMANTIC:
        rows = by_words = _best(bm25, depth, allowed)
    if mode is not Mode.KEYWORD:
        vector = parts.embedder.embed([question], TextKind.QUESTION)[0]
        by_meaning, nearest = parts.vectors.nearest(vector, depth, allowed)
        found_by_words = np.setdiff1d(by_words, by_meaning)
        rows = np.concatenate([by_meaning, found_by_words])
        cosine = np.concatenate([nearest, parts.vectors.cosines(vector, found_by_words)])
    word_share = bm25[rows] / np.float32(match.idf_sum or 1)
    fused = fuse(
        np.zeros_like(word_share) if mode is Mode.SEMANTIC else word_share,
        np.zeros_like(word_share) if cosine is None else cosine,
        parts.document_of[rows],
    )
    held = parts.keyword.rows_with_all(plain_words(holding)) if holding else rows
    later = ~np.isin(rows, held)
    order = np.lexsort((rows, -fused, later))
    readings: dict[int, Reading] = {}
    if mode is Mode.HYBRID and parts.reader is not None:
        asked = asking(read_as or question, parts.language)
        readings = read(parts, asked, rows[order[: min(READ, max(ORDERED, k))]])
        first = order[:ORDERED]
        judged = np.array(
            [probability(readings[int(row)].answerability) for row in rows[first]], np.float32
        )
        again = np.lexsort((rows[first], -reread(fused[first], judged), later[first]))
        order = np.concatenate([first[again], order[ORDERED:]])
        for best in map(int, rows[order[:1]]):
            readings[best] = read_closer(parts, asked, best, readings[best])
    return Ranking(
        rows=rows[order],
        fused=fused[order],
        bm25=bm25[rows][order],
        cosine=None if cosine is None else cosine[order],
        keyword_rank={int(row): rank for rank, row in enumerate(by_words, 1)},
        semantic_rank={int(row): rank for rank, row in enumerate(by_meaning, 1)},
        match=match,
        words=parts.keyword.words(question),
        vector=vector,
        readings=readings,
    )


def read(parts: Parts, question: str, rows: Sequence[int] | Rows) -> dict[int, Reading]:
    """What the reader says of each of these passages; nothing where there is none."""
    if parts.reader is None:
        return {}
    found = [parts.passages[int(row)] for row in rows]
    texts = [_readable(parts, one, one.text) for one in found]
    return dict(zip(map(int, rows), parts.reader.read(question, texts), strict=True))


def read_closer(parts: Parts, question: str, row: int, reading: Reading) -> Reading:
    """What the reader says of a passage when it looks again where the passage seems to answer.

    The sentence with the best answer and those on either side are read by themselves, and the
    answerability is the mean of both. The same where a passage has no others, or no words answer.
    """
    passage = parts.passages[row]
    sentences = passages.sentences(passage.text, parts.language)
    best = reading.best(Span(0, len(passage.text)))
    if best is None or parts.reader is None:
        return reading
    number = sum(sentence.start <= best[1].start for sentence in sentences) - 1
    held = sentences[max(0, number - NEIGHBOURS) : number + NEIGHBOURS + 1]
    if len(held) == len(sentences):
        return reading
    text = passage.text[held[0].start : held[-1].end]
    (again,) = parts.reader.read(question, [_readable(parts, passage, text)])
    return replace(reading, answerability=(reading.answerability + again.answerability) / 2)


def _readable(parts: Parts, passage: Passage, text: str) -> Readable:
    """A text of this passage in its context."""
    return Readable(text, passages.context(passage.title, passage.section, parts.embedder))


def asking(question: str, language: str) -> str:
    """The part of a question that asks: all of it, unless it has more than 30 words.

    Of a longer one the last sentence with a question mark, or else the last; of that, if it is
    still too long, what follows the first comma, colon or dash that leaves no more than 30 words.
    """
    if len(question.split()) <= ASKED:
        return question
    parts = [question[one.start : one.end] for one in passages.sentences(question, language)]
    marked = (one for one in reversed(parts) if one.rstrip().endswith(("?", "？", "؟")))
    asked = next(marked, parts[-1] if parts else question)
    ends = (0, *(found.end() for found in _PAUSE.finditer(asked)))
    shorter = (asked[end:] for end in ends if len(asked[end:].split()) <= ASKED)
    return next(shorter, asked) or question


def hits(parts: Parts, ranking: Ranking, k: int) -> list[Hit]:
    """The best `k` of a ranking, each with its evidence and where it answers."""
    found = []
    for place, row in enumerate(map(int, ranking.rows[:k])):
        bm25 = float(ranking.bm25[place])
        reading = ranking.readings.get(row)
        standing = dict.fromkeys(word.typed for word in ranking.words if word.stands_in(row))
        evidence = Evidence(
            bm25=bm25 if bm25 > 0 else None,
            keyword_rank=ranking.keyword_rank.get(row),
            cosine=None if ranking.cosine is None else float(ranking.cosine[place]),
            semantic_rank=ranking.semantic_rank.get(row),
            fused=float(ranking.fused[place]),
            matched=tuple(standing),
            answerability=None if reading is None else probability(reading.answerability),
        )
        passage = parts.passages[row]
        answer = _answer(parts, ranking, row, passage)
        found.append(Hit(place + 1, passage, evidence, answer))
    return found


def _answer(parts: Parts, ranking: Ranking, row: int, passage: Passage) -> AnswerSpan | None:
    """The sentence with the most of what finds passages, the question's words and its meaning, and
    of what the reader sees in it; within it the words that the reader takes for the answer.
    """
    sentences = passages.sentences(passage.text, parts.language)
    if not sentences or ranking.match is None:
        return None
    share = parts.keyword.shares(
        ranking.match, [passage.text[sentence.start : sentence.end] for sentence in sentences]
    )
    cosine = np.zeros_like(share)
    if ranking.vector is not None:
        found = parts.vectors.sentence_cosines(ranking.vector, row)
        if len(found) == len(sentences):  # as they were cut when they were embedded
            cosine = found
    reading = ranking.readings.get(row, Reading(0.0))
    evidence = in_sentences(combined(share, cosine), reading.shares(sentences))
    sentence = sentences[int(evidence.argmax())]  # of equals the first
    best = reading.best(sentence)
    return compose.mark(passage, sentence, sentence if best is None else best[1])


def answer_in(parts: Parts, question: str, row: int) -> AnswerSpan | None:
    """Where the passage of this row answers, as if it had been found."""
    ranking = Ranking(
        rows=np.array([row]),
        fused=_no_values(),
        bm25=_no_values(),
        cosine=None,
        keyword_rank={},
        semantic_rank={},
        match=parts.keyword.match(question),
        vector=parts.embedder.embed([question], TextKind.QUESTION)[0] if question else None,
        readings=read(parts, asking(question, parts.language), [row]),
    )
    return _answer(parts, ranking, row, parts.passages[row])


def signals(question: str, ranking: Ranking) -> Signals:
    """The evidence for the first passage of a ranking that has one."""
    row = int(ranking.rows[0])
    names = [word for word in ranking.words if is_name(word.typed, question)]
    reading = ranking.readings.get(row)
    by_words = None
    if ranking.match is not None and ranking.match.bm25[row] > 0:
        by_words = 1 + int((ranking.match.bm25 > ranking.match.bm25[row]).sum())
    ranks = (by_words, ranking.semantic_rank.get(row))
    return Signals(
        cosine=0.0 if ranking.cosine is None else float(ranking.cosine[0]),
        matched_share=0.0 if ranking.match is None else ranking.match.share(row),
        agreement=sum(1 / rank for rank in ranks if rank is not None) / 2,
        unknown_share=_share(word.stands_nowhere() for word in ranking.words),
        unknown_names=_share(word.stands_nowhere() for word in names),
        missing_names=_share(not word.stands_in(row) for word in names),
        answerability=None if reading is None else reading.answerability,
    )


def unknown_names(question: str, ranking: Ranking) -> list[str]:
    """The names and numbers of the question that stand nowhere in the documents, as it has them."""
    nowhere = [word.typed for word in ranking.words if word.stands_nowhere()]
    return [typed for typed in nowhere if is_name(typed, question)]


def _share(held: Iterable[bool]) -> float:
    every = list(held)
    return sum(every) / max(1, len(every))


def _rows_with_phrases(parts: Parts, question: str) -> Rows | None:
    """The passages that hold every quoted phrase word for word; None when nothing is quoted."""
    quoted = ("".join(found.groups(default="")) for found in _QUOTED.finditer(question))
    phrases = [words for text in quoted if (words := plain_words(text))]
    if not phrases:
        return None
    candidates = parts.keyword.rows_with_all(word for words in phrases for word in words)
    held = [row for row in candidates if _holds(parts.passages[int(row)].text, phrases)]
    return np.array(held, dtype=np.int64)


def _holds(text: str, phrases: list[tuple[str, ...]]) -> bool:
    words = plain_words(text)
    return all(
        any(
            words[start : start + len(phrase)] == phrase
            for start in range(len(words) - len(phrase) + 1)
        )
        for phrase in phrases
    )


def _best(scores: Values, limit: int, allowed: Rows | None) -> Rows:
    """The rows with the highest scores above 0, best first, ties by row; int64."""
    rows = np.flatnonzero(scores) if allowed is None else allowed[scores[allowed] > 0]
    values = scores[rows]
    if len(rows) > limit:
        good = values >= np.partition(values, -limit)[-limit]  # sort only those, ties included
        rows, values = rows[good], values[good]
    return rows[np.lexsort((rows, -values))[:limit]].astype(np.int64)


def _no_rows() -> Rows:
    return np.empty(0, dtype=np.int64)


def _no_values() -> Values:
    return np.empty(0, dtype=np.float32)
