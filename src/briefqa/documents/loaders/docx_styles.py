"""The styles and numberings of a Word document: what is a heading, and which number stands before.

Numbers are not in the text of a Word document; they are counted here as Word counts them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from briefqa.documents.loaders.package import attribute, local

_HEADING_NAME = re.compile(r"heading ([1-9])", re.IGNORECASE)
_PLACE = re.compile(r"%([1-9])")
_MOST_CHAIN = 20
_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
          (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip


_LONGEST_BOLD = 80  # characters of a heading that only its weight marks
_FEWEST_BOLD = 2
_ENDS_TEXT = (".", ",", ";", ":", "!")


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style: its name, what it is based on, and what it says itself."""

    name: str = ""
    based_on: str = ""
    outline: int | None = None
    numbering: tuple[str, int | None] | None = None
    hidden: bool = False


class Styles:
    """The styles of a document, each with what it inherits."""

    def __init__(self, root: Any | None) -> None:
        self._styles: dict[str, Style] = {}
        self.default = ""
        for element in () if root is None else root:
            if local(element) != "style":
                continue
            key = attribute(element, "styleId")
            if (
                attribute(element, "default") in ("1", "true")
                and attribute(element, "type") == "paragraph"
            ):
                self.default = key
            self._styles[key] = _style(element)

    def chain(self, key: str) -> list[Style]:
        """A style and those it is based on, itself first."""
        found: list[Style] = []
        while key in self._styles and len(found) < _MOST_CHAIN:
            found.append(self._styles[key])
            key = self._styles[key].based_on
        return found

    def name(self, key: str) -> str:
        """The name of a style, in lower case; it is English whatever language Word speaks."""
        return self._styles[key].name.lower() if key in self._styles else ""

    def level(self, key: str) -> int:
        """The level of the headings that have this style, 0 for text."""
        for style in self.chain(key):
            if style.outline is not None:
                return style.outline + 1 if style.outline < 9 else 0
            if named := _HEADING_NAME.fullmatch(style.name.strip()):
                return int(named[1])
        return 0

    def numbering(self, key: str) -> tuple[str, int | None] | None:
        """The numbering of this style and the level in it, None where it has none."""
        return next((style.numbering for style in self.chain(key) if style.numbering), None)

    def is_hidden(self, key: str) -> bool:
        """Whether runs of this style are hidden text."""
        return any(style.hidden for style in self.chain(key))


