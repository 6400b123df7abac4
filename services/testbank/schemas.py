"""Shapes of what comes to testbank from outside."""

import base64
from typing import Any

from marshmallow import ValidationError, fields, validate

from chassis.commands import Shape
from chassis.fields import Day, ExamId, OpaqueId, Sha256, Text
from contracts.people import Mode

_MOST_QUESTIONS = 1000
_LETTER = validate.Regexp(r"\A[А-Я]\Z")


class Base64(fields.String):
    """Bytes as base64, bounded by what a request may hold anyway."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bytes:  # type: ignore[override]  # bytes on purpose
        text: str = super()._deserialize(value, attr, data, **options)
        try:
            return base64.b64decode(text, validate=True)
        except ValueError as error:
            raise ValidationError("Not base64.") from error


class Reason(Text):
    """Why an act of Art. 13 is done on another day than its own (reading_13)."""

    def __init__(self) -> None:
        super().__init__(longest=500, shortest=10, load_default=None, allow_none=True)


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


class SubmittedQuestion(Shape):
    """A question as its author submits it. ``standard_version``: the edition of the standards it rests on."""

    area = fields.String(required=True, validate=validate.Length(min=1, max=40))
    text = Text(longest=1500, required=True)
    options = fields.Dict(
        keys=fields.String(validate=_LETTER),
        values=Text(longest=400),
        required=True,
        validate=validate.Length(min=1, max=10),
    )
    correct = fields.String(required=True, validate=_LETTER)
    ground = Text(longest=300, required=True)
    law_as_of = Day(required=True)
    study = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    code = Text(longest=40, load_default=None, allow_none=True)
    standard_version = Text(longest=200, load_default=None, allow_none=True)


class SubmitQuestions(Shape):
    """Questions of one author for one exam."""

    exam_id = ExamId()
    questions = fields.List(
        fields.Nested(SubmittedQuestion), required=True, validate=validate.Length(min=1, max=_MOST_QUESTIONS)
    )


class ProposeAcceptance(Shape):
    """Which of the submitted questions are to be accepted."""

    exam_id = ExamId()
    question_ids = fields.List(OpaqueId(), required=True, validate=validate.Length(min=1, max=_MOST_QUESTIONS))
    deviation_reason = Reason()


class RegisterKeeperKey(Shape):
    """The public key of the chair or the director."""

    exam_id = ExamId()
    public_key = fields.String(required=True, validate=validate.Regexp(r"\Aage1[0-9a-z]{20,100}\Z"))


class ProposeComposition(Shape):
    """How the test is to be composed; without a blueprint, as the ordinance's own bounds give it."""

    exam_id = ExamId()
    blueprint = fields.Dict(
        keys=fields.String(validate=validate.Length(min=1, max=40)),
        values=fields.Integer(strict=True, validate=validate.Range(min=0, max=_MOST_QUESTIONS)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=10),
    )
    sub_variants = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=100))
    deviation_reason = Reason()


class CommitDraw(Shape):
    """A commitment to a value; the notary may state his number, his act and the place."""

    exam_id = ExamId()
    commitment = Sha256()
    deviation_reason = Reason()
    place = Text(longest=200, load_default=None, allow_none=True)
    notary_number = Text(longest=40, load_default=None, allow_none=True)
    notarial_act = Text(longest=200, load_default=None, allow_none=True)


class RevealDraw(Shape):
    """The value: 32 random bytes as 64 lower-case hexadecimal digits."""

    exam_id = ExamId()
    value = Sha256()


class RecordNotarialAct(Shape):
    """The notary's document: its number, and the file that he uploaded."""

    exam_id = ExamId()
    notarial_act = Text(longest=200, required=True)
    sha256 = Sha256()


class OfVariant(Shape):
    """A request about one variant; the drawn one when none is named."""

    exam_id = ExamId()
    variant = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=1, max=9))


class BeginOpening(OfVariant):
    """The director's envelope, taken out of the chair's on the chair's own machine."""

    peeled = Base64(required=True, data_key="peeled_base64", load_only=True)


class FinishOpening(OfVariant):
    """The plain text, taken out of the director's envelope on the director's own machine."""

    plaintext = Base64(required=True, data_key="plaintext_base64", load_only=True)


class NoSitting(Shape):
    """A sitting that was announced and that nobody sat."""

    exam_id = ExamId()
    mode = fields.Enum(Mode, by_value=True, required=True)
    session = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=9))


class Questions(Shape):
    """Which questions to show: ``submitted``, ``accepted``, or all."""

    exam_id = ExamId()
    status = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(("submitted", "accepted")))
