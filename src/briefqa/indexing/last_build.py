"""What the last build was given, for a build that repeats it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from briefqa.documents.source_files import absolute, excluded_by
from briefqa.errors import BuildError, IndexNotFound
from briefqa.index.manifest import BuildInputs, Manifest, Outcome
from briefqa.index.recovery import build_command, spelled
from briefqa.index.store import Store
from briefqa.text.language import supported_languages

DEFAULT_ROOT = Path("data")
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Repeated:
    """What to build with; None for the default model and language."""

    roots: Sequence[Path]
    excluded: tuple[str, ...]
    model: str | None
    language: str | None
    encoding: str = ""
    ocr: bool = False


def repeated(store: Store, index: Path) -> Repeated:
    """What the last build was given, or the folder `data` before the first.

    Known as long as the manifest can be read, whatever its format. Raises BuildError.
    """
    inputs = store.build_inputs()
    if inputs is not None and inputs.roots:
        # A damaged name is no reason not to build.
        named = named_language(inputs)
        language = named if named in supported_languages() else None
        roots = last_roots(index, inputs)
        return Repeated(
            roots, inputs.excluded, inputs.model, language, inputs.encoding, bool(inputs.ocr)
        )
    try:
        store.stamp()
    except IndexNotFound:
        if DEFAULT_ROOT.is_dir():
            return Repeated([DEFAULT_ROOT], (), None, None)
        raise BuildError(
            f"There is no folder '{DEFAULT_ROOT}' here and nothing was built before; "
            "name a file or a folder: briefqa build FOLDER"
        ) from None
    raise BuildError(
        f"The index in {spelled(index)} does not say what it was built from; name the file or "
        f"folder: {build_command(index)}"
    )


def named_language(last: Manifest | BuildInputs) -> str:
    """The language that was named for all documents, empty where none was."""
    named = last.language_named or last.language != DEFAULT_LANGUAGE
    return last.language if named else ""


def last_roots(index: Path, last: Manifest | BuildInputs) -> list[Path]:
    """The paths of the last build, less those that have gone and from which it held nothing.

    Raises BuildError for one that has gone with its documents, which may be on a disk that is not
    there today: they are not dropped unless somebody says so.
    """
    roots = []
    for root in last.roots:
        if os.path.lexists(root):
            roots.append(Path(root))
        elif _had_documents(last, absolute(root)):
            raise BuildError(
                f"{root}, which the last build read, is gone; put it back, or name all that is to "
                f"be indexed: {build_command(index)}"
            )
    return roots


def _had_documents(last: Manifest | BuildInputs, root: str) -> bool:
    """Whether it had documents under a root; also where that is not known."""
    if last.sources is None:
        return True
    return any(
        source.outcome is Outcome.INDEXED and root in excluded_by(Path(source.path))
        for source in last.sources
    )
