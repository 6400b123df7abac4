"""What testbank decides, by example: Art. 10(1), 11, 13(3)–(5)."""

import hashlib
import json
import random
from dataclasses import replace
from datetime import date

import pyrage
import pytest
from cryptography.exceptions import InvalidTag

from contracts.people import Mode
from contracts.phrase import Phrase
from contracts.refusals import Refusal
from contracts.refusals.general import DeadlinePassed, TooEarly
from contracts.refusals.testbank import (
    CommitmentBroken,
    KeyNotValid,
    NotEnoughQuestions,
    OutsideBounds,
    QuestionNotValid,
    SealBroken,
    SubVariantsNotPossible,
)
from regulation import in_force
from regulation.calendar import local
from services.testbank.rules import composition, draw, items, release, safekeeping, sealing, timing
from services.testbank.rules.items import Item

LAW = in_force(date(2027, 3, 1))
SATURDAY = date(2027, 5, 15)
EXAM = "2027-05"
MEMBER_VALUE, NOTARY_VALUE = "11" * 32, "22" * 32
SEALS = {1: "aa" * 32, 2: "bb" * 32}

GOOD = Item(
    question_id="x",
    area="legislation",
    text="Колко е „две и две“?",
    options={"А": "3", "Б": "4", "В": "5", "Г": "22"},
    correct="Б",
)
OTHER = Item(
    question_id="y",
    area="internal_audit",
    text="A\\B?",
    options={"А": "да", "Б": "не", "В": "може би", "Г": "—"},
    correct="Г",
)
#: The test vector of README.md: two questions, salt 00 01 … 1f.
VECTOR = sealing.plaintext(EXAM, 1, bytes(range(32)), [GOOD, OTHER], {"1А": (2, 1), "1Б": (1, 2)})


def fault(item: Item, law_as_of: date = date(2027, 1, 1)) -> str:
    with pytest.raises(QuestionNotValid) as raised:
        items.check_item(7, item, law_as_of, date(2027, 3, 1), LAW)
    assert item.text not in json.dumps(raised.value.to_dict(), ensure_ascii=False)
    return raised.value.sentence()


def test_a_question_with_four_options_and_one_right_answer_is_accepted() -> None:
    items.check_item(1, GOOD, date(2027, 3, 1), date(2027, 3, 1), LAW)


def test_a_question_needs_exactly_the_options_of_the_answer_card() -> None:
    assert "А, Б, В, Г" in fault(replace(GOOD, options={"А": "3", "Б": "4", "В": "5"}))
    assert "А, Б, В, Г" in fault(replace(GOOD, options=dict(GOOD.options) | {"Д": "6"}))


def test_two_options_that_say_the_same_are_refused() -> None:
    assert "еднакви" in fault(replace(GOOD, options={"А": "Да.", "Б": " да", "В": "5", "Г": "22"}))


def test_the_right_answer_is_among_the_options() -> None:
    assert "верният" in fault(replace(GOOD, correct="Д"))


def test_an_area_that_article_11_does_not_name_is_refused() -> None:
    assert "област" in fault(replace(GOOD, area="astronomy"))


def test_a_question_does_not_rest_on_the_law_of_the_future() -> None:
    assert "бъдеща" in fault(GOOD, date(2027, 3, 2))


def test_questions_that_differ_in_case_and_punctuation_only_are_the_same() -> None:
    assert items.comparable("Кой  е „Редът“?") == items.comparable("кой е редът")
    assert items.comparable("Кой е редът") != items.comparable("Кой е раздел")


def test_questions_of_the_first_area_carry_the_edition_of_the_standards() -> None:
    assert items.default_standard_version("internal_audit", LAW) == LAW.standard_version
    assert items.default_standard_version("legislation", LAW) is None


def test_the_bounds_themselves_are_a_lawful_composition() -> None:
    assert (
        composition.blueprint_violations({"internal_audit": 45, "financial_management": 27, "legislation": 18}, LAW)
        == ()
    )


def test_forty_four_questions_of_internal_audit_are_too_few() -> None:
    with pytest.raises(OutsideBounds) as raised:
        composition.check_blueprint({"internal_audit": 44, "financial_management": 27, "legislation": 19}, LAW)
    assert "т. 1: 44" in raised.value.sentence()
    assert "т. 3: 19" in raised.value.sentence()


def test_a_test_has_ninety_questions_neither_more_nor_fewer() -> None:
    assert composition.blueprint_violations({"internal_audit": 89}, LAW)
    assert composition.blueprint_violations({"internal_audit": 91}, LAW)
    assert composition.blueprint_violations({"internal_audit": 90}, LAW) == ()


def test_an_unknown_area_is_a_violation() -> None:
    assert composition.blueprint_violations({"internal_audit": 45, "astronomy": 45}, LAW)


def test_an_area_without_questions_is_lawful_and_told() -> None:
    supply = {"internal_audit": 200}
    assert composition.warnings({"internal_audit": 90}, supply, 0, LAW) == (
        "empty:financial_management",
        "empty:legislation",
    )


