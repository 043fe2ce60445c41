"""Does the README tell the truth? Its commands and code are run as they stand."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from briefqa import api, cli
from briefqa.models.embedder import Embedder
from briefqa.models.sentence_transformer import DEFAULT_MODEL

OURS = re.compile(r"^briefqa (?!serve|chat)(.*?)(?:\s+#.*)?$", re.MULTILINE)


@pytest.fixture
def clone(
    repo: Path, tmp_path: Path, real_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> str:
    """A working folder with data/, as in a fresh clone; gives the README's text."""
    shutil.copytree(repo / "data", tmp_path / "data")
    monkeypatch.chdir(tmp_path)

    def loaded_once(model: str = DEFAULT_MODEL) -> Embedder:
        assert model == DEFAULT_MODEL
        return real_embedder

    monkeypatch.setattr("briefqa.models.embedder.load_embedder", loaded_once)
    monkeypatch.setattr("briefqa.indexing.builder.load_embedder", loaded_once)
    monkeypatch.setattr(api, "_searchers", {})
    return (repo / "README.md").read_text("utf-8")


def blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)


def test_the_commands_run(clone: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands = [command for block in blocks(clone, "sh") for command in OURS.findall(block)]
    assert len(commands) >= 7
    for command in commands:
        assert cli.main(shlex.split(command)) == 0, command
    assert "Not in these documents." in capsys.readouterr().out


def test_the_code_runs(clone: str, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks(clone, "python")
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "How the targets were found › ¶1" in printed
    assert "36 targets" in printed


def test_every_command_is_in_the_readme(clone: str) -> None:
    for command in ("build", "search", "ask", "serve", "eval", "verify", "info"):
        assert f"briefqa {command}" in clone


def test_every_link_and_picture_leads_somewhere(clone: str, repo: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", clone)
    assert len(targets) >= 2
    for link, picture in targets:
        assert (repo / (link or picture)).exists(), (link, picture)
