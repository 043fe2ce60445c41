"""Do questions find the same passage of a document whether it is Markdown, Word or PDF?

The document is OWASP's Application Security Verification Standard 4.0.3, which is not in this
repository: its files are in ../shared/files where that is there. The questions were written from
its Markdown, in other words than its own, before any was asked.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from briefqa import Answer, build, open_index
from briefqa.models.embedder import Embedder

ROOT = Path(__file__).resolve().parent.parent
FILES = ROOT.parent / "shared" / "files"
QUESTIONS = Path(__file__).parent / "corpora" / "asvs_questions.jsonl"
TITLE = "OWASP Application Security Verification Standard 4.0.3"
WHERE = {
    "Markdown": "asvs-4.0.3-en-markdown/*.md",
    "Word": "OWASP*ASVS*4.0.3-en.docx",
    "PDF": "OWASP*ASVS*4.0.3-en.pdf",
}
_REQUIREMENT = re.compile(r"(?<![\d.])\d{1,2}\.\d{1,2}\.\d{1,2}(?![\d.])")


def found(answer: Answer) -> str:
    """What a question finds: the requirement whose row is marked in the first passage, by its
    number; the section where no requirement is.

    The same passage of two formats is the same requirement or section, wherever the cuts are: it
    is stricter than the passage, which has several requirements.
    """
    if not answer.hits:
        return ""
    first = answer.hits[0]
    number = _REQUIREMENT.search(first.sentence)
    heading = first.passage.section[-1] if first.passage.section else ""
    return number[0] if number else "".join(heading.casefold().split())


def write_whole(folder: Path, files: list[Path]) -> None:
    """Put the standard into a folder as one file, as its chapters in Markdown are printed too."""
    whole = b"\n\n".join(file.read_bytes() for file in files)
    (folder / f"{TITLE}{files[0].suffix}").write_bytes(whole)


@pytest.mark.quality
@pytest.mark.timeout(1_800)  # two thousand texts are embedded, twice where titles differ
def test_forty_questions_find_the_same_passage_in_each_format(
    real_embedder: Embedder, tmp_path: Path
) -> None:
    if not FILES.is_dir():
        pytest.skip("the standard is not here: no ../shared/files beside the repository")
    lines = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    assert len(lines) == 40
    places: dict[str, list[str]] = {}
    index = tmp_path / "index"  # one after the other: what reads the same is embedded once
    for name, pattern in WHERE.items():
        folder = tmp_path / name
        folder.mkdir()
        write_whole(folder, sorted(FILES.glob(pattern)))
        assert not build(folder, index=index, model=real_embedder).failed
        with open_index(index, model=real_embedder) as searcher:
            assert len(searcher.documents()) == 1
            places[name] = [found(searcher.ask(line["question"])) for line in lines]
    right = [line["requirement"] for line in lines]
    for name in WHERE:
        assert sum(map(str.__eq__, places[name], right)) >= 0.5 * len(right), name
    for name in ("Word", "PDF"):
        assert sum(map(str.__eq__, places[name], places["Markdown"])) >= 0.95 * len(right), name
