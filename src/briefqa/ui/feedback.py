"""Readers' ratings of answers.

Kept on this machine as a questions file that `briefqa eval` reads. A line says what was asked and
which passage was rated, by its section and the sentence that was quoted, if one was; a line that is
rated down waits for a person to put the right section and string in place of the wrong ones, and to
delete the rating.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import portalocker

from briefqa.errors import UsageError
from briefqa.records import Answer, Hit, Verdict, section_text

MOST_BYTES = 20_000_000
"""Bytes a file of ratings may grow to."""
MOST_CHARACTERS = 2_000
"""Characters kept of a question and of the text that answers it."""

_FLAGS = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NONBLOCK", 0)  # a pipe may block


class Feedback:
    """Ratings, appended to a file that is its owner's alone; any thread or process may add some."""

    def __init__(self, path: Path) -> None:
        """Make the file if there is none; raises UsageError if it cannot be written."""
        self._path = path.absolute()
        self._append(b"")

    def record(self, answer: Answer, hit: Hit | None, helpful: bool) -> None:
        """Keep what was thought of an answer, or of one `hit` of it.

        Without a hit the first is meant, also where the answer is unsure; or that nothing answers
        if the answer says so. The sentence that answers is kept where one was quoted; of a passage
        that was only shown nobody has said which it is. The question is kept as it was read, so
        that a follow-up can be asked by itself. Raises UsageError when nothing can be kept.
        """
        if hit is None and answer.verdict is not Verdict.NOT_FOUND and answer.hits:
            hit = answer.hits[0]
        quoted = () if hit is None else answer.quotations_from(hit.passage)
        line: dict[str, str | list[str] | None] = {
            "question": (answer.read_as or answer.question)[:MOST_CHARACTERS],
            "document": None if hit is None else hit.passage.document,
            "section": None if hit is None else section_text(hit.passage.section),
            "contains": quoted[0].sentence[:MOST_CHARACTERS] if quoted else None,
            "rating": "up" if helpful else "down",
        }
        if hit is None:  # what is added later may hold an answer
            line["searched"] = list(answer.searched)
        try:
            content = json.dumps(line, ensure_ascii=False).encode()
        except UnicodeEncodeError:  # a name that is no text
            content = json.dumps(line).encode()
        self._append(content + b"\n")

    def _append(self, line: bytes) -> None:
        """Add a line, whole or not at all."""
        try:
            handle = os.open(self._path, _FLAGS, 0o600)
        except (OSError, ValueError) as error:
            raise self._unwritable(error) from error
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UsageError(f"Ratings cannot be kept in {self._path}: it is not a file.")
            portalocker.lock(handle, portalocker.LockFlags.EXCLUSIVE)
            size = os.fstat(handle).st_size
            if line and size and os.pread(handle, 1, size - 1) != b"\n":  # as an editor left it
                line = b"\n" + line
            if size + len(line) > MOST_BYTES:
                raise UsageError(f"{self._path} is full of ratings; name another file.")
            if os.write(handle, line) < len(line):
                os.ftruncate(handle, size)
                raise OSError("no space is left")
        except (OSError, portalocker.LockException) as error:
            raise self._unwritable(error) from error
        finally:
            os.close(handle)

    def _unwritable(self, error: Exception) -> UsageError:
        why = getattr(error, "strerror", None) or error
        return UsageError(f"Ratings cannot be kept in {self._path} ({why}); name another file.")
