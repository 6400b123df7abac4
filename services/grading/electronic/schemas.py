"""Shapes of what comes to electronic grading from outside."""

from chassis.commands import Shape
from chassis.fields import ExamId, Text


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


class HandOver(OfExam):
    """The protocols of one exam; ``deviation_reason``: why they come after the term, where they do."""

    deviation_reason = Text(longest=500, load_default=None)
