"""What has changed between what was seen of a watch and what is there now; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from briefqa.index.watches import Seen, SeenPlace, SeenQuote

_TELLING = 12  # characters beside a place by which it is known again
_SHOWN = 5  # places that are quoted in one sentence

_Mark = tuple[str, ...]


class ChangeKind(StrEnum):
    """What is told: the answer's verdict, sentence or citation, a cited file, or mentions."""

    VERDICT = "verdict"
    SENTENCE = "sentence"
    CITATION = "citation"
    FILE = "file"
    NEW_MENTIONS = "new-mentions"
    GONE_MENTIONS = "gone-mentions"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Told:
    """One change in words; of mentions `places` are those that are new or gone."""

    kind: ChangeKind
    said: str
    places: tuple[SeenPlace, ...] = ()


def of_question(then: Seen, now: Seen) -> Iterator[Told]:
    """What changed of an answer: its verdict, or else its sentences, or their citations.

    A cited file that has changed is told by itself only where the answer is the same.
    """
    if then.error or now.error:
        yield from _of_error(then, now)
        if now.error:
            return
    before, after = _sentences(then.quotes), _sentences(now.quotes)
    if then.verdict != now.verdict:
        said = f"Was {_in_words(then.verdict)}, is {_in_words(now.verdict)}"
        yield Told(ChangeKind.VERDICT, f"{said}{': ' if now.quotes else '.'}{_quoted(now.quotes)}")
    elif before != after:
        lost = [each for each in then.quotes if each.sentence not in after]
        new = [each for each in now.quotes if each.sentence not in before]
        said = f"Now {_quoted(new)}" if new else "No longer quoted:"
        instead = f"{' Instead of' if new else ''} {_quoted(lost)}" if lost else ""
        yield Told(ChangeKind.SENTENCE, f"{said}{instead}")
    elif _places(then.quotes) != _places(now.quotes):
        moved = [each for each in now.quotes if each not in then.quotes]
        yield Told(ChangeKind.CITATION, f"The same words stand elsewhere now: {_quoted(moved)}")
    else:
        yield from _of_files(then.files, now.files)


def of_mentions(then: Seen, now: Seen) -> Iterator[Told]:
    """The places that are new, and those that are gone.

    A place whose surroundings were edited is the same; so are those of a file that was renamed.
    """
    if then.error or now.error:
        yield from _of_error(then, now)
        if now.error:
            return
    names = _renamed(then.files, now.files)
    before = [
        replace(each, document=names.get(each.document, each.document)) for each in then.places
    ]
    gone, new = _unpaired(before, list(now.places))
    if new:
        yield Told(ChangeKind.NEW_MENTIONS, f"{_count(new)} new: {_listed(new)}", tuple(new))
    if gone:
        yield Told(ChangeKind.GONE_MENTIONS, f"{_count(gone)} gone: {_listed(gone)}", tuple(gone))


def _unpaired(
    before: list[SeenPlace], after: list[SeenPlace]
) -> tuple[list[SeenPlace], list[SeenPlace]]:
    """The places that have no equal on the other side.

    Equal are those with the same words around them, then those with the same on one side.
    """
    for key in (_in_full, _by_left, _by_right):
        old = Counter(mark for each in before if (mark := key(each)))
        new = Counter(mark for each in after if (mark := key(each)))
        before = _without(before, key, old & new)
        after = _without(after, key, old & new)
    return before, after


def _in_full(place: SeenPlace) -> _Mark:
    return (place.document, place.left, place.text, place.right)


def _by_left(place: SeenPlace) -> _Mark:
    return (place.document, place.text, place.left) if len(place.left) >= _TELLING else ()


def _by_right(place: SeenPlace) -> _Mark:
    return (place.document, place.text, place.right) if len(place.right) >= _TELLING else ()


def _without(
    places: list[SeenPlace], key: Callable[[SeenPlace], _Mark], paired: Counter[_Mark]
) -> list[SeenPlace]:
    left, kept = Counter(paired), []
    for each in places:
        mark = key(each)
        if mark and left[mark]:
            left[mark] -= 1
        else:
            kept.append(each)
    return kept


def _renamed(then: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """The new name of each file that has gone while one with the same content came."""
    came = {digest: name for name, digest in now.items() if name not in then and digest}
    return {
        name: came[digest] for name, digest in then.items() if name not in now and digest in came
    }


def _of_error(then: Seen, now: Seen) -> Iterator[Told]:
    if then.error != now.error:
        yield Told(ChangeKind.ERROR, now.error or "It can be asked again.")


def _of_files(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Told]:
    for name, digest in now.items():
        if then.get(name, digest) != digest:
            state = "has changed" if digest else "is gone"
            yield Told(ChangeKind.FILE, f"{name}, which is cited, {state}; the answer is the same.")


def _sentences(quotes: Sequence[SeenQuote]) -> list[str]:
    return sorted({" ".join(each.sentence.split()) for each in quotes})


def _places(quotes: Sequence[SeenQuote]) -> list[tuple[str, str]]:
    return sorted((each.document, each.citation) for each in quotes)


def _in_words(verdict: str) -> str:
    return verdict.replace("-", " ") or "without a verdict"


def _quoted(quotes: Sequence[SeenQuote]) -> str:
    return " ".join(f"“{' '.join(each.sentence.split())}” ({each.citation})" for each in quotes)


def _count(places: Sequence[SeenPlace]) -> str:
    return "1 place is" if len(places) == 1 else f"{len(places)} places are"


def _listed(places: Sequence[SeenPlace]) -> str:
    shown = "; ".join(
        f"“…{' '.join(f'{each.left}{each.text}{each.right}'.split())}…” ({each.document})"
        for each in places[:_SHOWN]
    )
    more = len(places) - _SHOWN
    return f"{shown}; and {more} more" if more > 0 else shown
