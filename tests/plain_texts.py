"""Small texts of six kinds with the title and the headings that a person gives them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from briefqa.documents import loaders
from briefqa.records import Document

FOLDER = Path(__file__).parent / "corpora" / "plain_text"
KINDS = ("laws", "transcripts", "mails", "releases", "faqs", "others")


@dataclass(frozen=True)
class Told:
    """A text as a person reads it: its title, and the path of each section that is not the lead."""

    name: str
    text: str
    title: str
    paths: tuple[tuple[str, ...], ...]

    def read(self) -> Document:
        return loaders.parse(self.text.encode(), self.name)


def told(kind: str) -> list[Told]:
    """The texts of one kind."""
    entries = (FOLDER / f"{kind}.txt").read_text("utf-8").split("@@@ ")[1:]
    texts = []
    for first in range(0, len(entries), 3):
        (name, text), (_, title), (_, sections) = (
            entry.split("\n", 1) for entry in entries[first : first + 3]
        )
        paths = tuple(tuple(line.split(" > ")) for line in sections.splitlines())
        texts.append(Told(name, text, title.strip(), paths))
    return texts


def paths(document: Document) -> list[tuple[str, ...]]:
    """The path of each section that is not the lead."""
    return [section.path for section in document.sections if section.path]
