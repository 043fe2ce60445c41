"""How good is it? And what is asked?"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from briefqa import Mode, UsageError, build, cli, open_index
from briefqa.api import evaluate
from briefqa.evaluation import probe, verdicts
from briefqa.evaluation.question_sets import read_beir, read_questions
from briefqa.evaluation.results import Abstention, ModeResult
from briefqa.evaluation.verdicts import Judge
from briefqa.records import (
    Answer,
    AnswerSpan,
    Evidence,
    Hit,
    Passage,
    QuestionKind,
    Quotation,
    Verdict,
)

PASSAGES = [
    {"_id": "h1", "title": "Harbour", "text": "Nine ferries leave the harbour of Lindo daily."},
    {"_id": "h2", "title": "Harbour", "text": "Captain Mara Oduya leads the crew of the ferries."},
    {"_id": "g1", "title": "Garden", "text": "Roses need water every morning in July."},
    {"_id": "g2", "title": "", "text": "Tulips want sun. " * 200, "metadata": {"section": "Bulbs"}},
]
QUERIES = [
    {"_id": "q1", "text": "How many ferries leave Lindo?"},
    {"_id": "q2", "text": "roses water July", "metadata": {"base_document": ["g1"]}},
    {"_id": "q3", "text": "tulips sun"},
    {"_id": "q4", "text": "What is the price of gold?", "metadata": {"answerable": False}},
    {"_id": "q5", "text": "nobody judged this"},
]
QRELS = "query-id\tcorpus-id\tscore\nq1\th1\t2\nq1\th2\t1\nq2\tg1\t1\nq2\tg2\t1\nq3\tg2\t1\n"


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "harbours"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, PASSAGES)))
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)))
    (folder / "qrels" / "test.tsv").write_text(QRELS)
    return folder


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hashing embedder for BEIR folders too."""
    from briefqa.models.embedder import HashingEmbedder

    monkeypatch.setattr("briefqa.models.embedder.load_embedder", lambda *_: HashingEmbedder())


@pytest.mark.usefixtures("fast")
def test_a_beir_folder_gives_exactly_the_promised_json(
    beir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["eval", str(beir), "--json"]) == 0
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert result["dataset"] == "harbours"
    assert result["queries"] == 4  # the unjudged one is left out
    assert set(result["modes"]) == {"keyword", "semantic", "hybrid"}
    for mode in result["modes"].values():
        assert set(mode) == {"ndcg@10", "hit@1", "recall@5", "recall@100", "mrr@10"}
    assert result["abstention"]["auroc"] == 1.0


@pytest.mark.usefixtures("fast")
def test_values_are_those_worked_out_by_hand(beir: Path) -> None:
    found = evaluate(beir).modes[Mode.KEYWORD]
    # q1: h1 then h2, gains 2 and 1: perfect. q2: g1 is dropped and g2 shares no word: nothing.
    # q3: the parts of g2 count once, the best one for all.
    assert found.rankings[0][:2] == ("h1", "h2")
    assert found.rankings[1] == ()
    assert found.rankings[2] == ("g2",)
    assert found.values["ndcg@10"].tolist() == [1.0, 0.0, 1.0]
    assert found.values["hit@1"].tolist() == [1.0, 0.0, 1.0]
    assert found.mean("mrr@10") == pytest.approx(2 / 3)


@pytest.mark.usefixtures("fast")
def test_graded_relevance_is_respected(beir: Path) -> None:
    swapped = QRELS.replace("h1\t2", "h1\t1").replace("h2\t1", "h2\t2")
    (beir / "qrels" / "test.tsv").write_text(swapped)
    value = evaluate(beir).modes[Mode.KEYWORD].values["ndcg@10"][0]
    assert value == pytest.approx((1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3)))


def test_passages_of_one_document_are_sections_of_it_as_given(beir: Path) -> None:
    documents = read_beir(beir).documents
    assert [(document.name, len(document.sections)) for document in documents] == [
        ("Harbour", 2),
        ("Garden", 1),
        ("g2", 1),
    ]
    assert documents[2].sections[0].path == ("Bulbs",)


