"""Behind a reverse proxy: whose request it is, by which name, and the examples of docs/proxy.md."""

from __future__ import annotations

import base64
import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from briefqa import ServeError
from briefqa.ui import serve
from briefqa.ui.login import Login
from briefqa.ui.passwords import Passwords
from briefqa.ui.proxy import Proxy, configured
from briefqa.ui.server import launched

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
HOST = "briefs.example"
Headers = Mapping[str, str]
RIGHT = "Basic " + base64.b64encode(b"ada:correct horse").decode()


# Whom a proxy speaks for


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "client"),
    [
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the first is what it says
        ("10.0.0.1", "203.0.113.9,198.51.100.7 , 172.16.3.4", "198.51.100.7"),
        ("10.0.0.1", "172.16.3.4", "172.16.3.4"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        ("10.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),  # no proxy of ours
        ("", "203.0.113.9", ""),
    ],
)
def test_a_client_is_who_called_the_last_trusted_proxy(
    peer: str, forwarded_for: str | None, client: str
) -> None:
    proxy = configured(["10.0.0.1", "172.16.0.0/12"], [])
    assert proxy.client(peer, forwarded_for) == client


def test_without_a_trusted_proxy_nobody_speaks_for_others() -> None:
    assert Proxy().client("127.0.0.1", "203.0.113.9") == "127.0.0.1"


@pytest.mark.parametrize("wrong", ["", "proxy.example", "10.0.0.0/33", "127.0.0.1:80"])
def test_a_proxy_that_is_no_address_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ServeError, match="is no IP address or network of a proxy"):
        serve(tmp_path, trusted_proxies=[wrong])


@pytest.mark.parametrize("wrong", ["", "https://briefs.example", "briefs.example/", "a b", "*"])
def test_a_public_host_that_is_no_name_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ServeError, match="is no name of a host"):
        serve(tmp_path, public_hosts=[wrong])


# A page, with and without a proxy in front


class Ada(Passwords):
    """One name and password."""

    def __init__(self) -> None:
        super().__init__({})

    def match(self, name: str, password: str) -> bool:
        return (name, password) == ("ada", "correct horse")


class Slept(list[float]):
    """The seconds that would have been waited for; nobody waits."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def small_page() -> Any:
    import gradio as gr

    def shout(word: str) -> str:
        return word.upper()

    with gr.Blocks(analytics_enabled=False) as demo:
        gr.api(shout)
    return demo


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def slept() -> Slept:
    return Slept()


@pytest.fixture(scope="module")
def port(slept: Slept) -> Iterator[int]:
    """A page with a password that trusts a proxy at 127.0.0.1."""
    behind = configured(["127.0.0.1"], [HOST])
    port = free_port()
    with launched(small_page(), "127.0.0.1", port, login=Login(Ada(), slept), behind=behind):
        yield port


@contextmanager
def connection(port: int, source: str, tls: bool) -> Iterator[http.client.HTTPConnection]:
    """To a server on this machine, from another of the machine's addresses."""
    connected = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connected.sock = socket.create_connection(("127.0.0.1", port), 30, (source, 0))
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connected.sock = context.wrap_socket(connected.sock, server_hostname=HOST)
    try:
        yield connected
    finally:
        connected.close()


def fetch(
    port: int,
    path: str,
    body: object = None,
    *,
    source: str = "127.0.0.2",
    tls: bool = False,
    headers: Headers | None = None,
) -> tuple[int, str]:
    own = {"Host": HOST, "Authorization": RIGHT, "Content-Type": "application/json"}
    sent = {**own, **(headers or {})}
    with connection(port, source, tls) as connected:
        content = None if body is None else json.dumps(body)
        connected.request("GET" if body is None else "POST", path, content, sent)
        response = connected.getresponse()
        return response.status, response.read().decode("utf-8", "replace")


def guess(port: int, number: int, *, source: str, tls: bool) -> int:
    """Send a wrong password as if it came from somebody else each time; the status."""
    wrong = "Basic " + base64.b64encode(f"ada:guess {number}".encode()).decode()
    headers = {"Authorization": wrong, "X-Forwarded-For": f"203.0.113.{number}"}
    return fetch(port, "/", source=source, tls=tls, headers=headers)[0]


SHOUT = "/gradio_api/run/shout"
HELLO = {"data": ["hello"]}
OWN = {"Origin": f"https://{HOST}", "Sec-Fetch-Site": "same-origin"}
EVIL = {**OWN, "Origin": "https://evil.example"}


