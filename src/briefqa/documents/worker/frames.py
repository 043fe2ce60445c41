"""What goes through the pipes between a worker and its parent: byte strings with their lengths."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from briefqa.documents.recognised import RecognisedPage

MOST_BYTES = 1_000_000_000  # of a frame, which a broken worker may announce
MOST_PARTS = 10_000

_AT_ONCE = 1 << 20

_COUNT = struct.Struct(">I")
_LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Request:
    """What a worker is to do with the bytes that come with it.

    `task` is one of those in `child.TASKS`, `name` the file's; `password` opens a locked one. A
    picture is wanted of a `page`, from 1, so many pixels wide. `recognised` is what OCR has read.
    """

    task: str
    name: str
    password: str = ""
    page: int = 0
    width: int = 0
    recognised: tuple[RecognisedPage, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of it: `refused` is the sentence of a LoadError, empty where there is a result.

    `locked` is "locked" or "wrong" where a password is needed or was not the right one.
    """

    refused: str = ""
    locked: str = ""


class Broken(Exception):
    """The other side ended, or sent what is no frame."""


def send(stream: IO[bytes], parts: Sequence[bytes]) -> None:
    """Write a frame; raises OSError when nobody reads it."""
    stream.write(_COUNT.pack(len(parts)))
    for part in parts:
        stream.write(_LENGTH.pack(len(part)))
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> list[bytes]:
    """Read a frame; raises Broken."""
    (count,) = _COUNT.unpack(_exactly(stream, _COUNT.size))
    if count > MOST_PARTS:
        raise Broken
    parts: list[bytes] = []
    room = MOST_BYTES
    for _ in range(count):
        (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
        room -= length
        if room < 0:
            raise Broken
        parts.append(_exactly(stream, length))
    return parts


def _exactly(stream: IO[bytes], length: int) -> bytes:
    parts: list[bytes] = []
    while length:
        part = stream.read(min(length, _AT_ONCE))  # a pipe gives what it has
        if not part:
            raise Broken
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
