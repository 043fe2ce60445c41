"""The lines of a text, and what the shape of one tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from briefqa.documents.loaders.outline import line_spans, trimmed
from briefqa.records import Span

LONG_LINE = 60  # characters; a shorter one may end where its text does
WRAP_WIDTH = 120  # nobody wraps lines by hand beyond this
_MOST_HEADING_CHARS = 100
_MOST_HEADING_WORDS = 12

# Only what is hardly ever a title of its own.
_PLACE = r"(?:home ?page|home|main page|(?:all |latest |top )?news|all \w+|front page)"
_RELEASE = (
    r"(?:(?:for )?immediate release|not for (?:immediate )?release"
    r"|(?:press|news|media) (?:release|advisory|alert)|(?:product |safety )?recall notice"
    r"|(?:presse|medien)mitteilung|communiqué de presse|comunicado de prensa|comunicato stampa"
    r"|persbericht|pressmeddelande)"
)
CRUMB = re.compile(
    rf"\W{{0,9}}(?:{_PLACE}|(?:back|return|go|skip(?= ))(?: to)?(?: the)?(?: main)?"
    rf"(?: top| list| index| results| contents?| section| overview| {_PLACE})?"
    r"|(?:share|print|e-?mail|tweet)(?: this)?(?: article| story| page)?|facebook|twitter"
    rf"|{_RELEASE}|statutory instruments"
    r"|(?:for release|embargoed|embargo)(?: on| until| at)?[ :][^\n.]{1,60}"
    r"|sign in|log ?in|log ?out|subscribe|follow us|read (?:more|also)|see also|advertisement"
    r"|-30-|ends)\W*",
    re.IGNORECASE,
)
_TRAIL = re.compile(rf"(?:[^›»«‹]{{1,40}}[›»]|{_PLACE}\s*[>/|]).{{1,80}}", re.IGNORECASE)
RULE = re.compile(r"\A([=\-~_*#.+])(?:\s*+\1){2,}+")
SEPARATOR = re.compile(r"\A(?:-{3,}+[^-\n]{1,60}-{3,}+|_{5,}+)")  # over the mail that is answered
UNDERLINE = re.compile(r"\A([=\-~])\1{2,}+")
ENDS_SENTENCE = re.compile(r"[.!?…。！？؟।][\"'”’»)\]]*$")
_ENDS_OPEN = re.compile(r"[.!;,…–—\-。！；，、][\"'”’»)\]]*$")
LIST_ITEM = re.compile(r"(?:[-*+•·‣▪–—]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|\([ivx]{2,5}\))\s")
LEADERS = re.compile(r"\A\S.{0,150}?(?:\.{4,}+|(?:\. ){4,}+|…{2,}+)[. ]{0,150}+\d{0,4}$")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DATELINE = re.compile(
    r"[A-Z][A-Z .'’\-]{2,60}(?:,[^\n]{0,40}?)?"
    rf"(?:,\s*(?i:{_MONTH})\s+\d|\s/[A-Z]|\s\([A-Z][A-Za-z]+\)(?! \d)|\s{1, 4}[–—-]{1, 3}\s)"
)
DATED = re.compile(
    r"(?P<place>[A-Z][A-Z .'’\-]{2,60})"
    rf"(?:,(?!\s*(?i:{_MONTH})\s+\d)[^\n,/(–—]{{1,40}})?"
    rf"(?:,\s*(?P<date>(?i:{_MONTH})\s+\d{{1,2}}(?:,\s+\d{{4}})?))?\.?\s*"
    r"(?:/(?P<slashed>[A-Z][^/\n]{1,30})/|\((?P<bracketed>[A-Z][^()\n]{1,30})\))?"
)
_BYLINE = re.compile(r"by\s+[A-Z]|(?:published|updated|posted)\b", re.IGNORECASE)
DATE = re.compile(
    rf"(?:\w{{1,12}}day,?\s+)?(?:\d{{1,2}}\.?\s+{_MONTH}|{_MONTH}\s+\d{{1,2}})\b", re.IGNORECASE
)
# A number, or place and date, above a title.
_LABEL = re.compile(
    rf"(?i:(?:{_RELEASE} )?(?:n[or°]\.? ?)?\d{{1,4}}[/-]\d{{2,4}}|\d{{4}} no\. \d{{1,4}})"
    r"|[A-Z][\w'’\-]{1,30}, (?:le |den |the )?\d{1,2}(?:\.|er|st|nd|rd|th)? [^\W\d_]{3,12} \d{4}"
)
DAY = re.compile(
    rf"(?:\w{{1,12}}day,?\s+)?(?:\d{{1,2}}\.?\s+{_MONTH}|{_MONTH}\s+\d{{1,2}})(?:,?\s+\d{{4}})?",
    re.IGNORECASE,
)
GAP = re.compile(r"\t|\S {3,}\S")
_OPENING_QUOTES = "\"'“„‘«»‹›「『"
_CLOSING_QUOTES = re.compile(r"[”’»›」』\"'][.?!…]?$")
_PAIRS = {"”": "“„", "’": "‘‚", "»": "«", "›": "‹", "」": "「", "』": "『"}
# A quotation that ends inside the line and is no saying: 'Ghost ship' seen off Aden.
_QUOTED_NAME = re.compile(
    r"[\"'“„‘«「『][^\"“”„«»「」『』\n]{1,80}[^,.!?\s][\"'”’»」』]:?\s+\S+\s+\S"
)
_CONTACT = re.compile(r"(?:media |press )?(?:contacts?|inquiries|enquiries):", re.IGNORECASE)
_SAYS = re.compile(r"[\"'”’»],?\s+(?:\S+\s){0,3}(?:said|says|asked|told|asks|replied)\b")
# A line that ends with such a word goes on in the next.
_GOES_ON = re.compile(
    r"\s(?:the|a|an|of|for|from|with|and|or|as|that|der|die|das|den|dem|des|im|am|und|oder|mit|von"
    r"|zu|le|la|les|du|de|et|ou|el|los|las|y|en|het|een|van)$"
)
_LETTER = re.compile(
    r"(?:dear|hello|hi|sehr geehrte\w{0,2}|liebe\w{0,2}|cher|chère|estimad[oa]|beste|geachte)"
    r"\s.{1,60}"
    r"|(?:yours|kind|best|warm|with|many|sincerely|regards|thanks|cheers|mit freundlichen|viele"
    r"|cordialement|saludos|met vriendelijke)\b.{0,40}",
    re.IGNORECASE,
)
OF_COVER = re.compile(r"(?:transcript|minutes|proceedings|record) of\b", re.IGNORECASE)
PART = re.compile(
    r"(?:abstract|summary|executive summary|acknowledge?ments?|references|bibliography"
    r"|literature|zusammenfassung|danksagung|literatur|literaturverzeichnis|résumé|remerciements"
    r"|références|bibliographie|resumen|agradecimientos|referencias|bibliografía)",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:[A-Z][\w.'’-]{0,20} ){1,2}[A-Z][\w'’-]{1,20}")
_TABLE_SIGNS = ",;|\t"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text without the white space around it; `indent` are the columns before it."""

    span: Span
    words: str
    indent: int

    def __bool__(self) -> bool:
        return bool(self.words)


