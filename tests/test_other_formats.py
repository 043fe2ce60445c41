"""Are texts, slides, books, sheets, mails and rich text read with what each of them gives?"""

from __future__ import annotations

import io
import zipfile

import pytest

from briefqa.documents import loaders
from briefqa.documents.loaders import table_rows
from briefqa.documents.passages import WordWindow, cut
from briefqa.errors import LoadError
from briefqa.records import Document, PlaceUnit
from tests.office_files import archive, epub, odt, pptx, shape, xlsx


def read(data: bytes | str, name: str) -> Document:
    return loaders.parse(data if isinstance(data, bytes) else data.encode(), name)


def blocks(document: Document) -> list[tuple[str, str]]:
    """Each paragraph with the last of the headings that it stands under."""
    return [
        (section.path[-1] if section.path else "", document.text[span.start : span.end])
        for section in document.sections
        for span in section.paragraphs
    ]


def texts(document: Document) -> list[str]:
    return [text for _, text in blocks(document)]


# ODT


def test_an_odt_is_read_with_its_numbers_notes_tables_and_boxes() -> None:
    styles = (
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="1"/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
        '</text:outline-style><text:list-style style:name="L1"><text:list-level-style-number '
        'text:level="1" style:num-format="a" style:num-suffix=")"/></text:list-style>'
        '<style:style style:name="Title" style:family="paragraph"/>'
    )
    automatic = '<style:style style:name="P1" style:parent-style-name="Title"/>'
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
        "<text:note-body><text:p>Every March.</text:p></text:note-body></text:note>"
    )
    box = "<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>"
    body = (
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        '<text:p text:style-name="P1">The pier</text:p>'
        "<text:table-of-content><text:p>One ... 7</text:p></text:table-of-content>"
        '<text:h text:outline-level="1">One</text:h><text:h text:outline-level="2">Two</text:h>'
        f"<text:p>It<text:s/>froze.{note}{box}</text:p>"
        '<text:list text:style-name="L1"><text:list-item><text:p>oak</text:p><text:list>'
        "<text:list-item><text:p>leaf</text:p></text:list-item></text:list></text:list-item><text:list-item>"
        "<text:p>elm</text:p></text:list-item></text:list>"
        "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>A</text:p>"
        "</table:table-cell><table:table-cell><text:p>B</text:p></table:table-cell></table:table-row>"
        "</table:table-header-rows><table:table-row>"
        "<table:table-cell table:number-rows-spanned='2'><text:p>1</text:p></table:table-cell>"
        "<table:table-cell><text:p>2</text:p></table:table-cell>"
        "</table:table-row><table:table-row><table:covered-table-cell/><table:table-cell><text:p>3"
        "</text:p></table:table-cell></table:table-row></table:table>"
    )
    document = read(odt(body, styles=styles, automatic=automatic), "a.odt")
    assert document.title == "The pier"
    assert [section.path for section in document.sections] == [("1 One",), ("1 One", "1.1 Two")]
    assert texts(document) == [
        "It froze.[1]",
        "In a box.",
        "[1] Every March.",
        "a) oak\n  - leaf\nb) elm",
        "A | B\n--- | ---\n1 | 2\n1 | 3",
    ]


def test_words_in_shapes_of_an_odt_come_after_their_paragraph() -> None:
    words = "<text:p>In a shape.</text:p><text:p>More.</text:p>"
    shape = f'<draw:custom-shape text:anchor-type="as-char">{words}</draw:custom-shape>'
    frame = "<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>"
    body = (
        f"<text:p>It <text:span>froze.{shape}</text:span> It sank.</text:p>"
        f"<draw:g><draw:rect><text:p>On a page.</text:p></draw:rect>{frame}</draw:g>"
    )
    assert texts(read(odt(body), "a.odt")) == [
        *("It froze. It sank.", "In a shape.", "More.", "On a page.", "In a box."),
    ]


def test_a_locked_odt_is_told_so() -> None:
    manifest = (
        "<m:manifest xmlns:m='m'><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"
    )
    with pytest.raises(LoadError, match=r"^it is locked with a password; save it without one$"):
        read(odt("<text:p>x</text:p>", manifest=manifest), "a.odt")


# PPTX


