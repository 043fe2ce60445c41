"""Which words of a passage answer?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import ModelUnavailable, Searcher, build, open_index
from briefqa.answering import fusion, ranking
from briefqa.answering.abstention import probability
from briefqa.answering.query import asking
from briefqa.cli import main
from briefqa.models import onnx_reader, sentence_transformer
from briefqa.models.embedder import Embedder, HashingEmbedder, load_embedder
from briefqa.models.reader import OverlapReader, load_reader
from briefqa.models.reading import LONGEST, Readable, Reading
from briefqa.records import Carried, CarriedKind, Hit, Query, Span
from tests.question_file import Asked

SIEGE = "The town has been under siege for three years. Nobody lives in the castle."
HARBOUR = """\
# Harbour

## Ships

The green ferries are old. Nine ferries of Lindo work there.

## Crew

Captain Mara Oduya leads the crew. She came in 1931.
"""


@pytest.fixture(scope="module")
def shipped() -> onnx_reader.OnnxReader:
    reader = onnx_reader.shipped()
    assert reader is not None
    return reader


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("harbour")
    (folder / "harbour.md").write_text(HARBOUR)
    build(folder / "harbour.md", index=folder / "index", model=HashingEmbedder())
    return folder / "index"


# The best answer in a range


@given(
    st.lists(st.tuples(st.floats(-9, 9, width=32), st.floats(-9, 9, width=32)), min_size=1),
    st.data(),
)
def test_the_best_answer_is_that_of_all_short_enough_ones_in_the_range(
    logits: list[tuple[float, float]], data: st.DataObject
) -> None:
    begin, end = (np.array(each, np.float32) for each in zip(*logits, strict=True))
    size = len(begin)
    pieces = np.array([(3 * number, 3 * number + 2) for number in range(size)])
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first, size - 1))
    within = Span(3 * first, 3 * last + 2)
    every = [
        (begin[one] + end[other], one, other)
        for one in range(first, last + 1)
        for other in range(one, min(one + LONGEST, last + 1))
    ]
    found = Reading(0.0, pieces, begin, end).best(within)
    assert found is not None
    value, span = found
    assert value == pytest.approx(float(max(every)[0]))
    place = span.start // 3, span.end // 3
    assert begin[place[0]] + end[place[1]] == pytest.approx(value)


def test_an_answer_is_thirty_pieces_long_at_most() -> None:
    pieces = np.array([(3 * number, 3 * number + 2) for number in range(40)])
    begin, end = np.zeros(40, np.float32), np.zeros(40, np.float32)
    begin[0], end[39], end[29] = 9, 9, 3
    found = Reading(0.0, pieces, begin, end).best(Span(0, 120))
    assert found == (12.0, Span(0, 3 * 29 + 2))


def test_a_range_without_a_piece_has_no_answer() -> None:
    assert Reading(1.0).best(Span(0, 100)) is None
    assert Reading(1.0).margin() == 0.0


def test_the_share_of_a_range_is_how_likely_the_answer_begins_and_ends_there() -> None:
    pieces = np.array([(0, 3), (4, 7), (8, 11)])
    begin, end = np.log([[0.7, 0.2, 0.1], [0.1, 0.6, 0.3]]).astype(np.float32)
    ranges = [Span(0, 7), Span(7, 11), Span(11, 11)]
    found = Reading(0.0, pieces, begin + 5, end - 5).shares(ranges)
    assert found.tolist() == pytest.approx([(0.9 + 0.7) / 2, (0.1 + 0.3) / 2, 0])
    assert Reading(1.0).shares(ranges).tolist() == [0, 0, 0]


def test_words_are_as_certain_as_their_begin_and_end_among_those_of_the_range() -> None:
    pieces = np.array([(0, 3), (4, 7), (8, 11)])
    begin, end = np.log([[0.6, 0.2, 0.2], [0.1, 0.3, 0.6]]).astype(np.float32)
    reading = Reading(0.0, pieces, begin + 5, end - 5)
    assert reading.certainty(Span(0, 11), Span(0, 11)) == pytest.approx(0.6 * 0.6)
    assert reading.certainty(Span(0, 7), Span(0, 7)) == pytest.approx((0.6 / 0.8) * (0.3 / 0.4))
    assert reading.certainty(Span(1, 7), Span(0, 7)) == 0.0
    assert Reading(1.0).certainty(Span(0, 7), Span(0, 7)) == 0.0


def test_the_margin_is_over_no_answer() -> None:
    pieces = np.array([(0, 3), (4, 7)])
    values = np.array([1.0, 2.0], np.float32)
    assert Reading(0.0, pieces, values, values, nothing=1.5).margin() == pytest.approx(2.5)


# The one that is shipped


@pytest.mark.parametrize(
    ("question", "words"),
    [("How long has the town been under siege?", "three years")],
)
def test_the_shipped_reader_finds_the_words(
    shipped: onnx_reader.OnnxReader, question: str, words: str
) -> None:
    for context in ("", "The siege › The town"):
        (reading,) = shipped.read(question, [Readable(SIEGE, context)])
        found = reading.best(Span(0, len(SIEGE)))
        assert found is not None
        assert words in SIEGE[found[1].start : found[1].end]
        assert [SIEGE[start:end] for start, end in reading.pieces[:3]] == ["The", "town", "has"]
        assert reading.pieces[-1].tolist() == [len(SIEGE) - 1, len(SIEGE)]


def test_it_tells_a_passage_that_answers_from_one_that_does_not(
    shipped: onnx_reader.OnnxReader,
) -> None:
    question = "How long has the town been under siege?"
    texts = [Readable(SIEGE), Readable("Roses need water, and tulips need sun.")]
    answers, silent = shipped.read(question, texts)
    assert answers.answerability > silent.answerability
    assert answers.margin() > silent.margin()


def test_a_text_reads_alike_wherever_it_stands_among_others(
    shipped: onnx_reader.OnnxReader,
) -> None:
    texts = [Readable(SIEGE), Readable("Short."), Readable(f"{SIEGE} " * 4)]
    alone = [shipped.read("Who lives there?", [text])[0] for text in texts]
    for one, other in zip(alone, shipped.read("Who lives there?", texts), strict=True):
        assert other.answerability == pytest.approx(one.answerability, abs=1e-3)
        np.testing.assert_array_equal(one.pieces, other.pieces)


def test_long_questions_and_texts_are_read_as_far_as_the_model_reads(
    shipped: onnx_reader.OnnxReader,
) -> None:
    (reading,) = shipped.read("why " * 2000, [Readable("word " * 5000)])
    assert 200 < len(reading.pieces) <= 256
    assert shipped.read("why", []) == []
    (empty,) = shipped.read("why", [Readable("")])
    assert len(empty.pieces) == 0


def test_many_threads_may_read_at_once(shipped: onnx_reader.OnnxReader) -> None:
    questions = [f"What happened in year {number}?" for number in range(12)]
    alone = [shipped.read(question, [Readable(SIEGE)])[0].answerability for question in questions]
    with ThreadPoolExecutor(6) as pool:
        together = list(
            pool.map(lambda one: shipped.read(one, [Readable(SIEGE)])[0].answerability, questions)
        )
    assert together == alone


def test_it_is_small_and_says_what_it_is(shipped: onnx_reader.OnnxReader) -> None:
    files = {path.name: path.stat().st_size for path in onnx_reader.SHIPPED.iterdir()}
    assert {"reader.onnx", "tokenizer.json", "settings.json", "confidence.json"} <= files.keys()
    assert files["reader.onnx"] <= 30e6
    fitted = json.loads((onnx_reader.SHIPPED / "confidence.json").read_text("utf-8"))
    assert fitted["reader_weight"] == fusion.READER_WEIGHT  # or it was fitted to another order
    card = (onnx_reader.SHIPPED / "MODEL_CARD.md").read_text("utf-8")
    for said in ("SQuAD", "CC BY-SA 4.0", "Apache-2.0", "limits", "F1"):
        assert said in card


def test_reading_loads_neither_pytorch_nor_transformers() -> None:
    code = (
        "import sys\nfrom briefqa.models.reader import load_reader\n"
        "from briefqa.models.reading import Readable\n"
        "print(len(load_reader().read('Who?', [Readable('Mara leads.')])))\n"
        "print(sorted({'torch', 'transformers', 'gradio'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stdout.splitlines()) == (0, ["1", "[]"]), done.stderr


# Without it, and with damaged ones


def test_without_the_reader_everything_works_by_the_indexes(
    brief_index: Path,
    real_embedder: Embedder,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    question = "How many targets were hit?"
    plain = open_index(brief_index, model=real_embedder, reader=None).ask(question)
    monkeypatch.setattr(onnx_reader, "SHIPPED", tmp_path / "gone")
    assert load_reader() is None
    gone = open_index(brief_index, model=real_embedder).ask(question)
    assert gone == plain
    assert gone.answered
    assert {hit.evidence.answerability for hit in gone.hits} == {None}
    best = gone.hits[0]
    assert best.answer is not None
    assert best.answer.text == best.sentence


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reader.onnx", b"not a model"),
        ("tokenizer.json", b"{}"),
        ("settings.json", b"[]"),
        ("settings.json", b'{"sha256": "x"}'),
        ("confidence.json", b"{}"),
    ],
)
def test_a_damaged_reader_is_one_sentence(tmp_path: Path, name: str, content: bytes) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(onnx_reader.SHIPPED, folder)
    (folder / name).write_bytes(content)
    with pytest.raises(ModelUnavailable, match="go without one: --no-reader"):
        onnx_reader.OnnxReader("damaged", folder).read("Who?", [Readable("Mara.")])


def test_a_rule_that_is_none_is_one_sentence(harbour: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(onnx_reader.SHIPPED, folder)
    (folder / "confidence.json").write_text('{"rule": {"topic": {"intercept": 1}, "answer": {}}}')
    with pytest.raises(ModelUnavailable, match="no usable rule for when to answer"):
        open_index(harbour, reader=str(folder))


def test_a_folder_that_holds_no_reader_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="There is no reader in"):
        load_reader(str(tmp_path))
    with pytest.raises(ModelUnavailable, match="There is no reader in"):
        load_reader(str(tmp_path / "none"))


# What it changes


class Favourite:
    """A reader that is sure of the texts with a word, and answers with it."""

    name = fingerprint = "favourite"
    rule = None
    languages = ()

    def __init__(self, word: str) -> None:
        self._word = word
        self.asked: list[str] = []  # the texts

    def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
        self.asked += [text.text for text in texts]
        found = []
        for text in texts:
            at = text.text.find(self._word)
            pieces = np.array([(at, at + len(self._word))] if at >= 0 else []).reshape(-1, 2)
            value = np.full(len(pieces), 4.0, np.float32)
            found.append(Reading(9.0 if at >= 0 else -9.0, pieces, value, value))
        return found


class Listening(OverlapReader):
    """Keeps what it is asked."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
        """What it is made for, after it has listened."""
        self.heard.append(question)
        return super().read(question, texts)


