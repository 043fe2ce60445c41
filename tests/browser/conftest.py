"""Shared by the browser tests: an index, servers, one Chromium, and visits that are watched."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from briefqa import Searcher, build, open_index
from briefqa.indexing.library import Library
from briefqa.models.embedder import Embedder, HashingEmbedder
from briefqa.records import TextKind
from briefqa.ui import page
from briefqa.ui.feedback import Feedback
from briefqa.ui.page_pictures import PagePictures
from briefqa.ui.server import launched
from briefqa.ui.service import IndexService
from briefqa.ui.uploads import Uploads

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

    from briefqa.models.embedder import Vectors

HARBOUR = """# The harbour at Lund

The harbour stands on the north side of the bay, where the water stays deep at low tide.

## The ferry

The ferry to the islands leaves every morning at seven and comes back at dusk. In winter it sails
on Tuesdays and Fridays only, and not at all when the bay freezes over.

A ticket for the ferry costs twelve crowns. Children under six travel without a ticket.

## The lighthouse

The lighthouse was built in 1871 out of red granite from the quarry behind the town.

Ada Lindqvist kept the lighthouse for forty years, from 1902 until 1942. She wrote down the
weather every evening, and her notebooks are in the town library.

## The fish market

The fish market opens before sunrise. Herring is sold by the barrel, mackerel by the dozen.

### Weights

A barrel of herring weighs ninety kilograms with the brine, and seventy without it.

## The crane

The old crane lifts eight tons. Four men turned its wheel until a motor was fitted in 1928.

## The sea wall

The sea wall was raised by two metres after the flood of 1953, which reached the church steps.

## The school

Fifty pupils learn navigation at the harbour school, and each of them spends a summer at sea.
"""

MILL = """# The mill at Hult

The mill grinds rye on Mondays.

## The wheel

