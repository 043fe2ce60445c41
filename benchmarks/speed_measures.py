"""How fast is BriefQA warm, how large, and how long does it build? One part a process.

    python -m benchmarks.speed_measures PART FOLDER [PASSAGES]

`benchmarks/speed.py` runs it. FOLDER holds a corpus, or is empty; what is found is printed as one
line of JSON.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa import index_folder, open_index
from briefqa.embedder import Embedder, load_embedder
from briefqa.records import TextKind

if TYPE_CHECKING:
    import numpy.typing as npt

    from benchmarks.speed_corpus import Language
    from briefqa.vector_index import VectorIndex

    Vectors = npt.NDArray[np.float32]
    Figures = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
WARMING, MEASURED = 60, 300  # questions
NEAREST = 200  # passages that a search asks its vectors for
ASKING = 50  # people at once
ROUNDS = 5  # of all of them
ENCODED = 600  # passages that the real model reads
FILES, IN_FILE = 1_000, 5  # files, and passages in each, of which one file is changed
REAL_FILES = 100


class ModelForQuestions:
    """An embedder that reads questions with the real model, over made-up vectors of passages."""

    name = "made-up"
    fingerprint = "made-up-words-1"
    size = 254

    def __init__(self) -> None:
        self._model = load_embedder()

    def piece_ends(self, text: str) -> Sequence[int]:
        """End offset in `text` of each word piece."""
        return self._model.piece_ends(text)

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Float32 [len(texts), 384], unit rows, of questions."""
        if kind is not TextKind.QUESTION:
            raise NotImplementedError
        return self._model.embed(texts, kind)


def index(folder: Path, n_passages: int) -> Figures:
    """Index a made-up corpus, and keep questions and passages for the other parts."""
    from benchmarks.speed_corpus import Language, WordVectors, documents, questions
    from briefqa.builder import index_documents

    language = Language()
    stub = WordVectors(language)
    stub.embed(["warm"], TextKind.PASSAGE)
    before = memory()
    started = time.perf_counter()
    index_documents(documents(language, n_passages), folder / "index", stub)
    seconds = time.perf_counter() - started
    figures = {
        "seconds": seconds,
        "stub_seconds": stub.seconds,
        "peak_mb": memory()["VmHWM"],
        "before_mb": before["VmRSS"],
        "disk_mb": sum(p.stat().st_size for p in (folder / "index").rglob("*") if p.is_file())
        / 1e6,
    }
    asked = questions(language, n_passages, 3 * (WARMING + MEASURED))
    texts = [question.text for question in asked]
    np.save(folder / "question_vectors.npy", stub.embed(texts, TextKind.QUESTION))
    rows = [question.passage for question in asked]
    (folder / "questions.json").write_text(json.dumps({"texts": texts, "passages": rows}), "utf-8")
    searcher = open_index(folder / "index", model=stub)
    with (folder / "passages.jsonl").open("w", encoding="utf-8") as file:
        for passage in searcher.passages():
            file.write(json.dumps(f"{passage.title}\n{passage.text}") + "\n")
    found = len(searcher.manifest().sources), searcher.manifest().passages
    return figures | {"documents": found[0], "passages": found[1]}


def warm(folder: Path, n_passages: int) -> Figures:
    """Latency of each way to search, with the questions' vectors at hand, and recall."""
    from benchmarks.speed_corpus import KnownVectors
    from briefqa.vector_index import VectorIndex

    texts, rows = asked_of(folder)
    vectors: Vectors = np.load(folder / "question_vectors.npy")
    searcher = open_index(folder / "index", model=KnownVectors(texts, vectors))
    measured = slice(WARMING, WARMING + MEASURED)
    for text in texts[:WARMING]:
        searcher.search(text, mode="keyword")
        searcher.search(text)
    figures: Figures = {
        "keyword": milliseconds(
            lambda text: searcher.search(text, mode="keyword"), texts[measured]
        ),
        "hybrid": milliseconds(searcher.search, texts[measured]),
    }
    figures |= {"rss_mb": memory()["VmRSS"], "peak_mb": memory()["VmHWM"]}
    by_meaning = VectorIndex(index_folder.open_current(folder / "index").folder)
    for vector in vectors[:WARMING]:
        by_meaning.nearest(vector, NEAREST)
    figures["vector"] = milliseconds(
        lambda vector: by_meaning.nearest(vector, NEAREST), vectors[measured]
    )
    figures["recall"] = recall(by_meaning, folder, vectors[measured])
    hits = [
        {_row_of(hit.passage.document, hit.passage.paragraphs[0]) for hit in searcher.search(text)}
        for text in texts[measured]
    ]
    pairs = zip(rows[measured], hits, strict=True)
    figures["found"] = float(np.mean([row in five for row, five in pairs]))
    figures["vectors"] = len(np.load(_generation(folder) / "vectors.npy", mmap_mode="r"))
    return figures


