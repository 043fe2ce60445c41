"""Questions for several things are answered by every place that answers."""

from __future__ import annotations

from pathlib import Path

from briefqa import Searcher, build, open_index
from briefqa.answering.listing import (
    OPENING,
    Place,
    announced,
    items_of,
    sharing_a_label,
    units_of,
)
from briefqa.documents.passages import sentences
from briefqa.models.embedder import Embedder
from briefqa.records import QuestionKind, Verdict

MINUTES = """\
# Harbour meeting

The harbour board met in May.

## Lights

The lights were old.

- **Action:** Mara to order lamps.
- **Action:** Odo to paint the mast.

## Ferries

Nine ferries sail.

- **Action:** Ines to count the ferries.
"""


def test_every_item_that_answers_is_quoted_in_document_order(
    real_embedder: Embedder, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "minutes.md").write_text(MINUTES)
    build(tmp_path / "docs", index=tmp_path / "index", model=real_embedder)
    with open_index(tmp_path / "index", model=real_embedder) as searcher:
        answer = searcher.ask("List all action items of the harbour meeting", k=1)
        text = searcher.document("minutes.md").text
    assert answer.kind is QuestionKind.LIST
    assert answer.verdict is Verdict.ANSWERED
    assert answer.text.startswith(f"{OPENING}\n\n“")
    assert [one.sentence for one in answer.quotations] == [
        "- **Action:** Mara to order lamps.",
        "- **Action:** Odo to paint the mast.",
        "- **Action:** Ines to count the ferries.",
    ]
    for one in answer.quotations:
        assert text[one.span.sentence_start : one.span.sentence_end] == one.sentence
        assert not one.exact
    passages = {hit.passage for hit in answer.hits}
    assert {one.passage for one in answer.quotations} == passages


def test_a_list_of_what_the_documents_do_not_speak_of_is_not_asserted(brief: Searcher) -> None:
    answer = brief.ask("List all operas by Puccini")
    assert not answer.answered
    assert answer.quotations == ()


def test_items_are_cut_at_their_bullets_and_numbers() -> None:
    text = "Two things:\n- one\n  more\n2) two\n\nThe end."
    assert [text[span.start : span.end] for span in items_of(text)] == ["- one\n  more", "2) two"]


def units(text: str) -> list[str]:
    found = units_of(text, sentences(text, "en"))
    return [text[unit.span.start : unit.span.end] for unit in found]


def places(text: str) -> list[Place]:
    found = units_of(text, sentences(text, "en"))
    return [Place(0, one, text[one.span.start : one.span.end], 0.0, 0.0) for one in found]


def test_sentences_stand_beside_the_items_and_rows_of_a_passage() -> None:
    text = (
        "It rained. These came:\n\n- Mara, who\n  was late\n- Odo\n\n"
        "| Ship | Fee |\n|---|--:|\n| Ragna | 4 |\n| Terna | 2 |\n\nThen it stopped."
    )
    assert units(text) == [
        "It rained.",
        "These came:",
        "- Mara, who\n  was late",
        "- Odo",
        "| Ragna | 4 |",
        "| Terna | 2 |",
        "Then it stopped.",
    ]
    found = units_of(text, sentences(text, "en"))
    assert [unit.lead for unit in found[2:4]] == ["These came:"] * 2
    assert all("| Ship | Fee |" in unit.lead for unit in found[4:6])


def test_what_a_sentence_announces_stands_in_its_stead() -> None:
    text = "Two rules hold. Dogs wait outside. Cats may enter. Nobody minds.\n\nThe end is near."
    first, *others = places(text)
    assert announced(text, first, others) == others[:2]
    assert announced(text, others[0], others) == []


def test_no_more_is_announced_than_the_paragraph_holds() -> None:
    text = "Three rules hold. Dogs wait outside.\n\nThe end is near. It is."
    first, *others = places(text)
    assert announced(text, first, others) == others[:1]


def test_a_line_with_a_colon_announces_the_items_below_it_and_no_sentence() -> None:
    text = "She may refuse for these reasons:\n\n- unpaid fines\n- noise at night\n\nThat is all."
    first, *others = places(text)
    assert announced(text, first, others) == others[:2]
    text = "She went home and said this:\n\nThe end is near."
    first, *others = places(text)
    assert announced(text, first, others) == []


def test_a_long_sentence_or_one_that_names_its_things_announces_nothing() -> None:
    text = "Two rules hold, one for dogs and one for cats. Nobody minds."
    first, *others = places(text)
    assert announced(text, first, others) == []


def test_places_that_share_a_label_are_chosen_by_the_words_of_the_question_in_them() -> None:
    def place(label: str, own: float) -> Place:
        return Place(0, units_of("- x", sentences("- x", "en"))[0], "- x", 0.0, own, label)

    all_of_mara = [place("action", 1.0), place("action", 1.0)]
    assert sharing_a_label([*all_of_mara, place("action", 0.4), place("", 1.0)]) == all_of_mara
    assert sharing_a_label([place("action", 1.0), place("note", 1.0)]) == []


THREAD = """\
From Ines to Odo

The lamps of the harbour have two faults. Their glass is cracked by the frost. Their wires are bare.

From Odo to Ines

> Their glass is cracked by the frost.

The mast is painted every spring. Nine ferries sail to the island in summer.
"""


def test_faults_are_listed_without_the_sentence_that_counts_them_and_once_each(
    real_embedder: Embedder, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "thread.txt").write_text(THREAD)
    build(tmp_path / "docs", index=tmp_path / "index", model=real_embedder)
    with open_index(tmp_path / "index", model=real_embedder) as searcher:
        answer = searcher.ask("Which faults do the lamps of the harbour have?")
    assert [one.sentence for one in answer.quotations] == [
        "Their glass is cracked by the frost.",
        "Their wires are bare.",
    ]
