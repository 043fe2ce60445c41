"""The passages that a search is restricted to: all, some documents', or one section's."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from briefqa.errors import UsageError
from briefqa.records import EVERYWHERE, Passage, Where

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

SECTION_MARK = " › "  # between the headings of a section's path
_REMEMBERED = 32  # choices whose rows are remembered


class Passages(Protocol):
    """Passages by row."""

    def __getitem__(self, row: int, /) -> Passage: ...


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """A choice of where to look.

    `rows` are the passages that stand there, int64 ascending, None for all there are; `documents`
    the names of the documents looked in; `in_words` says it in an answer.
    """

    rows: Rows | None
    documents: tuple[str, ...]
    in_words: str


class Scopes:
    """The choices that one generation offers; safe to share between threads."""

    def __init__(self, names: tuple[str, ...], counts: Sequence[int], passages: Passages) -> None:
        """`names` and passage `counts` of the documents, in order; `passages` by row."""
        self._names = names
        self._row_of = {name: number for number, name in enumerate(names)}
        self._ends = np.cumsum([0, *counts])
        self._passages = passages
        self._sections: list[str] = []  # of each passage; filled when first asked for
        self._all = Scope(None, names, _documents(len(names), len(names)))
        self._scopes: dict[Where, Scope] = {}
        self._lock = threading.Lock()

    def of(self, where: Where) -> Scope:
        """The passages of these documents that stand in this section or one below it.

        Raises UsageError for a document that is not in the index, for none at all, and for a
        section that none of them has.
        """
        if where == EVERYWHERE:
            return self._all
        documents = self._names if where.documents is None else self._known(where.documents)
        wanted = Where(documents, where.section)
        with self._lock:
            if wanted not in self._scopes:
                if len(self._scopes) == _REMEMBERED:
                    self._scopes.clear()
                self._scopes[wanted] = self._chosen(documents, where.section)
            return self._scopes[wanted]

    def _known(self, given: Sequence[str]) -> tuple[str, ...]:
        for name in given:
            if name not in self._row_of:
                raise UsageError(
                    f"There is no document '{name}' in the index; `briefqa info` names them."
                )
        if not given:
            raise UsageError("No document was named to look in; name one, or leave it out for all.")
        return tuple(sorted(set(given), key=self._row_of.__getitem__))

    def _chosen(self, documents: tuple[str, ...], section: str | None) -> Scope:
        in_words = _documents(len(documents), len(self._names))
        ranges = [self._range(name) for name in documents]
        if section is None:
            return Scope(np.concatenate(ranges), documents, in_words)
        if not self._sections:
            n_passages = int(self._ends[-1])
            self._sections = [
                SECTION_MARK.join(self._passages[row].section) for row in range(n_passages)
            ]
        rows, with_section = [], []
        for name, of_document in zip(documents, ranges, strict=True):
            inside = [row for row in map(int, of_document) if self._stands_in(row, section)]
            if inside:
                rows.extend(inside)
                with_section.append(name)
        if not rows:
            raise UsageError(f"There is no section '{section}' in {in_words}.")
        place = f"the section “{section}” of {_documents(len(with_section), len(self._names))}"
        return Scope(np.array(rows, np.int64), tuple(with_section), place)

    def _range(self, name: str) -> Rows:
        number = self._row_of[name]
        return np.arange(self._ends[number], self._ends[number + 1], dtype=np.int64)

    def _stands_in(self, row: int, section: str) -> bool:
        own = self._sections[row]
        return own == section or (bool(section) and own.startswith(section + SECTION_MARK))


def _documents(chosen: int, every: int) -> str:
    if chosen == every:
        return "1 document" if every == 1 else f"{every} documents"
    return f"{chosen} of {every} documents"
