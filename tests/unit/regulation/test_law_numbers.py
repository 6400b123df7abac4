"""The numbers of the Ordinance, read from its text and compared with the data."""

from dataclasses import FrozenInstanceError, replace
from datetime import date, time, timedelta

import pytest

from regulation import RegulationError, citation, in_force, provision, provisions
from regulation.law import build
from regulation.provision import Provision
from regulation.table import as_rows

LAW = in_force(date(2027, 3, 1))


def test_the_test_has_90_questions_with_four_options_of_which_one_is_correct() -> None:
    """Art. 10(1)."""
    assert (LAW.questions, LAW.options_per_question, LAW.correct_options_per_question) == (90, 4, 1)


def test_options_are_named_by_cyrillic_letters() -> None:
    """App. 10."""
    assert LAW.option_letters == ("А", "Б", "В", "Г")


def test_the_exam_lasts_three_hours() -> None:
    """Art. 10(2)."""
    assert timedelta(minutes=LAW.duration_minutes) == timedelta(hours=3)


def test_areas_have_at_least_45_at_most_27_and_at_most_18_questions() -> None:
    """Art. 11."""
    bounds = [(area.code, area.min_questions, area.max_questions) for area in LAW.areas]
    assert bounds == [("internal_audit", 45, 90), ("financial_management", 0, 27), ("legislation", 0, 18)]


def test_the_proposed_composition_fills_the_test() -> None:
    """Art. 11."""
    assert LAW.default_blueprint == {"internal_audit": 45, "financial_management": 27, "legislation": 18}
    assert sum(LAW.default_blueprint.values()) == LAW.questions


def test_there_are_532_lawful_compositions() -> None:
    """Art. 11."""
    first, second, third = LAW.areas
    lawful = [
        (b, c)
        for b in range(second.min_questions, second.max_questions + 1)
        for c in range(third.min_questions, third.max_questions + 1)
        if first.min_questions <= LAW.questions - b - c <= first.max_questions
    ]
    assert len(lawful) == 532


def test_a_share_that_is_no_whole_number_is_rounded_to_the_stricter_side() -> None:
    """Art. 11."""
    odd = [replace(one, values={**one.values, "questions": 91}) if one.id == "test" else one for one in provisions()]
    first, second, third = build(odd).areas
    assert (first.min_questions, second.max_questions, third.max_questions) == (46, 27, 18)


def test_an_area_is_found_by_its_code() -> None:
    """Art. 11 item 3."""
    assert LAW.area("legislation").item == 3
    with pytest.raises(KeyError):
        LAW.area("astronomy")


def test_sixty_correct_pass_and_55_to_65_are_marked_twice_on_paper() -> None:
    """Art. 43(3), 48(1), 48(2)."""
    assert (LAW.pass_correct, LAW.second_marking_from, LAW.second_marking_to) == (60, 55, 65)


def test_two_variants_two_sheets_five_digits() -> None:
    """Art. 13(4), 16 item 3, 44."""
    assert (LAW.variants, LAW.credential_sheets, LAW.card_number_digits) == (2, 2, 5)
    assert {len(str(LAW.card_number_from)), len(str(LAW.card_number_to))} == {5}


def test_terms_are_those_of_the_text() -> None:
    """Art. 5, 6(2), 7, 8, 49, 51(1), 51(3), 53(1)."""
    assert (LAW.announcement_before_exam_months, LAW.next_announcement_after_months) == (2, 3)
    assert (LAW.application_days, LAW.decision_days, LAW.ban_years) == (10, 14, 2)
    assert (LAW.result_days_electronic, LAW.result_days_paper) == (14, 30)
    assert (LAW.certificate_days, LAW.duplicate_months, LAW.inspection_months) == (14, 1, 3)


def test_terms_before_the_exam_are_those_of_the_text() -> None:
    """Art. 12(1), 13(1), 13(3), 13(4), 13(5), 14, 17 item 1, 43(5)."""
    assert (LAW.authors_before_months, LAW.commission_before_months) == (1, 1)
    assert (LAW.questions_accepted_before_days, LAW.test_composed_before_days, LAW.draw_before_days) == (7, 2, 1)
    assert (LAW.schedule_before_days, LAW.admitted_data_before_days, LAW.protocols_working_days) == (7, 7, 3)


