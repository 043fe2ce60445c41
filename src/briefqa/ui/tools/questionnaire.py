"""A list of questions that is asked one by one, and the table that fills with their answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from briefqa.errors import BriefQAError
from briefqa.questionnaire import asking, sheet
from briefqa.questionnaire.answers import Answers, sentence_of
from briefqa.questionnaire.sheet import Sheet
from briefqa.receipts import receipt
from briefqa.receipts.receipt import RecordedTurn
from briefqa.reports.table import Format
from briefqa.ui.html import Html, tag
from briefqa.ui.tools.frame import QUIET, SHOWN, Outcome, Tool, outcome, problem, source

_REDRAWN = 0.5  # seconds between two looks at a table that fills


class Questionnaire(Tool):
    """A box for a list, and its answers as they come."""

    name = "questionnaire"
    title = "Questionnaire"
    says = (
        "Paste a question a line, or the cells of a table with a column “question”. Each is asked "
        "by itself. For thousands: briefqa batch, in a terminal."
    )
    takes = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".txt", ".jsonl")
    forms = ("csv", "xlsx", "docx", "md", "html", "json")

    def _make(self) -> None:
        self._text = gr.Textbox(label="Questions", lines=4, max_lines=10, autofocus=True)
        with gr.Row(elem_classes="saves"):
            self._ask = gr.Button("Ask all", size="sm")
            self._stop = gr.Button("Stop", size="sm")

    def _connect(self, event: gr.HTML, tab: gr.Textbox, options: dict[str, Any]) -> None:
        few = {**options, "concurrency_limit": 2}
        self._ask.click(self._answers, [self._text, tab], self._outcome, **few)
        self._stop.click(self._stop_asking, None, None, **QUIET)
        self._stops: dict[str, threading.Event] = {}  # of the list that each tab asks

    def _stop_asking(self, request: gr.Request) -> None:
        """End the list of a tab after the question that is being answered."""
        if stop := self._stops.get(request.session_hash or ""):
            stop.set()

    def _answers(self, text: str | None, sent: str, request: gr.Request) -> Iterator[Outcome]:
        yield from self._asked(lambda: sheet.of_text(text or ""), sent, request)

    def _of_file(
        self, name: str, content: bytes, sent: str, request: gr.Request
    ) -> Iterator[Outcome]:
        yield from self._asked(lambda: sheet.of_content(content, name), sent, request)

    def _asked(
        self, read: Callable[[], Sheet], sent: str, request: gr.Request
    ) -> Iterator[Outcome]:
        """The answers so far, again and again, and at the end, or a stop, all with their files.

        A tab's next list takes the place of one that is being asked, of which no more is shown.
        """
        turns: list[RecordedTurn] = []
        session = request.session_hash or ""
        stop = self._stops[session] = threading.Event()
        try:
            asked = read()
            where = self._where(sent)
            searcher = self._service.searcher()
            questions = [each for each in asked.questions if each]
            yield _unfinished(turns, len(questions))
            drawn_at = time.monotonic()
            for turn in asking.answers(searcher, questions, where):
                turns.append(turn)
                if self._stops.get(session) is not stop:
                    return
                if stop.is_set():
                    break
                if time.monotonic() - drawn_at > _REDRAWN:
                    yield _unfinished(turns, len(questions))
                    drawn_at = time.monotonic()
            made = replace(receipt.make(searcher, ()), turns=tuple(turns))
            dates = {info.name: info.date for info in self._service.documents()}
        except BriefQAError as error:
            yield problem(error)
            return
        finally:
            if self._stops.get(session) is stop:
                del self._stops[session]
        stopped = len(turns) < len(questions)
        says = (f"Stopped: {len(turns)} of {len(questions)} asked.",) if stopped else ()
        answers = Answers(asked.first(len(turns)), made, lambda name: dates.get(name, ""))
        yield outcome(drawn(turns, (*says, *answers.notes())), answers)

    def _content(self, found: Answers, form: str) -> bytes:
        return found.content(self._service.searcher(), Format(form))


def _unfinished(turns: Sequence[RecordedTurn], of: int) -> Outcome:
    return [drawn(turns, (f"{len(turns)} of {of} asked …",)), None, gr.update(visible=False)]


def drawn(turns: Sequence[RecordedTurn], notes: Sequence[str]) -> Html:
    """A row an answer, several where several places answer, and what is told of them."""
    columns = ("", "question", "verdict", "sentence, and where it stands")
    head = tag(
        "tr",
        *(tag("th", name, scope="col") if name else tag("td", class_="number") for name in columns),
    )
    rows = [row for number, turn in enumerate(turns[:SHOWN], 1) for row in _rows(number, turn)]
    left = len(turns) - SHOWN
    whole = tag("table", tag("thead", head), tag("tbody", *rows))
    return tag(
        "div",
        tag("p", " ".join(notes), class_="remark", role="status"),
        tag("div", whole, class_="table", tabindex=0, role="region", aria_label="Answers")
        if rows
        else None,
        tag("p", f"{left} more are in the file.", class_="of") if left > 0 else None,
    )


def _rows(number: int, turn: RecordedTurn) -> Iterator[Html]:
    quoted = [
        (one.sentence, one.citation, one.document, one.sentence_start, one.sentence_end)
        for one in turn.quotations
    ]
    for place, (sentence, citation, document, start, end) in enumerate(quoted):
        opens = source(citation, document, start, end, f"answer-{number}-{place}")
        yield _row(number, turn, tag("span", sentence, dir="auto"), opens)
    if not quoted:
        near = turn.hits[0] if turn.hits and not turn.answered else None
        lacks = "; ".join(turn.missing) or turn.reason or turn.text
        if near is None or turn.verdict == "not-found":
            yield _row(number, turn, tag("span", lacks, class_="of"), None)
            return
        nearest = tag("span", f"Nearest: “{sentence_of(near)}” ({lacks})", class_="of", dir="auto")
        opens = source(near.citation, near.document, near.start, near.end, f"near-{number}")
        yield _row(number, turn, nearest, opens)


def _row(number: int, turn: RecordedTurn, says: Html, opens: Html | None) -> Html:
    verdict = str(turn.verdict or "no verdict").replace("-", " ")
    question = tag("td", turn.question, dir="auto")
    return tag(
        "tr", tag("td", str(number), class_="number"), question, tag("td", verdict),
        tag("td", says, tag("div", opens) if opens else None),
    )  # fmt: skip
