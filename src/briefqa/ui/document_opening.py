"""Opening a document to read, at the wish of the browser."""

from __future__ import annotations

from briefqa.errors import BriefQAError
from briefqa.records import Answer, Span, section_text
from briefqa.ui import reading_view, sources_view
from briefqa.ui.html import Html
from briefqa.ui.messages import OpenDocument
from briefqa.ui.service import IndexService


def opened(service: IndexService, wanted: OpenDocument, answer: Answer | None) -> Html:
    """The document from the wanted place on, or why it cannot be shown.

    The citation of the `answer` that it was opened from is marked, if it still stands there.
    """
    try:
        document = service.searcher().document(wanted.document)
    except BriefQAError as error:
        return sources_view.unopened(str(error))
    if 0 <= wanted.at < wanted.end <= len(document.text):
        return sources_view.stretch(document, Span(wanted.at, wanted.end), wanted.key)
    hits = answer.hits if answer else ()
    hit = next((hit for hit in hits if hit.rank == wanted.hit), None)
    cited = None
    if answer and hit and hit.passage.document == document.name:
        passage = hit.passage
        if document.text[passage.start : passage.end] == passage.text:
            cited = sources_view.cited_by(answer, hit, wanted.turn)
    changeable = service.library is not None
    at = wanted.at
    if wanted.section:
        at = next(
            (
                section.heading.start
                for section in document.sections
                if section.heading and section_text(section.path) == wanted.section
            ),
            0,
        )
    at = min(max(0, at), max(0, len(document.text) - 1))
    return reading_view.page(document, at, cited, changeable=changeable)
