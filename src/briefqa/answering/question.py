"""What kind of question is asked, and what would answer it: English rules over its words.

Everything here is pure and decided by the words of the question alone. A question in another
language is recognised as such and analysed no further.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import regex

from briefqa.text.foreign import is_english


class Kind(StrEnum):
    """What is asked for, and so how it is answered."""

    WHO = "who"
    WHEN = "when"
    WHERE = "where"
    HOW_MANY = "how-many"
    HOW_MUCH = "how-much"
    WHICH = "which"
    WHAT = "what"
    YES_NO = "yes-no"
    WHY = "why"
    HOW = "how"
    LIST = "list"
    OVERVIEW = "overview"
    COMPARISON = "comparison"
    MULTI_PART = "multi-part"
    CLAUSE = "clause"
    KEYWORDS = "keywords"
    SMALL_TALK = "small-talk"
    OTHER_LANGUAGE = "other-language"


class AnswerType(StrEnum):
    """What an answer has to be."""

    PERSON_OR_BODY = "person-or-body"
    TIME = "time"
    PLACE = "place"
    NUMBER = "number"
    QUANTITY = "quantity"
    REASON = "reason"
    MANNER = "manner"
    YES_NO = "yes-no"
    THING = "thing"
    DEFINITION = "definition"
    MANY = "many"
    TEXT = "text"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is understood.

    `counted` is what a number is asked of ("children", "long"), empty elsewhere. `reference` is the
    number or heading of the section that is asked for, empty elsewhere. `parts` are the questions
    that a comparison or a question of several parts is made of, empty elsewhere. `negated` says
    whether it asks what is not so.
    """

    text: str
    kind: Kind
    expects: AnswerType
    counted: str = ""
    reference: str = ""
    parts: tuple[str, ...] = ()
    negated: bool = False


def analyse(text: str) -> Question:
    """The question as English rules understand it."""
    text = " ".join(text.split())
    asked = _PREAMBLE.sub("", _last_sentence(text)).strip() or text
    words = _WORD.findall(asked.lower().replace("’", "'"))
    negated = bool(_NEGATION.search(asked))
    if not words or _is_small_talk(text):
        kind = Kind.SMALL_TALK if words else Kind.KEYWORDS
        return Question(text, kind, AnswerType.NONE)
    if not is_english(text):
        return Question(text, Kind.OTHER_LANGUAGE, AnswerType.NONE)
    reference = _reference(asked)
    if reference:
        return Question(text, Kind.CLAUSE, AnswerType.TEXT, reference=reference)
    if _OVERVIEW.search(asked):
        return Question(text, Kind.OVERVIEW, AnswerType.TEXT)
    parts = _parts(text, asked)
    if parts:
        return Question(text, Kind.MULTI_PART, AnswerType.MANY, parts=parts, negated=negated)
    if _COMPARISON.search(asked):
        return Question(text, Kind.COMPARISON, AnswerType.MANY, negated=negated)
    kind, expects, counted = _factoid(asked, words)
    return Question(text, kind, expects, counted=counted, negated=negated)


# Patterns are applied to one question of at most 2,000 characters, already on one line.
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’.,&/\-][\p{L}\p{M}\p{N}]+)*")
_SENTENCE = regex.compile(r"[^.?!]+(?:[.?!](?=\S)[^.?!]+)*[.?!]*")
_PREAMBLE = regex.compile(
    r"(?i)^\s*(?:(?:(?:hi|hello|hey|ok|okay|so|well|and|but|also|now|then|please|thanks|actually|"
    r"quick question|just)\b[\s,:!.–-]*)|"
    r"(?:(?:can|could|would|will) (?:you|anyone|somebody|someone)(?: please| kindly)? (?:also )?(?:just )?"
    r"(?=(?:tell|give|list|show|name|explain|say|find|let|remind|describe|summari|read|quote|compare))|"
    r"(?:(?:tell|let|remind) (?:me|us)(?: know)?|explain(?: to me)?|say|find out)(?: please)? (?:again )?"
    r"(?:about )?(?=(?:who|what|when|where|why|how|which|whether|if)\b)|"
    r"(?:do|does|did) (?:you|anyone|anybody|we|it say|the (?:text|report|documents?|article|brief)s? say)"
    r"(?: happen to)?(?: know| remember| say| tell)?(?: exactly)? (?=(?:who|what|when|where|why|how|which|if|whether)\b)|"
    r"(?:i(?:'d| would)? (?:(?:also )?(?:like|love|want|need|wish|am trying) (?:to (?:know|find out|understand|learn|hear|see|ask))|"
    r"wonder|was wondering|am wondering|need|want|forgot|forget|don't know|am curious|can't remember)|i'm (?:curious|wondering|trying to find out)|"
    r"wondering|curious|any (?:idea|clue)|is it known|it says|remind me|question)[\s,:]*(?:about |as to )?"
    r"(?=(?:who|what|when|where|why|how|which|whether|if|in|at|on|by|to|for)\b)))+"
)
_NEGATION = regex.compile(
    r"(?i)\b(?:not|no|none|never|neither|nobody|nothing|without|cannot|except|excluded?|excluding|"
    r"refus\w+|den(?:y|ied|ies)|reject\w*|fail(?:ed|s)?|unable|forbid\w*|forbidden|prohibit\w*|"
    r"lack\w*|exempt\w*|unless|\w+n't)\b"
)


