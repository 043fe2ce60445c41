"""Asks the questions of a sheet, each as if it were asked alone, and goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from briefqa.errors import UsageError
from briefqa.indexing.progress import OnProgress, Stage, tell
from briefqa.json_decoding import Malformed, decode, encode
from briefqa.receipts.receipt import RecordedTurn, Turn, recorded
from briefqa.records import EVERYWHERE, Query, Where

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher

K = 5  # passages that are looked at for a question, as by `briefqa ask`


def ask_all(
    searcher: Searcher,
    questions: Sequence[str],
    where: Where = EVERYWHERE,
    *,
    kept: Path | None = None,
    progress: OnProgress | None = None,
) -> list[RecordedTurn]:
    """The answer to each question that is not blank, as a receipt holds it.

    `where` has the exact names of documents and section, see `Searcher.where`. Answers are added to
    the file `kept` as they come, and taken from it where it holds those of a run that was stopped,
    of the same questions and index. Raises UsageError if it cannot be written.
    """
    asked = [question for question in questions if question.strip()]
    with _Kept(kept, _run(searcher, asked, where), searcher) as file:
        turns = list(file.turns)[: len(asked)]
        tell(progress, Stage.ASKING, len(turns), len(asked))
        for turn in answers(searcher, asked[len(turns) :], where):
            file.add(turn)
            turns.append(turn)
            tell(progress, Stage.ASKING, len(turns), len(asked))
    return turns


def answers(
    searcher: Searcher, questions: Sequence[str], where: Where = EVERYWHERE
) -> Iterator[RecordedTurn]:
    """The answers one after the other, each as soon as it is there."""
    for question in questions:
        answer = searcher.ask(Query(question, where, K))
        yield recorded(Turn(answer, where, K), searcher.generation())


@dataclass(frozen=True, slots=True)
class _Run:
    """What has to be the same for a run to go on: all that decides the answers."""

    generation: str
    reader: str
    answer_from: float
    questions: str


def _run(searcher: Searcher, questions: Sequence[str], where: Where) -> _Run:
    asked = json.dumps([questions, where.documents, where.section, K])
    return _Run(
        searcher.generation(),
        "" if searcher.reader is None else searcher.reader.fingerprint,
        searcher.answer_from(),
        hashlib.sha256(asked.encode()).hexdigest(),
    )


class _Kept:
    """The file of the answers so far: what is asked on its first line, then an answer a line."""

    def __init__(self, path: Path | None, run: _Run, searcher: Searcher) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self.turns: list[RecordedTurn] = []
        if path is None:
            return
        good = self._read(path, run, searcher)
        try:
            if not good:
                path.write_bytes(encode(run) + b"\n")
            self._file = path.open("r+b")
            self._file.seek(good or path.stat().st_size)
            self._file.truncate()
        except OSError as error:
            raise UsageError(
                f"{path} cannot be written ({error.strerror}); write into another folder."
            ) from error

    def __enter__(self) -> _Kept:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, turn: RecordedTurn) -> None:
        if self._file is None:
            return
        try:
            self._file.write(json.dumps(asdict(turn)).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise UsageError(
                f"{self._path} cannot be written ({error.strerror}); make room and run it again, "
                "it goes on from here."
            ) from error

    def _read(self, path: Path, run: _Run, searcher: Searcher) -> int:
        """How many bytes of the file are good, 0 where it is of another run."""
        good = 0
        with suppress(OSError, Malformed), path.open("rb") as file:
            if not path.is_file() or decode(file.readline(), _Run) != run:
                return 0
            good = file.tell()
            for line in iter(file.readline, b""):
                turn = decode(line, RecordedTurn, any_text=True)
                if not (line.endswith(b"\n") and _stands(turn, searcher)):
                    break
                self.turns.append(turn)
                good = file.tell()
        return good


def _stands(turn: RecordedTurn, searcher: Searcher) -> bool:
    """Whether what is quoted stands in the index as it says: the file may have been changed."""
    with suppress(UsageError):
        return all(
            searcher.document(one.document).text[one.sentence_start : one.sentence_end]
            == one.sentence
            for one in turn.quotations
        )
    return False
