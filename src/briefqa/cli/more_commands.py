"""The commands beyond questions: every mention, and questions that keep watch."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefqa.cli import options as common
from briefqa.cli import screen, terminal
from briefqa.cli.screen import fitted, line
from briefqa.errors import BriefQAError, UsageError
from briefqa.index.recovery import spelled
from briefqa.records import Span

if TYPE_CHECKING:
    from briefqa.concordance.found import Mention, Mentions
    from briefqa.concordance.lines import Side
    from briefqa.concordance.meaning import Meaning
    from briefqa.index.watches import Watch
    from briefqa.watching.running import WatchReport

_CHANGED = 5
_NOWHERE = 4  # the exit code of `briefqa ask` for an answer that is not there, too


def add(commands: Any) -> None:
    """Add the commands with their options to a parser's."""
    _add_mentions(commands)
    _add_watch(commands)


def _add_mentions(commands: Any) -> None:
    command = common.new_command(
        commands, "mentions", "list every place where a name, word or phrase stands",
        "briefqa mentions 'Deir ez-Zor' --alias 'Deir Ezzor'",
        exits="exits with 4 if it stands nowhere",
    )  # fmt: skip
    command.add_argument(
        "query", nargs="+", metavar="QUERY",
        help="words in all their forms; \"as they are spelled\"; begin*; spelling~; with AND, OR, "
        "NOT, near/5, brackets, in:title, in:heading, in:text, date:2017-01..2017-03",
    )  # fmt: skip
    command.add_argument(
        "--alias", action="append", default=[], metavar="WORDS",
        help="look for these words as well; may be given again",
    )  # fmt: skip
    command.add_argument(
        "--document", action="append", metavar="NAME",
        help="only in this document, named as for briefqa search; may be given again",
    )  # fmt: skip
    command.add_argument(
        "--concordance", choices=["left", "right"],
        help="show each place on one line, sorted by what stands left or right of it",
    )  # fmt: skip
    command.add_argument(
        "--meaning", type=int, metavar="K",
        help="also show the K passages nearest in meaning that do not have the words",
    )  # fmt: skip
    command.add_argument(
        "--sample", type=int, default=0, metavar="N",
        help="with --meaning, also show N passages drawn from all others, to bound what is missed",
    )  # fmt: skip
    command.add_argument(
        "--found", type=int, metavar="M",
        help="how many of the N drawn passages mean it, once you have read them",
    )  # fmt: skip
    common.table(command)
    common.index(command)
    common.json(command)


def _add_watch(commands: Any) -> None:
    command = common.new_command(
        commands, "watch", "keep watch over answers and mentions, and tell what changes",
        "briefqa watch add 'How many children were treated?'",
        exits="watch run says nothing and exits with 0 where nothing changed, with 5 if "
        "something did",
    )  # fmt: skip
    actions = command.add_subparsers(
        title="actions", metavar="ACTION", dest="action", required=True, help="what to do"
    )
    add_ = actions.add_parser("add", help="watch the answer to a question")
    add_.add_argument("text", nargs="+", metavar="QUESTION", help="in one piece or many")
    add_.add_argument(
        "--mentions", action="store_true",
        help="watch the places of a query instead, as of briefqa mentions",
    )  # fmt: skip
    add_.add_argument(
        "--alias", action="append", default=[], metavar="WORDS",
        help="with --mentions, watch these words as well; may be given again",
    )  # fmt: skip
    common.scope(add_)
    common.reader(add_)
    list_ = actions.add_parser("list", help="list what is watched")
    remove = actions.add_parser("remove", help="stop watching")
    remove.add_argument("number", type=int, metavar="NUMBER", help="as briefqa watch list has it")
    run = actions.add_parser("run", help="ask everything again and tell what has changed")
    run.add_argument(
        "--feed", type=Path, metavar="FILE",
        help="put what has changed into this JSON Feed as well, made if there is none",
    )  # fmt: skip
    common.reader(run)
    for action in (add_, list_, remove, run):
        common.index(action)
    for action in (list_, run):
        common.json(action)