def test_a_bank_without_choice_and_study_questions_are_told() -> None:
    supply = {"internal_audit": 90, "financial_management": 54, "legislation": 37}
    assert composition.warnings(LAW.default_blueprint, supply, 3, LAW) == (
        "no_choice:internal_audit",
        "no_choice:financial_management",
        "study",
    )


def test_two_variants_need_twice_the_questions() -> None:
    with pytest.raises(NotEnoughQuestions) as raised:
        composition.check_supply({"legislation": 18}, {"legislation": 35}, LAW)
    assert "т. 3 – 1" in raised.value.sentence()


@pytest.mark.parametrize("count", [0, 1, 7])
def test_there_are_two_to_six_sub_variants(count: int) -> None:
    with pytest.raises(SubVariantsNotPossible):
        composition.check_sub_variants(count)


def test_sub_variants_are_named_after_their_variant() -> None:
    orders = composition.sub_variant_orders(2, 90, 3, random.Random(1))
    assert list(orders) == ["2А", "2Б", "2В"]


@pytest.mark.parametrize(
    ("step", "day"),
    [
        (timing.ACCEPTANCE, date(2027, 5, 7)),
        (timing.COMPOSITION, date(2027, 5, 13)),
        (timing.DRAW, date(2027, 5, 14)),
    ],
)
def test_steps_before_a_saturday_exam_fall_on_their_day_or_the_working_day_before(step: timing.Step, day: date) -> None:
    timing.check_step(step, SATURDAY, local(day, "0:00"), LAW, None)
    timing.check_step(step, SATURDAY, local(day, "23:59"), LAW, None)


def test_a_day_too_early_and_a_minute_too_late_are_refused() -> None:
    with pytest.raises(TooEarly):
        timing.check_step(timing.COMPOSITION, SATURDAY, local(date(2027, 5, 12), "23:59"), LAW, None)
    with pytest.raises(DeadlinePassed):
        timing.check_step(timing.COMPOSITION, SATURDAY, local(date(2027, 5, 14), "0:00"), LAW, None)


def test_a_deviation_with_a_reason_is_allowed_until_the_exam_begins() -> None:
    reason = "Нотариусът е възпрепятстван."
    timing.check_step(timing.DRAW, SATURDAY, local(date(2027, 5, 12), "10:00"), LAW, reason)
    timing.check_step(timing.DRAW, SATURDAY, local(SATURDAY, "9:30"), LAW, reason)
    with pytest.raises(DeadlinePassed):
        timing.check_step(timing.DRAW, SATURDAY, local(SATURDAY, "9:31"), LAW, reason)


def test_a_variant_is_opened_on_exam_day_only() -> None:
    timing.check_exam_day(SATURDAY, local(SATURDAY, "0:00"))
    with pytest.raises(TooEarly):
        timing.check_exam_day(SATURDAY, local(date(2027, 5, 14), "23:59"))
    with pytest.raises(DeadlinePassed):
        timing.check_exam_day(SATURDAY, local(date(2027, 5, 16), "0:00"))


def test_vector_of_a_commitment_to_the_draw() -> None:
    assert (
        draw.commitment(EXAM, "member", MEMBER_VALUE)
        == "797b2927b44fd71ba4838b449f0b73ef11ed7ebbd6251c17f88fdba34bb8f197"
    )
    assert (
        draw.commitment(EXAM, "notary", NOTARY_VALUE)
        == "56edc21fcd2f18b55a628b3ae495794caa219011aac4202f732f03b5b589feff"
    )


def test_vector_of_the_draw_of_variant_1() -> None:
    found = draw.digest(EXAM, MEMBER_VALUE, NOTARY_VALUE, SEALS)
    assert found == "7c572fcc7328aacdb0ca03cdc9048c224431a2fa8a9f027f2e6a4b432885657e"
    assert draw.drawn(found, 2) == 1


def test_vector_of_the_draw_of_variant_2() -> None:
    found = draw.digest(EXAM, MEMBER_VALUE, "23" * 32, SEALS)
    assert found == "b98b12fa7dea3f723cdd0464804d5ee677e9f62015ac6bb3e323d86b8bad495d"
    assert draw.drawn(found, 2) == 2


def test_vector_of_a_transcript() -> None:
    record = draw.transcript(
        EXAM,
        draw.Revealed(draw.commitment(EXAM, "member", MEMBER_VALUE), MEMBER_VALUE),
        draw.Revealed(draw.commitment(EXAM, "notary", NOTARY_VALUE), NOTARY_VALUE),
        SEALS,
    )
    assert record["drawn"] == 1
    assert draw.transcript_sha256(record) == "236b9fa106a37852b057187feec66cbd959d7e7d2d9392c05d63c2a32f405f24"


