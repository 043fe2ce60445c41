"""What all tests share: a quiet environment, the test tiers, and fixtures that are costly to make.

The real model is loaded and exported once, the bundled brief is indexed once and its question file
is asked once for the whole run; tests that only need some embedder take `hashing_embedder`, which
needs no model. What the program keeps in the user's folders is kept in one of the run's own.

Tests marked with the name of a tier in `TIERS` run only with its option; each run says how many it
left out. Workers of pytest-xdist (`make test` starts two) share the exported model, and each runs
whole files; one of them runs all the browser tests, so that there is one Chromium.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import portalocker
import pytest
from hypothesis import HealthCheck, settings

from briefqa import Searcher, build, open_index
from briefqa.models.embedder import Embedder, HashingEmbedder, load_embedder, prepared
from briefqa.models.sentence_transformer import DEFAULT_MODEL
from tests.question_file import Asked, ask_all

REPO = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TIERS = {
    "slow": "interrupted builds, the wheel",
    "quality": "whole question files",
}
LEFT_OUT = pytest.StashKey[dict[str, int]]()
CACHE = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    for tier, content in TIERS.items():
        parser.addoption(f"--{tier}", action="store_true", help=f"run these too: {content}")


def pytest_configure(config: pytest.Config) -> None:
    """Set the environment before a test, or a library a test imports, can read it."""
    kept = ("BRIEFQA_MILVUS_URI", "BRIEFQA_MILVUS_TOKEN")  # say which cluster to test with
    for name in [name for name in os.environ if name.startswith("BRIEFQA_") and name not in kept]:
        del os.environ[name]
    if not _is_worker(config):  # a worker inherits the run's cache folder
        cache = tempfile.mkdtemp(prefix="briefqa-tests-")
        config.stash[CACHE] = os.environ["XDG_CACHE_HOME"] = cache
        os.environ["XDG_DATA_HOME"] = f"{cache}/data"
    # A shell that starts the run in the background has it, and all it starts, ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"

    common = settings(
        deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], database=None
    )
    settings.register_profile("here", common)
    settings.register_profile("ci", common, derandomize=True)
    settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_unconfigure(config: pytest.Config) -> None:
    if CACHE in config.stash:
        shutil.rmtree(config.stash[CACHE], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out: dict[str, int] = {}
    for tier in TIERS:
        if not config.getoption(f"--{tier}"):
            deselected = [item for item in items if item.get_closest_marker(tier)]
            items[:] = [item for item in items if not item.get_closest_marker(tier)]
            config.hook.pytest_deselected(items=deselected)
            left_out[tier] = len(deselected)
    config.stash[LEFT_OUT] = left_out
    if _is_worker(config):
        config.workeroutput["left_out"] = left_out  # type: ignore[attr-defined]
    missing = _missing_for_browser()
    if missing:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=f"browser tests need {missing}"))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker left out: each collects all tests, the run itself none."""
    left_out = getattr(node, "workeroutput", {}).get("left_out")
    if left_out is not None:
        node.config.stash[LEFT_OUT] = left_out


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """A worker runs whole files, in the order they were collected in; the browser's are one."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return "browser" if "tests/browser/" in file else file

    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say aloud what this run left out."""
    for tier, number in config.stash.get(LEFT_OUT, {}).items():
        if number:
            terminalreporter.write_line(
                f"NOT RUN: {number} {tier} tests ({TIERS[tier]}); `make {tier}` runs them."
            )
    skipped = terminalreporter.stats.get("skipped", [])
    browser = [report for report in skipped if "browser" in report.keywords]
    if browser:
        terminalreporter.write_line(
            f"NOT RUN: {len(browser)} browser tests; they need {_missing_for_browser()}."
        )


def _is_worker(config: pytest.Config) -> bool:
    """Whether this process is one of pytest-xdist's, and not the run itself."""
    return hasattr(config, "workerinput")


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _missing_for_browser() -> str:
    """What keeps the browser tests from running, empty when nothing does."""
    if _chromium() is None:
        return "Chromium (apt install chromium)"
    if importlib.util.find_spec("playwright") is None:
        return "playwright (pip install playwright)"
    return ""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; tests marked `browser` only."""
    path = _chromium()
    assert path is not None, "a test that asks for chromium must be marked `browser`"
    return path


@pytest.fixture(scope="session")
def repo() -> Path:
    """The folder that holds pyproject.toml."""
    return REPO


@pytest.fixture(scope="session")
def real_embedder() -> Embedder:
    """The default model, loaded and exported once."""
    texts = ["Russian and Turkish aircraft struck 36 targets.", "Snow."]
    with portalocker.Lock(Path(os.environ["XDG_CACHE_HOME"]) / "export.lock", timeout=240):
        return prepared(load_embedder(), texts)


@pytest.fixture
def hashing_embedder() -> HashingEmbedder:
    """An embedder that hashes words: deterministic, and there is no model to load."""
    return HashingEmbedder()


@pytest.fixture(scope="session")
def brief_index(real_embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled brief, indexed once with the default model; read it, do not write it."""
    index = tmp_path_factory.mktemp("brief") / "index"
    build(REPO / "data", index=index, model=real_embedder)
    return index


@pytest.fixture(scope="session")
def brief(brief_index: Path, real_embedder: Embedder) -> Searcher:
    """A Searcher over the bundled brief, with the default model."""
    return open_index(brief_index, model=real_embedder)


@pytest.fixture(scope="session")
def brief_answers(brief: Searcher) -> tuple[Asked, ...]:
    """Every question of data/questions.jsonl, asked once; minutes, so for quality tests only."""
    return ask_all(brief, REPO / "data" / "questions.jsonl")


@pytest.fixture
def clone(
    repo: Path, tmp_path: Path, real_embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The working folder, with a copy of data/ as in a fresh clone; the model is loaded once."""
    shutil.copytree(repo / "data", tmp_path / "data")
    shutil.copytree(repo / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)

    def loaded_once(model: str = DEFAULT_MODEL) -> Embedder:
        assert model == DEFAULT_MODEL
        return real_embedder

    # The builder first: importing it takes the function from the other module.
    monkeypatch.setattr("briefqa.indexing.builder.load_embedder", loaded_once)
    monkeypatch.setattr("briefqa.models.embedder.load_embedder", loaded_once)
    monkeypatch.setattr("briefqa.api._searchers", {})
    return tmp_path
