"""Ask your briefs a question, get the exact passage that answers it, with a citation to check.

>>> from briefqa import build, ask
>>> build("data", index="index")
>>> ask("How many targets were hit?", index="index").text

Names are loaded when they are first used: importing the package loads nothing else.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from briefqa.answering.searcher import Searcher
    from briefqa.api import ask, build, cite, open_index, replay, search, verify
    from briefqa.drafts.records import DraftCheck
    from briefqa.errors import (
        BriefQAError,
        BuildError,
        IndexBusy,
        IndexDamaged,
        IndexFolderError,
        IndexNotFound,
        IndexOutOfDate,
        IndexUnreachable,
        LoadError,
        ModelUnavailable,
        PasswordNeeded,
        ServeError,
        UsageError,
    )
    from briefqa.indexing.builder import BuildReport
    from briefqa.indexing.verification import VerifyReport
    from briefqa.receipts.replay import ReplayReport
    from briefqa.records import Answer, Evidence, Hit, Mode, Passage, Quotation, Verdict
    from briefqa.workflows import (
        batch,
        check,
        mentions,
        run_watches,
        unwatch,
        watch,
        watches,
    )

__version__ = "0.1.0"

__all__ = [
    "Answer",
    "BriefQAError",
    "BuildError",
    "BuildReport",
    "DraftCheck",
    "Evidence",
    "Hit",
    "IndexBusy",
    "IndexDamaged",
    "IndexFolderError",
    "IndexNotFound",
    "IndexOutOfDate",
    "IndexUnreachable",
    "LoadError",
    "Mode",
    "ModelUnavailable",
    "Passage",
    "PasswordNeeded",
    "Quotation",
    "ReplayReport",
    "Searcher",
    "ServeError",
    "UsageError",
    "Verdict",
    "VerifyReport",
    "ask",
    "batch",
    "build",
    "check",
    "cite",
    "mentions",
    "open_index",
    "replay",
    "run_watches",
    "search",
    "unwatch",
    "verify",
    "watch",
    "watches",
]

_MODULES = {
    "answering.searcher": ("Searcher",),
    "api": ("ask", "build", "cite", "open_index", "replay", "search", "verify"),
    "drafts.records": ("DraftCheck",),
    "indexing.builder": ("BuildReport",),
    "indexing.verification": ("VerifyReport",),
    "receipts.replay": ("ReplayReport",),
    "records": ("Answer", "Evidence", "Hit", "Mode", "Passage", "Quotation", "Verdict"),
    "workflows": (
        "batch",
        "check",
        "mentions",
        "run_watches",
        "unwatch",
        "watch",
        "watches",
    ),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'briefqa' has no attribute '{name}'")
    module = import_module(f"briefqa.{_MODULE_OF.get(name, 'errors')}")
    value: object = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
