"""Reads what stands above the text of Markdown: YAML between `---`, TOML between `+++`, JSON.

Also the lines of Pandoc (`% title`, `% author`, `% date`) and of MultiMarkdown (`Title: x`). It may
stand under blank lines and comments. It is read up to a size; a longer one costs no time.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import takewhile
from typing import Any

from briefqa.documents.loaders.outline import one_line
from briefqa.records import Metadata, Span

_MOST_LINES = 200
_MOST_CHARS = 20_000  # read as YAML, TOML or JSON; a parser takes some 5 ms for a thousand
_FENCE = re.compile(r"(?:---|\.\.\.)[ \t]*")
_PLAIN_ENTRY = re.compile(r"([A-Za-z_]+)[ \t]*:[ \t]+(\S.*)")
_OF_PANDOC = ("title", "author", "date")
_PERCENT = re.compile(r"%(?:[ \t]|$)")
_MOST_HEAD_LINES = 20
_KNOWN_ENTRY = re.compile(
    r"(title|subtitle|author|date|language|keywords|copyright|publisher|affiliation|css|"
    r"html header|base header level|latex [a-z ]{1,30}|quotes language|revision|version)"
    r"[ \t]*:[ \t]*(\S.*)",
    re.IGNORECASE,
)
# Braces may open other things; of JSON one of these is wanted.
_TELLING = {"title", "date", "author", "source", "publisher", "language", "lang", "draft", "layout"}


def front_matter(text: str, lines: Sequence[Span]) -> tuple[dict[str, str], int]:
    """The entries that are plain values, by lower-case key, and the line the body begins on.

    Nothing and 0 where there is none. Under a comment or a blank line it has to be without fault;
    at the very top broken YAML is read line by line, so that a colon in an unquoted title costs
    nothing.
    """
    first = _first_line(text, lines)
    opening = text[lines[first].start : lines[first].end].rstrip() if first < len(lines) else ""
    if opening == "---":
        return _between(text, lines, first, _FENCE, at_top=first == 0)
    if opening == "+++":
        return _between(text, lines, first, re.compile(r"\+\+\+[ \t]*"), at_top=False)
    if opening.startswith("{"):
        return _json(text, lines, first)
    if opening == ";;;":
        return _between(text, lines, first, re.compile(r";;;[ \t]*"), at_top=False)
    if first == 0:
        return _title_lines(text, lines)
    return {}, 0


def _title_lines(text: str, lines: Sequence[Span]) -> tuple[dict[str, str], int]:
    """The entries of Pandoc's or MultiMarkdown's lines at the very top, up to a blank line."""
    head = list(
        takewhile(str.strip, (text[line.start : line.end] for line in lines[:_MOST_HEAD_LINES]))
    )
    if len(head) == min(len(lines), _MOST_HEAD_LINES):
        return {}, 0
    if head and len(head) <= len(_OF_PANDOC) and all(_PERCENT.match(line) for line in head):
        said = zip(_OF_PANDOC, (one_line(line[1:]) for line in head), strict=False)
        return {key: value for key, value in said if value}, len(head)
    entries = [_KNOWN_ENTRY.fullmatch(line.rstrip()) for line in head]
    keys = [entry[1].lower() for entry in entries if entry]
    if len(keys) == len(head) and "title" in keys:
        return {entry[1].lower(): one_line(entry[2]) for entry in entries if entry}, len(head)
    return {}, 0


def metadata(front: Mapping[str, str], title: str) -> Metadata:
    """What the front matter says of the document, under a title."""
    return Metadata(
        title=title,
        date=front.get("date", ""),
        source=front.get("source", "") or front.get("publisher", ""),
        author=front.get("author", "") or front.get("authors", ""),
        language=front.get("language", "") or front.get("lang", ""),
        place=front.get("place", ""),
    )


def _first_line(text: str, lines: Sequence[Span]) -> int:
    """The first line that is neither blank nor part of a comment."""
    number = 0
    while number < min(len(lines), _MOST_LINES):
        line = text[lines[number].start : lines[number].end].strip()
        if line.startswith("<!--"):
            end = text.find("-->", lines[number].start)
            while number < len(lines) and lines[number].end < end:
                number += 1
            if end < 0 or text[end + 3 : lines[number].end].strip():
                break
        elif line:
            break
        number += 1
    return number


def _between(
    text: str, lines: Sequence[Span], first: int, fence: re.Pattern[str], *, at_top: bool
) -> tuple[dict[str, str], int]:
    """The entries between a line and the next one that is a fence."""
    inside: list[str] = []
    for line in lines[first + 1 : first + _MOST_LINES]:
        if fence.fullmatch(text, line.start, line.end):
            break
        inside.append(text[line.start : line.end])
    else:
        return {}, 0
    source = "\n".join(inside)
    read = _yaml if fence is _FENCE else _toml if "+" in fence.pattern else _json_entries
    entries = read(source) if len(source) <= _MOST_CHARS else None
    if entries is None and at_top:
        plain = map(_PLAIN_ENTRY.fullmatch, inside)
        entries = {entry[1]: entry[2].strip().strip("\"'") for entry in plain if entry} or None
    if entries is None or not (entries or at_top):
        return {}, 0
    return _plain_values(entries), first + len(inside) + 2


def _json(text: str, lines: Sequence[Span], first: int) -> tuple[dict[str, str], int]:
    start = lines[first].start
    source = text[start : start + _MOST_CHARS]
    try:
        entries, end = json.JSONDecoder().raw_decode(source.lstrip())
    except (ValueError, RecursionError):
        return {}, 0
    end += start + len(source) - len(source.lstrip())
    number = next(n for n in range(first, len(lines)) if lines[n].end >= end)
    keys = {str(key).lower() for key in entries} if isinstance(entries, dict) else set()
    rest = text[end : lines[number].end].strip()
    if rest or _TELLING.isdisjoint(keys) or not text[end:].strip():
        return {}, 0
    return _plain_values(entries), number + 1


def _yaml(source: str) -> dict[Any, Any] | None:
    """The mapping that the source holds, every value left as it is written; None when broken."""
    import yaml

    try:
        # BaseLoader makes nothing but strings, lists and mappings: safe, and dates stay as typed.
        entries = yaml.load(source, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError):
        return None
    if entries in (None, ""):
        return {}
    return entries if isinstance(entries, dict) else None


def _toml(source: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(source)
    except (ValueError, RecursionError):
        return None


def _json_entries(source: str) -> dict[str, Any] | None:
    """The object that the source holds, with or without its braces."""
    source = source.strip()
    try:
        entries = json.loads(source if source.startswith("{") else f"{{{source}}}")
    except (ValueError, RecursionError):
        return None
    return entries if isinstance(entries, dict) else None


def _plain_values(entries: Mapping[Any, Any]) -> dict[str, str]:
    plain = {}
    for key, value in entries.items():
        name = str(key).lower()
        if isinstance(value, str | date | datetime):
            plain[name] = one_line(str(value))
        elif name in ("author", "authors") and (people := _people(value)):
            plain[name] = ", ".join(people)
    return plain


def _people(value: object) -> list[str]:
    """The names of several people, each as it is or under `name`."""
    listed = value if isinstance(value, list) else [value]
    named = [one.get("name") if isinstance(one, dict) else one for one in listed]
    return [one_line(one) for one in named if isinstance(one, str) and one.strip()]
