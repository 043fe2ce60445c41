"""Searching and asking an index."""

from __future__ import annotations

import difflib
import gc
import re
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import IndexOutOfDate, Mode, Searcher, UsageError, build, open_index, search
from briefqa.answering import compose, naming
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import (
    DocumentInfo,
    Place,
    PlaceUnit,
    Query,
    TextKind,
    Where,
    section_path,
    section_text,
)
from tests.question_file import Asked
from tests.timing import TRIES, seconds

BRIEF = """\
# Harbour brief

The harbour of Lindo opened in 1931.

## Ships

Nine ferries and two Su-25 tugs work there. The joint air operation began at noon.

## Crew

Captain Mara Oduya leads a crew of 26,395 people. Operation of the air pumps is joint work.

## Ships

Nine ferries and two Su-25 tugs work there. The joint air operation began at noon.
"""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "docs").mkdir()
    (folder / "docs" / "harbour.md").write_text(BRIEF)
    (folder / "docs" / "garden.txt").write_text("Roses need water. Tulips need sun.\n")
    build(folder / "docs", index=folder / "index", model=HashingEmbedder())
    return open_index(folder / "index")


@pytest.mark.parametrize("mode", list(Mode))
def test_each_mode_finds_the_passage_with_its_place(harbour: Searcher, mode: Mode) -> None:
    best = harbour.search("Who is captain of the crew?", mode=mode)[0]
    assert best.rank == 1
    assert best.passage.document == "harbour.md"
    assert best.passage.section == ("Crew",)
    assert best.citation == "Harbour brief › Crew › ¶1"
    assert best.passage.place == Place(PlaceUnit.LINE, 11, 11)
    text = harbour.document("harbour.md").text
    assert text[best.passage.start : best.passage.end] == best.passage.text


def test_the_evidence_says_which_index_found_a_passage(harbour: Searcher) -> None:
    hybrid = harbour.search("captain crew")[0].evidence
    assert (hybrid.keyword_rank, hybrid.semantic_rank) == (1, 1)
    assert (hybrid.bm25 or 0) > 0
    assert 0 < (hybrid.cosine or 0) <= 1
    keyword = harbour.search("captain crew", mode="keyword")[0].evidence
    assert (keyword.cosine, keyword.semantic_rank, keyword.bm25) == (None, None, hybrid.bm25)
    semantic = harbour.search("captain crew", mode="semantic")[0].evidence
    assert (semantic.keyword_rank, semantic.cosine) == (None, hybrid.cosine)


def test_hits_are_numbered_and_ordered_by_the_fused_value(harbour: Searcher) -> None:
    hits = harbour.search("ferries water crew", k=10)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    fused = [hit.evidence.fused for hit in hits]
    assert fused == sorted(fused, reverse=True)


def test_equal_passages_come_in_source_order_every_time(harbour: Searcher) -> None:
    for _ in range(3):
        twins = [hit.passage for hit in harbour.search("nine ferries", k=2)]
        assert twins[0].text == twins[1].text
        assert twins[0].start < twins[1].start


@pytest.mark.parametrize("mode", list(Mode))
def test_words_in_double_quotes_must_occur_as_that_phrase(harbour: Searcher, mode: Mode) -> None:
    hits = harbour.search('when did the "joint air operation" start', mode=mode, k=10)
    assert hits
    assert all("joint air operation" in hit.passage.text for hit in hits)
    for quoted in ('"JOINT  Air operation"', "“joint air operation”", '"Su-25"', '"su 25 TUGS"'):
        found = harbour.search(quoted, mode=mode, k=10)
        assert {hit.passage.section for hit in found} == {("Ships",)}
    assert harbour.search('"air joint operation"', mode=mode) == []
    assert harbour.search('"ferries" "crew"', mode=mode) == []


@pytest.mark.parametrize("question", ["", "   ", "\x00\x01", "\u200e"])
def test_a_blank_question_finds_nothing(harbour: Searcher, question: str) -> None:
    assert harbour.search(question) == []
    answer = harbour.ask(question)
    assert not answer.answered
    assert answer.reason == "The question is empty; ask something."


