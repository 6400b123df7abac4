"""Art. 13(5)–(7) through the web door: the draw, the opening by two persons, and the key that waits for the end."""

import base64
import hashlib
import io
import json
from concurrent.futures import ThreadPoolExecutor

import httpx
import pikepdf
import pypdfium2
import pytest

from chassis.audit import BEGINNING, canonical
from chassis.work import Actor
from contracts.events.chassis import RenderDocuments
from contracts.events.testbank import AnswerKeyReleased, RenderBooklets, VariantDrawn, VariantOpened
from contracts.people import Mode, Role
from services.testbank.usecases import booklets
from services.testbank.worker import render_booklets, render_documents
from tests.cast import acting
from tests.interface.testbank.preparation import (
    CHAIR,
    COMPOSITION_DAY,
    DIRECTOR,
    DRAW_DAY,
    EXAM,
    EXAM_DAY,
    HALL_ADMINISTRATOR,
    MEMBER,
    NOTARY,
    OPERATOR,
    VALUES,
    Preparation,
    commitment,
    in_base64,
    refused,
)


@pytest.fixture
def sealed(preparation: Preparation) -> Preparation:
    preparation.begin()
    preparation.seal()
    preparation.house.at(DRAW_DAY)
    return preparation


def test_member_and_notary_draw_and_anybody_can_repeat_it(sealed: Preparation) -> None:
    drawn = sealed.draw()
    found = sealed.ask("draw", OPERATOR)["draw"]
    seals = found["transcript"]["seals"]
    lines = ["svops-draw-1", EXAM, VALUES["member"], VALUES["notary"], seals["1"], seals["2"]]
    digest = hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()
    assert found["transcript"]["digest"] == digest
    assert drawn == found["drawn"] == 1 + int(digest, 16) % 2
    (event,) = sealed.said(VariantDrawn)
    assert event.drawn == drawn
    assert event.transcript_sha256 == hashlib.sha256(canonical(found["transcript"])).hexdigest()


def test_a_reveal_that_does_not_match_its_commitment_is_refused(sealed: Preparation) -> None:
    sealed.do("commit_draw", MEMBER, commitment=commitment("member"))
    sealed.do("commit_draw", NOTARY, commitment=commitment("notary"))
    sealed.refused("CommitmentBroken", "reveal_draw", MEMBER, value="33" * 32)
    sealed.refused("CommitmentBroken", "reveal_draw", MEMBER, value=VALUES["notary"])
    assert sealed.ask("draw", CHAIR)["draw"] is None


def test_nothing_is_revealed_before_both_are_bound(sealed: Preparation) -> None:
    sealed.do("commit_draw", MEMBER, commitment=commitment("member"))
    assert sealed.refused("OutOfOrder", "reveal_draw", MEMBER, value=VALUES["member"])["article"] == "чл. 13, ал. 5"


def test_a_commitment_is_never_replaced_and_a_draw_never_repeated(sealed: Preparation) -> None:
    sealed.do("commit_draw", MEMBER, commitment=commitment("member"))
    sealed.refused("AlreadyDone", "commit_draw", MEMBER, commitment=commitment("member", "44" * 32))
    another = acting(Role.MEMBER, EXAM, person_id="another-member")
    sealed.refused("AlreadyDone", "commit_draw", another, commitment=commitment("member", "44" * 32))
    sealed.do("commit_draw", NOTARY, commitment=commitment("notary"))
    sealed.refused("NotTheSameDrawer", "reveal_draw", another, value=VALUES["member"])
    for actor, role in ((MEMBER, "member"), (NOTARY, "notary")):
        sealed.do("reveal_draw", actor, value=VALUES[role])
        sealed.refused("AlreadyDone", "reveal_draw", actor, value=VALUES[role])


def test_one_person_is_not_both_member_and_notary(sealed: Preparation) -> None:
    sealed.do("commit_draw", MEMBER, commitment=commitment("member"))
    both = acting(Role.NOTARY, person_id=MEMBER.id)
    sealed.refused("SamePerson", "commit_draw", both, commitment=commitment("notary"))


def test_the_chair_does_not_draw(sealed: Preparation) -> None:
    sealed.refused("NotAllowed", "commit_draw", CHAIR, commitment=commitment("member"))


def test_the_draw_is_on_the_day_before(sealed: Preparation) -> None:
    sealed.house.at(COMPOSITION_DAY)
    sealed.refused("TooEarly", "commit_draw", MEMBER, commitment=commitment("member"))
    sealed.house.at(EXAM_DAY)
    sealed.refused("DeadlinePassed", "commit_draw", MEMBER, commitment=commitment("member"))