CHATTER = (
    "Hello there! My sister and I run a small bakery by the sea and have been wondering about this "
    "since her son came home from school with a drawing of boats and harbours, so {}"
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many ferries of Lindo work there?", "How many ferries of Lindo work there?"),
        (CHATTER.format("how many ferries work there?"), "so how many ferries work there?"),
        (CHATTER.format("how many work there? Thank you!"), "so how many work there?"),
        (CHATTER.format("tell me which ferries work."), "so tell me which ferries work."),
        (CHATTER.format("well.") + " Which ferries work there?", "Which ferries work there?"),
        (" ".join(["ferry"] * 40), " ".join(["ferry"] * 40)),
    ],
)
def test_of_a_long_question_a_reader_is_asked_the_part_that_asks(
    question: str, expected: str
) -> None:
    assert asking(question, "en") == expected


@given(st.text(max_size=400))
def test_what_asks_is_a_part_of_any_question(question: str) -> None:
    found = asking(question, "en")
    assert found in question
    assert bool(found) == bool(question)


def test_a_long_question_has_its_answer_marked_like_a_short_one(harbour: Path) -> None:
    reader = Listening()
    open_index(harbour, reader=reader).ask(CHATTER.format("how many ferries work there?"))
    assert reader.heard == ["so how many ferries work there?"]


