"""How well are follow-up questions understood?

Asks every dialogue of `data/dialogues.jsonl` in four ways: each question as it stands, with all
questions before it put in front, as a conversation, and rewritten in full by hand. A turn is right
when its first passage stands in the right section and holds the answer. `CONVERSATION.md` has the
figures.

    python benchmarks/dialogues.py
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from briefqa import Searcher, build, open_index
from briefqa.answering.conversation import Conversation
from briefqa.records import Answer

DATA = Path(__file__).resolve().parent.parent / "data"
WAYS = ("as it stands", "all before it", "conversation", "by hand")


def dialogues() -> list[dict[str, Any]]:
    """The dialogues, in the order of the file."""
    lines = (DATA / "dialogues.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def right(turn: dict[str, Any], answer: Answer) -> bool:
    """Whether the first passage is where the answer stands, and holds it."""
    if not answer.hits:
        return False
    found = answer.hits[0].passage
    place = (found.document, " › ".join(found.section))
    return place == (turn["document"], turn["section"]) and turn["contains"] in found.text


def answers(searcher: Searcher, dialogue: dict[str, Any]) -> Iterator[tuple[Any, list[Answer]]]:
    """Each turn, with its answer in each way."""
    conversation, asked = Conversation(searcher), ""
    for turn in dialogue["turns"]:
        asked = f"{asked} {turn['question']}".strip()
        yield (
            turn,
            [
                searcher.ask(turn["question"]),
                searcher.ask(asked),
                conversation.ask(turn["question"]),
                searcher.ask(turn["rewritten"]),
            ],
        )


def main() -> None:
    """Print hit@1, and the share of turns that are answered at all."""
    hits: dict[str, list[list[bool]]] = defaultdict(list)
    answered: dict[str, list[list[bool]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        build(DATA, index=Path(folder) / "index")
        searcher = open_index(Path(folder) / "index")
        for dialogue in dialogues():
            for turn, found in answers(searcher, dialogue):
                group = f"{dialogue['split']}, {'follow-up' if turn['follow_up'] else 'by itself'}"
                hits[group].append([right(turn, answer) for answer in found])
                answered[group].append([answer.answered for answer in found])
    print(f"{'':<26}{'turns':>6}" + "".join(f"{way:>15}" for way in WAYS))
    for name, counted in (("hit@1", hits), ("answered", answered)):
        for group, turns in counted.items():
            shares = "".join(f"{sum(way) / len(turns):>15.3f}" for way in zip(*turns, strict=True))
            print(f"{f'{name}, {group}':<26}{len(turns):>6}{shares}")


if __name__ == "__main__":
    main()