@pytest.mark.usefixtures("fast")
def test_runs_misses_and_a_picture_can_be_kept(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, plot = tmp_path / "run.trec", tmp_path / "curve.png"
    options = ["--run", str(run), "--plot", str(plot), "--errors", "1"]
    assert cli.main(["eval", str(beir), *options]) == 0
    out = capsys.readouterr().out
    assert "q2: roses water July" in out
    assert "right: g1, g2" in out
    assert run.read_text().splitlines()[0] == "q1 Q0 h1 1 100 briefqa-hybrid"
    assert (tmp_path / "run.trec.keyword").exists()
    assert plot.read_bytes().startswith(b"\x89PNG")


@pytest.mark.usefixtures("fast")
def test_two_runs_give_the_same_rankings(beir: Path) -> None:
    one, two = evaluate(beir), evaluate(beir)
    assert {m: r.rankings for m, r in one.modes.items()} == {
        m: r.rankings for m, r in two.modes.items()
    }


def test_a_questions_file_is_asked_of_an_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.md").write_text("# A\n\n## Ferries\n\nNine ferries.\n\n## Crew\n\nMara leads.\n")
    build(tmp_path / "a.md", index=tmp_path / "index", model="hashing")
    lines = [
        {"question": "ferries", "section": "Ferries", "contains": "Nine"},
        {"question": "Who leads?", "section": "Crew", "contains": "Mara"},
        {"question": "What is the price of gold?", "section": None, "contains": None},
    ]
    asked = tmp_path / "questions.jsonl"
    asked.write_text("\n".join(map(json.dumps, lines)))
    assert cli.main(["eval", str(asked), "--index", str(tmp_path / "index"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["passages"], result["queries"]) == (2, 3)
    assert result["modes"]["hybrid"]["hit@1"] == 1.0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "is not JSON lines"),
        ("[1]", "line 1 is not a JSON object"),
        ("[" * 100_000, "is not JSON lines"),
        ('{"question": "x"}', "line 1 has no 'section'"),
        ('{"question": "x", "section": "Nowhere", "contains": "y"}', "Nothing to measure"),
    ],
)
def test_a_bad_questions_file_is_one_sentence(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "a.txt").write_text("Some words stand here.")
    build(tmp_path / "a.txt", index=tmp_path / "index", model="hashing")
    (tmp_path / "q.jsonl").write_text(content)
    with pytest.raises(UsageError, match=said):
        evaluate(tmp_path / "q.jsonl", index=tmp_path / "index")


def test_a_folder_that_is_no_beir_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"corpus\.jsonl cannot be read"):
        evaluate(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("corpus.jsonl", b'{"text": "x"}'),
        ("corpus.jsonl", b'{"_id": "1", "text": "x", "metadata": [1]}'),
        ("queries.jsonl", b'{"text": "x"}'),
        ("qrels/test.tsv", b"q1\td1\t\xc2\xb2\n"),
        ("qrels/test.tsv", b"\xff\td1\t1\n"),
    ],
)
def test_a_malformed_beir_folder_is_one_sentence(beir: Path, name: str, content: bytes) -> None:
    (beir / name).write_bytes(content)
    with pytest.raises(UsageError, match="is no BEIR folder: "):
        read_beir(beir)


