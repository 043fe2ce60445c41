"""Does the page show text as text, keep to this machine, and say every failure in a sentence?

No browser here: what the page sends is read as HTML, and its server is asked over HTTP.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import IndexDamaged, IndexNotFound, ServeError, UsageError
from briefqa.records import Answer, Document, Evidence, Hit, Passage, Section, Span
from briefqa.ui import page, serve, views
from briefqa.ui.markup import Html, escape, join, tag
from briefqa.ui.server import launched
from briefqa.ui.views import Turn

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ![x](http://outside.example/p.png) "
    "[link](javascript:alert(1)) ${alert(1)} {{value}} \\x3cb\\x3e `+alert(1)+` </p> &lt; \" ' "
    "<div style='position:fixed;inset:0'>cover</div>"
)
TEXT = "\n".join(
    [
        "# The lighthouse",
        "",
        "Nobody lives there.",
        "",
        "## Keeper",
        "",
        "The keeper was called Ada.",
        "",
        "She lit the lamp at six.",
        "",
        "## Cat",
        "",
        "- asleep",
        "- awake",
    ]
)


def span(part: str) -> Span:
    start = TEXT.index(part)
    return Span(start, start + len(part))


LIGHTHOUSE = Document(
    name="lighthouse.md",
    title="The lighthouse",
    text=TEXT,
    sections=(
        Section((), None, (span("Nobody lives there."),)),
        Section(
            ("Keeper",),
            span("Keeper"),
            (span("The keeper was called Ada."), span("She lit the lamp at six.")),
        ),
        Section(("Cat",), span("Cat"), (span("- asleep\n- awake"),)),
    ),
)


def hit(text: str, *, rank: int = 1, document: Document = LIGHTHOUSE) -> Hit:
    start = document.text.index(text)
    passage = Passage(
        document=document.name,
        title=document.title,
        section=("Keeper",),
        text=text,
        start=start,
        end=start + len(text),
        paragraphs=(1, 1),
        lines=(7, 7),
    )
    return Hit(rank, passage, Evidence(3.14159, 1, None, None, 0.5))


def answer(*hits: Hit, answered: bool = True, reason: str = "because") -> Answer:
    text = hits[0].passage.text if answered else "Not in these documents."
    return Answer("Who?", answered, 0.9, text, reason, hits)


ADA = hit("The keeper was called Ada.")


class Shelf:
    """One document and a scripted answer: what the page needs of a searcher."""

    def __init__(self, reply: Answer | Exception) -> None:
        self.reply = reply

    def ask(self, question: str, *, k: int = 5) -> Answer:
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    def document(self, name: str) -> Document:
        if name != LIGHTHOUSE.name:
            raise UsageError(f"There is no document '{name}' in index.")
        return LIGHTHOUSE

    def documents(self) -> tuple[tuple[str, str], ...]:
        return ((LIGHTHOUSE.name, LIGHTHOUSE.title),)


class Reading(HTMLParser):
    """A page as a reader has it: its text, its elements, their attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.marked = ""
        self._in_mark = False
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)
        self._in_mark = self._in_mark or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = self._in_mark and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._in_mark:
            self.marked += data


def words(text: str) -> str:
    return " ".join(text.split())


# Text stays text


PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t"))


@given(PRINTABLE)
def test_escaped_text_reads_as_the_same_text_and_nothing_else(text: str) -> None:
    read = Reading(escape(text))
    assert (read.text, read.tags) == (text, [])


@given(PRINTABLE)
def test_escaped_text_stays_inside_an_attribute(text: str) -> None:
    assert Reading(tag("p", title=text)).attributes == [("title", text)]


@given(st.text())
def test_nothing_that_html_markdown_or_a_template_reads_is_left(text: str) -> None:
    assert not set(escape(text)) & set("<>\"'`$\\{}[]()*_!|~@:/=+-.")


