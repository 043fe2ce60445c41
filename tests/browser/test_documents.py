"""Can documents be looked through, chosen, added, replaced, removed and brought back?"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from briefqa import build
from briefqa.models.embedder import HashingEmbedder
from briefqa.ui.service import IndexService

from .conftest import Visit, served
from .page_driver import (
    add,
    ask,
    documents,
    focus_is_somewhere,
    forget_notice,
    has_focus,
    in_view,
    joined,
    notice,
    read,
    sideways,
    words,
)
from .page_driver import opened as cited

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.browser


def test_the_library_lists_each_document_on_a_line(visit: Visit, library_page: str) -> None:
    page = visit(library_page)
    assert page.locator("#library").is_visible()  # from the start
    ask(page, "What does the ferry cost?")
    assert not page.locator("#library").is_visible()
    assert page.locator(".to-documents").inner_text().endswith("documents")
    harbour = documents(page).filter(has_text="The harbour at Lund")
    assert words(harbour.inner_text()) == "The harbour at Lund Only this"
    assert has_focus(page.get_by_role("button", name="Close"))
    page.keyboard.press("Escape")
    assert not page.locator("#library").is_visible()
    assert has_focus(page.locator(".to-documents"))


def test_a_document_is_read_from_its_title_and_its_outline_leads_through_it(
    visit: Visit, library_page: str
) -> None:
    page = visit(library_page)
    opened = read(page, "The harbour at Lund")
    assert has_focus(opened.locator(".back"))
    assert in_view(opened.locator("h2"))
    outline = opened.locator(".to-section")
    assert outline.all_inner_texts()[2:4] == ["The fish market", "Weights"]
    outline.last.click()
    heading = opened.get_by_role("heading", name="The school")
    assert in_view(heading)
    assert has_focus(heading)
    page.keyboard.press("Escape")
    title = page.locator("#library .read:focus")
    title.wait_for()
    assert title.inner_text() == "The harbour at Lund"


def test_a_cited_document_is_read_from_the_top_and_its_outline_says_where_the_citation_is(
    visit: Visit, library_page: str
) -> None:
    page = visit(library_page)
    turn = ask(page, "Who kept the lighthouse?")
    turn.locator(".citation").first.click()
    cited(page, 1)
    outline = page.locator("#opened .outline")
    outline.locator("summary").click()
    assert outline.locator("[aria-current=location]").inner_text() == "The lighthouse"
    page.locator("#opened h2 .read").click()
    page.locator("#opened article[aria-label=Document]").wait_for()
    assert in_view(page.locator("#opened h2"))
    assert outline.locator("[aria-current=location]").inner_text() == "The lighthouse"
    assert "Ada Lindqvist" in joined(page.locator("#opened mark"))
    page.get_by_role("button", name="To citation [1]").click()
    assert in_view(cited(page, 1).first)
    page.keyboard.press("Escape")
    assert has_focus(turn.locator('[data-hit="1"]').first)
    page.locator("#opened h2 .read").click()
    page.locator("#opened .reading").wait_for()
    page.get_by_role("button", name="To the answer").click()
    assert has_focus(turn.locator('[data-hit="1"]').first)


def test_behind_a_document_of_the_list_the_source_of_the_answer_stays_open(
    visit: Visit, library_page: str
) -> None:
    page = visit(library_page)
    ask(page, "Who kept the lighthouse?")
    marks = joined(cited(page, 1))
    read(page, "The mill")
    page.locator(".to-documents").click()
    read(page, "The mill")  # once more: it is as it was
    assert has_focus(page.locator("#opened .back"))
    page.get_by_role("button", name="← Documents").click()
    assert has_focus(page.locator("#library .read", has_text="The mill"))
    page.locator("#panel .close").click()
    assert joined(cited(page, 1)) == marks
    ask(page, "What does the ferry cost?")  # and the next answer's source is brought into view
    page.locator("#opened mark", has_text="twelve crowns").first.wait_for()
    assert in_view(page.locator("#opened mark.answer").first)


def test_a_question_can_be_asked_of_one_document_or_one_section(
    visit: Visit, library_page: str
) -> None:
    page = visit(library_page)
    wheel = "How high is the wheel, and who turned it?"
    everywhere = ask(page, wheel)
    assert "mill" in everywhere.locator("blockquote").first.inner_text()
    harbour = documents(page).filter(has_text="The harbour at Lund")
    harbour.get_by_role("button", name="Only this The harbour at Lund").click()
    assert has_focus(page.get_by_label("Your question"))
    assert "Looking only in The harbour at Lund" in words(page.locator("#where").inner_text())
    ticks = [box.is_checked() for box in page.locator("#library .choose").all()]
    assert sum(ticks) == 1
    narrow = ask(page, wheel)
    assert narrow.locator(".within").inner_text() == "Only in harbour.md"
    assert {place.split(" › ")[0] for place in places(narrow)} == {"The harbour at Lund"}
    opened = read(page, "The harbour at Lund")
    only = opened.get_by_role("button", name="Ask only this document")
    assert only.get_attribute("aria-pressed") == "true"
    opened.get_by_role("button", name="Ask only the section The fish market", exact=True).click()
    assert has_focus(page.get_by_label("Your question"))
    assert only.get_attribute("aria-pressed") == "false"
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


def test_none_is_none_until_something_is_ticked(visit: Visit, library_page: str) -> None:
    page = visit(library_page)
    boxes = documents(page).locator(".choose")
    page.get_by_role("button", name="None", exact=True).click()
    assert [box.is_checked() for box in boxes.all()] == [False] * boxes.count()
    assert "Looking only in no document" in words(page.locator("#where").inner_text())
    assert "No document that is here is ticked" in ask(page, "Who?").inner_text()
    documents(page)
    boxes.first.check()
    boxes.first.uncheck()  # the last one: nothing is ticked, and not all again
    assert [box.is_checked() for box in boxes.all()] == [False] * boxes.count()
    page.get_by_role("button", name="All", exact=True).click()
    assert not page.locator("#where .where").is_visible()
    assert [box.is_checked() for box in boxes.all()] == [True] * boxes.count()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over 2,000 documents in folders, dated."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(2_000):
        of_year = folder / "notes" / f"{2000 + number % 20}"
        of_year.mkdir(parents=True, exist_ok=True)
        date = f"{2000 + number % 20}-{1 + number % 12:02}-01"
        title = f"Report {number:04} on {('ferries', 'mills', 'lamps')[number % 3]}"
        text = f"---\ntitle: {title}\ndate: {date}\n---\n\nLine {number} of the report.\n"
        (of_year / f"{number}.md").write_text(text, encoding="utf-8")
    model = HashingEmbedder()
    build(folder / "notes", index=folder / "index", model=model)
    with served(IndexService(folder / "index", model=model, reader=None)) as address:
        yield address


@pytest.mark.parametrize("width", [1440, 390])
def test_two_thousand_documents_are_found_sorted_and_ticked_without_waiting(
    visit: Visit, many: str, width: int
) -> None:
    page = visit(many, width=width)
    rows = documents(page)
    listed = page.locator("#library .document:not([hidden])")
    assert (rows.count(), sideways(page)) == (2_000, 0)
    first = rows.first.bounding_box()
    assert first is not None
    assert first["height"] < 50
    assert listed.first.locator(".title").inner_text() == "Report 0000 on ferries"

    page.locator(".find").press_sequentially("mills 1")
    mills = [f"Report {n:04} {2000 + n % 20}/{n}.md" for n in range(2_000) if n % 3 == 1]
    assert listed.count() == sum("1" in mill for mill in mills)
    page.locator(".folder").select_option("2007")
    page.locator(".sort").select_option("newest")
    days = listed.evaluate_all("rows => rows.map(row => row.dataset.day)")
    assert len(days) > 5
    assert days == sorted(days, reverse=True)
    assert {day[:4] for day in days} == {"2007"}
    page.locator(".find").fill("")
    page.get_by_role("button", name="Only these").click()
    assert page.locator(".count").inner_text() == "100 of 2000 ticked, 100 listed"
    assert "Looking only in 100 documents" in words(page.locator("#where").inner_text())
    page.locator(".folder").select_option("*")
    page.locator(".from").fill("2001-06-01")
    page.locator(".to").fill("2001-12-31")
    days = listed.evaluate_all("rows => rows.map(row => row.dataset.day)")
    assert days
    assert all("2001-06-01" <= day <= "2001-12-31" for day in days)
    page.get_by_role("button", name="All", exact=True).click()
    assert page.evaluate("JSON.stringify(window.briefqa.tab).length") < 2_000
    assert page.locator("#library .choose:checked").count() == 100 + len(days)

    sent: list[int] = []
    page.on("request", lambda request: sent.append(len(request.post_data or "")))
    received: list[int] = []
    page.on("response", lambda response: received.append(response.status))
    turn = ask(page, "What does line 7 say?")
    assert f"Only in {100 + len(days)} documents" in turn.locator(".within").inner_text()
    assert max(sent) < 5_000
    # Beside what the browser takes to hide every line and to show them again.
    toggled, filtered = page.evaluate(
        """async () => {
            const shown = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
            const rows = [...document.querySelectorAll("#library .document")];
            let begun = performance.now();
            for (const hidden of [true, false]) {
                for (const row of rows) row.hidden = hidden;
                await shown();
            }
            const toggled = performance.now() - begun;
            begun = performance.now();
            const box = document.querySelector("#library .find");
            box.value = "lamps";
            box.dispatchEvent(new Event("input", { bubbles: true }));
            await shown();
            return [toggled, performance.now() - begun];
        }"""
    )
    assert filtered < 20 * toggled


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
    assert page.locator("#library .count").inner_text().endswith(f" of {before + 1} ticked")
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
    opened = read(page, "The attic cat")
    fold = opened.locator(".removal summary")
    fold.click()
    sure = opened.get_by_role("button", name="Remove The attic cat")
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


def test_what_an_uploaded_document_is_can_be_edited(
    visit: Visit, library_page: str, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    page = visit(library_page)
    note = tmp_path / "scan0012.md"
    note.write_text("The beekeeper Ottilie sells honey on the pier.\n", "utf-8")
    assert add(page, note) == "scan0012.md: added, 1 passage"
    form = page.locator("#edit")
    form.get_by_role("button", name="Edit title, date, source, author").click()
    form.get_by_label("Uploaded document").click()
    page.get_by_role("option", name="(scan0012.md)").click()
    title = form.get_by_label("Title")
    expect(title).to_have_value("scan0012")
    title.fill("The beekeeper's <b>ledger</b>")
    form.get_by_label("Author").fill("Ottilie Brandt")
    forget_notice(page)
    form.get_by_role("button", name="Save").click()
    assert notice(page) == "scan0012.md: replaced, 1 passage"
    listed = page.locator("#library .document", has_text="The beekeeper's <b>ledger</b>")
    listed.wait_for()
    assert not sideways(page)
    answer = ask(page, "What does Ottilie sell on the pier?")
    assert "The beekeeper's <b>ledger</b>" in answer.inner_text()


def test_a_locked_file_asks_for_its_password(
    visit: Visit, library_page: str, tmp_path: Path
) -> None:
    page = visit(library_page)
    sheet = Canvas(str(tmp_path / "sealed.pdf"), encrypt=StandardEncryption("sesame"))
    sheet.drawString(40, 350, "The seal of Kwell shows an otter.")
    sheet.save()
    box = page.get_by_label("Password of the locked files")
    assert box.count() == 0
    told = add(page, tmp_path / "sealed.pdf")
    assert told == "sealed.pdf: not added yet: it is locked with a password"
    box.wait_for()
    assert box.get_attribute("type") == "password"
    for password, outcome in (
        ("open", "not added yet: the password is wrong"),
        ("sesame", "added"),
    ):
        forget_notice(page)
        box.fill(password)
        box.press("Enter")
        assert notice(page).startswith(f"sealed.pdf: {outcome}")
        assert not sideways(page)
    box.wait_for(state="detached")
    assert "otter" in ask(page, "What does the seal of Kwell show?").inner_text()
