"""From the bytes of a PDF to a Document, and what is said of the pages that could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from briefqa.documents.loaders.outline import one_line, title_from_name
from briefqa.documents.loaders.pdf import headings, layout, scans
from briefqa.documents.loaders.pdf.characters import Reader
from briefqa.documents.loaders.pdf.lines import Block, Kind, Page
from briefqa.documents.loaders.pdf.pdfium import PdfFile, opened
from briefqa.documents.loaders.pdf.writing import LineEnds, heading_words, write
from briefqa.documents.loaders.written_text import MOST_CHARS, TextWriter
from briefqa.documents.recognised import RecognisedPage
from briefqa.documents.worker.limits import renew
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata

_SECONDS_A_PAGE = 0.1  # of processor time, five times what a page takes
_MEANINGLESS = 0.3  # of a page's characters: what is left of it makes no sense either
_FONT = "a font does not say which letters its signs are"
_WITH_OCR = "`briefqa build --ocr` reads such pages"
_DATE = re.compile(r"D?:?(\d{4})(\d\d)?(\d\d)?")
_NO_TITLE = re.compile(
    r"(?:microsoft \w+ - .*|.*\.(?:docx?|odt|pdf|tex|dvi|indd|qxd|pptx?|xlsx?|rtf|html?|pages)"
    r"|untitled.*|unbenannt.*|sans titre.*|(?:dokument|document|slide|title|titel)\s*\d*|[\W\d_]*"
    r"|about:blank|print(?:out)?)",
    re.IGNORECASE,
)
_NO_AUTHOR = re.compile(
    r"\W*(?:administrator|admin|user|unknown|anonymous|root|owner|author)?\W*", re.IGNORECASE
)
_TITLE_SIZE = 1.25  # of the text
_MOST_TITLE_LINES = 4
_MOST_ALIKE = 0.01  # of the other blocks
_TITLE_PAGE = 400  # characters: a page with fewer, before others, is one


def read(
    data: bytes, name: str, password: str = "", recognised: Sequence[RecognisedPage] = ()
) -> Document:
    """Read a PDF; raises LoadError with one sentence.

    `recognised` are pages that OCR has read. Those that cannot be read, and those that OCR has, are
    named in the document's notes.
    """
    with opened(data, password) as file:
        pages = _pages(file)
        bookmarks = file.bookmarks()
        labels = [file.label(number) for number in range(file.page_count)]
        info = {key: one_line(file.metadata(key)) for key in ("Title", "Author", "CreationDate")}
        language = one_line(file.language)
    has_text = any(page.lines for page in pages)
    scans.put_in(pages, recognised)
    sentences = _told(pages)
    meant = [page if page.meaningless < _MEANINGLESS else _emptied(page) for page in pages]
    if not any(page.lines for page in meant):
        raise LoadError("; ".join(sentences) or "it has no text")
    blocks = layout.blocks_of(meant, bookmarks)
    title, shown = _title(info["Title"], name, blocks)
    writer = TextWriter()
    for label, page in zip(labels, pages, strict=True):
        writer.page(label, page.displayed_size)
    ends = LineEnds(line for page in meant for line in page.lines)
    for block in blocks:
        write(block, writer, ends, pages, is_title=any(block is one for one in shown))
    for sentence in sentences:
        writer.note(sentence)
    metadata = Metadata(
        title=title,
        date=_date(info["CreationDate"]) if has_text else "",  # of a scan it is when it was made
        author="" if _NO_AUTHOR.fullmatch(info["Author"]) else info["Author"],
        language=language,
    )
    return writer.document(name, metadata)


def unread_pages(data: bytes, password: str) -> list[tuple[int, int]]:
    """The pages, from 1, that OCR may read, and how many pixels wide each is to be drawn."""
    with opened(data, password) as file:
        pages = _pages(file)
    return [
        (page.number + 1, scans.pixels_across(page))
        for page in pages
        if page.picture or (page.meaningless >= _MEANINGLESS and not page.broken)
    ]


def _pages(file: PdfFile) -> list[Page]:
    reader = Reader(file)
    pages, characters = [], 0
    for number in range(file.page_count):
        pages.append(reader.read(number))
        renew(_SECONDS_A_PAGE)
        characters += pages[-1].characters
        if characters > MOST_CHARS:
            raise LoadError(
                f"it holds more than {MOST_CHARS / 1e6:.0f} million characters of text;"
                " split it into parts"
            )
    return pages


def _emptied(page: Page) -> Page:
    return Page(page.number, page.width, page.height)


def _told(pages: Sequence[Page]) -> list[str]:
    """What is to be said of pages that cannot be read, or not wholly: a clause for each reason."""
    told = []
    read = [page.number for page in pages if page.recognised]
    if read:
        told.append(f"{'pages' if len(read) > 1 else 'page'} {_numbered(read)} read by OCR")
    pictures = [page.number for page in pages if page.picture]
    if len(pictures) == len(pages):
        told.append(f"a scan: no text on {_count(len(pages))}; {_WITH_OCR}")
    elif pictures:
        scanned = f"{len(pictures)} of {len(pages)} pages ({_numbered(pictures)})"
        told.append(f"a scan: no text on {scanned}; {_WITH_OCR}")
    reasons: dict[str, list[int]] = {}
    for page in pages:
        if page.broken:
            reasons.setdefault(page.broken, []).append(page.number)
        elif page.meaningless >= _MEANINGLESS:
            reasons.setdefault(f"{_FONT}; {_WITH_OCR}", []).append(page.number)
    parts = [page.number for page in pages if 0.01 < page.meaningless < _MEANINGLESS]
    for reason, numbers in reasons.items():
        several = "pages" if len(numbers) > 1 else "page"
        told.append(f"{several} {_numbered(numbers)} not read: {reason}")
    if parts:
        several = "pages" if len(parts) > 1 else "page"
        told.append(f"{several} {_numbered(parts)} read in part: {_FONT}")
    if unseen := [page.number for page in pages if page.unseen]:
        several = "pages" if len(unseen) > 1 else "page"
        told.append(f"text that {several} {_numbered(unseen)} {_do(unseen)} not show was left out")
    if not told and not any(page.lines for page in pages):
        told.append(f"no text on {_count(len(pages))}")
    return told


def _do(pages: Sequence[int]) -> str:
    return "do" if len(pages) > 1 else "does"


def _count(pages: int) -> str:
    return "its only page" if pages == 1 else f"any of its {pages} pages"


def _numbered(pages: Sequence[int]) -> str:
    """Page numbers from 1, runs of them as one: `2, 5–9`."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][-1] == page - 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    return ", ".join(
        f"{run[0] + 1}–{run[-1] + 1}" if len(run) > 1 else str(run[0] + 1) for run in runs
    )


