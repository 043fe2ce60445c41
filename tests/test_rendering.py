"""Is a document shown as its author meant it, with each mark on the characters it was made for?"""

from __future__ import annotations

import re
from functools import partial
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.documents import loaders
from briefqa.records import AnswerSpan, Document, Span
from briefqa.ui.html import join
from briefqa.ui.rendering import NO_MARKS, Marks, rendered
from tests.lighthouse import HOSTILE, Reading, words
from tests.timing import grows_as_its_input_does, seconds


def shown(text: str, marks: Marks = NO_MARKS, name: str = "note.md") -> str:
    """The markup of a whole text, line ends made visible to these tests as they are in it."""
    return join(*rendered(text, name, Span(0, len(text)), marks))


def part(document: Document, inside: str, marks: Marks = NO_MARKS) -> str:
    """The markup of a part of a document's paragraph."""
    start = document.text.index(inside)
    span = Span(start, start + len(inside))
    within = next(
        paragraph
        for section in document.sections
        for paragraph in section.paragraphs
        if paragraph.start <= span.start and span.end <= paragraph.end
    )
    return join(*rendered(document.text, document.name, span, marks, within))


def document(text: str) -> Document:
    return loaders.parse(text.encode(), "note.md")


def answering(text: str, sentence: str, claimed: str = "") -> Marks:
    """The sentence marked as the answer, with these words of it in bold."""
    start = text.index(sentence)
    at = text.index(claimed, start) if claimed else start
    end = at + len(claimed) if claimed else start + len(sentence)
    spans = [AnswerSpan(at, end, "", start, start + len(sentence))]
    return Marks(answers=spans, claims=spans)


def elements(markup: str, name: str) -> list[str]:
    """What stands in each element of that name, as text; these do not stand in each other."""
    pieces = re.split(rf"<{name}\b[^>]*>", markup)[1:]
    return [words(Reading(piece.split(f"</{name}>")[0]).text) for piece in pieces]


# Every structure of Markdown


def test_emphasis_code_and_escapes_are_what_they_are_in_markdown() -> None:
    markup = shown("A *slanted* and **heavy** `x < y` \\*star\\* &amp; so on.")
    assert markup.count("<em>slanted</em>") == markup.count("<strong>heavy</strong>") == 1
    assert elements(markup, "code") == ["x < y"]
    assert Reading(markup).text == "A slanted and heavy x < y *star* & so on."


def test_a_list_in_a_list_keeps_its_items_and_numbers() -> None:
    markup = shown("3. bread\n   - rye\n   - wheat\n4. milk")
    read = Reading(markup)
    assert [tag for tag in read.tags if tag in ("ol", "ul", "li")] == [
        *("ol", "li", "ul", "li", "li", "li"),
    ]
    assert [value for name, value in read.attributes if name == "value"] == ["3", "4"]
    assert "-" not in read.text


def test_a_part_of_a_list_keeps_its_numbers() -> None:
    markup = part(document("Buy:\n\n1. bread\n2. milk\n3. salt\n"), "2. milk\n3. salt")
    assert [value for name, value in Reading(markup).attributes if name == "value"] == ["2", "3"]
    assert elements(markup, "li") == ["milk", "salt"]


TABLE = "| Ship | Built | Crew |\n|:---|---:|---|\n| Ada | 1871 | four \\| five |\n| Bee | 1902 | |"


def test_a_table_has_its_header_its_rows_and_their_sides() -> None:
    markup = shown(TABLE)
    assert elements(markup, "th") == ["Ship", "Built", "Crew"]
    assert elements(markup, "td") == ["Ada", "1871", "four | five", "Bee", "1902", ""]
    assert [v for n, v in Reading(markup).attributes if n == "class"][1:4] == [
        *("left", "right", "left"),
    ]
    assert "---" not in Reading(markup).text


def test_a_passage_from_the_middle_of_a_table_is_rows_under_the_header() -> None:
    both = document(f"Ships:\n\n{TABLE}\n")
    row = "| Bee | 1902 | |"
    assert elements(part(both, row), "th") == ["Ship", "Built", "Crew"]
    assert elements(part(both, row), "td") == ["Bee", "1902", ""]
    alone = shown("| Ada | 1871 | four \\| five |\n| Bee | 1902 | |")
    assert elements(alone, "td") == ["Ada", "1871", "four | five", "Bee", "1902", ""]
    assert "<th" not in alone
    cut = shown(f"|:---|---:|---|\n{row}\n\nMore.")
    assert elements(cut, "td") == ["Bee", "1902", ""]
    assert words(Reading(cut).text).endswith("More.")


