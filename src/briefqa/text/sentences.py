"""Where the sentences of a text stand.

A sentence is what is embedded, marked and quoted, so it ends where a reader would stop quoting.
`line_breaks` splits lines that stand for themselves; sentencex, by the Wikimedia Foundation, splits
prose; the rules here correct it, for it leaves quotations whole and does not know all abbreviations
and ordinals. All is in offsets, and the text is never rewritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import regex

from briefqa.records import Span
from briefqa.text import line_breaks
from briefqa.text.language import language_of, stop_words
from briefqa.text.words import word_set

_NEAR = 40  # characters on either side of a full stop that tell what it is
_STRETCH = 10_000  # characters shown to sentencex at once; it takes quadratic time of some texts
_FOREIGN_SPACE = regex.compile(r"[^\S\x00-\x7f]|[\r\n\x1c-\x1f]")  # sentencex fails on some of them

_OPENING = "\"“„«»‘'「『（(【["
_CLOSING = regex.compile(
    r"(?:\[[\p{L}\p{N} ,–-]{1,30}\](?=\s|\Z)|[”’」』）)\]】]|[ \u00a0\u202f]?»(?!\w)"
    r"|[\"'“‘«*_]{1,9}+(?=[\s”’」』）)\]】»]|\Z)){1,9}+"
)
# What sentencex is shown as spaces: what quotes a line, quotation marks at words' edges, emphasis,
# the brackets of `(a)`.
_INDENTS = regex.compile(r"(?<![^\r\n])[ \t>]++")
_MARKS = regex.compile(
    r"[\"“”„«»「」『』]|(?<![\p{L}\p{N}])['‘’]|['‘’](?![\p{L}\p{N}])|\*+|(?<!\S)_++|_++(?!\S)"
    r"|\((?=[\p{L}\p{N}]{1,4}\))|(?<=\([\p{L}\p{N}]{1,4})\)"
)
# A short quotation that does not end as a sentence does: a name or a title.
_NAME_IN_QUOTES = regex.compile(r"[\"“„«‘][^\"“”„«»‘’]{1,80}[\p{L}\p{N}][\"”“»«’](?![.,])")
_STOPS = regex.compile(r"[.!?…]")
_WITHIN_BRACKETS = regex.compile(r"(?:^|(?<=[.!?]\s))\([^()]{1,1000}[.!?]\)(?=\s+\p{Lu})")

# The beginning of a sentence after something that sentencex takes for an abbreviation only.
_STARTERS = (
    r"(?:The|A|An|It|He|She|They|We|You|In|On|At|But|And|This|That|These|Those|Its|His|Her|Their|"
    r"Our|There|When|While|If|As|For|After|Before|Since|By|Nobody|Then|Two|Three|All|Some|Most)\s"
)
_ENDS_AFTER = regex.compile(
    r"(?<![\p{L}\p{N}.])(?:(?:etc|usw|ecc|enz|т\.\s?д|т\.\s?п)\.(?=\s+\p{Lu})"
    rf"|(?:art|ill|miss|ore|fig|Ltd|Inc|Corp|Co|plc|GmbH|Jr|Sr|Ph\.D|\p{{Lu}}(?:\.\p{{Lu}})*+|[ap]\.m)\.(?=\s+{_STARTERS}))"
)
_WORD_AND_STOP = regex.compile(r"(?<![\p{L}\p{N}.])(\p{Ll}{2,9})\.(?=\s+\p{Lu})")

# What sentencex takes for the end of a sentence and is none: after these never, or before a number.
_TITLES = {
    "de": word_set("inkl. exkl. zzgl. geb. mind. max. hrsg. gem. lt. Hrn. Tel. Dipl. Anm."),
    "en": word_set("Ms. Ft. Mt. approx. incl. excl. trans."),
    "es": word_set("D. Dña. aprox."),
    "fr": word_set("M. MM. Mme. Mlle. Me. Mgr. Dr. Prof. St. Ste. env. éd."),
    "it": word_set("pag. pagg."),
    "nl": word_set("mevr. mw. dhr. drs. incl. o.a. d.w.z. z.o.z. m.i.v."),
    "no": word_set("bl.a. f.eks. kl."),
    "pt": word_set("Av. pág. págs."),
    "ru": word_set("им. ул. д. акад. проф."),
    "sv": word_set("t.ex. dvs. bl.a. kl. kap."),
}
_TITLES["da"] = _TITLES["no"]
_BEFORE_NUMBERS = word_set(
    "approx. aprox. vol. vols. ch. chap. para. paras. est. max. min. h. n. no. kl. kap. pag. pág. "
    "abs. bd. ziff. lit. aufl. mln. mld. incl. excl. p. pp. art. fig. рис. табл. стр. гл. ст. п."
)
_BEFORE_ORDINALS = {
    "de": word_set(
        "am vom zum im der die das den dem des beim ab bis seit und oder zur ins vor nach jeder "
        "jede jedes jeden jedem einen ein eine einem einer dieser dieses diesem diesen sein seine "
        "seinem seinen ihr ihre ihrem ihren unser unsere"
    ),
    "no": word_set("den det de til fra i på og om for av sin sitt"),
}
_BEFORE_ORDINALS["da"] = _BEFORE_ORDINALS["no"]
_ORDINAL = regex.compile(r"(?<!\S)(?:(\p{L}+)\s+)?\d{1,2}\.\Z")
_MONTH = regex.compile(r"(?:Jan|Feb|Mär|Mrz|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)\p{Ll}*+\b")
_LONGEST_MARKER = 60  # characters, with the tags of HTML around it
_MARKER = regex.compile(
    r"(?:<[^<>]*+>|[\s(*_#>•-])*+"
    r"(?:(?:Art(?:icle|ikel|ículo)?|Section|Chap(?:ter|itre)|Part|Rule|Clause|Kapitel)\.? )?"
    r"(?:\d{1,3}(?:\.\d{1,3})*+|\p{L}|[ivx]{1,5}+)[.)][*_\s]*+"
)
_QUOTED_SAYING = regex.compile(r"[、，,]|と|って|という|との")  # what a quotation goes on with

# What a sentence does not begin with: a sign that belongs to what is before, or a small letter, but
# for words such as iPhone and Dutch 's.
_GOES_ON = regex.compile(
    r"[,;:§)º°]|[.!?](?![\p{L}.])|(?!\p{Ll}{1,20}+[\p{Lu}\p{N}]|(?<=['’])[st]\s+\p{Lu})\p{Ll}"
)
_LEAD = regex.compile(
    r"[\s\x1c-\x1f\"“”„«»‘’'(\[*_—–-]{0,99}+"
)  # what may stand before its first letter


def sentences(text: str, language: str) -> list[Span]:
    """The sentences of a text, in order, without the white space around them.

    They cover everything but white space. `language` is a code such as `de`; where the words of
    the text are plainly of another language, that one is taken.
    """
    return list(_of_passage(text, language) if len(text) <= _STRETCH else _found(text, language))


@lru_cache(maxsize=512)  # a passage is split several times for one question
def _of_passage(text: str, language: str) -> tuple[Span, ...]:
    return tuple(_found(text, language))


def _found(text: str, language: str) -> Iterator[Span]:
    code = language_of(text, language.lower().replace("_", "-").split("-")[0] or "en")
    plain = _plain(text)
    for stretch in line_breaks.stretches(text):
        start, end = stretch.span.start, stretch.span.end
        for place in () if stretch.row else _ends(text, plain, stretch.span, code):
            yield Span(start, place)
            start = place
            while text[start].isspace():
                start += 1
        yield Span(start, end)


def _plain(text: str) -> str:
    """The text as sentencex is shown it, every character at its place: one line, no marks."""
    shown = _INDENTS.sub(_blank, text)
    shown = _NAME_IN_QUOTES.sub(lambda name: _STOPS.sub("-", name[0]), shown)
    shown = _MARKS.sub(_blank, shown)
    return _FOREIGN_SPACE.sub(" ", shown)


def _blank(match: regex.Match[str]) -> str:
    return " " * len(match[0])


def _behind(pattern: regex.Pattern[str], text: str, place: int, most: int) -> int:
    """Where what matches at a place ends; the place itself where nothing does."""
    match = pattern.match(text, place, most)
    return match.end() if match else place


def _ends(text: str, plain: str, span: Span, language: str) -> Iterator[int]:
    """Where sentences end within a range, in order, its own end not included."""
    start = span.start
    for place in sorted(_candidates(text, plain, span, language)):
        end = _behind(_CLOSING, text, place, span.end)
        following = _behind(_LEAD, text, end, span.end)
        if (
            start < end
            and following < span.end
            and not _GOES_ON.match(text, following, span.end)
            and not (end > place and _QUOTED_SAYING.match(text, end, span.end))
            and not _is_marker(text, start, end)
            and not _is_abbreviation(
                text[max(start, place - _NEAR) : place],
                text[following : min(following + _NEAR, span.end)],
                language,
            )
        ):
            yield end
            start = end


def _candidates(text: str, plain: str, span: Span, language: str) -> set[int]:
    """The ends of what sentencex takes for sentences, and of what it should."""
    from sentencex import segment

    places = set()
    start = span.start
    while start < span.end:
        stretch = plain[start : min(start + _STRETCH, span.end)]
        segments = segment(language, stretch)
        if sum(map(len, segments)) != len(stretch):
            segments = [stretch]
        if start + len(stretch) < span.end and len(segments) > 1:
            segments.pop()  # it may go on in the next stretch
        for one in segments:
            places.add(start + len(one.rstrip()))
            start += len(one)
    for pattern, source in ((_WITHIN_BRACKETS, text), (_ENDS_AFTER, plain)):
        places.update(match.end() for match in pattern.finditer(source, span.start, span.end))
    common = stop_words(language)  # sentencex takes some of them for abbreviations: "Tell me."
    words = _WORD_AND_STOP.finditer(plain, span.start, span.end)
    places.update(match.end() for match in words if match[1] in common)
    return places


def _is_marker(text: str, start: int, end: int) -> bool:
    """Whether a range is what numbers a paragraph, as in `2.5.` or `A.`, and no sentence."""
    return end - start <= _LONGEST_MARKER and _MARKER.fullmatch(text, start, end) is not None


def _is_abbreviation(before: str, following: str, language: str) -> bool:
    """Whether the full stop that ends `before` is of an abbreviation or an ordinal number.

    `following` begins with what follows it.
    """
    words = before.split()
    word = words[-1].lstrip(_OPENING) if words else ""
    if not {word, word[:1].lower() + word[1:]}.isdisjoint(_TITLES.get(language, ())):
        return True
    if following[0].isnumeric():
        return word.lower() in _BEFORE_NUMBERS
    ordinal = _ORDINAL.search(before)
    if language not in _BEFORE_ORDINALS or not ordinal or not following[0].isalpha():
        return False
    if (ordinal[1] or "").lower() in _BEFORE_ORDINALS[language]:
        return True
    return language == "de" and _MONTH.match(following) is not None
