"""Do other programs get the same answers as a person, over HTTP and as MCP tools?"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from briefqa import IndexDamaged, Searcher, ServeError, __version__, cli
from briefqa.answering.compose import as_json, hit_as_json
from briefqa.cli.parser import parser
from briefqa.programs import http_api
from briefqa.ui import page, passwords
from briefqa.ui.login import Login
from briefqa.ui.server import launched

QUESTION = "How many targets were hit?"


class Failing:
    """A searcher that fails in a way of one's choice, when it is told to; a page takes no files."""

    library = uploads = None

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self.failure: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        if self.failure is not None:
            raise self.failure
        return getattr(self._searcher, name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def searcher(brief: Searcher) -> Failing:
    return Failing(brief)


def application(searcher: Any) -> Any:
    from briefqa.programs.mcp_server import mcp_application

    return mcp_application(searcher)


@pytest.fixture(scope="module")
def address(searcher: Failing) -> Iterator[str]:
    """The page itself, with MCP tools."""
    demo, calls = page(searcher), http_api.routes(searcher)  # type: ignore[arg-type]
    tools = application(searcher)
    with launched(demo, "127.0.0.1", free_port(), calls=calls, tools=tools) as address:
        yield address


@pytest.fixture(scope="module")
def locked(searcher: Failing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same behind a password."""
    file = tmp_path_factory.mktemp("passwords") / "briefs.pw"
    passwords.write(file, "ada", "correct horse battery")
    demo, port, login = page(searcher), free_port(), Login(passwords.read(file))  # type: ignore[arg-type]
    calls, tools = http_api.routes(searcher), application(searcher)
    with launched(demo, "0.0.0.0", port, login=login, calls=calls, tools=tools):
        yield f"http://127.0.0.1:{port}"


# Over HTTP


def called(address: str, name: str, *arguments: object) -> Any:
    """What a call gives: its result, or the sentence of its error."""
    request = urllib.request.Request(
        f"{address}/gradio_api/run/{name}",
        json.dumps({"data": arguments}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)["data"][0]
    except urllib.error.HTTPError as error:
        with error:
            return json.load(error)["error"]


def test_an_answer_over_http_is_the_one_that_python_gets(address: str, brief: Searcher) -> None:
    answer = brief.ask(QUESTION, k=3)
    assert called(address, "ask", QUESTION, 3, None, None) == json.loads(
        json.dumps(as_json(answer))
    )
    assert answer.answered


def test_passages_over_http_are_those_that_python_gets(address: str, brief: Searcher) -> None:
    name, section = "syria-january-2017.md", "Joint strikes near al-Bab"
    hits = brief.search("aircraft", k=4, mode="keyword", documents=[name], section=section)
    found = called(address, "search", "aircraft", 4, "keyword", [name], section)
    assert found == {
        "question": "aircraft",
        "hits": json.loads(json.dumps([hit_as_json(hit) for hit in hits])),
    }
    assert hits


def test_offsets_over_http_stand_where_they_say(address: str, brief: Searcher) -> None:
    answered = called(address, "ask", QUESTION, 5, None, None)
    (quoted,) = answered["quotations"]
    text = brief.document(quoted["document"]).text
    assert text[quoted["sentence_start"] : quoted["sentence_end"]] == quoted["sentence"]
    assert text[quoted["start"] : quoted["end"]] == quoted["words"]
    for hit in answered["hits"]:
        text = brief.document(hit["document"]).text
        assert text[hit["start"] : hit["end"]] == hit["text"]
        answer = hit["answer"]
        assert text[answer["start"] : answer["end"]] == answer["text"]


def test_documents_over_http_have_names_and_sections_to_ask_with(
    address: str, brief: Searcher
) -> None:
    found = called(address, "documents")
    assert [document["name"] for document in found] == [info.name for info in brief.documents()]
    assert set(found[0]) == {
        *("name", "title", "date", "source", "author", "language", "passages", "sections", "notes"),
    }
    assert found[0]["sections"] == [list(path) for path in brief.documents()[0].sections]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((5, 5, None, None), "question is to be text."),
        ((None, 5, None, None), "question is to be text."),
        (("\ud800 targets", 5, None, None), "question is to be text."),
        (("x" * 2001, 5, None, None), "A question can have 2,000 characters and this one has"),
        ((QUESTION, 0, None, None), "k is to be a whole number from 1 to 100."),
        ((QUESTION, 101, None, None), "k is to be a whole number from 1 to 100."),
        ((QUESTION, True, None, None), "k is to be a whole number from 1 to 100."),
        ((QUESTION, "5", None, None), "k is to be a whole number from 1 to 100."),
        ((QUESTION, 5, "a.md", None), "documents is to be a list of document names, or left out."),
        ((QUESTION, 5, [1], None), "documents is to be a list of document names, or left out."),
        ((QUESTION, 5, ["no.md"], None), "no.md"),
        ((QUESTION, 5, None, 3), "section is to be text, or left out."),
        ((QUESTION, 5, None, "No such heading"), "No such heading"),
    ],
)
def test_what_cannot_be_meant_is_told_in_a_sentence(
    address: str, arguments: tuple[object, ...], sentence: str
) -> None:
    error = called(address, "ask", *arguments)
    assert sentence in error
    assert "Traceback" not in error


def test_a_mode_that_is_none_is_told_in_a_sentence(address: str) -> None:
    assert "no mode 'fast'" in called(address, "search", QUESTION, 5, "fast", None, None)


def test_a_blank_question_is_not_answered(address: str) -> None:
    answer = called(address, "ask", " ", 5, None, None)
    assert (answer["verdict"], answer["answered"]) == ("not-found", False)
    assert called(address, "search", " ", 5, "hybrid", None, None)["hits"] == []


def test_a_failure_and_a_bug_are_told_in_a_sentence(
    address: str, searcher: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searcher, "failure", IndexDamaged("The index is damaged; rebuild it."))
    assert called(address, "ask", QUESTION, 5, None, None) == "The index is damaged; rebuild it."
    monkeypatch.setattr(searcher, "failure", ZeroDivisionError("secret"))
    assert called(address, "ask", QUESTION, 5, None, None) == (
        "Something went wrong while answering; the server's terminal says what."
    )


def test_programs_are_offered_three_calls_with_names_and_types(address: str) -> None:
    with urllib.request.urlopen(f"{address}/gradio_api/info", timeout=30) as response:
        info = json.load(response)
    assert info["unnamed_endpoints"] == {}
    calls = {
        name: [(each["parameter_name"], each["python_type"]["type"]) for each in call["parameters"]]
        for name, call in info["named_endpoints"].items()
    }
    assert calls == {
        "/search": [
            ("question", "str"),
            ("k", "int"),
            ("mode", "Literal['hybrid', 'keyword', 'semantic']"),
            ("documents", "None | list[str]"),
            ("section", "None | str"),
        ],
        "/ask": [
            ("question", "str"),
            ("k", "int"),
            ("documents", "None | list[str]"),
            ("section", "None | str"),
        ],
        "/documents": [],
    }
    returned = {name: call["returns"] for name, call in info["named_endpoints"].items()}
    assert [returned[name][0]["type"]["type"] for name in calls] == ["object", "object", "array"]
    description = info["named_endpoints"]["/ask"]["description"]
    assert description.startswith("Answer a question with quotations from the documents")


# As MCP tools


def tool(address: str, name: str, **arguments: object) -> Any:
    """What a tool gives over streamable HTTP; without a name, the tools there are."""
    from mcp import Client

    async def use() -> Any:
        async with Client(f"{address}/mcp") as client:
            if not name:
                return (await client.list_tools()).tools
            return await client.call_tool(name, arguments)

    return asyncio.run(use())


def test_there_are_two_tools_and_no_more(address: str) -> None:
    tools = {each.name: each for each in tool(address, "")}
    assert sorted(tools) == ["ask", "search"]
    assert list(tools["ask"].input_schema["properties"]) == [
        "question",
        "k",
        "documents",
        "section",
    ]
    assert tools["ask"].input_schema["required"] == ["question"]
    for told in ("Quote only the `quotations`", "Do not quote the hits as an answer", "`missing`"):
        assert told in " ".join(tools["ask"].description.split())
    assert "\n  " not in tools["search"].description
    assert tool(address, "documents").is_error
    assert tool(address, "start").is_error


def test_a_tool_gives_the_answer_that_python_gets_with_citations_and_offsets(
    address: str, brief: Searcher
) -> None:
    expected = json.loads(json.dumps(as_json(brief.ask(QUESTION, k=2))))
    result = tool(address, "ask", question=QUESTION, k=2)
    assert result.structured_content == expected
    assert json.loads(result.content[0].text) == expected
    hits = tool(address, "search", question="aircraft", k=1, mode="keyword").structured_content
    assert hits["hits"] == [
        json.loads(json.dumps(hit_as_json(hit)))
        for hit in brief.search("aircraft", k=1, mode="keyword")
    ]


def test_a_tool_tells_a_failure_in_a_sentence(
    address: str, searcher: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = tool(address, "ask", question=QUESTION, k=1000)
    assert result.is_error
    assert result.content[0].text.endswith("k is to be a whole number from 1 to 100.")
    monkeypatch.setattr(searcher, "failure", ZeroDivisionError("secret"))
    assert "secret" not in tool(address, "ask", question=QUESTION).content[0].text


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [("Origin", "http://evil.example", 403), ("Host", "evil.example", 400)],
)
def test_another_website_cannot_use_the_tools(
    address: str, header: str, value: str, status: int
) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    request = urllib.request.Request(
        f"{address}/mcp", json.dumps(call).encode(), {**headers, header: value}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    with refused.value:
        assert refused.value.code == status


def test_without_the_extra_a_sentence_says_what_to_install(
    brief: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    with pytest.raises(ServeError, match=re.escape('pip install "briefqa[mcp]"')):
        application(brief)


def test_the_log_is_left_as_it_was(brief: Searcher) -> None:
    import logging

    before = (logging.root.level, list(logging.root.handlers))
    application(brief)
    assert (logging.root.level, logging.root.handlers) == before


# As MCP tools over standard input and output


def started(index: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "briefqa", "mcp", "--index", str(index)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_the_official_client_asks_over_standard_input_and_output(
    brief_index: Path, brief: Searcher
) -> None:
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    command = ["-m", "briefqa", "mcp", "--index", str(brief_index)]
    server = StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))

    async def use() -> tuple[list[Any], Any, Any]:
        async with Client(stdio_client(server)) as client:
            tools = (await client.list_tools()).tools
            answer = await client.call_tool("ask", {"question": QUESTION, "k": 2})
            return tools, answer, await client.call_tool("search", {"question": "x", "k": 1000})

    tools, answer, refused = asyncio.run(use())
    assert sorted(each.name for each in tools) == ["ask", "search"]
    assert answer.structured_content == json.loads(json.dumps(as_json(brief.ask(QUESTION, k=2))))
    assert refused.is_error
    assert refused.content[0].text.endswith("k is to be a whole number from 1 to 100.")


def test_standard_output_holds_the_protocol_and_nothing_else(brief_index: Path) -> None:
    client = {"name": "test", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    asked = {"name": "ask", "arguments": {"question": QUESTION}}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": asked},
        {"id": 3, "method": "no/such/method"},
    ]
    server = started(brief_index)
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stderr is not None
    with server:
        server.stdin.write("this is no JSON\n")
        for message in messages:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        server.stdin.flush()
        replies: dict[object, Any] = {}
        while not {1, 2, 3} <= set(replies):
            reply = json.loads(server.stdout.readline())
            assert reply["jsonrpc"] == "2.0"
            replies[reply.get("id")] = reply
        server.stdin.close()
        assert server.wait(30) == 0
        assert server.stdout.read() == ""
        assert "Traceback" not in server.stderr.read()
    assert "error" in replies[3]
    assert "Rudskoi said the plan" in replies[2]["result"]["content"][0]["text"]


def test_ctrl_c_ends_it_though_the_input_is_still_open(brief_index: Path) -> None:
    server = started(brief_index)
    assert server.stdin is not None
    assert server.stdout is not None
    assert server.stderr is not None
    with server:
        server.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
        server.stdin.flush()
        server.stdout.readline()
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == -signal.SIGINT
        assert server.stderr.read() == ""


def test_without_an_index_there_is_one_sentence(tmp_path: Path) -> None:
    with started(tmp_path / "none") as server:
        out, err = server.communicate(timeout=60)
    assert (server.returncode, out) == (1, "")
    assert err.startswith(f"briefqa: There is no index in {tmp_path / 'none'}; build one with: ")
    assert err.count("\n") == 1


def test_without_the_extra_the_command_says_what_to_install(
    brief_index: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    assert cli.main(["mcp", "--index", str(brief_index)]) == 1
    assert 'pip install "briefqa[mcp]"' in capsys.readouterr().err


def test_server_json_describes_the_command_that_there_is(repo: Path) -> None:
    """By the rules of the registry's schema of 2025-12-11 that this file can break."""
    described = json.loads((repo / "server.json").read_text("utf-8"))
    (package,) = described["packages"]
    assert described["version"] == package["version"] == __version__
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", described["name"])
    assert 1 <= len(described["description"]) <= 100
    assert (package["registryType"], package["identifier"]) == ("pypi", "briefqa")
    assert package["transport"] == {"type": "stdio"}
    words = []
    for argument in package["packageArguments"]:
        given = argument.get("value") or argument["default"]
        words += [given] if argument["type"] == "positional" else [argument["name"], given]
    options = parser().parse_args(words)
    assert (options.command, options.index) == ("mcp", Path("index"))
    assert f"mcp-name: {described['name']}" in (repo / "README.md").read_text("utf-8")


# The examples of docs/programs.md


EXAMPLES = re.findall(
    r"^```(\w+)\n(.*?)^```$",
    (Path(__file__).parent.parent / "docs" / "programs.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)
RUN = [
    (language, code, EXAMPLES[place + 1][1])
    for place, (language, code) in enumerate(EXAMPLES)
    if language in ("python", "sh")
]


@pytest.mark.parametrize(
    ("language", "code", "shown"), RUN, ids=[f"{i}-{each[0]}" for i, each in enumerate(RUN)]
)
def test_the_examples_do_what_they_show(
    address: str,
    locked: str,
    brief_index: Path,
    language: str,
    code: str,
    shown: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    command = ["-m", "briefqa", "mcp", "--index", str(brief_index)]
    started_here = f"command={sys.executable!r}, args={command!r}, env={dict(os.environ)!r}"
    here = code.replace("http://127.0.0.1:7860", address).replace("https://briefs.example", locked)
    here = here.replace('command="briefqa", args=["mcp", "--index", "index"]', started_here)
    if language == "sh":
        if shutil.which("curl") is None:
            pytest.skip("there is no curl on this machine")
        subprocess.run(["sh", "-ec", here], check=True, timeout=60)
    else:
        exec(compile(here, "docs/programs.md", "exec"), {"__name__": "example"})
    printed = capfd.readouterr().out
    for line in shown.splitlines():
        assert line in printed
        printed = printed.partition(line)[2]


def test_every_example_is_run_and_shows_what_it_prints(brief: Searcher) -> None:
    assert [language for language, _ in EXAMPLES].count("text") == len(RUN) == 10
    assert {EXAMPLES[i + 1][0] for i, (kind, _) in enumerate(EXAMPLES) if kind in ("sh", "python")}
    target, *configurations = [json.loads(code) for kind, code in EXAMPLES if kind == "json"]
    assert target == as_json(brief.ask(QUESTION))["quotations"][0]["target"]
    command = {"command": "briefqa", "args": ["mcp", "--index", "index"]}
    assert configurations == [
        {"mcpServers": {"briefqa": command}},
        {"mcpServers": {"briefqa": {"url": "http://127.0.0.1:7860/mcp"}}},
    ]
