"""Every state of index and server has a sentence and a way on."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest

from briefqa import build
from briefqa.index import generations
from briefqa.models.embedder import Embedder
from briefqa.ui.service import IndexService

from .conftest import HARBOUR, PausingEmbedder, Visit, changeable, free_port, served
from .page_driver import (
    WHO,
    add,
    ask,
    chosen,
    documents,
    focus_is_somewhere,
    has_focus,
    joined,
    notice,
)

pytestmark = pytest.mark.browser

FERRY = "What does the ferry cost?"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    return folder


@pytest.fixture
def index(notes: Path, tmp_path: Path, real_embedder: Embedder) -> Path:
    """An index of the test's own, to be changed and damaged."""
    build(notes, index=tmp_path / "index", model=real_embedder)
    return tmp_path / "index"


def test_without_an_index_files_can_be_added_and_are_then_asked(
    visit: Visit, notes: Path, tmp_path: Path, real_embedder: Embedder
) -> None:
    with served(changeable(tmp_path / "none", real_embedder)) as address:
        page = visit(address)
        assert page.locator(".invitation").inner_text() == "Nothing can be asked yet."
        assert "no index" in page.locator("#log .problem").inner_text().lower()
        turn = ask(page, FERRY)
        assert "no index" in turn.locator(".problem").inner_text().lower()
        assert add(page, notes / "harbour.md") == "harbour.md: added, 8 passages"
        assert "twelve crowns" in turn.locator("blockquote").first.inner_text()
        assert documents(page).count() == 1
        assert "twelve crowns" in ask(page, FERRY).locator("blockquote").first.inner_text()


def test_a_damaged_index_is_told_of_and_built_again(
    visit: Visit, index: Path, real_embedder: Embedder
) -> None:
    (damaged,) = index.glob("generation-*/passages.jsonl")
    damaged.write_bytes(b"{" + damaged.read_bytes()[1:-1])
    with served(changeable(index, real_embedder)) as address:
        page = visit(address)
        assert "damaged" in page.locator("#log .problem").inner_text()
        turn = ask(page, FERRY)
        assert "damaged" in turn.locator(".problem").inner_text()
        turn.get_by_role("button", name="Build the index again").press("Enter")
        turn.locator("blockquote").first.wait_for()
        assert "twelve crowns" in turn.locator("blockquote").first.inner_text()
        assert focus_is_somewhere(page)
        assert documents(page).count() == 1


def test_a_rebuild_is_told_at_the_button_that_asked_for_it(
    visit: Visit, notes: Path, tmp_path: Path
) -> None:
    index, model = tmp_path / "index", PausingEmbedder()
    build(notes, index=index, model=model)
    (damaged,) = index.glob("generation-*/passages.jsonl")
    damaged.write_bytes(b"{" + damaged.read_bytes()[1:-1])
    with served(changeable(index, model)) as address:
        page = visit(address)
        ask(page, FERRY)
        turn = ask(page, WHO)
        button = page.get_by_role("button", name="Build the index again")
        assert button.count() == 1  # under the newest
        with generations.writing(index):
            for _ in range(2):  # the same may come of it once more
                button.press("Enter")
                problem = turn.locator(".told .problem")
                problem.wait_for()
                assert problem.inner_text().startswith("Another build is writing")
                assert not page.locator("#notice").is_visible()
        model.going_on.clear()
        button.press("Enter")
        turn.locator(".told", has_text="Embedding 0 of 8 passages").wait_for()
        assert has_focus(button)
        button.press("Enter")  # is not begun twice
        turn.locator(".told progress").wait_for()
        assert not page.locator("#notice").is_visible()
        ask(page, "Is it there now?").locator(".told progress").wait_for()  # now the newest
        model.going_on.set()
        turn.locator("blockquote").first.wait_for()
        assert page.locator(".told, .rebuild").count() == 0


def test_an_upload_is_told_stage_by_stage(visit: Visit, notes: Path, tmp_path: Path) -> None:
    index, model = tmp_path / "index", PausingEmbedder()
    build(notes, index=index, model=model)
    files = [tmp_path / f"{name}.md" for name in ("mill", "well")]
    for file in files:
        file.write_text(f"# The {file.stem}\n\nThe {file.stem} is old.\n", "utf-8")
    with served(changeable(index, model)) as address:
        page = visit(address)
        model.going_on.clear()
        documents(page)
        page.locator("#library .picker input:not([webkitdirectory])").set_input_files(files)
        working = page.locator("#notice [data-busy]", has_text="Embedding 0 of 2 passages")
        working.wait_for()
        assert working.locator("progress").get_attribute("max") == "2"
        assert page.locator(".sending").inner_text() == ""
        model.going_on.set()
        assert notice(page).splitlines() == [
            "mill.md: added, 1 passage",
            "well.md: added, 1 passage",
        ]


def test_a_page_that_only_reads_tells_of_a_damaged_index_and_offers_nothing(
    visit: Visit, index: Path, real_embedder: Embedder
) -> None:
    (damaged,) = index.glob("generation-*/passages.jsonl")
    damaged.unlink()
    with served(IndexService(index, model=real_embedder)) as address:
        page = visit(address)
        assert "damaged" in ask(page, FERRY).locator(".problem").inner_text()
        assert page.locator(".rebuild").count() == 0


