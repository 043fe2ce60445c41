"""The commands of the command line with their options, as an argparse parser.

Nothing else of BriefQA is imported here, so that `briefqa --help` comes at once.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from briefqa.cli import more_commands, options

WRONG = 0.1  # of briefqa.evaluation.fitting, which takes time to import

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
    more_commands.add(commands)
    return top


def _add_build(commands: Any) -> None:
    command = options.new_command(
        commands, "build", "index files and folders", "briefqa build data",
        exits="exits with 1 if a file could not be indexed; the others are\n"
        "Ctrl-C ends --watch, with 0",
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
        "--workers", type=int, default=1, metavar="N",
        help="compute the vectors in so many processes, each with the model in memory "
        "(default 1: in this process, in as many threads as there are cores)",
    )  # fmt: skip
    command.add_argument(
        "--reuse", action="append", default=[], metavar="INDEX",
        help="take the vectors of texts that this other index has from it; may be given again",
    )  # fmt: skip
    options.watch(command)
    options.locked(command)
    options.index(command)


def _add_formats(commands: Any) -> None:
    options.new_command(commands, "formats", "list the formats that are read", "briefqa formats")


def _add_search(commands: Any) -> None:
    command = options.new_command(
        commands, "search", "find the passages nearest to a question",
        "briefqa search 'Su25 aircraft' -k 3 --explain",
    )  # fmt: skip
    options.question(command)
    command.add_argument(
        "--mode", default="hybrid", choices=["hybrid", "keyword", "semantic"],
        help="rank by words, by meaning, or by both (default hybrid)",
    )  # fmt: skip
    command.add_argument("--explain", action="store_true", help="say why each passage was found")
    options.scope(command)
    options.reader(command)
    options.index(command)
    options.json(command)


def _add_ask(commands: Any) -> None:
    command = options.new_command(
        commands, "ask", "quote the answer, or say that it is not sure or not there",
        "briefqa ask 'How many targets were to be hit?'",
        exits="exits with 3 if passages speak of it but may not answer, with 4 if none does",
    )  # fmt: skip
    options.question(command)
    command.add_argument(
        "--explain", action="store_true", help="show every passage that was found, and why"
    )
    command.add_argument(
        "--save", type=Path, metavar="FILE",
        help="save the answer, too: as evidence that opens in a browser (.html), as a receipt "
        "(.json) or as Markdown (.md)",
    )  # fmt: skip
    command.add_argument(
        "--cite", choices=options.CITATION_STYLES,
        help="cite in this form (default: as briefly as the document can be told from others)",
    )  # fmt: skip
    options.scope(command)
    options.reader(command)
    options.index(command)
    options.json(command)


def _add_batch(commands: Any) -> None:
    command = options.new_command(
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
    options.table(command)
    command.add_argument(
        "--since", type=Path, metavar="FILE",
        help="mark what has changed since this earlier table (.json or .html)",
    )  # fmt: skip
    options.scope(command)
    options.reader(command)
    options.index(command)


def _add_chat(commands: Any) -> None:
    command = options.new_command(
        commands, "chat", "ask questions that follow each other",
        "briefqa chat --document syria",
        exits="exits with 1 if a line could not be answered; the others are",
    )  # fmt: skip
    options.scope(command)
    options.reader(command)
    options.index(command)


def _add_sections(commands: Any) -> None:
    command = options.new_command(
        commands, "sections", "list the sections of the documents",
        "briefqa sections --document velmora",
    )  # fmt: skip
    command.add_argument(
        "--document", action="append", metavar="NAME",
        help="only those of this document; may be given again",
    )  # fmt: skip
    options.index(command)
    options.json(command)


def _add_serve(commands: Any) -> None:
    command = options.new_command(
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
    options.watch(command)
    command.add_argument(
        "--feedback", type=Path, metavar="FILE",
        help="write thumbs up and down to this questions file; without it there are none",
    )  # fmt: skip
    options.reader(command)
    options.index(command)


def _add_mcp(commands: Any) -> None:
    command = options.new_command(
        commands, "mcp", "offer search and ask as MCP tools on standard input and output",
        "briefqa mcp --index index",
    )  # fmt: skip
    options.reader(command)
    options.index(command)


def _add_password(commands: Any) -> None:
    command = options.new_command(
        commands, "password", "set a password for the page", "briefqa password passwords.txt mara"
    )
    command.add_argument(
        "file", type=Path, metavar="FILE", help="the password file; made if there is none"
    )
    command.add_argument("name", metavar="NAME", help="the name to log in with")


def _add_check(commands: Any) -> None:
    command = options.new_command(
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
    options.table(command)
    options.locked(command)
    options.index(command)
    options.json(command)


def _add_verify(commands: Any) -> None:
    command = options.new_command(
        commands, "verify", "check every citation against its source", "briefqa verify",
        exits="exits with 1 if a source is missing or has changed since it was indexed",
    )  # fmt: skip
    command.add_argument(
        "--places", type=Path, metavar="FILE",
        help="check the places of this file, which briefqa mentions wrote as JSON",
    )  # fmt: skip
    options.locked(command)
    options.index(command)
    options.json(command)


def _add_replay(commands: Any) -> None:
    command = options.new_command(
        commands, "replay", "ask the questions of a receipt again and compare the answers",
        "briefqa replay receipt.json", exits="exits with 1 if an answer is not the same",
    )  # fmt: skip
    command.add_argument(
        "receipt", type=Path, metavar="RECEIPT", help="a saved conversation (.json or .html)"
    )
    options.reader(command)
    options.index(command)
    options.json(command)


def _add_eval(commands: Any) -> None:
    command = options.new_command(
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
    options.reader(command)
    command.add_argument(
        "--index", type=Path, metavar="FOLDER",
        help="the index folder (default: $BRIEFQA_INDEX, or index; for questions that bring their "
        "passages, a folder that is removed afterwards)",
    )  # fmt: skip
    options.json(command)


def _add_calibrate(commands: Any) -> None:
    command = options.new_command(
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
    options.reader(command)
    options.index(command)


def _add_info(commands: Any) -> None:
    command = options.new_command(
        commands, "info", "show what the index holds and what it was made with", "briefqa info"
    )
    options.index(command)
    options.json(command)


def _add_models(commands: Any) -> None:
    command = options.new_command(
        commands, "models", "try an embedding model in a folder: what it is, and its speed here",
        "briefqa models check my-model",
        exits="exits with 3 if the model works but cannot be exported, so that it runs more slowly",
    )  # fmt: skip
    command.add_argument("action", choices=["check"], help="load it, export it, compare the two")
    command.add_argument(
        "folder", type=Path, metavar="FOLDER", help="the folder of a sentence-transformers model"
    )
    options.json(command)
