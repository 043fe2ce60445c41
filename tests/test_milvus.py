"""An index in Milvus is the same index: one contract for every location.

A folder, a file of Milvus Lite, its server on this machine, and the cluster that
`BRIEFQA_MILVUS_URI` names, as `milvus://HOST:PORT/NAME` of an index to overwrite.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from briefqa import Mode, Searcher, build, open_index
from briefqa.cli.terminal import show_info
from briefqa.concordance.finding import mentions_in
from briefqa.concordance.meaning import near_in_meaning
from briefqa.drafts.file import check_content
from briefqa.errors import (
    BriefQAError,
    IndexBusy,
    IndexDamaged,
    IndexFolderError,
    IndexNotFound,
    UsageError,
)
from briefqa.index.calibration import Calibration
from briefqa.index.info import index_info
from briefqa.index.milvus import client, collections, location, numbering, searching, writer
from briefqa.index.milvus.client import Client
from briefqa.index.milvus.rows import MilvusPassageFile, Passages
from briefqa.index.milvus.store import MilvusStore
from briefqa.index.opened import open_generation
from briefqa.index.store import store_at
from briefqa.indexing.library import Library
from briefqa.models.embedder import HashingEmbedder
from briefqa.models.reader import OverlapReader
from briefqa.records import Hit, Query, TextKind

REPO = Path(__file__).resolve().parent.parent
QUESTIONS = [
    "When was the first house of Upper Varn threatened?",
    "Who is the harbour master?",
    "flood warnings",
    '"the harbour"',
    "harbor opnening",
    "of the",
    "zebra xylophone",
]
NEW = "# Note\n\nThe lighthouse of Quillon was repaired in 1987 by Ada Brask.\n"


@dataclass(frozen=True)
class Place:
    """A location, and the same documents indexed in a folder."""

    index: str
    folder: Path
    documents: Path


needs_milvus = pytest.mark.skipif(
    not (find_spec("pymilvus") and find_spec("milvus_lite")),
    reason="Milvus is not installed: pip install 'briefqa[milvus]'",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class LiteServer:
    """A server of Milvus Lite on a port of this machine, which can be killed and started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = Path(sys.executable).with_name("milvus-lite")
        self.process = subprocess.Popen(
            [program, "server", "--data-dir", self.folder, "--host", "127.0.0.1",
             "--port", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "the server of Milvus Lite did not start"
                assert self.process.poll() is None, "the server of Milvus Lite ended"
                time.sleep(0.1)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="module")
def lite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiteServer]:
    server = LiteServer(tmp_path_factory.mktemp("server"), free_port())
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module", autouse=True)
def workspaces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What belongs to an index but is not in Milvus is kept in the run's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    for name in ("kestrand-port-2021.md", "velmora-flood-2019.md"):
        shutil.copy(REPO / "data" / name, folder)
    shutil.copy(REPO / "examples" / "kestrand-port-2021.pdf", folder)
    return folder


def index_at(index: str | Path, documents: Path) -> Any:
    return build(documents, index=index, model=HashingEmbedder())


def searcher_of(index: str | Path) -> Searcher:
    return open_index(index, model=HashingEmbedder(), reader=OverlapReader())


