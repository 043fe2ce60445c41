"""Checks a draft against the documents: finds its claims, and looks each of them up.

No model is loaded; only the passages near to plain sentences, on request, need a Searcher.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import regex

from briefqa.answering.attribution import attribution, speakers
from briefqa.drafts import quotations
from briefqa.drafts.evidence import Evidence, Stands
from briefqa.drafts.figures import Figure, figures
from briefqa.drafts.records import Claim, ClaimKind, DraftCheck, Finding, Source, Speaker
from briefqa.drafts.sources import Sources
from briefqa.errors import UsageError
from briefqa.index.opened import OpenedIndex
from briefqa.records import Document, Hit, Span
from briefqa.text.quotes import QUOTED
from briefqa.text.sentences import sentences
from briefqa.text.words import plain_words

MOST_CHARACTERS = 1_000_000  # of a draft
MOST_CLAIMS = 20_000
_LONGEST = 1_500  # characters of a sentence; a longer one is looked up in pieces
_LONGEST_HEADING = 1_000

Nearest = Callable[[str], Sequence[Hit]]
"""The passages nearest to a sentence."""

# A quotation that goes on in the next paragraph, and a paragraph that is all quoted.
_GOES_ON = regex.compile(r"\A\s*+[“„]([^“”]++)\Z")
_QUOTED_LINES = regex.compile(r"\A\s*+>")
_LINE_START = regex.compile(r"(?<![^\n])[ \t]*+(?:>[ \t]*+)++")
# The number of an item or a heading, which is no figure that it states.
_NUMBERED = regex.compile(r"(?m)^[ \t]*+(?:\d{1,3}(?:\.\d{1,3}){0,4}+[.)]|\(\d{1,3}\))(?=[ \t])")
_NAME_WORD = r"(?:\p{Lu}[\p{L}\p{M}'’]*+(?:[-‑](?:\p{L}[\p{L}\p{M}'’]*+))*+)"
_NAME = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}.@/-]){_NAME_WORD}"
    rf"(?: (?:(?:of|de|van|von|al|bin) )?{_NAME_WORD}){{0,5}}+(?![\p{{N}}@/])"
)
_BEGINS = regex.compile(
    r"(?:\A|[.!?…:”\"])\s{0,8}\Z"
)  # what is before the first word of a sentence
_NO_NAMES = frozenset(
    "i monday tuesday wednesday thursday friday saturday sunday january february march april may "
    "june july august september october november december mr mrs ms dr the a an he she they it we "
    "you his her their its our your this that these those but and or so as if when while after "
    "before since for at by in on of to from no not all some most many both what who".split()
)
_TITLES = frozenset(
    "mr mrs ms dr sir lord lady general colonel major captain lieutenant president minister prime "
    "professor judge mayor the of st".split()
)


def check_draft(draft: Document, opened: OpenedIndex, nearest: Nearest | None = None) -> DraftCheck:
    """Every quotation, figure, date and name of a draft with where it stands in the index.

    `nearest`, if given, finds passages for the sentences that have none of those. Raises UsageError
    for a draft of more than a million characters, or with a quotation of more than 5,000 words.
    """
    if len(draft.text) > MOST_CHARACTERS:
        raise UsageError(
            f"The draft has {len(draft.text):,} characters, and at most {MOST_CHARACTERS:,} are "
            "checked at once; check it in parts."
        )
    sources = Sources(opened)
    evidence = Evidence(sources)
    language = draft.metadata.language or sources.language
    claims: list[Claim] = []
    for span, is_heading in blocks(draft):
        text = draft.text[span.start : span.end]
        found = sorted(_claims(text, language, sources, evidence), key=lambda claim: claim.start)
        if is_heading:
            found = _of_heading(text, found, sources)
        if nearest is not None:
            found = [_with_nearest(claim, nearest) for claim in found]
        claims += (_moved(claim, span.start) for claim in found)
        if len(claims) > MOST_CLAIMS:
            raise UsageError(
                f"The draft has more than {MOST_CLAIMS:,} quotations, figures, names and sentences "
                "to look up; check it in parts."
            )
    return DraftCheck(draft, tuple(claims), sources.documents)


def blocks(draft: Document) -> list[tuple[Span, bool]]:
    """The title, the headings and the paragraphs of a draft, in the order of its text.

    Each with whether it is a heading, as the title is too.
    """
    # What has nothing under it may be a heading and a paragraph.
    spans = {span: False for section in draft.sections for span in section.paragraphs}
    spans |= {one.heading: True for one in draft.sections if one.heading is not None}
    found = sorted(spans.items(), key=lambda one: one[0].start)
    title = draft.text.rfind(draft.title, 0, found[0][0].start if found else 0)
    if title >= 0:
        found.insert(0, (Span(title, title + len(draft.title)), True))
    return found


def _moved(claim: Claim, by: int) -> Claim:
    return replace(claim, start=claim.start + by, end=claim.end + by)


def _of_heading(text: str, claims: list[Claim], sources: Sources) -> list[Claim]:
    """The claims of a heading, which stand as it does where a source has it word for word."""
    # Words of headings have capitals and are no names.
    unsaid = ClaimKind.SENTENCE, ClaimKind.NAME
    claims = [claim for claim in claims if claim.kind not in unsaid]
    if len(text) > _LONGEST_HEADING or not any(claim.differs for claim in claims):
        return claims
    match = quotations.find(text, sources)
    if match.finding not in (Finding.EXACT, Finding.NEAR):
        return claims
    return [
        replace(claim, finding=Finding.SAME, source=match.source, value="")
        if claim.differs and claim.kind is not ClaimKind.QUOTATION
        else claim
        for claim in claims
    ]


def _with_nearest(claim: Claim, nearest: Nearest) -> Claim:
    if claim.kind is not ClaimKind.SENTENCE:
        return claim
    return replace(claim, nearest=tuple(nearest(claim.text)))


def _claims(text: str, language: str, sources: Sources, evidence: Evidence) -> Iterator[Claim]:
    """The claims of one paragraph; offsets are of its text."""
    quoted = list(_quoted(text))
    # Quotations are one word each to whoever looks for sentences, speakers, figures and names.
    masked = list(text)
    for start, end in quoted:
        masked[start : end - 1] = "X" + "x" * (end - start - 2) if end - start > 1 else ""
    plain = _without_item_numbers("".join(masked))
    spans = [piece for span in sentences(plain, language) for piece in _pieces(plain, span)]
    texts = [plain[span.start : span.end] for span in spans]
    with_claims: set[int] = set()
    for start, end in quoted:
        number = next((n for n, span in enumerate(spans) if start < span.end), len(spans) - 1)
        last = next((n for n, span in enumerate(spans) if end <= span.end), len(spans) - 1)
        with_claims.update(range(number, last + 1))
        speaker = attribution(texts, last) if texts else ""
        yield _quotation(text, start, end, speaker, sources)
    for number, (span, sentence) in enumerate(zip(spans, texts, strict=True)):
        shown = _shown(sentence, span.start, quoted)
        stated = [one for one in figures(shown) if shown[one.start : one.end].strip()]
        for figure, stands in zip(stated, evidence.of_figures(shown, stated), strict=True):
            yield _figure(text, span.start, figure, stands)
        found = False
        for start, end in _names(shown, stated):
            found = True
            yield _name(text, span.start + start, span.start + end, evidence)
        if not (stated or found or number in with_claims):
            whole = text[span.start : span.end]
            yield Claim(ClaimKind.SENTENCE, span.start, span.end, whole, Finding.NONE)


def _without_item_numbers(text: str) -> str:
    """A paragraph with spaces for the numbers of its items, if it begins with one."""
    if not _NUMBERED.match(text):
        return text
    return _NUMBERED.sub(lambda match: " " * len(match[0]), text)


def _pieces(text: str, sentence: Span) -> Iterator[Span]:
    """A sentence, or pieces of one that is longer than people write, cut at a space."""
    start = sentence.start
    while sentence.end - start > _LONGEST:
        cut = text.rfind(" ", start + 1, start + _LONGEST)
        end = cut if cut > 0 else start + _LONGEST
        yield Span(start, end)
        start = end
    yield Span(start, sentence.end)


def _quoted(text: str) -> Iterator[tuple[int, int]]:
    """Where the quoted texts of a paragraph stand, without their marks, blank ones left out."""
    if _QUOTED_LINES.match(text):
        begins = len(text) - len(_LINE_START.sub("", text, count=1))
        yield begins, len(text)
        return
    behind = 0
    for match in QUOTED.finditer(text):
        number = match.lastindex or 0
        if plain_words(match[number]):
            yield match.span(number)
        behind = match.end()
    if not behind and (rest := _GOES_ON.match(text)):
        yield rest.span(1)


def _shown(sentence: str, start: int, quoted: Sequence[tuple[int, int]]) -> str:
    """The sentence with spaces where quotations are."""
    signs = list(sentence)
    for first, last in quoted:
        low, high = max(0, first - start), min(len(signs), last - start)
        if low < high:
            signs[low:high] = " " * (high - low)
    return "".join(signs)


def _quotation(text: str, start: int, end: int, speaker: str, sources: Sources) -> Claim:
    quotation = text[start:end]
    # What quotes each line is no part of it; spaces keep the offsets.
    bare = _LINE_START.sub(lambda match: " " * len(match[0]), quotation)
    match = quotations.find(bare, sources, text[max(0, start - 20) : max(0, start - 1)])
    said = None
    if speaker and match.source is not None:
        said = _speaker(speaker, match.source, sources)
    return Claim(
        ClaimKind.QUOTATION, start, end, quotation, match.finding, match.source, match.pieces,
        speaker=said,
    )  # fmt: skip


def _speaker(named: str, source: Source, sources: Sources) -> Speaker:
    """The speaker by the draft beside those whom the source names there."""
    passage = source.passage
    spans = sentences(passage.text, passage.language or sources.language)
    texts = [passage.text[span.start : span.end] for span in spans]
    place = source.start - passage.start
    number = next((n for n, span in enumerate(spans) if place < span.end), None)
    if number is None:
        return Speaker(named, "", Finding.NONE)
    theirs = attribution(texts, number)
    beside = [name for one in texts[max(0, number - 1) : number + 2] for name in speakers(one)]
    if any(_same_person(named, name) for name in (theirs, *beside) if name):
        return Speaker(named, theirs or named, Finding.SAME)
    return Speaker(named, theirs, Finding.OTHER if theirs else Finding.NONE)


def _same_person(one: str, other: str) -> bool:
    words = set(plain_words(one)) - _TITLES
    return not words.isdisjoint(plain_words(other))


def _figure(text: str, start: int, figure: Figure, stands: Stands) -> Claim:
    stated = text[start + figure.start : start + figure.end]
    claim = _claim(figure.kind, start + figure.start, stated, stands)
    return replace(claim, counts=figure.counts)


def _claim(kind: ClaimKind, start: int, stated: str, stands: Stands) -> Claim:
    end = start + len(stated)
    return Claim(kind, start, end, stated, stands.finding, stands.source, value=stands.value)


def _name(text: str, start: int, end: int, evidence: Evidence) -> Claim:
    """A name; the first word of a sentence may be none of it: "Yesterday Rudskoi"."""
    name = text[start:end]
    claim = _claim(ClaimKind.NAME, start, name, evidence.of_name(name))
    _, _, rest = name.partition(" ")
    if not (claim.differs and rest and _BEGINS.search(text[max(0, start - 9) : start])):
        return claim
    shorter = _claim(ClaimKind.NAME, end - len(rest), rest, evidence.of_name(rest))
    return claim if shorter.differs else shorter


def _names(sentence: str, stated: Sequence[Figure]) -> Iterator[tuple[int, int]]:
    """Where the names of a sentence stand; its first word is none by its capital alone."""
    begins = len(sentence) - len(sentence.lstrip(' \t\n"“”‘’«»*_#>-([0123456789.)'))
    taken = {place for one in stated for place in range(one.start, one.end)}
    for match in _NAME.finditer(sentence):
        start, end = match.span()
        words = [(one.start(), one.end()) for one in regex.finditer(r"\S+", sentence[start:end])]
        while words and _plain(sentence[start + words[0][0] : start + words[0][1]]) in _NO_NAMES:
            words.pop(0)
        while words and _plain(sentence[start + words[-1][0] : start + words[-1][1]]) in _NO_NAMES:
            words.pop()
        if not words:
            continue
        first, last = start + words[0][0], start + words[-1][1]
        if (first == begins and len(words) == 1) or not taken.isdisjoint((first, last - 1)):
            continue
        if last - first > 1:
            yield first, last


def _plain(word: str) -> str:
    return word.lower().removesuffix("'s").removesuffix("’s")
