"""Art. 11–13(4) through the web door: questions come in, are accepted, and are sealed by two persons."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from chassis.plumbing import DocumentRow, OutboxRow
from chassis.work import Actor
from contracts.events.testbank import VariantsSealed
from contracts.people import Role
from services.testbank.tables import Question, Variant
from tests.cast import acting
from tests.interface.testbank.preparation import (
    ACCEPTANCE_DAY,
    AUTHOR,
    BEFORE,
    CHAIR,
    COMPOSITION_DAY,
    DIRECTOR,
    EXAM,
    KEYS,
    MARKER,
    MEMBER,
    OPERATOR,
    SUPPLY,
    Preparation,
    refused,
    written,
)

BOTH = frozenset({(Role.CHAIR, EXAM), (Role.DIRECTOR, None)})


@pytest.fixture
def announced(preparation: Preparation) -> Preparation:
    preparation.begin()
    return preparation


@pytest.fixture
def submitted(announced: Preparation) -> Preparation:
    announced.submit()
    announced.house.at(ACCEPTANCE_DAY)
    return announced


@pytest.fixture
def accepted(submitted: Preparation) -> Preparation:
    submitted.accept()
    submitted.register_keys()
    submitted.house.at(COMPOSITION_DAY)
    return submitted


def test_an_author_sees_his_own_questions_and_nobody_elses(announced: Preparation) -> None:
    other = acting(Role.AUTHOR, EXAM, person_id="another-author")
    announced.do("submit_questions", AUTHOR, questions=[written("legislation", 1)])
    announced.do("submit_questions", other, questions=[written("legislation", 2), written("internal_audit", 2)])
    assert [one["text"] for one in announced.ask("questions", AUTHOR)["questions"]] == [
        written("legislation", 1)["text"]
    ]
    assert len(announced.ask("questions", CHAIR)["questions"]) == 3
    assert len(announced.ask("questions", DIRECTOR, status="accepted")["questions"]) == 0


def test_nobody_but_authors_and_keepers_reads_questions(announced: Preparation) -> None:
    for actor in (MEMBER, OPERATOR, acting(Role.SYSTEM_ADMINISTRATOR, EXAM), acting(Role.CANDIDATE)):
        refused(announced.house.ask("questions", actor, exam_id=EXAM), "NotAllowed")


def test_a_question_comes_back_as_it_was_written(announced: Preparation) -> None:
    question = written("internal_audit", 5, code="IA-5")
    announced.do("submit_questions", AUTHOR, questions=[question])
    (found,) = announced.ask("questions", AUTHOR)["questions"]
    assert {name: found[name] for name in question} == question
    assert found["standard_version"]
    assert found["status"] == "submitted"


def test_a_question_of_the_wrong_form_is_refused_with_its_number(announced: Preparation) -> None:
    wrong = written("legislation", 2, correct="Д")
    body = announced.refused(
        "QuestionNotValid", "submit_questions", AUTHOR, questions=[written("legislation", 1), wrong]
    )
    assert body["facts"]["number"] == "2"
    assert announced.ask("questions", CHAIR)["questions"] == []


def test_the_same_question_twice_is_refused(announced: Preparation) -> None:
    announced.do("submit_questions", AUTHOR, questions=[written("legislation", 1)])
    again = written("legislation", 1)
    again["text"] = again["text"].upper()
    announced.refused("QuestionRepeated", "submit_questions", AUTHOR, questions=[again])
    twice = [written("legislation", 2), written("legislation", 2)]
    announced.refused("QuestionRepeated", "submit_questions", AUTHOR, questions=twice)


def test_a_field_that_nobody_knows_is_refused_without_repeating_the_question(announced: Preparation) -> None:
    announced.refused(
        "InvalidInput", "submit_questions", AUTHOR, questions=[written("legislation", 1, difficulty=MARKER[:1])]
    )


def test_questions_are_accepted_a_week_before_and_not_earlier(submitted: Preparation) -> None:
    submitted.house.at(BEFORE)
    body = submitted.refused("TooEarly", "propose_acceptance", CHAIR, question_ids=submitted.question_ids)
    assert body["facts"]["rule"] == "чл. 13, ал. 3"
    submitted.house.at("2027-05-08T00:00:00+03:00")
    submitted.refused("DeadlinePassed", "propose_acceptance", CHAIR, question_ids=submitted.question_ids)


def test_acceptance_on_another_day_needs_a_reason_that_is_recorded(submitted: Preparation) -> None:
    submitted.house.at("2027-05-10T10:00:00+03:00")
    reason = "Съставителите представиха въпросите със закъснение."
    submitted.do("propose_acceptance", CHAIR, question_ids=submitted.question_ids, deviation_reason=reason)
    submitted.do("confirm_acceptance", DIRECTOR)
    audit = submitted.ask("export", OPERATOR)["audit"]
    assert [row["facts"]["deviation_reason"] for row in audit if row["action"] == "questions:accepted"] == [reason]


def test_the_chair_cannot_confirm_his_own_proposal(submitted: Preparation) -> None:
    submitted.do("propose_acceptance", CHAIR, question_ids=submitted.question_ids)
    submitted.refused("SamePerson", "confirm_acceptance", CHAIR)
    submitted.refused("SamePerson", "confirm_acceptance", Actor(CHAIR.id, BOTH, "Един в две лица"))


def test_a_second_chair_cannot_stand_in_for_the_director(submitted: Preparation) -> None:
    submitted.do("propose_acceptance", CHAIR, question_ids=submitted.question_ids)
    submitted.refused("NotAllowed", "confirm_acceptance", acting(Role.CHAIR, EXAM, person_id="another-chair"))


def test_a_member_cannot_propose(submitted: Preparation) -> None:
    submitted.refused("NotAllowed", "propose_acceptance", MEMBER, question_ids=submitted.question_ids)
    submitted.refused("NotAllowed", "propose_composition", MEMBER, sub_variants=2)
    submitted.refused("NotAllowed", "register_keeper_key", MEMBER, public_key=str(KEYS[Role.CHAIR].to_public()))


def test_the_chair_of_another_exam_cannot_propose(submitted: Preparation) -> None:
    stranger = acting(Role.CHAIR, "2026-11")
    submitted.refused("NotAllowed", "propose_acceptance", stranger, question_ids=submitted.question_ids)


def test_questions_may_be_accepted_in_parts_and_each_part_has_its_protocol(submitted: Preparation) -> None:
    for part in (submitted.question_ids[:100], submitted.question_ids[100:]):
        submitted.do("propose_acceptance", DIRECTOR, question_ids=part)
        submitted.do("confirm_acceptance", CHAIR)
    submitted.refused("NotFound", "propose_acceptance", CHAIR, question_ids=submitted.question_ids[:1])
    with submitted.house.runtime.work() as work:
        subjects = work.session.scalars(select(DocumentRow.subject).order_by(DocumentRow.subject)).all()
    assert subjects == [f"{EXAM}-1", f"{EXAM}-2"]


def test_a_proposal_that_nobody_confirmed_in_time_must_be_made_again(submitted: Preparation) -> None:
    reason = "Директорът е в отпуск до понеделник."
    submitted.do("propose_acceptance", CHAIR, question_ids=submitted.question_ids, deviation_reason=reason)
    submitted.house.at("2027-05-08T10:00:00+03:00")
    submitted.refused("ActExpired", "confirm_acceptance", DIRECTOR)
    submitted.do("propose_acceptance", CHAIR, question_ids=submitted.question_ids, deviation_reason=reason)
    submitted.do("confirm_acceptance", DIRECTOR)


def test_statistics_tell_counts_and_terms_and_no_words(accepted: Preparation) -> None:
    found = accepted.ask("bank_statistics", DIRECTOR)
    assert {one["area"]: one["accepted"] for one in found["areas"]} == SUPPLY
    assert found["study"] == sum(SUPPLY.values())
    assert found["possible_compositions"] == 3
    assert found["steps"]["draw"]["not_before"] == "2027-05-13T21:00:00+00:00"
    assert MARKER not in json.dumps(found)


def test_both_variants_are_sealed_at_once(accepted: Preparation) -> None:
    proposed = accepted.do("propose_composition", DIRECTOR, sub_variants=3)
    assert proposed["blueprint"] == {"internal_audit": 45, "financial_management": 27, "legislation": 18}
    assert proposed["warnings"] == ["study"]
    sealed = accepted.do("confirm_composition", CHAIR)
    assert set(sealed["seals"]) == {"1", "2"}
    assert sealed["sub_variants"]["2"] == ["2А", "2Б", "2В"]
    (event,) = accepted.said(VariantsSealed)
    assert event.seals == sealed["seals"]
    assert event.commitments == sealed["commitments"]
    for seal in sealed["seals"].values():
        assert accepted.house.runtime.files.get(seal).startswith(b"age-encryption.org/v1")


def test_a_composition_outside_article_11_is_refused(accepted: Preparation) -> None:
    blueprint = {"internal_audit": 44, "financial_management": 28, "legislation": 18}
    body = accepted.refused("OutsideBounds", "propose_composition", CHAIR, sub_variants=2, blueprint=blueprint)
    assert body["article"] == "чл. 11"


def test_a_composition_that_the_bank_cannot_fill_is_refused(accepted: Preparation) -> None:
    blueprint = {"internal_audit": 47, "financial_management": 25, "legislation": 18}
    accepted.refused("NotEnoughQuestions", "propose_composition", CHAIR, sub_variants=2, blueprint=blueprint)


def test_the_test_is_composed_two_days_before_and_not_earlier_or_later(accepted: Preparation) -> None:
    accepted.house.at("2027-05-12T23:59:59+03:00")
    accepted.refused("TooEarly", "propose_composition", CHAIR, sub_variants=2)
    accepted.house.at("2027-05-14T00:00:00+03:00")
    accepted.refused("DeadlinePassed", "propose_composition", CHAIR, sub_variants=2)


def test_one_sub_variant_is_none(accepted: Preparation) -> None:
    accepted.refused("SubVariantsNotPossible", "propose_composition", CHAIR, sub_variants=1)


def test_without_both_keys_nothing_is_sealed(submitted: Preparation) -> None:
    submitted.accept()
    submitted.do("register_keeper_key", CHAIR, public_key=str(KEYS[Role.CHAIR].to_public()))
    submitted.house.at(COMPOSITION_DAY)
    submitted.do("propose_composition", CHAIR, sub_variants=2)
    submitted.refused("KeeperMissing", "confirm_composition", DIRECTOR)
    with submitted.house.runtime.work() as work:
        assert work.session.scalar(select(func.count()).select_from(Variant)) == 0
        sealed = select(func.count()).where(OutboxRow.type == VariantsSealed.type_name())
        assert work.session.scalar(sealed) == 0


def test_only_those_whose_keys_are_registered_may_seal(accepted: Preparation) -> None:
    accepted.do("propose_composition", acting(Role.CHAIR, EXAM, person_id="another-chair"), sub_variants=2)
    accepted.refused("KeeperMissing", "confirm_composition", DIRECTOR)


def test_one_key_for_both_keepers_is_refused(announced: Preparation) -> None:
    key = str(KEYS[Role.CHAIR].to_public())
    announced.do("register_keeper_key", CHAIR, public_key=key)
    announced.refused("SameKey", "register_keeper_key", DIRECTOR, public_key=key)
    announced.refused("KeyNotValid", "register_keeper_key", DIRECTOR, public_key="age1" + "q" * 58)


def test_one_person_cannot_hold_both_keys(announced: Preparation) -> None:
    announced.do("register_keeper_key", CHAIR, public_key=str(KEYS[Role.CHAIR].to_public()))
    both = acting(Role.DIRECTOR, person_id=CHAIR.id)
    announced.refused("SamePerson", "register_keeper_key", both, public_key=str(KEYS[Role.DIRECTOR].to_public()))


def test_a_key_may_be_replaced_until_the_variants_are_sealed(accepted: Preparation) -> None:
    accepted.register_keys()
    accepted.do("propose_composition", CHAIR, sub_variants=2)
    accepted.do("confirm_composition", DIRECTOR)
    key = str(KEYS[Role.CHAIR].to_public())
    accepted.refused("AlreadyDone", "register_keeper_key", CHAIR, public_key=key)


def test_nothing_is_composed_or_accepted_twice(accepted: Preparation) -> None:
    accepted.do("propose_composition", CHAIR, sub_variants=2)
    accepted.do("confirm_composition", DIRECTOR)
    accepted.refused("AlreadyDone", "propose_composition", CHAIR, sub_variants=2)
    accepted.refused("AlreadyDone", "confirm_composition", DIRECTOR)
    accepted.refused("AlreadyDone", "submit_questions", AUTHOR, questions=[written("legislation", 999)])


def test_the_database_does_not_say_which_questions_were_chosen(accepted: Preparation) -> None:
    before = rows_of_questions(accepted)
    accepted.do("propose_composition", CHAIR, sub_variants=2)
    accepted.do("confirm_composition", DIRECTOR)
    assert rows_of_questions(accepted) == before


def rows_of_questions(preparation: Preparation) -> list[Any]:
    with preparation.house.runtime.work() as work:
        return [tuple(row) for row in work.session.execute(select(Question.__table__).order_by(Question.question_id))]
