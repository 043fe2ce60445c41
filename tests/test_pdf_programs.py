"""Are the PDFs of other programs read as the page that they print?"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from briefqa.documents.loaders import pdf
from briefqa.records import Document

PAGE = """<!doctype html><meta charset="utf-8"><title>Harbour minutes</title>
<style>@page { size: A5; margin: 15mm } td, th { border: 1px solid; padding: 4px }</style>
<h1>Minutes of the harbour board</h1>
<p>The board met on 12 March 2024 in the town hall. Present were the chair, Ada Byron, and nine
members; the pilot master attended for the third item only, and left before the vote was taken.</p>
<h2>Dredging</h2>
<ul><li>The contract goes to the lowest of three bidders.</li><li>The spoil is to be taken out
beyond the second buoy, as the permit of the county demands, and measured there.</li></ul>
<h2>Fees</h2>
<table><thead><tr><th>Length of ship</th><th>Fee</th></tr></thead><tbody>
<tr><td>up to 8 m</td><td>12 crowns</td></tr><tr><td>over 8 m</td><td>31 crowns</td></tr></tbody>
</table>
<p>The fees hold from June.</p>
"""
BOARD = (
    "The board met on 12 March 2024 in the town hall. Present were the chair, Ada Byron, and nine"
    " members; the pilot master attended for the third item only, and left before the vote was"
    " taken."
)
LIST = (
    "- The contract goes to the lowest of three bidders.\n- The spoil is to be taken out beyond the"
    " second buoy, as the permit of the county demands, and measured there."
)
FEES = "Length of ship | Fee\n--- | ---\nup to 8 m | 12 crowns\nover 8 m | 31 crowns"
MINUTES = "Minutes of the harbour board"


def outline(document: Document) -> list[tuple[str, list[str]]]:
    """The last heading of each section's path, with the section's paragraphs."""
    return [
        (section.path[-1], [document.text[span.start : span.end] for span in section.paragraphs])
        for section in document.sections
    ]


def expected() -> list[tuple[str, list[str]]]:
    return [
        (MINUTES, [BOARD]),
        ("Dredging", [LIST]),
        ("Fees", [FEES, "The fees hold from June."]),
    ]


@pytest.mark.browser
def test_what_chromium_prints_is_read(chromium: str, tmp_path: Path) -> None:
    page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
    page.write_text(PAGE, encoding="utf-8")
    options = ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile")
    command = [chromium, *options, f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    document = pdf.parse(printed.read_bytes(), "page.pdf")
    # A date, the address and the number of the page are printed around it, on one page.
    found = [
        (head, [each for each in texts if "page.html" not in each])
        for head, texts in outline(document)
    ]
    assert document.title == "Harbour minutes"
    assert found == expected()


def office() -> str:
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


@pytest.mark.skipif(not office(), reason="LibreOffice is not installed: its PDFs are not read")
def test_what_libreoffice_exports_is_read(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    run = [office(), "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    for source, suffix, more in (
        (page, "odt", ["--infilter=HTML (StarWriter)"]),
        (page.with_suffix(".odt"), "pdf", []),
    ):
        target = ["--convert-to", suffix, "--outdir", str(tmp_path), str(source)]
        subprocess.run([*run, *more, *target], check=True, timeout=120, capture_output=True)
    document = pdf.parse(page.with_suffix(".pdf").read_bytes(), "page.pdf")
    assert document.title == "Harbour minutes"
    assert outline(document) == expected()
