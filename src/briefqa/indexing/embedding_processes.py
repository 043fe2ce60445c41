"""Embedding in several processes of this machine, each with the model loaded.

The parent hands out batches of texts and takes their vectors back over pipes (`frames.py`; nothing
is unpickled), a few batches at a time. A process writes nothing: one that dies takes only a
batch with it, which another one is given. It ends when its parent does, for its input ends then.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import LifoQueue
from typing import TYPE_CHECKING

import numpy as np

from briefqa.documents.worker import frames
from briefqa.errors import BriefQAError, BuildError, ModelUnavailable, UsageError
from briefqa.models import cores
from briefqa.models.embedder import Embedder, embedder_of, has_a_name
from briefqa.records import TextKind

if TYPE_CHECKING:
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]

TRIES = 3
"""Processes that may die of one batch before the build stops."""

_WAITING = 2  # batches for each process that are computed or wait, with their vectors
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from briefqa.indexing.embedding_processes import main; main(*sys.argv[2:])"
)


class _Died(Exception):
    """A process ended before it gave its vectors; the text says of what."""


EmbedEach = Callable[[Iterable[Sequence[str]]], "Iterator[Vectors]"]
"""Gives the vectors of each batch of passages' texts in order, float32 [len(batch), dim]."""


@contextmanager
def embedding(embedder: Embedder, n_processes: int) -> Iterator[EmbedEach]:
    """What embeds batches: in this process, or in so many others, which are ended on leaving.

    Raises UsageError for an embedder that other processes cannot load by its name.
    """
    if n_processes < 2:
        yield lambda batches: (embedder.embed(texts, TextKind.PASSAGE) for texts in batches)
        return
    if not has_a_name(embedder):
        raise UsageError(
            f"The embedder {embedder.name} is an object of this process and cannot be loaded in "
            "others; give the name or the folder of a model, or leave out workers."
        )
    processes = Processes(embedder, n_processes)
    try:
        yield processes.embed
    finally:
        processes.close()


class Processes:
    """So many processes, each started when there is work for it; the cores are shared out."""

    def __init__(self, embedder: Embedder, n_processes: int) -> None:
        threads = max(1, cores.usable_cores() // n_processes)
        self._workers = [
            _Worker([embedder.name, embedder.fingerprint, str(threads)]) for _ in range(n_processes)
        ]
        self._idle: LifoQueue[_Worker] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(n_processes)

    def embed(self, batches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
        """The vectors of each batch of passages' texts in order, float32 [len(batch), dim].

        Raises ModelUnavailable, and BuildError when one batch ends process after process.
        """
        coming: deque[Future[Vectors]] = deque()
        for texts in batches:
            coming.append(self._threads.submit(self._embed, texts))
            if len(coming) >= _WAITING * len(self._workers):
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        for worker in self._workers:
            worker.stop()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.end()

    def _embed(self, texts: Sequence[str]) -> Vectors:
        why = ""
        for _ in range(TRIES):
            worker = self._idle.get()
            try:
                return worker.embed(texts)
            except _Died as died:
                why = str(died)
            finally:
                self._idle.put(worker)
        raise BuildError(
            f"Processes that embed passages ended {TRIES} times over the same ones, the last "
            f"{why}; the index was left as it was: build again with fewer workers, and what is "
            "embedded already is not embedded again."
        )


class _Worker:
    """One process after the other: the next is started when the last has died."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._arguments = arguments
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 [len(texts), dim]; for one thread at a time. Raises _Died or ModelUnavailable."""
        try:
            process = self._started()
            assert process.stdin is not None
            assert process.stdout is not None
            frames.send(process.stdin, (json.dumps(list(texts)).encode(),))
            refused, numbers = frames.receive(process.stdout)
        except (OSError, ValueError, frames.Broken) as error:
            code = self.end()
            raise _Died(_why(code, error)) from None
        except BaseException:
            self.end()
            raise
        if refused:
            raise ModelUnavailable(refused.decode())
        return np.frombuffer(numbers, dtype=np.float32).reshape(len(texts), -1)

    def stop(self) -> None:
        """Kill the process, from any thread, and start no other."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def end(self) -> int | None:
        """End the process; returns its exit code, negative for a signal, None if there is none."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return None
        process.kill()  # no harm where it is dead: its code stays what it was
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not written yet
                    pipe.close()
        return process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise CancelledError
            if self._process is None:
                paths = [path for path in sys.path if Path(path).is_absolute()]
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-c", _START, json.dumps(paths), *self._arguments],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for the parent, which ends it
                )
            return self._process


def _why(code: int | None, error: Exception) -> str:
    if code is None:
        return f"because none could be started ({error})"
    if code < 0:
        return f"by signal {-code}, as happens where memory runs out"
    return f"with code {code}"


def main(model: str, fingerprint: str, threads: str) -> None:
    """What runs in a process: batches come in on standard input, until that ends."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    cores.use_at_most(int(threads))
    embedder: Embedder | None = None
    with suppress(frames.Broken, OSError):  # the parent has ended
        while True:
            (texts,) = frames.receive(requests)
            refused, numbers = "", b""
            try:
                embedder = embedder or _loaded(model, fingerprint)
                vectors = embedder.embed(json.loads(texts), TextKind.PASSAGE)
                numbers = np.ascontiguousarray(vectors, dtype=np.float32).tobytes()
            except BriefQAError as error:
                refused = str(error)
            except Exception as error:  # noqa: BLE001  # libraries raise what they like
                why = (str(error).strip() or type(error).__name__).splitlines()[0]
                refused = f"The model {model} failed in a process of its own: {why}"
            frames.send(replies, (refused.encode("utf-8", "replace"), numbers))


def _loaded(model: str, fingerprint: str) -> Embedder:
    embedder = embedder_of(model, fingerprint)
    if embedder.fingerprint != fingerprint:
        raise ModelUnavailable(
            f"The files of the model {model} have changed during the build; build again."
        )
    return embedder
