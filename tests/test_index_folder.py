"""An index folder holds what its manifest says; see test_damaged_index.py for what does not."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from briefqa import (
    BriefQAError,
    BuildError,
    IndexDamaged,
    IndexFolderError,
    IndexNotFound,
    IndexOutOfDate,
    Searcher,
    build,
    open_index,
    verify,
)
from briefqa.cli.commands import main
from briefqa.index import generations
from briefqa.index.manifest import FORMAT, RECIPE, Outcome, Source
from briefqa.models.embedder import HashingEmbedder
from tests.index_files import GENERATION_FILES

V1 = Path(__file__).parent / "fixtures" / "index_v1"
V2 = Path(__file__).parent / "fixtures" / "index_v2"
BRIEF = "# The harbour\n\n## The bridge\n\nThe old bridge was built in 1911.\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made")
    (place / "briefs").mkdir()
    (place / "briefs" / "harbour.md").write_text(BRIEF, "utf-8")
    build(place / "briefs", index=place / "index", model="hashing")
    return place / "index"


@pytest.fixture
def index(made: Path, tmp_path: Path) -> Path:
    """A copy of a sound index, to be damaged."""
    return Path(shutil.copytree(made, tmp_path / "index"))


def generation(index: Path) -> Path:
    return index / str(json.loads((index / "current.json").read_bytes())["generation"])


def files_under(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def rewrite(index: Path, manifest: object) -> None:
    """Put another manifest in place of the published one, with a pointer that vouches for it."""
    folder = generation(index)
    content = json.dumps(manifest).encode("ascii")
    (folder / "manifest.json").write_bytes(content)
    pointer = {"generation": folder.name, "manifest_sha256": hashlib.sha256(content).hexdigest()}
    (index / "current.json").write_text(json.dumps(pointer), "utf-8")


def manifest_of(index: Path) -> dict[str, Any]:
    return dict(json.loads((generation(index) / "manifest.json").read_bytes()))


def test_an_index_is_a_pointer_a_lock_and_one_generation(made: Path) -> None:
    name = generation(made).name
    expected = ["build.lock", "current.json", *(f"{name}/{file}" for file in GENERATION_FILES)]
    assert files_under(made) == sorted(expected)


def test_the_manifest_describes_every_other_file_and_every_source(made: Path) -> None:
    manifest = generations.open_current(made).manifest
    source = made.parent / "briefs" / "harbour.md"
    folder = generation(made)
    assert manifest.files == {
        file: (
            (folder / file).stat().st_size,
            hashlib.sha256((folder / file).read_bytes()).hexdigest(),
        )
        for file in GENERATION_FILES
        if file != "manifest.json"
    }
    assert manifest.sources == (
        Source(
            name="harbour.md",
            title="The harbour",
            path=str(source),
            sha256=hashlib.sha256(BRIEF.encode()).hexdigest(),
            outcome=Outcome.INDEXED,
            passages=1,
            loader="markdown 5",
        ),
    )
    assert (manifest.format, manifest.model, manifest.fingerprint, manifest.dimension) == (
        FORMAT,
        "hashing",
        HashingEmbedder.fingerprint,
        HashingEmbedder.dimension,
    )
    assert (manifest.documents, manifest.passages) == (1, 1)
    assert manifest.roots == (str(source.parent),)


def test_no_file_of_an_index_can_run_code_when_it_is_opened(made: Path) -> None:
    for name in files_under(made):
        content = (made / name).read_bytes()
        if name.endswith(".npy"):
            assert np.load(made / name, allow_pickle=False).dtype.kind in "iuf"
        elif name.endswith(".json"):
            json.loads(content)
        elif name.endswith(".jsonl"):
            assert [type(json.loads(line)) for line in content.splitlines()] == [dict]
        elif name.endswith("terms.txt"):
            assert b"bridg\n" in content
        elif name.endswith("phrases.vocabulary.txt"):
            assert b"\nbridge\n" in content
        else:
            assert (Path(name).name in ("build.lock", "in-use"), content) == (True, b"")


def test_a_pointer_cannot_name_a_sound_generation_outside_the_index(
    index: Path, tmp_path: Path
) -> None:
    pointer = json.loads((index / "current.json").read_bytes())
    shutil.copytree(generation(index), tmp_path / "elsewhere")
    (index / "current.json").write_text(json.dumps({**pointer, "generation": "../elsewhere"}))
    with pytest.raises(IndexDamaged, match=r"current\.json: .*it names no generation"):
        open_index(index)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("created", 5),
        ("language", []),
        ("recipe", -1),
        ("recipe", True),
        ("recipe", "1"),
        ("recipe", 1.0),
        ("roots", [5]),
        ("sources", [{"name": "harbour.md"}]),
        ("sources", []),
        ("passages", 10**400),
        ("documents", 2),
        ("files", []),
    ],
)
def test_a_manifest_with_an_impossible_value_is_damage(
    index: Path, key: str, value: object
) -> None:
    rewrite(index, {**manifest_of(index), key: value})
    with pytest.raises(
        IndexDamaged, match=r"manifest\.json: .*; rebuild it with: briefqa build .*--index"
    ):
        open_index(index)


def test_an_index_of_a_future_format_is_out_of_date(index: Path) -> None:
    rewrite(index, {"format": FORMAT + 1, "something": "new"})
    with pytest.raises(
        IndexOutOfDate, match=r"has format 3 and this version reads format 2; rebuild"
    ):
        open_index(index)


def test_an_index_made_with_another_model_is_out_of_date(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HashingEmbedder, "fingerprint", "hashing-2")
    for model in (None, HashingEmbedder()):
        with pytest.raises(IndexOutOfDate, match=r"another version of the model hashing; rebuild"):
            open_index(index, model=model)


def test_an_index_whose_passages_were_cut_otherwise_names_the_command_and_is_rebuilt(
    index: Path,
) -> None:
    rewrite(index, {**manifest_of(index), "recipe": RECIPE - 1})
    with pytest.raises(
        IndexOutOfDate, match=r"cut and embedded by another version of BriefQA; rebuild it with: "
    ):
        open_index(index)
    assert build(index=index).changed
    assert open_index(index).search("bridge")


@pytest.mark.parametrize("missing", ["nothing here", "a file/index", "n\0l", "x" * 300])
def test_no_index_is_said_with_the_command_that_makes_one(tmp_path: Path, missing: str) -> None:
    (tmp_path / "a file").write_text("not a folder", "utf-8")
    for act in (open_index, verify):
        with pytest.raises(IndexFolderError, match=r"(no index in|is not readable).*briefqa build"):
            act(tmp_path / missing)


def test_a_folder_without_a_pointer_holds_no_index(index: Path) -> None:
    (index / "current.json").unlink()
    with pytest.raises(IndexNotFound, match="There is no index in"):
        open_index(index)


def test_a_generation_that_is_a_link_to_another_place_is_checked_like_any_other(
    index: Path, tmp_path: Path
) -> None:
    moved = generation(index).rename(tmp_path / "elsewhere")
    link = index / str(json.loads((index / "current.json").read_bytes())["generation"])
    link.symlink_to(moved)
    (moved / "passages.jsonl").write_bytes(b"{}")
    with pytest.raises(IndexDamaged, match=r"passages\.jsonl"):
        open_index(index)


@pytest.mark.parametrize(
    "name",
    ["../other.txt", "/etc/hostname", "keyword/../../other.txt", "link", "n\0l", "", "\ud800"],
)
def test_a_manifest_cannot_name_files_outside_its_generation(index: Path, name: str) -> None:
    (index / "other.txt").write_bytes(b"outside")
    (generation(index) / "link").symlink_to(index / "other.txt")
    manifest = manifest_of(index)
    manifest["files"][name] = [7, hashlib.sha256(b"outside").hexdigest()]
    rewrite(index, manifest)
    with pytest.raises(IndexDamaged, match="rebuild it with"):
        open_index(index)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -1, 2**63, 0])
    | st.floats()
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(value: object) -> list[tuple[Any, Any]]:
    """Every container in a JSON value with every key of it."""
    entries: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    found = [(value, key) for key, _ in entries]
    for _, inner in entries:
        found += places(inner)
    return found


@given(data=st.data(), value=JSON)
def test_no_manifest_whatever_it_says_escapes_as_another_error(
    made: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, value: object
) -> None:
    index = Path(shutil.copytree(made, tmp_path_factory.mktemp("hostile") / "index"))
    manifest = {"manifest": copy.deepcopy(manifest_of(index))}
    container, key = data.draw(st.sampled_from(places(manifest)))
    if data.draw(st.booleans()):
        container[key] = value
    else:
        del container[key]
    rewrite(index, manifest.get("manifest"))
    try:
        assert len(Searcher(index, model=HashingEmbedder()).search("the old bridge")) <= 1
    except BriefQAError as error:
        assert "\n" not in str(error)  # noqa: PT017 (success is allowed too)
    finally:
        shutil.rmtree(index)


@given(value=JSON)
def test_no_pointer_whatever_it_says_escapes_as_another_error(
    made: Path, tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    index = tmp_path_factory.mktemp("hostile")
    for pointer in (value, {"generation": value, "manifest_sha256": value}):
        (index / "current.json").write_text(json.dumps(pointer), "utf-8")
        with pytest.raises(IndexDamaged):
            open_index(index)


def test_the_pointer_is_replaced_and_never_written_in_place(index: Path, made: Path) -> None:
    before = (index / "current.json").read_bytes()
    with (index / "current.json").open("rb") as held:
        build(made.parent / "briefs", index=index, model="hashing", language="de")
        assert held.read() == before
    assert (index / "current.json").read_bytes() != before


def test_an_index_is_opened_by_a_path_that_goes_up(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = index.parent / "beside"
    beside.mkdir()
    monkeypatch.chdir(beside)
    assert open_index(Path("..") / index.name).documents()


def test_an_index_of_format_1_names_the_command_that_builds_it_again_from_its_paths(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = Path(shutil.copytree(V1, tmp_path / "index"))
    briefs = tmp_path / "briefs"
    briefs.mkdir()
    (briefs / "harbour.md").write_text(BRIEF, "utf-8")
    rewrite(index, {**manifest_of(index), "roots": [str(briefs)]})
    with pytest.raises(IndexOutOfDate) as raised:
        open_index(index)
    assert str(raised.value) == (
        f"The index in {index} has format 1 and this version reads format 2; rebuild it with: "
        f"briefqa build --index {index}"
    )

    assert main(["build", "--index", str(index)]) == 0

    assert "The last index could not be used and everything was built anew: The index in" in (
        capsys.readouterr().out
    )
    searcher = open_index(index)
    assert (searcher.manifest().format, searcher.manifest().model) == (FORMAT, "hashing")
    assert [hit.citation for hit in searcher.search("When was the bridge built?")] == [
        "The harbour › The bridge › ¶1"
    ]


def test_an_index_of_format_1_whose_documents_are_gone_asks_for_a_folder(tmp_path: Path) -> None:
    index = Path(shutil.copytree(V1, tmp_path / "index"))
    with pytest.raises(BuildError, match=r"^/briefs, which the last build read, is gone; .*FOLDER"):
        build(index=index)


def test_an_index_of_format_2_opens_and_answers(tmp_path: Path) -> None:
    searcher = open_index(shutil.copytree(V2, tmp_path / "index"))
    hits = searcher.search("How many people use the bridge a day?")
    assert [hit.citation for hit in hits] == [
        "The harbour › The bridge › ¶1",
        "The harbour › The ferry › ¶1",
    ]
    document = searcher.document("harbour.md")
    assert [document.text[hit.passage.start : hit.passage.end] for hit in hits] == [
        "The old bridge over the river Kwell was built in 1911. It carries 26,395 people a day.",
        "The ferry was stopped in March because of ice.",
    ]
    manifest = searcher.manifest()
    assert (manifest.format, manifest.roots, manifest.excluded) == (2, ("/briefs",), ())
    assert [source.loader for source in manifest.sources] == ["markdown 5"]
