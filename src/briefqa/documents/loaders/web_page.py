"""Reads web pages, saved as HTML or as MHTML.

trafilatura says which part of a page is its text, without navigation, banners and comments; where
it finds none, as on very short pages, everything in the body is read that is not set apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from briefqa.documents.loaders import mail
from briefqa.documents.loaders.html_tree import html_tree
from briefqa.documents.loaders.html_walk import HtmlWalk, is_hidden, is_layout, tag_of
from briefqa.documents.loaders.recognition import is_saved_page
from briefqa.documents.loaders.web_metadata import web_metadata
from briefqa.documents.loaders.written_text import TextWriter, one_spaced
from briefqa.errors import LoadError
from briefqa.records import Document

NAME = "html"
VERSION = 1
SUFFIXES: tuple[str, ...] = (".html", ".htm", ".xhtml", ".mhtml", ".mht")
MEDIA_TYPE = "text/html"
CALLED = "web pages"
GIVES = "the page's own text with headings, lists, tables and code; title, author, date and site"
MOST_BYTES = 50_000_000
LIBRARIES: tuple[str, ...] = ("lxml.etree", "lxml.html", "trafilatura")

_MOST_ELEMENTS = 100_000  # of larger pages everything is read: choosing would take too long
_SET_APART = frozenset("nav footer aside form dialog menu search".split())
_ROLES = frozenset(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar".split()
)
_NAMED_APART = re.compile(
    r"(?:^|[-_\s])(?:cookie|cookies|consent|gdpr|onetrust|newsletter|subscribe|paywall|share|"
    r"sharing|social|breadcrumbs?|comments?|comment-list|disqus|related|recommended|trending|"
    r"sidebar|toc|navbox|printfooter|catlinks|mw-editsection|mw-jump-link|skip-link|headerlink|"
    r"popup|modal|advert|advertisement|sponsored|promo)(?:$|[-_\s])",
    re.IGNORECASE,
)
_SAVED_FROM = re.compile(rb"saved from url=\(\d+\)(https?://[^\s>]{1,500})", re.IGNORECASE)
_STRUCTURED = ("table", "ul", "ol", "dl", "pre", "figcaption")
_BLOCKS = frozenset(
    "p div section article table ul ol dl pre blockquote figure h1 h2 h3 h4 h5 h6".split()
)
_SIGN = "briefqa-stands-for-"
_STANDS_FOR = re.compile(rf"\s*{_SIGN}(\d{{1,6}})\b")


def prepare() -> None:
    """Let the libraries read their lists of words, and import what they have not yet."""
    from trafilatura.external import jt_stoplist_init

    jt_stoplist_init()
    mail.prepare()


def parse(data: bytes, name: str) -> Document:
    """Read a page; raises LoadError where it has no text."""
    page, charset, address = _saved(data) if is_saved_page(data) else (data, "", "")
    if saved_from := _SAVED_FROM.search(page[:4_096]):
        address = saved_from[1].decode("utf-8", "replace")
    root, note = html_tree(page, charset)
    about = web_metadata(root, name, address)
    writer = TextWriter()
    if note:
        writer.note(note)
    for element in _set_apart(root):
        element.drop_tree()  # what is within another one goes with it
    for element in list(root.iter("div", "section", "article", "main", "td", "center", "body")):
        _part_at_breaks(element)
    main, kept = main_part(root)
    walk = HtmlWalk(
        writer, is_title=about.is_title, before=lambda element: _write(element, kept, walk)
    )
    walk.walk(main)
    document = writer.document(name, about.metadata)
    if not any(section.paragraphs for section in document.sections):
        raise LoadError("it has no text: what it shows may be made by a script")
    return document


def _write(element: Any, kept: Sequence[Any], walk: HtmlWalk) -> bool:
    """Write what an element stands for, if it stands for another."""
    stands_for = _STANDS_FOR.match(element.text or "") if tag_of(element) == "p" else None
    if stands_for is None or int(stands_for[1]) >= len(kept):
        return False
    walk.walk(kept[int(stands_for[1])])
    return True


def _saved(data: bytes) -> tuple[bytes, str, str]:
    """The page in an MHTML file, the encoding it is said to be in, and its address."""
    message = mail.message_of(data)
    for part in message.walk():
        if part.get_content_type() in ("text/html", "application/xhtml+xml"):
            content = part.get_payload(decode=True)
            address = part.get("Content-Location") or message.get("Snapshot-Content-Location", "")
            if isinstance(content, bytes):
                return content, part.get_content_charset() or "", str(address or "")
    raise LoadError("it holds no page")


def main_part(root: Any) -> tuple[Any, list[Any]]:
    """The element whose text is that of the page, and elements as they are in the page.

    trafilatura keeps paragraphs better than rows and items: what has some is shown to it as a
    paragraph of the same words, which begins with its number among the elements that are returned.
    """
    from copy import deepcopy

    from lxml.html import Element
    from trafilatura import bare_extraction

    kept: list[Any] = []
    body = root.find("body")
    if sum(1 for _ in root.iter()) > _MOST_ELEMENTS:
        return (root if body is None else body), kept
    for element in list(root.iter(*_STRUCTURED)):
        if any(tag_of(above) in _STRUCTURED for above in element.iterancestors()):
            continue
        if tag_of(element) == "table" and is_layout(element, list(element.iter("tr"))):
            continue
        words = one_spaced("".join(element.itertext()))
        linked = sum(len(one_spaced("".join(link.itertext()))) for link in element.iter("a"))
        if not words or (2 * linked > len(words) and tag_of(element) != "table"):
            continue
        paragraph = Element("p")
        paragraph.text = f"{_SIGN}{len(kept)} {words}"
        paragraph.tail, element.tail = element.tail, None
        kept.append(element)
        element.getparent().replace(element, paragraph)
        figure = next(paragraph.iterancestors("figure"), None)
        if figure is not None:  # pictures go, with all that is in their frame
            figure.addnext(paragraph)
    found: Any = bare_extraction(
        deepcopy(root),
        include_tables=True,
        include_formatting=True,
        include_comments=False,
        with_metadata=False,
    )
    # Of pages with few words it makes one paragraph.
    if found is None or found.body is None or len(found.body) < 2:
        return (root if body is None else body), kept
    return found.body, kept


def _part_at_breaks(element: Any) -> None:
    """Make paragraphs of text that only two line breaks in a row part."""
    from lxml.html import Element

    children = list(element)
    parts = [
        place
        for place, child in enumerate(children[:-1])
        if child.tag == "br" and children[place + 1].tag == "br" and not (child.tail or "").strip()
    ]
    if not parts:
        return
    paragraph = Element("p")
    paragraph.text, element.text = element.text, None
    element.insert(0, paragraph)
    for child in children:
        tail, child.tail = child.tail, None
        if tag_of(child) in _BLOCKS:
            paragraph = Element("p")
            paragraph.text = tail
            child.addnext(paragraph)
        elif child.tag == "br" and child.getnext() is not None and child.getnext().tag == "br":
            following = Element("p")
            following.text = tail
            paragraph.addnext(following)
            child.drop_tree()
            paragraph = following
        else:
            paragraph.append(child)
            child.tail = tail


def _set_apart(root: Any) -> list[Any]:
    """The elements that are not of the page's text: navigation, banners, comments, what is hidden.

    One that holds most of the page is kept, whatever it is called.
    """
    whole = len("".join(root.itertext()))
    found = []
    for element in root.iter():
        tag = tag_of(element)
        if not tag or tag in ("html", "body", "head", "main", "article"):
            continue
        if (
            tag in _SET_APART
            or element.get("role", "").lower() in _ROLES
            or is_hidden(element)
            or (
                tag != "a"
                and _NAMED_APART.search(f"{element.get('class', '')} {element.get('id', '')}"[:500])
            )
        ) and 2 * len("".join(element.itertext())) <= whole:
            found.append(element)
    return found
