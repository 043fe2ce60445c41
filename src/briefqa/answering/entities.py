"""Numbers, quantities, times, places and names in English text, found by patterns.

Patterns are linear: each looks at a character once or twice. They find whether something of a type
is there, not what it means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import regex

from briefqa.answering.question import AnswerType
from briefqa.text.dates import MONTH_NAME

_YEAR = r"(?:1\d|20)\d\d"
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    r"sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundreds?|thousands?|millions?|billions?|dozens?|half|both|no|none|single|several|few|many|"
    r"zero|nobody|twice|once|a pair|a couple)"
)
_NUMBER = regex.compile(
    rf"(?i)\b(?:\d[\d,.]*(?:\s?(?:million|billion|thousand|hundred))?"
    rf"|{_NUMBER_WORD}(?:[ -](?:and )?{_NUMBER_WORD}){{0,6}})\b"
)
_DATE = regex.compile(
    rf"(?i)\b(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{MONTH_NAME}\b(?: \d{{4}})?"
    rf"|{MONTH_NAME} \d{{1,2}}(?:, \d{{4}})?\b|{MONTH_NAME} \d{{4}}\b"
    rf"|(?:in|since|of|by|from|until|early|late|between|and|to|after|before) {_YEAR}\b"
    rf"|\d{{1,2}}[:.]\d\d\b)"
)
_TIME = regex.compile(
    rf"(?i)\b{MONTH_NAME}\b|\b{_YEAR}s?\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b"
    r"|\b\d{1,2}[.:]\d\d\b|\b\d{1,2} ?(?:a\.?m|p\.?m)\b"
    r"|\b(?:noon|midnight|dawn|dusk|yesterday|today|tomorrow|tonight|centur\w+|decades?|spring|"
    r"summer|autumn|winter|morning|evening|afternoon|nights?|weeks?|months?|years?|days?|hours?|"
    r"ago|since|until|during|after|before|when|once|as soon as|weekend|easter|christmas|period|"
    r"immediately|now|later|early|late|season|war|reign)\b"
)
_OPENING = (  # words that begin a sentence with a capital and name nobody
    r"(?:the|an?|this|that|these|those|it|its|there|here|in|on|at|by|for|from|to|of|with|as|if|"
    r"when|while|after|before|and|but|or|so|no|not|all|most|some|many|few|only|during|since|until|"
    r"what|how|why|then|such|both|also|please|yes|however)"
)
_CAPITAL = regex.compile(
    rf"\b(?!(?i:{_OPENING})\b)(?:\p{{Lu}}[\p{{L}}'’\-]+|\p{{Lu}}\p{{Lu}}+\b)|\p{{Lo}}"
)
_PERSON = regex.compile(
    r"(?i)\b(?:\w{2,}(?:ers|ors|ists|ants|ians|men|women|people)|president|minister|company|"
    r"council|committee|government|army|police|authorit\w+|members?|team|group|commission|court|"
    r"parliament|king|queen|ministry|party|union|families|family|troops|forces|staff|board|"
    r"chair\w*|treasurer|secretary|captain|mayor|doctor|teacher|officer|mother|father|sister|"
    r"brother|wife|husband|child|children|owner|crew|clerk|editor|engineer|manager|director|"
    r"guards?|service|agency|department|firm|club|brigade|association|society|by (?:the|an?) \w+|"
    r"i|we|us|you|they|them|he|him|she|her|who|whoever|(?:every|any|some|no) ?(?:one|body)|each)\b"
)
_PLACE = regex.compile(
    r"(?i)\b(?:in|at|on|near|to|from|of|around|along|outside|inside|under|behind|beside|between|"
    r"across|opposite|north|south|east|west|cent(?:re|er)|city|town|village|hall|room|hospital|"
    r"river|harbour|harbor|port|border|area|region|street|house|school|church|shed|quay|pier|"
    r"home|abroad|overseas|upstairs|downstairs|above|below|over|into|through|within|beyond|past|"
    r"here|there|everywhere|nowhere|left|right|floor|door|table|site|office|station)\w*\b"
)
_LENGTH = (
    r"\b(?:km|kilomet\w+|miles?|m|met(?:er|re)s?|feet|foot|ft|inch\w*|cm|mm|centimet\w+|"
    r"millimet\w+|yards?|nautical|light-?years?|nm|fathoms?|hectares?|acres?|square)\b"
)
_DURATION = (
    r"\b(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|decades?|centur\w+|overnight|"
    r"nights?|moments?|since|until|forever|permanent\w*|lifetime|terms?|seasons?)\b"
)
_SHARE = r"%|\bper ?cent\b|\bpercent\w*\b|\b(?:half|thirds?|quarters?|majority|most|all|none)\b"
# What a quantity of each dimension has to show beside or as its number.
_UNITS = {
    "money": r"[$€£¥₽]|\b(?:dollars?|euros?|pounds?|cents?|pence|roubles?|rubles?|crowns?|yen|"
    r"yuan|francs?|marks?|shillings?|kron\w+|lira|rupees?|USD|EUR|GBP|free|nothing)\b",
    "length": _LENGTH,
    "distance": _LENGTH,
    "height": _LENGTH,
    "depth": _LENGTH,
    "width": _LENGTH,
    "duration": _DURATION,
    "share": _SHARE,
    "weight": r"\b(?:kg|kilo\w*|tonn?es?|tons?|grams?|g|pounds?|lbs?|ounces?|mg|µg)\b",
    "speed": r"\b(?:km/h|mph|knots?|kph|m/s|per (?:hour|second|minute)|an hour|a second|Mach)\b",
    "temperature": r"°|\bdegrees?\b|\bcelsius\b|\bfahrenheit\b|\bkelvin\b",
    "frequency": r"\b(?:daily|weekly|monthly|yearly|annual\w*|twice|once|every|each|times|per|"
    r"a (?:day|week|month|year)|often|rarely|regularly|hourly|never|always|sometimes)\b",
}
_UNIT = {dimension: regex.compile(f"(?i){pattern}") for dimension, pattern in _UNITS.items()}
DIMENSIONS = frozenset(_UNIT)  # those whose units are known
_IN_GROUPS = regex.compile(
    r"(?<![\d.,])[1-9]\d{0,2}(?:(?:\.\d{3})++|(?:[ \u00a0\u202f]\d{3}){1,8}+)(?![.,]?\d)"
)
_FIGURE = regex.compile(r"\d[\d,.]*\d|\d")


def has_number(text: str) -> bool:
    """Whether a number stands in the text, dates and clock times apart."""
    return bool(_NUMBER.search(_DATE.sub(" ", text)))


def numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where each number in the text stands, dates and clock times apart."""
    hidden = _DATE.sub(lambda date: " " * len(date[0]), text)
    return (number.span() for number in _NUMBER.finditer(hidden))


def has_quantity(dimension: str, text: str) -> bool:
    """Whether a quantity of that dimension stands there; of an unknown one, whether a number."""
    unit = _UNIT.get(dimension)
    if unit is None:
        return dimension in ("degree", "strength") or bool(_NUMBER.search(text))
    return bool(unit.search(text))


def figures(text: str) -> list[str]:
    """The numbers that are written in figures, without grouping: 26,395 and 26.395 are 26395."""
    together = _IN_GROUPS.sub(lambda number: "".join(filter(str.isdigit, number[0])), text)
    return [figure.replace(",", "").rstrip(".") for figure in _FIGURE.findall(together)]


FINDERS: Mapping[AnswerType, Callable[[str], bool]] = {
    AnswerType.NUMBER: has_number,
    AnswerType.TIME: lambda text: bool(_TIME.search(text)),
    AnswerType.PLACE: lambda text: bool(_CAPITAL.search(text) or _PLACE.search(text)),
    AnswerType.PERSON_OR_BODY: lambda text: bool(_CAPITAL.search(text) or _PERSON.search(text)),
}
