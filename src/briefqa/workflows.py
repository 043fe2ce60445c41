"""The library's functions for more than a question: lists of them, drafts, mentions and watches.

They are as thin as those of `briefqa.api`; what only one of them needs is imported by it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.api import AnyPath, shared_searcher
from briefqa.atomic_file import refuse_input
from briefqa.models.reader import DEFAULT_READER

if TYPE_CHECKING:
    from briefqa.concordance.found import Mentions
    from briefqa.drafts.records import DraftCheck
    from briefqa.index.watches import Watch
    from briefqa.indexing.progress import OnProgress
    from briefqa.indexing.verification import PlacesReport
    from briefqa.questionnaire.answers import Answers
    from briefqa.watching.running import WatchReport


def batch(
    questions: AnyPath | Sequence[str],
    output: AnyPath | None = None,
    *,
    form: str | None = None,
    column: str | None = None,
    since: AnyPath | None = None,
    documents: Iterable[str] | None = None,
    section: str | None = None,
    index: AnyPath = "index",
    reader: str | None = DEFAULT_READER,
    progress: OnProgress | None = None,
) -> Answers:
    """Ask the questions of a file, or these, each as `ask` does, and write the answers as a table.

    `questions` is a path (CSV, a workbook, a questions file, or a question a line; `-` is standard
    input) or a list; `column` names the column of a table they are in. The table goes to `output`
    in the format that its name ends in, or in `form`: csv, xlsx, docx, md, html, json. While the
    questions are asked, answers are kept beside it in a file that ends in `.partial`, from which a
    run that was stopped goes on. `since` is the JSON or HTML of an earlier run, to which changes
    are marked. `progress` is called with a `briefqa.indexing.progress.Progress`. Raises UsageError
    for what cannot be read or written, and for an output that is one of the inputs.
    """
    from briefqa.questionnaire import asking, sheet
    from briefqa.questionnaire.answers import Answers
    from briefqa.receipts import receipt
    from briefqa.reports import table

    place = None if output is None else Path(output)
    wanted = None if place is None else table.format_of(place, form)
    kept = None if place in (None, table.STDOUT) else place.with_suffix(".partial")
    for written in (place, kept):
        if isinstance(questions, str | os.PathLike):
            refuse_input(written, Path(questions), "the questions file")
        if since is not None:
            refuse_input(written, Path(since), "the earlier table")
    before = None if since is None else receipt.read(Path(since))
    if isinstance(questions, str | os.PathLike):
        asked = sheet.read(Path(questions), column)
    else:
        asked = sheet.of_questions(questions)
    searcher = shared_searcher(index, reader)
    where = searcher.where(documents, section)
    turns = asking.ask_all(searcher, asked.questions, where, kept=kept, progress=progress)
    made = replace(receipt.make(searcher, ()), turns=tuple(turns))
    answers = Answers(asked, made, lambda name: searcher.document(name).metadata.date, before)
    if place is not None and wanted is not None:
        table.save(answers.content(searcher, wanted), place)
    if kept is not None:
        kept.unlink(missing_ok=True)
    return answers


def check(
    draft: AnyPath, *, index: AnyPath = "index", nearest: int = 0, password: str = ""
) -> DraftCheck:
    """Where the quotations, figures, dates and names of a draft stand in the documents.

    `draft` is a file of any format that is read. No model is loaded, but to find so many `nearest`
    passages for each sentence without any of those. Raises UsageError for a draft that is missing,
    cannot be read, or is too long, and as opening the index does.
    """
    from briefqa.drafts.file import check_file

    return check_file(Path(draft), Path(index), nearest, password)


def check_text(text: str, *, index: AnyPath = "index", nearest: int = 0) -> DraftCheck:
    """The same of a draft that is given as text, read as Markdown."""
    from briefqa.drafts.file import check_content

    return check_content(text.encode(errors="replace"), "draft.md", Path(index), nearest)


def mentions(
    query: str,
    *,
    aliases: Iterable[str] = (),
    documents: Iterable[str] | None = None,
    index: AnyPath = "index",
) -> Mentions:
    """Every place where a name, word or phrase stands, in all its forms; no model is loaded.

    `query` may have operators (docs/mentions.md), `aliases` are looked for as well, `documents` are
    named as for `Searcher.where`. Raises UsageError for a query that is not well formed.
    """
    from briefqa.concordance.finding import mentions_in

    return mentions_in(Path(index), query, aliases=aliases, documents=documents)


def verify_places(places: AnyPath, *, index: AnyPath = "index", password: str = "") -> PlacesReport:
    """Read the sources of a list of places again and check that each still stands there.

    `places` is a JSON file that `briefqa mentions` wrote. Raises UsageError for another.
    """
    from briefqa.indexing.verification import verify_places as check

    return check(Path(index), Path(places), password)


def watch(
    text: str,
    *,
    mentions: bool = False,
    aliases: Iterable[str] = (),
    documents: Iterable[str] | None = None,
    section: str | None = None,
    index: AnyPath = "index",
    reader: str | None = DEFAULT_READER,
) -> Watch:
    """Keep watch over the answer to a question, or over the `mentions` of a query.

    `run_watches` tells what has changed since. Raises UsageError for what cannot be asked.
    """
    from briefqa.index.watches import WatchKind
    from briefqa.watching import running

    kind = WatchKind.MENTIONS if mentions else WatchKind.QUESTION
    return running.add(
        Path(index), text, kind, documents=documents, section=section, aliases=aliases,
        reader=reader,
    )  # fmt: skip


def watches(index: AnyPath = "index") -> tuple[Watch, ...]:
    """What is watched, by number, with what was last seen; raises IndexDamaged."""
    from briefqa.index.store import watches_at

    return watches_at(index).watches


def unwatch(number: int, *, index: AnyPath = "index") -> Watch:
    """Stop the watch of that number, and return it; raises UsageError if there is none."""
    from briefqa.watching import running

    return running.remove(Path(index), number)


def run_watches(
    index: AnyPath = "index",
    *,
    feed: AnyPath | None = None,
    reader: str | None = DEFAULT_READER,
) -> WatchReport:
    """Ask everything that is watched again; each change since the last time is told once.

    `feed` is a JSON Feed file that gets the changes as well. Raises IndexBusy while another
    run is at it.
    """
    from briefqa.watching import running

    return running.run(Path(index), feed_file=None if feed is None else Path(feed), reader=reader)
