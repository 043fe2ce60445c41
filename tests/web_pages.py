"""Made-up web pages of many kinds, each with snippets that are of its text and others that are not.

The chrome around the text, navigation, banners, comments and the like, is written in several of the
ways in which it is found: with HTML's own elements, or as `div`s that only their class tells apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

WRITTEN = Path(__file__).parent / "corpora" / "web_pages.txt"


@dataclass
class WebPage:
    """A page: its HTML, what of its text is wanted, and what around it is not."""

    kind: str
    html: str
    wanted: list[str]
    unwanted: list[str]
    headings: list[str] = field(default_factory=list)


_TOPICS = [
    ("Harbour", "the harbour board", "Ostmark", "the breakwater", "tonnes of stone"),
    ("Library", "the library council", "Velling", "the reading room", "books on loan"),
    ("Railway", "the line's managers", "Kroben", "the signal box", "passengers a day"),
    ("Orchard", "the growers' union", "Tamsel", "the cold store", "crates of pears"),
    ("School", "the school committee", "Lindow", "the gymnasium", "pupils and teachers"),
    ("Museum", "the museum's trustees", "Gadebusch", "the clock hall", "visitors a year"),
]


class _Words:
    """Sentences about a topic, none of them twice."""

    def __init__(self, topic: int) -> None:
        self.name, self.who, self.town, self.thing, self.unit = _TOPICS[topic % len(_TOPICS)]
        self._numbers = count(11 + 7 * topic)

    def sentence(self, kind: int = 0) -> str:
        n = next(self._numbers)
        return [
            (
                f"In the spring of the year {1900 + n} {self.who} in {self.town} decided to repair "
                f"{self.thing}, which had been closed since a storm {n} months before."
            ),
            (
                f"According to the report there were {n * 40} {self.unit}, more than anybody in "
                f"{self.town} had expected when the plan was first discussed."
            ),
            (
                f"“We never thought that {self.thing} would last another {n} winters,” said the "
                f"head of {self.who}, who has lived in {self.town} all her life."
            ),
            (
                f"The work will cost {n},500 crowns, of which the county pays {n % 9 + 2} tenths, "
                f"and is to be finished before the frost."
            ),
            (
                f"Opponents point out that {self.thing} was repaired {n} years ago already, and "
                f"that the same firm did the work badly at the time."
            ),
        ][kind % 5]

    def paragraph(self, kind: int = 0) -> str:
        return " ".join(self.sentence(kind + step) for step in range(3))


_MENU = ["Home", "World news", "Opinion pages", "Weather map", "Obituaries", "Classified ads"]
_COOKIES = (
    "We value your privacy. We and our 214 partners store cookies on your device. Accept all or "
    "manage your choices at any time."
)
_NEWSLETTER = "Get the morning briefing in your inbox. Sign up for our free newsletter today!"
_FOOTER = "Imprint and terms of use. All rights reserved by the publishing house."
_SHARE = "Share this page with friends: send by mail, copy the link, print it."
_RELATED = [
    "Ten places to see before the ferry stops running",
    "Why our readers love the new crossword app",
    "The recipe everybody is talking about this week",
]
_COMMENTS = [
    "First! What a nonsense, they should ask us taxpayers before they start anything.",
    "I agree with the comment above, and my brother in law thinks so as well, by the way.",
    "This comment was removed by a moderator because it broke the house rules.",
]


def _semantic(title: str, body: str, *, site: str, extra: str = "", lang: str = "en") -> str:
    links = "".join(f'<li><a href="/{n}">{name}</a></li>' for n, name in enumerate(_MENU))
    related = "".join(f'<li><a href="/r{n}">{each}</a></li>' for n, each in enumerate(_RELATED))
    return f"""<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">
<title>{title} | {site}</title><meta property="og:site_name" content="{site}">{extra}
<style>p {{ color: red }}</style><script>var tracking = "on and on";</script></head><body>
<a class="skip-link" href="#main">Skip to the content of this page</a>
<header><a href="/">{site}</a><nav aria-label="Main"><ul>{links}</ul></nav></header>
<div role="dialog" aria-label="Cookies"><p>{_COOKIES}</p><button>Accept all</button></div>
<main id="main">{body}
<aside><h2>Read this next</h2><ul>{related}</ul></aside></main>
<section id="newsletter" class="newsletter"><p>{_NEWSLETTER}</p></section>
<footer><p>{_FOOTER}</p><nav><ul>{links}</ul></nav></footer></body></html>"""


def _divs(title: str, body: str, *, site: str, extra: str = "", comments: bool = False) -> str:
    links = " | ".join(f'<a href="/{n}">{name}</a>' for n, name in enumerate(_MENU))
    related = "".join(
        f'<div class="teaser"><a href="/r{n}">{each}</a></div>' for n, each in enumerate(_RELATED)
    )
    talk = "".join(f'<div class="comment-body"><p>{each}</p></div>' for each in _COMMENTS)
    talk = f'<div id="comments" class="comments-area"><h3>3 comments</h3>{talk}</div>'
    return f"""<html><head><title>{site} - {title}</title>{extra}</head><body>