def _last_sentence(text: str) -> str:
    """The sentence that asks: the last with a question mark, or else the last of all."""
    sentences = [one.strip() for one in _SENTENCE.findall(text) if one.strip()]
    marked = [one for one in sentences if one.endswith("?")]
    return (marked or sentences or [text])[-1]


# Small talk

_TALK = regex.compile(
    r"(?i)^(?:(?:hi|hello|hey|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day|night)|"
    r"morning|evening|thanks?(?: you| a lot| so much| very much| again)?|thank you(?: so much| very much| again)?|"
    r"thx|ty|cheers|many thanks|much appreciated|"
    r"great|good|nice|cool|perfect|awesome|excellent|wonderful|brilliant|super|ok(?:ay)?|k|fine|right|sure|yes|no|"
    r"yep|yeah|nope|nah|maybe|please|lol|haha+|hehe|hm+|wow|oops|sorry|never ?mind|bye|goodbye|good ?bye|see you(?: later)?|"
    r"later|quit|exit|stop|help|test(?:ing)?(?: 1 ?2 ?3)?|start|reset|cancel|go on|continue|got it|i see|understood|"
    r"that(?:'s| is| was)? (?:it|all|great|good|nice|wrong|not right|right|helpful|correct|enough|fine)(?: for now| thanks| then)?|"
    r"well done|good job|good bot|bad bot|you're (?:great|wrong|welcome|useless|stupid|amazing|the best|an idiot)|are you (?:kidding|serious)|no way|really|"
    r"i (?:love|like|hate) (?:you|it|this)|there|everyone|all|again|so much|then|now|friend|mate|briefqa|bot|dear|sir|folks)"
    r"[\s,.!?:;)(-]*)+$"
)
_TOOL = regex.compile(
    r"(?i)^(?:so |and |but |ok |okay |hey |hello |hi )*[,\s]*(?:who|what) (?:are|r) (?:you|u)\b[^?]{0,12}\??$|"
    r"^(?:so |and |but |hey )*(?:what|how) (?:can|could|do|should) (?:you|i|this|we) (?:do|help|work|use|work here|ask|ask you|use this|use it|start|do here|do with (?:this|it|you)|do for me|know|search|answer)(?: (?:you|this|it|here|with this|me|exactly|for me|about))*\??$|"
    r"^(?:hey |hi |hello )*[,\s]*how are (?:you|things)(?: doing| today| going)*\??$|^how(?:'s| is) it going\??$|what'?s up\??$|"
    r"^(?:but |and |so )?are (?:you|u) (?:sure|certain|there|human|a (?:robot|bot|human|person|machine|real person)|real|an? (?:ai|llm|language model)|ai|chatgpt|gpt|alive|ok|okay|listening|online|working|awake|positive)\b[^?]{0,25}\??$|"
    r"^(?:is|are) (?:this|that|you) (?:right|correct|true|really true|real|an? (?:ai|bot|robot)|chatgpt|a language model|reliable|free|safe|private|secure|working|thing on)\??$|"
    r"^(?:can|could|do|will|would|did|should) (?:you|i) (?:help(?: me)?|trust (?:you|this|that)|understand(?: me)?|hear me|speak (?:\w+)|talk|think|learn|remember(?: me| this)?|make mistakes|lie|make (?:things|this|stuff) up|hallucinate|tell (?:me )?(?:a )?jokes?|sing|chat|store my (?:data|questions)|send (?:my )?data\b[^?]*|use (?:the internet|chatgpt|ai))\b[^?]{0,20}\??$|"
    r"^who (?:made|built|wrote|created|developed|programmed) (?:you|this(?: tool| app| thing| program)?)\??$|"
    r"^what(?:'s| is) (?:your name|briefqa|this(?: tool| app| thing| page| program| site)?|your (?:job|purpose|version|source))\??$|"
    r"^(?:what|which) (?:model|version|llm|ai|language model) (?:are you|is this|do you use|are you using)\??$|"
    r"^how (?:do|does) (?:you|this|it|briefqa)(?: \w+)? (?:work|know|find|decide|answer|search)\b[^?]{0,30}\??$|"
    r"^(?:why )?(?:do|should|can) i trust (?:you|this)\??$|^tell me (?:a joke|about yourself|something funny)[.!?]*$|"
    r"^do you (?:know everything|like \w+|have feelings|sleep|dream|speak \w+|have a name|work offline|keep my \w+|cost money|love me)\??$|"
    r"^how old are you\??$|^where are you(?: from)?\??$|^how (?:sure|certain|confident|reliable|accurate) (?:are you|is (?:this|that|it))\b[^?]{0,15}\??$|"
    r"^(?:sing|dance|write|tell) (?:me )?(?:a |me )?(?:song|poem|joke|story)\b[^?]{0,30}[?.!]*$|"
    r"^i (?:don't|do not) (?:understand|believe (?:you|it|that|this)|think so|get it)[.!]*$|^(?:can|may) i ask (?:you )?(?:something|a question)\??$|"
    r"^is (?:anyone|anybody|someone) there\??$|^help me(?: please)?[.!]*$|^i need help[.!]*$|^nice to meet you[.!]*$|^what\??$|^huh\??$"
)


