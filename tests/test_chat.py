"""`briefqa chat`: a conversation on a terminal or from a pipe."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from briefqa import build, cli

Talk = Callable[..., tuple[int, str, str]]
TEXT = (
    "# Harbour\n\n## Ships\n\nNine ferries of Lindo work there. They are green.\n\n"
    "## Crew\n\nMara leads the crew of Lindo.\n"
)
HOW_MANY = "How many ferries of Lindo work there?"
SHIPS = "[1] Harbour › Ships · ¶1  (harbour.md, line 5)\n"
FERRIES = (
    f"“Nine ferries of Lindo work there.”\n{SHIPS}\n"
    "    Nine ferries of Lindo work there. They are green.\n"
)
CREW = "“Mara leads the crew of Lindo.”\n[1] Harbour › Crew · ¶1  (harbour.md, line 9)\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "harbour.md").write_text(TEXT)
    (tmp_path / "garden.md").write_text("# Garden\n\n## Roses\n\nRoses want water.\n")
    build("harbour.md", "garden.md", index="index", model="hashing")
    return tmp_path


@pytest.fixture
def talk(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Talk:
    """Pipe lines into `briefqa chat`: its exit code, output and errors."""

    def run(*lines: str, options: tuple[str, ...] = ()) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
        code = cli.main(["chat", *options])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_each_line_is_answered_and_nothing_else_is_printed(talk: Talk) -> None:
    code, out, err = talk(HOW_MANY, "", "Who leads the crew of Lindo?")
    assert (code, err) == (0, "")
    assert out == f"{FERRIES}\n{CREW}\n"


def test_a_search_by_words_and_small_talk_are_no_answers(talk: Talk) -> None:
    code, out, err = talk("green ferries")
    assert (code, err) == (0, "")
    assert out.rstrip() == (
        "Passages found by these words; no answer is claimed.\n\n"
        f"{SHIPS}"
        "    Nine ferries of Lindo work there. They are green."
    )
    code, out, err = talk("hello")
    assert (code, err) == (0, "")
    assert out.startswith("BriefQA finds the passage")


def test_what_a_follow_up_takes_over_is_shown_and_can_be_dropped(talk: Talk) -> None:
    code, out, err = talk(HOW_MANY, "Why is that?", "/alone")
    assert (code, err) == (0, "")
    alone, carried = out.split("Understood as: Why is that? (about: ferries of Lindo work)")
    assert FERRIES in alone
    followed, dropped = carried.split("Not in these documents.")
    assert FERRIES in followed
    assert "The question has no word to look for" in dropped


def test_sources_says_why_each_passage_was_found(talk: Talk) -> None:
    out = talk("green ferries", "/sources")[1]
    assert f"{SHIPS}    Nine ferries of Lindo" in out
    assert "    why: keyword rank 1 (bm25 " in out
    assert "; holds green, ferries\n" in out


def test_a_conversation_is_saved_to_be_replayed_or_read(
    talk: Talk, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = ("--document", "harbour.md", "--section", "Ships")
    out = talk("green ferries", "/save talk.json", "/save talk.md", options=limits)[1]
    assert "Saved to talk.json." in out
    saved = json.loads((folder / "talk.json").read_text())
    assert [(turn["documents"], turn["section"]) for turn in saved["turns"]] == [
        (["harbour.md"], "Ships")
    ]
    assert "## 1. green ferries" in (folder / "talk.md").read_text()
    assert cli.main(["replay", "talk.json"]) == 0
    assert capsys.readouterr().out.startswith("1. green ferries: The same.\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/nonsense", "There is no command /nonsense; /help lists them."),
        ("/sources", "Nothing has been asked yet; /sources comes after a question."),
        ("/alone", "Nothing has been asked yet; /alone comes after a question."),
        ("/save x.json", "Nothing has been asked yet; /save comes after a question."),
    ],
)
def test_an_unknown_or_untimely_command_is_a_sentence_and_the_talk_goes_on(
    talk: Talk, line: str, said: str
) -> None:
    code, out, err = talk(line, HOW_MANY)
    assert (code, err) == (1, f"briefqa: {said}\n")
    assert FERRIES in out


def test_saving_under_an_unusable_name_is_a_sentence(talk: Talk, folder: Path) -> None:
    (folder / "old.md").write_text("mine")
    code, _, err = talk("green ferries", "/save old.md", "/save", "/save talk.txt")
    assert code == 1
    assert err.splitlines() == [
        "briefqa: old.md cannot be written (File exists); choose another name.",
        "briefqa: . ends in none of .json (a receipt), .html (evidence) and .md; rename it.",
        "briefqa: talk.txt ends in none of .json (a receipt), .html (evidence) and .md; rename it.",
    ]
    assert (folder / "old.md").read_text() == "mine"


def test_help_names_every_command_and_quit_ends(talk: Talk) -> None:
    code, out, _ = talk("/help", "/quit", "green ferries")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines() if line] == [
        "/alone",
        "/sources",
        "/save",
        "/quit",
    ]


@pytest.mark.parametrize("word", ["/quit", "/exit", "quit", "exit", "Exit", " QUIT "])
def test_any_word_for_it_leaves(talk: Talk, word: str) -> None:
    assert talk(HOW_MANY, word, "green ferries") == (0, f"{FERRIES}\n", "")
    assert talk(f"{HOW_MANY} {word.strip()}")[1]  # within a question it is a word of it


def test_a_conversation_stays_where_words_of_a_name_say(talk: Talk, folder: Path) -> None:
    limits = ("--document", "harbour", "--section", "ships")
    out = talk("green ferries", "/save talk.json", options=limits)[1]
    assert out.startswith("Looking in harbour.md, the section “Ships”.\n\nPassages found by")
    (turn,) = json.loads((folder / "talk.json").read_text())["turns"]
    assert (turn["documents"], turn["section"]) == (["harbour.md"], "Ships")


def test_a_file_that_changed_meanwhile_is_told(talk: Talk, folder: Path) -> None:
    (folder / "harbour.md").write_text("# Harbour\n")
    assert "\n\nNote: harbour.md has changed since it was indexed; " in talk(HOW_MANY)[1]


def test_it_looks_only_where_it_is_told_to(talk: Talk) -> None:
    out = talk(HOW_MANY, options=("--document", "garden.md"))[1]
    assert out.startswith("Not in these documents.\n\n")
    assert "\nLooked in: garden.md.\n" in out
    code, out, err = talk("green ferries", options=("--document", "none.md"))
    assert (code, out) == (2, "")
    assert err.startswith("briefqa: There is no document 'none.md' in the index")


def test_input_that_is_no_text_is_answered_all_the_same(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "briefqa", "chat"],
        input=HOW_MANY.encode() + b" \xff\n", capture_output=True, cwd=folder,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert FERRIES in done.stdout.decode()


def on_a_terminal(
    folder: Path, *typed: str, command: Sequence[str] = ("chat",), columns: int = 80, **env: str
) -> tuple[int, str]:
    """What a terminal shows of a command, each of `typed` given at a prompt; its exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    inherited = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "briefqa", *command],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, start_new_session=True,
        env={**inherited, "PYTHONIOENCODING": "utf-8", **env},
    )  # fmt: skip
    os.close(theirs)
    shown, given = b"", list(typed)
    try:
        with contextlib.suppress(OSError):  # when the other side is closed
            while part := os.read(ours, 65_536):
                shown += part
                if given and shown.count(b"\n> ") > len(typed) - len(given):
                    os.write(ours, given.pop(0).encode())
        return process.wait(10), shown.decode().replace("\r\n", "\n")
    finally:
        process.kill()
        os.close(ours)


