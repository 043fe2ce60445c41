"""An index in Milvus as a store: opening, publishing and tidying generations of collections."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import numpy as np
import platformdirs

from briefqa.errors import IndexDamaged, IndexFolderError, IndexNotFound
from briefqa.index import generations
from briefqa.index.calibration import Calibration
from briefqa.index.manifest import BuildInputs, Manifest, parse_inputs
from briefqa.index.milvus import collections, location
from briefqa.index.milvus.client import Client, Missing
from briefqa.index.milvus.numbering import Numbering, Shared, conditions, unused
from briefqa.index.milvus.rows import (
    MilvusDocumentFile,
    MilvusLineMaps,
    MilvusPassageFile,
    Passages,
    StoredKeys,
    StoredVectors,
    read_blob,
    read_blobs,
    read_from,
)
from briefqa.index.milvus.searching import MilvusKeywordIndex, MilvusVectorIndex
from briefqa.index.milvus.writer import STAMP, Writer, alias_of, was_of_writer, writing
from briefqa.index.opened import OpenedIndex
from briefqa.index.recovery import MANIFEST, build_command, damaged
from briefqa.json_decoding import Malformed, decode, encode

_CALIBRATION = "calibration"


class OpenedInMilvus(OpenedIndex):
    """A generation in Milvus; what has to be read of it is read when it is needed."""

    __slots__ = ()

    def check(self) -> None:
        """Raise IndexDamaged where rows are missing or not as they were sent; reads them all."""
        assert isinstance(self.passages, MilvusPassageFile)
        self.passages.rows.check()
        for row in range(len(self.documents)):
            _ = self.documents.line(row), self.line_maps.rows_of(row)


class MilvusStore:
    """The index of one name in Milvus; see `collections`."""

    def __init__(self, text: str) -> None:
        """Connects when first used; raises UsageError for what is no location."""
        self.location = location.parse(text)
        self._name = self.location.name
        self._state = f"{self._name}_state"
        self._writer: Writer | None = None
        self._client: Client | None = None
        self._read: Passages | None = None  # of the generation that was opened last

    @property
    def place(self) -> str:
        return self.location.text

    @property
    def workspace(self) -> Path:
        """On this machine, a folder for each index: unfinished vectors, watches, uploads."""
        where = f"{self.location.address}/{self._name}"  # whichever way it is written
        digest = hashlib.sha256(where.encode()).hexdigest()[:16]
        folder = platformdirs.user_data_path("briefqa") / "milvus" / f"{self._name}-{digest}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexFolderError(
                f"{folder} cannot be made ({error.strerror}); what belongs to {self.place} but is "
                "not in Milvus is kept there: make it writable."
            ) from error
        return folder

    @property
    def client(self) -> Client:
        """Connects when it is first asked for."""
        if self._client is None:
            self._client = Client(self.location)
        return self._client

    def stamp(self) -> tuple[int, ...]:
        """Of the published generation and the calibration; raises IndexNotFound."""
        published = f"{self._generation()} ".encode() + (self._calibration() or b"")
        return (int.from_bytes(hashlib.sha256(published).digest()[:8]),)

    def open(self) -> OpenedIndex:
        try:
            return self._open()
        except Missing:  # it was replaced twice since its name was read
            return self._again()

    def _again(self) -> OpenedIndex:
        try:
            return self._open()
        except Missing as error:
            raise damaged(
                Path(self.location.text) / "records", "a collection is missing"
            ) from error

    def _open(self) -> OpenedIndex:
        generation, client = self._generation(), self.client
        numbering = self._loaded(generation)
        manifest = self._manifest(generation)
        if (len(numbering.numbers), numbering.shared.dimension) != (
            manifest.passages, manifest.dimension,
        ):  # fmt: skip
            raise damaged(Path(self.location.text) / "records", "its counts disagree")
        self._read = rows = Passages(client, generation, numbering)
        passages = MilvusPassageFile(rows)
        passages.sharing_titles = manifest.sharing_titles()
        return OpenedInMilvus(
            name=collections.folder_of(generation),
            folder=Path(self.location.text) / collections.folder_of(generation),
            manifest=manifest,
            documents=MilvusDocumentFile(client, generation, manifest.documents),
            line_maps=MilvusLineMaps(client, generation),
            passages=passages,
            keyword=MilvusKeywordIndex(rows, manifest),
            vectors=MilvusVectorIndex(rows),
            stored_vectors=StoredVectors(rows),
            vector_starts=numbering.starts,
            vector_keys=StoredKeys(rows),
            lease=None,
            _resources=ExitStack(),
        )

    def manifest(self) -> Manifest:
        return self._manifest(self._generation())

    def calibration(self) -> Calibration | None:
        content = self._calibration()
        if content is None:
            return None
        try:
            return decode(content, Calibration)
        except Malformed as error:
            where = Path(self.location.text) / _CALIBRATION
            raise damaged(where, f"it is not what briefqa calibrate writes ({error})") from error

    def keep_calibration(self, calibration: Calibration) -> None:
        client = self.client
        with self.writing():
            if self._state not in client.collections():
                client.create(self._state, collections.keyed())
            client.load(self._state)
            for _, row in collections.blob(_CALIBRATION, encode(calibration)):
                client.upsert(self._state, row)

    def build_inputs(self) -> BuildInputs | None:
        try:
            content = read_blob(self.client, self._generation(), "manifest")
            return None if content is None else parse_inputs(content)
        except (IndexNotFound, Malformed, Missing):
            return None

    @contextmanager
    def writing(self) -> Iterator[None]:
        if self._writer is not None:  # this build is the one
            yield
            return
        if taken := {self._name, alias_of(self._name)} & set(self.client.collections()):
            raise IndexFolderError(
                f"{self.location.text} cannot be an index: there is a collection "
                f"{sorted(taken)[0]} that BriefQA has not made; choose another name."
            )
        with writing(self.client, self._name, _stamp()) as writer:
            self._writer = writer
            try:
                self._remove_unused()  # what a build that was stopped has left
                yield
            finally:
                self._writer = None

    def new_generation(self) -> Path:
        return generations.new_generation(self.workspace)

    def publish(self, folder: Path, manifest: Manifest) -> None:
        client, generation = self.client, collections.named(self._name, folder)
        try:
            before = self._published()
            last = self._last(before) if before else None
            collections.Generation(generation, folder, manifest, before, last).send(client)
            if self._writer is not None:
                self._writer.check()
            published = collections.records(generation)
            if not client.create_alias(published, self._name):
                client.move_alias(published, self._name)
        except Missing as error:
            raise IndexFolderError(
                f"{self.location.text} lost a collection while it was written ({error}); the index "
                "was left as it was: build again."
            ) from error

    def tidy(self) -> str:
        """Remove all generations but the published one and, for who still reads it, the last."""
        self._remove_unused()
        return ""

    def _last(self, generation: str) -> tuple[Numbering, list[str]] | None:
        """The passages that the next generation may share; None if some are missing."""
        if self._read and self._read.generation == generation and self._read.are_damaged:
            return None
        try:
            rows = Passages(self.client, generation, self._loaded(generation))
            rows.check_digests()
            return rows.numbering, rows.digests()
        except (IndexDamaged, Missing):
            return None

    def _remove_unused(self) -> None:
        client = self.client
        kept: dict[str, list[Numbering]] = {}
        wanted: set[str] = set()
        current = self._published()
        if not current:
            return
        try:
            self._keep(current, kept, wanted)
            if before := (read_blob(client, current, "before") or b"").decode():
                with suppress(IndexDamaged, Missing):
                    self._keep(before, kept, wanted)
        except (IndexDamaged, Missing):
            return  # which collections it shares cannot be told
        if self._writer is not None:
            self._writer.check()
            wanted.add(self._writer.collection)
        for name in client.collections():
            ours = collections.generation_of(name, self._name) or was_of_writer(name, self._name)
            if ours and name not in wanted:
                with suppress(Missing):
                    client.drop(name)
        for base, numberings in kept.items():
            for where in conditions("number", *unused(numberings)):
                client.delete(collections.passages(base), where)
                client.delete(collections.vectors(base), where)

    def _keep(self, generation: str, kept: dict[str, list[Numbering]], wanted: set[str]) -> None:
        """Add what a generation reads: to which passages and vectors, by base, and collections."""
        numbering = self._loaded(generation)
        kept.setdefault(numbering.shared.base, []).append(numbering)
        wanted.update(collections.all_of(generation, numbering.shared.base))

    def _published(self) -> str:
        """The name of the published generation, "" before the first."""
        try:
            return self._generation()
        except IndexNotFound:
            return ""

    def _generation(self) -> str:
        try:
            # Connecting to a file makes it.
            published = self.client.target(self._name) if self.location.is_there else ""
        except Missing:
            published = ""
        if not published:
            command = build_command(Path(self.location.text))
            raise IndexNotFound(
                f"There is no index in {self.location.text}; build one with: {command}"
            )
        generation = collections.generation_of(published, self._name)
        if generation is None:
            raise IndexFolderError(
                f"{self.location.text} is not an index of BriefQA; choose another name."
            )
        return generation

    def _manifest(self, generation: str) -> Manifest:
        content = read_blob(self.client, generation, "manifest")
        folder = Path(self.location.text) / collections.folder_of(generation)
        if content is None:
            raise damaged(folder / MANIFEST, "it is missing")
        return generations.parsed(folder, content)

    def _loaded(self, generation: str) -> Numbering:
        """Which rows are its passages, all of whose collections are then loaded.

        Raises IndexDamaged and Missing.
        """
        self.client.load(collections.records(generation))
        got = read_blobs(self.client, generation, ("shared", "numbers", "starts"))
        try:
            numbering = Numbering(
                decode(got["shared"], Shared),
                np.frombuffer(got["numbers"], "<i8"),
                np.frombuffer(got["starts"], "<i8"),
            )
        except (KeyError, ValueError, Malformed) as error:
            raise damaged(Path(self.location.text) / "records", "it is incomplete") from error
        if len(numbering.starts) != len(numbering.numbers) + 1:
            raise damaged(Path(self.location.text) / "records", "its counts disagree")
        for collection in collections.all_of(generation, numbering.shared.base):
            self.client.load(collection)
        return numbering

    def _calibration(self) -> bytes | None:
        if not self.location.is_there:
            return None
        try:
            return read_from(self.client, self._state, [_CALIBRATION]).get(_CALIBRATION)
        except Missing:
            return None


def _stamp() -> str:
    return f"{time.strftime(STAMP, time.gmtime())}_{secrets.token_hex(4)}"
