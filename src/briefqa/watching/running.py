"""Adds, removes and runs the watches of an index."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.concordance.finding import Places, find, named
from briefqa.concordance.matching import Found
from briefqa.documents import source_files
from briefqa.errors import LoadError, UsageError
from briefqa.index import watches
from briefqa.index.opened import OpenedIndex
from briefqa.index.store import store_at
from briefqa.index.watches import Seen, SeenPlace, SeenQuote, Watch, Watches, WatchKind
from briefqa.models.reader import DEFAULT_READER
from briefqa.records import Quotation
from briefqa.watching import changes, feed
from briefqa.watching.changes import Told

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher
    from briefqa.models.reader import Reader

MOST_WATCHES = 1_000
CONTEXT = 40  # characters by which a place is known again
_NO_ROOM = f"An index keeps up to {MOST_WATCHES} watches; remove one first: briefqa watch remove."

Open = Callable[[], "Searcher"]


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed of one watch; `id` is its own, and the same if it is told again."""

    id: str
    watch: int
    text: str
    told: Told


@dataclass(frozen=True, slots=True)
class WatchReport:
    """What running the watches found: how many there are, and each change since it was last run."""

    index: Path
    generation: str
    watches: int
    changes: tuple[Change, ...]


def add(
    index: Path,
    text: str,
    kind: WatchKind = WatchKind.QUESTION,
    *,
    documents: Iterable[str] | None = None,
    section: str | None = None,
    aliases: Iterable[str] = (),
    searcher: Searcher | None = None,
    reader: Reader | str | None = DEFAULT_READER,
) -> Watch:
    """Keep watch over a question or the mentions of a query, from what they are now on.

    One that is watched already is returned as it is. `searcher` is one over this index, opened if
    it is not given and a question needs one. Raises UsageError for a question that cannot be asked
    and where there is no room for more.
    """
    if not text.strip():
        raise UsageError("There is nothing to watch; give a question or a query.")
    folder = _folder(index)
    with watches.changing(folder), _Asking(index, searcher, reader) as asking:
        kept = watches.read(folder)
        if len(kept.watches) >= MOST_WATCHES:
            raise UsageError(_NO_ROOM)
        where = (None if documents is None else tuple(documents), section, tuple(aliases))
        for each in kept.watches:
            if (each.kind, each.text, each.documents, each.section, each.aliases) == (
                kind, text, *where
            ):  # fmt: skip
                return each
        new = Watch(
            kept.last + 1, kind, text, *where,
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), Seen(),
        )  # fmt: skip
        new = replace(new, seen=asking.seen(new))
        watches.write(folder, Watches((*kept.watches, new), new.number))
    return new


def remove(index: Path, number: int) -> Watch:
    """Stop one watch, which is returned; raises UsageError if there is none of that number."""
    folder = _folder(index)
    with watches.changing(folder):
        kept = watches.read(folder)
        for each in kept.watches:
            if each.number == number:
                others = tuple(other for other in kept.watches if other.number != number)
                watches.write(folder, Watches(others, kept.last))
                return each
    raise UsageError(f"There is no watch {number}; `briefqa watch list` names them.")


def run(
    index: Path,
    *,
    feed_file: Path | None = None,
    searcher: Searcher | None = None,
    reader: Reader | str | None = DEFAULT_READER,
    tell: Callable[[WatchReport], None] | None = None,
) -> WatchReport:
    """Ask every watch again; tells each change once, and nothing where nothing has changed.

    Changes go into the JSON Feed `feed_file`, if one is given, and to `tell`, before they are
    remembered as told: what is interrupted is told again, with the same `id`. Raises IndexBusy
    while another run is at it.
    """
    folder = _folder(index)
    with watches.changing(folder), _Asking(index, searcher, reader) as asking:
        kept = watches.read(folder)
        found: list[Change] = []
        after: list[Watch] = []
        for watch in kept.watches:
            now = _seen_or_error(asking, watch)
            told = list(_told(watch, now))
            found += (
                Change(_id(watch, position), watch.number, watch.text, each)
                for position, each in enumerate(told)
            )
            same = now == watch.seen
            after.append(watch if same else replace(watch, seen=now, revision=watch.revision + 1))
        report = WatchReport(index, asking.generation, len(kept.watches), tuple(found))
        if feed_file is not None:
            feed.add(feed_file, report.changes)
        if tell is not None:
            tell(report)
        if tuple(after) != kept.watches:
            watches.write(folder, replace(kept, watches=tuple(after)))
    return report