def test_a_terminal_shows_a_prompt_and_what_stands_around_the_sentence_faint(folder: Path) -> None:
    code, shown = on_a_terminal(folder, f"{HOW_MANY}\n", "\x04", TERM="xterm")
    assert code == 0
    assert shown.startswith("Ask a question; /help lists the commands.\n\n")
    assert f"“Nine ferries of Lindo work there.”\n\x1b[36m{SHIPS.strip()}\x1b[0m\n\n" in shown
    assert "    Nine ferries of Lindo work there.\x1b[2m They are green.\x1b[0m\n" in shown


@pytest.mark.parametrize("environment", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_a_plain_terminal_shows_it_between_marks(folder: Path, environment: dict[str, Any]) -> None:
    code, shown = on_a_terminal(folder, f"{HOW_MANY}\n", "/quit\n", **environment)
    assert code == 0
    assert f"{SHIPS}\n    »Nine ferries of Lindo work there.« They are green.\n" in shown
    assert "\x1b[1m" not in shown
    assert "\x1b[36m" not in shown


def test_an_empty_no_color_asks_for_nothing(folder: Path) -> None:
    ask = ("ask", HOW_MANY)
    assert "\x1b[36m[1]" in on_a_terminal(folder, command=ask, TERM="xterm", NO_COLOR="")[1]


@pytest.mark.parametrize("columns", [40, 60])
def test_lines_fit_the_terminal_but_rows_and_code_stay(folder: Path, columns: int) -> None:
    wrapped = (
        "Of the ferries of Lindo that are\nold seven were sold " + "and painted " * 9 + "green."
    )
    row = "| ferry | " + "x" * 70 + " |"
    code = "```\nferry = 'of Lindo'  " + "y" * 70 + "\n```"
    text = f"# Harbour\n\n{wrapped}\n\n## Rows\n\n{row}\n|---|---|\n\n## Code\n\n{code}\n"
    (folder / "harbour.md").write_text(text)
    build("harbour.md", index="index", model="hashing")
    command = ("search", "ferries", "of", "Lindo")
    shown = on_a_terminal(folder, command=command, columns=columns, TERM="dumb")[1]
    assert f"    {row}\n" in shown
    assert code.splitlines()[1] in shown
    lines = shown.splitlines()
    (at,) = (number for number, line in enumerate(lines) if line.startswith("    Of the ferries"))
    prose = lines[at : lines.index("", at)]
    assert " ".join(line.strip() for line in prose) == wrapped.replace("\n", " ")
    assert max(map(len, prose)) <= columns


def test_windows_line_ends_and_hanging_lines_are_joined_by_one_space(folder: Path) -> None:
    text = "# Harbour\n\n- The ferry Marta was sold to the town\n  of Lindo in 1998.\n"
    (folder / "harbour.md").write_bytes(text.replace("\n", "\r\n").encode())
    build("harbour.md", index="index", model="hashing")
    command = ("search", "ferry", "Marta")
    shown = on_a_terminal(folder, command=command, TERM="dumb")[1]
    assert "    - The ferry Marta was sold to the town of Lindo in 1998.\n" in shown


def test_text_that_does_not_go_to_a_terminal_keeps_its_lines(talk: Talk, folder: Path) -> None:
    text = "# Harbour\n\nThe ferry Marta was sold to the\r\ntown of Lindo\rin 1998.\n"
    (folder / "harbour.md").write_bytes(text.encode())
    build("harbour.md", index="index", model="hashing")
    assert (
        "    The ferry Marta was sold to the\n    town of Lindo�in 1998.\n"
        in talk("ferry Marta")[1]
    )
