"""Which passages mean the same?"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from briefqa.errors import IndexDamaged
from briefqa.vector_index import WINDOW_WEIGHT, VectorIndex, read, write


def unit_vectors(
    n: int, dim: int = 16, seed: int = 7
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    vectors = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def whole_passages(n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Starts of passages of one vector each."""
    return np.arange(n + 1, dtype=np.int64)


@pytest.mark.parametrize("limit", [1, 10, 70, 200])
def test_a_passage_weighs_its_whole_and_its_best_window_as_numpy_does(limit: int) -> None:
    counts = np.random.default_rng(1).integers(1, 7, size=70)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    vectors, question = unit_vectors(int(starts[-1])), unit_vectors(1, seed=8)[0]
    expected = []
    for start, end in pairwise(starts):
        each = vectors[start:end] @ question
        best = each[1:].max() if end - start > 1 else each[0]
        expected.append((1 - WINDOW_WEIGHT) * each[0] + WINDOW_WEIGHT * best)
    rows, cosines = VectorIndex(vectors, starts).nearest(question, limit)
    np.testing.assert_array_equal(rows, np.argsort(-np.array(expected), kind="stable")[:limit])
    np.testing.assert_allclose(cosines, np.sort(expected)[::-1][:limit], atol=1e-5)


def test_cosines_equal_numpys_and_come_best_first() -> None:
    vectors, question = unit_vectors(200), unit_vectors(1, seed=8)[0]
    rows, cosines = VectorIndex(vectors, whole_passages(len(vectors))).nearest(question, 10)
    expected = vectors @ question
    np.testing.assert_array_equal(rows, np.argsort(-expected)[:10])
    np.testing.assert_allclose(cosines, np.sort(expected)[::-1][:10], atol=1e-5)


def test_a_passage_is_its_own_nearest_with_cosine_one() -> None:
    vectors = unit_vectors(50)
    rows, cosines = VectorIndex(vectors, whole_passages(len(vectors))).nearest(vectors[17], 1)
    assert rows.tolist() == [17]
    assert cosines[0] == pytest.approx(1.0, abs=1e-5)


def test_a_search_among_some_rows_finds_only_those() -> None:
    vectors, question = unit_vectors(50), unit_vectors(1, seed=8)[0]
    among = np.array([3, 9, 40], dtype=np.int64)
    rows, cosines = VectorIndex(vectors, whole_passages(len(vectors))).nearest(question, 10, among)
    assert sorted(rows.tolist()) == [3, 9, 40]
    np.testing.assert_allclose(cosines, vectors[rows] @ question, atol=1e-5)
    assert (
        len(VectorIndex(vectors, whole_passages(len(vectors))).nearest(question, 10, among[:0])[0])
        == 0
    )


def test_ties_are_broken_by_row() -> None:
    vectors = np.tile(unit_vectors(1), (5, 1))
    rows, _ = VectorIndex(vectors, whole_passages(len(vectors))).nearest(vectors[0], 5)
    assert rows.tolist() == [0, 1, 2, 3, 4]


def test_fewer_passages_than_asked_for_give_fewer() -> None:
    vectors = unit_vectors(3)
    assert len(VectorIndex(vectors, whole_passages(len(vectors))).nearest(vectors[0], 100)[0]) == 3


def test_vectors_come_back_from_disk_as_written(tmp_path: Path) -> None:
    vectors = unit_vectors(20)
    write(tmp_path, vectors, [3, 1, 16])
    back, starts = read(tmp_path)
    np.testing.assert_array_equal(back, vectors)
    assert starts.tolist() == [0, 3, 4, 20]


def test_vectors_that_cannot_be_read_are_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="briefqa build"):
        read(tmp_path)
    write(tmp_path, unit_vectors(3), [1, 1])
    with pytest.raises(IndexDamaged, match="briefqa build"):
        read(tmp_path)
    np.save(tmp_path / "vectors.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(IndexDamaged, match="briefqa build"):
        read(tmp_path)
