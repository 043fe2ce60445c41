"""JSON from files and other programs, decoded into records and checked by their types.

`decode` takes a frozen dataclass as it is declared: `str`, `int`, `float`, `bool`, enums, tuples,
lists, mappings, unions with None and other dataclasses; fields with a default may be missing,
fields that are not declared are ignored, and `__post_init__` may raise ValueError. A bool is no
int, 1.0 is no int, and NaN and infinity are no JSON.
"""

from __future__ import annotations

import json
import math
from functools import cache
from typing import Annotated, Any, NoReturn, TypeVar, cast

import msgspec

Record = TypeVar("Record")

Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]

_MOST_WORDS = 200  # characters of a message: it may quote what was sent

# RecursionError is raised for what is nested too deeply, UnicodeDecodeError for what is not UTF-8.
_DECODING = (msgspec.DecodeError, ValueError, OverflowError, RecursionError)


class Malformed(ValueError):
    """Content that is not JSON or not of the type wanted; the message is one line."""


def decode(content: bytes, kind: type[Record], *, any_text: bool = False) -> Record:
    """The value of type `kind` that a JSON document holds; raises Malformed, and nothing else.

    Text with lone surrogates is refused, since it cannot be written as UTF-8, unless `any_text`:
    names of files hold them where the file system's bytes are no UTF-8.
    """
    try:
        if any_text:
            plain = json.loads(content, parse_constant=_refuse, parse_float=_finite)
            return msgspec.convert(plain, kind)
        value: Record = _decoder(cast(Any, kind)).decode(content)
    except _DECODING as error:
        deep = isinstance(error, RecursionError)
        why = "it is nested too deeply" if deep else " ".join(str(error).split())
        raise Malformed(why[:_MOST_WORDS]) from error
    return value


def encode(record: object) -> bytes:
    """A record as one line of UTF-8, without the line end."""
    return msgspec.json.encode(record)


@cache
def _decoder(kind: Any) -> Any:
    return msgspec.json.Decoder(kind)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is out of range")
    return number
