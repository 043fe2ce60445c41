"""Collects headings and paragraphs, in source order, into Sections; and what all loaders share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import PurePosixPath

from briefqa.records import Section, Span

_MOST_LABEL_CHARS = 300
_SECTIONS = 2_000
_SECTION_CHARS = 200
_PATHS_CHARS = 100_000
_FEWEST_WORDS_SAID = 4
# What a heading says something with: a verb, or a number that is no year and counts something.
_SAYING = re.compile(
    r"(?i)\s(?:shall|must|may|might|will|would|should|cannot|can|is|are|was|were|has|have|had|does|did"
    r"|becomes?|became|remains?|rises?|rose|falls?|fell|darf|muss|müssen|ist|sind|wird|werden|wurden?"
    r"|kann|hat|haben|est|sont|doit|peut|devient|es|debe)\s"
    r"|\s[€$£]?(?!(?:1[5-9]|20)\d\d\b)\d[\d.,]{0,15}"
    r"(?:\s?[%€$£°]|\sto\s\d|(?-i:\s(?!(?:of|and|or|in|the|to|for)\b)[a-zà-ÿ]{2,40}))"
)
_ASKING = re.compile(r"(?i)(?:who|what|how|why|when|where|which|wer|was|wie|warum|wann|wo|que)\b")
_LABELLED = re.compile(
    r"(?i)(?:part|chapter|section|article|annex|appendix|table|figure|step|phase|volume|teil|kapitel"
    r"|abschnitt|artikel|anhang|partie|chapitre|capítulo)\s{1,3}[\dIVXLC]"
)
_NEWLINE = re.compile(r"\r\n|\r|\n")


def line_spans(text: str) -> list[Span]:
    """Every line of `text` without its newline (LF, CRLF or CR), in order."""
    spans = []
    start = 0
    for newline in _NEWLINE.finditer(text):
        spans.append(Span(start, newline.start()))
        start = newline.end()
    spans.append(Span(start, len(text)))
    return spans


def without(text: str, left_out: Sequence[Span]) -> tuple[str, tuple[int, ...]]:
    """The text less the ranges left out, and where each of its lines starts in what is left.

    The ranges are in order and do not overlap. See `Document.line_starts`.
    """
    kept, starts = [], []
    end = gone = 0
    lines = iter([span.start for span in line_spans(text)])
    line = next(lines, None)
    for span in [*left_out, Span(len(text), len(text))]:
        while line is not None and line <= span.start:
            starts.append(line - gone)
            line = next(lines, None)
        kept.append(text[end : span.start])
        gone += span.end - span.start
        end = span.end
        while line is not None and line < end:
            starts.append(end - gone)
            line = next(lines, None)
    return "".join(kept), tuple(starts)


def trimmed(text: str, start: int, end: int) -> Span:
    """The range without its outer white space; empty, at `start`, when nothing else is there."""
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return Span(start + left, start + len(piece.rstrip())) if piece.strip() else Span(start, start)


def one_line(words: str) -> str:
    """A title or heading with each run of white space as one space, cut where it is endless."""
    # YAML can spell half a character; no file can be written with one.
    line = " ".join(words.encode("utf-8", "replace").decode("utf-8").split())
    return line if len(line) <= _MOST_LABEL_CHARS else line[: _MOST_LABEL_CHARS - 1].rstrip() + "…"


def title_from_name(name: str) -> str:
    """A title made of a file's name: its stem with dashes and underscores as spaces."""
    stem = PurePosixPath(name).stem
    return one_line(stem.replace("-", " ").replace("_", " ")) or stem or name


def says(heading: str) -> bool:
    """Whether a heading says something, as a sentence does, rather than names what is below it."""
    return (
        len(heading.split()) >= _FEWEST_WORDS_SAID
        and not (heading.endswith("?") or _ASKING.match(heading))
        and not _LABELLED.match(heading)
        and _SAYING.search(heading) is not None
    )


@dataclass(slots=True)
class _Open:
    """A heading that further headings may stand under."""

    level: int
    words: str


@dataclass(slots=True)
class _Draft:
    """A section that still collects paragraphs."""

    path: tuple[str, ...]
    heading: Span | None
    level: int = 0
    paragraphs: list[Span] = field(default_factory=list)


class Outline:
    """Collects the headings and paragraphs of one document.

    Each section is passages of its own, with the headings above it. So that a document costs time
    and room in proportion to its length, there are at most 2,000 sections and one more for each
    200 characters that stand before, and the headings above all of them together have at most
    100,000 characters and as many more as stand before; headings beyond that are read as
    paragraphs.
    """

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._drafts = [_Draft((), None)]
        self._too_many = 0
        self._paths_chars = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """What became of headings that are too many, see `Document.notes`."""
        if not self._too_many:
            return ()
        begun = len(self._drafts) - 1
        return (f"only {begun:,} of its {begun + self._too_many:,} headings begin a section",)

    def heading(self, level: int, words: str, span: Span, block: Span | None = None) -> None:
        """Begin a section; it stands under the last heading of a smaller level.

        `block` is the heading with its marks, where it has any.
        """
        if (
            len(self._drafts) > _SECTIONS + span.start // _SECTION_CHARS
            or self._paths_chars > _PATHS_CHARS + span.start
        ):
            self._too_many += 1
            self.paragraph(block or span)
            return
        while self._open and self._open[-1].level >= level:
            self._open.pop()
        self._open.append(_Open(level, one_line(words)))
        path = tuple(heading.words for heading in self._open if heading.words)
        self._paths_chars += sum(map(len, path))
        self._drafts.append(_Draft(path, span, level))

    def paragraph(self, span: Span) -> None:
        """Add a paragraph to the section last begun; an empty span is none."""
        if span.start < span.end:
            self._drafts[-1].paragraphs.append(span)

    def extend(self, end: int) -> None:
        """Let the paragraph last added go on up to `end`."""
        paragraphs = self._drafts[-1].paragraphs
        paragraphs[-1] = Span(paragraphs[-1].start, end)

    def sections(self) -> tuple[Section, ...]:
        """Every section in source order; the lead only when it has paragraphs.

        A heading that nothing stands under, no other heading either, is a paragraph of its own
        section: it may be all that is said ("Decision: the crane is sold"). One that only other
        headings stand under is if it says something ("The fee becomes 12 marks").
        """
        for draft, following in zip_longest(self._drafts, self._drafts[1:]):
            if draft.paragraphs or draft.heading is None or not draft.path:
                continue
            if draft.heading.start < draft.heading.end and (
                following is None or following.level <= draft.level or says(draft.path[-1])
            ):
                draft.paragraphs.append(draft.heading)
        return tuple(
            Section(draft.path, draft.heading, tuple(draft.paragraphs))
            for draft in self._drafts
            if draft.heading is not None or draft.paragraphs
        )
