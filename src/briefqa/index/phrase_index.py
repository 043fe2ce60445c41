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

VOCABULARY = "phrases.vocabulary.txt"  # a line end, then each word and a line end, by number
WORDS = "phrases.words.npy"  # int32 [n_words]: the number of each word of passage 0, 1, ...
STARTS = "phrases.starts.npy"  # int64 [n_passages + 1]: where each passage starts in WORDS
_FEW = 1 / 8  # of all words; above that, looking at every word is quicker than choosing
_BLOCK = 1 << 18  # words looked at together


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
        self._starts.append(len(self._words))

    def write(self, folder: Path) -> None:
        """Write what came; raises OSError."""
        content = "\n" + "".join(f"{word}\n" for word in self._vocabulary)
        (folder / VOCABULARY).write_text(content, "utf-8", newline="\n")
        arrays.write(folder / WORDS, np.array(self._words, np.int32))
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

    def rows_with(self, phrases: Sequence[Sequence[str]], rows: Rows) -> Rows:
        """Those of `rows`, int64 ascending, that hold every phrase word for word.

        Phrases are plain words, each at least one.
        """
        numbered = [self._numbers(phrase) for phrase in phrases]
        for numbers in numbered:
            if not len(rows) or numbers is None:
                return np.empty(0, np.int64)
            lengths = self._starts[rows + 1] - self._starts[rows]
            if lengths.sum() <= _FEW * len(self._words):
                first = np.concatenate([[0], np.cumsum(lengths)[:-1]])
                places = np.arange(lengths.sum()) + np.repeat(self._starts[rows] - first, lengths)
                places = places[self._words[places] == numbers[0]]
            else:
                places = self._everywhere(numbers)
            rows = np.intersect1d(rows, self._rows_of(places, numbers), assume_unique=True)
        return rows

    def _everywhere(self, numbers: Numbers) -> Rows:
        """Where the first word of a phrase is followed by its second, if there is one."""
        words, places = self._words.view(np.ndarray), []
        for start in range(0, len(words), _BLOCK):
            block = words[start : start + _BLOCK + 1]
            here = block[:_BLOCK] == numbers[0]
            if len(numbers) > 1:
                here = here[: len(block) - 1] & (block[1:] == numbers[1])
            places.append(np.flatnonzero(here) + start)
        arrays.forget(self._words)
        return np.concatenate(places) if places else np.empty(0, np.int64)

    def _rows_of(self, places: Rows, numbers: Numbers) -> Rows:
        """The passages in which the whole phrase begins at one of these places."""
        places = places[places + len(numbers) <= len(self._words)]
        for offset in range(1, len(numbers)):
            places = places[self._words[places + offset] == numbers[offset]]
        if 4 * len(places) < len(self._starts):
            rows = np.searchsorted(self._starts, places, side="right") - 1
            return np.unique(rows[places + len(numbers) <= self._starts[rows + 1]])
        # Passage by passage: whether a place is between its first word and the last that is left
        # for the phrase to begin at.
        ends = np.maximum(self._starts[1:] - len(numbers) + 1, self._starts[:-1])
        return np.flatnonzero(
            np.searchsorted(places, ends) > np.searchsorted(places, self._starts[:-1])
        )

    def _numbers(self, phrase: Sequence[str]) -> Numbers | None:
        """The numbers of these words; None if one of them occurs nowhere."""
        try:
            with (
                self._vocabulary.open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            ):
                content = mapped[:]
        except (OSError, ValueError) as error:
            raise damaged(self._vocabulary, f"it cannot be read ({error})") from error
        numbers = []
        for word in phrase:
            place = content.find(f"\n{word}\n".encode())
            if place < 0:
                return None
            numbers.append(content.count(b"\n", 0, place))
        return np.array(numbers, np.int32)
