"""Reads workbooks of Excel and LibreOffice: a section a sheet, a paragraph a row."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.package import Package
from briefqa.documents.loaders.table_rows import MOST_ROWS, whole, write_rows
from briefqa.documents.loaders.written_text import TextWriter
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

NAME = "sheets"
VERSION = 2
SUFFIXES: tuple[str, ...] = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CALLED = "Excel and ODS"
GIVES = (
    f"a section a sheet, a paragraph a row with its columns' names; {MOST_ROWS:,} rows a sheet;"
    " locked .xlsx with --password"
)
MOST_BYTES = 50_000_000
LIBRARIES: tuple[str, ...] = ("lxml.etree", "python_calamine")

MOST_SHEETS = 100
MOST_CELLS = 20_000_000
"""Of a sheet's rectangle, empty ones included: all are kept in memory."""

_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_LETTERS = ord("A") - 1


def parse(data: bytes, name: str) -> Document:
    """Read a workbook; raises LoadError for one that is damaged, locked or hostile."""
    core = _core_properties(data)
    writer = TextWriter()
    with _refused():
        workbook, names = _sheets(data)
        for sheet in names[:MOST_SHEETS]:
            found = _rows(workbook.get_sheet_by_name(sheet))
            first = next(found, None)
            if first is not None:
                writer.heading(1, sheet)
                write_rows(
                    writer, (row for part in ((first,), found) for row in part), f"“{sheet}”"
                )
        if len(names) > MOST_SHEETS:
            writer.note(f"sheets after {MOST_SHEETS} are not read")
    if writer.is_empty:
        raise LoadError("its sheets are empty")
    return writer.document(
        name,
        Metadata(
            title=one_line(core.get("title", "")) or title_from_name(name),
            author=core.get("creator", "") if core.get("creator", "") != "openpyxl" else "",
        ),
    )


def rows(data: bytes) -> list[list[str]]:
    """The rows of the first sheet that has any, whole; raises LoadError as `parse` does."""
    _core_properties(data)
    with _refused():
        workbook, names = _sheets(data)
        for sheet in names[:MOST_SHEETS]:
            found = whole(_rows(workbook.get_sheet_by_name(sheet)))
            if found:
                return found
    raise LoadError("its sheets are empty")


def _core_properties(data: bytes) -> dict[str, str]:
    """What a workbook says of itself; raises LoadError for one that is too large in memory."""
    if not data.startswith(b"PK"):
        return {}
    package = Package(data)
    _check_corners(package)
    return package.core_properties()


def _sheets(data: bytes) -> tuple[Any, list[str]]:
    """The workbook and the names of its sheets, those with charts left out."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    about = workbook.sheets_metadata
    return workbook, [one.name for one in about if one.typ == SheetTypeEnum.WorkSheet]


@contextmanager
def _refused() -> Iterator[None]:
    from python_calamine import CalamineError

    try:
        yield
    except CalamineError as error:
        locked = "password" in str(error).lower()
        raise LoadError(
            "it is locked with a password; save it without one"
            if locked
            else "it is damaged: it is no workbook"
        ) from error


def _check_corners(package: Package) -> None:
    """Refuse a sheet whose few cells span a rectangle that no memory holds."""
    for part in package.names():
        if not part.startswith("xl/worksheets/") or not part.endswith(".xml"):
            continue
        rows = columns = 0
        for cell in _CELL.finditer(package.read(part)):
            rows = max(rows, int(cell[2]))
            column = 0
            for letter in cell[1]:
                column = 26 * column + letter - _LETTERS
            columns = max(columns, column)
        if rows * columns > MOST_CELLS:
            raise LoadError(f"one of its sheets spans {rows:,} rows and {columns:,} columns")


def _rows(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows():
        yield [_shown(value) for value in row]


def _shown(value: object) -> str:
    """A cell as a person would write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    return str(value)
