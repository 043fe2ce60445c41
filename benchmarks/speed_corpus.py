"""Which texts, questions and vectors does the speed benchmark use?

All are made up, from seeds, so that anybody gets the same ones and nothing is fetched. Words follow
the law of Zipf and Mandelbrot, the commonest are English function words, and a document prefers the
words of one field, as real ones do. Vectors are sums of the vectors of words: near where words and
fields are shared. Neither makes sense to a reader; both cost a search what real ones cost.
"""

from __future__ import annotations

import re
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from briefqa.documents import loaders
from briefqa.records import Document, TextKind

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]
    Ranks = npt.NDArray[np.int64]

SEED = 20_170_104
FUNCTION_WORDS = (
    "the of and to in a is that for it as was with be by on not he his but at are this have from "
    "or had an they which you one we were her all she there would their him been has when who will "
    "more no if out so said what up its about into than them can only other new some could time "
    "these two may then do first any my now such like our over man me even most made after also "
    "did many before must through back years where much your way well down should because each "
    "just those people how too little state good very make world still own see men work long get "
    "here between both"
).split()
QUESTION_WORDS = "what which who when where how".split()
WORDS = 200_000
EXPONENT, SHIFT = 1.0, 2.7  # of Zipf-Mandelbrot: a word's chance is 1 / (rank + SHIFT) ** EXPONENT
FIELDS = 400  # of meaning; a word of rank r belongs to field r modulo FIELDS
TOPICAL = 0.4  # of a document's content words come from its field
BURSTY = 0.15  # of a passage's content words repeat one of a few of its own
PASSAGES = 20  # in a document
DIMENSION = 384
_ONSETS = "b c d f g h j k l m n p r s t v w z br cr dr fl gr pl pr sh sl st th tr".split()
_VOWELS = "a e i o u ai ea ou".split()
_CODAS = ["", "", "n", "r", "l", "s", "m", "t", "ck", "nd", "st"]  # of a word's last syllable
_SYLLABLES = ((700, 1, 1), (8_000, 2, 2), (60_000, 2, 3), (2 * WORDS, 3, 4))  # from, to, by rank
_WORD = re.compile(r"[a-z]+")
_TABLE = 8_192  # vectors that the vectors of words are sums of two of


class Language:
    """The vocabulary, commonest words first, and how often each is used."""

    def __init__(self, words: Iterable[str] | None = None) -> None:
        """`words` come after the function words; 200,000 made-up ones if none are given."""
        self.words = list(
            dict.fromkeys([*FUNCTION_WORDS, *(words or islice(made_up_words(), WORDS))])
        )[:WORDS]
        n_words = len(self.words)
        self.ranks = {word: rank for rank, word in enumerate(self.words)}
        chances = 1 / (np.arange(1, n_words + 1) + SHIFT) ** EXPONENT
        self.chances = chances / chances.sum()
        self._sums = np.cumsum(self.chances)
        self.seconds = 0.0  # spent on making texts

    def draw(self, rng: np.random.Generator, n: int) -> Ranks:
        """Ranks of n words as often as each is used, int64 [n]."""
        return self._ranks(self._sums, rng.random(n))

    def draw_of_field(self, rng: np.random.Generator, field: int, n: int) -> Ranks:
        """Ranks of n content words of a field, int64 [n]."""
        first = len(FUNCTION_WORDS) + (field - len(FUNCTION_WORDS)) % FIELDS
        sums = np.cumsum(self.chances[first::FIELDS])
        return first + FIELDS * self._ranks(sums / sums[-1], rng.random(n))

    def _ranks(self, sums: npt.NDArray[np.float64], chosen: npt.NDArray[np.float64]) -> Ranks:
        return np.minimum(sums.searchsorted(chosen, side="right"), len(sums) - 1).astype(np.int64)


def document(language: Language, number: int, n_passages: int = PASSAGES) -> Document:
    """Document `number`, as the product's loader reads its text."""
    name = f"report-{number:05d}.md"
    return loaders.parse(document_text(language, number, n_passages).encode(), name)


