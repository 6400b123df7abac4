"""What somebody might change in a published record: each is a function that does it, with where it must be found."""

import base64
import json
from collections.abc import Callable
from typing import Any

from recount.record import Record
from tests.unit.recount.chain import canonical, forge, sha256
from tests.unit.recount.people_of_an_exam import CARDS, PAPER
from tests.unit.recount.record_of_an_exam import marks_with, other, relink

Tampering = Callable[[Record], None]
TAMPERINGS: list[tuple[Tampering, str]] = []


def found_at(where: str) -> Callable[[Tampering], Tampering]:
    """The change must be found there."""

    def enter(tampering: Tampering) -> Tampering:
        TAMPERINGS.append((tampering, where))
        return tampering

    return enter


def sitting_of(record: Record, name: str) -> dict[str, Any]:
    return next(one for one in record.of("session", "sittings") if one["candidate_id"] == name)


def sheet_of(record: Record, name: str) -> dict[str, Any]:
    return next(one for one in record.of("grading_electronic", "sheets") if one["candidate_id"] == name)


def card_of(record: Record, number: str) -> dict[str, Any]:
    return next(one for one in record.of("grading_paper", "cards") if one["number"] == number)


def result_of(record: Record, name: str) -> dict[str, Any]:
    return next(one for one in record.of("grading_results", "results") if one["candidate_id"] == name)


def shown_of(record: Record, name: str) -> dict[str, Any]:
    return next(one for one in record.of("registration", "results") if one["candidate_id"] == name)


def noted(record: Record, service: str, action: str) -> dict[str, Any]:
    return next(row for row in record.of(service, "audit") if row["action"] == action)


def drawn(record: Record) -> int:
    return int(record.of("testbank", "draw")["drawn"])


@found_at("sitting sitting-karavelov change 3")
def one_letter_changed_in_a_history(record: Record) -> None:
    entry = sitting_of(record, "karavelov")["history"][2]
    entry["option"] = other(entry["option"])


@found_at("sitting sitting-karavelov")
def one_letter_changed_in_an_answer(record: Record) -> None:
    answers = sitting_of(record, "karavelov")["answers"]
    answers["60"] = other(answers["60"])


@found_at("sitting sitting-karavelov")
def one_letter_changed_in_a_graded_answer(record: Record) -> None:
    answers = sheet_of(record, "karavelov")["answers"]
    answers["60"] = other(answers["60"])


@found_at("sitting sitting-karavelov")
def a_whole_history_rewritten_with_its_hashes(record: Record) -> None:
    sitting, sheet = sitting_of(record, "karavelov"), sheet_of(record, "karavelov")
    entry = next(one for one in sitting["history"] if one["question"] == 60)
    entry["option"] = other(entry["option"])
    relink(sitting["sitting_id"], sitting["history"])
    sitting["answers"] = sheet["answers"] = sitting["answers"] | {"60": entry["option"]}
    sitting["history_sha256"] = sheet["history_sha256"] = sitting["history"][-1]["sha256"]


@found_at("sitting sitting-vazov change 5")
def an_answer_after_the_end(record: Record) -> None:
    sitting = sitting_of(record, "vazov")
    sitting["history"][4]["at"] = sitting["ends_at"]
    relink(sitting["sitting_id"], sitting["history"])


@found_at("sitting sitting-vazov change 2")
def an_answer_before_the_start(record: Record) -> None:
    sitting = sitting_of(record, "vazov")
    sitting["history"][1]["at"] = "2027-05-15T06:29:59.999999+00:00"
    relink(sitting["sitting_id"], sitting["history"])


@found_at("sitting sitting-vazov change 94")
def an_older_change_made_to_count(record: Record) -> None:
    sitting = sitting_of(record, "vazov")
    assert sitting["history"][-1]["verdict"] == "superseded"
    sitting["history"][-1]["verdict"] = "saved"
    relink(sitting["sitting_id"], sitting["history"])


@found_at("sitting sitting-botev change 40")
def a_change_removed_from_a_history(record: Record) -> None:
    del sitting_of(record, "botev")["history"][39]


@found_at("sitting sitting-botev")
def a_sheet_removed_from_grading(record: Record) -> None:
    record.of("grading_electronic", "sheets").remove(sheet_of(record, "botev"))


