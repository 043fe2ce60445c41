"""One generation of an index, opened: documents, passages, keyword index, vectors and manifest.

Every reader of an index opens it here, so that a search, a build and a verification find the same
index sound or damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, overload

import numpy as np

from briefqa.errors import UsageError
from briefqa.index import generations, vector_cache, vector_index
from briefqa.index.arrays import forget, widened
from briefqa.index.generations import DOCUMENTS, KEYWORD, PASSAGES, Lease
from briefqa.index.inverted_file import LENGTH_SLACK
from briefqa.index.keyword_index import PostingsKeywordIndex
from briefqa.index.line_maps import LineMaps
from briefqa.index.manifest import Manifest
from briefqa.index.record_file import DocumentFile, PassageFile
from briefqa.index.recovery import MANIFEST, damaged
from briefqa.index.vector_index import FaissVectorIndex, VectorIndex
from briefqa.text.language import stemmer

if TYPE_CHECKING:
    import numpy.typing as npt

    from briefqa.index.vector_index import Rows

    Halves = npt.NDArray[np.float16]

_BLOCK = 8_192  # vectors taken into memory at once


class CheckedVectorIndex(VectorIndex, Protocol):
    """An index of vectors that can be read as a whole to see whether it is sound."""

    def check(self) -> None:
        """Raise IndexDamaged where a search would."""
        ...


class StoredVectors(Protocol):
    """Vectors of half precision, read one by one, some, or a range at a time."""

    @property
    def shape(self) -> tuple[int, int]: ...

    def __len__(self) -> int: ...

    @overload
    def __getitem__(self, which: int, /) -> Halves: ...

    @overload
    def __getitem__(self, which: slice | list[int], /) -> Halves: ...


class VectorKeys(Protocol):
    """The digests of embedded texts, read in order or a range at a time."""

    def __iter__(self) -> Iterator[npt.NDArray[np.uint8]]: ...

    def __getitem__(self, which: slice, /) -> npt.NDArray[np.uint8]: ...


@dataclass(frozen=True, slots=True)
class OpenedIndex:
    """A generation whose files are those its manifest describes, and whose counts agree.

    Passage i is row i of `passages`, of the keyword index and of the vectors; document j is the
    j-th of `manifest.indexed()`, its passages follow each other, and its lines, which the record
    lacks, are `line_maps[j]`. `stored_vectors` is float16
    [n_vectors, dimension]; those of passage i are `vector_starts[i]` to `vector_starts[i + 1]`,
    int64 [n_passages + 1]; `vector_keys` are the digests of their texts, uint8 [n_vectors, 16].
    The files stay on disk until it is closed, whatever is built meanwhile.
    """

    name: str
    folder: Path
    manifest: Manifest
    documents: DocumentFile
    line_maps: LineMaps
    passages: PassageFile
    keyword: PostingsKeywordIndex
    vectors: CheckedVectorIndex
    stored_vectors: StoredVectors
    vector_starts: Rows
    vector_keys: VectorKeys
    lease: Lease | None
    _resources: ExitStack

    def __enter__(self) -> OpenedIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the lease and the files; may be called again.

        Records cannot be read any more; mapped arrays go with the last reference to them.
        """
        self._resources.close()

    def check(self) -> None:
        """Read all that a search may ever read; raises IndexDamaged where one would.

        Every record is decoded, each passage must stand in its document, and vectors must have
        length 1. A build does this before it keeps an index as it is.
        """
        self.keyword.check()
        self.vectors.check()
        self.line_maps.check()
        first = 0
        for source, document in zip(self.manifest.indexed(), self.documents, strict=True):
            if document.name != source.name:
                raise damaged(self.folder / DOCUMENTS, "its names are not the manifest's")
            for row in range(first, first + source.passages):
                passage = self.passages[row]
                quoted = document.text[passage.start : passage.end]
                if passage.document != source.name or quoted != passage.text:
                    raise damaged(self.folder / PASSAGES, f"row {row} is not in its document")
            first += source.passages
        for start in range(0, len(self.stored_vectors), _BLOCK):
            block = widened(self.stored_vectors[start : start + _BLOCK])
            # Also false for what is not a number.
            if not (np.abs(np.vecdot(block, block) - 1) <= LENGTH_SLACK).all():
                path = self.folder / vector_index.VECTORS
                raise damaged(path, "its vectors are not of unit length")
            if isinstance(self.stored_vectors, np.memmap):
                forget(self.stored_vectors)


def open_generation(index: Path) -> OpenedIndex:
    """Open the published generation of an index folder, every file of it checked.

    Raises IndexNotFound, IndexOutOfDate or IndexDamaged. Close what is returned.
    """
    generation = generations.open_current(index)
    folder, manifest = generation.folder, generation.manifest
    resources = ExitStack()
    resources.callback(generation.lease.release)
    try:
        documents = DocumentFile(folder / DOCUMENTS)
        resources.callback(documents.close)
        passages = PassageFile(folder / PASSAGES)
        resources.callback(passages.close)
        line_maps = LineMaps(folder, len(documents))
        passages.sharing_titles = manifest.sharing_titles()
        vectors = FaissVectorIndex(folder)
        resources.callback(vectors.close)
        stored_vectors, vector_starts = vector_index.read_vectors(folder)
        vector_keys = vector_cache.read_keys(folder)
        _check_counts(
            folder / MANIFEST,
            documents=(len(documents), manifest.documents),
            passages=(len(passages), manifest.passages),
            vectors=(len(vector_starts) - 1, manifest.passages),
            dimension=(vectors.dimension, manifest.dimension),
            keys=(len(vector_keys), len(stored_vectors)),
        )
        keyword = _keyword_index(folder, manifest)
        resources.callback(keyword.close)
        return OpenedIndex(
            name=generation.name,
            folder=folder,
            manifest=manifest,
            documents=documents,
            line_maps=line_maps,
            passages=passages,
            keyword=keyword,
            vectors=vectors,
            stored_vectors=stored_vectors,
            vector_starts=vector_starts,
            vector_keys=vector_keys,
            lease=generation.lease,
            _resources=resources,
        )
    except BaseException:
        resources.close()
        raise


def _keyword_index(folder: Path, manifest: Manifest) -> PostingsKeywordIndex:
    try:
        stemmer(manifest.language)
    except UsageError as error:
        raise damaged(folder / MANIFEST, "there is no stemmer for its language") from error
    others = manifest.other_languages()
    return PostingsKeywordIndex(folder / KEYWORD, manifest.passages, manifest.language, others)


def _check_counts(manifest: Path, **counts: tuple[int, int]) -> None:
    for part, (in_file, expected) in counts.items():
        if in_file != expected:
            why = f"its counts disagree with the files beside it ({part}: {in_file}, {expected})"
            raise damaged(manifest, why)
