"""Takes docs/page.png, the picture in the README, from the real page: `make screenshot`.

Indexes data/ into a folder of its own, serves it, asks three questions in Chromium, one of which
the brief does not answer, and opens a source.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from briefqa import build, open_index
from briefqa.ui import page
from briefqa.ui.server import launched

HERE = Path(__file__).resolve().parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUESTIONS = (
    "Who guarantees the ceasefire?",
    "How do I change a bicycle tyre?",
    "How many children were treated by the Russian doctors?",
)


def take(address: str, chromium: str, picture: Path) -> None:
    """Ask the questions at `address` and write what the page then looks like."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        visitor = browser.new_page(viewport={"width": 1440, "height": 1380})
        visitor.goto(address)
        visitor.get_by_text("a question.").wait_for()
        for place, question in enumerate(QUESTIONS):
            box = visitor.get_by_label("Your question")
            box.fill(question)
            box.press("Enter")
            visitor.locator(".turn").nth(place).locator(".reply").wait_for()
        visitor.locator(".turn").last.locator(".citation").first.click()
        visitor.locator("#opened mark").first.wait_for()
        visitor.locator("#log").evaluate("log => { log.scrollTop = 0; }")
        visitor.mouse.move(0, 0)
        visitor.wait_for_timeout(300)
        visitor.screenshot(path=picture)
        browser.close()


def main() -> None:
    """Build, serve, take the picture."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        sys.exit("The picture needs Chromium (apt install chromium).")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        build(HERE.parent / "data", index=folder)
        with launched(page(open_index(folder)), "127.0.0.1", port) as address:
            take(address, chromium, HERE / "page.png")


if __name__ == "__main__":
    main()