def _is_small_talk(text: str) -> bool:
    return bool(_TALK.match(text) or _TOOL.match(text))


# Overview

_OVERVIEW = regex.compile(
    r"(?i)\bwhat(?:'s| is| are| was)? (?:this|that|it|these|they|all (?:this|these)|"
    r"(?:the|this|that|these|those|your) (?:\w+[ -]){0,3}?(?:documents?|articles?|reports?|texts?|briefs?|files?|papers?|story|stories|minutes|bylaws|transcripts?|emails?|e-mails?|thread|faq|page|book|collection|index|library|sources?|corpus|brief))"
    r"(?: all| mainly| basically| mostly| actually| really)* about\b|"
    r"\bwhat (?:does|do|did) (?:this|it|(?:the|this|that|these) (?:\w+ ){0,2}?(?:documents?|articles?|reports?|texts?|briefs?|files?|papers?|minutes|transcripts?|thread|page)) (?:cover|deal with|contain|discuss|talk about|concern|(?:basically |mainly )?say)\??$|"
    r"\b(?:key|main|important|major|most important|central|principal|biggest) (?:points?|findings?|facts?|messages?|take ?-?aways?|ideas?|topics?|themes?|conclusions?|takeaways|things|results?|issues?|events?)\b(?!.{0,40}\b(?:did|does|made|raised|was|were made|mentioned by|according)\b)|"
    r"\b(?:summari[sz]\w*|summary|overview|tl;?dr|tldr|in a nutshell|abstract|gist|synopsis|outline|executive summary|table of contents|big picture|bottom line|in brief|briefly what)\b|"
    r"\b(?:what|which|list|show|how many)\b.{0,25}\b(?:documents?|files?|sources?|texts?|articles?|reports?|papers)\b.{0,20}\b(?:do you have|have you(?: got)?|are (?:there|here|in here|loaded|indexed|available|in (?:the|this|your) (?:index|library|collection))|is (?:there|indexed)|can i (?:ask|search)|you (?:have|know|hold)|do i have|are in here|did i (?:add|upload))\b|"
    r"^(?:list|show)(?: me)?(?: all)?(?: of)?(?: the| my| your)? (?:documents|files|sources|articles|reports)\b[.?!]*$|"
    r"\bwhat(?:'s| is) (?:in (?:here|there|this|these|it|the (?:document|report|article|brief|file|text)s?)|the (?:topic|subject|theme|story|main story|article|report|content|document)(?: of (?:this|the|it)\b.{0,20})?|all this)\??$|"
    r"\bwhat (?:topics?|subjects?|themes?|issues) (?:are|is|does|do)\b.{0,40}\b(?:cover\w*|discussed|here|there|about|deal\w*|treated|address\w*)|"
    r"\bwhat (?:do|can) (?:you|i) (?:know|have|find|read|learn) (?:about )?(?:here|in (?:here|this|these|the))\b|"
    r"\btell me (?:what|everything) (?:is|that's|there is|happens) in (?:here|it|this|the)\b|"
    r"\bwhat happens in (?:this|the) (?:document|article|report|story|text|book)\b|\bdescribe (?:this|the) (?:document|article|report|text|brief)\b|"
    r"\bwhat (?:are|were) (?:these|those|the) (?:documents|files|texts|articles|briefs)\??$|\bwhat should i know\b|\bgive me the (?:essentials|highlights|basics|short version)\b|\bhighlights\b"
)