def _title(stated: str, name: str, blocks: Sequence[Block]) -> tuple[str, list[Block]]:
    """The title, and the blocks on the first page that say it.

    It is what the file states, unless that is a mere file name; else what is set largest on the
    first page with text, if that is a title page or nothing after it is as large; else the only
    heading of the first level.
    """
    front = [block for block in blocks if block.kind is not Kind.TABLE]
    first = [block for block in front if block.lines[0].page == front[0].lines[0].page]
    if stated and not _NO_TITLE.fullmatch(stated):
        said = headings.letters(stated)
        same = [block for block in first if headings.letters(heading_words(block)) == said]
        return stated, same[:1]
    shown = _largest(first, front)
    if not shown:
        outermost = [block for block in front if block.kind is Kind.HEADING and block.level == 1]
        if len(outermost) == 1 and front[0] is outermost[0]:
            shown = outermost
    words = one_line(" ".join(heading_words(block) for block in shown))
    return (words, shown) if words else (title_from_name(name), [])


def _largest(first: Sequence[Block], blocks: Iterable[Block]) -> list[Block]:
    """The blocks of the first page that are set largest, one below the other."""
    every = list(blocks)
    body = headings.body_size(line for block in every for line in block.lines)
    upright = [
        block
        for block in first
        if not block.lines[0].turned and len(headings.letters(heading_words(block))) > 1
    ]
    if not upright:
        return []
    largest = max(block.lines[0].size for block in upright)
    if largest < _TITLE_SIZE * body:
        return []
    shown: list[Block] = []
    for block in upright:
        if abs(block.lines[0].size - largest) < 0.05 * largest:
            if not headings.is_usual(heading_words(block)):
                shown.append(block)
        elif shown:
            break
    others = [block for block in every if not any(block is one for one in shown)]
    # The heads of chapters are as large as each other, what is larger stands in a picture.
    alike = sum(block.lines[0].size > 0.95 * largest for block in others)
    short = sum(len(block.lines) for block in shown) <= _MOST_TITLE_LINES
    on_page = sum(len(line.text) for block in first for line in block.lines)
    is_title_page = on_page < _TITLE_PAGE and len(first) < len(every)
    return shown if short and (is_title_page or alike <= _MOST_ALIKE * len(others)) else []


def _date(stated: str) -> str:
    """The day of a date as PDF writes it, `D:20211028…`, as 2021-10-28; empty where it has none."""
    found = _DATE.match(stated)
    if not found or not "1900" <= found[1] <= "2199":
        return ""
    return "-".join(part for part in found.groups() if part)
