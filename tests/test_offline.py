"""Does everything work, and nothing call out, where there is no network?

A fresh process refuses every address but this machine's own, and notes each attempt, so that one
which a library swallows is seen as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import briefqa

REFUSAL = "the network is switched off for this test"
NO_NETWORK = f'''
import os, sys

def refuse(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        host = args[1][0] if isinstance(args[1], tuple) else None
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0]
    else:
        return
    if host not in (None, "", "localhost", "127.0.0.1", "::1"):
        with open(os.environ["ATTEMPTS"], "a") as attempts:
            attempts.write(f"{{event}} {{host}}\\n")
        raise OSError("{REFUSAL}")

sys.addaudithook(refuse)
'''
BUILD_AND_ASK = """
import json, sys
from briefqa import ask, build, search

build("notes", index="index")
hits = search("Who feeds the cat?", k=1, index="index")
answer = ask("Who feeds the cat?", index="index")
found = [hits[0].passage.text, hits[0].citation, len(answer.hits), "gradio" in sys.modules]
print(json.dumps(found))
"""


class Offline:
    """Python processes without a network, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.attempts = folder / "attempts"
        self.attempts.touch()
        (folder / "hook").mkdir()
        (folder / "hook" / "sitecustomize.py").write_text(NO_NETWORK, encoding="utf-8")

    def python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Run `code`; the settings that would keep libraries quiet by themselves are taken away."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("HF_")}
        hook, package = self.folder / "hook", Path(briefqa.__file__).parent.parent
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=self.folder,
            env={
                **kept,
                "PYTHONPATH": f"{hook}{os.pathsep}{package}",
                "ATTEMPTS": str(self.attempts),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )


@pytest.fixture
def offline(tmp_path: Path) -> Offline:
    return Offline(tmp_path)


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 9))",
        "socket.getaddrinfo('example.org', 443)",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 9))",
    ],
)
def test_the_block_refuses_and_notes_an_attempt(offline: Offline, attempt: str) -> None:
    done = offline.python(f"import socket\n{attempt}")
    assert done.returncode == 1
    assert REFUSAL in done.stderr
    assert len(offline.attempts.read_text(encoding="utf-8").splitlines()) == 1


def test_an_index_is_built_and_asked_without_one_attempt_to_connect(offline: Offline) -> None:
    notes = offline.folder / "notes"
    notes.mkdir()
    (notes / "house.md").write_text(
        "# House\n\n## Pets\n\nMarta feeds the cat.\n\n## Plants\n\nThe fern likes shade.\n",
        encoding="utf-8",
    )
    done = offline.python(BUILD_AND_ASK)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [
        "Marta feeds the cat.",
        "House › Pets › ¶1",
        2,
        False,
    ]
    assert offline.attempts.read_text(encoding="utf-8") == ""
