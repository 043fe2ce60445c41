"""Reads the files of a build into a new generation, or copies what the last one has of them.

While a document is cut and written, the next file is parsed. Files that came with a file, such as
the attachments of a mail, are documents of their own, named after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from briefqa.documents import loaders, reading
from briefqa.documents.sidecar import described, with_description
from briefqa.documents.source_files import SourceFile, read_source
from briefqa.errors import LoadError
from briefqa.index.manifest import Manifest, Outcome, Source
from briefqa.indexing.generation_writer import GenerationWriter, Unchanged
from briefqa.indexing.last_build import named_language
from briefqa.indexing.progress import OnProgress, Stage, tell
from briefqa.records import Document
from briefqa.text.detection import detected
from briefqa.text.language import language_code

_LONG = 1_000  # characters that tell a language more surely than what a document says
MOST_WITHIN = 3  # files within files: a mail in a mail in a mail


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it was read: where it goes in the index, and what it holds.

    `source` says all but what becomes of it. `document` is None where it is to be copied, or failed
    and `detail` says why.
    """

    source: Source
    document: Document | None = None
    parts: tuple[Incoming, ...] = ()


@dataclass(frozen=True, slots=True)
class HowRead:
    """What a build was told of its files; where another is told, all are read again.

    `language` is that of all documents that do not say theirs, empty where their words are to tell;
    `encoding` is as for `loaders.parse` and `ocr_setup` as for `reading.read_document`.
    """

    language: str
    encoding: str
    ocr_setup: str

    @classmethod
    def of(cls, manifest: Manifest) -> HowRead:
        """What the build of a generation was told."""
        return cls(named_language(manifest), manifest.encoding, manifest.ocr)


def are_current(files: Sequence[SourceFile], sources: Sequence[Source]) -> bool:
    """Whether the files are those of the last build, with the same content, sidecars, loaders."""
    before = [source for source in sources if not source.part]
    if len(files) != len(before) or not all(
        loaders.is_current(source.loader) for source in sources if source.part and source.loader
    ):
        return False
    return all(
        (file.name, str(file.path)) == (source.name, source.path)
        and _state(file) == (source.sha256, source.loader, source.sidecar)
        for file, source in zip(files, before, strict=True)
    )


def read_sources(
    files: Sequence[SourceFile],
    writer: GenerationWriter,
    unchanged: Unchanged | None,
    progress: OnProgress | None,
    parsed: Mapping[str, Document],
    how: HowRead,
    password: str = "",
) -> list[Source]:
    """Write the documents of all files that can be read; returns what became of each file.

    `parsed` are documents that need not be parsed again, by the SHA-256 of their files; `password`
    opens files that are locked.
    """
    sources: list[Source] = []
    reader = _Reader(unchanged, parsed, how, password, {file.name for file in files})
    n_cut = n_read = 0

    def cutting() -> None:
        nonlocal n_cut
        done, total = (n_cut, len(parsed)) if parsed else (n_read, len(files))
        tell(progress, Stage.CUTTING, done, total)
        n_cut += 1

    with closing(_read_ahead(reader, files)) as coming:
        for n_read, incoming in enumerate(coming):
            tell(progress, Stage.READING, n_read, len(files))
            is_copy = incoming.source.sha256 in reader.first_with
            sources += [
                _written(each, writer, unchanged, reader.first_with, cutting)
                for each in (incoming, *(() if is_copy else incoming.parts))
            ]
    tell(progress, Stage.READING, len(files), len(files))
    return sources


def _read_ahead(reader: _Reader, files: Sequence[SourceFile]) -> Generator[Incoming, None, None]:
    """Each file as it was read; the next one is read meanwhile."""
    with ThreadPoolExecutor(1) as ahead:
        try:
            coming = [ahead.submit(reader.read, file) for file in files[:1]]
            for following in (*files[1:], None):
                incoming = coming.pop().result() if coming else None
                if following is not None:
                    coming.append(ahead.submit(reader.read, following))
                if incoming is not None:
                    yield incoming
        except BaseException:
            reading.stop()  # or leaving would wait for what is being parsed
            raise


