"""What do the tests of the page read? One document, an answer from it, and markup as text."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from briefqa.records import (
    Answer,
    AnswerSpan,
    Document,
    Evidence,
    Hit,
    Metadata,
    Passage,
    Place,
    PlaceUnit,
    QuestionKind,
    Quotation,
    Section,
    Span,
    Verdict,
)

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ![x](http://outside.example/p.png) "
    "[link](javascript:alert(1)) ${alert(1)} {{value}} \\x3cb\\x3e `+alert(1)+` </p> &lt; \" ' "
    "<div style='position:fixed;inset:0'>cover</div>"
)
TEXT = "\n".join(
    [
        "# The lighthouse",
        "",
        "Nobody lives there.",
        "",
        "## Keeper",
        "",
        "The keeper was called Ada.",
        "",
        "She lit the lamp at six.",
        "",
        "## Cat",
        "",
        "- asleep",
        "- awake",
    ]
)


def span(part: str) -> Span:
    start = TEXT.index(part)
    return Span(start, start + len(part))


LIGHTHOUSE = Document(
    name="lighthouse.md",
    metadata=Metadata("The lighthouse"),
    text=TEXT,
    sections=(
        Section((), None, (span("Nobody lives there."),)),
        Section(
            ("Keeper",),
            span("Keeper"),
            (span("The keeper was called Ada."), span("She lit the lamp at six.")),
        ),
        Section(("Cat",), span("Cat"), (span("- asleep\n- awake"),)),
    ),
)


def hit(text: str, *, rank: int = 1, document: Document = LIGHTHOUSE) -> Hit:
    start = document.text.index(text)
    passage = Passage(
        document=document.name,
        title=document.title,
        section=("Keeper",),
        text=text,
        start=start,
        end=start + len(text),
        paragraphs=(1, 1),
        place=Place(PlaceUnit.LINE, 7, 7),
    )
    place = (passage.start, passage.end)
    sentence = AnswerSpan(*place, text, *place)
    return Hit(rank, passage, Evidence(3.14159, 1, None, None, 0.5, ("Ada",)), sentence)


def quotation(found: Hit, *, exact: bool = False, part: str = "") -> Quotation:
    """What the hit marks, quoted; without a mark all of its passage."""
    passage = found.passage
    span = found.answer or AnswerSpan(
        passage.start, passage.end, passage.text, passage.start, passage.end
    )
    return Quotation(passage, span, exact=exact, part=part)


def answer(*hits: Hit, exact: bool = False) -> Answer:
    """An asserted answer: the first hit is quoted."""
    return Answer(
        question="Who?",
        verdict=Verdict.ANSWERED,
        confidence=0.9,
        text=hits[0].passage.text,
        reason="because",
        hits=hits,
        searched=(LIGHTHOUSE.name,),
        read_as="Who?",
        kind=QuestionKind.WHO,
        quotations=(quotation(hits[0], exact=exact),),
    )


def unsure(*hits: Hit, missing: str = "no number of cats") -> Answer:
    return replace(
        answer(*hits),
        verdict=Verdict.UNSURE,
        text="These documents speak of this, but may not answer it.",
        reason=f"Nothing in 1 document surely answers it. The nearest passage has {missing}.",
        missing=(missing,),
        quotations=(),
    )


def not_found(*hits: Hit, reason: str = "because", searched: tuple[str, ...] = ()) -> Answer:
    return Answer(
        question="Who?",
        verdict=Verdict.NOT_FOUND,
        confidence=0.1,
        text="Not in these documents.",
        reason=reason,
        hits=hits,
        searched=searched or (LIGHTHOUSE.name,),
    )


def search_result(*hits: Hit) -> Answer:
    return Answer(
        question="keeper lamp",
        verdict=None,
        confidence=0.0,
        text="Passages found by these words.",
        reason="Passages found by these words.",
        hits=hits,
        kind=QuestionKind.KEYWORDS,
    )


def remark(sentence: str = "BriefQA quotes documents.") -> Answer:
    return Answer(
        question="hello",
        verdict=None,
        confidence=0.0,
        text=sentence,
        reason="",
        hits=(),
        kind=QuestionKind.SMALL_TALK,
    )


ADA = hit("The keeper was called Ada.")


class Reading(HTMLParser):
    """A page as a reader has it: its text, what is marked in it, its elements, their attributes.

    `answering` is marked as the answer and `bold` in bold; `searched` are the words marked as
    found by a search, in order.
    """

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.marked = ""
        self.answering = ""
        self.searched: list[str] = []
        self.bold = ""
        self._mark: str | None = None
        self._is_bold = False
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)
        if tag == "mark":
            self._mark = dict(attrs).get("class") or ""
        if tag == "strong":
            self._is_bold = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._mark = None
        if tag == "strong":
            self._is_bold = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._mark is not None:
            self.marked += data
        if self._mark == "answer":
            self.answering += data
        if self._mark == "word":
            self.searched.append(data)
        if self._is_bold:
            self.bold += data


def words(text: str) -> str:
    return " ".join(text.split())


def assert_hostile_text_is_only_text(markup: str) -> None:
    """The markup shows HOSTILE, and nothing of it is markup or part of a template."""
    read = Reading(markup)
    assert "alert(1)" in read.text
    assert not {"script", "img", "svg", "iframe", "a", "style"} & set(read.tags)
    assert not {name for name, _ in read.attributes if name.startswith(("on", "style", "src"))}
    assert "${" not in markup
    assert "{{" not in markup
    assert "\\" not in markup
