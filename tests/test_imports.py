"""Is the door small, and cheap to open?"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import briefqa
from briefqa import errors

HEAVY = {
    *("gradio", "torch", "transformers", "sentence_transformers", "tokenizers"),
    *("whoosh", "faiss", "numpy", "yaml", "markdown_it", "sentencex", "tqdm"),
}
DOOR = [
    "Answer",
    "BriefQAError",
    "BuildError",
    "BuildReport",
    "DraftCheck",
    "Evidence",
    "Hit",
    "IndexBusy",
    "IndexDamaged",
    "IndexFolderError",
    "IndexNotFound",
    "IndexOutOfDate",
    "IndexUnreachable",
    "LoadError",
    "Mode",
    "ModelUnavailable",
    "Passage",
    "PasswordNeeded",
    "Quotation",
    "ReplayReport",
    "Searcher",
    "ServeError",
    "UsageError",
    "Verdict",
    "VerifyReport",
    "ask",
    "batch",
    "build",
    "check",
    "cite",
    "mentions",
    "open_index",
    "replay",
    "run_watches",
    "search",
    "unwatch",
    "verify",
    "watch",
    "watches",
]


def loaded_after(code: str) -> set[str]:
    """The heavy libraries that a fresh process has loaded after running `code`."""
    report = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", report],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = json.loads(done.stdout.splitlines()[-1])
    return HEAVY.intersection(modules)


def test_importing_briefqa_loads_no_library() -> None:
    assert loaded_after("import briefqa") == set()


def test_importing_the_command_line_loads_no_library() -> None:
    assert loaded_after("import briefqa.cli") == set()


def test_the_calls_for_programs_load_no_page_and_no_model() -> None:
    modules = "briefqa.programs.http_api, briefqa.programs.mcp_server, briefqa.api"
    assert loaded_after(f"import {modules}").isdisjoint({"gradio", "torch", "transformers"})


def test_the_probe_sees_a_library_that_is_loaded() -> None:
    assert loaded_after("import numpy") == {"numpy"}


def test_the_door_holds_these_names_and_no_others() -> None:
    assert briefqa.__all__ == DOOR
    assert set(DOOR) <= set(dir(briefqa))


@pytest.mark.parametrize("name", DOOR)
def test_a_name_of_the_door_opens_on_the_thing_of_that_name(name: str) -> None:
    assert getattr(briefqa, name).__name__ == name


def test_every_error_is_part_of_the_door() -> None:
    tree = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert tree <= set(DOOR)
    assert all(issubclass(getattr(errors, name), errors.BriefQAError) for name in tree)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'briefqa' has no attribute 'seek'"):
        _ = briefqa.seek
