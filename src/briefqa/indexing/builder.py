"""Makes an index of documents; the only writer of an index.

Reads the named files, cuts them into passages, embeds what is new, and publishes a whole generation
at once; until then, and whatever fails, the index on disk stays as it was.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from briefqa import __version__
from briefqa.documents import loaders, passages, tesseract
from briefqa.documents.loaders.decoding import known
from briefqa.documents.source_files import absolute, find
from briefqa.errors import BuildError, IndexFolderError, IndexNotFound, IndexUnreachable
from briefqa.index import generations, postings, vector_cache, vector_index
from briefqa.index.info import english_only
from briefqa.index.manifest import FORMAT, RECIPE, Manifest, Outcome, Source
from briefqa.index.opened import OpenedIndex
from briefqa.index.record_file import DocumentFile
from briefqa.index.store import Store, store_at
from briefqa.index.vector_cache import KnownVectors
from briefqa.indexing import interrupted
from briefqa.indexing.generation_writer import GenerationWriter, Unchanged, sample
from briefqa.indexing.last_build import DEFAULT_LANGUAGE, repeated
from briefqa.indexing.progress import OnProgress, Stage, tell
from briefqa.indexing.reuse import made_by, take_over
from briefqa.indexing.sources import HowRead, are_current, read_sources
from briefqa.models.embedder import Embedder, load_embedder, prepared
from briefqa.records import Document, Passage
from briefqa.text.language import stemmed_as, stemmer


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
    encoding: str | None = None,
    exclude: Iterable[Path | str] = (),
    progress: OnProgress | None = None,
    locked: bool = False,
    parsed: Mapping[str, Document] | None = None,
    password: str = "",
    ocr: bool | None = None,
    workers: int = 1,
    reuse: Sequence[Path] = (),
) -> BuildReport:
    """Make `index` hold exactly the documents under `roots` that are not in `exclude`.

    Without `roots` the paths, model, language, encoding and `ocr` of the last build are used again,
    or the folder `data`; what it excluded stays excluded too. `encoding` is as for `loaders.parse`.
    `language` is that of documents which do not say theirs; without it their words tell. With
    `ocr` scans are read by Tesseract, and UsageError says where there is none. `progress`
    is told how far it is, as it goes on. `locked` says that the caller is
    `generations.writing`. `parsed` holds documents that need not be parsed again, by the SHA-256
    of their files. `password` opens files that are locked and is kept nowhere. `workers` processes
    embed, by default this one; texts in the indexes `reuse` have their vectors from there. Raises
    BuildError, IndexFolderError, ModelUnavailable or UsageError; the index is then unchanged.
    """
    started = time.monotonic()
    store = store_at(index)
    if roots is not None and not roots:
        raise BuildError("Nothing to index: no file or folder was named; name one.")
    excluded = tuple(sorted(set(map(absolute, exclude))))
    stamp = published(index)
    once_more = partial(
        build_index, roots, index, model=model, language=language, encoding=encoding,
        exclude=excluded, progress=progress, locked=True, parsed=parsed, password=password, ocr=ocr,
        workers=workers, reuse=reuse,
    )  # fmt: skip
    if roots is None:
        last_time = repeated(store, index)
        roots = last_time.roots
        excluded = tuple(sorted({*last_time.excluded, *excluded}))
        model = model or last_time.model
        language = language or last_time.language
        encoding = last_time.encoding if encoding is None else encoding
        ocr = last_time.ocr if ocr is None else ocr
    named_language, language = language or "", language or DEFAULT_LANGUAGE
    encoding = known(encoding) if encoding else ""
    stemmer(language)  # an unknown language is refused before any work
    how = HowRead(named_language, encoding, tesseract.setup(language) if ocr else "")
    embedder = load_embedder(model) if isinstance(model, str) else model or load_embedder()
    files = find(roots, leave_out=store.workspace, excluded=excluded)
    named = tuple(str(root.absolute()) for root in roots)
    alone = nullcontext() if locked else store.writing()
    with alone, _last_generation(store) as (last, note):
        unfinished = (
            []
            if locked
            else interrupted.unfinished_in(roots, index, last.manifest if last else None)
        )
        if published(index) != stamp:  # what was last built, or the files, may have changed since
            return _telling(once_more(), unfinished, roots, index)
        if (
            last
            and _is_current(last.manifest, named, excluded, embedder, how)
            and are_current(files.files, last.manifest.sources)
        ):
            # The index may come from a machine on which the model was exported.
            prepared(embedder, sample(last.passages))
            last.close()
            vector_cache.remove_unfinished(store.workspace)
            report = BuildReport(
                index, last.manifest.sources, files.skipped, last.manifest.passages, 0,
                last.manifest.passages, False, time.monotonic() - started,
                _together(store.tidy(), english_only(last.manifest.sources, embedder.name)),
            )  # fmt: skip
            return report if locked else _telling(report, unfinished, roots, index)
        with (
            _new_generation(store, index) as folder,
            closing(GenerationWriter(folder, embedder, language, workers)) as writer,
        ):
            take_over(reuse, store.workspace, embedder)
            unchanged = _unchanged(last, embedder, how)
            sources = read_sources(
                files.files, writer, unchanged, progress, parsed or {}, how, password
            )
            if not writer.passages:
                raise BuildError(_nothing_to_index(roots, excluded, sources, files.skipped))
            reused, remark = _make(
                store, folder, named, excluded, sources, writer, last, progress, how
            )
        report = BuildReport(
            index, tuple(sources), files.skipped, writer.passages, writer.passages - reused, reused,
            True, time.monotonic() - started,
            _together(note, remark, english_only(sources, embedder.name)),
        )  # fmt: skip
        return report if locked else _telling(report, unfinished, roots, index)


def _telling(
    report: BuildReport, unfinished: Sequence[str], roots: Sequence[Path], index: Path
) -> BuildReport:
    """A report that says which interrupted changes of the uploads are finished with it."""
    with suppress(OSError):
        interrupted.clear(roots, index)
    told = f"{'; '.join(unfinished)}." if unfinished else ""
    return replace(report, note=_together(report.note, told))


def _together(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def published(index: Path) -> tuple[int, ...] | None:
    """Changes whenever a generation is published; None before the first."""
    try:
        return store_at(index).stamp()
    except IndexNotFound:
        return None


def holds_sources(index: Path) -> bool:
    """Whether there is an index of somebody's files; raises IndexDamaged if it does not say."""
    inputs = store_at(index).build_inputs()
    if inputs is not None:
        return bool(inputs.roots)
    try:
        return bool(store_at(index).manifest().roots)
    except IndexNotFound:
        return False


