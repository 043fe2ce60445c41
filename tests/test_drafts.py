"""What of a draft stands in the documents: quotations, figures, dates, names and speakers."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from benchmarks.draft_edits import FIGURES, QUOTATIONS, measure, sentences_of
from briefqa import UsageError, build, cli
from briefqa.documents import reading
from briefqa.drafts import annotated, quotations, wording
from briefqa.drafts.annotated import AnnotatedFormat
from briefqa.drafts.check import check_draft
from briefqa.drafts.figures import figures
from briefqa.drafts.records import Claim, ClaimKind, DraftCheck, Finding
from briefqa.drafts.sources import Sources
from briefqa.index.opened import OpenedIndex, open_generation
from briefqa.models.embedder import HashingEmbedder
from briefqa.reports.table import Format
from briefqa.reports.table import content as table_content
from briefqa.workflows import check_text
from tests.office_files import docx, item

HOSTILE = "<script>alert(1)</script> **bold** [x](javascript:alert(1)) =1+1 \x07"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, repo: Path) -> Path:
    folder = tmp_path_factory.mktemp("drafts") / "index"
    build(repo / "data", index=folder, model=HashingEmbedder())
    return folder


@pytest.fixture(scope="module")
def opened(index: Path) -> Iterator[OpenedIndex]:
    with open_generation(index) as generation:
        yield generation


def checked(text: str, opened: OpenedIndex) -> DraftCheck:
    return check_draft(reading.read_document(text.encode(), "draft.md"), opened)


def only(text: str, kind: ClaimKind, opened: OpenedIndex) -> Claim:
    (claim,) = (claim for claim in checked(text, opened).claims if claim.kind is kind)
    return claim


@pytest.mark.parametrize(
    ("quotation", "finding"),
    [
        ("The strike lasted fifty days.", Finding.EXACT),
        ("the strike lasted fifty days", Finding.NEAR),  # a small letter
        ("The strike lasted\n  fifty days", Finding.EXACT),  # a line that is wrapped elsewhere
        ("Terrorists sabotaged the water … and put it out of action", Finding.NEAR),
        ("Six monitors ... record breaches of the accord", Finding.NEAR),
        ("[The militants] outnumber the Syrian troops", Finding.NEAR),
        ("[T]he militants outnumber the Syrian troops", Finding.NEAR),
        ("has been accepted by 83% of the dockers", Finding.NEAR),
        ("his harbour is kept", Finding.NOT_FOUND),
        ("Dockers let thrugh what could not wait", Finding.NEAR),  # a slip
        ("The harbor clinic was kept open", Finding.NEAR),  # American
        ("The strike lasted fifteen days", Finding.ALTERED),
        ("Bananas were exempted, and 2,600 tonnes of them rotted", Finding.ALTERED),
        ("exempted, and 2,600 tonnes of them rotted", Finding.ALTERED),  # the "not" before it
        ("Six monitors record breaches of the accord", Finding.ALTERED),
        ("they unloaded 48,000 tons of grain on the south bank", Finding.ALTERED),
        ("nobody said a word of this in any brief", Finding.NOT_FOUND),
        ("", Finding.NOT_FOUND),
        ("Quay Accord", Finding.EXACT),
        ("The Quay Accord", Finding.EXACT),  # a heading too
    ],
)
def test_a_quotation_is_exact_near_altered_or_not_found(
    quotation: str, finding: Finding, opened: OpenedIndex
) -> None:
    match = quotations.find(quotation, Sources(opened))
    assert match.finding is finding
    if match.source is not None:
        names = [source.name for source in opened.manifest.indexed()]
        text = opened.documents.text(names.index(match.source.passage.document))
        assert text[match.source.start : match.source.end] == match.source.text


def test_every_sentence_and_every_border_of_the_briefs_is_found(opened: OpenedIndex) -> None:
    sources = Sources(opened)
    for document in opened.documents:
        words = document.text.split()
        for start in range(10, len(words) - 20, 17):
            quotation, before = " ".join(words[start : start + 20]), words[start - 1]
            match = quotations.find(quotation, sources, f"{before} ")
            assert match.finding is Finding.EXACT, words[start : start + 20]


def test_a_quotation_is_found_among_many_passages_with_the_same_words(tmp_path: Path) -> None:
    words = "ten ships lay there while nobody came to unload them all".split()
    for number in range(60):
        mixed = words[number % 7 :] + words[: number % 7] if number != 50 else words
        text = " ".join(mixed if number % 7 or number == 50 else words[::-1])
        (tmp_path / f"{number:02}.md").write_text(f"# Report {number}\n\n{text}, said {number}.\n")
    build(tmp_path, index=tmp_path / "index", model=HashingEmbedder())
    with open_generation(tmp_path / "index") as generation:
        match = quotations.find(" ".join(words), Sources(generation))
        assert match.finding is Finding.EXACT
        assert match.source is not None
        assert match.source.passage.document == "50.md"


def test_what_was_changed_is_shown_in_the_words_of_both(opened: OpenedIndex) -> None:
    claim = only(
        '"Nobody may be put on two nights in a row," it says.', ClaimKind.QUOTATION, opened
    )
    assert wording.difference(claim) == "Nobody may be put on {+more than+} two nights in a row"
    claim = only("“The strike lasted sixty days.”", ClaimKind.QUOTATION, opened)
    assert wording.difference(claim) == "The strike lasted [-sixty-]{+fifty+} days"


@pytest.mark.parametrize(
    ("quotation", "difference"),
    [
        # "In Mill End" stands some paragraphs on.
        ("all of them in Mill End", "all of them in [-Mill End-]{+Lower Quay+}"),
        # A sentence that was left out, a heading, a paragraph.
        (
            "on Monday, 13 September 2021. The strike lasted fifty days",
            "on Monday, 13 September 2021 {+On the … sympathy+} The strike lasted fifty days",
        ),
        (
            "while the containers stood still. The minister of labour, Paul Reinholt",
            (
                "while the containers stood still {+Talks ### … islands+} The minister of labour, "
                "Paul Reinholt"
            ),
        ),
        (
            "The strike lasted fifty days. The minister of labour, Paul",
            "The strike lasted fifty days {+Tug crews … islands+} The minister of labour, Paul",
        ),
    ],
)
def test_what_is_told_as_left_out_stands_between_words_of_the_quotation(
    quotation: str, difference: str, opened: OpenedIndex
) -> None:
    claim = only(f"“{quotation}.”", ClaimKind.QUOTATION, opened)
    shown = re.sub(r"(\+\w+ \S+)[^+]{5,}( \w+\+)", r"\1 …\2", wording.difference(claim))
    assert shown == difference


def test_a_not_that_the_draft_says_itself_is_not_missing(opened: OpenedIndex) -> None:
    text = "Bananas were not “exempted, and 2,600 tonnes of them rotted”."
    assert only(text, ClaimKind.QUOTATION, opened).finding is Finding.EXACT


@pytest.mark.parametrize(
    ("sentence", "speaker", "finding"),
    [
        ("“Almost nothing hinders Islamic State,” Rudskoi said.", "Rudskoi", Finding.SAME),
        ("“Almost nothing hinders Islamic State,” Lindqvist said.", "Rudskoi", Finding.OTHER),
        ("“Almost nothing hinders Islamic State.”", "", None),
        ("“The strike lasted fifty days,” Halloran said.", "", Finding.NONE),
    ],
)
def test_the_speaker_is_the_one_whom_the_source_names(
    sentence: str, speaker: str, finding: Finding | None, opened: OpenedIndex
) -> None:
    claim = only(sentence, ClaimKind.QUOTATION, opened)
    assert claim.finding is Finding.EXACT
    assert (claim.speaker and claim.speaker.finding) == finding
    assert claim.speaker is None or claim.speaker.source == speaker
    assert claim.differs == (finding is Finding.OTHER)


@pytest.mark.parametrize(
    ("sentence", "kind", "finding", "value"),
    [
        ("Doctors helped 1,847 children.", ClaimKind.FIGURE, Finding.SAME, ""),
        ("1,874 of these patients were children.", ClaimKind.FIGURE, Finding.OTHER, "1,847"),
        ("The strike lasted 50 days.", ClaimKind.FIGURE, Finding.SAME, ""),
        ("The strike lasted sixty days.", ClaimKind.FIGURE, Finding.OTHER, "fifty days"),
        ("Palmyra lies 240 miles from it.", ClaimKind.FIGURE, Finding.OTHER, "240 kilometers"),
        ("It was accepted by 83 % of dockers.", ClaimKind.PERCENTAGE, Finding.SAME, ""),
        ("It was accepted by 38 % of dockers.", ClaimKind.PERCENTAGE, Finding.OTHER, "83 per cent"),
        ("The accord was signed on November 2, 2021.", ClaimKind.DATE, Finding.SAME, ""),
        ("The accord was signed in November 2021.", ClaimKind.DATE, Finding.SAME, ""),
        (
            "The Quay Accord was signed on 3 November 2021.",
            ClaimKind.DATE,
            Finding.OTHER,
            "2 November 2021",
        ),
        (
            "The port handles 31 million tonnes a day.",
            ClaimKind.FIGURE,
            Finding.OTHER,
            "31 million tonnes of goods a year",
        ),
        (
            "The port handles 31 million tonnes of goods per year.",
            ClaimKind.FIGURE,
            Finding.SAME,
            "",
        ),
        ("The port handles 31 million tonnes.", ClaimKind.FIGURE, Finding.SAME, ""),
        ("We baked 77 pies.", ClaimKind.FIGURE, Finding.NOWHERE, ""),
        ("It is what Lindquist wants.", ClaimKind.NAME, Finding.OTHER, "Lindqvist"),
        ("It is what Margit Lindqvist wants.", ClaimKind.NAME, Finding.SAME, ""),
        ("It is what Mayor Feld wants.", ClaimKind.NAME, Finding.SAME, ""),
        ("It is what Sergei Lavrov wants.", ClaimKind.NAME, Finding.NOWHERE, ""),
        ("Yesterday Rudskoi wanted it.", ClaimKind.NAME, Finding.SAME, ""),
        ("On Monday Lindquist wanted it.", ClaimKind.NAME, Finding.OTHER, "Lindqvist"),
    ],
)
def test_a_figure_or_name_stands_so_or_otherwise_or_nowhere(
    sentence: str, kind: ClaimKind, finding: Finding, value: str, opened: OpenedIndex
) -> None:
    claims = [claim for claim in checked(sentence, opened).claims if claim.kind is kind]
    assert [(claim.finding, claim.value) for claim in claims] == [(finding, value)]


FLOOD = """\
# The flood at Alm

