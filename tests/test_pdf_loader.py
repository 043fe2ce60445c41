"""Is a PDF read as a person reads it: its order, headings, paragraphs, tables, notes and pages?"""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak

from briefqa.documents import passages
from briefqa.documents.loaders import pdf
from briefqa.errors import LoadError
from briefqa.records import Document, Section, Span
from tests import pdf_files
from tests.pdf_files import FIRST, JUSTIFIED, SECOND, TEXT, items, made, paragraph

LONG = (
    "The harbour froze in the second week of January, when the wind had turned to the east, and no"
    " ship came in before the end of March. Those that lay at the quay were held by the ice, and"
    " the crews went home over land."
)
OTHER = (
    "Salt was sold at four times its price, since none could be brought, and the town paid for"
    " bread that was carried over the hills on the backs of mules."
)

WITH_OCR = "`briefqa build --ocr` reads such pages"


def load(data: bytes, name: str = "harbour.pdf") -> Document:
    return pdf.parse(data, name)


def outline(document: Document) -> list[tuple[tuple[str, ...], list[str]]]:
    """Each section's path with its paragraphs' text."""
    return [
        (section.path, [said(document, span) for span in section.paragraphs])
        for section in document.sections
    ]


def said(document: Document, span: Span) -> str:
    return document.text[span.start : span.end]


def paragraphs(document: Document) -> list[str]:
    return [text for _, texts in outline(document) for text in texts]


def pages_of(document: Document, text: str) -> list[int]:
    """The pages on which the words of a text stand."""
    start = document.text.index(text)
    rows = document.lines.within(start, start + len(text))
    return sorted({document.lines.pages[row] for row in rows})


def canvas(**options: object) -> tuple[Canvas, io.BytesIO]:
    buffer = io.BytesIO()
    return Canvas(buffer, pagesize=(300, 400), **options), buffer


def finished(sheet: Canvas, buffer: io.BytesIO) -> bytes:
    sheet.showPage()
    sheet.save()
    return buffer.getvalue()


def test_headings_are_told_by_how_they_are_set_and_paragraphs_are_whole() -> None:
    document = load(
        made(
            [
                *(paragraph("The winter", FIRST), paragraph(LONG), paragraph(OTHER)),
                *(paragraph("Prices of salt", SECOND), paragraph(LONG), PageBreak()),
                *(paragraph("The spring", FIRST), paragraph(OTHER)),
            ]
        )
    )
    assert outline(document) == [
        (("The winter",), [LONG, OTHER]),
        (("The winter", "Prices of salt"), [LONG]),
        (("The spring",), [OTHER]),
    ]


def test_a_paragraph_goes_on_in_the_next_column_and_on_the_next_page() -> None:
    text = " ".join([LONG.replace("January", f"January of {year}") for year in range(1801, 1841)])
    document = load(made([paragraph(text, JUSTIFIED)], columns=2))
    assert paragraphs(document) == [text]
    assert len(document.page_starts) > 1
    assert pages_of(document, text) == [*range(1, len(document.page_starts) + 1)]


def test_running_heads_and_page_numbers_are_left_out() -> None:
    pages = [paragraph(LONG), PageBreak(), paragraph(OTHER), PageBreak(), paragraph(LONG)]
    document = load(made(pages, furniture=True))
    assert paragraphs(document) == [LONG, OTHER, LONG]
    assert [pages_of(document, OTHER), pages_of(document, LONG)] == [[2], [1]]


def test_words_are_joined_over_hyphens_as_the_document_writes_them() -> None:
    sheet, buffer = canvas()
    for place, line in enumerate(
        (
            "A well-known harbour and the inter-",
            "national trade in salt; all that is well-",
            "known. The international ships came",
            "from the north and from the south.",
        )
    ):
        sheet.drawString(40, 350 - 14 * place, line)
    assert paragraphs(load(finished(sheet, buffer))) == [
        (
            "A well-known harbour and the international trade in salt; all that is well-known."
            " The international ships came from the north and from the south."
        )
    ]


def test_items_are_lines_of_one_list() -> None:
    document = load(
        made([paragraph("There came:"), *items("salt", "bread and oil"), paragraph(LONG)])
    )
    assert paragraphs(document) == ["There came:", "- salt\n- bread and oil", LONG]


