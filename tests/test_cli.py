"""The command line: parse, one library call, print."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import pytest

from briefqa import cli
from briefqa.api import info
from briefqa.citations import Style
from briefqa.cli.options import CITATION_STYLES
from briefqa.ui import passwords
from docs.cli_reference import INTRODUCTION

TEXT = "# Harbour\n\n## Ships\n\nNine ferries work there.\n\n## Crew\n\nCaptain Mara Oduya leads.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with documents and their index."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "harbour.md").write_text(TEXT)
    assert cli.main(["build", "docs", "--model", "hashing"]) == 0
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_build_names_every_file_in_another_format(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(9):
        (folder / "docs" / f"photo{number}.jpg").touch()
    _, out, _ = run(capsys, "build", "docs", "--model", "hashing")
    assert "  not read, another format:\n    photo0.jpg\n" in out
    assert all(f"    photo{number}.jpg\n" in out for number in range(9))


def test_build_reports_each_file_and_a_second_build_does_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "docs" / "empty.txt").touch()
    (folder / "docs" / "photo.jpg").touch()
    code, out, err = run(capsys, "build", "docs", "--model", "hashing")
    assert code == 1
    assert "harbour.md: 2 passages" in out
    assert "empty.txt: failed: the file is empty" in out
    assert "not read, another format: photo.jpg" in out
    assert "0 embedded, 2 reused" in out
    assert err == "briefqa: 1 file could not be indexed (see the list); the rest is.\n"
    (folder / "docs" / "empty.txt").unlink()
    run(capsys, "build", "docs", "--model", "hashing")
    code, out, _ = run(capsys, "build", "docs", "--model", "hashing")
    assert code == 0
    assert "index is up to date: 2 passages" in out


def test_search_prints_passages_with_citations_and_why(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "search", "captain", "-k", "1", "--explain")
    assert (code, err) == (0, "")
    assert out.splitlines()[:3] == [
        "[1] Harbour › Crew · ¶1  (harbour.md, line 9)",
        "    Captain Mara Oduya leads.",
        "    why: keyword rank 1 (bm25 " + out.split("(bm25 ")[1].splitlines()[0],
    ]
    assert "semantic rank 1" in out


def test_json_of_ask_has_the_promised_fields(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "ask", "Which captain Mara leads?", "--json")
    assert code == 0
    answer: dict[str, Any] = json.loads(out)
    assert set(answer) == {
        *("question", "answered", "confidence", "text", "reason", "hits"),
        *("searched", "read_as", "carried", "verdict", "kind", "missing", "quotations"),
    }
    assert (answer["verdict"], answer["answered"]) == ("answered", True)
    assert [one["sentence"] for one in answer["quotations"]] == ["Captain Mara Oduya leads."]
    cited = answer["quotations"][0]["cited_as"]
    assert list(cited) == ["plain", "markdown", "chicago", "csl-json"]
    assert cited["chicago"] == "“Harbour,” under “Crew,” para. 1."
    assert json.loads(cited["csl-json"])[0]["title"] == "Harbour"
    assert answer["searched"] == ["harbour.md"]
    hit = answer["hits"][0]
    wanted = {"rank", "text", "document", "section", "start", "end", "citation", "evidence"}
    assert wanted <= set(hit)
    assert hit["section"] == ["Crew"]
    assert TEXT[hit["start"] : hit["end"]] == hit["text"] == "Captain Mara Oduya leads."
    assert hit["answer"] == {
        "start": hit["start"],
        "end": hit["end"],
        "text": hit["text"],
        "sentence_start": hit["start"],
        "sentence_end": hit["end"],
    }
    assert set(hit["evidence"]) == {
        *("bm25", "keyword_rank", "cosine", "semantic_rank", "fused", "matched"),
        "answerability",
    }


def test_ask_says_when_it_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "ask", "What is the recipe for zebra stew?")
    assert code == 4
    assert out.startswith("Not in these documents.\n\nNothing in 1 document comes close")
    assert "\nLooked in: harbour.md.\n\nThe nearest passages, which do not answer:\n[1] " in out


def test_ask_says_when_it_is_not_sure_and_shows_passages_without_a_mark(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "ask", "How many captains named Mara lead?")
    assert code == 3
    assert out.startswith(
        "These documents speak of this, but may not answer it.\n\n"
        "Nothing in 1 document surely answers it. The nearest passage has no number of captains"
    )
    assert "The nearest passages, which may not answer:\n\n[1] Harbour › Crew · ¶1  (har" in out
    assert "\n    Captain Mara Oduya leads.\n" in out
    code, out, _ = run(capsys, "ask", "How many captains named Mara lead?", "--json")
    answer = json.loads(out)
    assert (code, answer["verdict"], answer["answered"]) == (3, "unsure", False)
    assert (answer["quotations"], answer["missing"][0]) == ([], "no number of captains")


def test_of_a_search_by_words_and_of_small_talk_ask_passes_no_verdict(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "ask", "captain Oduya")
    assert code == 0
    assert out == (
        "Passages found by these words; no answer is claimed.\n\n"
        "[1] Harbour › Crew · ¶1  (harbour.md, line 9)\n    Captain Mara Oduya leads.\n"
    )
    code, out, _ = run(capsys, "ask", "hello")
    assert code == 0
    assert out.startswith("BriefQA finds the passage")
    assert "[1]" not in out


@pytest.mark.parametrize("command", ["search", "ask"])
def test_a_question_can_be_asked_of_one_document_or_section(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (folder / "docs" / "garden.md").write_text("# Garden\n\n## Roses\n\nThe captain waters.\n")
    run(capsys, "build", "docs", "--model", "hashing")
    for limits in (["--document", "garden.md"], ["--section", "Roses"]):
        code, out, _ = run(capsys, command, "captain", "--json", *limits)
        assert code == 0
        assert [hit["document"] for hit in json.loads(out)["hits"]] == ["garden.md"]
    both = ["--document", "garden.md", "--document", "harbour.md"]
    hits = json.loads(run(capsys, command, "captain", "--json", *both)[1])["hits"]
    assert {hit["document"] for hit in hits} == {"garden.md", "harbour.md"}
    code, _, err = run(capsys, command, "captain", "--document", "none.md")
    assert code == 2
    assert err.startswith("briefqa: There is no document 'none.md' in the index")
    assert run(capsys, command, "captain", "--section", "None")[0] == 2


@pytest.mark.parametrize("command", ["search", "ask"])
def test_words_of_a_name_are_enough_and_what_they_were_taken_for_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    (folder / "docs" / "garden-2021.md").write_text("# Garden\n\n## Roses\n\nThe captain waters.\n")
    run(capsys, "build", "docs", "--model", "hashing")
    limits = ("--document", "garden", "--section", "roses")
    code, out, err = run(capsys, command, "captain", *limits)
    assert (code, err) == (0, "")
    assert out.startswith("Looking in garden-2021.md, the section “Roses”.\n\n")
    assert "Captain Mara" not in out
    exactly = ("--document", "garden-2021.md", "--section", "Roses")
    assert "Looking in" not in run(capsys, command, "captain", *exactly)[1]
    assert json.loads(run(capsys, command, "captain", *limits, "--json")[1])["hits"]
    code, out, err = run(capsys, command, "captain", "--document", "gaarden")
    assert (code, out) == (2, "")
    assert err.endswith("in the index; did you mean 'garden-2021.md'?\n")
    assert run(capsys, command, "captain", "--section", "Crews")[2].endswith("mean 'Crew'?\n")


def test_the_words_of_a_question_need_no_quotes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = run(capsys, "ask", "Which captain Mara leads?", "--json")
    apart = run(capsys, "ask", "Which", "captain", "Mara", "leads?", "--json")
    assert quoted == apart
    assert json.loads(run(capsys, "search", "nine", "ferries", "--json")[1])["question"] == (
        "nine ferries"
    )


def test_sections_are_listed_as_they_may_be_named(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "docs" / "garden.md").write_text("# Garden\n\n## Beds\n\n### Roses\n\nRed.\n")
    run(capsys, "build", "docs", "--model", "hashing")
    code, out, _ = run(capsys, "sections")
    assert code == 0
    assert out == (
        "garden.md: Garden\n  Beds\n  Beds › Roses\nharbour.md: Harbour\n  Ships\n  Crew\n"
    )
    assert run(capsys, "sections", "--document", "harb")[0] == 2
    assert run(capsys, "sections", "--document", "HARBOUR")[1].startswith("harbour.md: ")
    for line in ("Beds", "Beds › Roses", "Ships", "Crew"):
        assert run(capsys, "search", "red", "--section", line)[0] == 0
    printed = json.loads(run(capsys, "sections", "--json")[1])
    assert printed == {"garden.md": ["Beds", "Beds › Roses"], "harbour.md": ["Ships", "Crew"]}


FERRIES = "“Nine ferries work there.”\n[1] Harbour › Ships · ¶1  (harbour.md, line 5)\n"


def test_the_sentence_stands_first_and_its_evidence_only_where_it_is_asked_for(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "ask", "How many ferries work there?")
    assert (code, out, err) == (0, FERRIES, "")
    code, out, _ = run(capsys, "ask", "How many ferries work there?", "--explain")
    assert code == 0
    assert out.startswith(f"{FERRIES}\nThe first passage is number 1 by its words and number 1 by")
    assert "\n\nThe passages found, and why:\n\n[1] Harbour › Ships · ¶1  (harbour.md, " in out
    assert "\n    why: keyword rank 1 (bm25 " in out


def test_what_stands_around_a_sentence_follows_where_few_passages_are_quoted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    around = "Nine ferries work there. All are old."
    (folder / "docs" / "harbour.md").write_text(TEXT.replace("Nine ferries work there.", around))
    run(capsys, "build", "docs", "--model", "hashing")
    assert run(capsys, "ask", "How many ferries work there?")[1] == f"{FERRIES}\n    {around}\n"
    for name in ("canal", "river"):
        (folder / "docs" / f"{name}.md").write_text(f"# The {name}\n\nIt is long. It is old.\n")
    run(capsys, "build", "docs", "--model", "hashing")
    code, out, _ = run(capsys, "ask", "What are these documents about?")
    assert code == 0
    assert "\n[3] The river › ¶1  (river.md, line 3)\n" in out
    assert "\n    " not in out


@pytest.mark.parametrize(
    ("style", "cited"),
    [
        ("plain", "[1] “Harbour” › Ships › ¶1 (harbour.md, line 5)"),
        ("markdown", "[1] “Harbour” › Ships › ¶1 (`harbour.md`, line 5)"),
        ("chicago", "[1] “Harbour,” under “Ships,” para. 1."),
    ],
)
def test_a_citation_can_be_had_in_another_form(
    folder: Path, capsys: pytest.CaptureFixture[str], style: str, cited: str
) -> None:
    out = run(capsys, "ask", "How many ferries work there?", "--cite", style)[1]
    assert out == f"“Nine ferries work there.”\n{cited}\n"


def test_a_citation_can_be_had_as_csl_json(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = run(capsys, "ask", "How many ferries work there?", "--cite", "csl-json")[1]
    said, _, cited = out.partition("[1] ")
    assert said == "“Nine ferries work there.”\n"
    assert json.loads(cited)[0]["section"] == "Ships"


def test_the_forms_of_citation_are_those_of_the_library() -> None:
    assert tuple(Style) == CITATION_STYLES


def test_a_cited_file_that_changed_or_is_gone_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = ("ask", "How many ferries work there?")
    (folder / "docs" / "other.md").write_text("# Other\n\nNothing of the kind.\n")
    run(capsys, "build", "docs", "--model", "hashing")
    (folder / "docs" / "other.md").write_text("# Another\n")
    quotation = json.loads(run(capsys, *ask, "--json")[1])["quotations"][0]
    assert (run(capsys, *ask)[1], quotation["file"]) == (FERRIES, "same")  # it is not cited
    (folder / "docs" / "harbour.md").write_text(TEXT.replace("Nine", "Ten"))
    then = "since it was indexed; what is cited is as it was then. To index it again: briefqa build"
    for command in (ask, ("search", "ferries", "-k", "1")):
        code, out, err = run(capsys, *command)
        assert (code, err) == (0, "")
        assert out.endswith(f"\n\nNote: harbour.md has changed {then}\n")
    assert json.loads(run(capsys, *ask, "--json")[1])["quotations"][0]["file"] == "changed"
    (folder / "docs" / "harbour.md").unlink()
    assert run(capsys, *ask)[1].endswith(f"\n\nNote: harbour.md cannot be read any more {then}\n")
    assert json.loads(run(capsys, *ask, "--json")[1])["quotations"][0]["file"] == "missing"


def test_what_is_excluded_is_not_indexed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "docs" / "garden.md").write_text("# Garden\n\nRoses.\n")
    out = run(capsys, "build", "docs", "--model", "hashing", "--exclude", "docs/harbour.md")[1]
    assert "garden.md: 1 passage\n" in out
    assert "harbour.md" not in out
    code, _, err = run(capsys, "build", "docs", "--exclude", "docs/none.md")
    assert code == 2
    assert err.count("\n") == 1


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the page was opened with."""
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr("briefqa.ui.serve", lambda index, **with_: calls.append(with_))
    return calls


