"""Takes pictures of the real page: `make screenshot`; with a FOLDER, of every state of it.

Indexes a copy of data/ in a folder of its own, and in another one 200 documents, serves both, and
does in Chromium what a person would. Some go to docs/; those of every state go to the FOLDER.
"""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Locator, Page, sync_playwright

from briefqa import build
from briefqa.indexing.library import Library
from briefqa.ui import page
from briefqa.ui.feedback import Feedback
from briefqa.ui.server import launched
from briefqa.ui.service import IndexService
from briefqa.ui.uploads import Uploads

HERE = Path(__file__).resolve().parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
KEPT = {
    "answer": "page.png",
    "unsure": "unsure.png",
    "not answered": "not-found.png",
    "table": "table.png",
    "list": "list.png",
    "library": "documents.png",
    "phone, dark": "phone-dark.png",
}
"""Those in docs/, by the state they show."""

DOCTORS = "What did the doctors do in Aleppo?"
CHILDREN = "How many children?"
NURSES = "How many nurses worked in Aleppo?"
NOWHERE = "How do I repair a bicycle in Oslo?"
NOTE = "# Minutes of 3 May\n\n## Water\n\nThe pump at the east gate runs again since Tuesday.\n"

LANDED = "How many tonnes of cod were landed in 2023?"
CARDS = "For which reasons can a library card be refused or withdrawn?"
SERIES = (
    ("minutes", "Minutes of the harbour board"),
    ("surveys", "Survey of the north quay"),
    ("accounts", "Accounts of the fish market"),
    ("letters", "Letter from the lighthouse"),
    ("reports", "Report of the water works"),
    ("minutes", "Minutes of the school board"),
    ("reports", "Report on the winter roads"),
)
DOCUMENTS = 200

Picture = Callable[[Page, str], None]
Show = Callable[[Page, Picture], None]


def ask(page: Page, question: str) -> Locator:
    """Ask and wait for the answer; the turn it makes."""
    turns = page.locator(".turn").count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(".turn").nth(turns)
    turn.locator(".reply").wait_for()
    return turn


def reading(page: Page, picture: Picture) -> None:
    """What a person sees who asks."""
    picture(page, "welcome")
    for question, state in ((DOCTORS, "answer"), (NURSES, "unsure"), (NOWHERE, "not answered")):
        ask(page, question)
        picture(page, state)
        page.get_by_role("button", name="New conversation").click()
        page.locator(".invitation").wait_for()
    ask(page, DOCTORS)
    turn = ask(page, CHILDREN)
    picture(page, "follow-up")
    turn.locator(".citation").first.click()
    page.locator("#opened :focus").wait_for()
    page.locator(".copies .drop-down summary").click()
    picture(page, "opened source")


def add(page: Page) -> None:
    """Add a note, and a file that cannot be read."""
    note: FilePayload = {
        "name": "minutes.md",
        "mimeType": "text/markdown",
        "buffer": NOTE.encode(),
    }
    photo: FilePayload = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8"}
    page.locator("#library .picker input").first.set_input_files([note, photo])
    page.locator("#notice .notice:not([data-busy])").wait_for()
    page.locator(".document", has_text="Minutes of 3 May").wait_for()


def looking_through(page: Page, picture: Picture) -> None:
    """What a person sees who has many documents, with tables and lists in them."""
    for question, state in ((LANDED, "table"), (CARDS, "list")):
        ask(page, question)
        picture(page, state)
        page.get_by_role("button", name="New conversation").click()
        page.locator(".invitation").wait_for()
    ask(page, LANDED)
    page.locator(".to-documents").click()
    add(page)
    page.locator("#library .sort").select_option("newest")
    picture(page, "library")


