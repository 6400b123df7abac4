"""Refusals of grading."""

from contracts.refusals.base import Refusal


class EnvelopesNotAsHandedIn(Refusal):
    """Another number of envelopes lies on the table than the halls handed over, and the chair has not said why."""

    article = "чл. 44"
    bg = "На масата са {envelopes} плика, а предадените в залите са {handed_in}; защо, записва председателят."
    en = "There are {envelopes} envelopes on the table; the halls handed over {handed_in}. The chair may record why."


class ScanNotYours(Refusal):
    """The file was not uploaded by this person, or not at all."""

    article = "чл. 44"
    status = 422
    bg = "Сканираният файл {scan} не е качен от Вас."
    en = "The scanned file {scan} was not uploaded by you."


class NumberNotGiven(Refusal):
    """No envelope of the exam has this number."""

    article = "чл. 44"
    status = 422
    bg = "Номер {number} не е поставян на плик от този изпит."
    en = "No envelope of this exam has the number {number}."


class NumberTaken(Refusal):
    """Another scan has the number."""

    article = "чл. 44"
    bg = "С номер {number} вече има друга сканирана карта."
    en = "Another scanned card has the number {number}."


class NumberWasRead(Refusal):
    """The sticker was read; a person completes only what was not."""

    article = "чл. 44"
    bg = "Номерът на тази карта е прочетен от стикера: {number}."
    en = "The number of this card was read from its sticker: {number}."


class BothCardsWaitForOne(Refusal):
    """One person has both cards before him: what he is about to record of the one would be recorded of the other."""

    article = "чл. 44; чл. 45"
    bg = "Карти {numbers} чакат едно и също лице ({names}); номерата им се разменят, след като то запише една от тях."
    en = "The cards {numbers} wait for one person ({names}); their numbers are exchanged when he has recorded one."


class SubVariantWasRead(Refusal):
    """The sub-variant was read from the card; a person completes only what was not."""

    article = "чл. 44"
    bg = "Подвариантът на тази карта е прочетен от нея: „{sub_variant}“."
    en = "The sub-variant of this card was read from it: {sub_variant}."


class SubVariantNotOpened(Refusal):
    """No such sub-variant was handed out on paper."""

    article = "чл. 13, ал. 4"
    status = 422
    bg = "Подвариант „{sub_variant}“ не е раздаван на хартия в този изпит."
    en = "The sub-variant {sub_variant} was not handed out on paper in this exam."


class ScansIncomplete(Refusal):
    """Cards are distributed only when every number has exactly one scan that can be used."""

    article = "чл. 45"
    bg = (
        "Картите не могат да се разпределят. Още не са прочетени: {waiting}; нечетими: {unreadable}; без номер: "
        "{without_number}; с чужд номер: {unknown}; без подвариант: {without_sub_variant}; повторени: {duplicates}; "
        "липсващи: {missing}."
    )
    en = (
        "The cards cannot be distributed. Not read yet: {waiting}; unreadable: {unreadable}; without a number: "
        "{without_number}; with a foreign number: {unknown}; without a sub-variant: {without_sub_variant}; "
        "twice: {duplicates}; missing: {missing}."
    )


class TooFewMarkers(Refusal):
    """The second check needs another member than the first."""

    article = "чл. 48, ал. 2"
    bg = "За проверката са необходими поне двама членове на комисията."
    en = "Marking needs at least two members of the commission."


class NotAMember(Refusal):
    """Cards are counted by the members of the exam's commission, and by nobody else."""

    article = "чл. 45"
    status = 422
    bg = "Това лице не е член на изпитната комисия: {who}."
    en = "This person is no member of the commission: {who}."


class NothingToHandOn(Refusal):
    """The member has no card that he has not counted."""

    article = "чл. 45"
    bg = "Няма карти, които чакат {names}."
    en = "No cards wait for {names}."


class NobodyElseToCount(Refusal):
    """No other member may count the card: there is none, or he made its first count."""

    article = "чл. 48, ал. 2"
    bg = "Няма друг член на комисията, който може да провери карти {numbers}."
    en = "There is no other member of the commission who may count the cards {numbers}."


class CardNotYours(Refusal):
    """The chair gave the card to somebody else, or to nobody."""

    article = "чл. 45"
    status = 403
    bg = "Карта {number} не Ви е предоставена за проверка."
    en = "Card {number} was not given to you."


class MarksNotOfTheCard(Refusal):
    """A question or a letter that is not on the card, or a pencil mark stated beside a pen mark."""

    article = "чл. 46, ал. 1"
    status = 422
    bg = "Отбелязаното не съответства на картата: {what}."
    en = "The marks do not fit the card: {what}."


class CardAnnulled(Refusal):
    """Nothing is counted on an annulled card."""

    article = "чл. 46, ал. 2"
    bg = "Карта {number} е анулирана."
    en = "Card {number} is annulled."


class NothingToSettle(Refusal):
    """The counts of the card do not differ."""

    article = "чл. 48, ал. 2"
    bg = "По карта {number} няма разлика за решаване."
    en = "There is no difference to settle on card {number}."


class NoThirdCount(Refusal):
    """The chair has recorded no count of the three on which this member could say his word."""

    article = "чл. 48, ал. 2"
    bg = "По карта {number} председателят не е записал трети брой, по който този член да изрази мнение."
    en = "The chair has recorded no third count of card {number} on which this member could give his opinion."


class CardsNotSettled(Refusal):
    """Names come only after every card has its final count."""

    article = "чл. 47"
    bg = "Малките пликове не се отварят: без окончателен резултат са карти {numbers}."
    en = "The small envelopes stay closed: cards without a final count are {numbers}."


class EnvelopesStillSealed(Refusal):
    """No name before commission and director have opened the small envelopes."""

    article = "чл. 47"
    bg = "Малките пликове още не са отворени от комисията и директора."
    en = "The small envelopes have not been opened yet by commission and director."


class EnvelopesAlreadyOpened(Refusal):
    """After the names are known nothing of a card changes."""

    article = "чл. 47, чл. 50"
    bg = "Малките пликове са отворени; по картите не се променя нищо."
    en = "The small envelopes are open; nothing on the cards changes any more."


class SlipMatchesNobody(Refusal):
    """The slip is not that of a candidate who handed in an envelope, or he has a slip already."""

    article = "чл. 47"
    status = 422
    bg = "Фишът не съответства на кандидат, предал плик без друг фиш: {what}."
    en = "The slip is not that of a candidate who handed in an envelope and has no slip yet: {what}."


class SlipsMissing(Refusal):
    """The protocols are completed when every number has its slip."""

    article = "чл. 47"
    bg = "Липсват фишове за номера {numbers}."
    en = "Slips are missing for the numbers {numbers}."


class MoreCopiesThanPrinted(Refusal):
    """More copies are written off than were printed."""

    article = "чл. 42, ал. 1"
    status = 422
    bg = "Отписаните екземпляри са {written_off}, а отпечатаните – {printed}."
    en = "{written_off} copies are written off and {printed} were printed."


class CopiesDoNotAddUp(Refusal):
    """What was printed and not written off is not as many as the candidates who came."""

    article = "чл. 35, ал. 2; чл. 42, ал. 1"
    bg = "Екземплярите не излизат ({what}): раздадени са {used}, а явилите се кандидати са {appeared}."
    en = "The copies do not come out ({what}): {used} were given out and {appeared} candidates came."
