"""Does one build take a folder as people keep it, hostile files among them, and tell of each?"""

from __future__ import annotations

from pathlib import Path

from briefqa import build, verify
from briefqa.index.manifest import Outcome
from briefqa.indexing.verification import State
from tests.office_files import archive, docx, epub, odt, para, pptx, shape, xlsx
from tests.test_hostile_files import LAUGHS, bomb, with_entities
from tests.test_other_formats import MAIL
from tests.web_pages import pages

COPIES = 12  # of each kind, each with words of its own


def readable(number: int) -> dict[str, bytes]:
    """A file of each format, with the number in its text."""
    text = f"The ferry of {1900 + number} stopped in May, because the harbour was full of ice."
    html = f"<title>Page {number}</title><h1>Ice</h1><p>{text}</p>"
    return {
        f"{number}.txt": text.encode(),
        f"{number}.md": f"# Ice\n\n{text}".encode(),
        f"{number}.html": html.encode(),
        f"{number}.docx": docx(para("Ice", style="berschrift1") + para(text)),
        f"{number}.odt": odt(f"<text:p>{text}</text:p>"),
        f"{number}.pptx": pptx(shape("Ice", place="title") + shape(text, place="body")),
        f"{number}.epub": epub({"a.xhtml": f"<p>{text}</p>"}),
        f"{number}.xlsx": xlsx({"Ice": [["Year", "Month"], [f"y{number}", "May"]]}),
        f"{number}.csv": f"Year,Month\ny{number},May".encode(),
        f"{number}.eml": f"From: a@b\nSubject: Ice {number}\n\n{text}".encode(),
        f"{number}.mbox": f"From a Mon\nFrom: a@b\nSubject: Ice {number}\n\n{text}".encode(),
        f"{number}.rtf": rf"{{\rtf1 {text}\par}}".encode(),
    }


HOSTILE = {
    "bomb.docx": bomb("word/document.xml", 300_000_000),
    "laughs.docx": with_entities(LAUGHS, "&j;"),
    "attributes.html": f"<p {' '.join(f'a{n}=x' for n in range(100_000))}>x".encode(),
    "corner.xlsx": xlsx(
        {"A": []},
        raw='<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"/></row>',
    ),
    "picture.docx": b"\xff\xd8\xff\xe0",
    "cut.epub": archive({"mimetype": "application/epub+zip"})[:60],
    "empty.html": b"",
}


def test_every_file_of_a_mixed_folder_is_told_what_became_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    files = {name: data for number in range(COPIES) for name, data in readable(number).items()}
    files |= {f"page{n}.html": each.html.encode() for n, each in enumerate(pages())}
    files |= {"mail.eml": MAIL.encode(), **HOSTILE}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    report = build(folder, index=tmp_path / "index", model="hashing")
    became = {file.name: file.outcome for file in report.files}
    assert became.keys() == {*files, "mail.eml/plan.md"}
    failed = {name for name, outcome in became.items() if outcome is Outcome.FAILED}
    assert failed == set(HOSTILE)
    assert all(file.detail for file in report.failed)
    assert [path.name for path in report.skipped] == ["photo.jpg"]
    checked = verify(tmp_path / "index").sources
    assert all(one.state is State.SAME and one.holding == one.passages for one in checked)
    assert len(checked) == len(became) - len(failed)
