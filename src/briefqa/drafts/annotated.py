"""A draft with its claims marked and what stands beside each: as HTML, Markdown or for a word
processor, with comments there.

Text of the draft and of sources is only ever text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.drafts.check import blocks
from briefqa.drafts.records import Claim, ClaimKind, DraftCheck, Piece, Source
from briefqa.drafts.wording import NOTE, said_of, summary
from briefqa.errors import UsageError
from briefqa.records import Span
from briefqa.reports.table import page
from briefqa.reports.word import text as word_text
from briefqa.text import markdown
from briefqa.text.html import Html, join, tag

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

MOST_COMMENTS = 5_000  # in a document for a word processor, which takes ever longer for more

_STYLE = Html(
    "body{font:16px/1.6 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem}"
    ":root{color-scheme:light dark}mark{background:#8883;color:inherit;border-bottom:2px solid "
    "#888}mark.differs{background:#fa02;border-bottom:3px double #c40}sup a{text-decoration:none}"
    "ol{padding-inline-start:2.5rem}li{margin-block:.6rem}del{background:#f002}ins{background:"
    "#0a02;text-decoration:underline}.lines{white-space:pre-wrap}cite{display:block;opacity:.8}"
)
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class AnnotatedFormat(StrEnum):
    """The formats of an annotated draft; each is also the ending of such a file's name."""

    HTML = "html"
    DOCX = "docx"
    MARKDOWN = "md"


def format_of(output: Path) -> AnnotatedFormat:
    """The format by the ending of a file's name; raises UsageError for another one."""
    try:
        return AnnotatedFormat(output.suffix[1:].lower())
    except ValueError:
        raise UsageError(f"{output} does not end in .html, .docx or .md; rename it.") from None


def content(check: DraftCheck, form: AnnotatedFormat) -> bytes:
    """The annotated draft as the bytes of a file.

    Raises UsageError for more claims than a word processor takes comments.
    """
    match form:
        case AnnotatedFormat.HTML:
            return as_html(check).encode(errors="replace")
        case AnnotatedFormat.MARKDOWN:
            return as_markdown(check).encode(errors="replace")
        case AnnotatedFormat.DOCX:
            return _as_word(check)


def numbered(check: DraftCheck) -> list[tuple[int, Claim]]:
    """The claims that get a number: all but sentences that nothing was found for."""
    shown = [one for one in check.claims if one.kind is not ClaimKind.SENTENCE or one.nearest]
    return list(enumerate(shown, 1))


def as_html(check: DraftCheck) -> str:
    """A page that stands by itself."""
    title = f"Check of {check.draft.name}"
    language = check.draft.metadata.language or "en"
    body = join(tag("h1", title), markup(check))
    return page(title, body, style=_STYLE, policy=_POLICY, language=language)


def markup(check: DraftCheck) -> Html:
    """The draft with marks, and below it a note for each."""
    claims = numbered(check)
    # Lines of Markdown only wrap prose.
    lines = None if check.draft.media_type == "text/markdown" else "lines"
    body = [tag("p", summary(check)), tag("p", NOTE)]
    for span, _ in blocks(check.draft):
        body.append(tag("p", *_marked(check, span, claims), class_=lines))
    notes = [_note(number, claim) for number, claim in claims]
    return join(*body, tag("h2", "Notes"), tag("ol", *notes))


def runs(
    check: DraftCheck, span: Span, claims: list[tuple[int, Claim]]
) -> Iterator[tuple[str, int, Claim | None]]:
    """The text of a block in order: pieces without a claim, and claims with their number."""
    at = span.start
    for number, claim in claims:
        if span.start <= claim.start and claim.end <= span.end and claim.start >= at:
            yield check.draft.text[at : claim.start], 0, None
            yield claim.text, number, claim
            at = claim.end
    yield check.draft.text[at : span.end], 0, None


def _marked(check: DraftCheck, span: Span, claims: list[tuple[int, Claim]]) -> Iterator[str]:
    for run, number, claim in runs(check, span, claims):
        if claim is None:
            yield run
            continue
        kind = "differs" if claim.differs else None
        yield tag("mark", run, class_=kind, id=f"claim-{number}", title=said_of(claim))
        yield tag("sup", tag("a", str(number), href=f"#note-{number}"))


