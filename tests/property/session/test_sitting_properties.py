"""What holds for every sitting, every order of answers, every history."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.people import Mode
from services.session.live.ledger import Arrived, Ledger, LockedSheet
from services.session.rules import credentials
from services.session.rules.answers import Answer, Answers, Change, Standing, refusal_of
from services.session.rules.history import BEGINNING, Entry, final_answers, first_break
from services.session.rules.phase import FINAL, OPEN, Course, State, phase

START = datetime(2027, 5, 15, 6, 30, tzinfo=UTC)
END = START + timedelta(minutes=180)
INSTANTS = st.integers(-3600, 4 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))
MAYBE = st.none() | INSTANTS
SITTING = "00000000-0000-4000-8000-000000000001"


@st.composite
def courses(draw: st.DrawFn) -> Course:
    started_at = draw(st.none() | st.just(START))
    happened = {
        name: draw(MAYBE)
        for name in (
            "refused_at",
            "absent_at",
            "identified_at",
            "logged_in_at",
            "left_at",
            "suspended_at",
            "submitted_at",
            "annulled_at",
        )
    }
    return Course(
        mode=draw(st.sampled_from(Mode)), started_at=started_at, ends_at=started_at and END, expired_at=None, **happened
    )


@given(courses(), INSTANTS)
def test_a_phase_ends_later_than_now_and_only_at_the_common_end(course: Course, now: datetime) -> None:
    until = phase(course, now).until
    assert until is None or (until == END and now < until)


@given(courses(), INSTANTS)
def test_a_test_is_worked_on_only_between_start_and_end_by_one_who_came(course: Course, now: datetime) -> None:
    if phase(course, now).state in OPEN:
        assert START <= now < END
        assert course.identified_at is not None or course.logged_in_at is not None
        assert course.refused_at is course.submitted_at is course.annulled_at is None


@given(courses(), INSTANTS, st.integers(0, 10**5))
def test_what_is_final_stays_final(course: Course, now: datetime, seconds: int) -> None:
    state = phase(course, now).state
    if state in FINAL:
        assert phase(course, now + timedelta(seconds=seconds)).state is state


@given(courses(), INSTANTS)
def test_an_annulment_overrides_everything_but_a_refusal_at_the_door(course: Course, now: datetime) -> None:
    state = phase(replace(course, annulled_at=now), now).state
    assert state is (State.REFUSED if course.refused_at is not None else State.ANNULLED)


@given(INSTANTS, st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_the_hot_path_and_the_phase_agree(
    now: datetime, is_started: bool, is_submitted: bool, is_out: bool, is_suspended: bool
) -> None:
    course = Course(
        mode=Mode.ELECTRONIC,
        logged_in_at=START - timedelta(hours=1),
        started_at=START if is_started else None,
        ends_at=END if is_started else None,
        left_at=START if is_out else None,
        suspended_at=START if is_suspended else None,
        submitted_at=START if is_submitted and is_started else None,
    )
    is_closed = course.submitted_at is not None
    standing = Standing(1, course.started_at, course.ends_at, is_closed, 90, "АБВГ", is_suspended)
    refusal = refusal_of(standing, Change(1, "А", 1, 1), now)
    assert (refusal is None) == (phase(course, now).state in OPEN)


CHANGES = st.lists(
    st.builds(
        Change,
        question=st.integers(0, 5),
        option=st.sampled_from([None, "А", "Б", "В", "Г", "Д"]),
        seq=st.integers(1, 12),
        line=st.sampled_from([1, 1, 1, 2]),
    ),
    max_size=40,
)


def ledger() -> Ledger:
    standing = Standing(1, START, END, is_closed=False, questions=4, letters="АБВГ")
    return Ledger({SITTING: LockedSheet(standing, 0, BEGINNING, 0, Answers())}, most_entries=10_000)


@given(CHANGES)
def test_whatever_arrives_in_whatever_order_the_newest_stands_and_the_history_leads_to_it(
    changes: list[Change],
) -> None:
    book = ledger()
    outcomes = [book.enter(Arrived(SITTING, change, START)) for change in changes]
    taken = [c for c, o in zip(changes, outcomes, strict=True) if o.refusal is None]
    for question in {change.question for change in taken}:
        newest = max((c for c in taken if c.question == question), key=lambda c: c.seq)
        stands = book.sheets[SITTING].answers.of(question)
        assert stands is not None
        assert stands.seq == newest.seq
        assert stands.option in {c.option for c in taken if (c.question, c.seq) == (question, newest.seq)}
    rows = [(Entry(r[1], r[2], "answer", *r[3:9]), r[9]) for r in book.history]
    assert first_break(str(SITTING), rows) is None
    given_answers = {q: a.option for q, a in book.sheets[SITTING].answers if a.option is not None}
    assert final_answers(entry for entry, _ in rows) == given_answers
    assert book.sheets[SITTING].answered == len(given_answers)
    assert len(book.refused) == len(changes) - len(taken)


@given(CHANGES, CHANGES)
def test_sending_everything_again_changes_nothing(changes: list[Change], more: list[Change]) -> None:
    book = ledger()
    for change in changes + more:
        book.enter(Arrived(SITTING, change, START))
    stood, linked = dict(book.sheets[SITTING].answers), book.sheets[SITTING].head
    for question, answer in stood.items():
        outcome = book.enter(Arrived(SITTING, Change(question, answer.option, answer.seq, 1), START))
        assert outcome.verdict == "saved"
    assert (dict(book.sheets[SITTING].answers), book.sheets[SITTING].head) == (stood, linked)


@given(CHANGES.filter(bool), st.data())
def test_any_change_to_a_history_breaks_its_chain(changes: list[Change], data: st.DataObject) -> None:
    book = ledger()
    for number, change in enumerate(changes, 1):
        book.enter(Arrived(SITTING, change._replace(question=1, option="А", line=1, seq=number), START))
    rows = [(Entry(r[1], r[2], "answer", *r[3:9]), r[9]) for r in book.history]
    at = data.draw(st.integers(0, len(rows) - 1))
    entry, sha256 = rows[at]
    forged = data.draw(
        st.sampled_from(
            [
                entry._replace(option="Б"),
                entry._replace(seq=99),
                entry._replace(at=END),
                entry._replace(line=7),
                entry._replace(question=2),
                entry._replace(verdict="superseded"),
                entry._replace(client_at=END),
            ]
        )
    )
    rows[at] = (forged, sha256)
    assert first_break(str(SITTING), rows) == at + 1


@given(st.randoms(use_true_random=False))
def test_credentials_are_never_a_portal_user_name_and_survive_typing(chance: random.Random) -> None:
    username, password = credentials.username(chance.choice), credentials.password(chance.choice)
    assert "@" not in username
    assert credentials.shown(username.lower().replace("-", "")) == username
    assert not set("OI01") & set(username + password)


@given(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from([None, "А", "Г"]), st.integers(1, 2**31 - 1)), max_size=30)
)
def test_a_sheet_holds_the_last_answer_that_was_put_for_each_question(put: list[tuple[int, str | None, int]]) -> None:
    sheet = Answers()
    for question, option, seq in put:
        sheet.put(question, Answer(option, seq))
    held = {question: Answer(option, seq) for question, option, seq in put}
    assert dict(Answers(sheet.options, sheet.seqs)) == held
    assert list(dict(sheet)) == sorted(held)
    assert all(sheet.of(question) == held.get(question) for question in range(1, 14))
