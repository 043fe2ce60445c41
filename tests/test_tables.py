"""A row of a table is what answers, not the whole table; a cell is its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from briefqa import Searcher, build, open_index
from briefqa.answering import tables
from briefqa.answering.checks import check
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


YEARS = """\
Port register. The table below gives the number of ships that came to each of the ports of the \
district in the years under review, as the masters counted them.

| Port | 2019 | 2020 | 2021 |
|---|---|---|---|
| Basra | 410 | 385 | 402 |
| Havn | 97 | 120 | 131 |

Tonnes landed:

| Port | 2020 | 2021 |
|---|---|---|
| Basra | 3850 | 4020 |

| Firm | Fine 2022 | Fine 2023 |
|---|---|---|
| Brack & Sons | 1,200 | 3,400 |

Town: Alm1; Births: 2553; Note: flood; and fire; Deaths: 1655

Town: Alm2; Births: 20; Deaths: 16
"""


@pytest.mark.parametrize(
    ("question", "row", "cell"),
    [
        ("How many ships came to Basra in 2021?", "| Basra | 410", "402"),
        ("How many ships came to Havn in 2019?", "| Havn", "97"),
        ("How many tonnes were landed at Basra in 2020?", "| Basra | 3850", "3850"),
        ("What was the fine of Brack & Sons in 2023?", "| Brack", "3,400"),
        ("How many births were there in Alm1?", "Town: Alm1", "2553"),
        ("How many deaths were there in Alm1?", "Town: Alm1", "1655"),
        ("How many deaths were there in Alm2?", "Town: Alm2", "16"),
    ],
)
def test_a_cell_is_found_by_its_row_and_the_year_or_name_of_its_column(
    question: str, row: str, cell: str
) -> None:
    answer = tables.answering_row(analyse(question), YEARS, "", stems)
    assert answer is not None
    assert answer.cell is not None
    assert YEARS[answer.line.start :].startswith(row)
    assert YEARS[answer.cell.start : answer.cell.end] == cell


@pytest.mark.parametrize(
    "question",
    [
        "How many ships came to Basra in 2018?",
        "How many ships sank at Basra in 2021?",
        "What was the fine of Brack & Sons in 2021?",
        "How much money was landed at Basra in 2020?",
        "How many people live in Alm1?",
        "How many weddings were there in Alm2?",
    ],
)
def test_no_cell_of_another_column_is_taken(question: str) -> None:
    assert tables.answering_row(analyse(question), YEARS, "", stems) is None


@pytest.mark.parametrize(
    ("words", "names"), [("131", "2021"), ("| Havn | 97", "Port 2019"), ("Tonnes", None)]
)
def test_the_names_of_the_columns_over_some_words(words: str, names: str | None) -> None:
    start = YEARS.index(words)
    assert tables.names_over(YEARS, Span(start, start + len(words))) == names


@pytest.mark.parametrize(
    ("question", "sentence", "under", "missing"),
    [
        ("How many ships came in 2021?", "| Basra | 402 |", "ships 2021", []),
        ("How many births were there?", "Town: Alm1; Births: 25; Deaths: 16", "", []),
        ("How many ships came in 2020?", "| Basra | 402 |", "ships 2021", ["nothing about “2020”"]),
        ("How fast was the wind?", "| Alm | 76 |", "Wind (km/h)", []),
    ],
)
def test_what_heads_a_column_counts_as_said_of_its_cells(
    question: str, sentence: str, under: str, missing: list[str]
) -> None:
    words = next(word for word in sentence.replace(";", " ").split() if word.isdigit())
    checked = check(analyse(question), sentence, words, sentence, under)
    assert [each.missing for each in checked if each.missing] == missing


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


TOWNS = "Town,2020,2021\n" + "".join(f"Alm{n},{n * 17},{n * 11}\n" for n in range(1, 81))
CREW = """\
| Name | Role | Hours |
|---|---|---|
| Ana Vik | Pilot | 12 |
| Bo Lund | Cook | 14 |
| Cy Moe | Pilot | 9 |
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("tables")
    (folder / "port").mkdir()
    (folder / "port" / "trade.md").write_text(f"# Trade\n\n{TRADE}\n", "utf-8")
    (folder / "port" / "fees.md").write_text(f"# Fees\n\n{FEES}\n", "utf-8")
    (folder / "port" / "checks.md").write_text(f"# Checks\n\n{CHECKS}\n", "utf-8")
    (folder / "port" / "crew.md").write_text(f"# Crew of the ferry\n\n{CREW}\n", "utf-8")
    (folder / "port" / "towns.csv").write_text(TOWNS, "utf-8")
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


def test_of_a_table_with_roles_only_rows_with_the_asked_one_are_items(port: Searcher) -> None:
    answer = port.ask("Who are the pilots?")
    said = [quotation.sentence for quotation in answer.quotations]
    assert said == ["| Ana Vik | Pilot | 12 |", "| Cy Moe | Pilot | 9 |"]


def test_years_head_the_columns_of_a_sheet(port: Searcher) -> None:
    (quotation,) = port.ask("What was 2021 in Alm66?").quotations
    assert (quotation.sentence, quotation.span.text) == (
        "Town: Alm66; 2020: 1122; 2021: 726",
        "726",
    )


GRAIN = """\
| Crop | 2022 (tonnes) | 2023 (tonnes) | Price 2023 (€/t) |
|---|--:|--:|--:|
| wheat | 5,100 | 4,700 | 228 |
| rye | 900 | 850 | 190 |
"""
MODELS = """\
| | AquaHeat 300 S | AquaHeat 300 M |
|---|--:|--:|
| Heating power (kW) | 6.1 | 8.4 |
| Cooling power (kW) | 5.2 | 7.3 |
| Weight (kg) | 92 | 118 |
"""
HOTELS = """\
| Hotel | Pool | Rooms |
|---|---|--:|
| Anker | yes | 40 |
| Birke | no | 12 |
| Dohle | yes | 75 |
"""


def cell_of(text: str, question: str) -> str | None:
    row = tables.answering_row(analyse(question), text, "", stems)
    return None if row is None or row.cell is None else text[row.cell.start : row.cell.end]


@pytest.mark.parametrize(
    ("text", "question", "cell"),
    [
        (GRAIN, "What was the price of wheat in 2023?", "228"),
        (GRAIN, "What was the price of wheat in 2022?", None),
        (GRAIN, "What did rye cost in 2023?", "190"),
        (MODELS, "What is the heating power of the AquaHeat 300 S?", "6.1"),
        (MODELS, "What is the cooling power of the AquaHeat 300 M?", "7.3"),
        (MODELS, "How heavy is the AquaHeat 300 M?", "118"),
    ],
)
def test_a_cell_is_of_the_year_and_the_model_that_are_asked(
    text: str, question: str, cell: str | None
) -> None:
    assert cell_of(text, question) == cell


def test_a_row_that_says_no_is_none_of_a_list() -> None:
    for question, hotels in (
        ("Which hotels have a pool?", ["Birke"]),
        ("Which hotels do not have a pool?", ["Anker", "Dohle"]),
        ("Which hotels have a sauna?", []),
    ):
        against = tables.denied(analyse(question), HOTELS, stems)
        assert [HOTELS[line.start : line.end].split("|")[1].strip() for line in against] == hotels
