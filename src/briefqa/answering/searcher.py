"""Which passages answer a question?

The only reader of an index. A Searcher works on one immutable generation at a time and moves to
the next by itself once a build has published it; it is thread-safe and writes nothing.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from briefqa.answering import abstention, compose, ranking
from briefqa.answering.abstention import ReaderRule, Rescaled, Signals, Thresholds
from briefqa.answering.conversation import Conversation
from briefqa.answering.ranking import Parts
from briefqa.answering.scope import Scopes
from briefqa.errors import IndexOutOfDate, ModelUnavailable, UsageError
from briefqa.index.manifest import Manifest
from briefqa.index.opened import OpenedIndex
from briefqa.index.record_file import DocumentFile, PassageFile
from briefqa.index.recovery import rebuild_command
from briefqa.index.store import store_at
from briefqa.models import embedder
from briefqa.models.embedder import HASHING_MODEL, Embedder
from briefqa.models.reader import DEFAULT_READER, Reader, load_reader
from briefqa.records import Answer, AnswerSpan, Document, DocumentInfo, Hit, Mode

MAX_QUESTION = 2_000  # characters that are read of a question


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """One generation, opened."""

    stamp: tuple[int, ...]
    generation: OpenedIndex
    documents: DocumentFile
    parts: Parts
    rule: abstention.Rule
    uncalibrated: abstention.Rule
    scopes: Scopes
    infos: list[DocumentInfo] = field(default_factory=list)  # filled when first asked for


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question.

    `rows` are those of the passages found, best first; `signals` are of the first, None when there
    is none; `confidence` is 0..1, and `uncalibrated` what it would be before `briefqa calibrate`;
    `answer` is where the first passage answers.
    """

    rows: tuple[int, ...]
    signals: Signals | None
    confidence: float
    uncalibrated: float
    answer: AnswerSpan | None


