"""Titles, sections and paragraphs of plain text of many kinds are those a person sees in it."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefqa.documents import loaders
from briefqa.documents.loaders.text import numbers
from briefqa.documents.passages import WordWindow, cut
from briefqa.records import Document
from tests.plain_texts import KINDS, Told, paths, told
from tests.timing import grows_as_its_input_does, seconds

RAIN = "The rain fell on the town for nine days, and the river rose over its banks by the end."
SHUT = "The road to the north was shut on the second day and has not been opened again since."
WINDOW = WordWindow(200)


def load(text: str, name: str = "some-text.txt") -> Document:
    return loaders.parse(text.encode(), name)


def quoted(document: Document) -> str:
    return "\n\n".join(
        document.text[span.start : span.end]
        for section in document.sections
        for span in section.paragraphs
    )


def section_of(document: Document, words: str) -> tuple[str, ...]:
    """The path of the section in which these words stand."""
    (path,) = {
        section.path
        for section in document.sections
        for span in section.paragraphs
        if words in " ".join(document.text[span.start : span.end].split())
    }
    return path


@pytest.mark.parametrize("kind", KINDS)
def test_headings_of_each_kind_are_those_a_person_wrote_down(kind: str) -> None:
    right, given_, wanted, titles, whole = 0, 0, 0, 0, 0
    texts = told(kind)
    for one in texts:
        document = one.read()
        found = paths(document)
        right += len(set(found) & set(one.paths))
        given_, wanted = given_ + len(found), wanted + len(one.paths)
        titles += document.title == one.title
        whole += found == list(one.paths)  # so that none holds what is another's
    assert len(texts) >= 20
    assert right >= 0.95 * wanted
    assert right >= 0.95 * given_
    assert titles >= 0.95 * len(texts)
    assert whole >= 0.95 * len(texts)


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


@pytest.mark.parametrize("one", [one for kind in KINDS for one in told(kind)], ids=lambda t: t.name)
def test_every_word_can_be_found_and_every_passage_slices_its_text(one: Told) -> None:
    document = one.read()
    passages = cut(document, WINDOW)
    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text
    headings = [document.title, *(word for path in paths(document) for word in path)]
    shown = words_of(" ".join([*headings, *(passage.text for passage in passages)]))
    lost = words_of(document.text) - shown
    crumbs = (
        "for immediate release press news pressemitteilung embargoed until on 4 6 10 00 2021 may "
        "june 3 march 30 ends original forwarded message 01 tuesday 6 2023 20 september 2022 "
        "release media advisory recall notice communiqué de presse statutory instruments"
    )
    assert {word for word in lost if word.strip("_")} <= set(crumbs.split())


# The cases, each with its right value.


def test_a_law_that_begins_with_a_section_is_named_after_its_file() -> None:
    document = load(f"§ 1 Scope\n\n{RAIN}\n\n§ 2 Fees\n\n{SHUT}\n", "port-act.txt")
    assert document.title == "port act"
    assert paths(document) == [("§ 1 Scope",), ("§ 2 Fees",)]


def test_chapters_may_end_with_a_full_stop() -> None:
    chapters = [f"CHAPTER {number}. The {name}." for number, name in enumerate(["Calm", "Mole"], 1)]
    document = load(
        "THE QUAY\n\n\n" + "\n\n".join(f"{one}\n\n{RAIN}\n\n{SHUT}" for one in chapters)
    )
    assert document.title == "THE QUAY"
    assert paths(document) == [(one,) for one in chapters]


@pytest.mark.parametrize(
    "chapters",
    [
        ("Chapter the First.", "Chapter the Second.", "Chapter the Thirteenth."),
        ("Глава 1.", "Глава 2.", "Глава 3."),
        ("Глава 1. Буря.", "Глава 2. Штиль."),
        ("CHAPITRE PREMIER.", "CHAPITRE II."),
        ("CHAPITRE PREMIER. La tempête.", "CHAPITRE II. Le calme."),
        ("CHAPTER FIFTEEN", "CHAPTER SIXTEEN"),
        ("Capítulo primero.", "Capítulo II."),
    ],
)
def test_the_number_of_a_chapter_may_be_spelt_in_several_languages(
    chapters: tuple[str, ...],
) -> None:
    document = load(
        "THE QUAY\n\n\n" + "\n\n".join(f"{one}\n\n{RAIN}\n\n{SHUT}" for one in chapters)
    )
    assert document.title == "THE QUAY"
    assert paths(document) == [(one,) for one in chapters]


@pytest.mark.parametrize("last", ["Which way heading?”", "Gone?’", "Which way heading?»"])
def test_the_end_of_a_speech_is_no_heading(last: str) -> None:
    opening = {"”": "“", "’": "‘", "»": "«"}[last[-1]]
    speech = f"{opening}Where is the mate? I have not seen him since the bell."
    document = load(f"THE QUAY\n\n{RAIN}\n\n{speech}\n\n{last}\n\n{RAIN}\n\n{SHUT}")
    assert paths(document) == []


@pytest.mark.parametrize(
    "headline",
    [
        "'Ghost ship' seen off Aden",
        "“Ghost ship” seen off Aden",
        '"Ghost ship" seen off Aden',
        "«Ghost ship» is seen off Aden",
        "‘No ship’ in sight of the town",
    ],
)
def test_a_headline_may_begin_with_a_quotation(headline: str) -> None:
    assert load(f"{headline}\n\n{RAIN}\n\n{SHUT}").title == headline


@pytest.mark.parametrize(
    "speech", ['"Why?" he asked.', '"No ship," said the mate', "'Aye,' he said"]
)
def test_somebody_who_speaks_is_no_title(speech: str) -> None:
    assert load(f"{speech}\n\n{RAIN}\n\n{SHUT}").title == "some text"


def test_a_name_under_a_verse_heads_nothing() -> None:
    entry = (
        "{}, n.  What the mate gives before the question is at an end, so that\nthe captain may."
    )
    verse = "  Let go the hook, the captain cried,\n  And so they did, and so they died."
    text = "A SAILOR'S WORDBOOK\n\n" + "\n\n".join(
        f"{entry.format(word)}\n\n{verse}\n\n{name}"
        for word, name in [("ANCHOR", "Tom Bell"), ("ANSWER", "Eva Horn"), ("APRON", "Ana B. Ruiz")]
    )
    document = load(f"{text}\n\n{entry.format('ARK')}")
    assert document.title == "A SAILOR'S WORDBOOK"
    assert paths(document) == []


@pytest.mark.parametrize("leader", [" ........ ", ". . . . . . ", " …………… "])
def test_the_lines_of_a_table_of_contents_are_no_headings(leader: str) -> None:
    contents = "\n\n".join(
        f"{n}.  {name}{leader}{n * 4}" for n, name in [(1, "Berths"), (2, "Ships")]
    )
    document = load(
        f"Berth Protocol\n\nTABLE OF CONTENTS\n\n{contents}\n\n"
        f"1.  Berths\n\n{RAIN}\n\n2.  Ships\n\n{SHUT}"
    )
    names = [path[-1] for path in paths(document)]
    assert names == ["TABLE OF CONTENTS", "1. Berths", "2. Ships"]


def test_a_clause_whose_lines_are_set_apart_is_one_paragraph() -> None:
    document = load(
        "Licence of the Port\n\n"
        "  4. You may not moor, anchor, or make fast a boat at the Quay\n\n"
        "  except as expressly provided under this Licence.  Any attempt\n\n"
        "  otherwise to moor or anchor there is void, and will automatically\n\n"
        "  terminate your rights under this Licence.\n\n"
        "  5. You are not required to accept this Licence, since you have not\n\n"
        "  signed it.  However, nothing else grants you permission to moor.\n"
    )
    assert paths(document) == []
    (lead,) = document.sections
    starts = [document.text[span.start : span.start + 2] for span in lead.paragraphs]
    assert starts == ["4.", "5."]


@pytest.mark.parametrize("name", ["Eva Horn", "Ana Ruiz", "Per Lund"])
@pytest.mark.parametrize("line", ["Double Olympic champion", "Former mayor", "The oldest sailor"])
def test_a_lone_line_that_begins_the_sentence_below_is_no_heading(line: str, name: str) -> None:
    document = load(
        f"Lund wins the regatta\n\n{RAIN}\n\n{line}\n\n"
        f"{name} came second, eleven seconds behind, after the mast had broken in the last leg.\n\n"
        f"{SHUT}\n\n{RAIN}"
    )
    assert paths(document) == []
    assert load(f"Rain over town\n\n{RAIN}\n\n{line}\n\n{SHUT}").sections[1].path == (line,)


@pytest.mark.parametrize(
    "above",
    [
        *(
            "FOR IMMEDIATE RELEASE",
            "*** FOR IMMEDIATE RELEASE ***",
            "Press release",
            "NEWS RELEASE",
        ),
        *("Embargoed until 6 June 2021, 10:00", "For release on 4 May 2021", "PRESSEMITTEILUNG"),
        "PRESS RELEASE\nFor release on 4 May 2021\n\n4 May 2021",
    ],
)
def test_the_title_of_a_release_is_its_headline(above: str) -> None:
    document = load(
        f"{above}\n\nPort of Aden buys new crane\n\nADEN, May 3 - The port of Aden has bought "
        "a crane for 5 million dollars, the harbour master said on Monday.\n\n"
        "It will be set up in June.\n"
    )
    assert document.title == "Port of Aden buys new crane"
    assert (document.metadata.place, document.metadata.date) == ("Aden", "May 3")
    assert paths(document) == []


def test_a_note_between_rules_heads_only_its_own_lines() -> None:
    rule, story = "-" * 55, "　港は静かであつた。船は一隻も居なかつた。\n" * 20
    document = load(
        f"港の灯\n海野太郎\n\n{rule}\n【テキスト中に現れる記号について】\n\n《》：ルビ\n（例）桟橋《さんばし》\n"
        f"{rule}\n\n{story}"
    )
    assert section_of(document, "港は静かであつた。") == ()
    assert "《》：ルビ" in quoted(document)


def test_the_title_of_a_memo_is_the_line_in_the_middle() -> None:
    head = "Network Working Group                                  J. Smith\n" * 3
    document = load(
        f"\n\n{head}\n\n                    The Quay Protocol for Small Ships\n\n"
        f"Status of this Memo\n\n   {RAIN}\n   {SHUT}\n\n1.  Introduction\n\n   {SHUT}\n",
        "rfc9999.txt",
    )
    assert document.title == "The Quay Protocol for Small Ships"
    assert paths(document) == [("Status of this Memo",), ("1. Introduction",)]


# Kinds, over many made instances.

FEET = {
    "[Page N] right": "Smith                   Informational                  [Page {}]",
    "[Page N] left": "[Page {}]                                              Postel",
    "name [Page N]": "Postel [Page {}]",
    "Page N of M": "Page {} of 9",
    "dashes": "- {} -",
}
HEADS = {
    "columns": "RFC 9999                 Quay Protocol                  May 2021",
    "two lines": "May 2021                                            \nQuay Transfer Protocol",
    "capitals": "QUAY PROTOCOL",
    "none": "",
}


@pytest.mark.parametrize("feed", ["", "\f"])
@pytest.mark.parametrize(("foot", "head"), [*product(FEET, HEADS)])
def test_running_heads_and_feet_are_no_part_of_the_text(foot: str, head: str, feed: str) -> None:
    pages = [
        f"{number}.  Berths of kind {number}\n\n   {RAIN}\n   The protocol lets two ships agree "
        f"that none of them\n\n\n{FEET[foot].format(number)}\n{feed}\n{HEADS[head]}\n\n\n"
        f"   waits for quay {number}.\n\n"
        for number in range(1, 6)
    ]
    text = "Protocol of quays\n\n" + "".join(pages)
    document = load(text)
    assert "Page" not in document.text
    assert "Protocol" not in quoted(document)
    assert paths(document) == [(f"{number}. Berths of kind {number}",) for number in range(1, 6)]
    for number in range(1, 6):
        words = f"agree that none of them waits for quay {number}."
        assert section_of(document, words) == (f"{number}. Berths of kind {number}",)
    lines = text.split("\n")
    for passage in cut(document, WINDOW):
        assert passage.text.split()[0] in lines[passage.place.first - 1]
        assert passage.text.split()[-1] in lines[passage.place.last - 1]


@pytest.mark.parametrize(
    "text",
    [
        f"Rain\n\n{RAIN}\n\nPort    Ships\n\nAden    112\n\n{SHUT}",
        f"Rain\n\n{RAIN} See page 3 of the report.\n\n{SHUT}",
        f"Rain\n\nPage 3 of the report says nothing of it.\n\n{SHUT}",
    ],
)
def test_a_text_without_furniture_stays_as_it_is(text: str) -> None:
    document = load(text)
    assert (document.text, document.line_starts) == (text, ())


UNITS = [
    ("Part", "Chapter", "Section"),
    ("PART", "CHAPTER", "ARTICLE"),
    ("Title", "Chapter", "Article"),
    ("Book", "Chapter", "§"),
    ("Teil", "Kapitel", "§"),
    ("Titre", "Chapitre", "Article"),
    ("Título", "Capítulo", "Artículo"),
    ("Schedule", "Chapter", "Rule"),
]


@pytest.mark.parametrize("numbering", ["1", "I"])
@pytest.mark.parametrize("sign", [" - {}", ". {}", ": {}", "\n{}", ""])
@pytest.mark.parametrize("units", UNITS, ids=lambda units: units[1])
def test_parts_hold_chapters_and_chapters_hold_sections(
    units: tuple[str, str, str], sign: str, numbering: str
) -> None:
    roman = {"1": ["1", "2"], "I": ["I", "II"]}[numbering]
    name = "Fees"

    def heading(unit: str, number: str) -> str:
        number = str(roman.index(number) + 1) if unit == "§" else number
        return f"{unit} {number}{sign.format(name)}"

    expected: list[tuple[str, ...]] = []
    text = "Harbour code\n\n"
    for part, chapter, section in product(roman, roman, roman):
        path = [heading(*one) for one in zip(units, (part, chapter, section), strict=True)]
        begin = 0 if (chapter, section) == (roman[0],) * 2 else 1 if section == roman[0] else 2
        lines = [" ".join(one.split()) for one in path]
        expected += [tuple(lines[: depth + 1]) for depth in range(begin, 3)]
        text += "\n\n".join([*path[begin:], RAIN, f"(1) {SHUT}\n\n"])
    assert paths(load(text)) == expected


@pytest.mark.parametrize(
    "clause",
    [
        "2.5 A member may be expelled by the board:",
        "2.5 The fee is 40 euros for each ship.",
        "3. The tenant shall",
        "4. You may not moor, anchor, or make fast a boat at the Quay",
        "1. Buy milk.",
        "§ 3 of the old act no longer holds.",
        "Section 4 of the old lease no longer holds.",
        "Article 2 shall not be read alone.",
        "12 Ships came to the quay of the town.",
    ],
)
def test_a_numbered_clause_is_a_paragraph(clause: str) -> None:
    document = load(
        f"Rules of the club\n\nArticle 1\n\n{RAIN}\n\n{clause}\n\n(a) lock up;\n\n(b) pay.\n\n"
        f"Article 2\n\n{SHUT}\n\nArticle 3\n\n{RAIN}"
    )
    assert paths(document) == [("Article 1",), ("Article 2",), ("Article 3",)]
    assert clause in quoted(document)


NAMES = [("Ana Ruiz", "Per Lund"), ("MR. LUND", "CHAIRMAN RUIZ"), ("Speaker 1", "Speaker 2")]
LABELS = ["{}: {}", "[{}]: {}", "[{}] {}", "{} (by phone): {}", "[00:0{n}:12] {}: {}", "{}:\n{}"]
SAID = [
    "Who signed?",
    "The harbour master",
    RAIN,
    "Which one?",
    "The first one",
    SHUT,
    "Well",
    "No.",
]


@pytest.mark.parametrize("gap", ["\n\n", "\n"])
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("names", NAMES, ids=lambda names: names[0])
def test_turns_of_speakers_are_paragraphs_that_begin_with_their_speaker(
    names: tuple[str, str], label: str, gap: str
) -> None:
    turns = [label.format(names[n % 2], said, n=n) for n, said in enumerate(SAID)]
    document = load(f"Hearing on the dredger\n\n{gap.join(turns)}\n")
    assert document.title == "Hearing on the dredger"
    assert paths(document) == []
    (lead,) = document.sections
    assert [document.text[span.start : span.end] for span in lead.paragraphs] == turns


KEYS = [
    ("From", "Sent", "To", "Subject"),
    ("From", "Date", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoyé", "À", "Objet"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
]
WRITERS = ["Ana Ruiz <ana@port.example>", '"Ana Ruiz" <ana@port.example>', "Ana Ruiz", "Ruiz, Ana"]


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("keys", KEYS, ids=lambda keys: keys[3])
def test_each_mail_is_a_section_of_its_writer_and_date(
    keys: tuple[str, str, str, str], writer: str
) -> None:
    name = writer.split(" <")[0].strip('"')
    mails = [
        f"{keys[0]}: {one}\n{keys[1]}: {day} May 2021\n{keys[2]}: Tom Bell\n"
        f"{keys[3]}: {subject}\n\nGood day\n\n{said}\n\nThe tug\n\n"
        for one, day, subject, said in [
            (writer, 3, "Crane", RAIN),
            ("Per Lund", 4, "Re: Crane", SHUT),
        ]
    ]
    document = load("-----Original Message-----\n".join(mails))
    assert document.title == "Crane"
    assert paths(document) == [(f"{name}, 3 May 2021",), ("Per Lund, 4 May 2021",)]
    assert section_of(document, RAIN) == (f"{name}, 3 May 2021",)
    assert f"{keys[3]}: Re: Crane" in quoted(document)


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_paragraph_of_a_mail_has_one_writer(gap: str) -> None:
    document = load(
        "From: Eva Horn\nDate: 12 May 2021\nTo: Tom Bell\nSubject: Re: The race\n\n"
        f"> When does the race begin?{gap}At ten.{gap}> And where?"
        f"{gap}>> Who asks?{gap}At the mole."
    )
    (mail,) = document.sections
    texts = [document.text[span.start : span.end] for span in mail.paragraphs]
    assert texts[1:] == [
        "> When does the race begin?", "At ten.", "> And where?", ">> Who asks?", "At the mole.",
    ]  # fmt: skip


QUESTIONS = ["How long may I stay?", "What does it cost?", "Can I pay by card?", "¿Cuánto cuesta?"]
ANSWERS = ["Two weeks.", f"{RAIN} {SHUT}", "Yes.", "40 Euro im Monat."]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize("marks", [("", ""), ("Q: ", "A: "), ("{n}. ", ""), ("Q. ", "A. ")])
@pytest.mark.parametrize("title", ["Berths: frequently asked questions", "HELP FOR SKIPPERS"])
def test_a_question_is_the_heading_of_its_answer(
    title: str, marks: tuple[str, str], gap: str
) -> None:
    asked = [marks[0].format(n=n) + question for n, question in enumerate(QUESTIONS, 1)]
    text = "\n\n".join(
        f"{question}{gap}{marks[1]}{answer}"
        for question, answer in zip(asked, ANSWERS, strict=True)
    )
    document = load(f"{title}\n\n{text}\n")
    assert document.title == title
    assert paths(document) == [(question,) for question in asked]
    assert [section_of(document, answer) for answer in ANSWERS] == [(one,) for one in asked]


LINES = st.sampled_from(
    [
        *(
            "Rain over town",
            RAIN,
            SHUT,
            "§ 1 Scope",
            "1. Berths",
            "2.1 Fees",
            "CHAPTER I",
            "THE MOLE",
        ),
        *("Ana Ruiz: Who signed?", "Q: Why?", "A: No.", "> quoted", ">> twice", "From: Eva Horn"),
        *("Date: 3 May 2021", "Subject: Crane", "a,b,c", "1,2,3", "====", "----------", "* * *"),
        *(
            "Smith      [Page 3]",
            "RFC 9999     Quay     May 2021",
            "\f",
            "Berths ....... 3",
            "# rain",
        ),
        *(
            "    code()",
            "```",
            "Why?",
            "“No,” he said.",
            "and so on",
            "港は静かであつた。",
            "",
            "",
            "",
            "",
        ),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=40))
def test_any_lines_at_all_become_sections_that_slice_their_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    if not text.strip():
        return
    document = load(text)
    end = 0
    for section in document.sections:
        for span in section.paragraphs:
            assert end <= span.start < span.end <= len(document.text)
            assert (
                document.text[span.start : span.end].strip() == document.text[span.start : span.end]
            )
            end = span.end
    for passage in cut(document, WINDOW):
        assert document.text[passage.start : passage.end] == passage.text
    if document.line_starts:
        assert len(document.line_starts) == text.count("\n") + 1
    assert load(text) == document


PUMPED = [
    *(
        "# a" + " " * 100_000 + "b",
        "=" * 100_000,
        "= " * 50_000,
        "." * 100_000 + "x",
        ". " * 50_000 + "x",
    ),
    *(" " * 100_000 + "x", "A " * 50_000, "AAA, " + " " * 100_000, ">" * 100_000, "> " * 50_000),
    *(
        "[Page " * 20_000,
        "[" * 100_000,
        '"' * 100_000,
        "“a " * 33_000,
        "1." * 50_000,
        "1 " * 50_000,
    ),
    *("a: " * 33_000, "A: " * 33_000, "From: " * 16_000, "Ana Ruiz " * 11_000, "(a) " * 25_000),
    *(
        "§" * 100_000,
        "§ 1 " * 25_000,
        "Section 1. " * 9_000,
        "00:00 " * 16_000,
        "-" * 100_000 + "x",
    ),
    *("-a" * 50_000, "?\n" * 50_000, "a?\nb\n\n" * 16_000, "A\n\n" * 25_000, "a,b\n" * 25_000),
    *("Q: a?\nA: b\n" * 9_000, "----------\na\n" * 7_000, "```\na\n" * 16_000, "\f\n" * 50_000),
    *("Page 3\n\n" * 12_000, "> a\nb\n" * 16_000, "A. b\n" * 20_000, "1. Aa. b\n\n" * 10_000),
    *(
        "  the quay is long, and the mole of it is\n\n" * 2_500,
        "a" * 40 + "\n\n" + "b\n\n" * 25_000,
    ),
    *("X [Page 1]\n\nAB     C\n\n" * 4_000, "From: a\nDate: b\nSubject: c\n\n" * 3_500),
]


@pytest.mark.parametrize("text", PUMPED, ids=lambda text: repr(text[:12]))
def test_the_time_to_read_a_text_grows_as_its_length_does(text: str) -> None:
    def taken(size: int) -> float:
        return seconds(lambda: load(f"Rain\n\n{text[-size:]}\n\n{RAIN}\n"))

    assert grows_as_its_input_does(taken, len(text))


def test_headings_in_capitals_that_come_again_are_no_speakers() -> None:
    text = "\n\n".join(f"ADDED\n\n{RAIN}\n\nREMOVED\n\n{SHUT}" for _ in range(3))
    assert paths(load(f"News of the program\n\n{text}")) == [("ADDED",), ("REMOVED",)] * 3


@pytest.mark.parametrize("words", ["Section 1. Name. The name is.", "§ 2. Fees: The fee is."])
def test_a_heading_may_open_its_paragraph(words: str) -> None:
    assert words[: numbers.run_in(words)] in ("Section 1. Name.", "§ 2. Fees:")


def test_the_time_to_tell_plain_headings_grows_as_the_text_does() -> None:
    def taken(repeats: int) -> float:
        text = ("A b\n\nc d e f g h.\n\n" * repeats).encode()
        return seconds(lambda: loaders.parse(text, "a.txt"))

    assert grows_as_its_input_does(taken, 8_000)


def test_a_sentence_that_begins_with_a_part_s_number_is_no_heading() -> None:
    text = "\n\n".join(
        f"Part {part} of the story stands in edition one. The boat came home late." * 3
        for part in range(1, 9)
    )
    document = loaders.parse(text.encode(), "a.txt")
    assert [section.path for section in document.sections] == [()]


def test_sections_may_be_called_sec() -> None:
    text = f"Sec. 1. Scope\n\n{RAIN}\n\nSec. 2. Fees\n\n{SHUT}"
    paths = [section.path for section in load(text).sections]
    assert paths == [("Sec. 1. Scope",), ("Sec. 2. Fees",)]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_the_first_question_of_a_file_is_a_heading_as_the_others_are(gap: str) -> None:
    text = f"Q: What is the fee?{gap}A: 12 marks.\n\nQ: Who pays?{gap}A: All."
    document = load(text)
    assert document.title == "some text"
    assert [section.path for section in document.sections] == [
        ("Q: What is the fee?",),
        ("Q: Who pays?",),
    ]
