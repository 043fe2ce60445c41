"""The questions of every kind in tests/corpora/kinds: is the data sound?"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "corpora" / "kinds"
DOCUMENTS = CORPUS / "documents"
DATA = ROOT / "data"
ARTICLE = ROOT.parent / "shared" / "article"

TUNE_DOCUMENTS = {"council-minutes.md", "ferry-faq.md", "bridge-emails.txt"}
TEST_DOCUMENTS = {"sailing-club-bylaws.md", "inquiry-transcript.txt", "fisheries-report.md"}
BRIEFS = {"syria-january-2017.md", "kestrand-port-2021.md", "velmora-flood-2019.md"}

# The fewest questions of each kind, and of kinds that are counted together.
FEWEST = {
    ("list",): 25,
    ("overview",): 25,
    ("clause",): 25,
    ("table",): 25,
    ("why",): 25,
    ("how",): 25,
    ("negation",): 25,
    ("comparison", "multi-part"): 25,
    ("yes-no",): 25,
    ("near-miss",): 25,
    ("who",): 20,
    ("when",): 20,
    ("where",): 20,
    ("how-many",): 20,
    ("how-much",): 20,
    ("keywords",): 20,
    ("misspelt",): 20,
    ("off-topic",): 20,
    ("which",): 10,
}
KINDS = {kind for kinds in FEWEST for kind in kinds}
UNANSWERABLE_KINDS = {"near-miss", "off-topic"}

# A table's row, a list's item, a heading, the header of a mail, who is who in a transcript.
LINE_OF_ITS_OWN = re.compile(r"\s*(\||[-*] |#|(From|To|Cc|Date|Subject|Chair|Counsel [^:]*): )")
SENTENCE_END = re.compile(r"""[.?!][*"')]*\s+(?=[^a-z\s])""")


@dataclass(frozen=True, slots=True)
class Item:
    """One sentence that answers a question."""

    document: str
    contains: str
    occurrence: int | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    document: str | None
    text: str
    kind: str
    split: str
    answerable: bool
    items: tuple[Item, ...]
    complete: bool
    tempting: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    question: str
    rewritten: str
    follow_up: bool
    small_talk: bool
    document: str | None
    section: str
    contains: str
    occurrence: int | None


@dataclass(frozen=True, slots=True)
class Dialogue:
    id: str
    split: str
    turns: tuple[Turn, ...]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@cache
def questions() -> tuple[Question, ...]:
    return tuple(
        Question(
            id=line["id"],
            document=line["document"],
            text=line["question"],
            kind=line["kind"],
            split=line["split"],
            answerable=line["answerable"],
            items=tuple(
                Item(
                    document=item["document"],
                    contains=item["contains"],
                    occurrence=item.get("occurrence"),
                    words=tuple(item["words"]),
                )
                for item in line["items"]
            ),
            complete=line.get("complete", False),
            tempting=line.get("tempting"),
        )
        for line in lines(CORPUS / "questions.jsonl")
    )


@cache
def dialogues() -> tuple[Dialogue, ...]:
    return tuple(
        Dialogue(
            id=line["id"],
            split=line["split"],
            turns=tuple(Turn(**{"occurrence": None, **turn}) for turn in line["turns"]),
        )
        for line in lines(CORPUS / "dialogues.jsonl")
    )


@cache
def text_of(document: str) -> str:
    folder = DATA if document in BRIEFS else DOCUMENTS
    return (folder / document).read_text(encoding="utf-8")


def start_of(contains: str, document: str, occurrence: int | None) -> int:
    """Offset of the occurrence that is meant (counted from 1)."""
    start = -1
    for _ in range(occurrence or 1):
        start = text_of(document).index(contains, start + 1)
    return start


