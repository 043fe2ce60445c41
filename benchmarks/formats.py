"""Measures how much of a document's structure is read, against the Markdown it was made of.

    python benchmarks/formats.py FOLDER-OF-MARKDOWN FILE...

Printed for each file: the share of the Markdown's headings that are headings of the document (R)
and of the document's that are the Markdown's (P); of paragraphs and items that stand unbroken in
one paragraph; of rows of tables that stand in one line. White space, marks between cells and the
kind of quotation marks are left out of the comparison.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from briefqa.documents import loaders
from briefqa.records import Document

_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "|": ""})
_SPOKEN = ("text", "code_inline")


@dataclass
class Structure:
    """Headings, paragraphs with items, and rows, each squeezed."""

    headings: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)


def of_markdown(files: Iterable[Path]) -> Structure:
    """What Markdown files hold."""
    found = Structure()
    for file in files:
        tokens = MarkdownIt("commonmark").enable("table").parse(file.read_text("utf-8"))
        row: list[str] = []
        for before, token in zip([None, *tokens], tokens, strict=False):
            if token.type == "tr_open":
                row = []
            elif token.type == "tr_close":
                found.rows.append("".join(row))
            elif token.type == "inline" and before is not None:
                if before.type in ("td_open", "th_open"):
                    row.append(_plain(token))
                elif before.type == "heading_open":
                    found.headings.append(_plain(token))
                elif _plain(token):
                    found.paragraphs.append(_plain(token))
    found.headings = list(filter(None, found.headings))
    return found


def of_document(document: Document) -> Structure:
    """What was read of a document; of rows all its lines."""
    text = document.text
    return Structure(
        [
            squeezed(text[one.heading.start : one.heading.end])
            for one in document.sections
            if one.heading
        ],
        [
            squeezed(text[span.start : span.end])
            for one in document.sections
            for span in one.paragraphs
        ],
        [squeezed(line) for line in text.splitlines()],
    )


def squeezed(text: str) -> str:
    """The text without white space and marks between cells, quotes and dashes plain."""
    return "".join(text.translate(_TYPOGRAPHY).split()).casefold()


def missing(wanted: Sequence[str], have: Sequence[str]) -> list[str]:
    """Those that stand in none of the texts."""
    whole = "\n".join(have)
    return [one for one in wanted if one not in whole]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures of each file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("markdown", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--missing", action="store_true", help="print what was not found")
    options = parser.parse_args(argv)
    want = of_markdown(sorted(options.markdown.glob("*.md")))
    for path in options.files:
        data = path.read_bytes()
        begin = time.process_time()
        document = loaders.parse(data, path.name)
        seconds = time.process_time() - begin
        have = of_document(document)
        shared = sum((Counter(want.headings) & Counter(have.headings)).values())
        lost = missing(want.paragraphs, have.paragraphs)
        no_rows = missing(want.rows, have.rows)
        print(
            f"{path.name}: headings R {shared / len(want.headings):.3f} "
            f"P {shared / max(1, len(have.headings)):.3f}, paragraphs and items whole "
            f"{1 - len(lost) / len(want.paragraphs):.3f}, "
            f"rows {1 - len(no_rows) / len(want.rows):.3f}, {seconds:.2f} s"
        )
        if options.missing:
            for kind, texts in {
                "headings": list((Counter(want.headings) - Counter(have.headings)).elements()),
                "no headings": list((Counter(have.headings) - Counter(want.headings)).elements()),
                "paragraphs": lost,
                "rows": no_rows,
            }.items():
                print(f"\n{kind}: {len(texts)}", *texts, sep="\n  ")
    return 0


def _plain(token: Token) -> str:
    return squeezed("".join(one.content for one in token.children or () if one.type in _SPOKEN))


if __name__ == "__main__":
    sys.exit(main())
