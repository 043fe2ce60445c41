"""Questions of several parts, and things that a question sets against each other."""

from __future__ import annotations

import re

from briefqa.answering.question.nouns import ATTRIBUTES, LOCATIONS, is_plural, kind_of
from briefqa.answering.question.wording import (
    ASKING,
    AUXILIARIES,
    PREPOSITIONS,
    Wording,
)

_AUX = "|".join(sorted(AUXILIARIES))
_WH = "|".join(sorted(ASKING))
_ASKS_ON = re.compile(  # a second question after "and"
    rf"(?:(?:in|at|by|for|from|on|to|with|under|since|until) )?(?:{_WH}|whether|if so)\b(?! ever)"
    rf"|(?:{_AUX}) (?:not )?(?:it|he|she|they|the|there|this|that|we|you|i|any|anyone|anybody|his|"
    rf"her|"
    r"its|their|people|these|those)\b"
)


def parts_of(sentence: Wording) -> tuple[Wording, ...]:
    """The questions that one sentence joins with "and" or commas; empty where it asks one."""
    joined = _joined_heads(sentence) or _joined_nouns(sentence)
    if joined:
        return joined
    cuts = []
    words = sentence.words
    for at in range(1, len(words) - 1):
        conjunction = words[at] in ("and", "or", "plus", "also")
        comma = words[at] == "," and words[at + 1] not in ("and", "or")
        if not (conjunction or comma):
            continue
        after = " ".join(words[at + 1 : at + 4])
        if (conjunction and _ASKS_ON.match(after) and asks(sentence.between(0, at))) or (
            comma and cuts_at_comma(sentence, at)
        ):
            cuts.append(at)
    if not cuts or (len(cuts) == 1 and words[cuts[0]] == ","):
        return ()
    starts = [0, *(cut + 1 for cut in cuts)]
    ends = [*cuts, len(words)]
    return tuple(
        trimmed(sentence.between(start, end)) for start, end in zip(starts, ends, strict=True)
    )


_BARE = re.compile(
    r"(?:(?:in|at|by|for|from|on|to|with|under|since|until) )?"
    r"(?:why|where|when|how(?: (?:much|long|many|often))?)"
)


def completed(parts: tuple[Wording, ...]) -> tuple[Wording, ...]:
    """The parts, a bare question word with what the part before asked of: "who did it and why"."""
    found: list[Wording] = []
    for part in parts:
        whole = part
        if found and _BARE.fullmatch(part.plain):
            before = found[-1]
            start = 1 + (before.words[0] in PREPOSITIONS)
            whole = _joined(part, before.between(start))
        found.append(whole)
    return tuple(found)


def cuts_at_comma(sentence: Wording, at: int) -> bool:
    """Whether a comma starts a further question of a row: "who owns it, what it is worth and"."""
    later = sentence.words[at + 1 :]
    return bool(
        asks(sentence.between(0, at)) and later[0] in ASKING - {"which", "who"} and "and" in later
    )


_OF_EACH = re.compile(
    rf"(?:(?:{'|'.join(sorted(PREPOSITIONS))}) )?(?:{_WH})(?: (?:many|much|long|\w+))?"
    r"|.*\b(?:each|respectively|they|their|them)\b.*"
)


def of_each(part: Wording) -> bool:
    """Whether a part goes on about each of what the part before asked for: "and at what price"."""
    return bool(_OF_EACH.fullmatch(part.plain))


def trimmed(sentence: Wording) -> Wording:
    """The sentence without commas and "and" at its ends."""
    start, end = 0, len(sentence.words)
    while start < end and sentence.words[start] in (",", "and", "also", "if so"):
        start += 1
    while end > start and sentence.words[end - 1] in (",", "and", "or"):
        end -= 1
    return sentence.between(start, end)


def asks(sentence: Wording) -> bool:
    """Whether words start like a question: a question word, an inverted verb, whether."""
    words = sentence.words
    if not words:
        return False
    first = words[1] if words[0] in PREPOSITIONS and len(words) > 1 else words[0]
    return first in ASKING or words[0] in AUXILIARIES or words[0] in ("whether", "if")


def _joined_heads(sentence: Wording) -> tuple[Wording, ...]:
    """The two questions of "when and where was she born"."""
    words = sentence.words
    at = next((i for i in range(1, min(5, len(words) - 2)) if words[i] in ("and", "or", "&")), 0)
    if not at or not set(words[:at]) & ASKING:
        return ()
    if not set(words[:at]) <= ASKING | PREPOSITIONS | _MEASURED:
        return ()
    if words[at + 1] not in ASKING | PREPOSITIONS:
        return ()
    if words[at + 1] not in ASKING and words[at + 2] not in ASKING:
        return ()
    start = at + 1
    end = start + 1 + (words[start] in PREPOSITIONS)
    if words[end - 1] == "how" and words[end : end + 1] and words[end] in _MEASURED:
        end += 1
    head, rest = sentence.between(0, at), sentence.between(end)
    second = sentence.between(start, end)
    return _joined(head, rest), _joined(second, rest)


