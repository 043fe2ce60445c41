"""Do the retrievers in examples/, and OpenAI's client, get the passages with their offsets?

They need libraries that BriefQA does not: CONTRIBUTING.md says how these tests are run.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from briefqa import Hit, Searcher, open_index
from briefqa.models.embedder import Embedder
from tests.test_programs import Failing

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # before Haystack is imported
QUESTION = "How many targets were hit?"


def needs(library: str) -> Any:
    return pytest.importorskip(library, reason=f"needs {library} (benchmarks/requirements.txt)")


@pytest.fixture
def index(
    brief_index: Path, real_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The bundled brief's, answered with the model that is loaded already."""
    with open_index(brief_index, model=real_embedder) as searcher:
        monkeypatch.setattr("briefqa.api.shared_searcher", lambda index, reader: searcher)
        yield str(brief_index)


@pytest.fixture
def hits(brief: Searcher) -> list[Hit]:
    return brief.search(QUESTION, k=3)


def offsets(hits: list[Hit]) -> list[tuple[str, int, int]]:
    return [(hit.passage.document, hit.passage.start, hit.passage.end) for hit in hits]


def test_the_langchain_retriever(index: str, hits: list[Hit], brief: Searcher) -> None:
    needs("langchain_core")
    from langchain_core.runnables import RunnableLambda  # type: ignore[import-not-found]

    from examples.langchain_retriever import BriefQARetriever

    retriever = BriefQARetriever(index=index, k=3)
    found = retriever.invoke(QUESTION)
    assert [one.page_content for one in found] == [hit.passage.text for hit in hits]
    placed = [tuple(one.metadata[key] for key in ("source", "start", "end")) for one in found]
    assert placed == offsets(hits)
    for one in found:
        text = brief.document(one.metadata["source"]).text
        assert text[one.metadata["start"] : one.metadata["end"]] == one.page_content
    assert found[0].metadata["citation"] == hits[0].citation
    assert asyncio.run(retriever.ainvoke(QUESTION)) == found
    cite = retriever | RunnableLambda(lambda each: each[0].metadata["citation"])
    assert cite.invoke(QUESTION) == hits[0].citation


def test_the_llamaindex_retriever(index: str, hits: list[Hit], brief: Searcher) -> None:
    needs("llama_index.core")
    from examples.llamaindex_retriever import BriefQARetriever

    found = BriefQARetriever(index=index, k=3).retrieve(QUESTION)
    assert [one.node.text for one in found] == [hit.passage.text for hit in hits]
    assert [one.score for one in found] == [hit.evidence.fused for hit in hits]
    for one, hit in zip(found, hits, strict=True):
        name, node = one.node.metadata["document"], one.node
        assert brief.document(name).text[node.start_char_idx : node.end_char_idx] == node.text
        assert (name, node.metadata["start"], node.metadata["end"]) == offsets([hit])[0]
        assert (node.source_node.node_id, node.metadata["citation"]) == (name, hit.citation)


def test_the_haystack_retriever(index: str, hits: list[Hit], brief: Searcher) -> None:
    needs("haystack")
    from haystack import Pipeline  # type: ignore[import-not-found]

    from examples.haystack_retriever import BriefQARetriever

    pipeline = Pipeline()
    pipeline.add_component("retriever", BriefQARetriever(index=index, top_k=3))
    again = Pipeline.loads(pipeline.dumps(), allowed_modules=["examples.haystack_retriever"])
    for each in (pipeline, again):
        found = each.run({"retriever": {"query": QUESTION}})["retriever"]["documents"]
        assert [one.content for one in found] == [hit.passage.text for hit in hits]
        assert [one.meta["citation"] for one in found] == [hit.citation for hit in hits]
        for one in found:
            text = brief.document(one.meta["document"]).text
            assert text[one.meta["start"] : one.meta["end"]] == one.content
    fewer = pipeline.run({"retriever": {"query": QUESTION, "top_k": 1}})["retriever"]["documents"]
    assert [one.content for one in fewer] == [hits[0].passage.text]


@pytest.fixture
def server(brief: Searcher, tmp_path: Path) -> Iterator[str]:
    """The page's server behind a password."""
    from briefqa.programs import http_api
    from briefqa.ui import page, passwords
    from briefqa.ui.login import Login
    from briefqa.ui.server import launched

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    passwords.write(tmp_path / "briefs.pw", "ada", "correct horse battery")
    login, calls = Login(passwords.read(tmp_path / "briefs.pw")), http_api.routes(brief)
    with launched(page(Failing(brief)), "127.0.0.1", port, login=login, calls=calls) as address:  # type: ignore[arg-type]
        yield address


def test_openais_client_searches_the_index(server: str, brief: Searcher) -> None:
    openai = needs("openai")
    import base64

    basic = base64.b64encode(b"ada:correct horse battery").decode()
    with openai.OpenAI(
        base_url=f"{server}/v1",
        api_key="not used",
        default_headers={"Authorization": f"Basic {basic}"},
        max_retries=0,
    ) as client:
        chosen = {"type": "eq", "key": "document", "value": "syria-january-2017.md"}
        found = client.vector_stores.search(
            "index", query=QUESTION, max_num_results=3, filters=chosen
        )
        hits = brief.search(QUESTION, k=3, documents=["syria-january-2017.md"])
        assert [one.content[0].text for one in found] == [hit.passage.text for hit in hits]
        for one in found:
            text = brief.document(one.filename).text
            start, end = int(one.attributes["start"]), int(one.attributes["end"])
            assert text[start:end] == one.content[0].text
        assert [one.attributes["citation"] for one in found] == [hit.citation for hit in hits]
        with pytest.raises(openai.NotFoundError, match="The one vector store here is 'index'"):
            client.vector_stores.search("vs_1", query=QUESTION)
        with pytest.raises(openai.UnprocessableEntityError, match="from 1 to 50"):
            client.vector_stores.search("index", query=QUESTION, max_num_results=51)
    with (
        openai.OpenAI(base_url=f"{server}/v1", api_key="wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError, match="A name and a password are asked for"),
    ):
        client.vector_stores.search("index", query=QUESTION)
