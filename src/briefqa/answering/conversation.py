"""Conversations: follow-up questions, and what each takes over from the turns before it.

Without a language model. `follow_up.py` says by its words whether a question leans on the one
before, `understood.py` what it could take over and how it then reads. It is taken over if the
passage found with it answers the question as it was asked nearly as well as any passage does: a
question that merely looks like a follow-up is not dragged back to what was talked about before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from math import inf
from typing import Protocol

from briefqa.answering import follow_up, understood
from briefqa.answering.phrases import READ
from briefqa.errors import UsageError
from briefqa.records import (
    EVERYWHERE,
    Answer,
    Carried,
    Query,
    QuestionKind,
    Verdict,
    Where,
)

MOST_CARRIED = 8  # things that may be named to be carried over; of itself a question takes three
PROBED = 20  # passages of the question as asked, among which that of the carried words is sought
AS_SURE = 0.6  # of the confidence of a question as asked: what it takes over may cost no more


class Asks(Protocol):
    """What a conversation needs of a Searcher."""

    def ask(self, question: Query, /) -> Answer:
        """The answer to a question that stands by itself."""


class Conversation:
    """Questions that follow each other.

    It is its turns and nothing else: another one asked the same questions with the same things
    carried over gives the same answers. One thread at a time.
    """

    def __init__(
        self,
        searcher: Asks,
        *,
        k: int = 5,
        where: Where = EVERYWHERE,
        turns: Iterable[Answer] = (),
    ) -> None:
        """`k` and `where` hold for every question, see Query.

        `turns` are the answers of a conversation that goes on.
        """
        self._searcher = searcher
        self._k = k
        self._where = where
        self._turns = tuple(turns)

    @property
    def turns(self) -> tuple[Answer, ...]:
        """The answers so far, in order."""
        return self._turns

    def ask(self, question: str, *, carry: Collection[Carried] | None = None) -> Answer:
        """The answer to `question`, read in the light of the turns before it.

        It finds out by itself what to take over from them. `carry` says instead what to, exactly;
        an empty one reads the question as it stands. Raises what `Searcher.ask` raises.
        """
        answer = self._answer(question, carry, self._turns)
        self._turns = (*self._turns, answer)
        return answer

    def ask_again(self, number: int, *, carry: Collection[Carried] | None = None) -> Answer:
        """Ask turn `number`, from 1, once more with `carry`; the new answer takes its place.

        The other turns stay as they are. Raises UsageError when there is no such turn.
        """
        if not 1 <= number <= len(self._turns):
            raise UsageError(
                f"There is no turn {number} to ask again; this conversation has {len(self._turns)}."
            )
        before, after = self._turns[: number - 1], self._turns[number:]
        answer = self._answer(self._turns[number - 1].question, carry, before)
        self._turns = (*before, answer, *after)
        return answer

    def _answer(
        self, question: str, carry: Collection[Carried] | None, before: Sequence[Answer]
    ) -> Answer:
        if not question.strip():
            return self._asked(question)
        earlier = _referred(question, before)
        if carry is not None:
            return self._carrying(question, tuple(dict.fromkeys(carry))[:MOST_CARRIED], earlier)
        leans_by = follow_up.leans_by(question)
        if earlier is None or not leans_by or follow_up.says_all(question):
            return self._asked(question)
        chosen = understood.offered(question, earlier.read_as, earlier.carried)
        weak = leans_by < follow_up.FRAGMENT
        alone = self._asked(question) if weak or not chosen else None
        if alone and (alone.answered or not chosen):
            return alone
        carried = self._carrying(question, chosen, earlier)
        if alone and not _goes_on(alone, carried, earlier):
            return alone
        if leans_by < inf and self._loss(question, carried) > leans_by:
            return alone or self._asked(question)
        return carried

    def _carrying(
        self, question: str, carried: tuple[Carried, ...], earlier: Answer | None
    ) -> Answer:
        before, then = (earlier.read_as, earlier.carried) if earlier else ("", ())
        read_as = understood.read_as(question, carried, before, then) if carried else question
        named = follow_up.named(question) if carried else ""
        # What is only added to a question finds the passage; a reader knows it from there.
        read = question if read_as.startswith(question) else ""
        answer = self._asked(read_as, must_hold=named, reader_question=read)
        return replace(answer, question=question, carried=carried)

    def _asked(
        self,
        question: str,
        k: int = 0,
        where: Where | None = None,
        must_hold: str = "",
        reader_question: str = "",
    ) -> Answer:
        """The answer to a question that is searched as it stands; at least `k` hits."""
        query = Query(question, where or self._where, max(k, self._k), must_hold, reader_question)
        answer = self._searcher.ask(query)
        read_as = answer.read_as or " ".join(question[:READ].split())
        return replace(answer, read_as=read_as)

    def _loss(self, question: str, carried: Answer) -> float:
        """How far the first passage of `carried` is behind the best for the question as asked."""
        hits = there = self._asked(question, PROBED).hits
        if not hits or not carried.hits:
            return 0.0
        passage = carried.hits[0].passage
        if all(hit.passage != passage for hit in there):
            try:
                own = replace(self._where, documents=(passage.document,))
                there = self._asked(question, PROBED, own).hits
            except UsageError:  # the document has been removed since
                return inf
        value = {hit.passage: hit.evidence.fused for hit in there}
        # By the indexes alone: a reader may have put another first.
        best = max(hit.evidence.fused for hit in hits)
        return best - value.get(passage, min(value.values(), default=0.0))


def _goes_on(alone: Answer, carried: Answer, earlier: Answer) -> bool:
    """Whether a question that only has few words goes on with the one before it.

    As it stands it has no answer, nor a passage with all of its words if these are several, and
    what it takes over leads to another passage of the section that was talked about, hardly less
    sure to answer. If that answers, it must have all words of the question that its own best
    passage has; otherwise all there are, or its own best must be of that document too.
    """
    if not carried.hits or not earlier.hits:
        return False
    first, before = carried.hits[0], earlier.hits[0].passage
    if (first.passage.document, first.passage.section) != (before.document, before.section):
        return False
    if not alone.hits:
        return carried.answered
    nearest, own = alone.hits[0], follow_up.own_words(alone.question)
    held, near = (follow_up.own_words(" ".join(hit.evidence.matched)) for hit in (first, nearest))
    if alone.verdict is not None and len(own) > 1 and own <= near:
        return False
    if carried.answered:
        return own & near <= held
    if nearest.passage == first.passage or carried.confidence < AS_SURE * alone.confidence:
        return False
    same = nearest.passage.document == first.passage.document
    return own <= held or (alone.verdict is Verdict.UNSURE and same)


def _referred(question: str, before: Sequence[Answer]) -> Answer | None:
    """The turn the question refers to: the last that asked something, or that it goes back to.

    Small talk is no such turn, nor is a question about the documents as a whole; None where the
    documents had no answer to it.
    """
    asked = [
        turn
        for turn in reversed(before)
        if turn.read_as.strip()
        and turn.kind not in (QuestionKind.SMALL_TALK, QuestionKind.OVERVIEW)
    ]
    named = follow_up.returns_to(question)
    back = (turn for turn in asked if named and follow_up.mentions(turn.read_as, named))
    turn = next(back, asked[0] if asked else None)
    return None if turn is None or turn.verdict is Verdict.NOT_FOUND else turn
