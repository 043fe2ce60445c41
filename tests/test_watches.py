"""Watches: every change is told once, nothing twice, and there is silence otherwise."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from briefqa import build, mentions, run_watches, unwatch, watch, watches
from briefqa.api import open_index
from briefqa.cli import main
from briefqa.errors import BriefQAError, IndexBusy, IndexNotFound, UsageError
from briefqa.index import watches as kept_watches
from briefqa.index.opened import open_generation
from briefqa.index.watches import Seen, SeenPlace, SeenQuote, WatchKind
from briefqa.models.embedder import HashingEmbedder
from briefqa.records import Answer, AnswerSpan, Quotation, Verdict
from briefqa.watching import changes, following, running
from briefqa.watching.changes import ChangeKind

QUESTION = "How many children were treated in Homs?"
TREATED = "Doctors treated {} children in Homs during the winter of that year.\n"
TOWNS = ("Homs", "Hama", "Idlib", "Raqqa", "Latakia")


class Library:
    """A folder of documents, its index, and what is expected to be told of a change."""

    def __init__(self, folder: Path) -> None:
        self.files = folder / "files"
        self.index = folder / "index"
        self.files.mkdir()
        self.n = 0

    def write(self, name: str, text: str) -> None:
        (self.files / name).write_text(text, "utf-8")

    def build(self) -> None:
        build(self.files, index=self.index, model=HashingEmbedder())

    def run(self) -> list[tuple[int, ChangeKind]]:
        with open_index(self.index, reader=None) as searcher:
            report = running.run(self.index, searcher=searcher)
        return [(change.watch, change.told.kind) for change in report.changes]


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path)
    library.write("report.md", f"# Report\n\n{TREATED.format(340)}\nSnow fell on Hama.\n")
    library.write("other.md", "# Other\n\nThe harbour stood empty. Ships went to Latakia.\n")
    library.build()
    return library


def test_a_new_mention_is_told_once_and_kept_beside_the_index(library: Library) -> None:
    first = watch("Idlib", mentions=True, index=library.index)
    assert watch("Idlib", mentions=True, index=library.index) == first
    assert library.run() == []
    library.write("new.md", "# New\n\nA road leads to Idlib.\n")
    library.build()
    report = run_watches(library.index)
    (change,) = report.changes
    assert change.told.kind is ChangeKind.NEW_MENTIONS
    assert change.told.said == "1 place is new: “…A road leads to Idlib.…” (new.md)"
    assert library.run() == []
    (library.files / "new.md").rename(library.files / "renamed.md")
    library.build()
    assert library.run() == []
    (library.files / "renamed.md").unlink()
    library.build()
    assert library.run() == [(1, ChangeKind.GONE_MENTIONS)]
    assert library.run() == []
    assert [each.text for each in watches(library.index)] == ["Idlib"]


def seen(verdict: str = "answered", *sentences: str, **files: str) -> Seen:
    quotes = tuple(SeenQuote("a.md", f"A › ¶{len(each)}", each) for each in sentences)
    return Seen(verdict=verdict, quotes=quotes, files=files)


@pytest.mark.parametrize(
    ("then", "now", "kinds"),
    [
        (seen("answered", "One."), seen("answered", "One."), []),
        (seen("answered", "One."), seen("unsure"), [ChangeKind.VERDICT]),
        (seen("not-found"), seen("answered", "One."), [ChangeKind.VERDICT]),
        (seen("answered", "One."), seen("answered", "Other."), [ChangeKind.SENTENCE]),
        (seen("answered", "One."), seen("answered", "One.", "Two."), [ChangeKind.SENTENCE]),
        (seen("answered", "One."), seen("answered", "One.\n"), [ChangeKind.CITATION]),
        (seen("answered", "A.", a="1"), seen("answered", "A.", a="2"), [ChangeKind.FILE]),
        (seen("answered", "A.", a="1"), seen("answered", "B.", a="2"), [ChangeKind.SENTENCE]),
        (seen("answered", "A.", a="1"), seen("answered", "A.", a=""), [ChangeKind.FILE]),
        (seen(), Seen(error="No such section."), [ChangeKind.ERROR]),
        (Seen(error="No such section."), Seen(error="No such section."), []),
    ],
)
def test_what_changed_of_an_answer_is_told_as_one_thing(
    then: Seen, now: Seen, kinds: list[ChangeKind]
) -> None:
    assert [told.kind for told in changes.of_question(then, now)] == kinds


def test_a_mention_is_the_same_if_one_side_of_it_is(library: Library) -> None:
    before = Seen(places=(SeenPlace("a.md", "the old road leads to ", "Homs", " and on."),))
    edited = Seen(places=(SeenPlace("a.md", "the old road leads to ", "Homs", " only now."),))
    twice = Seen(places=(*before.places, SeenPlace("a.md", "", "Homs", "")))
    assert list(changes.of_mentions(before, edited)) == []
    (told,) = changes.of_mentions(before, twice)
    assert told.places == twice.places[1:]
    (told,) = changes.of_mentions(twice, before)
    assert (told.kind, told.places) == (ChangeKind.GONE_MENTIONS, twice.places[1:])


class Quoting:
    """Answers with the sentence on children in the index, so that what is asserted is known."""

    def __init__(self, index: Path) -> None:
        self._index = index

    def ask(self, question: str, **_where: object) -> Answer:
        with open_generation(self._index) as opened:
            for passage in opened.passages:
                at = passage.text.find("Doctors treated")
                if at < 0:
                    continue
                end = passage.text.index(".", at) + 1
                start, end = passage.start + at, passage.start + end
                text = passage.text[at : end - passage.start]
                quoted = Quotation(passage, AnswerSpan(start, end, text, start, end), exact=True)
                return Answer(question, Verdict.ANSWERED, 1.0, text, "", (), quotations=(quoted,))
        return Answer(question, Verdict.NOT_FOUND, 0.0, "", "", ())


def quoting(library: Library) -> Any:
    return Quoting(library.index)


def kinds(library: Library) -> list[ChangeKind]:
    report = running.run(library.index, searcher=quoting(library))
    return [change.told.kind for change in report.changes]


def test_a_cited_file_that_changes_is_told_before_the_build_and_not_after_it(
    library: Library,
) -> None:
    running.add(library.index, QUESTION, searcher=quoting(library))
    report = library.files / "report.md"
    library.write("report.md", f"{report.read_text()}\nMore snow.\n")
    assert kinds(library) == [ChangeKind.FILE]
    library.build()
    assert kinds(library) == []
    library.write("report.md", f"{report.read_text()}\nEven more snow.\n")
    library.build()
    assert kinds(library) == [ChangeKind.FILE]
    report.unlink()
    assert kinds(library) == [ChangeKind.FILE]
    library.build()
    assert kinds(library) == [ChangeKind.VERDICT]
    assert kinds(library) == []


def test_an_answer_that_moves_is_told_as_a_citation(library: Library) -> None:
    running.add(library.index, QUESTION, searcher=quoting(library))
    (library.files / "report.md").rename(library.files / "renamed.md")
    library.build()
    assert kinds(library) == [ChangeKind.CITATION]
    library.write("renamed.md", f"# Report\n\nIt snowed.\n\n{TREATED.format(340)}")
    library.build()
    assert kinds(library) == [ChangeKind.CITATION]
    assert kinds(library) == []


def edits(library: Library, draw: random.Random) -> tuple[Callable[[], object], dict[str, int]]:
    """A random edit, and how many mentions of each town it adds (or takes away, below 0)."""
    library.n += 1
    name, town = f"file-{draw.randrange(6)}.md", draw.choice(TOWNS)
    path = library.files / name
    sentence = f"Message {library.n} of day {library.n} came from {town} at noon {library.n}."
    kind = draw.choice(["add", "append", "filler", "remove", "rename", "touch", "nothing"])
    if kind == "add" or not path.exists():
        old = path.read_text("utf-8") if path.exists() else ""
        counts = {each: -old.count(each) for each in TOWNS}
        counts[town] += 1
        return lambda: library.write(name, f"# File {name[:-3]}\n\n{sentence}\n"), counts
    text = path.read_text("utf-8")
    if kind == "append":
        return lambda: library.write(name, f"{text}\n{sentence}\n"), {town: 1}
    if kind == "filler":
        return lambda: library.write(name, f"{text}\nQuiet hour {library.n}, nothing else.\n"), {}
    if kind == "remove":
        return path.unlink, {each: -text.count(each) for each in TOWNS}
    if kind == "rename":
        target = library.files / f"moved-{library.n}.md"
        return lambda: shutil.move(path, target), {}
    if kind == "touch":
        return path.touch, {}
    return (lambda: None), {}


def edit_of_the_answer(library: Library, draw: random.Random) -> ChangeKind | None:
    """Change what is cited, or not, and say what is to be told of it."""
    path = library.files / "report.md"
    text = path.read_text("utf-8")
    stands = "Doctors treated" in text
    kind = draw.choice(["number", "gone", "filler", "other", "touch", "heading"])
    if kind == "other":
        library.write("other.md", f"# Other\n\nThe harbour stood empty {draw.random()}.\n")
    elif kind == "touch":
        path.touch()
    elif kind == "gone":
        library.write("report.md", f"# Report\n\nNothing was counted {draw.random()}.\n")
        return ChangeKind.VERDICT if stands else None
    elif kind == "filler":
        library.write("report.md", f"{text}\nSnow fell, {draw.random()} inches.\n")
        return ChangeKind.FILE if stands else None
    elif kind == "heading" and stands:
        sentence = next(line for line in text.splitlines() if line.startswith("Doctors"))
        heading = f"Part {draw.random()}"
        library.write("report.md", f"# Report\n\n## {heading}\n\n{sentence}\n")
        return ChangeKind.CITATION
    else:
        number = draw.randrange(10**9)
        library.write("report.md", f"# Report\n\n{TREATED.format(number)}")
        return ChangeKind.SENTENCE if stands else ChangeKind.VERDICT
    return None


def told_wrong_of_an_answer(library: Library, builds: int, seed: int) -> list[str]:
    """Seeded edits of a document that is cited: what was not told as it is, or told twice."""
    draw, wrong = random.Random(seed), []
    running.add(library.index, QUESTION, searcher=quoting(library))
    for number in range(builds):
        expected = edit_of_the_answer(library, draw)
        library.build()
        told = kinds(library)
        if told != ([expected] if expected else []):
            wrong.append(f"build {number}: told {told}, expected {expected}")
        if again := kinds(library):
            wrong.append(f"build {number}: told again {again}")
    return wrong


def told_wrong(library: Library, builds: int, seed: int) -> list[str]:
    """Seeded edits, each followed by a build: whatever was not told as it is, or told twice."""
    draw = random.Random(seed)
    for town in TOWNS:
        watch(town, mentions=True, index=library.index)
    wrong = []
    for number in range(builds):
        change, counts = edits(library, draw)
        change()
        library.build()
        report = run_watches(library.index)
        told: dict[str, int] = {}
        for each in report.changes:
            sign = 1 if each.told.kind is ChangeKind.NEW_MENTIONS else -1
            told[each.text] = told.get(each.text, 0) + sign * len(each.told.places)
        expected = {town: count for town, count in counts.items() if count}
        if {town: count for town, count in told.items() if count} != expected:
            wrong.append(f"build {number}: told {told}, expected {expected}")
        if not counts and report.changes:
            wrong.append(f"build {number}: told {report.changes} of nothing")
        if again := run_watches(library.index).changes:
            wrong.append(f"build {number}: told again {again}")
    return wrong


def test_every_change_over_10_builds_is_told_once(library: Library) -> None:
    assert told_wrong(library, 10, seed=1) == []


def test_every_change_of_an_answer_over_10_builds_is_told_once(library: Library) -> None:
    assert told_wrong_of_an_answer(library, 10, seed=5) == []


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_every_change_over_200_builds_is_told_once(library: Library) -> None:
    assert told_wrong(library, 100, seed=2) == []
    (library.index / "watches.json").unlink()
    assert told_wrong_of_an_answer(library, 100, seed=4) == []


def test_a_question_is_asked_of_the_index_itself(library: Library) -> None:
    with open_index(library.index, reader=None) as searcher:
        answer = searcher.ask(QUESTION)
        new = running.add(library.index, QUESTION, searcher=searcher)
    assert new.seen.verdict == str(answer.verdict or "")
    assert [each.sentence for each in new.seen.quotes] == [
        each.sentence for each in answer.quotations
    ]
    assert library.run() == []


def test_the_command_is_silent_where_nothing_changed_and_exits_with_5_otherwise(
    library: Library, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--index", str(library.index)]
    feed = tmp_path / "feed.json"
    assert main(["watch", "add", "--mentions", "Idlib OR Raqqa", *at]) == 0
    assert capsys.readouterr().out == "1. Idlib OR Raqqa (mentions; 0 places)\n"
    assert main(["watch", "run", "--feed", str(feed), *at]) == 0
    assert capsys.readouterr().out == ""
    library.write("new.md", "# New\n\nA road leads to <b>Idlib</b>.\n")
    library.build()
    assert main(["watch", "run", "--feed", str(feed), "--json", *at]) == 5
    (shown,) = json.loads(capsys.readouterr().out)["changes"]
    assert shown["told"]["kind"] == "new-mentions"
    (item,) = json.loads(feed.read_text())["items"]
    assert (item["id"], item["title"]) == (shown["id"], "Idlib OR Raqqa")
    assert main(["watch", "run", "--feed", str(feed), *at]) == 0
    assert capsys.readouterr().out == ""
    assert main(["watch", "list", *at]) == 0
    assert capsys.readouterr().out == "1. Idlib OR Raqqa (mentions; 1 place)\n"
    assert main(["watch", "remove", "1", *at]) == 0
    assert watches(library.index) == ()
    feed.write_text("{}")
    assert main(["watch", "run", "--feed", str(feed), *at]) == 2


def test_what_could_not_be_passed_on_is_told_again_with_the_same_id(
    library: Library, tmp_path: Path
) -> None:
    watch("Idlib", mentions=True, index=library.index)
    library.write("new.md", "# New\n\nA road leads to Idlib.\n")
    library.build()
    feed = tmp_path / "feed.json"

    def fails(report: running.WatchReport) -> None:
        raise BriefQAError("nobody listens")

    with pytest.raises(BriefQAError, match="nobody listens"):
        running.run(library.index, feed_file=feed, tell=fails)
    (change,) = run_watches(library.index, feed=feed).changes
    assert [item["id"] for item in json.loads(feed.read_text())["items"]] == [change.id]
    assert run_watches(library.index, feed=feed).changes == ()


def test_wrong_watches_get_one_clear_sentence(library: Library, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not closed"):
        watch("(Idlib", mentions=True, index=library.index)
    with pytest.raises(UsageError, match="nothing to watch"):
        watch(" ", index=library.index)
    with pytest.raises(UsageError, match="There is no watch 7"):
        unwatch(7, index=library.index)
    with pytest.raises(IndexNotFound):
        watch("Idlib", mentions=True, index=tmp_path / "nowhere")
    assert main(["watch", "list", "--index", str(tmp_path / "nowhere")]) == 1
    assert not (tmp_path / "nowhere").exists()
    with kept_watches.changing(library.index), pytest.raises(IndexBusy, match="another command"):
        run_watches(library.index)
    assert watches(library.index) == ()


def test_damaged_watches_are_set_aside_by_a_build(library: Library) -> None:
    (library.index / "watches.json").write_text("[" * 10_000)
    with pytest.raises(BriefQAError, match="not what briefqa watch writes"):
        run_watches(library.index)
    report = build(library.files, index=library.index, model=HashingEmbedder())
    assert "watches.json.damaged-1" in report.note
    assert watches(library.index) == ()


def test_a_document_that_is_watched_and_gone_is_told_once(library: Library) -> None:
    watch("Latakia", mentions=True, documents=["other.md"], index=library.index)
    (library.files / "other.md").unlink()
    library.build()
    assert library.run() == [(1, ChangeKind.ERROR)]
    assert library.run() == []


def test_a_folder_is_followed_and_only_settled_files_are_read(library: Library) -> None:
    pytest.importorskip("watchfiles")
    built: list[list[str]] = []
    errors: list[BriefQAError] = []
    stop = threading.Event()

    def once_more() -> None:
        report = build(index=library.index, model=HashingEmbedder())
        built.append(sorted(file.name for file in report.files if file.passages))

    follower = threading.Thread(
        target=following.follow, args=(library.index, once_more),
        kwargs={"stop": stop, "failed": errors.append, "settled": 0.4, "look_again": 300},
    )  # fmt: skip
    follower.start()
    try:
        _until(lambda: built == [["other.md", "report.md"]])
        built.clear()
        time.sleep(0.5)
        with (library.files / "slow.md").open("w") as file:
            for number in range(12):
                file.write(f"Line {number} is written slowly.\n\n")
                file.flush()
                time.sleep(0.1)
            assert built == []
        _until(lambda: len(built) == 1)
        assert built == [["other.md", "report.md", "slow.md"]]
        with open_index(library.index, reader=None) as searcher:
            assert "Line 11" in searcher.document("slow.md").text
        (library.files / "slow.md").rename(library.files / "renamed.md")
        (library.files / ".hidden.md").write_text("unseen")
        _until(lambda: len(built) == 2)
        assert built[-1] == ["other.md", "renamed.md", "report.md"]
        (library.files / "renamed.md").unlink()
        _until(lambda: len(built) == 3)
        assert built[-1] == ["other.md", "report.md"]
        shutil.move(library.files, library.files.with_name("away"))
        _until(lambda: len(errors) == 1)
        assert "is gone" in str(errors[0])
    finally:
        stop.set()
        follower.join(10)
    assert not follower.is_alive()


def _until(holds: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    assert holds()


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A command that goes on, and the lines that it has printed so far."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "briefqa", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    lines: list[str] = []
    out = process.stdout
    assert out is not None
    reader = threading.Thread(target=lambda: lines.extend(out))
    reader.start()
    try:
        yield process, lines
    finally:
        process.kill()
        process.wait()
        reader.join()
        out.close()


def mentions_of(word: str, library: Library) -> list[str]:
    return [each.document for each in mentions(word, index=library.index).mentions]


@pytest.mark.timeout(240)
def test_a_build_that_watches_follows_its_folder_until_ctrl_c(
    library: Library, tmp_path: Path
) -> None:
    pytest.importorskip("watchfiles")
    watch("Idlib", mentions=True, index=library.index)
    library.write("between.md", "# Between\n\nIdlib was quiet before it began.\n")
    feed, files = tmp_path / "feed.json", library.files

    def titles() -> list[str]:
        return [item["content_text"] for item in json.loads(feed.read_text())["items"]]

    at = ["build", str(files), "--index", str(library.index), "--model", "hashing"]
    with started(*at, "--watch", "--feed", str(feed)) as (process, lines):
        _until(lambda: feed.exists() and len(titles()) == 1, 90)
        assert "Following the files; press Ctrl-C to stop.\n" in lines
        with (files / "new.md").open("w") as file:
            file.write("# New\n\nA road leads to Id")
            file.flush()
            time.sleep(0.7)  # less than it takes to settle
            file.write("lib and back.\n")
        _until(lambda: len(titles()) == 2, 60)
        assert "A road leads to Idlib and back." in titles()[0]
        (files / "new.md").rename(files / "renamed.md")
        _until(lambda: mentions_of("Idlib", library) == ["between.md", "renamed.md"], 60)
        (files / "between.md").unlink()
        (files / "bad.pdf").write_bytes(b"%PDF-1.7 no more of it")
        _until(lambda: len(titles()) == 3, 60)
        assert mentions_of("Idlib", library) == ["renamed.md"]
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    printed = "".join(lines)
    assert printed.count("1. Idlib: 1 place is new: ") == 2
    assert printed.count("1. Idlib: 1 place is gone: ") == 1
    assert "bad.pdf" in printed
    assert "Traceback" not in printed


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_page_that_watches_follows_the_folder_until_ctrl_c(
    library: Library, tmp_path: Path
) -> None:
    pytest.importorskip("watchfiles")
    watch("Idlib", mentions=True, index=library.index)
    library.write("between.md", "# Between\n\nIdlib was quiet before it began.\n")
    feed = tmp_path / "feed.json"
    at = ["serve", "--index", str(library.index), "--no-reader"]
    with started(*at, "--watch", "--feed", str(feed)) as (process, lines):
        _until(lambda: any(line.startswith("1 change of what is watched") for line in lines), 120)
        library.write("new.md", "# New\n\nA road leads to Idlib.\n")
        _until(lambda: len(json.loads(feed.read_text())["items"]) == 2, 90)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    assert mentions_of("Idlib", library) == ["between.md", "new.md"]
    assert "Traceback" not in "".join(lines)


@pytest.mark.parametrize("command", ["build", "serve"])
def test_a_feed_needs_watching_and_has_to_be_one(
    library: Library, tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    at = [command, "--index", str(library.index), "--feed", str(tmp_path / "feed.json")]
    assert main(at) == 2
    assert "--feed goes with --watch" in capsys.readouterr().err
    (tmp_path / "feed.json").write_text("<rss/>")
    assert main([*at, "--watch"]) == 2
    assert "is not a JSON Feed" in capsys.readouterr().err


def test_kinds_of_watches_are_written_as_they_are_called() -> None:
    assert [*WatchKind] == ["question", "mentions"]
