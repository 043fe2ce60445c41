"""`briefqa models check`: a good model, and each way in which one can fail."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from briefqa.cli import main, terminal
from briefqa.errors import ModelUnavailable
from briefqa.models import sentence_transformer
from briefqa.models.embedder import Embedder
from briefqa.models.model_card import languages_of, languages_on
from briefqa.models.model_check import ModelCheck, check_model
from briefqa.models.sentence_transformer import SentenceTransformerEmbedder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Path:
    """A copy of the default model; `real_embedder` has exported the same one."""
    folder = tmp_path_factory.mktemp("models") / "mini"
    shutil.copytree(sentence_transformer.find("all-MiniLM-L6-v2").folder, folder)
    return folder


def test_a_good_model_is_described(
    model: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("briefqa.models.model_check._PASSAGES", 4)
    (model / "README.md").write_text("---\nlanguage:\n- en\n- de-AT\nlicense: mit\n---\n# Card\n")
    fingerprint = sentence_transformer.find("all-MiniLM-L6-v2").fingerprint
    assert main(["models", "check", str(model)]) == 0
    lines = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert lines["hash"] == fingerprint  # of what can change a vector, and a card cannot
    assert lines["size"].endswith(" MB, 384 dimensions")
    assert lines["reads"] == "254 word pieces of a passage"
    assert lines["languages"] == "English, German"
    assert lines["exported"] == "to ONNX, with the same vectors"
    assert float(lines["speed"].split()[1]) > 0


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (None, "There is no folder "),
        ("modules.json config.json", " is not a sentence-transformers model folder."),
        ("model.safetensors", " does not load: "),
        ("tokenizer.json vocab.txt tokenizer_config.json", " the same vector, so that it finds "),
    ],
)
def test_one_that_cannot_be_used_is_told_in_a_sentence(
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: str | None,
    sentence: str,
) -> None:
    folder = tmp_path / "spoilt"
    if spoil is not None:
        shutil.copytree(model, folder)
        for name in spoil.split():
            (folder / name).unlink(missing_ok=True)
            if name == "model.safetensors":
                (folder / name).write_bytes(b"damaged")
    assert main(["models", "check", str(folder)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1


def test_one_that_cannot_be_exported_works_and_exits_with_3(
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(self: SentenceTransformerEmbedder, path: Path) -> None:
        raise RuntimeError("Unsupported: a wheel\nand much more")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(SentenceTransformerEmbedder, "write_onnx", fail)
    monkeypatch.setattr("briefqa.models.model_check._PASSAGES", 4)
    assert main(["models", "check", str(model), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["not_exported"] == "the model cannot be exported: Unsupported: a wheel"
    terminal.show_model(ModelCheck(**found))
    assert "exported    no: the model cannot be exported: Unsupported: a wheel; it is run by " in (
        capsys.readouterr().out
    )


def test_one_whose_vectors_are_no_numbers_is_refused(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sentence_transformers import SentenceTransformer

    nothing = np.full((1, 384), np.nan, np.float32)
    monkeypatch.setattr(SentenceTransformer, "encode_document", lambda *_, **__: nothing)
    with pytest.raises(ModelUnavailable, match="gave values that are not numbers"):
        check_model(model)


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage: en\n---\n", ("en",)),
        ("---\nlanguage: [multilingual, ar, 'no', nb]\n---\n", ("ar", "no")),
        ("---\nlanguage: multilingual\n---\n", ()),
        ("---\nlanguage: {a: b}\n---\n", ()),
        ("---\nlanguage: [\n---\n", ()),
        ("# No front matter\nlanguage: en\n", ()),
        ("---\n" + "[" * 50_000, ()),
    ],
)
def test_a_card_says_its_languages(tmp_path: Path, card: str, languages: tuple[str, ...]) -> None:
    (tmp_path / "README.md").write_text(card)
    assert languages_on(tmp_path) == languages


def test_languages_are_known_by_the_name_of_a_model(tmp_path: Path) -> None:
    assert languages_of("all-MiniLM-L6-v2") == ("en",)
    assert languages_of("hashing") == languages_of("no/such-model") == ()
    (tmp_path / "README.md").write_text("---\nlanguage: sv\n---\n")
    assert languages_of(str(tmp_path)) == ("sv",)
