"""Tables of results: each format holds what was given, and only ever as text."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from python_calamine import CalamineWorkbook

from briefqa.cli import options
from briefqa.errors import UsageError
from briefqa.reports import sheet, table, word
from briefqa.reports.table import Cell, Format, Table
from tests.lighthouse import Reading

FORMULAS = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    " =1+1",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    '=HYPERLINK("http://outside.example","x")',
    "=cmd|' /C calc'!A0",
]
HOSTILE = [
    *FORMULAS,
    "<script>alert(1)</script>",
    "a | b \\| `c` **d**",
    'two\nlines, "quoted"',
    "{{7*7}}",
    "http://outside.example",
    "_x0041_",
    "mail@outside.example",
]
BAD = "NUL \x00, escape \x1b, lone \ud800"
MENDED = "NUL �, escape �, lone �"
TABLE = Table("Numbers", ("what", "how many"), [("cranes", 8), ("men", None), ("share", 0.25)])


def hostile(texts: list[str]) -> Table:
    return Table("=Title", ("text", "=name"), [(text, number) for number, text in enumerate(texts)])


def as_csv(written: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def as_sheet(written: bytes) -> list[list[Cell]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(written))
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]  # type: ignore[arg-type]


def as_docx(written: bytes) -> list[list[str]]:
    (drawn,) = docx.Document(io.BytesIO(written)).tables
    return [[cell.text for cell in row.cells] for row in drawn.rows]


def test_every_format_holds_the_cells_with_their_types() -> None:
    rows = [["cranes", "8"], ["men", ""], ["share", "0.25"]]
    names = ["what", "how many"]
    assert as_csv(table.content(TABLE, Format.CSV)) == [names, *rows]
    assert as_docx(table.content(TABLE, Format.DOCX)) == [names, *rows]
    typed = [names, ["cranes", 8.0], ["men", ""], ["share", 0.25]]
    assert as_sheet(table.content(TABLE, Format.XLSX)) == typed
    assert json.loads(table.content(TABLE, Format.JSON))["rows"] == [
        {"what": "cranes", "how many": 8},
        {"what": "men", "how many": None},
        {"what": "share", "how many": 0.25},
    ]
    read = Reading(table.content(TABLE, Format.HTML).decode())
    assert "cranes8men" in read.text
    assert "| cranes | 8 |" in table.content(TABLE, Format.MARKDOWN).decode()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_ever_text(text: str) -> None:
    given_table = hostile([text])
    assert json.loads(table.content(given_table, Format.JSON))["rows"][0]["text"] == text
    assert as_sheet(table.content(given_table, Format.XLSX))[1][0] == text
    assert as_docx(table.content(given_table, Format.DOCX))[1][0] == word.text(text)
    escaped = as_csv(table.content(given_table, Format.CSV))[1][0]
    assert escaped == (f"'{text}" if text in FORMULAS else text)
    read = Reading(table.content(given_table, Format.HTML).decode())
    assert text.strip() in read.text.replace("\r", "\n") or "\r" in text
    shown = (
        MarkdownIt("commonmark")
        .enable("table")
        .render(table.content(given_table, Format.MARKDOWN).decode())
    )
    assert "<script" not in shown
    assert "href" not in shown
    assert "<strong>" not in shown
    assert "<em>" not in shown
    assert shown.count("<td>") == 2


def test_names_of_columns_are_text_too() -> None:
    assert as_csv(table.content(hostile([]), Format.CSV)) == [["text", "'=name"]]


@settings(max_examples=25)
@given(st.lists(st.text(), max_size=4))
def test_whatever_the_text_every_format_can_be_written_and_read(texts: list[str]) -> None:
    given_table = hostile([*texts, BAD])
    assert len(as_csv(table.content(given_table, Format.CSV))) == len(texts) + 2
    rows = json.loads(table.content(given_table, Format.JSON))["rows"]
    assert [row["text"] for row in rows] == [*texts, BAD]
    for form in (Format.HTML, Format.MARKDOWN):
        assert MENDED in Reading(table.content(given_table, form).decode()).text


def test_what_xml_cannot_hold_is_replaced() -> None:
    assert as_sheet(table.content(hostile([BAD]), Format.XLSX))[1][0] == MENDED
    assert as_docx(table.content(hostile([BAD]), Format.DOCX))[1][0] == MENDED


def test_libreoffice_computes_nothing(tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("needs LibreOffice Calc (apt install libreoffice-calc)")
    sources = [tmp_path / "text.csv", tmp_path / "sheet.xlsx"]
    for source in sources:
        table.write(hostile(FORMULAS), source)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = [office, home, "--headless", "--convert-to", "fods", "--outdir", str(tmp_path)]
    subprocess.run([*command, *map(str, sources)], check=True, capture_output=True, timeout=240)
    for source in sources:
        converted = source.with_suffix(".fods")
        if not converted.exists():
            pytest.skip("needs LibreOffice with Calc (apt install libreoffice-calc)")
        opened = converted.read_text(encoding="utf-8")
        assert opened.count("HYPERLINK") == 1  # it was read
        assert "table:formula" not in opened
        assert "xlink:href" not in opened.partition("<office:body>")[2]


def test_a_table_that_a_format_cannot_hold_is_refused_in_one_sentence() -> None:
    wide = Table("Wide", tuple(map(str, range(sheet.MOST_COLUMNS + 1))), [])
    long = Table("Long", ("text",), [["🚢" * (sheet.LONGEST_CELL // 2 + 1)]])
    with pytest.raises(UsageError, match="16,385 columns; write CSV or JSON"):
        table.content(wide, Format.XLSX)
    with pytest.raises(UsageError, match="32,767 characters"):
        table.content(long, Format.XLSX)
    with pytest.raises(UsageError, match="write XLSX, CSV or JSON"):
        table.content(wide, Format.DOCX)
    assert len(as_csv(table.content(wide, Format.CSV))[0]) == sheet.MOST_COLUMNS + 1


def test_rows_and_names_that_do_not_fit_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="more or fewer cells"):
        Table("Short", ("a", "b"), [["only one"]])
    with pytest.raises(ValueError, match="one name"):
        Table("Twice", ("a", "a"), [])


@pytest.mark.parametrize(
    ("name", "named", "form"),
    [
        ("a.csv", None, Format.CSV),
        ("a.XLSX", None, Format.XLSX),
        ("a.md", None, Format.MARKDOWN),
        ("a.txt", "html", Format.HTML),
        ("-", None, Format.CSV),
        ("-", "json", Format.JSON),
    ],
)
def test_the_format_is_the_one_named_or_that_of_the_ending(
    name: str, named: str | None, form: Format
) -> None:
    assert table.format_of(Path(name), named) is form


def test_the_parser_knows_every_format() -> None:
    assert tuple(Format) == options.TABLE_FORMATS


def test_an_unknown_format_and_a_file_that_cannot_be_written_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"does not end in \.csv, .* or \.json"):
        table.write(TABLE, tmp_path / "a.pdf")
    with pytest.raises(UsageError, match="cannot be written"):
        table.write(TABLE, tmp_path / "none" / "a.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        table.write(TABLE, tmp_path / "folder.csv")


def test_standard_output_gets_the_table_without_a_mark(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    table.write(TABLE, Path("-"))
    assert capfdbinary.readouterr().out.startswith(b"what,how many\r\n")


def test_a_page_loads_and_runs_nothing() -> None:
    written = table.content(hostile(["<img src=x>"]), Format.HTML).decode()
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in written
    assert "<img" not in written
    assert "<script" not in written
