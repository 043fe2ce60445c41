"""Adding and removing documents: whole, in the uploads and in the index alike."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import unicodedata
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import (
    BriefQAError,
    BuildError,
    IndexBusy,
    IndexFolderError,
    LoadError,
    UsageError,
    build,
    open_index,
    verify,
)
from briefqa.documents import loaders, source_files
from briefqa.documents.loaders import text as text_loader
from briefqa.documents.source_files import safe_name
from briefqa.index import generations
from briefqa.indexing import added_files, uploads_folder
from briefqa.indexing import library as library_module
from briefqa.indexing.added_files import Change, Received
from briefqa.indexing.builder import index_documents
from briefqa.indexing.library import Library
from briefqa.indexing.progress import Progress, Stage
from briefqa.models.embedder import Embedder, HashingEmbedder, load_embedder
from briefqa.records import Document, Metadata, Section, Span

FERRY = "# The ferry\n\nThe ferry was stopped in March.\n"
CLOCK = "# The clock\n\nThe clock has no hands.\n"
BRIDGE = "# The bridge\n\nThe old bridge was built in 1911.\n"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def library(index: Path, uploads: Path) -> Library:
    """A library in which nothing is yet."""
    return Library(index, uploads, model=HashingEmbedder())


@pytest.fixture
def briefs(tmp_path: Path, index: Path) -> Path:
    """A folder that is indexed already: bridge.md and clock.md."""
    folder = tmp_path / "briefs"
    folder.mkdir()
    (folder / "bridge.md").write_text(BRIDGE, "utf-8")
    (folder / "clock.md").write_text(CLOCK, "utf-8")
    build(folder, index=index, model="hashing")
    return folder


class Dropper:
    """Stages files as a page does, each under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        folder.mkdir()

    def __call__(self, files: dict[str, str | bytes]) -> list[tuple[str, Path]]:
        staged = []
        for name, content in files.items():
            self.count += 1
            path = self.folder / str(self.count)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            staged.append((name, path))
        return staged


@pytest.fixture
def dropped(tmp_path: Path) -> Dropper:
    return Dropper(tmp_path / "staged")


def in_index(index: Path) -> dict[str, str]:
    """The text of every document, by its name."""
    searcher = open_index(index, model=HashingEmbedder())
    sources = generations.current_manifest(index).indexed()
    return {source.name: searcher.document(source.name).text for source in sources}


def in_folder(folder: Path) -> dict[str, str]:
    """What a person sees in a folder: the text of every file, by its name."""
    return {
        path.name: path.read_text("utf-8")
        for path in folder.iterdir()
        if not path.name.startswith(".")
    }


def hidden(uploads: Path) -> list[str]:
    return sorted(path.name for path in uploads.rglob(".*/*"))


def full_disk(*_: object, **__: object) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_first_file_makes_the_index(
    library: Library, index: Path, uploads: Path, dropped: Dropper
) -> None:
    assert library.add(dropped({"ferry.md": FERRY})) == [
        Received("ferry.md", Change.ADDED, "ferry.md", 1)
    ]
    assert in_folder(uploads) == in_index(index) == {"ferry.md": FERRY}
    manifest = generations.current_manifest(index)
    assert manifest.roots == (str(uploads),)


def test_progress_is_told_of_the_files_that_come_in(
    library: Library, briefs: Path, dropped: Dropper
) -> None:
    told: list[str] = []
    two = dropped({"ferry.md": FERRY, "tower.md": "# The tower\n\nThe tower leans.\n"})
    library.add(two, lambda how_far: told.append(str(how_far)))
    assert told == [
        *(f"Reading {n} of 2 files" for n in (0, 1)),  # before others have to wait
        *(f"Reading {n} of 4 files" for n in (0, 1, 2)),
        "Cutting 0 of 2 files into passages",
        "Reading 3 of 4 files",
        "Cutting 1 of 2 files into passages",
        "Reading 4 of 4 files",
        "Loading the model",
        *(f"Embedding {n} of 2 passages" for n in (0, 2)),
        *["Writing the index"] * 2,
    ]


def test_files_join_what_the_last_build_was_given(
    library: Library, index: Path, uploads: Path, briefs: Path, dropped: Dropper
) -> None:
    (briefs / "draft.md").write_text("# A draft\n\nNot to be found.\n", "utf-8")
    build(briefs, index=index, model="hashing", language="de", exclude=briefs / "draft.md")
    library.add(dropped({"ferry.md": FERRY}))
    assert in_index(index) == {"bridge.md": BRIDGE, "clock.md": CLOCK, "ferry.md": FERRY}
    manifest = generations.current_manifest(index)
    assert manifest.roots == (str(briefs), str(uploads))
    assert manifest.excluded == (str(briefs / "draft.md"),)
    assert manifest.language == "de"
    assert build(index=index).changed is False


