"""What is owed for an exam, by whom, from when and until when, and whether it is met: `deadlines(exam)`.

Pages, metrics and alerts all read this one function. Windows are counted in `regulation.windows`; instants
are UTC, days are those of Europe/Sofia.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from regulation import terms, windows
from regulation.calendar import start_of_day
from regulation.law import Regulation, in_force
from regulation.obligation import Deadline, ExamDates, Status
from regulation.provision import citation

__all__ = ["Deadline", "ExamDates", "Status", "deadlines", "obligation_ids"]


@dataclass(frozen=True, slots=True)
class _Obligation:
    """One kind of obligation: the provision it carries out, who owes it, its titles and its window."""

    id: str
    provision: str
    owed_by: str
    title_bg: str
    title_en: str
    window: Callable[[ExamDates, Regulation], windows.Window]


_OBLIGATIONS = (
    _Obligation(
        "exam_held",
        "exams_per_year_min",
        "ministry",
        "Изпит през годината",
        "Exam of the year",
        windows.exam_held,
    ),
    _Obligation(
        "announcement_published",
        "announcement_before_exam_months",
        "ministry",
        "Публикуване на обявлението",
        "Announcement published",
        windows.announcement,
    ),
    _Obligation(
        "announcement_posted",
        "announcement_before_exam_months",
        "ministry",
        "Поставяне на обявлението в сградата",
        "Announcement posted in the building",
        windows.announcement,
    ),
    _Obligation(
        "applications_filed",
        "application_days",
        "candidate",
        "Подаване на заявления",
        "Applications filed",
        windows.applications,
    ),
    _Obligation(
        "commission_appointed_for_checking",
        "reading_02",
        "minister",
        "Комисия преди проверката на заявленията (препоръчва се)",
        "Commission before applications are checked (advised)",
        windows.commission_for_checking,
    ),
    _Obligation(
        "decisions_notified",
        "decision_days",
        "commission",
        "Уведомяване за статуса „допуснат“ или „недопуснат“",
        "Candidates told whether they are admitted",
        windows.decisions,
    ),
    _Obligation(
        "authors_assigned",
        "authors_before_months",
        "minister",
        "Възлагане на въпросите на съставители",
        "Authors assigned",
        windows.until(terms.authors_last_day),
    ),
    _Obligation(
        "commission_appointed",
        "commission_before_months",
        "minister",
        "Определяне на изпитната комисия",
        "Commission appointed",
        windows.until(terms.commission_last_day),
    ),
    _Obligation(
        "staff_ordered",
        "staff_ordered",
        "minister",
        "Заповед за администратори и квестори по зали",
        "Order of administrators and quaestors",
        windows.until(terms.staff_order_last_day),
    ),
    _Obligation(
        "schedule_published",
        "schedule_before_days",
        "ministry",
        "Място и час в профила на кандидата",
        "Place and hour in the profile",
        windows.until(terms.schedule_last_day),
    ),
    _Obligation(
        "admitted_data_handed_over",
        "admitted_data_before_days",
        "chair",
        "Данни на допуснатите за администраторите на системата",
        "Data of admitted candidates to the system administrators",
        windows.until(terms.admitted_data_last_day),
    ),
    _Obligation(
        "questions_accepted",
        "questions_accepted_before_days",
        "chair_and_director",
        "Приемане на въпросите от съставителите",
        "Questions accepted from the authors",
        windows.on(terms.questions_accepted_day),
    ),
    _Obligation(
        "test_composed",
        "test_composed_before_days",
        "chair_and_director",
        "Подбор, изготвяне и запечатване на вариантите",
        "Variants composed and sealed",
        windows.on(terms.composition_day),
    ),
    _Obligation(
        "variant_drawn",
        "draw_before_days",
        "commission",
        "Изтегляне на варианта пред нотариус",
        "Variant drawn before a notary",
        windows.on(terms.draw_day),
    ),
    _Obligation(
        "tests_handed_over",
        "tests_handed_over",
        "chair_and_director",
        "Предаване на тестовете на администраторите",
        "Tests handed over to the administrators",
        windows.tests_handed_over,
    ),
    _Obligation(
        "protocols_delivered",
        "protocols_working_days",
        "system_administrators",
        "Предаване на протоколите (приложения № 6 и № 7)",
        "Protocols (App. 6 and App. 7) delivered",
        windows.after_sitting(terms.protocols_last_day),
    ),
    _Obligation(
        "results_published_electronic",
        "result_days",
        "commission",
        "Резултати от електронния изпит",
        "Results of the electronic exam",
        windows.after_sitting(terms.result_last_day_electronic),
    ),
    _Obligation(
        "results_published_paper",
        "result_days",
        "commission",
        "Резултати от изпита на хартия",
        "Results of the exam on paper",
        windows.after_sitting(terms.result_last_day_paper),
    ),
    _Obligation(
        "certificates_issued_electronic",
        "certificate_days",
        "minister",
        "Сертификати след електронния изпит",
        "Certificates after the electronic exam",
        windows.since_published_electronic(terms.certificate_last_day),
    ),
    _Obligation(
        "certificates_issued_paper",
        "certificate_days",
        "minister",
        "Сертификати след изпита на хартия",
        "Certificates after the exam on paper",
        windows.since_published_paper(terms.certificate_last_day),
    ),
    _Obligation(
        "inspection_requested_electronic",
        "inspection_months",
        "candidate",
        "Заявяване на преглед (електронен изпит)",
        "Inspection asked for (electronic exam)",
        windows.since_published_electronic(terms.inspection_request_last_day),
    ),
    _Obligation(
        "inspection_requested_paper",
        "inspection_months",
        "candidate",
        "Заявяване на преглед (изпит на хартия)",
        "Inspection asked for (exam on paper)",
        windows.since_published_paper(terms.inspection_request_last_day),
    ),
    _Obligation(
        "inspection_appointed",
        "reading_52",
        "director",
        "Определяне на ден и час за прегледа",
        "Day and hour of the inspection fixed",
        windows.inspection_appointed,
    ),
    _Obligation(
        "duplicate_issued",
        "duplicate_months",
        "minister",
        "Издаване на дубликат",
        "Duplicate issued",
        windows.duplicate_issued,
    ),
    _Obligation(
        "ban_ended",
        "ban_years",
        "commission",
        "Край на забраната за явяване",
        "Ban from exams ended",
        windows.ban,
    ),
    _Obligation(
        "declarations_destroyed",
        "declarations_kept",
        "ministry",
        "Край на съхранението на декларациите за неразгласяване",
        "Declarations of non-disclosure no longer kept",
        windows.declarations_destroyed,
    ),
    _Obligation(
        "materials_destroyed",
        "materials_kept",
        "ministry",
        "Край на съхранението на изпитните материали",
        "Exam materials no longer kept",
        windows.destruction,
    ),
    _Obligation(
        "next_announcement",
        "next_announcement_after_months",
        "ministry",
        "Обявление за следващия изпит",
        "Announcement of the next exam",
        windows.next_announcement,
    ),
)

_ELECTRONIC_ONLY = frozenset({"admitted_data_handed_over", "protocols_delivered"})


def obligation_ids() -> tuple[str, ...]:
    """The id of every obligation, in the order of the process.

    Own choice: the order of the Ordinance's chapters.
    """
    return tuple(one.id for one in _OBLIGATIONS)


def _concerns(exam: ExamDates, obligation_id: str) -> bool:
    """Whether an obligation arises for an exam.

    Source: Art. 3(1), 9. Own choice: a person's terms on request.
    """
    personal = {
        "inspection_appointed": exam.inspection_requested_on,
        "duplicate_issued": exam.duplicate_requested_on,
        "ban_ended": exam.annulled_on,
    }
    if obligation_id in personal:
        return personal[obligation_id] is not None
    if obligation_id.endswith("_paper"):
        return exam.has_paper
    is_electronic = obligation_id in _ELECTRONIC_ONLY or obligation_id.endswith("_electronic")
    return exam.has_electronic or not is_electronic


def _met(exam: ExamDates) -> dict[str, datetime]:
    """When each obligation was met, by id. Raises `ValueError` for an unknown id.

    Own choice: a day without an hour counts from its first instant.
    """
    unknown = sorted(set(exam.met) - set(obligation_ids()))
    if unknown:
        raise ValueError(f"no such obligation: {', '.join(unknown)}")
    days = {
        "announcement_published": exam.announced_on,
        "authors_assigned": exam.authors_assigned_on,
        "commission_appointed_for_checking": exam.commission_appointed_on,
        "commission_appointed": exam.commission_appointed_on,
        "staff_ordered": exam.staff_ordered_on,
        "results_published_electronic": exam.results_published_electronic_on,
        "results_published_paper": exam.results_published_paper_on,
    }
    return {one: start_of_day(day) for one, day in days.items() if day is not None} | dict(exam.met)


def deadlines(exam: ExamDates, law: Regulation | None = None) -> tuple[Deadline, ...]:
    """Every obligation of an exam, in the order of the process.

    `law` is by default the regulation in force on the day of the announcement, or of the exam while it is not
    announced. Raises `ValueError` for a fact about an unknown obligation. Own choice: one list for everyone.
    """
    if law is None:
        law = in_force(exam.announced_on or exam.exam_on)
    met = _met(exam)
    found = []
    for one in _OBLIGATIONS:
        if _concerns(exam, one.id):
            not_before, due_at = one.window(exam, law)
            found.append(
                Deadline(
                    id=one.id,
                    article=citation(one.provision),
                    owed_by=one.owed_by,
                    title_bg=one.title_bg,
                    title_en=one.title_en,
                    not_before=not_before,
                    due_at=due_at,
                    met_at=met.get(one.id),
                )
            )
    return tuple(found)