def keeping(page: Page, picture: Picture) -> None:
    """What a person sees who adds documents."""
    ask(page, DOCTORS)
    page.locator(".to-documents").click()
    add(page)
    picture(page, "upload report")
    page.locator(".document .read", has_text="Syria").click()
    section = page.locator("#opened .outline li", has_text="Aleppo after the battle").first
    section.wait_for()
    picture(page, "document")
    section.locator(".only").click()
    ask(page, CHILDREN)
    page.locator(".to-documents").click()
    picture(page, "documents")
    page.locator(".document .read", has_text="Minutes of 3 May").click()
    minutes = page.locator("#opened", has_text="Minutes")
    minutes.locator(".removal summary").click()
    minutes.locator(".remove").scroll_into_view_if_needed()
    picture(page, "removal")
    page.evaluate("document.querySelector('#notice .notice').setAttribute('data-busy', '')")
    minutes.locator(".remove").click()
    page.locator(".undo").wait_for()
    picture(page, "removed")


def take(browser: Browser, address: str, shows: Sequence[Show], picture: Picture) -> None:
    """These, in the light and in the dark, on a wide screen and on a phone."""
    for scheme, width, height in (
        ("light", 1440, 900),
        ("dark", 1440, 900),
        ("light", 390, 844),
        ("dark", 390, 844),
    ):
        where = [] if width > 390 else ["phone"]
        where += [scheme] if scheme == "dark" else []

        def one(page: Page, state: str, where: list[str] = where) -> None:
            page.mouse.move(0, 0)
            page.wait_for_timeout(300)  # for fonts, and for what is fading
            plain = {"answer"} if where == ["phone", "dark"] else set()
            picture(page, ", ".join([*([] if state in plain else [state]), *where]))

        for show in shows:
            window = {"width": width, "height": height}
            context = browser.new_context(viewport=window, color_scheme=scheme)  # type: ignore[arg-type]
            page = context.new_page()
            page.goto(address)
            page.locator(".invitation").wait_for()
            show(page, one)
            context.close()


def main() -> None:
    """Build, serve, take the pictures."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        sys.exit("The pictures need Chromium (apt install chromium).")
    every = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if every is not None:
        every.mkdir(parents=True, exist_ok=True)

    def picture(page: Page, state: str) -> None:
        targets = [HERE / KEPT[state]] if state in KEPT else []
        targets += [every / f"{state}.png"] if every is not None else []
        for target in targets:
            page.screenshot(path=target)
            Image.open(target).convert("RGB").quantize(200).save(target, optimize=True)

    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        few, many = Path(work) / "few", Path(work) / "many"
        shutil.copytree(HERE.parent / "data", few / "data")
        write_library(many / "data")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with served(few) as address:
            take(browser, address, (reading, keeping), picture)
        with served(many) as address:
            take(browser, address, (looking_through,), picture)
        browser.close()


def write_library(folder: Path) -> None:
    """So many documents that with the one that is added they are DOCUMENTS."""
    shutil.copytree(HERE.parent / "tests" / "corpora" / "kinds" / "documents", folder)
    shutil.copytree(HERE.parent / "tests" / "corpora" / "lists" / "documents", folder / "manuals")
    for number in range(DOCUMENTS - 1 - sum(path.is_file() for path in folder.rglob("*"))):
        kind, series = SERIES[number % len(SERIES)]
        day = date(2024, 12, 1) - timedelta(days=23 * number)
        title = f"{series}, {day:%B %Y}"
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / f"{day}.md").write_text(
            f"---\ntitle: {title}\ndate: {day}\n---\n\nNumber {number} of its series.\n", "utf-8"
        )


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a page over what is in the folder's `data`, while the block runs."""
    index = folder / "index"
    build(folder / "data", index=index)
    uploads = Uploads()
    service = IndexService(
        index,
        library=Library(index, folder / "uploads"),
        uploads=uploads,
        feedback=Feedback(folder / "ratings.jsonl"),
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with launched(page(service), "127.0.0.1", port, uploads=uploads) as address:
        yield address


if __name__ == "__main__":
    main()
