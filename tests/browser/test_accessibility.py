"""Can everybody use it: by keyboard, by ear, enlarged, on a phone, without motion?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from briefqa import build
from briefqa.index import generations
from briefqa.models.embedder import Embedder

from .conftest import HARBOUR, PausingEmbedder, Visit, changeable, served
from .page_driver import (
    NOWHERE,
    UNSURE,
    WHO,
    add,
    ask,
    chosen,
    documents,
    focus_is_somewhere,
    forget_notice,
    has_focus,
    in_view,
    notice,
    read,
    sideways,
)

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Locator, Page

pytestmark = pytest.mark.browser


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe-core finds wrong with the page as it is, whatever its impact."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [
        {"rule": each["id"], "impact": each["impact"], "nodes": [n["html"] for n in each["nodes"]]}
        for each in found
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_wrong_with_any_state_of_the_page(
    visit: Visit, library_page: str, tmp_path: Path, width: int, scheme: str
) -> None:
    page = visit(library_page, width=width, scheme=scheme)
    assert violations(page) == []  # the welcome
    ask(page, WHO)
    ask(page, "When was it built?")
    for question in (NOWHERE, UNSURE, "herring barrels", "hello"):
        ask(page, question)
    page.locator(".turn").first.get_by_role("button", name="Yes").click()
    page.locator('.thumb[aria-pressed="true"]').wait_for()
    for fold in page.locator("#log summary").all():
        fold.click()
    page.locator("#menu summary").click()
    assert violations(page) == []  # answers of every verdict, a search, chips, the menu
    page.keyboard.press("Escape")  # on a phone the menu hides what is below it
    page.locator(".turn").first.locator(".citation").first.click()
    chosen(page, 1)
    for fold in page.locator("#opened summary").all():
        fold.click()
    assert violations(page) == []  # an opened source
    dog, scan = tmp_path / "dog.md", tmp_path / "scan.pdf"
    dog.write_text("# The dog\n\nThe dog sleeps.\n", encoding="utf-8")
    scan.write_bytes(b"%PDF-1.4")
    add(page, [dog, scan])
    documents(page).first.locator(".choose").uncheck()
    assert violations(page) == []  # documents, a report, a choice
    opened_one = read(page, "The dog")
    opened_one.locator(".removal summary").click()
    assert violations(page) == []  # a document to read, the question before a removal
    forget_notice(page)
    page.get_by_role("button", name="Remove The dog").click()
    notice(page)
    assert violations(page) == []  # a removal
    ask(page, "The same? " * 3)
    assert violations(page) == []  # an answer in part of the documents


def test_axe_finds_nothing_wrong_with_a_page_that_has_a_problem(
    visit: Visit, tmp_path: Path, real_embedder: Embedder
) -> None:
    with served(changeable(tmp_path / "none", real_embedder)) as address:
        page = visit(address)
        ask(page, WHO)
        assert violations(page) == []
        documents(page)
        assert violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_axe_finds_nothing_wrong_while_an_index_is_built(
    visit: Visit, tmp_path: Path, width: int, scheme: str
) -> None:
    index, model, note = tmp_path / "index", PausingEmbedder(), tmp_path / "harbour.md"
    note.write_text(HARBOUR, "utf-8")
    build(note, index=index, model=model)
    with served(changeable(index, model)) as address:
        page = visit(address, width=width, scheme=scheme)
        ask(page, WHO)
        model.going_on.clear()
        documents(page)
        one: FilePayload = {"name": "a.md", "mimeType": "text/markdown", "buffer": b"A mill."}
        page.locator("#library .picker input").first.set_input_files([one])
        page.locator("#notice progress").wait_for()
        assert violations(page) == []
        model.going_on.set()
        notice(page)
        note.write_text(HARBOUR.replace("twelve", "ten"), "utf-8")
        ask(page, WHO).locator(".citation").first.click()
        model.going_on.clear()
        button = page.get_by_role("button", name="Index the documents again")
        button.click()
        page.locator("#opened .told progress").wait_for()
        assert violations(page) == []
        model.going_on.set()
        page.locator("#opened .told", has_text="indexed anew").wait_for()
        assert violations(page) == []
    for passages in index.glob("generation-*/passages.jsonl"):
        passages.unlink()
    with served(changeable(index, model)) as address, generations.writing(index):
        page = visit(address, width=width, scheme=scheme)
        page.get_by_role("button", name="Build the index again").click()
        page.locator("#log .told .problem").wait_for()
        assert violations(page) == []


def tab_to(page: Page, wanted: Locator, key: str = "Tab", most: int = 60) -> None:
    """Go to a control as the keyboard does; fail if it is not on the way or not shown to be it."""
    for _ in range(most):
        page.keyboard.press(key)
        assert focus_is_somewhere(page)
        if wanted.count() and has_focus(wanted.first):
            outline = "node => getComputedStyle(node).outlineStyle"
            assert wanted.first.evaluate(outline) == "solid"
            return
    pytest.fail(f"{key} does not lead to {wanted}")


def test_everything_can_be_done_by_keyboard_alone(visit: Visit, library_page: str) -> None:
    page = visit(library_page)
    page.on("filechooser", lambda chooser: None)  # so that no window opens
    page.evaluate(
        """document.addEventListener("click", event => {
            if (event.target.type === "file") window.choosing = true;
        })"""
    )
    page.locator("#question textarea:focus").wait_for()  # from the start, without a click
    page.keyboard.type("When was the lighthouse built?")
    page.keyboard.press("Enter")
    page.locator(".turn .reply").wait_for()
    page.keyboard.type("Who kept it?")
    page.keyboard.press("Enter")
    turn = page.locator(".turn").nth(1)
    turn.locator(".reply").wait_for()

    tab_to(page, turn.locator(".citation").first, "Shift+Tab")
    page.keyboard.press("Enter")
    chosen(page, 1)
    assert has_focus(page.locator(".back"))
    tab_to(page, page.get_by_role("button", name="Next citation"))
    page.keyboard.press("Space")
    chosen(page, 2)
    tab_to(page, page.locator(".copies .drop-down summary"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="CSL-JSON"))
    page.keyboard.press("Enter")
    page.locator(".copies summary:focus", has_text="Copied").wait_for()
    tab_to(page, page.locator("#opened article"))
    page.keyboard.press("Escape")
    assert has_focus(turn.locator('[data-hit="2"]'))
    page.keyboard.press("3")
    chosen(page, 3)
    page.keyboard.press("Escape")
    assert has_focus(turn.locator('[data-hit="3"]'))

    tab_to(page, turn.locator(".thumb").first)
    page.keyboard.press("Enter")
    turn.locator('.thumb[aria-pressed="true"]').wait_for()
    tab_to(page, turn.get_by_role("button", name="Ask as typed"), "Shift+Tab")
    page.keyboard.press("Enter")
    turn.locator(".understood").wait_for(state="detached")
    assert focus_is_somewhere(page)

    tab_to(page, page.locator(".to-documents"), "Shift+Tab")
    page.keyboard.press("Enter")
    assert has_focus(page.locator(".close"))
    tab_to(page, page.get_by_role("button", name="Choose files"))
    page.keyboard.press("Enter")
    page.wait_for_function("window.choosing")
    first = documents(page).first
    tab_to(page, first.locator(".choose"))
    page.keyboard.press("Space")
    page.locator("#where", has_text="Looking only in").wait_for()
    tab_to(page, first.locator(".read"))
    page.keyboard.press("Enter")
    page.locator("#opened .back:focus").wait_for()
    tab_to(page, page.locator("#opened .to-section").nth(1))
    page.keyboard.press("Enter")
    page.locator("#opened h3:focus", has_text="The lighthouse").wait_for()
    tab_to(page, page.locator("#opened .outline .only").nth(1), "Shift+Tab")
    page.keyboard.press("Enter")
    page.locator("#where", has_text="The lighthouse").wait_for()
    assert has_focus(page.get_by_label("Your question"))
    tab_to(page, page.locator(".everywhere"), "Shift+Tab")
    page.keyboard.press("Enter")
    assert has_focus(page.get_by_label("Your question"))
    tab_to(page, page.locator("#menu summary"), "Shift+Tab")
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Save as a receipt"))
    page.keyboard.press("Escape")
    assert has_focus(page.locator("#menu summary"))


def test_digits_are_commands_only_where_nothing_is_typed(visit: Visit) -> None:
    page = visit()
    ask(page, WHO)
    page.get_by_label("Your question").focus()
    page.keyboard.type("in 1953?")
    assert page.get_by_label("Your question").input_value() == "in 1953?"
    page.locator("#log .citation").first.focus()
    page.keyboard.press("2")  # had a digit before been a command, its source would be on its way
    chosen(page, 2)
    assert page.locator(".bar .number").all_inner_texts() == ["[2]"]


def test_what_is_new_is_said_once_to_those_who_listen(visit: Visit) -> None:
    page = visit()
    status = page.locator(".spoken[role=status]")
    ask(page, WHO)
    assert status.inner_text().startswith("Ada Lindqvist kept the lighthouse")
    ask(page, NOWHERE)
    assert status.inner_text() == "Not in these documents."
    assert page.locator("#log").get_attribute("aria-live") == "off"


def test_it_can_be_read_at_twice_its_size(visit: Visit) -> None:
    page = visit(width=720, height=450, device_scale_factor=2)
    turn = ask(page, WHO)
    assert sideways(page) == 0
    assert in_view(page.get_by_label("Your question"))
    turn.locator(".citation").first.click()
    assert in_view(chosen(page, 1).first)
    assert sideways(page) == 0
    documents(page)
    assert sideways(page) == 0
    read(page, "The harbour at Lund")
    assert sideways(page) == 0
    small = """[...document.querySelectorAll(".html-container *")].filter(node =>
        node.checkVisibility() && [...node.childNodes].some(c => c.nodeType === 3 && c.data.trim())
        && parseFloat(getComputedStyle(node).fontSize) < 12.5).length"""
    assert page.evaluate(small) == 0


@pytest.mark.parametrize(("motion", "moves"), [("reduce", 0), ("no-preference", 1)])
def test_nothing_moves_for_those_who_asked_for_that(visit: Visit, motion: str, moves: int) -> None:
    page = visit(reduced_motion=motion)
    ask(page, WHO)
    moving = """() => {
        const waiting = document.createElement("p");
        waiting.className = "waiting";
        document.querySelector("#log .turn").append(waiting);
        return waiting.getAnimations().length;
    }"""
    assert page.evaluate(moving) == moves
