"""Are files that need a password told so, opened with it, and is it kept nowhere?"""

from __future__ import annotations

import html
import io
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from briefqa.documents import loaders, reading
from briefqa.documents.worker import process
from briefqa.errors import LoadError, PasswordNeeded, UsageError
from briefqa.index.generations import current_manifest
from briefqa.indexing.added_files import Change
from briefqa.indexing.library import Library
from briefqa.models.embedder import HashingEmbedder
from briefqa.ui import document_changes
from briefqa.ui.service import IndexService
from briefqa.ui.uploads import Files, Uploads
from tests.office_files import archive, docx, para, pptx, shape, xlsx

PASSWORD = "sesame-opens-the-mill"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
NEEDED = r"^it is encrypted and needs a password; `briefqa build --password` asks for it$"


@pytest.fixture(autouse=True, scope="module")
def _ended() -> Iterator[None]:
    yield
    process.shared.close()


def locked(data: bytes) -> bytes:
    """An office document as it is saved with a password."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    members["[Content_Types].xml"] = f'<Types xmlns="{CONTENT_TYPES}"/>'.encode()
    members["picture.bin"] = random.Random(1).randbytes(8_192)  # what is tiny is locked in vain
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(archive(members))).encrypt(PASSWORD, buffer)
    return buffer.getvalue()


def locked_pdf() -> bytes:
    buffer = io.BytesIO()
    sheet = Canvas(buffer, encrypt=StandardEncryption(PASSWORD))
    sheet.drawString(40, 350, "The mill grinds rye for the valley.")
    sheet.save()
    return buffer.getvalue()


OFFICE = {
    "mill.docx": docx(para("The mill grinds rye.")),
    "mill.pptx": pptx(shape("The mill grinds rye.")),
    "mill.xlsx": xlsx({"Mills": [["mill", "grinds"], ["Kwell", "rye"]]}),
}


@pytest.mark.parametrize("name", OFFICE)
def test_a_locked_office_document_is_read_with_its_password(name: str) -> None:
    data = locked(OFFICE[name])
    with pytest.raises(PasswordNeeded, match=NEEDED):
        reading.read_document(data, name)
    with pytest.raises(PasswordNeeded, match=r"^the password is wrong$"):
        reading.read_document(data, name, "open")
    assert reading.read_document(data, name, PASSWORD) == reading.read_document(OFFICE[name], name)


def test_what_is_locked_but_damaged_is_refused() -> None:
    data = locked(OFFICE["mill.docx"])
    for broken in (data[:3_000], data[:-2_000], data.replace(b"spinCount", b"spinC0unt")):
        with pytest.raises(LoadError, match=r"damaged|cannot be read"):
            reading.read_document(broken, "mill.docx", PASSWORD)


def test_only_the_suffix_says_what_a_locked_office_document_is() -> None:
    data = locked(OFFICE["mill.docx"])
    assert loaders.loader_of("mill.docx", data).startswith("docx ")
    with pytest.raises(LoadError, match="locked with a password, which cannot be read"):
        reading.read_document(data, "mill.pdf", PASSWORD)


# On the page


@pytest.fixture
def service(tmp_path: Path) -> IndexService:
    model, index = HashingEmbedder(), tmp_path / "index"
    library = Library(index, tmp_path / "uploads", model=model)
    return IndexService(index, library=library, uploads=Uploads(), model=model, reader=None)


def sent(service: IndexService, folder: Path, **files: bytes) -> str:
    """The token of a batch with these files."""
    folder.mkdir()
    batch: Files = []
    for name, content in files.items():
        (folder / name).write_bytes(content)
        batch.append((name.replace("_", "."), folder / name))
    assert service.uploads is not None
    return service.uploads.hold(batch)


def done(work: document_changes.Work) -> document_changes.Done:
    *_, last = document_changes.steps(work)
    assert isinstance(last, document_changes.Done)
    return last


def told(change: document_changes.Done) -> list[str]:
    """What is said of each file."""
    return [html.unescape(re.sub("<[^>]*>", "", line)) for line in change.notice.split("</li>")][
        :-1
    ]


def test_an_upload_that_is_locked_waits_for_its_password_which_is_kept_nowhere(
    service: IndexService, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    batch = sent(
        service, tmp_path / "sent", mill_pdf=locked_pdf(),
        mill_docx=locked(OFFICE["mill.docx"]), note_md=b"# Note\n\nThe mill is old.\n",
    )  # fmt: skip
    first = done(document_changes.adding(service, batch))
    assert told(first) == [
        "mill.pdf: not added yet: it is locked with a password",
        "mill.docx: not added yet: it is locked with a password",
        "note.md: added, 1 passage",
    ]
    assert first.locked

    second = done(document_changes.adding(service, first.locked, "wrong"))
    assert [line.partition(": ")[2] for line in told(second)] == [
        "not added yet: the password is wrong"
    ] * 2
    assert second.locked
    with pytest.raises(UsageError):
        service.uploads.batch(first.locked).__enter__()  # type: ignore[union-attr]

    third = done(document_changes.adding(service, second.locked, PASSWORD))
    assert told(third) == ["mill.pdf: added, 1 passage", "mill.docx: added, 1 passage"]
    assert third.locked == ""
    names = {source.name for source in current_manifest(tmp_path / "index").indexed()}
    assert names == {"mill.pdf", "mill.docx", "note.md"}
    kept = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(PASSWORD.encode() in content for content in kept)
    assert PASSWORD not in caplog.text + third.notice


def test_an_upload_after_that_is_added_beside_what_was_locked(
    service: IndexService, tmp_path: Path
) -> None:
    batch = sent(service, tmp_path / "one", mill_pdf=locked_pdf())
    first = done(document_changes.adding(service, batch))
    done(document_changes.adding(service, first.locked or "", PASSWORD))
    batch = sent(service, tmp_path / "two", note_md=b"# Note\n\nThe mill is old.\n")
    assert told(done(document_changes.adding(service, batch))) == ["note.md: added, 1 passage"]
    names = {source.name for source in current_manifest(tmp_path / "index").indexed()}
    assert names == {"mill.pdf", "note.md"}


def test_a_library_takes_the_locked_files_that_a_password_opens(
    service: IndexService, tmp_path: Path
) -> None:
    (tmp_path / "mill.pdf").write_bytes(locked_pdf())
    assert service.library is not None
    files = [("mill.pdf", tmp_path / "mill.pdf")]
    (received,) = service.library.add(files)
    assert received.outcome is Change.LOCKED
    (received,) = service.library.add(files, password=PASSWORD)
    assert (received.outcome, received.passages) == (Change.ADDED, 1)