@dataclass(slots=True)
class _Level:
    start: int = 1
    kind: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _Num:
    abstract: str
    levels: dict[int, _Level] = field(default_factory=dict)
    starts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts the numbered paragraphs of a document, which come in order."""

    def __init__(self, root: Any | None) -> None:
        self._abstract: dict[str, dict[int, _Level]] = {}
        self._nums: dict[str, _Num] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        for element in () if root is None else root:
            if local(element) == "abstractNum":
                levels = {}
                for each in element:
                    if local(each) == "lvl":
                        levels[_number(attribute(each, "ilvl"), 0)] = _level(each)
                self._abstract[attribute(element, "abstractNumId")] = levels
            elif local(element) == "num":
                self._nums[attribute(element, "numId")] = _num(element)

    def level_of_style(self, numbering: str, style: str) -> int:
        """The level of a numbering that is linked to a style, 0 if none is."""
        num = self._nums.get(numbering)
        levels = self._abstract.get(num.abstract, {}) if num else {}
        return next((n for n, level in levels.items() if style and level.style == style), 0)

    def label(self, numbering: str, level: int) -> str | None:
        """What stands before the next paragraph of that numbering and level.

        A bullet is `-`; empty where nothing is shown, None where there is no such numbering.
        """
        num = self._nums.get(numbering)
        if num is None or not 0 <= level <= 8:
            return None
        shared = self._abstract.get(num.abstract, {})
        levels = {**shared, **num.levels}
        own = levels.get(level)
        if own is None:
            return None
        counts = self._counts.setdefault(num.abstract, {})
        if (numbering, level) not in self._begun:
            self._begun.add((numbering, level))
            if level in num.starts:
                counts[level] = num.starts[level] - 1
        counts[level] = counts.get(level, own.start - 1) + 1
        for deeper in list(counts):
            after = levels[deeper].restart if deeper in levels else None
            if deeper > level and (after is None or 0 < level + 1 <= after):
                del counts[deeper]
        if own.kind == "bullet":
            return "-"
        if own.kind == "none" and not own.text:
            return ""

        def shown(place: re.Match[str]) -> str:
            number = int(place[1]) - 1
            at = levels.get(number, _Level())
            kind = "decimal" if own.legal else at.kind
            return formatted(counts.get(number, at.start), kind)

        return " ".join(_PLACE.sub(shown, own.text).split())


def formatted(number: int, kind: str) -> str:
    """A number in one of Word's formats, as digits where it is not known."""
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 10)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman") and 0 < number < 4_000:
        left, signs = number, ""
        for value, sign in _ROMAN:
            signs += sign * (left // value)
            left %= value
        return signs if kind == "lowerRoman" else signs.upper()
    if kind == "decimalZero":
        return f"{number:02}"
    if kind == "ordinal":
        last = number % 10 if number % 100 not in (11, 12, 13) else 0
        return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th') }"
    return "" if kind in ("none", "bullet") else str(number)


def is_on(element: Any | None) -> bool:
    """Whether a switch such as `vanish` is there and not turned off."""
    return element is not None and attribute(element, "val") not in ("0", "false", "off", "none")


def child(element: Any | None, *names: str) -> Any | None:
    """The first child of that name, then the first child of it, and so on; None where one lacks."""
    for name in names:
        if element is None:
            return None
        element = next((each for each in element if local(each) == name), None)
    return element


def lists_contents(control: Any) -> bool:
    """Whether a content control is the table of contents that Word makes."""
    gallery = child(control, "sdtPr", "docPartObj", "docPartGallery")
    return gallery is not None and "contents" in attribute(gallery, "val").lower()


def is_bold_line(paragraph: Any, text: str) -> bool:
    """Whether a paragraph is one short line, all of it in bold, that ends as headings do."""
    if local(paragraph.getparent()) != "body" or text.endswith(_ENDS_TEXT):
        return False
    if len(text) > _LONGEST_BOLD or "\n" in text:
        return False
    words = [each for each in paragraph.iter() if local(each) == "t" and (each.text or "").strip()]
    worded = [word.getparent() for word in words]
    return bool(worded) and all(is_on(child(run, "rPr", "b")) for run in worded)


def bold_headings(blocks: Sequence[tuple[Any, bool]]) -> frozenset[Any]:
    """Of the blocks of a document, each with whether it is a line in bold, those that are headings.

    Two at least that have something else below.
    """
    found = [block for (block, bold), (_, next_bold) in pairwise(blocks) if bold and not next_bold]
    return frozenset(found if len(found) >= _FEWEST_BOLD else ())


def numbering_of(properties: Any | None) -> tuple[str, int | None] | None:
    """The numbering and level that paragraph properties name; the level may be left out."""
    numbered = child(properties, "numPr")
    if numbered is None:
        return None
    number, level = child(numbered, "numId"), child(numbered, "ilvl")
    if number is None:
        return None
    at = None if level is None else _number(attribute(level, "val"), 0)
    return attribute(number, "val"), at


def outline_of(properties: Any | None) -> int | None:
    """The outline level that paragraph properties set, 0 the outermost, None where they do not."""
    outline = child(properties, "outlineLvl")
    return None if outline is None else _number(attribute(outline, "val"), 9)


def _style(element: Any) -> Style:
    name, based = child(element, "name"), child(element, "basedOn")
    properties = child(element, "pPr")
    return Style(
        "" if name is None else attribute(name, "val"),
        "" if based is None else attribute(based, "val"),
        outline_of(properties),
        numbering_of(properties),
        is_on(child(element, "rPr", "vanish")),
    )


def _level(element: Any) -> _Level:
    level = _Level()
    for each in element:
        name, value = local(each), attribute(each, "val")
        if name == "start":
            level.start = _number(value, 1)
        elif name == "numFmt":
            level.kind = value
        elif name == "lvlText":
            level.text = value[:60]
        elif name == "lvlRestart":
            level.restart = _number(value, 0)
        elif name == "isLgl":
            level.legal = is_on(each)
        elif name == "pStyle":
            level.style = value
    return level


def _num(element: Any) -> _Num:
    abstract = child(element, "abstractNumId")
    num = _Num("" if abstract is None else attribute(abstract, "val"))
    for each in element:
        if local(each) != "lvlOverride":
            continue
        at = _number(attribute(each, "ilvl"), 0)
        start, level = child(each, "startOverride"), child(each, "lvl")
        if start is not None:
            num.starts[at] = _number(attribute(start, "val"), 1)
        if level is not None:
            num.levels[at] = _level(level)
    return num


def _number(value: str, otherwise: int) -> int:
    digits = value.removeprefix("-")
    fine = digits.isascii() and digits.isdigit() and len(digits) < 8
    return int(value) if fine else otherwise