def test_a_reader_moves_up_what_it_finds_an_answer_in_and_marks_it(harbour: Path) -> None:
    question = "crew or ferries"
    plain = open_index(harbour, reader=None).search(question)
    last = plain[-1].passage.section[-1]
    word = {"Ships": "Nine", "Crew": "1931"}[last]
    hits = open_index(harbour, reader=Favourite(word)).search(question)
    assert hits[0].passage.section[-1] == last
    best = hits[0]
    assert best.answer is not None
    assert best.answer.text == word
    assert word in best.sentence
    assert best.answer.sentence_start <= best.answer.start
    assert best.evidence.answerability == pytest.approx(1.0, abs=1e-3)
    assert hits[1].evidence.answerability == pytest.approx(0.0, abs=1e-3)
    assert {hit.passage for hit in hits} == {hit.passage for hit in plain}


def test_what_is_asked_for_comes_first_whatever_the_reader_says(harbour: Path) -> None:
    searcher = open_index(harbour, reader=Favourite("1931"))
    answer = searcher.ask(Query("Which crew has ferries?", must_hold="ferries"))
    assert answer.hits[0].passage.section == ("Ships",)
    quoted = searcher.search('crew or "green ferries"')
    assert [hit.passage.section for hit in quoted] == [("Ships",)]
    inside = searcher.search("crew or ferries", section="Ships")
    assert {hit.passage.section for hit in inside} == {("Ships",)}
    assert searcher.search("") == []
    assert not searcher.ask("").answered


