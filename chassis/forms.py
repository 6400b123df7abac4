"""Forms of pages: what was typed, what was attached, what it means to a verb, and which field a refusal is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from chassis.commands import Verb
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import InvalidInput

_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a form: its bytes and the type that the browser stated."""

    content: bytes
    declared: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form that came in: text by field, files by field. A file input left empty is not among the files."""

    typed: dict[str, str]
    files: dict[str, Attached]

    def only(self, *names: str) -> dict[str, str]:
        """The text of these fields, as far as it came; what else a browser sends does not matter to a form."""
        return {name: self.typed[name] for name in names if name in self.typed}


async def read_form(request: Request) -> Form:
    """The form of a request; raises ``InvalidInput`` when the body is none."""
    typed: dict[str, str] = {}
    files: dict[str, Attached] = {}
    try:
        async with request.form(max_files=20, max_fields=200) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    if value.filename:
                        files[name] = Attached(await value.read(), value.content_type or "")
                else:
                    typed[name] = value
    except HTTPException as error:
        raise InvalidInput(errors=Phrase("формуляр, който не може да се прочете", "an unreadable form")) from error
    return Form(typed, files)


def payload_of(verb: Verb, typed: Mapping[str, str]) -> dict[str, Any]:
    """What a form means to a verb: the fields that it knows, whole numbers as such, a box that is not ticked as no,
    and a field left empty that need not be filled as not said.
    """
    known = verb.shape().fields
    said = {
        name: _meant(known[name], value)
        for name, value in typed.items()
        if name in known and (value or known[name].required)
    }
    return said | {name: name in typed for name, one in known.items() if isinstance(one, fields.Boolean)}


def _meant(field: fields.Field[Any], value: str) -> Any:
    is_number = isinstance(field, fields.Integer) and value.isdecimal() and len(value) <= _MOST_DIGITS
    return int(value) if is_number else value


def wrong_fields(refusal: Refusal | None) -> frozenset[str]:
    """The fields that an ``InvalidInput`` names; none for another refusal."""
    found = refusal.__cause__ if isinstance(refusal, InvalidInput) else None
    return frozenset(found.messages_dict) if isinstance(found, ValidationError) else frozenset()
