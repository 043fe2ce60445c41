"""Writes docs/cli.md from the parser of the command line: `python docs/cli_reference.py`.

`reference()` gives the text, so that a test can say whether the file is up to date.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from briefqa.cli.chat import HELP
from briefqa.cli.parser import parser

PAGE = Path(__file__).resolve().parent / "cli.md"
INTRODUCTION = """\
# The command line

<!-- Written by docs/cli_reference.py from the parser; change src/briefqa/cli/parser.py instead. -->

`briefqa COMMAND --help` shows the same in a terminal. Every example is run by a test, one after the
other in a folder that holds this repository's `data/`; the files `my-questions.jsonl`
([how to write one](documents.md#measure-it)) and `receipt.json` (saved with `/save` in the
[chat](#briefqa-chat)) are there too.

Every command with `--index` works on the index folder named there, else on the one that the
environment variable `BRIEFQA_INDEX` names, else on `index` in the working folder. `--json` prints
the result as JSON, for programs; `ask --json` has each quotation in all forms of citation
(`cited_as`) and whether its `file` is the `same`, `changed` or `missing` since it was indexed.

A question needs no quotes but around signs that the shell reads itself, such as `'`, `"`, `*` and
in some shells `?`. A document or a section may be named by words of its name: the answer then says
first where was looked. Where several fit, they are named; where none does, near ones are.

On a terminal lines fit its width, and colour shows what is quoted; with `NO_COLOR` set, or in a
terminal without colour, the quoted sentence stands between » and « in its passage.

| exit code | meaning |
|---|---|
| 0 | fine; of `ask`: answered, or no verdict (search, overview, other language, small talk) |
| 1 | an error, told in one line on stderr; or what the command says below |
| 2 | wrong usage: an unknown option, a document that is not in the index or may be several |
| 3 | of `ask`: unsure, the passages shown speak of it but may not answer it |
| 4 | of `ask` and `mentions`: not in these documents |
| 5 | of `watch run`: something has changed |
| 130 | stopped by Ctrl-C; `serve` and `build --watch`, which Ctrl-C ends, exit with 0 |
"""
CHAT = f"""\
Each line is a question, which may refer to earlier ones. Lines that begin with `/` are commands:

```text
{HELP}
```
"""


def main() -> None:
    """Write the page."""
    PAGE.write_text(reference(), encoding="utf-8")


def reference() -> str:
    """The page as Markdown."""
    return "\n".join([INTRODUCTION, *(_section(name, of) for name, of in commands().items())])


def commands() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command, by its name."""
    (subparsers,) = (
        action for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
    )
    return dict(subparsers.choices)


def example(command: argparse.ArgumentParser) -> str:
    """The example of a command's help."""
    return (command.epilog or "").splitlines()[0].removeprefix("example: ")


def _section(name: str, command: argparse.ArgumentParser) -> str:
    parts = [f"## briefqa {name}", "", command.description or "", ""]
    parts += ["```sh", example(command), "```", ""]
    if name == "chat":
        parts += [CHAT]
    parts += ["| argument or option | meaning |", "|---|---|", *_rows(command), ""]
    for line in (command.epilog or "").splitlines()[1:]:
        parts += [f"{line[0].upper()}{line[1:]}.", ""]
    return "\n".join(parts)


def _rows(command: argparse.ArgumentParser) -> Iterator[str]:
    for action in command._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        if isinstance(action, argparse._SubParsersAction):
            for name, of in action.choices.items():
                help_of = {each.dest: each.help for each in action._choices_actions}
                yield f"| `{name}` | {help_of[name]} |"
                yield from (row.replace("| `", f"| `{name} ", 1) for row in _rows(of))
            continue
        value = "" if action.nargs == 0 else action.metavar or "|".join(action.choices or ())
        names = [f"{name} {value}".rstrip() for name in action.option_strings] or [str(value)]
        written = ", ".join(f"`{name}`" for name in names).replace("|", "\\|")
        yield f"| {written} | {(action.help or '').replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    main()
