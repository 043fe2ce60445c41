"""How fast does BriefQA answer once it is open, and in how much memory? One part a process.

    python -m benchmarks.speed_measures PART FOLDER

`benchmarks/speed.py` runs it. FOLDER holds a corpus as `benchmarks/speed_builds.py` leaves it; what
is found is printed as one line of JSON.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa import open_index
from briefqa.index import generations
from briefqa.models.embedder import load_embedder
from briefqa.records import TextKind

if TYPE_CHECKING:
    import numpy.typing as npt

    from briefqa.index.vector_index import FaissVectorIndex

    Vectors = npt.NDArray[np.float32]
    Figures = dict[str, Any]

WARMING, MEASURED = 60, 300  # questions
NEAREST = 200  # passages that a search asks its vectors for
ASKING = 50  # people at once
ROUNDS = 5  # of all of them


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


def warm(folder: Path) -> Figures:
    """Latency of each way to search, with the questions' vectors at hand, and recall."""
    from benchmarks.speed_corpus import KnownVectors
    from briefqa.index.vector_index import FaissVectorIndex

    texts, rows = asked_of(folder)
    vectors: Vectors = np.load(folder / "question_vectors.npy")
    searcher = open_index(folder / "index", model=KnownVectors(texts, vectors), reader=None)
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
    by_meaning = FaissVectorIndex(generations.open_current(folder / "index").folder)
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


def recall(by_meaning: FaissVectorIndex, folder: Path, questions: Vectors, k: int = 10) -> float:
    """The share of the k nearest passages of each question that are found, by an exact scan.

    A passage as near as the k-th, to six decimals, counts as one of them.
    """
    from briefqa.index.vector_index import SENTENCE_WEIGHT, read_vectors

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


def whole(folder: Path) -> Figures:
    """A whole search with the real model, beside the embedding of other questions alone.

    Alternating, so that what slows the machine slows both.
    """
    texts, _ = asked_of(folder)
    model = ModelForQuestions()
    searcher = open_index(folder / "index", model=model, reader=None)
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


def held(folder: Path) -> Figures:
    """Memory of a process that has opened the index and asked with the real model, in MB."""
    texts, _ = asked_of(folder)
    searcher = open_index(folder / "index", model=ModelForQuestions(), reader=None)
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


def load(folder: Path) -> Figures:
    """How long each of 50 people waits who ask at once, and who queue for the model or a search."""
    texts, _ = asked_of(folder)
    model = ModelForQuestions()
    searcher = open_index(folder / "index", model=model, reader=None)
    for text in texts[:WARMING]:
        searcher.search(text)
    together: list[dict[str, float]] = []
    queues: dict[str, list[dict[str, float]]] = {"queued": [], "searched": []}
    alone: dict[str, Callable[[str], object]] = {
        "queued": lambda text: model.embed([text], TextKind.QUESTION),
        "searched": searcher.search,
    }
    errors: list[str] = []
    for number in range(ROUNDS):
        first = WARMING + 2 * ASKING * number
        for queue, ask in alone.items():
            started = time.perf_counter()
            waits = []
            for text in texts[first : first + ASKING]:
                ask(text)
                waits.append(time.perf_counter() - started)
            queues[queue].append(percentiles(waits))
        others = texts[first + ASKING : first + 2 * ASKING]
        together.append(percentiles(at_once(searcher.search, others, errors)))
    return {
        "asking": ASKING,
        "errors": errors,
        "together": _medians(together),
        **{queue: _medians(waits) for queue, waits in queues.items()},
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
    return generations.open_current(folder / "index").folder


def _row_of(name: str, paragraph: int) -> int:
    from benchmarks.speed_corpus import PASSAGES

    return int(name.removeprefix("report-").removesuffix(".md")) * PASSAGES + paragraph - 1


PARTS: dict[str, Callable[[Path], Figures]] = {
    part.__name__: part for part in (warm, whole, held, load)
}

if __name__ == "__main__":
    _, part_name, corpus = sys.argv
    print(json.dumps(PARTS[part_name](Path(corpus))))