def test_what_no_page_can_show_is_replaced() -> None:
    assert escape("a\x00b\x1bc\ud800d") == "a�b�c�d"


def test_only_text_is_escaped_and_markup_is_kept() -> None:
    assert join("a<", tag("b", "c&", None), None) == "a&#60;<b>c&#38;</b>"
    assert isinstance(join("a"), Html)


def test_a_hostile_document_question_and_error_become_text_everywhere() -> None:
    text = f"{HOSTILE}\n\n{HOSTILE}"
    document = Document(
        name=HOSTILE,
        title=HOSTILE,
        text=text,
        sections=(Section((HOSTILE,), Span(0, 3), (Span(0, len(HOSTILE)), Span(3, len(text)))),),
        date=HOSTILE,
        source=HOSTILE,
    )
    passage = Passage(HOSTILE, HOSTILE, (HOSTILE,), text, 0, len(text), (1, 2), (1, 3))
    found = Hit(1, passage, Evidence(1.0, 1, 0.5, 1, 0.1))
    shown = [
        views.welcome([(HOSTILE, HOSTILE)], [HOSTILE]),
        views.library([(HOSTILE, HOSTILE), (HOSTILE, HOSTILE)]),
        views.conversation(
            [
                Turn(1, HOSTILE, answer(found)),
                Turn(2, HOSTILE, answer(found, answered=False, reason=HOSTILE)),
                Turn(3, HOSTILE, HOSTILE),
            ]
        ),
        views.sources(Turn(1, HOSTILE, answer(found))),
        views.article(document, found),
        views.unopened(HOSTILE),
    ]
    for markup in shown:
        read = Reading(markup)
        assert "alert(1)" in read.text
        assert not {"script", "img", "svg", "iframe", "a", "style"} & set(read.tags)
        assert not {name for name, _ in read.attributes if name.startswith(("on", "style", "src"))}
        assert "${" not in markup
        assert "{{" not in markup
        assert "\\" not in markup


def test_no_template_holds_more_than_the_name_of_its_value() -> None:
    # Gradio evaluates what a template yields as JavaScript: `{{value}}` would run `${...}` in it.
    config = page(Shelf(answer(ADA))).get_config_file()
    parts = [part["props"] for part in config["components"] if part["type"] == "html"]
    assert len(parts) == 6
    assert {part["html_template"] for part in parts} == {"${value}"}


# What a person sees


def test_an_answer_quotes_the_passage_with_its_numbered_citation() -> None:
    read = Reading(views.conversation([Turn(1, "Who kept it?", answer(ADA))]))
    assert words(read.text) == (
        "Who kept it?The keeper was called Ada.[1] The lighthouse › Keeper › ¶1"
    )


def test_passages_that_the_answer_does_not_quote_are_offered_by_number() -> None:
    other = hit("She lit the lamp at six.", rank=2)
    read = Reading(views.conversation([Turn(1, "Who?", answer(ADA, other))]))
    assert read.text.endswith("See also [2]")
    assert ("aria-label", "[2] The lighthouse › Keeper › ¶1") in read.attributes


def test_no_answer_says_so_and_folds_the_nearest_passages() -> None:
    markup = views.conversation([Turn(1, "Why?", answer(ADA, answered=False, reason="Too far."))])
    read = Reading(markup)
    before, after = read.text.split("Nearest passages, which do not answer this")
    assert before == "Why?Not in these documents.Too far."
    assert "The keeper was called Ada." in after
    assert ("open", None) not in read.attributes


def test_no_answer_and_nothing_near_is_said_without_an_empty_fold() -> None:
    nothing = Answer("Why?", False, 0.0, "Not in these documents.", "No passage fits.", ())
    assert "details" not in Reading(views.conversation([Turn(1, "Why?", nothing)])).tags


