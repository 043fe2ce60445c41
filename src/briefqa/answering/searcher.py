"""Searching and asking an index.

A Searcher works on one generation at a time and moves to the next once a build has published it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import numpy as np

from briefqa.answering import abstention, annotation, ranking
from briefqa.answering.abstention import WITHOUT_READER, FittedRule, Rescaled
from briefqa.answering.contents import Contents
from briefqa.answering.conversation import Conversation
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.misspelt import in_usual_spelling
from briefqa.answering.query import mode_of, query_of, where_of
from briefqa.answering.question import analyse
from briefqa.answering.ranking import SearchContext
from briefqa.answering.respond import respond
from briefqa.answering.scope import Scopes
from briefqa.answering.snapshot import Snapshot
from briefqa.errors import IndexOutOfDate, ModelUnavailable, UsageError
from briefqa.index.manifest import RECIPE, Manifest
from briefqa.index.opened import OpenedIndex
from briefqa.index.recovery import rebuild_command, spelled
from briefqa.index.store import absolute, store_at
from briefqa.models import embedder
from briefqa.models.embedder import Embedder
from briefqa.models.reader import DEFAULT_READER, Reader, load_reader, usable_reader
from briefqa.records import Answer, Document, DocumentInfo, Hit, Mode, Query, Where


class Searcher:
    """Answers questions from the index in a folder until it is closed, from any thread.

    Every method raises UsageError once it is closed. `with open_index(...) as searcher:` closes it.
    """

    def __init__(
        self,
        index: Path,
        *,
        model: Embedder | None = None,
        reader: Reader | str | os.PathLike[str] | None = DEFAULT_READER,
    ) -> None:
        """Open the index; `model` stands in for the embedder it was built with.

        `reader` reads the first passages: the one that comes with BriefQA, a folder's, or None for
        none. It is not used where it does not read the index's language, nor is the default with an
        index of the hashing fake; `reader_note` says so. Raises IndexNotFound, IndexOutOfDate,
        IndexDamaged or ModelUnavailable.
        """
        self._index = absolute(index)  # the working folder may change
        self._store = store_at(self._index)
        self._model = model
        self._wants_default = reader == DEFAULT_READER
        self._wanted: Reader | None
        if isinstance(reader, str | os.PathLike):
            self._wanted = load_reader(os.fspath(reader))
        else:
            self._wanted = reader
        self._lock = threading.Lock()
        self._idle = threading.Condition()
        self._in_use = 0
        self._closed = False
        self._current = self._open()

    def __enter__(self) -> Searcher:
        with self.opened():
            return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index's files and of the models, once no question is being answered.

        May be called again.
        """
        with self._idle:
            if self._closed:
                return
            self._closed = True
            self._idle.wait_for(lambda: not self._in_use)
        self._current.close()
        del self._current
        self._model = self._wanted = None

    def search(
        self,
        question: str | Query,
        *,
        k: int = 5,
        mode: Mode | str = Mode.HYBRID,
        documents: Iterable[str] | None = None,
        section: str | None = None,
    ) -> list[Hit]:
        """The best `k` passages, best first; fewer if there are no more, none for a blank question.

        Words in quotation marks must stand in a passage just so. Only the first 2,000 characters of
        a question are read. `documents` and `section` are as for `where`. A Query says all of that
        but the mode, its documents and section by their exact names. Raises UsageError for a k
        below 1, an unknown mode, document or section.
        """
        with self.opened() as snapshot:
            query = _query(snapshot, question, k, documents, section)
            scope = snapshot.scopes.of(query.where)
            ranked = ranking.rank(snapshot.context, query, mode_of(mode), scope.rows)
            hits = ranking.hits(snapshot.context, ranked, query.k)
            return annotation.hits_in_context(hits, snapshot.text_of, snapshot.boxes_of)

    def ask(
        self,
        question: str | Query,
        *,
        k: int = 5,
        documents: Iterable[str] | None = None,
        section: str | None = None,
    ) -> Answer:
        """The answer quoted from the documents, or that they do not hold one; see `search`."""
        with self.opened() as snapshot:
            query = _query(snapshot, question, k, documents, section)
            spelt = in_usual_spelling(query, snapshot.context)
            inquiry = Inquiry(
                asked=question.text if isinstance(question, Query) else question,
                query=spelt,
                question=analyse(spelt.reader_question or spelt.text),
                scope=snapshot.scopes.of(query.where),
                context=snapshot.context,
                rule=snapshot.rule,
                passages=snapshot.passages,
                documents=snapshot.documents,
                sources=snapshot.generation.manifest.indexed(),
            )
            found = respond(inquiry)
            answer = annotation.answer_in_context(found, snapshot.text_of, snapshot.boxes_of)
            if spelt == query:
                return answer
            read = f"Read as “{spelt.reader_question or spelt.text}”."
            return replace(answer, reason=f"{read} {answer.reason}".strip())

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
        return Conversation(self, k=k, where=self.where(documents, section))

    def where(self, documents: Iterable[str] | None = None, section: str | None = None) -> Where:
        """Where to look, with the exact names of what is named here, None for all.

        `documents` are their names, or else words of the name or title of just one; `section` is
        its headings joined by ` › ` or `>`, or else any heading, or words of it, that tells it from
        others; those below it belong to it. Raises UsageError for what is not there, and names
        what is near, or for what may be several.
        """
        with self.opened() as snapshot:
            return snapshot.scopes.meant(where_of(documents, section))

    def sections(self, documents: Iterable[str] | None = None) -> dict[str, tuple[str, ...]]:
        """The sections of these documents, all without any, by document: headings joined by ` › `.

        Raises UsageError as `where` does.
        """
        with self.opened() as snapshot:
            return snapshot.scopes.sections(
                snapshot.scopes.meant(where_of(documents, None)).documents
            )

    @property
    def reader(self) -> Reader | None:
        """What reads the first passages; None where none does, see `reader_note`."""
        with self.opened() as snapshot:
            return snapshot.context.reader

    @property
    def reader_note(self) -> str:
        """Why no reader reads, in one sentence; empty where one does or none was wanted."""
        with self.opened() as snapshot:
            return snapshot.reader_note

    def answer_from(self) -> float:
        """The confidence from which a question is answered, 0..1."""
        with self.opened() as snapshot:
            return snapshot.rule.answer_from

    def document(self, name: str) -> Document:
        """The document of that name as it was indexed; raises UsageError if there is none."""
        with self.opened() as snapshot:
            if name not in snapshot.row_of:
                raise UsageError(f"There is no document '{name}' in the index.")
            document = snapshot.documents[row := snapshot.row_of[name]]
            return replace(document, lines=snapshot.generation.line_maps[row])

    def documents(self) -> tuple[DocumentInfo, ...]:
        """What there is to look in, in the order it was indexed."""
        with self.opened() as snapshot:
            if not snapshot.infos:
                indexed = snapshot.generation.manifest.indexed()
                infos = [
                    DocumentInfo(
                        source.name,
                        source.title,
                        document.metadata.date,
                        source.passages,
                        tuple(section.path for section in document.sections if section.path),
                        document.metadata.source,
                        document.metadata.author,
                        document.notes,
                        document.metadata.language,
                    )
                    for source, document in zip(indexed, snapshot.documents, strict=True)
                ]
                with self._lock:
                    snapshot.infos[:] = infos
            return tuple(snapshot.infos)

    def manifest(self) -> Manifest:
        """What the index is: versions, model, settings, counts, sources."""
        with self.opened() as snapshot:
            return snapshot.generation.manifest

    def generation(self) -> str:
        """The name of the generation that answers now."""
        with self.opened() as snapshot:
            return snapshot.generation.name

    def warm(self) -> None:
        """Load the embedding model, and all else, now rather than at the first question."""
        self.search("warm", k=1)

    @contextmanager
    def opened(self) -> Iterator[Snapshot]:
        """The generation that answers now, open for as long as the block runs."""
        with self._idle:
            if self._closed:
                raise UsageError(
                    f"The searcher over {spelled(self._index)} is closed; open the index again."
                )
            self._in_use += 1
        try:
            yield self._snapshot()
        finally:
            with self._idle:
                self._in_use -= 1
                self._idle.notify_all()

    def _stamp(self) -> tuple[int, ...]:
        """What changes when there is something else to open."""
        return self._store.stamp()

    def _snapshot(self) -> Snapshot:
        current = self._current
        if self._stamp() == current.stamp:
            return current
        with self._lock:
            if self._stamp() != self._current.stamp:
                self._current = self._open(self._current)
            return self._current

    def _open(self, last: Snapshot | None = None) -> Snapshot:
        stamp = self._stamp()
        opened = self._store.open()
        try:
            return self._with_models(stamp, opened, last)
        except BaseException:
            opened.close()
            raise

    def _with_models(
        self, stamp: tuple[int, ...], opened: OpenedIndex, last: Snapshot | None
    ) -> Snapshot:
        """The generation, the models that answer from it, and their rule for when to answer."""
        manifest = opened.manifest
        if manifest.recipe != RECIPE:
            raise IndexOutOfDate(
                f"The index in {spelled(self._index)} was cut and embedded by another version of "
                f"BriefQA; rebuild it with: {rebuild_command(self._index)}"
            )
        model = self._model or (last.context.embedder if last else None)
        if model is None or model.fingerprint != manifest.fingerprint:
            model = self._model or embedder.embedder_of(manifest.model, manifest.fingerprint)
        if model.fingerprint != manifest.fingerprint:
            raise IndexOutOfDate(
                f"The index in {spelled(self._index)} was built with another version of the model "
                f"{manifest.model}; rebuild it with: {rebuild_command(self._index)}"
            )
        reader, note = self._wanted, ""
        if reader is not None or self._wants_default:
            reader, note = usable_reader(reader, manifest.model, manifest.language)
        rule: abstention.Rule = WITHOUT_READER
        if reader is not None and reader.rule is not None:
            try:
                rule = FittedRule.from_mapping(reader.rule)
            except (KeyError, TypeError, ValueError) as error:
                raise ModelUnavailable(
                    f"The reader {reader.name} has no usable rule for when to answer; install "
                    "BriefQA again, or go without a reader: --no-reader"
                ) from error
        uncalibrated, fitted = rule, self._store.calibration()
        if fitted is not None and fitted.fits(manifest.fingerprint, reader):
            rule = Rescaled(rule, fitted.slope, fitted.intercept, fitted.answer_from)
        indexed = manifest.indexed()
        row_of = manifest.rows()
        counts = [source.passages for source in indexed]
        return Snapshot(
            stamp=stamp,
            generation=opened,
            documents=opened.documents,
            passages=opened.passages,
            context=SearchContext(
                passages=opened.passages,
                keyword=opened.keyword,
                vectors=opened.vectors,
                document_of=np.repeat(np.arange(manifest.documents), counts),
                contents=Contents(opened.documents, counts, opened.passages),
                embedder=model,
                language=manifest.language,
                date_of=lambda name: opened.documents.about(row_of[name]).date,
                reader=reader,
            ),
            rule=rule,
            uncalibrated=uncalibrated,
            scopes=Scopes(
                tuple(source.name for source in indexed),
                [source.title for source in indexed],
                counts,
                opened.passages,
                row_of,
            ),
            row_of=row_of,
            reader_note=note,
        )


def _query(
    snapshot: Snapshot,
    question: str | Query,
    k: int,
    documents: Iterable[str] | None,
    section: str | None,
) -> Query:
    query = query_of(question, k, documents, section)
    if isinstance(question, Query):
        return query
    return replace(query, where=snapshot.scopes.meant(query.where))