@found_at("sitting sitting-karavelov")
def a_count_raised_on_a_sheet(record: Record) -> None:
    sheet = sheet_of(record, "karavelov")
    sheet["correct"], sheet["wrong"] = 60, 30


@found_at("sitting sitting-karavelov")
def a_sheet_given_to_somebody_else(record: Record) -> None:
    one, two = sheet_of(record, "karavelov"), sheet_of(record, "vazov")
    one["candidate_id"], two["candidate_id"] = two["candidate_id"], one["candidate_id"]


@found_at("sitting sitting-slaveykov")
def a_sheet_made_up_for_one_who_was_absent(record: Record) -> None:
    copied = {name: sitting_of(record, "vazov")[name] for name in ("answers", "history", "history_sha256", "outcome")}
    copied |= {name: sitting_of(record, "vazov")[name] for name in ("started_at", "ends_at", "ended_at")}
    sitting_of(record, "slaveykov").update(json.loads(json.dumps(copied)))


@found_at("grading_electronic key")
def one_letter_changed_in_the_key_of_electronic_grading(record: Record) -> None:
    ((_, letters),) = record.of("grading_electronic", "keys").items()
    key = letters[max(letters)]
    key["60"] = other(key["60"])


@found_at("grading_paper key")
def one_letter_changed_in_the_key_of_paper_grading(record: Record) -> None:
    key = record.of("grading_paper", "key")[min(record.of("grading_paper", "key"))]
    key["60"] = other(key["60"])


@found_at("testbank variant 1")
def seal_swapped(record: Record) -> None:
    one, two = record.of("testbank", "variants")
    one["seal_sha256"], two["seal_sha256"] = two["seal_sha256"], one["seal_sha256"]


@found_at("testbank variant 2")
def a_sealed_file_replaced_with_its_seal(record: Record) -> None:
    record.of("testbank", "sealed")["2"] = base64.b64encode(b"another test").decode()
    record.of("testbank", "variants")[1]["seal_sha256"] = sha256(b"another test")


@found_at("testbank variant")
def a_right_answer_changed_in_the_opened_variant(record: Record) -> None:
    number = str(drawn(record))
    variant = json.loads(record.of("testbank", "released")[number])
    question = variant["questions"][0]
    question["correct"] = other(question["correct"])
    record.of("testbank", "released")[number] = canonical(variant).decode()


@found_at("testbank variant")
def an_opened_variant_replaced_with_its_commitment(record: Record) -> None:
    number = str(drawn(record))
    variant = json.loads(record.of("testbank", "released")[number])
    variant["questions"][0]["text"] = "Друг въпрос?"
    record.of("testbank", "released")[number] = canonical(variant).decode()
    row = record.of("testbank", "variants")[int(number) - 1]
    row["commitment_sha256"] = sha256(canonical(variant))


@found_at("draw member")
def draw_value_replaced(record: Record) -> None:
    record.of("testbank", "draw")["transcript"]["member"]["value"] = "33" * 32


@found_at("draw")
def the_other_variant_said_to_be_drawn(record: Record) -> None:
    draw = record.of("testbank", "draw")
    draw["drawn"] = draw["transcript"]["drawn"] = 3 - draw["drawn"]
    draw["transcript_sha256"] = sha256(canonical(draw["transcript"]))


@found_at("draw")
def the_drawn_variant_never_opened(record: Record) -> None:
    record.of("testbank", "released").clear()


@found_at("registration audit 3")
def audit_row_removed(record: Record) -> None:
    del record.of("registration", "audit")[1]


@found_at("session audit 2")
def audit_rows_swapped(record: Record) -> None:
    rows = record.of("session", "audit")
    rows[0], rows[1] = rows[1], rows[0]


@found_at("admission audit 2")
def row_inserted(record: Record) -> None:
    rows = record.of("admission", "audit")
    rows.insert(1, json.loads(json.dumps(rows[1])))


@found_at("certification audit 1")
def a_fact_changed_in_an_audit_row(record: Record) -> None:
    record.of("certification", "audit")[0]["facts"]["candidate"] = "karavelov"


@found_at("grading_results audit")
def a_whole_chain_rewritten_with_its_hashes(record: Record) -> None:
    rows = record.of("grading_results", "audit")
    noted(record, "grading_results", "count:received")["facts"]["correct"] = 71
    forge("grading_results", rows)


@found_at("grading_results audit")
def a_chain_cut_short(record: Record) -> None:
    record.of("grading_results", "audit").pop()


