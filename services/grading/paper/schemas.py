"""Shapes of what comes to paper grading from outside."""

from marshmallow import fields, validate

from chassis.commands import Shape
from chassis.fields import ExamId, PersonName, Sha256, Text
from services.grading.paper.rules.copies import Printed

#: Bounds against nonsense only; what is on a card is the regulation's to say.
_MOST_QUESTIONS = 500
_MOST_OPTIONS = 10
_MOST_PAGES = 2_000
_MOST_SCANS = 5_000
_MOST_COPIES = 100_000


class CardNumber(fields.String):
    """A number as it stands on the sticker: digits."""

    def __init__(self) -> None:
        super().__init__(required=True, validate=validate.Regexp(r"\A[0-9]{1,10}\Z"))


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


class OfCard(OfExam):
    """A request about one card."""

    number = CardNumber()


class AssignNumbers(OfExam):
    """How many envelopes lie on the table (Art. 44); ``deviation_reason``: why, as the chair says, they are not as
    many as he took over from the halls.
    """

    envelopes = fields.Integer(strict=True, required=True, validate=validate.Range(min=0))
    deviation_reason = Text(longest=500)


class RegisterScans(OfExam):
    """Uploaded files with scanned cards."""

    scans = fields.List(Sha256(), required=True, validate=validate.Length(min=1, max=_MOST_SCANS))


class OfPage(OfExam):
    """A request about one page of a scan; a file of one page needs no page number."""

    scan_sha256 = Sha256()
    page = fields.Integer(strict=True, load_default=1, validate=validate.Range(min=1, max=_MOST_PAGES))


class CompleteNumber(OfPage):
    """What a person reads where the machine could not: the sticker's number, and the sub-variant if need be."""

    number = CardNumber()
    sub_variant = Text(longest=10)


class CorrectNumber(OfPage):
    """The number that stands on a page whose number a person completed, and how it was mistaken."""

    number = CardNumber()
    reason = Text(longest=500, required=True)


class CorrectSubVariant(OfPage):
    """The sub-variant that stands on a page whose sub-variant a person entered, and how it was mistaken."""

    sub_variant = Text(longest=10, required=True)
    reason = Text(longest=500, required=True)


class SetAsideScan(OfPage):
    """A page that does not count, and why."""

    reason = Text(longest=500, required=True)


class TakeBackScan(OfPage):
    """A page that counts again, and why."""

    reason = Text(longest=500, required=True)


class Marks(OfCard):
    """What a person sees on a card: crosses in pen by question; questions answered in pencil only."""

    marks = fields.Dict(
        keys=fields.String(validate=validate.Regexp(r"\A[1-9][0-9]{0,2}\Z")),
        values=fields.List(
            fields.String(validate=validate.Length(equal=1)), validate=validate.Length(max=_MOST_OPTIONS)
        ),
        required=True,
        validate=validate.Length(max=_MOST_QUESTIONS),
    )
    pencil_only = fields.List(
        fields.Integer(strict=True, validate=validate.Range(min=1, max=_MOST_QUESTIONS)),
        load_default=list,
        validate=validate.Length(max=_MOST_QUESTIONS),
    )


class DissentFromCount(OfCard):
    """Why a member does not agree with the count of the three (Art. 48(2))."""

    reason = Text(longest=500, required=True)


class HandOnCards(OfExam):
    """Whose cards other members count, and why he cannot (Art. 45)."""

    marker = Text(longest=64, required=True)
    reason = Text(longest=500, required=True)


class EndAbsence(OfExam):
    """Who is there again."""

    marker = Text(longest=64, required=True)


class RecordAbsence(OfCard):
    """Who cannot say his word on the count of the three, and why (Art. 48(2))."""

    marker = Text(longest=64, required=True)
    reason = Text(longest=500, required=True)


class ProposeCardAnnulment(OfCard):
    """Why the card is to be annulled (Art. 46(2))."""

    reason = Text(longest=1000, required=True)


class EnterSlip(OfCard):
    """An identification slip as it is written (App. 9)."""

    first = PersonName(required=True)
    middle = PersonName(shortest=0, required=True)
    last = PersonName(required=True)
    identifier = fields.String(required=True, validate=validate.Length(min=1, max=30))


class WithdrawSlip(OfCard):
    """Why a slip is taken back."""

    reason = Text(longest=500, required=True)


class OfCopies(OfExam):
    """Copies of one thing; ``sub_variant`` for booklets and cards."""

    kind = fields.Enum(Printed, by_value=True, required=True)
    sub_variant = Text(longest=10, shortest=0, load_default="")


class RecordPrintRun(OfCopies):
    """How many copies were printed."""

    copies = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=_MOST_COPIES))


class CorrectPrintRun(OfCopies):
    """How many copies were printed in all, where another number was typed, and why."""

    copies = fields.Integer(strict=True, required=True, validate=validate.Range(min=0, max=_MOST_COPIES))
    reason = Text(longest=500, required=True)


class WriteOffCopies(OfCopies):
    """How many copies were spoiled, and how many are left over."""

    spoiled = fields.Integer(strict=True, required=True, validate=validate.Range(min=0, max=_MOST_COPIES))
    spare = fields.Integer(strict=True, required=True, validate=validate.Range(min=0, max=_MOST_COPIES))
