"""Measures how well the layout of a PDF is read, against the Markdown it was made of.

    python benchmarks/pdf_layout.py ../shared/files

The folder holds the OWASP Application Security Verification Standard 4.0.3 as PDF and, in
`asvs-4.0.3-en-markdown/`, as the Markdown that the PDF was made of. Measured are

- headings: the share of the Markdown's that are headings of the document (R), and of the
  document's that are in the Markdown (P);
- paragraphs whole: the share of the Markdown's paragraphs and items of lists that stand unbroken
  in one paragraph of the document;
- rows: the share of the rows of tables that stand in one line of the document;
- pages read in a second of one processor, the layout included.

Text is compared without white space and the marks between cells.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from markdown_it import MarkdownIt
from markdown_it.token import Token

from briefqa.documents.loaders import pdf
from briefqa.documents.loaders.pdf import tags
from briefqa.documents.loaders.pdf.lines import Element
from briefqa.records import Document

PDF = "*Verification Standard 4.0.3-en.pdf"
MARKDOWN = "asvs-4.0.3-en-markdown"
_TYPOGRAPHY = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_SPOKEN = ("text", "code_inline")


@dataclass
class Gold:
    """What the Markdown holds, as plain text."""

    headings: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)


def gold(files: Iterable[Path]) -> Gold:
    """The headings, paragraphs with items, and rows of Markdown files."""
    found = Gold()
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
                    row.append(plain(token))
                elif before.type == "heading_open":
                    found.headings.append(plain(token))
                elif plain(token):
                    found.paragraphs.append(plain(token))
    return found


def plain(token: Token) -> str:
    """The words of inline Markdown, without white space."""
    return squeezed("".join(one.content for one in token.children or () if one.type in _SPOKEN))


def squeezed(text: str) -> str:
    """The text without white space and the marks between cells, plain quotes and dashes in it."""
    return "".join(text.translate(_TYPOGRAPHY).replace("|", "").split()).casefold()


def found_in(wanted: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Those that stand in none of the texts."""
    whole = "\n".join(texts)
    return [one for one in wanted if one not in whole]


def headings_of(document: Document) -> list[str]:
    """The headings of a document, and its title, which is one of the Markdown's."""
    return [
        squeezed(document.title),
        *(
            squeezed(document.text[section.heading.start : section.heading.end])
            for section in document.sections
            if section.heading is not None
        ),
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; 1 where the folder is not there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--missing", action="store_true", help="print what was not found")
    parser.add_argument(
        "--without-tags", action="store_true", help="read the PDF as if it had no structure tree"
    )
    options = parser.parse_args(argv)
    with patch.object(tags, "elements", _none) if options.without_tags else nullcontext():
        return _measure(options)


def _none(_page: object, _budget: object) -> dict[int, Element]:
    return {}


def _measure(options: argparse.Namespace) -> int:
    source = next(iter(options.folder.glob(PDF)), None)
    if source is None or not (options.folder / MARKDOWN).is_dir():
        print(f"{options.folder} does not hold the PDF and its Markdown", file=sys.stderr)
        return 1
    data = source.read_bytes()
    pdf.parse(data, source.name)  # what is loaded once is not measured
    begin = time.process_time()
    document = pdf.parse(data, source.name)
    seconds = time.process_time() - begin
    want = gold(sorted((options.folder / MARKDOWN).glob("*.md")))
    paragraphs = [
        squeezed(document.text[span.start : span.end])
        for section in document.sections
        for span in section.paragraphs
    ]
    lines = [squeezed(line) for line in document.text.splitlines()]
    have = headings_of(document)
    shared = sum((Counter(want.headings) & Counter(have)).values())
    missing = {
        "headings": list((Counter(want.headings) - Counter(have)).elements()),
        "no headings": list((Counter(have) - Counter(want.headings)).elements()),
        "paragraphs": found_in(want.paragraphs, paragraphs),
        "rows": found_in(want.rows, lines),
    }
    pages = len(document.page_starts)
    whole = 1 - len(missing["paragraphs"]) / len(want.paragraphs)
    print(f"headings R {shared / len(want.headings):.3f} P {shared / len(have):.3f}")
    print(f"paragraphs whole {whole:.3f}")
    print(f"rows {1 - len(missing['rows']) / len(want.rows):.3f}")
    print(f"{pages / seconds:.0f} pages a second of one processor")
    if options.missing:
        for kind, texts in missing.items():
            print(f"\n{kind}: {len(texts)}", *texts, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
