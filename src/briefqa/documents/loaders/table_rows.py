"""Writes the rows of a sheet: a paragraph a row, each value after its column's name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import regex

from briefqa.documents.loaders.written_text import TextWriter, one_spaced
from briefqa.errors import LoadError

MOST_ROWS = 5_000
"""Of one sheet: more are data and no text."""

MOST_COLUMNS = 200
_LONGEST_NAME = 80  # characters of what heads a column
_LONGEST_STEP = 10  # years from one column to the next
_YEAR = regex.compile(r"(?:1\d|20)\d\d")


MOST_WHOLE_ROWS = 100_000
MOST_WHOLE_COLUMNS = 1_000
"""Of a table that is wanted whole."""


def whole(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    """The rows of a table that is wanted whole, without empty cells at their ends and rows at its.

    Raises LoadError for one that is too long or too wide.
    """
    found: list[list[str]] = []
    filled = 0
    for row in rows:
        width = len(row)
        while width and not row[width - 1].strip():
            width -= 1
        if width > MOST_WHOLE_COLUMNS:
            raise LoadError(
                f"it has {width:,} columns, and at most {MOST_WHOLE_COLUMNS:,} are read; "
                "remove those that are not needed"
            )
        if width and len(found) >= MOST_WHOLE_ROWS:
            raise LoadError(f"it has more than {MOST_WHOLE_ROWS:,} rows; split it into parts")
        found.append(list(row[:width]))
        filled = len(found) if width else filled
        if len(found) > filled + MOST_WHOLE_ROWS:
            break
    return found[:filled]


def write_rows(writer: TextWriter, rows: Iterable[Sequence[str]], sheet: str) -> None:
    """Write the rows of a sheet, `sheet` being its name in a note on what was left out.

    A row whose cells are all words or years, each another, heads those below it up to the next
    empty row; a single cell above a table is a paragraph.
    """
    header: list[str] = []
    number = 0
    wide = False
    for row in rows:
        wide = wide or len(row) > MOST_COLUMNS
        cells = [one_spaced(cell) for cell in row[:MOST_COLUMNS]]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            header = []
            continue
        number += 1
        if number > MOST_ROWS:
            writer.note(f"rows after {MOST_ROWS:,} of {sheet} are not read")
            break
        filled = [cell for cell in cells if cell]
        if len(filled) == 1 and not header:
            writer.paragraph(filled[0])
        elif not header and _heads(cells):
            header = cells
            writer.row(cells)
            writer.end()
        elif header:
            writer.paragraph("; ".join(_named(header, cells)))
        else:
            writer.row(cells)
            writer.end()
    if wide:
        writer.note(f"columns after {MOST_COLUMNS} of {sheet} are not read")


def _named(header: Sequence[str], cells: Sequence[str]) -> list[str]:
    """The cells of a row, each after the name of its column."""
    return [
        f"{header[column]}: {cell}" if column < len(header) and header[column] else cell
        for column, cell in enumerate(cells)
        if cell
    ]


def _heads(cells: Sequence[str]) -> bool:
    """Whether these cells look like names of columns: words, or years that follow each other."""
    filled = [cell for cell in cells if cell]
    numbers = [cell for cell in filled if _is_number(cell)]
    return (
        len(filled) > 1
        and 2 * len(filled) > len(cells)
        and len(set(filled)) == len(filled)
        and all(len(cell) <= _LONGEST_NAME for cell in filled)
        and (not numbers or (len(numbers) < len(filled) and _are_years(numbers)))
    )


def _are_years(cells: Sequence[str]) -> bool:
    """Whether these are years in even steps of a few, two or more."""
    if len(cells) < 2 or not all(_YEAR.fullmatch(cell) for cell in cells):
        return False
    steps = {int(later) - int(year) for year, later in pairwise(cells)}
    return len(steps) == 1 and 0 < abs(steps.pop()) <= _LONGEST_STEP


def _is_number(cell: str) -> bool:
    digits = sum(sign.isdigit() for sign in cell)
    letters = sum(sign.isalpha() for sign in cell)
    return digits > letters
