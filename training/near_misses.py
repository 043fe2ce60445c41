"""What does a passage seem to answer, and does not?

Made of what it does answer, in the ways that people do (Rajpurkar et al. 2018, arXiv 1806.03822, on
the kinds of questions that nothing answers): another name or number, an opposite, another thing of
the same kind, who did it for whom it was done to. Or the passage is left without the sentence that
answers.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from briefqa.models.tokenizer import WordPieces
from briefqa.records import TextKind
from briefqa.text.language import stemmer, stop_words
from briefqa.text.words import question_words
from training.examples import Example, Place, Text

LIKE = (0.22, 0.56)  # cosines of words of a kind; above it they often mean the same
NEAREST = 3  # words of a passage that may stand for one of a question
_NAME = re.compile(r"(?<=\s)[A-Z][\w'’-]*(?:\s+(?:of\s+|the\s+)?[A-Z][\w'’-]*)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_WORD = re.compile(r"[^\W\d_]+")
_STEM, _LEFT_OUT = stemmer("en"), stop_words("en")
_OPPOSITES = """
    before after, first last, more less, most least, largest smallest, larger smaller, highest
    lowest, higher lower, oldest newest, older younger, early late, earlier later, earliest latest,
    north south, northern southern, east west, eastern western, above below, always never, increase
    decrease, increased decreased, rise fall, rose fell, gain lose, gained lost, win lose, won lost,
    begin end, began ended, start end, started ended, opened closed, join leave, joined left, arrive
    depart, support oppose, supported opposed, accepted rejected, allowed forbidden, with without,
    include exclude, best worst, better worse, major minor, majority minority, maximum minimum,
    long short, longest shortest, longer shorter, high low, large small, rich poor, heavy light,
    heavier lighter, fast slow, faster slower, strong weak, stronger weaker, common rare, old new,
    public private, inside outside, internal external, male female, men women, father mother, son
    daughter, brother sister, husband wife, bought sold, taught learned, attacked defended, attack
    defend, positive negative, success failure, advantage disadvantage, similar different, top
    bottom, upper lower, hot cold, dry wet, created destroyed, built demolished, born died, over
    under, agreed refused, legal illegal, known unknown, modern ancient, winter summer, day night,
    morning evening, cause prevent, caused prevented, imported exported, victory defeat, allies
    enemies, urban rural, former latter, possible impossible, found lost, gave took, sent received,
    approved rejected, elected dismissed, appointed dismissed, hired fired, raised lowered
