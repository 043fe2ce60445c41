"""What flows between rooms? Frozen records; none of them does any I/O.

Offsets are always character offsets into `Document.text`, half open: `text[start:end]`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """Which index answers a search."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class CarriedKind(StrEnum):
    """What a follow-up question took over: the place to look in, or the matter asked about."""

    WITHIN = "within"
    ABOUT = "about"


class TextKind(StrEnum):
    """What a text is; some models want a different prompt before each kind."""

    QUESTION = "question"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets into `Document.text`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the paragraphs that stand under it, up to the next heading.

    `path` holds the headings from the outermost to this one, the document's title not included;
    the text before the first heading is a section whose path is empty (the lead).
    `heading` is where the heading's own text stands, None for the lead.
    `paragraphs` are in source order, do not overlap, and are trimmed of outer white space; a
    list, a table or a code fence is one paragraph.
    """

    path: tuple[str, ...]
    heading: Span | None
    paragraphs: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as read.

    `text` is the decoded source without its byte order mark, newlines as they are in the file.
    `name` is the file's path relative to the folder it was indexed from, with forward slashes.
    `sections` are in source order and cover every paragraph that may be quoted; front matter,
    navigation crumbs and the title line are in `text` but in no section.
    `date`, `source` and `language` come from front matter, empty when it has none.
    """

    name: str
    title: str
    text: str
    sections: tuple[Section, ...]
    encoding: str = "utf-8"
    date: str = ""
    source: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A quotable piece of one section: `document.text[start:end] == text`.

    `document` is the Document's name; `section` its heading path, outermost first, title not
    included, empty for the lead. `paragraphs` are the first and last paragraph numbers within the
    section, `lines` the first and last line numbers within the file; both count from 1.
    """

    document: str
    title: str
    section: tuple[str, ...]
    text: str
    start: int
    end: int
    paragraphs: tuple[int, int]
    lines: tuple[int, int]

    @property
    def citation(self) -> str:
        """`Title › Section › ¶2` on one line."""
        first, last = self.paragraphs
        place = f"¶{first}" if first == last else f"¶{first}–{last}"
        return " › ".join(" ".join(part.split()) for part in (self.title, *self.section, place))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a passage was found: its raw value and rank in each list, None where it is in neither.

    `bm25` is 0 or more and unbounded, `cosine` is -1..1, ranks count from 1; higher values are
    better. `fused` is the value the indexes together order by. `matched` are the question's own
    words that stand in the passage, its title or its headings, as the question spells them.
    `answerability` is how sure a reader is that the passage answers, 0..1, None where none has read
    it; hits are ordered by `fused` and it together.
    """

    bm25: float | None
    keyword_rank: int | None
    cosine: float | None
    semantic_rank: int | None
    fused: float
    matched: tuple[str, ...] = ()
    answerability: float | None = None


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """Where a passage answers: character offsets into `Document.text`, half open.

    `text` is `document.text[start:end]`: the words a reader found, or the whole sentence where no
    reader has read the passage. The sentence that holds it is
    `document.text[sentence_start:sentence_end]`.
    """

    start: int
    end: int
    text: str
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; `rank` counts from 1.

    `answer` is where it answers the question, if anywhere.
    """

    rank: int
    passage: Passage
    evidence: Evidence
    answer: AnswerSpan | None = None

    @property
    def citation(self) -> str:
        """The passage's citation: `Title › Section › ¶2`, one line."""
        return self.passage.citation

    @property
    def sentence(self) -> str:
        """The sentence of the passage that answers; the whole passage where none is known to."""
        if self.answer is None:
            return self.passage.text
        start, end = self.answer.sentence_start, self.answer.sentence_end
        return self.passage.text[start - self.passage.start : end - self.passage.start]


@dataclass(frozen=True, slots=True)
class Carried:
    """One thing that a follow-up question took over from the turns before it."""

    kind: CarriedKind
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question, or that they do not.

    `text` quotes passages word for word, each with its citation, or says that the documents hold
    no answer. `reason` says on what evidence. `confidence` is 0..1: how sure that hits[0] answers.
    `hits` are the nearest passages either way, `searched` the names of the documents looked in.
    `read_as` is the question as it was searched: a follow-up's with what it took over, which
    `carried` names.
    """

    question: str
    answered: bool
    confidence: float
    text: str
    reason: str
    hits: tuple[Hit, ...]
    searched: tuple[str, ...] = ()
    read_as: str = ""
    carried: tuple[Carried, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What a list of documents shows of one.

    `sections` are its heading paths in source order, outermost heading first, without the lead's.
    """

    name: str
    title: str
    date: str
    passages: int
    sections: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Where to look: in these documents, None for all, and in this section, None for all.

    A section is its headings joined by ` › `; those below it belong to it.
    """

    documents: tuple[str, ...] | None = None
    section: str | None = None


EVERYWHERE = Where()


@dataclass(frozen=True, slots=True)
class Query:
    """A question to search for.

    `k` is how many passages are wanted, 1 or more. Passages that have all words of `must_hold`, in
    their text, title or headings, come first. A reader is asked `reader_question` instead of the
    text, if it is given.
    """

    text: str
    where: Where = EVERYWHERE
    k: int = 5
    must_hold: str = ""
    reader_question: str = ""
