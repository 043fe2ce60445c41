"""What the browser sends, decoded and checked by type.

A browser may send anything. What is not as it should be counts as nothing sent: an empty tab, or
None for an event, which then changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TypeVar

from briefqa.json_decoding import Malformed, decode
from briefqa.records import Answer, Carried, CarriedKind, Where
from briefqa.ui import choices
from briefqa.ui.turns import Problem, Turn

CarriedPairs = tuple[tuple[CarriedKind, str], ...]
"""Things taken over from earlier questions, each as its kind and text."""

_SAME = "="


@dataclass(frozen=True, slots=True)
class SavedTurn:
    """A turn as the tab saves it: the id of its answer, and what is needed to get it again.

    `documents` is a choice (see `choices`), `=` where it is that of the turn before.
    """

    question: str
    id: str = ""
    carry: CarriedPairs | None = None
    documents: str | None = None
    section: str | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Ticked:
    """Where a tab looks: in the documents of a choice (see `choices`), None for all; a section."""

    documents: str | None = None
    section: str | None = None

    def where(self, names: Sequence[str]) -> Where:
        """The same with the names of the documents, of all those there are."""
        documents = None if self.documents is None else choices.chosen(self.documents, names)
        return Where(documents, self.section)


@dataclass(frozen=True, slots=True)
class KeptQuote:
    """A quote that a reader kept: characters of a document, by their offsets in its text.

    `stamp` tells whether it is still the same text that stands there.
    """

    document: str
    start: int
    end: int
    stamp: str


@dataclass(frozen=True, slots=True)
class Tab:
    """What a tab keeps until it is closed; see `page.js`.

    `listed` is the stamp of its library, `kept` are quotes as `kept_quote` reads them.
    """

    turns: tuple[SavedTurn, ...] = ()
    where: Ticked | None = None
    draft: str = ""
    listed: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskAlone:
    """A turn, by its number from 1, is to be asked again as it was typed."""

    turn: int


@dataclass(frozen=True, slots=True)
class OpenSource:
    """The citation with this rank of a turn, by its number from 1, is to be opened."""

    turn: int
    hit: int


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document is to be read from this place on, or from a section, its headings on one line.

    The citation of a turn is marked, if any; or the characters up to `end`, which were opened at
    the button with this `key`.
    """

    document: str
    at: int = 0
    section: str = ""
    turn: int = 0
    hit: int = 0
    end: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class OpenTool:
    """A tool is wanted in place of the conversation, by its name, or the conversation again.

    Of watches: the answer of a `turn` is to be watched, or the watch number `stop` no more.
    """

    tool: str
    turn: int = 0
    stop: int = 0


@dataclass(frozen=True, slots=True)
class Rating:
    """What a reader thinks of a turn's answer."""

    turn: int
    rate: Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Export:
    """The conversation, or the quotes that were kept, are wanted as a file."""

    form: Literal["markdown", "receipt", "kept-markdown", "kept-word", "kept-csv"]


@dataclass(frozen=True, slots=True)
class AddFiles:
    """The files of an upload are to be added; `batch` is what the upload was answered with."""

    batch: str


@dataclass(frozen=True, slots=True)
class RemoveDocument:
    """A document, by its name, is to be taken out."""

    document: str


Message = TypeVar("Message")


def decoded(sent: object, kind: type[Message]) -> Message | None:
    """What was sent, plain JSON values, as a record; None if it is none."""
    try:
        return decode(json.dumps(sent).encode("ascii"), kind, any_text=True)
    except (Malformed, TypeError, RecursionError):
        return None


def tab(sent: object) -> Tab:
    """The tab's state, sent as JSON text; an empty one if anything else was sent."""
    try:
        return decode(str(sent or "").encode("utf-8", "surrogatepass"), Tab, any_text=True)
    except Malformed:
        return Tab()


def kept_quote(sent: str) -> KeptQuote | None:
    """A kept quote as the tab saved it; None if it is none."""
    try:
        return decode(sent.encode("utf-8", "surrogatepass"), KeptQuote, any_text=True)
    except Malformed:
        return None


def saved(turns: Iterable[Turn]) -> str:
    """What the tab is to save of these turns, JSON that `tab` reads."""
    written: list[SavedTurn] = []
    before = None
    for turn in turns:
        documents = turn.where.documents
        choice = None if documents is None else choices.written(documents)
        same = choice is not None and choice == before
        written.append(_saved(turn, _SAME if same else choice))
        before = choice
    return json.dumps([asdict(each) for each in written])


def turns_of(saved_turns: Sequence[SavedTurn], names: Sequence[str]) -> tuple[Turn, ...]:
    """Turns as the tab saved them, without answers; `names` are those of all documents."""
    turns: list[Turn] = []
    before = None
    for each in saved_turns:
        documents = before if each.documents == _SAME else each.documents
        where = Ticked(documents, each.section).where(names)
        carry = None if each.carry is None else carried(each.carry)
        turns.append(Turn(each.question, each.problem, where, carry=carry))
        before = documents
    return tuple(turns)


def pairs(things: Iterable[Carried]) -> CarriedPairs:
    """Things taken over, as the browser gets them."""
    return tuple((thing.kind, thing.text) for thing in things)


def carried(things: CarriedPairs) -> tuple[Carried, ...]:
    """Things taken over, as the browser sent them."""
    return tuple(Carried(kind, text) for kind, text in things)


def _saved(turn: Turn, documents: str | None) -> SavedTurn:
    reply = turn.reply
    carry = reply.carried if isinstance(reply, Answer) else turn.carry
    return SavedTurn(
        turn.question,
        turn.id,
        None if carry is None else pairs(carry),
        documents,
        turn.where.section,
        reply if isinstance(reply, Problem) else None,
    )
