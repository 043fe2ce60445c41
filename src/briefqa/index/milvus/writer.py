"""Being the one build that writes an index in Milvus, on whatever machine.

Milvus has no locks, but makes an alias for one of several who ask. Each writer makes a collection
of its own, in which it says every few seconds that it is alive, and asks for the alias of it.
"""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from briefqa.errors import IndexBusy, IndexFolderError
from briefqa.index.milvus import collections
from briefqa.index.milvus.client import Client, Missing
from briefqa.json_decoding import Malformed, decode, encode

ALIVE = 10.0  # seconds between two signs of life
DEAD = 120.0  # seconds without one, by the clocks of both machines


STAMP = "%Y%m%dT%H%M%S"  # of a writer's collection, in universal time
_FORGOTTEN = timedelta(hours=1)  # after which a collection is of none that is just beginning


@dataclass(frozen=True, slots=True)
class _Sign:
    """Who writes, and when it last said so, in seconds since 1970.

    `space` tells the numbers of processes on one machine, or in one container, from others.
    """

    host: str
    space: str
    process: int
    seconds: float

    def is_dead(self) -> bool:
        if self.space and self.space == _space() and not _runs(self.process):
            return True
        return time.time() - self.seconds > DEAD


def alias_of(name: str) -> str:
    """The alias of the one that writes the index of that name."""
    return f"{name}_writer"


def was_of_writer(collection: str, name: str) -> bool:
    """Whether it is the collection of one that wrote that index long ago, and was killed."""
    begun = _begun(collection, name)
    return begun is not None and datetime.now(UTC) - begun > _FORGOTTEN


class Writer:
    """The right to write an index, until it is released or taken for dead.

    `collection` is where it says that it is alive.
    """

    def __init__(self, client: Client, name: str, stamp: str) -> None:
        """Become the writer; raises IndexBusy."""
        self._client = client
        self._name, self._alias = name, alias_of(name)
        self.collection = f"{self._alias}_{stamp}"
        self._stopped = threading.Event()
        client.create(self.collection, collections.keyed())
        try:
            self._sign()
            client.load(self.collection)
            self._become()
        except BaseException:
            client.drop(self.collection)
            raise
        self._thread = threading.Thread(target=self._stay_alive, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise IndexBusy if another one took this one for dead and writes now."""
        try:
            ours = self._client.target(self._alias) == self.collection
        except Missing:
            ours = False
        if not ours:
            raise IndexBusy(
                f"Another build took over {self._client.location.text} while this one did not "
                "answer; the index was left as it was."
            )

    def release(self) -> None:
        """Let others write."""
        self._stopped.set()
        self._thread.join()
        with suppress(Missing, IndexFolderError):
            if self._client.target(self._alias) == self.collection:
                self._client.drop_alias(self._alias)
        with suppress(Missing, IndexFolderError):
            self._client.drop(self.collection)

    def _become(self) -> None:
        if self._client.create_alias(self.collection, self._alias):
            return
        with suppress(Missing):
            other = self._client.target(self._alias)
            if _begun(other, self._name) is None:
                raise IndexFolderError(
                    f"{self._client.location.text} cannot be written: {self._alias} is of "
                    "something else there; choose another name."
                )
            sign = _sign_of(self._client, other)
            if sign is not None and not sign.is_dead():
                raise IndexBusy(
                    f"Another build is writing {self._client.location.text} (process "
                    f"{sign.process} on {sign.host}); wait until it has finished and build again."
                )
            self._client.drop_alias(self._alias)
            self._client.drop(other)
        if not self._client.create_alias(self.collection, self._alias):
            raise IndexBusy(
                f"Another build has just begun to write {self._client.location.text}; wait until "
                "it has finished and build again."
            )

    def _sign(self) -> None:
        sign = _Sign(socket.gethostname(), _space(), os.getpid(), time.time())
        for _, row in collections.blob("writer", encode(sign)):
            self._client.upsert(self.collection, row)

    def _stay_alive(self) -> None:
        while not self._stopped.wait(ALIVE):
            with suppress(IndexFolderError, Missing):  # the build itself meets what is wrong
                self._sign()


@contextmanager
def writing(client: Client, name: str, stamp: str) -> Iterator[Writer]:
    """Be the one build that writes that index; raises IndexBusy."""
    writer = Writer(client, name, stamp)
    try:
        yield writer
    finally:
        writer.release()


def _sign_of(client: Client, collection: str) -> _Sign | None:
    from briefqa.index.milvus.rows import read_from

    client.load(collection)
    content = read_from(client, collection, ["writer"]).get("writer")
    if content is None:
        return None
    try:
        return decode(content, _Sign)
    except Malformed:
        return None


def _begun(collection: str, name: str) -> datetime | None:
    """When a collection of a writer of that index was made; None for another collection."""
    match = re.fullmatch(
        rf"{re.escape(alias_of(name))}_(\d{{8}}T\d{{6}})_[0-9a-f]{{8}}", collection
    )
    try:
        return datetime.strptime(match[1], STAMP).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _space() -> str:
    """Where processes have their numbers: this machine as it was started, and the container.

    Empty where that is not known.
    """
    try:
        started = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{started} {Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _runs(process: int) -> bool:
    """Whether there is a process of that number on this machine."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
