"""Which passages mean the same?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from briefqa.errors import IndexDamaged
from briefqa.index import arrays, vector_index
from briefqa.index.vector_index import (
    SENTENCE_WEIGHT,
    FaissVectorIndex,
    create,
    organise,
    read_vectors,
)

Floats = npt.NDArray[np.float32]
LARGE = ["centroids", "lists", "members", "codes"]


def unit_vectors(n: int, dim: int = 16, seed: int = 7) -> Floats:
    vectors = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def written(folder: Path, vectors: Floats, counts: Sequence[int]) -> FaissVectorIndex:
    """An index of these vectors; what it holds is rounded to half precision."""
    room = create(folder, counts, vectors.shape[1])
    room[:] = vectors
    room.flush()
    organise(folder)
    return FaissVectorIndex(folder)


def naive(vectors: Floats, counts: Sequence[int], question: Floats) -> Floats:
    """Cosine of each passage with the question, of the vectors as they are rounded."""
    rounded = vectors.astype(np.float16).astype(np.float32)
    cosines = []
    for start, end in pairwise([0, *np.cumsum(counts).tolist()]):
        each = rounded[start:end] @ question
        best = each[1:].max() if end - start > 1 else each[0]
        cosines.append((1 - SENTENCE_WEIGHT) * each[0] + SENTENCE_WEIGHT * best)
    return np.array(cosines, np.float32)


@pytest.mark.parametrize("limit", [1, 10, 70, 200])
def test_a_passage_weighs_its_whole_and_its_best_sentence_as_numpy_does(
    tmp_path: Path, limit: int
) -> None:
    counts = np.random.default_rng(1).integers(1, 7, size=70).tolist()
    vectors, question = unit_vectors(sum(counts)), unit_vectors(1, seed=8)[0]
    expected = naive(vectors, counts, question)
    rows, cosines = written(tmp_path, vectors, counts).nearest(question, limit)
    np.testing.assert_array_equal(rows, np.argsort(-expected, kind="stable")[:limit])
    np.testing.assert_allclose(cosines, np.sort(expected)[::-1][:limit], atol=1e-6)


def test_half_precision_moves_a_cosine_by_less_than_one_in_two_thousand(tmp_path: Path) -> None:
    vectors, question = unit_vectors(500, dim=384), unit_vectors(1, dim=384, seed=8)[0]
    cosines = written(tmp_path, vectors, [1] * 500).cosines(question, np.arange(500))
    np.testing.assert_allclose(cosines, vectors @ question, atol=5e-4)


def test_a_passage_is_its_own_nearest_with_cosine_one(tmp_path: Path) -> None:
    vectors = unit_vectors(50)
    rows, cosines = written(tmp_path, vectors, [1] * 50).nearest(vectors[17], 1)
    assert rows.tolist() == [17]
    assert cosines[0] == pytest.approx(1.0, abs=5e-4)


def test_a_search_among_some_rows_finds_only_those(tmp_path: Path) -> None:
    vectors, question = unit_vectors(50), unit_vectors(1, seed=8)[0]
    index = written(tmp_path, vectors, [1] * 50)
    rows, cosines = index.nearest(question, 10, np.array([40, 3, 9]))
    assert sorted(rows.tolist()) == [3, 9, 40]
    np.testing.assert_allclose(cosines, vectors[rows] @ question, atol=5e-4)
    assert len(index.nearest(question, 10, np.empty(0, np.int64))[0]) == 0
    assert len(index.nearest(question, 0)[0]) == 0


def test_ties_are_broken_by_row(tmp_path: Path) -> None:
    vectors = np.tile(unit_vectors(1), (7, 1))
    rows, cosines = written(tmp_path, vectors, [1] * 7).nearest(vectors[0], 5)
    assert rows.tolist() == [0, 1, 2, 3, 4]
    assert len(set(cosines.tolist())) == 1


def test_fewer_passages_than_asked_for_give_fewer(tmp_path: Path) -> None:
    vectors = unit_vectors(3)
    assert len(written(tmp_path, vectors, [1, 1, 1]).nearest(vectors[0], 100)[0]) == 3


def test_vectors_come_back_from_disk_as_written(tmp_path: Path) -> None:
    vectors = unit_vectors(20)
    index = written(tmp_path, vectors, [3, 1, 16])
    back, starts = read_vectors(tmp_path)
    np.testing.assert_array_equal(back, vectors.astype(np.float16))
    assert starts.tolist() == [0, 3, 4, 20]
    assert (index.n_passages, index.dimension) == (3, 16)


def test_every_half_precision_number_is_widened_exactly() -> None:
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16)
    numbers = np.isfinite(halves)
    widened = arrays.widened(halves)
    np.testing.assert_array_equal(widened[numbers], halves[numbers].astype(np.float32))
    assert (np.abs(widened[~numbers]) > 65_000).all()


def test_vectors_that_cannot_be_read_are_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="briefqa build"):
        read_vectors(tmp_path)
    written(tmp_path, unit_vectors(3), [2, 1])
    for damaged in (
        np.array([{"a": 1}], dtype=object),
        unit_vectors(3),
        unit_vectors(2).astype(np.float16),
        np.zeros(3, np.float16),
        np.asfortranarray(unit_vectors(3).astype(np.float16)),
    ):
        np.save(tmp_path / "vectors.npy", damaged, allow_pickle=True)
        with pytest.raises(IndexDamaged, match="briefqa build"):
            FaissVectorIndex(tmp_path)


@pytest.mark.parametrize("starts", [[0, 3, 2], [1, 2, 3], [0, 2, 2, 3], [0], [0, -1, 3]])
def test_starts_that_do_not_fit_are_damage(tmp_path: Path, starts: list[int]) -> None:
    written(tmp_path, unit_vectors(3), [2, 1])
    np.save(tmp_path / "vectors.starts.npy", np.array(starts))
    with pytest.raises(IndexDamaged, match="briefqa build"):
        FaissVectorIndex(tmp_path)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 5.0])
def test_numbers_that_are_no_unit_vector_are_damage(tmp_path: Path, wrong: float) -> None:
    vectors = unit_vectors(3)
    vectors[1] = wrong
    index = written(tmp_path, vectors, [2, 1])
    with pytest.raises(IndexDamaged, match="unit length"):
        index.nearest(np.full(16, 0.25, np.float32), 2)


@pytest.fixture
def large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Floats, list[int]]:
    """A folder of 1,500 passages in 60 clusters that counts as large, its vectors and counts."""
    monkeypatch.setattr(vector_index, "EXACT_MOST", 1_000)
    random = np.random.default_rng(3)
    counts = random.integers(1, 7, size=1_500).tolist()
    topic = np.repeat(random.integers(0, 60, size=1_500), counts)
    vectors = unit_vectors(60, 64, 4)[topic] + 0.8 * unit_vectors(sum(counts), 64, 5)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    written(tmp_path, vectors, counts)
    return tmp_path, vectors, counts


def recall(
    folder: Path, vectors: Floats, counts: list[int], among: npt.NDArray[np.int64] | None
) -> float:
    """How many of the ten nearest of 50 questions are found; their cosines must be exact."""
    index, found = FaissVectorIndex(folder), 0
    for question in unit_vectors(60, 64, 4)[:50]:
        expected = naive(vectors, counts, question)
        pool = np.arange(len(counts)) if among is None else among
        rows, cosines = index.nearest(question, 10, among)
        np.testing.assert_allclose(cosines, expected[rows], atol=1e-6)
        assert np.isin(rows, pool).all()
        assert (np.diff(cosines) <= 0).all()
        found += len(np.intersect1d(rows, pool[np.argsort(-expected[pool])[:10]]))
    return found / 500


def test_many_vectors_are_searched_by_lists_that_lose_next_to_nothing(
    large: tuple[Path, Floats, list[int]],
) -> None:
    assert all((large[0] / f"vectors.{name}.npy").exists() for name in LARGE)
    assert recall(*large, None) >= 0.98


def test_among_many_rows_the_lists_lose_next_to_nothing(
    large: tuple[Path, Floats, list[int]],
) -> None:
    assert recall(*large, np.arange(0, 1_500, 3)) >= 0.98


def test_among_few_rows_a_search_of_many_vectors_is_exact(
    large: tuple[Path, Floats, list[int]],
) -> None:
    assert recall(*large, np.arange(0, 1_500, 50)) == 1


def test_more_passages_than_the_nearest_lists_hold_are_found_further_away(
    large: tuple[Path, Floats, list[int]],
) -> None:
    folder, vectors, counts = large
    index, question = FaissVectorIndex(folder), vectors[0]
    assert len(index.nearest(question, 180)[0]) == 180
    expected = np.argsort(-naive(vectors, counts, question), kind="stable")
    np.testing.assert_array_equal(index.nearest(question, 1_500)[0], expected)


def test_lists_are_the_same_whenever_they_are_made(large: tuple[Path, Floats, list[int]]) -> None:
    paths = [large[0] / f"vectors.{name}.npy" for name in LARGE]
    before = [path.read_bytes() for path in paths]
    organise(large[0])
    assert [path.read_bytes() for path in paths] == before


@pytest.mark.parametrize("name", LARGE)
def test_damaged_lists_are_damage(large: tuple[Path, Floats, list[int]], name: str) -> None:
    path, question = large[0] / f"vectors.{name}.npy", large[1][0]
    whole = np.load(path)
    out_of_range = whole.copy()
    out_of_range[0] = np.nan if name == "centroids" else 255 if name == "codes" else -1
    if name == "codes":
        out_of_range[:] = 255
    for damaged in (whole.astype(np.float64), whole[:-1], whole[..., np.newaxis], out_of_range):
        np.save(path, damaged)
        with pytest.raises(IndexDamaged, match="briefqa build"):
            FaissVectorIndex(large[0]).nearest(question, 5)
    if name != "centroids":
        path.unlink()
        with pytest.raises(IndexDamaged, match="briefqa build"):
            FaissVectorIndex(large[0]).nearest(question, 5)


def test_a_question_of_another_dimension_means_that_the_index_is_damaged(tmp_path: Path) -> None:
    vectors = create(tmp_path, [1, 1], 8)
    vectors[:] = np.eye(8)[:2]
    vectors.flush()
    index, question = FaissVectorIndex(tmp_path), np.eye(9, dtype=np.float32)[0]
    with pytest.raises(IndexDamaged, match="not of 9 numbers"):
        index.nearest(question, 1)
    with pytest.raises(IndexDamaged, match="not of 9 numbers"):
        index.cosines(question, np.array([0]))
