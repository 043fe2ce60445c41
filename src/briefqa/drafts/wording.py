"""What is said of a claim, in words, and all claims as a table and as plain values for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from briefqa.drafts.records import Claim, ClaimKind, DraftCheck, Finding
from briefqa.reports.table import Table

COLUMNS = (
    "number", "kind", "finding", "draft", "source", "difference", "speaker", "speaker in source",
    "citation", "document", "place", "start", "end",
)  # fmt: skip

_FINDINGS = {
    Finding.EXACT: "stands word for word",
    Finding.NEAR: "stands but for typography, spelling, ellipses or brackets",
    Finding.ALTERED: "stands with other words",
    Finding.NOT_FOUND: "stands nowhere",
    Finding.SAME: "stands so",
    Finding.OTHER: "stands otherwise",
    Finding.NOWHERE: "stands nowhere",
    Finding.NONE: "not compared",
}
NOTE = "Found by their words alone; nothing is said of what is true."


def said_of(claim: Claim, *, with_difference: bool = True) -> str:
    """One sentence on how a claim stands, with what the source has instead; no full stop."""
    said = f"{claim.kind.capitalize()}: {_FINDINGS[claim.finding]}"
    if claim.value:
        said += f", as “{_line(claim.value)}”"
    elif claim.finding is Finding.ALTERED and with_difference:
        said += f": {difference(claim)}"
    if claim.speaker is not None and claim.speaker.finding is Finding.OTHER:
        said += f"; the source names {claim.speaker.source}, not {claim.speaker.draft}"
    return said


def difference(claim: Claim) -> str:
    """What differs of a quotation, empty where nothing does: `[-twelve-]{+nineteen+} sessions`.

    The draft's words are in square brackets, the source's in braces.
    """
    if not claim.differs and claim.finding is not Finding.NEAR:
        return claim.value
    parts = []
    for piece in claim.pieces:
        if piece.same:
            parts.append(_line(piece.draft))
        else:
            removed = f"[-{_line(piece.draft)}-]" if piece.draft else ""
            parts.append(removed + (f"{{+{_line(piece.source)}+}}" if piece.source else ""))
    return " ".join(filter(None, parts)) or claim.value


def summary(check: DraftCheck) -> str:
    """How many claims were found how: `2 quotations exact, 1 altered; 3 figures same`."""
    counts = check.counts()
    kinds = []
    for kind in ClaimKind:
        found = [(one, counts[kind, one]) for one in Finding if counts[kind, one]]
        if kind is ClaimKind.SENTENCE or not found:
            continue
        number = sum(times for _, times in found)
        plural = kind if number == 1 else f"{kind}s"
        each = ", ".join(f"{times} {one.replace('-', ' ')}" for one, times in found)
        kinds.append(f"{number} {plural}: {each}")
    documents = f"{check.documents} document{'' if check.documents == 1 else 's'}"
    return f"{'; '.join(kinds) or 'Nothing to look up'} (in {documents})."


def table(check: DraftCheck) -> Table:
    """A row for each claim."""
    rows = []
    for number, claim in enumerate(check.claims, 1):
        source, speaker = claim.source, claim.speaker
        passage = None if source is None else source.passage
        rows.append(
            (
                number,
                str(claim.kind),
                str(claim.finding),
                _line(claim.text),
                "" if source is None else _line(source.sentence or source.text),
                difference(claim),
                "" if speaker is None else speaker.draft,
                "" if speaker is None else speaker.source,
                "" if passage is None else passage.citation,
                "" if passage is None else passage.document,
                "" if passage is None else passage.place.in_words,
                claim.start,
                claim.end,
            )
        )
    title = f"Check of {check.draft.name}"
    return Table(title, COLUMNS, rows, (summary(check), NOTE))


def as_json(check: DraftCheck) -> dict[str, Any]:
    """Everything as plain values; offsets are of the draft's text and of each document's."""
    claims = []
    for claim in check.claims:
        one = asdict(claim) | {"differs": claim.differs, "difference": difference(claim)}
        del one["nearest"]
        if claim.source is not None:
            passage = claim.source.passage
            one["source"] = {
                "document": passage.document,
                "start": claim.source.start,
                "end": claim.source.end,
                "text": claim.source.text,
                "sentence": claim.source.sentence or claim.source.text,
                "citation": passage.citation,
                "location": passage.location,
            }
        if claim.nearest:
            one["nearest"] = [
                {"citation": hit.citation, "document": hit.passage.document, "text": hit.sentence}
                for hit in claim.nearest
            ]
        claims.append(one)
    return {
        "draft": check.draft.name,
        "text": check.draft.text,
        "documents": check.documents,
        "differs": check.differs,
        "summary": summary(check),
        "claims": claims,
    }


def _line(text: str) -> str:
    return " ".join(text.split())
