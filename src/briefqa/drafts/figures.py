"""Figures, percentages and dates in English text: their values, units and what they count.

Patterns are linear: each looks at a character once or twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import regex

from briefqa.drafts.records import ClaimKind
from briefqa.text.dates import MONTH, MONTHS, Day, days

Value = tuple[float | None, ...]
"""Of a date its year, month and day, None where it has none; else one number, or two of a range."""

_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1\d|20)\d\d)(?!\d|[.,]\d|\s?(?:%|per ?cent))"
_BEFORE_YEARS = (
    "in|since|of|by|from|until|early|late|between|and|to|after|before|during|year|spring|summer|"
    "autumn|fall|winter"
)
_WEEKDAY = r"(?:(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day),? (?:the )?)?"
_DATES = tuple(
    regex.compile(rf"(?i)(?<![\w.,/]){pattern}(?![\w/])")
    for pattern in (
        rf"{_WEEKDAY}{_DAY} (?:of )?{MONTH}(?:,? {_YEAR})?",
        rf"{_WEEKDAY}{MONTH} {_DAY}(?!\d|[.,]\d|[ \u00a0\u202f]\d{{3}}(?!\d))(?:,? {_YEAR})?",
        rf"{MONTH},? {_YEAR}",
        rf"(?<=\b(?:{_BEFORE_YEARS}) ){_YEAR}(?!\s?\p{{L}}{{1,30}}s\b)",
    )
)
_IN_DIGITS = regex.compile(r"\d{1,4}([-/.])\s?\d{1,2}\1\s?\d{1,4}(?!\d)")  # as `days` has them
_NO_DATE = regex.compile(r"(?i)(?:\b(?:section|sec|version|ver|v|clause|chapter)|§)\.?\s?\Z")
_WEEKDAY_BEFORE = regex.compile(rf"(?i)\b{_WEEKDAY}\Z")
_UNITS_OF_WORDS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
} | {
    word: 10 * number
    for number, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), 2
    )
}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "dozen": 12.0, "m": 1e6, "bn": 1e9, "k": 1e3,
}  # fmt: skip
_SCALE = r"(?:hundred|thousand|million|billion|trillion|dozen)s?"
_WORD = rf"(?:{'|'.join(sorted(_UNITS_OF_WORDS, key=len, reverse=True))}|{_SCALE})"
_NUMBER = regex.compile(
    r"(?i)(?P<sign>(?<![\w)\]])[-−])?(?P<money>[$€£¥₽] ?)?"
    r"(?<![\w.,:/])(?<!\p{L}[-–])(?P<digits>\d{1,3}(?:,\d{3}){1,6}+(?:\.\d{1,9})?"
    r"|\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,6}+(?![\d])|[1-9]\d{0,2}(?:\.\d{3}){2,6}+"
    r"|\d{1,15}(?:[.,]\d{1,9})?)"
    rf"(?:[ \u00a0-]?(?P<scale>{_SCALE})\b|(?P<short>bn|k|m)\b(?=\W|\Z))?"
    rf"|\b(?P<words>{_WORD}(?:[ -](?:and )?{_WORD}){{0,8}})\b"
)
_GROUPED = regex.compile(r"[1-9]\d{0,2}(?:[, \u00a0\u202f]\d{3})++(?:\.\d+)?")
_BY_DOTS = regex.compile(r"[1-9]\d{0,2}(?:\.\d{3})++")
_PART_OF_WORD = regex.compile(rf"(?i){_WORD}")
_NOT_COUNTED = regex.compile(r"[\d\p{L}_/]|-\p{L}|[.,:]\d")  # a figure goes on: Su-24M, 6:30

# Units by their usual name; a figure with another of the same kind is another figure.
_UNIT_NAMES = {
    "percent": "% percent per-cent pc", "percentage point": "percentage-point percentage-points",
    "kilometre": "km kilometre kilometres kilometer kilometers", "mile": "mile miles mi",
    "metre": "m metre metres meter meters", "foot": "foot feet ft",
    "centimetre": "cm centimetre centimetres centimeter centimeters", "inch": "inch inches",
    "millimetre": "mm millimetre millimetres millimeter millimeters", "yard": "yard yards",
    "nautical mile": "nautical-mile nautical-miles nm", "knot": "knot knots",
    "hectare": "hectare hectares ha", "acre": "acre acres",
    "kilogram": "kg kilogram kilograms kilo kilos", "gram": "g gram grams gramme grammes",
    "milligram": "mg milligram milligrams", "microgram": "µg μg microgram micrograms mcg",
    "tonne": "t tonne tonnes ton tons", "pound": "lb lbs", "pounds": "£ pound pounds gbp",
    "ounce": "ounce ounces oz", "litre": "l litre litres liter liters", "gallon": "gallon gallons",
    "millilitre": "ml millilitre millilitres milliliter milliliters",
    "dollar": "$ dollar dollars usd", "euro": "€ euro euros eur", "yen": "¥ yen",
    "rouble": "₽ rouble roubles ruble rubles", "crown": "crown crowns", "franc": "franc francs",
    "second": "second seconds sec", "minute": "minute minutes min", "hour": "hour hours",
    "day": "day days", "night": "night nights", "week": "week weeks", "month": "month months",
    "year": "year years", "decade": "decade decades", "century": "century centuries",
    "degree": "° degree degrees", "watt": "watt watts", "kilowatt": "kw kilowatt kilowatts",
    "megawatt": "mw megawatt megawatts", "volt": "volt volts",
}  # fmt: skip
_UNITS = {spelled: unit for unit, names in _UNIT_NAMES.items() for spelled in names.split()}
_UNIT = regex.compile(
    r"(?i)[ \u00a0\u202f-]{0,2}(%|°|[€£$¥₽]|per cent\b|percentage points?\b|nautical miles?\b|"
    r"(?:square |cubic )?[\p{L}µμ]{1,12}\b)"
)
# What a figure is for one of, behind it or behind a word or two that it counts.
_RATE = regex.compile(
    r"(?i)(?:[ \u00a0\u202f](?!an?\b|per\b|each\b|every\b)[\p{L}'’-]{1,30}){0,2}"
    r"(?:[ \u00a0\u202f](?:an?|per|each|every)[ \u00a0\u202f]|[ \u00a0\u202f]?/[ \u00a0\u202f]?)"
    r"(second|minute|hour|day|night|week|month|quarter|year|annum|decade|head|person|capita|"
    r"household|family|inhabitant|resident|worker|ship|mile|kilomet(?:re|er)|hectare|acre|tonne|"
    r"ton|kilogram|kilo|kg|lit(?:re|er))\b(?!\s(?:later|earlier|ago|before|after)\b)"
)
_RATES = {"annum": "year", "capita": "head", "person": "head", "ton": "tonne", "kilo": "kilogram",
          "kg": "kilogram", "kilometer": "kilometre", "liter": "litre"}  # fmt: skip
_COUNTED = regex.compile(r"[ \u00a0\u202f-]{1,2}((?:[\p{L}'’-]{1,30} ){0,3}[\p{L}'’-]{1,30})")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, a percentage or a date, where it stands, and its value.

    `unit` is its usual name, empty where it has none, of a date the day of the week; `counts` is
    what follows, some words. `rate` is what it is for one of, where that is said (of 30 tonnes a
    day `day`), and `rate_end` where that ends. `also` is another value that it may be meant as:
    9450 of 9.450, or month and day of day and month.
    """

    kind: ClaimKind
    start: int
    end: int
    value: Value
    unit: str = ""
    counts: str = ""
    also: Value | None = None
    rate: str = ""
    rate_end: int = 0

    def same_value(self, other: Figure) -> bool:
        """Whether both are the same; of dates, where `other` says at least as much."""
        if ClaimKind.DATE in (self.kind, other.kind):
            return self.same_date(other) and self.unit_fits(other)
        alike = self.value in (other.value, other.also) or self.also == other.value
        return alike and self.unit_fits(other) and self.rate_fits(other)

    def same_date(self, other: Figure) -> bool:
        """Whether both may be one date, the day of the week apart; `other` says at least as much.

        Of dates in digits either reading may be meant.
        """
        return self.kind is other.kind is ClaimKind.DATE and any(
            all(mine is None or mine == theirs for mine, theirs in zip(one, another, strict=True))
            for one in (self.value, self.also)
            for another in (other.value, other.also)
            if one is not None and another is not None
        )

    def has_other_weekday(self, other: Figure) -> bool:
        """Whether both are one day of one year, on different days of the week."""
        return None not in self.value and self.same_date(other) and not self.unit_fits(other)

    def unit_fits(self, other: Figure) -> bool:
        """Whether neither has a unit that the other has another one for."""
        return not (self.unit and other.unit) or self.unit == other.unit

    def rate_fits(self, other: Figure) -> bool:
        """Whether neither is for one of something, such as a day, and the other of another."""
        return not (self.rate and other.rate) or self.rate == other.rate


