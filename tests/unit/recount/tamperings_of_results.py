"""What somebody might change in results, certificates and decisions of a published record."""

from recount.record import Record
from tests.unit.recount.tamperings import TAMPERINGS, found_at, result_of, shown_of, sitting_of


@found_at("result karavelov")
def a_result_raised_in_results_only(record: Record) -> None:
    result_of(record, "karavelov").update({"outcome": "passed", "correct": 60})


@found_at("result karavelov")
def result_changed_in_profile_only(record: Record) -> None:
    shown_of(record, "karavelov").update({"outcome": "passed", "correct": 60})


@found_at("result yavorov")
def an_annulled_candidate_said_to_have_failed(record: Record) -> None:
    result_of(record, "yavorov").update({"outcome": "failed", "annulled": False})
    shown_of(record, "yavorov").update({"outcome": "failed", "correct": 12})


@found_at("annulment yavorov")
def an_annulment_left_out(record: Record) -> None:
    annulments = record.of("session", "annulments")
    annulments[:] = [one for one in annulments if one["candidate_id"] != "yavorov"]


@found_at("result drumev")
def one_who_was_absent_said_to_have_failed(record: Record) -> None:
    result_of(record, "drumev").update({"outcome": "failed", "absent": False, "correct": 0})


@found_at("arrival drumev")
def one_who_was_absent_said_to_have_sat(record: Record) -> None:
    sitting_of(record, "drumev")["appeared"] = True


@found_at("result levski")
def a_result_taken_away(record: Record) -> None:
    record.of("grading_results", "results").remove(result_of(record, "levski"))


@found_at("result voynikov")
def a_result_for_one_who_was_not_admitted(record: Record) -> None:
    row = result_of(record, "levski") | {"candidate_id": "voynikov"}
    record.of("grading_results", "results").append(row)


@found_at("application application-voynikov")
def grounds_struck_out(record: Record) -> None:
    rejected = next(
        one for one in record.of("admission", "applications") if one["application_id"] == "application-voynikov"
    )
    rejected.update({"grounds": [], "is_admitted": True})


@found_at("certificate ВО-2027-0006")
def certificate_for_one_who_failed(record: Record) -> None:
    certificates = record.of("certification", "certificates")
    certificates.append(certificates[0] | {"number": "ВО-2027-0006", "candidate_id": "karavelov"})


@found_at("certificate ВО-2027-0001")
def certificate_given_to_somebody_else(record: Record) -> None:
    record.of("certification", "certificates")[0]["candidate_id"] = "mihaylovski"


@found_at("certificate ВО-2027-0002")
def certificate_taken_out_of_the_register(record: Record) -> None:
    del record.of("certification", "certificates")[1]


@found_at("certificate ВО-2027-0001")
def handed_over_without_its_fee(record: Record) -> None:
    record.of("certification", "certificates")[0]["fee_proved"] = False


@found_at("certificate ВО-2027-0003")
def issued_before_the_results_were_published(record: Record) -> None:
    record.of("certification", "certificates")[2]["issued_on"] = "2027-05-20"


@found_at("duplicate ВО-2027-0001-3")
def a_duplicate_nobody_issued(record: Record) -> None:
    duplicates = record.of("certification", "duplicates")
    duplicates.append(duplicates[0] | {"issue": 3})


@found_at("inspection inspection-1")
def an_inspection_that_was_never_held(record: Record) -> None:
    record.of("certification", "inspections")[0]["held"] = False


#: Every tampering, those of answers and chains first.
EVERY = tuple(TAMPERINGS)
