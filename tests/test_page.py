"""What does each event of the page do? Its functions are called as gradio calls them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from briefqa import BuildError, IndexBusy, IndexDamaged, IndexNotFound, UsageError, build
from briefqa.answering.searcher import Searcher
from briefqa.index.manifest import Manifest
from briefqa.indexing.library import Library
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import Answer, Document, DocumentInfo, Hit, Passage, Query
from briefqa.ui import document_changes, layout, page, session
from briefqa.ui.feedback import Feedback
from briefqa.ui.layout import EXAMPLES, EXAMPLES_ARE_ABOUT
from briefqa.ui.service import Desk
from briefqa.ui.session import Problem, Turn, Turns
from tests.lighthouse import ADA, HOSTILE, LIGHTHOUSE, Reading, answer, words


class Scripted(Desk):
    """A desk whose index gives the same answer to everything."""

    def __init__(self, reply: Answer | Exception) -> None:
        super().__init__(Path("nowhere"))
        self.reply = reply

    def searcher(self) -> Searcher:
        return cast("Searcher", self)

    def ask(self, query: Query) -> Answer:
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    def document(self, name: str) -> Document:
        if name != LIGHTHOUSE.name:
            raise UsageError(f"There is no document '{name}' in index.")
        return LIGHTHOUSE

    def documents(self) -> tuple[DocumentInfo, ...]:
        return (DocumentInfo(LIGHTHOUSE.name, LIGHTHOUSE.title, "", 3, (("Keeper",), ("Cat",))),)

    def generation(self) -> str:
        return "generation-1"

    def manifest(self) -> Manifest:
        return cast("Manifest", SimpleNamespace(indexed=lambda: ()))


def event(desk: Desk, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = next(fn.fn for fn in page(desk).fns.values() if fn.name == name)
    return found


def kept(*questions: str) -> str:
    """What a tab keeps in which these questions were asked."""
    turns: list[dict[str, object]] = [
        {"question": question, "carry": [], "documents": None, "section": None}
        for question in questions
    ]
    return json.dumps({"turns": turns, "where": None})


def said(reply: Answer | Exception, question: str | None) -> tuple[str, str, int]:
    """What the conversation reads, what stays in the question box, and how many turns there are."""
    shown, left, turns = "", "", 0
    for box, now, log, *_ in event(Scripted(reply), "_ask")(question, (), kept()):
        shown = Reading(log).text if isinstance(log, str) else shown
        left = box if isinstance(box, str) else left
        turns = len(now) if isinstance(now, tuple) else turns
    return shown, left, turns


def test_no_template_holds_more_than_the_name_of_its_value() -> None:
    # Gradio evaluates what a template yields as JavaScript: `{{value}}` would run `${...}` in it.
    config = page(Scripted(answer(ADA))).get_config_file()
    parts = [part["props"] for part in config["components"] if part["type"] == "html"]
    assert len(parts) >= 8
    assert {part["html_template"] for part in parts} == {"${value}"}


def test_programs_reach_three_functions_and_nothing_else() -> None:
    named = page(Scripted(answer(ADA))).get_api_info()["named_endpoints"]
    assert sorted(named) == ["/ask", "/documents", "/search"]


# Asking


@pytest.mark.parametrize("blank", ["", "  \n\t ", None])
def test_a_blank_question_changes_nothing(blank: str | None) -> None:
    assert said(answer(ADA), blank) == ("", "", 0)


def test_a_question_shows_at_once_and_its_answer_follows() -> None:
    steps = list(event(Scripted(answer(ADA)), "_ask")("Who?", (), kept()))
    assert [words(Reading(step[2]).text) for step in steps] == [
        "Who?Looking …",
        "Who?The keeper was called Ada.[1] The lighthouse › Keeper › ¶1",
    ]


def test_a_question_of_100_000_characters_gets_a_sentence_and_is_kept_for_shortening() -> None:
    shown, left, turns = said(answer(ADA), "why " * 25_000)
    assert shown.endswith("2,000 characters and this one has 99,999: ask for one thing at a time.")
    assert len(shown) < 400
    assert (len(left), turns) == (99_999, 1)


@pytest.mark.parametrize("question", ["🦊", HOSTILE, "a\x00b", "\ud800", "*e* [a TO z] \"'"])
def test_an_odd_question_is_asked_like_any_other(question: str) -> None:
    shown, _, turns = said(answer(ADA), question)
    assert "The keeper was called Ada." in shown
    assert turns == 1
    shown.encode("utf-8")


def test_a_failure_is_one_sentence_in_the_conversation() -> None:
    damaged = IndexDamaged("The index is damaged; build it again with: briefqa build")
    assert said(damaged, "Who?")[0] == f"Who?{damaged}"


def test_a_bug_is_told_in_the_terminal_and_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    shown, _, _ = said(ZeroDivisionError("division by zero"), "Who?")
    assert shown == ("Who?Something went wrong while answering; the terminal says what. Ask again.")
    assert "ZeroDivisionError" in caplog.text


def test_the_examples_are_questions_the_bundled_brief_is_held_to(repo: Path) -> None:
    lines = (repo / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    answerable = {q["question"] for q in map(json.loads, lines) if q.get("contains")}
    assert set(EXAMPLES) <= answerable
    assert (repo / "data" / EXAMPLES_ARE_ABOUT).is_file()


# Opening the page


def start(desk: Desk, keeps: str = "", **parameters: str) -> list[Any]:
    asked = SimpleNamespace(query_params=parameters)
    return list(event(desk, "_start")(keeps, asked))


def test_other_documents_than_the_bundled_brief_come_without_its_examples() -> None:
    _, _, log, _, _, shelf, menu = start(Scripted(answer(ADA)))
    assert "Ask “The lighthouse” a question." in Reading(log).text
    assert "button" not in Reading(log).tags
    assert "The lighthouse" in Reading(shelf).text
    assert Reading(menu).text.startswith("1 document")


def test_a_question_in_the_address_is_written_down_and_not_asked() -> None:
    box, turns, *_ = start(Scripted(answer(ADA)), q=f"Who? {HOSTILE}")
    assert (box, turns) == (f"Who? {HOSTILE}", ())
    assert len(start(Scripted(answer(ADA)), q="x" * 9_999)[0]) == 2_000


def test_a_tab_that_is_loaded_again_has_its_conversation_again() -> None:
    box, turns, log, listed, *_ = start(Scripted(answer(ADA)), kept("Why?", "Who?"), q="Who?")
    assert [turn.question for turn in turns] == ["Why?", "Who?"]
    assert Reading(log).text.count("The keeper was called Ada.") == 2
    assert "The keeper was called Ada." in Reading(listed).text
    assert box == ""  # the address follows the conversation


@pytest.mark.parametrize(
    "strange",
    ["", "[]", "{", '{"turns": 3}', '{"turns": [3, {}, {"question": 5}]}', "[" * 9_999, None, 7,
     '{"turns": [{"question": "", "carry": [[1]], "documents": 5}], "where": [1]}'],
)  # fmt: skip
def test_whatever_a_tab_sends_as_kept_the_page_opens(strange: object) -> None:
    desk = Scripted(answer(ADA))
    start(desk, cast("str", strange))
    *_, last = event(desk, "_ask")("Who?", (), strange)
    assert "The keeper was called Ada." in Reading(last[2]).text


def test_the_server_was_restarted_and_the_conversation_goes_on() -> None:
    *_, last = event(Scripted(answer(ADA)), "_ask")("How long?", (), kept("Who?", "Why?"))
    assert [turn.question for turn in last[1]] == ["Who?", "Why?", "How long?"]


def test_without_an_index_the_page_says_so_and_offers_a_way_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "index", library=Library(tmp_path / "index", tmp_path / "uploads"))
    _, _, log, _, _, shelf, menu = start(desk)
    assert "There is no index in" in Reading(log).text
    assert "Build the index again" in Reading(log).text
    assert "Choose files" in Reading(shelf).text
    assert Reading(menu).text.startswith("0 documents")
    *_, last = event(desk, "_ask")("Who?", (), kept())
    assert "There is no index in" in Reading(last[2]).text


# Opening a source


class Sent:
    def __init__(self, **data: object) -> None:
        self._data = data


def opened(turns: Turns, **sent: object) -> str:
    keeps = kept(*(turn.question for turn in turns if isinstance(turn.reply, Answer)))
    *_, article = event(Scripted(answer(ADA)), "_choose")(Sent(**sent), turns, keeps)
    return words(Reading(article).text)


def test_choosing_a_citation_opens_it() -> None:
    assert "She lit the lamp" in opened((Turn("Who?", answer(ADA)),), turn=1, hit=1)


@pytest.mark.parametrize(
    ("turns", "sent", "sentence"),
    [
        ((), {"turn": 1, "hit": 1}, "That answer is no longer here"),
        ((Turn("Who?", Problem("No index.")),), {"turn": 1, "hit": 1}, "is no longer here"),
        ((Turn("Who?", answer(ADA)),), {"turn": 1, "hit": 9}, "That answer has no source 9."),
        ((Turn("Who?", answer(ADA)),), {"turn": 1, "hit": "<b>"}, "has no source -1."),
        ((Turn("Who?", answer(ADA)),), {}, "That answer is no longer here"),
    ],
)
def test_a_citation_that_cannot_be_opened_says_why(
    turns: Turns, sent: dict[str, object], sentence: str
) -> None:
    assert sentence in opened(turns, **sent)


def test_a_document_that_changed_or_went_since_the_answer_says_so() -> None:
    passage = ADA.passage
    moved = Passage(
        passage.document, "T", (), "Other words.", passage.start, passage.end, (1, 1), (1, 1)
    )
    gone = Passage("gone.md", "T", (), "x", 0, 1, (1, 1), (1, 1))
    for changed, sentence in [(moved, "indexed anew"), (gone, "no document 'gone.md'")]:
        turn = Turn("Who?", answer(Hit(1, changed, ADA.evidence)))
        assert sentence in opened((turn,), turn=1, hit=1)


def test_asking_one_question_again_leaves_the_others() -> None:
    turns = tuple(Turn(question, answer(ADA)) for question in ("Who?", "When?", "Where?"))
    again = session.ask_again(Scripted(UsageError("No.")), turns, 2, ())
    assert again == (turns[0], Turn("When?", Problem("No.")), turns[2])


def test_a_conversation_keeps_its_last_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MOST_TURNS", 2)
    turns = tuple(Turn(question, answer(ADA)) for question in ("Who?", "When?"))
    now = last_of(event(Scripted(answer(ADA)), "_ask")("Where?", turns, kept("Who?", "When?")))[1]
    assert [turn.question for turn in now] == ["When?", "Where?"]


def test_a_thumb_is_kept_only_if_that_was_asked_for(tmp_path: Path) -> None:
    desk, turns = Scripted(answer(ADA)), (Turn("Who?", answer(ADA)),)
    thumb = (Sent(turn=1, rate="up"), turns, kept("Who?"))
    assert event(desk, "_rate")(*thumb) == [{"__type__": "update"}] * 2  # nothing changes
    desk.feedback = Feedback(tmp_path / "ratings.jsonl")
    assert event(desk, "_rate")(*thumb)[0] == (Turn("Who?", answer(ADA), rating=True),)
    (line,) = (tmp_path / "ratings.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["rating"] == "up"


# Documents that come and go


@pytest.fixture
def workshop(tmp_path: Path, hashing_embedder: HashingEmbedder) -> Desk:
    """A desk over two documents that may be changed."""
    notes, index = tmp_path / "notes", tmp_path / "index"
    notes.mkdir()
    (notes / "one.md").write_text("# One\n\nThe first lamp is green.\n", encoding="utf-8")
    (notes / "two.md").write_text("# Two\n\nThe second lamp is red.\n", encoding="utf-8")
    build(notes, index=index, model=hashing_embedder)
    library = Library(index, tmp_path / "uploads", model=hashing_embedder)
    return Desk(index, library=library, model=hashing_embedder)


def last_of(steps: Iterator[list[Any]]) -> list[Any]:
    *_, last = steps
    return last


def test_a_removed_document_is_gone_and_can_be_had_back(workshop: Desk) -> None:
    news, shelf, menu, removed = last_of(event(workshop, "_remove")(Sent(document="two.md")))
    assert Reading(news).text == "two.md is no longer searched. Undo"
    assert "two.md" not in Reading(shelf).text
    assert Reading(menu).text.startswith("1 document")
    news, shelf, menu, removed = last_of(event(workshop, "_restore")(removed))
    assert Reading(news).text == "two.md: added, 1 passage"
    assert "two.md" in Reading(shelf).text
    assert removed is None


def test_what_cannot_be_changed_is_told_in_a_sentence(workshop: Desk) -> None:
    unknown = last_of(event(workshop, "_remove")(Sent(document="none.md")))
    assert "There is no document 'none.md'" in Reading(unknown[0]).text
    nothing = last_of(event(workshop, "_restore")(None))
    assert "nothing to undo" in Reading(nothing[0]).text


def test_a_page_that_only_reads_changes_nothing(workshop: Desk) -> None:
    workshop.library = None
    for name, sent in [
        ("_remove", (Sent(document="two.md"),)),
        ("_add", (Sent(batch="x"),)),
        ("_restore", (None,)),
        ("_rebuild", ()),
    ]:
        news = last_of(event(workshop, name)(*sent))[0]
        assert "cannot be changed" in Reading(news).text
    assert len(workshop.documents()) == 2


def test_a_damaged_index_is_built_again_and_the_lost_question_answered(workshop: Desk) -> None:
    (passages,) = workshop.index.glob("generation-*/passages.jsonl")
    passages.write_text("{}")
    turns = last_of(event(workshop, "_ask")("Which lamp is green?", (), kept()))[1]
    assert isinstance(turns[0].reply, Problem)
    assert "damaged" in turns[0].reply.sentence
    news = last_of(event(workshop, "_rebuild")())[0]
    turns, log = event(workshop, "_mend")(turns, kept())
    assert Reading(news).text == "The documents are indexed anew."
    assert isinstance(turns[0].reply, Answer)
    assert "The first lamp is green." in Reading(log).text


def test_a_file_that_changed_or_went_since_it_was_indexed_is_told_over_its_text(
    workshop: Desk, tmp_path: Path
) -> None:
    turns = last_of(event(workshop, "_ask")("Which lamp is green?", (), kept()))[1]
    one = tmp_path / "notes" / "one.md"

    def shown() -> str:
        sent = Sent(turn=1, hit=1)
        *_, article = event(workshop, "_choose")(sent, turns, kept("Which lamp is green?"))
        return Reading(article).text

    assert "this is the text that was indexed" not in shown()
    one.write_text("# One\n\nThe first lamp is out.\n", encoding="utf-8")
    assert "The file has changed since it was indexed" in shown()
    one.unlink()
    assert "The file is no longer there" in shown()
    assert "The first lamp is green." in shown()


def test_an_index_that_is_gone_is_built_again_of_what_people_added_too(
    workshop: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workshop.library is not None
    three = tmp_path / "three.md"
    three.write_text("# Three\n\nThe third lamp is blue.\n", encoding="utf-8")
    workshop.library.add([("three.md", three)])
    (tmp_path / "notes").rename(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(workshop.index)
    news = last_of(event(workshop, "_rebuild")())[0]
    assert Reading(news).text == "The documents are indexed anew."
    assert [info.name for info in workshop.documents()] == ["one.md", "two.md", "three.md"]


def test_a_receipt_that_cannot_be_made_leaves_the_page_as_it_is(workshop: Desk) -> None:
    turns = last_of(event(workshop, "_ask")("Which lamp is green?", (), kept()))[1]
    shutil.rmtree(workshop.index)
    asked = kept("Which lamp is green?")
    with pytest.warns(UserWarning, match="There is no index"):
        event(workshop, "_hand_out")(Sent(form="receipt"), turns, asked)


def test_what_is_asked_while_documents_are_indexed_stays(workshop: Desk) -> None:
    before = last_of(event(workshop, "_ask")("Which lamp is green?", (), kept()))[1]
    removing = event(workshop, "_remove")(Sent(document="two.md"))
    next(removing)
    during = last_of(
        event(workshop, "_ask")("Which lamp is red?", before, kept("Which lamp is green?"))
    )[1]
    last_of(removing)
    asked = ("Which lamp is green?", "Which lamp is red?")
    turns, log = event(workshop, "_mend")(during, kept(*asked))
    assert [each for each in (turns, log) if isinstance(each, tuple | str)] == []  # as they are


def test_changes_wait_for_each_other_and_none_is_dropped(workshop: Desk) -> None:
    functions = page(workshop).fns.values()
    names = ("_add", "_remove", "_restore", "_rebuild")
    changing = [function for function in functions if function.name in names]
    assert len(changing) == 4
    assert {(each.trigger_mode, each.concurrency_limit) for each in changing} == {("multiple", 1)}


@pytest.mark.parametrize(
    "failure",
    [BuildError("No."), IndexBusy("Another build is writing it."), IndexNotFound("None.")],
)
def test_a_change_that_fails_says_why(failure: Exception) -> None:
    def work(progress: object) -> document_changes.Done:
        raise failure

    (done,) = document_changes.steps(work)
    assert isinstance(done, document_changes.Done)
    assert Reading(done.news).text == str(failure)


def test_a_bug_in_a_change_is_told_in_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    (done,) = document_changes.steps(lambda progress: cast("document_changes.Done", 1 // 0))
    assert isinstance(done, document_changes.Done)
    assert Reading(done.news).text == "Something went wrong; the terminal says what. Try it again."
    assert "ZeroDivisionError" in caplog.text
