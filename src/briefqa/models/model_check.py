"""Tries an embedding model in a folder: what it is, whether it can be exported, how fast it is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from briefqa.errors import ModelUnavailable
from briefqa.models import onnx_embedder, sentence_transformer
from briefqa.models.embedder import Embedder
from briefqa.models.model_card import languages_on
from briefqa.records import TextKind

# Of a passage's length, in several languages, so that a tokenizer meets all of them.
_SENTENCES = (
    "The strike lasted fifty days, and on the last evening the dockers walked home in the rain.",
    "Der Streik dauerte fünfzig Tage, und am letzten Abend gingen die Arbeiter nach Hause.",
    "La grève a duré cinquante jours, et le dernier soir les dockers sont rentrés chez eux.",
    "Забастовка длилась пятьдесят дней, и в последний вечер докеры разошлись по домам.",
    "罢工持续了五十天，最后一个晚上，码头工人在雨中回家。",
    "On 14 March 2021 the board paid 1,450 crowns for 36 barrels (see Article 4.2).",
)
# Of as many words, so that a tokenizer without a vocabulary makes the same of both.
_DIFFERENT = ("The cat sleeps on a wall.", "Our ship sank near the coast.")
_SAME = 0.999
_SENTENCES_A_PASSAGE = 5
_PASSAGES = 32


@dataclass(frozen=True, slots=True)
class ModelCheck:
    """What is known of an embedding model.

    `size` is of its files, in bytes, `fingerprint` the SHA-256 by which an index knows it, `pieces`
    how many word pieces of a passage it reads. `question_prefix` and `passage_prefix` are what is
    put before texts; `languages` are two-letter codes, empty where its card does not say.
    `speed` is passages of some 80 words a second on this machine, as it will be run; `not_exported`
    says why that is with sentence-transformers, empty where the export gives the same vectors.
    """

    folder: Path
    fingerprint: str
    size: int
    dimension: int
    pieces: int
    question_prefix: str
    passage_prefix: str
    languages: tuple[str, ...]
    speed: float
    not_exported: str


def check_model(folder: Path) -> ModelCheck:
    """Load the model in a folder, export it, and compare the export with it.

    Raises ModelUnavailable with one sentence for one that cannot be used.
    """
    if not folder.is_dir():
        raise ModelUnavailable(f"There is no folder {folder}; name the folder of a model.")
    model = sentence_transformer.find(str(folder))
    passages = [
        " ".join(_SENTENCES[(start + step) % len(_SENTENCES)] for step in range(count))
        for start in range(_PASSAGES)
        for count in [1 + start % _SENTENCES_A_PASSAGE if start % 4 == 0 else _SENTENCES_A_PASSAGE]
    ]
    vectors = model.embed(_DIFFERENT, TextKind.PASSAGE)
    if float(vectors[0] @ vectors[1]) > _SAME:
        raise ModelUnavailable(
            f"The model in {folder} gives different sentences the same vector, so that it finds "
            "nothing; a file of it, such as tokenizer.json, is missing."
        )
    dimension = vectors.shape[1]
    if model.size < 1:
        raise ModelUnavailable(f"The model in {folder} reads no text beside its prompt.")
    fast = onnx_embedder.export(model, passages)
    why = "" if fast else onnx_embedder.why_not(model.fingerprint) or "there is no room to keep it"
    pieces = model.word_pieces()
    return ModelCheck(
        folder=folder,
        fingerprint=model.fingerprint,
        size=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        dimension=dimension,
        pieces=model.size,
        question_prefix=pieces.prompts.get(TextKind.QUESTION, ""),
        passage_prefix=pieces.prompts.get(TextKind.PASSAGE, ""),
        languages=languages_on(folder),
        speed=_speed(fast or model, passages),
        not_exported=why,
    )


def _speed(embedder: Embedder, passages: list[str]) -> float:
    embedder.embed(passages[:8], TextKind.PASSAGE)
    started = time.perf_counter()
    embedder.embed(passages, TextKind.PASSAGE)
    return len(passages) / (time.perf_counter() - started)
