"""A file beside a document that says what it is: `harbour.md.meta.yaml` of `harbour.md`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from briefqa import api, build, cite, open_index
from briefqa.documents.sidecar import as_bytes
from briefqa.errors import LoadError, UsageError
from briefqa.index.manifest import Outcome, Source
from briefqa.indexing.builder import BuildReport
from briefqa.indexing.library import Library
from briefqa.models.embedder import HashingEmbedder

HARBOUR = "# Harbour\n\nThe harbour was dug in 1921 by forty men.\n"
SAID = (
    "title: The digging\ndate: 2021-05-03\nauthor: Mara Lund\nsource: Harbour Board\nlanguage: da\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "briefs"
    folder.mkdir()
    (folder / "harbour.md").write_text(HARBOUR, "utf-8")
    (folder / "snow.txt").write_text("Snow lay on the quay for nine days.\n", "utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def say(folder: Path, content: str | bytes, name: str = "harbour.md") -> None:
    data = content if isinstance(content, bytes) else content.encode()
    (folder / f"{name}.meta.yaml").write_bytes(data)


def made(folder: Path, index: Path) -> BuildReport:
    return build(folder, index=index, model=HashingEmbedder())


def harbour(index: Path) -> Source:
    return next(file for file in api.info(index).sources if file.name == "harbour.md")


def test_what_it_says_is_cited_and_it_is_no_document_itself(folder: Path, index: Path) -> None:
    say(folder, SAID)
    report = made(folder, index)
    assert [file.name for file in report.files] == ["harbour.md", "snow.txt"]
    assert report.skipped == ()
    with open_index(index, reader=None) as searcher:
        (hit, *_) = searcher.search("harbour dug")
        about = searcher.document("harbour.md").metadata
    assert hit.citation == "The digging › ¶1"
    assert (about.title, about.date, about.author, about.source, about.language) == (
        "The digging", "2021-05-03", "Mara Lund", "Harbour Board", "da",
    )  # fmt: skip
    chicago = cite(hit.passage, style="chicago", index=index, reader=None)
    assert "Mara Lund" in chicago
    assert "The digging" in chicago
    assert api.verify(index).holds


def test_a_build_notices_that_it_came_changed_or_went(folder: Path, index: Path) -> None:
    made(folder, index)
    titles = []
    for content in ("title: One\n", "title: Two\n", None):
        if content is None:
            (folder / "harbour.md.meta.yaml").unlink()
        else:
            say(folder, content)
        report = made(folder, index)
        assert report.changed
        assert report.reused >= 1  # the other document is as it was
        titles.append(harbour(index).title)
        assert not made(folder, index).changed
    assert titles == ["One", "Two", "Harbour"]


def test_what_it_does_not_say_is_the_documents_own(folder: Path, index: Path) -> None:
    (folder / "harbour.md").write_text(f"---\ntitle: Own\nauthor: Own author\n---\n{HARBOUR}")
    say(folder, "AUTHOR: Somebody else\ndate: ''\n")
    made(folder, index)
    with open_index(index, reader=None) as searcher:
        about = searcher.document("harbour.md").metadata
    assert (about.title, about.author, about.date) == ("Own", "Somebody else", "")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("title: [", "it is no YAML; write a line such as `title: Annual report`"),
        ("just words", "it is no list of fields; write a line such as `title: Annual report`"),
        ("- title", "it is no list of fields; write a line such as `title: Annual report`"),
        (b"\xff\xfe\x00", "it is not UTF-8 text"),
        ("titel: X", "it has 'titel'; it may have title, date, source, author, language"),
        ("title: {a: b}", "its title is not one line of text"),
        ("author: [a, b]", "its author is not one line of text"),
        ("? [a]\n: b", "it is no YAML; write a line such as `title: Annual report`"),
        (f"title: {'x' * 301}", "its title has more than 300 characters"),
        ("language: klingon", "its language 'klingon' is none that is known; write one as `de`"),
        ("title: x\n" * 5_000, "it holds 0 MB, and files above 0 MB are not read"),
        ("[" * 9_000, "it is no YAML; write a line such as `title: Annual report`"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "it has 'a'; it may have title"),
        ("title: !!python/object/apply:os.system ['true']", "its title is not one line of text"),
    ],
)
def test_one_that_cannot_be_used_is_told_and_the_document_is_indexed_without(
    folder: Path, index: Path, content: str | bytes, problem: str
) -> None:
    say(folder, content)
    report = made(folder, index)
    file = report.files[0]
    assert file.outcome is Outcome.INDEXED
    assert file.title == "Harbour"
    assert file.detail.startswith(f"harbour.md.meta.yaml is not used: {problem}")
    assert "\n" not in file.detail
    assert not made(folder, index).changed


@pytest.mark.parametrize("kind", ["folder", "pipe", "broken link"])
def test_one_that_is_no_file_is_told(folder: Path, index: Path, kind: str) -> None:
    path = folder / "harbour.md.meta.yaml"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(folder / "nowhere")
    assert "harbour.md.meta.yaml is not used: it is " in made(folder, index).files[0].detail


def test_markup_in_it_is_text(folder: Path, index: Path) -> None:
    from briefqa.ui.documents_view import document_list

    say(folder, "title: '<script>alert(1)</script> *x* ${1+1}'\n")
    made(folder, index)
    with open_index(index, reader=None) as searcher:
        listed = str(document_list(searcher.documents(), changeable=False, formats=()))
    assert "<script>alert" not in listed
    assert "alert&#40;1&#41;" in listed


def test_one_without_its_document_is_a_file_that_is_not_read(folder: Path, index: Path) -> None:
    say(folder, SAID, "gone.md")
    assert [path.name for path in made(folder, index).skipped] == ["gone.md.meta.yaml"]


def test_what_is_written_is_what_is_read() -> None:
    said = {"title": 'A "quoted": title\\ # ü 😀', "author": "  two\n lines ", "date": ""}
    assert as_bytes(said).decode() == (
        'title: "A \\"quoted\\": title\\\\ # ü 😀"\nauthor: "two lines"\n'
    )
    with pytest.raises(LoadError, match="its title has more than 300"):
        as_bytes({"title": "x" * 400})


@pytest.fixture
def library(folder: Path, index: Path) -> Library:
    made(folder, index)
    library = Library(index, model=HashingEmbedder())
    staged = folder.parent / "staged"
    staged.write_text("# Ferry\n\nThe ferry runs at noon and at six.\n", "utf-8")
    library.add([("ferry.md", staged)])
    return library


def ferry(index: Path) -> tuple[str, str]:
    with open_index(index, reader=None) as searcher:
        about = searcher.document("ferry.md").metadata
        return about.title, about.author


def test_an_upload_is_described_and_keeps_that_when_it_is_removed_and_restored(
    library: Library, index: Path
) -> None:
    told = library.describe("ferry.md", {"title": "The ferry", "author": "Mara Lund"})
    assert told.passages == 1
    assert ferry(index) == ("The ferry", "Mara Lund")
    library.describe("ferry.md", {"author": ""})
    assert ferry(index) == ("The ferry", "")
    removed = library.remove("ferry.md")
    assert not (library.uploads / "ferry.md.meta.yaml").exists()
    library.restore(removed)
    assert ferry(index) == ("The ferry", "")
    assert api.build(index=index, model=HashingEmbedder()).changed is False
    library.describe("ferry.md", {"title": ""})
    assert ferry(index) == ("Ferry", "")


def test_only_uploads_are_described_and_only_as_may_be(library: Library, index: Path) -> None:
    for name in ("harbour.md", "nothing.md", "../ferry.md"):
        with pytest.raises(UsageError, match="is no document that was added here; edit its file"):
            library.describe(name, {"title": "X"})
    with pytest.raises(UsageError, match="Nothing was changed: its title has more than 300"):
        library.describe("ferry.md", {"title": "x" * 400})
    assert ferry(index)[0] == "Ferry"
    assert not (library.uploads / "ferry.md.meta.yaml").exists()
