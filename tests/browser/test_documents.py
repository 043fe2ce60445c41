"""Can documents be looked through, chosen, added, replaced, removed and brought back?"""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from .conftest import Visit
from .page_driver import (
    add,
    ask,
    documents,
    focus_is_somewhere,
    forget_notice,
    has_focus,
    in_view,
    notice,
    words,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.browser


def test_the_library_lists_what_each_document_holds(visit: Visit, library_page: str) -> None:
    page = visit(library_page)
    assert page.locator("#library").is_visible()  # from the start
    ask(page, "What does the ferry cost?")
    assert not page.locator("#library").is_visible()
    assert page.locator(".to-documents").inner_text().endswith("documents")
    harbour = documents(page).filter(has_text="The harbour at Lund")
    assert words(harbour.locator(".place").inner_text()) == "harbour.md · 7 sections · 8 passages"
    assert has_focus(page.get_by_role("button", name="Close"))
    harbour.get_by_text("Look in one section only").click()
    assert harbour.locator(".only").all_inner_texts()[2:4] == ["The fish market", "Weights"]
    page.keyboard.press("Escape")
    assert not page.locator("#library").is_visible()
    assert has_focus(page.locator(".to-documents"))


def test_a_question_can_be_asked_of_one_document_or_one_section(
    visit: Visit, library_page: str
) -> None:
    page = visit(library_page)
    wheel = "How high is the wheel, and who turned it?"
    everywhere = ask(page, wheel)
    assert "mill" in everywhere.locator("blockquote").first.inner_text()
    for other in documents(page).filter(has_not_text="The harbour at Lund").all():
        other.locator(".choose").uncheck()
    assert "Looking only in The harbour at Lund" in words(page.locator("#where").inner_text())
    narrow = ask(page, wheel)
    assert narrow.locator(".within").inner_text() == "Only in harbour.md"
    assert {place.split(" › ")[0] for place in places(narrow)} == {"The harbour at Lund"}
    documents(page)
    harbour = page.locator("#library .document", has_text="The harbour at Lund")
    harbour.get_by_text("Look in one section only").click()
    harbour.get_by_role("button", name="The fish market").click()
    assert has_focus(page.get_by_label("Your question"))
    section = ask(page, "What is sold by the dozen?")
    assert words(section.locator(".within").inner_text()) == "Only in The fish market (harbour.md)"
    assert "mackerel" in section.locator("blockquote").first.inner_text()
    assert len(places(section)) == 2  # with the section below it
    page.get_by_role("button", name="Look everywhere").click()
    assert not page.locator("#where .where").is_visible()
    assert has_focus(page.get_by_label("Your question"))
    assert ask(page, wheel).locator(".within").count() == 0


def places(turn: Locator) -> list[str]:
    """The citations of a turn, in full."""
    return [citation.get_attribute("title") or "" for citation in turn.locator("[data-hit]").all()]


def test_a_file_is_added_asked_replaced_removed_and_brought_back(
    visit: Visit, library_page: str, tmp_path: Path
) -> None:
    page = visit(library_page)
    note, bad = tmp_path / "cat.md", tmp_path / "scan.pdf"
    note.write_text("# The pantry cat\n\nThe cat Minka sleeps in the pantry.\n", encoding="utf-8")
    bad.write_bytes(b"%PDF-1.4")
    before = documents(page).count()
    lines = add(page, [note, bad]).splitlines()
    assert lines[0] == "cat.md: added, 1 passage"
    assert lines[1].startswith("scan.pdf: not added: ")
    assert ".pdf" in lines[1]
    cat = page.locator("#library .document", has_text="The pantry cat")
    cat.wait_for()
    assert page.locator(".to-documents").inner_text() == f"{before + 1} documents"
    question = "Where does Minka sleep?"
    assert "in the pantry" in ask(page, question).locator("blockquote").first.inner_text()

    note.write_text("# The attic cat\n\nThe cat Minka sleeps in the attic.\n", encoding="utf-8")
    assert add(page, note) == "cat.md: replaced, 1 passage"
    page.locator("#library .document", has_text="The attic cat").wait_for()
    assert cat.count() == 0
    turn = ask(page, question)
    assert "in the attic" in turn.locator("blockquote").first.inner_text()
    assert page.get_by_text("The documents were indexed anew here.").is_visible()

    documents(page)
    forget_notice(page)
    cat = page.locator("#library .document", has_text="The attic cat")
    fold = cat.locator(".removal summary")
    fold.click()
    sure = cat.get_by_role("button", name="Remove The attic cat")
    assert sure.is_visible()
    fold.press("Escape")
    assert not sure.is_visible()
    assert has_focus(fold)
    fold.press("Enter")
    sure.focus()
    sure.press("Enter")
    assert notice(page).startswith("cat.md is no longer searched.")
    cat.wait_for(state="detached")
    undo = page.get_by_role("button", name="Undo")
    assert has_focus(undo)
    assert in_view(undo)
    first = ask(page, question)
    assert "The cat Minka" not in first.locator(".reply").inner_text()

    documents(page)
    forget_notice(page)
    undo.press("Enter")
    assert notice(page) == "cat.md: added, 1 passage"
    cat.wait_for()
    assert focus_is_somewhere(page)
    turn = ask(page, question)
    assert "in the attic" in turn.locator("blockquote").first.inner_text()
    assert page.evaluate("window.stayed")


def test_a_folder_is_added_with_the_folders_in_it(
    visit: Visit, library_page: str, tmp_path: Path
) -> None:
    folder = tmp_path / "village"
    (folder / "north").mkdir(parents=True)
    (folder / "baker.md").write_text("# The baker\n\nThe baker sells rye bread at five.\n", "utf-8")
    (folder / "north" / "smith.txt").write_text("The smith shoes horses on Thursdays.\n", "utf-8")
    page = visit(library_page)
    lines = add(page, folder, folder=True).splitlines()
    assert sorted(lines) == [
        "village/baker.md, kept as village - baker.md: added, 1 passage",
        "village/north/smith.txt, kept as village - north - smith.txt: added, 1 passage",
    ]
    turn = ask(page, "When does the smith shoe horses?")
    assert "on Thursdays" in turn.locator("blockquote").first.inner_text()


def test_files_can_be_dropped_anywhere_on_the_page(visit: Visit, library_page: str) -> None:
    page = visit(library_page)
    ask(page, "What does the ferry cost?")
    page.locator("#log").evaluate(
        """log => {
            const carried = new DataTransfer();
            const text = "# The tailor\\n\\nThe tailor sews sails for the boats.\\n";
            carried.items.add(new File([text], "tailor.md", { type: "text/markdown" }));
            for (const what of ["dragover", "drop"]) {
                const event = { bubbles: true, cancelable: true, dataTransfer: carried };
                log.dispatchEvent(new DragEvent(what, event));
            }
        }"""
    )
    assert notice(page) == "tailor.md: added, 1 passage"
    assert page.locator("#library .document", has_text="The tailor").is_visible()


def test_files_that_are_too_many_are_refused_with_a_sentence(
    visit: Visit, library_page: str
) -> None:
    page = visit(library_page)
    documents(page)
    files = [{"name": f"{n}.md", "mimeType": "text/plain", "buffer": b"x"} for n in range(201)]
    page.locator("#library .picker input:not([webkitdirectory])").set_input_files(files)  # type: ignore[arg-type]
    line = page.locator(".sending", has_text="200")
    line.wait_for()
    assert line.inner_text().startswith("At most 200 files")


def test_a_page_that_only_reads_has_no_way_to_change_anything(visit: Visit) -> None:
    page = visit()
    assert documents(page).count() == 2
    for way in (".drop-zone", ".pick", ".removal", ".remove", "input[type=file]"):
        assert page.locator(way).count() == 0, way
    address = urlsplit(page.url).netloc
    assert request(address, "POST", "/library/upload")[0] in (404, 405)
    config = json.loads(request(address, "GET", "/config")[1])
    changing = {
        target[1]: function["id"]
        for function in config["dependencies"]
        for target in function["targets"]
        if target[1] in ("upload", "delete", "undo", "retry")
    }
    assert len(changing) == 4
    for name, number in changing.items():
        known = next(each for each in config["dependencies"] if each["id"] == number)
        asked = {
            "fn_index": number,
            "data": [None] * len(known["inputs"]),
            "session_hash": f"stranger-{name}",
            "event_data": {"document": "harbour.md", "batch": "none"},
        }
        assert request(address, "POST", "/gradio_api/queue/join", asked)[0] == 200
        told = request(address, "GET", f"/gradio_api/queue/data?session_hash=stranger-{name}")[1]
        assert "cannot be changed" in told.replace("&#32;", " ")
    page.reload()
    assert documents(page).count() == 2


def request(address: str, method: str, path: str, content: object = None) -> tuple[int, str]:
    with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
        body = None if content is None else json.dumps(content)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8")
