"""Days in every notation are the same day, in the index, the ranking and the checks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from briefqa import Searcher, build, open_index
from briefqa.answering.checks import Check, check
from briefqa.answering.question import analyse
from briefqa.models.embedder import HashingEmbedder
from briefqa.text.dates import day_terms, days
from tests.timing import grows_as_its_input_does, seconds

NOTATIONS = (
    "13 May 1921",
    "May 13, 1921",
    "the 13th of May 1921",
    "13th May, 1921",
    "1921-05-13",
    "13/05/1921",
    "05/13/1921",
    "13.5.1921",
    "13. 5. 1921",
    "1921/05/13",
    "may 13 1921",
)


@pytest.mark.parametrize("text", NOTATIONS)
def test_a_day_has_one_term_in_every_notation(text: str) -> None:
    (day,) = days(f"It fell on {text}.")
    assert day.terms == {"19210513"}


def test_day_and_month_may_be_either_where_both_can() -> None:
    assert set(day_terms("03/05/1921")) == {"19210305", "19210503", "--0305", "--0503"}
    assert set(day_terms("1921-05-03")) == {"19210503", "--0503"}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("5–7 May 1921", ["19210505", "19210506", "19210507"]),
        ("5 and 7 May 1921", ["19210505", "19210507"]),
        ("13 May", ["00000513"]),
        ("12 may come", []),
        ("May 1921", []),
        ("45/45/1921", []),
        ("192.168.10.13", []),
        ("version 1.2.1921.4", []),
    ],
)
def test_days_and_what_is_none(text: str, terms: list[str]) -> None:
    assert [term for term in day_terms(text) if not term.startswith("--")] == terms


@pytest.mark.parametrize("piece", ["13 May 1921 and 1921-05-13, ", "1-1/1.", "May 1 "])
def test_days_are_found_in_linear_time(piece: str) -> None:
    def taken(n: int) -> float:
        return seconds(lambda: days(piece * n))

    assert grows_as_its_input_does(taken, 4_000)


@pytest.mark.parametrize("asked", NOTATIONS)
@pytest.mark.parametrize("said", NOTATIONS[:6])
def test_the_check_of_numbers_compares_days(asked: str, said: str) -> None:
    def failed(text: str) -> bool:
        checked = check(analyse(f"What happened on {asked}?"), text, text, text)
        return any(each.strength for each in checked if each.check is Check.NUMBERS)

    assert not failed(f"The mole was blown up on {said}.")
    assert failed("The mole was blown up on 13 June 1921, by 5 men.")


LOG = {
    "a": "May 13, 1921: the mole was opened by the mayor.",
    "b": "On 1921-05-23 the mole was shut.",
    "c": "3 May 1921: a ferry sank off the mole.",
    "d": "On 13/06/1921 the mole was painted.",
    "e": "The mole was 23 metres long in May; in 1921 it was lengthened.",
}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("log")
    (folder / "docs").mkdir()
    for name, text in LOG.items():
        (folder / "docs" / f"{name}.txt").write_text(text + "\n", "utf-8")
    build(folder / "docs", index=folder / "index", model=HashingEmbedder())
    with open_index(folder / "index") as searcher:
        yield searcher


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What happened on 23 May 1921?", "b"),
        ("What fell on 1921-05-03?", "c"),
        ("What happened on 3/5/1921?", "c"),
        ("mole 13.5.1921", "a"),
        ("What happened on June 13th, 1921?", "d"),
        ("What happened on 23 May?", "b"),
    ],
)
@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
def test_the_passage_with_that_day_comes_first(
    log: Searcher, question: str, name: str, mode: str
) -> None:
    assert log.search(question, mode=mode)[0].passage.document == f"{name}.txt"
