from __future__ import annotations

import pytest

from briefqa.documents import loaders
from briefqa.records import Document, Metadata


def load(text: str, name: str = "some-brief.md") -> Document:
    return loaders.parse(text.encode(), name)


def outline(document: Document) -> list[tuple[tuple[str, ...], list[str]]]:
    """Each section's path with its paragraphs' text."""
    text = document.text
    return [
        (section.path, [text[span.start : span.end] for span in section.paragraphs])
        for section in document.sections
    ]


def headings(document: Document) -> list[str]:
    """The source text of each section's heading."""
    spans = [section.heading for section in document.sections if section.heading]
    return [document.text[span.start : span.end] for span in spans]


def test_headings_nest_and_levels_may_be_skipped() -> None:
    document = load("# T\n\nlead\n\n## A\na\n### B\nb\n###### C\nc\n## D\nd\n#### E\ne")
    assert document.title == "T"
    assert outline(document) == [
        ((), ["lead"]),
        (("A",), ["a"]),
        (("A", "B"), ["b"]),
        (("A", "B", "C"), ["c"]),
        (("D",), ["d"]),
        (("D", "E"), ["e"]),
    ]


def test_setext_headings_are_headings_and_a_rule_is_nothing() -> None:
    document = load("Title\n=====\n\nSub one\n---\ntext\n\n---\n\nafter")
    assert document.title == "Title"
    assert outline(document) == [(("Sub one",), ["text", "after"])]
    assert headings(document) == ["Sub one"]


def test_a_heading_is_its_plain_words() -> None:
    document = load("[b]: http://x.org\n\n# T\n\n## The *big* [one](x), [two][b] & `code` ##\nx")
    assert outline(document) == [(("The big one, two & code",), ["x"])]
    assert headings(document) == ["The *big* [one](x), [two][b] & `code`"]