def test_a_k_above_the_corpus_gives_what_there_is(harbour: Searcher) -> None:
    assert len(harbour.search("ferries", k=1000)) == 5


@pytest.mark.parametrize(
    ("k", "said"),
    [
        (0, "k is 0, but at least 1 passage must be asked for."),
        (-3, "k is -3, but at least 1 passage must be asked for."),
        (2.5, "k is to be a whole number, and 2.5 is float."),
        ("3", "k is to be a whole number, and '3' is str."),
        (None, "k is to be a whole number, and None is NoneType."),
        (True, "k is to be a whole number, and True is bool."),
    ],
)
def test_a_k_that_is_no_number_from_one_on_is_refused(harbour: Searcher, k: Any, said: str) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(said)}$"):
        harbour.search("ferries", k=k)
    with pytest.raises(UsageError, match=f"^{re.escape(said)}$"):
        harbour.ask("ferries", k=k)


@pytest.mark.parametrize("question", [None, 7, b"ferries"])
def test_a_question_that_is_no_text_is_refused(harbour: Searcher, question: Any) -> None:
    with pytest.raises(UsageError, match="A question is text"):
        harbour.search(question)


def test_inch_marks_are_no_quotation(harbour: Searcher) -> None:
    assert harbour.search('Do the ferries have 6" or 8" pumps?')


def test_function_words_alone_answer_nothing(harbour: Searcher) -> None:
    assert not harbour.ask("the").answered
    assert harbour.search("the", mode="keyword") == []


def test_the_index_stays_the_same_when_the_working_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(f"This is the brief number {name}.")
        build(tmp_path / name, index=tmp_path / name / "index", model=HashingEmbedder())
    monkeypatch.chdir(tmp_path / "one")
    opened = open_index("index")
    assert "one" in search("brief number", index="index")[0].passage.text
    monkeypatch.chdir(tmp_path / "two")
    assert "two" in search("brief number", index="index")[0].passage.text
    assert "one" in search("brief number", index=tmp_path / "one" / "index")[0].passage.text
    assert "one" in opened.search("brief number")[0].passage.text


def test_an_unknown_mode_is_refused_with_the_known_ones(harbour: Searcher) -> None:
    with pytest.raises(UsageError, match="'magic'; choose one of: hybrid, keyword, semantic"):
        harbour.search("ferries", mode="magic")


def test_documents_are_listed_and_read_as_indexed(harbour: Searcher) -> None:
    assert harbour.documents() == (
        DocumentInfo("garden.txt", "garden", "", 1, ()),
        DocumentInfo(
            "harbour.md",
            "Harbour brief",
            "",
            4,
            (("Ships",), ("Crew",), ("Ships",)),
            language="en",
        ),
    )
    assert harbour.document("harbour.md").text == BRIEF
    with pytest.raises(UsageError, match=r"no document 'other\.md'"):
        harbour.document("other.md")


def test_another_model_than_the_indexs_is_out_of_date(harbour: Searcher, tmp_path: Path) -> None:
    class Other(HashingEmbedder):
        fingerprint = "other"

    (tmp_path / "a.txt").write_text("Roses need water.")
    build(tmp_path / "a.txt", index=tmp_path / "index", model=HashingEmbedder())
    with pytest.raises(IndexOutOfDate, match="briefqa build"):
        open_index(tmp_path / "index", model=Other())


def test_the_real_model_finds_a_paraphrase_keyword_search_misses(brief: Searcher) -> None:
    question = "physicians for youngsters"
    assert brief.search(question, mode="semantic")[0].passage.section[-1] == "Doctors and hot meals"
    assert not any(
        hit.passage.section[-1:] == ("Doctors and hot meals",)
        for hit in brief.search(question, mode="keyword")
    )


# Where it is looked


def test_only_the_chosen_documents_are_looked_in(harbour: Searcher) -> None:
    for mode in Mode:
        found = harbour.search("Roses of the harbour", documents=["harbour.md"], mode=mode)
        assert {hit.passage.document for hit in found} == {"harbour.md"}
    answer = harbour.ask("Roses and tulips", documents=["harbour.md"])
    assert answer.searched == ("harbour.md",)
    assert "1 of 2 documents" in answer.reason


