"""The answers to a sheet as a table, what has changed since an earlier run, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from briefqa.evaluation.measures import holds_answer
from briefqa.evaluation.promise import CERTAINTY, upper_bound
from briefqa.questionnaire.sheet import CONTAINS, Sheet
from briefqa.receipts import evidence
from briefqa.receipts.receipt import Receipt, RecordedHit, RecordedQuotation, RecordedTurn
from briefqa.records import Verdict
from briefqa.reports import table
from briefqa.reports.table import Cell, Format, Table

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher

NUMBER = "number"
COLUMNS = (
    *("verdict", "sentence", "words", "citation", "document", "date", "place", "start", "end"),
    *("confidence", "missing", "nearest"),
)
CHANGED = ("change", "verdict before", "sentence before", "citation before")
"""Beside an earlier run: `new question`, `changed`, `added`, `gone`, or nothing; what was nearest
stands for a sentence where none was quoted.
"""

DateOf = Callable[[str], str]
"""Gives the date of the document of a name, as it is written there; empty where there is none."""

_WITHOUT = "no verdict"
_BEGINNING = 200  # characters that are shown of a question that is too long
_Line = tuple[RecordedTurn, RecordedQuotation | None]
_Then = Mapping[str, Sequence[_Line]]


@dataclass(frozen=True, slots=True)
class Answers:
    """A sheet with its answers: `receipt` has a turn for each question that is not blank.

    `before` is the receipt of an earlier run to compare with, `date_of` gives the documents' dates.
    """

    sheet: Sheet
    receipt: Receipt
    date_of: DateOf
    before: Receipt | None = None

    def table(self) -> Table:
        """A row an answer, several where several places answer.

        The columns of the sheet come first, the same in each; a name that one of ours has, too, is
        followed by "(sheet)".
        """
        ours = COLUMNS if self.before is None else (*COLUMNS, *CHANGED)
        taken = {NUMBER, *ours}
        theirs = [f"{name} (sheet)" if name in taken else name for name in self.sheet.columns]
        rows: list[Sequence[Cell]] = []
        then = self._then()
        for number, cells, turn in self._asked():
            refusal, at = self.sheet.refusal(cells), self.sheet.at
            lines = self._lines(turn, then, refusal)
            shown = list(cells)
            if refusal:
                shown[at] = f"{cells[at].strip()[:_BEGINNING]}…"
            rows += [(number, *shown, *line) for line in lines]
        columns = (NUMBER, *table.distinct(theirs), *ours)
        return Table("Answers", columns, rows, self.notes())

    def notes(self) -> tuple[str, ...]:
        """How many are answered, how surely, how many rightly where that is known, what changed."""
        notes = [_counted(self.receipt.turns), *_by_confidence(self.receipt.turns)]
        refused = [n for n, row in enumerate(self.sheet.rows, 1) if self.sheet.refusal(row)]
        if refused:
            first = f"Row {refused[0]} is" if len(refused) == 1 else f"{len(refused)} rows are"
            notes.append(f"{first} too long for a question and not asked.")
        expected = self.sheet.expected
        if expected is not None:
            known = [
                (turn, contains)
                for (_, _, turn), contains in zip(self._asked(), expected, strict=True)
                if turn is not None
            ]
            notes.append(_measured(known))
        if self.before is not None:
            notes.append(self._since(self.before))
        return tuple(notes)

    def as_json(self) -> dict[str, Any]:
        """The receipt, which can be replayed, and the table."""
        return {**self.receipt.as_json(), **table.as_json(self.table())}

    def content(self, searcher: Searcher, form: Format) -> bytes:
        """The bytes of a file of this format: JSON and HTML have the receipt in them, too.

        HTML is an evidence file, see `briefqa.receipts.evidence`.
        """
        match form:
            case Format.JSON:
                return table.as_json_text(self.as_json()).encode()
            case Format.HTML:
                shown = self.table()
                return evidence.page(searcher, self.receipt, title=shown.title, shown=shown)
            case _:
                return table.content(self.table(), form)

    def _asked(self) -> Iterator[tuple[int | None, tuple[str, ...], RecordedTurn | None]]:
        """Each row of the sheet with the number of its question and its answer, if it has one."""
        turns = enumerate(self.receipt.turns, 1)
        for cells, question in zip(self.sheet.rows, self.sheet.questions, strict=True):
            number, turn = next(turns) if question else (None, None)
            yield number, cells, turn

    def _lines(
        self, turn: RecordedTurn | None, then: _Then, refusal: str
    ) -> Iterator[Sequence[Cell]]:
        if turn is None:
            ours = COLUMNS if self.before is None else (*COLUMNS, *CHANGED)
            yield [refusal or None if name == "missing" else None for name in ours]
            return
        lines = _lines_of(turn)
        if self.before is None:
            yield from (_cells(line, self.date_of) for line in lines)
            return
        for change, new, old in _compared(lines, then.get(turn.question)):
            cells = [None] * len(COLUMNS) if new is None else _cells(new, self.date_of)
            yield (*cells, change or None, *_was(old if change else None))

    def _then(self) -> _Then:
        """The lines of the answer to each question in the earlier run."""
        before = () if self.before is None else self.before.turns
        return {turn.question: _lines_of(turn) for turn in before}

    def _since(self, before: Receipt) -> str:
        changes, then = Counter[str](), self._then()
        for turn in self.receipt.turns:
            compared = _compared(_lines_of(turn), then.get(turn.question))
            told = {change for change, *_ in compared}
            now = "new" if "new question" in told else "same" if told == {""} else "changed"
            changes[now] += 1
        new = f"; {changes['new']} were not asked then" if changes["new"] else ""
        return (
            f"Since {before.created} {changes['changed']} of {sum(changes.values())} answers have "
            f"changed{new}."
        )


def _lines_of(turn: RecordedTurn) -> list[_Line]:
    """A line a quotation, or one without any."""
    return [(turn, one) for one in turn.quotations] or [(turn, None)]


def _cells(line: _Line, date_of: DateOf) -> Sequence[Cell]:
    """What stands under COLUMNS."""
    turn, one = line
    head: list[Cell] = [_verdict(turn)]
    if one is not None:
        place = "" if one.place is None else one.place.in_words
        head += [one.sentence, one.words, one.citation, one.document, date_of(one.document)]
        head += [place, one.sentence_start, one.sentence_end]
    else:
        head += [None] * 8
    return (
        *head,
        round(turn.confidence, 4) or None,
        _missing(turn),
        None if one else _nearest(turn),
    )


def _was(line: _Line | None) -> Sequence[Cell]:
    """What stands under CHANGED after the change."""
    if line is None:
        return (None, None, None)
    turn, one = line
    return (_verdict(turn), *((one.sentence, one.citation) if one else (_nearest(turn), None)))


def _verdict(turn: RecordedTurn) -> str:
    return turn.verdict or _WITHOUT


def _missing(turn: RecordedTurn) -> str | None:
    """What an unsure answer lacks, or why there is none."""
    if turn.missing:
        return "; ".join(turn.missing)
    if turn.verdict is Verdict.NOT_FOUND:
        return turn.reason
    return None if turn.quotations or turn.verdict is not None else turn.text


def _nearest(turn: RecordedTurn) -> str | None:
    """The passage that comes nearest where nothing is quoted, by the sentence it may be about."""
    if not turn.hits or turn.verdict is Verdict.NOT_FOUND:
        return None
    return f"“{sentence_of(turn.hits[0])}” {turn.hits[0].citation}"


def sentence_of(hit: RecordedHit) -> str:
    """The sentence that is marked in a hit; all of it where none is."""
    if hit.answer is None:
        return hit.text
    start, end = hit.answer.sentence_start - hit.start, hit.answer.sentence_end - hit.start
    return hit.text[start:end]


def _compared(
    now: Sequence[_Line], then: Sequence[_Line] | None
) -> list[tuple[str, _Line | None, _Line | None]]:
    """What became of the lines of an answer: the change, the line now, the line then.

    Lines that say the same are paired first, then the others in their order.
    """
    if then is None:
        return [("new question", line, None) for line in now]
    left = list(then)
    same: dict[int, _Line] = {}
    for number, line in enumerate(now):
        match = next((old for old in left if _said(old) == _said(line)), None)
        if match is not None:
            left.remove(match)
            same[number] = match
    found: list[tuple[str, _Line | None, _Line | None]] = []
    for number, line in enumerate(now):
        if number in same:
            found.append(("", line, same[number]))
        elif left:
            found.append(("changed", line, left.pop(0)))
        else:
            found.append(("added", line, None))
    return found + [("gone", None, old) for old in left]


def _said(line: _Line) -> tuple[object, ...]:
    """What makes two lines the same: the numbers in an answer's evidence do not."""
    turn, one = line
    quoted = one and (one.document, one.citation, one.sentence, one.words)
    return turn.verdict, turn.missing, quoted or _nearest(turn)