def test_of_a_table_the_row_is_marked_and_the_cell_with_the_words_is_bold() -> None:
    markup = shown(TABLE, answering(TABLE, "| Ada | 1871 | four \\| five |", "1871"))
    read = Reading(markup)
    assert (read.answering, read.bold) == ("Ada1871four | five", "1871")
    assert markup.count('<tr class="answer">') == 1


def test_the_rows_of_a_cited_passage_have_one_ground() -> None:
    row = "| Bee | 1902 | |"
    markup = shown(TABLE, Marks(cited=Span(TABLE.index(row), len(TABLE))))
    assert markup.count('<tr class="cited">') == 1
    assert Reading(markup).marked == "Bee1902"


def test_where_a_sentence_is_a_whole_table_the_row_that_has_its_words_is_marked() -> None:
    read = Reading(shown(TABLE, answering(TABLE, TABLE, "1902")))
    assert (read.answering, read.bold) == ("Bee1902", "1902")
    assert Reading(shown(TABLE, answering(TABLE, TABLE))).answering.startswith("ShipBuiltCrewAda")


def test_words_in_a_part_of_a_cell_make_the_cell_bold() -> None:
    read = Reading(shown(TABLE, answering(TABLE, "| Ada | 1871 | four \\| five |", "five")))
    assert read.bold == "four | five"


def test_code_keeps_its_lines_and_is_whole_over_its_blank_ones() -> None:
    text = "Run:\n\n```sh\nmake app\n\n  *not slanted* <b>\n```\n\nDone."
    markup = shown(text)
    assert Reading(markup).text == "Run:make app\n\n  *not slanted* <b>Done."
    assert "pre" in Reading(markup).tags
    assert "```" not in markup
    middle = part(document(text), "  *not slanted* <b>")
    assert "<em>" not in middle
    assert Reading(middle).text == "  *not slanted* <b>"
    assert Reading(shown(text, answering(text, "make app"))).answering == "make app"


def test_a_link_is_its_text_with_the_address_and_a_picture_what_it_shows() -> None:
    read = Reading(
        shown(
            "See [the *map*](http://a.example/m) or <http://b.example/> or [b](#below), "
            "![a ship](ship.png) and ![](x.png)."
        )
    )
    assert read.text == (
        "See the map (http://a.example/m) or http://b.example/ or b, a ship and picture."
    )
    assert not {"a", "img"} & set(read.tags)
    assert not {"href", "src"} & {name for name, _ in read.attributes}


def test_lines_of_a_paragraph_flow_and_a_hard_break_stays() -> None:
    markup = shown("One\ntwo  \nthree\\\nfour")
    assert markup.count("<br>") == 2
    assert words(Reading(markup).text) == "One two three four"


def test_a_mark_goes_through_emphasis_and_stops_where_it_stops() -> None:
    text = "The *old lamp* burnt **six hours**, then `oil()` ran out."
    read = Reading(shown(text, Marks(cited=Span(text.index("lamp"), text.index("ran") + 3))))
    assert read.marked == "lamp burnt six hours, then oil() ran"


def test_a_quotation_and_what_is_in_it_stay_quoted() -> None:
    markup = shown("> # Title\n> Ada *said*\n> - one\n>   two")
    assert markup.startswith("<blockquote>")
    assert elements(markup, "p") == ["Title", "Ada said"]
    assert elements(markup, "li") == ["one two"]
    assert words(Reading(markup).text) == "TitleAda saidone two"


def test_raw_html_is_shown_and_is_none() -> None:
    markup = shown("<div onclick=x>\n<b>bold</b>\n</div>\n\nA <b>word</b>.")
    assert Reading(markup).text == "<div onclick=x>\n<b>bold</b>\n</div>A <b>word</b>."
    assert not {"div", "b"} & set(Reading(markup).tags)


# Marks and offsets

WORD = st.text("abcdefgh", min_size=1, max_size=6)
Segments = list[tuple[str, bool]]
"""A text in pieces; True for those that are markup and not read."""


