"""Reads web pages, saved as HTML or as MHTML.

trafilatura says which part of a page is its text, without navigation, banners and comments; where
it finds none, as on very short pages, everything in the body is read that is not set apart.
"""

from __future__ import annotations

import re
from typing import Any

from briefqa.documents.loaders import mail
from briefqa.documents.loaders.html_tree import html_tree
from briefqa.documents.loaders.html_walk import LISTS, HtmlWalk, is_hidden, is_layout, tag_of
from briefqa.documents.loaders.main_part import is_prose, linked, main_blocks
from briefqa.documents.loaders.recognition import is_saved_page
from briefqa.documents.loaders.web_metadata import web_metadata
from briefqa.documents.loaders.written_text import TextWriter
from briefqa.errors import LoadError
from briefqa.records import Document

NAME = "html"
VERSION = 4
SUFFIXES: tuple[str, ...] = (".html", ".htm", ".xhtml", ".mhtml", ".mht")
MEDIA_TYPE = "text/html"
CALLED = "web pages"
GIVES = "the page's own text with headings, lists, tables and code; title, author, date and site"
MOST_BYTES = 50_000_000
LIBRARIES: tuple[str, ...] = ("lxml.etree", "lxml.html", "trafilatura")

_SET_APART = frozenset("nav footer aside form dialog menu search".split())
_ROLES = frozenset(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar".split()
)
_WORDS_ALSO = (
    "cookies?|share|sharing|social|related|recommended|trending|sponsored|signature|helpful|"
    "upcoming"
)
_NAMED_APART = re.compile(
    r"(?:^|[-_\s])(?:(?:consent|gdpr|onetrust|newsletter|subscribe|paywall|breadcrumbs?|"
    r"comments?|comment-list|disqus|sidebar|toc|navbox|printfooter|catlinks|mw-editsection|"
    r"mw-jump-link|skip-link|headerlink|popup|modal|advert|advertisement|promo|affiliate|"
    r"most-(?:viewed|read|popular)|kommentare?|anzeigen?|seitenleiste)(?:$|[-_\s])"
    rf"|(?:{_WORDS_ALSO})(?:$|\s))",
    re.IGNORECASE,
)
# Words of prose as well, as in related-work, share-price, social-care: what is prose is read.
_MAYBE_APART = re.compile(rf"(?:^|[-_\s])(?:{_WORDS_ALSO})[-_]", re.IGNORECASE)
_CONTROLS = ("button", "form", "input", "select")
# Not every link that is called so, and not every frame: links and lists by themselves.
_LINKS_APART = re.compile(
    r"(?:^|[-_\s])(?:skip-link|mw-jump-link|headerlink|hash-link|anchor-link)(?:$|\s)", re.I
)
_LISTS_APART = re.compile(r"(?:^|[-_\s])(?:menu|nav|navigation)(?:$|[-_\s])", re.IGNORECASE)
_LINKED = 0.5  # of a cell's letters
_NAVIGATION_LINKS = 3  # in a cell of a table that places things
_SAVED_FROM = re.compile(rb"saved from url=\(\d+\)(https?://[^\s>]{1,500})", re.IGNORECASE)


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
    body = root.find("body")
    walk = HtmlWalk(writer, is_title=about.is_title)
    for block in main_blocks(root if body is None else body):
        walk.walk(block)
    document = writer.document(name, about.metadata)
    if not any(section.paragraphs for section in document.sections):
        raise LoadError("it has no text: what it shows may be made by a script")
    return document


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


def _set_apart(root: Any) -> list[Any]:
    """The elements that are not of the page's text: navigation, banners, comments, what is hidden.

    One that holds most of the page is kept, whatever it is called.
    """
    whole = len("".join(root.itertext()))
    layouts: dict[Any, bool] = {}
    found = []
    for element in root.iter():
        tag = tag_of(element)
        if not tag or tag in ("html", "body", "head", "main", "article"):
            continue
        if (
            tag in _SET_APART
            or element.get("role", "").lower() in _ROLES
            or is_hidden(element)
            or (_LINKS_APART if tag == "a" else _NAMED_APART).search(_named(element))
            or _is_maybe_apart(element)
            or (tag in LISTS and _LISTS_APART.search(_named(element)))
            or (tag == "td" and _is_navigation(element, layouts))
        ) and 2 * len("".join(element.itertext())) <= whole:
            found.append(element)
    return found


def _is_maybe_apart(element: Any) -> bool:
    """Whether an element is called by a word such as `related-`, and is no prose.

    One that is prose loses its name, which trafilatura would go by.
    """
    if not _MAYBE_APART.search(_named(element)):
        return False
    if next(element.iter(*_CONTROLS), None) is not None or not is_prose(element):
        return True
    for name in ("class", "id"):
        element.attrib.pop(name, None)
    return False


def _named(element: Any) -> str:
    """The beginning of an element's classes and id."""
    return f"{element.get('class', '')} {element.get('id', '')}"[:500]


def _is_navigation(cell: Any, layouts: dict[Any, bool]) -> bool:
    """Whether a cell of a table that places things holds links and hardly anything else; `layouts`
    keeps of which tables that is known.
    """
    if sum(1 for _ in cell.iter("a")) < _NAVIGATION_LINKS or linked(cell) <= _LINKED:
        return False
    table = next(cell.iterancestors("table"), None)
    if table is None:
        return False
    if table not in layouts:
        layouts[table] = is_layout(table, list(table.iter("tr")))
    return layouts[table]
