"""Does an index in Milvus find what one in a folder finds, and how fast?

    python benchmarks/scale.py parity OUT BEIR_FOLDER... [--passages 1000] [--hashing]
    python benchmarks/scale.py speed OUT [--sizes 10000 100000] [--questions 50]

Both need `briefqa[milvus]` and keep what they made in OUT, which is to be empty. `parity` indexes
the first passages of each question set with the real model, or without one, in a folder and in
files of Milvus Lite, whose vectors have no index or one, and asks all its questions. `speed` takes
the made-up passages and vectors of `benchmarks/speed_corpus.py`, so that no model is measured, in a
folder, a file and a server of Milvus Lite on a port of this machine. Each place is measured in a
process of its own. What is found is printed as JSON, a line each; `benchmarks/SCALE.md` has the
tables.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ir_measures
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # for the parts beside this file, however it is started

from benchmarks.speed_corpus import (  # noqa: E402
    KnownVectors,
    Language,
    WordVectors,
    documents,
    questions,
)
from briefqa import Searcher, open_index  # noqa: E402
from briefqa.evaluation.probe import passages, ranked_rows  # noqa: E402
from briefqa.evaluation.question_sets import BeirFolder, QuestionSet, read_beir  # noqa: E402
from briefqa.index import vector_index  # noqa: E402
from briefqa.index.opened import open_generation  # noqa: E402
from briefqa.index.recovery import MANIFEST  # noqa: E402
from briefqa.index.store import store_at  # noqa: E402
from briefqa.indexing.builder import index_documents  # noqa: E402
from briefqa.models.embedder import Embedder, HashingEmbedder, load_embedder  # noqa: E402
from briefqa.records import Mode, TextKind  # noqa: E402

if TYPE_CHECKING:
    from briefqa.models.embedder import Vectors

NDCG = ir_measures.parse_measure("nDCG@10")
WARMING = 5  # questions
DEPTH = 10

Figures = dict[str, Any]


class Remembering:
    """A model that reads each text once."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self._known: dict[tuple[str, TextKind], Any] = {}
        self.name, self.fingerprint = self._model.name, self._model.fingerprint
        self.size = self._model.size

    def piece_ends(self, text: str) -> Sequence[int]:
        """End offset in `text` of each word piece."""
        return self._model.piece_ends(text)

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Float32 [len(texts), dimension], unit rows."""
        if new := [text for text in dict.fromkeys(texts) if (text, kind) not in self._known]:
            for text, vector in zip(new, self._model.embed(new, kind), strict=True):
                self._known[text, kind] = vector
        return np.stack([self._known[text, kind] for text in texts])


def parity(
    out: Path, folder: Path, model: Embedder, most_passages: int, most_questions: int
) -> Figures:
    """How often a file gives the passages that a folder gives, and nDCG@10 of each.

    The file has its vectors once without an index and once in an HNSW index, however many.
    """
    beir = first_passages(read_beir(folder), most_passages)
    figures: Figures = {"set": folder.name, "model": model.name}
    known: list[list[int]] = []
    for kind, most in (("folder", vector_index.EXACT_MOST), ("flat", sys.maxsize), ("hnsw", 0)):
        vector_index.EXACT_MOST = most
        file = f"milvus://{out}/{folder.name}-{kind}.db"
        place = str(out / folder.name) if kind == "folder" else file
        index_documents(beir.documents, Path(place), model)
        with open_index(place, model=model, reader=None) as searcher:
            asked = beir.question_set(passages(searcher))
            units = set(asked.units)
            whole = [q for q in asked.questions if q.answerable and set(q.relevant) <= units]
            chosen = whole[:: max(1, len(whole) // most_questions)][:most_questions]
            found = [ranked_rows(searcher, q.text, mode=Mode.HYBRID, depth=50) for q in chosen]
        rows = [list(map(int, each)) for each in found]
        figures[f"{kind}_ndcg"] = ndcg(asked, [q.id for q in chosen], rows)
        if kind == "folder":
            known = rows
            with store_at(place).open() as opened:
                counts = len(asked.units), len(opened.stored_vectors), len(rows)
            figures |= dict(zip(("passages", "vectors", "questions"), counts, strict=True))
            continue
        pairs = list(zip(rows, known, strict=True))
        figures[f"{kind}_same_first"] = float(np.mean([a[:1] == b[:1] for a, b in pairs]))
        figures[f"{kind}_same_ten"] = float(np.mean([a[:DEPTH] == b[:DEPTH] for a, b in pairs]))
    return figures


def first_passages(beir: BeirFolder, most: int) -> BeirFolder:
    """The first documents of a question set, as many as hold that many passages."""
    kept, n_passages = [], 0
    for document in beir.documents:
        if n_passages >= most:
            break
        kept.append(document)
        n_passages += len(document.sections)
    return replace(beir, documents=tuple(kept))


def ndcg(asked: QuestionSet, ids: Sequence[str], rankings: Sequence[Sequence[int]]) -> float:
    """The mean nDCG@10 of the units that these rows belong to."""
    chosen = {question.id: question for question in asked.questions}
    run = {}
    for name, rows in zip(ids, rankings, strict=True):
        ranked = dict.fromkeys(asked.units[row] for row in rows)
        left = [unit for unit in ranked if unit not in chosen[name].dropped]
        run[name] = {unit: -float(rank) for rank, unit in enumerate(left)}
    judged = {name: dict(chosen[name].relevant) for name in ids}
    return float(ir_measures.calc_aggregate([NDCG], judged, run)[NDCG])


def speed(out: Path, n_passages: int, n_questions: int) -> Iterator[Figures]:
    """A folder, a file and a server, each in a process of its own."""
    folder = out / f"folder-{n_passages}"
    yield measured("folder", folder, n_passages, n_questions, str(folder))
    for kind in ("file", "server"):
        if kind == "file":
            place = f"milvus://{out}/{n_passages}.db"
            yield measured(kind, folder, n_passages, n_questions, place)
            continue
        with server(out / f"server-{n_passages}") as (port, memory_of_server):
            place = f"milvus://127.0.0.1:{port}/briefs"
            figures = measured(kind, folder, n_passages, n_questions, place)
            yield figures | {"server_mb": memory_of_server()}


def measured(kind: str, folder: Path, n_passages: int, n_questions: int, place: str) -> Figures:
    """What a process of its own finds of a place."""
    part = [
        sys.executable,
        __file__,
        "place",
        kind,
        str(folder),
        str(n_passages),
        str(n_questions),
        place,
    ]
    done = subprocess.run(part, check=True, stdout=subprocess.PIPE, text=True)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


@contextmanager
def server(data: Path) -> Iterator[tuple[int, Callable[[], float]]]:
    """A server of Milvus Lite: its port, and what tells how much memory it has had at most."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    program = Path(sys.executable).with_name("milvus-lite")
    process = subprocess.Popen(
        [program, "server", "--data-dir", data, "--host", "127.0.0.1", "--port", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port, lambda: memory(process.pid)["VmHWM"]
    finally:
        process.terminate()
        process.wait()


def memory(process: int | str = "self") -> dict[str, float]:
    """The memory of a process, now (VmRSS) and at most (VmHWM), in MB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    lines = (line.split() for line in status.splitlines() if line.startswith("Vm"))
    return {name.rstrip(":"): float(kib) * 1024 / 1e6 for name, kib, *_ in lines}


def at_place(kind: str, folder: Path, n_passages: int, n_questions: int, place: str) -> Figures:
    """Build or send the index, then ask; the folder is built first and is what is sent."""
    language = Language()
    model = WordVectors(language)
    figures: Figures = {"place": kind, "passages": n_passages, "load_average": os.getloadavg()[0]}
    started = time.perf_counter()
    if kind == "folder":
        index_documents(documents(language, n_passages), folder, model)
        figures["of_this_made_up"] = model.seconds + language.seconds
        (folder / "made.txt").write_text(str(time.perf_counter() - started), "utf-8")
    else:
        with open_generation(folder) as built:
            send(place, built.folder, built)
    figures["build_seconds"] = time.perf_counter() - started
    figures["build_peak_mb"] = memory()["VmHWM"]
    asked = [question.text for question in questions(language, n_passages, WARMING + n_questions)]
    known = KnownVectors(asked, model.embed(asked, TextKind.QUESTION))
    seconds, firsts = ask(place, known, asked)
    figures["p50_ms"], figures["p95_ms"] = (1000 * np.percentile(seconds, (50, 95))).tolist()
    figures["asking_mb"] = memory()["VmRSS"]
    kept = folder / "firsts.json"
    if kind == "folder":
        kept.write_text(json.dumps(firsts), "utf-8")
    same = zip(firsts, json.loads(kept.read_text("utf-8")), strict=True)
    figures["same_first"] = float(np.mean([one == other for one, other in same]))
    with store_at(place).open() as opened:
        figures["vectors"] = len(opened.stored_vectors)
    return figures


def send(place: str, generation: Path, built: Any) -> None:
    """Publish in Milvus what was built in a folder."""
    store = store_at(place)
    with store.writing():
        copy = store.new_generation()
        shutil.copytree(generation, copy, dirs_exist_ok=True)
        (copy / MANIFEST).unlink()
        store.publish(copy, built.manifest)
        shutil.rmtree(copy)


def ask(place: str, model: KnownVectors, asked: Sequence[str]) -> tuple[list[float], list[int]]:
    """The seconds that each search took, after some that warm up, and what was found first."""
    with open_index(place, model=model, reader=None) as searcher:
        return _timed(searcher, asked)


def _timed(searcher: Searcher, asked: Sequence[str]) -> tuple[list[float], list[int]]:
    seconds, firsts = [], []
    for number, text in enumerate(asked):
        started = time.perf_counter()
        rows = ranked_rows(searcher, text, mode=Mode.HYBRID, depth=DEPTH)
        if number >= WARMING:
            seconds.append(time.perf_counter() - started)
        firsts.append(int(rows[0]) if len(rows) else -1)
    return seconds, firsts


def main() -> None:
    """Print the figures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("parity")
    command.add_argument("out", type=Path)
    command.add_argument("sets", type=Path, nargs="+")
    command.add_argument("--hashing", action="store_true")
    command.add_argument("--passages", type=int, default=1000)
    command.add_argument("--questions", type=int, default=150)
    command = commands.add_parser("speed")
    command.add_argument("out", type=Path)
    command.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    command.add_argument("--questions", type=int, default=50)
    command = commands.add_parser("place")
    command.add_argument("kind")
    command.add_argument("folder", type=Path)
    command.add_argument("size", type=int)
    command.add_argument("questions", type=int)
    command.add_argument("place")
    options = parser.parse_args()
    if options.command == "place":
        place = options.place
        show(at_place(options.kind, options.folder, options.size, options.questions, place))
        return
    out = options.out.absolute()
    os.environ["XDG_DATA_HOME"] = str(out / "home")
    out.mkdir(parents=True, exist_ok=True)
    if options.command == "parity":
        model = Remembering(HashingEmbedder() if options.hashing else load_embedder())
        for folder in options.sets:
            show(parity(out, folder, model, options.passages, options.questions))
    else:
        for size in options.sizes:
            for figures in speed(out, size, options.questions):
                show(figures)


def show(figures: Figures) -> None:
    """Print figures as one line of JSON."""
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    main()
