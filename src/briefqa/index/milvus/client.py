"""A connection to Milvus; the only module that imports pymilvus.

What pymilvus raises becomes one sentence that says what happened and what to do. A call has a time
limit, within which pymilvus tries again what a server was too busy for; those that index rows take
as long as there are rows, and have a limit of tries. Where no server is reached they fail at once.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from briefqa.errors import IndexBusy, IndexFolderError, IndexUnreachable, UsageError
from briefqa.index.milvus.location import Location

if TYPE_CHECKING:
    import numpy.typing as npt

TOKEN = "BRIEFQA_MILVUS_TOKEN"
TEXT_BYTES = 60_000  # of a text field; Milvus has a limit of 65,535
MOST = 16_384  # rows that one search or query returns at most
OLDEST = (2, 4)  # the first with sparse vectors
_CONNECTING = 10.0  # seconds
_LOADING = 120.0  # seconds until a server that loads a collection says so
_LOADED_A_SECOND = 1_000  # rows, at least, where they are indexed meanwhile
_CALLING = 30.0  # seconds; so long is a call tried again
_WRITING = 300.0  # seconds that a batch of rows may take, or to count all of them
_CHANNEL = {
    # So soon is a server that was away tried again; gRPC waits for up to two minutes of itself.
    "grpc.initial_reconnect_backoff_ms": 200,
    "grpc.max_reconnect_backoff_ms": 1_000,
    # pymilvus pings every ten seconds, for which servers hang up: they allow five minutes.
    "grpc.keepalive_time_ms": 330_000,
    "grpc.keepalive_timeout_ms": 20_000,
    "grpc.keepalive_permit_without_calls": 0,
}
_WAITING = 0.1  # seconds between two looks at what is loading
_TRIES = 10  # of a call without a time limit, within some 20 seconds
_BATCH = 8_000_000  # bytes of one insert; Milvus takes 64 MB
_OUR_NAMES = r"(?:_(?:state|writer\w*|\d{8}T\w+))?"  # what follows an index's name in others
# What Milvus and gRPC call what went wrong; where they do not, their words tell it.
_ABSENT = frozenset({100, 1600})  # a collection, an alias
_TAKEN = 1602  # an alias of that name is there already
_FULL = (frozenset({3, 7, 9, 12}), re.compile(r"no space|disk (?:is )?full|\bquota\b|insufficient"))
_REFUSED = (
    frozenset({1400, 1401, "UNAUTHENTICATED", "PERMISSION_DENIED"}),
    re.compile(r"auth(?:entic|ori[sz]| check)|\bpermission|\bprivilege|\bcredential"),
)
_SLOW = (frozenset({8, "DEADLINE_EXCEEDED"}), re.compile(r"deadline|timeout|timed out|rate limit"))
_LOST = (frozenset({"UNAVAILABLE"}), re.compile(r"unavailable|connect|closed channel"))
_RELEASED = re.compile(r"released|not loaded", re.IGNORECASE)


class Missing(IndexFolderError):
    """A collection or an alias that is not there, or not any more."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a collection: its type as pymilvus names it, and the index it has, if any."""

    name: str
    kind: str
    is_key: bool = False
    dimension: int = 0
    index: str = ""
    parameters: Mapping[str, int] | None = None


_connections: dict[str, Any] = {}
_lock = threading.Lock()


