"""The structure tree of a tagged PDF: which block the content of a page belongs to."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as pdfium

from briefqa.documents.loaders.pdf.lines import Element

_DEEPEST = 60
# Within a block; everything else begins one.
_INLINE = frozenset(
    "Span Link Annot Reference Quote BibEntry Code Em Strong Sub Lbl LBody NonStruct Private Ruby "
    "RB RT RP Warichu WT WP Form".split()
)
_GROUPING = frozenset(
    "Document DocumentFragment Part Art Sect Div Aside TOC Index L Table THead TBody TFoot".split()
)
HEADINGS = {f"H{level}": level for level in range(1, 7)} | {"H": 1, "Title": 1}
NOTES = frozenset(("Note", "FENote"))


@dataclass(slots=True)
class Budget:
    """How many elements of structure trees may still be looked at in a file."""

    left: int = 3_000_000


def elements(page: Any, budget: Budget) -> dict[int, Element]:
    """The element of each marked-content id of a page; empty where the page is not tagged.

    Each page's tree begins with the children of the whole file's, so large files are quadratic:
    the budget ends that, and the file is then read as if it had no tags.
    """
    if budget.left <= 0:
        return {}
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    if not tree:
        return {}
    try:
        walk = _Walk(budget)
        for place in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            child = pdfium.FPDF_StructTree_GetChildAtIndex(tree, place)
            if child:
                walk.element(child, Element("", -1), 0)
    finally:
        pdfium.FPDF_StructTree_Close(tree)
    return walk.found if budget.left > 0 else {}


class _Walk:
    def __init__(self, budget: Budget) -> None:
        self.found: dict[int, Element] = {}
        self._budget = budget
        self._count = 0
        self._types: dict[bytes, str] = {}
        self._buffer = ctypes.create_string_buffer(128)

    def element(self, handle: Any, above: Element, depth: int) -> None:
        if depth > _DEEPEST or self._budget.left <= 0:
            return
        here = self._described(self._type(handle), above)
        children = pdfium.FPDF_StructElement_CountChildren(handle)
        self._budget.left -= max(children, 0) + 1
        for place in range(children):
            child = pdfium.FPDF_StructElement_GetChildAtIndex(handle, place)
            if child:
                inside = here
                if here.row >= 0 and here.block < 0:  # a row: its children are cells
                    inside = replace(here, column=place, columns=children)
                self.element(child, inside, depth + 1)
                continue
            mark = pdfium.FPDF_StructElement_GetChildMarkedContentID(handle, place)
            if mark >= 0:
                self.found.setdefault(mark, here)

    def _described(self, role: str, above: Element) -> Element:
        self._count += 1
        if role in _INLINE and above.block >= 0:
            return above
        if role == "L":
            return replace(above, depth=above.depth + 1)
        if role == "Table":
            return replace(above, table=self._count, row=-1, block=-1)
        if role == "TR":
            return replace(above, row=self._count, block=-1)
        if role in _GROUPING:
            return above if above.block >= 0 else replace(above, role=role)
        if role == "LI":
            return replace(above, role="LI", block=self._count, item=self._count)
        if above.role in ("TD", "TH", "LI", "Note", "FENote") and above.block >= 0:
            return above  # the paragraphs of a cell, an item or a note are one block
        return replace(above, role=role, block=self._count)

    def _type(self, handle: Any) -> str:
        size = pdfium.FPDF_StructElement_GetType(handle, self._buffer, 128)
        if not 2 < size <= 128:
            return ""
        raw = self._buffer.raw[: size - 2]
        known = self._types.get(raw)
        if known is None:
            known = self._types[raw] = raw.decode("utf-16-le", "replace")
        return known
