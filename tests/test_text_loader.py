from __future__ import annotations

from pathlib import Path

import pytest

from briefqa.documents import loaders
from briefqa.records import Document, Metadata

RAIN = "The rain fell on the town for nine days, and the river rose over its banks by the end."
SHUT = "The road to the north was shut on the second day and has not been opened again since."

STORY = f"""\
All news

Harbour town counts the cost of its longest storm

The storm took two piers and most of the fishing fleet on its fourth night

PORT ELM, March 4. /Coast Wire/. {RAIN}

"Nobody was hurt," the harbour master said. "We were lucky."

Ferries stay in port

{SHUT}

"We wait," the captain said.

EU-led relief reaches the islands

{RAIN}
\u00a0
Harbour master’s report due

{SHUT}
"""


def load(text: str, name: str = "some-story_one.txt") -> Document:
    return loaders.parse(text.encode(), name)


def outline(document: Document) -> list[tuple[tuple[str, ...], list[str]]]:
    """Each section's path with its paragraphs' text."""
    text = document.text
    return [
        (section.path, [text[span.start : span.end] for span in section.paragraphs])
        for section in document.sections
    ]


def test_a_wire_story_gives_its_title_its_headings_and_no_navigation() -> None:
    document = load(STORY)
    assert document.title == "Harbour town counts the cost of its longest storm"
    assert outline(document) == [
        (
            (),
            [
                "The storm took two piers and most of the fishing fleet on its fourth night",
                f"PORT ELM, March 4. /Coast Wire/. {RAIN}",
                '"Nobody was hurt," the harbour master said. "We were lucky."',
            ],
        ),
        (("Ferries stay in port",), [SHUT, '"We wait," the captain said.']),
        (("EU-led relief reaches the islands",), [RAIN]),
        (("Harbour master’s report due",), [SHUT]),
    ]
    assert [
        document.text[section.heading.start : section.heading.end]
        for section in document.sections
        if section.heading
    ] == [section.path[0] for section in document.sections[1:]]


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_the_kind_of_newline_changes_nothing_but_the_text(newline: str) -> None:
    document = load(STORY.replace("\n", newline))
    assert document.text == STORY.replace("\n", newline)
    assert outline(document) == outline(load(STORY))


def test_the_original_article_gives_its_six_headings_and_the_lead() -> None:
    folder = Path(__file__).resolve().parents[2] / "shared" / "article"
    if not folder.is_dir():
        pytest.skip("the original article is not beside this checkout")
    (path,) = folder.glob("*.txt")
    document = loaders.parse(path.read_bytes(), path.name)
    assert document.title == (
        "Russia, Turkey conducting first joint air operation against Islamic State"
    )
    assert [(section.path, len(section.paragraphs)) for section in document.sections] == [
        ((), 5),
        (("IS militants continue attacks on Deir ez-Zor",), 2),
        (("US-led coalition forces out terrorists from Mosul towards Palmyra",), 2),
        (("Terrorists plot to blow up Palmyra’s historical sites",), 5),
        (("Restoration of law and order in Aleppo",), 7),
        (("Reconciliation of warring parties in Damascus",), 5),
        (("Less Syria ceasefire violations",), 5),
    ]
    assert not any(
        "All news" in words for _, paragraphs in outline(document) for words in paragraphs
    )


@pytest.mark.parametrize(
    "crumbs",
    ["Home\n\n", "World › Europe\n", "Home > News > World\n\n", "Back to all news\n\nShare\n\n"],
)
def test_navigation_above_the_title_is_in_no_section(crumbs: str) -> None:
    document = load(f"{crumbs}Rain over town\n\n{RAIN}")
    assert (document.title, outline(document)) == ("Rain over town", [((), [RAIN])])


def test_navigation_under_the_title_and_at_the_end_is_in_no_section() -> None:
    document = load(f"Rain over town\n\nShare\n\nPrint\n\n{RAIN}\n\nRead more\n")
    assert (document.title, outline(document)) == ("Rain over town", [((), [RAIN])])


def test_words_that_only_sound_like_navigation_are_kept() -> None:
    document = load(f"Back to school in the rain\n\nShare this with nobody: it is 4711.\n\n{RAIN}")
    assert document.title == "Back to school in the rain"
    assert outline(document) == [((), ["Share this with nobody: it is 4711.", RAIN])]


def test_a_story_without_a_title_is_named_after_its_file() -> None:
    document = load(f"{RAIN}\n\n{SHUT}")
    assert (document.title, outline(document)) == ("some story one", [((), [RAIN, SHUT])])


def test_a_file_of_one_line_is_a_paragraph_not_a_title() -> None:
    document = load("The gate code is 4711")
    assert outline(document) == [((), ["The gate code is 4711"])]


