"""Who speaks or writes where: turns of speakers, e-mails and what they quote, questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from briefqa.documents.loaders.outline import one_line
from briefqa.documents.loaders.text.lines import Line
from briefqa.documents.loaders.text.numbers import is_unit

_PERSON = r"[^\W\d_a-z][\w.'’-]{0,24}"
_TIME = r"[\[(]?\d{1,2}:\d\d(?::\d\d)?[\])]?"
_NAME = rf"{_PERSON}(?: (?:{_PERSON}|\d{{1,2}}|de|of|the|van|von)){{0,4}}"
_SPEAKER = re.compile(
    rf"(?:{_TIME}\s{{1,4}})?(?:\[(?P<bracketed>[^\[\]\n]{{1,40}})\]:?\s|(?P<letter>[QA])[.:]\s"
    rf"|(?P<named>{_NAME}(?: \([^()\n]{{1,40}}\))?):(?:\s|$))"
)
_TIMED = re.compile(rf"(?P<after>{_NAME})\s{{1,4}}{_TIME}|{_TIME}\s{{1,4}}(?P<before>{_NAME}):?")
_FEWEST_TURNS = 4
_FEWEST_ASKED = 5  # a text is of questions if one run in so many begins with one
_QUOTE = re.compile(r"(?:>[ \t]?){1,9}")

_KEYS = {
    "from": "from von de da van från fra".split(),
    "date": "date sent datum gesendet envoyé fecha enviado data inviato verzonden".split(),
    "subject": "subject betreff objet asunto oggetto onderwerp".split(),
    "to": "to an à para a aan cc bcc reply-to organization message-id message".split(),
}
_KEY_OF = {key: kind for kind, keys in _KEYS.items() for key in keys}
_HEADER = re.compile(r"([\w-]{1,12})[ \xa0\u202f]?:[ \t]+(\S[^\n]{0,400})")
_ADDRESS = re.compile(r"(?<!\s)\s*+[<(\[][^<>()\[\]\s]{1,80}@[^<>()\[\]\s]{1,80}[>)\]]")
_MOST_QUESTION_CHARS = 200
_MOST_QUESTION_LINES = 3
_ASKS = ("?", "？", "؟")
_ASKER_AND_ANSWERER = [
    set(pair.split())
    for pair in "Q A,Question Answer,Question Réponse,Frage Antwort,Pregunta Respuesta".split(",")
]
_ASKER = {"Q", "Question", "Frage", "Pregunta"}
_ROLE = re.compile(rf"{_NAME}\s(?:--|[–—])\s\S.{{1,80}}")


@dataclass(frozen=True, slots=True)
class Voices:
    """What is known of a whole text: who speaks in it, and whether it is of questions.

    `labelled` are the ways in which speakers are named before what they say, `names` those that are
    named again, `alone` the names that stand on a line of their own above it.
    """

    labelled: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """The header of an e-mail: its number of lines, writer, date and subject."""

    lines: int
    writer: str
    date: str
    subject: str

    @property
    def heading(self) -> str:
        """`Greta Osei, 3 June 2024`."""
        return one_line(", ".join(filter(None, (self.writer, self.date))))


def voices(runs: Sequence[Sequence[Line]]) -> Voices:
    """What the runs of lines between blank ones show."""
    lines = [line.words for run in runs for line in run]
    labels = [label for words in lines if (label := speaker(words))]
    again = {label for label, count in Counter(labels).items() if count > 1}
    styles = frozenset(style for style, _ in again)
    named = {name for _, name in again}
    asking = [words for words in lines if words.startswith(tuple(named & _ASKER))]
    if named in _ASKER_AND_ANSWERER and all(map(_is_question, asking)):
        return Voices(asks=True)
    turns = len(again) > 1 and len(labels) >= _FEWEST_TURNS
    asked = sum(1 for run in runs if question_lines(run))
    asks = not turns and asked > 1 and _FEWEST_ASKED * asked >= len(runs)
    if not turns:
        return Voices(alone=_alone(runs), asks=asks)
    return Voices(styles, frozenset(name for _, name in again), _alone(runs))


def speaker(words: str) -> tuple[str, str] | None:
    """How a line names who begins to speak on it, and the name; None where nobody does."""
    found = _SPEAKER.match(words)
    named = found["named"] or "" if found else ""
    if not found or named.lower() in _KEY_OF or is_unit(named):
        return None
    style = found.lastgroup or ""
    return style, found[style].partition(" (")[0]


def begins_turn(words: str, known: Voices) -> bool:
    """Whether somebody begins to speak on a line, or is named on it."""
    if words in known.alone:
        return True
    named = speaker(words) if known.labelled else None
    return named is not None and named[0] in known.labelled


def _alone(runs: Sequence[Sequence[Line]]) -> frozenset[str]:
    """The names on lines of their own: with a time of day, or in capitals and again and again."""
    firsts = [run[0].words for run in runs]
    timed = [words for words in firsts if _TIMED.fullmatch(words)]
    if len(timed) >= _FEWEST_TURNS - 1:
        return frozenset(timed)
    singles = Counter(run[0].words for run in runs if len(run) == 1)
    with_role = {words for words in singles if _ROLE.fullmatch(words)}
    if any(singles[words] > 1 for words in with_role):
        others = {words for words, count in singles.items() if count > 1 and _is_name(words)}
        return frozenset(with_role | others)
    above = [run[0].words for run in runs if len(run) > 1]  # a heading has a blank line below it
    shouted = Counter(
        words
        for words in above
        if words.isupper() and len(words.split()) < 4 and not is_unit(words)
    )
    again = {name for name, count in shouted.items() if count > 1}
    if len(again) > 1 and sum(shouted[name] for name in again) >= _FEWEST_TURNS:
        return frozenset(again)
    return frozenset()


def mail_at(lines: Sequence[Line]) -> Mail | None:
    """The header of a mail that these lines begin with; None where there is none."""
    fields: dict[str, str] = {}
    number = 0
    for line in lines:
        found = _HEADER.fullmatch(line.words)
        kind = _KEY_OF.get(found[1].lower()) if found else None
        if found and kind:
            fields.setdefault(kind, found[2])
        elif not (number and line.indent > lines[0].indent and line.words):
            break
        number += 1
    if "from" not in fields or not {"date", "subject"} & set(fields):
        return None
    writer = _ADDRESS.sub("", fields["from"]).strip(" \"'") or fields["from"].strip("<> ")
    return Mail(number, writer, fields.get("date", ""), fields.get("subject", ""))


def depth(words: str) -> int:
    """How often a line is quoted: how many `>` it begins with."""
    marks = _QUOTE.match(words)
    return marks[0].count(">") if marks else 0


def question_lines(run: Sequence[Line]) -> int:
    """How many lines of a run are the question that it begins with; 0 where it begins with none."""
    length = 0
    for number, line in enumerate(run[:_MOST_QUESTION_LINES], start=1):
        length += len(line.words)
        if length > _MOST_QUESTION_CHARS or line.words[0] in "\"'“„«‘>–—":
            return 0
        if _is_question(line.words):
            return number
        if line.words.endswith((".", "!", ":", ";")):
            return 0
    return 0


def _is_name(words: str) -> bool:
    return re.fullmatch(_NAME, words) is not None


def _is_question(words: str) -> bool:
    return words.endswith(_ASKS)
