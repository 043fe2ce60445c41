"""From which confidence does an index answer?"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import IndexDamaged, UsageError, build, cli, open_index
from briefqa.answering.abstention import logit, probability
from briefqa.api import calibrate
from briefqa.evaluation.fitting import cross_validated, scale, scaled, threshold
from briefqa.evaluation.measures import calibration_error
from briefqa.evaluation.promise import needed, promised, upper_bound
from briefqa.index import calibration
from briefqa.index.calibration import Calibration
from briefqa.models.reader import OverlapReader

HARBOUR = """\
# Harbour

## Ships

Nine ferries of Lindo work there.

## Crew

Captain Mara Oduya leads the crew.
"""
QUESTIONS = [
    ("Which ferries work there?", "Ships", "Nine ferries"),
    ("Who leads the crew as captain?", "Crew", "Mara Oduya"),
    ("Which planes of Lindo fly?", None, None),
    ("price of gold in Zurich", None, None),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "harbour.md").write_text(HARBOUR)
    lines = [
        json.dumps({"question": question, "section": section, "contains": contains})
        for question, section, contains in QUESTIONS
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines))
    build(tmp_path / "harbour.md", index=tmp_path / "index", model="hashing")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(0.0, 0.8), (0.3, 0.8), (0.34, 0.6), (0.4, 0.4), (0.5, 0.1)],
)
def test_the_threshold_is_the_lowest_that_keeps_to_the_wanted_share(
    wanted: float, expected: float
) -> None:
    confidence = [0.9, 0.8, 0.6, 0.5, 0.4, 0.1]
    right = [True, True, False, False, True, False]
    assert threshold(confidence, right, wanted) == expected


def test_questions_of_one_confidence_are_answered_together_or_not() -> None:
    assert threshold([0.5, 0.5], [True, False], 0.1) == 1.0
    assert threshold([0.5, 0.5], [True, False], 0.5) == 0.5


@given(
    st.lists(st.tuples(st.floats(0, 0.99), st.booleans()), min_size=1),
    st.floats(0.01, 0.99),
)
def test_no_more_than_the_wanted_share_is_ever_wrong(
    judged: list[tuple[float, bool]], wanted: float
) -> None:
    confidence = [value for value, _ in judged]
    found = threshold(confidence, [is_right for _, is_right in judged], wanted)
    given = [is_right for value, is_right in judged if value >= found]
    assert given.count(False) <= wanted * len(given)
    lower = [value for value in confidence if value < found]
    for value in lower:  # and no lower one would do
        more = [is_right for other, is_right in judged if other >= value]
        assert more.count(False) > wanted * len(more)


def test_confidence_becomes_what_it_says() -> None:
    dice = np.random.default_rng(3)
    truth = dice.random(2_000)
    right = dice.random(2_000) < truth
    told = [probability(2 * logit(value) + 1.5) for value in truth]  # too sure, and of too much
    slope, intercept = scale(told, right.tolist())
    assert slope == pytest.approx(0.5, abs=0.06)
    assert intercept == pytest.approx(-0.75, abs=0.15)
    before = calibration_error(np.array(told), right)
    now = calibration_error(np.array(cross_validated(told, right.tolist())), right)
    assert now < 0.04 < 0.1 < before


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40),
)
def test_no_scale_turns_the_order_of_confidences(judged: list[tuple[float, bool]]) -> None:
    confidence = sorted(value for value, _ in judged)
    slope, intercept = scale(confidence, [is_right for _, is_right in judged])
    found = scaled(confidence, slope, intercept)
    assert found == sorted(found)
    assert all(0 < value < 1 for value in found)


def test_what_is_calibrated_again_is_calibrated_alike(folder: Path) -> None:
    first = calibrate("questions.jsonl", wrong=0.05, index="index", reader=None)
    assert first.slope != 1.0
    assert calibrate("questions.jsonl", wrong=0.05, index="index", reader=None) == first


def test_a_calibrated_index_says_confidence_on_the_new_scale(folder: Path) -> None:
    question = QUESTIONS[0][0]
    before = open_index("index").ask(question).confidence
    kept = calibrate("questions.jsonl", wrong=0.05, index="index", reader=None)
    [now] = scaled([before], kept.slope, kept.intercept)
    assert open_index("index").ask(question).confidence == pytest.approx(now)
    assert now != pytest.approx(before)


def test_a_calibrated_index_answers_from_there_also_after_it_is_built_again(folder: Path) -> None:
    searcher = open_index("index")
    before = searcher.answer_from()
    found = calibrate("questions.jsonl", wrong=0.05, index="index", reader=None)
    assert (found.questions, found.answerable, found.wrong) == (4, 2, 0)
    assert found.answer_from != before
    assert searcher.answer_from() == found.answer_from  # the open one follows
    (folder / "more.md").write_text("# Garden\n\nRoses need water.\n")
    build(folder / "harbour.md", folder / "more.md", index="index", model="hashing")
    assert open_index("index").answer_from() == found.answer_from
    assert [open_index("index").ask(question).answered for question, *_ in QUESTIONS] == [
        open_index("index").ask(question).confidence >= found.answer_from
        for question, *_ in QUESTIONS
    ]


def test_it_holds_for_the_reader_it_was_measured_with(folder: Path) -> None:
    plain = open_index("index").answer_from()
    calibrate("questions.jsonl", wrong=0.05, index="index", reader=None)
    assert open_index("index", reader=OverlapReader()).answer_from() == plain


def test_the_command_says_what_it_promises_and_what_it_costs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["calibrate", "questions.jsonl", "--wrong", "0.05"]) == 0
    fitted = calibration.read(Path("index"))
    assert isinstance(fitted, Calibration)
    assert not fitted.promised
    before, after = f"{fitted.error:.3f}", f"{fitted.error_now:.3f}"
    share = fitted.wrong / fitted.given if fitted.given else 0
    told = capsys.readouterr().out.splitlines()
    assert told[:6] == [
        fitted.promise,
        f"asserts from confidence {fitted.answer_from:.3f} on, fitted to 4 questions",
        f"  answerable questions asserted    {fitted.answered} of 2",
        f"  unanswerable questions asserted  {fitted.given - fitted.answered} of 2",
        f"  wrong answers                    {fitted.wrong} of {fitted.given}, {share:.1%}",
        f"  calibration error                {before} before, {after} after",
    ]


def test_what_is_promised_is_one_sentence() -> None:
    record = Calibration(
        slope=1.0,
        intercept=0.0,
        error=0.1,
        error_now=0.1,
        answer_from=0.5,
        wanted=0.1,
        questions=304,
        answerable=174,
        answered=106,
        given=110,
        wrong=4,
        model="m",
        reader="",
        certainty=0.95,
        promised=True,
        needed=61,
        allowed=2,
        surest_wrong=1,
    )
    assert record.promise == (
        "at most 10 % wrong, with 95 % certainty, from these 304 questions; "
        "61 % of the answerable asserted"
    )
    assert replace(record, promised=False, questions=40).promise == (
        "at most 10 % wrong cannot be promised with 40 questions: "
        "61 with at most 2 wrong are needed"
    )
    assert replace(record, promised=False, surest_wrong=5).promise == (
        "at most 10 % wrong cannot be promised: of the 61 surest of these 304 questions 5 were "
        "answered wrong, and at most 2 may be"
    )


def test_so_many_questions_are_needed_for_a_promise() -> None:
    # The exact binomial bound: .95 of the time fewer than 10 % of many are wrong.
    assert [needed(0.1, wrong) for wrong in (0, 1, 2)] == [29, 46, 61]
    assert [needed(wanted, 2) for wanted in (0.05, 0.2)] == [124, 30]
    assert upper_bound(0, 29) == pytest.approx(1 - 0.05 ** (1 / 29))
    assert upper_bound(3, 3) == 1.0


def test_a_promise_goes_down_until_the_first_threshold_that_fails() -> None:
    confidence = [1 - number / 1000 for number in range(300)]
    none_wrong = promised(confidence, [True] * 300, 0.1)
    assert none_wrong.answer_from == confidence[290]  # 61, 71, 81 ... and 291 questions
    turned = promised(confidence, [True] * 100 + [False] * 100 + [True] * 100, 0.1)
    assert turned.answer_from == confidence[100]  # one wrong of 101; of 111 eleven are
    few = promised(confidence[:60], [True] * 60, 0.1)
    assert (few.answer_from, few.needed, few.surest_wrong) == (None, 61, 0)
    wrong_first = promised(confidence, [False] * 3 + [True] * 297, 0.1)
    assert (wrong_first.answer_from, wrong_first.surest_wrong) == (None, 3)


def test_questions_of_equal_confidence_are_promised_together() -> None:
    assert promised([0.5] * 100, [True] * 100, 0.1).answer_from == 0.5
    assert promised([0.5] * 100, [True] * 80 + [False] * 20, 0.1).answer_from is None


@pytest.mark.parametrize("wanted", [0.1, 0.2])
@pytest.mark.parametrize("law", ["just too risky", "risk falls with confidence", "two kinds"])
def test_a_promise_is_broken_in_one_run_of_twenty_at_most(wanted: float, law: str) -> None:
    dice = np.random.default_rng(0)
    runs, n, broken = 2_000, 300, 0
    for _ in range(runs):
        confidence = dice.random(n)
        match law:
            case "just too risky":
                truth = np.full(n, 1 - wanted - 0.001)
            case "risk falls with confidence":
                truth = confidence**0.35
            case _:
                truth = np.where(confidence > 0.6, 0.97, 0.5)
        promise = promised(confidence.tolist(), (dice.random(n) < truth).tolist(), wanted)
        if promise.answer_from is not None:
            broken += risk_from(promise.answer_from, law, wanted) > wanted
    slack = 3 * (0.05 * 0.95 / runs) ** 0.5
    assert broken / runs <= 0.05 + slack


def risk_from(lowest: float, law: str, wanted: float) -> float:
    """The share wrong of all that is asserted from a confidence on, exactly."""
    match law:
        case "just too risky":
            return wanted + 0.001
        case "risk falls with confidence":
            return 1 - (1 - float(lowest**1.35)) / 1.35 / (1 - lowest)
        case _:
            below = max(0.0, 0.6 - lowest)
            return (0.03 * min(0.4, 1 - lowest) + 0.5 * below) / (1 - lowest)


def test_a_calibration_of_an_earlier_version_is_not_used(folder: Path) -> None:
    plain = open_index("index").answer_from()
    calibrate("questions.jsonl", wrong=0.05, index="index", reader=None)
    path = Path("index", "calibration.json")
    stored = json.loads(path.read_text())
    for name in ("certainty", "promised", "needed", "allowed", "surest_wrong"):
        del stored[name]
    path.write_text(json.dumps({**stored, "answer_from": 0.123}))
    assert open_index("index").answer_from() == plain


SOUND = {
    "slope": 1.0,
    "intercept": 0.0,
    "error": 0.2,
    "error_now": 0.1,
    "answer_from": 0.5,
    "wanted": 0.1,
    "questions": 4,
    "answerable": 2,
    "answered": 1,
    "given": 1,
    "wrong": 0,
    "model": "m",
    "reader": "",
}


@pytest.mark.parametrize(
    "content",
    [
        *("{", "[]", "{}", " " * 100_000, "[" * 10_000),
        *(json.dumps({**SOUND, "answer_from": value}) for value in (2, -0.1, True, "1", None)),
        json.dumps(SOUND).replace("0.5", "NaN"),
        *(json.dumps({**SOUND, "slope": value}) for value in (-1, "1")),
        json.dumps(SOUND).replace('"intercept": 0.0', '"intercept": Infinity'),
        *(json.dumps({**SOUND, "wrong": value}) for value in (-1, 0.5, None)),
        json.dumps({**SOUND, "reader": 1}),
    ],
)
def test_a_damaged_file_is_an_error_of_the_index_and_a_build_sets_it_aside(
    folder: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("index", "calibration.json")
    path.write_text(json.dumps(SOUND))
    assert open_index("index").answer_from() != 0.5  # it is of another model
    path.write_text(content)
    with pytest.raises(IndexDamaged, match=r"is not what briefqa calibrate writes .*briefqa build"):
        open_index("index")
    assert cli.main(["ask", "Which ferries work there?"]) == 1
    assert capsys.readouterr().err.count("\n") == 1

    assert cli.main(["build"]) == 0
    aside = Path("index", "calibration.json.damaged-1")
    assert f"The calibration was damaged and is now {aside}" in capsys.readouterr().out
    assert (path.exists(), aside.read_text()) == (False, content)
    assert cli.main(["ask", "Which ferries work there?"]) == 0


def test_what_cannot_be_fitted_is_one_sentence(folder: Path) -> None:
    with pytest.raises(UsageError, match="between 0 and 1"):
        calibrate("questions.jsonl", wrong=10, index="index")
    answered = Path("questions.jsonl").read_text().splitlines()[:2]
    Path("answered.jsonl").write_text("\n".join(answered))
    with pytest.raises(UsageError, match="Every question is answered by the documents"):
        calibrate("answered.jsonl", index="index")