# Clauses and sections

_UNIT = (
    r"(?:sub-?)?(?:clause|article|section|sec\.|paragraph|para|item|agenda item|point|rule|chapter|"
    r"regulation|by-?law|page|part|annex|appendix|schedule|§+|art\.|no\.|p\.|question|step|motion|requirement|table|figure|title)"
)
_NUMBER = (
    r"(?:\(?(?:\d+|[ivxlc]+|[a-z])\)?(?:[.\-(]\(?(?:\d+|[a-z]|[ivx]+)\)?)*\)?|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|last)"
)
_REQUEST = (
    r"(?:(?:please|can you|could you|i want|i need|i'd like to|let me|now|and|so|the|me|us|what|does|do|did|is|are|in|of|to|"
    r"say|says|said|state|states|provide|provides|read|readout|show|quote|give|open|see|go|display|print|cite|find|look|"
    r"up|text|wording|content|contents|full|exact|exactly|whole|entire|there|about|under|written|stand|stands|mean|means|"
    r"contain|contains|regulate|regulates|cover|covers|deal|deals|with|out|aloud|for|at|on|from|tell|it|a|us|word|words|pull|require|requires|jump|take|you)\s+)*"
)
_BY_NUMBER = regex.compile(rf"(?i)^{_REQUEST}({_UNIT}\s*{_NUMBER}(?:\s+of\s+(?:the\s+)?[\w\s'-]{{1,40}})?)\b(?<tail>.*)$")
_BARE_NUMBER = regex.compile(r"^\s*(\d+(?:\.\d+)+(?:\([a-z]\))?|§+\s*\d+[\w.()]*)\s*\??$")
_TAIL = regex.compile(
    r"(?i)^[\s.?!,:\"'”)]*(?:(?:say|says|said|state|states|provide|provides|about|mean|means|contain|contains|please|in|full|word|for|"
    r"regulate|regulates|cover|covers|deal|deals|with|text|wording|require|requires|read|reads|again|exactly|stand|there|out|loud|do|does|is|the|of|what|to|on|us|me|tell)\b[\s.?!,]*)*$"
)
_BY_HEADING = regex.compile(
    r"(?i)^(?:(?:what(?:'s| is| does| do)|read|show|quote|give|open|go to|take me to|jump to|display|find|see|tell|me|us|out|to|please|can you|could you|is|in|there|the)\s+)*"
    r"(?:section|chapter|part|heading|paragraph|passage|clause|article|bit|rules)\s+(?:(?:on|about|called|named|titled|headed|entitled|concerning|dealing with|regarding|under|with the (?:title|heading))\s+)?"
    r"[\"“'‘]?(?<name>[\p{L}\d][^?]{1,70}?)[\"”'’]?\s*(?:say|says|state|cover|covers|please|contain)?\s*\??$"
)
_SECTION_LAST = regex.compile(
    r"(?i)^(?:(?:read|show|quote|give|open|go to|display|find|see|what does|what is in|what's in|me|us|out|please)\s+)+the\s+[\"“]?(?<name>[\p{L}][^?\"”]{1,60}?)[\"”]?\s+(?:section|chapter|clause|part|article)\s*(?:say|says|contain)?\s*\??$|"
    r"^(?:the\s+)?[\"“]?(?<name>[\p{L}][^?\"”]{1,60}?)[\"”]?\s+(?:section|chapter|clause)$"
)
_VERB_AHEAD = regex.compile(
    r"(?i)^(?:who|when|where|why|how)\b|\b(?:who|when|where|why|how many|how much|is|are|was|were|did|had|has|have|can|may|must|shall|should|will|would)\b"
)


