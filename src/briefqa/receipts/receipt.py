"""The receipt of a conversation: the record, how it is made, and how it is read from a file.

A receipt holds each question with where it looked and what it carried over, its answer with
documents and offsets, and the index that gave it. It is kept as JSON; `replay` asks again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefqa import __version__
from briefqa.answering import compose
from briefqa.documents import source_files
from briefqa.errors import LoadError, UsageError
from briefqa.json_decoding import Malformed, decode
from briefqa.records import (
    EVERYWHERE,
    Answer,
    AnswerSpan,
    Carried,
    Evidence,
    Place,
    PlaceUnit,
    QuestionKind,
    Verdict,
    Where,
)

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher

FORMAT = 1  # of the receipts that are written, and the only one that is read
MOST_TURNS = 10_000  # that are read
MOST_BYTES = 200_000_000  # of so many, as evidence
IN_PAGE = b'<script type="application/json" id="receipt"'


@dataclass(frozen=True, slots=True)
class Turn:
    """A question's answer, and what was asked for: where to look, and how many passages.

    `generation` is the index's that gave the answer, empty for the one that answers now.
    """

    answer: Answer
    where: Where = EVERYWHERE
    k: int = 5
    generation: str = ""


# The records below are the JSON of a receipt, field by field. A field with a default is one that
# the first receipts did not have; fields that are not named here are ignored.


@dataclass(frozen=True, slots=True)
class RecordedHit:
    """A hit as `compose.hit_as_json` gives it."""

    rank: int
    text: str
    document: str
    title: str
    section: tuple[str, ...]
    start: int
    end: int
    paragraphs: tuple[int, int]
    lines: tuple[int, int] | None
    citation: str
    answer: AnswerSpan | None
    evidence: Evidence
    place: Place | None = None

    def where(self) -> Place | None:
        """The place, which the first receipts give as `lines`."""
        if self.place is None and self.lines is not None:
            return Place(PlaceUnit.LINE, *self.lines)
        return self.place


@dataclass(frozen=True, slots=True)
class RecordedQuotation:
    """What of `compose.quotation_as_json` says what was quoted, and how it is found again.

    `place` is None in older receipts, whose offsets are in `target` alone.
    """

    document: str
    citation: str
    sentence: str
    words: str | None
    target: dict[str, Any]
    sentence_start: int = 0
    sentence_end: int = 0
    start: int | None = None
    end: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """A turn: what was asked for, then the answer as `compose.as_json` gives it."""

    generation: str
    documents: tuple[str, ...] | None
    section: str | None
    k: int
    question: str
    answered: bool
    confidence: float
    text: str
    reason: str
    hits: tuple[RecordedHit, ...]
    searched: tuple[str, ...]
    read_as: str
    carried: tuple[Carried, ...]
    verdict: Verdict | None = None
    kind: QuestionKind | None = None
    missing: tuple[str, ...] = ()
    quotations: tuple[RecordedQuotation, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedSource:
    """One document of the index, with the SHA-256 of its file and how many passages it has."""

    name: str
    title: str
    sha256: str
    passages: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What decides the answers beside the sources and the embedding model.

    `recipe` counts changes to how passages and vectors are made; `reader` is a fingerprint, None
    where there is none; `answer_from` the confidence from which questions are answered, None in a
    receipt that does not tell.
    """

    language: str
    recipe: int
    reader: str | None = None
    answer_from: float | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """A conversation, and the index that answered when the receipt was made.

    `version` is BriefQA's, `fingerprint` that of the embedding model.
    """

    format: int
    created: str
    version: str
    generation: str
    model: str
    fingerprint: str
    settings: Settings
    sources: tuple[RecordedSource, ...]
    turns: tuple[RecordedTurn, ...]

    def as_json(self) -> dict[str, Any]:
        """The receipt as plain values, ready for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Header:
    format: int


def make(searcher: Searcher, turns: Sequence[Turn]) -> Receipt:
    """The receipt of these turns, as of the index that answers now."""
    manifest, generation = searcher.manifest(), searcher.generation()
    return Receipt(
        format=FORMAT,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        version=__version__,
        generation=generation,
        model=manifest.model,
        fingerprint=manifest.fingerprint,
        settings=Settings(
            language=manifest.language,
            recipe=manifest.recipe,
            reader=None if searcher.reader is None else searcher.reader.fingerprint,
            answer_from=searcher.answer_from(),
        ),
        sources=tuple(
            RecordedSource(source.name, source.title, source.sha256, source.passages)
            for source in manifest.indexed()
        ),
        turns=tuple(recorded(turn, generation) for turn in turns),
    )


def recorded(turn: Turn, generation: str) -> RecordedTurn:
    """The turn as a receipt holds it; `generation` is the index's that answers now."""
    fields = {
        "generation": turn.generation or generation,
        "documents": turn.where.documents,
        "section": turn.where.section,
        "k": turn.k,
        **compose.as_json(turn.answer),
    }
    # By way of JSON, so that the answer of today compares equal to the same one read from a file.
    return decode(json.dumps(fields).encode(), RecordedTurn, any_text=True)


def _of_page(content: bytes) -> bytes:
    """The receipt in an evidence file, else the content itself."""
    if not content[:100].lstrip().lower().startswith(b"<!doctype html"):
        return content
    return content.partition(IN_PAGE)[2].partition(b">")[2].partition(b"</script>")[0]


def read(path: Path) -> Receipt:
    """The receipt in a file, also an evidence file; raises UsageError if it is not one.

    The file may come from anyone.
    """
    try:
        source_files.check_named(path)
        content = source_files.read(path, MOST_BYTES)
    except LoadError as error:
        raise UsageError(f"The receipt {path} cannot be read: {error}.") from error
    content = _of_page(content)
    try:
        if decode(content, _Header, any_text=True).format != FORMAT:
            raise UsageError(
                f"The receipt {path} is of a format that this version does not read; replay it "
                "with the version that made it."
            )
        receipt = decode(content, Receipt, any_text=True)
    except Malformed as error:
        raise UsageError(
            f"{path} is not a receipt ({error}); export the conversation again."
        ) from error
    if len(receipt.turns) > MOST_TURNS:
        raise UsageError(f"{path} has more than {MOST_TURNS} questions; split it into parts.")
    return receipt
