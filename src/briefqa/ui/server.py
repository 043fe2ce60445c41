"""Who may talk to the page, and how is it opened and closed?

This machine only. Nothing is fetched from anywhere else, by the server or by the page: usage
statistics and version checks are off, and the page's own rules forbid outside addresses.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import ipaddress
import logging
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Collection, Iterator, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from briefqa.errors import BriefQAError, ServeError

if TYPE_CHECKING:
    import gradio as gr

    from briefqa.ui.layout import Library

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

FIRST_PORT = 7860
_PORTS_TRIED = 100

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Inline for gradio's own start, eval for its templates; inline handlers never run.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "script-src-attr 'none'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
    )
)
_HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode("ascii")),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_CLOSED = ("upload", "proxy", "runs", "run-history", "stream", "component_server", "deep_link")
"""Doors under /gradio_api that the page has no use for: files in, addresses out, kept questions."""


def page(searcher: Library) -> gr.Blocks:
    """The page over an open index, not yet served."""
    _stay_silent()
    from briefqa.ui.layout import build_page

    return build_page(searcher)


def serve(
    index: Path,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Open the index, serve the page on this machine, and return when Ctrl-C is pressed.

    Without `port` it is 7860 or the next free one, and the announcement says which. Raises
    ServeError for a host beyond this machine or a port that is taken, IndexFolderError for an
    index that cannot be opened.
    """
    from briefqa import open_index

    _refuse_beyond_this_machine(host)
    chosen, remark = _free_port(host, port)
    searcher = open_index(index)
    warming = threading.Thread(target=_warm, args=(searcher.warm, announce), daemon=True)
    with launched(page(searcher), host, chosen) as address, contextlib.suppress(KeyboardInterrupt):
        # At exit the interpreter would look through all that the model brought along, for seconds.
        atexit.register(gc.freeze)
        announce(f"BriefQA is at {address}{remark}. Press Ctrl-C to stop.")
        warming.start()
        threading.Event().wait()
    # The model's library aborts the process when it is left in the middle of loading.
    if warming.is_alive():
        warming.join()


@contextlib.contextmanager
def launched(demo: gr.Blocks, host: str, port: int) -> Iterator[str]:
    """Serve a page while the block runs; yields its address, http://host:port."""
    from briefqa.ui.layout import stylesheet, theme

    own_hosts = ["127.0.0.1", "localhost", host]
    demo.queue(max_size=64, default_concurrency_limit=4)
    try:
        with _no_proxy_for(own_hosts):
            demo.launch(
                server_name=host,
                server_port=port,
                prevent_thread_lock=True,
                quiet=True,
                inbrowser=False,
                share=False,
                ssr_mode=False,
                mcp_server=False,
                pwa=False,
                run_history=False,
                enable_monitoring=False,
                strict_cors=True,
                show_error=False,
                footer_links=[],
                max_file_size="1kb",
                theme=theme(),
                css=stylesheet(),
                app_kwargs={
                    "docs_url": None,
                    "redoc_url": None,
                    "openapi_url": None,
                    "middleware": [(Guard, (own_hosts,), {})],
                },
            )
    except OSError as error:
        raise ServeError(f"The page could not be opened on {host}:{port}: {error}") from error
    try:
        yield f"http://{host}:{port}"
    finally:
        _close(demo)


class Guard:
    """ASGI layer in front of everything: own hosts only, no needless doors, the security headers.

    A request that came under another host name is refused, so that no website can reach the page
    by pointing its own name at this machine.
    """

    def __init__(self, app: Application, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, guarded)
            return
        status, body = refusal
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
        await guarded({"type": "http.response.start", "status": status, "headers": headers})
        await guarded({"type": "http.response.body", "body": body})

    def _refusal(self, scope: Message) -> tuple[int, bytes] | None:
        if _host(scope) not in self._hosts:
            return 400, b"This page answers to its own address only."
        _, _, below = scope["path"].partition("/gradio_api/")
        if below.lstrip("/").startswith(_CLOSED):
            return 404, b"There is nothing here."
        return None


def _host(scope: Message) -> str:
    """The host name a request was sent to, without its port; empty unless there is exactly one."""
    named = [value for name, value in scope["headers"] if name == b"host"]
    return named[0].decode("latin-1").lower().partition(":")[0] if len(named) == 1 else ""


def _stay_silent() -> None:
    """Before gradio is imported: no statistics, no version check, no model hub."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # Otherwise a table of the last ten thousand events is summed up after every single one.
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**12)
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"


def _refuse_beyond_this_machine(host: str) -> None:
    try:
        local = host == "localhost" or ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise ServeError(
            f"BriefQA does not listen on {host}: it has no login yet, so it serves this machine "
            "only. Leave --host out, or give 127.0.0.1."
        )


def _free_port(host: str, wanted: int | None) -> tuple[int, str]:
    """A port to listen on, and a remark if it is not the usual one."""
    if wanted is not None:
        if not 0 < wanted < 65536:
            raise ServeError(f"There is no port {wanted}: give one from 1 to 65535.")
        reason = _unusable(host, wanted)
        if reason:
            raise ServeError(
                f"Port {wanted} on {host} cannot be used ({reason}): give another one with --port, "
                "or none to get a free one."
            )
        return wanted, ""
    for port in range(FIRST_PORT, FIRST_PORT + _PORTS_TRIED):
        if not _unusable(host, port):
            return port, "" if port == FIRST_PORT else f" ({FIRST_PORT} was taken)"
    raise ServeError(
        f"No port from {FIRST_PORT} to {FIRST_PORT + _PORTS_TRIED - 1} is free on {host}: "
        "give one with --port."
    )


def _unusable(host: str, port: int) -> str:
    """Why nothing can listen there; empty if something can."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return (error.strerror or str(error)).lower()
    return ""


@contextlib.contextmanager
def _no_proxy_for(hosts: list[str]) -> Iterator[None]:
    """Keep a proxy from the environment out of the server's first call to itself."""
    before = {name: os.environ.get(name) for name in ("NO_PROXY", "no_proxy")}
    for name, value in before.items():
        os.environ[name] = ",".join(filter(None, (value, *hosts)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _warm(warm: Callable[[], Any], announce: Callable[[str], None]) -> None:
    """Load the model while the first question is being typed."""
    try:
        warm()
    except BriefQAError as error:
        announce(str(error))


def _close(demo: gr.Blocks) -> None:
    """Stop serving: open tabs get a second to finish, and are then cut off without a word."""
    log = logging.getLogger("uvicorn.error")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        demo.server.config.timeout_graceful_shutdown = 1
        demo.close(verbose=False)
    finally:
        log.setLevel(level)
