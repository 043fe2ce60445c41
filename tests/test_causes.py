"""Cause and effect are shown together."""

from __future__ import annotations

import pytest

from briefqa.answering.causes import together


def shown(*sentences: str, marked: int, asked: str = "") -> tuple[int, int]:
    words = [set(sentence.lower().strip(".").split()) for sentence in sentences]
    return together(sentences, marked, words, set(asked.split()))


CUT = "Rebels cut the pipe."
DRY = "The town had no water as a result."


@pytest.mark.parametrize(
    ("sentences", "marked", "expected"),
    [
        ((CUT, DRY, "It rained."), 1, (0, 1)),
        ((CUT, DRY, "It rained."), 0, (0, 1)),
        (("Trains stopped.", "The reason was snow.", "It rained."), 0, (0, 1)),
        (("It rained.", "Trains stopped because of snow.", CUT), 1, (1, 1)),
        ((CUT, "Trains ran.", "It rained."), 1, (1, 1)),
        (("Therefore trains stopped.", CUT), 0, (0, 0)),
    ],
)
def test_a_sentence_is_shown_with_the_one_that_it_is_joined_to(
    sentences: tuple[str, ...], marked: int, expected: tuple[int, int]
) -> None:
    assert shown(*sentences, marked=marked) == expected


def test_a_neighbour_with_a_cause_of_its_own_is_shown_if_it_goes_on_about_what_is_asked() -> None:
    text = ("Trains stopped.", "Buses ran late because trains stood still.")
    assert shown(*text, marked=0, asked="trains stop") == (0, 1)
    assert shown(*text, marked=0, asked="music") == (0, 0)
