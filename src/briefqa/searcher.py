"""Which passages answer a question?

The only reader of an index. A Searcher works on one immutable generation at a time and moves to
the next by itself once a build has published it; it is thread-safe and writes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import regex

from briefqa import answering, embedder, index_folder, passages
from briefqa.abstention import Signals, Thresholds
from briefqa.analysis import plain_words
from briefqa.conversation import Conversation
from briefqa.embedder import Embedder
from briefqa.errors import IndexDamaged, IndexOutOfDate, UsageError
from briefqa.fusion import fuse
from briefqa.keyword_index import KeywordIndex, Match
from briefqa.manifest import Manifest
from briefqa.record_file import DocumentFile, PassageFile
from briefqa.records import (
    Answer,
    AnswerSpan,
    Document,
    DocumentInfo,
    Evidence,
    Hit,
    Mode,
    Passage,
    TextKind,
)
from briefqa.scope import Scope, Scopes
from briefqa.vector_index import VectorIndex

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Values = npt.NDArray[np.float32]

CANDIDATES = 200  # from each index
MAX_QUESTION = 2_000  # characters that are read of a question
# A straight quote after a word is an inch mark, or closes nothing.
_QUOTED = regex.compile(r'(?<!\w)"(?=\S)([^"]+)(?<=\S)"(?!\w)|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»')


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """One generation, opened."""

    stamp: tuple[int, int, int]
    generation: index_folder.Generation
    documents: DocumentFile
    passages: PassageFile
    keyword: KeywordIndex
    vectors: VectorIndex
    document_of: Rows
    embedder: Embedder
    thresholds: Thresholds
    scopes: Scopes
    infos: list[DocumentInfo] = field(default_factory=list)  # filled when first asked for


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Candidates of one question: rows best first, with the raw values of each.

    `vector` is the question's, None when only its words were searched.
    """

    rows: Rows
    fused: Values
    bm25: Values
    cosine: Values | None
    keyword_rank: dict[int, int]
    semantic_rank: dict[int, int]
    match: Match | None
    vector: Values | None = None


