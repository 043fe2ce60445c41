"""Makes a tree of HTML as it comes: in any encoding, with any faults, within limits."""

from __future__ import annotations

import codecs
import re
from typing import Any

from briefqa.documents.loaders import html_styles
from briefqa.documents.loaders.decoding import decode
from briefqa.errors import LoadError

MOST_IN_TAG = 50_000
"""Attributes of one tag, about: the parser takes time as their square."""

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_XML = re.compile(rb"<\?xml[^>]{0,200}encoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_TAG = re.compile(rb"<[^<>]*+")
_BETWEEN = re.compile(rb"[\s=/]+")
_TOO_DEEP = "excessive depth"  # the parser says so, and stops


def html_tree(data: bytes, charset: str = "") -> tuple[Any, str]:
    """The root element and clauses on what was left out, which are empty for most pages.

    `charset` is what somebody else says of the encoding, such as the header of a mail. Raises
    LoadError where there is no element, or a tag has attributes without end.
    """
    from lxml import etree, html

    for tag in _TAG.finditer(data):
        if tag.end() - tag.start() > MOST_IN_TAG:
            between = sum(1 for _ in _BETWEEN.finditer(data, tag.start(), tag.end()))
            if between > MOST_IN_TAG:
                raise LoadError("it has a tag with attributes without end")
    text = html_text(data, charset).replace("\0", "")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        root = None
    if root is None:
        raise LoadError("it has no text")
    deep = any(_TOO_DEEP in (entry.message or "").lower() for entry in parser.error_log)
    notes = ["nothing is read from where tags are nested 256 deep on"] if deep else []
    if html_styles.mark_unseen(root):
        notes.append(html_styles.LEFT_OUT)
    return root, "; ".join(notes)


def html_text(data: bytes, charset: str = "") -> str:
    """HTML decoded: by its mark, as UTF-8 if it is, by what it declares, or as it looks."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _XML.match(data) or _CHARSET.search(data, 0, 4_096)
    for name in (charset, declared[1].decode("ascii") if declared else ""):
        if name and _is_encoding(name):
            return data.decode(as_browsers_do(name), "replace")
    try:
        return decode(data.replace(b"\0", b""))[0]
    except LoadError:
        return data.decode("cp1252", "replace")


def _is_encoding(name: str) -> bool:
    try:
        return codecs.lookup(name).name not in ("utf-8", "utf-16", "utf-32") and bool(
            b"a".decode(name)
        )
    except (LookupError, ValueError, AttributeError, TypeError):
        return False


def as_browsers_do(name: str) -> str:
    """The encoding that is meant by one that is named; raises LookupError where there is none."""
    found = codecs.lookup(name).name
    same = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
    return same.get(found, found)
