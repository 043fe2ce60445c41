"""Does text stay text, whoever wrote it?

Every visit ends by making sure that no script of the text ran and that nothing was asked of another
machine (see `visit`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from briefqa import build
from briefqa.models.embedder import Embedder, HashingEmbedder

from .conftest import HARBOUR, HOSTILE_LINES, HOSTILE_TITLE, NOTICE, Visit, changeable, served
from .conftest import HURT as CONFTEST_HURT
from .page_driver import (
    ZEPPELIN,
    add,
    ask,
    documents,
    forget_notice,
    in_view,
    notice,
    opened,
    read,
    sideways,
    words,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HURT = "Reflect.set(window,'hurt',1)"  # fits into a file's name
NAMES = (
    f"<img src=x onerror={HURT}>.md",
    f"![pixel](http:outside.example) ${{{HURT}}}.md",
    f"[press](javascript:{HURT}) `'>.md",
    "\u202egnp.md",
    "<div style=position:fixed;inset:0>covered.md",
)

AS_MARKDOWN = {
    "![pixel](http://outside.example/pixel.png)": "pixel",
    HOSTILE_LINES[6]: HOSTILE_LINES[6].replace("`", ""),
}
"""What is read of those lines of the notice that are Markdown."""


@pytest.fixture(scope="module")
def address(real_embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page to which anybody may add documents."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "notes").mkdir()
    (folder / "notes" / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    (folder / "notes" / "notice.md").write_text(NOTICE, encoding="utf-8")
    build(folder / "notes", index=folder / "index", model=real_embedder)
    with served(changeable(folder / "index", real_embedder)) as address:
        yield address


def nothing_came_of_it(page: Page) -> None:
    """No element of another's making, nothing over the page, no letter out of its place."""
    strange = ":is(#log, #panel, #masthead) :is(script, img, svg, iframe, style, link, a, .katex)"
    assert page.locator(strange).count() == 0
    covering = """[...document.querySelectorAll(".html-container *")].filter(
        node => ["fixed", "absolute"].includes(getComputedStyle(node).position)
            && !node.closest(".drop-down, .spoken") && !node.matches("#menu [popover]")).length"""
    assert page.evaluate(covering) == 0
    assert in_view(page.get_by_role("heading", name="BriefQA"))
    assert page.title() == "BriefQA"
    overrides_end(page)


def overrides_end(page: Page) -> None:
    """A right-to-left override ends where the text ends that it came with."""
    loose = """[...document.querySelectorAll(".html-container *")].filter(node =>
        [...node.childNodes].some(child => child.nodeType === 3 && /\\u202e/.test(child.data))
        && !/isolate|plaintext/.test(getComputedStyle(node).unicodeBidi)).map(n => n.outerHTML)"""
    assert page.evaluate(loose) == []


def unfold(page: Page) -> None:
    for fold in page.locator(":is(#opened, #log, #library) summary").all():
        if fold.is_visible():
            fold.click()


def test_a_hostile_document_and_a_hostile_question_stay_text(visit: Visit) -> None:
    page = visit()
    for question in (ZEPPELIN, f"zeppelin {' '.join(HOSTILE_LINES)}"):
        turn = ask(page, question)
        assert words(turn.locator(".question").inner_text()) == words(question)
        turn.locator("[data-hit]").first.wait_for(state="attached")
        unfold(page)
    nothing_came_of_it(page)
    cited = page.locator("#log .citation", has_text="Zeppelin notice").first
    assert f"{HOSTILE_TITLE} ›" in cited.inner_text()
    cited.click()
    page.locator("#opened :focus").wait_for()
    unfold(page)
    article = page.locator("#opened article").inner_text()
    read = {line: line for line in HOSTILE_LINES} | AS_MARKDOWN
    assert [line for line in read.values() if words(line) not in words(article)] == []
    nothing_came_of_it(page)
    cells = page.locator("#opened article :is(th, td)").all_inner_texts()
    assert [words(cell) for cell in cells] == [
        *(f"zeppelin <td onclick={CONFTEST_HURT}>", HOSTILE_LINES[1]),
        *(f"${{{CONFTEST_HURT}}}", "</table>"),
    ]
    items = page.locator("#opened article li li").first.inner_text()
    assert words(items) == f"{HOSTILE_LINES[0]} </ul></ol> {{{{value}}}}"
    code = page.locator("#opened article pre").inner_text()
    assert code.splitlines()[2] == f"</code></pre> ${{{CONFTEST_HURT}}}"
    # What a picture is said to be is shown as it is written.
    assert rf"\</p>\<script>{CONFTEST_HURT}\</script> <b> <i>" in article
    assert article.count("<iframe") == article.count("<svg") == 1  # what is markup is left out


