"""A Haystack retriever over a BriefQA index: the passages, each with its citation and offsets.

pipeline = Pipeline()
pipeline.add_component("retriever", BriefQARetriever(index="index", top_k=3))
found = pipeline.run({"retriever": {"query": "How many targets were hit?"}})

Haystack itself reports its use to its makers unless HAYSTACK_TELEMETRY_ENABLED is False.
"""
# mypy: disable-error-code="import-not-found,untyped-decorator"

from __future__ import annotations

from haystack import Document, component

from briefqa import search


@component
class BriefQARetriever:
    """Gives the `top_k` best passages of the index in a folder, best first.

    `documents` and `section` say where to look, as in `briefqa.search`. The meta's `start` and
    `end` are characters of the document's text. The score is what the indexes order by; the reader
    may have put the first four in another order.
    """

    def __init__(
        self,
        index: str = "index",
        top_k: int = 5,
        documents: list[str] | None = None,
        section: str | None = None,
    ) -> None:
        self.index, self.top_k = index, top_k
        self.documents, self.section = documents, section

    @component.output_types(documents=list[Document])
    def run(self, query: str, top_k: int | None = None) -> dict[str, list[Document]]:
        """Find the passages for one question."""
        hits = search(
            query,
            k=self.top_k if top_k is None else top_k,
            documents=self.documents,
            section=self.section,
            index=self.index,
        )
        return {
            "documents": [
                Document(
                    id=f"{hit.passage.document}:{hit.passage.start}-{hit.passage.end}",
                    content=hit.passage.text,
                    score=hit.evidence.fused,
                    meta={
                        "document": hit.passage.document,
                        "title": hit.passage.title,
                        "citation": hit.citation,
                        "start": hit.passage.start,
                        "end": hit.passage.end,
                        "sentence": hit.sentence,
                    },
                )
                for hit in hits
            ]
        }
