"""Reads a draft, a file of anyone, opens the index, and checks the one against the other."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from briefqa.documents import reading, source_files
from briefqa.drafts.check import MOST_CHARACTERS, check_draft
from briefqa.drafts.records import DraftCheck
from briefqa.errors import LoadError, UsageError
from briefqa.index.store import store_at

MOST_BYTES = 50_000_000  # of a draft that may hold pictures
_TEXT = (".md", ".markdown", ".txt", ".text")


def check_file(draft: Path, index: Path, nearest: int = 0, password: str = "") -> DraftCheck:
    """Check a file of any format that is read; see `check_content`."""
    try:
        source_files.check_named(draft)
        data = source_files.read_source(draft, draft.name)
    except LoadError as error:
        raise UsageError(f"{draft}: {error}") from error
    return check_content(data, draft.name, index, nearest, password)


def check_content(
    data: bytes, name: str, index: Path, nearest: int = 0, password: str = ""
) -> DraftCheck:
    """Check the bytes of a file of that name, with so many passages near each plain sentence.

    Raises UsageError for a draft that cannot be read or is too long, and IndexNotFound,
    IndexOutOfDate or IndexDamaged.
    """
    # A character takes four bytes at most.
    most = 4 * MOST_CHARACTERS if Path(name).suffix.lower() in _TEXT else MOST_BYTES
    if len(data) > most:
        raise UsageError(
            f"{name} has {len(data):,} bytes, and at most {most:,} of such a draft are checked; "
            "check it in parts."
        )
    if nearest < 0:
        raise UsageError(f"{nearest} nearest passages were asked for; ask for 0 or more.")
    try:
        draft = reading.read_document(data, name, password)
    except LoadError as error:
        raise UsageError(f"{name}: {error}") from error
    with store_at(index).open() as opened:
        if not nearest:
            return check_draft(draft, opened)
        from briefqa.answering.searcher import Searcher

        with closing(Searcher(index, reader=None)) as searcher:
            return check_draft(
                draft, opened, lambda sentence: searcher.search(sentence[:2000], k=nearest)
            )
