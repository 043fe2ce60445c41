"""The tools beside the conversation: their events are called as gradio calls them."""

from __future__ import annotations

import base64
import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from briefqa import build
from briefqa.models.embedder import HashingEmbedder
from briefqa.ui import page
from briefqa.ui.html import Html
from briefqa.ui.service import IndexService
from tests.lighthouse import HOSTILE, Reading, assert_hostile_text_is_only_text, words

KEEPER = """# The lighthouse

## Keeper

The keeper was called Ada. She wrote: “The keeper lights the lamp at six.”

The lighthouse has 84 steps.
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexService]:
    folder = tmp_path_factory.mktemp("tools")
    notes = folder / "notes"
    notes.mkdir()
    (notes / "lighthouse.md").write_text(KEEPER, encoding="utf-8")
    text = f"{HOSTILE}\n\n“The zeppelin {HOSTILE} lands at noon.”\n\n{HOSTILE} Zeppelin 17 crew."
    (notes / "hostile.txt").write_text(text, encoding="utf-8")
    build(notes, index=folder / "index", model=HashingEmbedder())
    service = IndexService(folder / "index", model=HashingEmbedder(), reader=None)
    yield service
    service.close()


def event(service: IndexService, name: str) -> Callable[..., Any]:
    functions = [fn.fn for fn in page(service).fns.values() if fn.name == name]
    assert functions, name
    return functions[0]  # type: ignore[no-any-return]


def exported(service: IndexService, tool: type, form: str, found: object) -> bytes:
    """The content of the file that is handed over."""
    shown: Any = object.__new__(tool)
    markup = shown._export(form, found)
    ((_, content),) = [each for each in Reading(markup).attributes if each[0] == "data-content"]
    return base64.b64decode(content or "")


def opening(reading: Reading) -> list[tuple[str, int, int]]:
    """The document and the characters that each button opens."""
    values = {name: [v for n, v in reading.attributes if n == name] for name in
              ("data-document", "data-at", "data-end")}  # fmt: skip
    return [
        (str(document), int(str(start)), int(str(end)))
        for document, start, end in zip(*values.values(), strict=True)
    ]


TAB = SimpleNamespace(session_hash="tab")


# All mentions


def mentions(service: IndexService, query: str, order: str = "By document", **tab: Any) -> Any:
    from briefqa.ui.tools.mentions import AllMentions

    made = object.__new__(AllMentions)
    made._service = service
    return made._look(query, "", order, json.dumps(tab))


def test_every_mention_is_shown_in_its_place_counted_and_opens_there(
    service: IndexService,
) -> None:
    shown, found, _ = mentions(service, "keeper")
    read = Reading(shown)
    assert read.text.startswith("3 places in 1 of 2 documents; every word of all 2 was compared.")
    assert words("Keeper › ¶1, line 5The keeper was called Ada.") in words(read.text)
    assert [KEEPER[start:end].lower() for _, start, end in opening(read)] == ["keeper"] * 3
    assert len(found.mentions) == 3


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_concordance_has_a_row_a_place_sorted_by_what_stands_beside_it(
    service: IndexService, side: str
) -> None:
    read = Reading(mentions(service, "keeper", side)[0])
    assert read.tags.count("tr") == 4
    starts = [start for _, start, _ in opening(read)]
    assert sorted(starts) == [KEEPER.index(each) for each in ("Keeper", "keeper was", "keeper lig")]
    assert (starts == sorted(starts)) == (side == "left")


def test_mentions_are_looked_for_where_the_tab_looks(service: IndexService) -> None:
    from briefqa.ui import choices

    only = {"documents": choices.written(("hostile.txt",))}
    assert "No place in 0 of 1 document" in Reading(mentions(service, "keeper", where=only)[0]).text
    nothing = mentions(service, "keeper", where={"documents": "+"})
    assert "No document that is here is ticked" in Reading(nothing[0]).text


@pytest.mark.parametrize("query", ["", "   ", "near/5", "(", '"', "a AND", "x" * 50_000])
def test_a_query_that_is_not_well_formed_gets_a_sentence(service: IndexService, query: str) -> None:
    shown, found, _ = mentions(service, query)
    assert 'class="problem"' in shown
    assert found is None


def test_mentions_are_saved_as_a_table_and_as_a_list_that_is_verified(
    service: IndexService, tmp_path: Path
) -> None:
    from briefqa.ui.tools.mentions import AllMentions
    from briefqa.workflows import verify_places

    _, found, _ = mentions(service, "keeper")
    rows = list(
        csv.DictReader(
            io.StringIO(exported(service, AllMentions, "csv", found).decode("utf-8-sig"))
        )
    )
    assert [row["mention"] for row in rows] == ["Keeper", "keeper", "keeper"]
    (tmp_path / "places.json").write_bytes(exported(service, AllMentions, "json", found))
    assert verify_places(tmp_path / "places.json", index=service.index).holds


# A draft

DRAFT = """She wrote that “the keeper lights the oil lamp at six.” The lighthouse has 85 steps."""


def checked(service: IndexService, text: str) -> Any:
    from briefqa.ui.tools.draft import DraftTool

    made = object.__new__(DraftTool)
    made._service = service
    return made._look(text)


def test_a_draft_is_shown_with_marks_that_open_their_sources(service: IndexService) -> None:
    shown, found, _ = checked(service, DRAFT)
    read = Reading(shown)
    assert "1 quotation: 1 altered; 1 figure: 1 other" in read.text
    assert "the keeper lights the oil lamp at six." in read.marked
    assert "Figure: stands otherwise, as “84”" in read.text
    labelled = {value for name, value in read.attributes if name == "for"}
    assert labelled == {value for name, value in read.attributes if name == "id"} - {
        value for name, value in read.attributes if name == "id" and str(value).startswith("note")
    }
    texts = [KEEPER[start:end] for _, start, end in opening(read)]
    assert texts[0].startswith("The keeper lights the lamp at six")
    assert found.differs


@pytest.mark.parametrize("text", ["", " \n ", "“" + "word " * 6_000 + "”"])
def test_a_draft_that_cannot_be_checked_gets_a_sentence(service: IndexService, text: str) -> None:
    shown, found, _ = checked(service, text)
    assert 'class="problem"' in shown
    assert found is None


class Batch:
    """Uploads that hold these files, under their names."""

    def __init__(self, folder: Path, **files: bytes) -> None:
        self._files = []
        for number, (name, content) in enumerate(files.items()):
            path = folder / str(number)
            path.write_bytes(content)
            self._files.append((name.replace("_", "."), path))

    def batch(self, token: str) -> Any:
        from contextlib import nullcontext

        assert token == "token"
        return nullcontext(self._files)


def dropped(service: IndexService, tool: type, uploads: Batch) -> Any:
    """What comes of files that are dropped on a tool, last."""
    made = SimpleNamespace(
        index=service.index, searcher=service.searcher, documents=service.documents, uploads=uploads
    )
    sent = SimpleNamespace(_data={"tool": tool.name, "batch": "token"})  # type: ignore[attr-defined]
    *_, last = _of(tool, made)._take(sent, "", TAB)
    return last


def test_a_draft_is_read_from_a_file(service: IndexService, tmp_path: Path) -> None:
    from briefqa.ui.tools.draft import DraftTool

    page = f"<html><body><p>{DRAFT}</p></body></html>".encode()
    shown, found, _ = dropped(service, DraftTool, Batch(tmp_path, draft_html=page))
    assert "1 quotation: 1 altered; 1 figure: 1 other" in Reading(shown).text
    assert found.draft.name == "draft.html"
    for files, said in (
        ({"photo_png": b"\x89PNG\r\n\x1a\n"}, "photo.png: it is a PNG picture"),
        ({"a_md": b"a", "b_md": b"b"}, "2 files came, and one is taken at a time."),
        ({"a_md": b" "}, "nothing to check"),
    ):
        shown, found, _ = dropped(service, DraftTool, Batch(tmp_path, **files))
        assert 'class="problem"' in shown
        assert said in Reading(shown).text
        assert found is None


def test_questions_are_read_from_a_file(service: IndexService, tmp_path: Path) -> None:
    from briefqa.ui.tools.questionnaire import Questionnaire

    lines = b"Who was the keeper called?\nHow many steps?\n"
    shown, found, _ = dropped(service, Questionnaire, Batch(tmp_path, list_txt=lines))
    assert "2 questions: " in Reading(shown).text
    for files, said in (
        ({"list_csv": b"a,b\n1,2\n"}, "None of the columns of list.csv is called “question”"),
        ({"list_xlsx": b"no workbook"}, "list.xlsx"),
        ({"list_txt": b" \n"}, "The questions in list.txt cannot be read: the file is empty."),
    ):
        shown, found, _ = dropped(service, Questionnaire, Batch(tmp_path, **files))
        assert 'class="problem"' in shown
        assert said in Reading(shown).text
        assert found is None


def test_what_was_asked_when_a_questionnaire_is_stopped_can_be_saved(
    service: IndexService,
) -> None:
    from briefqa.ui.tools.questionnaire import Questionnaire

    tool = _of(Questionnaire, service)
    table = "country,question\nNone,Who was the keeper called?\nAll,\nAll,How many steps?\n"
    going_on = tool._answers(table, "{}", TAB)
    assert "0 of 2 asked" in Reading(next(going_on)[0]).text
    tool._stop_asking(SimpleNamespace(session_hash="another"))
    tool._stop_asking(TAB)
    ((shown, found, _),) = going_on
    assert "Stopped: 1 of 2 asked. 1 question: " in Reading(shown).text
    rows = list(csv.DictReader(io.StringIO(tool._content(found, "csv").decode("utf-8-sig"))))
    assert [row["question"] for row in rows] == ["Who was the keeper called?", ""]
    *_, (shown, _, _) = tool._answers("How many steps?", "{}", TAB)  # a stop is of what went on
    assert Reading(shown).text.startswith("1 question: ")
    assert not tool._stops


def test_the_next_list_of_a_tab_takes_the_place_of_one_that_is_being_asked(
    service: IndexService,
) -> None:
    from briefqa.ui.tools.questionnaire import Questionnaire

    tool = _of(Questionnaire, service)
    first = tool._answers("Who was the keeper called?\nHow many steps?", "{}", TAB)
    assert "0 of 2 asked" in Reading(next(first)[0]).text
    *_, (shown, _, _) = tool._answers("How many steps?", "{}", TAB)
    assert Reading(shown).text.startswith("1 question: ")
    assert list(first) == []
    assert not tool._stops


# Whatever the text


@pytest.mark.parametrize("order", ["By document", "left", "right"])
def test_hostile_text_is_only_text_in_every_list_of_mentions(
    service: IndexService, order: str
) -> None:
    shown, found, _ = mentions(service, "alert OR zeppelin", order)
    assert len(found.mentions) > 8
    assert_hostile_text_is_only_text(shown)


def test_hostile_text_is_only_text_in_a_draft_and_its_sources(service: IndexService) -> None:
    quoted = HOSTILE.replace('"', "")
    shown, _, _ = checked(
        service, f"{HOSTILE}\n\n“The zeppelin {quoted} lands at ten.” Zeppelin 18 crew."
    )
    assert_hostile_text_is_only_text(shown)
    assert opening(Reading(shown))


def test_hostile_text_is_only_text_in_a_source_that_a_tool_opens(service: IndexService) -> None:
    sent = {"document": "hostile.txt", "at": 3, "end": 60, "key": HOSTILE}
    _, shown = event(service, "_read")(SimpleNamespace(_data=sent), "")
    assert_hostile_text_is_only_text(shown)
    read = Reading(shown)
    assert read.marked
    assert ("data-back", HOSTILE) in read.attributes


def test_a_tool_opens_alone_and_gives_way_to_the_conversation(service: IndexService) -> None:
    def visible(name: str) -> list[bool]:
        *columns, source = event(service, "_choose")(SimpleNamespace(_data={"tool": name}), "")
        assert isinstance(source, Html)
        return [column["visible"] for column in columns]

    assert visible("mentions")[0]
    assert sum(visible("draft")) == 1
    for other in ("conversation", HOSTILE):
        assert not any(visible(other))


def test_a_file_for_the_tool_that_is_open_opens_no_tool(service: IndexService) -> None:
    """It may come after the tool was closed."""
    sent = SimpleNamespace(_data={"tool": "questionnaire", "batch": "token"})
    assert all(each == gr.skip() for each in event(service, "_choose")(sent, ""))


# A questionnaire


def answered(service: IndexService, text: str, **tab: Any) -> list[Any]:
    from briefqa.ui.tools.questionnaire import Questionnaire

    return list(_of(Questionnaire, service)._answers(text, json.dumps(tab), TAB))


def test_the_table_has_a_row_for_each_question_and_opens_what_is_quoted(
    service: IndexService,
) -> None:
    table = "country\tquestion\nNone\tWho was the keeper called?\nAll\tHow many steps?\n"
    first, *_, (shown, found, _) = answered(service, table)
    assert "0 of 2 asked" in Reading(first[0]).text
    read = Reading(shown)
    assert "2 questions: " in read.text
    assert [read.text.count(each) for each in ("Who was the keeper", "How many steps")] == [1, 1]
    alone = service.searcher().ask("Who was the keeper called?")
    assert alone.hits[0].passage.document in {document for document, *_ in opening(read)}
    assert found.sheet.columns == ("country", "question")


def test_a_questionnaire_is_saved_in_every_format(service: IndexService) -> None:
    from briefqa.ui.tools.questionnaire import Questionnaire

    *_, (_, found, _) = answered(service, "Who was the keeper called?\nHow many steps?")
    for form in Questionnaire.forms:
        assert Questionnaire._content(_of(Questionnaire, service), found, form)
    rows = Questionnaire._content(_of(Questionnaire, service), found, "csv").decode("utf-8-sig")
    questions = {row["question"] for row in csv.DictReader(io.StringIO(rows))}
    assert questions == {"Who was the keeper called?", "How many steps?"}


def _of(tool: type[Any], service: Any) -> Any:
    made = object.__new__(tool)
    made._service = service
    made._stops = {}
    return made


@pytest.mark.parametrize("text", ["", "\n \n", "why " * 5_000, "a,question\n1,\n"])
def test_a_list_that_cannot_be_asked_gets_a_sentence(service: IndexService, text: str) -> None:
    *_, (shown, found, _) = answered(service, text)
    assert 'class="problem"' in shown
    assert found is None


def test_hostile_text_is_only_text_in_a_questionnaire(service: IndexService) -> None:
    *_, (shown, _, _) = answered(service, f"{HOSTILE}\nWhen does the zeppelin land?")
    assert_hostile_text_is_only_text(shown)


# Watches


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[IndexService]:
    """An index of one document that a test may change, in `notes` beside it."""
    from briefqa.indexing.library import Library

    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "lighthouse.md").write_text(KEEPER, encoding="utf-8")
    index, model = tmp_path / "index", HashingEmbedder()
    build(tmp_path / "notes", index=index, model=model)
    service = IndexService(
        index, library=Library(index, tmp_path / "uploads", model=model), model=model, reader=None
    )
    yield service
    service.close()


def visit(service: IndexService, told: Any = None, sent: str = "", **wanted: int) -> list[Any]:
    data = SimpleNamespace(_data={"tool": "watches", **wanted})
    return event(service, "_visit")(data, told, sent)  # type: ignore[no-any-return]


def test_an_answer_is_watched_and_each_change_told_once(watched: IndexService) -> None:
    from briefqa.index import watches
    from briefqa.index.watches import WatchKind
    from briefqa.records import EVERYWHERE
    from briefqa.ui import messages, session
    from briefqa.ui.turns import Turn
    from briefqa.watching import running

    turn = session.ask(watched, (), f"How many steps has the lighthouse? {HOSTILE}", EVERYWHERE)
    assert isinstance(turn, Turn)
    sent = json.dumps({"turns": json.loads(messages.saved([turn]))})
    assert "None yet." in Reading(visit(watched)[0]).text
    added = Reading(visit(watched, sent=sent, turn=1)[0])
    assert "Watched from now on: How many steps" in added.text
    running.add(watched.index, "steps", WatchKind.MENTIONS)
    assert "Nothing has changed since" in Reading(visit(watched)[0]).text
    note = watched.index.parent / "notes" / "lighthouse.md"
    note.write_text(f"{KEEPER}\nNew steps {HOSTILE}\n", encoding="utf-8")
    build(index=watched.index, model=HashingEmbedder())
    shown, told, _ = visit(watched)
    assert "1 change since you last looked" in Reading(shown).text
    assert_hostile_text_is_only_text(shown)
    again = visit(watched, told)[0]
    assert "Nothing has changed since" in Reading(again).text
    assert Reading(again).text.count(told[0].told.said) == 1  # and goes on being shown here
    stopped = Reading(visit(watched, told, stop=1)[0]).text
    assert "No longer watched: How many steps" in stopped
    assert [watch.text for watch in watches.read(watched.index).watches] == ["steps"]
    assert 'class="problem"' in visit(watched, stop=1)[0]
    assert 'class="problem"' in visit(watched, turn=7)[0]


def test_a_page_that_follows_its_files_tells_every_tab_what_a_build_has_changed(
    watched: IndexService, tmp_path: Path
) -> None:
    from briefqa.index.watches import WatchKind
    from briefqa.ui import server
    from briefqa.watching import running

    pytest.importorskip("watchfiles")
    running.add(watched.index, "steps", WatchKind.MENTIONS)
    seen = visit(watched)[1]
    feed, announced = tmp_path / "feed.json", list[str]()
    note = tmp_path / "notes" / "lighthouse.md"
    note.write_text(f"{KEEPER}\nNew steps.\n", encoding="utf-8")
    with server._following(watched, announced.append, feed):
        end = time.monotonic() + 60
        while not announced and time.monotonic() < end:
            time.sleep(0.05)
    assert announced == ["1 change of what is watched; Menu, Watches says what."]
    assert len(json.loads(feed.read_text())["items"]) == 1
    for before in (seen, None):  # a tab that was open, and a new one
        shown, told, _ = visit(watched, before)
        assert "1 change since you last looked" in Reading(shown).text
        assert "New steps." in Reading(shown).text
        assert "Nothing has changed since" in Reading(visit(watched, told)[0]).text


def test_mentions_are_watched_where_they_were_looked_for(watched: IndexService) -> None:
    from briefqa.index import watches
    from briefqa.ui import choices
    from briefqa.ui.tools.mentions import AllMentions

    tool = _of(AllMentions, watched)
    only = json.dumps({"where": {"documents": choices.written(("lighthouse.md",))}})
    found = tool._look("keeper", "Ada\n", "By document", only)[1]
    assert "Watched from now on" in Reading(tool._keep_watch(found, "left", only)).text
    (kept,) = watches.read(watched.index).watches
    assert (kept.text, kept.aliases, kept.documents) == ("keeper", ("Ada",), ("lighthouse.md",))
    assert len(kept.seen.places) == len(found.mentions)


def test_only_a_page_that_may_write_offers_watches(
    service: IndexService, watched: IndexService
) -> None:
    for each, offered in ((service, False), (watched, True)):
        names = [fn.name for fn in page(each).fns.values()]
        assert ("_visit" in names) is offered
