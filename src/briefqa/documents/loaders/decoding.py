"""Decodes the bytes of a text file, and refuses what is not text."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from briefqa.documents.loaders import encodings
from briefqa.errors import LoadError, UsageError

_MARKS = (
    # UTF-32's little-endian mark begins with UTF-16's, so it is tried first.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SIGNATURES = (
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"{\\rtf", "rich text"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "a database"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROL = 0.02  # of all characters; random bytes have about a tenth
_MOST_DAMAGED = 0.2  # of all characters
_ASCII = re.compile(r"[\x00-\x7f]+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SAMPLE = 16_000  # bytes that an encoding is told by
_REPLACED = "\N{REPLACEMENT CHARACTER}"
_END = re.compile(r"[.!?](?:\r\n|\s)|[。！？\n]|\r\n?")  # of a sentence or a line
_ENDS = 50_000
_END_CHARS = 15  # before each end beyond that, on average


class Decoded(NamedTuple):
    """The text of a file, the name of its encoding, and a note where that is a guess."""

    text: str
    encoding: str
    notes: tuple[str, ...]


def known(encoding: str) -> str:
    """The name of an encoding as Python has it; raises UsageError for what is none of text."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, ValueError):
        raise UsageError(
            f"'{encoding}' is no encoding we know; name one such as cp1252, mac_roman or shift_jis."
        ) from None
    return name


def decode(data: bytes, encoding: str = "") -> Decoded:
    """The text of a file's bytes.

    A byte order mark is dropped; newlines stay as they are. Bytes that are neither UTF-8 nor
    marked are read in `encoding`, or in the one they look like. Damaged places (a cut-off last
    character, a stray byte) become replacement characters; the text never holds lone surrogates.
    Raises LoadError when the bytes are blank or not text, or when lines and sentences are so many
    and so short that reading them would cost far more than other text of that length.
    """
    if not data:
        raise LoadError("the file is empty")
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise LoadError(f"this is not text but {kind}; convert it to text first")
    decoded = _decoded(data, encoding)
    text = decoded.text
    if not text.strip():
        raise LoadError("the file is empty")
    if len(text) - len(_CONTROL.sub("", text)) > _MOST_CONTROL * len(text):
        raise LoadError("this is not text: it is full of control characters; convert it first")
    if text.count(_REPLACED) > _MOST_DAMAGED * len(text):
        raise LoadError(f"this is not text, or badly damaged {decoded.encoding}; save it as UTF-8")
    ends = sum(1 for _ in _END.finditer(text))
    most = _ENDS + len(text) // _END_CHARS
    if ends > most:
        raise LoadError(
            f"it has {ends:,} lines and sentences in {len(text):,} characters, and at most "
            f"{most:,} are read; split it"
        )
    return decoded


def _decoded(data: bytes, named: str) -> Decoded:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _as(data[len(mark) :], encoding)
    sample = data[:_SAMPLE]
    odd = encodings.of_escapes(data)
    if not odd and len(sample) - len(_CONTROL_BYTE.sub(b"", sample)) > _MOST_CONTROL * len(sample):
        odd = encodings.of_wide_characters(sample)
    if odd:
        return _as(data, named or odd)
    try:
        return Decoded(data.decode("utf-8"), "utf-8", ())
    except UnicodeDecodeError:
        if b"\x00" in data:
            raise LoadError("this is not text: it holds NUL bytes; convert it first") from None
    if named:
        return _as(data, named)
    repaired = data.decode("utf-8", "replace")
    damaged = repaired.count(_REPLACED)
    whole = len(_ASCII.sub("", repaired)) - damaged
    # Other encodings almost never form whole UTF-8 characters by chance.
    if whole > damaged or _cut_off(data):
        return Decoded(repaired, "utf-8", ())
    return _guessed(data)


def _as(data: bytes, encoding: str) -> Decoded:
    return Decoded(data.decode(encoding, "replace"), encoding, ())


def _guessed(data: bytes) -> Decoded:
    """Read in the encoding that makes the most of the lines around the first odd byte."""
    odd = _NOT_ASCII.search(data)
    first = odd.start() if odd else 0
    begin = max(0, first - _SAMPLE // 8)
    begin = data.rfind(b"\n", begin, first) + 1 or begin
    guess = encodings.guess(data[begin : begin + _SAMPLE])
    if guess is None:
        raise LoadError("this is not text in any encoding we know; save it as UTF-8")
    note = ""
    if guess.rival:
        note = (
            f"read as {guess.encoding}, though it may be {guess.rival}; "
            "if that is wrong, name its encoding (--encoding)"
        )
    return Decoded(data.decode(guess.encoding, "replace"), guess.encoding, (note,) if note else ())


def _cut_off(data: bytes) -> bool:
    """Whether the only fault is a UTF-8 character of three or four bytes cut at the end."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.reason == "unexpected end of data" and len(data) - fault.start > 1
    return False