def test_a_late_draw_with_a_reason_is_possible_until_the_start(sealed: Preparation) -> None:
    sealed.house.at(EXAM_DAY)
    reason = "Нотариусът беше възпрепятстван на 14 май."
    sealed.do("commit_draw", MEMBER, commitment=commitment("member"), deviation_reason=reason)
    sealed.do("commit_draw", NOTARY, commitment=commitment("notary"), deviation_reason=reason)
    sealed.do("reveal_draw", MEMBER, value=VALUES["member"])
    assert sealed.do("reveal_draw", NOTARY, value=VALUES["notary"])["drawn"] in {1, 2}


def test_there_is_nothing_to_draw_before_the_variants_are_sealed(preparation: Preparation) -> None:
    preparation.begin()
    preparation.house.at(DRAW_DAY)
    preparation.refused("OutOfOrder", "commit_draw", MEMBER, commitment=commitment("member"))


def test_the_notary_records_his_act_with_its_file(sealed: Preparation) -> None:
    sealed.draw()
    made, out = pikepdf.new(), io.BytesIO()
    made.add_blank_page()
    made.save(out)
    sha256 = sealed.house.upload(out.getvalue(), "application/pdf", NOTARY).json()["sha256"]
    sealed.refused("NotFound", "record_notarial_act", NOTARY, notarial_act="№ 1, том I", sha256="0" * 64)
    sealed.do("record_notarial_act", NOTARY, notarial_act="№ 1, том I, рег. № 100", sha256=sha256)
    assert sealed.ask("draw", OPERATOR)["draw"]["notarial_act_sha256"] == sha256
    issues = [one["issue"] for one in sealed.ask("documents", OPERATOR)["documents"] if one["kind"] == "draw_protocol"]
    assert issues == [1, 2]


def test_an_opening_before_exam_day_is_refused(sealed: Preparation) -> None:
    sealed.draw()
    sealed.house.at("2027-05-14T23:59:59+03:00")
    sealed.refused("TooEarly", "begin_opening", CHAIR, peeled_base64=in_base64(b"age"))
    sealed.refused("TooEarly", "finish_opening", DIRECTOR, plaintext_base64=in_base64(b"{}"))
    refused(sealed.house.ask("sealed_variant", CHAIR, exam_id=EXAM), "TooEarly")
    sealed.house.at("2027-05-16T00:00:00+03:00")
    sealed.refused("DeadlinePassed", "begin_opening", CHAIR, peeled_base64=in_base64(b"age"))


def test_nothing_is_opened_that_was_not_drawn(sealed: Preparation) -> None:
    sealed.house.at(EXAM_DAY)
    sealed.refused("OutOfOrder", "begin_opening", CHAIR, peeled_base64=in_base64(b"age"))


def test_the_wrong_variant_stays_sealed(preparation: Preparation) -> None:
    other = 3 - preparation.prepare()
    body = preparation.refused("WrongVariant", "begin_opening", CHAIR, peeled_base64=in_base64(b"age"), variant=other)
    assert body["facts"]["variant"] == str(other)
    refused(preparation.house.ask("sealed_variant", CHAIR, exam_id=EXAM, variant=str(other)), "WrongVariant")
    preparation.refused("WrongVariant", "finish_opening", DIRECTOR, plaintext_base64=in_base64(b"{}"), variant=other)


def test_chair_and_director_open_and_each_service_gets_its_own_part(preparation: Preparation) -> None:
    drawn = preparation.prepare()
    variant = json.loads(preparation.open())
    (event,) = preparation.said(VariantOpened)
    assert (event.variant, event.questions, event.sessions) == (drawn, 90, (1,))
    package = preparation.opened_package(event.package_sha256, "session")
    assert tuple(package["sub_variants"]) == event.sub_variants == (f"{drawn}А", f"{drawn}Б")
    assert package["sub_variants"] == variant["sub_variants"]
    assert [set(one) for one in package["questions"]] == [{"number", "area", "text", "options"}] * 90


def test_the_director_cannot_begin_and_the_chair_cannot_finish(preparation: Preparation) -> None:
    preparation.prepare()
    peeled = in_base64(preparation.peeled())
    preparation.refused("NotAllowed", "begin_opening", DIRECTOR, peeled_base64=peeled)
    preparation.do("begin_opening", CHAIR, peeled_base64=peeled)
    plaintext = in_base64(preparation.plaintext())
    preparation.refused("NotAllowed", "finish_opening", CHAIR, plaintext_base64=plaintext)
    both = acting(Role.DIRECTOR, person_id=CHAIR.id)
    preparation.refused("SamePerson", "finish_opening", both, plaintext_base64=plaintext)


def test_the_director_gets_his_envelope_only_after_the_chair(preparation: Preparation) -> None:
    preparation.prepare()
    refused(preparation.house.ask("peeled_variant", DIRECTOR, exam_id=EXAM), "OutOfOrder")
    preparation.refused("OutOfOrder", "finish_opening", DIRECTOR, plaintext_base64=in_base64(b"{}"))


