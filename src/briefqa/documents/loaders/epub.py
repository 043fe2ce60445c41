"""Reads e-books: their chapters in the order of the book, each cited by its file.

The table of contents names the chapters that have no heading of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from briefqa.documents.loaders.docx_styles import child
from briefqa.documents.loaders.html_tree import html_tree
from briefqa.documents.loaders.html_walk import HtmlWalk, tag_of, words_of
from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.package import Package, attribute, local, parsed, resolved
from briefqa.documents.loaders.written_text import TextWriter, one_spaced
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata, PlaceUnit

NAME = "epub"
VERSION = 2
SUFFIXES: tuple[str, ...] = (".epub",)
MEDIA_TYPE = "application/epub+zip"
CALLED = "EPUB"
GIVES = "chapters in order, with headings, lists, tables and notes; cited by the chapter's file"
MOST_BYTES = 200_000_000
LIBRARIES: tuple[str, ...] = ("lxml.etree", "lxml.html")

_HTML = ("application/xhtml+xml", "text/html", "application/xml", "text/x-oeb1-document")
_FONT_OBFUSCATION = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(slots=True)
class _Contents:
    """The table of contents: by file, the level and name of what it is called there first."""

    names: dict[str, tuple[int, str]] = field(default_factory=dict)

    def add(self, part: str, level: int, name: str) -> None:
        if name and part:
            self.names.setdefault(part.casefold(), (min(level, 6), one_spaced(name)))


def parse(data: bytes, name: str) -> Document:
    """Read an e-book; raises LoadError for one that is damaged, copy-protected or hostile."""
    package = Package(data)
    _check_protection(package)
    main = _package_document(package)
    root = parsed(package.read(main), main, doctype=True)
    folder = main.rpartition("/")[0]
    manifest = {
        attribute(item, "id"): (
            resolved(folder, unquote(attribute(item, "href"))),
            attribute(item, "media-type").lower(),
            attribute(item, "properties").split(),
        )
        for items in (each for each in root if local(each) == "manifest")
        for item in items
        if local(item) == "item"
    }
    spine = child(root, "spine")
    contents = _contents(package, manifest, "" if spine is None else attribute(spine, "toc"))
    writer = TextWriter(PlaceUnit.CHAPTER)
    missing = 0
    for reference in () if spine is None else spine:
        part, kind, properties = manifest.get(attribute(reference, "idref"), ("", "", []))
        if "nav" in properties or (kind and kind not in _HTML):
            continue
        if part not in package:
            missing += 1
            continue
        writer.page(part)
        _chapter(package.read(part), part, contents, writer)
    if missing:
        writer.note(f"{missing} of its chapters are not in the file")
    if writer.is_empty:
        raise LoadError("it has no text: its pages may be pictures")
    return writer.document(name, _metadata(root, name))


def _chapter(data: bytes, part: str, contents: _Contents, writer: TextWriter) -> None:
    try:
        root, note = html_tree(data)
    except LoadError:
        return
    if note:
        writer.note(f"{note} ({part})")
    body = root.find("body")
    body = root if body is None else body
    headed = any(tag_of(each) in _HEADINGS and one_spaced(words_of(each)) for each in body.iter())
    level, called = contents.names.get(part.casefold(), (1, ""))
    if called and not headed and "".join(body.itertext()).strip():
        writer.heading(level, called)
    HtmlWalk(writer).walk(body)


def _package_document(package: Package) -> str:
    container = package.xml_if_any("META-INF/container.xml")
    if container is not None:
        for element in container.iter():
            path = attribute(element, "full-path") if local(element) == "rootfile" else ""
            if path:
                return unquote(path)
    found = next((name for name in package.names() if name.endswith(".opf")), "")
    if not found:
        raise LoadError("it is damaged: it does not say what is in it")
    return found


def _check_protection(package: Package) -> None:
    root = package.xml_if_any("META-INF/encryption.xml")
    for element in () if root is None else root.iter():
        if local(element) == "EncryptedData":
            method = child(element, "EncryptionMethod")
            if method is None or attribute(method, "Algorithm") not in _FONT_OBFUSCATION:
                raise LoadError("it is copy-protected, so that its text cannot be read")


def _contents(
    package: Package, manifest: dict[str, tuple[str, str, list[str]]], ncx: str
) -> _Contents:
    found = _Contents()
    try:
        for part, kind, properties in manifest.values():
            if "nav" in properties and part in package:
                root, _ = html_tree(package.read(part))
                for nav in root.iter("nav"):
                    if (nav.get("epub:type") or nav.get("type") or "toc") == "toc":
                        _of_nav(nav, part.rpartition("/")[0], found)
            elif part in package and (
                kind == "application/x-dtbncx+xml" or (ncx and manifest.get(ncx, ("",))[0] == part)
            ):
                root = parsed(package.read(part), part, doctype=True)
                _of_ncx(child(root, "navMap"), 1, part.rpartition("/")[0], found)
    except LoadError:
        pass  # a book without a table of contents is read as well
    return found


def _of_nav(nav: Any, folder: str, found: _Contents) -> None:
    for link in nav.iter("a"):
        level = sum(tag_of(above) == "ol" for above in link.iterancestors())
        found.add(resolved(folder, unquote(link.get("href") or "")), max(1, level), words_of(link))


def _of_ncx(points: Any | None, level: int, folder: str, found: _Contents) -> None:
    for point in () if points is None or level > 20 else points:
        if local(point) != "navPoint":
            continue
        label, content = child(point, "navLabel", "text"), child(point, "content")
        if label is not None and content is not None:
            part = resolved(folder, unquote(attribute(content, "src")))
            found.add(part, level, label.text or "")
        _of_ncx(point, level + 1, folder, found)


def _metadata(root: Any, name: str) -> Metadata:
    said: dict[str, str] = {}
    of_book = child(root, "metadata")
    for element in () if of_book is None else of_book.iter():
        tag, text = local(element), one_line(element.text or "")
        if tag in ("title", "creator", "date", "language", "publisher") and text:
            if tag == "creator" and said.get(tag):
                said[tag] = one_line(f"{said[tag]}, {text}")
            said.setdefault(tag, text)
    return Metadata(
        title=said.get("title", "") or title_from_name(name),
        date=said.get("date", "").partition("T")[0],
        source=said.get("publisher", ""),
        author=said.get("creator", ""),
        language=said.get("language", "").split("-")[0].lower()[:3],
    )
