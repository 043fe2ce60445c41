"""Files that are added together: what becomes of each, and the documents in them."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from briefqa.documents import reading
from briefqa.documents.source_files import absolute, excluded_by, read, read_source, safe_name
from briefqa.errors import LoadError, PasswordNeeded
from briefqa.index.manifest import Manifest
from briefqa.records import Document

MOST_AT_ONCE = 200  # files added in one go
MOST_FILES = 1_000  # files in the uploads
MOST_BYTES = 500_000_000  # bytes in the uploads


class Change(StrEnum):
    """What became of a file that was added or restored."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    LOCKED = "locked"  # refused too, but a password would open it


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


class ParsedFiles:
    """What files hold, by their SHA-256 and the name they get: each is parsed once.

    `encoding` and `ocr_setup` are as for `reading.read_document`, and `password` opens those that
    are locked.
    """

    def __init__(self, encoding: str = "", ocr_setup: str = "", password: str = "") -> None:
        self._encoding = encoding
        self._ocr_setup = ocr_setup
        self._password = password
        self._results: dict[tuple[str, str], Document | LoadError] = {}

    def document(self, data: bytes, digest: str, name: str) -> Document:
        """The document in a file; raises LoadError."""
        if (digest, name) not in self._results:
            try:
                self._results[digest, name] = reading.read_document(
                    data, name, self._password, encoding=self._encoding, ocr_setup=self._ocr_setup
                )
            except LoadError as error:
                self._results[digest, name] = error
        result = self._results[digest, name]
        if isinstance(result, LoadError):
            raise result
        return result


class Batch:
    """Files that are added together.

    `moves` are to be made, each target from its source; `documents` are in them, by the SHA-256 of
    their files. `excluded` are the paths that are to be left out of the index.
    """

    def __init__(
        self, uploads: Path, incoming: Path, last: Manifest | None, parsed: ParsedFiles
    ) -> None:
        indexed = last.indexed() if last else ()
        self.moves: dict[Path, Path] = {}
        self.documents: dict[str, Document] = {}
        self.excluded = set(last.excluded) if last else set()
        self._uploads = uploads
        self._incoming = incoming
        self._parsed = parsed
        self._files = 0
        self._names: set[str] = set()
        self._by_path = {absolute(source.path): source for source in indexed if not source.part}
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
            return self._take(name, read_source(staged, safe_name(name)))
        except PasswordNeeded as error:
            why = "the password is wrong" if error.wrong else "it is locked with a password"
            return Received(name, Change.LOCKED, detail=why), None
        except LoadError as error:
            return refused(name, error), None

    def _take(self, name: str, data: bytes) -> tuple[Received, Path | None]:
        kept_as, digest = safe_name(name), hashlib.sha256(data).hexdigest()
        target = self._uploads / kept_as
        before = self._by_path.get(str(target)) or self._by_name.get(kept_as)
        if before and before.sha256 == digest and _holds(Path(before.path), data):
            return Received(name, Change.UNCHANGED, before.name, before.passages), None
        same = self._by_digest.get(digest)
        if same and not (before and before.name == same):
            raise LoadError(f"the same content is kept as {same}")
        document = self._parsed.document(data, digest, kept_as)
        if not any(section.paragraphs for section in document.sections):
            raise LoadError("it has no text to quote, only headings or front matter")
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
        self.documents[digest] = document
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


def _holds(path: Path, data: bytes) -> bool:
    try:
        return read(path, len(data)) == data
    except LoadError:
        return False


def refused(name: str, error: LoadError) -> Received:
    """That a file was not added, and why."""
    return Received(name, Change.REFUSED, detail=sentence(str(error)))


def sentence(remark: str) -> str:
    """What is said of a file, as a sentence of its own."""
    return f"{remark[0].upper()}{remark[1:]}." if remark else ""