def test_a_slide_is_a_section_with_its_notes_and_is_cited() -> None:
    data = pptx(
        shape("The pier", place="ctrTitle") + shape("A talk.", place="subTitle"),
        shape("Costs", place="title")
        + shape("oak", "elm", place="body")
        + shape("7", place="sldNum")
        + '<p:graphicFrame><a:tbl><a:tblPr firstRow="1"/><a:tr><a:tc><a:txBody><a:p><a:r><a:t>A'
        "</a:t></a:r></a:p></a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>B</a:t></a:r></a:p>"
        "</a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame>",
        shape("Only words on this slide."),
        notes={2: "Speak slowly."},
    )
    document = read(data, "talk.pptx")
    assert document.title == "The pier"
    assert blocks(document) == [
        ("The pier", "A talk."),
        ("Costs", "- oak\n- elm"),
        ("Costs", "A | B\n--- | ---"),
        ("Costs", "Notes: Speak slowly."),
        ("Only words on this slide.", "Only words on this slide."),
    ]
    assert (len(document.page_starts), document.page_unit) == (3, PlaceUnit.SLIDE)
    citations = [passage.citation for passage in cut(document, WordWindow())]
    assert citations[1] == "The pier › Costs › ¶1–3, slide 2"


# EPUB


def test_a_book_is_read_in_its_order_and_cited_by_its_files() -> None:
    links = {"text/b.xhtml": "Called so", "a.xhtml": "Not so"}
    nav = "".join(f'<li><a href="{part}">{name}</a></li>' for part, name in links.items())
    data = epub(
        {"a.xhtml": "<h2>Has one</h2><p>First.</p>", "text/b.xhtml": "<p>Second.</p>"},
        nav=f"<ol>{nav}</ol>",
        metadata="<dc:title>The book</dc:title><dc:creator>A. Quill</dc:creator>"
        "<dc:date>1999-01-02T</dc:date><dc:publisher>Quay</dc:publisher><dc:language>en-GB</dc:language>",
    )
    document = read(data, "a.epub")
    metadata = document.metadata
    assert (metadata.title, metadata.author, metadata.date, metadata.source, metadata.language) == (
        *("The book", "A. Quill", "1999-01-02", "Quay", "en"),
    )
    assert blocks(document) == [("Has one", "First."), ("Called so", "Second.")]
    assert [passage.citation for passage in cut(document, WordWindow())] == [
        "The book › Has one › ¶1, OPS/a.xhtml",
        "The book › Called so › ¶1, OPS/text/b.xhtml",
    ]


def test_the_mark_of_a_note_in_a_book_stands_in_brackets() -> None:
    shown = (
        '<p>It sank<a epub:type="noteref" href="n.xhtml#n1">1</a>.</p><p>Five m<sup>3</sup>.</p>'
    )
    assert texts(read(epub({"a.xhtml": shown}), "a.epub")) == ["It sank[1].", "Five m3."]


def test_the_contents_of_an_older_book_name_its_chapters() -> None:
    label = "<navLabel><text>Loomings</text></navLabel>"
    ncx = f"<navPoint>{label}<content src='a%20b.xhtml#x'/></navPoint>"
    document = read(epub({"a b.xhtml": "<p>Call me.</p>"}, ncx=ncx), "a.epub")
    assert blocks(document) == [("Loomings", "Call me.")]


def test_a_copy_protected_book_is_told_so_but_not_one_with_hidden_fonts() -> None:
    def encrypted(algorithm: str) -> bytes:
        data = f"<EncryptedData><EncryptionMethod Algorithm='{algorithm}'/></EncryptedData>"
        return epub({"a.xhtml": "<p>x</p>"}, more={"META-INF/encryption.xml": f"<e>{data}</e>"})

    assert read(encrypted("http://www.idpf.org/2008/embedding"), "a.epub").text == "x"
    with pytest.raises(LoadError, match="copy-protected"):
        read(encrypted("http://www.w3.org/2001/04/xmlenc#aes128-cbc"), "a.epub")


def test_a_book_of_pictures_has_no_text() -> None:
    with pytest.raises(LoadError, match="its pages may be pictures"):
        read(epub({"a.xhtml": "<img src='a.jpg'/>"}), "a.epub")


# Sheets


def test_a_sheet_is_a_section_and_a_row_a_paragraph_with_its_columns_names() -> None:
    data = xlsx(
        {
            "Trees": [
                ["Trees of the quay"],
                ["Tree", "Age", "Note"],
                ["oak", 70.0, ""],
                ["elm", 12.5, "hollow"],
                [],
                [1.0, 2.0],
            ],
            "Empty": [],
        }
    )
    assert blocks(read(data, "a.xlsx")) == [
        ("Trees", "Trees of the quay"),
        ("Trees", "Tree | Age | Note"),
        ("Trees", "Tree: oak; Age: 70"),
        ("Trees", "Tree: elm; Age: 12.5; Note: hollow"),
        ("Trees", "1 | 2"),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_in_text_is_read_whatever_separates_it(separator: str) -> None:
    data = f'Tree{separator}Age\noak{separator}"7{separator}0"\n'
    assert texts(read(data, "a.csv")) == [
        *("Tree | Age", f"Tree: oak; Age: 7{separator}0".replace("\t", " "))
    ]


@pytest.mark.parametrize("line", ["sep=;\n", '"SEP=;"\r\n', "\ufeffsep=;\r\n", "sep=^\n"])
def test_the_line_that_names_the_separator_for_excel_is_no_text(line: str) -> None:
    separator = line[line.index("=") + 1]
    data = f"{line}Tree{separator}Age\noak, old, grey{separator}70\nelm, a, b{separator}12\n"
    assert texts(read(data, "a.csv")) == [
        *("Tree | Age", "Tree: oak, old, grey; Age: 70", "Tree: elm, a, b; Age: 12"),
    ]


def test_rows_without_end_are_cut_and_the_file_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_rows, "MOST_ROWS", 3)
    document = read("a,b\n" + "1,2\n" * 9, "a.csv")
    assert len(texts(document)) == 3
    assert document.notes == ("rows after 3 of the table are not read",)


