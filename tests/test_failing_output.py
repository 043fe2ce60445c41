"""What people read when output cannot be written, or input cannot be read."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from briefqa import ServeError, cli
from briefqa.ui import passwords, serve, server

FULL = Path("/dev/full")
TEXT = "# Harbour\n\n## Ships\n\nNine ferries work there.\n\n## Crew\n\nCaptain Mara Oduya leads.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with documents, their index and a question file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "harbour.md").write_text(TEXT)
    lines = [
        {"question": "How many ferries?", "section": "Ships", "contains": "Nine ferries"},
        {"question": "What does gold cost?", "section": None, "contains": None},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert cli.main(["build", "docs", "--model", "hashing"]) == 0
    return tmp_path


def assert_one_sentence(said: str, part: str) -> None:
    assert said.startswith("briefqa: ")
    assert part in said
    assert said.count("\n") == 1


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("arguments", [["info"], ["search", "ferries", "--json"]])
def test_output_that_finds_no_space_is_one_sentence(folder: Path, arguments: list[str]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "briefqa", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode == 1
    assert_one_sentence(done.stderr, "no space is left")


def test_output_that_nobody_reads_ends_without_a_word(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "briefqa", "search", "ferries", "--json"],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_chat_whose_input_is_closed_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.main(["chat"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert_one_sentence(err, "the input is closed")


@pytest.mark.parametrize("option", ["--run", "--plot"])
def test_figures_that_cannot_be_written_are_one_sentence(
    folder: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert cli.main(["eval", "questions.jsonl", option, "nowhere/figures.png"]) == 2
    assert_one_sentence(capsys.readouterr().err, "nowhere/figures.png")


@pytest.mark.parametrize(
    ("content", "said"),
    [("[1]\n", "not a JSON object"), ("{\n", "not JSON lines"), ("", "Nothing to measure")],
)
def test_a_question_file_of_something_else_is_one_sentence(
    folder: Path, content: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    (folder / "questions.jsonl").write_text(content)
    assert cli.main(["eval", "questions.jsonl"]) == 2
    assert_one_sentence(capsys.readouterr().err, said)


def test_a_full_disk_leaves_the_old_passwords_and_nothing_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "briefs.pw"
    passwords.write(file, "ada", "correct horse battery")
    before = file.read_bytes()

    def full(number: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ServeError, match=r"cannot be written: .*No space left on device"):
        passwords.write(file, "bob", "correct horse battery")
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_where_no_port_is_free_the_page_says_which_were_tried(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_unusable", lambda host, port: "address already in use")
    with pytest.raises(ServeError, match=r"No port from \d+ to \d+ is free on 127\.0\.0\.1: give"):
        serve(folder / "index", announce=pytest.fail)