RUN = "W" * 1_500
CONTROLS = [*map(chr, range(0x09)), *map(chr, range(0x0E, 0x20)), *map(chr, range(0x7F, 0xA0))]
OVERRIDE = "\u202e"
WIDE = f"""---
title: Balloon {RUN}
author: {RUN}
date: {RUN}
---

## Rules {RUN}

The balloon may not land on {RUN}.

| balloon {RUN} | cost |
|---|---|
| a balloon ride | {RUN} |
"""
TURNED = f"""---
title: Kite {OVERRIDE}eltit
author: {OVERRIDE}rohtua
date: {OVERRIDE}etad
---

## Kite {OVERRIDE}gnidaeh

### Kite {OVERRIDE}gnidaehbus

The kite \x1b[31m flies at \x07 noon\x7f\x9b.

### Wind

The kite needs wind.
"""


@pytest.mark.parametrize("width", [1440, 390])
def test_no_run_of_characters_widens_the_page_and_no_override_leaves_its_name(
    visit: Visit, tmp_path: Path, width: int
) -> None:
    notes, model = tmp_path / "notes", HashingEmbedder()
    notes.mkdir()
    (notes / f"{'x' * 180}.md").write_text(WIDE, "utf-8")
    (notes / f"{OVERRIDE}etik.md").write_text(TURNED, "utf-8")
    build(notes, index=tmp_path / "index", model=model)
    joined = """() => {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found = [];
        while (texts.nextNode()) {
            const { data, parentElement: parent } = texts.currentNode;
            if (data.includes("\u202e") && /[›·]/.test(data)) found.push(parent.outerHTML);
        }
        return found;
    }"""
    with served(changeable(tmp_path / "index", model)) as address:
        page = visit(address, width=width)

        def is_calm() -> None:
            page.evaluate("document.querySelectorAll('details').forEach(one => (one.open = true))")
            assert sideways(page) == 0
            overrides_end(page)
            assert page.evaluate(joined) == []
            assert not set(CONTROLS) & set(page.locator("body").inner_text())
            page.evaluate(
                "document.querySelectorAll('.drop-down').forEach(one => (one.open = false))"
            )

        is_calm()
        for question in (
            "Where may the balloon not land?",
            "When does the kite fly?",
            f"balloon {RUN}",
            f"kite {OVERRIDE}\x1b[31m \x07 wind",
            "How many nurses did the kite see?",
        ):
            turn = ask(page, question)
            is_calm()
            turn.locator(".citation").first.click()
            page.locator("#opened :focus").wait_for()
            is_calm()
        shown = page.locator(".question").nth(3).inner_text()
        assert (
            shown == f"kite {OVERRIDE}\N{REPLACEMENT CHARACTER}[31m \N{REPLACEMENT CHARACTER} wind"
        )
        for title in ("Balloon", "Kite"):
            one = read(page, title)
            is_calm()
            one.locator(".outline .only").first.click()
            is_calm()
            ask(page, "kite")
            is_calm()
        documents(page)
        is_calm()
        page.get_by_role("button", name="New conversation").click()
        page.locator(".invitation").wait_for()
        ask(page, "When does the kite fly?").locator(".keep").first.click()
        page.locator("#menu summary").click()
        page.get_by_role("button", name="Kept quotes").click()
        page.locator("#kept .place", has_text="Kite").wait_for()
        is_calm()


