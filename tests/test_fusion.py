"""How do two rankings become one?"""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from briefqa.answering.fusion import DOCUMENT_WEIGHT, SEMANTIC_WEIGHT, fuse


def values(*numbers: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(numbers, dtype=np.float32)


def documents(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(numbers, dtype=np.int64)


def test_words_and_meaning_are_added_by_their_weights() -> None:
    fused = fuse(values(1.0, 0.5), values(0.2, 0.6), documents(0, 1))
    own = np.array([1.0 + SEMANTIC_WEIGHT * 0.2, 0.5 + SEMANTIC_WEIGHT * 0.6])
    np.testing.assert_allclose(fused, own * (1 + DOCUMENT_WEIGHT), rtol=1e-6)


def test_a_passage_is_lifted_by_the_best_of_its_document() -> None:
    fused = fuse(values(1.0, 0.4, 0.5), values(0.0, 0.0, 0.0), documents(7, 7, 9))
    assert fused.argsort()[::-1].tolist() == [0, 1, 2]


def test_one_candidate_among_others_keeps_its_value() -> None:
    alone = fuse(values(0.3), values(0.1), documents(4))
    among = fuse(values(0.3, 2.0), values(0.1, 0.9), documents(4, 5))
    np.testing.assert_allclose(among[0], alone[0])


def test_nothing_fuses_to_nothing() -> None:
    assert fuse(values(), values(), documents()).shape == (0,)


@given(
    st.lists(
        st.tuples(st.floats(0, 2, width=32), st.floats(-1, 1, width=32), st.integers(0, 3)),
        min_size=1,
    )
)
def test_the_best_passage_stays_first_whatever_its_document(
    rows: list[tuple[float, float, int]],
) -> None:
    share, cosine = values(*(row[0] for row in rows)), values(*(row[1] for row in rows))
    own = share + SEMANTIC_WEIGHT * cosine
    fused = fuse(share, cosine, documents(*(row[2] for row in rows)))
    assert own[fused.argmax()] >= own.max() - 1e-5
