"""Does one build take a folder as people keep it, hostile files among them, and tell of each?"""

from __future__ import annotations

import io
import os
import socket
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from briefqa import build, verify
from briefqa.index.manifest import Outcome
from briefqa.indexing.verification import State
from tests import pdf_files
from tests.office_files import archive, docx, epub, odt, para, pptx, shape, xlsx
from tests.test_hostile_files import LAUGHS, READ, REFUSED, bomb, with_entities
from tests.test_other_formats import MAIL
from tests.web_pages import pages, written

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


def scan() -> bytes:
    picture = pdf_files.stream(
        bytes(4),
        entries="/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray"
        " /BitsPerComponent 8",
    )
    return pdf_files.raw(
        [b"q 300 0 0 400 0 0 cm /I Do Q"], resources="/XObject << /I 90 0 R >>", more={90: picture}
    )


def locked_pdf() -> bytes:
    buffer = io.BytesIO()
    sheet = Canvas(buffer, encrypt=StandardEncryption("sesame"))
    sheet.drawString(40, 350, "Nobody is to read this.")
    sheet.save()
    return buffer.getvalue()


def refused() -> dict[str, bytes]:
    """What cannot be read: hostile, damaged, empty, locked, or not what its name says."""
    whole = readable(99)
    page = pdf_files.raw([pdf_files.lines("The ferry stopped in May.")])
    return {
        **{f"refused {n}-{name}": make() for n, (name, make, _) in enumerate(REFUSED.values())},
        **HOSTILE,
        **{f"cut {name}": data[: len(data) // 3] for name, data in whole.items() if is_zip(data)},
        **{f"empty{Path(name).suffix}": b"" for name in whole},
        "empty.pdf": b"",
        "cut.pdf": page[:40],
        "double.pdf": pdf_files.double_deflated(),
        "forms.pdf": pdf_files.nested_forms(),
        "scan.pdf": scan(),
        "locked.pdf": locked_pdf(),
        "zeros.txt": bytes(5_000),
        "old.docx": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000),
    }


def is_zip(data: bytes) -> bool:
    return data.startswith(b"PK")


def odd() -> dict[str, bytes]:
    """What is read although it is large, or has an odd name or a wrong suffix."""
    whole = readable(98)
    return {
        **{f"odd {n}-{name}": make() for n, (name, make) in enumerate(READ.values())},
        "word.txt": whole["98.docx"],
        "page.md": whole["98.html"].replace(b"1998", b"1898"),
        "rich.docx": whole["98.rtf"].replace(b"1998", b"1798"),
        "paper.html": pdf_files.raw([pdf_files.lines("A paper with another suffix.")]),
        f"{'long' * 60}.txt": b"The name of this file has 244 letters.",
        "a\nb\t.txt": b"The name of this file has a line break.",
        "<b>bold & 'co'.txt": b"The name of this file has tags.",
        "\u202egpj.txt": b"The name of this file turns round.",
    }


@pytest.mark.slow
@pytest.mark.timeout(1_500)
def test_three_hundred_files_hostile_ones_among_them_are_each_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    files = {name: data for number in range(14) for name, data in readable(number).items()}
    for number in range(14):
        text = f"Page of the year {1800 + number}, on which the harbour froze."
        files[f"{number}.pdf"] = pdf_files.raw([pdf_files.lines(text)])
    files |= {f"page{n}.html": one.html.encode() for n, one in enumerate([*pages(), *written()])}
    bad, strange = refused(), odd()
    files |= {**bad, **strange, "mail.eml": MAIL.encode()}
    assert len(files) >= 300
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / os.fsdecode(b"\xff\xfe.txt")).write_text("A name that is no UTF-8.")
    others = {"photo.jpg": b"\xff\xd8\xff", "program.bin": b"\x7fELF" + bytes(100)}
    for name, data in others.items():
        (folder / name).write_bytes(data)
    os.mkfifo(folder / "pipe.txt")
    (folder / "nowhere.txt").symlink_to("missing.txt")
    (folder / "round.txt").symlink_to("round.txt")
    (folder / "folder.pdf").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        monkeypatch.chdir(folder)  # the path of a socket has to be short
        listener.bind("s.txt")
    report = build(folder, index=tmp_path / "index", model="hashing")
    became = {file.name: file.outcome for file in report.files}
    failed = {name for name, outcome in became.items() if outcome is Outcome.FAILED}
    special = {"pipe.txt", "nowhere.txt", "round.txt", "s.txt"}
    assert set(files) - set(became) == set()
    assert failed - set(bad) - special == set()
    assert set(bad) - failed == set()
    assert all(file.detail for file in report.failed)
    assert {path.name for path in report.skipped} == set(others)
    checked = verify(tmp_path / "index").sources
    assert all(one.state is State.SAME and one.holding == one.passages for one in checked)
