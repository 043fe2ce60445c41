"""The passages that a search is restricted to: all, some documents', or one section's."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Protocol

import numpy as np

from briefqa.answering import naming
from briefqa.errors import UsageError
from briefqa.records import (
    EVERYWHERE,
    HEADING_MARK,
    Passage,
    Where,
    section_path,
    section_text,
)

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

    def __init__(
        self,
        names: tuple[str, ...],
        titles: Sequence[str],
        counts: Sequence[int],
        passages: Passages,
        row_of: Mapping[str, int],
    ) -> None:
        """Names, titles and passage `counts` of the documents, in order; `passages` by row.

        `row_of` says which document goes by a name: its own, or that of a file with the same
        content.
        """
        self._names = names
        self._titles = titles
        self._row_of = row_of
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

    def meant(self, where: Where) -> Where:
        """The same place as `of` takes it, for documents and a section as somebody typed them.

        Exact names go first; else a document is found by words of its name or title, a section by
        any of its headings. Raises UsageError for what finds nothing or several, as `of` does.
        """
        if where == EVERYWHERE:
            return where
        documents = where.documents
        if documents is not None:
            documents = tuple(map(self._document_meant, documents))
        section = where.section
        if section is not None:
            section = self._section_meant(section, documents)
        meant = Where(documents, section)
        self.of(meant)
        return meant

    def sections(self, documents: Iterable[str] | None = None) -> dict[str, tuple[str, ...]]:
        """The sections of each of these documents, all without any, as `Where` names them.

        In source order; a section is in the list if a passage stands in it or below it. Raises
        UsageError as `of` does.
        """
        names = self._names if documents is None else self._known(tuple(documents))
        of_rows = self._sections_of_rows()
        return {
            name: tuple(
                dict.fromkeys(
                    section_text(path[:depth])
                    for row in self._range(name)
                    for path in (section_path(of_rows[int(row)]),)
                    for depth in range(1, len(path) + 1)
                )
            )
            for name in names
        }

    def _named(self) -> Iterator[tuple[str, str]]:
        """Each name of a document, and its title."""
        return ((name, self._titles[row]) for name, row in self._row_of.items())

    def _document_meant(self, typed: str) -> str:
        found = [typed]
        if typed not in self._row_of:
            found = naming.documents_meant(typed, self._named())
        found = list(dict.fromkeys(self._names[self._row_of[name]] for name in found))
        if len(found) > 1:
            raise UsageError(
                f"'{typed}' may be any of these documents, so name one: {naming.told(found)}."
            )
        return found[0] if found else typed

    def _section_meant(self, typed: str, documents: Sequence[str] | None) -> str:
        names = self._names if documents is None else self._known(documents)
        wanted, of_rows = section_text(section_path(typed)), self._sections_of_rows()
        rows = np.concatenate([self._range(name) for name in names])
        if any(_stands_in(of_rows[row], wanted) for row in map(int, rows)):
            return typed
        sections = self.sections(names)
        found = naming.sections_meant(typed, dict.fromkeys(chain.from_iterable(sections.values())))
        if len(found) > 1:
            raise UsageError(
                f"'{typed}' may be any of these sections, so name one: {naming.told(found)}."
            )
        return found[0] if found else typed

    def _sections_of_rows(self) -> list[str]:
        """The section of every passage."""
        if not self._sections:
            n_passages = int(self._ends[-1])
            self._sections = [
                section_text(self._passages[row].section) for row in range(n_passages)
            ]
        return self._sections

    def _known(self, given: Sequence[str]) -> tuple[str, ...]:
        for name in given:
            if name not in self._row_of:
                forms = naming.document_forms(self._named())
                near = naming.offered(naming.near(name, forms), "`briefqa info` names them")
                raise UsageError(f"There is no document '{name}' in the index{near}")
        if not given:
            raise UsageError("No document was named to look in; name one, or leave it out for all.")
        return tuple(self._names[row] for row in sorted({self._row_of[name] for name in given}))

    def _chosen(self, documents: tuple[str, ...], section: str | None) -> Scope:
        in_words = _documents(len(documents), len(self._names))
        ranges = [self._range(name) for name in documents]
        if section is None:
            return Scope(np.concatenate(ranges), documents, in_words)
        wanted, of_rows = section_text(section_path(section)), self._sections_of_rows()
        rows, with_section = [], []
        for name, of_document in zip(documents, ranges, strict=True):
            inside = [row for row in map(int, of_document) if _stands_in(of_rows[row], wanted)]
            if inside:
                rows.extend(inside)
                with_section.append(name)
        if not rows:
            there = chain.from_iterable(self.sections(documents).values())
            forms = naming.section_forms(dict.fromkeys(there))
            near = naming.offered(naming.near(section, forms), "`briefqa sections` lists them")
            raise UsageError(f"There is no section '{section}' in {in_words}{near}")
        place = f"the section “{section}” of {_documents(len(with_section), len(self._names))}"
        return Scope(np.array(rows, np.int64), tuple(with_section), place)

    def _range(self, name: str) -> Rows:
        number = self._row_of[name]
        return np.arange(self._ends[number], self._ends[number + 1], dtype=np.int64)


def _stands_in(own: str, section: str) -> bool:
    """Whether a section is the one or below it."""
    return own == section or (bool(section) and own.startswith(section + HEADING_MARK))


def _documents(chosen: int, every: int) -> str:
    if chosen == every:
        return "1 document" if every == 1 else f"{every} documents"
    return f"{chosen} of {every} documents"
