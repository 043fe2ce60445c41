from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.documents import loaders
from briefqa.documents.loaders.outline import line_spans, without
from briefqa.documents.loaders.written_text import TextWriter
from briefqa.documents.passages import (
    MAX_CHARS,
    TARGET_WORDS,
    Window,
    WordWindow,
    context,
    cut,
    embedded_texts,
    searched,
)
from briefqa.errors import LoadError
from briefqa.records import (
    Document,
    LineMap,
    Metadata,
    Passage,
    Place,
    PlaceUnit,
    Section,
    Span,
)
from briefqa.text.plain_markdown import plain
from tests.timing import grows_as_its_input_does, seconds

WINDOW = WordWindow()


def words(count: int, word: str = "rain") -> str:
    return " ".join([word] * (count - 1) + [f"{word}."])


def load(text: str, name: str = "a.md") -> Document:
    return loaders.parse(text.encode(), name)


def hold(document: Document, window: Window) -> list[Passage]:
    """The document's passages, once everything that is promised of any passage is seen to hold."""
    passages = cut(document, window)
    text = document.text
    quotable = set()
    for section in document.sections:
        for span in section.paragraphs:
            quotable |= {
                place for place in range(span.start, span.end) if not text[place].isspace()
            }
    seen: list[int] = []
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert passage.text == passage.text.strip() != ""
        assert len(passage.text) <= MAX_CHARS
        assert len(window.piece_ends(embedded_texts(passage, window, "en")[0])) <= window.size
        head = context(passage.title, passage.section, window)
        header = loaders.plain(passage.table_header, passage.document)
        parts = filter(None, (head, header, searched(passage)))
        assert embedded_texts(passage, window, "en")[0] == "\n".join(parts)
        before = re.split(r"\r\n|\r|\n", text[: passage.start])
        within = re.split(r"\r\n|\r|\n", passage.text)
        last_line = len(before) + len(within) - 1
        assert passage.place == Place(PlaceUnit.LINE, len(before), last_line)
        (section,) = {
            section
            for section in document.sections
            if any(span.start <= passage.start < span.end for span in section.paragraphs)
        }
        assert (passage.document, passage.title) == (document.name, document.title)
        assert passage.section == section.path
        first, last = (section.paragraphs[number - 1] for number in passage.paragraphs)
        assert first.start <= passage.start < first.end
        assert last.start < passage.end <= last.end
        seen += [place for place in range(passage.start, passage.end) if not text[place].isspace()]
    assert seen == sorted(quotable)
    return passages


SENTENCES = st.sampled_from(
    [
        "The rain fell.",
        "The rain fell.",
        "Il pleut — “déjà”!",
        "雨下了九天。",
        "Dr. J.\u00a0R. Elm waited 3.5 days?",
        "😀 e\u0301\u2028x",
        "no end to it",
        "word" * 30,
        "- item\n- item",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "```\n# x\n```",
    ]
)
PARAGRAPHS = st.lists(SENTENCES, min_size=1, max_size=12).map(" ".join)
HEADINGS = st.sampled_from(["# Rain", "## Roads", "## Roads", "#### Deep down", "Where", "WHEN"])
BLOCKS = st.lists(st.one_of(PARAGRAPHS, PARAGRAPHS, HEADINGS), min_size=1, max_size=12)


@given(
    BLOCKS,
    st.sampled_from(["\n\n", "\r\n\r\n", "\r\r", "\n \u00a0\n", "\n"]),
    st.sampled_from(["a.md", "a.txt"]),
    st.integers(min_value=1, max_value=40),
)
def test_every_passage_slices_its_source_and_nothing_is_lost(
    blocks: list[str], gap: str, name: str, size: int
) -> None:
    hold(load(gap.join(blocks), name), WordWindow(size))


@given(st.text(max_size=400), st.sampled_from(["a.md", "a.txt"]), st.integers(1, 12))
def test_any_text_at_all_is_cut_without_loss(text: str, name: str, size: int) -> None:
    try:
        document = load(text, name)
    except (LoadError, UnicodeEncodeError):
        return
    hold(document, WordWindow(size))


def test_small_paragraphs_are_joined_to_about_the_target() -> None:
    document = load("\n\n".join(words(40, f"w{number}") for number in range(7)))
    passages = hold(document, WINDOW)
    assert [passage.paragraphs for passage in passages] == [(1, 3), (4, 6), (7, 7)]
    assert [passage.place.in_words for passage in passages] == [
        "lines 1–5",
        "lines 7–11",
        "line 13",
    ]
    assert [len(passage.text.split()) for passage in passages] == [TARGET_WORDS, TARGET_WORDS, 40]


