"""Quoted phrases in a question, between the quotation marks of any language."""

from __future__ import annotations

import regex

# A straight quote after a word is an inch mark, or closes nothing; a single one within a word is an
# apostrophe, before a digit it stands for a century. Each mark ends at the next one of its kind, so
# that the pattern is linear.
QUOTED = regex.compile(
    r'(?<!\w)"(?=\S)([^"]++)(?<=\S)"(?!\w)'
    r"|“([^“”]++)”|„([^„“”]++)[“”]|(?<!\w)”([^“”]++)”(?!\w)"
    r"|«([^«»]++)»|(?<!\w)»([^«»]++)«(?!\w)|‹([^‹›]++)›|(?<!\w)›([^‹›]++)‹(?!\w)"
    r"|(?<!\w)‘((?:[^‘’]|(?<=\w)’(?=\w)){2,}+)’(?!\w)|‚((?:[^‚‘’]|(?<=\w)’(?=\w)){2,}+)[‘’](?!\w)"
    r"|「([^「」]++)」|『([^『』]++)』|《([^《》]++)》|＂([^＂]++)＂"
    r"|(?<!\w)(?:''|``)(?=\S)((?:[^'`]|(?<=\w)'(?=\w))++)(?<=\S)''(?!\w)"
    r"|(?<![\w'])'(?=\p{L})((?:[^']|(?<=\w)'(?=\w)){2,}+)(?<=\S)'(?![\w'])"
)


def quoted_texts(question: str) -> list[str]:
    """Each quoted phrase of a question, as typed, without its marks."""
    return ["".join(match.groups(default="")) for match in QUOTED.finditer(question)]


def without_marks(question: str) -> str:
    """The question without the marks around its quoted phrases."""
    return QUOTED.sub(lambda match: "".join(match.groups(default="")), question)
