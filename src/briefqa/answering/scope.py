"""Where is an answer looked for? In all documents, in some, or in one section of them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from briefqa.errors import UsageError
from briefqa.records import HEADING_MARK, Passage, section_path, section_text

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

_REMEMBERED = 32  # choices whose rows are kept


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
        self._sections: list[str] = []  # each passage's, as text; filled when first asked for
        self._all = Scope(None, names, _documents(len(names), len(names)))
        self._found: dict[tuple[tuple[str, ...], str | None], Scope] = {}
        self._lock = threading.Lock()

    def of(self, documents: Iterable[str] | None, section: str | None) -> Scope:
        """The passages of these documents that stand in this section or one below it.

        None means all documents, or all sections; a section is its headings as `section_text`
        writes them. Raises UsageError for a document that is not there, for none at all, and for a
        section that none of them has.
        """
        if documents is None and section is None:
            return self._all
        wanted = self._names if documents is None else self._known(documents)
        with self._lock:
            if (wanted, section) not in self._found:
                if len(self._found) == _REMEMBERED:
                    self._found.clear()
                self._found[wanted, section] = self._chosen(wanted, section)
            return self._found[wanted, section]

    def _known(self, documents: Iterable[str]) -> tuple[str, ...]:
        given = [documents] if isinstance(documents, str) else list(documents)
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
                section_text(self._passages[row].section) for row in range(n_passages)
            ]
        wanted = section_text(section_path(section))
        rows, having = [], []
        for name, of_document in zip(documents, ranges, strict=True):
            inside = [row for row in map(int, of_document) if self._stands_in(row, wanted)]
            if inside:
                rows.extend(inside)
                having.append(name)
        if not rows:
            hint = " A › within a heading is written ››." if HEADING_MARK in section else ""
            raise UsageError(f"There is no section '{section}' in {in_words}.{hint}")
        place = f"the section “{section}” of {_documents(len(having), len(self._names))}"
        return Scope(np.array(rows, np.int64), tuple(having), place)

    def _range(self, name: str) -> Rows:
        number = self._row_of[name]
        return np.arange(self._ends[number], self._ends[number + 1], dtype=np.int64)

    def _stands_in(self, row: int, section: str) -> bool:
        own = self._sections[row]
        return own == section or (bool(section) and own.startswith(section + HEADING_MARK))


def _documents(chosen: int, held: int) -> str:
    if chosen == held:
        return "1 document" if held == 1 else f"{held} documents"
    return f"{chosen} of {held} documents"
