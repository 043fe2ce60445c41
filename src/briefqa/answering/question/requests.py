"""Requests that ask no fact: small talk, the documents as a whole, and a part by its number.

Each function is given one sentence in its usual spelling and judges it by itself.
"""

from __future__ import annotations

import regex

from briefqa.answering.question.wording import DOCUMENT, Wording


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Small talk: every word is courtesy or goes with it; or a short sentence about the program.

_COURTESY = _set(
    "hi hello hey hiya howdy yo greetings morning evening afternoon thanks thank cheers great good "
    "nice cool perfect awesome excellent wonderful brilliant super ok okay k fine right sure yes no "
    "yep yeah nope nah maybe please lol haha hahaha hehe hm hmm wow oops sorry bye goodbye quit exit "
    "stop help test testing start restart reset cancel continue undo back understood nonsense rubbish "
    "correct wrong true false really welcome congratulations bravo sure clear clever stupid useless "
    "damn amazing helpful unhelpful seriously interesting impressive terrible awful bad again enough "
    "nevermind appreciated whatever ciao done huh what goodnight boring crazy yay ugh thumbs love "
    "hooray indeed agreed noted incorrect sweet lovely fantastic ridiculous menu settings funny mean helped"
)
_BESIDE = _set(
    "you so much very a an lot many i it that this is was are am not the there everyone all then now "
    "for me my friend mate bot robot briefqa sir day night one job answer answers well too and but "
    "just do does did , your up to go on see got never mind later have weekend long time 1 2 3 of "
    "at be ai completely totally quite pretty really idea more make makes made sense like them these "
    "once with please said been will oh hear question let us try program tool app computer again"
)
_YOU_ARE = (
    "sure|certain|there|human|real|ai|chatgpt|gpt|alive|ok|okay|listening|online|working|awake|free|"
    "positive|serious|kidding|joking|sentient|conscious|smart|ready|stupid|down|busy|reliable|safe|"
    "a robot|a bot|a human|a person|a machine|a computer|a real person|a program|a chatbot|an ai|"
    "an llm|a language model|connected to the internet|based on chatgpt|open source|wrong|lying|"
    "able to help|able to help me|still there|made by \\w+|tired|happy|offline|confident|bored"
)
_IT = "this|it|that|briefqa|the (?:tool|app|program|bot|system|page|software)|this (?:tool|app|program|bot|thing|site|page|software|system)"
_ABOUT_THE_PROGRAM = tuple(
    regex.compile(f"(?:so |and |but |ok |hey |hello |hi |, )*{pattern}")
    for pattern in (
        r"(?:who|what) (?:exactly )?are you(?: exactly| really)?",
        rf"(?:are|is) (?:you|{_IT}) (?:really |absolutely |quite |actually |always )?"
        rf"(?:{_YOU_ARE})(?: (?:about|of) (?:that|this|it))?(?: right now| now| or not)?",
        r"(?:what|how) (?:else )?(?:can|could|do|should|would) (?:you|i|this|it|we) "
        r"(?:do|help|work|use|ask|ask you|use (?:this|it|you)|start|begin|get started)"
        r"(?: (?:you|this|it|here|with this|me|exactly|for me|about|next|now))*",
        r"how (?:are|is) (?:you|it|things|life|everything)(?: doing| today| going)*",
        r"how (?:are|do) you (?:doing|feeling|feel)(?: today)?",
        r"what is up",
        r"who (?:made|built|wrote|created|developed|programmed|trained|owns|pays) (?:you|briefqa|"
        r"this (?:tool|app|program|thing|bot|software))",
        rf"what is (?:your (?:\w+ ?){{1,2}}|briefqa|this (?:tool|app|thing|page|program|site)(?: for)?)",
        r"(?:what|which) (?:language )?(?:model|version|llm|ai|languages?)(?: model)? (?:are you|is this|"
        r"do you (?:use|speak|know|understand|run on)|are you using|can you speak)",
        rf"how (?:do|does|did) (?:you|{_IT}) (?:work|know(?: that| this| it| all this)?|find (?:it|that|"
        r"this|the answers?)|decide|come up with that|answer|answer questions|search|get that)",
        rf"(?:why )?(?:do|should|can|could|must) i (?:trust|believe|pay for|ask) (?:you|{_IT})"
        r"(?: something| anything| a question)?",
        r"(?:can|could|do|will|would|did|may) (?:you|i) (?:please )?(?:help(?: me)?(?: with something)?|"
        r"understand(?: me| that)?|hear me|speak \w+|talk|think|learn|remember (?:me|this|that)|"
        r"make mistakes|lie|make (?:things|this|stuff|that) up|hallucinate|sing|dance|chat|"
        r"ask (?:you )?(?:something|a question|anything)|use (?:the internet|chatgpt|ai)|sleep|dream|"
        r"(?:store|keep|save|send|sell|share|log) my \w+(?: \w+){0,3}|(?:have|like) (?:feelings|a name|"
        r"me|it)|work offline|know everything|get tired|repeat that|say that again|"
        r"tell (?:me )?(?:a )?jokes?|write (?:me )?(?:a|an) (?:poem|song|joke|essay)|love me)",
        r"(?:tell me |sing |write (?:me )?|sing me )(?:a|an)(?: funny)? (?:joke|story|song|poem)"
        r"(?: please| about \w+)?",
        r"(?:please )?(?:tell me|introduce) (?:about )?yourself",
        r"(?:how old|where) are you(?: from)?",
        rf"how (?:sure|certain|confident|reliable|accurate|smart|good) (?:are you|is (?:{_IT}))"
        r"(?: about (?:that|this))?",
        r"i (?:do not |really |did not )*(?:understand|believe (?:you|it|that|this)|think so|get it|"
        r"know|agree|like (?:you|it|this|that)|need help|am (?:bored|sorry|confused|lost|back|done))",
        r"(?:where|how|why) (?:do|did) you (?:get|find|take|have|know) (?:your|the|these|this|that) "
        r"(?:answers?|information|data|facts|sources?|knowledge)(?: from)?|what are you able to do|"
        r"(?:where|how) (?:is|are) (?:my|your) (?:data|questions?|answers?) \w+|what are your \w+",
        r"is (?:anyone|anybody|someone|somebody) (?:there|here|home|listening)",
        r"(?:please )?help me(?: please)?(?: out)?(?: , please)?",
        r"nice to meet you|nice talking to you|see you(?: later| soon| tomorrow)?|have a (?:nice|good) "
        r"\w+|take care|that (?:is|was) (?:it|all)(?: for (?:now|today))?|well done|never mind|"
        r"forget (?:it|that)|shut up|go away|come on|try again|start over|(?:clear|delete) (?:the )?"
        r"(?:chat|history|conversation)|go back|talk to you later|no problem|my name is \w+|i am \w+|"
        r"you did (?:well|great|a great job)|that did not help|that does not help|this is not working|"
        r"that is not (?:what i asked|what i meant|true|right|correct|an answer|my question|helpful)",
        r"you (?:are|were) (?:\w+ ){0,2}\w+|you did not (?:answer|understand).{0,30}|"
        r"you (?:made|got) (?:a mistake|it wrong|that wrong|that right)|you rock|you lie|you suck",
        r"(?:what|how) do(?:es)? (?:you|this|briefqa|this tool) cost|how much do you cost",
    )
)