def test_a_tiny_last_paragraph_joins_the_one_before() -> None:
    document = load(f"{words(110)}\n\n{words(130)}\n\n{words(12)}")
    assert [passage.paragraphs for passage in hold(document, WINDOW)] == [(1, 1), (2, 3)]


def test_a_tiny_last_paragraph_stays_alone_where_it_does_not_fit() -> None:
    document = load(f"{words(50)}\n\n{words(12)}")
    passages = hold(document, WordWindow(55))
    assert [passage.paragraphs for passage in passages] == [(1, 1), (2, 2)]


PAGED = Document(
    name="report.pdf",
    metadata=Metadata("Report"),
    text="One rained.\n\nTwo snowed.\n\nThree thawed.",
    sections=(Section((), None, (Span(0, 11), Span(13, 24), Span(26, 39))),),
    page_starts=(0, 17, 17, 26),  # "snowed." begins page 3; nothing is on page 2
    encoding="",
)


def test_a_passage_of_a_document_with_pages_knows_its_pages() -> None:
    places = {passage.text: passage.place for passage in cut(PAGED, WordWindow(2))}
    assert places == {
        "One rained.": Place(PlaceUnit.PAGE, 1, 1),
        "Two snowed.": Place(PlaceUnit.PAGE, 1, 3),
        "Three thawed.": Place(PlaceUnit.PAGE, 4, 4),
    }
    (whole,) = cut(PAGED, WINDOW)
    assert whole.place == Place(PlaceUnit.PAGE, 1, 4)
    assert whole.location == "report.pdf, pages 1–4"
    assert whole.citation == "Report › ¶1–3, pp. 1–4"


def test_pages_have_the_names_that_the_document_gives_them() -> None:
    labelled = replace(PAGED, page_labels=("iv", "", "", "1"))
    places = [passage.place for passage in cut(labelled, WordWindow(2))]
    assert [place.in_citation for place in places] == [
        "p. iv (page 1 of the file)",
        "pp. iv–3 (pages 1–3 of the file)",
        "p. 1 (page 4 of the file)",
    ]


def test_the_lines_of_a_page_say_on_which_pages_a_passage_stands() -> None:
    """The footnote of page 1 stands after the paragraph that ends on page 2."""
    box = (0, 0, 4, 4)
    lines = LineMap((0, 17, 26), (1, 2, 1), (0, 0, 40), (box, box, box))
    places = {p.text: p.place for p in cut(replace(PAGED, lines=lines), WordWindow(2))}
    assert places == {
        "One rained.": Place(PlaceUnit.PAGE, 1, 1),
        "Two snowed.": Place(PlaceUnit.PAGE, 1, 2),
        "Three thawed.": Place(PlaceUnit.PAGE, 1, 1),
    }


def test_a_passage_of_an_extracted_text_without_pages_has_no_place_in_its_file() -> None:
    (passage,) = cut(replace(PAGED, name="report.docx", page_starts=()), WINDOW)
    assert passage.place == Place(PlaceUnit.NONE)
    assert passage.location == "report.docx"


def test_a_passage_around_what_was_left_out_knows_the_lines_of_its_file() -> None:
    source = "It rained\n\n[Page 1]\n\nall day.\r\n\r\nTwo <!-- no\nno --> snowed.\rThree."
    gone = [
        Span(source.index("\n[Page"), source.index("\nall")),
        Span(source.index(" <!--"), source.index(" snowed")),
    ]
    text, line_starts = without(source, gone)
    assert text == "It rained\n\nall day.\r\n\r\nTwo snowed.\rThree."
    spans = [
        Span(text.index(words), text.index(words) + len(words))
        for words in ("It rained\n\nall day.", "Two snowed.", "Three.")
    ]
    document = Document(
        "a.txt",
        Metadata("A"),
        text,
        tuple(Section((str(number),), None, (span,)) for number, span in enumerate(spans)),
        line_starts=line_starts,
    )
    assert [passage.place for passage in cut(document, WINDOW)] == [
        Place(PlaceUnit.LINE, 1, 5),
        Place(PlaceUnit.LINE, 7, 8),
        Place(PlaceUnit.LINE, 9, 9),
    ]
    assert without(source, []) == (source, tuple(line.start for line in line_spans(source)))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place(PlaceUnit.LINE, 3, 3), "line 3"),
        (Place(PlaceUnit.LINE, 3, 4), "lines 3–4"),
        (Place(PlaceUnit.PAGE, 12, 12), "page 12"),
        (Place(PlaceUnit.PAGE, 12, 13), "pages 12–13"),
        (Place(PlaceUnit.PAGE, 6, 6, "iv"), "page iv (page 6 of the file)"),
        (Place(PlaceUnit.SLIDE, 7, 7), "slide 7"),
        (Place(PlaceUnit.CHAPTER, 2, 2, "text/ch1.xhtml"), "text/ch1.xhtml"),
        (Place(PlaceUnit.NONE), ""),
    ],
)
def test_a_place_is_told_in_words(place: Place, words: str) -> None:
    assert place.in_words == words


