"""Are the calls for programs ordinary HTTP: JSON, status codes, an OpenAPI description?"""

from __future__ import annotations

import base64
import http.client
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from briefqa import (
    BriefQAError,
    IndexDamaged,
    IndexNotFound,
    ModelUnavailable,
    Searcher,
    build,
    open_index,
)
from briefqa.answering.compose import as_json, hit_as_json
from briefqa.models.embedder import Embedder, HashingEmbedder
from briefqa.programs import http_api, responses, vector_store
from briefqa.records import Verdict
from briefqa.ui import page, passwords
from briefqa.ui.login import Login
from briefqa.ui.server import launched
from briefqa.ui.service import IndexService
from tests.test_programs import Failing, free_port

QUESTION = "How many targets were hit?"
BRIEF = "syria-january-2017.md"
ONE_THING = "ask for one thing at a time."
STORE = "/v1/vector_stores/index/search"


@pytest.fixture(scope="module")
def searcher(brief: Searcher) -> Failing:
    return Failing(brief)


@pytest.fixture(scope="module")
def address(searcher: Failing) -> Iterator[str]:
    """The page's own server, with the calls."""
    demo, calls = page(searcher), http_api.routes(searcher)  # type: ignore[arg-type]
    with launched(demo, "127.0.0.1", free_port(), calls=calls) as address:
        yield address