def is_small_talk(sentence: Wording) -> bool:
    """Whether a sentence is courtesy, a command to the program, or about the program."""
    words = set(sentence.words)
    if words == {"what", "for"}:
        return False
    if words & _COURTESY and words <= _COURTESY | _BESIDE and len(sentence.words) <= 10:
        return True
    plain = sentence.plain.strip(" ,")
    return any(pattern.fullmatch(plain) for pattern in _ABOUT_THE_PROGRAM)


# Overview: the documents, one of them or a part of one as a whole.

_ONE = r"(?:(?:main|whole|entire|first|second|last|attached|uploaded|new|other) )?"
_THIS = rf"(?:this|that|it|these|they|here|all this|all of this|all these|(?:all )?(?:the|this|that|these|those|your|my|each) {_ONE}(?:\w+ )?(?:{DOCUMENT}))"
_PART = rf"(?:(?:section|chapter|part|article|clause|annex|page) [\w.()]+|the (?:section|chapter|part|document|report|article|letter|text|bit) (?:on|about|from|of) .{{1,60}})"
_GIST = (
    "summary|overview|gist|outline|synopsis|recap|abstract|highlights|essentials|takeaways?|"
    "tldr|table of contents|big picture|bottom line|short version|executive summary|key facts|basics|"
    "bullet points|key data|(?:key|main|central|major|core|principal|important|most important|essential|chief) "
    "(?:points?|messages?|ideas?|topics?|themes?|subjects?|findings?|facts|conclusions?|arguments?|"
    "thesis|things|takeaways?|content|contents|statements?|claims?|thrust|headlines)"
)
_GIVE = (
    r"(?:(?:please|give|tell|show|list|write|make|get|send|provide|read|us|me|what|is|are|were|was|"
    r"which|i|need|want|would|like|just|quick|short|brief|rough|one-sentence|a|an|the|its|all|any|do|"
    r"have|there|can|get|few|three|five|two|four|some) )*"
)
_OVERVIEW = tuple(
    regex.compile(pattern)
    for pattern in (
        rf"{_GIVE}(?:{_GIST})(?: (?:of|from|in|for|on|about) (?:{_THIS}|{_PART}|everything|all|what .*|"
        rf"the \w+(?: \w+)?|.{{1,60}} (?:{DOCUMENT})))?(?: (?:please|here|in (?:brief|short)))?",
        r"(?:please )?(?:summari[sz]e|sum up|recap|condense|outline|sum)\b.*|what does it all boil down to",
        rf"(?:in a nutshell|in short|in brief|in a few words|in one sentence|briefly|in a sentence) ?,? .*",
        rf"(?:so )?what (?:is|are|was|were|do|does) (?:{_THIS}|{_PART}) (?:\w+ly |all |deal(?:ing)? with)?"
        r"(?:about|all about|concerned with)?(?: exactly| in general)?",
        rf"(?:what|tell me what) (?:does|do|did|all does|exactly does) (?:{_THIS}|this section) "
        r"(?:\w+ly )?(?:say|cover|deal with|contain|discuss|talk about|describe|tell us|tell me|concern|"
        r"treat|include|show|conclude|address|argue|report)(?: ?,? in (?:general|short|brief|a nutshell))?",
        rf"what (?:is|all is|is all) (?:in|inside) (?:here|there|this|these|it|{_THIS})",
        rf"what (?:kind|sort|type) of (?:\w+ )?(?:{DOCUMENT}|thing|things) (?:is|are|do) "
        r"(?:this|that|these|it|those|they|i have|you have|there|here)(?: about)?.*",
        rf"what (?:topics?|subjects?|themes?|issues|matters|areas) (?:is|are|does|do) "
        rf"(?:\w+ )?(?:{_THIS}|covered|discussed|here|there|treated|addressed|dealt with|included)"
        rf"(?: (?:about|cover|discuss|treat|deal with|address|here|by {_THIS}|in {_THIS}))?",
        rf"what (?:is|are|was) (?:the )?(?:topic|subject|theme|story|content|contents|gist|point|message)s?"
        rf"(?: (?:of|in|here)(?: (?:{_THIS}|{_PART}))?)?",
        r"what (?:should|must|do) i (?:need to )?know(?: (?:first|here|about (?:this|it|"
        rf"{_THIS})))?|what can i (?:read|learn|find|find out) (?:here|in here|from this)",
        rf"(?:describe|explain|introduce|present|walk me through|take me through|what happens in) "
        rf"(?:to me )?{_THIS}|(?:tell me )?(?:what|everything) (?:is|that is|there is) in {_THIS}",
        rf"tell me (?:\w+ )?about {_THIS}(?: in general)?|what is covered(?: here| in .*)?|"
        r"what (?:am i|are we) (?:looking at|reading)|(?:where|how) does (?:this|it) begin and end",
    )
)
_HOLDINGS = tuple(
    regex.compile(pattern)
    for pattern in (
        rf"(?:what|which|how many|any|list|list of|show me) (?:all )?(?:the )?(?:other )?(?:\w+ )?"
        rf"(?:{DOCUMENT}) (?:(?:do|have|can|did|does|are|is|were|that|which|you|i|we|has) ?)*"
        r"(?:there|here|in here|loaded|indexed|available|have|got|know|hold|search|ask|add|added|"
        r"uploaded|upload|read|in (?:the|this|your) (?:index|library|collection|folder)|included)"
        r"(?: (?:about|here|there|to|access to|on file|so far|in total|at the moment|now|loaded))*",
        rf"(?:please )?(?:list|show|name|give|enumerate|tell)(?: me)?(?: a list of)?(?: all)?(?: of)?"
        rf"(?: the| my| your| these)?(?: available| loaded| uploaded)? (?:{DOCUMENT})"
        r"(?: you (?:have|know|hold))?",
        rf"(?:is|are) there (?:any )?(?:other|more|further) (?:{DOCUMENT})|list of (?:{DOCUMENT})",
        r"what (?:do|can) (?:you|i) (?:know|have|search|look up|ask)(?: about)?"
        r"(?: here| in here| so far)?|what (?:is|have you got) (?:in|on) (?:the|your|this) "
        r"(?:index|library|collection|folder|shelf|list)",
    )
)