def test_the_first_electronic_sitting_has_the_hours_of_the_text() -> None:
    """Art. 19, 20, 22, 23, 24(1)."""
    day = LAW.clock.electronic_first
    assert (day.system_administrators_at, day.staff_at, day.entry_at) == (time(7, 30), time(8), time(8, 30))
    assert (day.seated_by, day.briefing_at, day.instructions_at) == (time(9, 10), time(9, 10), time(9, 20))
    assert (day.start_at, day.warning_minutes_before_end) == (time(9, 30), 15)


def test_the_second_electronic_sitting_is_six_hours_later() -> None:
    """Art. 31(1)."""
    day = LAW.clock.electronic_second
    assert (day.system_administrators_at, day.staff_at, day.entry_at) == (time(13, 30), time(14), time(14, 30))
    assert (day.seated_by, day.briefing_at, day.instructions_at) == (time(15, 10), time(15, 10), time(15, 20))
    assert (day.start_at, day.latecomers_until) == (time(15, 30), "instructions_read")


def test_the_sitting_on_paper_has_the_hours_of_the_text() -> None:
    """Art. 32, 33, 34, 35, 39."""
    day = LAW.clock.paper
    assert (day.staff_at, day.entry_at, day.seated_by) == (time(8), time(8, 30), time(9, 20))
    assert (day.instructions_at, day.briefing_at, day.system_administrators_at) == (time(9, 30), None, None)
    assert (day.latecomers_until, day.start_is_announced) == ("tests_handed_out", True)
    assert (day.remaining_time_every_minutes, day.warning_minutes_before_end) == (60, 15)


def test_all_56_readings_are_choices_with_a_reason() -> None:
    readings = [provision(f"reading_{number:02}") for number in range(1, 57)]
    assert all(one.own_choice and one.reason for one in readings)


def test_every_provision_is_told_in_both_languages() -> None:
    assert all(one.bg and one.en and one.citation_bg for one in provisions())


def test_only_a_choice_has_a_reason() -> None:
    assert all(one.own_choice == bool(one.reason) for one in provisions())


def test_a_provision_is_found_by_its_id_and_an_unknown_one_is_not() -> None:
    assert citation("pass_correct") == "Art. 43(3), 48(1)"
    assert provision("pass_correct").citation_bg == "чл. 43, ал. 3; чл. 48, ал. 1"
    with pytest.raises(KeyError):
        provision("pass_mark")


def test_the_operator_sees_every_provision_once() -> None:
    rows = as_rows()
    assert [row.id for row in rows if row.value == "60"] == ["pass_correct"]
    assert sorted(row.id for row in rows) == sorted(one.id for one in provisions())


def test_values_of_several_names_are_shown_with_their_names() -> None:
    assert provision("second_marking").value == "second_marking_from = 55; second_marking_to = 65"
    assert provision("option_letters").value == "А Б В Г"
    assert provision("reading_02").value == ""


def test_the_law_of_a_day_is_one_frozen_object() -> None:
    assert in_force(date(2027, 3, 1)) is in_force(date(2026, 1, 1))
    with pytest.raises(FrozenInstanceError):
        LAW.questions = 91  # type: ignore[misc]  # the attempt is what is tested


def test_before_the_ordinance_no_law_is_guessed() -> None:
    with pytest.raises(RegulationError, match="2019-06-09"):
        in_force(date(2019, 6, 9))


def with_values(extra: dict[str, int]) -> list[Provision]:
    return [*provisions(), replace(provision("pass_correct"), id="extra", values=extra)]


def test_a_value_that_no_field_takes_is_refused() -> None:
    with pytest.raises(RegulationError, match="no field takes pass_mark"):
        build(with_values({"pass_mark": 60}))


def test_a_value_given_twice_is_refused() -> None:
    with pytest.raises(RegulationError, match="gives again pass_correct"):
        build(with_values({"pass_correct": 61}))


def test_a_field_that_no_provision_gives_is_refused() -> None:
    with pytest.raises(RegulationError, match="no provision gives pass_correct"):
        build(one for one in provisions() if one.id != "pass_correct")


def test_a_value_of_another_type_is_refused() -> None:
    wrong = replace(provision("pass_correct"), values={"pass_correct": "sixty"})
    others = [one for one in provisions() if one.id != "pass_correct"]
    with pytest.raises(RegulationError, match="pass_correct is 'sixty', not int"):
        build([*others, wrong])
