"""What is the reader shown, and what is kept from it?

Folders and files of questions become examples over passages as the product cuts them: for each
question the passage that answers with the places of its answers, for some also passages that the
product's own retriever finds and that do not, and for an unanswerable one the passage that it was
written to look answerable by.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from briefqa.answering.searcher import Searcher
from briefqa.documents.passages import context
from briefqa.evaluation import probe
from briefqa.evaluation.question_sets import BeirFolder, Question, read_beir, read_squad
from briefqa.indexing.builder import index_documents
from briefqa.models.embedder import Embedder
from briefqa.records import Mode, Passage
from briefqa.text.sentences import sentences
from briefqa.text.words import plain_words
from training.remembering import RememberingEmbedder

HELD_OUT = (0.15, 0.2)  # share of a set's questions whose articles are kept for validation
NEIGHBOURS = 8  # passages the retriever finds, as many as the reader is later asked to read
SOUGHT = 0.4  # share of the questions that it is asked, for the sake of time

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Text:
    """A passage as it is read: its context, a line break and its own text, from `starts` on.

    `sentences` are ranges of the whole `text`.
    """

    text: str
    starts: int
    sentences: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A question over texts named by their numbers.

    `gold` answers at any of `places`, ranges of its text; None where nothing answers. `near` are
    the other texts that were found for it, best first, none of which holds an answer, if any were
    sought; `asked_about` the one that an unanswerable question was written to look answerable by.
    """

    question: str
    article: str
    gold: int | None
    places: tuple[Place, ...]
    near: tuple[int, ...]
    asked_about: int | None = None


@dataclass(frozen=True, slots=True)
class Examples:
    """The texts, the examples over them, and the articles that are not trained on."""

    texts: tuple[Text, ...]
    examples: tuple[Example, ...]
    held_out: tuple[str, ...]

    def training(self) -> list[Example]:
        """Those of the articles that are trained on."""
        return [each for each in self.examples if each.article not in self.held_out]

    def validation(self) -> list[Example]:
        """Those of the articles that are not."""
        return [each for each in self.examples if each.article in self.held_out]

    def write(self, path: Path) -> None:
        """Keep them for the next start."""
        path.write_text(json.dumps(asdict(self)), "utf-8")


def read_examples(path: Path) -> Examples:
    """What `Examples.write` has kept."""
    stored = json.loads(path.read_text("utf-8"))
    return Examples(
        tuple(
            Text(text["text"], text["starts"], tuple(map(tuple, text["sentences"])))
            for text in stored["texts"]
        ),
        tuple(
            Example(
                **{**each, "places": tuple(map(tuple, each["places"])), "near": tuple(each["near"])}
            )
            for each in stored["examples"]
        ),
        tuple(stored["held_out"]),
    )


def collect(sets: Iterable[Path], scratch: Path, embedder: Embedder) -> Examples:
    """Index each set as the product would and take the examples from it."""
    texts: list[Text] = []
    examples: list[Example] = []
    held_out: list[str] = []
    remembering = RememberingEmbedder(embedder)
    for path in sets:
        folder = read_beir(path) if path.is_dir() else read_squad(path)
        index = scratch / f"index-{folder.name}"
        index_documents(folder.documents, index, embedder)
        remembering.remember([one.text for one in folder.questions if _is_sought(one)])
        searcher = Searcher(index, model=remembering, reader=None)
        found = list(_of_set(folder, searcher, texts, embedder))
        held_out += _held_out(found)
        examples += found
        print(f"{folder.name}: {len(found)} questions", flush=True)
    return Examples(tuple(texts), tuple(examples), tuple(held_out))


def _of_set(
    folder: BeirFolder, searcher: Searcher, texts: list[Text], embedder: Embedder
) -> Iterator[Example]:
    first = len(texts)
    passages = probe.passages(searcher)
    texts += [_text(passage, embedder) for passage in passages]
    words = [" ".join(plain_words(passage.text)) for passage in passages]
    units = folder.question_set(passages).units
    rows_of: dict[str, list[int]] = {}
    for row, unit in enumerate(units):
        rows_of.setdefault(unit, []).append(row)
    for question in folder.questions:
        ranked = []
        if _is_sought(question):
            ranked = probe.ranked_rows(searcher, question.text, mode=Mode.HYBRID, depth=NEIGHBOURS)
        example = _example(question, passages, words, rows_of, ranked, folder.name)
        if example is not None:
            yield _shifted(example, first, texts)


def _is_sought(question: Question) -> bool:
    return _number(question.text) < SOUGHT * 2**32


