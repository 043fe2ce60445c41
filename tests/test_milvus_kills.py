"""Kill builds into Milvus Lite, and its server: the old index is left, or the new one.

A file is open in one process at a time, so that each look at it is a process of its own; over a
server one searcher stays open through all of the kills.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from briefqa import Searcher
from briefqa.errors import IndexFolderError
from briefqa.index.store import store_at
from tests.milvus_places import (
    NEW,
    LiteServer,
    building,
    free_port,
    index_at,
    needs_milvus,
    searcher_of,
    write_documents,
)

KILLS, KILLS_OF_SERVER = 50, 10
QUESTION = "lighthouse of Quillon repaired"
LOOK = """
import json, sys
from tests.milvus_places import searcher_of
with searcher_of(sys.argv[1]) as searcher:
    best = searcher.search(sys.argv[2])[0].passage.text
    print(json.dumps([len(searcher.documents()), best]))
"""

pytestmark = [needs_milvus, pytest.mark.slow, pytest.mark.timeout(3600)]


def looked_at(index: str) -> tuple[int, str]:
    """How many documents a process of its own finds, and what it finds first."""
    done = subprocess.run(
        [sys.executable, "-c", LOOK, index, QUESTION], check=True, capture_output=True
    )
    number, text = json.loads(done.stdout)
    return number, text


def kill_builds(index: str, docs: Path, look: Callable[[], tuple[int, str]]) -> None:
    """Kill builds of a note that is always another, at moments spread over a whole build."""
    build_whole(index, docs, "1986")
    started = time.monotonic()
    build_whole(index, docs, "1987")
    whole = time.monotonic() - started
    documents, text = look()
    assert "1987" in text
    published = {"1987"}
    for number in range(KILLS):
        year = str(1000 + number)
        (docs / "note.md").write_text(NEW.replace("1987", year))
        process = building(docs, index)
        time.sleep(whole * (number + 0.5) / KILLS)
        process.kill()
        process.communicate()
        left, text = look()
        assert left == documents
        found = set(re.findall("in ([0-9]+) by Ada Brask", text))
        assert found == published or found == {year}, (published, year)
        published = found
    build_whole(index, docs, "1066")
    assert "1066" in look()[1]


def build_whole(index: str, docs: Path, year: str) -> None:
    (docs / "note.md").write_text(NEW.replace("1987", year))
    process = building(docs, index)
    _, told = process.communicate()
    assert process.returncode == 0, told.decode()


def documents_in(folder: Path) -> Path:
    folder.mkdir()
    write_documents(folder)
    return folder


def test_a_build_into_a_file_that_is_killed_leaves_the_old_index_or_the_new_one(
    tmp_path: Path,
) -> None:
    index = f"milvus://{tmp_path}/killed.db"
    kill_builds(index, documents_in(tmp_path / "docs"), lambda: looked_at(index))


def test_a_build_over_a_server_that_is_killed_leaves_the_old_index_or_the_new_one(
    tmp_path: Path,
) -> None:
    server = LiteServer(tmp_path / "data", free_port())
    server.start()
    try:
        index, docs = f"milvus://127.0.0.1:{server.port}/killed", documents_in(tmp_path / "docs")
        build_whole(index, docs, "1987")
        with searcher_of(index) as searcher:
            kill_builds(
                index, docs,
                lambda: (len(searcher.documents()), searcher.search(QUESTION)[0].passage.text),
            )  # fmt: skip
    finally:
        server.kill()


def answered(searcher: Searcher) -> None:
    """Wait until questions are answered again."""
    deadline = time.monotonic() + 60
    while True:
        try:
            searcher.search("lighthouse")
            return
        except IndexFolderError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_a_server_killed_during_builds_and_questions_costs_one_sentence(
    tmp_path: Path,
) -> None:
    server = LiteServer(tmp_path / "data", free_port())
    server.start()
    index, docs = f"milvus://127.0.0.1:{server.port}/briefs", documents_in(tmp_path / "docs")
    index_at(index, docs)
    years, found, told = ["1987"], set[str](), list[str]()
    stopped = threading.Event()

    def keep_asking(searcher: Searcher) -> None:
        while not stopped.is_set():
            try:
                text = searcher.search(QUESTION)[0].passage.text
                found.update(re.findall("[0-9]+", text) if "Quillon" in text else [])
            except IndexFolderError as error:
                told.append(str(error))

    try:
        (docs / "note.md").write_text(NEW)
        started = time.monotonic()
        process = building(docs, index)
        process.communicate()
        assert process.returncode == 0
        whole = time.monotonic() - started
        with searcher_of(index) as searcher:
            asking = threading.Thread(target=keep_asking, args=[searcher])
            asking.start()
            for number in range(KILLS_OF_SERVER):
                years.append(str(1000 + number))
                (docs / "note.md").write_text(NEW.replace("1987", years[-1]))
                process = building(docs, index)
                time.sleep(whole * (number + 0.5) / KILLS_OF_SERVER)
                server.kill()
                _, says = process.communicate()
                last = says.decode().strip().rpartition("\n")[2]
                assert process.returncode == 0 or "IndexUnreachable" in last, says.decode()
                server.start()
                answered(searcher)
            stopped.set()
            asking.join()
        assert told
        assert all("\n" not in each for each in told)
        assert found <= set(years)
        index_at(index, docs)
        with searcher_of(index) as searcher:
            assert years[-1] in searcher.search("lighthouse of Quillon")[0].passage.text
            store_at(index).open().check()
    finally:
        stopped.set()
        server.kill()
