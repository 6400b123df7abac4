"""A filled context for every kind of document that is made before the exam."""

from datetime import UTC, date, datetime
from typing import Any

from chassis.documents import Signatory
from contracts.people import Mode
from services.admission import documents as admission
from services.registration import documents as registration
from services.testbank import documents as testbank
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
    QUAESTORS,
    SYSTEM_ADMINISTRATOR,
    at,
    hexes,
    person,
)

AREAS = (
    testbank.AreaCount(
        title="Вътрешен одит в публичния сектор, Международни стандарти за професионалната практика по вътрешен одит",
        share="не по-малко от 50 %",
        questions=45,
    ),
    testbank.AreaCount(title="Финансово управление и контрол в публичния сектор", share="до 30 %", questions=27),
    testbank.AreaCount(title="Законодателство, свързано с публичния сектор", share="до 20 %", questions=18),
)


def of_registration() -> dict[str, Any]:
    return {
        "announcement": registration.Announcement(
            exam_on=EXAM_ON,
            modes=(Mode.ELECTRONIC, Mode.PAPER),
            sessions=2,
            published_at=datetime(2027, 3, 1, 7, tzinfo=UTC),
            applications_until=datetime(2027, 3, 11, 21, 59, 59, tzinfo=UTC),
            notified_until=date(2027, 3, 25),
            seats_until=date(2027, 5, 7),
            questions=90,
            options=4,
            duration_minutes=180,
            required_correct=60,
            portal="https://svops.example.bg",
            inquiries="дирекция МКВО, mkvo@example.bg",
            director=Signatory("Директор на дирекция МКВО", DIRECTOR),
        ),
        "appendix_1": registration.Appendix1(
            person=person(0),
            card_number="AA0000000",
            card_issued_on=date(2021, 2, 3),
            card_issued_by="МВР София",
            address="гр. Велико Търново, ул. „Независимост“ № 125, вх. Б, ет. 3, ап. 17",
        ),
    }


def of_admission(rows: int) -> dict[str, Any]:
    return {
        "commission_order": admission.CommissionOrder(
            number="ЗМФ-101",
            ordered_on=date(2027, 3, 5),
            exam_on=EXAM_ON,
            chair=CHAIR,
            members=MEMBERS,
            reserves=(LONG,),
            minister=MINISTER,
        ),
        "administrators_order": admission.AdministratorsOrder(
            number="ЗМФ-202",
            ordered_on=date(2027, 5, 3),
            exam_on=EXAM_ON,
            minister=MINISTER,
            reserves=(LONG,),
            system_administrators=(SYSTEM_ADMINISTRATOR,),
            halls=tuple(
                admission.HallStaff(
                    hall=str(number),
                    place="София, ул. „Г. С. Раковски“ № 102",
                    mode=mode,
                    administrators=(HALL_ADMINISTRATOR,),
                    quaestors=QUAESTORS,
                )
                for number, mode in ((1, Mode.ELECTRONIC), (2, Mode.PAPER))
            ),
        ),
        "appendix_2": admission.Appendix2(
            person=person(0),
            card_number="AA0000000",
            card_issued_on=date(2021, 2, 3),
            card_issued_by="МВР София",
            address="гр. София, ул. „Шипка“ № 1",
            phone="+359 2 000 0000",
            capacity="член на изпитната комисия",
        ),
        "admission_protocol": admission.AdmissionProtocol(
            number="7",
            decided_on=date(2027, 3, 24),
            exam_on=EXAM_ON,
            commission=COMMISSION,
            admitted=tuple(
                admission.Admitted(
                    person=person(i), mode=Mode.PAPER if i % 9 == 0 else Mode.ELECTRONIC, assisted=i == 3
                )
                for i in range(rows)
            ),
            not_admitted=tuple(
                admission.NotAdmitted(
                    person=person(i),
                    grounds=(
                        admission.Ground(
                            sentence="имената на задълженото лице в документа за платена такса не съответстват с "
                            "на кандидата",
                            article="чл. 6, ал. 4, т. 2",
                        ),
                        admission.Ground(
                            sentence="не е приложена декларация за висше образование", article="чл. 6, ал. 4, т. 1"
                        ),
                    ),
                )
                for i in (0, 5)
            ),
        ),
        "appendix_3": admission.Appendix3(
            exam_on=EXAM_ON,
            mode=Mode.ELECTRONIC,
            session=1,
            hall="1",
            administrator=HALL_ADMINISTRATOR,
            quaestors=QUAESTORS,
            rows=tuple(
                admission.Protocol1Row(
                    person=person(i),
                    username=f"kandidat{i:04}@example.bg",
                    appeared=i != 4,
                    handed_in_at=None if i == 4 else at(12, i % 30),
                    note="подпомаган от квестор" if i == 3 else "",
                )
                for i in range(rows)
            ),
            leavings=(
                admission.Leaving(names=LONG, left_at=at(10, 5), returned_at=at(10, 11), entered_at=at(11, 2)),
                admission.Leaving(names=person(2).names, left_at=at(11, 40), returned_at=None),
            ),
            blank_leavings=3,
        ),
    }


