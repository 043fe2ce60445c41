"""What a caller asks for, checked and made into a Query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import regex

from briefqa.errors import UsageError
from briefqa.records import EVERYWHERE, Mode, Query, Where
from briefqa.text.sentences import sentences

MAX_QUESTION = 2_000  # characters that are read of a question
ASKED = 30  # words of a question that a reader is asked
_JOINERS = "\u200c\u200d"  # part of the spelling of Persian and of scripts of India
_WITHIN_WORDS = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))  # nothing is seen of them
_PAUSE = regex.compile(r"[,;:，；：、]\s*|\s[–—-]\s+")


def too_long(question: str) -> str:
    """What a page or a program is told of a question that is too long; empty if it is not."""
    if len(question) <= MAX_QUESTION:
        return ""
    return (
        f"A question can have {MAX_QUESTION:,} characters and this one has "
        f"{len(question):,}: ask for one thing at a time."
    )


def where_of(documents: object, section: object) -> Where:
    """Where to look, as a caller names it: document names, or one; a section's headings.

    Raises UsageError for what is no text.
    """
    if not isinstance(section, str | None):
        raise UsageError(f"section is to be text, and {section!r} is {type(section).__name__}.")
    if not isinstance(documents, Iterable | None):
        kind = type(documents).__name__
        raise UsageError(f"documents is to be a list of names, and {documents!r} is {kind}.")
    if documents is None:
        return EVERYWHERE if section is None else Where(section=section)
    names = (documents,) if isinstance(documents, str) else tuple(documents)
    for name in names:
        if not isinstance(name, str):
            raise UsageError(f"A document's name is text, and {name!r} is {type(name).__name__}.")
    return Where(names, section)


def query_of(
    question: object, k: object, documents: Iterable[str] | None, section: str | None
) -> Query:
    """What is to be searched; raises UsageError for a question that is not text or a k below 1."""
    if not isinstance(question, Query):
        return Query(readable(question), where_of(documents, section), _positive(k))
    if documents is not None or section is not None:
        raise UsageError("A Query says itself where to look; leave out documents and section.")
    return replace(
        question,
        text=readable(question.text),
        k=_positive(question.k),
        reader_question=readable(question.reader_question),
    )


def readable(question: object) -> str:
    """The question as it is searched: its first 2,000 characters that can be printed.

    Raises UsageError for what is not text.
    """
    if not isinstance(question, str):
        raise UsageError(f"A question is text, and this is {type(question).__name__}.")
    sound = question[:MAX_QUESTION].encode("utf-8", "replace").decode("utf-8")
    seen = sound.translate(_WITHIN_WORDS)
    printable = (sign if sign.isprintable() or sign in _JOINERS else " " for sign in seen)
    return " ".join("".join(printable).split())


def asking(question: str, language: str) -> str:
    """The part of a question that asks: all of it, unless it has more than 30 words.

    Of a longer one the last sentence with a question mark, or else the last; of that, if it is
    still too long, what follows the first comma, colon or dash that leaves no more than 30 words.
    """
    if len(question.split()) <= ASKED:
        return question
    parts = [question[one.start : one.end] for one in sentences(question, language)]
    marked = (one for one in reversed(parts) if one.rstrip().endswith(("?", "？", "؟")))
    asked = next(marked, parts[-1] if parts else question)
    ends = (0, *(pause.end() for pause in _PAUSE.finditer(asked)))
    shorter = (asked[end:] for end in ends if len(asked[end:].split()) <= ASKED)
    return next(shorter, asked) or question


def mode_of(mode: Mode | str) -> Mode:
    """The mode of that name; raises UsageError for an unknown one."""
    try:
        return Mode(mode)
    except ValueError:
        raise UsageError(f"There is no mode '{mode}'; choose one of: {', '.join(Mode)}.") from None


def _positive(k: object) -> int:
    if not isinstance(k, int) or isinstance(k, bool):
        kind = type(k).__name__
        raise UsageError(f"k is to be a whole number, and {k!r} is {kind}.")
    if k < 1:
        raise UsageError(f"k is {k!r}, but at least 1 passage must be asked for.")
    return k
