"""Shapes of what comes to session from outside."""

from marshmallow import fields, validate

from chassis.commands import Shape
from chassis.fields import ExamId, OpaqueId, Text
from services.session.rules.annulment import Reason
from services.session.rules.incidents import CODES, Level

_LONGEST_RESCUE_FILE = 200_000
_MOST_ENVELOPES = 10_000  # not the law: more than any hall holds
_MOST_MINUTES = 240  #: more than any sitting lasts


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


class OfHall(OfExam):
    """A request about one hall."""

    hall = Text(longest=40, required=True)


class OfCandidate(OfExam):
    """A request about one candidate."""

    candidate_id = OpaqueId(required=True)


_AN_HOUR = validate.Regexp(r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z")


class _DoneEarlier(Shape):
    """When a deed was done in a hall on paper that is entered later, and why."""

    hour = fields.String(load_default=None, validate=_AN_HOUR)
    late_reason = Text(longest=500, load_default=None)


class HallDeed(OfHall, _DoneEarlier):
    """What was done in one hall; ``hour`` of the exam's day and ``late_reason`` where it is entered later."""


class CandidateDeed(OfCandidate, _DoneEarlier):
    """What one candidate did; ``hour`` of the exam's day and ``late_reason`` where it is entered later."""


class PastLeaving(OfCandidate):
    """When somebody was out of a hall on paper, by the exam's day, and why it is entered later."""

    hour = fields.String(required=True, validate=_AN_HOUR)
    return_hour = fields.String(required=True, validate=_AN_HOUR)
    late_reason = Text(longest=500, required=True)


class Unlock(OfExam):
    """The start of a session. ``reuse_variant``: the decision that a second session takes the first one's variant."""

    session = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=9))
    reuse_variant = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class LetInByEnvelope(OfExam):
    """Why the log-ins of a session do not wait for admission's word."""

    session = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=9))
    reason = Text(longest=1000, required=True)


class ConfirmNumber(OfCandidate):
    """The unique number as the candidate's screen shows it."""

    unique_number = fields.String(required=True, validate=validate.Regexp(r"\A[0-9]{1,20}\Z"))


class MoveSitting(OfCandidate):
    """Where a sitting goes on: another seat of the hall, or the same seat again."""

    seat = Text(longest=40, required=True)


class ReportCheating(OfCandidate):
    """What the hall saw (Art. 16 item 8)."""

    reason = fields.Enum(Reason, by_value=True, required=True)
    description = Text(longest=1000, required=True)


class ProposeAnnulment(OfCandidate):
    """For what the test is to be annulled."""

    reason = fields.Enum(Reason, by_value=True, required=True)


class Announce(OfHall):
    """What is said to a hall."""

    text = Text(longest=500, required=True)


class RecordIncident(OfHall):
    """What happened, by the list of codes; without a candidate it is about the hall. ``level``: a higher one only."""

    candidate_id = OpaqueId(load_default=None, allow_none=True)
    code = fields.String(required=True, validate=validate.OneOf(list(CODES)))
    level = fields.Integer(strict=True, load_default=None, validate=validate.OneOf([int(one) for one in Level]))
    description = Text(longest=1000, required=True)


class OfIncident(OfExam):
    """A request about something that a hall reported."""

    incident_id = OpaqueId(required=True)


class DecideIncident(OfIncident):
    """The chair's decision, in words."""

    decision = Text(longest=1000, required=True)


class ProposeTime(OfIncident):
    """How many minutes are given back, and why."""

    minutes = fields.Integer(strict=True, required=True, validate=validate.Range(min=1, max=_MOST_MINUTES))
    reason = Text(longest=1000, required=True)


class Suspend(OfCandidate):
    """Why a screen is suspended or goes on."""

    reason = Text(longest=1000, required=True)


class ConfigureSittings(OfExam):
    """What an exam knows beside the ordinance; all of it is off unless switched on."""

    may_suspend = fields.Boolean(required=True, truthy={True}, falsy={False})
    may_give_time = fields.Boolean(required=True, truthy={True}, falsy={False})
    needs_locked_browser = fields.Boolean(required=True, truthy={True}, falsy={False})


class CountEnvelopes(OfHall):
    """How many sealed envelopes lie on the table. ``deviation_reason``: of the hall, why they are not as many as the
    candidates who came; of the chair, why not as many as the hall counted. Where they are, it counts for nothing.
    """

    envelopes = fields.Integer(strict=True, required=True, validate=validate.Range(min=0, max=_MOST_ENVELOPES))
    deviation_reason = Text(longest=500, load_default=None)


class RescueFile(OfExam):
    """A rescue file, as a screen made it: a JWE in compact form."""

    file = Text(longest=_LONGEST_RESCUE_FILE, required=True)


class LogIn(Shape):
    """What stands on the sheets of Art. 16 item 3. ``browser``: a random id that the page keeps, so that it may ask
    again for an answer that was lost on the way.
    """

    username = fields.String(required=True, validate=validate.Length(min=1, max=40))
    password = fields.String(required=True, validate=validate.Length(min=1, max=40), load_only=True)
    browser = OpaqueId(load_default=None, allow_none=True)