@cache
def sentences(document: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of every sentence; rows, list items, headings and `>` quotes stand alone."""
    text = text_of(document)
    runs: list[tuple[int, int, str]] = []
    for line in re.finditer(r".*\n?", text):
        words = line.group()
        make = (
            "blank"
            if not words.strip()
            else "alone"
            if LINE_OF_ITS_OWN.match(words)
            else "quote"
            if words.startswith(">")
            else "prose"
        )
        if runs and make in ("quote", "prose") and runs[-1][2] == make:
            runs[-1] = (runs[-1][0], line.end(), make)
        else:
            runs.append((line.start(), line.end(), make))
    spans: list[tuple[int, int]] = []
    for start, end, make in runs:
        if make == "blank":
            continue
        first = start
        if text[start] != "|":
            for stop in SENTENCE_END.finditer(text, start, end):
                if stop.end() < end:
                    spans.append((first, stop.end()))
                    first = stop.end()
        spans.append((first, end))
    return tuple(spans)


def sentence_around(start: int, document: str) -> tuple[str, int]:
    """The sentence at an offset, on one line and without quote marks, and where it ends."""
    for first, end in sentences(document):
        if first <= start < end:
            bare = re.sub(r"(?m)^> ?", "", text_of(document)[first:end])
            return " ".join(bare.split()), end
    raise AssertionError(f"no sentence at {start} in {document}")


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def all_items() -> list[tuple[Question, Item]]:
    return [(question, item) for question in questions() for item in question.items]


def test_the_corpus_has_six_documents_of_900_to_1800_words() -> None:
    names = {path.name for path in DOCUMENTS.iterdir()}
    assert names == TUNE_DOCUMENTS | TEST_DOCUMENTS
    assert {
        name: words for name in names if not 900 <= (words := len(text_of(name).split())) <= 1800
    } == {}


def test_every_id_is_used_once() -> None:
    for ids in ([q.id for q in questions()], [d.id for d in dialogues()]):
        assert [name for name, times in Counter(ids).items() if times > 1] == []


def test_no_question_is_asked_twice_of_a_document_or_stands_in_the_older_questions() -> None:
    asked = Counter((question.document, plain(question.text)) for question in questions())
    assert [question for question, times in asked.items() if times > 1] == []
    older = {plain(line["question"]) for line in lines(DATA / "questions.jsonl")}
    assert [question.text for question in questions() if plain(question.text) in older] == []


def test_every_kind_is_known_and_has_questions_enough() -> None:
    counts = Counter(question.kind for question in questions())
    assert set(counts) == KINDS
    assert {
        kinds: count
        for kinds, fewest in FEWEST.items()
        if (count := sum(counts[kind] for kind in kinds)) < fewest
    } == {}


def test_each_kind_is_divided_evenly_between_tune_and_test() -> None:
    halves = Counter((question.kind, question.split) for question in questions())
    assert {split for _, split in halves} == {"tune", "test"}
    assert {
        kind: (tune, test)
        for kind in KINDS
        if abs((tune := halves[kind, "tune"]) - (test := halves[kind, "test"])) > 2
    } == {}


def test_the_halves_share_no_document_but_the_velmora_brief() -> None:
    documents = {
        split: {q.document for q in questions() if q.split == split and q.document}
        for split in ("tune", "test")
    }
    assert documents == {
        "tune": TUNE_DOCUMENTS | {"syria-january-2017.md", "velmora-flood-2019.md"},
        "test": TEST_DOCUMENTS | {"kestrand-port-2021.md", "velmora-flood-2019.md"},
    }


def test_only_near_misses_and_off_topic_questions_have_no_answer() -> None:
    assert [
        question.id
        for question in questions()
        if len({question.kind not in UNANSWERABLE_KINDS, question.answerable, bool(question.items)})
        != 1
    ] == []


def test_every_list_names_all_its_places_and_only_lists_do() -> None:
    assert [q.id for q in questions() if q.complete != (q.kind == "list")] == []


def test_every_item_is_in_the_document_asked_about() -> None:
    assert [
        question.id
        for question, item in all_items()
        if question.document not in (None, item.document)
    ] == []


def test_every_near_miss_has_something_tempting_in_its_document() -> None:
    assert [
        question.id
        for question in questions()
        if (question.kind == "near-miss") != bool(question.tempting)
        or (question.tempting and question.tempting not in text_of(question.document or ""))
    ] == []


def test_every_contains_is_in_one_line_once_or_says_which_occurrence_is_meant() -> None:
    wrong = []
    for question, item in all_items():
        times = text_of(item.document).count(item.contains)
        sound = (
            times == 1 if item.occurrence is None else times > 1 and 1 <= item.occurrence <= times
        )
        if not sound or "\n" in item.contains:
            wrong.append((question.id, item.contains, times))
    assert wrong == []


def test_every_contains_lies_within_one_sentence_and_no_place_is_named_twice() -> None:
    wrong = []
    for question, item in all_items():
        start = start_of(item.contains, item.document, item.occurrence)
        _, end = sentence_around(start, item.document)
        if start + len(item.contains) > end:
            wrong.append((question.id, item.contains))
    assert wrong == []
    assert [q.id for q in questions() if len(set(q.items)) != len(q.items)] == []


def test_the_words_that_answer_stand_in_the_sentence_around_contains() -> None:
    wrong = []
    for question, item in all_items():
        start = start_of(item.contains, item.document, item.occurrence)
        sentence, _ = sentence_around(start, item.document)
        wrong += [(question.id, words, sentence) for words in item.words if words not in sentence]
    assert wrong == []


def test_sentences_end_where_a_row_an_item_a_quote_or_a_wrapped_line_says() -> None:
    def around(contains: str, document: str, occurrence: int = 1) -> str:
        return sentence_around(start_of(contains, document, occurrence), document)[0]

    assert around("13,240", "fisheries-report.md") == (
        "| Haddock | 12,880 | 13,240 | 77.3 | 91.4 |"
    )
    assert around("(d) a false", "sailing-club-bylaws.md") == (
        "- (d) a false statement made in the application for membership."
    )
    assert around("than half of what oak does", "bridge-emails.txt", 2) == (
        "It costs 118,000 marks laid, weighs less than half of what oak does,"
        " and lasts fifty years."
    )
    assert around("Counsel for the families", "inquiry-transcript.txt") == (
        "Counsel for the families: Ms Adeyo"
    )
    assert around("I can start on", "bridge-emails.txt") == (
        "I can start on 13 May and need six weeks."
    )


def test_overviews_quote_the_first_sentence_of_each_document_in_scope() -> None:
    leads = {
        item.document: item.contains
        for question, item in all_items()
        if question.kind == "overview" and question.document
    }
    assert set(leads) == TUNE_DOCUMENTS | TEST_DOCUMENTS | BRIEFS
    assert [
        question.id
        for question in questions()
        if question.kind == "overview"
        and {item.document: item.contains for item in question.items}
        != ({question.document: leads[question.document]} if question.document else leads)
    ] == []


def test_there_are_thirty_dialogues_of_three_to_five_turns_in_two_halves() -> None:
    assert Counter(dialogue.split for dialogue in dialogues()) == {"tune": 15, "test": 15}
    assert [d.id for d in dialogues() if not 3 <= len(d.turns) <= 5] == []
    allowed = {"tune": TUNE_DOCUMENTS, "test": TEST_DOCUMENTS}
    assert [
        dialogue.id
        for dialogue in dialogues()
        if not {turn.document for turn in dialogue.turns} - {None} <= allowed[dialogue.split]
    ] == []


def test_both_halves_of_the_dialogues_mix_follow_ups_whole_questions_and_small_talk() -> None:
    for half in ("tune", "test"):
        turns = [turn for d in dialogues() if d.split == half for turn in d.turns]
        assert sum(turn.follow_up for turn in turns) >= 25
        assert sum(turn.small_talk for turn in turns) >= 8
        assert sum(not turn.follow_up and not turn.small_talk for turn in turns) >= 25


def test_every_turn_has_its_answer_in_its_section_unless_it_is_small_talk() -> None:
    wrong = []
    for dialogue in dialogues():
        for turn in dialogue.turns:
            if turn.small_talk:
                sound = (turn.document, turn.section, turn.contains) == (None, "", "")
            else:
                document = turn.document or ""
                times = text_of(document).count(turn.contains)
                start = start_of(turn.contains, document, turn.occurrence)
                above = text_of(document)[:start]
                sound = (times > 1) == (turn.occurrence is not None) and all(
                    re.search(rf"(?m)^#+ {re.escape(heading)}$", above)
                    for heading in turn.section.split(" › ")
                    if heading
                )
            if not sound:
                wrong.append((dialogue.id, turn.question))
    assert wrong == []


def test_only_follow_ups_are_rewritten_and_none_comes_first() -> None:
    assert [
        turn.question
        for dialogue in dialogues()
        for turn in dialogue.turns
        if turn.follow_up != (turn.question != turn.rewritten)
    ] == []
    assert [dialogue.id for dialogue in dialogues() if dialogue.turns[0].follow_up] == []


def test_the_counts_in_the_readme_are_those_of_the_questions() -> None:
    rows = re.findall(
        r"(?m)^\| ([a-z-]+) \| (\d+) \| (\d+) \| (\d+) \|$",
        (CORPUS / "README.md").read_text(encoding="utf-8"),
    )
    counts = Counter((question.kind, question.split) for question in questions())
    assert {kind: (int(tune), int(test)) for kind, _, tune, test in rows} == {
        kind: (counts[kind, "tune"], counts[kind, "test"]) for kind in KINDS
    }
    assert [kind for kind, both, tune, test in rows if int(both) != int(tune) + int(test)] == []


def test_no_sentence_of_the_report_is_in_the_corpus() -> None:
    files = sorted(ARTICLE.glob("*.txt"))
    if not files:
        pytest.skip("the report is not here: no ../shared/article beside the repository")
    ours = "\n".join(
        plain(path.read_text(encoding="utf-8"))
        for path in sorted(CORPUS.rglob("*"))
        if path.is_file()
    )
    report = "\n".join(file.read_text(encoding="utf-8") for file in files)
    theirs = [plain(sentence) for sentence in re.split(r"[.?!]\W*\s|\n", report)]
    long_enough = [sentence for sentence in theirs if len(sentence.split()) >= 6]
    assert len(long_enough) > 20
    assert [sentence for sentence in long_enough if sentence in ours] == []
