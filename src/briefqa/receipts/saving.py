"""Writes a conversation into a new file: as a receipt, as evidence or as Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.errors import UsageError
from briefqa.receipts import evidence
from briefqa.receipts.receipt import Turn, make
from briefqa.receipts.transcript import markdown

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher


def save(path: Path, searcher: Searcher, turns: Sequence[Turn]) -> None:
    """Write a new file: a receipt (`.json`), evidence (`.html`) or Markdown (`.md`).

    Raises UsageError otherwise.
    """
    match path.suffix:
        case ".json":
            content = f"{json.dumps(make(searcher, turns).as_json(), indent=1)}\n".encode()
        case ".html":
            content = evidence.page(searcher, make(searcher, turns))
        case ".md":
            content = markdown(turns).encode("utf-8", "replace")
        case _:
            raise UsageError(
                f"{path} ends in none of .json (a receipt), .html (evidence) and .md; rename it."
            )
    try:
        with path.open("xb") as file:
            file.write(content)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path} cannot be written ({why}); choose another name.") from error
