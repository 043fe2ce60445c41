"""The query of a search for every mention: a small grammar, parsed into a tree.

    query    = group { "OR" group }
    group    = item { [ "AND" ] item | "NOT" item }
    item     = operand { "near/N" operand }
    operand  = words | phrase | filter | "(" query ")"
    words    = word { word }          one after the other, in all their forms
    phrase   = (a quotation)           one after the other, as they are spelled
    word     = text [ "*" | "~" ]     whatever begins so | also what is spelled much like it
    filter   = "in:" ("title" | "heading" | "text") | "date:" [ date ] [ ".." [ date ] ]

Operators are in capitals (`near/5` in any); in quotation marks they are words like others. AND and
NOT compare documents: `a NOT b` is every `a` in a document without `b`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from briefqa.errors import UsageError
from briefqa.text.spelling import MIN_LENGTH
from briefqa.text.words import written_words

MOST_CHARACTERS = 2_000
MOST_WORDS = 100
MOST_DEPTH = 20  # of brackets
FARTHEST = 1_000  # words that may stand between two that are near
_SHORTEST_PREFIX = 2
_CLOSING = {'"': '"', "“": "“”", "„": "“”", "«": "»", "「": "」"}

_NEAR = re.compile(r"near/(\d{1,9})", re.IGNORECASE)
_FIELD = re.compile(r"([A-Za-z]{2,20}):(?=\S)(?!//)")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


class Part(StrEnum):
    """What of a document a place is in; ABOUT is what stands outside title and sections."""

    TITLE = "title"
    HEADING = "heading"
    TEXT = "text"
    ABOUT = "about"


class Manner(StrEnum):
    """How a word of a query is compared with those of the texts."""

    FORMS = "forms"  # word endings apart
    EXACT = "exact"
    BEGINNING = "beginning"
    SPELLING = "spelling"


@dataclass(frozen=True, slots=True)
class Word:
    """A word as somebody wrote it, and how it is compared."""

    text: str
    manner: Manner


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that follow each other, one at least."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Two things with at most `within` words between them, in either order."""

    left: Node
    right: Node
    within: int


