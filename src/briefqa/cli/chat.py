"""A conversation on a terminal: one question a line, an answer to each, and four commands.

Input from a pipe or a file is read in the same way; no prompt is printed then.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.answering.conversation import Conversation
from briefqa.cli import screen
from briefqa.cli.answers import Printer
from briefqa.errors import BriefQAError, UsageError
from briefqa.records import Where

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher

HELP = """\
/alone       ask the last question again, as it was typed
/sources     the passages found for the last question, and why each was found
/save FILE   save the conversation: .json to replay it, .md to read it, .html both
/quit        leave; so do quit, exit and Ctrl-D"""

_LEAVES = ("/quit", "/exit", "quit", "exit")


def talk(searcher: Searcher, index: Path, typed: Where) -> int:
    """Answer each line of stdin; returns the exit code, 1 if a line could not be answered.

    `typed` is where to look, in anybody's words. Raises UsageError for a document or a section that
    is not in the index.
    """
    where = searcher.where(typed.documents, typed.section)
    printer = Printer(searcher, index)
    chat = Conversation(searcher, where=where)
    if sys.stdin is None:
        raise UsageError("There is nothing to answer: the input is closed.")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    interactive = sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty()
    if interactive:
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401  gives input() a history
        print("Ask a question; /help lists the commands.")
    if where != typed:
        printer.place(where)
        if not interactive:
            print()
    code = 0
    generations: list[str] = []  # the one that gave each answer
    for line in _lines(interactive):
        try:
            if line.casefold() in _LEAVES:
                break
            if line.startswith("/"):
                _command(line, searcher, chat, generations, where, printer)
            else:
                generation = searcher.generation()
                answer = chat.ask(line)
                generations.append(generation)
                printer.answer(answer)
                if interactive and answer.carried:
                    print("(/alone asks it as it was typed)")
        except BriefQAError as error:
            print(f"briefqa: {screen.line(str(error))}", file=sys.stderr)
            code = 1
        if not interactive:
            print(flush=True)
    return code


def _command(
    line: str,
    searcher: Searcher,
    chat: Conversation,
    generations: list[str],
    where: Where,
    printer: Printer,
) -> None:
    name, _, rest = line.partition(" ")
    if name == "/help":
        print(HELP)
    elif name not in ("/alone", "/sources", "/save"):
        raise UsageError(f"There is no command {name}; /help lists them.")
    elif not chat.turns:
        raise UsageError(f"Nothing has been asked yet; {name} comes after a question.")
    elif name == "/alone":
        generations[-1] = searcher.generation()
        printer.answer(chat.ask_again(len(chat.turns), carry=()))
    elif name == "/sources":
        printer.hits(chat.turns[-1].hits, explain=True)
    else:
        from briefqa.receipts.receipt import Turn
        from briefqa.receipts.saving import save

        path = Path(rest.strip())
        turns = [
            Turn(turn, where, generation=generation)
            for turn, generation in zip(chat.turns, generations, strict=True)
        ]
        save(path, searcher, turns)
        print(f"Saved to {screen.line(str(path))}.")


def _lines(interactive: bool) -> Iterator[str]:
    """The lines that are not blank, until the end of input; at a prompt Ctrl-C drops the line."""
    while True:
        try:
            if interactive:
                print()
            line = input("> " if interactive else "").strip()
        except EOFError:
            if interactive:
                print()
            return
        except KeyboardInterrupt:
            if not interactive:
                raise
            continue
        if line:
            yield line
