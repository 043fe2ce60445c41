"""Whatever is wrong with an index, a search names a command that makes it answer again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from briefqa import BriefQAError, IndexDamaged, IndexFolderError, build, open_index, verify
from briefqa.cli.commands import main
from briefqa.index.opened import open_generation
from briefqa.index.vector_index import FaissVectorIndex
from tests.index_files import GENERATION_FILES

HARBOUR = "# The harbour\n\n## The bridge\n\nThe old bridge was built in 1911.\n"
FERRY = "# The ferry\n\nThe ferry sails at nine.\n\n## Ice\n\nIt stopped in March.\n"
COMMAND = re.compile(r"briefqa build( FOLDER)?( --index \S+)?$")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    (place / "briefs").mkdir()
    (place / "briefs" / "harbour.md").write_text(HARBOUR, "utf-8")
    (place / "briefs" / "ferry.md").write_text(FERRY, "utf-8")
    build(place / "briefs", index=place / "index", model="hashing")
    return place


@pytest.fixture
def index(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a sound index, to be damaged, in the place where commands look for it."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(made / "index", tmp_path / "index"))


@pytest.fixture
def briefs(made: Path) -> Path:
    return made / "briefs"


def generation(index: Path) -> Path:
    return index / str(json.loads((index / "current.json").read_bytes())["generation"])


def read_everything(index: Path) -> None:
    """Search by words and by meaning, list the documents, and verify every citation."""
    searcher = open_index(index)
    hits = searcher.search("When was the old bridge built?")
    assert hits[0].passage.text == "The old bridge was built in 1911."
    assert [document.name for document in searcher.documents()] == ["ferry.md", "harbour.md"]
    assert verify(index).holds


def error_of(index: Path) -> str:
    """The message of reading it; the error itself would hold the opened index."""
    with pytest.raises(BriefQAError) as raised:
        read_everything(index)
    return str(raised.value)


def assert_is_mended_by_the_command_it_names(
    index: Path, briefs: Path, *, folder: bool = False
) -> str:
    """Read the index, run the command of the error, and read it again; returns the message.

    `folder` says whether the command is to ask for a folder.
    """
    message = error_of(index)
    assert "\n" not in message
    command = COMMAND.search(message)
    assert command is not None, message
    assert (command[1] is not None) is folder, message
    _, *arguments = shlex.split(command[0].replace("FOLDER", shlex.quote(str(briefs))))
    if folder:
        arguments += ["--model", "hashing"]  # not known any more either
    assert main(arguments) == 0
    read_everything(index)
    assert main([*arguments]) == 0
    assert [path.name for path in index.glob("generation-*")] == [generation(index).name]
    return message


# Damage to a file of the generation, or to one beside it.


def missing(path: Path) -> None:
    path.unlink()


def cut_short(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flipped_in_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def flipped_in_a_hash(path: Path) -> None:
    content = bytearray(path.read_bytes())
    hashed = re.search(rb'"([0-9a-f]{64})"', content)
    assert hashed
    content[hashed.start(1)] ^= 1
    path.write_bytes(content)


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "note.txt").write_text("mine")


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def a_link_to_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


KINDS = [missing, cut_short, flipped_in_the_middle, longer]
KINDS += [a_folder, a_pipe, a_device, a_link_to_nowhere]


@pytest.mark.parametrize("damage", KINDS)
@pytest.mark.parametrize("file", [name for name in GENERATION_FILES if name != "manifest.json"])
def test_a_damaged_file_is_named_and_mended(
    index: Path, briefs: Path, file: str, damage: Callable[[Path], None]
) -> None:
    path = generation(index) / file
    if damage in (cut_short, flipped_in_the_middle) and not path.read_bytes():
        path.write_bytes(b"xy")  # the lease is empty
    damage(path)
    message = assert_is_mended_by_the_command_it_names(index, briefs)
    assert str(path) in message


@pytest.mark.parametrize(
    "damage", [flipped_in_a_hash if kind is flipped_in_the_middle else kind for kind in KINDS]
)
def test_a_damaged_manifest_is_named_and_mended(
    index: Path, briefs: Path, damage: Callable[[Path], None]
) -> None:
    """From its own paths if they can be read, else from a folder that is to be named."""
    path = generation(index) / "manifest.json"
    damage(path)
    whole = damage in (longer, flipped_in_a_hash)
    message = assert_is_mended_by_the_command_it_names(index, briefs, folder=not whole)
    assert str(path) in message


def test_the_manifest_of_another_folder_is_not_believed_without_its_hash(
    index: Path, briefs: Path
) -> None:
    path = generation(index) / "manifest.json"
    content = path.read_bytes().replace(str(briefs).encode(), str(briefs).encode()[:-1] + b"z", 1)
    path.write_bytes(content)
    assert_is_mended_by_the_command_it_names(index, briefs, folder=True)


GARBAGE = [
    b"",
    b"\x00\xff garbage",
    b"[]",
    b"[" * 100_000,
    b'{"generation": 5, "manifest_sha256": "x"}',
    b'{"generation": "../../etc", "manifest_sha256": "x"}',
    b'{"generation": "/etc", "manifest_sha256": "x"}',
    b'{"generation": "generation-20260101T000000-00000000\\n", "manifest_sha256": "x"}',
    b'{"generation": "building-20260101T000000-00000000", "manifest_sha256": "x"}',
]


@pytest.mark.parametrize("content", GARBAGE, ids=range(len(GARBAGE)))
def test_a_pointer_of_garbage_is_mended_from_the_last_generation(
    index: Path, briefs: Path, content: bytes
) -> None:
    (index / "current.json").write_bytes(content)
    assert_is_mended_by_the_command_it_names(index, briefs)


def test_a_pointer_to_a_generation_that_is_not_there_asks_for_a_folder(
    index: Path, briefs: Path
) -> None:
    pointer = {"generation": "generation-20260101T000000-00000000", "manifest_sha256": "x"}
    (index / "current.json").write_text(json.dumps(pointer))
    assert_is_mended_by_the_command_it_names(index, briefs, folder=True)


@pytest.mark.parametrize("damage", [a_folder, a_pipe, a_device])
def test_a_pointer_that_is_no_file_is_mended(
    index: Path, briefs: Path, damage: Callable[[Path], None]
) -> None:
    damage(index / "current.json")
    assert_is_mended_by_the_command_it_names(index, briefs)
    if damage is a_folder:  # which is not ours to remove
        assert (index / "current.json.damaged-1" / "note.txt").read_text() == "mine"


@pytest.mark.parametrize("damage", [missing, a_link_to_nowhere])
def test_without_a_pointer_there_is_no_index_and_the_paths_of_the_last_one_are_known(
    index: Path, briefs: Path, damage: Callable[[Path], None]
) -> None:
    damage(index / "current.json")
    with pytest.raises(IndexFolderError, match=r"^There is no index in .*build FOLDER"):
        open_index(index)
    assert main(["build"]) == 0
    read_everything(index)


@pytest.mark.parametrize("kind", ["gone", "a file", "a link to nowhere"])
def test_a_generation_that_is_no_folder_asks_for_a_folder(
    index: Path, briefs: Path, kind: str
) -> None:
    folder = generation(index)
    shutil.rmtree(folder)
    if kind == "a file":
        folder.write_text("not a folder")
    elif kind == "a link to nowhere":
        folder.symlink_to("nowhere")
    assert_is_mended_by_the_command_it_names(index, briefs, folder=True)


@pytest.mark.parametrize("damage", [a_folder, a_pipe, a_device, a_link_to_nowhere])
@pytest.mark.parametrize("name", ["build.lock", "current.json.new", "embedded-{}-256"])
def test_what_stands_in_the_way_of_a_build_is_no_obstacle(
    index: Path, briefs: Path, name: str, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    made_by = hashlib.blake2b(str((3, "hashing-1")).encode(), digest_size=8).hexdigest()
    path = index / name.format(made_by)
    path.touch()
    damage(path)
    (generation(index) / "vectors.npy").unlink()
    assert_is_mended_by_the_command_it_names(index, briefs)
    assert not (tmp_path / "nowhere").exists()
    assert not (index / "nowhere").exists()


# Files that are as their manifest says, but are not what a build writes.


def rewritten(index: Path, manifest: object) -> None:
    """Put another manifest in place of the published one, with a pointer that vouches for it."""
    folder = generation(index)
    content = json.dumps(manifest).encode("ascii")
    (folder / "manifest.json").write_bytes(content)
    pointer = {"generation": folder.name, "manifest_sha256": hashlib.sha256(content).hexdigest()}
    (index / "current.json").write_text(json.dumps(pointer), "utf-8")


def described(index: Path, **changes: Any) -> None:
    """Write a manifest of the files as they are now, with other values."""
    folder = generation(index)
    manifest = dict(json.loads((folder / "manifest.json").read_bytes()))
    files = {
        path.relative_to(folder).as_posix(): [
            path.stat().st_size,
            hashlib.sha256(path.read_bytes()).hexdigest(),
        ]
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    rewritten(index, {**manifest, "files": files, **changes})


def sources_of(index: Path) -> list[dict[str, Any]]:
    return list(json.loads((generation(index) / "manifest.json").read_bytes())["sources"])


def saved(index: Path, name: str, change: Callable[[Any], Any]) -> None:
    """Change an array."""
    path = generation(index) / name
    np.save(path, change(np.load(path).copy()))


def set_to(value: float) -> Callable[[Any], Any]:
    def change(array: Any) -> Any:
        array[...] = value
        return array

    return change


ARRAYS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "vectors of another type": ("vectors.npy", lambda array: array.astype(np.float32)),
    "vectors in one row": ("vectors.npy", lambda array: array.reshape(-1)),
    "vectors by columns": ("vectors.npy", np.asfortranarray),
    "vectors of another dimension": ("vectors.npy", lambda array: array[:, :100].copy()),
    "too few vectors": ("vectors.npy", lambda array: array[:-1]),
    "vectors that are not numbers": ("vectors.npy", set_to(np.nan)),
    "starts of vectors of another type": ("vectors.starts.npy", lambda a: a.astype(np.int32)),
    "starts of vectors that go back": ("vectors.starts.npy", lambda array: array[::-1].copy()),
    "too few starts of vectors": ("vectors.starts.npy", lambda array: np.array([0, array[-1]])),
    "no starts of vectors": ("vectors.starts.npy", lambda array: array[:0]),
    "keys of another size": ("vectors.keys.npy", lambda array: array[:, :8].copy()),
    "too few keys": ("vectors.keys.npy", lambda array: array[:-1]),
    "starts of passages of another type": ("passages.starts.npy", lambda a: a.astype(np.float64)),
    "starts of passages that go back": (
        "passages.starts.npy",
        lambda array: np.array([0, array[2], array[1], array[-1]]),
    ),
    "starts of passages below 0": (
        "passages.starts.npy",
        lambda array: np.array([0, -5, *array[2:]]),
    ),
    "too few starts of passages": ("passages.starts.npy", lambda a: np.array([0, a[-1]])),
    "no starts of passages": ("passages.starts.npy", lambda array: array[:0]),
    "too few starts of documents": ("documents.starts.npy", lambda a: np.array([0, a[-1]])),
    "postings beyond the passages": ("keyword/rows.npy", set_to(100)),
    "postings below 0": ("keyword/rows.npy", set_to(-1)),
    "too few postings": ("keyword/rows.npy", lambda array: array[:-1]),
    "gains that are not numbers": ("keyword/gains.npy", set_to(np.nan)),
    "too few spellings": ("keyword/spellings.npy", lambda array: array[:-1]),
    "too few lengths": ("keyword/lengths.npy", lambda array: array[:-1]),
    "starts of postings that go back": ("keyword/starts.npy", lambda array: array[::-1].copy()),
    "objects": ("keyword/rows.npy", lambda array: np.array([{}], dtype=object)),
}


@pytest.mark.parametrize(("name", "change"), ARRAYS.values(), ids=ARRAYS)
def test_an_array_no_build_writes_is_mended(
    index: Path, briefs: Path, name: str, change: Callable[[Any], Any]
) -> None:
    saved(index, name, change)
    described(index)
    assert_is_mended_by_the_command_it_names(index, briefs)


@pytest.mark.parametrize("name", ["vectors.npy", "passages.starts.npy", "keyword/gains.npy"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00v\x00{'descr': ["])
def test_a_file_that_holds_no_array_is_mended(
    index: Path, briefs: Path, name: str, content: bytes
) -> None:
    (generation(index) / name).write_bytes(content)
    described(index)
    assert_is_mended_by_the_command_it_names(index, briefs)


RECORDS: dict[str, tuple[str, bytes, bytes]] = {
    "a text that is none": ("passages.jsonl", b'"title":"The harbour"', b'"title":1911         '),
    "a place that is none": ("passages.jsonl", b'"start":', b'"begin":'),
    "a number without end": ("passages.jsonl", b'"end":', b'"end":99999999999'),
    "not a number": ("passages.jsonl", b'"end":', b'"end":NaN,"x":'),
    "a number below 0": ("documents.jsonl", b'"start":', b'"start":-1,"x":'),
    "a span below 0": ("documents.jsonl", b'{"start":', b'{"start":-'),
    "a fraction": ("documents.jsonl", b'{"start":', b'{"start":0.'),
    "a field of another program": ("documents.jsonl", b'{"name":', b'{"x":1,"name":'),
    "a field more": ("passages.jsonl", b'{"document":', b'{"x":1,"document":'),
    "no UTF-8": ("passages.jsonl", b"old bridge", b"old \xff\xff\xff\xff\xff\xff"),
    "what nests without end": ("passages.jsonl", b'{"document":', b'{"x":' + b"[" * 50_000),
    "another name": ("passages.jsonl", b'"harbour.md"', b'"harbor.md"'),
    "another text": ("passages.jsonl", b"1911", b"1999"),
    "a document of another type": ("documents.jsonl", b'"sections":[', b'"sections":[7,'),
    "a document of another name": ("documents.jsonl", b'"harbour.md"', b'"harbor.md"'),
    "a document of another text": ("documents.jsonl", b"1911", b"1999"),
}


@pytest.mark.parametrize(("name", "old", "new"), RECORDS.values(), ids=RECORDS)
def test_a_record_no_build_writes_is_mended(index: Path, name: str, old: bytes, new: bytes) -> None:
    path = generation(index) / name
    assert old in path.read_bytes()
    lines = [line.replace(old, new) for line in path.read_bytes().splitlines(keepends=True)]
    path.write_bytes(b"".join(lines))
    starts = np.cumsum([0, *map(len, lines)]).astype(np.int64)
    np.save(path.with_suffix(".starts.npy"), starts)
    described(index)
    assert_is_seen_by_a_build(index)


def test_vectors_of_length_0_are_mended(index: Path) -> None:
    saved(index, "vectors.npy", set_to(0))
    described(index)
    assert_is_seen_by_a_build(index)


def assert_is_seen_by_a_build(index: Path) -> None:
    """Of damage that not every search meets."""
    with open_generation(index) as opened, pytest.raises(IndexDamaged, match=COMMAND):
        opened.check()
    report = build(index=index)
    assert report.changed
    assert report.note.startswith("The last index could not be used and everything was built anew")
    read_everything(index)


def test_terms_out_of_order_are_mended(index: Path, briefs: Path) -> None:
    path = generation(index) / "keyword" / "terms.txt"
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    described(index)
    assert_is_mended_by_the_command_it_names(index, briefs)


def test_counts_that_disagree_with_the_files_are_mended(index: Path, briefs: Path) -> None:
    sources = sources_of(index)
    sources[0]["passages"] += 1
    described(index, sources=sources, passages=4)
    message = assert_is_mended_by_the_command_it_names(index, briefs)
    assert "its counts disagree with the files beside it (passages: 3, 4)" in message


VALUES: dict[str, Any] = {
    "dimension": 100,
    "language": "klingon",
    "fingerprint": "hashing-0",
    "format": 1,
    "files": {"../current.json": [1, "x"]},
    "documents": 5,
    "passages": -1,
    "created": None,
    "recipe": "3",
    "sources": [],
}


@pytest.mark.parametrize(("name", "value"), VALUES.items(), ids=VALUES)
def test_another_value_in_the_manifest_is_mended_from_the_paths_in_it(
    index: Path, briefs: Path, name: str, value: object
) -> None:
    described(index, **{name: value})
    assert_is_mended_by_the_command_it_names(index, briefs)


@pytest.mark.parametrize(("name", "value"), [("roots", [5]), ("excluded", None), ("model", 5)])
def test_a_manifest_that_does_not_say_what_was_built_asks_for_a_folder(
    index: Path, briefs: Path, name: str, value: object
) -> None:
    described(index, **{name: value})
    assert_is_mended_by_the_command_it_names(index, briefs, folder=True)


def test_an_index_of_a_newer_format_is_built_again_from_the_paths_in_it(
    index: Path, briefs: Path
) -> None:
    manifest = json.loads((generation(index) / "manifest.json").read_bytes())
    inputs = {name: manifest[name] for name in ("roots", "excluded", "model", "language")}
    rewritten(index, {"format": 99, **inputs, "sources": {"by": "name"}, "shards": 7})
    message = assert_is_mended_by_the_command_it_names(index, briefs)
    assert "has format 99 and this version reads format 2" in message


def test_an_index_of_a_newer_format_without_paths_asks_for_a_folder(
    index: Path, briefs: Path
) -> None:
    rewritten(index, {"format": 99})
    assert_is_mended_by_the_command_it_names(index, briefs, folder=True)


def test_a_pipe_that_the_manifest_does_not_name_is_not_waited_for(
    index: Path, briefs: Path
) -> None:
    folder = generation(index)
    (folder / "vectors.npy").unlink()
    described(index)
    os.mkfifo(folder / "vectors.npy")
    assert_is_mended_by_the_command_it_names(index, briefs)


@pytest.mark.parametrize("damage", [cut_short, a_folder, a_pipe, a_device])
def test_a_damaged_calibration_is_set_aside(
    index: Path, briefs: Path, damage: Callable[[Path], None]
) -> None:
    (index / "calibration.json").write_text("{}")
    damage(index / "calibration.json")
    assert_is_mended_by_the_command_it_names(index, briefs)
    assert os.path.lexists(index / "calibration.json.damaged-1")


def test_a_command_for_another_index_than_the_usual_names_it(
    index: Path, briefs: Path, tmp_path: Path
) -> None:
    other = index.rename(tmp_path / "my other index")
    (generation(other) / "vectors.npy").unlink()
    with pytest.raises(IndexDamaged, match=r"with: briefqa build --index '/.*/my other index'$"):
        open_index(other)


def test_what_is_closed_lets_a_build_remove_it(index: Path, briefs: Path) -> None:
    first = open_generation(index)
    build(briefs, index=index, model="hashing", language="de")
    assert len(list(index.glob("generation-*"))) == 2
    assert first.passages[0].text
    first.close()
    first.close()
    build(briefs, index=index, model="hashing")
    assert [path.name for path in index.glob("generation-*")] == [generation(index).name]
    with pytest.raises(ValueError, match="closed"):
        first.passages[0]


def test_a_file_another_version_of_a_library_reads_otherwise_is_mended(
    index: Path, briefs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: FaissVectorIndex) -> None:
        raise IndexDamaged("It is of another version.")

    with monkeypatch.context() as patched:
        patched.setattr(FaissVectorIndex, "check", fail)
        report = build(briefs, index=index, model="hashing")
    assert (report.changed, report.embedded) == (True, 3)
    assert "another version" in report.note


@pytest.mark.parametrize("content", [b"", b"\n", b"\nthe\n"], ids=["empty", "no word", "one word"])
def test_a_vocabulary_of_phrases_that_is_cut_short_is_found_by_the_next_build(
    index: Path, briefs: Path, content: bytes
) -> None:
    """A plain question does not read it, and a quoted phrase would not be found."""
    (generation(index) / "keyword" / "phrases.vocabulary.txt").write_bytes(content)
    described(index)
    assert main(["build"]) == 0
    read_everything(index)
    with open_index(index) as searcher:
        passage = searcher.search("ferry", k=1)[0].passage
        first = " ".join(passage.text.split()[:2])
        assert passage.text in {hit.passage.text for hit in searcher.search(f'"{first}"', k=9)}


def test_postings_out_of_order_are_found_by_the_next_build(index: Path, briefs: Path) -> None:
    saved(index, "keyword/rows.npy", set_to(0))
    described(index)
    before = generation(index).name
    assert main(["build"]) == 0
    assert generation(index).name != before
    read_everything(index)
