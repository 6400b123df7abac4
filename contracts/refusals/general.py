"""Refusals that any door may answer with."""

from typing import Any

from contracts.refusals.base import Refusal


class InvalidInput(Refusal):
    """A field is missing, unknown, or not of its form."""

    article = "Собствено правило"
    status = 422
    bg = "Данните не са попълнени според изискванията: {errors}"
    en = "The data are not of the required form: {errors}"


class NotAuthenticated(Refusal):
    """No valid session or token."""

    article = "чл. 4, ал. 2"
    status = 401
    bg = "Необходимо е да влезете в системата."
    en = "Log in first."


class WrongCredentials(Refusal):
    """User name and password do not match; which of the two is not said."""

    article = "чл. 4, ал. 2"
    status = 401
    bg = "Невалидно потребителско име или парола."
    en = "Wrong user name or password."


class NotAllowed(Refusal):
    """The person's capacity does not include this act. ``act``: which it is, or to whom it is reserved."""

    article = "чл. 12–18"
    status = 403
    bg = "Нямате право на това действие: {act}."
    en = "You are not entitled to this act: {act}."


class NotFound(Refusal):
    """There is no such thing, or it is not this person's."""

    article = "чл. 4, ал. 2"
    status = 404
    bg = "Не е намерено: {what}."
    en = "Not found: {what}."


class TooLarge(Refusal):
    """A body over its limit."""

    article = "чл. 6, ал. 1"
    status = 413
    bg = "Файлът или заявката надхвърля допустимите {limit_bytes} байта."
    en = "The file or request exceeds {limit_bytes} bytes."


class NotThatKindOfFile(Refusal):
    """The bytes are not what the name or type says, or not of an accepted kind."""

    article = "чл. 6, ал. 1"
    status = 415
    bg = "Файлът не е от допустим вид (PDF, JPEG, PNG, TIFF): {reason}."
    en = "The file is not of an accepted kind (PDF, JPEG, PNG, TIFF): {reason}."


class KeyReused(Refusal):
    """An idempotency key came again with another request."""

    article = "Собствено правило"
    status = 409
    bg = "Ключът на заявката вече е използван за друга заявка."
    en = "The request's key was already used for another request."


class DeadlinePassed(Refusal):
    """An act after its term. ``rule``: where the term stands."""

    article = "чл. 6–51"
    bg = "Срокът е изтекъл на {until} ({rule})."
    en = "The term ended on {until} ({rule})."


class TooEarly(Refusal):
    """An act before its time. ``rule``: where the time stands."""

    article = "чл. 13–53"
    bg = "Действието не може да се извърши преди {not_before} ({rule})."
    en = "This may not be done before {not_before} ({rule})."


class OutOfOrder(Refusal):
    """A step whose earlier step has not been taken, or which a later one ended. ``rule``: on what that order rests."""

    article = "чл. 6–53"
    bg = "Действието не може да се извърши в това състояние: {state}."
    en = "This step is out of order: {state}."

    def __init__(self, *, rule: str, **facts: Any) -> None:
        super().__init__(rule=rule, **facts)


class SamePerson(Refusal):
    """One person may never be both persons of an act of two."""

    article = "чл. 13, ал. 3"
    status = 403
    bg = "Действието изисква две различни лица; второто лице не може да е същото."
    en = "This act needs two different persons."


class ActExpired(Refusal):
    """The second person came after the window."""

    article = "чл. 13, ал. 3"
    bg = "Предложението е изтекло на {until}; необходимо е ново."
    en = "The proposal expired on {until}; a new one is needed."


class AlreadyDone(Refusal):
    """An act that may be done once was done."""

    article = "Собствено правило"
    bg = "Действието вече е извършено: {what}."
    en = "Already done: {what}."


class Overtaken(Refusal):
    """Another request changed the same thing while this one was carried out."""

    article = "Собствено правило"
    bg = "Междувременно друга заявка промени същото и тази не е изпълнена; опитайте отново."
    en = "Another request changed the same thing meanwhile and this one was not carried out; try again."


class TooFarAhead(Refusal):
    """A day later than anybody plans for."""

    article = "Собствено правило"
    status = 422
    bg = "Денят {day} е твърде далеч: допуска се най-късно {until}."
    en = "The day {day} is too far ahead: {until} is the latest allowed."


class MethodNotAllowed(Refusal):
    """The address exists and takes other methods."""

    article = "Собствено правило"
    status = 405
    bg = "На този адрес се допускат само заявки {allowed}."
    en = "This address takes {allowed} requests only."


class NotJson(Refusal):
    """A command or answer that does not say that it is JSON."""

    article = "Собствено правило"
    status = 415
    bg = "Заявката трябва да е от вид application/json."
    en = "The request has to be of the type application/json."


class Unavailable(Refusal):
    """The database is away; the same request is welcome a little later."""

    article = "Собствено правило"
    status = 503
    bg = "Системата временно не може да изпълни заявката; опитайте отново след малко."
    en = "The system cannot carry out the request for the moment; try again in a little while."


class InternalFailure(Refusal):
    """What nobody foresaw: nothing of it is told outside but the number under which the log has it."""

    article = "Собствено правило"
    status = 500
    bg = "Системата не успя да изпълни заявката; записано е под номер {trace}."
    en = "The system failed to carry out the request; it is recorded under number {trace}."
