"""Announcement, registration and applications (Art. 4–6), then the commission's check and decision (Art. 6–8, 13)."""

from contextlib import suppress
from datetime import date, timedelta

from contracts.people import Names
from contracts.refusals.admission import NothingToSign
from contracts.refusals.general import AlreadyDone, DeadlinePassed
from svops.demonstration import cast, scans
from svops.demonstration.doors import until
from svops.demonstration.play import EXAM, EXAM_ON, Candidate, Play

ANNOUNCED_ON = date(2027, 3, 1)
DECIDED_ON = date(2027, 3, 22)
_EARLIER_EXAM_ON = date(2026, 6, 20)
_FEE_FOR_THE_EXAM = "Държавна такса за явяване на изпит"


def announce(play: Play) -> None:
    """The announcement on the site and in the building (Art. 5(1))."""
    with play.stage("announcement", "Обявление и лица") as stage:
        play.on(ANNOUNCED_ON - timedelta(days=10))
        cast.staff(play)
        play.on(ANNOUNCED_ON)
        answer = play.staff_client("officer").command(
            "registration",
            "publish_announcement",
            exam_id=EXAM,
            exam_on=EXAM_ON.isoformat(),
            title="Изпит за придобиване на сертификат „вътрешен одитор в публичния сектор“",
            modes=["electronic", "paper"],
            sessions=1,
            place_posted="гр. София, ул. „Г. С. Раковски“ № 102, партер",
        )
        play.facts["announcement"] = answer
        stage.count = len(play.staff)


def apply(play: Play) -> None:
    """Candidates register and apply with scanned files, each on one of the ten days."""
    play.candidates = cast.candidates(play)
    with play.stage("applications", "Регистрация и заявления") as stage:
        play.on(ANNOUNCED_ON + timedelta(days=1))
        play.each("регистрация", play.candidates, lambda one: _register(play, one))
        play.on(ANNOUNCED_ON + timedelta(days=2))
        forms = _declaration_forms(play)
        stage.count = play.each("заявления", play.candidates, lambda one: _apply(play, one, forms[one.candidate_id]))
        play.on(ANNOUNCED_ON + timedelta(days=15))
        _comes_too_late(play)


def _register(play: Play, one: Candidate) -> None:
    answer = play.anybody().command(
        "registration", "register_candidate", email=one.who.email, password=one.who.password, **one.who.form
    )
    one.candidate_id = answer["candidate_id"]


def _declaration_forms(play: Play) -> dict[str, bytes]:
    """Appendix 1 of every candidate, filled by the service, ready to be signed."""
    play.each(
        "декларации (приложение № 1)",
        play.candidates,
        lambda one: play.candidate_client(one).command("registration", "request_declaration_form", exam_id=EXAM),
    )
    operator = play.operator()

    def ready() -> dict[str, str] | None:
        rows = operator.ask("registration", "documents", exam_id=EXAM)["documents"]
        found = {row["subject"]: row["sha256"] for row in rows if row["kind"] == "appendix_1" and row["sha256"]}
        return found if len(found) == len(play.candidates) else None

    return {
        subject: operator.download(f"/registration/api/documents/{sha256}")
        for subject, sha256 in until("every declaration form is rendered", ready).items()
    }


def _apply(play: Play, one: Candidate, form: bytes) -> None:
    client = play.candidate_client(one)
    attachments = []
    if one.oddity != "missing_declaration":
        attachments.append(("declaration", scans.signed(form, play.chance(one, "hand"))))
    if one.oddity != "missing_fee_document":
        attachments.append(("fee", scans.fee_paid(str(_payer(one)), _FEE_FOR_THE_EXAM)))
    if one.oddity == "assisted":
        attachments.append(("disability", scans.disability(str(one.who.names))))
    files = [
        {"kind": kind, "sha256": client.upload("registration", content, "image/jpeg")} for kind, content in attachments
    ]
    names = one.who.names
    answer = client.command(
        "registration",
        "submit_application",
        exam_id=EXAM,
        mode=one.mode.value,
        first=names.first,
        middle=names.middle,
        last=names.last,
        attachments=files,
        assisted=one.oddity in {"assisted", "missing_disability_document"},
    )
    one.application_id = answer["application_id"]


def _payer(one: Candidate) -> Names:
    names = one.who.names
    return Names(names.first, names.middle, "Другов") if one.oddity == "payer_name_differs" else names


def _declared(one: Candidate) -> Names:
    names = one.who.names
    return Names(names.first, "Другов", names.last) if one.oddity == "declaration_name_differs" else names


def _comes_too_late(play: Play) -> None:
    """The door is really shut after the tenth day."""
    names = play.candidates[0].who.names
    try:
        play.candidate_client(play.candidates[0]).command(
            "registration",
            "submit_application",
            exam_id=EXAM,
            mode="electronic",
            first=names.first,
            middle=names.middle,
            last=names.last,
            attachments=[],
            assisted=False,
        )
    except (DeadlinePassed, AlreadyDone):
        return
    raise AssertionError("an application after the term was taken")


