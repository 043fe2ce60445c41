"""Questions for several things are answered by every place that answers."""

from __future__ import annotations

from pathlib import Path

from briefqa import Searcher, build, open_index
from briefqa.answering.listing import OPENING, items_of
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
