"""The speed benchmark's made-up corpus and its tables; nothing is timed here."""

import math
import re
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from benchmarks import speed_corpus, speed_report
from benchmarks.speed_corpus import FUNCTION_WORDS, Language, WordVectors
from benchmarks.speed_report import Goal
from briefqa import open_index
from briefqa.documents.passages import cut
from briefqa.evaluation.probe import ranked_rows
from briefqa.indexing.builder import index_documents
from briefqa.records import Mode, TextKind


@pytest.fixture(scope="module")
def language() -> Language:
    return Language(islice(speed_corpus.made_up_words(), 20_000))


def test_a_corpus_is_the_same_each_time_and_a_smaller_one_is_its_beginning(
    language: Language,
) -> None:
    text = speed_corpus.document_text(language, 3)
    assert text == speed_corpus.document_text(language, 3)
    assert text.startswith(speed_corpus.document_text(language, 3, 5).rstrip())
    assert text != speed_corpus.document_text(language, 4)
    asked = speed_corpus.questions(language, 100, 20)
    assert asked == speed_corpus.questions(language, 100, 20)
    assert {question.passage for question in asked} <= set(range(100))


def test_words_are_as_frequent_as_zipf_says_and_the_commonest_are_function_words(
    language: Language,
) -> None:
    text = " ".join(speed_corpus.document_text(language, number) for number in range(50))
    found = Counter(re.findall("[a-z]+", text.lower()))
    assert {word for word, _ in found.most_common(10)} <= set(FUNCTION_WORDS)
    # A straight line of slope -1 in the middle of the curve, within a fifth.
    counts = sorted(found.values(), reverse=True)
    slope = math.log(counts[999] / counts[99]) / math.log(1_000 / 100)
    assert slope == pytest.approx(-1, abs=0.2)
    assert len(set(language.words)) == len(language.words)


def test_each_paragraph_is_a_passage_and_a_question_finds_its_own(
    language: Language, tmp_path: Path
) -> None:
    vectors = WordVectors(language)
    (document,) = speed_corpus.documents(language, 20)
    texts = document.text.strip().split("\n\n")[1:]
    assert [passage.text for passage in cut(document, vectors)] == texts
    index_documents(speed_corpus.documents(language, 60), tmp_path / "index", vectors)
    searcher = open_index(tmp_path / "index", model=vectors, reader=None)
    assert searcher.manifest().passages == 60
    asked = speed_corpus.questions(language, 60, 30)
    first = [ranked_rows(searcher, q.text, mode=Mode.HYBRID, depth=5) for q in asked]
    pairs = zip(asked, first, strict=True)
    assert np.mean([question.passage in rows for question, rows in pairs]) >= 0.9


def test_made_up_vectors_are_of_unit_length_and_nearer_the_more_words_are_shared(
    language: Language,
) -> None:
    vectors = WordVectors(language)
    rare, other, third, fourth = language.words[5_000:5_004]
    texts = [f"the {rare} of {other}", f"a {rare} and {other}", f"the {third} of {fourth}"]
    found = vectors.embed(texts, TextKind.PASSAGE)
    assert np.linalg.norm(found, axis=1) == pytest.approx(1, abs=1e-6)
    assert found[0] @ found[1] > found[0] @ found[2] + 0.3
    assert np.array_equal(found, vectors.embed(texts, TextKind.QUESTION))


def test_a_goal_says_itself_whether_it_is_met() -> None:
    assert Goal("p50", 1.234, 2, "ms").cells() == ["p50", "1.23 ms", "≤ 2 ms", "met"]
    assert Goal("p50", 2.001, 2, "ms").cells() == ["p50", "2.00 ms", "≤ 2 ms", "**missed**"]
    recall = Goal("recall", 0.99, 0.99, at_least=True)
    assert recall.cells() == ["recall", "0.990", "≥ 0.99", "met"]


def test_the_tables_are_made_of_the_figures_there_are() -> None:
    def warm(p50: float) -> speed_report.Figures:
        times = {"p50": p50, "p95": 2 * p50}
        of_modes = dict.fromkeys(("keyword", "vector", "hybrid"), times)
        return (
            of_modes
            | {"recall": 0.995, "found": 0.9, "vectors": 650, "rss_mb": 80.0}
            | {"peak_mb": 90.0}
        )

    index = {
        "seconds": 9.0,
        "own_seconds": 4.0,
        "peak_mb": 200.0,
        "disk_mb": 10.0,
        "before_mb": 130.0,
    }
    held = {"rss_mb": 300.0, "file_mb": 100.0, "peak_mb": 310.0}
    figures: speed_report.All = {
        "warm-10000": warm(1.0),
        "warm-100000": warm(10.0),
        "index-10000": index,
        "index-100000": index | {"peak_mb": 290.0},
        "held-10000": held,
        "held-100000": held | {"rss_mb": 480.0},
        "peer-10000-bm25s": {
            "version": "1", "build_s": 3.0, "p50": 0.5, "p95": 0.6, "rss_mb": 70.0, "peak_mb": 75.0,
        },
        "peer-10000-txtai": {"skipped": "not done after 10 minutes"},
    }  # fmt: skip
    text = speed_report.report(figures, [100, 10_000, 100_000])
    assert "| keyword search, p50, 100,000 passages | 10.0 ms | ≤ 2 ms | **missed** |" in text
    assert "| its recall@10, 100,000 passages | 0.995 | ≥ 0.99 | met |" in text
    assert "| 10,000 | bm25s | 3.0 | 0.50 | 0.60 | 0.500 | 70 | 75 |" in text
    assert "txtai, hybrid at 10,000: not done after 10 minutes." in text
    # Ten times the passages took ten times as long, so 1,000 ms for a hundred times as many more.
    assert "| BriefQA, keyword, p50 ms | 1.00 | 10.0 | 1.00 | 1,000 | 1,000 |" in text
    # 180 MB for 90,000 passages more: 2 kB each.
    assert "| asking, MB | 300 | 480 | 0.20 | 1,229 | 20,280 |" in text
    assert "cold" not in text


def test_the_report_goes_between_its_markers_only(tmp_path: Path) -> None:
    page = tmp_path / "SPEED.md"
    page.write_text(f"before\n{speed_report.BEGIN}\nold\n{speed_report.END}\nafter\n", "utf-8")
    speed_report.write_between_markers(page, "new\n")
    marked = f"{speed_report.BEGIN}\nnew\n{speed_report.END}"
    assert page.read_text("utf-8") == f"before\n{marked}\nafter\n"
    page.write_text("no markers", "utf-8")
    with pytest.raises(ValueError, match="speed:begin"):
        speed_report.write_between_markers(page, "new")
