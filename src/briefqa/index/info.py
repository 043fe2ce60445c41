"""What an index holds, what it was made with, and what answers from it on this machine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from briefqa.errors import ModelUnavailable
from briefqa.index.calibration import Calibration
from briefqa.index.manifest import Outcome, Source
from briefqa.index.store import store_at
from briefqa.models.embedder import embedder_of, runtime
from briefqa.models.model_card import languages_of
from briefqa.models.reader import Reader, load_reader, usable_reader
from briefqa.models.sentence_transformer import DEFAULT_MODEL

MANY = 1 / 3  # of the documents


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """An index and what it is used with.

    `size` is in bytes, `created` in UTC, and `version` that of the BriefQA that built it. `model`
    is the embedding model and `dimension` the length of its vectors; `runs_on` says what runs it
    on this machine, or why nothing can; `reader` says which reader is used, or why none is.
    `calibration` is None until `calibrate` was run, and `calibration_used` false if it was fitted
    to another model or reader. `threshold_measured` says whether the default confidence threshold
    was measured with this model. `roots` and `excluded` are the absolute paths of the last build;
    `sources` are its files in document order, with those that could not be read. `language` is that
    of documents that do not say theirs, if it was `language_named`; else only of those whose words
    do not tell. `language_note` says where the model does not suit the documents' languages.
    """

    index: Path
    generation: str
    format: int
    created: str
    version: str
    size: int
    documents: int
    passages: int
    language: str
    model: str
    fingerprint: str
    dimension: int
    runs_on: str
    reader: str
    threshold_measured: bool
    calibration: Calibration | None
    calibration_used: bool
    roots: tuple[str, ...]
    excluded: tuple[str, ...]
    sources: tuple[Source, ...]
    language_named: bool = False
    language_note: str = ""


def english_only(sources: Iterable[Source], model: str) -> str:
    """A sentence where many documents are in another language and the embedding model in English.

    Empty elsewhere; documents whose language is unclear count as English.
    """
    indexed = [source for source in sources if source.outcome is Outcome.INDEXED]
    others = sum(source.language not in ("", "en") for source in indexed)
    if others <= len(indexed) * MANY or languages_of(model) != ("en",):
        return ""
    verb = "is" if others == 1 else "are"
    return (
        f"{others} of {len(indexed)} documents {verb} not in English, and the embedding model was "
        "made for English: questions find them by their words, hardly by meaning (docs/models.md)."
    )


def index_info(index: Path) -> IndexInfo:
    """Describe the index; raises IndexNotFound, IndexOutOfDate or IndexDamaged."""
    store = store_at(index)
    with store.open() as generation:
        manifest = generation.manifest
    reader, reader_state = _reader_for(manifest.model, manifest.language)
    fitted = store.calibration()
    return IndexInfo(
        index=index,
        generation=generation.name,
        format=manifest.format,
        created=manifest.created,
        version=manifest.version,
        size=sum(size for size, _ in manifest.files.values()),
        documents=manifest.documents,
        passages=manifest.passages,
        language=manifest.language,
        model=manifest.model,
        fingerprint=manifest.fingerprint,
        dimension=manifest.dimension,
        runs_on=_runtime_of(manifest.model, manifest.fingerprint),
        reader=reader_state,
        threshold_measured=manifest.model == DEFAULT_MODEL,
        calibration=fitted,
        calibration_used=fitted is not None and fitted.fits(manifest.fingerprint, reader),
        roots=manifest.roots,
        excluded=manifest.excluded,
        sources=manifest.sources,
        language_named=manifest.language_named,
        language_note=english_only(manifest.sources, manifest.model),
    )


def _runtime_of(model: str, fingerprint: str) -> str:
    try:
        return runtime(embedder_of(model, fingerprint))
    except ModelUnavailable as error:
        return str(error)


def _reader_for(model: str, language: str) -> tuple[Reader | None, str]:
    """The reader that answers from such an index, and which it is or why there is none."""
    try:
        reader, note = usable_reader(load_reader(), model, language)
    except ModelUnavailable as error:
        return None, str(error)
    return reader, "the default" if reader is not None else f"none: {note}"
