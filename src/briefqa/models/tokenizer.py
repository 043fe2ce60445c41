"""The tokenizer of a model; the only module that imports tokenizers.

Where each word piece of a text ends, how many of them a model reads, and its input ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

from briefqa.models.loaded import shared
from briefqa.records import TextKind

QUESTION_PIECES = 64  # of a question that is read beside a passage


class WordPieces:
    """The tokenizer of one model; safe to share between threads."""

    def __init__(self, tokenizer: str, limit: int, prompts: Mapping[TextKind, str]) -> None:
        """`tokenizer` is a tokenizer.json, `limit` how many pieces of a text the model reads.

        Raises ValueError for a tokenizer that cannot be read.
        """
        self._json = tokenizer
        self.limit = limit
        self.prompts = dict(prompts)
        self._whole = self._reading()

    @classmethod
    def shared(cls, tokenizer: str, limit: int, prompts: Mapping[TextKind, str]) -> WordPieces:
        """As the constructor; the one in use, if there is one made of the same."""
        digest = sha256(tokenizer.encode("utf-8", "replace")).hexdigest()
        key = (digest, limit, tuple(sorted(prompts.items())))
        return shared(cls, key, lambda: cls(tokenizer, limit, prompts))

    # Each of the others takes some time to make, and not every model needs both.

    @cached_property
    def _cut(self) -> Any:
        tokenizer = self._reading()
        tokenizer.enable_truncation(self.limit)
        return tokenizer

    @cached_property
    def _pairs(self) -> Any:
        tokenizer = self._reading()
        tokenizer.enable_truncation(self.limit + QUESTION_PIECES, strategy="only_second")
        return tokenizer

    def _reading(self) -> Any:
        from tokenizers import Tokenizer

        try:
            tokenizer: Any = Tokenizer.from_str(self._json)
        except Exception as error:  # tokenizers raises just that
            raise ValueError(str(error)) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @property
    def size(self) -> int:
        """Pieces of a passage that are read, its prompt and the model's own pieces taken off."""
        prompt = self.prompts.get(TextKind.PASSAGE, "")
        taken = len(self._whole.encode(prompt, add_special_tokens=False).ids) if prompt else 0
        return int(self.limit - self._whole.num_special_tokens_to_add(False) - taken)

    def piece_ends(self, text: str) -> Sequence[int]:
        """End offset in `text` of each word piece, in order."""
        return [end for _, end in self._whole.encode(text, add_special_tokens=False).offsets]

    def encode(self, texts: Sequence[str], kind: TextKind) -> list[Any]:
        """What the model reads of each text, its prompt before it, as the library's Encoding."""
        prompt = self.prompts.get(kind, "")
        return list(self._cut.encode_batch([prompt + text for text in texts]))

    def encode_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[Any]:
        """What the model reads of each pair of a question and a text, as the library's Encoding.

        Of a question its first 64 pieces; of the text what fits then into `limit` and 64 more.
        """
        cut = []
        for question, text in pairs:
            ends = self.piece_ends(question)
            end = ends[QUESTION_PIECES - 1] if len(ends) > QUESTION_PIECES else len(question)
            cut.append((question[:end], text))
        return list(self._pairs.encode_batch(cut))

    def to_json(self) -> str:
        """The tokenizer.json it was made from."""
        return str(self._whole.to_str())


def prompts_by_kind(prompts: Mapping[str, str]) -> dict[TextKind, str]:
    """The prompt sentence-transformers puts before each kind of text, "" for none."""
    names = {TextKind.QUESTION: "query", TextKind.PASSAGE: "document"}
    return {kind: prompts.get(name) or "" for kind, name in names.items()}
