"""Cuts a Document into passages, and says what of a passage is indexed and embedded.

Paragraphs become atoms: whole where they are small enough, else sentences, else lines, words or
word pieces. Neighbouring atoms of one section are joined until they are about `TARGET_WORDS`
long. Every atom is a range of the source, so a passage slices it exactly.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from briefqa.records import Document, LineMap, Passage, Place, PlaceUnit, Section, Span
from briefqa.text.lead_in import lead_ins
from briefqa.text.sentences import sentences

TARGET_WORDS = 120
MAX_CHARS = 2_000  # however few word pieces: to a tokenizer a huge word may be a single one
CONTEXT_SHARE = 4  # the context takes at most one part in so many of the window
_TINY_WORDS = TARGET_WORDS // 4
_NEWLINE = re.compile(r"\r\n|\r|\n")
_WORD = re.compile(r"\S+")
_PAUSES = (
    r"[\r\n]",
    r"(?<=[，、；：。])(?=.)",
    r"\s",
)  # the first that a text has is where it is cut


class Window(Protocol):
    """What the embedding model reads at once."""

    @property
    def size(self) -> int:
        """Word pieces of text it reads; its own special pieces and prompt are taken off."""
        ...

    def piece_ends(self, text: str) -> Sequence[int]:
        """The end offset in `text` of each word piece, in order."""
        ...


@dataclass(frozen=True, slots=True)
class WordWindow:
    """A window for tests that needs no model: a piece is a white-space word."""

    size: int = 256

    def piece_ends(self, text: str) -> Sequence[int]:
        """The end of each word."""
        return [word.end() for word in _WORD.finditer(text)]


@dataclass(frozen=True, slots=True)
class _Run:
    """A range that may become a passage, with its size and the paragraphs it spans."""

    start: int
    end: int
    paragraphs: tuple[int, int]
    words: int
    pieces: int


def cut(document: Document, window: Window, language: str = "en") -> list[Passage]:
    """The document's passages in source order; none when its sections hold no paragraph.

    A passage stays in one section, reads `document.text[start:end]`, and fits into `window`
    together with its context. Only white space, and what stands outside the sections'
    paragraphs, is in no passage. `language` is that of a document which does not say, as far as
    its words do not tell.
    """
    language = document.metadata.language or language
    place_of = _places(document)
    passages = []
    for section in document.sections:
        head = context(document.title, section.path, window)
        most = max(1, window.size - (len(window.piece_ends(head + "\n")) if head else 0))
        for run in _joined(document.text, _atoms(document, section, window, most, language), most):
            start, end = run.start, run.end
            passages.append(
                Passage(
                    document=document.name,
                    title=document.title,
                    section=section.path,
                    text=document.text[start:end],
                    start=start,
                    end=end,
                    paragraphs=run.paragraphs,
                    place=place_of(start, end),
                )
            )
    return passages


def _places(document: Document) -> Callable[[int, int], Place]:
    """A function from a range of the text, not empty, to the place where it stands in the file."""
    if document.lines.starts:
        return lambda start, end: _page(document, *_pages(document.lines, start, end))
    if starts := document.page_starts:
        return lambda start, end: _page(
            document, bisect_right(starts, start), bisect_right(starts, end - 1)
        )
    if not document.encoding:  # the lines of an extracted text are not the file's
        return lambda _start, _end: Place(PlaceUnit.NONE)
    begins = (0, *(newline.end() for newline in _NEWLINE.finditer(document.text)))
    return lambda start, end: Place(
        PlaceUnit.LINE, bisect_right(begins, start), bisect_right(begins, end - 1)
    )


def _pages(lines: LineMap, start: int, end: int) -> tuple[int, int]:
    """The first and the last page on which a range of the text stands."""
    on = [lines.pages[row] for row in lines.within(start, end)]
    return min(on), max(on)


def _page(document: Document, first: int, last: int) -> Place:
    labels = document.page_labels
    label = ""
    if labels and any(labels[page - 1] for page in (first, last) if page <= len(labels)):
        named = [labels[page - 1] or str(page) for page in (first, last) if page <= len(labels)]
        label = "–".join(dict.fromkeys(named))
    if label == ("–".join(map(str, dict.fromkeys((first, last))))):
        label = ""
    return Place(document.page_unit, first, last, label)


def context(title: str, section: tuple[str, ...], window: Window) -> str:
    """`Title › Section` on one line, put before a passage when it is embedded.

    Takes at most a quarter of the window: the outermost parts go first, then the end of the
    innermost. Empty when nothing fits.
    """
    most = window.size // CONTEXT_SHARE
    parts = [line for part in (title, *section) if (line := " ".join(part.split()))]
    while parts:
        line = " › ".join(parts)
        if len(line) <= MAX_CHARS and len(window.piece_ends(line)) <= most:
            return line
        if len(parts) == 1:
            return _shortened(line[:MAX_CHARS], most, window)
        del parts[0]
    return ""


def headings(passage: Passage) -> str:
    """The title and headings of a passage, which are searched by their words as its text is."""
    return "\n".join((passage.title, *passage.section))


def embedded_texts(passage: Passage, window: Window, language: str) -> list[str]:
    """What is embedded of a passage: the whole, then each sentence if there are several.

    Each has the passage's context on a line before it, a row the header of its table too, an item
    what leads in its list, and at most `window.size` pieces.
    """
    head = context(passage.title, passage.section, window)
    own = sentence_texts(passage.text, sentences(passage.text, language))
    return [_in_context(head, text, window) for text in (passage.text, *(own if own[1:] else ()))]


def sentence_texts(text: str, spans: Sequence[Span]) -> list[str]:
    """What is searched of each sentence of a text: itself, after what it stands under."""
    return [
        "\n".join(text[one.start : one.end] for one in (*above, span))
        for span, above in zip(spans, lead_ins(text, spans), strict=True)
    ]


def _in_context(head: str, text: str, window: Window) -> str:
    """Should the two together make more pieces than apart, the context gives way."""
    while head:
        both = f"{head}\n{text}"
        excess = len(window.piece_ends(both)) - window.size
        if excess <= 0:
            return both
        head = _shortened(head, len(window.piece_ends(head)) - excess, window)
    return text


def _shortened(line: str, pieces: int, window: Window) -> str:
    """The line's beginning, at most so many pieces long."""
    ends = window.piece_ends(line)
    if len(ends) > pieces:
        line = line[: ends[pieces - 1]] if pieces > 0 else ""
    return line.rstrip()


