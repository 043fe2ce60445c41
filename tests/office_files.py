"""Makes small documents of the formats that office programs and e-books use."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
DRAW = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
DC = "http://purl.org/dc/elements/1.1/"


def archive(members: Mapping[str, str | bytes], *, packed: bool = True) -> bytes:
    """A ZIP archive of these members."""
    buffer = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return buffer.getvalue()


def _relations(*relations: tuple[str, str]) -> str:
    items = "".join(
        f'<Relationship Id="r{n}" Type="{R}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(relations, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{items}</Relationships>'


def wordy(text: str) -> str:
    """A run with this text."""
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def para(text: str = "", *, style: str = "", inner: str = "", properties: str = "") -> str:
    """A paragraph of a Word document; `inner` is put behind its text as it is."""
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    runs = wordy(text) if text else ""
    return f"<w:p><w:pPr>{styled}{properties}</w:pPr>{runs}{inner}</w:p>"


def item(text: str, *, numbering: int = 1, level: int = 0) -> str:
    """A numbered paragraph."""
    number = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{numbering}"/></w:numPr>'
    return para(text, properties=number)


def table(rows: Sequence[Sequence[str]], *, header: bool = False) -> str:
    """A table; its cells are texts, or whole cells where they begin with `<w:tc>`."""
    made = []
    for n, row in enumerate(rows):
        cells = "".join(
            cell if cell.startswith("<w:tc>") else f"<w:tc>{para(cell)}</w:tc>" for cell in row
        )
        head = "<w:trPr><w:tblHeader/></w:trPr>" if header and n == 0 else ""
        made.append(f"<w:tr>{head}{cells}</w:tr>")
    return f"<w:tbl><w:tblPr/>{''.join(made)}</w:tbl>"


STYLES = f"""<w:styles xmlns:w="{W}">
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/>
<w:basedOn w:val="berschrift1"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Mine"><w:name w:val="Mine"/>
<w:basedOn w:val="berschrift2"/></w:style>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Numbered"><w:name w:val="Numbered"/><w:pPr><w:numPr>
<w:numId w:val="3"/></w:numPr></w:pPr></w:style></w:styles>"""


def _level(number: int, kind: str, text: str, more: str = "") -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


NUMBERING = f"""<w:numbering xmlns:w="{W}">
<w:abstractNum w:abstractNumId="0">{_level(0, "decimal", "%1.")}{_level(1, "lowerLetter", "(%2)")}
{_level(2, "decimal", "%1.%2.%3", "<w:isLgl/>")}</w:abstractNum>
<w:abstractNum w:abstractNumId="1">{_level(0, "bullet", "•")}</w:abstractNum>
<w:abstractNum w:abstractNumId="2">{_level(0, "upperRoman", "§ %1", '<w:pStyle w:val="Numbered"/>')}
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0">
<w:startOverride w:val="7"/></w:lvlOverride></w:num></w:numbering>"""


def docx(
    body: str,
    *,
    notes: str = "",
    core: str = "",
    more: Mapping[str, str] | None = None,
    packed: bool = True,
) -> bytes:
    """A Word document with this body; `notes` are its footnotes."""
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body>'
        "</w:document>",
        "word/styles.xml": STYLES,
        "word/numbering.xml": NUMBERING,
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}">{notes}</w:footnotes>',
        "word/_rels/document.xml.rels": _relations(
            ("styles", "styles.xml"), ("numbering", "numbering.xml"), ("footnotes", "footnotes.xml")
        ),
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
            f'core-properties" xmlns:dc="{DC}">{core}</cp:coreProperties>'
        ),
    }
    return archive({**members, **(more or {})}, packed=packed)


def odt(
    body: str, *, styles: str = "", automatic: str = "", meta: str = "", manifest: str = ""
) -> bytes:
    """An ODF text with this body."""
    spaces = (
        f'xmlns:office="{OFFICE}" xmlns:text="{TEXT}" xmlns:table="{TABLE}" xmlns:style="{STYLE}" '
        f'xmlns:draw="{DRAW}" xmlns:dc="{DC}"'
    )
    members: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": (
            f"<office:document-content {spaces}><office:automatic-styles>{automatic}"
            f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>"
        ),
        "styles.xml": f"<office:document-styles {spaces}>{styles}</office:document-styles>",
        "meta.xml": f"<office:document-meta {spaces}>{meta}</office:document-meta>",
    }
    if manifest:
        members["META-INF/manifest.xml"] = manifest
    return archive(members, packed=False)


def shape(*paragraphs: str, place: str = "", properties: str = "") -> str:
    """A shape of a slide."""
    ph = f'<p:ph type="{place}"/>' if place else ""
    text = "".join(
        f"<a:p>{properties}<a:r><a:t>{escape(words)}</a:t></a:r></a:p>" for words in paragraphs
    )
    return f"<p:sp><p:nvSpPr><p:nvPr>{ph}</p:nvPr></p:nvSpPr><p:txBody>{text}</p:txBody></p:sp>"


def pptx(*slides: str, notes: Mapping[int, str] | None = None) -> bytes:
    """A presentation of slides, each its shapes; `notes` by the number of the slide, from 1."""
    spaces = f'xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}"'
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="r{n}"/>' for n in range(1, len(slides) + 1))
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {spaces}><p:sldIdLst>{ids}</p:sldIdLst>"
        "</p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relations(
            *(("slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1))
        ),
    }
    for n, shapes in enumerate(slides, 1):
        tree = f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"
        members[f"ppt/slides/slide{n}.xml"] = f"<p:sld {spaces}>{tree}</p:sld>"
        if notes and n in notes:
            tree = f"<p:cSld><p:spTree>{shape(notes[n], place='body')}</p:spTree></p:cSld>"
            members[f"ppt/notesSlides/notesSlide{n}.xml"] = f"<p:notes {spaces}>{tree}</p:notes>"
            members[f"ppt/slides/_rels/slide{n}.xml.rels"] = _relations(
                ("notesSlide", f"../notesSlides/notesSlide{n}.xml")
            )
    return archive(members)


def epub(
    chapters: Mapping[str, str],
    *,
    nav: str = "",
    ncx: str = "",
    metadata: str = "<dc:title>The book</dc:title>",
    more: Mapping[str, str] | None = None,
) -> bytes:
    """An e-book of chapters, each the body of its file; `nav` or `ncx` is its table of contents."""
    items = "".join(
        f'<item id="c{n}" href="{name}" media-type="application/xhtml+xml"/>'
        for n, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    if nav:
        items += (
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        )
        spine = f'<itemref idref="nav"/>{spine}'
    if ncx:
        items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    members: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": (
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
        ),
        "OPS/book.opf": (
            f'<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="{DC}"><metadata>{metadata}'
            f'</metadata><manifest>{items}</manifest><spine toc="ncx">{spine}</spine></package>'
        ),
        **{
            f"OPS/{name}": f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head>'
            f"<body>{body}</body></html>"
            for name, body in chapters.items()
        },
    }
    if nav:
        members["OPS/nav.xhtml"] = f"<html><body><nav>{nav}</nav></body></html>"
    if ncx:
        members["OPS/toc.ncx"] = (
            '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://x/ncx.dtd">'
            f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{ncx}</navMap></ncx>'
        )
    return archive({**members, **(more or {})}, packed=False)


def xlsx(sheets: Mapping[str, Sequence[Sequence[str | float]]], *, raw: str = "") -> bytes:
    """A workbook; `raw` takes the place of the first sheet's rows."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    members = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relations(
            *(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1))
        ),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{R}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>'
            for n, name in enumerate(sheets, 1)
        )
        + "</sheets></workbook>",
    }
    for n, rows in enumerate(sheets.values(), 1):
        made = "".join(
            f'<row r="{r}">'
            + "".join(_cell(f"{chr(65 + c)}{r}", value) for c, value in enumerate(row))
            + "</row>"
            for r, row in enumerate(rows, 1)
        )
        data = raw if raw and n == 1 else made
        members[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>'
        )
    return archive(members)


def _cell(place: str, value: str | float) -> str:
    if value == "":
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'
