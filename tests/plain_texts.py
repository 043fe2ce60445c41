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
    texts = []
    for entry in (FOLDER / f"{kind}.txt").read_text("utf-8").split("@@@ ")[1:]:
        name, text = entry.split("\n", 1)
        if name == "title":
            texts[-1].append(text.strip())
        elif name == "sections":
            texts[-1].append(tuple(tuple(line.split(" > ")) for line in text.splitlines()))
        else:
            texts.append([name, text])
    return [Told(*entry) for entry in texts]


def paths(document: Document) -> list[tuple[str, ...]]:
    """The path of each section that is not the lead."""
    return [section.path for section in document.sections if section.path]
