"""What does `kill -9` at any moment of a build leave? The old index or the new one, whole."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from briefqa import Searcher, build, open_index, verify
from briefqa.index.generations import PASSAGES, open_current
from briefqa.index.record_file import PassageFile

KILLS = 100
FILES = 60
BUILD = """
import sys
from briefqa import build
from briefqa.text.language import stemmer
stemmer("en")
print("ready", flush=True)
build(sys.argv[1], index=sys.argv[2], model="hashing")
"""
WRITING = "building-*"
PUBLISHING = "building-*/manifest.json"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_build_killed_at_any_of_100_moments_leaves_the_old_index_or_the_new_one(
    tmp_path: Path,
) -> None:
    chance = random.Random(20170130)
    index = tmp_path / "index"
    for edition in ("one", "two"):
        write_edition(tmp_path / edition, edition)
    build(tmp_path / "one", index=index, model="hashing")
    old, new = "one", "two"
    searcher = open_index(index)
    # The shortest of three: on a busy machine kills then fall too early rather than too late.
    measured = [durations(tmp_path / "two", tmp_path / f"measured {run}") for run in range(3)]
    whole, writing, publishing = map(min, zip(*measured, strict=True))

    fallen: Counter[str] = Counter()
    for number in range(KILLS):
        # A third anywhere in a build, a third while it writes, a third while it publishes.
        sign, length = [
            ("", whole),
            (WRITING, writing),
            (PUBLISHING, publishing),
        ][number % 3]
        before = pointer(index)
        with building(tmp_path / new, index) as child:
            wait_for(child, index, sign)
            time.sleep(chance.uniform(0, length * 1.1))
            child.kill()
            finished = child.wait() == 0
        published = pointer(index) != before
        fallen[moment(index, before, published=published, finished=finished)] += 1
        if published:
            old, new = new, old
        assert_holds_only(index, old, searcher)

    print(f"\n{dict(fallen)}; a build takes {whole:.2f} s, of which writing {writing:.2f} s")
    assert build(tmp_path / new, index=index, model="hashing").changed
    assert_holds_only(index, new, searcher)
    assert build(tmp_path / new, index=index, model="hashing").changed is False
    assert [path.name for path in index.iterdir() if path.is_dir()] == [pointer(index)]
    # Else the kills missed what they were aimed at.
    assert fallen["writing"] >= KILLS // 5
    assert fallen["publishing"] >= KILLS // 50
    assert fallen["too late"] <= KILLS // 2


def write_edition(folder: Path, edition: str) -> None:
    folder.mkdir()
    for number in range(FILES):
        paragraphs = (
            f"Part {part} of story {number} stands in edition {edition}. "
            + f"The boat of day {number * part} came home late that evening. " * 8
            for part in range(10)
        )
        (folder / f"{number:03}.txt").write_text("\n\n".join(paragraphs), "utf-8")


@contextmanager
def building(sources: Path, index: Path) -> Iterator[subprocess.Popen[str]]:
    """A build in a process of its own, which has imported everything when this returns."""
    child = subprocess.Popen(
        [sys.executable, "-c", BUILD, str(sources), str(index)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        yield child
    finally:
        child.kill()
        child.communicate()


def wait_for(child: subprocess.Popen[str], index: Path, sign: str) -> float:
    """Until a path of this form is in the index or the child has ended; the moment."""
    while sign and child.poll() is None and not any(index.glob(sign)):
        time.sleep(0.0005)
    return time.monotonic()


def durations(sources: Path, index: Path) -> tuple[float, float, float]:
    """Seconds that a whole build, its writing and its publication take when left alone."""
    with building(sources, index) as child:
        started = time.monotonic()
        writing = wait_for(child, index, WRITING)
        publishing = wait_for(child, index, PUBLISHING)
        child.wait()
        ended = time.monotonic()
    assert child.returncode == 0
    assert writing < publishing < ended
    return ended - started, ended - writing, ended - publishing


def pointer(index: Path) -> str:
    return str(json.loads((index / "current.json").read_bytes())["generation"])


def moment(index: Path, before: str, *, published: bool, finished: bool) -> str:
    """Where in the build the kill fell, read from what is on disk."""
    if finished:
        return "too late"
    if published:
        return "after publication"
    folders = {path.name for path in index.iterdir() if path.is_dir()} - {before}
    if any(name.startswith("building-") for name in folders):
        return "publishing" if any(index.glob(PUBLISHING)) else "writing"
    return "between the renames" if folders else "before writing"


def assert_holds_only(index: Path, edition: str, searcher: Searcher) -> None:
    """The index opens, every citation holds, and every passage is of that edition."""
    assert verify(index).holds
    texts = [passage.text for passage in PassageFile(open_current(index).folder / PASSAGES)]
    assert {f"edition {edition}." in text for text in texts} == {True}
    for reader in (searcher, open_index(index)):
        hits = reader.search("Which edition does story 77 stand in?", k=20)
        assert len(hits) == 20
        assert {f"edition {edition}." in hit.passage.text for hit in hits} == {True}
        assert len(reader.documents()) == FILES
