"""Does the recipe make a reader, also when it was interrupted?

With a very small body and a handful of questions: what it learns is not looked at here.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from briefqa.answering.abstention import FittedRule, Signals
from briefqa.evaluation.fitting import fitted_model
from briefqa.evaluation.question_sets import read_squad
from briefqa.models import sentence_transformer
from briefqa.models.onnx_reader import MODEL, SHIPPED, OnnxReader
from briefqa.models.reading import Readable
from briefqa.models.tokenizer import WordPieces
from training import fit, learning
from training.examples import Example, Examples, Text, as_typed, collect
from training.export import quantize
from training.learning import Learner, Pair
from training.near_misses import Likeness, NearMisses, without_answer
from training.network import ReaderNetwork
from training.train import READER, WRITTEN, Settings, groups_of, steps_of, train

if TYPE_CHECKING:
    import numpy.typing as npt

ARTICLES = {
    "Harbour": "The harbour of Lindo opened in 1931. Nine ferries leave it daily.",
    "Garden": "Roses of Kew need water. Tulips need 12 hours of sun.",
    "Crew": "Captain Mara Oduya leads the crew. She came from Oslo in 1950.",
}


def asked(number: int, question: str, answer: str | None, text: str) -> dict[str, Any]:
    answers = [] if answer is None else [{"text": answer, "answer_start": text.index(answer)}]
    return {"id": str(number), "question": question, "answers": answers}


@pytest.fixture(scope="module")
def squad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQuAD file of three articles with one paragraph each."""
    harbour, garden, crew = ARTICLES.values()
    questions = {
        "Harbour": [
            asked(1, "When did the harbour of Lindo open?", "1931", harbour),
            asked(2, "How many ferries leave daily?", "Nine", harbour),
            asked(3, "How many planes leave daily?", None, harbour),
        ],
        "Garden": [asked(4, "What do the roses of Kew need?", "water", garden)],
        "Crew": [asked(5, "Who leads the crew?", "Captain Mara Oduya", crew)],
    }
    data = [
        {"title": title, "paragraphs": [{"context": text, "qas": questions[title]}]}
        for title, text in ARTICLES.items()
    ]
    path = tmp_path_factory.mktemp("squad") / "small.json"
    path.write_text(json.dumps({"version": "v2.0", "data": data}))
    return path


@pytest.fixture(scope="module")
def body(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A very small model with random weights, as sentence-transformers keeps them."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertModel

    torch.manual_seed(1)
    default = str(sentence_transformer.find("all-MiniLM-L6-v2").folder)
    tokenizer: Any = AutoTokenizer.from_pretrained(default)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    folder = tmp_path_factory.mktemp("body")
    BertModel(config).save_pretrained(str(folder))
    tokenizer.save_pretrained(str(folder))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 64}')
    return folder


@pytest.fixture(scope="module")
def examples(squad: Path, body: Path, tmp_path_factory: pytest.TempPathFactory) -> Examples:
    from briefqa.models.embedder import load_embedder

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("training.examples.SOUGHT", 1)  # for every question, so few are there
        return collect([squad], tmp_path_factory.mktemp("collected"), load_embedder(str(body)))


def test_examples_hold_where_the_answer_is_and_what_does_not_answer(examples: Examples) -> None:
    by_question = {each.question: each for each in examples.examples}
    opened = by_question["When did the harbour of Lindo open?"]
    assert opened.gold is not None
    text = examples.texts[opened.gold]
    assert [text.text[start:end] for start, end in opened.places] == ["1931"]
    assert text.text[: text.starts] == "Harbour\n"
    assert opened.gold not in opened.near
    # Another passage that holds the answer's words is not held against it.
    near = {examples.texts[number].text for number in opened.near}
    assert near
    assert not any("1931" in one for one in near)
    fooling = by_question["How many planes leave daily?"]
    assert (fooling.gold, fooling.asked_about) == (None, opened.gold)
    assert examples.held_out
    held = {each.article for each in examples.validation()}
    assert held.isdisjoint(each.article for each in examples.training())


