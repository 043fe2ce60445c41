"""How do documents become an index?

The only writer. Reads the named files, cuts them into passages, embeds what is new, and publishes
a whole generation at once; until then, and whatever fails, the index on disk stays as it was.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from briefqa import __version__
from briefqa.answering.abstention import Thresholds
from briefqa.documents import loaders, passages
from briefqa.documents.source_files import SourceFile, absolute, excluded_by, find, read
from briefqa.errors import BuildError, IndexFolderError, IndexNotFound, LoadError
from briefqa.index import generations, postings, vector_cache, vector_index
from briefqa.index.generations import Generation
from briefqa.index.keyword_index import PostingsKeywordIndex
from briefqa.index.manifest import FORMAT, Manifest, Outcome, Source
from briefqa.index.record_file import PassageFile
from briefqa.index.vector_cache import KnownVectors
from briefqa.index.vector_index import FaissVectorIndex
from briefqa.indexing.generation_writer import Intake, Progress, Unchanged, sample, tell
from briefqa.models.embedder import Embedder, load_embedder, prepared
from briefqa.records import Document, Passage
from briefqa.text.language import stemmer

# Raise it with every change to how files are loaded, cut or embedded: older indexes are then
# rebuilt, which an unchanged file would not be otherwise.
RECIPE = 3
DEFAULT_LANGUAGE = "en"


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
    exclude: Iterable[Path | str] = (),
    progress: Progress | None = None,
    locked: bool = False,
) -> BuildReport:
    """Make `index` hold exactly the documents under `roots` that are not in `exclude`.

    Without `roots` the paths, model and language of the last build are used again, or the folder
    `data`; what it excluded stays excluded too. `progress` is told the stage, how much of it is
    done and how much there is. `locked` says that the caller is `generations.writing`. Raises
    BuildError, IndexFolderError, ModelUnavailable or UsageError; the index is then unchanged.
    """
    started = time.monotonic()
    if roots is not None and not roots:
        raise BuildError("Nothing to index: no file or folder was named; name one.")
    excluded = tuple(sorted(set(map(absolute, exclude))))
    stamp = published(index)
    once_more = partial(
        build_index, roots, index, model=model, language=language, exclude=excluded,
        progress=progress, locked=True,
    )  # fmt: skip
    if roots is None:
        roots, before, model, language = _as_last_time(index, model, language)
        excluded = tuple(sorted({*before, *excluded}))
    language = language or DEFAULT_LANGUAGE
    stemmer(language)  # an unknown language is refused before any work
    embedder = load_embedder(model) if isinstance(model, str) else model or load_embedder()
    found = find(roots, leave_out=index, excluded=excluded)
    named = tuple(str(root.absolute()) for root in roots)
    alone = nullcontext() if locked else generations.writing(index)
    with alone, _last_generation(index) as (last, note):
        if published(index) != stamp:  # what was last built, or the files, may have changed since
            return once_more()
        if last and _is_current(last.manifest, named, excluded, found.files, embedder, language):
            # The index may come from a machine on which the model was exported.
            prepared(embedder, sample(PassageFile(last.folder / generations.PASSAGES)))
            last.lease.release()
            vector_cache.remove_unfinished(index)
            generations.remove_unused(index)
            return BuildReport(
                index, last.manifest.sources, found.skipped, last.manifest.passages, 0,
                last.manifest.passages, False, time.monotonic() - started,
            )  # fmt: skip
        with (
            _new_generation(index) as folder,
            closing(Intake(folder, embedder, language)) as intake,
        ):
            sources = _read_all(found.files, intake, _unchanged(last, embedder, language), progress)
            if not intake.passages:
                raise BuildError(_nothing_to_index(roots, excluded, sources, found.skipped))
            reused = _make(index, folder, named, excluded, sources, intake, last, progress)
        return BuildReport(
            index, tuple(sources), found.skipped, intake.passages, intake.passages - reused, reused,
            True, time.monotonic() - started, note,
        )  # fmt: skip


def published(index: Path) -> tuple[int, int, int] | None:
    """Changes whenever a generation is published; None before the first."""
    try:
        return generations.pointer_stamp(index)
    except IndexNotFound:
        return None


def last_roots(index: Path, last: Manifest) -> list[Path]:
    """The paths of the last build, less those that have gone and from which it held nothing.

    Raises BuildError for one that has gone with its documents, which may be on a disk that is not
    there today: they are not dropped unless somebody says so.
    """
    kept = []
    for root in last.roots:
        if os.path.lexists(root):
            kept.append(Path(root))
        elif any(absolute(root) in excluded_by(Path(source.path)) for source in last.indexed()):
            raise BuildError(
                f"{root}, which the last build read, is gone; put it back, or name all that is to "
                f"be indexed: briefqa build FOLDER --index {index}"
            )
    return kept


def holds_sources(index: Path) -> bool:
    """Whether there is an index of somebody's files."""
    try:
        return bool(generations.current_manifest(index).roots)
    except IndexNotFound:
        return False