def test_a_section_is_looked_in_with_those_below_it(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# A\n\nLead red.\n\n## One\n\nOne red.\n\n### Deep\n\nDeep red.\n\n"
        "## Onestone\n\nLast red.\n"
    )
    build(tmp_path / "a.md", index=tmp_path / "index", model=HashingEmbedder())
    searcher = open_index(tmp_path / "index")

    def found(section: str | None) -> set[str]:
        return {hit.passage.text for hit in searcher.search("red", section=section)}

    assert found("One") == {"One red.", "Deep red."}
    assert found("One › Deep") == {"Deep red."}
    assert found("") == {"Lead red."}
    assert len(found(None)) == 4
    nowhere = searcher.ask("Is there a zebra?", section="One")
    assert nowhere.reason.startswith("Nothing in the section “One” of 1 document")


def test_a_heading_with_a_heading_mark_is_told_from_a_nested_path(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "flat.md").write_text(
        "# F\n\n## A › B\n\nFlat red.\n\n### C\n\nDeep red.\n"
    )
    (tmp_path / "docs" / "nested.md").write_text("# N\n\n## A\n\n### B\n\nNested red.\n")
    build(tmp_path / "docs", index=tmp_path / "index", model=HashingEmbedder())
    searcher = open_index(tmp_path / "index")

    def citations(section: str, documents: list[str] | None = None) -> dict[str, str]:
        hits = searcher.search("red", section=section, documents=documents)
        return {hit.passage.text: hit.citation for hit in hits}

    assert citations("A › B") == {"Nested red.": "N › A › B › ¶1"}
    assert citations("A ›› B") == {
        "Flat red.": "F › A ›› B › ¶1",
        "Deep red.": "F › A ›› B › C › ¶1",
    }
    assert set(citations("A › B", documents=["flat.md"])) == {"Flat red.", "Deep red."}
    exactly = Where(("flat.md",), "A › B")
    with pytest.raises(
        UsageError, match=r"There is no section 'A › B' in 1 of 2 documents; did you"
    ):
        searcher.search(Query("red", exactly))


@given(st.lists(st.text("AB ›", min_size=1).map(str.strip).filter(bool), max_size=4).map(tuple))
def test_a_section_written_as_text_is_read_back_as_the_same_path(path: tuple[str, ...]) -> None:
    assert section_path(section_text(path)) == path


def test_words_in_quotes_and_a_scope_hold_together(harbour: Searcher) -> None:
    assert harbour.search('"nine ferries"', documents=["garden.txt"]) == []
    assert len(harbour.search('"nine ferries"', section="Ships")) == 2


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [
        ({"documents": ["none.md"]}, "There is no document 'none.md' in the index"),
        ({"documents": []}, "No document was named to look in"),
        ({"documents": ["hrbour.md"]}, "'hrbour.md' in the index; did you mean 'harbour.md'?"),
        ({"documents": "none.md"}, "There is no document 'none.md' in the index; `briefqa info` n"),
        ({"documents": 5}, "documents is to be a list of names, and 5 is int."),
        ({"documents": [5]}, "A document's name is text, and 5 is int."),
        ({"section": 5}, "section is to be text, and 5 is int."),
        ({"section": "Crews"}, "There is no section 'Crews' in 2 documents; did you mean 'Crew'?"),
        ({"documents": ["garden.txt"], "section": "Crew"}, "There is no section 'Crew' in 1 of 2"),
    ],
)
def test_a_scope_that_is_not_there_is_refused(
    harbour: Searcher, scope: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        harbour.search("red", **scope)


@pytest.fixture
def library(tmp_path: Path) -> Searcher:
    """Two documents with sections of the same name."""
    (tmp_path / "docs" / "2017").mkdir(parents=True)
    (tmp_path / "docs" / "2017" / "harbour-brief.md").write_text(
        "# The harbour\n\n## Ships\n\nRed.\n\n### The old tugs\n\nRed.\n\n"
        "### Crew\n\nRed.\n\n## Quays\n\n### Crew\n\nRed.\n\n### Empty\n"
    )
    (tmp_path / "docs" / "garden_brief.md").write_text(
        "# A garden\n\n## Ships > 5 m\n\nRed.\n\n## Crew\n\nRed.\n"
    )
    (tmp_path / "docs" / "zero.md").write_text("# Piano\n\nRed.\n")
    build(tmp_path / "docs", index=tmp_path / "index", model=HashingEmbedder())
    return open_index(tmp_path / "index")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zero.md", "zero.md"),
        ("ZERO", "zero.md"),
        ("harbour", "2017/harbour-brief.md"),
        ("harbour-brief.md", "2017/harbour-brief.md"),
        ("2017", "2017/harbour-brief.md"),
        ("a Garden", "garden_brief.md"),
        ("garden brief", "garden_brief.md"),
    ],
)
def test_a_document_is_found_by_words_of_its_name_or_title(
    library: Searcher, typed: str, meant: str
) -> None:
    assert library.where([typed]) == Where((meant,))
    assert {hit.passage.document for hit in library.search("red", documents=typed)} == {meant}
    assert library.ask("red", documents=[typed]).searched == (meant,)
    assert library.conversation(documents=[typed]).ask("red").searched == (meant,)


