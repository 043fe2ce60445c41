"""Readers: models that say which words of a passage answer.

The seam every reader fits, the fake one for tests, and the choice among them. A reader reads the
question together with a passage and says where in it an answer could stand, and whether one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from briefqa.models import onnx_reader, reader_export
from briefqa.models.embedder import HASHING_MODEL
from briefqa.models.reading import Readable, Reading
from briefqa.text.english import is_english
from briefqa.text.language import language_name, language_of
from briefqa.text.words import plain_words

DEFAULT_READER = "default"


class Reader(Protocol):
    """Reads texts for an answer to a question.

    `name` is what `load_reader` takes; two readers with the same `fingerprint` read alike. `rule`
    holds the numbers of an `abstention.FittedRule`; None where none was fitted to it. `languages`
    are the two-letter codes of those it reads, empty if it reads any.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def rule(self) -> Mapping[str, Mapping[str, float]] | None: ...

    @property
    def languages(self) -> Sequence[str]: ...

    def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
        """A Reading of each text; places are offsets into its own text, its context apart."""
        ...


def load_reader(reader: str = DEFAULT_READER) -> Reader | None:
    """The reader of that name: the one that comes with BriefQA, or a model in a folder.

    None where the default is not installed: the product works without. Cheap: weights are loaded
    at the first `read`. Raises ModelUnavailable.
    """
    if reader == DEFAULT_READER:
        return onnx_reader.shipped()
    folder = Path(reader).absolute()  # the working folder may change
    if onnx_reader.is_reader(folder):
        return onnx_reader.OnnxReader(reader, folder)
    return onnx_reader.OnnxReader(reader, reader_export.exported(folder))


def usable_reader(reader: Reader | None, model: str, language: str) -> tuple[Reader | None, str]:
    """The reader if it can be used with an index of this embedding model and language.

    Else None, and why in one sentence. A `reader` that is None is a default that is not installed.
    """
    if reader is None:
        return None, "No reader is installed, so answers come from the indexes alone."
    if model == HASHING_MODEL and reader.name == DEFAULT_READER:
        return None, "The index is one for tests, so answers come from the indexes alone."
    if not reads_passage(reader, language):
        known = " and ".join(map(language_name, reader.languages))
        return None, (
            f"The reader reads {known} only; this index is in {language_name(language)} "
            f"({language}), so answers come from the indexes alone."
        )
    return reader, ""


def reads_passage(reader: Reader, language: str) -> bool:
    """Whether a reader reads passages in a language."""
    return not reader.languages or language in reader.languages


def reads(reader: Reader | None, question: str, language: str) -> bool:
    """Whether there is a reader, and it reads the language of a question.

    `language` is the index's; in one of another language than English its reader is for that.
    """
    if reader is None or not reader.languages or language != "en":
        return reader is not None
    return is_english(question) or language_of(question, "") in reader.languages


class OverlapReader:
    """The fake for tests: answers with the word behind the last one it shares with the question."""

    name = "overlap"
    fingerprint = "overlap-1"
    rule = None
    languages: tuple[str, ...] = ()

    def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
        """The more of the question's words a text shares, the surer; deterministic."""
        asked = set(plain_words(question))
        return [self._reading(asked, text.text) for text in texts]

    def _reading(self, asked: set[str], text: str) -> Reading:
        pieces, shared, at = [], [], 0
        for word in text.split():
            start = text.index(word, at)
            at = start + len(word)
            pieces.append((start, at))
            shared.append(not asked.isdisjoint(plain_words(word)))
        share = sum(shared) / max(1, len(asked))
        value = np.zeros(len(pieces), np.float32)
        last = max((number for number, is_in in enumerate(shared) if is_in), default=-1)
        if 0 <= last < len(pieces):
            value[min(last + 1, len(pieces) - 1)] = 5.0
        return Reading(
            answerability=8 * min(1.0, share) - 4,
            pieces=np.array(pieces, np.int64).reshape(-1, 2),
            begin=value,
            end=value,
            nothing=5.0,
        )