@st.composite
def inline(draw: st.DrawFn) -> Segments:
    segments: Segments = []
    for place in range(draw(st.integers(1, 5))):
        word = draw(WORD)
        segments += [(" ", False)] if place else []
        match draw(st.integers(0, 7)):
            case 0:
                segments += [("*", True), (word, False), ("*", True)]
            case 1:
                segments += [("**", True), (word, False), (" _", True), ("i", False), ("_**", True)]
            case 2:
                segments += [("``", True), (word, False), ("``", True)]
            case 3:
                segments += [("[", True), (word, False), ("](http://a.example/)", True)]
            case 4:
                segments += [("![", True), (word, False), ("](p.png)", True)]
            case 5:
                segments += [("\\", True), ("*", False), (word, False)]
            case _:
                segments.append((word, False))
    return segments


def indented(segments: Segments, by: str) -> Segments:
    return [
        piece
        for text, markup in segments
        for piece in ([(text, markup), (by, True)] if text.endswith("\n") else [(text, markup)])
    ]


@st.composite
def block(draw: st.DrawFn, depth: int = 0) -> Segments:
    kind = draw(st.integers(0, 4 if depth < 2 else 1))
    match kind:
        case 0:
            return draw(inline())
        case 1:
            lines = [draw(inline()) for _ in range(draw(st.integers(1, 3)))]
            return [piece for line in lines for piece in [*line, ("\n", False)]][:-1]
        case 2:
            mark = draw(st.sampled_from(["- ", "1. "]))
            items = [draw(block(depth + 1)) for _ in range(draw(st.integers(1, 3)))]
            return [
                piece
                for item in items
                for piece in [(mark, True), *indented(item, " " * len(mark)), ("\n", True)]
            ][:-1]
        case 3:
            inner = draw(block(depth + 1))
            return [("> ", True), *indented(inner, "> ")]
        case _:
            code = "\n".join(draw(st.lists(WORD, min_size=1, max_size=3)))
            code_lines = [(line, False) for line in code.splitlines(keepends=True)]
            return [("```\n", True), *code_lines, ("\n", True), ("```", True)]


@st.composite
def markdown(draw: st.DrawFn) -> Segments:
    blocks = draw(st.lists(block(), min_size=1, max_size=4))
    return [piece for each in blocks for piece in [*each, ("\n\n", True)]]


@given(markdown(), st.floats(0, 1), st.floats(0, 1))
def test_a_mark_covers_the_characters_of_its_span_and_no_others(
    segments: Segments, one: float, other: float
) -> None:
    text = "".join(part for part, _ in segments)
    start, end = sorted((round(one * len(text)), round(other * len(text))))
    ends = accumulate(len(part) for part, _ in segments)
    visible = "".join(
        part[max(0, start - stop + len(part)) : max(0, end - stop + len(part))]
        for (part, markup), stop in zip(segments, ends, strict=True)
        if not markup
    )
    read = Reading(shown(text, Marks(cited=Span(start, end))))
    assert "".join(read.marked.split()) == "".join(visible.split())


