"""Adding and removing the documents of an index.

What people add lands in one folder, the uploads, which is one more path of the build. A change to
that folder and the build that publishes it are one step: while it runs there is no other build, and
if it fails the folder is put back as it was. Files move in one rename, so that whenever the program
is stopped each document is there, old or new, and the next build makes the index agree. What is
added is parsed before that step begins, and once.
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
from pathlib import Path

from briefqa.atomic_file import sync
from briefqa.documents import tesseract
from briefqa.documents.sidecar import as_bytes, described, sidecar_of
from briefqa.documents.source_files import SIDECAR, absolute, read_source, safe_name
from briefqa.errors import BriefQAError, BuildError, IndexNotFound, LoadError, UsageError
from briefqa.index.manifest import Manifest, Outcome, Source
from briefqa.index.recovery import spelled
from briefqa.index.store import store_at
from briefqa.indexing.added_files import (
    MOST_AT_ONCE,
    Batch,
    Change,
    ParsedFiles,
    Received,
    refused,
    sentence,
)
from briefqa.indexing.builder import build_index, published
from briefqa.indexing.interrupted import begin, unfinished
from briefqa.indexing.last_build import last_roots, named_language
from briefqa.indexing.progress import OnProgress, Stage, tell
from briefqa.indexing.uploads_folder import INCOMING, REMOVED, check_owner, claim, default_folder
from briefqa.models.embedder import Embedder, embedder_of
from briefqa.records import Document

KEPT_REMOVALS = 10  # removed uploads that can be restored; older ones are deleted for good


@dataclass(frozen=True, slots=True)
class Removed:
    """A document that was removed, for `Library.restore`.

    `path` is where its file was, `moved_to` where it is now; None when it stayed there. `excluded`
    are the paths that were left out of the index instead: its own and its copies'. `detail` is a
    sentence, or empty.
    """

    name: str
    path: Path
    moved_to: Path | None
    excluded: frozenset[str]
    detail: str = ""


class Library:
    """The documents of an index, and the folder for those that people add; any thread may use it.

    The folder is `uploads`, by default that of `uploads_folder.default_folder`. Changes are made
    one after the other. Every method raises BriefQAError, has then changed nothing, and raises
    IndexBusy while another process builds.
    """

    def __init__(
        self, index: Path, uploads: Path | None = None, *, model: str | Embedder | None = None
    ) -> None:
        """Raises UsageError for uploads that belong to another index."""
        self.index = index
        self._store = store_at(index)
        self.uploads = Path(absolute(uploads or default_folder(index)))
        check_owner(self.uploads, index)
        self._model = model
        self._loaded: Embedder | None = None  # the index's own, kept for the next change
        self._lock = threading.Lock()
        self._finished: list[str] = []  # what was interrupted before the last change
        self._incoming = self.uploads / INCOMING
        self._removed = self.uploads / REMOVED

    def add(
        self,
        files: Sequence[tuple[str, Path]],
        progress: OnProgress | None = None,
        password: str = "",
    ) -> list[Received]:
        """Keep copies of files, each given as a name and where it lies now, and index them.

        A name may hold folders; see `safe_name` for what it becomes. A document of that name is
        replaced: its file too if it is an upload, else that stays and is left out of the index.
        `password` opens those that are locked and is kept nowhere.
        """
        parsed = self._parse(files, progress, password)
        with self._alone() as last:
            batch = Batch(self.uploads, self._incoming, last, parsed)
            taken = [batch.take(name, staged) for name, staged in files]
            sources: dict[str, Source] = {}
            if batch.moves:
                sources = self._publish(
                    last, batch.moves, batch.excluded, progress, batch.documents
                )
        told = [
            _with_outcome(received, sources, target) if target else received
            for received, target in taken
        ]
        return [*map(self._with_finished, told[:1]), *told[1:]]

    def _parse(
        self, files: Sequence[tuple[str, Path]], progress: OnProgress | None, password: str
    ) -> ParsedFiles:
        """Parse what is new, while others may still change the index."""
        parsed, digests, unchanged = ParsedFiles(password=password), set(), set()
        with suppress(BriefQAError):
            last = self._store.manifest()
            ocr_setup = tesseract.setup(last.language) if last.ocr else ""
            parsed = ParsedFiles(last.encoding, ocr_setup, password)
            unchanged = {(source.name, source.sha256) for source in last.indexed()}
        for number, (name, staged) in enumerate(files[:MOST_AT_ONCE]):
            tell(progress, Stage.READING, number, len(files))
            with suppress(LoadError):  # it is told when the file is taken
                kept_as = safe_name(name)
                data = read_source(staged, kept_as)
                digest = hashlib.sha256(data).hexdigest()
                if (kept_as, digest) not in unchanged and digest not in digests:
                    parsed.document(data, digest, kept_as)
                    digests.add(digest)  # a copy is refused
        return parsed

    def remove(self, name: str, progress: OnProgress | None = None) -> Removed:
        """Take a document, and copies of it under other names, out of the index.

        An upload is moved out of the way; any other file stays and is left out of later builds
        that repeat the last one. Raises BuildError for the only document.
        """
        with self._alone() as last:
            indexed = {source.name: source for source in last.indexed()} if last else {}
            if last is None or name not in indexed:
                raise UsageError(f"There is no document '{name}' in the index.")
            if part := indexed[name].part:
                whole = name.removesuffix(f"/{part}")
                raise UsageError(f"{name} came with {whole}; remove that one.")
            if len(indexed) == 1:
                raise BuildError(f"{name} is the only document; add another one first.")
            path, digest = Path(absolute(indexed[name].path)), indexed[name].sha256
            same = {
                absolute(source.path)
                for source in last.sources
                if source.sha256 == digest and not source.part
            }
            moved_to = None
            if path.parent == self.uploads and os.path.lexists(path):
                moved_to = self._removed / f"{time.time_ns()} {path.name}"
                same.remove(str(path))
            moves = _with_sidecars({moved_to: path} if moved_to else {})
            self._publish(last, moves, {*last.excluded, *same}, progress)
            kept = (path for path in self._removed.iterdir() if not path.name.endswith(SIDECAR))
            for old in sorted(kept)[:-KEPT_REMOVALS]:
                with suppress(OSError):
                    old.unlink()
                    sidecar_of(old).unlink(missing_ok=True)
        return Removed(name, path, moved_to, frozenset(same), self._finished_before())

    def uploaded(self) -> tuple[str, ...]:
        """The names of the documents that were added here, in document order."""
        try:
            last = self._store.manifest()
        except BriefQAError:
            return ()
        return tuple(
            source.name
            for source in last.indexed()
            if not source.part and Path(absolute(source.path)).parent == self.uploads
        )

    def describe(
        self, name: str, said: Mapping[str, str], progress: OnProgress | None = None
    ) -> Received:
        """Say what an uploaded document is: its title, date, source, author or language.

        What is said, by the names in `sidecar.FIELDS`, is kept in a file beside it; what is said to
        be empty is left to the document again. Raises UsageError for a document that is no upload,
        or a value that is none.
        """
        with self._alone() as last:
            indexed = {source.name: source for source in last.indexed()} if last else {}
            if last is None or name not in self.uploaded():
                raise UsageError(f"{name} is no document that was added here; edit its file.")
            path = Path(absolute(indexed[name].path))
            try:
                before = described(path)
                content = as_bytes({**(before.values if before else {}), **said})
            except LoadError as error:
                raise UsageError(f"Nothing was changed: {error}.") from error
            copy = self._incoming / "described"
            copy.write_bytes(content)
            sources = self._publish(last, {sidecar_of(path): copy}, last.excluded, progress)
        told = _with_outcome(Received(name, Change.REPLACED), sources, path)
        return self._with_finished(told)

    def restore(self, removed: Removed, progress: OnProgress | None = None) -> Received:
        """Undo a removal; says in a sentence when that cannot be done any more."""
        with self._alone() as last:
            try:
                self._check_free(removed, last)
            except LoadError as error:
                return refused(removed.name, error)
            moves = _with_sidecars({removed.path: removed.moved_to} if removed.moved_to else {})
            excluded = set(last.excluded) - removed.excluded if last else set()
            sources = self._publish(last, moves, excluded, progress)
        told = _with_outcome(Received(removed.name, Change.ADDED), sources, removed.path)
        return self._with_finished(told)

    def _finished_before(self) -> str:
        """Which interrupted changes were finished before the last one, as a sentence."""
        return f"Before that, {'; '.join(self._finished)}." if self._finished else ""

    def _with_finished(self, received: Received) -> Received:
        detail = " ".join(filter(None, (received.detail, self._finished_before())))
        return replace(received, detail=detail)

    def _check_free(self, removed: Removed, last: Manifest | None) -> None:
        indexed = last.indexed() if last else ()
        if removed.moved_to and not os.path.lexists(removed.moved_to):
            raise LoadError("it was removed too long ago; add it again")
        if any(source.name == removed.name for source in indexed) or (
            removed.moved_to and os.path.lexists(removed.path)
        ):
            raise LoadError("a document of that name has been added since; remove that one first")
        data = read_source(removed.moved_to or removed.path, removed.path.name)
        digest = hashlib.sha256(data).hexdigest()
        for source in indexed:
            if source.sha256 == digest:
                raise LoadError(f"the same content has been added since as {source.name}")

    @contextmanager
    def _alone(self) -> Iterator[Manifest | None]:
        """Be the one that changes anything; gives what the index says of itself, if any."""
        try:
            with self._lock, self._store.writing():
                self.uploads.mkdir(parents=True, exist_ok=True)
                for folder in (self._incoming, self._removed):
                    if folder.is_symlink():
                        raise BuildError(f"{folder} is a link, which may lead anywhere; remove it.")
                    folder.mkdir(exist_ok=True)
                claim(self.uploads, self.index)
                last = self._last()
                self._finished = unfinished(self.uploads, last)
                if self._finished:
                    self._build(last, last.excluded if last else (), None, None)
                    last = self._last()
                _empty(self._incoming)
                yield last
                with suppress(OSError):
                    _empty(self._incoming)
        except OSError as error:
            raise BuildError(
                f"The uploads in {self.uploads} could not be changed ({error.strerror or error}); "
                "make it a folder that can be written, with room."
            ) from error

    def _last(self) -> Manifest | None:
        try:
            last = self._store.manifest()
        except IndexNotFound:
            return None
        if not last.roots:
            raise UsageError(
                f"The documents in {spelled(self.index)} are in no file; use another index for "
                "your own."
            )
        return last

    def _publish(
        self,
        last: Manifest | None,
        moves: Mapping[Path, Path],
        excluded: Iterable[str],
        progress: OnProgress | None,
        parsed: Mapping[str, Document] | None = None,
    ) -> dict[str, Source]:
        """Move files, each target from its source, and build; returns the build's files by path.

        A file that comes in and is not indexed is taken out again.
        """
        before, backs = published(self.index), {}
        begin(self.uploads, moves)
        with ExitStack() as undo:
            for number, (target, source) in enumerate(moves.items()):
                backs[target] = _move(source, target, self._incoming / f"{number}.before")
                undo.callback(backs[target])
            sync(self.uploads)
            try:
                sources = self._build(last, excluded, progress, parsed)
            except BaseException:
                if published(self.index) != before:
                    undo.pop_all()  # it is published, and something failed after that
                raise
            undo.pop_all()
        coming = (target for target in moves if target.parent == self.uploads)
        documents = (target for target in coming if not target.name.endswith(SIDECAR))
        failed = [target for target in documents if not _is_indexed(sources.get(str(target)))]
        if failed:
            for target in failed:
                backs[target]()
            self._build(last, excluded, progress, parsed)
        return sources

    def _build(
        self,
        last: Manifest | None,
        excluded: Iterable[str],
        progress: OnProgress | None,
        parsed: Mapping[str, Document] | None,
    ) -> dict[str, Source]:
        roots = [absolute(root) for root in last_roots(self.index, last)] if last else []
        report = build_index(
            [Path(root) for root in dict.fromkeys([*roots, str(self.uploads)])],
            self.index,
            model=self._model or self._embedder(last),
            language=(named_language(last) if last else "") or None,
            encoding=last.encoding if last else None,
            ocr=bool(last.ocr) if last else None,
            exclude=excluded,
            progress=progress,
            locked=True,
            parsed=parsed,
        )
        return {absolute(file.path): file for file in report.files if not file.part}

    def _embedder(self, last: Manifest | None) -> Embedder | None:
        """That of the index; None for the default."""
        if last and (self._loaded is None or self._loaded.fingerprint != last.fingerprint):
            self._loaded = embedder_of(last.model, last.fingerprint)
        return self._loaded


def _with_sidecars(moves: Mapping[Path, Path]) -> dict[Path, Path]:
    """The moves, each target from its source, with what is said of the files beside them."""
    beside = {sidecar_of(target): sidecar_of(source) for target, source in moves.items()}
    return {**moves, **{target: one for target, one in beside.items() if os.path.lexists(one)}}


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


def _is_indexed(source: Source | None) -> bool:
    return source is not None and source.outcome is Outcome.INDEXED


def _with_outcome(received: Received, sources: Mapping[str, Source], path: Path) -> Received:
    """With what the index holds of the file at `path`, or why it does not."""
    source = sources.get(str(path))
    if source is None:
        return refused(
            received.name, LoadError("it is in none of the folders that are indexed now")
        )
    if source.outcome is not Outcome.INDEXED:
        return refused(received.name, LoadError(source.detail))
    detail = " ".join(filter(None, (received.detail, sentence(source.detail))))
    return replace(received, document=source.name, passages=source.passages, detail=detail)
