"""What has been asked in this tab, and what came of it?

The server keeps each tab's turns; the tab keeps what was asked. When the two disagree, because the
page was loaded again or the server was restarted, the questions are asked again as the tab knows
them, so that a conversation is never lost.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from briefqa.answering.conversation import Conversation
from briefqa.errors import BriefQAError, IndexFolderError
from briefqa.receipts import receipt
from briefqa.records import EVERYWHERE, Answer, Carried, CarriedKind, Where
from briefqa.ui.service import Desk

LONGEST_QUESTION = 2000
"""Characters; a longer question is answered with a sentence."""

MOST_TURNS = 100
"""Of a conversation; the oldest are dropped."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer; `mendable` when building the index again is the way on."""

    sentence: str
    mendable: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it; `reply` is None as long as that is not known.

    `generation` is the index's that answered, `rating` what its reader thought of it.
    """

    question: str
    reply: Answer | Problem | None
    where: Where = EVERYWHERE
    generation: str = ""
    rating: bool | None = None


Turns = tuple[Turn, ...]


def ask(
    desk: Desk,
    before: Turns,
    question: str,
    where: Where,
    carry: Collection[Carried] | None = None,
) -> Turn:
    """The turn that this question makes after those `before` it.

    It decides by itself what to take over from them, unless `carry` says it.
    """
    shown = question
    if sentence := too_long(question):
        return Turn(f"{question[:200]} …", Problem(sentence), where)
    try:
        searcher = desk.searcher()
        generation = searcher.generation()
        conversation = Conversation(searcher, where=where, turns=answered(before))
        answer = conversation.ask(question.encode("utf-8", "replace").decode("utf-8"), carry=carry)
        return Turn(shown, answer, where, generation)
    except BriefQAError as error:
        mendable = isinstance(error, IndexFolderError) and desk.library is not None
        return Turn(shown, Problem(str(error), mendable), where)
    except Exception:
        log.exception("A question could not be answered")
        sentence = "Something went wrong while answering; the terminal says what. Ask again."
        return Turn(shown, Problem(sentence), where)


def too_long(question: str) -> str:
    """What is said of a question that is too long; empty if it is not."""
    if len(question) <= LONGEST_QUESTION:
        return ""
    return (
        f"A question can have {LONGEST_QUESTION:,} characters and this one has "
        f"{len(question):,}: ask for one thing at a time."
    )


def ask_again(desk: Desk, turns: Turns, number: int, carry: Collection[Carried]) -> Turns:
    """The turns with the one of this number, from 1, asked again with just this taken over."""
    if not 0 < number <= len(turns):
        return turns
    asked = turns[number - 1]
    turn = ask(desk, turns[: number - 1], asked.question, asked.where, carry)
    return (*turns[: number - 1], turn, *turns[number:])


def mended(desk: Desk, turns: Turns) -> Turns:
    """The turns with those that had no index to ask asked again."""
    again: Turns = ()
    for turn in turns:
        lost = isinstance(turn.reply, Problem) and turn.reply.mendable
        again = (*again, ask(desk, again, turn.question, turn.where) if lost else turn)
    return again


def rate(turns: Turns, number: int, helpful: bool) -> Turns:
    """The turns with the one of this number, from 1, rated."""
    if not 0 < number <= len(turns):
        return turns
    return (*turns[: number - 1], replace(turns[number - 1], rating=helpful), *turns[number:])


def answered(turns: Turns) -> tuple[Answer, ...]:
    """The answers among what came of the questions."""
    return tuple(turn.reply for turn in turns if isinstance(turn.reply, Answer))


def as_kept(turns: Sequence[Turn]) -> str:
    """What the tab keeps of the turns, JSON: what is needed to get each answer again."""
    return json.dumps(
        [
            {
                "question": turn.question,
                "carry": [[thing.kind, thing.text] for thing in turn.reply.carried],
                "documents": turn.where.documents,
                "section": turn.where.section,
            }
            for turn in turns
            if isinstance(turn.reply, Answer)
        ]
    )


def settled(desk: Desk, turns: Turns, kept: object) -> Turns:
    """The turns that the tab shows: the server's own, or else asked again as the tab kept them.

    `kept` is what `as_kept` wrote and the browser sent, which may be anything.
    """
    asked = _asked(kept)
    own = [turn.question for turn in turns if isinstance(turn.reply, Answer)]
    if [entry["question"] for entry in asked] == own:
        return turns
    again: Turns = ()
    for entry in asked:
        again = (*again, ask(desk, again, entry["question"], entry["where"], entry["carry"]))
    return again


def where(value: object) -> Where:
    """Where to look, as the browser says it, which may be anything: everywhere then."""
    if not isinstance(value, Mapping):
        return EVERYWHERE
    documents, section = value.get("documents"), value.get("section")
    return Where(
        tuple(map(str, documents)) if isinstance(documents, list) and documents else None,
        section if isinstance(section, str) else None,
    )


def carried(value: object) -> tuple[Carried, ...] | None:
    """What to take over, as the browser says it; None for anything else."""
    try:
        return tuple(Carried(CarriedKind(kind), str(text)) for kind, text in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return None


def parsed(sent: object) -> dict[str, Any]:
    """The JSON object that the browser sent; empty if it sent anything else."""
    try:
        found = json.loads(sent) if isinstance(sent, str) else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def written(desk: Desk, turns: Turns, as_receipt: bool) -> tuple[str, str]:
    """The answers as a file, its name and content: Markdown to read, or a receipt to replay."""
    given = [
        receipt.Turn(turn.reply, turn.where, generation=turn.generation)
        for turn in turns
        if isinstance(turn.reply, Answer)
    ]
    if not as_receipt:
        return "conversation.md", receipt.markdown(given)
    made = receipt.make(desk.searcher(), given)
    return "receipt.json", json.dumps(made, ensure_ascii=False, indent=1)


def _asked(kept: object) -> list[dict[str, Any]]:
    entries = kept if isinstance(kept, list) else []
    return [
        {
            "question": entry["question"],
            "carry": carried(entry.get("carry")),
            "where": where(entry),
        }
        for entry in entries[-MOST_TURNS:]
        if isinstance(entry, dict) and isinstance(entry.get("question"), str)
    ]
