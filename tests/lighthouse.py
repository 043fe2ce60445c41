"""What do the tests of the page read? One document, an answer from it, and markup as text."""

from __future__ import annotations

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
    Section,
    Span,
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


def answer(*hits: Hit, answered: bool = True, reason: str = "because") -> Answer:
    text = hits[0].passage.text if answered else "Not in these documents."
    return Answer("Who?", answered, 0.9, text, reason, hits, (LIGHTHOUSE.name,), "Who?")


ADA = hit("The keeper was called Ada.")


class Reading(HTMLParser):
    """A page as a reader has it: its text, what is marked in it, its elements, their attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.marked = ""
        self.answering = ""
        self._mark: str | None = None
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)
        if tag == "mark":
            self._mark = dict(attrs).get("class") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._mark = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._mark is not None:
            self.marked += data
        if self._mark == "answer":
            self.answering += data


def words(text: str) -> str:
    return " ".join(text.split())
