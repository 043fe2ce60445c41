"""The tools that the menu opens in place of the conversation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from .conftest import Visit
from .page_driver import WHO, ask, has_focus, in_view, sideways
from .test_accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

WIDTHS = pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])


def open_tool(page: Page, title: str) -> Locator:
    page.locator("#menu summary").click()
    page.locator("#menu").get_by_role("button", name=title, exact=True).click()
    page.locator(".tool h2", has_text=title).wait_for()
    return page.locator(".tool")


def source_of(page: Page, opener: Locator) -> Locator:
    """What is marked in the source that a button opens; Escape goes back to the button."""
    opener.click()
    page.locator("#opened .back:focus").wait_for()
    mark = page.locator("#opened mark.answer").first
    assert in_view(mark)
    assert violations(page) == []
    assert sideways(page) == 0
    page.keyboard.press("Escape")
    return mark


def drop(page: Page, name: str, content: str) -> None:
    """Drag a file of this name over the tool and let it go there."""
    page.evaluate(
        """([name, content]) => {
            const files = new DataTransfer();
            files.items.add(new File([content], name));
            const zone = document.querySelector(".tool .drop-zone");
            for (const kind of ["dragover", "drop"]) {
                const options = { bubbles: true, cancelable: true, dataTransfer: files };
                zone.dispatchEvent(new DragEvent(kind, options));
            }
        }""",
        [name, content],
    )


def close(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator(".tool").wait_for(state="detached")
    page.locator("#question textarea:focus").wait_for()


def saved_as(page: Page, form: str) -> str:
    with page.expect_download() as download:
        page.locator(".tool").get_by_role("button", name=f"Save as .{form}").click()
    return download.value.suggested_filename


@WIDTHS
def test_every_mention_is_listed_opened_sorted_and_saved(
    visit: Visit, width: int, scheme: str
) -> None:
    page = visit(width=width, scheme=scheme)
    tool = open_tool(page, "All mentions")
    page.locator(".tool textarea:focus, .tool input:focus").wait_for()
    page.keyboard.type("ferry OR zeppelin")
    page.keyboard.press("Enter")
    tool.locator(".remark", has_text="in 2 of 2 documents").wait_for()
    assert violations(page) == []
    assert sideways(page) == 0
    opener = tool.locator(".citation", has_text="¶").first  # a heading has no mark
    assert source_of(page, opener).inner_text() in ("ferry", "zeppelin", "Zeppelin")
    assert has_focus(opener)
    page.get_by_label("By the words right of it").click()
    tool.locator("table").wait_for()
    assert violations(page) == []
    assert saved_as(page, "csv") == "mentions.csv"
    close(page)


@WIDTHS
def test_a_draft_is_marked_and_a_mark_opens_its_source(
    visit: Visit, width: int, scheme: str
) -> None:
    page = visit(width=width, scheme=scheme)
    tool = open_tool(page, "Draft check")
    tool.locator("textarea").fill("Ada Lindqvist said “a ticket for the ferry costs ten crowns”.")
    tool.get_by_role("button", name="Check", exact=True).click()
    tool.locator(".remark", has_text="1 altered").wait_for()
    assert violations(page) == []
    assert sideways(page) == 0
    quoted = source_of(page, tool.locator("label mark", has_text="ten crowns"))
    assert "ticket for the ferry costs twelve crowns" in quoted.inner_text()
    assert saved_as(page, "docx") == "draft.docx"
    close(page)


@WIDTHS
def test_a_table_of_answers_fills_and_opens_its_citations(
    visit: Visit, width: int, scheme: str
) -> None:
    page = visit(width=width, scheme=scheme)
    tool = open_tool(page, "Questionnaire")
    tool.locator("textarea").fill(f"{WHO}\nWhat does the ferry cost?")
    tool.get_by_role("button", name="Ask all").click()
    tool.locator(".remark", has_text="2 questions").wait_for()
    assert violations(page) == []
    assert "Ada Lindqvist" in source_of(page, tool.locator(".citation").first).inner_text()
    assert saved_as(page, "xlsx") == "questionnaire.xlsx"
    close(page)


@WIDTHS
def test_an_answer_keeps_watch_until_that_is_stopped(
    visit: Visit, library_page: str, width: int, scheme: str
) -> None:
    page = visit(library_page, width=width, scheme=scheme)
    ask(page, WHO).get_by_role("button", name="Tell me when this changes").click()
    tool = page.locator(".tool")
    tool.locator(".remark", has_text="Watched from now on").wait_for()
    assert violations(page) == []
    assert sideways(page) == 0
    tool.get_by_role("button", name="Ask again").click()
    tool.locator(".remark", has_text="Nothing has changed").wait_for()
    tool.get_by_role("button", name="Stop watching").click()
    tool.locator(".remark", has_text="No longer watched").wait_for()
    close(page)


DRAFT = "Ada Lindqvist said “a ticket for the ferry costs ten crowns”."


@WIDTHS
def test_a_draft_may_be_chosen_or_dropped_as_a_file(
    visit: Visit, library_page: str, width: int, scheme: str
) -> None:
    page = visit(library_page, width=width, scheme=scheme)
    tool = open_tool(page, "Draft check")
    assert violations(page) == []
    drop(page, "draft.txt", f"{DRAFT}\n")
    tool.locator(".remark", has_text="1 altered").wait_for()
    tool.locator(".sending:empty").wait_for(state="attached")
    assert violations(page) == []
    assert sideways(page) == 0
    page.locator(".tool .picker input").set_input_files(
        {"name": "notes.md", "mimeType": "text/markdown", "buffer": b"The barrel weighs 91 kg.\n"}
    )
    tool.locator(".remark", has_text="1 figure").wait_for()
    drop(page, "photo.png", "\x89PNG\r\n\x1a\n")
    tool.locator(".problem", has_text="photo.png").wait_for()
    assert violations(page) == []
    assert tool.get_by_role("button", name="Save as .docx").count() == 0


@WIDTHS
def test_a_list_may_be_dropped_and_what_was_asked_when_it_was_stopped_is_saved(
    visit: Visit, library_page: str, width: int, scheme: str
) -> None:
    page = visit(library_page, width=width, scheme=scheme)
    tool = open_tool(page, "Questionnaire")
    rows = "".join(f"{number},How many ferries sank in {1900 + number}?\n" for number in range(400))
    drop(page, "list.csv", f"number,question\n{rows}")
    tool.locator("tbody tr").first.wait_for()
    tool.get_by_role("button", name="Stop").click()
    tool.locator(".remark", has_text="Stopped: ").wait_for()
    shown = tool.locator("tbody tr").count()
    assert 0 < shown < 400
    assert violations(page) == []
    assert sideways(page) == 0
    with page.expect_download() as download:
        tool.get_by_role("button", name="Save as .csv").click()
    saved = download.value.path().read_text("utf-8-sig")
    assert f"in {1900 + shown - 1}?" in saved
    assert f"in {1900 + shown}?" not in saved
    drop(page, "list.csv", f"number,question\n{rows}")
    tool.locator(".remark", has_text="of 400 asked").wait_for()
    drop(page, "list.txt", f"{WHO}\nWhat does the ferry cost?\n")  # in place of the long one
    tool.locator(".remark", has_text="2 questions:").wait_for()
    close(page)


@WIDTHS
def test_mentions_keep_watch_until_that_is_stopped(
    visit: Visit, library_page: str, width: int, scheme: str
) -> None:
    page = visit(library_page, width=width, scheme=scheme)
    tool = open_tool(page, "All mentions")
    tool.locator("textarea, input").first.fill("herring")
    page.keyboard.press("Enter")
    tool.locator(".remark", has_text=re.compile(r"places in \d+ of \d+ documents")).wait_for()
    tool.get_by_role("button", name="Tell me when this changes").click()
    tool.locator(".remark", has_text="Watched from now on").wait_for()
    assert violations(page) == []
    assert sideways(page) == 0
    tool = open_tool(page, "Watches")
    tool.locator("li", has_text="herring").get_by_role("button", name="Stop watching").click()
    tool.locator(".remark", has_text="No longer watched: herring").wait_for()
    close(page)
