"""How a passage is cited: in full, as other programs take it, and briefly beside an answer.

Nothing is added to what a document says of itself. A date that can be read is written as the form
wants it, any other as it stands there.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from briefqa.records import DocumentInfo, Metadata, Passage, section_text
from briefqa.text import markdown

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_MONTH = "(?:" + "|".join(f"{month[:3]}(?:{month[3:]})?" for month in _MONTHS) + r"|Sept)\b\.?"
_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ][\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)?)?")
_DAY_FIRST = re.compile(rf"(?:(\d{{1,2}})\s+)?({_MONTH})(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"({_MONTH})\s+(\d{{1,2}})(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
_BRACKETS = re.compile(r"(?<!\s)\s*+\([^()]*\)")
_SUBTITLE = re.compile(r"(?<=\w)(?::\s|\s[–—-]\s).*", re.DOTALL)
_LONGEST_NAME = 60


class Style(StrEnum):
    """The forms a citation can be had in."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    CHICAGO = "chicago"
    CSL_JSON = "csl-json"


def cite(passage: Passage, about: Metadata, style: Style = Style.PLAIN) -> str:
    """The passage's citation; `about` is what its document says of itself.

    PLAIN: `TASS, “Title”, 18 January 2017 › Section › ¶1 (brief.md, lines 3–4)`. MARKDOWN is the
    same, escaped. CHICAGO is a note of the Chicago Manual of Style, without its number. CSL_JSON is
    a list of one item, as reference managers read it.
    """
    match style:
        case Style.PLAIN:
            return _plain(passage, about)
        case Style.MARKDOWN:
            return markdown.line(_plain(passage, about))
        case Style.CHICAGO:
            return _chicago(passage, about)
        case Style.CSL_JSON:
            return json.dumps([csl_item(passage, about)], ensure_ascii=False, indent=1)


def csl_item(passage: Passage, about: Metadata) -> dict[str, Any]:
    """The passage's document as an item of CSL-JSON, with its section; the note says the rest."""
    parts = date_parts(about.date)
    issued = None
    if about.date:
        issued = {"date-parts": [parts]} if parts and parts[0] else {"literal": about.date}
    item = {
        "id": str(PurePosixPath(passage.document).with_suffix("")),
        "type": "document",
        "title": one_line(passage.title),
        "author": [{"literal": about.author}] if about.author else None,
        "publisher": publisher(about),
        "publisher-place": about.place,
        "issued": issued,
        "language": about.language,
        "section": section_text(passage.section),
        "note": f"{_paragraphs(passage, '¶', '¶')}; {passage.location}",
    }
    return {name: value for name, value in item.items() if value}


def publisher(about: Metadata | DocumentInfo) -> str:
    """The document's source without what is in brackets, and without a date that it repeats."""
    parts = _BRACKETS.sub("", about.source).split(",")
    named = [part.strip() for part in parts if date_parts(part.strip()) is None]
    return ", ".join(part for part in named if part)


def date_parts(date: str) -> list[int] | None:
    """Year, month and day of a date, as many as it has; the year is 0 where it has none.

    None for what is no date: only ISO dates and those with an English month are read.
    """
    if iso := _ISO.fullmatch(date):
        parts = [int(part) for part in iso.groups() if part]
    elif found := _MONTH_FIRST.fullmatch(date):
        parts = [int(found[3] or 0), _month(found[1]), int(found[2])]
    elif found := _DAY_FIRST.fullmatch(date):
        parts = [int(found[3] or 0), _month(found[2]), *([int(found[1])] if found[1] else [])]
    else:
        return None
    in_range = all(1 <= part <= most for part, most in zip(parts[1:], (12, 31), strict=False))
    return parts if in_range else None


