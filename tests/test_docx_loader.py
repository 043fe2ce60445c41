"""Is a Word document read as Word shows it: numbers, notes, changes, tables, text boxes?"""

from __future__ import annotations

import pytest

from briefqa.documents import loaders
from briefqa.documents.loaders.docx_styles import formatted
from briefqa.errors import LoadError
from briefqa.records import Document
from tests.office_files import W, archive, docx, item, para, table, wordy


def read(data: bytes, name: str = "a.docx") -> Document:
    return loaders.parse(data, name)


def blocks(document: Document) -> list[tuple[str, str]]:
    """Each paragraph with the last of the headings that it stands under."""
    return [
        (section.path[-1] if section.path else "", document.text[span.start : span.end])
        for section in document.sections
        for span in section.paragraphs
    ]


def texts(body: str, *, notes: str = "") -> list[str]:
    return [text for _, text in blocks(read(docx(body, notes=notes)))]


def test_headings_are_told_by_outline_level_and_style_name_not_by_id() -> None:
    document = read(
        docx(
            para("Report", style="Titel")
            + para("Before.")
            + para("One", style="berschrift1")
            + para("Two", style="Mine")
            + para("Deep.")
            + para("Next", properties='<w:outlineLvl w:val="0"/>')
            + para("Text of level nine.", properties='<w:outlineLvl w:val="9"/>')
        )
    )
    assert document.title == "Report"
    assert [section.path for section in document.sections] == [
        *((), ("One",), ("One", "Two"), ("Next",))
    ]
    assert blocks(document) == [
        *(("", "Before."), ("Two", "Deep."), ("Next", "Text of level nine."))
    ]


def test_numbers_of_headings_and_items_are_counted() -> None:
    assert texts(
        item("oak")
        + item("elm", level=1)
        + item("leaf", level=2)
        + item("ash", level=1)
        + item("fir")
        + item("yew", level=1)
        + para("Between.")
        + item("goes on")
        + para("And.")
        + item("again", numbering=4)
        + item("bullet", numbering=2)
    ) == [
        "1. oak\n  (a) elm\n    1.1.1 leaf\n  (b) ash\n2. fir\n  (a) yew",
        "Between.",
        "3. goes on",
        "And.",
        "7. again\n- bullet",
    ]
    numbered = docx(
        para("Scope", style="Numbered", properties='<w:outlineLvl w:val="0"/>') + para("x")
    )
    assert read(numbered).sections[0].path == ("§ I Scope",)


@pytest.mark.parametrize(
    ("number", "kind", "shown"),
    [
        (27, "lowerLetter", "aa"),
        (4, "upperRoman", "IV"),
        (7, "decimalZero", "07"),
        (12, "ordinal", "12th"),
        (22, "ordinal", "22nd"),
        (3, "none", ""),
        (3, "japaneseCounting", "3"),
    ],
)
def test_numbers_are_formatted(number: int, kind: str, shown: str) -> None:
    assert formatted(number, kind) == shown


def test_tracked_changes_are_accepted() -> None:
    body = (
        f"<w:p>{wordy('The ')}<w:del>{wordy('old ').replace('w:t', 'w:delText')}</w:del>"
        f"<w:ins>{wordy('new ')}</w:ins>{wordy('pier')}</w:p>"
        f"<w:p><w:moveFrom>{wordy('moved')}</w:moveFrom></w:p>"
        f"<w:p><w:moveTo>{wordy('moved')}</w:moveTo></w:p>"
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>"
        f"{wordy('joined ')}</w:p>{para('with this')}"
    )
    assert texts(body) == ["The new pier", "moved", "joined with this"]


def test_notes_come_after_the_paragraph_that_refers_to_them() -> None:
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    notes = (
        f'<w:footnote w:id="0" w:type="separator">{para("x")}</w:footnote>'
        f'<w:footnote w:id="2">{para("Every March.")}</w:footnote>'
    )
    assert texts(para("It froze.", inner=reference) + para("Then."), notes=notes) == [
        *("It froze.[1]", "[1] Every March.", "Then.")
    ]
    assert texts(
        table([["a", "<w:tc>" + para("b", inner=reference) + "</w:tc>"]]), notes=notes
    ) == [*("a | b[1]", "[1] Every March.")]