def _watch(options: argparse.Namespace) -> int:
    return {
        "add": _watch_add, "list": _watch_list, "remove": _watch_remove, "run": _watch_run
    }[options.action](options)  # fmt: skip


def _watch_add(options: argparse.Namespace) -> int:
    from briefqa.index.watches import WatchKind
    from briefqa.watching import running

    if options.mentions and options.section:
        raise UsageError("--section goes with a question; leave it out, or --mentions.")
    if options.alias and not options.mentions:
        raise UsageError("--alias goes with --mentions; give it too.")
    new = running.add(
        options.index, " ".join(options.text),
        WatchKind.MENTIONS if options.mentions else WatchKind.QUESTION,
        documents=options.document, section=options.section, aliases=options.alias,
        reader=options.reader,
    )  # fmt: skip
    print(line(_watched(new)))
    return 0


def _watch_list(options: argparse.Namespace) -> int:
    from briefqa.index.store import store_at, watches_at

    store_at(options.index).stamp()  # where there is no index, that is said
    kept = watches_at(options.index).watches
    if options.json:
        terminal.show_json([asdict(each) for each in kept])
    else:
        for each in kept:
            print(line(_watched(each)))
    return 0


def _watch_remove(options: argparse.Namespace) -> int:
    from briefqa.watching import running

    print(line(f"No longer watched: {running.remove(options.index, options.number).text}"))
    return 0


def _watch_run(options: argparse.Namespace) -> int:
    from briefqa.watching import running

    def tell(report: WatchReport) -> None:
        if options.json:
            terminal.show_json({**asdict(report), "index": spelled(report.index)})
        else:
            show_changes(report)

    report = running.run(options.index, feed_file=options.feed, reader=options.reader, tell=tell)
    return _CHANGED if report.changes else 0


def check_feed(options: argparse.Namespace) -> None:
    """Raise UsageError for a `--feed` that goes with nothing or cannot be written."""
    if options.feed is None:
        return
    if not options.watch:
        raise UsageError("--feed goes with --watch; give it too, or use briefqa watch run --feed.")
    from briefqa.watching import feed

    feed.add(options.feed, ())


def go_on_building(options: argparse.Namespace, password: str) -> int:
    """`briefqa build --watch`: run the watches, also whenever files have changed, until Ctrl-C."""
    from briefqa.api import build
    from briefqa.watching import following, running

    def failed(error: BriefQAError) -> None:
        print(f"briefqa: {line(str(error))}", file=sys.stderr)

    def once_more() -> None:
        report = build(index=options.index, password=password, workers=options.workers)
        if report.changed:
            terminal.show_report(report)
            sys.stdout.flush()
        running.run(options.index, feed_file=options.feed, tell=show_changes)

    print("Following the files; press Ctrl-C to stop.", flush=True)
    with suppress(KeyboardInterrupt):
        following.follow(options.index, once_more, stop=threading.Event(), failed=failed)
    return 0


def show_changes(report: WatchReport) -> None:
    """Print what has changed of each watch; nothing where nothing has."""
    for change in report.changes:
        print(fitted(line(f"{change.watch}. {change.text}: {change.told.said}")))
    sys.stdout.flush()


def _watched(watch: Watch) -> str:
    seen = watch.seen
    if watch.kind == "mentions":
        now = terminal.count(len(seen.places), "place")
    else:
        now = seen.verdict.replace("-", " ") or "without a verdict"
    return f"{watch.number}. {watch.text} ({watch.kind}; {seen.error or now})"


def _mentions(options: argparse.Namespace) -> int:
    from briefqa.concordance.finding import mentions_in

    if options.meaning is None and (options.sample or options.found is not None):
        raise UsageError("--sample and --found go with --meaning; give it too.")
    found = mentions_in(
        options.index, " ".join(options.query), aliases=options.alias, documents=options.document
    )
    meaning, said = None, ""
    if options.meaning is not None:
        meaning = _meaning(options, found)
        said = meaning.statement(options.found)  # before anything is written: it may be refused
    if options.output is not None:
        from briefqa.reports.table import write

        write(found.table(), options.output, options.format)
    if options.json:
        shown = found.as_json()
        if meaning is not None:
            shown["meaning"] = {**asdict(meaning), "statement": said}
        terminal.show_json(shown)
    elif options.output is None:
        _show(found, options.concordance)
        if meaning is not None:
            _show_meaning(meaning, said)
    elif str(options.output) != "-":
        print(line(found.statement))
    return 0 if found.mentions else _NOWHERE


