"""What is on disk?

::

    index/
      current.json                     the pointer: which generation is the index; replaced last
      calibration.json                 from which confidence it answers, if somebody has measured
      build.lock                       held by the one build that may write
      generation-<time>-<random>/      written once, never changed
        manifest.json                  what this is: versions, model, settings, counts, sources,
                                       SHA-256 of every other file here
        documents.jsonl   + starts     the sources as read
        passages.jsonl    + starts     row i is passage i in every part
        keyword/                       terms and postings of the keyword index
        vectors.npy       + starts     unit vectors of each passage and its sentences
        vectors.keys.npy               digests of the texts they are of
        vectors.*.npy                  the inverted file of a large index
        in-use                         readers hold a shared lock on it
      building-<time>-<random>/        a build that is under way, or was killed
      embedded-<model>-<dimension>     vectors that a stopped build had made

Everything is plain JSON and numpy arrays without pickles: opening an index runs no code from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import portalocker

from briefqa.atomic_file import digest as digest_of
from briefqa.atomic_file import replace_file, sync
from briefqa.errors import (
    IndexBusy,
    IndexDamaged,
    IndexFolderError,
    IndexNotFound,
    IndexOutOfDate,
)
from briefqa.index.manifest import (
    FORMAT,
    MALFORMED,
    OLDEST_FORMAT,
    Manifest,
    format_of,
    parse,
    text,
)

POINTER = "current.json"
MANIFEST = "manifest.json"
DOCUMENTS = "documents.jsonl"
PASSAGES = "passages.jsonl"
KEYWORD = "keyword"
LOCK = "build.lock"
IN_USE = "in-use"

_GENERATION = re.compile(r"generation-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")
_BUILDING = re.compile(r"building-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")
_ALONE = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING
_OPEN_TRIES = 5  # a generation may be replaced between reading the pointer and opening it


class Lease:
    """A shared lock on a generation: while it lives, in any process, no build removes it."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError when the folder is gone."""
        handle = os.open(folder / IN_USE, os.O_RDONLY)
        self.release = weakref.finalize(self, os.close, handle)
        try:
            portalocker.lock(handle, portalocker.LockFlags.SHARED)
        except portalocker.LockException as error:
            raise _without_locks(folder.parent) from error


@dataclass(frozen=True, slots=True)
class Generation:
    """An opened generation, on disk for as long as its lease lives."""

    name: str
    folder: Path
    manifest: Manifest
    lease: Lease


def pointer_stamp(index: Path) -> tuple[int, int, int]:
    """Changes whenever another generation is published. Raises IndexNotFound."""
    try:
        found = (index / POINTER).stat()
    except (OSError, ValueError) as error:
        raise _not_found(index) from error
    return found.st_ino, found.st_mtime_ns, found.st_size


def open_current(index: Path) -> Generation:
    """Open the generation the pointer names and check the SHA-256 of every file in it.

    Raises IndexNotFound, IndexOutOfDate or IndexDamaged.
    """
    for tries_left in reversed(range(_OPEN_TRIES)):
        name, digest = _read_pointer(index)
        folder = index / name
        try:
            refuse_devices(folder / IN_USE)
            lease = Lease(folder)
            manifest = _read_manifest(folder, digest)
            _verify_files(folder, manifest)
            return Generation(name, folder, manifest, lease)
        except (OSError, IndexDamaged) as error:
            if tries_left and _read_pointer(index)[0] != name:
                continue
            if isinstance(error, IndexDamaged):
                raise
            raise _damaged(folder / IN_USE, "it is missing or not readable") from error
    raise _damaged(index, "it is being replaced faster than it can be opened")


