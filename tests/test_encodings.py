"""Text files in the encodings people still have, which say nowhere what they are."""

from __future__ import annotations

import html
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from briefqa import UsageError, build, open_index
from briefqa.cli import terminal
from briefqa.documents import loaders
from briefqa.documents.loaders.decoding import decode
from briefqa.indexing.library import Library
from briefqa.indexing.verification import verify_index
from briefqa.models.embedder import HashingEmbedder
from briefqa.ui.documents_view import document_list

CORPUS = Path(__file__).parent / "corpora" / "languages.txt"
LENGTHS = (40, 200, 2_000)  # characters
WIDE = ("en", "de", "fr", "ru", "el", "ar", "ja", "zh")  # also as UTF-16 without a mark
VIETNAMESE_TONES = "\u0300\u0301\u0303\u0309\u0323"


@cache
def languages() -> dict[str, tuple[list[str], list[str]]]:
    """Of each language the encodings it is met in, and its paragraphs."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for block in CORPUS.read_text("utf-8").split("\n["):
        head, *paragraphs = block.splitlines()
        code, *encodings = head.strip("[]").split()
        wide = ["utf-16-le", "utf-16-be"] if code in WIDE else []
        found[code] = ([*encodings, *wide], paragraphs)
    return found


def beginnings(paragraphs: list[str], length: int) -> Iterator[str]:
    """So many characters from each paragraph on, from a word on that leaves one beyond ASCII."""
    for first in range(len(paragraphs)):
        turned = [*paragraphs[first:], *paragraphs[:first]]
        text = "\n".join(turned * (1 + length // sum(map(len, paragraphs))))
        while text[:length].rstrip().isascii():
            text = text.split(" ", 1)[1]
        yield text[:length].rstrip()


def encoded(text: str, encoding: str) -> tuple[bytes, str]:
    """The bytes of a text and what of it the encoding can say."""
    if encoding == "cp1258":  # letters with their hats, tones apart
        letters = []
        for sign in unicodedata.normalize("NFC", text):
            parts = unicodedata.normalize("NFD", sign)
            tones = [part for part in parts if part in VIETNAMESE_TONES]
            hats = "".join(part for part in parts if part not in VIETNAMESE_TONES)
            letters += [unicodedata.normalize("NFC", hats), *tones]
        text = "".join(letters)
    data = text.encode(encoding, "ignore")
    return data, data.decode(encoding)


def test_languages_are_read_in_the_encodings_they_are_met_in() -> None:
    """Every pair of at least 200 characters, and nearly all of 40, where two may look the same."""
    pairs, wrong = 0, Counter[tuple[str, str, int]]()
    for code, (encodings, paragraphs) in languages().items():
        for encoding in encodings:
            pairs += 1
            for length in LENGTHS:
                texts = beginnings(paragraphs, length)
                for text in texts if length == LENGTHS[0] else (next(texts),):
                    data, expected = encoded(text, encoding)
                    wrong[code, encoding, length] += decode(data).text != expected
    assert pairs >= 75
    assert [pair for pair, count in wrong.items() if count and pair[2] > LENGTHS[0]] == []
    assert sum(wrong.values()) <= 8  # of 308


SIGNS = [
    *("the mayor’s", "“north” quay", "the quay – north", "the quay—north", "and so on…"),
    *(
        "£ 40 of it",
        "40£ of it",
        "€ 40 of it",
        "¥ 40 of it",
        "the café of",
        "the naïve",
        "Müller of",
    ),
    *("señor Ruiz", "Malmö and", "façade of", "at 20 °C", "½ of it", "© 2021", "Acme® and"),
    *("Acme™ and", "• item", "see § 4", "3 × 4 m", "5 µm of", "Åsa said", "smørrebrød of"),
    *("«north» quay", "40 m² of", "at Málaga", "École navale", "Œuvres of", "¿Qué?", "± 5 mm"),
]


@pytest.mark.parametrize("words", SIGNS)
def test_a_single_sign_beyond_ascii_in_an_english_text_is_read_as_windows_has_it(
    words: str,
) -> None:
    text = f"The harbour has been closed, {words}, since the storm of last week."
    assert decode(text.encode("cp1252")).text == text


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        (
            "The quay was designed by 王小明 of Tianjin in 1921. It was built in two years.",
            "gb18030",
        ),
        ("The quay is 40 m long.\nIt cost 3 million.", "utf-16-le"),
        ("Le café à Málaga coûte 5 francs. Où est l’hôtel ? Déjà vu, naïveté.", "mac_roman"),
        ("ท่าเรือมีความยาวสี่สิบเมตร ค่าซ่อมแซมสามล้านบาท", "cp874"),
        ("The fee was £40 a year for each ship, and £5 more for each boat.", "cp1252"),
        ("L'été à Sète fut très chaud. Les élèves étaient déjà là.", "latin-1"),
        ("横浜《よこはま》の港《みなと》は古《ふる》い。", "cp932"),
        ("The new mayor is Łukasz Wójcik of Łódź, who came by ship.", "cp1250"),
        ("The report of Иван Петров was read to the council on Monday.", "cp1251"),
        ("De ideeën van België zijn één voor één besproken met de reders.", "latin-1"),
    ],
)
def test_what_was_once_read_wrongly(words: str, encoding: str) -> None:
    assert decode(words.encode(encoding)).text == words


HALF = "It took ½ of the day to moor the ships in the harbour."
HALF_NOTE = (
    "read as cp1252, though it may be iso8859-15; if that is wrong, name its encoding (--encoding)"
)


def test_where_two_encodings_stay_likely_the_more_usual_is_taken_and_told() -> None:
    document = loaders.parse(HALF.encode("cp1252"), "a.txt")
    assert (document.text, document.encoding, document.notes) == (HALF, "cp1252", (HALF_NOTE,))


def test_the_report_the_list_and_the_library_tell_that_an_encoding_is_a_guess(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, index = tmp_path / "papers", tmp_path / "index"
    folder.mkdir()
    (folder / "a.txt").write_bytes(HALF.encode("cp1252"))
    (folder / "b.txt").write_text("The quay is 40 m long.")
    build(folder, index=index, model=HashingEmbedder())
    (folder / "b.txt").write_text("The quay is 41 m long.")
    report = build(folder, index=index, model=HashingEmbedder())  # a.txt is copied
    assert [file.detail for file in report.files] == [HALF_NOTE, ""]
    terminal.show_report(report)
    assert f"  a.txt: 1 passage; {HALF_NOTE}\n  b.txt: 1 passage\n" in capsys.readouterr().out
    with open_index(index, model=HashingEmbedder(), reader=None) as searcher:
        listed = searcher.documents()
    assert [info.notes for info in listed] == [(HALF_NOTE,), ()]
    shown = document_list(listed, changeable=False, formats=[".txt"])
    assert HALF_NOTE in html.unescape(shown)
    added = tmp_path / "c.txt"
    added.write_bytes(HALF.replace("day", "week").encode("cp1252"))
    (one,) = Library(index, model=HashingEmbedder()).add([("c.txt", added)])
    assert one.detail == HALF_NOTE.replace("read", "Read", 1) + "."


def test_a_named_encoding_is_that_of_what_is_neither_utf8_nor_marked(tmp_path: Path) -> None:
    folder, index = tmp_path / "papers", tmp_path / "index"
    folder.mkdir()
    (folder / "a.txt").write_bytes(HALF.encode("cp1252"))
    (folder / "b.txt").write_text("The quay is ½ m long.", encoding="utf-8")
    (folder / "c.md").write_text("The mole is ½ m long.", encoding="utf-16")
    model = HashingEmbedder()
    build(folder, index=index, model=model)
    named = build(folder, index=index, model=model, encoding="latin9")
    assert [file.detail for file in named.files] == ["", "", ""]
    again = build(index=index, model=model)
    assert not again.changed
    added = tmp_path / "d.txt"
    added.write_bytes(HALF.replace("day", "week").encode("cp1252"))
    (one,) = Library(index, model=model).add([("d.txt", added)])
    assert one.detail == ""
    assert verify_index(index).holds
    with open_index(index, model=model, reader=None) as searcher:
        texts = {info.name: searcher.document(info.name).text for info in searcher.documents()}
    assert texts == {
        "a.txt": HALF.replace("½", "œ"),
        "b.txt": "The quay is ½ m long.",
        "c.md": "The mole is ½ m long.",
        "d.txt": HALF.replace("½", "œ").replace("day", "week"),
    }


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "\0"])
def test_an_encoding_that_is_none_is_refused_before_any_work(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.txt").write_text("The quay is long.")
    with pytest.raises(UsageError, match="is no encoding we know; name one such as cp1252"):
        build(tmp_path / "a.txt", index=tmp_path / "index", encoding=name, model=HashingEmbedder())
    assert not (tmp_path / "index").exists()
