"""Shapes of what comes to electronic grading from outside."""

from chassis.commands import Shape
from chassis.fields import ExamId


class OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()