@found_at("grading_paper audit")
def a_chain_emptied(record: Record) -> None:
    record.of("grading_paper", "audit").clear()


@found_at("grading_electronic document appendix_6-vazov-1")
def a_document_replaced(record: Record) -> None:
    document = next(one for one in record.of("grading_electronic", "documents") if one["subject"] == "vazov")
    document["sha256"] = sha256(b"another protocol")


@found_at("grading_electronic document appendix_6-vazov-1")
def a_document_taken_away(record: Record) -> None:
    documents = record.of("grading_electronic", "documents")
    documents[:] = [one for one in documents if one["subject"] != "vazov"]


@found_at("certification document certificate-ВО-2027-0001-1")
def a_file_changed_in_the_store(record: Record) -> None:
    document = record.of("certification", "documents")[0]
    record.files[document["sha256"]] += b"!"


@found_at("card 45678 marking 1")
def a_mark_changed_after_counting(record: Record) -> None:
    marks = card_of(record, "45678")["markings"][0]["marks"]
    marks["41"] = [other(marks["41"][0])]


@found_at("card 34567 settling 2")
def a_mark_changed_after_settling(record: Record) -> None:
    settled = card_of(record, "34567")["markings"][2]
    settled["marks"]["90"] = [other(other(settled["marks"]["90"][0]))]


@found_at("card 45678 marking 1")
def a_second_cross_removed_so_that_the_answer_is_right(record: Record) -> None:
    marking = card_of(record, "45678")["markings"][0]
    marking["marks"]["41"] = [other(other(other(marking["marks"]["41"][0])))]
    marking["correct"], marking["wrong"] = 41, 49


@found_at("card 45678")
def a_card_raised_over_the_line_with_all_its_counts(record: Record) -> None:
    card = card_of(record, "45678")
    key = record.of("grading_paper", "key")[card["sub_variant"]]
    marking = card["markings"][0]
    marking["marks"] = card["reading"]["marks"] = marks_with(key, 66)
    marking["correct"], marking["wrong"] = card["correct"], card["wrong"] = 66, 24


@found_at("card 23456")
def second_check_missing(record: Record) -> None:
    card_of(record, "23456")["markings"].pop()


@found_at("card 23456")
def second_check_by_the_same_member(record: Record) -> None:
    first, second = card_of(record, "23456")["markings"]
    second["marker"] = first["marker"]


@found_at("card 34567")
def a_difference_that_was_never_settled(record: Record) -> None:
    card_of(record, "34567")["markings"].pop()


@found_at("card 34567")
def a_third_count_on_which_one_member_was_not_heard(record: Record) -> None:
    card_of(record, "34567")["opinions"].pop()


@found_at("card 34567")
def a_separate_opinion_made_an_agreement(record: Record) -> None:
    card_of(record, "34567")["opinions"][0]["dissent"] = None


@found_at("card 34567")
def an_absent_member_made_one_who_agreed(record: Record) -> None:
    card_of(record, "34567")["opinions"][1]["absent"] = None


@found_at("card 10023")
def a_reading_that_the_member_did_not_confirm(record: Record) -> None:
    reading = card_of(record, "10023")["reading"]
    reading["marks"]["1"] = [other(reading["marks"]["1"][0])]


@found_at("card 99999")
def an_annulled_card_made_valid(record: Record) -> None:
    card_of(record, "99999")["annulled"] = False


@found_at("card 45678")
def a_valid_card_annulled(record: Record) -> None:
    card = card_of(record, "45678")
    card.update({"annulled": True, "annulled_for": "подпис", "correct": None, "wrong": None})


@found_at("result levski")
def two_cards_whose_owners_were_exchanged(record: Record) -> None:
    one, two = card_of(record, "10023"), card_of(record, "45678")
    assert (one["candidate_id"], two["candidate_id"]) == (PAPER[0].name, PAPER[3].name)
    one["candidate_id"], two["candidate_id"] = two["candidate_id"], one["candidate_id"]


@found_at("cards")
def a_card_taken_away(record: Record) -> None:
    record.of("grading_paper", "cards").remove(card_of(record, min(CARDS)))


@found_at("card 23456 marking 2")
def a_check_said_to_be_another_members(record: Record) -> None:
    card_of(record, "23456")["markings"][1]["marker"] = "member-3"
