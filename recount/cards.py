"""Cards (Art. 44–48): from the crosses that each person saw to the final count."""

from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from recount.keys import Key, keys_of
from recount.record import Record, canonical, sha256
from recount.report import Report
from recount.seals import law_of
from regulation import Regulation

_MARKING, _SETTLING = "marking", "settling"
_FIRST, _SECOND = 1, 2


def counts_of(record: Record) -> dict[str, int]:
    """Right answers by candidate, from the final count of each card; an annulled card counts nothing."""
    keys, law = keys_of(record), law_of(record)
    return {
        card["candidate_id"]: 0 if card["annulled"] else _Card(card, keys, law).final_correct()
        for card in record.of("grading_paper", "cards")
        if card["candidate_id"] is not None
    }


def check(record: Record, report: Report) -> None:
    """Every card: who counted, what follows from the counts, what is still open, and what the chain noted."""
    keys, law = keys_of(record), law_of(record)
    cards = record.of("grading_paper", "cards")
    numbers = [card["number"] for card in cards]
    given = [number for _, facts in record.noted("grading_paper", "numbers:given") for number in facts["numbers"]]
    report.expect("cards", sorted(numbers), sorted(given), "numbers, against the audit chain")
    if len(set(numbers)) != len(numbers):
        report.find("cards", "two cards of one number")
    people = [card["candidate_id"] for card in cards if card["candidate_id"] is not None]
    if len(set(people)) != len(people):
        report.find("cards", "two cards of one candidate")
    for card in cards:
        _check_card(_Card(card, keys, law, _second_checked_as(record, card)), report)
        _check_noted(record, card, report)
    _check_slips(record, cards, report)


@dataclass
class _Card:
    """A card with its key: what each count is worth, and which one is final. ``second_checked_as``: the sub-variant
    that was mistaken for its own when the second check was made (Art. 44).
    """

    said: dict[str, Any]
    keys: dict[str, Key]
    law: Regulation
    second_checked_as: str | None = None

    @property
    def key(self) -> Key:
        return self.keys.get(str(self.said["sub_variant"]), {})

    def marking(self, round_number: int, stage: str) -> dict[str, Any] | None:
        found = (m for m in self.said["markings"] if (m["round"], m["stage"]) == (round_number, stage))
        return next(found, None)

    def counted(self, round_number: int) -> dict[str, Any] | None:
        """What counts of a round: the chair's count where there is one."""
        return self.marking(round_number, _SETTLING) or self.marking(round_number, _MARKING)

    def correct(self, marking: dict[str, Any]) -> int:
        """Art. 46(1), by the card's own key."""
        return _correct(marking, self.key)

    def final_correct(self) -> int:
        final = self.counted(_SECOND) or self.counted(_FIRST)
        return 0 if final is None else self.correct(final)

    def calls_for_second(self) -> bool:
        """Art. 48(2), with both bounds where the reading says so."""
        return self._calls_for_second(self.key)

    def may_have_second(self) -> bool:
        """Whether the second check was due by the card's own key, or by the one that was its key when it was made."""
        mistaken = self.keys.get(str(self.second_checked_as), {})
        return self.calls_for_second() or self._calls_for_second(mistaken)

    def _calls_for_second(self, key: Key) -> bool:
        first = self.counted(_FIRST)
        if first is None:
            return False
        inside = 0 if self.law.second_marking_is_inclusive else 1
        lowest, highest = self.law.second_marking_from + inside, self.law.second_marking_to - inside
        return lowest <= _correct(first, key) <= highest


def _correct(marking: dict[str, Any], key: Key) -> int:
    """Art. 46(1): exactly one cross in pen, and it is the right one."""
    return sum(_crosses(marking, question) == {letter} for question, letter in key.items())


def _crosses(marking: dict[str, Any], question: str) -> set[str]:
    """The letters that can make a question right: none where pencil alone was used (Art. 46(1) item 3)."""
    if int(question) in marking["pencil_only"]:
        return set()
    return set(marking["marks"].get(question, ()))


def _check_card(card: _Card, report: Report) -> None:
    where = f"card {card.said['number']}"
    for marking in card.said["markings"]:
        here = f"{where} {marking['stage']} {marking['round']}"
        correct = card.correct(marking)
        count = (marking["correct"], marking["wrong"])
        report.expect(here, count, (correct, len(card.key) - correct), "right and wrong")
    markers = [one["marker"] for one in card.said["markings"] if one["stage"] == _MARKING]
    if len(set(markers)) != len(markers):
        report.find(where, "one member made both checks (Art. 48(2))")
    said = (card.said["correct"], card.said["wrong"])
    if card.said["annulled"]:
        report.expect(where, said, (None, None), "count of an annulled card")
        return
    if not card.key:
        report.find(where, f"sub-variant {card.said['sub_variant']} was never opened")
    correct = card.final_correct()
    report.expect(where, said, (correct, len(card.key) - correct), "final count")
    _check_rounds(where, card, report)


