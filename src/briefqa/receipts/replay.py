"""Asks the questions of a receipt again and compares the answers, byte by byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from briefqa.answering.conversation import Conversation
from briefqa.errors import UsageError
from briefqa.receipts.receipt import (
    Receipt,
    RecordedHit,
    RecordedTurn,
    Settings,
    Turn,
    make,
    recorded,
)
from briefqa.records import Answer, Evidence, Verdict, Where

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher

_MOST_NAMES = 5  # of sources in one sentence
_NO_EVIDENCE = Evidence(None, None, None, None, 0.0)


@dataclass(frozen=True, slots=True)
class TurnReplay:
    """What became of one question: `difference` says what differs in its answer, empty if nothing.

    An answer is its text, citations, documents, offsets and answering sentences, and how the
    question was read. `numbers` says whether an answer that is the same has other evidence or
    confidence, as another machine's arithmetic can give; empty if not.
    """

    question: str
    difference: str
    numbers: str = ""

    @property
    def same(self) -> bool:
        """Whether the answer is the same, byte for byte."""
        return not self.difference


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """A conversation asked again.

    `generation` answers now, `created` is when the receipt was made. `changes` are sentences on
    what is not as it was then: sources, model, settings, version, generation; empty when nothing
    is.
    """

    generation: str
    created: str
    turns: tuple[TurnReplay, ...]
    changes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every answer is the same, byte for byte."""
        return all(turn.same for turn in self.turns)


def replay(receipt: Receipt, searcher: Searcher) -> ReplayReport:
    """Ask every question of a receipt again, with just what it carried over, where it looked."""
    turns: list[TurnReplay] = []
    answers: list[Answer] = []
    for then in receipt.turns:
        try:
            conversation = Conversation(
                searcher, k=then.k, where=Where(then.documents, then.section), turns=answers
            )
            answer = conversation.ask(then.question, carry=then.carried)
        except UsageError as error:  # a document or a section that is no longer there
            turns.append(TurnReplay(then.question, str(error)))
            continue
        answers.append(answer)
        turns.append(_compared(then, recorded(Turn(answer), searcher.generation())))
    changes = tuple(_changes(receipt, make(searcher, ())))
    return ReplayReport(searcher.generation(), receipt.created, tuple(turns), changes)


def _compared(then: RecordedTurn, now: RecordedTurn) -> TurnReplay:
    difference, numbers = _difference(then, now), ""
    if not difference and _evidence(then) != _evidence(now):
        gap = max(abs(a - b) for a, b in zip(_numbers(then), _numbers(now), strict=True))
        numbers = f"The evidence for it differs, its numbers by up to {gap:.2g}."
    return TurnReplay(then.question, difference, numbers)


def _evidence(turn: RecordedTurn) -> tuple[float, list[Evidence]]:
    return turn.confidence, [hit.evidence for hit in turn.hits]


def _numbers(turn: RecordedTurn) -> list[float]:
    """The confidence and all measured values; 0 where there is none."""
    values = [
        value or 0.0
        for hit in turn.hits
        for value in (
            hit.evidence.bm25,
            hit.evidence.cosine,
            hit.evidence.fused,
            hit.evidence.answerability,
        )
    ]
    return [turn.confidence, *values]


def _difference(then: RecordedTurn, now: RecordedTurn) -> str:
    """What differs between two answers, evidence and confidence aside, in one sentence."""
    if difference := _different_verdict(then, now):
        return difference
    if (then.read_as, then.carried) != (now.read_as, now.carried):
        return f"It is read as “{now.read_as}” now, and was as “{then.read_as}”."
    for one, other in zip(then.hits, now.hits, strict=False):
        if _quoted(one) != _quoted(other):
            return _different_hit(one, other)
    if len(then.hits) != len(now.hits):
        return f"It finds {len(now.hits)} passages now, and {len(then.hits)} then."
    return "" if _same_words(then, now) else "The words of the answer differ."


