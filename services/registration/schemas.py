"""Shapes of what comes to registration from outside."""

from marshmallow import fields, validate

from chassis.commands import Shape
from chassis.fields import Day, ExamId, PersonName, Secret, Sha256, Text
from contracts.people import IdentifierType, Mode
from services.registration.rules.applications import KINDS


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


class PublishAnnouncement(Shape):
    """An announcement (Art. 5(1)); ``place_posted``: where in the building it hangs."""

    exam_id = ExamId()
    title = Text(longest=300, required=True)
    exam_on = Day(required=True)
    modes = fields.List(fields.Enum(Mode, by_value=True), required=True, validate=validate.Length(min=1, max=len(Mode)))
    sessions = fields.Integer(strict=True, required=True, validate=validate.Range(min=1))
    place_posted = Text(longest=300, required=True)


class RegisterCandidate(Shape):
    """A candidate's registration (Art. 4(2)) with what App. 1 needs. A middle name may be empty."""

    email = fields.Email(required=True, validate=validate.Length(max=254))
    password = Secret(shortest=12)
    first = PersonName(required=True)
    middle = PersonName(shortest=0, required=True)
    last = PersonName(required=True)
    identifier_type = fields.Enum(IdentifierType, by_value=True, required=True)
    identifier = fields.String(required=True, validate=validate.Length(min=1, max=30))
    address = Text(longest=300, required=True)
    phone = fields.String(required=True, validate=validate.Regexp(r"\A\+?[0-9 ()/-]{5,30}\Z"))
    id_card_number = fields.String(required=True, validate=validate.Regexp(r"\A[0-9A-Za-zА-Яа-я]{5,20}\Z"))
    id_card_issued_on = Day(required=True)
    id_card_issued_by = Text(longest=100, required=True)


class Login(Shape):
    """User name and password."""

    email = fields.String(required=True, validate=validate.Length(min=1, max=254))
    password = Secret()


class AttachmentOfApplication(Shape):
    """An uploaded file and what it is."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    sha256 = Sha256()


class SubmitApplication(Shape):
    """An application (Art. 6(1)); the names are those that the commission compares."""

    exam_id = ExamId()
    mode = fields.Enum(Mode, by_value=True, required=True)
    first = PersonName(required=True)
    middle = PersonName(shortest=0, required=True)
    last = PersonName(required=True)
    assisted = fields.Boolean(required=True, truthy={True}, falsy={False})
    attachments = fields.List(
        fields.Nested(AttachmentOfApplication), required=True, validate=validate.Length(max=2 * len(KINDS))
    )
