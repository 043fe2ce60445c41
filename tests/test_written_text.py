"""Does the writer of extracted text keep every block where it says, on the page it was given?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.documents.loaders import written_text
from briefqa.documents.loaders.written_text import Line, TextWriter
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata, PlaceUnit, Span
from briefqa.text.sentences import sentences

BOX = (4, 8, 400, 56)


def finished(writer: TextWriter) -> Document:
    return writer.document("report.pdf", Metadata("Report"))


def paragraphs(document: Document) -> list[tuple[tuple[str, ...], str]]:
    return [
        (section.path, document.text[span.start : span.end])
        for section in document.sections
        for span in section.paragraphs
    ]


def test_blocks_stand_in_their_sections_with_one_blank_line_between() -> None:
    writer = TextWriter()
    writer.title("The  harbour")
    writer.paragraph(" It froze.\n")
    writer.heading(1, "Ships\n of  ice")
    writer.heading(3, "Masts")
    writer.paragraph("Two\nlines.")
    writer.paragraph(" \n")
    writer.heading(2, "Sails")
    writer.paragraph("White.")
    document = finished(writer)
    assert document.text == (
        "The  harbour\n\nIt froze.\n\nShips of ice\n\nMasts\n\nTwo\nlines.\n\nSails\n\nWhite."
    )
    assert paragraphs(document) == [
        ((), "It froze."),
        (("Ships of ice", "Masts"), "Two\nlines."),
        (("Ships of ice", "Sails"), "White."),
    ]
    assert (document.encoding, document.page_starts) == ("", ())


def test_a_list_and_a_table_are_one_block_each() -> None:
    writer = TextWriter()
    writer.item("oak", mark="1.")
    writer.item("the\nelm", mark="(a)", depth=1)
    writer.end()
    writer.item("ash")
    writer.row(["Tree", "Age"], header=True)
    writer.row(["oak", "70\nyears"])
    writer.row(["", "12"])
    writer.row(["", ""])
    writer.row(["Bird", "Egg"], header=True)
    assert [text for _, text in paragraphs(finished(writer))] == [
        "1. oak\n  (a) the\n      elm",
        "- ash",
        "Tree | Age\n--- | ---\noak | 70 years\n|  | 12 |",
        "Bird | Egg\n--- | ---",
    ]


def test_pages_begin_with_their_first_block_and_empty_ones_with_the_next() -> None:
    writer = TextWriter(PlaceUnit.SLIDE)
    writer.page()
    writer.paragraph("One.")
    writer.page()
    writer.page()
    writer.paragraph("Three.")
    writer.page()
    document = finished(writer)
    assert document.page_starts == (0, 6, 6, 12)
    assert document.page_unit is PlaceUnit.SLIDE
    assert document.page_labels == ()


def test_labels_are_kept_where_one_is_not_its_number() -> None:
    writer = TextWriter()
    for label in ("iv", "", "1"):
        writer.page(label)
        writer.paragraph("x")
    assert finished(writer).page_labels == ("iv", "", "1")


def test_lines_tell_where_a_page_begins_within_a_paragraph() -> None:
    writer = TextWriter()
    for _ in range(4):
        writer.page()
    writer.heading(1, "Ice", [Line(0, 1, 0, BOX)])
    writer.paragraph(" It froze\nin May.", [Line(1, 1, 4, BOX), Line(10, 2, 0, BOX)])
    writer.paragraph("1 A note.", [Line(0, 1, 40, BOX)])
    writer.row(["", "b"], [Line(3, 4, 7, BOX)])
    document = finished(writer)
    assert document.lines.starts == (0, 5, 14, 23, 34)
    assert [document.text[start] for start in document.lines.starts] == ["I", "I", "i", "1", "|"]
    assert document.lines.pages == (1, 1, 2, 1, 4)
    assert document.lines.firsts == (0, 4, 0, 40, 7)
    assert document.page_starts == (0, 14, 34, 34)
    assert list(document.lines.within(10, 15)) == [1, 2]
    assert list(document.lines.within(14, 15)) == [2]


def test_a_text_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written_text, "MOST_CHARS", 20)
    writer = TextWriter()
    writer.paragraph("x" * 19)
    with pytest.raises(LoadError, match="more than"):
        writer.paragraph("y")


def test_notes_are_kept_once_each() -> None:
    writer = TextWriter()
    writer.note("pictures are not read")
    writer.note("pictures are not read")
    assert finished(writer).notes == ("pictures are not read",)


ANY_TEXT = st.text(st.characters(), max_size=30)
BLOCK = st.one_of(
    st.tuples(st.just("heading"), st.integers(1, 6), ANY_TEXT),
    st.tuples(st.just("paragraph"), st.just(0), ANY_TEXT),
    st.tuples(st.just("item"), st.integers(0, 4), ANY_TEXT),
    st.tuples(st.just("row"), st.integers(0, 1), ANY_TEXT),
    st.tuples(st.just("page"), st.just(0), ANY_TEXT),
)


@given(st.lists(BLOCK, max_size=20))
def test_whatever_is_written_spans_are_trimmed_ordered_and_apart(
    blocks: list[tuple[str, int, str]],
) -> None:
    writer = TextWriter()
    for kind, number, text in blocks:
        if kind == "heading":
            writer.heading(number, text)
        elif kind == "paragraph":
            writer.paragraph(text)
        elif kind == "item":
            writer.item(text, depth=number)
        elif kind == "row":
            writer.row([text, "x"], header=bool(number))
        else:
            writer.page(text)
    document = finished(writer)
    document.text.encode()
    spans: list[Span] = []
    for section in document.sections:
        spans += [section.heading] if section.heading else []
        spans += [each for each in section.paragraphs if each != section.heading]
    end = 0
    for span in spans:
        words = document.text[span.start : span.end]
        assert end <= span.start < span.end <= len(document.text)
        assert words.lstrip("\n") == words.rstrip()
        assert words.strip()
        end = span.end
    assert list(document.page_starts) == sorted(document.page_starts)
    assert len(document.page_starts) == sum(kind == "page" for kind, _, _ in blocks)


@pytest.mark.parametrize("header", [True, False])
def test_each_row_of_a_table_is_a_sentence(header: bool) -> None:
    writer = TextWriter()
    writer.row(["Tree", "Age"], header=header)
    writer.row(["oak", "70"])
    writer.row(["", "12"])
    document = finished(writer)
    (span,) = document.sections[0].paragraphs
    text = document.text[span.start : span.end]
    rows = [text[one.start : one.end] for one in sentences(text, "en")]
    assert rows == ["Tree | Age\n--- | ---" if header else "Tree | Age", "oak | 70", "|  | 12 |"]