def test_a_benchmark_does_not_overwrite_somebodys_index(beir: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Some words stand here.")
    build(tmp_path / "a.txt", index=tmp_path / "index", model="hashing")
    with pytest.raises(UsageError, match="holds your own documents"):
        evaluate(beir, index=tmp_path / "index")


def test_the_interval_holds_the_mean_and_narrows_with_more_questions() -> None:
    def width(n: int) -> float:
        values = {"hit@1": np.array([0.0, 1.0] * n)}
        result = ModeResult((), values, 1.0)
        low, high = result.interval("hit@1")
        assert low <= result.mean("hit@1") <= high
        return high - low

    assert width(200) < width(10) / 2


def test_auroc_counts_pairs_and_the_curve_ends_with_everything_answered() -> None:
    abstention = Abstention(
        np.array([0.9, 0.4, 0.6, 0.1]),
        np.array([True, True, False, False]),
        np.array([True, True, False, False]),
        np.array([False, False, True, False]),
        0.5,
    )
    assert abstention.auroc() == 0.75
    nothing = np.array([], bool)
    empty = Abstention(np.array([]), nothing, nothing, nothing, 0.5)
    assert (empty.auroc(), empty.curve(), empty.as_json()["risk_area"]) == (None, [], 0.0)
    assert (abstention.auroc_near_miss(), abstention.auroc_off_topic()) == (0.5, 1.0)
    assert abstention.answered() == {"answerable": 0.5, "near-miss": 1.0, "off-topic": 0.0}
    first, *_, last = abstention.curve()
    assert first == {"confidence": 0.9, "answered": 0.5, "wrong": 0.0, "coverage": 0.25}
    assert last == {"confidence": 0.1, "answered": 1.0, "wrong": 0.5, "coverage": 1.0}


MINUTES = """\
# Minutes

## Motions

Ana Bo proposed the fence. The vote was 7 to 2.

## Actions

- Cy buys paint.
- Di asks for prices.
- Ed looks on.
"""


def place(text: str, *words: str) -> dict[str, Any]:
    return {"document": "minutes.md", "contains": text, "words": list(words)}


ITEMS = [
    ("who", "Who proposed the fence?", "tune", [place("Ana Bo proposed the fence", "Ana Bo")]),
    ("list", "What are all actions?", "test", [place("Cy buys paint"), place("Di asks for")]),
    ("near-miss", "How much does the fence cost?", "test", []),
]


@pytest.fixture
def minutes(tmp_path: Path) -> Path:
    """A folder with an index of the minutes, and a questions file with items."""
    (tmp_path / "minutes.md").write_text(MINUTES)
    build(tmp_path / "minutes.md", index=tmp_path / "index", model="hashing")
    lines = [
        {
            "id": f"minutes-{kind}",
            "document": "minutes.md",
            "question": question,
            "kind": kind,
            "split": split,
            "answerable": bool(items),
            "items": items,
        }
        for kind, question, split, items in ITEMS
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    return tmp_path


def test_items_are_places_of_the_document_and_a_split_can_be_chosen(minutes: Path) -> None:
    with open_index(minutes / "index") as searcher:
        every = read_questions(minutes / "questions.jsonl", probe.passages(searcher))
        some = read_questions(minutes / "questions.jsonl", probe.passages(searcher), split="test")
    who, actions, miss = every.questions
    assert [MINUTES[one.start : one.end] for one in actions.items] == [
        "Cy buys paint",
        "Di asks for",
    ]
    assert (who.document, who.kind, who.answers) == ("minutes.md", "who", ("Ana Bo",))
    assert (miss.answerable, miss.near_miss) == (False, True)
    assert [one.id for one in some.questions] == ["minutes-list", "minutes-near-miss"]


def test_an_item_that_occurs_twice_is_the_one_that_is_meant(minutes: Path) -> None:
    entry = {
        "question": "Who?",
        "kind": "who",
        "answerable": True,
        "items": [{"document": "minutes.md", "contains": "fence", "occurrence": 1, "words": []}],
    }
    (minutes / "minutes.md").write_text(MINUTES + "\n## Again\n\nThe fence is red.\n")
    build(minutes / "minutes.md", index=minutes / "index", model="hashing")
    text = (minutes / "minutes.md").read_text()
    starts = []
    with open_index(minutes / "index") as searcher:
        for occurrence in (1, 2):
            entry["items"][0]["occurrence"] = occurrence  # type: ignore[index]
            (minutes / "one.jsonl").write_text(json.dumps(entry))
            asked = read_questions(minutes / "one.jsonl", probe.passages(searcher))
            starts.append(asked.questions[0].items[0].start)
    assert starts == [text.index("fence"), text.rindex("fence")]


def test_items_that_are_none_are_one_sentence(minutes: Path) -> None:
    bad = {"question": "Who?", "kind": "who", "answerable": True, "items": [{"contains": "x"}]}
    (minutes / "bad.jsonl").write_text(json.dumps(bad))
    with pytest.raises(UsageError, match=r"line 1: .*'document'.* in its items"):
        evaluate(minutes / "bad.jsonl", index=minutes / "index")


def quotation(passage: Passage, sentence: str, words: str = "") -> Quotation:
    start = passage.start + passage.text.index(sentence)
    first = start + sentence.index(words)
    span = AnswerSpan(
        first, first + len(words or sentence), words or sentence, start, start + len(sentence)
    )
    return Quotation(passage, span, exact=bool(words))


def answer(verdict: Verdict | None, kind: str, *quotations: Quotation) -> Answer:
    return Answer("?", verdict, 0.9, "", "", (), kind=QuestionKind(kind), quotations=quotations)


def test_answers_are_judged_by_passage_sentence_words_and_items(minutes: Path) -> None:
    with open_index(minutes / "index") as searcher:
        passages = probe.passages(searcher)
        asked = read_questions(minutes / "questions.jsonl", passages)
    motions, actions = passages
    who, several, miss = asked.questions
    judge = Judge(asked, passages)
    sentence = "Ana Bo proposed the fence."
    right = judge.judge(
        who, answer(Verdict.ANSWERED, "who", quotation(motions, sentence, "Ana Bo"))
    )
    assert (right.right, right.bold, right.bold_right) == (True, True, True)
    words = judge.judge(who, answer(Verdict.ANSWERED, "who", quotation(motions, sentence, "fence")))
    assert (words.right, words.bold_right) == (True, False)
    other = quotation(motions, "The vote was 7 to 2.", "7")
    beside = judge.judge(who, answer(Verdict.ANSWERED, "who", other))
    assert (beside.passage_right, beside.right, beside.bold_right) == (True, False, False)
    listed = judge.judge(
        several,
        answer(
            Verdict.ANSWERED,
            "list",
            quotation(actions, "Cy buys paint."),
            quotation(actions, "Ed looks on."),
        ),
    )
    assert (listed.recall, listed.precision) == (0.5, 0.5)
    missed = judge.judge(miss, answer(Verdict.ANSWERED, "how-much", other))
    unsure = judge.judge(who, answer(Verdict.UNSURE, "who"))
    figures = verdicts.as_json([right, beside, listed, missed, unsure])
    assert figures["asserted_right"] == 0.5
    of_who = figures["kinds"]["who"]
    assert (of_who["questions"], of_who["asserted"], of_who["unsure"]) == (3, 2, 1)
    assert (of_who["right"], of_who["right_passage"]) == (0.5, 1.0)
    assert (of_who["bold"], of_who["bold_right"]) == (2, 0.5)
    assert (figures["kinds"]["list"]["recall"], figures["kinds"]["list"]["precision"]) == (0.5, 0.5)
    assert figures["kinds"]["near-miss"]["asserted"] == 1
    assert list(figures["kinds"]) == ["who", "list", "all answerable", "near-miss"]


def test_kinds_without_a_verdict_are_right_or_not(minutes: Path) -> None:
    with open_index(minutes / "index") as searcher:
        passages = probe.passages(searcher)
        asked = read_questions(minutes / "questions.jsonl", passages)
    motions, actions = passages
    several = asked.questions[1]
    both = [quotation(actions, "Cy buys paint."), quotation(actions, "Di asks for prices.")]
    judge = Judge(asked, passages)
    overview = replace(several, kind="overview")
    assert judge.judge(overview, answer(None, "overview", *both)).right
    assert not judge.judge(overview, answer(None, "overview", *both[:1])).right
    clause = replace(several, kind="clause")
    assert judge.judge(clause, answer(None, "clause", both[0])).right
    assert not judge.judge(clause, answer(None, "clause", quotation(motions, "The vote"))).right
    keywords = replace(several, kind="keywords")
    evidence = Evidence(None, None, None, None, 0.0)
    found = replace(answer(None, "keywords"), hits=(Hit(1, actions, evidence),))
    assert judge.judge(keywords, found).right
    assert not judge.judge(keywords, replace(found, hits=(Hit(1, motions, evidence),))).right


def test_the_command_tells_what_a_reader_meets_before_what_is_given(
    minutes: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = str(minutes / "questions.jsonl")
    assert cli.main(["eval", asked, "--index", str(minutes / "index"), "--split", "tune"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("questions: 1 questions, 2 passages")
    assert (
        told.index("what a reader meets")
        < told.index("marked in the first passage found")
        < told.index("marked given a passage that answers")
    )