def test_a_source_says_where_it_stands_and_why_it_was_found() -> None:
    read = Reading(views.sources(Turn(1, "Who?", answer(ADA))))
    assert words(read.text) == words(
        "[1] The lighthouse › Keeper › ¶1"
        "lighthouse.md, line 7The keeper was called Ada."
        "Why this passageSame wordsrank 1 · BM25 3.14Same meaningnot found by its meaning"
    )


def test_an_opened_source_is_the_whole_article_with_the_passage_marked() -> None:
    read = Reading(views.article(LIGHTHOUSE, ADA))
    assert read.marked == "The keeper was called Ada."
    assert words(read.text) == words(
        "← All sources[1] The lighthouse › Keeper › ¶1The lighthouselighthouse.md"
        "Nobody lives there.KeeperThe keeper was called Ada.She lit the lamp at six."
        "Cat- asleep - awake"
    )


def test_a_passage_over_two_paragraphs_is_marked_in_both() -> None:
    both = hit("The keeper was called Ada.\n\nShe lit the lamp at six.")
    assert Reading(views.article(LIGHTHOUSE, both)).marked == (
        "The keeper was called Ada.She lit the lamp at six."
    )


def test_a_part_of_a_paragraph_is_marked_alone() -> None:
    assert Reading(views.article(LIGHTHOUSE, hit("keeper was"))).marked == "keeper was"


def test_headings_above_a_section_are_shown_once() -> None:
    text = "One.\n\nTwo."
    document = Document(
        name="n",
        title="T",
        text=text,
        sections=(
            Section(("A", "B"), Span(0, 1), (Span(0, 4),)),
            Section(("A", "C"), Span(0, 1), (Span(6, 10),)),
        ),
    )
    found = Hit(1, Passage("n", "T", (), "One.", 0, 4, (1, 1), (1, 1)), ADA.evidence)
    assert Reading(views.article(document, found)).text.endswith("nABOne.CTwo.")


def test_of_a_very_long_document_the_part_around_the_passage_is_shown() -> None:
    text = "x " * 400_000 + "here" + " y" * 400_000
    document = Document(
        name="n", title="T", text=text, sections=(Section((), None, (Span(0, len(text)),)),)
    )
    found = Hit(1, Passage("n", "T", (), "here", 800_000, 800_004, (1, 1), (1, 1)), ADA.evidence)
    markup = views.article(document, found)
    assert Reading(markup).marked == "here"
    assert "the part around the passage" in Reading(markup).text
    assert len(markup) < 250_000


# What a question leads to


