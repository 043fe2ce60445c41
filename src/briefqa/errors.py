"""The tree of errors.

Every failure a person can cause or meet is one of these; the public functions raise nothing else::

    BriefQAError                 the base: catch this one
    ├── UsageError               an invalid argument or option (also a ValueError)
    ├── LoadError                a file that cannot become a Document
    ├── BuildError               a build that would leave nothing to search
    ├── IndexFolderError         something about the index folder
    │   ├── IndexNotFound        no index there
    │   ├── IndexOutOfDate       made by another version or with another model
    │   ├── IndexDamaged         files missing, changed or disagreeing
    │   └── IndexBusy            another build is writing it
    ├── ModelUnavailable         a model that is missing, altered or unusable
    └── ServeError               a page that cannot be opened

A message is one sentence or two: what happened, where, and what to do next.
"""

from __future__ import annotations


class BriefQAError(Exception):
    """Base of every error BriefQA raises on purpose; its text is meant for a person."""


class UsageError(BriefQAError, ValueError):
    """An invalid argument or option: `k=0`, an unknown mode, a closed searcher."""


class LoadError(BriefQAError):
    """A file that cannot become a Document."""


class BuildError(BriefQAError):
    """A build that would leave nothing to search; the index on disk is untouched."""


class IndexFolderError(BriefQAError):
    """Something about the index folder."""


class IndexNotFound(IndexFolderError):
    """No index at that path."""


class IndexOutOfDate(IndexFolderError):
    """An index made by another format version or for another embedding model."""


class IndexDamaged(IndexFolderError):
    """An index whose files are missing, changed or disagree with each other."""


class IndexBusy(IndexFolderError):
    """Another build is writing the index."""


class ModelUnavailable(BriefQAError):
    """An embedding model or a reader that is missing, altered or unusable."""


class ServeError(BriefQAError):
    """A page that cannot be opened."""
