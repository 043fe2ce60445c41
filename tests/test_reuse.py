"""Parts of a folder are embedded apart, and put together without computing a vector again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from briefqa import build
from briefqa.cli import main
from briefqa.errors import BriefQAError, IndexDamaged, IndexNotFound, IndexOutOfDate
from briefqa.index.generations import open_current
from briefqa.indexing.builder import published
from briefqa.models.embedder import HASHING_MODEL, HashingEmbedder
from briefqa.records import TextKind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class Unable(HashingEmbedder):
    """Of the same vectors as the hashing model, had it to compute any."""

    def embed(self, texts: Sequence[str], kind: TextKind) -> npt.NDArray[np.float32]:
        raise AssertionError(f"{len(texts)} texts were embedded again")


class Another(HashingEmbedder):
    fingerprint = "hashing-0"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder of two, each with an index of its own beside it, `north` and `south`."""
    for place in ("north", "south"):
        folder = tmp_path / "archive" / place
        folder.mkdir(parents=True)
        for number in range(4):
            text = (
                f"# {place} {number}\n\nOn day {number} it snowed.\n\nIt thawed in the {place}.\n"
            )
            (folder / f"{number}.md").write_text(text, "utf-8")
        build(folder, index=tmp_path / place, model=HASHING_MODEL)
    return tmp_path / "archive"


def contents(index: Path) -> dict[str, bytes]:
    """All of the index that is published but its manifest, by file."""
    folder = open_current(index).folder
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".json"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_parts_are_put_together_without_embedding(archive: Path, tmp_path: Path) -> None:
    build(archive, index=tmp_path / "whole", model=HASHING_MODEL)
    parts = [tmp_path / "north", tmp_path / "south"]
    report = build(archive, index=tmp_path / "joined", model=Unable(), reuse=parts)
    assert (report.passages, report.embedded, report.reused) == (8, 0, 8)
    assert contents(tmp_path / "joined") == contents(tmp_path / "whole")
    assert "vectors.npy" in contents(tmp_path / "joined")
    assert list((tmp_path / "joined").glob("embedded-*")) == []


def test_what_no_part_has_is_embedded(archive: Path, tmp_path: Path) -> None:
    index = tmp_path / "joined"
    command = ["build", str(archive), "--index", str(index), "--model", "hashing"]
    assert main([*command, "--reuse", str(tmp_path / "north")]) == 0
    build(archive, index=tmp_path / "whole", model=HASHING_MODEL)
    assert contents(index) == contents(tmp_path / "whole")
    (archive / "new.md").write_text("# New\n\nThe ferry sailed.\n", "utf-8")
    report = build(archive, index=index, model=HASHING_MODEL, reuse=tmp_path / "south")
    assert (report.embedded, report.reused) == (1, 8)


def damage(index: Path) -> None:
    vectors = open_current(index).folder / "vectors.npy"
    os.truncate(vectors, vectors.stat().st_size - 3)


@pytest.mark.parametrize(
    ("other", "error", "sentence"),
    [
        (
            "another",
            IndexOutOfDate,
            r"^The vectors of the index in \S+another were made by another",
        ),
        ("nowhere", IndexNotFound, r"nowhere"),
        ("south", IndexDamaged, r"vectors\.npy"),
    ],
)
def test_an_index_that_is_of_no_use_is_refused_and_nothing_changes(
    archive: Path, tmp_path: Path, other: str, error: type[BriefQAError], sentence: str
) -> None:
    index = tmp_path / "joined"
    build(archive / "north", index=index, model=HASHING_MODEL)
    build(archive, index=tmp_path / "another", model=Another())
    damage(tmp_path / "south")
    before = published(index), contents(index)
    parts = [tmp_path / "north", tmp_path / other]
    with pytest.raises(error, match=sentence):
        build(archive, index=index, model=HASHING_MODEL, reuse=parts)
    assert (published(index), contents(index)) == before
