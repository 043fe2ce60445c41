"""The README and the pages it leads to: what they show is run, and every link leads somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from briefqa import cli, open_index
from briefqa.documents import loaders
from briefqa.evaluation.probe import passages
from briefqa.evaluation.question_sets import read_questions
from briefqa.index.info import index_info

PAGES = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")
SECONDS = re.compile(r"\(\d+(\.\d+)? s\)")


@pytest.fixture
def readme(repo: Path) -> str:
    return (repo / "README.md").read_text("utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def shown(page: str) -> Iterator[tuple[str, str]]:
    """Each command after a `$` with the output shown below it."""
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def test_the_readme_is_short(readme: str) -> None:
    assert len(readme.splitlines()) <= 120


def test_the_commands_print_what_is_shown(
    readme: str, repo: Path, clone: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = list(shown(readme))
    ran = "build ask build ask batch check mentions watch watch ask replay"
    assert [command.split()[1] for command, _ in commands] == ran.split()
    for command, output in commands:
        not_there = output.startswith("Not in these documents.")
        differs = command.startswith("briefqa check")
        assert cli.main(shlex.split(command)[1:]) == (4 if not_there else int(differs))
        printed = _words(capsys.readouterr().out)
        pieces = [_words(piece) for piece in re.split(r"^\.\.\.$", output, flags=re.MULTILINE)]
        assert printed.startswith(pieces[0]), command
        assert printed.endswith(pieces[-1]), command
        at = 0
        for piece in pieces:
            at = printed.index(piece, at) + len(piece)


def test_the_brief_in_print_says_what_the_brief_says(repo: Path) -> None:
    brief, printed = (
        loaders.parse((repo / name).read_bytes(), name)
        for name in ("data/kestrand-port-2021.md", "examples/kestrand-port-2021.pdf")
    )
    assert (printed.title, printed.metadata.date) == (brief.title, brief.metadata.date)
    assert [section.path for section in printed.sections] == [one.path for one in brief.sections]
    paragraphs = [
        [
            _words(document.text[span.start : span.end])
            for section in document.sections
            for span in section.paragraphs
        ]
        for document in (printed, brief)
    ]
    assert paragraphs[0] == paragraphs[1]


def test_the_code_runs(readme: str, clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks(readme, "python")
    assert len([line for line in code.splitlines() if line]) <= 10
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("answered 0.")
    assert printed[1] == "Rudskoi said the plan around al-Bab was to hit 36 targets. 36"
    assert printed[2].endswith("› Joint strikes near al-Bab › How the targets were found › ¶1")


def test_the_install_lines_are_make_targets_or_the_same_by_hand(readme: str, repo: Path) -> None:
    """They need a network, so they are compared, not run; the last two run in other tests."""
    by_hand = ["pip install -e .", "briefqa build data", "briefqa serve"]
    assert [line for line in by_hand if f"`{line}`" not in readme] == []
    lines = [line for block in blocks(readme, "sh") for line in block.splitlines()]
    assert [line.split("#")[0].strip() for line in lines] == [
        "make app",
        "make test",
    ]
    targets = re.findall(r"^([\w-]+):", (repo / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert {"app", "test"} <= set(targets)


def test_what_is_said_of_the_briefs_is_true(readme: str, brief_index: Path) -> None:
    assert "holds three short briefs" in readme
    assert index_info(brief_index).documents == 3


def test_the_questions_file_of_the_documents_page_fits_the_brief(
    repo: Path, brief_index: Path, tmp_path: Path
) -> None:
    (questions,) = blocks((repo / "docs" / "documents.md").read_text("utf-8"), "json")
    (tmp_path / "my-questions.jsonl").write_text(questions)
    searcher = open_index(brief_index)
    asked = read_questions(tmp_path / "my-questions.jsonl", passages(searcher))
    assert [bool(question.relevant) for question in asked.questions] == [True, True, True, False]


def test_every_link_and_picture_leads_somewhere(repo: Path) -> None:
    pages = [*(repo / name for name in PAGES), *(repo / "docs").glob("*.md")]
    pages += (repo / "benchmarks").glob("*.md")
    links = {
        (page.relative_to(repo).as_posix(), link)
        for page in pages
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
        if not link.startswith("http")
    }
    assert len(links) > 20
    assert {link for link in links if not _leads_somewhere(repo, *link)} == set()


def _leads_somewhere(repo: Path, page: str, link: str) -> bool:
    """Whether the file is there, and in it the heading that the link names."""
    name, _, anchor = link.partition("#")
    target = (repo / page).parent / name if name else repo / page
    if not target.exists():
        return False
    headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE) if anchor else []
    slugs = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    return not anchor or anchor in slugs


def _words(text: str) -> str:
    """The text with lines joined, and the time that something took left out."""
    return " ".join(SECONDS.sub("(- s)", text).split())
