"""Would today's index give the same answers?

A receipt is a conversation as JSON: each question with where it looked and what it carried over,
its answer with documents and offsets, and the index that gave it. `replay` asks again and compares
byte by byte. The same turns are written as Markdown here, for people.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefqa import __version__
from briefqa.answering import compose
from briefqa.answering.conversation import Conversation
from briefqa.documents import source_files
from briefqa.errors import LoadError, UsageError
from briefqa.index.manifest import MALFORMED
from briefqa.records import EVERYWHERE, Answer, Carried, CarriedKind, Hit, Where
from briefqa.text.markdown import line, quote

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher

FORMAT = 1  # of the receipts that are written, and the only one that is read
MOST_TURNS = 1_000  # that are read
_NAMED = 5  # sources that a sentence names
_SETTINGS = {
    "language": "language of the documents",
    "recipe": "way of cutting and embedding passages",
    "thresholds": "rule for when to answer",
    "reader": "reader",
    "answer_from": "confidence from which questions are answered",
}

# Fields that the first receipts did not have.
_NEWER = {"answerability", "reader", "answer_from"}

# What a receipt holds: a type, a list of one, the fields of an object, or (None, what else it is).
_TEXTS = [str]
_HIT = {
    "rank": int,
    "text": str,
    "document": str,
    "title": str,
    "section": _TEXTS,
    "start": int,
    "end": int,
    "paragraphs": [int],
    "lines": [int],
    "citation": str,
    "answer": (
        None,
        {"start": int, "end": int, "text": str, "sentence_start": int, "sentence_end": int},
    ),
    "evidence": {
        "bm25": (None, float),
        "keyword_rank": (None, int),
        "cosine": (None, float),
        "semantic_rank": (None, int),
        "fused": float,
        "matched": _TEXTS,
        "answerability": (None, float),
    },
}
_TURN = {
    "generation": str,
    "question": str,
    "documents": (None, _TEXTS),
    "section": (None, str),
    "k": int,
    "carried": [{"kind": CarriedKind, "text": str}],
    "read_as": str,
    "answered": bool,
    "text": str,
    "reason": str,
    "confidence": float,
    "searched": _TEXTS,
    "hits": [_HIT],
}
_RECEIPT = {
    "format": int,
    "created": str,
    "version": str,
    "generation": str,
    "model": str,
    "fingerprint": str,
    "settings": {
        "language": str,
        "recipe": int,
        "thresholds": {str: float},
        "reader": (None, str),
        "answer_from": (None, float),
    },
    "sources": [{"name": str, "title": str, "sha256": str, "passages": int}],
    "turns": [_TURN],
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A question's answer, and what was asked for: where to look, and how many passages.

    `generation` is the index's that gave the answer, empty for the one that answers now.
    """

    answer: Answer
    where: Where = EVERYWHERE
    k: int = 5
    generation: str = ""


