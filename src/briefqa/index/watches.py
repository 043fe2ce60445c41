"""The questions and mentions that keep watch over an index, with what was last seen of each.

A file beside the pointer of an index folder, or in the workspace of an index that is elsewhere,
written by `briefqa watch`, which outlives rebuilds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from briefqa.index import generations, kept_file
from briefqa.json_decoding import Count, encode

FILE = "watches.json"
LOCK = "watches.lock"
MOST = 200_000_000  # bytes; what is larger was not written here


class WatchKind(StrEnum):
    """What is watched: the answer to a question, or the places of a query."""

    QUESTION = "question"
    MENTIONS = "mentions"


@dataclass(frozen=True, slots=True)
class SeenQuote:
    """A sentence that an answer quoted, its citation, and its document."""

    document: str
    citation: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SeenPlace:
    """A mention: its document, its words, and what stands around them."""

    document: str
    left: str
    text: str
    right: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What there was when somebody was last told, or when the watch was added.

    Of a question: `verdict`, empty where none is passed, and `quotes`. Of mentions: `places`, in
    order. `files` are the SHA-256 of the documents' files, as indexed, or of a cited one as it is
    on disk, empty where it is gone. `error` is why it could not be asked, empty if it could.
    """

    verdict: str = ""
    quotes: tuple[SeenQuote, ...] = ()
    places: tuple[SeenPlace, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """One question or query that keeps watch, and where it looks; `number` is its name.

    `revision` counts how often what was `seen` has been replaced.
    """

    number: Count
    kind: WatchKind
    text: str
    documents: tuple[str, ...] | None
    section: str | None
    aliases: tuple[str, ...]
    added: str
    seen: Seen
    revision: Count = 0


@dataclass(frozen=True, slots=True)
class Watches:
    """All watches of an index, by number; `last` is the highest number that was ever given."""

    watches: tuple[Watch, ...] = ()
    last: Count = 0


@contextmanager
def changing(index: Path) -> Iterator[None]:
    """Be the one that runs or changes the watches in that folder; else raises IndexBusy."""
    busy = f"The watches of {index} are being run by another command; try again when it is done."
    with generations.alone(index, LOCK, busy):
        yield


def read(index: Path) -> Watches:
    """The watches of an index, none if it has none; raises IndexDamaged."""
    kept = kept_file.read(index / FILE, Watches, MOST, "briefqa watch", any_text=True)
    return kept or Watches()


def write(index: Path, watches: Watches) -> None:
    """Keep them with the index, in one step, while `changing`; raises IndexFolderError."""
    kept_file.write(index / FILE, encode(watches) + b"\n")


def set_damaged_aside(index: Path) -> str:
    """Rename the file if it is damaged; a sentence that says so, empty if it is not.

    Raises OSError.
    """
    aside = kept_file.set_damaged_aside(index / FILE, lambda: read(index))
    if aside is None:
        return ""
    return f"The watches were damaged and are now {aside}; add them again: briefqa watch add."
