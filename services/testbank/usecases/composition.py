"""Art. 13(4): chair and director choose the questions, and both variants are sealed before anybody has seen them."""

import random
import secrets
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from chassis import acts
from chassis.acts import ActKind
from chassis.commands import Answer
from chassis.documents import order
from chassis.plumbing import ActRow
from chassis.work import Work
from contracts.events.testbank import VariantsSealed
from contracts.people import CAPACITIES, Role
from contracts.phrase import Phrase
from contracts.refusals.general import AlreadyDone, SamePerson
from contracts.refusals.testbank import KeeperMissing, SameKey
from services.testbank.documents import SEALING_PROTOCOL, SealedVariant, SealingProtocol
from services.testbank.rules import composition, sealing, timing
from services.testbank.rules.items import Item
from services.testbank.tables import Exam, Keeper, Variant
from services.testbank.usecases import bank, exams

COMPOSITION = ActKind(
    "composition",
    bank.KEEPERS,
    bank.KEEPERS,
    "чл. 13, ал. 4",
    Phrase("изготвяне на вариантите", "composition of the variants"),
)
_SUBJECT = "variants"
_SALT_BYTES = 32
_RECOMPUTING = (
    "След изпита: SHA-256 от разкрития текст на варианта (канонична JSON форма с нейната сол) е вписаното обвързване."
)


def register_keeper_key(work: Work, *, exam_id: str, public_key: str) -> Answer:
    """Chair or director: the key to which the variants will be sealed (Art. 13(6)); may be replaced until then."""
    exams.take(work, exam_id)
    if exams.variants_of(work, exam_id):
        raise AlreadyDone(what=Phrase("вариантите са запечатани", "the variants have been sealed"))
    role = work.require(exam_id, *bank.KEEPERS)
    sealing.recipient(public_key)
    for other in _keepers(work, exam_id).values():
        if other.role != role and other.person_id == work.actor.id:
            raise SamePerson
        if other.role != role and other.public_key == public_key:
            raise SameKey
    work.session.merge(
        Keeper(
            exam_id=exam_id,
            role=role,
            person_id=work.actor.id,
            public_key=public_key,
            registered_at=work.now,
        )
    )
    work.audit(exam_id, "keeper_key:registered", "чл. 13, ал. 6", public_key=public_key)
    return {"role": role, "public_key": public_key}


def propose_composition(
    work: Work,
    *,
    exam_id: str,
    sub_variants: int,
    blueprint: Mapping[str, int] | None = None,
    deviation_reason: str | None = None,
) -> Answer:
    """Chair or director: so many questions of each area, so many sub-variants (Art. 11, 13(4)); the other confirms."""
    exam = exams.take(work, exam_id)
    law = exams.law_of(exam)
    if exams.variants_of(work, exam_id):
        raise AlreadyDone(what=Phrase("вариантите са запечатани", "the variants have been sealed"))
    timing.check_step(timing.COMPOSITION, exam.exam_on, work.now, law, deviation_reason)
    chosen = dict(blueprint or law.default_blueprint)
    composition.check_blueprint(chosen, law)
    composition.check_sub_variants(sub_variants)
    rows = bank.accepted(work, exam_id)
    supply = Counter(row.area for row in rows)
    composition.check_supply(chosen, supply, law)
    found = composition.warnings(chosen, supply, sum(row.study for row in rows), law)
    proposal = {
        "blueprint": chosen,
        "sub_variants": sub_variants,
        "deviation_reason": deviation_reason,
        "proposer": work.actor.names,
    }
    act = acts.propose(work, COMPOSITION, exam_id=exam_id, subject=_SUBJECT, proposal=proposal)
    return {"blueprint": chosen, "warnings": list(found), "expires_at": act.expires_at.isoformat()}


