"""What is done in registration: one function per verb, one transaction each."""

from services.registration.usecases.applying import (
    log_in,
    publish_announcement,
    register_candidate,
    request_declaration_form,
    submit_application,
)

__all__ = [
    "log_in",
    "publish_announcement",
    "register_candidate",
    "request_declaration_form",
    "submit_application",
]
