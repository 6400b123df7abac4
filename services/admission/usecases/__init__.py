"""What is done in admission: one function per verb, one transaction each."""

from services.admission.usecases.applications import (
    check_application,
    decide_applications,
    import_ban,
    record_announcement,
    record_application,
)
from services.admission.usecases.appointments import appoint_administrators, appoint_authors, appoint_commission
from services.admission.usecases.exam_day import (
    close_door,
    identify_candidate,
    issue_protocol_1,
    issue_protocol_1_for_signature,
    record_annulment,
    record_instructions_read,
    record_start,
)
from services.admission.usecases.halls import assign_seats, plan_halls
from services.admission.usecases.leavings import record_hand_in, record_leaving, record_staying_outside
from services.admission.usecases.people import add_person, log_in, renew, sign_declaration

__all__ = [
    "add_person",
    "appoint_administrators",
    "appoint_authors",
    "appoint_commission",
    "assign_seats",
    "check_application",
    "close_door",
    "decide_applications",
    "identify_candidate",
    "import_ban",
    "issue_protocol_1",
    "issue_protocol_1_for_signature",
    "log_in",
    "plan_halls",
    "record_announcement",
    "record_annulment",
    "record_application",
    "record_hand_in",
    "record_instructions_read",
    "record_leaving",
    "record_start",
    "record_staying_outside",
    "renew",
    "sign_declaration",
]
