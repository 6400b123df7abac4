"""Why a candidate is not admitted: the closed list of grounds, with article and a sentence in each language."""

import enum

from contracts.phrase import Phrase


class Ground(enum.StrEnum):
    """A ground for non-admission (Art. 6(4), 8); the value is the code that events and exports carry."""

    MISSING_DECLARATION = "missing_declaration"
    MISSING_FEE_DOCUMENT = "missing_fee_document"
    MISSING_DISABILITY_DOCUMENT = "missing_disability_document"
    PAYER_NAME_DIFFERS = "payer_name_differs"
    DECLARATION_NAME_DIFFERS = "declaration_name_differs"
    IDENTITY_DIFFERS_ON_THE_DAY = "identity_differs_on_the_day"
    BANNED = "banned"

    @property
    def article(self) -> str:
        """Where the ground stands, in Bulgarian."""
        return _WORDS[self][0]

    def sentence(self, language: str = "bg") -> str:
        """The ground in one sentence, in ``bg`` or ``en``."""
        return f"{self.words.told(language)}."

    @property
    def words(self) -> Phrase:
        """The ground as it stands inside a sentence."""
        return _WORDS[self][1]


_WORDS = {
    Ground.MISSING_DECLARATION: (
        "чл. 6, ал. 4, т. 1",
        Phrase(
            "Не е приложена декларация за придобито висше образование",
            "No declaration of higher education is attached",
        ),
    ),
    Ground.MISSING_FEE_DOCUMENT: (
        "чл. 6, ал. 4, т. 1",
        Phrase(
            "Не е приложен документ за платена държавна такса",
            "No document of the paid state fee is attached",
        ),
    ),
    Ground.MISSING_DISABILITY_DOCUMENT: (
        "чл. 6, ал. 4, т. 1",
        Phrase(
            "Не е приложен документ, удостоверяващ увреждането",
            "No document certifying the disability is attached",
        ),
    ),
    Ground.PAYER_NAME_DIFFERS: (
        "чл. 6, ал. 4, т. 2",
        Phrase(
            "Имената на задълженото лице в документа за платена такса не съответстват на имената в заявлението",
            "The names of the person liable in the fee document do not match those in the application",
        ),
    ),
    Ground.DECLARATION_NAME_DIFFERS: (
        "чл. 6, ал. 4, т. 3",
        Phrase(
            "Имената в декларацията не съответстват на имената в заявлението",
            "The names in the declaration do not match those in the application",
        ),
    ),
    Ground.IDENTITY_DIFFERS_ON_THE_DAY: (
        "чл. 6, ал. 4, т. 4",
        Phrase(
            "В деня на изпита е установено несъответствие с данните в документа за самоличност",
            "On the day of the exam the data differ from those in the identity document",
        ),
    ),
    Ground.BANNED: (
        "чл. 8",
        Phrase(
            "Предходен тест е анулиран поради опит за преписване и срокът за недопускане не е изтекъл",
            "An earlier test was annulled for attempted copying and the term of exclusion has not ended",
        ),
    ),
}
