"""What a tab keeps, and what its address says."""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import quote

import pytest

from briefqa import Searcher
from briefqa.records import Where
from briefqa.ui import session
from briefqa.ui.service import IndexService
from briefqa.ui.turns import Turn, Turns

from .conftest import HOSTILE_LINES, HURT, Visit
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


def test_a_link_fills_in_its_question_and_does_not_ask_it(visit: Visit) -> None:
    page = visit(query=f"?q={quote(WHO)}")
    box = page.get_by_label("Your question")
    page.wait_for_function("document.querySelector('#question textarea').value !== ''")
    assert box.input_value() == WHO
    assert page.locator(".turn").count() == 0
    box.press("Enter")
    page.locator(".turn .reply").wait_for()
    assert page.locator(".question").all_inner_texts() == [WHO]


def test_the_address_follows_the_last_question(visit: Visit) -> None:
    page = visit()
    ask(page, WHO)
    ask(page, "What does the ferry cost?")
    page.wait_for_url(f"**/?q={quote('What does the ferry cost?').replace('%20', '+')}")
    friend = visit(query=f"?{page.url.partition('?')[2]}")
    friend.wait_for_function("document.querySelector('#question textarea').value !== ''")
    assert friend.get_by_label("Your question").input_value() == "What does the ferry cost?"
    page.get_by_role("button", name="New conversation").click()
    page.locator(".invitation").wait_for()
    assert "?" not in page.url


def test_a_hostile_link_is_only_ever_text(visit: Visit) -> None:
    hostile = f'"><script>{HURT}</script> {" ".join(HOSTILE_LINES)} ${{{HURT}}}'
    page = visit(query=f"?q={quote(hostile)}")
    page.wait_for_function("document.querySelector('#question textarea').value !== ''")
    box = page.get_by_label("Your question")
    assert box.input_value() == hostile
    box.press("Enter")
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
