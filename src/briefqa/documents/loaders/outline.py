"""Collects headings and paragraphs, in source order, into Sections; and what all loaders share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from briefqa.records import Section, Span

_MOST_LABEL_CHARS = 300
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
    paragraphs: list[Span] = field(default_factory=list)


class Outline:
    """Collects the headings and paragraphs of one document."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._drafts = [_Draft((), None)]

    def heading(self, level: int, words: str, span: Span) -> None:
        """Begin a section; it stands under the last heading of a smaller level."""
        while self._open and self._open[-1].level >= level:
            self._open.pop()
        self._open.append(_Open(level, one_line(words)))
        path = tuple(heading.words for heading in self._open if heading.words)
        self._drafts.append(_Draft(path, span))

    def paragraph(self, span: Span) -> None:
        """Add a paragraph to the section last begun; an empty span is none."""
        if span.start < span.end:
            self._drafts[-1].paragraphs.append(span)

    def extend(self, end: int) -> None:
        """Let the paragraph last added go on up to `end`."""
        paragraphs = self._drafts[-1].paragraphs
        paragraphs[-1] = Span(paragraphs[-1].start, end)

    def sections(self) -> tuple[Section, ...]:
        """Every section in source order; the lead only when it has paragraphs."""
        return tuple(
            Section(draft.path, draft.heading, tuple(draft.paragraphs))
            for draft in self._drafts
            if draft.heading is not None or draft.paragraphs
        )
