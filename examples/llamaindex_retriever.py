"""A LlamaIndex retriever over a BriefQA index: the passages, each with its citation and offsets.

retriever = BriefQARetriever(index="index", k=3)
nodes = retriever.retrieve("How many targets were hit?")
"""
# mypy: disable-error-code="import-not-found,misc"

from __future__ import annotations

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)

from briefqa import search


class BriefQARetriever(BaseRetriever):
    """Gives the `k` best passages of the index in a folder, best first.

    `documents` and `section` say where to look, as in `briefqa.search`. A node's `start_char_idx`
    and `end_char_idx` are characters of the document's text. Its score is what the indexes order
    by; the reader may have put the first four in another order.
    """

    def __init__(
        self,
        index: str = "index",
        k: int = 5,
        documents: list[str] | None = None,
        section: str | None = None,
    ) -> None:
        super().__init__()
        self._index, self._k = index, k
        self._documents, self._section = documents, section

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = search(
            query_bundle.query_str,
            k=self._k,
            documents=self._documents,
            section=self._section,
            index=self._index,
        )
        return [
            NodeWithScore(
                node=TextNode(
                    id_=f"{hit.passage.document}:{hit.passage.start}-{hit.passage.end}",
                    text=hit.passage.text,
                    start_char_idx=hit.passage.start,
                    end_char_idx=hit.passage.end,
                    metadata={
                        "document": hit.passage.document,
                        "title": hit.passage.title,
                        "citation": hit.citation,
                        "start": hit.passage.start,
                        "end": hit.passage.end,
                        "sentence": hit.sentence,
                    },
                    relationships={
                        NodeRelationship.SOURCE: RelatedNodeInfo(node_id=hit.passage.document)
                    },
                ),
                score=hit.evidence.fused,
            )
            for hit in hits
        ]