def test_who_is_no_proxy_cannot_speak_for_others(port: int, slept: Slept) -> None:
    slept.clear()
    guesses = [guess(port, number, source="127.0.0.5", tls=False) for number in range(4)]
    assert (guesses, slept) == ([401] * 4, [0.5, 1, 2])


def test_a_name_that_a_proxy_put_in_place_of_the_public_one_is_no_obstacle(port: int) -> None:
    rewritten = {"Host": f"127.0.0.1:{port}", "X-Forwarded-Proto": "https"}

    def status(headers: Headers) -> int:
        sent = {**rewritten, **headers}
        return fetch(port, SHOUT, HELLO, source="127.0.0.1", headers=sent)[0]

    assert (status(OWN), status(EVIL)) == (200, 403)
    config = fetch(port, "/config", source="127.0.0.1", headers=rewritten)[1]
    assert json.loads(config)["root"] == f"https://{HOST}"


def test_a_public_name_is_answered_without_a_password_too() -> None:
    port = free_port()
    with launched(small_page(), "127.0.0.1", port, behind=configured([], [HOST])):
        assert fetch(port, SHOUT, HELLO, headers=OWN)[0] == 200
        assert fetch(port, "/", headers={"Host": "evil.example"})[0] == 400


# The examples in the documentation


def examples(repo: Path) -> dict[str, str]:
    text = (repo / "docs" / "proxy.md").read_text("utf-8")
    return dict(re.findall(r"```(nginx|caddyfile|sh)\n(.*?)```", text, re.DOTALL))


@pytest.fixture(scope="module")
def nginx(repo: Path, port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The documented nginx, on a port of its own and with a certificate of its own, before it."""
    if NGINX is None or OPENSSL is None:
        pytest.skip("the nginx example is not run: it needs nginx and openssl")
    folder, tls_port = tmp_path_factory.mktemp("nginx"), free_port()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    request = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        f"/CN={HOST}",
    ]
    subprocess.run(
        [OPENSSL, *request, "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    server = examples(repo)["nginx"]
    for documented, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{tls_port} ssl"),
        ("/etc/ssl/briefs.example.pem", str(certificate)),
        ("/etc/ssl/briefs.example.key", str(key)),
        ("http://127.0.0.1:7860", f"http://127.0.0.1:{port}"),
    ):
        assert server.count(documented) == 1
        server = server.replace(documented, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{paths}{server}}}\n",
        "utf-8",
    )
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-c", str(config)], stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", tls_port)) == 0:
                    break
            assert process.poll() is None, process.communicate()[1]
            time.sleep(0.05)
        yield tls_port
    finally:
        process.terminate()
        process.communicate(timeout=30)


def test_behind_the_documented_nginx_the_page_loads_and_is_asked(nginx: int) -> None:
    status, page = fetch(nginx, "/", tls=True)
    assert (status, "<html" in page) == (200, True)
    assert json.loads(fetch(nginx, "/config", tls=True)[1])["root"] == f"https://{HOST}"
    status, answer = fetch(nginx, SHOUT, HELLO, tls=True, headers=OWN)
    assert (status, json.loads(answer)["data"]) == (200, ["HELLO"])
    assert fetch(nginx, SHOUT, HELLO, tls=True, headers=EVIL)[0] == 403
    assert fetch(nginx, "/", tls=True, headers={"Authorization": ""})[0] == 401


def test_behind_the_documented_nginx_only_who_guesses_waits(nginx: int, slept: Slept) -> None:
    slept.clear()
    guesses = [guess(nginx, number, source="127.0.0.3", tls=True) for number in range(8)]
    assert (guesses, slept) == ([401] * 8, [0.5, 1, 2, 4, 8, 16, 30])  # whoever it says it is
    slept.clear()
    new = {"Authorization": "basic " + RIGHT.partition(" ")[2]}  # not seen yet, so it is looked at
    assert fetch(nginx, "/", source="127.0.0.4", tls=True, headers=new)[0] == 200
    assert slept == []


def test_the_documented_commands_name_options_that_there_are(repo: Path) -> None:
    from briefqa.cli import main

    command = examples(repo)["sh"]
    assert "--trusted-proxy" in command
    assert "--public-host" in command
    assert "caddyfile" in examples(repo)
    options = command.split("briefqa serve ")[1].split("\n")[0].split()
    with pytest.raises(SystemExit) as ended:
        main(["serve", *options, "--help"])
    assert ended.value.code == 0
