"""Markdown without what its reader is not shown, so that it is never found by, embedded or quoted.

Comments, the addresses of data, scripts, tags, anchors, shortcodes and marks for a table of
contents go; HTML becomes Markdown. What is left is Markdown with as many lines, so that a passage
is in the line it is said to be in. Code stays as it is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Set

import regex

from briefqa.documents.loaders.html_in_markdown import (
    Finder,
    line_ends,
    markdown_of,
)
from briefqa.documents.loaders.outline import line_spans

_DATA = regex.compile(r"data:(?:[\w.+-]{1,60}/[\w.+-]{1,60})?(?:;[\w=.-]{1,60})*+,[^\s)\"'<>\]]*+")
_MAY_HIDE = regex.compile(
    r"[<{\uFEFF]|data:|\[\[?_?TOC|\]\(#|:::|\]\(\)|%%|\[!|\\(?:new|page|clear|table)", regex.I
)
_CONTENTS = regex.compile(
    r"(?i)(?<![^\r\n])[ \t]*+"
    r"(?:\[\[?_?TOC_?\]?\]|(?:(?:[*+-]|\d{1,3}[.)])[ \t]++[^\r\n]{1,60}+(?:\r\n|[\r\n])[ \t]*+)?"
    r"\{:\s?toc\b[^{}\r\n]{0,60}\}|@\[toc\]|:{3,}+[ \t]*+\{?[\w.-]*+\}?"
    r"|\\(?:newpage|pagebreak|clearpage|cleardoublepage|tableofcontents)"
    r"|\[[^\[\]\r\n]{1,300}\]:[ \t]{0,9}<?data:,>?[^\r\n]{0,300})[ \t]*+(?=[\r\n]|\Z)"
)
_CALLOUT = regex.compile(
    r"(?<![^\r\n])((?:[ \t]{0,9}>)++[ \t]*+)\[![\w-]{1,30}\][+-]?[ \t]*+(?P<title>[^\r\n]?)"
)
_DATA_LABEL = regex.compile(r"(?m)^[ \t]{0,3}+\[([^\[\]\r\n]{1,300})\]:[ \t]{0,9}<?data:,")
_MARK = regex.compile(
    r"(?P<escape>\\[!-/:-@\[-`{-~])|(?P<ticks>`++)|(?P<comment><!--)|(?P<tag><)"
    r"|(?P<commented>\{%-?\s{0,9}comment\b|\{\{[<%]\s{0,9}comment\b|(?<![\w%])%%(?!%))"
    r"|(?P<code>\{\{[<%/]|\{%|\{\#[ \t]"
    r"|\{\{\#(?=(?:rustdoc_)?include|playground|playpen|template|title))"
    r"|(?P<attributes>\{:[ \t]?(?:[.\#][A-Za-z]|\w{1,30}=)[^{}\n]{0,200}\})"
    r"|!?\[(?P<label>[^\[\]\n]{0,300})\]\(\s{0,9}<?data:,>?[^()\n]{0,300}\)"
    r"|\[[¶§🔗]?\]\(\#[^\s()]{0,300}(?:\s\"[^\"\n]{0,100}\")?\)"
    r"|!\[(?P<shown>[^\[\]\n<`]{0,300})\]\[(?P<reference>[^\[\]\n]{0,300})\]"
)
_COMMENT_END = {"{%": ("endcomment", "%}"), "{{": ("/comment", "}}"), "%%": ("%%", "")}
_MOST_TO_END = 20  # characters between the name that ends a comment and its last sign
_CODE_END = {"{{#": "}}", "{{<": ">}}", "{{%": "%}}", "{{/": "/}}", "{%": "%}", "{#": "#}"}
_CAPTION = regex.compile(r"(?<!\w)(?:caption|title|alt)\s{0,9}=\s{0,9}\"([^\"]{1,1000})\"")
# What may hide the blocks behind its own: a tag, or the sign of a comment on a line of its own.
_OPENED = regex.compile(
    r"<(?=[A-Za-z])|(?<![^\r\n])[ \t]{0,9}+"
    r"(?P<sign>\{%-?\s{0,9}comment\b|\{\{[<%]\s{0,9}comment\b|%%(?=[ \t]*+[\r\n]))"
)
_HEADING_ATTRIBUTES = regex.compile(
    r"(?<![ \t])[ \t]*+\{[#.][^{}\r\n]{1,200}\}(?=[ \t]*+\#*+[ \t]*+(?:[\r\n]|\Z))"
)


def shown(source: str) -> str:
    """The Markdown that a reader is shown; `source` itself where nothing in it is hidden."""
    if not _MAY_HIDE.search(source):
        return source
    source = _DATA.sub("data:,", source.replace("\ufeff", ""))
    lines = line_spans(source)
    starts = [line.start for line in lines]
    finder = Finder(source)
    pictures = {label.casefold() for label in _DATA_LABEL.findall(source)}
    parts: list[str] = []
    done = 0
    for kind, first, end in _ranges(source):
        begin, stop = lines[first].start, lines[min(end, len(lines)) - 1].end
        if begin < done:
            continue
        hidden_to = _behind_hidden(finder, source, begin, stop, html=kind == "html")
        if hidden_to > stop:
            # To a browser it ends with the block; whoever wrote it meant it to be hidden.
            stop = lines[bisect_right(starts, hidden_to - 1) - 1].end
        piece = source[begin:stop]
        if kind == "html":
            seen = piece.lower()
            in_table = seen.rfind("<table") > seen.rfind("</table")
            if in_table and (behind := finder.behind_tags("</table>", stop)):
                # To Markdown it ends at a blank line, to whoever wrote it where it is closed.
                stop = lines[bisect_right(starts, behind - 1) - 1].end
                piece = source[begin:stop]
            above = source[lines[first - 1].start : begin] if first else ""
            piece = markdown_of(piece, under_text=bool(above.strip()))
        else:
            piece = _unmarked(piece, kind, pictures)
        parts += source[done:begin], piece
        done = stop
    return "".join((*parts, source[done:]))


def _ranges(source: str) -> Iterator[tuple[str, int, int]]:
    """The blocks that may hide something: what each is, its first line and the one behind it."""
    from briefqa.documents.loaders.markdown_blocks import block_parser

    tokens = block_parser(rows=False).parse(source)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.map is None:
            continue
        if token.type == "html_block":
            yield "text" if token.level else "html", token.map[0], token.map[1]
        elif token.type == "table_open":
            yield from (("text", line, line + 1) for line in range(*token.map))
        elif token.type == "inline":
            heading = before is not None and before.type == "heading_open"
            yield "heading" if heading else "text", token.map[0], token.map[1]


def _behind_hidden(finder: Finder, source: str, begin: int, stop: int, *, html: bool) -> int:
    """Where what a block begins to hide ends; `stop` where nothing of it goes on behind the block.

    Elements may hide blocks of Markdown in `html` only.
    """
    opening = source.rfind("<!--", begin, stop)
    if opening > source.rfind("-->", begin, stop):
        stop = finder.behind("-->", stop) or stop
    for opened in _OPENED.finditer(source, begin, stop):
        sign = opened["sign"]
        if sign and (behind := _behind_comment(finder, sign, opened.end())):
            return max(stop, behind)
        if html and not sign and (tag := finder.tag(opened.start())) and tag.hides:
            behind = finder.behind_element(opened.start()) or stop
            if behind > stop:
                return behind
    return stop


def _behind_comment(finder: Finder, sign: str, start: int) -> int | None:
    """Where the comment ends that begins with a sign; None where it does not end."""
    name, last = _COMMENT_END[sign[:2]]
    named = finder.behind(name, start)
    if named is None or not last:
        return named
    behind = finder.behind(last, named)
    return behind if behind is not None and behind <= named + _MOST_TO_END else None


def _unmarked(source: str, kind: str, pictures: Set[str]) -> str:
    """The lines of a block without markup that is not shown; line ends within it go behind it.

    `pictures` are labels that are defined as data.
    """
    if kind == "heading":
        source = _HEADING_ATTRIBUTES.sub("", source)
    source = _CONTENTS.sub(lambda found: "".join(line_ends(found[0])), source)
    source = _CALLOUT.sub(lambda found: found["title"] and f"{found[1]}{found['title']}", source)
    finder, closing = Finder(source), _closing_ticks(source)
    parts: list[str] = []
    held: list[str] = []
    done = place = 0
    for mark in _MARK.finditer(source):
        begin, end, instead = mark.start(), mark.end(), ""
        if begin < place or mark["escape"]:
            place = max(place, end)
            continue
        if mark["ticks"]:
            place = closing.get(begin, end)
            continue
        if mark["comment"]:
            end = finder.behind("-->", end) or begin
        elif mark["tag"]:
            tag = finder.tag(begin)
            end = tag.end if tag else begin
            if tag and tag.hides:
                end = finder.behind_element(begin) or end
            instead = " " if tag and tag.name == "br" else tag.shown if tag else ""
        elif mark["commented"]:
            end = _behind_comment(finder, mark["commented"], end) or begin
        elif mark["shown"] is not None:
            label = mark["reference"] or mark["shown"]
            end = end if label.casefold() in pictures else begin
            instead = mark["shown"]
        elif mark["code"]:
            behind = finder.behind(_CODE_END[mark["code"].strip()], end)
            end = behind or begin
            instead = " ".join(_CAPTION.findall(source, begin, end)) if behind else ""
        else:
            instead = mark["label"] or ""
        if end > begin:
            parts += source[done:begin], instead
            held += line_ends(source[begin:end])
            done = place = end
            before, behind_it = source[begin - 1 : begin], source[end : end + 1]
            if not instead and before in ("", " ") and behind_it == " ":
                done = place = end + 1  # of two spaces one is left
    return "".join((*parts, source[done:], *held))


def _closing_ticks(source: str) -> dict[int, int]:
    """Where code ends, for each run of backticks that may begin it."""
    starts: dict[int, list[int]] = defaultdict(list)
    runs = [(run.start(), run.end()) for run in regex.finditer(r"`++", source)]
    for begin, end in runs:
        starts[end - begin].append(begin)
    ends = {}
    for begin, end in runs:
        same = starts[end - begin]
        following = bisect_left(same, end)
        if following < len(same):
            ends[begin] = same[following] + end - begin
    return ends
