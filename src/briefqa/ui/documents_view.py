"""The list of documents as markup, and what is said of those that come and go."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from briefqa.documents import loaders
from briefqa.indexing.added_files import Change, Received
from briefqa.indexing.progress import Progress
from briefqa.records import DocumentInfo
from briefqa.text.dates import MONTHS
from briefqa.text.language import language_name
from briefqa.ui import choices
from briefqa.ui.html import Html, join, tag
from briefqa.ui.uploads import MOST_BYTES, MOST_FILES

_FINDABLE = 8
"""With more documents than so many there are ways to find some of them."""

_TICKS = (
    ("All", "all", "Tick all that are listed"),
    ("None", "none", "Tick none that are listed"),
    ("Only these", "only", "Tick those that are listed and no others"),
)

_NUMBERS = re.compile(r"(\d{4})(?:-(\d\d?)(?:-(\d\d?))?)?(?!\d)")
_YEAR = re.compile(r"\b\d{4}\b")
_DAY = re.compile(r"\b\d{1,2}\b")
_WORD = re.compile(r"[A-Za-z]+")


def document_list(
    documents: Sequence[DocumentInfo], *, changeable: bool, formats: Sequence[str]
) -> Html:
    """Every document on a line, to choose from and to open; and where files are added.

    `formats` are the suffixes that are read, such as `.md`.
    """
    by_title = sorted(documents, key=lambda info: (info.title.casefold(), info.name))
    alike = Counter((info.title.casefold(), info.date) for info in documents)
    items = [
        _document(info, number, named=alike[info.title.casefold(), info.date] > 1)
        for number, info in enumerate(by_title)
    ]
    return tag(
        "div",
        _ways_in(formats) if changeable else None,
        _tools(documents) if len(documents) > 1 else None,
        tag("ul", *items, class_="documents", aria_label="Documents") if items else None,
        class_="library",
        data_documents=len(documents),
        data_stamp=stamp(documents),
    )


def stamp(documents: Sequence[DocumentInfo]) -> str:
    """What tells this list of documents from another, 16 hexadecimal digits."""
    listed = "\n".join(f"{info.name}\t{info.title}\t{info.date}" for info in documents)
    return hashlib.blake2b(listed.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def working(how_far: Progress) -> Html:
    """How far a build is."""
    bar = tag("progress", max=max(how_far.total, 1), value=how_far.done, aria_label=str(how_far))
    return tag("div", tag("p", f"{how_far} …"), bar, class_="notice", data_busy=True)


def rebuild(name: str) -> Html:
    """The button that builds the index again; how far that is, is told beside it."""
    button = tag("button", name, type="button", class_="rebuild", data_key="rebuild")
    return join(button, tag("div", class_="told"))


def received(files: Sequence[Received]) -> Html:
    """A line for every file that was dropped: what became of it, or why not."""
    lines = [
        tag(
            "li",
            tag("bdi", file.name),
            *_kept_as(file),
            tag("span", f": {_outcome(file)}", class_="of"),
            class_="refused" if file.outcome in (Change.REFUSED, Change.LOCKED) else None,
        )
        for file in files
    ]
    return tag("div", tag("ul", *lines), class_="notice")


def removed(name: str, detail: str = "") -> Html:
    """That a document is gone, and the way to have it back; `detail` is a sentence, or empty."""
    undo = tag("button", "Undo", type="button", class_="undo", data_key="undo")
    told = f" is no longer searched. {detail}".rstrip() + " "
    return tag("div", tag("p", tag("bdi", name), told, undo), class_="notice")


def notice(sentence: str, *, bad: bool = False) -> Html:
    """One sentence about what was asked for."""
    return tag("div", tag("p", sentence), class_="notice problem" if bad else "notice")


def _kept_as(file: Received) -> list[str]:
    """The name a file was given, where that is another than it came with."""
    if file.document in ("", file.name):
        return []
    return [tag("span", ", kept as ", class_="of"), tag("bdi", file.document)]


def _outcome(file: Received) -> str:
    passages = "1 passage" if file.passages == 1 else f"{file.passages} passages"
    match file.outcome:
        case Change.ADDED | Change.REPLACED:
            says = f"{file.outcome}, {passages}"
            return f"{says}; {file.detail}" if file.detail else says
        case Change.UNCHANGED:
            return file.detail or "unchanged"
        case Change.LOCKED:
            return f"not added yet: {file.detail}"
        case Change.REFUSED:
            return f"not added: {file.detail}"


def _ways_in(formats: Sequence[str]) -> Html:
    most = f"{MOST_BYTES // 1_000_000}\N{NO-BREAK SPACE}MB"
    limits = f"up to {MOST_FILES} at a time, {most} together"
    return tag(
        "div",
        tag("p", f"Drop files or folders here ({loaders.formats()}; {limits})", class_="invite"),
        tag(
            "p",
            picker("Choose files", formats, multiple=True),
            picker("Choose a folder", formats, webkitdirectory=True),
        ),
        tag("p", class_="sending", role="status"),
        class_="drop-zone",
    )


def picker(name: str, formats: Sequence[str], **attributes: bool) -> Html:
    """A button that opens the browser's own window for files."""
    accept = None if attributes.get("webkitdirectory") else ",".join(formats)
    files = tag("input", type="file", hidden=True, accept=accept, aria_label=name, **attributes)
    button = tag("button", name, type="button", class_="pick", data_key=f"pick-{name}")
    return tag("span", button, files, class_="picker")


