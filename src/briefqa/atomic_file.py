"""Files whose content is known and whose replacement is all or nothing."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal; raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace_file(path: Path, content: bytes) -> None:
    """Give a file this content in one rename, safe against a power cut; raises OSError."""
    replacement = path.with_name(f"{path.name}.new")
    replacement.unlink(missing_ok=True)  # were it a link, it would lead elsewhere
    replacement.write_bytes(content)
    sync(replacement)
    replacement.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Force a file's content, or a folder's entries, to the disk; raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
