"""Are scans read by OCR where that is wanted, said to be, and never for longer than they may?

Tests that need Tesseract are skipped without it; the others have a program of their own in its
place, which answers what they say.
"""

from __future__ import annotations

import io
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from briefqa import build, open_index, verify
from briefqa.answering.compose import hit_as_json
from briefqa.cli import main
from briefqa.documents import loaders, ocr, passages, reading, tesseract
from briefqa.documents.loaders import pdf
from briefqa.documents.loaders.pdf import scans
from briefqa.documents.loaders.pdf.lines import Page
from briefqa.documents.recognised import RecognisedLine, RecognisedPage
from briefqa.documents.worker import process
from briefqa.errors import LoadError, UsageError
from briefqa.index.generations import current_manifest
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import Document
from tests.pdf_files import FIRST, made, paragraph

needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="Tesseract is not on this machine"
)
SIZE = (420, 595)  # of A5 in points
SHARP = 1_200  # pixels across
HEADING = "The harbour of Kestrand"
SENTENCE = "The old bridge over the river Kwell was built in 1911 and carries 26,395 people a day."
FERRY = "The ferry was stopped in March because the water froze for eleven days in a row."


@pytest.fixture(autouse=True, scope="module")
def _ended() -> Iterator[None]:
    yield
    process.shared.close()


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def written(*texts: str) -> bytes:
    """A PDF of text: a heading and a paragraph for each."""
    return made([paragraph(HEADING, FIRST), *map(paragraph, texts)])


def scan(*pages: bytes | str, locked: str = "", width: int = 200) -> bytes:
    """A PDF with a page for each: the picture of the first page of a PDF, or a line of text."""
    buffer = io.BytesIO()
    sheet = Canvas(buffer, SIZE, encrypt=StandardEncryption(locked) if locked else None)
    for page in pages:
        if isinstance(page, str):
            sheet.drawString(40, 500, page)
        else:
            across, down, pixels = pdf.picture(page, 1, width)
            picture = Image.frombytes("RGB", (across, down), pixels).convert("L")
            sheet.drawImage(ImageReader(picture), 0, 0, *SIZE)
        sheet.showPage()
    sheet.save()
    return buffer.getvalue()


def answer(*lines: str, sure: int = 95) -> str:
    """What Tesseract answers, in hOCR, to a picture with these lines of ten points."""
    spans = []
    for number, line in enumerate(lines):
        top = 100 + 40 * number
        words = "".join(
            f"<span class='ocrx_word' title='bbox 100 {top} 500 {top + 26}; x_wconf {sure}'>"
            f"{word}</span> "
            for word in line.split()
        )
        spans.append(
            f"<span class='ocr_line' title=\"bbox 100 {top} 900 {top + 26}; baseline 0 -6;"
            f' x_size 26; x_descenders 6; x_ascenders 6">{words}</span>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><html xmlns="http://www.w3.org/1999/xhtml"><body>'
        f"<div class='ocr_page'><p class='ocr_par'>{''.join(spans)}</p></div></body></html>"
    )


Installed = Callable[..., None]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installed:
    """Has a program of this name answer in Tesseract's place, or do something else."""

    def install(hocr: str = "", *, does: str = "", languages: tuple[str, ...] = ("eng",)) -> None:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "hocr").write_text(hocr, "utf-8")
        program = folder / "tesseract"
        program.write_text(
            "#!/bin/sh\n"
            'case "$1" in\n'
            "--version) echo 'tesseract 9.1.0';;\n"
            f"--list-langs) printf '%s\\n' 'List of languages:' {' '.join(languages)} osd;;\n"
            f"*) cat >/dev/null; {does or f'cat {folder}/hocr'};;\n"
            "esac\n",
            "utf-8",
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        tesseract._about.cache_clear()

    return install


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """How often Tesseract was asked to read a page."""
    counted = Mock(wraps=tesseract.read)
    monkeypatch.setattr(tesseract, "read", counted)
    return counted


def read(data: bytes, name: str = "scan.pdf", password: str = "") -> Document:
    return reading.read_document(data, name, password, ocr_setup=tesseract.setup("en"))


def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)


# With Tesseract


