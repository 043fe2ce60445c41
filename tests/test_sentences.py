"""Where sentences end: against labels by hand, in offsets that hold, in linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import build, open_index
from briefqa.documents.loaders import markdown
from briefqa.documents.passages import WordWindow, cut, embedded_texts, sentence_texts
from briefqa.text.language import language_of
from briefqa.text.sentences import sentences
from tests.timing import grows_as_its_input_does, seconds

LABELLED = Path(__file__).parent / "corpora" / "sentences.txt"
HEADER = re.compile(r"^=== (.+) \| (\w+) \| (tune|test|fresh)\n", re.MULTILINE)
# How many ends stay wrong: a unit before a quotation, and "9:30 a.m. EST".
MISSED = {("Russian", "ru", "tune"): 1, ("prose", "en", "fresh"): 1}


@dataclass(frozen=True)
class Labelled:
    kind: str
    language: str
    part: str
    text: str
    ends: tuple[int, ...]


def labelled() -> list[Labelled]:
    parts = HEADER.split(LABELLED.read_text("utf-8"))[1:]
    found = []
    for kind, language, part, marked in zip(*(parts[n::4] for n in range(4)), strict=True):
        pieces = marked.rstrip("\n").split("¦")
        assert pieces[-1] == ""
        lengths = [sum(map(len, pieces[:number])) for number in range(1, len(pieces))]
        found.append(Labelled(kind, language, part, "".join(pieces), tuple(lengths)))
    return found


def of(text: str, language: str = "en") -> list[str]:
    return [text[one.start : one.end] for one in sentences(text, language)]


def test_the_labels_are_of_many_kinds() -> None:
    blocks = labelled()
    assert sum(len(block.ends) for block in blocks) == 500
    assert len({block.kind for block in blocks if block.part == "test"}) == 17


@pytest.mark.parametrize("language", ["own", "en"])
def test_sentences_end_where_a_reader_would_end_them(language: str) -> None:
    wrong: dict[tuple[str, str, str], int] = {}
    for block in labelled():
        own = block.language if language == "own" else language
        ends = {one.end for one in sentences(block.text, own)}
        if differing := len(ends.symmetric_difference(block.ends)):
            key = (block.kind, block.language, block.part)
            wrong[key] = wrong.get(key, 0) + differing
    assert wrong == MISSED


@given(
    st.lists(
        st.sampled_from(
            [
                *"aA.!?\"'“”«»()[]>|,;:-*\t\n1。「」\u00a0\u2028\x1c\r",
                "\n\n",
                "A. ",
                "am 3. ",
                "etc. ",
                "| a | b |\n",
                "> ",
                "\n- ",
                "Mr. ",
                "Dear Ana,\n",
            ]
        )
    )
)
def test_sentences_are_in_order_trimmed_and_cover_every_word(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = sentences(text, "en")
    starts_and_ends = [place for one in found for place in (one.start, one.end)]
    assert starts_and_ends == sorted(starts_and_ends)
    quoted = [text[one.start : one.end] for one in found]
    assert all(one and one == one.strip() for one in quoted)
    space = re.compile(r"\s+")
    assert space.sub("", "".join(quoted)) == space.sub("", text)


def test_an_end_at_a_long_stretch_of_white_space_or_marks_takes_linear_time() -> None:
    signs = ["\u300d", "(", "* ", '"', "a.", "“a. ", "1. ", "> ", "|a", "a,b,", "[a ", "a\n", "(. "]
    for sign in signs:

        def taken(length: int, sign: str = sign) -> float:
            text = sign * (length // len(sign))
            return seconds(lambda: sentences(text, "en"))

        assert grows_as_its_input_does(taken, 320_000), sign


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The quay was opened by the governor and is used by all.", "en"),
        ("Der Kai wurde am 3. Mai 1921 eröffnet.", "de"),
        ("Le quai est ouvert et les bateaux sont dans le port.", "fr"),
        ("El muelle es de la ciudad y los barcos pagan por él.", "es"),
        ("De kade is van de stad en het schip ligt er al.", "nl"),
        ("Порт был открыт в 1921 году.", "ru"),
        ("埠頭の長さは四十メートルである。", "ja"),
        ("码头长四十米。", "zh"),
        ("Η προκυμαία έχει μήκος 40 μέτρα.", "el"),
        ("Aden Basra Cadiz 305", "fi"),
        ("", "fi"),
    ],
)
def test_the_language_is_told_by_the_words_or_else_as_given(text: str, language: str) -> None:
    assert language_of(text, "fi") == language
    assert language_of(text, language) == language


def test_a_german_date_is_not_cut_whatever_the_language_of_the_index() -> None:
    sentence = "Der Hafen wurde am 3. Mai 1921 eröffnet und am 14. August 1944 zerstört."
    document = markdown.parse(f"# Hafen\n\n{' '.join([sentence] * 60)}\n".encode(), "a.md")
    for language in ("en", "de"):
        passages = cut(document, WordWindow(130), language)
        assert len(passages) > 3
        assert {one for each in passages for one in of(each.text, language)} == {sentence}


def test_a_row_of_a_table_is_a_sentence_and_never_cut() -> None:
    rows = [
        f"| {number}.1 | Verify that crane {number} is green. See the manual, e.g. p. 4. | yes |"
        for number in range(100)
    ]
    table = "\n".join(["| # | Check | Daily |", "|---|---|---|", *rows])
    passages = cut(markdown.parse(f"# Checks\n\n{table}\n".encode(), "a.md"), WordWindow(130))
    assert len(passages) > 5
    found = [one for passage in passages for one in of(passage.text)]
    assert found == ["| # | Check | Daily |\n|---|---|---|", *rows]
    (first, *_) = passages
    assert embedded_texts(first, WordWindow(130), "en")[2].endswith(
        f"\n--- | --- | ---\n{rows[0].strip('| ')}"
    )


def test_a_row_alone_is_a_sentence_too_and_prose_with_bars_is_not() -> None:
    row = "2.2.1 | Check that the crane is green. Paint it, e.g. in May, if not. | yes |  | 307"
    assert of(row) == [row]
    prose = (
        "The gates were closed at ten in the morning after the water had fallen. Vol. 7"
        " | No. 3 | 2013 | They stayed so until the harbour master came back in the evening."
    )
    assert len(of(prose)) > 1


def test_items_of_a_nested_list_are_sentences() -> None:
    text = (
        "- Day shift\n  - Captain: Ana Ruiz\n  - Cook: Tom Bell\n- Night shift\n  - Cook: Eva Horn"
    )
    assert of(text) == [line.strip() for line in text.splitlines()]


def test_rows_and_items_are_searched_with_what_they_stand_under() -> None:
    text = (
        "2.5 A member may be expelled by the board:\n(a) for not paying;\n(b) for damage. It is so."
        "\n2.6 The member is heard first.\n\n"
        "- Day shift\n  - Cook: Tom Bell\n- Night shift\n  - Cook: Eva Horn\n\n"
        "They met. It has a task:\n\n* buy a crane\n\n"
        "| Port | Ships |\n|---|---|\n| Aden | 112 |\n| Basra | 305 |\n\nA | B"
    )
    header, rule = "| Port | Ships |\n|---|---|", "2.5 A member may be expelled by the board:"
    assert sentence_texts(text, sentences(text, "en")) == [
        rule,
        f"{rule}\n(a) for not paying;",
        f"{rule}\n(b) for damage.",
        "It is so.",
        "2.6 The member is heard first.",
        "- Day shift",
        "- Day shift\n- Cook: Tom Bell",
        "- Night shift",
        "- Night shift\n- Cook: Eva Horn",
        "They met.",
        "It has a task:",
        "It has a task:\n* buy a crane",
        header,
        f"{header}\n| Aden | 112 |",
        f"{header}\n| Basra | 305 |",
        "A | B",
    ]


@pytest.mark.parametrize(
    ("text", "question", "sentence"),
    [
        (
            "| Port | Ships in 2020 |\n|---|---|\n| Aden | 112 |\n| Basra | 305 |\n| Cadiz | 79 |",
            "How many ships came to Basra in 2020?",
            "| Basra | 305 |",
        ),
        (
            "- Day\n  - Captain: Ana Ruiz\n  - Cook: Tom Bell\n- Night\n  - Cook: Eva Horn",
            "Who is the cook of the night?",
            "- Cook: Eva Horn",
        ),
        (
            "Der Kai wurde am 3. Mai 1921 eröffnet. Der Bürgermeister hielt eine Rede.",
            "Wann wurde der Kai eröffnet?",
            "Der Kai wurde am 3. Mai 1921 eröffnet.",
        ),
    ],
)
def test_the_row_item_or_sentence_that_answers_is_marked(
    tmp_path: Path, text: str, question: str, sentence: str
) -> None:
    (tmp_path / "a.md").write_text(f"# Port\n\n{text}\n", "utf-8")
    build(tmp_path / "a.md", index=tmp_path / "index", model="hashing")
    with open_index(tmp_path / "index", reader=None) as searcher:
        assert searcher.search(question)[0].sentence == sentence


def test_a_long_chinese_sentence_is_cut_at_a_comma() -> None:
    duties = "、".join(["码头的修理", "航道的疏浚", "货物的装卸", "仓库的出租"] * 150)
    for before in range(20):
        text = f"# 港口\n\n{'本' * before}港务局负责，{duties}。\n"
        passages = cut(markdown.parse(text.encode(), "a.md"), WordWindow(256))
        texts = [passage.text for passage in passages]
        assert len(texts) > 1
        assert all(one.endswith(("、", "，", "。")) for one in texts)