def current_manifest(index: Path) -> Manifest:
    """The manifest of the generation the pointer names; the other files may be damaged.

    Raises IndexNotFound, IndexOutOfDate or IndexDamaged.
    """
    name, digest = _read_pointer(index)
    return _read_manifest(index / name, digest)


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Be the one build that may write `index`, created if need be; else raises IndexBusy."""
    refuse_devices(index / LOCK)
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = (index / LOCK).open("a")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise IndexFolderError(
            f"The index folder {index} cannot be written ({why}); choose another with --index."
        ) from error
    with lock:
        try:
            portalocker.lock(lock, _ALONE)
        except portalocker.AlreadyLocked as error:
            raise IndexBusy(
                f"Another build is writing {index}; wait until it has finished and build again."
            ) from error
        except portalocker.LockException as error:
            raise _without_locks(index) from error
        _remove_interrupted(index)
        yield


def new_generation(index: Path) -> Path:
    """An empty folder to write the next generation in; not part of the index until `publish`."""
    folder = index / f"building-{_stamp()}"
    folder.mkdir()
    return folder


def publish(index: Path, building: Path, manifest: Manifest) -> str:
    """Make the files in `building` the index, all or nothing, safe against a power cut.

    Writes the manifest (its `files` are filled in here), checks and syncs everything, then
    replaces the pointer in one rename. Returns the generation's name.
    """
    (building / IN_USE).touch()
    described = {
        path.relative_to(building).as_posix(): (path.stat().st_size, digest_of(path))
        for path in sorted(building.rglob("*"))
        if path.is_file()
    }
    content = _json({**asdict(manifest), "files": described})
    (building / MANIFEST).write_bytes(content)
    _verify_files(building, _parse_manifest(building, content))
    for path in (*building.rglob("*"), building):
        sync(path)
    name = building.name.replace("building-", "generation-", 1)
    building.rename(index / name)
    sync(index)
    pointer = {"generation": name, "manifest_sha256": hashlib.sha256(content).hexdigest()}
    replace_file(index / POINTER, _json(pointer))
    return name


def remove_unused(index: Path) -> None:
    """Remove generations that are neither current nor being read; call it while `writing`.

    Raises IndexNotFound or IndexDamaged when it is not known which one is current.
    """
    current = _read_pointer(index)[0]
    for folder in index.iterdir():
        if _GENERATION.fullmatch(folder.name) and folder.name != current:
            _remove_unless_read(folder)


def refuse_devices(path: Path) -> None:
    """Raise IndexDamaged for a pipe or a device, which might never end or never begin."""
    try:
        strange = path.exists() and not path.is_file() and not path.is_dir()
    except (OSError, ValueError):
        return  # whoever opens it will say
    if strange:
        raise _damaged(path, "it is not a file")


def _remove_unless_read(folder: Path) -> None:
    with ExitStack() as until_removed, suppress(portalocker.LockException):
        # The lock is held while the files go, so that no reader can open half of them; a folder
        # without a lease was never published.
        with suppress(OSError):
            lease = until_removed.enter_context((folder / IN_USE).open("rb"))
            portalocker.lock(lease, _ALONE)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_interrupted(index: Path) -> None:
    """Remove what a build that was stopped has left: it may have filled the disk."""
    for folder in index.iterdir():
        if _BUILDING.fullmatch(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
    with suppress(IndexNotFound, IndexDamaged):
        remove_unused(index)


def _read_pointer(index: Path) -> tuple[str, str]:
    refuse_devices(index / POINTER)
    try:
        content = (index / POINTER).read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise _not_found(index) from error
    except OSError as error:
        raise _damaged(index / POINTER, "it is not readable") from error
    try:
        pointer = json.loads(content)
        name, digest = text(pointer["generation"]), text(pointer["manifest_sha256"])
    except MALFORMED as error:
        raise _damaged(index / POINTER, "it is not what a build writes") from error
    if not _GENERATION.fullmatch(name):
        raise _damaged(index / POINTER, "it names no generation")
    return name, digest


def _read_manifest(folder: Path, digest: str) -> Manifest:
    refuse_devices(folder / MANIFEST)
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise _damaged(folder / MANIFEST, "it is missing or not readable") from error
    _check_format(folder, content)
    if hashlib.sha256(content).hexdigest() != digest:
        raise _damaged(folder / MANIFEST, "it is not the one that was published")
    return _parse_manifest(folder, content)


def _check_format(folder: Path, content: bytes) -> None:
    try:
        written = format_of(content)
    except MALFORMED as error:
        raise _damaged(folder / MANIFEST, "it is not a manifest") from error
    if not OLDEST_FORMAT <= written <= FORMAT:
        raise IndexOutOfDate(
            f"The index in {folder.parent} has format {written} and this version reads "
            f"{OLDEST_FORMAT} to {FORMAT}; rebuild it with: briefqa build"
        )


def _parse_manifest(folder: Path, content: bytes) -> Manifest:
    try:
        return parse(content)
    except MALFORMED as error:
        why = f"it is not a manifest of this format ({error})"
        raise _damaged(folder / MANIFEST, why) from error


def _verify_files(folder: Path, manifest: Manifest) -> None:
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        if ".." in Path(name).parts or folder not in path.parents or path.is_symlink():
            raise _damaged(folder / MANIFEST, f"it names a file outside the index: {name}")
        try:
            if not path.is_file():
                raise _damaged(path, "it is missing")
            if path.stat().st_size != size or digest_of(path) != digest:
                raise _damaged(path, "it has changed since it was written")
        except (OSError, ValueError) as error:
            raise _damaged(path, "it is not readable") from error


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode("ascii") + b"\n"


def _stamp() -> str:
    return f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"


def _not_found(index: Path) -> IndexNotFound:
    return IndexNotFound(
        f"There is no index in {index}; build one with: briefqa build FOLDER --index {index}"
    )


def _without_locks(index: Path) -> IndexFolderError:
    return IndexFolderError(
        f"The index folder {index} is on a file system without locks; keep it on a local disk, "
        "with --index."
    )


def _damaged(path: Path, why: str) -> IndexDamaged:
    return IndexDamaged(f"The index is damaged: {path}: {why}; rebuild it with: briefqa build")
