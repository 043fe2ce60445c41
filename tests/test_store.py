"""An index is kept in a folder on this machine or in Milvus; other locations are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from briefqa import UsageError, ask, build, open_index, search, verify
from briefqa.api import calibrate, evaluate
from briefqa.cli.commands import main
from briefqa.index.store import store_at
from briefqa.ui import serve

REMOTE = "sqlite://host/briefs"
MESSAGE = (
    "There is no index store for 'sqlite://'; name a folder on this machine, or "
    "milvus://HOST:PORT/NAME, with --index."
)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "note.txt").write_text("The boat came in March.")
    question = '{"question": "When did the boat come?", "contains": "March"}\n'
    (tmp_path / "questions.jsonl").write_text(question)
    return tmp_path


@pytest.mark.parametrize(
    "location", [REMOTE, Path(REMOTE), "HTTP://host", "sqlite:/file", "file:///tmp/index"]
)
def test_a_location_with_a_scheme_is_refused(location: str | Path) -> None:
    with pytest.raises(UsageError, match=r"^There is no index store for '\w+://'; name a folder"):
        store_at(location)


@pytest.mark.parametrize(
    "location", ["index", "./milvus:/host", "a:b", "C:/index", "/x/y:/z", ":/"]
)
def test_any_other_path_is_a_folder(location: str) -> None:
    assert store_at(location).workspace == Path(location)


CALLS: dict[str, Callable[[str], object]] = {
    "build": lambda index: build("note.txt", index=index, model="hashing"),
    "open_index": open_index,
    "search": lambda index: search("boat", index=index),
    "ask": lambda index: ask("boat", index=index),
    "verify": verify,
    "evaluate": lambda index: evaluate("questions.jsonl", index=index),
    "calibrate": lambda index: calibrate("questions.jsonl", index=index),
    "serve": lambda index: serve(Path(index)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_every_function_refuses_it_and_makes_no_folder(
    place: Path, call: Callable[[str], object]
) -> None:
    before = sorted(place.iterdir())
    with pytest.raises(UsageError) as raised:
        call(REMOTE)
    assert str(raised.value) == MESSAGE
    assert sorted(place.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["build", "note.txt"],
        ["build"],
        ["search", "boat"],
        ["ask", "boat"],
        ["chat"],
        ["serve"],
        ["serve", "--read-only"],
        ["verify"],
        ["eval", "questions.jsonl"],
        ["calibrate", "questions.jsonl"],
        ["info"],
    ],
    ids=" ".join,
)
def test_every_command_refuses_it_as_wrong_usage(
    place: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(place.iterdir())
    capsys.readouterr()
    assert main([*arguments, "--index", REMOTE]) == 2
    assert capsys.readouterr().err == f"briefqa: {MESSAGE}\n"
    assert sorted(place.iterdir()) == before
