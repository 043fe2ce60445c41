"""An answer quotes the passages found, shows what may answer, or says that there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from briefqa import Searcher, build, open_index
from briefqa.answering import compose, ranking
from briefqa.answering.checks import Check, check, rules_out
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.missing import unfound
from briefqa.answering.question import analyse
from briefqa.answering.respond import ABOUT, FOUND_BY_WORDS, NO_WORDS, NOT_ENGLISH
from briefqa.records import (
    AnswerSpan,
    Evidence,
    Hit,
    PageBox,
    Passage,
    Place,
    PlaceUnit,
    Query,
    QuestionKind,
    Span,
    Verdict,
    Where,
)

NAMES = ("a.md", "b.md")


@pytest.fixture
def searcher(tmp_path: Path) -> Searcher:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(
        "# Harbour\n\n## Ships\n\nNine green ferries work there. They sail at noon.\n"
    )
    (tmp_path / "docs" / "b.md").write_text("# Garden\n\nRoses want water every morning.\n")
    build(tmp_path / "docs", index=tmp_path / "index", model="hashing")
    return open_index(tmp_path / "index")


Asked = Callable[..., Inquiry]


@pytest.fixture
def asked(searcher: Searcher) -> Asked:
    """An inquiry into the two documents, or into those of them that are named."""

    def inquiry(question: str = "Who?", documents: tuple[str, ...] | None = None) -> Inquiry:
        query = Query(question, Where(documents))
        with searcher.opened() as snapshot:
            return Inquiry(
                asked=question,
                query=query,
                question=analyse(question),
                scope=snapshot.scopes.of(query.where),
                context=snapshot.context,
                rule=snapshot.rule,
                passages=snapshot.passages,
                documents=snapshot.documents,
                sources=snapshot.generation.manifest.indexed(),
            )

    return inquiry


def hit(rank: int, text: str, keyword_rank: int | None = 1) -> Hit:
    passage = Passage(
        "a.md",
        "Title",
        ("Part", "Deep\nest"),
        text,
        0,
        len(text),
        (2, 3),
        Place(PlaceUnit.LINE, 5, 9),
    )
    return Hit(rank, passage, Evidence(4.2, keyword_rank, 0.6, rank, 1.0))


COLD = Passage("a.md", "Title", (), "Cold. Red sun.", 100, 114, (1, 1), Place(PlaceUnit.LINE, 1, 1))
RED = Hit(1, COLD, Evidence(4.2, 1, 0.6, 1, 1.0), AnswerSpan(106, 109, "Red", 106, 114))


def test_an_asserted_answer_quotes_the_first_passage_word_for_word_with_its_citation(
    asked: Asked,
) -> None:
    hits = [hit(1, "First *text*."), hit(2, "Second.")]
    answer = compose.answered(asked("Who sang?", ("a.md",)), hits, 0.8, exact=False)
    assert answer.answered
    assert (answer.verdict, answer.kind) == (Verdict.ANSWERED, QuestionKind.WHO)
    assert answer.confidence == 0.8
    assert answer.text == "First *text*.\n[1] Title › Part › Deep est › ¶2–3"
    assert answer.reason == (
        "The first passage is number 1 by its words and number 1 by its meaning in 1 of 2 "
        "documents."
    )
    assert answer.hits == tuple(hits)
    assert [one.passage for one in answer.quotations] == [hits[0].passage]
    assert answer.searched == ("a.md",)


def test_only_the_index_that_found_it_is_named(asked: Asked) -> None:
    answer = compose.answered(asked(), [hit(1, "x", keyword_rank=None)], 0.8, exact=False)
    assert answer.reason == "The first passage is number 1 by its meaning in 2 documents."


def test_the_sentence_that_answers_is_quoted_first(asked: Asked) -> None:
    assert RED.sentence == "Red sun."
    assert compose.answered(asked(), [RED], 0.8, exact=True).text == (
        "“Red sun.” [1]\n\nCold. Red sun.\n[1] Title › ¶1"
    )


def test_an_unsure_answer_quotes_nothing_and_says_what_is_missing(asked: Asked) -> None:
    missing = ["no number of soldiers", "nothing about “1774”"]
    answer = compose.unsure(asked(), [RED], 0.3, missing)
    assert not answer.answered
    assert answer.verdict is Verdict.UNSURE
    assert answer.text == "These documents speak of this, but may not answer it."
    assert answer.reason == (
        "Nothing in 2 documents surely answers it. The nearest passage has no number of soldiers "
        "and nothing about “1774”."
    )
    assert answer.missing == tuple(missing)
    assert (answer.hits, answer.quotations) == ((RED,), ())


def test_three_things_that_are_missing_are_a_list(asked: Asked) -> None:
    answer = compose.unsure(asked(), [RED], 0.3, ["no date", "no speed", "nothing about 35"])
    assert answer.reason.endswith("has no date, no speed and nothing about 35.")


def test_an_unsure_answer_that_lacks_nothing_by_name_says_so_in_a_sentence(asked: Asked) -> None:
    answer = compose.unsure(asked(), [RED], 0.3, [])
    assert answer.reason == "Nothing in 2 documents surely answers it."


def test_not_in_these_documents_quotes_nothing_but_keeps_the_nearest(asked: Asked) -> None:
    answer = compose.not_found(asked(), "Too far.", [RED], 0.1)
    assert answer.verdict is Verdict.NOT_FOUND
    assert (answer.text, answer.reason) == (compose.NOT_FOUND, "Too far.")
    assert (answer.hits, answer.quotations, answer.confidence) == ((RED,), (), 0.1)
    assert answer.searched == NAMES


def test_names_that_stand_nowhere_are_told_where_nothing_answers(asked: Asked) -> None:
    answer = compose.not_found(asked(), "Too far.", [RED], 0.1, ["Iran", "1999", "Iran"])
    assert answer.reason == "Too far; “Iran” and “1999” occur nowhere."


def test_a_mark_says_where_in_the_source_the_sentence_and_its_words_stand() -> None:
    assert compose.mark(COLD, Span(6, 14), Span(6, 9)) == AnswerSpan(106, 109, "Red", 106, 114)


def test_programs_are_given_all_of_an_answer_as_plain_json(asked: Asked) -> None:
    answer = compose.answered(asked("Who sang?"), [hit(1, "x")], 0.8, exact=False)
    given = json.loads(json.dumps(compose.as_json(answer)))
    assert (given["verdict"], given["answered"], given["kind"]) == ("answered", True, "who")
    assert given["searched"] == list(NAMES)
    assert (given["carried"], given["missing"]) == ([], [])
    (first,) = given["hits"]
    assert first["citation"] == "Title › Part › Deep est › ¶2–3"
    assert (first["start"], first["end"], first["answer"]) == (0, 1, None)
    assert first["evidence"]["keyword_rank"] == 1
    assert first["place"] == {"unit": "line", "first": 5, "last": 9, "label": "", "ocr": False}
    assert first["lines"] == [5, 9]


@pytest.mark.parametrize(("exact", "claimed"), [(True, ("Red", 106, 109)), (False, (None,) * 3)])
def test_programs_are_given_words_only_where_they_are_claimed(
    exact: bool, claimed: tuple[object, ...]
) -> None:
    given = compose.quotation_as_json(compose.quotation_of(RED, exact=exact))
    words, start, end = claimed
    assert json.loads(json.dumps(given)) == {
        "document": "a.md",
        "citation": "Title › ¶1",
        "sentence": "Red sun.",
        "sentence_start": 106,
        "sentence_end": 114,
        "words": words,
        "start": start,
        "end": end,
        "part": "",
        "attribution": "",
        "place": {"unit": "line", "first": 1, "last": 1, "label": "", "ocr": False},
        "pages": None,
        "page_labels": None,
        "boxes": None,
        "target": {
            "source": "a.md",
            "selector": [
                {"type": "TextPositionSelector", "start": 106, "end": 114},
                {"type": "TextQuoteSelector", "exact": "Red sun.", "prefix": "", "suffix": ""},
            ],
        },
    }


def test_programs_are_told_of_an_unsure_answer_and_of_none(asked: Asked) -> None:
    unsure = compose.as_json(compose.unsure(asked(), [RED], 0.3, ["no number of cats"]))
    assert (unsure["verdict"], unsure["answered"]) == ("unsure", False)
    assert (list(unsure["missing"]), unsure["quotations"]) == (["no number of cats"], [])
    none = compose.as_json(compose.not_found(asked(), "No."))
    assert (none["verdict"], none["answered"], none["hits"]) == ("not-found", False, [])
    talk = compose.as_json(compose.remark(asked("hello"), "Hello."))
    assert (talk["verdict"], talk["answered"], talk["kind"]) == (None, False, "small-talk")


def test_programs_are_given_the_pages_of_a_document_with_pages() -> None:
    on_page = replace(COLD, place=Place(PlaceUnit.PAGE, 12, 13))
    boxes = (PageBox(12, "x", 72, 80, 300.25, 92), PageBox(13, "", 72, 90, 200, 102))
    page_hit = Hit(1, on_page, Evidence(4.2, 1, 0.6, 1, 1.0), boxes=boxes)
    given = json.loads(json.dumps(compose.hit_as_json(page_hit)))
    assert given["place"] == {"unit": "page", "first": 12, "last": 13, "label": "", "ocr": False}
    assert given["lines"] is None
    assert (given["pages"], given["page_labels"]) == ([12, 13], ["x", "13"])
    edges = {"left": 72, "top": 80, "right": 300.25, "bottom": 92}
    assert given["boxes"][0] == {"page": 12, "label": "x", **edges}


# From a question to its answer


def test_a_search_by_words_shows_passages_that_hold_them_and_passes_no_verdict(
    searcher: Searcher,
) -> None:
    answer = searcher.ask("green ferries")
    assert (answer.verdict, answer.kind) == (None, QuestionKind.KEYWORDS)
    assert answer.text == FOUND_BY_WORDS
    assert [found.passage.document for found in answer.hits] == ["a.md"]
    assert answer.hits[0].evidence.matched == ("green", "ferries")
    assert answer.quotations == ()


def test_a_search_for_words_that_stand_nowhere_finds_nothing(searcher: Searcher) -> None:
    answer = searcher.ask("zeppelin hangar")
    assert (answer.verdict, answer.hits) == (Verdict.NOT_FOUND, ())
    assert answer.reason == "No passage in 2 documents holds these words."


@pytest.mark.parametrize("said", ["hello", "thanks", "who are you?"])
def test_small_talk_gets_one_sentence_and_nothing_is_searched(
    searcher: Searcher, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "rank", None)
    answer = searcher.ask(said)
    assert (answer.verdict, answer.kind) == (None, QuestionKind.SMALL_TALK)
    assert (answer.text, answer.hits) == (ABOUT, ())


def test_another_language_is_never_told_that_it_is_not_in_these_documents(
    searcher: Searcher,
) -> None:
    answer = searcher.ask("Wie viele ferries arbeiten dort im Hafen?")
    assert (answer.verdict, answer.kind) == (None, QuestionKind.OTHER_LANGUAGE)
    assert answer.text == NOT_ENGLISH
    assert answer.hits[0].passage.document == "a.md"
    assert searcher.ask("Wo haben die Fischer ihre Boote?").text == NO_WORDS


def test_a_question_that_is_empty_or_has_no_word_to_look_for_is_told_so(searcher: Searcher) -> None:
    assert searcher.ask("  ").reason == "The question is empty; ask something."
    answer = searcher.ask("What is it?")
    assert answer.verdict is Verdict.NOT_FOUND
    assert answer.reason.startswith("The question has no word to look for")


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("They drilled at dawn. Then 40 soldiers fell ill.", []),
        ("They drilled at dawn. Then 40 tents burned.", ["no number of soldiers"]),
    ],
)
def test_what_another_sentence_of_the_passage_says_is_not_missing(
    asked: Asked, text: str, lacking: list[str]
) -> None:
    inquiry = asked("How many soldiers fell ill?")
    marked = check(inquiry.question, "They drilled at dawn.", "dawn", text)
    assert "no number of soldiers" in [each.missing for each in marked]
    assert list(dict.fromkeys(unfound(inquiry, hit(1, text), marked))) == lacking


@pytest.mark.parametrize(("header", "strength"), [("| Ship | Cars |\n|---|--:|", 0.0), ("", 0.5)])
def test_a_number_under_the_name_of_what_is_counted_counts_it(header: str, strength: float) -> None:
    question = analyse("How many cars does the Eider carry?")
    found = {one.check: one for one in check(question, "| Eider | 18 |", "18", "", header)}
    assert found[Check.COUNTED].strength == strength


@pytest.mark.parametrize(
    ("question", "sentence", "ruled_out"),
    [
        ("Who retires after 40 years?", "The rest is routine.", True),
        ("Who retires after 40 years?", "Pilot Hansen does.", False),
        ("When does the pilot retire?", "The rest is routine.", True),
        ("How much does the pilot earn?", "His pay is 40,000.", False),
        ("Is there a patch for the timing attack?", "Avoid the crate near attackers.", True),
        ("Are there any patches yet?", "No patch is yet available.", False),
        ("Is there parking near the quay?", "Cars are parked behind the church.", False),
        ("Was there really a swimming pool?", "Swimming lessons begin in May.", False),
        ("Is there?", "The rest is routine.", False),
    ],
)
def test_a_sentence_without_what_is_asked_for_is_never_asserted(
    question: str, sentence: str, ruled_out: bool
) -> None:
    asked = analyse(question)
    words = sentence.rstrip(".").rpartition(" ")[2]
    assert rules_out(asked, check(asked, sentence, words, sentence)) is ruled_out


@pytest.mark.parametrize(
    ("kind", "opening"),
    [(QuestionKind.LIST, "Places that answer."), (QuestionKind.WHO, "")],
)
def test_what_is_said_before_several_places_is_shown_apart(
    asked: Asked, kind: QuestionKind, opening: str
) -> None:
    answer = compose.quoting(
        asked(), [compose.quotation_of(RED)], [RED], Verdict.ANSWERED, opening="Places that answer."
    )
    assert compose.opening(replace(answer, kind=kind)) == opening
