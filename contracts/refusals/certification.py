"""Refusals of certification."""

from contracts.refusals.base import Refusal


class InspectionTooLate(Refusal):
    """More than three months have passed since the results were announced."""

    article = "чл. 53, ал. 1"
    bg = "Срокът за заявяване на преглед на материалите е изтекъл на {until}."
    en = "The term for asking to inspect the materials ended on {until}."


class NothingToInspect(Refusal):
    """Who did not come has no graded materials."""

    article = "чл. 53, ал. 1"
    bg = "Не сте се явили на изпита и нямате оценени материали за преглед."
    en = "You did not come to the exam and have no graded materials to inspect."


class NotShownAtInspection(Refusal):
    """Materials that the ordinance does not let a participant of this mode inspect."""

    article = "чл. 53, ал. 3 и 4"
    status = 422
    bg = "Тези материали не се предоставят за преглед: {kinds}."
    en = "These materials are not shown at an inspection: {kinds}."


class FeeNotProved(Refusal):
    """The document of the paid state fee is missing."""

    article = "чл. 51, ал. 1 и 3"
    bg = "Не е представен документ за платена държавна такса."
    en = "No document of the paid state fee was presented."


class FileNotYours(Refusal):
    """A file that somebody else uploaded, or nobody did."""

    article = "чл. 51, ал. 1"
    status = 422
    bg = "Файлът не е качен от Вас."
    en = "You did not upload this file."
