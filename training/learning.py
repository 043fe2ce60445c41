"""What does one step learn?

Three things of the pairs of a question and a text: where the answer begins and ends (cross-entropy
over the word pieces), whether there is one (logistic loss), and which pair of a group has it (the
logistic loss of its lead: Burges et al. 2005, "Learning to rank using gradient descent").

On a processor the pairs go through the network a few of about one length at a time, so that little
is computed on padding, and each core has its own: that is a quarter quicker than all cores at all
of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch.nn import functional

from briefqa.models.cores import usable_cores
from briefqa.models.tokenizer import WordPieces
from training.encoding import encoded, pieces_of
from training.examples import Place, Text
from training.network import ReaderNetwork, arithmetic

TOGETHER = 4  # pairs that go through the network at a time, on a processor
_NEVER = -1e4  # the logit of a piece that is no answer


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with a text, and where the text answers; None where it does not."""

    question: str
    text: Text
    place: Place | None


@dataclass(frozen=True, slots=True)
class _Read:
    """What the network says of the pairs of these rows, and what it should."""

    rows: Sequence[int]
    start: torch.Tensor  # [n_pairs, n_pieces]
    end: torch.Tensor
    gate: torch.Tensor  # [n_pairs]
    first: torch.Tensor  # [n_pairs], the piece where the answer begins; 0 where there is none
    last: torch.Tensor

    @property
    def said(self) -> list[torch.Tensor]:
        return [self.start, self.end, self.gate]

    def apart(self) -> _Read:
        """The same, cut from the network."""
        start, end, gate = (one.detach().requires_grad_() for one in self.said)
        return _Read(self.rows, start, end, gate, self.first, self.last)


class Learner:
    """Finds gradients, which depend on nothing but the pairs and the weights."""

    def __init__(self, network: ReaderNetwork, pieces: WordPieces) -> None:
        self._network, self._pieces = network, pieces
        self._learned = [one for one in network.parameters() if one.requires_grad]
        self._device = self._learned[0].device
        self._cores = usable_cores() if self._device.type == "cpu" else 1
        self._pool = ThreadPoolExecutor(self._cores)

    def learn(self, groups: Sequence[Sequence[Pair]], counts: dict[str, float]) -> dict[str, float]:
        """Put the gradient of the losses, each as much as it counts, into the network's weights.

        A group is a right pair and then wrong ones. The result is each loss, the mean over pairs.
        """
        pairs = [pair for group in groups for pair in group]
        order = sorted(range(len(pairs)), key=lambda row: len(pairs[row].text.text))
        size = TOGETHER if self._device.type == "cpu" else len(pairs)
        parts = [order[at : at + size] for at in range(0, len(order), size)]
        shares = [parts[core :: self._cores] for core in range(min(self._cores, len(parts)))]
        self._network.train()
        with _one_thread_each(self._cores):
            read = list(self._pool.map(lambda share: self._read(pairs, share), shares))
            apart = [[one.apart() for one in share] for share in read]
            losses = _losses([one for share in apart for one in share], groups)
            sum(losses[name] * count for name, count in counts.items()).backward()
            found = list(self._pool.map(self._gradients, read, apart))
        for number, weight in enumerate(self._learned):
            weight.grad = sum(gradients[number] for gradients in found)
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _read(self, pairs: Sequence[Pair], parts: Sequence[Sequence[int]]) -> list[_Read]:
        """What the network says of each part of the pairs."""
        with arithmetic(self._device):
            return [self._read_together(rows, [pairs[row] for row in rows]) for rows in parts]

    def _read_together(self, rows: Sequence[int], pairs: Sequence[Pair]) -> _Read:
        inputs, readable, encodings = encoded(
            self._pieces, [(one.question, one.text.text, one.text.starts) for one in pairs]
        )
        places = [
            (0, 0) if one.place is None else pieces_of(encoding, one.place)
            for one, encoding in zip(pairs, encodings, strict=True)
        ]
        first, last = torch.tensor(places, device=self._device).unbind(-1)
        start, end, gate = self._network(
            **{name: value.to(self._device) for name, value in inputs.items()}
        )
        hidden = ~readable.to(self._device)
        start, end = (one.float().masked_fill(hidden, _NEVER) for one in (start, end))
        return _Read(rows, start, end, gate.float(), first, last)

    def _gradients(self, read: Sequence[_Read], apart: Sequence[_Read]) -> list[torch.Tensor]:
        """By each weight that is learned, from those by what was said."""
        return list(
            torch.autograd.grad(
                [one for part in read for one in part.said],
                self._learned,
                [one.grad for part in apart for one in part.said],
            )
        )


def _losses(read: Sequence[_Read], groups: Sequence[Sequence[Pair]]) -> dict[str, torch.Tensor]:
    rows = [row for part in read for row in part.rows]
    span = torch.stack(
        [
            functional.cross_entropy(said, right, reduction="sum")
            for part in read
            for said, right in ((part.start, part.first), (part.end, part.last))
        ]
    ).sum() / (2 * len(rows))
    back = torch.tensor(sorted(range(len(rows)), key=rows.__getitem__))
    gate = torch.cat([part.gate for part in read])[back]
    answers = torch.cat([part.first for part in read])[back] > 0
    better: list[int] = []
    worse: list[int] = []
    at = 0
    for group in groups:
        better += [at] * (len(group) - 1)
        worse += range(at + 1, at + len(group))
        at += len(group)
    leads = gate[better] - gate[worse]
    return {
        "span": span,
        "gate": functional.binary_cross_entropy_with_logits(gate, answers.float()),
        "rank": functional.softplus(-leads).mean() if better else gate.sum() * 0,
    }


@contextmanager
def _one_thread_each(cores: int) -> Iterator[None]:
    """PyTorch's own threads left aside while each core has work of its own."""
    before = torch.get_num_threads()
    torch.set_num_threads(1 if cores > 1 else before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
