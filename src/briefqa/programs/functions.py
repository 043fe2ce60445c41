"""The functions for other programs, the same however they are called.

Each gives plain JSON values, every passage with its citation and its offsets into the document.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Literal, Protocol, TypeVar

from briefqa.answering import compose
from briefqa.errors import BriefQAError
from briefqa.programs.requests import AskRequest, SearchRequest, checked
from briefqa.records import Answer, Document, DocumentInfo, Hit, Query

UNFORESEEN = "Something went wrong while answering; the server's terminal says what."

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")


class Source(Protocol):
    """What programs need of a searcher."""

    def search(self, question: Query, /, *, mode: str = "hybrid") -> list[Hit]:
        """The best passages."""

    def ask(self, question: Query, /) -> Answer:
        """The answer quoted from the documents."""

    def documents(self) -> tuple[DocumentInfo, ...]:
        """What there is to look in."""

    def document(self, name: str, /) -> Document:
        """One of them whole; raises UsageError for a name that is none of theirs."""


class Programs:
    """The functions that programs call; their docstrings are what programs are told of them."""

    def __init__(self, searcher: Source) -> None:
        self._searcher = searcher

    def search(
        self,
        question: str,
        k: int = 5,
        mode: Literal["hybrid", "keyword", "semantic"] = "hybrid",
        documents: list[str] | None = None,
        section: str | None = None,
    ) -> dict[str, Any]:
        """Find the passages of the documents that are nearest to a question, best first.

        Each hit holds the passage word for word, its citation (title, section, paragraph), the
        document's name, the character offsets (start, end) into its text, its first and last
        line, the sentence that answers best, and the evidence for it. Words in quotation marks must
        stand in a passage just so. `k` is how many passages at most, 100 at the highest; `mode`
        looks for the same words (keyword), the same meaning (semantic) or both (hybrid);
        `documents` are the names of those to look in, all of them without it; `section` is a
        heading, or headings joined by " › " (within a heading: "››"), to stay within.
        """
        request = checked(
            SearchRequest, question=question, k=k, mode=mode, documents=documents, section=section
        )
        hits = self._searcher.search(request.query(), mode=request.mode)
        return {"question": question, "hits": [compose.hit_as_json(hit) for hit in hits]}

    def ask(
        self,
        question: str,
        k: int = 5,
        documents: list[str] | None = None,
        section: str | None = None,
    ) -> dict[str, Any]:
        """Answer a question with quotations from the documents, or say that they hold no answer.

        `verdict` is "answered", "unsure", "not-found", or null where none is passed: `kind` says
        what was asked, and a search by "keywords" or "small-talk" gets none. `answered` is true for
        "answered" alone. Quote only the `quotations`: each has its `sentence`, the `words` of it
        that answer (null where none are claimed), its citation (title, section, paragraph), the
        document's name and the character offsets into its text. `text` is the same for a person to
        read, `confidence` (0 to 1) is how sure it is that the first quotation answers, and `reason`
        says on what evidence. When the verdict is "unsure" the `hits` speak of the matter and may
        not answer, and `missing` says what they lack; when it is "not-found" they do not answer. Do
        not quote the hits as an answer then. Each hit holds a passage word for word, its place and
        its citation. `k` is how many passages to look at, 100 at the highest; `documents` are the
        names of those to look in, all of them without it; `section` is a heading, or headings
        joined by " › " (within a heading: "››"), to stay within.
        """
        request = checked(AskRequest, question=question, k=k, documents=documents, section=section)
        return compose.as_json(self._searcher.ask(request.query()))

    def documents(self) -> list[dict[str, Any]]:
        """List the documents: name, title, date, source, author, passages and section headings.

        The names and the headings are what `search` and `ask` take as documents and section.
        """
        return [info_as_json(info) for info in self._searcher.documents()]


def info_as_json(info: DocumentInfo) -> dict[str, Any]:
    """What a list of documents shows of one, as programs get it."""
    return {**asdict(info), "sections": [list(path) for path in info.sections]}


def with_plain_errors(
    function: Callable[..., _Result], error_type: Callable[[str], Exception]
) -> Callable[..., _Result]:
    """The function, with every failure as one sentence in an error of the given type."""

    @functools.wraps(function)
    def called(*arguments: Any, **named: Any) -> _Result:
        try:
            return function(*arguments, **named)
        except BriefQAError as error:
            raise error_type(str(error)) from None
        except Exception:  # noqa: BLE001  a bug is told in the terminal; who asked gets a sentence
            _log.exception("A program's question could not be answered")
            raise error_type(UNFORESEEN) from None

    # Gradio takes what is returned from the signature as it is, and would see a bare string.
    called.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
    return called
