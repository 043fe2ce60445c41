"""How does text become a vector without PyTorch?"""

from __future__ import annotations

import errno
import json
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from briefqa import build
from briefqa.answering.searcher import Searcher
from briefqa.errors import ModelUnavailable
from briefqa.evaluation.probe import passages
from briefqa.models import embedder, onnx_embedder, sentence_transformer
from briefqa.models.embedder import Embedder
from briefqa.models.onnx_embedder import OnnxEmbedder
from briefqa.models.sentence_transformer import SentenceTransformerEmbedder
from briefqa.records import TextKind

TEXTS = ["Rudskoi spoke on Tuesday.", "36 targets", "", "Aid was brought to Aleppo. " * 60]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder in which nothing has been exported yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "briefqa" / "models"


@pytest.fixture(scope="module")
def sentences() -> SentenceTransformerEmbedder:
    """The default model as sentence-transformers runs it."""
    return sentence_transformer.find("all-MiniLM-L6-v2")


@pytest.fixture
def exported(cache: Path, real_embedder: Embedder, sentences: SentenceTransformerEmbedder) -> Path:
    """The default model's export in a cache folder of its own, to be damaged."""
    assert isinstance(real_embedder, OnnxEmbedder)
    folder = cache / real_embedder._folder.name
    folder.parent.mkdir(parents=True)
    folder.mkdir()
    for file in real_embedder._folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def test_both_runtimes_give_the_same_vectors_of_real_passages(
    real_embedder: Embedder, sentences: SentenceTransformerEmbedder, brief: Searcher
) -> None:
    assert isinstance(real_embedder, OnnxEmbedder)
    texts = [*(passage.text for passage in passages(brief)), *TEXTS]
    for kind in TextKind:
        cosines = (real_embedder.embed(texts, kind) * sentences.embed(texts, kind)).sum(axis=1)
        assert cosines.min() >= 0.9999
    assert real_embedder.size == sentences.size
    assert real_embedder.piece_ends(TEXTS[0]) == sentences.piece_ends(TEXTS[0])
    assert real_embedder.fingerprint == sentences.fingerprint


def test_a_text_has_one_vector_wherever_it_stands_among_others(real_embedder: Embedder) -> None:
    texts = [f"{'word ' * (number % 40)} number {number}" for number in range(50)]
    shuffled = random.Random(0).sample(range(50), 50)
    vectors = real_embedder.embed(texts, TextKind.PASSAGE)
    again = real_embedder.embed([texts[number] for number in shuffled], TextKind.PASSAGE)
    np.testing.assert_allclose(again, vectors[shuffled], atol=1e-5)
    assert vectors.dtype == np.float32


