"""Refusals of session."""

from contracts.refusals.base import Refusal


class NotOfThisHall(Refusal):
    """An act in a hall by somebody whom the minister's order put into another."""

    article = "чл. 15, ал. 2"
    status = 403
    bg = "Не сте определени за зала {hall}."
    en = "You are not assigned to hall {hall}."


class NotLetIn(Refusal):
    """A first log-in after the instructions were read, by a candidate whose identity nobody checked at the door.

    ``rule``: the article of the first or of the second exam of the day.
    """

    article = "чл. 22; чл. 31, ал. 1, т. 3"
    bg = "Указанията вече са прочетени, а самоличността ви не е проверена. Обърнете се към администратора на залата."
    en = "The instructions have been read and your identity has not been checked. Ask the hall administrator."

    def __init__(self, *, rule: str) -> None:
        super().__init__(rule=rule)


class CredentialsUsed(Refusal):
    """User name and password open a sitting once; on another computer only after the hall administrator moved it."""

    article = "чл. 16, т. 3"
    bg = "С тези данни вече е влязъл кандидат. Обърнете се към администратора на залата."
    en = "These credentials have been used. Ask the hall administrator."


class SittingNotOpen(Refusal):
    """The electronic system has not been unlocked for this sitting."""

    article = "чл. 24, ал. 1"
    bg = "Изпитът още не е започнал."
    en = "The exam has not started yet."


class TimeExpired(Refusal):
    """The time of the exam is over."""

    article = "чл. 29, ал. 1"
    bg = "Времето за изпита е изтекло; отговорът не е записан."
    en = "The time of the exam is over; the answer was not saved."


class SittingClosed(Refusal):
    """The sitting was submitted, ended or annulled."""

    article = "чл. 28, ал. 1; чл. 29"
    bg = "Изпитът на кандидата е приключен; промени не се приемат."
    en = "This sitting is closed; no change is accepted."


class ScreenSuspended(Refusal):
    """The hall administrator has suspended the candidate's screen; the time goes on."""

    article = "Собствено правило"
    bg = "Екранът е спрян от администратора на залата; отговори не се приемат, докато не бъде пуснат."
    en = "The hall administrator has suspended this screen; no answer is accepted until it goes on."


class TooManyChanges(Refusal):
    """More changes over one sitting than a person makes: a program presses the keys."""

    article = "Собствено правило"
    status = 429
    bg = "От екрана са дошли повече промени, отколкото прави човек. Обърнете се към администратора на залата."
    en = "More changes came from this screen than a person can make. Ask the hall administrator."


class NotSwitchedOn(Refusal):
    """An act that an exam does not know unless the director switches it on."""

    article = "Собствено правило"
    bg = "За този изпит не е разрешено: {what}."
    en = "Not switched on for this exam: {what}."


class LockedBrowserOnly(Refusal):
    """The director asked for Safe Exam Browser, and the request does not show that it has the exam's settings."""

    article = "Собствено правило"
    status = 403
    bg = "Изпитът се решава само в Safe Exam Browser с неговите настройки. Обърнете се към администратора на залата."
    en = "This exam is sat in Safe Exam Browser with its settings only. Ask the hall administrator."


class LineMoved(Refusal):
    """The sitting goes on at another computer."""

    article = "Собствено правило"
    bg = "Изпитът продължава на друг компютър или прозорец."
    en = "The sitting goes on at another computer or window."


class UniqueNumberDiffers(Refusal):
    """The number on the screen is not the one that the system made for this candidate."""

    article = "чл. 16, т. 4"
    bg = "Уникалният идентификационен номер не съответства на данните в протокол № 2."
    en = "The unique number does not match Protocol No. 2."


class SeatTaken(Refusal):
    """Somebody else sits there."""

    article = "чл. 18, т. 2"
    bg = "Мястото {seat} е заето."
    en = "Seat {seat} is taken."


class NotOfThisMode(Refusal):
    """An act of the electronic exam in a paper hall, or the reverse."""

    article = "чл. 3, ал. 1"
    bg = "Действието не се отнася за този вариант на изпита ({mode})."
    en = "This act does not belong to this form of the exam ({mode})."


class ReasonNotGiven(Refusal):
    """An hour of a deed that is entered later, and not why."""

    article = "Собствено правило"
    bg = "Посочете причината, поради която действието се въвежда по-късно."
    en = "Say why this is entered later."


class HourInFuture(Refusal):
    """An hour of a deed that has not come."""

    article = "Собствено правило"
    bg = "Посоченият час {hour} още не е настъпил."
    en = "The hour {hour} has not come yet."


class HourBeforeEarlierDeed(Refusal):
    """An hour of a deed before that of a deed that it follows."""

    article = "Собствено правило"
    bg = "Посоченият час {hour} е преди вече отбелязаното в {earlier}."
    en = "The hour {hour} is before what is recorded for {earlier}."


class HourAfterLaterDeed(Refusal):
    """An hour of a deed after that of one that it comes before."""

    article = "Собствено правило"
    bg = "Посоченият час {hour} е след отбелязаното в {later}."
    en = "The hour {hour} is after what is recorded for {later}."


class AlreadyOutside(Refusal):
    """A candidate is recorded outside the hall for a part of the same time."""

    article = "чл. 37"
    bg = "За времето от {left} до {returned} вече е отбелязано, че кандидатът е извън залата."
    en = "From {left} to {returned} the candidate is already recorded outside the hall."


class EnvelopesDiffer(Refusal):
    """The envelopes handed in are not as many as the candidates who came, and nobody said why."""

    article = "чл. 30, ал. 1; чл. 41, ал. 1"
    bg = (
        "Предадените пликове са {envelopes}, а явилите се кандидати са {appeared}. Ако това е така, посочете причината."
    )
    en = "{envelopes} envelopes were handed in and {appeared} candidates came. If that is so, say why."


class EnvelopesNotAsCounted(Refusal):
    """The chair counts another number of envelopes than the hall did."""

    article = "чл. 30, ал. 2; чл. 41, ал. 2"
    bg = "Преброихте {envelopes} плика, а залата е предала {counted}. Ако това е така, посочете причината."
    en = "You counted {envelopes} envelopes and the hall handed over {counted}. If that is so, say why."


class Busy(Refusal):
    """The door cannot make the answer durable now; the client sends it again."""

    article = "Собствено правило"
    status = 503
    bg = "Отговорът още не е записан; ще бъде изпратен отново."
    en = "The answer is not saved yet; it will be sent again."
