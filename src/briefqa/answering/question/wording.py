"""The words of a question in their usual spelling, its sentences, and what is wrapped around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

import regex
from rapidfuzz.distance import OSA

ASKING = frozenset("who whom whose what which when where why how whereabouts".split())
AUXILIARIES = frozenset(
    "is are was were am do does did has have had can could will would shall should may might "
    "must".split()
)
PREPOSITIONS = frozenset(
    "in on at to from by for with of about under over until till since against during after "
    "before between through into near within without towards across along around behind per as "
    "because due among inside outside upon out off".split()
)
PRONOUNS = frozenset("i you he she it we they them him us me this that these those there".split())

_TOKEN = regex.compile(
    r"§+|[\p{L}\p{M}\p{N}]+(?:['’.,&/\-\u2010\u2011][\p{L}\p{M}\p{N}]+)*(?:\([\p{L}\p{N}]{1,4}\))*"
    r"|[.,;:?!–—]+"
)
_CONTRACTED = {
    "cant": "can not", "cannot": "can not", "can't": "can not", "won't": "will not",
    "wont": "will not", "shan't": "shall not", "ain't": "is not", "let's": "let us",
    "lets": "let us", "thats": "that is", "theres": "there is", "im": "i am", "ive": "i have",
    "youre": "you are", "howmany": "how many", "howmuch": "how much", "u": "you", "r": "are",
    "pls": "please", "plz": "please", "thx": "thanks", "ty": "thanks", "teh": "the",
    "tl": "tldr", "abt": "about", "wots": "what is", "wot": "what", "wat": "what", "wht": "what",
    "hwo": "how", "wen": "when", "wy": "why", "mny": "many", "mch": "much", "wud": "would",
    "shud": "should", "gimme": "give me", "wanna": "want to", "gonna": "going to",
    "dunno": "do not know",
}  # fmt: skip
_ENDINGS = (("n't", "not"), ("'re", "are"), ("'ll", "will"), ("'ve", "have"), ("'m", "am"))
_BEFORE_IS = ASKING | frozenset("that there here it he she this".split())
# English words that are one slip away from a question word, or more often meant as they stand.
_NO_SLIP = frozenset(
    "hat hen hot hoe hog hop hob how who whole wheat whale whey white while witch winch wren wheel "
    "were here way wry won win wan woe woo wow was has had whip hay hut wit whim wham home hose "
    "horse house those these then than chat that there their they shy show why what whit whore "
    "whose whom when where which whereabouts may man men any mane manly zany money mary such mush "
    "mulch must mucus much many hare hire hero hue hit ham hike hem her wipe wide wise wore wire "
    "ware wire wage wave wait want war weather whether".split()
)
_SPLIT_NUMBER = regex.compile(r"(?<=\d) (?=\([\p{L}\p{N}]{1,3}\))")  # § 12 (2)
_SENTENCE_END = re.compile(r"[.?!;]+")
_DOTTED = re.compile(r"\w(?:\.\w)+")  # a.m., U.S.
_ABBREVIATED = frozenset(
    "mr mrs ms dr prof st art sec no nos p pp para ch vs eg ie etc cf fig vol inc ltd co gen lt "
    "sgt "
    "col approx dept".split()
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A question or a sentence of one: its words in their usual spelling, as typed, and marks.

    `words` are in lower case, contractions written out, commas among them; `typed` are the same
    words as typed, empty for the second half of a contraction. `marked` tells whether it ended
    with a question mark, `fragment` whether it went on from what was said before ("and ...").
    """

    words: tuple[str, ...]
    typed: tuple[str, ...]
    marked: bool = False
    fragment: bool = False

    @property
    def plain(self) -> str:
        """The words with single spaces between them."""
        return " ".join(self.words)

    @property
    def text(self) -> str:
        """The words as typed."""
        return " ".join(word for word in self.typed if word).replace(" ,", ",")

    def between(self, start: int, end: int | None = None) -> Wording:
        """The same with the words from `start` up to `end` only."""
        return replace(self, words=self.words[start:end], typed=self.typed[start:end])