def event(demo: Any, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = next(fn.fn for fn in demo.fns.values() if fn.name == name)
    return found


def said(reply: Answer | Exception, question: str) -> tuple[str, str, int]:
    """What the conversation reads, what stays in the question box, and how many turns are kept."""
    shown, kept, turns = "", "", 0
    for box, now, log, _, _ in event(page(Shelf(reply)), "ask")(question, ()):
        shown = Reading(log).text if isinstance(log, str) else shown
        kept = box if isinstance(box, str) else kept
        turns = len(now) if isinstance(now, tuple) else turns
    return shown, kept, turns


@pytest.mark.parametrize("blank", ["", "  \n\t ", None])
def test_a_blank_question_changes_nothing(blank: str) -> None:
    assert said(answer(ADA), blank) == ("", "", 0)


def test_a_question_shows_at_once_and_its_answer_follows() -> None:
    steps = list(event(page(Shelf(answer(ADA))), "ask")("Who?", ()))
    assert [words(Reading(step[2]).text) for step in steps] == [
        "Who?Looking …",
        "Who?The keeper was called Ada.[1] The lighthouse › Keeper › ¶1",
    ]


def test_a_question_of_100_000_characters_gets_a_sentence_and_is_kept_for_shortening() -> None:
    shown, kept, turns = said(answer(ADA), "why " * 25_000)
    assert shown.endswith("2,000 characters and this one has 99,999: ask for one thing at a time.")
    assert len(shown) < 400
    assert (len(kept), turns) == (99_999, 1)


@pytest.mark.parametrize("question", ["🦊", HOSTILE, "a\x00b", "\ud800", "*e* [a TO z] \"'"])
def test_an_odd_question_is_asked_like_any_other(question: str) -> None:
    shown, _, turns = said(answer(ADA), question)
    assert "The keeper was called Ada." in shown
    assert turns == 1
    shown.encode("utf-8")


def test_a_failure_is_one_sentence_in_the_conversation() -> None:
    damaged = IndexDamaged("The index is damaged; build it again with: briefqa build")
    assert said(damaged, "Who?")[0] == f"Who?{damaged}"


def test_a_bug_is_told_in_the_terminal_and_in_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    shown, _, _ = said(ZeroDivisionError("division by zero"), "Who?")
    assert shown == (
        "Who?Something went wrong while answering; the terminal says what. You can ask again."
    )
    assert "ZeroDivisionError" in caplog.text


class Chosen:
    def __init__(self, **sent: object) -> None:
        self._data = sent


def opened(turns: tuple[Turn, ...], **sent: object) -> str:
    _, article = event(page(Shelf(answer(ADA))), "choose")(Chosen(**sent), turns)
    return words(Reading(article).text)


def test_choosing_a_citation_opens_it() -> None:
    assert "She lit the lamp" in opened((Turn(1, "Who?", answer(ADA)),), turn=1, hit=1)


@pytest.mark.parametrize(
    ("turns", "sent", "sentence"),
    [
        ((), {"turn": 1, "hit": 1}, "The page was restarted since this answer"),
        ((Turn(1, "Who?", "No index."),), {"turn": 1, "hit": 1}, "The page was restarted"),
        ((Turn(1, "Who?", answer(ADA)),), {"turn": 1, "hit": 9}, "That answer has no source 9."),
        ((Turn(1, "Who?", answer(ADA)),), {"turn": 1, "hit": "<b>"}, "has no source -1."),
        ((Turn(1, "Who?", answer(ADA)),), {}, "The page was restarted"),
    ],
)
def test_a_citation_that_cannot_be_opened_says_why(
    turns: tuple[Turn, ...], sent: dict[str, object], sentence: str
) -> None:
    assert sentence in opened(turns, **sent)


def test_a_document_that_changed_or_went_since_the_answer_says_so() -> None:
    passage = ADA.passage
    moved = Passage(
        passage.document, "T", (), "Other words.", passage.start, passage.end, (1, 1), (1, 1)
    )
    gone = Passage("gone.md", "T", (), "x", 0, 1, (1, 1), (1, 1))
    for changed, sentence in [(moved, "indexed anew"), (gone, "no document 'gone.md'")]:
        turn = Turn(1, "Who?", answer(Hit(1, changed, ADA.evidence)))
        assert sentence in opened((turn,), turn=1, hit=1)


def test_the_examples_are_questions_the_bundled_brief_is_held_to(repo: Path) -> None:
    from briefqa.ui.layout import EXAMPLES, EXAMPLES_ARE_ABOUT

    lines = (repo / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    answerable = {q["question"] for q in map(json.loads, lines) if q.get("contains")}
    assert set(EXAMPLES) <= answerable
    assert (repo / "data" / EXAMPLES_ARE_ABOUT).is_file()


def test_other_documents_than_the_bundled_brief_come_without_its_examples() -> None:
    library, welcome = event(page(Shelf(answer(ADA))), "start")()
    assert Reading(library).text == "The lighthouse"
    assert "Ask “The lighthouse” a question." in Reading(welcome).text
    assert "button" not in Reading(welcome).tags


# Who may talk to the page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    port = free_port()
    with launched(page(Shelf(answer(ADA))), "127.0.0.1", port):
        yield port


def fetch(
    port: int, path: str, method: str = "GET", host: str = "127.0.0.1"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, headers={"Host": f"{host}:{port}"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, {key.lower(): text for key, text in response.getheaders()}, body


@pytest.mark.parametrize("path", ["/", "/config", "/theme.css", "/gradio_api/upload", "/nowhere"])
def test_every_response_forbids_outside_addresses_and_inline_handlers(port: int, path: str) -> None:
    _, headers, _ = fetch(port, path)
    policy = headers["content-security-policy"].split("; ")
    assert "default-src 'self'" in policy
    assert "script-src-attr 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in headers["content-security-policy"]
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1", 200), ("localhost", 200), ("evil.example", 400), ("127.0.0.1.evil.com", 400)],
)
def test_only_requests_to_this_machines_own_name_are_answered(
    port: int, host: str, status: int
) -> None:
    assert fetch(port, "/", host=host)[0] == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api//upload"),
        ("POST", "/gradio_api/%75pload"),
        ("GET", "/gradio_api/upload_progress"),
        ("GET", "/gradio_api/proxy=http://outside.example/"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/run-history/connect"),
        ("GET", "/gradio_api/deep_link"),
        ("POST", "/gradio_api/component_server"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("GET", "/gradio_api/mcp/"),
    ],
)
def test_doors_that_the_page_does_not_need_are_shut(port: int, method: str, path: str) -> None:
    assert fetch(port, path, method)[0] == 404


@pytest.mark.parametrize("path", ["/etc/hostname", __file__, "pyproject.toml", "../app.py"])
def test_no_file_of_this_machine_is_served(port: int, path: str) -> None:
    assert fetch(port, f"/gradio_api/file={path}")[0] in (403, 404)


def test_traffic_is_not_watched(port: int) -> None:
    assert fetch(port, "/monitoring")[0] == 403


def test_no_function_is_offered_to_other_programs(port: int) -> None:
    assert json.loads(fetch(port, "/gradio_api/info")[2]) == {
        "named_endpoints": {},
        "unnamed_endpoints": {},
    }


# Opening and closing


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", "::", ""])
def test_listening_beyond_this_machine_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(ServeError, match="no login yet"):
        serve(tmp_path, host=host)


@pytest.mark.parametrize("wrong", [0, -1, 65536])
def test_a_port_that_does_not_exist_is_refused(tmp_path: Path, wrong: int) -> None:
    with pytest.raises(ServeError, match=f"no port {wrong}"):
        serve(tmp_path, port=wrong)


def test_a_wanted_port_that_is_taken_is_refused(tmp_path: Path, port: int) -> None:
    with pytest.raises(ServeError, match=f"Port {port} on 127.0.0.1 cannot be used"):
        serve(tmp_path, port=port)


def test_a_missing_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="briefqa build"):
        serve(tmp_path / "nothing", port=free_port())


def test_importing_the_page_does_not_load_gradio() -> None:
    code = "import sys, briefqa.ui; sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=with_source()).returncode == 0


def test_the_next_free_port_is_announced_and_ctrl_c_ends_it_quietly(brief_index: Path) -> None:
    code = (
        "import socket, sys\n"
        "from pathlib import Path\n"
        "from briefqa.ui import serve, server\n"
        "taken = socket.create_server(('127.0.0.1', 0))\n"
        "server.FIRST_PORT = taken.getsockname()[1]\n"
        "print(server.FIRST_PORT, flush=True)\n"
        "serve(Path(sys.argv[1]), announce=lambda line: print(line, flush=True))\n"
        "print('closed', flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(brief_index)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=with_source(),
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        taken = int(process.stdout.readline())
        line = process.stdout.readline()
        address = line.removeprefix("BriefQA is at ").split(" ")[0]
        assert line == f"BriefQA is at {address} ({taken} was taken). Press Ctrl-C to stop.\n"
        status, _, _ = fetch(int(address.rpartition(":")[2]), "/")
        assert status == 200
        process.send_signal(signal.SIGINT)
        assert (process.wait(30), process.stdout.read()) == (0, "closed\n")
        assert process.stderr.read() == ""


def with_source() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent / "src")}