@lru_cache(maxsize=4096)
def figures(text: str) -> tuple[Figure, ...]:
    """The figures, percentages and dates of a text in order; none overlaps another.

    Numbers in words count from two on, since one is mostly none.
    """
    found: list[Figure] = []
    taken: set[int] = set()
    for day in days(text):
        behind = _NO_DATE.search(text, max(0, day.start - 12), day.start)
        if not behind and _IN_DIGITS.match(text, day.start):
            found.append(_in_digits(text, day))
            taken.update(range(found[-1].start, day.end))
    for pattern in _DATES:
        for match in pattern.finditer(text):
            if taken.isdisjoint(match.span()):
                taken.update(range(*match.span()))
                weekday = (match.groupdict().get("weekday") or "").lower()
                found.append(Figure(ClaimKind.DATE, *match.span(), _date(match), weekday))
    for match in _NUMBER.finditer(text):
        end = match.end()
        if not taken.isdisjoint(range(*match.span())) or (
            not match["scale"] and not match["short"] and _NOT_COUNTED.match(text, end)
        ):
            continue
        value = _value(match)
        if value is None:
            continue
        unit, end = _unit(text, match)
        kind = ClaimKind.PERCENTAGE if unit == "percent" else ClaimKind.FIGURE
        counted = _COUNTED.match(text, end)
        counts = counted[1] if counted else ""
        also = None
        if (digits := match["digits"]) and digits.count(".") == 1 and _BY_DOTS.fullmatch(digits):
            also = (value * 1000,)
        rate, rate_end = _rate(text, end)
        found.append(Figure(kind, match.start(), end, (value,), unit, counts, also, rate, rate_end))
    return tuple(sorted(found, key=lambda figure: figure.start))