def sentences(text: str) -> list[Wording]:
    """The sentences of what was typed, each with its words in their usual spelling."""
    found: list[Wording] = []
    words: list[str] = []
    typed: list[str] = []

    def close(marked: bool) -> None:
        if words:
            found.append(Wording(tuple(words), tuple(typed), marked))
            words.clear()
            typed.clear()

    text = _SPLIT_NUMBER.sub("", text)
    tokens = list(_TOKEN.finditer(text))
    for at, match in enumerate(tokens):
        token = match[0]
        if _SENTENCE_END.fullmatch(token):
            following = tokens[at + 1][0] if at + 1 < len(tokens) else ""
            if token == "." and words and words[-1] in _ABBREVIATED and following:
                continue
            if token == ";" and words == ["tldr"]:
                continue
            asks_on = following[:1].isupper() and following.lower() in ASKING | AUXILIARIES
            if (
                token == "."
                and words
                and _DOTTED.fullmatch(words[-1])
                and following
                and not asks_on
            ):
                continue
            if token == "." and match.end() < len(text) and not text[match.end()].isspace():
                continue
            close("?" in token)
        elif token[0] in ",:–—":
            following = tokens[at + 1][0].lower() if at + 1 < len(tokens) else ""
            if token[0] != "," and usual_spelling(following).split(" ")[0] in ASKING:
                close(False)
            elif words and words[-1] != ",":
                words.append(",")
                typed.append(",")
        elif token.lower() == "dr" and words == ["tldr"]:
            continue
        else:
            usual = usual_spelling(token).split(" ")
            words.extend(usual)
            typed.extend([token, *[""] * (len(usual) - 1)])
    close(False)
    return found


def without(wording: Wording, count: int) -> Wording:
    """The wording without its first `count` words, nor commas after them."""
    while count < len(wording.words) and wording.words[count] == ",":
        count += 1
    return wording.between(count)


@lru_cache(maxsize=4096)
def usual_spelling(token: str) -> str:
    """A word in lower case and its usual spelling, contractions written out."""
    word = token.lower().replace("’", "'")
    if word in _CONTRACTED and not (len(word) == 1 and token.isupper()):
        return _CONTRACTED[word]
    for ending, second in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending):
            return f"{word.removesuffix(ending)} {second}"
    if word.endswith("nt") and word[:-2] in AUXILIARIES:
        return f"{word[:-2]} not"
    first, mark, second = word.partition("'")
    if mark and second == "s" and first in _BEFORE_IS:
        return f"{first} is"
    if mark and second == "d":
        return f"{first} {'did' if first in ASKING else 'would'}"
    if word.endswith("s") and word[:-1] in ASKING:
        return f"{word[:-1]} is"
    return _asking(word)


def _asking(word: str) -> str:
    """The question word that a word is one slip away from: `wich` is which."""
    if word[:1] not in ("w", "h") or not 3 <= len(word) <= 6 or word in _NO_SLIP:
        return word
    near = [ask for ask in ASKING if OSA.distance(word, ask, score_cutoff=1) <= 1]
    return max(near, key=lambda ask: (len(ask), ask)) if near else word


# What is wrapped around a question: each starts it, ends with a space, and is taken off.

