"""Does the page show what a follow-up question took over, and ask again without it?"""

from __future__ import annotations

import pytest

from briefqa import Searcher

from .conftest import Visit
from .page_driver import WHO, ask, focus_is_somewhere, has_focus, words

pytestmark = pytest.mark.browser

BUILT = "When was the lighthouse built?"
BY_WHOM = "Who kept it, and for how long?"


def test_a_follow_up_shows_what_it_was_understood_as(visit: Visit, searcher: Searcher) -> None:
    page = visit()
    chat = searcher.conversation()
    chat.ask(BUILT)
    wanted = chat.ask(BY_WHOM)
    assert wanted.carried
    assert not ask(page, BUILT).locator(".understood").is_visible()
    turn = ask(page, BY_WHOM)
    understood = words(turn.locator(".understood").inner_text())
    assert understood == f"Understood as: {wanted.read_as} Ask as typed"
    assert words(turn.locator("blockquote").first.inner_text()) == words(
        wanted.hits[0].passage.text
    )
    assert "Ada Lindqvist" in turn.locator("blockquote").first.inner_text()


def test_a_follow_up_is_asked_again_as_it_was_typed(visit: Visit, searcher: Searcher) -> None:
    page = visit()
    alone = searcher.ask(BY_WHOM)
    ask(page, BUILT)
    turn = ask(page, BY_WHOM)
    ask(page, WHO)
    as_typed = turn.get_by_role("button", name="Ask as typed")
    as_typed.focus()
    as_typed.press("Enter")
    turn.locator(".understood").wait_for(state="detached")
    assert words(turn.locator("blockquote, .verdict").first.inner_text()) == words(
        alone.hits[0].passage.text if alone.answered else alone.text
    )
    assert page.locator(".question").all_inner_texts() == [BUILT, BY_WHOM, WHO]
    assert focus_is_somewhere(page)
    page.reload()
    page.locator(".turn").nth(2).wait_for()
    assert page.locator(".understood").count() == 0


def test_a_question_that_stands_alone_is_not_dragged_back(visit: Visit) -> None:
    page = visit()
    ask(page, BUILT)
    turn = ask(page, "How heavy is a barrel of herring?")
    assert turn.locator(".carried").count() == 0
    assert "ninety kilograms" in turn.locator("blockquote").first.inner_text()
    assert has_focus(page.get_by_label("Your question"))
