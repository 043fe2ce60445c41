"""Which encoding bytes are in that are neither UTF-8 nor marked.

chardet weighs the encodings by the languages they would give. What it leaves open is decided here
by what is wrong with the words each would give, and then by how usual the encoding is. The only
module that imports chardet.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from briefqa.text.language import language_of

# The encodings files are still met in, the more usual first.
ENCODINGS = tuple(
    "cp1252 cp1251 cp1250 gb18030 cp932 cp949 big5hkscs cp1254 cp1253 cp1256 cp1255 cp874 cp1257 "
    "cp1258 iso8859-2 iso8859-15 koi8-r koi8-u euc_jis_2004 iso8859-5 iso8859-6 iso8859-7 "
    "mac-roman cp850 cp437 cp866 mac-cyrillic".split()
)
# What chardet tells apart and Python need not: each is read as the larger one.
_READ_AS = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "euc_kr": "cp949",
}
_ESCAPED = ("iso2022_jp_2", "iso2022_kr")
_ESCAPE = (b"\x1b$", b"\x1b(")
_WESTERN_LANGUAGES = frozenset("da de en es fi fr it nl no pt sv".split())
_LATIN = ("cp1250", "iso8859-2", "cp1254", "cp1257", "cp1258")  # of other languages
_ELSEWHERE = 0.7  # times the weight of these
_MOST_IMPLAUSIBLE = 0.02  # of all characters
_SEVERAL_BYTES = ("gb18030", "cp932", "cp949", "big5hkscs", "euc_jis_2004")
_UNMARKED = ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be")
_ALIKE = 0.98  # of the best one's weight: chardet does not tell apart what is nearer
_FAR = 0.4  # of the best one's weight: no words make good for less
_FAINT = 0.5  # of the best one's confidence: that of what chardet does not name
_FEW = 3  # odd characters, which are hardly evidence: then what is rare
_RARE = ("mac-roman", "cp850", "cp437", "cp866", "mac-cyrillic")
_SELDOM = 0.5  # has so much of its weight
_LEAST = 0.01  # of its confidence is left to an encoding whatever is wrong
_TELLING = 2  # times as much as an odd character weighs what is wrong beside it

_ODD = regex.compile(r"[^\x00-\x7f]")
# What no spelling has: two scripts in a word; a symbol in a word or at it, or several together; a
# capital in a word's middle, or alone behind a comma; a letter at a number. And what no text has.
_WRONG = regex.compile(
    r"(?<=[A-Za-z])[\p{L}--[\p{Latin}µªº]]|[\p{L}--[\p{Latin}µªº]](?=[A-Za-z])"
    r"|(?<=\p{L})[[\p{S}¡¿«»‹›‚„“”†‡‰¶§•]--[\x00-\x7f]](?=\p{L})|(?<=\p{Ll})–(?=\p{Ll})"
    r"|(?<=\p{L})[¢±¼½¾×÷¬¤¦¨´¸¯¶√∂∑∏∫≈∆◊]|[±¼½¾×÷¬¤¦¨´¸¯¶√∂∑∏∫≈∆◊](?=\p{L})"
    r"|[\p{S}--[\x00-\x7f]](?=[\p{S}--[\x00-\x7f]])"
    r"|(?<=\p{Ll})[\p{Lu}--[A-Z]]|(?<=\p{Lu})[\p{Lu}--[A-Z]](?=\p{Ll})|[\p{Lu}--[A-Z]](?=[A-Z][a-z])"
    r"|(?<=[,.;!?])[\p{Lu}--[A-Z]](?!\p{L})"
    r"|[[\p{Lu}\p{Ll}]--[\x00-\x7f]](?=\d)|(?<=\d)[[\p{Lu}\p{Ll}]--[\x00-\x7fµ]]"
    r"|[\x80-\x9f\p{Co}\p{Cn}\u2500-\u259f\uff61-\uff9f]",
    regex.V1,
)
_PLAUSIBLE = regex.compile(
    r"[\s\x20-\x7e\u00a0-\u052f\u0590-\u06ff\u0900-\u097f\u0e00-\u0e5b\u1e00-\u1fff\u2010-\u2044"
    r"\u20a0-\u20bf\u2100-\u214f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f]"
)
_BETWEEN = regex.compile(r"[ \n\r\u3000-\u3002\uff0c]")  # words or sentences


@dataclass(frozen=True, slots=True)
class Guess:
    """The encoding taken, and another one that is as likely and gives other words, or empty."""

    encoding: str
    rival: str = ""


def of_wide_characters(data: bytes) -> str:
    """The UTF-16 or UTF-32 that bytes without a mark are in, empty when in none of these."""
    found = []
    for encoding in _UNMARKED:
        text = data.decode(encoding, "replace")
        odd = len(_PLAUSIBLE.sub("", text))
        if odd <= _MOST_IMPLAUSIBLE * len(text) and _BETWEEN.search(text):
            scripts = len({ord(sign) >> 8 for sign in text})
            found.append((odd / len(text) + scripts / 256, encoding))
    return min(found, default=(0.0, ""))[1]


def of_escapes(data: bytes) -> str:
    """The ISO-2022 encoding of bytes that are ASCII but for escapes, empty when there is none."""
    if not any(escape in data for escape in _ESCAPE):
        return ""
    return next((encoding for encoding in _ESCAPED if _reads(data, encoding)), "")


def guess(sample: bytes) -> Guess | None:
    """The encoding of some lines of a file; None when they are in none that is known."""
    readings = list(_readings(sample))
    heaviest = max((reading.weight for reading in readings), default=0.0)
    alike = [reading for reading in readings if reading.weight > _ALIKE * heaviest]
    if not alike:
        return None
    alike.sort(key=lambda reading: (reading.wrong, ENCODINGS.index(reading.encoding)))
    best, *others = alike
    rivals = (other for other in others if other.wrong == best.wrong and other.text != best.text)
    rival = next(rivals, None)
    return Guess(best.encoding, rival.encoding if rival else "")


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a sample is in an encoding: its text, what is wrong in it, and how likely that is."""

    encoding: str
    text: str
    wrong: int
    weight: float


