"""Are pages drawn for the page only of files that are as they were indexed?"""

from __future__ import annotations

import io
from pathlib import Path
from unittest.mock import patch

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient

from briefqa import build
from briefqa.documents import reading
from briefqa.models.embedder import HashingEmbedder
from briefqa.ui.page_pictures import PagePictures
from briefqa.ui.service import IndexService
from tests import pdf_files


@pytest.fixture
def service(tmp_path: Path) -> IndexService:
    (tmp_path / "notes").mkdir()
    data = pdf_files.raw([pdf_files.lines("The harbour froze."), pdf_files.lines("It thawed.")])
    (tmp_path / "notes" / "harbour.pdf").write_bytes(data)
    (tmp_path / "notes" / "mill.md").write_text("# The mill\n\nIt grinds rye.\n", encoding="utf-8")
    model = HashingEmbedder()
    build(tmp_path / "notes", index=tmp_path / "index", model=model)
    return IndexService(tmp_path / "index", model=model, reader=None)


def answered(service: IndexService, **asked: str | int) -> tuple[int, bytes]:
    client = TestClient(Starlette(routes=[PagePictures(service).route]))
    answer = client.get("/page-picture", params=asked)
    return answer.status_code, answer.content


def test_a_page_is_drawn_as_png(service: IndexService) -> None:
    status, content = answered(service, document="harbour.pdf", page=2, width=570)
    picture = Image.open(io.BytesIO(content))
    assert (status, picture.format, picture.size) == (200, "PNG", (600, 800))


def test_the_latest_pictures_are_kept(service: IndexService) -> None:
    pictures = PagePictures(service)
    first = pictures.picture("harbour.pdf", 1, 400)
    with patch.object(reading, "picture", side_effect=AssertionError):
        assert pictures.picture("harbour.pdf", 1, 390) == first


@pytest.mark.parametrize(
    ("asked", "status", "sentence"),
    [
        ({"document": "harbour.pdf", "page": 3, "width": 400}, 409, "it has no page 3"),
        (
            {"document": "mill.md", "page": 1, "width": 400},
            409,
            "pages of such files cannot be drawn",
        ),
        (
            {"document": "../../etc/passwd", "page": 1, "width": 400},
            409,
            "it is not among the documents any more",
        ),
        ({"document": "harbour.pdf", "page": "x", "width": 400}, 422, ""),
        ({"document": "harbour.pdf", "page": 1}, 422, ""),
    ],
)
def test_what_cannot_be_drawn_is_told(
    service: IndexService, asked: dict[str, str | int], status: int, sentence: str
) -> None:
    told = f"This page cannot be shown: {sentence}." if sentence else "Which page, and how wide?"
    assert answered(service, **asked) == (status, told.encode())


def test_a_file_that_changed_or_went_is_not_drawn(service: IndexService, tmp_path: Path) -> None:
    file = tmp_path / "notes" / "harbour.pdf"
    asked: dict[str, str | int] = {"document": "harbour.pdf", "page": 1, "width": 400}
    assert answered(service, **asked)[0] == 200
    file.write_bytes(file.read_bytes() + b"\n")
    changed = b"This page cannot be shown: the file has changed since it was indexed."
    assert answered(service, **asked) == (409, changed)
    file.unlink()
    gone = b"This page cannot be shown: the file is no longer there."
    assert answered(service, **asked) == (409, gone)
