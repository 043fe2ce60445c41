"""Reads mailboxes (mbox): a section a mail, in the order of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from briefqa.documents.loaders import mail
from briefqa.documents.loaders.outline import title_from_name
from briefqa.documents.loaders.written_text import TextWriter
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

NAME = "mbox"
VERSION = 2
SUFFIXES: tuple[str, ...] = (".mbox", ".mbx")
MEDIA_TYPE = "application/mbox"
CALLED = "mailboxes"
GIVES = "a section a mail with its date, from, to and text; attachments as documents"
MOST_BYTES = 200_000_000
LIBRARIES: tuple[str, ...] = mail.LIBRARIES

prepare = mail.prepare

MOST_MAILS = 5_000
_START = re.compile(rb"^From [^\r\n]*\r?\n(?=[!-9;-~]+:)", re.MULTILINE)
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


def parse(data: bytes, name: str) -> Document:
    """Read a mailbox; raises LoadError where it holds no mail."""
    writer = TextWriter()
    for number, content in enumerate(_mails(data), 1):
        if number > MOST_MAILS:
            writer.note(f"mails after {MOST_MAILS:,} are not read")
            break
        message = mail.message_of(content)
        writer.heading(1, mail.header(message, "subject") or f"Mail {number}")
        mail.write_message(writer, message)
    if writer.is_empty:
        raise LoadError("it is damaged: it holds no mail")
    return writer.document(name, Metadata(title_from_name(name)))


def attachments(data: bytes) -> list[tuple[str, bytes]]:
    """The names and bytes of the files that came with its mails, `12/` before those of the 12th."""
    return [
        (f"{number}/{name}", content)
        for number, mail_content in enumerate(_mails(data), 1)
        if number <= MOST_MAILS
        for name, content in mail.attachments(mail_content)
    ][: 10 * mail.MOST_ATTACHMENTS]


def _mails(data: bytes) -> Iterator[bytes]:
    starts = list(_START.finditer(data))
    for start, following in zip(starts, [*starts, None][1:], strict=True):
        end = len(data) if following is None else following.start()
        yield _ESCAPED.sub(rb"\1", data[start.end() : end])
