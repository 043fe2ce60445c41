"""Checks that citations still hold.

Reads every source again and checks that each passage stands in it where its citation says.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from briefqa.documents import loaders, reading, source_files
from briefqa.errors import LoadError, UsageError
from briefqa.index.manifest import Manifest, Outcome, Source
from briefqa.index.store import store_at
from briefqa.json_decoding import Count, Malformed, decode

MOST_LISTED = 500_000_000  # bytes of a list of places


class State(StrEnum):
    """How a source compares with what was indexed; one that cannot be read is missing.

    One that is the same, but that this version of BriefQA reads in another way, is OTHER_LOADER:
    the next build reads it anew.
    """

    SAME = "same"
    CHANGED = "changed"
    MISSING = "missing"
    OTHER_LOADER = "read by another loader version"


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
            source.state in (State.SAME, State.OTHER_LOADER) and source.holding == source.passages
            for source in self.sources
        )


def verify_index(index: Path, password: str = "") -> VerifyReport:
    """Check the index's files, then every passage against its source as it is now.

    `password` opens files that are locked; without it they are compared by their bytes. Raises
    IndexNotFound, IndexOutOfDate or IndexDamaged.
    """
    with store_at(index).open() as opened:
        opened.check()
        spans: dict[str, list[tuple[int, int, str]]] = {}
        for passage in opened.passages:
            span = (passage.start, passage.end, passage.text)
            spans.setdefault(passage.document, []).append(span)
    checked = []
    for source in opened.manifest.sources:
        if source.outcome is Outcome.FAILED:
            continue
        quoted = spans.get(source.name, [])
        state, text = _read_again(source, opened.manifest, password)
        if text is None:  # nobody but a reader with the password can see more than that it is same
            holding = len(quoted) if state is State.SAME else 0
        else:
            holding = sum(text[start:end] == quotation for start, end, quotation in quoted)
        checked.append(Checked(source.name, source.path, state, len(quoted), holding))
    return VerifyReport(index, opened.name, tuple(checked))


@dataclass(frozen=True, slots=True)
class CheckedPlace:
    """Characters of a document that were cited, whether they stand there now, and its file."""

    document: str
    start: int
    end: int
    text: str
    holds: bool
    state: State


@dataclass(frozen=True, slots=True)
class PlacesReport:
    """What a verification of a list of places found."""

    index: Path
    places: tuple[CheckedPlace, ...]

    @property
    def holds(self) -> bool:
        """Whether every place stands where it was cited."""
        return all(place.holds for place in self.places)


@dataclass(frozen=True, slots=True)
class _Place:
    document: str
    start: Count
    end: Count
    text: str = ""
    mention: str = ""  # as tables call the text


@dataclass(frozen=True, slots=True)
class _Places:
    mentions: tuple[_Place, ...] = ()
    rows: tuple[_Place, ...] = ()  # of a table


def verify_places(index: Path, listed: Path, password: str = "") -> PlacesReport:
    """Check the places of a JSON file of mentions against their sources as they are now.

    Raises UsageError for another file, IndexNotFound, IndexOutOfDate or IndexDamaged.
    """
    try:
        source_files.check_named(listed)
        found = decode(source_files.read(listed, MOST_LISTED), _Places)
    except (LoadError, Malformed) as error:
        raise UsageError(
            f"{listed} is not a list of places ({error}); write one with: briefqa mentions --json"
        ) from error
    with store_at(index).open() as opened:
        manifest = opened.manifest
    sources = {source.name: source for source in manifest.indexed()}
    read: dict[str, tuple[State, str]] = {}
    checked = []
    for place in (*found.mentions, *found.rows):
        name, text = place.document, place.text or place.mention
        if name not in read:
            state, now = State.MISSING, None
            if name in sources:
                state, now = _read_again(sources[name], manifest, password)
            read[name] = state, now or ""
        state, now_there = read[name]
        holds = bool(text) and now_there[place.start : place.end] == text
        checked.append(CheckedPlace(name, place.start, place.end, text, holds, state))
    return PlacesReport(index, tuple(checked))


def state_of(manifest: Manifest, name: str) -> State:
    """How the file of an indexed document compares with what was indexed, by its SHA-256."""
    source = next((source for source in manifest.indexed() if source.name == name), None)
    try:
        data = _bytes_of(source) if source else b""
    except LoadError:
        return State.MISSING
    same = source is None or hashlib.sha256(data).hexdigest() == source.sha256
    return State.SAME if same else State.CHANGED


def as_indexed(manifest: Manifest, name: str) -> bytes:
    """The bytes of an indexed document's file; raises LoadError if they are others by now."""
    source = next((source for source in manifest.indexed() if source.name == name), None)
    if source is None:
        raise LoadError("it is not among the documents any more")
    try:
        data = _bytes_of(source)
    except LoadError:
        raise LoadError("the file is no longer there") from None
    if hashlib.sha256(data).hexdigest() != source.sha256:
        raise LoadError("the file has changed since it was indexed")
    return data


def _read_again(source: Source, manifest: Manifest, password: str) -> tuple[State, str | None]:
    """The state of a source, and its text as it is read now, None where it is not."""
    try:
        data = _bytes_of(source)
    except LoadError:
        return State.MISSING, ""
    try:
        text = reading.read_document(
            data, source.name, password, encoding=manifest.encoding, ocr_setup=manifest.ocr
        ).text
    except LoadError:
        text = None
    return _state(source, data), text


def _state(source: Source, data: bytes) -> State:
    if hashlib.sha256(data).hexdigest() != source.sha256:
        return State.CHANGED
    loader = loaders.loader_of(source.name, data)
    return State.SAME if source.loader in ("", loader) else State.OTHER_LOADER


def _bytes_of(source: Source) -> bytes:
    """What is in a source now; raises LoadError, also for an attachment that is gone."""
    file_name = source.name.removesuffix(f"/{source.part}") if source.part else source.name
    data = source_files.read_source(Path(source.path), file_name)
    return _part(data, file_name, source.part) if source.part else data


def _part(data: bytes, name: str, part: str) -> bytes:
    """The bytes of a file within a file; of several levels, the names are joined with slashes."""
    for inner, content in reading.attachments(data, name):
        if part == inner:
            return content
        if part.startswith(f"{inner}/"):
            return _part(content, f"{name}/{inner}", part.removeprefix(f"{inner}/"))
    raise LoadError(f"it holds no {part} any more")
