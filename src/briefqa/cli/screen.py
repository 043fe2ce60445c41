"""Text as the terminal can show it: lines that fit its width, styles, and nothing that steers it.

What goes to a pipe or a file has no styles and keeps its own lines.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum

from briefqa.records import Span

_WIDEST = 100  # columns; longer lines are hard to read
_WORD = re.compile(r"\S+")
_LONE_RETURN = re.compile(r"\r(?!\n)")
_BREAK = re.compile(r"\r?\n[ \t]*")
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)

Styled = tuple[Span, "Style"]


class Style(StrEnum):
    """How a range is shown, as the parameter of the terminal's SGR sequence."""

    WORDS = "1"  # bold
    AROUND = "2"  # faint
    CITATION = "36"  # cyan


def is_terminal() -> bool:
    """Whether somebody reads the output on a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def in_colour() -> bool:
    """Whether the terminal shows styles, and nobody asked for none (https://no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    return is_terminal() and not plain


def styled(text: str, style: Style) -> str:
    """The text in a style, where there are any."""
    return f"\x1b[{style}m{text}\x1b[0m" if text and in_colour() else text


def fitted(text: str, *, indent: str = "", styles: Sequence[Styled] = ()) -> str:
    """A text, made printable, in lines that fit the terminal, each indented.

    `styles` are ranges of the text that do not overlap. Lines that only wrap prose are joined; rows
    of tables and code stay as they are.
    """
    text = _safe(text)
    lines = list(_lines(text))
    if is_terminal() and not _FENCE.search(text):
        text = _joined(text)
        width = max(min(shutil.get_terminal_size().columns, _WIDEST) - len(indent), 1)
        lines = [part for line in _lines(text) for part in _wrapped(text, line, width)]
    shown = (_with_styles(text, line, styles).replace("\r", "") for line in lines)
    return "\n".join(f"{indent}{line}" if line else "" for line in shown)


def line(text: str) -> str:
    """The text on one line, without control characters."""
    return _safe(text).replace("\r", "").replace("\n", " ").replace("\t", " ")


def _safe(text: str) -> str:
    """The text with control characters replaced, each by one sign, so that none is obeyed.

    A carriage return stays before a line feed; it holds a place and is not printed.
    """
    return "".join(
        sign
        if sign.isprintable() or sign in "\r\n\t" or unicodedata.category(sign) == "Zs"
        else "�"
        for sign in _LONE_RETURN.sub("�", text)
    )


def _joined(text: str) -> str:
    """The text with a space for each line break that carries no meaning, as long as it was."""
    from briefqa.text.line_breaks import stretches  # its regular expressions take time

    parts, end = [], 0
    for stretch in stretches(text):
        if not stretch.row:
            start, stop = stretch.span.start, stretch.span.end
            parts += [text[end:start], _BREAK.sub(_space, text[start:stop])]
            end = stop
    return "".join((*parts, text[end:]))


def _space(found: re.Match[str]) -> str:
    return " ".ljust(len(found[0]), "\r")


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for part in text.split("\n"):
        yield Span(start, start + len(part.rstrip()))
        start += len(part) + 1


def _wrapped(text: str, span: Span, width: int) -> Iterator[Span]:
    """The line, broken between words; a word that is too long has a line to itself."""
    start = end = span.start
    used = 0
    is_row = text[span.start : span.end].lstrip().startswith("|")
    for word in () if is_row else _WORD.finditer(text, span.start, span.end):
        needed = _columns(text[end : word.end()])
        if end > start and used + needed > width:
            yield Span(start, end)
            start, used, needed = word.start(), 0, _columns(word.group())
        end, used = word.end(), used + needed
    yield Span(start, span.end)


def _columns(text: str) -> int:
    """How many columns a terminal shows the text in."""
    return sum(
        0
        if sign == "\r" or unicodedata.combining(sign)
        else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )


def _with_styles(text: str, shown: Span, styles: Sequence[Styled]) -> str:
    parts, at = [], shown.start
    for span, style in sorted(styles, key=lambda one: one[0].start):
        start, end = max(span.start, at), min(span.end, shown.end)
        if start < end:
            parts += [text[at:start], styled(text[start:end], style)]
            at = end
    return "".join((*parts, text[at : shown.end]))
