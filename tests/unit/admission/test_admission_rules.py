"""The rules of admission, by example."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts.grounds import Ground
from contracts.people import IdentifierType, Mode, Names, Person, Role
from contracts.refusals.admission import (
    ApplicationsStillOpen,
    AuthorsTooLate,
    CapacitiesIncompatible,
    CommissionTooLate,
    CommissionTooSmall,
    DecisionTooLate,
    DirectorMayNotChair,
    DirectorMayNotWrite,
    DoorClosed,
    EntryNotOpen,
    GroundNotFound,
    HallDoesNotFit,
    HallNeeded,
    InstructionsTooEarly,
    MaterialsMissing,
    NamedTwice,
    NamesDiffer,
    NamesNotEntered,
    OrderDateWrong,
    SeatsShort,
    SeatsTooLate,
    StaffOrderTooLate,
)
from regulation import in_force
from regulation.calendar import local
from services.admission.rules import checking, door, names, seating, staffing

LAW = in_force(date(2027, 3, 1))
EXAM_ON = date(2027, 5, 15)
MEMBERS = ["b", "c", "d"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Иван Петров Вазов", "ИВАН  ПЕТРОВ ВАЗОВ"),
        ("Анна-Мария Петрова", "Анна – Мария Петрова"),
        ("Георги Кьосев", "Георги Кьосев "),
        ("Йордан", "Йордан"),
        ("O'Brien", "O’Brien"),
    ],
)
def test_names_that_differ_only_in_writing_correspond(one: str, other: str) -> None:
    assert names.correspond(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Иван Петров Вазов", "Иван Вазов"),
        ("Иван Петров Вазов", "Ivan Petrov Vazov"),
        ("Мария Иванова Вазова", "Мария Иванова Каравелова"),
        ("", ""),
        ("-", "-"),
    ],
)
def test_names_that_differ_do_not_correspond(one: str, other: str) -> None:
    assert not names.correspond(one, other)


def test_the_director_is_neither_chair_nor_author() -> None:
    with pytest.raises(DirectorMayNotChair):
        staffing.check_capacities({Role.DIRECTOR, Role.CHAIR})
    with pytest.raises(DirectorMayNotWrite):
        staffing.check_capacities({Role.DIRECTOR, Role.AUTHOR})
    staffing.check_capacities({Role.OFFICER, Role.MEMBER})


@pytest.mark.parametrize(
    "pair",
    [
        {Role.QUAESTOR, Role.AUTHOR},
        {Role.SYSTEM_ADMINISTRATOR, Role.AUTHOR},
        {Role.SYSTEM_ADMINISTRATOR, Role.MEMBER},
        {Role.SYSTEM_ADMINISTRATOR, Role.CHAIR},
        {Role.NOTARY, Role.MEMBER},
    ],
)
def test_incompatible_capacities_are_refused(pair: set[Role]) -> None:
    with pytest.raises(CapacitiesIncompatible):
        staffing.check_capacities(pair)


def test_the_commission_is_appointed_a_month_before_at_the_latest() -> None:
    staffing.check_commission("a", MEMBERS, date(2027, 4, 15), EXAM_ON, LAW)
    with pytest.raises(CommissionTooLate):
        staffing.check_commission("a", MEMBERS, date(2027, 4, 16), EXAM_ON, LAW)


def test_a_commission_has_three_members_beside_the_chair_and_nobody_twice() -> None:
    with pytest.raises(CommissionTooSmall):
        staffing.check_commission("a", MEMBERS[:2], date(2027, 3, 1), EXAM_ON, LAW)
    with pytest.raises(NamedTwice):
        staffing.check_commission("b", MEMBERS, date(2027, 3, 1), EXAM_ON, LAW)
    with pytest.raises(NamedTwice):
        staffing.check_commission("a", ["b", "b", "c"], date(2027, 3, 1), EXAM_ON, LAW)


def test_authors_are_assigned_a_month_before_at_the_latest() -> None:
    staffing.check_authors(["a"], date(2027, 4, 15), EXAM_ON, LAW)
    with pytest.raises(AuthorsTooLate):
        staffing.check_authors(["a"], date(2027, 4, 16), EXAM_ON, LAW)
    with pytest.raises(NamedTwice):
        staffing.check_authors(["a", "a"], date(2027, 4, 1), EXAM_ON, LAW)


def test_staff_are_appointed_before_the_day_and_hall_staff_to_a_hall() -> None:
    in_hall, without = ("a", Role.QUAESTOR, "1"), ("a", Role.QUAESTOR, "")
    staffing.check_staff([in_hall, ("b", Role.SYSTEM_ADMINISTRATOR, "")], EXAM_ON - timedelta(days=1), EXAM_ON)
    with pytest.raises(StaffOrderTooLate):
        staffing.check_staff([in_hall], EXAM_ON, EXAM_ON)
    with pytest.raises(HallNeeded):
        staffing.check_staff([without], date(2027, 5, 1), EXAM_ON)
    with pytest.raises(HallNeeded):
        staffing.check_staff([("b", Role.SYSTEM_ADMINISTRATOR, "1")], date(2027, 5, 1), EXAM_ON)
    with pytest.raises(NamedTwice):
        staffing.check_staff([in_hall, in_hall], date(2027, 5, 1), EXAM_ON)


@pytest.mark.parametrize("day", [date(2027, 2, 28), date(2027, 3, 13)])
def test_an_order_is_dated_between_announcement_and_today(day: date) -> None:
    staffing.check_signed_on(date(2027, 3, 1), date(2027, 3, 1), date(2027, 3, 12))
    with pytest.raises(OrderDateWrong):
        staffing.check_signed_on(day, date(2027, 3, 1), date(2027, 3, 12))


def papers(**other: object) -> checking.Papers:
    stands: dict[str, object] = {
        "names": "Иван Петров Вазов",
        "attached": frozenset({"declaration", "fee"}),
        "missing": frozenset(),
        "is_assisted": False,
        "payer_names": "Иван Петров Вазов",
        "declaration_names": "Иван Петров Вазов",
    }
    return checking.Papers(**(stands | other))  # type: ignore[arg-type] # a dictionary of all fields


def test_an_application_in_order_has_no_grounds() -> None:
    assert checking.missing_documents(papers()) == ()
    assert checking.name_differences(papers()) == ()


def test_every_missing_document_is_a_ground_of_its_own() -> None:
    nothing = papers(attached=frozenset(), is_assisted=True, payer_names=None, declaration_names=None)
    assert checking.missing_documents(nothing) == (
        Ground.MISSING_DECLARATION,
        Ground.MISSING_FEE_DOCUMENT,
        Ground.MISSING_DISABILITY_DOCUMENT,
    )
    assert checking.name_differences(nothing) == ()


def test_a_file_that_is_not_the_document_counts_as_missing() -> None:
    wrong_file = papers(missing=frozenset({"fee"}), payer_names=None)
    assert checking.missing_documents(wrong_file) == (Ground.MISSING_FEE_DOCUMENT,)
    assert checking.name_differences(wrong_file) == ()


def test_only_those_who_state_a_disability_need_its_document() -> None:
    assert checking.missing_documents(papers(is_assisted=True)) == (Ground.MISSING_DISABILITY_DOCUMENT,)


def test_a_document_without_its_names_entered_is_not_checked() -> None:
    with pytest.raises(NamesNotEntered):
        checking.name_differences(papers(payer_names=None))


def test_a_difference_of_names_counts_only_when_a_person_confirms_it() -> None:
    found = checking.name_differences(papers(payer_names="Петър Иванов Вазов"))
    assert found == (Ground.PAYER_NAME_DIFFERS,)
    with pytest.raises(NamesDiffer):
        checking.confirmed(found, None, LAW)
    assert checking.confirmed(found, [], LAW) == ()
    assert checking.confirmed(found, [Ground.PAYER_NAME_DIFFERS], LAW) == found


@pytest.mark.parametrize("ground", [Ground.DECLARATION_NAME_DIFFERS, Ground.BANNED])
def test_a_ground_that_was_not_found_cannot_be_confirmed(ground: Ground) -> None:
    with pytest.raises(GroundNotFound):
        checking.confirmed((), [ground], LAW)


def test_a_ban_ends_on_the_same_day_two_years_later() -> None:
    annulled_on = [date(2025, 5, 15)]
    assert checking.is_banned(annulled_on, date(2027, 5, 15), LAW)
    assert not checking.is_banned(annulled_on, date(2027, 5, 16), LAW)
    assert not checking.is_banned([], date(2027, 5, 15), LAW)


def test_the_number_of_a_foreigner_is_the_same_under_both_its_names() -> None:
    lnch, ln, egn = IdentifierType.LNCH, IdentifierType.LN, IdentifierType.EGN
    assert checking.same_number((lnch, "7111042925"), (ln, "7111042925"))
    assert not checking.same_number((lnch, "7523169263"), (egn, "7523169263"))


def test_decisions_come_after_applications_end_and_within_fourteen_days() -> None:
    until = datetime(2027, 3, 11, 21, 59, 59, 999999, tzinfo=UTC)
    with pytest.raises(ApplicationsStillOpen):
        checking.check_decision_time(until, until, LAW)
    checking.check_decision_time(until + timedelta(microseconds=1), until, LAW)
    last = datetime(2027, 3, 25, 21, 59, 59, 999999, tzinfo=UTC)
    checking.check_decision_time(last, until, LAW)
    with pytest.raises(DecisionTooLate):
        checking.check_decision_time(last + timedelta(microseconds=1), until, LAW)


def room(name: str, *, session: int = 1, mode: Mode = Mode.ELECTRONIC, rows: int = 1, columns: int = 2) -> seating.Room:
    return seating.Room(session=session, hall=name, mode=mode, rows=rows, columns=columns)


def test_the_second_sitting_fills_only_when_the_first_is_full() -> None:
    rooms = [room("Я", session=1), room("А", session=2), room("П", mode=Mode.PAPER)]
    assert seating.assign(Mode.ELECTRONIC, ["x", "y", "z"], rooms) == {
        "x": ("Я", 1, 1),
        "y": ("Я", 1, 2),
        "z": ("А", 1, 1),
    }


def test_nobody_is_left_standing() -> None:
    with pytest.raises(SeatsShort) as refused:
        seating.assign(Mode.PAPER, ["x", "y", "z"], [room("П", mode=Mode.PAPER), room("А")])
    assert refused.value.facts["missing"] == 1


@pytest.mark.parametrize(
    "wrong", [room("А", session=3), room("А", session=2), room("А", session=0), room("П", session=2, mode=Mode.PAPER)]
)
def test_a_hall_for_a_sitting_that_is_not_held_is_refused(wrong: seating.Room) -> None:
    with pytest.raises(HallDoesNotFit):
        seating.check_hall(wrong, ["electronic", "paper"], 1)


def test_place_and_hour_are_told_seven_days_before_on_a_working_day() -> None:
    seating.check_in_time(date(2027, 5, 7), EXAM_ON, LAW)  # Saturday 8 May moves back to Friday
    with pytest.raises(SeatsTooLate):
        seating.check_in_time(date(2027, 5, 8), EXAM_ON, LAW)


def test_each_sitting_has_its_own_hours() -> None:
    entries = [
        seating.hours(mode, session, LAW).entry_at.strftime("%H:%M")
        for mode, session in ((Mode.ELECTRONIC, 1), (Mode.ELECTRONIC, 2), (Mode.PAPER, 1))
    ]
    assert entries == ["08:30", "14:30", "08:30"]


def test_candidates_enter_from_half_past_eight_until_the_instructions_were_read() -> None:
    entry_at = local(EXAM_ON, "8:30")
    door.check_entry(entry_at, entry_at, None)
    with pytest.raises(EntryNotOpen):
        door.check_entry(entry_at - timedelta(microseconds=1), entry_at, None)
    late = local(EXAM_ON, "9:25")
    door.check_entry(late, entry_at, None)
    with pytest.raises(DoorClosed):
        door.check_entry(late, entry_at, late)


def test_the_instructions_are_not_read_before_their_hour() -> None:
    at = local(EXAM_ON, "9:20")
    door.check_closing(at, at)
    with pytest.raises(InstructionsTooEarly):
        door.check_closing(at - timedelta(seconds=1), at)


def test_the_identity_document_is_compared_by_names_and_number() -> None:
    applied = Person(Names("Иван", "Петров", "Вазов"), IdentifierType.EGN, "7523169263")
    assert door.identity_differences(applied, "ИВАН ПЕТРОВ ВАЗОВ", "752316 9263") == ()
    assert door.identity_differences(applied, "Иван Петров Ботев", "7523169263") == ("names",)
    assert door.identity_differences(applied, "Иван Петров Ботев", "8032056031") == ("names", "identifier")


def test_protocol_1_waits_for_everybody_who_appeared_and_was_not_annulled() -> None:
    assert door.check_handed_in({"a", "b"}, {"b"}, {"a"}, deviation_reason=None) == set()
    with pytest.raises(MaterialsMissing) as refused:
        door.check_handed_in({"a", "b"}, set(), {"a"}, deviation_reason=None)
    assert refused.value.facts["count"] == 1
    assert door.check_handed_in({"a", "b"}, set(), {"a"}, deviation_reason="изнесъл ги е") == {"b"}
