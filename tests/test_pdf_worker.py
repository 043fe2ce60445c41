"""Is a PDF, a hostile one too, read or refused by the worker in time and in little memory?"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from briefqa import build, open_index
from briefqa.documents import reading
from briefqa.documents.loaders import pdf
from briefqa.documents.worker import process
from briefqa.errors import LoadError
from briefqa.models.embedder import HashingEmbedder
from tests import pdf_files
from tests.pdf_files import FIRST, made, paragraph

SECONDS = 15


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    process.shared.close()


def loop_of_outline() -> bytes:
    """An outline whose entries follow each other for ever."""
    entry = "<< /Title (Round) /Parent 90 0 R /Next %d 0 R /Prev %d 0 R /Dest [3 0 R /Fit] >>"
    return pdf_files.raw(
        [pdf_files.lines("A page.")],
        catalog="/Outlines 90 0 R",
        more={
            90: b"<< /Type /Outlines /First 91 0 R /Last 92 0 R /Count 2 >>",
            91: (entry % (92, 92)).encode(),
            92: (entry % (91, 91)).encode(),
        },
    )


def loop_of_pages() -> bytes:
    """A tree of pages that holds itself."""
    return pdf_files.raw([pdf_files.lines("A page.")], kids=["2 0 R", "2 0 R"])


def claims_pages() -> bytes:
    """A page tree that claims two billion pages and has one."""
    return pdf_files.raw([pdf_files.lines("A page.")]).replace(b"/Count 1 ", b"/Count 2000000000 ")


def many_letters() -> bytes:
    """Three million letters on one page."""
    return pdf_files.raw([pdf_files.lines(*["word " * 12] * 50_000)])


def one_long_word() -> bytes:
    """A line of letters without end, and one of dots."""
    return pdf_files.raw([pdf_files.lines("a" * 300_000 + "-", "." * 60_000 + " 1", size=1)])


def huge_page() -> bytes:
    """A page of 700 metres."""
    return pdf_files.raw([pdf_files.lines("A page.")], page="/MediaBox [0 0 2000000 2000000]")


def deep_tags() -> bytes:
    """A structure tree twenty thousand elements deep."""
    count = 20_000
    element = b"<< /Type /StructElem /S /Sect /P %d 0 R /K %d 0 R >>"
    more = {100 + place: element % (99 + place, 101 + place) for place in range(1, count)}
    more[100] = b"<< /Type /StructTreeRoot /K 101 0 R /ParentTree << /Nums [0 [%d 0 R]] >> >>" % (
        99 + count
    )
    more[100 + count] = b"<< /Type /StructElem /S /P /P %d 0 R /Pg 3 0 R /K 0 >>" % (99 + count)
    return pdf_files.raw(
        [b"/P << /MCID 0 >> BDC " + pdf_files.lines("A page.") + b" EMC"],
        page="/MediaBox [0 0 300 400] /StructParents 0",
        catalog="/MarkInfo << /Marked true >> /StructTreeRoot 100 0 R",
        more=more,
    )


@pytest.mark.parametrize(
    "hostile",
    [
        *(pdf_files.double_deflated, pdf_files.nested_forms, loop_of_outline, loop_of_pages),
        *(claims_pages, many_letters, one_long_word, huge_page, deep_tags),
    ],
)
def test_a_hostile_file_is_read_or_refused_in_time(hostile: Callable[[], bytes]) -> None:
    data = hostile()
    begin = time.process_time(), time.monotonic()
    try:
        outcome = reading.read_document(data, "hostile.pdf").text
    except LoadError as error:
        outcome = str(error)
        assert "\n" not in outcome
    print(hostile.__name__, time.monotonic() - begin[1], outcome[:90])
    assert outcome
    assert time.monotonic() - begin[1] < 4 * SECONDS  # the machine may be busy
    # The next file finds a worker that reads.
    assert (
        reading.read_document(pdf_files.raw([pdf_files.lines("A page.")]), "a.pdf").text
        == "A page."
    )


def test_the_worker_reads_what_the_loader_reads() -> None:
    data = made([paragraph("The winter", FIRST), paragraph("It froze in the second week.")])
    document = reading.read_document(data, "harbour.pdf")
    alone = pdf.parse(data, "harbour.pdf")
    assert (document.text, document.sections, document.lines) == (
        alone.text,
        alone.sections,
        alone.lines,
    )
    assert (document.media_type, document.loader) == ("application/pdf", f"pdf {pdf.VERSION}")


def test_a_locked_file_is_opened_with_its_password() -> None:
    buffer = io.BytesIO()
    sheet = Canvas(buffer, encrypt=StandardEncryption("sesame"))
    sheet.drawString(40, 350, "Nobody is to read this.")
    sheet.save()
    with pytest.raises(
        LoadError,
        match=r"^it is encrypted and needs a password; `briefqa build --password` asks for it$",
    ):
        reading.read_document(buffer.getvalue(), "a.pdf")
    document = reading.read_document(buffer.getvalue(), "a.pdf", password="sesame")
    assert document.text == "Nobody is to read this."


def test_what_of_a_file_is_not_read_is_kept_in_the_index(tmp_path: Path) -> None:
    data = pdf_files.raw([pdf_files.lines("A page to read.")], kids=["99 0 R"])
    (tmp_path / "a.pdf").write_bytes(data)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    index = tmp_path / "index"
    report = build([tmp_path / "a.pdf", tmp_path / "b.pdf"], index=index, model=HashingEmbedder())
    with open_index(index, model=HashingEmbedder(), reader=None) as searcher:
        document = searcher.document("a.pdf")
        (hit,) = searcher.search("page")
    assert document.notes == ("page 2 not read: it is damaged",)
    assert hit.citation == "a › ¶1, p. 1"
    assert hit.boxes[0].page == 1
    assert [(each.name, each.detail) for each in report.failed] == [
        ("b.pdf", "it is no PDF, or too damaged to be read")
    ]


def test_a_page_is_drawn_as_wide_as_it_is_wanted() -> None:
    data = pdf_files.raw([pdf_files.lines("A page."), pdf_files.lines("Another.")])
    picture = Image.open(io.BytesIO(reading.picture(data, "a.pdf", 2, 600)))
    assert (picture.format, picture.size) == ("PNG", (600, 800))
    # "Another." stands at (40, 350) of 300 × 400 points.
    grey = np.asarray(picture.convert("L"))
    assert grey[78:106, 78:200].min() < 80
    assert grey[120:].min() == 255


@pytest.mark.parametrize(
    ("data", "page", "sentence"),
    [
        (pdf_files.raw([pdf_files.lines("A page.")]), 2, "it has no page 2"),
        (pdf_files.raw([pdf_files.lines("A page.")], kids=["99 0 R"]), 2, "page 2 is damaged"),
        (b"%PDF-1.7 nothing", 1, "it is no PDF, or too damaged to be read"),
    ],
)
def test_a_page_that_cannot_be_drawn_says_so(data: bytes, page: int, sentence: str) -> None:
    with pytest.raises(LoadError, match=f"^{sentence}$"):
        reading.picture(data, "a.pdf", page, 600)


@pytest.mark.parametrize("box", ["0 0 2000000 2000000", "0 0 14400 1", "0 0 1 14400"])
def test_no_page_is_drawn_with_more_than_four_million_pixels(box: str) -> None:
    data = pdf_files.raw([pdf_files.lines("A page.")], page=f"/MediaBox [{box}]")
    picture = Image.open(io.BytesIO(reading.picture(data, "a.pdf", 1, 2_400)))
    assert 1 <= picture.width * picture.height <= 4_000_000