def test_hostile_names_of_files_and_sections_stay_text_in_the_library(visit: Visit) -> None:
    page = visit()
    files = [
        {
            "name": name,
            "mimeType": "text/markdown",
            "buffer": f"# {text}\n\n## {text}\n\nA {n}.".encode(),
        }
        for n, name in enumerate(NAMES)
        for text in [name.replace("<", r"\<")]  # so that Markdown takes it for text
    ]
    files.append({"name": f"{HURT}<b>.exe", "mimeType": "text/plain", "buffer": b"no"})
    report = add(page, files)  # type: ignore[arg-type]
    assert [name for name in NAMES if name not in report] == []
    assert f"{HURT}<b>.exe: not added" in report
    unfold(page)
    nothing_came_of_it(page)
    titles = page.locator("#library .title").all_inner_texts()
    assert [name for name in (NAMES[0], *NAMES[2:]) if words(name) not in map(words, titles)] == []
    # To look only there, and to ask, puts the name in other places too.
    opened_one = read(page, NAMES[0])
    nothing_came_of_it(page)
    opened_one.locator(".outline .only").first.click()
    assert NAMES[0] in page.locator("#where").inner_text()
    ask(page, "What is A 0?")
    assert NAMES[0] in page.locator(".within").inner_text()
    nothing_came_of_it(page)
    with page.expect_download() as saved:
        page.locator("#menu summary").click()
        page.get_by_role("button", name="Save as Markdown").click()
    content = Path(saved.value.path()).read_text("utf-8")
    assert "<img" not in content
    documents(page)
    doomed = read(page, NAMES[3])
    forget_notice(page)
    doomed.locator(".removal summary").click()
    doomed.locator(".remove").click()
    assert "is no longer searched" in notice(page)
    nothing_came_of_it(page)


def test_what_a_follow_up_takes_over_stays_text(visit: Visit) -> None:
    page = visit()
    ask(page, f"When was the <img/src=x/onerror={HURT}> Lighthouse built?")
    ask(page, "Who kept it?")
    nothing_came_of_it(page)
    page.evaluate(
        """() => {
            const tab = JSON.parse(sessionStorage.getItem("briefqa"));
            tab.turns[1].id = "unknown";
            tab.turns[1].carry = [["about", "<img src=x onerror=Reflect.set(window,'hurt',1)>"]];
            sessionStorage.setItem("briefqa", JSON.stringify(tab));
        }"""
    )
    page.reload()
    understood = page.locator(".turn").nth(1).locator(".understood")
    understood.wait_for()
    assert "<img src=x" in understood.inner_text()
    nothing_came_of_it(page)


def test_a_tab_whose_memory_is_spoilt_begins_anew(visit: Visit) -> None:
    page = visit()
    for saved in ("[", "[]", '{"turns": 3, "where": 3}', '{"turns": [{"question": {}}, 4]}'):
        ask(page, ZEPPELIN)
        page.evaluate("saved => sessionStorage.setItem('briefqa', saved)", saved)
        page.reload()
        page.locator(".invitation").wait_for()
    assert "Zeppelin" in ask(page, ZEPPELIN).locator(".citation").first.inner_text()


def test_the_marks_in_a_hostile_passage_are_where_they_belong(visit: Visit) -> None:
    page = visit()
    turn = ask(page, "Where may the zeppelin not land while the market is open?")
    turn.locator(".citation").first.click()
    marks = opened(page, 1)
    assert "may not land in the square" in words(" ".join(marks.all_inner_texts()))
    assert in_view(page.locator("#opened mark.answer").first)