def test_a_table_is_rows_of_cells() -> None:
    rows = [
        ("Year", "Ships", "Remarks"),
        (
            "1801",
            "12",
            "The ice broke late, and no pilot could leave before the first of May.",
        ),
        ("1802", "37", "None."),
        ("1803", "41", "A new quay."),
    ]
    document = load(made([paragraph(OTHER), pdf_files.table(rows), paragraph(LONG)]))
    cells = [" | ".join(row) for row in rows]
    assert paragraphs(document) == [
        OTHER,
        "\n".join([cells[0], "--- | --- | ---", *cells[1:]]),
        LONG,
    ]


def test_a_table_whose_rows_are_one_string_each_is_rows_of_cells() -> None:
    rows = (
        ("Gate", "Built", "Width", "Condition"),
        ("Osterby", "1974", "12.5", "good, weights at the limit"),
        ("Lindholm", "1968", "9.0", "hinge fractured"),
        ("Karlsund", "1991", "14.2", "good"),
    )
    shown = " T* ".join(
        pdf_files.row_in_one(row, (0, 56, 122 - stringWidth(row[2], "Helvetica", 10), 134))
        for row in rows
    )
    content = f"BT /F1 10 Tf 12 TL 20 350 Td {shown} ET".encode()
    (table,) = paragraphs(load(pdf_files.raw([content])))
    header, *others = (" | ".join(row) for row in rows)
    assert table.splitlines() == [header, "--- | --- | --- | ---", *others]


def test_wide_gaps_of_justified_lines_part_no_sentence() -> None:
    lines = (
        (("The gate is", "closed.", "The"), (0, 70, 150)),
        (("county", "owns it,", "and the"), (0, 48, 131)),
        (("drainage association,", "works it"), (0, 124)),
        (("day and night,", "as agreed."), (0, 95)),
    )
    shown = " T* ".join(pdf_files.row_in_one(words, places) for words, places in lines)
    content = f"BT /F1 10 Tf 12 TL 20 350 Td {shown} ET".encode()
    (text,) = paragraphs(load(pdf_files.raw([content])))
    assert text == (
        "The gate is closed. The county owns it, and the drainage association, works it"
        " day and night, as agreed."
    )


def test_the_title_at_the_head_of_another_page_is_left_out_with_what_stands_beside_it() -> None:
    first = "BT /F1 18 Tf 40 330 Td (The tidal gates) Tj /F1 10 Tf 12 TL 0 -30 Td {} ET"
    head = "BT /F1 9 Tf 40 380 Td (The tidal gates) Tj 150 0 Td (County of Norrvik) Tj ET "
    then = head + "BT /F1 10 Tf 12 TL 40 330 Td {} ET"
    text = ("The gates were looked at in the spring.", "All of them were opened and closed.")
    shown = " T* ".join(f"({line}) Tj" for line in text)
    document = load(pdf_files.raw([each.format(shown).encode() for each in (first, then)]))
    assert document.text.count("The tidal gates") == 1
    assert "Norrvik" not in document.text


def test_initials_of_an_author_are_no_number_of_a_heading() -> None:
    content = (
        b"BT /F1 20 Tf 40 350 Td (The tidal gates) Tj /F1 11.5 Tf 0 -30 Td (A. Lund) Tj"
        b" 80 0 Td (P. Thune) Tj /F1 16 Tf -80 -40 Td (1 Condition) Tj"
        b" /F1 10 Tf 12 TL 0 -30 Td (The gates were looked at in the spring, under load,) Tj T*"
        b" (and all of them were opened and closed again by) Tj T* (three engineers.) Tj ET"
    )
    paths = [path for path, _ in outline(load(pdf_files.raw([content])))]
    assert not any("Lund" in heading for path in paths for heading in path)
    assert ("1 Condition",) in paths


def test_the_mark_of_a_footnote_is_no_part_of_its_first_word() -> None:
    shown = " T* ".join(f"({line}) Tj" for line in ["The gates were looked at in spring"] * 9)
    content = (
        f"BT /F1 10 Tf 12 TL 40 350 Td {shown} ET"
        " BT /F1 5 Tf 40 63 Td (1) Tj /F1 8 Tf 3 -3 Td (Mean of thirty years at Osterby.) Tj ET"
    )
    (*_, note) = paragraphs(load(pdf_files.raw([content.encode()])))
    assert note == "1 Mean of thirty years at Osterby."


