"""A row of a table is what answers, not the whole table; a cell is its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from briefqa import Searcher, build, open_index
from briefqa.answering import tables
from briefqa.answering.question import analyse
from briefqa.records import Span
from briefqa.text.language import stemmer, stop_words
from briefqa.text.words import question_terms

TEXT = """\
The museum had a good year.

**Pieces bought in May**

| Piece | Maker | Year | Price |
|---|:-:|--:|--:|
| lantern clock | Ambrose Fell | 1692 | £8,400 |
| cuckoo clock | Ketterer | 1788 | £1,150 |
| chronometer | Kendall | 1771 | £23,000 |

| Room | Hours a week | Keeper |
|---|---|---|
| 1 | 40 | Lise Toft |
| 2 | 32 | Ivo Marek |

**Landings by port, in tonnes**

| Port | 2021 | 2022 |
|---|--:|--:|
| Havn | 410 | 385 |
| Sund | 97 | 120 |
"""


def stems(text: str) -> tuple[str, ...]:
    return question_terms(text, stemmer("en"), stop_words("en"))


def found(question: str) -> tuple[str, str] | None:
    row = tables.answering_row(analyse(question), TEXT, "Museum of clocks", stems)
    if row is None:
        return None
    cell = row.cell or Span(0, 0)
    return TEXT[row.line.start : row.line.end], TEXT[cell.start : cell.end]


@pytest.mark.parametrize(
    ("question", "label", "cell"),
    [
        ("Who made the cuckoo clock?", "cuckoo clock", "Ketterer"),
        ("What was the price of the chronometer?", "chronometer", "£23,000"),
        ("How much did the lantern clock cost in May?", "lantern clock", "£8,400"),
        ("Which piece is by Kendall?", "chronometer", "chronometer"),
        ("Who is the keeper of room 2?", "2", "Ivo Marek"),
        ("Who is the keeper of the first room?", "1", "Lise Toft"),
        ("How many hours a week does Lise Toft work?", "1", "40"),
        ("How many tonnes were landed at Sund in 2022?", "Sund", "120"),
        ("What was paid for the chronometer?", "chronometer", ""),  # no column is named
    ],
)
def test_a_row_and_the_cell_that_is_asked_for_are_found(
    question: str, label: str, cell: str
) -> None:
    answer = found(question)
    assert answer is not None
    assert answer[0].startswith(f"| {label} |")
    assert answer[1] == cell


@pytest.mark.parametrize(
    "question",
    [
        "Who repaired the cuckoo clock?",  # the table does not say who repaired
        "What did the grandfather clock cost?",  # no such row, and two that are like it
        "How old is Lise Toft?",
        "How many dogs came to room 2?",
        "Who is the keeper of room 7?",
        "What is the price of a clock?",  # two rows
        "How much money was landed at Sund in 2022?",
        "How many tonnes were landed at Sund in 2020?",
        "Who leads the museum?",  # no row
    ],
)
def test_no_row_answers_what_a_table_does_not_say(question: str) -> None:
    assert found(question) is None


def test_what_a_table_does_not_say_is_named() -> None:
    def unsaid(question: str, words: str) -> list[str] | None:
        start = TEXT.index(words)
        asked = analyse(question)
        return tables.unsaid(asked, TEXT, Span(start, start + 1), "Museum of clocks", stems)

    assert unsaid("Who repaired the cuckoo clock?", "Ketterer") == ["repaired"]
    assert unsaid("Who made the cuckoo clock?", "Ketterer") == []
    assert unsaid("Who repaired the cuckoo clock?", "museum") is None


@pytest.mark.parametrize("text", ["", "|", "a | b\n|--|", "|-|\n|-|\n|-|", "| a |\n|---|\n|||\n| "])
def test_broken_tables_answer_nothing(text: str) -> None:
    assert tables.answering_row(analyse("Who is a?"), text, "", stems) is None


TRADE = "| Country | Exports (m) | Imports (m) |\n|---|---|---|\n" + "\n".join(
    f"| Land{n} | {1000 + 7 * n} | {9000 - 11 * n} |" for n in range(1, 81)
)
CHECKS = "| # | Check | Daily | Code |\n|---|---|---|---|\n" + "\n".join(
    f"| **{n}.1** | Verify that crane {n} is painted in the colour of the port and that its plate "
    f"can be read. Check that the hook is closed. See the manual. | yes | {100 + n} |"
    for n in range(1, 13)
)


FEES = "| Berth | Depth | Fee |\n|---|---|---|\n" + "\n".join(
    f"| Berth {n} | {n / 4 + 200} | {10 * n}.50 |" for n in range(1, 81)
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "port").mkdir()
    (folder / "port" / "trade.md").write_text(f"# Trade\n\n{TRADE}\n", "utf-8")
    (folder / "port" / "fees.md").write_text(f"# Fees\n\n{FEES}\n", "utf-8")
    (folder / "port" / "checks.md").write_text(f"# Checks\n\n{CHECKS}\n", "utf-8")
    build(folder / "port", index=folder / "index")
    with open_index(folder / "index") as searcher:
        yield searcher


@pytest.mark.parametrize("number", [1, 2, 17, 22, 40, 63, 71, 80])
@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("What were the imports of Land{}?", lambda n: 9000 - 11 * n),
        ("What were the exports of Land{}?", lambda n: 1000 + 7 * n),
    ],
)
def test_the_right_column_is_found_however_far_down_a_table(
    port: Searcher, number: int, question: str, cell: Callable[[int], int]
) -> None:
    answer = port.ask(question.format(number))
    (quotation,) = answer.quotations
    row = f"| Land{number} | {1000 + 7 * number} | {9000 - 11 * number} |"
    assert (quotation.sentence, quotation.span.text, quotation.exact) == (
        row,
        str(cell(number)),
        True,
    )


@pytest.mark.parametrize("number", [2, 29, 58])
@pytest.mark.parametrize("noun", ["people", "inhabitants"])
def test_those_who_live_somewhere_are_counted_in_their_column(number: int, noun: str) -> None:
    rows = "".join(f"| Town{n} | {n * 37 + 1000} | {n * 53 + 100} |\n" for n in range(1, 61))
    text = f"| Town | {noun.title()} | Area (ha) |\n|:--|--:|--:|\n{rows}"
    asked = analyse(f"How many {noun} live in Town{number}?")
    row = tables.answering_row(asked, text, "Towns", stems)
    assert row is not None
    assert row.cell is not None
    assert text[row.cell.start : row.cell.end] == str(number * 37 + 1000)


@pytest.mark.parametrize("number", [3, 40, 77])
def test_a_cell_that_repeats_its_columns_name_is_what_answers(port: Searcher, number: int) -> None:
    answer = port.ask(f"Which berth has a fee of {10 * number}.50?")
    (quotation,) = answer.quotations
    assert quotation.span.text == f"Berth {number}"


@pytest.mark.parametrize("number", [1, 5, 9, 12])
def test_a_row_with_sentences_in_its_cells_is_found_whole(port: Searcher, number: int) -> None:
    answer = port.ask(f"Which code has check {number}.1?")
    (quotation,) = answer.quotations
    assert quotation.sentence == CHECKS.split("\n")[number + 1]
    assert quotation.span.text == str(100 + number)


def test_a_list_that_no_single_cell_answers_is_no_cell(port: Searcher) -> None:
    answer = port.ask("What are the countries of the table?")
    assert not any(quotation.exact for quotation in answer.quotations)