def is_overview(sentence: Wording) -> bool:
    """Whether a sentence asks for documents or a part as a whole, not for a fact."""
    plain = sentence.plain.strip(" ,")
    return any(pattern.fullmatch(plain) for pattern in _OVERVIEW)


def asks_for_holdings(sentence: Wording) -> bool:
    """Whether a sentence asks which documents there are."""
    plain = sentence.plain.strip(" ,")
    return any(pattern.fullmatch(plain) for pattern in _HOLDINGS)


# A part by its number or heading: only request words may stand around it.

_UNITS = _set(
    "clause article section sec paragraph para item point rule chapter regulation bylaw by-law page "
    "part annex appendix schedule § §§ art p pp step motion requirement table figure title "
    "heading passage subsection sub-section subclause sub-clause provision amendment exhibit "
    "attachment verse footnote note recital principle resolution order paragraph clauses articles "
    "sections paragraphs items rules chapters pages annexes points bit row line sentence minute"
)
_REQUEST = _set(
    "please can could you i want need would like to let me now and so but the us what does do did is "
    "are was in of say says said state states stated provide provides read show quote give open see "
    "go display print cite find look up text wording content contents full exact exactly whole entire "
    "there about under written stand stands mean means contain contains regulate regulates cover "
    "covers out aloud at on from tell it a word words pull jump take , then verbatim again get hear "
    "complete agenda bring literal literally actual precise copy recite have next scroll "
    "here loud passage way for where report document contract lease letter agreement minutes bylaws "
    "policy statutes constitution treaty law code manual"
)
_CONNECTS = _set("on about called named titled headed entitled concerning regarding under covering")
_NUMBER = regex.compile(
    r"(?:\d+[a-z]?|[ivxlc]+|[a-z]|[a-z]\d+)(?:[.\-](?:\d+|[a-z]|[ivx]+))*(?:\((?:\d+|[a-z]|[ivx]+)\))*"
)
_DOTTED = regex.compile(r"\d+(?:\.\d+)+[a-z]?(?:\(\w{1,3}\))*|§.*|\d+(?:\(\w{1,3}\))+")
_ORDINALS = _set(
    "first second third fourth fifth sixth seventh eighth ninth tenth last final opening closing "
    "previous next penultimate preceding following 1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th"
)
_CARDINALS = _set("one two three four five six seven eight nine ten eleven twelve thirteen twenty")
_NOT_HEADING = _set(
    "who when where why how which is are was were did had has have can may must shall should will "
    "would that"
)


