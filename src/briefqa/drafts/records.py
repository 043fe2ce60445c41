"""What a check of a draft finds: claims, each with where it stands in the documents.

All are frozen, none does any I/O. Offsets are of characters, half open.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from briefqa.records import Document, Hit, Passage


class ClaimKind(StrEnum):
    """What of a draft is looked up; a sentence has none of the others."""

    QUOTATION = "quotation"
    FIGURE = "figure"
    PERCENTAGE = "percentage"
    DATE = "date"
    NAME = "name"
    SENTENCE = "sentence"


class Finding(StrEnum):
    """How a claim stands in the documents, by its words alone.

    The first four are of quotations, the next three of figures, dates and names; nothing is said
    of a sentence. A quotation is near if it differs in typography, spelling, ellipses and brackets
    only, altered if other words are there, were left out or put in.
    """

    EXACT = "exact"
    NEAR = "near"
    ALTERED = "altered"
    NOT_FOUND = "not-found"
    SAME = "same"
    OTHER = "other"
    NOWHERE = "nowhere"
    NONE = "none"


DIFFERENT = frozenset((Finding.ALTERED, Finding.NOT_FOUND, Finding.OTHER, Finding.NOWHERE))
"""What somebody should look at."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a quotation beside the source: the same words, or what either has instead.

    `draft` is empty for what was left out, `source` for what was put in. `allowed` says that the
    difference is one of typography, spelling, an ellipsis or brackets.
    """

    draft: str
    source: str
    same: bool
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """Where a claim stands: `text` is `document.text[start:end]` of the passage's document.

    It begins in `passage`, and may end in one behind it. `sentence` is the one that a figure stands
    in, empty for other claims.
    """

    passage: Passage
    start: int
    end: int
    text: str
    sentence: str = ""

    @property
    def citation(self) -> str:
        """The passage's citation, one line."""
        return self.passage.citation


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says a quotation by the draft and by the source, each as it is named there.

    `finding` is SAME, OTHER, or NONE where the source does not tell.
    """

    draft: str
    source: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: `text` is `draft.text[start:end]`.

    `source` is the nearest place, None where there is none; `pieces` compare a quotation with it
    and are empty otherwise. `value` is what the source has instead of another figure, date or name.
    `counts` is what a figure counts by the draft. `nearest` are passages near a sentence, where
    they were asked for.
    """

    kind: ClaimKind
    start: int
    end: int
    text: str
    finding: Finding
    source: Source | None = None
    pieces: tuple[Piece, ...] = ()
    value: str = ""
    counts: str = ""
    speaker: Speaker | None = None
    nearest: tuple[Hit, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether somebody should look at it: other words, another value, another speaker."""
        other_speaker = self.speaker is not None and self.speaker.finding is Finding.OTHER
        return self.finding in DIFFERENT or other_speaker


@dataclass(frozen=True, slots=True)
class DraftCheck:
    """A draft with its claims, in the order of its text; no two overlap, but for names.

    `documents` is how many documents were compared.
    """

    draft: Document
    claims: tuple[Claim, ...]
    documents: int

    @property
    def differs(self) -> bool:
        """Whether any claim is one to look at."""
        return any(claim.differs for claim in self.claims)

    def counts(self) -> Counter[tuple[ClaimKind, Finding]]:
        """How many claims of each kind were found how."""
        return Counter((claim.kind, claim.finding) for claim in self.claims)