The wheel of the mill is five metres high, and the miller greases it with goose fat.
"""

HURT = "Reflect.set(window, /hurt/.source, 1)"  # no quote, no equals sign: templates let it by
HOSTILE_LINES = (
    f"Rule one <script>{HURT}</script>",
    f'<img src="x" onerror="{HURT}">',
    f'<svg onload="{HURT}"></svg>',
    "![pixel](http://outside.example/pixel.png)",
    '<div style="position:fixed;inset:0;background:url(http://outside.example/b)">covered</div>',
    f"[press here](javascript:{HURT})",
    f"${{{HURT}}} {{{{value}}}} `+({HURT})+`",
    f"\\x3cimg src=x onerror='{HURT}'\\x3e \\u003cimg src=x onerror='{HURT}'\\u003e",
    "<style>body{display:none}</style><link rel=stylesheet href=http://outside.example/s.css>",
    "<iframe src=http://outside.example/></iframe> $$x^2$$ </blockquote></div></section>",
    "read backwards \u202eeciton\u202c and \u2066held apart",
)
HOSTILE_TITLE = f"Zeppelin notice <img src=x onerror='{HURT}'> ${{{HURT}}} \\x3cb\\x3e"
RULE = "The zeppelin may not land in the square while the zeppelin market is open."
HOSTILE_BLOCKS = (
    f"| zeppelin <td onclick={HURT}> | {HOSTILE_LINES[1]} |\n|---|---|\n| ${{{HURT}}} | </table> |",
    f"- zeppelin <li onclick={HURT}>\n  - {HOSTILE_LINES[0]}\n    1. </ul></ol> {{{{value}}}}",
    f'[<img src=x onerror="{HURT}">](http://outside.example/"onmouseover={HURT})',
    f"![</p><script>{HURT}</script>](http://outside.example/pixel.png) &lt;b&gt; &#60;i&#62;",
)
HOSTILE_CODE = f"```html onload={HURT}\n<script>{HURT}</script>\n\n</code></pre> ${{{HURT}}}\n```"
NOTICE = "\n\n".join(
    [
        *(
            shown.replace("<", r"\<")  # so that Markdown takes it for text
            for shown in (
                f"# {HOSTILE_TITLE}",
                f"## Zeppelin rules ${{{HURT}}} <b>",
                *HOSTILE_LINES,
                RULE,
                "## Zeppelin blocks",
                *HOSTILE_BLOCKS,
            )
        ),
        HOSTILE_CODE,
        "## Zeppelin markup",
        *HOSTILE_LINES,
    ]
)

Visit = Callable[..., "Page"]


class PausingEmbedder(HashingEmbedder):
    """Embeds passages only while it is let to: what a build shows can be looked at."""

    def __init__(self) -> None:
        self.going_on = threading.Event()
        self.going_on.set()

    def embed(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        if kind is TextKind.PASSAGE:
            assert self.going_on.wait(60)
        return super().embed(texts, kind)


@contextmanager
def served(service: IndexService, port: int | None = None) -> Iterator[str]:
    """The address of a page over this index, while the block runs."""
    with launched(
        page(service),
        "127.0.0.1",
        port or free_port(),
        calls=[PagePictures(service).route],
        uploads=service.uploads,
    ) as address:
        yield address


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def changeable(index: Path, model: Embedder) -> IndexService:
    """An index whose documents can be changed; its uploads are kept beside the index."""
    uploads = index.with_name("uploads")
    return IndexService(
        index, library=Library(index, uploads, model=model), uploads=Uploads(), model=model
    )


@pytest.fixture(scope="session")
def harbour(real_embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of a plain document and a hostile one; read it, do not write it."""
    folder = tmp_path_factory.mktemp("harbour")
    notes = folder / "notes"
    notes.mkdir()
    (notes / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    (notes / "notice.md").write_text(NOTICE, encoding="utf-8")
    build(notes, index=folder / "index", model=real_embedder)
    return folder / "index"


@pytest.fixture(scope="session")
def searcher(harbour: Path, real_embedder: Embedder) -> Searcher:
    """The same index as the page's, opened beside it."""
    return open_index(harbour, model=real_embedder)


@pytest.fixture(scope="session")
def ratings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the page over the harbour keeps what readers think."""
    return tmp_path_factory.mktemp("ratings") / "ratings.jsonl"


@pytest.fixture(scope="session")
def address(harbour: Path, real_embedder: Embedder, ratings: Path) -> Iterator[str]:
    """A page that only reads, over the harbour."""
    with served(IndexService(harbour, feedback=Feedback(ratings), model=real_embedder)) as address:
        yield address


@pytest.fixture(scope="session")
def library_page(
    real_embedder: Embedder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A page on which everything can be done, over the harbour and the mill.

    Tests share it: each adds files of its own and expects nothing of the others'.
    """
    folder = tmp_path_factory.mktemp("library")
    (folder / "notes").mkdir()
    (folder / "notes" / "harbour.md").write_text(HARBOUR, encoding="utf-8")
    (folder / "notes" / "mill.md").write_text(MILL, encoding="utf-8")
    build(folder / "notes", index=folder / "index", model=real_embedder)
    service = changeable(folder / "index", real_embedder)
    service.feedback = Feedback(folder / "ratings.jsonl")
    with served(service) as address:
        yield address


@pytest.fixture(scope="package")  # as long as it lives, asyncio cannot be run elsewhere
def browser(chromium: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*flags, *quiet])
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def tabs(browser: Browser) -> BrowserContext:
    """One person's browser, in which most pages are opened: it keeps gradio's own files."""
    return browser.new_context()


@pytest.fixture
def visit(
    browser: Browser, tabs: BrowserContext, request: pytest.FixtureRequest
) -> Iterator[Visit]:
    """Opens a page in a new tab, or as another visitor when there are `options` of a context.

    By default the page over the harbour. Afterwards, no request may have gone anywhere but to the
    servers that were visited, no script of the page may have failed and none of others' have run.
    """
    visited: list[str] = []
    requested: list[str] = []
    failures: list[str] = []
    pages: list[Page] = []

    with ExitStack() as open_visits:

        def opened(
            at: str = "",
            *,
            query: str = "",
            width: int = 1440,
            height: int = 900,
            scheme: str = "light",
            **options: Any,
        ) -> Page:
            at = at or request.getfixturevalue("address")
            visited.extend([f"{at}/", "data:", f"blob:{at}/"])
            context = tabs
            if options:
                context = browser.new_context(**options)
                open_visits.callback(context.close)
            visitor = context.new_page()
            open_visits.callback(visitor.close)
            visitor.set_viewport_size({"width": width, "height": height})
            visitor.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            visitor.set_default_timeout(60_000)  # a machine may be busy
            visitor.on("request", lambda request: requested.append(request.url))
            visitor.on("pageerror", lambda error: failures.append(str(error)))
            visitor.goto(f"{at}/{query}", wait_until="commit")
            visitor.locator(".invitation, .turn").first.wait_for()
            visitor.evaluate("window.stayed = true")
            pages.append(visitor)
            return visitor

        yield opened
        assert [visitor.evaluate("window.hurt ?? 0") for visitor in pages] == [0] * len(pages)
    assert requested
    assert [url for url in requested if not url.startswith(tuple(visited))] == []
    assert failures == []
