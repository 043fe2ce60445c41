"""Finds every place of a query in the documents of an index, by comparing every word of each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import regex

from briefqa.citations import date_parts
from briefqa.concordance import query
from briefqa.concordance.found import CONTEXT, InDocument, Mention, Mentions, Unread
from briefqa.concordance.matching import Found, Matcher, Stretch
from briefqa.concordance.query import Dated, Either, Group, Node, Part
from briefqa.documents import placing
from briefqa.errors import UsageError
from briefqa.index.manifest import Outcome
from briefqa.index.opened import OpenedIndex
from briefqa.index.store import store_at
from briefqa.records import Document, Section, Where
from briefqa.text import plain_markdown
from briefqa.text.language import stemmer

MOST_ALIASES = 50
_LAST = (9999, 12, 31)
_BETWEEN_PARAGRAPHS = regex.compile(r"\n[ \t\r>]*+\n")
_MARKUP = regex.compile(r"[\[<*_~&\\`]|[-‐]\r?\n")


def find(
    opened: OpenedIndex,
    wanted: str,
    *,
    aliases: Iterable[str] = (),
    documents: Collection[str] | None = None,
) -> Mentions:
    """Every place of the query `wanted`, or of an alias, in all documents or in those named.

    Raises UsageError for a query that is not well formed (`query.py`), also where its aliases are.
    """
    others = tuple(aliases)
    if len(others) > MOST_ALIASES:
        raise UsageError(f"At most {MOST_ALIASES} aliases are looked for; {len(others)} are given.")
    node = query.parse(wanted)
    if others:
        node = Either((node, *map(query.phrase_of, others)))
    manifest = opened.manifest
    matchers: dict[str, Matcher] = {}
    found: list[tuple[tuple[int, ...], list[Mention]]] = []
    sharing, compared, undated = manifest.sharing_titles(), 0, 0
    asks_for_date = _asks_for_date(node)
    for row, source in enumerate(manifest.indexed()):
        if documents is not None and source.name not in documents:
            continue
        compared += 1
        about = opened.documents.about(row)
        language = _stemmed_as(about.language, manifest.language)
        if language not in matchers:
            matchers[language] = Matcher(node, stemmer(language))
        dates = date_range(about.date)
        undated += asks_for_date and dates is None
        text = opened.documents.text(row)
        where = Places(opened, row)
        places = matchers[language].places(
            text, _stretches(text, source.name), where.part_of, dates
        )
        if places:
            shared = source.name in sharing
            order = (*(dates[0] if dates else _LAST), row)
            found.append((order, [where.mention(each, title_shared=shared) for each in places]))
    found.sort(key=lambda item: item[0])
    return Mentions(
        query=wanted,
        aliases=others,
        mentions=tuple(each for _, several in found for each in several),
        documents=tuple(
            InDocument(first.document, first.title, first.date, len(several))
            for _, several in found
            for first in several[:1]
        ),
        compared=compared,
        indexed=manifest.documents,
        unread=tuple(
            Unread(source.name, source.detail)
            for source in manifest.sources
            if source.outcome is Outcome.FAILED and documents is None
        ),
        in_part=tuple(
            Unread(source.name, source.detail)
            for source in manifest.indexed()
            if source.detail and (documents is None or source.name in documents)
        ),
        undated=undated,
        generation=opened.name,
    )


def date_range(date: str) -> tuple[tuple[int, int, int], tuple[int, int, int]] | None:
    """The first and the last day that a date may mean; None where no year can be read."""
    parts = date_parts(date)
    if parts is None or not parts[0]:
        return None
    year, month, day = (*parts, 0, 0)[:3]
    return (year, month or 1, day or 1), (year, month or 12, day or 31)


class Places:
    """Where the places of one document are in it; the document is read when that is first asked."""

    def __init__(self, opened: OpenedIndex, row: int) -> None:
        self._opened = opened
        self._row = row
        self._document: Document | None = None

    def _read(self) -> Document:
        if self._document is None:
            lines = self._opened.line_maps[self._row]
            self._document = replace(self._opened.documents[self._row], lines=lines)
            self._spans = sorted(_spans(self._document))
            self._starts = [start for start, *_ in self._spans]
            self._place_of = placing.places(self._document)
        return self._document

    def part_of(self, place: Found) -> Part:
        """What of the document a place is in."""
        self._read()
        return self._at(place)[0]

    def _at(self, place: Found) -> tuple[Part, tuple[str, ...], int]:
        at = bisect_right(self._starts, place.start)
        if at and place.start < self._spans[at - 1][1]:
            _, _, part, section, paragraph = self._spans[at - 1]
            return part, section, paragraph
        return Part.ABOUT, (), 0

    def mention(self, place: Found, *, title_shared: bool) -> Mention:
        """The record of a place."""
        document, text = self._read(), self._read().text
        part, section, paragraph = self._at(place)
        start, end = place.start, place.end
        return Mention(
            document=document.name,
            title=document.title,
            date=document.metadata.date,
            part=part,
            section=section,
            paragraph=paragraph,
            start=start,
            end=end,
            text=text[start:end],
            before=text[max(0, start - CONTEXT) : start],
            after=text[end : end + CONTEXT],
            place=self._place_of(start, end),
            title_shared=title_shared,
        )


Located = tuple[int, int, Part, tuple[str, ...], int]


def _spans(document: Document) -> Iterator[Located]:
    """Titles, headings and paragraphs, none overlapping: offsets, what it is, section, number."""
    for section in document.sections:
        if section.heading is not None:
            yield section.heading.start, section.heading.end, Part.HEADING, section.path, 0
        for number, span in enumerate(section.paragraphs, 1):
            yield span.start, span.end, Part.TEXT, section.path, number
    # A title may stand in the head of a file and over its text.
    end = min(map(_first, document.sections), default=len(document.text))
    at = document.text.find(document.title, 0, end)
    while at >= 0:
        yield at, at + len(document.title), Part.TITLE, (), 0
        at = document.text.find(document.title, at + len(document.title), end)


def _first(section: Section) -> int:
    starts = [span.start for span in section.paragraphs]
    return min([*starts, *([section.heading.start] if section.heading else [])], default=2**63)


def _stretches(text: str, name: str) -> Iterator[Stretch]:
    """The text as its reader sees it: Markdown paragraph by paragraph, anything else as it is."""
    if not plain_markdown.is_markdown(name):
        yield Stretch(text, 0, range(len(text) + 1))
        return
    start = 0
    ends = [match.end() for match in _BETWEEN_PARAGRAPHS.finditer(text)]
    for end in (*ends, len(text)):
        piece = text[start:end]
        if _MARKUP.search(piece):
            shown, offsets = plain_markdown.plain_with_offsets(piece)
            yield Stretch(shown, start, offsets)
        else:
            yield Stretch(piece, start, range(len(piece) + 1))
        start = end


def _stemmed_as(language: str, otherwise: str) -> str:
    """The language whose endings are folded: the document's own, if it says one that is known."""
    own = language.lower()[:2]
    try:
        stemmer(own)
    except UsageError:
        return otherwise
    return own