def recall(by_meaning: VectorIndex, folder: Path, questions: Vectors, k: int = 10) -> float:
    """The share of the k nearest passages of each question that are found, by an exact scan.

    A passage as near as the k-th, to six decimals, counts as one of them.
    """
    from briefqa.vector_index import SENTENCE_WEIGHT, read_vectors

    vectors, starts = read_vectors(_generation(folder))
    cosines = np.empty((len(questions), len(starts) - 1), np.float32)
    for first in range(0, cosines.shape[1], 4_000):
        own = starts[first : first + 4_001]
        each = questions @ vectors[own[0] : own[-1]].astype(np.float32).T
        places = own[:-1] - own[0]
        whole = each[:, places]
        each[:, places[np.diff(own) > 1]] = -1
        best = np.maximum.reduceat(each, places, axis=1)
        part = slice(first, first + len(places))
        cosines[:, part] = (1 - SENTENCE_WEIGHT) * whole + SENTENCE_WEIGHT * best
    shares = []
    for question, exact in zip(questions, cosines, strict=True):
        least = np.partition(exact, -min(k, len(exact)))[-min(k, len(exact))]
        found, _ = by_meaning.nearest(question, NEAREST)
        shares.append(np.mean(exact[found[:k]] >= least - 1e-6))
    return float(np.mean(shares))


def whole(folder: Path, n_passages: int) -> Figures:
    """A whole search with the real model, beside the embedding of other questions alone.

    Alternating, so that what slows the machine slows both.
    """
    texts, _ = asked_of(folder)
    model = ModelForQuestions()
    searcher = open_index(folder / "index", model=model)
    for text in texts[:WARMING]:
        searcher.search(text)
    alone, searching = [], []
    asked = texts[WARMING : WARMING + 2 * MEASURED]
    for embedded, searched in zip(asked[::2], asked[1::2], strict=True):
        started = time.perf_counter()
        model.embed([embedded], TextKind.QUESTION)
        between = time.perf_counter()
        searcher.search(searched)
        searching.append(time.perf_counter() - between)
        alone.append(between - started)
    return {"embedding": percentiles(alone), "whole": percentiles(searching)}


def held(folder: Path, n_passages: int) -> Figures:
    """Memory of a process that has opened the index and asked with the real model, in MB."""
    texts, _ = asked_of(folder)
    searcher = open_index(folder / "index", model=ModelForQuestions())
    opened = memory()
    for text in texts[:200]:
        searcher.search(text)
    now = memory()
    return {
        "peak_mb": now["VmHWM"],
        "rss_mb": now["VmRSS"],
        "file_mb": now["RssFile"],
        "opened_mb": opened["VmRSS"],
    }


def load(folder: Path, n_passages: int) -> Figures:
    """How long each of 50 people waits who ask at once, and who only queue for the model."""
    texts, _ = asked_of(folder)
    model = ModelForQuestions()
    searcher = open_index(folder / "index", model=model)
    for text in texts[:WARMING]:
        searcher.search(text)
    together, queued = [], []
    errors: list[str] = []
    for number in range(ROUNDS):
        first = WARMING + 2 * ASKING * number
        started = time.perf_counter()
        waits = []
        for text in texts[first : first + ASKING]:
            model.embed([text], TextKind.QUESTION)
            waits.append(time.perf_counter() - started)
        queued.append(percentiles(waits))
        others = texts[first + ASKING : first + 2 * ASKING]
        together.append(percentiles(at_once(searcher.search, others, errors)))
    return {
        "asking": ASKING,
        "errors": errors,
        "together": _medians(together),
        "queued": _medians(queued),
    }


def at_once(ask: Callable[[str], object], texts: Sequence[str], errors: list[str]) -> list[float]:
    """Seconds that each waits for an answer, all asking at the same moment."""
    ready = threading.Barrier(len(texts) + 1)
    waits: list[float] = []

    def one(text: str) -> None:
        ready.wait()
        started = time.perf_counter()
        try:
            ask(text)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is a figure here
            errors.append(f"{type(error).__name__}: {error}")
        waits.append(time.perf_counter() - started)

    people = [threading.Thread(target=one, args=(text,)) for text in texts]
    for person in people:
        person.start()
    ready.wait()
    for person in people:
        person.join()
    return waits


def encode(folder: Path, n_passages: int) -> Figures:
    """Seconds to encode all texts of a corpus alone, and then to build the whole of it."""
    from benchmarks.speed_corpus import documents
    from briefqa.builder import index_documents

    model = load_embedder()
    model.embed(["warm"], TextKind.PASSAGE)
    texts = _texts(model)
    started = time.perf_counter()
    model.embed(texts, TextKind.PASSAGE)
    encoded = time.perf_counter()
    index_documents(documents(_english(), ENCODED), folder / "index", model)
    built = time.perf_counter()
    passages = index_folder.current_manifest(folder / "index").passages
    shutil.rmtree(folder / "index")
    return {
        "runtime": type(model).__name__,
        "encode_s": encoded - started,
        "build_s": built - encoded,
        "texts": len(texts),
        "passages": passages,
        "pieces": sum(len(model.piece_ends(text)) for text in texts) / len(texts),
    }


