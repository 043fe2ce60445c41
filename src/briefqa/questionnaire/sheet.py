"""What is asked: the questions of a file, and what stands beside them there."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from briefqa.answering.query import too_long
from briefqa.documents import reading, source_files
from briefqa.documents.loaders import csv_table, decoding, sheets
from briefqa.errors import LoadError, UsageError
from briefqa.receipts.receipt import MOST_TURNS
from briefqa.reports.table import distinct
from briefqa.text.lead_in import is_question

STDIN = Path("-")
QUESTION = "question"
CONTAINS = "contains"
MOST_BYTES = 20_000_000

_CALLED = (QUESTION, "questions")  # in any case


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of text under named columns; the questions stand in column `at`, and may be blank.

    One that is longer than a question may be is not asked, see `refusal`.
    A column called `contains` holds words of the right answer, nothing where there is none.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    at: int

    @property
    def questions(self) -> tuple[str, ...]:
        """The question of each row; empty where none is asked."""
        return tuple("" if self.refusal(row) else row[self.at].strip() for row in self.rows)

    def refusal(self, row: Sequence[str]) -> str:
        """Why the question of a row is not asked, in a sentence; empty where it is, or is blank."""
        return too_long(row[self.at].strip())

    def first(self, n: int) -> Sheet:
        """The rows of the first n questions, and the blank ones between and after them."""
        left, rows = n, []
        for row, question in zip(self.rows, self.questions, strict=True):
            if not left and question:
                break
            left -= bool(question)
            rows.append(row)
        return replace(self, rows=tuple(rows))

    @property
    def expected(self) -> tuple[str, ...] | None:
        """What the right answer of each row contains; None where the sheet does not say."""
        if CONTAINS not in self.columns:
            return None
        at = self.columns.index(CONTAINS)
        return tuple(row[at].strip() for row in self.rows)


def of_questions(questions: Sequence[str]) -> Sheet:
    """A sheet of these questions alone; raises UsageError for none and for too many."""
    return _checked(Sheet((QUESTION,), tuple((one,) for one in questions), 0))


def of_text(text: str) -> Sheet:
    """A sheet of what somebody pasted: a question a line, or a table whose first line names them.

    Its columns stand apart by commas, or by tabs as a spreadsheet copies them. Raises UsageError.
    """
    if not text.strip():
        raise UsageError("There is no question to ask.")
    data = text.lstrip("\n").encode("utf-8", "replace")
    return _of_content(data, "list.txt", Path("The list"), None)


def of_content(data: bytes, name: str) -> Sheet:
    """The questions in the bytes of a file of that name, as `read` reads them."""
    if len(data) > MOST_BYTES:
        raise UsageError(f"{name} holds more than {MOST_BYTES / 1e6:.0f} MB; split it into parts.")
    return _of_content(data, name, Path(name), None)


def read(path: Path, column: str | None = None) -> Sheet:
    """The questions in a file, or in standard input for `-`.

    A table (CSV, a workbook) has them in the column that is named, or else in one called
    `question`, or in its only one, below a name of one word. A questions file (.jsonl) has an
    object a line, anything else a question a line, unless its first line names columns. Raises
    UsageError in one sentence.
    """
    if path == STDIN:
        return _of_content(_stdin(), path.name, Path("standard input"), column)
    try:
        source_files.check_named(path)
        data = source_files.read(path, MOST_BYTES)
    except LoadError as error:
        raise UsageError(f"The questions in {path} cannot be read: {error}.") from error
    return _of_content(data, path.name, path, column)


def _of_content(data: bytes, name: str, called: Path, column: str | None) -> Sheet:
    try:
        rows, named = _rows(data, name)
    except LoadError as error:
        raise UsageError(f"The questions in {called} cannot be read: {error}.") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise UsageError(f"{called} holds no question.")
    return _checked(_sheet(called, rows, column, named))


def _stdin() -> bytes:
    if sys.stdin is None:  # as it is where a command was started with it closed
        raise UsageError("Standard input is closed; name a file.")
    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"Standard input holds more than {MOST_BYTES / 1e6:.0f} MB; split it into parts."
        )
    return data


def _rows(data: bytes, name: str) -> tuple[list[list[str]], bool]:
    """The rows, and whether the first surely names the columns."""
    suffix = Path(name).suffix.lower()
    if name == str(STDIN) and data.startswith(b"PK"):
        return reading.rows(data, "standard input.xlsx"), False
    if suffix in (*csv_table.SUFFIXES, *sheets.SUFFIXES):
        return reading.rows(data, name), False
    text = decoding.decode(data).text
    if suffix == ".jsonl":
        return _objects(text), True
    lines = text.splitlines()
    tabs = "\t" in lines[0]
    first = next(csv.reader(io.StringIO(lines[0][:10_000]), delimiter="\t" if tabs else ","), [])
    if len(first) > 1 and _question_column(first) is not None:
        return reading.rows(data, f"standard input.{'tsv' if tabs else 'csv'}"), True
    return [[line] for line in lines], False


def _objects(text: str) -> list[list[str]]:
    """The objects of a questions file as rows, under the names that any of them has."""
    records = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                record = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise LoadError(f"line {number} is no JSON") from error
            if not isinstance(record, dict):
                raise LoadError(f"line {number} is no JSON object")
            records.append({name: _cell(value) for name, value in record.items()})
    names = list(dict.fromkeys(name for record in records for name in record))
    return [names, *([record.get(name, "") for name in names] for record in records)]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _sheet(path: Path, rows: list[list[str]], column: str | None, named: bool) -> Sheet:
    first, width = rows[0], max(map(len, rows))
    at = _question_column(first) if column is None else _column(first, column)
    if column is not None and at is None:
        raise UsageError(f"{path} has no column “{column}”; it has {_listed(first)}.")
    if at is None and (width > 1 or named):
        raise UsageError(
            f"None of the columns of {path} is called “{QUESTION}”: it has {_listed(first)}. Call "
            "one so, or name it with --column."
        )
    if at is None and _is_name(first[0], [row[0] for row in rows[1:]]):
        at = 0
    if at is None:
        return Sheet((QUESTION,), tuple((row[0],) for row in rows), 0)
    named_all = [*first, *[""] * (width - len(first))]
    names = distinct(" ".join(each.split()) for each in named_all)
    filled = tuple((*row, *[""] * (width - len(row))) for row in rows[1:])
    return Sheet(names, filled, at)


def _question_column(names: Sequence[str]) -> int | None:
    return next((at for at, name in enumerate(names) if name.strip().lower() in _CALLED), None)


def _is_name(first: str, others: Sequence[str]) -> bool:
    """Whether the first cell of an only column names it: one word over questions."""
    return (
        len(first.split()) == 1
        and not is_question(first)
        and bool(others)
        and all(map(is_question, others))
    )


def _column(names: Sequence[str], wanted: str) -> int | None:
    return next((at for at, name in enumerate(names) if name.strip() == wanted.strip()), None)


def _listed(names: Sequence[str]) -> str:
    few = [f"“{name.strip()[:40]}”" for name in names[:5]]
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(few) + more


def _checked(sheet: Sheet) -> Sheet:
    asked = [question for question in sheet.questions if question]
    if not asked:
        for number, row in enumerate(sheet.rows, 1):
            if why := sheet.refusal(row):
                raise UsageError(f"Row {number}: {why}")
        raise UsageError("There is no question to ask.")
    if len(asked) > MOST_TURNS:
        raise UsageError(
            f"These are {len(asked):,} questions, and at most {MOST_TURNS:,} are asked at once; "
            "split them into parts."
        )
    return sheet