class Searcher:
    """Answers questions from the index in a folder, for as long as you like, from any thread."""

    def __init__(self, index: Path, *, model: Embedder | None = None) -> None:
        """Open the index; `model` stands in for the embedder it was built with.

        Raises IndexNotFound, IndexOutOfDate, IndexDamaged or ModelUnavailable.
        """
        self._index = index.absolute()  # the working folder may change
        self._model = model
        self._lock = threading.Lock()
        self._current = self._open()

    def search(
        self,
        question: str,
        *,
        k: int = 5,
        mode: Mode | str = Mode.HYBRID,
        documents: Iterable[str] | None = None,
        section: str | None = None,
    ) -> list[Hit]:
        """The best `k` passages, best first; fewer if there are no more, none for a blank question.

        Words in double quotes must stand in a passage just so. Only the first 2,000 characters of
        a question are read. `documents` names those to look in, `section` a section of them: its
        headings joined by ` › `, those below it included. Raises UsageError for a k below 1, an
        unknown mode, document or section.
        """
        snapshot = self._snapshot()
        scope = snapshot.scopes.of(documents, section)
        read_as = _readable(question)
        ranking = _rank(snapshot, read_as, _mode(mode), _positive(k), scope)
        return _hits(snapshot, read_as, ranking, k)

    def ask(
        self,
        question: str,
        *,
        k: int = 5,
        documents: Iterable[str] | None = None,
        section: str | None = None,
    ) -> Answer:
        """The answer quoted from the documents, or that they do not hold one; see `search`."""
        snapshot = self._snapshot()
        scope = snapshot.scopes.of(documents, section)
        read_as = _readable(question)
        ranking = _rank(snapshot, read_as, Mode.HYBRID, _positive(k), scope)
        hits = _hits(snapshot, read_as, ranking, k)
        if not read_as:
            return answering.unanswered(question, "The question is empty; ask something.", ())
        if not snapshot.keyword.question_terms(read_as):
            reason = "The question has no word to look for; say what it is about."
            return answering.unanswered(question, reason, scope.documents, hits=hits)
        confidence = 0.0
        if hits:
            confidence = snapshot.thresholds.confidence(_signals(ranking))
        return answering.compose(
            question,
            hits,
            confidence,
            snapshot.thresholds.answer_from,
            scope.documents,
            scope.in_words,
        )

    def conversation(
        self,
        *,
        k: int = 5,
        documents: Iterable[str] | None = None,
        section: str | None = None,
    ) -> Conversation:
        """Questions that follow each other, in which "And in Damascus?" is understood.

        `k`, `documents` and `section` hold for each of them, see `search`.
        """
        return Conversation(self, k=k, documents=documents, section=section)

    def signals(self, question: str) -> Signals | None:
        """The raw evidence the abstention rule reads; None when nothing is found."""
        snapshot = self._snapshot()
        ranking = _rank(snapshot, _readable(question), Mode.HYBRID, 1)
        return _signals(ranking) if len(ranking.rows) else None

    def confidence(self, question: str) -> float:
        """How sure that the first passage answers, 0..1; 0 when there is nothing to go by."""
        found = self.signals(question)
        return 0.0 if found is None else self._snapshot().thresholds.confidence(found)

    def ranked_rows(self, question: str, *, mode: Mode, depth: int) -> list[int]:
        """The rows of up to `depth` passages, best first; what an evaluation measures."""
        ranking = _rank(self._snapshot(), _readable(question), mode, depth)
        return [int(row) for row in ranking.rows[:depth]]

    def passages(self) -> Iterable[Passage]:
        """Every passage, by row; read from disk as they are asked for."""
        return self._snapshot().passages

    def document(self, name: str) -> Document:
        """The document of that name as it was indexed; raises UsageError if there is none."""
        snapshot = self._snapshot()
        names = [source.name for source in snapshot.generation.manifest.indexed()]
        if name not in names:
            raise UsageError(f"There is no document '{name}' in {self._index}.")
        return snapshot.documents[names.index(name)]

    def documents(self) -> tuple[DocumentInfo, ...]:
        """What there is to look in, in the order it was indexed."""
        snapshot = self._snapshot()
        if not snapshot.infos:
            indexed = snapshot.generation.manifest.indexed()
            found = [
                DocumentInfo(
                    source.name,
                    source.title,
                    document.date,
                    source.passages,
                    tuple(section.path for section in document.sections if section.path),
                )
                for source, document in zip(indexed, snapshot.documents, strict=True)
            ]
            with self._lock:
                snapshot.infos[:] = found
        return tuple(snapshot.infos)

    def manifest(self) -> Manifest:
        """What the index is: versions, model, settings, counts, sources."""
        return self._snapshot().generation.manifest

    def generation(self) -> str:
        """The name of the generation that answers now."""
        return self._snapshot().generation.name

    def warm(self) -> None:
        """Load the embedding model, and all else, now rather than at the first question."""
        self.search("warm", k=1)

    def _snapshot(self) -> _Snapshot:
        current = self._current
        if index_folder.pointer_stamp(self._index) == current.stamp:
            return current
        with self._lock:
            if index_folder.pointer_stamp(self._index) != self._current.stamp:
                self._current = self._open(self._current)
            return self._current

    def _open(self, last: _Snapshot | None = None) -> _Snapshot:
        stamp = index_folder.pointer_stamp(self._index)
        generation = index_folder.open_current(self._index)
        manifest = generation.manifest
        model = self._model or (last.embedder if last else None)
        if model is None or model.fingerprint != manifest.fingerprint:
            model = self._model or embedder.embedder_of(manifest.model, manifest.fingerprint)
        if model.fingerprint != manifest.fingerprint:
            raise IndexOutOfDate(
                f"The index in {self._index} was built with another version of the model "
                f"{manifest.model}; rebuild it with: briefqa build"
            )
        documents = DocumentFile(generation.folder / index_folder.DOCUMENTS)
        cut = PassageFile(generation.folder / index_folder.PASSAGES)
        vectors = VectorIndex(generation.folder)
        counted = (len(documents), len(cut), vectors.n_passages, vectors.dimension)
        told = (manifest.documents, manifest.passages, manifest.passages, manifest.dimension)
        if counted != told:
            raise IndexDamaged(
                f"The parts of the index in {self._index} disagree about how much it holds; "
                "rebuild it with: briefqa build"
            )
        try:
            thresholds = Thresholds.from_mapping(manifest.thresholds)
        except (KeyError, TypeError, ValueError) as error:
            raise IndexDamaged(
                f"The index in {self._index} has no usable thresholds; run: briefqa build"
            ) from error
        indexed = manifest.indexed()
        counts = [source.passages for source in indexed]
        return _Snapshot(
            stamp=stamp,
            generation=generation,
            documents=documents,
            passages=cut,
            keyword=KeywordIndex(
                generation.folder / index_folder.KEYWORD, len(cut), manifest.language
            ),
            vectors=vectors,
            document_of=np.repeat(np.arange(len(documents)), counts),
            embedder=model,
            thresholds=thresholds,
            scopes=Scopes(tuple(source.name for source in indexed), counts, cut),
        )


