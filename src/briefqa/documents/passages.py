"""Cuts a Document into passages, and says what of a passage is indexed and embedded.

Paragraphs become atoms: whole where they are small enough, else sentences, else lines, words or
word pieces. Neighbouring atoms of one section are joined until they are about `TARGET_WORDS`
long. Every atom is a range of the source, so a passage slices it exactly.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from briefqa.citations import date_in_words
from briefqa.documents import loaders, placing
from briefqa.records import Document, Passage, Section, Span
from briefqa.text.lead_in import lead_ins
from briefqa.text.line_breaks import is_header_row
from briefqa.text.sentences import sentences

TARGET_WORDS = 120
MAX_CHARS = 2_000  # however few word pieces: to a tokenizer a huge word may be a single one
CONTEXT_SHARE = 4  # the context takes at most one part in so many of the window
_TINY_WORDS = TARGET_WORDS // 4
_WORD = re.compile(r"\S+")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
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
    """A range that may become a passage, with its size and the paragraphs it spans.

    `header` is that of the table whose rows it begins with.
    """

    start: int
    end: int
    paragraphs: tuple[int, int]
    words: int
    pieces: int
    header: _Header | None = None


@dataclass(frozen=True, slots=True)
class _Header:
    """The header of a table, a range of the text, and its size in word pieces."""

    span: Span
    pieces: int


def cut(document: Document, window: Window, language: str = "en") -> list[Passage]:
    """The document's passages in source order; none when its sections hold no paragraph.

    A passage stays in one section, reads `document.text[start:end]`, and fits into `window`
    together with its context, and with the header of its table where that is short. Only white
    space, and what stands outside the sections' paragraphs, is in no passage. `language` is that of
    a document which does not say, as far as its words do not tell.
    """
    language = document.metadata.language or language
    place_of = placing.places(document)
    passages = []
    for section in document.sections:
        head = context(document.title, section.path, window)
        most = max(1, window.size - (len(window.piece_ends(head + "\n")) if head else 0))
        for run in _joined(document.text, _atoms(document, section, window, most, language), most):
            start, end, header = run.start, run.end, _header_of(run)
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
                    language=document.metadata.language,
                    table_header=document.text[header.start : header.end] if header else "",
                )
            )
    return passages


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


def headings(passage: Passage, date: str = "") -> str:
    """What stands over a passage and is searched by its words as its text is.

    The title and headings; the `date` of its document, as written and in words; the years in its
    file's path.
    """
    years = [year for year in _YEAR.findall(passage.document) if year not in passage.title]
    dated = dict.fromkeys(filter(None, (date, date_in_words(date))))
    return "\n".join((passage.title, *passage.section, *dated, *dict.fromkeys(years)))


def embedded_texts(
    passage: Passage, window: Window, language: str, *, only_whole: bool = False
) -> list[str]:
    """What is embedded of a passage: the whole, then each sentence if there are several.

    Each has the passage's context on a line before it, a row the header of its table too, an item
    what leads in its list, and at most `window.size` pieces. `language` is that of a document which
    does not say.
    """
    head = context(passage.title, passage.section, window)
    spans = [] if only_whole else sentences(passage.text, passage.language or language)
    own = sentence_texts(passage.text, spans, passage.table_header, passage.document)
    whole = "\n".join(filter(None, (plain_header(passage), searched(passage))))
    return [_in_context(head, text, window) for text in (whole, *(own if own[1:] else ()))]


def plain_header(passage: Passage) -> str:
    """The header of the table that a passage begins in, without markup; empty where it has none."""
    return loaders.plain(passage.table_header, passage.document)


def searched(passage: Passage) -> str:
    """The text of a passage as it is read, without markup: what is searched by its words."""
    return loaders.plain(passage.text, passage.document)


def sentence_texts(
    text: str, spans: Sequence[Span], header: str = "", document: str = ""
) -> list[str]:
    """What is searched of each sentence of a text: itself, after what it stands under.

    `header` is that of the table the text begins in; `document` is the name of the document, whose
    markup is not searched.
    """
    return [
        loaders.plain("\n".join((*above, text[span.start : span.end])), document)
        for span, above in zip(spans, lead_in_texts(text, spans, header), strict=True)
    ]


def lead_in_texts(text: str, spans: Sequence[Span], header: str = "") -> list[tuple[str, ...]]:
    """What each sentence of a text stands under, outermost first; nothing for most.

    `header` is that of the table whose rows the text begins with.
    """
    whole = f"{header}\n{text}" if header else text
    before = len(whole) - len(text)
    placed = [Span(one.start + before, one.end + before) for one in spans]
    if header:
        placed = [Span(0, len(header)), *placed]
    found = [
        tuple(whole[one.start : one.end] for one in above) for above in lead_ins(whole, placed)
    ]
    return found[1:] if header else found


def _in_context(head: str, text: str, window: Window) -> str:
    """Should the two together make more pieces than apart, the context gives way."""
    while head:
        both = f"{head}\n{text}"
        if _surely_fits(both, window.size):
            return both
        excess = len(window.piece_ends(both)) - window.size
        if excess <= 0:
            return both
        head = _shortened(head, len(window.piece_ends(head)) - excess, window)
    return _shortened(text, window.size, window)


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
    header = one.header.pieces if one.header and _header_of(one) else 0
    if (
        other.end - one.start > MAX_CHARS
        or header + pieces > most
        or text[one.end : other.start].strip()
    ):
        return None
    paragraphs = (one.paragraphs[0], other.paragraphs[1])
    return _Run(one.start, other.end, paragraphs, one.words + other.words, pieces, one.header)


def _header_of(run: _Run) -> Span | None:
    """The header of the table whose rows a run begins with, where it stands before the run."""
    return run.header.span if run.header and run.header.span.start < run.start else None


def _atoms(
    document: Document, section: Section, window: Window, most: int, language: str
) -> Iterator[_Run]:
    """The section's paragraphs in order, those that are too long in parts."""
    text = document.text
    behind = section.paragraphs[0].start if section.paragraphs else 0
    for number, paragraph in enumerate(section.paragraphs, start=1):
        for part, header in _parts(document, paragraph, window, most, language):
            # White space may be pieces too, so what stands between is counted along.
            between = behind if part.start - behind <= MAX_CHARS else part.start
            own = loaders.plain(text[between : part.end], document.name)
            words = len(own.split()) - len(text[between : part.start].split())
            pieces = len(window.piece_ends(own))
            yield _Run(part.start, part.end, (number, number), words, pieces, header)
            behind = part.end