def documents(language: Language, n_passages: int) -> Iterator[Document]:
    """As many documents as hold n passages; the last may be shorter."""
    for number in range(-(-n_passages // PASSAGES)):
        yield document(language, number, min(PASSAGES, n_passages - number * PASSAGES))


def document_text(language: Language, number: int, n_passages: int = PASSAGES) -> str:
    """Markdown: a title and paragraphs of 90 to 110 words, each of which becomes one passage.

    The first n of more are the same n.
    """
    started = time.perf_counter()
    rng = np.random.default_rng([SEED, 1, number])
    field = int(rng.integers(FIELDS))
    title = _written(language, language.draw_of_field(rng, field, 3))
    paragraphs = [_paragraph(language, rng, field) for _ in range(n_passages)]
    language.seconds += time.perf_counter() - started
    return "\n\n".join([f"# {title}", *paragraphs]) + "\n"


def _paragraph(language: Language, rng: np.random.Generator, field: int) -> str:
    n_sentences, n_words = int(rng.integers(4, 8)), int(rng.integers(90, 111))
    ranks = language.draw(rng, n_words)
    content = ranks >= len(FUNCTION_WORDS)
    kind = rng.random(n_words)
    of_field = content & (kind < TOPICAL)
    ranks[of_field] = language.draw_of_field(rng, field, int(of_field.sum()))
    again = content & (kind > 1 - BURSTY)
    ranks[again] = rng.choice(ranks[content][:6], int(again.sum())) if content.any() else 0
    lengths = 6 + rng.multinomial(n_words - 6 * n_sentences, np.full(n_sentences, 1 / n_sentences))
    ends = np.cumsum(lengths)
    return " ".join(
        _written(language, ranks[end - length : end]) + "."
        for end, length in zip(ends, lengths, strict=True)
    )


def _written(language: Language, ranks: Ranks) -> str:
    return " ".join(language.words[rank] for rank in ranks).capitalize()


def made_up_words() -> Iterator[str]:
    """Words of syllables, no two alike, the short ones first, without end."""
    rng = np.random.default_rng(SEED)
    seen: set[str] = set()
    while True:
        rank = len(seen) + len(FUNCTION_WORDS)
        least, most = next(sizes for limit, *sizes in _SYLLABLES if rank < limit)
        word = _made_up(rng.random((int(rng.integers(least, most + 1)), 3)))
        if word not in seen:
            seen.add(word)
            yield word


def english_words(text: str) -> list[str]:
    """The words of a text, the commonest first: what a model reads in as few pieces as usual."""
    return [word for word, _ in Counter(_WORD.findall(text.lower())).most_common()]


def _made_up(chosen: npt.NDArray[np.float64]) -> str:
    """A word of as many syllables as `chosen` has rows, of numbers 0..1."""
    parts = [
        letters[int(where * len(letters))]
        for syllable in chosen
        for letters, where in zip((_ONSETS, _VOWELS, _CODAS), syllable, strict=True)
    ]
    return "".join(part for place, part in enumerate(parts, 1) if place % 3 or place == len(parts))


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the row of the passage that it was drawn from."""

    text: str
    passage: int


def questions(language: Language, n_passages: int, count: int) -> list[Question]:
    """Questions of 5 to 12 words: some of one sentence, its rarest among them, and function words.

    In one of ten a content word is misspelt.
    """
    rng = np.random.default_rng([SEED, 2])
    asked = []
    for number in range(count):
        row = int(rng.integers(n_passages))
        text = document_text(language, row // PASSAGES)
        sentences = text.split("\n\n")[1 + row % PASSAGES].split(". ")
        words = _WORD.findall(sentences[int(rng.integers(len(sentences)))].lower())
        content = sorted({word for word in words if language.ranks[word] >= len(FUNCTION_WORDS)})
        content.sort(key=language.ranks.__getitem__)
        n_words = int(rng.integers(5, 13))
        n_content = max(2, round(0.45 * n_words))
        chosen = [content.pop()] if content else []
        others = rng.permutation(len(content))[: n_content - 1]
        chosen += [content[place] for place in others]
        if number % 10 == 0 and chosen:
            longest = max(range(len(chosen)), key=lambda place: len(chosen[place]))
            chosen[longest] = _misspelt(rng, chosen[longest])
        plain = [FUNCTION_WORDS[int(30 * rng.random() ** 2)] for _ in range(n_words - 1)]
        filling = plain[: n_words - 1 - len(chosen)] + chosen
        order = rng.permutation(len(filling))
        first = QUESTION_WORDS[int(rng.integers(len(QUESTION_WORDS)))]
        asked.append(Question(" ".join([first, *(filling[place] for place in order)]) + "?", row))
    return asked


def _misspelt(rng: np.random.Generator, word: str) -> str:
    """Two letters swapped, one left out, or one wrong."""
    place, kind = int(rng.integers(1, max(2, len(word) - 1))), int(rng.integers(3))
    if kind == 0:
        return word[:place] + word[place + 1 : place + 2] + word[place] + word[place + 2 :]
    return word[:place] + ("" if kind == 1 else "q") + word[place + 1 :]


class WordVectors:
    """An embedder without a model: what a text's words sum up to, and the same for each text.

    A word is two rows of a table of random vectors and the vector of its field, weighed by how
    rare it is; a text adds noise of its own. The table's directions are as unequal as those of a
    real model (`DECAY`). Made for building many passages quickly, in little memory.
    """

    name = "made-up"
    fingerprint = "made-up-words-1"
    size = 254
    DECAY, FIELD, NOISE = 0.2, 0.8, 8.0

    def __init__(self, language: Language) -> None:
        rng = np.random.default_rng([SEED, 3])
        n_words = len(language.words)
        scale = (1 + np.arange(DIMENSION)) ** -self.DECAY
        table = rng.standard_normal((_TABLE + FIELDS, DIMENSION)) * scale
        self._table = (table / np.sqrt((scale**2).sum())).astype(np.float32)
        self._ranks = language.ranks
        self._parts = rng.integers(0, _TABLE, (n_words, 2))
        in_passage = 1 - (1 - language.chances) ** 100
        self._weights = np.log(1 / in_passage)
        self.seconds = 0.0  # spent on making vectors

    def piece_ends(self, text: str) -> Sequence[int]:
        """The end of each word between white space."""
        return [found.end() for found in re.finditer(r"\S+", text)]

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Float32 [len(texts), 384], unit rows."""
        from scipy.sparse import csr_matrix

        started = time.perf_counter()
        columns: list[int] = []
        values: list[float] = []
        starts = [0]
        for text in texts:
            for word in _WORD.findall(text.lower()):
                rank = self._ranks.get(word, -1)
                if rank < 0:  # misspelt: as rare as can be, and of some field
                    rank = len(self._weights) - 1 - zlib.crc32(word.encode()) % 1_000
                weight = float(self._weights[rank])
                columns += (*self._parts[rank].tolist(), _TABLE + rank % FIELDS)
                values += (weight, weight, weight * self.FIELD * (rank >= len(FUNCTION_WORDS)))
            columns.append(zlib.crc32(text.encode()) % _TABLE)
            values.append(self.NOISE)
            starts.append(len(columns))
        shape = (len(texts), len(self._table))
        words = csr_matrix((np.array(values, np.float32), columns, starts), shape)
        vectors: Vectors = words @ self._table
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self.seconds += time.perf_counter() - started
        return vectors


class KnownVectors:
    """An embedder that gives the questions' vectors as they were made before, at no cost."""

    name = WordVectors.name
    fingerprint = WordVectors.fingerprint
    size = WordVectors.size

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        self._vectors = {text: vectors[row : row + 1] for row, text in enumerate(texts)}

    def piece_ends(self, text: str) -> Sequence[int]:
        """Not asked of an embedder of questions."""
        raise NotImplementedError

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Float32 [1, 384] for the one text."""
        (text,) = texts
        return self._vectors[text]
