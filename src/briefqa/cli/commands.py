"""The command line: parse, one library call, print.

Exit codes: 0 fine, 1 a BriefQAError in one line on stderr, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from briefqa import __version__
from briefqa.answering import compose
from briefqa.cli import terminal
from briefqa.errors import BriefQAError, ModelUnavailable, UsageError
from briefqa.records import Where

DEFAULT_READER = "default"  # of briefqa.reader and briefqa.calibration, which take time to import
WRONG = 0.1

EXAMPLES = """\
examples:
  briefqa build data                      index the folder data into ./index
  briefqa ask "How many targets were hit?"
  briefqa search '"joint operation" targets' -k 3 --explain
  briefqa chat                            questions that follow each other
  briefqa serve                           the page, on this machine only
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name or a terminal may not be UTF-8
            stream.reconfigure(errors="backslashreplace")
    try:
        code: int = options.command(options)
        if sys.stdout is not None:  # it is None when the command was started with it closed
            sys.stdout.flush()
        return code
    except UsageError as error:
        return _say(error, 2)
    except BriefQAError as error:
        return _say(error, 1)
    except KeyboardInterrupt:
        print("briefqa: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _leave_stdout()
        return 0  # the reader of our output has gone, as `briefqa search ... | head` does
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        _leave_stdout()
        return _say(BriefQAError("The output could not be written: no space is left."), 1)


def _leave_stdout() -> None:
    """Let what is still to be printed go nowhere, so that closing it fails no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(error: BriefQAError, code: int) -> int:
    print(f"briefqa: {terminal.line(str(error))}", file=sys.stderr)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="briefqa",
        description="Ask your briefs a question, get the exact passage that answers it.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    parser.set_defaults(command=lambda options: _version() if options.version else _help(parser))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    build = _command(
        commands, "build", _build, "index files and folders", "briefqa build my-folder"
    )
    build.add_argument(
        "paths", nargs="*", metavar="PATH",
        help="files and folders; without any, those of the last build, or the folder data",
    )  # fmt: skip
    build.add_argument(
        "--model", help="a sentence-transformers model: a folder, or a name in the local hub cache"
    )
    build.add_argument("--language", help="two-letter code of the documents' language (default en)")
    build.add_argument(
        "--exclude", action="append", default=[], metavar="PATH",
        help="a file or folder to leave out; may be given again",
    )  # fmt: skip

    search = _command(
        commands, "search", _search, "find the passages nearest to a question",
        "briefqa search 'Su25 aircraft' -k 3 --explain",
    )  # fmt: skip
    _question(search)
    search.add_argument(
        "--mode", default="hybrid", choices=["hybrid", "keyword", "semantic"],
        help="which index answers (default hybrid)",
    )  # fmt: skip
    search.add_argument("--explain", action="store_true", help="say why each passage was found")

    ask = _command(
        commands, "ask", _ask, "quote the answer, or say that there is none",
        "briefqa ask 'Who spoke to the reporters?'",
    )  # fmt: skip
    _question(ask)
    _reading(search, ask)

    chat = _command(
        commands, "chat", _chat, "ask questions that follow each other",
        "briefqa chat --document harbour.md",
    )  # fmt: skip
    _scope(chat)
    _reading(chat)

    serve = _command(commands, "serve", _serve, "open the page", "briefqa serve --port 8000")
    serve.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)"
    )
    serve.add_argument("--port", type=int, help="port (default 7860, or the next free one)")
    serve.add_argument(
        "--auth", type=Path, metavar="FILE",
        help="ask for a name and a password of this file (see briefqa password)",
    )  # fmt: skip
    serve.add_argument("--mcp", action="store_true", help="offer search and ask as MCP tools too")
    serve.add_argument(
        "--read-only", action="store_true", help="take no documents from the page, remove none"
    )
    serve.add_argument(
        "--uploads", type=Path, metavar="FOLDER",
        help="a folder of the page's own, where documents added on it are kept and removed "
        "(default: uploads, beside the index folder)",
    )  # fmt: skip
    serve.add_argument(
        "--feedback", type=Path, metavar="FILE",
        help="keep thumbs up and down in this questions file; without it there are none",
    )  # fmt: skip
    _reading(serve)
    password = _command(
        commands, "password", _password, "set a password for the page",
        "briefqa password passwords.txt mara", of_index=False,
    )  # fmt: skip
    password.add_argument("file", type=Path, metavar="FILE", help="made if there is none")
    password.add_argument("name", metavar="NAME", help="who logs in with it")

    verify = _command(
        commands, "verify", _verify, "check every citation against its source", "briefqa verify"
    )
    verify.add_argument("--json", action="store_true", help="print JSON")
    replay = _command(
        commands, "replay", _replay, "ask the questions of a receipt again and compare the answers",
        "briefqa replay receipt.json",
    )  # fmt: skip
    replay.add_argument("receipt", type=Path, metavar="RECEIPT", help="an exported conversation")
    replay.add_argument("--json", action="store_true", help="print JSON")
    _reading(replay)
    measure = _command(
        commands, "eval", _eval, "measure it on questions", "briefqa eval data/questions.jsonl",
    )  # fmt: skip
    measure.add_argument(
        "questions", metavar="QUESTIONS",
        help="a questions file for the index, or a BEIR folder or SQuAD file (.json), which bring "
        "their own passages",
    )  # fmt: skip
    measure.set_defaults(index=None)
    _reading(measure)
    measure.add_argument("--json", action="store_true", help="print JSON")
    measure.add_argument(
        "--errors", type=int, default=0, metavar="N", help="show the N worst misses"
    )
    measure.add_argument("--run", type=Path, metavar="FILE", help="write the rankings as TREC runs")
    measure.add_argument("--plot", type=Path, metavar="FILE", help="draw the risk-coverage curve")
    calibrate = _command(
        commands, "calibrate", _calibrate, "fit to your own questions from when on it answers",
        "briefqa calibrate questions.jsonl --wrong 0.05",
    )  # fmt: skip
    calibrate.add_argument(
        "questions", type=Path, metavar="QUESTIONS", help="a questions file for the index"
    )
    calibrate.add_argument(
        "--wrong", type=float, default=WRONG, metavar="SHARE",
        help="share of the answers given that may be wrong (default 0.1)",
    )  # fmt: skip
    _reading(calibrate)
    info = _command(commands, "info", _info, "say what the index holds", "briefqa info")
    info.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _command(
    commands: Any, name: str, run: Any, purpose: str, example: str, *, of_index: bool = True
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=purpose,
        description=purpose[0].upper() + purpose[1:] + ".",
        epilog=f"example: {example}",
    )
    if of_index:
        command.add_argument(
            "--index", type=Path, default=_default_index(),
            help="the index folder (default: $BRIEFQA_INDEX, or index)",
        )  # fmt: skip
    command.set_defaults(command=run)
    return command


def _default_index() -> Path:
    return Path(os.environ.get("BRIEFQA_INDEX") or "index")


def _question(command: argparse.ArgumentParser) -> None:
    command.add_argument("question", metavar="QUESTION")
    command.add_argument("-k", type=int, default=5, help="how many passages (default 5)")
    command.add_argument("--json", action="store_true", help="print JSON")
    _scope(command)


def _scope(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--document", action="append", metavar="NAME",
        help="look in this document, as briefqa info names it; may be given again",
    )  # fmt: skip
    command.add_argument(
        "--section", metavar="HEADINGS", help="look in this section: its headings joined by ' › '"
    )


def _reading(*commands: argparse.ArgumentParser) -> None:
    for command in commands:
        choice = command.add_mutually_exclusive_group()
        choice.add_argument(
            "--reader", default=DEFAULT_READER, metavar="FOLDER",
            help="read with this question-answering model or cross-encoder instead of the default",
        )  # fmt: skip
        choice.add_argument(
            "--no-reader", dest="reader", action="store_const", const=None,
            help="answer by the indexes alone: quicker, and less exact",
        )  # fmt: skip


def _help(parser: argparse.ArgumentParser) -> int:
    parser.print_help(sys.stderr)
    return 2


def _version() -> int:
    print(f"briefqa {__version__}")
    return 0


def _build(options: argparse.Namespace) -> int:
    from briefqa.api import build

    try:
        with terminal.progress_bar() as progress:
            report = build(
                options.paths or None, index=options.index, model=options.model,
                language=options.language, exclude=options.exclude, progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        print("briefqa: the index is as it was; the next build goes on from here.", file=sys.stderr)
        raise
    terminal.show_report(report)
    if report.failed:
        files = terminal.count(len(report.failed), "file")
        raise BriefQAError(f"{files} could not be indexed (see the list); the rest is.")
    return 0


def _search(options: argparse.Namespace) -> int:
    from briefqa.api import search

    hits = search(
        options.question, k=options.k, mode=options.mode, documents=options.document,
        section=options.section, index=options.index, reader=options.reader,
    )  # fmt: skip
    if options.json:
        found = [compose.hit_as_json(hit) for hit in hits]
        terminal.show_json({"question": options.question, "hits": found})
        return 0
    if not hits:
        print("No passage fits.")
    for hit in hits:
        terminal.show_hit(hit, explain=options.explain)
    return 0


def _ask(options: argparse.Namespace) -> int:
    from briefqa.api import ask

    answer = ask(
        options.question, k=options.k, documents=options.document, section=options.section,
        index=options.index, reader=options.reader,
    )  # fmt: skip
    if options.json:
        terminal.show_json(compose.as_json(answer))
    else:
        terminal.show_answer(answer)
    return 0


def _chat(options: argparse.Namespace) -> int:
    from briefqa.api import open_index
    from briefqa.cli.chat import talk

    documents = None if options.document is None else tuple(options.document)
    with open_index(options.index, reader=options.reader) as searcher:
        return talk(searcher, Where(documents, options.section))


def _serve(options: argparse.Namespace) -> int:
    from briefqa.ui import serve

    serve(
        options.index,
        host=options.host,
        port=options.port,
        auth=options.auth,
        mcp=options.mcp,
        read_only=options.read_only,
        uploads=options.uploads,
        feedback=options.feedback,
        reader=options.reader,
    )
    return 0


def _password(options: argparse.Namespace) -> int:
    from briefqa.ui import passwords

    passwords.write(options.file, options.name, terminal.new_password(options.name))
    print(f"{options.file} lets {terminal.line(options.name)} in.")
    return 0


def _verify(options: argparse.Namespace) -> int:
    from briefqa.api import verify

    report = verify(options.index)
    if options.json:
        terminal.show_json({**asdict(report), "index": str(report.index), "holds": report.holds})
    else:
        for source in report.sources:
            held = f"{source.holding} of {source.passages} citations hold"
            print(f"  {terminal.line(source.name)}: {source.state}, {held}")
        print(f"{report.index}: {report.generation}")
    if not report.holds:
        raise BriefQAError(
            "Not every source is as it was indexed (see the list); index them again with: "
            "briefqa build"
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
    if index is None and not brings_passages(path):
        index = _default_index()
    with terminal.progress_bar() as progress:
        result = evaluate(
            path, index=index, reader=options.reader, misses=options.errors, progress=progress
        )
    if options.run:
        result.write_runs(options.run)
    if options.plot:
        result.plot(options.plot)
    if options.json:
        terminal.show_json(result.as_json())
        return 0
    print(result.as_table())
    for question, hits in result.misses:
        print()
        print(terminal.line(f"{question.id}: {question.text}"))
        print(terminal.line(f"  right: {', '.join(question.relevant) or 'nothing in the index'}"))
        for hit in hits:
            print(terminal.line(f"  [{hit.rank}] {hit.citation}: {hit.passage.text[:100]} ..."))
            print(f"      {terminal.why(hit)}")
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    from briefqa.api import calibrate

    found = calibrate(
        options.questions, index=options.index, wrong=options.wrong, reader=options.reader
    )
    terminal.show_calibration(found)
    return 0


def _info(options: argparse.Namespace) -> int:
    from briefqa.index import calibration
    from briefqa.index.generations import open_current
    from briefqa.models.embedder import embedder_of, runtime
    from briefqa.models.reader import load_reader, usable_reader
    from briefqa.models.sentence_transformer import DEFAULT_MODEL

    generation = open_current(options.index)
    manifest = generation.manifest
    if options.json:
        terminal.show_json({"generation": generation.name, **asdict(manifest)})
        return 0
    size = sum(size for size, _ in manifest.files.values())
    print(f"index       {options.index} ({size / 1e6:.1f} MB)")
    print(f"generation  {generation.name}, built {manifest.created} by briefqa {manifest.version}")
    documents = terminal.count(manifest.documents, "document")
    print(f"holds       {terminal.count(manifest.passages, 'passage')} of {documents}")
    print(f"model       {manifest.model} ({manifest.dimension} dimensions)")
    try:
        by = runtime(embedder_of(manifest.model, manifest.fingerprint))
    except ModelUnavailable as error:
        by = terminal.line(str(error))
    print(f"runs on     {by}")
    reader = None
    try:
        reader, note = usable_reader(load_reader(), manifest.model, manifest.language)
        reads = "the default" if reader is not None else f"none: {note}"
    except ModelUnavailable as error:
        reads = terminal.line(str(error))
    print(f"reader      {reads}")
    calibrated = calibration.read(options.index)
    if calibrated is not None:
        asked = terminal.count(calibrated.questions, "question")
        used = "" if calibrated.fits(manifest.fingerprint, reader) else "; not used: other models"
        print(f"calibrated  answers from {calibrated.answer_from:.3f}, fitted to {asked}{used}")
    print(f"language    {manifest.language}")
    if manifest.model != DEFAULT_MODEL:
        print(f"note        when to answer was measured with {DEFAULT_MODEL}, not with this model")
    for source in manifest.sources:
        result = terminal.count(source.passages, "passage") if source.passages else source.detail
        print(f"  {terminal.line(f'{source.name}: {source.outcome}, {result}')}")
    return 0