def _folder(index: Path) -> Path:
    """The folder that keeps the watches of an index; raises IndexNotFound, so that none is made by
    a wrong name.
    """
    store = store_at(index)
    store.manifest()
    return store.workspace


def _told(watch: Watch, now: Seen) -> Iterator[Told]:
    compared = changes.of_mentions if watch.kind is WatchKind.MENTIONS else changes.of_question
    return compared(watch.seen, now)


def _id(watch: Watch, position: int) -> str:
    """The same for as long as the change is not remembered, and no other change's."""
    name = f"{watch.added} {watch.number} {watch.revision} {position}"
    return f"urn:sha256:{hashlib.sha256(name.encode()).hexdigest()}"


def _seen_or_error(asking: _Asking, watch: Watch) -> Seen:
    try:
        return asking.seen(watch)
    except UsageError as error:  # a document or section that is no longer there
        return replace(watch.seen, error=str(error))


class _Asking:
    """One generation of an index, and what there is of a watch in it."""

    def __init__(self, index: Path, searcher: Searcher | None, reader: Reader | str | None) -> None:
        self._index = index
        self._searcher = searcher
        self._reader = reader
        self._open = ExitStack()

    def __enter__(self) -> _Asking:
        self._opened: OpenedIndex = self._open.enter_context(store_at(self._index).open())
        self._files = {each.name: each.sha256 for each in self._opened.manifest.indexed()}
        return self

    def __exit__(self, *raised: object) -> None:
        self._open.close()

    @property
    def generation(self) -> str:
        return self._opened.name

    def seen(self, watch: Watch) -> Seen:
        """What there is of a watch now; raises UsageError."""
        return self._places(watch) if watch.kind is WatchKind.MENTIONS else self._answer(watch)

    def _places(self, watch: Watch) -> Seen:
        documents = named(self._opened, watch.documents)
        found = find(self._opened, watch.text, aliases=watch.aliases, documents=documents)
        places = tuple(
            SeenPlace(each.document, each.left[-CONTEXT:], each.text, each.right[:CONTEXT])
            for each in found.mentions
        )
        with_places = dict.fromkeys(each.document for each in places)
        return Seen(places=places, files={name: self._files[name] for name in with_places})

    def _answer(self, watch: Watch) -> Seen:
        if self._searcher is None:
            from briefqa.answering.searcher import Searcher

            opened = Searcher(self._index, reader=self._reader)
            self._searcher = self._open.enter_context(opened)
        answer = self._searcher.ask(watch.text, documents=watch.documents, section=watch.section)
        quotes = tuple(
            SeenQuote(each.passage.document, self._cited(each), each.sentence)
            for each in answer.quotations
        )
        cited = dict.fromkeys(each.document for each in quotes)
        return Seen(
            verdict=str(answer.verdict or ""),
            quotes=quotes,
            files={name: self._on_disk(name) for name in cited},
        )

    def _cited(self, quotation: Quotation) -> str:
        """The citation of the sentence alone: that of its passage changes with its neighbours."""
        row = self._opened.manifest.rows()[quotation.passage.document]
        start, end = quotation.span.sentence_start, quotation.span.sentence_end
        shared = quotation.passage.title_shared
        place = Places(self._opened, row).mention(Found(start, end, 0, 0), title_shared=shared)
        return place.citation if place.text == quotation.sentence else quotation.citation

    def _on_disk(self, name: str) -> str:
        """The SHA-256 of a document's file as it is now; of a part, of what it was indexed as."""
        source = next(each for each in self._opened.manifest.indexed() if each.name == name)
        if source.part or not source.path:
            return source.sha256
        try:
            return hashlib.sha256(source_files.read_source(Path(source.path), name)).hexdigest()
        except LoadError:
            return ""