def test_many_threads_may_embed_at_once(real_embedder: Embedder) -> None:
    questions = [f"What happened on day {number}?" for number in range(20)]
    alone = [real_embedder.embed([question], TextKind.QUESTION)[0] for question in questions]
    with ThreadPoolExecutor(8) as pool:
        together = pool.map(
            lambda question: real_embedder.embed([question], TextKind.QUESTION)[0], questions
        )
        for one, other in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_model_that_cannot_be_exported_runs_as_it_is_and_says_why(
    cache: Path, sentences: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def fail(self: SentenceTransformerEmbedder, path: Path) -> None:
        tried.append(path)
        raise RuntimeError("Unsupported: a wheel\nand much more")

    monkeypatch.setattr(SentenceTransformerEmbedder, "write_onnx", fail)
    assert embedder.runtime(sentences) == (
        "sentence-transformers (not exported here yet: briefqa build)"
    )
    for _ in range(2):
        assert embedder.prepared(sentences, TEXTS) is sentences
    assert len(tried) == 1
    assert embedder.runtime(sentences) == (
        "sentence-transformers (the model cannot be exported: Unsupported: a wheel)"
    )
    assert [path.name for path in cache.iterdir()] == [f"{sentences.fingerprint}-1"]


def test_an_export_with_other_vectors_is_not_used(
    cache: Path, sentences: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_embedder, "PARITY", 1.1)
    assert embedder.prepared(sentences, TEXTS) is sentences
    assert "vectors differ: cosine 1.0000" in embedder.runtime(sentences)
    assert not list(cache.rglob("*.onnx"))


def test_a_full_disk_is_not_held_against_the_model(
    cache: Path, sentences: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: SentenceTransformerEmbedder, path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(SentenceTransformerEmbedder, "write_onnx", fail)
        assert embedder.prepared(sentences, TEXTS) is sentences
    assert isinstance(embedder.prepared(sentences, TEXTS), OnnxEmbedder)


def test_an_export_that_another_build_has_just_made_stays(
    exported: Path, sentences: SentenceTransformerEmbedder
) -> None:
    before = (exported / "model.onnx").stat().st_ino
    assert isinstance(onnx_embedder.export(sentences, TEXTS), OnnxEmbedder)
    assert (exported / "model.onnx").stat().st_ino == before


def test_a_fingerprint_that_is_a_path_names_no_export(exported: Path) -> None:
    elsewhere = exported.rename(exported.parent.parent / "elsewhere-1")
    assert onnx_embedder.exported("x", str(elsewhere).removesuffix("-1")) is None


def test_a_cache_that_cannot_be_written_leaves_the_model_as_it_is(
    sentences: SentenceTransformerEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert embedder.prepared(sentences, TEXTS) is sentences


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_damaged_export_is_removed_and_the_model_itself_answers(
    exported: Path, sentences: SentenceTransformerEmbedder, name: str
) -> None:
    content = bytearray((exported / name).read_bytes())
    content[len(content) // 2 :] = b"x"
    (exported / name).write_bytes(content)
    damaged = embedder.load_embedder()
    assert isinstance(damaged, OnnxEmbedder)
    with pytest.raises(ModelUnavailable, match=r"was damaged .* and is removed; start again"):
        damaged.embed(["x"], TextKind.QUESTION)
    assert not exported.exists()
    assert isinstance(embedder.load_embedder(), SentenceTransformerEmbedder)


def test_building_an_index_that_is_up_to_date_exports_the_model_where_that_was_not_done(
    cache: Path, tmp_path: Path, sentences: SentenceTransformerEmbedder
) -> None:
    (tmp_path / "brief.md").write_text("# Brief\n\nIt snowed in Aleppo.\n")
    index = tmp_path / "index"
    assert build(tmp_path / "brief.md", index=index).changed
    shutil.rmtree(cache)
    assert "not exported here yet" in embedder.runtime(embedder.load_embedder())
    assert not build(tmp_path / "brief.md", index=index).changed
    assert embedder.runtime(embedder.load_embedder()) == "ONNX Runtime"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"limit": "many"}', '{"prompts": 3}'])
def test_settings_that_are_not_ours_are_no_export(
    exported: Path, sentences: SentenceTransformerEmbedder, content: str
) -> None:
    (exported / "settings.json").write_text(content)
    assert onnx_embedder.exported("all-MiniLM-L6-v2", sentences.fingerprint) is None


def test_questions_are_answered_without_pytorch_or_an_unpickler(brief_index: Path) -> None:
    code = f"""
import json, sys, pickle
def refuse(*given, **named): raise AssertionError("something was unpickled")
pickle.load = pickle.loads = pickle.Unpickler = refuse
from briefqa import ask
answer = ask("How many targets were hit?", index={str(brief_index)!r})
print(json.dumps([answer.answered, sorted(sys.modules)]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    answered, modules = json.loads(done.stdout.splitlines()[-1])
    assert answered
    heavy = {"torch", "transformers", "sentence_transformers", "gradio", "scipy", "pandas"}
    assert heavy & set(modules) == set()
    assert not any(name.startswith("whoosh.index") for name in modules)
