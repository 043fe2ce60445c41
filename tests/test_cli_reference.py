"""docs/cli.md: it is what the parser says, and every example in it runs."""

from __future__ import annotations

import io
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from briefqa import cli
from briefqa.models import sentence_transformer
from docs.cli_reference import PAGE, commands, example, reference

QUESTIONS = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == reference(), "run: python docs/cli_reference.py"


def test_the_page_does_not_depend_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    before = reference()
    monkeypatch.setenv("BRIEFQA_INDEX", "elsewhere")
    monkeypatch.setenv("COLUMNS", "40")
    assert reference() == before


def test_every_option_is_explained() -> None:
    for name, command in commands().items():
        for action in command._actions:
            assert action.help, (name, action.dest)


@pytest.fixture
def run(
    clone: Path, repo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], str]:
    """Run the example of a command in a folder that holds data/; what it prints."""
    (questions,) = QUESTIONS.findall((repo / "docs" / "documents.md").read_text("utf-8"))
    (clone / "my-questions.jsonl").write_text(questions)
    (clone / "draft.md").write_text("“The strike lasted fifty days,” and 1,847 were children.")
    lines = "What did the doctors do in Aleppo?\nHow many children?\n/save receipt.json\n"
    (clone / "my-model").symlink_to(sentence_transformer.find("all-MiniLM-L6-v2").folder)
    monkeypatch.setattr("getpass.getpass", lambda prompt: "green ferries")

    def example_of(name: str) -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        line = example(commands()[name])
        assert f"```sh\n{line}\n```" in PAGE.read_text("utf-8")
        program, *arguments = shlex.split(line)
        assert (program, arguments[0]) == ("briefqa", name)
        code = cli.main(arguments)
        out, err = capsys.readouterr()
        assert (code, err) == (0, ""), line
        return out

    return example_of


def test_every_example_runs(run: Callable[[str], str]) -> None:
    assert "index: 42 passages, 42 embedded" in run("build")
    assert "four Su-25s" in run("search")
    assert "36 targets.”\n[1] TASS, 18 Jan 2017 › How the targets were found" in run("ask")
    assert run("batch").startswith("4 questions: 1 answered, 2 unsure, 1 not in")
    assert "Saved to receipt.json." in run("chat")
    assert "\n  Water for the city › Tankers and bottles\n" in run("sections")
    assert run("replay").endswith("The index has not changed since.\n")
    assert run("check").startswith("1 quotation: 1 exact; 1 figure: 1 same (in 3 documents).")
    assert "citations hold" in run("verify")
    assert "hit@1" in run("eval")
    assert "fitted to 4 questions" in run("calibrate")
    assert "calibrated  asserts from" in run("info")
    assert "4 places in 1 of 3 documents" in run("mentions")
    assert run("watch") == "1. How many children were treated? (question; answered)\n"
    assert run("password") == "passwords.txt lets mara in.\n"
    assert run("formats").startswith("text (.txt .text)\n  headings")
    assert "\nexported    to ONNX, with the same vectors\n" in run("models")
    tested = "build search ask batch chat sections replay check verify eval calibrate info password"
    assert set(commands()) == {*tested.split(), *"serve mcp formats models mentions watch".split()}


def test_the_example_of_serve_serves_the_page(
    brief_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, *arguments = shlex.split(example(commands()["serve"]))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    arguments[arguments.index("--port") + 1] = port
    server = subprocess.Popen(
        [sys.executable, "-m", "briefqa", *arguments], cwd=tmp_path, stdout=subprocess.DEVNULL,
        env={**os.environ, "BRIEFQA_INDEX": str(brief_index)},
    )  # fmt: skip
    try:
        assert "BriefQA" in _page(f"http://127.0.0.1:{port}/", server)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)


def test_the_example_of_mcp_serves_until_its_input_ends(brief_index: Path) -> None:
    _, *arguments = shlex.split(example(commands()["mcp"]))
    done = subprocess.run(
        [sys.executable, "-m", "briefqa", *arguments], cwd=brief_index.parent,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def _page(address: str, server: subprocess.Popen[bytes]) -> str:
    """What the server answers, once it does."""
    for _ in range(600):
        assert server.poll() is None, "the server has stopped"
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:
                return str(answer.read().decode())
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer")
