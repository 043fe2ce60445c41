"""Every mention: what is a form of a word, what the operators mean, and that no place is missed."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

from briefqa import build, mentions
from briefqa.cli import main
from briefqa.concordance.finding import find
from briefqa.concordance.lines import Side, columns, ordered
from briefqa.concordance.meaning import most_missed, near_in_meaning
from briefqa.errors import UsageError
from briefqa.index.opened import open_generation
from briefqa.models.embedder import HashingEmbedder
from briefqa.text.language import stemmer
from briefqa.workflows import verify_places
from tests.conftest import REPO
from tests.pdf_files import made, paragraph

NOTE = """---
title: "The siege of Deir ez-Zor"
date: 2017-01-18
---

# The siege of Deir ez-Zor

The city of Deir Ezzor, or Deir-ez-Zor, was besieged. Su-25 jets, Su25s and the SU 25 flew
there. Rudskoi, also Rudskoy, counted 26,395 men, or 26.395. OpenStreetMap shows Łódź.

The govern-
ment's targets were targeted in [Alep**po**](https://example.org/damascus). Deir

ez-Zor is not named here in one paragraph. 1,450 men and women laid down work.
"""
OTHER = """# Harbour report

## Deir ez-Zor in the news

Nothing new from the harbour. Work and men, women too.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mentions")
    (folder / "notes").mkdir()
    (folder / "notes" / "note.md").write_text(NOTE, "utf-8")
    (folder / "notes" / "other.md").write_text(OTHER, "utf-8")
    (folder / "notes" / "broken.docx").write_bytes(b"PK\x03\x04 no archive")
    build(folder / "notes", index=folder / "index", model=HashingEmbedder())
    return folder / "index"


def spelt(index: Path, query: str, **options: list[str]) -> list[str]:
    found = mentions(query, index=index, **options)
    return [" ".join(each.text.split()) for each in found.mentions]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Deir ez-Zor", ["Deir ez-Zor"] * 2 + ["Deir Ezzor", "Deir-ez-Zor", "Deir ez-Zor"]),
        ("deir ezzor", ["Deir ez-Zor"] * 2 + ["Deir Ezzor", "Deir-ez-Zor", "Deir ez-Zor"]),
        ("su 25", ["Su-25", "Su25", "SU 25"]),
        ("SU25", ["Su-25", "Su25", "SU 25"]),
        ("26395", ["26,395", "26.395"]),
        ("lodz", ["Łódź"]),
        ("street map", ["StreetMap"]),
        ("government", ["govern- ment"]),
        ("target", ["targets", "targeted"]),
        ('"targets"', ["targets"]),
        ("Rudskoi", ["Rudskoi"]),
        ("Rudskoi~", ["Rudskoi", "Rudskoy"]),
        ("rudsk*", ["Rudskoi", "Rudskoy"]),
        ("damascus", []),  # in the address of a link only, which nobody sees
        ("Aleppo", ["Alep**po"]),
        ("besiege", ["besieged"]),
        ("siege in:title", ["siege", "siege"]),
        ("siege NOT in:title", []),
        ("deir ez-zor in:heading", ["Deir ez-Zor"]),
        ("men near/2 women", ["men and women", "men, women"]),
        ("men near/0 women", ["men, women"]),
        ("work near/5 women", ["women laid down work", "Work and men, women"]),
        ("men near/3 (women OR work)", ["men and women", "Work and men", "men, women"]),
        ("harbour AND besieged", []),
        ("harbour OR besieged", ["besieged", "Harbour", "harbour"]),
        ("men NOT harbour", ["men", "men"]),
        ("men date:2017", ["men", "men"]),
        ("men date:2017-02..", []),
        ("men NOT date:2017-02..", ["men", "men"]),
        ("(men NOT harbour) OR harbour", ["men", "men", "Harbour", "harbour"]),
        ('"and women"', ["and women"]),
    ],
)
def test_a_query_finds_these_places_and_no_others(
    index: Path, query: str, expected: list[str]
) -> None:
    assert spelt(index, query) == expected