def test_while_another_build_goes_on_a_change_is_refused_and_questions_are_answered(
    visit: Visit, index: Path, tmp_path: Path, real_embedder: Embedder
) -> None:
    extra = tmp_path / "extra.md"
    extra.write_text("# Extra\n\nThe bell rings at noon.\n", encoding="utf-8")
    with served(changeable(index, real_embedder)) as address:
        page = visit(address)
        with generations.writing(index):
            told = add(page, extra)
            assert "another build" in told.lower()
            assert "twelve crowns" in ask(page, FERRY).locator("blockquote").first.inner_text()
        assert add(page, extra) == "extra.md: added, 1 passage"


def test_a_rebuild_during_a_conversation_is_told_and_what_was_said_stays(
    visit: Visit, notes: Path, index: Path, real_embedder: Embedder
) -> None:
    with served(changeable(index, real_embedder)) as address:
        page = visit(address)
        turn = ask(page, FERRY)
        said = turn.inner_text()
        dearer = HARBOUR.replace("# The harbour at Lund", "# The harbour at Lund, anew")
        dearer = dearer.replace("twelve crowns", "twenty crowns")
        (notes / "harbour.md").write_text(dearer, encoding="utf-8")
        build(notes, index=index, model=real_embedder)  # as another process would
        assert page.locator(".turn").first.inner_text() == said
        assert "twenty crowns" in ask(page, FERRY).locator("blockquote").first.inner_text()
        assert page.get_by_text("The documents were indexed anew here.").is_visible()
        assert page.locator(".turn").first.inner_text() == said
        documents(page).filter(has_text="The harbour at Lund, anew").wait_for()
        turn.locator(".citation").first.click()
        problem = page.locator("#opened .problem")
        problem.wait_for()
        assert "was indexed anew since this answer" in problem.inner_text()
        page.locator(".turn").nth(1).locator(".citation").first.click()
        assert "twenty crowns" in joined(chosen(page, 1))


def test_a_document_whose_file_has_changed_is_shown_as_indexed_with_a_remark(
    visit: Visit, notes: Path, index: Path, real_embedder: Embedder
) -> None:
    with served(changeable(index, real_embedder)) as address:
        page = visit(address)
        turn = ask(page, FERRY)
        dearer = HARBOUR.replace("twelve crowns", "twenty crowns")
        (notes / "harbour.md").write_text(dearer, encoding="utf-8")
        turn.locator(".citation").first.click()
        assert "twelve crowns" in joined(chosen(page, 1))
        remark = page.locator("#opened").get_by_role("note")
        assert "has changed since it was indexed" in remark.inner_text()
        remark.get_by_role("button", name="Index the documents again").press("Enter")
        remark.get_by_text("The documents are indexed anew.").wait_for()
        assert focus_is_somewhere(page)
        assert "twenty crowns" in ask(page, FERRY).locator("blockquote").first.inner_text()


def test_a_conversation_outlives_a_restart_of_the_server(
    visit: Visit, index: Path, real_embedder: Embedder
) -> None:
    port = free_port()
    follow_up = "Who kept it?"
    with ExitStack() as server:
        page = visit(server.enter_context(served(changeable(index, real_embedder), port)))
        ask(page, FERRY)
        ask(page, "When was the lighthouse built?")
    with served(changeable(index, real_embedder), port):  # restarted while nobody looked
        turn = ask(page, follow_up)
        assert turn.locator(".understood").count() == 1
        assert "Ada Lindqvist" in turn.locator("blockquote").first.inner_text()
        page.locator(".turn").first.locator(".citation").first.click()
        assert "twelve crowns" in joined(chosen(page, 1))
        assert page.evaluate("window.stayed")
    box = page.get_by_label("Your question")
    box.fill(WHO)
    box.press("Enter")  # while there is no server
    page.get_by_text("Connection to the server was lost").wait_for()
    assert page.locator(".turn").count() == 3
    with served(changeable(index, real_embedder), port):
        page.wait_for_function("!window.stayed && document.querySelectorAll('.turn').length === 3")
        assert page.locator(".question").all_inner_texts()[-1] == follow_up
        page.wait_for_function("document.querySelector('#question textarea').value !== ''")
        assert box.input_value() == WHO
        box.press("Enter")
        page.locator(".turn").nth(3).locator("blockquote").first.wait_for()
        assert "forty years" in page.locator(".turn").nth(3).inner_text()


def test_a_restart_without_an_index_forgets_nothing_and_answers_when_it_is_back(
    visit: Visit, index: Path, real_embedder: Embedder
) -> None:
    port = free_port()
    questions = [FERRY, "When was the lighthouse built?"]
    with ExitStack() as server:
        page = visit(server.enter_context(served(changeable(index, real_embedder), port)))
        for question in questions:
            ask(page, question)
    away = index.rename(index.with_name("away"))
    with served(changeable(index, real_embedder), port):
        for _ in range(2):
            page.reload()
            page.locator(".turn .problem").nth(1).wait_for()
            assert page.locator(".question").all_inner_texts() == questions
            assert "no index" in page.locator(".turn").first.inner_text().lower()
        away.rename(index)
        page.reload()
        page.locator(".turn blockquote").nth(1).wait_for()
        assert page.locator(".question").all_inner_texts() == questions
        assert "twelve crowns" in page.locator(".turn").first.inner_text()
        assert "1871" in page.locator(".turn").nth(1).inner_text()
