"""Shapes of what comes to the results service from outside."""

from marshmallow import fields

from chassis.commands import Shape
from chassis.fields import ExamId
from contracts.people import Mode


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


class OfMode(Shape):
    """A request about one mode of an exam."""

    exam_id = ExamId()
    mode = fields.Enum(Mode, by_value=True, required=True)
