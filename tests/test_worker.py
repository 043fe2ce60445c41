"""Does the process that parses keep to its limits, and is another one there after it?"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from briefqa import build
from briefqa.documents import loaders, reading
from briefqa.documents.worker import process
from briefqa.documents.worker.frames import Request
from briefqa.documents.worker.process import Worker
from briefqa.errors import LoadError
from briefqa.json_decoding import decode
from briefqa.records import Document

PAGE = b"<title>Ice</title><h1>Ice</h1><p>The ferry stopped in May.</p>"


@pytest.fixture
def worker() -> Iterator[Worker]:
    one = Worker()
    yield one
    one.close()


def identity(worker: Worker) -> int:
    assert worker._process is not None
    return worker._process.pid


def read(worker: Worker, data: bytes = PAGE, name: str = "a.html") -> Document:
    return decode(worker.ask(Request("parse", name), data)[0], Document)


def test_a_file_is_read_as_it_is_in_this_process(worker: Worker) -> None:
    assert read(worker) == loaders.parse(PAGE, "a.html")


def test_one_process_reads_many_files_and_is_started_when_it_is_first_asked(worker: Worker) -> None:
    assert worker._process is None
    read(worker)
    first = identity(worker)
    read(worker, PAGE * 50_000)
    assert identity(worker) == first
    worker.close()
    assert worker._process is None
    assert read(worker).title == "Ice"


def test_a_process_that_is_killed_is_followed_by_another(worker: Worker) -> None:
    read(worker)
    os.kill(identity(worker), signal.SIGKILL)
    time.sleep(0.1)
    assert read(worker).title == "Ice"


def test_what_takes_too_long_is_refused_and_the_next_file_read(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(worker)  # started, however busy the machine is
    stopped = identity(worker)
    os.kill(stopped, signal.SIGSTOP)
    with monkeypatch.context() as hurried:
        hurried.setattr(worker, "_wall_seconds", 3)
        with pytest.raises(LoadError, match=r"^it could not be read in 3 seconds$"):
            read(worker)
    assert read(worker).title == "Ice"
    assert identity(worker) != stopped


def test_it_can_be_stopped_from_another_thread(worker: Worker) -> None:
    read(worker)
    os.kill(identity(worker), signal.SIGSTOP)
    threading.Timer(0.5, worker.interrupt).start()
    with pytest.raises(LoadError, match="was stopped"):
        read(worker)


LIMITS = """
import json, os, resource, socket, sys
sys.path[:] = json.loads(sys.argv[1])
from briefqa.documents.worker import child

def attempt(request, data):
    tried = []
    for what in (lambda: open("/etc/hostname"), socket.socket, lambda: os.open("/dev/null", 1)):
        try:
            what()
            tried.append("done")
        except OSError:
            tried.append("refused")
    limits = [resource.getrlimit(each)[0] for each in (
        resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE)]
    return (json.dumps([tried, limits]).encode(),)

def endless(request, data):
    while True:
        pass

def hungry(request, data):
    return (bytes(2_000_000_000),)

child.SECONDS = 2
child.TASKS.update(attempt=attempt, endless=endless, hungry=hungry)
child.main()
"""


@pytest.fixture
def trying(monkeypatch: pytest.MonkeyPatch, worker: Worker) -> Worker:
    """A worker with tasks of a hostile parser."""
    monkeypatch.setattr(process, "_START", LIMITS)
    return worker


def test_while_a_parser_runs_nothing_can_be_opened(trying: Worker) -> None:
    (answer,) = trying.ask(Request("attempt", "a.html"), PAGE)
    assert answer == b'[["refused", "refused", "refused"], [1500000000, 0, 0, 0]]'


def test_a_parser_without_end_is_ended(trying: Worker) -> None:
    begin = time.monotonic()
    with pytest.raises(LoadError, match="seconds of processor time"):
        trying.ask(Request("endless", "a.html"), PAGE)
    assert time.monotonic() - begin < 30
    assert read(trying).title == "Ice"


def test_a_parser_that_wants_all_memory_is_refused(trying: Worker) -> None:
    with pytest.raises(LoadError, match=r"could not be read in 1\.5 GB"):
        trying.ask(Request("hungry", "a.html"), PAGE)
    assert read(trying).title == "Ice"


def test_a_worker_ends_with_the_program_that_started_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path[:] = sys.argv[1].split(':');"
        "from briefqa.documents.worker.process import shared;"
        "from briefqa.documents.worker.frames import Request;"
        "shared.ask(Request('parse', 'a.html'), b'<p>Ice.');"
        "print(shared._process.pid, flush=True); import os; os._exit(0)"
    )
    path = ":".join(filter(os.path.isabs, sys.path))
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for _ in range(100):
        if not Path(f"/proc/{int(done.stdout)}").exists():
            return
        time.sleep(0.1)
    pytest.fail("the worker goes on")


def test_text_is_read_without_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "shared", None)
    assert reading.read_document(b"# Ice\n\nIt froze.", "a.md").title == "Ice"


def test_a_build_goes_on_after_a_file_that_ends_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.html", "c.html"):
        (folder / name).write_bytes(PAGE.replace(b"May", name.encode()))
    (folder / "b.html").write_bytes(b"<p " + b"a " * 40_000 + b">x")
    (folder / "d.md").write_text("It froze.", "utf-8")
    ask = Worker.ask

    def dies_of_b(self: Worker, request: Request, data: bytes) -> object:
        if request.name == "b.html":
            self.interrupt()
            raise LoadError("its parser gave up on it")
        return ask(self, request, data)

    monkeypatch.setattr(Worker, "ask", dies_of_b)
    report = build(folder, index=tmp_path / "index", model="hashing")
    assert [(file.name, str(file.outcome), file.detail) for file in report.files] == [
        ("a.html", "indexed", ""),
        ("b.html", "failed", "its parser gave up on it"),
        ("c.html", "indexed", ""),
        ("d.md", "indexed", ""),
    ]
