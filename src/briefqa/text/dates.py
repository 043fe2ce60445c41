"""Days that a text names, in whichever notation: 13 May 1921, May 13, 1921-05-13, 13/05/1921.

A day has a term of its own in the keyword index, so that a question finds it in every notation.
Patterns are linear: each looks at a character once or twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

_NO_YEAR = "0000"
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
MONTH_NAME = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
MONTH = rf"(?P<month>{MONTH_NAME})\b\.?"
_ONE = r"[0-3]?\d(?:st|nd|rd|th)?"
_DAYS = rf"(?P<day>{_ONE})(?: ?(?:(?P<till>[-–]|to)|[/,&]|and|or) ?(?P<last>{_ONE}))?"
_YEAR = r"(?P<year>[12]\d{3})(?!\d)"
_PATTERNS = tuple(
    regex.compile(rf"(?i)(?<![\w.,/-]){pattern}(?![\w/]|[.,-]\d)")
    for pattern in (
        rf"(?:the )?{_DAYS}\.?\s(?:day )?(?:of )?{MONTH}(?:,?\s{_YEAR})?",
        rf"{MONTH}\s(?:the )?{_DAYS}(?!\d)(?:,?\s{_YEAR})?",
        rf"{_YEAR}(?P<sign>[-/.])(?P<number>[01]?\d)(?P=sign)(?P<day>[0-3]?\d)(?:T[\d:.]++Z?+)?",
        rf"(?P<day>[0-3]?\d)(?P<sign>[-/.])\s?(?P<number>[0-3]?\d)(?P=sign)\s?{_YEAR}",
    )
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that a text names, or a stretch of days, and where.

    `terms` are those of the days it may be, one or more: `19210513`, or `00000513` where no year is
    named. Figures between slashes and the like are day and month or month and day.
    """

    start: int
    end: int
    terms: frozenset[str]

    def same(self, other: Day) -> bool:
        """Whether both may be the same day, the year apart where one has none."""
        if not self.terms.isdisjoint(other.terms):
            return True
        return (self._bare or other._bare) and not self._any_year.isdisjoint(other._any_year)

    @property
    def index_terms(self) -> frozenset[str]:
        """Its terms, and those of its days in whatever year: `--0513`."""
        return self.terms | self._any_year

    @property
    def accepted(self) -> frozenset[str]:
        """Index terms, one of which a passage has that may name this day."""
        if self._bare:
            return self._any_year
        return self.terms | {f"{_NO_YEAR}{one[-4:]}" for one in self.terms}

    @property
    def _any_year(self) -> frozenset[str]:
        return frozenset(f"--{one[-4:]}" for one in self.terms)

    @property
    def _bare(self) -> bool:
        return any(one.startswith(_NO_YEAR) for one in self.terms)


def days(text: str) -> list[Day]:
    """The days that a text names, in order; none overlaps another."""
    if not any(sign.isdigit() for sign in text):
        return []
    found: list[Day] = []
    taken = bytearray(len(text))
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            terms = frozenset(_terms(match))
            if terms and not any(taken[start:end]):
                taken[start:end] = b"1" * (end - start)
                found.append(Day(start, end, terms))
    return sorted(found, key=lambda one: one.start)


def day_terms(text: str) -> Iterator[str]:
    """The index terms of the days that a text names, in order, repeats included."""
    for day in days(text):
        yield from sorted(day.index_terms)


def _terms(match: regex.Match[str]) -> Iterator[str]:
    """The terms of a match; none if it is no day of the calendar."""
    groups = match.groupdict()
    first, year = _number(match["day"]), groups.get("year") or _NO_YEAR
    if name := groups.get("month"):
        if year == _NO_YEAR and name.islower():  # the verb: 12 may come
            return
        last = _number(groups["last"]) if groups["last"] else first
        several = range(first, last + 1) if groups["till"] else (first, last)
        readings = [(1 + MONTHS.index(name[:3].lower()), day) for day in several]
    else:
        number = _number(match["number"])
        readings = [(number, first)]
        if match.start("year") > match.start("day"):
            readings.append((first, number))
    for month, day in dict.fromkeys(readings):
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield f"{year}{month:02}{day:02}"


def _number(day: str) -> int:
    return int("".join(filter(str.isdigit, day)))