def _reference(asked: str) -> str:
    """The number or heading of the section that is asked for; empty where none is."""
    bare = _BARE_NUMBER.match(asked)
    if bare:
        return bare[1].strip()
    numbered = _BY_NUMBER.match(asked)
    if numbered and _TAIL.match(numbered["tail"]):
        return numbered[1].strip()
    named = _BY_HEADING.match(asked) or _SECTION_LAST.match(asked)
    if named and not _VERB_AHEAD.search(named["name"]):
        return named["name"].strip()
    return ""


# Several parts

_WH = r"(?:who|whom|whose|what|when|where|why|how|which)"
_SECOND = regex.compile(
    rf"(?i)^(?<first>.*\S),?\s+(?:and|as well as|&|plus|or)(?: also)?\s+(?<second>(?:(?:in|at|by|for|from|on|to|with)\s+)?{_WH}\b.*)$"
)
_ASKS = regex.compile(rf"(?i)\b{_WH}\b|^(?:is|are|was|were|did|do|does|has|have|had|can|could|will|would|should|may|must)\b")


def _parts(text: str, asked: str) -> tuple[str, ...]:
    """The questions that one of several parts is made of; empty where it has one part."""
    sentences = [one.strip() for one in _SENTENCE.findall(text) if one.strip().endswith("?")]
    asking = [one for one in sentences if _ASKS.search(one) and not _is_small_talk(one)]
    if len(asking) > 1:
        return tuple(asking)
    joined = _SECOND.match(asked)
    if joined and _ASKS.search(joined["first"]):
        return (joined["first"].rstrip(" ,?") + "?", joined["second"])
    return ()


# Comparison

_COMPARISON = regex.compile(
    r"(?i)\bdifferen(?:ce|ces|t|tly)\b|\bcompar(?:e|es|ed|ing|ison)\b|\bversus\b|\bvs\b\.?|\bin contrast\b|"
    r"\bwhich (?:of (?:the )?(?:two|them|these|those|\d)|one|\w+)?\b.{0,60}\b(?:more|less|fewer|larger|bigger|higher|lower|older|"
    r"younger|longer|shorter|faster|slower|earlier|later|better|worse|cheaper|greater|smaller|stronger|weaker|heavier|taller|deeper|wider|closer|nearer|first)\b.{0,60}(?:\bor\b|\bthan\b|,)|"
    r"\bwh(?:o|ich)\b[^?]*\b(?:more|less|fewer|larger|bigger|higher|lower|older|younger|longer|shorter|faster|slower|earlier|later|cheaper|greater|smaller|better|worse)\b[^?]*(?:,|:|\bthan\b|\bor\b)|"
    r"\b(?:was|were|is|are|did|does|do|has|have)\b.{1,80}\b(?:more|less|fewer|\w{3,}er)\b.{0,60}\bthan\b|"
    r"\b(?:did|does|do|was|were|is|are|has|have|will)\b.{2,80}\bor (?!not\b|more\b|less\b|so\b|any\w*\b|other\b).{2,40}\??$|"
    r"\bwhich (?:was|is|were|are|came|happened|had|has|cost|costs|costed|took|got)\b.{0,60}\bor\b|"
    r"\bbefore (?:and|&|vs) after\b|\b(?:rise|rose|change|changed|grow|grew|fall|fell|increase\w*|decrease\w*)\b.{0,40}\b(?:from|between)\b.{1,30}\b(?:to|and|until)\b|"
    r"\bhow (?:much|many) (?:more|less|fewer)\b.{1,60}\bthan\b|\brelative to\b|\bboth\b.{0,40}\bin common\b|\bin common\b|\bsimilarit"
)

# One thing is asked for

