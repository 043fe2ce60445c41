"""A file that is kept beside the pointer of an index and outlives rebuilds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from briefqa.atomic_file import replace_file, set_aside
from briefqa.errors import IndexDamaged, IndexFolderError
from briefqa.index.recovery import rebuild_command
from briefqa.json_decoding import Malformed, decode_file

T = TypeVar("T")


def read(path: Path, kind: type[T], most: int, writer: str, *, any_text: bool = False) -> T | None:
    """The record in the file, None if there is none; raises IndexDamaged.

    `writer` is the command that writes it, `most` how many bytes that may be; `any_text` is as for
    `json_decoding.decode`.
    """
    try:
        return decode_file(path, kind, most, any_text=any_text)
    except FileNotFoundError:
        return None
    except (OSError, Malformed) as error:
        raise IndexDamaged(
            f"{path} is not what {writer} writes ({error}); have it set aside with: "
            f"{rebuild_command(path.parent)}"
        ) from error


def write(path: Path, content: bytes) -> None:
    """Write it in one step; raises IndexFolderError."""
    try:
        replace_file(path, content)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> IndexFolderError:
    """The error for a file that could not be written."""
    return IndexFolderError(
        f"{path} could not be written ({error.strerror}); make room, or make the "
        "folder writable, and run it again."
    )


def set_damaged_aside(path: Path, opened: Callable[[], object]) -> Path | None:
    """Rename the file to what is returned if it is damaged, that is if `opened` says so.

    Raises OSError.
    """
    try:
        opened()
    except IndexDamaged:
        return set_aside(path)
    return None
