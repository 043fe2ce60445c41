"""Do the boxes lie over exactly the lines that are cited, on the page as it looks in print?"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from briefqa import build
from briefqa.models.embedder import Embedder
from briefqa.ui.service import IndexService

from .conftest import Visit, served
from .page_driver import ask, read, sideways
from .test_accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

SIZE, LEADING, LEFT, WIDE, HIGH = 11.0, 14.0, 40.0, 420.0, 595.0
QUESTION = "Who kept the lighthouse for forty years?"
FRONT = ("The harbour report of the year", "which is read to the town in the hall.")
PAGES = {
    "The crane": (
        "The old crane lifts eight tons. Four men turned its wheel until a",
        "motor was fitted in 1928, and since then one man is enough for it.",
    ),
    "The lighthouse": (
        "Ada Lindqvist kept the lighthouse for forty years, from 1902 until",
        "1942. She wrote down the weather every evening, and her notebooks",
        "are in the town library.",
    ),
    "The school": (
        "Fifty pupils learn navigation at the harbour school, and each of them",
        "spends a summer at sea.",
    ),
}
TOP = 120.0  # of the first line's baseline, from the upper edge
STARTS = {"The crane": TOP, "The lighthouse": TOP + 120, "The school": TOP + 260}


def report() -> bytes:
    """A front page with a Roman number, and a page of three chapters."""
    buffer = io.BytesIO()
    sheet = Canvas(buffer, pagesize=(WIDE, HIGH))
    sheet.setTitle("Harbour report")
    sheet.addPageLabel(0, style="ROMAN_LOWER", start=5)
    for place, line in enumerate(FRONT):
        sheet.setFont("Times-Roman", SIZE)
        sheet.drawString(LEFT, HIGH - TOP - place * LEADING, line)
    sheet.showPage()
    for title, lines in PAGES.items():
        sheet.setFont("Times-Bold", 15)
        sheet.drawString(LEFT, HIGH - STARTS[title] + 30, title)
        sheet.setFont("Times-Roman", SIZE)
        for place, line in enumerate(lines):
            sheet.drawString(LEFT, HIGH - STARTS[title] - place * LEADING, line)
    sheet.showPage()
    sheet.save()
    return buffer.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("printed")
    (folder / "notes").mkdir()
    (folder / "notes" / "harbour.pdf").write_bytes(report())
    build(folder / "notes", index=folder / "index", model=real_embedder)
    return folder


def as_page(page: Page) -> Locator:
    """The opened source, shown as its page, the picture loaded."""
    page.get_by_role("button", name="Page", exact=True).click()
    sheet = page.locator(".sheet")
    sheet.locator(".paper:not(.waiting) img").wait_for()
    return sheet


def boxes(sheet: Locator) -> list[tuple[float, float, float, float]]:
    """The boxes that are shown, in points of the page: left, top, right, bottom."""
    paper = sheet.locator("img").bounding_box()
    assert paper is not None
    scale = WIDE / paper["width"]
    found = []
    for box in sheet.locator(".box:visible").all():
        at = box.bounding_box()
        assert at is not None
        left, top = (at["x"] - paper["x"]) * scale, (at["y"] - paper["y"]) * scale
        found.append((left, top, left + at["width"] * scale, top + at["height"] * scale))
    return found


@pytest.mark.parametrize("width", [1440, 390])
def test_boxes_lie_over_exactly_the_cited_lines(
    visit: Visit, folder: Path, real_embedder: Embedder, width: int
) -> None:
    lines = PAGES["The lighthouse"]
    with served(IndexService(folder / "index", model=real_embedder)) as address:
        page = visit(address, width=width)
        ask(page, QUESTION)
        if width < 800:
            page.locator("#log [data-hit='1']").first.click()
        sheet = as_page(page)
        assert sheet.locator(".page-name").inner_text() == "Page vi (page 2 of the file) of 2"
        assert not page.locator("#opened article").is_visible()
        found = boxes(sheet)
        assert len(found) == len(lines)
        for place, (line, box) in enumerate(zip(lines, found, strict=True)):
            baseline = STARTS["The lighthouse"] + place * LEADING
            right = LEFT + stringWidth(line, "Times-Roman", SIZE)
            assert [box[0], box[2]] == pytest.approx([LEFT, right], abs=2.5)
            assert box[1] < baseline - 0.6 * SIZE < baseline + 0.1 * SIZE < box[3]
            assert box[1] > baseline - LEADING
            assert box[3] < baseline + LEADING - 0.6 * SIZE
        # The sentence that answers stands on the first two lines.
        assert sheet.locator(".box.answer:visible").count() == 2
        # In the picture there is ink under each box, and none between the boxes and the edges.
        drawn = f"{address}/page-picture?document=harbour.pdf&page=2&width=800"
        picture = Image.open(io.BytesIO(page.request.get(drawn).body()))
        grey = np.asarray(picture.convert("L"))
        scale = picture.width / WIDE
        for box in found:
            left, top, right, bottom = (round(edge * scale) for edge in box)
            assert grey[top:bottom, left:right].min() < 100
            assert grey[top:bottom, right + 3 :].min() > 200
        assert not sideways(page)
        assert violations(page) == []


def test_pages_are_turned_and_a_changed_file_is_told(
    visit: Visit, folder: Path, real_embedder: Embedder
) -> None:
    file = folder / "notes" / "harbour.pdf"
    content = file.read_bytes()
    with served(IndexService(folder / "index", model=real_embedder)) as address:
        page = visit(address)
        ask(page, QUESTION)
        sheet = as_page(page)
        sheet.get_by_role("button", name="Previous page").click()
        sheet.locator(".paper:not(.waiting) img").wait_for()
        assert sheet.locator(".page-name").inner_text() == "Page v (page 1 of the file) of 2"
        assert boxes(sheet) == []
        assert sheet.get_by_role("button", name="Previous page").is_disabled()
        try:
            file.write_bytes(content + b"\n%")
            sheet.get_by_role("button", name="Next page").click()
            problem = sheet.locator(".problem")
            problem.wait_for()
            assert problem.inner_text() == (
                "This page cannot be shown: the file has changed since it was indexed."
            )
            assert boxes_hidden(sheet)
        finally:
            file.write_bytes(content)
        page.get_by_role("button", name="Text", exact=True).click()
        assert page.locator("#opened article").is_visible()
        assert not sheet.is_visible()


def test_a_document_is_read_page_by_page(
    visit: Visit, folder: Path, real_embedder: Embedder
) -> None:
    with served(IndexService(folder / "index", model=real_embedder)) as address:
        page = visit(address)
        read(page, "Harbour report")
        sheet = as_page(page)
        assert sheet.locator(".page-name").inner_text() == "Page v (page 1 of the file) of 2"
        sheet.get_by_role("button", name="Next page").click()
        sheet.get_by_alt_text("Page vi (page 2 of the file) of Harbour report").wait_for()
        assert sheet.get_by_role("button", name="Next page").is_disabled()
        assert boxes(sheet) == []
        assert not page.locator("#opened article").is_visible()


def boxes_hidden(sheet: Locator) -> bool:
    return sheet.locator(".box:visible").count() == 0