def index_documents(
    documents: Iterable[Document],
    index: Path,
    embedder: Embedder,
    progress: OnProgress | None = None,
) -> None:
    """Make `index` hold documents that are in no file, such as a benchmark's; reuses vectors."""
    store, sources = store_at(index), []
    with (
        store.writing(),
        _last_generation(store) as (last, _),
        _new_generation(store, index) as folder,
        closing(GenerationWriter(folder, embedder, DEFAULT_LANGUAGE)) as writer,
    ):
        for document in documents:
            n_passages, _ = writer.add(document)
            source = Source(document.name, document.title, "", "", Outcome.INDEXED, n_passages)
            sources.append(source)
        how = HowRead(DEFAULT_LANGUAGE, "", "")
        _make(store, folder, (), (), sources, writer, last, progress, how)


@contextmanager
def _new_generation(store: Store, index: Path) -> Iterator[Path]:
    """A folder to write a generation in, removed again unless it is published."""
    folder = None
    try:
        folder = store.new_generation()
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
    store: Store,
    folder: Path,
    roots: tuple[str, ...],
    excluded: tuple[str, ...],
    sources: Sequence[Source],
    writer: GenerationWriter,
    last: OpenedIndex | None,
    progress: OnProgress | None,
    how: HowRead,
) -> tuple[int, str]:
    """Embed what is new, and publish the generation.

    Returns how many passages were reused and what there is to say about the store.
    """
    embedder, language = writer.embedder, writer.language
    dimension, reused = _fill(store.workspace, folder, writer, last, progress)
    manifest = Manifest(
        format=FORMAT,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        version=__version__,
        model=embedder.name,
        fingerprint=embedder.fingerprint,
        dimension=dimension,
        language=language,
        recipe=RECIPE,
        documents=writer.documents,
        passages=writer.passages,
        roots=roots,
        excluded=excluded,
        sources=tuple(sources),
        encoding=how.encoding,
        language_named=bool(how.language),
        ocr=how.ocr_setup,
    )
    store.publish(folder, manifest)
    vector_cache.remove_unfinished(store.workspace)
    if last:
        last.close()  # its vectors are copied, or not wanted: it may be removed
    remark = store.tidy()
    tell(progress, Stage.WRITING, 1, 1)
    return reused, remark


