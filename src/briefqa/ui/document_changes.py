"""Adding, removing and rebuilding from the page, in a thread that reports its progress."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

from briefqa.errors import BriefQAError, UsageError
from briefqa.indexing.added_files import Change
from briefqa.indexing.library import Removed
from briefqa.indexing.progress import OnProgress
from briefqa.ui import documents_view
from briefqa.ui.html import Html
from briefqa.ui.service import IndexService
from briefqa.ui.session import log


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a change: what is said of it, and what can be undone, if anything.

    `locked` are the uploaded files that wait for a password, as a batch; empty if none do, None
    where the change was about other files.
    """

    notice: Html
    removed: Removed | None = None
    locked: str | None = None


Work = Callable[[OnProgress], Done]


def adding(service: IndexService, batch: str, password: str = "") -> Work:
    """Keep and index the files of a batch that was uploaded; `password` opens the locked ones."""

    def work(progress: OnProgress) -> Done:
        if service.library is None or service.uploads is None:
            raise UsageError(_READ_ONLY)
        with service.uploads.batch(batch) as files:
            received = service.library.add(files, progress, password)
            asked = [
                file
                for file, one in zip(files, received, strict=True)
                if one.outcome is Change.LOCKED
            ]
            locked = service.uploads.hold(asked) if asked else ""
            return Done(documents_view.received(received), locked=locked)

    return work


def removing(service: IndexService, document: str) -> Work:
    """Take a document out of what is searched."""

    def work(progress: OnProgress) -> Done:
        if service.library is None:
            raise UsageError(_READ_ONLY)
        removed = service.library.remove(document, progress)
        return Done(documents_view.removed(removed.name, removed.detail), removed)

    return work


def describing(service: IndexService, document: str, said: Mapping[str, str]) -> Work:
    """Say what an uploaded document is, as far as that is another than what is known of it."""

    def work(progress: OnProgress) -> Done:
        if service.library is None:
            raise UsageError(_READ_ONLY)
        if not document:
            raise UsageError("Choose a document first.")
        about = asdict(service.document(document).metadata)
        others = {field: value for field, value in said.items() if value != about[field]}
        if not others:
            return Done(documents_view.notice("Nothing was changed."))
        return Done(documents_view.received([service.library.describe(document, others, progress)]))

    return work


def restoring(service: IndexService, removed: Removed | None) -> Work:
    """Undo a removal."""

    def work(progress: OnProgress) -> Done:
        if service.library is None:
            raise UsageError(_READ_ONLY)
        if removed is None:
            raise UsageError("There is nothing to undo any more; add the file again.")
        return Done(documents_view.received([service.library.restore(removed, progress)]))

    return work


def rebuilding(service: IndexService) -> Work:
    """Build the index again from what it was built from."""

    def work(progress: OnProgress) -> Done:
        if service.library is None:
            raise UsageError(_READ_ONLY)
        service.rebuild(progress)
        return Done(documents_view.notice("The documents are indexed anew."))

    return work


def steps(work: Work) -> Iterator[Html | Done]:
    """How far `work` is, as it goes on in a thread of its own, and last what came of it."""
    told: queue.Queue[Html | Done] = queue.Queue()

    def run() -> None:
        try:
            told.put(work(lambda how_far: told.put(documents_view.working(how_far))))
        except BriefQAError as error:
            told.put(Done(documents_view.notice(str(error), bad=True)))
        except Exception:  # noqa: BLE001  a bug: told in the terminal, so that the page does not hang
            log.exception("The documents could not be changed")
            sentence = "Something went wrong; the terminal says what. Try it again."
            told.put(Done(documents_view.notice(sentence, bad=True)))

    threading.Thread(target=run, daemon=True).start()
    while True:
        step = told.get()
        while not isinstance(step, Done) and not told.empty():
            step = told.get()  # only the latest is worth showing
        yield step
        if isinstance(step, Done):
            return


_READ_ONLY = "The documents of this page cannot be changed; ask whoever runs it."
