"""What a damaged or outdated index still tells: what it was built from, and how to rebuild it.

Every IndexDamaged names the command that rebuilds the index: `briefqa build` alone where what it
was built from can still be read, otherwise with the folder to be named.
"""

from __future__ import annotations

import hashlib
import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from briefqa.errors import IndexDamaged
from briefqa.index.manifest import BuildInputs, parse_inputs
from briefqa.json_decoding import Malformed, decode

POINTER = "current.json"
MANIFEST = "manifest.json"
GENERATION = re.compile(r"generation-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")
_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.*)", re.DOTALL)
BUILDING = re.compile(r"building-[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """The content of the pointer file; raises ValueError for no generation's name."""

    generation: str
    manifest_sha256: str

    def __post_init__(self) -> None:
        if not GENERATION.fullmatch(self.generation):
            raise ValueError("it names no generation")


def damaged(path: Path, why: str) -> IndexDamaged:
    """The error for a file of an index that is not as it was written."""
    command = rebuild_command(_index_of(path))
    name = spelled(path)
    name = name if name.isprintable() else ascii(name)  # a manifest may name any
    return IndexDamaged(f"The index is damaged: {name}: {why}; rebuild it with: {command}")


def rebuild_command(index: Path) -> str:
    """The command line that rebuilds an index, to be shown to a person.

    With the word FOLDER in it where what the index was built from cannot be read any more, and
    with `--index` unless it is the one that commands use by default.
    """
    inputs = build_inputs(index)
    if inputs is None or not inputs.roots or not all(map(_exists, inputs.roots)):
        return build_command(index)
    return f"briefqa build{_index_option(index)}"


def build_command(index: Path) -> str:
    """The command line that builds an index from a folder that is to be named."""
    return f"briefqa build FOLDER{_index_option(index)}"


def _index_option(index: Path) -> str:
    default = Path(os.environ.get("BRIEFQA_INDEX") or "index")
    same = default.absolute() == index.absolute()
    return "" if same else f" --index {shlex.quote(spelled(index))}"


def spelled(location: Path) -> str:
    """A location as it is typed: of the slashes of a URI a Path keeps one."""
    match = _URI.fullmatch(str(location))
    if match is None:
        return str(location)
    of_file = re.search(r"\.db(?:/|\Z)", match[2])
    return f"{match[1]}://{'/' if of_file else ''}{match[2]}"


def build_inputs(index: Path) -> BuildInputs | None:
    """What the last build of an index was given, None where that cannot be read.

    There are no roots if the documents were in no files. The manifest may be of any format. Where
    nothing vouches for it any more, because the pointer or its SHA-256 is damaged, it is believed
    if all paths in it are there.
    """
    pointer = _pointer(index)
    content = _content((index / pointer.generation if pointer else _newest(index)) / MANIFEST)
    try:
        inputs = parse_inputs(content)
    except Malformed:
        return None
    if pointer is None or hashlib.sha256(content).hexdigest() != pointer.manifest_sha256:
        paths = (*inputs.roots, *inputs.excluded)
        return inputs if inputs.roots and all(map(_exists, paths)) else None
    return inputs


def _index_of(path: Path) -> Path:
    """The index folder a file is of: the one that holds its generation, or the file itself."""
    for part in (path, *path.parents):
        if GENERATION.fullmatch(part.name) or BUILDING.fullmatch(part.name):
            return part.parent
    return path.parent


def _pointer(index: Path) -> Pointer | None:
    try:
        return decode(_content(index / POINTER), Pointer)
    except Malformed:
        return None


def _newest(index: Path) -> Path:
    """The last generation by name, which begins with the time; the index itself if none is."""
    try:
        names = [path.name for path in index.iterdir() if GENERATION.fullmatch(path.name)]
    except (OSError, ValueError):
        names = []
    return index / max(names, default="")


def _content(path: Path) -> bytes:
    """The bytes of a file, none where it cannot be read; pipes and devices are not."""
    try:
        return path.read_bytes() if path.is_file() else b""
    except (OSError, ValueError):
        return b""


def _exists(path: str) -> bool:
    try:
        return os.path.isabs(path) and os.path.lexists(path)  # noqa: PTH117 (a str is what it is)
    except ValueError:
        return False