def _counted(turns: Sequence[RecordedTurn]) -> str:
    verdicts = Counter(_verdict(turn) for turn in turns)
    names = {
        Verdict.ANSWERED: "answered",
        Verdict.UNSURE: "unsure",
        Verdict.NOT_FOUND: "not in these documents",
        _WITHOUT: "without a verdict",
    }
    told = [f"{verdicts[each]} {name}" for each, name in names.items() if verdicts[each]]
    questions = "1 question" if len(turns) == 1 else f"{len(turns)} questions"
    return f"{questions}: {', '.join(told)}."


def _by_confidence(turns: Sequence[RecordedTurn]) -> list[str]:
    asserted = [turn.confidence for turn in turns if turn.verdict is Verdict.ANSWERED]
    if not asserted:
        return []
    judged = sum(turn.verdict is not None for turn in turns)
    risk = 1 - sum(asserted) / len(asserted)
    return [f"Coverage {len(asserted) / judged:.2f}, risk {risk:.2f} by the confidences."]


def _measured(known: Sequence[tuple[RecordedTurn, str]]) -> str:
    """Coverage and risk where the sheet says what the right answers contain.

    An answer is right if its first sentence does.
    """
    asserted = [one for one in known if one[0].verdict is Verdict.ANSWERED]
    judged = sum(turn.verdict is not None for turn, _ in known)
    if not asserted:
        return f"Measured by “{CONTAINS}”: coverage 0 of {judged}."
    wrong = sum(
        not (contains and holds_answer(turn.quotations[0].sentence, [contains]))
        for turn, contains in asserted
    )
    bound = upper_bound(wrong, len(asserted))
    return (
        f"Measured by “{CONTAINS}”: coverage {len(asserted) / judged:.2f}, risk "
        f"{wrong / len(asserted):.2f} ({wrong} of {len(asserted)} wrong; at most {bound:.2f} with "
        f"{CERTAINTY:.0%} certainty)."
    )
