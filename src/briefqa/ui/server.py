"""The page's server: opening and closing it, and who can reach it.

This machine, or with a password file whoever knows a password. Nothing is fetched from anywhere
else, by the server or by the page: usage statistics and version checks are off, and the page's own
rules forbid outside addresses.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import ipaddress
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from briefqa.errors import BriefQAError, ServeError
from briefqa.models.reader import DEFAULT_READER, load_reader
from briefqa.ui import passwords, proxy
from briefqa.ui.access import RequestFilter
from briefqa.ui.login import Login
from briefqa.ui.page_pictures import PagePictures
from briefqa.ui.uploads import Uploads

if TYPE_CHECKING:
    import gradio as gr
    from starlette.applications import Starlette
    from starlette.routing import Route

    from briefqa.ui.service import IndexService

FIRST_PORT = 7860
_PORTS_TRIED = 100
_MOST_ASKED = 1_000_000
"""Bytes of one request; only an upload of files may have more."""


def page(service: IndexService) -> gr.Blocks:
    """The page over an index, not yet served."""
    _stay_silent()
    from briefqa.ui.layout import build_page

    return build_page(service)


def serve(
    index: Path,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
    announce: Callable[[str], None] = print,
    auth: Path | None = None,
    trusted_proxies: Sequence[str] = (),
    public_hosts: Sequence[str] = (),
    mcp: bool = False,
    read_only: bool = False,
    uploads: Path | None = None,
    feedback: Path | None = None,
    reader: str | None = DEFAULT_READER,
    watch: bool = False,
    feed: Path | None = None,
) -> None:
    """Serve the page over an index, and return when Ctrl-C is pressed.

    Without `port` it is 7860 or the next free one, and the announcement says which. `auth` is a
    password file (see `briefqa.ui.passwords`); without one only this machine is listened to.

    `trusted_proxies` are the addresses or networks of reverse proxies: only they are believed for
    whom they pass on a request. `public_hosts` are the names under which visitors reach the page
    through them, each with its port unless that is the usual one.

    `mcp` offers `search` and `ask` as MCP tools as well. Files that are dropped on the page are
    kept in the folder `uploads`, by default one beside the index that is named after it (see
    `briefqa.indexing.uploads_folder`); `read_only` takes none. What readers think of answers is
    kept in the file `feedback`, if one is given. `reader` is as for `briefqa.open_index`. With
    `watch` the index is built again whenever the files change that it was built from, and the
    watches are run; what has changed of them goes into the JSON Feed `feed`, too, if one is given.

    An index that is missing or damaged is told of on the page, where it can be built again. Raises
    ServeError for a host beyond this machine without a password file, a password file or a proxy
    that cannot be used, a port that is taken or an MCP server that is not installed, UsageError
    for a feedback file that cannot be written or uploads that belong to another index, and for a
    `read_only` page IndexFolderError when there is no index to read.
    """
    from briefqa.index.store import store_at
    from briefqa.indexing.library import Library
    from briefqa.ui.feedback import Feedback
    from briefqa.ui.service import IndexService

    if not host:
        raise ServeError("There is no host to listen on: give 127.0.0.1, or 0.0.0.0 for every one.")
    store_at(index)  # raises UsageError for what is no folder
    local = _is_this_machine(host)
    if not local and auth is None:
        raise ServeError(
            f"BriefQA does not listen on {host} without a password, as others "
            "could then read the documents: make a password file with: briefqa password FILE NAME, "
            "and give it with --auth FILE. Or leave --host out, to serve this machine only."
        )
    login = None if auth is None else Login(passwords.read(auth))
    behind = proxy.configured(trusted_proxies, public_hosts)
    chosen, remark = _free_port(host, port)
    read_by = load_reader(reader) if reader not in (None, DEFAULT_READER) else reader
    service = IndexService(
        index,
        library=None if read_only else Library(index, uploads),
        uploads=None if read_only else Uploads(),
        feedback=None if feedback is None else Feedback(feedback),
        reader=read_by,
    )
    with contextlib.closing(service):
        if read_only:
            service.searcher()
        demo = page(service)
        from briefqa.programs import http_api
        from briefqa.programs.mcp_server import MCP_PATH, mcp_application

        tools = mcp_application(service) if mcp else None
        warming = threading.Thread(target=_warm, args=(service.warm, announce), daemon=True)
        opened = launched(
            demo,
            host,
            chosen,
            login=login,
            behind=behind,
            calls=[*http_api.routes(service), PagePictures(service).route],
            tools=tools,
            uploads=service.uploads,
        )
        with _sigterm_is_ctrl_c(), opened as address, contextlib.suppress(KeyboardInterrupt):
            # At exit the interpreter would look through all that the model brought, for seconds.
            atexit.register(gc.freeze)
            announce(f"BriefQA is at {address}{remark}. Press Ctrl-C to stop.")
            if mcp:
                announce(f"Its MCP tools are at {address}{MCP_PATH}.")
            if not local and not trusted_proxies:
                announce(
                    "Names, passwords and answers cross the network readable for whoever listens "
                    "in: put a proxy with TLS in front."
                )
            warming.start()
            with _following(service, announce, feed) if watch else contextlib.nullcontext():
                threading.Event().wait()
        # The model's library aborts the process when it is left in the middle of loading.
        if warming.is_alive():
            warming.join()


@contextlib.contextmanager
def _following(
    service: IndexService, announce: Callable[[str], None], feed: Path | None
) -> Iterator[None]:
    """Build again whenever the files of the index change, for as long as the block runs.

    After each build the watches are run.
    """
    from briefqa.watching.following import follow

    stop = threading.Event()

    def once_more() -> None:
        service.rebuild()
        try:
            n = len(service.run_watches(feed).changes)
        except BriefQAError as error:
            announce(f"The watches were not run: {error}")
            return
        if n:
            changes = "1 change" if n == 1 else f"{n} changes"
            announce(f"{changes} of what is watched; Menu, Watches says what.")

    def failed(error: BriefQAError) -> None:
        announce(f"The index was not built again: {error}")

    def until_stopped() -> None:
        try:
            follow(service.index, once_more, stop=stop, failed=failed)
        except BriefQAError as error:
            failed(error)

    thread = threading.Thread(target=until_stopped, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextlib.contextmanager
def launched(
    demo: gr.Blocks,
    host: str,
    port: int,
    *,
    login: Login | None = None,
    behind: proxy.Proxy | None = None,
    calls: Sequence[Route] = (),
    tools: Starlette | None = None,
    uploads: Uploads | None = None,
) -> Iterator[str]:
    """Serve a page while the block runs; yields its address, http://host:port.

    With it the `calls` for programs, `tools`, an MCP server, and the address for `uploads`, which
    are deleted at the end. `behind` is the proxy that visitors come through.
    """
    from briefqa.ui.style import stylesheet, theme

    own_hosts = ["127.0.0.1", "localhost", host]
    # With a password any name will do, as it has in a network or behind a proxy: no website that
    # points a name of its own here can make a browser send the password.
    answered = own_hosts if login is None else None
    application: dict[str, Any] = {
        "docs_url": None,
        "redoc_url": None,
        "openapi_url": None,
        "middleware": [
            (RequestFilter, (answered, login, behind), {}),
            (RequestBodyLimitMiddleware, (_MOST_ASKED,), {}),
        ],
        "routes": [*calls],
    }
    if tools is not None:
        application["routes"] += tools.routes
        application["lifespan"] = tools.router.lifespan_context
    if uploads is not None:
        application["routes"].append(uploads.route)
    demo.queue(max_size=64, default_concurrency_limit=4)
    try:
        with _environment(own_hosts):
            demo.launch(
                server_name=host,
                server_port=port,
                prevent_thread_lock=True,
                quiet=True,
                inbrowser=False,
                share=False,
                ssr_mode=False,
                mcp_server=False,  # its results are Python's repr of a dict, not JSON
                pwa=False,
                run_history=False,
                enable_monitoring=False,
                strict_cors=True,
                show_error=False,
                footer_links=[],
                max_file_size="1kb",
                theme=theme(),
                css=stylesheet(),
                app_kwargs=application,
            )
    except OSError as error:
        raise ServeError(f"The page could not be opened on {host}:{port}: {error}") from error
    try:
        yield f"http://{host if host != '0.0.0.0' else socket.gethostname()}:{port}"
    finally:
        _close(demo)
        if uploads is not None:
            uploads.close()


def _stay_silent() -> None:
    """Before gradio is imported: no statistics, no version check, no model hub."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # Otherwise a table of the last ten thousand events is summed up after every single one.
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**12)
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False


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
    """Why nothing can listen on that port; empty if something can.

    Raises ServeError for a host on which there is nothing to listen at all.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise ServeError(
                    f"{host} is no IPv4 address of this machine: give one that is, or 0.0.0.0 for "
                    "all of them."
                ) from error
            return (error.strerror or str(error)).lower()
    return ""


@contextlib.contextmanager
def _sigterm_is_ctrl_c() -> Iterator[None]:
    """Let whoever manages services end the page in order too, with nothing left behind."""
    try:
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    except ValueError:  # only the main thread may
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _environment(own_hosts: list[str]) -> Iterator[None]:
    """What the server reads from the environment when it starts.

    No proxy stands between it and its first call to itself, and it believes nobody that speaks
    for others: that is left to `briefqa.ui.proxy`.
    """
    names = ("NO_PROXY", "no_proxy", "FORWARDED_ALLOW_IPS")
    before = {name: os.environ.get(name) for name in names}
    for name in names[:2]:
        os.environ[name] = ",".join(filter(None, (before[name], *own_hosts)))
    os.environ["FORWARDED_ALLOW_IPS"] = ""
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
