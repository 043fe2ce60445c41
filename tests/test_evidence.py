"""Evidence files: what they show, that they ask for nothing, and that receipts replay from them."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from briefqa import Searcher, UsageError, build, cli, open_index
from briefqa.receipts import evidence, quotes, receipt
from briefqa.receipts.evidence import AROUND, Cited
from briefqa.receipts.receipt import Turn
from briefqa.receipts.replay import replay
from briefqa.receipts.saving import save
from briefqa.records import Query
from briefqa.reports.table import Table
from tests.lighthouse import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = "Which rules are there?"
GOLD = "What is the price of zebra gold?"
FERRIES = "How many ferries work there?"
FILLER = "The ferries are green, and the quay is long. " * 40
DOCUMENT = (
    f"# Harbour\n\n{FILLER}\n\n## Rules\r\n\r\n- No fires\u00a0on deck \U0001f6a2.\n- No dogs.\n\n"
    f"## Ships\n\nNine ferries work there, {HOSTILE.splitlines()[0]}.\n\n{FILLER}\n"
)
CHECKED = "Checked just now: every quotation, and all that is shown, is as it was saved."


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "docs").mkdir()
    (folder / "docs" / "harbour.md").write_bytes(DOCUMENT.encode())
    build(folder / "docs", index=folder / "index", model="hashing")
    with open_index(folder / "index") as opened:
        yield opened


def turns(searcher: Searcher) -> list[Turn]:
    return [Turn(searcher.ask(Query(question))) for question in (RULES, GOLD, FERRIES, HOSTILE)]


@pytest.fixture(scope="module")
def written(searcher: Searcher) -> bytes:
    start = searcher.document("harbour.md").text.index("Nine ferries")
    nine = Cited("harbour.md", start, start + 23, "Harbour › Ships", words=(start, start + 4))
    return evidence.page(searcher, receipt.make(searcher, turns(searcher)), cited=[nine])


class Seen(HTMLParser):
    """The elements of a page, and the text in them."""

    def __init__(self, written: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marks: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(written.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag == "mark":
            self.marks.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "script" not in self._open and "style" not in self._open:
            self.text += data
        if "mark" in self._open:
            self.marks[-1] += data


def kept_in(written: bytes) -> dict[str, Any]:
    data = written.partition(receipt.IN_PAGE)[2].partition(b">")[2].partition(b"</script>")[0]
    kept: dict[str, Any] = json.loads(data)
    return kept


def test_each_quotation_is_marked_in_its_source_with_offsets_and_hashes(
    searcher: Searcher, written: bytes
) -> None:
    answer = searcher.ask(RULES)
    seen, kept = Seen(written), kept_in(written)
    text = searcher.document("harbour.md").text
    assert [one.sentence for one in answer.quotations] == seen.marks[: len(answer.quotations)]
    assert len(seen.marks) == len(kept["evidence"]) >= 2
    file = hashlib.sha256(DOCUMENT.encode()).hexdigest()
    for one, mark in zip(kept["evidence"], seen.marks, strict=True):
        quoted = text[one["start"] : one["end"]]
        assert mark == quoted.replace("\r\n", "\n")
        assert one["sha256"] == hashlib.sha256(quoted.encode()).hexdigest()
        assert one["file_sha256"] == file
        around = text[one["context_start"] : one["context_start"] + len(one["context"])]
        assert one["context"] == around
        assert one["start"] - one["context_start"] > AROUND - 60 or one["context_start"] == 0
        where = f"characters {one['start']} to {one['end']}; SHA-256 of the quotation"
        assert f"{where} {one['sha256']}, of the file {file}" in seen.text
    for question in (RULES, GOLD, FERRIES):
        assert question in seen.text
    assert "Not in these documents." in seen.text


def test_it_may_load_nothing_and_run_its_own_script_alone(written: bytes) -> None:
    page, seen = written.decode(), Seen(written)
    (policy,) = (
        attributes["content"] for tag, attributes in seen.tags if "http-equiv" in attributes
    )
    script, style = (
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        for part in (
            page.rpartition("<script>")[2].partition("</script>")[0],
            page.partition("<style>")[2].partition("</style>")[0],
        )
    )
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'; "
        "base-uri 'none'; form-action 'none'"
    )
    names = {name for _, attributes in seen.tags for name in attributes}
    assert names.isdisjoint({"src", "href", "style", "srcset", "action"})
    assert not any(name.startswith("on") for name in names)
    tags = {tag for tag, _ in seen.tags}
    assert tags.isdisjoint({"img", "link", "iframe", "a", "form", "object"})
    assert [tag for tag, _ in seen.tags].count("script") == 2
    assert "alert(1)" in seen.text


def test_the_script_stays_short() -> None:
    assert len(evidence.script().splitlines()) < 120


def test_receipts_replay_from_it(searcher: Searcher, tmp_path: Path) -> None:
    save(tmp_path / "evidence.html", searcher, turns(searcher))
    read = receipt.read(tmp_path / "evidence.html")
    assert replay(read, searcher).same
    assert [turn.question for turn in read.turns] == [RULES, GOLD, FERRIES, HOSTILE]


@pytest.mark.parametrize(
    "content", [b"<!doctype html><html></html>", b"<!DOCTYPE HTML>" + receipt.IN_PAGE + b">{}"]
)
def test_other_pages_are_no_receipts(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "page.html").write_bytes(content)
    with pytest.raises(UsageError, match="is not a receipt"):
        receipt.read(tmp_path / "page.html")


def test_a_table_with_its_citations_is_evidence_too(searcher: Searcher) -> None:
    text = searcher.document("harbour.md").text
    start = text.index("Nine ferries")
    cited = [
        Cited("harbour.md", start, start + 4, "Harbour › Ships › ¶1", "ferries", "two places"),
        Cited("harbour.md", 2, 9, under="ferries"),
    ]
    table = Table("Mentions", ("where",), [("harbour.md",)], ("2 places in 1 document.",))
    written = evidence.page(
        searcher, receipt.make(searcher, ()), title="Mentions", shown=table, cited=cited
    )
    seen = Seen(written)
    assert seen.marks == ["Nine", "Harbour"]
    assert seen.text.count("ferries") >= 1
    assert "2 places in 1 document." in seen.text
    assert kept_in(written)["rows"] == [{"where": "harbour.md"}]


def test_what_no_longer_stands_as_it_was_quoted_is_no_evidence(
    searcher: Searcher, tmp_path: Path
) -> None:
    (tmp_path / "harbour.md").write_text(DOCUMENT.replace("No dogs", "No birds"))
    build(tmp_path / "harbour.md", index=tmp_path / "index", model="hashing")
    before = turns(searcher)
    with (
        open_index(tmp_path / "index") as later,
        pytest.raises(UsageError, match=r"harbour\.md has changed in the index since"),
    ):
        save(tmp_path / "evidence.html", later, before)
    assert not (tmp_path / "evidence.html").exists()


def test_quotes_that_were_kept_are_evidence(searcher: Searcher) -> None:
    start = searcher.document("harbour.md").text.index("Nine ferries")
    one = quotes.find(searcher, "harbour.md", start, start + 12)
    assert one is not None
    made = receipt.make(searcher, ())
    written = evidence.page(searcher, made, title="Quotes", cited=evidence.of_quotes([one]))
    assert Seen(written).marks == ["Nine ferries"]
    assert one.citation in Seen(written).text


def test_ask_saves_its_answer(
    searcher: Searcher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = str(searcher._index)
    saved = str(tmp_path / "rules.html")
    assert cli.main(["ask", RULES, "--index", index, "--save", saved]) == 0
    assert cli.main(["replay", saved, "--index", index]) == 0
    assert "The same." in capsys.readouterr().out
    assert cli.main(["ask", RULES, "--index", index, "--save", "rules.pdf"]) == 2
    assert "ends in none of .json" in capsys.readouterr().err


def test_its_hashes_are_those_of_the_standard(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js (apt install nodejs)")
    texts = ["a" * length for length in (*range(130), 1000, 100_000)]
    texts += ["Größe", "\U0001f6a2 ship", "\u0000\u007f", "\u2028 line"]
    functions = evidence.script().partition("function problems")[0]
    run = f"{functions}\nconsole.log(JSON.stringify({json.dumps(texts)}.map(sha256)));"
    (tmp_path / "hashes.js").write_text(run, encoding="utf-8")
    done = subprocess.run(
        [node, "hashes.js"], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    assert json.loads(done.stdout) == [hashlib.sha256(one.encode()).hexdigest() for one in texts]


# In the browser


@pytest.fixture(scope="module")
def tab(chromium: str) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        yield context.new_page()
        browser.close()


def verdict(tab: Page, path: Path, content: bytes) -> str:
    path.write_bytes(content)
    tab.goto(path.as_uri())
    return tab.inner_text("#check") if tab.query_selector("#check") else "no check"


@pytest.mark.browser
def test_it_checks_itself_and_asks_for_nothing(tab: Page, written: bytes, tmp_path: Path) -> None:
    asked: list[str] = []
    said: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    assert verdict(tab, tmp_path / "whole.html", written) == CHECKED
    assert asked == [(tmp_path / "whole.html").as_uri()]
    assert said == []
    assert tab.evaluate("document.querySelectorAll('script').length") == 2


@pytest.mark.browser
def test_a_flipped_byte_of_a_quotation_is_told(tab: Page, written: bytes, tmp_path: Path) -> None:
    chance = random.Random(1)
    places = []
    for mark in re.finditer(rb"<mark [^>]*>(.*?)</mark>", written, re.DOTALL):
        places += [chance.randrange(*mark.span(1)) for _ in range(6)]
    places.append(written.index(b"<b>") + 1)  # which words answer
    for one in kept_in(written)["evidence"]:  # and in the receipt, as JSON
        at = written.rindex(one["sha256"].encode())
        places += [at + chance.randrange(64), at - chance.randrange(20, 80)]
    assert len(places) > 20
    for at in places:
        flipped = bytearray(written)
        flipped[at] ^= 1 << chance.randrange(5)  # not what makes b of B: markup has no case
        said = verdict(tab, tmp_path / "flipped.html", bytes(flipped))
        assert said.startswith("ALTERED"), (at, written[at - 30 : at + 30], said)


@pytest.mark.browser
def test_it_names_the_quotation_that_was_altered(tab: Page, written: bytes, tmp_path: Path) -> None:
    altered = re.sub(rb"(<mark [^>]*>)Nine", rb"\1Five", written, count=1)
    assert altered != written
    said = verdict(tab, tmp_path / "altered.html", altered)
    assert said == "ALTERED since it was saved: quotation 2."
    elsewhere = written.replace(b"Not in these documents", b"It is in these documents", 1)
    said = verdict(tab, tmp_path / "altered.html", elsewhere)
    assert said == "ALTERED since it was saved: its text."


@pytest.mark.browser
def test_an_altered_script_does_not_run(tab: Page, written: bytes, tmp_path: Path) -> None:
    altered = written.replace(b"found.length", b"!found.length")
    assert altered != written
    said = verdict(tab, tmp_path / "altered.html", altered)
    assert said == "Not checked: scripts are off, or this file is damaged."


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_everybody_can_read_it(
    tab: Page, searcher: Searcher, tmp_path: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    shown = Table("Mentions", ("where", "what"), [("harbour.md", "x" * 200)])
    made = receipt.make(searcher, turns(searcher))
    content = evidence.page(searcher, made, title="Mentions", shown=shown)
    tab.set_viewport_size({"width": width, "height": 800})
    tab.emulate_media(color_scheme=scheme)
    assert verdict(tab, tmp_path / "whole.html", content) == CHECKED
    violations = Axe().run(tab).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
