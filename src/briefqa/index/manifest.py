"""What does an index say of itself?

Pure: the manifest as records, and as the JSON they are read from, which may come from anybody.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

FORMAT = 2  # what this version writes; 1 has no phrases in its keyword index
OLDEST_FORMAT = 1  # the oldest it reads

# What a value of another type, depth or size than the one expected raises.
MALFORMED = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)


class Outcome(StrEnum):
    """What became of a file that was given to a build."""

    INDEXED = "indexed"
    DUPLICATE = "duplicate"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Source:
    """One file given to a build, as it was then.

    `path` is absolute, `sha256` that of its bytes, empty when they could not be read. `title` is
    empty and `detail` says why when the file failed or repeats another.
    """

    name: str
    title: str
    path: str
    sha256: str
    outcome: Outcome
    passages: int
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is.

    `model` and `fingerprint` are those of its embedder; `recipe` counts changes to how passages
    and vectors are made; `roots` are the paths the build was given and `excluded` those it left
    out of them, all absolute. `sources` are in document order. `thresholds` are the abstention
    rule's numbers. `files` holds the size in bytes and the SHA-256 of every other file, by
    relative path.
    """

    format: int
    created: str
    version: str
    model: str
    fingerprint: str
    dimension: int
    language: str
    recipe: int
    documents: int
    passages: int
    roots: tuple[str, ...]
    sources: tuple[Source, ...]
    thresholds: Mapping[str, float]
    excluded: tuple[str, ...] = ()
    files: Mapping[str, tuple[int, str]] = field(default_factory=dict)

    def indexed(self) -> tuple[Source, ...]:
        """The sources that are in the index; the i-th one is row i of the documents."""
        return tuple(source for source in self.sources if source.outcome is Outcome.INDEXED)


def format_of(content: bytes) -> int:
    """The format a manifest of any version is in; raises one of MALFORMED for anything else."""
    return _count(json.loads(content)["format"])


def parse(content: bytes) -> Manifest:
    """The manifest of this format; raises one of MALFORMED for anything else."""
    fields: dict[str, Any] = json.loads(content)
    manifest = Manifest(
        format=_count(fields["format"]),
        created=text(fields["created"]),
        version=text(fields["version"]),
        model=text(fields["model"]),
        fingerprint=text(fields["fingerprint"]),
        dimension=_count(fields["dimension"]),
        language=text(fields["language"]),
        recipe=_count(fields["recipe"]),
        documents=_count(fields["documents"]),
        passages=_count(fields["passages"]),
        roots=tuple(map(text, fields["roots"])),
        sources=tuple(map(_source, fields["sources"])),
        thresholds={name: _number(value) for name, value in fields["thresholds"].items()},
        excluded=tuple(map(text, fields.get("excluded", ()))),  # the first left out none
        files={
            name: (_count(size), text(digest)) for name, (size, digest) in fields["files"].items()
        },
    )
    indexed = manifest.indexed()
    counted = (len(indexed), sum(source.passages for source in indexed))
    if counted != (manifest.documents, manifest.passages):
        raise ValueError("its counts disagree")
    return manifest


def _source(fields: Mapping[str, Any]) -> Source:
    return Source(
        name=text(fields["name"]),
        title=text(fields["title"]),
        path=text(fields["path"]),
        sha256=text(fields["sha256"]),
        outcome=Outcome(fields["outcome"]),
        passages=_count(fields["passages"]),
        detail=text(fields["detail"]),
    )


def text(value: object) -> str:
    """The value if it is a string; raises TypeError."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError(value)
    return value


def _number(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(value)
    return float(value)