@pytest.mark.parametrize(
    "block",
    [
        "- one\n- two\n\n  more of two\n- three",
        "1. one\n   # not a heading\n2. two",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "```sh\n# a comment\n\ny\n```",
        "~~~\n## still code\n~~~",
        "> # quoted\n> words",
        "hard\nwrapped\nwords",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_each_block_is_one_paragraph(block: str, newline: str) -> None:
    source = f"# T\n\n## A\n\nfirst\n\n{block}\n\n## B\n\nlast\n".replace("\n", newline)
    assert outline(load(source)) == [
        (("A",), ["first", block.replace("\n", newline)]),
        (("B",), ["last"]),
    ]


def test_comments_and_scripts_are_not_quoted() -> None:
    document = load("<!-- a\n\nb -->\n\nshown\n\n<script>\nx = 1\n</script>\n")
    assert outline(document) == [((), ["shown"])]


def test_front_matter_gives_title_date_source_author_and_language() -> None:
    document = load(
        "---\ntitle: My brief\ndate: 2017-01-18\nsource: Coast Wire\nauthor: A. Elm\nlang: en\n"
        "---\n\n# My  Brief\n\nlead\n"
    )
    assert document.metadata == Metadata("My brief", "2017-01-18", "Coast Wire", "A. Elm", "en")
    assert document.title == "My brief"
    assert outline(document) == [((), ["lead"])]
    published = load("---\npublisher: Coast Wire\nplace: Lund\n---\n\nlead\n").metadata
    assert (published.source, published.place) == ("Coast Wire", "Lund")


def test_a_first_heading_unlike_the_front_matter_title_is_a_section() -> None:
    assert outline(load("---\ntitle: Rain\n---\n# Roads\nshut")) == [(("Roads",), ["shut"])]


def test_front_matter_with_crlf_and_dots_is_read_and_its_lines_are_counted() -> None:
    document = load("---\r\ntitle: Rain\r\n...\r\n\r\n## Roads\r\nshut\r\n")
    assert (document.title, outline(document)) == ("Rain", [(("Roads",), ["shut"])])


@pytest.mark.parametrize(
    ("front", "title"),
    [
        ("title: Rain: a brief\nwhen: [", "Rain: a brief"),
        ("title: 'Rain\nx: 1", "Rain"),
        ("title: [a, b]", "some brief"),
        ("a: &a [x, x]\nb: &b [*a, *a]\ntitle: [*b, *b]", "some brief"),
        ("x: " + "[" * 5_000, "some brief"),
        ("date: 2017-99-99\ntitle: No", "No"),
        ("", "some brief"),
    ],
)
def test_broken_or_odd_front_matter_costs_no_text(front: str, title: str) -> None:
    document = load(f"---\n{front}\n---\nlead\n")
    assert (document.title, outline(document)) == (title, [((), ["lead"])])


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert outline(load("---\n\ntitle: x\n\nmore")) == [((), ["title: x", "more"])]


@pytest.mark.parametrize(
    ("source", "title", "expected"),
    [
        ("one\n\ntwo", "some brief", [((), ["one", "two"])]),
        ("# A\n# B\ny\n# C\nz", "A", [(("B",), ["y"]), (("C",), ["z"])]),
        (
            "# A\nx\n# B\ny\n## C\nz",
            "some brief",
            [(("A",), ["x"]), (("B",), ["y"]), (("B", "C"), ["z"])],
        ),
        ("intro\n\n# A\nx", "A", [((), ["intro", "x"])]),
        ("## A\nx\n# B\ny", "some brief", [(("A",), ["x"]), (("B",), ["y"])]),
        ("x\n\n# A\n# B\ny", "some brief", [((), ["x"]), (("A",), ["A"]), (("B",), ["y"])]),
        ("# A\n## B\n### C", "A", [(("B",), []), (("B", "C"), ["C"])]),
        ("#hashtag", "some brief", [((), ["#hashtag"])]),
        ("# A\n##\nx", "A", [((), ["x"])]),
    ],
)
def test_the_title_is_the_first_heading_where_it_stands_for_the_document(
    source: str, title: str, expected: list[tuple[tuple[str, ...], list[str]]]
) -> None:
    document = load(source)
    assert (document.title, outline(document)) == (title, expected)


def test_an_endless_heading_is_cut_in_the_path_and_whole_in_the_source() -> None:
    document = load("# T\n\n## " + "[a](" * 50_000 + "\nx")
    assert len(document.sections[0].path[0]) == 300
    assert len(headings(document)[0]) == 200_000


@pytest.mark.parametrize("mark", ["**", "__"])
@pytest.mark.parametrize(
    "names", [("1. Costs", "2. Staff"), ("How to pay?", "Who may", "Ana Ruiz")]
)
@pytest.mark.parametrize("title", ["# Report\n\n", ""])
def test_bold_lines_are_headings_where_there_are_no_others(
    mark: str, names: tuple[str, ...], title: str
) -> None:
    body = "\n\n".join(f"{mark}{name}{mark}\n\nText of {name}." for name in names)
    document = load(title + body)
    assert outline(document) == [((name,), [f"Text of {name}."]) for name in names]
    assert headings(document) == list(names)


@pytest.mark.parametrize(
    "source",
    [
        "**Costs**\n\nText.\n\nMore.",
        "**It was late.**\n\nText.\n\n**Nobody came:**\n\nText.",
        "## Part\n\n**Costs**\n\nText.\n\n**Staff**\n\nText.",
        "**Costs** rose.\n\nText.\n\n**Staff** left.\n\nText.",
        "**Costs**\n\n**Staff**\n\n**Ships**",
    ],
)
def test_a_bold_line_that_may_be_only_stressed_is_no_heading(source: str) -> None:
    assert not any("Costs" in path or "Staff" in path for path, _ in outline(load(source)))


@pytest.mark.parametrize("key", ["author", "authors", "Author"])
@pytest.mark.parametrize(
    ("value", "author"),
    [
        ("\n  - Ann Poe\n  - Ben Low", "Ann Poe, Ben Low"),
        (" [Ann Poe, Ben Low]", "Ann Poe, Ben Low"),
        ("\n  - name: Ann Poe\n    site: x.org\n  - name: Ben Low", "Ann Poe, Ben Low"),
        ("\n  name: Ann Poe", "Ann Poe"),
        (" Ann Poe", "Ann Poe"),
        (" []", ""),
        (" [[Ann]]", ""),
    ],
)
def test_front_matter_may_have_several_authors(key: str, value: str, author: str) -> None:
    assert load(f"---\n{key}:{value}\n---\n\nlead\n").metadata.author == author


def test_authors_may_stand_in_toml_and_json() -> None:
    toml = load('+++\ntitle = "T"\nauthors = ["Ann Poe", "Ben Low"]\n+++\n\nlead\n')
    plain = load('{"title": "T", "authors": ["Ann Poe", {"name": "Ben Low"}]}\n\nlead\n')
    assert toml.metadata.author == plain.metadata.author == "Ann Poe, Ben Low"


def test_lines_in_bold_right_above_their_text_are_headings() -> None:
    document = load("**A. Costs**\nThe fee is 12.\n\n***B. Staff***\n\nNine.\n\n__C__\nSold.")
    assert outline(document) == [
        (("A. Costs",), ["The fee is 12."]),
        (("B. Staff",), ["Nine."]),
        (("C",), ["Sold."]),
    ]
    one = "**Costs**\nThe fee is 12.\n\nMore."
    assert outline(load(one)) == [((), ["**Costs**\nThe fee is 12.", "More."])]


@pytest.mark.parametrize(
    "front",
    [
        "% Fees\n% Ana Ruiz\n% 2021-03-04\n\n",
        "Title: Fees\nAuthor: Ana Ruiz\nDate: 2021-03-04\nKeywords: a, b\n\n",
        ';;;\n"title": "Fees", "author": "Ana Ruiz", "date": "2021-03-04"\n;;;\n',
    ],
)
def test_front_matter_of_other_programs_is_read(front: str) -> None:
    document = load(f"{front}The fee is 12.")
    said = document.metadata
    assert (said.title, said.author, said.date) == ("Fees", "Ana Ruiz", "2021-03-04")
    assert outline(document) == [((), ["The fee is 12."])]


@pytest.mark.parametrize(
    "text",
    ["Title: Fees\nIt is late.\n\nText.", "Date: 3 May\n\nText.", "Title: x\nWho: Ana\n\nText.",
     "% x\nText.\n\nMore."]
)  # fmt: skip
def test_lines_at_the_top_that_are_no_front_matter_stay(text: str) -> None:
    document = load(text)
    assert document.title == "some brief"
    assert outline(document)[0][1][0] == text.partition("\n\n")[0]


@pytest.mark.parametrize(
    ("heading", "is_quoted"),
    [
        ("The ferry fee becomes 12 marks", True),
        ("Costs rose by 12 %", True),
        ("The old crane is sold", True),
        ("Part", False),
        ("Annual report 2023 of the board", False),
        ("Chapter 3 of the 12 books", False),
        ("How the fee is paid", False),
        ("2. Fees and costs", False),
    ],
)
def test_a_heading_over_headings_only_is_quoted_where_it_says_something(
    heading: str, is_quoted: bool
) -> None:
    document = load(f"# Log\n\nText.\n\n## {heading}\n\n### Vote\n\nAll were for it.")
    own = dict(outline(document))[heading,]
    assert own == ([heading] if is_quoted else [])
