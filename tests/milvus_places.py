"""What the tests of Milvus share: its server on this machine, and documents to index."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from briefqa import Searcher, build, open_index
from briefqa.models.embedder import HashingEmbedder
from briefqa.models.reader import OverlapReader

REPO = Path(__file__).resolve().parent.parent
NEW = "# Note\n\nThe lighthouse of Quillon was repaired in 1987 by Ada Brask.\n"

needs_milvus = pytest.mark.skipif(
    not (find_spec("pymilvus") and find_spec("milvus_lite")),
    reason="Milvus is not installed: pip install 'briefqa[milvus]'",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class LiteServer:
    """A server of Milvus Lite on a port of this machine, which can be killed and started again."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = Path(sys.executable).with_name("milvus-lite")
        self.process = subprocess.Popen(
            [program, "server", "--data-dir", self.folder, "--host", "127.0.0.1",
             "--port", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "the server of Milvus Lite did not start"
                assert self.process.poll() is None, "the server of Milvus Lite ended"
                time.sleep(0.1)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def write_documents(folder: Path) -> None:
    """Two briefs, and one of them as a PDF with its pages."""
    for name in ("kestrand-port-2021.md", "velmora-flood-2019.md"):
        shutil.copy(REPO / "data" / name, folder)
    shutil.copy(REPO / "examples" / "kestrand-port-2021.pdf", folder)


def index_at(index: str | Path, documents: Path) -> Any:
    return build(documents, index=index, model=HashingEmbedder())


def searcher_of(index: str | Path) -> Searcher:
    return open_index(index, model=HashingEmbedder(), reader=OverlapReader())


BUILD = """
import sys
from briefqa import build
from briefqa.models.embedder import HashingEmbedder
build(sys.argv[1], index=sys.argv[2], model=HashingEmbedder())
"""


def building(documents: Path, index: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, documents, index],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
