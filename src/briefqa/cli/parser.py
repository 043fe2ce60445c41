"""The commands of the command line with their options, as an argparse parser.

Nothing else of BriefQA is imported, so that `briefqa --help` comes at once.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

# Those of briefqa.models.reader, briefqa.evaluation.fitting, briefqa.reports.table and
# briefqa.citations, which take time to import.
DEFAULT_READER = "default"
WRONG = 0.1
TABLE_FORMATS = ("csv", "xlsx", "docx", "md", "html", "json")
CITATION_STYLES = ("plain", "markdown", "chicago", "csl-json")

EXAMPLES = """\
examples:
  briefqa build data                      index the folder data into ./index
  briefqa ask how many targets were hit --document syria
  briefqa search '"joint operation" targets' -k 3 --explain
  briefqa chat                            questions that follow each other
  briefqa serve                           the page, on this machine only
"""


def parser() -> argparse.ArgumentParser:
    """The parser; the name of the command goes to `command`, None where there is none."""
    from briefqa.cli import more_commands as more  # it has its options from here

    top = argparse.ArgumentParser(
        prog="briefqa",
        description="Ask your briefs a question, get the exact passage that answers it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="store_true", help="print the version and exit")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    _add_build(commands)
    _add_formats(commands)
    _add_search(commands)
    _add_ask(commands)
    _add_batch(commands)
    _add_chat(commands)
    _add_sections(commands)
    _add_serve(commands)
    _add_mcp(commands)
    _add_password(commands)
    _add_check(commands)
    _add_verify(commands)
    _add_replay(commands)
    _add_eval(commands)
    _add_calibrate(commands)
    _add_info(commands)
    _add_models(commands)
    more.add(commands)
    return top


def default_index() -> Path:
    """The index folder that is used when none is named."""
    return Path(os.environ.get("BRIEFQA_INDEX") or "index")


def _add_build(commands: Any) -> None:
    command = _command(
        commands, "build", "index files and folders", "briefqa build data",
        exits="exits with 1 if a file could not be indexed; the others are",
    )  # fmt: skip
    command.add_argument(
        "paths", nargs="*", metavar="PATH",
        help="files and folders to index; without any, those of the last build, or the folder data",
    )  # fmt: skip
    command.add_argument(
        "--model", metavar="MODEL",
        help="a sentence-transformers model: a folder, or a name in the local hub cache "
        "(default all-MiniLM-L6-v2; without any PATH, that of the last build)",
    )  # fmt: skip
    command.add_argument(
        "--language", metavar="CODE",
        help="two-letter code of the language of documents that do not say theirs "
        "(default: the one their words tell; without any PATH, that of the last build)",
    )  # fmt: skip
    command.add_argument(
        "--encoding", metavar="NAME",
        help="encoding of text files that are neither UTF-8 nor marked, such as cp1252 "
        "(default: the one each looks like; without any PATH, that of the last build)",
    )  # fmt: skip
    command.add_argument(
        "--exclude", action="append", default=[], metavar="PATH",
        help="a file or folder to leave out; may be given again",
    )  # fmt: skip
    command.add_argument(
        "--ocr", action=argparse.BooleanOptionalAction,
        help="read the pages of PDFs that are scans with Tesseract, which has to be installed "
        "(default: do not; without any PATH, as the last build)",
    )  # fmt: skip
    command.add_argument(
        "--watch", action="store_true",
        help="go on, and build again whenever files are new, changed or gone; then run the watches",
    )  # fmt: skip
    _locked(command)
    _index(command)


def _add_formats(commands: Any) -> None:
    _command(commands, "formats", "list the formats that are read", "briefqa formats")


def _add_search(commands: Any) -> None:
    command = _command(
        commands, "search", "find the passages nearest to a question",
        "briefqa search 'Su25 aircraft' -k 3 --explain",
    )  # fmt: skip
    _question(command)
    command.add_argument(
        "--mode", default="hybrid", choices=["hybrid", "keyword", "semantic"],
        help="rank by words, by meaning, or by both (default hybrid)",
    )  # fmt: skip
    command.add_argument("--explain", action="store_true", help="say why each passage was found")
    _scope(command)
    _reader(command)
    _index(command)
    _json(command)


def _add_ask(commands: Any) -> None:
    command = _command(
        commands, "ask", "quote the answer, or say that it is not sure or not there",
        "briefqa ask 'How many targets were to be hit?'",
        exits="exits with 3 if passages speak of it but may not answer, with 4 if none does",
    )  # fmt: skip
    _question(command)
    command.add_argument(
        "--explain", action="store_true", help="show every passage that was found, and why"
    )
    command.add_argument(
        "--save", type=Path, metavar="FILE",
        help="save the answer, too: as evidence that opens in a browser (.html), as a receipt "
        "(.json) or as Markdown (.md)",
    )  # fmt: skip
    command.add_argument(
        "--cite", choices=CITATION_STYLES,
        help="cite in this form (default: as briefly as the document can be told from others)",
    )  # fmt: skip
    _scope(command)
    _reader(command)
    _index(command)
    _json(command)


def _add_batch(commands: Any) -> None:
    command = _command(
        commands, "batch", "ask the questions of a file and write a table of the answers",
        "briefqa batch my-questions.jsonl -o answers.xlsx",
    )  # fmt: skip
    command.add_argument(
        "questions", type=Path, metavar="QUESTIONS",
        help="a table with a column “question” (.csv, .xlsx and other sheets), a questions file "
        "(.jsonl), or a text with a question a line; - for standard input",
    )  # fmt: skip
    command.add_argument(
        "--column", metavar="NAME", help="the column of the table that holds the questions"
    )
    _table(command)
    command.add_argument(
        "--since", type=Path, metavar="FILE",
        help="mark what has changed since this earlier table (.json or .html)",
    )  # fmt: skip
    _scope(command)
    _reader(command)
    _index(command)


def _add_chat(commands: Any) -> None:
    command = _command(
        commands, "chat", "ask questions that follow each other",
        "briefqa chat --document syria",
        exits="exits with 1 if a line could not be answered; the others are",
    )  # fmt: skip
    _scope(command)
    _reader(command)
    _index(command)


def _add_sections(commands: Any) -> None:
    command = _command(
        commands, "sections", "list the sections of the documents",
        "briefqa sections --document velmora",
    )  # fmt: skip
    command.add_argument(
        "--document", action="append", metavar="NAME",
        help="only those of this document; may be given again",
    )  # fmt: skip
    _index(command)
    _json(command)


def _add_serve(commands: Any) -> None:
    command = _command(
        commands, "serve", "serve the page, and the same to programs over HTTP",
        "briefqa serve --port 8000",
    )  # fmt: skip
    command.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS",
        help="address to listen on (default 127.0.0.1)",
    )  # fmt: skip
    command.add_argument(
        "--port", type=int, metavar="PORT", help="port (default 7860, or the next free one)"
    )
    command.add_argument(
        "--auth", type=Path, metavar="FILE",
        help="ask for a name and a password of this file (see briefqa password)",
    )  # fmt: skip
    command.add_argument(
        "--trusted-proxy", action="append", default=[], metavar="ADDRESS",
        help="believe the proxy at this address or network about who sent a request; "
        "may be given again (see docs/proxy.md)",
    )  # fmt: skip
    command.add_argument(
        "--public-host", action="append", default=[], metavar="NAME",
        help="a name under which the page is reached through a proxy; may be given again",
    )  # fmt: skip
    command.add_argument("--mcp", action="store_true", help="offer search and ask as MCP tools too")
    command.add_argument(
        "--read-only", action="store_true", help="add and remove no documents on the page"
    )
    command.add_argument(
        "--uploads", type=Path, metavar="FOLDER",
        help="the folder where documents added on the page are stored "
        "(default: NAME-uploads, beside the index folder NAME)",
    )  # fmt: skip
    command.add_argument(
        "--watch", action="store_true",
        help="build again whenever files of the last build's folders are new, changed or gone",
    )  # fmt: skip
    command.add_argument(
        "--feedback", type=Path, metavar="FILE",
        help="write thumbs up and down to this questions file; without it there are none",
    )  # fmt: skip
    _reader(command)
    _index(command)


def _add_mcp(commands: Any) -> None:
    command = _command(
        commands, "mcp", "offer search and ask as MCP tools on standard input and output",
        "briefqa mcp --index index",
    )  # fmt: skip
    _reader(command)
    _index(command)


def _add_password(commands: Any) -> None:
    command = _command(
        commands, "password", "set a password for the page", "briefqa password passwords.txt mara"
    )
    command.add_argument(
        "file", type=Path, metavar="FILE", help="the password file; made if there is none"
    )
    command.add_argument("name", metavar="NAME", help="the name to log in with")


def _add_check(commands: Any) -> None:
    command = _command(
        commands, "check", "look up what a draft quotes, counts, dates and names",
        "briefqa check draft.md --annotated annotated.html",
        exits="exits with 1 if anything is altered, other or nowhere",
    )  # fmt: skip
    command.add_argument(
        "draft", metavar="DRAFT",
        help="a file of any format that is read; - for Markdown on standard input",
    )  # fmt: skip
    command.add_argument(
        "--annotated", type=Path, metavar="FILE",
        help="write the draft with marks and what stands beside each (.html, .docx or .md)",
    )  # fmt: skip
    command.add_argument(
        "--nearest", type=int, default=0, metavar="N",
        help="show the N passages nearest to each sentence without any of those (default 0); "
        "needs the embedding model",
    )  # fmt: skip
    _table(command)
    _locked(command)
    _index(command)
    _json(command)


def _add_verify(commands: Any) -> None:
    command = _command(
        commands, "verify", "check every citation against its source", "briefqa verify",
        exits="exits with 1 if a source is missing or has changed since it was indexed",
    )  # fmt: skip
    command.add_argument(
        "--places", type=Path, metavar="FILE",
        help="check the places of this file, which briefqa mentions wrote as JSON",
    )  # fmt: skip
    _locked(command)
    _index(command)
    _json(command)


def _add_replay(commands: Any) -> None:
    command = _command(
        commands, "replay", "ask the questions of a receipt again and compare the answers",
        "briefqa replay receipt.json", exits="exits with 1 if an answer is not the same",
    )  # fmt: skip
    command.add_argument(
        "receipt", type=Path, metavar="RECEIPT", help="a saved conversation (.json or .html)"
    )
    _reader(command)
    _index(command)
    _json(command)


def _add_eval(commands: Any) -> None:
    command = _command(
        commands, "eval", "measure the answers on questions whose answers are known",
        "briefqa eval my-questions.jsonl --errors 3",
    )  # fmt: skip
    command.add_argument(
        "questions", metavar="QUESTIONS",
        help="a questions file for the index; or a BEIR folder or a SQuAD file (.json), which "
        "bring their own passages",
    )  # fmt: skip
    command.add_argument(
        "--errors", type=int, default=0, metavar="N",
        help="show the N worst misses (default 0)",
    )  # fmt: skip
    command.add_argument(
        "--split", metavar="NAME", help="ask only the lines of a questions file with this split"
    )
    command.add_argument("--run", type=Path, metavar="FILE", help="write the rankings as TREC runs")
    command.add_argument("--plot", type=Path, metavar="FILE", help="draw the risk-coverage curve")
    _reader(command)
    command.add_argument(
        "--index", type=Path, metavar="FOLDER",
        help="the index folder (default: $BRIEFQA_INDEX, or index; for questions that bring their "
        "passages, a folder that is removed afterwards)",
    )  # fmt: skip
    _json(command)


def _add_calibrate(commands: Any) -> None:
    command = _command(
        commands, "calibrate", "fit the confidence threshold to your own questions",
        "briefqa calibrate my-questions.jsonl --wrong 0.2",
    )  # fmt: skip
    command.add_argument(
        "questions", type=Path, metavar="QUESTIONS", help="a questions file for the index"
    )
    command.add_argument(
        "--wrong", type=float, default=WRONG, metavar="SHARE",
        help=f"share of the answers given that may be wrong (default {WRONG})",
    )  # fmt: skip
    _reader(command)
    _index(command)


def _add_info(commands: Any) -> None:
    command = _command(
        commands, "info", "show what the index holds and what it was made with", "briefqa info"
    )
    _index(command)
    _json(command)


def _add_models(commands: Any) -> None:
    command = _command(
        commands, "models", "try an embedding model in a folder: what it is, and its speed here",
        "briefqa models check my-model",
        exits="exits with 3 if the model works but cannot be exported, so that it runs more slowly",
    )  # fmt: skip
    command.add_argument("action", choices=["check"], help="load it, export it, compare the two")
    command.add_argument(
        "folder", type=Path, metavar="FOLDER", help="the folder of a sentence-transformers model"
    )
    _json(command)


def _command(
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


def _locked(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--password", action="store_true",
        help="ask for the password that opens files which are locked; it is kept nowhere",
    )  # fmt: skip


def _question(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "question", nargs="+", metavar="QUESTION",
        help='in one piece or many; words in "quotation marks" must occur as they stand',
    )  # fmt: skip
    command.add_argument(
        "-k", type=int, default=5, metavar="K", help="how many passages (default 5)"
    )


def _scope(command: argparse.ArgumentParser) -> None:
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


def _reader(command: argparse.ArgumentParser) -> None:
    choice = command.add_mutually_exclusive_group()
    choice.add_argument(
        "--reader", default=DEFAULT_READER, metavar="FOLDER",
        help="use this question-answering model or cross-encoder instead of the default reader",
    )  # fmt: skip
    choice.add_argument(
        "--no-reader", dest="reader", action="store_const", const=None,
        help="use no reader, the indexes alone: faster and less exact",
    )  # fmt: skip


def _index(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--index", type=Path, default=default_index(), metavar="FOLDER",
        help="the index folder (default: $BRIEFQA_INDEX, or index)",
    )  # fmt: skip


def _table(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "-o", "--output", type=Path, metavar="FILE",
        help=f"write the table to this file ({', '.join(f'.{each}' for each in TABLE_FORMATS)}); "
        "- for standard output",
    )  # fmt: skip
    command.add_argument(
        "--format", choices=TABLE_FORMATS,
        help="the format of the table (default: by the ending of FILE; CSV for -)",
    )  # fmt: skip


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


# For commands that are added elsewhere.
new_command, index_option, table_options, json_option = _command, _index, _table, _json
reader_options, scope_options = _reader, _scope
