"""Does every bad file and every bad question get a result or one clear sentence?"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from briefqa import (
    BriefQAError,
    BuildError,
    BuildReport,
    Searcher,
    UsageError,
    build,
    open_index,
)
from briefqa.documents import loaders, source_files
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import Answer, QuestionKind

GOOD = "The old bridge of the town was built in 1911 by two brothers."
BRIEF = """# The harbour

The harbour lies at the mouth of the river Kwell.

## The bridge

The old bridge was built in 1911. It carries 26,395 people a day, he said "and no lorries".

## The ferry

The ferry was stopped in March because of ice & wind <on the pier>; `SELECT` was its name.
"""
NOT_REGULAR = "it is not a regular file, or a link that leads nowhere"
NO_TEXT = "it has no text to quote, only headings or front matter"
NO_CONTROLS = "this is not text: it is full of control characters; convert it first"

# Contents that cannot become a document: file name, bytes, what is said of it.
HOPELESS = {
    "0 bytes": ("bad.txt", b"", "the file is empty"),
    "only white space": ("bad.txt", b" \n\t\xc2\xa0\r\n", "the file is empty"),
    "only a byte order mark": ("bad.txt", b"\xef\xbb\xbf", "the file is empty"),
    "only headings without words": ("bad.md", b"# \n\n##\n\n<h2></h2>\n", NO_TEXT),
    "only front matter": ("bad.md", b"---\ntitle: One\n---\n", NO_TEXT),
    "a picture": (
        "bad.txt",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        "this is not text but a PNG image; convert it to text first",
    ),
    "a program": (
        "bad.md",
        b"\x7fELF\x02\x01\x01" + bytes(99),
        "this is not text but a program; convert it to text first",
    ),
    "random bytes": (
        "bad.txt",
        random.Random(1).randbytes(9_999),
        "this is not text: it holds NUL bytes; convert it first",
    ),
    "NUL bytes": ("bad.txt", bytes(9_999), NO_CONTROLS),
}
# Contents that are odd, and still text.
ODD = {
    "one line of 200,000 characters": ("odd.txt", b"word " * 40_000),
    "one word of 200,000 characters": ("odd.txt", b"w" * 200_000),
    "one Markdown line of 200,000 characters": ("odd.md", b"word " * 40_000),
    "one Markdown line of 200,000 brackets": ("odd.md", b"[" * 200_000),
    "one Markdown line of 200,000 quote marks": ("odd.md", b">" * 200_000),
    "100,000 words in backticks that never close": ("odd.md", b"`a" * 100_000),
    "invalid UTF-8": ("odd.txt", b"The caf\xe9 \xff\xfe opened \x80 beside the bridge, he said."),
    "a surrogate in UTF-8": ("odd.txt", b"The caf\xed\xa0\x80 opened beside the old bridge."),
    "a UTF-16 character cut in half": ("odd.txt", "beside the bridge".encode("utf-16") + b"x"),
    "CRLF and a byte order mark": ("odd.txt", b"\xef\xbb\xbfOne\r\n\r\nA bridge is here.\r\n"),
    "terminal control sequences": ("odd.txt", b"A \x1b[31mred\x1b[0m bridge stands in the town."),
    "front matter nested 10,000 deep": (
        "odd.md",
        b"---\nt: " + b"[" * 10_000 + b"\n---\nA bridge.\n",
    ),
    "front matter that is a list": ("odd.md", b"---\n- a\n- b\n---\n\nA bridge is here.\n"),
    "front matter that asks to run code": (
        "odd.md",
        b"---\ntitle: !!python/object/apply:os.abort []\n---\n\nA bridge is here.\n",
    ),
}
NAMES = [
    b"new\nline.txt",
    "Überblick €.txt".encode(),
    b"-rf.txt",
    b"x" * 251 + b".txt",
    b"red\x1b[31m.txt",
    "turned \u202etxt.md".encode(),
    b"UPPER.TXT",
    b"'; DROP TABLE passages; --.txt",
    b"a\\b:c.txt",
    b"undecodable \xff\xfe.txt",
    b"undecodable \xfe\xfe.txt",
]
QUESTIONS = {
    "empty": "",
    "blank": " \t\n\u00a0 ",
    "emoji": "🌉🌉 👩\u200d🚒?",
    "100,000 characters": "bridge " * 14_286,
    "100,000 characters without a space": "b" * 100_000,
    "10,000 different words": " ".join(f"word{number}" for number in range(10_000)),
    "NUL bytes": "the\0bridge\0",
    "wildcards": "*e*",
    "a range": "[a TO z]",
    "operators": "AND OR NOT bridge^99 body:bridge ~ (",
    "a quote that never closes": '"the old bridge',
    "three quote marks": '"old" bridge"',
    "a phrase that stands nowhere": '"a bridge too far"',
    "a quote of punctuation": '"?!" bridge',
    "an empty quote": '"" bridge',
    "5,000 quotes": '"old" "bridge" ' * 5_000,
    "SQL": "'; DROP TABLE passages; SELECT * FROM ferry --",
    "HTML": "<script>alert(1)</script><b onclick='x'>bridge</b>",
    "a Markdown image": "![bridge](http://example.org/x.png)",
    "a lone surrogate": "the \ud800 bridge",
    "right-to-left marks": "\u202eegdirb\u202c \u200fbridge",
    "control characters": "\x1b[31mbridge\x07\x08",
    "only punctuation": "?!…",
    "only function words": "what is the of",
    "combining marks": "b" + "\u0301" * 5_000,
    "a template": "{question} %s ${HOME} {{7*7}}",
    "a path": "../../../etc/passwd",
    "a regular expression": "(a+)+$ [bridge",
    "an option": "--index=/",
    "no word that is there": "xylophone quartz",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of documents, one of them good."""
    place = tmp_path / "briefs"
    place.mkdir()
    (place / "good.txt").write_text(GOOD, "utf-8")
    return place


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("questions")
    (place / "harbour.md").write_text(BRIEF, "utf-8")
    build(place / "harbour.md", index=place / "index", model="hashing")
    return place / "index"


