"""How sure is this index, and from which confidence does it answer?

A file beside the pointer of an index folder, so that it outlives rebuilds: what a person's own
questions made of the confidence, the threshold they gave, and what it cost them. It holds for the
models it was measured with.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.atomic_file import replace_file
from briefqa.errors import IndexFolderError, UsageError
from briefqa.index import generations

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
    """

    slope: float
    intercept: float
    error: float
    error_now: float
    answer_from: float
    wanted: float
    questions: int
    answerable: int
    answered: int
    given: int
    wrong: int
    model: str
    reader: str

    def fits(self, model: str, reader: Reader | None) -> bool:
        """Whether it was measured with these."""
        return (self.model, self.reader) == (model, "" if reader is None else reader.fingerprint)


def stamp(index: Path) -> tuple[int, ...]:
    """What changes when the file does; empty when there is none."""
    try:
        found = (index / FILE).stat()
    except OSError:
        return ()
    return (found.st_mtime_ns, found.st_ino, found.st_size)


def read(index: Path) -> Calibration | None:
    """The calibration of an index, None if it has none; raises UsageError for anything else: no
    build would mend it.
    """
    path = index / FILE
    try:
        if path.exists() and not path.is_file():
            raise ValueError("it is not a file")
        with path.open("rb") as file:
            content = file.read(MOST + 1)
        if len(content) > MOST:
            raise ValueError("it is too large")
        stored = json.loads(content)
        found = Calibration(**stored)
        shares = (found.answer_from, found.wanted, found.error, found.error_now)
        line = (found.slope, found.intercept)
        counts = (found.questions, found.answerable, found.answered, found.given, found.wrong)
        texts = (found.model, found.reader)
        if not (
            all(type(value) in (int, float) and 0 <= value <= 1 for value in shares)
            and all(type(value) in (int, float) and abs(value) < inf for value in line)
            and found.slope >= 0
            and all(type(value) is int and value >= 0 for value in counts)
            and all(type(value) is str for value in texts)
        ):
            raise ValueError("a value is not what it should be")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise UsageError(
            f"{path} is not what briefqa calibrate writes ({error}); remove it."
        ) from error
    return found


def write(index: Path, found: Calibration) -> None:
    """Keep it with the index, in one step; raises IndexFolderError."""
    content = json.dumps(asdict(found), indent=1) + "\n"
    try:
        with generations.writing(index):
            replace_file(index / FILE, content.encode("utf-8"))
    except OSError as error:
        raise IndexFolderError(
            f"{index / FILE} could not be written ({error.strerror}); make room, or let it be "
            "written, and run it again."
        ) from error
