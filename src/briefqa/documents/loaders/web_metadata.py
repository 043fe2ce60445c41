"""What a web page says of itself: title, date, author, site, language."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urlsplit

from briefqa.documents.loaders.html_walk import heading_words, tag_of
from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.written_text import one_spaced
from briefqa.records import Metadata

_MOST_DATA = 500_000  # characters of what a page says of itself in JSON
_BETWEEN = re.compile(r"\s[-–—|·•:»]\s")
_DATES = (
    *("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued"),
    *("dcterms.date", "dcterms.created", "pubdate", "publishdate", "citation_publication_date"),
    *("parsely-pub-date", "sailthru.date", "article:published", "og:published_time"),
)
_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class WebMetadata:
    """What a page says of itself; `titles` are headings that only repeat its title."""

    metadata: Metadata
    titles: frozenset[str]

    def is_title(self, words: str) -> bool:
        """Whether a heading is the page's title again."""
        return _alike(words) in self.titles


def web_metadata(root: Any, name: str, address: str = "") -> WebMetadata:
    """What a page says of itself, in its head, in JSON for search engines, and in its headings.

    `name` is its file's, `address` where it was saved from if that is known otherwise.
    """
    said = _meta(root)
    data = _structured(root)
    title_element = root.find(".//title")
    shown = one_spaced("".join(title_element.itertext())) if title_element is not None else ""
    site = said.get("og:site_name", "") or said.get("application-name", "")
    site = site or data.get("publisher", "")
    for link in root.iter("link"):
        if link.get("rel") == "canonical" and not address:
            address = link.get("href") or ""
    address = address or said.get("og:url", "")
    title = said.get("og:title", "") or data.get("headline", "") or said.get("dc.title", "")
    title = title or shown
    heading = _title_heading(root, title)
    title = heading or _without_site(title, site)
    date = next((said[key] for key in _DATES if said.get(key)), "") or data.get("date", "")
    date = date or _time_element(root)
    author = next((said[key] for key in _AUTHORS if said.get(key)), "") or data.get("author", "")
    language = root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    metadata = Metadata(
        title=one_line(title) or title_from_name(name),
        date=_day(one_line(date)),
        source=one_line(site) or _host(address),
        author="" if author.startswith(("http:", "https:")) else one_line(author),
        language=language[:35].split("-")[0].lower() if language[:2].isalpha() else "",
    )
    return WebMetadata(metadata, frozenset({_alike(title), _alike(heading)} - {""}))


def _title_heading(root: Any, title: str) -> str:
    """The heading that says what the title does: the only one of level 1, or part of the title."""
    first = [heading_words(each) for each in root.iter("h1") if not _in_page_header(each)]
    first = list(dict.fromkeys(filter(None, first)))
    if len(first) == 1 and (not title or _alike(first[0]) in _alike(title)):
        return first[0]
    parts = {_alike(part) for part in (title, *_BETWEEN.split(title))} - {""}
    headings = [each for each in root.iter("h1", "h2") if _alike(heading_words(each)) in parts]
    headings.sort(key=_in_page_header)
    found = heading_words(headings[0]) if headings else ""
    return found or (first[0] if first and not title else "")


def _in_page_header(heading: Any) -> bool:
    """Whether a heading stands in the head of the page, where the site has its name."""
    for above in heading.iterancestors():
        if tag_of(above) in ("article", "main"):
            return False
        if tag_of(above) in ("header", "nav") or "header" in (above.get("id") or ""):
            return True
    return False


def _meta(root: Any) -> dict[str, str]:
    said: dict[str, str] = {}
    for element in root.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = one_spaced((element.get("content") or "")[:2_000])
        if key and content:
            said.setdefault(key.lower()[:100], content)
    return said


def _structured(root: Any) -> dict[str, str]:
    """Headline, date, authors and publisher of what the page says of itself as JSON."""
    found: dict[str, str] = {}
    for script in root.iter("script"):
        if script.get("type") != "application/ld+json" or not script.text:
            continue
        try:
            entries = list(_objects(json.loads(script.text[:_MOST_DATA]), 0))
        except (ValueError, RecursionError):
            continue
        for entry in entries:
            if not isinstance(entry.get("headline"), str) and "datePublished" not in entry:
                continue
            for key, value in (
                ("headline", entry.get("headline")),
                ("date", entry.get("datePublished")),
                ("author", ", ".join(_names(entry.get("author")))),
                ("publisher", ", ".join(_names(entry.get("publisher"))[:1])),
            ):
                if isinstance(value, str) and value.strip():
                    found.setdefault(key, one_spaced(unescape(value[:500])))
    return found


def _names(value: object) -> list[str]:
    """The names of several people or publishers, each as it is or under `name`, no address."""
    listed = value[:20] if isinstance(value, list) else [value]
    named = [one.get("name") if isinstance(one, dict) else one for one in listed]
    return [
        name for name in named if isinstance(name, str) and not name.startswith(("http:", "https:"))
    ]


def _objects(value: object, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        if depth < 3:
            yield from _objects(value.get("@graph"), depth + 1)
    elif isinstance(value, list) and depth < 3:
        for each in value[:100]:
            yield from _objects(each, depth + 1)


def _time_element(root: Any) -> str:
    """The date in the page's first `time`, if it is that of an article or marked as published."""
    for element in root.iter("time"):
        stamp = element.get("datetime") or ""
        within = any(
            tag_of(above) in ("article", "header", "main") for above in element.iterancestors()
        )
        if _ISO_DATE.match(stamp) and (within or element.get("pubdate") is not None):
            return stamp
    return ""


def _day(date: str) -> str:
    """A date without its time of day."""
    iso = _ISO_DATE.match(date)
    return iso[0] if iso else date[:60]


def _without_site(title: str, site: str) -> str:
    """A page's title without the name of its site, which is set before or behind it."""
    parts = _BETWEEN.split(title)
    if len(parts) > 1 and site:
        kept = [part.strip() for part in parts if _alike(part) != _alike(site)]
        if kept and len(kept) < len(parts):
            for part in (parts[0], parts[-1]):
                if _alike(part) == _alike(site):
                    start = title.find(kept[0])
                    return title[start : title.rfind(kept[-1]) + len(kept[-1])]
    return title


def _alike(words: str) -> str:
    return "".join(sign for sign in words.casefold() if sign.isalnum())


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")[:100]
    except ValueError:
        return ""