def _joined(text: str, atoms: Iterable[_Run], most: int) -> list[_Run]:
    """The atoms joined as long as that brings a run nearer to the target.

    Here and below, `most` is how many pieces a passage may have.
    """
    runs: list[_Run] = []
    for atom in atoms:
        both = _both(text, runs[-1], atom, most) if runs else None
        if both and abs(both.words - TARGET_WORDS) < abs(runs[-1].words - TARGET_WORDS):
            runs[-1] = both
        else:
            runs.append(atom)
    if len(runs) > 1 and runs[-1].words < _TINY_WORDS:
        both = _both(text, runs[-2], runs[-1], most)
        if both:
            runs[-2:] = [both]
    return runs


def _both(text: str, one: _Run, other: _Run, most: int) -> _Run | None:
    """Two neighbours as one run; None when too long or with more than white space between."""
    pieces = one.pieces + other.pieces
    if other.end - one.start > MAX_CHARS or pieces > most or text[one.end : other.start].strip():
        return None
    paragraphs = (one.paragraphs[0], other.paragraphs[1])
    return _Run(one.start, other.end, paragraphs, one.words + other.words, pieces)


def _atoms(
    document: Document, section: Section, window: Window, most: int, language: str
) -> Iterator[_Run]:
    """The section's paragraphs in order, those that are too long in parts."""
    text = document.text
    behind = section.paragraphs[0].start if section.paragraphs else 0
    for number, paragraph in enumerate(section.paragraphs, start=1):
        for part in _parts(text, paragraph, window, most, language):
            # White space may be pieces too, so what stands between is counted along.
            between = behind if part.start - behind <= MAX_CHARS else part.start
            pieces = len(window.piece_ends(text[between : part.end]))
            words = len(text[part.start : part.end].split())
            yield _Run(part.start, part.end, (number, number), words, pieces)
            behind = part.end


def _parts(text: str, paragraph: Span, window: Window, most: int, language: str) -> Iterator[Span]:
    """The paragraph itself when it fits, else its sentences, else pieces of them."""
    if _small(text, paragraph, window, most):
        yield paragraph
        return
    start = paragraph.start
    for one in sentences(text[start : paragraph.end], language):
        sentence = Span(start + one.start, start + one.end)
        if _small(text, sentence, window, most):
            yield sentence
        else:
            yield from _slices(text, sentence, window, most)


def _small(text: str, span: Span, window: Window, most: int) -> bool:
    return (
        span.end - span.start <= MAX_CHARS
        and len(window.piece_ends(text[span.start : span.end])) <= most
    )


def _slices(text: str, span: Span, window: Window, most: int) -> Iterator[Span]:
    """A range without usable sentence ends, cut where `_last_break` says, or at a piece's end."""
    start = span.start
    while start < span.end:
        chunk = text[start : min(start + MAX_CHARS, span.end)]
        ends = window.piece_ends(chunk)
        length = len(chunk) if len(ends) <= most else max(1, ends[most - 1])
        if start + length < span.end:
            length = _last_break(chunk[: length + 1]) or length
        trimmed = _trimmed(text, start, start + length)
        if trimmed:
            yield trimmed
        start += length


def _last_break(chunk: str) -> int:
    """The last line end in the chunk's second half, else the last pause of Chinese or Japanese
    there, else the last white space, else 0.
    """
    half = len(chunk) // 2
    for pause in _PAUSES:
        places = [match.start() for match in re.finditer(pause, chunk[half:])]
        if places and half + places[-1] > 0:
            return half + places[-1]
    return 0


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """The range without outer white space, None when nothing is left."""
    piece = text[start:end]
    if not piece.strip():
        return None
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))
