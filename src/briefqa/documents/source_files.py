"""Finds the files under the paths a build is given, names them, and reads their bytes.

The order of the files is fixed, and no two have the same name.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from briefqa.documents import loaders
from briefqa.documents.loaders.recognition import UNKNOWN
from briefqa.errors import BuildError, LoadError

MAX_FILE_BYTES = 20_000_000  # where nothing else is said: documents have limits by their format
SIDECAR = ".meta.yaml"  # what a file beside a document, which says what it is, is called more
MAX_NAME_BYTES = 200  # of a safe name; file systems take 255
_WITHOUT_WAITING = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)\s*(\.|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read and the name its passages cite."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files under the named paths; `skipped` are files in no format that is read."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Path, ...]


def find(roots: Sequence[Path], *, leave_out: Path, excluded: Collection[str] = ()) -> Listing:
    """The files under `roots`, without the index folder `leave_out`, hidden entries and `excluded`.

    `excluded` are files and folders to leave out, as paths that `absolute` gives.

    A folder gives the files in it whose format is read, a file gives itself whatever its format
    (so that a wrong one is reported), and so does a folder that cannot be listed. Raises
    BuildError for a path that does not exist.
    """
    files: list[SourceFile] = []
    skipped: list[Path] = []
    seen: set[Path] = set()
    names: set[str] = set()
    for root in roots:
        for path in _under(root, _actual(leave_out)):
            if excluded and not excluded_by(path).isdisjoint(excluded):
                continue
            if path != root and not _is_folder(path) and not _is_read(path):
                if not _describes_another(path):
                    skipped.append(path)
                continue
            full_path = path.absolute()
            if full_path in seen:
                continue
            seen.add(full_path)
            name = _name(path, root, names)
            names.add(name)
            files.append(SourceFile(full_path, name))
    return Listing(tuple(files), tuple(skipped))


def absolute(path: Path | str) -> str:
    """The absolute path without `.` and `..`, links not followed; files are compared by it."""
    return os.path.abspath(path)  # noqa: PTH100 (resolve follows links)


def excluded_by(path: Path) -> set[str]:
    """The paths any of which, when excluded, excludes this one: itself and the folders above."""
    full_path = Path(absolute(path))
    return {str(above) for above in (full_path, *full_path.parents)}


def read(path: Path, most: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a regular file of a sensible size, never waiting for any; raises LoadError.

    A file that the kernel makes up (`/proc/kmsg`) is no regular one, whatever it says.
    """
    try:
        if path.is_dir():
            raise LoadError("it is a folder that cannot be listed; make it readable")
        if not path.is_file():
            raise LoadError("it is not a regular file, or a link that leads nowhere")
        # What is opened may be another thing by now, such as a pipe that nobody writes to.
        with os.fdopen(os.open(path, _WITHOUT_WAITING), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or (not status.st_size and _is_made_up(file)):
                raise LoadError("it is not a regular file, or a link that leads nowhere")
            # Bounded: the file may be growing.
            data = file.read(most + 1) if status.st_size else b""
        if len(data) <= most:
            return data
        raise LoadError(
            f"it holds {status.st_size / 1e6:.0f} MB, and files above "
            f"{most / 1e6:.0f} MB are not read; split it into parts"
        )
    except OSError as error:
        raise LoadError(f"it cannot be read ({error.strerror})") from error


def check_named(path: Path) -> None:
    """Raise LoadError where somebody named a folder, or nothing that there is."""
    if path.is_dir():
        raise LoadError("it is a folder; name a file")
    if not os.path.lexists(path):
        raise LoadError("there is no such file")


def _is_made_up(file: BinaryIO) -> bool:
    """Whether an open file is on a file system without storage, such as that of the kernel."""
    return hasattr(os, "fstatvfs") and os.fstatvfs(file.fileno()).f_blocks == 0


def read_source(path: Path, name: str = "") -> bytes:
    """The bytes of a file that is to be a document, as many as its format may have.

    `name` is the file's if it lies under another. Raises LoadError.
    """
    kind = loaders.kind_of_file(path) if path.is_file() else UNKNOWN
    return read(path, loaders.most_bytes(name or path.name, kind))


def _describes_another(path: Path) -> bool:
    """Whether a file is the sidecar of one beside it."""
    described = path.with_name(path.name.removesuffix(SIDECAR))
    return described != path and os.path.lexists(described)


def _is_read(path: Path) -> bool:
    """Whether a file's suffix or its content is of a format that is read."""
    return loaders.supports(path) or loaders.recognises(loaders.kind_of_file(path))


def safe_name(name: str) -> str:
    """The one file name that a name with any characters becomes; raises LoadError for none.

    Folders become part of it: `a/b/c.md` is `a - b - c.md`. Without control and direction
    characters, leading dots and what some file systems reserve; a long one is cut before its
    suffix, with a digest that tells it from others.
    """
    text = unicodedata.normalize("NFC", name)
    text = "".join(" " if c.isspace() else c for c in text if c.isspace() or _is_shown(c))
    parts = (part.strip(" .") for part in re.split(r"[/\\]", text))
    plain = " ".join(re.sub(r'[<>:"|?*]', "_", " - ".join(filter(None, parts))).split())
    plain = unicodedata.normalize("NFC", plain)
    if not plain:
        raise LoadError("its name holds no character that a file name may; rename it")
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    if len(plain.encode()) > MAX_NAME_BYTES:
        suffix = Path(plain).suffix if loaders.supports(Path(plain)) else ""
        end = f"~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}{suffix}"
        plain = (
            plain.encode()[: MAX_NAME_BYTES - len(end)].decode("utf-8", "ignore").rstrip(" .") + end
        )
    return plain


def _is_shown(character: str) -> bool:
    return not unicodedata.category(character).startswith("C")


def _under(root: Path, leave_out: Path) -> Iterator[Path]:
    if not os.path.lexists(root):
        raise BuildError(f"There is no file or folder {root}; check the path.")
    if not _is_folder(root):
        yield root
        return
    if _actual(root) == leave_out:
        raise BuildError(f"{root} is the index folder itself; name another one with --index.")
    visited: set[Path] = set()
    unlisted: list[Path] = []

    def note(error: OSError) -> None:
        unlisted.append(Path(error.filename))

    for folder, folders, files in os.walk(root, followlinks=True, onerror=note):
        actual = _actual(folder)
        if actual in visited or actual == leave_out:
            folders.clear()
            continue
        visited.add(actual)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder, name) for name in sorted(files) if not name.startswith("."))
    yield from unlisted


def _actual(path: Path | str) -> Path:
    """Where links lead, if anywhere."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return Path(path)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _name(path: Path, root: Path, taken: set[str]) -> str:
    """The path inside `root`, made unlike the names already taken."""
    plain = path.name if path == root else path.relative_to(root).as_posix()
    # A file name may hold bytes that are no text; a citation may not.
    plain = os.fsencode(plain).decode("utf-8", "replace")
    if plain not in taken:
        return plain
    folder = root.absolute().parent.name if path == root else root.absolute().name
    folder = os.fsencode(folder).decode("utf-8", "replace")
    # The suffix must stay at the end: it says how the file is read.
    name, number = f"{folder}/{plain}", 2
    while name in taken:
        name, number = f"{folder} ({number})/{plain}", number + 1
    return name
