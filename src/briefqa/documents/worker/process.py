"""The parent's side of a worker: starts it, asks it, and ends it when it takes too long."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from briefqa.documents.worker import frames
from briefqa.documents.worker.frames import Reply, Request
from briefqa.errors import LoadError, PasswordNeeded
from briefqa.json_decoding import Malformed, decode, encode

WALL_SECONDS = 40.0
"""For one file, however little the processor gets to do for it; 12 s of its time end it sooner."""

_BYTES_A_SECOND = 250_000
"""That a long file is given more time for, since a parser that gets on may take longer."""

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from briefqa.documents.worker.child import main; main()"
)
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TZ")


class Worker:
    """A worker process, started when it is first asked; one question at a time, for any thread."""

    def __init__(self, wall_seconds: float = WALL_SECONDS) -> None:
        self._wall_seconds = wall_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def ask(self, request: Request, data: bytes) -> Sequence[bytes]:
        """What comes of a task with a file's bytes; raises LoadError with one sentence.

        A file that ends the worker is refused, and the next request starts another.
        """
        head = encode(request)
        with self._lock:
            self._stopped = False
            answered = self._try(head, data)
            if answered is None and not self._stopped:  # it ended before it had the file
                answered = self._try(head, data)
        if answered is None:
            raise LoadError("the process that reads such files was stopped or could not be started")
        try:
            reply = decode(answered[0], Reply)
        except (IndexError, Malformed) as error:
            raise LoadError("it made its parser answer nonsense") from error
        if reply.locked:
            raise PasswordNeeded(wrong=reply.locked == "wrong")
        if reply.refused:
            raise LoadError(reply.refused)
        return answered[1:]

    def interrupt(self) -> None:
        """End the process at once, whatever it is doing: another thread may be waiting for it."""
        self._stopped = True
        process = self._process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process; it starts again when it is asked."""
        with self._lock:
            self._end()

    def _try(self, head: bytes, data: bytes) -> Sequence[bytes] | None:
        """The reply, None if the worker ended before it had the file; raises LoadError."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()
        seconds = self._wall_seconds + len(data) / _BYTES_A_SECOND

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        begun = False
        try:
            with suppress(BrokenPipeError):
                frames.send(process.stdin, (head, data))
            frames.receive(process.stdout)
            begun = True
            return frames.receive(process.stdout)
        except frames.Broken:
            code = self._end()
            if not begun and not late.is_set():
                return None
            raise LoadError(_why(code, seconds if late.is_set() else None)) from None
        except BaseException:
            self._end()
            raise
        finally:
            timer.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._process is None:
            paths = [path for path in sys.path if Path(path).is_absolute()]
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START, json.dumps(paths)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                start_new_session=True,  # Ctrl-C is for the parent, which ends it
            )
        return self._process

    def _end(self) -> int | None:
        """End the process; returns its exit code, negative for a signal."""
        process, self._process = self._process, None
        if process is None:
            return None
        if process.stdin is not None:
            with suppress(OSError):
                process.stdin.close()  # at which it ends, unless it is busy
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        process.kill()
        if process.stdout is not None:
            process.stdout.close()
        return process.wait()


def _why(code: int | None, late: float | None) -> str:
    from briefqa.documents.worker.child import MEMORY, SECONDS

    if late is not None:
        return f"it could not be read in {late:.0f} seconds"
    if code == -signal.SIGXCPU:
        return f"it could not be read in {SECONDS} seconds of processor time"
    return f"its parser gave up on it: it is damaged, or needs more than {MEMORY / 1e9:.1f} GB"


shared = Worker()
"""The one that reads for this process."""

atexit.register(shared.close)