@dataclass(slots=True)
class _Reader:
    unchanged: Unchanged | None
    parsed: Mapping[str, Document]
    how: HowRead
    password: str
    names: set[str]
    first_with: dict[str, str] = field(default_factory=dict)  # names by SHA-256

    def read(self, file: SourceFile) -> Incoming:
        """Read and parse a file and those within it, unless they can be copied."""
        source = Source(file.name, "", str(file.path), "", Outcome.FAILED, 0)
        source = replace(source, loader=loaders.loader_of(file.name))
        try:
            data = read_source(file.path, file.name)
        except LoadError as error:
            return Incoming(replace(source, detail=str(error)))
        return self.of_bytes(source, data, 0)

    def of_bytes(self, source: Source, data: bytes, within: int) -> Incoming:
        digest = hashlib.sha256(data).hexdigest()
        loader = loaders.loader_of(source.name, data)
        said = None if source.part else described(Path(source.path))
        sidecar = said.sha256 if said else ""
        source = replace(source, sha256=digest, loader=loader, sidecar=sidecar)
        if digest in self.first_with:
            return Incoming(source)
        last = self.unchanged
        if last and last.rows(source):
            parts = last.parts(source)
            if all(
                part.outcome is Outcome.INDEXED and loaders.is_current(part.loader)
                for part in parts
            ):
                return Incoming(source, None, tuple(Incoming(part) for part in parts))
        parts_read = self.within(source, data, within)
        if last and last.rows(source):
            return Incoming(source, None, parts_read)
        try:
            document = self.parsed.get(digest)
            if document is None or document.name != source.name:
                document = reading.read_document(
                    data, source.name, self.password, encoding=self.how.encoding,
                    ocr_setup=self.how.ocr_setup,
                )  # fmt: skip
        except LoadError as error:
            return Incoming(replace(source, detail=str(error)), None, parts_read)
        if said:
            document = with_description(document, said)
        told = bool(said and said.values.get("language"))
        return Incoming(source, self.in_a_language(document, told=told), parts_read)

    def in_a_language(self, document: Document, *, told: bool = False) -> Document:
        """The document with the code of its language: it says so, or all do, or its words tell.

        Where it says English and is long and surely not, or the other way round, the words win:
        programs write their own language into files. Not where somebody has `told` it beside it.
        """
        code = language_code(document.metadata.language)
        if not code:
            code = self.how.language or detected(_quoted_text(document))
        elif not told and len(text := _quoted_text(document)) >= _LONG:
            words = detected(text)
            code = words if words and (words == "en") != (code == "en") else code
        return replace(document, metadata=replace(document.metadata, language=code))

    def within(self, source: Source, data: bytes, within: int) -> tuple[Incoming, ...]:
        """The files in a file that can be read."""
        if within >= MOST_WITHIN:
            return ()
        try:
            found = reading.attachments(data, source.name)
        except LoadError:
            return ()  # the file itself says why
        incoming: list[Incoming] = []
        for name, content in found:
            if not loaders.loader_of(name, content):
                continue
            full = self.free(f"{source.name}/{name}")
            part = full.removeprefix(f"{source.name}/")
            part = f"{source.part}/{part}" if source.part else part
            of_part = Source(full, "", source.path, "", Outcome.FAILED, 0, part=part)
            one = self.of_bytes(of_part, content, within + 1)
            incoming += (one, *one.parts)
        return tuple(replace(each, parts=()) for each in incoming)

    def free(self, name: str) -> str:
        stem, dot, suffix = name.rpartition(".")
        number, wanted = 2, name
        while name in self.names:
            name = f"{stem} ({number}).{suffix}" if dot else f"{wanted} ({number})"
            number += 1
        self.names.add(name)
        return name


def _written(
    incoming: Incoming,
    writer: GenerationWriter,
    unchanged: Unchanged | None,
    first_with: dict[str, str],
    cutting: Callable[[], None],
) -> Source:
    """Write a document or copy it; returns what became of its file."""
    source, document = incoming.source, incoming.document
    if source.sha256 and source.sha256 in first_with:
        detail = f"the same content as {first_with[source.sha256]}"
        return replace(source, outcome=Outcome.DUPLICATE, title="", passages=0, detail=detail)
    rows = unchanged.rows(source) if unchanged else None
    if document is None and unchanged and rows:
        writer.copy(unchanged, *rows)
        before = unchanged.last.manifest.indexed()[rows[0]]
        title, passages, detail = before.title, len(rows[1]), before.detail
        language = before.language
    elif document is not None:
        cutting()
        passages, notes = writer.add(document)
        title, detail = document.title, "; ".join((*document.notes, *notes))
        language = document.metadata.language
    else:
        return source
    if not passages:
        why = "it has no text to quote, only headings or front matter"
        return replace(source, detail=why)
    first_with[source.sha256] = source.name
    return replace(
        source, outcome=Outcome.INDEXED, title=title, passages=passages, detail=detail,
        language=language,
    )  # fmt: skip


def _quoted_text(document: Document) -> str:
    """The text from the first paragraph that may be quoted to the last."""
    spans = [span for section in document.sections for span in section.paragraphs]
    return document.text[spans[0].start : spans[-1].end] if spans else ""


def _state(file: SourceFile) -> tuple[str, str, str]:
    """The SHA-256 of a file, empty where it cannot be read, what would read it, its sidecar's."""
    said = described(file.path)
    sidecar = said.sha256 if said else ""
    try:
        data = read_source(Path(file.path), file.name)
    except LoadError:
        return "", loaders.loader_of(file.name), sidecar
    return hashlib.sha256(data).hexdigest(), loaders.loader_of(file.name, data), sidecar
