"""Footnotes: set aside before paragraphs are joined, and put after the one that refers to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from briefqa.documents.loaders.pdf.lines import Block, Kind, Line
from briefqa.documents.loaders.pdf.order import overlap

_SMALLER = 0.93  # of the size of the page's text
_HIGHEST = 0.3  # of the page's height
_MARK = re.compile(r"\(?(?:(\d{1,3}|[*∗†‡§]{1,3})(?:[).:]|(?=\s|[^\W\d_]{3}))|([a-z])[).:])\s*")
REFERENCE = re.compile(r"\(?(\d{1,3}|[*∗†‡§]{1,3}|[a-z])\)?")


def mark_of(line: Line) -> str:
    """The mark that a line begins with if it begins a footnote; empty where it does not."""
    if _is_raised(line):
        found = REFERENCE.fullmatch(line.text[: line.raised[0][1]].strip())
        return found[1] if found else ""
    found = _MARK.match(line.text)
    return found[1] or found[2] if found else ""


def set_aside(lines: Sequence[Line], body: float, height: float) -> tuple[list[Line], list[Block]]:
    """The lines of a page without its footnotes, and the footnotes.

    Those are in smaller letters than `body`, with nothing of its size below them in their column,
    and the first of a column begins with a mark.
    """
    if not body:
        return list(lines), []
    small = [not line.turned and line.size <= _SMALLER * body for line in lines]
    # The lowest line of the page's own text over each stretch of it.
    own = [line for line, is_small in zip(lines, small, strict=True) if not is_small]
    kept: list[Line] = []
    notes: list[Block] = []
    inside = False
    for line, is_small in zip(lines, small, strict=True):
        low = is_small and line.box.y0 > _HIGHEST * height and _nothing_below(line, own)
        if not low:
            inside = False
            kept.append(line)
        elif _begins(line, notes):
            inside = True
            notes.append(Block(Kind.NOTE, [line]))
        elif inside and abs(line.size - notes[-1].lines[-1].size) < 0.1 * line.size:
            notes[-1].lines.append(line)
        else:
            inside = False
            kept.append(line)
    return kept, notes


def _begins(line: Line, notes: Sequence[Block]) -> bool:
    """Whether a line begins a footnote: where the marks of others are raised, its is too."""
    raised = any(_is_raised(note.lines[0]) for note in notes)
    return bool(mark_of(line)) and (_is_raised(line) or not raised)


def _is_raised(line: Line) -> bool:
    return bool(line.raised) and line.raised[0][0] == 0


def _nothing_below(line: Line, own: Sequence[Line]) -> bool:
    return not any(
        other.baseline > line.baseline and overlap(other.box, line.box) > 0
        for other in own
        if not other.turned
    )


def placed(blocks: Sequence[Block], notes: Sequence[Block]) -> list[Block]:
    """The blocks of a page, each footnote behind the first that has its mark, else at the end."""
    waiting = {id(note): note for note in notes}
    result: list[Block] = []
    for block in blocks:
        result.append(block)
        if block.kind is Kind.HEADING and block is not blocks[-1]:
            continue
        marks = set(_marks(block))
        meant = [note for note in waiting.values() if mark_of(note.lines[0]) in marks]
        result += [waiting.pop(id(note)) for note in meant]
    return result + list(waiting.values())


def _marks(block: Block) -> Iterator[str]:
    for line in block.lines:
        for start, end in line.raised:
            found = REFERENCE.fullmatch(line.text[start:end].strip())
            if found:
                yield found[1]
            else:
                yield from re.findall(r"\d{1,3}", line.text[start:end])


_DIGITS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_BARE_MARK = re.compile(r"\d{1,3}")
_WORD = re.compile(r"[^\W\d_]{3}")
_REFERS = re.compile(r"(?:[^\W\d_]{3}|[.,;:!?\"'”’»)\]。，、])$")


def references_marked(line: Line) -> Line:
    """The line with its superscripts told from its other words.

    A reference to a note, which follows a word or a sentence, is written `[3]`; other figures as
    ², so that 10² does not become 102.
    """
    text, shift = line.text, 0
    for was_start, was_end in line.raised:
        start, end = was_start + shift, was_end + shift
        raised = text[start:end].strip()
        before = text[:start].rstrip()
        if not raised or len(raised) > 12:
            continue
        if re.fullmatch(r"\(?\d{1,3}\)?(?:\s?[,–-]\s?\d{1,3})*", raised) and _REFERS.search(before):
            new = f"[{raised.strip('()')}]"
        elif not start and _BARE_MARK.fullmatch(raised) and _WORD.match(text, end):
            new = raised + " "  # of a note, `1Mean` being no word
        elif raised.translate(_DIGITS) != raised and start:
            new = raised.translate(_DIGITS)
        else:
            continue
        text = before + new + text[end:]
        shift = len(text) - len(line.text)
    return replace(line, text=text, raised=()) if text != line.text else line
