"""Reads workbooks of Excel and LibreOffice: a section a sheet, a paragraph a row."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator
from typing import Any

from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.package import Package
from briefqa.documents.loaders.table_rows import MOST_ROWS, write_rows
from briefqa.documents.loaders.written_text import TextWriter
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

NAME = "sheets"
VERSION = 1
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
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    core: dict[str, str] = {}
    if data.startswith(b"PK"):
        package = Package(data)
        _check_corners(package)
        core = package.core_properties()
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        about = [one for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        writer = TextWriter()
        for sheet in about[:MOST_SHEETS]:
            rows = _rows(workbook.get_sheet_by_name(sheet.name))
            first = next(rows, None)
            if first is not None:
                writer.heading(1, sheet.name)
                write_rows(
                    writer, (row for part in ((first,), rows) for row in part), f"“{sheet.name}”"
                )
        if len(about) > MOST_SHEETS:
            writer.note(f"sheets after {MOST_SHEETS} are not read")
    except CalamineError as error:
        locked = "password" in str(error).lower()
        raise LoadError(
            "it is locked with a password; save it without one"
            if locked
            else "it is damaged: it is no workbook"
        ) from error
    if writer.is_empty:
        raise LoadError("its sheets are empty")
    return writer.document(
        name,
        Metadata(
            title=one_line(core.get("title", "")) or title_from_name(name),
            author=core.get("creator", "") if core.get("creator", "") != "openpyxl" else "",
        ),
    )


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
