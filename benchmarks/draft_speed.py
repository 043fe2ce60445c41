"""How long does it take to look up quotations among many passages?

    python -m benchmarks.draft_speed [PASSAGES] [QUOTATIONS]

The passages are made up (`speed_corpus.py`), with no model: vectors are random. Of the quotations a
third stand word for word, short ones and such as reach over a passage's end; a third have a word
changed or some cut out; of the rest half have an ellipsis and half stand nowhere.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.speed_corpus import SEED, Language, documents
from briefqa.drafts import quotations
from briefqa.drafts.records import Finding
from briefqa.drafts.sources import Sources
from briefqa.index.opened import OpenedIndex, open_generation
from briefqa.indexing.builder import index_documents
from briefqa.records import TextKind

if TYPE_CHECKING:
    from benchmarks.speed_corpus import Vectors

PASSAGES, QUOTATIONS = 100_000, 1_000
DIMENSION = 8
KINDS = "short", "long", "word", "cut", "ellipsis", "nowhere"
EXPECTED = {
    "short": {Finding.EXACT}, "long": {Finding.EXACT, Finding.NEAR}, "word": {Finding.ALTERED},
    "cut": {Finding.ALTERED}, "ellipsis": {Finding.NEAR, Finding.EXACT},
    "nowhere": {Finding.NOT_FOUND},
}  # fmt: skip


class RandomVectors:
    """An embedder that reads nothing."""

    name, size, fingerprint = "random", 512, "random"

    def __init__(self) -> None:
        self._random = np.random.default_rng(SEED)

    def piece_ends(self, text: str) -> Sequence[int]:
        return [len(text)]

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        drawn = self._random.standard_normal((len(texts), DIMENSION)).astype(np.float32)
        unit: Vectors = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return unit


def drawn(opened: OpenedIndex, number: int) -> list[tuple[str, str]]:
    """Quotations of each kind, made of the documents by a seed."""
    chosen = random.Random(SEED)
    made = []
    for place in range(number):
        kind = KINDS[place % len(KINDS)]
        text = opened.documents.text(chosen.randrange(len(opened.documents)))
        words = text.split()
        length = chosen.randint(5, 10) if kind == "short" else chosen.randint(20, 80)
        start = chosen.randrange(1, len(words) - length)
        part = words[start : start + length]
        middle = length // 2
        if kind == "word":
            part[middle] = "zeppelin"
        elif kind == "cut":
            del part[middle : middle + 4]
        elif kind == "ellipsis":
            part[middle : middle + 4] = ["…"]
        elif kind == "nowhere":
            chosen.shuffle(part)
        # A quotation that begins right behind a "not" is altered.
        if words[start - 1].lower() in ("not", "no"):
            part.insert(0, words[start - 1])
        made.append((kind, " ".join(part)))
    return made


def report(opened: OpenedIndex, number: int) -> None:
    """Print the seconds for all, and what was found of each kind."""
    wanted = drawn(opened, number)
    started, used = time.perf_counter(), time.process_time()
    sources = Sources(opened)
    seconds: defaultdict[str, float] = defaultdict(float)
    right: Counter[str] = Counter()
    for kind, quotation in wanted:
        begun = time.process_time()
        found = quotations.find(quotation, sources)
        seconds[kind] += time.process_time() - begun
        right[kind] += found.finding in EXPECTED[kind]
    elapsed, used = time.perf_counter() - started, time.process_time() - used
    sizes = f"{len(wanted):,} quotations, {len(opened.passages):,} passages"
    print(f"{sizes}: {elapsed:.2f} s, {used:.2f} s of the processor")
    times = Counter(kind for kind, _ in wanted)
    for kind in KINDS:
        each = 1000 * seconds[kind] / times[kind]
        print(f"  {kind}: {right[kind]} of {times[kind]} as expected, {each:.1f} ms each")


def main(n_passages: int, number: int) -> None:
    """Index made-up documents and report on them."""
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index"
        index_documents(documents(Language(), n_passages), index, RandomVectors())
        with open_generation(index) as opened:
            report(opened, number)


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[1:]]
    main(*(*sizes, *(PASSAGES, QUOTATIONS)[len(sizes) :]))
