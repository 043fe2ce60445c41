"""A tab's conversation: its turns, and the store in which the server keeps their answers."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from briefqa.records import EVERYWHERE, Answer, Carried, Where

MOST_TURNS = 100
"""Of a conversation; the oldest are dropped."""

MOST_STORED = 2_000
"""Answers of all tabs together, some 10 kB each; those not used for longest are dropped."""

STORED_SECONDS = 12 * 3600.0
"""Without being used; a tab that comes back later has its questions asked again."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer; `again` when there was no index, so that there may be one later."""

    sentence: str
    again: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what came of it; `reply` is None as long as that is not known.

    `id` is that of a stored answer, else empty. `carry` is what the question is to take over from
    those before it when it is asked again, None to find that out by itself. `generation` is the
    index's that answered, `rating` what its reader thought of the answer.
    """

    question: str
    reply: Answer | Problem | None
    where: Where = EVERYWHERE
    generation: str = ""
    rating: bool | None = None
    id: str = ""
    carry: tuple[Carried, ...] | None = None


Turns = tuple[Turn, ...]


def answer_of(turns: Turns, number: int) -> Answer | None:
    """The answer to the turn of this number, from 1, if there is one."""
    reply = turns[number - 1].reply if 0 < number <= len(turns) else None
    return reply if isinstance(reply, Answer) else None


class TurnStore:
    """Answered turns of all tabs, each under an id that cannot be guessed; any thread may use it.

    In memory only, and bounded: a tab that was loaded again finds its answers here, and asks
    again what is not here any more.
    """

    def __init__(
        self,
        most: int = MOST_STORED,
        seconds: float = STORED_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._turns: OrderedDict[str, tuple[float, Turn]] = OrderedDict()  # last used, last

    def __len__(self) -> int:
        return len(self._turns)

    def put(self, turn: Turn) -> Turn:
        """Store a turn, in place of the one with its id; returns it with an id."""
        stored = turn if turn.id else replace(turn, id=secrets.token_urlsafe(16))
        with self._lock:
            self._touch(stored)
            while len(self._turns) > self._most or self._is_old(next(iter(self._turns))):
                self._turns.popitem(last=False)
        return stored

    def get(self, id_: str) -> Turn | None:
        """The turn with this id, if it is still stored."""
        with self._lock:
            if id_ not in self._turns or self._is_old(id_):
                return None
            turn = self._turns[id_][1]
            self._touch(turn)
            return turn

    def remove(self, ids: Iterable[str]) -> None:
        """Drop turns that nobody will come back to."""
        with self._lock:
            for id_ in ids:
                self._turns.pop(id_, None)

    def clear(self) -> None:
        """Drop all."""
        with self._lock:
            self._turns.clear()

    def _touch(self, turn: Turn) -> None:
        self._turns[turn.id] = (self._clock(), turn)
        self._turns.move_to_end(turn.id)

    def _is_old(self, id_: str) -> bool:
        return self._turns[id_][0] < self._clock() - self._seconds
