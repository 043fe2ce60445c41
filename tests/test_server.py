"""Which requests are let through, and how the page is opened and closed.

Requests go over HTTP to a small page of the test's own; what no server is needed for is asked of
the filter itself.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from briefqa import IndexNotFound, ServeError, UsageError
from briefqa.ui import login, passwords, serve, uploads
from briefqa.ui.access import Message, RequestFilter
from briefqa.ui.login import Login
from briefqa.ui.passwords import Passwords
from briefqa.ui.server import launched
from briefqa.ui.uploads import Uploads

ADA = "Basic " + base64.b64encode(b"ada:correct horse").decode()
BOUNDARY = "a-line-between"


class Counted(Passwords):
    """One name and password, and how often they were looked at."""

    def __init__(self) -> None:
        super().__init__({})
        self.looked = 0

    def match(self, name: str, password: str) -> bool:
        self.looked += 1
        return (name, password) == ("ada", "correct horse")


# The servers


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def small_page() -> Any:
    import gradio as gr

    def shout(word: str) -> str:
        return word.upper()

    with gr.Blocks() as demo:
        gr.api(shout)
    return demo


@pytest.fixture(scope="module")
def incoming() -> Uploads:
    return Uploads()


@pytest.fixture(scope="module")
def port(incoming: Uploads) -> Iterator[int]:
    """A page on this machine, with an address for files and no password."""
    port = free_port()
    with launched(small_page(), "127.0.0.1", port, uploads=incoming):
        yield port


@pytest.fixture(scope="module")
def locked() -> Iterator[int]:
    """A page that listens beyond this machine and asks for a password; read only."""
    port = free_port()
    with launched(small_page(), "0.0.0.0", port, login=Login(Counted())):
        yield port


def fetch(
    port: int,
    path: str,
    method: str = "GET",
    host: str = "127.0.0.1",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, {"Host": f"{host}:{port}", **(headers or {})})
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    return response.status, {key.lower(): text for key, text in response.getheaders()}, answer


def shouted(port: int, word: str, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    """What the page's one function returns over HTTP."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    body = json.dumps({"data": [word]}).encode()
    status, _, answer = fetch(port, "/gradio_api/run/shout", "POST", headers=sent, body=body)
    return status, json.loads(answer)["data"] if status == 200 else answer.decode()


# Which addresses there are


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
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("POST", "/gradio_api//upload"),
        ("POST", "/gradio_api/%75pload"),
        ("GET", "/gradio_api/upload_progress"),
        ("GET", "/gradio_api/proxy=http://outside.example/"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("GET", "/gradio_api/file/etc/hostname"),
        ("GET", "/gradio_api/runs"),
        ("POST", "/gradio_api/run-history/connect"),
        ("GET", "/gradio_api/deep_link"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/process_recording"),
        ("GET", "/gradio_api/token"),
        ("GET", "/gradio_api/mcp/"),
        ("GET", "/gradio_api/"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
        ("POST", "/mcp"),
    ],
)
def test_addresses_that_nobody_needs_are_shut(port: int, method: str, path: str) -> None:
    assert fetch(port, path, method)[0] in (404, 405)


@pytest.mark.parametrize("path", ["/etc/hostname", __file__, "pyproject.toml", "../app.py"])
def test_no_file_of_this_machine_is_served(port: int, path: str) -> None:
    assert fetch(port, f"/gradio_api/file={path}")[0] == 404


def test_traffic_is_not_watched(port: int) -> None:
    assert fetch(port, "/monitoring")[0] == 403


def test_a_request_of_more_than_a_megabyte_is_refused(port: int) -> None:
    assert shouted(port, "x" * 900_000) == (200, ["X" * 900_000])
    assert shouted(port, "x" * 1_100_000)[0] == 413


def test_a_request_that_makes_no_sense_is_answered_without_a_traceback(port: int) -> None:
    json_type = {"Content-Type": "application/json"}
    answer = fetch(port, "/gradio_api/call/v2/shout", "POST", headers=json_type, body=b'{"a": 1}')
    assert (answer[0], answer[2]) == (500, b"This request could not be read.")


# Whose requests are let through


def asked(
    request_filter: RequestFilter,
    path: str = "/",
    method: str = "GET",
    client: str = "10.0.0.1",
    **headers: str,
) -> tuple[int, str]:
    """What the filter answers; 200 when it lets the request through."""
    return asyncio.run(asking(request_filter, path, method, client, **headers))


async def asking(
    request_filter: RequestFilter,
    path: str = "/",
    method: str = "GET",
    client: str = "10.0.0.1",
    **headers: str,
) -> tuple[int, str]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    named = {"host": "127.0.0.1:7860", **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "client": (client, 50_000),
        "headers": [
            (name.replace("_", "-").encode(), value.encode()) for name, value in named.items()
        ],
    }
    await request_filter(scope, receive, send)
    return sent[0]["status"], sent[1]["body"].decode()


async def through(scope: Message, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"let through"})


