"""Checks that citations still hold.

Reads every source again and checks that each passage stands in it where its citation says.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from briefqa.documents import loaders, source_files
from briefqa.errors import LoadError
from briefqa.index.manifest import Manifest, Outcome, Source
from briefqa.index.store import store_at


class State(StrEnum):
    """How a source compares with what was indexed; one that cannot be read is missing."""

    SAME = "same"
    CHANGED = "changed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Checked:
    """One source: its state, its passages, and how many still stand where their citation says."""

    name: str
    path: str
    state: State
    passages: int
    holding: int


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a verification found.

    `sources` are the indexed files and their duplicates, which have no passages of their own.
    """

    index: Path
    generation: str
    sources: tuple[Checked, ...]

    @property
    def holds(self) -> bool:
        """Whether no source changed and every passage is where its citation says."""
        return all(
            source.state is State.SAME and source.holding == source.passages
            for source in self.sources
        )


def verify_index(index: Path) -> VerifyReport:
    """Check the index's files, then every passage against its source as it is now.

    Raises IndexNotFound, IndexOutOfDate or IndexDamaged.
    """
    with store_at(index).open() as opened:
        spans: dict[str, list[tuple[int, int, str]]] = {}
        for passage in opened.passages:
            span = (passage.start, passage.end, passage.text)
            spans.setdefault(passage.document, []).append(span)
    checked = []
    for source in opened.manifest.sources:
        if source.outcome is Outcome.FAILED:
            continue
        quoted = spans.get(source.name, [])
        state, text = _read_again(source, opened.manifest.encoding)
        holding = sum(text[start:end] == quotation for start, end, quotation in quoted)
        checked.append(Checked(source.name, source.path, state, len(quoted), holding))
    return VerifyReport(index, opened.name, tuple(checked))


def state_of(manifest: Manifest, name: str) -> State:
    """How the file of an indexed document compares with what was indexed, by its SHA-256."""
    source = next((source for source in manifest.indexed() if source.name == name), None)
    try:
        data = source_files.read(Path(source.path)) if source else b""
    except LoadError:
        return State.MISSING
    same = source is None or hashlib.sha256(data).hexdigest() == source.sha256
    return State.SAME if same else State.CHANGED


def _read_again(source: Source, encoding: str) -> tuple[State, str]:
    try:
        data = source_files.read(Path(source.path))
    except LoadError:
        return State.MISSING, ""
    same = hashlib.sha256(data).hexdigest() == source.sha256
    try:
        text = loaders.parse(data, source.name, encoding=encoding).text
    except LoadError:
        text = ""
    return State.SAME if same else State.CHANGED, text
