"""Shapes of what comes to certification from outside."""

from typing import Any

from marshmallow import fields, validate

from chassis.commands import Shape
from chassis.fields import ExamId, Instant, OpaqueId, Sha256, Text


class CertificateNumber(fields.String):
    """A certificate's number, such as ``ВО-2027-0001``; the two letters may be typed small or Latin."""

    _TYPED = str.maketrans("вВbBоОoO", "ВВВВОООО")

    def __init__(self) -> None:
        super().__init__(validate=validate.Regexp(r"\AВО-[0-9]{4}-[0-9]{4,6}\Z"), required=True)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        typed: str = super()._deserialize(value, attr, data, **options)
        return typed.strip().translate(self._TYPED)


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


class OfCertificate(Shape):
    """A request about one certificate."""

    number = CertificateNumber()


class Issue(OfExam):
    """The certificates of one exam; ``deviation_reason``: why they come after the term, where they do."""

    deviation_reason = Text(longest=500, load_default=None)


class IssueDuplicate(OfCertificate):
    """A duplicate; ``deviation_reason``: why it comes after the term, where it does."""

    deviation_reason = Text(longest=500, load_default=None)


class ProveFee(Shape):
    """A document of a paid fee; ``sha256``: of the uploaded file."""

    number = CertificateNumber()
    sha256 = Sha256()


class HandOver(Shape):
    """Who received a certificate; ``authorised``: somebody else, with the holder's authorisation."""

    number = CertificateNumber()
    received_by = Text(longest=300, required=True)
    authorised = fields.Boolean(required=True, truthy={True}, falsy={False})


class RequestDuplicate(Shape):
    """Why a duplicate is needed."""

    number = CertificateNumber()
    reason = Text(longest=500, required=True)


class ScheduleInspection(Shape):
    """Day, hour and employee of an inspection (Art. 53(2))."""

    inspection_id = OpaqueId(required=True)
    at = Instant(required=True)
    employee = Text(longest=200, required=True)


class HoldInspection(Shape):
    """What was shown at an inspection."""

    inspection_id = OpaqueId(required=True)
    shown = fields.List(Text(longest=40), required=True, validate=validate.Length(min=1, max=10))
    notes = Text(longest=1000, shortest=0, load_default="")


class SearchRegister(Shape):
    """What to look for in the public register: part of a name or of a number."""

    search = Text(longest=100, shortest=0, load_default="")