@pytest.fixture(scope="module")
def in_folder(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("folder") / "index"
    index_at(index, documents)
    return index


BUILD = """
import sys
from briefqa import build
from briefqa.models.embedder import HashingEmbedder
build(sys.argv[1], index=sys.argv[2], model=HashingEmbedder())
"""


def building(documents: Path, index: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, documents, index],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


LOCATIONS = [
    "folder",
    pytest.param("file", marks=needs_milvus),
    pytest.param("server", marks=needs_milvus),
    pytest.param("cluster", marks=needs_milvus),
]


def _index(kind: str, request: pytest.FixtureRequest) -> str:
    folder: Path = request.getfixturevalue("tmp_path_factory").mktemp(kind)
    if kind == "folder":
        return str(folder / "index")
    if kind == "file":
        return f"milvus://{folder}/index.db"
    if kind == "server":
        return f"milvus://127.0.0.1:{request.getfixturevalue('lite_server').port}/briefs"
    cluster = os.environ.get("BRIEFQA_MILVUS_URI")
    if not cluster:
        pytest.skip("not run on a cluster: BRIEFQA_MILVUS_URI names none")
    return cluster


@pytest.fixture(scope="module", params=LOCATIONS)
def place(request: pytest.FixtureRequest, documents: Path, in_folder: Path) -> Place:
    index = _index(request.param, request)
    index_at(index, documents)
    return Place(index, in_folder, documents)


@pytest.fixture(scope="module")
def both(place: Place) -> Iterator[tuple[Searcher, Searcher]]:
    """A searcher over the location and one over the folder."""
    with searcher_of(place.index) as here, searcher_of(place.folder) as known:
        yield here, known


def plain(hit: Hit) -> tuple[object, ...]:
    evidence = hit.evidence
    return hit.rank, hit.passage, hit.answer, evidence.matched, evidence.semantic_rank


@pytest.mark.parametrize("mode", list(Mode))
def test_the_same_passages_are_found(both: tuple[Searcher, Searcher], mode: Mode) -> None:
    here, known = both
    for question in QUESTIONS:
        hits, expected = (each.search(question, k=10, mode=mode) for each in (here, known))
        assert list(map(plain, hits)) == list(map(plain, expected)), question
        fused = [hit.evidence.fused for hit in hits]
        assert fused == pytest.approx([hit.evidence.fused for hit in expected], abs=1e-5)


def test_the_same_answers_and_citations(both: tuple[Searcher, Searcher]) -> None:
    here, known = both
    for question in QUESTIONS:
        answer, expected = here.ask(question), known.ask(question)
        assert (answer.text, answer.verdict) == (expected.text, expected.verdict), question
        assert answer.quotations == expected.quotations


def test_where_to_look_and_what_to_hold_restrict(both: tuple[Searcher, Searcher]) -> None:
    here, known = both
    for query in (
        Query("harbour", where=known.where(["velmora-flood-2019.md"])),
        Query("harbour traffic", must_hold="harbour"),
    ):
        assert list(map(plain, here.search(query))) == list(map(plain, known.search(query)))
    assert here.sections() == known.sections()


def test_candidates_of_many_passages_come_from_milvus(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_milvus(place)
    for name, value in {"_FEW": 5, "_MORE": 10, "MOST": 25}.items():
        monkeypatch.setattr(searching, name, value)
    monkeypatch.setattr(numbering, "_RUNS", 3)
    question = HashingEmbedder().embed(["flood at the harbour"], TextKind.QUESTION)[0]
    with store_at(place.index).open() as here, store_at(place.folder).open() as known:
        n = known.manifest.passages
        for among in (None, np.arange(1, n, 2), np.arange(3, 20)):
            rows, cosines = here.vectors.nearest(question, 5, among)
            expected, values = known.vectors.nearest(question, 5, among)
            assert rows.tolist() == expected.tolist()
            assert cosines == pytest.approx(values, abs=1e-5)
            match, same = (each.keyword.match({"flood": 1.5, "port": 1}) for each in (here, known))
            rows, scores = match.top(5, among)
            expected, values = same.top(5, among)
            assert rows.tolist() == expected.tolist()
            assert scores == pytest.approx(values, abs=1e-5)
        for which in (3, [7, 2], slice(5, 30)):
            assert (here.stored_vectors[which] == known.stored_vectors[which]).all()
        assert [*map(bytes, here.vector_keys)] == [*map(bytes, known.vector_keys)]
        for term in ("flood", "port", "zebra"):
            assert here.keyword.rows_with(term).tolist() == known.keyword.rows_with(term).tolist()


def test_documents_with_their_lines_are_kept_whole(both: tuple[Searcher, Searcher]) -> None:
    here, known = both
    assert here.documents() == known.documents()
    for each in known.documents():
        assert here.document(each.name) == known.document(each.name)
    assert here.document("kestrand-port-2021.pdf").lines.starts


def test_mentions_and_drafts_are_the_same(place: Place) -> None:
    found, expected = (mentions_in(Path(each), "harbour*") for each in (place.index, place.folder))
    assert found.mentions == expected.mentions
    near = []
    for index in (place.index, place.folder):
        with store_at(index).open() as opened:
            meaning = near_in_meaning(opened, HashingEmbedder(), expected, k=3)
            near.append([each.passage for each in meaning.ranked])
    assert near[0] == near[1]
    draft = (REPO / "data" / "velmora-flood-2019.md").read_bytes()[:3000]
    claims = [
        check_content(draft, "draft.md", Path(each)).claims for each in (place.index, place.folder)
    ]
    assert claims[0] == claims[1] != ()


def test_an_open_searcher_follows_a_build_that_embeds_only_what_is_new(place: Place) -> None:
    documents = Path(place.documents)
    with searcher_of(place.index) as searcher:
        assert "1987" not in searcher.search("lighthouse of Quillon")[0].passage.text
        (documents / "note.md").write_text(NEW)
        try:
            report = index_at(place.index, documents)
            assert (report.embedded, report.note) == (1, "")
            assert "1987" in searcher.search("lighthouse of Quillon")[0].passage.text
        finally:
            (documents / "note.md").unlink()
        report = index_at(place.index, documents)
        assert (report.changed, report.embedded) == (True, 0)
        assert "1987" not in searcher.search("lighthouse of Quillon")[0].passage.text
    assert not index_at(place.index, documents).changed


def test_a_calibration_is_kept_with_the_index_and_seen_at_once(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    store = store_at(place.index)
    before = store.stamp()
    fitted = Calibration(1.0, 0.0, 0.1, 0.1, 0.5, 0.1, 9, 6, 5, 6, 1, "model", "", certainty=0.9)
    store.keep_calibration(fitted)
    assert store.calibration() == fitted == store_at(place.index).calibration()
    assert store.stamp() != before
    told = index_info(Path(place.index))
    assert told.calibration == fitted
    show_info(told)
    assert place.index in capsys.readouterr().out


def test_one_build_writes_at_a_time(place: Place) -> None:
    with store_at(place.index).writing(), pytest.raises(IndexBusy, match="Another build"):
        index_at(place.index, place.documents)
    assert not index_at(place.index, place.documents).changed


def test_one_build_of_several_processes_writes_at_a_time(place: Place) -> None:
    with store_at(place.index).writing():
        process = building(place.documents, place.index)
        _, told = process.communicate()
    assert process.returncode
    last = told.decode().strip().rpartition("\n")[2]
    assert re.search(r"IndexBusy: .*(Another build|another process)", last), told.decode()


def test_the_page_adds_and_removes_documents(place: Place, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(NEW)
    library = Library(Path(place.index), tmp_path / "uploads", model=HashingEmbedder())
    library.add([("note.md", note)])
    with searcher_of(place.index) as searcher:
        assert searcher.search("lighthouse of Quillon")[0].passage.document == "note.md"
        library.remove("note.md")
        assert "note.md" not in [each.name for each in searcher.documents()]


KILLS, KILLS_OF_SERVER = 50, 5


@needs_milvus
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_build_killed_at_any_moment_leaves_the_old_index_or_the_new_one(
    lite_server: LiteServer, documents: Path, tmp_path: Path
) -> None:
    index = f"milvus://127.0.0.1:{lite_server.port}/killed"
    docs = tmp_path / "docs"
    shutil.copytree(documents, docs)
    index_at(index, docs)
    started = time.monotonic()
    (docs / "note.md").write_text(NEW)
    process = building(docs, index)
    process.communicate()
    assert process.returncode == 0
    whole = time.monotonic() - started
    with searcher_of(index) as searcher:
        year = "1987"
        known = {year: len(searcher.documents())}
        for number in range(KILLS):
            year = str(1000 + number)
            known[year] = known["1987"]
            (docs / "note.md").write_text(NEW.replace("1987", year))
            process = building(docs, index)
            time.sleep(whole * (number + 0.5) / KILLS)
            process.kill()
            process.communicate()
            assert len(searcher.documents()) == known[year]
            best = searcher.search("lighthouse of Quillon repaired")[0].passage
            assert any(f"in {each} by Ada Brask" in best.text for each in known)
        index_at(index, docs)
        assert year in searcher.search("lighthouse of Quillon repaired")[0].passage.text


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


@needs_milvus
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_server_killed_during_builds_and_questions_costs_one_sentence(
    documents: Path, tmp_path: Path
) -> None:
    server = LiteServer(tmp_path / "data", free_port())
    server.start()
    index, docs = f"milvus://127.0.0.1:{server.port}/briefs", tmp_path / "docs"
    shutil.copytree(documents, docs)
    index_at(index, docs)
    years, found, told = ["1987"], set[str](), list[str]()
    stopped = threading.Event()

    def keep_asking(searcher: Searcher) -> None:
        while not stopped.is_set():
            try:
                text = searcher.search("lighthouse of Quillon repaired")[0].passage.text
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
                assert process.returncode == 0 or "IndexFolderError" in last, says.decode()
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


@needs_milvus
@pytest.mark.slow
@pytest.mark.skipif(
    not find_spec("milvus"),
    reason="the server of Milvus 2.3.5 is not installed: pip install --no-deps milvus==2.3.5",
)
def test_a_server_of_milvus_itself_keeps_passages_and_finds_vectors(
    in_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is too old for terms, which is why BriefQA refuses it: the other half is tried on it."""
    milvus = import_module("milvus")

    monkeypatch.setattr(client, "OLDEST", (2, 3))
    for name, value in {"_FEW": 5, "_MORE": 10}.items():
        monkeypatch.setattr(searching, name, value)
    server = milvus.MilvusServer()
    server.set_base_dir(str(tmp_path / "milvus"))
    server.listen_port = free_port()
    server.show_startup_banner = False
    server.start()
    try:
        own = Client(location.parse(f"milvus://127.0.0.1:{server.listen_port}/briefs"))
        with open_generation(in_folder) as known:
            name = "briefs_20260101T000000_00000000"
            generation = collections.Generation(name, known.folder, known.manifest, "", None)
            generation.send_passages(own)
            rows = Passages(own, name, generation.numbering)
            n = known.manifest.passages
            for row, content in rows.contents.several(range(n)).items():
                assert content.record == known.passages.line(row)
                start, end = known.vector_starts[row : row + 2]
                assert (content.vectors == known.stored_vectors[start:end]).all()
            question = HashingEmbedder().embed(["flood at the harbour"], TextKind.QUESTION)[0]
            index = searching.MilvusVectorIndex(rows)
            for among in (None, np.arange(1, n, 2), np.arange(3, 20)):
                got, cosines = index.nearest(question, 5, among)
                expected, values = known.vectors.nearest(question, 5, among)
                assert got.tolist() == expected.tolist()
                assert cosines == pytest.approx(values, abs=1e-5)
            again = collections.Generation(
                f"{name[:-1]}1", known.folder, known.manifest, name,
                (generation.numbering, generation.digests),
            )  # fmt: skip
            again.send_passages(own)  # nothing
            vectors = collections.vectors(name)
            assert own.count(vectors) == len(known.stored_vectors)
            start, end = (int(each[1]) for each in generation.numbering.ranges())
            own.delete(vectors, f"number >= {start} and number < {end}")
            assert own.count(vectors) == len(known.stored_vectors) - (end - start)
        one = writer.Writer(own, "briefs", "one")
        with pytest.raises(IndexBusy, match="Another build"):
            writer.Writer(own, "briefs", "two")
        one.release()
        assert own.create_alias(collections.passages(name), "briefs")
        own.move_alias(vectors, "briefs")
        assert own.target("briefs") == vectors
        own.drop_alias("briefs")
        own.close()
    finally:
        server.stop()


def in_milvus(place: Place) -> MilvusStore:
    store = store_at(place.index)
    if not isinstance(store, MilvusStore):
        pytest.skip("about Milvus only")
    return store


def collections_of(store: MilvusStore) -> list[str]:
    client = Client(store.location) if not store.location.is_file else store.client
    return sorted(each for each in client.collections() if each.startswith(store.location.name))


def test_a_build_that_fails_leaves_the_index_and_the_next_one_removes_what_it_sent(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = in_milvus(place)
    published = store.stamp()
    with monkeypatch.context() as broken:

        def fail(*_: object) -> None:
            raise IndexFolderError("the connection is lost")

        broken.setattr(collections.Generation, "_record_rows", fail)
        (place.documents / "note.md").write_text(NEW)
        try:
            with pytest.raises(IndexFolderError, match="lost"):
                index_at(place.index, place.documents)
        finally:
            (place.documents / "note.md").unlink()
    assert store.stamp() == published
    index_at(place.index, place.documents)
    there = Counter(each.rpartition("_")[2] for each in collections_of(store))
    assert there["records"] == there["terms"] <= 2  # the one that is read, and the last
    assert there["passages"] == there["vectors"] <= 2
    assert not [each for each in collections_of(store) if "_writer_" in each]


def rows_in(store: MilvusStore) -> tuple[int, int]:
    """How many passages and vectors there are, of whatever generation."""
    with store.open() as opened:
        assert isinstance(opened.passages, MilvusPassageFile)
        rows = opened.passages.rows
        base = rows.numbering.shared.base
        names = collections.passages(base), collections.vectors(base)
        passages, vectors = (rows.client.count(each) for each in names)
        return passages, vectors


def test_a_build_sends_the_passages_that_are_new_and_removes_what_nobody_reads(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = in_milvus(place)
    index_at(place.index, place.documents)
    sent: list[str] = []
    insert = Client.insert

    def counted(client: Client, collection: str, rows: Iterator[Any]) -> int:
        number = insert(client, collection, rows)
        sent.extend([collection.rpartition("_")[2]] * number)
        return number

    monkeypatch.setattr(Client, "insert", counted)
    with store.open() as opened:
        passages, vectors = opened.manifest.passages, len(opened.stored_vectors)
    note = place.documents / "a-note.md"  # before all others, whose rows are then others
    one = 0
    try:
        for year in ("1987", "1988"):
            note.write_text(NEW.replace("1987", year))
            sent.clear()
            index_at(place.index, place.documents)
            assert sent.count("passages") == 1
            assert sent.count("terms") == passages + 1
            one = sent.count("vectors")
            assert 1 <= one < 5
            with searcher_of(place.index) as searcher:
                assert year in searcher.search("lighthouse of Quillon")[0].passage.text
        # The last two generations have a note each.
        assert rows_in(store) == (passages + 2, vectors + 2 * one)
    finally:
        note.unlink()
    index_at(place.index, place.documents)


def test_rows_that_are_lost_or_changed_are_told_and_sent_again(place: Place) -> None:
    store = in_milvus(place)
    for damage in ("passages", "vectors", "changed"):
        with store.open() as opened:
            assert isinstance(opened.passages, MilvusPassageFile)
            rows = opened.passages.rows
            base, number = rows.numbering.shared.base, int(rows.numbering.numbers[3])
            collection = f"{base}_{damage}"
            if damage == "changed":
                collection = collections.passages(base)
                (row,) = rows.client.get(collection, [number], ["record", "vectors", "digest"])
                changed = row["record"].replace("the", "thy")
                rows.client.upsert(
                    collection,
                    {**row, "number": number, "record": changed, "none": [1.0, 0.0]},
                )
                with pytest.raises(IndexDamaged, match="not what was sent"):
                    _ = opened.passages[3]
                rows.client.upsert(
                    collection, {**row, "number": number, "digest": "0", "none": [1.0, 0.0]}
                )
            else:
                rows.client.delete(collection, f"number == {number}")
            with pytest.raises(IndexDamaged, match="rows are missing"):
                opened.check()
        assert "built anew" in index_at(place.index, place.documents).note
        with store.open() as opened:
            opened.check()
            assert len(list(opened.passages)) == opened.manifest.passages


def test_numbers_that_no_kept_generation_has_are_found() -> None:
    shared = numbering.Shared("a", 2, "FLAT")
    first = numbering.Numbering(shared, np.array([0, 3, 10]), np.array([0, 3, 5, 6]))
    second = numbering.Numbering(shared, np.array([10, 0, 20]), np.array([0, 1, 4, 8]))
    starts, ends = numbering.unused([first, second])
    assert list(zip(starts.tolist(), ends.tolist(), strict=True)) == [
        (5, 10), (11, 20), (24, 2**62)
    ]  # fmt: skip
    assert first.rows_of(np.array([4, 5, 10, 2, 11, 0])).tolist() == [1, 2, 0, 0]
    assert list(numbering.conditions("number", *second.ranges())) == [
        "number in [10] or (number >= 0 and number < 3) or (number >= 20 and number < 24)"
    ]
    assert (first.end, second.end) == (11, 24)


def test_a_writer_that_is_dead_is_replaced(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    store = in_milvus(place)
    one = writer.Writer(store.client, store.location.name, "one")
    monkeypatch.setattr(writer, "DEAD", -1.0)
    with store.writing(), pytest.raises(IndexBusy, match="took over"):
        one.check()
    one.release()
    monkeypatch.undo()
    with store.writing():
        pass


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("milvus://host:1234/briefs", "http://host:1234", "briefs"),
        ("milvus:/host/briefs", "http://host:19530", "briefs"),
        ("milvus+https://a.example.org/x_1", "https://a.example.org:19530", "x_1"),
        ("milvus:///folder/file.db", "/folder/file.db", "briefqa"),
        ("milvus:/folder/file.db", "/folder/file.db", "briefqa"),
    ],
)
def test_a_location_names_an_address_and_an_index(text: str, address: str, name: str) -> None:
    parsed = location.parse(text)
    assert (parsed.address, parsed.name) == (address, name)
    assert location.parse(str(Path(text))) == parsed


@pytest.mark.parametrize(
    "text", ["milvus://host", "milvus://host:1/a-b", "milvus://h/a/b", "milvus+ftp://h/a"]
)
def test_what_is_no_location_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"milvus://HOST:PORT/NAME"):
        store_at(text)


def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(UsageError, match=r"pip install 'briefqa\[milvus\]'"):
        searcher_of("milvus://127.0.0.1:1/briefs")


@needs_milvus
def test_nothing_that_listens_is_told_in_one_sentence() -> None:
    with pytest.raises(IndexFolderError, match="lost") as raised:
        searcher_of(f"milvus://127.0.0.1:{free_port()}/briefs")
    assert "\n" not in str(raised.value)


@needs_milvus
@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("auth check failure, please check api key", "BRIEFQA_MILVUS_TOKEN"),
        ("no space left on device", "has no room"),
        ("quota exceeded[reason=memory quota exceeded]", "has no room"),
        ("something else", "left as it was"),
        ("server unavailable", "is lost"),
    ],
)
def test_what_a_server_refuses_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, message: str, sentence: str
) -> None:
    import pymilvus

    def refuse(*_: object, **__: object) -> None:
        raise pymilvus.MilvusException(1, message)

    monkeypatch.setattr(pymilvus, "MilvusClient", refuse)
    with pytest.raises(BriefQAError, match=sentence) as raised:
        store_at("milvus://127.0.0.1:1/briefs").stamp()
    assert "\n" not in str(raised.value)


@needs_milvus
def test_an_old_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import pymilvus

    class Old:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def get_server_version(self, **_: object) -> str:
            return "v2.3.5"

        def close(self) -> None:
            pass

    monkeypatch.setattr(pymilvus, "MilvusClient", Old)
    with pytest.raises(IndexFolderError, match=r"2\.3\.5.*needs 2\.4 or later"):
        store_at("milvus://127.0.0.1:1/briefs").stamp()


@needs_milvus
def test_no_index_yet_is_told_with_the_command_that_builds_one(lite_server: LiteServer) -> None:
    with pytest.raises(IndexNotFound, match="briefqa build FOLDER"):
        searcher_of(f"milvus://127.0.0.1:{lite_server.port}/nothing")
