"""The events of the page: its functions are called as gradio calls them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from briefqa import BuildError, IndexBusy, IndexDamaged, IndexNotFound, UsageError, build
from briefqa.answering.searcher import Searcher
from briefqa.index.manifest import Manifest
from briefqa.indexing.library import Library
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import (
    EVERYWHERE,
    Answer,
    Carried,
    CarriedKind,
    Document,
    DocumentInfo,
    Hit,
    Passage,
    Place,
    PlaceUnit,
    Query,
    Where,
)
from briefqa.ui import document_changes, documents_view, layout, messages, page, session
from briefqa.ui.feedback import Feedback
from briefqa.ui.html import Html
from briefqa.ui.service import IndexService
from briefqa.ui.turns import Problem, Turn, TurnStore
from tests.lighthouse import ADA, HOSTILE, LIGHTHOUSE, Reading, answer, words


class Scripted(IndexService):
    """An index that gives the same answer to everything, and counts how often it is asked."""

    def __init__(self, reply: Answer | Exception) -> None:
        super().__init__(Path("nowhere"))
        self.reply = reply
        self.asked: list[str] = []

    def searcher(self) -> Searcher:
        return cast("Searcher", self)

    def ask(self, query: Query) -> Answer:
        self.asked.append(query.text)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    def document(self, name: str) -> Document:
        if name != LIGHTHOUSE.name:
            raise UsageError(f"There is no document '{name}' in index.")
        return LIGHTHOUSE

    def documents(self) -> tuple[DocumentInfo, ...]:
        return (DocumentInfo(LIGHTHOUSE.name, LIGHTHOUSE.title, "", 3, (("Keeper",), ("Cat",))),)

    @property
    def reader_note(self) -> str:
        return ""

    def generation(self) -> str:
        return "generation-1"

    def manifest(self) -> Manifest:
        return cast("Manifest", SimpleNamespace(indexed=lambda: ()))


def event(service: IndexService, name: str) -> Callable[..., Any]:
    functions = page(service).fns.values()
    function: Callable[..., Any] = next(fn.fn for fn in functions if fn.name == name)
    return function


def tab(turns: Iterable[Turn] = ()) -> str:
    """What a tab sends along that shows these turns."""
    return json.dumps({"turns": json.loads(messages.saved(turns)), "where": None, "draft": ""})


def tab_of(log: str) -> str:
    """What a tab sends along that shows this conversation."""
    (saved,) = [value for name, value in Reading(log).attributes if name == "data-turns"]
    return json.dumps({"turns": json.loads(saved or "[]")})


def asked_in(log: str) -> list[str]:
    """The questions that a tab saves which shows this conversation."""
    return [turn.question for turn in messages.tab(tab_of(log)).turns]


def unknown(*questions: str) -> str:
    """What a tab sends along whose answers the server does not have."""
    return tab(Turn(question, None) for question in questions)


def said(reply: Answer | Exception, question: str | None) -> tuple[str, str, int]:
    """What the conversation reads, what stays in the question box, and how many turns there are."""
    shown, left, turns = "", "", 0
    for box, log, *_ in event(Scripted(reply), "_ask")(question, tab()):
        shown = Reading(log).text if isinstance(log, str) else shown
        left = box if isinstance(box, str) else left
        turns = len(asked_in(log)) if isinstance(log, str) else turns
    return shown, left, turns


def test_no_template_holds_more_than_the_name_of_its_value() -> None:
    # Gradio evaluates what a template yields as JavaScript: `{{value}}` would run `${...}` in it.
    config = page(Scripted(answer(ADA))).get_config_file()
    parts = [part["props"] for part in config["components"] if part["type"] == "html"]
    assert len(parts) >= 7
    assert {part["html_template"] for part in parts} == {"${value}"}


def test_programs_reach_three_functions_and_nothing_else() -> None:
    named = page(Scripted(answer(ADA))).get_api_info()["named_endpoints"]
    assert sorted(named) == ["/ask", "/documents", "/search"]


# Asking


@pytest.mark.parametrize("blank", ["", "  \n\t ", None])
def test_a_blank_question_changes_nothing(blank: str | None) -> None:
    assert said(answer(ADA), blank) == ("", "", 0)


def test_a_question_shows_at_once_and_its_answer_follows() -> None:
    steps = list(event(Scripted(answer(ADA)), "_ask")("Who?", tab()))
    assert [words(Reading(step[1]).text) for step in steps] == [
        "Who?Looking …",
        "Who?The keeper was called Ada.[1] The lighthouse › Keeper · ¶1 Keep",
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


# Opening the page


def start(service: IndexService, sent: str = "", **parameters: str) -> list[list[Any]]:
    request = SimpleNamespace(query_params=parameters)
    return list(event(service, "_start")(sent, request))


def test_the_page_opens_with_what_is_in_the_documents_and_questions_their_headings_make() -> None:
    ((_, log, _, library, menu),) = start(Scripted(answer(ADA)))
    assert "Ask “The lighthouse” a question." in Reading(log).text
    assert "What is in itKeeperCat" in Reading(log).text
    for part in (log, menu):
        assert "What is said under “Keeper”?" in Reading(part).text
    assert "The lighthouse" in Reading(library).text
    assert Reading(menu).text.startswith(
        "1 documentMenuExample questionsKept quotesAll mentionsDraft checkQuestionnaire"
        "Save as Markdown"
    )


def test_a_question_in_the_address_is_written_down_for_the_script_to_ask() -> None:
    service = Scripted(answer(ADA))
    ((box, *_),) = start(service, q=f"Who? {HOSTILE}")
    assert (box, service.asked) == (f"Who? {HOSTILE}", [])
    assert len(start(Scripted(answer(ADA)), q="x" * 99_999)[0][0]) == 20_000


def test_a_page_that_is_loaded_again_shows_its_answers_and_asks_nothing() -> None:
    service = Scripted(answer(ADA))
    log = ""
    for number in range(20):
        log = last_of(
            event(service, "_ask")(f"Who lit lamp {number}?", tab_of(log) if log else "")
        )[1]
    assert len(service.asked) == 20
    ((box, again, source, *_),) = start(service, tab_of(log), q="Who lit lamp 19?")
    assert len(service.asked) == 20
    assert again == log
    assert Reading(source).answering == "The keeper was called Ada."
    assert box == ""  # the address follows the conversation


def test_after_a_restart_each_question_is_shown_at_once_and_asked_again_in_order() -> None:
    service = Scripted(answer(ADA))
    first, second, third = start(service, unknown("Why?", "Who?"))
    assert Reading(first[1]).text == "Why?Asking again …Who?Asking again …"
    assert [words(Reading(step[1]).text).count("called Ada.") for step in (second, third)] == [1, 2]
    assert "The keeper was called Ada." in Reading(third[2]).text
    assert service.asked == ["Why?", "Who?"]
    start(service, tab_of(third[1]))
    assert service.asked == ["Why?", "Who?"]


def test_after_a_restart_without_an_index_nothing_is_forgotten_and_it_is_answered_later() -> None:
    service = Scripted(IndexNotFound("There is no index."))
    *_, last = start(service, unknown("Why?", "Who?", "When?"))
    assert Reading(last[1]).text == "".join(
        f"{w}?There is no index." for w in ("Why", "Who", "When")
    )
    assert service.asked == ["Why?"]  # of the others it is known then
    *_, last = start(service, tab_of(last[1]))
    assert asked_in(last[1]) == ["Why?", "Who?", "When?"]

    service.reply = answer(ADA)
    *_, last = start(service, tab_of(last[1]))
    assert Reading(last[1]).text.count("The keeper was called Ada.") == 3
    assert asked_in(last[1]) == ["Why?", "Who?", "When?"]


def test_what_was_carried_over_is_carried_over_again_after_a_restart() -> None:
    carried = Carried(CarriedKind.ABOUT, "lamp")
    where = Where((LIGHTHOUSE.name,), "Keeper")
    turn = Turn("How long?", replace(answer(ADA), carried=(carried,)), where)
    (restored,) = session.restored(Scripted(answer(ADA)), messages.tab(tab([turn])).turns)
    assert restored == Turn("How long?", None, where, carry=(carried,))


def test_where_a_question_was_asked_outlasts_a_restart_without_an_index() -> None:
    class Indexless(Scripted):
        def documents(self) -> tuple[DocumentInfo, ...]:
            raise IndexNotFound("There is no index.")

    where = Where((LIGHTHOUSE.name,))
    sent = tab([Turn("Who?", None, where), Turn("When?", None, where), Turn("Why?", None)])
    without = session.restored(Indexless(answer(ADA)), messages.tab(sent).turns)
    later = session.restored(Scripted(answer(ADA)), messages.tab(tab(without)).turns)
    assert [turn.where for turn in later] == [where, where, EVERYWHERE]


def test_a_tab_with_thousands_of_ticks_sends_little() -> None:
    names = [f"reports/of/the/year/{number}.md" for number in range(2_000)]
    turns = [Turn("Who?", None, Where(tuple(names[::2])))] * 100
    assert len(messages.saved(turns)) < 25_000
    (*_, last) = messages.turns_of(messages.tab(tab(turns)).turns, names)
    assert last.where.documents == tuple(names[::2])


def test_where_nothing_is_ticked_a_sentence_says_so() -> None:
    service = Scripted(answer(ADA))
    *_, last = event(service, "_ask")("Who?", json.dumps({"where": {"documents": "+"}}))
    assert "No document that is here is ticked" in Reading(last[1]).text
    assert service.asked == []


def test_the_library_is_sent_again_only_if_it_has_changed() -> None:
    service = Scripted(answer(ADA))
    known = documents_view.stamp(service.documents())
    *_, last = event(service, "_ask")("Who?", json.dumps({"listed": known}))
    assert not any(isinstance(part, Html) for part in last[3:])
    *_, last = event(service, "_ask")("Who?", json.dumps({"listed": "another"}))
    assert LIGHTHOUSE.title in Reading(last[3]).text


def test_a_document_is_opened_from_its_title_with_what_is_cited_in_it() -> None:
    service = Scripted(answer(ADA))
    *_, last = event(service, "_ask")("Who?", "")
    read = event(service, "_read")
    _, opened = read(Sent(document=LIGHTHOUSE.name), "")
    assert "← Documents" in Reading(opened).text
    assert Reading(opened).marked == ""
    _, opened = read(Sent(document=LIGHTHOUSE.name, turn=1, hit=1), tab_of(last[1]))
    assert Reading(opened).marked == ADA.passage.text
    assert "Keeper · cited here" in Reading(opened).text
    _, opened = read(Sent(document=LIGHTHOUSE.name, section="Cat"), "")
    attributes = Reading(opened).attributes
    place = attributes.index(("data-start", str(LIGHTHOUSE.text.index("Cat"))))
    assert "data-here" in dict(attributes[place : place + 3])
    _, opened = read(Sent(document="none.md"), "")
    assert "There is no document 'none.md'" in Reading(opened).text
    for nonsense in (Sent(), Sent(document=3), Sent(document=LIGHTHOUSE.name, at="x")):
        assert not isinstance(read(nonsense, "")[1], Html)


def test_a_problem_that_a_later_index_does_not_solve_is_shown_and_not_asked_again() -> None:
    service = Scripted(answer(ADA))
    *_, last = event(service, "_ask")("why " * 1_000, "")
    ((_, log, *_),) = start(Scripted(answer(ADA)), tab_of(last[1]))
    assert "2,000 characters and this one has 3,999" in Reading(log).text
    assert service.asked == []


def test_a_new_conversation_takes_the_answers_of_the_old_one_out_of_the_store() -> None:
    service = Scripted(answer(ADA))
    *_, last = event(service, "_ask")("Who?", "")
    assert len(service.turns) == 1
    event(service, "_clear")(tab_of(last[1]))
    assert len(service.turns) == 0


def test_only_the_answers_used_last_are_stored_and_those_only_for_a_while() -> None:
    now = [0.0]
    store = TurnStore(most=2, seconds=60, clock=lambda: now[0])
    one, two = (store.put(Turn(question, answer(ADA))) for question in ("One?", "Two?"))
    assert store.get(one.id) == one
    three = store.put(Turn("Three?", answer(ADA)))
    assert [store.get(turn.id) for turn in (one, two, three)] == [one, None, three]
    now[0] = 50
    store.get(one.id)
    now[0] = 100
    assert [store.get(turn.id) for turn in (one, three)] == [one, None]
    store.put(Turn("Four?", answer(ADA)))
    assert len(store) == 2
    assert len({len(turn.id) for turn in (one, two, three)} | {one.id, two.id, three.id}) == 4


def test_a_service_that_is_closed_lets_go_of_index_and_answers_and_can_be_asked_again(
    workshop: IndexService,
) -> None:
    searcher = workshop.searcher()
    event(workshop, "_ask")("Which lamp is green?", "")
    workshop.close()
    assert len(workshop.turns) == 0
    assert workshop.searcher() is not searcher


@pytest.mark.parametrize(
    "strange",
    ["", "[]", "{", '{"turns": 3}', '{"turns": [3, {}, {"question": 5}]}', "[" * 9_999, None, 7,
     '{"turns": [{"question": "", "carry": [[1]], "documents": 5}], "where": [1]}',
     '{"turns": [{"question": "x", "id": ["a"], "problem": {"sentence": 1}}]}'],
)  # fmt: skip
def test_whatever_a_tab_sends_as_saved_the_page_opens(strange: object) -> None:
    service = Scripted(answer(ADA))
    start(service, cast("str", strange))
    assert "None yet." in Reading(event(service, "_show_kept")(strange)).text
    *_, last = event(service, "_ask")("Who?", strange)
    assert "The keeper was called Ada." in Reading(last[1]).text


def test_half_a_character_in_a_question_does_not_lose_the_conversation() -> None:
    *_, last = event(Scripted(answer(ADA)), "_ask")("Who? \ud800", "")
    sent = tab_of(last[1])
    assert [turn.question for turn in messages.tab(sent).turns] == ["Who? \ud800"]


def test_the_server_was_restarted_and_the_conversation_goes_on() -> None:
    *_, last = event(Scripted(answer(ADA)), "_ask")("How long?", unknown("Who?", "Why?"))
    assert asked_in(last[1]) == ["Who?", "Why?", "How long?"]


def test_without_an_index_the_page_says_so_and_offers_a_way_on(tmp_path: Path) -> None:
    service = IndexService(tmp_path / "index", library=Library(tmp_path / "index"))
    ((_, log, _, library, menu),) = start(service)
    assert "There is no index in" in Reading(log).text
    assert "Build the index again" in Reading(log).text
    assert "Choose files" in Reading(library).text
    assert Reading(menu).text.startswith("0 documents")
    *_, last = event(service, "_ask")("Who?", tab())
    assert "There is no index in" in Reading(last[1]).text


# Opening a source


class Sent:
    def __init__(self, **data: object) -> None:
        self._data = data


def opened(turn: Turn | None, /, **sent: object) -> str:
    service = Scripted(answer(ADA))
    stored = [] if turn is None else [turn]
    if turn is not None and isinstance(turn.reply, Answer):
        stored = [service.turns.put(turn)]
    *_, article = event(service, "_open")(Sent(**sent), tab(stored))
    return words(Reading(article).text)


def test_choosing_a_citation_opens_it() -> None:
    assert "She lit the lamp" in opened(Turn("Who?", answer(ADA)), turn=1, hit=1)


@pytest.mark.parametrize(
    ("turn", "sent", "sentence"),
    [
        (None, {"turn": 1, "hit": 1}, "That answer is no longer here"),
        (Turn("Who?", Problem("No index.")), {"turn": 1, "hit": 1}, "is no longer here"),
        (Turn("Who?", answer(ADA)), {"turn": 1, "hit": 9}, "That answer has no source 9."),
        (Turn("Who?", answer(ADA)), {"turn": 1, "hit": "<b>"}, "That answer is no longer here"),
        (Turn("Who?", answer(ADA)), {"turn": True, "hit": 1}, "That answer is no longer here"),
        (Turn("Who?", answer(ADA)), {}, "That answer is no longer here"),
    ],
)
def test_a_citation_that_cannot_be_opened_says_why(
    turn: Turn | None, sent: dict[str, object], sentence: str
) -> None:
    assert sentence in opened(turn, **sent)


def test_a_document_that_changed_or_went_since_the_answer_says_so() -> None:
    passage = ADA.passage
    moved = replace(passage, title="T", section=(), text="Other words.")
    gone = Passage("gone.md", "T", (), "x", 0, 1, (1, 1), Place(PlaceUnit.LINE, 1, 1))
    for changed, sentence in [(moved, "indexed anew"), (gone, "no document 'gone.md'")]:
        turn = Turn("Who?", answer(Hit(1, changed, ADA.evidence)))
        assert sentence in opened(turn, turn=1, hit=1)


def test_asking_one_question_again_leaves_the_others() -> None:
    turns = tuple(Turn(question, answer(ADA)) for question in ("Who?", "When?", "Where?"))
    again = session.ask_alone(Scripted(UsageError("No.")), turns, 2)
    assert again == (turns[0], Turn("When?", Problem("No."), carry=()), turns[2])


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("_ask_alone", {"turn": "1"}),
        ("_ask_alone", {"number": 1}),
        ("_rate", {"turn": 1, "rate": "sideways"}),
        ("_export", {"form": "exe"}),
    ],
)
def test_an_event_that_the_page_does_not_send_changes_nothing(
    name: str, sent: dict[str, object], tmp_path: Path
) -> None:
    service = Scripted(answer(ADA))
    service.feedback = Feedback(tmp_path / "ratings.jsonl")
    turns = [service.turns.put(Turn("Who?", answer(ADA)))]
    outputs = event(service, name)(Sent(**sent), tab(turns))
    nothing = {"__type__": "update"}
    assert outputs == nothing or outputs == [nothing] * len(outputs)
    assert (tmp_path / "ratings.jsonl").read_text("utf-8") == ""


def test_a_conversation_keeps_its_last_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "MOST_TURNS", 2)
    now = last_of(event(Scripted(answer(ADA)), "_ask")("Where?", unknown("Who?", "When?")))[1]
    assert asked_in(now) == ["When?", "Where?"]


def test_a_thumb_is_kept_only_if_that_was_asked_for(tmp_path: Path) -> None:
    service = Scripted(answer(ADA))
    turn = service.turns.put(Turn("Who?", answer(ADA)))
    thumb = (Sent(turn=1, rate="up"), tab([turn]))
    assert event(service, "_rate")(*thumb) == {"__type__": "update"}  # nothing changes
    service.feedback = Feedback(tmp_path / "ratings.jsonl")
    log = event(service, "_rate")(*thumb)
    assert ("aria-pressed", "true") in Reading(log).attributes
    assert service.turns.get(turn.id) == replace(turn, rating=True)
    (line,) = (tmp_path / "ratings.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["rating"] == "up"


# Documents that come and go


@pytest.fixture
def workshop(tmp_path: Path, hashing_embedder: HashingEmbedder) -> IndexService:
    """An index of two documents that may be changed."""
    notes, index = tmp_path / "notes", tmp_path / "index"
    notes.mkdir()
    (notes / "one.md").write_text("# One\n\nThe first lamp is green.\n", encoding="utf-8")
    (notes / "two.md").write_text("# Two\n\nThe second lamp is red.\n", encoding="utf-8")
    build(notes, index=index, model=hashing_embedder)
    library = Library(index, tmp_path / "uploads", model=hashing_embedder)
    return IndexService(index, library=library, model=hashing_embedder)


def last_of(steps: Iterator[list[Any]]) -> list[Any]:
    *_, last = steps
    return last


def test_a_removed_document_is_gone_and_can_be_had_back(workshop: IndexService) -> None:
    notice, library, menu, removed, *_ = last_of(
        event(workshop, "_remove")(Sent(document="two.md"))
    )
    assert Reading(notice).text == "two.md is no longer searched. Undo"
    assert "Two" not in Reading(library).text
    assert Reading(menu).text.startswith("1 document")
    notice, library, menu, removed, *_ = last_of(event(workshop, "_restore")(removed))
    assert Reading(notice).text == "two.md: added, 1 passage"
    assert "Two" in Reading(library).text
    assert removed is None


def test_what_cannot_be_changed_is_told_in_a_sentence(workshop: IndexService) -> None:
    unknown = last_of(event(workshop, "_remove")(Sent(document="none.md")))
    assert "There is no document 'none.md'" in Reading(unknown[0]).text
    nothing = last_of(event(workshop, "_restore")(None))
    assert "nothing to undo" in Reading(nothing[0]).text


def test_a_page_that_only_reads_changes_nothing(workshop: IndexService) -> None:
    workshop.library = None
    for name, sent in [
        ("_remove", (Sent(document="two.md"),)),
        ("_add", (Sent(batch="x"),)),
        ("_restore", (None,)),
        ("_rebuild", ()),
    ]:
        notice = last_of(event(workshop, name)(*sent))[0]
        assert "cannot be changed" in Reading(notice).text
    assert len(workshop.documents()) == 2


def test_a_damaged_index_is_built_again_and_the_lost_question_answered(
    workshop: IndexService,
) -> None:
    (passages,) = workshop.index.glob("generation-*/passages.jsonl")
    passages.write_text("{}")
    log = last_of(event(workshop, "_ask")("Which lamp is green?", tab()))[1]
    assert "damaged" in Reading(log).text
    notice = last_of(event(workshop, "_rebuild")())[0]
    log = event(workshop, "_retry")(tab_of(log))
    assert Reading(notice).text == "The documents are indexed anew."
    assert "The first lamp is green." in Reading(log).text


def test_a_file_that_changed_or_went_since_it_was_indexed_is_told_over_its_text(
    workshop: IndexService, tmp_path: Path
) -> None:
    log = last_of(event(workshop, "_ask")("Which lamp is green?", tab()))[1]
    one = tmp_path / "notes" / "one.md"

    def shown() -> str:
        *_, article = event(workshop, "_open")(Sent(turn=1, hit=1), tab_of(log))
        return Reading(article).text

    assert "this is the text that was indexed" not in shown()
    one.write_text("# One\n\nThe first lamp is out.\n", encoding="utf-8")
    assert "The file has changed since it was indexed" in shown()
    one.unlink()
    assert "The file is no longer there" in shown()
    assert "The first lamp is green." in shown()


def test_an_index_that_is_gone_is_built_again_of_what_people_added_too(
    workshop: IndexService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workshop.library is not None
    three = tmp_path / "three.md"
    three.write_text("# Three\n\nThe third lamp is blue.\n", encoding="utf-8")
    workshop.library.add([("three.md", three)])
    (tmp_path / "notes").rename(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    shutil.rmtree(workshop.index)
    notice = last_of(event(workshop, "_rebuild")())[0]
    assert Reading(notice).text == "The documents are indexed anew."
    assert [info.name for info in workshop.documents()] == ["one.md", "two.md", "three.md"]


def test_a_receipt_that_cannot_be_made_leaves_the_page_as_it_is(workshop: IndexService) -> None:
    log = last_of(event(workshop, "_ask")("Which lamp is green?", tab()))[1]
    shutil.rmtree(workshop.index)
    with pytest.warns(UserWarning, match="There is no index"):
        exported = event(workshop, "_export")(Sent(form="receipt"), tab_of(log))
    assert exported == [{"__type__": "update"}] * 2  # nothing changes


def test_what_is_asked_while_documents_are_indexed_stays(workshop: IndexService) -> None:
    before = last_of(event(workshop, "_ask")("Which lamp is green?", tab()))[1]
    removing = event(workshop, "_remove")(Sent(document="two.md"))
    next(removing)
    during = last_of(event(workshop, "_ask")("Which lamp is red?", tab_of(before)))[1]
    last_of(removing)
    assert event(workshop, "_retry")(tab_of(during)) == {"__type__": "update"}  # as it is
    assert asked_in(during) == ["Which lamp is green?", "Which lamp is red?"]


def test_changes_wait_for_each_other_and_none_is_dropped(workshop: IndexService) -> None:
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
    assert Reading(done.notice).text == str(failure)


def test_a_bug_in_a_change_is_told_in_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    (done,) = document_changes.steps(lambda progress: cast("document_changes.Done", 1 // 0))
    assert isinstance(done, document_changes.Done)
    assert (
        Reading(done.notice).text == "Something went wrong; the terminal says what. Try it again."
    )
    assert "ZeroDivisionError" in caplog.text
