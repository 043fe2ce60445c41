"""What the nearest passages lack, in words, where it is unsure whether they answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import regex

from briefqa.answering import content_words, ranking
from briefqa.answering.checks import Check, Checked, check
from briefqa.answering.entities import DIMENSIONS
from briefqa.answering.inquiry import Inquiry
from briefqa.answering.question import AnswerType
from briefqa.answering.question_terms import content_stems
from briefqa.answering.ranking import Ranking
from briefqa.records import Hit


def missing(
    inquiry: Inquiry, hits: Sequence[Hit], ranked: Ranking, checked: Iterable[Checked] = ()
) -> list[str]:
    """What `hits` lack: what the checks did not find, names, and words of the question.

    What the marked sentence lacks counts only if all of the first passage lacks it, for that is
    what is shown. A word is lacking if no passage of `hits` holds it in any spelling the index
    knows it by; those that are named already are not named again.
    """
    lacking = unfound(inquiry, hits[0], checked)
    names = ranking.unknown_names(inquiry.query.text, ranked)
    lacking += [f"nothing about “{name}”" for name in dict.fromkeys(names)]
    if inquiry.context.language != "en":
        return lacking
    held = {word for hit in hits for word in hit.evidence.matched}
    named = content_stems(" ".join(lacking), "en")
    held_otherwise = {word for hit in hits for word in content_words.words(hit.passage.text)}
    expects = inquiry.question.expects
    degree = _DEGREE.search(inquiry.question.text)  # `how fast`: the check says `no speed`
    words = [
        f"“{word}”"
        for word in inquiry.question.words
        if word not in held
        and not held_otherwise & _forms(word)
        and not content_stems(word, "en") <= named
        and not (degree and expects is AnswerType.QUANTITY and word.lower() == degree[1].lower())
        and not (expects is AnswerType.DEFINITION and word.lower() in ("mean", "means"))
    ]
    return [*lacking, f"no mention of {' or '.join(words)}"] if words else lacking


def unfound(inquiry: Inquiry, hit: Hit, checked: Iterable[Checked]) -> list[str]:
    """What the checks did not find in the marked sentence, nor in its passage.

    Any number would do for a quantity whose units are not known: there the sentence decides.
    """
    question, text = inquiry.question, hit.passage.text
    of_all = check(question, text, text, text, hit.passage.table_header)
    failed = {each.check for each in of_all if each.strength}
    if question.expects is AnswerType.QUANTITY and question.counted not in DIMENSIONS:
        failed.add(Check.ANSWER_TYPE)
    failed |= {Check.OPPOSITE, Check.RIVAL, Check.SPEAKER}  # the sentence decides
    return [each.missing for each in checked if each.missing and each.check in failed]


_IRREGULAR = """
    win won | buy bought | sell sold | pay paid | write wrote written | lose lost
    find found | leave left | give gave given | take took taken | make made | build built
    begin began begun | break broke broken | teach taught | think thought | lead led
    hold held | meet met | run ran | rise rose risen | fall fell fallen | grow grew grown
    spend spent | send sent | tell told | speak spoke spoken | choose chose chosen
    drive drove driven | eat ate eaten | go went gone | say said | see saw seen
    steal stole stolen | sink sank sunk | swim swam swum | fly flew flown | sleep slept
    catch caught | bring brought | fight fought | feel felt | keep kept | know knew known
    wear wore worn | ride rode ridden | draw drew drawn
"""
_FORMS = [frozenset(forms.split()) for line in _IRREGULAR.splitlines() for forms in line.split("|")]


def _forms(word: str) -> frozenset[str]:
    """The other forms of an irregular verb: won, of win."""
    return next((forms for forms in _FORMS if word.lower() in forms), frozenset())


_DEGREE = regex.compile(r"(?i)\bhow (\w+)")
