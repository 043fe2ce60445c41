"""How sure is this index, and from which confidence does it answer?

A file beside the pointer of an index folder, so that it outlives rebuilds: what a person's own
questions made of the confidence, the threshold they gave, and what it cost them. It holds for the
models it was measured with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from briefqa import index_folder
from briefqa.abstention import logit, rescaled
from briefqa.errors import IndexFolderError, UsageError

if TYPE_CHECKING:
    import numpy.typing as npt

    from briefqa.reader import Reader

FILE = "calibration.json"
MOST = 65_536  # bytes; what is larger was not written here
PARTS = 10  # of the questions, each left out once
WRONG = 0.1  # share of the answers given that may be wrong, unless another is wanted


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


def logistic(
    columns: npt.NDArray[np.float64],
    truth: Sequence[bool] | npt.NDArray[np.bool_],
    near: Sequence[float],
    *,
    held: Sequence[bool] | None = None,
    bounds: Sequence[tuple[float | None, float | None]] | None = None,
    weight: npt.NDArray[np.float64] | float = 1.0,
) -> npt.NDArray[np.float64]:
    """The factor of each column, of `columns` [n_questions, n_columns], that fits `truth` best.

    Those of the least log loss, each question of its `weight`, and a small cost for leaving the
    values they are `near`: half the square of the difference, of those that are `held` there, which
    all are unless it is said. Each stays within its `bounds`.
    """
    from scipy.optimize import minimize

    start, right = np.array(near, float), np.array(truth, float)
    cost = np.ones(len(start)) if held is None else np.array(held, float)

    def loss(numbers: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        """The loss and its gradient."""
        told, moved = columns @ numbers, cost * (numbers - start)
        lost = weight * (np.logaddexp(0, told) - right * told)
        error = weight * (1 / (1 + np.exp(-told)) - right)
        return float(lost.sum() + (moved**2).sum() / 2), columns.T @ error + moved

    return np.asarray(minimize(loss, start, jac=True, bounds=bounds).x)


def scale(confidence: Sequence[float], right: Sequence[bool]) -> tuple[float, float]:
    """The slope, 0 or more, and intercept that make a confidence what it says (Platt 1999).

    Those of its logit that say best whether each question was answered `right`, near 1 and 0, so
    that few questions change little.
    """
    logits = np.array([logit(value) for value in confidence])
    columns = np.stack([logits, np.ones(len(logits))], axis=1)
    slope, intercept = logistic(columns, right, (1, 0), bounds=[(0, None), (None, None)])
    return float(slope), float(intercept)


def scaled(confidence: Sequence[float], slope: float, intercept: float) -> list[float]:
    """Each confidence on another scale, 0..1."""
    return [rescaled(value, slope, intercept) for value in confidence]


def cross_validated(confidence: Sequence[float], right: Sequence[bool]) -> list[float]:
    """Each confidence on a scale that the others gave, in up to ten parts."""
    found = np.zeros(len(confidence))
    order = np.random.default_rng(0).permutation(len(confidence))
    for part in np.array_split(order, min(PARTS, len(order))):
        others = np.setdiff1d(order, part)
        slope, intercept = scale([confidence[i] for i in others], [right[i] for i in others])
        found[part] = scaled([confidence[i] for i in part], slope, intercept)
    return [float(value) for value in found]


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
        with index_folder.writing(index):
            index_folder.replace_file(index / FILE, content.encode("utf-8"))
    except OSError as error:
        raise IndexFolderError(
            f"{index / FILE} could not be written ({error.strerror}); make room, or let it be "
            "written, and run it again."
        ) from error