_MEASURED = frozenset("many much long often far old".split())
_NOUN_ROW = re.compile(
    r"(?:(?:what (?:is|are|was|were)|give me|tell me|show me|i need|name|state|find) )?"
    r"(?P<row>[^,]{1,40}(?: , [^,]{1,40}){0,4}?(?: ,)? and .{1,80})"
)
_ITS = frozenset("the a its his her their".split())


def _joined_nouns(sentence: Wording) -> tuple[Wording, ...]:
    """The questions of "the date of the exam and the name of the examiner", "its age and size"."""
    match = _NOUN_ROW.fullmatch(sentence.plain)
    if not match:
        return ()
    start = len(sentence.plain[: match.start("row")].split())
    cuts = [i for i, word in enumerate(sentence.words) if word in (",", "and") and i > start]
    items = [
        trimmed(sentence.between(begin, end))
        for begin, end in zip([start, *(cut + 1 for cut in cuts)], [*cuts, None], strict=True)
    ]
    items = [item for item in items if item.words]
    heads = [_head_noun(item) for item in items]
    if len(set(heads)) < len(heads) or not all(head in _FACTS or kind_of(head) for head in heads):
        return ()
    last = items[-1]
    of = next((i for i, word in enumerate(last.words) if word in ("of", "for")), len(last.words))
    tail = last.between(of)
    return tuple(item if {"of", "for"} & set(item.words) else _joined(item, tail) for item in items)


def _joined(first: Wording, second: Wording) -> Wording:
    return Wording(first.words + second.words, first.typed + second.typed, first.marked)


def _head_noun(item: Wording) -> str:
    """The noun before "of" in at most three words; empty where there are more."""
    words = item.words[1:] if item.words[0] in _ITS else item.words
    end = next((i for i, word in enumerate(words) if word in PREPOSITIONS), len(words))
    return words[end - 1] if 0 < end <= 2 else ""


_FACTS = ATTRIBUTES | LOCATIONS | frozenset("name number phone email".split())

# Comparison

_THAN = re.compile(
    r"\b(?:more|less|fewer|better|worse|rather|sooner|\w{2,}er|earlier)\b(?: [^ ,]+){0,6} than "
    r"(?!(?!(?:1[89]|20)\d\d\b)\d|(?:one|two|three|four|five|six|seven|eight|nine|ten|a|an|half|once|twice|expected|"
    r"usual|planned|normal|hundred|\w+ (?:hundred|thousand|million)|before|ever|necessary|allowed|"
    r"average|needed|any|anyone|anybody|everyone|that|zero|permitted|previously|required)\b)"
)
_SAME = re.compile(
    r"\bas \w+ (?:\w+ ){0,2}?as (?!possible|soon|long|far|well|\d|a \w+ as|usual|many|much)"
    r"|\bthe same (?:\w+ ){0,4}as\b|\bdifferent (?:from|than|to)\b"
)
_COMPARING = re.compile(
    r"\b(?:compare[ds]?|comparing|comparison|versus|vs|differences?|differ|differs|differed|"
    r"distinguish\w*|sets? (?:\w+ ){1,6}apart|"
    r"similarit\w+|contrast|in common|resembles?|before and after|"
    r"pros and cons of .* (?:and|or|over))\b|\bchange[ds]? (?:.{1,60} )?(?:between|from) .{1,40} "
    r"(?:and|to) \w+|\bchanged? (?:compared|since)\b|\bbetween .{1,40} and .{1,40} (?:differ\w*|"
    r"change[ds]?)\b|\b(?:are|is|were|was) .{1,60} (?:different|alike|similar|identical|the same|"
    r"equal)$|^(?:do|does|did|have|has|had) .{1,40} (?:and|two|both|all) .{1,40} the same\b"
    r"|\b(?:contradict|resemble|outnumber|match)\w* (?:each other|one another)\b"
    r"|^(?:which|what|who|whether) .*\bboth\b.*\b(?:more|less|better)\b"
)
_OTHERWISE = frozenset(
    "not so more less later else other any anything anyone similar even both no otherwise whatever "
    "elsewhere fewer without at if only".split()
)
_ANY = frozenset(
    "any anyone anybody anything there somebody someone something nobody nothing".split()
)
_MEASURES = re.compile(
    r"\b(?:more|less|fewer|better|worse|first|prefer\w*|most|best|worst|faster|cheaper|which|"
    r"\w{3,}er)\b"
)


def is_comparison(sentence: Wording) -> bool:
    """Whether two things that the sentence names are set against each other."""
    plain = sentence.plain
    if _COMPARING.search(plain) or _THAN.search(plain) or _SAME.search(plain):
        return not plain.startswith(("vs ", "compare ,"))
    return _either(sentence) is not None


