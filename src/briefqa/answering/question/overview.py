"""Overviews: requests for the documents, one of them or a part of one as a whole."""

from __future__ import annotations

import re

from briefqa.answering.question.wording import DOCUMENT, Wording

_ONE = r"(?:(?:main|whole|entire|first|second|last|attached|uploaded|new|other) )?"
# Documents that are asked about as a whole, though a list of them would be one of what they say.
_RULES = (
    r"statutes|rules|rulebook|regulations|charter|treaty|constitution|terms|act|law|code|directive|"
    r"decree|deed|plan|proposal|survey|log|diary|newsletter|bulletin|circular|notice|protocol"
)
_THIS = (
    r"(?:this|that|it|these|they|here|all this|all of this|all these|"
    rf"(?:all )?(?:the|this|that|these|those|your|my|each) {_ONE}(?:\w+ )?(?:{DOCUMENT}|{_RULES})"
    r"(?: (?:on|about|from|of|by) .{1,60}?)?)"
)
_BRIEFLY = (
    r"(?: ?,? in (?:general|short|brief|a nutshell|a few words|(?:one|two|three|five|a) "
    r"(?:sentences?|words?|lines?|paragraphs?)))?"
)
_PART = (
    r"(?:(?:section|chapter|part|article|clause|annex|page) [\w.()]+|the (?:section|chapter|"
    r"part|document|report|article|letter|text|bit) (?:on|about|from|of) .{1,60})"
)
_GIST = (
    "summary|overview|gist|outline|synopsis|recap|abstract|highlights|essentials|takeaways?|tldr|"
    "table of contents|big picture|bottom line|short version|executive summary|key facts|basics|"
    "bullet points|key data|(?:key|main|central|major|core|principal|important|most important|"
    "essential|chief) (?:points?|messages?|ideas?|topics?|themes?|subjects?|findings?|facts|"
    "conclusions?|arguments?|thesis|things|takeaways?|content|contents|statements?|claims?|thrust|"
    "headlines)"
)
_WHOLE = "summary|overview|gist|outline|synopsis|recap|(?:key|main|most important) points"
_GIVE = (
    r"(?:(?:please|give|tell|show|list|write|make|get|send|provide|read|us|me|what|is|are|were|"
    r"was|which|i|need|want|would|like|just|quick|short|brief|rough|one-sentence|a|an|the|its|all|"
    r"any|do|have|there|can|get|few|three|five|two|four|some) )*"
)
_OVERVIEW = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"{_GIVE}(?:{_GIST})(?: (?:of|from|in|for|on|about) (?:{_THIS}|{_PART}|everything|"
            rf"all|what .*|the \w+(?: \w+)?|.{{1,60}} (?:{DOCUMENT})))?(?: (?:please|here|in "
            rf"(?:brief|short)))?"
        ),
        rf"{_GIVE}(?:{_WHOLE}) of .{{1,80}}",
        (
            r"(?:please |how would you )?(?:summari[sz]e|sum up|recap|condense|outline|sum)\b.*|"
            r"what (?:is|are|was|were) (?:being )?(?:discussed|covered|treated|addressed)"
            rf"(?: (?:at|in|during) (?:{_THIS}|(?:the|this) (?:\w+ )?(?:meeting|session|hearing)))?"
            r"|what does it all boil down to"
        ),
        (
            r"(?:in a nutshell|in short|in brief|in a few words|in one sentence|briefly|in a "
            r"sentence) ?,? .*"
        ),
        (
            rf"(?:so )?what (?:is|are|was|were|do|does) (?:{_THIS}|{_PART}) (?:\w+ly |all |"
            rf"deal(?:ing)? with)?"
            rf"(?:about|all about|concerned with|for)?(?: exactly)?{_BRIEFLY}"
        ),
        (
            rf"(?:what|tell me what) (?:does|do|did|all does|exactly does) (?:{_THIS}|this "
            rf"section) "
            r"(?:\w+ly )?(?:say|cover|deal with|contain|discuss|talk about|describe|tell us|tell "
            r"me|concern|treat|include|show|conclude|address|argue|report|regulate|govern|set out|"
            rf"lay down|lay out){_BRIEFLY}"
        ),
        (
            rf"tell me (?:\w+ )?what {_THIS} (?:\w+ly )?(?:says?|contains?|covers?|deals? with|"
            r"discuss(?:es)?|describes?|(?:is|are) (?:all )?about)"
        ),
        rf"(?:what (?:is|are) )?(?:this|these) (?:{DOCUMENT})",
        rf"(?:{_THIS}){_BRIEFLY}",
        rf"what (?:is|all is|is all) (?:in|inside) (?:here|there|this|these|it|{_THIS})",
        (
            rf"what (?:kind|sort|type) of (?:\w+ )?(?:{DOCUMENT}|thing|things) (?:is|are|do) "
            r"(?:this|that|these|it|those|they|i have|you have|there|here)(?: about)?.*"
        ),
        (
            rf"(?:what|which) (?:topics?|subjects?|themes?|issues|matters|areas) "
            rf"(?:is|are|does|do) (?:\w+ )?(?:{_THIS}|covered|discussed|"
            r"here|there|treated|addressed|dealt with|"
            rf"included)(?: (?:about|cover|discuss|treat|deal with|address|here|by {_THIS}|in "
            rf"{_THIS}))?"
        ),
        (
            rf"what (?:is|are|was) (?:the )?(?:topic|subject|theme|story|content|contents|gist|"
            rf"point|message)s?(?: (?:of|in|here)(?: (?:{_THIS}|{_PART}))?)?"
        ),
        (
            r"what (?:should|must|do) i (?:need to )?know(?: (?:first|here|about (?:this|it|"
            rf"{_THIS})))?|what can i (?:read|learn|find|find out) (?:here|in here|from this|"
            rf"(?:in|from) {_THIS})"
        ),
        (
            rf"(?:describe|explain|introduce|present|walk me through|take me through|what happens "
            rf"in) (?:to me )?{_THIS}(?: to me)?|(?:tell me )?(?:what|everything) (?:is|that is|"
            rf"there is) in {_THIS}"
        ),
        (
            rf"tell me (?:\w+ )?about {_THIS}(?: in general)?|what is covered(?: here| in .*)?|"
            r"what (?:am i|are we) (?:looking at|reading)|(?:where|how) does (?:this|it) begin "
            r"and end"
        ),
    )
)
_HOLDINGS = tuple(
    re.compile(pattern)
    for pattern in (
        (
            rf"(?:what|which|how many|any|list|list of|show me) (?:all )?(?:the )?(?:other "
            rf")?(?:\w+ )?(?:{DOCUMENT}) (?:(?:do|have|can|did|does|are|is|were|that|which|you|i|"
            rf"we|has) ?)*"
            r"(?:there|here|in here|loaded|indexed|available|have|got|know|hold|search|ask|add|"
            r"added|uploaded|upload|read|in (?:the|this|your) (?:index|library|collection|folder)|"
            r"included)(?: (?:about|here|there|to|access to|on file|so far|in total|at the moment|"
            r"now|loaded))*(?: ?,? and what (?:are|is) (?:they|it|each)(?: all)? about)?"
        ),
        (
            rf"(?:please )?(?:list|show|name|give|enumerate|tell)(?: me)?(?: a list of)?(?: "
            rf"all)?(?: of)?(?: the| my| your| these)?(?: available| loaded| uploaded)? "
            rf"(?:{DOCUMENT})"
            r"(?: you (?:have|know|hold))?"
        ),
        rf"(?:is|are) there (?:any )?(?:other|more|further) (?:{DOCUMENT})|list of (?:{DOCUMENT})",
        (
            r"what (?:do|can) (?:you|i) (?:know|have|search|look up|ask)(?: about)?"
            r"(?: here| in here| so far| on file)?|what have you got(?: in)?(?: here| there)?|"
            r"what (?:is|have you got) "
            r"(?:in|on) (?:the|your|this) (?:index|library|collection|folder|shelf|list)"
        ),
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
