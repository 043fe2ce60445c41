"""Arrays on disk, in numpy's own format without pickles.

An index folder may come from anyone: whatever is wrong with a file, opening it raises IndexDamaged.
"""

from __future__ import annotations

import mmap
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, Any

import numpy as np

from briefqa.index.recovery import damaged

if TYPE_CHECKING:
    import numpy.typing as npt

# What numpy raises for a file that holds no array; a header is parsed as Python's literals are.
_UNREADABLE = (OSError, ValueError, TypeError, OverflowError, SyntaxError, EOFError, TokenError)


def write(path: Path, values: npt.NDArray[Any]) -> None:
    """Write an array of numbers; raises OSError."""
    np.save(path, values, allow_pickle=False)


def read(path: Path, dtype: npt.DTypeLike, dimensions: int = 1) -> np.memmap[Any, Any]:
    """The array in the file, mapped from disk and not writable.

    Raises IndexDamaged when there is none, or one of another type or number of dimensions.
    """
    try:
        # np.load would open zips and pickles too; this maps plain arrays and nothing else.
        values: np.memmap[Any, Any] = np.lib.format.open_memmap(path, mode="r")
    except _UNREADABLE as error:
        why = " ".join(str(error).split())  # it may quote the file
        raise damaged(path, f"it cannot be read ({why})") from error
    if values.dtype != dtype or values.ndim != dimensions or not values.flags.c_contiguous:
        raise damaged(path, f"it holds {values.dtype} {list(values.shape)}, which no build writes")
    return values


def widened(halves: npt.NDArray[np.float16]) -> npt.NDArray[np.float32]:
    """As float32, exactly, where they are numbers, and above 65,000 where they are not.

    The bits are moved to their new places, and the exponent mended by the factor: five times as
    fast as `astype`, which was half of a search.
    """
    bits = np.asarray(halves).view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= -0x70000001  # the sign was copied into these three bits
    numbers = bits.view(np.float32)
    numbers *= np.float32(2.0**112)
    return numbers


def forget(vectors: np.memmap[Any, Any]) -> None:
    """Let go of the pages read of a file: they stay in the system's cache, not in our memory."""
    pages: object = vectors.base
    if isinstance(pages, mmap.mmap):
        pages.madvise(mmap.MADV_DONTNEED)