@dataclass(frozen=True, slots=True)
class InPart:
    """Only places in this part of a document; in no such one if it is not `wanted`."""

    part: Part
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Dated:
    """Only documents whose date may lie between two, each year, month and day, both included."""

    first: tuple[int, int, int]
    last: tuple[int, int, int]
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """All of `nodes` in one document, none of `without`, and places as the filters say."""

    nodes: tuple[Node, ...]
    without: tuple[Node, ...] = ()
    filters: tuple[InPart | Dated, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """Any of these."""

    nodes: tuple[Node, ...]


Node = Phrase | Near | Group | Either


def phrase_of(text: str) -> Phrase:
    """A text as words that follow each other in all their forms; raises UsageError for none."""
    _check_length(text)
    words = _words(text, Manner.FORMS)
    if not words:
        raise UsageError("There is no word to look for; name one.")
    return Phrase(words)


def parse(query: str) -> Node:
    """The tree of a query; raises UsageError, in one sentence, for one that is not well formed."""
    _check_length(query)
    parser = _Parser(list(_tokens(query)))
    node = parser.either(0)
    if parser.peek() == ")":
        raise UsageError("A bracket is closed that was not opened; remove it or quote it.")
    if parser.n_words > MOST_WORDS:
        raise UsageError(
            f"A query has at most {MOST_WORDS} words; this one has {parser.n_words}: split it."
        )
    return node


def phrases_of(node: Node) -> Iterator[Phrase]:
    """Every phrase of a tree, also those that must not be there."""
    match node:
        case Phrase():
            yield node
        case Near():
            yield from phrases_of(node.left)
            yield from phrases_of(node.right)
        case Either():
            for each in node.nodes:
                yield from phrases_of(each)
        case Group():
            for each in (*node.nodes, *node.without):
                yield from phrases_of(each)


def _check_length(query: str) -> None:
    if len(query) > MOST_CHARACTERS:
        raise UsageError(
            f"A query has at most {MOST_CHARACTERS:,} characters; this one has {len(query):,}."
        )


def _tokens(query: str) -> Iterator[str]:
    """Brackets, quotations with their marks, and what stands between spaces."""
    at = 0
    while at < len(query):
        sign = query[at]
        if sign.isspace():
            at += 1
            continue
        if sign in "()":
            yield sign
            at += 1
            continue
        if closing := _CLOSING.get(sign):
            ends = [end for mark in closing if (end := query.find(mark, at + 1)) > 0]
            if not ends:
                raise UsageError("A quotation mark is not closed; close it or remove it.")
            yield f'"{query[at + 1 : min(ends)]}'
            at = min(ends) + 1
            continue
        end = at
        while end < len(query) and not (
            query[end].isspace() or query[end] in "()" or query[end] in _CLOSING
        ):
            end += 1
        yield query[at:end]
        at = end


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self.n_words = 0

    def peek(self) -> str:
        """The next token, empty at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def either(self, depth: int) -> Node:
        """Groups with OR between them."""
        if depth > MOST_DEPTH:
            raise UsageError(f"Brackets may stand in brackets {MOST_DEPTH} deep; write it simpler.")
        nodes = [self._group(depth)]
        while self.peek() == "OR":
            self._next()
            nodes.append(self._group(depth))
        return nodes[0] if len(nodes) == 1 else Either(tuple(nodes))

    def _group(self, depth: int) -> Node:
        nodes: list[Node] = []
        without: list[Node] = []
        filters: list[InPart | Dated] = []
        negated = joined = False
        while (token := self.peek()) not in ("", ")", "OR"):
            if token in ("AND", "NOT"):
                self._next()
                if (joined and token == "AND") or negated:
                    raise UsageError(f"{token} follows another operator; put a word between.")
                joined, negated = token == "AND", token == "NOT"
                if joined and not (nodes or without or filters):
                    raise UsageError("AND needs a word before it; quote it to look for the word.")
                continue
            found = _filter(token)
            if found is not None:
                self._next()
                filters.append(found if not negated else _negated(found))
            elif negated:
                without.append(self._item(depth))
            else:
                nodes.append(self._item(depth))
            negated = joined = False
        if negated or joined:
            raise UsageError("An operator has nothing after it; add a word, or quote it.")
        if not nodes:
            raise UsageError(
                "There is nothing to look for; name a word beside NOT, OR and filters."
            )
        if len(nodes) == 1 and not without and not filters:
            return nodes[0]
        return Group(tuple(nodes), tuple(without), tuple(filters))

    def _item(self, depth: int) -> Node:
        node = self._operand(depth)
        while near := _NEAR.fullmatch(self.peek()):
            self._next()
            within = int(near[1])
            if within > FARTHEST:
                raise UsageError(f"near/{within} is too far; it may be up to near/{FARTHEST}.")
            if self.peek() in ("", ")", "AND", "OR", "NOT") or _filter(self.peek()):
                raise UsageError(f"near/{within} needs a word or phrase after it.")
            right = self._operand(depth)
            for each in (node, right):
                if not _may_be_near(each):
                    raise UsageError("near takes words, phrases and OR in brackets, nothing else.")
            node = Near(node, right, within)
        return node

    def _operand(self, depth: int) -> Node:
        token = self._next()
        if token == "(":
            node = self.either(depth + 1)
            if self.peek() != ")":
                raise UsageError("A bracket is not closed; close it.")
            self._next()
            return node
        if _NEAR.fullmatch(token):
            raise UsageError(f"{token} needs a word or phrase before it.")
        if token.startswith('"'):
            words = list(_words(token[1:], Manner.EXACT))
            if not words:
                raise UsageError("There is no word between the quotation marks; write one.")
        else:
            words = list(_word(token))
            while self._continues():
                words += _word(self._next())
            if not words:
                raise UsageError(f"There is no word in '{token[:40]}'; name one to look for.")
        self.n_words += len(words)
        return Phrase(tuple(words))

    def _continues(self) -> bool:
        token = self.peek()
        operator = token in ("", "(", ")", "AND", "OR", "NOT") or _NEAR.fullmatch(token)
        return not operator and not token.startswith('"') and _filter(token) is None


def _words(text: str, manner: Manner) -> tuple[Word, ...]:
    return tuple(Word(raw, manner) for _, raw in written_words(text))


def _word(token: str) -> tuple[Word, ...]:
    """The words of a token that stands between spaces; its last may be a beginning or misspelt."""
    stem = token.rstrip("*~")
    if "*" in stem:
        raise UsageError(f"'{token[:40]}': a * may stand at the end of a word only.")
    words = _words(stem, Manner.FORMS)
    sign = token[len(stem) :]
    if not sign:
        return words
    if sign not in ("*", "~"):
        raise UsageError(f"'{token[:40]}': one * or one ~ may stand at the end of a word.")
    if not words or (sign == "*" and len(words[-1].text) < _SHORTEST_PREFIX):
        raise UsageError(f"{sign} needs {_SHORTEST_PREFIX} letters or more before it.")
    if sign == "~" and len(words[-1].text) < MIN_LENGTH:
        raise UsageError(f"~ needs a word of {MIN_LENGTH} letters or more before it.")
    manner = Manner.BEGINNING if sign == "*" else Manner.SPELLING
    return (*words[:-1], Word(words[-1].text, manner))


def _filter(token: str) -> InPart | Dated | None:
    """The filter that a token is, None for a word; raises UsageError for an unknown one."""
    found = _FIELD.match(token)
    if found is None:
        return None
    field, value = found[1].lower(), token[found.end() :]
    if field == "in":
        parts = [part for part in Part if part is not Part.ABOUT]
        if value.lower() not in parts:
            raise UsageError(f"in: takes {', '.join(parts)}; not '{value[:40]}'.")
        return InPart(Part(value.lower()))
    if field == "date":
        return _dated(value)
    raise UsageError(
        f"There is no field '{field}:', only in: and date:; put it in quotes to look for the words."
    )


def _dated(value: str) -> Dated:
    first, dots, last = value.partition("..")
    begin, end = _DATE.fullmatch(first), _DATE.fullmatch(last if dots else first)
    wrong = (first and not begin) or (last and not end) or not (begin or end)
    earliest, latest = (0, 0, 0), (9999, 12, 31)
    if begin:
        earliest = (int(begin[1]), int(begin[2] or 1), int(begin[3] or 1))
    if end:
        latest = (int(end[1]), int(end[2] or 12), int(end[3] or 31))
    in_range = all(1 <= m <= 12 and 1 <= d <= 31 for _, m, d in (earliest, latest) if m)
    if wrong or not in_range:
        raise UsageError(
            "date: takes a date or two with dots between, as in 2017-01..2017-03; "
            f"not '{value[:40]}'."
        )
    if earliest > latest:
        raise UsageError(f"date:{value[:40]} ends before it begins; exchange the two.")
    return Dated(earliest, latest)


def _negated(found: InPart | Dated) -> InPart | Dated:
    if isinstance(found, InPart):
        return InPart(found.part, not found.wanted)
    return Dated(found.first, found.last, not found.wanted)


def _may_be_near(node: Node) -> bool:
    if isinstance(node, Either):
        return all(map(_may_be_near, node.nodes))
    return isinstance(node, Phrase | Near)