def _either(sentence: Wording) -> int | None:
    """Where the "or" stands that offers two things; None where none does."""
    words = sentence.words
    if "or" not in words[1:-1]:
        return None
    at = len(words) - 1 - words[::-1].index("or")
    if at + 1 >= len(words) or words[at + 1] in _OTHERWISE:
        return None
    head = words[0]
    before = words[:at]
    if head in AUXILIARIES or head in ("whether", "if"):
        if set(words[1:3]) & _ANY or {"not", "without", "if", "when", "no"} & set(before):
            return None
        return at
    if "," in before and _asking_head(words) in (
        "which",
        "who",
        "what",
        "where",
        "whose",
        "when",
        "how",
    ):
        named = words[words.index(_asking_head(words)) + 1]
        if is_plural(named):
            return None
        after_comma = before[len(before) - before[::-1].index(",") :]
        return at if 0 < len(after_comma) <= 5 else None
    if head in ASKING | {"list", "name", "give", "tell"} or (head in PREPOSITIONS and at > 1):
        measured = head in ("which", "who") and _MEASURES.search(" ".join(before[1:]))
        return at if measured else None
    return at if len(words) <= 8 and not set(words) & {"anything", "about"} else None


def _asking_head(words: tuple[str, ...]) -> str:
    return words[1] if words[0] in PREPOSITIONS and len(words) > 1 else words[0]


_PAIRS = tuple(
    re.compile(pattern)
    for pattern in (
        (
            r".*\b(?:differences?|differences|distinction|comparison) between (?P<a>.{1,80}?) and "
            r"(?P<b>.{1,80})"
        ),
        r"(?:please )?compare (?P<a>.{1,80}?) (?:and|with|to|against) (?P<b>.{1,80})",
        r"how (?:do|does|did) (?P<a>.{1,80}?) (?:differ|compare) (?:from|with|to) (?P<b>.{1,80})",
        r"what (?:do|does|did) (?P<a>.{1,80}?) and (?P<b>.{1,80}?) have in common",
        r"what distinguishes (?P<a>.{1,80}?) from (?P<b>.{1,80})",
        r"how (?:are|is) (?P<a>.{1,80}?) different from (?P<b>.{1,80})",
        r"how (?:do|did) (?P<a>.{1,80}?) and (?P<b>.{1,80}?) (?:differ|compare)",
    )
)
_LESS_THAN = re.compile(
    rf"(?P<aux>{_AUX}) (?P<a>(?:the |a |his |her |our )?[^ ,]+(?: [^ ,]+)?) "
    r"(?P<rest>(?:\w+ )?(?:\w+er|(?:more|less) \w+|better|worse)) than (?P<b>.{1,80})"
)
_DETERMINER = frozenset("the a an his her its their our my".split())


def compared(sentence: Wording) -> tuple[str, ...]:
    """What a comparison compares, each as a question of its own; empty where rules do not tell."""
    plain, words = sentence.plain, sentence.words
    typed = {word.lower(): word for word in sentence.typed if word}

    def as_typed(text: str) -> str:
        return " ".join(typed.get(word, word) for word in text.split())

    for pattern in _PAIRS:
        if pair := pattern.fullmatch(plain):
            return as_typed(pair["a"]), as_typed(pair["b"])
    match = _LESS_THAN.fullmatch(plain)
    if match and match["a"] != "there" and not {"one", "ones"} & set(match["b"].split()):
        return tuple(
            as_typed(f"{match['aux']} {thing} {match['rest']}") + "?"
            for thing in (match["a"], match["b"])
        )
    joints = [i for i, word in enumerate(words) if word in ("vs", "versus")]
    at = _either(sentence) or (joints[0] if joints else 0)
    if not at and "before and after" in plain:
        at = words.index("before") + 1
    if not 0 < at < len(words) - 1:
        return ()
    return _either_of(sentence, at)


def _either_of(sentence: Wording, at: int) -> tuple[str, ...]:
    """The question once with the thing before the joint at `at`, once with the one after it."""
    words, typed = sentence.words, sentence.typed
    before, after = words[:at], words[at + 1 :]
    width = 1
    if "," in before and len(before) - 1 - before[::-1].index(",") >= at - 5:
        start, end = at - before[::-1].index(","), len(words)
    elif after[0] in _DETERMINER or after[0] in PREPOSITIONS - {"before", "after"}:
        start = next((i for i in range(at - 1, -1, -1) if words[i] == after[0]), -1)
        if start < 0:
            start = next((i for i in range(at - 1, 0, -1) if words[i] in _DETERMINER), -1)
        if start < 0:
            return ()
        end = at + 1 + (at - start)
    else:
        start, end = at - width, at + 1 + width
    lead = [word for word in typed[:start] if word]
    tail = [word for word in typed[end:] if word]
    sides = typed[start:at], typed[at + 1 : end]
    mark = "?" if sentence.marked else ""
    return tuple(
        " ".join([*lead, *(word for word in side if word), *tail]).replace(" ,", ",").strip(", ")
        + mark
        for side in sides
    )
