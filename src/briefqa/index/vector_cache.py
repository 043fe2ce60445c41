"""Vectors that need not be computed again.

Those of texts in the last generation, and those that a build which was stopped had already
computed: they are appended to one file in the index folder, which is removed when a build has
published.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.atomic_file import clear_path
from briefqa.errors import ModelUnavailable
from briefqa.index import arrays
from briefqa.index.recovery import damaged

if TYPE_CHECKING:
    import numpy.typing as npt

    from briefqa.index.opened import OpenedIndex

    Vector = npt.NDArray[np.floating]

KEYS = "vectors.keys.npy"
_KEY_BYTES = 16
_UNFINISHED = re.compile(r"embedded-[0-9a-f]{16}-([1-9][0-9]{0,5})")
_UNIT = 0.01  # how far the length of a half precision vector may be from 1


def key(text: str) -> bytes:
    """The digest by which the vector of a text is known, 16 bytes."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES)
    return digest.digest()


def split(keys: bytes) -> list[bytes]:
    """The keys that stand one after the other in `keys`."""
    return [keys[start : start + _KEY_BYTES] for start in range(0, len(keys), _KEY_BYTES)]


def write_keys(folder: Path, keys: bytes) -> None:
    """Keep whose vectors those of a generation are, in their order: uint8 [n_vectors, 16]."""
    numbers = np.frombuffer(keys, dtype=np.uint8).reshape(-1, _KEY_BYTES)
    arrays.write(folder / KEYS, numbers)


def read_keys(folder: Path) -> npt.NDArray[np.uint8]:
    """Whose vectors those of a generation are, uint8 [n_vectors, 16]; raises IndexDamaged."""
    keys = arrays.read(folder / KEYS, np.uint8, 2)
    if keys.shape[1] != _KEY_BYTES:
        raise damaged(folder / KEYS, "it does not hold keys")
    return keys


def remove_unfinished(index: Path) -> None:
    """Remove what stopped builds have kept: a generation holds it now. Raises OSError."""
    for path in _unfinished(index):
        path.unlink()


def _unfinished(index: Path) -> list[Path]:
    return [
        path
        for path in index.iterdir()
        if _UNFINISHED.fullmatch(path.name) and path.is_file() and not path.is_symlink()
    ]


class KnownVectors:
    """Vectors by the key of their text, for one build; what is added survives the build's end."""

    def __init__(self, workspace: Path, made_by: str, last: OpenedIndex | None) -> None:
        """`made_by` says what made the vectors: those that something else made are not known.

        `last` is a generation with vectors made the same way, None if there is none; `workspace`
        is the folder that keeps new ones.
        """
        self._workspace = workspace
        self._made_by = hashlib.blake2b(made_by.encode(), digest_size=8).hexdigest()
        self._old: dict[bytes, int] = {}
        self._new: dict[bytes, int] = {}
        self._vectors: Any = None
        self._records: Any = None
        self._path: Path | None = None
        self._n_records = 0
        if last is not None:
            self._vectors = last.stored_vectors
            self._old = {row.tobytes(): number for number, row in enumerate(last.vector_keys)}
        self._continue()
        self._n_at_start = self._n_records

    @property
    def dimension(self) -> int:
        """Numbers in a vector; 0 while none is known."""
        if self._vectors is not None:
            return int(self._vectors.shape[1])
        return 0 if self._path is None else _dimension(self._path)

    def __contains__(self, key: bytes) -> bool:
        return key in self._old or key in self._new

    def __getitem__(self, key: bytes) -> Vector:
        """Float16 [dimension]."""
        if key in self._old:
            vector: Vector = self._vectors[self._old[key]]
            return vector
        number = self._new[key]
        if self._records is None or number >= len(self._records):
            self._map()
        new: Vector = self._records["vector"][number]
        return new

    def is_new(self, key: bytes) -> bool:
        """Whether its vector was added to this object."""
        return self._new.get(key, -1) >= self._n_at_start

    def add(self, keys: Sequence[bytes], vectors: Vector) -> None:
        """Keep vectors, [len(keys), dimension], on disk at once; raises OSError."""
        if self.dimension not in (0, vectors.shape[1]):
            raise ModelUnavailable(
                f"The model gives vectors of {vectors.shape[1]} numbers where it gave "
                f"{self.dimension} before; remove {self._workspace} and build again."
            )
        if self._path is None:
            self._path = self._workspace / f"embedded-{self._made_by}-{vectors.shape[1]}"
            clear_path(self._path)  # were it a link, it would lead elsewhere
        records = np.zeros(len(keys), dtype=_record(vectors.shape[1]))
        records["key"] = np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, _KEY_BYTES)
        records["vector"] = vectors
        with self._path.open("ab") as file:
            file.write(records.tobytes())
        for number, key in enumerate(keys, self._n_records):
            self._new[key] = number
        self._n_records += len(keys)

    def _continue(self) -> None:
        """Go on with the file of a build that was stopped; remove those of another model."""
        for path in _unfinished(self._workspace):
            same = path.name.startswith(f"embedded-{self._made_by}-")
            if same and (self._vectors is None or _dimension(path) == self.dimension):
                self._path = path
            else:
                path.unlink()
        if self._path is None:
            return
        itemsize = _record(_dimension(self._path)).itemsize
        n_whole = self._path.stat().st_size // itemsize
        with self._path.open("r+b") as file:
            file.truncate(n_whole * itemsize)  # the last one may be cut short
        self._n_records = n_whole
        if not n_whole:
            self._path.unlink()
            self._path = None
        else:
            self._map()
            lengths = np.linalg.norm(self._records["vector"].astype(np.float32), axis=1)
            # Also true for what is not a number: the machine stopped, not the build alone.
            if not (np.abs(lengths - 1) <= _UNIT).all():
                self._records, self._n_records = None, 0
                self._path.unlink()
                self._path = None
                return
            for number, row in enumerate(self._records["key"]):
                self._new[row.tobytes()] = number

    def _map(self) -> None:
        if self._path is not None:
            self._records = np.memmap(self._path, dtype=_record(_dimension(self._path)), mode="r")


def _record(dimension: int) -> np.dtype[Any]:
    return np.dtype([("key", np.uint8, (_KEY_BYTES,)), ("vector", np.float16, (dimension,))])


def _dimension(path: Path) -> int:
    name = _UNFINISHED.fullmatch(path.name)
    return int(name[1]) if name else 0
