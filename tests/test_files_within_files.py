"""Are files that came with a mail documents of their own, in builds, checks and the library?"""

from __future__ import annotations

from pathlib import Path

import pytest

from briefqa import BuildReport, build, verify
from briefqa.cli.commands import main
from briefqa.documents import loaders, reading
from briefqa.documents.loaders import web_page
from briefqa.errors import UsageError
from briefqa.index.opened import open_generation
from briefqa.indexing.library import Library
from briefqa.indexing.verification import State, state_of
from tests.office_files import docx, para
from tests.test_other_formats import MAIL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.eml").write_text(MAIL, "utf-8")
    return folder


def made(folder: Path) -> BuildReport:
    return build(folder, index=folder.parent / "index", model="hashing")


def outcomes(report: BuildReport) -> list[tuple[str, str]]:
    return [(file.name, str(file.outcome)) for file in report.files]


def states(folder: Path) -> dict[str, tuple[State, bool]]:
    checked = verify(folder.parent / "index").sources
    return {one.name: (one.state, one.passages == one.holding) for one in checked}


def test_an_attachment_is_a_document_named_after_its_mail(folder: Path) -> None:
    report = made(folder)
    assert outcomes(report) == [("a.eml", "indexed"), ("a.eml/plan.md", "indexed")]
    assert [file.part for file in report.files] == ["", "plan.md"]
    assert report.files[0].detail == "what is quoted of earlier mails is not read"
    with open_generation(folder.parent / "index") as opened:
        opened.check()
        assert opened.documents[1].title == "Plan"
        assert opened.documents[1].text.endswith("Stone first.")
    assert states(folder) == {
        "a.eml": (State.SAME, True),
        "a.eml/plan.md": (State.SAME, True),
    }


def test_mails_that_did_not_change_are_copied_with_what_came_with_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(folder)
    assert not made(folder).changed
    (folder / "b.md").write_text("It froze.", "utf-8")
    looked: list[str] = []

    def look(_: bytes, name: str) -> list[tuple[str, bytes]]:
        looked.append(name)
        return []

    monkeypatch.setattr(reading, "attachments", look)
    again = made(folder)
    assert looked == ["b.md"]
    assert again.files[:2] == first.files
    assert (again.embedded, again.reused) == (1, 2)


def test_the_same_attachment_of_another_mail_is_a_duplicate(folder: Path) -> None:
    (folder / "b.eml").write_text(MAIL.replace("opens in M", "opened in M"), "utf-8")
    (folder / "c.eml").write_text(MAIL, "utf-8")
    report = made(folder)
    assert outcomes(report) == [
        ("a.eml", "indexed"),
        ("a.eml/plan.md", "indexed"),
        ("b.eml", "indexed"),
        ("b.eml/plan.md", "duplicate"),
        ("c.eml", "duplicate"),
    ]
    assert report.files[3].detail == "the same content as a.eml/plan.md"
    (folder / "a.eml").unlink()
    assert ("b.eml/plan.md", "indexed") in outcomes(made(folder))


def test_a_changed_or_lost_attachment_is_told(folder: Path) -> None:
    made(folder)
    (folder / "a.eml").write_text(MAIL.replace("Stone first.", "Wood first."), "utf-8")
    assert states(folder)["a.eml/plan.md"] == (State.CHANGED, False)
    (folder / "a.eml").write_text(MAIL.replace("plan.md", "other.md"), "utf-8")
    assert states(folder)["a.eml/plan.md"] == (State.MISSING, False)
    with open_generation(folder.parent / "index") as opened:
        assert state_of(opened.manifest, "a.eml/plan.md") is State.MISSING


def test_a_loader_of_another_version_is_told_apart_from_a_change(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.html").write_text("<p>It froze.</p>", "utf-8")
    made(folder)
    monkeypatch.setattr(web_page, "VERSION", web_page.VERSION + 1)
    assert states(folder)["b.html"] == (State.OTHER_LOADER, True)
    assert verify(folder.parent / "index").holds
    assert made(folder).changed
    assert states(folder)["b.html"] == (State.SAME, True)


def test_a_new_loader_reads_attachments_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made(folder)
    monkeypatch.setattr(loaders.markdown, "VERSION", loaders.markdown.VERSION + 1)
    report = made(folder)
    assert report.changed
    assert report.files[1].loader == loaders.loader_of("plan.md")


def test_an_attachment_cannot_be_removed_without_its_mail(folder: Path) -> None:
    (folder / "b.md").write_text("It froze.", "utf-8")
    made(folder)
    library = Library(folder.parent / "index", model="hashing")
    with pytest.raises(UsageError, match=r"^a\.eml/plan\.md came with a\.eml; remove that one\.$"):
        library.remove("a.eml/plan.md")
    library.remove("a.eml")
    with open_generation(folder.parent / "index") as opened:
        assert [document.name for document in opened.documents] == ["b.md"]


def test_files_of_other_formats_are_added_to_the_library(folder: Path, tmp_path: Path) -> None:
    made(folder)
    library = Library(folder.parent / "index", model="hashing")
    files = {
        "offer.docx": docx(para("Stone.")),
        "b.csv": b"Tree,Age\n" + b"oak,7\n" * 5_000,
        "c.jpg": b"\xff\xd8\xff",
    }
    staged = []
    for number, (name, data) in enumerate(files.items()):
        (tmp_path / f"{number}").write_bytes(data)
        staged.append((name, tmp_path / f"{number}"))
    told = library.add(staged)
    assert [(one.document, one.detail) for one in told] == [
        ("offer.docx", ""),
        ("b.csv", "Rows after 5,000 of the table are not read."),
        ("", "It is a JPEG picture, which cannot be read."),
    ]


def test_the_command_lists_formats_and_says_what_a_skipped_file_is(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["formats"]) == 0
    listed = capsys.readouterr().out
    for loader in loaders.all_loaders():
        assert loader.SUFFIXES[0] in listed
        assert loader.GIVES in listed
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    main(["build", str(folder), "--index", str(folder.parent / "index"), "--model", "hashing"])
    said = capsys.readouterr().out
    assert "a.eml: 1 passage; what is quoted of earlier mails is not read" in said
    assert "not read, another format: photo.jpg (a JPEG picture)" in said