# Mails

MAIL = """From: =?utf-8?q?Ada_Qu=C3=ADll?= <ada@quay.example>
To: Ben <ben@quay.example>
Date: Fri, 1 Mar 2024 10:00:00 +0100
Subject: The =?utf-8?b?cGllcg==?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: multipart/alternative; boundary=c

--c
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

It opens in M=E4rz.

On Mon, 1 Jan 2024 Ben wrote:
> When does it open?
--c
Content-Type: text/html

<p>It opens.</p>
--c--
--b
Content-Type: text/markdown
Content-Disposition: attachment; filename="plan.md"

# Plan

Stone first.
--b
Content-Type: image/png
Content-Disposition: attachment; filename="../photo.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b--
"""


def test_a_mail_says_who_wrote_when_and_what_came_with_it() -> None:
    document = read(MAIL, "a.eml")
    metadata = document.metadata
    assert (metadata.title, metadata.author, metadata.date) == (
        "The pier",
        "Ada Quíll",
        "2024-03-01",
    )
    assert texts(document) == [
        (
            "From: Ada Quíll <ada@quay.example>\nTo: Ben <ben@quay.example>\n"
            "Date: Fri, 1 Mar 2024 10:00:00 +0100"
        ),
        "It opens in März.",
        "Attachments: plan.md, photo.png",
    ]
    assert document.notes == ("what is quoted of earlier mails is not read",)
    assert loaders.attachments(MAIL.encode(), "a.eml") == [
        ("plan.md", b"# Plan\n\nStone first."),
        ("photo.png", b"\x89PNG\r\n\x1a\n"),
    ]


def test_a_mail_in_latin_1_is_read_as_browsers_do() -> None:
    data = (
        b"From: a@example.org\nSubject: =?iso-8859-1?Q?It=92s_=8010?=\nMIME-Version: 1.0\n"
        b"Content-Type: text/plain; charset=%s\nContent-Transfer-Encoding: 8bit\n\n"
        b"The pier\x92s fee \x96 \x80 12.\n"
    )
    for charset in (b"iso-8859-1", b"us-ascii", b"Windows-1252"):
        document = read(data % charset, "a.eml")
        assert document.title == "It’s €10"
        assert texts(document)[-1] == "The pier’s fee – € 12."


def test_a_mail_in_html_is_read_without_what_it_quotes() -> None:
    html = (
        "<p>It opens.</p><div class='gmail_quote'>On Monday Ben wrote: <blockquote>When?"
        "</blockquote></div>"
    )
    data = f"From: a@b\nSubject: x\nContent-Type: text/html; charset=utf-8\n\n{html}"
    assert texts(read(data, "a.eml")) == ["From: a@b", "It opens."]


def test_a_mail_that_is_all_quotation_is_read_whole() -> None:
    assert texts(read("From: a@b\nSubject: x\n\n> When?\n", "a.eml")) == ["From: a@b", "> When?"]


def test_a_mail_within_a_mail_is_an_attachment() -> None:
    data = (
        "From: a@b\nSubject: Fwd\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n"
        "--b\nContent-Type: message/rfc822\n\nFrom: c@d\nSubject: The pier\n\nIt opens.\n--b--\n"
    )
    ((name, inner),) = loaders.attachments(data.encode(), "a.eml")
    assert name == "The pier.eml"
    assert texts(read(inner, name)) == ["From: c@d", "It opens."]


def test_a_mailbox_has_a_section_for_each_mail() -> None:
    start = "From ada Fri Mar  1 10:00:00 2024\n"
    one = f"{start}From: ada@b\nSubject: One\n\nIt froze.\n>From here on.\n\n"
    data = f"{one}{start}{MAIL}".encode()
    document = read(data, "a.mbox")
    assert [section.path for section in document.sections] == [("One",), ("The pier",)]
    assert texts(document)[1] == "It froze.\nFrom here on."
    assert [name for name, _ in loaders.attachments(data, "a.mbox")] == [
        *("2/plan.md", "2/photo.png"),
    ]


