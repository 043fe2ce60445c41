"""Does a verification tell apart what became of each source, and count the citations that hold?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from briefqa import VerifyReport, build, verify
from briefqa.cli.commands import main

LETTER = "# A letter\n\n## First\n\nThe boat came in March.\n\n## Second\n\nThe ice came in May.\n"
NOTE = "The clock of the museum has no hands.\n"


@pytest.fixture
def briefs(tmp_path: Path) -> Path:
    folder = tmp_path / "briefs"
    folder.mkdir()
    (folder / "letter.md").write_text(LETTER, "utf-8")
    (folder / "note.txt").write_text(NOTE, "utf-8")
    return folder


@pytest.fixture
def index(briefs: Path, tmp_path: Path) -> Path:
    build(briefs, index=tmp_path / "index", model="hashing")
    return tmp_path / "index"


def found(report: VerifyReport) -> dict[str, tuple[str, int, int]]:
    """By name: the state, the passages, and how many of them hold."""
    return {
        source.name: (str(source.state), source.passages, source.holding)
        for source in report.sources
    }


def test_sources_nobody_touched_hold_every_citation(briefs: Path, index: Path) -> None:
    report = verify(index)
    assert found(report) == {"letter.md": ("same", 2, 2), "note.txt": ("same", 1, 1)}
    assert [source.path for source in report.sources] == [
        str(briefs / "letter.md"),
        str(briefs / "note.txt"),
    ]
    assert report.generation.startswith("generation-")
    assert report.holds


def test_a_new_time_stamp_is_no_change(briefs: Path, index: Path) -> None:
    os.utime(briefs / "note.txt", (0, 0))
    assert verify(index).holds


@pytest.mark.parametrize(
    ("edited", "holding"),
    [
        (LETTER + "\nMore was written later.\n", 2),
        (LETTER.replace("May", "June"), 1),
        (LETTER.replace("## First", "## The first"), 0),
        ("---\ndate: 2017-01-30\n---\n" + LETTER, 0),
        (LETTER.replace("\n", "\r\n"), 0),
        (LETTER[: LETTER.index("## Second")], 1),
        ("", 0),
    ],
    ids=["appended", "word", "shifted", "prepended", "newlines", "cut off", "emptied"],
)
def test_an_edited_source_is_changed_and_what_still_stands_in_its_place_is_counted(
    briefs: Path, index: Path, edited: str, holding: int
) -> None:
    (briefs / "letter.md").write_text(edited, "utf-8", newline="")
    report = verify(index)
    assert found(report) == {"letter.md": ("changed", 2, holding), "note.txt": ("same", 1, 1)}
    assert not report.holds


def test_a_byte_order_mark_is_a_change_that_moves_no_citation(briefs: Path, index: Path) -> None:
    (briefs / "letter.md").write_bytes(b"\xef\xbb\xbf" + LETTER.encode())
    report = verify(index)
    assert found(report)["letter.md"] == ("changed", 2, 2)
    assert not report.holds


def test_a_deleted_or_moved_source_is_missing(briefs: Path, index: Path) -> None:
    (briefs / "letter.md").unlink()
    (briefs / "note.txt").rename(briefs / "renamed.txt")
    report = verify(index)
    assert found(report) == {"letter.md": ("missing", 2, 0), "note.txt": ("missing", 1, 0)}
    assert not report.holds


def test_a_source_that_became_a_folder_or_a_pipe_is_missing(briefs: Path, index: Path) -> None:
    for name in ("letter.md", "note.txt"):
        (briefs / name).unlink()
    (briefs / "letter.md").mkdir()
    os.mkfifo(briefs / "note.txt")
    assert {state for state, _, _ in found(verify(index)).values()} == {"missing"}


def test_a_source_that_is_no_text_any_more_is_changed(briefs: Path, index: Path) -> None:
    (briefs / "letter.md").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert found(verify(index))["letter.md"] == ("changed", 2, 0)


def test_duplicates_are_watched_and_files_that_failed_are_not(briefs: Path, index: Path) -> None:
    (briefs / "again.md").write_text(LETTER, "utf-8")
    (briefs / "bad.txt").write_text("", "utf-8")
    build(briefs, index=index, model="hashing")
    assert found(verify(index)) == {
        "again.md": ("same", 2, 2),
        "letter.md": ("same", 0, 0),
        "note.txt": ("same", 1, 1),
    }
    (briefs / "letter.md").write_text("Another text altogether.", "utf-8")
    report = verify(index)
    assert found(report)["letter.md"] == ("changed", 0, 0)
    assert not report.holds


def test_a_rebuild_makes_the_citations_hold_again(briefs: Path, index: Path) -> None:
    (briefs / "letter.md").write_text(LETTER.replace("March", "April"), "utf-8")
    (briefs / "note.txt").unlink()
    build(index=index)
    report = verify(index)
    assert found(report) == {"letter.md": ("same", 2, 2)}
    assert report.holds


def test_the_command_exits_1_and_names_what_changed(
    briefs: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--index", str(index)]) == 0
    assert "letter.md: same, 2 of 2 citations hold" in capsys.readouterr().out
    (briefs / "letter.md").write_text(LETTER.replace("May", "June"), "utf-8")
    assert main(["verify", "--index", str(index)]) == 1
    out, err = capsys.readouterr()
    assert "letter.md: changed, 1 of 2 citations hold" in out
    assert (err.count("\n"), err.startswith("briefqa: Not every source is as it was")) == (1, True)
