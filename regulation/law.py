"""The law in force on a day, as one frozen tree of typed values: `in_force(on)`.

Each field says which article it comes from; values stand in `regulation/provisions/*.yaml` and nowhere else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from functools import cache
from typing import Any, get_type_hints

from regulation.provision import Provision, RegulationError, Value, provisions


@dataclass(frozen=True, slots=True)
class Area:
    """One of the three areas of Art. 11, with its bounds in questions (both inclusive)."""

    #: Art. 11: ``internal_audit`` (item 1), ``financial_management`` (item 2) or ``legislation`` (item 3).
    code: str
    #: Art. 11: the item of the article, 1 to 3.
    item: int
    #: Art. 11: the fewest questions allowed in a variant.
    min_questions: int
    #: Art. 11: the most questions allowed in a variant.
    max_questions: int
    #: Art. 11, own choice (reading_01): the number in the blueprint that is proposed first.
    default_questions: int
    #: Art. 11: the area in the words of the ordinance.
    title_bg: str
    #: Art. 11: the area in English.
    title_en: str


@dataclass(frozen=True, slots=True)
class Session:
    """The hours of one sitting on exam day, local time in Europe/Sofia."""

    #: Art. 19, 31(1) item 1, 32: hall administrators and quaestors are present at the latest.
    staff_at: time
    #: Art. 19, 31(1) item 1: administrators of the electronic system are present; none on paper.
    system_administrators_at: time | None
    #: Art. 20, 31(1) item 2, 33: candidates begin to enter the halls.
    entry_at: time
    #: Art. 22, 31(1) item 3, 34: candidates have taken their seats.
    seated_by: time
    #: Art. 23(1), 31(1) item 4: the electronic system is explained; none on paper.
    briefing_at: time | None
    #: Art. 23(2), 31(1) item 5, 35(1): the instructions are read (App. 4, on paper App. 8).
    instructions_at: time
    #: Art. 24(1), 31(1) item 6: the start. On paper the earliest; the real one is announced (Art. 35(2)).
    start_at: time
    #: Art. 35(2): the start is announced hall by hall, after handing out, and not fixed by an hour.
    start_is_announced: bool
    #: Art. 22, 31(1) item 3, 34: latecomers enter until ``instructions_read`` or ``tests_handed_out``.
    latecomers_until: str
    #: Art. 39(2), App. 4: minutes before the end at which the remaining time is announced.
    warning_minutes_before_end: int
    #: Art. 39(1): minutes between two writings of the remaining time; none where a screen shows it.
    remaining_time_every_minutes: int | None


@dataclass(frozen=True, slots=True)
class Clock:
    """The hours of exam day (Chapters IV and V)."""

    #: Art. 19–24: the (first) electronic sitting.
    electronic_first: Session
    #: Art. 31: the second electronic sitting of the same day.
    electronic_second: Session
    #: Art. 32–35: the sitting on paper.
    paper: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """Every number of the ordinance that was in force on one day."""

    #: Art. 10(1): questions in a test.
    questions: int
    #: Art. 10(1): options of a question.
    options_per_question: int
    #: App. 10: the letters of the options, in order.
    option_letters: tuple[str, ...]
    #: Art. 10(1): correct options of a question.
    correct_options_per_question: int
    #: Art. 10(2): the length of a sitting in minutes.
    duration_minutes: int
    #: Art. 11: the three areas with their bounds.
    areas: tuple[Area, ...]
    #: Art. 13(4): variants of a test.
    variants: int
    #: Art. 43(3), 48(1): correct answers with which the exam is passed.
    pass_correct: int
    #: Art. 48(2): fewest correct answers that call for a second marker on paper.
    second_marking_from: int
    #: Art. 48(2): most correct answers that call for a second marker on paper.
    second_marking_to: int
    #: Art. 48(2), own choice (reading_30): both bounds belong to the range.
    second_marking_is_inclusive: bool
    #: Art. 46(1) items 1 and 2: marks of a valid answer; fewer or more are a wrong answer.
    marks_per_answer: int
    #: Art. 46(1) item 3, 46(2), own choice (reading_27): what a mark in graphite alone is.
    graphite_mark_counts_as: str
    #: Art. 44: digits of the number that hides a name on paper.
    card_number_digits: int
    #: Art. 44, own choice (reading_32): the smallest number.
    card_number_from: int
    #: Art. 44, own choice (reading_32): the largest number.
    card_number_to: int
    #: Art. 16 item 3: sheets with user name and password in a candidate's envelope.
    credential_sheets: int
    #: Art. 4(1): candidates have completed higher education.
    is_higher_education_required: bool
    #: Art. 50: a grade may be reviewed.
    is_grade_review_allowed: bool
    #: Art. 43(1), 49, own choice (reading_25): the score is shown on the screen when a sitting ends.
    is_score_shown_at_once: bool
    #: Art. 6(4) items 2 and 3, own choice (reading_08): names that differ refuse without a person's decision.
    is_name_mismatch_refused_automatically: bool
    #: Art. 31(1), own choice (reading_04): the second sitting takes the same variant by default.
    is_variant_reused_in_second_session: bool
    #: Art. 28(1), own choice (reading_21): the screen is suspended while an annulment is decided.
    is_sitting_suspended_before_annulment: bool
    #: Art. 3(1): exams in a calendar year, at least.
    exams_per_year_min: int
    #: Art. 3(2), 31(1): electronic sittings in one day, at most.
    max_exams_per_day: int
    #: Art. 5(1): months between announcement and exam, at least.
    announcement_before_exam_months: int
    #: Art. 5(2): months between an exam and the next announcement, at least.
    next_announcement_after_months: int
    #: Art. 6(2): days for applying, from publication.
    application_days: int
    #: Art. 7: days for deciding and notifying, from the end of applications.
    decision_days: int
    #: Art. 8: years without an exam after an annulment for attempted copying.
    ban_years: int
    #: Art. 8, own choice (reading_12): the date that the ban is compared with, ``exam_date``.
    ban_counts_by: str
    #: Art. 12(1): months before the exam until which authors may be assigned.
    authors_before_months: int
    #: Art. 13(1): months before the exam until which the commission is appointed.
    commission_before_months: int
    #: Art. 13(1), App. 7, own choice (reading_50): members of a commission beside the chair, at least.
    commission_members_min: int
    #: Art. 13(3): days before the exam on which questions are accepted.
    questions_accepted_before_days: int
    #: Art. 13(4): days before the exam on which the test is composed and sealed.
    test_composed_before_days: int
    #: Art. 13(5): days before the exam on which the variant is drawn.
    draw_before_days: int
    #: Art. 14: days before the exam until which place and hour stand in the profile.
    schedule_before_days: int
    #: Art. 17 item 1: days before the exam until which system administrators have the candidates' data.
    admitted_data_before_days: int
    #: Art. 15(2), own choice (reading_16): days before the exam until which the order of staff is issued.
    staff_order_before_days: int
    #: Art. 43(5): working days for handing over App. 6 and App. 7.
    protocols_working_days: int
    #: Art. 49: days until the result of an electronic exam is published.
    result_days_electronic: int
    #: Art. 49: days until the result of an exam on paper is published.
    result_days_paper: int
    #: Art. 51(1): days until the certificate is issued, from the publication of results.
    certificate_days: int
    #: Art. 51(3): months until a duplicate is received, from the request.
    duplicate_months: int
    #: Art. 53(1): months for asking to inspect one's materials, from the publication of results.
    inspection_months: int
    #: Art. 53(2), own choice (reading_52): days for fixing the day and hour of an inspection.
    inspection_appointment_days: int
    #: Art. 10(2), own choice (reading_20): minutes added after a technical failure unless decided otherwise.
    extra_minutes_default: int
    #: Art. 6(3), own choice (reading_44): minutes added for an assisted candidate unless decided otherwise.
    assisted_extra_minutes_default: int
    #: App. 9, own choice (reading_49): cells for the personal number.
    identification_slip_cells: int
    #: Art. 11 item 1, own choice (reading_56): the edition of the international standards questions refer to.
    standard_version: str
    #: Chapters IV and V: the hours of exam day.
    clock: Clock

    @property
    def default_blueprint(self) -> dict[str, int]:
        """Questions by area code in the proposed composition.

        Own choice: the bounds themselves (reading_01).
        """
        return {area.code: area.default_questions for area in self.areas}

    def area(self, code: str) -> Area:
        """The area with a code. Raises `KeyError` for an unknown one. Source: Art. 11."""
        for area in self.areas:
            if area.code == code:
                return area
        raise KeyError(code)


_AREA_CODES = ("internal_audit", "financial_management", "legislation")
_COMPOSED = frozenset({"areas", "clock"})


class _Reader:
    """Takes named values out of a flat mapping, each once, with its type checked."""

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._left = dict(values)

    def take(self, name: str, kind: type) -> Any:
        """The value of a name, which must have the given type. Raises `RegulationError`.

        Own choice: strict.
        """
        try:
            value = self._left.pop(name)
        except KeyError:
            raise RegulationError(f"no provision gives {name}") from None
        if type(value) is not kind:
            raise RegulationError(f"{name} is {value!r}, not {kind.__name__}")
        return value

    def take_hour(self, name: str) -> time:
        """An hour written as ``9:30``. Raises `RegulationError`. Source: Art. 19–24, 31–35."""
        text = self.take(name, str)
        hour, _, minute = text.partition(":")
        return time(int(hour), int(minute))

    def has(self, name: str) -> bool:
        """Whether a name is still to be taken. Own choice: some hours exist in one mode only."""
        return name in self._left

    def refuse_rest(self) -> None:
        """Raise `RegulationError` if a provision gives a value that no field holds. Own choice: strict."""
        if self._left:
            raise RegulationError(f"no field takes {', '.join(sorted(self._left))}")


def _area(reader: _Reader, code: str, item: int, questions: int) -> Area:
    """One area, its percentage turned into inclusive bounds in questions.

    Source: Art. 11. Own choice: a share that is no whole number is rounded to the stricter side (reading_01).
    """
    title_bg, title_en = reader.take(f"{code}_title_bg", str), reader.take(f"{code}_title_en", str)
    least, most = 0, questions
    if reader.has(f"{code}_min_percent"):
        least = -(-questions * reader.take(f"{code}_min_percent", int) // 100)
    else:
        most = questions * reader.take(f"{code}_max_percent", int) // 100
    return Area(code, item, least, most, reader.take(f"{code}_default_questions", int), title_bg, title_en)


def _session(reader: _Reader, name: str) -> Session:
    """The hours of one sitting. Raises `RegulationError`. Source: Art. 19–24, 31–35, 39."""
    at = f"clock.{name}."
    every = f"{at}remaining_time_every_minutes"
    briefing, administrators = f"{at}briefing_at", f"{at}system_administrators_at"
    return Session(
        staff_at=reader.take_hour(f"{at}staff_at"),
        system_administrators_at=reader.take_hour(administrators) if reader.has(administrators) else None,
        entry_at=reader.take_hour(f"{at}entry_at"),
        seated_by=reader.take_hour(f"{at}seated_by"),
        briefing_at=reader.take_hour(briefing) if reader.has(briefing) else None,
        instructions_at=reader.take_hour(f"{at}instructions_at"),
        start_at=reader.take_hour(f"{at}start_at"),
        start_is_announced=reader.take(f"{at}start_is_announced", bool),
        latecomers_until=reader.take(f"{at}latecomers_until", str),
        warning_minutes_before_end=reader.take(f"{at}warning_minutes_before_end", int),
        remaining_time_every_minutes=reader.take(every, int) if reader.has(every) else None,
    )


def build(records: Iterable[Provision]) -> Regulation:
    """The tree of values that a set of provisions gives. Raises `RegulationError`.

    Own choice: each field is given by exactly one provision, and each value fills a field.
    """
    values: dict[str, Value] = {}
    for record in records:
        clash = values.keys() & record.values.keys()
        if clash:
            raise RegulationError(f"{record.id} gives again {', '.join(sorted(clash))}")
        values.update(record.values)
    reader = _Reader(values)
    hints = get_type_hints(Regulation)
    plain = {
        one.name: reader.take(one.name, tuple if one.name == "option_letters" else hints[one.name])
        for one in fields(Regulation)
        if one.name not in _COMPOSED
    }
    areas = tuple(_area(reader, code, item, plain["questions"]) for item, code in enumerate(_AREA_CODES, 1))
    clock = Clock(**{one.name: _session(reader, one.name) for one in fields(Clock)})
    reader.refuse_rest()
    return Regulation(areas=areas, clock=clock, **plain)


@cache
def _built(versions: tuple[tuple[str, date], ...]) -> Regulation:
    """The regulation made of these versions of provisions.

    Own choice: one object for each state of the law.
    """
    wanted = set(versions)
    return build(one for one in provisions() if (one.id, one.in_force_from) in wanted)


@cache
def in_force(on: date) -> Regulation:
    """The regulation in force on a day; the same object for every day between two amendments.

    Raises `RegulationError` for a day before the first act was in force. An exam keeps the regulation of the
    day it was announced on. Own choice: the law of the announcement governs the whole exam, as its terms run
    from there.
    """
    latest: dict[str, date] = {}
    for one in provisions():
        if one.in_force_from <= on:
            latest[one.id] = max(one.in_force_from, latest.get(one.id, one.in_force_from))
    if not latest:
        raise RegulationError(f"no provision was in force on {on}")
    return _built(tuple(latest.items()))
