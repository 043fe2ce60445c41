"""The generations in an index folder: written once, published by a pointer, kept while read.

::

    index/
      current.json                     the pointer: which generation is the index; replaced last
      calibration.json                 the scale and threshold of `briefqa calibrate`, if it was run
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
      *.damaged-<number>               what stood in the way of a build and was set aside

Everything is plain JSON and numpy arrays without pickles: opening an index runs no code from it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import portalocker

from briefqa.atomic_file import clear_path, replace_file, sync
from briefqa.atomic_file import digest as digest_of
from briefqa.errors import (
    IndexBusy,
    IndexDamaged,
    IndexFolderError,
    IndexNotFound,
    IndexOutOfDate,
)
from briefqa.index.manifest import (
    FORMAT,
    OLDEST_FORMAT,
    Manifest,
    format_of,
    parse,
    serialize,
)
from briefqa.index.recovery import (
    BUILDING,
    GENERATION,
    MANIFEST,
    POINTER,
    Pointer,
    build_command,
    damaged,
    rebuild_command,
)
from briefqa.json_decoding import Malformed, decode

DOCUMENTS = "documents.jsonl"
PASSAGES = "passages.jsonl"
KEYWORD = "keyword"
LOCK = "build.lock"
IN_USE = "in-use"

_ALONE = portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING
_OPEN_TRIES = 5  # a generation may be replaced between reading the pointer and opening it


class Lease:
    """A shared lock on a generation: while it lives, in any process, no build removes it."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError when the folder is gone."""
        handle = _open_without_waiting(folder / IN_USE)
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
        status = (index / POINTER).stat()
    except (OSError, ValueError) as error:
        raise _not_found(index) from error
    return status.st_ino, status.st_mtime_ns, status.st_size


def open_current(index: Path) -> Generation:
    """Open the generation the pointer names and check the SHA-256 of every file in it.

    Raises IndexNotFound, IndexOutOfDate or IndexDamaged.
    """
    for tries_left in reversed(range(_OPEN_TRIES)):
        pointer = _read_pointer(index)
        folder = index / pointer.generation
        lease = None
        try:
            refuse_devices(folder / IN_USE)
            lease = Lease(folder)
            manifest = _read_manifest(folder, pointer.manifest_sha256)
            _verify_files(folder, manifest)
            return Generation(pointer.generation, folder, manifest, lease)
        except (OSError, IndexFolderError) as error:
            if lease is not None:
                lease.release()
            if tries_left and _read_pointer(index) != pointer:
                continue
            if isinstance(error, IndexFolderError):
                raise
            raise damaged(folder / IN_USE, "it is missing or not readable") from error
    raise IndexBusy(f"The index in {index} is replaced faster than it can be opened; try again.")


def current_manifest(index: Path) -> Manifest:
    """The manifest of the generation the pointer names; the other files may be damaged.

    Raises IndexNotFound, IndexOutOfDate or IndexDamaged.
    """
    pointer = _read_pointer(index)
    return _read_manifest(index / pointer.generation, pointer.manifest_sha256)


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Be the one build that may write `index`, created if need be; else raises IndexBusy."""
    busy = f"Another build is writing {index}; wait until it has finished and build again."
    with alone(index, LOCK, busy):
        _remove_interrupted(index)
        yield


@contextmanager
def alone(index: Path, lock_name: str, busy: str) -> Iterator[None]:
    """Hold that lock of an index folder, created if need be; raises IndexBusy that says `busy`."""
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = _open_lock(index / lock_name)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise IndexFolderError(
            f"The index folder {index} cannot be written ({why}); choose another with --index."
        ) from error
    try:
        try:
            portalocker.lock(lock, _ALONE)
        except portalocker.AlreadyLocked as error:
            raise IndexBusy(busy) from error
        except portalocker.LockException as error:
            raise _without_locks(index) from error
        yield
    finally:
        os.close(lock)


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
    content = described(building, manifest)
    (building / MANIFEST).write_bytes(content)
    _verify_files(building, _parse_manifest(building, content))
    for path in (*building.rglob("*"), building):
        sync(path)
    name = building.name.replace("building-", "generation-", 1)
    building.rename(index / name)
    sync(index)
    pointer = Pointer(name, hashlib.sha256(content).hexdigest())
    replace_file(index / POINTER, json.dumps(asdict(pointer), indent=1).encode("ascii") + b"\n")
    return name


def described(building: Path, manifest: Manifest) -> bytes:
    """The manifest as it is written, with the size and SHA-256 of every file in `building`."""
    files = {
        path.relative_to(building).as_posix(): (path.stat().st_size, digest_of(path))
        for path in sorted(building.rglob("*"))
        if path.is_file()
    }
    return serialize(replace(manifest, files=files))


def parsed(folder: Path, content: bytes) -> Manifest:
    """The manifest of the generation in `folder`, as `described`.

    Raises IndexOutOfDate or IndexDamaged.
    """
    _check_format(folder, content)
    return _parse_manifest(folder, content)


def remove_unused(index: Path) -> None:
    """Remove generations that are neither current nor being read; call it while `writing`.

    Raises IndexNotFound or IndexDamaged when it is not known which one is current.
    """
    current = _read_pointer(index).generation
    for folder in index.iterdir():
        if GENERATION.fullmatch(folder.name) and folder.name != current:
            _remove_unless_read(folder)


def refuse_devices(path: Path) -> None:
    """Raise IndexDamaged for a pipe or a device, which might never end or never begin."""
    try:
        is_device = path.exists() and not path.is_file() and not path.is_dir()
    except (OSError, ValueError):
        return  # whoever opens it will say
    if is_device:
        raise damaged(path, "it is not a file")


def _open_lock(path: Path) -> int:
    """The lock file, opened; made again where a link, a folder or a device stands in its place."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            clear_path(path)
    return os.open(path, flags, 0o666)


