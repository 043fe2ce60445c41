"""Reads tables as text: values between commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from briefqa.documents.loaders.decoding import decode
from briefqa.documents.loaders.outline import title_from_name
from briefqa.documents.loaders.table_rows import MOST_ROWS, whole, write_rows
from briefqa.documents.loaders.written_text import TextWriter
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

NAME = "csv"
VERSION = 3
SUFFIXES: tuple[str, ...] = (".csv", ".tsv")
MEDIA_TYPE = "text/csv"
CALLED = "CSV"
GIVES = f"a paragraph a row with its columns' names; {MOST_ROWS:,} rows"
MOST_BYTES = 50_000_000
LIBRARIES: tuple[str, ...] = ()

_SEPARATORS = "\t;,|"
_LOOKED_AT = 50  # lines
_SAID = re.compile(r"(?:\"sep=([^\w\s\"]|\t)\"|sep=([^\w\s\"]|\t))(?:\r\n|\n|\r|\Z)", re.IGNORECASE)


def parse(data: bytes, name: str) -> Document:
    """Read a table; raises LoadError for what is no text."""
    text, _, notes = decode(data)
    writer = TextWriter()
    for note in notes:
        writer.note(note)
    with _refused():
        write_rows(writer, _rows(text), "the table")
    return writer.document(name, Metadata(title_from_name(name)))


def rows(data: bytes) -> list[list[str]]:
    """The rows of a table, whole; raises LoadError for what is no text and for one too large."""
    with _refused():
        return whole(_rows(decode(data).text))


def _rows(text: str) -> Iterator[list[str]]:
    said = _SAID.match(text)  # Excel's own line: no text
    separator = (said[1] or said[2]) if said else _separator(text)
    text = text[said.end() :] if said else text
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except csv.Error as error:
        raise LoadError("it is no table: it has a cell without end") from error


def _separator(text: str) -> str:
    """What separates the cells: the sign that most lines have equally often, tabs first."""
    lines = text[:100_000].splitlines()[:_LOOKED_AT]
    best, most = ",", 0
    for sign in _SEPARATORS:
        counts = Counter(line.count(sign) for line in lines if line.strip())
        counts.pop(0, None)
        lines_alike = max(counts.values(), default=0)
        if lines_alike > most:
            best, most = sign, lines_alike
    return best
