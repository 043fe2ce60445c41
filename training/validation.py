"""How good is it on articles it has not seen?"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from briefqa.evaluation import measures
from briefqa.models.reading import Reading
from briefqa.models.tokenizer import WordPieces
from briefqa.records import Span
from training.encoding import encoded
from training.examples import Example, Examples
from training.network import ReaderNetwork, arithmetic

BATCH_SIZE = 32
ASKED = 400  # questions of each kind of a set, at most
RANKED = 150  # questions whose passages are ranked


@dataclass(frozen=True, slots=True)
class Judge:
    """A network, and what it takes to ask it."""

    network: ReaderNetwork
    examples: Examples
    pieces: WordPieces
    device: torch.device

    def read(self, asked: Sequence[tuple[str, int]]) -> list[Reading]:
        """A Reading of each question with the text of that number; places are in the whole text."""
        order = sorted(range(len(asked)), key=lambda i: len(self._text(asked[i][1])))
        found: dict[int, Reading] = {}
        self.network.eval()
        for at in range(0, len(order), BATCH_SIZE):
            rows = order[at : at + BATCH_SIZE]
            numbers = [asked[row][1] for row in rows]
            pairs = [
                (asked[row][0], self._text(number), self.examples.texts[number].starts)
                for row, number in zip(rows, numbers, strict=True)
            ]
            inputs, readable, encodings = encoded(self.pieces, pairs)
            with torch.inference_mode(), arithmetic(self.device):
                outputs = self.network(**{k: value.to(self.device) for k, value in inputs.items()})
            begin, end, gate = (output.float().cpu().numpy() for output in outputs)
            for place, row in enumerate(rows):
                kept = np.flatnonzero(readable[place].numpy())[1:]  # the first is no answer
                found[row] = Reading(
                    answerability=float(gate[place]),
                    pieces=np.array(encodings[place].offsets, dtype=np.int64)[kept],
                    begin=begin[place][kept],
                    end=end[place][kept],
                    nothing=float(begin[place][0] + end[place][0]),
                )
        return [found[row] for row in range(len(asked))]

    def said(self, reading: Reading, number: int) -> str:
        """The words of the text that answer best."""
        text = self._text(number)
        best = reading.best(Span(0, len(text)))
        return "" if best is None else text[best[1].start : best[1].end]

    def answers(self, example: Example) -> list[str]:
        """The words that are right."""
        assert example.gold is not None
        return [self._text(example.gold)[start:end] for start, end in example.places]

    def _text(self, number: int) -> str:
        return self.examples.texts[number].text


def validate(judge: Judge) -> dict[str, dict[str, float]]:
    """The figures of each set.

    F1 and exact match of the words given the passage that answers; how well answerability and
    margin tell answerable questions from near misses (AUROC); and how often answerability alone
    puts the passage that answers before its neighbours.
    """
    held = judge.examples.validation()
    random.Random(0).shuffle(held)
    report = {}
    for name in sorted({each.article.partition("/")[0] for each in held}):
        own = [each for each in held if each.article.startswith(f"{name}/")]
        yes = [(each, each.gold) for each in own if each.gold is not None][:ASKED]
        no = [(each, each.asked_about) for each in own if each.asked_about is not None][:ASKED]
        read = judge.read([(each.question, gold) for each, gold in yes])
        fooled = judge.read([(each.question, number) for each, number in no])
        said = [
            (judge.said(reading, gold), judge.answers(each))
            for (each, gold), reading in zip(yes, read, strict=True)
        ]
        figures: dict[str, float | None] = {
            "questions": len(yes),
            "f1": float(np.mean([measures.f1(*each) for each in said])),
            "exact match": float(np.mean([measures.exact_match(*each) for each in said])),
            "answerability AUROC": measures.auroc(
                [one.answerability for one in read], [one.answerability for one in fooled]
            ),
            "margin AUROC": measures.auroc(
                [one.margin() for one in read], [one.margin() for one in fooled]
            ),
            "hit@1": _first(judge, [each for each in yes if each[0].near][:RANKED]),
        }
        report[name] = {key: round(value, 4) for key, value in figures.items() if value is not None}
    return report


def _first(judge: Judge, yes: Sequence[tuple[Example, int]]) -> float | None:
    first = []
    for example, gold in yes:
        read = judge.read([(example.question, number) for number in (gold, *example.near)])
        first.append(max(range(len(read)), key=lambda row: read[row].answerability) == 0)
    return float(np.mean(first)) if first else None
