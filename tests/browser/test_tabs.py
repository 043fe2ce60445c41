"""What a tab keeps, and what its address says."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from briefqa import Searcher
from briefqa.models.embedder import Embedder
from briefqa.records import Where
from briefqa.ui import page as build_page
from briefqa.ui import passwords, session
from briefqa.ui.login import Login
from briefqa.ui.server import launched
from briefqa.ui.service import IndexService
from briefqa.ui.turns import Turn, Turns

from .conftest import HOSTILE_LINES, HURT, Visit, free_port
from .page_driver import NOWHERE, WHO, ask, chosen, documents, words

pytestmark = pytest.mark.browser

FERRY = "What does the ferry cost?"


def test_a_page_that_is_loaded_again_keeps_its_conversation(visit: Visit) -> None:
    page = visit()
    ask(page, WHO)
    ask(page, NOWHERE)
    documents(page).first.locator(".choose").uncheck()
    page.get_by_label("Your question").fill("How heavy is")
    said = page.locator("#log").inner_text()
    page.reload()
    page.locator(".turn").nth(1).wait_for()
    assert page.locator("#log").inner_text() == said
    assert page.get_by_label("Your question").input_value() == "How heavy is"
    assert "Looking only in" in page.locator("#where").inner_text()
    page.locator(".turn").first.locator(".citation").first.click()
    assert "Ada Lindqvist" in " ".join(chosen(page, 1).all_inner_texts())


def test_a_question_that_was_pasted_is_told_to_be_too_long_and_not_cut(visit: Visit) -> None:
    page = visit()
    pasted = "What does the ferry cost? " * 100
    page.get_by_label("Your question").focus()
    page.keyboard.insert_text(pasted)
    page.keyboard.press("Enter")
    page.locator(".turn .problem").wait_for()
    assert f"this one has {len(pasted.strip()):,}" in page.locator(".turn .problem").inner_text()
    assert page.get_by_label("Your question").input_value() == pasted.strip()


def test_a_page_that_is_loaded_again_asks_nothing(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_searcher, asked = Searcher.ask, []

    def counted(searcher: Searcher, *question: Any, **how: Any) -> Any:
        asked.append(question)
        return ask_searcher(searcher, *question, **how)

    monkeypatch.setattr(Searcher, "ask", counted)
    page = visit()
    for question in (WHO, "What does the ferry cost?", NOWHERE, "And when does it leave?"):
        ask(page, question)
    assert len(asked) >= 4
    before, said = len(asked), page.locator("#log").inner_text()
    for _ in range(2):
        page.reload()
        page.locator(".turn").nth(3).wait_for()
        assert page.locator("#log").inner_text() == said
    assert len(asked) == before


def test_two_tabs_and_two_visitors_do_not_mix(visit: Visit) -> None:
    one, other = visit(), visit()
    stranger = visit(locale="sv-SE")
    ask(one, WHO)
    ask(other, NOWHERE)
    ask(one, "What does the ferry cost?")
    assert one.locator(".question").all_inner_texts() == [WHO, "What does the ferry cost?"]
    assert other.locator(".question").all_inner_texts() == [NOWHERE]
    assert stranger.locator(".turn").count() == 0
    other.reload()
    other.locator(".turn").wait_for()
    assert other.locator(".question").all_inner_texts() == [NOWHERE]


Asked = list[str]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The questions that reach a searcher, in order."""
    ask_searcher: Any = Searcher.ask
    questions: Asked = []

    def noted(searcher: Searcher, question: Any, **how: Any) -> Any:
        questions.append(question if isinstance(question, str) else question.text)
        return ask_searcher(searcher, question, **how)

    monkeypatch.setattr(Searcher, "ask", noted)
    return questions


def test_a_link_asks_its_question_once(visit: Visit, asked: Asked) -> None:
    page = visit(query=f"?q={quote(WHO)}")
    page.locator(".turn .reply").wait_for()
    assert page.locator(".question").all_inner_texts() == [WHO]
    assert page.get_by_label("Your question").input_value() == ""
    assert asked == [WHO]
    for _ in range(2):
        page.reload()
        page.locator(".turn .reply").wait_for()
        assert page.locator(".question").all_inner_texts() == [WHO]
    page.evaluate("sessionStorage.clear()")  # as in a browser that saves nothing
    page.reload()
    page.locator(".invitation").wait_for()
    page.wait_for_timeout(500)
    assert page.get_by_label("Your question").input_value() == WHO
    assert page.locator(".turn").count() == 0
    assert asked == [WHO]


def test_after_a_new_conversation_nothing_is_left_of_a_link(visit: Visit, asked: Asked) -> None:
    page = visit(query=f"?q={quote(WHO)}")
    page.locator(".turn .reply").wait_for()
    page.get_by_role("button", name="New conversation").click()
    page.locator(".invitation").wait_for()
    page.reload()
    page.locator(".invitation").wait_for()
    page.wait_for_timeout(500)
    assert page.locator(".turn").count() == 0
    assert page.get_by_label("Your question").input_value() == ""
    assert asked == [WHO]


