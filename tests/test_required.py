"""Names that are function words alone, and amounts, are found as what they are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from briefqa import Searcher, build, open_index
from briefqa.models.embedder import HashingEmbedder
from briefqa.text.language import stemmer, stop_words
from briefqa.text.names import names_of_function_words
from briefqa.text.words import question_words

TEXTS = {
    "band": "The Who played at the mole. Those who came were many.",
    "will": "The harbour master asked Will about the crane.",
    "it": "The IT department moved to the quay.",
    "none": "Who will say what it is that the people want? It will be known to the mole.",
    "mole": "The mole cost 60 million crowns, and 3,400 crowns more for 4 lamps.",
    "quay": "The quay cost 190 million crowns in all.",
    "roof": "The roof of the shed over the mole was built in years: it cost 3.4 million crowns.",
    "bridge": "For the bridge 7,500,000 crowns were set aside by the town in spring, that year.",
    "road": "The road came to three million crowns, said those who built it, in all those years.",
}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("required")
    (folder / "docs").mkdir()
    for name, text in TEXTS.items():
        (folder / "docs" / f"{name}.txt").write_text(text + "\n", "utf-8")
    build(folder / "docs", index=folder / "index", model=HashingEmbedder())
    with open_index(folder / "index") as searcher:
        yield searcher


@pytest.mark.parametrize("mode", ["keyword", "hybrid"])
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("The Who", "band"),
        ("What did The Who do?", "band"),
        ("IT", "it"),
        ("Will", "will"),
        ("What is 3.4 million crowns?", "roof"),
        ("3,4 million crowns", "roof"),
        ("What cost 190 million crowns?", "quay"),
        ("What is 7.5 million crowns?", "bridge"),
        ("What came to 3 million crowns?", "road"),
        ("What came to three million crowns?", "road"),
    ],
)
def test_the_passage_with_that_name_or_amount_comes_first(
    texts: Searcher, query: str, name: str, mode: str
) -> None:
    assert texts.search(query, mode=mode)[0].passage.document == f"{name}.txt"


@pytest.mark.parametrize("query", ["it", "Who is it?", "What is this", "Why?", "the who"])
def test_other_function_words_are_not_looked_for(texts: Searcher, query: str) -> None:
    assert not texts.search(query, mode="keyword")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("What did The Who do", ["The Who"]),
        ("Who played with The Band of Senn", []),
        ("What did The Guardian say", []),
        ("Who is in the House Of The People of Senn", []),
        ("What Did They Do There", []),
        ("Is It", []),
        ("How do I become a member", []),
        ("What can I do if I've lost it", []),
    ],
)
def test_names_of_function_words(words: str, names: list[str]) -> None:
    typed = words.split()
    found = names_of_function_words(typed, stop_words("en"))
    assert [" ".join(typed[first:last]) for first, last in found] == names


def test_a_capital_that_opens_a_further_sentence_makes_no_name() -> None:
    text = "When was the pier built? Who kept it? He did: They heard The Who."
    content = question_words(text, stemmer("en"), stop_words("en"))
    assert [word for word, _ in content] == ["pier", "built", "kept", "heard", "The", "Who"]
