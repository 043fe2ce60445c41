"""Which answers did people find right?"""

from __future__ import annotations

import json
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from briefqa import (
    Searcher,
    UsageError,
    build,
    cli,
    open_index,
)
from briefqa.evaluation.probe import passages as passages_of
from briefqa.evaluation.question_sets import QuestionSet, read_questions
from briefqa.records import Verdict
from briefqa.ui import feedback
from briefqa.ui.feedback import Feedback

HARBOUR = (
    "# Harbour\n\n## Ships\r\n\r\nThe green ferries\r\nwork there. Nobody counts.\n\n"
    "## Crew\n\nMara leads.\n"
)
FERRIES = "Where do the green ferries work?"
GOLD = "What is the price of gold?"
COPY = "# Copy\n\n## Crew\n\nMara leads. Anna does not.\n"


@pytest.fixture
def searcher(tmp_path: Path) -> Searcher:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "harbour.md").write_text(HARBOUR, newline="")
    (tmp_path / "docs" / "copy.md").write_text(COPY)
    build(tmp_path / "docs", index=tmp_path / "index", model="hashing")
    return open_index(tmp_path / "index")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feedback.jsonl"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(each) for each in path.read_text("utf-8").split("\n") if each]


def asked(path: Path, searcher: Searcher) -> QuestionSet:
    return read_questions(path, passages_of(searcher))


def places(found: QuestionSet, searcher: Searcher) -> list[list[tuple[str, str]]]:
    """Of each question, the document and section of every right passage."""
    passages = passages_of(searcher)
    return [
        [(passages[int(row)].document, passages[int(row)].section[0]) for row in question.relevant]
        for question in found.questions
    ]


def test_a_thumb_up_is_a_question_with_its_answer(path: Path, searcher: Searcher) -> None:
    Feedback(path).record(searcher.ask(FERRIES), None, helpful=True)
    assert lines(path) == [
        {
            "question": FERRIES,
            "document": "harbour.md",
            "section": "Ships",
            "contains": "The green ferries\r\nwork there.",
            "rating": "up",
        }
    ]
    found = asked(path, searcher)
    assert [question.text for question in found.questions] == [FERRIES]
    assert places(found, searcher) == [[("harbour.md", "Ships")]]
    assert found.left_out == 0


def test_of_an_unsure_answer_the_first_passage_is_rated_and_no_sentence_is_kept(
    path: Path, searcher: Searcher
) -> None:
    answer = searcher.ask("How many green ferries work there?")
    assert answer.verdict is Verdict.UNSURE
    Feedback(path).record(answer, None, helpful=True)
    assert lines(path) == [
        {
            "question": "How many green ferries work there?",
            "document": "harbour.md",
            "section": "Ships",
            "contains": None,
            "rating": "up",
        }
    ]
    assert places(asked(path, searcher), searcher) == [[("harbour.md", "Ships")]]


def test_a_follow_up_is_kept_as_it_can_be_asked_by_itself(path: Path, searcher: Searcher) -> None:
    answer = replace(searcher.ask("Mara leads"), question="And she?")
    Feedback(path).record(answer, answer.hits[1], helpful=True)
    (line,) = lines(path)
    assert line["question"] == "Mara leads"
    assert line["document"] == answer.hits[1].passage.document


def test_of_equal_sections_the_rated_documents_counts(path: Path, searcher: Searcher) -> None:
    answer = searcher.ask("Mara leads")
    names = {hit.passage.document: hit for hit in answer.hits}
    Feedback(path).record(answer, names["copy.md"], helpful=True)
    assert places(asked(path, searcher), searcher) == [[("copy.md", "Crew")]]
    path.write_text(path.read_text().replace('"copy.md"', "null"))
    assert places(asked(path, searcher), searcher) == [
        [("copy.md", "Crew"), ("harbour.md", "Crew")]
    ]


def test_not_in_these_documents_can_be_right(path: Path, searcher: Searcher) -> None:
    kept = Feedback(path)
    kept.record(searcher.ask(FERRIES), None, helpful=True)
    kept.record(searcher.ask(GOLD), None, helpful=True)
    assert lines(path)[1] == {
        "question": GOLD,
        "document": None,
        "section": None,
        "contains": None,
        "rating": "up",
        "searched": ["copy.md", "harbour.md"],
    }
    assert [question.answerable for question in asked(path, searcher).questions] == [True, False]


def test_not_in_some_documents_says_nothing_of_the_others(path: Path, searcher: Searcher) -> None:
    kept = Feedback(path)
    kept.record(searcher.ask(FERRIES), None, helpful=True)
    kept.record(searcher.ask(GOLD, documents=["copy.md"]), None, helpful=True)
    found = asked(path, searcher)
    assert ([question.text for question in found.questions], found.left_out) == (
        [FERRIES],
        1,
    )


