"""Does the page show what a follow-up question took over, and ask again without it?"""

from __future__ import annotations

import pytest

from briefqa import Searcher

from .conftest import Visit
from .page_driver import WHO, ask, focus_is_somewhere, has_focus, words

pytestmark = pytest.mark.browser

BUILT = "When was the lighthouse built?"
BY_WHOM = "Who kept it, and for how long?"


def test_a_follow_up_shows_what_it_took_over(visit: Visit, searcher: Searcher) -> None:
    page = visit()
    chat = searcher.conversation()
    chat.ask(BUILT)
    wanted = chat.ask(BY_WHOM)
    assert wanted.carried
    assert not ask(page, BUILT).locator(".carried").is_visible()
    turn = ask(page, BY_WHOM)
    chips = [words(chip) for chip in turn.locator(".carried li").all_inner_texts()]
    assert chips == [f"{thing.kind}: {thing.text} ×" for thing in wanted.carried]
    assert words(turn.locator("blockquote").first.inner_text()) == words(
        wanted.quotations[0].sentence
    )
    assert "Ada Lindqvist" in turn.locator("blockquote").first.inner_text()


def test_a_chip_that_is_taken_off_asks_again_without_it(visit: Visit, searcher: Searcher) -> None:
    page = visit()
    chat = searcher.conversation()
    chat.ask(BUILT)
    carried = chat.ask(BY_WHOM).carried
    without = chat.ask_again(2, carry=carried[1:])
    ask(page, BUILT)
    turn = ask(page, BY_WHOM)
    ask(page, WHO)
    left = turn.locator(".carried li").count() - 1
    drop = turn.get_by_role("button", name=f"Ask again without “{carried[0].text}”")
    drop.focus()
    drop.press("Enter")
    page.wait_for_function(
        "n => document.querySelectorAll('.turn:nth-child(2) .carried li').length === n",
        arg=left,
    )
    assert words(turn.locator("blockquote, .verdict").first.inner_text()) == words(
        without.quotations[0].sentence if without.answered else without.text
    )
    assert page.locator(".question").all_inner_texts() == [BUILT, BY_WHOM, WHO]
    assert focus_is_somewhere(page)
    page.reload()
    page.locator(".turn").nth(2).wait_for()
    shown = [
        words(chip)
        for chip in page.locator(".turn").nth(1).locator(".carried li").all_inner_texts()
    ]
    assert shown == [f"{thing.kind}: {thing.text} ×" for thing in without.carried]


def test_a_question_that_stands_alone_is_not_dragged_back(visit: Visit) -> None:
    page = visit()
    ask(page, BUILT)
    turn = ask(page, "How heavy is a barrel of herring?")
    assert turn.locator(".carried").count() == 0
    assert "ninety kilograms" in turn.locator("blockquote").first.inner_text()
    assert has_focus(page.get_by_label("Your question"))
