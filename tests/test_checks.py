"""Does the code keep its own rules? Format, lint, types, contracts and ARCHITECTURE.md."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parent.parent
SOURCES = REPO / "src" / "briefqa"
MODULES = sorted(path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*.py"))
LONGEST_MODULE = 400  # lines
LINT_IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def check(*arguments: str) -> None:
    """Run a tool on the whole repository; its findings are the failure's message."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=REPO,
        env={**os.environ, "PYTHONPATH": str(REPO / "src"), "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_the_format_is_ruffs() -> None:
    check("-m", "ruff", "format", "--check", "--diff", ".")


def test_ruff_finds_nothing() -> None:
    check("-m", "ruff", "check", ".")


@pytest.mark.timeout(900)
def test_types_hold_strictly() -> None:
    # By the Python that runs: its numpy may be one that the oldest Python cannot have.
    check("-m", "mypy", f"--python-version={sys.version_info.major}.{sys.version_info.minor}")


def test_imports_keep_their_contracts() -> None:
    check("-c", LINT_IMPORTS, "--no-cache", "--no-logo")


def test_every_library_the_code_imports_is_a_declared_dependency() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    required = [
        *project["dependencies"],
        *(one for name in extras.keys() - {"test"} for one in extras[name]),
    ]
    declared = {_distribution(requirement) for requirement in required}
    providers = packages_distributions()
    imported = {name for module in MODULES for name in _imported_by(SOURCES / module)}
    libraries = imported - {"briefqa", *sys.stdlib_module_names}
    assert libraries, "the code imports no library: this test would hold for any pyproject.toml"
    installed = libraries & providers.keys()
    assert {
        name for name in installed if declared.isdisjoint(map(_distribution, providers[name]))
    } == set()
    if missing := sorted(libraries - installed):
        pytest.skip(f"not installed, so whose they are cannot be told: {', '.join(missing)}")


def test_every_path_in_architecture_md_exists() -> None:
    spoken_of = _paths_in(REPO / "ARCHITECTURE.md")
    assert spoken_of, "ARCHITECTURE.md names no path: this test would hold for any text"
    assert {path for path in spoken_of if not _exists(path)} == set()


def test_architecture_md_names_every_package_and_module_at_the_root() -> None:
    text = (REPO / "ARCHITECTURE.md").read_text(encoding="utf-8")
    top_level = {module.split("/")[0] for module in MODULES} - {"__init__.py", "__main__.py"}
    assert {name for name in top_level if name not in text} == set()


def test_no_module_is_too_long_to_be_read_at_once() -> None:
    lines = {name: len((SOURCES / name).read_text("utf-8").splitlines()) for name in MODULES}
    assert {name for name, number in lines.items() if number > LONGEST_MODULE} == set()


def test_scripts_and_styles_of_the_page_stay_under_1000_lines() -> None:
    static = [*(REPO / "src/briefqa/ui/static").iterdir()]
    assert sum(len(path.read_text("utf-8").splitlines()) for path in static) < 1000


def test_every_module_says_what_is_in_it() -> None:
    assert {
        name
        for name in MODULES
        if not ast.get_docstring(ast.parse((SOURCES / name).read_text("utf-8")))
    } == set()


def test_nothing_published_speaks_of_one_persons_machine() -> None:
    published = [*SOURCES.rglob("*.py"), *REPO.glob("*.md"), REPO / "Makefile", REPO / "app.py"]
    own_path = re.compile(r"(?<![\w.:/])/(?:home|root|Users|tmp|work|opt)/\w")
    found = {
        f"{path.relative_to(REPO)}:{number}"
        for path in published
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if own_path.search(line)
    }
    assert found == set()


def _distribution(requirement: str) -> str:
    """The name a requirement starts with, as registries compare names."""
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name.group()).lower()


def _imported_by(module: Path) -> set[str]:
    """Top-level names a module imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def _paths_in(document: Path) -> set[str]:
    """What stands in backticks and looks like a path of this repository."""
    quoted = re.findall(r"`([\w./-]+)`", document.read_text(encoding="utf-8"))
    return {name for name in quoted if name.endswith(("/", ".py", ".md", ".toml", ".jsonl"))}


def _exists(path: str) -> bool:
    """Whether a path is there; a bare name may be in any package of the code."""
    name = path.rstrip("/")
    bare = "/" not in name and any(SOURCES.rglob(name))
    return bare or (REPO / path).exists() or (SOURCES / path).exists()
