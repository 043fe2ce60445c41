"""What need not be computed twice?

Many weights are tried on the same questions: each is embedded once, and each passage read once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from briefqa.models.embedder import Embedder
from briefqa.models.onnx_reader import OnnxReader
from briefqa.models.reading import Readable, Reading
from briefqa.records import TextKind


class RememberingReader:
    """A reader that reads the same question and text once."""

    name = "remembering"
    rule = None
    languages = ()

    def __init__(self, reader: OnnxReader) -> None:
        self._reader = reader
        self.fingerprint = reader.fingerprint
        self._known: dict[tuple[str, str, str], Reading] = {}

    def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
        """As the reader does."""
        keys = [(question, text.context, text.text) for text in texts]
        new = [number for number, key in enumerate(keys) if key not in self._known]
        found = self._reader.read(question, [texts[number] for number in new])
        self._known.update(zip([keys[number] for number in new], found, strict=True))
        return [self._known[key] for key in keys]


class RememberingEmbedder:
    """An embedder that embeds the same question once, and those it is told of together."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name, self.fingerprint = embedder.name, embedder.fingerprint
        self.size = embedder.size
        self._known: dict[str, npt.NDArray[np.float32]] = {}

    def remember(self, questions: Sequence[str]) -> None:
        """Embed them all now: together they take less than one by one."""
        found = self._embedder.embed(questions, TextKind.QUESTION)
        self._known.update(zip(questions, found[:, None], strict=True))

    def piece_ends(self, text: str) -> Sequence[int]:
        """As the embedder does."""
        return self._embedder.piece_ends(text)

    def embed(self, texts: Sequence[str], kind: TextKind) -> npt.NDArray[np.float32]:
        """As the embedder does."""
        if kind is not TextKind.QUESTION or len(texts) != 1:
            return self._embedder.embed(texts, kind)
        if texts[0] not in self._known:
            self.remember(texts)
        return self._known[texts[0]]