def _asks_for_date(node: Node) -> bool:
    match node:
        case Group():
            dated = any(isinstance(each, Dated) for each in node.filters)
            return dated or any(map(_asks_for_date, (*node.nodes, *node.without)))
        case Either():
            return any(map(_asks_for_date, node.nodes))
    return False


def mentions_in(
    index: Path,
    wanted: str,
    *,
    aliases: Iterable[str] = (),
    documents: Iterable[str] | None = None,
) -> Mentions:
    """As `find`, in the published index of a folder; no model is loaded.

    `documents` are named as for `Searcher.where`. Raises UsageError, IndexNotFound,
    IndexOutOfDate or IndexDamaged.
    """
    query.parse(wanted)  # before anything is opened
    with store_at(index).open() as opened:
        return find(opened, wanted, aliases=aliases, documents=named(opened, documents))


def named(opened: OpenedIndex, documents: Iterable[str] | None) -> Collection[str] | None:
    """The exact names of documents as somebody typed them, None for all; raises UsageError."""
    if documents is None:
        return None
    from briefqa.answering.scope import Scopes

    indexed = opened.manifest.indexed()
    scopes = Scopes(
        tuple(source.name for source in indexed),
        [source.title for source in indexed],
        [source.passages for source in indexed],
        opened.passages,
        opened.manifest.rows(),
    )
    return scopes.of(scopes.meant(Where(tuple(documents)))).documents
