"""How a program is told that it gets nothing: JSON with one sentence.

Light, since the page's request filter needs it too.
"""

from __future__ import annotations

import json

CALLS = ("/search", "/ask", "/documents", "/openapi.json", "/v1")


def is_call(path: str) -> bool:
    """Whether a path is one of the calls for programs."""
    return any(path == call or path.startswith(f"{call}/") for call in CALLS)


def refused(path: str, status: int, sentence: str) -> bytes:
    """The body of a refusal at this path: `{"error": sentence}`, under `/v1` in OpenAI's shape."""
    content: object = {"error": sentence}
    if path.startswith("/v1/"):
        kind = "invalid_request_error" if status < 500 else "server_error"
        content = {"error": {"message": sentence, "type": kind, "param": None, "code": None}}
    return json.dumps(content).encode("ascii")