def _date(match: regex.Match[str]) -> Value:
    groups = match.groupdict()
    month = groups.get("month")
    number = None
    if month:
        number = int(month) if month.isdigit() else 1 + MONTHS.index(month[:3].lower())
    year, day = groups.get("year"), groups.get("day")
    return (int(year) if year else None, number, int(day) if day else None)


def _in_digits(text: str, day: Day) -> Figure:
    """A date such as 2/11/2021 or 2021-11-02, in its one or two readings."""
    before = _WEEKDAY_BEFORE.search(text, max(0, day.start - 20), day.start)
    weekday = (before["weekday"] or "").lower() if before else ""
    start = before.start() if before and weekday else day.start
    value, *others = ((int(one[:4]), int(one[4:6]), int(one[6:])) for one in sorted(day.terms))
    return Figure(
        ClaimKind.DATE, start, day.end, value, weekday, also=others[0] if others else None
    )


def _value(match: regex.Match[str]) -> float | None:
    if match["words"]:
        return _in_words(match["words"].lower())
    digits = match["digits"]
    plain = regex.sub(r"[, \u00a0\u202f]", "", digits) if _GROUPED.fullmatch(digits) else digits
    plain = plain.replace(".", "") if plain.count(".") > 1 else plain
    value = float(plain.replace(",", "."))
    scale = (match["scale"] or match["short"] or "").lower()
    value *= _SCALES.get(scale) or _SCALES.get(scale.rstrip("s"), 1.0)
    return -value if match["sign"] else value


def _in_words(words: str) -> float | None:
    """The value of a number in words; None for one, and for a scale alone: "hundreds of"."""
    total, part = 0.0, 0.0
    parts = _PART_OF_WORD.findall(words)
    if parts[0] not in _UNITS_OF_WORDS or parts == ["one"]:
        return 12.0 if parts == ["dozen"] else None
    for word in parts:
        if word in _UNITS_OF_WORDS:
            part += _UNITS_OF_WORDS[word]
        else:
            scale = _SCALES[word.rstrip("s")]
            part = (part or 1.0) * scale
            if scale >= 1e3:
                total, part = total + part, 0.0
    return total + part


def _rate(text: str, end: int) -> tuple[str, int]:
    """What a figure that ends there is for one of, and where that ends; empty where not said."""
    match = _RATE.match(text, end)
    if match is None:
        return "", end
    name = match[1].lower()
    return _RATES.get(name, name), match.end()


def _unit(text: str, match: regex.Match[str]) -> tuple[str, int]:
    """The unit of a number, and where the number with its unit ends."""
    if match["money"]:
        return _UNITS[match["money"].strip()], match.end()
    behind = _UNIT.match(text, match.end())
    if behind is None:
        return "", match.end()
    name = behind[1].lower().replace(" ", "-")
    squared = name.partition("-")
    if squared[0] in ("square", "cubic"):
        unit = _UNITS.get(squared[2])
        return (f"{squared[0]} {unit}", behind.end()) if unit else ("", match.end())
    unit = _UNITS.get(name)
    return (unit, behind.end()) if unit else ("", match.end())