def test_a_link_does_not_ask_where_there_is_a_conversation_or_a_question_begun(
    visit: Visit, asked: Asked
) -> None:
    page = visit()
    box = page.get_by_label("Your question")
    box.fill("How heavy is")
    link = f"{page.url.partition('?')[0]}?q={quote(WHO)}"
    page.goto(link)
    page.locator(".invitation").wait_for()
    page.wait_for_function("document.querySelector('#question textarea').value !== ''")
    page.wait_for_timeout(500)
    assert box.input_value() == "How heavy is"
    assert page.locator(".turn").count() == 0
    ask(page, FERRY)
    page.goto(link)
    page.locator(".turn .reply").wait_for()
    page.wait_for_function("document.querySelector('#question textarea').value !== ''")
    assert box.input_value() == WHO  # written down
    page.wait_for_timeout(500)
    assert page.locator(".question").all_inner_texts() == [FERRY]
    assert asked == [FERRY]


def test_a_link_that_is_loaded_again_while_it_is_answered_is_not_asked_again(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, answered, asked = session.ask, threading.Event(), []

    def held(service: IndexService, turns: Turns, question: str, where: Where) -> Turn:
        asked.append(question)
        answered.wait(20)
        return answer(service, turns, question, where)

    monkeypatch.setattr(session, "ask", held)
    page = visit(query=f"?q={quote(WHO)}")
    page.locator(".turn .waiting").wait_for()
    page.reload()
    page.locator(".invitation").wait_for()
    page.wait_for_function("document.querySelector('#question textarea').value !== ''")
    assert page.get_by_label("Your question").input_value() == WHO
    page.wait_for_timeout(500)
    answered.set()
    assert asked == [WHO]


def test_a_link_asks_behind_a_password(
    visit: Visit, harbour: Path, real_embedder: Embedder, tmp_path: Path
) -> None:
    users = tmp_path / "users"
    passwords.write(users, "ada", "a long password of hers")
    service = IndexService(harbour, model=real_embedder)
    login = Login(passwords.read(users))
    with launched(build_page(service), "127.0.0.1", free_port(), login=login) as address:
        who: Any = {"username": "ada", "password": "a long password of hers"}
        page = visit(address, query=f"?q={quote(WHO)}", http_credentials=who)
        page.locator(".turn .reply").wait_for()
        page.reload()
        page.locator(".turn .reply").wait_for()
        assert page.locator(".question").all_inner_texts() == [WHO]


def test_the_address_follows_the_last_question(visit: Visit) -> None:
    page = visit()
    ask(page, WHO)
    ask(page, "What does the ferry cost?")
    page.wait_for_url(f"**/?q={quote('What does the ferry cost?').replace('%20', '+')}")
    friend = visit(query=f"?{page.url.partition('?')[2]}")
    friend.locator(".turn .reply").wait_for()
    assert friend.locator(".question").all_inner_texts() == ["What does the ferry cost?"]
    page.get_by_role("button", name="New conversation").click()
    page.locator(".invitation").wait_for()
    assert "?" not in page.url


def test_a_hostile_link_is_only_ever_text(visit: Visit) -> None:
    hostile = f'"><script>{HURT}</script> {" ".join(HOSTILE_LINES)} ${{{HURT}}}'
    page = visit(query=f"?q={quote(hostile)}")
    page.locator(".turn .reply").wait_for()
    assert words(page.locator(".question").inner_text()) == words(hostile)
    page.reload()
    page.locator(".turn").wait_for()
    assert words(page.locator(".question").inner_text()) == words(hostile)


def test_a_question_sent_while_another_is_answered_is_asked_next(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    answer = session.ask

    def held(service: IndexService, turns: Turns, question: str, where: Where) -> Turn:
        answered.wait(20)
        return answer(service, turns, question, where)

    monkeypatch.setattr(session, "ask", held)
    page = visit()
    box = page.get_by_label("Your question")
    box.fill(WHO)
    box.press("Enter")
    page.locator(".turn .waiting").wait_for()
    box.fill(FERRY)
    box.press("Enter")
    answered.set()
    page.locator(".turn .reply").nth(1).wait_for()
    assert page.locator(".turn .question").all_inner_texts() == [WHO, FERRY]
    assert box.input_value() == ""


def test_an_example_chosen_while_a_question_is_answered_is_asked_next(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, answer = threading.Event(), session.ask

    def held(service: IndexService, turns: Turns, question: str, where: Where) -> Turn:
        answered.wait(20)
        return answer(service, turns, question, where)

    monkeypatch.setattr(session, "ask", held)
    page = visit(query=f"?q={quote(WHO)}")
    page.locator(".turn .waiting").wait_for()
    page.locator("#menu summary").click()
    page.get_by_role("button", name="Example questions").click()
    example = page.locator("#examples .example").first
    question = example.inner_text()
    example.click()
    page.locator("#examples").wait_for(state="hidden")
    answered.set()
    page.locator(".turn .reply").nth(1).wait_for()
    assert page.locator(".turn .question").all_inner_texts() == [WHO, question]
