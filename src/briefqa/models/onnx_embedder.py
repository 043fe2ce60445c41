"""Embedding text without PyTorch.

A sentence-transformers model is written once as one ONNX file, compared with itself on real
passages, and kept in this user's cache folder under its fingerprint, for every index built with
it.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs

from briefqa.atomic_file import digest
from briefqa.errors import ModelUnavailable
from briefqa.models.loaded import shared
from briefqa.models.onnx_session import OnnxFile
from briefqa.models.tokenizer import WordPieces
from briefqa.records import TextKind

if TYPE_CHECKING:
    import numpy.typing as npt

    from briefqa.models.sentence_transformer import SentenceTransformerEmbedder

    Vectors = npt.NDArray[np.float32]

FORMAT = 1  # raise it when what is written, or how it is compared, changes
PARITY = 0.9999  # least cosine between the two runtimes' vectors of the same text
COMPARED = 64  # passages
BATCH_SIZE = 8  # texts of about the same length; one batch runs on one core
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_MODEL, _TOKENIZER, _SETTINGS = "model.onnx", "tokenizer.json", "settings.json"


class OnnxEmbedder:
    """An exported model; loaded at the first `embed`, and safe to share between threads.

    Embedders of the same model share what is loaded.
    """

    def __init__(self, name: str, fingerprint: str, folder: Path) -> None:
        """Reads the settings in `folder`; raises OSError, ValueError, KeyError or TypeError."""
        settings = json.loads((folder / _SETTINGS).read_text("utf-8"))
        prompts = {kind: str(settings["prompts"][kind]) for kind in TextKind}
        self.name = name
        self.fingerprint = fingerprint
        self._folder = folder
        self._digest = str(settings["sha256"])
        self._limit, self._prompts = int(settings["limit"]), prompts
        self._lock = threading.Lock()
        self._pieces: WordPieces | None = None
        self._model: OnnxFile | None = None

    @property
    def size(self) -> int:
        """Word pieces of a passage the model reads, its prompt and special pieces taken off."""
        return self._word_pieces().size

    def piece_ends(self, text: str) -> Sequence[int]:
        """End offset in `text` of each word piece, in order."""
        return self._word_pieces().piece_ends(text)

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Float32 [len(texts), dim], unit rows; the model's prompt for `kind` is used."""
        model = self._loaded()
        encodings = self._word_pieces().encode(texts, kind)
        batches = list(model.run(encodings, BATCH_SIZE))
        sorted_by_length = np.concatenate([outputs[0] for _, outputs in batches])
        vectors = np.empty(sorted_by_length.shape, dtype=np.float32)
        vectors[[row for rows, _ in batches for row in rows]] = sorted_by_length
        if not np.isfinite(vectors).all():
            raise ModelUnavailable(f"The model {self.name} gave values that are not numbers.")
        return vectors

    def _word_pieces(self) -> WordPieces:
        with self._lock:
            if self._pieces is None:
                try:
                    tokenizer = (self._folder / _TOKENIZER).read_text("utf-8")
                    self._pieces = WordPieces.shared(tokenizer, self._limit, self._prompts)
                except OSError as error:
                    raise self._unreadable(error) from error
                except ValueError as error:
                    raise self._damaged(error) from error
            return self._pieces

    def _loaded(self) -> OnnxFile:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> OnnxFile:
        path = self._folder / _MODEL
        try:
            content = digest(path)
        except OSError as error:
            raise self._unreadable(error) from error
        if content != self._digest:
            raise self._damaged("its content has changed")
        try:
            return shared(OnnxFile, content, lambda: OnnxFile(path))
        except Exception as error:
            raise self._unreadable(error) from error

    def _damaged(self, why: object) -> ModelUnavailable:
        shutil.rmtree(self._folder, ignore_errors=True)
        return ModelUnavailable(
            f"The exported model in {self._folder} was damaged ({why}) and is removed; "
            "start again, or run: briefqa build"
        )

    def _unreadable(self, why: object) -> ModelUnavailable:
        return ModelUnavailable(
            f"The exported model in {self._folder} cannot be used ({why}); remove that folder if "
            "this stays so, and run: briefqa build"
        )


def exported(name: str, fingerprint: str) -> OnnxEmbedder | None:
    """The model of that fingerprint if it has been exported on this machine."""
    if not _FINGERPRINT.fullmatch(fingerprint):
        return None  # it comes from an index, and would name a folder anywhere
    folder = _folder(fingerprint)
    try:
        return OnnxEmbedder(name, fingerprint, folder) if (folder / _MODEL).is_file() else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def why_not(fingerprint: str) -> str:
    """Why a model could not be exported, "" if nobody has tried."""
    try:
        settings = json.loads((_folder(fingerprint) / _SETTINGS).read_text("utf-8"))
        return str(settings.get("failed", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def export(model: SentenceTransformerEmbedder, passages: Sequence[str]) -> OnnxEmbedder | None:
    """Write the model as ONNX and keep it if it gives the same vectors; else remember why not.

    Compared on up to 64 of `passages`, as passages and as questions.
    """
    folder = _folder(model.fingerprint)
    if why_not(model.fingerprint):
        return None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="exporting-") as scratch:
            writing = Path(scratch) / folder.name
            writing.mkdir()
            why = _write(model, writing, passages)
            if why:
                shutil.rmtree(writing)
                writing.mkdir()
                (writing / _SETTINGS).write_text(json.dumps({"failed": why}), "utf-8")
            if exported(model.name, model.fingerprint) is None:  # no other build was quicker
                shutil.rmtree(folder, ignore_errors=True)  # what `exported` could not read
                with suppress(OSError):
                    writing.rename(folder)
    except (OSError, MemoryError, ImportError):
        return None  # no room to keep it, no folder that may be written, a library gone
    return exported(model.name, model.fingerprint)


def _write(model: SentenceTransformerEmbedder, folder: Path, passages: Sequence[str]) -> str:
    """Export to `folder`; returns why that cannot be used, "" when it can."""
    try:
        import onnx  # noqa: F401  # PyTorch's exporter needs it, and says so too late

        model.write_onnx(folder / _MODEL)
    except (OSError, MemoryError, ImportError):
        raise  # not the model's fault, and may be over tomorrow
    except Exception as error:  # noqa: BLE001  # PyTorch raises what it likes
        return f"the model cannot be exported: {_first_line(error)}"
    pieces = model.word_pieces()
    settings = {
        "limit": pieces.limit,
        "prompts": pieces.prompts,
        "sha256": digest(folder / _MODEL),
    }
    (folder / _TOKENIZER).write_text(pieces.to_json(), "utf-8")
    (folder / _SETTINGS).write_text(json.dumps(settings), "utf-8")
    compared = list(passages[:: max(1, len(passages) // COMPARED)][:COMPARED])
    try:
        candidate = OnnxEmbedder(model.name, model.fingerprint, folder)
        least = min(
            float((candidate.embed(compared, kind) * model.embed(compared, kind)).sum(axis=1).min())
            for kind in TextKind
        )
    except Exception as error:  # noqa: BLE001  # onnxruntime has no error of its own either
        return f"the exported model does not run: {_first_line(error)}"
    return "" if least >= PARITY else f"the exported model's vectors differ: cosine {least:.4f}"


def _folder(fingerprint: str) -> Path:
    return platformdirs.user_cache_path("briefqa") / "models" / f"{fingerprint}-{FORMAT}"


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
