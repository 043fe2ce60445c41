"""The records that the packages share: documents, passages, hits and answers.

All are frozen, none does any I/O. Offsets are of characters of `Document.text`, half open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from briefqa.places import NO_LINES as NO_LINES
from briefqa.places import LineMap as LineMap
from briefqa.places import PageBox as PageBox
from briefqa.places import Place as Place
from briefqa.places import PlaceUnit as PlaceUnit

HEADING_MARK = " › "  # between the headings of a section's path


class Mode(StrEnum):
    """Which index answers a search."""

    HYBRID = "hybrid"
    KEYWORD = "keyword"
    SEMANTIC = "semantic"


class Verdict(StrEnum):
    """What is said of a question's answer: asserted, shown as possible, or that there is none."""

    ANSWERED = "answered"
    UNSURE = "unsure"
    NOT_FOUND = "not-found"


class QuestionKind(StrEnum):
    """What is asked for, and so how it is answered; docs/kinds.md defines each."""

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

    `path` holds the headings from the outermost to this one, the document's title not included; it
    is empty for the text before the first (the lead). `heading` is where the heading's own text
    stands, None for the lead. `paragraphs` are in source order, do not overlap, and are trimmed of
    outer white space; a list, a table or a code fence is one paragraph.
    """

    path: tuple[str, ...]
    heading: Span | None
    paragraphs: tuple[Span, ...]


def section_text(path: Sequence[str]) -> str:
    """The headings of a section's path as one line, outermost first: `Harbour › Ships`.

    A `›` within a heading is doubled, so that no two paths are written the same.
    """
    return HEADING_MARK.join(heading.replace("›", "››") for heading in path)


def section_path(text: str) -> tuple[str, ...]:
    """The path that `section_text` wrote."""
    return tuple(part.replace("››", "›") for part in text.split(HEADING_MARK)) if text else ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a source says of itself, each as it is written there, empty where it does not.

    Only `title` is never empty: where the source has none, it is made of the file's name. In an
    index `language` is a two-letter code, which its words tell where the source does not.
    """

    title: str
    date: str = ""
    source: str = ""
    author: str = ""
    language: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One source file as read.

    `name` is the file's path relative to the folder it was indexed from, with forward slashes.
    `text` is what is quoted: the decoded source without its byte order mark, newlines as in the
    file, less what a loader left out, or else what it extracted; `encoding` is then empty.
    `sections` are in source order and cover every paragraph that may be quoted; front matter,
    crumbs and the title line are in `text` but in no section. `page_starts` are offsets, ascending
    from 0 (an empty page starts where the next one does), empty where the format has no pages;
    `page_unit` says what pages are and `page_labels` what each is called where that is not its
    number, empty where all are. `page_sizes`, in points, and `lines` are those of pages that can be
    shown; lines say what page a place is on. `line_starts` are those of the file's lines, empty
    where they are the lines of `text`. `media_type` is the file's, `loader` its name and version.
    `notes` say what was left out or guessed, and why.
    """

    name: str
    metadata: Metadata
    text: str
    sections: tuple[Section, ...]
    page_starts: tuple[int, ...] = ()
    media_type: str = ""
    loader: str = ""
    encoding: str = "utf-8"
    line_starts: tuple[int, ...] = ()
    page_unit: PlaceUnit = PlaceUnit.PAGE
    page_labels: tuple[str, ...] = ()
    page_sizes: tuple[tuple[float, float], ...] = ()
    lines: LineMap = NO_LINES
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The metadata's title."""
        return self.metadata.title


