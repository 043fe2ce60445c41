from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa.documents import loaders
from briefqa.documents.source_files import read
from briefqa.errors import LoadError
from briefqa.records import Document, Metadata


def test_suffixes_are_recognised_in_any_case() -> None:
    assert loaders.suffixes()[:5] == (".txt", ".text", ".md", ".markdown", ".html")
    assert len(loaders.suffixes()) == len(set(loaders.suffixes()))
    assert loaders.supports(Path("a/Story.TXT"))
    assert loaders.supports(Path("brief.md"))
    assert not loaders.supports(Path("photo.png"))
    assert not loaders.supports(Path("md"))


def test_a_files_name_tells_the_loader_that_reads_it() -> None:
    assert loaders.loader_of("a/Story.TXT") == "text 5"
    assert loaders.loader_of("brief.md") == "markdown 5"
    assert loaders.loader_of("photo.png") == ""


@pytest.mark.parametrize(
    ("name", "media_type"), [("a.txt", "text/plain"), ("a.markdown", "text/markdown")]
)
def test_a_document_tells_its_media_type_and_the_loader_that_read_it(
    name: str, media_type: str
) -> None:
    document = loaders.parse(b"The Elm meets the Oak.", name)
    assert (document.media_type, document.loader) == (media_type, loaders.loader_of(name))
    assert document.page_starts == ()


def test_another_format_is_one_more_loader(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(data: bytes, name: str) -> Document:
        return Document(name, Metadata("Shout"), data.decode().upper(), (), encoding="")

    shout = SimpleNamespace(
        NAME="shout", VERSION=3, SUFFIXES=(".shout",), MEDIA_TYPE="text/shout", parse=parse
    )
    others = (*loaders._of_files(), shout)
    monkeypatch.setattr(loaders, "_of_files", lambda: others)
    assert loaders.supports(Path("a.shout"))
    document = loaders.parse(b"rain", "a.shout")
    assert (document.text, document.media_type, document.loader) == (
        *("RAIN", "text/shout", "shout 3"),
    )


def test_a_file_is_read_under_its_own_name_or_the_one_given(tmp_path: Path) -> None:
    path = tmp_path / "two-rivers.MD"
    path.write_bytes(b"The Elm meets the Oak.")
    assert loaders.parse(read(path), path.name).name == "two-rivers.MD"
    assert loaders.parse(read(path), path.name).title == "two rivers"
    assert loaders.parse(read(path), "notes/two_rivers.md").name == "notes/two_rivers.md"


def test_an_unknown_suffix_names_those_that_can_be_read() -> None:
    with pytest.raises(LoadError) as raised:
        loaders.parse(b"x", "photo.png")
    assert str(raised.value) == ("'.png' files cannot be read; `briefqa formats` lists what can")
    with pytest.raises(LoadError, match="files without a suffix"):
        loaders.parse(b"x", "README")


def test_a_missing_file_a_folder_a_pipe_and_a_symlink_loop_are_load_errors(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="not a regular file"):
        read(tmp_path / "gone.txt")
    with pytest.raises(LoadError, match="it is a folder"):
        read(tmp_path)
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    with pytest.raises(LoadError, match="not a regular file"):
        read(pipe)
    loop = tmp_path / "loop.txt"
    loop.symlink_to(loop)
    with pytest.raises(LoadError, match="a link that leads nowhere"):
        read(loop)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_a_load_error(tmp_path: Path) -> None:
    path = tmp_path / "secret.txt"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(LoadError, match="Permission denied"):
        read(path)


@pytest.mark.parametrize(
    "data", [b"", b" \n\r\n\t ", b"\xef\xbb\xbf", b"\xff\xfe", "\u00a0".encode()]
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_an_empty_file_is_said_to_be_empty(data: bytes, name: str) -> None:
    with pytest.raises(LoadError, match=r"^the file is empty$"):
        loaders.parse(data, name)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text but a PNG image"),
        (b"PK\x03\x04rest", "not text but a ZIP archive"),
        (b"\x00", "not text"),
        (b"\x01\x02\x03\x04", "full of control characters"),
        (bytes(range(256)) * 8, "not text"),
        (bytes(range(1, 256)) * 8, "not text"),
        (b"\xff\xfe\x00\xd8", "badly damaged utf-16"),
    ],
)
def test_binary_content_under_a_text_name_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(LoadError, match=reason):
        loaders.parse(data, "a.txt")


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", "Café – 5 €, 日本"),
        ("utf-8-sig", "Café – 5 €, 日本"),
        ("utf-16", "Café – 5 €, 日本"),
        ("utf-32", "Café – 5 €, 日本"),
        ("cp1252", "Café costs 5 €."),
        ("cp1252", "It’s a “quoted” word – naïve."),
        ("cp1251", "Россия и Турция проводят операцию против боевиков. Москва."),
        ("koi8_r", "Россия и Турция проводят операцию против боевиков. Москва."),
        ("cp932", "これは日本語のテキストです。東京は日本の首都です。"),
        ("gb18030", "这是一个中文文本。北京是中国的首都。"),
    ],
)
def test_text_is_decoded_whatever_its_encoding(encoding: str, words: str) -> None:
    assert loaders.parse(words.encode(encoding), "a.txt").text == words


def test_newlines_stay_as_they_are_and_only_the_byte_order_mark_goes() -> None:
    text = "Rain fell.\r\n\r\nIt was wet.\rVery.\n"
    assert loaders.parse(b"\xef\xbb\xbf" + text.encode(), "a.txt").text == text


def test_utf8_with_a_stray_byte_or_a_cut_off_end_stays_utf8() -> None:
    stray = loaders.parse("Ünal aß Brötchen. ".encode() + b"\xff Gut.", "a.txt")
    assert (stray.text, stray.encoding) == ("Ünal aß Brötchen. \ufffd Gut.", "utf-8")
    cut = loaders.parse("It costs five €".encode()[:-1], "a.txt")
    assert (cut.text, cut.encoding) == ("It costs five \ufffd", "utf-8")


def test_a_late_odd_byte_decides_the_encoding_of_a_long_file() -> None:
    text = "Plain words here. " * 20_000 + "\nThe café in the Rue de la Paix was closed."
    document = loaders.parse(text.encode("cp1252"), "a.txt")
    assert (document.text, document.encoding) == (text, "cp1252")


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.md"]))
def test_any_bytes_become_a_document_or_a_load_error(data: bytes, name: str) -> None:
    try:
        document = loaders.parse(data, name)
    except LoadError:
        return
    document.text.encode("utf-8")  # no lone surrogates
    assert document.title.strip()


def test_importing_the_loaders_loads_no_format_library() -> None:
    script = (
        "import sys, briefqa.documents.loaders\n"
        "print([m for m in ('yaml', 'markdown_it', 'chardet') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
