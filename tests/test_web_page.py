"""Is a web page's own text read, with its structure, and nothing of what stands around it?"""

from __future__ import annotations

import time

import pytest

from briefqa.documents import loaders
from briefqa.documents.loaders import html_tree
from briefqa.errors import LoadError
from briefqa.records import Document
from tests.web_pages import WebPage, pages, written

OF_ALL_BUILDS = written()
PAGES = [*pages(), *OF_ALL_BUILDS]


def page(html: str | bytes, name: str = "page.html") -> Document:
    return loaders.parse(html if isinstance(html, bytes) else html.encode(), name)


def paragraphs(document: Document) -> list[str]:
    return [
        document.text[span.start : span.end]
        for section in document.sections
        for span in section.paragraphs
    ]


def headings(document: Document) -> list[tuple[str, ...]]:
    return [section.path for section in document.sections if section.path]


@pytest.fixture(scope="module")
def read() -> list[tuple[WebPage, Document]]:
    return [(each, page(each.html, f"page{n}.html")) for n, each in enumerate(PAGES)]


def test_what_is_wanted_is_read_and_what_is_not_is_left_out(
    read: list[tuple[WebPage, Document]],
) -> None:
    found = sum(words in document.text for each, document in read for words in each.wanted)
    false = sum(words in document.text for each, document in read for words in each.unwanted)
    missed = sum(len(each.wanted) for each in PAGES) - found
    assert len(PAGES) > 60
    assert 2 * found / (2 * found + missed + false) >= 0.97


def test_headings_of_pages_whose_classes_say_something_are_all_found(
    read: list[tuple[WebPage, Document]],
) -> None:
    for each, document in read:
        if not each.kind.endswith("disguised") and each not in OF_ALL_BUILDS:
            assert [path[-1] for path in headings(document)] == each.headings, each.kind


def test_headings_that_a_person_sees_in_pages_of_all_builds_are_found(
    read: list[tuple[WebPage, Document]],
) -> None:
    """Further ones are of what stands around the text, such as "References"."""
    for each, document in read:
        found = [path[-1] for path in headings(document)]
        assert [heading for heading in found if heading in each.headings] == each.headings, (
            each.kind
        )


def test_a_page_says_who_wrote_it_when_and_where() -> None:
    metadata = page(PAGES[0].html).metadata
    assert metadata.title == "Harbour to be repaired after all, Ostmark decides"
    assert (metadata.date, metadata.author, metadata.source, metadata.language) == (
        *("2024-03-01", "Ada Quill", "The Daily Quay", "en"),
    )


def test_data_for_search_engines_say_it_too() -> None:
    html = """<title>X</title><script type="application/ld+json">{"@graph": [{"@type": "Article",
    "headline": "The ferry", "datePublished": "2021-05-06T09:00Z",
    "author": [{"name": "B. Ruhl"}]}]}</script><p>It stopped in May.</p>"""
    metadata = page(html).metadata
    assert (metadata.title, metadata.date, metadata.author) == (
        *("The ferry", "2021-05-06", "B. Ruhl"),
    )


def test_data_for_search_engines_name_all_authors_and_the_publisher_without_entities() -> None:
    html = """<title>X</title><script type="application/ld+json">{"@type": "NewsArticle",
    "headline": "Ruhl &amp; Son: it&#8217;s over", "author": [{"name": "B. Ruhl"},
    "https://example.org/a", {"@id": "#c"}, "C. M&uuml;ller"],
    "publisher": {"@type": "Organization", "name": "The Daily Quay"}}</script><p>It closed.</p>"""
    metadata = page(html).metadata
    assert (metadata.title, metadata.author, metadata.source) == (
        *("Ruhl & Son: it’s over", "B. Ruhl, C. Müller", "The Daily Quay"),
    )
    named = page(f'<meta property="og:site_name" content="Quay Online">{html}').metadata
    assert named.source == "Quay Online"


def test_structure_becomes_lines() -> None:
    document = page(
        "<title>T</title><h1>One</h1><p>Two<br>lines.</p><h1>Next</h1><ol start=3><li>a<ul><li>b"
        "</ul><li value=7>c</ol><pre>x\n\n  y</pre><table><tr><th>A<th>B<tr><td rowspan=2>1<td>2"
        "<tr><td>3<tr><td colspan=2>all</table><blockquote>Quoted.</blockquote>"
    )
    assert paragraphs(document) == [
        "Two\nlines.",
        "3. a\n  - b\n7. c",
        "x\n\n  y",
        "A | B\n--- | ---\n1 | 2\n1 | 3\nall",
        "Quoted.",
    ]
    assert headings(document) == [("One",), ("Next",)]