def _different_verdict(then: RecordedTurn, now: RecordedTurn) -> str:
    if then.answered and not now.answered:
        return "It was answered then, and is not now."
    if now.answered and not then.answered:
        return "It was not answered then, and is now."
    before = _verdict(then)
    if before != now.verdict:
        return f"Its verdict is {now.verdict or 'none'} now, and was {before or 'none'}."
    if then.missing != now.missing:
        missing = [", ".join(turn.missing) or "nothing" for turn in (now, then)]
        return f"It is said to lack {missing[0]} now, and was to lack {missing[1]}."
    return ""


def _verdict(turn: RecordedTurn) -> Verdict | None:
    """The verdict; receipts from before there were three say whether it was answered."""
    if turn.kind is None and turn.verdict is None:
        return Verdict.ANSWERED if turn.answered else Verdict.NOT_FOUND
    return turn.verdict


def _same_words(then: RecordedTurn, now: RecordedTurn) -> bool:
    """Whether the answer's text is the same.

    The answers of older receipts began with the passage or with the sentence in it, and went on
    with a second passage.
    """
    if then.kind is not None or not now.answered:
        return then.text == now.text
    first = now.text.partition("\n\n")[2]
    return any(
        then.text == text or then.text.startswith(f"{text}\n\n") for text in (now.text, first)
    )


def _quoted(hit: RecordedHit) -> RecordedHit:
    """The hit without its evidence, its place in the one form that all receipts have."""
    return replace(hit, evidence=_NO_EVIDENCE, place=hit.where(), lines=None)


def _different_hit(then: RecordedHit, now: RecordedHit) -> str:
    if _cited(then) != _cited(now):
        return f"[{then.rank}] is {_cited(now)} now, and was {_cited(then)}."
    if then.text != now.text:
        return f"[{then.rank}] {_cited(now)} has other words now."
    if then.answer != now.answer:
        sentences = [
            hit.answer and (hit.answer.sentence_start, hit.answer.sentence_end)
            for hit in (then, now)
        ]
        if sentences[0] == sentences[1]:
            return f"Other words of [{then.rank}] {_cited(now)} answer now."
        return f"Another sentence of [{then.rank}] {_cited(now)} answers now."
    return f"[{then.rank}] {_cited(now)} stands elsewhere now."


def _cited(hit: RecordedHit) -> str:
    return f"“{hit.citation}” ({hit.document}, {hit.start}–{hit.end})"


def _changes(then: Receipt, now: Receipt) -> list[str]:
    """What is not as it was, from one receipt to the other, a sentence each."""
    changes = []
    earlier = sum(turn.generation != then.generation for turn in then.turns)
    if earlier:
        changes.append(
            f"The index was built anew during the conversation: {earlier} of {len(then.turns)} "
            "answers are of another one than the receipt describes."
        )
    changes += _changed_sources(then, now)
    if then.fingerprint != now.fingerprint:
        renamed = then.model != now.model
        models = f"{then.model} then, {now.model} now" if renamed else f"{now.model}, changed"
        changes.append(f"Another model: {models}.")
    changes += _changed_settings(then.settings, now.settings)
    if then.version != now.version:
        changes.append(f"Another BriefQA: {then.version} then, {now.version} now.")
    if not changes and then.generation != now.generation:
        changes.append("The index was built again since, of the same sources.")
    return changes


def _changed_sources(then: Receipt, now: Receipt) -> list[str]:
    """Which sources are not as they were, a sentence for each kind of change."""
    before = {source.name: source.sha256 for source in then.sources}
    after = {source.name: source.sha256 for source in now.sources}
    changes = {
        "changed": [name for name in before if after.get(name, before[name]) != before[name]],
        "gone": [name for name in before if name not in after],
        "new": [name for name in after if name not in before],
    }
    return [
        f"Sources {change} since: {_named(names)}." for change, names in changes.items() if names
    ]


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more


def _changed_settings(then: Settings, now: Settings) -> list[str]:
    pairs = {
        "language of the documents": (then.language, now.language),
        "way of cutting and embedding passages": (then.recipe, now.recipe),
        "reader": (then.reader, now.reader),
    }
    if then.answer_from is not None:
        pairs["confidence from which questions are answered"] = (then.answer_from, now.answer_from)
    return [f"Another {name}." for name, (before, after) in pairs.items() if before != after]
