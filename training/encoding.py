"""What goes into the network?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from briefqa.models.tokenizer import WordPieces
from training.examples import Place


def encoded(
    pieces: WordPieces, pairs: Sequence[tuple[str, str, int]]
) -> tuple[dict[str, torch.Tensor], torch.Tensor, list[Any]]:
    """What the network takes, bool [n_pairs, n_pieces] of what may be an answer, the encodings.

    The first piece stands for "no answer" and may always be one.
    """
    encodings = pieces.encode_pairs([(question, text) for question, text, _ in pairs])
    longest = max(len(encoding.ids) for encoding in encodings)
    inputs = {
        name: torch.zeros(len(pairs), longest, dtype=torch.long)
        for name in ("input_ids", "attention_mask", "token_type_ids")
    }
    readable = torch.zeros(len(pairs), longest, dtype=torch.bool)
    for row, (encoding, (_, _, starts)) in enumerate(zip(encodings, pairs, strict=True)):
        length = len(encoding.ids)
        inputs["input_ids"][row, :length] = torch.tensor(encoding.ids)
        inputs["attention_mask"][row, :length] = 1
        inputs["token_type_ids"][row, :length] = torch.tensor(encoding.type_ids)
        readable[row, :length] = torch.tensor(
            [
                sequence == 1 and begin >= starts
                for sequence, (begin, _) in zip(
                    encoding.sequence_ids, encoding.offsets, strict=True
                )
            ]
        )
        readable[row, 0] = True
    return inputs, readable, encodings


def pieces_of(encoding: Any, place: Place) -> tuple[int, int]:
    """The first and last piece of a range of the text; (0, 0) if it was cut off."""
    held = [
        number
        for number, (sequence, (begin, end)) in enumerate(
            zip(encoding.sequence_ids, encoding.offsets, strict=True)
        )
        if sequence == 1 and begin < place[1] and end > place[0]
    ]
    return (held[0], held[-1]) if held else (0, 0)
