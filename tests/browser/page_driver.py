"""Steps a visitor takes on the page, and what is read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import FilePayload, Locator, Page

WHO = "Who kept the lighthouse?"
UNSURE = "How many ferries sank?"
NOWHERE = "How do I get red wine stains out of a white shirt?"
ZEPPELIN = "Where may the zeppelin not land?"


def ask(page: Page, question: str) -> Locator:
    """Ask and wait for what comes of it; the turn it makes."""
    turns = page.locator(".turn").count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    turn = page.locator(".turn").nth(turns)
    turn.locator(".reply, .problem").wait_for()
    return turn


def opened(page: Page, number: int) -> Locator:
    """Wait until source `number` is open; the marks in it."""
    page.locator(".bar .number", has_text=f"[{number}]").wait_for()
    page.locator("#opened mark").first.wait_for()
    return page.locator("#opened mark")


def chosen(page: Page, number: int) -> Locator:
    """Wait until source `number` is open because it was chosen, not by itself; its marks."""
    marks = opened(page, number)
    page.locator("#opened :focus").wait_for()
    return marks


def documents(page: Page) -> Locator:
    """Open the list of documents; the documents in it."""
    if page.locator("#opened .back", has_text="Documents").is_visible():
        page.locator("#opened .back").click()
    if not page.locator("#library").is_visible():
        page.locator(".to-documents").click()
    page.locator("#library .library").wait_for()
    return page.locator("#library .document")


def read(page: Page, title: str) -> Locator:
    """Open a document from the list to read it; the document."""
    documents(page).locator(".read", has_text=title).first.click()
    page.locator("#opened article[aria-label=Document] h2", has_text=title).wait_for()
    return page.locator("#opened")


def add(page: Page, files: Path | list[Path] | list[FilePayload], *, folder: bool = False) -> str:
    """Choose files, or a folder, to be added; the report on them."""
    documents(page)
    forget_notice(page)
    place = "input[webkitdirectory]" if folder else "input:not([webkitdirectory])"
    page.locator(f"#library .picker {place}").set_input_files(files)
    return notice(page)


def notice(page: Page) -> str:
    """Wait for what is said of a change to the documents."""
    told = page.locator("#notice .notice:not([data-busy]):not([data-old])")
    told.wait_for()
    return told.inner_text()


def forget_notice(page: Page) -> None:
    """Mark what was said before, so that `notice` waits for what is said next."""
    page.evaluate("document.querySelector('#notice .notice')?.setAttribute('data-old', '')")


def words(text: str) -> str:
    return " ".join(text.split())


def joined(marks: Locator) -> str:
    """The text of several marks, as one."""
    return words(" ".join(marks.all_inner_texts()))


def has_focus(locator: Locator) -> bool:
    return bool(locator.evaluate("node => node === document.activeElement"))


def focus_is_somewhere(page: Page) -> bool:
    """Whether the keyboard has a place to go on from, one that is shown."""
    return bool(
        page.evaluate(
            """() => {
                const active = document.activeElement;
                return active !== document.body && active.getClientRects().length > 0;
            }"""
        )
    )


def in_view(locator: Locator) -> bool:
    """Whether all of it stands inside the window and is what the eye would meet there."""
    return bool(
        locator.evaluate(
            """node => {
                const boxes = [...node.getClientRects()];
                return boxes.length > 0 && boxes.every(box => {
                    if (box.top < 0 || box.left < 0) return false;
                    if (box.bottom > innerHeight || box.right > innerWidth) return false;
                    const met = document.elementFromPoint(
                        (box.left + box.right) / 2, (box.top + box.bottom) / 2);
                    return node.contains(met) || met.contains(node);
                });
            }"""
        )
    )


def sideways(page: Page) -> int:
    """How many pixels wider than the window the page or a part of it scrolls."""
    return int(
        page.evaluate(
            """Math.max(...["html", "body", "#chat", "#log", "#panel"].map(name => {
                const part = document.querySelector(name);
                return part.scrollWidth - part.clientWidth;
            }), document.documentElement.scrollWidth - innerWidth)"""
        )
    )
