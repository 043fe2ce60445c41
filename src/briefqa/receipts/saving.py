"""Writes a conversation into a new file, as a receipt or as Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.errors import UsageError
from briefqa.receipts.receipt import Turn, make
from briefqa.receipts.transcript import markdown

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher


def save(path: Path, searcher: Searcher, turns: Sequence[Turn]) -> None:
    """Write a new file: a receipt (`.json`) or Markdown (`.md`); raises UsageError otherwise."""
    if path.suffix == ".json":
        content = json.dumps(make(searcher, turns).as_json(), indent=1) + "\n"
    elif path.suffix == ".md":
        content = markdown(turns)
    else:
        raise UsageError(f"{path} ends neither in .json (a receipt) nor in .md; rename it.")
    try:
        with path.open("x", encoding="utf-8", errors="replace") as file:
            file.write(content)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path} cannot be written ({why}); choose another name.") from error
