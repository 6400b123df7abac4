"""Refusals of testbank. None of them ever repeats a question's words."""

from contracts.refusals.base import Refusal


class QuestionNotValid(Refusal):
    """A question is not of the form that the ordinance prescribes. ``number``: its place in what was submitted."""

    article = "чл. 10, ал. 1"
    status = 422
    bg = "Въпрос № {number} не отговаря на изискванията: {reason}."
    en = "Question no. {number} is not of the required form: {reason}."


class QuestionRepeated(Refusal):
    """The same question is in the bank of this exam already, or twice in what was submitted."""

    article = "чл. 13, ал. 4"
    bg = "Въпрос № {number} вече е представен за този изпит."
    en = "Question no. {number} has already been submitted for this exam."


class OutsideBounds(Refusal):
    """A composition that Art. 11 does not allow."""

    article = "чл. 11"
    bg = "Съставът на теста не отговаря на чл. 11: {violations}."
    en = "The composition of the test violates Art. 11: {violations}."


class NotEnoughQuestions(Refusal):
    """Fewer accepted questions than the variants need. ``missing``: by area of Art. 11, how many more."""

    article = "чл. 13, ал. 4"
    bg = "Приетите въпроси не достигат за изготвяне на вариантите: {missing}."
    en = "There are not enough accepted questions for the variants: {missing}."


class SubVariantsNotPossible(Refusal):
    """More or fewer sub-variants than can be made."""

    article = "чл. 13, ал. 4"
    status = 422
    bg = "Могат да се съставят от {least} до {most} подварианта."
    en = "Between {least} and {most} sub-variants can be made."


class KeyNotValid(Refusal):
    """Not a public key of the form ``age1…``."""

    article = "чл. 13, ал. 4"
    status = 422
    bg = "Публичният ключ не е във вида age1…"
    en = "The public key is not of the form age1…"


class SameKey(Refusal):
    """Chair and director with one key would be one envelope."""

    article = "чл. 13, ал. 4"
    bg = "Председателят и директорът трябва да имат различни ключове."
    en = "Chair and director must have different keys."


class KeeperMissing(Refusal):
    """A keeper has no key, or the one whose key is registered is not the one who acts."""

    article = "чл. 13, ал. 6"
    bg = "Няма регистриран ключ на лицето, което отговаря за съхраняването: {roles}."
    en = "No key is registered for the person who keeps the variants: {roles}."


class SealBroken(Refusal):
    """The sealed file, the layer under it, or the text inside is not what was sealed."""

    article = "чл. 13, ал. 6"
    bg = "Запечатаният вариант {variant} е с нарушена цялост ({what})."
    en = "The seal of variant {variant} is broken ({what})."


class WrongVariant(Refusal):
    """A variant that is not to be opened: it was not drawn."""

    article = "чл. 13, ал. 5"
    bg = "Вариант {variant} не е изтеглен и остава запечатан."
    en = "Variant {variant} was not drawn and stays sealed."


class CommitmentBroken(Refusal):
    """A value that is not the one its person bound himself to."""

    article = "чл. 13, ал. 5"
    bg = "Разкритата стойност не е тази, с която лицето се е обвързало преди тегленето."
    en = "The revealed value is not the one committed to before the draw."


class NotTheSameDrawer(Refusal):
    """The value is revealed by another person than the one who bound himself."""

    article = "чл. 13, ал. 5"
    status = 403
    bg = "Стойността се разкрива от лицето, което се е обвързало с нея."
    en = "The value is revealed by the person who committed to it."
