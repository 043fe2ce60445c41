"""What a visitor meets before the first question, and the keys that are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from briefqa import build
from briefqa.models.embedder import Embedder
from briefqa.ui import examples
from briefqa.ui.service import IndexService

from .conftest import Visit, served
from .page_driver import WHO, ask, documents, has_focus, in_view, sideways
from .test_accessibility import violations

pytestmark = pytest.mark.browser


def test_one_s_own_documents_are_shown_and_chosen_from(visit: Visit) -> None:
    page = visit()
    contents = page.locator(".contents")
    contents.locator("summary").click()
    assert contents.locator(".read").all_inner_texts()[0] == "The harbour at Lund"
    contents.locator(".to-section", has_text="The sea wall").click()
    heading = page.locator("#opened h3:focus", has_text="The sea wall")
    heading.wait_for()
    assert in_view(heading)
    contents.locator(".to-section", has_text="The crane").click()
    page.locator("#opened h3:focus", has_text="The crane").wait_for()
    contents.locator(".to-section", has_text="The crane").click()  # once more
    page.locator("#opened h3:focus", has_text="The crane").wait_for()
    page.keyboard.press("Escape")
    assert has_focus(contents.locator(".to-section", has_text="The crane"))
    page.wait_for_timeout(500)  # what still comes of the second click opens nothing
    assert page.locator("#library").is_visible()
    contents.locator(".read").first.click()
    page.locator("#opened article h2", has_text="The harbour at Lund").wait_for()
    assert violations(page) == []


def test_a_question_that_a_heading_makes_is_asked_and_answered_from_there(visit: Visit) -> None:
    page = visit()
    example = page.locator("#log .example").first
    question = example.inner_text()
    assert question == "What is said under “The ferry”?"
    example.click()
    turn = page.locator(".turn").first
    turn.locator(".reply").wait_for()
    assert turn.locator(".question").inner_text() == question
    assert "leaves every morning at seven" in turn.locator("blockquote").first.inner_text()
    # And the others are still there.
    page.locator("#menu summary").click()
    page.get_by_role("button", name="Example questions").click()
    other = page.locator("#examples .example").nth(1)
    question = other.inner_text()
    other.press("Enter")
    page.locator(".turn").nth(1).locator(".reply").wait_for()
    assert page.locator(".question").all_inner_texts()[1] == question
    assert has_focus(page.get_by_label("Your question")) or has_focus(page.locator("#menu summary"))


def test_the_bundled_briefs_are_all_asked(
    visit: Visit, repo: Path, tmp_path: Path, real_embedder: Embedder
) -> None:
    build(repo / "data", index=tmp_path / "index", model=real_embedder)
    with served(IndexService(tmp_path / "index", model=real_embedder)) as address:
        page = visit(address)
        offered = page.locator("#log .example").all_inner_texts()
        assert set(offered) == {one for each in examples.BUNDLED.values() for one in each}
        for number, question in enumerate(offered[:3]):
            page.locator("#menu summary").click()
            page.get_by_role("button", name="Example questions").click()
            page.locator("#examples .example", has_text=question).click()
            page.locator(".turn").nth(number).locator(".reply.answered").wait_for()


def test_keys_are_told_by_a_key_and_in_the_menu(visit: Visit) -> None:
    page = visit()
    turn = ask(page, WHO)
    box = page.get_by_label("Your question")
    box.focus()
    page.keyboard.type("Really?")
    assert box.input_value() == "Really?"
    assert not page.locator("#keys").is_visible()
    documents(page)
    citation = turn.locator(".citation").first
    citation.focus()
    page.keyboard.press("?")
    keys = page.locator("#keys")
    keys.wait_for()
    assert keys.locator("dt").all_inner_texts() == ["Enter", "Escape", "1 to 9", "?"]
    assert has_focus(keys.get_by_role("button", name="Close"))
    assert violations(page) == []
    page.keyboard.press("1")  # opens nothing behind it
    page.keyboard.press("Escape")
    keys.wait_for(state="hidden")
    assert has_focus(citation)
    assert page.locator("#library").is_visible()  # one press closes one thing
    page.locator("#menu summary").press("Enter")
    page.get_by_role("button", name="Keys").press("Enter")
    keys.wait_for()
    keys.get_by_role("button", name="Close").press("Enter")
    keys.wait_for(state="hidden")
    assert has_focus(page.locator("#menu summary"))


def test_at_twice_its_size_nothing_is_out_of_reach_and_nothing_moves(visit: Visit) -> None:
    page = visit(width=720, height=450, device_scale_factor=2, reduced_motion="reduce")
    page.locator(".contents summary").click()
    assert sideways(page) == 0
    ask(page, WHO).locator(".keep").first.click()
    for name in ("Example questions", "Kept quotes", "Keys"):
        page.locator("#menu summary").click()
        page.get_by_role("button", name=name).click()
        popup = page.get_by_role("dialog", name=name)
        popup.wait_for()
        assert in_view(popup.get_by_role("button", name="Close"))
        box = page.locator(":popover-open").bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 720
        assert 0 <= box["y"] <= box["y"] + box["height"] <= 450
        assert page.evaluate("document.getAnimations().length") == 0
        page.keyboard.press("Escape")
        popup.wait_for(state="hidden")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_the_box_the_menu_and_the_documents_are_in_reach(
    visit: Visit, scheme: str
) -> None:
    page = visit(width=390, height=844, scheme=scheme)
    box, new = page.get_by_label("Your question"), page.get_by_role("button", name="New conv")
    always = (box, new, page.locator("#menu summary"), page.locator("#menu .to-documents"))
    assert not page.locator("#library").is_visible()
    place = box.bounding_box()
    assert place is not None
    assert place["y"] > 700  # at the bottom, though little stands above it
    assert all(map(in_view, always))
    ask(page, WHO)
    turn = ask(page, "What does the ferry cost?")
    assert in_view(turn.locator(".question"))
    assert all(map(in_view, always))
    turn.locator(".citation").first.click()
    page.locator("#opened :focus").wait_for()
    assert in_view(page.locator("#opened mark.answer").first)
    assert in_view(page.locator("#opened .back"))
    assert all(map(in_view, always))
    at = page.evaluate("scrollY")
    page.locator("#menu .to-documents").click()
    assert in_view(page.locator("#library .title").first)
    assert not page.locator("#log").is_visible()
    assert all(map(in_view, always))
    assert violations(page) == []
    page.locator("#panel-title .close").click()
    assert page.evaluate("scrollY") == at
    assert sideways(page) == 0


def test_a_window_that_is_low_keeps_its_room_for_reading(visit: Visit) -> None:
    page = visit(width=640, height=320)  # twice its size on a small screen
    ask(page, WHO)
    page.mouse.wheel(0, 200)
    page.wait_for_function("scrollY > 100")
    masthead = page.locator("#masthead").bounding_box()
    assert masthead is not None
    assert masthead["y"] < 0