def test_serve_hands_its_options_on(
    folder: Path, capsys: pytest.CaptureFixture[str], served: list[dict[str, Any]]
) -> None:
    assert run(capsys, "serve")[0] == 0
    options = ["--host", "::1", "--port", "8000", "--auth", "p.txt", "--mcp", "--read-only"]
    options += ["--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8"]
    options += ["--public-host", "briefs.example"]
    files = ["--uploads", "kept", "--feedback", "f.jsonl", "--no-reader"]
    assert run(capsys, "serve", *options, *files)[0] == 0
    assert served == [
        {
            "host": "127.0.0.1",
            "port": None,
            "auth": None,
            "trusted_proxies": [],
            "public_hosts": [],
            "mcp": False,
            "read_only": False,
            "uploads": None,
            "feedback": None,
            "reader": "default",
            "watch": False,
            "feed": None,
        },
        {
            "host": "::1",
            "port": 8000,
            "auth": Path("p.txt"),
            "trusted_proxies": ["127.0.0.1", "10.0.0.0/8"],
            "public_hosts": ["briefs.example"],
            "mcp": True,
            "read_only": True,
            "uploads": Path("kept"),
            "feedback": Path("f.jsonl"),
            "reader": None,
            "watch": False,
            "feed": None,
        },
    ]


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    """Let these be typed at the prompts for a password."""
    given = iter(answers)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(given))


