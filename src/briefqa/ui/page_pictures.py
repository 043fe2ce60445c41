"""Pictures of the pages of documents, drawn when the browser asks for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import partial

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from briefqa.documents import reading
from briefqa.errors import BriefQAError
from briefqa.indexing.verification import as_indexed
from briefqa.ui.service import IndexService

ADDRESS = "/page-picture"
_KEPT = 12
"""Pictures, of some 300 KB each."""
_AT_ONCE = 2
"""Pictures; more wait, so that they take no threads from questions."""
_WIDTHS = (200, 2_400)
"""Pixels; what is asked for is rounded up to a multiple of the least."""


class PagePictures:
    """Pages as PNG by `GET /page-picture?document=…&page=…&width=…`, the latest few kept.

    A page is drawn in the worker that reads documents, and only of a file that is as it was
    indexed; else the answer is a sentence.
    """

    def __init__(self, service: IndexService) -> None:
        self._service = service
        self._lock = threading.Lock()
        self._limiter = anyio.CapacityLimiter(_AT_ONCE)
        self._kept: OrderedDict[tuple[str, str, int, int], bytes] = OrderedDict()

    @property
    def route(self) -> Route:
        """Where pictures are fetched from, for the application that serves the page."""
        return Route(ADDRESS, self._answer, methods=["GET"])

    async def _answer(self, request: Request) -> Response:
        asked = request.query_params
        page, width = asked.get("page", ""), asked.get("width", "")
        if not (page.isdecimal() and width.isdecimal() and len(page) < 6 and len(width) < 6):
            return PlainTextResponse("Which page, and how wide?", 422)
        draw = partial(self.picture, asked.get("document", ""), int(page), int(width))
        try:
            picture = await to_thread.run_sync(draw, limiter=self._limiter)
        except BriefQAError as error:
            sentence = f"This page cannot be shown: {str(error).rstrip('.')}."
            return PlainTextResponse(sentence, 409, {"Cache-Control": "no-store"})
        return Response(picture, media_type="image/png", headers={"Cache-Control": "no-cache"})

    def picture(self, document: str, page: int, width: int) -> bytes:
        """A page of a document, counted from 1; raises BriefQAError where it cannot be drawn."""
        least, most = _WIDTHS
        width = min(most, max(1, -(-width // least)) * least)
        manifest = self._service.searcher().manifest()
        data = as_indexed(manifest, document)
        digest = next(one.sha256 for one in manifest.indexed() if one.name == document)
        key = (document, digest, page, width)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = reading.picture(data, document, page, width)
        with self._lock:
            self._kept[key] = drawn
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return drawn