def test_a_footnote_stands_after_the_paragraph_that_refers_to_it() -> None:
    note = ParagraphStyle("note", parent=TEXT, fontSize=7, leading=8)
    sheet, buffer = canvas()
    text = sheet.beginText(40, 350)
    text.setFont("Times-Roman", 11)
    text.textLine("No ship came in before the end of March, as")
    text.textOut("pilots say.")
    text.setFont("Times-Roman", 6)
    text.setRise(4)
    text.textOut("1")
    text.setRise(0)
    text.setFont("Times-Roman", 11)
    text.textLine(" Those at the quay were held.")
    text.textLine("")
    text.textLine("The crews went home over land, and salt was dear")
    text.textLine("until the first of May.")
    sheet.drawText(text)
    sheet.setFont("Times-Roman", note.fontSize)
    sheet.drawString(40, 60, "1 The book of the pilots, kept at the town hall, on the year.")
    assert paragraphs(load(finished(sheet, buffer))) == [
        "No ship came in before the end of March, as pilots say.[1] Those at the quay were held.",
        "1 The book of the pilots, kept at the town hall, on the year.",
        "The crews went home over land, and salt was dear until the first of May.",
    ]


def test_the_outline_says_what_is_a_heading() -> None:
    sheet, buffer = canvas()
    for number, (title, level) in enumerate([("The winter", 0), ("Salt", 1), ("The spring", 0)]):
        sheet.bookmarkPage(title)
        sheet.addOutlineEntry(title, title, level)
        sheet.drawString(40, 350, title)
        sheet.drawString(40, 330, f"The text of the chapter numbered {number + 1} is here.")
        sheet.showPage()
    sheet.save()
    assert outline(load(buffer.getvalue())) == [
        (("The winter",), ["The text of the chapter numbered 1 is here."]),
        (("The winter", "Salt"), ["The text of the chapter numbered 2 is here."]),
        (("The spring",), ["The text of the chapter numbered 3 is here."]),
    ]


def test_the_tags_of_a_file_say_what_is_what() -> None:
    row = ("TR", [("TH", [("P", "Year")]), ("TH", [("P", "Ships")])])
    other = ("TR", [("TH", [("P", "1801")]), ("TD", [("P", "twelve")])])
    items = [("LI", [("Lbl", "1."), ("LBody", "salt")]), ("LI", [("Lbl", "2."), ("LBody", "oil")])]
    document = load(
        pdf_files.tagged(
            [
                *(("H1", "The winter"), ("P", "It froze."), ("P", "It thawed.")),
                *(("H2", "Prices"), ("L", items), ("Table", [row, other])),
                ("H1", "The spring"),
                ("P", [("Span", "No ship came in,"), ("Link", "says the pilot.")]),
            ]
        )
    )
    assert outline(document) == [
        (("The winter",), ["It froze.", "It thawed."]),
        (
            ("The winter", "Prices"),
            ["1. salt\n2. oil", "Year | Ships\n--- | ---\n1801 | twelve"],
        ),
        (("The spring",), ["No ship came in, says the pilot."]),
    ]


def test_a_table_that_is_a_frame_around_text_is_text() -> None:
    cell = ("TD", [("P", "It froze in the second week of"), ("P", "January, and thawed in May.")])
    document = load(pdf_files.tagged([("H1", "Ice"), ("Table", [("TR", [cell])])]))
    assert document.title == "Ice"
    assert paragraphs(document) == ["It froze in the second week of January, and thawed in May."]


def test_page_labels_and_what_the_file_says_of_itself_are_kept() -> None:
    sheet, buffer = canvas()
    sheet.setTitle("The Harbour Report")
    sheet.setAuthor("Ada Byron")
    sheet.addPageLabel(0, style="ROMAN_LOWER", start=1)
    sheet.addPageLabel(1, style="ARABIC", start=1)
    sheet.drawString(40, 350, "A foreword of some words.")
    sheet.showPage()
    sheet.drawString(40, 350, "The text of the report.")
    document = load(finished(sheet, buffer))
    assert document.page_labels == ("i", "1")
    assert (document.title, document.metadata.author) == ("The Harbour Report", "Ada Byron")
    assert document.metadata.date[:2] == "20"
    (passage, *_) = passages.cut(document, passages.WordWindow())
    assert passage.place.in_citation.startswith("p")