def test_capital_headings_hold_those_that_are_not() -> None:
    document = load(
        f"Yearly report\n\nPART ONE\n\nWeather\n\n{RAIN}\n\nRoads\n\n{SHUT}\n\nPART TWO\n\n{RAIN}"
    )
    assert outline(document) == [
        (("PART ONE",), []),
        (("PART ONE", "Weather"), [RAIN]),
        (("PART ONE", "Roads"), [SHUT]),
        (("PART TWO",), [RAIN]),
    ]


def test_numbers_say_how_headings_nest() -> None:
    document = load(
        f"A study of rain\n\n1. Introduction\n{RAIN}\n\n2. Methods\n\n2.1 Sites\n\n{SHUT}\n\n"
        f"2.1.1 Hills\n\n{RAIN}\n\n3 Results\n\n{SHUT}"
    )
    assert outline(document) == [
        (("1. Introduction",), [RAIN]),
        (("2. Methods",), []),
        (("2. Methods", "2.1 Sites"), [SHUT]),
        (("2. Methods", "2.1 Sites", "2.1.1 Hills"), [RAIN]),
        (("3 Results",), [SHUT]),
    ]


def test_underlined_and_hashed_lines_are_headings() -> None:
    document = load(f"Rain\n====\n\n{RAIN}\n\nRoads\n-----\n{SHUT}\n\n## Bridges\n\n{RAIN}")
    assert document.title == "Rain"
    assert outline(document) == [((), [RAIN]), (("Roads",), [SHUT]), (("Bridges",), [RAIN])]


def test_a_table_with_a_rule_under_its_head_stays_whole() -> None:
    table = "Day  mm\n---  --\nMon  20"
    assert outline(load(f"Rain\n\n{table}\n\n{RAIN}")) == [((), [table, RAIN])]


def test_endless_rules_and_underlined_lines_are_read_quickly() -> None:
    document = load("===\n" * 30_000 + "Rain\n====\n" * 8_000 + RAIN)
    begun = len(document.sections)
    assert begun == 2_000 + document.text.rindex("Rain\n") // 200
    assert document.notes == (f"only {begun:,} of its 7,999 headings begin a section",)


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    wrapped = "The rain fell on the town for nine\ndays, and the river rose over its\nbanks."
    document = load(f"Rain over town\n\n{wrapped}\n\nRoads shut\n\n{wrapped}")
    assert outline(document) == [((), [wrapped]), (("Roads shut",), [wrapped])]


def test_without_blank_lines_each_line_is_a_paragraph() -> None:
    document = load(f"Rain over town\n{RAIN}\nRoads shut\n{SHUT} {RAIN}\n{SHUT}\n")
    assert document.title == "Rain over town"
    assert outline(document) == [((), [RAIN]), (("Roads shut",), [f"{SHUT} {RAIN}", SHUT])]


def test_a_short_standfirst_above_the_dateline_is_a_paragraph() -> None:
    document = load(f"Rain over town\n\nTwo piers lost\n\nPORT ELM, May 3 (Wire) - {RAIN}")
    assert outline(document) == [((), ["Two piers lost", f"PORT ELM, May 3 (Wire) - {RAIN}"])]


@pytest.mark.parametrize(
    "lines",
    [
        ["- apples", "* bread", "1. one", "2. two", "3. three"],
        ["Pears", "Bread", "Butter"],
        ["NATO", "UN", "EU", "They met."],
        [
            "The owl sat up",
            "In the tree and",
            "What it saw was me.",
            "It looked",
            "And looked away.",
        ],
        ["Day\tmm\n1\t20\n2\t30", "Day   mm\n1     20", "10 20 30"],
        ['"Why?" he asked.', '"Why not?"', RAIN],
        ["By Jane Doe", "January 18, 2017", RAIN, "© 2017 The Paper. All rights reserved."],
        ["Dear Ann,", "It rained.", "Regards", "Jane Doe", "12 High Street. Call for more of it."],
        ["By Jane Doe", RAIN],
        ["LONDON, May 3 (Reuters)", RAIN],
        ["and so it went on", RAIN],
        ["Write to rain@town.org", RAIN],
        [f"1. Buy milk\nand {RAIN}"],
        ["The following were hit by the storm:", "- two piers\n- a boat"],
    ],
    ids=(
        *("list", "words", "acronyms", "poem", "table", "talk", "by-line", "letter"),
        *("author", "dateline", "lower case", "address", "item", "colon"),
    ),
)
def test_short_lines_that_head_nothing_are_paragraphs(lines: list[str]) -> None:
    document = load("\n\n".join(["Notes on the rain", *lines]))
    assert outline(document) == [((), lines)]


