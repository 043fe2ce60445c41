"""What does a terminal show?

Lines, progress and JSON. Text of documents may steer a terminal, so control characters are taken
out of whatever is printed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from briefqa.builder import BuildReport
    from briefqa.embedding import Progress
    from briefqa.records import Hit

_UNITS = {"reading": " files", "embedding": " passages"}


def show_report(report: BuildReport) -> None:
    """Print what a build did with every file."""
    for file in report.files:
        indexed = count(file.passages, "passage")
        result = indexed if file.passages else f"{file.outcome}: {file.detail}"
        print(f"  {line(f'{file.name}: {result}')}")
    if report.skipped:
        names = ", ".join(path.name for path in report.skipped[:5])
        more = f" and {len(report.skipped) - 5} more" if len(report.skipped) > 5 else ""
        print(f"  not read, another format: {line(names)}{more}")
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


def count(number: int, what: str) -> str:
    """`1 file`, `2 files`."""
    return f"1 {what}" if number == 1 else f"{number} {what}s"


def as_json(hit: Hit) -> dict[str, Any]:
    """What a program is told of a hit."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "text": passage.text,
        "document": passage.document,
        "title": passage.title,
        "section": list(passage.section),
        "start": passage.start,
        "end": passage.end,
        "paragraphs": list(passage.paragraphs),
        "lines": list(passage.lines),
        "citation": hit.citation,
        "evidence": asdict(hit.evidence),
    }


def why(hit: Hit) -> str:
    """The evidence for a hit, on one line."""
    evidence = hit.evidence
    parts = []
    if evidence.keyword_rank is not None and evidence.bm25 is not None:
        parts.append(f"keyword rank {evidence.keyword_rank} (bm25 {evidence.bm25:.2f})")
    if evidence.semantic_rank is not None and evidence.cosine is not None:
        parts.append(f"semantic rank {evidence.semantic_rank} (cosine {evidence.cosine:.3f})")
    return f"{', '.join(parts)}, fused {evidence.fused:.3f}"


def indented(text: str) -> str:
    """Text under its heading."""
    return "\n".join(f"    {each}" for each in printable(text).splitlines())


def line(text: str) -> str:
    """Anything that is to stay on one line of a terminal."""
    return printable(text.replace("\n", " ").replace("\t", " "))


def printable(text: str) -> str:
    """Document text for a terminal: control characters, which could steer it, are taken out."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else "�" for sign in text)


def show_json(value: object) -> None:
    """Print JSON, in ASCII where the terminal can show no more."""
    readable = json.dumps(value, ensure_ascii=False, indent=1)
    try:
        readable.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        readable = json.dumps(value, indent=1)
    print(readable)
