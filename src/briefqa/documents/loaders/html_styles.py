"""What the styles of HTML say is not shown: of one element, or of those a page's own sheet names.

Of a sheet only rules count whose selector is one tag, class or id, and only outside of `@media`.
What another rule shows, or what a script in the page names, is taken to be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

LEFT_OUT = "what its style hides was left out"

_MOST_CHARS = 1_000_000  # of all sheets and scripts of a page
_MOST_HIDDEN = 0.8  # of the text of a page
_UNSEEN = re.compile(
    r"(?<![\w-])(?:display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse))"
    r"(?![\w-])",
    re.IGNORECASE,
)
_SEEN = re.compile(
    r"(?<![\w-])(?:display\s{0,9}:\s{0,9}+(?!none)|visibility\s{0,9}:\s{0,9}visible)", re.IGNORECASE
)
_NO_SIZE = re.compile(
    r"(?<![\w-])font-size\s{0,9}:\s{0,9}0(?:\.0{0,9})?(?:px|pt|r?em|%)?\s{0,9}(?![\w.%])",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*(?:(?!\*/).)*+(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile(r"[{}]")
_NAME = re.compile(r"[.#]?[A-Za-z_][\w-]*+")
_NAMES = re.compile(r"[.#][A-Za-z_][\w-]*+")
_WITHIN = re.compile(r"[\s>+~]+")
_WORD = re.compile(r"[\w-]++")
_ON_SCREEN = ("", "all", "screen")
_KEPT = frozenset("html head body main article".split())
_TAG, _CLASS, _ID = range(3)


def unseen(style: str, *, only_text: bool = False) -> bool:
    """Whether the declarations of an element hide it.

    Without size is only what holds `only_text`: elements within may have a size of their own.
    """
    return bool(_UNSEEN.search(style) or (only_text and _NO_SIZE.search(style)))


def mark_unseen(root: Any) -> bool:
    """Give `hidden` to the elements that the sheets of a page hide; whether there are any.

    Where they would hide nearly all of the page nothing is marked: a script will show it.
    """
    sheet = _Sheet()
    for css in _texts(root, "style"):
        sheet.read(css)
    if not sheet.hiding:
        return False
    for script in _texts(root, "script"):
        sheet.named.update(_WORD.findall(script))
    return _mark(root, sheet)


def _texts(root: Any, tag: str) -> Iterator[str]:
    """What the page's own elements of that tag hold, without those for other media."""
    left = _MOST_CHARS
    for element in root.iter(tag):
        above = element.getparent()
        if above is not None and above.tag == "noscript":
            continue
        if (element.get("media") or "").strip().lower() in _ON_SCREEN:
            text = (element.text or "")[:left]
            left -= len(text)
            yield text


def _mark(root: Any, sheet: _Sheet) -> bool:
    from lxml import etree

    found, letters = [], 0
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if isinstance(element.tag, str) and sheet.hides(element):
            found.append(element)
            letters += len("".join(element.itertext()))
            walk.skip_subtree()
    body = root.find("body")
    whole = len("".join((root if body is None else body).itertext()))
    if letters > _MOST_HIDDEN * whole:
        return False
    for element in found:
        element.set("hidden", "")
    return letters > 0


@dataclass(slots=True)
class _Sheet:
    """The tags, `.classes` and `#ids` that rules hide and show, and the words of scripts."""

    hiding: set[str] = field(default_factory=set)
    without_size: set[str] = field(default_factory=set)
    showing: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def read(self, css: str) -> None:
        """Take in the rules of a sheet."""
        open_rules: list[str] = []
        conditions = end = 0
        css = _COMMENT.sub(" ", css)
        for brace in _BRACE.finditer(css):
            text, end = css[end : brace.start()], brace.end()
            if brace[0] == "{":
                open_rules.append(text.rpartition(";")[2].strip())
                conditions += open_rules[-1].startswith("@")
            elif open_rules:
                selectors = open_rules.pop()
                if selectors.startswith("@"):
                    conditions -= 1
                else:
                    self._rule(selectors, text, always=not conditions and not open_rules)

    def _rule(self, selectors: str, declarations: str, *, always: bool) -> None:
        hides, sizeless = _UNSEEN.search(declarations), _NO_SIZE.search(declarations)
        shows = _SEEN.search(declarations)
        if not (hides or sizeless or shows):
            return
        for selector in map(str.strip, selectors.split(",")):
            simple = _NAME.fullmatch(selector)
            if shows:
                last = _WITHIN.split(selector)[-1]
                self.showing.update([selector] if simple else _NAMES.findall(last))
            elif simple and always:
                self.hiding.add(selector)
                if not hides:
                    self.without_size.add(selector)

    def hides(self, element: Any) -> bool:
        """Whether an element is surely hidden; a class is stronger than a tag, an id than both."""
        tag = element.tag.lower()
        if tag in _KEPT:
            return False
        names = [(_TAG, tag)]
        names += [(_CLASS, f".{name}") for name in (element.get("class") or "")[:500].split()]
        if element.get("id"):
            names.append((_ID, f"#{element.get('id')[:200].strip()}"))
        strength = max((rank for rank, name in names if self._is_hiding(name, element)), default=-1)
        return (
            strength >= 0
            and not any(rank >= strength and name in self.showing for rank, name in names)
            and not _SEEN.search((element.get("style") or "")[:1_000])
        )

    def _is_hiding(self, name: str, element: Any) -> bool:
        return (
            name in self.hiding
            and name.lstrip(".#") not in self.named
            and (name not in self.without_size or not len(element))
        )
