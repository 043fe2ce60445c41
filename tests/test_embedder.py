"""How does text become a vector?"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from briefqa.errors import ModelUnavailable
from briefqa.models import sentence_transformer
from briefqa.models.embedder import Embedder, HashingEmbedder, load_embedder, prepared
from briefqa.models.onnx_embedder import OnnxEmbedder
from briefqa.models.sentence_transformer import (
    DEFAULT_MODEL,
    DEFAULT_WEIGHTS_SHA256,
    SentenceTransformerEmbedder,
)
from briefqa.records import TextKind


def copy_of_the_model(folder: Path) -> Path:
    shutil.copytree(sentence_transformer._default_folder(), folder)
    return folder


def test_the_default_model_gives_the_published_similarities(real_embedder: Embedder) -> None:
    sentences = [
        "That is a happy person",
        "That is a happy dog",
        "That is a very happy person",
        "Today is a sunny day",
    ]
    vectors = real_embedder.embed(sentences, TextKind.PASSAGE)
    np.testing.assert_allclose(vectors[1:] @ vectors[0], [0.695, 0.943, 0.257], atol=1e-3)


def test_vectors_are_float32_rows_of_unit_length(real_embedder: Embedder) -> None:
    vectors = real_embedder.embed(["one", "", "🙂 two", "x" * 5000], TextKind.QUESTION)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_default_model_reads_256_word_pieces_two_of_them_its_own(
    real_embedder: Embedder,
) -> None:
    assert real_embedder.size == 254


def test_pieces_end_where_the_tokenizer_cuts(real_embedder: Embedder) -> None:
    assert list(real_embedder.piece_ends("Palmyra fell")) == [4, 7, 12]


def test_a_text_beyond_the_window_changes_no_vector_and_one_within_does(
    real_embedder: Embedder,
) -> None:
    fits = "word " * real_embedder.size
    same, cut, shorter = real_embedder.embed(
        [fits + "Palmyra", fits + "Aleppo", fits[: -len("word word ")] + "Aleppo"],
        TextKind.PASSAGE,
    )
    assert same @ cut == pytest.approx(1.0, abs=1e-6)
    assert same @ shorter < 0.9998


def test_altered_weights_are_refused_before_they_are_loaded(tmp_path: Path) -> None:
    altered = copy_of_the_model(tmp_path / "model")
    weights = bytearray((altered / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (altered / "model.safetensors").write_bytes(weights)
    with pytest.raises(ModelUnavailable, match="not the published all-MiniLM-L6-v2; reinstall"):
        SentenceTransformerEmbedder(DEFAULT_MODEL, altered)


def test_the_published_digest_is_the_one_we_were_given() -> None:
    assert DEFAULT_WEIGHTS_SHA256.startswith("53aa5117")
    assert DEFAULT_WEIGHTS_SHA256.endswith("d9db")


def test_any_model_folder_may_be_named_and_its_prompts_are_respected(
    real_embedder: Embedder, tmp_path: Path
) -> None:
    folder = copy_of_the_model(tmp_path / "prompted")
    settings = folder / "config_sentence_transformers.json"
    prompts = {"query": "query: ", "document": "passage: "}
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "prompts": prompts}))
    loaded = load_embedder(str(folder))
    exported = prepared(loaded, ["Palmyra fell in December."])
    assert isinstance(loaded, SentenceTransformerEmbedder)
    assert isinstance(exported, OnnxEmbedder)
    for prompted in (loaded, exported):
        assert prompted.fingerprint != real_embedder.fingerprint
        assert prompted.size == 254 - 2  # "passage", ":"
        for kind, prompt in ((TextKind.QUESTION, "query: "), (TextKind.PASSAGE, "passage: ")):
            ours = prompted.embed(["Palmyra"], kind)
            written_out = real_embedder.embed([prompt + "Palmyra"], kind)
            np.testing.assert_allclose(ours, written_out, atol=1e-5)


@pytest.mark.parametrize("model", ["no-such-model", "someone/else", "../outside"])
def test_a_model_that_is_not_here_is_one_sentence(model: str) -> None:
    with pytest.raises(ModelUnavailable, match=f"no embedding model '{model}' on this machine"):
        load_embedder(model)


def test_a_folder_without_a_model_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="is not a sentence-transformers model folder"):
        load_embedder(str(tmp_path))
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "modules.json").write_text("[]")
    with pytest.raises(ModelUnavailable, match="does not load"):
        load_embedder(str(tmp_path)).embed(["x"], TextKind.PASSAGE)


def test_the_fake_is_deterministic_and_sees_shared_words() -> None:
    fake = HashingEmbedder()
    one, again, near, far = fake.embed(
        ["targets hit", "Targets hit.", "targets missed", "hot meals"], TextKind.PASSAGE
    )
    np.testing.assert_array_equal(one, again)
    assert one @ near > one @ far
    assert fake.piece_ends("a bcdefghijk l") == [1, 10, 12, 14]