"""


def _opposites() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in _OPPOSITES.split(","):
        one, other = pair.split()
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


OPPOSITES = _opposites()


class Likeness:
    """How alike words are used: by the vectors from which a model starts to read them."""

    def __init__(self, pieces: WordPieces, table: npt.NDArray[np.float32]) -> None:
        """`table` [n_pieces, width] has the vector of each word piece."""
        self._pieces, self._table = pieces, table - table.mean(axis=0)
        self._known: dict[str, npt.NDArray[np.float32]] = {}

    def cosines(self, word: str, others: Sequence[str]) -> npt.NDArray[np.float32]:
        """The cosine of a word with each of the others, -1..1."""
        own = self._of(word)
        return np.array([self._of(other) @ own for other in others], np.float32)

    def _of(self, word: str) -> npt.NDArray[np.float32]:
        if word not in self._known:
            (encoding,) = self._pieces.encode([word], TextKind.PASSAGE)
            own = [
                number
                for number, special in zip(encoding.ids, encoding.special_tokens_mask, strict=True)
                if not special
            ]
            mean = self._table[own].mean(axis=0) if own else np.zeros(self._table.shape[1])
            self._known[word] = (mean / (np.linalg.norm(mean) + 1e-9)).astype(np.float32)
        return self._known[word]


Change = tuple[Place, str]


class NearMisses:
    """Questions with one of their words replaced, so that their passage does not answer them."""

    def __init__(self, examples: Iterable[Example], likeness: Likeness) -> None:
        self._likeness = likeness
        self._asked: dict[str, list[str]] = {}  # names and numbers in an article's questions
        for example in examples:
            held = self._asked.setdefault(example.article, [])
            held += [one for one in _named(example.question) if one not in held]

    def changed(self, example: Example, text: Text, dice: random.Random) -> str | None:
        """The question so changed, or None where no word of it can be."""
        ways = [
            self._other_name,
            self._name_of_the_passage,
            self._turned_round,
            self._opposite,
            self._alike,
        ]
        for way in dice.sample(ways, len(ways)):
            changes = way(example, text)
            if changes:
                (start, end), other = dice.choice(changes)
                return example.question[:start] + other + example.question[end:]
        return None

    def _other_name(self, example: Example, text: Text) -> list[Change]:
        """Of the article, and not of the passage."""
        others = [one for one in self._asked[example.article] if not _holds(text, one)]
        return _replaced(example.question, text, others)

    def _name_of_the_passage(self, example: Example, text: Text) -> list[Change]:
        asked = example.question.lower()
        others = [one for one in _named(f" {text.text[text.starts :]}") if one.lower() not in asked]
        return _replaced(example.question, text, others)

    def _turned_round(self, example: Example, text: Text) -> list[Change]:
        """The answer, if it is a name, for one of the question; or two of the question for each
        other.
        """
        answers = dict.fromkeys(text.text[start:end] for start, end in example.places)
        names = [one for one in answers if _NAME.fullmatch(f" {one}", 1)]
        changes = _replaced(example.question, text, names)
        asked = [found for found in _NAME.finditer(example.question) if _holds(text, found[0])]
        for one, other in pairwise(asked):
            between = example.question[one.end() : other.start()]
            changes.append(((one.start(), other.end()), f"{other[0]}{between}{one[0]}"))
        return changes

    def _opposite(self, example: Example, text: Text) -> list[Change]:
        return [
            (found.span(), other)
            for found in _WORD.finditer(example.question)
            for other in OPPOSITES.get(found.group().lower(), ())
        ]

    def _alike(self, example: Example, text: Text) -> list[Change]:
        """Words of the passage for words of the question that stand in it too."""
        asked, held = _content(example.question), _content(text.text[text.starts :])
        terms_asked, terms_held = (frozenset().union(*words.values()) for words in (asked, held))
        others = [word for word, of_word in held.items() if not of_word & terms_asked]
        if not others:
            return []
        changes = []
        for word, of_word in asked.items():
            if of_word <= terms_held:
                cosines = self._likeness.cosines(word, others)
                likely = [
                    others[near]
                    for near in np.argsort(-cosines)[:NEAREST]
                    if LIKE[0] < cosines[near] < LIKE[1]
                ]
                places = re.finditer(rf"\b{re.escape(word)}\b", example.question.lower())
                changes += [(found.span(), other) for found in places for other in likely]
        return changes


def without_answer(text: Text, places: Sequence[Place]) -> Text | None:
    """The text less the sentences that hold an answer; None if little would be left."""
    kept = [
        text.text[start:end]
        for start, end in text.sentences
        if not any(start < last and first < end for first, last in places)
    ]
    if len(kept) < 2:
        return None
    rest, sentences = text.text[: text.starts], []
    for sentence in kept:
        sentences.append((len(rest), len(rest) + len(sentence)))
        rest += f"{sentence} "
    return Text(rest.rstrip(), text.starts, tuple(sentences))


def _named(text: str) -> list[str]:
    """Its names and numbers, each once."""
    names = [one for one in _NAME.findall(text) if one.split()[0].lower() not in _LEFT_OUT]
    return list(dict.fromkeys([*names, *_NUMBER.findall(text)]))


def _replaced(question: str, text: Text, others: Sequence[str]) -> list[Change]:
    """A name for a name, a number for a number, of those in the question that the text holds: what
    it does not hold cannot be what makes it answer.
    """
    return [
        (found.span(), other)
        for pattern in (_NAME, _NUMBER)
        for found in pattern.finditer(question)
        if _holds(text, found[0])
        for other in others
        if bool(_NUMBER.fullmatch(other)) == (pattern is _NUMBER)
    ]


def _holds(text: Text, name: str) -> bool:
    return name.lower() in text.text.lower()


@lru_cache(maxsize=4096)
def _content(text: str) -> dict[str, frozenset[str]]:
    """Its words of three letters or more that are no function words, in small letters, with the
    terms of each.
    """
    found = question_words(text.lower(), _STEM, _LEFT_OUT)
    return {word: frozenset(of) for word, of in found if len(word) > 2 and _WORD.fullmatch(word)}
