"""The questions of data/questions.jsonl with the answers they get."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from briefqa import Answer, Searcher


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of the question file and its answer.

    `section` and `contains` are None where the documents hold no answer.
    """

    question: str
    section: str | None
    contains: str | None
    kind: str
    answer: Answer


def ask_all(searcher: Searcher, questions: Path) -> tuple[Asked, ...]:
    """Ask every question of the file, in its order."""
    lines = map(json.loads, questions.read_text("utf-8").splitlines())
    return tuple(Asked(**line, answer=searcher.ask(line["question"])) for line in lines)