def test_a_variant_is_opened_once(preparation: Preparation) -> None:
    preparation.prepare()
    peeled = in_base64(preparation.peeled())
    plaintext = in_base64(preparation.open())
    preparation.refused("AlreadyDone", "begin_opening", CHAIR, peeled_base64=peeled)
    preparation.refused("AlreadyDone", "finish_opening", DIRECTOR, plaintext_base64=plaintext)
    assert len(preparation.said(VariantOpened)) == 1


def test_a_sealed_file_that_was_changed_is_found_at_the_opening(preparation: Preparation) -> None:
    preparation.prepare()
    peeled = in_base64(preparation.peeled())
    drawn = preparation.ask("draw", CHAIR)["draw"]["drawn"]
    seal = preparation.ask("variants", CHAIR)["variants"][drawn - 1]["seal_sha256"]
    store = preparation.house.runtime.files
    path = store._path(seal)
    content = bytearray(store._fs.cat_file(path))
    content[-1] ^= 1
    store._fs.pipe_file(path, bytes(content))
    preparation.refused("SealBroken", "begin_opening", CHAIR, peeled_base64=peeled)
    refused(preparation.house.ask("sealed_variant", CHAIR, exam_id=EXAM), "SealBroken")


def test_a_sealed_file_that_is_gone_is_found_at_the_opening(preparation: Preparation) -> None:
    drawn = preparation.prepare()
    peeled = in_base64(preparation.peeled())
    store = preparation.house.runtime.files
    store._fs.rm(store._path(preparation.ask("variants", CHAIR)["variants"][drawn - 1]["seal_sha256"]))
    preparation.refused("SealBroken", "begin_opening", CHAIR, peeled_base64=peeled)


def test_another_inner_envelope_to_the_directors_key_breaks_the_seal(preparation: Preparation) -> None:
    preparation.prepare()
    preparation.refused("SealBroken", "begin_opening", CHAIR, peeled_base64=in_base64(b"age-encryption.org/v1\nother"))


def test_one_changed_letter_of_the_text_breaks_the_seal(preparation: Preparation) -> None:
    preparation.prepare()
    preparation.do("begin_opening", CHAIR, peeled_base64=in_base64(preparation.peeled()))
    changed = preparation.plaintext().replace('"correct":"А"'.encode(), '"correct":"Б"'.encode(), 1)
    preparation.refused("SealBroken", "finish_opening", DIRECTOR, plaintext_base64=in_base64(changed))
    assert preparation.said(VariantOpened) == []


def test_with_two_sessions_the_second_takes_the_other_variant(preparation: Preparation) -> None:
    drawn = preparation.prepare(sessions=2)
    first, second = preparation.open(), preparation.open(variant=3 - drawn)
    texts = [{one["text"] for one in json.loads(content)["questions"]} for content in (first, second)]
    assert not texts[0] & texts[1]
    assert [(event.variant, event.sessions) for event in preparation.said(VariantOpened)] == [
        (drawn, (1,)),
        (3 - drawn, (2,)),
    ]
    assert [job.variant for job in preparation.said(RenderBooklets)] == [drawn]


def test_the_key_is_released_once_and_only_after_all_sittings_ended(preparation: Preparation) -> None:
    preparation.prepare(sessions=2)
    variant = json.loads(preparation.open())
    preparation.house.at("2027-05-15T19:00:00+03:00")
    for mode, session in ((Mode.ELECTRONIC, 1), (Mode.PAPER, 1)):
        preparation.end(mode, session)
        assert preparation.said(AnswerKeyReleased) == []
        assert preparation.ask("export", OPERATOR)["released"] == {}
    preparation.end(Mode.ELECTRONIC, 2)
    preparation.end(Mode.ELECTRONIC, 2)
    (event,) = preparation.said(AnswerKeyReleased)
    key = preparation.opened_package(event.key_sha256, "grading")
    correct = {one["number"]: one["correct"] for one in variant["questions"]}
    assert key == {
        code: {str(printed): correct[number] for printed, number in enumerate(order, 1)}
        for code, order in variant["sub_variants"].items()
    }


def test_two_sittings_that_end_in_the_same_instant_release_the_key_once(preparation: Preparation) -> None:
    preparation.prepare()
    preparation.open()
    with ThreadPoolExecutor() as at_once:
        list(at_once.map(preparation.end, (Mode.ELECTRONIC, Mode.PAPER)))
    assert len(preparation.said(AnswerKeyReleased)) == 1


def test_nobody_has_the_key_before_it_is_released(preparation: Preparation) -> None:
    preparation.prepare()
    preparation.open()
    found = preparation.ask("variants", CHAIR)["variants"]
    assert [one["key_sha256"] for one in found] == [None, None]


