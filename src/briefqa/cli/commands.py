"""What each command does: library calls with the parsed options, and their result printed.

Exit codes: 0 fine, 1 a BriefQAError in one line on stderr, 2 wrong usage, 130 stopped by Ctrl-C
(0 where only that ends it: serve, build --watch); of `ask` also 3 for an unsure answer, 4 for none.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefqa import __version__
from briefqa.atomic_file import refuse_input
from briefqa.cli import more_commands, screen, terminal
from briefqa.cli.options import default_index
from briefqa.cli.parser import parser
from briefqa.errors import BriefQAError, UsageError
from briefqa.index.recovery import spelled
from briefqa.records import Query, Verdict, Where

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher
    from briefqa.records import Answer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    top = parser()
    options = top.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name or a terminal may not be UTF-8
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(options, top)
        if sys.stdout is not None:  # it is None when the command was started with it closed
            sys.stdout.flush()
        return code
    except UsageError as error:
        return _print_error(error, 2)
    except BriefQAError as error:
        return _print_error(error, 1)
    except KeyboardInterrupt:
        print("briefqa: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _discard_stdout()
        return 0  # the reader of our output has gone, as `briefqa search ... | head` does
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _discard_stdout()
        return _print_error(BriefQAError("The output could not be written: no space is left."), 1)


def _run(options: argparse.Namespace, top: argparse.ArgumentParser) -> int:
    if options.version:
        print(f"briefqa {__version__}")
        return 0
    if options.command is None:
        top.print_help(sys.stderr)
        return 2
    return {**_COMMANDS, **more_commands.COMMANDS}[options.command](options)


def _discard_stdout() -> None:
    """Let what is still to be printed go nowhere, so that closing it fails no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_error(error: BriefQAError, code: int) -> int:
    print(f"briefqa: {screen.line(str(error))}", file=sys.stderr)
    return code


def _build(options: argparse.Namespace) -> int:
    from briefqa.api import build

    more_commands.check_feed(options)
    password = terminal.password_of_files() if options.password else ""
    try:
        with terminal.progress_bar() as progress:
            report = build(
                options.paths or None, index=options.index, model=options.model,
                language=options.language, encoding=options.encoding, exclude=options.exclude,
                progress=progress, password=password, ocr=options.ocr,
                workers=options.workers, reuse=options.reuse,
            )  # fmt: skip
    except KeyboardInterrupt:
        print("briefqa: the index is as it was; the next build goes on from here.", file=sys.stderr)
        raise
    terminal.show_report(report)
    if options.watch:
        return more_commands.go_on_building(options, password)
    if report.failed:
        files = terminal.count(len(report.failed), "file")
        raise BriefQAError(f"{files} could not be indexed (see the list); the rest is.")
    return 0


def _formats(_: argparse.Namespace) -> int:
    from briefqa.documents.loaders import all_loaders

    for loader in all_loaders():
        print(f"{loader.CALLED} ({' '.join(loader.SUFFIXES)})\n  {loader.GIVES}")
    return 0


def _models(options: argparse.Namespace) -> int:
    from briefqa.models.model_check import check_model

    found = check_model(options.folder)
    if options.json:
        terminal.show_json({**asdict(found), "folder": str(found.folder)})
    else:
        terminal.show_model(found)
    return 3 if found.not_exported else 0


def _search(options: argparse.Namespace) -> int:
    from briefqa.answering import compose
    from briefqa.api import open_index
    from briefqa.cli.answers import Printer

    question = " ".join(options.question)
    with open_index(options.index, reader=options.reader) as searcher:
        where = searcher.where(options.document, options.section)
        hits = searcher.search(Query(question, where, options.k), mode=options.mode)
        if options.json:
            shown = [compose.hit_as_json(hit) for hit in hits]
            terminal.show_json({"question": question, "hits": shown})
            return 0
        printer = Printer(searcher, options.index)
        if where != _typed(options):
            printer.place(where)
            print()
        printer.hits(hits, explain=options.explain)
    return 0


def _ask(options: argparse.Namespace) -> int:
    from briefqa.api import open_index
    from briefqa.cli.answers import Printer

    with open_index(options.index, reader=options.reader) as searcher:
        where = searcher.where(options.document, options.section)
        answer = searcher.ask(Query(" ".join(options.question), where, options.k))
        if options.save:
            from briefqa.receipts.receipt import Turn
            from briefqa.receipts.saving import save

            save(options.save, searcher, [Turn(answer, where, options.k)])
        if options.json:
            terminal.show_json(_as_json(answer, searcher))
        else:
            from briefqa.citations import Style

            style = None if options.cite is None else Style(options.cite)
            printer = Printer(searcher, options.index, style)
            if where != _typed(options):
                printer.place(where)
                print()
            printer.answer(answer, explain=options.explain)
    return _EXIT_CODES.get(answer.verdict, 0)


