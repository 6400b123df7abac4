"""Art. 12(1), 13(3): authors submit questions, chair and director accept them."""

import json
import secrets
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from chassis import acts
from chassis.acts import ActKind
from chassis.commands import Answer
from chassis.documents import Signatory, order
from chassis.plumbing import ActRow
from chassis.work import Work
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, NotFound
from contracts.refusals.testbank import QuestionRepeated
from regulation import Area, Regulation
from regulation.calendar import local_day
from services.testbank.documents import QUESTIONS_ACCEPTANCE_PROTOCOL, AreaCount, Delivery, QuestionsAcceptanceProtocol
from services.testbank.rules import items, safekeeping, sealing, timing
from services.testbank.rules.items import Item
from services.testbank.tables import Exam, Question
from services.testbank.usecases import exams

KEEPERS = frozenset({Role.CHAIR, Role.DIRECTOR})
CAPACITIES: Mapping[Role, str] = {
    Role.CHAIR: "Председател на изпитната комисия",
    Role.DIRECTOR: "Директор на дирекция „Методология на контрола и вътрешен одит“",
}
ACCEPTANCE = ActKind(
    "questions_acceptance",
    KEEPERS,
    KEEPERS,
    "чл. 13, ал. 3",
    Phrase("приемане на въпросите", "acceptance of the questions"),
)


def submit_questions(work: Work, *, exam_id: str, questions: Sequence[Mapping[str, Any]]) -> Answer:
    """Put an author's questions into the bank, under lock (Art. 12(1)). Answers with their ids, in the order given."""
    exam = exams.take(work, exam_id)
    law = exams.law_of(exam)
    timing.check_before_start(exam.exam_on, work.now, law)
    if exams.variants_of(work, exam_id):
        raise AlreadyDone(what=Phrase("вариантите са изготвени", "the variants have been composed"))
    rows = [_question(work, exam, law, number, given) for number, given in enumerate(questions, 1)]
    _refuse_repeated(work, exam_id, rows)
    work.session.add_all(rows)
    work.audit(
        exam_id,
        "questions:submitted",
        "чл. 13, ал. 3",
        areas=dict(Counter(row.area for row in rows)),
        questions=[row.sha256 for row in rows],
    )
    return {"question_ids": [str(row.question_id) for row in rows]}


def _question(work: Work, exam: Exam, law: Regulation, number: int, given: Mapping[str, Any]) -> Question:
    """The row of a submitted question; its words are locked before they are anywhere but in memory."""
    question_id = uuid.uuid4()
    item = Item(
        question_id=str(question_id),
        area=given["area"],
        text=given["text"],
        options=given["options"],
        correct=given["correct"],
    )
    items.check_item(number, item, given["law_as_of"], local_day(work.now), law)
    secret = {name: given[name] for name in ("text", "options", "correct", "ground")}
    content = sealing.canonical(secret | {"salt": secrets.token_hex(16)})
    key: str = work.settings.bank_key
    return Question(
        question_id=question_id,
        exam_id=exam.exam_id,
        area=item.area,
        author=work.actor.id,
        code=given["code"],
        locked=safekeeping.lock(content, key, _context(exam.exam_id, question_id)),
        sha256=sealing.sha256(content),
        fingerprint=safekeeping.fingerprint(items.comparable(item.text), key, exam.exam_id),
        law_as_of=given["law_as_of"],
        standard_version=given["standard_version"] or items.default_standard_version(item.area, law),
        study=given["study"],
        submitted_at=work.now,
    )


def _refuse_repeated(work: Work, exam_id: str, rows: Sequence[Question]) -> None:
    seen = set(work.session.scalars(select(Question.fingerprint).where(Question.exam_id == exam_id)))
    for number, row in enumerate(rows, 1):
        if row.fingerprint in seen:
            raise QuestionRepeated(number=number)
        seen.add(row.fingerprint)


def _context(exam_id: str, question_id: uuid.UUID) -> str:
    return f"{exam_id}/{question_id}"


def unlocked(work: Work, row: Question) -> dict[str, Any]:
    """What a question says: ``text``, ``options``, ``correct``, ``ground``. Never stored, logged, audited or said."""
    content = safekeeping.unlock(row.locked, work.settings.bank_key, _context(row.exam_id, row.question_id))
    words: dict[str, Any] = json.loads(content)
    del words["salt"]
    return words


def accepted_items(work: Work, exam_id: str) -> list[Item]:
    """The accepted questions of an exam, as the rules know them."""
    found = []
    for row in accepted(work, exam_id):
        words = unlocked(work, row)
        found.append(
            Item(
                question_id=str(row.question_id),
                area=row.area,
                text=words["text"],
                options=words["options"],
                correct=words["correct"],
            )
        )
    return found


def accepted(work: Work, exam_id: str) -> Sequence[Question]:
    """The rows of the accepted questions."""
    query = select(Question).where(Question.exam_id == exam_id, Question.accepted_at.is_not(None))
    return work.session.scalars(query.order_by(Question.question_id)).all()


