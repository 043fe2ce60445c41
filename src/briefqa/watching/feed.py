"""The changes of watches as a JSON Feed (version 1.1), for programs that read feeds."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefqa.atomic_file import replace_file
from briefqa.errors import UsageError
from briefqa.json_decoding import Malformed, decode_file

if TYPE_CHECKING:
    from briefqa.watching.running import Change

MOST_ITEMS = 1_000  # that are kept, the newest first
_MOST_BYTES = 100_000_000
_VERSION = "https://jsonfeed.org/version/1.1"  # names the format; nothing is fetched


@dataclass(frozen=True, slots=True)
class _Feed:
    version: str
    items: tuple[dict[str, Any], ...]


def add(path: Path, changes: Sequence[Change]) -> None:
    """Put changes at the beginning of a feed, made if there is none; one that is in it stays.

    Raises UsageError for a file that is not a feed or cannot be written.
    """
    kept = _items(path)
    known = {item.get("id") for item in kept}
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    new = [
        {
            "id": change.id,
            "title": change.text,
            "content_text": change.told.said,
            "date_published": now,
            "tags": [str(change.told.kind)],
        }
        for change in changes
        if change.id not in known
    ]
    if not new and path.exists():
        return
    content = {"version": _VERSION, "title": "BriefQA", "items": [*new, *kept][:MOST_ITEMS]}
    try:
        replace_file(path, json.dumps(content, indent=1).encode("ascii") + b"\n")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"The feed {path} cannot be written ({why}); name another.") from error


def _items(path: Path) -> list[dict[str, Any]]:
    try:
        feed = decode_file(path, _Feed, _MOST_BYTES, any_text=True)
        if not feed.version.startswith("https://jsonfeed.org/version/1"):
            raise Malformed("it has another version")
        return list(feed.items)
    except FileNotFoundError:
        return []
    except (OSError, Malformed) as error:
        raise UsageError(
            f"{path} is not a JSON Feed ({error}); name another file, or remove it."
        ) from error
