"""PDFs for tests: set by ReportLab, or written byte by byte where they are odd or hostile."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Table

TEXT = ParagraphStyle("text", fontName="Times-Roman", fontSize=10, leading=12, spaceAfter=6)
JUSTIFIED = ParagraphStyle("justified", parent=TEXT, alignment=TA_JUSTIFY)
FIRST = ParagraphStyle("first", parent=TEXT, fontName="Helvetica-Bold", fontSize=16, leading=20)
SECOND = ParagraphStyle("second", parent=TEXT, fontName="Helvetica-Bold", fontSize=12, leading=15)
ITEM = ParagraphStyle("item", parent=TEXT, leftIndent=14, bulletIndent=2, spaceAfter=0)


def made(flowables: Sequence[Any], columns: int = 1, furniture: bool = False) -> bytes:
    """A PDF of A5 pages in some columns, with a running head and a page number where wanted."""
    buffer = io.BytesIO()
    width, height = A5
    margin, gap = 40.0, 18.0
    each = (width - 2 * margin - (columns - 1) * gap) / columns
    frames = [
        Frame(margin + place * (each + gap), 60, each, height - 120, 0, 0, 0, 0)
        for place in range(columns)
    ]
    frames_of = PageTemplate(frames=frames, onPage=_furniture if furniture else _nothing)
    template = BaseDocTemplate(buffer, pagesize=A5, pageTemplates=[frames_of])
    template.build(list(flowables))
    return buffer.getvalue()


def _nothing(canvas: Any, template: Any) -> None:
    pass


def _furniture(canvas: Any, template: Any) -> None:
    canvas.setFont("Helvetica", 8)
    canvas.drawString(40, A5[1] - 30, "The Harbour Report")
    canvas.drawCentredString(A5[0] / 2, 30, str(template.page))


def paragraph(text: str, style: ParagraphStyle = TEXT) -> Paragraph:
    """A paragraph; the text is taken as it is."""
    return Paragraph(text.replace("&", "&amp;").replace("<", "&lt;"), style)


def items(*texts: str) -> list[Paragraph]:
    """A list with bullets."""
    return [Paragraph(text, ITEM, bulletText="•") for text in texts]


def table(rows: Sequence[Sequence[str]]) -> Table:
    """A table whose cells wrap."""
    plain = ParagraphStyle("cell", parent=TEXT, spaceAfter=0)
    bold = ParagraphStyle("head", parent=plain, fontName="Times-Bold")
    styled = [
        [Paragraph(cell, plain if number else bold) for cell in row]
        for number, row in enumerate(rows)
    ]
    return Table(styled, repeatRows=1)


def raw(
    contents: Sequence[bytes],
    *,
    resources: str = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>",
    page: str = "/MediaBox [0 0 300 400]",
    more: Mapping[int, bytes] | None = None,
    kids: Sequence[str] = (),
    catalog: str = "",
    encoding: str = "",
) -> bytes:
    """A PDF with a page for each of the contents, as plain as they come.

    The pages are the objects 3, 5, 7 …, their contents 4, 6, 8 …; `more` are further objects by
    number, `kids` further references in the tree of pages, `encoding` a filter of the contents.
    """
    pages = [3 + 2 * place for place in range(len(contents))]
    references = " ".join([*(f"{number} 0 R" for number in pages), *kids])
    objects = {
        1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(),
        2: (f"<< /Type /Pages /Kids [{references}] /Count {len(pages) + len(kids)} >>".encode()),
        **(more or {}),
    }
    for number, content in zip(pages, contents, strict=True):
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R {page} /Resources << {resources} >>"
            f" /Contents {number + 1} 0 R >>"
        ).encode()
        objects[number + 1] = stream(content, encoding)
    return whole(objects)


def stream(content: bytes, encoding: str = "", entries: str = "") -> bytes:
    """A stream object; the content is taken to be encoded already."""
    used = f"/Filter {encoding} " if encoding else ""
    return (
        f"<< {used}{entries} /Length {len(content)} >>\nstream\n".encode()
        + content
        + b"\nendstream"
    )


def whole(objects: Mapping[int, bytes]) -> bytes:
    """A file of these objects, the first of which is the catalog."""
    file = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(file)
        file += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start = len(file)
    count = max(objects) + 1
    file += f"xref\n0 {count}\n0000000000 65535 f \n".encode()
    for number in range(1, count):
        place = places.get(number)
        file += b"0000000000 65535 f \n" if place is None else f"{place:010} 00000 n \n".encode()
    file += f"trailer << /Root 1 0 R /Size {count} >>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(file)


def lines(*texts: str, size: int = 12) -> bytes:
    """Contents that show some lines of plain text, one below the other."""
    shown = " T* ".join(f"({text}) Tj" for text in texts)
    return f"BT /F1 {size} Tf {size * 1.2} TL 40 350 Td {shown} ET".encode()


def row_in_one(cells: Sequence[str], places: Sequence[float], size: int = 10) -> str:
    """Cells in Helvetica, shown as one string with gaps as TeX does, each so far from the first."""
    shown, at = "", 0.0
    for cell, place in zip(cells, places, strict=True):
        shown += f" {round((at - place) * 1000 / size)} " * bool(shown) + f"({cell})"
        at = place + stringWidth(cell, "Helvetica", size)
    return f"[{shown}] TJ"


def double_deflated() -> bytes:
    """A page whose contents are 2 GB of zeros, deflated twice: some KB."""
    zeros = zlib.compressobj(9)
    block = bytes(1 << 20)
    once = b"".join([*(zeros.compress(block) for _ in range(2_000)), zeros.flush()])
    return raw([zlib.compress(once, 9)], encoding="[/FlateDecode /FlateDecode]")


def nested_forms(depth: int = 9, each: int = 10) -> bytes:
    """A page that draws a form which draws ten others, and so on: a billion drawings."""
    forms = {}
    for level in range(depth):
        number = 100 + level
        inner = f"/Resources << /XObject << /X {number + 1} 0 R >> >>" if level < depth - 1 else ""
        content = b"/X Do " * each if level < depth - 1 else b"0 0 1 1 re f"
        entries = f"/Type /XObject /Subtype /Form /BBox [0 0 300 400] {inner}"
        forms[number] = stream(content, entries=entries)
    return raw([b"/X Do"], resources="/XObject << /X 100 0 R >>", more=forms)


Tagged = tuple[str, "str | Sequence[Tagged]"]
"""An element of a structure tree: its type, and its text or the elements in it."""


def tagged(elements: Sequence[Tagged]) -> bytes:
    """A page of such elements, each text a line below the last, with a footer as an artifact.

    All letters are of one size, so that the tags alone say what is what.
    """
    objects: dict[int, bytes] = {}
    marked: list[int] = []  # the element of each marked-content id
    content = b""

    def add(element: Tagged, parent: int) -> int:
        nonlocal content
        number = 100 + len(objects)
        objects[number] = b""  # its number is taken
        role, inside = element
        if isinstance(inside, str):
            place = f"BT /F1 10 Tf 40 {370 - 14 * len(marked)} Td ({inside}) Tj ET"
            content += f"/{role} << /MCID {len(marked)} >> BDC {place} EMC\n".encode()
            kids = f"/Pg 3 0 R /K {len(marked)}"
            marked.append(number)
        else:
            kids = f"/K [{' '.join(f'{add(each, number)} 0 R' for each in inside)}]"
        objects[number] = f"<< /Type /StructElem /S /{role} /P {parent} 0 R {kids} >>".encode()
        return number

    root = [f"{add(element, 90)} 0 R" for element in elements]
    content += b"/Artifact BMC BT /F1 10 Tf 40 20 Td (A foot that is no text.) Tj ET EMC"
    owners = " ".join(f"{number} 0 R" for number in marked)
    objects[90] = (
        f"<< /Type /StructTreeRoot /K [{' '.join(root)}] /ParentTree << /Nums [0 [{owners}]] >> >>"
    ).encode()
    return raw(
        [content],
        page="/MediaBox [0 0 300 400] /StructParents 0",
        catalog="/MarkInfo << /Marked true >> /StructTreeRoot 90 0 R",
        more=objects,
    )