class ShortCitations:
    """Citations among these documents, as short as each can be told from the others."""

    def __init__(self, documents: Iterable[DocumentInfo]) -> None:
        self.documents = tuple(documents)
        self._infos = {info.name: info for info in self.documents}
        self._used = Counter(name for info in self._infos.values() for name in set(_names(info)))

    def document(self, passage: Passage) -> str:
        """`TASS, 18 Jan 2017`, or else the title, without its subtitle where that is enough."""
        info = self._infos.get(passage.document)
        if info is None or info.title != passage.title:  # it was indexed anew, or has gone
            return passage.title
        return next((name for name in _names(info) if self._used[name] == 1), passage.title)

    def place(self, passage: Passage) -> str:
        """`Doctors and hot meals · ¶1`: of the headings no more than tell the section apart."""
        info = self._infos.get(passage.document)
        path, paths = passage.section, set(info.sections) if info else set()
        shown = next(
            (
                path[depth:]
                for depth in range(len(path) - 1, 0, -1)
                if sum(other[-len(path[depth:]) :] == path[depth:] for other in paths) == 1
            ),
            path,
        )
        paragraphs = _paragraphs(passage, "¶", "¶")
        return " · ".join(filter(None, (section_text(list(map(one_line, shown))), paragraphs)))


def _names(info: DocumentInfo) -> Sequence[str]:
    """What a document may be called, the best first; the last is its own alone."""
    who = info.author or publisher(info).split(",")[0]
    title = one_line(info.title)
    names = [_SUBTITLE.sub("", title), title, f"{title} ({info.name})"]
    if who and info.date and len(who) <= _LONGEST_NAME:
        names.insert(0, f"{who}, {date_in_words(info.date, short=True)}")
    return names


def _plain(passage: Passage, about: Metadata) -> str:
    title = f"“{one_line(passage.title)}”"
    issued_by = publisher(about)
    where = about.place if about.place not in issued_by else ""
    names = (about.author, issued_by, where, title, date_in_words(about.date))
    head = ", ".join(filter(None, names))
    place = section_text([*map(one_line, passage.section), _paragraphs(passage, "¶", "¶")])
    return f"{head} › {place} ({passage.location})"


def _chicago(passage: Passage, about: Metadata) -> str:
    date = date_in_words(about.date, month_first=True)
    pages = passage.place.numbered if passage.place.unit == "page" else ""
    heading = f"under {_quoted(passage.section[-1])}" if passage.section else ""
    parts = [
        about.author,
        _quoted(passage.title),
        publisher(about),
        date,
        pages.removeprefix("pages ").removeprefix("page ") or heading,
        "" if pages else _paragraphs(passage, "para. ", "paras. "),
    ]
    # A comma goes inside the marks that it follows.
    return ", ".join(filter(None, parts)).replace("”,", ",”") + "."


def _quoted(title: str) -> str:
    inner = one_line(title).replace("“", "‘").replace("”", "’")
    return f"“{inner}”"


def _paragraphs(passage: Passage, one: str, several: str) -> str:
    first, last = passage.paragraphs
    return f"{one}{first}" if first == last else f"{several}{first}–{last}"


def date_in_words(date: str, *, short: bool = False, month_first: bool = False) -> str:
    """The date as `18 January 2017`, `18 Jan 2017` or `January 18, 2017`; as it is if unread."""
    parts = date_parts(date)
    if parts is None:
        return date
    year, month, day = (*parts, 0, 0)[:3]
    if not month:
        return str(year)
    named = _MONTHS[month - 1][:3] if short else _MONTHS[month - 1]
    if month_first:
        named = f"{named} {day}" if day else named
        return f"{named}, {year}" if year and day else f"{named} {year}" if year else named
    return " ".join(str(part) for part in (day, named, year) if part)


def _month(name: str) -> int:
    return next(
        number for number, month in enumerate(_MONTHS, 1) if month[:3] == name[:3].capitalize()
    )


def one_line(text: str) -> str:
    """The text with each run of white space as one space."""
    return " ".join(text.split())
