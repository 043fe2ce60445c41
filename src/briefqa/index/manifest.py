"""The manifest of a generation: what an index says of itself, as records and as JSON.

Does no I/O. The JSON may come from anybody and is checked as it is decoded.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from briefqa.errors import IndexDamaged
from briefqa.json_decoding import Count, Malformed, decode
from briefqa.text.language import stemmed_as

FORMAT = 2  # what this version writes; 1 has no phrases and other records
OLDEST_FORMAT = 2  # the oldest it reads
# Raise it with every change to how documents are cut, split into sentences, embedded or scored by
# their words: older indexes are then not searched, and rebuilt, which an unchanged file would not
# be otherwise. Loaders have versions.
RECIPE = 7


class Outcome(StrEnum):
    """What became of a file that was given to a build."""

    INDEXED = "indexed"
    DUPLICATE = "duplicate"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Source:
    """One file given to a build, as it was then.

    `path` is absolute, `sha256` that of its bytes, empty when they could not be read. `title` is
    empty and `detail` says why when the file failed or repeats another; else it is the document's
    notes. `loader` is the name and version of what read it, such as "markdown 1", empty where no
    loader takes such a file. `part` names a file within the one at `path`, such as an attachment,
    and is empty for that file itself. `language` is the two-letter code of what it is written in,
    empty where neither it nor its words tell, and `sidecar` the SHA-256 of the file beside it that
    says what it is, if there is one.
    """

    name: str
    title: str
    path: str
    sha256: str
    outcome: Outcome
    passages: Count
    detail: str = ""
    loader: str = ""
    part: str = ""
    language: str = ""
    sidecar: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation is.

    `model` and `fingerprint` are those of its embedder; `recipe` counts changes to how passages
    and vectors are made; `roots` are the paths the build was given and `excluded` those it left
    out of them, all absolute; `encoding` is as for `loaders.parse`, and `ocr` the setup of what
    read scans, empty where they were not read. `sources` are in document order. `language` is that
    of documents which do not say, if it is `language_named`, whatever their words; else of those
    whose words do not tell. `files` holds size in bytes and SHA-256 of every other file, by
    relative path. Raises ValueError for counts that disagree.
    """

    format: Count
    created: str
    version: str
    model: str
    fingerprint: str
    dimension: Count
    language: str
    recipe: Count
    documents: Count
    passages: Count
    roots: tuple[str, ...]
    excluded: tuple[str, ...]
    sources: tuple[Source, ...]
    files: Mapping[str, tuple[Count, str]] = field(default_factory=dict)
    encoding: str = ""
    language_named: bool = False
    ocr: str = ""

    def __post_init__(self) -> None:
        indexed = self.indexed()
        counts = (len(indexed), sum(source.passages for source in indexed))
        if counts != (self.documents, self.passages):
            raise ValueError("its counts disagree")

    def indexed(self) -> tuple[Source, ...]:
        """The sources that are in the index; the i-th one is row i of the documents."""
        return tuple(source for source in self.sources if source.outcome is Outcome.INDEXED)

    def other_languages(self) -> tuple[str, ...]:
        """The languages whose stemmers some documents have instead of that of `language`."""
        stemmed = {stemmed_as(one.language, self.language) for one in self.indexed()}
        return tuple(sorted(stemmed - {self.language}))

    def sharing_titles(self) -> frozenset[str]:
        """The names of the documents whose title another one has, however it is written."""
        titles = {one.name: " ".join(one.title.casefold().split()) for one in self.indexed()}
        times = Counter(titles.values())
        return frozenset(name for name, title in titles.items() if times[title] > 1)

    def rows(self) -> Rows:
        """The row of each document by its name, and by that of each file with the same content."""
        indexed = self.indexed()
        by_content = {source.sha256: row for row, source in enumerate(indexed)}
        named = {source.name: row for row, source in enumerate(indexed)}
        repeats = (one for one in self.sources if one.outcome is Outcome.DUPLICATE)
        others = {one.name: by_content[one.sha256] for one in repeats if one.sha256 in by_content}
        return Rows({**others, **named})


class Rows(dict[str, int]):
    """The rows of documents by name; raises IndexDamaged for a name that is none's."""

    def __missing__(self, name: str) -> int:
        raise IndexDamaged(f"The index has no document '{name}', which a passage of it names.")


@dataclass(frozen=True, slots=True)
class _Inputs:
    roots: tuple[str, ...]
    model: str
    language: str
    excluded: tuple[str, ...] = ()  # the first manifests had none
    encoding: str = ""
    language_named: bool = False
    ocr: str = ""


@dataclass(frozen=True, slots=True)
class _Sources:
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class _Format:
    format: Count


@dataclass(frozen=True, slots=True)
class BuildInputs:
    """What a build was given, as far as a manifest of any format tells.

    `sources` are the files it found, None where they cannot be read.
    """

    roots: tuple[str, ...]
    excluded: tuple[str, ...]
    model: str
    language: str
    sources: tuple[Source, ...] | None
    encoding: str = ""
    language_named: bool = False
    ocr: str = ""


# Paths are the file system's bytes, which need not be UTF-8: hence `any_text`, and ASCII.


def format_of(content: bytes) -> int:
    """The format a manifest of any version is in; raises Malformed."""
    return decode(content, _Format, any_text=True).format


def parse(content: bytes) -> Manifest:
    """A manifest of this format; raises Malformed."""
    return decode(content, Manifest, any_text=True)


def parse_inputs(content: bytes) -> BuildInputs:
    """What the build of a manifest in any format was given; raises Malformed."""
    inputs = decode(content, _Inputs, any_text=True)
    sources = None
    with suppress(Malformed):
        sources = decode(content, _Sources, any_text=True).sources
    return BuildInputs(
        inputs.roots, inputs.excluded, inputs.model, inputs.language, sources, inputs.encoding,
        inputs.language_named,
        inputs.ocr,
    )  # fmt: skip


def serialize(manifest: Manifest) -> bytes:
    """The manifest as ASCII JSON, a field a line."""
    return json.dumps(asdict(manifest), indent=1).encode("ascii") + b"\n"
