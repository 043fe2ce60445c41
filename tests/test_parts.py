"""Questions of several parts, and why-questions, on the bundled briefs."""

from __future__ import annotations

from briefqa import Searcher
from briefqa.records import Answer, QuestionKind, Verdict


def quoted(searcher: Searcher, answer: Answer) -> list[str]:
    for one in answer.quotations:
        text, span = searcher.document(one.passage.document).text, one.span
        assert text[span.sentence_start : span.sentence_end] == one.sentence
        assert text[span.start : span.end] == span.text
    return [one.sentence for one in answer.quotations]


def test_each_part_is_answered_by_itself_side_by_side(brief: Searcher) -> None:
    answer = brief.ask(
        "How many gunmen gave up their resistance near Damascus, and "
        "how many children did Russian doctors treat in Aleppo?"
    )
    assert answer.kind is QuestionKind.MULTI_PART
    assert answer.verdict is Verdict.ANSWERED
    assert [one.part for one in answer.quotations] == [
        "How many gunmen gave up their resistance near Damascus?",
        "how many children did Russian doctors treat in Aleppo?",
    ]
    first, second = quoted(brief, answer)
    assert "2,274 gunmen" in first
    assert "1,847 of these patients were children" in second
    passages = {hit.passage for hit in answer.hits}
    assert {one.passage for one in answer.quotations} <= passages


def test_one_sentence_that_answers_every_part_is_quoted_once(brief: Searcher) -> None:
    answer = brief.ask("When and where are the negotiations with the opposition to be held?")
    assert answer.verdict is Verdict.ANSWERED
    (sentence,) = quoted(brief, answer)
    assert "in Astana on 23 January 2017" in sentence


def test_a_part_without_an_answer_makes_it_unsure_and_is_named(brief: Searcher) -> None:
    answer = brief.ask(
        "How many gunmen gave up their resistance near Damascus, and who composed Tosca?"
    )
    assert answer.verdict is Verdict.UNSURE
    assert answer.missing == ("no sure answer to “who composed Tosca?”",)
    (sentence,) = quoted(brief, answer)
    assert "2,274 gunmen" in sentence


def test_why_is_answered_by_cause_and_effect_without_words(brief: Searcher) -> None:
    answer = brief.ask("Why did the inhabitants of Damascus lose their drinking water?")
    assert answer.verdict is Verdict.ANSWERED
    (sentence,) = quoted(brief, answer)
    assert "sabotaged the water intake facility" in sentence
    assert "lost their drinking water as a result" in sentence
    assert not answer.quotations[0].exact


def test_who_says_what_is_quoted_is_named(brief: Searcher) -> None:
    answer = brief.ask("How many gunmen gave up their resistance near Damascus?")
    assert answer.answered
    assert answer.quotations[0].attribution == ""
    answer = brief.ask("How many children did Russian doctors treat in Aleppo?")
    assert answer.answered
    assert answer.quotations[0].attribution == "Rudskoi"
