"""Where in Milvus an index is, as it is written on the command line."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from briefqa.errors import IndexFolderError, UsageError

_SCHEMES = {"milvus": "http", "milvus+http": "http", "milvus+https": "https"}
_LOCATION = re.compile(r"([A-Za-z+]+):/+(.*)", re.DOTALL)
_SERVER = re.compile(
    r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?/([A-Za-z_][A-Za-z0-9_]{0,99})/?"
)
_RESERVED = ("_writer", "_state")  # what an index adds to its name
_FILE = ".db"
_LOCK = "LOCK"  # stands in each of its files
_FILE_NAME = "briefqa"  # of the one index in a file
_PORT = ":19530"


@dataclass(frozen=True, slots=True)
class Location:
    """An address that pymilvus connects to, the name of an index there, and both as typed."""

    address: str
    name: str
    text: str

    @property
    def is_file(self) -> bool:
        """Whether it is a file of Milvus Lite, which one process opens at a time."""
        return self.address.endswith(_FILE)

    @property
    def is_there(self) -> bool:
        """Whether there is such a file; of a server that is not known."""
        return not self.is_file or Path(self.address).exists()

    def check_file(self) -> None:
        """Raise IndexFolderError for a file that Milvus Lite cannot open; its files are folders."""
        path = Path(self.address)
        if not path.parent.is_dir():
            raise IndexFolderError(f"There is no folder {path.parent} for {self.text}; make it.")
        if path.is_file() or (
            path.is_dir() and any(path.iterdir()) and not (path / _LOCK).exists()
        ):
            raise IndexFolderError(f"{path} is no database of Milvus Lite 3; choose another name.")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise IndexFolderError(
                f"{self.text} may not be written, which Milvus Lite needs for reading too."
            )


def parse(text: str) -> Location:
    """The location of `milvus://HOST:PORT/NAME`, `milvus+https://...`, or `milvus:///PATH/FILE.db`.

    One slash behind the scheme does as well, since a Path keeps no more. Raises UsageError.
    """
    match = _LOCATION.fullmatch(text)
    scheme = _SCHEMES.get(match[1].lower()) if match else None
    if match and scheme and match[2].endswith(_FILE):
        path = f"/{match[2]}"
        if Path(path).parent == Path("/"):  # as is meant by nobody who writes milvus://FILE.db
            raise UsageError(f"'{text}' names no folder: write milvus:///FOLDER/FILE.db.")
        return Location(path, _FILE_NAME, f"milvus://{path}")
    server = _SERVER.fullmatch(match[2]) if match and scheme else None
    if match is None or server is None:
        raise UsageError(
            f"'{text}' is no place in Milvus: write milvus://HOST:PORT/NAME, where NAME has "
            "letters, digits and underscores, or milvus:///FOLDER/FILE.db."
        )
    host = f"{server[1]}{server[2] or _PORT}"
    if not 0 < int(host.rpartition(":")[2]) < 65_536:
        raise UsageError(f"'{text}' has no port from 1 to 65535.")
    if server[3].endswith(_RESERVED):
        raise UsageError(
            f"'{text}' has a name that BriefQA needs beside another index; choose one that does "
            f"not end in {' or '.join(_RESERVED)}."
        )
    return Location(f"{scheme}://{host}", server[3], f"{match[1].lower()}://{host}/{server[3]}")