def test_a_value_that_is_not_the_committed_one_is_refused() -> None:
    committed = draw.commitment(EXAM, "member", MEMBER_VALUE)
    draw.check_reveal(EXAM, "member", committed, MEMBER_VALUE)
    for role, value in (("member", NOTARY_VALUE), ("notary", MEMBER_VALUE), ("member", MEMBER_VALUE[:-1])):
        with pytest.raises(CommitmentBroken):
            draw.check_reveal(EXAM, role, committed, value)


def test_a_commitment_copied_from_another_exam_is_worth_nothing() -> None:
    assert draw.commitment(EXAM, "member", MEMBER_VALUE) != draw.commitment("2027-11", "member", MEMBER_VALUE)


def test_the_drawn_variant_is_of_the_first_session_and_the_other_of_the_second() -> None:
    assert draw.sessions_of(2, 2, 2, is_reused=False) == (1,)
    assert draw.sessions_of(1, 2, 2, is_reused=False) == (2,)


def test_with_one_session_the_other_variant_stays_sealed() -> None:
    assert draw.sessions_of(1, 2, 1, is_reused=False) == ()


def test_a_variant_used_again_leaves_the_other_sealed() -> None:
    assert draw.sessions_of(2, 2, 2, is_reused=True) == (1, 2)
    assert draw.sessions_of(1, 2, 2, is_reused=True) == ()


def test_vector_of_a_variant() -> None:
    assert VECTOR.startswith(
        b'{"exam_id":"2027-05","format":"svops-variant-1","questions":[{"area":"legislation","correct":'
    )
    assert b'"text":"A\\\\B?"' in VECTOR
    assert len(VECTOR) == 469
    assert hashlib.sha256(VECTOR).hexdigest() == "9554ba4f5f28be7ccdd70944c296588988698d5de825316cfdd86324644652d4"


def test_vector_of_an_answer_key() -> None:
    assert json.loads(sealing.answer_key(VECTOR)) == {"1А": {"1": "Г", "2": "Б"}, "1Б": {"1": "Б", "2": "Г"}}


def test_the_package_of_a_sitting_has_neither_answers_nor_salt() -> None:
    package = json.loads(sealing.package(VECTOR))
    assert set(package) == {"exam_id", "variant", "questions", "sub_variants"}
    assert [set(one) for one in package["questions"]] == [{"number", "area", "text", "options"}] * 2


def test_neither_keeper_alone_gets_to_the_text() -> None:
    director, chair = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    sealed = sealing.seal(VECTOR, director_key=str(director.to_public()), chair_key=str(chair.to_public()))
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed.outer, [director])
    peeled = pyrage.decrypt(sealed.outer, [chair])
    assert peeled == sealed.inner
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(peeled, [chair])
    assert pyrage.decrypt(peeled, [director]) == VECTOR


def test_changed_bytes_break_the_seal() -> None:
    sealing.check_hash(1, Phrase("съдържание", "contents"), VECTOR, hashlib.sha256(VECTOR).hexdigest())
    with pytest.raises(SealBroken):
        sealing.check_hash(1, Phrase("съдържание", "contents"), VECTOR + b" ", hashlib.sha256(VECTOR).hexdigest())


def test_what_is_no_age_key_is_refused() -> None:
    with pytest.raises(KeyNotValid):
        sealing.recipient("age1notakey")


def test_a_locked_question_cannot_be_put_in_the_place_of_another() -> None:
    locked = safekeeping.lock(b"words", "secret", "2027-05/x")
    assert b"words" not in locked
    assert safekeeping.unlock(locked, "secret", "2027-05/x") == b"words"
    for secret, context in (("secret", "2027-05/y"), ("another", "2027-05/x")):
        with pytest.raises(InvalidTag):
            safekeeping.unlock(locked, secret, context)


def test_a_fingerprint_says_nothing_without_the_secret() -> None:
    assert safekeeping.fingerprint("въпрос", "secret", EXAM) != safekeeping.fingerprint("въпрос", "another", EXAM)


def test_every_announced_sitting_must_end_before_the_key_is_released() -> None:
    expected = release.expected_sittings([Mode.ELECTRONIC, Mode.PAPER], 2)
    assert expected == {(Mode.ELECTRONIC, 1), (Mode.ELECTRONIC, 2), (Mode.PAPER, 1)}
    assert not release.is_over(expected, [(Mode.ELECTRONIC, 1), (Mode.ELECTRONIC, 2)])
    assert release.is_over(expected, [*expected, (Mode.PAPER, 2)])


def test_an_exam_without_sittings_is_never_over() -> None:
    assert not release.is_over(frozenset(), [])


def test_refusals_of_testbank_are_sentences_in_both_languages() -> None:
    for refusal in (
        NotEnoughQuestions(missing=Phrase("т. 3 – 1", "item 3 – 1")),
        SealBroken(variant=1, what=Phrase("съдържание", "contents")),
        KeyNotValid(),
    ):
        assert isinstance(refusal, Refusal)
        assert refusal.sentence("bg") != refusal.sentence("en")
