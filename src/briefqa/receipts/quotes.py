"""Quotes that were kept, as Markdown or as a table; `word.py` makes it for a word processor.

Each stands with its citation, its document, its section and its offsets. Text of documents is only
ever text: no markup in Markdown, no formula in a table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from briefqa.answering.searcher import Searcher
from briefqa.citations import cite
from briefqa.records import Metadata, Passage, section_text
from briefqa.reports.table import Table
from briefqa.text import markdown as plain

COLUMNS = ("quote", "citation", "document", "title", "section", "start", "end")


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters of a document, by their offsets in its text, with the passage that holds them.

    `about` is what the document says of itself.
    """

    passage: Passage
    start: int
    end: int
    about: Metadata

    @property
    def text(self) -> str:
        """What is quoted, as it stands there."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    @property
    def citation(self) -> str:
        """The passage's citation in full."""
        return cite(self.passage, self.about)

    @property
    def place(self) -> str:
        """Document, section and offsets on one line."""
        section = section_text(self.passage.section)
        named = f"section {section}" if section else ""
        offsets = f"characters {self.start} to {self.end}"
        return ", ".join(filter(None, (self.passage.document, named, offsets)))


def find(searcher: Searcher, document: str, start: int, end: int) -> Quote | None:
    """The quote of these characters, None where the index has no passage that holds them."""
    with searcher.opened() as snapshot:
        number = snapshot.row_of.get(document)
        if number is None or not 0 <= start < end:
            return None
        rows = snapshot.context.contents.rows_of_document(number)
        before = bisect_right(rows, start, key=lambda row: snapshot.passages[row].start)
        passage = snapshot.passages[rows[before - 1]] if before else None
        if passage is None or end > passage.end:
            return None
        return Quote(passage, start, end, snapshot.documents[number].metadata)


def markdown(quotes: Sequence[Quote]) -> str:
    """The quotes as Markdown, each a block quote under which its citation and its place stand."""
    parts = ["# Quotes"]
    for quote in quotes:
        source = f"{plain.line(quote.citation)}  \n{plain.line(quote.place)}"
        parts += [plain.quote(quote.text), source]
    return "\n\n".join(parts) + "\n"


def table(quotes: Sequence[Quote]) -> Table:
    """The quotes as a table, a row each under `COLUMNS`."""
    rows = []
    for quote in quotes:
        passage = quote.passage
        section = section_text(passage.section)
        texts = (quote.text, quote.citation, passage.document, passage.title, section)
        rows.append((*texts, quote.start, quote.end))
    return Table("Quotes", COLUMNS, rows)