def test_every_place_slices_back_and_says_where_it_stands(index: Path) -> None:
    found = mentions("Deir ez-Zor", index=index)
    with open_generation(index) as opened:
        texts = {document.name: document.text for document in opened.documents}
    for each in found.mentions:
        text = texts[each.document]
        assert text[each.start : each.end] == each.text
        assert text[: each.start].endswith(each.before)
        assert text[each.end :].startswith(each.after)
    assert [(each.citation, each.place.in_words) for each in found.mentions] == [
        ("The siege of Deir ez-Zor › title", "line 2"),
        ("The siege of Deir ez-Zor › title", "line 6"),
        ("The siege of Deir ez-Zor › ¶1", "line 8"),
        ("The siege of Deir ez-Zor › ¶1", "line 8"),
        ("Harbour report › Deir ez-Zor in the news › heading", "line 3"),
    ]


def test_the_statement_says_what_was_compared_and_what_could_not_be_read(index: Path) -> None:
    found = mentions("Deir ez-Zor", index=index)
    assert found.statement.startswith(
        "5 places in 2 of 2 documents; every word of all 2 was compared; "
        "1 file could not be read: broken.docx ("
    )
    assert found.forms == {"Deir ez-Zor": 3, "Deir Ezzor": 1, "Deir-ez-Zor": 1}
    one = mentions("men date:2017", documents=["note"], index=index)
    assert one.statement == (
        "2 places in 1 of 1 document looked in, of 2 indexed; every word of it was compared."
    )
    undated = mentions("men date:2017", index=index)
    assert "1 has no date that can be read" in undated.statement


def test_aliases_are_found_too_and_counted_once(index: Path) -> None:
    assert spelt(index, "Rudskoi", aliases=["Rudskoy", "Rudskoi"]) == ["Rudskoi", "Rudskoy"]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "nothing to look for"),
        ("...", "no word in"),
        ("*", "needs 2 letters"),
        ("a*", "needs 2 letters"),
        ("sy*ria", "at the end of a word only"),
        ("syria**", "one * or one ~"),
        ("abc~", "5 letters or more"),
        ('"open', "not closed"),
        ("(syria", "not closed"),
        ("syria)", "was not opened"),
        ("()", "nothing to look for"),
        ("NOT syria", "name a word beside NOT"),
        ("syria OR NOT aleppo", "name a word beside NOT"),
        ("syria AND", "nothing after it"),
        ("AND syria", "needs a word before"),
        ("syria AND OR aleppo", "nothing after it"),
        ("syria NOT NOT aleppo", "follows another operator"),
        ("near/5 syria", "before it"),
        ("syria near/5", "after it"),
        ("syria near/9999 aleppo", "too far"),
        ("(a b AND c) near/2 d", "near takes words"),
        ("in:title", "nothing to look for"),
        ("syria in:footer", "in: takes title, heading, text"),
        ("syria author:tass", "no field 'author:'"),
        ("syria date:soon", "date: takes"),
        ("syria date:2017-13", "date: takes"),
        ("syria date:2018..2017", "ends before it begins"),
        ("a " * 101, "at most 100 words"),
        ("x" * 10_000_000, "at most 2,000 characters"),
        ("(" * 900, "20 deep"),
        ("(" * 21 + "a" + ")" * 21, "20 deep"),
    ],
)
def test_a_query_that_is_not_well_formed_gets_one_clear_sentence(
    index: Path, query: str, said: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(said)) as caught:
        mentions(query, index=index)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


