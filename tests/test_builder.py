"""A build leaves exactly the documents it was given, or else everything as it was."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from briefqa import (
    BuildError,
    BuildReport,
    IndexBusy,
    IndexFolderError,
    ModelUnavailable,
    UsageError,
    build,
    open_index,
)
from briefqa.documents import loaders
from briefqa.documents.loaders import parse
from briefqa.documents.loaders import text as text_loader
from briefqa.index import generations, postings
from briefqa.index.manifest import parse as parse_manifest
from briefqa.indexing import generation_writer
from briefqa.indexing.progress import Progress, Stage
from briefqa.json_decoding import Malformed
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import Document, TextKind

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

HARBOUR = """# The harbour

## The bridge

The old bridge was built in 1911.

## The ferry

The ferry was stopped in March.
"""
MUSEUM = "# The museum\n\n## The clock\n\nThe clock has no hands.\n"


class CountingEmbedder(HashingEmbedder):
    """Keeps what it was given to embed."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str], kind: TextKind) -> npt.NDArray[np.float32]:
        if kind is TextKind.PASSAGE:
            self.texts.extend(texts)
        return super().embed(texts, kind)


class OtherEmbedder(CountingEmbedder):
    name = "other"
    fingerprint = "other-1"


class BrokenEmbedder(HashingEmbedder):
    """Stops in the middle of the work."""

    fingerprint = "broken"  # so that nothing is reused

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def embed(self, texts: Sequence[str], kind: TextKind) -> NoReturn:
        raise self.error


@pytest.fixture
def briefs(tmp_path: Path) -> Path:
    folder = tmp_path / "briefs"
    write(folder, {"harbour.md": HARBOUR, "museum.md": MUSEUM})
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")


def outcomes(report: BuildReport) -> list[tuple[str, str, int]]:
    return [(file.name, str(file.outcome), file.passages) for file in report.files]


def found(index: Path, question: str) -> list[str]:
    """The texts found for a question by its words."""
    hits = open_index(index, model=HashingEmbedder()).search(question, mode="keyword")
    return [hit.passage.text for hit in hits]


def generation_names(index: Path) -> list[str]:
    return sorted(path.name for path in index.iterdir() if path.is_dir())


def current(index: Path) -> str:
    return str(json.loads((index / "current.json").read_bytes())["generation"])