def _check_rounds(where: str, card: _Card, report: Report) -> None:
    """Nothing was left out: a member's count, the chair's where counts differ, the second check where it is due, both
    members' words on what was counted a third time, or that one cannot say his.
    """
    first = card.marking(_FIRST, _MARKING)
    if first is None:
        report.find(where, "no member counted it (Art. 45)")
        return
    reading = card.said["reading"]
    is_open = reading is None or not reading["ok"] or bool(reading["annul_proposed"])
    is_open = is_open or _differ(first, reading | {"pencil_only": []}, card.key, reading["doubtful"])
    if is_open and card.marking(_FIRST, _SETTLING) is None:
        report.find(where, "machine and member differ, and the chair did not settle it")
    second = card.marking(_SECOND, _MARKING)
    if card.calls_for_second() if second is None else not card.may_have_second():
        report.find(where, "the second check is made exactly where Art. 48(2) asks for it")
    counted = card.counted(_FIRST)
    if second is None or counted is None:
        return
    if not _differ(counted, second, card.key, ()):
        return
    if card.marking(_SECOND, _SETTLING) is None:
        report.find(where, "the two checks differ, and the chair did not settle it")
    said = [(one["round"], one["marker"]) for one in card.said["opinions"]]
    markers = [(_FIRST, first["marker"]), (_SECOND, second["marker"])]
    report.expect(where, said, markers, "whose word on the third count was heard, or who is absent")


def _differ(one: dict[str, Any], other: dict[str, Any], key: Key, but_not: Any) -> bool:
    return any(_crosses(one, question) != _crosses(other, question) for question in key if int(question) not in but_not)


def _noted(record: Record, action: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows of the chain that note this action of a card, under the number that the card has now: where a person's
    completed number was corrected, two cards exchanged all that had been noted of them (Art. 44).
    """
    now: dict[str, str] = {}
    found = []
    for row in reversed(record.of("grading_paper", "audit")):
        facts = row["facts"]
        if row["action"] == "number:corrected":
            one, other = facts["was"], facts["number"]
            now |= {one: now.get(other, other), other: now.get(one, one)}
        elif row["action"] == action:
            found.append((row["actor"], facts | {"number": now.get(facts["number"], facts["number"])}))
    return found[::-1]


def _check_noted(record: Record, card: dict[str, Any], report: Report) -> None:
    """Each count as the chain noted it when it was made, and each noted count still there."""
    noted = {}
    for stage, action in ((_MARKING, "card:marked"), (_SETTLING, "card:settled")):
        for marker, facts in _noted(record, action):
            if facts["number"] == card["number"]:
                counted = (marker, facts["correct"], facts["wrong"], facts["marks_sha256"])
                noted[facts["round"], stage] = counted
    _count_anew(record, card, noted)
    stands = {
        (one["round"], one["stage"]): (
            one["marker"],
            one["correct"],
            one["wrong"],
            sha256(canonical([one["marks"], one["pencil_only"]])),
        )
        for one in card["markings"]
    }
    for round_number, stage in sorted(noted.keys() | stands.keys()):
        here = f"card {card['number']} {stage} {round_number}"
        key = (round_number, stage)
        report.expect(here, stands.get(key), noted.get(key), "who counted, count and crosses, against the audit chain")
    words = [(one["round"], one["marker"], one["dissent"], one["absent"]) for one in card["opinions"]]
    heard = [
        (facts["round"], marker, facts["dissent"], None)
        for marker, facts in _noted(record, "card:opinion")
        if facts["number"] == card["number"]
    ]
    heard += [
        (facts["round"], facts["marker"], None, facts["absent"])
        for _, facts in _noted(record, "card:absence")
        if facts["number"] == card["number"]
    ]
    heard.sort(key=itemgetter(0))
    report.expect(f"card {card['number']}", words, heard, "words on the third count, against the audit chain")
    annulled = [f["reason"] for _, f in _noted(record, "card:annulled") if f["number"] == card["number"]]
    said = [card["annulled_for"]] if card["annulled"] else []
    report.expect(f"card {card['number']}", said, annulled, "annulment, against the audit chain")


def _count_anew(record: Record, card: dict[str, Any], noted: dict[tuple[int, str], tuple[str, int, int, str]]) -> None:
    """What the counts made before a sub-variant was corrected came to by the right key, as the chain noted it."""
    for one in (one for facts in _corrections(record, card) for one in facts["counts"]):
        if before := noted.get((one["round"], one["stage"])):
            marker, _, _, crosses = before
            noted[one["round"], one["stage"]] = marker, one["correct"], one["wrong"], crosses


def _second_checked_as(record: Record, card: dict[str, Any]) -> str | None:
    """The sub-variant that the card had when its second check was made, where it was corrected afterwards: the first
    correction that counted a second check anew says it. One corrected earlier, or mistaken later, caused no check.
    """
    for facts in _corrections(record, card):
        if any((one["round"], one["stage"]) == (_SECOND, _MARKING) for one in facts["counts"]):
            return str(facts["was"])
    return None


def _corrections(record: Record, card: dict[str, Any]) -> list[dict[str, Any]]:
    """The corrections of the card's sub-variant, in their order."""
    return [facts for _, facts in _noted(record, "sub_variant:corrected") if facts["number"] == card["number"]]


def _check_slips(record: Record, cards: list[dict[str, Any]], report: Report) -> None:
    """Names came only to cards whose slips were entered, and to all of them (Art. 47)."""
    entered = [facts["number"] for _, facts in record.noted("grading_paper", "slip:entered")]
    withdrawn = [facts["number"] for _, facts in record.noted("grading_paper", "slip:withdrawn")]
    for card in cards:
        number = card["number"]
        has_slip = entered.count(number) > withdrawn.count(number)
        if has_slip != (card["candidate_id"] is not None):
            report.find(f"card {number}", "a name without its slip, or a slip without its name (Art. 47)")