_WH = "|".join(sorted(ASKING))
_BEFORE_WH = "(?:(?:in|on|at|to|from|by|for|with|of|under|until|since) )?"
_ASKED_IF = rf"(?=(?:whether|if|{_BEFORE_WH}(?:{_WH})) )"
_VERBS = (
    "tell|give|list|show|name|explain|say|find|let|remind|describe|summari[sz]e|sum|read|quote|"
    "compare|know|check|confirm|define|look|recap|outline|point|enumerate|provide|cite|help me"
)
DOCUMENT = (
    "documents?|texts?|reports?|articles?|briefs?|letters?|minutes|contracts?|papers?|files?|"
    "brochures?|leaflets?|stor(?:y|ies)|books?|transcripts?|e-?mails?|threads?|pages?|memos?|"
    "manuals?|agreements?|leases?|polic(?:y|ies)|bylaws|faqs?|speech(?:es)?|stud(?:y|ies)|"
    "sources?|presentations?|pdfs?|guides?|handbooks?|statements?|essays?|chapters?|sections?|mails?|"
    "messages?|bulletins?|newsletters?|notices?|correspondence|proceedings"
)
_LEADS = (
    "hi|hello|hey|ok|okay|so|well|and|but|also|now|then|please|thanks|thank you|actually|just|um|"
    "uh|oh|again|alright|right|sorry|yes|kindly|everyone|there|finally|next|roughly|or|"
    "excuse me|by the way|btw|(?:one|a|another)? ?(?:quick |last |more )?(?:question|thing)|"
    "good (?:morning|afternoon|evening|day)|dear \\w+|in your opinion|according to (?:the|this) "
    f"(?:{DOCUMENT})|in (?:the|this) (?:{DOCUMENT})"
)
_MUSING = (
    "would|do|did|am|was|have|had|really|also|just|still|only|not|never|can|could|like|love|want|"
    "need|wish|trying|try|hoping|hope|interested|curious|wonder|wondering|wondered|forgot|forget|"
    "forgotten|ask|asking|know|find|finding|out|learn|understand|hear|see|remember|recall|sure|to|"
    "in|about|as|idea|no|a|clue|get|unsure|looking|for|be|been|you|tell|me|figure|work"
)
_WRAPPERS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:no|nope|yes|yeah) , ",
        rf"(?:{_LEADS}) (?:, )?(?!(?:is|are|was|were|of|has|had) )",
        (
            rf"(?:can|could|would|will) (?:you|anyone|anybody|someone|somebody) "
            rf"(?:(?:please|kindly|just|also|perhaps|maybe|quickly|briefly) )*(?=(?:{_VERBS}) )"
        ),
        (
            rf"(?:tell|remind|show|inform) (?:me|us) (?:(?:please|again|exactly|just|about) "
            rf")*{_ASKED_IF}"
        ),
        (
            rf"(?:let (?:me|us) know|find out|check|confirm|look up|explain|explain to me|clarify|"
            rf"know|help me understand|say|see) (?:please )?{_ASKED_IF}"
        ),
        (
            r"(?:do|does|did) (?:you|anyone|anybody|we|somebody|someone) (?:(?:happen to|by chance|"
            rf"actually|even|perhaps) )?(?:know|remember|recall|say|see|have any idea|understand) "
            rf"(?:(?:about|of|exactly) )?{_ASKED_IF}"
        ),
        (
            rf"(?:do|does|did) (?:it|they|(?:the|this|that|these|any) (?:{DOCUMENT})) (?:(?:also|"
            rf"ever|actually) )?(?:say|tell|tell us|tell me|state|mention|explain|specify) "
            rf"{_ASKED_IF}"
        ),
        rf"(?:i|we) (?:(?:{_MUSING}) )+{_ASKED_IF}",
        (
            r"(?:i|we) (?:(?:would|also|just|really|only|am|like|want|need|looking|for|to|know|"
            r"have|see|get|find) )*(?:want|need|like|looking for|to (?:know|have|see|get|find)) "
            r"(?=(?:the|a|an|all|every|each|some) )"
        ),
        (
            rf"(?:(?:any|an|no) (?:idea|clue|chance|news|thoughts)|wondering|wonder|curious|unsure|"
            rf"not sure|no idea|forgot) (?:(?:on|about|of|as|to) )*{_ASKED_IF}"
        ),
        rf"(?:is )?it (?:is )?(?:not )?(?:known|clear|unclear|stated|mentioned|said) {_ASKED_IF}",
        r"(?:what i (?:want|need|would like) to know is|(?:my|the) question is) (?:, )?",
    )
)
_TAIL = re.compile(
    r",? (?:please|pls|thanks|thank you|again|do you know|if you know|any idea|by the way|"
    r"then|actually|exactly|roughly|btw|,)$"
)
_TAG = re.compile(
    r" , (?:right|correct|no|yes|eh|huh|true|is that (?:right|correct|so)|am i right|"
    rf"(?:{'|'.join(sorted(AUXILIARIES))}) (?:not )?(?:{'|'.join(sorted(PRONOUNS))})(?: not)?)$"
)


def unwrapped(sentence: Wording) -> tuple[Wording, bool]:
    """A sentence without what is wrapped around its question, and whether a tag ended it.

    Courtesy, "do you know", "I'd like to know" and the like go in front, "please" and tags such as
    ", wasn't it" at the end.
    """
    fragment = sentence.words[:1] in (("and",), ("but",), ("or",))
    found = True
    while found:
        found = False
        for pattern in _WRAPPERS:
            match = pattern.match(sentence.plain + " ")
            if match and len(match[0]) < len(sentence.plain):
                sentence, found = without(sentence, len(match[0].split())), True
    tag = _TAG.search(sentence.plain)
    while match := tag or _TAIL.search(sentence.plain):
        sentence = sentence.between(0, len(sentence.words) - len(match[0].split()))
        if match is tag:
            return replace(sentence, fragment=fragment), True
    return replace(sentence, fragment=fragment), False
