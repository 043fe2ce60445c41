"""How fast is one other tool on the same passages and the same vectors? One tool a process.

    python -m benchmarks.speed_peers TOOL FOLDER STORED

`benchmarks/speed.py` runs it with the Python that holds `benchmarks/requirements.txt`; nothing of
BriefQA is imported. FOLDER holds a corpus as `benchmarks/speed_builds.py` leaves it, STORED is the
folder of its vectors. Each tool is set up as in `benchmarks/peers/`, in its default setting there,
but for the vectors: they are the ones BriefQA has stored, one a passage, of its whole text. What is
found is printed as one line of JSON.
"""
# mypy: disable-error-code="import-not-found,import-untyped,misc,no-any-unimported"

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Search = Callable[[str, Vectors], object]

TOP = 10
NEAREST = 200  # vectors, as many as BriefQA's search asks for
WARMING, MEASURED = 60, 300  # questions, the same as for BriefQA
BUDGET = 150.0  # seconds for asking; a slow tool is asked fewer questions, 20 at least


@dataclass(frozen=True, slots=True)
class Corpus:
    """What every tool is given."""

    texts: list[str]
    whole: Vectors  # float32 [n_passages, dim], unit rows: of whole passages
    stored: Path  # float16 [n_vectors, dim]: those and, after each, its sentences'
    asked: dict[str, Vectors]  # question to its vector, float32 [dim]


def main(tool: str, folder: Path, stored: Path) -> None:
    """Index, warm up, ask, and print the figures."""
    asked: list[str] = json.loads((folder / "questions.json").read_text("utf-8"))["texts"]
    vectors: Vectors = np.load(folder / "question_vectors.npy")
    starts = np.load(stored / "vectors.starts.npy")
    with (folder / "passages.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line) for line in lines]
    whole = np.load(stored / "vectors.npy", mmap_mode="r")[starts[:-1]].astype(np.float32)
    known = dict(zip(asked, vectors, strict=True))
    corpus = Corpus(texts, whole, stored / "vectors.npy", known)
    distribution, modules, make = TOOLS[tool]
    before = memory("VmRSS")
    for module in modules:
        importlib.import_module(module)
    started = time.perf_counter()
    search = make(corpus)
    build_s = time.perf_counter() - started
    began = time.perf_counter()
    for question in asked[:WARMING]:
        search(question, known[question])
        if time.perf_counter() - began > BUDGET / 5:
            break
    seconds: list[float] = []
    for question in asked[WARMING : WARMING + MEASURED]:
        started = time.perf_counter()
        search(question, known[question])
        seconds.append(time.perf_counter() - started)
        if sum(seconds) > BUDGET and len(seconds) >= 20:
            break
    p50, p95 = 1_000 * np.percentile(seconds, [50, 95])
    figures = {
        "version": importlib.metadata.version(distribution),
        "build_s": build_s,
        "p50": float(p50),
        "p95": float(p95),
        "questions": len(seconds),
        "before_mb": before,
        "rss_mb": memory("VmRSS"),
        "peak_mb": memory("VmHWM"),
    }
    print(json.dumps(figures))


def with_bm25s(corpus: Corpus) -> Search:
    """BM25 alone, as in its quick start."""
    import bm25s

    index = bm25s.BM25()
    index.index(bm25s.tokenize(corpus.texts, show_progress=False), show_progress=False)
    top = min(TOP, len(corpus.texts))

    def search(question: str, vector: Vectors) -> object:
        tokens = bm25s.tokenize(question, show_progress=False)
        return index.retrieve(tokens, k=top, show_progress=False)

    return search


def with_faiss(corpus: Corpus) -> Search:
    """Exact inner products of whole passages."""
    return _flat(corpus.whole)


def with_faiss_sentences(corpus: Corpus) -> Search:
    """Exact inner products of all that BriefQA searches: whole passages and their sentences."""
    return _flat(np.load(corpus.stored).astype(np.float32))


def _flat(vectors: Vectors) -> Search:
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    top = min(NEAREST, len(vectors))
    return lambda question, vector: index.search(vector[np.newaxis], top)


def with_txtai(corpus: Corpus) -> Search:
    """Words and vectors; these come from outside, looked up by the text."""
    from txtai import Embeddings

    rows = {text: row for row, text in enumerate(corpus.texts)}

    def vectors_of(texts: list[str]) -> Vectors:
        return np.stack(
            [corpus.whole[rows[text]] if text in rows else corpus.asked[text] for text in texts]
        )

    index = Embeddings(method="external", transform=vectors_of, hybrid=True)
    index.index((row, text, None) for row, text in enumerate(corpus.texts))
    return lambda question, vector: index.search(question, TOP)


def with_llamaindex(corpus: Corpus) -> Search:
    """A vector index and BM25, fused by reciprocal ranks."""
    from llama_index.core import Settings, VectorStoreIndex
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.core.schema import TextNode
    from llama_index.retrievers.bm25 import BM25Retriever

    class Known(BaseEmbedding):
        """Looks the question's vector up."""

        def _get_query_embedding(self, query: str) -> list[float]:
            found: list[float] = corpus.asked[query].tolist()
            return found

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

        def _get_text_embedding(self, text: str) -> list[float]:
            raise NotImplementedError

    Settings.llm = MockLLM()
    Settings.embed_model = Known()
    nodes = [
        TextNode(id_=str(row), text=text, embedding=vector.tolist())
        for row, (text, vector) in enumerate(zip(corpus.texts, corpus.whole, strict=True))
    ]
    top = min(TOP, len(nodes))
    retrievers = [
        VectorStoreIndex(nodes).as_retriever(similarity_top_k=top),
        BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=top),
    ]
    fusion: Any = QueryFusionRetriever(
        retrievers,
        mode="reciprocal_rerank",
        similarity_top_k=top,
        num_queries=1,
        use_async=False,
    )
    return lambda question, vector: fusion.retrieve(question)


def memory(name: str) -> float:
    """What Linux says of this process, in MB: VmHWM, the most so far, or VmRSS, now."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024 / 1e6
    return float("nan")


_LLAMA = "llama_index.core llama_index.core.retrievers llama_index.retrievers.bm25".split()
# Each with the package whose version is reported, and what is imported before the clock starts.
TOOLS: dict[str, tuple[str, list[str], Callable[[Corpus], Search]]] = {
    "bm25s": ("bm25s", ["bm25s"], with_bm25s),
    "FAISS": ("faiss-cpu", ["faiss"], with_faiss),
    "FAISS-sentences": ("faiss-cpu", ["faiss"], with_faiss_sentences),
    "txtai": ("txtai", ["txtai"], with_txtai),
    "LlamaIndex": ("llama-index-core", _LLAMA, with_llamaindex),
}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
