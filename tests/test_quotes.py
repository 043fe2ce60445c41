"""Quotes that are kept: where they are found again, and what their files hold."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, replace
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import Searcher, build, open_index
from briefqa.models.embedder import HashingEmbedder
from briefqa.receipts import quotes, word
from briefqa.receipts.quotes import Quote
from briefqa.records import Metadata, Passage, Place, PlaceUnit, Span
from briefqa.reports.table import Format, content, printable
from briefqa.ui import kept_quotes
from briefqa.ui.service import IndexService
from tests.lighthouse import HOSTILE, Reading, words

HARBOUR = """# The harbour

## The ferry

The ferry leaves at seven. It comes back at dusk.

=HYPERLINK("http://outside.example") is what the board says.

## The crane

- eight tons
- four men
"""
LEAVES = "The ferry leaves at seven."
FACTS = Metadata("The harbour", date="2021-05-03", source="The town")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("quotes")
    (folder / "notes").mkdir()
    (folder / "notes" / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    build(folder / "notes", index=folder / "index", model=HashingEmbedder())
    return folder / "index"


@pytest.fixture(scope="module")
def searcher(index: Path) -> Searcher:
    return open_index(index, model=HashingEmbedder())


def quote(text: str, *, section: tuple[str, ...] = ("The ferry",), start: int = 40) -> Quote:
    place = Place(PlaceUnit.LINE, 5, 5)
    end = start + len(text)
    passage = Passage("harbour.md", "The harbour", section, text, start, end, (1, 1), place)
    return Quote(passage, start, end, FACTS)


def found(searcher: Searcher, text: str) -> Quote | None:
    start = HARBOUR.index(text)
    return quotes.find(searcher, "harbour.md", start, start + len(text))


# Looking up


def test_a_quote_is_found_by_its_offsets_with_the_passage_that_holds_it(searcher: Searcher) -> None:
    one = found(searcher, LEAVES)
    assert one is not None
    assert one.text == LEAVES
    assert one.passage.section == ("The ferry",)
    assert one.citation.startswith("“The harbour” › The ferry › ¶1")
    start = HARBOUR.index(LEAVES)
    where = f"characters {start} to {start + len(LEAVES)}"
    assert one.place == f"harbour.md, section The ferry, {where}"


@pytest.mark.parametrize(
    ("document", "start", "end"),
    [
        ("none.md", 30, 40),
        ("../harbour.md", 30, 40),
        ("harbour.md", -5, 10),
        ("harbour.md", 0, 5),  # the title, which is in no passage
        ("harbour.md", 40, 40),
        ("harbour.md", 50, 40),
        ("harbour.md", 40, 10**30),
        ("harbour.md", 10**30, 10**31),
        ("harbour.md", HARBOUR.index("The ferry leaves"), HARBOUR.index("eight tons")),
    ],
)
def test_offsets_that_no_passage_holds_find_nothing(
    searcher: Searcher, document: str, start: int, end: int
) -> None:
    assert quotes.find(searcher, document, start, end) is None


@given(st.integers(-5, len(HARBOUR) + 5), st.integers(-5, len(HARBOUR) + 5))
def test_what_is_found_is_what_stands_there(searcher: Searcher, start: int, end: int) -> None:
    one = quotes.find(searcher, "harbour.md", start, end)
    assert one is None or (one.text == HARBOUR[start:end] != "")


def kept(one: Quote) -> str:
    """A quote as the star's button gives it to the tab."""
    button = Reading(kept_quotes.star(one.passage, [Span(one.start, one.end)], "1"))
    (said,) = json.loads(dict(button.attributes)["data-quotes"] or "")
    assert isinstance(said, str)
    return said


def test_only_what_still_stands_there_is_listed_and_what_does_not_is_counted(
    index: Path, searcher: Searcher
) -> None:
    service = IndexService(index, model=HashingEmbedder())
    one = found(searcher, LEAVES)
    assert one is not None
    other = json.dumps(json.loads(kept(one)) | {"start": one.start + 1})
    sent = (kept(one), other, "{", "[]", '{"document": 3}', "\ud800", "x" * 100_000)
    assert kept_quotes.found(service, sent) == [one]
    read = Reading(kept_quotes.drawn(service, sent))
    assert "1 quote · Save as MarkdownWordCSV" in read.text
    assert "6 are no longer in the documents as kept, and left out." in read.text
    assert LEAVES in read.text
    assert "None yet." in Reading(kept_quotes.drawn(service, ())).text
    service.close()


def test_no_more_than_500_are_looked_up(index: Path, searcher: Searcher) -> None:
    service = IndexService(index, model=HashingEmbedder())
    start = HARBOUR.index(LEAVES)
    one = found(searcher, LEAVES)
    assert one is not None
    sent = [kept(replace(one, end=start + n % 20 + 1)) for n in range(20)]
    strange = ["{}"] * 480
    assert len(kept_quotes.found(service, [*strange[1:], *sent])) == 20
    assert len(kept_quotes.found(service, [*strange, *sent, kept(one)])) == 20
    service.close()


