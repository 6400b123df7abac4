"""Only browsers that have the exam's settings, where the director asked for Safe Exam Browser."""

import time

from sqlalchemy import select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from chassis.work import Runtime, Work
from contracts.refusals.session import LockedBrowserOnly
from services.session.lookups import exam_of
from services.session.rules.locked_browser import Shown, is_shown
from services.session.settings import Settings
from services.session.tables import Exam

_HEADER = "x-safeexambrowser-configkeyhash"
_SCRIPT = "x-svops-config-key"
_REMEMBERED_SECONDS = 2.0


class Locked:
    """Asks the exam what it needs, now and then: all screens look at once when the system is unlocked."""

    def __init__(self, runtime: Runtime[Settings]) -> None:
        self._runtime = runtime
        self._portal = runtime.settings.portal.rstrip("/")
        self._needed: dict[str, tuple[float, bool]] = {}

    def shown(self, request: Request) -> Shown:
        """What a request shows of its browser. Its address is what the browser asked for, not what a proxy did."""
        query = f"?{request.url.query}" if request.url.query else ""
        address = f"{self._portal}{request.scope['path']}{query}"
        return Shown(address, request.headers.get(_HEADER, ""), request.headers.get(_SCRIPT, ""))

    def check(self, work: Work, exam_id: str, shown: Shown) -> None:
        """Refuse a log-in from any other browser; raises ``LockedBrowserOnly``."""
        self._refuse(exam_id, shown, is_needed=exam_of(work, exam_id).needs_locked_browser)

    async def check_request(self, request: Request, exam_id: str) -> None:
        """Refuse a request from any other browser; raises ``LockedBrowserOnly``."""
        known = self._needed.get(exam_id)
        if known is None or known[0] <= time.monotonic():
            if known is not None:  # while one asks, the others go by what was known
                self._needed[exam_id] = (time.monotonic() + _REMEMBERED_SECONDS, known[1])
            is_needed = await run_in_threadpool(self._ask, exam_id)
            self._needed[exam_id] = known = (time.monotonic() + _REMEMBERED_SECONDS, is_needed)
        self._refuse(exam_id, self.shown(request), is_needed=known[1])

    def _ask(self, exam_id: str) -> bool:
        """An exam that is not known asks for nothing."""
        with self._runtime.work() as work:
            return bool(work.session.scalar(select(Exam.needs_locked_browser).where(Exam.exam_id == exam_id)))

    def _refuse(self, exam_id: str, shown: Shown, *, is_needed: bool) -> None:
        if is_needed and not is_shown(shown, self._portal, exam_id):
            raise LockedBrowserOnly
