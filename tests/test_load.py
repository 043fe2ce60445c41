"""Does everyone get their own answers when many people ask at once?"""

from __future__ import annotations

import html
import http.client
import json
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from briefqa import Searcher, open_index
from briefqa.models import onnx_reader
from briefqa.models.embedder import Embedder
from briefqa.models.reading import Readable, Reading
from briefqa.records import Answer
from briefqa.ui import page
from briefqa.ui.server import launched
from briefqa.ui.service import IndexService

PEOPLE = 50
CONVERSATIONS = 30
FOLLOW_UP = "Who said so, and when?"
"""What it means differs from one conversation to the next."""


class Remembering:
    """The shipped reader, which reads for the same question and texts once.

    Reading is most of what an answer costs. The first test has many threads read at once; those
    of the page look at who gets which answer, and ask the same questions again and again.
    """

    def __init__(self, reader: onnx_reader.OnnxReader) -> None:
        self._reader = reader
        self._readings: dict[tuple[str, tuple[Readable, ...]], list[Reading]] = {}
        self.name, self.fingerprint = reader.name, reader.fingerprint

    @property
    def rule(self) -> Mapping[str, Mapping[str, float]] | None:
        return self._reader.rule

    @property
    def languages(self) -> tuple[str, ...]:
        return self._reader.languages

    def read(self, question: str, texts: Sequence[Readable]) -> list[Reading]:
        asked = (question, tuple(texts))
        if asked not in self._readings:
            self._readings[asked] = self._reader.read(question, texts)
        return self._readings[asked]


@pytest.fixture(scope="module")
def reader() -> Remembering:
    shipped = onnx_reader.shipped()
    assert shipped is not None
    return Remembering(shipped)


@pytest.fixture(scope="module")
def searcher(brief_index: Path, real_embedder: Embedder, reader: Remembering) -> Searcher:
    """The bundled brief, asked by one person."""
    return open_index(brief_index, model=real_embedder, reader=reader)


@pytest.fixture(scope="module")
def answers(searcher: Searcher, questions: list[str]) -> list[Answer]:
    """What one person who asks each of the questions gets."""
    return [searcher.ask(question) for question in questions]


@pytest.fixture(scope="module")
def questions(repo: Path) -> list[str]:
    lines = (repo / "data" / "questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines][:PEOPLE]


@pytest.fixture(scope="module")
def port(brief_index: Path, real_embedder: Embedder, reader: Remembering) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen = int(probe.getsockname()[1])
    service = IndexService(brief_index, model=real_embedder, reader=reader)
    with launched(page(service), "127.0.0.1", chosen):
        yield chosen


@pytest.fixture(scope="module")
def ask_function(port: int) -> int:
    """The number under which the page is asked a question."""
    return next(
        int(function["id"])
        for function in json.loads(get(port, "/config"))["dependencies"]
        if function["targets"] and function["targets"][0][1] == "submit"
    )


def test_fifty_threads_asking_one_searcher_get_what_one_gets(
    brief: Searcher, questions: list[str], answers: list[Answer]
) -> None:
    start = Barrier(PEOPLE)

    def ask(question: str) -> object:
        start.wait(60)
        return brief.ask(question)

    with ThreadPoolExecutor(PEOPLE) as people:
        assert list(people.map(ask, questions)) == answers


def test_fifty_people_asking_the_page_at_once_are_all_answered(
    questions: list[str], answers: list[Answer], port: int, ask_function: int
) -> None:
    def ask(number: int) -> str:
        return Tab(port, ask_function, f"visitor-{number}").ask(questions[number])

    with ThreadPoolExecutor(PEOPLE) as people:
        for shown, answer in zip(people.map(ask, range(PEOPLE)), answers, strict=True):
            assert answer.hits[0].citation in cited(shown)


def test_thirty_conversations_at_once_are_each_as_if_they_were_alone(
    searcher: Searcher, questions: list[str], port: int, ask_function: int
) -> None:
    asked = [
        (questions[number], FOLLOW_UP, questions[number + 10]) for number in range(CONVERSATIONS)
    ]
    start = Barrier(CONVERSATIONS)

    def alone(turns: tuple[str, ...]) -> list[Answer]:
        chat = searcher.conversation()
        return [chat.ask(question) for question in turns]

    def together(number: int) -> list[str]:
        tab = Tab(port, ask_function, f"conversation-{number}")
        start.wait(60)
        return [tab.ask(question) for question in asked[number]]

    wanted = [alone(turns) for turns in asked]
    assert len({answers[1].read_as for answers in wanted}) > CONVERSATIONS / 2
    with ThreadPoolExecutor(CONVERSATIONS) as people:
        logs = list(people.map(together, range(CONVERSATIONS)))
    for answers, shown, turns in zip(wanted, logs, asked, strict=True):
        # Each time the whole conversation so far is shown, and nobody else's.
        for length, log in enumerate(shown, 1):
            sections = log.split('<section class="turn"')[1:]
            assert len(sections) == length
            for answer, question, section in zip(answers, turns, sections, strict=False):
                assert question in text(section)
                assert answer.hits[0].citation in cited(section)
                assert understood(section) == ([answer.read_as] if answer.carried else [])


class Tab:
    """A tab of a browser: a session of its own, which saves its turns and sends them along."""

    def __init__(self, port: int, ask_function: int, name: str) -> None:
        self._port, self._ask_function, self._name = port, ask_function, name
        self._saved = "[]"

    def ask(self, question: str) -> str:
        """Ask, and give the conversation as it is then shown."""
        tab = json.dumps({"turns": json.loads(self._saved), "where": None})
        asked = {
            "data": [question, tab],
            "session_hash": self._name,
            "fn_index": self._ask_function,
        }
        post(self._port, "/gradio_api/queue/join", asked)
        told = get(self._port, f"/gradio_api/queue/data?session_hash={self._name}")
        messages = [json.loads(line[5:]) for line in told.splitlines() if line.startswith("data:")]
        done = [message for message in messages if message["msg"] == "process_completed"]
        assert [message["success"] for message in done] == [True]
        (log,) = [
            part
            for part in done[0]["output"]["data"]
            if isinstance(part, str) and "data-turns=" in part
        ]
        (saved,) = re.findall(r'data-turns="([^"]*)"', log)
        self._saved = html.unescape(saved)
        return str(log)


def text(markup: str) -> str:
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", markup)).split())


def cited(markup: str) -> list[str]:
    """The citations in full that stand there, as titles of the short ones."""
    return [html.unescape(citation) for citation in re.findall(r' title="([^"]*)"', markup)]


def understood(markup: str) -> list[str]:
    return re.findall(r"Understood as: (.*?) Ask as typed", text(markup))


def get(port: int, path: str) -> str:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read().decode("utf-8")


def post(port: int, path: str, content: Any) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        body = json.dumps(content)
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        assert (response.status, "event_id" in json.loads(response.read())) == (200, True)