@needs_tesseract
def test_a_scan_is_read_cited_as_such_and_read_again_by_the_next_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "briefs").mkdir()
    (tmp_path / "briefs" / "scan.pdf").write_bytes(scan(written(SENTENCE), width=SHARP))
    (tmp_path / "briefs" / "text.pdf").write_bytes(scan("The mill grinds rye for the valley."))
    index, model = tmp_path / "index", HashingEmbedder()
    report = build(tmp_path / "briefs", index=index, model=model, ocr=True)
    assert [file.detail for file in report.files] == ["page 1 read by OCR", ""]
    with open_index(index, model=model, reader=None) as searcher:
        (hit, *_) = searcher.search("bridge over the river Kwell", k=1)
        (other, *_) = searcher.search("mill grinds rye", k=1)
    assert "was built in 1911" in hit.passage.text
    assert hit.citation.endswith("¶1, p. 1, read by OCR")
    assert [box.page for box in hit.boxes] == [1, 1]
    assert hit.passage.location == "scan.pdf, page 1, read by OCR"
    assert hit_as_json(hit)["place"]["ocr"] is True
    assert other.citation.endswith("¶1, p. 1")
    assert hit_as_json(other)["place"]["ocr"] is False
    again = build(index=index, model=model)
    assert not again.changed
    assert verify(index).holds
    (tmp_path / "briefs" / "mill.md").write_text("# The mill\n\nIt grinds rye.\n", "utf-8")
    report = build(index=index, model=model)
    assert [file.passages > 0 for file in report.files] == [True, True, True]
    assert current_manifest(index).ocr.startswith("tesseract ")

    build(tmp_path / "briefs", index=index, model=model)
    assert "OCR" not in str(
        open_index(index, model=model, reader=None).search("bridge")[0].citation
    )
    capsys.readouterr()


@needs_tesseract
def test_a_scan_has_the_paragraphs_of_what_was_scanned_and_they_stand_where_they_did() -> None:
    whole = written(f"{SENTENCE} {FERRY}", FERRY)
    document = read(scan(whole, width=SHARP))
    shown = reading.read_document(whole, "text.pdf")

    def content(one: Document) -> list[str]:
        return [
            one.text[part.start : part.end] for each in one.sections for part in each.paragraphs
        ]

    assert document.title == HEADING
    assert content(document) == content(shown)
    assert len(document.lines.boxes) == len(shown.lines.boxes)
    for box, true in zip(document.lines.boxes, shown.lines.boxes, strict=True):
        assert max(abs(a - b) for a, b in zip(box, true, strict=True)) < 12, "quarters of a point"


# With a program in its place


def test_what_was_recognised_is_laid_out_and_kept(
    installed: Installed, asked: Mock, tmp_path: Path
) -> None:
    installed(answer("The bridge was closed for re-", "pairs on 3 May &amp; opened again in June."))
    data = scan(written(SENTENCE))
    document = read(data)
    assert document.text == "The bridge was closed for repairs on 3 May & opened again in June."
    assert document.notes == ("page 1 read by OCR",)
    assert document.metadata.date == ""  # of the scan, not of what was scanned
    assert read(scan("The mill grinds rye.")).metadata.date
    (passage,) = passages.cut(document, passages.WordWindow())
    assert passage.place.ocr
    assert (read(data), asked.call_count) == (document, 1)
    kept = tmp_path / "cache" / "briefqa" / "ocr"
    (page,) = kept.iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    page.write_text("{", "utf-8")  # damaged
    assert (read(data), asked.call_count) == (document, 2)


def test_headings_that_are_measured_a_little_differently_are_of_one_level() -> None:
    sizes = (20, 20, 27, 20, 25.5)  # pixels: text, text, a heading, text, a heading
    lines = tuple(
        RecognisedLine("Some words", (0, 40 * at, 200, 40 * at + 20), 40.0 * at + 20, size, at)
        for at, size in enumerate(sizes)
    )
    pages = [Page(0, 300, 400)]
    scans.put_in(pages, [RecognisedPage(1, 600, 800, lines)])
    found = [line.size for line in pages[0].lines]
    assert found[2] == found[4] > found[0] == found[1] == found[3]


def test_of_many_kept_pages_the_oldest_are_removed(
    installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "MOST_KEPT", 2)
    installed(answer("A line of some words."))
    for number in range(4):
        read(scan(written(f"Page {number}")))
    assert len(list((tmp_path / "cache" / "briefqa" / "ocr").iterdir())) <= 2


def test_what_is_read_of_a_locked_file_is_not_kept(installed: Installed, tmp_path: Path) -> None:
    installed(answer("A secret of some words."))
    document = read(scan(written(SENTENCE), locked="sesame"), password="sesame")
    assert document.text == "A secret of some words."
    assert not (tmp_path / "cache" / "briefqa" / "ocr").exists()


def test_folds_and_stamps_are_no_text(installed: Installed) -> None:
    installed(answer("~| ii,", sure=12))
    with pytest.raises(LoadError, match=r"^page 1 not read: OCR found no text on it$"):
        read(scan(written(SENTENCE)))


@pytest.mark.parametrize(
    ("does", "sentence"),
    [
        ("exit 3", "Tesseract could not read it"),
        ("echo '<html>'", "Tesseract could not read it"),
        ("sleep 30", "Tesseract took more than 1 seconds"),
        ("while :; do :; done", "Tesseract took more than 1 seconds or 2 GB"),
    ],
)
def test_a_page_that_is_not_read_in_time_says_why(
    installed: Installed, monkeypatch: pytest.MonkeyPatch, does: str, sentence: str
) -> None:
    installed(does=does)
    monkeypatch.setattr(tesseract, "SECONDS", 1)
    monkeypatch.setattr(tesseract, "WALL_SECONDS", 1.0 if "sleep" in does else 60.0)
    document = read(scan(written(SENTENCE), "The mill grinds rye."))
    assert document.notes == (f"page 1 not read: {sentence}",)
    assert document.text == "The mill grinds rye."


