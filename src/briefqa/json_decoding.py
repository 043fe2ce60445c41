"""JSON from files and other programs, decoded into records and checked by their types.

`decode` takes a frozen dataclass as it is declared: `str`, `int`, `float`, `bool`, enums, tuples,
lists, mappings, unions with None and other dataclasses; fields with a default may be missing,
fields that are not declared are ignored, and `__post_init__` may raise ValueError. A bool is no
int, 1.0 is no int, and NaN and infinity are no JSON.
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import (
    Annotated,
    Any,
    NoReturn,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

Record = TypeVar("Record")

Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

_MOST_WORDS = 200  # characters of a message: it may quote what was sent

# RecursionError is raised for what is nested too deeply, UnicodeDecodeError for what is not UTF-8.
_DECODING = (msgspec.DecodeError, ValueError, OverflowError, RecursionError)

# Where two threads let it look at a class for the first time at once, msgspec may crash.
_looking = threading.Lock()


class Malformed(ValueError):
    """Content that is not JSON or not of the type wanted; the message is one line."""


def decode(content: bytes, kind: type[Record], *, any_text: bool = False) -> Record:
    """The value of type `kind` that a JSON document holds; raises Malformed, and nothing else.

    Text with lone surrogates is refused, since it cannot be written as UTF-8, unless `any_text`:
    names of files hold them where the file system's bytes are no UTF-8.
    """
    try:
        decoder = _decoder(cast(Any, kind))
        if any_text:
            plain = json.loads(content, parse_constant=_refuse, parse_float=_finite)
            return msgspec.convert(plain, kind)
        value: Record = decoder.decode(content)
    except _DECODING as error:
        deep = isinstance(error, RecursionError)
        why = "it is nested too deeply" if deep else " ".join(str(error).split())
        raise Malformed(why[:_MOST_WORDS]) from error
    return value


def decode_file(path: Path, kind: type[Record], most: int, *, any_text: bool = False) -> Record:
    """What `decode` gives of a file of `most` bytes; raises OSError or Malformed."""
    if path.exists() and not path.is_file():
        raise Malformed("it is not a file")
    with path.open("rb") as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise Malformed("it is too large")
    return decode(content, kind, any_text=any_text)


def decode_exactly(content: bytes, kind: type[Record]) -> Record:
    """The record of a dataclass `kind` that JSON holds, as `encode` writes it; raises Malformed.

    Unlike `decode` it refuses fields that are not declared and whole numbers below 0: what this
    package wrote has neither.
    """
    try:
        _strict_decoder(cast(Any, kind)).decode(content)
    except _DECODING as error:
        raise Malformed(" ".join(str(error).split())[:_MOST_WORDS]) from error
    return decode(content, kind)


def encode(record: object) -> bytes:
    """A record as one line of UTF-8, without the line end."""
    return msgspec.json.encode(record)


@cache
def _decoder(kind: Any) -> Any:
    with _looking:
        return msgspec.json.Decoder(kind)


@cache
def _strict_decoder(kind: Any) -> Any:
    with _looking:
        return msgspec.json.Decoder(_strict(kind))


def _strict(kind: Any) -> Any:
    """A type that takes what `kind` does, without fields it lacks and numbers below 0."""
    if kind is int:
        return Count
    if isinstance(kind, type) and is_dataclass(kind):
        return _strict_record(kind)
    arguments = get_args(kind)
    if not arguments:
        return kind
    origin = Union if get_origin(kind) is UnionType else get_origin(kind)
    return origin[tuple(one if one is ... else _strict(one) for one in arguments)]


@cache
def _strict_record(kind: Any) -> Any:
    types = get_type_hints(kind)
    declared = [
        (each.name, _strict(types[each.name]), msgspec.field(default=each.default))
        if each.default is not MISSING
        else (each.name, _strict(types[each.name]))
        for each in fields(kind)
    ]
    return msgspec.defstruct(kind.__name__, declared, forbid_unknown_fields=True)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is out of range")
    return number
