"""The collections of an index, and writing those of a generation.

::

    NAME                          an alias: the records of the generation that is the index
    NAME_writer                   an alias: the collection of the one build that writes
    NAME_state                    what outlives generations: the calibration
    NAME_<generation>_records     manifest, vocabulary, documents and line maps, in parts
    NAME_<generation>_terms       the terms of each passage as a sparse vector of their gains
    NAME_<generation>_passages    passages with their vectors, also of later generations
    NAME_<generation>_vectors     the vectors of these, to be searched

Gains depend on all passages, so that they are another generation's as soon as one passage is new.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from briefqa.index import generations, postings, vector_cache, vector_index
from briefqa.index.arrays import widened
from briefqa.index.line_maps import LineMaps
from briefqa.index.manifest import Manifest
from briefqa.index.milvus.client import TEXT_BYTES, Client, Field
from briefqa.index.milvus.numbering import Numbering, Shared, conditions, numbered
from briefqa.index.record_file import DocumentFile, PassageFile
from briefqa.json_decoding import encode

GENERATION = r"[0-9]{8}T[0-9]{6}_[0-9a-f]{8}"
TERM = np.dtype([("number", "<i4"), ("gain", "<f4")])
_PARTS = ("records", "terms", "passages", "vectors")
_NO_VECTOR = [1.0, 0.0]  # each collection has to have one
_HNSW = {"M": 16, "efConstruction": 200}

Item = tuple[int, Mapping[str, Any]]


def named(name: str, folder: Path) -> str:
    """The name of the generation that was written in a folder."""
    stamp = folder.name.partition("-")[2].replace("-", "_")
    return f"{name}_{stamp}"


def folder_of(generation: str) -> str:
    """What a folder of that generation would be named."""
    return f"generation-{'-'.join(generation.rsplit('_', 2)[1:])}"


def records(generation: str) -> str:
    """The collection that holds what is read by a key, which is the one that is published."""
    return f"{generation}_records"


def terms(generation: str) -> str:
    """The collection of the passages' terms."""
    return f"{generation}_terms"


def passages(base: str) -> str:
    """The collection of passages that a generation made."""
    return f"{base}_passages"


def vectors(base: str) -> str:
    """The collection of vectors that a generation made."""
    return f"{base}_vectors"


def all_of(generation: str, base: str) -> list[str]:
    """The collections that are read for a generation."""
    return [records(generation), terms(generation), passages(base), vectors(base)]


def digest(*parts: bytes) -> str:
    """What is kept beside a row, to tell whether it is whole when it is read."""
    hashed = hashlib.blake2b(digest_size=16)
    for part in parts:
        hashed.update(len(part).to_bytes(8))
        hashed.update(part)
    return hashed.hexdigest()


def generation_of(collection: str, name: str) -> str | None:
    """The generation of that index which a collection belongs to; None if it is none of its."""
    pattern = rf"({re.escape(name)}_{GENERATION})_(?:{'|'.join(_PARTS)})"
    match = re.fullmatch(pattern, collection)
    return match[1] if match else None


def keyed() -> list[Field]:
    """The fields of a collection whose rows are found by a key only."""
    return [
        Field("key", "VARCHAR", is_key=True),
        Field("parts", "INT64"),
        Field("digest", "VARCHAR"),
        Field("content", "VARCHAR"),
        Field("none", "FLOAT_VECTOR", dimension=2, index="FLAT"),
    ]


