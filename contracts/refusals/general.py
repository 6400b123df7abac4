"""Refusals that any door may answer with."""

from contracts.refusals.base import Refusal


class InvalidInput(Refusal):
    """A field is missing, unknown, or not of its form."""

    article = "чл. 6, ал. 1"
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
    """The person's capacity does not include this act."""

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
    bg = "Файлът не е от допустим вид (PDF, JPEG, PNG): {reason}."
    en = "The file is not of an accepted kind (PDF, JPEG, PNG): {reason}."


class KeyReused(Refusal):
    """An idempotency key came again with another request."""

    article = "Собствено правило"
    status = 409
    bg = "Ключът на заявката вече е използван за друга заявка."
    en = "The request's key was already used for another request."


class DeadlinePassed(Refusal):
    """An act after its term."""

    article = "чл. 6, ал. 2"
    bg = "Срокът е изтекъл на {until} ({rule})."
    en = "The term ended on {until} ({rule})."


class TooEarly(Refusal):
    """An act before its time."""

    article = "чл. 13"
    bg = "Действието не може да се извърши преди {not_before} ({rule})."
    en = "This may not be done before {not_before} ({rule})."


class OutOfOrder(Refusal):
    """A step whose earlier step has not been taken."""

    article = "чл. 13"
    bg = "Действието не може да се извърши в това състояние: {state}."
    en = "This step is out of order: {state}."


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