def _rank(
    snapshot: _Snapshot, question: str, mode: Mode, k: int, scope: Scope | None = None
) -> _Ranking:
    """Rank the passages that hold every quoted phrase of the question, at least `k` if so many."""
    if not question:
        return _Ranking(_no_rows(), _no_values(), _no_values(), None, {}, {}, None)
    allowed = _rows_with_phrases(snapshot, question)
    if scope is not None and scope.rows is not None:
        allowed = scope.rows if allowed is None else np.intersect1d(allowed, scope.rows)
    depth = max(CANDIDATES, k)
    match, vector, cosine = snapshot.keyword.match(question), None, None
    bm25 = match.bm25
    rows = by_words = by_meaning = _no_rows()
    if mode is not Mode.SEMANTIC:
        rows = by_words = _best(bm25, depth, allowed)
    if mode is not Mode.KEYWORD:
        vector = snapshot.embedder.embed([question], TextKind.QUESTION)[0]
        by_meaning, nearest = snapshot.vectors.nearest(vector, depth, allowed)
        found_by_words = np.setdiff1d(by_words, by_meaning)
        rows = np.concatenate([by_meaning, found_by_words])
        cosine = np.concatenate([nearest, snapshot.vectors.cosines(vector, found_by_words)])
    word_share = bm25[rows] / np.float32(match.idf_sum or 1)
    fused = fuse(
        np.zeros_like(word_share) if mode is Mode.SEMANTIC else word_share,
        np.zeros_like(word_share) if cosine is None else cosine,
        snapshot.document_of[rows],
    )
    order = np.lexsort((rows, -fused))
    return _Ranking(
        rows=rows[order],
        fused=fused[order],
        bm25=bm25[rows][order],
        cosine=None if cosine is None else cosine[order],
        keyword_rank={int(row): rank for rank, row in enumerate(by_words, 1)},
        semantic_rank={int(row): rank for rank, row in enumerate(by_meaning, 1)},
        match=match,
        vector=vector,
    )


def _hits(snapshot: _Snapshot, question: str, ranking: _Ranking, k: int) -> list[Hit]:
    hits = []
    for place, row in enumerate(map(int, ranking.rows[:k])):
        bm25 = float(ranking.bm25[place])
        evidence = Evidence(
            bm25=bm25 if bm25 > 0 else None,
            keyword_rank=ranking.keyword_rank.get(row),
            cosine=None if ranking.cosine is None else float(ranking.cosine[place]),
            semantic_rank=ranking.semantic_rank.get(row),
            fused=float(ranking.fused[place]),
            matched=snapshot.keyword.matched(question, row),
        )
        passage = snapshot.passages[row]
        answer = _answering_sentence(snapshot, ranking, row, passage)
        hits.append(Hit(place + 1, passage, evidence, answer))
    return hits


def _answering_sentence(
    snapshot: _Snapshot, ranking: _Ranking, row: int, passage: Passage
) -> AnswerSpan | None:
    """The sentence with the most of what finds passages: the question's words and its meaning."""
    language = snapshot.generation.manifest.language
    sentences = passages.sentences(passage.text, language)
    if not sentences or ranking.match is None:
        return None
    share = snapshot.keyword.shares(
        ranking.match, [passage.text[sentence.start : sentence.end] for sentence in sentences]
    )
    cosine = np.zeros_like(share)
    if ranking.vector is not None:
        found = snapshot.vectors.sentence_cosines(ranking.vector, row)
        if len(found) == len(sentences):  # as they were cut when they were embedded
            cosine = found
    evidence = fuse(share, cosine, np.zeros(len(sentences), np.int64))
    return answering.mark(passage, sentences, evidence.tolist())


def _signals(ranking: _Ranking) -> Signals:
    """The evidence for the first passage of a ranking that has one."""
    cosine = 0.0 if ranking.cosine is None else float(ranking.cosine[0])
    share = 0.0 if ranking.match is None else ranking.match.share(int(ranking.rows[0]))
    return Signals(cosine, share)


def _rows_with_phrases(snapshot: _Snapshot, question: str) -> Rows | None:
    """The passages that hold every quoted phrase word for word; None when nothing is quoted."""
    quoted = ("".join(found.groups(default="")) for found in _QUOTED.finditer(question))
    phrases = [words for text in quoted if (words := plain_words(text))]
    if not phrases:
        return None
    candidates = snapshot.keyword.rows_with_all(word for words in phrases for word in words)
    held = [row for row in candidates if _holds(snapshot.passages[int(row)].text, phrases)]
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


def _readable(question: object) -> str:
    """The question as it is searched: its first 2,000 characters that can be printed."""
    if not isinstance(question, str):
        raise UsageError(f"A question is text, and this is {type(question).__name__}.")
    sound = question[:MAX_QUESTION].encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in sound).split())


def _mode(mode: Mode | str) -> Mode:
    try:
        return Mode(mode)
    except ValueError:
        raise UsageError(f"There is no mode '{mode}'; choose one of: {', '.join(Mode)}.") from None


def _positive(k: object) -> int:
    if not isinstance(k, int) or k < 1:
        raise UsageError(f"k is {k!r}, but at least 1 passage must be asked for.")
    return k


def _no_rows() -> Rows:
    return np.empty(0, dtype=np.int64)


def _no_values() -> Values:
    return np.empty(0, dtype=np.float32)
