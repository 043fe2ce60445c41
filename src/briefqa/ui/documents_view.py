"""The list of documents as markup, and what is said of those that come and go."""

from __future__ import annotations

from collections.abc import Sequence

from briefqa.documents.source_files import MAX_FILE_BYTES
from briefqa.indexing.added_files import Change, Received
from briefqa.records import DocumentInfo, section_text
from briefqa.ui.html import Html, tag
from briefqa.ui.uploads import MOST_FILES

_LISTED = 500
"""Documents that are listed, the first ones; of more, their number is told."""

_FINDABLE = 8
"""With more documents than so many there is a box to find one by its name."""


def document_list(
    documents: Sequence[DocumentInfo], *, changeable: bool, formats: Sequence[str]
) -> Html:
    """Every document with what it holds, to choose from; and where files are added.

    `formats` are the suffixes that are read, such as `.md`.
    """
    listed = documents[:_LISTED]
    items = [_document(info, number, changeable) for number, info in enumerate(listed)]
    more = len(documents) - len(listed)
    find = tag(
        "input",
        type="search",
        class_="find",
        placeholder="Find a document",
        aria_label="Find a document",
        data_key="find",
    )
    return tag(
        "div",
        _ways_in(formats) if changeable else None,
        find if len(documents) > _FINDABLE else None,
        tag("ul", *items, class_="documents", aria_label="Documents") if items else None,
        tag("p", f"{more} more are searched, and not listed here.", class_="place")
        if more
        else None,
        class_="library",
        data_documents=len(documents),
    )


def working(stage: str, done: int, total: int) -> Html:
    """How far a build is."""
    doing = {"reading": "Reading the files", "embedding": "Embedding the passages"}
    says = doing.get(stage, "Writing the index")
    bar = tag("progress", max=max(total, 1), value=done, aria_label=says)
    how_far = f"{says}: {done} of {total} …" if total > 1 else f"{says} …"
    return tag("div", tag("p", how_far), bar, class_="notice", data_busy=True)


def received(files: Sequence[Received]) -> Html:
    """A line for every file that was dropped: what became of it, or why not."""
    lines = [
        tag(
            "li",
            tag("bdi", file.name),
            *_kept_as(file),
            tag("span", f": {_outcome(file)}", class_="of"),
            class_="refused" if file.outcome is Change.REFUSED else None,
        )
        for file in files
    ]
    return tag("div", tag("ul", *lines), class_="notice")


def removed(name: str) -> Html:
    """That a document is gone, and the way to have it back."""
    undo = tag("button", "Undo", type="button", class_="undo", data_key="undo")
    return tag("div", tag("p", tag("bdi", name), " is no longer searched. ", undo), class_="notice")


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
        case Change.REFUSED:
            return f"not added: {file.detail}"


def _ways_in(formats: Sequence[str]) -> Html:
    limits = f"up to {MOST_FILES} at a time, {MAX_FILE_BYTES // 1_000_000}\N{NO-BREAK SPACE}MB each"
    return tag(
        "div",
        tag("p", f"Drop files or folders here ({', '.join(formats)}; {limits})", class_="invite"),
        tag(
            "p",
            _picker("Choose files", formats, multiple=True),
            _picker("Choose a folder", formats, webkitdirectory=True),
        ),
        tag("p", class_="sending", role="status"),
        class_="drop-zone",
    )


def _picker(name: str, formats: Sequence[str], **attributes: bool) -> Html:
    """A button that opens the browser's own window for files."""
    accept = None if attributes.get("webkitdirectory") else ",".join(formats)
    files = tag("input", type="file", hidden=True, accept=accept, aria_label=name, **attributes)
    button = tag("button", name, type="button", class_="pick", data_key=f"pick-{name}")
    return tag("span", button, files, class_="picker")


def _document(info: DocumentInfo, number: int, changeable: bool) -> Html:
    sections = "1 section" if len(info.sections) == 1 else f"{len(info.sections)} sections"
    passages = "1 passage" if info.passages == 1 else f"{info.passages} passages"
    about = " · ".join(part for part in (info.date, sections, passages) if part)
    choose = tag(
        "input",
        type="checkbox",
        class_="choose",
        id=f"choose-{number}",
        data_document=info.name,
        data_title=info.title,
        data_key=f"choose-{info.name}",
    )
    return tag(
        "li",
        tag(
            "label", choose, tag("span", info.title, class_="title", dir="auto"), class_="pickable"
        ),
        tag("p", tag("bdi", info.name), f" · {about}", class_="place"),
        _sections(info),
        _remove(info) if changeable else None,
        class_="document",
        data_name=f"{info.title}\n{info.name}".lower(),
    )


def _sections(info: DocumentInfo) -> Html | None:
    if not info.sections:
        return None
    items = [
        tag(
            "li",
            tag(
                "button",
                path[-1],
                type="button",
                class_="only",
                title=f"Look only in {section_text(path)}",
                data_document=info.name,
                data_title=info.title,
                data_section=section_text(path),
                data_key=f"only-{info.name}-{place}",
                dir="auto",
            ),
            class_=f"depth-{min(len(path), 4)}",
        )
        for place, path in enumerate(info.sections)
    ]
    return tag(
        "details",
        tag("summary", "Look in one section only"),
        tag("ul", *items),
        class_="sections",
        data_fold=f"sections-{info.name}",
    )


def _remove(info: DocumentInfo) -> Html:
    """Asks once: the first press shows the question, which the page's script opens and closes."""
    return tag(
        "details",
        tag("summary", "Remove", data_key=f"remove-{info.name}"),
        tag(
            "p",
            "Take it out of what is searched? It can be undone. ",
            tag(
                "button",
                "Remove",
                type="button",
                class_="remove",
                aria_label=f"Remove {info.title}",
                data_document=info.name,
                data_key=f"sure-{info.name}",
            ),
        ),
        class_="removal",
    )
