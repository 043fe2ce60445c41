"""Reads e-mails: who wrote to whom, when, and what, without what is quoted of earlier mails.

Files that came with a mail are named in it, and those that can be read are documents of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import PurePosixPath
from typing import Any

from briefqa.documents.loaders.html_tree import as_browsers_do, html_tree
from briefqa.documents.loaders.html_walk import HtmlWalk, tag_of
from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.written_text import TextWriter, one_spaced
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

NAME = "mail"
VERSION = 2
SUFFIXES: tuple[str, ...] = (".eml",)
MEDIA_TYPE = "message/rfc822"
CALLED = "e-mails"
GIVES = "subject, date, from, to and the text without quoted repeats; attachments as documents"
MOST_BYTES = 100_000_000
LIBRARIES: tuple[str, ...] = ("lxml.etree", "lxml.html")

MOST_PARTS = 1_000
MOST_ATTACHMENTS = 200
_LONGEST_HEADER = 4_000  # characters: beyond them there are addresses, and traps
_QUOTED = re.compile(r"\s*(?:>|\|\s)")
_QUOTING = re.compile(
    r"\s*(?:-{2,}\s*(?:Original|Forwarded|Urspr\S+|Weitergeleitete) .{0,40}-{2,}|_{20,})\s*"
)
_ATTRIBUTION = re.compile(r"\s*(?:On|Am|Le|El|Op|Il|Den|Em)\b.{4,300}:\s*")
_QUOTES = ("gmail_quote", "moz-cite-prefix", "yahoo_quoted", "divRplyFwdMsg", "protonmail_quote")


def parse(data: bytes, name: str) -> Document:
    """Read a mail; raises LoadError for one that is damaged or has no text."""
    message = message_of(data)
    writer = TextWriter()
    subject = header(message, "subject")
    if subject:
        writer.title(subject)
    write_message(writer, message)
    if writer.is_empty:
        raise LoadError("it is damaged: it is no e-mail")
    sender, address = parseaddr(header(message, "from"))
    return writer.document(
        name,
        Metadata(
            title=one_line(subject) or title_from_name(name),
            date=day(message),
            author=one_line(sender or address),
        ),
    )


def prepare() -> None:
    """Let the library import what it imports when it meets it first."""
    inner = "Content-Type: message/rfc822\n\nFrom: b\nSubject: c\n\nd"
    for encoding, text in (("base64", "eA=="), ("quoted-printable", "=78"), ("7bit", "x")):
        data = (
            "From: =?utf-8?b?eA==?= <a@b.c>, =?iso-8859-1?q?x?=\nSubject: =?utf-8?q?x?=\n"
            "Date: Mon, 1 Jan 2024 10:00 +0000\nMIME-Version: 1.0\n"
            "Content-Type: multipart/mixed; boundary=b\n\n"
            f"--b\nContent-Type: text/plain\nContent-Transfer-Encoding: {encoding}\n\n{text}\n"
            "--b\nContent-Disposition: attachment; filename*=utf-8''a.txt\n\nx\n"
            f"--b\n{inner}\n--b--\n"
        ).encode()
        parse(data, "")
        attachments(data)


def attachments(data: bytes) -> list[tuple[str, bytes]]:
    """The names and bytes of the files that came with a mail."""
    return attachments_of(message_of(data))


def message_of(data: bytes) -> Message:
    """A mail; raises LoadError for one with parts without end."""
    try:
        message = BytesParser(policy=compat32).parsebytes(data)
        if sum(1 for _ in zip(message.walk(), range(MOST_PARTS + 1), strict=False)) > MOST_PARTS:
            raise LoadError(f"it has more than {MOST_PARTS:,} parts")
    except RecursionError as error:
        raise LoadError("its parts are nested too deeply") from error
    return message


def header(message: Message, name: str) -> str:
    """A header on one line, decoded; empty where there is none or it cannot be read."""
    try:
        raw = str(message.get(name, ""))[:_LONGEST_HEADER]
        return _readable(raw)
    except (ValueError, LookupError, MessageError):
        return ""  # the library fails on some headers that break its rules


def _readable(raw: str) -> str:
    """What a header says, on one line; raises what the library does where it cannot be read."""
    parts = [
        (words, as_browsers_do(charset) if charset and charset != "unknown-8bit" else charset)
        for words, charset in decode_header(raw)
    ]
    return one_spaced(str(make_header(parts)))


def day(message: Message) -> str:
    """The day a mail was sent, as in 2024-03-01; empty where it does not say."""
    try:
        return parsedate_to_datetime(header(message, "date")).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def write_message(writer: TextWriter, message: Message) -> None:
    """Write a mail's headers, its text, and the names of what came with it."""
    names = (("From", "from"), ("To", "to"), ("Cc", "cc"), ("Date", "date"))
    writer.paragraph(
        "\n".join(f"{shown}: {said}" for shown, key in names if (said := header(message, key)))
    )
    body = _body(message)
    if body is not None:
        content = payload(body)
        if body.get_content_type() == "text/html":
            _write_html(writer, content, body.get_content_charset() or "")
        else:
            _write_plain(writer, decoded(content, body.get_content_charset() or ""))
    files = [name for name, _ in attachments_of(message)]
    if files:
        writer.paragraph(f"Attachments: {', '.join(files)}")


