"""How does a conversation go in a terminal?

A question a line, an answer to each, and a few commands. Input that is not typed is read in the
same way, and nothing but answers is printed then.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.answering.conversation import Conversation
from briefqa.cli import terminal
from briefqa.errors import BriefQAError, UsageError
from briefqa.records import Query, Where

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher
    from briefqa.records import Answer

HELP = """\
/alone       ask the last question again, with nothing carried over to it
/sources     the passages found for the last question, and why each was
/save FILE   keep the conversation: .json to replay it, .md to read it
/quit        leave, as Ctrl-D does"""


def talk(searcher: Searcher, where: Where) -> int:
    """Answer what stands on stdin, line by line; returns 1 if something could not be, else 0.

    Raises UsageError for a document or a section that is not there.
    """
    searcher.search(Query("", where))
    chat = Conversation(searcher, where=where)
    if sys.stdin is None:
        raise UsageError("There is nothing to answer: the input is closed.")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    typed = sys.stdin.isatty() and sys.stdout is not None and sys.stdout.isatty()
    if typed:
        with contextlib.suppress(ImportError):
            import readline  # noqa: F401  input() then knows the lines before
        print("Ask a question; /help names the commands.")
    code = 0
    generations: list[str] = []  # that gave the answers
    for line in _lines(typed):
        try:
            if line == "/quit":
                break
            if line.startswith("/"):
                _command(line, searcher, chat, generations, where)
            else:
                generation = searcher.generation()
                answer = chat.ask(line)
                generations.append(generation)
                _show(answer, typed)
        except BriefQAError as error:
            print(f"briefqa: {terminal.line(str(error))}", file=sys.stderr)
            code = 1
        if not typed:
            print(flush=True)
    return code


def _command(
    line: str,
    searcher: Searcher,
    chat: Conversation,
    generations: list[str],
    where: Where,
) -> None:
    name, _, rest = line.partition(" ")
    if name == "/help":
        print(HELP)
    elif name not in ("/alone", "/sources", "/save"):
        raise UsageError(f"There is no command {name}; /help names those there are.")
    elif not chat.turns:
        raise UsageError(f"Nothing has been asked yet; {name} comes after a question.")
    elif name == "/alone":
        generations[-1] = searcher.generation()
        _show(chat.ask_again(len(chat.turns), carry=()), typed=False)
    elif name == "/sources":
        for hit in chat.turns[-1].hits:
            terminal.show_hit(hit, explain=True)
    else:
        from briefqa.receipts import receipt

        path = Path(rest.strip())
        turns = [
            receipt.Turn(turn, where, generation=generation)
            for turn, generation in zip(chat.turns, generations, strict=True)
        ]
        receipt.save(path, searcher, turns)
        print(f"Kept in {terminal.line(str(path))}.")


def _show(answer: Answer, typed: bool) -> None:
    terminal.show_answer(answer)
    if typed and answer.carried:
        print("(/alone asks it without what was carried over)")


def _lines(typed: bool) -> Iterator[str]:
    """What is asked, until the end of input; Ctrl-C begins a typed line again."""
    while True:
        try:
            if typed:
                print()
            line = input("> " if typed else "").strip()
        except EOFError:
            if typed:
                print()
            return
        except KeyboardInterrupt:
            if not typed:
                raise
            continue
        if line:
            yield line
