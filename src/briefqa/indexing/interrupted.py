"""What a change of the uploads was to do, so that one that is interrupted is finished and told.

Its files move before the index is built. Where the program is stopped between, the next build makes
the index agree with the files; a note that lies beside them meanwhile says whose doing that was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from briefqa.documents.sidecar import sidecar_of
from briefqa.documents.source_files import absolute, read
from briefqa.errors import BriefQAError, LoadError
from briefqa.index.manifest import Manifest
from briefqa.indexing.uploads_folder import INCOMING, check_owner
from briefqa.json_decoding import Malformed, decode, encode

NOTE = "change.json"


@dataclass(frozen=True, slots=True)
class _Step:
    """A file of the uploads, and the SHA-256 that it gets; empty where it goes."""

    name: str
    change: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class _Change:
    steps: tuple[_Step, ...]


def begin(uploads: Path, moves: Mapping[Path, Path]) -> None:
    """Note what moving files, each target from its source, is to do. Raises OSError."""
    steps = []
    for target, source in moves.items():
        if target.parent != uploads:
            steps.append(_Step(source.name, "removal"))
        else:
            back = source.parent.parent == uploads and source.parent.name != INCOMING
            change = "replacement" if target.exists() else "restoration" if back else "addition"
            steps.append(_Step(target.name, change, hashlib.sha256(read(source)).hexdigest()))
    # A name may hold bytes that are no text, and such a file is told by no name.
    steps = [step for step in steps if step.name.isprintable()]
    (uploads / INCOMING / NOTE).write_bytes(encode(_Change(tuple(steps))))


def unfinished(uploads: Path, last: Manifest | None) -> list[str]:
    """What was interrupted after its files had moved and that the index does not know yet.

    A clause each, such as `notes.md: removal finished`, for when it is.
    """
    try:
        change = decode(read(uploads / INCOMING / NOTE), _Change)
    except (LoadError, Malformed):
        return []
    known = {absolute(source.path): source.sha256 for source in last.sources} if last else {}
    for source in last.sources if last else ():
        known[str(sidecar_of(Path(absolute(source.path))))] = source.sidecar
    clauses = []
    for step in change.steps:
        path = uploads / step.name
        try:
            now = hashlib.sha256(read(path)).hexdigest()
        except LoadError:
            now = ""
        if now == step.sha256 != known.get(str(path), ""):
            clauses.append(f"{step.name}: {step.change} finished")
    return clauses


def unfinished_in(roots: Iterable[Path], index: Path, last: Manifest | None) -> list[str]:
    """What was interrupted in those folders that are the uploads of this index."""
    return [
        clause
        for root in roots
        if _is_of(root, index)
        for clause in unfinished(Path(absolute(root)), last)
    ]


def clear(roots: Iterable[Path], index: Path) -> None:
    """Remove what changes have left on its way into those folders, as far as it can be."""
    for root in roots:
        if _is_of(root, index):
            for path in (root / INCOMING).iterdir():
                path.unlink(missing_ok=True)


def _is_of(root: Path, index: Path) -> bool:
    """Whether a folder holds the uploads of an index."""
    incoming = root / INCOMING
    if incoming.is_symlink() or not incoming.is_dir():
        return False
    try:
        check_owner(root, index)
    except BriefQAError:
        return False
    return True