def propose_acceptance(
    work: Work, *, exam_id: str, question_ids: Sequence[str], deviation_reason: str | None = None
) -> Answer:
    """Chair or director: these questions are to be accepted (Art. 13(3)); the other of the two confirms."""
    exam = exams.take(work, exam_id)
    timing.check_step(timing.ACCEPTANCE, exam.exam_on, work.now, exams.law_of(exam), deviation_reason)
    if exams.variants_of(work, exam_id):
        raise AlreadyDone(what=Phrase("вариантите са изготвени", "the variants have been composed"))
    wanted = sorted(set(question_ids))
    if len(_waiting(work, exam_id, wanted)) != len(wanted):
        raise NotFound(what=Phrase("представен и неприет въпрос", "a question submitted and not yet accepted"))
    proposal = {
        "question_ids": wanted,
        "deviation_reason": deviation_reason,
        "proposer": work.actor.names,
    }
    act = acts.propose(work, ACCEPTANCE, exam_id=exam_id, subject=_batch(work, exam_id), proposal=proposal)
    return {"questions": len(wanted), "expires_at": act.expires_at.isoformat()}


def confirm_acceptance(work: Work, *, exam_id: str) -> Answer:
    """The other of the two: the questions are accepted (Art. 13(3))."""
    exam = exams.take(work, exam_id)
    batch = _batch(work, exam_id)
    act = acts.confirm(work, ACCEPTANCE, exam_id=exam_id, subject=batch)
    reason = act.proposal["deviation_reason"]
    timing.check_step(timing.ACCEPTANCE, exam.exam_on, work.now, exams.law_of(exam), reason)
    rows = _waiting(work, exam_id, act.proposal["question_ids"])
    for row in rows:
        row.accepted_at = work.now
    collection = sealing.sha256(sealing.canonical(sorted(row.sha256 for row in rows)))
    work.audit(
        exam_id,
        "questions:accepted",
        "чл. 13, ал. 3",
        questions=len(rows),
        collection_sha256=collection,
        deviation_reason=reason,
    )
    _order_protocol(work, exam, act, rows, collection)
    return {"accepted": len(rows), "collection_sha256": collection}


def _waiting(work: Work, exam_id: str, question_ids: Sequence[str]) -> Sequence[Question]:
    query = select(Question).where(
        Question.exam_id == exam_id,
        Question.accepted_at.is_(None),
        Question.question_id.in_([uuid.UUID(one) for one in question_ids]),
    )
    return work.session.scalars(query.order_by(Question.question_id)).all()


def _batch(work: Work, exam_id: str) -> str:
    """The number of the acceptance that is open or comes next, from 1: authors may deliver in parts."""
    done = select(func.count()).select_from(ActRow)
    done = done.where(ActRow.exam_id == exam_id, ActRow.kind == ACCEPTANCE.name, ActRow.confirmed_at.is_not(None))
    return str((work.session.scalar(done) or 0) + 1)


def _order_protocol(work: Work, exam: Exam, act: ActRow, rows: Sequence[Question], collection: str) -> None:
    order(
        work,
        QUESTIONS_ACCEPTANCE_PROTOCOL,
        exam.exam_id,
        f"{exam.exam_id}-{act.subject}",
        QuestionsAcceptanceProtocol(
            number=f"{exam.exam_id}/13-3/{act.subject}",
            accepted_on=local_day(work.now),
            exam_on=exam.exam_on,
            deliveries=_deliveries(work, exam.exam_id),
            areas=area_counts(exams.law_of(exam), Counter(row.area for row in rows)),
            collection_sha256=collection,
            signatories=signatories(work, act),
        ),
    )


def _deliveries(work: Work, exam_id: str) -> tuple[Delivery, ...]:
    query = (
        select(Question.author, func.count(), func.count(Question.accepted_at))
        .where(Question.exam_id == exam_id)
        .group_by(Question.author)
        .order_by(Question.author)
    )
    return tuple(
        Delivery(
            author=exams.names_of(work, exam_id, author),
            delivered=delivered,
            accepted=taken,
            returned=delivered - taken,
        )
        for author, delivered, taken in work.session.execute(query)
    )


def area_counts(law: Regulation, counts: Mapping[str, int]) -> tuple[AreaCount, ...]:
    """The areas of Art. 11 with the share that each may have and how many questions it has."""
    return tuple(
        AreaCount(title=area.title_bg, share=_share(area, law), questions=counts.get(area.code, 0))
        for area in law.areas
    )


def _share(area: Area, law: Regulation) -> str:
    if area.min_questions:
        return f"не по-малко от {area.min_questions / law.questions:.0%}"
    return f"до {area.max_questions / law.questions:.0%}"


def signatories(work: Work, act: ActRow) -> tuple[Signatory, ...]:
    """Chair and director of an act that was just confirmed, the chair first."""
    persons = exams.both_persons(work, act)
    return tuple(Signatory(CAPACITIES[role], persons[role]) for role in CAPACITIES)