@dataclass(frozen=True, slots=True)
class TurnReplay:
    """What became of one question: `difference` says what differs in its answer, empty if nothing.

    An answer is its text, citations, documents, offsets and answering sentences, and how the
    question was read. `numbers` says whether an answer that is the same has other evidence or
    confidence, as another machine's arithmetic can give; empty if not.
    """

    question: str
    difference: str
    numbers: str = ""

    @property
    def same(self) -> bool:
        """Whether the answer is the same, byte for byte."""
        return not self.difference


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """A conversation asked again.

    `generation` answers now, `created` is when the receipt was made. `changes` are sentences on
    what is not as it was then: sources, model, settings, version, generation; empty when nothing
    is.
    """

    generation: str
    created: str
    turns: tuple[TurnReplay, ...]
    changes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every answer is the same, byte for byte."""
        return all(turn.same for turn in self.turns)


def make(searcher: Searcher, turns: Sequence[Turn]) -> dict[str, Any]:
    """The receipt of these turns, ready for JSON, as of the index that answers now."""
    manifest, generation = searcher.manifest(), searcher.generation()
    return {
        "format": FORMAT,
        "created": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "version": __version__,
        "generation": generation,
        "model": manifest.model,
        "fingerprint": manifest.fingerprint,
        "settings": {
            "language": manifest.language,
            "recipe": manifest.recipe,
            "thresholds": dict(manifest.thresholds),
            "reader": None if searcher.reader is None else searcher.reader.fingerprint,
            "answer_from": searcher.answer_from(),
        },
        "sources": [
            {
                "name": source.name,
                "title": source.title,
                "sha256": source.sha256,
                "passages": source.passages,
            }
            for source in manifest.indexed()
        ],
        "turns": [_turn(turn, generation) for turn in turns],
    }


def read(path: Path) -> dict[str, Any]:
    """The receipt in a file, which may come from anyone; raises UsageError if it is not one."""
    try:
        content = source_files.read(path)
    except LoadError as error:
        raise UsageError(f"The receipt {path} cannot be read: {error}.") from error
    try:
        receipt = json.loads(content)
        written = receipt["format"]
    except MALFORMED as error:
        raise UsageError(f"{path} is not a receipt; export the conversation again.") from error
    if written != FORMAT:
        raise UsageError(
            f"The receipt {path} is of a format that this version does not read; replay it with "
            "the version that made it."
        )
    try:
        place = next(_misfits(receipt, _RECEIPT, ""), None)
    except MALFORMED as error:
        raise UsageError(f"{path} is not a receipt; export the conversation again.") from error
    if place is not None:
        raise UsageError(
            f"{path} is not a receipt: {place or 'it'} is not what is expected there; export the "
            "conversation again."
        )
    if len(receipt["turns"]) > MOST_TURNS:
        raise UsageError(f"{path} has more than {MOST_TURNS} questions; split it into parts.")
    return dict(receipt)


def replay(receipt: Mapping[str, Any], searcher: Searcher) -> ReplayReport:
    """Ask every question of a receipt again, with just what it carried over, where it looked."""
    turns: list[TurnReplay] = []
    answers: list[Answer] = []
    for then in receipt["turns"]:
        carried = [Carried(CarriedKind(each["kind"]), each["text"]) for each in then["carried"]]
        documents = None if then["documents"] is None else tuple(then["documents"])
        where = Where(documents, then["section"])
        try:
            chat = Conversation(searcher, k=then["k"], where=where, turns=answers)
            answer = chat.ask(then["question"], carry=carried)
        except UsageError as error:  # a document or a section that is no longer there
            turns.append(TurnReplay(then["question"], str(error)))
            continue
        answers.append(answer)
        turns.append(_compared(then, _plain(compose.as_json(answer))))
    changes = tuple(_changes(receipt, make(searcher, ())))
    return ReplayReport(searcher.generation(), receipt["created"], tuple(turns), changes)


def markdown(turns: Sequence[Turn]) -> str:
    """The conversation as a document for people, in which text of documents is only ever text."""
    written = ["# Conversation with BriefQA"]
    for number, turn in enumerate(turns, 1):
        answer = turn.answer
        written.append(f"## {number}. {line(answer.question)}")
        if answer.carried:
            kept = " · ".join(f"{each.kind}: {line(each.text)}" for each in answer.carried)
            written.append(f"Carried over: {kept}")
        if turn.where != EVERYWHERE:
            names = ", ".join(map(line, answer.searched))
            section = "" if turn.where.section is None else f", section {line(turn.where.section)}"
            written.append(f"Looked in: {names}{section}")
        if answer.answered:
            for hit in answer.hits[: compose.QUOTED]:
                written += [_block_quote(hit), _cited(hit)]
        else:
            written.append(f"{line(answer.text)} {line(answer.reason)}")
            if answer.hits:
                written.append("The nearest passages, which do not answer:")
                written.append("  \n".join(map(_cited, answer.hits)))
    return "\n\n".join(written) + "\n"


def save(path: Path, searcher: Searcher, turns: Sequence[Turn]) -> None:
    """Write a new file: a receipt (`.json`) or Markdown (`.md`); raises UsageError otherwise."""
    if path.suffix == ".json":
        content = json.dumps(make(searcher, turns), indent=1) + "\n"
    elif path.suffix == ".md":
        content = markdown(turns)
    else:
        raise UsageError(f"{path} ends neither in .json (a receipt) nor in .md; rename it.")
    try:
        with path.open("x", encoding="utf-8", errors="replace") as file:
            file.write(content)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"{path} cannot be written ({why}); choose another name.") from error


def _turn(turn: Turn, generation: str) -> dict[str, Any]:
    return {
        "generation": turn.generation or generation,
        "documents": None if turn.where.documents is None else list(turn.where.documents),
        "section": turn.where.section,
        "k": turn.k,
        **_plain(compose.as_json(turn.answer)),
    }


def _plain(value: Any) -> Any:
    """The value as it is once it has been written as JSON and read again."""
    return json.loads(json.dumps(value))


def _misfits(value: object, shape: Any, place: str) -> Iterator[str]:
    """The places in the value that do not hold what `shape` says."""
    if isinstance(shape, tuple):
        if value is not None:
            yield from _misfits(value, shape[1], place)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield place
        else:
            for number, each in enumerate(value):
                yield from _misfits(each, shape[0], f"{place}[{number}]")
    elif isinstance(shape, dict):
        named = str in shape  # by any names
        if not isinstance(value, dict) or not (named or _fits(value, shape)):
            yield place
        else:
            for name, each in value.items():
                inner = f"{place}.{name}".lstrip(".")
                yield from _misfits(each, shape[str if named else name], inner)
    elif shape is CarriedKind:
        if value not in tuple(CarriedKind):
            yield place
    elif shape is float:
        if type(value) not in (int, float) or not -1e300 < value < 1e300:  # type: ignore[operator]
            yield place
    elif type(value) is not shape:
        yield place


def _fits(value: Mapping[str, Any], shape: Mapping[Any, Any]) -> bool:
    """Whether it has just these fields; those an older receipt lacks may be missing."""
    return shape.keys() - _NEWER <= value.keys() <= shape.keys()


def _compared(then: Mapping[str, Any], now: Mapping[str, Any]) -> TurnReplay:
    difference, numbers = _difference(then, now), ""
    if not difference and _evidence(then) != _evidence(now):
        gap = max(abs(a - b) for a, b in zip(_numbers(then), _numbers(now), strict=True))
        numbers = f"The evidence for it differs, its numbers by up to {gap:.2g}."
    return TurnReplay(then["question"], difference, numbers)


def _evidence(turn: Mapping[str, Any]) -> list[Any]:
    held = ({"answerability": None, **hit["evidence"]} for hit in turn["hits"])
    return [turn["confidence"], *held]


def _numbers(turn: Mapping[str, Any]) -> list[float]:
    """The confidence and all measured values; 0 where there is none."""
    names = ("bm25", "cosine", "fused", "answerability")
    values = (hit["evidence"].get(name) for hit in turn["hits"] for name in names)
    return [turn["confidence"], *(value or 0.0 for value in values)]


def _difference(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What differs between two answers, evidence and confidence aside, in one sentence."""
    if then["answered"] and not now["answered"]:
        return "It was answered then, and is not now."
    if now["answered"] and not then["answered"]:
        return "It was not answered then, and is now."
    if (then["read_as"], then["carried"]) != (now["read_as"], now["carried"]):
        return f"It is read as “{now['read_as']}” now, and was as “{then['read_as']}”."
    for one, other in zip(then["hits"], now["hits"], strict=False):
        if _quoted(one) != _quoted(other):
            return _different_hit(one, other)
    if len(then["hits"]) != len(now["hits"]):
        return f"It finds {len(now['hits'])} passages now, and {len(then['hits'])} then."
    # The answers of older receipts began with the passage, without the sentence before it.
    said = now["text"], now["text"].partition("\n\n")[2]
    return "" if then["text"] in said else "The words of the answer differ."


