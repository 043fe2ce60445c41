"""Opens documents that are ZIP archives of XML, as office programs and e-books write them.

Nothing is unpacked that would be larger than a document is, and no part may declare entities.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from typing import Any
from urllib.parse import unquote

from briefqa.errors import LoadError

MOST_MEMBERS = 20_000
MOST_MEMBER_BYTES = 100_000_000
MOST_BYTES = 400_000_000
"""Of all members that are read, unpacked."""

MOST_RATIO = 200
"""How many times larger a member may become, if it is above a million bytes then."""

_CHUNK = 1 << 20
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_ENTITY = re.compile(rb"<!ENTITY")
_STRICT = (
    (b"http://purl.oclc.org/ooxml/wordprocessingml/main", b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (b"http://purl.oclc.org/ooxml/presentationml/main", b"http://schemas.openxmlformats.org/presentationml/2006/main"),
)  # fmt: skip
_CORE = "{http://schemas.openxmlformats.org/package/2006/metadata/core-properties}"
_DC = "{http://purl.org/dc/elements/1.1/}"


class Package:
    """A ZIP archive of XML; every method raises LoadError for what is damaged or too large."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise LoadError("it is damaged: its archive cannot be opened") from error
        members = self._zip.infolist()
        if len(members) > MOST_MEMBERS:
            raise LoadError(f"it holds more than {MOST_MEMBERS:,} files")
        self._members = {self._plain(member.filename): member for member in members}
        self._room = MOST_BYTES

    @staticmethod
    def _plain(name: str) -> str:
        return name.replace("\\", "/").lstrip("/").casefold()

    def __contains__(self, name: str) -> bool:
        return self._plain(name) in self._members

    def names(self) -> list[str]:
        """The names of all members, in lower case."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """The bytes of a member, whatever case its name is written in."""
        member = self._members.get(self._plain(name)) or self._members.get(
            self._plain(unquote(name))
        )
        if member is None:
            raise LoadError(f"it is damaged: it has no part {_shown(name)}")
        if member.flag_bits & 1:
            raise LoadError("it is locked with a password; save it without one")
        if member.file_size > MOST_MEMBER_BYTES or (
            member.file_size > _CHUNK and member.file_size > MOST_RATIO * member.compress_size
        ):
            raise LoadError(f"its part {_shown(name)} would unpack to far more than a document has")
        parts, size = [], 0
        try:
            with self._zip.open(member) as file:
                while chunk := file.read(_CHUNK):  # what the archive says of its sizes may be false
                    size += len(chunk)
                    if size > MOST_MEMBER_BYTES or size > self._room:
                        raise LoadError("it would unpack to far more than a document has")
                    parts.append(chunk)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            ValueError,
            RuntimeError,
            NotImplementedError,
        ) as error:
            raise LoadError(f"it is damaged: its part {_shown(name)} cannot be unpacked") from error
        self._room -= size
        return b"".join(parts)

    def xml(self, name: str) -> Any:
        """The root element of a member, which must declare no document type."""
        return parsed(self.read(name), name)

    def xml_if_any(self, name: str) -> Any | None:
        """As `xml`, None where there is no such member."""
        return self.xml(name) if name and name in self else None

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """By id: the last word of each relation's type, and the part it leads to."""
        folder, _, base = part.rpartition("/")
        root = self.xml_if_any(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
        found: dict[str, tuple[str, str]] = {}
        for relation in () if root is None else root:
            if not isinstance(relation.tag, str) or relation.get("TargetMode") == "External":
                continue
            kind = (relation.get("Type") or "").rpartition("/")[2]
            found[relation.get("Id") or ""] = kind, resolved(folder, relation.get("Target") or "")
        return found

    def core_properties(self) -> dict[str, str]:
        """What an office document says of itself: `title`, `creator` and `language`."""
        root = self.xml_if_any("docProps/core.xml")
        if root is None:
            return {}
        named = ("title", "creator", "language")
        return {key: " ".join((root.findtext(f"{_DC}{key}") or "").split()) for key in named}


def parsed(data: bytes, name: str, *, doctype: bool = False) -> Any:
    """The root element of XML, which must declare no entities, and a `doctype` only if it may.

    Raises LoadError.
    """
    from lxml import etree

    if (_ENTITY if doctype else _DOCTYPE).search(data, 0, 100_000):
        raise LoadError("it declares entities of its own, which no document needs")
    for strict, usual in _STRICT:
        data = data.replace(strict, usual)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        deep = "depth" in str(error)
        why = "is nested too deeply" if deep else "is no XML"
        raise LoadError(f"its part {_shown(name)} {why}") from error
    if root.getroottree().docinfo.doctype and not doctype:
        raise LoadError("it declares entities of its own, which no document needs")
    return root


def resolved(folder: str, target: str) -> str:
    """The part that a relative link in a part of `folder` leads to, without its fragment."""
    target = target.partition("#")[0]
    path = target if target.startswith("/") else posixpath.join(folder, target)
    return posixpath.normpath(path).lstrip("/") if path else ""


def local(element: Any) -> str:
    """An element's name without its name space; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """The value of an attribute, whatever name space it is in; empty where there is none."""
    for key, value in element.attrib.items():
        if key == name or key.endswith(f"}}{name}"):
            return str(value)
    return ""


def _shown(name: str) -> str:
    plain = "".join(sign for sign in name if sign.isprintable())
    return plain if len(plain) <= 60 else f"…{plain[-59:]}"
