"""How well are follow-up questions understood?

Asks every dialogue of data/dialogues.jsonl in four ways: each question as it stands; with all
questions before it put in front; as a conversation; and rewritten in full by hand. A turn is right
when its first passage stands in the right document and section and holds the answer. Build the
index of data/ first; then: python -m benchmarks.dialogues [index]
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from briefqa import Answer, Searcher, open_index
from briefqa.conversation import Conversation

DIALOGUES = Path(__file__).resolve().parent.parent / "data" / "dialogues.jsonl"
WAYS = ("as it stands", "all before it", "conversation", "by hand")


def dialogues() -> list[dict[str, Any]]:
    """The dialogues, in the order of the file."""
    lines = DIALOGUES.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def right(turn: dict[str, Any], answer: Answer) -> bool:
    """Whether the first passage is where the answer stands, and holds it."""
    if not answer.hits:
        return False
    found = answer.hits[0].passage
    place = (found.document, " › ".join(found.section))
    return place == (turn["document"], turn["section"]) and turn["contains"] in found.text


def asked(searcher: Searcher, dialogue: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Answer]]:
    """Each turn with its answer in a conversation."""
    conversation = Conversation(searcher)
    for turn in dialogue["turns"]:
        yield turn, conversation.ask(turn["question"])


def answers(
    searcher: Searcher, dialogue: dict[str, Any]
) -> Iterator[tuple[Any, dict[str, Answer]]]:
    """Each turn with its answer in each way."""
    before: list[str] = []
    for turn, in_conversation in asked(searcher, dialogue):
        before.append(turn["question"])
        yield (
            turn,
            {
                "as it stands": searcher.ask(turn["question"]),
                "all before it": searcher.ask(" ".join(before)),
                "conversation": in_conversation,
                "by hand": searcher.ask(turn["rewritten"]),
            },
        )


def main() -> None:
    """Print hit@1 and the share of turns that are answered at all."""
    searcher = open_index(sys.argv[1] if len(sys.argv) > 1 else "index")
    hits: dict[tuple[str, bool], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    told: dict[tuple[str, bool], dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for dialogue in dialogues():
        for turn, by_way in answers(searcher, dialogue):
            group = (dialogue["split"], turn["follow_up"])
            for way, answer in by_way.items():
                hits[group][way].append(right(turn, answer))
                told[group][way].append(answer.answered)
    print(f"{'':<26}{'turns':>6}" + "".join(f"{way:>16}" for way in WAYS))
    for name, counted in (("hit@1", hits), ("answered", told)):
        for (split, follow_up), by_way in sorted(counted.items(), reverse=True):
            label = f"{name}, {split}, {'follow-up' if follow_up else 'by itself'}"
            shares = "".join(f"{sum(found) / len(found):>16.3f}" for found in by_way.values())
            print(f"{label:<26}{len(by_way['by hand']):>6}{shares}")


if __name__ == "__main__":
    main()
