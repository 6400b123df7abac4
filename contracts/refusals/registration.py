"""Refusals of registration."""

from contracts.refusals.base import Refusal


class IdentifierNotValid(Refusal):
    """The digits are not a number of the kind that was chosen."""

    article = "чл. 6, ал. 4, т. 4"
    status = 422
    bg = "Въведеният номер не е валиден {kind}: {reason}."
    en = "The number is not a valid {kind}: {reason}."


class AccountExists(Refusal):
    """There is a profile with this e-mail or this personal number; which of the two is not said."""

    article = "чл. 4, ал. 2"
    bg = "Вече има профил с тази електронна поща или с този личен номер."
    en = "There is already a profile with this e-mail or this personal number."


class AnnouncementTooLate(Refusal):
    """Less than the lawful time is left before the exam."""

    article = "чл. 5, ал. 1"
    bg = "Обявлението за изпит на {exam_on} може да се публикува най-късно на {until}."
    en = "An exam on {exam_on} may be announced on {until} at the latest."


class AnnouncementTooSoon(Refusal):
    """The lawful time since the previous exam has not passed."""

    article = "чл. 5, ал. 2"
    bg = "Обявлението за следващия изпит не може да се публикува преди {not_before}."
    en = "The next exam may not be announced before {not_before}."


class SessionsNotAllowed(Refusal):
    """More sittings in the day than the ordinance knows, or a second one on paper."""

    article = "чл. 3, ал. 2"
    bg = "В рамките на един ден изпитът може да се проведе най-много {most} пъти, и то само чрез електронна система."
    en = "There may be at most {most} sittings in one day, and only electronic ones."


class ModeNotOffered(Refusal):
    """The exam was not announced in that form."""

    article = "чл. 3, ал. 1"
    bg = "Изпитът не е обявен в избрания вариант ({mode})."
    en = "The exam was not announced in that form ({mode})."


class AlreadyApplied(Refusal):
    """One application an exam."""

    article = "чл. 6, ал. 1"
    bg = "Вече сте подали заявление за този изпит."
    en = "You have already applied for this exam."


class AttachmentNotYours(Refusal):
    """The file was not uploaded by this candidate, or not at all."""

    article = "чл. 6, ал. 1"
    status = 422
    bg = "Приложеният файл ({kind}) не е качен от Вас."
    en = "The attached file ({kind}) was not uploaded by you."


class AttachmentRepeated(Refusal):
    """One document of a kind."""

    article = "чл. 6, ал. 1"
    status = 422
    bg = "Приложен е повече от един документ от един и същ вид ({kind})."
    en = "More than one document of a kind is attached ({kind})."


class DisabilityNotStated(Refusal):
    """Health data without the statement that it belongs to."""

    article = "чл. 6, ал. 3"
    status = 422
    bg = "Документ за увреждане се прилага само когато обстоятелството е заявено."
    en = "A disability document is attached only when the circumstance is stated."
