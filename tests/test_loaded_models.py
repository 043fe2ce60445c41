"""One loaded model in a process, however many use it."""

from __future__ import annotations

import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import onnxruntime
import pytest

from briefqa import build, open_index, search
from briefqa.indexing.library import Library
from briefqa.models.embedder import Embedder, load_embedder
from briefqa.models.loaded import shared
from briefqa.records import TextKind


class Model:
    """Something that can be shared."""


def test_what_is_in_use_is_shared_and_what_is_not_is_forgotten() -> None:
    loads: list[Model] = []

    def load() -> Model:
        model = Model()
        loads.append(model)
        return model

    first = shared(Model, "one", load)
    assert shared(Model, "one", load) is first
    assert shared(Model, "two", load) is not first
    assert len(loads) == 2
    loads.clear()
    del first
    gc.collect()
    shared(Model, "one", load)
    assert len(loads) == 1


def test_many_threads_load_one_model_once() -> None:
    together, loads = threading.Barrier(8), []

    def load() -> Model:
        loads.append(1)
        threading.Event().wait(0.05)
        return Model()

    def use(_: int) -> Model:
        together.wait(60)
        return shared(Model, "threads", load)

    with ThreadPoolExecutor(8) as pool:
        models = set(pool.map(use, range(8)))
    assert (len(models), len(loads)) == (1, 1)


def test_a_load_that_fails_is_tried_again() -> None:
    def fail() -> Model:
        raise OSError("no such file")

    with pytest.raises(OSError, match="no such file"):
        shared(Model, "failing", fail)
    assert isinstance(shared(Model, "failing", Model), Model)


def test_searchers_a_library_and_the_api_share_one_embedder_and_one_reader(
    real_embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    session = onnxruntime.InferenceSession

    def counted(path: str, *arguments: Any, **named: Any) -> Any:
        loaded.append(Path(path).name)
        return session(path, *arguments, **named)

    monkeypatch.setattr(onnxruntime, "InferenceSession", counted)
    real_embedder.embed(["loaded"], TextKind.QUESTION)
    loaded.clear()
    for name in ("one", "two"):
        (tmp_path / f"{name}.txt").write_text(f"Captain {name.title()} leads the crew of Lindo.")
        build(tmp_path / f"{name}.txt", index=tmp_path / f"index-{name}", model=load_embedder())
    (tmp_path / "more.txt").write_text("Nine ferries work in the harbour.")
    library = Library(tmp_path / "index-one", tmp_path / "uploads")
    with open_index(tmp_path / "index-one") as one, open_index(tmp_path / "index-two") as two:
        assert one.ask("Who leads the crew?").hits
        assert two.ask("Who leads the crew?").hits
        (received,) = library.add([("more.txt", tmp_path / "more.txt")])
        assert received.document == "more.txt"
        assert one.ask("How many ferries work?").hits
        assert search("Who leads the crew?", index=tmp_path / "index-two")
    assert loaded.count("reader.onnx") <= 1
    assert loaded.count("model.onnx") == 0  # the one of this run's fixture is in use
