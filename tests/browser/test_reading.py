"""Is the answer read where it stands, and can it be taken along?"""

from __future__ import annotations

import re
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pytest

from briefqa import Searcher
from briefqa.citations import Style, cite
from briefqa.evaluation.probe import passages
from briefqa.evaluation.question_sets import read_questions
from briefqa.models.embedder import Embedder
from briefqa.records import Hit
from briefqa.ui.service import IndexService

from .conftest import Visit, served
from .page_driver import (
    NOWHERE,
    UNSURE,
    WHO,
    ask,
    chosen,
    has_focus,
    in_view,
    joined,
    opened,
    sideways,
    words,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.browser


def sentence(searcher: Searcher, hit: Hit) -> str:
    """The sentence that answers, cut out of the document."""
    assert hit.answer is not None
    text = searcher.document(hit.passage.document).text
    return words(text[hit.answer.sentence_start : hit.answer.sentence_end])


def test_an_answer_is_its_sentence_first_and_large_with_a_citation_beside_its_source(
    visit: Visit, searcher: Searcher
) -> None:
    page = visit()
    turn = ask(page, WHO)
    said = searcher.ask(WHO)
    (quotation,) = said.quotations
    assert "Ada Lindqvist kept the lighthouse for forty years" in quotation.sentence
    quote, around = turn.locator("blockquote"), turn.locator(".around")
    assert quote.count() == 1
    assert words(quote.inner_text()) == words(quotation.sentence)
    rest = said.hits[0].passage.text.replace(quotation.sentence, "…")
    assert words(around.inner_text()) == words(rest)
    assert size(quote) > size(around) * 1.2
    citation = words(turn.locator(".citation").first.inner_text())
    assert citation == "[1] The harbour at Lund › The lighthouse · ¶1–2"
    assert in_view(quote)
    assert in_view(turn.locator(".citation").first)
    assert page.get_by_label("Your question").input_value() == ""


def size(locator: Locator) -> float:
    """The height of its letters, in pixels."""
    return float(locator.evaluate("node => parseFloat(getComputedStyle(node).fontSize)"))


def test_the_first_source_is_open_at_its_mark_and_the_focus_stays_in_the_question(
    visit: Visit, searcher: Searcher
) -> None:
    page = visit()
    turn = ask(page, WHO)
    first = searcher.ask(WHO).hits[0]
    marks = opened(page, 1)
    assert joined(marks) == words(first.passage.text)
    assert joined(page.locator("#opened mark.answer")) == sentence(searcher, first)
    assert in_view(page.locator("#opened mark.answer").first)
    assert words(page.locator(".bar").inner_text()).count(f"({first.passage.place.in_words})") == 1
    assert has_focus(page.get_by_label("Your question"))
    texts = [words(part.inner_text()) for part in page.locator("#panel blockquote").all()]
    assert texts == []  # no passage stands there a second time
    titles = page.get_by_text(first.passage.title).locator("visible=true")
    assert titles.count() == 2  # in the citation, over the source
    ask(page, NOWHERE)  # nothing answers it, so nothing is opened for it
    page.locator("#opened .empty").wait_for()
    assert page.locator("#opened mark").count() == 0
    assert in_view(turn.page.locator(".turn").nth(1).locator(".verdict"))


def test_on_a_phone_the_source_comes_below_the_answer_and_does_not_move_the_page(
    visit: Visit,
) -> None:
    page = visit(width=390, height=844)
    for question in (WHO, "What does the ferry cost?"):
        turn = ask(page, question)
        opened(page, 1)
        page.wait_for_timeout(200)
        assert in_view(turn.locator(".question"))
        assert in_view(turn.locator("blockquote"))
        source, reply = page.locator("#opened").bounding_box(), turn.bounding_box()
        assert source is not None
        assert reply is not None
        assert source["y"] >= reply["y"] + reply["height"]


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_a_new_answer_is_in_view_whatever_was_unfolded_before(
    visit: Visit, width: int, height: int
) -> None:
    page = visit(width=width, height=height)
    turn = ask(page, NOWHERE)
    for fold in turn.locator("summary").all():
        fold.click()
    turn = ask(page, UNSURE)
    turn.locator("summary").click()
    for question in (WHO, NOWHERE, "What does the ferry cost?"):
        turn = ask(page, question)
        empty = page.locator("#opened .empty")  # of which a phone shows nothing
        opened(page, 1) if question != NOWHERE else empty.wait_for(state="attached")
        assert in_view(turn.locator(".question"))
        assert in_view(turn.locator("blockquote.said, .verdict").first)


def test_the_words_that_answer_are_bold_in_the_answer_and_not_in_the_source(
    visit: Visit, searcher: Searcher
) -> None:
    page = visit()
    turn = ask(page, WHO)
    best = searcher.ask(WHO).hits[0]
    assert best.answer is not None
    assert best.answer.text != best.sentence
    assert words(turn.locator("blockquote strong").inner_text()) == words(best.answer.text)
    opened(page, 1)
    assert page.locator("#log mark, #opened strong").count() == 0  # one emphasis in a place


def test_why_a_passage_is_here_is_folded_under_it(visit: Visit, searcher: Searcher) -> None:
    page = visit()
    ask(page, WHO)
    evidence = searcher.ask(WHO).hits[0].evidence
    first = page.locator("#opened .bar")
    assert not first.get_by_text("By its meaning").is_visible()
    first.get_by_text("Why this passage").click()
    told = words(first.locator("dl").inner_text())
    assert "lighthouse" in evidence.matched
    assert f"Words it shares {', '.join(evidence.matched)}" in told
    assert f"By its words rank {evidence.keyword_rank} · BM25 {evidence.bm25:.2f}" in told
    assert f"By its meaning rank {evidence.semantic_rank}" in told
    assert f"By the reader answers · {evidence.answerability:.2f}" in told
    assert "%" not in told


def test_citation_2_opens_the_article_at_the_marked_passage_by_click_enter_and_number(
    visit: Visit, searcher: Searcher
) -> None:
    page = visit()
    ask(page, NOWHERE)
    turn = ask(page, WHO)
    second = searcher.ask(WHO).hits[1]
    said = page.locator("#log").inner_text()
    citation = turn.locator('[data-hit="2"]')
    for way in ("click", "Enter", "2"):
        if way == "click":
            citation.click()
        else:
            page.keyboard.press(way)
        marks = chosen(page, 2)
        assert joined(marks) == words(second.passage.text)
        assert page.locator("#opened mark.answer").count() == 0  # nothing is quoted of it
        assert all(in_view(mark) for mark in marks.all())
        assert page.locator("#opened h2").inner_text() == second.passage.title
        headings = page.locator("#opened article :is(h3, h4)").all_inner_texts()
        assert headings[:4] == ["The ferry", "The lighthouse", "The fish market", "Weights"]
        assert has_focus(page.locator(".back"))
        page.locator(".back").click()
        assert has_focus(turn.locator('[data-hit="2"]'))
    assert page.locator("#log").inner_text() == said
    assert page.evaluate("window.stayed")


def test_a_citation_opens_and_leads_back_on_a_phone(visit: Visit) -> None:
    page = visit(width=390, height=640)
    turn = ask(page, WHO)
    turn.locator('[data-hit="2"]').click()
    assert in_view(chosen(page, 2).first)
    assert in_view(page.get_by_role("button", name="To the answer"))
    page.get_by_role("button", name="To the answer").click()
    citation = turn.locator('[data-hit="2"]:focus')
    citation.wait_for()
    assert in_view(citation)


def test_previous_and_next_walk_through_the_citations(visit: Visit, searcher: Searcher) -> None:
    page = visit()
    turn = ask(page, WHO)
    hits = searcher.ask(WHO).hits
    turn.locator('[data-hit="1"]').first.click()
    chosen(page, 1)
    assert page.get_by_role("button", name="Previous citation").is_disabled()
    following = page.get_by_role("button", name="Next citation")
    for number in (2, 3, 4, 5):
        following.focus()
        following.press("Enter")
        assert joined(opened(page, number)) == words(hits[number - 1].passage.text)
        assert in_view(page.locator("#opened mark").first)
        assert has_focus(following) or number == 5
    assert following.is_disabled()
    page.get_by_role("button", name="Previous citation").click()
    chosen(page, 4)
    page.keyboard.press("Escape")
    assert has_focus(turn.locator('[data-hit="4"]'))


def test_back_from_a_folded_passage_unfolds_it(visit: Visit) -> None:
    page = visit()
    turn = ask(page, UNSURE)
    opened(page, 1)
    page.get_by_role("button", name="Next citation").click()
    chosen(page, 2)
    citation = turn.locator('[data-hit="2"]')
    assert not citation.is_visible()
    page.locator(".back").click()
    assert has_focus(citation)


def test_an_earlier_answers_citation_still_opens_its_own_source(visit: Visit) -> None:
    page = visit()
    first = ask(page, WHO)
    ask(page, "How heavy is a barrel of herring?")
    first.locator('[data-hit="1"]').first.click()
    assert "Ada Lindqvist" in joined(chosen(page, 1))
    ask(page, "What does the ferry cost?")
    page.locator("#opened mark", has_text="twelve crowns").first.wait_for()
    assert page.locator("#opened .opened").get_attribute("data-turn") == "3"


def test_quotation_and_citation_can_be_copied_in_several_forms(
    visit: Visit, searcher: Searcher
) -> None:
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    ask(page, WHO)
    opened(page, 1)
    first = searcher.ask(WHO).hits[0]
    about = searcher.document("harbour.md").metadata
    button = page.get_by_role("button", name="Copy quote")
    button.dblclick()  # twice is as good as once
    page.locator(".copies").get_by_text("Copied").wait_for()
    quote = f"“{sentence(searcher, first)}” — {cite(first.passage, about)}"
    assert page.evaluate("navigator.clipboard.readText()") == quote
    for name, style in (
        ("Citation", Style.PLAIN),
        ("Footnote (Chicago)", Style.CHICAGO),
        ("CSL-JSON", Style.CSL_JSON),
    ):
        page.get_by_text("Copy as").click()
        page.get_by_role("button", name=name, exact=True).click()
        page.locator(".copies summary:focus", has_text="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == cite(first.passage, about, style)
        page.locator(".copies summary", has_text="Copy as").wait_for()
    page.get_by_text("Copy as").click()
    page.get_by_role("button", name="Markdown").click()
    page.locator(".copies summary:focus", has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("> “Ada Lindqvist kept")
    button.wait_for()  # it has its name again


def test_an_example_asks_itself(
    visit: Visit, brief: Searcher, brief_index: Path, real_embedder: Embedder
) -> None:
    with served(IndexService(brief_index, model=real_embedder)) as address:
        page = visit(address)
        page.locator(".examples button").last.press("Enter")
        page.locator(".turn .reply").wait_for()
        question = page.locator(".question").inner_text()
        sentence = brief.ask(question).quotations[0].sentence
        assert words(page.locator("blockquote").first.inner_text()) == words(sentence)
        assert has_focus(page.get_by_label("Your question"))


def test_what_is_not_there_is_not_answered(visit: Visit, searcher: Searcher) -> None:
    page = visit()
    turn = ask(page, NOWHERE)
    assert turn.get_by_text("Not in these documents.").is_visible()
    turn.get_by_text("Looked in 2 documents").click()
    names = turn.locator(".looked li").all_inner_texts()
    assert names == list(searcher.ask(NOWHERE).searched) == ["harbour.md", "notice.md"]
    fold = turn.get_by_text("Nearest passages, which do not answer this")
    assert fold.is_visible()
    assert [quote.is_visible() for quote in turn.locator("blockquote").all()] == [False] * 5
    assert page.locator("#panel blockquote").count() == 0  # offered once, and not beside it again
    fold.click()
    assert turn.locator("blockquote").first.is_visible()


def test_an_unsure_answer_looks_different_and_marks_nothing(
    visit: Visit, searcher: Searcher
) -> None:
    page = visit()
    turn = ask(page, UNSURE)
    said = searcher.ask(UNSURE)
    assert said.missing == ("no number of ferries", "no mention of “sank”")
    assert turn.locator(".verdict").inner_text() == (
        "These documents may not answer this: the nearest passage has no number of ferries and "
        "no mention of “sank”."
    )
    quotes = turn.locator("blockquote")
    assert words(quotes.first.inner_text()) == words(said.hits[0].passage.text)
    assert [quote.is_visible() for quote in quotes.all()] == [True] + [False] * 4
    turn.get_by_text("More passages").click()
    assert quotes.last.is_visible()
    opened(page, 1)
    assert page.locator("#log mark, #log blockquote strong, mark.answer").count() == 0
    shade = page.locator("#opened mark").first.evaluate(
        "node => getComputedStyle(node).backgroundColor"
    )
    red, green, blue = map(int, re.findall(r"\d+", shade)[:3])
    assert max(red, green, blue) - min(red, green, blue) < 20  # no colour
    style = "node => getComputedStyle(node).borderLeftStyle"
    assert quotes.first.evaluate(style) == "dashed"
    assert ask(page, WHO).locator("blockquote").first.evaluate(style) == "solid"


def test_a_search_by_words_marks_them_and_small_talk_is_one_sentence(visit: Visit) -> None:
    page = visit()
    turn = ask(page, "herring barrels")
    assert turn.locator(".note").is_visible()
    assert {mark.lower() for mark in turn.locator("mark.word").all_inner_texts()} == {
        *("herring", "barrel"),
    }
    assert turn.locator("mark.answer, .thumb").count() == 0
    turn = ask(page, "hello")
    assert turn.locator(".remark").is_visible()
    assert turn.locator("blockquote, .citation, .thumb").count() == 0
    assert page.locator("#opened .opened").count() == 0


def test_thumbs_are_kept_as_questions_that_can_be_evaluated(
    visit: Visit, searcher: Searcher, ratings: Path
) -> None:
    page = visit()
    turn = ask(page, WHO)
    yes, no = (turn.get_by_role("button", name=name) for name in ("Yes", "No"))
    no.click()
    turn.locator('.thumb[aria-pressed="true"]', has_text="No").wait_for()
    yes.click()  # of two ratings the last counts
    turn.locator('.thumb[aria-pressed="true"]', has_text="Yes").wait_for()
    assert has_focus(yes)
    (kept,) = read_questions(ratings, passages(searcher)).questions
    assert (kept.text, kept.answerable, len(kept.relevant)) == (WHO, True, 1)


def test_a_conversation_can_be_saved_and_begun_anew(visit: Visit, searcher: Searcher) -> None:
    page = visit()
    ask(page, WHO)
    page.locator("#menu summary").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as Markdown").click()
    assert saved.value.suggested_filename == "conversation.md"
    content = Path(saved.value.path()).read_text("utf-8")
    assert "Ada Lindqvist kept the lighthouse for forty years" in content
    assert has_focus(page.locator("#menu summary"))
    page.get_by_role("button", name="New conversation").click()
    page.locator(".invitation").wait_for()
    assert page.locator(".turn").count() == 0
    assert "q=" not in page.url
    assert has_focus(page.locator("#question textarea"))


def test_a_new_conversation_begins_while_an_answer_is_coming(visit: Visit) -> None:
    page = visit()
    ask(page, WHO)
    for _ in range(3):
        page.locator("#question textarea").fill("What does the ferry cost?")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="New conversation").click()
        page.locator(".invitation").wait_for()
        page.wait_for_timeout(1_500)  # an answer that comes late is not shown
        assert page.locator(".turn").count() == 0
        assert page.locator("#question textarea").input_value() == ""
        ask(page, WHO)
        assert page.locator(".turn").count() == 1


def test_asking_takes_one_round_trip_and_little_more_than_the_search_itself(
    visit: Visit, searcher: Searcher
) -> None:
    begun = time.perf_counter()
    page = visit()
    opening = time.perf_counter() - begun  # what this machine needs for about fifty requests
    ask(page, WHO)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(f"{request.method} {request.url}"))
    on_screen, search = [], []
    for question in (WHO, "What does the ferry cost?", "How heavy is a barrel?", "Who was Ada?"):
        asked = time.perf_counter()
        ask(page, question)
        on_screen.append(time.perf_counter() - asked)
        asked = time.perf_counter()
        searcher.ask(question)
        search.append(time.perf_counter() - asked)
    ways = [re.sub(r"http://[^/]*|\?.*", "", request) for request in requests]
    assert ways == ["POST /gradio_api/queue/join", "GET /gradio_api/queue/data"] * 4
    more = median(on_screen) - median(search)
    print(f"\n{median(on_screen):.3f} s to the screen, {median(search):.3f} s of it the search")
    assert more < opening


def test_long_words_do_not_scroll_a_phone_sideways(visit: Visit) -> None:
    page = visit(width=390, height=844)
    assert sideways(page) == 0
    turn = ask(page, f"{NOWHERE} {'x' * 300}")
    turn.get_by_text("Nearest passages").click()
    assert sideways(page) == 0
    turn = ask(page, WHO)
    assert sideways(page) == 0
    turn.locator(".citation").first.click()
    chosen(page, 1)
    assert sideways(page) == 0
    page.get_by_text("Copy as").click()
    assert sideways(page) == 0
    log, panel = page.locator("#log").bounding_box(), page.locator("#panel").bounding_box()
    assert log is not None
    assert panel is not None
    assert panel["y"] >= log["y"] + log["height"]


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_marks_are_readable_in_light_and_dark(visit: Visit, scheme: str) -> None:
    page = visit(scheme=scheme)
    ground = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert ground > 0.8 if scheme == "light" else ground < 0.05
    turn = ask(page, WHO)
    turn.locator(".citation").first.click()
    opened(page, 1)
    passage, answer = "#opened mark:not(.answer)", "#opened mark.answer"
    for part in (passage, answer, "#opened article", ".turn blockquote"):
        assert contrast(page, part) > 7, part
    for part in (".turn .citation", ".bar p", ".to-documents"):
        assert contrast(page, part) > 4.5, part
    # Where the reader's own colours stand, the answer differs from its passage by a line.
    line = "node => getComputedStyle(node).textDecorationLine"
    assert page.locator(answer).first.evaluate(line) == "none"
    page.emulate_media(forced_colors="active")
    assert page.locator(answer).first.evaluate(line) == "underline"
    assert page.locator(passage).first.evaluate(line) == "none"


def contrast(page: object, selector: str) -> float:
    """Contrast of text with the ground behind it, 1 to 21, as WCAG 2 defines it."""
    ink, ground = page.locator(selector).first.evaluate(  # type: ignore[attr-defined]
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
