"""Every spelling that people type meets the one in the text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import build, open_index
from briefqa.answering.entities import figures
from briefqa.answering.query import readable
from briefqa.models.embedder import HashingEmbedder
from briefqa.text.language import stemmer, stop_words
from briefqa.text.words import phrase_spellings, plain_words, question_terms, question_words, terms

STEM = stemmer("en")
LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9)
HUMP = st.sampled_from(["Street", "Harbour", "Berth", "Master", "Open", "Tide", "Name"])


def of(text: str) -> set[str]:
    return set(terms(text, STEM))


def meet(typed: str, text: str) -> bool:
    """Whether the whole of a word, as it is typed, is found where the text stands."""
    return question_terms(typed, STEM, frozenset())[-1] in of(text)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Gesamtkonzept", "Das Ge\u00adsamt\u00adkon\u00adzept"),
        ("Ge\u00adsamtkonzept", "Gesamtkonzept"),
        ("میرود", "او می\u200cرود به بندر"),
        ("می\u200cرود", "او میرود"),
        ("كتاب", "کتاب"),
        ("كتاب", "كتـــاب"),
        ("zero\u200bwidth", "zerowidth"),
        ("Lodz", "Łódź"),
        ("ŁÓDŹ", "lodz"),
        ("Bjorn", "Bjørn"),
        ("Strasse", "Straße"),
        ("Aesir", "Æsir"),
        ("oeuvre", "œuvre"),
        ("Diyarbakir", "Diyarbakır"),
        ("Dokovic", "Đoković"),
        ("Thingvellir", "Þingvellir"),
        ("government", "The govern-\nment met."),
        ("government", "> The govern-  \r\n> ment met."),
        ("well-known", "the well-\nknown port"),
        ("software", "a soft\u00ad\nware"),
        ("proceed", "One can pro-\nceed as the har-\nbour master says."),
        ("OpenStreetMap", "openstreetmap"),
        ("3rd", "On 3 May"),
        ("21", "the 21st time"),
        ("U.S.A.", "the USA"),
        ("3.5", "3,5 Prozent"),
        ("3,5", "3.5 per cent"),
        ("1234.56", "1.234,56 Euro"),
        ("1,234.56", "1 234,56 euros"),
        ("v1.2.3", "v1.2.3"),
    ],
)
def test_a_word_is_found_in_the_spelling_typed(typed: str, text: str) -> None:
    assert meet(typed, text)


@pytest.mark.parametrize("text", ["1.2.3", "v1.2.3", "1.2.3-beta", "§ 1.2.3(a)"])
@pytest.mark.parametrize("other", ["2.1.3", "v3.2.1", "1.3.2", "1.2.30"])
def test_a_version_is_no_other_one_of_the_same_figures(text: str, other: str) -> None:
    assert "1.2.3" in of(text)
    assert "1.2.3" not in of(other)


@pytest.mark.parametrize(("one", "other"), [("20.0", "2.0.0"), ("1.10", "1.1.0"), ("3.14", "31.4")])
def test_a_v_before_a_version_changes_nothing(one: str, other: str) -> None:
    assert of(f"v{one}") == of(one)
    assert one in of(f"Version {one}-rc1")
    assert not meet(f"v{one}", f"v{other}")


@given(st.integers(1_000, 999_999_999))
def test_a_number_is_found_however_its_thousands_are_set_apart(number: int) -> None:
    spellings = [f"{number:,}".replace(",", mark) for mark in (",", ".", " ", "\u00a0", "\u202f")]
    spellings += [str(number), f"{number:,}".replace(",", "'")]
    for typed in spellings:
        for text in spellings:
            assert meet(typed, f"It has {text} people."), (typed, text)


@given(st.integers(0, 999), st.integers(0, 99))
def test_a_decimal_is_found_with_a_dot_or_a_comma(whole: int, part: int) -> None:
    for typed, text in ((".", ","), (",", "."), (",", ","), (".", ".")):
        assert meet(f"{whole}{typed}{part:02}", f"{whole}{text}{part:02}")


def test_three_decimals_that_group_nothing_stay_decimals() -> None:
    assert meet("0,125", "0.125")
    assert "0125" not in of("0.125")


@given(words=st.lists(LETTERS, min_size=1, max_size=6), data=st.data())
def test_what_nobody_sees_is_no_part_of_a_word(words: list[str], data: st.DataObject) -> None:
    hidden = st.sampled_from("\u00ad\u200b\u200d\u200e\u2060\ufeff")
    shown = " ".join(words)
    written = " ".join(
        "".join(sign + data.draw(st.just("") | hidden) for sign in word[:-1]) + word[-1]
        for word in words
    )
    assert list(terms(written, STEM)) == list(terms(shown, STEM))
    assert plain_words(written) == plain_words(shown)


@given(
    st.text(
        st.characters(categories=["Ll", "Lu"], max_codepoint=0x24F, exclude_characters="ĿŀŉµǄǅǆ"),
        min_size=1,
    )
)
def test_a_latin_letter_with_a_mark_is_found_by_the_letter(word: str) -> None:
    bare = "".join(s for s in unicodedata.normalize("NFKD", word) if not unicodedata.combining(s))
    assert list(terms(word, str)) == list(terms(bare, str))


@given(before=LETTERS, after=LETTERS, lead=st.sampled_from(["\n", "\r\n", " \n  ", "\n> "]))
def test_a_word_broken_at_a_line_end_is_found_whole_and_in_parts(
    before: str, after: str, lead: str
) -> None:
    found = set(terms(f"{before}-{lead}{after}", str))
    assert {before, after, before + after} <= found
    assert plain_words(f"{before}-{lead}{after}") == (before + after,)
    assert (before + after,) in phrase_spellings(f"{before}-{after}")


@given(st.lists(HUMP, min_size=2, max_size=4))
def test_words_run_together_with_capitals_are_found_apart(humps: list[str]) -> None:
    joined = "".join(humps)
    assert {*map(STEM, map(str.lower, humps)), STEM(joined.lower())} <= of(joined)
    assert plain_words(joined) == (joined.lower(),)


@pytest.mark.parametrize("word", ["McDonald", "iPhone", "PhD", "LaTeX", "Harbour", "NATO"])
def test_a_name_with_a_capital_inside_is_one_word(word: str) -> None:
    assert list(terms(word, str)) == [word.lower()]


MONTHLY = [
    "What happened in May 1944?",
    "What happened in may?",
    "may 1944",
    "What happened on the 3rd of May?",
    "What fell on 3 May?",
    "May",
    "What was sold between April and May?",
    "What did Theresa May say?",
]


@pytest.mark.parametrize("question", MONTHLY)
def test_may_is_a_word_to_look_for_where_it_is_a_month_or_a_person(question: str) -> None:
    assert "may" in question_terms(question, STEM, stop_words("en"))


@pytest.mark.parametrize(
    "question",
    ["May I enter?", "Who may enter the port?", "What may happen?", "Will it rain?", "may"],
)
def test_may_and_will_are_function_words_elsewhere(question: str) -> None:
    assert not {"may", "will"} & set(question_terms(question, STEM, stop_words("en")))


@given(
    verb=st.sampled_from(["say", "sell", "build"]),
    name=st.sampled_from(["Will Smith", "US", "WHO", "IT", "May"]),
)
def test_a_function_word_that_is_a_name_is_looked_for(verb: str, name: str) -> None:
    words = [word for word, _ in question_words(f"What did {name} {verb}?", STEM, stop_words("en"))]
    assert words == [*name.split(), verb]


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("Ge\u00adsamt\u00adkonzept", "Gesamtkonzept"),
        ("zero\u200bwidth \ufeffquay", "zerowidth quay"),
        ("می\u200cرود", "می\u200cرود"),
        ("the\u202equay\x07", "the quay"),
    ],
)
def test_a_question_keeps_its_words_whole(typed: str, searched: str) -> None:
    assert readable(typed) == searched


DATED = {
    "a.md": "# A\n\nOn 3 May the crane fell.\n",
    "b.md": "# B\n\nOn 13 May 1944 the tug sank.\n",
    "c.md": "# C\n\nOn 30 June the gate jammed.\n",
    "minutes-FY2021.md": "# Minutes\n\nThe budget was passed.\n",
    "minutes-FY2022.md": "# Minutes\n\nThe budget was passed.\n\nTwo were ill.\n",
    "2019/report.md": "# Annual report\n\nThe port lost 2 million crowns.\n",
    "2020/report.md": "# Annual report\n\nThe port earned 3 million crowns.\n",
    "x.md": "---\ntitle: Minutes\ndate: 2017-01-18\n---\n\nThe mayor sang to the crew.\n",
    "y.md": "---\ntitle: Minutes\ndate: 2018-03-18\n---\n\nThe mayor sang with the crew.\n",
}


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("What happened on the 3rd of May?", "a.md"),
        ("What happened in May 1944?", "b.md"),
        ("Annual report 2019", "2019/report.md"),
        ("What did the port do in 2020?", "2020/report.md"),
        ("What did the mayor sing in January 2017?", "x.md"),
        ("mayor 2018", "y.md"),
        ("budget 2022", "minutes-FY2022.md"),
    ],
)
def test_a_day_or_year_of_text_path_or_date_finds_its_document_first(
    question: str, document: str, tmp_path: Path
) -> None:
    for name, text in DATED.items():
        path = tmp_path / "port" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    build(tmp_path / "port", index=tmp_path / "index", model=HashingEmbedder())
    with open_index(tmp_path / "index") as searcher:
        first, second = searcher.search(question, mode="keyword", k=2)
    assert first.passage.document == document
    assert (first.evidence.bm25 or 0) > (second.evidence.bm25 or 0)


@given(st.integers(1_000, 99_999_999))
def test_a_number_of_a_question_is_in_a_text_that_groups_it_in_another_way(number: int) -> None:
    spellings = [f"{number:,}".replace(",", mark) for mark in (",", ".", " ", "\u00a0", "")]
    assert {one for text in spellings for one in figures(f"It has {text} men.")} == {str(number)}


def test_what_groups_no_thousands_is_left_as_it_is() -> None:
    assert figures("Version 1.2.3, 3.5 km, on 12.5.2020, in 1944 300 men") == [
        "1.2.3",
        "3.5",
        "12.5.2020",
        "1944",
        "300",
    ]