@pytest.fixture(scope="module")
def locked(searcher: Failing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same behind a password."""
    file = tmp_path_factory.mktemp("passwords") / "briefs.pw"
    passwords.write(file, "ada", "correct horse battery")
    demo, login = page(searcher), Login(passwords.read(file))  # type: ignore[arg-type]
    calls = http_api.routes(searcher)
    with launched(demo, "127.0.0.1", free_port(), login=login, calls=calls) as address:
        yield address


def sent(
    address: str,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """The status and the JSON that a request gives; bytes are sent as they are."""
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    try:
        connection.request(
            method, path, content, {"Content-Type": "application/json", **(headers or {})}
        )
        response = connection.getresponse()
        assert response.headers["Content-Type"] == "application/json"
        return response.status, json.load(response)
    finally:
        connection.close()


def plain(value: object) -> Any:
    return json.loads(json.dumps(value))


# What is right


def test_an_answer_is_the_one_that_python_gets(address: str, brief: Searcher) -> None:
    answer = brief.ask(QUESTION, k=3)
    assert answer.answered
    assert sent(address, "POST", "/ask", {"question": QUESTION, "k": 3}) == (
        200,
        plain(as_json(answer)),
    )


def test_passages_are_those_that_python_gets(address: str, brief: Searcher) -> None:
    asked = {
        "question": "aircraft",
        "k": 4,
        "mode": "keyword",
        "documents": [BRIEF],
        "section": "Joint strikes near al-Bab",
    }
    hits = brief.search(
        "aircraft", k=4, mode="keyword", documents=[BRIEF], section="Joint strikes near al-Bab"
    )
    assert hits
    expected = {"question": "aircraft", "hits": plain([hit_as_json(hit) for hit in hits])}
    assert sent(address, "POST", "/search", asked) == (200, expected)


def test_documents_are_listed_and_read_and_offsets_stand_in_them(
    address: str, brief: Searcher
) -> None:
    status, listed = sent(address, "GET", "/documents")
    assert status == 200
    assert [one["name"] for one in listed] == [info.name for info in brief.documents()]
    for one in listed:
        responses.ListedDocument.model_validate(one)
    _, found = sent(address, "POST", "/ask", {"question": QUESTION})
    (quoted,) = found["quotations"]
    status, whole = sent(address, "GET", f"/documents/{quoted['target']['source']}")
    assert (status, responses.WholeDocument.model_validate(whole).title) == (200, whole["title"])
    text = whole["text"]
    assert text[quoted["start"] : quoted["end"]] == quoted["words"] == "36"
    position, quote = quoted["target"]["selector"]
    assert text[position["start"] : position["end"]] == quote["exact"] == quoted["sentence"]
    assert quote["prefix"] + quote["exact"] + quote["suffix"] in text


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        (QUESTION, Verdict.ANSWERED),
        ("Who commanded the Su-25s?", Verdict.UNSURE),
        ("What is the best pizza dough?", Verdict.NOT_FOUND),
        ("Palmyra museum", None),
        ("hello", None),
        ("Which aircraft took part in the strikes?", ...),
        ("What is this about?", ...),
    ],
)
def test_every_answer_is_of_the_described_type(
    address: str, question: str, verdict: object
) -> None:
    status, found = sent(address, "POST", "/ask", {"question": question})
    described = responses.AskResponse.model_validate_json(json.dumps(found), strict=True)
    assert status == 200
    assert set(found) == set(responses.AskResponse.model_fields)
    assert verdict is ... or described.verdict is verdict
    assert described.answered is (described.verdict is Verdict.ANSWERED)


def test_questions_at_the_same_time_get_their_own_answers(address: str, brief: Searcher) -> None:
    words = ["Palmyra", "aircraft", "doctors", "bridge", "strike", "flood", "Aleppo", "dam"] * 4
    with ThreadPoolExecutor(16) as pool:
        asked = [
            pool.submit(sent, address, "POST", "/search", {"question": word, "k": 2})
            for word in words
        ]
        got = [each.result() for each in asked]
    assert [found["question"] for _, found in got] == words
    for word, (status, found) in zip(words, got, strict=True):
        hits = [plain(hit_as_json(hit)) for hit in brief.search(word, k=2)]
        assert (status, found["hits"]) == (200, hits)


# What is wrong


@pytest.mark.parametrize("path", ["/ask", "/search"])
@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "The field question is missing; it is to be text."),
        ({"question": 5}, "question is to be text."),
        ({"question": None}, "question is to be text."),
        ({"question": ["x"]}, "question is to be text."),
        ({"question": "\ud800 targets"}, "question is to be text."),
        (
            {"question": "x" * 2001},
            f"A question can have 2,000 characters and this one has 2,001: {ONE_THING}",
        ),
        ({"question": "x", "k": 0}, "k is to be a whole number from 1 to 100."),
        ({"question": "x", "k": 101}, "k is to be a whole number from 1 to 100."),
        ({"question": "x", "k": "5"}, "k is to be a whole number from 1 to 100."),
        ({"question": "x", "k": 5.0}, "k is to be a whole number from 1 to 100."),
        ({"question": "x", "k": True}, "k is to be a whole number from 1 to 100."),
        (
            {"question": "x", "documents": BRIEF},
            "documents is to be a list of document names, or left out.",
        ),
        (
            {"question": "x", "documents": ["\ud800.md"]},
            "documents is to be a list of document names, or left out.",
        ),
        (
            {"question": "x", "documents": ["no.md"]},
            "There is no document 'no.md' in the index; `briefqa info` names them.",
        ),
        ({"question": "x", "section": 3}, "section is to be text, or left out."),
        (
            {"question": "x", "section": "No such"},
            "There is no section 'No such' in 3 documents; `briefqa sections` lists them.",
        ),
    ],
)
def test_a_field_that_cannot_be_meant_is_told_in_a_sentence(
    address: str, path: str, body: object, sentence: str
) -> None:
    assert sent(address, "POST", path, body) == (422, {"error": sentence})


def test_unknown_fields_are_told_with_those_there_are(address: str) -> None:
    fields = "question, k, documents, section"
    assert sent(address, "POST", "/ask", {"question": "x", "top_k": 1}) == (
        422,
        {"error": f"There is no field 'top_k' here; there are: {fields}."},
    )
    status, told = sent(address, "POST", "/ask", {"question": "x", "\ud800" * 999: 1})
    assert (status, len(told["error"]) < 200) == (422, True)
    for mode in ("fast", 5):
        status, told = sent(address, "POST", "/search", {"question": "x", "mode": mode})
        assert (status, "hybrid, keyword" in told["error"]) == (422, True)


@pytest.mark.parametrize("body", [b"[]", b"5", b'"x"', b"null", b""])
def test_a_body_that_is_no_object_is_told_what_it_is_to_be(address: str, body: bytes) -> None:
    status, told = sent(address, "POST", "/ask", body)
    assert (status, told["error"]) == (
        422,
        "The body is to be a JSON object with fields of these: question, k, documents, section.",
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b"[" * 500_000,
        b'{"question": "a", "k": ' + b"9" * 5000 + b"}",
        b'{"question": "\xff"}',
    ],
    ids=["cut short", "no UTF-8", "deep", "long number", "half UTF-8"],
)
def test_a_body_that_cannot_be_read_is_a_bad_request(address: str, body: bytes) -> None:
    for path in ("/ask", "/search"):
        assert sent(address, "POST", path, body) == (
            400,
            {"error": "The body is not JSON in UTF-8 that can be read."},
        )


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_refused(address: str, kind: str) -> None:
    body = {"question": QUESTION}
    assert sent(address, "POST", "/ask", body, {"Content-Type": kind})[0] == 415
    json_in_other_words = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert sent(address, "POST", "/ask", body, json_in_other_words)[0] == 200


@pytest.mark.parametrize("path", ["/ask", STORE])
def test_a_body_that_is_too_long_is_refused_without_being_read(address: str, path: str) -> None:
    body = b'{"question": "' + b"x" * 1_000_000 + b'"}'
    status, told = sent(address, "POST", path, body)
    assert (status, "1,000,000 bytes" in json.dumps(told)) == (413, True)
    assert sent(address, "POST", path, None, {"Content-Length": str(10**15)})[0] == 413

    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    chunks = (b"x" * 100_000 for _ in range(11))  # without saying how long it is
    try:
        connection.request(
            "POST", path, chunks, {"Content-Type": "application/json"}, encode_chunked=True
        )
        assert connection.getresponse().status == 413
    finally:
        connection.close()
    assert sent(address, "POST", path, b" " * 999_000)[0] == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ask", 405),
        ("DELETE", "/documents", 405),
        ("POST", "/search/", 404),
        ("GET", "/documents/no.md", 404),
        ("GET", "/documents/../../etc/passwd", 404),
        ("GET", "/documents/%00", 404),
        ("GET", "/openapi.json/x", 404),
    ],
)
def test_what_is_not_there_is_told_in_json(
    address: str, method: str, path: str, status: int
) -> None:
    got, told = sent(address, method, path)
    assert (got, list(told)) == (status, ["error"])
    assert told["error"].endswith(".")


@pytest.mark.parametrize(
    ("failure", "status", "sentence"),
    [
        (IndexDamaged("The index is damaged; rebuild it."), 503, "The index is damaged; rebuild"),
        (IndexNotFound("There is no index."), 503, "There is no index."),
        (ModelUnavailable("The model is gone."), 503, "The model is gone."),
        (BriefQAError("Something else."), 500, "Something else."),
        (ZeroDivisionError("secret"), 500, "Something went wrong while answering"),
        (RecursionError("secret"), 500, "Something went wrong while answering"),
    ],
)
def test_failures_have_a_status_and_a_sentence(
    address: str,
    searcher: Failing,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    status: int,
    sentence: str,
) -> None:
    monkeypatch.setattr(searcher, "failure", failure)
    asked = {"question": QUESTION}
    for method, path, body in (
        ("POST", "/ask", asked),
        ("POST", "/search", asked),
        ("GET", "/documents", None),
        ("GET", f"/documents/{BRIEF}", None),
        ("POST", STORE, {"query": QUESTION}),
    ):
        got, told = sent(address, method, path, body)
        assert got == status
        assert sentence in json.dumps(told)
        assert "secret" not in json.dumps(told)


def test_an_index_may_be_missing_damaged_and_built_again(
    tmp_path: Path, repo: Path, hashing_embedder: HashingEmbedder
) -> None:
    index = tmp_path / "index"
    service = IndexService(index, model=hashing_embedder, reader=None)
    client = TestClient(http_api.application(service))
    missing = client.post("/ask", json={"question": QUESTION})
    assert (missing.status_code, missing.json()["error"]) == (
        503,
        f"There is no index in {index}; build one with: briefqa build FOLDER --index {index}",
    )
    build(repo / "data", index=index, model=hashing_embedder)
    assert client.get("/documents").status_code == 200
    service.close()
    shutil.rmtree(next(path for path in index.iterdir() if path.is_dir()))
    damaged = client.post("/search", json={"question": QUESTION})
    assert (damaged.status_code, "briefqa build" in damaged.json()["error"]) == (503, True)
    build(repo / "data", index=index, model=hashing_embedder)
    assert client.post("/search", json={"question": QUESTION}).status_code == 200
    service.close()


def test_a_document_is_read_at_the_address_that_its_citations_give(
    tmp_path: Path, hashing_embedder: HashingEmbedder
) -> None:
    name = "a:b/café 1%.md"
    (tmp_path / "a:b").mkdir()
    (tmp_path / name).write_text("# Café\n\nThe harbour at Ostrow opens at six.\n", "utf-8")
    build(tmp_path, index=tmp_path / "index", model=hashing_embedder)
    with open_index(tmp_path / "index", model=hashing_embedder, reader=None) as searcher:
        client = TestClient(http_api.application(searcher))
        (hit,) = client.post("/search", json={"question": "harbour"}).json()["hits"]
        assert (hit["document"], hit["target"]["source"]) == (name, "a%3Ab/caf%C3%A9%201%25.md")
        whole = client.get(f"/documents/{hit['target']['source']}").json()
    assert whole["name"] == name
    assert whole["text"][hit["start"] : hit["end"]] == hit["text"]


def test_too_many_questions_at_once_are_told_to_come_again(
    brief: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, waiting = threading.Event(), threading.Semaphore(0)

    class Slow(Failing):
        def documents(self) -> Any:
            waiting.release()
            go_on.wait(120)
            return self._searcher.documents()

    monkeypatch.setattr(http_api, "AT_ONCE", 1)
    monkeypatch.setattr(http_api, "MOST_WAITING", 1)
    with TestClient(http_api.application(Slow(brief))) as client, ThreadPoolExecutor(8) as pool:
        first = pool.submit(client.get, "/documents")
        assert waiting.acquire(timeout=30)
        others = [pool.submit(client.get, "/documents") for _ in range(6)]
        refused: list[Any] = []
        while len(refused) < 5:
            time.sleep(0.01)
            refused = [each.result() for each in others if each.done()]
        go_on.set()
        assert first.result().status_code == 200
    assert [each.status_code for each in refused] == [503] * 5
    assert refused[0].headers["retry-after"] == "5"
    assert refused[0].json()["error"].startswith("Too many questions are waiting")
    assert sorted(each.result().status_code for each in others) == [200, *[503] * 5]


# Who may


CALLS = [
    ("POST", "/ask", {"question": QUESTION}),
    ("POST", "/search", {"question": QUESTION}),
    ("GET", "/documents", None),
    ("GET", f"/documents/{BRIEF}", None),
    ("GET", "/openapi.json", None),
    ("POST", STORE, {"query": QUESTION}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_password_is_asked_for_where_there_is_one(
    locked: str, method: str, path: str, body: object
) -> None:
    def status(password: str | None) -> int:
        basic = base64.b64encode(f"ada:{password}".encode()).decode()
        known = {} if password is None else {"Authorization": f"Basic {basic}"}
        code, told = sent(locked, method, path, body, known)
        if code == 401:
            told = told["error"]
            assert "password" in (told["message"] if path == STORE else told)
        return code

    assert [status(None), status("correct horse battery")] == [401, 200]
    if path == "/ask":
        assert status("wrong") == 401


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_another_website_and_another_name_are_refused(
    address: str, method: str, path: str, body: object
) -> None:
    origin = {"Origin": "http://evil.example"}
    for headers, status in ((origin, 403), ({"Host": "evil.example"}, 400)):
        got, told = sent(address, method, path, body, headers)
        assert (got, list(told)) == (status, ["error"])


# The OpenAPI description


def test_the_description_says_what_there_is(address: str) -> None:
    status, described = sent(address, "GET", "/openapi.json")
    assert (status, described["openapi"][:2]) == (200, "3.")
    assert {(path, method) for path, each in described["paths"].items() for method in each} == {
        ("/search", "post"),
        ("/ask", "post"),
        ("/documents", "get"),
        ("/documents/{name}", "get"),
        ("/v1/vector_stores/{vector_store_id}/search", "post"),
    }
    schemas = described["components"]["schemas"]
    assert schemas["AskRequest"]["required"] == ["question"]
    assert schemas["AskRequest"]["additionalProperties"] is False
    assert schemas["AskRequest"]["properties"]["k"] == {
        "type": "integer",
        "title": "K",
        "description": "a whole number from 1 to 100",
        "default": 5,
        "minimum": 1,
        "maximum": 100,
    }
    ask = described["paths"]["/ask"]["post"]
    assert set(ask["responses"]) == set("200 400 401 403 404 413 415 422 500 503".split())
    for code, each in ask["responses"].items():
        (schema,) = (each["content"]["application/json"]["schema"],)
        wanted = "AskResponse" if code == "200" else "Problem"
        assert schema == {"$ref": f"#/components/schemas/{wanted}"}
    assert "Quote only the `quotations`" in ask["description"]
    assert not [name for name in named(described) if name not in schemas]


def named(described: object) -> Iterator[str]:
    """The schemas that a description refers to."""
    if isinstance(described, dict):
        for key, value in described.items():
            yield from [value.rpartition("/")[2]] if key == "$ref" else named(value)
    elif isinstance(described, list):
        for value in described:
            yield from named(value)


# In the shape of OpenAI's vector stores


def test_a_search_in_openais_shape(address: str, brief: Searcher) -> None:
    status, found = sent(address, "POST", STORE, {"query": QUESTION, "max_num_results": 2})
    hits = brief.search(QUESTION, k=2)
    first, passage = found["data"][0], hits[0].passage
    assert status == 200
    assert found == {
        "object": "vector_store.search_results.page",
        "search_query": [QUESTION],
        "data": found["data"],
        "has_more": False,
        "next_page": None,
    }
    assert first == {
        "file_id": BRIEF,
        "filename": BRIEF,
        "score": first["score"],
        "attributes": {
            "document": BRIEF,
            "title": passage.title,
            "section": "Joint strikes near al-Bab › How the targets were found",
            "citation": hits[0].citation,
            "start": passage.start,
            "end": passage.end,
            "first_line": passage.place.first,
            "last_line": passage.place.last,
        },
        "content": [{"type": "text", "text": passage.text}],
    }
    assert [one["content"][0]["text"] for one in found["data"]] == [
        hit.passage.text for hit in hits
    ]
    vector_store.VectorStoreResults.model_validate_json(json.dumps(found), strict=True)


@pytest.mark.parametrize("query", [QUESTION, "Palmyra", "Who led the delegation?", "zebra"])
def test_scores_are_between_0_and_1_and_never_rise(address: str, query: str) -> None:
    _, found = sent(address, "POST", STORE, {"query": query, "max_num_results": 50})
    scores = [one["score"] for one in found["data"]]
    assert len(scores) == 42
    assert scores == sorted(scores, reverse=True)
    assert 0 <= scores[-1] < scores[0] < 1
    least = scores[3]
    asked = {"query": query, "max_num_results": 50}
    _, above = sent(
        address, "POST", STORE, {**asked, "ranking_options": {"score_threshold": least}}
    )
    assert above["data"] == [one for one in found["data"] if one["score"] >= least]


def test_filters_say_where_to_look(address: str, brief: Searcher) -> None:
    document = {"type": "in", "key": "document", "value": [BRIEF, "velmora-flood-2019.md"]}
    section = {"type": "eq", "key": "section", "value": "Joint strikes near al-Bab"}
    for chosen, where in (
        (document, {"documents": document["value"]}),
        (section, {"section": section["value"]}),
        (
            {"type": "and", "filters": [{**document, "type": "eq", "value": BRIEF}, section]},
            {"documents": [BRIEF], "section": section["value"]},
        ),
    ):
        _, found = sent(address, "POST", STORE, {"query": "water", "filters": chosen})
        hits = brief.search("water", k=10, **where)
        texts = [one["content"][0]["text"] for one in found["data"]]
        assert texts == [hit.passage.text for hit in hits] != []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "The field query is missing"),
        ({"query": 5}, "query is to be text, one question."),
        ({"query": []}, "query is to be one question"),
        ({"query": ["a", "b"]}, "query is to be one question"),
        ({"query": "x" * 2001}, "A question can have 2,000 characters"),
        ({"query": "a", "max_num_results": 51}, "max_num_results is to be a whole number"),
        ({"query": "a", "rewrite_query": True}, "rewrite_query is to be false"),
        ({"query": "a", "filters": {"type": "gt", "key": "start", "value": 5}}, "filters is to be"),
        ({"query": "a", "filters": {"type": "eq", "key": "date", "value": "x"}}, "filters can be"),
        ({"query": "a", "filters": {"type": "and"}}, "filters can be by document"),
        ({"query": "a", "ranking_options": {"score_threshold": 2}}, "ranking_options is to be"),
        ({"query": "a", "stream": True}, "There is no field 'stream' here"),
    ],
)
def test_what_cannot_be_done_is_told_in_openais_shape(
    address: str, body: object, sentence: str
) -> None:
    status, told = sent(address, "POST", STORE, body)
    assert (status, set(told["error"])) == (422, {"message", "type", "param", "code"})
    assert told["error"]["type"] == "invalid_request_error"
    assert sentence in told["error"]["message"]


def test_there_is_one_vector_store(address: str) -> None:
    for path in ("/v1/vector_stores/vs_1/search", "/v1/chat/completions", "/v1/vector_stores"):
        status, told = sent(address, "POST", path, {"query": "a"})
        assert (status, told["error"]["type"]) == (404, "invalid_request_error")
    assert sent(address, "POST", STORE, {"query": [QUESTION]})[0] == 200


def test_the_calls_come_with_the_page(
    brief_index: Path, real_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`serve` offers them; here it is left as soon as it has said where it is."""
    from briefqa.ui import server

    asked: list[tuple[int, Any]] = []

    def announced(sentence: str) -> None:
        if sentence.startswith("BriefQA is at "):
            address = sentence.removeprefix("BriefQA is at ").split()[0].rstrip(".")
            asked.append(sent(address, "GET", "/documents"))
            raise KeyboardInterrupt

    monkeypatch.setattr("briefqa.models.embedder.load_embedder", lambda *_: real_embedder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server.serve(brief_index, port=port, announce=announced, read_only=True)
    ((status, listed),) = asked
    assert (status, len(listed)) == (200, 3)
