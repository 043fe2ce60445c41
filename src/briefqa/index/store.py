"""Where an index is kept: what a search, a build and a verification need of the place.

A folder on this machine, or Milvus where the location says so (`milvus/`).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from briefqa.errors import UsageError
from briefqa.index import calibration, generations, watches
from briefqa.index.calibration import Calibration
from briefqa.index.calibration import write as write_calibration
from briefqa.index.manifest import BuildInputs, Manifest
from briefqa.index.opened import OpenedIndex, open_generation
from briefqa.index.recovery import build_inputs
from briefqa.index.watches import Watches

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+")  # a Path keeps one slash of the two


class Store(Protocol):
    """One index, wherever it is kept; its methods raise IndexFolderError and OSError.

    `workspace` is a folder on this machine where a build keeps what survives its being stopped,
    and where watches are kept.
    """

    @property
    def place(self) -> str:
        """Where it is, as it is typed."""
        ...

    @property
    def workspace(self) -> Path: ...

    def stamp(self) -> tuple[int, ...]:
        """Changes whenever something else is to be opened; raises IndexNotFound."""
        ...

    def open(self) -> OpenedIndex:
        """The published generation; raises IndexNotFound, IndexOutOfDate or IndexDamaged."""
        ...

    def manifest(self) -> Manifest:
        """What the published generation is, which may be damaged; raises as `open` does."""
        ...

    def calibration(self) -> Calibration | None:
        """What `briefqa calibrate` measured, if it was run; raises IndexDamaged."""
        ...

    def keep_calibration(self, calibration: Calibration) -> None:
        """Keep what was measured, in one step; raises IndexFolderError."""
        ...

    def build_inputs(self) -> BuildInputs | None:
        """What the last build was given, None where that cannot be read (any more)."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Be the one build that writes; raises IndexBusy."""
        ...

    def new_generation(self) -> Path:
        """An empty folder on this machine, to write the next generation in."""
        ...

    def publish(self, folder: Path, manifest: Manifest) -> None:
        """Make what was written in the folder the index, all or nothing."""
        ...

    def tidy(self) -> str:
        """Remove generations nobody reads and set what is damaged aside; call it while `writing`.

        Returns a sentence to be shown, or nothing.
        """
        ...


class FolderStore:
    """An index in a folder on this machine, see `generations`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def place(self) -> str:
        return str(self.path)

    @property
    def workspace(self) -> Path:
        return self.path

    def stamp(self) -> tuple[int, ...]:
        """The pointer's and the calibration's; raises IndexNotFound."""
        return (*generations.pointer_stamp(self.path), *calibration.stamp(self.path))

    def open(self) -> OpenedIndex:
        return open_generation(self.path)

    def manifest(self) -> Manifest:
        return generations.current_manifest(self.path)

    def calibration(self) -> Calibration | None:
        return calibration.read(self.path)

    def keep_calibration(self, calibration: Calibration) -> None:
        write_calibration(self.path, calibration)

    def build_inputs(self) -> BuildInputs | None:
        return build_inputs(self.path)

    def writing(self) -> AbstractContextManager[None]:
        return generations.writing(self.path)

    def new_generation(self) -> Path:
        return generations.new_generation(self.path)

    def publish(self, folder: Path, manifest: Manifest) -> None:
        generations.publish(self.path, folder, manifest)

    def tidy(self) -> str:
        generations.remove_unused(self.path)
        told = (calibration.set_damaged_aside(self.path), watches.set_damaged_aside(self.path))
        return " ".join(filter(None, told))


def store_at(location: str | os.PathLike[str]) -> Store:
    """The store of that location, whether there is an index yet or not.

    A location is a path, or a URI as in `milvus://host/name`, of which a Path keeps one slash.
    Raises UsageError for another scheme, or a URI that names no place.
    """
    text = os.fspath(location)
    kind = re.split("[:+]", text, maxsplit=1)[0].lower()
    if kind in _STORES and ":" in text:
        return _STORES[kind](text)
    scheme = _SCHEME.match(text)
    if scheme is None:
        return FolderStore(Path(text))
    raise UsageError(
        f"There is no index store for '{scheme[1]}://'; name a folder on this machine, or "
        "milvus://HOST:PORT/NAME, with --index."
    )


def watches_at(location: str | os.PathLike[str]) -> Watches:
    """The watches of the index there, none if it has none; raises IndexDamaged."""
    return watches.read(store_at(location).workspace)


def absolute(location: Path) -> Path:
    """The same location from whatever folder: a path as an absolute one, a URI as it is."""
    return location if _SCHEME.match(os.fspath(location)) else location.absolute()


def _in_milvus(text: str) -> Store:
    from briefqa.index.milvus.store import MilvusStore

    return MilvusStore(text)


_STORES: Mapping[str, Callable[[str], Store]] = {"milvus": _in_milvus}
