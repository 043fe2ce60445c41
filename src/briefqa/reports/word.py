"""A table for a word processor (DOCX)."""

from __future__ import annotations

import io
import re

from briefqa.errors import UsageError
from briefqa.reports.table import Table, printable, shown

MOST_COLUMNS = 63  # of a table in a word processor
MOST_CELLS = 200_000


def content(table: Table) -> bytes:
    """The table as the bytes of a .docx file, on a page that lies on its side.

    Raises UsageError for a table that is larger than a word processor reads.
    """
    import docx  # late: only who exports needs it
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement

    cells = len(table.columns) * (len(table.rows) + 1)
    if len(table.columns) > MOST_COLUMNS or cells > MOST_CELLS:
        raise UsageError(
            f"A table for a word processor holds {MOST_COLUMNS} columns and {MOST_CELLS:,} cells "
            f"at most, and this has {len(table.columns):,} and {cells:,}; write XLSX, CSV or JSON."
        )
    written = docx.Document()
    written.core_properties.author = "BriefQA"
    written.core_properties.title = text(table.title)[:255]
    section = written.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    written.add_heading(text(table.title), level=1)
    # All at once, since asking a table for a row or a cell takes longer the more it has.
    drawn = written.add_table(rows=len(table.rows) + 1, cols=len(table.columns), style="Table Grid")
    for number, (line, row) in enumerate(
        zip(drawn._tbl.tr_lst, (table.columns, *table.rows), strict=True)
    ):
        for place, cell in zip(line.tc_lst, row, strict=True):
            paragraph = place.p_lst[0]
            run = paragraph.add_r()
            run.text = text(shown(cell))
            if number == 0:
                run.get_or_add_rPr().append(OxmlElement("w:b"))
    if drawn._tbl.tr_lst:  # the names of the columns again on every page
        drawn._tbl.tr_lst[0].get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for note in table.notes:
        written.add_paragraph(text(note))
    saved = io.BytesIO()
    written.save(saved)
    return saved.getvalue()


def text(any_text: str) -> str:
    """The text as XML can hold it, its lines as they are."""
    return printable(re.sub(r"\r\n?", "\n", any_text)).strip("\n")
