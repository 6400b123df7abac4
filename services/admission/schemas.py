"""Shapes of what comes to admission from outside."""

from marshmallow import fields, validate

from chassis.commands import Shape
from chassis.fields import Day, ExamId, OpaqueId, PersonName, Secret, Text
from contracts.grounds import Ground
from contracts.people import IdentifierType, Mode, Role
from services.admission.rules.checking import DECLARATION, DISABILITY, FEE
from services.admission.rules.staffing import STAFF_ROLES

_OFFICES = (Role.MINISTER, Role.DIRECTOR, Role.OFFICER, Role.NOTARY)
_MOST_PEOPLE = 500
_MOST_HALLS = 100
_LONGEST_SIDE = 50


def _hall(*, required: bool) -> fields.String:
    """A hall's name: it stands in addresses and file names. One that is not required may be null."""
    form = validate.Regexp(r"\A[0-9A-Za-zА-Яа-я-]{1,20}\Z")
    return fields.String(validate=form, required=required, allow_none=not required)


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


class OfHall(Shape):
    """A request about one hall."""

    exam_id = ExamId()
    hall = _hall(required=True)


class IssueProtocol1(OfHall):
    """``deviation_reason``: why somebody who came will not hand in; where everybody has, it counts for nothing."""

    deviation_reason = Text(longest=500, load_default=None)


class OfApplication(Shape):
    """A request about one application."""

    application_id = OpaqueId(required=True)


class Login(Shape):
    """User name and password."""

    username = fields.String(required=True, validate=validate.Length(min=1, max=100))
    password = Secret()


class AddPerson(Shape):
    """Somebody who may be appointed (with what App. 2 needs), or who holds an office."""

    username = fields.String(required=True, validate=validate.Regexp(r"\A[0-9A-Za-z._@-]{3,100}\Z"))
    password = Secret(shortest=12)
    first = PersonName(required=True)
    middle = PersonName(shortest=0, required=True)
    last = PersonName(required=True)
    identifier_type = fields.Enum(IdentifierType, by_value=True, required=True)
    identifier = fields.String(required=True, validate=validate.Length(min=1, max=30))
    id_card_number = fields.String(required=True, validate=validate.Regexp(r"\A[0-9A-Za-zА-Яа-я]{5,20}\Z"))
    id_card_issued_on = Day(required=True)
    id_card_issued_by = Text(longest=100, required=True)
    address = Text(longest=300, required=True)
    phone = fields.String(required=True, validate=validate.Regexp(r"\A\+?[0-9 ()/-]{5,30}\Z"))
    permanent_role = fields.Enum(Role, by_value=True, validate=validate.OneOf(_OFFICES))


class AppointCommission(Shape):
    """The order of Art. 13(1)."""

    exam_id = ExamId()
    order_number = Text(longest=50, required=True)
    signed_on = Day(required=True)
    chair = OpaqueId(required=True)
    members = fields.List(OpaqueId(), required=True, validate=validate.Length(max=_MOST_PEOPLE))


class AppointAuthors(Shape):
    """Authors of questions (Art. 12(1))."""

    exam_id = ExamId()
    authors = fields.List(OpaqueId(), required=True, validate=validate.Length(min=1, max=_MOST_PEOPLE))


class Assignment(Shape):
    """One person's duty on exam day."""

    person_id = OpaqueId(required=True)
    role = fields.Enum(Role, by_value=True, required=True, validate=validate.OneOf(sorted(STAFF_ROLES)))
    hall = _hall(required=False)


class AppointAdministrators(Shape):
    """The order of Art. 15(2)."""

    exam_id = ExamId()
    order_number = Text(longest=50, required=True)
    signed_on = Day(required=True)
    assignments = fields.List(
        fields.Nested(Assignment), required=True, validate=validate.Length(min=1, max=_MOST_PEOPLE)
    )


class CheckApplication(Shape):
    """What a member found (Art. 6(5)). Names are those on the documents; ``null`` where there is no document."""

    application_id = OpaqueId(required=True)
    payer_names = Text(longest=300, required=True, allow_none=True)
    declaration_names = Text(longest=300, required=True, allow_none=True)
    missing = fields.List(
        fields.String(validate=validate.OneOf((DECLARATION, FEE, DISABILITY))),
        required=True,
        validate=validate.Length(max=3),
    )
    confirmed_grounds = fields.List(
        fields.Enum(Ground, by_value=True), allow_none=True, validate=validate.Length(max=len(Ground))
    )


class ImportBan(Shape):
    """An annulment for copying from before the system (Art. 8)."""

    identifier_type = fields.Enum(IdentifierType, by_value=True, required=True)
    identifier = fields.String(required=True, validate=validate.Length(min=1, max=30))
    annulled_on = Day(required=True)
    exam_id = ExamId()


class PlannedHall(Shape):
    """A hall for one form and sitting."""

    hall = _hall(required=True)
    place = Text(longest=300, required=True)
    mode = fields.Enum(Mode, by_value=True, required=True)
    session = fields.Integer(strict=True, required=True, validate=validate.Range(min=1))
    rows = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=_LONGEST_SIDE))
    columns = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=_LONGEST_SIDE))


class PlanHalls(Shape):
    """Halls of an exam (Art. 15(1))."""

    exam_id = ExamId()
    halls = fields.List(fields.Nested(PlannedHall), required=True, validate=validate.Length(min=1, max=_MOST_HALLS))


class IdentifyCandidate(Shape):
    """What stands in the identity document that the candidate shows (Art. 20, 33)."""

    exam_id = ExamId()
    candidate_id = OpaqueId(required=True)
    first = PersonName(required=True)
    middle = PersonName(shortest=0, required=True)
    last = PersonName(required=True)
    identifier = fields.String(required=True, validate=validate.Length(min=1, max=30))
    confirmed = fields.Boolean(load_default=False, truthy={True}, falsy={False})