def test_a_passage_never_crosses_a_section() -> None:
    passages = hold(load("# T\n\none\n\n## A\ntwo\n\n## A\nthree"), WINDOW)
    assert [(passage.section, passage.text) for passage in passages] == [
        ((), "one"),
        (("A",), "two"),
        (("A",), "three"),
    ]


def test_a_passage_never_reaches_over_what_is_not_quotable() -> None:
    passages = hold(load("one\n\n[a]: https://a.example\n\ntwo"), WINDOW)
    assert [passage.text for passage in passages] == ["one", "two"]


def test_repeated_paragraphs_keep_their_own_places() -> None:
    text = "\n\n".join(["Same words here."] * 3)
    passages = hold(load(text), WordWindow(4))
    assert [(passage.start, passage.paragraphs) for passage in passages] == [
        (0, (1, 1)),
        (18, (2, 2)),
        (36, (3, 3)),
    ]


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    sentence = "Dr. Elm said “it fell 3.5 days – ça suffit”."
    document = load(" ".join([sentence] * 100))
    passages = hold(document, WINDOW)
    assert len(passages) > 5
    assert all(
        passage.text.startswith("Dr. Elm") and passage.text.endswith("suffit”.")
        for passage in passages
    )
    assert {passage.paragraphs for passage in passages} == {(1, 1)}


def test_a_long_paragraph_with_white_space_of_all_kinds_is_cut_without_loss() -> None:
    spaces = "\u00a0\u2028\u3000\u0085"
    hold(
        load(" ".join(f"To{space}B{space}. Then it fell." for space in spaces * 50)), WordWindow(20)
    )


def test_a_sentence_splitter_that_changes_the_text_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sentencex.segment", lambda language, text: [f"{text} "])
    hold(load("It rained. " * 100), WordWindow(20))


def test_a_long_table_is_cut_between_its_rows() -> None:
    rows = [f"| town {number} | {number} mm of rain |" for number in range(200)]
    passages = hold(load("\n".join(["| a | b |", "|---|---|", *rows])), WINDOW)
    assert len(passages) > 2
    assert all(
        line in {"| a | b |", "|---|---|", *rows} for p in passages for line in p.text.split("\n")
    )


def test_a_sentence_without_end_is_cut_between_words() -> None:
    passages = hold(load("rain " * 3_000), WINDOW)
    assert {word for passage in passages for word in passage.text.split()} == {"rain"}
    assert len(passages) < 40


def test_a_word_of_two_hundred_thousand_characters_is_cut() -> None:
    passages = cut(load("a" * 200_000), WINDOW)
    assert [len(passage.text) for passage in passages] == [MAX_CHARS] * 100


@pytest.mark.parametrize("text", ["The rain fell on the town for nine days. ", "a" * 40])
def test_the_time_to_cut_one_line_grows_as_its_length_does(text: str) -> None:
    def taken(repeats: int) -> float:
        document = load(text * repeats, "a.txt")
        signs = sum(len("".join(passage.text.split())) for passage in cut(document, WINDOW))
        assert signs == len("".join(text.split())) * repeats
        return seconds(lambda: cut(document, WINDOW))

    assert grows_as_its_input_does(taken, 20_000)


def test_a_heading_with_nothing_under_it_is_a_passage() -> None:
    (passage,) = cut(load("# A\n\n## B\n\n### C\n"), WINDOW)
    assert (passage.section, passage.text) == (("B", "C"), "C")


def test_the_context_is_the_title_and_the_headings_on_one_line() -> None:
    assert context("Rain", ("Roads", "The  north"), WINDOW) == "Rain › Roads › The north"
    assert context("Rain", (), WINDOW) == "Rain"


def test_a_context_too_long_loses_its_outermost_parts_then_its_end() -> None:
    assert context("One two three", ("Four five", "Six"), WordWindow(16)) == "Four five › Six"
    assert (
        context("One", ("Two three four five six seven",), WordWindow(16)) == "Two three four five"
    )
    assert context("One", ("Two",), WordWindow(3)) == ""
    assert len(context("a" * 9_000, (), WINDOW)) == MAX_CHARS


