"""The headings and numbered parts of every document of a generation: its table of contents.

Read from the documents once, when first needed. A part is known by its heading's words, in bold at
the start of a paragraph too, or by its label: `Article 4`, `§ 7`, `2.5`, `(a)`, `IV.` at the start
of a heading, a paragraph or an item. An e-mail is known by its writer and date.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Protocol

import numpy as np
import regex

from briefqa.answering.scope import Passages
from briefqa.records import Document, Section
from briefqa.text.words import plain_words

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]

SMALL_WORDS = frozenset(
    "a an the of on in at to for by with and or from is are was were be it its".split()
)
UNITS = (
    "clause article section sec paragraph para item point rule chapter regulation part annex "
    "appendix schedule art step motion requirement table figure subsection provision amendment "
    "exhibit attachment recital principle resolution minute"
).split()
_SAME_UNIT = {
    "sec": "section",
    "art": "article",
    "para": "paragraph",
    "§": "section",
    "§§": "section",
}
_LABEL = regex.compile(
    r"[\s\-*+>#_]*(?:(?P<unit>(?i:" + "|".join(UNITS) + r")\b\.?|§§?)\s*)?"
    r"(?:(?:No|Nr|no|nr)\.?\s*(?=\d))?"
    r"(?P<number>\d{1,4}(?:\.\d{1,3})*[a-z]?\b(?:\s?\(\w{1,4}\))*|[IVXLC]+\b(?:\.\d+)*|[A-Z]\b"
    r"|\((?:\d{1,3}|[a-z]|[ivx]+)\)|[a-z](?=\)))"
    r"(?P<stop>[.):]+|[*_]+)?(?=\s|$|[*_])"
)
_CAPITAL_NEXT = regex.compile(r"[*_]*\s+[\"“(\[*_]*\p{Lu}")
_ROMAN = regex.compile(r"(?i)x{0,3}(?:ix|iv|v?i{0,3})")
_LINE = regex.compile(r"[^\r\n]+")
ATTACHED = frozenset("annex appendix schedule exhibit attachment".split())
_RUN_IN = regex.compile(r"(?:\*\*|__)(?P<bold>[^*_\r\n]{2,200})(?:\*\*|__)|P\.? ?S\.(?= )")
_HEADER = regex.compile(
    r"^From:[ \t]*(?P<from>[^\r\n]{1,200})"
    r"(?:\r?\n(?:[A-Z][\w\-]{1,20}:[^\r\n]{0,500}|[ \t][^\r\n]{1,500})){1,12}",
    regex.MULTILINE,
)
_SENT = regex.compile(r"^(?:Date|Sent):[ \t]*(?P<date>[^\r\n]{1,80})", regex.MULTILINE)
MAIL = "mail"

Key = tuple[str, ...]


class Documents(Protocol):
    """The documents of a generation, in order."""

    def __iter__(self) -> Iterator[Document]: ...


@dataclass(frozen=True, slots=True)
class Part:
    """A section, a numbered or headed paragraph or item, or an e-mail: `text[start:end]` of
    document number `document`.

    `path` is that of the section it is or stands in; `is_section` says which. `words` are those of
    its heading without small ones and label, empty where it has none; an e-mail's are its writer
    and date. `unit` is that of its label ("article"), empty where the label has none, and `keys`
    are the numbers it goes by, its own first, then with those of the parts around it.
    """

    document: int
    path: tuple[str, ...]
    is_section: bool
    words: tuple[str, ...]
    unit: str
    keys: tuple[Key, ...]
    start: int
    end: int

    @property
    def heading(self) -> str:
        """The innermost heading, empty for the lead."""
        return self.path[-1] if self.path else ""


class Contents:
    """The parts of one generation's documents; safe to share between threads."""

    def __init__(self, documents: Documents, counts: Iterable[int], passages: Passages) -> None:
        """`counts` are the passages of each document, in order."""
        self._documents = documents
        self._passages = passages
        self._ends = [0, *accumulate(counts)]
        self._parts: tuple[Part, ...] | None = None
        self._titles: tuple[tuple[str, ...], ...] = ()
        self._lock = threading.Lock()

    def parts(self) -> tuple[Part, ...]:
        """Every part with text, in document order."""
        with self._lock:
            if self._parts is None:
                parts: list[Part] = []
                titles: list[tuple[str, ...]] = []
                for number, document in enumerate(self._documents):
                    titles.append(plain_words(document.title))
                    parts.extend(parts_of(number, document))
                self._parts, self._titles = tuple(parts), tuple(titles)
            return self._parts

    def title_words(self, document: int) -> tuple[str, ...]:
        """The plain words of a document's title."""
        self.parts()
        return self._titles[document]

    def rows_of(self, part: Part) -> list[int]:
        """The passages that hold some of a part, ascending."""
        first, end = self._ends[part.document], self._ends[part.document + 1]
        chosen = []
        for row in range(first, end):
            passage = self._passages[row]
            if passage.start < part.end and passage.end > part.start:
                chosen.append(row)
        return chosen

    def rows_of_document(self, document: int) -> range:
        """The passages of a document."""
        return range(self._ends[document], self._ends[document + 1])

    def document_of(self, row: int) -> int:
        """The number of a passage's document."""
        return bisect_right(self._ends, row) - 1

    def rows_headed(self, phrase: Sequence[str]) -> Rows:
        """The passages under a heading that holds these plain words in a row, int64 ascending."""
        rows: set[int] = set()
        for part in self.parts():
            if part.is_section and in_a_row(phrase, plain_words(part.heading)):
                rows.update(self.rows_of(part))
        return np.array(sorted(rows), np.int64)

    def rows_titled(self, phrase: Sequence[str]) -> Rows:
        """The passages of documents whose title holds these plain words in a row, ascending."""
        self.parts()
        numbers = [n for n, title in enumerate(self._titles) if in_a_row(phrase, title)]
        rows = [row for number in numbers for row in self.rows_of_document(number)]
        return np.array(rows, np.int64)


