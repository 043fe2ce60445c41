"""Can a document be read from any place on, however long it is?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from briefqa.documents import loaders
from briefqa.records import Document, Metadata, Section, Span
from briefqa.ui import choices, reading_view, sources_view
from tests.lighthouse import ADA, LIGHTHOUSE, Reading, answer, words
from tests.timing import grows_as_its_input_does, seconds


def read(document: Document, at: int = 0) -> Reading:
    return Reading(reading_view.page(document, at, None, changeable=False))


def starts(found: Reading, name: str = "data-start") -> list[int]:
    return [int(value or 0) for key, value in found.attributes if key == name]


def long_document(n_sections: int, deep: int = 1) -> Document:
    body = "\n\n".join(f"Line {line} of this section stands here." for line in range(40))
    text = "# Long\n\n" + "\n\n".join(
        f"{'#' * (2 + number % deep)} Section {number}\n\n{body}" for number in range(n_sections)
    )
    return loaders.parse(text.encode(), "long.md")


def test_a_document_is_read_from_the_top_with_its_outline() -> None:
    found = read(LIGHTHOUSE)
    assert words(found.text) == (
        "← DocumentsAsk only this documentThe lighthouselighthouse.mdOutline"
        "KeeperOnly hereCatOnly here"
        "Nobody lives there.KeeperThe keeper was called Ada.She lit the lamp at six."
        "Catasleepawake"
    )
    assert ("open", None) in found.attributes
    assert found.marked == ""


def test_only_what_may_be_changed_can_be_removed() -> None:
    assert "Remove" not in read(LIGHTHOUSE).text
    assert "Remove" in Reading(reading_view.page(LIGHTHOUSE, 0, None, changeable=True)).text


def test_a_section_can_be_asked_alone_from_the_outline() -> None:
    found = read(LIGHTHOUSE)
    sections = [value for name, value in found.attributes if name == "data-section"]
    assert sections == ["Keeper", "Cat"]
    keys = {value for name, value in found.attributes if name == "data-id"}
    assert keys == {choices.key(LIGHTHOUSE.name)}


def test_of_a_long_document_each_part_is_a_page_and_together_they_are_all_of_it() -> None:
    document = long_document(300)
    at, lines, n_parts = 0, 0, 0
    headings: list[int] = []
    while True:
        markup = reading_view.page(document, at, None, changeable=False)
        assert len(markup) < 400_000
        found = Reading(markup)
        n_parts += 1
        assert f"Part {n_parts} of " in found.text
        headings += starts(found)
        lines += found.text.count("of this section stands here.")
        before, later, _ = markup.partition("Later part")
        if not later:
            break
        at = int(before.rpartition('data-at="')[2].partition('"')[0])
    assert f"Part {n_parts} of {n_parts}" in found.text
    assert n_parts > 5
    assert headings == [section.heading.start for section in document.sections if section.heading]
    assert lines == 300 * 40


def test_the_place_that_was_asked_for_is_marked_as_such() -> None:
    document = long_document(300)
    place = document.sections[200].heading
    assert place is not None
    found = read(document, place.start)
    assert place.start in starts(found)
    here = found.attributes.index(("data-here", None))
    assert found.attributes[here - 1] == ("data-start", str(place.start))


def test_of_very_many_headings_the_upper_ones_or_those_near_the_place_are_listed() -> None:
    deep = read(long_document(900, deep=3))
    listed = deep.tags.count("button")
    assert listed < 900
    assert "Section 897" in deep.text.partition("Line 0")[0]
    wide = long_document(900)
    place = wide.sections[600].heading
    assert place is not None
    around = read(wide, place.start).text.partition("Line 0")[0]
    assert "Section 600" in around
    assert "Section 100Only" not in around
    assert "500 more headings" in around


def test_five_megabytes_open_as_fast_as_their_outline_grows() -> None:
    documents = {sections: long_document(sections) for sections in (750, 3_000)}
    assert len(documents[3_000].text) > 4_500_000

    def taken(sections: int) -> float:
        document = documents[sections]
        place = document.sections[sections // 2].heading
        assert place is not None
        at = place.start
        markup = reading_view.page(document, at, None, changeable=False)
        assert len(markup) < 600_000
        return seconds(lambda: reading_view.page(document, at, None, changeable=False))

    assert grows_as_its_input_does(taken, 3_000)


def test_pages_of_a_source_are_numbered_where_they_begin() -> None:
    text = "One.\n\nTwo.\n\nThree, over\n\ntwo pages.\n\nFour."
    spans = [Span(text.index(word), text.index(word) + 4) for word in ("One", "Two", "Four")]
    section = Section((), None, tuple(spans))
    page_starts = (0, text.index("Two"), text.index("two pages"))
    found = read(Document("a.pdf", Metadata("A"), text, (section,), page_starts)).text
    assert words(found).endswith("Page 1One.Page 2Two.Page 3Four")


def test_an_opened_citation_shows_in_the_outline_where_it_stands() -> None:
    found = Reading(sources_view.article(LIGHTHOUSE, answer(ADA), ADA, 1))
    current = found.attributes.index(("aria-current", "location"))
    assert ("data-at", str(LIGHTHOUSE.sections[1].heading.start)) in found.attributes[:current]  # type: ignore[union-attr]
    assert ("open", None) not in found.attributes


NAMES = st.lists(
    st.text("abc/", min_size=1, max_size=5).map("{}.md".format), unique=True, min_size=1
)


@given(NAMES, st.data())
def test_a_choice_means_the_same_documents_after_others_have_come_and_gone(
    names: list[str], data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.sampled_from(names), unique=True))
    choice = choices.written(some)
    assert set(choices.chosen(choice, names)) == set(some)
    left = names[: data.draw(st.integers(1, len(names)))]
    assert choices.chosen(choice, [*left, "new.txt"]) == tuple(n for n in left if n in some)
    others = "-" + choice[1:]
    assert set(choices.chosen(others, [*names, "new.txt"])) == {*names, "new.txt"} - set(some)
