"""Follows folders: says when files in them are new, changed or gone, once they are settled.

The only module that imports watchfiles.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from briefqa.errors import BriefQAError, UsageError
from briefqa.index.recovery import build_inputs, spelled

SETTLED = 1.0  # seconds for which no file may change before it is read
_LOOK_AGAIN = 5_000  # milliseconds, where no event came: some file systems send none

Snapshot = dict[str, tuple[int, int, int]]


def changes(
    roots: Sequence[Path],
    *,
    leave_out: Path,
    stop: threading.Event,
    settled: float = SETTLED,
    look_again: int = _LOOK_AGAIN,
) -> Iterator[None]:
    """Yields at once, and then whenever the files under `roots` have changed and are settled.

    They are settled when none has changed for so many seconds. Hidden files and the folder
    `leave_out` are not looked at. Ends when `stop` is set. Raises UsageError where nothing of the
    roots is there.
    """
    from watchfiles import watch

    watched = {path if path.is_dir() else path.parent for path in map(Path.absolute, roots)}
    there = [path for path in watched if path.is_dir()]
    if not there:
        raise UsageError(f"There is no folder to follow: {', '.join(map(str, roots))}.")
    last = snapshot(roots, leave_out)
    yield
    for _ in watch(
        *there, watch_filter=None, stop_event=stop, rust_timeout=look_again,
        yield_on_timeout=True, raise_interrupt=True, ignore_permission_denied=True, debounce=200,
    ):  # fmt: skip
        now = snapshot(roots, leave_out)
        while now != last and not stop.wait(settled):
            before, now = now, snapshot(roots, leave_out)
            if before == now:
                last = now
                yield
                break


def follow(
    index: Path,
    build: Callable[[], object],
    *,
    stop: threading.Event,
    failed: Callable[[BriefQAError], None],
    settled: float = SETTLED,
    look_again: int = _LOOK_AGAIN,
) -> None:
    """Call `build` now and whenever the files change that `index` was built from.

    That goes on until `stop` is set. What a build raises goes to `failed`, and following goes on.
    Raises UsageError for an index that was built from no files.
    """
    inputs = build_inputs(index)
    roots = [] if inputs is None else [Path(root) for root in inputs.roots]
    if not roots:
        raise UsageError(
            f"The index in {spelled(index)} does not say what folder to follow; build it first."
        )
    for _ in changes(roots, leave_out=index, stop=stop, settled=settled, look_again=look_again):
        if stop.is_set():
            return
        try:
            build()
        except BriefQAError as error:
            failed(error)


def snapshot(roots: Sequence[Path], leave_out: Path) -> Snapshot:
    """Size, time of change and number of every file under the roots, by its path."""
    files: Snapshot = {}
    excluded = os.path.realpath(leave_out)
    for root in roots:
        if not root.is_dir():
            _note(files, os.fspath(root))
            continue
        for folder, folders, names in os.walk(root):
            folders[:] = [
                name
                for name in folders
                if not name.startswith(".")
                and os.path.realpath(os.path.join(folder, name)) != excluded  # noqa: PTH118
            ]
            for name in names:
                if not name.startswith("."):
                    _note(files, os.path.join(folder, name))  # noqa: PTH118
    return files


def _note(files: Snapshot, path: str) -> None:
    try:
        status = Path(path).stat()
    except OSError:
        return
    files[path] = status.st_size, status.st_mtime_ns, status.st_ino
