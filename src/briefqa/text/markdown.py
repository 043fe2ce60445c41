"""Escaping text for Markdown, so that it is shown as text and nothing else.

Whatever a renderer could read as syntax is escaped: by a backslash where every renderer knows that
escape, by a numeric reference elsewhere. Words that a renderer might turn into a link by itself
become code, into which no renderer looks.
"""

from __future__ import annotations

import re

_ESCAPED = {sign: f"\\{sign}" for sign in "\\*_[]#-+.)"} | {
    sign: f"&#{ord(sign)};" for sign in "<>&`~$|^{=: "
}
_ANYWHERE = str.maketrans({sign: _ESCAPED[sign] for sign in "\\*_[]#<>&`~$|^{"})
_AT_START = re.compile(r"[-+=: ]|\d+[.)]")  # of a line; its last sign is what begins a block
_BOLD = "\x02", "\x03"  # begin and end it; printable text has neither
_PIECE = re.compile(r"[^\s<>&`{\x02\x03]+|.")
_LINK = re.compile(r"://|@|[a-z]:\S|\w\.[^\W\d_]{2}", re.IGNORECASE)
_AROUND = ".,;:!?()[]}\"'“”‘’«»…*_~|$^#\\"  # a link, and no part of it
_NEWLINE = re.compile(r"\r\n|\r|\n")


def line(text: str) -> str:
    """The text on one line."""
    return _line(_printable(" ".join(text.split())))


def quote(text: str, bold: tuple[int, int] = (0, 0)) -> str:
    """The text as a block quote in its own lines, the characters in the range `bold` in bold."""
    start, end = bold
    before, inside, after = map(_printable, (text[:start], text[start:end], text[end:]))
    # Between spaces and within a paragraph, or renderers would show the stars.
    if inside.strip() == inside != "" and not (
        before[-1:].strip() or after[:1].strip() or re.search(r"\n\s*\n", inside)
    ):
        inside = inside.join(_BOLD)
    lines = [_line(each.rstrip()) for each in (before + inside + after).strip("\n").split("\n")]
    # Two spaces keep the next line a line of its own.
    return "\n".join(f"> {each}  " if each else ">" for each in lines).rstrip()


def _printable(text: str) -> str:
    return "".join(
        sign if sign.isprintable() or sign == "\n" else " " if sign.isspace() else "�"
        for sign in _NEWLINE.sub("\n", text)
    )


def _line(text: str) -> str:
    begins = _AT_START.match(text)
    at = begins.end() if begins else 0
    start = text[: at - 1] + _ESCAPED[text[at - 1]] if at else ""
    return start + "".join(_piece(match[0]) for match in _PIECE.finditer(text, at))


def _piece(piece: str) -> str:
    if piece in _BOLD:
        return "**"
    link = piece.strip(_AROUND)
    if not _LINK.search(link):
        return piece.translate(_ANYWHERE)
    before, after = piece.split(link, 1)
    return f"{before.translate(_ANYWHERE)}`{link}`{after.translate(_ANYWHERE)}"
