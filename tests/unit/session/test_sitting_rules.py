"""Session's rules by example."""

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.articles import by_session
from contracts.people import Mode
from contracts.refusals.base import Refusal
from contracts.refusals.general import AlreadyDone, InvalidInput, NotFound, OutOfOrder, TooEarly
from contracts.refusals.session import (
    AlreadyOutside,
    EnvelopesDiffer,
    HourAfterLaterDeed,
    LineMoved,
    ScreenSuspended,
    SittingClosed,
    SittingNotOpen,
    TimeExpired,
)
from regulation import in_force
from regulation.calendar import local
from services.session.rules import annulment, credentials, envelopes, history, hours, incidents, screens, seating
from services.session.rules.answers import Answer, Change, Standing, Verdict, refusal_of, verdict
from services.session.rules.phase import Course, Phase, State, phase

LAW = in_force(date(2027, 3, 1))
DAY = date(2027, 5, 15)
START = datetime(2027, 5, 15, 6, 30, tzinfo=UTC)  # 9:30 in Sofia
END = START + timedelta(minutes=180)
STANDING = Standing(1, START, END, is_closed=False, questions=90, letters="АБВГ")
CHANGE = Change(1, "А", seq=1, line=1)
SECOND = timedelta(seconds=1)
#: By session, the article by which the system is unlocked.
UNLOCKED = {1: "чл. 24, ал. 1", 2: "чл. 31, ал. 1, т. 6"}


def clock(hour: str) -> datetime:
    return local(DAY, hour)


def test_the_end_is_three_hours_after_the_start() -> None:
    assert hours.end_of(START, LAW) == END


def test_the_system_is_unlocked_at_half_past_nine_and_the_second_time_at_half_past_three() -> None:
    first, second = (hours.session_of(LAW, Mode.ELECTRONIC, number) for number in (1, 2))
    hours.check_start(START, DAY, first, rule=UNLOCKED[1])
    for now, number, law_hours in ((START - SECOND, 1, first), (START, 2, second)):
        rule = by_session(number, *UNLOCKED.values())
        with pytest.raises(TooEarly) as refused:
            hours.check_start(now, DAY, law_hours, rule=rule)
        assert refused.value.article == UNLOCKED[number]
    hours.check_start(START + timedelta(hours=6), DAY, second, rule=UNLOCKED[2])
    with pytest.raises(NotFound):
        hours.session_of(LAW, Mode.ELECTRONIC, 3)


def test_the_hall_is_entered_from_half_past_eight() -> None:
    first = hours.session_of(LAW, Mode.ELECTRONIC, 1)
    hours.check_entry(START - timedelta(hours=1), DAY, first, rule="чл. 20")
    with pytest.raises(TooEarly):
        hours.check_entry(START - timedelta(hours=1, seconds=1), DAY, first, rule="чл. 20")


def test_the_warning_comes_fifteen_minutes_before_the_end() -> None:
    for mode, rule in {Mode.ELECTRONIC: "чл. 23, ал. 2", Mode.PAPER: "чл. 39, ал. 2"}.items():
        law_hours = hours.session_of(LAW, mode, 1)
        hours.check_warning(END - timedelta(minutes=15), END, law_hours, rule=rule)
        with pytest.raises(TooEarly):
            hours.check_warning(END - timedelta(minutes=15, seconds=1), END, law_hours, rule=rule)


def test_the_last_second_is_accepted_and_the_end_is_not() -> None:
    assert refusal_of(STANDING, CHANGE, END - SECOND) is None
    assert refusal_of(STANDING, CHANGE, END) is TimeExpired
    assert refusal_of(STANDING, CHANGE, START - SECOND) is SittingNotOpen


def test_a_suspended_screen_is_told_so_only_while_there_is_time() -> None:
    suspended = STANDING._replace(is_suspended=True)
    assert refusal_of(suspended, CHANGE, START) is ScreenSuspended
    assert refusal_of(suspended, CHANGE, END) is TimeExpired
    assert refusal_of(suspended._replace(is_closed=True), CHANGE, START) is SittingClosed


