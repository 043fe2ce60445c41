"""Asking in a tab: a question after those before it, again, or all that have no answer here.

The server stores answers and the tab saves what was asked, with the ids of the answers. A page that
is loaded again gets them by their ids; what is not stored, because the server was restarted or it
was long ago, is asked again as the tab saved it, so that a conversation is never lost.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from briefqa.answering.conversation import Conversation
from briefqa.answering.query import MAX_QUESTION
from briefqa.answering.query import too_long as too_long  # for the page's other modules
from briefqa.errors import BriefQAError, IndexFolderError
from briefqa.receipts import receipt, transcript
from briefqa.records import EVERYWHERE, Answer, Carried, Where
from briefqa.ui import messages
from briefqa.ui.messages import SavedTurn
from briefqa.ui.service import IndexService
from briefqa.ui.turns import MOST_TURNS, Problem, Turn, Turns

LONGEST_QUESTION = MAX_QUESTION
"""Characters; a longer question is answered with a sentence."""

NOWHERE = "No document that is here is ticked, so there is nothing to look in: tick one, or all."

log = logging.getLogger(__name__)


def ask(
    service: IndexService,
    before: Turns,
    question: str,
    where: Where,
    carry: Collection[Carried] | None = None,
) -> Turn:
    """The turn that this question makes after those `before` it, stored if it has an answer.

    It decides by itself what to take over from them, unless `carry` says it.
    """
    if sentence := too_long(question):
        return Turn(clipped(question), Problem(sentence), where)
    if where.documents == ():
        return Turn(question, Problem(NOWHERE), where)
    again = None if carry is None else tuple(carry)
    try:
        searcher = service.searcher()
        generation = searcher.generation()
        conversation = Conversation(searcher, where=where, turns=answered(before))
        answer = conversation.ask(question.encode("utf-8", "replace").decode("utf-8"), carry=carry)
        return service.turns.put(Turn(question, answer, where, generation))
    except BriefQAError as error:
        problem = Problem(str(error), again=isinstance(error, IndexFolderError))
    except Exception:
        log.exception("A question could not be answered")
        problem = Problem(
            "Something went wrong while answering; the terminal says what. Ask again."
        )
    return Turn(question, problem, where, carry=again)


def clipped(question: str) -> str:
    """The question as it is shown: of one that is too long, its beginning."""
    return f"{question[:200]} …" if too_long(question) else question


def ask_alone(service: IndexService, turns: Turns, number: int) -> Turns:
    """The turns with the one of this number, from 1, asked again with nothing taken over."""
    if not 0 < number <= len(turns):
        return turns
    asked = turns[number - 1]
    turn = ask(service, turns[: number - 1], asked.question, asked.where, carry=())
    return (*turns[: number - 1], turn, *turns[number:])


def where(service: IndexService, tab: messages.Tab) -> Where:
    """Where a tab looks: everywhere, or in what is ticked of the documents that are there."""
    return EVERYWHERE if tab.where is None else tab.where.where(document_names(service))


def restored(service: IndexService, saved: Iterable[SavedTurn]) -> Turns:
    """The turns that a tab saved, with the answers that are stored; nothing is asked."""
    every = tuple(saved)
    stored = [service.turns.get(turn.id) for turn in every]
    turns = () if all(stored) else messages.turns_of(every, document_names(service))
    known = tuple(turn or turns[place] for place, turn in enumerate(stored))
    return known[-MOST_TURNS:]


def document_names(service: IndexService) -> tuple[str, ...]:
    """The names of all documents; none as long as there is no index."""
    try:
        return tuple(info.name for info in service.documents())
    except BriefQAError:
        return ()


def completed(service: IndexService, turns: Turns, *, failed_too: bool = False) -> Iterator[Turns]:
    """Ask again, in order, each turn that has no reply here; yields the turns after each of them.

    With `failed_too` also those that found no index. If there is none still, that is what comes of
    all of them.
    """

    def is_open(turn: Turn) -> bool:
        reply = turn.reply
        return reply is None or (failed_too and isinstance(reply, Problem) and reply.again)

    for place, turn in enumerate(turns):
        if not is_open(turn):
            continue
        asked = ask(service, turns[:place], turn.question, turn.where, turn.carry)
        turns = (*turns[:place], asked, *turns[place + 1 :])
        if isinstance(asked.reply, Problem) and asked.reply.again:
            rest = (replace(one, reply=asked.reply) if is_open(one) else one for one in turns)
            yield tuple(rest)
            return
        yield turns


def rate(service: IndexService, turns: Turns, number: int, helpful: bool) -> Turns:
    """The turns with the one of this number, from 1, rated."""
    if not 0 < number <= len(turns):
        return turns
    rated = service.turns.put(replace(turns[number - 1], rating=helpful))
    return (*turns[: number - 1], rated, *turns[number:])


def answered(turns: Turns) -> tuple[Answer, ...]:
    """The answers among what came of the questions."""
    return tuple(turn.reply for turn in turns if isinstance(turn.reply, Answer))


def exported(service: IndexService, turns: Turns, as_receipt: bool) -> tuple[str, bytes]:
    """The answers as a file, its name and content: Markdown to read, or a receipt to replay."""
    given = [
        receipt.Turn(turn.reply, turn.where, generation=turn.generation)
        for turn in turns
        if isinstance(turn.reply, Answer)
    ]
    if not as_receipt:
        return "conversation.md", transcript.markdown(given).encode("utf-8", "replace")
    made = receipt.make(service.searcher(), given).as_json()
    written = json.dumps(made, ensure_ascii=False, indent=1)
    return "receipt.json", written.encode("utf-8", "replace")
