"""Files that the page uploads: as a form, into a private folder, under names of our own.

A batch of files waits under a random token until the page takes it, once, and is then deleted; what
nobody takes is deleted after a while, and everything at the end.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from briefqa.errors import UsageError

MOST_FILES = 200
MOST_BYTES = 100_000_000
"""Of one batch, its form included."""
MOST_BATCHES = 8
"""That wait or are on their way."""
WAITING_SECONDS = 600.0
SLOWEST_SECONDS = 600.0
"""That a batch may take to arrive."""

Files = list[tuple[str, Path]]


class TooMuch(MultiPartException):
    """More than a batch may hold."""


class Uploads:
    """Batches of files that came by `POST /library/upload` and wait to be taken."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="briefqa-uploads-")  # mode 0700
        self._delete = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[float, Path, Files]] = {}
        self._coming = 0

    @property
    def route(self) -> Route:
        """Where files are sent to, for the application that serves the page."""
        most = 2 * MOST_BYTES  # beyond it nothing is read, below it a sentence says what is wrong
        return Route("/library/upload", self._receive, methods=["POST"], max_body_size=most)

    @contextmanager
    def batch(self, token: str) -> Iterator[Files]:
        """The name as given, and the file, of each in a batch, which is deleted after the block.

        Raises UsageError for a token that is unknown, taken before or too old.
        """
        self._forget_old()
        with self._lock:
            batch = self._waiting.pop(token, None)
        if batch is None:
            raise UsageError("These files are no longer held; drop them on the page again.")
        _, folder, files = batch
        try:
            yield files
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def hold(self, files: Files) -> str:
        """Keep files of a batch as one of their own, whose token is returned; raises UsageError."""
        try:
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            kept = [(name, path.rename(folder / path.name)) for name, path in files]
        except OSError as error:
            raise UsageError("The locked files could not be kept; drop them again.") from error
        return self._waits(folder, kept)

    def close(self) -> None:
        """Delete everything."""
        with self._lock:
            self._waiting.clear()
        self._delete()

    async def _receive(self, request: Request) -> Response:
        self._forget_old()
        with self._lock:
            if self._coming + len(self._waiting) >= MOST_BATCHES:
                return _problem(503, "Other files are still being taken in; try again in a minute.")
            self._coming += 1
        try:
            async with asyncio.timeout(SLOWEST_SECONDS):
                form = await MultiPartParser(
                    request.headers, _bounded(request), max_files=MOST_FILES, max_fields=10
                ).parse()
            try:
                files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
                if not files:
                    return _problem(400, "No file came; drop one on the page.")
                token = await asyncio.to_thread(self._store, files)
            finally:
                await form.close()
        except TimeoutError:
            return _problem(408, "The files took too long to arrive; drop fewer, or smaller ones.")
        except TooMuch as error:
            return _problem(413, error.message)
        except (MultiPartException, KeyError) as error:
            if "Too many files" in str(getattr(error, "message", "")):
                return _problem(413, f"At most {MOST_FILES} files can come at once; drop fewer.")
            return _problem(400, "These files did not arrive whole; drop them again.")
        except OSError:
            return _problem(507, "The files could not be kept: no space is left on the server.")
        finally:
            with self._lock:
                self._coming -= 1
        return JSONResponse({"batch": token})

    def _store(self, files: list[UploadFile]) -> str:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        copies: Files = []
        try:
            for number, file in enumerate(files, 1):
                path = folder / f"{number:04}"
                with path.open("xb") as copy:
                    shutil.copyfileobj(file.file, copy)
                copies.append((file.filename or "", path))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return self._waits(folder, copies)

    def _waits(self, folder: Path, files: Files) -> str:
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._waiting[token] = (time.monotonic(), folder, files)
        return token

    def _forget_old(self) -> None:
        with self._lock:
            latest = time.monotonic() - WAITING_SECONDS
            old = [token for token, (since, _, _) in self._waiting.items() if since < latest]
            folders = [self._waiting.pop(token)[1] for token in old]
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    """The body of a request; raises TooMuch beyond what a batch may hold."""
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooMuch(f"At most {MOST_BYTES / 1e6:.0f} MB can come at once; drop fewer files.")
        yield chunk


def _problem(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=status)
