"""A table of results, and writing it as a file for people or for programs.

Text of documents is only ever text: no markup in Markdown and HTML, no formula in a spreadsheet.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from pathlib import Path

from briefqa.atomic_file import replace_file
from briefqa.errors import UsageError
from briefqa.text import markdown as plain
from briefqa.text.html import Html, join, tag

Cell = str | int | float | bool | None

STDOUT = Path("-")

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula, or may drop before one."""

_NOT_SHOWN = re.compile(r"[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, and control characters."""

_SURROGATE = re.compile("[\ud800-\udfff]")

_STYLE = Html(
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}caption{text-align:start;font-weight:600}"
    "th,td{border:1px solid #8888;padding:.3rem .5rem;text-align:start;vertical-align:top;"
    "white-space:pre-wrap;overflow-wrap:anywhere}:root{color-scheme:light dark}"
)
# Nothing is loaded and nothing runs; the style alone is this page's own.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class Format(StrEnum):
    """The formats a table is written in; each is also the ending of such a file's name."""

    CSV = "csv"
    XLSX = "xlsx"
    DOCX = "docx"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under named columns; no two columns have one name.

    `title` heads it, and `notes`, a sentence each, follow it where a format has room for them: not
    in CSV. Raises ValueError for a row that is not as long as there are columns.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.columns)) != len(self.columns):
            raise ValueError(f"two columns have one name: {self.columns}")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("a row has more or fewer cells than there are columns")


def format_of(output: Path, named: Format | str | None = None) -> Format:
    """The format to write to `output`: the one that is named, or else by its ending.

    Standard output, `-`, gets CSV. Raises UsageError for an unknown one, and for a folder.
    """
    if output.is_dir():
        raise UsageError(f"{output} is a folder; name a file.")
    if named is None and output == STDOUT:
        return Format.CSV
    wanted = output.suffix[1:].lower() if named is None else named
    try:
        return Format(wanted)
    except ValueError:
        *most, last = (f".{each}" for each in Format)
        raise UsageError(
            f"{output} does not end in {', '.join(most)} or {last}; rename it, or name its format."
        ) from None


def write(table: Table, output: Path, named: Format | str | None = None) -> None:
    """Write a table to a file, replaced if it exists, or to standard output for `-`.

    Raises UsageError for an unknown format, for a table that the format cannot hold, and for a
    file that cannot be written.
    """
    save(content(table, format_of(output, named)), output)


def save(written: bytes, output: Path) -> None:
    """Write bytes to a file, replaced in one step, or to standard output for `-`.

    Raises UsageError where that cannot be done.
    """
    if output == STDOUT:
        # The mark is for spreadsheets that open a file; it would stand in the way of a pipe.
        sys.stdout.flush()
        sys.stdout.buffer.write(written.removeprefix(codecs.BOM_UTF8))
        return
    try:
        replace_file(output, written)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{output} cannot be written ({why}); choose another name.") from error


def content(table: Table, form: Format) -> bytes:
    """A table as the bytes of a file of this format.

    Text formats are UTF-8; CSV begins with the mark by which spreadsheets know that. Raises
    UsageError for a table that the format cannot hold.
    """
    match form:
        case Format.CSV:
            return codecs.BOM_UTF8 + _csv(table).encode()
        case Format.XLSX:
            from briefqa.reports import sheet  # late, as below: only who wants one needs it

            return sheet.content(table)
        case Format.DOCX:
            from briefqa.reports import word

            return word.content(table)
        case Format.MARKDOWN:
            return _markdown(table).encode()
        case Format.HTML:
            return page(table.title, html(table), style=_STYLE, policy=_POLICY).encode()
        case Format.JSON:
            return as_json_text(as_json(table)).encode()


def printable(text: str) -> str:
    """The text with the replacement character for what is not shown or cannot be written."""
    return _NOT_SHOWN.sub("\N{REPLACEMENT CHARACTER}", text)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula."""
    return text.lstrip(" ").startswith(_FORMULA)


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names of columns made distinct: `column 3` for one without, `name (2)` for a second."""
    found: dict[str, None] = {}
    for number, name in enumerate(names, 1):
        plain = name or f"column {number}"
        again = (f"{plain} ({time})" for time in count(2))
        found[plain if plain not in found else next(n for n in again if n not in found)] = None
    return tuple(found)


def shown(cell: Cell) -> str:
    """A cell as text: nothing for None, `yes` or `no`, a number with at most four decimals."""
    match cell:
        case None:
            return ""
        case bool():
            return "yes" if cell else "no"
        case float():
            return f"{cell:.4f}".rstrip("0").rstrip(".")
    return str(cell)


def as_json(table: Table) -> dict[str, object]:
    """A table as plain values: each row maps the columns to its cells."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    return {
        "title": table.title,
        "notes": list(table.notes),
        "columns": list(table.columns),
        "rows": rows,
    }


def as_json_text(value: object) -> str:
    """Plain values as JSON that is UTF-8 whatever text they hold."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def csv_cell(cell: Cell) -> Cell:
    """A cell for CSV: an apostrophe stands before text that could be taken for a formula."""
    if not isinstance(cell, str):
        return shown(cell) if isinstance(cell, bool) or cell is None else cell
    text = printable(cell)
    return f"'{text}" if is_formula(text) else text


def html(table: Table) -> Html:
    """A table as markup: the element, and its notes after it."""
    head = tag("tr", *(tag("th", name, scope="col") for name in table.columns))
    rows = (tag("tr", *(tag("td", shown(cell)) for cell in row)) for row in table.rows)
    body = tag("table", tag("caption", table.title), tag("thead", head), tag("tbody", *rows))
    return join(body, *(tag("p", note) for note in table.notes))


def page(title: str, body: Html, *, style: Html, policy: str, language: str = "en") -> str:
    """A whole HTML document that stands by itself; `policy` says what it may load and run."""
    head = join(
        Html('<meta charset="utf-8">'),
        # Not by `tag`: some readers of the policy know no character references in it.
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        Html('<meta name="viewport" content="width=device-width">'),
        tag("title", title),
        Html(f"<style>{style}</style>"),
    )
    return f"<!doctype html>\n{tag('html', tag('head', head), tag('body', body), lang=language)}\n"


def _csv(table: Table) -> str:
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow(map(csv_cell, table.columns))
    rows.writerows(map(csv_cell, row) for row in table.rows)
    return written.getvalue()


def _markdown(table: Table) -> str:
    rows = [table.columns, *table.rows]
    head, *body = (f"| {' | '.join(plain.line(shown(cell)) for cell in row)} |" for row in rows)
    lines = (head, f"|{' --- |' * len(table.columns)}", *body)
    parts = (f"# {plain.line(table.title)}", "\n".join(lines), *map(plain.line, table.notes))
    return "\n\n".join(parts) + "\n"
