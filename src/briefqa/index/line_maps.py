"""Where the lines of extracted texts stand on their pages, on disk: one array for all documents.

A row of 18 bytes a visual line, and beside it where each document's rows start. An index without a
document that has pages has neither file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.index import arrays
from briefqa.index.recovery import damaged
from briefqa.records import NO_LINES, LineMap

if TYPE_CHECKING:
    import numpy.typing as npt

LINES = "lines.npy"
STARTS = "lines.starts.npy"

ROW = np.dtype([("start", "<i4"), ("page", "<u2"), ("first", "<i4"), ("box", "<i2", (4,))])


class LineMapWriter:
    """Writes the lines of documents in order, those of row i the i-th, when it is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows = bytearray()
        self._ends = [0]

    def add(self, lines: LineMap) -> None:
        """Add the lines of one more document, which may have none."""
        rows = np.zeros(len(lines.starts), ROW)
        if len(rows):
            rows["start"], rows["page"], rows["first"] = lines.starts, lines.pages, lines.firsts
            limits = np.iinfo(np.int16)
            rows["box"] = np.clip(lines.boxes, limits.min, limits.max)
        self._rows += rows.tobytes()
        self._ends.append(len(self._rows) // ROW.itemsize)

    def close(self) -> None:
        """Write the files if any document has lines; raises OSError."""
        if self._rows:
            arrays.write(self._folder / LINES, np.frombuffer(self._rows, ROW))
            arrays.write(self._folder / STARTS, np.array(self._ends, np.int64))


class LineMaps:
    """The lines of each document of a generation."""

    def __init__(self, folder: Path, documents: int) -> None:
        """Raises IndexDamaged unless the files fit together and `documents` in number."""
        self._path = folder / LINES
        self._rows: npt.NDArray[Any] = np.zeros(0, ROW)
        self._starts: npt.NDArray[np.int64] = np.zeros(documents + 1, np.int64)
        if not self._path.exists() and not (folder / STARTS).exists():
            return
        self._rows = arrays.read(self._path, ROW)
        self._starts = arrays.read(folder / STARTS, np.int64)
        if (
            len(self._starts) != documents + 1
            or (self._starts[0], self._starts[-1]) != (0, len(self._rows))
            or (np.diff(self._starts) < 0).any()
        ):
            raise damaged(self._path, "its rows are not where its starts say")

    def __getitem__(self, document: int) -> LineMap:
        """The lines of a document, by its row; none of one without pages."""
        return _lines(self.rows_of(document))

    def rows_of(self, document: int) -> npt.NDArray[Any]:
        """The lines of a document as they are kept, `ROW` [n_lines]."""
        return self._rows[int(self._starts[document]) : int(self._starts[document + 1])]

    def within(self, document: int, start: int, end: int) -> LineMap:
        """Those lines of a document that have a character of that range, which is not empty."""
        rows = self.rows_of(document)
        begin = max(0, int(np.searchsorted(rows["start"], start, "right")) - 1)
        return _lines(rows[begin : int(np.searchsorted(rows["start"], end))])

    def check(self) -> None:
        """Raise IndexDamaged where the lines of a document are not in the order of its text."""
        starts = self._rows["start"]
        ordered = np.diff(starts, prepend=0) >= 0
        begins = self._starts[:-1]
        ordered[begins[begins < len(starts)]] = True  # another document's
        if not ordered.all() or (starts < 0).any() or (self._rows["page"] < 1).any():
            raise damaged(self._path, "its lines are not in the order of a text")


def _lines(rows: npt.NDArray[Any]) -> LineMap:
    if not len(rows):
        return NO_LINES
    return LineMap(
        tuple(rows["start"].tolist()),
        tuple(rows["page"].tolist()),
        tuple(rows["first"].tolist()),
        tuple(map(tuple, rows["box"].tolist())),
    )
