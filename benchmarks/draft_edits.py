"""How well a draft check finds what somebody changed: edits planted by a seed in texts that are
taken from documents, in 500 sentences of each kind.

    python benchmarks/draft_edits.py                    the bundled briefs
    python benchmarks/draft_edits.py FOLDER FOLDER...   these documents beside them
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import regex

from briefqa import build
from briefqa.answering.attribution import attribution
from briefqa.documents import reading
from briefqa.drafts.check import check_draft
from briefqa.drafts.figures import figures
from briefqa.drafts.records import Claim, ClaimKind
from briefqa.index.opened import OpenedIndex, open_generation
from briefqa.models.embedder import HashingEmbedder
from briefqa.text.sentences import sentences

REPO = Path(__file__).resolve().parent.parent
OF_EACH = 500
A_DRAFT = 50  # sentences
SHORTEST, LONGEST = 8, 45  # words of a sentence that is taken

_NEGATION = regex.compile(r"(?i)\b(?:not|never)\b |\bno\b ")
_UNITS = {
    "kilometers": "miles", "kilometres": "miles", "miles": "kilometres", "meters": "feet",
    "metres": "feet", "feet": "metres", "per cent": "percentage points", "percent": "per mille",
    "%": " mg", "mg": "kg", "kg": "mg", "ml": "mg", "hectares": "acres", "acres": "hectares",
    "days": "weeks", "weeks": "months", "months": "weeks", "years": "months", "hours": "days",
    "minutes": "hours", "nights": "weeks", "tonnes": "kilograms", "crowns": "dollars",
    "million": "billion", "billion": "million", "degrees": "metres", "euros": "dollars",
}  # fmt: skip
_UNIT = regex.compile(
    rf"(?<=\d[ ]?)(?:{'|'.join(sorted(map(regex.escape, _UNITS), key=len, reverse=True))})(?!\w)"
)
_DIGIT = regex.compile(r"(?<![\w.,/-])\d[\d,]*(?:\.\d+)?(?![\w/]|-\d)")
_CONTENT = regex.compile(r"(?<![\p{L}\p{N}'’-])\p{Ll}{5,}+(?![\p{L}\p{N}'’-])")


@dataclass(frozen=True)
class Taken:
    """A sentence of a source, with who says it there, if anybody is named."""

    text: str
    speaker: str


@dataclass(frozen=True)
class Planted:
    """A paragraph of a draft; `edit` is what was changed to, at its offsets, None where nothing."""

    text: str
    edit: tuple[int, int] | None = None


Plant = Callable[[Taken, "Material"], Planted | None]


class Material:
    """Sentences in an order drawn by the seed, and words and names to swap in."""

    def __init__(self, taken: Sequence[Taken], seed: int) -> None:
        self.random = random.Random(seed)
        self.sentences = list(taken)
        self.random.shuffle(self.sentences)
        words = (word for one in self.sentences for word in _CONTENT.findall(one.text))
        self.words = sorted(set(words))
        self.speakers = sorted({one.speaker for one in self.sentences if one.speaker})


def sentences_of(opened: OpenedIndex) -> Iterator[Taken]:
    """The sentences of all documents that are no longer or shorter than people quote."""
    for passage in opened.passages:
        spans = sentences(passage.text, passage.language or "en")
        texts = [passage.text[span.start : span.end] for span in spans]
        for number, text in enumerate(texts):
            plain = not regex.search(r"[\n|<>\[\]*_#`]", text)
            if plain and SHORTEST <= len(text.split()) <= LONGEST:
                yield Taken(text, attribution(texts, number))


def _replaced(text: str, start: int, end: int, new: str) -> Planted:
    return Planted(text[:start] + new + text[end:], (start, start + max(1, len(new))))


def digit(one: Taken, material: Material) -> Planted | None:
    """Another digit in a number."""
    numbers = list(_DIGIT.finditer(one.text))
    if not numbers:
        return None
    number = material.random.choice(numbers)
    places = [place for place in range(*number.span()) if one.text[place].isdigit()]
    place = material.random.choice(places)
    others = [sign for sign in "123456789" if sign != one.text[place]]
    return _replaced(one.text, place, place + 1, material.random.choice(others))


def word(one: Taken, material: Material) -> Planted | None:
    """Another word for one."""
    words = list(_CONTENT.finditer(one.text))
    if not words:
        return None
    chosen = material.random.choice(words)
    other = material.random.choice(material.words)
    if other == chosen[0]:
        return None
    return _replaced(one.text, *chosen.span(), other)


def negation(one: Taken, material: Material) -> Planted | None:
    """Without its "not", "no" or "never"."""
    match = _NEGATION.search(one.text)
    return _replaced(one.text, *match.span(), "") if match else None


def unit(one: Taken, material: Material) -> Planted | None:
    """Another unit behind a number."""
    match = _UNIT.search(one.text)
    return _replaced(one.text, *match.span(), _UNITS[match[0]]) if match else None


def joined(one: Taken, material: Material) -> Planted | None:
    """Three to ten words cut from the middle, with nothing that shows it."""
    words = [match.span() for match in regex.finditer(r"\S+", one.text)]
    if len(words) < 12:
        return None
    cut = material.random.randint(3, min(10, len(words) - 8))
    first = material.random.randint(4, len(words) - cut - 4)
    start, end = words[first][0], words[first + cut][0]
    return _replaced(one.text, start, end, "")


def untouched(one: Taken, material: Material) -> Planted | None:
    """As it stands."""
    return Planted(one.text)


def marks(one: Taken, material: Material) -> Planted | None:
    """Other quotation marks, apostrophes and dashes."""
    text = regex.sub(r"[\"“”]", "’", one.text).translate(str.maketrans("’'–—-", "'’-–‐"))
    return Planted(text) if text != one.text else None


def ellipsis(one: Taken, material: Material) -> Planted | None:
    """Some words cut, and an ellipsis where they stood."""
    cut = joined(one, material)
    if cut is None or cut.edit is None:
        return None
    return Planted(f"{cut.text[: cut.edit[0]]}… {cut.text[cut.edit[0] :]}")


def bracketed(one: Taken, material: Material) -> Planted | None:
    """A word in brackets for one of the source."""
    words = list(_CONTENT.finditer(one.text))
    if not words:
        return None
    start, end = material.random.choice(words).span()
    return Planted(f"{one.text[:start]}[{material.random.choice(material.words)}]{one.text[end:]}")


def reworded(one: Taken, material: Material) -> Planted | None:
    """Every sixth word left out, figures and what stands beside them apart, and a new beginning."""
    stated = figures(one.text)
    if not stated:
        return None
    near = [range(figure.start - 12, figure.end + 12) for figure in stated]
    words = [
        match[0]
        for number, match in enumerate(regex.finditer(r"\S+", one.text))
        if number % 6 != 5 or any(match.start() in places for places in near)
    ]
    return Planted(f"As reports had it, {' '.join(words)}")


def in_quotes(plant: Plant) -> Plant:
    """The same, quoted."""

    def quoted(one: Taken, material: Material) -> Planted | None:
        if regex.search(r"[\"“”„«»]", one.text) and plant is not marks:
            return None
        planted = plant(one, material)
        if planted is None:
            return None
        edit = planted.edit and (planted.edit[0] + 1, planted.edit[1] + 1)
        return Planted(f"“{planted.text}”", edit)

    return quoted


def said(swapped: bool) -> Plant:
    """A quotation with its own speaker or another one."""

    def plant(one: Taken, material: Material) -> Planted | None:
        if not one.speaker or regex.search(r"[\"“”„«»]", one.text):
            return None
        name = material.random.choice(material.speakers) if swapped else one.speaker
        if swapped and any(part in one.text for part in name.split()):
            return None
        text = f"“{one.text.rstrip('.')},” {name} said."
        return Planted(text, (1, 2) if swapped else None)

    return plant


QUOTATIONS: dict[str, Plant] = {
    "digit": in_quotes(digit), "word": in_quotes(word), "dropped negation": in_quotes(negation),
    "unit": in_quotes(unit), "cut and joined": in_quotes(joined), "speaker": said(True),
    "(as it stands)": in_quotes(untouched), "(other marks)": in_quotes(marks),
    "(ellipsis)": in_quotes(ellipsis), "(brackets)": in_quotes(bracketed),
    "(own speaker)": said(False),
}  # fmt: skip
FIGURES: dict[str, Plant] = {
    "digit": digit, "unit": unit, "(as it stands)": untouched, "(reworded)": reworded,
}  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """Of the edits of a kind how many were found, and of what was not edited how many were too."""

    edits: int
    found: int
    untouched: int
    false_alarms: int
    missed: tuple[str, ...] = ()


def measure(
    opened: OpenedIndex,
    taken: Sequence[Taken],
    plant: Plant,
    *,
    of_quotations: bool,
    number: int = OF_EACH,
    seed: int = 1,
) -> Measured:
    """Plant an edit in so many of these sentences, check them, and count."""
    material = Material(taken, seed)
    planted: list[Planted] = []
    for one in material.sentences:
        if len(planted) == number:
            break
        if (done := plant(one, material)) is not None:
            planted.append(done)
    edits = found = rest = false = 0
    missed = []
    for first in range(0, len(planted), A_DRAFT):
        some = planted[first : first + A_DRAFT]
        for paragraph, claims in zip(some, _checked(some, opened, of_quotations), strict=True):
            edited = [claim for claim in claims if _overlaps(claim, paragraph.edit)]
            others = [claim for claim in claims if claim not in edited]
            if paragraph.edit is not None and (edited or of_quotations):
                edits += 1
                found += any(claim.differs for claim in edited)
                if not any(claim.differs for claim in edited):
                    missed.append(paragraph.text)
            rest += len(others)
            false += sum(claim.differs for claim in others)
            missed += [f"! {paragraph.text}: {one.text}" for one in others if one.differs]
    return Measured(edits, found, rest, false, tuple(missed))


def _checked(
    planted: Sequence[Planted], opened: OpenedIndex, of_quotations: bool
) -> list[list[Claim]]:
    """The claims of each paragraph, their offsets in it."""
    text = "\n\n".join(one.text for one in planted)
    draft = reading.read_document(text.encode(), "draft.txt")
    claims = check_draft(draft, opened).claims
    of_each = []
    at = 0
    for one in planted:
        at = draft.text.index(one.text.strip(), at)
        end = at + len(one.text)
        wanted = [
            claim
            for claim in claims
            if at <= claim.start < end
            and (claim.kind is ClaimKind.QUOTATION) == of_quotations
            and claim.kind not in (ClaimKind.NAME, ClaimKind.SENTENCE)
        ]
        of_each.append([_in_paragraph(claim, at) for claim in wanted])
        at = end
    return of_each


def _in_paragraph(claim: Claim, start: int) -> Claim:
    return replace(claim, start=claim.start - start, end=claim.end - start)


def _overlaps(claim: Claim, edit: tuple[int, int] | None) -> bool:
    return edit is not None and claim.start < edit[1] and edit[0] < claim.end


def main(folders: Sequence[str]) -> None:
    """Print the figures as rows of a Markdown table."""
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        build([REPO / "data", *folders], index=index, model=HashingEmbedder())
        with open_generation(index) as opened:
            taken = list(sentences_of(opened))
            for of_quotations, plants in ((True, QUOTATIONS), (False, FIGURES)):
                for kind, plant in plants.items():
                    result = measure(opened, taken, plant, of_quotations=of_quotations)
                    what = "quotations" if of_quotations else "figures"
                    rate = f"{result.found / result.edits:.3f}" if result.edits else ""
                    rest = result.untouched
                    false = f"{result.false_alarms / rest:.3f}" if rest else ""
                    row = what, kind, result.edits, rate, rest, false
                    print(f"| {' | '.join(map(str, row))} |", flush=True)
                    if "-v" in sys.argv:
                        print("\n".join(f"    {one}" for one in result.missed[:12]))


if __name__ == "__main__":
    main([argument for argument in sys.argv[1:] if argument != "-v"])
