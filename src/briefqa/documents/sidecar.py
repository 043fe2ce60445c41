"""What somebody says of a document in a file beside it: `report.pdf.meta.yaml` of `report.pdf`.

It holds any of `title`, `date`, `source`, `author` and `language`, and wins over what the document
says of itself. The file may come from anyone: it is bounded, and values are nothing but lines.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from briefqa.documents.loaders.outline import one_line
from briefqa.documents.source_files import SIDECAR, read
from briefqa.errors import LoadError
from briefqa.records import Document
from briefqa.text.language import language_code

FIELDS = ("title", "date", "source", "author", "language")
LONGEST = 300  # characters of a value
_MOST_BYTES = 10_000


@dataclass(frozen=True, slots=True)
class Described:
    """What a sidecar says: its values by field, each not empty, and the SHA-256 of its bytes.

    `problem` says why it cannot be used, and there are no values then.
    """

    values: Mapping[str, str]
    sha256: str
    problem: str = ""


def sidecar_of(path: Path) -> Path:
    """Where the sidecar of a file would be."""
    return path.with_name(path.name + SIDECAR)


def described(path: Path) -> Described | None:
    """What the sidecar of a file says of it; None where there is none."""
    beside = sidecar_of(path)
    if not os.path.lexists(beside):
        return None
    digest = "unread"
    try:
        data = read(beside, _MOST_BYTES)
        digest = hashlib.sha256(data).hexdigest()
        return Described(_values(data), digest)
    except LoadError as error:
        return Described({}, digest, f"{beside.name} is not used: {error}")


def with_description(document: Document, said: Described) -> Document:
    """The document with what its sidecar says of it; a note where that cannot be used."""
    notes = (*document.notes, said.problem) if said.problem else document.notes
    return replace(document, metadata=replace(document.metadata, **said.values), notes=notes)


def as_bytes(values: Mapping[str, str]) -> bytes:
    """A sidecar that says this, without what is empty; raises LoadError for what none may say."""
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
    checked = _values(data)
    return "".join(
        f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in checked.items()
    ).encode()


def _values(data: bytes) -> dict[str, str]:
    import yaml

    try:
        # BaseLoader makes nothing but strings, lists and mappings: safe, and dates stay as typed.
        entries = yaml.load(data.decode("utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506
    except UnicodeDecodeError:
        raise LoadError("it is not UTF-8 text") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise LoadError("it is no YAML; write a line such as `title: Annual report`") from None
    if entries in (None, ""):
        return {}
    if not isinstance(entries, dict):
        raise LoadError("it is no list of fields; write a line such as `title: Annual report`")
    values = {}
    for key, value in entries.items():
        if not isinstance(key, str) or key.lower() not in FIELDS:
            shown = one_line(str(key))[:40] if isinstance(key, str) else "something else"
            raise LoadError(f"it has '{shown}'; it may have {', '.join(FIELDS)}")
        if not isinstance(value, str):
            raise LoadError(f"its {key.lower()} is not one line of text")
        values[key.lower()] = _value(key.lower(), value)
    return {key: value for key, value in values.items() if value}


def _value(key: str, value: str) -> str:
    if len(" ".join(value.split())) > LONGEST:
        raise LoadError(f"its {key} has more than {LONGEST} characters")
    line = one_line(value)
    if key == "language" and line:
        code = language_code(line)
        if not code:
            raise LoadError(f"its language '{line[:40]}' is none that is known; write one as `de`")
        return code
    return line
