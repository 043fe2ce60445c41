"""What is learned?

The body is the embedding model itself, without its pooling. Over each word piece two numbers say
how well an answer begins and ends there, the first piece standing for "no answer" (SQuAD 2 style:
Devlin et al. 2019, arXiv 1810.04805); a third output over the first piece says whether the passage
answers at all.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from transformers import AutoModel

_HALF = bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def arithmetic(device: torch.device) -> torch.autocast:
    """What the network computes in: bfloat16 where the device is quick at it."""
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=_HALF or device.type != "cpu")


class ReaderNetwork(nn.Module):  # type: ignore[misc]  # PyTorch is Any to us
    """Reads a question with a passage."""

    def __init__(self, body: Path | str) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(
            str(body),
            local_files_only=True,
            add_pooling_layer=False,
            attn_implementation="eager" if _HALF else "sdpa",  # the quicker one to train
            attention_probs_dropout_prob=0.0,
            hidden_dropout_prob=0.0,
        )
        width = int(self.body.config.hidden_size)
        self.span = nn.Linear(width, 2)
        self.gate = nn.Sequential(nn.Linear(width, width), nn.GELU(), nn.Linear(width, 1))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Start and end logits [n_pairs, n_pieces], and one that the passage answers [n_pairs]."""
        hidden = self.body(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        start, end = self.span(hidden).unbind(-1)
        return start, end, self.gate(hidden[:, 0]).squeeze(-1)