@dataclass(frozen=True, slots=True)
class Passage:
    """A quotable piece of one section: `document.text[start:end] == text`.

    `document` is the Document's name; `section` its heading path, outermost first, title not
    included, empty for the lead. `paragraphs` are the first and last within the section, from 1.
    `place` is its lines or pages in the file, `language` the two-letter code of its document's,
    empty where that cannot be told. `table_header` is that of a table which began in a passage
    before; another document has a title that is `title_shared`.
    """

    document: str
    title: str
    section: tuple[str, ...]
    text: str
    start: int
    end: int
    paragraphs: tuple[int, int]
    place: Place
    language: str = ""
    table_header: str = ""
    title_shared: bool = False

    @property
    def citation(self) -> str:
        """`Title › Section › ¶2, p. 12` on one line; a shared title with its file in brackets."""
        first, last = self.paragraphs
        paragraphs = f"¶{first}" if first == last else f"¶{first}–{last}"
        paragraphs = ", ".join(filter(None, (paragraphs, self.place.in_citation)))
        title = f"{self.title} ({self.document})" if self.title_shared else self.title
        parts = (title, *self.section, paragraphs)
        return section_text([" ".join(part.split()) for part in parts])

    @property
    def location(self) -> str:
        """`harbour.md, lines 3–4`: the document and where in it the passage stands."""
        return ", ".join(part for part in (self.document, self.place.in_words) if part)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a passage was found: its raw value and rank in each list, None where it is in neither.

    `bm25` is 0 or more and unbounded, `cosine` is -1..1, ranks count from 1; higher values are
    better. Hits are ordered by `fused`, of both indexes, and `answerability`, how sure a reader is
    that the passage answers, 0..1, if one has read it. `matched` are the question's own words in
    the passage, its title, headings or date, as the question spells them.
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

    `text` is `document.text[start:end]`: the words a reader found, or else the whole sentence. The
    sentence that holds it is `document.text[sentence_start:sentence_end]`.
    """

    start: int
    end: int
    text: str
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; `rank` counts from 1.

    `answer` is where it answers the question, if anywhere. `prefix` and `suffix` are the characters
    of the document before and after the passage, 32 at most. `boxes` are those of the lines of the
    passage on the pages of its source, if it has any.
    """

    rank: int
    passage: Passage
    evidence: Evidence
    answer: AnswerSpan | None = None
    prefix: str = ""
    suffix: str = ""
    boxes: tuple[PageBox, ...] = ()

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
class Quotation:
    """One place that an answer quotes: a passage, and where in it the answer stands.

    `exact` says whether `span.text` are the words that answer, to be shown in bold; otherwise the
    whole sentence is all that is claimed. `part` is the question of several parts that is answered
    here, empty elsewhere. `attribution` is who says it, in the source's own words, empty where the
    sentence and its neighbours do not tell. `prefix` and `suffix` are the characters of the
    document before and after the sentence, 32 at most. `boxes` are those of the lines that the
    sentence stands on, on the pages of its source, if it has any.
    """

    passage: Passage
    span: AnswerSpan
    exact: bool = False
    part: str = ""
    attribution: str = ""
    prefix: str = ""
    suffix: str = ""
    boxes: tuple[PageBox, ...] = ()

    @property
    def citation(self) -> str:
        """The passage's citation: `Title › Section › ¶2`, one line."""
        return self.passage.citation

    @property
    def sentence(self) -> str:
        """The sentence that is quoted, or several that belong together."""
        start, end = self.span.sentence_start, self.span.sentence_end
        return self.passage.text[start - self.passage.start : end - self.passage.start]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say to a question, or that they do not.

    `verdict` is None where none is passed: of a search by keywords, of small talk, of an overview.
    `text` quotes passages word for word, each with its citation, or says that the documents hold
    no answer; `reason` says on what evidence, and `missing` what an unsure answer lacks, a few
    words each ("no number of soldiers"). `confidence` is 0..1: how sure that the first quotation
    answers. `quotations` are the places that answer, best first, or in document order where
    several are asked for; only an ANSWERED question has any, one without a verdict, or one of
    several parts of which some are answered. `hits` are
    the nearest passages either way, `searched` the names of the documents looked in. `read_as` is
    the question as it was searched: a follow-up's with what it took over, which `carried` names.
    """

    question: str
    verdict: Verdict | None
    confidence: float
    text: str
    reason: str
    hits: tuple[Hit, ...]
    searched: tuple[str, ...] = ()
    read_as: str = ""
    carried: tuple[Carried, ...] = ()
    kind: QuestionKind = QuestionKind.WHAT
    missing: tuple[str, ...] = ()
    quotations: tuple[Quotation, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether an answer is asserted."""
        return self.verdict is Verdict.ANSWERED

    def quotations_from(self, passage: Passage) -> tuple[Quotation, ...]:
        """What the answer quotes of a passage, in its order."""
        return tuple(one for one in self.quotations if one.passage == passage)


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What a list of documents shows of one.

    `sections` are heading paths in source order, outermost first, without the lead's.
    """

    name: str
    title: str
    date: str
    passages: int
    sections: tuple[tuple[str, ...], ...]
    source: str = ""
    author: str = ""
    notes: tuple[str, ...] = ()
    language: str = ""


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
    their text, title or headings, come first. A reader is asked `reader_question` if it is given.
    """

    text: str
    where: Where = EVERYWHERE
    k: int = 5
    must_hold: str = ""
    reader_question: str = ""