def _parts(
    document: Document, paragraph: Span, window: Window, most: int, language: str
) -> Iterator[tuple[Span, _Header | None]]:
    """The paragraph itself when it fits, else its sentences, else pieces of them.

    Each row of a table comes with the header, unless that is too long to go with every passage.
    """
    text = document.text
    if _small(document, paragraph, window, most):
        yield paragraph, None
        return
    start, own = paragraph.start, text[paragraph.start : paragraph.end]
    spans = sentences(own, language)
    header: _Header | None = None
    for one, above in zip(spans, lead_ins(own, spans), strict=True):
        sentence = Span(start + one.start, start + one.end)
        if is_header_row(own[one.start : one.end]):
            header = _header(document, sentence, window)
        starts = [start + lead.start for lead in above[:1]]
        of_row = header if header and starts == [header.span.start] else None
        room = most - of_row.pieces if of_row else most
        if _small(document, sentence, window, room):
            yield sentence, of_row
        else:
            for piece in _slices(document, sentence, window, room):
                yield piece, of_row


def _header(document: Document, span: Span, window: Window) -> _Header | None:
    """A table's header, None where it is too long to go with every passage of the table."""
    if span.end - span.start > MAX_CHARS // CONTEXT_SHARE:
        return None
    own = loaders.plain(document.text[span.start : span.end], document.name)
    pieces = len(window.piece_ends(own + "\n"))
    return _Header(span, pieces) if pieces <= window.size // CONTEXT_SHARE else None


def _small(document: Document, span: Span, window: Window, most: int) -> bool:
    if span.end - span.start > MAX_CHARS:
        return False
    own = loaders.plain(document.text[span.start : span.end], document.name)
    return _surely_fits(own, most) or len(window.piece_ends(own)) <= most


def _surely_fits(text: str, most: int) -> bool:
    """Whether a short text has at most so many pieces whatever they are; counting takes longer.

    A piece of ASCII is at least one character, or what some models set before a word.
    """
    return 2 * len(text) <= most and text.isascii()


def _slices(document: Document, span: Span, window: Window, most: int) -> Iterator[Span]:
    """A range without usable sentence ends, cut where `_last_break` says, or at a piece's end."""
    text, start = document.text, span.start
    while start < span.end:
        chunk = text[start : min(start + MAX_CHARS, span.end)]
        ends = window.piece_ends(chunk)
        length = len(chunk) if len(ends) <= most else max(1, ends[most - 1])
        if start + length < span.end:
            length = _last_break(chunk[: length + 1]) or length
        while length > 1 and _grows_beyond(document, Span(start, start + length), window, most):
            length //= 2
        trimmed = _trimmed(text, start, start + length)
        if trimmed:
            yield trimmed
        start += length


def _grows_beyond(document: Document, span: Span, window: Window, most: int) -> bool:
    """Whether a part that fits as it is written does not as it is read, as a row of a table."""
    written = document.text[span.start : span.end]
    own = loaders.plain(written, document.name)
    return own != written and len(window.piece_ends(own)) > most


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