def index_documents(
    documents: Iterable[Document], index: Path, embedder: Embedder, progress: Progress | None = None
) -> None:
    """Make `index` hold documents that are in no file, such as a benchmark's; reuses vectors."""
    sources = []
    with (
        generations.writing(index),
        _last_generation(index) as (last, _),
        _new_generation(index) as folder,
        closing(Intake(folder, embedder, DEFAULT_LANGUAGE)) as intake,
    ):
        for document in documents:
            held = (Outcome.INDEXED, intake.add(document))
            sources.append(Source(document.name, document.title, "", "", *held))
        _make(index, folder, (), (), sources, intake, last, progress)


@contextmanager
def _new_generation(index: Path) -> Iterator[Path]:
    """A folder to write a generation in, removed again unless it is published."""
    folder = None
    try:
        folder = generations.new_generation(index)
        yield folder
    except OSError as error:
        raise IndexFolderError(
            f"The index in {index} could not be written ({error.strerror}); it was left as it "
            "was: make room or choose another folder with --index."
        ) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _make(
    index: Path,
    folder: Path,
    roots: tuple[str, ...],
    excluded: tuple[str, ...],
    sources: Sequence[Source],
    intake: Intake,
    last: Generation | None,
    progress: Progress | None,
) -> int:
    """Embed what is new, and publish the generation; returns how many passages were reused."""
    embedder, language = intake.embedder, intake.language
    dimension, reused = _fill(index, folder, intake, last, progress)
    manifest = Manifest(
        format=FORMAT,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        version=__version__,
        model=embedder.name,
        fingerprint=embedder.fingerprint,
        dimension=dimension,
        language=language,
        recipe=RECIPE,
        documents=intake.documents,
        passages=intake.passages,
        roots=roots,
        sources=tuple(sources),
        thresholds=Thresholds().to_mapping(),
        excluded=excluded,
    )
    generations.publish(index, folder, manifest)
    vector_cache.remove_unfinished(index)
    if last:
        last.lease.release()  # its vectors are copied, or not wanted: it may be removed
    generations.remove_unused(index)
    tell(progress, "writing", 1, 1)
    return reused


def _fill(
    index: Path, folder: Path, intake: Intake, last: Generation | None, progress: Progress | None
) -> tuple[int, int]:
    """Write the vectors and, beside that, the keyword index.

    Returns the numbers in a vector and how many passages were reused.
    """
    recipe = (RECIPE, intake.embedder.fingerprint)
    same = last is not None and (last.manifest.recipe, last.manifest.fingerprint) == recipe
    known = KnownVectors(index, str(recipe), last.folder if last and same else None)
    cut, stopped = intake.finish(), threading.Event()
    with ThreadPoolExecutor(1) as beside:
        words = beside.submit(
            postings.write,
            folder / generations.KEYWORD,
            _words(cut, stopped),
            intake.language,
        )
        try:
            found = intake.embed(cut, known, progress)
        except BaseException:
            stopped.set()
            raise
        tell(progress, "writing", 0, 1)
        vector_index.organise(folder)
        words.result()
    return found


