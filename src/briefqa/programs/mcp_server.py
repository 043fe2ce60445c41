"""The MCP server: the tools `search` and `ask`, over HTTP or over standard input and output."""

from __future__ import annotations

import inspect
import logging
from typing import TYPE_CHECKING

from briefqa.errors import ServeError
from briefqa.programs.functions import Programs, Source, with_plain_errors

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from starlette.applications import Starlette

MCP_PATH = "/mcp"


def mcp_application(searcher: Source) -> Starlette:
    """The MCP server over `searcher` as an application that serves `MCP_PATH`.

    Stateless, so that a client need not say goodbye. Raises ServeError when the extra is not
    installed.
    """
    server = _server(searcher)
    from mcp.server.transport_security import TransportSecuritySettings

    return server.streamable_http_app(
        streamable_http_path=MCP_PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=1_000_000,
        # The request filter in front of it does this, for every address alike.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


def serve_stdio(searcher: Source) -> None:
    """Serve MCP on standard input and output until the input ends.

    Whatever else is printed meanwhile goes to standard error. Raises ServeError when the extra is
    not installed.
    """
    _server(searcher).run("stdio")


def require_mcp() -> None:
    """Raises ServeError when the extra is not installed."""
    try:
        import mcp.server  # noqa: F401
    except ImportError as error:
        raise ServeError(
            'The MCP server is not installed; install it with: pip install "briefqa[mcp]"'
        ) from error


def _server(searcher: Source) -> MCPServer:
    require_mcp()
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError

    from briefqa import __version__

    handlers = logging.root.handlers[:]  # it puts one of its own among them
    server = MCPServer(
        "BriefQA",
        version=__version__,
        instructions="Ask these documents; every passage comes with a citation to check.",
        log_level="WARNING",
        subscriptions=False,
    )
    logging.root.handlers[:] = handlers
    programs = Programs(searcher)
    for function in (programs.search, programs.ask):
        tell = server.tool(description=inspect.getdoc(function), structured_output=True)
        tell(with_plain_errors(function, ToolError))
    return server