def test_what_is_embedded_is_the_context_and_the_passage() -> None:
    (passage,) = cut(load("# Rain\n\n## Roads\n\nAll shut."), WINDOW)
    assert embedded_texts(passage, WINDOW, "en")[0] == "Rain › Roads\nAll shut."


class Letters:
    """A window whose pieces are characters, white space and all; a newline is three."""

    size = 41

    def piece_ends(self, text: str) -> list[int]:
        return [
            place + 1
            for place, character in enumerate(text)
            for _ in range(3 if character == "\n" else 1)
        ]


def test_another_way_of_counting_pieces_is_kept_to() -> None:
    passages = hold(load("# Rain fell\n\n## On\n\n" + "The rain fell on. " * 9), Letters())
    assert [passage.text for passage in passages] == [
        *["The rain fell on. The rain fell on."] * 4,
        "The rain fell on.",
    ]


def test_the_original_article_is_cut_within_its_sections() -> None:
    folder = Path(__file__).resolve().parents[2] / "shared" / "article"
    if not folder.is_dir():
        pytest.skip("the original article is not beside this checkout")
    (path,) = folder.glob("*.txt")
    passages = hold(loaders.parse(path.read_bytes(), path.name), WINDOW)
    assert 7 <= len(passages) <= 31
    assert len({passage.section for passage in passages}) == 7


CELL = st.sampled_from(
    ["Aden", "yes", "1,204", "Verify the hook. See p. 4.", "**9.1**", "a b c d e f"]
)


@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=60),
    names=st.tuples(CELL, CELL, CELL),
    lead=st.sampled_from(["", "The list of the port:\n\n", "# Port\n\n## List\n\n"]),
    size=st.integers(40, 260),
)
def test_a_table_is_cut_between_its_rows_and_every_part_knows_the_header(
    rows: list[tuple[str, str, str]], names: tuple[str, str, str], lead: str, size: int
) -> None:
    lines = [f"| {' | '.join(cells)} |" for cells in (names, *rows)]
    header = f"{lines[0]}\n|---|---|---|"
    table = "\n".join([header, *lines[1:]])
    window = WordWindow(size)
    parts = [one for one in hold(load(f"{lead}{table}\n"), window) if "|" in one.text]
    assert "\n".join(one.text for one in parts).endswith(table)
    assert not parts[0].table_header
    known = len(plain(header).split()) <= size // 4
    for part in parts[1:]:
        assert part.table_header == (header if known else "")
        rows_of_part = part.text.split("\n")
        texts = embedded_texts(part, window, "en")[-len(rows_of_part) :]
        for text, row in zip(texts, rows_of_part, strict=True):
            assert text.endswith(plain(f"{header}\n{row}" if known else row))


def test_a_text_is_cut_and_embedded_alike_in_markdown_and_in_other_formats() -> None:
    rows = [["#", "Check", "L1"], *([f"2.{n}", words(6 + n % 9), "✓"] for n in range(60))]
    writer = TextWriter()
    writer.heading(1, "Checks")
    writer.paragraph("Run `make` before **each** of them:".replace("`", "").replace("*", ""))
    for item in ("the first check", "the second"):
        writer.item(item)
    for number, row in enumerate(rows):
        writer.row(row, header=not number)
    written = writer.document("a.docx", Metadata("A"))
    lines = ["|" + "|".join(f"  {cell}\t" for cell in row) + "|" for row in rows]
    lines.insert(1, "| :--- | --- | :---: |")
    text = "# Checks\n\nRun `make` before **each** of them:\n\n* the first check\n* the second\n\n"
    marked = load(f"---\ntitle: A\n---\n{text}" + "\n".join(lines))
    one, other = (
        [embedded_texts(passage, WordWindow(90), "en") for passage in cut(each, WordWindow(90))]
        for each in (written, marked)
    )
    assert len(one) > 5
    assert one == other


def test_the_cost_of_a_table_is_linear_and_a_wide_header_is_not_carried() -> None:
    header = f"| {' | '.join(f'column {n}' for n in range(200))} |\n{'|---' * 200}|"
    row = f"| {' | '.join(str(n) for n in range(200))} |"
    document = load("\n".join([header, *[row] * 40]))
    parts = cut(document, WordWindow())
    assert not any(part.table_header for part in parts)
    carried = sum(len(part.table_header) for part in cut(load(_long_table(4_000)), WordWindow()))
    assert carried < 2 * len(_long_table(4_000))


def _long_table(rows: int) -> str:
    names = "| Country | Exports | Imports |\n|---|---|---|\n"
    return names + "\n".join(f"| Land{n} | {1000 + 7 * n} | {9000 - 11 * n} |" for n in range(rows))