def _open_without_waiting(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _remove_unless_read(folder: Path) -> None:
    if folder.is_symlink() or not folder.is_dir():
        folder.unlink(missing_ok=True)  # no build writes one
        return
    with ExitStack() as until_removed, suppress(portalocker.LockException):
        # The lock is held while the files go, so that no reader can open half of them; a folder
        # without a lease was never published.
        with suppress(OSError):
            lease = _open_without_waiting(folder / IN_USE)
            until_removed.callback(os.close, lease)
            portalocker.lock(lease, _ALONE)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_interrupted(index: Path) -> None:
    """Remove what a build that was stopped has left: it may have filled the disk."""
    for folder in index.iterdir():
        if BUILDING.fullmatch(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
    with suppress(IndexNotFound, IndexDamaged):
        remove_unused(index)


def _read_pointer(index: Path) -> Pointer:
    refuse_devices(index / POINTER)
    try:
        content = (index / POINTER).read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise _not_found(index) from error
    except OSError as error:
        raise damaged(index / POINTER, "it is not readable") from error
    try:
        return decode(content, Pointer)
    except Malformed as error:
        raise damaged(index / POINTER, f"it is not what a build writes ({error})") from error


def _read_manifest(folder: Path, digest: str) -> Manifest:
    refuse_devices(folder / MANIFEST)
    try:
        content = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise damaged(folder / MANIFEST, "it is missing or not readable") from error
    _check_format(folder, content)
    if hashlib.sha256(content).hexdigest() != digest:
        raise damaged(folder / MANIFEST, "it is not the one that was published")
    return _parse_manifest(folder, content)


def _check_format(folder: Path, content: bytes) -> None:
    try:
        written = format_of(content)
    except Malformed as error:
        raise damaged(folder / MANIFEST, f"it is not a manifest ({error})") from error
    if not OLDEST_FORMAT <= written <= FORMAT:
        formats = f"{OLDEST_FORMAT}" if OLDEST_FORMAT == FORMAT else f"{OLDEST_FORMAT} to {FORMAT}"
        raise IndexOutOfDate(
            f"The index in {folder.parent} has format {written} and this version reads format "
            f"{formats}; rebuild it with: {rebuild_command(folder.parent)}"
        )


def _parse_manifest(folder: Path, content: bytes) -> Manifest:
    try:
        return parse(content)
    except Malformed as error:
        why = f"it is not a manifest of this format ({error})"
        raise damaged(folder / MANIFEST, why) from error


def _verify_files(folder: Path, manifest: Manifest) -> None:
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        try:
            if ".." in Path(name).parts or folder not in path.parents:
                raise damaged(folder / MANIFEST, "it names a file outside its generation")
            if path.is_symlink():
                raise damaged(path, "it is a link")
            if not path.is_file():
                raise damaged(path, "it is missing")
            if path.stat().st_size != size or digest_of(path) != digest:
                raise damaged(path, "it has changed since it was written")
        except (OSError, ValueError) as error:
            raise damaged(path, "it is not readable") from error
    for path in folder.rglob("*"):
        # What is not described might be a pipe, which is waited for without end.
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise damaged(path, "it is not a file")


def _stamp() -> str:
    return f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"


def _not_found(index: Path) -> IndexNotFound:
    return IndexNotFound(f"There is no index in {index}; build one with: {build_command(index)}")


def _without_locks(index: Path) -> IndexFolderError:
    return IndexFolderError(
        f"The index folder {index} is on a file system without locks; keep it on a local disk, "
        "with --index."
    )