def test_the_same_is_trained_whether_it_was_interrupted_or_not(
    examples: Examples, body: Path, tmp_path: Path
) -> None:
    import torch

    settings = Settings(passes=2, groups=1)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(examples, str(body), whole, settings)
    for steps in (1, 2, None):
        train(examples, str(body), parts, settings, steps)
    one, other = (torch.load(each / READER, weights_only=True) for each in (whole, parts))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_step_learns_the_same_however_its_pairs_are_dealt_out(
    body: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from torch.nn import functional

    from training.encoding import encoded

    pieces = WordPieces(sentence_transformer.find(str(body)).word_pieces().to_json(), 64, {})
    torch.manual_seed(2)
    network = ReaderNetwork(body)
    floats = torch.autocast("cpu", enabled=False)
    monkeypatch.setattr(learning, "arithmetic", lambda device: floats)
    harbour, garden, crew = (Text(text, 0, ()) for text in ARTICLES.values())
    nine = harbour.text.index("Nine")
    groups = [
        [
            Pair("How many ferries leave?", harbour, (nine, nine + 4)),
            Pair("How many planes leave?", harbour, None),
        ],
        [
            Pair("Who leads the crew?", crew, (0, 18)),
            Pair("Who leads the crew?", garden, None),
            Pair("Who left the crew?", crew, None),
        ],
    ]
    counts = {"span": 1.0, "gate": 0.5, "rank": 0.25}
    gradients, losses = [], {}
    for together in (1, 2, 5):
        monkeypatch.setattr(learning, "TOGETHER", together)
        losses = Learner(network, pieces).learn(groups, counts)
        gradients.append([weight.grad for weight in network.parameters()])
    for other in gradients[1:]:
        for mine, its in zip(gradients[0], other, strict=True):
            assert torch.allclose(mine, its, atol=1e-6)
    # The losses are what their names say.
    pairs = [pair for group in groups for pair in group]
    inputs, _, _ = encoded(pieces, [(one.question, one.text.text, 0) for one in pairs])
    with torch.inference_mode():
        gate = network(**inputs)[2]
    truth = torch.tensor([1.0, 0.0, 1.0, 0.0, 0.0])
    expected = functional.binary_cross_entropy_with_logits(gate, truth)
    assert losses["gate"] == pytest.approx(float(expected), rel=1e-4)
    leads = gate[[0, 2, 2]] - gate[[1, 3, 4]]
    assert losses["rank"] == pytest.approx(float(functional.softplus(-leads).mean()), rel=1e-4)


def test_one_command_makes_a_reader_that_reads(
    squad: Path, body: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import __main__ as recipe

    work, to = tmp_path / "run", tmp_path / "reader"
    written = tmp_path / "written.json"
    written.write_text(squad.read_text().replace("Lindo", "Vellmar"))
    fitted: list[tuple[Any, ...]] = []
    for name, value in (
        ("WRITTEN", written),
        ("SETTINGS", Settings(passes=1)),
        # What is set for the whole process would reach the tests that come after.
        ("prepare", lambda: None),
        ("weigh_and_fit", lambda *given: fitted.append(given)),
    ):
        monkeypatch.setattr(recipe, name, value)
    arguments = [str(squad), "--work", str(work), "--body", str(body), "--to", str(to)]
    monkeypatch.setattr(sys, "argv", ["training", *arguments])
    recipe.main()
    text = ARTICLES["Crew"]
    (reading,) = OnnxReader("small", to).read("Who leads the crew?", [Readable(text, "Crew")])
    assert reading.pieces[-1].tolist() == [len(text) - 1, len(text)]
    (given,) = fitted
    assert given[0] == [squad, written]
    assert {name.partition("/")[0] for name in given[2]} == {"small", "written"}
    # Again nothing is trained twice, and other sets are told apart from these.
    before = (work / READER).stat().st_mtime_ns
    recipe.main()
    assert (work / READER).stat().st_mtime_ns == before
    monkeypatch.setattr(sys, "argv", ["training", str(written), *arguments])
    with pytest.raises(SystemExit, match="holds another run"):
        recipe.main()


def test_a_run_may_go_on_from_another_one_s_reader(
    examples: Examples, body: Path, tmp_path: Path
) -> None:
    import torch

    first, second = tmp_path / "first", tmp_path / "second"
    train(examples, str(body), first, Settings(passes=1))
    still = Settings(passes=1, body_rate=0.0, head_rate=0.0)
    train(examples, str(body), second, still, start=first)
    one, other = (torch.load(each / READER, weights_only=True) for each in (first, second))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_products_of_eight_bits_do_not_overflow_on_any_processor(tmp_path: Path) -> None:
    # Where signed weights are added up in sixteen bits, half of this sum is lost.
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"], "product")],
        "sums",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 384])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8])],
        [numpy_helper.from_array(np.ones((384, 8), np.float32), "w")],
    )
    whole, small = tmp_path / "whole.onnx", tmp_path / "small.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), whole)
    quantize(whole, small)
    session = onnxruntime.InferenceSession(str(small), providers=["CPUExecutionProvider"])
    (sums,) = session.run(None, {"x": np.ones((1, 384), np.float32)})
    assert sums == pytest.approx(384, rel=0.01)
    for path in (small, SHIPPED / MODEL):
        model = onnx.load(path)
        kinds = {stored.name: stored.data_type for stored in model.graph.initializer}
        multiplied = [node for node in model.graph.node if node.op_type == "MatMulInteger"]
        assert multiplied
        assert {kinds[node.input[1]] for node in multiplied} == {TensorProto.UINT8}


