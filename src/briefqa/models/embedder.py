"""Embedders: models that turn text into vectors.

The seam every embedder fits, the fake one for tests, and the choice among them: the model as
`onnx_embedder.py` exported it where that was possible, else sentence-transformers itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

from briefqa.models import onnx_embedder, sentence_transformer
from briefqa.models.sentence_transformer import DEFAULT_MODEL, SentenceTransformerEmbedder
from briefqa.records import TextKind

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

HASHING_MODEL = "hashing"
_PIECE = re.compile(r"\S{1,8}")


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
    loaded = sentence_transformer.find(model)
    return onnx_embedder.exported(loaded.name, loaded.fingerprint) or loaded


def embedder_of(model: str, fingerprint: str) -> Embedder:
    """The embedder an index was built with; the model's own folder is not read if it is exported.

    It may have another fingerprint, when this machine has another version of the model only.
    Raises ModelUnavailable.
    """
    return onnx_embedder.exported(model, fingerprint) or load_embedder(model)


def has_a_name(embedder: Embedder) -> bool:
    """Whether `embedder_of` loads the same one in another process too, by its name."""
    own = (SentenceTransformerEmbedder, onnx_embedder.OnnxEmbedder, HashingEmbedder)
    return type(embedder) in own


def prepared(embedder: Embedder, texts: Sequence[str]) -> Embedder:
    """The fastest embedder that gives the same vectors; a model is exported once a machine.

    `texts` are passages that both are compared on before the export is used.
    """
    if isinstance(embedder, SentenceTransformerEmbedder):
        return onnx_embedder.export(embedder, texts) or embedder
    return embedder


def runtime(embedder: Embedder) -> str:
    """What runs the model, for people to read."""
    if isinstance(embedder, onnx_embedder.OnnxEmbedder):
        return "ONNX Runtime"
    if not isinstance(embedder, SentenceTransformerEmbedder):
        return "no model"
    why = onnx_embedder.why_not(embedder.fingerprint) or "not exported here yet: briefqa build"
    return f"sentence-transformers ({why})"


class HashingEmbedder:
    """The fake for tests: hashes words into a few dimensions; deterministic, needs no model."""

    name = HASHING_MODEL
    fingerprint = "hashing-1"
    size = 254
    dimension = 256

    def piece_ends(self, text: str) -> Sequence[int]:
        """A piece is a word between white space, cut every eight characters."""
        return [piece.end() for piece in _PIECE.finditer(text)]

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
