"""A build that computes its vectors in several processes makes the same index, whoever dies."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from briefqa import build
from briefqa.cli import main
from briefqa.errors import BriefQAError, BuildError, ModelUnavailable, UsageError
from briefqa.index.generations import open_current
from briefqa.indexing import embedding_processes, generation_writer
from briefqa.indexing.builder import published
from briefqa.indexing.embedding_processes import Processes, _Worker, embedding
from briefqa.models import cores
from briefqa.models.embedder import HASHING_MODEL, Embedder, HashingEmbedder
from briefqa.records import TextKind

START = """
import json, os, signal, sys, time
sys.path[:] = json.loads(sys.argv[1])
from pathlib import Path
from briefqa.documents.worker import frames
from briefqa.indexing import embedding_processes
from briefqa.models.embedder import HashingEmbedder

FOLDER = Path({folder!r})

def first_time(name):
    try:
        (FOLDER / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True

def die():
    os.kill(os.getpid(), signal.SIGKILL)

embed, send = HashingEmbedder.embed, frames.send
(FOLDER / f"pid-{{os.getpid()}}").touch()
{code}
embedding_processes.main(*sys.argv[2:])
"""

DIES_ONCE_AT_EACH_MOMENT = """
def dying_embed(self, texts, kind):
    if first_time("with the texts"):
        die()
    return embed(self, texts, kind)

def dying_send(stream, parts):
    if first_time("before the answer"):
        die()
    if first_time("within the answer"):
        stream.write(b"\\0\\0\\0\\2" + bytes(8) + b"\\0")
        stream.flush()
        die()
    send(stream, parts)
    if first_time("after the answer"):
        die()

HashingEmbedder.embed, frames.send = dying_embed, dying_send
if first_time("before the texts"):
    die()
"""
ALWAYS_DIES = "HashingEmbedder.embed = lambda self, texts, kind: die()"
FAILS = """
def failing(self, texts, kind):
    raise RuntimeError("no tensor fits\\nat line 1")

HashingEmbedder.embed = failing
"""
TAKES_A_SECOND = """
HashingEmbedder.embed = lambda self, texts, kind: time.sleep(1) or embed(self, texts, kind)
"""
NEVER_ANSWERS = "HashingEmbedder.embed = lambda self, texts, kind: time.sleep(600)"

DIED_THRICE = (
    "Processes that embed passages ended 3 times over the same ones, the last by signal 9, as "
    "happens where memory runs out; the index was left as it was: build again with fewer workers, "
    "and what is embedded already is not embedded again."
)

Child = Callable[[str], Path]


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Child:
    """Has processes run some code first; gives the folder they leave files in."""

    def with_code(code: str) -> Path:
        folder = tmp_path / "moments"
        folder.mkdir()
        start = START.format(folder=str(folder), code=code)
        monkeypatch.setattr(embedding_processes, "_START", start)
        return folder

    return with_code


@pytest.fixture
def briefs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of which there are some ten batches."""
    monkeypatch.setattr(generation_writer, "AT_ONCE", 4)
    folder = tmp_path / "briefs"
    folder.mkdir()
    for number in range(12):
        text = (
            f"# Day {number}\n\nOn day {number} it snowed. The ferry {'did not ' * number}sail.\n"
        )
        (folder / f"{number}.md").write_text(text, "utf-8")
    return folder


def contents(index: Path) -> dict[str, bytes]:
    """All of the index that is published but when it was made, by file."""
    folder = open_current(index).folder
    files = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {str(name): path.read_bytes() for name, path in files.items() if path.suffix != ".json"}


def gone(process: int) -> bool:
    """Whether a process ends within some seconds; one that nobody waits for counts as ended."""
    for _ in range(200):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def processes_in(folder: Path) -> list[int]:
    return [int(path.name.removeprefix("pid-")) for path in folder.glob("pid-*")]


def wait_for_processes(folder: Path, n: int) -> None:
    for _ in range(2_400):
        if len(processes_in(folder)) >= n:
            return
        time.sleep(0.05)


def test_several_processes_make_the_same_index_to_the_byte(briefs: Path, tmp_path: Path) -> None:
    one = build(briefs, index=tmp_path / "one", model=HASHING_MODEL)
    two = build(briefs, index=tmp_path / "two", model=HASHING_MODEL, workers=2)
    assert (two.passages, two.embedded) == (one.passages, one.embedded) == (12, 12)
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    assert "vectors.npy" in contents(tmp_path / "two")


def test_processes_that_die_at_any_moment_lose_nothing_and_double_nothing(
    briefs: Path, tmp_path: Path, child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding_processes, "TRIES", 6)  # should all fall on one batch
    folder = child(DIES_ONCE_AT_EACH_MOMENT)
    build(briefs, index=tmp_path / "one", model=HASHING_MODEL)
    report = build(briefs, index=tmp_path / "two", model=HASHING_MODEL, workers=2)
    assert report.embedded == 12
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    died = {path.name for path in folder.iterdir() if not path.name.startswith("pid-")}
    assert died == {f"{when} the texts" for when in ("before", "with")} | {
        f"{when} the answer" for when in ("before", "within", "after")
    }
    assert len(processes_in(folder)) >= 5
    assert all(map(gone, processes_in(folder)))


@pytest.mark.parametrize(
    ("code", "error", "started", "sentence"),
    [
        (
            ALWAYS_DIES,
            BuildError,
            3,
            DIED_THRICE,
        ),
        (
            FAILS,
            ModelUnavailable,
            1,
            "The model hashing failed in a process of its own: no tensor fits",
        ),
    ],
)
def test_what_no_process_can_do_stops_the_build_and_leaves_the_index(
    briefs: Path,
    tmp_path: Path,
    child: Child,
    code: str,
    error: type[BriefQAError],
    started: int,
    sentence: str,
) -> None:
    index = tmp_path / "index"
    build(briefs, index=index, model=HASHING_MODEL)
    before = published(index)
    (briefs / "new.md").write_text("# New\n\nThe mail came.\n", "utf-8")
    folder = child(code)
    with pytest.raises(error) as raised:
        build(briefs, index=index, model=HASHING_MODEL, workers=2)
    assert str(raised.value) == sentence
    assert published(index) == before
    assert len(processes_in(folder)) == started
    assert all(map(gone, processes_in(folder)))


def test_an_interrupted_build_leaves_no_process(briefs: Path, tmp_path: Path, child: Child) -> None:
    folder = child(NEVER_ANSWERS)

    def interrupt() -> None:
        wait_for_processes(folder, 2)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        build(briefs, index=tmp_path / "index", model=HASHING_MODEL, workers=2)
    assert len(processes_in(folder)) == 2
    assert all(map(gone, processes_in(folder)))
    assert build(briefs, index=tmp_path / "index", model=HASHING_MODEL).passages == 12


def test_a_build_that_is_killed_leaves_no_process(briefs: Path, tmp_path: Path) -> None:
    folder = tmp_path / "moments"
    folder.mkdir()
    code = (
        "import sys; from briefqa import build; from briefqa.indexing import embedding_processes;"
        "embedding_processes._START = sys.argv[3];"
        "build(sys.argv[1], index=sys.argv[2], model='hashing', workers=2)"
    )
    start = START.format(folder=str(folder), code=TAKES_A_SECOND)
    arguments = [str(briefs), str(tmp_path / "index"), start]
    parent = subprocess.Popen([sys.executable, "-c", code, *arguments])
    try:
        wait_for_processes(folder, 1)
    finally:
        parent.kill()
        parent.wait()
    assert processes_in(folder)
    assert all(map(gone, processes_in(folder)))


def test_few_batches_wait_and_the_cores_are_shared(
    monkeypatch: pytest.MonkeyPatch, hashing_embedder: HashingEmbedder
) -> None:
    monkeypatch.setattr(cores, "usable_cores", lambda: 7)
    shares = [worker._arguments[-1] for worker in Processes(hashing_embedder, 3)._workers]
    assert shares == ["2", "2", "2"]
    assert Processes(hashing_embedder, 9)._workers[0]._arguments[-1] == "1"
    taken = count()
    texts = ["The ferry sailed.", "It snowed."]

    def endless() -> Iterator[Sequence[str]]:
        while True:
            next(taken)
            yield texts

    with embedding(hashing_embedder, 2) as embed_each:
        computed = embed_each(endless())
        np.testing.assert_array_equal(
            next(computed), hashing_embedder.embed(texts, TextKind.PASSAGE)
        )
        assert next(taken) <= 2 * 2
        next(computed)
        assert next(taken) <= 2 * 2 + 2


def test_a_process_runs_models_in_its_share_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "_share", [])
    before = cores.usable_cores()
    cores.use_at_most(1)
    assert cores.usable_cores() == 1
    cores.use_at_most(1_000)
    assert cores.usable_cores() == before