@pytest.mark.parametrize(
    ("typed", "documents", "meant"),
    [
        ("Ships", None, "Ships"),  # in full, though "Ships > 5 m" holds the word
        ("ships", None, "Ships"),
        ("ships>THE OLD TUGS", None, "Ships › The old tugs"),
        ("ships  ›  tugs", None, "Ships › The old tugs"),
        ("old tugs", None, "Ships › The old tugs"),
        ("Quays > Crew", None, "Quays › Crew"),
        ("Crew", None, "Crew"),  # the exact name of one in another document
        ("ships > 5 M", None, "Ships > 5 m"),
        ("5 m", None, "Ships > 5 m"),
        ("", None, ""),
    ],
)
def test_a_section_is_found_by_any_heading_that_tells_it_from_others(
    library: Searcher, typed: str, documents: list[str] | None, meant: str
) -> None:
    assert library.where(documents, typed) == Where(section=meant)


@pytest.mark.parametrize(
    ("documents", "section", "said"),
    [
        (
            ["brief"],
            None,
            "'brief' may be any of these documents, so name one: 'garden_brief.md', '",
        ),
        (["o.md"], None, "There is no document 'o.md' in the index"),  # a part of a word is none
        (["--"], None, "There is no document '--' in the index; `briefqa info` names them."),
        (["pian"], None, "There is no document 'pian' in the index; did you mean 'zero.md'?"),
        (["garten"], None, "There is no document 'garten' in the index; did you mean 'garden_brie"),
        (["harbour"], "crew", "'crew' may be any of these sections, so name one: 'Ships › Crew', "),
        (None, "tug", "There is no section 'tug' in 3 documents; did you mean 'Ships › The old tu"),
        (None, "Vacant", "There is no section 'Vacant' in 3 documents; `briefqa sections` lists"),
        (None, "tugs > ships", "There is no section 'tugs > ships' in 3 documents; "),
        (None, " › ", "There is no section ' › ' in 3 documents; "),
    ],
)
def test_what_may_be_several_or_none_is_told_with_those_near_it(
    library: Searcher, documents: list[str] | None, section: str | None, said: str
) -> None:
    with pytest.raises(UsageError, match=f"^{re.escape(said)}"):
        library.where(documents, section)


def test_near_names_are_found_quickly_among_many_that_are_alike() -> None:
    title = "Report of the committee on the water supply of the city and its suburbs, number"
    sections = [f"{title} {number}" for number in range(4_000)]
    typed = title.replace("water", "watr") + " 7"
    assert naming.near(typed, naming.section_forms(sections))[0] == f"{title} 7"

    def is_quick() -> bool:
        comparing_all = seconds(lambda: difflib.get_close_matches(typed, sections))
        return seconds(lambda: naming.near(typed, naming.section_forms(sections))) < comparing_all

    assert any(is_quick() for _ in range(TRIES))


