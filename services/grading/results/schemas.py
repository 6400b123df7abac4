"""Shapes of what comes to the results service from outside."""

from marshmallow import fields

from chassis.commands import Shape
from chassis.fields import ExamId, Text
from contracts.people import Mode


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


class OfMode(Shape):
    """A request about one mode of an exam."""

    exam_id = ExamId()
    mode = fields.Enum(Mode, by_value=True, required=True)


class Publish(OfMode):
    """The results of one mode; ``deviation_reason``: why they come after the term, where they do."""

    deviation_reason = Text(longest=500, load_default=None)
