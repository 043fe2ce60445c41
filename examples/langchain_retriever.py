"""A LangChain retriever over a BriefQA index: the passages, each with its citation and offsets.

retriever = BriefQARetriever(index="index", k=3)
documents = retriever.invoke("How many targets were hit?")
"""
# mypy: disable-error-code="import-not-found,misc"

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from briefqa import search


class BriefQARetriever(BaseRetriever):
    """Gives the `k` best passages of the index in a folder, best first.

    `documents` and `section` say where to look, as in `briefqa.search`. The metadata's `start` and
    `end` are characters of the document's text.
    """

    index: str = "index"
    k: int = 5
    documents: list[str] | None = None
    section: str | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        hits = search(
            query, k=self.k, documents=self.documents, section=self.section, index=self.index
        )
        return [
            Document(
                id=f"{hit.passage.document}:{hit.passage.start}-{hit.passage.end}",
                page_content=hit.passage.text,
                metadata={
                    "source": hit.passage.document,
                    "title": hit.passage.title,
                    "citation": hit.citation,
                    "start": hit.passage.start,
                    "end": hit.passage.end,
                    "sentence": hit.sentence,
                },
            )
            for hit in hits
        ]