def _meaning(options: argparse.Namespace, found: Mentions) -> Meaning:
    from briefqa.concordance.finding import named
    from briefqa.concordance.meaning import near_in_meaning
    from briefqa.index.store import store_at
    from briefqa.models.embedder import embedder_of

    with store_at(options.index).open() as opened:
        manifest = opened.manifest
        return near_in_meaning(
            opened, embedder_of(manifest.model, manifest.fingerprint), found,
            k=options.meaning, sample=options.sample, documents=named(opened, options.document),
        )  # fmt: skip


def _show(found: Mentions, concordance: Side | None) -> None:
    """Print the places by document, or as a concordance, and the statement."""
    if concordance:
        from briefqa.concordance.lines import Side, columns, ordered

        rows = ordered(found.mentions, Side(concordance))
        for each, (left, text, right) in zip(rows, columns(rows), strict=True):
            place = each.place.in_words
            print(f"{line(left)}{screen.styled(line(text), screen.Style.WORDS)}{line(right)}  "
                  f"{line(', '.join(filter(None, (each.document, place))))}")  # fmt: skip
    else:
        for document, places in groupby(found.mentions, lambda each: each.document):
            several = list(places)
            head = ", ".join(filter(None, (several[0].title, several[0].date)))
            print(line(f"{document} ({head}): {terminal.count(len(several), 'place')}"))
            for each in several:
                print(_in_context(each))
            print()
    if len(found.forms) > 1:
        spelt = [f"{form} {times}" for form, times in found.forms.items()]
        print(fitted(line(f"Spelled: {', '.join(spelt)}.")))
    print(fitted(line(found.statement)))


def _in_context(each: Mention) -> str:
    """The place with what stands around it, and its citation."""
    left, right = each.around
    before, text, after = map(line, (left, each.text, right))
    span = Span(len(before), len(before) + len(text))
    place = each.citation.removeprefix(f"{' '.join(each.title.split())} › ")
    lines = "" if each.place.in_citation else each.place.in_words  # which citations do not have
    cited = line(", ".join(filter(None, (place, lines))))
    shown = fitted(f"{before}{text}{after}", indent="    ", styles=[(span, screen.Style.WORDS)])
    return f"  {screen.styled(cited, screen.Style.CITATION)}\n{shown}"


def _show_meaning(meaning: Meaning, said: str) -> None:
    print("\nPassages that may mean it too:")
    for number, near in enumerate(meaning.ranked, 1):
        print(f"[{number}] {line(near.passage.citation)} (cosine {near.cosine:.3f})")
        print(fitted(near.passage.text, indent="    "))
    for number, passage in enumerate(meaning.sample, 1):
        print(f"\nDrawn {number} of {len(meaning.sample)}: {line(passage.citation)}")
        print(fitted(passage.text, indent="    "))
    print(f"\n{fitted(said)}")


def verify_places(options: argparse.Namespace, password: str) -> int:
    """`briefqa verify --places`: print whether each place of a list still stands."""
    from briefqa.workflows import verify_places as verify

    report = verify(options.places, index=options.index, password=password)
    if options.json:
        terminal.show_json(
            {**asdict(report), "index": spelled(report.index), "holds": report.holds}
        )
    else:
        for name, places in groupby(report.places, lambda place: place.document):
            several = list(places)
            holding = sum(place.holds for place in several)
            state = f"{several[0].state}, {holding} of {len(several)} places hold"
            print(line(f"  {name}: {state}"))
    if not report.holds:
        broken = sum(not place.holds for place in report.places)
        raise BriefQAError(
            f"{broken} of {len(report.places)} places no longer stand there (see the list)."
        )
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "mentions": _mentions,
    "watch": _watch,
}
