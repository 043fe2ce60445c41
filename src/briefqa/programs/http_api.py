"""The functions for other programs over HTTP: JSON in, JSON out, described by `/openapi.json`.

An application of its own, so that whatever goes wrong in it is told in its own way: a status code
and one sentence. Who may call it is decided in front of it.
"""

from __future__ import annotations

import functools
import inspect
import logging
import sys
from collections.abc import Callable
from typing import Any, get_type_hints

import anyio
from anyio import to_thread
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from briefqa import __version__
from briefqa.errors import BriefQAError, IndexFolderError, ModelUnavailable, UsageError
from briefqa.programs import responses, vector_store
from briefqa.programs.functions import UNFORESEEN, Programs, Source
from briefqa.programs.refusals import CALLS, refused
from briefqa.programs.requests import AskRequest, SearchRequest, mistake

MOST_BYTES = 1_000_000
"""Of a request's body."""
AT_ONCE = 8
MOST_WAITING = 64
_NOT_FOUND = "There is nothing here; /openapi.json says what there is."
_SENTENCES = {404: _NOT_FOUND, 400: "The body is not JSON in UTF-8 that can be read."}
_PROBLEMS = {
    400: "The body is no JSON, or the request was sent to another name than the server's.",
    401: "A name and a password are asked for, by HTTP Basic.",
    403: "Another website is behind the request.",
    404: "There is no such thing.",
    413: f"The body is longer than {MOST_BYTES:,} bytes.",
    415: "The body is not said to be JSON.",
    422: "A field is missing, unknown, or cannot be meant.",
    500: "A bug; the server's terminal says more.",
    503: "There is no index that can be read, or too many questions are waiting.",
}

_log = logging.getLogger(__name__)


def routes(searcher: Source) -> list[Route]:
    """The routes of `application`, for the application that serves the page."""
    app = application(searcher)
    # The page's own limit answers in plain text, so it is lifted here, where there is another.
    return [
        Route(path, app, max_body_size=sys.maxsize)
        for call in CALLS
        for path in (call, f"{call}/{{rest:path}}")
    ]


def application(searcher: Source) -> FastAPI:
    """The functions over `searcher` as an application of their own."""
    programs, limiter = Programs(searcher), anyio.CapacityLimiter(AT_ONCE)
    app = FastAPI(
        title="BriefQA",
        version=__version__,
        description="Ask these documents; every passage comes with a citation to check.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=_described(responses.Problem),
    )
    app.add_middleware(_BodyLimit)
    app.add_exception_handler(AnyHTTPException, _tell)
    app.add_exception_handler(RequestValidationError, _tell_mistake)

    inside = 0  # calls that run or wait

    async def reply(function: Callable[[], Any]) -> Response:
        nonlocal inside
        if inside >= AT_ONCE + MOST_WAITING:
            raise HTTPException(
                503, "Too many questions are waiting; ask again in a moment.", {"Retry-After": "5"}
            )
        inside += 1
        try:
            return await to_thread.run_sync(lambda: JSONResponse(_done(function)), limiter=limiter)
        finally:
            inside -= 1

    @app.post(
        "/search",
        response_model=responses.SearchResponse,
        summary="Find passages",
        description=inspect.getdoc(Programs.search) or "",
    )
    async def search(body: SearchRequest) -> Response:
        return await reply(functools.partial(programs.search, **dict(body)))

    @app.post(
        "/ask",
        response_model=responses.AskResponse,
        summary="Ask a question",
        description=inspect.getdoc(Programs.ask) or "",
    )
    async def ask(body: AskRequest) -> Response:
        return await reply(functools.partial(programs.ask, **dict(body)))

    @app.get(
        "/documents", response_model=list[responses.ListedDocument], summary="List the documents"
    )
    async def documents() -> Response:
        return await reply(programs.documents)

    @app.get(
        "/documents/{name:path}", response_model=responses.WholeDocument, summary="Read a document"
    )
    async def document(name: str) -> Response:
        return await reply(lambda: _whole(searcher, name))

    @app.post(
        "/v1/vector_stores/{vector_store_id}/search",
        response_model=vector_store.VectorStoreResults,
        responses=_described(vector_store.ApiProblem),
        summary="Find passages, in the shape of OpenAI's API",
    )
    async def search_vector_store(
        vector_store_id: str, body: vector_store.VectorStoreSearch
    ) -> Response:
        if vector_store_id != vector_store.STORE:
            raise HTTPException(404, f"The one vector store here is '{vector_store.STORE}'.")

        def found() -> dict[str, Any]:
            query = body.as_query()
            return vector_store.results(body, query, searcher.search(query))

        return await reply(found)

    return app


def _whole(searcher: Source, name: str) -> dict[str, str]:
    try:
        found = searcher.document(name)
    except UsageError:
        raise HTTPException(404, "There is no document of that name; see /documents.") from None
    return {"name": found.name, "title": found.title, "text": found.text}


def _done(function: Callable[[], Any]) -> Any:
    """What the function gives; every failure becomes a status code and a sentence."""
    try:
        return function()
    except HTTPException:
        raise
    except UsageError as error:
        raise HTTPException(422, str(error)) from None
    except (IndexFolderError, ModelUnavailable) as error:
        raise HTTPException(503, str(error)) from None
    except BriefQAError as error:
        raise HTTPException(500, str(error)) from None
    except Exception:  # noqa: BLE001  a bug is told in the terminal; who asked gets a sentence
        _log.exception("A program's question could not be answered")
        raise HTTPException(500, UNFORESEEN) from None


def _described(kind: type[Any]) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": kind, "description": text} for status, text in _PROBLEMS.items()}


class _BodyLimit:
    """Reads no more of a body than may be asked."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        size, declared = 0, Headers(scope=scope).get("content-length", "")

        async def limited() -> Message:
            nonlocal size
            if not (declared.isdecimal() and int(declared) > MOST_BYTES):
                message = await receive()
                size += len(message.get("body", b""))
                if size <= MOST_BYTES:
                    return message
            raise HTTPException(413, f"A request can have {MOST_BYTES:,} bytes; ask for less.")

        await self._app(scope, limited, send)


async def _tell(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    sentence = error.detail
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "another method")
        sentence = f"This is to be called with {allowed}."
    elif not isinstance(error, HTTPException) or sentence == "There was an error parsing the body":
        sentence = _SENTENCES.get(error.status_code, error.detail)
    return _problem(request, error.status_code, sentence, dict(error.headers or {}))


async def _tell_mistake(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    kind = get_type_hints(request.scope["endpoint"])["body"]
    sent, errors = request.headers.get("content-type", ""), error.errors()
    if error.body is not None and not _is_json(sent):
        sentence = "Send the question as JSON, with the header Content-Type: application/json."
        return _problem(request, 415, sentence)
    if errors[0]["type"] == "json_invalid":
        return _problem(request, 400, _SENTENCES[400])
    return _problem(request, 422, mistake(kind, errors))


def _is_json(content_type: str) -> bool:
    kind, _, subtype = content_type.partition(";")[0].strip().lower().partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))


def _problem(
    request: Request, status: int, sentence: str, headers: dict[str, str] | None = None
) -> Response:
    body = refused(request.url.path, status, sentence)
    return Response(body, status, headers, media_type="application/json")