def test_a_sitting_that_nobody_sat_is_ended_by_chair_and_director(preparation: Preparation) -> None:
    preparation.prepare()
    preparation.open()
    preparation.end(Mode.ELECTRONIC)
    preparation.refused("NotFound", "propose_no_sitting", CHAIR, mode="paper", session=2)
    preparation.refused("AlreadyDone", "propose_no_sitting", CHAIR, mode="electronic", session=1)
    preparation.do("propose_no_sitting", CHAIR, mode="paper", session=1)
    preparation.refused("SamePerson", "confirm_no_sitting", CHAIR, mode="paper", session=1)
    assert preparation.said(AnswerKeyReleased) == []
    preparation.do("confirm_no_sitting", DIRECTOR, mode="paper", session=1)
    assert len(preparation.said(AnswerKeyReleased)) == 1


def test_the_export_lets_anybody_recompute_seals_commitments_and_chain(preparation: Preparation) -> None:
    drawn = preparation.prepare()
    preparation.open()
    preparation.end(Mode.ELECTRONIC)
    preparation.end(Mode.PAPER)
    found = preparation.ask("export", OPERATOR)
    assert list(found["released"]) == [str(drawn)]
    released = found["released"][str(drawn)]
    variant = found["variants"][drawn - 1]
    assert hashlib.sha256(released.encode()).hexdigest() == variant["commitment_sha256"]
    for one in found["variants"]:
        sealed = base64.b64decode(found["sealed"][str(one["variant"])])
        assert hashlib.sha256(sealed).hexdigest() == one["seal_sha256"]
    previous = BEGINNING
    for row in found["audit"]:
        body = {name: value for name, value in row.items() if name != "sha256"}
        body |= {"service": "testbank", "exam_id": EXAM}
        assert row["previous_sha256"] == previous
        previous = hashlib.sha256(canonical(body)).hexdigest()
        assert row["sha256"] == previous


def test_booklets_are_handed_out_on_exam_day_to_those_who_hand_them_on(preparation: Preparation) -> None:
    drawn = preparation.prepare()
    preparation.open()
    (job,) = preparation.said(RenderBooklets)
    render_booklets(preparation.house.runtime, job)
    render_booklets(preparation.house.runtime, job)
    codes = [f"{drawn}А", f"{drawn}Б"]
    assert preparation.ask("booklets", HALL_ADMINISTRATOR)["sub_variants"] == codes
    answer = booklet(preparation, codes[0], HALL_ADMINISTRATOR)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    refused(booklet(preparation, "1Я", CHAIR), "NotFound")
    refused(booklet(preparation, codes[0], MEMBER), "NotAllowed")
    refused(booklet(preparation, codes[0], None), "NotAuthenticated")
    preparation.house.at("2027-05-16T08:00:00+03:00")
    refused(booklet(preparation, codes[0], HALL_ADMINISTRATOR), "DeadlinePassed")


def test_booklets_that_got_lost_are_ordered_again_until_they_are_there(preparation: Preparation) -> None:
    preparation.prepare()
    preparation.open()
    runtime = preparation.house.runtime
    preparation.house.publish()
    lost = booklets.lost()
    for orders in (1, 2):
        preparation.house.look(lost)
        assert len(preparation.said(RenderBooklets)) == orders
    render_booklets(runtime, preparation.said(RenderBooklets)[0])
    preparation.house.publish()
    preparation.house.look(lost, times=3)
    assert len(preparation.said(RenderBooklets)) == 2


def test_the_protocol_of_the_draw_tells_what_is_needed_to_repeat_it(preparation: Preparation) -> None:
    drawn = preparation.prepare()
    house = preparation.house
    render_documents(house.runtime, RenderDocuments(exam_id=EXAM, ordered_by="testbank"))
    (sha256,) = [
        one["sha256"] for one in preparation.ask("documents", NOTARY)["documents"] if one["kind"] == "draw_protocol"
    ]
    path = f"/testbank/api/documents/{sha256}"
    refused(house.door.get(path, headers=house._headers(HALL_ADMINISTRATOR)), "NotAllowed")
    with pypdfium2.PdfDocument(house.door.get(path, headers=house._headers(NOTARY)).content) as pdf:
        words = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    squeezed = "".join(words.split())
    transcript = preparation.ask("draw", NOTARY)["draw"]["transcript"]
    for told in (*VALUES.values(), *transcript["seals"].values(), transcript["member"]["commitment"]):
        assert told in squeezed
    assert f"вариант {drawn}" in " ".join(words.split())


def booklet(preparation: Preparation, code: str, actor: Actor | None) -> httpx.Response:
    house = preparation.house
    return house.door.get(f"/testbank/api/booklets/{EXAM}/{code}", headers=house._headers(actor))
