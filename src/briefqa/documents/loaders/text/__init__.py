"""Reads plain text: laws, transcripts, mails, releases, questions with answers, wire stories.

Plain text marks nothing, so title and headings are told by the shape of lines and blocks. When in
doubt a line is a paragraph: a paragraph can be searched and quoted.
"""

from __future__ import annotations

from briefqa.records import Document

NAME = "text"
VERSION = 5
SUFFIXES: tuple[str, ...] = (".txt", ".text")
MEDIA_TYPE = "text/plain"
CALLED = "text"
GIVES = (
    "headings, paragraphs, lists, turns of speakers, e-mail threads, as far as their layout tells"
)
MOST_BYTES = 20_000_000  # some 3 million words: a file beyond it is most likely no brief
LIBRARIES: tuple[str, ...] = ()


def parse(data: bytes, name: str, encoding: str = "") -> Document:
    """Read plain text; raises LoadError when the bytes are blank or not text."""
    from briefqa.documents.loaders.text.document import read  # late: its patterns take a while

    return read(data, name, encoding)