def test_a_table_that_only_places_things_is_read_as_text() -> None:
    document = page("<table><tr><td><h2>Ice</h2><p>It froze.</p></td><td>Menu</td></tr></table>")
    assert paragraphs(document) == ["It froze.", "Menu"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("<meta charset=windows-1251><p>Лёд сошёл в мае".encode("cp1251"), "Лёд сошёл в мае"),
        ("<p>Лёд сошёл в мае".encode("utf-16"), "Лёд сошёл в мае"),
        ("<meta charset=iso-8859-1><p>“Größe”".encode("cp1252"), "“Größe”"),
        ("<meta charset=iso-8859-1><p>Größe".encode(), "Größe"),
        ("<meta charset=nonsense><p>Größe".encode("cp1252"), "Größe"),
    ],
)
def test_a_page_is_read_in_its_encoding(data: bytes, words: str) -> None:
    assert page(data).text == words


def test_a_saved_page_is_found_in_its_envelope() -> None:
    data = (
        b"From: <Saved by a browser>\r\nSnapshot-Content-Location: https://www.quay.example/a\r\n"
        b"Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        b"Content-Location: https://www.quay.example/a\r\n\r\n<title>Ice</title><p>Gr=C3=B6=\r\n"
        b"=C3=9Fe</p>\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n"
    )
    document = page(data, "ice.mhtml")
    assert (document.text, document.title, document.metadata.source) == (
        *("Größe", "Ice", "quay.example"),
    )


def test_a_page_made_by_a_script_has_no_text() -> None:
    with pytest.raises(LoadError, match="no text: what it shows may be made by a script"):
        page("<title>App</title><div id=app></div><script>render()</script>")


def test_what_comes_after_tags_nested_too_deeply_is_said_to_be_left_out() -> None:
    document = page("<p>Above.</p>" + "<div>" * 2_000 + "Below.")
    assert document.text.startswith("Above.")
    assert document.notes == ("nothing is read from where tags are nested 256 deep on",)


def test_attributes_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_tree, "MOST_IN_TAG", 100)
    assert page('<p title="' + "x" * 300 + '">Read.').text == "Read."
    for between in (" ", "/", '=""'):
        with pytest.raises(LoadError, match="attributes without end"):
            page(f"<p {between.join(f'a{n}' for n in range(200))}>Read.")


def test_a_page_that_has_our_signs_in_its_text_is_read_as_any_other() -> None:
    text = (
        "qz0z qzq1z is what a sign looks like, and this page is full of them, for whatever reason."
    )
    document = page("".join(f"<p>{text} {n}</p>" for n in range(9)))
    assert paragraphs(document) == [f"{text} {n}" for n in range(9)]


def test_headings_and_code_that_the_choice_leaves_out_are_read_with_what_is_among_them() -> None:
    """A chapter as DocBook makes it: headings in frames of their own, lists of links."""
    text = "The profiler records every allocation that the program makes while it is running, " * 3
    parts = "".join(
        f'<div class="sect1"><div class="titlepage"><div><div><h2 class="title"><a name="s{n}"></a>'
        f"{n}. Part{'<a href=#s>#</a>'}</h2></div></div></div><p>{text}({n})</p>"
        f"<pre>run --part {n}\n  twice<button>copy</button></pre>"
        f'<ul><li><code>depth</code> <a href="/n">number</a></li></ul></div>'
        for n in range(1, 6)
    )
    document = page(f"<title>Manual</title><body><h1>Manual</h1>{parts}</body>")
    assert [path[-1] for path in headings(document)] == [f"{n}. Part" for n in range(1, 6)]
    assert "run --part 3\n  twice" in paragraphs(document)
    assert "copy" not in document.text


def test_the_name_of_the_site_at_the_top_is_not_the_title() -> None:
    html = "<title>Buffer | Manual 7</title><header><h1>Manual 7</h1></header><h2>Buffer</h2><p>x"
    assert page(html).title == "Buffer"


def test_every_post_is_read_where_the_choice_keeps_one() -> None:
    """As on pages of questions with several answers."""
    page_ = next(each for each in OF_ALL_BUILDS if each.kind == "answers")
    document = page(page_.html)
    assert page_.wanted[3] in document.text
    assert "Unanswered bounties" not in document.text


def test_a_cell_of_links_beside_the_text_is_navigation() -> None:
    links = "".join(f"<a href={n}>Part {n}</a><br>" for n in range(4))
    document = page(
        f"<table><tr><td>{links}<td><h2>Ice</h2><p>It froze in May, and the ferry stopped.</table>"
    )
    assert document.text == "Ice\n\nIt froze in May, and the ferry stopped."


def test_words_between_blocks_are_paragraphs() -> None:
    document = page("<div>One<h2>Ice</h2>Two <b>three</b><br><br>four<ul><li>x</ul>five</div>")
    assert paragraphs(document) == ["One", "Two three", "four", "- x", "five"]


SHEET = """
/* .seen{display:none} */ @import url(a.css); .h, #unseen{display : none} u{visibility:hidden}
.tab{display:none} .tab.on{display:block} .scripted{display:none} .tiny{font-size:0}
@media print{.paper{display:none}} div.h.x{color:red}
"""