@given(st.lists(st.lists(WORD, min_size=2, max_size=3), min_size=1, max_size=4), st.data())
def test_a_mark_in_a_table_covers_the_cells_of_the_rows_it_touches(
    rows: list[list[str]], data: st.DataObject
) -> None:
    lines = ["|" + "|".join(row) + "|" for row in rows]
    text = "\n".join(["| x | y | z |", "|---|---|---|", *lines])
    start = data.draw(st.integers(text.index(lines[0]), len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = Span(start, end)
    at = text.index(lines[0])
    expected = ""
    for line, row in zip(lines, rows, strict=True):
        expected += "".join(row) if at < span.end and span.start < at + len(line) else ""
        at += len(line) + 1
    mark = AnswerSpan(start, end, "", start, end)
    assert Reading(shown(text, Marks(answers=[mark]))).answering == expected


@given(st.text(st.sampled_from("ab \n*_`[]()!<>&\\|-#1.~\t\r\0:\"'"), max_size=80), st.booleans())
def test_any_text_is_shown_and_marks_stay_in_their_span(text: str, is_markdown: bool) -> None:
    """Of whatever is written, each character that is marked stands in the span, in its order."""
    span = Span(len(text) // 3, len(text))
    read = Reading(shown(text, Marks(cited=span), "x.md" if is_markdown else "x.txt"))
    source = iter(text[span.start : span.end].replace("\0", "\N{REPLACEMENT CHARACTER}"))
    assert all(character in source for character in "".join(read.marked.split()))


@pytest.mark.parametrize("name", ["x.md", "x.txt"])
def test_line_ends_of_any_kind_move_no_mark(name: str) -> None:
    for newline in ("\n", "\r\n", "\r"):
        text = newline.join(["One *two*", "three.", "", "- four", "- five six"])
        start = text.index("six")
        read = Reading(shown(text, Marks(cited=Span(start, start + 3)), name))
        assert read.marked == "six"


# Nothing of a document becomes markup

HOSTILE_MARKDOWN = "\n\n".join(
    [
        HOSTILE,
        f"| {HOSTILE} | <td onclick=alert(1)> |\n|---|---|\n| <script>alert(1)</script> | x |",
        f"- {HOSTILE}\n  - <img src=x onerror=alert(1)>\n    1. {HOSTILE}",
        f"```{HOSTILE}\n{HOSTILE}\n```",
        f"`<script>alert(1)</script>` ``{HOSTILE}``",
        '[<img src=x>](http://a.example/"onmouseover=alert(1) "<script>alert(1)</script>")',
        "![<script>alert(1)</script>](http://outside.example/p.png 'title')",
        "[press](data:text/html,<script>alert(1)</script>) <http://a.example/?<b>>",
        "[ref]\n\n[ref]: javascript:alert(1) '<b>'",
        f"> {HOSTILE}\n\n    {HOSTILE}",
        "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    ]
)


@pytest.mark.parametrize("name", ["note.md", "note.txt"])
def test_nothing_of_a_hostile_document_becomes_markup(name: str) -> None:
    text = HOSTILE_MARKDOWN
    for marks in (NO_MARKS, Marks(cited=Span(0, len(text))), answering(text, text, "alert(1)")):
        markup = shown(text, marks, name)
        read = Reading(markup)
        ours = {
            *("p", "em", "strong", "code", "pre", "ul", "ol", "li", "br", "blockquote", "mark"),
            *("div", "table", "thead", "tbody", "tr", "th", "td", "span"),
        }
        assert set(read.tags) <= ours
        assert {name for name, _ in read.attributes} <= {
            *("dir", "class", "value", "role", "aria-label", "tabindex", "scope"),
        }
        assert read.text.count("alert(1)") >= 12
        assert "${" not in markup
        assert "{{" not in markup
        assert "\\" not in markup


# Plain text


def lines(text: str) -> list[str]:
    """The lines a reader sees of a plain text, its paragraphs one after another."""
    return [
        line
        for block_ in rendered(text, "x.txt", Span(0, len(text)))
        for line in (
            Reading(block_).text.splitlines()
            if "class=" in block_
            else [words(Reading(block_).text)]
        )
    ]


MEANT = {
    "rows of a CSV file": "name,born,town\nAda,1871,Lund\nBea,1902,Hult",
    "an address": "Ada Lindqvist\n12 Harbour Street\n221 00 Lund\nSweden",
    "verse": "The sea is calm to-night,\nThe tide is full, the moon lies fair\nUpon the straits",
    "e-mail headers": (
        "From: Ada Lindqvist, keeper of the lighthouse at Lund <ada@lund.example>\n"
        "To: everybody who has ever asked when the ferry leaves <all@lund.example>\n"
        "Subject: The ferry"
    ),
    "clauses": (
        "(a) the tenant shall keep the rooms in good repair and shall not let them to others;\n"
        "(b) the owner shall keep the roof and the walls in good repair at his own expense;\n"
        "(c) neither may end the lease before the spring."
    ),
    "columns": "Ship      Built    Crew\nAda       1871     4\nBee       1902     5",
    "an indented outline": "Ships\n  Ada\n  Bee\nHouses\n  Mill",
}


@pytest.mark.parametrize("kind", MEANT)
def test_line_breaks_that_carry_meaning_stay(kind: str) -> None:
    assert lines(MEANT[kind]) == MEANT[kind].splitlines()


PROSE = (
    "The harbour stands on the north side of the bay, where the water stays deep\n"
    "at low tide. In winter it freezes, and the ferry to the islands does not sail\n"
    "at all. A ticket costs twelve crowns; children under six travel without one,\n"
    "and so do dogs."
)


def test_wrapped_prose_flows() -> None:
    assert lines(PROSE) == [words(PROSE)]


def test_in_wrapped_text_each_item_begins_a_line() -> None:
    text = (
        "1. The harbour stands on the north side of the bay, where the water stays\n"
        "deep at low tide.\n"
        "2. In winter it freezes, and the ferry to the islands does not sail at all\n"
        "until the ice has gone."
    )
    first, second = words(text).split(" 2. ")
    assert [words(line) for line in lines(text)] == [first, f"2. {second}"]


def test_a_mark_in_joined_lines_covers_its_characters() -> None:
    for text in (PROSE, *MEANT.values()):
        start, end = len(text) // 4, len(text) // 2
        read = Reading(shown(text, Marks(cited=Span(start, end)), "x.txt"))
        assert words(read.marked) == words(text[start:end])


# In linear time

PUMPS = (
    *(
        "*a ",
        "**a *b ",
        "_a ",
        "[",
        "![",
        "[a](",
        "![a](",
        "[a][",
        "<",
        "<a ",
        "<!--",
        "`",
        "`` ` ",
    ),
    *("&", "\\", "> ", ">", "- ", "| ", "|a|b|\n", "|\\|", "```\n", "a*b*", "[a]: b\n", "<http://"),
    *("a  \n", "\t", "# a\n", "    a\n", "- a\n  ", "- a\n\n", "a\n- ", "[*a*](b) ", "|-|-|\n"),
    *(" ", "|", "x,y\n", "A: b\n", "a   b\n", "\x00", "[![a](b)](c)"),
)


@pytest.mark.parametrize("name", ["x.md", "x.txt"])
def test_no_repetition_takes_more_than_linear_time(name: str) -> None:
    """Of four times as much: four times as long, not sixteen."""

    def taken(pattern: str, size: int) -> float:
        text = pattern * (size // len(pattern)) + "|a|"
        return seconds(lambda: shown(text, Marks(cited=Span(size // 3, size // 2)), name))

    slow = [
        pattern for pattern in PUMPS if not grows_as_its_input_does(partial(taken, pattern), 48_000)
    ]
    assert slow == []


@pytest.mark.parametrize(("first", "repeated"), [("", "|"), ("", "| |"), ("|", "-|")])
def test_a_line_of_nothing_but_bars_costs_no_more_than_other_text(
    first: str, repeated: str
) -> None:
    def taken(size: int) -> float:
        line = first + repeated * (size // len(repeated))
        markup = ""

        def run() -> None:
            nonlocal markup
            markup = shown(line)

        duration = seconds(run)
        assert markup.count("&#124;") == line.count("|")
        return duration

    assert grows_as_its_input_does(taken, 128_000)


WRITTEN = "Tree | Age | Note\n--- | --- | ---\noak | 70 | <b>\n|  | 12 |  |"


def test_a_table_that_a_loader_wrote_is_a_table() -> None:
    markup = shown(WRITTEN, name="a.docx")
    assert re.findall(r"<th [^>]*>(.*?)</th>", markup) == ["Tree", "Age", "Note"]
    assert re.findall(r"<td[^>]*>(.*?)</td>", markup) == ["oak", "70", "&#60;b&#62;", "", "12", ""]
    assert "---" not in markup
    assert "<td" not in shown(WRITTEN, name="a.txt")
    assert "<td" not in shown("One | two lines\nof prose.", name="a.docx")


def test_a_part_of_a_written_table_has_its_header_and_marks_the_row_that_answers() -> None:
    start, end = WRITTEN.index("oak"), WRITTEN.index("\n|  |")
    answer = AnswerSpan(start + 6, start + 8, "70", start, end)
    marks = Marks(cited=Span(start, end), answers=[answer], claims=[answer])
    markup = join(
        *rendered(WRITTEN, "a.docx", Span(start, len(WRITTEN)), marks, Span(0, len(WRITTEN)))
    )
    assert markup.count("<th ") == 3
    assert re.findall(r'<tr class="(\w+)">', markup) == ["answer"]
    assert '<strong class="claimed">70</strong>' in markup
    left_out = Marks(left_out=[Span(start, len(WRITTEN))])
    assert shown(WRITTEN, left_out, name="a.docx").count("…") == 1