def test_a_text_box_is_read_once_and_hidden_text_and_fields_not_at_all() -> None:
    box = f"<w:txbxContent>{para('In a box.')}</w:txbxContent>"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    alternate = (
        f'<w:r><mc:AlternateContent xmlns:mc="{mc}"><mc:Choice>{box}</mc:Choice>'
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    )
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + wordy("7")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )  # fmt: skip
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
    assert texts(para("Text", inner=alternate + hidden + field)) == ["Text7", "In a box."]


def test_a_table_of_contents_is_not_read() -> None:
    control = (
        "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj>"
        f"</w:sdtPr><w:sdtContent>{para('One .... 7')}</w:sdtContent></w:sdt>"
    )
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        "<w:r><w:instrText> TOC \\o </w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = para("", inner='<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    body = control + para("Two .... 8", style="Verzeichnis1")
    body += para("", inner=begin + wordy("Three .... 9")) + para("Four .... 10") + end
    assert texts(body + para("Text.")) == ["Text."]


def test_tables_are_rows_with_merged_cells_filled_in() -> None:
    merged = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + para("oak") + "</w:tc>"
    below = "<w:tc><w:tcPr><w:vMerge/></w:tcPr>" + para() + "</w:tc>"
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + para("all") + "</w:tc>"
    rows = [["Tree", "Age"], [merged, "70"], [below, "80"], [wide]]
    assert texts(table(rows, header=True)) == [
        "Tree | Age\n--- | ---\noak | 70\noak | 80\n| all |  |"
    ]
    assert texts(table([["Only."], ["One."]])) == ["Only.", "One."]


def test_content_controls_and_strict_documents_are_read() -> None:
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{para('In a control.')}</w:sdtContent></w:sdt>"
    inline = f"<w:sdt><w:sdtContent>{wordy(' and inline')}</w:sdtContent></w:sdt>"
    assert texts(control + para("Text", inner=inline)) == ["In a control.", "Text and inline"]
    strict = docx(para("One", style="berschrift1") + para("Text."))
    again = archive({"word/document.xml": (
        f'<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"><w:body>'
        f"{para('Strict.')}</w:body></w:document>"
    )})  # fmt: skip
    assert read(strict).sections[0].path == ("One",)
    assert read(again).text == "Strict."


def test_the_document_says_what_it_is() -> None:
    core = "<dc:title>The pier</dc:title><dc:creator>Ada Quill</dc:creator>"
    core += "<dc:language>de-AT</dc:language>"
    metadata = read(docx(para("x"), core=core)).metadata
    assert (metadata.title, metadata.author, metadata.language) == ("The pier", "Ada Quill", "de")
    generic = read(docx(para("x"), core="<dc:creator>python-docx</dc:creator>"), "the_pier.docx")
    assert (generic.title, generic.metadata.author) == ("the pier", "")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PK\x03\x04 word/document.xml", "its archive cannot be opened"),
        (archive({"word/document.xml": "<w:document"}), "is no XML"),
        (
            archive({"word/x.xml": "<x/>", "_rels/.rels": "<x/>"}),
            "it has no part word/document.xml",
        ),
        (archive({"word/document.xml": f'<w:document xmlns:w="{W}"/>'}), "it has no text"),
        (docx(para()), "it has no text"),
    ],
)
def test_what_is_damaged_is_refused_in_one_sentence(data: bytes, why: str) -> None:
    with pytest.raises(LoadError, match=why):
        read(data)


def _bold(text: str) -> str:
    run = f"<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>"
    return para(inner=run)


def test_short_lines_in_bold_are_headings_where_no_style_marks_any() -> None:
    body = "".join(
        [
            _bold("Costs"),
            para("The fee is 12."),
            _bold("Staff"),
            para("Nine."),
            _bold("It is late."),
        ]
    )
    document = loaders.parse(docx(body), "a.docx")
    assert [section.path for section in document.sections] == [("Costs",), ("Staff",)]
    styled = loaders.parse(docx(para("Part", style="berschrift1") + body), "a.docx")
    assert [section.path for section in styled.sections] == [("Part",)]
    one = loaders.parse(docx(_bold("Costs") + para("The fee is 12.")), "a.docx")
    assert [section.path for section in one.sections] == [()]
    row = loaders.parse(docx(_bold("Costs") + _bold("Staff") + _bold("Ships")), "a.docx")
    assert [section.path for section in row.sections] == [()]
