"""Login by HTTP Basic: who is let in, and how guessing is slowed down."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from briefqa.ui.passwords import Passwords

_MOST_ADDRESSES = 10_000
_MOST_ACCEPTED = 1_000
_MOST_WAITING = 32
"""Passwords of one address that wait to be checked."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let through: HTTP status, one sentence, and headers to send along."""

    status: int
    sentence: str
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Login:
    """Asks for a name and password by HTTP Basic, and slows down who guesses.

    A right password is remembered, as a keyed digest in memory, so that it is hashed once and not
    for every request. Wrong ones make their address wait before the next is checked: half a
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
        self._accepted: set[bytes] = set()
        self._attempts: OrderedDict[str, _Attempts] = OrderedDict()
        self._hashing = asyncio.Semaphore(2)

    async def refusal(self, authorization: str | None, address: str) -> Refusal | None:
        """Why a request with this header, from this address, is not let in; None if it is."""
        if authorization is None:
            return _unauthorized("A name and a password are asked for here.")
        digest = hmac.digest(self._key, authorization.encode("latin-1"), hashlib.sha256)
        if digest in self._accepted:
            return None
        credentials = _credentials(authorization)
        if credentials is None:
            return _unauthorized("A name and a password are asked for here, by HTTP Basic.")
        attempts = self._attempts_from(address)
        if attempts.waiting >= _MOST_WAITING:
            return Refusal(429, "Too many passwords from one address; try again in a minute.")
        attempts.waiting += 1
        try:
            async with attempts.one_at_a_time:
                if digest in self._accepted:
                    return None
                if attempts.failures:
                    delay = self.first_delay * 2.0 ** min(attempts.failures - 1, 16)
                    await self._sleep(min(delay, self.longest_delay))
                async with self._hashing:
                    right = await asyncio.to_thread(self._passwords.match, *credentials)
                attempts.failures = 0 if right else attempts.failures + 1
        finally:
            attempts.waiting -= 1
        if not right:
            return _unauthorized("That name and password do not fit together.")
        if len(self._accepted) >= _MOST_ACCEPTED:
            self._accepted.clear()
        self._accepted.add(digest)
        return None

    def _attempts_from(self, address: str) -> _Attempts:
        """What is known of an address; those that have been quiet longest are forgotten."""
        attempts = self._attempts.setdefault(address, _Attempts())
        self._attempts.move_to_end(address)
        while len(self._attempts) > _MOST_ADDRESSES:
            self._attempts.popitem(last=False)
        return attempts


class _Attempts:
    """The passwords that one address sent, which are checked one after the other."""

    __slots__ = ("failures", "one_at_a_time", "waiting")

    def __init__(self) -> None:
        self.failures = 0
        self.waiting = 0
        self.one_at_a_time = asyncio.Lock()


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


def _unauthorized(sentence: str) -> Refusal:
    return Refusal(
        401, sentence, ((b"www-authenticate", b'Basic realm="BriefQA", charset="UTF-8"'),)
    )
