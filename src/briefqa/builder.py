"""How do documents become an index?

The only writer. Reads the named files, cuts them into passages, embeds what is new, and publishes
a whole generation at once; until then, and whatever fails, the index on disk stays as it was.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from briefqa import (
    __version__,
    index_folder,
    keyword_index,
    loaders,
    passages,
    record_file,
    vector_index,
)
from briefqa.abstention import Thresholds
from briefqa.embedder import Embedder, TextKind, load_embedder
from briefqa.errors import BuildError, IndexFolderError, IndexNotFound, LoadError
from briefqa.index_folder import Generation
from briefqa.manifest import FORMAT, Manifest, Outcome, Source
from briefqa.record_file import PassageFile
from briefqa.records import Document, Passage
from briefqa.source_files import SourceFile, find, read

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

# Raise it with every change to how passages are cut or embedded: older indexes are then rebuilt.
RECIPE = 2
DEFAULT_LANGUAGE = "en"
EMBED_AT_ONCE = 256  # passages between two reports of progress

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    `files` says of every file what became of it; `skipped` are files in the folders whose format
    is not read. `embedded` passages are new or changed, `reused` ones kept their vectors.
    `changed` is False when the index was up to date and nothing was written.
    """

    index: Path
    files: tuple[Source, ...]
    skipped: tuple[Path, ...]
    passages: int
    embedded: int
    reused: int
    changed: bool
    seconds: float
    note: str = ""

    @property
    def failed(self) -> tuple[Source, ...]:
        """The files that could not be indexed, each with its reason in `detail`."""
        return tuple(file for file in self.files if file.outcome is Outcome.FAILED)