def test_a_file_that_needs_a_password_says_so() -> None:
    sheet, buffer = canvas(encrypt=StandardEncryption("sesame", canPrint=1))
    sheet.drawString(40, 350, "Nobody is to read this.")
    data = finished(sheet, buffer)
    with pytest.raises(
        LoadError,
        match=r"^it is encrypted and needs a password; `briefqa build --password` asks for it$",
    ):
        load(data)
    with pytest.raises(LoadError, match=r"^the password is wrong$"):
        pdf.parse_locked(data, "harbour.pdf", "open")
    document = pdf.parse_locked(data, "harbour.pdf", "sesame")
    assert paragraphs(document) == ["Nobody is to read this."]


def test_a_damaged_page_is_told_by_its_number_and_the_others_are_read() -> None:
    data = pdf_files.raw(
        [pdf_files.lines("The first page."), pdf_files.lines("The second page.")],
        kids=["99 0 R"],
    )
    document = load(data)
    assert paragraphs(document) == ["The first page.", "The second page."]
    assert document.notes == ("page 3 not read: it is damaged",)
    assert len(document.page_starts) == 3


def test_pages_that_are_scans_are_told_by_their_numbers() -> None:
    picture = pdf_files.stream(
        bytes(4),
        entries="/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray"
        " /BitsPerComponent 8",
    )
    resources = (
        "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
        " /XObject << /I 90 0 R >>"
    )
    scan = b"q 300 0 0 400 0 0 cm /I Do Q"
    text = pdf_files.lines("A page that has text.")
    document = load(
        pdf_files.raw([scan, text, scan, scan], resources=resources, more={90: picture})
    )
    assert document.notes == (f"a scan: no text on 3 of 4 pages (1, 3–4); {WITH_OCR}",)
    assert paragraphs(document) == ["A page that has text."]
    with pytest.raises(LoadError, match=f"^a scan: no text on any of its 2 pages; {WITH_OCR}$"):
        load(pdf_files.raw([scan, scan], resources=resources, more={90: picture}))


def test_a_font_without_meaning_is_not_read_and_told() -> None:
    shape = pdf_files.stream(b"500 0 0 0 500 500 d1 0 0 500 500 re f")
    font = (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 500 500] /FontMatrix [0.001 0 0 0.001 0 0]"
        " /CharProcs << /a1 91 0 R /a2 91 0 R >> /Encoding << /Type /Encoding /Differences [1 /a1"
        " /a2] >> /FirstChar 1 /LastChar 2 /Widths [500 500] /Resources << >> >>"
    )
    resources = f"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> /F2 {font} >>"
    odd = b"BT /F2 12 Tf 40 350 Td <0102010201020102> Tj ET"
    document = load(
        pdf_files.raw(
            [odd, pdf_files.lines("A page to read.")], resources=resources, more={91: shape}
        )
    )
    why = "a font does not say which letters its signs are"
    assert document.notes == (f"page 1 not read: {why}; {WITH_OCR}",)
    assert paragraphs(document) == ["A page to read."]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\nnothing\n%%EOF", b"PK\x03\x04"])
def test_what_is_no_pdf_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(LoadError, match=r"^it is no PDF, or too damaged to be read$"):
        load(data)


def test_boxes_are_where_the_lines_are_displayed() -> None:
    """A page that is turned by 90°, and of which only a part is shown."""
    content = b"BT /F1 10 Tf 0 1 -1 0 120 60 Tm (Level.) Tj ET"
    page = "/MediaBox [0 0 300 400] /CropBox [20 40 280 380] /Rotate 90"
    document = load(pdf_files.raw([content], page=page))
    (box,) = document.lines.boxes
    left, top, right, bottom = (edge / 4 for edge in box)
    # The baseline is at x 120 of the content, the writing begins at y 60: shown at (20, 100).
    assert [left, bottom] == pytest.approx([20, 102.2], abs=0.5)
    assert [right - left, bottom - top] == pytest.approx([27, 10], abs=2)


