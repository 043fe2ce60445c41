"""Which requests are let through? An ASGI layer in front of the page and of every other door.

Each request is asked in turn: was it sent to a name of ours, did another website make the browser
send it, is there such a door, and does it bring the password of somebody we know.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterable, MutableMapping
from typing import Any

from briefqa.ui.passwords import Passwords

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]
Refusal = tuple[int, str, Headers]

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
_DOORS = (
    *("call", "run", "queue", "cancel", "reset", "heartbeat"),
    *("app_id", "info", "openapi.json", "startup-events", "theme.css"),
)
"""What page and programs need under /gradio_api; files, addresses and recordings they do not."""
_SELF_CHECK = "/gradio_api/startup-events"
"""Gradio asks this of itself before it opens; it answers yes or no, and needs no password."""

_log = logging.getLogger(__name__)


class Login:
    """Asks for a name and password by HTTP Basic, and slows down who guesses.

    A right password is remembered, as a keyed digest in memory, so that it is hashed once and not
    for every request. Wrong ones make their sender wait before the next is looked at: half a
    second, then twice as long each time, up to half a minute. Others do not wait for it.
    """

    first_delay = 0.5
    longest_delay = 30.0
    """Seconds."""

    def __init__(
        self, passwords: Passwords, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._passwords = passwords
        self._sleep = sleep
        self._key = secrets.token_bytes(32)
        self._known: set[bytes] = set()
        self._callers: OrderedDict[str, _Caller] = OrderedDict()
        self._hashing = asyncio.Semaphore(2)

    async def refusal(self, authorization: str | None, address: str) -> Refusal | None:
        """Why a request with this header, from this address, is not let in; None if it is."""
        if authorization is None:
            return _unknown("A name and a password are asked for here.")
        digest = hmac.digest(self._key, authorization.encode("latin-1"), hashlib.sha256)
        if digest in self._known:
            return None
        credentials = _credentials(authorization)
        if credentials is None:
            return _unknown("A name and a password are asked for here, by HTTP Basic.")
        caller = self._caller(address)
        if caller.waiting >= _MOST_WAITING:
            return 429, "Too many passwords from one address; try again in a minute.", ()
        caller.waiting += 1
        try:
            async with caller.turn:
                if digest in self._known:
                    return None
                if caller.failures:
                    delay = self.first_delay * 2.0 ** min(caller.failures - 1, 16)
                    await self._sleep(min(delay, self.longest_delay))
                async with self._hashing:
                    right = await asyncio.to_thread(self._passwords.match, *credentials)
                caller.failures = 0 if right else caller.failures + 1
        finally:
            caller.waiting -= 1
        if not right:
            return _unknown("That name and password do not fit together.")
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known.add(digest)
        return None

    def _caller(self, address: str) -> _Caller:
        """What is known of an address; those that have been quiet longest are forgotten."""
        caller = self._callers.setdefault(address, _Caller())
        self._callers.move_to_end(address)
        while len(self._callers) > _MOST_CALLERS:
            self._callers.popitem(last=False)
        return caller


_MOST_CALLERS = 10_000
_MOST_KNOWN = 1_000
_MOST_WAITING = 32
"""Passwords of one address that wait to be looked at."""


class _Caller:
    """One address that sent passwords: they are looked at one after the other."""

    __slots__ = ("failures", "turn", "waiting")

    def __init__(self) -> None:
        self.failures = 0
        self.waiting = 0
        self.turn = asyncio.Lock()


class Guard:
    """Lets through what belongs here, and gives every response the security headers.

    `hosts` are the names the page answers to, so that no website can reach it by pointing a name
    of its own at this machine; None stands for any name, for a page that a password protects.
    Without `login` everybody is let in.
    """

    def __init__(
        self,
        app: Application,
        hosts: Collection[str] | None,
        login: Login | None = None,
    ) -> None:
        self._app = app
        self._hosts = None if hosts is None else frozenset(hosts)
        self._login = login

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # the page opens no websocket
            await send({"type": "websocket.close", "code": 1008})
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        refusal = await self._refusal(scope)
        if refusal is None:
            try:
                await self._app(scope, receive, guarded)
            except Exception as error:
                if started:
                    raise
                _log.warning("%s was not answered: %r", scope["path"], error)
                refusal = 500, "This request could not be read.", ()
            else:
                return
        status, sentence, headers = refusal
        body = sentence.encode("utf-8")
        plain = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
        ]
        start = {"type": "http.response.start", "status": status, "headers": [*plain, *headers]}
        await guarded(start)
        await guarded({"type": "http.response.body", "body": body})

    async def _refusal(self, scope: Message) -> Refusal | None:
        host = _header(scope, b"host") or ""
        if self._hosts is not None and host.partition(":")[0].lower() not in self._hosts:
            return 400, "This page answers to its own address only.", ()
        if _foreign(scope, host):
            return 403, "Another website asked for this; open the page itself.", ()
        if self._login is not None and scope["path"] != _SELF_CHECK:
            address = scope["client"][0] if scope.get("client") else ""
            refusal = await self._login.refusal(_header(scope, b"authorization"), address)
            if refusal is not None:
                return refusal
        if _closed(scope["path"]):
            return 404, "There is nothing here.", ()
        return None


def _foreign(scope: Message, host: str) -> bool:
    """Whether another site is behind a request; only a link to the page itself may be."""
    origin = _header(scope, b"origin")
    if origin is not None and origin.partition("://")[2].lower() != host.lower():
        return True
    if _header(scope, b"sec-fetch-site") in (None, "same-origin", "none"):
        return False
    followed = _header(scope, b"sec-fetch-mode") == "navigate" and scope["method"] == "GET"
    return not (followed and scope["path"] == "/")


def _closed(path: str) -> bool:
    _, under, below = path.partition("/gradio_api/")
    return bool(under) and below.lstrip("/").partition("/")[0] not in _DOORS


def _header(scope: Message, name: bytes) -> str | None:
    """The value of a header; more than one become one that fits nothing."""
    values = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return " ".join(values) if values else None


def _credentials(authorization: str) -> tuple[str, str] | None:
    """Name and password of an HTTP Basic header; None if it is none."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except ValueError:
        return None
    name, colon, password = decoded.partition(":")
    return (name, password) if colon else None


def _unknown(sentence: str) -> Refusal:
    return 401, sentence, [(b"www-authenticate", b'Basic realm="BriefQA", charset="UTF-8"')]
