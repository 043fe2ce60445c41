"""The library's functions: thin, keyword-only after the question, over a reusable Searcher.

What only a build or an evaluation needs is imported by them, so that a question comes quickly.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from briefqa import citations
from briefqa.answering.searcher import Searcher
from briefqa.citations import Style
from briefqa.errors import UsageError
from briefqa.evaluation.fitting import WRONG
from briefqa.index.recovery import spelled
from briefqa.models.reader import DEFAULT_READER
from briefqa.records import Answer, Hit, Mode, Passage

if TYPE_CHECKING:
    from briefqa.evaluation.results import Evaluation
    from briefqa.index.calibration import Calibration
    from briefqa.index.info import IndexInfo
    from briefqa.indexing.builder import BuildReport
    from briefqa.indexing.progress import OnProgress
    from briefqa.indexing.verification import VerifyReport
    from briefqa.models.embedder import Embedder
    from briefqa.models.reader import Reader
    from briefqa.receipts.replay import ReplayReport

AnyPath = str | os.PathLike[str]

_searchers: dict[tuple[Path, str | None], Searcher] = {}
_lock = threading.Lock()


def build(
    sources: AnyPath | Iterable[AnyPath] | None = None,
    *more: AnyPath,
    index: AnyPath = "index",
    model: str | Embedder | None = None,
    language: str | None = None,
    encoding: str | None = None,
    exclude: AnyPath | Iterable[AnyPath] = (),
    progress: OnProgress | None = None,
    password: str = "",
    ocr: bool | None = None,
    workers: int = 1,
    reuse: AnyPath | Iterable[AnyPath] = (),
) -> BuildReport:
    """Index files and folders so that `index` holds exactly them; nothing changes if nothing did.

    `sources` is a file, a folder, or several; None repeats the last build, or takes the folder
    `data`. Files and folders in `exclude` are left out, also by builds that repeat this one.
    `model` is a sentence-transformers model: a folder, or a name that is in this machine's hub
    cache. `language` is the two-letter code of documents that do not say theirs, by default
    what their words tell, English where they do not.
    `encoding` is that of text files which are neither UTF-8 nor marked, such as "cp1252"; without
    it each is read in the encoding it looks like, and its `detail` says where that is uncertain.
    `progress` is called with a `briefqa.indexing.progress.Progress` as the work goes on, so that
    `print` shows how far it is. `password` opens files that are locked with it; it is kept nowhere.
    With `ocr` the pages of PDFs that are scans are read by Tesseract, which has to be installed.
    `workers` processes compute the vectors, each with the model loaded and its share of the cores;
    by default this process alone does, in as many threads as there are cores. The vectors of texts
    that are in one of the indexes `reuse`, made by this version with the same model, are taken from
    there.

    The report lists every file with its passages, or why it failed; files that fail do not stop
    the others. Raises BriefQAError, and leaves the index as it was, when nothing can be indexed.
    """
    from briefqa.indexing.builder import build_index

    roots = None if sources is None else [*_named(sources), *_named(more)]
    excluded = _named(exclude)
    for path in excluded:
        if not os.path.lexists(path):
            raise UsageError(f"There is no file or folder {path} to leave out; check the path.")
    if workers < 1:
        raise UsageError(f"A build cannot have {workers} workers; give 1 or more.")
    return build_index(
        roots,
        Path(index),
        model=model,
        language=language,
        encoding=encoding,
        exclude=excluded,
        progress=progress,
        password=password,
        ocr=ocr,
        workers=workers,
        reuse=_named(reuse),
    )


def open_index(
    index: AnyPath = "index",
    *,
    model: Embedder | None = None,
    reader: Reader | str | None = DEFAULT_READER,
) -> Searcher:
    """A Searcher over the index: thread-safe, and it follows rebuilds by itself.

    `with open_index() as searcher:` closes it at the end. `reader` is what reads the first passages
    for the words that answer: the one that comes with BriefQA where it is installed, a
    question-answering model or cross-encoder in a folder, or None for none. Raises IndexNotFound,
    IndexOutOfDate, IndexDamaged or ModelUnavailable.
    """
    return Searcher(Path(index), model=model, reader=reader)


def search(
    question: str,
    *,
    k: int = 5,
    mode: Mode | str = Mode.HYBRID,
    documents: Iterable[str] | None = None,
    section: str | None = None,
    index: AnyPath = "index",
    reader: str | None = DEFAULT_READER,
) -> list[Hit]:
    """The best `k` passages for the question, best first; see `Searcher.search` and `open_index`.

    The opened index and its models are kept for the next call.
    """
    searcher = shared_searcher(index, reader)
    return searcher.search(question, k=k, mode=mode, documents=documents, section=section)


def ask(
    question: str,
    *,
    k: int = 5,
    documents: Iterable[str] | None = None,
    section: str | None = None,
    index: AnyPath = "index",
    reader: str | None = DEFAULT_READER,
) -> Answer:
    """The answer quoted from the documents, or that they hold none; see `Searcher.ask`.

    `reader` is as for `open_index`. The opened index and its models are kept for the next call.
    """
    searcher = shared_searcher(index, reader)
    return searcher.ask(question, k=k, documents=documents, section=section)


def cite(
    passage: Passage,
    *,
    style: Style | str = Style.PLAIN,
    index: AnyPath = "index",
    reader: str | None = DEFAULT_READER,
) -> str:
    """The citation of a passage of this index as `plain` text, `markdown`, `chicago` or `csl-json`.

    Raises UsageError for another style, and for a document that the index does not hold.
    """
    try:
        chosen = Style(style)
    except ValueError:
        styles = ", ".join(Style)
        raise UsageError(f"There is no style '{style}'; choose one of: {styles}.") from None
    about = shared_searcher(index, reader).document(passage.document).metadata
    return citations.cite(passage, about, chosen)


def replay(
    path: AnyPath, *, index: AnyPath = "index", reader: str | None = DEFAULT_READER
) -> ReplayReport:
    """Ask every question of a receipt again and say which answers are not the same, and why.

    Raises UsageError for a file that is not a receipt.
    """
    from briefqa.receipts import receipt
    from briefqa.receipts.replay import replay as ask_again

    return ask_again(receipt.read(Path(path)), shared_searcher(index, reader))


def verify(index: AnyPath = "index", *, password: str = "") -> VerifyReport:
    """Read every source again and check that each passage stands where its citation says.

    `password` opens locked files; without it they are compared by their bytes alone.
    """
    from briefqa.indexing.verification import verify_index

    return verify_index(Path(index), password)


def info(index: AnyPath = "index") -> IndexInfo:
    """What the index holds, what it was made with, and what answers from it on this machine.

    Raises IndexNotFound, IndexOutOfDate or IndexDamaged.
    """
    from briefqa.index.info import index_info

    return index_info(Path(index))


def evaluate(
    questions: AnyPath,
    *,
    index: AnyPath | None = None,
    reader: Reader | str | None = DEFAULT_READER,
    misses: int = 0,
    split: str | None = None,
    progress: OnProgress | None = None,
) -> Evaluation:
    """Measure retrieval, reading and abstention, and keep so many of the worst `misses`.

    `questions` is a questions file for the documents in `index`, or a BEIR folder or SQuAD file,
    whose passages are indexed in `index` (if nothing else is) or in a folder that is thrown away.
    `reader` is as for `open_index`. Of a questions file with splits only `split` is asked, if it is
    given. Raises UsageError for anything else.
    """
    from briefqa.evaluation.evaluate import evaluate as measure
    from briefqa.evaluation.probe import passages
    from briefqa.evaluation.question_sets import read_questions, read_with_passages
    from briefqa.indexing.builder import holds_sources, index_documents
    from briefqa.models.embedder import load_embedder

    path = Path(questions)
    folder = read_with_passages(path)
    if folder is None:
        with open_index("index" if index is None else index, reader=reader) as searcher:
            asked = read_questions(path, passages(searcher), split=split)
            return measure(searcher, asked, misses=misses)
    if index is not None and holds_sources(Path(index)):
        raise UsageError(
            f"{spelled(Path(index))} holds your own documents; name another folder with --index."
        )
    with TemporaryDirectory(prefix="briefqa-") as scratch:
        place = Path(scratch if index is None else index)
        index_documents(folder.documents, place, load_embedder(), progress)
        with open_index(place, reader=reader) as searcher:
            asked = folder.question_set(passages(searcher))
            return measure(searcher, asked, misses=misses)


def calibrate(
    questions: AnyPath,
    *,
    index: AnyPath = "index",
    wrong: float = WRONG,
    reader: str | None = DEFAULT_READER,
) -> Calibration:
    """Fit the confidence from which `index` answers to a questions file, and keep it there.

    The lowest of which can be promised that at most the share `wrong`, 0..1, of what is asserted is
    wrong; `promise` of what is returned says so, or why it cannot. It holds for this reader, and
    outlives rebuilds with the same model. Raises UsageError for questions or a
    share that it cannot be fitted to.
    """
    from briefqa.evaluation.evaluate import calibration_of
    from briefqa.evaluation.probe import passages
    from briefqa.evaluation.question_sets import read_questions
    from briefqa.index.store import store_at

    if not 0 < wrong < 1:
        raise UsageError(f"The wanted share of wrong answers is {wrong}; it is between 0 and 1.")
    searcher = shared_searcher(index, reader)
    asked = read_questions(Path(questions), passages(searcher))
    fitted = calibration_of(searcher, asked, wrong)
    store_at(index).keep_calibration(fitted)
    return fitted


def _named(paths: AnyPath | Iterable[AnyPath]) -> list[Path]:
    several = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not all(map(os.fspath, several)):
        raise UsageError("An empty path was named; name a file or a folder ('.' is this one).")
    return [Path(path) for path in several]


def shared_searcher(index: AnyPath, reader: str | None) -> Searcher:
    """The searcher of an index and a reader that calls share; see `open_index`."""
    from briefqa.index.store import absolute

    place = absolute(Path(index)), reader  # not resolved: a link may lead nowhere
    with _lock:
        if place not in _searchers:
            _searchers[place] = open_index(index, reader=reader)
        return _searchers[place]
