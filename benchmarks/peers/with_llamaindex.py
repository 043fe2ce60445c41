"""LlamaIndex: QueryFusionRetriever over a vector index and BM25, with no language model.

https://developers.llamaindex.ai/python/framework/integrations/retrievers/reciprocal_rerank_fusion/
is the default here: reciprocal ranks. (The class's own default, "simple", compares BM25 scores
with cosines and no page recommends it for two kinds of index.) The other two are
https://developers.llamaindex.ai/python/framework/integrations/retrievers/relative_score_dist_fusion/
which says they aim to improve on it, with that page's weights of 0.6 and 0.4.
`num_queries=1` turns off the questions a language model would add. BM25Retriever stems and drops
stop words by itself.
"""
# mypy: disable-error-code="import-not-found"

from __future__ import annotations

from collections.abc import Callable, Iterator

from llama_index.core import Settings, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.retrievers.bm25 import BM25Retriever

PEER = "LlamaIndex"
DISTRIBUTION = "llama-index-core"
SHARES_INDEX = True
TOP = 100
WEIGHTS = [0.6, 0.4]


def settings(
    ids: list[str], texts: list[str], model: str
) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """Yield the three ways it documents to fuse a vector index and BM25."""
    Settings.llm = MockLLM()
    Settings.embed_model = HuggingFaceEmbedding(model_name=model, device="cpu")
    nodes = [TextNode(id_=key, text=text) for key, text in zip(ids, texts, strict=True)]
    index = VectorStoreIndex(nodes)
    top = min(TOP, len(ids))
    retrievers = [
        index.as_retriever(similarity_top_k=top),
        BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=top),
    ]
    for name, mode, weights in (
        ("default", "reciprocal_rerank", None),
        ("relative score", "relative_score", WEIGHTS),
        ("dist based score", "dist_based_score", WEIGHTS),
    ):
        fusion = QueryFusionRetriever(
            retrievers,
            mode=mode,
            retriever_weights=weights,
            similarity_top_k=top,
            num_queries=1,
            use_async=False,
        )
        yield name, searcher(fusion)


def searcher(fusion: QueryFusionRetriever) -> Callable[[str], list[str]]:
    """Return the search of one fusion."""
    return lambda question: [hit.node.node_id for hit in fusion.retrieve(question)]
