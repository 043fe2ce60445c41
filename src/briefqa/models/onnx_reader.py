"""Reading with a model in an ONNX file.

A reader is a folder with a model, its tokenizer and its settings: the one inside this package, and
those that `reader_export.py` makes of other models. No PyTorch at question time.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from briefqa.atomic_file import digest
from briefqa.errors import ModelUnavailable
from briefqa.models.loaded import shared
from briefqa.models.onnx_session import OnnxFile
from briefqa.models.reading import Readable, Reading
from briefqa.models.tokenizer import WordPieces

SHIPPED = Path(__file__).parent / "reader_model"
MODEL, TOKENIZER, SETTINGS = "reader.onnx", "tokenizer.json", "settings.json"
CONFIDENCE = "confidence.json"
BATCH_SIZE = 1  # passages; one by one, and one a core, is quickest (benchmarks/READER.md)
LEAST = 64  # word pieces of a passage that a reader has to read
BEGIN, END, JUDGED = "begin", "end", "answerability"


class OnnxReader:
    """A reader's model; loaded at the first `read`, and safe to share between threads.

    Readers of the same model share what is loaded.

    It gives, by name, `begin` and `end` [n_texts, n_pieces], the first piece standing for no
    answer, or `answerability` [n_texts], or all three.
    """

    def __init__(self, name: str, folder: Path) -> None:
        """Reads the settings in `folder`; raises ModelUnavailable."""
        self.name = name
        self._folder = folder
        try:
            settings = json.loads((folder / SETTINGS).read_text("utf-8"))
            self._digest = str(settings["sha256"])
            self._limit = int(settings["limit"])
            if self._limit < LEAST:
                raise ValueError(f"it reads {self._limit} word pieces of a passage")
            self.languages = _languages(settings.get("languages", []))
            self.rule = self._rule()
            parts = [self._digest, digest(folder / TOKENIZER), str(self._limit), str(self.rule)]
            self.fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unusable(error) from error
        self._lock = threading.Lock()
        self._loaded: tuple[OnnxFile, WordPieces] | None = None

    def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
        """A Reading of each text; places are offsets into its own text, its context apart."""
        if not texts:
            return []
        model, pieces = self._model()
        pairs = [
            (question, f"{text.context}\n{text.text}" if text.context else text.text)
            for text in texts
        ]
        encodings = pieces.encode_pairs(pairs)
        readings: dict[int, Reading] = {}
        try:
            for rows, outputs in model.run(encodings, BATCH_SIZE):
                named = dict(zip(model.outputs, outputs, strict=True))
                for place, row in enumerate(rows):
                    own = {name: values[place] for name, values in named.items()}
                    readings[row] = self._reading(own, encodings[row], texts[row])
        except ModelUnavailable:
            raise
        except Exception as error:  # a model that does not take, or give, what a reader does
            raise self._unusable(error) from error
        return [readings[row] for row in range(len(texts))]

    def _reading(self, outputs: Mapping[str, Any], encoding: Any, text: Readable) -> Reading:
        if not all(np.isfinite(values).all() for values in outputs.values()):
            raise ModelUnavailable(f"The reader {self.name} gave values that are not numbers.")
        judged = float(np.ravel(outputs[JUDGED])[0]) if JUDGED in outputs else None
        if judged is not None and BEGIN not in outputs:
            return Reading(judged)
        before = len(text.context) + 1 if text.context else 0
        pieces = np.array(encoding.offsets, dtype=np.int64) - before
        own = np.array([sequence == 1 for sequence in encoding.sequence_ids], dtype=bool)
        inside = np.flatnonzero(own & (pieces[:, 0] >= 0))
        reading = Reading(
            answerability=0.0,
            pieces=pieces[inside],
            begin=outputs[BEGIN][inside],
            end=outputs[END][inside],
            nothing=float(outputs[BEGIN][0] + outputs[END][0]),
        )
        answerability = reading.margin() if judged is None else judged
        return Reading(answerability, reading.pieces, reading.begin, reading.end, reading.nothing)

    def _model(self) -> tuple[OnnxFile, WordPieces]:
        with self._lock:
            if self._loaded is None:
                path = self._folder / MODEL
                try:
                    if digest(path) != self._digest:
                        raise ValueError(f"{MODEL} is not the file it was")
                    tokenizer = (self._folder / TOKENIZER).read_text("utf-8")
                    model = shared(OnnxFile, self._digest, lambda: OnnxFile(path))
                    pieces = WordPieces.shared(tokenizer, self._limit, {})
                except Exception as error:  # onnxruntime raises what it likes
                    raise self._unusable(error) from error
                given = set(model.outputs)
                if not (given == {JUDGED} or {BEGIN, END} <= given):
                    raise self._unusable(f"its outputs are {', '.join(model.outputs)}")
                self._loaded = model, pieces
            return self._loaded

    def _rule(self) -> Mapping[str, Mapping[str, float]] | None:
        path = self._folder / CONFIDENCE
        if not path.is_file():
            return None
        stored = json.loads(path.read_text("utf-8"))
        return {
            str(model): {str(name): float(value) for name, value in numbers.items()}
            for model, numbers in stored["rule"].items()
        }

    def _unusable(self, why: object) -> ModelUnavailable:
        return ModelUnavailable(
            f"The reader in {self._folder} cannot be used ({why}); install BriefQA again, name "
            "another reader, or go without one: --no-reader"
        )


def _languages(stored: object) -> tuple[str, ...]:
    if not isinstance(stored, list) or not all(isinstance(code, str) for code in stored):
        raise ValueError("its languages are not a list of two-letter codes")
    return tuple(stored)


def shipped() -> OnnxReader | None:
    """The reader that comes with BriefQA; None where it has been left out."""
    return OnnxReader("default", SHIPPED) if is_reader(SHIPPED) else None


def is_reader(folder: Path) -> bool:
    """Whether the folder holds a model in the form that is read here."""
    return all((folder / name).is_file() for name in (MODEL, TOKENIZER, SETTINGS))
