"""Options that several commands have, and what a command is made of.

Nothing else of BriefQA is imported, so that `briefqa --help` comes at once.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

# Those of briefqa.models.reader, briefqa.reports.table and briefqa.citations, which take time to
# import.
DEFAULT_READER = "default"
TABLE_FORMATS = ("csv", "xlsx", "docx", "md", "html", "json")
CITATION_STYLES = ("plain", "markdown", "chicago", "csl-json")


def default_index() -> Path:
    """The index folder that is used when none is named."""
    return Path(os.environ.get("BRIEFQA_INDEX") or "index")


def new_command(
    commands: Any, name: str, purpose: str, example: str, *, exits: str = ""
) -> argparse.ArgumentParser:
    """A command; `exits` says when it exits with another code than 0 though it did its work."""
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=purpose,
        description=f"{purpose[0].upper()}{purpose[1:]}.",
        epilog=f"example: {example}" + (f"\n{exits}" if exits else ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return command


def locked(command: argparse.ArgumentParser) -> None:
    """`--password`."""
    command.add_argument(
        "--password", action="store_true",
        help="ask for the password that opens files which are locked; it is kept nowhere",
    )  # fmt: skip


def question(command: argparse.ArgumentParser) -> None:
    """The question, and how many passages."""
    command.add_argument(
        "question", nargs="+", metavar="QUESTION",
        help='in one piece or many; words in "quotation marks" must occur as they stand',
    )  # fmt: skip
    command.add_argument(
        "-k", type=int, default=5, metavar="K", help="how many passages (default 5)"
    )


def scope(command: argparse.ArgumentParser) -> None:
    """Where to look."""
    command.add_argument(
        "--document", action="append", metavar="NAME",
        help="search in this document: its name, or words of its name or title that no other has; "
        "may be given again",
    )  # fmt: skip
    command.add_argument(
        "--section", metavar="HEADINGS",
        help="search in this section: any heading that tells it from others, or its headings "
        "joined by ' › ' or '>' (see briefqa sections)",
    )  # fmt: skip


def reader(command: argparse.ArgumentParser) -> None:
    """Which reader, or none."""
    choice = command.add_mutually_exclusive_group()
    choice.add_argument(
        "--reader", default=DEFAULT_READER, metavar="FOLDER",
        help="use this question-answering model or cross-encoder instead of the default reader",
    )  # fmt: skip
    choice.add_argument(
        "--no-reader", dest="reader", action="store_const", const=None,
        help="use no reader, the indexes alone: faster and less exact",
    )  # fmt: skip


def index(command: argparse.ArgumentParser) -> None:
    """The index folder."""
    command.add_argument(
        "--index", type=Path, default=default_index(), metavar="FOLDER",
        help="the index folder (default: $BRIEFQA_INDEX, or index)",
    )  # fmt: skip


def watch(command: argparse.ArgumentParser) -> None:
    """`--watch`, and where it puts what has changed of the watches."""
    command.add_argument(
        "--watch", action="store_true",
        help="go on, and build again whenever files of the last build's folders are new, changed "
        "or gone; then run the watches",
    )  # fmt: skip
    command.add_argument(
        "--feed", type=Path, metavar="FILE",
        help="with --watch, put what has changed of the watches into this JSON Feed as well",
    )  # fmt: skip


def table(command: argparse.ArgumentParser) -> None:
    """Where a table goes, and its format."""
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE",
        help=f"write the table to this file ({', '.join(f'.{each}' for each in TABLE_FORMATS)}); "
        "- for standard output",
    )  # fmt: skip
    command.add_argument(
        "--format", choices=TABLE_FORMATS,
        help="the format of the table (default: by the ending of FILE; CSV for -)",
    )  # fmt: skip


def json(command: argparse.ArgumentParser) -> None:
    """`--json`."""
    command.add_argument("--json", action="store_true", help="print JSON")
