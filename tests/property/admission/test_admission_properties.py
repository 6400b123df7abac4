"""The rules of admission, for everything that may come."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.grounds import Ground
from contracts.people import Mode
from contracts.refusals.admission import SeatsShort
from regulation import in_force
from services.admission.rules import checking, names, seating

LAW = in_force(date(2027, 3, 1))
words = st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъьюяАЯ -–’.", max_size=30)
rooms = st.lists(
    st.builds(
        seating.Room,
        session=st.integers(1, 2),
        hall=st.text(alphabet="АБВ12", min_size=1, max_size=3),
        mode=st.just(Mode.ELECTRONIC),
        rows=st.integers(1, 5),
        columns=st.integers(1, 5),
    ),
    max_size=6,
    unique_by=lambda one: one.hall,
)


@given(st.text(max_size=60), st.text(max_size=60))
def test_correspondence_goes_both_ways(one: str, other: str) -> None:
    assert names.correspond(one, other) == names.correspond(other, one)


@given(words)
def test_names_correspond_to_themselves_in_capitals(name: str) -> None:
    assert names.correspond(name, name.upper()) == bool(names.normalised(name))


@given(st.integers(0, 80), rooms)
def test_everybody_has_a_seat_of_his_own_or_nobody_has_one(candidates: int, planned: list[seating.Room]) -> None:
    people = [f"c{number}" for number in range(candidates)]
    room_for = sum(one.capacity for one in planned)
    if candidates > room_for:
        with pytest.raises(SeatsShort) as refused:
            seating.assign(Mode.ELECTRONIC, people, planned)
        assert refused.value.facts["missing"] == candidates - room_for
        return
    seats = seating.assign(Mode.ELECTRONIC, people, planned)
    assert set(seats) == set(people)
    assert len(set(seats.values())) == candidates
    used = {one.session for one in planned if one.hall in {hall for hall, _, _ in seats.values()}}
    if 2 in used:
        assert sum(one.capacity for one in planned if one.session == 1) < candidates


@given(st.lists(st.uuids().map(str), unique=True, max_size=30), st.randoms())
def test_seats_do_not_depend_on_the_order_in_which_candidates_come(candidates: list[str], random: object) -> None:
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # hypothesis' own Random
    assert seating.mixed("2027-05", candidates) == seating.mixed("2027-05", shuffled)


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(-900, 900))
def test_a_ban_lasts_two_years_whatever_the_day(annulled_on: date, later: int) -> None:
    exam_on = annulled_on + timedelta(days=later)
    is_banned = checking.is_banned([annulled_on], exam_on, LAW)
    if later < 0 or later > 731:
        assert not is_banned
    elif later <= 730:
        assert is_banned


@given(
    st.frozensets(st.sampled_from(("declaration", "fee", "disability"))),
    st.frozensets(st.sampled_from(("declaration", "fee", "disability"))),
    st.booleans(),
)
def test_what_is_required_is_either_there_or_a_ground(
    attached: frozenset[str], missing: frozenset[str], is_assisted: bool
) -> None:
    papers = checking.Papers(
        names="А Б В",
        attached=attached,
        missing=missing,
        is_assisted=is_assisted,
        payer_names="А Б В",
        declaration_names="А Б В",
    )
    required = {"declaration", "fee"} | ({"disability"} if is_assisted else set())
    assert len(checking.missing_documents(papers)) == len(required - (attached - missing))
    assert set(checking.name_differences(papers)) <= {Ground.PAYER_NAME_DIFFERS, Ground.DECLARATION_NAME_DIFFERS}
    assert checking.name_differences(papers) == ()