def test_a_password_is_typed_twice_and_kept_hashed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "passwords.txt"
    typed(monkeypatch, "green ferries", "green ferries")
    assert run(capsys, "password", str(path), "mara") == (0, f"{path} lets mara in.\n", "")
    assert passwords.read(path).match("mara", "green ferries")
    assert "ferries" not in path.read_text()


def test_a_password_that_cannot_be_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "passwords.txt"
    typed(monkeypatch, "green ferries", "green fairies")
    assert run(capsys, "password", str(path), "mara") == (
        2, "", "briefqa: The two passwords differ, so nothing was written; try again.\n"
    )  # fmt: skip
    typed(monkeypatch, "short", "short")
    code, _, err = run(capsys, "password", str(path), "mara")
    assert (code, err.count("\n")) == (2, 1)
    assert not path.exists()


def test_a_password_is_not_read_where_it_could_be_seen(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "briefqa", "password", "p.txt", "mara"],
        input=b"green ferries\ngreen ferries\n", capture_output=True, cwd=tmp_path,
        start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr == b"briefqa: A password has to be typed at a terminal, unseen.\n"
    assert not (tmp_path / "p.txt").exists()


def test_verify_tells_a_changed_source(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "verify")
    assert code == 0
    assert "harbour.md: same, 2 of 2 citations hold" in out
    (folder / "docs" / "harbour.md").write_text(TEXT.replace("Nine", "Four"))
    code, out, err = run(capsys, "verify")
    assert code == 1
    assert "harbour.md: changed, 1 of 2 citations hold" in out
    assert err.count("\n") == 1