By mid-April 9,450 residents had left the lower town.

Forty people were taken to the hospital of Senn. The army took out 1,360 residents by boat.

On Monday, 13 September 2021 the dam was opened. The cost came to 12.400 crowns in all.
"""


@pytest.fixture(scope="module")
def flood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedIndex]:
    folder = tmp_path_factory.mktemp("flood")
    (folder / "docs").mkdir()
    (folder / "docs" / "flood.md").write_text(FLOOD, "utf-8")
    build(folder / "docs", index=folder / "index", model=HashingEmbedder())
    with open_generation(folder / "index") as generation:
        yield generation


@pytest.mark.parametrize(
    ("draft", "found"),
    [
        (
            "1. By mid-April 9450 residents had left.\n2. The army took out 1,360 residents.",
            [("9450", Finding.SAME, ""), ("1,360", Finding.SAME, "")],
        ),
        ("2) The army took out 1,360 residents.", [("1,360", Finding.SAME, "")]),
        ("# 3.1. The 1,360 residents\n", [("1,360", Finding.SAME, "")]),
        ("By mid-April 9.450 residents had left.", [("9.450", Finding.SAME, "")]),
        ("By mid-April 9 450 residents had left.", [("9 450", Finding.SAME, "")]),
        ("By mid-April 9540 residents had left.", [("9540", Finding.OTHER, "9,450")]),
        ("The cost came to 12,400 crowns.", [("12,400 crowns", Finding.SAME, "")]),
        ("The cost came to 12,500 crowns.", [("12,500 crowns", Finding.OTHER, "12.400 crowns")]),
        (
            "Four dams broke, and 1,360 residents were taken out by boat.",
            [("Four", Finding.NOWHERE, ""), ("1,360", Finding.SAME, "")],
        ),
        ("Thirty people were taken to Senn.", [("Thirty", Finding.OTHER, "Forty")]),
        (
            "The dam was opened on Tuesday, 13 September 2021.",
            [("Tuesday, 13 September 2021", Finding.OTHER, "Monday, 13 September 2021")],
        ),
        (
            "It was opened on Monday, September 13, 2021.",
            [("Monday, September 13, 2021", Finding.SAME, "")],
        ),
        ("The dam was opened on 13 September 2021.", [("13 September 2021", Finding.SAME, "")]),
    ],
)
def test_figures_are_held_against_those_that_count_the_same(
    draft: str, found: list[tuple[str, Finding, str]], flood: OpenedIndex
) -> None:
    claims = [one for one in checked(draft, flood).claims if one.kind is not ClaimKind.NAME]
    assert [(one.text, one.finding, one.value) for one in claims] == found


def test_the_numbers_of_items_in_a_word_file_are_no_figures(flood: OpenedIndex) -> None:
    data = docx(item("The army took out 1,360 residents.") + item("The dam was opened."))
    claims = check_draft(reading.read_document(data, "draft.docx"), flood).claims
    assert [one.text for one in claims if one.kind is ClaimKind.FIGURE] == ["1,360"]


def test_capitals_of_headings_make_no_names(opened: OpenedIndex) -> None:
    assert not checked("# What The Dockers Want\n\n## Talks About Nothing\n", opened).claims


def test_the_sentence_of_a_figure_is_shown_beside_it(opened: OpenedIndex) -> None:
    claim = only("The strike lasted sixty days.", ClaimKind.FIGURE, opened)
    assert claim.source is not None
    assert (claim.source.text, claim.source.sentence) == (
        "fifty days",
        "The strike lasted fifty days.",
    )


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("two hundred and five thousand men", [(205_000,)]),
        ("$2.5bn, 3,5 % and 26 395 items", [(2.5e9,), (3.5,), (26_395,)]),
        ("five million of twenty-two", [(5e6,), (22,)]),
        ("Su-24M at 6:30, one of hundreds", []),
        ("on 2017-01-18, January 18, 2017 and 18 January", [(2017, 1, 18)] * 2 + [(None, 1, 18)]),
        ("in 2016, 2016 people", [(2016, None, None), (2016,)]),
        ("at -3 degrees, 3-5 of them", [(-3,), (3,), (5,)]),
    ],
)
def test_values_of_figures_and_dates(text: str, values: list[tuple[float | None, ...]]) -> None:
    assert [figure.value for figure in figures(text)] == values


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("26,395 people a day", "day"),
        ("40 litres/day", "day"),
        ("2,000 crowns per ship", "ship"),
        ("7 per cent per annum", "year"),
        ("two nights in a row", ""),
        ("3 hours a year ago", ""),
        ("30 crowns, a month later", ""),
    ],
)
def test_what_a_figure_is_for_one_of(text: str, rate: str) -> None:
    (figure,) = figures(text)
    assert figure.rate == rate


@pytest.mark.parametrize(
    ("date", "finding"),
    [
        ("2/11/2021", Finding.SAME),
        ("11/2/2021", Finding.SAME),  # month and day
        ("02.11.2021", Finding.SAME),
        ("11-02-2021", Finding.SAME),
        ("2021-11-02", Finding.SAME),
        ("2021/11/2", Finding.SAME),
        ("11/2/2020", Finding.OTHER),
        ("25/12/2020", Finding.OTHER),
        ("2.11.2020", Finding.OTHER),
        ("12-25-2021", Finding.OTHER),
        ("3/11/2021", Finding.OTHER),
    ],
)
def test_a_date_in_digits_is_held_against_those_in_words(
    date: str, finding: Finding, opened: OpenedIndex
) -> None:
    claim = only(f"The Quay Accord was signed on {date}.", ClaimKind.DATE, opened)
    value = "2 November 2021" if finding is Finding.OTHER else ""
    assert (claim.text, claim.finding, claim.value) == (date, finding, value)


@pytest.mark.parametrize(
    "text",
    [
        *("see section 2.11.3", "see § 2.11.2021", "version 2.11.2020 of it", "v1.2.2020.1"),
        *("192.168.1.1", "10.2.11.2020", "3/4 of 2/11", "020-12-2021-33", "12/25/2020/7"),
        *("odds of 2:11:2020", "open 24/7/365", "35/13/2020", "ISBN 3-12-2021-0"),
    ],
)
def test_other_digits_with_signs_between_are_no_dates(text: str) -> None:
    assert not [one for one in figures(text) if one.kind is ClaimKind.DATE]


def test_the_day_of_the_week_of_a_date_in_digits_is_compared(flood: OpenedIndex) -> None:
    said = {"Monday": Finding.SAME, "Tuesday": Finding.OTHER}
    for weekday, finding in said.items():
        draft = f"The dam was opened on {weekday}, 13/09/2021."
        assert only(draft, ClaimKind.DATE, flood).finding is finding


@pytest.mark.parametrize(
    "sentence", ["The walkout began on {}.", "The walkout of the dockers was on {}."]
)
def test_a_day_of_the_week_is_held_against_that_of_the_same_date(
    sentence: str, opened: OpenedIndex
) -> None:
    # Other sentences have more of the words, with other dates.
    claim = only(sentence.format("Tuesday, 13 September 2021"), ClaimKind.DATE, opened)
    assert (claim.finding, claim.value) == (Finding.OTHER, "Monday, 13 September 2021")


def test_a_sentence_without_either_has_its_nearest_passages_only_if_asked(
    opened: OpenedIndex, index: Path
) -> None:
    text = "It rained for hours, and everybody stayed at home."
    (claim,) = checked(text, opened).claims
    assert (claim.kind, claim.finding, claim.nearest) == (ClaimKind.SENTENCE, Finding.NONE, ())
    (claim,) = check_text(text, index=index, nearest=2).claims
    assert (claim.finding, len(claim.nearest)) == (Finding.NONE, 2)


def test_an_unchanged_brief_has_nothing_to_look_at(opened: OpenedIndex, repo: Path) -> None:
    for path in sorted((repo / "data").glob("*.md")):
        draft = reading.read_document(path.read_bytes(), path.name)
        check = check_draft(draft, opened)
        assert not [claim for claim in check.claims if claim.differs]
        assert len(check.claims) > 70


@pytest.mark.parametrize("kind", [*QUOTATIONS])
def test_planted_edits_of_quotations_are_found(kind: str, opened: OpenedIndex) -> None:
    taken = list(sentences_of(opened))
    found = measure(opened, taken, QUOTATIONS[kind], of_quotations=True, number=60)
    assert found.edits + found.untouched >= 5
    assert found.found >= 0.99 * found.edits, found.missed
    assert found.false_alarms <= 0.01 * found.untouched, found.missed


@pytest.mark.parametrize("kind", [*FIGURES])
def test_planted_edits_of_figures_are_found(kind: str, opened: OpenedIndex) -> None:
    taken = list(sentences_of(opened))
    found = measure(opened, taken, FIGURES[kind], of_quotations=False, number=60)
    assert found.edits + found.untouched >= 15
    assert found.found >= 0.95 * found.edits, found.missed
    assert found.false_alarms <= 0.05 * found.untouched, found.missed


def test_the_command_loads_no_model_and_exits_with_1(index: Path, repo: Path) -> None:
    code = (
        "import sys; from briefqa import cli; "
        f"code = cli.main(['check', {str(repo / 'examples' / 'draft.md')!r}, '--index', "
        f"{str(index)!r}]); print(code, *sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *said, last = done.stdout.splitlines()
    exit_code, *modules = last.split()
    assert exit_code == "1"
    heavy = {"faiss", "onnxruntime", "torch", "sentence_transformers", "tokenizers", "docx"}
    assert heavy.isdisjoint(modules)
    assert "    Figure: stands otherwise, as “fifty days”" in said


def test_the_command_writes_copies_a_table_and_json(
    index: Path, tmp_path: Path, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = repo / "examples" / "draft.md"
    found: dict[str, Any] = {}
    for name in ("a.html", "a.md", "a.docx"):
        arguments = ["check", str(draft), "--index", str(index), "--json"]
        arguments += ["--annotated", str(tmp_path / name), "-o", str(tmp_path / "t.csv")]
        assert cli.main(arguments) == 1
        found = json.loads(capsys.readouterr().out)
    assert found["differs"]
    for claim in found["claims"]:
        assert found["text"][claim["start"] : claim["end"]] == claim["text"]
    rows = (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == len(found["claims"]) + 1
    assert '<mark class="differs"' in (tmp_path / "a.html").read_text("utf-8")
    assert "[^1]: Date: stands so" in (tmp_path / "a.md").read_text("utf-8")
    import docx

    written = docx.Document(str(tmp_path / "a.docx"))
    comments = [comment.text for comment in written.comments]
    assert len(comments) == len(found["claims"])
    assert any(
        text.startswith("Name: stands otherwise, as “Margit Lindqvist”") for text in comments
    )


def test_a_draft_that_is_no_file_is_said_in_one_sentence(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, said in (("none.md", "there is no such file"), (".", "it is a folder; name a file")):
        assert cli.main(["check", str(tmp_path / name), "--index", str(index)]) == 2
        assert capsys.readouterr().err == f"briefqa: {tmp_path / name}: {said}\n"


@pytest.mark.parametrize("option", ["--annotated", "-o"])
@pytest.mark.parametrize("linked", [False, True])
def test_a_draft_is_not_written_over(
    option: str,
    linked: bool,
    index: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    draft, output = tmp_path / "draft.md", tmp_path / "draft.md"
    draft.write_text("“The strike lasted sixty days.”")
    if linked:
        output = tmp_path / "same.md"
        output.symlink_to(draft)
    assert cli.main(["check", str(draft), option, str(output), "--index", str(index)]) == 2
    said = f"briefqa: {output} is the draft itself; choose another name.\n"
    assert capsys.readouterr() == ("", said)
    assert draft.read_text() == "“The strike lasted sixty days.”"


def test_a_clean_draft_exits_with_0(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "draft.txt").write_text("“The strike lasted fifty days.”")
    assert cli.main(["check", str(tmp_path / "draft.txt"), "--index", str(index)]) == 0
    assert capsys.readouterr().out.startswith("1 quotation: 1 exact (in 3 documents).")


def test_text_of_a_draft_is_only_ever_text(opened: OpenedIndex) -> None:
    hostile = f"“{HOSTILE} the strike lasted fifty days” =1+1 said 77 people.\n\n=2+5 it is."
    draft = reading.read_document(hostile.encode(), "draft.txt")
    check = check_draft(draft, opened)
    page = annotated.as_html(check)
    assert "<script" not in page
    assert "alert&#40;1&#41;" in page
    rendered = MarkdownIt().render(annotated.as_markdown(check))
    assert "<script" not in rendered
    assert "href=" not in rendered
    table = table_content(wording.table(check), Format.CSV).decode("utf-8-sig")
    assert not any(cell.startswith("=") for row in table.splitlines() for cell in row.split(","))
    assert annotated.content(check, AnnotatedFormat.DOCX).startswith(b"PK")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("long.md", "word " * 2_000_000, "long.md has 10,000,000 bytes, and at most 4,000,000"),
        ("long.txt", "words " * 200_000, "The draft has 1,200,000 characters, and at most"),
        ("quote.md", f"“{'many ' * 6_000}”", "A quotation of 6,000 words is too long"),
        ("zip.docx", "not a document", "zip.docx: "),
        (".", "", "it is a folder"),
    ],
)
def test_a_draft_that_cannot_be_checked_gets_one_sentence(
    name: str,
    text: str,
    says: str,
    index: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if text:
        (tmp_path / name).write_text(text)
    assert cli.main(["check", str(tmp_path / name), "--index", str(index)]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert says in said


@pytest.mark.parametrize(
    "bomb",
    ["“" * 50_000, "1,000 " * 2_000, "The Lord of " * 10_000, "[" * 50_000, "...a" * 20_000,
     "“the the the " + "the " * 4_000 + "”", "a" * 200_000, "1.1.1." * 5_000, "> " * 30_000],
)  # fmt: skip
def test_no_draft_takes_long(bomb: str, opened: OpenedIndex) -> None:
    started = time.process_time()
    check = checked(bomb, opened)
    assert check.documents == 3
    assert time.process_time() - started < 20


def test_an_annotated_copy_of_another_format_is_refused_before_the_work(
    index: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"does not end in \.html, \.docx or \.md"):
        annotated.format_of(tmp_path / "a.pdf")


def test_docx_comments_are_limited(opened: OpenedIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotated, "MOST_COMMENTS", 0)
    check = checked("“The strike lasted fifty days.”", opened)
    with pytest.raises(UsageError, match="write HTML or Markdown"):
        annotated.content(check, AnnotatedFormat.DOCX)


def test_the_docx_is_read_back(opened: OpenedIndex) -> None:
    check = checked("# Title\n\n“The strike lasted fifty days.” It was long.", opened)
    import docx

    written = docx.Document(io.BytesIO(annotated.content(check, AnnotatedFormat.DOCX)))
    texts = [paragraph.text for paragraph in written.paragraphs]
    assert texts[:2] == ["Title", "“The strike lasted fifty days.” It was long."]
