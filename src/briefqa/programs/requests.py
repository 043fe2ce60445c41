"""What a program may ask, field by field, and the one sentence that says what is wrong with it.

What a field is described as is what the sentence says it is to be, and what the OpenAPI description
says of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from briefqa.answering.query import mode_of, too_long
from briefqa.errors import UsageError
from briefqa.records import Mode, Query, Where

MOST_PASSAGES = 100

_SURROGATE = re.compile("[\ud800-\udfff]")
Request = TypeVar("Request", bound=BaseModel)


def _sound(text: str) -> str:
    """Text that can be sent back; JSON can spell half of a surrogate pair, which cannot."""
    if _SURROGATE.search(text):
        raise ValueError("half of a surrogate pair")
    return text


def _short(question: str) -> str:
    if sentence := too_long(question):
        raise UsageError(sentence)
    return question


def _mode(value: Any) -> Any:
    return mode_of(value) if isinstance(value, str) else value


Text = Annotated[str, AfterValidator(_sound)]
Question = Annotated[Text, AfterValidator(_short)]


class AskRequest(BaseModel):
    """A question, and where to look."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    question: Question = Field(description="text")
    k: int = Field(
        5, ge=1, le=MOST_PASSAGES, description=f"a whole number from 1 to {MOST_PASSAGES}"
    )
    documents: list[Text] | None = Field(None, description="a list of document names, or left out")
    section: Text | None = Field(None, description="text, or left out")

    def query(self) -> Query:
        """The same for a searcher."""
        documents = None if self.documents is None else tuple(self.documents)
        return Query(self.question, Where(documents, self.section), self.k)


class SearchRequest(AskRequest):
    """A question, where to look, and by what to rank."""

    mode: Annotated[Mode, BeforeValidator(_mode)] = Field(
        Mode.HYBRID, description="hybrid, keyword or semantic"
    )


def checked(kind: type[Request], **fields: object) -> Request:
    """The request with these fields; raises UsageError for one that cannot be meant."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise UsageError(mistake(kind, error.errors(include_url=False))) from None


def mistake(kind: type[BaseModel], errors: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with a request of this kind, the first of it, as one sentence.

    `errors` are pydantic's, each with the place in the request's body that it is about.
    """
    first, names = errors[0], ", ".join(kind.model_fields)
    place = first["loc"][1:] if first["loc"][:1] == ("body",) else first["loc"]
    name = str(place[0]) if place else ""
    if first["type"] == "extra_forbidden" and len(place) == 1:
        sound = name[:80].encode("utf-8", "replace").decode("utf-8")
        return f"There is no field {sound!r} here; there are: {names}."
    if name not in kind.model_fields:
        return f"The body is to be a JSON object with fields of these: {names}."
    if first["type"] == "missing" and len(place) == 1:
        return f"The field {name} is missing; it is to be {_wanted(kind, name)}."
    if isinstance(first.get("ctx", {}).get("error"), UsageError):
        return str(first["ctx"]["error"])
    return f"{name} is to be {_wanted(kind, name)}."


def _wanted(kind: type[BaseModel], name: str) -> str:
    return str(kind.model_fields[name].description)
