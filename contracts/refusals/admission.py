"""Refusals of admission."""

from contracts.refusals.base import Refusal


class PersonExists(Refusal):
    """There is already somebody with this user name or this personal number."""

    article = "Собствено правило"
    bg = "Вече има лице с това потребителско име или с този личен номер."
    en = "There is already a person with this user name or this personal number."


class CommissionTooLate(Refusal):
    """The commission is appointed at the latest one month before the exam."""

    article = "чл. 13, ал. 1"
    bg = "Изпитната комисия се определя най-късно на {until}."
    en = "The commission is appointed on {until} at the latest."


class AuthorsTooLate(Refusal):
    """Authors are assigned at the latest one month before the exam."""

    article = "чл. 12, ал. 1"
    bg = "Съставителите се определят най-късно на {until}."
    en = "Authors are assigned on {until} at the latest."


class StaffOrderTooLate(Refusal):
    """Administrators and quaestors are appointed before the exam."""

    article = "чл. 15, ал. 2"
    bg = "Администраторите и квесторите се определят преди провеждането на изпита на {exam_on}."
    en = "Administrators and quaestors are appointed before the exam on {exam_on}."


class OrderDateWrong(Refusal):
    """An order is signed after the announcement and not in the future."""

    article = "Собствено правило"
    status = 422
    bg = "Датата на заповедта трябва да е между {not_before} и {until}."
    en = "The order's date must lie between {not_before} and {until}."


class CommissionTooSmall(Refusal):
    """Fewer members than the protocols have signatures for."""

    article = "чл. 13, ал. 1"
    status = 422
    bg = "Изпитната комисия има председател и най-малко {least} членове."
    en = "A commission has a chair and at least {least} members."


class NamedTwice(Refusal):
    """One person stands twice in one order in the same place."""

    article = "Собствено правило"
    status = 422
    bg = "Едно и също лице е посочено повече от веднъж."
    en = "The same person is named more than once."


class DirectorMayNotChair(Refusal):
    """The director cannot chair the commission."""

    article = "чл. 13, ал. 1"
    bg = "Директорът на дирекция „Методология на контрола и вътрешен одит“ не може да бъде председател на комисията."
    en = "The director of the directorate may not chair the commission."


class DirectorMayNotWrite(Refusal):
    """The director cannot be an author of questions."""

    article = "чл. 12, ал. 1"
    bg = "Директорът на дирекция „Методология на контрола и вътрешен одит“ не може да бъде съставител."
    en = "The director of the directorate may not be an author."


class CapacitiesIncompatible(Refusal):
    """Two capacities that one person may not hold in one exam."""

    article = "чл. 12–18"
    bg = "Едно лице не може да бъде едновременно {first} и {second} в един изпит."
    en = "One person may not be both {first} and {second} in one exam."


class StaffIsCandidate(Refusal):
    """Whoever applies for an exam has no duty in it."""

    article = "Собствено правило"
    bg = "Кандидат за изпита не може да участва в неговата организация."
    en = "A candidate of the exam may have no duty in it."


class HallNeeded(Refusal):
    """Hall staff are appointed to a hall, the others are not."""

    article = "чл. 15, ал. 2"
    status = 422
    bg = "Администраторите на зали и квесторите се разпределят по зали, а администраторите на системата – не."
    en = "Hall administrators and quaestors are assigned to halls, system administrators are not."


class NothingToSign(Refusal):
    """No appointment waits for its declaration."""

    article = "чл. 12, ал. 3"
    bg = "Няма определяне, за което предстои подписване на декларация."
    en = "No appointment waits for a declaration."


class OwnApplication(Refusal):
    """Nobody decides on an application of his own."""

    article = "Собствено правило"
    status = 403
    bg = "Не може да проверявате собственото си заявление."
    en = "You may not check your own application."


class NamesNotEntered(Refusal):
    """A document is there, and the names on it were not entered."""

    article = "чл. 6, ал. 4"
    status = 422
    bg = "Въведете имената така, както са изписани в документа ({kind}), или отбележете, че документът липсва."
    en = "Enter the names as they stand in the document ({kind}), or mark it as missing."