def attachments_of(message: Message) -> list[tuple[str, bytes]]:
    """The names and bytes of the files in a message, no two of the same name."""
    found: list[tuple[str, bytes]] = []
    taken: set[str] = set()
    body = _body(message)
    for part in _own_parts(message):
        if part is body or len(found) >= MOST_ATTACHMENTS:
            continue
        name = _file_name(part)
        if part.get_content_type() == "message/rfc822":
            inner = _inner(part)
            content = inner[0].as_bytes() if inner else b""
            name = name or (f"{header(inner[0], 'subject') or 'message'}.eml" if inner else "")
        elif part.is_multipart() or not (name or part.get_content_disposition() == "attachment"):
            continue
        else:
            content = payload(part)
        name = _plain(name) or "attachment"
        stem, number = PurePosixPath(name), 2
        while name.casefold() in taken:
            name, number = f"{stem.stem} ({number}){stem.suffix}", number + 1
        taken.add(name.casefold())
        if content:
            found.append((name, content))
    return found


def payload(part: Message) -> bytes:
    """The bytes of a part, decoded from what mail made of them; none where that fails."""
    try:
        content = part.get_payload(decode=True)
    except (ValueError, TypeError, AssertionError):
        return b""
    return content if isinstance(content, bytes) else b""


def decoded(content: bytes, charset: str) -> str:
    """The text of a part, in its encoding if there is such a one."""
    for encoding in (charset, "utf-8"):
        try:
            return content.decode(as_browsers_do(encoding) if encoding else "ascii")
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _own_parts(message: Message) -> Iterator[Message]:
    """The parts of a message, without those of messages that are attached to it."""
    yield message
    if message.get_content_type() == "message/rfc822":
        return
    for part in _inner(message):
        if part.get_content_type() == "message/rfc822":
            yield part
        else:
            yield from _own_parts(part)


def _inner(message: Message) -> list[Message]:
    inner = message.get_payload()
    return [part for part in inner if isinstance(part, Message)] if isinstance(inner, list) else []


def _body(message: Message) -> Message | None:
    """The part that is the text of a message: plain if it has one, else HTML."""
    html = None
    for part in _own_parts(message):
        if part.is_multipart() or part.get_content_disposition() == "attachment":
            continue
        kind = part.get_content_type()
        if kind == "text/plain" and payload(part).strip() and not _file_name(part):
            return part
        if kind == "text/html" and html is None:
            html = part
    return html


def _file_name(part: Message) -> str:
    """What a part calls itself as a file, empty if it does not."""
    said = ("content-disposition", "content-type")
    if any(len(str(part.get(key, ""))) > _LONGEST_HEADER for key in said):
        return ""
    try:
        name = part.get_filename() or ""
        return _readable(name)
    except (ValueError, TypeError, LookupError, MessageError):
        return ""


def _plain(name: str) -> str:
    """A file's name without folders and what cannot be shown."""
    base = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in base if sign.isprintable()).strip(" .")[:150]


def _write_plain(writer: TextWriter, text: str) -> None:
    """Write text without the lines that quote earlier mails, and without what announces them."""
    kept: list[str] = []
    quoted = False
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if _QUOTING.fullmatch(line):
            quoted = True
            break
        if _QUOTED.match(line):
            quoted = True
            while kept and not kept[-1].strip():
                kept.pop()
            if kept and _ATTRIBUTION.fullmatch(_last_lines(kept)):
                del kept[-_attribution_lines(kept) :]
            continue
        kept.append(line)
    if quoted and not "".join(kept).strip():
        kept = text.split("\n")  # nothing but a quotation, which is the text then
    elif quoted:
        writer.note("what is quoted of earlier mails is not read")
    for paragraph in re.split(r"\n[ \t]*\n", "\n".join(kept)):
        writer.paragraph("\n".join(line.rstrip() for line in paragraph.strip("\n").split("\n")))


def _attribution_lines(kept: list[str]) -> int:
    """How many of the last lines say who wrote what is quoted below: one, or two if it wraps."""
    return 1 if _ATTRIBUTION.fullmatch(kept[-1]) else 2


def _last_lines(kept: list[str]) -> str:
    last = kept[-1]
    if _ATTRIBUTION.fullmatch(last) or len(kept) < 2:
        return last
    return f"{kept[-2]} {last}" if last.rstrip().endswith(":") else ""


def _write_html(writer: TextWriter, content: bytes, charset: str) -> None:
    try:
        root, note = html_tree(content, charset)
    except LoadError:
        return
    if note:
        writer.note(note)
    body = root.find("body")
    quotes = 0

    def leaves_out(element: Any) -> bool:
        nonlocal quotes
        marked = f"{element.get('class', '')} {element.get('id', '')}"
        is_quote = (tag_of(element) == "blockquote" and element.get("type") == "cite") or any(
            quote in marked for quote in _QUOTES
        )
        quotes += is_quote
        return is_quote

    HtmlWalk(writer, before=leaves_out).walk(root if body is None else body)
    if quotes:
        writer.note("what is quoted of earlier mails is not read")