def reference(sentence: Wording) -> str:
    """The part that a sentence asks for, as typed: its unit and number, or its heading alone.

    Empty where it names none, or asks something of the part.
    """
    words, typed = list(sentence.words), [word.strip(",") for word in sentence.typed]
    start = 0
    while start < len(words) and words[start] in _REQUEST and not _is_unit(words, start):
        start += 1
    rest = words[start:]
    if not rest:
        return ""
    if _DOTTED.fullmatch(rest[0]) and not _left_over(rest[1:]):
        return typed[start]
    if rest[0] in _ORDINALS and len(rest) > 1 and _is_unit(rest, 1):
        return "" if _left_over(rest[2:]) else " ".join(typed[start : start + 2])
    if _is_unit(rest, 0):
        return _of_unit(rest, typed[start:])
    return _heading_first(words, typed, start)


def _is_unit(words: list[str], at: int) -> bool:
    """Whether a unit stands there, misspelt or joined to its number (`§7`) too."""
    word = words[at]
    if word in _UNITS or word.startswith("§"):
        return True
    numbered = at + 1 < len(words) and _NUMBER.fullmatch(words[at + 1])
    return bool(numbered) and _misspelt(word)


def _misspelt(word: str) -> bool:
    from rapidfuzz.distance import OSA

    long = ("clause", "article", "section", "paragraph", "chapter", "schedule", "appendix")
    return len(word) > 4 and any(OSA.distance(word, unit, score_cutoff=1) <= 1 for unit in long)