OPEN = RequestFilter(through, ["127.0.0.1", "localhost"])


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:7860", 200),
        ("LOCALHOST:7860", 200),
        ("localhost", 200),
        ("evil.example:7860", 400),
        ("127.0.0.1.evil.example", 400),
        ("", 400),
    ],
)
def test_only_requests_to_this_machines_own_name_are_answered(host: str, status: int) -> None:
    assert asked(OPEN, host=host)[0] == status


def test_a_host_over_the_wire_is_looked_at_too(port: int) -> None:
    assert fetch(port, "/", host="localhost")[0] == 200
    assert fetch(port, "/", host="evil.example")[0] == 400


@pytest.mark.parametrize("path", ["/", "/gradio_api/run/ask", "/mcp", "/library/upload"])
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://127.0.0.1:3000",
        "http://127.0.0.1",
        "http://127.0.0.1:7860.evil.example",
        "http://evil.example/127.0.0.1:7860",
        "http://[",
        "null",
        "",
    ],
)
def test_what_another_website_sends_is_refused(path: str, origin: str) -> None:
    status, sentence = asked(OPEN, path, "POST", origin=origin)
    assert (status, sentence) == (403, "Another website asked for this; open the page itself.")
    assert asked(OPEN, path, "GET", origin=origin)[0] == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_website_may_link_to_the_page_and_to_nothing_else(site: str) -> None:
    link = {"sec_fetch_site": site, "sec_fetch_mode": "navigate"}
    assert asked(OPEN, "/", **link)[0] == 200
    assert asked(OPEN, "/", "POST", **link)[0] == 403
    assert asked(OPEN, "/gradio_api/info", **link)[0] == 403
    assert asked(OPEN, "/", sec_fetch_site=site, sec_fetch_mode="no-cors")[0] == 403


def test_the_page_itself_and_programs_are_let_through() -> None:
    own = {"origin": "http://127.0.0.1:7860", "sec_fetch_site": "same-origin"}
    assert asked(OPEN, "/gradio_api/queue/join", "POST", **own)[0] == 200
    assert asked(OPEN, "/", sec_fetch_site="none", sec_fetch_mode="navigate")[0] == 200
    assert asked(OPEN, "/gradio_api/run/ask", "POST")[0] == 200


def test_a_proxy_with_tls_in_front_does_not_make_the_page_foreign() -> None:
    behind = RequestFilter(through, None)
    origin = {"host": "briefs.example", "origin": "https://briefs.example"}
    assert asked(behind, "/gradio_api/queue/join", "POST", **origin)[0] == 200


def test_another_website_is_refused_over_the_wire_although_gradio_would_answer(port: int) -> None:
    assert shouted(port, "hello") == (200, ["HELLO"])
    assert shouted(port, "hello", {"Origin": "http://evil.example"})[0] == 403


def test_a_websocket_is_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(OPEN({"type": "websocket", "path": "/", "headers": []}, send, send))  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close", "code": 1008}]


# Passwords


