"""What every service says of its own record, and the work every service may order."""

from dataclasses import dataclass

from contracts.events.base import Event, Job


@dataclass(frozen=True, kw_only=True)
class AuditHeadTold(Event, service="audit", subject="told_by"):
    """The head of one service's audit chain for one exam, told to the others so that none is rewritten alone.

    Said again whenever the chain was found grown; the same head twice means nothing new.
    """

    told_by: str
    number: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class RenderDocuments(Job, service="documents", subject="ordered_by"):
    """Render the documents that a service has ordered and that have no file yet."""

    ordered_by: str