@pytest.mark.parametrize(
    ("hidden", "is_read"),
    [
        ('<p class="a h">The fee is 99 marks.</p>', False),
        ('<p id="unseen">The fee is 99 marks.</p>', False),
        ("<p>A <u>fee is 99 marks</u>.</p>", False),
        ('<p class="tiny">The fee is 99 marks.</p>', False),
        ('<p style="font-size: 0px">The fee is 99 marks.</p>', False),
        ('<p style="font-size: 0.9em">The fee is 99 marks.</p>', True),
        ('<p class="tiny"><b>The fee is 99 marks.</b></p>', True),
        ('<p class="h" style="display: block">The fee is 99 marks.</p>', True),
        *(
            (f'<p class="{name}">The fee is 99 marks.</p>', True)
            for name in ("tab", "scripted", "paper", "seen")
        ),
    ],
)
def test_what_the_sheet_of_a_page_hides_is_not_read(hidden: str, is_read: bool) -> None:
    document = page(
        f"<html><head><style>{SHEET}</style><script>show('scripted')</script></head><body>"
        f"<p>The ferry takes forty people over the river, nobody pays.</p>{hidden}</body>"
    )
    assert "nobody pays" in document.text
    assert ("99 marks" in document.text) is is_read


def test_that_the_sheet_of_a_page_hides_text_is_said() -> None:
    html = "<style>.h{display:none}</style><p>The ferry takes forty people.</p><p class=h>No.</p>"
    assert page(html).notes == ("what its style hides was left out",)
    assert page(html.replace("class=h", "")).notes == ()


def test_a_sheet_that_hides_the_whole_page_is_not_believed() -> None:
    html = "<style>.h{display:none}</style><div class=h><p>The ferry takes forty people.</p></div>"
    assert paragraphs(page(html)) == ["The ferry takes forty people."]


@pytest.mark.parametrize(
    "css", ["/*" * 200_000, "{" * 400_000, "@media{" * 60_000, ".a," * 130_000 + "b{display:none}",
            ".a " * 130_000 + "{display:block}", "a{display:" + " " * 400_000]
)  # fmt: skip
def test_a_sheet_costs_in_proportion_to_its_length(css: str) -> None:
    began = time.process_time()
    assert "forty" in page(f"<style>{css}</style><p>The ferry takes forty people.</p>").text
    assert time.process_time() - began < 2


def article(block: str) -> Document:
    before = "<p>The council met on Monday in the town hall and talked about the old bridge.</p>"
    after = "<p>At the end the mayor thanked all who came and said work would begin in spring.</p>"
    return page(f"<body><article><h1>The bridge</h1>{before * 5}{block}{after}</article></body>")


@pytest.mark.parametrize(
    "opening",
    [
        *('<p class="noprint">', '<p class="x hidden-print">', '<p class="hide-print">'),
        *('<p aria-hidden="true">', '<p class="star-rating">', '<p style="overflow:hidden">'),
        *('<div class="noprint"><p>', '<div class="hidden-xs"><p>', '<p class="share-price">'),
        *('<section class="related-work"><p>', '<div id="cookie-recipe"><p>'),
        '<div class="social-care"><p>',
    ],
)
def test_prose_that_is_seen_on_the_page_is_read_whatever_it_is_called(opening: str) -> None:
    words = "The repair costs 4.5 million marks."
    assert words in paragraphs(article(f"{opening}{words}"))


@pytest.mark.parametrize(
    "block",
    [
        '<div class="related-posts"><p><a href="/a">Nine good pies.</a></p></div>',
        '<div class="cookie-bar"><p>We use cookies on this site.</p><button>OK</button></div>',
        '<p class="byline">By Ada Quill and Tom Reed</p>',
        '<div class="social">Follow us on all channels. Like this.</div>',
    ],
)
def test_what_is_named_apart_and_is_no_prose_is_left_out(block: str) -> None:
    assert len(paragraphs(article(block))) == 6


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ('It burned<sup id="r1"><a href="#fn1">1</a></sup>.', "It burned[1]."),
        ('It burned<a href="#fn1"><sup>*</sup></a>.', "It burned[*]."),
        ('It burned<a role="doc-noteref" href="n.html#fn1">ii</a>.', "It burned[ii]."),
        ('It burned<sup><a href="#a">1</a>, <a href="#b">2</a></sup>.', "It burned[1], [2]."),
        ('It burned<sup><a href="#fn1">[1]</a></sup>.', "It burned[1]."),
        ('It burned<sup>(<a href="#fn1">1</a>)</sup>.', "It burned(1)."),
        ('<a class="sdfootnotesym" href="#sdfootnote1anc">1</a>It burned.', "[1] It burned."),
        ('<span><sup><a href="#up">i</a></sup></span>It burned.', "[i] It burned."),
        ('See chapter <a href="#c2">2</a> and m<sup>2</sup>.', "See chapter 2 and m2."),
        ('See <sup><a href="https://example.org/">2</a></sup>.', "See 2."),
        ('<a href="#a">A</a> <a href="#b">B</a>', "A B"),
    ],
)
def test_the_mark_of_a_note_stands_in_brackets(shown: str, words: str) -> None:
    assert paragraphs(page(f"<body><h1>The fire</h1><p>{shown}</p></body>")) == [words]