def _tools(documents: Sequence[DocumentInfo]) -> Html:
    """What finds, sorts and ticks documents; the page's script does it."""
    many = len(documents) > _FINDABLE
    find = tag(
        "input",
        type="search",
        class_="find",
        placeholder="Find a document",
        aria_label="Find a document",
        data_key="find",
    )
    folders = sorted({_folder(info.name) for info in documents})
    narrowing: list[Html] = []
    if many and len(folders) > 1:
        named = [tag("option", folder or "No folder", value=folder) for folder in folders]
        everywhere = tag("option", "All folders", value="*")
        narrowing.append(_select("folder", "Folder", [everywhere, *named]))
    dated = any(day(info.date) for info in documents)
    if many:
        orders = [("title", "By title")]
        if dated:
            orders += [("newest", "Newest first"), ("oldest", "Oldest first")]
        options = [tag("option", name, value=order) for order, name in orders]
        narrowing.append(_select("sort", "Order", options))
    if many and dated:
        narrowing += [
            tag(
                "label",
                f"{name} ",
                tag("input", type="date", class_=name.lower(), data_key=f"date-{name}"),
            )
            for name in ("From", "To")
        ]
    ticks = [
        tag("button", name, type="button", title=title, data_tick=tick, data_key=f"tick-{tick}")
        for name, tick, title in _TICKS
    ]
    return tag(
        "div",
        find if many else None,
        tag("div", *narrowing, class_="narrowing") if narrowing else None,
        tag("p", "Ask: ", *ticks, tag("span", class_="count", role="status"), class_="ticks"),
        class_="tools",
    )


def _select(name: str, label: str, options: Sequence[Html]) -> Html:
    return tag("select", *options, class_=name, aria_label=label, data_key=name)


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def day(date: str) -> str:
    """A date as it is written in a document as `2017-01-18`, to sort by; empty if it is none.

    Of a month or a year, its first day.
    """
    if numbers := _NUMBERS.match(date.strip()):
        year, month, number = (int(part or 1) for part in numbers.groups())
    else:
        years, days = _YEAR.search(date), _DAY.search(date)
        months = [word[:3].lower() for word in _WORD.findall(date)]
        known = [MONTHS.index(name) + 1 for name in months if name in MONTHS]
        if years is None or not known:
            return ""
        year, month, number = int(years[0]), known[0], int(days[0]) if days else 1
    return f"{year:04}-{month:02}-{number:02}" if 1 <= month <= 12 and 1 <= number <= 31 else ""


def _document(info: DocumentInfo, number: int, *, named: bool) -> Html:
    """A line: its tick, its title, which opens it, its date, and the way to ask only it.

    The name of its file is shown where it is to be `named`: another has its title and date.
    """
    own = choices.key(info.name)
    remarks = [*_language(info), *info.notes]
    return tag(
        "li",
        tag(
            "input",
            type="checkbox",
            class_="choose",
            aria_labelledby=f"title-{number}",
            data_key=f"choose-{own}",
        ),
        tag(
            "button",
            info.title,
            type="button",
            class_="title read",
            id=f"title-{number}",
            title=f"{info.title}\n{info.name}",
            data_at=0,
            data_key=f"read-{own}",
            dir="auto",
        ),
        tag("bdi", info.date, class_="of") if info.date else None,
        tag("bdi", info.name, class_="of") if named else None,
        tag("small", "; ".join(remarks), class_="of") if remarks else None,
        tag(
            "button",
            "Only this",
            type="button",
            class_="only",
            id=f"only-{number}",
            aria_labelledby=f"only-{number} title-{number}",
            data_key=f"only-{own}",
        ),
        class_="document",
        data_id=own,
        data_document=info.name,
        data_day=day(info.date) or None,
    )


def _language(info: DocumentInfo) -> list[str]:
    """What a document is surely written in, where that is not English."""
    return [] if info.language in ("", "en") else [language_name(info.language)]