def test_a_query_takes_exact_names_only(library: Searcher) -> None:
    for where in (Where(("zero",)), Where(section="old tugs")):
        with pytest.raises(UsageError, match=r"^There is no"):
            library.search(Query("red", where))


def test_the_sections_that_hold_passages_are_listed_in_order(library: Searcher) -> None:
    assert library.sections() == {
        "2017/harbour-brief.md": (
            *("Ships", "Ships › The old tugs", "Ships › Crew", "Quays", "Quays › Crew"),
            "Quays › Empty",
        ),
        "garden_brief.md": ("Ships > 5 m", "Crew"),
        "zero.md": (),
    }
    assert list(library.sections(["zero"])) == ["zero.md"]


# Which sentence answers


def test_the_answering_sentence_stands_in_the_passage_where_it_says(harbour: Searcher) -> None:
    for mode in Mode:
        best = harbour.search("Who is captain of the crew?", mode=mode)[0]
        assert best.answer is not None
        assert best.answer.text == "Captain Mara Oduya leads a crew of 26,395 people."
        text = harbour.document("harbour.md").text
        assert text[best.answer.start : best.answer.end] == best.answer.text
        assert best.passage.start <= best.answer.sentence_start
        assert best.answer.sentence_end <= best.passage.end


def test_of_equal_sentences_the_first_is_marked(tmp_path: Path) -> None:
    text = "Gulls nest on the pier. Tugs are red. Tugs are red."
    (tmp_path / "pier.txt").write_text(text)
    build(tmp_path / "pier.txt", index=tmp_path / "index", model=HashingEmbedder())
    (best,) = open_index(tmp_path / "index").search("Which tugs are red?")
    assert best.answer is not None
    assert best.answer.sentence_start == text.index("Tugs")


def test_the_words_that_a_passage_shares_are_named_as_they_were_asked(harbour: Searcher) -> None:
    best = harbour.search("which su25 TUGS and ferries sink?")[0]
    assert best.evidence.matched == ("su25", "TUGS", "ferries")


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_sentences_are_chosen_rightly_on_the_bundled_brief(
    brief_answers: tuple[Asked, ...],
) -> None:
    right = given = 0
    for asked in brief_answers:
        for hit in asked.answer.hits:
            if asked.contains and hit.answer and asked.contains in hit.passage.text:
                given += 1
                right += asked.contains in hit.sentence
                break
    assert given > 150
    assert right / given > 0.76  # .743 by the retriever's evidence alone


# Asking with a Query


def test_a_query_finds_what_its_keywords_would(harbour: Searcher) -> None:
    where = Where(("harbour.md",), "Ships")
    query = Query("  nine  ferries ", where, k=1)
    assert harbour.search(query) == harbour.search(
        "nine ferries", documents=["harbour.md"], section="Ships", k=1
    )
    answer = harbour.ask(query)
    assert (answer.question, answer.read_as) == ("  nine  ferries ", "nine ferries")
    assert harbour.search("ferries", documents="harbour.md") == harbour.search(
        Query("ferries", Where(("harbour.md",)))
    )
    with pytest.raises(UsageError, match="A Query says itself where to look"):
        harbour.search(query, section="Crew")
    with pytest.raises(UsageError, match="at least 1 passage"):
        harbour.ask(Query("ferries", k=0))


# Closing


def open_files(folder: Path) -> list[str]:
    """The files in the folder that this process has open or mapped."""
    links = [Path(link) for link in Path("/proc/self/fd").iterdir()]
    opened = [str(link.readlink()) for link in links if link.is_symlink()]
    mapped = Path("/proc/self/maps").read_text().splitlines()
    return [name for name in (*opened, *mapped) if str(folder) in name]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc")
