"""What is no location of an index in Milvus, or no server that can be used: one sentence each."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from briefqa.errors import BriefQAError, IndexFolderError, IndexNotFound, UsageError
from briefqa.index.milvus import location
from briefqa.index.store import store_at
from tests.milvus_places import free_port, needs_milvus, searcher_of


@pytest.mark.parametrize(
    ("text", "address", "name"),
    [
        ("milvus://host:1234/briefs", "http://host:1234", "briefs"),
        ("milvus:/host/briefs", "http://host:19530", "briefs"),
        ("milvus+https://a.example.org/x_1", "https://a.example.org:19530", "x_1"),
        ("milvus:///folder/file.db", "/folder/file.db", "briefqa"),
        ("milvus:/folder/file.db", "/folder/file.db", "briefqa"),
    ],
)
def test_a_location_names_an_address_and_an_index(text: str, address: str, name: str) -> None:
    parsed = location.parse(text)
    assert (parsed.address, parsed.name) == (address, name)
    assert location.parse(str(Path(text))) == parsed


@pytest.mark.parametrize(
    "text", ["milvus://host", "milvus://host:1/a-b", "milvus://h/a/b", "milvus+ftp://h/a"]
)
def test_what_is_no_location_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"milvus://HOST:PORT/NAME"):
        store_at(text)


def test_without_the_extra_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(UsageError, match=r"pip install 'briefqa\[milvus\]'"):
        searcher_of("milvus://127.0.0.1:1/briefs")


@needs_milvus
def test_nothing_that_listens_is_told_in_one_sentence() -> None:
    with pytest.raises(IndexFolderError, match="lost") as raised:
        searcher_of(f"milvus://127.0.0.1:{free_port()}/briefs")
    assert "\n" not in str(raised.value)


@needs_milvus
@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("auth check failure, please check api key", "BRIEFQA_MILVUS_TOKEN"),
        ("no space left on device", "has no room"),
        ("quota exceeded[reason=memory quota exceeded]", "has no room"),
        ("something else", "left as it was"),
        ("server unavailable", "is lost"),
        ("Deadline Exceeded", "took too long"),
    ],
)
def test_what_a_server_refuses_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, message: str, sentence: str
) -> None:
    import pymilvus

    def refuse(*_: object, **__: object) -> None:
        raise pymilvus.MilvusException(1, message)

    monkeypatch.setattr(pymilvus, "MilvusClient", refuse)
    with pytest.raises(BriefQAError, match=sentence) as raised:
        store_at("milvus://127.0.0.1:1/briefs").stamp()
    assert "\n" not in str(raised.value)


@needs_milvus
def test_an_old_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import pymilvus

    class Old:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def get_server_version(self, **_: object) -> str:
            return "v2.3.5"

        def close(self) -> None:
            pass

    monkeypatch.setattr(pymilvus, "MilvusClient", Old)
    with pytest.raises(IndexFolderError, match=r"2\.3\.5.*needs 2\.4 or later"):
        store_at("milvus://127.0.0.1:1/briefs").stamp()


@needs_milvus
def test_no_index_yet_is_told_with_the_command_that_builds_one(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="briefqa build FOLDER"):
        searcher_of(f"milvus://{tmp_path}/nothing.db")