def of_testbank() -> dict[str, Any]:
    text = "Кое от изброените е задължение на ръководителя на вътрешния одит при изготвянето на годишния план?"
    options = (
        "Да оцени риска за всички структури и дейности в организацията",
        "Да утвърди бюджета",
        "Да назначи одитиран обект",
        "Нито едно от изброените",
    )
    return {
        "questions_acceptance_protocol": testbank.QuestionsAcceptanceProtocol(
            number="1",
            accepted_on=date(2027, 5, 7),
            exam_on=EXAM_ON,
            areas=AREAS,
            collection_sha256=hexes("questions"),
            deliveries=(
                testbank.Delivery(author=LONG, delivered=120, accepted=118, returned=2),
                testbank.Delivery(author=MEMBERS[0], delivered=90, accepted=90, returned=0),
            ),
            signatories=CHAIR_AND_DIRECTOR,
        ),
        "sealing_protocol": testbank.SealingProtocol(
            number="2",
            sealed_at=at(14, 10),
            exam_on=EXAM_ON,
            questions=90,
            signatories=CHAIR_AND_DIRECTOR,
            variants=tuple(
                testbank.SealedVariant(
                    number=n,
                    areas=AREAS,
                    sub_variants=(f"{n}А", f"{n}Б"),
                    seal_sha256=hexes(f"seal{n}"),
                    commitment=hexes(f"plain{n}"),
                )
                for n in (1, 2)
            ),
            recomputing="Обвързването е SHA-256 върху случайна стойност и каноничния запис на варианта; "
            "след изпита двете се оповестяват и всеки може да го пресметне отново.",
        ),
        "draw_protocol": testbank.DrawProtocol(
            number="3",
            drawn_at=at(11),
            exam_on=EXAM_ON,
            place="сградата на Министерството на финансите",
            notary=LONG,
            notary_number="000",
            notarial_act="№ 1, том I, дело № 1 от 2027 г.",
            seals=((1, hexes("s1")), (2, hexes("s2"))),
            shares=(
                testbank.Share(
                    capacity="Член на комисията", names=MEMBERS[0], commitment=hexes("a"), secret=hexes("b")
                ),
                testbank.Share(capacity="Нотариус", names=LONG, commitment=hexes("c"), secret=hexes("d")),
            ),
            recomputing=(
                "Всяко обвързване е SHA-256 на разкритата стойност.",
                "SHA-256 върху двете разкрити стойности една след друга се чете като число.",
                "Нечетно число дава вариант 1, четно число – вариант 2.",
            ),
            transcript_sha256=hexes("draw"),
            drawn=2,
            order_of_use=("Първият електронен изпит и изпитът на хартиен носител се провеждат по вариант 2.",),
            signatories=(*COMMISSION, Signatory("Директор на дирекция МКВО", DIRECTOR), Signatory("Нотариус", LONG)),
        ),
        "handover_protocol": testbank.HandoverProtocol(
            number="4",
            handed_at=at(7, 45),
            exam_on=EXAM_ON,
            mode=Mode.PAPER,
            hall="2",
            variant=2,
            seal_sha256=hexes("s2"),
            seal_intact=True,
            package_sha256=hexes("package"),
            copies=(("2А", 20), ("2Б", 20)),
            handed_by=CHAIR_AND_DIRECTOR,
            taken_by=(Signatory("Администратор на зала", HALL_ADMINISTRATOR),),
        ),
        "booklet": testbank.Booklet(
            exam_on=EXAM_ON,
            variant=2,
            sub_variant="2Б",
            duration_minutes=180,
            letters="АБВГ",
            questions=tuple(
                testbank.Question(number=n, text=text * (3 if n == 5 else 1), options=options) for n in range(1, 91)
            ),
        ),
    }