def test_what_cannot_be_done_in_processes_is_refused(
    briefs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Own(HashingEmbedder):
        name = "own"

    with pytest.raises(UsageError, match=r"^The embedder own is an object of this process"):
        build(briefs, index=tmp_path / "index", model=Own(), workers=2)
    index = str(tmp_path / "index")
    command = ["build", str(briefs), "--index", index, "--model", "hashing", "--workers", "0"]
    assert main(command) == 2
    assert "briefqa: A build cannot have 0 workers; give 1 or more." in capsys.readouterr().err
    assert main([*command[:-1], "2"]) == 0


@pytest.mark.slow
def test_the_real_model_gives_the_same_vectors_while_processes_are_killed(
    repo: Path, brief_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers: list[_Worker] = []

    def started(embedder: Embedder, n_processes: int) -> Processes:
        processes = Processes(embedder, n_processes)
        workers.extend(processes._workers)
        return processes

    monkeypatch.setattr(embedding_processes, "Processes", started)
    monkeypatch.setattr(embedding_processes, "TRIES", 30)
    chance, killed, done = random.Random(24), list[int](), threading.Event()

    def kill() -> None:
        while not done.wait(chance.uniform(0.1, 2)) and len(killed) < 12:
            process = chance.choice(workers)._process if workers else None
            if process is not None:
                killed.append(process.pid)
                process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        report = build(repo / "data", index=tmp_path / "index", workers=2)
    finally:
        done.set()
        killer.join()
    print(f"\n{len(killed)} killed in {report.seconds:.0f} s")
    assert len(killed) >= 6
    before, after = (open_current(index) for index in (brief_index, tmp_path / "index"))
    assert (after.folder / "passages.jsonl").read_bytes() == (
        before.folder / "passages.jsonl"
    ).read_bytes()
    vectors = [np.load(each.folder / "vectors.npy").astype(np.float32) for each in (before, after)]
    assert np.abs(vectors[1] - vectors[0]).max() <= 1e-5