_AUXILIARY = frozenset(
    "is are was were be am do does did has have had can could will would shall should may might must "
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't mustn't".split()
)
_LIST = regex.compile(
    r"(?i)^(?:list|enumerate)\b|^(?:name|give|show|tell|mention|find|get|identify|cite|provide)\b(?: me| us)?(?: the names of)? (?:all|every|each|any|some|both|the (?:two|three|four|five|six|names|\w+s\b(?! of the \w+$))|two|three|four|five|six|seven|\d+|several|examples?|a list|as many)\b|"
    r"^(?:all|every|each)\b(?!.*\?$)|^(?:the )?(?:reasons?|grounds|conditions|requirements|causes|steps|examples|names|dates|places|members|participants|attendees|duties|exceptions|measures|decisions|action items|motions|recommendations|types|kinds|rules) (?:for|of|to|that|why|from|in|on|by)\b(?=[^?]*$)|"
    r"\b(?:what|which) (?:are|were) (?:all |some of |the |some |its |their |his |her )|"
    r"\bwho (?:are|were) (?:all |the |its |their |present|there|involved|absent|on\b|in\b|at\b|among)|\bwho all\b|\bwho else\b|"
    r"\bwh(?:o|ich|at) (?:\w+ ){0,3}all (?:the|of)\b|"
    r"\bin (?:what|which) (?:cases|ways|places|cities|towns|countries|circumstances|areas|years|sections|documents)\b|"
    r"\bunder (?:what|which) (?:circumstances|conditions)\b|\bwhat (?:kinds?|types?|sorts?) of\b|\bwhat (?:else|other)\b|\bwhich other\b|\bexamples of\b|\b(?:a )?list of\b|"
    r"\bwhat (?:all|things)\b|\bevery(?:one|body|thing|where) (?:who|that|where|in|on|about|mentioned)\b|\b(?:each|every|all|any) (?:mention|place|time|mentions|places|times) (?:of|where|when)\b|\bwhere (?:all|else)\b"
)
# A plural after which or what asks for several things.
_PLURAL = regex.compile(
    r"(?i)^(?:(?:in|on|at|by|for|from|with|to|of|against|under|about|during|through) )?(?:which|what) (?:(?!is\b|was\b|are\b|were\b|does\b|has\b|did\b|do\b|have\b|had\b)[\w'-]+ ){0,3}?"
    r"(?!(?:is|was|has|does|this|its|his|as|us|across|status|basis|crisis|analysis|process|access|address|business|success|loss|class|glass|gas|bus|campus|virus|series|species|news|diagnosis|emphasis|thesis|hospitals?'s|press|mass|congress|princess|fortress|percents)\b)"
    r"(?<noun>[\w'-]*[^s\W]s|people|men|women|children|persons|criteria|phenomena|media|data)\b(?! (?:is|was|has|does)\b)"
)
_QUANTITY = regex.compile(
    r"(?i)\bhow (?<measure>much|long|old|far|big|large|tall|high|deep|wide|heavy|fast|often|frequently|soon|hot|cold|thick|strong|loud|expensive|costly|late|early|close|near|steep|small|young|cheap|distant|rich|broad|bright|severe)\b|"
    r"\b(?:what|which) (?:is|was|are|were)? ?(?:the |its |their |his |her )?(?:total |average |mean |maximum |minimum |exact |approximate |annual |overall |current |estimated |final |top |net |gross |daily |monthly )*"
    r"(?<measure>length|height|width|depth|weight|size|area|speed|distance|price|cost|costs|fee|fine|salary|budget|age|temperature|duration|percentage|percent|proportion|share|rate|capacity|volume|amount|sum|value|frequency|altitude|mass|turnover|revenue|profit|wage|rent|range|displacement|tonnage|dose|dosage|interest rate|wavelength|diameter|radius)\b|"
    r"\bat what (?:\w+ )?(?<measure>speed|price|cost|rate|age|height|depth|distance|temperature|frequency|altitude|dose)\b|\bto what extent\b|\bfor how (?<measure>long|much)\b|\bwhat (?:percentage|percent|proportion|share|fraction)\b"
)
_MANY = regex.compile(
    r"(?i)\bhow many\b(?: of)?(?: the| these| those| his| her| its| their)?(?: (?:more|other|different|new|total|of))*(?<counted>(?: [\w'-]+){0,4})|"
    r"\b(?:what|which)(?: is| was| are| were|'s)? (?:the )?(?:total |exact |overall |approximate )?(?:number|count|tally|population|death toll|toll|headcount|attendance|quorum size|turnout)\b(?: of)?(?<counted>(?: [\w'-]+){0,4})|"
    r"^(?:give me |tell me )?(?:the )?(?:total |exact )?number of(?<counted>(?: [\w'-]+){1,4})"
)
_TIME_NOUN = r"(?:year|years|date|day|month|time|hour|week|weekday|decade|century|season|quarter|deadline|period|era|moment|morning|evening|night|weekend)"
_WHEN = regex.compile(
    rf"(?i)\bwhen\b|\b(?:in|on|at|by|since|until|from|during|for|as of)? ?(?:what|which) (?:\w+ )?{_TIME_NOUN}\b|\bhow (?:long ago|recently|soon|late|early)\b|"
    rf"\b(?:what|which) (?:is|was|were|are|'s) (?:the )?(?:\w+ )?(?:date|deadline|day|year|time|start|end|birthday|due date|opening hours|closing time)\b|^(?:the )?(?:date|year|day|time|deadline) (?:of|when|for)\b|\bsince when\b|\buntil when\b|\bwhat's the (?:date|deadline|time)\b|^(?:give|tell) (?:me )?the (?:date|year|day|time|deadline)\b"
)
_PLACE_NOUN = (
    r"(?:city|cities|town|village|country|countries|place|location|region|province|state|street|address|area|district|county|"
    r"hospital|room|building|venue|continent|port|harbour|harbor|island|river|airport|base|site|quarter|suburb|capital|museum|school|valley|road|pier|quay|hall|berth|corner|spot|settlement|neighbou?rhood|direction|border|side|station|stadium|university|lake|mountain|planet|sea|ocean|bay|bridge)"
)
_WHERE = regex.compile(
    rf"(?i)\bwhere\b|\b(?:in|at|on|to|from|near|into|of|through|across|by|inside|outside|toward|towards) (?:what|which) (?:\w+ )?{_PLACE_NOUN}\b|"
    rf"^(?:what|which) (?:\w+ )?{_PLACE_NOUN}\b|\b(?:what|which) (?:is|was|were|'s) (?:the )?(?:\w+ )?(?:location|address|venue|place|whereabouts|capital|birthplace|site)\b|^(?:the )?(?:location|address|venue|place) of\b"
)
_WHO = regex.compile(
    r"(?i)\b(?:who|whom|whose)\b|\b(?:by|to|for|from|with|of|in|at|on)? ?(?:what|which) (?:\w+ )?(?:person|man|woman|general|officer|minister|president|company|firm|organi[sz]ation|agency|team|party|group|author|doctor|journalist|official|committee|council|authority|ministry|body|scientist|researcher|player|witness|member|spokes\w+|judge|lawyer|king|queen|actor|singer|engineer|director|commander|contractor|captain|chair\w*|mayor|secretary|treasurer|department|institution|bank|union|court|politician|newspaper|publisher|coach|club)\b(?! is\b.*\bname)|"
    r"\b(?:what|which) (?:is|was|'s) (?:the )?(?:full )?names? of (?:the )?(?:\w+ )?(?:person|man|woman|general|officer|minister|president|author|doctor|witness|captain|chair\w*|mayor|treasurer|secretary|director|head|leader|commander|company|firm|king|queen|lawyer|judge|spokes\w+|member|owner|ceo|inventor|founder|player|coach)\b|"
    r"^(?:tell me |give me )?(?:the )?names? of (?:the )?(?:\w+ )?(?:person|man|woman|general|officer|minister|president|author|doctor|witness|captain|chair\w*|mayor|treasurer|secretary|director|head|leader|commander|company|firm)\b|^name the (?:\w+ )?(?:person|man|woman|general|officer|minister|president|author|doctor|witness|captain|chair\w*|mayor|treasurer|secretary|director|head|leader|commander|company|inventor|founder)\b"
)
_WHY = regex.compile(
    r"(?i)\bwhy\b|\bhow come\b|\bwhat(?:'s| is| was| were| are)? (?:the |a |an |his |her |their |its )?(?:main |real |official |stated |likely )?(?:reason|cause|causes|purpose|motive|motivation|rationale|point of|explanation|grounds|justification|aim|goal|intention|objective)\b|"
    r"\bwhat (?:caused|causes|led to|made|makes|prompted|triggered|drove|motivated|brought about|explains|explained|provoked)\b|\bfor what (?:reason|purpose|cause)s?\b|\bwhat (?:\w+ ){0,8}for\??$|\bon what grounds\b|\bthe reason (?:why|for|that|behind)\b|\bbecause of what\b|\bdue to what\b|\bwhat (?:was|is|were) behind\b|\bexplain (?:the reason|why)\b|\bto what end\b|\bwhat was .{1,60} meant to (?:do|achieve|prevent)\b"
)
_HOW = regex.compile(
    r"(?i)\bhow\b|\b(?:in|by) what (?:way|manner|means|method|route)s?\b|\bwhat(?: is| was|'s) (?:the )?(?:procedure|process|method|way to|mechanism|technique|best way|steps)\b|\bby what means\b|\bexplain how\b|\bwhat steps\b|\bwhat (?:do|must|should|can) (?:i|you|we|one|somebody|someone|a \w+) do (?:to|if|when|in order|about)\b|^what to do\b"
)
_DEFINITION = regex.compile(
    r"(?i)\bwhat (?:is|are|was|were|does|do)\b.{0,60}\b(?:mean|stand for|meant by|called|definition of)\b|\bmeaning of\b|\bdefin(?:e|ition)\b|^what(?:'s| is| are| was| were) (?:an? |the )?[\w'\- ]{1,40}\??$"
)
_IMPERATIVE = regex.compile(
    r"(?i)^(?:tell|give|show|name|find|explain|describe|define|identify|state|mention|get|provide|specify|say|cite)\b"
)
_CLAUSE_VERB = regex.compile(
    r"(?i)\b(?:is|are|was|were|am|has|have|had|do|does|did|will|would|can|could|should|must|shall|may|might|isn't|wasn't|aren't|weren't|don't|doesn't|didn't|won't|can't|hasn't|haven't|couldn't|wouldn't)\b|"
    r"\b(?:it|they|he|she|we|i|you|there|this|that)(?:'s|'re|'ve|'d|'ll)\b"
)