def test_the_first_eight_are_read_and_the_first_four_change_places(tmp_path: Path) -> None:
    sections = "\n\n".join(f"## Part {n}\n\nThe boat number {n} sails." for n in range(12))
    (tmp_path / "boats.md").write_text(f"# Boats\n\n{sections}\n")
    build(tmp_path / "boats.md", index=tmp_path / "index", model=HashingEmbedder())
    plain = open_index(tmp_path / "index", reader=None).search("boat sails", k=12)
    hits = open_index(tmp_path / "index", reader=Favourite("boat")).search("boat sails", k=12)
    read = [hit.evidence.answerability is not None for hit in hits]
    assert read == [True] * ranking.READ + [False] * (12 - ranking.READ)
    # No more than are shown, but always those that change places.
    for k, wanted in ((5, 5), (1, ranking.ORDERED)):
        reader = Favourite("boat")
        shown = open_index(tmp_path / "index", reader=reader).search("boat sails", k=k)
        assert len(reader.asked) == wanted
        assert shown == hits[:k]
    last = plain[ranking.ORDERED - 1].passage
    few = open_index(tmp_path / "index", reader=Favourite(last.text)).search("boat sails", k=3)
    assert [hit.passage for hit in few] == [last, plain[0].passage, plain[1].passage]
    beyond = Favourite(plain[ranking.ORDERED].passage.text)
    same = open_index(tmp_path / "index", reader=beyond).search("boat sails", k=12)
    assert [hit.passage for hit in same] == [hit.passage for hit in plain]