def test_what_is_rated_down_is_left_out_until_somebody_corrects_it(
    path: Path, searcher: Searcher
) -> None:
    kept = Feedback(path)
    kept.record(searcher.ask(FERRIES), None, helpful=True)
    kept.record(searcher.ask("Anna"), None, helpful=False)
    kept.record(searcher.ask(GOLD), None, helpful=False)
    assert [line["rating"] for line in lines(path)] == ["up", "down", "down"]
    found = asked(path, searcher)
    assert ([question.text for question in found.questions], found.left_out) == (
        [FERRIES],
        2,
    )
    corrected = {"question": "Anna", "section": "Crew", "contains": "Anna does not."}
    path.write_text("\n".join(map(json.dumps, [lines(path)[0], corrected, lines(path)[2]])))
    found = asked(path, searcher)
    assert places(found, searcher)[1] == [("copy.md", "Crew")]
    assert found.left_out == 1


def test_the_last_rating_of_a_question_counts(path: Path, searcher: Searcher) -> None:
    kept = Feedback(path)
    for helpful in (True, False, True):
        kept.record(searcher.ask(FERRIES), None, helpful=helpful)
    for helpful in (True, False):
        kept.record(searcher.ask("Anna"), None, helpful=helpful)
    found = asked(path, searcher)
    assert [question.text for question in found.questions] == [FERRIES]
    assert found.left_out == 1


def test_unrated_lines_of_one_question_all_count(path: Path, searcher: Searcher) -> None:
    line = {"question": "Mara", "section": "Crew", "contains": "Mara"}
    path.write_text("\n".join([json.dumps(line)] * 2))
    assert len(asked(path, searcher).questions) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"section": "Crew", "contains": "Mara", "rating": "sideways"', "neither up nor down"),
        ('"section": "Crew", "contains": 5', "section and contains are text or null"),
        ('"section": null, "contains": null, "rating": "down"', r"\(1 left out\)"),
    ],
)
def test_a_line_that_cannot_be_meant_is_one_sentence(
    path: Path, searcher: Searcher, line: str, said: str
) -> None:
    path.write_text(f'{{"question": "x", {line}}}')
    with pytest.raises(UsageError, match=said):
        asked(path, searcher)


def test_the_file_is_its_owners_alone(path: Path) -> None:
    Feedback(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_is_added_after_one_that_an_editor_left_open(path: Path, searcher: Searcher) -> None:
    path.write_text('{"question": "Mara", "section": "Crew", "contains": "Mara"}')
    Feedback(path).record(searcher.ask("Anna"), None, helpful=True)
    assert [line["question"] for line in lines(path)] == ["Mara", "Anna"]


def test_many_readers_at_once_leave_whole_lines(path: Path, searcher: Searcher) -> None:
    answer = searcher.ask(FERRIES)
    both = [Feedback(path), Feedback(path)]
    threads = [
        threading.Thread(target=lambda kept=kept: [kept.record(answer, None, True) for _ in "abcd"])
        for kept in both * 4
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(path)) == 32


def test_names_and_questions_that_are_no_text_are_kept(path: Path, searcher: Searcher) -> None:
    answer = searcher.ask(FERRIES)
    passage = replace(answer.hits[0].passage, document="\udcff.md")
    hit = replace(answer.hits[0], passage=passage)
    Feedback(path).record(replace(answer, read_as="Où? \ud800" + "x" * 5000), hit, helpful=True)
    (line,) = lines(path)
    assert line["document"] == "\udcff.md"
    assert (line["question"][:5], len(line["question"])) == ("Où? \ud800", 2_000)


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("none/f.jsonl", "No such file"), ("pipe", "not a file"), (".", "directory")):
        with pytest.raises(UsageError, match=f"Ratings cannot be kept in .*{why}"):
            Feedback(tmp_path / name)


def test_the_file_does_not_grow_without_end(
    path: Path, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "MOST_BYTES", 200)
    kept = Feedback(path)
    kept.record(searcher.ask(FERRIES), None, helpful=True)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="full of ratings; name another file"):
        kept.record(searcher.ask("Mara"), None, helpful=True)
    assert path.read_bytes() == before


def test_a_full_disk_leaves_no_half_line(
    path: Path, searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Feedback(path)
    kept.record(searcher.ask(FERRIES), None, helpful=True)
    before, write = path.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda handle, line: write(handle, line[:10]))
    with pytest.raises(UsageError, match="no space is left"):
        kept.record(searcher.ask("Mara"), None, helpful=True)
    assert path.read_bytes() == before


def test_eval_says_how_many_were_left_out(
    path: Path, searcher: Searcher, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Feedback(path)
    kept.record(searcher.ask(FERRIES), None, helpful=True)
    kept.record(searcher.ask("Mara"), None, helpful=True)
    kept.record(searcher.ask("Anna"), None, helpful=False)
    command = ["eval", str(path), "--index", str(path.parent / "index")]
    assert cli.main(command) == 0
    said = "feedback: 2 questions (1 more left out), 3 passages"
    assert capsys.readouterr().out.splitlines()[0] == said
    assert cli.main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["left_out"] == 1