@pytest.mark.parametrize("exact_most", [30_000, 1], ids=["flat", "inverted file"])
def test_a_closed_searcher_has_no_file_open_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact_most: int
) -> None:
    monkeypatch.setattr("briefqa.index.vector_index.EXACT_MOST", exact_most)
    words = [f"Gull {number} nests on the pier." for number in range(40)]
    (tmp_path / "pier.txt").write_text("\n\n".join(words))
    build(tmp_path / "pier.txt", index=tmp_path / "index", model=HashingEmbedder())
    with open_index(tmp_path / "index") as searcher:
        assert searcher.search("gulls")
        assert searcher.search('"the pier"')
        assert open_files(tmp_path / "index")
    gc.collect()
    assert open_files(tmp_path / "index") == []
    searcher.close()
    for use in (
        lambda: searcher.search("gulls"),
        lambda: searcher.ask("gulls"),
        lambda: searcher.conversation().ask("gulls"),
        searcher.warm,
        searcher.documents,
        searcher.manifest,
    ):
        with pytest.raises(UsageError, match=r"The searcher over .* is closed; open the index"):
            use()


def test_closing_waits_for_the_questions_that_are_being_answered(tmp_path: Path) -> None:
    (tmp_path / "pier.txt").write_text("Gulls nest on the pier.")
    build(tmp_path / "pier.txt", index=tmp_path / "index", model=HashingEmbedder())
    asked, may_answer = threading.Event(), threading.Event()

    class Slow(HashingEmbedder):
        def embed(self, texts: Sequence[str], kind: TextKind) -> Any:
            asked.set()
            may_answer.wait(60)
            return super().embed(texts, kind)

    searcher = open_index(tmp_path / "index", model=Slow())
    with ThreadPoolExecutor(2) as pool:
        hits = pool.submit(searcher.search, "gulls")
        assert asked.wait(60)
        closed = pool.submit(searcher.close)
        assert not closed.done()
        may_answer.set()
        assert hits.result(60)[0].passage.text == "Gulls nest on the pier."
        closed.result(60)


REPORTS = {
    "2019/report.md": "# Annual report\n\nThe port lost 2 million crowns.\n",
    "2020/report.md": "# Annual  Report\n\nThe port earned 3 million crowns.\n",
    "a/notice.md": "# Notice\n\nThe gate shuts at nine.\n",
    "b/later/copy.md": "# Notice\n\nThe gate shuts at nine.\n",
}


@pytest.fixture
def reports(tmp_path: Path) -> Iterator[Searcher]:
    """Two documents with one title, and two files with the same content."""
    for name, text in REPORTS.items():
        path = tmp_path / "port" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, "utf-8")
    report = build(tmp_path / "port", index=tmp_path / "index", model=HashingEmbedder())
    assert [(one.name, one.detail) for one in report.files if one.detail] == [
        ("b/later/copy.md", "the same content as a/notice.md")
    ]
    with open_index(tmp_path / "index") as searcher:
        yield searcher


def test_documents_with_one_title_are_told_apart_by_their_files(reports: Searcher) -> None:
    answer = reports.ask("What did the port lose?")
    cited = {
        hit.passage.document: hit.citation
        for hit in (*reports.search("port crowns"), *reports.search("gate"), *answer.hits)
    }
    assert cited == {
        "2019/report.md": "Annual report (2019/report.md) › ¶1",
        "2020/report.md": "Annual Report (2020/report.md) › ¶1",
        "a/notice.md": "Notice › ¶1",
    }
    for quotation in answer.quotations:
        assert quotation.citation in answer.text
    sent = compose.as_json(answer)
    assert [hit["citation"] for hit in sent["hits"]] == [hit.citation for hit in answer.hits]


@pytest.mark.parametrize("name", ["b/later/copy.md", "copy", "later copy", "a/notice.md"])
def test_a_file_with_the_same_content_is_looked_in_by_its_own_name(
    reports: Searcher, name: str
) -> None:
    hits = reports.search("gate", documents=[name])
    assert [hit.passage.document for hit in hits] == ["a/notice.md"]
    assert reports.ask("When does the gate shut?", documents=[name]).searched == ("a/notice.md",)
    assert reports.document("b/later/copy.md") == reports.document("a/notice.md")


def test_both_names_of_a_content_are_one_document(reports: Searcher) -> None:
    both = reports.search("gate", documents=["b/later/copy.md", "a/notice.md"])
    assert len(both) == 1