def _quoted(hit: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in hit.items() if name != "evidence"}


def _different_hit(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    number, parts = then["rank"], ("document", "start", "end", "citation")
    if [then[part] for part in parts] != [now[part] for part in parts]:
        return f"[{number}] is {_place(now)} now, and was {_place(then)}."
    if then["text"] != now["text"]:
        return f"[{number}] {_place(now)} has other words now."
    if then["answer"] != now["answer"]:
        sentences = [
            one["answer"] and (one["answer"]["sentence_start"], one["answer"]["sentence_end"])
            for one in (then, now)
        ]
        other = "Other words" if sentences[0] == sentences[1] else "Another sentence"
        return f"{other} of [{number}] {_place(now)} answer{'' if other[-1] == 's' else 's'} now."
    return f"[{number}] {_place(now)} stands elsewhere now."


def _place(hit: Mapping[str, Any]) -> str:
    return f"“{hit['citation']}” ({hit['document']}, {hit['start']}–{hit['end']})"


def _changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What is not as it was, from one receipt to the other, a sentence each."""
    was, held = ({each["name"]: each["sha256"] for each in of["sources"]} for of in (then, now))
    sources = {
        "changed": [name for name in was if name in held and was[name] != held[name]],
        "gone": [name for name in was if name not in held],
        "new": [name for name in held if name not in was],
    }
    changes = []
    earlier = sum(turn["generation"] != then["generation"] for turn in then["turns"])
    if earlier:
        changes.append(
            f"The index was built anew during the conversation: {earlier} of "
            f"{len(then['turns'])} answers are of another one than the receipt describes."
        )
    for what, names in sources.items():
        if names:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            changes.append(f"Sources {what} since: {', '.join(names[:_NAMED])}{more}.")
    if then["fingerprint"] != now["fingerprint"]:
        one, other = then["model"], now["model"]
        both = f"{one} then, {other} now" if one != other else f"{one}, changed"
        changes.append(f"Another model: {both}.")
    settings = {"reader": None, "answer_from": now["settings"]["answer_from"], **then["settings"]}
    for setting, value in settings.items():
        if value != now["settings"][setting]:
            changes.append(f"Another {_SETTINGS[setting]}.")
    if then["version"] != now["version"]:
        changes.append(f"Another BriefQA: {then['version']} then, {now['version']} now.")
    if not changes and then["generation"] != now["generation"]:
        changes.append("The index was built again since, of the same sources.")
    return changes


def _block_quote(hit: Hit) -> str:
    passage, answer = hit.passage, hit.answer
    if answer is None:
        return quote(passage.text)
    start, end = answer.sentence_start - passage.start, answer.sentence_end - passage.start
    return quote(passage.text, (start, end))


def _cited(hit: Hit) -> str:
    first, last = hit.passage.lines
    lines = f"line {first}" if first == last else f"lines {first}–{last}"
    return f"\\[{hit.rank}\\] {line(hit.citation)} ({line(hit.passage.document)}, {lines})"
