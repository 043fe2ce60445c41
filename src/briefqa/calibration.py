"""From which confidence does this index answer?

A file beside the pointer of an index folder, so that it outlives rebuilds: the threshold that a
person's own questions gave, and what it cost them. It holds for the models it was measured with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa import index_folder
from briefqa.errors import IndexFolderError, UsageError

if TYPE_CHECKING:
    from briefqa.reader import Reader

FILE = "calibration.json"
MOST = 65_536  # bytes; what is larger was not written here
WRONG = 0.1  # share of the answers given that may be wrong, unless another is wanted


@dataclass(frozen=True, slots=True)
class Calibration:
    """A threshold, and what it did on the questions it was fitted to.

    Questions of confidence `answer_from`, 0..1, or more are answered: of the `questions`, which
    had `answerable` that the documents answer, `answered` of these, with `wrong` of all answers
    given being wrong. `model` and `reader` are fingerprints, "" for no reader.
    """

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


def threshold(confidence: Sequence[float], right: Sequence[bool], wanted: float) -> float:
    """The lowest confidence from which at most the `wanted` share of answers is wrong, 0..1.

    `right` says whether each question's first passage answers it. 1.0, which is more than any
    confidence, when none will do: then nothing is answered.
    """
    ordered = sorted(zip(confidence, right, strict=True), reverse=True)
    best, wrong = 1.0, 0
    for given, (value, is_right) in enumerate(ordered, 1):
        wrong += not is_right
        followed = given < len(ordered) and ordered[given][0] == value
        if not followed and wrong <= wanted * given:
            best = value
    return best


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
        numbers = (found.answer_from, found.wanted)
        counts = (found.questions, found.answerable, found.answered, found.given, found.wrong)
        texts = (found.model, found.reader)
        if not (
            all(type(value) in (int, float) and 0 <= value <= 1 for value in numbers)
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
        with index_folder.writing(index):
            index_folder.replace_file(index / FILE, content.encode("utf-8"))
    except OSError as error:
        raise IndexFolderError(
            f"{index / FILE} could not be written ({error.strerror}); make room, or let it be "
            "written, and run it again."
        ) from error