def test_time_is_given_back_only_while_there_is_some_left() -> None:
    assert hours.check_given(10, END, END - SECOND) == END + timedelta(minutes=10)
    with pytest.raises(TimeExpired):
        hours.check_given(10, END, END)
    with pytest.raises(SittingNotOpen):
        hours.check_given(10, None, START)


def test_a_hall_ends_when_the_last_one_who_works_has_no_time_left() -> None:
    rule = "чл. 29, ал. 1"
    hours.check_end(START, END, working_until=[], rule=rule)
    hours.check_end(END, END, working_until=[None, END], rule=rule)
    with pytest.raises(TooEarly):
        hours.check_end(END, END, working_until=[END, END + SECOND], rule=rule)
    with pytest.raises(TooEarly):
        hours.check_end(END - SECOND, END, working_until=[None], rule=rule)


def test_the_level_of_an_incident_is_raised_and_never_lowered() -> None:
    assert incidents.level_of("unwell", None) is incidents.Level.NOTE
    assert incidents.level_of("unwell", 2) is incidents.Level.DECISION
    assert incidents.level_of("power_lost", 1) is incidents.Level.DECISION


def test_every_code_has_its_words_in_both_languages_and_every_group_has_codes() -> None:
    assert {code.group for code in incidents.CODES.values()} == set(incidents.Group) == set(incidents.GROUPS)
    assert all(code.words.bg and code.words.en for code in incidents.CODES.values())


def test_a_line_is_lost_after_a_silence_longer_than_allowed() -> None:
    patience = timedelta(seconds=20)
    for state, is_lost in ((State.ANSWERING, True), (State.SUSPENDED, True), (State.SUBMITTED, False)):
        known = (None, START, START - SECOND)
        assert screens.lost_since(state, known, START + patience, patience) is None
        assert screens.lost_since(state, known, START + patience + SECOND, patience) == (START if is_lost else None)
    assert screens.lost_since(State.ANSWERING, (), END, patience) is None


def test_another_line_is_told_nothing_but_that() -> None:
    closed = Standing(2, START, END, is_closed=True, questions=90, letters="АБВГ")
    assert refusal_of(closed, CHANGE, END) is LineMoved
    assert refusal_of(closed, Change(1, "А", 1, line=2), START) is SittingClosed
    assert refusal_of(None, CHANGE, START) is NotFound


@pytest.mark.parametrize(("question", "option"), [(0, "А"), (91, "А"), (1, "Д"), (1, "A"), (1, ""), (1, "АБ")])
def test_what_is_not_of_the_test_is_refused(question: int, option: str) -> None:
    assert refusal_of(STANDING, Change(question, option, 1, 1), START) is InvalidInput


def test_the_newer_change_stands() -> None:
    stands = Answer("Б", 5)
    assert verdict(None, CHANGE) is Verdict.SAVED
    assert verdict(stands, Change(1, "А", 6, 1)) is Verdict.SAVED
    assert verdict(stands, Change(1, "Б", 5, 1)) is Verdict.REPEATED
    assert verdict(stands, Change(1, "А", 5, 1)) is Verdict.SUPERSEDED
    assert verdict(stands, Change(1, "Б", 4, 1)) is Verdict.SUPERSEDED


def course(**happened: datetime) -> Course:
    return Course(mode=Mode.ELECTRONIC, **happened)


def test_the_phases_of_an_ordinary_electronic_sitting() -> None:
    came = {"identified_at": START - timedelta(minutes=50)}
    entered = came | {"logged_in_at": START - timedelta(minutes=5)}
    running = entered | {"started_at": START, "ends_at": END}
    assert phase(course(), START) == Phase(State.EXPECTED)
    assert phase(course(**came), START) == Phase(State.IDENTIFIED)
    assert phase(course(**entered), START) == Phase(State.LOGGED_IN)
    assert phase(course(**running), START) == Phase(State.ANSWERING, END)
    assert phase(course(**running, left_at=START), START + SECOND) == Phase(State.OUT_OF_HALL, END)
    assert phase(course(**running, left_at=START, suspended_at=START), START) == Phase(State.SUSPENDED, END)
    assert phase(course(**running), END) == Phase(State.TIME_EXPIRED)
    assert phase(course(**running, suspended_at=START), END) == Phase(State.TIME_EXPIRED)
    assert phase(course(**running, submitted_at=START), END) == Phase(State.SUBMITTED)
    assert phase(course(**running, submitted_at=START, annulled_at=END), END) == Phase(State.ANNULLED)


