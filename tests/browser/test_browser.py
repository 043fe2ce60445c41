"""Does the page do in a real browser what a person needs of it?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from briefqa import Searcher

from .conftest import HOSTILE_LINES, HOSTILE_TITLE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    Visit = Callable[..., Page]

pytestmark = pytest.mark.browser

WHO = "Who kept the lighthouse, and for how long?"
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


def words(text: str) -> str:
    return " ".join(text.split())


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


def test_an_answer_quotes_its_passage_with_a_citation_beside_the_sources(
    visit: Visit, searcher: Searcher
) -> None:
    page = visit()
    turn = ask(page, WHO)
    first = searcher.ask(WHO).hits[0]
    assert "Ada Lindqvist kept the lighthouse for forty years" in first.passage.text
    assert words(turn.locator("blockquote").first.inner_text()) == words(first.passage.text)
    assert words(turn.locator(".citation").first.inner_text()) == f"[1] {first.citation}"
    assert in_view(turn.locator("blockquote").first)
    listed = page.locator("#sources .hits > li")
    assert listed.count() == 5
    assert in_view(listed.first.locator(".citation"))
    assert words(listed.first.locator(".place").inner_text()).startswith("harbour.md, line")
    assert not listed.first.get_by_text("Same meaning").is_visible()
    listed.first.get_by_text("Why this passage").click()
    assert listed.first.get_by_text("Same meaning").is_visible()
    assert page.get_by_label("Your question").input_value() == ""


@pytest.mark.parametrize("width", [1000, 390])
def test_citation_2_opens_the_article_at_the_marked_passage_and_leads_back(
    visit: Visit, searcher: Searcher, width: int
) -> None:
    page = visit(width, 640)
    ask(page, NOWHERE)
    turn = ask(page, WHO)
    second = searcher.ask(WHO).hits[1].passage
    said = page.locator("#log").inner_text()
    chosen = turn.locator('[data-hit="2"]')
    chosen.click()
    page.locator("#opened mark").first.wait_for()
    marks = page.locator("#opened mark").all()
    assert words(" ".join(mark.inner_text() for mark in marks)) == words(second.text)
    assert in_view(marks[0])
    assert page.locator("#opened h2").inner_text() == second.title
    assert page.get_by_role("button", name="All sources").is_visible()
    assert in_view(page.get_by_role("button", name="All sources"))
    assert not page.locator("#sources .hits").is_visible()
    page.get_by_role("button", name="All sources").click()
    page.locator("#sources .hits").wait_for()
    assert chosen.evaluate("node => node === document.activeElement")
    chosen.click()
    page.locator("#opened mark").first.wait_for()
    assert page.locator("#log").inner_text() == said
    assert page.evaluate("performance.getEntriesByType('navigation').length") == 1


def test_an_earlier_answers_citation_still_opens_its_own_source(visit: Visit) -> None:
    page = visit()
    first = ask(page, WHO)
    ask(page, "How heavy is a barrel of herring?")
    first.locator('[data-hit="1"]').first.click()
    page.locator("#opened mark").first.wait_for()
    assert "Ada Lindqvist" in page.locator("#opened mark").last.inner_text()
    ask(page, "What does the ferry cost?")
    assert page.locator("#opened mark").count() == 0
    assert page.locator("#sources .hits").get_attribute("data-turn") == "3"


def test_what_is_not_there_is_not_answered(visit: Visit) -> None:
    page = visit()
    turn = ask(page, NOWHERE)
    assert turn.get_by_text("Not in these documents.").is_visible()
    fold = turn.get_by_text("Nearest passages, which do not answer this")
    assert fold.is_visible()
    assert [quote.is_visible() for quote in turn.locator("blockquote").all()] == [False] * 5
    fold.click()
    assert turn.locator("blockquote").first.is_visible()


def test_everything_can_be_reached_by_keyboard_alone(visit: Visit) -> None:
    page = visit()
    page.locator("#question textarea:focus").wait_for()  # from the start, without a click
    page.keyboard.type(WHO)
    page.keyboard.press("Enter")
    page.locator("#sources .hits").wait_for()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('#log .citation')"):
            break
    focused = page.locator("#log .citation:focus")
    assert focused.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.locator("#opened mark").first.wait_for()
    assert page.locator(".back:focus").evaluate("node => getComputedStyle(node).outlineStyle") == (
        "solid"
    )
    page.keyboard.press("Escape")
    page.locator("#sources .hits").wait_for()
    focused.wait_for()  # back where one came from
    page.keyboard.press("3")
    page.locator("#opened mark").first.wait_for()
    page.locator(".bar .number", has_text="[3]").wait_for()
    page.locator(".back:focus").press("Space")
    page.locator("#sources .hits").wait_for()
    page.get_by_label("Your question").focus()
    page.keyboard.type("in 1953?")  # digits in the question are not commands
    page.wait_for_timeout(200)
    assert page.locator("#opened mark").count() == 0
    assert page.get_by_label("Your question").input_value() == "in 1953?"


def test_a_hostile_document_and_question_stay_text(visit: Visit) -> None:
    page = visit()
    for question in (ZEPPELIN, f"zeppelin {' '.join(HOSTILE_LINES)}"):
        turn = ask(page, question)
        assert words(turn.locator(".question").inner_text()) == words(question)
        page.locator("#sources .hits").wait_for(state="attached")
        for fold in page.locator("#sources summary, #log summary").all():
            if fold.is_visible():
                fold.click()
    cited = page.locator("#sources .citation", has_text="Zeppelin notice").first
    assert f"{HOSTILE_TITLE} ›" in cited.inner_text()
    cited.click()
    page.locator("#opened mark").first.wait_for()
    article = page.locator("#opened article").inner_text()
    assert [line for line in HOSTILE_LINES if words(line) not in words(article)] == []
    page.wait_for_timeout(300)
    assert page.evaluate("window.hurt") is None
    strange = ":is(#log, #panel, #masthead) :is(script, img, svg, iframe, style, link, a, .katex)"
    assert page.locator(strange).count() == 0
    assert (
        page.evaluate(
            """[...document.querySelectorAll("body *")].filter(node =>
            getComputedStyle(node).position === "fixed" && node.innerText.includes("covered")
        ).length"""
        )
        == 0
    )
    assert page.get_by_text("BriefQA").is_visible()


def test_nothing_scrolls_sideways_on_a_phone(visit: Visit) -> None:
    page = visit(390, 844)
    assert sideways(page) == 0
    turn = ask(page, f"{NOWHERE} {'x' * 300}")
    assert sideways(page) == 0
    turn.get_by_text("Nearest passages").click()
    assert sideways(page) == 0
    turn = ask(page, ZEPPELIN)
    assert sideways(page) == 0
    turn.locator(".citation").first.click()
    page.locator("#opened mark").first.wait_for()
    assert sideways(page) == 0
    chat, panel = page.locator("#chat").bounding_box(), page.locator("#panel").bounding_box()
    assert chat is not None
    assert panel is not None
    assert panel["y"] >= chat["y"] + chat["height"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_are_readable_in_light_and_dark(visit: Visit, scheme: str) -> None:
    page = visit(color_scheme=scheme)
    ground = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert ground > 0.8 if scheme == "light" else ground < 0.05
    assert contrast(page.locator(".invitation")) > 7
    turn = ask(page, WHO)
    turn.locator(".citation").first.click()
    page.locator("#opened mark").first.wait_for()
    assert contrast(page.locator("#opened mark").first) > 7
    assert contrast(page.locator("#opened article")) > 7
    assert contrast(turn.locator("blockquote").first) > 7
    for quiet in (
        turn.locator(".citation").first,
        page.locator(".bar p"),
        page.locator(".library"),
    ):
        assert contrast(quiet) > 4.5


def contrast(locator: Locator) -> float:
    """Contrast of text with the ground behind it, 1 to 21, as WCAG 2 defines it."""
    ink, ground = locator.evaluate(
        """node => {
            const ink = getComputedStyle(node).color;
            for (let at = node; at; at = at.parentElement) {
                const ground = getComputedStyle(at).backgroundColor;
                if (!/, 0\\)$/.test(ground)) return [ink, ground];
            }
            return [ink, "rgb(255, 255, 255)"];
        }"""
    )
    lighter, darker = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of a CSS `rgb(...)`."""
    shares = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_visitors_do_not_see_each_others_questions(visit: Visit) -> None:
    one, other = visit(), visit()
    ask(one, WHO)
    ask(other, NOWHERE)
    assert other.locator(".turn").count() == 1
    ask(one, "What does the ferry cost?")
    assert [heading.inner_text() for heading in one.locator(".question").all()] == [
        WHO,
        "What does the ferry cost?",
    ]


def test_the_letters_are_drawn_with_the_fonts_that_came_along(visit: Visit) -> None:
    page = visit()
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    for part in (".invitation", ".manners"):
        found = {"nodeId": root, "selector": part}
        node = session.send("DOM.querySelector", found)["nodeId"]
        used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        assert [font["isCustomFont"] for font in used] == [True]