def test_without_an_index_the_list_says_so(tmp_path: Path) -> None:
    service = IndexService(tmp_path / "none", model=HashingEmbedder())
    assert "no index" in Reading(kept_quotes.drawn(service, ("{}",))).text.lower()


def test_hostile_text_is_only_ever_text_in_the_list_and_the_button() -> None:
    one = quote(HOSTILE, section=(HOSTILE,))
    button = kept_quotes.star(one.passage, [Span(one.start, one.end)], HOSTILE)
    item = kept_quotes._item(one, 1)
    assert {*Reading(button).tags} == {"button"}
    assert {*Reading(item).tags} <= {"li", "blockquote", "p", "bdi", "button", "span"}


# Files


def rows(given: list[Quote]) -> list[list[str]]:
    written = content(quotes.table(given), Format.CSV)
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def test_csv_has_a_row_a_quote_with_its_citation_and_offsets() -> None:
    header, row = rows([quote(LEAVES)])
    assert header == ["quote", "citation", "document", "title", "section", "start", "end"]
    citation = "The town, “The harbour”, 3 May 2021 › The ferry › ¶1 (harbour.md, line 5)"
    assert row == [LEAVES, citation, "harbour.md", "The harbour", "The ferry", "40", "66"]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1+1", "- eight tons"],
)
def test_no_cell_of_csv_is_a_formula(text: str) -> None:
    _, row = rows([quote(text, section=(text,))])
    assert (row[0], row[4]) == (f"'{text}", f"'{text}")


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_whatever_is_quoted_csv_holds_it_and_no_cell_is_a_formula(texts: list[str]) -> None:
    written = rows([quote(text) for text in texts if text])
    for row, text in zip(written[1:], filter(None, texts), strict=True):
        assert row[0] in (printable(text), f"'{printable(text)}")
        assert not row[0].lstrip(" ").startswith(tuple("=+-@\t\r\n"))


def test_markdown_escapes_what_a_document_says() -> None:
    written = quotes.markdown([quote(LEAVES), quote(HOSTILE)])
    assert f"> {LEAVES}\n\nThe town, “The harbour”, 3 May 2021 › The ferry › ¶1" in written
    assert "\n`harbour.md`, section The ferry, characters 40 to 66\n" in written
    assert "<script" not in written
    assert "<img" not in written


def paragraphs(given: list[Quote]) -> list[str]:
    return [each.text for each in docx.Document(io.BytesIO(word.document(given))).paragraphs]


def test_word_has_each_quote_with_its_citation_and_place() -> None:
    assert paragraphs([quote(LEAVES), quote("eight tons", start=99)]) == [
        "Quotes",
        LEAVES,
        "The town, “The harbour”, 3 May 2021 › The ferry › ¶1 (harbour.md, line 5)",
        "harbour.md, section The ferry, characters 40 to 66",
        "eight tons",
        "The town, “The harbour”, 3 May 2021 › The ferry › ¶1 (harbour.md, line 5)",
        "harbour.md, section The ferry, characters 99 to 109",
    ]


@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_whatever_is_quoted_word_can_hold_it(text: str) -> None:
    shown = paragraphs([quote(text, section=(text,))])[1]
    kept_signs = [sign for sign in text if sign.isalnum() and sign.isascii()]
    assert [sign for sign in shown if sign.isalnum() and sign.isascii()] == kept_signs


def test_control_characters_do_not_break_the_word_file() -> None:
    every = "".join(map(chr, range(32))) + "\x7f\ud800\ufffe\uffff"
    assert "a�b" in paragraphs([quote("a\x00b")])[1]
    assert paragraphs([quote(f"before{every}after")])[1].startswith("before�")


def test_the_files_have_names_and_csv_says_that_it_is_utf_8(
    index: Path, searcher: Searcher
) -> None:
    service = IndexService(index, model=HashingEmbedder())
    one = found(searcher, LEAVES)
    assert one is not None
    files = dict(
        kept_quotes.exported(service, (kept(one),), form)
        for form in ("kept-markdown", "kept-word", "kept-csv")
    )
    assert sorted(files) == ["quotes.csv", "quotes.docx", "quotes.md"]
    assert files["quotes.csv"].startswith("\ufeffquote,citation".encode())
    assert LEAVES in files["quotes.md"].decode("utf-8")
    assert words(files["quotes.md"].decode("utf-8")).count("characters") == 1
    assert files["quotes.docx"].startswith(b"PK")
    service.close()


def test_a_star_names_each_span_once(searcher: Searcher) -> None:
    one = found(searcher, LEAVES)
    assert one is not None
    here = Span(one.start, one.end)
    button = Reading(kept_quotes.star(one.passage, [here, here], "1"))
    (said,) = json.loads(dict(button.attributes)["data-quotes"] or "")
    assert json.loads(said) | {"stamp": ""} == {
        "document": "harbour.md",
        "stamp": "",
        **asdict(here),
    }
