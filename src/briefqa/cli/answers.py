"""Printing answers and hits: the sentence that answers first, then where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.answering.query import readable
from briefqa.citations import ShortCitations, cite
from briefqa.citations import Style as CitationStyle
from briefqa.cli.screen import Style, fitted, in_colour, is_terminal, line
from briefqa.cli.terminal import listed, why
from briefqa.index.recovery import rebuild_command
from briefqa.indexing.verification import State, state_of
from briefqa.records import Span, Verdict

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher
    from briefqa.records import Answer, Hit, Passage, Quotation, Where

_NEAREST = 3  # passages that are named where nothing is asserted
_FEW = 2  # of so many quoted passages what stands around the quotation is shown
_INDENT = "    "


class Printer:
    """Prints what an index says; `style` is how passages are cited, None for as briefly as can be.

    A citation names the document as briefly as it can be told from the others, the last heading
    and the paragraph, and the file with its lines or pages.
    """

    def __init__(self, searcher: Searcher, index: Path, style: CitationStyle | None = None) -> None:
        self._searcher = searcher
        self._index = index
        self._style = style
        self._short = ShortCitations(())

    @staticmethod
    def place(where: Where) -> None:
        """Print where is looked, which somebody named in other words."""
        names = [] if where.documents is None else [listed(where.documents)]
        if where.section is not None:
            names.append(f"the section “{where.section}”")
        print(fitted(f"Looking in {', '.join(map(line, names))}."))

    def answer(self, answer: Answer, *, explain: bool = False) -> None:
        """Print what the question was understood as, then the answer with what it rests on.

        With `explain` every passage that was found follows, and why it was.
        """
        self._short = ShortCitations(self._searcher.documents())  # a build may have changed them
        blocks = [*_understood(answer)]
        shown = [hit.passage for hit in answer.hits]
        if answer.quotations:
            from briefqa.answering.compose import opening  # with numpy, which a start does without

            blocks += filter(None, [fitted(line(opening(answer)))])
            blocks += self._quotations(answer.quotations)
            if answer.reason and (explain or not answer.answered):
                blocks.append(fitted(line(answer.reason)))
            shown = [one.passage for one in answer.quotations]
        elif answer.verdict is None:
            blocks.append(fitted(line(answer.text)))
            if not explain:
                blocks += map(self._hit, answer.hits)
        else:
            blocks += [fitted(line(answer.text)), *self._nearest(answer)]
            shown = shown[:_NEAREST]
        if explain and answer.hits:
            blocks += ["The passages found, and why:", *map(self._explained, answer.hits)]
        print("\n\n".join((*blocks, *self._notes(shown))))

    def hits(self, hits: Sequence[Hit], *, explain: bool) -> None:
        """Print passages with their places and, with `explain`, the evidence for each."""
        self._short = ShortCitations(self._searcher.documents())
        blocks = map(self._explained if explain else self._hit, hits)
        notes = self._notes(hit.passage for hit in hits)
        print("\n\n".join((*blocks, *notes)) or "No passage fits.")

    def _hit(self, hit: Hit) -> str:
        return f"{self._cited(hit.rank, hit.passage)}\n{fitted(hit.passage.text, indent=_INDENT)}"

    def _explained(self, hit: Hit) -> str:
        return f"{self._hit(hit)}\n{fitted(f'why: {why(hit)}', indent=_INDENT)}"

    def _quotations(self, quotations: Sequence[Quotation]) -> Iterator[str]:
        """Each passage: what is quoted of it, its citation, and where there are few its text."""
        passages = [
            (passage, list(group))
            for passage, group in groupby(quotations, lambda one: one.passage)
        ]
        few = len({passage for passage, _ in passages}) <= _FEW
        for number, (passage, group) in enumerate(passages, 1):
            said: list[str] = []
            for _, same in groupby(group, lambda one: one.span.sentence_start):
                said += _sentence(list(same))
            apart = "\n\n" if any(one.part for one in group) else "\n"
            yield f"{apart.join(said)}\n{self._cited(number, passage)}"
            if few and passage.text.strip() != group[0].sentence.strip():
                yield _around(passage, group)

    def _nearest(self, answer: Answer) -> Iterator[str]:
        """Where nothing was found, and the passages that may answer or do not."""
        is_unsure = answer.verdict is Verdict.UNSURE
        reason = fitted(line(answer.reason))
        if answer.searched and not is_unsure:
            reason += "\n" + fitted(f"Looked in: {line(listed(answer.searched))}.")
        yield reason
        nearest = answer.hits[:_NEAREST]
        if is_unsure and nearest:
            yield "The nearest passages, which may not answer:"
            yield from map(self._hit, nearest)
        elif nearest:
            cited = [self._cited(hit.rank, hit.passage) for hit in nearest]
            yield "\n".join(("The nearest passages, which do not answer:", *cited))

    def _cited(self, number: int, passage: Passage) -> str:
        if self._style is None:
            head, place = self._short.document(passage), self._short.place(passage)
            text = line(f"[{number}] {head} › {place}  ({passage.location})")
        else:
            about = self._searcher.document(passage.document).metadata
            text = f"[{number}] {cite(passage, about, self._style)}"
        return fitted(text, styles=[(Span(0, len(text)), Style.CITATION)])

    def _notes(self, passages: Iterable[Passage]) -> Iterator[str]:
        """Which files of these passages are not as they were indexed."""
        manifest = self._searcher.manifest()
        for name in dict.fromkeys(passage.document for passage in passages):
            state = state_of(manifest, name)
            if state is not State.SAME:
                became = "has changed" if state is State.CHANGED else "cannot be read any more"
                yield fitted(
                    f"Note: {line(name)} {became} since it was indexed; what is cited is as it was "
                    f"then. To index it again: {rebuild_command(self._index)}"
                )


def _understood(answer: Answer) -> Iterator[str]:
    """What a question was understood as, unless the reason says so."""
    if answer.carried:
        yield fitted(f"Understood as: {line(answer.read_as)}")
    elif answer.answered and answer.read_as != readable(answer.question):
        yield fitted(f"Read as “{line(answer.read_as)}”.")


def _sentence(same: Sequence[Quotation]) -> Iterator[str]:
    """A sentence after the parts of the question it answers, the words that do in bold."""
    for part in dict.fromkeys(one.part for one in same if one.part):
        yield fitted(line(part))
    sentence, start = same[0].sentence, same[0].span.sentence_start - 1  # one for the “
    words = {Span(one.span.start - start, one.span.end - start) for one in same if one.exact}
    yield fitted(f"“{sentence}”", styles=[(span, Style.WORDS) for span in words])


def _around(passage: Passage, quoted: Sequence[Quotation]) -> str:
    """The passage, what is quoted of it told from what stands around it if on a terminal."""
    text, start = passage.text, passage.start
    spans = {Span(one.span.sentence_start - start, one.span.sentence_end - start) for one in quoted}
    if in_colour():
        faint = [(span, Style.AROUND) for span in _between(sorted(spans, key=_start), len(text))]
        return fitted(text, indent=_INDENT, styles=faint)
    if is_terminal():
        for span in sorted(spans, key=_start, reverse=True):
            quotation = f"»{text[span.start : span.end]}«"
            text = text[: span.start] + quotation + text[span.end :]
    return fitted(text, indent=_INDENT)


def _start(span: Span) -> int:
    return span.start


def _between(spans: Iterable[Span], end: int) -> Iterator[Span]:
    """What is not in these spans, which are in order."""
    at = 0
    for span in spans:
        yield Span(at, span.start)
        at = max(at, span.end)
    yield Span(at, end)