EVERYTHING = [
    ("GET", "/"),
    ("HEAD", "/"),
    ("GET", "/?q=Who"),
    ("GET", "/config"),
    ("GET", "/theme.css"),
    ("GET", "/robots.txt"),
    ("GET", "/assets/index.js"),
    ("GET", "/static/img/logo.svg"),
    ("GET", "/gradio_api/info"),
    ("GET", "/gradio_api/queue/data"),
    ("GET", "/gradio_api/heartbeat/x"),
    ("POST", "/gradio_api/run/shout"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/login"),
    ("POST", "/mcp"),
    ("POST", "/library/upload"),
    ("GET", "/nowhere"),
    ("OPTIONS", "/config"),
]


@pytest.mark.parametrize(("method", "path"), EVERYTHING)
def test_nothing_is_answered_without_a_password(locked: int, method: str, path: str) -> None:
    status, headers, body = fetch(locked, path, method)
    assert status == 401
    assert headers["www-authenticate"] == 'Basic realm="BriefQA", charset="UTF-8"'
    assert method == "HEAD" or body == b"A name and a password are asked for here."


def test_the_right_password_opens_every_address_under_any_name_of_the_machine(locked: int) -> None:
    let_in = {"Authorization": ADA}
    assert fetch(locked, "/", host="briefs.example", headers=let_in)[0] == 200
    assert fetch(locked, "/config", headers=let_in)[0] == 200
    assert shouted(locked, "hello", let_in) == (200, ["HELLO"])
    assert fetch(locked, "/library/upload", "POST", headers=let_in)[0] == 404  # read only
    assert shouted(locked, "hello", {**let_in, "Origin": "http://evil.example"})[0] == 403


def test_gradio_may_ask_itself_whether_it_runs(locked: int) -> None:
    status, _, body = fetch(locked, "/gradio_api/startup-events")
    assert (status, body) == (200, b"false")


@pytest.mark.parametrize(
    "header",
    [
        "Basic " + base64.b64encode(b"ada:wrong").decode(),
        "Basic " + base64.b64encode(b"eve:correct horse").decode(),
        "Basic " + base64.b64encode(b"ada").decode(),
        "Basic " + base64.b64encode(b"\xff:\xff").decode(),
        "Basic ada:correct horse",
        "Basic \xe9",
        "Basic",
        "Bearer " + base64.b64encode(b"ada:correct horse").decode(),
        ADA + ", " + ADA,
        "",
    ],
)
def test_what_is_no_known_name_and_password_is_refused(header: str) -> None:
    assert asked(RequestFilter(through, None, Login(Counted())), authorization=header)[0] == 401


def test_a_right_password_is_hashed_once_and_then_remembered() -> None:
    kept = Counted()
    locked = RequestFilter(through, None, Login(kept))
    assert [asked(locked, authorization=ADA)[0] for _ in range(5)] == [200] * 5
    assert kept.looked == 1
    assert ADA.encode() not in repr(vars(locked._login)).encode()


class Slept(list[float]):
    """The seconds that would have been waited for; nobody waits."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def wrong(number: int) -> str:
    return "Basic " + base64.b64encode(f"ada:guess {number}".encode()).decode()


def test_whoever_guesses_waits_longer_each_time_and_nobody_else_does() -> None:
    slept = Slept()
    locked = RequestFilter(through, None, Login(Counted(), slept))
    for number in range(9):
        assert asked(locked, authorization=wrong(number))[0] == 401
    assert slept == [0.5, 1, 2, 4, 8, 16, 30, 30]
    slept.clear()
    assert asked(locked, client="10.0.0.2", authorization=ADA)[0] == 200
    assert slept == []


def test_the_right_password_ends_the_waiting() -> None:
    slept = Slept()
    locked = RequestFilter(through, None, Login(Counted(), slept))
    other = "basic " + ADA.partition(" ")[2]
    seen = [asked(locked, authorization=sent)[0] for sent in (wrong(1), ADA, wrong(2), other)]
    assert (seen, slept) == ([401, 200, 401, 200], [0.5, 0.5])


def test_guesses_sent_at_once_are_looked_at_one_after_the_other() -> None:
    slept = Slept()
    kept = Counted()
    locked = RequestFilter(through, None, Login(kept, slept))

    async def all_at_once() -> list[int]:
        sent = [asking(locked, authorization=wrong(number)) for number in range(40)]
        return [status for status, _ in await asyncio.gather(*sent)]

    statuses = asyncio.run(all_at_once())
    assert (statuses.count(401), statuses.count(429)) == (32, 8)
    assert (kept.looked, len(slept)) == (32, 31)


def test_a_page_that_asks_for_much_at_once_is_looked_at_once() -> None:
    slept = Slept()
    kept = Counted()
    locked = RequestFilter(through, None, Login(kept, slept))

    async def all_at_once() -> list[int]:
        sent = [asking(locked, authorization=ADA) for _ in range(30)]
        return [status for status, _ in await asyncio.gather(*sent)]

    assert asyncio.run(all_at_once()) == [200] * 30
    assert kept.looked == 1


def test_only_so_many_addresses_are_kept_in_mind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(login, "_MOST_ADDRESSES", 3)
    slow = Login(Counted(), Slept())
    locked = RequestFilter(through, None, slow)
    for number in range(10):
        asked(locked, client=f"10.0.0.{number}", authorization=wrong(number))
    assert list(slow._attempts) == ["10.0.0.7", "10.0.0.8", "10.0.0.9"]


# Files


def form(*files: tuple[str, bytes]) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
        "Content-Type: text/plain\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, content in files
    ]
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def sent(port: int, body: bytes, **headers: str) -> tuple[int, dict[str, str]]:
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", **headers}
    status, _, answer = fetch(port, "/library/upload", "POST", headers=kind, body=body)
    found: dict[str, str] = json.loads(answer) if answer.startswith(b"{") else {}
    return status, found


def take(incoming: Uploads, token: str) -> None:
    with incoming.batch(token):
        pass


def test_files_that_were_dropped_are_handed_out_once_with_the_names_they_had(
    port: int, incoming: Uploads
) -> None:
    status, answer = sent(port, form(("häfen/lund.md", b"# Lund"), ("../../etc/passwd", b"\x00")))
    assert status == 200
    assert len(answer["batch"]) == 32
    with incoming.batch(answer["batch"]) as files:
        assert [name for name, _ in files] == ["häfen/lund.md", "../../etc/passwd"]
        assert [path.read_bytes() for _, path in files] == [b"# Lund", b"\x00"]
        assert [path.name for _, path in files] == ["0001", "0002"]
        folder = files[0][1].parent
        assert [path.stat().st_mode & 0o777 for path in (folder, folder.parent)] == [0o700, 0o700]
    assert not folder.exists()
    for token in (answer["batch"], "../"):
        with pytest.raises(UsageError, match="no longer held; drop them on the page again"):
            take(incoming, token)


def test_too_much_at_once_is_refused_with_a_sentence(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    monkeypatch.setattr(uploads, "MOST_BYTES", 3_000_000)
    a = ("a.md", b"x")
    assert sent(port, form(a, a, a)) == (
        413,
        {"error": "At most 2 files can come at once; drop fewer."},
    )
    assert sent(port, form(a, ("c.md", b"x" * 3_000_000))) == (
        413,
        {"error": "At most 3 MB can come at once; drop fewer files."},
    )
    assert sent(port, b"", **{"Content-Length": "9000000000"})[0] == 413


def test_a_form_that_is_none_or_empty_is_a_sentence(port: int) -> None:
    torn = {"error": "These files did not arrive whole; drop them again."}
    assert sent(port, b"nonsense") == (400, torn)
    assert sent(port, b"{}", **{"Content-Type": "application/json"}) == (400, torn)
    assert sent(port, form()) == (400, {"error": "No file came; drop one on the page."})


def test_another_website_cannot_bring_files(port: int) -> None:
    assert sent(port, form(("a.md", b"x")), Origin="http://evil.example") == (403, {})


def test_only_so_many_batches_wait_and_old_ones_are_deleted(
    port: int, incoming: Uploads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_BATCHES", 1)
    first = sent(port, form(("a.md", b"x")))[1]["batch"]
    assert sent(port, form(("a.md", b"x"))) == (
        503,
        {"error": "Other files are still being taken in; try again in a minute."},
    )
    _, folder, _ = incoming._waiting[first]
    monkeypatch.setattr(uploads, "WAITING_SECONDS", -1.0)
    with pytest.raises(UsageError, match="no longer held"):
        take(incoming, first)
    assert not folder.exists()
    assert sent(port, form(("a.md", b"x")))[0] == 200
    with pytest.raises(UsageError):
        take(incoming, "none")  # forgets what is old, which is everything


def test_files_that_take_too_long_to_arrive_are_let_go(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SLOWEST_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as slow:
        slow.sendall(
            b"POST /library/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
        said = slow.recv(65_536)
        while b"}" not in said:
            said += slow.recv(65_536)
    assert b" 408 " in said.split(b"\r\n")[0]
    assert b"The files took too long to arrive; drop fewer, or smaller ones." in said


def test_nothing_is_left_when_the_page_is_closed() -> None:
    incoming = Uploads()
    folder = Path(incoming._folder)
    (folder / "0001").write_bytes(b"x")
    incoming.close()
    assert not folder.exists()


# Opening and closing


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "example.org", "::"])
def test_listening_beyond_this_machine_without_a_password_is_refused(
    tmp_path: Path, host: str
) -> None:
    with pytest.raises(ServeError, match=r"briefqa password FILE NAME, and give it with --auth"):
        serve(tmp_path, host=host)


@pytest.fixture
def password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(passwords, "_N", 2**8)
    passwords.write(tmp_path / "passwords", "ada", "correct horse")
    return tmp_path / "passwords"


@pytest.mark.parametrize("host", ["203.0.113.7", "::", "no such host"])
def test_a_host_that_is_not_this_machine_is_refused(password_file: Path, host: str) -> None:
    with pytest.raises(ServeError, match=f"{host} is no IPv4 address of this machine"):
        serve(password_file.parent, host=host, auth=password_file)


def test_no_host_at_all_does_not_stand_for_every_one(password_file: Path) -> None:
    with pytest.raises(ServeError, match="There is no host to listen on"):
        serve(password_file.parent, host="", auth=password_file)


def test_a_password_file_that_others_may_open_ends_it_before_anything_is_opened(
    password_file: Path,
) -> None:
    password_file.chmod(0o644)
    with pytest.raises(ServeError, match="Others on this machine may open"):
        serve(password_file.parent, auth=password_file)


@pytest.mark.parametrize("wrong", [0, -1, 65536])
def test_a_port_that_does_not_exist_is_refused(tmp_path: Path, wrong: int) -> None:
    with pytest.raises(ServeError, match=f"no port {wrong}"):
        serve(tmp_path, port=wrong)


def test_a_wanted_port_that_is_taken_is_refused(tmp_path: Path, port: int) -> None:
    with pytest.raises(ServeError, match=f"Port {port} on 127.0.0.1 cannot be used"):
        serve(tmp_path, port=port)


def test_a_missing_index_says_what_to_run_where_the_page_cannot_make_one(tmp_path: Path) -> None:
    with pytest.raises(IndexNotFound, match="briefqa build"):
        serve(tmp_path / "nothing", port=free_port(), read_only=True)


class Stopping(list[str]):
    """What was announced, until a line ends with the given words; then the process is to end."""

    def __init__(self, last: str) -> None:
        super().__init__()
        self.last = last

    def __call__(self, line: str) -> None:
        self.append(line)
        if line.endswith(self.last):
            signal.raise_signal(signal.SIGTERM)


def test_an_index_that_is_missing_is_left_to_the_page_to_tell(tmp_path: Path) -> None:
    said, port = Stopping("Press Ctrl-C to stop."), free_port()
    serve(tmp_path / "nothing", port=port, announce=said)
    assert said == [f"BriefQA is at http://127.0.0.1:{port}. Press Ctrl-C to stop."]
    assert list(tmp_path.iterdir()) == []


def test_listening_with_a_password_says_that_the_network_can_read_along(
    password_file: Path,
) -> None:
    said, port = Stopping("put a proxy with TLS in front."), free_port()
    serve(
        password_file.parent / "nothing",
        host="0.0.0.0",
        port=port,
        announce=said,
        auth=password_file,
        mcp=True,
    )
    here = f"http://{socket.gethostname()}:{port}"
    assert said == [
        f"BriefQA is at {here}. Press Ctrl-C to stop.",
        f"Its MCP tools are at {here}/mcp.",
        (
            "Names, passwords and answers cross the network readable for whoever listens in: "
            "put a proxy with TLS in front."
        ),
    ]


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
