"""Is a passage cited so that a person, and a reference manager, can find it again?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from briefqa import UsageError, build, open_index
from briefqa import cite as cite_from
from briefqa.citations import ShortCitations, Style, cite, date_parts, publisher
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import DocumentInfo, Metadata, Passage, Place, PlaceUnit

TITLE = "Syria, January 2017: the General Staff's account"
PASSAGE = Passage(
    document="wire/syria.md",
    title=TITLE,
    section=("Aleppo", "Doctors and hot meals"),
    text="x",
    start=0,
    end=1,
    paragraphs=(1, 2),
    place=Place(PlaceUnit.LINE, 3, 4),
)
WIRE = Metadata(TITLE, "2017-01-18", "TASS (wire service), Moscow, 18 January 2017", language="en")
SIGNED = replace(WIRE, author="Ada Elm", source="Coast Wire", place="Lund")
BARE = Metadata(TITLE)
NOTED = "under “Doctors and hot meals,” paras. 1–2."


def test_a_plain_citation_names_who_what_when_and_where() -> None:
    place = "Aleppo › Doctors and hot meals › ¶1–2 (wire/syria.md, lines 3–4)"
    assert cite(PASSAGE, WIRE) == f"TASS, Moscow, “{TITLE}”, 18 January 2017 › {place}"
    assert cite(PASSAGE, SIGNED) == (
        f"Ada Elm, Coast Wire, Lund, “{TITLE}”, 18 January 2017 › {place}"
    )
    assert cite(PASSAGE, BARE) == f"“{TITLE}” › {place}"


def test_in_markdown_the_words_of_a_document_stay_words() -> None:
    hostile = replace(PASSAGE, title="A *star* <b> [link](javascript:x)")
    rendered = MarkdownIt("commonmark").render(cite(hostile, BARE, Style.MARKDOWN))
    assert {tag for tag in ("<a", "<em", "<b", "<strong") if tag in rendered} == set()
    assert "*star*" in rendered


@pytest.mark.parametrize(
    ("about", "note"),
    [
        (
            WIRE,
            f"“{TITLE},” TASS, Moscow, January 18, 2017, {NOTED}",
        ),
        (
            SIGNED,
            f"Ada Elm, “{TITLE},” Coast Wire, January 18, 2017, {NOTED}",
        ),
        (BARE, f"“{TITLE},” {NOTED}"),
        (replace(BARE, date="spring"), f"“{TITLE},” spring, {NOTED}"),
    ],
)
def test_a_chicago_note_has_its_commas_inside_the_marks(about: Metadata, note: str) -> None:
    assert cite(PASSAGE, about, Style.CHICAGO) == note


def test_a_chicago_note_names_a_page_where_there_is_one_and_nests_quotation_marks() -> None:
    paged = replace(PASSAGE, place=Place(PlaceUnit.PAGE, 12, 13), title="On “ice”")
    assert cite(paged, BARE, Style.CHICAGO) == "“On ‘ice’,” 12–13."
    lead = replace(PASSAGE, section=(), paragraphs=(3, 3))
    assert cite(lead, BARE, Style.CHICAGO) == f"“{TITLE},” para. 3."


def test_csl_json_is_an_item_as_reference_managers_read_it() -> None:
    assert json.loads(cite(PASSAGE, SIGNED, Style.CSL_JSON)) == [
        {
            "id": "wire/syria",
            "type": "document",
            "title": TITLE,
            "author": [{"literal": "Ada Elm"}],
            "publisher": "Coast Wire",
            "publisher-place": "Lund",
            "issued": {"date-parts": [[2017, 1, 18]]},
            "language": "en",
            "section": "Aleppo › Doctors and hot meals",
            "note": "¶1–2; wire/syria.md, lines 3–4",
        }
    ]
    (item,) = json.loads(cite(PASSAGE, replace(BARE, date="January 18"), Style.CSL_JSON))
    assert item["issued"] == {"literal": "January 18"}  # a year is not made up
    assert set(item) == {"id", "type", "title", "issued", "section", "note"}


@pytest.mark.parametrize(
    ("date", "parts"),
    [
        ("2017-01-18", [2017, 1, 18]),
        ("2017-01-18T09:30:00+03:00", [2017, 1, 18]),
        ("2017-01", [2017, 1]),
        ("2017", [2017]),
        ("18 January 2017", [2017, 1, 18]),
        ("Jan. 18, 2017", [2017, 1, 18]),
        ("Sept. 3 2020", [2020, 9, 3]),
        ("May 2020", [2020, 5]),
        ("JANUARY 18", [0, 1, 18]),
        ("2017-13-01", None),
        ("32 May 2020", None),
        ("Maybe 3", None),
        ("18/01/2017", None),
        ("spring", None),
        ("", None),
    ],
)
def test_dates_are_read_where_there_is_no_doubt(date: str, parts: list[int] | None) -> None:
    assert date_parts(date) == parts


def test_a_publisher_is_the_source_without_what_the_date_says() -> None:
    assert publisher(WIRE) == "TASS, Moscow"
    assert publisher(replace(WIRE, source="Reuters")) == "Reuters"
    assert publisher(replace(WIRE, source="18 January 2017")) == ""
    assert publisher(BARE) == ""


# Among several documents


def info(
    name: str, title: str = TITLE, date: str = "", source: str = "", author: str = ""
) -> DocumentInfo:
    sections = (("Aleppo",), ("Aleppo", "Doctors and hot meals"), ("Homs",), ("Homs", "Roads"))
    return DocumentInfo(name, title, date, 1, sections, source, author)


def cited(*infos: DocumentInfo) -> list[str]:
    """How a passage of each is called among all of them."""
    short = ShortCitations(infos)
    return [short.document(replace(PASSAGE, document=one.name, title=one.title)) for one in infos]


def test_a_document_is_called_by_its_publisher_and_date() -> None:
    assert cited(info("a", source=WIRE.source, date=WIRE.date)) == ["TASS, 18 Jan 2017"]
    signed = info("a", source="Coast Wire", author="Ada Elm", date="May 2020")
    assert cited(signed) == ["Ada Elm, May 2020"]


def test_without_both_it_is_called_by_its_title_as_much_of_it_as_tells_it_apart() -> None:
    assert cited(info("a")) == ["Syria, January 2017"]
    assert cited(info("a", source="TASS"), info("b", "Lund – the port")) == [
        "Syria, January 2017",
        "Lund",
    ]
    other = "Syria, January 2017: a map"
    assert cited(info("a"), info("b", other)) == [TITLE, other]


def test_what_two_documents_could_be_called_neither_is() -> None:
    wire = {"source": "TASS", "date": "2017-01-18"}
    assert cited(info("a", **wire), info("b", "Lund: a port", **wire)) == [
        "Syria, January 2017",
        "Lund",
    ]
    assert cited(info("a"), info("b")) == [f"{TITLE} (a)", f"{TITLE} (b)"]


def test_of_the_headings_no_more_are_named_than_tell_the_section_apart() -> None:
    short = ShortCitations([info("wire/syria.md")])
    assert short.place(PASSAGE) == "Doctors and hot meals · ¶1–2"
    roads = (("Aleppo", "Roads"), ("Homs", "Roads"))
    twice = replace(info("wire/syria.md"), sections=roads)
    passage = replace(PASSAGE, section=("Homs", "Roads"))
    assert ShortCitations([twice]).place(passage) == "Homs › Roads · ¶1–2"
    assert short.place(replace(PASSAGE, section=(), paragraphs=(4, 4))) == "¶4"


def test_a_document_that_has_another_title_now_is_cited_by_the_one_it_had() -> None:
    short = ShortCitations([info("wire/syria.md", "Another")])
    assert short.document(PASSAGE) == TITLE


def test_a_document_that_is_gone_is_cited_by_all_of_its_title_and_headings() -> None:
    short = ShortCitations([])
    assert short.document(PASSAGE) == TITLE
    assert short.place(PASSAGE) == "Aleppo › Doctors and hot meals · ¶1–2"


def test_a_passage_of_an_index_is_cited_from_what_its_document_says(tmp_path: Path) -> None:
    (tmp_path / "port.md").write_text("---\ndate: 2017-01-18\n---\n\nA port.\n", encoding="utf-8")
    build(tmp_path, index=tmp_path / "index", model=HashingEmbedder())
    with open_index(tmp_path / "index", model=HashingEmbedder()) as searcher:
        (hit,) = searcher.search("port")
    where: dict[str, Any] = {"index": tmp_path / "index", "reader": None}
    assert cite_from(hit.passage, **where) == "“port”, 18 January 2017 › ¶1 (port.md, line 5)"
    assert cite_from(hit.passage, style="chicago", **where) == "“port,” January 18, 2017, para. 1."
    with pytest.raises(UsageError, match="no style 'apa'; choose one of: plain, markdown"):
        cite_from(hit.passage, style="apa", **where)
    with pytest.raises(UsageError, match=r"no document 'gone\.md'"):
        cite_from(replace(hit.passage, document="gone.md"), **where)