@pytest.mark.timeout(60)
def test_queries_and_texts_made_to_take_long_do_not(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a " * 20_000 + "a-a-a-a-a-a-a " * 500 + " `[" * 5_000)
    (tmp_path / "b.md").write_text("# B\n\n" + "[a](`" * 5_000 + "\n\n" + "x*" * 5_000)
    build(tmp_path, index=tmp_path / "index", model=HashingEmbedder())
    for query in ("a near/1000 a near/1000 a near/1000 a", "aa*", '"(a+)+$" OR "a|a"', "xxxxx~"):
        assert mentions(query, index=tmp_path / "index").compared == 2
    for query in (" ".join(["a"] * 100), " ".join(["a-a-a-a-a"] * 20)):
        with pytest.raises(UsageError, match="takes too long"):
            mentions(query, index=tmp_path / "index")


def brute_force(text: str, name: str, term: str) -> set[tuple[int, int]]:
    """Where the words of a text stand that have the stem of `term`, by another way of reading."""
    stem = stemmer("en")
    shown = re.sub(r"\]\([^)\s]*\)", lambda link: "_" * len(link[0]), text)
    wanted = stem(term.lower())
    return {
        match.span()
        for match in re.finditer(r"[^\W\d_]+", shown if name.endswith(".md") else text)
        if stem(match[0].lower()) == wanted
    }


def missed_and_wrong(corpus: Path, index: Path, n_terms: int) -> tuple[int, int, int]:
    """Places that a scan of every text finds, those of them not found, and places not of it."""
    build(corpus, index=index, model=HashingEmbedder())
    with open_generation(index) as opened:
        texts = {document.name: document.text for document in opened.documents}
        words = sorted({w for text in texts.values() for w in re.findall(r"[a-zA-Z]{2,}", text)})
        chosen = random.Random(corpus.name).sample(words, n_terms)
        places = missed = wrong = 0
        for term in chosen:
            found: dict[str, list[tuple[int, int]]] = {}
            for each in find(
                opened, f"({term})" if term in ("AND", "OR", "NOT") else term
            ).mentions:
                found.setdefault(each.document, []).append((each.start, each.end))
            for name, text in texts.items():
                expected = brute_force(text, name, term)
                spans = found.get(name, [])
                places += len(expected)
                missed += sum(
                    not any(s <= start and end <= e for s, e in spans) for start, end in expected
                )
                # Joined spellings (`Su-25`, `ez-Zor`) are more than the scan can see.
                wrong += sum(
                    text[s:e].isalpha() and (s, e) not in expected and text[s:e].islower()
                    for s, e in spans
                )
        return places, missed, wrong


CORPORA = (
    REPO / "data",
    REPO / "tests" / "corpora" / "held_out" / "documents",
    REPO / "tests" / "corpora" / "kinds" / "documents",
)


@pytest.mark.parametrize("corpus", CORPORA, ids=["briefs", "held-out", "kinds"])
def test_no_place_is_missed_of_34_words(corpus: Path, tmp_path: Path) -> None:
    places, missed, wrong = missed_and_wrong(corpus, tmp_path / "index", 34)
    assert places > 34
    assert (missed, wrong) == (0, 0)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("corpus", CORPORA, ids=["briefs", "held-out", "kinds"])
def test_no_place_is_missed_of_334_words(corpus: Path, tmp_path: Path) -> None:
    places, missed, wrong = missed_and_wrong(corpus, tmp_path / "index", 334)
    print(f"{corpus}: {places} places, {missed} missed, {wrong} of another word")
    assert places > 334
    assert (missed, wrong) == (0, 0)


def test_a_concordance_is_sorted_by_the_words_beside(index: Path) -> None:
    found = mentions("men", index=index).mentions
    assert [each.right[:7] for each in ordered(found, Side.RIGHT)] == [
        " and wo",
        ", or 26",
        ", women",
    ]
    rows = columns(ordered(found, Side.LEFT))
    assert len({len(left) for left, _, _ in rows}) == 1
    assert [left[-6:] for left, _, _ in rows] == ["1,450 ", "6,395 ", "k and "]


def test_places_hold_until_their_file_changes(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(NOTE, "utf-8")
    index = tmp_path / "index"
    build(note, index=index, model=HashingEmbedder())
    listed = tmp_path / "places.json"
    listed.write_text(json.dumps(mentions("men OR targets", index=index).as_json()))
    assert verify_places(listed, index=index).holds
    note.write_text(NOTE.replace("26,395 men", "26,395 cat"), "utf-8")
    report = verify_places(listed, index=index)
    assert not report.holds
    assert [place.text for place in report.places if not place.holds] == ["men"]
    assert main(["verify", "--places", str(listed), "--index", str(index)]) == 1
    listed.write_text("[]")
    with pytest.raises(UsageError, match="not a list of places"):
        verify_places(listed, index=index)


def test_the_command_lists_exports_and_says_that_there_is_none(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mentions", "Rudskoi~", "--index", str(index)]) == 0
    shown = capsys.readouterr().out
    assert "note.md (The siege of Deir ez-Zor, 2017-01-18): 2 places" in shown
    assert "Spelled: Rudskoi 1, Rudskoy 1." in shown
    assert main(["mentions", "zebra", "--index", str(index)]) == 4
    assert "No place in 0 of 2 documents" in capsys.readouterr().out
    table = tmp_path / "places.csv"
    assert main(["mentions", "men", "-o", str(table), "--index", str(index)]) == 0
    assert len(table.read_text("utf-8-sig").splitlines()) == 4
    assert main(["mentions", "men", "--sample", "3", "--index", str(index)]) == 2


def test_the_command_says_each_place_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "port.pdf").write_bytes(made([paragraph("The cranes in the port stood still.")]))
    (tmp_path / "port.md").write_text("# Quay\n\nTwo cranes fell.\n")
    build(tmp_path, index=tmp_path / "index", model=HashingEmbedder())
    assert main(["mentions", "cranes", "--index", str(tmp_path / "index")]) == 0
    shown = capsys.readouterr().out
    places = [one for one in shown.splitlines() if "¶" in one]
    assert sorted(places) == ["  ¶1, line 3", "  ¶1, p. 1"]


MODELS = {"torch", "onnxruntime", "transformers", "tokenizers", "briefqa.models.loaded"}
NOT_NEEDED = MODELS | {
    *("faiss", "scipy", "gradio", "pydantic", "xlsxwriter", "docx", "PIL", "yaml", "pypdfium2"),
    *("asyncio", "unittest", "briefqa.answering.searcher", "briefqa.answering.compose"),
    *("briefqa.documents.ocr", "briefqa.documents.loaders.docx", "briefqa.reports.table"),
}


@pytest.mark.parametrize(
    ("arguments", "others"),
    [
        (["mentions", "Deir ez-Zor"], {"briefqa.documents.loaders", "markdown_it"}),
        (["check", "DRAFT"], {"briefqa.documents.loaders.text.document"}),
    ],
)
def test_mentions_and_checks_load_no_more_than_they_need(
    index: Path, tmp_path: Path, arguments: list[str], others: set[str]
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text("Rudskoi said that “26,395 men and women” left.\n")
    arguments = [str(draft) if each == "DRAFT" else each for each in arguments]
    script = (
        "import sys; from briefqa.cli import main;"
        f"main({[*arguments, '--index', str(index)]!r});"
        f"print(sorted({NOT_NEEDED | others!r} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_passages_near_in_meaning_have_no_mention_and_the_sample_stays(tmp_path: Path) -> None:
    build(REPO / "data", index=tmp_path / "index", model=HashingEmbedder())
    with open_generation(tmp_path / "index") as opened:
        found = find(opened, "strike")
        near = near_in_meaning(opened, HashingEmbedder(), found, k=3, sample=9)
        again = near_in_meaning(opened, HashingEmbedder(), found, k=3, sample=9)
        without = [
            passage
            for passage in opened.passages
            if not any(
                each.document == passage.document and passage.start <= each.start < passage.end
                for each in found.mentions
            )
        ]
    assert near == again
    assert near.rest == len(without) - 3
    cosines = [each.cosine for each in near.ranked]
    assert cosines == sorted(cosines, reverse=True)
    shown = [*(each.passage for each in near.ranked), *near.sample]
    assert len(set(shown)) == 12
    assert set(shown) <= set(without)
    assert near.statement(None).startswith("If none of the 9 drawn means it, at most ")


def test_the_bound_for_what_is_missed_holds_in_95_of_100_samples() -> None:
    assert most_missed(1000, 0, 0) == 1000
    assert most_missed(1000, 1000, 7) == 7
    assert most_missed(1000, 59, 0) == 48  # about 3 of 59, less for a finite rest
    with pytest.raises(UsageError, match="cannot be"):
        most_missed(10, 11, 0)
    draw = random.Random(7)
    held = trials = 0
    bounds: dict[tuple[int, int, int], int] = {}
    for rest, sampled in ((60, 20), (300, 40), (900, 60)):
        for relevant in (1, rest // 50 + 1, rest // 10, rest // 3):
            of_these = 0
            for _ in range(200):
                found = sum(each < relevant for each in draw.sample(range(rest), sampled))
                key = rest, sampled, found
                if key not in bounds:
                    bounds[key] = most_missed(*key)
                of_these += relevant <= bounds[key]
            assert of_these >= 200 * 0.95 - 3 * (200 * 0.95 * 0.05) ** 0.5
            held, trials = held + of_these, trials + 200
    assert held / trials >= 0.95


def test_an_ellipsis_says_where_a_paragraph_goes_on_beside_a_mention(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        f"The quay is long.\n\n{'Many boats came. ' * 9}A gull sat there. {'It rained. ' * 9}\n"
    )
    build(tmp_path / "a.txt", index=tmp_path / "index", model="hashing")
    (short,) = mentions("quay", index=tmp_path / "index").mentions
    assert short.around == ("The ", " is long.")
    (cut,) = mentions("gull", index=tmp_path / "index").mentions
    before, after = cut.around
    assert (before[0], before[-6:], len(before)) == ("…", "me. A ", 81)
    assert (after[:5], after[-1], len(after)) == (" sat ", "…", 81)