class Searcher:
    """Answers questions from the index in a folder, for as long as you like, from any thread."""

    def __init__(
        self,
        index: Path,
        *,
        model: Embedder | None = None,
        reader: Reader | str | os.PathLike[str] | None = DEFAULT_READER,
    ) -> None:
        """Open the index; `model` stands in for the embedder it was built with.

        `reader` reads the first passages: the one that comes with BriefQA, a folder's, or None for
        none. An index of the hashing fake has no default reader. Raises IndexNotFound,
        IndexOutOfDate, IndexDamaged or ModelUnavailable.
        """
        store_at(index)  # raises for what is no folder, before that becomes an absolute path
        self._index = index.absolute()  # the working folder may change
        self._store = store_at(self._index)
        self._model = model
        self._by_default = reader == DEFAULT_READER
        self._reader: Reader | None
        if isinstance(reader, str | os.PathLike):
            self._reader = load_reader(os.fspath(reader))
        else:
            self._reader = reader
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
        ranked = ranking.rank(snapshot.parts, read_as, _mode(mode), _positive(k), scope.rows)
        return ranking.hits(snapshot.parts, ranked, k)

    def ask(
        self,
        question: str,
        *,
        k: int = 5,
        documents: Iterable[str] | None = None,
        section: str | None = None,
        holding: str = "",
        read: str = "",
    ) -> Answer:
        """The answer quoted from the documents, or that they do not hold one; see `search`.

        Passages that have all words of `holding`, in their text, title or headings, come first. A
        reader is asked `read` instead of the question, if it is given.
        """
        snapshot = self._snapshot()
        scope = snapshot.scopes.of(documents, section)
        read_as = _readable(question)
        ranked = ranking.rank(
            snapshot.parts, read_as, Mode.HYBRID, _positive(k), scope.rows, holding, _readable(read)
        )
        hits = ranking.hits(snapshot.parts, ranked, k)
        if not read_as:
            answer = compose.unanswered(question, "The question is empty; ask something.", ())
        elif not snapshot.parts.keyword.question_terms(read_as):
            reason = "The question has no word to look for; say what it is about."
            answer = compose.unanswered(question, reason, scope.documents, hits=hits)
        else:
            answer = compose.compose(
                question,
                hits,
                snapshot.rule.confidence(ranking.signals(read_as, ranked)) if hits else 0.0,
                snapshot.rule.answer_from,
                scope.documents,
                scope.in_words,
                ranking.unknown_names(read_as, ranked),
            )
        return replace(answer, read_as=read_as)

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

    @property
    def reader(self) -> Reader | None:
        """What reads the first passages."""
        return self._snapshot().parts.reader

    def outcome(self, question: str, *, depth: int = 1) -> Outcome:
        """What became of a question: the rows found, the evidence for the first, the answer in it.

        What an evaluation measures.
        """
        snapshot, read_as = self._snapshot(), _readable(question)
        ranked = ranking.rank(snapshot.parts, read_as, Mode.HYBRID, depth)
        if not len(ranked.rows):
            return Outcome((), None, 0.0, 0.0, None)
        found = ranking.signals(read_as, ranked)
        return Outcome(
            rows=tuple(int(row) for row in ranked.rows[:depth]),
            signals=found,
            confidence=snapshot.rule.confidence(found),
            uncalibrated=snapshot.uncalibrated.confidence(found),
            answer=ranking.hits(snapshot.parts, ranked, 1)[0].answer,
        )

    def answer_from(self) -> float:
        """The confidence from which a question is answered, 0..1."""
        return self._snapshot().rule.answer_from

    def answer_in(self, question: str, row: int) -> AnswerSpan | None:
        """Where the passage of this row answers, wherever it ranks."""
        snapshot, read_as = self._snapshot(), _readable(question)
        return ranking.answer_in(snapshot.parts, read_as, row)

    def ranked_rows(self, question: str, *, mode: Mode, depth: int) -> list[int]:
        """The rows of up to `depth` passages, best first; what an evaluation measures."""
        ranked = ranking.rank(self._snapshot().parts, _readable(question), mode, depth)
        return [int(row) for row in ranked.rows[:depth]]

    def passages(self) -> PassageFile:
        """Every passage, by row; read from disk as they are asked for."""
        return self._snapshot().parts.passages

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
                    document.metadata.date,
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

    def _stamp(self) -> tuple[int, ...]:
        """What changes when there is something else to open."""
        return self._store.stamp()

    def _snapshot(self) -> _Snapshot:
        current = self._current
        if self._stamp() == current.stamp:
            return current
        with self._lock:
            if self._stamp() != self._current.stamp:
                self._current = self._open(self._current)
            return self._current

    def _open(self, last: _Snapshot | None = None) -> _Snapshot:
        stamp = self._stamp()
        opened = self._store.open()
        try:
            return self._read_by_models(stamp, opened, last)
        except BaseException:
            opened.close()
            raise

    def _read_by_models(
        self, stamp: tuple[int, ...], opened: OpenedIndex, last: _Snapshot | None
    ) -> _Snapshot:
        """The generation with the models that answer from it, and their rule for when to."""
        manifest = opened.manifest
        model = self._model or (last.parts.embedder if last else None)
        if model is None or model.fingerprint != manifest.fingerprint:
            model = self._model or embedder.embedder_of(manifest.model, manifest.fingerprint)
        if model.fingerprint != manifest.fingerprint:
            raise IndexOutOfDate(
                f"The index in {self._index} was built with another version of the model "
                f"{manifest.model}; rebuild it with: {rebuild_command(self._index)}"
            )
        reader = self._reader
        if self._by_default and manifest.model == HASHING_MODEL:
            reader = None
        rule: abstention.Rule = Thresholds()
        if reader is not None and reader.rule is not None:
            try:
                rule = ReaderRule.from_mapping(reader.rule)
            except (KeyError, TypeError, ValueError) as error:
                raise ModelUnavailable(
                    f"The reader {reader.name} has no usable rule for when to answer; install "
                    "BriefQA again, or go without a reader: --no-reader"
                ) from error
        uncalibrated, kept = rule, self._store.calibration()
        if kept is not None and kept.fits(manifest.fingerprint, reader):
            rule = Rescaled(rule, kept.slope, kept.intercept, kept.answer_from)
        indexed = manifest.indexed()
        counts = [source.passages for source in indexed]
        return _Snapshot(
            stamp=stamp,
            generation=opened,
            documents=opened.documents,
            parts=Parts(
                passages=opened.passages,
                keyword=opened.keyword,
                vectors=opened.vectors,
                document_of=np.repeat(np.arange(manifest.documents), counts),
                embedder=model,
                language=manifest.language,
                reader=reader,
            ),
            rule=rule,
            uncalibrated=uncalibrated,
            scopes=Scopes(tuple(source.name for source in indexed), counts, opened.passages),
        )


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