@contextmanager
def _last_generation(index: Path) -> Iterator[tuple[Generation | None, str]]:
    """The generation on disk, and a sentence when there is one that cannot be used."""
    last = None
    try:
        last = generations.open_current(index)
        _check(last)
    except IndexNotFound:
        yield None, ""
    except IndexFolderError as error:
        if last:
            last.lease.release()
        yield None, f"The last index could not be used and everything was built anew: {error}"
    else:
        try:
            yield last, ""
        finally:
            last.lease.release()


def _check(last: Generation) -> None:
    """Raise IndexDamaged where a search would, so that `briefqa build` is the way on from there."""
    manifest = last.manifest
    PostingsKeywordIndex(last.folder / generations.KEYWORD, manifest.passages, manifest.language)
    FaissVectorIndex(last.folder).check()


def _as_last_time(
    index: Path, model: str | Embedder | None, language: str | None
) -> tuple[Sequence[Path], Sequence[str], str | Embedder | None, str | None]:
    """What the last build was given, known as long as its manifest is whole."""
    try:
        last = generations.current_manifest(index)
    except IndexNotFound:
        if Path("data").is_dir():
            return [Path("data")], (), model, language
        raise BuildError(
            "There is no folder 'data' here and nothing was built before; "
            "name a file or a folder: briefqa build FOLDER"
        ) from None
    except IndexFolderError as error:
        raise BuildError(
            f"What the index in {index} was built from cannot be read from it any more; name the "
            f"file or folder: briefqa build FOLDER --index {index}"
        ) from error
    roots = last_roots(index, last)
    return roots, last.excluded, model or last.model, language or last.language


def _is_current(
    last: Manifest,
    roots: tuple[str, ...],
    excluded: tuple[str, ...],
    files: Sequence[SourceFile],
    embedder: Embedder,
    language: str,
) -> bool:
    if last.format != FORMAT:
        return False
    before = (last.roots, last.excluded, last.recipe, last.model, last.fingerprint, last.language)
    if before != (roots, excluded, RECIPE, embedder.name, embedder.fingerprint, language):
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
    files: Sequence[SourceFile],
    intake: Intake,
    unchanged: Unchanged | None,
    progress: Progress | None,
) -> list[Source]:
    sources: list[Source] = []
    first_with: dict[str, str] = {}
    for number, file in enumerate(files):
        tell(progress, "reading", number, len(files))
        path, digest = str(file.path), ""
        try:
            data = read(file.path)
            digest = hashlib.sha256(data).hexdigest()
            if digest in first_with:
                detail = f"the same content as {first_with[digest]}"
                sources.append(Source(file.name, "", path, digest, Outcome.DUPLICATE, 0, detail))
                continue
            before = intake.passages
            document = intake.take_over(unchanged, file.name, digest) if unchanged else None
            if document is None:
                document = loaders.parse(data, file.name)
                intake.add(document)
            n_passages = intake.passages - before
            if not n_passages:
                raise LoadError("it has no text to quote, only headings or front matter")
        except LoadError as error:
            sources.append(Source(file.name, "", path, digest, Outcome.FAILED, 0, str(error)))
            continue
        first_with[digest] = file.name
        held = (Outcome.INDEXED, n_passages)
        sources.append(Source(file.name, document.title, path, digest, *held))
    tell(progress, "reading", len(files), len(files))
    return sources


def _unchanged(last: Generation | None, embedder: Embedder, language: str) -> Unchanged | None:
    """What can be taken over: all, if the last generation was made the way this one is."""
    if last is None:
        return None
    made = (last.manifest.recipe, last.manifest.fingerprint, last.manifest.language)
    if made != (RECIPE, embedder.fingerprint, language):
        return None
    try:
        return Unchanged(last)
    except IndexFolderError:
        return None


def _nothing_to_index(
    roots: Sequence[Path],
    excluded: Sequence[str],
    sources: Sequence[Source],
    skipped: Sequence[Path],
) -> str:
    where = ", ".join(map(str, roots))
    if excluded:
        where += ", without what was left out,"
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


def _words(cut: Iterable[Passage], stopped: threading.Event) -> Iterator[tuple[str, str]]:
    """What the keyword index is made of, until the build is stopped."""
    for passage in cut:
        if stopped.is_set():
            raise CancelledError
        yield passages.headings(passage), passage.text
