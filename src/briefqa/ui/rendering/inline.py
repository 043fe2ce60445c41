"""Emphasis, code, links and the like in a line of Markdown, each text with its place in the source.

markdown-it knows what is what; it does not tell where a text stood. Its rules push each token while
they are at its place, so a state that notes the place with each token knows it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.rules_inline.state_inline import StateInline
from markdown_it.token import Token

from briefqa.ui.html import Html, tag
from briefqa.ui.rendering.marking import Piece

_LONGEST = 20_000
"""Characters of a paragraph in which emphasis is looked for; a longer one is shown as it is."""

Shown = Callable[[Piece], list[Html]]
"""How a piece of text is shown: clipped and marked."""


@dataclass(frozen=True, slots=True)
class Content:
    """Inline Markdown gathered from lines, and where in the source each run of it stands.

    `starts` are offsets into `text`, ascending from 0; `sources` where the run that begins there
    stands.
    """

    text: str
    starts: Sequence[int]
    sources: Sequence[int]

    def source(self, offset: int) -> int:
        """Where the character at this offset stands in the source."""
        run = bisect_right(self.starts, offset) - 1
        return self.sources[run] + offset - self.starts[run]

    def pieces(self, shown: str, start: int) -> Iterator[Piece]:
        """The text shown for `text[start:]`, as long as it, a piece for each run."""
        end = start + len(shown)
        run = bisect_right(self.starts, start)
        inner = []
        while run < len(self.starts) and self.starts[run] < end:
            inner.append(self.starts[run])
            run += 1
        for first, last in zip([start, *inner], [*inner, end], strict=True):
            part = shown[first - start : last - start]
            source = self.source(first)
            yield Piece(part, source, source + len(part))


def inline(content: Content, shown: Shown, references: dict[str, Any]) -> list[Html]:
    """The content as markup; a link is its text and its address, a picture what it is said to be.

    Empty where nothing of it is shown.
    """
    if len(content.text) > _LONGEST:
        return [html for piece in content.pieces(content.text, 0) for html in shown(piece)]
    tokens = iter(_tokens(content.text, references))
    return _until(tokens, None, content, shown)


class _Placed(StateInline):
    """An inline state that notes in `meta["at"]` where each token's text begins."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._pending_at = 0
        self._text_at = -1
        self._texts = 0

    def append_pending(self, text: str) -> None:
        if not self._pending and not self._pending_buffer:
            self._pending_at = self.pos
        super().append_pending(text)

    def pushPending(self) -> Token:  # noqa: N802  markdown-it's name
        token = super().pushPending()
        token.meta["at"] = self._pending_at
        return token

    def push(self, ttype: str, tag: str, nesting: Literal[-1, 0, 1]) -> Token:
        token = super().push(ttype, tag, nesting)
        token.meta["at"] = self.pos
        if ttype == "text":  # the marks of `**` are pushed one by one from the place of the first
            self._texts = self._texts + 1 if self._text_at == self.pos else 0
            self._text_at = self.pos
            token.meta["at"] += self._texts
        return token


def _tokens(text: str, references: dict[str, Any]) -> list[Token]:
    """The tokens of inline Markdown, each with the place where its text begins."""
    parser = _parser()
    state = _Placed(text, parser, {"references": references}, [])
    parser.inline.tokenize(state)
    for rule in parser.inline.ruler2.getRules(""):
        rule(state)
    return state.tokens


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark")
    parser.inline.ruler2.disable("fragments_join")  # each fragment keeps its place
    return parser


def _until(
    tokens: Iterator[Token], closing: str | None, content: Content, shown: Shown
) -> list[Html]:
    """The tokens up to the closing one as markup."""
    parts: list[Html] = []
    for token in tokens:
        if token.type == closing:
            break
        if token.type in ("em_open", "strong_open"):
            inner = _until(tokens, token.type.replace("open", "close"), content, shown)
            if inner:
                parts.append(tag(token.tag, *inner))
        elif token.type == "link_open":
            parts += _link(token, tokens, content, shown)
        elif token.type in ("hardbreak", "softbreak"):
            line_end = _line_end(token, content, shown)
            if line_end and token.type == "hardbreak":
                parts.append(tag("br"))
            parts += line_end
        elif token.type == "code_inline":
            code = _pieces(token, content, shown)
            if code:
                parts.append(tag("code", *code))
        else:
            parts += _pieces(token, content, shown)
    return parts


def _pieces(token: Token, content: Content, shown: Shown) -> list[Html]:
    """The token's own text."""
    at = token.meta["at"]
    text = token.content
    match token.type:
        case "code_inline":
            at += len(token.markup)
            at += content.text[at : at + len(text)].replace("\n", " ") != text
        case "text_special" if token.info == "escape":
            at += len(token.markup) - len(text)
        case "text_special":
            source = content.source(at)
            return shown(Piece(text, source, source + len(token.markup)))
        case "image":
            at += len("![")
            if not text.strip():
                nameless = tag("span", "picture", class_="address")
                return [nameless] if _is_shown(at, content, shown) else []
    return [html for piece in content.pieces(text, at) for html in shown(piece)]


def _link(token: Token, tokens: Iterator[Token], content: Content, shown: Shown) -> list[Html]:
    """What a link is called, and its address where that is another and leads out of the text."""
    label = list(takewhile(lambda each: each.type != "link_close", tokens))
    if token.info == "auto":
        label[0].meta["at"] = token.meta["at"] + len("<")
        return _pieces(label[0], content, shown)
    address = str(token.attrs.get("href", ""))
    called = "".join(each.content for each in label)
    inner = _until(iter(label), None, content, shown)
    if not _is_shown(token.meta["at"], content, shown):
        return inner
    if address in ("", called) or address.startswith("#"):
        return inner
    return [*inner, tag("span", f" ({address})" if inner else address, class_="address")]


def _line_end(token: Token, content: Content, shown: Shown) -> list[Html]:
    at = content.source(token.meta["at"] + len(token.markup))
    return shown(Piece("\n", at, at + 1))


def _is_shown(at: int, content: Content, shown: Shown) -> bool:
    source = content.source(at)
    return bool(shown(Piece(" ", source, source + 1)))
