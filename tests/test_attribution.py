"""Who says what is quoted, as the source names them."""

from __future__ import annotations

import pytest

from briefqa.answering.attribution import attribution


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Doctors have helped 5,000 people, Rudskoi said.", "Rudskoi"),
        ("On Monday Mara Oduya said that the port was shut.", "Mara Oduya"),
        ("According to TASS, the truce holds.", "TASS"),
        ("The truce holds, according to the Ministry of Defence.", "Ministry of Defence"),
        ("Sergei Rudskoi, a general, told reporters so.", "Sergei Rudskoi"),
        ("The Town Clerk replied that the lamp is the county's.", "Town Clerk"),
        ("“It is over,” said Mr. Bell.", "Mr. Bell"),
        ("Nobody said a word.", ""),
        ("He said nothing about it.", ""),
        ("The harbour opened in 1931.", ""),
        ("It is said that Lindo is old.", ""),
    ],
)
def test_the_name_beside_a_word_of_saying_is_taken(sentence: str, name: str) -> None:
    assert attribution([sentence], 0) == name


def test_a_pronoun_is_the_name_that_the_sentence_beside_it_has() -> None:
    text = ["Rudskoi said the plan was to hit 36 targets.", "All were hit, he added.", "It rained."]
    assert [attribution(text, number) for number in range(3)] == ["Rudskoi", "Rudskoi", ""]
    assert attribution(["The plan was bold.", "It worked, he added."], 1) == ""
