"""Files whose content is known and whose replacement is all or nothing."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from itertools import count
from pathlib import Path

from briefqa.errors import UsageError


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_file(path: Path, content: bytes) -> None:
    """Give a file this content in one rename, safe against a power cut; raises OSError.

    A link is replaced, not followed, and a folder that stands there is set aside.
    """
    replacement = path.with_name(f"{path.name}.new")
    clear_path(replacement)
    replacement.write_bytes(content)
    sync(replacement)
    if path.is_dir() and not path.is_symlink():
        set_aside(path)
    replacement.replace(path)
    sync(path.parent)


def refuse_input(output: Path | None, source: Path, called: str) -> None:
    """Raise UsageError where writing `output` would replace the file `source`, `called` so.

    They are the same file by whatever names, through links too. `-` is none, as no output is.
    """
    same = False
    with suppress(OSError, ValueError):  # whoever reads or writes it says what is wrong with it
        same = output is not None and str(output) != "-" and output.samefile(source)
    if same:
        raise UsageError(f"{output} is {called} itself; choose another name.")


def clear_path(path: Path) -> None:
    """Have nothing stand at a path: a file or link is removed, a folder set aside.

    Raises OSError.
    """
    if path.is_dir() and not path.is_symlink():
        set_aside(path)
    else:
        path.unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Rename whatever stands at a path, so that nothing is lost; returns its new path.

    Raises OSError.
    """
    names = (path.with_name(f"{path.name}.damaged-{number}") for number in count(1))
    aside = next(name for name in names if not os.path.lexists(name))
    return path.rename(aside)


def sync(path: Path) -> None:
    """Force a file's content, or a folder's entries, to the disk; raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
