"""Art. 51, 53: numbers, terms and what is shown, by example."""

from datetime import date, datetime, timedelta

import pytest
from marshmallow import ValidationError

from contracts.people import Mode
from contracts.refusals.certification import InspectionTooLate, NothingToInspect, NotShownAtInspection
from contracts.refusals.general import DeadlinePassed
from regulation import in_force
from services.certification import rules
from services.certification.schemas import OfCertificate

LAW = in_force(date(2027, 3, 1))
PUBLISHED = datetime.fromisoformat("2027-05-21T10:00:00+03:00")
MOMENT = timedelta(microseconds=1)


def test_a_number_is_of_its_year_and_its_place_in_it() -> None:
    assert rules.certificate_number(date(2027, 6, 4), 1) == "ВО-2027-0001"
    assert rules.certificate_number(date(2027, 12, 31), 12345) == "ВО-2027-12345"


@pytest.mark.parametrize("typed", ["ВО-2027-0001", "BO-2027-0001", "во-2027-0001", " bo-2027-0001 "])
def test_a_number_may_be_typed_in_latin_or_small_letters(typed: str) -> None:
    assert OfCertificate().load({"number": typed}) == {"number": "ВО-2027-0001"}


@pytest.mark.parametrize(
    "typed",
    ["", "ВО", "ВО-2027-1", "ВО-27-0001", "ВО-2027-0001\n1", "ВО-２０２７-0001", "%", None, 1, ["ВО-2027-0001"]],
)
def test_what_is_no_number_is_refused(typed: object) -> None:
    with pytest.raises(ValidationError):
        OfCertificate().load({"number": typed})


def test_certificates_have_fourteen_days_from_the_earliest_publication_of_those_who_wait() -> None:
    last = datetime.fromisoformat("2027-06-04T23:59:59.999999+03:00")
    days = [date(2027, 6, 10), date(2027, 5, 21)]
    rules.check_issue(last, days, LAW, None)
    with pytest.raises(DeadlinePassed) as refused:
        rules.check_issue(last + MOMENT, days, LAW, None)
    assert refused.value.facts["until"] == date(2027, 6, 4)
    rules.check_issue(last + MOMENT, days, LAW, "Министърът отсъстваше.")
    rules.check_issue(last + MOMENT, days[:1], LAW, None)


def test_a_duplicate_that_comes_late_comes_with_a_reason() -> None:
    last = datetime.fromisoformat("2027-08-05T23:59:59.999999+03:00")
    rules.check_duplicate(last, date(2027, 8, 5), None)
    with pytest.raises(DeadlinePassed):
        rules.check_duplicate(last + MOMENT, date(2027, 8, 5), None)
    rules.check_duplicate(last + MOMENT, date(2027, 8, 5), "Таксата е платена на 10.08.")


def test_an_inspection_is_asked_for_to_the_last_second_of_three_months() -> None:
    last = datetime.fromisoformat("2027-08-23T23:59:59.999999+03:00")  # 21 August is a Saturday
    rules.check_inspection_term(last, PUBLISHED, LAW)
    with pytest.raises(InspectionTooLate):
        rules.check_inspection_term(last + MOMENT, PUBLISHED, LAW)


@pytest.mark.parametrize("outcome", ["passed", "failed", "annulled"])
def test_whoever_sat_has_materials_to_inspect(outcome: str) -> None:
    rules.check_has_materials(outcome)


def test_who_was_absent_has_none() -> None:
    with pytest.raises(NothingToInspect):
        rules.check_has_materials("absent")


@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        (Mode.ELECTRONIC, ["appendix_6", "test_copy"]),
        (Mode.PAPER, ["test", "card_copy", "slip_copy"]),
        (Mode.PAPER, ["slip_copy"]),
    ],
)
def test_the_materials_of_the_own_mode_are_shown(mode: Mode, shown: list[str]) -> None:
    rules.check_shown(mode, shown)


@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        (Mode.ELECTRONIC, ["appendix_6", "card_copy"]),
        (Mode.PAPER, ["appendix_6"]),
        (Mode.PAPER, ["answer_key"]),
        (Mode.ELECTRONIC, ["appendix_7"]),
    ],
)
def test_other_materials_are_not_shown(mode: Mode, shown: list[str]) -> None:
    with pytest.raises(NotShownAtInspection):
        rules.check_shown(mode, shown)
