"""Writes the documents, passages and vectors of a new generation.

Documents are cut and written to disk as they are read; then the passages are read back a block at a
time and embedded, the longest texts first, so that memory holds a block and not the corpus.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from briefqa.documents import passages
from briefqa.index import generations, vector_cache, vector_index
from briefqa.index.line_maps import LineMapWriter
from briefqa.index.manifest import Source
from briefqa.index.opened import OpenedIndex
from briefqa.index.record_file import PassageFile, RecordWriter
from briefqa.index.vector_cache import KnownVectors
from briefqa.indexing.embedding_processes import embedding
from briefqa.indexing.progress import OnProgress, Stage, tell
from briefqa.models import embedder as embedders
from briefqa.models.cores import usable_cores
from briefqa.models.embedder import Embedder
from briefqa.records import NO_LINES, Document

BLOCK = 2_048  # passages whose texts are sorted by length together
SENTENCES = 20_000  # of one document that are embedded, and one more for
SENTENCE_CHARS = 100  # so many characters: prose has some 130 in each
AT_ONCE = 32 * usable_cores()  # texts between two reports of progress: about a second's


def sample(passage_file: PassageFile) -> list[str]:
    """Some passages from all over the corpus, to compare two runtimes of a model on."""
    step = max(1, len(passage_file) // 64)
    return [passage_file[row].text for row in range(0, len(passage_file), step)]


class Unchanged:
    """The rows of each source in the last generation, to be copied while the source is the same."""

    def __init__(self, last: OpenedIndex) -> None:
        self.last = last
        self._rows: dict[tuple[str, str, str, str], tuple[int, range]] = {}
        self._within: dict[str, list[Source]] = {}
        for source in last.manifest.sources:
            if source.part:
                self._within.setdefault(source.path, []).append(source)
        first = 0
        for number, source in enumerate(last.manifest.indexed()):
            rows = range(first, first + source.passages)
            self._rows[_key(source)] = number, rows
            first = rows.stop

    def rows(self, source: Source) -> tuple[int, range] | None:
        """The rows of a source's document and passages; None if its content, sidecar or loader is
        another.
        """
        return self._rows.get(_key(source))

    def parts(self, source: Source) -> list[Source]:
        """What became of the files within a file, when it was read last."""
        prefix = f"{source.part}/" if source.part else ""
        return [
            each
            for each in self._within.get(source.path, ())
            if each.part.startswith(prefix) and each.part != source.part
        ]


def _key(source: Source) -> tuple[str, str, str, str]:
    return source.name, source.sha256, source.loader, source.sidecar


class GenerationWriter:
    """Cuts documents, writes both to a new generation, and keeps count of what to embed."""

    def __init__(
        self, folder: Path, embedder: Embedder, language: str, n_processes: int = 1
    ) -> None:
        """`n_processes` is how many compute vectors; of one it is this process that does."""
        self.embedder = embedder
        self.language = language
        self._n_processes = n_processes
        self.documents = 0
        self.passages = 0
        self._folder = folder
        self._keys = bytearray()
        self._counts = array("q")
        self._open = ExitStack()
        self._document_file = RecordWriter(folder / generations.DOCUMENTS)
        self._open.callback(self._document_file.close)
        self._line_maps = LineMapWriter(folder)
        self._open.callback(self._line_maps.close)
        self._passage_file = RecordWriter(folder / generations.PASSAGES)
        self._open.callback(self._passage_file.close)

    def close(self) -> None:
        """Write what is buffered; may be called again. Raises OSError."""
        self._open.close()

    def add(self, document: Document) -> tuple[int, tuple[str, ...]]:
        """Write a document unless it has nothing to quote.

        Returns how many passages it has, and notes. So that a document costs in proportion to its
        length, the sentences of those at its end are not embedded where they are too many.
        """
        cut = passages.cut(document, self.embedder, self.language)
        if cut:
            self._document_file.add(replace(document, lines=NO_LINES))
            self._line_maps.add(document.lines)
            self.documents += 1
            self.passages += len(cut)
        room, without = SENTENCES + len(document.text) // SENTENCE_CHARS, 0
        for passage in cut:
            self._passage_file.add(passage)
            only_whole = room <= 0
            texts = passages.embedded_texts(
                passage, self.embedder, self.language, only_whole=only_whole
            )
            room -= len(texts)
            without += only_whole
            self._counts.append(len(texts))
            self._keys += b"".join(map(vector_cache.key, texts))
        if not without:
            return len(cut), ()
        note = (
            f"the sentences of {without:,} of its {len(cut):,} passages are not searched "
            "one by one, for they are too many"
        )
        return len(cut), (note,)

    def copy(self, unchanged: Unchanged, number: int, rows: range) -> None:
        """Write a document and its passages as they are in the last generation."""
        last = unchanged.last
        self._document_file.add_line(last.documents.line(number))
        self._line_maps.add(last.line_maps[number])
        self.documents += 1
        self.passages += len(rows)
        for row in rows:
            self._passage_file.add_line(last.passages.line(row))
            start, end = last.vector_starts[row : row + 2]
            self._counts.append(int(end - start))
            self._keys += last.vector_keys[start:end].tobytes()

    def finish(self) -> PassageFile:
        """Close the files; returns the passages as written, to be closed by the caller."""
        self.close()
        return PassageFile(self._folder / generations.PASSAGES)

    def embed(
        self,
        cut: PassageFile,
        known: KnownVectors,
        progress: OnProgress | None,
        check: Callable[[], object],
    ) -> tuple[int, int]:
        """Write the vectors of what `finish` returned, computing those that are not known.

        Returns the numbers in a vector and how many passages needed none computed. What is computed
        is known from then on, even if the build is stopped. `check` is called before each batch, to
        raise what is to stop it.
        """
        keys = vector_cache.split(bytes(self._keys))
        starts = np.concatenate([[0], np.cumsum(self._counts)])
        keys_of = [keys[start:end] for start, end in pairwise(starts.tolist())]
        total = sum(any(key not in known for key in each) for each in keys_of)
        embedder = self.embedder
        if total:
            tell(progress, Stage.LOADING, 0, 1)
            embedder = embedders.prepared(embedder, sample(cut))
        vectors = None
        vector_cache.write_keys(self._folder, bytes(self._keys))
        done = 0
        with embedding(embedder, self._n_processes) as embed_each:
            for first in range(0, len(cut), BLOCK):
                rows = range(first, min(first + BLOCK, len(cut)))
                new, texts = self._missing(cut, rows, keys_of, known)
                queue = sorted(texts.items(), key=lambda item: (-len(item[1]), item[0]))
                batches = [queue[at : at + AT_ONCE] for at in range(0, len(queue), AT_ONCE)]
                computed = embed_each([text for _, text in batch] for batch in batches)
                for number, batch in enumerate(batches):
                    check()
                    tell(progress, Stage.EMBEDDING, done + new * number // len(batches), total)
                    known.add([key for key, _ in batch], next(computed))
                done += new
                if vectors is None:
                    vectors = vector_index.create(self._folder, self._counts, known.dimension)
                places = range(int(starts[first]), int(starts[rows[-1] + 1]))
                rows_of = [known[keys[place]] for place in places]
                vectors[places.start : places.stop] = np.stack(rows_of)
        if total:
            tell(progress, Stage.EMBEDDING, done, total)
        if vectors is not None:
            vectors.flush()
        return known.dimension, len(cut) - done

    def _missing(
        self, cut: PassageFile, rows: range, keys_of: Sequence[Sequence[bytes]], known: KnownVectors
    ) -> tuple[int, dict[bytes, str]]:
        """How many passages of the rows are new, and the texts of those without a vector, by key.

        A new one misses none if it has only texts of another one.
        """
        texts: dict[bytes, str] = {}
        new = 0
        for row in rows:
            missing = {key for key in keys_of[row] if key not in known}
            new += bool(missing) or any(map(known.is_new, keys_of[row]))
            if missing:
                row_texts = passages.embedded_texts(
                    cut[row], self.embedder, self.language, only_whole=len(keys_of[row]) == 1
                )
                texts.update((key, row_texts[keys_of[row].index(key)]) for key in missing)
        return new, texts