def _number(text: str) -> int:
    """Any from 0 to 2**32, the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])


def _example(
    question: Question,
    passages: Sequence[Passage],
    words: Sequence[str],
    rows_of: dict[str, list[int]],
    ranked: Sequence[int],
    name: str,
) -> Example | None:
    """The question over rows, its places in the passages' own texts; None when it is of no use."""
    if not question.answerable:
        rows = rows_of.get(question.asked_about or "", [])
        asked = next((row for row in ranked if row in rows), rows[0] if rows else None)
        if asked is None:
            return None
        article = f"{name}/{passages[asked].document}"
        near = tuple(row for row in ranked if row != asked)
        return Example(question.text, article, None, (), near, asked)
    places: dict[int, list[Place]] = {}
    rows = [row for unit in question.relevant for row in rows_of.get(unit, [])]
    for row in rows:
        for answer in question.answers:
            place = _place(passages[row].text, answer.strip(), question.text)
            if place is not None:
                places.setdefault(row, []).append(place)
    if not places:
        return None
    gold = max(places, key=lambda row: len(places[row]))
    held = [" ".join(plain_words(answer)) for answer in question.answers]
    near = tuple(
        row
        for row in ranked
        if row not in rows and not any(answer in words[row] for answer in held)
    )
    article = f"{name}/{passages[gold].document}"
    return Example(question.text, article, gold, tuple(sorted(set(places[gold]))), near)


def _shifted(example: Example, first: int, texts: Sequence[Text]) -> Example:
    """The same over the numbers of texts, its places in what is read of them."""
    starts = 0 if example.gold is None else texts[first + example.gold].starts
    return Example(
        example.question,
        example.article,
        None if example.gold is None else first + example.gold,
        tuple((start + starts, end + starts) for start, end in example.places),
        tuple(first + row for row in example.near),
        None if example.asked_about is None else first + example.asked_about,
    )


def _text(passage: Passage, embedder: Embedder) -> Text:
    head = context(passage.title, passage.section, embedder)
    starts = len(head) + 1 if head else 0
    return Text(
        f"{head}\n{passage.text}" if head else passage.text,
        starts,
        tuple((one.start + starts, one.end + starts) for one in sentences(passage.text, "en")),
    )


def _place(text: str, answer: str, question: str) -> Place | None:
    """Where the answer stands; if more than once, where most of the question's words are near."""
    if not answer:
        return None
    found = [(one.start(), one.end()) for one in re.finditer(re.escape(answer), text)]
    whole = [(s, e) for s, e in found if not _inside_word(text, s) and not _inside_word(text, e)]
    asked = set(plain_words(question))

    def shared(place: Place) -> int:
        return len(asked & set(plain_words(text[max(0, place[0] - 150) : place[1] + 150])))

    return max(whole or found, key=shared, default=None)


def _inside_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _held_out(examples: Sequence[Example]) -> list[str]:
    """Articles in the order of their digests until their questions are enough; one that would make
    them too many is passed over.
    """
    counts = Counter(example.article for example in examples)
    least, most = (share * len(examples) for share in HELD_OUT)
    kept: list[str] = []
    held = 0
    for article in sorted(counts, key=_number):
        if held < least and held + counts[article] <= most:
            kept.append(article)
            held += counts[article]
    return kept


_SMALL = frozenset(
    "a an the is are was were be been do does did of in on at to for by with and or from as what "
    "which who whom whose when where why how that this it its many much have has had".split()
)


def as_typed(question: str, dice: random.Random) -> str:
    """The question as somebody in a hurry types it: now and then without its mark or small words,
    or with a slip of the finger.

    Letter case is nothing to the model.
    """
    chance = dice.random()
    if chance < 0.05:
        words = [word for word in question.rstrip("?").split() if word.lower() not in _SMALL]
        return " ".join(words) if len(words) > 1 else question
    if chance < 0.15:
        question = _slipped(question, dice)
    return question.rstrip(" ?") if chance < 0.25 else question


def _slipped(question: str, dice: random.Random) -> str:
    """With two letters of a longer word changed about, or one of them left out or there twice."""
    longer = [found.span() for found in re.finditer(r"[^\W\d_]{5,}", question)]
    if not longer:
        return question
    start, end = dice.choice(longer)
    at = dice.randrange(start + 1, end - 1)
    one, other = question[at], question[at + 1]
    slip = dice.choice((other + one, other, one + one + other))
    return question[:at] + slip + question[at + 2 :]