def encode_slowly(folder: Path, n_passages: int) -> Figures:
    """Seconds to encode the same texts with sentence-transformers."""
    from briefqa import sentence_model

    model = sentence_model.find(sentence_model.DEFAULT_MODEL)
    model.embed(["warm"], TextKind.PASSAGE)
    texts = _texts(model)
    started = time.perf_counter()
    model.embed(texts, TextKind.PASSAGE)
    return {"encode_s": time.perf_counter() - started, "texts": len(texts)}


def rebuild(folder: Path, n_passages: int) -> Figures:
    """Build 1,000 made-up files, change one, build again; with made-up vectors."""
    from benchmarks.speed_corpus import Language, WordVectors

    language = Language()
    stub = WordVectors(language)
    stub.embed(["warm"], TextKind.PASSAGE)
    stub.seconds = 0
    figures = rebuilt(folder, language, stub, FILES)
    return figures | {"stub_s": stub.seconds}


def rebuild_really(folder: Path, n_passages: int) -> Figures:
    """The same with the real model and fewer files."""
    model = load_embedder()
    model.embed(["warm"], TextKind.PASSAGE)
    return rebuilt(folder, _english(), model, REAL_FILES)


def rebuilt(folder: Path, language: Language, embedder: Embedder, n_files: int) -> Figures:
    """Seconds of a full build of files and of one after all of one file's passages changed."""
    from benchmarks.speed_corpus import document_text
    from briefqa.builder import build_index

    sources = folder / "files"
    shutil.rmtree(folder, ignore_errors=True)
    sources.mkdir(parents=True)
    for number in range(n_files):
        text = document_text(language, number, IN_FILE)
        (sources / f"report-{number:05d}.md").write_text(text, "utf-8")
    full = build_index([sources], folder / "index", model=embedder)
    changed = document_text(language, n_files, IN_FILE)
    (sources / f"report-{n_files // 2:05d}.md").write_text(changed, "utf-8")
    again = build_index([sources], folder / "index", model=embedder)
    shutil.rmtree(folder)
    return {
        "files": n_files,
        "passages": full.passages,
        "embedded": again.embedded,
        "full_s": full.seconds,
        "again_s": again.seconds,
    }


def asked_of(folder: Path) -> tuple[list[str], list[int]]:
    """The questions on a corpus and the rows of the passages they were drawn from."""
    asked = json.loads((folder / "questions.json").read_text("utf-8"))
    return asked["texts"], asked["passages"]


def milliseconds(ask: Callable[[Any], object], questions: Sequence[Any] | Vectors) -> Figures:
    """The percentiles of how long each question takes."""
    seconds = []
    for question in questions:
        started = time.perf_counter()
        ask(question)
        seconds.append(time.perf_counter() - started)
    return percentiles(seconds)


def percentiles(seconds: Sequence[float]) -> Figures:
    """p50 and p95, in ms."""
    p50, p95 = 1_000 * np.percentile(seconds, [50, 95])
    return {"p50": float(p50), "p95": float(p95)}


def memory() -> dict[str, float]:
    """What Linux says of this process, in MB: VmHWM (most so far), VmRSS, RssAnon, RssFile."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    pairs = (line.split(":", 1) for line in lines)
    return {
        name: int(value.split()[0]) * 1024 / 1e6
        for name, value in pairs
        if name in ("VmHWM", "VmRSS", "RssAnon", "RssFile")
    }


def _medians(rounds: Sequence[Figures]) -> Figures:
    return {name: float(np.median([each[name] for each in rounds])) for name in rounds[0]}


def _generation(folder: Path) -> Path:
    return index_folder.open_current(folder / "index").folder


def _row_of(name: str, paragraph: int) -> int:
    from benchmarks.speed_corpus import PASSAGES

    return int(name.removeprefix("report-").removesuffix(".md")) * PASSAGES + paragraph - 1


def _english() -> Language:
    from benchmarks.speed_corpus import Language, english_words

    (brief,) = (ROOT / "data").glob("*.md")
    return Language(english_words(brief.read_text("utf-8")))


def _texts(model: Embedder) -> list[str]:
    """What a build embeds of the corpus for the real model."""
    from benchmarks.speed_corpus import documents
    from briefqa.passages import cut, embedded_texts

    return [
        text
        for document in documents(_english(), ENCODED)
        for passage in cut(document, model)
        for text in embedded_texts(passage, model, "en")
    ]


PARTS: dict[str, Callable[[Path, int], Figures]] = {
    part.__name__: part
    for part in (index, warm, whole, held, load, encode, encode_slowly, rebuild, rebuild_really)
}

if __name__ == "__main__":
    _, part_name, corpus, *count = sys.argv
    print(json.dumps(PARTS[part_name](Path(corpus), int(count[0]) if count else 0)))
