"""How long does BriefQA build, and in how much memory? One part a process.

    python -m benchmarks.speed_builds PART FOLDER [PASSAGES]

`benchmarks/speed.py` runs it. FOLDER is empty; the part `index` leaves a corpus in it for the parts
of `benchmarks/speed_measures.py`. What is found is printed as one line of JSON.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speed_corpus import (
    Language,
    WordVectors,
    document_text,
    documents,
    english_words,
    questions,
)
from benchmarks.speed_measures import MEASURED, WARMING, memory
from briefqa import open_index
from briefqa.documents.passages import cut, embedded_texts
from briefqa.evaluation.probe import passages
from briefqa.index import generations
from briefqa.indexing.builder import build_index, index_documents
from briefqa.models import sentence_transformer
from briefqa.models.embedder import Embedder, load_embedder
from briefqa.records import TextKind

ROOT = Path(__file__).resolve().parent.parent
ENCODED = 600  # passages that the real model reads
FILES, IN_FILE = 1_000, 5  # files, and passages in each, of which one file is changed
REAL_FILES = 100

Figures = dict[str, Any]


def index(folder: Path, n_passages: int) -> Figures:
    """Index a made-up corpus, and keep questions and passages for the other parts."""
    language = Language()
    stub = WordVectors(language)
    stub.embed(["warm"], TextKind.PASSAGE)
    before = memory()
    started = time.perf_counter()
    index_documents(documents(language, n_passages), folder / "index", stub)
    seconds = time.perf_counter() - started
    figures = {
        "seconds": seconds,
        "own_seconds": stub.seconds + language.seconds,
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
    searcher = open_index(folder / "index", model=stub, reader=None)
    with (folder / "passages.jsonl").open("w", encoding="utf-8") as file:
        for passage in passages(searcher):
            file.write(json.dumps(f"{passage.title}\n{passage.text}") + "\n")
    found = len(searcher.manifest().sources), searcher.manifest().passages
    return figures | {"documents": found[0], "passages": found[1]}


def encode(folder: Path, _: int) -> Figures:
    """Seconds to encode all texts of a corpus alone, and then to build the whole of it."""
    model = load_embedder()
    model.embed(["warm"], TextKind.PASSAGE)
    texts = _texts(model)
    started = time.perf_counter()
    model.embed(texts, TextKind.PASSAGE)
    encoded = time.perf_counter()
    index_documents(documents(_english(), ENCODED), folder / "index", model)
    built = time.perf_counter()
    passages = generations.current_manifest(folder / "index").passages
    shutil.rmtree(folder / "index")
    return {
        "runtime": type(model).__name__,
        "encode_s": encoded - started,
        "build_s": built - encoded,
        "texts": len(texts),
        "passages": passages,
        "pieces": sum(len(model.piece_ends(text)) for text in texts) / len(texts),
    }


def encode_slowly(folder: Path, _: int) -> Figures:
    """Seconds to encode the same texts with sentence-transformers."""
    model = sentence_transformer.find(sentence_transformer.DEFAULT_MODEL)
    model.embed(["warm"], TextKind.PASSAGE)
    texts = _texts(model)
    started = time.perf_counter()
    model.embed(texts, TextKind.PASSAGE)
    return {"encode_s": time.perf_counter() - started, "texts": len(texts)}


def rebuild(folder: Path, _: int) -> Figures:
    """Build 1,000 made-up files, change one, build again; with made-up vectors."""
    language = Language()
    stub = WordVectors(language)
    stub.embed(["warm"], TextKind.PASSAGE)
    return rebuilt(folder, language, stub, FILES)


def rebuild_really(folder: Path, _: int) -> Figures:
    """The same with the real model and fewer files."""
    model = load_embedder()
    model.embed(["warm"], TextKind.PASSAGE)
    return rebuilt(folder, _english(), model, REAL_FILES)


def rebuilt(folder: Path, language: Language, embedder: Embedder, n_files: int) -> Figures:
    """Seconds of a full build of files and of one after all of one file's passages changed."""
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


def _english() -> Language:
    (brief,) = (ROOT / "data").glob("*.md")
    return Language(english_words(brief.read_text("utf-8")))


def _texts(model: Embedder) -> list[str]:
    """What a build embeds of the corpus for the real model."""
    return [
        text
        for document in documents(_english(), ENCODED)
        for passage in cut(document, model)
        for text in embedded_texts(passage, model, "en")
    ]


PARTS: dict[str, Callable[[Path, int], Figures]] = {
    part.__name__: part for part in (index, encode, encode_slowly, rebuild, rebuild_really)
}

if __name__ == "__main__":
    _, part_name, corpus, *count = sys.argv
    print(json.dumps(PARTS[part_name](Path(corpus), int(count[0]) if count else 0)))