def test_info_says_what_the_index_holds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "info")
    assert code == 0
    assert "holds       2 passages of 1 document\n" in out
    assert "reader      none: The index is one for tests, so answers come from" in out
    told = "harbour.md: indexed, 2 passages; language unclear, read as English"
    assert out.endswith(f"\n  {told}\n")


def test_info_prints_what_the_library_returns(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    described = info("index")
    assert (described.documents, described.passages) == (1, 2)
    assert (described.model, described.dimension, described.runs_on) == ("hashing", 256, "no model")
    assert (described.calibration, described.calibration_used) == (None, False)
    assert not described.threshold_measured
    assert described.size == sum(
        path.stat().st_size
        for path in (folder / "index" / described.generation).rglob("*")
        if path.is_file() and path.name != "manifest.json"
    )
    printed = json.loads(run(capsys, "info", "--json")[1])
    as_json = json.loads(json.dumps({**asdict(described), "index": "index"}))
    assert printed == as_json


def test_info_says_when_a_calibration_is_of_other_models(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = [
        {"question": "Who is captain Mara Oduya?", "section": "Crew", "contains": "Mara Oduya"},
        {"question": "How is zebra cooked?", "section": None, "contains": None},
    ]
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)))
    assert run(capsys, "calibrate", "questions.jsonl")[0] == 0
    assert info("index").calibration_used
    stored = json.loads((folder / "index" / "calibration.json").read_text())
    (folder / "index" / "calibration.json").write_text(json.dumps({**stored, "model": "other"}))
    assert not info("index").calibration_used
    out = run(capsys, "info")[1]
    assert ", fitted to 2 questions; not used: the models are others\n" in out


