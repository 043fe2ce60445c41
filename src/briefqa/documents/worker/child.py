"""What runs in a worker: requests come in on standard input, replies go out on standard output.

While a parser runs no file can be opened, no connection made, no process started and no file
written, and there is an end to memory and to processor time. A parser that dies takes only the
worker with it.
"""

from __future__ import annotations

import importlib
import math
import os
import resource
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from briefqa.documents import loaders
from briefqa.documents.loaders import decoding
from briefqa.documents.worker import frames
from briefqa.documents.worker.frames import Reply, Request
from briefqa.errors import LoadError, PasswordNeeded
from briefqa.json_decoding import decode, encode

MEMORY = 1_500_000_000
"""Bytes of address space."""

SECONDS = 12
"""Of processor time for one file."""

IDLE_SECONDS = 60
"""After which a worker that nobody asks ends; the next request starts another."""

_ENCODINGS = (
    *("ascii", "latin_1", "iso8859_2", "iso8859_15", "utf_16", "utf_16_le", "utf_16_be", "utf_32"),
    *("utf_32_le", "utf_32_be"),
    *("utf_7", "utf_8_sig", "idna", "cp437", "cp850", "cp1250", "cp1251", "cp1252", "cp1253"),
    *("cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "koi8_r", "koi8_u", "mac_roman", "gbk"),
    *("gb18030", "gb2312", "big5", "shift_jis", "cp932", "euc_jp", "iso2022_jp", "euc_kr", "cp949"),
    *(
        "iso8859_3",
        "iso8859_5",
        "iso8859_7",
        "iso8859_8",
        "iso8859_9",
        "tis_620",
        "raw_unicode_escape",
    ),
)


_prepared: set[str] = set()


def main() -> None:
    """Serve requests until standard input ends."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    for encoding in _ENCODINGS:
        importlib.import_module(f"encodings.{encoding}")
    decoding.decode("Größe, süß und schön".encode("cp1252"))  # its library reads files of its own
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(OSError, ValueError):  # not every system has every limit
            resource.setrlimit(limit, (most, most))
    with requests, replies:
        while select.select([requests], [], [], IDLE_SECONDS)[0]:
            try:
                head, data = frames.receive(requests)
            except frames.Broken:
                return
            frames.send(replies, ())  # from here on it is the file's fault
            refused, locked = "", ""
            parts: Sequence[bytes] = ()
            out_of_memory = False
            try:
                parts = _done(decode(head, Request), data)
            except PasswordNeeded as error:
                refused, locked = str(error), "wrong" if error.wrong else "locked"
            except LoadError as error:
                refused = str(error)
            except RecursionError:
                refused = "it is nested too deeply to be read"
            except MemoryError:
                refused, out_of_memory = f"it could not be read in {MEMORY / 1e9:.1f} GB", True
            except Exception as error:  # noqa: BLE001 (whatever a parser raises is its file's fault)
                refused = f"it is damaged and could not be read ({_kind(error)})"
            frames.send(replies, (encode(Reply(refused, locked)), *parts))
            if out_of_memory:  # what is left of it may be of no use
                return


def _done(request: Request, data: bytes) -> Sequence[bytes]:
    loader = loaders.loader_for(request.name, data)
    for library in loaders.libraries(request.name, data):
        importlib.import_module(library)
    if loader.NAME not in _prepared:
        _prepared.add(loader.NAME)
        getattr(loader, "prepare", lambda: None)()
    with _limited():
        return TASKS[request.task](request, data)


def _parse(request: Request, data: bytes) -> Sequence[bytes]:
    document = loaders.parse(
        data, request.name, password=request.password, recognised=request.recognised
    )
    return (encode(document),)


def _unread(request: Request, data: bytes) -> Sequence[bytes]:
    return (encode(loaders.unread(data, request.name, request.password)),)


def _attachments(request: Request, data: bytes) -> Sequence[bytes]:
    found = loaders.attachments(data, request.name)
    return (encode([name for name, _ in found]), *(content for _, content in found))


def _rows(request: Request, data: bytes) -> Sequence[bytes]:
    return (encode(loaders.rows(data, request.name)),)


def _picture(request: Request, data: bytes) -> Sequence[bytes]:
    width, height, pixels = loaders.picture(
        data, request.name, request.page, request.width, request.password
    )
    return (encode((width, height)), pixels)


TASKS: dict[str, Callable[[Request, bytes], Sequence[bytes]]] = {
    "parse": _parse,
    "attachments": _attachments,
    "rows": _rows,
    "picture": _picture,
    "unread": _unread,
}


@contextmanager
def _limited() -> Iterator[None]:
    """Within the block there are SECONDS of processor time, and nothing more can be opened."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = math.ceil(used.ru_utime + used.ru_stime) + SECONDS
    with _soft_limit(resource.RLIMIT_CPU, until), _soft_limit(resource.RLIMIT_NOFILE, 0):
        yield


@contextmanager
def _soft_limit(kind: int, most: int) -> Iterator[None]:
    before, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (before, hard))


def _kind(error: Exception) -> str:
    """What kind of error it is, which says nothing of the file's own words."""
    return type(error).__name__