def test_one_who_came_and_did_not_log_in_may_do_so_to_the_end_and_gets_no_extra() -> None:
    late = course(identified_at=START, started_at=START, ends_at=END)
    assert phase(late, END - SECOND) == Phase(State.IDENTIFIED, END)
    assert phase(late, END) == Phase(State.TIME_EXPIRED)


def test_whoever_was_refused_or_did_not_come_stays_so() -> None:
    started = {"started_at": START, "ends_at": END}
    assert phase(course(**started, refused_at=START), END) == Phase(State.REFUSED)
    assert phase(course(**started, absent_at=START), END) == Phase(State.ABSENT)
    assert phase(course(**started), END) == Phase(State.EXPECTED)


def test_on_paper_answering_begins_with_the_announced_start() -> None:
    paper = Course(mode=Mode.PAPER, identified_at=START, started_at=START, ends_at=END)
    assert phase(paper, START) == Phase(State.ANSWERING, END)


def test_neighbours_have_different_sub_variants() -> None:
    for count in (2, 3, 4, 5):
        codes = [f"1{letter}" for letter in "АБВГД"[:count]]
        for row in range(1, 6):
            for column in range(1, 6):
                here = seating.sub_variant(f"{row}-{column}", codes)
                assert here != seating.sub_variant(f"{row}-{column + 1}", codes)
                assert here != seating.sub_variant(f"{row + 1}-{column}", codes)


def test_seats_are_read_as_they_are_named() -> None:
    assert seating.place("2-13") == (2, 13)
    assert seating.place("ред 3, място 4") == (3, 4)
    assert seating.place("17") == (0, 17)
    assert seating.place("до вратата") == (0, 0)


def test_the_second_session_takes_the_other_variant_unless_decided_otherwise() -> None:
    assert seating.variant_of_session(1, [2, 1], is_reused=False) == 2
    assert seating.variant_of_session(2, [2, 1], is_reused=False) == 1
    assert seating.variant_of_session(2, [2], is_reused=True) == 2
    for session, opened in ((1, list[int]()), (2, [2])):
        with pytest.raises(OutOfOrder):
            seating.variant_of_session(session, opened, is_reused=False)


def count(**other: Any) -> None:
    whole = {"envelopes": 3, "appeared": 3, "handed_in": 3, "undecided": 0, "not_terminated": 0}
    envelopes.check(**whole | {"rule": "чл. 41, ал. 1"} | other)


def test_art_41_1_the_numbers_are_compared_and_a_difference_is_taken_with_its_reason() -> None:
    """Own choice: the ordinance does not say what follows from a difference."""
    for counted in ({"envelopes": 2}, {"envelopes": 4}, {"envelopes": 2, "handed_in": 2}):
        with pytest.raises(EnvelopesDiffer):
            count(**counted)
        count(**counted, deviation_reason="изнесен плик")
    with pytest.raises(OutOfOrder):
        count(envelopes=2, handed_in=1, deviation_reason="плик, който никой не е предал")


def test_envelopes_are_as_many_as_those_who_came() -> None:
    count()
    for wrong in (2, 4):
        with pytest.raises(EnvelopesDiffer):
            count(envelopes=wrong)
    for unfinished, article in (
        ({"handed_in": 2}, "чл. 30, ал. 1"),
        ({"undecided": 1}, "чл. 30, ал. 1"),
        ({"not_terminated": 1}, "чл. 28, ал. 1"),
    ):
        with pytest.raises(OutOfOrder) as refused:
            count(**unfinished, rule="чл. 30, ал. 1")
        assert refused.value.article == article


def test_only_copying_bans_and_for_two_years() -> None:
    assert annulment.banned_until(annulment.Reason.COPYING, DAY, LAW) == date(2029, 5, 15)
    for reason in set(annulment.Reason) - {annulment.Reason.COPYING}:
        assert annulment.banned_until(reason, DAY, LAW) is None


