"""Where in Milvus an index is, as it is written on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass

from briefqa.errors import UsageError

_SCHEMES = {"milvus": "http", "milvus+http": "http", "milvus+https": "https"}
_LOCATION = re.compile(r"([A-Za-z+]+):/+(.*)", re.DOTALL)
_SERVER = re.compile(
    r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?/([A-Za-z_][A-Za-z0-9_]{0,99})/?"
)
_FILE = ".db"
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


def parse(text: str) -> Location:
    """The location of `milvus://HOST:PORT/NAME`, `milvus+https://...`, or `milvus:///PATH/FILE.db`.

    One slash behind the scheme does as well, since a Path keeps no more. Raises UsageError.
    """
    match = _LOCATION.fullmatch(text)
    scheme = _SCHEMES.get(match[1].lower()) if match else None
    if match and scheme and match[2].endswith(_FILE):
        path = f"/{match[2]}"
        return Location(path, _FILE_NAME, f"milvus://{path}")
    server = _SERVER.fullmatch(match[2]) if match and scheme else None
    if match is None or server is None:
        raise UsageError(
            f"'{text}' is no place in Milvus: write milvus://HOST:PORT/NAME, where NAME has "
            "letters, digits and underscores, or milvus:///FOLDER/FILE.db."
        )
    host = f"{server[1]}{server[2] or _PORT}"
    return Location(f"{scheme}://{host}", server[3], f"{match[1].lower()}://{host}/{server[3]}")
