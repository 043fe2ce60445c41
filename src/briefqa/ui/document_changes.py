"""How do documents come and go from the page? As work that tells how far it is."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from briefqa.errors import BriefQAError, UsageError
from briefqa.indexing.generation_writer import Progress
from briefqa.indexing.library import Removed
from briefqa.ui import documents_view
from briefqa.ui.html import Html
from briefqa.ui.service import Desk
from briefqa.ui.session import log


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a change: what is said of it, and what can be undone, if anything."""

    news: Html
    removed: Removed | None = None


Work = Callable[[Progress], Done]


def adding(desk: Desk, batch: str) -> Work:
    """Keep and index the files of a batch that came through the door for them."""

    def work(progress: Progress) -> Done:
        if desk.library is None or desk.uploads is None:
            raise UsageError(_READ_ONLY)
        with desk.uploads.batch(batch) as files:
            return Done(documents_view.received(desk.library.add(files, progress)))

    return work


def removing(desk: Desk, document: str) -> Work:
    """Take a document out of what is searched."""

    def work(progress: Progress) -> Done:
        if desk.library is None:
            raise UsageError(_READ_ONLY)
        removed = desk.library.remove(document, progress)
        return Done(documents_view.removed(removed.name), removed)

    return work


def restoring(desk: Desk, removed: Removed | None) -> Work:
    """Undo a removal."""

    def work(progress: Progress) -> Done:
        if desk.library is None:
            raise UsageError(_READ_ONLY)
        if removed is None:
            raise UsageError("There is nothing to undo any more; add the file again.")
        return Done(documents_view.received([desk.library.restore(removed, progress)]))

    return work


def rebuilding(desk: Desk) -> Work:
    """Build the index again from what it was built from."""

    def work(progress: Progress) -> Done:
        if desk.library is None:
            raise UsageError(_READ_ONLY)
        desk.rebuild(progress)
        return Done(documents_view.news("The documents are indexed anew."))

    return work


def steps(work: Work) -> Iterator[Html | Done]:
    """How far `work` is, as it goes on in a thread of its own, and last what came of it."""
    told: queue.Queue[Html | Done] = queue.Queue()

    def run() -> None:
        try:
            told.put(work(lambda *how_far: told.put(documents_view.working(*how_far))))
        except BriefQAError as error:
            told.put(Done(documents_view.news(str(error), bad=True)))
        except Exception:  # noqa: BLE001  a bug: told in the terminal, so that the page does not hang
            log.exception("The documents could not be changed")
            sentence = "Something went wrong; the terminal says what. Try it again."
            told.put(Done(documents_view.news(sentence, bad=True)))

    threading.Thread(target=run, daemon=True).start()
    while True:
        step = told.get()
        while not isinstance(step, Done) and not told.empty():
            step = told.get()  # only the latest is worth showing
        yield step
        if isinstance(step, Done):
            return


_READ_ONLY = "The documents of this page cannot be changed; ask whoever runs it."
