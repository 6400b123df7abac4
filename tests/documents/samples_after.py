"""A filled context for every kind of document that is made on the day of the exam and after it."""

from datetime import UTC, date, datetime
from typing import Any

from chassis.documents import Signatory
from contracts.people import Mode
from services.certification import documents as certification
from services.grading.electronic import documents as electronic
from services.grading.paper import documents as paper
from services.grading.results import documents as results
from services.session import documents as session
from tests.documents.people import (
    CHAIR,
    CHAIR_AND_DIRECTOR,
    COMMISSION,
    DIRECTOR,
    EXAM_ON,
    HALL_ADMINISTRATOR,
    LONG,
    MEMBERS,
    MINISTER,
    SYSTEM_ADMINISTRATOR,
    at,
    hexes,
    person,
)


def appendix_6(number: int, *, annulled: bool = False) -> electronic.Appendix6:
    """An individual protocol."""
    right = tuple("АБВГ"[(i * 7 + i // 5) % 4] for i in range(90))
    given = tuple(
        "" if i % 17 == number % 17 else (letter if (i + number) % 4 else "АБВГ"[(i + 1) % 4])
        for i, letter in enumerate(right)
    )
    correct = sum(a == b for a, b in zip(given, right, strict=True))
    return electronic.Appendix6(
        number=f"{number + 1:03}",
        person=person(number),
        exam_username=f"izpit{number:04}",
        unique_number=f"2027-1-{number:05}",
        exam_on=EXAM_ON,
        variant="1, подвариант 1Б",
        started_at=at(9, 31),
        ended_at=at(12, 7),
        answers=tuple(zip(given, right, strict=True)),
        correct=correct,
        wrong=90 - correct,
        annulled=annulled,
        system_administrator=SYSTEM_ADMINISTRATOR,
        chair=CHAIR,
    )


def of_session(rows: int) -> dict[str, Any]:
    numbers = session.Instructions(exam_on=EXAM_ON, duration_minutes=180, warning_minutes=15, questions=90, options=4)
    return {
        "appendix_4": numbers,
        "appendix_8": numbers,
        "appendix_5": session.Appendix5(
            exam_on=EXAM_ON,
            session=1,
            hall="1",
            system_administrator=SYSTEM_ADMINISTRATOR,
            hall_administrator=HALL_ADMINISTRATOR,
            rows=tuple(
                session.Protocol2Row(person=person(i), exam_username=f"izpit{i:04}", unique_number=f"2027-1-{i:05}")
                for i in range(rows)
            ),
        ),
        "credential_sheets": session.CredentialSheets(
            exam_on=EXAM_ON,
            session=1,
            hall="1",
            seat="А-12",
            names=LONG,
            username="izpit0001",
            password="h7Kq-9mWt-rX4d-Zp3c",
            sheets=2,
        ),
        "annulment_protocol": session.AnnulmentProtocol(
            number="9",
            exam_on=EXAM_ON,
            mode=Mode.ELECTRONIC,
            session=1,
            hall="1",
            drawn_up_at=at(12, 50),
            signatories=(*COMMISSION, Signatory("Директор на дирекция МКВО", DIRECTOR)),
            annulled=(
                session.Annulled(
                    person=person(0),
                    sheet="2027-1-00000",
                    reason="опит за преписване",
                    article="чл. 28, ал. 1",
                    reported_by="квестор Гаврил Ушев",
                    annulled_at=at(11, 2),
                    banned_until=date(2029, 5, 15),
                ),
            ),
        ),
        "envelopes_count": session.EnvelopesCount(
            exam_on=EXAM_ON,
            mode=Mode.PAPER,
            session=1,
            hall="2",
            counted_at=at(12, 45),
            appeared=38,
            envelopes=38,
            administrators=(Signatory("Администратор на зала", HALL_ADMINISTRATOR),),
            chair=Signatory("Председател на изпитната комисия", CHAIR),
        ),
    }


def of_grading(rows: int) -> dict[str, Any]:
    return {
        "appendix_6": appendix_6(0, annulled=True),
        "appendix_7": electronic.Appendix7(
            exam_on=EXAM_ON,
            session=1,
            appeared=rows,
            system_administrator=SYSTEM_ADMINISTRATOR,
            director=DIRECTOR,
            chair=CHAIR,
            members=MEMBERS,
            rows=tuple(
                electronic.SummaryRow(
                    exam_username=f"izpit{i:04}",
                    person=person(i),
                    correct=50 + i % 40,
                    wrong=40 - i % 40,
                    annulled=i == 0,
                )
                for i in range(rows)
            ),
        ),
        "handover_protocol_43_5": electronic.HandoverProtocol(
            number="11",
            handed_at=datetime(2027, 5, 18, 13, tzinfo=UTC),
            exam_on=EXAM_ON,
            due_on=date(2027, 5, 19),
            individual_protocols=rows,
            summary_protocols=1,
            handed_by=(Signatory("Администратор", SYSTEM_ADMINISTRATOR),),
            taken_by=CHAIR_AND_DIRECTOR,
            files=(
                electronic.HandedFile(title="Индивидуални протоколи (архив)", pieces=rows, sha256=hexes("zip")),
                electronic.HandedFile(title="Обобщен протокол", pieces=1, sha256=hexes("pdf")),
            ),
        ),
        "appendix_9": paper.Appendix9(cells=10, copies=2),
        "envelope_labels": paper.EnvelopeLabels(exam_on=EXAM_ON, copies=8),
        "card_annulment_protocol": paper.CardAnnulmentProtocol(
            number="К-10007",
            exam_on=EXAM_ON,
            decided_at=datetime(2027, 5, 18, 12, 5, tzinfo=UTC),
            card="10007",
            sub_variant="1А",
            reason="Рисунка върху картата.",
            signs=("надпис или рисунка",),
            scan_sha256=hexes("scan"),
            signatories=CHAIR_AND_DIRECTOR,
        ),
        "copies_protocol": paper.CopiesProtocol(
            number="1",
            exam_on=EXAM_ON,
            held_on=date(2027, 5, 17),
            appeared=38,
            rows=(
                paper.CopiesRow(what="тест", sub_variant="1А", printed=22, used=19, spare=2, spoiled=1),
                paper.CopiesRow(what="тест", sub_variant="1Б", printed=20, used=19, spare=1, spoiled=0),
            ),
            signatories=CHAIR_AND_DIRECTOR,
        ),
        "sticker_sheet": paper.StickerSheet(
            numbers=tuple(str(10007 + 613 * i) for i in range(20)),
            carriers=("голям плик", "малък плик", "карта", "тест"),
        ),
        "appendix_11": paper.Appendix11(
            exam_on=EXAM_ON,
            chair=CHAIR,
            member=LONG,
            handed_out_on=date(2027, 5, 17),
            rows=tuple(
                paper.MarkedCard(
                    card=str(10007 + 613 * i),
                    correct=55 + i % 30,
                    wrong=35 - i % 30,
                    annulled=i == 2,
                    person=person(i) if i % 2 == 0 else None,
                )
                for i in range(rows)
            ),
        ),
        "second_marking_protocol": paper.SecondMarkingProtocol(
            number="14",
            exam_on=EXAM_ON,
            held_on=date(2027, 5, 20),
            from_correct=55,
            to_correct=65,
            signatories=COMMISSION,
            settling="При разлика председателят и двамата проверяващи преброиха отговорите отново.",
            rows=(
                paper.SecondMarking(
                    card="10620",
                    first_marker=LONG,
                    first_correct=59,
                    second_marker=MEMBERS[1],
                    second_correct=60,
                    differing=(17,),
                    settled=60,
                    first_dissent="Кръстчето на въпрос 17 не е в квадратчето.",
                    second_absent="В болнични.",
                ),
            ),
        ),
        "results_protocol": results.ResultsProtocol(
            number="16",
            decided_on=date(2027, 5, 21),
            exam_on=EXAM_ON,
            mode=Mode.ELECTRONIC,
            questions=90,
            required_correct=60,
            appeared=rows + 2,
            absent=1,
            commission=COMMISSION,
            passed=tuple(results.ResultRow(person=person(i), correct=60 + i % 31) for i in range(rows)),
            failed=(results.ResultRow(person=person(7), correct=59),),
            annulled=(results.AnnulledRow(person=person(8), article="чл. 28, ал. 1"),),
        ),
    }


def of_certification(rows: int) -> dict[str, Any]:
    issued_on, number, verify_at = date(2027, 6, 4), "2027-0001", "https://svops.example.bg/register/2027-0001"
    return {
        "certificate": certification.Certificate(
            number=number, names=LONG, exam_on=EXAM_ON, issued_on=issued_on, verify_at=verify_at, minister=MINISTER
        ),
        "duplicate": certification.Duplicate(
            number=number,
            names=LONG,
            exam_on=EXAM_ON,
            issued_on=issued_on,
            verify_at=verify_at,
            minister=MINISTER,
            issue=1,
            duplicate_issued_on=date(2028, 1, 10),
        ),
        "register_extract": certification.RegisterExtract(
            number="3",
            as_of=at(10),
            officer=Signatory("Служител в дирекция МКВО", MEMBERS[2]),
            entries=tuple(
                certification.RegisterEntry(
                    number=f"2027-{i + 1:04}",
                    names=person(i).names,
                    exam_on=EXAM_ON,
                    basis="изпит",
                    issued_on=date(2027, 6, 4),
                    status="валиден",
                )
                for i in range(rows)
            ),
        ),
        "inspection_record": certification.InspectionRecord(
            number="21",
            person=person(0),
            mode=Mode.ELECTRONIC,
            exam_on=EXAM_ON,
            requested_on=date(2027, 6, 10),
            held_at=datetime(2027, 6, 20, 7, tzinfo=UTC),
            ended_at=datetime(2027, 6, 20, 7, 45, tzinfo=UTC),
            place="ул. „Г. С. Раковски“ № 102, стая 14",
            shown=("протокол по чл. 17, т. 6 (приложение № 6)", "копие на изпитния тест"),
            officer=Signatory("Служител в дирекция МКВО", MEMBERS[2]),
        ),
    }
