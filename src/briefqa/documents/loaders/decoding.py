"""Decodes the bytes of a text file, and refuses what is not text."""

from __future__ import annotations

import codecs
import re

from briefqa.errors import LoadError

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
_MOST_CONTROL = 0.02  # of all characters; random bytes have about a tenth
_MOST_DAMAGED = 0.2  # of all characters
_ASCII = re.compile(r"[\x00-\x7f]+")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_SAMPLE = 32_000  # bytes shown to the detector, which is slow on megabytes
# The encodings files are still met in, the likelier first: on a few words many look alike.
_LEGACY = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "iso8859_2"),
)
_REPLACED = "\N{REPLACEMENT CHARACTER}"


def decode(data: bytes) -> tuple[str, str]:
    """The text of a file's bytes and the name of their encoding.

    A byte order mark is dropped; newlines stay as they are. Bytes that are neither UTF-8 nor
    marked are read in the encoding they look like. Damaged places (a cut-off last character, a
    stray byte) become replacement characters; the text never holds lone surrogates.
    Raises LoadError when the bytes are blank or not text.
    """
    if not data:
        raise LoadError("the file is empty")
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise LoadError(f"this is not text but {kind}; convert it to text first")
    text, encoding = _characters(data)
    if not text.strip():
        raise LoadError("the file is empty")
    if len(text) - len(_CONTROL.sub("", text)) > _MOST_CONTROL * len(text):
        raise LoadError("this is not text: it is full of control characters; convert it first")
    if text.count(_REPLACED) > _MOST_DAMAGED * len(text):
        raise LoadError(f"this is not text, or badly damaged {encoding}; save it as UTF-8")
    return text, encoding


def _characters(data: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        if b"\x00" in data:
            raise LoadError("this is not text: it holds NUL bytes; convert it first") from None
    repaired = data.decode("utf-8", "replace")
    damaged = repaired.count(_REPLACED)
    whole = len(_ASCII.sub("", repaired)) - damaged
    # Other encodings almost never form whole UTF-8 characters by chance.
    if whole > damaged or _cut_off(data):
        return repaired, "utf-8"
    encoding = _looks_like(data)
    return data.decode(encoding, "replace"), encoding


def _cut_off(data: bytes) -> bool:
    """Whether the only fault is a UTF-8 character of three or four bytes cut at the end."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.reason == "unexpected end of data" and len(data) - fault.start > 1
    return False


def _looks_like(data: bytes) -> str:
    """The name of the encoding that makes the most of the bytes around the first odd one."""
    from charset_normalizer import from_bytes

    odd = _NOT_ASCII.search(data)
    first = odd.start() if odd else 0
    begin = max(0, first - _SAMPLE // 8)
    begin = data.rfind(b"\n", begin, first) + 1 or begin
    guesses = from_bytes(data[begin : begin + _SAMPLE], cp_isolation=list(_LEGACY))
    best = guesses.best()
    if best is None:
        raise LoadError("this is not text in any encoding we know; save it as UTF-8")
    alike = {
        encoding
        for guess in guesses
        if (guess.chaos, guess.coherence) == (best.chaos, best.coherence)
        for encoding in guess.could_be_from_charset
    }
    return next(encoding for encoding in _LEGACY if encoding in alike)