class Client:
    """What an index does in Milvus, for any thread; it speaks of that index where it fails.

    A process has one connection to each address: a file can be opened once only.
    """

    def __init__(self, location: Location) -> None:
        """Connect; raises UsageError without the extra, IndexFolderError and IndexBusy."""
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # it prints lines of its own
        try:
            import pymilvus
        except ImportError as error:
            raise UsageError(
                f"{location.text} needs the Milvus client; install it with: "
                "pip install 'briefqa[milvus]'"
            ) from error
        except Exception as error:
            raise UsageError(
                f"{location.text} needs the Milvus client, which does not start ({error}); see the "
                "environment variables whose names begin with MILVUS_."
            ) from error
        # It logs each error with a traceback, also those that are expected.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        logging.getLogger("milvus_lite").setLevel(logging.CRITICAL)
        logging.getLogger("grpc._server").setLevel(logging.CRITICAL)  # of Milvus Lite in a file
        self.location = location
        self._pymilvus: Any = pymilvus
        with _lock:
            if location.address not in _connections:
                self._client = self._connect()
                _connections[location.address] = self._client
            self._client = _connections[location.address]

    def _connect(self) -> Any:
        location = self.location
        if location.is_file:
            location.check_file()
        with self._explaining():
            token = "" if location.is_file else os.environ.get(TOKEN, "")
            client: Any = self._pymilvus.MilvusClient(
                location.address, token=token, timeout=_CONNECTING, grpc_options=_CHANNEL
            )
            version = str(client.get_server_version(timeout=_CONNECTING))
        numbers = re.match(r"v?(\d+)\.(\d+)", version)
        if numbers and (int(numbers[1]), int(numbers[2])) < OLDEST:
            client.close()
            raise IndexFolderError(
                f"{location.address} runs Milvus {version}, which has no sparse vectors; BriefQA "
                f"needs {OLDEST[0]}.{OLDEST[1]} or later."
            )
        return client

    def close(self) -> None:
        """Let go of the connection, for all that use it."""
        with _lock:
            _connections.pop(self.location.address, None)
        self._client.close()

    def create(self, collection: str, fields: Sequence[Field]) -> None:
        """Make a collection with these fields."""
        kinds = self._pymilvus.DataType
        with self._explaining():
            schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
            indexes = self._client.prepare_index_params()
            for field in fields:
                more: dict[str, Any] = {"is_primary": True} if field.is_key else {}
                if field.kind == "VARCHAR":
                    more["max_length"] = 65_535
                if field.dimension:
                    more["dim"] = field.dimension
                schema.add_field(field.name, getattr(kinds, field.kind), **more)
                if field.index:
                    indexes.add_index(
                        field.name, index_type=field.index, metric_type="IP",
                        params=dict(field.parameters or {}),
                    )  # fmt: skip
            self._client.create_collection(
                collection, schema=schema, consistency_level="Strong", timeout=_CALLING
            )
            # Nothing is in it yet: there is no index to wait for.
            self._client.create_index(collection, indexes, sync=False, timeout=_CALLING)

    def insert(self, collection: str, rows: Iterator[tuple[int, Mapping[str, Any]]]) -> int:
        """Insert rows, each with about how many bytes it has, in batches; returns how many."""
        batch: list[Mapping[str, Any]] = []
        size = total = 0
        for row_size, row in rows:
            if batch and size + row_size > _BATCH:
                self._insert(collection, batch)
                batch, size = [], 0
            batch.append(row)
            size += row_size
            total += 1
        if batch:
            self._insert(collection, batch)
        return total

    def _insert(self, collection: str, batch: list[Mapping[str, Any]]) -> None:
        with self._explaining():
            self._client.insert(collection, batch, timeout=_WRITING)

    def upsert(self, collection: str, row: Mapping[str, Any]) -> None:
        """Insert a row, or replace the one that has its key."""
        with self._explaining():
            self._client.upsert(collection, [row], timeout=_CALLING)

    def count(self, collection: str, where: Iterable[str] = ("",)) -> int:
        """How many rows of a collection fulfil one of these conditions."""
        total = 0
        for each in where:
            (found,) = self._loaded(
                self._client.query, collection, _WRITING,
                filter=each, output_fields=["count(*)"],
            )  # fmt: skip
            total += int(found["count(*)"])
        return total

    def delete(self, collection: str, where: str) -> None:
        """Delete the rows of a collection which fulfil a condition."""
        self._loaded(self._client.delete, collection, _WRITING, filter=where)

    def finish(self, collection: str, count: int, where: Iterable[str] = ("",)) -> None:
        """Flush and load a collection to which so many rows were sent; raises where some are lost.

        The rows are those that fulfil one of the conditions.
        """
        with self._explaining():
            self._client.flush(collection, retry_times=_TRIES)
        self.load(collection, _WRITING + count / _LOADED_A_SECOND)
        if (found := self.count(collection, where)) != count:
            raise IndexFolderError(
                f"{self.location.text} has {found} rows of the {count} that were sent; "
                "the index was left as it was: build again."
            )

    def load(self, collection: str, seconds: float = _LOADING) -> None:
        """Make a collection ready to be searched; a server that is at it is waited for."""
        patience = time.monotonic() + seconds
        with self._explaining():
            self._client.load_collection(collection, timeout=seconds, _async=True)
            while True:
                state = self._client.get_load_state(collection, timeout=_CALLING)["state"].name
                if state == "Loaded":
                    return
                if state != "Loading" and time.monotonic() > patience:
                    raise IndexUnreachable(
                        f"{self.location.text} has not loaded a collection; see what its log says."
                    )
                time.sleep(_WAITING)

    def get(
        self, collection: str, keys: Sequence[int] | Sequence[str], fields: Sequence[str]
    ) -> list[Mapping[str, Any]]:
        """The rows with these keys that there are, in no order."""
        found: list[Mapping[str, Any]] = []
        for start in range(0, len(keys), 2_000):
            part = list(keys[start : start + 2_000])
            found += self._loaded(
                self._client.get, collection, _CALLING, ids=part, output_fields=list(fields)
            )
        return found

    def search(
        self,
        collection: str,
        field: str,
        vector: Mapping[int, float] | npt.NDArray[Any],
        limit: int,
        where: str = "",
        parameters: Mapping[str, int] | None = None,
    ) -> list[tuple[int, float]]:
        """The keys of the nearest rows, with their inner products, greatest first."""
        data = [dict(vector) if isinstance(vector, Mapping) else vector]
        (hits,) = self._loaded(
            self._client.search, collection, _CALLING, data=data, anns_field=field,
            limit=min(limit, MOST), filter=where, output_fields=[],
            search_params={"metric_type": "IP", "params": dict(parameters or {})},
        )  # fmt: skip
        return [(int(hit.id), float(hit.distance)) for hit in hits]

    def _loaded(
        self, call: Callable[..., Any], collection: str, seconds: float, **arguments: Any
    ) -> Any:
        """Call it; a server that was started again has to load the collection first."""
        with self._explaining():
            try:
                return call(collection, timeout=seconds, **arguments)
            except self._pymilvus.MilvusException as error:
                if not _RELEASED.search(str(error)):
                    raise
            self.load(collection)
            return call(collection, timeout=seconds, **arguments)

    def collections(self) -> list[str]:
        """The names of all there are."""
        with self._explaining():
            return list(self._client.list_collections(timeout=_CALLING))

    def drop(self, collection: str) -> None:
        """Remove a collection if it is there."""
        with self._explaining():
            self._client.drop_collection(collection, timeout=_CALLING)

    def target(self, alias: str) -> str:
        """The collection that an alias is of; raises Missing."""
        with self._explaining():
            return str(self._client.describe_alias(alias, timeout=_CALLING)["collection_name"])

    def create_alias(self, collection: str, alias: str) -> bool:
        """Make an alias; False if there is one of another collection, which stays."""
        with self._explaining():
            try:
                self._client.create_alias(collection, alias, timeout=_CALLING)
            except self._pymilvus.MilvusException as error:
                if error.code != _TAKEN and "already exist" not in str(error):
                    raise
                return False
        return True

    def move_alias(self, collection: str, alias: str) -> None:
        """Make an alias that of another collection, in one step."""
        with self._explaining():
            self._client.alter_alias(collection, alias, timeout=_CALLING)

    def drop_alias(self, alias: str) -> None:
        """Remove an alias."""
        with self._explaining():
            self._client.drop_alias(alias, timeout=_CALLING)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Raise what pymilvus does as one of BriefQA's errors."""
        import grpc

        try:
            yield
        except (self._pymilvus.MilvusException, grpc.RpcError, ValueError, OSError) as error:
            # ValueError is gRPC's for a connection that was closed.
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> Exception:
        what, code = _told(error)
        where = self.location.text
        if "open local milvus failed" in what.lower() or "another process" in what.lower():
            return IndexBusy(
                f"{where} cannot be opened: another process has it open, or it is no file of "
                "Milvus Lite 3; for several processes run milvus-lite server."
            )
        if code in _ABSENT:
            return Missing(
                f"{where} does not have it any more ({what}); the index may have been replaced: "
                "try again."
            )
        # An index may be called quota.
        plain = re.sub(rf"\b{re.escape(self.location.name)}{_OUR_NAMES}\b", "", what).lower()
        for (codes, words), sentence in (
            (_FULL, "has no room ({what}); make some on its disk, or in its memory"),
            (_REFUSED, f"does not let you in ({{what}}); give a token with {TOKEN}"),
            (_LOST, "is not reached: the connection is lost ({what}); see that Milvus runs there"),
            (_SLOW, "took too long to answer ({what}); try again when it has less to do"),
        ):
            if code in codes or words.search(plain):
                return IndexUnreachable(f"{where} {sentence.format(what=what)}.")
        return IndexUnreachable(f"{where} could not do it ({what}); the index is as it was.")


def _told(error: Any) -> tuple[str, int | str]:
    """What an error says, in one line, and its code: Milvus's number or gRPC's name."""
    import grpc

    code: Any = getattr(error, "code", "")
    if isinstance(error, grpc.Call):  # whose own text has many lines
        return " ".join(str(error.details()).split())[:300], error.code().name
    what = str(getattr(error, "message", "") or error)
    return " ".join(what.split())[:300], getattr(code, "name", code)