def lines_of(text: str) -> list[Line]:
    """Every line of a text, in order; blank ones have no words."""
    found = []
    for line in line_spans(text):
        span = trimmed(text, line.start, line.end)
        indent = len(text[line.start : span.start].expandtabs(4))
        found.append(Line(span, text[span.start : span.end], indent))
    return found


def is_crumb(line: str) -> bool:
    """Whether a line at the top or the end is navigation, or says that this is a press release."""
    trail = _TRAIL.fullmatch(line) and not ENDS_SENTENCE.search(line)
    return bool(trail or CRUMB.fullmatch(line))


def is_release(line: str) -> bool:
    """Whether a line says that this is a press release."""
    return re.match(rf"{_RELEASE}(?: (?:n[or°]\.? ?)?\d|$)", line, re.IGNORECASE) is not None


def looks_like_heading(words: str) -> bool:
    """Whether one line on its own could be a heading."""
    return (
        len(words) <= _MOST_HEADING_CHARS
        and len(words.split()) <= _MOST_HEADING_WORDS
        and not words[0].islower()
        and not LIST_ITEM.match(words)
        and not CRUMB.fullmatch(words)
        and not words.upper().startswith("END OF ")
        and "@" not in words
        and "://" not in words
        and not (words.endswith(":") and len(words.split()) > 4)
        and not (words.isupper() and words[0] in "[(" and words[-1] in "])")
        and not _ENDS_OPEN.search(words)
        and not _LETTER.fullmatch(words)
        and not _GOES_ON.search(words)
        and not _CONTACT.match(words)
        and unlike_text(words)
    )


def unlike_text(words: str) -> bool:
    """Whether a line is neither quotation, dateline, by-line, date, address, entry nor table."""
    return (
        any(character.isalpha() for character in words)
        and not (words[0] in _OPENING_QUOTES and not _is_quoted_name(words))
        and not ends_quotation(words)
        and not LIST_ITEM.match(words)
        and not GAP.search(words)
        and not any(shape.match(words) for shape in (DATELINE, _BYLINE, DATE))
    )


def is_letter_form(words: str) -> bool:
    """Whether a line is how a letter begins or ends."""
    return _LETTER.fullmatch(words) is not None


def is_label(words: str) -> bool:
    """Whether a line above a title is none: whom to ask about a release, its number, its place and
    date.
    """
    return bool(_CONTACT.match(words) or _LABEL.fullmatch(words))


def is_person(words: str) -> bool:
    """Whether a line is of two or three words with a capital each, as a signature is."""
    return _NAME.fullmatch(words) is not None


def ends_quotation(words: str) -> bool:
    """Whether a line ends a quotation that it did not begin."""
    found = _CLOSING_QUOTES.search(words)
    if not found:
        return False
    mark = found[0][0]
    begins = _PAIRS.get(mark)
    if begins:
        apostrophe = mark == "’" and words[-2:-1] == "s"
        return not apostrophe and not any(sign in words for sign in begins)
    return mark == '"' and words.count('"') % 2 == 1


def is_row(words: str, sign: str) -> int:
    """How many separators of cells a line has, none where spaces follow them as in prose."""
    return 0 if f"{sign} " in words else words.count(sign)


def are_rows(lines: Sequence[Line]) -> bool:
    """Whether lines, three at least, are the rows of a table of values."""
    if len(lines) < 3:
        return False
    for sign in _TABLE_SIGNS:
        counts = {is_row(line.words, sign) for line in lines}
        if len(counts) == 1 and counts != {0}:
            return True
    return False


def _is_quoted_name(words: str) -> bool:
    return bool(_QUOTED_NAME.match(words)) and not _SAYS.search(words)
