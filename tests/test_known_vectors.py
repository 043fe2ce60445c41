"""Vectors are computed once, also when a build is stopped."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from briefqa import build, open_index
from briefqa.errors import ModelUnavailable
from briefqa.index import vector_cache
from briefqa.index.vector_cache import KnownVectors, key
from briefqa.indexing import generation_writer
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import TextKind

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

ONE, TWO, THREE = key("one"), key("two"), key("three")
AXES = np.eye(4, dtype=np.float32)


class StoppingEmbedder(HashingEmbedder):
    """Is interrupted at the text that comes after `left` others; remembers what it embedded."""

    def __init__(self, left: int = 1_000) -> None:
        self.left = left
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        if self.left < len(texts):
            raise KeyboardInterrupt
        self.left -= len(texts)
        self.texts += texts
        return super().embed(texts, kind)


@pytest.fixture
def briefs(tmp_path: Path) -> Path:
    folder = tmp_path / "briefs"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}.md").write_text(f"# Day {number}\n\nOn day {number} it snowed.\n")
    return folder


def unfinished(index: Path) -> list[str]:
    return [path.name for path in index.iterdir() if path.name.startswith("embedded-")]


def test_what_was_added_is_known_at_once_and_after_a_stop(tmp_path: Path) -> None:
    known = KnownVectors(tmp_path, "model", None)
    assert ONE not in known
    known.add([ONE, TWO], AXES[:2])
    known.add([THREE], AXES[2:3])
    assert known.is_new(TWO)
    for again in (known, KnownVectors(tmp_path, "model", None)):
        assert again.dimension == 4
        for number, name in enumerate((ONE, TWO, THREE)):
            assert name in again
            np.testing.assert_array_equal(again[name], AXES[number].astype(np.float16))
    assert not again.is_new(TWO)
    vector_cache.remove_unfinished(tmp_path)
    assert unfinished(tmp_path) == []


def test_a_record_that_was_cut_short_is_dropped_and_the_rest_goes_on(tmp_path: Path) -> None:
    KnownVectors(tmp_path, "model", None).add([ONE, TWO], AXES[:2])
    path = tmp_path / unfinished(tmp_path)[0]
    os.truncate(path, path.stat().st_size - 3)
    known = KnownVectors(tmp_path, "model", None)
    assert (ONE in known, TWO in known) == (True, False)
    known.add([THREE], AXES[2:3])
    again = KnownVectors(tmp_path, "model", None)
    np.testing.assert_array_equal(again[THREE], AXES[2].astype(np.float16))


@pytest.mark.parametrize("content", [b"\0" * 240, b"\xff" * 240])
def test_a_file_of_nonsense_is_not_believed(tmp_path: Path, content: bytes) -> None:
    KnownVectors(tmp_path, "model", None).add([ONE], AXES[:1])
    (tmp_path / unfinished(tmp_path)[0]).write_bytes(content)
    known = KnownVectors(tmp_path, "model", None)
    assert (ONE in known, known.dimension, unfinished(tmp_path)) == (False, 0, [])


def test_another_models_vectors_are_not_known_and_their_file_goes(tmp_path: Path) -> None:
    KnownVectors(tmp_path, "model", None).add([ONE], AXES[:1])
    other = KnownVectors(tmp_path, "other model", None)
    assert (ONE in other, unfinished(tmp_path)) == (False, [])


def test_a_key_that_stands_twice_in_the_file_leaves_the_others_their_vectors(
    tmp_path: Path,
) -> None:
    KnownVectors(tmp_path, "model", None).add([ONE], AXES[:1])
    path = tmp_path / unfinished(tmp_path)[0]
    path.write_bytes(2 * path.read_bytes())
    known = KnownVectors(tmp_path, "model", None)
    known.add([TWO, THREE], AXES[1:3])
    for number, name in enumerate((ONE, TWO, THREE)):
        np.testing.assert_array_equal(known[name], AXES[number].astype(np.float16))


def test_vectors_of_another_dimension_are_refused_in_a_sentence(tmp_path: Path) -> None:
    KnownVectors(tmp_path, "model", None).add([ONE], AXES[:1])
    known = KnownVectors(tmp_path, "model", None)
    with pytest.raises(ModelUnavailable, match="of 3 numbers where it gave 4 before"):
        known.add([TWO], AXES[:1, :3])


def test_an_empty_file_of_another_dimension_is_no_obstacle(tmp_path: Path) -> None:
    KnownVectors(tmp_path, "model", None).add([ONE], AXES[:1])
    path = tmp_path / unfinished(tmp_path)[0]
    path.write_bytes(b"")
    path.rename(path.with_name(path.name.removesuffix("4") + "7"))
    known = KnownVectors(tmp_path, "model", None)
    known.add([TWO], AXES[1:2])
    assert (known.dimension, TWO in known) == (4, True)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    KnownVectors(tmp_path, "model", None).add([ONE], AXES[:1])
    path = tmp_path / unfinished(tmp_path)[0]
    path.unlink()
    outside = tmp_path / "letter.txt"
    outside.write_text("dear reader")
    path.symlink_to(outside)
    KnownVectors(tmp_path, "model", None).add([ONE], AXES[:1])
    assert outside.read_text() == "dear reader"
    assert not path.is_symlink()


def test_a_stopped_build_goes_on_where_it_was(
    briefs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation_writer, "AT_ONCE", 2)
    index = tmp_path / "index"
    stopped, going_on = StoppingEmbedder(left=7), StoppingEmbedder()
    with pytest.raises(KeyboardInterrupt):
        build(briefs, index=index, model=stopped)
    assert len(stopped.texts) == 6
    assert len(unfinished(index)) == 1
    report = build(briefs, index=index, model=going_on)
    assert set(stopped.texts).isdisjoint(going_on.texts)
    assert len(going_on.texts) == 4
    assert (report.embedded, report.reused) == (4, 6)
    assert unfinished(index) == []
    assert len(open_index(index, model=going_on).search("snowed", k=20)) == 10


def test_blocks_of_any_size_make_the_same_index(
    briefs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (briefs / "twin.md").write_text("# Day 3\n\nOn day 3 it snowed.\n\nNothing else.\n")
    found = []
    for block in (1, 3, 2_048):
        monkeypatch.setattr(generation_writer, "BLOCK", block)
        index = tmp_path / f"index-{block}"
        report = build(briefs, index=index, model="hashing")
        generation = next(index.glob("generation-*"))
        names = ("vectors.npy", "vectors.starts.npy", vector_cache.KEYS, "passages.jsonl")
        found.append([(generation / name).read_bytes() for name in names])
        assert (report.embedded, report.reused) == (11, 0)
    assert found[0] == found[1] == found[2]
