"""What a text says of itself at its top: who wrote it, when and where."""

from __future__ import annotations

import re
from collections.abc import Sequence

from briefqa.citations import date_parts
from briefqa.documents.loaders.text.blocks import Block
from briefqa.documents.loaders.text.lines import DATED, DATELINE, LONG_LINE
from briefqa.records import Metadata

_AUTHOR = re.compile(r"[Bb]y\s+([A-Z][^\d,.;:|]{2,60})")


def about(blocks: Sequence[Block]) -> Metadata:
    """What a by-line, a date on a line of its own and a dateline say, without a title."""
    alone = [block for block in blocks if block.lines == 1]
    dates = (block.words for block in alone if is_date(block))
    authors = (found[1] for block in alone if (found := _AUTHOR.fullmatch(block.words)))
    datelines = (DATED.match(block.words) for block in blocks if DATELINE.match(block.words))
    author, date, source, place = next(authors, "").strip(), next(dates, ""), "", ""
    if dateline := next(datelines, None):
        source = dateline["slashed"] or dateline["bracketed"] or ""
        place = dateline["place"].strip(" -").title()
        date = dateline["date"] or date
    return Metadata("", date=date, source=source, author=author, place=place)


def is_date(block: Block) -> bool:
    """Whether a date is all that stands on a line."""
    return block.lines == 1 and len(block.words) <= LONG_LINE and bool(date_parts(block.words))
