"""What programs get, as the OpenAPI description tells it.

`briefqa.answering.compose` makes it; a test checks that it is of these types, field by field.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from briefqa.records import AnswerSpan, Carried, Evidence, PageBox, Place, QuestionKind, Verdict


class _Response(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TextPosition(_Response):
    """Where in the document's text: characters from `start` to `end`, which is not included."""

    type: Literal["TextPositionSelector"]
    start: int
    end: int


class TextQuote(_Response):
    """The text itself, with the characters before and after it in the document."""

    type: Literal["TextQuoteSelector"]
    exact: str
    prefix: str
    suffix: str


class Target(_Response):
    """A citation as a target of the W3C Web Annotation Data Model; both selectors say the same."""

    source: str = Field(description="the document's name, percent-encoded, as in /documents/NAME")
    selector: tuple[TextPosition, TextQuote]


class FoundPassage(_Response):
    """A passage word for word, with its citation and the evidence for it.

    `start` and `end` are characters of the document's text.
    """

    rank: int
    text: str
    document: str
    title: str
    section: list[str]
    start: int
    end: int
    paragraphs: tuple[int, int]
    place: Place
    lines: tuple[int, int] | None
    pages: list[int] | None = Field(description="the pages it stands on, from 1; null without")
    page_labels: list[str] | None = Field(description="what the source calls these pages")
    boxes: list[PageBox] | None = Field(description="where its lines stand on them, in points")
    citation: str
    answer: AnswerSpan | None
    evidence: Evidence
    target: Target


class Quoted(_Response):
    """A sentence to quote; its `words`, `start` and `end` are null where no words are claimed."""

    document: str
    citation: str
    sentence: str
    sentence_start: int
    sentence_end: int
    words: str | None
    start: int | None
    end: int | None
    part: str
    attribution: str
    place: Place
    pages: list[int] | None = Field(description="the pages the sentence stands on, from 1")
    page_labels: list[str] | None = Field(description="what the source calls these pages")
    boxes: list[PageBox] | None = Field(description="where its lines stand on them, in points")
    target: Target


class SearchResponse(_Response):
    """The passages nearest to a question, best first."""

    question: str
    hits: list[FoundPassage]


class AskResponse(_Response):
    """An answer in quotations, or that there is none; quote `quotations`, not `hits`."""

    question: str
    verdict: Verdict | None
    answered: bool = Field(description="whether the verdict is `answered`")
    kind: QuestionKind
    confidence: float = Field(ge=0, le=1)
    text: str
    reason: str
    missing: list[str]
    quotations: list[Quoted]
    hits: list[FoundPassage]
    searched: list[str]
    read_as: str
    carried: list[Carried]


class ListedDocument(_Response):
    """A document that is searched; `sections` are its headings, outermost first; `notes` say what
    of its file was left out or guessed.
    """

    name: str
    title: str
    date: str
    source: str
    author: str
    language: str
    passages: int
    sections: list[list[str]]
    notes: list[str]


class WholeDocument(_Response):
    """A document; offsets are characters of its `text`."""

    name: str
    title: str
    text: str


class Problem(_Response):
    """What went wrong, in one sentence."""

    error: str
