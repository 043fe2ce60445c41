"""Where quoted phrases stand: the plain words of every passage, in order, as numbers.

A phrase is found by comparing numbers, without reading a passage. It costs 4 bytes a word on disk.
"""

from __future__ import annotations

import mmap
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from briefqa.index import arrays
from briefqa.index.recovery import damaged
from briefqa.text.words import plain_words

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.int64]
    Numbers = npt.NDArray[np.int32]

VOCABULARY = "phrases.vocabulary.txt"  # a line end, then each word and a line end; frequent first
WORDS = "phrases.words.npy"  # int32: the number of each word of passage 0, then -1, and so on
STARTS = "phrases.starts.npy"  # int64 [n_passages + 1]: where each passage starts in WORDS
_END = -1  # behind the words of each passage, so that no phrase goes on into the next
_FEW = 1 / 8  # of all words; above that, looking at every word is quicker than choosing
_BLOCK = 1 << 16  # words looked at together


class PhraseWriter:
    """Numbers the words of passages as they come."""

    def __init__(self) -> None:
        self._vocabulary: dict[str, int] = {}
        self._words = array("i")
        self._starts = array("q", [0])

    def add(self, text: str) -> None:
        """The text of the next passage."""
        vocabulary = self._vocabulary
        self._words.extend(
            vocabulary.setdefault(word, len(vocabulary)) for word in plain_words(text)
        )
        self._words.append(_END)
        self._starts.append(len(self._words))

    def write(self, folder: Path) -> None:
        """Write what came; raises OSError."""
        words = np.array(self._words, np.int32)
        counts = np.bincount(words[words != _END], minlength=len(self._vocabulary))
        by_frequency = np.argsort(-counts, kind="stable")
        numbers = np.empty(len(counts) + 1, np.int32)
        numbers[by_frequency] = np.arange(len(counts), dtype=np.int32)
        numbers[_END] = _END
        vocabulary = list(self._vocabulary)
        content = "\n" + "".join(f"{vocabulary[number]}\n" for number in by_frequency)
        (folder / VOCABULARY).write_text(content, "utf-8", newline="\n")
        arrays.write(folder / WORDS, numbers[words])
        arrays.write(folder / STARTS, np.array(self._starts, np.int64))


class PhraseIndex:
    """The numbered words of one index, mapped from disk; safe to share between threads."""

    def __init__(self, folder: Path, n_passages: int) -> None:
        """Open what a PhraseWriter wrote of so many passages; raises IndexDamaged."""
        self._words = arrays.read(folder / WORDS, np.int32)
        self._starts: Rows = arrays.read(folder / STARTS, np.int64).view(np.ndarray)
        self._vocabulary = folder / VOCABULARY
        if (
            len(self._starts) != n_passages + 1
            or (self._starts[0], self._starts[-1]) != (0, len(self._words))
            or not (self._starts[1:] >= self._starts[:-1]).all()
            or not self._vocabulary.is_file()
        ):
            raise damaged(folder, "its phrases do not fit its passages")

    def check(self) -> None:
        """Read everything a search may read; raises IndexDamaged."""
        n_words = self._content().count(b"\n") - 1
        words = self._words.view(np.ndarray)
        ends = words[self._starts[1:] - 1]
        if not (words.min(initial=_END) >= _END and words.max(initial=0) < max(n_words, 1)):
            raise damaged(self._vocabulary, "it does not hold the words of the passages")
        if not (ends == _END).all():
            raise damaged(self._vocabulary.parent / WORDS, "its passages do not end")

    def rows_with(self, phrases: Sequence[Sequence[str]], rows: Rows) -> Rows:
        """Those of `rows`, int64 ascending, that hold every phrase word for word.

        Phrases are plain words, each at least one.
        """
        numbered = []
        for phrase in dict.fromkeys(map(tuple, phrases)):
            numbers = self._numbers(phrase)
            if numbers is None:
                return np.empty(0, np.int64)
            numbered.append(numbers)
        # Rare words first: what few passages hold is looked for in those only.
        for numbers in sorted(numbered, key=lambda numbers: -int(numbers.max())):
            if len(rows):
                rows = self._rows_with(numbers, rows)
        return rows

    def _rows_with(self, numbers: Numbers, rows: Rows) -> Rows:
        """Those of `rows` that hold these words one after the other."""
        words = self._words.view(np.ndarray)
        rarest = int(numbers.argmax())
        lengths = self._starts[rows + 1] - self._starts[rows]
        few = lengths.sum() <= _FEW * len(words)
        if few:
            first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
            places = np.arange(lengths.sum()) + np.repeat(self._starts[rows] - first, lengths)
            places = places[words[places] == numbers[rarest]]
        else:
            places = self._everywhere(numbers, rarest)
        places = places[places >= rarest] - rarest
        for offset, number in enumerate(numbers):
            if offset != rarest:
                places = places[words[places + offset] == number]
        if not few:
            arrays.forget(self._words)
        before = np.searchsorted(places, self._starts)
        return rows[before[rows + 1] > before[rows]]

    def _everywhere(self, numbers: Numbers, rarest: int) -> Rows:
        """Where the rarest word of a phrase is, beside its neighbour if the phrase has one."""
        words, several = self._words.view(np.ndarray), len(numbers) > 1
        first = min(rarest, len(numbers) - 1 - several)
        everywhere = []
        for start in range(0, len(words), _BLOCK):
            block = words[start : start + _BLOCK + several]
            flags = block[: len(block) - several] == numbers[first]
            if several:
                flags &= block[1:] == numbers[first + 1]
            found = _true(flags) if several else np.flatnonzero(flags)
            everywhere.append(found + (start + rarest - first))
        return np.concatenate(everywhere)

    def _numbers(self, phrase: Sequence[str]) -> Numbers | None:
        """The numbers of these words; None if one of them occurs nowhere."""
        content = self._content()
        numbers = []
        for word in phrase:
            place = content.find(f"\n{word}\n".encode())
            if place < 0:
                return None
            numbers.append(content.count(b"\n", 0, place))
        return np.array(numbers, np.int32)

    def _content(self) -> bytes:
        """The vocabulary, a word a line."""
        try:
            with (
                self._vocabulary.open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            ):
                return mapped[:]
        except (OSError, ValueError) as error:
            raise damaged(self._vocabulary, f"it cannot be read ({error})") from error


def _true(flags: npt.NDArray[np.bool_]) -> Rows:
    """Where few of many flags are true; eight are looked at together."""
    if len(flags) % 8:
        return np.flatnonzero(flags)
    groups = np.flatnonzero(flags.view(np.uint64))
    places: Rows = (8 * groups[:, None] + np.arange(8)).ravel()
    return places[flags[places]]
