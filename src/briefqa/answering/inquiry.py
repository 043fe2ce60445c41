"""A question on its way to an answer: what was asked, where, and what it is asked of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from briefqa.answering.abstention import Rule
from briefqa.answering.question import Question
from briefqa.answering.ranking import SearchContext
from briefqa.answering.scope import Scope
from briefqa.index.manifest import Source
from briefqa.index.record_file import DocumentFile, PassageFile
from briefqa.records import Query


@dataclass(frozen=True, slots=True)
class Inquiry:
    """One question over one opened generation.

    `asked` is the question as it was typed; `query.text` as it is searched, a follow-up's with
    what it took over; `question` what that asks for. `scope` is where to look. Row i of `passages`
    is passage i of the index, row j of `documents` is the file `sources[j]`.
    """

    asked: str
    query: Query
    question: Question
    scope: Scope
    context: SearchContext
    rule: Rule
    passages: PassageFile
    documents: DocumentFile
    sources: Sequence[Source]
