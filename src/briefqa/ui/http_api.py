"""The functions for other programs: over HTTP by gradio's own API, and as MCP tools.

Both offer the same functions with the same results: a dict or list of plain JSON values, every
passage with its citation and its offsets into the document.
"""

from __future__ import annotations

import functools
import inspect
import logging
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeGuard, TypeVar

import gradio as gr

from briefqa.answering import compose
from briefqa.errors import BriefQAError, ServeError, UsageError
from briefqa.records import Answer, DocumentInfo, Hit, Query, Where
from briefqa.ui.session import too_long

if TYPE_CHECKING:
    from starlette.applications import Starlette

MOST_PASSAGES = 100
MCP_PATH = "/mcp"

_log = logging.getLogger(__name__)
_Result = TypeVar("_Result")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Source(Protocol):
    """What programs need of a searcher."""

    def search(self, question: Query, /, *, mode: str = "hybrid") -> list[Hit]:
        """The best passages."""

    def ask(self, question: Query, /) -> Answer:
        """The answer quoted from the documents."""

    def documents(self) -> tuple[DocumentInfo, ...]:
        """What there is to look in."""


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
        line, the sentence that answers best, and the evidence for it. Words in double quotes must
        stand in a passage just so. `k` is how many passages at most, 100 at the highest; `mode`
        looks for the same words (keyword), the same meaning (semantic) or both (hybrid);
        `documents` are the names of those to look in, all of them without it; `section` is a
        heading, or headings joined by " › " (within a heading: "››"), to stay within.
        """
        hits = self._searcher.search(_query(question, k, documents, section), mode=mode)
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
        answer = self._searcher.ask(_query(question, k, documents, section))
        return compose.as_json(answer)

    def documents(self) -> list[dict[str, Any]]:
        """List the documents: name, title, date, source, author, passages and section headings.

        The names and the headings are what `search` and `ask` take as documents and section.
        """
        return [
            {**asdict(info), "sections": [list(path) for path in info.sections]}
            for info in self._searcher.documents()
        ]


def _query(question: object, k: object, documents: object, section: object) -> Query:
    """The question of a program, which may send any JSON; raises UsageError."""
    if not _is_text(question):
        raise UsageError("question is to be text.")
    if sentence := too_long(question):
        raise UsageError(sentence)
    if type(k) is not int or not 1 <= k <= MOST_PASSAGES:
        raise UsageError(f"k is to be a whole number from 1 to {MOST_PASSAGES}.")
    if documents is not None and not (
        isinstance(documents, list) and all(map(_is_text, documents))
    ):
        raise UsageError("documents is to be a list of document names, or left out.")
    if section is not None and not _is_text(section):
        raise UsageError("section is to be text, or left out.")
    return Query(question, Where(None if documents is None else tuple(documents), section), k)


def _is_text(value: object) -> TypeGuard[str]:
    """Text that can be sent back; JSON can spell half of a surrogate pair, which cannot."""
    return isinstance(value, str) and not _SURROGATE.search(value)


def add_programs(searcher: Source) -> None:
    """Offer `/search`, `/ask` and `/documents` over HTTP; to be called within a gr.Blocks."""
    programs = Programs(searcher)
    for function in (programs.search, programs.ask, programs.documents):
        gr.api(
            _with_plain_errors(function, functools.partial(gr.Error, print_exception=False)),
            api_name=function.__name__,
            concurrency_limit=8,
        )


def mcp_application(searcher: Source) -> Starlette:
    """The MCP server over `searcher`: two tools, `search` and `ask`, at `MCP_PATH`.

    Stateless, so that a client need not say goodbye. Raises ServeError when the extra is not
    installed.
    """
    try:
        from mcp.server import MCPServer
        from mcp.server.mcpserver.exceptions import ToolError
        from mcp.server.transport_security import TransportSecuritySettings
    except ImportError as error:
        raise ServeError(
            'The MCP server is not installed; install it with: pip install "briefqa[mcp]"'
        ) from error

    from briefqa import __version__

    handlers = logging.root.handlers[:]  # it puts one of its own among them
    server = MCPServer(
        "BriefQA",
        version=__version__,
        instructions="Ask these documents; every passage comes with a citation to check.",
        log_level="WARNING",
        subscriptions=False,
    )
    logging.root.handlers[:] = handlers
    programs = Programs(searcher)
    for function in (programs.search, programs.ask):
        tell = server.tool(description=inspect.getdoc(function), structured_output=True)
        tell(_with_plain_errors(function, ToolError))
    return server.streamable_http_app(
        streamable_http_path=MCP_PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=1_000_000,
        # The request filter in front of it does this, for every address alike.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


def _with_plain_errors(
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
            raise error_type(
                "Something went wrong while answering; the server's terminal says what."
            ) from None

    # Gradio takes what is returned from the signature as it is, and would see a bare string.
    called.__signature__ = inspect.signature(function, eval_str=True)  # type: ignore[attr-defined]
    return called
