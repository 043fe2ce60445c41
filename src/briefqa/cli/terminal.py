"""What does a terminal show?

Lines, progress and JSON. Text of documents may steer a terminal, so control characters are taken
out of whatever is printed.
"""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from briefqa.answering.compose import QUOTED
from briefqa.errors import UsageError

if TYPE_CHECKING:
    from briefqa.index.calibration import Calibration
    from briefqa.indexing.builder import BuildReport
    from briefqa.indexing.generation_writer import Progress
    from briefqa.receipts.replay import ReplayReport
    from briefqa.records import Answer, Hit

_UNITS = {"reading": " files", "embedding": " passages"}


def show_report(report: BuildReport) -> None:
    """Print what a build did with every file."""
    for file in report.files:
        indexed = count(file.passages, "passage")
        result = indexed if file.passages else f"{file.outcome}: {file.detail}"
        print(f"  {line(f'{file.name}: {result}')}")
    if report.skipped:
        names = _named([path.name for path in report.skipped])
        print(line(f"  not read, another format: {names}"))
    if report.note:
        print(line(report.note))
    if not report.changed:
        held = count(report.passages, "passage")
        print(f"{report.index} is up to date: {held} ({report.seconds:.2f} s).")
    else:
        print(
            f"{report.index}: {count(report.passages, 'passage')}, {report.embedded} embedded, "
            f"{report.reused} kept ({report.seconds:.1f} s)."
        )


def show_answer(answer: Answer) -> None:
    """Print what was carried over, the quotes with the sentence that answers, and the reason."""
    if answer.carried:
        kept = " · ".join(f"{each.kind}: {each.text}" for each in answer.carried)
        print(f"{line(kept)}\n")
    if answer.answered:
        best = answer.hits[0]
        if best.sentence != best.passage.text:
            print(f"“{line(best.sentence)}” [{best.rank}]\n")
        for hit in answer.hits[:QUOTED]:
            print(f"{_marked(hit)}\n[{hit.rank}] {line(hit.citation)}\n")
        print(line(answer.reason))
        return
    print(f"{printable(answer.text)}\n\n{line(answer.reason)}")
    if answer.searched:
        print(line(f"Looked in: {_named(answer.searched)}."))
    if answer.hits:
        print("\nThe nearest passages, which do not answer:")
        for hit in answer.hits[:3]:
            print(line(f"[{hit.rank}] {hit.citation}"))


def show_hit(hit: Hit, *, explain: bool) -> None:
    """Print a passage with where it stands and, if wanted, why it was found."""
    print(line(f"[{hit.rank}] {hit.citation}  ({hit.passage.location})"))
    print(indented(hit.passage.text))
    if explain:
        print(f"    why: {why(hit)}")
    print()


def show_replay(report: ReplayReport) -> None:
    """Print what became of each question, and what has changed since."""
    for number, turn in enumerate(report.turns, 1):
        result = turn.difference or turn.numbers or "The same."
        print(line(f"{number}. {turn.question}: {result}"))
    # Whether the files are still as they were indexed is for `briefqa verify` to say.
    unchanged = "The index has not changed since."
    if not report.same:
        unchanged += " The receipt itself was changed."
    since = report.changes or (unchanged,)
    print("\n".join(map(line, since)))


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar with speed and time left on a terminal's stderr, nothing elsewhere."""
    from tqdm import tqdm

    bar: Any = None
    current = ""

    def show(stage: str, done: int, total: int) -> None:
        nonlocal bar, current
        if stage != current:
            if bar is not None:
                bar.close()
            bar = tqdm(
                total=total,
                desc=stage,
                unit=_UNITS.get(stage, ""),
                leave=False,
                disable=not sys.stderr.isatty(),
            )
            current = stage
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()


def new_password(name: str) -> str:
    """A password typed twice, unseen; raises UsageError if the two differ or nobody can type."""
    import getpass
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            first = getpass.getpass(f"New password for {line(name)}: ")
            second = getpass.getpass("Once more: ")
    except (EOFError, getpass.GetPassWarning) as error:
        raise UsageError("A password has to be typed at a terminal, unseen.") from error
    if first != second:
        raise UsageError("The two passwords differ, so nothing was written; try again.")
    return first


def show_calibration(found: Calibration) -> None:
    """Print what was fitted, and what it costs in answered questions."""
    none = found.questions - found.answerable
    print(
        f"answers from confidence {found.answer_from:.3f}, on {count(found.questions, 'question')}"
    )
    print(f"  answered    {found.answered} of {found.answerable} that the documents answer")
    print(f"              {found.given - found.answered} of {none} that they do not")
    share = found.wrong / found.given if found.given else 0.0
    print(f"  wrong       {found.wrong} of {count(found.given, 'answer')}, {share:.1%}")
    print(f"  off         by {found.error:.3f} before, {found.error_now:.3f} now, on average")
    if not found.given:
        print("No confidence keeps to the wanted share of wrong answers, so nothing is answered.")


def count(number: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def _marked(hit: Hit) -> str:
    """The passage; on a terminal the sentence that answers is bold and the words of it that do are
    underlined, or the sentence is between » and «.
    """
    text, span = hit.passage.text, hit.answer
    if span is None or sys.stdout is None or not sys.stdout.isatty():
        return printable(text)
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM", "dumb") == "dumb"
    begin, end = ("»", "«") if plain else ("\x1b[1m", "\x1b[22m")
    under, over = ("", "") if plain else ("\x1b[4m", "\x1b[24m")
    places = (span.sentence_start, span.start, span.end, span.sentence_end)
    cuts = [0, *(place - hit.passage.start for place in places), len(text)]
    before, lead, words, rest, after = (printable(text[a:b]) for a, b in pairwise(cuts))
    if span.text == hit.sentence:
        under = over = ""
    return f"{before}{begin}{lead}{under}{words}{over}{rest}{end}{after}"


def why(hit: Hit) -> str:
    """The evidence for a hit, on one line."""
    evidence = hit.evidence
    parts = []
    if evidence.keyword_rank is not None and evidence.bm25 is not None:
        parts.append(f"keyword rank {evidence.keyword_rank} (bm25 {evidence.bm25:.2f})")
    if evidence.semantic_rank is not None and evidence.cosine is not None:
        parts.append(f"semantic rank {evidence.semantic_rank} (cosine {evidence.cosine:.3f})")
    if evidence.answerability is not None:
        parts.append(f"answers {evidence.answerability:.2f}")
    held = f"; holds {', '.join(map(line, evidence.matched))}" if evidence.matched else ""
    return f"{', '.join(parts)}, fused {evidence.fused:.3f}{held}"


def indented(text: str) -> str:
    """Text under its heading."""
    return "\n".join(f"    {each}" for each in printable(text).splitlines())


def line(text: str) -> str:
    """Anything that is to stay on one line of a terminal."""
    return printable(text.replace("\n", " ").replace("\t", " "))


def printable(text: str) -> str:
    """Document text for a terminal: control characters, which could steer it, are taken out."""
    return "".join(
        sign if sign.isprintable() or sign in "\n\t" or unicodedata.category(sign) == "Zs" else "�"
        for sign in text
    )


def show_json(value: object) -> None:
    """Print JSON, in ASCII where the terminal can show no more."""
    readable = json.dumps(value, ensure_ascii=False, indent=1)
    try:
        readable.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        readable = json.dumps(value, indent=1)
    print(readable)