def _fill(
    workspace: Path,
    folder: Path,
    writer: GenerationWriter,
    last: OpenedIndex | None,
    progress: OnProgress | None,
) -> tuple[int, int]:
    """Write the vectors and, beside that, the keyword index.

    Returns the numbers in a vector and how many passages were reused.
    """
    recipe = (RECIPE, writer.embedder.fingerprint)
    same = last is not None and (last.manifest.recipe, last.manifest.fingerprint) == recipe
    known = KnownVectors(workspace, made_by(writer.embedder), last if same else None)
    stopped = threading.Event()
    with closing(writer.finish()) as cut, ThreadPoolExecutor(1) as beside:
        keyword = beside.submit(
            postings.write,
            folder / generations.KEYWORD,
            _indexed_texts(cut, folder / generations.DOCUMENTS, writer.language, stopped),
            writer.language,
        )

        def check() -> None:
            if keyword.done():
                keyword.result()  # raises its error

        try:
            dimension, reused = writer.embed(cut, known, progress, check)
        except BaseException:
            stopped.set()
            raise
        tell(progress, Stage.WRITING, 0, 1)
        vector_index.organise(folder)
        keyword.result()
    return dimension, reused


@contextmanager
def _last_generation(store: Store) -> Iterator[tuple[OpenedIndex | None, str]]:
    """The generation on disk, and a sentence when there is one that cannot be used."""
    last = None
    try:
        last = store.open()
        last.check()  # where a search would fail, the index is built anew
    except IndexNotFound:
        yield None, ""
    except IndexUnreachable:
        raise
    except IndexFolderError as error:
        if last:
            last.close()
        why = str(error).partition("; rebuild it with: ")[0]
        yield None, f"The last index could not be used and everything was built anew: {why}."
    else:
        with last:
            yield last, ""


def _is_current(
    last: Manifest,
    roots: tuple[str, ...],
    excluded: tuple[str, ...],
    embedder: Embedder,
    how: HowRead,
) -> bool:
    """Whether the last build was given the same; see `are_current` for the files."""
    made = (last.recipe, last.model, last.fingerprint, HowRead.of(last))
    now = (RECIPE, embedder.name, embedder.fingerprint, how)
    return (last.roots, last.excluded, *made) == (roots, excluded, *now)


def _unchanged(last: OpenedIndex | None, embedder: Embedder, how: HowRead) -> Unchanged | None:
    """What can be copied: all, if the last generation was made the way this one is."""
    if last is None:
        return None
    made = (last.manifest.recipe, last.manifest.fingerprint, HowRead.of(last.manifest))
    return Unchanged(last) if made == (RECIPE, embedder.fingerprint, how) else None


def _nothing_to_index(
    roots: Sequence[Path],
    excluded: Sequence[str],
    sources: Sequence[Source],
    skipped: Sequence[Path],
) -> str:
    where = ", ".join(map(str, roots))
    if excluded:
        where += ", without what was left out,"
    formats = loaders.formats()
    if len(sources) == 1:
        why = f"{sources[0].path}: {sources[0].detail}"
    elif sources:
        why = (
            f"none of the {len(sources)} files in {where} could be read, the first, "
            f"{sources[0].path}, because {sources[0].detail}"
        )
    elif skipped:
        why = f"{where} holds no file in a format that is read ({formats})"
    else:
        why = f"{where} is empty; put documents there ({formats})"
    return f"Nothing to index: {why}; the index was left as it was."


def _indexed_texts(
    cut: Iterable[Passage], documents: Path, language: str, stopped: threading.Event
) -> Iterator[tuple[str, str, str]]:
    """The texts of the keyword index with their languages, until the build is stopped."""
    with closing(DocumentFile(documents)) as file:
        of_document = groupby(cut, key=lambda passage: passage.document)
        for row, (_, those) in enumerate(of_document):
            date = file.about(row).date
            for passage in those:
                if stopped.is_set():
                    raise CancelledError
                stemmed = stemmed_as(passage.language, language)
                yield passages.headings(passage, date), passages.searched(passage), stemmed