@pytest.mark.parametrize(
    ("states", "note"),
    [
        (["visible", "hidden"], "1 hidden sheet was left out"),
        (["visible", "hidden", "veryHidden"], "2 hidden sheets were left out"),
    ],
)
def test_hidden_sheets_are_left_out_and_that_is_said(states: list[str], note: str) -> None:
    data = io.BytesIO()
    with (
        zipfile.ZipFile(
            io.BytesIO(xlsx({state: [["Fee", "Marks"], [state, 12]] for state in states}))
        ) as made,
        zipfile.ZipFile(data, "w") as hiding,
    ):
        for part in made.namelist():
            content = made.read(part)
            for state in states[1:]:
                named = f'name="{state}"'.encode()
                content = content.replace(named, named + f' state="{state}"'.encode())
            hiding.writestr(part, content)
    document = read(data.getvalue(), "a.xlsx")
    assert [section.path for section in document.sections] == [("visible",)]
    assert document.notes == (note,)


# RTF


def test_rich_text_is_read_paragraph_by_paragraph() -> None:
    data = (
        r"{\rtf1\ansi\ansicpg1252{\info{\title The pier}{\author A. Quill}}{\fonttbl{\f0 Times;}}"
        r"\pard It froze in M\'e4rz.\par Then \u1055?.\par\trowd\cellx1\cellx2 a\cell b\cell\row}"
    )
    document = read(data, "a.rtf")
    assert (document.title, document.metadata.author) == ("The pier", "A. Quill")
    assert texts(document) == ["It froze in März.", "Then П.", "a | b"]


def test_hidden_rich_text_is_not_read() -> None:
    data = (
        r"{\rtf1\ansi{\stylesheet{\s1\v Hid;}}The fee is 12{\v  or \u8364? \'e4 \{99\}} marks.\par "
        r"{\v\b Unseen.\par}\v more\v0 Seen \v unseen\plain to the end.\par}"
    )
    assert texts(read(data, "a.rtf")) == ["The fee is 12 marks.", "Seen to the end."]


def test_what_tracked_changes_deleted_in_rich_text_is_not_read() -> None:
    data = (
        r"{\rtf1\ansi The fee is {\deleted\revauthdel1 \ldblquote 11\rdblquote  }"
        r"{\revised 12} marks."
        r"{\deleted\chftn{\footnote\chftn  Gone.}}\par}"
    )
    assert texts(read(data, "a.rtf")) == ["The fee is 12 marks."]


def test_notes_and_boxes_of_rich_text_come_after_their_paragraph() -> None:
    data = (
        r"{\rtf1\ansi{\header{\shp{\*\shpinst{\shptxt Head\par}}}}{\*\other{\footnote Not.}}"
        r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt A box\par}}"
        r"{\shprslt{\*\do\dptxbxtext A box\par}}}It cost 4{\super\chftn}"
        r"{\*\footnote\pard{\super\chftn} Once \'e4 3.\par Or so.}, then 5"
        r"{\super\chftn{\*\footnote\ftnalt\chftn\tab End.}} marks.\par"
        r"\pard Next.\par Last{\footnote Unmarked.}.}"
    )
    assert texts(read(data, "a.rtf")) == [
        *("It cost 4[1], then 5[2] marks.", "A box", "[1] Once ä 3.", "Or so."),
        *("[2] End.", "Next.", "Last.", "Unmarked."),
    ]
    assert texts(read(r"{\rtf1 One.{\*\footnote Two and", "a.rtf")) == ["One.", "Two and"]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.odt", archive({"content.xml": "<x/>"}), "it has no text"),
        ("a.pptx", pptx(), "it has no text"),
        ("a.epub", archive({"x": "y"}), "it does not say what is in it"),
        ("a.xlsx", archive({"x": "y"}), "it is no workbook"),
        ("a.xlsx", xlsx({"A": []}), "its sheets are empty"),
        ("a.eml", b"\n", "it is no e-mail"),
        ("a.eml", b"", "the file is empty"),
        ("a.docx", b"", "the file is empty"),
        ("a.pdf", b"", "the file is empty"),
        ("a.mbox", b"nothing", "it holds no mail"),
        ("a.rtf", b"nothing", "it is no rich text"),
        ("a.csv", b"", "the file is empty"),
    ],
)
def test_what_is_damaged_or_empty_is_refused_in_one_sentence(
    name: str, data: bytes, why: str
) -> None:
    with pytest.raises(LoadError, match=why):
        read(data, name)