def build_index(
    roots: Sequence[Path] | None,
    index: Path,
    *,
    model: str | Embedder | None = None,
    language: str | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Make `index` hold exactly the documents under `roots`.

    Without `roots` the paths, model and language of the last build are used again, or the folder
    `data`. `progress` is told the stage, how much of it is done and how much there is. Raises
    BuildError, IndexFolderError, ModelUnavailable or UsageError; the index is then unchanged.
    """
    started = time.monotonic()
    if roots is not None and not roots:
        raise BuildError("Nothing to index: no file or folder was named; name one.")
    if roots is None:
        roots, model, language = _as_last_time(index, model, language)
    language = language or DEFAULT_LANGUAGE
    keyword_index.stemmer(language)  # an unknown language is refused before any work
    embedder = load_embedder(model) if isinstance(model, str) else model or load_embedder()
    found = find(roots, leave_out=index)
    named = tuple(str(root.absolute()) for root in roots)
    with index_folder.writing(index):
        last, note = _last_generation(index)
        if last and _is_current(last.manifest, named, found.files, embedder, language):
            last.lease.release()
            index_folder.remove_unused(index)
            return BuildReport(
                index, last.manifest.sources, found.skipped, last.manifest.passages, 0,
                last.manifest.passages, False, time.monotonic() - started,
            )  # fmt: skip
        sources, documents, cut = _read_all(found.files, embedder, progress)
        if not cut:
            raise BuildError(_nothing_to_index(roots, sources, found.skipped))
        settings = _Settings(named, embedder, language)
        reused = _make(index, settings, sources, documents, cut, last, progress)
        return BuildReport(
            index, tuple(sources), found.skipped, len(cut), len(cut) - reused, reused, True,
            time.monotonic() - started, note,
        )  # fmt: skip


def holds_sources(index: Path) -> bool:
    """Whether there is an index of somebody's files."""
    try:
        return bool(index_folder.current_manifest(index).roots)
    except IndexNotFound:
        return False


def index_documents(
    documents: Sequence[Document], index: Path, embedder: Embedder, progress: Progress | None = None
) -> None:
    """Make `index` hold documents that are in no file, such as a benchmark's; reuses vectors."""
    cut, sources = [], []
    for document in documents:
        of_document = passages.cut(document, embedder)
        cut.extend(of_document)
        held = (Outcome.INDEXED, len(of_document))
        sources.append(Source(document.name, document.title, "", "", *held))
    with index_folder.writing(index):
        settings = _Settings((), embedder, DEFAULT_LANGUAGE)
        _make(index, settings, sources, documents, cut, _last_generation(index)[0], progress)


@dataclass(frozen=True, slots=True)
class _Settings:
    """What a build was given."""

    roots: tuple[str, ...]
    embedder: Embedder
    language: str


def _make(
    index: Path,
    settings: _Settings,
    sources: Sequence[Source],
    documents: Sequence[Document],
    cut: Sequence[Passage],
    last: Generation | None,
    progress: Progress | None,
) -> int:
    """Embed what is new, write and publish a generation; returns how many passages were reused."""
    embedder = settings.embedder
    embedded = _embed(cut, embedder, settings.language, last, progress)
    manifest = Manifest(
        format=FORMAT,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        version=__version__,
        model=embedder.name,
        fingerprint=embedder.fingerprint,
        dimension=embedded.vectors.shape[1],
        language=settings.language,
        recipe=RECIPE,
        documents=len(documents),
        passages=len(cut),
        roots=settings.roots,
        sources=tuple(sources),
        thresholds=Thresholds().to_mapping(),
    )
    if last:
        last.lease.release()  # its vectors are copied: it may be removed
    _write(index, manifest, documents, cut, embedded, progress)
    return embedded.reused


def _last_generation(index: Path) -> tuple[Generation | None, str]:
    """The generation on disk, and a sentence when there is one that cannot be used."""
    try:
        return index_folder.open_current(index), ""
    except IndexNotFound:
        return None, ""
    except IndexFolderError as error:
        return None, f"The last index could not be used and everything was built anew: {error}"


def _as_last_time(
    index: Path, model: str | Embedder | None, language: str | None
) -> tuple[Sequence[Path], str | Embedder | None, str | None]:
    """What the last build was given, known as long as its manifest is whole."""
    try:
        last = index_folder.current_manifest(index)
    except IndexNotFound:
        if Path("data").is_dir():
            return [Path("data")], model, language
        raise BuildError(
            "There is no folder 'data' here and nothing was built before; "
            "name a file or a folder: briefqa build FOLDER"
        ) from None
    except IndexFolderError as error:
        raise BuildError(
            f"What the index in {index} was built from cannot be read from it any more; name the "
            f"file or folder: briefqa build FOLDER --index {index}"
        ) from error
    roots = [Path(root) for root in last.roots]
    return roots, model or last.model, language or last.language


def _is_current(
    last: Manifest,
    roots: tuple[str, ...],
    files: Sequence[SourceFile],
    embedder: Embedder,
    language: str,
) -> bool:
    before = (last.recipe, last.roots, last.model, last.fingerprint, last.language)
    if before != (RECIPE, roots, embedder.name, embedder.fingerprint, language):
        return False
    if last.thresholds != Thresholds().to_mapping():
        return False
    now = [(file.name, str(file.path), _digest_of(file.path)) for file in files]
    return now == [(source.name, source.path, source.sha256) for source in last.sources]


def _digest_of(path: Path) -> str:
    try:
        return hashlib.sha256(read(path)).hexdigest()
    except LoadError:
        return ""


def _read_all(
    files: Sequence[SourceFile], embedder: Embedder, progress: Progress | None
) -> tuple[list[Source], list[Document], list[Passage]]:
    sources: list[Source] = []
    documents: list[Document] = []
    cut: list[Passage] = []
    first_with: dict[str, str] = {}
    for number, file in enumerate(files):
        _tell(progress, "reading", number, len(files))
        path, digest = str(file.path), ""
        try:
            data = read(file.path)
            digest = hashlib.sha256(data).hexdigest()
            if digest in first_with:
                detail = f"the same content as {first_with[digest]}"
                sources.append(Source(file.name, "", path, digest, Outcome.DUPLICATE, 0, detail))
                continue
            document = loaders.parse(data, file.name)
            of_document = passages.cut(document, embedder)
            if not of_document:
                raise LoadError("it has no text to quote, only headings or front matter")
        except LoadError as error:
            sources.append(Source(file.name, "", path, digest, Outcome.FAILED, 0, str(error)))
            continue
        first_with[digest] = file.name
        documents.append(document)
        cut.extend(of_document)
        held = (Outcome.INDEXED, len(of_document))
        sources.append(Source(file.name, document.title, path, digest, *held))
    _tell(progress, "reading", len(files), len(files))
    return sources, documents, cut


def _nothing_to_index(
    roots: Sequence[Path], sources: Sequence[Source], skipped: Sequence[Path]
) -> str:
    where = ", ".join(map(str, roots))
    kept = "the index was left as it was"
    formats = ", ".join(loaders.suffixes())
    if len(sources) == 1:
        return f"Nothing to index: {sources[0].path}: {sources[0].detail}; {kept}."
    if sources:
        return (
            f"Nothing to index: none of the {len(sources)} files in {where} could be read, the "
            f"first, {sources[0].path}, because {sources[0].detail}; {kept}."
        )
    if skipped:
        return (
            f"Nothing to index: {where} holds no file in a format that is read ({formats}); {kept}."
        )
    return f"Nothing to index: {where} is empty; put {formats} files there; {kept}."


@dataclass(frozen=True, slots=True)
class _Embedded:
    """Unit vectors of all passages, float32 [n_vectors, dim]; `counts[i]` belong to passage i."""

    vectors: Vectors
    counts: list[int]
    reused: int


def _embed(
    cut: Sequence[Passage],
    embedder: Embedder,
    language: str,
    last: Generation | None,
    progress: Progress | None,
) -> _Embedded:
    """The passages' vectors; what stood in the last generation with the same text is reused."""
    texts = [passages.embedded_texts(passage, embedder, language) for passage in cut]
    known = _known_vectors(last, embedder)
    missing = {text for views in texts for text in views if _key(text) not in known}
    reused = sum(missing.isdisjoint(views) for views in texts)
    queue = sorted(missing, key=lambda text: (-len(text), text))
    for start in range(0, len(queue), EMBED_AT_ONCE):
        _tell(progress, "embedding", start, len(queue))
        batch = queue[start : start + EMBED_AT_ONCE]
        rows = embedder.embed(batch, TextKind.PASSAGE)
        known.update((_key(text), row) for text, row in zip(batch, rows, strict=True))
    _tell(progress, "embedding", len(queue), len(queue))
    vectors = np.stack([known[_key(text)] for views in texts for text in views])
    return _Embedded(vectors.astype(np.float32), [len(views) for views in texts], reused)


def _known_vectors(
    last: Generation | None, embedder: Embedder
) -> dict[bytes, npt.NDArray[np.float32]]:
    """The vectors of the last generation by the digest of what was embedded."""
    if last is None:
        return {}
    made = (last.manifest.recipe, last.manifest.fingerprint)
    if made != (RECIPE, embedder.fingerprint):
        return {}
    before = PassageFile(last.folder / index_folder.PASSAGES)
    vectors, _ = vector_index.read(last.folder)
    texts = (
        text
        for passage in before
        for text in passages.embedded_texts(passage, embedder, last.manifest.language)
    )
    return {_key(text): vectors[row] for row, text in enumerate(texts)}


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _write(
    index: Path,
    manifest: Manifest,
    documents: Sequence[Document],
    cut: Sequence[Passage],
    embedded: _Embedded,
    progress: Progress | None,
) -> None:
    building = None
    try:
        building = index_folder.new_generation(index)
        record_file.write(building / index_folder.DOCUMENTS, documents)
        record_file.write(building / index_folder.PASSAGES, cut)
        vector_index.write(building, embedded.vectors, embedded.counts)
        _tell(progress, "writing", 0, 1)
        keyword_index.write(
            building / index_folder.KEYWORD, [_words(passage) for passage in cut], manifest.language
        )
        index_folder.publish(index, building, manifest)
        building = None
        index_folder.remove_unused(index)
        _tell(progress, "writing", 1, 1)
    except OSError as error:
        raise IndexFolderError(
            f"The index in {index} could not be written ({error.strerror}); it was left as it "
            "was: make room or choose another folder with --index."
        ) from error
    finally:
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)


def _words(passage: Passage) -> str:
    """What of a passage is indexed by its words: the title and headings as well as the text."""
    return "\n".join((passage.title, *passage.section, passage.text))


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)
