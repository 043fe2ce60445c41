"""Small talk: courtesy, commands to the program, and talk about the program itself."""

from __future__ import annotations

import re

from briefqa.answering.question.wording import ASKING, AUXILIARIES, Wording
from briefqa.text.words import word_set

# A sentence all of whose words are courtesy, or go with it.

_COURTESY = word_set(
    "hi hello hey hiya howdy yo greetings morning evening afternoon thanks thank cheers great "
    "good nice cool perfect awesome excellent wonderful brilliant super ok okay k fine right sure "
    "yes no yep yeah nope nah maybe please lol haha hahaha hehe hm hmm wow oops sorry bye goodbye "
    "quit exit stop help test testing start restart reset cancel continue undo back understood "
    "nonsense rubbish correct wrong true false really welcome congratulations bravo sure clear "
    "clever stupid useless damn amazing helpful unhelpful seriously interesting impressive "
    "terrible awful bad again enough nevermind appreciated whatever ciao done huh what goodnight "
    "boring crazy yay ugh thumbs love hooray indeed agreed noted incorrect sweet lovely fantastic "
    "ridiculous menu settings funny mean helped"
)
_BESIDE = word_set(
    "you so much very a an lot many i it that this is was are am not the there everyone all then "
    "now for me my friend mate bot robot briefqa sir day night one job answer answers well too "
    "and but just do does did , your up to go on see got never mind later have weekend long time "
    "1 2 3 of at be ai completely totally quite pretty really idea more make makes made sense "
    "like them these once with please said been will oh hear question let us try program tool app "
    "computer again"
)
_YOU_ARE = (
    "sure|certain|true|right|correct|accurate|good|there|human|real|ai|chatgpt|gpt|alive|ok|okay|"
    "listening|online|working|awake|free|positive|serious|kidding|joking|sentient|conscious|smart|"
    "ready|stupid|down|busy|reliable|safe|a robot|a bot|a human|a person|a machine|a computer|a "
    "real person|a program|a chatbot|an ai|an llm|a language model|connected to the internet|"
    "based on chatgpt|open source|wrong|lying|able to help|able to help me|still there|made by "
    "\\w+|tired|happy|offline|confident|bored"
)
_TOOL = (
    "briefqa|the (?:tool|app|program|bot|system|page|software)|"
    "this (?:tool|app|program|bot|thing|site|page|software|system)"
)
_IT = f"this|it|that|{_TOOL}"
_ABOUT_THE_PROGRAM = tuple(
    re.compile(f"(?:so |and |but |ok |hey |hello |hi |, )*{pattern}")
    for pattern in (
        r"(?:who|what) (?:exactly )?are you(?: exactly| really)?",
        (
            r"is (?:this|that|it) (?:really |actually )?(?:true|right|correct|certain|an? (?:ai|"
            r"bot|chatbot|robot|language model|program)|chatgpt|sure|accurate|open source)(?: or "
            r"not)?|who am i (?:talking|speaking|chatting) (?:to|with)"
        ),
        (
            rf"(?:are you|is (?:{_TOOL})) (?:really |absolutely |quite |actually |always )?"
            rf"(?:{_YOU_ARE})(?: (?:about|of) (?:that|this|it))?(?: right now| now| or not)?"
        ),
        (
            r"(?:what|how) (?:else )?(?:can|could|do|should|would) (?:you|i|this|it|we) "
            r"(?:do|help|work|use|ask|ask you|use (?:this|it|you)|start|begin|get started)"
            r"(?: (?:you|this|it|here|with this|me|exactly|for me|about|next|now))*"
        ),
        r"how (?:are|is) (?:you|it|things|life|everything)(?: doing| today| going)*",
        r"how (?:are|do) you (?:doing|feeling|feel)(?: today)?",
        r"what is up",
        (
            r"who (?:made|built|wrote|created|developed|programmed|trained|owns|pays) (?:you|"
            r"briefqa|this (?:tool|app|program|thing|bot|software))"
        ),
        (
            r"what is (?:your (?:\w+ ?){1,2}|briefqa|this (?:tool|app|thing|program|site)(?: "
            r"for)?)"
        ),
        (
            r"(?:what|which) (?:language )?(?:model|version|llm|ai|languages?)(?: model)? (?:are "
            r"you|is this|do you (?:use|speak|know|understand|run on)|are you using|can you speak)"
        ),
        (
            rf"how (?:do|does|did) (?:you|{_IT}) (?:work|know(?: that| this| it| all this)?|find "
            rf"(?:it|that|"
            r"this|the answers?)|decide|come up with that|answer|answer questions|search|get that)"
        ),
        (
            rf"(?:why )?(?:do|should|can|could|must) i (?:trust|believe|pay for|ask) (?:you|{_IT})"
            r"(?: something| anything| a question)?"
        ),
        (
            r"(?:can|could|do|will|would|did|may) (?:you|i) (?:please )?(?:help(?: me)?(?: with "
            r"something)?|understand(?: me| that)?|hear me|speak \w+|talk|think|learn|remember "
            r"(?:me|this|that)|make mistakes|lie|make (?:things|this|stuff|that) up|hallucinate|"
            r"sing|dance|chat|ask (?:you )?(?:something|a question|anything)|use (?:the internet|"
            r"chatgpt|ai)|sleep|dream|(?:store|keep|save|send|sell|share|log) my \w+(?: \w+){0,3}|"
            r"(?:have|like) (?:feelings|a name|me|it)|work offline|know everything|get tired|"
            r"repeat that|say that again|tell (?:me )?(?:a )?jokes?|write (?:me )?(?:a|an) "
            r"(?:poem|song|joke|essay)|love me)"
        ),
        (
            r"(?:tell me |sing |write (?:me )?|sing me )(?:a|an)(?: funny)? (?:joke|story|song|"
            r"poem)(?: please| about \w+)?"
        ),
        r"(?:please )?(?:tell me|introduce) (?:about )?yourself",
        r"(?:how old|where) are you(?: from)?",
        (
            rf"how (?:sure|certain|confident|reliable|accurate|smart|good) (?:are you|is (?:{_IT}))"
            r"(?: about (?:that|this))?"
        ),
        (
            r"i (?:do not |really |did not )*(?:understand|believe (?:you|it|that|this)|think so|"
            r"get it|know|agree|like (?:you|it|this|that)|need help|am (?:bored|sorry|confused|"
            r"lost|back|done))"
        ),
        (
            r"(?:where|how|why) (?:do|did) you (?:get|find|take|have|know) (?:your|the|these|this|"
            r"that) (?:answers?|information|data|facts|sources?|knowledge)(?: from)?|what are you "
            r"able to do|(?:where|how) (?:is|are) (?:my|your) (?:data|questions?|answers?) \w+|"
            r"what are your \w+"
        ),
        (
            r"are you (?:\w+ly )?(?:kidding|joking|serious|mad|crazy|stupid|broken|lying|guessing|"
            r"making (?:this|it|that) up)(?: me)?"
        ),
        (
            r"(?:do|did|can|could|have) you (?:ever |sometimes |often |also )?"
            r"(?:get|got|have|had|be|been) (?:things |it |this |that |anything |something )?wrong"
        ),
        r"(?:no worries|ta|cheers)(?: ?,? (?:that is|that was) all i (?:need|needed|wanted))?",
        r"(?:that is|that was) all i (?:need|needed|wanted)(?: to know)?",
        r"is (?:anyone|anybody|someone|somebody) (?:there|here|home|listening)",
        r"(?:please )?help me(?: please)?(?: out)?(?: , please)?",
        (
            r"nice to meet you|nice talking to you|see you(?: later| soon| tomorrow)?|have a "
            r"(?:nice|good) \w+|take care|that (?:is|was) (?:it|all)(?: for (?:now|today))?|well "
            r"done|never mind|forget (?:it|that)|shut up|go away|come on|try again|start over|"
            r"(?:clear|delete) (?:the )?(?:chat|history|conversation)|go back|talk to you later|"
            r"no problem|my name is \w+|i am \w+|you did (?:well|great|a great job)|that did not "
            r"help|that does not help|this is not working|that is not (?:what i asked|what i "
            r"meant|true|right|correct|an answer|my question|helpful)"
        ),
        (
            r"you (?:are|were) (?:\w+ ){0,2}\w+|you did not (?:answer|understand).{0,30}|you "
            r"(?:made|got) (?:a mistake|it wrong|that wrong|that right)|you rock|you lie|you suck"
        ),
        r"(?:what|how) do(?:es)? (?:you|this|briefqa|this tool) cost|how much do you cost",
    )
)


def is_small_talk(sentence: Wording) -> bool:
    """Whether a sentence is courtesy, a command to the program, or about the program."""
    words = set(sentence.words)
    asks = sentence.words[0] in ASKING | AUXILIARIES and len(words) > 1
    if (
        not asks
        and words & _COURTESY
        and words <= _COURTESY | _BESIDE
        and len(sentence.words) <= 10
    ):
        return True
    plain = sentence.plain.strip(" ,")
    return any(pattern.fullmatch(plain) for pattern in _ABOUT_THE_PROGRAM)
