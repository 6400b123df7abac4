"""The rules of registration, by example."""

from datetime import UTC, date, datetime, timedelta

import pytest

from contracts import identifiers
from contracts.people import IdentifierType, Mode
from contracts.phrase import Phrase
from contracts.refusals.general import DeadlinePassed, TooFarAhead
from contracts.refusals.registration import (
    AnnouncementTooLate,
    AnnouncementTooSoon,
    AttachmentRepeated,
    DisabilityNotStated,
    IdentifierNotValid,
    ModeNotOffered,
    SessionsNotAllowed,
)
from regulation import in_force
from services.registration.rules import announcement, applications

TODAY = date(2027, 3, 1)
LAW = in_force(TODAY)
EGN, LNCH, LN = IdentifierType.EGN, IdentifierType.LNCH, IdentifierType.LN


@pytest.mark.parametrize("digits", ["7523169263", "8032056031", "8001010040", "8001010190"])
def test_a_valid_egn_is_stored_as_ten_digits(digits: str) -> None:
    assert identifiers.normalised(EGN, digits, TODAY) == digits


@pytest.mark.parametrize("typed", ["752316 9263", "752316-9263", " 7523169263\n", "752316.9263"])
def test_separators_are_not_stored(typed: str) -> None:
    assert identifiers.normalised(EGN, typed, TODAY) == "7523169263"


@pytest.mark.parametrize(
    ("digits", "why"),
    [
        ("7523169264", "control digit"),
        ("0000000000", "no such date"),
        ("8019010008", "month 19"),
        ("2992070971", "month 92 with a right control digit"),
        ("7542011030", "born in 2075"),
        ("752316926", "nine digits"),
        ("75231692633", "eleven digits"),
        ("", "nothing"),
        ("７523169263", "a full-width digit"),
        ("٧523169263", "an Arabic digit"),
        ("7523169263' OR 1=1", "not a number"),
    ],
)
def test_what_is_no_egn_is_refused(digits: str, why: str) -> None:
    with pytest.raises(IdentifierNotValid) as refused:
        identifiers.normalised(EGN, digits, TODAY)
    assert refused.value.facts["kind"] == Phrase("ЕГН", "EGN"), why


def test_a_valid_lnch_is_accepted_and_its_neighbour_is_not() -> None:
    assert identifiers.normalised(LNCH, "7111042925", TODAY) == "7111042925"
    with pytest.raises(IdentifierNotValid):
        identifiers.normalised(LNCH, "7111042922", TODAY)


@pytest.mark.parametrize("kind", [LNCH, LN])
def test_ten_equal_digits_are_nobodys_number(kind: IdentifierType) -> None:
    with pytest.raises(IdentifierNotValid):
        identifiers.normalised(kind, "0000000000", TODAY)


def test_a_doubtful_number_is_accepted_with_a_doubt() -> None:
    assert identifiers.normalised(LN, "7111042922", TODAY) == "7111042922"
    assert identifiers.doubts(LN, "7111042922", TODAY) == ("control_digit",)
    assert identifiers.doubts(LN, "7111042925", TODAY) == ()
    assert identifiers.doubts(LN, "7523169263", TODAY) == ("is_also_egn", "control_digit")
    assert identifiers.doubts(EGN, "7523169263", TODAY) == ("age",)


def test_two_months_to_the_day_are_enough_and_one_day_less_is_not() -> None:
    announcement.check_terms(date(2027, 5, 15), date(2027, 3, 15), None, LAW)
    with pytest.raises(AnnouncementTooLate):
        announcement.check_terms(date(2027, 5, 15), date(2027, 3, 16), None, LAW)


def test_an_exam_is_announced_two_years_ahead_at_most() -> None:
    announcement.check_day(date(2029, 3, 1), date(2027, 3, 1))
    with pytest.raises(TooFarAhead):
        announcement.check_day(date(2029, 3, 2), date(2027, 3, 1))


def test_the_next_announcement_waits_three_months_from_the_previous_exam() -> None:
    previous = date(2026, 12, 5)
    announcement.check_terms(date(2027, 6, 5), date(2027, 3, 5), previous, LAW)
    with pytest.raises(AnnouncementTooSoon):
        announcement.check_terms(date(2027, 6, 5), date(2027, 3, 4), previous, LAW)


def test_a_second_exam_is_not_announced_while_the_first_is_still_ahead() -> None:
    with pytest.raises(AnnouncementTooSoon):
        announcement.check_terms(date(2027, 9, 18), date(2027, 3, 2), date(2027, 5, 15), LAW)


def test_two_electronic_sittings_a_day_are_allowed_and_three_are_not() -> None:
    announcement.check_sessions(2, [Mode.ELECTRONIC, Mode.PAPER], LAW)
    with pytest.raises(SessionsNotAllowed):
        announcement.check_sessions(3, [Mode.ELECTRONIC], LAW)
    with pytest.raises(SessionsNotAllowed):
        announcement.check_sessions(2, [Mode.PAPER], LAW)


def test_applications_end_at_the_last_moment_of_the_tenth_day() -> None:
    until = announcement.applications_until(TODAY, LAW)
    assert until == datetime(2027, 3, 11, 22, 0, tzinfo=UTC) - timedelta(microseconds=1)


def test_a_tenth_day_of_rest_moves_to_the_next_working_day() -> None:
    until = announcement.applications_until(date(2027, 3, 3), LAW)  # the tenth day is Saturday 13 March
    assert until == datetime(2027, 3, 15, 22, 0, tzinfo=UTC) - timedelta(microseconds=1)


def test_an_application_in_the_last_microsecond_is_in_time_and_midnight_is_not() -> None:
    until = announcement.applications_until(TODAY, LAW)
    applications.check_in_time(until, until)
    with pytest.raises(DeadlinePassed):
        applications.check_in_time(until + timedelta(microseconds=1), until)


def test_an_exam_on_paper_only_takes_no_electronic_application() -> None:
    applications.check_mode(Mode.PAPER, ["paper"])
    with pytest.raises(ModeNotOffered):
        applications.check_mode(Mode.ELECTRONIC, ["paper"])


def test_an_application_without_documents_is_accepted_because_the_commission_decides() -> None:
    applications.check_attachments([], is_assisted=False)
    applications.check_attachments([], is_assisted=True)


def test_two_declarations_are_refused() -> None:
    with pytest.raises(AttachmentRepeated):
        applications.check_attachments(["declaration", "fee", "declaration"], is_assisted=False)


def test_a_disability_document_without_the_statement_is_refused() -> None:
    applications.check_attachments(["disability"], is_assisted=True)
    with pytest.raises(DisabilityNotStated):
        applications.check_attachments(["disability"], is_assisted=False)