<div id="cookie-banner" class="cookie-consent"><p>{_COOKIES}</p></div>
<div class="wrapper"><div class="top-nav">{links}</div>
<div class="columns"><div class="content">{body}
<div class="share-buttons">{_SHARE}</div></div>
<div class="sidebar"><h3>Most popular</h3>{related}<div class="newsletter">{_NEWSLETTER}</div></div>
</div>{talk if comments else ""}<div class="footer">{_FOOTER} {links}</div></div></body></html>"""


_UNWANTED_SEMANTIC = [
    "Weather map", "our 214 partners", "morning briefing", "Imprint and terms", "crossword app",
    "tracking", "Skip to the content",
]  # fmt: skip
_UNWANTED_DIVS = [
    "Opinion pages", "our 214 partners", "morning briefing", "Imprint and terms",
    "ferry stops running", "Share this page with friends",
]  # fmt: skip
_UNWANTED_TALK = ["they should ask us taxpayers", "my brother in law", "broke the house rules"]


def _paragraphs(words: _Words, number: int, first: int = 0) -> list[str]:
    return [words.paragraph(first + step) for step in range(number)]


def _html(paragraphs: list[str]) -> str:
    return "".join(f"<p>{each}</p>\n" for each in paragraphs)


def _news(topic: int, *, divs: bool) -> WebPage:
    words = _Words(topic)
    title = f"{words.name} to be repaired after all, {words.town} decides"
    texts = _paragraphs(words, 7)
    body = (
        f"<article><h1>{title}</h1><p class='byline'>By Ada Quill</p>"
        f'<time datetime="2024-03-0{topic % 9 + 1}T08:00">March</time>'
        f"{_html(texts[:3])}<h2>What it costs</h2>{_html(texts[3:5])}"
        f"<blockquote><p>{words.sentence(2)}</p></blockquote>"
        f"<h2>What happens now</h2>{_html(texts[5:])}</article>"
    )
    extra = '<meta name="author" content="Ada Quill">'
    make = _divs if divs else _semantic
    html = (
        _divs(title, body, site="The Daily Quay", extra=extra, comments=True)
        if divs
        else make(title, body, site="The Daily Quay", extra=extra)
    )
    unwanted = [*_UNWANTED_DIVS, *_UNWANTED_TALK] if divs else _UNWANTED_SEMANTIC
    wanted = [text[:70] for text in texts] + [text[-60:] for text in texts]
    return WebPage("news", html, wanted, unwanted, ["What it costs", "What happens now"])


def _reference(topic: int) -> WebPage:
    words = _Words(topic)
    texts = _paragraphs(words, 6)
    toc = "".join(f'<li><a href="#s{n}">Part {n}</a></li>' for n in range(3))
    rows = [("Founded", "1871"), ("Area served", f"{words.town} and around"), ("Staff", "214")]
    table = "".join(
        f"<tr><th>{key}</th><td><a href='/x'>{value}</a></td></tr>" for key, value in rows
    )
    body = (
        f"<h1>{words.name} of {words.town}</h1><div id='toc' class='toc'><h2>Contents</h2><ul>{toc}"
        f"</ul></div><table class='infobox'>{table}</table>{_html(texts[:2])}"
        f"<h2>History<span class='mw-editsection'>[edit]</span></h2>{_html(texts[2:4])}"
        f"<h3>After the flood<span class='mw-editsection'>[edit]</span></h3>{_html(texts[4:5])}"
        f"<h2>In numbers</h2>{_html(texts[5:])}<table><tr><th>Year</th><th>{words.unit}</th></tr>"
        "<tr><td>1950</td><td>1,204</td></tr><tr><td>1960</td><td>2,871</td></tr></table>"
    )
    html = _semantic(f"{words.name} of {words.town}", body, site="Open Reference")
    wanted = [text[:70] for text in texts] + ["Founded | 1871", "1950 | 1,204", "1960 | 2,871"]
    return WebPage(
        "reference", html, wanted, [*_UNWANTED_SEMANTIC, "[edit]", "Part 2"],
        ["History", "After the flood", "In numbers"],
    )  # fmt: skip


def _forum(topic: int) -> WebPage:
    words = _Words(topic)
    texts = _paragraphs(words, 5)
    posts = "".join(
        f'<div class="post"><div class="poster">member{n}</div><div class="post-text">'
        f"<p>{text}</p></div><div class='post-menu'><a href='/q{n}'>Quote</a> "
        f"<a href='/f{n}'>Flag as spam</a></div></div>"
        for n, text in enumerate(texts)
    )
    html = _divs(
        f"Who repairs {words.thing}?",
        f"<h1>Who repairs {words.thing}?</h1>{posts}",
        site="The Forum",
    )
    return WebPage("forum", html, [text[:80] for text in texts], [*_UNWANTED_DIVS, "Flag as spam"])


def _manual(topic: int) -> WebPage:
    words = _Words(topic)
    texts = _paragraphs(words, 4)
    code = "quay build data\n\nquay ask 'how many?'   # two spaces\n    indented();"
    side = "".join(f'<li><a href="/d{n}">Chapter {n} of the manual</a></li>' for n in range(9))
    body = (
        f'<nav class="sidebar-nav"><ul>{side}</ul></nav><article><h1>Setting up {words.thing}</h1>'
        f"{_html(texts[:1])}<h2>Before you begin</h2><ol><li>Fetch the key of {words.thing}.</li>"
        f"<li>Open the left valve, <ul><li>slowly at first,</li><li>then fully.</li></ul></li>"
        f"<li>Wait for the bell.</li></ol>{_html(texts[1:2])}<h2>Commands</h2>{_html(texts[2:3])}"
        f"<pre><code>{code}</code></pre><dl><dt>--deep</dt><dd>looks below the water line</dd></dl>"
        f"<h2>When it fails</h2>{_html(texts[3:])}</article>"
    )
    wanted = [text[:80] for text in texts]
    wanted += ["1. Fetch the key", "- slowly at first", "3. Wait for the bell.", code]
    wanted += ["--deep: looks below the water line"]
    html = _semantic(f"Setting up {words.thing}", body, site="Quay manual")
    return WebPage(
        "manual", html, wanted, [*_UNWANTED_SEMANTIC, "Chapter 7 of the manual"],
        ["Before you begin", "Commands", "When it fails"],
    )  # fmt: skip


def _tables(topic: int) -> WebPage:
    words = _Words(topic)
    texts = _paragraphs(words, 2)
    rows = "".join(
        f"<tr><td>{month}</td><td>{n * 37}</td><td>{n * 3}.5 %</td></tr>"
        for n, month in enumerate("January February March April May June".split(), 4)
    )
    body = (
        f"<h1>Figures of the {words.name.lower()}</h1>{_html(texts[:1])}<table><caption>By month"
        f"</caption><thead><tr><th>Month</th><th>{words.unit}</th><th>Change</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{_html(texts[1:])}"
        "<table><tr><th>Town</th><th>Share</th></tr><tr><td rowspan='2'>Velling</td><td>12 %</td>"
        "</tr><tr><td>14 %</td></tr></table>"
    )
    wanted = [text[:80] for text in texts]
    wanted += ["January | 148 | 12.5 %", "June | 333 | 27.5 %", "By month", "Velling | 14 %"]
    html = _divs(f"Figures of the {words.name.lower()}", body, site="County statistics")
    return WebPage("tables", html, wanted, _UNWANTED_DIVS)


def _short(topic: int) -> WebPage:
    words = _Words(topic)
    text = words.sentence(3)
    body = f"<h1>Notice</h1><p>{text}</p>"
    menu = f"<nav>{' '.join(_MENU)}</nav>"
    html = f"<html><head><title>Notice</title></head><body>{menu}{body}</body></html>"
    return WebPage("short", html, [text[:60], text[-30:]], ["Obituaries", "Weather map"])


def _questions(topic: int) -> WebPage:
    words = _Words(topic)
    texts = _paragraphs(words, 4)
    asked = [
        f"When does {words.thing} open?",
        "Who pays for it?",
        "May I bring a dog?",
        "And then?",
    ]
    body = f"<h1>Questions about {words.thing}</h1>" + "".join(
        f"<h3>{question}</h3><p>{text}</p>" for question, text in zip(asked, texts, strict=True)
    )
    html = _semantic(f"Questions about {words.thing}", body, site=words.town)
    return WebPage("questions", html, [text[:80] for text in texts], _UNWANTED_SEMANTIC, asked)


def _law(topic: int) -> WebPage:
    words = _Words(topic)
    texts = _paragraphs(words, 6)
    articles = "".join(
        f"<div class='article'><h2>Article {n}</h2><p>({n}) {text}</p>"
        f"<ul><li>(a) the first case of article {n};</li><li>(b) the second case.</li></ul></div>"
        for n, text in enumerate(texts, 1)
    )
    body = f"<h1>Act on {words.thing}</h1>{articles}"
    wanted = [text[:80] for text in texts] + ["(a) the first case of article 5;"]
    html = _divs(f"Act on {words.thing}", body, site="Laws")
    return WebPage(
        "law", html, wanted, _UNWANTED_DIVS, [f"Article {n}" for n in range(1, len(texts) + 1)]
    )


def _press(topic: int) -> WebPage:
    words = _Words(topic)
    texts = _paragraphs(words, 5)
    who = words.who.capitalize()
    text = "<br><br>".join(texts)
    body = f"<div class='entry'><div class='title'><b>{who} announces plans</b></div>{text}</div>"
    html = _divs(f"{words.name} announces plans", body, site="Press room")
    return WebPage("press release", html, [text[:80] for text in texts], _UNWANTED_DIVS)


def _blog(topic: int) -> WebPage:
    words = _Words(topic)
    texts = _paragraphs(words, 6)
    body = (
        f"<div class='post-content'><h2>My summer with {words.thing}</h2>{_html(texts[:3])}"
        f"<figure><img src='a.jpg' alt='x'><figcaption>{words.name} at dusk, from the east."
        f"</figcaption></figure>{_html(texts[3:])}</div>"
    )
    html = _divs(f"My summer with {words.thing}", body, site="A blog", comments=True)
    wanted = [text[:80] for text in texts] + ["at dusk, from the east"]
    return WebPage("blog", html, wanted, [*_UNWANTED_DIVS, *_UNWANTED_TALK])


def _disguised(page: WebPage) -> WebPage:
    """The page with classes and ids that say nothing, as build tools write them."""
    number = count()
    html = re.sub(
        r" (class|id)=(['\"]).*?\2", lambda _: f' class="x{next(number) % 7}q"', page.html
    )
    return WebPage(f"{page.kind}, disguised", html, page.wanted, page.unwanted, page.headings)


def pages() -> list[WebPage]:
    """All pages, the same every time."""
    return [
        *(_news(topic, divs=False) for topic in range(3)),
        *(_news(topic, divs=True) for topic in range(3, 6)),
        *(_reference(topic) for topic in (0, 2, 5)),
        *(_forum(topic) for topic in (1, 3)),
        *(_manual(topic) for topic in (2, 4)),
        *(_tables(topic) for topic in (0, 4)),
        *(_short(topic) for topic in (1, 5)),
        *(_questions(topic) for topic in (0, 3)),
        *(_law(topic) for topic in (2, 5)),
        *(_press(topic) for topic in (1, 4)),
        *(_blog(topic) for topic in (3, 5)),
        *map(
            _disguised,
            (
                _news(1, divs=True),
                _news(2, divs=False),
                _law(3),
                _blog(4),
                _reference(1),
                _forum(5),
            ),
        ),
    ]


def written() -> list[WebPage]:
    """Pages as thirty programs and people build them; each paragraph in them is wanted.

    In the file `{p}` stands for a paragraph and `{s}` for a sentence.
    """
    found: list[WebPage] = []
    for entry in WRITTEN.read_text("utf-8").split("@@@ ")[1:]:
        name, text = entry.split("\n", 1)
        if name == "wanted":
            found[-1].wanted += text.splitlines()
        elif name == "unwanted":
            found[-1].unwanted += text.splitlines()
        elif name == "headings":
            found[-1].headings += text.splitlines()
        else:
            words = _Words(len(found))
            texts: list[str] = []
            for kind, sign in enumerate(re.findall(r"\{[ps]\}", text)):
                texts.append(words.paragraph(kind) if sign == "{p}" else words.sentence(kind))
            html = re.sub(r"\{[ps]\}", "{}", text)
            for one in texts:
                html = html.replace("{}", one, 1)
            wanted = [one[:70] for one in texts] + [one[-60:] for one in texts]
            found.append(WebPage(name, html, wanted, []))
    return found
