"""An index in Milvus is the same index: one contract for every location.

A folder, a file of Milvus Lite, its server on this machine, and the cluster that
`BRIEFQA_MILVUS_URI` names, as `milvus://HOST:PORT/NAME` of an index to overwrite.
"""

from __future__ import annotations

import os
import re
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

from briefqa import Mode, Searcher, verify
from briefqa.cli.terminal import show_info
from briefqa.concordance.finding import mentions_in
from briefqa.concordance.meaning import near_in_meaning
from briefqa.drafts.file import check_content
from briefqa.errors import (
    IndexBusy,
    IndexDamaged,
    IndexFolderError,
    IndexNotFound,
    IndexUnreachable,
)
from briefqa.index.calibration import Calibration
from briefqa.index.info import index_info
from briefqa.index.milvus import client, collections, location, numbering, searching, writer
from briefqa.index.milvus.client import Client, Field
from briefqa.index.milvus.rows import MilvusPassageFile, Passages
from briefqa.index.milvus.store import MilvusStore
from briefqa.index.opened import open_generation
from briefqa.index.store import store_at
from briefqa.indexing.library import Library
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import Hit, Query, TextKind
from tests.milvus_places import (
    NEW,
    REPO,
    LiteServer,
    building,
    free_port,
    index_at,
    needs_milvus,
    searcher_of,
    write_documents,
)

QUESTIONS = [
    "When was the first house of Upper Varn threatened?",
    "Who is the harbour master?",
    "flood warnings",
    '"the harbour"',
    "harbor opnening",
    "of the",
    "zebra xylophone",
]


@dataclass(frozen=True)
class Place:
    """A location, and the same documents indexed in a folder."""

    index: str
    folder: Path
    documents: Path


@pytest.fixture(scope="module")
def lite_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiteServer]:
    server = LiteServer(tmp_path_factory.mktemp("server"), free_port())
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documents")
    write_documents(folder)
    return folder


@pytest.fixture(scope="module")
def in_folder(documents: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("folder") / "index"
    index_at(index, documents)
    return index


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
        one = writer.Writer(own, "briefs", "20260101T000000_00000001")
        with pytest.raises(IndexBusy, match="Another build"):
            writer.Writer(own, "briefs", "20260101T000000_00000002")
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
    return sorted(
        each for each in store.client.collections() if each.startswith(store.location.name)
    )


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
            else:
                rows.client.delete(collection, f"number == {number}")
            with pytest.raises(IndexDamaged, match=r"rows are missing|not what was sent"):
                opened.check()
        with pytest.raises(IndexDamaged):
            verify(place.index)
        assert "built anew" in index_at(place.index, place.documents).note
        with store.open() as opened:
            opened.check()
            assert len(list(opened.passages)) == opened.manifest.passages


@pytest.mark.parametrize(
    ("key", "changed"),
    [
        ("numbers#0", {"content": "QQ"}),  # no base64
        ("manifest#0", {"parts": 10_000_000}),
        ("document/1#0", {"content": ""}),
    ],
)
def test_what_is_kept_by_keys_and_changed_is_told_and_sent_again(
    place: Place, key: str, changed: dict[str, Any]
) -> None:
    store = in_milvus(place)
    with store.open() as opened:
        assert isinstance(opened.passages, MilvusPassageFile)
        records = collections.records(opened.passages.rows.generation)
    fields = ["key", "parts", "digest", "content"]
    (row,) = store.client.get(records, [key], fields)
    kept = {each: row[each] for each in fields}
    store.client.upsert(records, {**kept, **changed, "none": [1.0, 0.0]})
    with pytest.raises(IndexDamaged, match="rebuild it with: "):
        store.open().check()
    assert "built anew" in index_at(place.index, place.documents).note
    store.open().check()


def test_a_server_that_fails_while_the_last_index_is_read_stops_a_build(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = in_milvus(place)
    published = store.stamp()

    def fail(*_: object) -> None:
        raise IndexUnreachable("the connection is lost")

    with monkeypatch.context() as broken:
        broken.setattr(Passages, "check_digests", fail)
        with pytest.raises(IndexUnreachable):
            index_at(place.index, place.documents)
    assert store.stamp() == published


def test_nothing_is_removed_where_the_published_generation_is_not_known(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = in_milvus(place)
    before = collections_of(store)
    monkeypatch.setattr(MilvusStore, "_published", lambda _: "")
    store._remove_unused()
    assert collections_of(store) == before


@needs_milvus
def test_other_indexes_and_collections_of_such_names_are_left_alone(
    lite_server: LiteServer, tmp_path: Path
) -> None:
    (tmp_path / "note.md").write_text(NEW)
    server = f"milvus://127.0.0.1:{lite_server.port}"
    client = Client(location.parse(f"{server}/quotations"))
    field = [Field("id", "INT64", is_key=True)]
    vector = Field("v", "FLOAT_VECTOR", dimension=2, index="FLAT")
    others = ["another", "quotations_x", "quotations2", "mine"]
    for other in others:
        client.create(other, [*field, vector])
    for name in ("quotations", "permissions", "quotations"):  # no words of a refusal
        index_at(f"{server}/{name}", tmp_path)
        with searcher_of(f"{server}/{name}") as searcher:
            assert "1987" in searcher.search("lighthouse of Quillon")[0].passage.text
    with pytest.raises(IndexNotFound, match="/nobody; build one"):
        searcher_of(f"{server}/nobody")
    with pytest.raises(IndexFolderError, match="choose another name"):
        index_at(f"{server}/mine", tmp_path)
    assert client.create_alias("another", "theirs_writer")
    with pytest.raises(IndexFolderError, match="theirs_writer is of something else"):
        index_at(f"{server}/theirs", tmp_path)
    assert client.target("theirs_writer") == "another"
    assert {*others} <= {*client.collections()}


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
    one = writer.Writer(store.client, store.location.name, "20260101T000000_00000001")
    monkeypatch.setattr(writer, "DEAD", -1.0)
    with store.writing(), pytest.raises(IndexBusy, match="took over"):
        one.check()
    one.release()
    monkeypatch.undo()
    with store.writing():
        pass


def test_a_process_is_dead_where_its_number_is_known_or_after_a_silence() -> None:
    here, none = writer._space(), 2**22 + 1  # more than a process has
    now = time.time()
    assert writer._Sign("host", here, none, now).is_dead() == bool(here)
    for space in ("another machine", ""):
        assert not writer._Sign("host", space, none, now).is_dead()
        assert writer._Sign("host", space, none, now - 2 * writer.DEAD).is_dead()
    assert not writer._Sign("host", here, os.getpid(), now).is_dead()


def test_what_a_writer_left_long_ago_is_removed() -> None:
    begun = time.strftime(writer.STAMP, time.gmtime())
    for collection, removed in (
        ("briefs_writer_20200101T000000_0123abcd", True),
        (f"briefs_writer_{begun}_0123abcd", False),
        ("briefs_writer_x", False),
        ("briefs_writer_20209901T000000_0123abcd", False),
        ("other_writer_20200101T000000_0123abcd", False),
    ):
        assert writer.was_of_writer(collection, "briefs") == removed
