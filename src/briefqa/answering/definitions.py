"""Where a text defines a term: in brackets, as contracts do, or as an entry of a glossary."""

from __future__ import annotations

import regex

_TERM = regex.compile(
    r"\((?:(?:hereinafter|together|each,?|the|an?) )*+[\"“](?:the )?([^\"”()]{1,60})[\"”]\)"
)
_ENTRY = regex.compile(r"\A[ \t]*(?:[-*+•] )?(?:\*\*)?([^:.*|\n]{1,40}+)(?:\*\*)?:(?:\*\*)? \S")


def terms(sentence: str) -> list[str]:
    """The terms that a sentence defines in brackets: Break Option, of `(“the Break Option”)`."""
    return _TERM.findall(sentence)


def entry(sentence: str) -> str:
    """The term that a sentence, or an item, begins with: E14, of `- E14: Water is missing.`"""
    match = _ENTRY.match(sentence)
    return match[1] if match else ""
