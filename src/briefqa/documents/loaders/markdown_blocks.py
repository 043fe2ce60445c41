"""The blocks of Markdown, as markdown-it finds them but for two of its rules.

A line `[Name]: word` defines a link only where the word could be an address: in a transcript it is
what somebody said. A sentence with a line of dashes or equals signs under it is a paragraph with a
rule, as is what is too long for a heading over dashes. A question is a heading: FAQs have them.
"""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block.lheading import lheading
from markdown_it.rules_block.reference import reference
from markdown_it.rules_block.table import table

_DEFINITION = re.compile(
    r"\[((?:[^\[\]\\]|\\.){1,999})\]:[ \t]*(?:\n[ \t]*)?(<[^<>\n]*>|\S+)", re.DOTALL
)
_ADDRESS = re.compile(r"<|[A-Za-z][A-Za-z0-9+.-]{1,30}:[^\s:]|#|\.{0,2}/")
_PATH = re.compile(r"[\w%~-]+(?:[./#?=&][\w%~-]+)+/?")
_LABEL = re.compile(r"\[([^\[\]]{1,999})\](?!:)")
_LONGEST = 4_000  # characters of a definition that are looked at
_USED = "briefqa: labels used"

_MOST_CHARS = 120  # of a heading over dashes
_MOST_ENDED_WORDS = 3  # of one that ends as a sentence does
_FULL_STOPS = ("。", "！", "；")  # of scripts whose words cannot be counted
_ENDS = re.compile(r"[.!;:,…。！；：，][\"'”’»)\]*_]{0,3}$")


@cache
def block_parser(*, rows: bool = True) -> MarkdownIt:
    """Finds blocks and leaves what is in them as it is; a table as a whole if no `rows` are wanted.

    Of a large table the tokens of its cells take hundreds of times its size.
    """
    parser = MarkdownIt("commonmark").enable("table").disable("inline")
    parser.block.ruler.at("reference", _reference)
    parser.block.ruler.at("lheading", _heading)
    if not rows:
        parser.block.ruler.at("table", _whole_table, {"alt": ["paragraph", "reference"]})
    return parser


def _whole_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table, as one token; its rows end as in markdown-it."""
    before = len(state.tokens)
    if start + 2 > end or not table(state, start, start + 2, silent):
        return False
    if silent:
        return True
    terminators = state.md.block.ruler.getRules("blockquote")
    line = start + 2
    while (
        line < end
        and state.sCount[line] >= state.blkIndent
        and not state.isEmpty(line)
        and not state.is_code_block(line)
        and not any(ends(state, line, end, True) for ends in terminators)
    ):
        line += 1
    state.tokens[before].map = [start, line]
    del state.tokens[before + 1 : -1]
    state.line = line
    return True


def _reference(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    begin = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("[", begin):
        return False
    definition = _DEFINITION.match(state.src, begin, begin + _LONGEST)
    if definition and not _ADDRESS.match(definition[2]):
        if not _PATH.fullmatch(definition[2]):
            return False
        if _USED not in state.env:
            state.env[_USED] = {_folded(label[1]) for label in _LABEL.finditer(state.src)}
        if _folded(definition[1]) not in state.env[_USED]:
            return False
    return reference(state, start, end, silent)


def _folded(label: str) -> str:
    return " ".join(label.split()).casefold()


def _heading(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A heading over `===` or `---`; a paragraph and a rule where it is none."""
    if not lheading(state, start, end, silent):
        return False
    opening, inline, closing = state.tokens[-3:]
    text = inline.content
    if _is_sentence(text) or (opening.markup == "-" and _is_long(text)):
        opening.type, closing.type = "paragraph_open", "paragraph_close"
        opening.tag = closing.tag = "p"
        opening.markup = closing.markup = ""
        opening.map = inline.map
        rule = state.push("hr", "hr", 0)
        rule.map, rule.markup = [state.line - 1, state.line], "---"
    return True


def _is_sentence(text: str) -> bool:
    return text.endswith(_FULL_STOPS) or (
        _ENDS.search(text) is not None and len(text.split()) > _MOST_ENDED_WORDS
    )


def _is_long(text: str) -> bool:
    return "\n" in text or len(text) > _MOST_CHARS
