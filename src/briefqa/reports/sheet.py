"""A table as a spreadsheet (XLSX); the only module that imports xlsxwriter."""

from __future__ import annotations

import io

from briefqa.errors import UsageError
from briefqa.reports.table import Cell, Table, is_formula, printable

MOST_ROWS = 1_048_575  # beside the row of names
MOST_COLUMNS = 16_384
LONGEST_CELL = 32_767  # characters, as UTF-16 counts them

_WIDTHS = 8, 60  # of columns, in characters


def content(table: Table) -> bytes:
    """The table as the bytes of an .xlsx file: one sheet, the names of the columns kept in view.

    Text is written as text, never as a formula, a link or a number. Raises UsageError for a table
    that is larger than a sheet can be.
    """
    import xlsxwriter

    _check(table)
    written = io.BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    book.set_properties({"title": printable(table.title)[:255], "author": "BriefQA"})
    wrapped = {"text_wrap": True, "valign": "top"}
    head, body = book.add_format({**wrapped, "bold": True}), book.add_format(wrapped)
    # As if somebody had typed an apostrophe: it stays text when the cell is edited.
    quoted = book.add_format({**wrapped, "quote_prefix": True})
    sheet = book.add_worksheet("Table")
    for number, row in enumerate((table.columns, *table.rows)):
        for column, cell in enumerate(row):
            match cell:
                case None:
                    continue
                case bool():
                    sheet.write_boolean(number, column, cell, body)
                case int() | float():
                    sheet.write_number(number, column, cell, body)
                case _:
                    style = head if number == 0 else quoted if is_formula(cell) else body
                    sheet.write_string(number, column, printable(cell), style)
    for column, width in enumerate(_widths(table)):
        sheet.set_column(column, column, width)
    sheet.freeze_panes(1, 0)
    if table.columns:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    if table.notes:
        notes = book.add_worksheet("Notes")
        notes.set_column(0, 0, 100)
        for number, note in enumerate(table.notes):
            notes.write_string(number, 0, printable(note), quoted if is_formula(note) else body)
    book.close()
    return written.getvalue()


def _check(table: Table) -> None:
    if len(table.rows) > MOST_ROWS or len(table.columns) > MOST_COLUMNS:
        size = f"{len(table.rows):,} rows and {len(table.columns):,} columns"
        raise UsageError(
            f"A sheet holds {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns at most, and this has "
            f"{size}; write CSV or JSON."
        )
    cells = (cell for row in (table.columns, *table.rows) for cell in row)
    if any(isinstance(cell, str) and _length(cell) > LONGEST_CELL for cell in cells):
        raise UsageError(
            f"A cell of a sheet holds {LONGEST_CELL:,} characters at most, and one of these is "
            "longer; write CSV or JSON."
        )


def _length(text: str) -> int:
    return len(text) + sum(sign > "\uffff" for sign in text)


def _widths(table: Table) -> list[int]:
    """What each column needs for its name and its first texts, within reason."""
    least, most = _WIDTHS
    first = (table.columns, *table.rows[:500])
    longest = (max(_longest_line(row[at]) for row in first) for at in range(len(table.columns)))
    return [max(least, min(most, width)) for width in longest]


def _longest_line(cell: Cell) -> int:
    return max(map(len, str(cell).splitlines()), default=0) + 2