@pytest.fixture(scope="module")
def searcher(index: Path) -> Searcher:
    return open_index(index)


def build_it(folder: Path) -> BuildReport:
    return build(folder, index=folder.parent / "index", model="hashing")


def details(report: BuildReport) -> dict[str, str]:
    return {file.name: file.detail or str(file.outcome) for file in report.files}


def assert_the_good_file_answers(folder: Path) -> None:
    hits = open_index(folder.parent / "index").search('"built in 1911"')
    assert [hit.passage.text for hit in hits] == [GOOD]


def assert_every_passage_is_in_its_document(searcher: Searcher, question: str) -> int:
    hits = searcher.search(question, k=1_000)
    for hit in hits:
        text = searcher.document(hit.passage.document).text
        assert text[hit.passage.start : hit.passage.end] == hit.passage.text
    return len(hits)


def command(*arguments: str | bytes | Path) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, as a shell would start it."""
    return subprocess.run(
        [sys.executable, "-m", "briefqa", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )


def assert_one_sentence(done: subprocess.CompletedProcess[str], code: int, said: str) -> None:
    assert (done.returncode, done.stderr.count("\n")) == (code, 1), done.stderr
    assert done.stderr.startswith("briefqa: ")
    assert said in done.stderr


# Files, through Python


@pytest.mark.parametrize("case", HOPELESS)
def test_a_hopeless_file_is_listed_with_its_reason_and_the_rest_is_indexed(
    folder: Path, case: str
) -> None:
    name, content, said = HOPELESS[case]
    (folder / name).write_bytes(content)
    assert details(build_it(folder)) == {name: said, "good.txt": "indexed"}
    assert_the_good_file_answers(folder)


@pytest.mark.parametrize("case", HOPELESS)
def test_a_hopeless_file_alone_is_one_sentence_and_costs_no_index(folder: Path, case: str) -> None:
    build_it(folder)
    name, content, said = HOPELESS[case]
    bad = folder / name
    bad.write_bytes(content)
    with pytest.raises(BuildError) as raised:
        build(bad, index=folder.parent / "index", model="hashing")
    assert str(raised.value) == f"Nothing to index: {bad}: {said}; the index was left as it was."
    assert_the_good_file_answers(folder)


@pytest.mark.parametrize("case", ODD)
def test_an_odd_file_is_indexed_whole_and_cites_itself(folder: Path, case: str) -> None:
    name, content = ODD[case]
    (folder / name).write_bytes(content)
    assert details(build_it(folder)) == {name: "indexed", "good.txt": "indexed"}
    assert_the_good_file_answers(folder)
    searcher = open_index(folder.parent / "index")
    question = "word bridge www"
    assert assert_every_passage_is_in_its_document(searcher, question) >= 2


def test_a_file_of_50_mb_is_not_read(folder: Path) -> None:
    (folder / "big.txt").write_bytes(b"word " * 10_000_000)
    assert details(build_it(folder)) == {
        "big.txt": "it holds 50 MB, and files above 20 MB are not read; split it into parts",
        "good.txt": "indexed",
    }
    assert_the_good_file_answers(folder)


def test_an_empty_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BuildError) as raised:
        build(tmp_path / "empty", index=tmp_path / "index", model="hashing")
    assert str(raised.value) == (
        f"Nothing to index: {tmp_path / 'empty'} is empty; put documents there "
        f"({loaders.formats()}); the index was left as it was."
    )


def test_a_folder_of_other_formats_says_which_are_read(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "sheet.xyz").write_bytes(b"PK")
    with pytest.raises(BuildError, match=r"holds no file in a format that is read \(text, .*\);"):
        build(tmp_path / "other", index=tmp_path / "index", model="hashing")


@pytest.mark.parametrize("missing", ["nowhere", "nowhere/else.txt", "n\0l", "x" * 5_000])
def test_a_missing_path_is_one_sentence_and_nothing_is_indexed(folder: Path, missing: str) -> None:
    path = folder / missing
    with pytest.raises(BuildError) as raised:
        build(folder, path, index=folder.parent / "index", model="hashing")
    assert str(raised.value) == f"There is no file or folder {path}; check the path."
    assert list((folder.parent / "index").glob("*/")) == []


def test_to_name_no_path_at_all_is_one_sentence(folder: Path) -> None:
    with pytest.raises(BuildError, match=r"^Nothing to index: no file or folder was named;"):
        build([], index=folder.parent / "index", model="hashing")


def test_a_named_file_of_another_format_is_not_skipped_quietly(folder: Path) -> None:
    (folder / "sheet.xyz").write_text("a,b", "utf-8")
    (folder / "photo.xyz").write_bytes(b"\xff\xd8\xff\xe0")
    report = build(
        *(folder / name for name in ("good.txt", "sheet.xyz", "photo.xyz")),
        index=folder.parent / "index",
        model="hashing",
    )
    assert details(report) == {
        "good.txt": "indexed",
        "photo.xyz": "it is a JPEG picture, which cannot be read",
        "sheet.xyz": "'.xyz' files cannot be read; `briefqa formats` lists what can",
    }


def test_links_in_circles_are_walked_once(folder: Path) -> None:
    (folder / "deep").mkdir()
    (folder / "deep" / "up").symlink_to("..")
    (folder / "itself").symlink_to(folder)
    (folder / "nowhere").symlink_to("nowhere")
    (folder / "loop.txt").symlink_to("pool.txt")
    (folder / "pool.txt").symlink_to("loop.txt")
    (folder / "gone.txt").symlink_to("/no/such/file.txt")
    assert details(build_it(folder)) == {
        "gone.txt": NOT_REGULAR,
        "good.txt": "indexed",
        "loop.txt": NOT_REGULAR,
        "pool.txt": NOT_REGULAR,
    }
    assert_the_good_file_answers(folder)


def test_a_link_to_a_file_or_folder_elsewhere_is_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "far.txt").write_text("A far town has no bridge.", "utf-8")
    (folder / "shelf").symlink_to(tmp_path / "elsewhere")
    (folder / "same.txt").symlink_to("good.txt")
    assert details(build_it(folder)) == {
        "good.txt": "indexed",
        "same.txt": "the same content as good.txt",
        "shelf/far.txt": "indexed",
    }


def test_what_is_no_regular_file_is_never_opened(folder: Path) -> None:
    os.mkfifo(folder / "pipe.txt")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "folder.txt").mkdir()
    (folder / "folder.txt" / "inner.md").write_text("The inner file tells of rain.", "utf-8")
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(os.path.relpath(folder / "socket.txt"))
        report = build_it(folder)
    finally:
        listening.close()
    assert details(report) == {
        "good.txt": "indexed",
        "pipe.txt": NOT_REGULAR,
        "socket.txt": NOT_REGULAR,
        "zero.txt": NOT_REGULAR,
        "folder.txt/inner.md": "indexed",
    }


def test_a_file_that_may_not_be_read_is_listed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "secret.txt").write_text("Nobody may read this.", "utf-8")
    opened = os.open

    def refuse(path: Any, *rest: Any, **named: Any) -> int:
        if Path(path).name == "secret.txt":
            raise PermissionError(13, "Permission denied")  # root may read everything
        return opened(path, *rest, **named)

    monkeypatch.setattr(os, "open", refuse)
    assert details(build_it(folder)) == {
        "good.txt": "indexed",
        "secret.txt": "it cannot be read (Permission denied)",
    }


def test_a_folder_that_may_not_be_listed_is_reported_and_the_rest_is_indexed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "shut").mkdir()
    (folder / "open.txt").write_text("The quay is open.", "utf-8")
    listed = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = build_it(folder)
    assert [(file.name, file.detail) for file in report.failed] == [
        ("shut", "it is a folder that cannot be listed; make it readable")
    ]
    assert report.passages >= 1


def test_a_file_that_vanishes_between_listing_and_reading_is_listed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "short-lived.txt").write_text("Here for a moment only.", "utf-8")
    find = source_files.find

    def find_then_lose(*arguments: object, **named: object) -> source_files.Listing:
        found = find(*arguments, **named)  # type: ignore[arg-type]
        (folder / "short-lived.txt").unlink()
        return found

    monkeypatch.setattr("briefqa.indexing.builder.find", find_then_lose)
    assert details(build_it(folder)) == {"good.txt": "indexed", "short-lived.txt": NOT_REGULAR}


@pytest.mark.parametrize("put", ["/dev/zero", "pipe"])
def test_what_takes_the_place_of_a_file_is_not_waited_for(tmp_path: Path, put: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    special = tmp_path / put

    class Checked(type(special)):  # type: ignore[misc]
        def is_file(self) -> bool:
            return True

    with pytest.raises(BriefQAError, match=r"not a regular file"):
        source_files.read(Checked(special))


def test_the_log_of_the_kernel_is_not_waited_for(folder: Path) -> None:
    (folder / "kernel.md").symlink_to("/proc/kmsg")
    said = details(build_it(folder))
    assert said.pop("kernel.md") in ("it cannot be read (Permission denied)", NOT_REGULAR)
    assert said == {"good.txt": "indexed"}


def test_a_pipe_without_a_suffix_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "kernel").symlink_to("/proc/kmsg")
    assert details(build_it(folder)) == {"good.txt": "indexed"}


@pytest.mark.parametrize("file", ["/proc/self/status", "/proc/version"])
def test_a_file_that_the_kernel_makes_up_is_no_regular_one(file: str, tmp_path: Path) -> None:
    with pytest.raises(BriefQAError, match=r"not a regular file"):
        source_files.read(Path(file))
    (tmp_path / "empty.txt").touch()
    assert source_files.read(tmp_path / "empty.txt") == b""


def test_a_file_that_has_grown_is_not_read_without_end(tmp_path: Path) -> None:
    with (tmp_path / "long.txt").open("wb") as file:
        file.truncate(21_000_000)
    with pytest.raises(BriefQAError, match=r"it holds 21 MB, and files above 20 MB are not read"):
        source_files.read(tmp_path / "long.txt")


def test_duplicates_are_indexed_once_and_each_is_listed(folder: Path) -> None:
    for name in ("a.txt", "b.md", "z.txt"):
        (folder / name).write_text(GOOD, "utf-8")
    report = build_it(folder)
    assert details(report) == {
        "a.txt": "indexed",
        "b.md": "the same content as a.txt",
        "good.txt": "the same content as a.txt",
        "z.txt": "the same content as a.txt",
    }
    assert report.passages == 1


def test_a_thousand_files_are_all_found(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(1_000):
        (folder / f"{number}.txt").write_text(f"Town {number} has a bridge.", "utf-8")
    report = build(folder, index=tmp_path / "index", model="hashing")
    assert (len(report.files), report.passages, report.failed) == (1_000, 1_000, ())
    searcher = open_index(tmp_path / "index")
    for number in (0, 500, 999):
        [hit] = searcher.search(f'"town {number} has"')
        assert hit.passage.text == f"Town {number} has a bridge."


def test_odd_file_names_are_read_and_kept_apart(folder: Path) -> None:
    for number, raw in enumerate(NAMES):
        path = os.path.join(os.fsencode(folder), raw)  # noqa: PTH118 (bytes have no Path)
        with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
            file.write(f"This is story number {number}.")
    report = build_it(folder)
    assert {file.outcome for file in report.files} == {"indexed"}
    names = [file.name for file in report.files]
    assert len(set(names)) == len(NAMES) + 1
    searcher = open_index(folder.parent / "index")
    for name in names:
        name.encode("utf-8")  # raises for lone surrogates
        assert searcher.document(name).name == name
    for number in range(len(NAMES)):
        assert len(searcher.search(f'"story number {number}"')) == 1


# Files, through the command line


@pytest.mark.parametrize("case", ["0 bytes", "random bytes"])
def test_the_command_lists_a_hopeless_file_indexes_the_rest_and_exits_1(
    folder: Path, case: str
) -> None:
    name, content, said = HOPELESS[case]
    (folder / name).write_bytes(content)
    index = folder.parent / "index"
    done = command("build", folder, "--index", index, "--model", "hashing")
    assert_one_sentence(done, 1, "1 file could not be indexed (see the list); the rest is.")
    assert f"  {name}: failed: {said}\n" in done.stdout
    assert "  good.txt: 1 passage" in done.stdout
    assert_the_good_file_answers(folder)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("empty", "is empty; put documents there (text, Markdown, "),
        ("missing", "There is no file or folder"),
        ("pipe.txt", NOT_REGULAR),
        ("loop.txt", NOT_REGULAR),
        ("sheet.xyz", "'.xyz' files cannot be read; `briefqa formats` lists what can"),
    ],
)
def test_the_command_refuses_what_it_cannot_read_in_one_sentence(
    tmp_path: Path, path: str, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "sheet.xyz").write_text("a,b", "utf-8")
    index = tmp_path / "index"
    done = command("build", tmp_path / path, "--index", index, "--model", "hashing")
    assert_one_sentence(done, 1, said)
    assert done.stdout == ""


# Questions, through Python


@pytest.mark.parametrize("case", QUESTIONS)
def test_any_question_gets_a_result(searcher: Searcher, case: str) -> None:
    question = QUESTIONS[case]
    for mode in ("hybrid", "keyword", "semantic"):
        hits = searcher.search(question, k=2, mode=mode)
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        assert len(hits) <= 2
    answer = searcher.ask(question)
    assert answer.question == question
    assert 0 <= answer.confidence <= 1
    assert answer.text
    assert answer.reason or answer.kind is QuestionKind.SMALL_TALK
    assert answer.answered == bool(answer.quotations) <= bool(answer.hits)


@pytest.mark.parametrize("case", ["empty", "blank"])
def test_a_question_of_nothing_finds_nothing_and_says_why(searcher: Searcher, case: str) -> None:
    assert searcher.search(QUESTIONS[case]) == []
    answer = searcher.ask(QUESTIONS[case])
    assert (answer.answered, answer.confidence, answer.hits) == (False, 0.0, ())
    assert (answer.text, answer.reason) == (
        "Not in these documents.",
        "The question is empty; ask something.",
    )


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "semantic"])
def test_a_phrase_that_stands_nowhere_finds_nothing(searcher: Searcher, mode: str) -> None:
    assert searcher.search('"old ferry"', mode=mode) == []
    assert searcher.ask('"old ferry"').reason == "No passage in 1 document holds these words."


@pytest.mark.parametrize("case", ["a quote that never closes", "an empty quote", "HTML", "SQL"])
def test_signs_around_the_words_do_not_keep_them_from_being_found(
    searcher: Searcher, case: str
) -> None:
    word = "ferry" if case == "SQL" else "bridge"
    assert word in searcher.search(QUESTIONS[case], mode="keyword")[0].passage.text


@pytest.mark.parametrize("k", [1, 3, 10**9, 10**30])
def test_more_hits_than_there_are_passages_gives_them_all(searcher: Searcher, k: int) -> None:
    assert len(searcher.search("bridge", k=k)) == min(k, 3)


@pytest.mark.parametrize("k", [0, -1, -(10**9)])
@pytest.mark.parametrize("question", ["bridge", ""])
def test_a_k_below_1_is_one_sentence(searcher: Searcher, k: int, question: str) -> None:
    said = f"^k is {k}, but at least 1 passage must be asked for\\.$"
    with pytest.raises(UsageError, match=said):
        searcher.search(question, k=k)
    with pytest.raises(UsageError, match=said):
        searcher.ask(question, k=k)


def test_an_unknown_mode_is_one_sentence(searcher: Searcher) -> None:
    with pytest.raises(UsageError) as raised:
        searcher.search("bridge", mode="fuzzy")
    assert (
        str(raised.value) == "There is no mode 'fuzzy'; choose one of: hybrid, keyword, semantic."
    )


@given(
    question=st.text(max_size=200) | st.text('"“”«» *[]TOabridgeé\0\u202e', max_size=200),
    k=st.integers(1, 5),
    mode=st.sampled_from(["hybrid", "keyword", "semantic"]),
)
@example(question="\ud800", k=1, mode="hybrid")
def test_no_question_whatever_it_says_is_an_error(
    searcher: Searcher, question: str, k: int, mode: str
) -> None:
    hits = searcher.search(question, k=k, mode=mode)
    assert len(hits) <= k
    assert_every_passage_is_in_its_document(searcher, question)
    answer = searcher.ask(question, k=k)
    assert 0 <= answer.confidence <= 1
    assert len(answer.hits) <= k


@settings(max_examples=20)
@given(text=st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_indexed_or_refused_and_what_is_found_slices_back(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    place = tmp_path_factory.mktemp("any")
    for name in ("any.txt", "any.md"):
        (place / name).write_bytes(text.encode("utf-8"))
        try:
            build(place / name, index=place / "index", model=HashingEmbedder())
        except BuildError as error:
            assert str(error).startswith("Nothing to index: ")  # noqa: PT017 (or it is indexed)
        else:
            assert_every_passage_is_in_its_document(open_index(place / "index"), text or "a")


# Questions, through the command line


@pytest.mark.parametrize(
    "case",
    ["empty", "emoji", "100,000 characters", "a quote that never closes"],
)
def test_the_command_answers_any_question_in_json(index: Path, case: str) -> None:
    question = QUESTIONS[case]
    asked = command("ask", "--index", index, "--json", "--", question)
    answer = json.loads(asked.stdout)
    codes = {"answered": 0, None: 0, "unsure": 3, "not-found": 4}
    assert (asked.returncode, asked.stderr) == (codes[answer["verdict"]], "")
    assert answer["question"] == question
    assert set(answer) == {"answered", *(field.name for field in fields(Answer))}
    found = command("search", "--index", index, "--json", "--", question)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-k", "0"], "k is 0, but at least 1 passage must be asked for."),
        (["--index", "no such folder"], "no such folder; build one with: briefqa build FOLDER"),
    ],
)
def test_the_command_refuses_what_cannot_be_meant_in_one_sentence(
    index: Path, options: list[str], said: str
) -> None:
    for name in ("ask", "search"):
        done = command(name, "--index", index, *options, "bridge")
        assert_one_sentence(done, 2 if "-k" in options else 1, said)
        assert done.stdout == ""
