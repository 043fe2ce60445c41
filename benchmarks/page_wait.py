"""Measures how much longer than `ask` the page takes: Enter to the answer in Chromium, warmed.

    python benchmarks/page_wait.py [--rounds 3]

Asks questions of the bundled briefs by turns of `Searcher.ask` and of the page, in one process and
on one index, and prints the median of each and of what the page takes beyond its own asking, which
other work on the machine disturbs less. The page's time begins when Enter is pressed and ends with
the frame in which the answer is drawn. Each question is a conversation of its own; no answer is
kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from briefqa import build
from briefqa.ui import page, session
from briefqa.ui.server import launched
from briefqa.ui.service import IndexService
from briefqa.ui.turns import Turn

ROOT = Path(__file__).resolve().parents[1]
QUESTIONS = 12

# From the key that is pressed to the frame after the answer's, in milliseconds.
_MEASURE = """() => new Promise(done => {
  const box = document.querySelector("#question textarea");
  const before = document.querySelectorAll("#log .reply").length;
  const begun = performance.now();
  const answered = new MutationObserver(() => {
    if (document.querySelectorAll("#log .reply").length === before) return;
    answered.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
  });
  answered.observe(document.querySelector("#log"), { childList: true, subtree: true });
  for (const type of ["keydown", "keypress"]) {
    box.dispatchEvent(new KeyboardEvent(type, { key: "Enter", bubbles: true, cancelable: true }));
  }
})"""


def main() -> None:
    """Build, serve, ask both by turns, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    lines = (ROOT / "data" / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()][:QUESTIONS]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as work, sync_playwright() as playwright:
        build(ROOT / "data", index=Path(work) / "index")
        service = IndexService(Path(work) / "index")
        service.warm()
        own: list[float] = []
        session.ask = timed(session.ask, own)
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        with launched(page(service), "127.0.0.1", port) as address:
            visitor = browser.new_page()
            visitor.goto(address)
            visitor.locator(".invitation").wait_for()
            asked, shown, beyond = [], [], []
            for number in range(rounds + 1):
                for question in questions:
                    direct, drawn = ask(service, question), enter(visitor, question)
                    if number:  # the first round warms both
                        asked.append(direct)
                        shown.append(drawn)
                        beyond.append(drawn - own[-1])
                    visitor.get_by_role("button", name="New conversation").click()
                    visitor.locator(".invitation").wait_for()
        browser.close()
    for name, seconds in (("ask", asked), ("Enter to answer", shown), ("beyond asking", beyond)):
        worst = sorted(seconds)[int(0.95 * (len(seconds) - 1))]
        print(f"{name:<16} median {statistics.median(seconds):.3f} s, 95 % within {worst:.3f} s")
    ratio = statistics.median(shown) / statistics.median(asked)
    print(f"{len(asked)} questions; Enter to answer takes {ratio:.2f} times as long as ask")


def timed(asking: Callable[..., Turn], seconds: list[float]) -> Callable[..., Turn]:
    """The same function, which also notes how long it takes each time."""

    def call(*given: Any) -> Turn:
        begun = time.perf_counter()
        turn = asking(*given)
        seconds.append(time.perf_counter() - begun)
        return turn

    return call


def ask(service: IndexService, question: str) -> float:
    """Seconds of `Searcher.ask`."""
    begun = time.perf_counter()
    service.searcher().ask(question)
    return time.perf_counter() - begun


def enter(visitor: Page, question: str) -> float:
    """Seconds from Enter until the answer is drawn."""
    visitor.get_by_label("Your question").fill(question)
    return float(visitor.evaluate(_MEASURE)) / 1000


if __name__ == "__main__":
    main()