class NamesDiffer(Refusal):
    """The names differ and nobody has yet said whether that is a ground."""

    article = "чл. 6, ал. 4"
    bg = "Имената не съвпадат ({grounds}). Потвърдете основанието или изрично посочете, че няма такова."
    en = "The names differ ({grounds}). Confirm the ground, or state explicitly that there is none."


class GroundNotFound(Refusal):
    """A ground was confirmed that the comparison does not show."""

    article = "чл. 6, ал. 4"
    status = 422
    bg = "Потвърдено е основание, което не е установено: {ground}."
    en = "A ground was confirmed that was not found: {ground}."


class ApplicationsStillOpen(Refusal):
    """Nothing is decided while candidates may still apply."""

    article = "чл. 7"
    bg = "Заявления се подават до {until}; решението се взема след това."
    en = "Candidates apply until {until}; the decision comes after."


class DecisionTooLate(Refusal):
    """The term for notifying candidates has ended."""

    article = "чл. 7"
    bg = "Срокът за уведомяване на кандидатите е изтекъл на {until}."
    en = "The term for notifying candidates ended on {until}."


class ApplicationsUnchecked(Refusal):
    """Some applications have not been checked."""

    article = "чл. 6, ал. 5"
    bg = "Непроверени заявления: {count}."
    en = "Applications not yet checked: {count}."


class HallDoesNotFit(Refusal):
    """A hall for a form or sitting that the exam does not have."""

    article = "чл. 3"
    status = 422
    bg = "Зала {hall} е предвидена за вариант или сесия, които изпитът няма."
    en = "Hall {hall} is planned for a form or sitting that the exam does not have."


class SeatsShort(Refusal):
    """Fewer seats than admitted candidates of that form."""

    article = "чл. 15, ал. 1"
    bg = "Не достигат {missing} места ({mode})."
    en = "{missing} seats are missing ({mode})."


class SeatsTooLate(Refusal):
    """Place and hour stand in the profile at the latest seven days before."""

    article = "чл. 14"
    bg = "Мястото и часът се обявяват най-късно на {until}."
    en = "Place and hour are told on {until} at the latest."


class NotYourHall(Refusal):
    """A hall administrator acts in his hall only."""

    article = "чл. 15, ал. 2"
    status = 403
    bg = "Не сте определен за зала {hall}."
    en = "You are not appointed to hall {hall}."


class EntryNotOpen(Refusal):
    """Candidates enter from a certain hour on."""

    article = "чл. 20, 31, 33"
    bg = "Влизането в залата започва на {not_before}."
    en = "Candidates enter from {not_before}."


class DoorClosed(Refusal):
    """The instructions have been read, the tests handed out: latecomers are not let in."""

    article = "чл. 22, 31, 34"
    bg = "Указанията вече са прочетени; закъснели кандидати не се допускат."
    en = "The instructions have been read; latecomers are not admitted."


class IdentityDiffers(Refusal):
    """The identity document differs from the application and nobody has yet confirmed it."""

    article = "чл. 6, ал. 4, т. 4"
    bg = "Документът за самоличност се различава от заявлението ({fields}). Потвърдете недопускането или поправете."
    en = "The identity document differs from the application ({fields}). Confirm the refusal or correct."


class InstructionsTooEarly(Refusal):
    """The instructions are read at their hour."""

    article = "чл. 23, ал. 2, чл. 31, 35"
    bg = "Указанията се прочитат от {not_before}."
    en = "The instructions are read from {not_before} on."


class MaterialsMissing(Refusal):
    """Somebody who came has not handed in, and nobody said why."""

    article = "чл. 29, ал. 2, чл. 40, ал. 2"
    bg = "Кандидати, които още не са предали материалите: {count}. Ако няма да ги предадат, посочете причината."
    en = "Candidates who have not handed in: {count}. If they will not, say why."
