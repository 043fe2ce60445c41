"""Are the lines of a document's pages kept with it, and copied when it is unchanged?"""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from briefqa.documents.loaders.written_text import Line, TextWriter
from briefqa.errors import IndexDamaged
from briefqa.index.line_maps import LINES, STARTS, LineMaps, LineMapWriter
from briefqa.index.opened import open_generation
from briefqa.indexing.builder import index_documents
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import NO_LINES, Document, LineMap, Metadata, Place, PlaceUnit


def paged(name: str) -> Document:
    writer = TextWriter()
    writer.page("iv")
    writer.paragraph(
        "It froze\nin May.", [Line(0, 1, 0, (8, 8, 99, 20)), Line(9, 2, 0, (8, 8, 9, 9))]
    )
    writer.page("v")
    return writer.document(name, Metadata(name))


def test_what_was_read_is_written_and_read_back(tmp_path: Path) -> None:
    writer = LineMapWriter(tmp_path)
    for lines in (NO_LINES, paged("a").lines, NO_LINES):
        writer.add(lines)
    writer.close()
    maps = LineMaps(tmp_path, 3)
    maps.check()
    assert [maps[row] for row in range(3)] == [NO_LINES, paged("a").lines, NO_LINES]


def test_documents_without_pages_need_no_file(tmp_path: Path) -> None:
    writer = LineMapWriter(tmp_path)
    writer.add(NO_LINES)
    writer.close()
    assert list(tmp_path.iterdir()) == []
    assert LineMaps(tmp_path, 1)[0] == NO_LINES


def test_files_that_do_not_fit_together_are_damaged(tmp_path: Path) -> None:
    writer = LineMapWriter(tmp_path)
    writer.add(paged("a").lines)
    writer.close()
    with pytest.raises(IndexDamaged, match="not where its starts say"):
        LineMaps(tmp_path, 2)
    (tmp_path / STARTS).unlink()
    with pytest.raises(IndexDamaged, match="cannot be read"):
        LineMaps(tmp_path, 1)


@pytest.mark.parametrize("lines", [((9, 0), (1, 1)), ((0, 9), (1, 0))])
def test_lines_out_of_order_are_damaged(
    tmp_path: Path, lines: tuple[tuple[int, int], tuple[int, int]]
) -> None:
    writer = LineMapWriter(tmp_path)
    writer.add(LineMap(*lines, (0, 0), ((0, 0, 0, 0),) * 2))
    writer.add(paged("b").lines)
    writer.close()
    with pytest.raises(IndexDamaged, match="order of a text"):
        LineMaps(tmp_path, 2).check()


def test_an_index_keeps_pages_and_lines(tmp_path: Path) -> None:
    documents = [paged("a.pdf"), paged("b.pdf")]
    index_documents(documents, tmp_path / "index", HashingEmbedder())
    with open_generation(tmp_path / "index") as opened:
        opened.check()
        assert opened.documents[1].lines == NO_LINES
        assert [opened.line_maps[row] for row in range(2)] == [each.lines for each in documents]
        for start, end in ((0, 1), (3, 9), (0, 40)):
            lines = documents[1].lines
            rows = lines.within(start, end)
            assert opened.line_maps.within(1, start, end) == LineMap(
                *(each[rows.start : rows.stop] for each in astuple(lines))
            )
        assert opened.documents[0].page_labels == ("iv", "v")
        assert opened.passages[0].place == Place(PlaceUnit.PAGE, 1, 2, "iv–v")
        rows = np.load(opened.folder / LINES)
    assert rows.dtype.itemsize == 18
