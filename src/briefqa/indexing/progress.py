"""How far a long task is: one record, told to the terminal, to the page and to callers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What is being done: of a build in this order, files one after the other; or asking."""

    READING = "reading"
    CUTTING = "cutting"
    LOADING = "loading"
    EMBEDDING = "embedding"
    WRITING = "writing"
    ASKING = "asking"


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a stage is done: so many of all files when reading and cutting, of the passages
    that are new when embedding, of the questions when asking; loading the model and writing are one
    step each.

    As text it is a few words for people: "Reading 3 of 12 files".
    """

    stage: Stage
    done: int
    total: int

    def __str__(self) -> str:
        match self.stage:
            case Stage.READING:
                return f"Reading {self._of('file')}"
            case Stage.CUTTING:
                return f"Cutting {self._of('file')} into passages"
            case Stage.LOADING:
                return "Loading the model"
            case Stage.EMBEDDING:
                return f"Embedding {self._of('passage')}"
            case Stage.WRITING:
                return "Writing the index"
            case Stage.ASKING:
                return f"Asking {self._of('question')}"

    def _of(self, what: str) -> str:
        return f"1 {what}" if self.total == 1 else f"{self.done} of {self.total} {what}s"


OnProgress = Callable[[Progress], object]
"""Is told how far a build is, as it goes on."""


def tell(on_progress: OnProgress | None, stage: Stage, done: int, total: int) -> None:
    """Report how far a stage is, to whoever wants to know."""
    if on_progress is not None:
        on_progress(Progress(stage, done, total))
