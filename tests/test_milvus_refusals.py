"""What is no location of an index in Milvus, or no server that can be used: one sentence each."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from briefqa import verify
from briefqa.errors import (
    BriefQAError,
    IndexFolderError,
    IndexNotFound,
    IndexUnreachable,
    UsageError,
)
from briefqa.index.info import index_info
from briefqa.index.milvus import location
from briefqa.index.milvus.client import Client, Missing
from briefqa.index.recovery import spelled
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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("milvus://rel.db", "names no folder"),
        ("milvus:rel.db", "is no place in Milvus"),
        ("milvus:rel", "is no place in Milvus"),
        ("milvus://host:0/briefs", "port"),
        ("milvus://host:99999/briefs", "port"),
        ("milvus://host/briefs_writer", "choose one that does not end in"),
        ("milvus://host/briefs_state", "choose one that does not end in"),
    ],
)
def test_what_would_mean_something_else_is_refused(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        store_at(text)


def test_however_a_server_is_written_what_is_kept_here_is_the_same() -> None:
    places = [store_at(f"milvus{way}://host/x").workspace for way in ("", "+http", "+https")]
    assert places[0] == places[1] != places[2]


def test_a_home_where_nothing_can_be_kept_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(IndexFolderError, match=r"cannot be made .*milvus://host:19530/x"):
        _ = store_at("milvus://host/x").workspace


def test_a_location_is_told_as_it_was_typed() -> None:
    for text in ("milvus://host:1/briefs", "milvus+https://host/x", "milvus:///folder/file.db"):
        assert spelled(Path(text)) == text
    assert spelled(Path("milvus:///folder/file.db") / "records") == (
        "milvus:///folder/file.db/records"
    )
    assert spelled(Path("a/b")) == "a/b"


@needs_milvus
def test_a_file_that_milvus_lite_cannot_open_is_told_and_reading_makes_none(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database")
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "folder.db" / "letter.txt").write_text("mine")
    for name, says in (
        ("missing/x.db", "There is no folder"),
        ("text.db", "is no database of Milvus Lite"),
        ("folder.db", "is no database of Milvus Lite"),
    ):
        with (
            pytest.raises(IndexFolderError, match=says),
            store_at(f"milvus://{tmp_path}/{name}").writing(),
        ):
            pass
    for reads in (searcher_of, index_info, verify):
        with pytest.raises(IndexNotFound):
            reads(Path(f"milvus://{tmp_path}/nothing.db"))
    names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*"))
    assert names == ["folder.db", "folder.db/letter.txt", "text.db"]


@needs_milvus
def test_a_setting_that_the_client_does_not_take_is_told_in_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "briefqa", "info", "--index", "milvus://127.0.0.1:1/x"],
        env=os.environ | {"MILVUS_URI": "garbage"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert re.fullmatch(r"briefqa: .*MILVUS_.*\n", done.stderr), done.stderr


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
        ("something else", "is as it was"),
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


class Server:
    """A server that answers all calls with one error."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def get_server_version(self, **_: object) -> str:
        return "v2.6.0"

    def close(self) -> None:
        pass

    def __getattr__(self, _: str) -> Callable[..., None]:
        def fail(*_: object, **__: object) -> None:
            raise self._error

        return fail


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, str], Client]]:
    import pymilvus

    made: list[Client] = []

    def client(code: int, message: str) -> Client:
        if made:
            made.pop().close()  # a process has one connection to each address
        server = Server(pymilvus.MilvusException(code, message))
        monkeypatch.setattr(pymilvus, "MilvusClient", lambda *_, **__: server)
        made.append(Client(location.parse("milvus://127.0.0.1:1/permission")))
        return made[-1]

    yield client
    for each in made:
        each.close()


@needs_milvus
@pytest.mark.parametrize(
    ("code", "message", "kind", "says"),
    [
        (100, "collection not found[collection=permission_state]", Missing, "does not have it"),
        (1600, "alias not found[alias=permission]", Missing, "does not have it"),
        (901, "node not found[node=5]", IndexUnreachable, "could not do it"),
        (1401, "PrivilegeDescribeAlias: deny", IndexUnreachable, "does not let you in"),
        (1, "segment of permission_state is corrupt", IndexUnreachable, "could not do it"),
        (8, "rate limit exceeded", IndexUnreachable, "too long"),
        (7, "disk quota exceeded", IndexUnreachable, "has no room"),
    ],
)
def test_an_error_is_told_by_its_code(
    failing: Callable[[int, str], Client], code: int, message: str, kind: type, says: str
) -> None:
    with pytest.raises(kind, match=says) as raised:
        failing(code, message).target("permission")
    assert "\n" not in str(raised.value)
    assert "milvus://127.0.0.1:1/permission" in str(raised.value)


@needs_milvus
def test_an_alias_is_taken_only_where_that_is_said(
    failing: Callable[[int, str], Client],
) -> None:
    assert not failing(1602, "alias already exist[alias=x]").create_alias("c", "x")
    with pytest.raises(IndexUnreachable, match="does not let you in"):
        failing(1401, "PrivilegeCreateAlias: permission deny").create_alias("c", "x")
    with pytest.raises(IndexUnreachable, match="too long"):
        failing(1, "[create_alias] Retry timeout: 30s").create_alias("c", "x")


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
