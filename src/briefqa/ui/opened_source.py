"""The source beside the conversation: the first of an answer, or the one that was chosen."""

from __future__ import annotations

from briefqa.errors import BriefQAError
from briefqa.indexing.verification import State, state_of
from briefqa.records import Verdict
from briefqa.ui import sources_view
from briefqa.ui.html import Html
from briefqa.ui.service import IndexService
from briefqa.ui.turns import Turns, answer_of


def first(service: IndexService, turns: Turns, number: int) -> Html:
    """The first source of a turn, if its answer rests on one."""
    answer = answer_of(turns, number)
    if answer is None or not answer.hits or answer.verdict is Verdict.NOT_FOUND:
        return sources_view.closed(answer)
    return chosen(service, turns, number, answer.hits[0].rank)


def chosen(service: IndexService, turns: Turns, number: int, rank: int) -> Html:
    """The document behind a citation of a turn, or why it cannot be shown."""
    answer = answer_of(turns, number)
    if answer is None:
        return sources_view.unopened("That answer is no longer here: ask the question again.")
    hit = next((hit for hit in answer.hits if hit.rank == rank), None)
    if hit is None:
        return sources_view.unopened(f"That answer has no source {rank}.")
    try:
        searcher = service.searcher()
        document = searcher.document(hit.passage.document)
        state = state_of(searcher.manifest(), document.name)
    except BriefQAError as error:
        return sources_view.unopened(str(error))
    if document.text[hit.passage.start : hit.passage.end] != hit.passage.text:
        return sources_view.unopened(
            f"{document.name} was indexed anew since this answer: ask the question again."
        )
    remark = None
    if state is not State.SAME:
        rebuildable = service.library is not None
        remark = sources_view.changed(state is State.MISSING, rebuildable=rebuildable)
    return sources_view.article(document, answer, hit, number, remark)
