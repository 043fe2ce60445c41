"""The errors of BriefQA.

Every failure that a user can cause or meet is one of these; the public functions raise no other::

    BriefQAError                 the base: catch this one
    ├── UsageError               an invalid argument or option (also a ValueError)
    ├── LoadError                a file that cannot become a Document
    │   └── PasswordNeeded       one that a password would open
    ├── BuildError               a build that would leave nothing to search
    ├── IndexFolderError         something about the index folder
    │   ├── IndexNotFound        no index there
    │   ├── IndexOutOfDate       made by another version or with another model
    │   ├── IndexDamaged         files missing, changed or disagreeing
    │   └── IndexBusy            another build is writing it
    ├── ModelUnavailable         an embedding model that is missing, altered or unusable
    └── ServeError               a page that cannot be opened

A message is one sentence or two: what happened, where, and what to do next.
"""

from __future__ import annotations


class BriefQAError(Exception):
    """Base of every error BriefQA raises on purpose; its text is written for the user."""


class UsageError(BriefQAError, ValueError):
    """An invalid argument or option: `k=0`, an unknown mode."""


class LoadError(BriefQAError):
    """A file that cannot become a Document."""


class PasswordNeeded(LoadError):
    """A file that is locked and was given no password, or, if `wrong`, another one than its own."""

    def __init__(self, *, wrong: bool = False) -> None:
        self.wrong = wrong
        super().__init__(
            "the password is wrong"
            if wrong
            else "it is encrypted and needs a password; `briefqa build --password` asks for it"
        )


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


class IndexUnreachable(IndexFolderError):
    """The server that keeps an index does not answer, or refuses."""


class IndexBusy(IndexFolderError):
    """Another build is writing the index."""


class ModelUnavailable(BriefQAError):
    """An embedding model that is missing, altered or unusable."""


class ServeError(BriefQAError):
    """A page that cannot be opened."""
