"""A draft that is checked: its claims marked, and where each stands in the documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from briefqa.documents import loaders
from briefqa.drafts import annotated, wording
from briefqa.drafts.annotated import AnnotatedFormat
from briefqa.drafts.check import blocks
from briefqa.drafts.file import check_content
from briefqa.drafts.records import Claim, DraftCheck
from briefqa.errors import BriefQAError, UsageError
from briefqa.records import Span
from briefqa.reports import table
from briefqa.ui.html import Html, tag
from briefqa.ui.tools.frame import SHOWN, Outcome, Tool, outcome, problem, source

_ANNOTATED = tuple(AnnotatedFormat)


class DraftTool(Tool):
    """A box for a text, and the text with its claims marked and numbered."""

    name = "draft"
    title = "Draft check"
    says = (
        "Where the quotations, figures, dates and names of a text stand in the documents, by their "
        "words alone. All documents are looked in. Nothing is said of what is true."
    )
    takes = loaders.suffixes()
    forms = ("html", "docx", "md", "csv", "xlsx", "json")

    def _make(self) -> None:
        self._text = gr.Textbox(
            label="Draft (plain text or Markdown)", lines=6, max_lines=12, autofocus=True
        )
        with gr.Row(elem_classes="saves"):
            self._check = gr.Button("Check", size="sm")

    def _connect(self, event: gr.HTML, tab: gr.Textbox, options: dict[str, Any]) -> None:
        plain = {**options, "js": None, "concurrency_limit": 2}
        self._check.click(self._look, self._text, self._outcome, **plain)

    def _look(self, text: str | None) -> Outcome:
        return self._checked((text or "").encode("utf-8", "replace"), "draft.md")

    def _of_file(
        self, name: str, content: bytes, sent: str, request: gr.Request
    ) -> Iterator[Outcome]:
        yield self._checked(content, name)

    def _checked(self, content: bytes, name: str) -> Outcome:
        try:
            if not content.strip():
                raise UsageError("There is nothing to check: paste a text.")
            found = check_content(content, name, self._service.index)
        except BriefQAError as error:
            return problem(error)
        return outcome(drawn(found), found)

    def _content(self, found: DraftCheck, form: str) -> bytes:
        if form in _ANNOTATED:
            return annotated.content(found, AnnotatedFormat(form))
        if form == "json":
            return table.as_json_text(wording.as_json(found)).encode()
        return table.content(wording.table(found), table.Format(form))


def drawn(check: DraftCheck) -> Html:
    """The draft with its claims marked, and a note on each; a claim opens its source."""
    claims = annotated.numbered(check)
    shown, left = claims[:SHOWN], len(claims) - SHOWN
    notes = [_note(number, claim) for number, claim in shown]
    return tag(
        "div",
        tag("p", wording.summary(check), class_="remark", role="status"),
        tag("h3", "The draft", class_="part"),
        *(
            tag("p", *_marked(check, span, shown), class_="lines")
            for span, _ in blocks(check.draft)
        ),
        tag("h3", "What stands where", class_="part") if notes else None,
        tag("ol", *notes) if notes else None,
        tag("p", f"{left} more are in the file.", class_="of") if left > 0 else None,
    )


def _marked(check: DraftCheck, span: Span, claims: list[tuple[int, Claim]]) -> Iterator[str]:
    for text, number, claim in annotated.runs(check, span, claims):
        if claim is None:
            yield text
            continue
        mark = tag("mark", text, class_="differs answer" if claim.differs else None)
        if claim.source is None:
            yield mark
            yield tag("sup", str(number))
        else:
            # A press on the words is one on the button of their number.
            yield tag("label", mark, for_=f"claim-{number}")
            yield tag("sup", _source(str(number), claim, f"claim-{number}"))


def _note(number: int, claim: Claim) -> Html:
    said = tag("span", wording.said_of(claim), class_="differs" if claim.differs else None)
    parts: list[str | None] = [tag("p", f"“{claim.text}”", dir="auto"), tag("p", said)]
    if claim.differs and claim.pieces:
        parts.append(tag("p", *(annotated.compared(piece) for piece in claim.pieces), dir="auto"))
    elif claim.source is not None:
        parts.append(tag("p", f"“{claim.source.text}”", class_="of", dir="auto"))
    if claim.source is not None:
        parts.append(_source(claim.source.citation, claim, f"note-{number}"))
    return tag("li", *parts, value=number)


def _source(says: str, claim: Claim, key: str) -> Html:
    found = claim.source
    assert found is not None
    return source(
        says, found.passage.document, found.start, found.end, key,
        id=key, title=wording.said_of(claim),
    )  # fmt: skip