def test_the_questions_written_for_training_are_sound() -> None:
    stored = json.loads(WRITTEN.read_text("utf-8"))
    paragraphs = [one for article in stored["data"] for one in article["paragraphs"]]
    questions = [(one["context"], asked) for one in paragraphs for asked in one["qas"]]
    answers = [(text, answer) for text, asked in questions for answer in asked["answers"]]
    for text, answer in answers:
        assert text.startswith(answer["text"], answer["answer_start"])
    assert len({asked["id"] for _, asked in questions}) == len(questions)
    assert 0.45 < len(answers) / len(questions) < 0.55  # so that neither kind is the safer guess
    for article in stored["data"]:
        asked = [one["question"].lower() for part in article["paragraphs"] for one in part["qas"]]
        assert len(set(asked)) == len(asked), article["title"]


class Alike(Likeness):
    """Only these two words are used alike."""

    def __init__(self, *words: str) -> None:
        self._words = set(words)

    def cosines(self, word: str, others: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.array([0.4 * ({word, other} == self._words) for other in others], np.float32)


def test_a_changed_question_is_one_that_its_text_does_not_answer() -> None:
    text = Text(f"Crew\n{ARTICLES['Crew']}", 5, ())
    one = Example("Did the captain come from Oslo first in 1950?", "a", 0, ((5, 23),), ())
    other = Example("When did the ship reach Bergen in 1931?", "a", 1, ((0, 3),), ())
    made = NearMisses([one, other], Alike("captain", "crew"))
    seen = {made.changed(one, text, random.Random(seed)) for seed in range(60)}
    assert seen == {
        "Did the captain come from Bergen first in 1950?",  # a name of another question
        "Did the captain come from Oslo first in 1931?",
        "Did the captain come from Captain Mara Oduya first in 1950?",  # one of the text
        "Did the captain come from Oslo last in 1950?",  # the opposite
        "Did the crew come from Oslo first in 1950?",  # a word of the text that is used alike
    }
    two = Example("When did Captain Mara Oduya leave Oslo?", "a", 0, ((62, 66),), ())
    seen = {made.changed(two, text, random.Random(seed)) for seed in range(60)}
    assert "When did Oslo leave Captain Mara Oduya?" in seen
    # What the text does not hold is no reason why it answers.
    assert made.changed(other, text, random.Random(0)) is None


def test_words_are_alike_whose_vectors_are(body: Path) -> None:
    pieces = WordPieces(sentence_transformer.find(str(body)).word_pieces().to_json(), 64, {})
    likeness = Likeness(pieces, np.random.default_rng(0).random((40_000, 8), np.float32))
    itself, longer, other = likeness.cosines("harbour", ["harbour", "harbours", "roses"])
    assert itself == pytest.approx(1)
    assert abs(other) < longer < 1  # "harbours" is read as "harbour" and an ending


def test_every_group_has_a_right_pair_and_wrong_ones(examples: Examples, body: Path) -> None:
    made = NearMisses(examples.training(), Alike())
    for number in range(5):
        groups = groups_of(examples, made, Settings(), number)
        assert groups == groups_of(examples, made, Settings(), number)
        answerable = [each for each in examples.training() if each.gold is not None]
        assert len(groups) == len(answerable)
        for group in groups:
            assert [pair.place is not None for pair in group] == [True] + [False] * (len(group) - 1)
            assert 2 <= len(group) <= 5


def test_articles_of_our_own_take_turns() -> None:
    texts = tuple(Text(f"Fact {number}.", 0, ()) for number in range(9))
    articles = ["sets/a", "sets/b", *(f"questions/{number}" for number in range(7))]
    examples = Examples(
        texts,
        tuple(
            Example(f"What is {number}?", article, number, ((0, 4),), ())
            for number, article in enumerate(articles)
        ),
        (),
    )
    settings = Settings(own=0.5, passes=3, groups=2)
    made = NearMisses(examples.training(), Alike())
    passes = [
        [pair.text.text for group in groups_of(examples, made, settings, number) for pair in group]
        for number in range(7)
    ]
    for read in passes:
        assert len(read) == 6  # both of the sets, and half of seven
        assert {"Fact 0.", "Fact 1."} < set(read)
    assert len(set(passes[0] + passes[1])) == 9
    assert {sum(text in read for read in passes) for text in ("Fact 2.", "Fact 8.")} == {4}
    assert steps_of(examples.training(), settings) == 9  # 3 passes over 2 and half of 7, 2 a step
    assert steps_of(examples.training(), Settings(own=1.0, passes=3, groups=2)) == 14


def test_a_text_without_the_sentence_that_answers() -> None:
    text = Text("T\nOne. Two. Three.", 2, ((2, 6), (7, 11), (12, 18)))
    rest = Text("T\nOne. Three.", 2, ((2, 6), (7, 13)))
    assert without_answer(text, [(7, 10)]) == rest
    assert without_answer(text, [(2, 5), (7, 10)]) is None


def test_questions_are_as_people_type_them() -> None:
    dice = random.Random(0)
    question = "Who leads the crew of Lindo?"
    seen = {as_typed(question, dice) for _ in range(400)}
    assert {question, question[:-1], "leads crew Lindo"} < seen
    slipped = {one for one in seen if "leads" not in one or "Lindo" not in one}
    assert slipped
    for one in slipped:
        first, last = one.split()[1], one.split()[-1].rstrip("?")
        assert (first == "leads") != (last == "Lindo")
        assert first[0] + last[0] == "lL"
    assert as_typed("Who is it?", random.Random(5)) in ("Who is it?", "Who is it", "it")


def test_a_squad_file_of_either_version_is_read(squad: Path) -> None:
    folder = read_squad(squad)
    assert [document.title for document in folder.documents] == list(ARTICLES)
    by_id = {question.id: question for question in folder.questions}
    assert by_id["1"].answers == ("1931",)
    assert by_id["1"].relevant == {"Harbour#0": 1}
    assert (by_id["3"].answerable, by_id["3"].near_miss) == (False, True)
    assert by_id["3"].asked_about == "Harbour#0"


def signals_told_by(answerability: float, unknown_names: float = 0.0, lead: float = 0.0) -> Signals:
    return Signals(0.5, 0.5, answerability=answerability, unknown_names=unknown_names, lead=lead)


def evidence_of(n: int) -> fit.Evidence:
    """Questions of two sets whose answerability tells what is right, with some noise."""
    chance = np.random.default_rng(0)
    told = chance.normal(size=n)
    truth = told + 0.5 * chance.normal(size=n) > 0
    unknown = (chance.random(n) < 0.03).astype(float)
    signals = tuple(
        signals_told_by(float(value), unknown_names=float(name), lead=-float(value))
        for value, name in zip(told, unknown, strict=True)
    )
    kind = np.where(truth, "answerable", np.where(chance.random(n) < 0.5, "near-miss", "off-topic"))
    return fit.Evidence(
        signals, truth, kind, np.array([fit.OWN, "other"] * (n // 2)), np.ones(n, bool)
    )


def test_every_weight_has_the_sign_of_its_evidence_and_an_unknown_name_counts() -> None:
    model = fit.answer_model(evidence_of(400))
    assert model.weights["answerability"] > 1
    # It rises where answers are wrong, and yet is evidence for: so it weighs nothing.
    assert "lead" not in model.weights
    # The questions do not show what an unknown name weighs.
    assert model.weights["unknown_names"] <= -2


def test_every_set_has_as_much_to_say() -> None:
    weak, strong = signals_told_by(-1.0), signals_told_by(1.0)
    signals = [weak, strong] * 50 + [weak, strong]
    truth = [True, True] * 50 + [False, False]
    model = fitted_model(signals, truth, ["many"] * 100 + ["few"] * 2, ("answerability",))
    assert model.probability(strong) == pytest.approx(0.5, abs=0.02)


def test_the_fitted_rule_is_written_beside_the_reader_as_the_product_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence = evidence_of(400)
    evidence.save(tmp_path / "evidence.jsonl")
    again = fit.Evidence.load(tmp_path / "evidence.jsonl")
    assert again.signals == evidence.signals
    assert (again.truth == evidence.truth).all()
    fit.fit(again, tmp_path, 0.7)
    stored = json.loads((tmp_path / "confidence.json").read_text())
    rule = FittedRule.from_mapping(stored["rule"])
    assert rule.confidence(signals_told_by(2.0)) > rule.answer_from
    assert rule.confidence(signals_told_by(-2.0)) < rule.answer_from
    assert stored["cross_validated"]["all"]["auroc"] > 0.9
    assert stored["questions"] == {fit.OWN: 200, "other": 200}
    # From its line on at most 15 % of what is asserted in the sets of whole documents is wrong.
    own = f"| {fit.OWN} | {rule.answer_from:.2f} |"
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(own))
    assert float(row.split("|")[-2]) >= 0.85
