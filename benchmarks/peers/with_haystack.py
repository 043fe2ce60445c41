"""Haystack: InMemoryBM25Retriever and InMemoryEmbeddingRetriever, joined by reciprocal rank.

https://docs.haystack.deepset.ai/docs/documentjoiner, the hybrid pipeline with
`reciprocal_rank_fusion`; the second setting is `distribution_based_rank_fusion`, the join mode of
https://docs.haystack.deepset.ai/reference/joiners-api that uses the scores of two unlike
retrievers. BM25 is the store's default (BM25L, no stemming). Its tutorial puts a cross-encoder
after the joiner; there is none here, as no row of the table has one.
"""
# mypy: disable-error-code="import-not-found"

from __future__ import annotations

from collections.abc import Callable, Iterator

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.utils import ComponentDevice
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

PEER = "Haystack"
DISTRIBUTION = "haystack-ai"
SHARES_INDEX = True
TOP = 100


def settings(
    ids: list[str], texts: list[str], model: str
) -> Iterator[tuple[str, Callable[[str], list[str]]]]:
    """Yield the hybrid pipeline with either way to join two rankings."""
    device = ComponentDevice.from_str("cpu")
    embedder = SentenceTransformersDocumentEmbedder(model=model, device=device, progress_bar=False)
    embedder.warm_up()
    documents = [
        Document(id=passage_id, content=text) for passage_id, text in zip(ids, texts, strict=True)
    ]
    store = InMemoryDocumentStore()
    store.write_documents(embedder.run(documents)["documents"])
    for name, mode in (
        ("default", "reciprocal_rank_fusion"),
        ("distribution based", "distribution_based_rank_fusion"),
    ):
        pipeline = Pipeline()
        pipeline.add_component(
            "text_embedder",
            SentenceTransformersTextEmbedder(model=model, device=device, progress_bar=False),
        )
        pipeline.add_component("semantic", InMemoryEmbeddingRetriever(store, top_k=TOP))
        pipeline.add_component("keyword", InMemoryBM25Retriever(store, top_k=TOP))
        pipeline.add_component("joiner", DocumentJoiner(join_mode=mode, top_k=TOP))
        pipeline.connect("text_embedder.embedding", "semantic.query_embedding")
        pipeline.connect("keyword", "joiner")
        pipeline.connect("semantic", "joiner")
        yield name, searcher(pipeline)


def searcher(pipeline: Pipeline) -> Callable[[str], list[str]]:
    """Return the search of one pipeline."""

    def search(question: str) -> list[str]:
        inputs = {"text_embedder": {"text": question}, "keyword": {"query": question}}
        return [document.id for document in pipeline.run(inputs)["joiner"]["documents"]]

    return search
