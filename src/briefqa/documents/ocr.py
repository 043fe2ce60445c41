"""Reads the pages of a file that hold pictures instead of text, such as scans.

Pages are drawn in the worker and read by Tesseract, several side by side. What was read is kept in
the user's cache folder, by the SHA-256 of the file and by what read it.
"""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import platformdirs

from briefqa.atomic_file import replace_file
from briefqa.documents import tesseract
from briefqa.documents.recognised import RecognisedPage
from briefqa.documents.worker import process
from briefqa.documents.worker.frames import Request
from briefqa.errors import LoadError
from briefqa.json_decoding import Malformed, decode, encode
from briefqa.models.cores import usable_cores

MOST_KEPT = 20_000
"""Pages in the cache, of some 10 KB each; of more the oldest are removed."""

_MOST_FAILED = 3  # pages of a file, after which no others are tried: they may take a minute each
_FORMAT = 1  # raise it when a page would be drawn or kept in another way

_stopped = threading.Event()


def read_pages(data: bytes, name: str, password: str, setup: str) -> tuple[RecognisedPage, ...]:
    """What stands on the pages of a file that cannot be read otherwise, in their order.

    `setup` is that of `tesseract.setup`. A page that cannot be drawn or read says why. Raises
    LoadError for a file that cannot be opened, and where this machine has another Tesseract.
    """
    _stopped.clear()
    parts = process.shared.ask(Request("unread", name, password), data)
    try:
        wanted = decode(parts[0] if parts else b"", list[tuple[int, int]])
    except Malformed as error:
        raise LoadError("it made its parser answer nonsense") from error
    if not wanted:
        return ()
    digest = hashlib.sha256(data).hexdigest()
    keys = [f"{digest} {page} {width} {setup} {_FORMAT}" for page, width in wanted]
    kept = [None if password else _kept(key) for key in keys]
    if None in kept:
        tesseract.program(setup)
    failed: list[int] = []

    def read(page: int, width: int, key: str, known: RecognisedPage | None) -> RecognisedPage:
        if known is not None:
            return known
        if len(failed) >= _MOST_FAILED or _stopped.is_set():
            return RecognisedPage(page, failed="too many others could not be read by OCR")
        try:
            head, *pixels = process.shared.ask(
                Request("picture", name, password, page, width), data
            )
            across, down = decode(head, tuple[int, int])
            if _stopped.is_set():
                raise LoadError("it was stopped")
            found = tesseract.read(page, across, down, b"".join(pixels), setup)
        except (LoadError, Malformed, ValueError) as error:
            failed.append(page)
            said = str(error) if isinstance(error, LoadError) else "its picture is damaged"
            return RecognisedPage(page, failed=said)
        if not password:  # what is locked is kept in the index alone
            _keep(key, found)
        return found

    with ThreadPoolExecutor(usable_cores()) as pool:
        return tuple(pool.map(read, *zip(*wanted, strict=True), keys, kept))


def stop() -> None:
    """Give up what is being read."""
    _stopped.set()
    tesseract.stop()


def _folder() -> Path:
    return platformdirs.user_cache_path("briefqa") / "ocr"


def _path(key: str) -> Path:
    return _folder() / f"{hashlib.blake2b(key.encode(), digest_size=16).hexdigest()}.json"


def _kept(key: str) -> RecognisedPage | None:
    with suppress(OSError, Malformed):
        path = _path(key)
        page = decode(path.read_bytes(), RecognisedPage)
        path.touch()
        return page
    return None


def _keep(key: str, page: RecognisedPage) -> None:
    """Keep what was read of a page, if that can be written, and remove the oldest beyond many."""
    with suppress(OSError):
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(_path(key), encode(page))
        kept = list(folder.iterdir())
        if len(kept) > MOST_KEPT:
            kept.sort(key=lambda path: path.stat().st_mtime)
            for path in kept[: len(kept) - MOST_KEPT * 9 // 10]:
                path.unlink(missing_ok=True)