def in_a_row(phrase: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the words hold the phrase, one word after the other."""
    length = len(phrase)
    return any(
        tuple(words[start : start + length]) == tuple(phrase)
        for start in range(len(words) - length + 1)
    )


def heading_words(heading: str) -> tuple[str, ...]:
    """The plain words of a heading without its label and small words; all where none is left."""
    label = _label(heading)
    rest = heading[label.end() :] if label else heading
    words = plain_words(rest) or plain_words(heading)
    return tuple(word for word in words if word not in SMALL_WORDS) or words


def key_of(number: str) -> Key:
    """The parts of a number: `2.5(a)` is 2, 5, a; a Roman one is its value."""
    parts: list[str] = regex.findall(r"\d+|[a-z]+", number.lower())
    if len(parts[:1]) and _ROMAN.fullmatch(parts[0]) and not number.startswith("("):
        parts[0] = str(_value(parts[0]))
    return tuple(parts)


def unit_of(word: str) -> str:
    """The unit in full, in lower case: `Art.` is article."""
    plain = word.lower().rstrip(".")
    plain = _SAME_UNIT.get(plain, plain)
    if plain not in UNITS and plain.endswith("s") and plain[:-1] in UNITS:
        plain = plain[:-1]
    return plain


def parts_of(number: int, document: Document) -> Iterator[Part]:
    """The parts of a document with text: the sections, each followed by those in it, e-mails."""
    labels: list[tuple[tuple[str, ...], str, Key]] = []  # of the headings above, outermost first
    mails = dict(_mails(number, document.text))
    for place, section in enumerate(document.sections):
        labels = [
            one for one in labels if len(one[0]) < len(section.path) and _under(section, one[0])
        ]
        above = [key for _, _, key in labels]
        unit, key = _labelled(section.path[-1]) if section.path else ("", ())
        if key:
            labels.append((section.path, unit, key))
        paragraphs = list(section.paragraphs)
        for later in document.sections[place + 1 :]:
            if len(later.path) <= len(section.path) or not _under(later, section.path):
                break
            paragraphs.extend(later.paragraphs)
        if not paragraphs:
            continue
        if paragraphs[0].start not in mails:
            yield Part(
                document=number,
                path=section.path,
                is_section=True,
                words=heading_words(section.path[-1]) if section.path else (),
                unit=unit,
                keys=_keys(above, key),
                start=paragraphs[0].start,
                end=paragraphs[-1].end,
            )
        yield from _numbered(number, document.text, section, [one[1:] for one in labels])
        yield from _headed(number, document.text, section)
    yield from mails.values()


def _under(section: Section, path: tuple[str, ...]) -> bool:
    return section.path[: len(path)] == path


def _numbered(
    number: int, text: str, section: Section, above: Sequence[tuple[str, Key]]
) -> Iterator[Part]:
    """The numbered paragraphs of a section, and the numbered lines of those that start with one.

    Those that are numbered in another way than the one before stand in it, up to the next one that
    is numbered as it is. `above` are the units and numbers of the headings.
    """
    found: list[tuple[int, int, str, tuple[Key, ...]]] = []
    around: list[tuple[str, Key]] = []  # how, and the number, of those that the next stands in
    for paragraph in section.paragraphs:
        for line in _LINE.finditer(text, paragraph.start, paragraph.end):
            label = _label(line.group())
            if label is None:
                if line.start() == paragraph.start:
                    break  # running text: a number at the start of a line is only wrapped there
                continue
            unit = unit_of(label["unit"] or "")
            key = key_of(label["number"])
            style = unit or _style(label["number"], around)
            if unit in ATTACHED:
                around = []
            styles = [one for one, _ in around]
            if style in styles:
                around = around[: styles.index(style)]
            elif unit:
                around = [one for one in around if one[0] in UNITS]
            outer = [one for of, one in above if not unit or (of != unit and unit not in ATTACHED)]
            keys = _keys([*outer, *(one for _, one in around)], key)
            found.append((line.start(), len(around), unit, keys))
            around = [*around, (style, key)]
    end = section.paragraphs[-1].end if section.paragraphs else 0
    for place, (start, depth, unit, keys) in enumerate(found):
        later = (one[0] for one in found[place + 1 :] if one[1] <= depth)
        yield Part(number, section.path, False, (), unit, keys, start, next(later, end))


def _style(written: str, around: Sequence[tuple[str, Key]]) -> str:
    """How a label without a unit is numbered: `2.5`, `(2)`, `(b)` and `(ii)` are four ways."""
    sign = written.strip("()")
    if sign[:1].isdigit():
        return "(1)" if written.startswith("(") else "." * written.count(".") + "1"
    last = dict(around).get("a", ("",))[-1]
    follows = len(sign) == 1 and last and ord(sign.lower()) == ord(last[0]) + 1
    return "i" if _ROMAN.fullmatch(sign) and not follows else "a"


def _headed(number: int, text: str, section: Section) -> Iterator[Part]:
    """The paragraphs of a section with a heading of their own at their start, in bold."""
    found = [
        (paragraph, heading)
        for paragraph in section.paragraphs
        if (heading := _RUN_IN.match(text, paragraph.start, paragraph.end))
    ]
    for paragraph, heading in found:
        words = heading_words(heading["bold"] or heading[0])
        if words and not _label(heading["bold"] or ""):
            yield Part(number, section.path, False, words, "", (), paragraph.start, paragraph.end)


def _mails(number: int, text: str) -> Iterator[tuple[int, Part]]:
    """The e-mails of a document, each without its header, and where that starts."""
    headers = [
        (header, sent["date"])
        for header in _HEADER.finditer(text)
        if (sent := _SENT.search(text, header.start(), header.end()))
    ]
    ends = [*(header.start() for header, _ in headers[1:]), len(text)]
    for (header, date), end in zip(headers, ends, strict=False):
        body = text[header.end() : end].rstrip().rstrip("-_=*")  # a rule before the next one
        start = header.end() + len(body) - len(body.lstrip())
        words = plain_words(f"{header['from'].partition('<')[0]} {date}")
        if body.strip():
            stop = header.end() + len(body.rstrip())
            yield header.start(), Part(number, (), False, words, MAIL, (), start, stop)


def _label(text: str) -> regex.Match[str] | None:
    """The label that a heading or line starts with, None where it has none."""
    label = _LABEL.match(text)
    if label is None or label["unit"]:
        return label
    written = label["number"]
    if label["stop"] or written.startswith("("):
        stop = label["stop"] or ""
        plain = len(written) == 1 and written.isupper() and written not in "IVX"
        return None if plain and ")" not in stop else label
    dotted = "." in written or "(" in written
    whole = label.end() == len(text.rstrip())
    return label if dotted and (whole or _CAPITAL_NEXT.match(text, label.end())) else None


def _labelled(heading: str) -> tuple[str, Key]:
    label = _label(heading)
    return (unit_of(label["unit"] or ""), key_of(label["number"])) if label else ("", ())


def _keys(above: Sequence[Key], own: Key) -> tuple[Key, ...]:
    """The numbers a part goes by: its own, then with those around it, innermost first.

    A number that starts with the one around it, 2.5 in 2, has it already.
    """
    if not own:
        return ()
    keys, inner = [own], own
    for outer in reversed(above):
        if len(inner) <= len(outer) or inner[: len(outer)] != outer:
            keys.append(outer + keys[-1])
        inner = outer
    return tuple(keys)


def _value(roman: str) -> int:
    values = {"i": 1, "v": 5, "x": 10}
    numbers = [values[sign] for sign in roman]
    return sum(-one if one < max(numbers[place:]) else one for place, one in enumerate(numbers))
