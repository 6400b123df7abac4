"""One sample of every kind of document that any service makes."""

from dataclasses import dataclass
from typing import Any

from chassis.documents import DocumentKind, Documents
from services.admission import documents as admission
from services.certification import documents as certification
from services.grading.electronic import documents as electronic
from services.grading.paper import documents as paper
from services.grading.results import documents as results
from services.registration import documents as registration
from services.session import documents as session
from services.testbank import documents as testbank
from tests.documents.people import FRAME
from tests.documents.samples_after import of_certification, of_grading, of_session
from tests.documents.samples_before import of_admission, of_registration, of_testbank

SERVICES = (registration, admission, testbank, session, electronic, paper, results, certification)


@dataclass(frozen=True)
class Sample:
    """A kind with a context, and the registry that renders it."""

    documents: Documents
    kind: DocumentKind
    context: Any

    def pdf(self) -> bytes:
        """The document."""
        return self.documents.render(self.kind, self.context, FRAME)


def samples(rows: int = 12) -> dict[str, Sample]:
    """A sample of every kind that any service has, by name; tables have so many rows."""
    contexts = {
        **of_registration(),
        **of_admission(rows),
        **of_testbank(),
        **of_session(rows),
        **of_grading(rows),
        **of_certification(rows),
    }
    return {
        name: Sample(service.DOCUMENTS, kind, contexts[name])
        for service in SERVICES
        for name, kind in service.DOCUMENTS.kinds.items()
    }