def _note(number: int, claim: Claim) -> Html:
    parts: list[str] = [said_of(claim, with_difference=False)]
    if claim.pieces:
        parts += [Html("<br>"), *(compared(piece) for piece in claim.pieces)]
    if claim.source is not None:
        quoted = () if claim.pieces else (Html("<br>"), f"“{_quoted(claim.source)}”")
        parts += [*quoted, tag("cite", f"{claim.source.citation} ({_location(claim)})")]
    for hit in claim.nearest:
        parts += [Html("<br>"), f"“{hit.sentence}”", tag("cite", hit.citation)]
    back = tag("a", "↑", href=f"#claim-{number}", aria_label=f"Back to claim {number}")
    return tag("li", *parts, " ", back, id=f"note-{number}")


def compared(piece: Piece) -> Html:
    """A piece of a quotation as markup: the same words, or what either has instead."""
    if piece.same:
        return join(piece.draft, " ")
    removed = tag("del", piece.draft) if piece.draft else None
    return join(removed, tag("ins", piece.source) if piece.source else None, " ")


def _quoted(source: Source) -> str:
    return source.sentence or source.text


def _location(claim: Claim) -> str:
    return "" if claim.source is None else claim.source.passage.location


def as_markdown(check: DraftCheck) -> str:
    """The draft as Markdown text with a footnote for each claim."""
    claims = numbered(check)
    parts = [f"# Check of {markdown.line(check.draft.name)}", markdown.line(summary(check)), NOTE]
    for span, _ in blocks(check.draft):
        shown: list[str] = []
        for run, number, claim in runs(check, span, claims):
            plain = _inline(run)
            if claim is None:
                shown.append(plain)
            else:
                shown.append(f"{f'**{plain.strip()}**' if claim.differs else plain}[^{number}]")
        parts.append("".join(shown))
    parts += [f"[^{number}]: {_footnote(claim)}" for number, claim in claims]
    return "\n\n".join(parts) + "\n"


def _inline(text: str) -> str:
    """A text as Markdown on one line, the white space at its ends kept as one space."""
    before = " " if text[:1].isspace() else ""
    behind = " " if text[-1:].isspace() and text.strip() else ""
    return f"{before}{markdown.line(text)}{behind}"


def _footnote(claim: Claim) -> str:
    said = markdown.line(said_of(claim))
    if claim.source is not None:
        source = f"“{_quoted(claim.source)}” {claim.source.citation} ({_location(claim)})"
        said += f". {markdown.line(source)}"
    for hit in claim.nearest:
        said += f". {markdown.line(f'“{hit.sentence}” {hit.citation}')}"
    return said


def _as_word(check: DraftCheck) -> bytes:
    import docx  # late: only who exports needs it

    claims = numbered(check)
    if len(claims) > MOST_COMMENTS:
        raise UsageError(
            f"A document with comments holds {MOST_COMMENTS:,} at most, and this draft has "
            f"{len(claims):,} claims; write HTML or Markdown."
        )
    written: WordDocument = docx.Document()
    written.core_properties.author = "BriefQA"
    written.core_properties.title = word_text(f"Check of {check.draft.name}")[:255]
    for span, is_heading in blocks(check.draft):
        paragraph = written.add_heading(level=2) if is_heading else written.add_paragraph()
        for run, _, claim in runs(check, span, claims):
            drawn = paragraph.add_run(word_text(run) if run.strip() else run)
            if claim is not None:
                drawn.bold = True if claim.differs else None
                comment = written.add_comment(drawn, text="", author="BriefQA", initials="BQ")
                comment.paragraphs[0].add_run(word_text(said_of(claim)))
                for line in _comment_lines(claim):
                    comment.add_paragraph(word_text(line))
    written.add_paragraph(word_text(f"{summary(check)} {NOTE}"))
    saved = io.BytesIO()
    written.save(saved)
    return saved.getvalue()


def _comment_lines(claim: Claim) -> Iterator[str]:
    if claim.source is not None:
        yield f"“{_quoted(claim.source)}”"
        yield f"{claim.source.citation} ({_location(claim)})"
    for hit in claim.nearest:
        yield f"“{hit.sentence}” {hit.citation}"