def test_where_the_first_passage_answers_is_read_again_by_itself(tmp_path: Path) -> None:
    class Doubtful(Favourite):
        """Sees an answer in whole passages only."""

        def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
            return [
                replace(one, answerability=2.0 if "Then" in text.text else -6.0)
                for text, one in zip(texts, super().read(question, texts), strict=True)
            ]

    (tmp_path / "ships.md").write_text(
        "# Ships\n\n## Ferries\n\nThen. The ferry is old. The ferry has nine decks. It is red."
        " It is slow.\n\n## Boats\n\nThen a ferry."
    )
    build(tmp_path / "ships.md", index=tmp_path / "index", model=HashingEmbedder())
    reader = Doubtful("nine decks")
    hits = open_index(tmp_path / "index", reader=reader).search("ferry")
    assert [hit.passage.section for hit in hits] == [("Ferries",), ("Boats",)]
    assert reader.asked[len(hits) :] == ["The ferry is old. The ferry has nine decks. It is red."]
    sure = [hit.evidence.answerability for hit in hits]
    assert sure == pytest.approx([probability((2 - 6) / 2), probability(2)])
    assert hits[0].answer is not None
    assert hits[0].answer.text == "nine decks"
    # What has no other sentences is not read again.
    again = Doubtful("ferry")
    open_index(tmp_path / "index", reader=again).search("ferry", section="Boats")
    assert again.asked == ["Then a ferry."]


def test_a_follow_up_is_read_as_it_was_typed_whatever_finds_its_passage(harbour: Path) -> None:
    reader = Listening()
    chat = open_index(harbour, reader=reader).conversation()
    chat.ask("Who leads the crew?")
    reader.heard.clear()
    answer = chat.ask("When did she come?", carry=[Carried(CarriedKind.ABOUT, "crew leads")])
    assert answer.read_as == "When did she come? (about: leads the crew)"
    assert reader.heard == ["When did she come?"]


def test_only_hybrid_search_is_read(harbour: Path) -> None:
    searcher = open_index(harbour, reader=OverlapReader())
    for mode in ("keyword", "semantic"):
        assert searcher.search("ferries", mode=mode)[0].evidence.answerability is None
    assert searcher.search("ferries")[0].evidence.answerability is not None


def test_a_reader_that_only_judges_leaves_the_marking_to_the_indexes(harbour: Path) -> None:
    class Judge:
        name = fingerprint = "judge"
        rule = None
        languages = ()

        def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
            return [Reading(1.0) for _ in texts]

    plain = open_index(harbour, reader=None).search("captain of the crew")
    judged = open_index(harbour, reader=Judge()).search("captain of the crew")
    assert [hit.answer for hit in judged] == [hit.answer for hit in plain]


def assert_marks_stand_where_they_say(brief: Searcher, hits: Iterable[Hit]) -> None:
    for hit in hits:
        text = brief.document(hit.passage.document).text
        assert hit.answer is not None
        assert text[hit.answer.start : hit.answer.end] == hit.answer.text
        assert hit.passage.start <= hit.answer.sentence_start <= hit.answer.start
        assert hit.answer.end <= hit.answer.sentence_end <= hit.passage.end
        assert hit.sentence == text[hit.answer.sentence_start : hit.answer.sentence_end]


@pytest.mark.parametrize(
    "question",
    ["How many targets were hit?", "Who is Sergei Rudskoi?", "How do I get wine stains out?"],
)
def test_marks_stand_in_the_source_where_they_say(brief: Searcher, question: str) -> None:
    hits = brief.search(question)
    assert hits
    assert_marks_stand_where_they_say(brief, hits)


