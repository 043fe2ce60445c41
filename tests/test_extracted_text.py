"""Does every passage stand in its document where it says, whatever is in a file of any format?

Files are made of random blocks in each format, read, and cut.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from briefqa.documents import loaders
from briefqa.documents.passages import WordWindow, cut
from briefqa.errors import LoadError
from briefqa.records import Document
from tests.office_files import docx, epub, item, odt, para, pptx, shape, table

Block = tuple[str, str]

# Letters of several scripts, marks that formats and we ourselves use, white space of all kinds.
LETTERS = "abc xyz ÄÖß жщ 東京 שלום 👍🏽 é |>-*#&<\"'`_=+.,;:!?()[]{}\u00a0\u2028\u200b\u00ad\t"
WORDS = st.text(LETTERS, min_size=1, max_size=60)
BLOCKS = st.lists(
    st.tuples(st.sampled_from(["heading", "paragraph", "item", "row", "break"]), WORDS),
    min_size=1,
    max_size=12,
)


def as_docx(blocks: Sequence[Block]) -> bytes:
    made: dict[str, Callable[[str], str]] = {
        "heading": lambda words: para(words, style="berschrift1"),
        "paragraph": para,
        "item": item,
        "row": lambda words: table([[words, "x"], ["", words]]),
        "break": lambda words: para(words, inner="<w:r><w:br/><w:t>x</w:t></w:r>"),
    }
    return docx(para("Begin.") + "".join(made[kind](words) for kind, words in blocks))


def as_html(blocks: Sequence[Block]) -> bytes:
    made = {
        "heading": "<h2>{}</h2>",
        "paragraph": "<p>{}</p>",
        "item": "<ul><li>{}</li><li>x</li></ul>",
        "row": "<table><tr><th>{}</th><th>x</th></tr><tr><td>y</td><td>{}</td></tr></table>",
        "break": "<p>{}<br>x</p>",
    }
    body = "".join(made[kind].replace("{}", escape(words)) for kind, words in blocks)
    return f"<html><meta charset=utf-8><title>T</title><body><p>Begin.</p>{body}".encode()


def as_epub(blocks: Sequence[Block]) -> bytes:
    half = len(blocks) // 2
    return epub(
        {
            f"{n}.xhtml": as_html(part).decode().partition("<body>")[2]
            for n, part in enumerate((blocks[:half], blocks[half:]))
        }
    )


def as_odt(blocks: Sequence[Block]) -> bytes:
    made = {
        "heading": '<text:h text:outline-level="1">{}</text:h>',
        "paragraph": "<text:p>{}</text:p>",
        "item": "<text:list><text:list-item><text:p>{}</text:p></text:list-item></text:list>",
        "row": "<table:table><table:table-row><table:table-cell><text:p>{}</text:p>"
        "</table:table-cell><table:table-cell><text:p>x</text:p></table:table-cell>"
        "</table:table-row></table:table>",
        "break": "<text:p>{}<text:line-break/>x</text:p>",
    }
    body = "".join(made[kind].replace("{}", escape(words)) for kind, words in blocks)
    return odt(f"<text:p>Begin.</text:p>{body}")


def as_pptx(blocks: Sequence[Block]) -> bytes:
    slides = [
        shape(words, place="title" if kind == "heading" else "") + shape(words, "x", place="body")
        for kind, words in blocks
    ]
    return pptx(shape("Begin."), *slides)


MADE: dict[str, Callable[[Sequence[Block]], bytes]] = {
    "a.docx": as_docx,
    "a.html": as_html,
    "a.epub": as_epub,
    "a.odt": as_odt,
    "a.pptx": as_pptx,
}


def hold(document: Document) -> None:
    """Everything that is promised of a document and of the passages that are cut from it."""
    document.text.encode()
    end = 0
    for section in document.sections:
        spans = [section.heading] if section.heading else []
        for span in (*spans, *(each for each in section.paragraphs if each != section.heading)):
            assert end <= span.start < span.end <= len(document.text)
            assert document.text[span.start : span.end].strip()
            end = span.end
    assert list(document.page_starts) == sorted(document.page_starts)
    assert not document.page_labels or len(document.page_labels) == len(document.page_starts)
    for passage in cut(document, WordWindow(40)):
        assert document.text[passage.start : passage.end] == passage.text
        if document.page_starts:
            assert 1 <= passage.place.first <= passage.place.last <= len(document.page_starts)


@pytest.mark.parametrize("name", MADE)
@given(blocks=BLOCKS)
def test_passages_stand_where_they_say(name: str, blocks: Sequence[Block]) -> None:
    data = MADE[name](blocks)
    document = loaders.parse(data, name)
    hold(document)
    assert loaders.parse(data, name) == document
    seen = "".join(document.text.split())
    for _, words in blocks:
        if not name.endswith(".html"):  # of a page a part is chosen
            assert "".join(words.split()) in seen


@settings(max_examples=100)
@given(data=st.binary(max_size=400), name=st.sampled_from([*loaders.suffixes()]))
def test_any_bytes_are_read_or_refused_in_one_sentence(data: bytes, name: str) -> None:
    try:
        hold(loaders.parse(data, f"a{name}"))
    except LoadError as error:
        refused = str(error)
    else:
        return
    assert refused
    assert "\n" not in refused


def office() -> str:
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def convert(source: Path, suffix: str, *given: str) -> None:
    profile = f"-env:UserInstallation=file://{source.parent}/profile"
    target = ("--convert-to", suffix, "--outdir", str(source.parent), str(source))
    command = [office(), "--headless", profile, *given, *target]
    subprocess.run(command, check=True, timeout=120, capture_output=True)


@pytest.mark.skipif(
    not office(), reason="LibreOffice is not installed: files it writes are not read"
)
@pytest.mark.parametrize("suffix", ["docx", "odt", "fodt", "rtf", "html", "epub"])
def test_files_of_libreoffice_are_read(tmp_path: Path, suffix: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<meta charset=utf-8><title>T</title><h1>Ice</h1><p>It froze.</p><ol><li>oak</ol>"
        "<table><tr><th>Tree<th>Age<tr><td>elm<td>7</table>"
    )
    convert(page, "odt", "--infilter=HTML (StarWriter)")
    convert(tmp_path / "page.odt", suffix)
    data = (tmp_path / f"page.{suffix}").read_bytes()
    document = loaders.parse(data, f"a.{suffix}")
    hold(document)
    assert "It froze." in document.text
    assert "elm | 7" in document.text
    if suffix != "rtf":  # its headings cannot be told
        assert any(section.path[-1:] == ("Ice",) for section in document.sections)
