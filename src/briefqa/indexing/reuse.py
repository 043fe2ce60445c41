"""Takes over the vectors of other indexes, so that a build need not compute them again.

What a folder is cut into is then embedded wherever there is a machine for it, a part of the folder
each, and put together by a build that only reads and cuts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from briefqa.errors import IndexOutOfDate
from briefqa.index.manifest import RECIPE
from briefqa.index.recovery import spelled
from briefqa.index.store import store_at
from briefqa.index.vector_cache import KnownVectors
from briefqa.models.embedder import Embedder

_BLOCK = 8_192  # vectors copied at once


def made_by(embedder: Embedder) -> str:
    """What two indexes have in common whose vectors of the same text are the same."""
    return str((RECIPE, embedder.fingerprint))


def take_over(indexes: Sequence[Path], workspace: Path, embedder: Embedder) -> None:
    """Keep the vectors of the indexes in `workspace`, as of a build that was stopped.

    Raises IndexFolderError for what is no sound index, IndexOutOfDate for one of another model or
    recipe, and OSError.
    """
    if not indexes:
        return
    known = KnownVectors(workspace, made_by(embedder), None)
    for index in indexes:
        with store_at(index).open() as other:
            other.check()
            made = (other.manifest.recipe, other.manifest.fingerprint)
            if made != (RECIPE, embedder.fingerprint):
                raise IndexOutOfDate(
                    f"The vectors of the index in {spelled(index)} were made by another version of "
                    f"BriefQA or with another model than {embedder.name}; leave it out, or build "
                    "it again."
                )
            keys = [row.tobytes() for row in other.vector_keys]
            for start in range(0, len(keys), _BLOCK):
                rows = [
                    row
                    for row in range(start, min(start + _BLOCK, len(keys)))
                    if keys[row] not in known
                ]
                if rows:
                    known.add([keys[row] for row in rows], other.stored_vectors[rows])
