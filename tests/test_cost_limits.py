"""Does every file, hostile ones too, cost time and memory in proportion to its length?

What is counted for that is lines, sections and embedded sentences. How a file's length and its
cost go together is in docs/quality.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from briefqa import build, open_index
from briefqa.documents import loaders
from briefqa.documents.loaders.decoding import decode
from briefqa.errors import LoadError
from briefqa.indexing import generation_writer

TIMES_PROSE = 4  # of processor time
MOST_BYTES = 1_000_000_000
PROSE = "The rain came over the quiet sea, and nobody was there to see the {} boats. "


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize(
    "lines", ["# a\n\n", "a b\n\nc d e f g h.\n\n", "\r\n", "a\r", "Ah. Oh! ", "好。"]
)
def test_a_file_of_lines_with_next_to_nothing_in_them_is_refused(name: str, lines: str) -> None:
    data = ("A text" + lines * 100_000).encode()
    with pytest.raises(
        LoadError, match=r"^it has \d00,00\d lines and sentences in .* are read; split it$"
    ):
        loaders.parse(data, name)


def test_verse_and_wrapped_prose_may_have_as_many_lines_as_they_need() -> None:
    verse = "The rain came over the quiet sea,\nand nobody was there to see.\n" * 2 + "\n"
    assert decode((verse * 40_000).encode()).text == verse * 40_000  # as long as all of Shakespeare


def test_the_headings_above_all_sections_take_no_more_room_than_the_text() -> None:
    way = "of the long way " * 15
    text = "\n\n".join(f"{'#' * (n % 6 + 1)} part {n} {way}\n\nRain fell." for n in range(1_500))
    document = loaders.parse(text.encode(), "a.md")
    longest = max(sum(map(len, section.path)) for section in document.sections)
    assert sum(sum(map(len, section.path)) for section in document.sections) <= (
        100_000 + len(text) + longest
    )
    assert document.notes[-1].endswith("headings begin a section")


def test_of_a_document_with_too_many_sentences_the_last_are_found_by_their_passages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation_writer, "SENTENCES", 30)
    monkeypatch.setattr(generation_writer, "SENTENCE_CHARS", 1_000)
    (tmp_path / "many.txt").write_text(
        " ".join(f"Boat {n} has {n + 7} crew." for n in range(300)), encoding="utf-8"
    )
    (tmp_path / "few.txt").write_text("The mole is long. The quay is red.", encoding="utf-8")
    report = build([tmp_path], index=tmp_path / "index", model="hashing")
    few, many = sorted(report.files, key=lambda file: file.name)
    assert few.detail == ""
    assert many.detail == (
        f"the sentences of {many.passages - 2} of its {many.passages} passages are not searched "
        "one by one, for they are too many"
    )
    with open_index(tmp_path / "index") as searcher:
        answer = searcher.ask("How many crew has boat 288?")
    assert answer.hits[0].answer is not None
    assert answer.hits[0].answer.text == "Boat 288 has 295 crew."


COSTLY: dict[str, tuple[str, Callable[[], str]]] = {
    "headings": ("a.md", lambda: "".join(f"{'#' * (n % 6 + 1)} h{n}\n\n" for n in range(25_000))),
    "headings with text": (
        "a.md",
        lambda: "".join(
            f"{'#' * (n % 6 + 1)} h{n}\n\n{f'Text {n} here. ' * 3}\n\n" for n in range(15_000)
        ),
    ),
    "sentences": ("a.txt", lambda: " ".join(f"A{n}." for n in range(100_000))),
    "short lines": ("a.txt", lambda: "A b\n\nc d e f g h.\n\n" * 12_400),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", COSTLY)
def test_a_hostile_megabyte_costs_little_more_than_prose_and_1_gb(
    case: str, tmp_path: Path
) -> None:
    name, made = COSTLY[case]
    hostile = made()
    prose = "".join(PROSE.format(n) for n in range(len(hostile) // len(PROSE)))
    for folder, text in (("prose", prose), ("hostile", hostile)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    usual, _ = cost_of_a_build(tmp_path / "prose")
    seconds, memory = cost_of_a_build(tmp_path / "hostile")
    print(f"\n{case}: {seconds:.1f} s, prose {usual:.1f} s, {memory / 1e6:.0f} MB")
    assert seconds < TIMES_PROSE * usual
    assert memory < MOST_BYTES


MEASURED = """
import json, resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss * 1024]))
"""


def cost_of_a_build(folder: Path) -> tuple[float, int]:
    """Processor time in seconds, and the most memory in bytes."""
    command = [sys.executable, "-m", "briefqa", "build", str(folder), "--model", "hashing"]
    index = str(folder.parent / f"{folder.name}-index")
    # A process counts the memory of the one it was forked from as its own: fork from a small one.
    measured = [sys.executable, "-c", MEASURED, *command, "--index", index]
    seconds, memory = json.loads(
        subprocess.run(measured, stdout=subprocess.PIPE, check=True).stdout
    )
    return seconds, memory