def confirm_composition(work: Work, *, exam_id: str) -> Answer:
    """The other of the two: chance chooses, both variants are sealed at once, and their plain text is forgotten."""
    exam = exams.take(work, exam_id)
    act = acts.confirm(work, COMPOSITION, exam_id=exam_id, subject=_SUBJECT)
    reason = act.proposal["deviation_reason"]
    timing.check_step(timing.COMPOSITION, exam.exam_on, work.now, exams.law_of(exam), reason)
    rows = _compose(work, exam, act.proposal, _keys(work, act))
    work.session.add_all(rows)
    seals = {str(row.variant): row.seal_sha256 for row in rows}
    commitments = {str(row.variant): row.commitment_sha256 for row in rows}
    work.emit(VariantsSealed(exam_id=exam_id, seals=seals, commitments=commitments, sealed_at=work.now))
    work.audit(
        exam_id,
        "variants:sealed",
        "чл. 13, ал. 4",
        seals=seals,
        commitments=commitments,
        blueprint=act.proposal["blueprint"],
        deviation_reason=reason,
    )
    _order_protocol(work, exam, act, rows)
    return {"seals": seals, "commitments": commitments, "sub_variants": {row.variant: row.sub_variants for row in rows}}


def _keepers(work: Work, exam_id: str) -> dict[Role, Keeper]:
    rows = work.session.scalars(select(Keeper).where(Keeper.exam_id == exam_id))
    return {Role(row.role): row for row in rows}


def _keys(work: Work, act: ActRow) -> dict[Role, str]:
    """The keys of the two who act; raises ``KeeperMissing`` when one has none, or when it is another's."""
    keepers = _keepers(work, act.exam_id)
    acting = {Role(act.proposed_role): act.proposed_by, Role(str(act.confirmed_role)): act.confirmed_by}
    missing = [role for role in acting if role not in keepers or keepers[role].person_id != acting[role]]
    if missing:
        raise KeeperMissing(roles=Phrase.listed(CAPACITIES[role] for role in sorted(missing)))
    return {role: keeper.public_key for role, keeper in keepers.items()}


def _compose(work: Work, exam: Exam, proposal: Mapping[str, Any], keys: Mapping[Role, str]) -> list[Variant]:
    law, chance = exams.law_of(exam), random.SystemRandom()
    chosen = composition.select(bank.accepted_items(work, exam.exam_id), proposal["blueprint"], law, chance)
    rows = []
    for variant, items in enumerate(chosen, 1):
        orders = composition.sub_variant_orders(variant, len(items), proposal["sub_variants"], chance)
        content = sealing.plaintext(exam.exam_id, variant, secrets.token_bytes(_SALT_BYTES), items, orders)
        sealed = sealing.seal(content, director_key=keys[Role.DIRECTOR], chair_key=keys[Role.CHAIR])
        rows.append(_variant(work, exam, variant, items, tuple(orders), sealed))
    return rows


def _variant(
    work: Work, exam: Exam, variant: int, items: tuple[Item, ...], codes: tuple[str, ...], sealed: sealing.Sealed
) -> Variant:
    return Variant(
        exam_id=exam.exam_id,
        variant=variant,
        seal_sha256=work.files.put(sealed.outer),
        inner_sha256=sealing.sha256(sealed.inner),
        commitment_sha256=sealed.commitment,
        counts=sealing.counts(items),
        sub_variants=list(codes),
        sealed_at=work.now,
    )


def _order_protocol(work: Work, exam: Exam, act: ActRow, rows: list[Variant]) -> None:
    law = exams.law_of(exam)
    order(
        work,
        SEALING_PROTOCOL,
        exam.exam_id,
        exam.exam_id,
        SealingProtocol(
            number=f"{exam.exam_id}/13-4",
            sealed_at=work.now,
            exam_on=exam.exam_on,
            questions=law.questions,
            variants=tuple(
                SealedVariant(
                    number=row.variant,
                    areas=bank.area_counts(law, row.counts),
                    sub_variants=tuple(row.sub_variants),
                    seal_sha256=row.seal_sha256,
                    commitment=row.commitment_sha256,
                )
                for row in rows
            ),
            recomputing=_RECOMPUTING,
            signatories=bank.signatories(work, act),
        ),
    )
