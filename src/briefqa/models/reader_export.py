"""Exporting other question-answering models and cross-encoders as readers.

Any `AutoModelForQuestionAnswering`, or cross-encoder with one output, in a folder on this machine
is written once as ONNX and stored in this user's cache folder under its fingerprint.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs

from briefqa.atomic_file import digest
from briefqa.errors import ModelUnavailable
from briefqa.models.onnx_reader import (
    BEGIN,
    END,
    JUDGED,
    LEAST,
    MODEL,
    SETTINGS,
    TOKENIZER,
    is_reader,
)
from briefqa.models.sentence_transformer import PER_PIECE, PER_TEXT, digests, write_onnx
from briefqa.models.tokenizer import QUESTION_PIECES

FORMAT = 1  # raise it when what is written changes
MOST = 512  # word pieces of question and passage that are ever read together


def exported(folder: Path) -> Path:
    """The folder with the model of `folder` in the form `onnx_reader.py` reads.

    Loads PyTorch the first time. Raises ModelUnavailable for a folder that holds no such model.
    """
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(
            f"There is no reader in {folder}: name the folder of a question-answering model or of "
            "a cross-encoder."
        )
    listing = "".join(f"{name} {of_file}\n" for name, of_file in sorted(digests(folder).items()))
    fingerprint = hashlib.sha256(listing.encode()).hexdigest()
    stored = platformdirs.user_cache_path("briefqa") / "readers" / f"{fingerprint}-{FORMAT}"
    if is_reader(stored):
        return stored
    try:
        stored.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=stored.parent, prefix="exporting-") as scratch:
            writing = Path(scratch) / stored.name
            writing.mkdir()
            _write(folder, writing)
            with suppress(OSError):  # another process was quicker
                writing.rename(stored)
    except ModelUnavailable:
        raise
    except Exception as error:  # PyTorch and transformers raise what they like
        why = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelUnavailable(f"The reader in {folder} cannot be used: {why}") from error
    return stored


def _write(folder: Path, to: Path) -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import torch
    from transformers import AutoConfig, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    config = AutoConfig.from_pretrained(str(folder), local_files_only=True)
    model, names = _model(folder, config)
    tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise ModelUnavailable(f"The reader in {folder} has no fast tokenizer; choose another.")
    taken = [
        name
        for name in ("input_ids", "attention_mask", "token_type_ids")
        if name in tokenizer.model_input_names
    ]

    class Named(torch.nn.Module):  # type: ignore[misc]  # PyTorch is Any to us
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: torch.Tensor) -> Any:
            outputs = self.model(**dict(zip(taken, inputs, strict=True)))
            return (
                outputs.logits[:, 0]
                if names == [JUDGED]
                else (outputs.start_logits, outputs.end_logits)
            )

    write_onnx(
        Named().eval(),
        {name: torch.ones(2, 8, dtype=torch.long) for name in taken},
        {name: PER_TEXT if name == JUDGED else PER_PIECE for name in names},
        to / MODEL,
    )
    longest = min(
        MOST, int(getattr(config, "max_position_embeddings", MOST)), tokenizer.model_max_length
    )
    if longest - QUESTION_PIECES < LEAST:
        raise ModelUnavailable(
            f"The model in {folder} reads too little for a reader: {longest} pieces."
        )
    settings: dict[str, object] = {"limit": longest - QUESTION_PIECES, "sha256": digest(to / MODEL)}
    languages = _declared_languages(folder)
    if languages is not None:
        settings["languages"] = languages
    (to / TOKENIZER).write_text(backend.to_str(), "utf-8")
    (to / SETTINGS).write_text(json.dumps(settings), "utf-8")


def _declared_languages(folder: Path) -> object:
    """What a `settings.json` beside the model says of its languages; None if nothing."""
    try:
        settings = json.loads((folder / SETTINGS).read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return settings.get("languages") if isinstance(settings, dict) else None


def _model(folder: Path, config: Any) -> tuple[Any, list[str]]:
    """The model, and what it gives by name."""
    from transformers import AutoModelForQuestionAnswering, AutoModelForSequenceClassification

    kinds = " ".join(config.architectures or ())
    where = {"local_files_only": True, "attn_implementation": "eager"}
    if "QuestionAnswering" in kinds:
        return AutoModelForQuestionAnswering.from_pretrained(str(folder), **where), [BEGIN, END]
    if "SequenceClassification" in kinds and config.num_labels == 1:
        return AutoModelForSequenceClassification.from_pretrained(str(folder), **where), [JUDGED]
    raise ModelUnavailable(
        f"The model in {folder} is {kinds or 'of no known kind'}; a reader is a model for question "
        "answering, or a cross-encoder with one output."
    )
