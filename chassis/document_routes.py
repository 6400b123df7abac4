"""Who may read the documents that a service ordered: the question ``documents`` and the PDF by its hash."""

from dataclasses import dataclass
from urllib.parse import quote

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.commands import Answer, Shape, Verb
from chassis.documents import file_name
from chassis.export import documents_of
from chassis.fields import ExamId
from chassis.plumbing import DocumentRow
from chassis.web import Door
from chassis.work import NOBODY, Actor, Work
from contracts.people import Role
from contracts.phrase import Phrase
from contracts.refusals.general import NotAllowed, NotAuthenticated, NotFound


@dataclass(frozen=True, kw_only=True)
class Readers:
    """``staff``: who of an exam (or of all exams) reads its documents; ``own``: kinds that a candidate may read
    when he is their subject; ``public``: kinds for everybody.
    """

    staff: frozenset[Role]
    own: frozenset[str] = frozenset()
    public: frozenset[str] = frozenset()

    def may_read(self, actor: Actor, document: DocumentRow) -> bool:
        """Whether the person at the door may have this document."""
        if document.kind in self.public or actor.roles_in(document.exam_id) & self.staff:
            return True
        return document.kind in self.own and document.subject == actor.id


class _OfExam(Shape):
    """A request about one exam."""

    exam_id = ExamId()


def question(readers: Readers) -> Verb:
    """The question ``documents``: what was ordered for an exam, and what of it is rendered."""
    return Verb("documents", _documents, _OfExam, readers.staff, "Собствено правило")


def _documents(work: Work, *, exam_id: str) -> Answer:
    return {"documents": documents_of(work, exam_id)}


def routes(door: Door, readers: Readers) -> list[Route]:
    """``GET <prefix>/api/documents/{sha256}``: the PDF. A candidate is refused alike for a document that is not
    there and for one that is not his (``NotFound``), so that hashes cannot be tried.
    """

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_answer, door, readers, request.state.actor, request.path_params["sha256"])

    return [Route("/api/documents/{sha256}", endpoint, methods=["GET"])]


def _answer(door: Door, readers: Readers, actor: Actor, sha256: str) -> Response:
    with door.runtime.work(actor) as work:
        found = work.session.scalars(select(DocumentRow).where(DocumentRow.sha256 == sha256)).all()
        document = next((one for one in found if readers.may_read(actor, one)), None)
        if document is None:
            raise _refusal(actor, sha256, is_there=bool(found))
        content = work.files.get(sha256)
    headers = {"content-disposition": f"inline; filename*=UTF-8''{quote(file_name(document))}"}
    return Response(content, media_type="application/pdf", headers=headers)


def _refusal(actor: Actor, sha256: str, *, is_there: bool) -> NotAllowed | NotAuthenticated | NotFound:
    if actor.id == NOBODY.id:
        return NotAuthenticated()
    if is_there and any(role is not Role.CANDIDATE for role, _ in actor.capacities):
        return NotAllowed(act=Phrase(f"документ {sha256[:12]}", f"document {sha256[:12]}"))
    return NotFound(what=Phrase(f"документ {sha256[:12]}", f"document {sha256[:12]}"))
