"""Which documents are kept, and how do they come and go?

What people add lands in one folder, the uploads, which is one more path of the build. A change to
that folder and the build that publishes it are one step: while it runs there is no other build, and
if it fails the folder is put back as it was. Files move in one rename, so that whenever the program
is stopped each document is there, old or new, and the next build makes the index agree.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from briefqa.atomic_file import sync
from briefqa.documents import loaders
from briefqa.documents.source_files import absolute, excluded_by, read, safe_name
from briefqa.errors import BuildError, IndexNotFound, LoadError, UsageError
from briefqa.index import generations
from briefqa.index.manifest import Manifest, Outcome, Source
from briefqa.indexing.builder import build_index, last_roots, published
from briefqa.indexing.generation_writer import Progress
from briefqa.models.embedder import Embedder, embedder_of

MOST_AT_ONCE = 200  # files added in one go
MOST_FILES = 1_000  # files in the uploads
MOST_BYTES = 500_000_000  # bytes in the uploads
KEPT_REMOVALS = 10  # removed uploads that can be restored; older ones are deleted for good


class Change(StrEnum):
    """What became of a file that was added or restored."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file.

    `name` is as it was given and may hold any character. `document` is its name in the index, empty
    when it was refused, and `passages` how many the index holds of it. `detail` is a sentence, or
    empty.
    """

    name: str
    outcome: Change
    document: str = ""
    passages: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """A document that was removed, for `Library.restore`.

    `path` is where its file was, `kept` where that was moved to; None when it stayed there.
    `excluded` are the paths that were left out of the index instead: its own and its copies'.
    """

    name: str
    path: Path
    kept: Path | None
    excluded: frozenset[str]


class Library:
    """The documents of an index, and the folder for those that people add; any thread may use it.

    Changes are made one after the other. Every method raises BriefQAError, has then changed
    nothing, and raises IndexBusy while another process builds.
    """

    def __init__(
        self, index: Path, uploads: Path | None = None, *, model: str | Embedder | None = None) -> None:
        self.index = index
        self.uploads = Path(absolute(uploads or index.absolute().with_name("uploads")))
        self._model = model
        self._loaded: Embedder | None = None  # the index's own, kept for the next change
        self._lock = threading.Lock()
        self._incoming = self.uploads / ".incoming"  # hidden: no build finds what is in there
        self._removed = self.uploads / ".removed"

    def add(
        self, files: Sequence[tuple[str, Path]], progress: Progress | None = None
    ) -> list[Received]:
        """Keep copies of files, each given as a name and where it lies now, and index them.

        A name may hold folders; see `safe_name` for what it becomes. A document of that name is
        replaced: its file too if it is an upload, else that stays and is left out of the index.
        """
        with self._alone() as last:
            batch = _Batch(self.uploads, self._incoming, last)
            taken = [batch.take(name, staged) for name, staged in files]
            held: dict[str, Source] = {}
            if batch.moves:
                held = self._publish(last, batch.moves, batch.excluded, progress)
        return [_told(received, held, target) if target else received for received, target in taken]

    def remove(self, name: str, progress: Progress | None = None) -> Removed:
        """Take a document, and copies of it under other names, out of the index.

        An upload is moved out of the way; any other file stays and is left out of later builds
        that repeat the last one. Raises BuildError for the only document.
        """
        with self._alone() as last:
            indexed = {source.name: source for source in last.indexed()} if last else {}
            if last is None or name not in indexed:
                raise UsageError(f"There is no document '{name}' in {self.index}.")
            if len(indexed) == 1:
                raise BuildError(f"{name} is the only document; add another one first.")
            path, digest = Path(absolute(indexed[name].path)), indexed[name].sha256
            same = {absolute(source.path) for source in last.sources if source.sha256 == digest}
            kept = None
            if path.parent == self.uploads and os.path.lexists(path):
                kept = self._removed / f"{time.time_ns()} {path.name}"
                same.remove(str(path))
            moves = {kept: path} if kept else {}
            self._publish(last, moves, {*last.excluded, *same}, progress)
            for old in sorted(self._removed.iterdir())[:-KEPT_REMOVALS]:
                with suppress(OSError):
                    old.unlink()
        return Removed(name, path, kept, frozenset(same))

    def restore(self, removed: Removed, progress: Progress | None = None) -> Received:
        """Undo a removal; says in a sentence when that cannot be done any more."""
        with self._alone() as last:
            try:
                self._check_free(removed, last)
            except LoadError as error:
                return _refused(removed.name, error)
            moves = {removed.path: removed.kept} if removed.kept else {}
            excluded = set(last.excluded) - removed.excluded if last else set()
            held = self._publish(last, moves, excluded, progress)
        return _told(Received(removed.name, Change.ADDED), held, removed.path)

    def _check_free(self, removed: Removed, last: Manifest | None) -> None:
        indexed = last.indexed() if last else ()
        if removed.kept and not os.path.lexists(removed.kept):
            raise LoadError("it was removed too long ago; add it again")
        if any(source.name == removed.name for source in indexed) or (
            removed.kept and os.path.lexists(removed.path)
        ):
            raise LoadError("a document of that name has been added since; remove that one first")
        digest = hashlib.sha256(read(removed.kept or removed.path)).hexdigest()
        for source in indexed:
            if source.sha256 == digest:
                raise LoadError(f"the same content has been added since as {source.name}")

    @contextmanager
    def _alone(self) -> Iterator[Manifest | None]:
        """Be the one that changes anything; gives what the index says of itself, if any."""
        try:
            with self._lock, generations.writing(self.index):
                self.uploads.mkdir(parents=True, exist_ok=True)
                for folder in (self._incoming, self._removed):
                    if folder.is_symlink():
                        raise BuildError(f"{folder} is a link, which may lead anywhere; remove it.")
                    folder.mkdir(exist_ok=True)
                _empty(self._incoming)
                yield self._last()
                with suppress(OSError):
                    _empty(self._incoming)
        except OSError as error:
            raise BuildError(
                f"The uploads in {self.uploads} could not be changed ({error.strerror or error}); "
                "make it a folder that can be written, with room."
            ) from error

    def _last(self) -> Manifest | None:
        try:
            last = generations.current_manifest(self.index)
        except IndexNotFound:
            return None
        if not last.roots:
            raise UsageError(
                f"The documents in {self.index} are in no file; use another index for your own."
            )
        return last

    def _publish(
        self,
        last: Manifest | None,
        moves: Mapping[Path, Path],
        excluded: Iterable[str],
        progress: Progress | None,
    ) -> dict[str, Source]:
        """Move files, each target from its source, and build; returns the build's files by path.

        A file that comes in and is not indexed is taken out again.
        """
        before, backs = published(self.index), {}
        with ExitStack() as undo:
            for number, (target, source) in enumerate(moves.items()):
                backs[target] = _move(source, target, self._incoming / f"{number}.before")
                undo.callback(backs[target])
            sync(self.uploads)
            try:
                held = self._build(last, excluded, progress)
            except BaseException:
                if published(self.index) != before:
                    undo.pop_all()  # it is published, and something failed after that
                raise
            undo.pop_all()
        coming = (target for target in moves if target.parent == self.uploads)
        failed = [target for target in coming if not _is_indexed(held.get(str(target)))]
        if failed:
            for target in failed:
                backs[target]()
            self._build(last, excluded, progress)
        return held

    def _build(
        self, last: Manifest | None, excluded: Iterable[str], progress: Progress | None
    ) -> dict[str, Source]:
        roots = [absolute(root) for root in last_roots(self.index, last)] if last else []
        report = build_index(
            [Path(root) for root in dict.fromkeys([*roots, str(self.uploads)])],
            self.index,
            model=self._model or self._embedder(last),
            language=last.language if last else None,
            exclude=excluded,
            progress=progress,
            locked=True,
        )
        return {absolute(file.path): file for file in report.files}

    def _embedder(self, last: Manifest | None) -> Embedder | None:
        """That of the index; None for the default."""
        if last and (self._loaded is None or self._loaded.fingerprint != last.fingerprint):
            self._loaded = embedder_of(last.model, last.fingerprint)
        return self._loaded


class _Batch:
    """Files that are added together: `moves` are to be made, each target from its source."""

    def __init__(self, uploads: Path, incoming: Path, last: Manifest | None) -> None:
        indexed = last.indexed() if last else ()
        self.moves: dict[Path, Path] = {}
        self.excluded = set(last.excluded) if last else set()
        self._uploads = uploads
        self._incoming = incoming
        self._files = 0
        self._names: set[str] = set()
        self._by_path = {absolute(source.path): source for source in indexed}
        self._by_name = {source.name: source for source in indexed}
        self._by_digest = {source.sha256: source.name for source in indexed}
        self._sizes = {
            path.name: path.lstat().st_size
            for path in uploads.iterdir()
            if not path.name.startswith(".")
        }

    def take(self, name: str, staged: Path) -> tuple[Received, Path | None]:
        """What is to become of a file, and where it is to be moved if it is."""
        self._files += 1
        try:
            if self._files > MOST_AT_ONCE:
                raise LoadError(f"no more than {MOST_AT_ONCE} files are added at once; add it next")
            return self._take(name, read(staged))
        except LoadError as error:
            return _refused(name, error), None

    def _take(self, name: str, data: bytes) -> tuple[Received, Path | None]:
        kept_as, digest = safe_name(name), hashlib.sha256(data).hexdigest()
        target = self._uploads / kept_as
        before = self._by_path.get(str(target)) or self._by_name.get(kept_as)
        if before and before.sha256 == digest and _holds(Path(before.path), data):
            return Received(name, Change.UNCHANGED, before.name, before.passages), None
        document = loaders.parse(data, kept_as)
        if not any(section.paragraphs for section in document.sections):
            raise LoadError("it has no text to quote, only headings or front matter")
        same = self._by_digest.get(digest)
        if same and not (before and before.name == same):
            raise LoadError(f"the same content is kept as {same}")
        if kept_as.casefold() in self._names:
            raise LoadError(f"another one of these files is kept as {kept_as}; rename it")
        exists = os.path.lexists(target)
        if exists and not (target.is_file() or target.is_symlink()):
            raise LoadError(f"what stands as {kept_as} in the uploads is no file; rename it")
        self._make_room(kept_as, len(data))
        copy = self._incoming / str(len(self.moves))
        with copy.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        self.moves[target] = copy
        self.excluded -= excluded_by(target)
        self._names.add(kept_as.casefold())
        if before:  # what it held may now come under another name
            self._by_digest.pop(before.sha256, None)
        self._by_digest[digest] = kept_as
        detail = ""
        if before and absolute(before.path) != str(target):
            self.excluded.add(absolute(before.path))
            detail = "The file it replaces stays in its folder and is left out of the index."
        outcome = Change.REPLACED if before or exists else Change.ADDED
        return Received(name, outcome, detail=detail), target

    def _make_room(self, kept_as: str, size: int) -> None:
        sizes = {**self._sizes, kept_as: size}
        if len(sizes) > MOST_FILES:
            raise LoadError(
                f"the uploads hold {MOST_FILES} files, and that is the most; remove some"
            )
        if sum(sizes.values()) > MOST_BYTES:
            raise LoadError(
                f"the uploads would hold more than {MOST_BYTES / 1e6:.0f} MB; remove some"
            )
        self._sizes = sizes


def _move(source: Path, target: Path, spare: Path) -> Callable[[], object]:
    """Move a file in one step; returns what puts back everything."""
    if os.path.lexists(target):
        shutil.copy2(target, spare, follow_symlinks=False)
        source.replace(target)
        return lambda: spare.replace(target)
    source.replace(target)
    return lambda: target.replace(source)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read(path) == data
    except LoadError:
        return False


def _is_indexed(source: Source | None) -> bool:
    return source is not None and source.outcome is Outcome.INDEXED


def _told(received: Received, held: Mapping[str, Source], path: Path) -> Received:
    """With what the index holds of the file at `path`, or why it does not."""
    source = held.get(str(path))
    if source is None:
        return _refused(
            received.name, LoadError("it is in none of the folders that are indexed now")
        )
    if source.outcome is not Outcome.INDEXED:
        return _refused(received.name, LoadError(source.detail))
    return replace(received, document=source.name, passages=source.passages)


def _refused(name: str, error: LoadError) -> Received:
    why = str(error)
    return Received(name, Change.REFUSED, detail=f"{why[0].upper()}{why[1:]}.")
