"""Which requests are let through: an ASGI layer in front of the page, its API and its uploads.

Each request is checked in turn: was it sent to a name of this page, did another website make the
browser send it, does it bring a password (where one is asked for), and is there such an address.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from briefqa.programs.refusals import is_call, refused
from briefqa.ui.login import Login, Refusal
from briefqa.ui.proxy import Proxy

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Inline for gradio's own start, eval for its templates; inline handlers never run.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "script-src-attr 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
    )
)
_HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode("ascii")),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_API_NAMES = (
    *("call", "run", "queue", "cancel", "reset", "heartbeat"),
    *("app_id", "info", "openapi.json", "startup-events", "theme.css"),
)
"""What page and programs need under /gradio_api; files, addresses and recordings they do not."""
_SELF_CHECK = "/gradio_api/startup-events"
"""Gradio asks this of itself before it opens; it answers yes or no, and needs no password."""

_log = logging.getLogger(__name__)


class RequestFilter:
    """Lets through what belongs here, and gives every response the security headers.

    `hosts` are the names the page answers to beside its public ones, so that no website can reach
    it by pointing a name of its own at this machine; None stands for any name, for a page that a
    password protects. Without `login` everybody is let in.
    """

    def __init__(
        self,
        app: Application,
        hosts: Collection[str] | None,
        login: Login | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self._app = app
        self._login = login
        self._proxy = proxy or Proxy()
        public = [_name(host) for host in self._proxy.public_hosts]
        self._hosts = None if hosts is None else frozenset([*hosts, *public])

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # the page opens no websocket
            await send({"type": "websocket.close", "code": 1008})
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        refusal = await self._refusal(scope)
        if refusal is None:
            try:
                await self._app(self._as_public(scope), receive, send_with_headers)
            except Exception as error:
                if started:
                    raise
                _log.warning("%s was not answered: %r", scope["path"], error)
                refusal = Refusal(500, "This request could not be read.")
            else:
                return
        body, kind = refusal.sentence.encode("utf-8"), b"text/plain; charset=utf-8"
        if is_call(scope["path"]):
            body = refused(scope["path"], refusal.status, refusal.sentence)
            kind = b"application/json"
        headers = [
            (b"content-type", kind),
            (b"content-length", b"%d" % len(body)),
            *refusal.headers,
        ]
        await send_with_headers(
            {"type": "http.response.start", "status": refusal.status, "headers": headers}
        )
        await send_with_headers({"type": "http.response.body", "body": body})

    async def _refusal(self, scope: Message) -> Refusal | None:
        host = _header(scope, b"host") or ""
        if self._hosts is not None and _name(host) not in self._hosts:
            return Refusal(400, "This page answers to its own address only.")
        if _from_another_site(scope, (host.lower(), *self._proxy.public_hosts)):
            return Refusal(403, "Another website asked for this; open the page itself.")
        if self._login is not None and scope["path"] != _SELF_CHECK:
            forwarded = _header(scope, b"x-forwarded-for", ", ")
            client = self._proxy.client(_peer(scope), forwarded)
            refusal = await self._login.refusal(_header(scope, b"authorization"), client)
            if refusal is not None:
                return refusal
        if _is_shut(scope["path"]):
            return Refusal(404, "There is nothing here.")
        return None

    def _as_public(self, scope: Message) -> Message:
        """The request as the visitor sent it: a proxy may have put the page's own name in Host.

        The page tells the browser by that name where its parts are.
        """
        hosts = self._proxy.public_hosts
        if not hosts or _header(scope, b"host") in hosts or not self._proxy.trusts(_peer(scope)):
            return scope
        others = [(key, value) for key, value in scope["headers"] if key != b"host"]
        return {**scope, "headers": [*others, (b"host", hosts[0].encode("ascii"))]}


def _from_another_site(scope: Message, own: Collection[str]) -> bool:
    """Whether another site is behind a request; only a link to the page itself may be."""
    origin = _header(scope, b"origin")
    if origin is not None and origin.partition("://")[2].lower() not in own:
        return True
    if _header(scope, b"sec-fetch-site") in (None, "same-origin", "none"):
        return False
    followed = _header(scope, b"sec-fetch-mode") == "navigate" and scope["method"] == "GET"
    return not (followed and scope["path"] == "/")


def _is_shut(path: str) -> bool:
    _, under, below = path.partition("/gradio_api/")
    return bool(under) and below.lstrip("/").partition("/")[0] not in _API_NAMES


def _header(scope: Message, name: bytes, between: str = " ") -> str | None:
    """The value of a header; more than one are joined, by default to one that fits nothing."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return between.join(values) if values else None


def _name(host: str) -> str:
    return host.partition(":")[0].lower()


def _peer(scope: Message) -> str:
    """The address at the other end of the connection."""
    return str(scope["client"][0]) if scope.get("client") else ""
