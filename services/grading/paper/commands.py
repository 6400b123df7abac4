"""The verbs of paper grading, for every door."""

from chassis import document_routes
from chassis.commands import Nothing, Verb, Verbs
from chassis.document_routes import Readers
from contracts.people import Role
from services.grading.paper import schemas
from services.grading.paper.queries import commission, marking_screens
from services.grading.paper.usecases import absence, copies, corrections, envelopes, marking, protocols, scans

_CHAIR = frozenset({Role.CHAIR})
_MEMBER = frozenset({Role.MEMBER})
_COMMISSION = frozenset({Role.CHAIR, Role.MEMBER})
_BOTH = frozenset({Role.CHAIR, Role.DIRECTOR})
#: Who prints cards, slips and envelopes for the halls (Art. 13(7), 16 item 3, 35(2)).
PRINTING = frozenset({Role.CHAIR, Role.MEMBER, Role.DIRECTOR, Role.HALL_ADMINISTRATOR, Role.OPERATOR})
#: Who corrects what was mistyped of the print run.
CORRECTING = frozenset({Role.CHAIR, Role.OPERATOR})
READERS = Readers(staff=commission.WATCHING)
_ANNULMENT = "чл. 46, ал. 2"
_SECOND_CHECK = "чл. 48, ал. 2"

VERBS = Verbs(
    commands=(
        Verb("record_print_run", copies.record_print_run, schemas.RecordPrintRun, PRINTING, "чл. 35, ал. 2"),
        Verb("correct_print_run", copies.correct_print_run, schemas.CorrectPrintRun, CORRECTING, "чл. 42, ал. 1"),
        Verb("write_off_copies", copies.write_off_copies, schemas.WriteOffCopies, _COMMISSION, "чл. 42, ал. 1"),
        Verb("issue_copies_protocol", copies.issue_copies_protocol, schemas.OfExam, _CHAIR, "чл. 42, ал. 1"),
        Verb("assign_numbers", envelopes.assign_numbers, schemas.AssignNumbers, _COMMISSION, "чл. 44"),
        Verb("register_scans", scans.register_scans, schemas.RegisterScans, _COMMISSION, "чл. 44"),
        Verb("complete_number", scans.complete_number, schemas.CompleteNumber, _COMMISSION, "чл. 44"),
        Verb("correct_number", corrections.correct_number, schemas.CorrectNumber, _CHAIR, "чл. 44"),
        Verb("correct_sub_variant", corrections.correct_sub_variant, schemas.CorrectSubVariant, _CHAIR, "чл. 44"),
        Verb("set_aside_scan", scans.set_aside_scan, schemas.SetAsideScan, _CHAIR, "чл. 44"),
        Verb("take_back_scan", scans.take_back_scan, schemas.TakeBackScan, _CHAIR, "чл. 44"),
        Verb("distribute_cards", marking.distribute_cards, schemas.OfExam, _CHAIR, "чл. 45"),
        Verb("hand_on_cards", absence.hand_on_cards, schemas.HandOnCards, _CHAIR, "чл. 45; чл. 48, ал. 2"),
        Verb("end_absence", absence.end_absence, schemas.EndAbsence, _CHAIR, "чл. 45; чл. 48, ал. 2"),
        Verb("mark_card", marking.mark_card, schemas.Marks, _MEMBER, "чл. 45, 46"),
        Verb("settle_card", marking.settle_card, schemas.Marks, _CHAIR, _SECOND_CHECK),
        Verb("agree_to_count", marking.agree_to_count, schemas.OfCard, _MEMBER, _SECOND_CHECK),
        Verb("dissent_from_count", marking.dissent_from_count, schemas.DissentFromCount, _MEMBER, _SECOND_CHECK),
        Verb("record_absence", absence.record_absence, schemas.RecordAbsence, _CHAIR, _SECOND_CHECK),
        Verb("propose_card_annulment", marking.propose_card_annulment, schemas.ProposeCardAnnulment, _BOTH, _ANNULMENT),
        Verb("confirm_card_annulment", marking.confirm_card_annulment, schemas.OfCard, _BOTH, _ANNULMENT),
        Verb("propose_opening_envelopes", envelopes.propose_opening, schemas.OfExam, _BOTH, "чл. 47"),
        Verb("confirm_opening_envelopes", envelopes.confirm_opening, schemas.OfExam, _BOTH, "чл. 47"),
        Verb("enter_slip", envelopes.enter_slip, schemas.EnterSlip, _COMMISSION, "чл. 47"),
        Verb("withdraw_slip", envelopes.withdraw_slip, schemas.WithdrawSlip, _CHAIR, "чл. 47"),
        Verb("complete_protocols", protocols.complete_protocols, schemas.OfExam, _CHAIR, "чл. 47"),
    ),
    questions=(
        Verb("exams", commission.exams, Nothing, commission.WATCHING, "чл. 44–48"),
        Verb("progress", commission.progress, schemas.OfExam, commission.WATCHING, "чл. 44–48"),
        Verb("scans", commission.scans, schemas.OfExam, _COMMISSION, "чл. 44"),
        Verb("my_cards", marking_screens.my_cards, schemas.OfExam, _MEMBER, "чл. 45"),
        Verb("card", marking_screens.card, schemas.OfCard, _COMMISSION, "чл. 45"),
        document_routes.question(READERS),
        Verb(
            "export", commission.export, schemas.OfExam, frozenset({Role.DIRECTOR, Role.OPERATOR}), "Собствено правило"
        ),
    ),
)