def admit(play: Play) -> None:
    """Commission appointed, declarations signed, every application checked, all decided."""
    with play.stage("admission", "Комисия и допускане") as stage:
        play.on(ANNOUNCED_ON + timedelta(days=9))
        _appoint(play)
        banned = next(one for one in play.candidates if one.oddity == "banned")
        play.operator().command(
            "admission",
            "import_ban",
            identifier_type="egn",
            identifier=banned.who.egn,
            annulled_on=_EARLIER_EXAM_ON.isoformat(),
            exam_id="2026-06",
        )
        play.on(DECIDED_ON - timedelta(days=2))
        until("applications have arrived at admission", lambda: _arrived(play))
        stage.count = play.each("проверки", play.candidates, lambda one: _check(play, one))
        play.on(DECIDED_ON)
        play.facts["decision"] = play.staff_client("chair").command("admission", "decide_applications", exam_id=EXAM)


def _arrived(play: Play) -> bool:
    answer = play.staff_client("chair").ask("admission", "applications", exam_id=EXAM)
    return len(answer["applications"]) == len(play.candidates)


def _appoint(play: Play) -> None:
    ids = {name: person.person_id for name, person in play.staff.items()}
    minister = play.staff_client("minister")
    signed_on = (ANNOUNCED_ON + timedelta(days=9)).isoformat()
    minister.command(
        "admission",
        "appoint_commission",
        exam_id=EXAM,
        order_number="ЗМФ-201",
        signed_on=signed_on,
        chair=ids["chair"],
        members=[ids["member-1"], ids["member-2"], ids["member-3"]],
    )
    minister.command(
        "admission",
        "appoint_authors",
        exam_id=EXAM,
        authors=[ids["author-1"], ids["author-2"], ids["author-3"]],
    )
    for name in (
        "director",
        "officer",
        "chair",
        "member-1",
        "member-2",
        "member-3",
        "author-1",
        "author-2",
        "author-3",
    ):
        sign_declaration(play, name)


def sign_declaration(play: Play, name: str) -> None:
    """Appendix 2; from then on the person may act."""
    with suppress(NothingToSign):
        play.staff_client(name).command("admission", "sign_declaration", exam_id=EXAM)
    play.forget_log_ins()


def _check(play: Play, one: Candidate) -> None:
    missing = {
        "missing_declaration": ["declaration"],
        "missing_fee_document": ["fee"],
        "missing_disability_document": ["disability"],
    }.get(one.oddity, [])
    payer, declared = _payer(one), _declared(one)
    flagged = [one.oddity] if one.oddity in {"payer_name_differs", "declaration_name_differs"} else []
    client = play.staff_client(f"member-{1 + len(one.application_id) % 3}")
    client.command(
        "admission",
        "check_application",
        application_id=one.application_id,
        missing=missing,
        payer_names=None if "fee" in missing else str(payer),
        declaration_names=None if "declaration" in missing else str(declared),
        confirmed_grounds=flagged,
    )


def is_admitted(one: Candidate) -> bool:
    """Whether the commission admits this candidate (the door may still refuse one on the day)."""
    return one.oddity not in cast.NOT_ADMITTED


def seat(play: Play) -> None:
    """Halls, people in halls, seats; place and hour in every profile (Art. 14, 15)."""
    with play.stage("halls", "Зали и места") as stage:
        play.on(date(2027, 4, 26))
        halls = cast.halls(play)
        chair = play.staff_client("chair")
        chair.command(
            "admission",
            "plan_halls",
            exam_id=EXAM,
            halls=[
                {
                    "hall": hall.code,
                    "place": "Министерство на финансите, гр. София, ул. „Г. С. Раковски“ № 102",
                    "mode": hall.mode.value,
                    "session": 1,
                    "rows": cast.HALL_ROWS,
                    "columns": cast.HALL_COLUMNS,
                }
                for hall in halls
            ],
        )
        _appoint_to_halls(play, halls)
        chair.command("admission", "assign_seats", exam_id=EXAM)
        admitted = [one for one in play.candidates if is_admitted(one)]
        stage.count = play.each(
            "място и час в профила",
            admitted,
            lambda one: until("place and hour stand in the profile", lambda: _sees_seat(play, one)),
        )


def _appoint_to_halls(play: Play, halls: list[cast.Hall]) -> None:
    ids = {name: person.person_id for name, person in play.staff.items()}
    of_halls = [(hall.administrator, "hall_administrator", hall.code) for hall in halls]
    of_halls += [
        (f"quaestor-{hall.code}-{number}", "quaestor", hall.code)
        for hall in halls
        for number in range(1, cast.QUAESTORS_IN_A_HALL + 1)
    ]
    assignments = [{"person_id": ids[name], "role": role, "hall": hall} for name, role, hall in of_halls]
    assignments += [{"person_id": ids[name], "role": "system_administrator"} for name in ("system-1", "system-2")]
    play.staff_client("minister").command(
        "admission",
        "appoint_administrators",
        exam_id=EXAM,
        order_number="ЗМФ-305",
        signed_on="2027-04-26",
        assignments=assignments,
    )
    for name in ["system-1", "system-2", *(name for name, _, _ in of_halls)]:
        sign_declaration(play, name)


def _sees_seat(play: Play, one: Candidate) -> bool:
    answer = play.candidate_client(one).ask("registration", "application_status", exam_id=EXAM)
    one.hall, one.seat = answer["hall"] or "", answer["seat"] or ""
    return bool(one.hall)
