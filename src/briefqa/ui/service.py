"""What the page works with: an index that may be missing, damaged or just being built again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from briefqa.answering.searcher import Searcher
from briefqa.api import build, open_index
from briefqa.index.store import absolute
from briefqa.models.reader import DEFAULT_READER, Reader
from briefqa.records import Answer, Document, DocumentInfo, Hit, Mode, Query
from briefqa.ui.turns import TurnStore

if TYPE_CHECKING:
    from briefqa.indexing.library import Library
    from briefqa.indexing.progress import OnProgress
    from briefqa.models.embedder import Embedder
    from briefqa.ui.feedback import Feedback
    from briefqa.ui.uploads import Uploads
    from briefqa.watching.running import Change, WatchReport

_MOST_TOLD = 100  # changes of watches that are kept


class IndexService:
    """An index, opened when it can be, with its documents' library and its readers' feedback.

    Without a `library` the page only reads; files arrive for it in `uploads`. Without `feedback`
    nothing is kept of what readers think. `turns` are the answers that tabs may come back to,
    `told` the changes of watches that were found here, the newest first.
    Every method that reads the index raises IndexFolderError as long as there is none.
    """

    def __init__(
        self,
        index: Path,
        *,
        library: Library | None = None,
        uploads: Uploads | None = None,
        feedback: Feedback | None = None,
        model: Embedder | None = None,
        reader: Reader | str | None = DEFAULT_READER,
    ) -> None:
        """Over the index in this folder, whether there is one yet or not."""
        self.index = absolute(index)
        self.library = library
        self.uploads = uploads
        self.feedback = feedback
        self.turns = TurnStore()
        self.told: tuple[Change, ...] = ()
        self._model = model
        self._reader = reader
        self._lock = threading.Lock()
        self._searcher: Searcher | None = None

    def searcher(self) -> Searcher:
        """The index, opened; it follows rebuilds by itself."""
        with self._lock:
            if self._searcher is None:
                self._searcher = open_index(self.index, model=self._model, reader=self._reader)
            return self._searcher

    def search(self, query: Query, *, mode: Mode | str = Mode.HYBRID) -> list[Hit]:
        """See `Searcher.search`."""
        return self.searcher().search(query, mode=mode)

    def ask(self, query: Query) -> Answer:
        """See `Searcher.ask`."""
        return self.searcher().ask(query)

    def documents(self) -> tuple[DocumentInfo, ...]:
        """See `Searcher.documents`."""
        return self.searcher().documents()

    def document(self, name: str) -> Document:
        """See `Searcher.document`."""
        return self.searcher().document(name)

    def rebuild(self, progress: OnProgress | None = None) -> None:
        """Build the index again from what it was built from; raises BriefQAError.

        When that went with it: from the folder `data` and from what people have added.
        """
        from briefqa.indexing.builder import published

        folders: list[Path] = []
        if self.library is not None and published(self.index) is None:
            folders = [folder for folder in (Path("data"), self.library.uploads) if folder.is_dir()]
        build(folders or None, index=self.index, model=self._model, progress=progress)

    def run_watches(self, feed: Path | None = None) -> WatchReport:
        """Run the watches of the index, also into the JSON Feed `feed`; raises BriefQAError."""
        from briefqa.watching import running

        def tell(report: WatchReport) -> None:
            new = [each for each in report.changes if each not in self.told]
            self.told = (*new, *self.told)[:_MOST_TOLD]

        return running.run(self.index, searcher=self.searcher(), feed_file=feed, tell=tell)

    def close(self) -> None:
        """Let go of the index and of the answers; what is asked after that opens it again."""
        with self._lock:
            searcher, self._searcher = self._searcher, None
        if searcher is not None:
            searcher.close()
        self.turns.clear()

    def warm(self) -> None:
        """Load now what the first question would."""
        self.searcher().warm()
