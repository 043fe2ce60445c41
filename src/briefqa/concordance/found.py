"""What a search for every mention found: each place, and what was compared to find them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from briefqa.concordance.query import Part
from briefqa.records import Place, section_text

if TYPE_CHECKING:
    from briefqa.reports.table import Table

CONTEXT = 80  # characters before and after a place
_PARAGRAPH_END = re.compile(r"\n\r?\n")

COLUMNS = (
    "document", "title", "date", "place", "section", "part", "before", "mention", "after",
    "citation", "start", "end",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """One place: characters `start` to `end` of the document's text, which are `text`.

    `part` is what of the document it is in, `section` the headings above it, `paragraph` its number
    in the section from 1, 0 outside one. `before` and `after` are what stands around it, 80
    characters at most, and `place` its lines or pages in the file. `date` is the document's, as
    it is written there; a title that another document has is `title_shared`.
    """

    document: str
    title: str
    date: str
    part: Part
    section: tuple[str, ...]
    paragraph: int
    start: int
    end: int
    text: str
    before: str
    after: str
    place: Place
    title_shared: bool = False

    @property
    def left(self) -> str:
        """What stands before it in its paragraph, as much of it as there is in `before`."""
        return _PARAGRAPH_END.split(self.before)[-1]

    @property
    def right(self) -> str:
        """What stands after it in its paragraph, as much of it as there is in `after`."""
        return _PARAGRAPH_END.split(self.after)[0]

    @property
    def around(self) -> tuple[str, str]:
        """What is shown before and after it, with an ellipsis where its paragraph goes on."""
        left = f"…{self.left}" if len(self.left) == CONTEXT else self.left.lstrip()
        right = f"{self.right}…" if len(self.right) == CONTEXT else self.right.rstrip()
        return left, right

    @property
    def citation(self) -> str:
        """`Title › Section › ¶2, p. 12`; of a heading `Title › Section › heading`."""
        where = f"¶{self.paragraph}" if self.paragraph else str(self.part)
        if self.part is Part.ABOUT:
            where = "outside the sections"
        where = ", ".join(filter(None, (where, self.place.in_citation)))
        title = f"{self.title} ({self.document})" if self.title_shared else self.title
        return section_text([" ".join(each.split()) for each in (title, *self.section, where)])

    def as_json(self) -> dict[str, Any]:
        """Its fields as plain values, with the citation."""
        return {**asdict(self), "citation": self.citation}


@dataclass(frozen=True, slots=True)
class InDocument:
    """How many places a document has."""

    document: str
    title: str
    date: str
    places: int


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that was not read, or not all of it, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Mentions:
    """Every place of a query, by the documents' dates, those without one last.

    `documents` are those that have any, in that order. Of the `indexed` documents of `generation`
    all words of `compared` were compared; the others were not to be looked in. `unread` could not
    be read when the index was built, and of `in_part` something was left out or guessed. `undated`
    is how many have no date that can be read, where the query asks for one.
    """

    query: str
    aliases: tuple[str, ...]
    mentions: tuple[Mention, ...]
    documents: tuple[InDocument, ...]
    compared: int
    indexed: int
    unread: tuple[Unread, ...]
    in_part: tuple[Unread, ...]
    undated: int
    generation: str

    @property
    def forms(self) -> dict[str, int]:
        """How often each spelling stands there, the most frequent first."""
        spelt = Counter(" ".join(each.text.split()) for each in self.mentions)
        return dict(sorted(spelt.items(), key=lambda item: (-item[1], item[0])))

    @property
    def statement(self) -> str:
        """How many places there are, and what was compared: `47 places in 12 of 30 documents; ...`.

        Every file that could not be read is named.
        """
        chosen = "" if self.compared == self.indexed else f" looked in, of {self.indexed} indexed"
        n = len(self.mentions)
        places = "No place" if not n else "1 place" if n == 1 else f"{n:,} places"
        documents = "document" if self.compared == 1 else "documents"
        every = "it" if self.compared == 1 else f"all {self.compared}"
        said = [
            f"{places} in {len(self.documents)} of {self.compared} {documents}{chosen}",
            f"every word of {every} was compared",
        ]
        if self.undated:
            had = "1 has" if self.undated == 1 else f"{self.undated} have"
            said.append(f"{had} no date that can be read")
        if self.unread:
            said.append(f"{_files(self.unread)} could not be read: {_named(self.unread)}")
        if self.in_part:
            said.append(f"notes on how {_files(self.in_part)} were read: {_named(self.in_part)}")
        return "; ".join(said) + "."

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values, with the statement; `briefqa verify --places` reads it."""
        return {
            **asdict(self),
            "statement": self.statement,
            "forms": self.forms,
            "mentions": [each.as_json() for each in self.mentions],
        }

    def table(self) -> Table:
        """A row for each place, the statement after them."""
        from briefqa.reports.table import Table

        rows = [
            (
                each.document, each.title, each.date, each.place.in_words,
                section_text(each.section), str(each.part), one_line(each.left), each.text,
                one_line(each.right), each.citation, each.start, each.end,
            )
            for each in self.mentions
        ]  # fmt: skip
        return Table(f"Every mention of {self.query}", COLUMNS, rows, (self.statement,))


def one_line(text: str) -> str:
    """The text with each run of white space as one space, at its ends too."""
    inner = " ".join(text.split())
    left = " " if text[:1].isspace() else ""
    return f"{left}{inner}{' ' if inner and text[-1:].isspace() else ''}"


def _files(unread: tuple[Unread, ...]) -> str:
    return "1 file" if len(unread) == 1 else f"{len(unread)} files"


def _named(unread: Iterable[Unread]) -> str:
    return ", ".join(f"{each.name} ({each.why.rstrip('.')})" for each in unread)