@pytest.mark.quality
@pytest.mark.timeout(900)
def test_every_mark_stands_in_the_source_where_it_says(
    brief: Searcher, brief_answers: tuple[Asked, ...]
) -> None:
    for asked in brief_answers:
        assert_marks_stand_where_they_say(brief, asked.answer.hits)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What did the general of Portugal say?", "Portugal"),
        ("What did Putin say about the strikes?", "Putin"),
        ("How many Rafale fighters were in the strike?", "Rafale"),
    ],
)
def test_a_name_that_stands_nowhere_is_evidence_that_nothing_answers(
    brief: Searcher, question: str, name: str
) -> None:
    answer = brief.ask(question)
    assert not answer.answered
    # Of an unsure answer it is what the passages lack.
    told = f"nothing about “{name}”" if answer.verdict == "unsure" else f"“{name}” occurs nowhere"
    assert told in answer.reason


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How many of the patients in Aleppo were women?", ("no mention of “women”",)),
        ("Which hotel will host the Astana talks?", ("no mention of “hotel” or “host”",)),
        (
            "How many civilians died in the bombing of al-Bab?",
            ("no number of civilians", "no mention of “died”"),
        ),
        ("How fast can a Su-25 fly?", ("no speed",)),  # warplanes flew
    ],
)
def test_an_unsure_answer_names_the_words_that_no_passage_holds(
    brief: Searcher, question: str, missing: tuple[str, ...]
) -> None:
    answer = brief.ask(question)
    assert (answer.verdict, answer.missing) == ("unsure", missing)


@pytest.mark.parametrize(
    ("question", "words", "claimed"),
    [
        ("How many targets were hit?", "36", True),
        ("Which news agency put this story out?", "TASS", True),
        ("How many Su-25 were used?", "four Su-24M jets, four", False),
        ("what time of day did the troops leave central Palmyra", "Two days", False),
    ],
)
def test_words_are_claimed_only_where_the_reader_is_sure_of_just_these(
    brief: Searcher, question: str, words: str, claimed: bool
) -> None:
    answer = brief.ask(question)
    assert answer.answered
    (quotation,) = answer.quotations
    assert (quotation.span.text, quotation.exact) == (words, claimed)


def test_a_question_about_the_wrong_country_is_not_answered(brief: Searcher) -> None:
    assert brief.ask("What did Russia's general say?").confidence > 0.3
    assert not brief.ask("What did Iran's general say?").answered