def _batch(options: argparse.Namespace) -> int:
    from briefqa.reports.table import STDOUT
    from briefqa.workflows import batch

    output = STDOUT if options.output is None else options.output
    try:
        with terminal.progress_bar() as progress:
            answers = batch(
                options.questions, output, form=options.format, column=options.column,
                since=options.since, documents=options.document, section=options.section,
                index=options.index, reader=options.reader, progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        if output != STDOUT:
            print("briefqa: the same command goes on from here.", file=sys.stderr)
        raise
    said = sys.stderr if output == STDOUT else sys.stdout
    for note in answers.notes():
        print(screen.line(note), file=said)
    return 0


def _as_json(answer: Answer, searcher: Searcher) -> dict[str, Any]:
    """The answer, each quotation cited in all styles and with the state of its file."""
    from briefqa.answering import compose
    from briefqa.citations import Style, cite
    from briefqa.indexing.verification import state_of

    shown = compose.as_json(answer)
    manifest = searcher.manifest()
    for one, quotation in zip(shown["quotations"], answer.quotations, strict=True):
        passage = quotation.passage
        about = searcher.document(passage.document).metadata
        one["cited_as"] = {style: cite(passage, about, style) for style in Style}
        one["file"] = state_of(manifest, passage.document)
    return shown


def _typed(options: argparse.Namespace) -> Where:
    """Where to look in the words of the command line."""
    return Where(None if options.document is None else tuple(options.document), options.section)


def _chat(options: argparse.Namespace) -> int:
    from briefqa.api import open_index
    from briefqa.cli.chat import talk

    with open_index(options.index, reader=options.reader) as searcher:
        return talk(searcher, options.index, _typed(options))


def _sections(options: argparse.Namespace) -> int:
    from briefqa.api import open_index

    with open_index(options.index, reader=None) as searcher:
        sections = searcher.sections(options.document)
        if options.json:
            terminal.show_json(sections)
        else:
            terminal.show_sections(searcher.documents(), sections)
    return 0


def _serve(options: argparse.Namespace) -> int:
    more_commands.check_feed(options)
    from briefqa.ui import serve

    serve(
        options.index,
        host=options.host,
        port=options.port,
        auth=options.auth,
        trusted_proxies=options.trusted_proxy,
        public_hosts=options.public_host,
        mcp=options.mcp,
        read_only=options.read_only,
        uploads=options.uploads,
        feedback=options.feedback,
        reader=options.reader,
        watch=options.watch,
        feed=options.feed,
    )
    return 0


def _mcp(options: argparse.Namespace) -> int:
    from briefqa.api import open_index
    from briefqa.programs.mcp_server import require_mcp, serve_stdio

    require_mcp()
    with open_index(options.index, reader=options.reader) as searcher:
        # Whoever waits for input would not hear of a KeyboardInterrupt; there is nothing to tidy.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        serve_stdio(searcher)
    return 0


def _password(options: argparse.Namespace) -> int:
    from briefqa.ui import passwords

    passwords.write(options.file, options.name, terminal.new_password(options.name))
    print(f"{options.file} lets {screen.line(options.name)} in.")
    return 0


def _check(options: argparse.Namespace) -> int:
    from briefqa.cli import drafts

    return drafts.check(options)


def _verify(options: argparse.Namespace) -> int:
    from briefqa.api import verify

    password = terminal.password_of_files() if options.password else ""
    if options.places:
        return more_commands.verify_places(options, password)
    report = verify(options.index, password=password)
    if options.json:
        terminal.show_json(
            {**asdict(report), "index": spelled(report.index), "holds": report.holds}
        )
    else:
        terminal.show_verification(report)
    if not report.holds:
        from briefqa.index.recovery import rebuild_command

        raise BriefQAError(
            "Not every source is as it was indexed (see the list); index them again with: "
            f"{rebuild_command(options.index)}"
        )
    return 0


def _replay(options: argparse.Namespace) -> int:
    from briefqa.api import replay

    report = replay(options.receipt, index=options.index, reader=options.reader)
    if options.json:
        terminal.show_json({**asdict(report), "same": report.same})
    else:
        terminal.show_replay(report)
    if not report.same:
        different = terminal.count(sum(not turn.same for turn in report.turns), "answer")
        raise BriefQAError(f"{different} of {len(report.turns)} not the same (see the list).")
    return 0


def _eval(options: argparse.Namespace) -> int:
    from briefqa.api import evaluate
    from briefqa.evaluation.question_sets import brings_passages

    path, index = Path(options.questions), options.index
    for output in (options.run, options.plot):
        refuse_input(output, path, "the questions file")
    if index is None and not brings_passages(path):
        index = default_index()
    with terminal.progress_bar() as progress:
        result = evaluate(
            path,
            index=index,
            reader=options.reader,
            misses=options.errors,
            split=options.split,
            progress=progress,
        )
    if options.run:
        result.write_runs(options.run)
    if options.plot:
        result.plot(options.plot)
    if options.json:
        terminal.show_json(result.as_json())
    else:
        terminal.show_evaluation(result)
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    from briefqa.api import calibrate

    fitted = calibrate(
        options.questions, index=options.index, wrong=options.wrong, reader=options.reader
    )
    terminal.show_calibration(fitted)
    return 0


def _info(options: argparse.Namespace) -> int:
    from briefqa.api import info

    described = info(options.index)
    if options.json:
        terminal.show_json({**asdict(described), "index": spelled(described.index)})
    else:
        terminal.show_info(described)
    return 0


# Of `briefqa ask`, by verdict; 0 where an answer is asserted or no verdict is passed.
_EXIT_CODES: dict[Verdict | None, int] = {Verdict.UNSURE: 3, Verdict.NOT_FOUND: 4}
_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "build": _build,
    "formats": _formats,
    "search": _search,
    "ask": _ask,
    "batch": _batch,
    "chat": _chat,
    "sections": _sections,
    "serve": _serve,
    "mcp": _mcp,
    "password": _password,
    "check": _check,
    "verify": _verify,
    "replay": _replay,
    "eval": _eval,
    "calibrate": _calibrate,
    "info": _info,
    "models": _models,
}