def test_each_file_is_told_what_became_of_it_in_the_order_given(
    library: Library, index: Path, uploads: Path, dropped: Dropper
) -> None:
    library.add(dropped({"ferry.md": FERRY, "clock.md": CLOCK}))
    told = library.add(
        dropped(
            {
                "picture.png": b"\x89PNG",
                "clock.md": CLOCK.replace("no hands", "one hand"),
                "2016/bridge.md": BRIDGE,
                "empty.txt": b"",
                "ferry.md": FERRY,
                "ferry again.md": FERRY,
                "bridge again.md": BRIDGE,
                "headings.md": "#\n\n##\n",
                "2016 - bridge.md": "# Another\n\nBridge.\n",
                "..": FERRY,
            }
        )
    )
    assert told == [
        Received(
            "picture.png",
            Change.REFUSED,
            detail="It is a PNG picture, which cannot be read.",
        ),
        Received("clock.md", Change.REPLACED, "clock.md", 1),
        Received("2016/bridge.md", Change.ADDED, "2016 - bridge.md", 1),
        Received("empty.txt", Change.REFUSED, detail="The file is empty."),
        Received("ferry.md", Change.UNCHANGED, "ferry.md", 1),
        Received("ferry again.md", Change.REFUSED, detail="The same content is kept as ferry.md."),
        Received(
            "bridge again.md",
            Change.REFUSED,
            detail="The same content is kept as 2016 - bridge.md.",
        ),
        Received(
            "headings.md",
            Change.REFUSED,
            detail="It has no text to quote, only headings or front matter.",
        ),
        Received(
            "2016 - bridge.md",
            Change.REFUSED,
            detail="Another one of these files is kept as 2016 - bridge.md; rename it.",
        ),
        Received(
            "..",
            Change.REFUSED,
            detail="Its name holds no character that a file name may; rename it.",
        ),
    ]
    assert in_folder(uploads) == in_index(index)
    assert in_index(index) == {
        "2016 - bridge.md": BRIDGE,
        "clock.md": CLOCK.replace("no hands", "one hand"),
        "ferry.md": FERRY,
    }
    assert hidden(uploads) == []


