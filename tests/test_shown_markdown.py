"""What of Markdown is shown, found and quoted: each kind of fault, its case and many made ones."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import build, open_index
from briefqa.answering import passage_reading
from briefqa.documents import loaders
from briefqa.documents.passages import WordWindow, cut, headings, searched
from briefqa.models.embedder import Embedder
from briefqa.models.reader import OverlapReader
from briefqa.models.reading import Readable, Reading
from briefqa.records import Document, Passage
from briefqa.text.plain_markdown import plain, plain_with_offsets

CASES = Path(__file__).parent / "cases"
WINDOW = WordWindow()
PICTURE = "data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUgAAAEYAAAAUCAAAAAAVAxSk" * 1_400


def load(text: str, name: str = "page.md") -> Document:
    return loaders.parse(text.encode(), name)


def case(name: str) -> Document:
    (path,) = (CASES / name).iterdir()
    return loaders.parse(path.read_bytes(), path.name)


def read(document: Document) -> list[tuple[tuple[str, ...], str]]:
    """Each passage: its section and its text, which has to stand where it says."""
    return [(passage.section, passage.text) for passage in passages_of(document)]


def passages_of(document: Document) -> list[Passage]:
    passages = cut(document, WINDOW)
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
    return passages


@pytest.mark.parametrize(
    ("name", "title", "passages"),
    [
        (
            "M08",
            "Harbour report",
            [((), "The quay is 40 m long."), (("Costs",), "Repairs cost 3 million.")],
        ),
        ("M09", "Harbour", [(("Costs",), "Repairs cost 3 million.")]),
        ("M11", "Harbour", [(("Hours",), "Nine to five.")]),
        ("F02", "Harbour report", [((), "The quay is 40 m long.")]),
        ("F04", "Harbour report", [((), "The quay is 40 m long.")]),
        ("F09", "Harbour report", [((), "The quay is 40 m long.")]),
        (
            "L01",
            "Hearing",
            [
                (
                    (),
                    (
                        "[Chair]: How many boats were counted?\n\n[Witness]: Seventeen.\n\n"
                        "[Chair]: Where?\n\n[Witness]: Aden."
                    ),
                )
            ],
        ),
        (
            "L02",
            "Minutes",
            [
                (("Attendance",), "Nine members were there."),
                (
                    ("Decision: the berth fee rises to 40 euros",),
                    "Decision: the berth fee rises to 40 euros",
                ),
                (("Decision: the crane is sold",), "Decision: the crane is sold"),
            ],
        ),
        (
            "L05",
            "Minutes",
            [
                ((), "The council approved a budget of 2 million crowns."),
                ((), "The school was next."),
            ],
        ),
        ("V01", "R", [((), "The berth fee is 40 euros.")]),
        ("V04", "Harbour", [((), "The quay is 40 m long.")]),
        ("V07", "R", [((), "The quay is 40 m long.")]),
        ("E17", "One", [((), "The quay."), (("Two",), "The pier.")]),
        (
            "B08",
            "Act",
            [(("One",), "The fee is 40 euros."), (("Two",), "Two"), (("Three",), "x y z")],
        ),
        (
            "B11",
            "Croup",
            [
                (("Risk factors",), "- less than 6 months of age\n- previous severe croup"),
                (
                    ("Dose",),
                    "- Dexamethasone 0.15 mg/kg by mouth\n- Prednisolone 1 mg/kg by mouth",
                ),
            ],
        ),
        (
            "T15",
            "29 January Notes",
            [
                (
                    (),
                    (
                        "Present:\nAna Ruiz (AR), Per Lund (PL), Eva Horn (EH)\n\n"
                        "Remote:\nTom Bell (TB), Ida Voss (IV), Jon Falk (JF)"
                    ),
                ),
                (("Agenda",), "AR: The minutes were approved."),
            ],
        ),
    ],
)
def test_what_a_file_holds_that_was_read_wrongly(
    name: str, title: str, passages: list[tuple[tuple[str, ...], str]]
) -> None:
    document = case(name)
    assert (document.title, read(document)) == (title, passages)


def test_the_number_of_a_step_stays_with_its_heading() -> None:
    passages = read(case("B16"))
    assert [section for section, _ in passages] == [(f"{n}. Step",) for n in range(1, 9)]
    assert all(text.startswith("Give the") for _, text in passages)


def test_a_picture_in_the_text_is_what_it_is_called() -> None:
    passages = read(load(f"# R\n\nThe map of the quay:\n\n![map]({PICTURE})\n\nIt is 40 m long.\n"))
    assert passages == [((), "The map of the quay:\n\nmap\n\nIt is 40 m long.")]


@pytest.mark.parametrize(
    ("name", "words", "found"),
    [
        ("B15", "proceed", ["hit.md"]),
        ("B15", "harbour", ["hit.md"]),
        ("C28", "café josé", ["hit.md"]),
        ("C30", "lighthouse", ["hit.md"]),
        ("C41", "lighthouse", ["hit.md"]),
        ("C41", "style", ["miss.md"]),
        ("V06", "salary", []),
        ("V06", "lighthouse", []),
    ],
)
def test_a_word_is_found_through_markup_and_not_by_it(
    tmp_path: Path, name: str, words: str, found: list[str]
) -> None:
    build(CASES / name, index=tmp_path, model="hashing")
    with open_index(tmp_path) as searcher:
        hits = searcher.search(words, mode="keyword")
    assert [hit.passage.document for hit in hits] == found


@pytest.mark.parametrize(
    ("name", "question", "answer"),
    [
        ("L02", "What does the berth fee rise to?", "Decision: the berth fee rises to 40 euros"),
        (
            "L05",
            "How large was the budget the council approved?",
            "The council approved a budget of 2 million crowns.",
        ),
        ("S07", "Who is the cook of the night shift?", "- Cook: Eva Horn"),
        (
            "V06",
            "What was the salary of the lighthouse keeper?",
            "Keepers at the light earned 30 crowns in 1890.",
        ),
        ("T15", "Who took part remotely?", "Tom Bell (TB), Ida Voss (IV), Jon Falk (JF)"),
        ("B11", "Which children are at risk?", "- less than 6 months of age"),
    ],
)
def test_the_sentence_that_answers_is_marked(
    tmp_path: Path, real_embedder: Embedder, name: str, question: str, answer: str
) -> None:
    build(CASES / name, index=tmp_path, model=real_embedder)
    with open_index(tmp_path, model=real_embedder) as searcher:
        assert searcher.ask(question).hits[0].sentence == answer


def test_a_tiny_section_is_found_by_the_words_of_its_title(
    tmp_path: Path, real_embedder: Embedder
) -> None:
    build(CASES / "C36", index=tmp_path, model=real_embedder)
    with open_index(tmp_path, model=real_embedder) as searcher:
        hits = searcher.ask("Is there a patch for the timing attack on the rsq crate?").hits
    assert "No patch is yet available, but work is under way." in [hit.passage.text for hit in hits]


# The kinds, in instances made of parts.

WORD = st.integers(100, 999).map(lambda number: f"seen{number}")
HIDDEN = st.integers(100, 999).map(lambda number: f"hidden{number}")
BLOCKS: list[Callable[[str, str, str], str]] = [
    lambda a, b, _: f"{a} and {b} went.",
    lambda a, b, _: f"# {a} {b}",
    lambda a, b, _: f"## {a} {b}",
    lambda a, b, h: f'### <a name="{h}"></a>{a} {{#{h}}}\n{b}',
    lambda a, b, h: f"## {a} <!-- {h} -->\n\n{b}",
    lambda a, b, _: f"{a}\n====\n{b}",
    lambda a, b, _: f"{a} went to {b}.\n---",
    lambda a, b, _: f"{a}\n{b}\n---\n",
    lambda a, b, h: f'<h2 class="{h}">{a}</h2>\n<p>{b}</p>',
    lambda a, b, h: f'<div class="{h}">\n<h1>\n{a}\n</h1>\n<ul>\n<li>{b}</li>\n</ul></div>',
    lambda a, b, h: f'<h3>{a}</h3><table class="{h}"><tr><td>{b}</td><td>{a}</td></tr></table>',
    lambda a, b, h: f'<p align="center">\n    {a}<br>\n    <a href="{h}">{b}</a>\n</p>',
    lambda a, b, h: f"<pre>\n{a}\n</pre>\n\n<script>\n{h}\n\n</script>\n{b}",
    lambda a, b, _: f"[{a}]: {b}.",
    lambda a, b, _: f"[{a}]: {b}",
    lambda a, b, h: f"[{a}][{h}] and {b}\n\n[{h}]: https://{h}.example/{h}",
    lambda a, b, h: f"[//]: # ({h})\n\n{a} {b}",
    lambda a, b, h: f"{a}<!-- {h} --> {b}<!--{h}\n{h}\n\n-->",
    lambda a, b, h: f"<!-- {h}\n\n{h} -->\n{a} {b}",
    lambda a, b, h: f"- {a}\n  <!-- {h}\n  {h} -->\n- {b}",
    lambda a, b, h: f"> {a}\n> <span class='{h}'>{b}</span>",
    lambda a, b, h: f"| {a} | x |\n|---|---|\n| {b}<br>y | <!-- {h} --> z |",
    lambda a, b, h: f"![{a}](data:image/png;base64,{h}{h}) {b}",
    lambda a, b, h: f"{{{{< figure src={h} >}}}}\n\n{a}\n\n{{% include {h}.html %}}\n\n{b}",
    lambda a, b, h: f"[TOC]\n\n{a}\n{{: .{h}}}\n\n::: {h}\n{b}\n:::",
    lambda a, b, _: f"```html\n<div {a}>\n<!-- {b} -->\n```",
    lambda a, b, _: f"`<{a}>` `<!-- {b} -->`",
    lambda a, b, _: f"Code:\n\n    <{a}>\n    {{% {b} %}}",  # below a list it would be its item's
    lambda a, b, _: f"<{a}> said: {b} < 3",
    lambda a, b, h: f'[{a}](https://{h}.example "{h}") ![{b}]({h}.png)',
    lambda a, b, _: f"\u200b\n\n{a}\n\n\ufeff## {b}\n\n\u200b\n",
]
MARKDOWN = st.lists(st.tuples(st.sampled_from(BLOCKS), WORD, WORD, HIDDEN), min_size=1, max_size=8)
FRONTS: list[Callable[[str], str]] = [
    lambda h: "",
    lambda h: f"---\n{h}: {h}\n---\n",
    lambda h: f"\n\n---\n{h}: {h}\n---\n",
    lambda h: f"<!-- {h}\n{h} -->\n---\n{h}: {h}\n---\n",
    lambda h: f'+++\n{h} = "{h}"\n+++\n',
    lambda h: f'{{"draft": true, "{h}": ["{h}"]}}\n',
]


@given(MARKDOWN, st.sampled_from(FRONTS), HIDDEN, st.sampled_from(["\n", "\r\n"]))
def test_all_that_can_be_read_is_found_and_nothing_else(
    blocks: list[tuple[Callable[[str, str, str], str], str, str, str]],
    front: Callable[[str], str],
    hidden: str,
    newline: str,
) -> None:
    source = front(hidden) + "\n\n".join(block(a, b, h) for block, a, b, h in blocks)
    document = load(source.replace("\n", newline))
    passages = passages_of(document)
    shown = "\n".join(f"{headings(passage)}\n{searched(passage)}" for passage in passages)
    quoted = "\n".join(passage.text for passage in passages)
    # The address of a link stays in what is quoted, but is not searched.
    linked = {h for block, _, _, h in blocks if re.search(r"http|\]\(", block("", "", ""))}
    for _, first, second, unseen in blocks:
        assert first in shown
        assert second in shown
        assert unseen not in shown
        assert unseen in linked or unseen not in quoted
    assert hidden not in document.title
    assert all(any(sign.isalnum() for sign in passage.text) for passage in passages)


@given(MARKDOWN, st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_passage_is_in_the_lines_it_is_said_to_be_in(
    blocks: list[tuple[Callable[[str, str, str], str], str, str, str]], newline: str
) -> None:
    source = "\n\n".join(block(a, b, h) for block, a, b, h in blocks)
    lines = source.split("\n")
    for passage in cut(load(source.replace("\n", newline)), WINDOW):
        there = " ".join(lines[max(0, passage.place.first - 2) : passage.place.last + 2])
        words = [word for word in passage.text.split() if "seen" in word]
        for word in words:
            assert "".join(c for c in word.split("]")[0] if c.isalnum()) in there


LINES = st.lists(WORD.map(lambda word: f"{word} went on and on."), min_size=1, max_size=20)


@given(LINES, st.sampled_from(["\n", "\n\n"]))
def test_every_word_of_a_text_is_found(lines: list[str], gap: str) -> None:
    document = load(gap.join(lines), "page.txt")
    found = "\n".join(f"{headings(one)}\n{one.text}" for one in passages_of(document))
    assert all(line.split()[0] in found for line in lines)


@pytest.mark.parametrize(
    ("source", "read_as"),
    [
        ("[light](https://x.example/a(b))house", "lighthouse"),
        ("[![the quay](a.png)](b.md \"a 'b'\")", "the quay"),
        ("a [b][c] [d][] [e]", "a b d [e]"),
        ("caf&eacute; &#233; &amp;lt; 5&nbsp;km", "café é &lt; 5\u00a0km"),
        (
            "**light**house, *x*_y_, snake_case, __a b__, 2*3",
            "lighthouse, xy, snake_case, a b, 2*3",
        ),
        (r"\*not\* 1\. a\_b", "*not* 1. a_b"),
        ("`[a](b)` and `` x ` y ``", "[a](b) and `` x ` y ``"),
        ("```\n[a](b) **c**\n```", "\n[a](b) **c**\n"),
        ("pro-\n> ceed and a -\nb, Bar-\nBaz", "pro-\nceed and a -\nb, Bar-\nBaz"),
        ("> har-\n> bour", "> har-\nbour"),
        ("<https://x.example/y>", "https://x.example/y"),
        ("| a | b |\n|---|---|", "a | b\n--- | ---"),
        ("|  a\t|**b**|\r\n|:---|:-:|\r\n| c\\|d | |", "a | b\n--- | ---\n| c|d |  |"),
        ("a|b\n-|-\nc|d\n\ne|f", "a | b\n--- | ---\nc | d\n\ne|f"),
        ("> | a | b |\n> | - | - |", "> a | b\n> --- | ---"),
        ("|  |  |\n|--|--|\n| a | b |", "a | b"),
        ("* a\n  + b\n- c *d* * e", "- a\n  - b\n- c d * e"),
    ],
)
def test_markdown_is_searched_as_it_is_read(source: str, read_as: str) -> None:
    assert plain(source) == read_as


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            "10<sup>6</sup> m<sup>2</sup>, the 5<sup>th</sup>, H<sub>2</sub>O",
            "10^6 m^2, the 5th, H2O",
        ),
        ("<del>40</del> 50", "~~40~~ 50"),
        ("<ruby>東京<rp>(</rp><rt>とうきょう</rt><rp>)</rp></ruby>", "東京(とうきょう)"),
        ("Send <your name> to <https://x.example>", "Send <your name> to <https://x.example>"),
        ('<Note>one</Note> <Tip text="x"/>two', "one two"),
        ("if a <b and c> d", "if a d"),
    ],
)
def test_tags_in_a_line_are_read_as_what_they_mean(source: str, shown: str) -> None:
    assert load(source).text == shown


def test_a_page_in_one_line_of_html_has_blocks() -> None:
    document = load(
        "<html><body><h1>Harbour</h1><p>Long.</p><h2>Crew</h2><ol><li>Ana</li><li>Per<ul><li>x</li>"
        "</ul></li></ol><table><tr><th>Port</th><th>Ships</th></tr><tr><td>Aden</td><td>1|2</td>"
        "</tr></table><pre>a\n  b &lt; c</pre></body></html>\n"
    )
    assert document.title == "Harbour"
    assert {passage.place.in_words for passage in passages_of(document)} == {"line 1", "lines 1–2"}
    (lead, crew) = document.sections
    assert [document.text[one.start : one.end] for one in lead.paragraphs] == ["Long."]
    assert [document.text[one.start : one.end] for one in crew.paragraphs] == [
        "1. Ana\n2. Per\n   - x",
        "| Port | Ships |\n|---|---|\n| Aden | 1\\|2 |",
        "a\n      b < c",
    ]


@pytest.mark.parametrize(
    "definition",
    ["https://a.example", "/a/b", "#part", "<a b>", "./c.md", "mailto:a@b.example", "c.md", "c/d"],
)
def test_an_address_defines_a_link(definition: str) -> None:
    assert read(load(f"See [x].\n\n[x]: {definition}")) == [((), "See [x].")]


@pytest.mark.parametrize("word", ["Yes.", "No", "Yes/No", "c.md", "3.5", "...", "Well:"])
def test_a_word_that_is_no_address_is_said_by_somebody(word: str) -> None:
    assert f"[Chair]: {word}" in read(load(f"Begin.\n\n[Chair]: {word}"))[0][1]


@pytest.mark.parametrize(
    ("above", "is_heading"),
    [
        ("Costs", True),
        ("Wer zahlt die Rechnung, fragte der Rat?", True),
        ("What does it cost?", True),
        ("Chapter 1.", True),
        ("The council approved a budget.", False),
        ("Present: Ana Ruiz, Per Lund;", False),
        ("two\nlines", False),
        ("word " * 30, False),
    ],
)
def test_what_stands_over_dashes_is_a_heading_where_it_looks_like_one(
    above: str, is_heading: bool
) -> None:
    document = load(f"x\n\n{above}\n---\ny")
    assert (len(document.sections) == 2) is is_heading
    assert above.split()[0] in document.text


@pytest.mark.parametrize(
    "sentence",
    ["The council voted 12 million for the dyke.", "Le conseil a voté ceci :", "港长四十米。"],
)
def test_a_sentence_over_equals_signs_is_no_title(sentence: str) -> None:
    document = load(f"# Log\n\n{sentence}\n===\nNext.\n")
    assert (document.title, len(document.sections)) == ("Log", 1)
    first = document.sections[0].paragraphs[0]
    assert document.text[first.start : first.end] == sentence


def test_markdown_in_the_cells_of_a_table_in_html_stays_markdown() -> None:
    document = load("<table><tr><td>\n\n- one\n- two\n\n</td></tr></table>\n\nAfter.")
    paragraphs = document.sections[0].paragraphs
    assert [document.text[one.start : one.end] for one in paragraphs] == ["- one\n- two", "After."]


@pytest.mark.parametrize("between", ["", "\n", "\n  ", "\n\n", "\n \n    "])
def test_a_table_in_html_is_one_table_however_its_lines_are_laid_out(between: str) -> None:
    def row(*cells: str) -> str:
        return f"<tr>{between}{between.join(cells)}{between}</tr>{between}"

    rows = "".join(row(f"<td>Ort{number}</td>", f"<td>{number}</td>") for number in range(30))
    head = f"<thead>{between}{row('<th>Place</th>', '<th>Wind</th>')}</thead>{between}"
    document = loaders.parse(
        f"Before.\n\n<table>{between}{head}<tbody>{between}{rows}</tbody></table>\n\nAfter.\n".encode(),
        "a.md",
    )
    _, table, after = (
        document.text[one.start : one.end] for one in document.sections[0].paragraphs
    )
    lines = re.split(r"[\n\u2029]", table)
    assert lines[:2] == ["| Place | Wind |", "|---|---|"]
    assert lines[2:] == [f"| Ort{number} | {number} |" for number in range(30)]
    assert after == "After."


@pytest.mark.parametrize("sentence", ["費用は三百万円である。", "港长四十米。"])
def test_a_sentence_of_a_script_without_spaces_over_dashes_is_a_paragraph(sentence: str) -> None:
    document = loaders.parse(f"{sentence}\n---\n\nNext.\n".encode(), "a.md")
    assert [section.path for section in document.sections] == [()]
    first = document.sections[0].paragraphs[0]
    assert document.text[first.start : first.end] == sentence


class Remembering(OverlapReader):
    """The fake reader, which remembers what it was given."""

    def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
        self.seen = list(texts)
        return super().read(question, texts)


def test_a_reader_reads_what_is_shown_and_its_words_are_where_they_stand() -> None:
    text = "| [The *crane*](https://x.example/a) | **green**  paint |"
    passage = replace(
        cut(loaders.parse(text.encode(), "a.md"), WordWindow())[0],
        table_header="| What | Colour |\n|:--|--:|",
    )
    reader = Remembering()
    (reading,) = passage_reading.read(reader, WordWindow(), "Which paint?", [(passage, text)])
    (seen,) = reader.seen
    assert seen.text == "The crane | green paint"
    assert seen.context.endswith("What | Colour\n--- | ---")
    found = [text[start:end] for start, end in reading.pieces]
    assert found == ["The", "crane", "|", "green", "paint"]


@given(st.text("|-:*`[]()&; ab\n\\>", max_size=60))
def test_where_each_character_that_is_read_stands_is_known(text: str) -> None:
    shown, places = plain_with_offsets(text)
    assert shown == plain(text)  # no letters of these are joined over lines
    assert len(places) == len(shown) + 1
    assert list(places) == sorted(places)
    assert places[-1] == len(text)
    letters = [(sign, place) for sign, place in zip(shown, places, strict=False) if sign in "ab"]
    assert all(text[place] == sign for sign, place in letters)


@pytest.mark.parametrize(
    ("block", "quoted"),
    [
        ('A <span style="display: none">unseen</span> b.', ["A b."]),
        ("A <i style='font-size:0'>unseen</i> b.", ["A b."]),
        ("<p hidden>unseen</p>", []),
        ("<p hidden>unseen\n\n<p>Seen", ["Seen"]),
        (
            '<div style="visibility: hidden">\n\nunseen **x**\n\n<div>x</div>\n\nunseen\n\n</div>',
            [],
        ),
        ("A <noscript>unseen</noscript> b.", ["A b."]),
        ("<template>\n\nunseen\n\n</template>", []),
        ("<br hidden>A <img hidden src=x> b.", ["A b."]),
        ('<span class="hidden">A</span> <b aria-hidden="true">b.</b>', ["A b."]),
        ("{% comment %}\nunseen\n\nunseen\n{% endcomment %}", []),
        ("A {%- comment -%} unseen {%- endcomment -%} b.", ["A b."]),
        ("{{< comment >}}\nunseen\n\nunseen\n{{< /comment >}}", []),
        ("A %%unseen%% b.", ["A b."]),
        ("%%\nunseen\n\nunseen\n%%", []),
        ("100%% of it and 50%% more.", ["100%% of it and 50%% more."]),
        ("`{% comment %}` begins one.", ["`{% comment %}` begins one."]),
        ("```\n%%\ncode\n%%\n```", ["```\n%%\ncode\n%%\n```"]),
        ("{{#include unseen.md}}", []),
        ("\\newpage", []),
        ("> [!NOTE]\n> A b.", ["> A b."]),
        ("> [!tip]- A\n> b.", ["> A\n> b."]),
        ("* TOC\n{:toc}", []),
        ("1. Contents\n{:toc .x}", []),
        ("![A][img]\n\n[img]: data:image/png;base64,AAAA", ["A"]),
        ("&nbsp;", []),
        ("&#8203;\n\n\\\n\n&ensp;&#xA0;", []),
    ],
)
def test_what_a_block_hides_or_only_says_to_a_program_is_not_quoted(
    block: str, quoted: list[str]
) -> None:
    source = f"The fee is 12 marks.\n\n{block}\n\nThe end."
    document = load(source)
    spans = [span for section in document.sections for span in section.paragraphs]
    assert [document.text[span.start : span.end] for span in spans] == [
        *("The fee is 12 marks.", *quoted, "The end."),
    ]
    assert passages_of(document)[-1].place.last in (source.count("\n"), source.count("\n") + 1)


@pytest.mark.parametrize("link", ["[¶](#costs)", '[¶](#costs "Permanent link")'])
def test_the_link_of_a_heading_to_itself_is_not_its_name(link: str) -> None:
    assert read(load(f"## Costs {link}\n\nx")) == [(("Costs",), "x")]


@pytest.mark.parametrize(
    "part",
    ["<p hidden>", "<div style='display:none'>\n\n", "{% comment %}\n\n", "%%\nx\n\n", "x %%",
     "[!x", "* a\n{:toc", "<p hidden></div>", "![a][b] ", "[a]: data:,\n"]
)  # fmt: skip
def test_what_hides_and_does_not_end_costs_in_proportion(part: str) -> None:
    began = time.process_time()
    load("Seen.\n\n" + part * 4_000)
    assert time.process_time() - began < 4
