"""Does the page show text as text, and each thing as its reader needs it? Read as HTML."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.citations import ShortCitations
from briefqa.indexing.added_files import Change, Received
from briefqa.records import (
    Answer,
    AnswerSpan,
    Carried,
    CarriedKind,
    Document,
    DocumentInfo,
    Evidence,
    Hit,
    Metadata,
    Passage,
    Place,
    PlaceUnit,
    Section,
    Span,
    Verdict,
    Where,
)
from briefqa.ui import conversation_view, documents_view, reading_view, sources_view
from briefqa.ui.html import Html, escape, isolated, join, tag
from briefqa.ui.turns import Problem, Turn
from tests.lighthouse import (
    ADA,
    HOSTILE,
    LIGHTHOUSE,
    Reading,
    answer,
    assert_hostile_text_is_only_text,
    hit,
    not_found,
    quotation,
    remark,
    search_result,
    span,
    unsure,
    words,
)

NONE_KNOWN = ShortCitations(())
PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"))


@given(PRINTABLE)
def test_escaped_text_reads_as_the_same_text_and_nothing_else(text: str) -> None:
    read = Reading(escape(text))
    assert (read.text, read.tags) == (text, [])


@given(PRINTABLE)
def test_escaped_text_stays_inside_an_attribute(text: str) -> None:
    assert Reading(tag("p", title=text)).attributes == [("title", text)]


@given(st.text())
def test_nothing_that_html_markdown_or_a_template_reads_is_left(text: str) -> None:
    assert not set(escape(text)) & set("<>\"'`$\\{}[]()*_!|~@:/=+-.")


def test_what_no_page_can_show_is_replaced() -> None:
    assert escape("a\x00b\x1bc\ud800d") == "a�b�c�d"


def test_control_characters_are_shown_one_for_one() -> None:
    controls = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))]
    shown = Reading(escape("".join(controls))).text
    assert len(shown) == len(controls)
    kept = [a for a, b in zip(controls, shown, strict=True) if a == b]
    assert kept == ["\t", "\n", "\r"]
    assert set(shown) - set(kept) == {"\N{REPLACEMENT CHARACTER}"}


def test_what_turns_the_direction_of_writing_is_kept_apart() -> None:
    assert isolated("Rules › Fees · ¶2") == tag("bdi", "Rules › Fees · ¶2")
    turned = isolated("\u202eseluR › Fees · ¶2")
    apart = [tag("bdi", part) for part in ("\u202eseluR", "Fees", "¶2")]
    assert turned == tag("bdi", apart[0], " › ", apart[1], " · ", apart[2])


def test_only_text_is_escaped_and_markup_is_kept() -> None:
    assert join("a<", tag("b", "c&", None), None) == "a&#60;<b>c&#38;</b>"
    assert isinstance(join("a"), Html)


def test_a_hostile_document_question_and_error_become_text_everywhere() -> None:
    text = f"{HOSTILE}\n\n{HOSTILE}"
    document = Document(
        name=HOSTILE,
        metadata=Metadata(*[HOSTILE] * 6),
        text=text,
        sections=(Section((HOSTILE,), Span(0, 3), (Span(0, len(HOSTILE)), Span(3, len(text)))),),
    )
    passage = Passage(
        HOSTILE, HOSTILE, (HOSTILE,), text, 0, len(text), (1, 2), Place(PlaceUnit.LINE, 1, 3)
    )
    sentence = AnswerSpan(5, 60, text[5:60], 5, 60)
    found = Hit(1, passage, Evidence(1.0, 1, 0.5, 1, 0.1, (HOSTILE,)), sentence)
    carried = tuple(Carried(kind, HOSTILE) for kind in CarriedKind)
    said = replace(
        answer(found, exact=True),
        text=text,
        reason=HOSTILE,
        read_as=HOSTILE,
        carried=carried,
        quotations=(quotation(found, exact=True, part=HOSTILE),),
    )
    replies = (
        said,
        replace(said, verdict=Verdict.UNSURE, missing=(HOSTILE,), quotations=()),
        replace(said, verdict=Verdict.NOT_FOUND, searched=(HOSTILE,) * 3, quotations=()),
        replace(search_result(found, found), text=HOSTILE),
        remark(HOSTILE),
    )
    sections = ((HOSTILE,), (HOSTILE, HOSTILE))
    info = DocumentInfo(HOSTILE, HOSTILE, HOSTILE, 1, sections, HOSTILE, HOSTILE)
    turns = (
        *(Turn(HOSTILE, reply, Where((HOSTILE,), HOSTILE)) for reply in replies),
        Turn(HOSTILE, Problem(HOSTILE, again=True)),
    )
    shown = [
        conversation_view.welcome([info], [HOSTILE]),
        conversation_view.unopened(HOSTILE, rebuildable=True),
        conversation_view.conversation(
            turns, turns[0], citations=NONE_KNOWN, rateable=True, rebuildable=True
        ),
        conversation_view.conversation(
            turns, citations=ShortCitations([info, info]), rateable=True, rebuildable=True
        ),
        sources_view.article(
            document, said, found, 1, sources_view.changed(missing=False, rebuildable=True)
        ),
        sources_view.unopened(HOSTILE),
        documents_view.document_list(
            [info, replace(info, name=f"{HOSTILE}/{HOSTILE}")] * 5,
            changeable=True,
            formats=[HOSTILE],
        ),
        reading_view.page(document, 0, sources_view.cited_by(said, found, 1), changeable=True),
        documents_view.received(
            [Received(HOSTILE, outcome, HOSTILE, 1, HOSTILE) for outcome in Change]
        ),
        documents_view.removed(HOSTILE),
        documents_view.notice(HOSTILE),
    ]
    for markup in shown:
        assert_hostile_text_is_only_text(markup)


# The conversation


def shown(reply: Answer | Problem | None, *, rateable: bool = False) -> Reading:
    return Reading(
        conversation_view.conversation(
            (Turn("Who?", reply),), citations=NONE_KNOWN, rateable=rateable, rebuildable=False
        )
    )


def test_an_answer_is_the_sentence_with_its_numbered_citation() -> None:
    read = shown(answer(ADA))
    assert words(read.text) == "Who?The keeper was called Ada.[1] The lighthouse › Keeper · ¶1 Keep"
    assert ("title", "The lighthouse › Keeper › ¶1") in read.attributes


BOTH = hit("The keeper was called Ada.\n\nShe lit the lamp at six.")


def marking(words: str, sentence: str) -> Hit:
    """The hit over two paragraphs, with these words of a sentence marked in it."""
    here, whole = span(words), span(sentence)
    mark = AnswerSpan(here.start, here.end, words, whole.start, whole.end)
    return replace(BOTH, answer=mark)


LAMP = marking("at six", "She lit the lamp at six.")


def test_the_sentence_comes_first_and_the_passage_around_it_once_and_after_it() -> None:
    read = shown(answer(LAMP))
    assert words(read.text) == words(
        "Who?She lit the lamp at six.[1] The lighthouse › Keeper · ¶1 Keep"
        "The keeper was called Ada."
    )
    assert (read.marked, read.bold) == ("", "")


def test_within_a_paragraph_an_ellipsis_stands_for_the_sentence_that_was_quoted() -> None:
    text = "First. Second, on ice. Third."
    found = replace(hit("She lit the lamp at six."), passage=replace(ADA.passage, text=text))
    start = found.passage.start
    for sentence, around in (
        ("First.", "… Second, on ice. Third."),
        ("Second, on ice.", "First. … Third."),
        ("Third.", "First. Second, on ice. …"),
    ):
        first = start + text.index(sentence)
        mark = AnswerSpan(first, first + len(sentence), sentence, first, first + len(sentence))
        read = shown(answer(replace(found, answer=mark)))
        assert words(read.text) == words(
            f"Who?{sentence}[1] The lighthouse › Keeper · ¶1 Keep{around}"
        )


def test_where_many_passages_are_quoted_what_stands_around_is_left_to_their_sources() -> None:
    hits = [
        replace(LAMP, rank=rank, passage=replace(LAMP.passage, paragraphs=(rank, rank)))
        for rank in (1, 2, 3)
    ]
    many = replace(answer(*hits), quotations=tuple(map(quotation, hits)))
    assert words(shown(many).text) == words(
        "Who?She lit the lamp at six.[1] The lighthouse › Keeper · ¶1 Keep"
        "She lit the lamp at six.[2] Keeper · ¶2 KeepShe lit the lamp at six.[3] Keeper · ¶3 Keep"
    )


def test_words_are_bold_only_where_they_are_claimed() -> None:
    assert shown(answer(LAMP, exact=True)).bold == "at six"
    assert shown(answer(LAMP)).bold == ""


MARKED_UP = Document(
    name="ships.md",
    metadata=Metadata("Ships"),
    text="\n".join(
        [
            "Our **two** ships. *Ada* is *old*. Both sail.",
            "",
            "| Ship | Built |",
            "|---|---|",
            "| Ada | 1871 |",
            "| Bee | 1902 |",
            "",
            "- first rope",
            "- then **sail**",
        ]
    ),
    sections=(),
)


def said_of_ships(sentence: str, claimed: str, passage: str = "") -> str:
    """The markup of this sentence as the answer, out of that passage of the text, or all of it."""
    text = MARKED_UP.text
    found = hit(passage or text, document=MARKED_UP)
    start = text.index(sentence)
    at = text.index(claimed, start)
    mark = AnswerSpan(at, at + len(claimed), claimed, start, start + len(sentence))
    return conversation_view.conversation(
        (Turn("Who?", answer(replace(found, answer=mark), exact=True)),),
        citations=NONE_KNOWN,
        rateable=False,
        rebuildable=False,
    )


def in_element(markup: str, opening: str, name: str) -> str:
    return markup.split(opening)[1].split(f"</{name}>")[0]


@pytest.mark.parametrize("passage", ["", MARKED_UP.text[MARKED_UP.text.index("| Ship") :]])
def test_a_row_of_a_table_that_answers_stands_under_its_header_its_cell_bold(passage: str) -> None:
    markup = said_of_ships("| Bee | 1902 |", "1902", passage)
    said = Reading(in_element(markup, '<blockquote class="said">', "blockquote"))
    assert [tag for tag in said.tags if tag in ("th", "td", "p", "ul")] == ["th", "th", "td", "td"]
    assert (said.text, said.bold) == ("ShipBuiltBee1902", "1902")
    around = Reading(markup.split('<div class="around">')[1])
    assert words(around.text).endswith("ShipBuiltAda1871…first ropethen sail")


def test_a_row_without_its_header_is_a_row_still() -> None:
    markup = said_of_ships("| Bee | 1902 |", "1902", "| Ada | 1871 |\n| Bee | 1902 |")
    said = Reading(in_element(markup, '<blockquote class="said">', "blockquote"))
    assert [tag for tag in said.tags if tag in ("th", "td")] == ["td", "td"]
    assert words(Reading(markup.split('<div class="around">')[1]).text) == "Ada1871…"


def test_an_item_that_answers_is_plain_and_its_list_stands_around_it() -> None:
    markup = said_of_ships("- then **sail**", "then")
    assert in_element(markup, '<blockquote class="said">', "blockquote") == (
        '<p dir="auto"><strong class="claimed">then</strong> <strong>sail</strong></p>'
    )
    around = Reading(markup.split('<div class="around">')[1])
    assert words(around.text).endswith("Bee1902first rope…")


def test_an_ellipsis_has_the_number_of_the_item_that_is_left_out() -> None:
    text = "1. Ropes are *new*.\n2. Lamps are old."
    note = Document(name="note.md", metadata=Metadata("Note"), text=text, sections=())
    end = text.index("\n")
    found = replace(hit(text, document=note), answer=AnswerSpan(0, end, text[:end], 0, end))
    markup = conversation_view.conversation(
        (Turn("Who?", answer(found)),), citations=NONE_KNOWN, rateable=False, rebuildable=False
    )
    assert (
        '<li value="1" dir="auto">…</li><li value="2" dir="auto">Lamps'
        in markup.split('<div class="around">')[1]
    )


def test_an_ellipsis_stands_once_for_a_sentence_with_emphasis_in_it() -> None:
    markup = said_of_ships("*Ada* is *old*.", "Ada", MARKED_UP.text.split("\n")[0])
    assert Reading(markup.split('<div class="around">')[1]).text == "Our two ships. … Both sail."
    assert "<em>" in in_element(markup, '<blockquote class="said">', "blockquote")


def test_a_sentence_of_which_markdown_shows_nothing_is_shown_as_it_is_written() -> None:
    text = "[ferry]: http://ferry.example"
    note = Document(name="note.md", metadata=Metadata("Note"), text=text, sections=())
    assert text in shown(answer(hit(text, document=note))).text


def test_what_several_quotations_say_of_one_passage_comes_one_after_the_other() -> None:
    ada = marking("Ada", "The keeper was called Ada.")
    quotations = (
        quotation(LAMP, exact=True, part="When?"),
        quotation(ada, exact=True, part="Who?"),
    )
    read = shown(replace(answer(LAMP), quotations=quotations))
    assert words(read.text) == words(
        "Who?When?She lit the lamp at six.Who?The keeper was called Ada."
        "[1] The lighthouse › Keeper · ¶1 Keep"
    )
    assert read.bold == "at sixAda"


def test_a_sentence_that_is_quoted_twice_is_shown_once_with_all_of_its_words() -> None:
    one, other = (marking(part, "She lit the lamp at six.") for part in ("lamp", "six"))
    quotations = (quotation(one, exact=True), quotation(other, exact=True))
    read = shown(replace(answer(LAMP), quotations=quotations))
    assert read.text.count("She lit the lamp at six.") == 1
    assert read.bold == "lampsix"


def test_an_unsure_answer_says_what_is_missing_and_marks_nothing() -> None:
    read = shown(unsure(LAMP, ADA))
    before, after = read.text.split("More passages that speak of it")
    assert words(before) == words(
        "Who?These documents may not answer this: the nearest passage has no number of cats."
        "The keeper was called Ada.She lit the lamp at six.[1] The lighthouse › Keeper · ¶1 Keep"
    )
    assert words(after) == "The keeper was called Ada.[1] Keeper · ¶1 Keep"
    assert (read.marked, read.bold) == ("", "")
    assert ("class", "reply unsure") in read.attributes


def test_of_an_answer_in_part_the_part_that_is_answered_is_quoted() -> None:
    part = replace(unsure(LAMP, missing="no sure answer to “Why?”"), quotations=(quotation(LAMP),))
    assert words(shown(part).text) == words(
        "Who?These documents answer a part of this, but give no sure answer to “Why?”."
        "She lit the lamp at six.[1] The lighthouse › Keeper · ¶1 KeepThe keeper was called Ada."
    )


def test_of_a_search_the_words_searched_for_are_marked_and_nothing_else() -> None:
    evidence = replace(LAMP.evidence, matched=("keepers", "LAMP"))
    read = shown(search_result(replace(LAMP, evidence=evidence), ADA))
    assert words(read.text) == words(
        "Who?Passages found by these words."
        "The keeper was called Ada.She lit the lamp at six.[1] The lighthouse › Keeper · ¶1 Keep"
        "The keeper was called Ada.[1] Keeper · ¶1 Keep"
    )
    assert read.searched == ["keeper", "lamp", "Ada"]
    assert read.marked == "keeperlampAda"
    assert read.bold == ""


def test_small_talk_gets_one_sentence_and_no_sources() -> None:
    read = shown(remark(), rateable=True)
    assert read.text == "Who?BriefQA quotes documents."
    assert "figure" not in read.tags
    assert "button" not in read.tags
    closed = Reading(sources_view.closed(remark()))
    assert closed.text == "An answer's source opens here, at the passage that answers."


def test_passages_that_the_answer_does_not_quote_are_offered_in_words() -> None:
    other = hit("She lit the lamp at six.", rank=2)
    ferry = replace(other.passage, document="ferry.md", title="The ferry", section=())
    read = shown(answer(ADA, other, Hit(3, ferry, other.evidence)))
    assert read.text.endswith("See also[2] Keeper · ¶1[3] The ferry › ¶1")


def test_no_answer_says_so_where_it_looked_and_folds_the_nearest_passages() -> None:
    read = shown(not_found(ADA, reason="Too far."))
    before, after = read.text.split("Nearest passages, which do not answer this")
    assert before == "Who?Not in these documents.Too far.Looked in lighthouse.md"
    assert "The keeper was called Ada." in after
    assert read.marked == ""
    assert ("open", None) not in read.attributes


def test_no_answer_and_nothing_near_is_said_without_an_empty_fold() -> None:
    assert "details" not in shown(not_found()).tags
    assert "details" not in shown(unsure(ADA)).tags


def test_of_very_many_documents_looked_in_some_are_named_and_the_rest_counted() -> None:
    names = tuple(f"brief-{number}.md" for number in range(1000))
    read = shown(not_found(searched=names))
    assert "Looked in 1000 documents" in read.text
    assert "brief-11.md" in read.text
    assert "brief-12.md" not in read.text
    assert "and 988 more" in read.text


def test_a_follow_up_says_what_it_was_understood_as_with_one_way_to_ask_it_as_typed() -> None:
    carried = (Carried(CarriedKind.WITHIN, "Aleppo"), Carried(CarriedKind.ABOUT, "doctors"))
    understood = "Who were the doctors in Aleppo?"
    read = shown(replace(answer(ADA), carried=carried, read_as=understood))
    assert words(read.text).startswith(f"Who?Understood as: {understood} Ask as typed")
    assert [value for name, value in read.attributes if name == "data-alone"] == ["1"]
    assert "Understood as" not in shown(replace(answer(ADA), read_as=understood)).text


def test_there_are_thumbs_only_where_they_are_kept() -> None:
    assert "Does this answer it?" not in shown(answer(ADA)).text
    assert "Does this answer it? YesNo" in shown(answer(ADA), rateable=True).text
    assert "Is that right? YesNo" in shown(not_found(ADA), rateable=True).text
    assert "Does the first passage answer it? YesNo" in shown(unsure(ADA), rateable=True).text
    assert "answer it?" not in shown(search_result(ADA), rateable=True).text
    rated = (Turn("Who?", answer(ADA), rating=False),)
    pressed = Reading(
        conversation_view.conversation(
            rated, citations=NONE_KNOWN, rateable=True, rebuildable=False
        )
    ).attributes
    assert [value for name, value in pressed if name == "aria-pressed"] == ["false", "true"]


def test_a_problem_has_a_way_on_where_there_is_one() -> None:
    turns = (Turn("Who?", Problem("No index.", again=True)), Turn("When?", Problem("No.")))
    for rebuildable, buttons in ((True, 1), (False, 0)):
        markup = conversation_view.conversation(
            turns, citations=NONE_KNOWN, rateable=True, rebuildable=rebuildable
        )
        assert Reading(markup).text.count("Build the index again") == buttons


def test_an_index_built_anew_in_between_is_told() -> None:
    turns = [Turn("Who?", answer(ADA), generation=name) for name in ("one", "one", "two")]
    text = Reading(
        conversation_view.conversation(
            tuple(turns), citations=NONE_KNOWN, rateable=False, rebuildable=False
        )
    ).text
    first, second = text.split("The documents were indexed anew here.")
    assert (first.count("Who?"), second.count("Who?")) == (2, 1)


# Sources


def opened(found: Hit, document: Document = LIGHTHOUSE) -> Reading:
    return Reading(sources_view.article(document, answer(found), found, 1))


def test_an_opened_source_is_the_whole_article_with_the_passage_marked() -> None:
    read = opened(ADA)
    assert read.marked == read.answering == "The keeper was called Ada."
    assert words(read.text) == words(
        "← To the answerPreviousNextThe lighthouse[1] Keeper › ¶1 (line 7)"
        "Copy quoteCopy asCitationMarkdownFootnote (Chicago)CSL-JSONKeep"
        "Why this passageWords it sharesAda"
        "By its wordsrank 1 · BM25 3.14By its meaningnot found by its meaning"
        "lighthouse.mdOutline"
        "Keeper · cited hereOnly hereCatOnly here"
        "Nobody lives there.KeeperThe keeper was called Ada.She lit the lamp at six."
        "Catasleepawake"
    )


def test_quote_and_citation_can_be_copied_in_five_forms() -> None:
    def copies(reply: Answer) -> list[str]:
        markup = sources_view.article(LIGHTHOUSE, reply, LAMP, 1)
        return [value or "" for name, value in Reading(markup).attributes if name == "data-copy"]

    citation = "“The lighthouse” › Keeper › ¶1 (lighthouse.md, line 7)"
    quote, plain, marked, note, csl = copies(answer(LAMP))
    assert (quote, plain) == (f"“She lit the lamp at six.” — {citation}", citation)
    assert marked == (
        "> “She lit the lamp at six.”\n>\n"
        "> — “The lighthouse” › Keeper › ¶1 (`lighthouse.md`, line 7)"
    )
    assert note == "“The lighthouse,” under “Keeper,” para. 1."
    assert json.loads(csl)[0]["title"] == "The lighthouse"
    whole = "“The keeper was called Ada. She lit the lamp at six.”"
    assert copies(unsure(LAMP))[0] == f"{whole} — {citation}"


def test_from_a_source_the_neighbouring_citations_are_one_step_away() -> None:
    hits = [ADA, hit("She lit the lamp at six.", rank=2), hit("- asleep", rank=3)]

    def ways(number: int) -> list[str | None]:
        markup = sources_view.article(LIGHTHOUSE, answer(*hits), hits[number], 4)
        (bar, _) = markup.split("<article")
        return [value for name, value in Reading(bar).attributes if name == "data-hit"]

    assert [ways(number) for number in range(3)] == [["2"], ["1", "3"], ["2"]]


def test_a_passage_over_two_paragraphs_is_marked_in_both() -> None:
    assert opened(BOTH).marked == "The keeper was called Ada.She lit the lamp at six."


def test_a_part_of_a_paragraph_is_marked_alone() -> None:
    assert opened(hit("keeper was")).marked == "keeper was"


def test_the_answering_sentence_stands_out_within_its_passage() -> None:
    read = opened(LAMP)
    assert read.marked == "The keeper was called Ada.She lit the lamp at six."
    assert read.answering == "She lit the lamp at six."


def test_of_an_unsure_answer_the_passage_alone_is_marked_in_its_source() -> None:
    for reply in (unsure(LAMP), search_result(LAMP)):
        read = Reading(sources_view.article(LIGHTHOUSE, reply, LAMP, 1))
        assert read.marked == "The keeper was called Ada.She lit the lamp at six."
        assert (read.answering, read.bold) == ("", "")


def test_what_is_marked_in_a_source_is_not_bold_as_well() -> None:
    read = Reading(sources_view.article(LIGHTHOUSE, answer(LAMP, exact=True), LAMP, 1))
    assert read.answering == "She lit the lamp at six."
    assert read.bold == ""


def test_headings_above_a_section_are_shown_once() -> None:
    text = "One.\n\nTwo."
    document = Document(
        name="n",
        metadata=Metadata("T"),
        text=text,
        sections=(
            Section(("A", "B"), None, (Span(0, 4),)),
            Section(("A", "C"), None, (Span(6, 10),)),
        ),
    )
    found = Hit(
        1, Passage("n", "T", (), "One.", 0, 4, (1, 1), Place(PlaceUnit.LINE, 1, 1)), ADA.evidence
    )
    assert opened(found, document).text.endswith("nABOne.CTwo.")


def test_of_a_very_long_document_the_part_around_the_passage_is_shown() -> None:
    text = "x " * 400_000 + "here" + " y" * 400_000
    document = Document(
        name="n",
        metadata=Metadata("T"),
        text=text,
        sections=(Section((), None, (Span(0, len(text)),)),),
    )
    found = Hit(
        1,
        Passage("n", "T", (), "here", 800_000, 800_004, (1, 1), Place(PlaceUnit.LINE, 1, 1)),
        ADA.evidence,
    )
    markup = sources_view.article(document, answer(found), found, 1)
    assert Reading(markup).marked == "here"
    read = Reading(markup)
    before, after = read.text.split("here")
    assert before.endswith("x x x ")
    assert after.startswith(" y y y")
    assert "Part 11 of 21" in read.text
    assert len(markup) < 250_000


# Documents

FERRY = DocumentInfo("ferry.md", "The ferry", "2019-04-26", 2, (("Winter",), ("Winter", "Ice")))


def test_a_document_in_the_list_is_one_line() -> None:
    read = Reading(documents_view.document_list([FERRY], changeable=False, formats=[".md"]))
    assert words(read.text) == "The ferry2019-04-26Only this"
    assert ("data-document", "ferry.md") in read.attributes
    assert ("data-day", "2019-04-26") in read.attributes


def test_documents_of_one_title_and_date_are_listed_with_their_files() -> None:
    alike = [replace(FERRY, name=name) for name in ("ferry.md", "port/ferry.md")]
    later = replace(FERRY, name="later.md", date="2020-01-02")
    text = words(Reading(documents_view.document_list(
        [*alike, later], changeable=False, formats=[]
    )).text)  # fmt: skip
    assert "The ferry2019-04-26ferry.mdOnly this" in text
    assert "The ferry2019-04-26port/ferry.mdOnly this" in text
    assert "The ferry2020-01-02Only this" in text


def test_only_a_changeable_list_takes_files() -> None:
    fixed = Reading(documents_view.document_list([FERRY], changeable=False, formats=[".md"]))
    free = Reading(documents_view.document_list([FERRY], changeable=True, formats=[".md"]))
    for part in ("Choose files", "Drop files"):
        assert part not in fixed.text
        assert part in free.text
    assert ("accept", ".md") in free.attributes


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("2017-01-18", "2017-01-18"),
        ("2017-1-8T10:00", "2017-01-08"),
        ("2017-01", "2017-01-01"),
        ("2017", "2017-01-01"),
        ("18 January 2017", "2017-01-18"),
        ("Tuesday, Sept. 5, 2017, 19:30", "2017-09-05"),
        ("January 2017", "2017-01-01"),
        ("last spring", ""),
        ("2017-19-44", ""),
        ("99 May 2017", ""),
        ("", ""),
    ],
)
def test_a_date_as_it_is_written_can_be_sorted_by(date: str, day: str) -> None:
    assert documents_view.day(date) == day


def test_every_dropped_file_has_a_line_of_its_own() -> None:
    files = [
        Received("a.md", Change.ADDED, "a.md", 2),
        Received("b.md", Change.REPLACED, "b.md", 1),
        Received("c.md", Change.UNCHANGED, "c.md", 3),
        Received("d.pdf", Change.REFUSED, detail="PDF is not read"),
    ]
    assert Reading(documents_view.received(files)).text == (
        "a.md: added, 2 passagesb.md: replaced, 1 passagec.md: unchanged"
        "d.pdf: not added: PDF is not read"
    )


def test_of_many_documents_some_can_be_found_by_name_folder_and_date() -> None:
    def ways(n_documents: int) -> set[str | None]:
        infos = [
            DocumentInfo(f"{n % 2}/{n}.md", f"Note {n}", "2019", 1, ()) for n in range(n_documents)
        ]
        found = Reading(documents_view.document_list(infos, changeable=False, formats=[]))
        values = {value for name, value in found.attributes if name in ("class", "data-tick")}
        return values & {"find", "folder", "sort", "from", "to", "all", "none", "only"}

    assert ways(1) == {"only"}  # of the document
    assert ways(3) == {"all", "none", "only"}
    assert ways(30) == {"find", "folder", "sort", "from", "to", "all", "none", "only"}


def test_every_one_of_very_many_documents_is_listed_by_title() -> None:
    infos = [DocumentInfo(f"{n}.md", f"Note {n % 7} of {n}", "", 1, ()) for n in range(2_000)]
    read = Reading(documents_view.document_list(infos, changeable=True, formats=[]))
    named = [value for name, value in read.attributes if name == "data-document"]
    assert named == [info.name for info in sorted(infos, key=lambda info: info.title)]
