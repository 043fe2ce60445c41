"""`briefqa check`: a draft is looked up, and what came of it is printed and written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from briefqa.atomic_file import refuse_input
from briefqa.cli import screen, terminal
from briefqa.drafts import wording
from briefqa.drafts.check import MOST_CHARACTERS
from briefqa.drafts.file import check_content, check_file
from briefqa.drafts.records import Claim, DraftCheck, Finding
from briefqa.errors import UsageError

_STDIO = "-"


def check(options: argparse.Namespace) -> int:
    """Check the draft; 1 if anything in it is altered, other or nowhere."""
    # Where a file cannot be written as it is named, that is said before the work.
    for output in (options.annotated, options.output):
        refuse_input(output, Path(options.draft), "the draft")
    write_copy = _copy_writer(options.annotated)
    write_table = _table_writer(options.output, options.format)
    done = _checked(options)
    write_copy(done)
    write_table(done)
    if options.json:
        terminal.show_json(wording.as_json(done))
    elif str(options.output) != _STDIO:
        _show(done)
    return int(done.differs)


def _copy_writer(output: Path | None) -> Callable[[DraftCheck], None]:
    """What writes the annotated draft to a file; nothing for None."""
    if output is None:
        return lambda check: None
    from briefqa.drafts import annotated  # late: only who wants a copy needs it
    from briefqa.reports import table

    form = annotated.format_of(output)
    return lambda check: table.save(annotated.content(check, form), output)


def _table_writer(output: Path | None, form: str | None) -> Callable[[DraftCheck], None]:
    """What writes the claims as a table to a file; nothing for None."""
    if output is None:
        return lambda check: None
    from briefqa.reports import table

    table.format_of(output, form)
    return lambda check: table.write(wording.table(check), output, form)


def _checked(options: argparse.Namespace) -> DraftCheck:
    password = terminal.password_of_files() if options.password else ""
    if options.draft != _STDIO:
        return check_file(Path(options.draft), options.index, options.nearest, password)
    if sys.stdin is None:
        raise UsageError("Standard input is closed; name a file.")
    data = sys.stdin.buffer.read(4 * MOST_CHARACTERS + 1)
    return check_content(data, "standard input.md", options.index, options.nearest)


def _show(check: DraftCheck) -> None:
    """Print what somebody should look at, and how much there is of the rest."""
    for claim in check.claims:
        if claim.differs:
            _show_claim(check, claim)
    for claim in check.claims:
        if claim.nearest:
            _show_claim(check, claim)
    print(screen.line(wording.summary(check)))
    print(wording.NOTE)


def _show_claim(check: DraftCheck, claim: Claim) -> None:
    line = check.draft.text.count("\n", 0, claim.start) + 1
    print(screen.line(f"line {line}: “{claim.text}”"))
    if claim.finding is not Finding.NONE:
        print(screen.fitted(wording.said_of(claim), indent="    "))
    if claim.source is not None:
        if claim.source.sentence:
            print(screen.fitted(f"“{claim.source.sentence}”", indent="    "))
        where = f"{claim.source.citation}  ({claim.source.passage.location})"
        print(f"    {screen.styled(screen.line(where), screen.Style.CITATION)}")
    for hit in claim.nearest:
        print(screen.fitted(f"“{hit.sentence}”", indent="    "))
        print(f"    {screen.styled(screen.line(hit.citation), screen.Style.CITATION)}")
    print()
