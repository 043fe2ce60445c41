"""The search in the shape of OpenAI's vector stores, for programs that are written for that.

https://platform.openai.com/docs/api-reference/vector-stores/search: the one call of it that needs
no model that writes. There is one vector store, the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from briefqa.errors import UsageError
from briefqa.programs.requests import Question, Text
from briefqa.records import Hit, PlaceUnit, Query, Where, section_text

STORE = "index"
_FILTERS = "document (eq or in) and section (eq)"


class _Request(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Filter(_Request):
    """Which passages to look in: those with such an attribute, or with all of several."""

    type: Literal["eq", "in", "and"]
    key: str | None = None
    value: Text | list[Text] | None = None
    filters: list[Filter] | None = Field(None, max_length=2)


class RankingOptions(_Request):
    """The lowest score to be given; there is one ranker, whatever its name."""

    ranker: str | None = None
    score_threshold: float = Field(0.0, ge=0, le=1, strict=False)


class VectorStoreSearch(_Request):
    """A question, how many passages, and where to look."""

    query: Question | list[Question] = Field(description="text, one question")
    max_num_results: int = Field(10, ge=1, le=50, description="a whole number from 1 to 50")
    filters: Filter | None = Field(
        None, description=f"a filter by attributes, of {_FILTERS}, joined with and; or left out"
    )
    ranking_options: RankingOptions | None = Field(
        None, description="a score_threshold from 0 to 1, with or without a ranker; or left out"
    )
    rewrite_query: bool = Field(False, description="false, as no question is rewritten")

    def as_query(self) -> Query:
        """The same for a searcher; raises UsageError for what cannot be done here."""
        questions = [self.query] if isinstance(self.query, str) else self.query
        if len(questions) != 1:
            raise UsageError("query is to be one question; ask several one after the other.")
        if self.rewrite_query:
            raise UsageError("rewrite_query is to be false, as no question is rewritten.")
        return Query(questions[0], _where(self.filters), self.max_num_results)


class Content(BaseModel):
    """The text of a passage."""

    type: Literal["text"]
    text: str


class VectorStoreResult(BaseModel):
    """A passage; `file_id` and `filename` are both the document's name."""

    file_id: str
    filename: str
    score: float = Field(ge=0, le=1, description="0 to 1; never higher further down the list")
    attributes: dict[str, str | float | bool] = Field(
        description="document, title, section, citation; start and end, characters of the "
        "document's text; first_line and last_line, or first_page and last_page"
    )
    content: list[Content]


class VectorStoreResults(BaseModel):
    """The passages nearest to a question, best first; there is never another page."""

    object: Literal["vector_store.search_results.page"]
    search_query: list[str]
    data: list[VectorStoreResult]
    has_more: bool
    next_page: str | None


class ApiProblem(BaseModel):
    """What went wrong, in one sentence, in OpenAI's shape."""

    class Detail(BaseModel):
        """The sentence is the message."""

        message: str
        type: str
        param: str | None
        code: str | None

    error: Detail


def results(request: VectorStoreSearch, query: Query, hits: Sequence[Hit]) -> dict[str, Any]:
    """The passages found for a request, in OpenAI's shape."""
    least = 0.0 if request.ranking_options is None else request.ranking_options.score_threshold
    return {
        "object": "vector_store.search_results.page",
        "search_query": [query.text],
        "data": [
            {
                "file_id": hit.passage.document,
                "filename": hit.passage.document,
                "score": score,
                "attributes": _attributes(hit),
                "content": [{"type": "text", "text": hit.passage.text}],
            }
            for hit, score in zip(hits, _scores(hits), strict=True)
            if score >= least
        ],
        "has_more": False,
        "next_page": None,
    }


def _where(by: Filter | None) -> Where:
    """Where a filter looks; raises UsageError for one that cannot be done."""
    documents: tuple[str, ...] | None = None
    section: str | None = None
    joined = by.filters if by is not None and by.type == "and" and by.filters else None
    for one in joined or ([] if by is None else [by]):
        match one:
            case Filter(type="eq", key="document", value=str(name), filters=None) if not documents:
                documents = (name,)
            case Filter(type="in", key="document", value=[*names], filters=None) if not documents:
                documents = tuple(names)
            case Filter(type="eq", key="section", value=str(path), filters=None) if not section:
                section = path
            case _:
                raise UsageError(f"filters can be by {_FILTERS}, each once, joined with and.")
    return Where(documents, section)


def _attributes(hit: Hit) -> dict[str, str | int]:
    passage, place = hit.passage, hit.passage.place
    found: dict[str, str | int] = {
        "document": passage.document,
        "title": passage.title,
        "section": section_text(passage.section),
        "citation": hit.citation,
        "start": passage.start,
        "end": passage.end,
    }
    if place.unit is not PlaceUnit.NONE:
        found |= {f"first_{place.unit}": place.first, f"last_{place.unit}": place.last}
    return found


def _scores(hits: Sequence[Hit]) -> list[float]:
    """A score for each hit, 0 to 1 and never rising down the list.

    By the value that the indexes order by, which has no upper bound. The reader may have put a
    passage before one with a higher value; it then gets that one's score.
    """
    values = [max(0.0, hit.evidence.fused) for hit in hits]
    highest = list(accumulate(reversed(values), max))[::-1]
    return [value / (1 + value) for value in highest]
