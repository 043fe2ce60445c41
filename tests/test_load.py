"""Does everyone get their own answer when fifty people ask at once?"""

from __future__ import annotations

import html
import http.client
import json
import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from briefqa import Searcher
from briefqa.ui import page
from briefqa.ui.server import launched

PEOPLE = 50


@pytest.fixture(scope="module")
def questions(repo: Path) -> list[str]:
    lines = (repo / "data" / "questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines][:PEOPLE]


@pytest.fixture(scope="module")
def port(brief: Searcher) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        chosen = int(probe.getsockname()[1])
    with launched(page(brief), "127.0.0.1", chosen):
        yield chosen


def test_fifty_threads_asking_one_searcher_get_what_one_gets(
    brief: Searcher, questions: list[str]
) -> None:
    alone = [brief.ask(question) for question in questions]
    start = Barrier(PEOPLE)

    def ask(question: str) -> object:
        start.wait(60)
        return brief.ask(question)

    with ThreadPoolExecutor(PEOPLE) as people:
        assert list(people.map(ask, questions)) == alone


def test_fifty_people_asking_the_page_at_once_are_all_answered(
    brief: Searcher, questions: list[str], port: int
) -> None:
    wanted = [brief.ask(question).hits[0].citation for question in questions]
    ask_function = next(
        function["id"]
        for function in json.loads(get(port, "/config"))["dependencies"]
        if function["targets"] and function["targets"][0][1] == "submit"
    )

    def ask(number: int) -> str:
        visitor = f"visitor-{number}"
        sent = {"data": [questions[number], None], "session_hash": visitor}
        post(port, "/gradio_api/queue/join", {**sent, "fn_index": ask_function})
        told = get(port, f"/gradio_api/queue/data?session_hash={visitor}")
        messages = [json.loads(line[5:]) for line in told.splitlines() if line.startswith("data:")]
        done = [message for message in messages if message["msg"] == "process_completed"]
        assert [message["success"] for message in done] == [True]
        shown = " ".join(part for part in done[0]["output"]["data"] if isinstance(part, str))
        return " ".join(html.unescape(re.sub("<[^>]*>", " ", shown)).split())

    with ThreadPoolExecutor(PEOPLE) as people:
        for answer, citation in zip(people.map(ask, range(PEOPLE)), wanted, strict=True):
            assert f"[1] {citation}" in answer


def get(port: int, path: str) -> str:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read().decode("utf-8")


def post(port: int, path: str, content: object) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        body = json.dumps(content)
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        assert (response.status, "event_id" in json.loads(response.read())) == (200, True)
