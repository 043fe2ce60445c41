"""The calibration of an index: its scale of confidence and the threshold for answering.

A file beside the pointer of an index folder, written by `briefqa calibrate`, which outlives
rebuilds. It holds for the embedder and the reader it was measured with.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.index import generations, kept_file
from briefqa.json_decoding import Count, Share

if TYPE_CHECKING:
    from briefqa.models.reader import Reader

FILE = "calibration.json"
MOST = 65_536  # bytes; what is larger was not written here


@dataclass(frozen=True, slots=True)
class Calibration:
    """A scale of confidence, a threshold on it, and what it did on the questions it was fitted to.

    `slope`, 0 or more, and `intercept` bring the logit of a confidence to that scale; the expected
    calibration error was `error`, 0..1, and is `error_now`, cross-validated. Questions of
    confidence `answer_from`, 0..1, or more are answered: of the `questions`, which had `answerable`
    that the documents answer, `answered` of these, with `wrong` of all answers `given` being wrong.
    `model` and `reader` are fingerprints, "" for no reader.

    Where it is `promised`, at most the `wanted` share of what is asserted is wrong with that
    `certainty`, 0..1. For that at most `allowed` of the `needed` surest questions may be wrong;
    `surest_wrong` of them were. A record of an earlier version, on another scale, has certainty 0.
    """

    slope: float
    intercept: float
    error: Share
    error_now: Share
    answer_from: Share
    wanted: Share
    questions: Count
    answerable: Count
    answered: Count
    given: Count
    wrong: Count
    model: str
    reader: str
    certainty: Share = 0.0
    promised: bool = False
    needed: Count = 0
    allowed: Count = 0
    surest_wrong: Count = 0

    @property
    def promise(self) -> str:
        """What is promised of the answers asserted, or why nothing can be, in one line."""
        questions = self.questions
        percent = f"{100 * self.wanted:.3g} %"
        if self.promised:
            asserted = self.answered / self.answerable if self.answerable else 0.0
            return (
                f"at most {percent} wrong, with {100 * self.certainty:.3g} % certainty, from these "
                f"{questions} questions; {100 * asserted:.0f} % of the answerable asserted"
            )
        if questions < self.needed:
            return (
                f"at most {percent} wrong cannot be promised with {questions} questions: "
                f"{self.needed} with at most {self.allowed} wrong are needed"
            )
        return (
            f"at most {percent} wrong cannot be promised: of the {self.needed} surest of these "
            f"{questions} questions {self.surest_wrong} were answered wrong, and at most "
            f"{self.allowed} may be"
        )

    def __post_init__(self) -> None:
        if self.slope < 0:
            raise ValueError("its slope is below 0")

    def fits(self, model: str, reader: Reader | None) -> bool:
        """Whether it was measured with these, by this version's rule."""
        return self.certainty > 0 and (self.model, self.reader) == (
            model,
            "" if reader is None else reader.fingerprint,
        )


def stamp(index: Path) -> tuple[int, ...]:
    """What changes when the file does; empty when there is none."""
    try:
        status = (index / FILE).stat()
    except OSError:
        return ()
    return (status.st_mtime_ns, status.st_ino, status.st_size)


def read(index: Path) -> Calibration | None:
    """The calibration of an index, None if it has none; raises IndexDamaged."""
    return kept_file.read(index / FILE, Calibration, MOST, "briefqa calibrate")


def write(index: Path, calibration: Calibration) -> None:
    """Keep it with the index, in one step; raises IndexFolderError."""
    content = json.dumps(asdict(calibration), indent=1) + "\n"
    try:
        with generations.writing(index):
            kept_file.write(index / FILE, content.encode("utf-8"))
    except OSError as error:
        raise kept_file.unwritable(index / FILE, error) from error


def set_damaged_aside(index: Path) -> str:
    """Rename the file if it is damaged; a sentence that says so, empty if it is not.

    Call it while `generations.writing`. Raises OSError.
    """
    aside = kept_file.set_damaged_aside(index / FILE, lambda: read(index))
    if aside is None:
        return ""
    return f"The calibration was damaged and is now {aside}; run briefqa calibrate again."