def test_a_question_heads_its_answer() -> None:
    document = load(f"Rain\n\nWhy did it rain?\n\n{RAIN}\n\nWhich road?\n\n{SHUT}")
    assert outline(document) == [(("Why did it rain?",), [RAIN]), (("Which road?",), [SHUT])]


def test_rules_between_paragraphs_are_decoration() -> None:
    assert outline(load(f"Rain\n\n* * *\n\n{RAIN}\n\n-----\n\n{SHUT}")) == [((), [RAIN, SHUT])]


@pytest.mark.parametrize(
    ("top", "about"),
    [
        (
            "MOSCOW, January 18. /TASS/. A storm",
            Metadata("Storm hits coast", "January 18", "TASS", place="Moscow"),
        ),
        (
            "NEW YORK, Jan. 18, 2017 (PRNewswire) -- A storm",
            Metadata("Storm hits coast", "Jan. 18, 2017", "PRNewswire", place="New York"),
        ),
        ("PARIS (Reuters) - A storm", Metadata("Storm hits coast", "", "Reuters", place="Paris")),
        (
            "ST. LOUIS, Missouri, March 3, 2020 - A storm",
            Metadata("Storm hits coast", "March 3, 2020", place="St. Louis"),
        ),
        ("By Ada Elm\n\nA storm", Metadata("Storm hits coast", author="Ada Elm")),
        ("18 January 2017\n\nA storm", Metadata("Storm hits coast", "18 January 2017")),
        ("NATO said (Reuters) that a storm", Metadata("Storm hits coast")),
    ],
)
def test_dateline_and_by_line_say_who_wrote_it_when_and_where(top: str, about: Metadata) -> None:
    document = loaders.parse(
        f"Storm hits coast\n\n{top} hit the coast on Monday, and nobody was hurt.".encode(), "a.txt"
    )
    assert document.metadata == about


def test_what_stands_over_a_press_release_is_not_its_title() -> None:
    release = (
        "FOR IMMEDIATE RELEASE\n\nJanuary 18, 2017\n\nAcme launches a new pump\n\n"
        "LONDON, Jan. 18, 2017 (PRNewswire) -- Acme Corp. today launched the pump.\n\nIt is green."
    )
    document = loaders.parse(release.encode(), "pump.txt")
    assert document.title == "Acme launches a new pump"
    assert document.metadata.source == "PRNewswire"
    quoted = [document.text[p.start : p.end] for s in document.sections for p in s.paragraphs]
    assert [words.split()[0] for words in quoted] == ["LONDON,", "It"]


def test_sections_articles_and_schedules_are_headings_whatever_follows() -> None:
    text = (
        "Lease of the depot\n\nChapter 1: Use\n\nArticle 1\n\n1. The tenant shall\n\n"
        "(a) lock up;\n\n"
        "(b) pay.\n\nArticle 2 - Term\n\nTen years.\n\nSchedule A\n\nOne lathe.\n\n"
        "Section 4 of the old lease no longer holds.\n"
    )
    document = loaders.parse(text.encode(), "lease.txt")
    assert [section.path for section in document.sections] == [
        ("Chapter 1: Use",),
        ("Chapter 1: Use", "Article 1"),
        ("Chapter 1: Use", "Article 2 - Term"),
        ("Schedule A",),
    ]


def test_a_thread_of_mails_has_a_section_for_each_and_none_for_greetings_and_names() -> None:
    thread = (
        "The leaking roof\n\n"
        "From: Greta Osei\nTo: Pavel Dvorak\nDate: 3 June 2024\nSubject: Roof\n\n"
        "Dear Mr Dvorak\n\nThe roof leaks over the stage. The torn flashing lets the rain in.\n\n"
        "Greta Osei\n\n"
        "From: Pavel Dvorak\nTo: Greta Osei\nDate: 4 June 2024\nSubject: Re: Roof\n\n"
        "I come on Tuesday with two men and a long ladder, if the weather holds until then.\n\n"
        "Pavel Dvorak\n\n"
        "The gutter must wait for the autumn, when there is money in the fund again.\n"
    )
    document = load(thread)
    first, second = outline(document)
    assert (first[0], second[0]) == (("Greta Osei, 3 June 2024",), ("Pavel Dvorak, 4 June 2024",))
    assert [words.split()[0] for words in first[1]] == ["From:", "Dear", "The", "Greta"]
    assert [words.split()[0] for words in second[1]] == ["From:", "I", "Pavel", "The"]
    without = thread.replace("From: ", "Von Greta, ").replace("Subject: ", "")
    assert ("Pavel Dvorak",) in [path for path, _ in outline(load(without))]
