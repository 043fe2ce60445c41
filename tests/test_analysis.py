"""What is a word?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.text.words import MAX_TERM, plain_words, question_terms, terms


def unstemmed(word: str) -> str:
    return word


def found_by(typed: str, written: str) -> bool:
    """Whether every word of what is typed is a term of what is written."""
    return set(plain_words(typed)) <= set(terms(written, unstemmed))


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Su-25", "Su-25"),
        ("Su-25", "su 25"),
        ("Su-24M", "su 24m"),
        ("26,395 items", "26395"),
        ("26395 items", "26,395"),
        ("26\u00a0395 items", "26395"),
        ("1,234,567.5", "1234567.5"),
        ("pi is 3.14.", "3.14"),
        ("al-Bab", "Al Bab"),
        ("al\u2011Bab", "al-Bab"),
        ("Deir ez-Zor", "deir ez zor"),
        ("COVID-19", "covid 19"),
        ("the U.S. army", "US"),
        ("US-led", "us led"),
        ("Russia’s air force", "russia"),
        ("vitamin C", "c"),
        ("written in C++ and C#", "C++ C#"),
        ("plan B", "b"),
        ("Café Übergröße", "cafe ubergrosse"),
        ("ﬁnal", "final"),
        ("Дейр-эз-Зор", "дейр"),
        ("مدينة الزور", "الزور"),
        ("हिन्दी में", "हिन्दी"),
        ("水利工程", "水"),
        ("水利工程", "工程"),
        ("F-16s", "f 16"),
        ("26,395km", "26395"),
        ("2,500m of wire", "2500"),
        ("лётчики", "летчики"),
        ("مُحَمَّد", "محمد"),
        ("٢٠١٧", "2017"),
    ],
)
def test_a_word_is_found_in_the_spellings_people_type(written: str, typed: str) -> None:
    assert found_by(typed, written)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Su-25", "Su25"),
        ("Deir ez-Zor", "Deir Ezzor"),
        ("COVID-19", "covid19"),
        ("al-Bab", "albab"),
    ],
)
def test_parts_run_together_share_a_term_with_the_joined_spelling(written: str, typed: str) -> None:
    joined = typed.casefold().split()[-1]
    assert joined in set(terms(written, unstemmed))
    assert joined in set(terms(typed, unstemmed))


@pytest.mark.parametrize(
    ("written", "typed"),
    [("cease-fire", "ceasefire"), ("ceasefire", "cease-fire"), ("e-mails", "email")],
)
def test_a_hyphen_makes_no_difference_once_words_are_stemmed(written: str, typed: str) -> None:
    def stem(word: str) -> str:
        return word.removesuffix("s").removesuffix("e")

    assert set(terms(typed, stem)) & set(terms(written, stem))


def test_a_number_is_not_found_inside_another() -> None:
    assert not found_by("395", "26,395")
    assert not found_by("14", "3.14")


def test_terms_come_in_order_with_repeats_and_stems() -> None:
    found = list(terms("Su-25 planes, two planes", lambda word: word.removesuffix("s")))
    assert found == ["su", "25", "su25", "plane", "two", "plane"]


def test_a_question_loses_its_function_words_but_not_its_acronyms() -> None:
    stop_words = frozenset({"what", "did", "the", "us", "do", "who"})
    assert question_terms("What did the US do?", unstemmed, stop_words) == ("us",)
    assert question_terms("who?", unstemmed, stop_words) == ()
    assert question_terms("WHAT DID THE US DO WITH MINES", unstemmed, stop_words) == (
        "with",
        "mines",
    )


def test_a_phrase_is_made_of_words_as_they_are() -> None:
    assert plain_words("The Su-25s, “al-Bab”") == ("the", "su", "25", "s", "al", "bab")
    assert plain_words("水利") == ("水", "利")


@given(st.text())
def test_any_text_gives_terms_without_white_space_of_bounded_length(text: str) -> None:
    for term in terms(text, unstemmed):
        assert term
        assert not any(map(str.isspace, term))
        assert len(term) <= MAX_TERM


@given(st.text())
def test_a_text_is_always_found_by_itself(text: str) -> None:
    assert set(question_terms(text, unstemmed, frozenset())) <= set(terms(text, unstemmed))
