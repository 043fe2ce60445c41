"""The collections of one generation, and writing them.

::

    NAME                          an alias: the records of the generation that is the index
    NAME_writer                   an alias: the collection of the one build that writes
    NAME_state                    what outlives generations: the calibration
    NAME_<generation>_records     manifest, terms, documents and line maps, in parts
    NAME_<generation>_passages    a passage with its vectors, and its terms as a sparse vector
    NAME_<generation>_vectors     the vectors, to be searched
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from briefqa.index import generations, postings, vector_cache, vector_index
from briefqa.index.arrays import widened
from briefqa.index.line_maps import LineMaps
from briefqa.index.manifest import Manifest
from briefqa.index.milvus.client import TEXT_BYTES, Client, Field
from briefqa.index.record_file import DocumentFile, PassageFile
from briefqa.index.vector_index import EXACT_MOST

GENERATION = r"[0-9]{8}T[0-9]{6}_[0-9a-f]{8}"
TERM = np.dtype([("number", "<i4"), ("gain", "<f4")])
_PARTS = ("records", "passages", "vectors")
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


def passages(generation: str) -> str:
    """The collection of passages."""
    return f"{generation}_passages"


def vectors(generation: str) -> str:
    """The collection of vectors."""
    return f"{generation}_vectors"


def all_of(generation: str) -> list[str]:
    """All of its collections."""
    return [f"{generation}_{part}" for part in _PARTS]


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
        Field("content", "VARCHAR"),
        Field("none", "FLOAT_VECTOR", dimension=2, index="FLAT"),
    ]


def blob(key: str, content: bytes) -> Iterator[Item]:
    """Rows, in parts, that keep some bytes under a key."""
    text = base64.b64encode(content).decode("ascii")
    parts = max(1, -(-len(text) // TEXT_BYTES))
    for part in range(parts):
        piece = text[part * TEXT_BYTES : (part + 1) * TEXT_BYTES]
        yield (
            len(piece) + 200,
            {"key": f"{key}#{part}", "parts": parts, "content": piece, "none": _NO_VECTOR},
        )


def write(client: Client, generation: str, folder: Path, manifest: Manifest) -> None:
    """Send all that a build wrote in a folder; the collections are then complete and loaded."""
    stored, starts = vector_index.read_vectors(folder)
    dimension = stored.shape[1]
    hnsw = len(stored) > EXACT_MOST
    client.create(
        passages(generation),
        [
            Field("row", "INT64", is_key=True),
            Field("words", "SPARSE_FLOAT_VECTOR", index="SPARSE_INVERTED_INDEX"),
            Field("record", "VARCHAR"),
            Field("vectors", "VARCHAR"),
            Field("terms", "VARCHAR"),
        ],
    )
    client.create(
        vectors(generation),
        [
            Field("number", "INT64", is_key=True),
            Field("row", "INT64"),
            Field(
                "vector", "FLOAT_VECTOR", dimension=dimension,
                index="HNSW" if hnsw else "FLAT", parameters=_HNSW if hnsw else None,
            ),
        ],
    )  # fmt: skip
    too_long: list[tuple[str, bytes]] = []
    sent = client.insert(passages(generation), _passages(folder, manifest, too_long))
    client.finish(passages(generation), sent)
    sent = client.insert(vectors(generation), _vectors(stored, starts))
    client.finish(vectors(generation), sent)
    client.create(records(generation), keyed())  # last: where it is, the others are complete
    sent = client.insert(records(generation), _records(folder, manifest, too_long))
    client.finish(records(generation), sent)


def _passages(
    folder: Path, manifest: Manifest, too_long: list[tuple[str, bytes]]
) -> Iterator[Item]:
    stored, starts = vector_index.read_vectors(folder)
    inverted = postings.read(folder / generations.KEYWORD, manifest.passages)
    counts = np.diff(inverted.starts)
    owners = np.repeat(np.arange(len(inverted.terms), dtype=np.int32), counts)
    order = np.argsort(inverted.rows, kind="stable")  # by passage, then by term
    pairs = np.empty(len(order), TERM)
    pairs["number"], pairs["gain"] = owners[order], inverted.gains[order]
    ends = np.searchsorted(inverted.rows[order], np.arange(manifest.passages + 1))
    with closing(PassageFile(folder / generations.PASSAGES)) as file:
        for row in range(manifest.passages):
            own = pairs[ends[row] : ends[row + 1]]
            texts = {
                "record": file.line(row).rstrip(b"\n"),
                "vectors": base64.b64encode(stored[starts[row] : starts[row + 1]].tobytes()),
                "terms": base64.b64encode(own.tobytes()),
            }
            for name, text in texts.items():
                if len(text) > TEXT_BYTES:
                    whole = text if name == "record" else base64.b64decode(text)
                    too_long.append((f"{name}/{row}", whole))
                    texts[name] = b""
            # A sparse vector has to have a number: one that is no term's.
            words = dict(zip(own["number"].tolist(), own["gain"].tolist(), strict=True))
            yield (
                sum(map(len, texts.values())) + TERM.itemsize * len(own),
                {
                    "row": row,
                    "words": words or {len(inverted.terms): 1.0},
                    **{name: text.decode() for name, text in texts.items()},
                },
            )


def _vectors(stored: vector_index.Vectors, starts: vector_index.Rows) -> Iterator[Item]:
    size = 4 * stored.shape[1]
    for row in range(len(starts) - 1):
        start = int(starts[row])
        for number, vector in enumerate(widened(stored[start : starts[row + 1]]), start):
            yield size, {"number": number, "row": row, "vector": vector}


def _records(folder: Path, manifest: Manifest, too_long: list[tuple[str, bytes]]) -> Iterator[Item]:
    inverted = postings.read(folder / generations.KEYWORD, manifest.passages)
    _, starts = vector_index.read_vectors(folder)
    yield from blob("terms", "".join(f"{term}\n" for term in inverted.terms).encode())
    yield from blob("frequencies", np.diff(inverted.starts).astype("<i8").tobytes())
    yield from blob("spellings", inverted.spellings.astype("<u8").tobytes())
    yield from blob("starts", starts.astype("<i8").tobytes())
    yield from blob("keys", vector_cache.read_keys(folder).tobytes())
    lines = LineMaps(folder, manifest.documents)
    with closing(DocumentFile(folder / generations.DOCUMENTS)) as documents:
        for row in range(manifest.documents):
            yield from blob(f"document/{row}", documents.line(row))
            if len(own := lines.rows_of(row)):
                yield from blob(f"lines/{row}", own.tobytes())
    for key, content in too_long:
        yield from blob(key, content)
    yield from blob("manifest", generations.described(folder, manifest))