def _readings(sample: bytes) -> Iterator[_Reading]:
    """What the sample is in each encoding that it may be in."""
    confidences = _confidences(sample)
    for encoding, confidence in confidences.items():
        if confidence < _FAR * max(confidences.values()):
            continue
        text = sample.decode(encoding, "replace")
        wrong = sum(1 for _ in _WRONG.finditer(text)) + text.count("\ufffd")
        odd = len(_ODD.findall(text)) or 1
        weight = confidence * max(_LEAST, 1 - _TELLING * wrong / odd)
        if odd <= _FEW and encoding in _RARE:
            weight *= _SELDOM
        if language_of(text, "") in _WESTERN_LANGUAGES and encoding in _LATIN:
            weight *= _ELSEWHERE
        yield _Reading(encoding, text, wrong, weight)


def _confidences(sample: bytes) -> dict[str, float]:
    """What chardet thinks of each encoding, by its name."""
    from chardet import detect_all

    named: dict[str, float] = {}
    for found in detect_all(
        sample,
        ignore_threshold=True,
        compat_names=False,
        include_encodings=(*ENCODINGS, *_READ_AS),
    ):
        encoding = _READ_AS.get(found["encoding"] or "", found["encoding"] or "")
        if encoding in ENCODINGS:
            named[encoding] = max(named.get(encoding, 0.0), found["confidence"])
    faint = _FAINT * max(named.values(), default=1.0)
    for encoding in _SEVERAL_BYTES:  # left out where a few words are in them
        named[encoding] = max(named.get(encoding, 0.0), faint)
    return named


def _reads(data: bytes, encoding: str) -> bool:
    try:
        codecs.decode(data, encoding)
    except UnicodeDecodeError:
        return False
    return True