def _of_unit(words: list[str], typed: list[str]) -> str:
    """The reference that starts with a unit: "clause 2.5 (a)", "section Aleppo"."""
    at = 1
    while at < len(words) and words[at] in ("number", "no", "nr", "the", "of", "agenda"):
        at += 1
    end = at
    while end < len(words) and (_numbers(words[end]) or (end > at and words[end] in _JOINS)):
        end += 1
    while end > at and words[end - 1] in _JOINS:
        end -= 1
    if end > at:
        return "" if _left_over(words[end:]) else " ".join(word for word in typed[:end] if word)
    heading = 1 + (len(words) > 1 and words[1] in _CONNECTS)
    name = words[heading:]
    while name and name[-1] in ("say", "says", "please", "contain", "state", ","):
        name.pop()
    if not name or len(name) > 10 or set(name) & _NOT_HEADING or words[0] in ("note", "order"):
        return ""
    if heading == 1 and (name[0] in ("of", "from", "for", "in", "to") or typed[1].islower()):
        return ""
    return " ".join(typed[heading : heading + len(name)])


_JOINS = frozenset(("and", "to", ",", "or", "section", "article", "paragraph", "clause", "-"))


def _numbers(word: str) -> bool:
    return word in _CARDINALS or bool(_NUMBER.fullmatch(word))


def _left_over(words: list[str]) -> bool:
    """Whether what follows a part says more than which document it is of, or "please"."""
    if not words:
        return False
    if words[0] in ("of", "in", "from") and len(words) <= 7:
        return bool(set(words) & _NOT_HEADING)
    about = words[:2] in (["say", "about"], ["say", "on"])
    return not about and any(word not in _REQUEST for word in words)


def _heading_first(words: list[str], typed: list[str], start: int) -> str:
    """The heading of "the liability clause", "go to the Doctors section"."""
    end = len(words)
    while end > start and words[end - 1] in ("say", "says", "please", "contain", "about", ","):
        end -= 1
    name = words[start : end - 1]
    if not 0 < len(name) < 7 or words[end - 1] not in ("section", "chapter", "clause", "paragraph"):
        return ""
    if set(name) & (_NOT_HEADING | {"no", "any", "it"}):
        return ""
    return " ".join(typed[start : end - 1])