def _factoid(asked: str, words: list[str]) -> tuple[Kind, AnswerType, str]:
    """Kind, answer type and what is counted of a question that asks one thing."""
    first = words[0]
    many = _MANY.search(asked)
    quantity = _QUANTITY.search(asked)
    wh = regex.search(rf"(?i)\b{_WH}\b", asked)
    opens = wh is not None and wh.start() <= _REACH
    if _WHY.search(asked) and (opens or not wh):
        return Kind.WHY, AnswerType.REASON, ""
    if many and not regex.search(r"(?i)\bhow (?:often|long|far)\b", asked[: many.start()]):
        return Kind.HOW_MANY, AnswerType.NUMBER, " ".join((many["counted"] or "").split())
    if first in _AUXILIARY:
        inner = regex.search(r"(?i)\b(?:who|when|where|why|how many|how much)\b", asked)
        if not inner:
            return Kind.YES_NO, AnswerType.YES_NO, ""
    if _LIST.search(asked):
        return Kind.LIST, AnswerType.MANY, ""
    if quantity and (opens or not wh):
        return Kind.HOW_MUCH, AnswerType.QUANTITY, (quantity["measure"] or "").lower()
    if opens or _IMPERATIVE.match(asked) or not wh:
        plural = _PLURAL.match(asked)
        for pattern, kind, expects in _BY_WORD:
            match = pattern.search(asked)
            if match and (kind is not Kind.WHERE or not plural):
                return kind, expects, ""
        if plural:
            return Kind.LIST, AnswerType.MANY, ""
        if regex.match(r"(?i)(?:(?:in|on|at|by|for|from|with|to|of|against|under|about) )?which\b", asked):
            return Kind.WHICH, AnswerType.THING, ""
        if regex.match(r"(?i)(?:(?:in|on|at|by|for|from|with|to|of|against|under|about) )?what (?!is\b|are\b|was\b|were\b|did\b|does\b|do\b|has\b|have\b|had\b|happen|will\b|would\b|can\b|could\b|should\b|must\b|may\b|about\b|if\b)[\w'-]+", asked):
            return Kind.WHICH, AnswerType.THING, ""
        if wh and wh[0].lower() == "what" or _IMPERATIVE.match(asked):
            expects = AnswerType.DEFINITION if _DEFINITION.search(asked) else AnswerType.THING
            return Kind.WHAT, expects, ""
        if wh and opens:
            return Kind.WHICH, AnswerType.THING, ""
    if asked.endswith("?") and len(words) > 2 and (_CLAUSE_VERB.search(asked) or regex.search(r"(?i)\b\w{3,}ed\b", asked)):
        return Kind.YES_NO, AnswerType.YES_NO, ""
    if len(words) > 3 and _CLAUSE_VERB.search(asked):
        return Kind.YES_NO, AnswerType.YES_NO, ""
    return Kind.KEYWORDS, AnswerType.NONE, ""


_REACH = 40  # characters before which the word that asks has to stand
_BY_WORD = (
    (_WHO, Kind.WHO, AnswerType.PERSON_OR_BODY),
    (_WHEN, Kind.WHEN, AnswerType.TIME),
    (_WHERE, Kind.WHERE, AnswerType.PLACE),
    (_HOW, Kind.HOW, AnswerType.MANNER),
)
