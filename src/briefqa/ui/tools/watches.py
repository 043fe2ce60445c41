"""Answers and mentions that keep watch, and what has changed of them since they were last asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from briefqa.errors import BriefQAError, UsageError
from briefqa.index.store import watches_at
from briefqa.index.watches import Watch, WatchKind
from briefqa.ui import messages, session
from briefqa.ui.html import Html, tag
from briefqa.ui.messages import OpenTool
from briefqa.ui.tools.frame import QUIET, Outcome, Tool, outcome, problem
from briefqa.ui.turns import answer_of
from briefqa.watching import running
from briefqa.watching.running import Change

_KEPT = 100  # changes that a tab goes on showing


class Watches(Tool):
    """All watches of the index; they are asked again whenever they are looked at."""

    name = "watches"
    title = "Watches"
    says = (
        "Answers and mentions that are looked at again when you come here, and after each build "
        "by “briefqa serve --watch”. Told is what changed: a verdict, a sentence, a cited file, a "
        "place that is new or gone."
    )

    def _make(self) -> None:
        with gr.Row(elem_classes="saves"):
            self._again = gr.Button("Ask again", size="sm")

    def _connect(self, event: gr.HTML, tab: gr.Textbox, options: dict[str, Any]) -> None:
        one = {**QUIET, "concurrency_limit": 1, "concurrency_id": "watches"}
        asked = [self._found, tab]
        event.option_select(self._visit, asked, self._outcome, js=options["js"], **one)
        self._again.click(self._run, self._found, self._outcome, **one)

    def _visit(self, event: gr.EventData, told: Sequence[Change] | None, sent: str) -> Outcome:
        """What the tool is opened for: to add a watch, to remove one, or to see what changed."""
        wanted = messages.decoded(event._data, OpenTool)
        if wanted is None or wanted.tool != self.name:
            return [gr.skip()] * 3
        try:
            if wanted.turn:
                return self._listed(f"Watched from now on: {self._add(wanted.turn, sent)}", told)
            if wanted.stop:
                stopped = running.remove(self._service.index, wanted.stop)
                return self._listed(f"No longer watched: {stopped.text}", told)
        except BriefQAError as error:
            return problem(error)
        return self._run(told)

    def _add(self, number: int, sent: str) -> str:
        """Watch the answer of a turn where it was asked, as it was understood; its question."""
        turns = session.restored(self._service, messages.tab(sent).turns)
        answer = answer_of(turns, number)
        if answer is None:
            raise UsageError("That answer is no longer here: ask the question again.")
        where = turns[number - 1].where
        new = running.add(
            self._service.index, answer.read_as or answer.question, documents=where.documents,
            section=where.section, searcher=self._service.searcher(),
        )  # fmt: skip
        return new.text

    def _run(self, told: Sequence[Change] | None) -> Outcome:
        try:
            kept = watches_at(self._service.index).watches
            if not kept:
                return self._listed("", told)
            self._service.run_watches()
        except BriefQAError as error:
            return problem(error)
        # Whoever found them: this visit, another tab's, or a build in between.
        new = [each for each in self._service.told if each not in (told or ())]
        n = len(new)
        says = "1 change" if n == 1 else f"{n} changes" if n else "Nothing has changed"
        return self._listed(f"{says} since you last looked.", (*new, *(told or ())))

    def _listed(self, says: str, told: Sequence[Change] | None) -> Outcome:
        changes = tuple(told or ())[:_KEPT]
        return outcome(drawn(says, changes, watches_at(self._service.index).watches), changes)


def drawn(says: str, changes: Sequence[Change], kept: Sequence[Watch]) -> Html:
    """What was done, what has changed, the newest first, and what is watched."""
    none = "None yet. “Tell me when this changes”, under an answer or mentions, watches it."
    told = [
        tag("li", tag("p", each.text, class_="part", dir="auto"), tag("p", each.told.said))
        for each in changes
    ]
    return tag(
        "div",
        tag("p", says, class_="remark", role="status", dir="auto") if says else None,
        tag("h3", "What has changed", class_="part") if told else None,
        tag("ul", *told) if told else None,
        tag("h3", "Watched", class_="part"),
        tag("ul", *map(_item, kept)) if kept else tag("p", none, class_="of"),
    )


def _item(watch: Watch) -> Html:
    seen = watch.seen
    n = len(seen.places)
    now = seen.verdict.replace("-", " ") or "without a verdict"
    if watch.kind is WatchKind.MENTIONS:
        now = "1 place" if n == 1 else f"{n} places"
    where = ", ".join(filter(None, (*(watch.documents or ())[:3], watch.section)))
    stop = tag(
        "button", "Stop watching", type="button", data_tool="watches", data_stop=watch.number,
        data_key=f"stop-{watch.number}", aria_label=f"Stop watching: {watch.text}",
    )  # fmt: skip
    about = tag("span", seen.error or now, f", in {where}" if where else None, class_="of")
    return tag("li", tag("p", watch.text, dir="auto"), about, " ", stop)
