"""The folder for files that people add to an index: which one it is, and whose.

It belongs to one index, since a change to it is guarded by that index's lock: a small file in it
names the index. It lies beside the index and not in it, so that deleting the index, which can be
built again, deletes no document.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import portalocker

from briefqa.documents.source_files import absolute
from briefqa.errors import BuildError, IndexFolderError, IndexNotFound, UsageError
from briefqa.index import generations
from briefqa.index.recovery import spelled
from briefqa.index.store import store_at
from briefqa.json_decoding import Malformed, decode

INCOMING = ".incoming"
"""Files on their way into the uploads; hidden, so that no build finds them."""
REMOVED = ".removed"
"""Files that were removed and can be restored; hidden too."""
OWNER = ".owner.json"

_MOST_BYTES = 10_000  # of the file that names the owner


@dataclass(frozen=True, slots=True)
class _Owner:
    """The index that a folder belongs to, relative to it: both may be moved or copied together."""

    index: str


def default_folder(index: Path) -> Path:
    """`NAME-uploads` beside the index `NAME`.

    Before there were such names it was `uploads` beside it: an index that has its documents there
    goes on with them.
    """
    index = Path(absolute(store_at(index).workspace))
    folder, older = index.with_name(f"{index.name}-uploads"), index.with_name("uploads")
    if folder.exists() or not (older / INCOMING).is_dir():
        return folder
    owner = _owner(older, index)
    return older if owner is None or _same(owner, index) else folder


def check_owner(uploads: Path, index: Path) -> None:
    """Raise UsageError if the folder belongs to another index."""
    workspace = store_at(index).workspace
    owner = _owner(uploads, workspace)
    if owner is not None and not _same(owner, workspace):
        raise UsageError(
            f"{uploads} holds what was added to the index in {owner}; give --uploads another "
            f"folder, or leave it out, for the index in {spelled(index)}."
        )


def claim(uploads: Path, index: Path) -> None:
    """Make the folder, which exists, the one of this index.

    Raises UsageError if it belongs to another index, BuildError if it cannot be told whose it is,
    and OSError when the folder cannot be written.
    """
    marker = uploads / OWNER
    if marker.is_symlink() or (marker.exists() and not marker.is_file()):
        raise BuildError(f"{marker} is no file of its own; remove it.")
    with marker.open("a+b") as file:
        try:  # of two that claim it at once one comes first
            portalocker.lock(file, portalocker.LockFlags.EXCLUSIVE)
        except portalocker.LockException as error:
            raise BuildError(
                f"{uploads} is on a file system without locks; give --uploads a local folder."
            ) from error
        check_owner(uploads, index)
        content = json.dumps({"index": os.path.relpath(store_at(index).workspace, uploads)}).encode(
            "ascii"
        )
        file.seek(0)
        if file.read(_MOST_BYTES) != content:
            file.truncate(0)
            file.write(content)


def _owner(uploads: Path, index: Path) -> Path | None:
    """The index that a folder belongs to; None for nobody's, or one whose index is gone.

    A folder of before there was a marker belongs to the index that has read it: `index`, or one
    that lies beside the folder.
    """
    marker = uploads / OWNER
    try:
        if marker.is_file() and not marker.is_symlink():
            with marker.open("rb") as file:
                owner = decode(file.read(_MOST_BYTES), _Owner, any_text=True)
            place = Path(absolute(uploads / owner.index))
            return place if place.is_dir() else None
    except (OSError, ValueError, Malformed):
        return None
    if not (uploads / INCOMING).is_dir():
        return None
    beside = sorted(path for path in uploads.parent.iterdir() if path.is_dir())
    return next((place for place in (index, *beside) if _has_read(place, uploads)), None)


def _has_read(index: Path, uploads: Path) -> bool:
    """Whether the last build read the uploads; it may have if that cannot be told any more."""
    try:
        return absolute(uploads) in generations.current_manifest(index).roots
    except IndexNotFound:
        return False
    except IndexFolderError:
        return True


def _same(one: Path, other: Path) -> bool:
    try:
        return absolute(one) == absolute(other) or one.samefile(other)
    except OSError:
        return False