def test_files_that_change_nothing_build_nothing(
    library: Library, index: Path, dropped: Dropper, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(dropped({"ferry.md": FERRY}))
    before = generations.pointer_stamp(index)
    monkeypatch.setattr(library_module, "build_index", lambda *_, **__: pytest.fail("it was built"))
    told = library.add(dropped({"ferry.md": FERRY, "empty.md": ""}))
    assert [one.outcome for one in told] == [Change.UNCHANGED, Change.REFUSED]
    assert library.add([]) == []
    assert generations.pointer_stamp(index) == before


def test_a_file_edited_by_hand_since_the_last_build_is_replaced_by_what_was_indexed(
    library: Library, index: Path, uploads: Path, dropped: Dropper
) -> None:
    library.add(dropped({"ferry.md": FERRY}))
    (uploads / "ferry.md").write_text("By hand.", "utf-8")
    assert library.add(dropped({"ferry.md": FERRY})) == [
        Received("ferry.md", Change.REPLACED, "ferry.md", 1)
    ]
    assert in_folder(uploads) == in_index(index) == {"ferry.md": FERRY}


def test_bytes_are_on_the_disk_before_they_have_their_name(
    library: Library, uploads: Path, dropped: Dropper, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync, synced = os.fsync, []

    def watched(handle: int) -> None:
        synced.append(os.fstat(handle).st_ino)
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    library.add(dropped({"ferry.md": FERRY}))
    assert synced[:2] == [(uploads / "ferry.md").stat().st_ino, uploads.stat().st_ino]


def test_what_a_replaced_document_held_may_come_under_another_name_with_it(
    library: Library, index: Path, dropped: Dropper
) -> None:
    library.add(dropped({"now.md": FERRY}))
    assert library.add(dropped({"now.md": CLOCK, "then.md": FERRY})) == [
        Received("now.md", Change.REPLACED, "now.md", 1),
        Received("then.md", Change.ADDED, "then.md", 1),
    ]
    assert in_index(index) == {"now.md": CLOCK, "then.md": FERRY}


def test_a_document_outside_the_uploads_is_replaced_without_touching_its_file(
    library: Library, index: Path, uploads: Path, briefs: Path, dropped: Dropper
) -> None:
    edited = CLOCK.replace("no hands", "one hand")
    assert library.add(dropped({"clock.md": edited, "bridge.md": BRIDGE})) == [
        Received(
            "clock.md",
            Change.REPLACED,
            "clock.md",
            1,
            "The file it replaces stays in its folder and is left out of the index.",
        ),
        Received("bridge.md", Change.UNCHANGED, "bridge.md", 1),
    ]
    assert in_index(index) == {"bridge.md": BRIDGE, "clock.md": edited}
    assert in_folder(briefs) == {"bridge.md": BRIDGE, "clock.md": CLOCK}
    assert in_folder(uploads) == {"clock.md": edited}


def test_limits_are_told_and_the_files_within_them_are_kept(
    library: Library, uploads: Path, dropped: Dropper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(added_files, "MOST_AT_ONCE", 2)
    told = library.add(dropped({"a.txt": "One ferry.", "b.txt": "Two ferries.", "c.txt": "Three."}))
    assert [(one.outcome, one.detail) for one in told] == [
        (Change.ADDED, ""),
        (Change.ADDED, ""),
        (Change.REFUSED, "No more than 2 files are added at once; add it next."),
    ]
    monkeypatch.setattr(added_files, "MOST_FILES", 2)
    told = library.add(dropped({"c.txt": "Three.", "b.txt": "Two more ferries."}))
    assert [(one.outcome, one.detail) for one in told] == [
        (Change.REFUSED, "The uploads hold 2 files, and that is the most; remove some."),
        (Change.REPLACED, ""),
    ]
    monkeypatch.setattr(added_files, "MOST_BYTES", 1_000_000)
    monkeypatch.setattr(text_loader, "MOST_BYTES", 1_500_000)
    told = library.add(dropped({"a.txt": "Ferry " * 200_000, "b.txt": "Bridge " * 300_000}))
    assert [one.detail for one in told] == [
        "The uploads would hold more than 1 MB; remove some.",
        "It holds 2 MB, and files above 2 MB are not read; split it into parts.",
    ]
    assert in_folder(uploads) == {"a.txt": "One ferry.", "b.txt": "Two more ferries."}


def test_a_removed_upload_is_moved_out_of_sight_and_comes_back(
    library: Library, index: Path, uploads: Path, briefs: Path, dropped: Dropper
) -> None:
    library.add(dropped({"ferry.md": FERRY}))
    removed = library.remove("ferry.md")
    assert in_folder(uploads) == {}
    assert in_index(index) == {"bridge.md": BRIDGE, "clock.md": CLOCK}
    assert build(index=index).changed is False

    assert library.restore(removed) == Received("ferry.md", Change.ADDED, "ferry.md", 1)
    assert in_folder(uploads) == {"ferry.md": FERRY}
    assert in_index(index) == {"bridge.md": BRIDGE, "clock.md": CLOCK, "ferry.md": FERRY}
    assert hidden(uploads) == []
    assert verify(index).holds


def test_any_other_removed_file_stays_in_place_and_comes_back(
    library: Library, index: Path, briefs: Path
) -> None:
    (briefs / "ferry.md").write_text(FERRY, "utf-8")
    build(index=index)
    clock, ferry = library.remove("clock.md"), library.remove("ferry.md")
    assert sorted(in_folder(briefs)) == ["bridge.md", "clock.md", "ferry.md"]
    assert in_index(index) == {"bridge.md": BRIDGE}
    assert build(index=index).changed is False

    assert library.restore(clock) == Received("clock.md", Change.ADDED, "clock.md", 1)
    assert in_index(index) == {"bridge.md": BRIDGE, "clock.md": CLOCK}
    library.restore(ferry)
    assert in_index(index) == in_folder(briefs)
    assert generations.current_manifest(index).excluded == ()


def test_a_removed_document_does_not_come_back_as_its_own_copy(
    library: Library, index: Path, briefs: Path
) -> None:
    (briefs / "copy of clock.md").write_text(CLOCK, "utf-8")
    (briefs / "zzz.md").write_text(CLOCK, "utf-8")
    build(index=index)
    removed = library.remove("clock.md")
    assert in_index(index) == {"bridge.md": BRIDGE}
    assert library.restore(removed).outcome is Change.ADDED
    assert in_index(index) == {"bridge.md": BRIDGE, "clock.md": CLOCK}


def test_the_only_document_and_an_unknown_one_are_not_removed(
    library: Library, index: Path, uploads: Path, dropped: Dropper
) -> None:
    with pytest.raises(UsageError, match=r"^There is no document 'ferry.md' in "):
        library.remove("ferry.md")
    library.add(dropped({"ferry.md": FERRY}))
    with pytest.raises(UsageError, match=r"^There is no document '../ferry.md' in "):
        library.remove("../ferry.md")
    with pytest.raises(BuildError, match=r"^ferry.md is the only document; add another one first"):
        library.remove("ferry.md")
    assert in_folder(uploads) == in_index(index) == {"ferry.md": FERRY}


def test_what_has_been_added_since_is_not_overwritten_by_a_restored_document(
    library: Library, index: Path, uploads: Path, briefs: Path, dropped: Dropper
) -> None:
    newer = FERRY.replace("March", "April")
    library.add(dropped({"ferry.md": FERRY}))
    upload, clock = library.remove("ferry.md"), library.remove("clock.md")
    library.add(dropped({"ferry.md": newer, "time.md": CLOCK}))
    assert [library.restore(removed).detail for removed in (upload, clock)] == [
        "A document of that name has been added since; remove that one first.",
        "The same content has been added since as time.md.",
    ]
    assert in_index(index) == {"bridge.md": BRIDGE, "ferry.md": newer, "time.md": CLOCK}
    library.remove("ferry.md")
    (uploads / "ferry.md").write_text("By hand.", "utf-8")
    assert library.restore(upload).outcome is Change.REFUSED
    assert (uploads / "ferry.md").read_text("utf-8") == "By hand."
    (uploads / "ferry.md").unlink()
    assert library.restore(upload).outcome is Change.ADDED
    assert in_folder(uploads) == {"ferry.md": FERRY, "time.md": CLOCK}


def test_a_file_that_is_gone_by_now_cannot_be_restored(
    library: Library, index: Path, briefs: Path
) -> None:
    removed = library.remove("clock.md")
    (briefs / "clock.md").unlink()
    assert library.restore(removed).detail == (
        "It is not a regular file, or a link that leads nowhere."
    )
    assert in_index(index) == {"bridge.md": BRIDGE}


def test_only_the_last_removals_can_be_restored(
    library: Library, uploads: Path, briefs: Path, dropped: Dropper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_module, "KEPT_REMOVALS", 2)
    names = [f"{number}.txt" for number in range(3)]
    library.add(dropped({name: f"Story {name} tells of the sea." for name in names}))
    removed = [library.remove(name) for name in names]
    assert len(hidden(uploads)) == 2
    assert [library.restore(one).detail for one in removed] == [
        "It was removed too long ago; add it again.",
        "",
        "",
    ]


@pytest.mark.parametrize(
    "step",
    [
        "briefqa.index.generations.new_generation",
        "briefqa.index.generations.publish",
        "briefqa.indexing.library.sync",
        "briefqa.index.postings.write",
        "shutil.copy2",
        "os.fsync",
    ],
)
def test_a_full_disk_at_any_step_changes_neither_the_uploads_nor_the_index(
    library: Library,
    index: Path,
    uploads: Path,
    dropped: Dropper,
    step: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = {"clock.md": CLOCK, "ferry.md": FERRY}
    library.add(dropped(dict(before)))
    changed = dropped({"ferry.md": FERRY.replace("March", "April"), "bridge.md": BRIDGE})
    with monkeypatch.context() as patched:
        patched.setattr(step, full_disk)
        with pytest.raises((BuildError, IndexFolderError), match=r"\(No space left on device\)"):
            library.add(changed)
        assert in_folder(uploads) == in_index(index) == before
        if step not in ("shutil.copy2", "os.fsync"):  # nothing is copied or written then
            with pytest.raises(BriefQAError, match=r"\(No space left on device\)"):
                library.remove("ferry.md")
            assert in_folder(uploads) == in_index(index) == before
    assert [one.outcome for one in library.add(changed)] == [Change.REPLACED, Change.ADDED]
    assert hidden(uploads) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), ZeroDivisionError()])
def test_a_build_that_is_stopped_puts_the_uploads_back(
    library: Library, index: Path, uploads: Path, dropped: Dropper, error: BaseException
) -> None:
    before = {"clock.md": CLOCK, "ferry.md": FERRY}
    library.add(dropped(dict(before)))

    def stop(how_far: Progress) -> None:
        if how_far.stage in (Stage.EMBEDDING, Stage.WRITING):
            raise error

    removed = library.remove("clock.md")
    library.restore(removed)
    for change in (
        lambda: library.add(dropped({"ferry.md": BRIDGE, "bridge.txt": "A bridge."}), stop),
        lambda: library.remove("clock.md", stop),
    ):
        with pytest.raises(type(error)):
            change()
        assert in_folder(uploads) == in_index(index) == before


def test_what_fails_after_the_publication_takes_nothing_back(
    library: Library, index: Path, uploads: Path, dropped: Dropper
) -> None:
    def stop(how_far: Progress) -> None:
        if how_far == Progress(Stage.WRITING, 1, 1):
            raise ZeroDivisionError

    library.add(dropped({"clock.md": CLOCK}))
    with pytest.raises(ZeroDivisionError):
        library.add(dropped({"ferry.md": FERRY}), stop)
    assert in_folder(uploads) == in_index(index) == {"clock.md": CLOCK, "ferry.md": FERRY}


STEPS = {
    "nothing is moved": ("shutil.copy2", 1),
    "the old bytes are copied": ("pathlib.Path.replace", 1),
    "one file is moved": ("pathlib.Path.replace", 2),
    "both files are moved": ("briefqa.indexing.library.build_index", 1),
    "the index is written": ("briefqa.index.generations.publish", 1),
    "the index is published": ("briefqa.index.vector_cache.remove_unfinished", 1),
}
KILLED = """
import os, pkgutil, sys
from pathlib import Path
from briefqa.models.embedder import HashingEmbedder
from briefqa.indexing.library import Library

def killed_at(name, call):
    owner, _, function = name.rpartition(".")
    owner, calls = pkgutil.resolve_name(owner), []
    plain = getattr(owner, function)
    def step(*arguments, **named):
        calls.append(1)
        return os._exit(9) if len(calls) == call else plain(*arguments, **named)
    setattr(owner, function, step)

root, ferry, bridge, *steps = sys.argv[1:]
for number, step in enumerate(steps):
    child = os.fork()
    if not child:
        name, call = step.split()
        killed_at(name, int(call))
        place = Path(root, str(number))
        library = Library(place / "index", place / "uploads", model=HashingEmbedder())
        if name == "briefqa.indexing.library.build_index" and call == "1" and "remove" in root:
            library.remove("ferry.md")
        library.add([("ferry.md", Path(ferry)), ("bridge.md", Path(bridge))])
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_at_any_step_loses_no_document_and_the_next_build_heals(
    dropped: Dropper, tmp_path: Path
) -> None:
    newer = FERRY.replace("March", "April")
    places = [tmp_path / str(number) for number in range(len(STEPS))]
    for place in places:
        first = Library(place / "index", place / "uploads", model=HashingEmbedder())
        first.add(dropped({"clock.md": CLOCK, "ferry.md": FERRY}))
    staged = [str(path) for _, path in dropped({"ferry.md": newer, "bridge.md": BRIDGE})]
    steps = [f"{name} {call}" for name, call in STEPS.values()]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), *staged, *steps],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["9"] * len(STEPS)

    old = {"clock.md": CLOCK, "ferry.md": FERRY}
    new = {"clock.md": CLOCK, "ferry.md": newer, "bridge.md": BRIDGE}
    assert dict(
        zip(STEPS, ((in_folder(p / "uploads"), in_index(p / "index")) for p in places), strict=True)
    ) == {
        "nothing is moved": (old, old),
        "the old bytes are copied": (old, old),
        "one file is moved": ({**old, "ferry.md": newer}, old),
        "both files are moved": (new, old),
        "the index is written": (new, old),
        "the index is published": (new, new),
    }
    notes = {step: build(index=p / "index").note for step, p in zip(STEPS, places, strict=True)}
    assert notes == {
        **dict.fromkeys(STEPS, ""),
        "one file is moved": "ferry.md: replacement finished.",
        "both files are moved": "ferry.md: replacement finished; bridge.md: addition finished.",
        "the index is written": "ferry.md: replacement finished; bridge.md: addition finished.",
    }
    for place in places:
        assert [path.name for path in (place / "uploads").rglob(".incoming/*")] == []
        assert [path.name for path in (place / "index").glob("building-*")] == []
        assert len(list((place / "index").glob("generation-*"))) == 1
        assert in_index(place / "index") == in_folder(place / "uploads")
        again = Library(place / "index", place / "uploads", model=HashingEmbedder())
        again.add(dropped({"ferry.md": newer, "bridge.md": BRIDGE}))
        assert in_index(place / "index") == in_folder(place / "uploads") == new
        assert [path.name for path in (place / "uploads").rglob(".*/*")] == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("by", ["a build", "an addition", "a removal"])
def test_a_removal_that_is_killed_is_finished_and_told(
    dropped: Dropper, tmp_path: Path, by: str
) -> None:
    place = tmp_path / "remove" / "0"
    place.mkdir(parents=True)
    first = Library(place / "index", place / "uploads", model=HashingEmbedder())
    first.add(dropped({"clock.md": CLOCK, "ferry.md": FERRY, "time.txt": "It is noon."}))
    staged = [str(path) for _, path in dropped({"ferry.md": FERRY, "bridge.md": BRIDGE})]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(place.parent), *staged,
         "briefqa.indexing.library.build_index 1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["9"]
    assert "ferry.md" not in in_folder(place / "uploads")
    assert "ferry.md" in in_index(place / "index")

    library = Library(place / "index", place / "uploads", model=HashingEmbedder())
    told = "ferry.md: removal finished."
    if by == "a build":
        assert build(index=place / "index").note == told
        assert build(index=place / "index").note == ""
    elif by == "an addition":
        (received,) = library.add(dropped({"bridge.md": BRIDGE}))
        assert (received.outcome, received.detail) == (Change.ADDED, f"Before that, {told}")
    else:
        assert library.remove("time.txt").detail == f"Before that, {told}"
    assert in_index(place / "index") == in_folder(place / "uploads")
    assert [path.name for path in (place / "uploads").rglob(".incoming/*")] == []


def test_a_file_that_only_the_build_finds_to_be_a_copy_is_taken_out_again(
    library: Library, index: Path, uploads: Path, briefs: Path, dropped: Dropper
) -> None:
    (briefs / "not built yet.md").write_text(FERRY, "utf-8")
    told = library.add(dropped({"ferry.md": FERRY, "new.txt": "A new day."}))
    assert told == [
        Received("ferry.md", Change.REFUSED, detail="The same content as not built yet.md."),
        Received("new.txt", Change.ADDED, "new.txt", 1),
    ]
    assert in_folder(uploads) == {"new.txt": "A new day."}
    assert "ferry.md" not in {file.name for file in generations.current_manifest(index).sources}


def test_while_another_process_builds_it_says_so_and_changes_nothing(
    library: Library, index: Path, uploads: Path, dropped: Dropper
) -> None:
    library.add(dropped({"clock.md": CLOCK, "ferry.md": FERRY}))
    with generations.writing(index):
        with pytest.raises(IndexBusy):
            library.add(dropped({"bridge.md": BRIDGE}))
        with pytest.raises(IndexBusy):
            library.remove("ferry.md")
    assert in_folder(uploads) == in_index(index) == {"clock.md": CLOCK, "ferry.md": FERRY}


# The uploads belong to one index


def two_libraries(folder: Path) -> tuple[Library, Library]:
    """Two pages' libraries over two indexes in one folder."""
    one, two = (Library(folder / name, model=HashingEmbedder()) for name in ("one", "two"))
    return one, two


def test_two_indexes_in_one_folder_each_have_their_own_uploads(
    dropped: Dropper, tmp_path: Path
) -> None:
    one, two = two_libraries(tmp_path)
    one.add(dropped({"ferry.md": FERRY}))
    one.add(dropped({"clock.md": CLOCK}))
    two.add(dropped({"bridge.md": BRIDGE}))
    one.add(dropped({"time.txt": "It is noon."}))
    assert in_index(tmp_path / "one") == {
        "clock.md": CLOCK, "ferry.md": FERRY, "time.txt": "It is noon.",
    }  # fmt: skip
    assert in_index(tmp_path / "two") == {"bridge.md": BRIDGE}
    assert (one.uploads, two.uploads) == (tmp_path / "one-uploads", tmp_path / "two-uploads")


def test_files_on_their_way_into_one_index_survive_a_change_to_the_one_beside_it(
    dropped: Dropper, tmp_path: Path
) -> None:
    one, two = two_libraries(tmp_path)
    added: list[Received] = []

    def meanwhile(how_far: Progress) -> None:
        if not added:
            added.extend(two.add(dropped({"bridge.md": BRIDGE})))

    told = one.add(dropped({"ferry.md": FERRY, "clock.md": CLOCK}), meanwhile)
    assert [one_file.outcome for one_file in [*told, *added]] == [Change.ADDED] * 3
    assert in_index(tmp_path / "one") == {"clock.md": CLOCK, "ferry.md": FERRY}
    assert in_index(tmp_path / "two") == {"bridge.md": BRIDGE}


def test_the_uploads_of_another_index_are_refused_in_one_sentence(
    library: Library, index: Path, uploads: Path, dropped: Dropper, tmp_path: Path
) -> None:
    early = Library(tmp_path / "other", uploads, model=HashingEmbedder())  # nobody's by then
    library.add(dropped({"ferry.md": FERRY}))
    sentence = (
        f"{uploads} holds what was added to the index in {index}; give --uploads another folder, "
        f"or leave it out, for the index in {tmp_path / 'other'}."
    )
    with pytest.raises(UsageError) as late:
        Library(tmp_path / "other", uploads, model=HashingEmbedder())
    with pytest.raises(UsageError) as at_work:
        early.add(dropped({"clock.md": CLOCK}))
    assert str(late.value) == str(at_work.value) == sentence
    assert in_folder(uploads) == in_index(index) == {"ferry.md": FERRY}


def test_uploads_whose_index_is_gone_can_be_taken_over(
    library: Library, index: Path, uploads: Path, dropped: Dropper, tmp_path: Path
) -> None:
    library.add(dropped({"ferry.md": FERRY}))
    shutil.rmtree(index)
    other = Library(tmp_path / "other", uploads, model=HashingEmbedder())
    other.add(dropped({"clock.md": CLOCK}))
    assert in_index(tmp_path / "other") == {"clock.md": CLOCK, "ferry.md": FERRY}
    with pytest.raises(UsageError, match=r"holds what was added to the index in .*other"):
        library.add(dropped({"bridge.md": BRIDGE}))


@pytest.mark.parametrize("torn", [b"", b"{", b'{"index": 3}', b"\xff", b'{"index": "\\u0000"}'])
def test_a_torn_note_of_whose_the_uploads_are_is_written_anew(
    library: Library, index: Path, uploads: Path, dropped: Dropper, torn: bytes
) -> None:
    uploads.mkdir()
    (uploads / uploads_folder.OWNER).write_bytes(torn)
    library.add(dropped({"ferry.md": FERRY}))
    assert json.loads((uploads / uploads_folder.OWNER).read_text("utf-8")) == {"index": "../index"}


@pytest.mark.parametrize("way", ["moved", "copied"])
def test_an_index_and_its_uploads_may_be_moved_or_copied_together(
    dropped: Dropper, tmp_path: Path, way: str
) -> None:
    (tmp_path / "here").mkdir()
    first = Library(tmp_path / "here" / "one", model=HashingEmbedder())
    first.add(dropped({"ferry.md": FERRY}))
    if way == "moved":
        (tmp_path / "here").rename(tmp_path / "there")
    else:
        shutil.copytree(tmp_path / "here", tmp_path / "there")
    check = uploads_folder.check_owner
    check(tmp_path / "there" / "one-uploads", tmp_path / "there" / "one")
    with pytest.raises(UsageError):
        check(tmp_path / "there" / "one-uploads", tmp_path / "there" / "two")


def used_before(folder: Path, *names: str) -> None:
    """Indexes as they were before uploads were named after one: all use the folder `uploads`."""
    (folder / "uploads" / ".incoming").mkdir(parents=True)
    for name in names:
        (folder / "uploads" / f"{name}.txt").write_text(f"What was added to {name}.", "utf-8")
    for name in names:
        build(folder / "uploads", index=folder / name, model=HashingEmbedder())


def test_uploads_from_before_go_on_being_used(dropped: Dropper, tmp_path: Path) -> None:
    used_before(tmp_path, "one")
    one, two = two_libraries(tmp_path)
    assert (one.uploads, two.uploads) == (tmp_path / "uploads", tmp_path / "two-uploads")
    two.add(dropped({"ferry.md": FERRY}))
    one.add(dropped({"clock.md": CLOCK}))
    assert in_index(tmp_path / "one") == {"clock.md": CLOCK, "one.txt": "What was added to one."}
    assert in_index(tmp_path / "two") == {"ferry.md": FERRY}
    shutil.rmtree(tmp_path / "one")
    again = Library(tmp_path / "one", model=HashingEmbedder())
    assert again.uploads == tmp_path / "uploads"  # to be found when the index is built again


def test_uploads_from_before_that_two_indexes_shared_lose_no_document(
    dropped: Dropper, tmp_path: Path
) -> None:
    used_before(tmp_path, "one", "two")
    shared = in_folder(tmp_path / "uploads")
    one, _ = two_libraries(tmp_path)
    one.add(dropped({"ferry.md": FERRY}))
    two = Library(tmp_path / "two", model=HashingEmbedder())
    assert (one.uploads, two.uploads) == (tmp_path / "uploads", tmp_path / "two-uploads")
    two.add(dropped({"clock.md": CLOCK}))
    assert in_index(tmp_path / "one") == {**shared, "ferry.md": FERRY}
    assert in_index(tmp_path / "two").items() >= {**shared, "clock.md": CLOCK}.items()


def test_uploads_from_before_are_not_taken_from_an_index_that_cannot_be_read(
    dropped: Dropper, tmp_path: Path
) -> None:
    used_before(tmp_path, "one")
    next((tmp_path / "one").glob("generation-*/manifest.json")).write_text("{}", "utf-8")
    one, two = two_libraries(tmp_path)
    assert (one.uploads, two.uploads) == (tmp_path / "uploads", tmp_path / "two-uploads")


# Parsing


def test_files_are_parsed_once_and_before_the_index_is_locked(
    library: Library,
    index: Path,
    briefs: Path,
    dropped: Dropper,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parse, parsed = loaders.parse, []

    def watched(data: bytes, name: str, encoding: str = "") -> Document:
        with generations.writing(index):  # raises IndexBusy if somebody holds it
            parsed.append(name)
        return parse(data, name)

    monkeypatch.setattr(loaders, "parse", watched)
    outcomes = library.add(
        dropped(
            {
                "ferry.md": FERRY,
                "empty.md": b"",
                "clock.md": CLOCK,
                "bridge.md": BRIDGE.replace("old", "new"),
                "copy.md": FERRY,
            }
        )
    )
    assert [one.outcome for one in outcomes] == [
        Change.ADDED, Change.REFUSED, Change.UNCHANGED, Change.REPLACED, Change.REFUSED,
    ]  # fmt: skip
    assert parsed == ["ferry.md", "bridge.md"]


def test_what_was_parsed_is_what_a_build_would_have_read(
    library: Library, index: Path, dropped: Dropper
) -> None:
    library.add(dropped({"a/ferry.md": FERRY, "clock.md": CLOCK}))
    together = [
        open_index(index, model=HashingEmbedder()).document(name) for name in in_index(index)
    ]
    shutil.rmtree(index)
    build(library.uploads, index=index, model=HashingEmbedder())
    alone = [open_index(index, model=HashingEmbedder()).document(name) for name in in_index(index)]
    assert together == alone


def test_a_build_that_was_about_to_begin_does_not_undo_what_came_before_it(
    library: Library, index: Path, briefs: Path, dropped: Dropper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads what the last build was given, then loads the model, which takes its time."""

    def slow(model: str) -> Embedder:
        if "ferry.md" not in in_index(index):
            library.add(dropped({"ferry.md": FERRY}))
            library.remove("clock.md")
        return load_embedder(model)

    monkeypatch.setattr("briefqa.indexing.builder.load_embedder", slow)
    assert build(index=index).changed is False
    assert in_index(index) == {"bridge.md": BRIDGE, "ferry.md": FERRY}


def test_two_tabs_that_add_at_once_wait_for_each_other_while_a_reader_goes_on(
    library: Library, index: Path, uploads: Path, briefs: Path, dropped: Dropper
) -> None:
    searcher = open_index(index, model=HashingEmbedder())
    drops = [dropped({f"{tab}.txt": f"Tab {tab} tells of the sea."}) for tab in range(4)]
    told: list[Received] = []
    tabs = [
        threading.Thread(target=lambda drop=drop: told.extend(library.add(drop))) for drop in drops
    ]
    for tab in tabs:
        tab.start()
    while any(tab.is_alive() for tab in tabs):
        assert searcher.search("clock", mode="keyword")[0].passage.document == "clock.md"
    for tab in tabs:
        tab.join()
    assert sorted(one.name for one in told) == [f"{tab}.txt" for tab in range(4)]
    assert {one.outcome for one in told} == {Change.ADDED}
    hits = searcher.search("tells of the sea", k=9, mode="keyword")
    assert sorted(hit.passage.document for hit in hits) == sorted(in_folder(uploads))
    library.remove("0.txt")
    hits = searcher.search("tells of the sea", k=9, mode="keyword")
    assert "0.txt" not in [hit.passage.document for hit in hits]


def test_uploads_that_cannot_be_written_are_one_sentence(
    index: Path, tmp_path: Path, dropped: Dropper
) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".incoming").symlink_to(tmp_path)
    for place in ("file", "file/uploads", "x" * 300, "linked"):
        with pytest.raises(BuildError) as raised:
            Library(index, tmp_path / place, model="hashing").add(dropped({"ferry.md": FERRY}))
        assert str(tmp_path / place) in str(raised.value)
        assert "\n" not in str(raised.value)
    assert (tmp_path / "file").read_text("utf-8") == "mine"


def test_nothing_is_written_through_a_link_in_the_uploads(
    library: Library, index: Path, uploads: Path, briefs: Path, dropped: Dropper, tmp_path: Path
) -> None:
    uploads.mkdir()
    secret = tmp_path / "secret.txt"
    secret.write_text("It belongs to somebody else.", "utf-8")
    (uploads / "link.txt").symlink_to(secret)
    (uploads / "nowhere.txt").symlink_to(tmp_path / "nowhere")
    (uploads / "folder.txt").mkdir()
    told = library.add(
        dropped({"link.txt": "New.", "nowhere.txt": "Newer.", "folder.txt": "Newest."})
    )
    assert [(one.outcome, one.detail) for one in told] == [
        (Change.REPLACED, ""),
        (Change.REPLACED, ""),
        (Change.REFUSED, "What stands as folder.txt in the uploads is no file; rename it."),
    ]
    assert secret.read_text("utf-8") == "It belongs to somebody else."
    assert not (tmp_path / "nowhere").exists()
    assert not (uploads / "link.txt").is_symlink()


def test_a_file_in_a_linked_folder_of_the_uploads_is_not_moved_by_its_removal(
    library: Library, index: Path, uploads: Path, briefs: Path, tmp_path: Path
) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "ferry.md").write_text(FERRY, "utf-8")
    uploads.mkdir()
    (uploads / "linked").symlink_to(tmp_path / "theirs")
    build(briefs, uploads, index=index, model="hashing")
    library.remove("linked/ferry.md")
    assert in_folder(tmp_path / "theirs") == {"ferry.md": FERRY}
    assert in_index(index) == {"bridge.md": BRIDGE, "clock.md": CLOCK}


def test_uploads_that_are_excluded_or_were_emptied_are_indexed_again_when_something_comes(
    library: Library, index: Path, uploads: Path, briefs: Path, dropped: Dropper
) -> None:
    library.add(dropped({"ferry.md": FERRY}))
    build(exclude=uploads, index=index)
    assert "ferry.md" not in in_index(index)
    (uploads / "ferry.md").unlink()
    library.add(dropped({"time.txt": "It is noon."}))
    assert in_index(index) == {"bridge.md": BRIDGE, "clock.md": CLOCK, "time.txt": "It is noon."}


def test_uploads_that_are_the_index_folder_are_refused(
    index: Path, briefs: Path, dropped: Dropper
) -> None:
    with pytest.raises(BuildError, match="is the index folder itself"):
        Library(index, index, model="hashing").add(dropped({"ferry.md": FERRY}))
    assert in_index(index) == {"bridge.md": BRIDGE, "clock.md": CLOCK}


def test_a_file_outside_all_that_is_indexed_by_now_is_not_restored(
    library: Library, index: Path, briefs: Path, tmp_path: Path
) -> None:
    removed = library.remove("clock.md")
    build(briefs / "bridge.md", index=index, model="hashing")
    assert library.restore(removed).detail == "It is in none of the folders that are indexed now."


def test_an_index_of_documents_in_no_file_is_left_alone(
    library: Library, index: Path, dropped: Dropper
) -> None:
    text = "A benchmark's own."
    document = Document("q1", Metadata("q1"), text, (Section((), None, (Span(0, len(text)),)),))
    index_documents([document], index, HashingEmbedder())
    with pytest.raises(UsageError, match="use another index for your own"):
        library.add(dropped({"ferry.md": FERRY}))
    assert in_index(index) == {"q1": text}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("ferry.md", "ferry.md"),
        ("a/b/c.md", "a - b - c.md"),
        ("C:\\briefs\\c.md", "C_ - briefs - c.md"),
        ("../../etc/passwd.txt", "etc - passwd.txt"),
        ("/.ssh/.hidden.md", "ssh - hidden.md"),
        ("con.md", "_con.md"),
        ("CON .md", "_CON .md"),
        ("a\u202edm.exe.md", "adm.exe.md"),
        ("a\0\n\tb.md", "a b.md"),
        ("Café\u0301.md".replace("é", "e"), "Café.md"),
        ("what?.md", "what_.md"),
        ("ferry.md. . ", "ferry.md"),
        ("\ud800.md", "md"),
        ("日本語.md", "日本語.md"),
        ("x" * 200 + ".md", "x" * 188 + "~" + "d8c6cef9" + ".md"),
    ],
)
def test_a_name_is_made_safe_and_stays_readable(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(
    st.one_of(
        st.text(), st.text(alphabet="./\\ ~:\u202e\u200d\u0301éCONcon1\0\n\ud800ß語", max_size=300)
    ),
    st.sampled_from(["", ".md", ".TXT"]),
)
def test_any_name_becomes_one_safe_file_name_or_is_refused(stem: str, suffix: str) -> None:
    name = stem + suffix
    try:
        safe = safe_name(name)
    except LoadError:
        return
    assert Path(safe).name == safe
    assert not safe.startswith(".")
    assert not safe.endswith((".", " "))
    assert 0 < len(safe.encode()) <= source_files.MAX_NAME_BYTES
    assert unicodedata.is_normalized("NFC", safe)
    assert not any(unicodedata.category(character)[0] == "C" for character in safe)
    assert not set(safe) & set('/\\<>:"|?*')
    assert safe_name(safe) == safe
    if any(character.isalnum() for character in re.split(r"[/\\]", stem)[-1]):
        assert safe.endswith(suffix)


def test_long_names_that_begin_alike_stay_apart() -> None:
    names = {safe_name("é" * 300 + str(number) + ".md") for number in range(3)}
    assert len(names) == 3
    assert {Path(name).suffix for name in names} == {".md"}