def test_a_file_of_which_page_after_page_fails_is_given_up(
    installed: Installed, asked: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(does="exit 1")
    monkeypatch.setattr(ocr, "usable_cores", lambda: 1)
    page = written(SENTENCE)
    with pytest.raises(LoadError, match="pages 4–6 not read: too many others could not be read"):
        read(scan(*[page] * 6))
    assert asked.call_count == 3


def test_a_build_that_is_stopped_does_not_wait_for_ocr(
    installed: Installed, asked: Mock, tmp_path: Path
) -> None:
    installed(does="sleep 60")
    page = written(SENTENCE)
    data, ended = scan(*[page] * 8), threading.Event()

    def stop() -> None:
        while not tesseract._running and not ended.wait(0.05):
            pass
        reading.stop()

    stopping = threading.Thread(target=stop)
    stopping.start()
    begun = time.monotonic()
    with pytest.raises(LoadError):
        read(data)
    assert time.monotonic() - begun < 30
    ended.set()
    stopping.join()
    assert asked.call_count < 8


@pytest.mark.parametrize(
    ("language", "there", "setup"),
    [
        ("en", ("eng",), "eng"),
        ("de", ("deu", "eng", "fra"), "deu+eng+fra"),
        ("de", ("afr", "ara", "bel", "deu", "eng"), "deu+eng"),
        ("fi", ("afr", "ara", "bel", "deu", "eng"), "eng"),
        ("en", ("deu",), "deu"),
    ],
)
def test_scans_are_read_in_the_languages_that_are_installed(
    installed: Installed, language: str, there: tuple[str, ...], setup: str
) -> None:
    installed(languages=there)
    assert tesseract.setup(language) == f"tesseract 9.1.0 {setup}"


def test_without_a_language_tesseract_is_of_no_use(installed: Installed) -> None:
    installed(languages=())
    with pytest.raises(UsageError, match="has no language installed"):
        tesseract.setup("en")


def test_a_page_is_not_read_by_another_tesseract_than_is_meant(installed: Installed) -> None:
    installed(answer("Some words."))
    data = scan(written(SENTENCE))
    with pytest.raises(LoadError, match=r"it was read by tesseract 1\.0 eng, which is not on"):
        reading.read_document(data, "a.pdf", ocr_setup="tesseract 1.0 eng")


def test_citations_hold_also_where_what_read_them_has_gone(
    installed: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(answer("The bridge was closed for repairs in May."))
    (tmp_path / "scan.pdf").write_bytes(scan(written(SENTENCE), "The mill grinds rye."))
    index = tmp_path / "index"
    build(tmp_path / "scan.pdf", index=index, model=HashingEmbedder(), ocr=True)
    without_tesseract(monkeypatch)
    assert verify(index).holds  # by the pages that are kept
    shutil.rmtree(tmp_path / "cache")
    (source,) = verify(index).sources
    assert (source.state, source.holding) == ("same", source.passages)  # by its bytes
    with pytest.raises(UsageError, match="or build with --no-ocr"):
        build(index=index, model=HashingEmbedder())


# Without it


def test_without_tesseract_a_build_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_tesseract(monkeypatch)
    (tmp_path / "mill.md").write_text("# The mill\n\nIt grinds rye.\n", "utf-8")
    paths = [str(tmp_path / "mill.md"), "--index", str(tmp_path / "index"), "--model", "hashing"]
    assert main(["build", *paths, "--ocr"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "apt install tesseract-ocr" in told
    assert main(["build", *paths]) == 0


def test_a_scan_says_that_ocr_would_read_it() -> None:
    with pytest.raises(
        LoadError, match=r"^a scan: no text on its only page; `briefqa build --ocr`"
    ):
        reading.read_document(scan(written(SENTENCE)), "scan.pdf")
    document = reading.read_document(scan(written(SENTENCE), "The mill."), "scan.pdf")
    assert document.notes == (
        "a scan: no text on 1 of 2 pages (1); `briefqa build --ocr` reads such pages",
    )


def test_pages_with_text_are_left_to_themselves(
    installed: Installed, asked: Mock, tmp_path: Path
) -> None:
    installed(answer("Never read."))
    data = written(SENTENCE)
    assert read(data, "a.pdf") == reading.read_document(data, "a.pdf")
    assert asked.call_count == 0


def test_a_place_says_that_ocr_has_read_it() -> None:
    document = loaders.parse(written(SENTENCE), "a.pdf")
    (passage,) = passages.cut(document, passages.WordWindow())
    place = replace(passage.place, ocr=True)
    assert (place.in_citation, place.in_words) == ("p. 1, read by OCR", "page 1, read by OCR")
    assert place.numbered == "page 1"