def blob(key: str, content: bytes) -> Iterator[Item]:
    """Rows, in parts, that keep some bytes under a key."""
    text = base64.b64encode(content).decode("ascii")
    parts, made_of = max(1, -(-len(text) // TEXT_BYTES)), digest(content)
    for part in range(parts):
        piece = text[part * TEXT_BYTES : (part + 1) * TEXT_BYTES]
        row = {"key": f"{key}#{part}", "parts": parts, "digest": made_of, "content": piece}
        yield len(piece) + 200, {**row, "none": _NO_VECTOR}


class Generation:
    """A generation that a build wrote in a folder, to be sent.

    `before` is the name of the one that it replaces, "" for none, and `last` which passages that
    has, with their digests; None if nothing of it can be used.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        manifest: Manifest,
        before: str,
        last: tuple[Numbering, list[str]] | None,
    ) -> None:
        self._name = name
        self._folder = folder
        self._manifest = manifest
        self._before = before
        self._too_long: list[tuple[str, bytes]] = []  # for a field, by key
        self._stored, self._starts = vector_index.read_vectors(folder)
        self._postings = postings.read(folder / generations.KEYWORD, manifest.passages)
        self.digests = [
            digest(record, halves) for _, record, halves in self._passages(range(manifest.passages))
        ]
        index = "HNSW" if len(self._stored) > vector_index.EXACT_MOST else "FLAT"
        shared = Shared(name, self._stored.shape[1], index)
        if last is not None and (last[0].shared.dimension, last[0].shared.index) != (
            shared.dimension, index,
        ):  # fmt: skip
            last = None
        self.numbering, new = numbered(shared, self._starts, self.digests, last)
        self._new = np.flatnonzero(new)

    def send(self, client: Client) -> None:
        """Write it; its collections are then complete and loaded."""
        self.send_passages(client)
        self._send_terms(client)
        own = records(self._name)
        client.create(own, keyed())  # last: where it is, the others are complete
        client.finish(own, client.insert(own, self._record_rows()))

    def send_passages(self, client: Client) -> None:
        """Write the passages that are new, with their vectors."""
        shared = self.numbering.shared
        wanted = [""]
        if shared.base == self._name:
            self._create_shared(client)
        else:
            wanted = list(conditions("number", *self.numbering.ranges(self._new)))
        own, found = passages(shared.base), vectors(shared.base)
        client.finish(own, client.insert(own, self._passage_rows()), wanted)
        client.finish(found, client.insert(found, self._vector_rows()), wanted)

    def _send_terms(self, client: Client) -> None:
        client.create(
            terms(self._name),
            [
                Field("row", "INT64", is_key=True),
                Field("words", "SPARSE_FLOAT_VECTOR", index="SPARSE_INVERTED_INDEX"),
                Field("terms", "VARCHAR"),
                Field("digest", "VARCHAR"),
            ],
        )
        own = terms(self._name)
        client.finish(own, client.insert(own, self._term_rows()))

    def _create_shared(self, client: Client) -> None:
        shared = self.numbering.shared
        hnsw = _HNSW if shared.index == "HNSW" else None
        client.create(
            passages(shared.base),
            [
                Field("number", "INT64", is_key=True),
                Field("record", "VARCHAR"),
                Field("vectors", "VARCHAR"),
                Field("digest", "VARCHAR"),
                Field("none", "FLOAT_VECTOR", dimension=2, index="FLAT"),
            ],
        )
        client.create(
            vectors(shared.base),
            [
                Field("number", "INT64", is_key=True),
                Field(
                    "vector", "FLOAT_VECTOR", dimension=shared.dimension,
                    index=shared.index, parameters=hnsw,
                ),
            ],
        )  # fmt: skip

    def _passages(self, rows: Iterable[int]) -> Iterator[tuple[int, bytes, bytes]]:
        """These rows, each with its record and its vectors, float16."""
        with closing(PassageFile(self._folder / generations.PASSAGES)) as file:
            for row in rows:
                halves = self._stored[self._starts[row] : self._starts[row + 1]].tobytes()
                yield row, file.line(row).rstrip(b"\n"), halves

    def _passage_rows(self) -> Iterator[Item]:
        for row, record, halves in self._passages(self._new):
            texts = {
                "record": record.decode() if len(record) <= TEXT_BYTES else "",
                "vectors": _in_field(halves),
            }
            yield (
                sum(map(len, texts.values())) + 100,
                {
                    "number": int(self.numbering.numbers[row]),
                    "digest": self.digests[row],
                    "none": _NO_VECTOR,
                    **texts,
                },
            )

    def _vector_rows(self) -> Iterator[Item]:
        size = 4 * self._stored.shape[1]
        for row in self._new:
            first = int(self.numbering.numbers[row])
            own = self._stored[self._starts[row] : self._starts[row + 1]]
            for number, vector in enumerate(widened(own), first):
                yield size, {"number": number, "vector": vector}

    def _term_rows(self) -> Iterator[Item]:
        inverted = self._postings
        counts = np.diff(inverted.starts)
        owners = np.repeat(np.arange(len(inverted.terms), dtype=np.int32), counts)
        order = np.argsort(inverted.rows, kind="stable")  # by passage, then by term
        pairs = np.empty(len(order), TERM)
        pairs["number"], pairs["gain"] = owners[order], inverted.gains[order]
        ends = np.searchsorted(inverted.rows[order], np.arange(self._manifest.passages + 1))
        for row in range(self._manifest.passages):
            own = pairs[ends[row] : ends[row + 1]]
            content = own.tobytes()
            if not (text := _in_field(content)):
                self._too_long.append((f"terms/{row}", content))
            # A sparse vector has to have a number: one that is no term's.
            words = dict(zip(own["number"].tolist(), own["gain"].tolist(), strict=True))
            yield (
                len(text) + TERM.itemsize * len(own) + 100,
                {
                    "row": row, "words": words or {len(inverted.terms): 1.0},
                    "terms": text, "digest": digest(content),
                },
            )  # fmt: skip

    def _record_rows(self) -> Iterator[Item]:
        inverted = self._postings
        yield from blob("terms", "".join(f"{term}\n" for term in inverted.terms).encode())
        yield from blob("frequencies", np.diff(inverted.starts).astype("<i8").tobytes())
        yield from blob("spellings", inverted.spellings.astype("<u8").tobytes())
        yield from blob("before", self._before.encode())
        yield from blob("shared", encode(self.numbering.shared))
        yield from blob("numbers", self.numbering.numbers.astype("<i8").tobytes())
        yield from blob("starts", self._starts.astype("<i8").tobytes())
        yield from blob("digests", "\n".join(self.digests).encode())
        yield from blob("keys", vector_cache.read_keys(self._folder).tobytes())
        lines = LineMaps(self._folder, self._manifest.documents)
        with closing(DocumentFile(self._folder / generations.DOCUMENTS)) as documents:
            for row in range(self._manifest.documents):
                yield from blob(f"document/{row}", documents.line(row))
                if len(own := lines.rows_of(row)):
                    yield from blob(f"lines/{row}", own.tobytes())
        for row, record, halves in self._passages(range(self._manifest.passages)):
            if len(record) > TEXT_BYTES:
                yield from blob(f"record/{row}", record)
            if not _in_field(halves):
                yield from blob(f"vectors/{row}", halves)
        for key, content in self._too_long:
            yield from blob(key, content)
        yield from blob("manifest", generations.described(self._folder, self._manifest))


def _in_field(content: bytes) -> str:
    """The content as text; none where it is too long for a field."""
    return base64.b64encode(content).decode("ascii") if len(content) * 4 <= TEXT_BYTES * 3 else ""