@contextmanager
def process(code: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Another Python, stopped at the end; it has said `ready` when this returns."""
    running = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "ready\n"
        yield running
    finally:
        running.kill()
        running.communicate()


def test_the_report_says_of_each_file_what_became_of_it(briefs: Path, index: Path) -> None:
    write(
        briefs,
        {
            "again.md": HARBOUR,
            "empty.txt": "",
            "deep/er/story.txt": "Rain fell on the town all day long.",
            "picture.png": "not read",
            ".hidden.txt": "not seen",
        },
    )

    report = build(briefs, index=index, model="hashing")

    assert outcomes(report) == [
        ("again.md", "indexed", 2),
        ("empty.txt", "failed", 0),
        ("harbour.md", "duplicate", 0),
        ("museum.md", "indexed", 1),
        ("deep/er/story.txt", "indexed", 1),
    ]
    assert [file.detail for file in report.files] == [
        "",
        "the file is empty",
        "the same content as again.md",
        "",
        "",
    ]
    assert [file.name for file in report.failed] == ["empty.txt"]
    assert report.skipped == (briefs / "picture.png",)
    assert (report.passages, report.embedded, report.reused) == (4, 4, 0)
    assert (report.changed, report.note, report.index) == (True, "", index)


def test_a_second_build_of_the_same_files_writes_nothing_and_needs_no_model(
    briefs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(briefs, index=index, model="hashing")
    before = {path: path.stat().st_mtime_ns for path in index.rglob("*")}

    def fail(*_: object) -> NoReturn:
        pytest.fail("the model was used")

    monkeypatch.setattr(HashingEmbedder, "embed", fail)
    monkeypatch.setattr(HashingEmbedder, "piece_ends", fail)
    second = build(briefs, index=index, model="hashing")

    assert (second.changed, second.passages, second.embedded, second.reused) == (False, 3, 0, 3)
    assert second.files == first.files
    assert {path: path.stat().st_mtime_ns for path in index.rglob("*")} == before


def test_an_edit_embeds_only_the_passage_it_changed(briefs: Path, index: Path) -> None:
    embedder = CountingEmbedder()
    build(briefs, index=index, model=embedder)
    assert sorted(embedder.texts) == [
        "The harbour › The bridge\nThe old bridge was built in 1911.",
        "The harbour › The ferry\nThe ferry was stopped in March.",
        "The museum › The clock\nThe clock has no hands.",
    ]
    embedder.texts.clear()

    write(briefs, {"harbour.md": HARBOUR.replace("March", "April")})
    report = build(briefs, index=index, model=embedder)

    assert embedder.texts == ["The harbour › The ferry\nThe ferry was stopped in April."]
    assert (report.passages, report.embedded, report.reused) == (3, 1, 2)
    assert found(index, "ferry") == ["The ferry was stopped in April."]
    assert found(index, "clock") == ["The clock has no hands."]


def test_kept_vectors_stay_with_their_passages_when_the_order_changes(
    briefs: Path, index: Path
) -> None:
    build(briefs, index=index, model="hashing")
    write(briefs, {"a first.txt": "A letter came from the mayor of the town."})
    assert build(briefs, index=index, model="hashing").embedded == 1
    searcher = open_index(index, model=HashingEmbedder())
    for text in ("The old bridge was built in 1911.", "The clock has no hands."):
        assert searcher.search(text, mode="semantic")[0].passage.text == text


def test_only_a_file_that_changed_is_cut_and_the_index_is_as_if_all_had_been(
    briefs: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(briefs, index=index, model="hashing")
    write(briefs, {"museum.md": MUSEUM.replace("no hands", "one hand"), "a.txt": "A new day."})
    parsed: list[str] = []

    def watched(data: bytes, name: str, encoding: str = "") -> Document:
        parsed.append(name)
        return parse(data, name)

    monkeypatch.setattr(loaders, "parse", watched)
    report = build(briefs, index=index, model="hashing")
    assert sorted(parsed) == ["a.txt", "museum.md"]
    assert [(file.title, file.passages) for file in report.files] == [
        ("a", 1),
        ("The harbour", 2),
        ("The museum", 1),
    ]
    anew = tmp_path / "anew"
    build(briefs, index=anew, model="hashing")
    for name in ("documents.jsonl", "passages.jsonl", "vectors.npy", "vectors.keys.npy"):
        assert (index / current(index) / name).read_bytes() == (
            anew / current(anew) / name
        ).read_bytes()


def test_a_renamed_heading_embeds_its_passages_again(briefs: Path, index: Path) -> None:
    embedder = CountingEmbedder()
    build(briefs, index=index, model=embedder)
    embedder.texts.clear()
    write(briefs, {"harbour.md": HARBOUR.replace("## The ferry", "## The boat")})
    build(briefs, index=index, model=embedder)
    assert embedder.texts == ["The harbour › The boat\nThe ferry was stopped in March."]


def test_a_removed_file_is_gone_from_the_index(briefs: Path, index: Path) -> None:
    build(briefs, index=index, model="hashing")
    (briefs / "museum.md").unlink()
    report = build(briefs, index=index, model="hashing")
    assert outcomes(report) == [("harbour.md", "indexed", 2)]
    assert (report.embedded, report.reused) == (0, 2)
    assert found(index, "clock") == []


def test_a_renamed_file_is_cited_by_its_new_name_and_not_embedded(
    briefs: Path, index: Path
) -> None:
    build(briefs, index=index, model="hashing")
    (briefs / "museum.md").rename(briefs / "clock.md")
    assert build(briefs, index=index, model="hashing").embedded == 0
    hits = open_index(index).search("clock", mode="keyword")
    assert [hit.passage.document for hit in hits] == ["clock.md"]


def test_another_model_embeds_everything_again(briefs: Path, index: Path) -> None:
    build(briefs, index=index, model="hashing")
    other = OtherEmbedder()
    report = build(briefs, index=index, model=other)
    assert (len(other.texts), report.embedded, report.reused) == (3, 3, 0)
    assert open_index(index, model=other).manifest().model == "other"


def test_another_language_is_indexed_without_embedding(briefs: Path, index: Path) -> None:
    write(briefs, {"museum.md": "# Das Museum\n\nDie Häuser stehen am Hafen.\n"})
    build(briefs, index=index, model="hashing")
    assert found(index, "Haus") == []
    report = build(briefs, index=index, model="hashing", language="de")
    assert (report.changed, report.embedded) == (True, 0)
    assert found(index, "Haus") == ["Die Häuser stehen am Hafen."]


def test_an_unknown_language_or_model_changes_nothing(briefs: Path, index: Path) -> None:
    build(briefs, index=index, model="hashing")
    before = current(index)
    with pytest.raises(UsageError, match="There is no stemmer for the language 'xx'"):
        build(briefs, index=index, model="hashing", language="xx")
    with pytest.raises(ModelUnavailable, match="no embedding model 'no such model'"):
        build(briefs, index=index, model="no such model")
    assert current(index) == before


def test_the_same_file_named_twice_is_indexed_once(briefs: Path, index: Path) -> None:
    report = build([briefs, briefs / "museum.md"], index=index, model="hashing")
    assert outcomes(report) == [("harbour.md", "indexed", 2), ("museum.md", "indexed", 1)]


def test_files_of_several_folders_have_names_of_their_own(tmp_path: Path, index: Path) -> None:
    for number, place in enumerate(("north", "south", "west/north", "east/north")):
        write(tmp_path / place, {"story.txt": f"Story number {number} tells of the sea."})

    report = build(
        tmp_path / "north",
        tmp_path / "south",
        tmp_path / "west" / "north",
        tmp_path / "east" / "north" / "story.txt",
        index=index,
        model="hashing",
    )

    assert outcomes(report) == [
        ("story.txt", "indexed", 1),
        ("south/story.txt", "indexed", 1),
        ("north/story.txt", "indexed", 1),
        ("north (2)/story.txt", "indexed", 1),
    ]
    searcher = open_index(index)
    for number, file in enumerate(report.files):
        assert searcher.document(file.name).text == f"Story number {number} tells of the sea."


def test_without_a_path_the_last_folders_model_and_language_are_used_again(
    briefs: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    build("briefs", index=index, model="hashing", language="de")
    monkeypatch.chdir("/")
    write(briefs, {"museum.md": MUSEUM.replace("no hands", "one hand")})

    report = build(index=index)

    assert outcomes(report) == [("harbour.md", "indexed", 2), ("museum.md", "indexed", 1)]
    assert (report.embedded, report.reused) == (1, 2)
    manifest = generations.open_current(index).manifest
    assert (manifest.roots, manifest.model, manifest.language) == ((str(briefs),), "hashing", "de")


def test_files_and_folders_are_left_out_by_path_until_sources_are_named_again(
    briefs: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(briefs, {"drafts/one.txt": "The first draft.", "drafts.txt": "No draft at all."})
    monkeypatch.chdir(tmp_path)
    left_out = [Path("briefs/../briefs/museum.md"), briefs / "drafts"]

    report = build("briefs", index=index, model="hashing", exclude=left_out)

    assert outcomes(report) == [("drafts.txt", "indexed", 1), ("harbour.md", "indexed", 2)]
    excluded = (str(briefs / "drafts"), str(briefs / "museum.md"))
    assert generations.current_manifest(index).excluded == excluded
    monkeypatch.chdir("/")
    assert build(index=index).changed is False
    assert outcomes(build(index=index, exclude=briefs / "drafts.txt")) == [
        ("harbour.md", "indexed", 2)
    ]
    assert [file.name for file in build(briefs, index=index).files] == [
        "drafts.txt",
        "harbour.md",
        "museum.md",
        "drafts/one.txt",
    ]


def test_an_exclusion_of_what_is_empty_yet_is_remembered(briefs: Path, index: Path) -> None:
    (briefs / "drafts").mkdir()
    build(briefs, index=index, model="hashing")
    report = build(briefs, index=index, model="hashing", exclude=briefs / "drafts")
    assert (report.changed, report.embedded) == (True, 0)
    write(briefs, {"drafts/one.txt": "The first draft."})
    assert build(index=index).changed is False
    assert build(briefs, index=index, model="hashing").embedded == 1


def test_what_is_left_out_must_be_there_and_leave_something(briefs: Path, index: Path) -> None:
    with pytest.raises(UsageError, match=r"no file or folder .*none\.md to leave out; check the"):
        build(briefs, index=index, model="hashing", exclude=briefs / "none.md")
    with pytest.raises(UsageError, match="An empty path was named"):
        build(briefs, index=index, model="hashing", exclude=["", briefs])
    with pytest.raises(BuildError, match=r"briefs, without what was left out, is empty; put"):
        build(briefs, index=index, model="hashing", exclude=briefs)
    assert not index.exists() or generation_names(index) == []


def test_a_repeated_build_passes_over_a_path_that_is_gone_only_if_it_held_nothing(
    briefs: Path, index: Path, tmp_path: Path
) -> None:
    empty, other = tmp_path / "empty", tmp_path / "other"
    empty.mkdir()
    write(other, {"story.txt": "A story of the sea."})
    build(briefs, empty, other, index=index, model="hashing")
    empty.rmdir()
    assert build(index=index).changed
    assert generations.current_manifest(index).roots == (str(briefs), str(other))
    before = current(index)
    other.rename(tmp_path / "elsewhere")
    with pytest.raises(BuildError) as raised:
        build(index=index)
    assert str(raised.value) == (
        f"{other}, which the last build read, is gone; put it back, or name all that is to be "
        f"indexed: briefqa build FOLDER --index {index}"
    )
    assert current(index) == before
    with pytest.raises(BuildError, match=r"^There is no file or folder .*other; check the path\.$"):
        build(briefs, other, index=index, model="hashing")


@pytest.mark.parametrize("excluded", [[1], None, 5])
def test_a_manifest_with_another_kind_of_exclusion_is_refused(
    briefs: Path, index: Path, excluded: object
) -> None:
    build(briefs, index=index, model="hashing")
    content = (index / current(index) / "manifest.json").read_bytes()
    parse_manifest(content)
    fields = json.loads(content)
    fields["excluded"] = excluded
    with pytest.raises(Malformed):
        parse_manifest(json.dumps(fields).encode())


def test_the_folder_named_last_is_the_one_that_is_repeated(briefs: Path, index: Path) -> None:
    (briefs / "museum.md").unlink()
    build(briefs / "harbour.md", index=index, model="hashing")
    assert build(briefs, index=index, model="hashing").embedded == 0
    write(briefs, {"museum.md": MUSEUM})
    assert outcomes(build(index=index))[1:] == [("museum.md", "indexed", 1)]


def test_the_first_build_without_a_path_takes_the_folder_data(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BuildError, match=r"no folder 'data' here.*briefqa build FOLDER$"):
        build(index=index, model="hashing")
    write(tmp_path / "data", {"museum.md": MUSEUM})
    assert outcomes(build(index=index, model="hashing")) == [("museum.md", "indexed", 1)]


def test_a_file_that_failed_is_listed_by_every_build_until_it_can_be_read(
    briefs: Path, index: Path
) -> None:
    write(briefs, {"news.txt": ""})
    for _ in range(3):
        report = build(briefs, index=index, model="hashing")
        assert [(file.name, file.detail) for file in report.failed] == [
            ("news.txt", "the file is empty")
        ]
    write(briefs, {"news.txt": "At last there is something to read here."})
    report = build(briefs, index=index, model="hashing")
    assert (report.failed, report.embedded) == ((), 1)


def test_a_build_of_nothing_leaves_the_index_as_it_was(briefs: Path, index: Path) -> None:
    build(briefs, index=index, model="hashing")
    for file in briefs.iterdir():
        file.write_bytes(b"")
    with pytest.raises(BuildError, match=r"^Nothing to index: none of the 2 files in .*as it was"):
        build(briefs, index=index, model="hashing")
    assert found(index, "clock") == ["The clock has no hands."]


def test_the_index_inside_the_folder_of_documents_is_no_document(briefs: Path) -> None:
    index = briefs / "index"
    report = build(briefs, index=index, model="hashing")
    write(index, {"note.txt": "A note that somebody left in the index."})
    assert build(briefs, index=index, model="hashing").changed is False
    assert [file.name for file in report.files] == ["harbour.md", "museum.md"]


def test_a_build_while_another_process_builds_says_so(briefs: Path, index: Path) -> None:
    build(briefs, index=index, model="hashing")
    write(briefs, {"museum.md": "# The museum\n\nIt is closed.\n"})
    building = (
        "import sys; from pathlib import Path; from briefqa.index import generations\n"
        "with generations.writing(Path(sys.argv[1])):\n"
        "    print('ready', flush=True); sys.stdin.read()"
    )
    with process(building, index):
        with pytest.raises(IndexBusy, match=r"^Another build is writing .*; wait until it has fin"):
            build(briefs, index=index, model="hashing")
        assert found(index, "clock") == ["The clock has no hands."]
    assert build(briefs, index=index, model="hashing").changed


def test_of_two_builds_at_once_in_one_process_one_waits_or_is_told(
    briefs: Path, index: Path
) -> None:
    with generations.writing(index), pytest.raises(IndexBusy):
        build(briefs, index=index, model="hashing")
    assert build(briefs, index=index, model="hashing").changed


def test_a_searcher_goes_on_answering_and_moves_to_the_new_generation_by_itself(
    briefs: Path, index: Path
) -> None:
    build(briefs, index=index, model="hashing")
    searcher = open_index(index)
    for edition in range(3):
        write(briefs, {"museum.md": MUSEUM.replace("no hands", f"{edition} hands")})
        build(briefs, index=index, model="hashing")
        hits = searcher.search("clock", mode="keyword")
        assert [hit.passage.text for hit in hits] == [f"The clock has {edition} hands."]
        assert searcher.generation() == current(index)


def test_a_searcher_keeps_the_old_generation_until_it_has_moved_on(
    briefs: Path, index: Path
) -> None:
    build(briefs, index=index, model="hashing")
    old = current(index)
    searcher = open_index(index)
    write(briefs, {"museum.md": MUSEUM.replace("no hands", "one hand")})
    build(briefs, index=index, model="hashing")
    assert generation_names(index) == sorted([old, current(index)])
    searcher.search("clock")
    build(briefs, index=index, model="hashing")
    assert generation_names(index) == [current(index)]


def test_without_a_reader_only_one_generation_is_kept(briefs: Path, index: Path) -> None:
    for edition in range(3):
        write(briefs, {"museum.md": MUSEUM.replace("no hands", f"{edition} hands")})
        build(briefs, index=index, model="hashing")
        assert generation_names(index) == [current(index)]


def test_a_generation_another_process_reads_is_kept_until_that_is_gone(
    briefs: Path, index: Path
) -> None:
    build(briefs, index=index, model="hashing")
    old = current(index)
    reading = (
        "import sys; from pathlib import Path; from briefqa.index import generations\n"
        "opened = generations.open_current(Path(sys.argv[1]))\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    with process(reading, index):
        write(briefs, {"museum.md": MUSEUM.replace("no hands", "one hand")})
        build(briefs, index=index, model="hashing")
        assert generation_names(index) == sorted([old, current(index)])
        build(briefs, index=index, model="hashing")
        assert generation_names(index) == sorted([old, current(index)])
    build(briefs, index=index, model="hashing")
    assert generation_names(index) == [current(index)]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), ZeroDivisionError()])
def test_a_build_stopped_while_embedding_leaves_the_old_index(
    briefs: Path, index: Path, error: BaseException
) -> None:
    build(briefs, index=index, model="hashing")
    before = current(index)
    with pytest.raises(type(error)):
        build(briefs, index=index, model=BrokenEmbedder(error))
    assert (generation_names(index), current(index)) == ([before], before)
    assert found(index, "clock") == ["The clock has no hands."]


def test_what_a_killed_build_left_is_removed_by_the_next_even_if_nothing_changed(
    briefs: Path, index: Path
) -> None:
    build(briefs, index=index, model="hashing")
    write(index, {"building-20260101T000000-0123abcd/vectors.npy": "half of"})
    shutil.copytree(index / current(index), index / "generation-20260101T000000-0123abcd")
    write(index, {"building materials/mine.txt": "Not made by a build."})
    assert build(briefs, index=index, model="hashing").changed is False
    assert generation_names(index) == ["building materials", current(index)]


@pytest.mark.parametrize(
    "step",
    [
        "briefqa.index.generations.new_generation",
        "briefqa.index.record_file.RecordWriter.add",
        "briefqa.index.vector_index.create",
        "briefqa.index.vector_cache.KnownVectors.add",
        "briefqa.index.postings.write",
        "os.fsync",
        "pathlib.Path.rename",
        "pathlib.Path.replace",
    ],
)
@pytest.mark.parametrize("first", [True, False], ids=["first build", "rebuild"])
def test_a_full_disk_at_any_step_is_one_sentence_and_costs_nothing(
    briefs: Path, index: Path, step: str, first: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not first:
        build(briefs, index=index, model="hashing")
    write(briefs, {"museum.md": MUSEUM.replace("no hands", "one hand")})

    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(step, fail)
        with pytest.raises(IndexFolderError) as raised:
            build(briefs, index=index, model="hashing")
    assert str(raised.value) == (
        f"The index in {index} could not be written (No space left on device); it was left as it "
        "was: make room or choose another folder with --index."
    )
    if not first:
        assert found(index, "clock") == ["The clock has no hands."]
    assert build(briefs, index=index, model="hashing").changed
    assert found(index, "clock") == ["The clock has one hand."]
    assert generation_names(index) == [current(index)]


def test_the_room_a_failed_publication_took_is_free_before_the_next_build_writes(
    briefs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(briefs, index=index, model="hashing")
    write(index, {"generation-20260101T000000-0123abcd/in-use": ""})
    seen: list[list[str]] = []

    def fail(index: Path) -> NoReturn:
        seen.append(generation_names(index))
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(generations, "new_generation", fail)
    with pytest.raises(IndexFolderError):
        build(briefs, index=index, model=OtherEmbedder())
    assert seen == [[current(index)]]


class SlowEmbedder(CountingEmbedder):
    """Takes its time for each batch."""

    def embed(self, texts: Sequence[str], kind: TextKind) -> npt.NDArray[np.float32]:
        time.sleep(0.02)
        return super().embed(texts, kind)


def test_a_keyword_index_that_fails_at_once_stops_the_embedding_soon(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "many", {f"{n}.txt": f"Story {n} of the town.\n" for n in range(200)})
    monkeypatch.setattr(generation_writer, "AT_ONCE", 2)

    def fail(*_: object) -> NoReturn:
        raise ZeroDivisionError("in the keyword thread")

    monkeypatch.setattr(postings, "write", fail)
    embedder = SlowEmbedder()
    with pytest.raises(ZeroDivisionError, match="in the keyword thread"):
        build(tmp_path / "many", index=index, model=embedder)
    assert len(embedder.texts) <= 20  # of 200


def test_a_new_version_of_a_loader_reads_its_files_again_and_no_others(
    briefs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(briefs, {"note.txt": "A note of the day."})
    first = build(briefs, index=index, model="hashing")
    assert [file.loader for file in first.files] == [
        "markdown 5",
        "markdown 5",
        f"text {text_loader.VERSION}",
    ]
    parsed: list[str] = []

    def watched(data: bytes, name: str, encoding: str = "") -> Document:
        parsed.append(name)
        return parse(data, name)

    monkeypatch.setattr(loaders, "parse", watched)
    monkeypatch.setattr(text_loader, "VERSION", text_loader.VERSION + 1)

    report = build(briefs, index=index, model="hashing")

    assert parsed == ["note.txt"]
    assert (report.changed, report.embedded, report.reused) == (True, 0, 4)
    assert [file.loader for file in report.files] == [
        *("markdown 5", "markdown 5", f"text {text_loader.VERSION}")
    ]
    assert build(briefs, index=index, model="hashing").changed is False


@pytest.mark.parametrize("place", ["file", "file/index", "n\0l", "x" * 300])
def test_an_index_folder_that_cannot_be_made_is_one_sentence(
    briefs: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(IndexFolderError, match=r"cannot be written \(.+\); choose another with --"):
        build(briefs, index=tmp_path / place, model="hashing")
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_progress_is_told_of_every_stage_from_nothing_to_all(briefs: Path, index: Path) -> None:
    told: list[Progress] = []
    build(briefs, index=index, model="hashing", progress=told.append)
    assert told == [
        Progress(Stage.READING, 0, 2),
        Progress(Stage.CUTTING, 0, 2),
        Progress(Stage.READING, 1, 2),
        Progress(Stage.CUTTING, 1, 2),
        Progress(Stage.READING, 2, 2),
        Progress(Stage.LOADING, 0, 1),
        Progress(Stage.EMBEDDING, 0, 3),
        Progress(Stage.EMBEDDING, 3, 3),
        Progress(Stage.WRITING, 0, 1),
        Progress(Stage.WRITING, 1, 1),
    ]
    assert [str(told[number]) for number in (2, 3, 5, 6, 8)] == [
        "Reading 1 of 2 files",
        "Cutting 1 of 2 files into passages",
        "Loading the model",
        "Embedding 0 of 3 passages",
        "Writing the index",
    ]


def test_progress_counts_what_is_new_and_leaves_out_what_is_not_done(
    briefs: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(briefs, index=index, model="hashing")
    monkeypatch.setattr(generation_writer, "AT_ONCE", 2)
    write(briefs, {f"new-{n}.txt": f"The town, number {n}." for n in range(4)})
    told: list[Progress] = []
    build(briefs, index=index, model="hashing", progress=told.append)
    assert [(one.done, one.total) for one in told if one.stage is Stage.EMBEDDING] == [
        (0, 4), (2, 4), (4, 4),
    ]  # fmt: skip
    (briefs / "new-0.txt").unlink()
    told.clear()
    build(briefs, index=index, model="hashing", progress=told.append)
    assert {one.stage for one in told} == {Stage.READING, Stage.WRITING}


def test_threads_that_search_during_rebuilds_see_one_whole_generation_each_time(
    tmp_path: Path, index: Path
) -> None:
    briefs = tmp_path / "briefs"

    def publish(edition: int) -> None:
        for number in range(5):
            write(briefs, {f"{number}.txt": f"The town, number {number}.\n\nEdition {edition}."})
        assert build(briefs, index=index, model="hashing").changed

    publish(0)
    searcher = open_index(index)
    stop = threading.Event()
    problems: list[str] = []
    seen: set[str] = set()

    def keep_searching(mode: str) -> None:
        while not stop.is_set():
            try:
                hits = searcher.search("edition of the town", k=5, mode=mode)
                editions = {hit.passage.text.rpartition("Edition ")[2] for hit in hits}
                seen.update(editions)
                if (len(hits), len(editions)) != (5, 1):
                    problems.append(f"{len(hits)} hits of editions {editions}")
            except Exception as error:  # noqa: BLE001 (any at all is a finding)
                problems.append(repr(error))

    threads = [
        threading.Thread(target=keep_searching, args=(mode,))
        for mode in ("keyword", "semantic", "hybrid", "hybrid")
    ]
    for thread in threads:
        thread.start()
    for edition in range(1, 6):
        publish(edition)
    stop.set()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(seen) > 1
    assert searcher.search("edition")[0].passage.text.endswith("Edition 5.")
