"""How do passages get their vectors?

Documents are cut and written to disk as they come in; then the passages are read back a block at a
time and embedded, the longest texts first, so that memory holds a block and not the corpus.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from briefqa.documents import passages
from briefqa.errors import IndexDamaged
from briefqa.index import generations, vector_cache, vector_index
from briefqa.index.generations import Generation
from briefqa.index.record_file import DocumentFile, PassageFile, RecordWriter
from briefqa.index.vector_cache import KnownVectors
from briefqa.models import embedder as embedders
from briefqa.models.embedder import Embedder
from briefqa.records import Document, TextKind

BLOCK = 2_048  # passages whose texts are sorted by length together
AT_ONCE = 256  # texts between two reports of progress

Progress = Callable[[str, int, int], None]


def tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    """Report how far a stage is, to whoever wants to know."""
    if progress is not None:
        progress(stage, done, total)


def sample(cut: PassageFile) -> list[str]:
    """Some passages from all over the corpus, to compare two runtimes of a model on."""
    return [cut[row].text for row in range(0, len(cut), max(1, len(cut) // 64))]


class Unchanged:
    """What a generation holds of each source, to be taken over while the source is the same."""

    def __init__(self, generation: Generation) -> None:
        """Raises IndexDamaged."""
        folder = generation.folder
        self.documents = DocumentFile(folder / generations.DOCUMENTS)
        self.passages = PassageFile(folder / generations.PASSAGES)
        self.vectors = vector_index.read_vectors(folder)[1]  # where those of a passage start
        self.keys = vector_cache.read_keys(folder)
        self._rows: dict[tuple[str, str], tuple[int, range]] = {}
        first = 0
        for number, source in enumerate(generation.manifest.indexed()):
            rows = range(first, first + source.passages)
            self._rows[source.name, source.sha256] = number, rows
            first = rows.stop
        held = (len(self.documents), len(self.passages), len(self.vectors) - 1, len(self.keys))
        if held != (len(self._rows), first, first, self.vectors[-1]):
            self._rows.clear()

    def rows(self, name: str, sha256: str) -> tuple[int, range] | None:
        """The document's row and its passages' rows, if it is here with that content."""
        return self._rows.get((name, sha256))


class Intake:
    """Takes documents in: cuts them, writes both to a new generation, counts what to embed."""

    def __init__(self, folder: Path, embedder: Embedder, language: str) -> None:
        self.embedder = embedder
        self.language = language
        self.documents = 0
        self.passages = 0
        self._folder = folder
        self._keys = bytearray()
        self._counts = array("q")
        self._open = ExitStack()
        self._document_file = RecordWriter(folder / generations.DOCUMENTS)
        self._open.callback(self._document_file.close)
        self._passage_file = RecordWriter(folder / generations.PASSAGES)
        self._open.callback(self._passage_file.close)

    def close(self) -> None:
        """Nothing more comes in; may be called again. Raises OSError."""
        self._open.close()

    def add(self, document: Document) -> int:
        """Take one document in, unless it has nothing to quote; returns its passages."""
        cut = passages.cut(document, self.embedder)
        if cut:
            self._document_file.add(document)
            self.documents += 1
            self.passages += len(cut)
        for passage in cut:
            self._passage_file.add(passage)
            texts = passages.embedded_texts(passage, self.embedder, self.language)
            self._counts.append(len(texts))
            self._keys += b"".join(map(vector_cache.key, texts))
        return len(cut)

    def take_over(self, last: Unchanged, name: str, sha256: str) -> Document | None:
        """Take in what the last generation holds of a source, if it holds it as it is now."""
        found = last.rows(name, sha256)
        if found is None:
            return None
        number, rows = found
        try:
            document = last.documents[number]
            for row in rows:
                last.passages[row]  # whatever cannot be read is made anew
        except IndexDamaged:
            return None
        self._document_file.add_line(last.documents.line(number))
        self.documents += 1
        self.passages += len(rows)
        for row in rows:
            self._passage_file.add_line(last.passages.line(row))
            start, end = last.vectors[row : row + 2]
            self._counts.append(int(end - start))
            self._keys += last.keys[start:end].tobytes()
        return document

    def finish(self) -> PassageFile:
        """All has come in; returns the passages as written."""
        self.close()
        return PassageFile(self._folder / generations.PASSAGES)

    def embed(
        self, cut: PassageFile, known: KnownVectors, progress: Progress | None
    ) -> tuple[int, int]:
        """Write the vectors of what `finish` returned, making those that are not known.

        Returns the numbers in a vector and how many passages needed none made. What is made is
        known from then on, even if the build is stopped.
        """
        keys = vector_cache.split(bytes(self._keys))
        starts = np.concatenate([[0], np.cumsum(self._counts)])
        embedder = self.embedder
        if any(key not in known for key in keys):
            embedder = embedders.prepared(embedder, sample(cut))
        vectors = None
        vector_cache.write_keys(self._folder, bytes(self._keys))
        reused = 0
        for first in range(0, len(cut), BLOCK):
            rows = range(first, min(first + BLOCK, len(cut)))
            of_rows = [keys[starts[row] : starts[row + 1]] for row in rows]
            reused += self._embed_block(cut, rows, of_rows, embedder, known, progress)
            if vectors is None:
                vectors = vector_index.create(self._folder, self._counts, known.dimension)
            places = range(int(starts[first]), int(starts[rows[-1] + 1]))
            vectors[places.start : places.stop] = np.stack([known[keys[place]] for place in places])
        tell(progress, "embedding", len(cut), len(cut))
        if vectors is not None:
            vectors.flush()
        return known.dimension, reused

    def _embed_block(
        self,
        cut: PassageFile,
        rows: range,
        keys: Sequence[Sequence[bytes]],
        embedder: Embedder,
        known: KnownVectors,
        progress: Progress | None,
    ) -> int:
        """Make the block's missing vectors; returns how many of its passages missed none."""
        texts: dict[bytes, str] = {}
        reused = 0
        for row, of_row in zip(rows, keys, strict=True):
            missing = {key for key in of_row if key not in known}
            reused += not missing and not any(map(known.is_new, of_row))
            if missing:
                all_texts = passages.embedded_texts(cut[row], self.embedder, self.language)
                texts.update((key, all_texts[of_row.index(key)]) for key in missing)
        queue = sorted(texts.items(), key=lambda item: (-len(item[1]), item[0]))
        for start in range(0, len(queue), AT_ONCE):
            done = rows.start + len(rows) * start // len(queue)
            tell(progress, "embedding", done, len(cut))
            batch = queue[start : start + AT_ONCE]
            vectors = embedder.embed([text for _, text in batch], TextKind.PASSAGE)
            known.add([key for key, _ in batch], vectors)
        return reused
