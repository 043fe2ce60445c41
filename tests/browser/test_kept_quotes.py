"""Quotes that are kept with a star, and what is made of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest

from .conftest import HARBOUR, Visit
from .page_driver import (
    UNSURE,
    WHO,
    ZEPPELIN,
    ask,
    has_focus,
    in_view,
    sideways,
    words,
)
from .test_accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

FERRY = "What does the ferry cost?"
PRESSED = '.keep[aria-pressed="true"]'


def open_kept(page: Page) -> Locator:
    """Open the list of what is kept; the quotes in it."""
    page.locator("#menu summary").click()
    page.get_by_role("button", name="Kept quotes").click()
    page.locator("#kept .kept").wait_for()
    return page.locator("#kept li")


def saved(page: Page, form: str) -> Path:
    with page.expect_download() as download:
        page.locator("#kept").get_by_role("button", name=form, exact=True).click()
    assert download.value.suggested_filename.startswith("quotes.")
    return Path(download.value.path())


def test_kept_quotes_outlast_a_reload_and_are_saved_together(visit: Visit) -> None:
    page = visit()
    ask(page, WHO).locator(".keep").first.click()
    ask(page, FERRY).locator(".keep").first.click()
    page.locator(f".turn {PRESSED}").nth(1).wait_for()
    assert page.locator(".spoken").inner_text() == "Kept"
    assert set(page.locator(PRESSED).all_inner_texts()) == {"Kept"}
    page.locator(f"#opened {PRESSED}").wait_for()  # the source's star is the same
    page.reload()
    page.locator(f".turn {PRESSED}").nth(1).wait_for()
    page.get_by_role("button", name="New conversation").click()
    page.locator(".invitation").wait_for()
    quotes = open_kept(page)
    quotes.nth(1).wait_for()
    listed = quotes.locator("blockquote").all_inner_texts()
    assert "Ada Lindqvist kept the lighthouse" in listed[0]
    assert "twelve crowns" in listed[1]

    rows = list(csv.reader(io.StringIO(saved(page, "CSV").read_text("utf-8-sig"))))
    assert [HARBOUR[int(row[5]) : int(row[6])] for row in rows[1:]] == [row[0] for row in rows[1:]]
    assert [row[2:5] for row in rows[1:]] == [
        ["harbour.md", "The harbour at Lund", "The lighthouse"],
        ["harbour.md", "The harbour at Lund", "The ferry"],
    ]
    written = saved(page, "Markdown").read_text("utf-8")
    assert written.count("\n> ") == 2
    assert "“The harbour at Lund” › The ferry › ¶" in written
    paragraphs = [each.text for each in docx.Document(str(saved(page, "Word"))).paragraphs]
    assert [words(row[0]) for row in rows[1:]] == [words(paragraphs[1]), words(paragraphs[4])]
    saved(page, "Word")  # the same once more


def test_a_star_that_is_pressed_again_lets_go_of_the_quote(visit: Visit) -> None:
    page = visit()
    star = ask(page, WHO).locator(".keep").first
    star.focus()
    star.press("Enter")
    page.locator(f".turn {PRESSED}").wait_for()
    star.press("Space")
    page.locator(PRESSED).first.wait_for(state="detached")
    assert has_focus(star)
    assert open_kept(page).count() == 0
    assert "None yet." in page.locator("#kept").inner_text()
    assert page.locator("#kept").get_by_role("button").all_inner_texts() == ["Close"]


def test_on_a_phone_the_list_opens_before_the_first_question(visit: Visit) -> None:
    page = visit(width=390, height=844)
    open_kept(page)
    assert in_view(page.locator("#kept h2"))


def test_passages_that_only_may_answer_are_kept_whole_and_in_the_list_let_go(visit: Visit) -> None:
    page = visit()
    ask(page, UNSURE).locator(".keep").first.click()
    quote = open_kept(page).first
    quote.wait_for()
    quote.locator(".keep").click()
    quote.locator('.keep[aria-pressed="false"]').wait_for()
    assert quote.is_visible()  # so that it can be kept again
    page.keyboard.press("Escape")
    open_kept(page).first.wait_for(state="detached")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_everybody_can_use_the_list(visit: Visit, width: int, scheme: str) -> None:
    page = visit(width=width, height=800, scheme=scheme)
    ask(page, ZEPPELIN).locator(".keep").first.click()
    ask(page, WHO).locator(".keep").first.click()
    open_kept(page).nth(1).wait_for()
    assert page.locator("#kept").evaluate("node => node.contains(document.activeElement)")
    assert violations(page) == []
    assert sideways(page) == 0
    box = page.locator("#kept").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    page.keyboard.press("Escape")
    page.locator("#kept").wait_for(state="hidden")
    assert has_focus(page.locator("#menu summary"))


def test_what_a_tab_says_it_kept_is_looked_up_and_a_spoilt_one_left_out(visit: Visit) -> None:
    page = visit()
    ask(page, WHO).locator(".keep").first.click()
    page.evaluate(
        """() => {
            const tab = JSON.parse(sessionStorage.getItem("briefqa"));
            const quote = JSON.parse(tab.kept[0]);
            tab.kept.push(JSON.stringify({...quote, end: quote.end + 9}), "<img src=x>", 7, null);
            sessionStorage.setItem("briefqa", JSON.stringify(tab));
        }"""
    )
    page.reload()
    page.locator(f".turn {PRESSED}").wait_for()
    assert open_kept(page).count() == 1
    assert "2 are no longer in the documents as kept" in page.locator("#kept").inner_text()