# Models of others


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Very small models with random weights, in folders as others publish them."""
    import torch
    from transformers import (
        AutoTokenizer,
        BertConfig,
        BertForQuestionAnswering,
        BertForSequenceClassification,
    )

    torch.manual_seed(1)
    tokenizer: Any = AutoTokenizer.from_pretrained(
        str(sentence_transformer.find("all-MiniLM-L6-v2").folder)
    )
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    folders = {}
    for kind, outputs in ((BertForQuestionAnswering, 2), (BertForSequenceClassification, 1)):
        folder = tmp_path_factory.mktemp("tiny")
        config.num_labels = outputs
        kind(config).save_pretrained(str(folder))
        tokenizer.save_pretrained(str(folder))
        folders[kind.__name__] = folder
    return folders


def test_a_question_answering_model_in_a_folder_reads_as_it_does_itself(
    tiny: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = str(tiny["BertForQuestionAnswering"])
    reader = load_reader(folder)
    assert reader is not None
    (reading,) = reader.read("Who?", [Readable(SIEGE)])
    encoding = AutoTokenizer.from_pretrained(folder)("Who?", SIEGE, return_tensors="pt")
    with torch.no_grad():
        expected = AutoModelForQuestionAnswering.from_pretrained(folder).eval()(**encoding)
    begin, end = expected.start_logits[0].numpy(), expected.end_logits[0].numpy()
    own = len(reading.begin)
    np.testing.assert_allclose(reading.begin, begin[-own - 1 : -1], atol=1e-4)
    np.testing.assert_allclose(reading.end, end[-own - 1 : -1], atol=1e-4)
    assert reading.nothing == pytest.approx(float(begin[0] + end[0]), abs=1e-4)
    assert reading.answerability == pytest.approx(reading.margin())
    again = load_reader(folder)
    assert again is not None
    assert again.fingerprint == reader.fingerprint


def test_a_cross_encoder_in_a_folder_judges_as_it_does_itself(
    tiny: dict[str, Path], harbour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = str(tiny["BertForSequenceClassification"])
    reader = load_reader(folder)
    assert reader is not None
    (reading,) = reader.read("Who?", [Readable(SIEGE)])
    encoding = AutoTokenizer.from_pretrained(folder)("Who?", SIEGE, return_tensors="pt")
    with torch.no_grad():
        expected = AutoModelForSequenceClassification.from_pretrained(folder).eval()(**encoding)
    assert reading.answerability == pytest.approx(float(expected.logits[0, 0]), abs=1e-4)
    assert len(reading.pieces) == 0
    assert open_index(harbour, reader=folder).ask("green ferries").hits


def test_a_model_of_another_kind_is_one_sentence(
    tiny: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "other"
    shutil.copytree(tiny["BertForQuestionAnswering"], folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(
        json.dumps({**config, "architectures": ["BertForMaskedLM"]})
    )
    with pytest.raises(ModelUnavailable, match="is BertForMaskedLM; a reader is a model for"):
        load_reader(str(folder))


# Languages

GERMAN = "# Hafen\n\nKapitänin Mara Oduya führt die Mannschaft. Neun Fähren fahren dort.\n"


def test_the_reader_that_comes_with_it_reads_english_only(
    shipped: onnx_reader.OnnxReader, tmp_path: Path
) -> None:
    assert shipped.languages == ("en",)
    (tmp_path / "hafen.md").write_text(GERMAN)
    index = tmp_path / "index"
    build(tmp_path / "hafen.md", index=index, model=load_embedder(), language="de")
    with open_index(index) as searcher:
        assert searcher.reader is None
        assert searcher.reader_note == (
            "The reader reads English only; this index is in German (de), so answers come from the "
            "indexes alone."
        )
        answer = searcher.ask("Wer führt die Mannschaft?")
        with open_index(index, reader=None) as without:
            assert without.reader_note == ""
            assert answer == without.ask("Wer führt die Mannschaft?")
        best = answer.hits[0]
        assert best.evidence.answerability is None
        assert best.answer is not None
        assert best.answer.text == best.sentence
    assert main(["info", "--index", str(index)]) == 0


def test_a_reader_that_names_no_language_reads_any(harbour: Path, tmp_path: Path) -> None:
    class German(OverlapReader):
        languages = ("de", "fr")

    assert open_index(harbour, reader=OverlapReader()).reader_note == ""
    with open_index(harbour, reader=German()) as searcher:
        assert searcher.reader is None
        assert searcher.reader_note.startswith("The reader reads German and French only; this")
        assert searcher.search("ferries")[0].evidence.answerability is None


def test_why_there_is_no_reader_is_said(harbour: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "one for tests" in open_index(harbour).reader_note
    monkeypatch.setattr(onnx_reader, "SHIPPED", Path("nowhere"))
    assert "No reader is installed" in open_index(harbour).reader_note


@pytest.mark.parametrize("languages", ["en", [1], {"en": 1}, None])
def test_languages_that_are_no_list_of_codes_make_a_reader_unusable(
    shipped: onnx_reader.OnnxReader, tmp_path: Path, languages: object
) -> None:
    for name in ("reader.onnx", "tokenizer.json", "settings.json"):
        shutil.copy(onnx_reader.SHIPPED / name, tmp_path / name)
    settings = json.loads((tmp_path / "settings.json").read_text())
    (tmp_path / "settings.json").write_text(json.dumps({**settings, "languages": languages}))
    with pytest.raises(ModelUnavailable, match="languages are not a list"):
        load_reader(str(tmp_path))
