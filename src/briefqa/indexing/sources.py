"""Reads the files of a build into a new generation, or copies what the last one has of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from briefqa.documents import loaders
from briefqa.documents.source_files import SourceFile, read
from briefqa.errors import LoadError
from briefqa.index.manifest import Outcome, Source
from briefqa.indexing.generation_writer import GenerationWriter, Progress, Unchanged, tell
from briefqa.records import Document


def are_current(files: Sequence[SourceFile], sources: Sequence[Source]) -> bool:
    """Whether the files are those of the last build, with the same content and loaders."""
    now = [
        (file.name, str(file.path), _digest_of(file.path), loaders.loader_of(file.name))
        for file in files
    ]
    return now == [(source.name, source.path, source.sha256, source.loader) for source in sources]


def read_sources(
    files: Sequence[SourceFile],
    writer: GenerationWriter,
    unchanged: Unchanged | None,
    progress: Progress | None,
    parsed: Mapping[str, Document],
    encoding: str,
) -> list[Source]:
    """Write the documents of all files that can be read; returns what became of each file.

    `parsed` are documents that need not be parsed again, by the SHA-256 of their files; `encoding`
    is as for `loaders.parse`.
    """
    sources: list[Source] = []
    first_with: dict[str, str] = {}
    for number, file in enumerate(files):
        tell(progress, "reading", number, len(files))
        source = _read_source(file, writer, unchanged, parsed, first_with, encoding)
        if source.outcome is Outcome.INDEXED:
            first_with[source.sha256] = source.name
        sources.append(source)
    tell(progress, "reading", len(files), len(files))
    return sources


def _read_source(
    file: SourceFile,
    writer: GenerationWriter,
    unchanged: Unchanged | None,
    parsed: Mapping[str, Document],
    first_with: dict[str, str],
    encoding: str,
) -> Source:
    name, path, digest = file.name, str(file.path), ""
    loader = loaders.loader_of(name)
    try:
        data = read(file.path)
        digest = hashlib.sha256(data).hexdigest()
        if digest in first_with:
            detail = f"the same content as {first_with[digest]}"
            return Source(name, "", path, digest, Outcome.DUPLICATE, 0, detail, loader)
        rows = unchanged.rows(name, digest, loader) if unchanged else None
        if unchanged and rows:
            writer.copy(unchanged, *rows)
            document, n_passages = unchanged.last.documents[rows[0]], len(rows[1])
        else:
            given = parsed.get(digest)
            same = given is not None and given.name == name
            document = given if given and same else loaders.parse(data, name, encoding=encoding)
            n_passages = writer.add(document)
        if not n_passages:
            raise LoadError("it has no text to quote, only headings or front matter")
    except LoadError as error:
        return Source(name, "", path, digest, Outcome.FAILED, 0, str(error), loader)
    outcome, title, notes = Outcome.INDEXED, document.title, "; ".join(document.notes)
    return Source(name, title, path, digest, outcome, n_passages, notes, loader)


def _digest_of(path: Path) -> str:
    try:
        return hashlib.sha256(read(path)).hexdigest()
    except LoadError:
        return ""