def test_info_says_what_runs_the_model(
    brief_index: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "runs on     ONNX Runtime\n" in run(capsys, "info", "--index", str(brief_index))[1]
    assert "runs on     no model" in run(capsys, "info")[1]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_is_told_how_far_a_build_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    (folder / "docs" / "mill.md").write_text("# Mill\n\nThe mill grinds rye.\n")
    assert cli.main(["build", "docs", "--model", "hashing"]) == 0
    shown = terminal.getvalue()
    stages = ("Reading 0 of 2 files", "Cutting 1 of 2 files into passages", "Embedding 1 passage")
    assert [stage for stage in (*stages, "Writing the index") if stage not in shown] == []
    assert shown.rstrip(" ").endswith("\r")  # and nothing of it stays


def test_a_stopped_build_says_that_nothing_is_lost(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("briefqa.models.embedder.HashingEmbedder.embed", stop)
    (folder / "docs" / "harbour.md").write_text(TEXT.replace("Nine", "Ten"))
    code, out, err = run(capsys, "build", "docs", "--model", "hashing")
    assert (code, out) == (130, "")
    assert err == (
        "briefqa: the index is as it was; the next build goes on from here.\nbriefqa: stopped.\n"
    )
    monkeypatch.undo()
    assert "Nine ferries" in run(capsys, "search", "ferries", "--index", str(folder / "index"))[1]


def test_ctrl_c_is_how_following_ends(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr("briefqa.watching.following.follow", stop)
    assert cli.main(["build", "docs", "--model", "hashing", "--watch"]) == 0
    serve_and_watch = next(row for row in INTRODUCTION.splitlines() if row.startswith("| 130 |"))
    assert "`serve` and `build --watch`, which Ctrl-C ends, exit with 0" in serve_and_watch


def test_no_index_is_one_line_and_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asking = (["search", "x"], ["ask", "x"], ["chat"])
    for command in (*asking, ["verify"], ["info"], ["serve", "--read-only"]):
        code, out, err = run(capsys, *command, "--index", str(tmp_path / "none"))
        assert (code, out) == (1, "")
        assert err.startswith("briefqa: There is no index in ")
        assert "briefqa build" in err
        assert err.count("\n") == 1


def test_the_index_may_be_named_by_the_environment(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "index").rename(folder / "elsewhere")
    monkeypatch.setenv("BRIEFQA_INDEX", str(folder / "elsewhere"))
    assert run(capsys, "search", "captain")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [["search"], ["nonsense"], ["search", "x", "--mode", "magic"], ["search", "x", "-k", "many"]],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2


def test_a_k_below_one_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "search", "captain", "-k", "0")
    assert code == 2
    assert "at least 1 passage" in err


@pytest.mark.parametrize(
    "command",
    [
        *("build", "search", "ask", "chat", "serve", "password"),
        *("verify", "replay", "eval", "calibrate", "info"),
    ],
)
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main([command, "--help"])
    assert stopped.value.code == 0
    assert f"example: briefqa {command}" in capsys.readouterr().out


def test_document_text_cannot_steer_the_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "docs" / "harbour.md").write_text(TEXT.replace("Nine", "\x1b[2JNine\u202e"))
    run(capsys, "build", "docs", "--model", "hashing")
    for command in ("search", "ask"):
        out = run(capsys, command, "Nine ferries work there")[1]
        assert "ferries" in out
        assert "\x1b" not in out
        assert "\u202e" not in out


def test_names_that_are_no_text_stay_on_one_line_of_any_terminal(folder: Path) -> None:
    odd = os.fsencode(folder / "docs") + b"/\xff\x1b[2J\nline.txt"
    Path(os.fsdecode(odd)).write_text("Odd names are read. They are cited on one line.")
    search = ["search", "Odd \udcff names"]
    build = ["build", "docs", "--model", "hashing"]
    for arguments in (build, search, [*search, "--json"], ["verify", "--json"], ["info"]):
        for encoding in ("utf-8", "ascii"):
            done = subprocess.run(
                [sys.executable, "-m", "briefqa", *arguments], capture_output=True, cwd=folder,
                env={**os.environ, "PYTHONIOENCODING": encoding},
            )  # fmt: skip
            assert (done.returncode, done.stderr) == (0, b""), arguments
            assert b"\x1b" not in done.stdout
            assert b"\nline.txt" not in done.stdout
            if "--json" in arguments:
                json.loads(done.stdout)


def test_an_empty_path_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "build", "")
    assert code == 2
    assert err == "briefqa: An empty path was named; name a file or a folder ('.' is this one).\n"


def test_the_installed_command_gives_valid_json_to_a_pipe(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "briefqa", "search", "captain", "--json"],
        capture_output=True, text=True, encoding="utf-8", cwd=folder, env={**os.environ},
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == ""
    assert json.loads(done.stdout)["hits"][0]["citation"] == "Harbour › Crew › ¶1"