def test_a_reason_is_told_with_its_article() -> None:
    assert annulment.article(annulment.Reason.COPYING, Mode.ELECTRONIC) == "чл. 28, ал. 1"
    assert "чл. 36, ал. 3" in annulment.article(annulment.Reason.TAKING_OUT, Mode.PAPER)
    words = [annulment.words(reason) for reason in annulment.Reason]
    assert all(one.bg and one.en for one in words)


def test_a_keyed_hash_is_bound_to_its_user_name_and_forgives_how_it_was_typed() -> None:
    made = credentials.keyed_hash("key", "AB2C-D3EF", "GH4J-K5MN-P6QR")
    assert hmac.compare_digest(made, credentials.keyed_hash("key", "ab2cd3ef", "gh4j k5mn p6qr"))
    assert made != credentials.keyed_hash("key", "AB2C-D3EG", "GH4J-K5MN-P6QR")
    assert made != credentials.keyed_hash("other", "AB2C-D3EF", "GH4J-K5MN-P6QR")
    assert credentials.shown("ab2cd3ef") == "AB2C-D3EF"


def test_a_link_of_the_history_is_what_the_readme_says() -> None:
    at = datetime(2027, 5, 15, 6, 30, 1, 250, tzinfo=UTC)
    entry = history.Entry(1, at, "answer", 1, 7, "Б", 3, None, "saved")
    content = (
        '{"action":"answer","at":"2027-05-15T06:30:01.000250+00:00","client_at":null,"line":1,"number":1,"option":"Б",'
        f'"previous_sha256":"{"0" * 64}","question":7,"seq":3,"sitting_id":"5b1c","verdict":"saved"}}'
    )
    assert history.link("5b1c", history.BEGINNING, entry) == hashlib.sha256(content.encode()).digest()


@pytest.mark.parametrize(
    ("left", "returned", "refusal"),
    [
        ("10:00", "10:04", None),
        ("10:09", "10:40", None),
        ("10:45", "11:15", None),
        ("10:05", "10:05", AlreadyOutside),
        ("10:00", "10:06", AlreadyOutside),
        ("10:08", "10:10", AlreadyOutside),
        ("10:00", "10:50", AlreadyOutside),
        ("11:10", "11:16", HourAfterLaterDeed),
        ("12:30", "12:31", HourAfterLaterDeed),
    ],
)
def test_art_37_a_forgotten_leaving_fits_between_what_is_recorded(
    left: str, returned: str, refusal: type[Refusal] | None
) -> None:
    """Out from 10:05 to 10:09 and from 10:40 to 10:45; handed in at 11:15; the time ended at 12:30."""
    known = [(clock("10:05"), clock("10:09")), (clock("10:40"), clock("10:45"))]

    def check() -> None:
        done = [clock("11:15")]
        hours.check_past_leaving(clock(left), clock(returned), ends_at=clock("12:30"), done=done, others=known)

    if refusal is None:
        check()
    else:
        with pytest.raises(refusal):
            check()


def test_nobody_who_is_outside_still_was_outside_later() -> None:
    for left, returned in (("10:50", "10:52"), ("10:39", "10:41")):
        with pytest.raises(AlreadyOutside):
            hours.check_past_leaving(
                clock(left), clock(returned), ends_at=clock("12:30"), done=(), others=[(clock("10:40"), None)]
            )
    hours.check_past_leaving(
        clock("10:30"), clock("10:40"), ends_at=clock("12:30"), done=(), others=[(clock("10:40"), None)]
    )


def test_art_39_1_the_remaining_time_of_an_hour_is_written_once_in_whatever_order_it_is_entered() -> None:
    due = [clock("10:36"), clock("11:36")]
    hours.check_writing(clock("10:40"), due, [clock("11:40")])
    for hour, written in (("10:50", "10:40"), ("10:36", "11:35"), ("11:36", "12:00"), ("12:20", "11:36")):
        with pytest.raises(AlreadyDone):
            hours.check_writing(clock(hour), due, [clock(written)])