def test_a_page_whose_text_is_turned_is_read_as_if_it_were_level() -> None:
    upwards = b"BT /F1 10 Tf 0 1 -1 0 %d 60 Tm (%s) Tj ET"
    content = b" ".join(
        [upwards % (100, b"A line that runs upwards and"), upwards % (112, b"goes on in the next.")]
    )
    document = load(pdf_files.raw([content]))
    assert paragraphs(document) == ["A line that runs upwards and goes on in the next."]
    (first, second) = ([edge / 4 for edge in box] for box in document.lines.boxes)
    # Displayed left of the baseline at x 100, from y 340 upwards: 60 above the lower edge.
    assert [first[2], first[3]] == pytest.approx([102.2, 340], abs=0.5)
    assert second[0] - first[0] == pytest.approx(12, abs=0.3)
    assert first[3] - first[1] == pytest.approx(127, abs=1)


WORDS = st.lists(
    st.sampled_from(LONG.split() + OTHER.split() + ["naïve", "10²"]), min_size=3, max_size=60
)
BLOCKS = st.lists(
    st.one_of(
        WORDS.map(lambda words: [paragraph(" ".join(words))]),
        WORDS.map(lambda words: [paragraph(" ".join(words[:5]), SECOND)]),
        WORDS.map(
            lambda words: items(*(" ".join(words[at : at + 7]) for at in range(0, len(words), 7)))
        ),
        WORDS.map(lambda words: [pdf_files.table([words[:3]] * 3)]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=25)
@given(BLOCKS, st.integers(1, 2))
def test_every_passage_slices_the_text_and_every_paragraph_has_a_page(
    blocks: list[list[object]], columns: int
) -> None:
    data = made([flowable for block in blocks for flowable in block], columns, furniture=True)
    document = load(data)
    assert document == load(data)
    assert all(
        said(document, Span(passage.start, passage.end)) == passage.text
        for passage in passages.cut(document, passages.WordWindow())
    )
    spans = [span for section in document.sections for span in _spans(section)]
    assert spans == sorted(spans, key=lambda span: span.start)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))
    for span in spans:
        rows = document.lines.within(span.start, span.end)
        assert len(rows)
        assert all(1 <= document.lines.pages[row] <= len(document.page_starts) for row in rows)
    assert list(document.lines.starts) == sorted(document.lines.starts)


def _spans(section: Section) -> list[Span]:
    return [span for span in (section.heading, *section.paragraphs) if span is not None]


SEEN = "BT /F1 12 Tf 20 300 Td (The fee is 12 marks.) Tj ET\n"
_BLACK_AREA = "q 0 g 10 90 200 30 re f Q\n"


@pytest.mark.parametrize(
    ("content", "is_read"),
    [
        ("BT 3 Tr /F1 12 Tf 20 100 Td (It is 99.) Tj ET", False),
        ("BT 1 g /F1 12 Tf 20 100 Td (It is 99.) Tj ET", False),
        ("BT /F1 1 Tf 20 100 Td (It is 99.) Tj ET", False),
        (f"{_BLACK_AREA}BT 1 g /F1 12 Tf 20 100 Td (It is 99.) Tj ET", True),
        ("BT 1 g 0 G 2 Tr /F1 12 Tf 20 100 Td (It is 99.) Tj ET", True),
        ("BT 0.9 g /F1 12 Tf 20 100 Td (It is 99.) Tj ET", True),
        ("BT /F1 1 Tf 9 0 0 9 20 100 Tm (It is 99.) Tj ET", True),
        ("q 10 0 0 10 0 0 cm BT /F1 1 Tf 2 10 Td (It is 99.) Tj ET Q", True),
        ("q 200 0 0 200 10 50 cm /I Do Q BT 3 Tr /F1 12 Tf 20 100 Td (It is 99.) Tj ET", True),
    ],
)
def test_text_that_a_page_does_not_show_is_left_out_and_that_is_said(
    content: str, is_read: bool
) -> None:
    resources = (
        "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
        " /XObject << /I 90 0 R >>"
    )
    picture = pdf_files.stream(
        bytes(4),
        entries="/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray"
        " /BitsPerComponent 8",
    )
    page = (SEEN + content).encode()
    document = load(pdf_files.raw([page], resources=resources, more={90: picture}))
    assert "The fee is 12 marks." in document.text
    assert ("99" in document.text) is is_read
    said = () if is_read else ("text that page 1 does not show was left out",)
    assert document.notes == said
