"""What kind of question is asked, and what would answer it: English rules over its words.

All of it is pure and decided by the words of the question alone; docs/kinds.md defines the kinds.
"""

from briefqa.answering.question.analysis import analyse
from briefqa.answering.question.records import AnswerType, Question
from briefqa.answering.question.wording import usual_spelling
from briefqa.records import QuestionKind as Kind

__all__ = ["AnswerType", "Kind", "Question", "analyse", "usual_spelling"]
