"""The main screen (Art. 24(2)): whoever asks while others are being answered is answered together with the next."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeGuard

from starlette.concurrency import run_in_threadpool

from chassis import jwe
from chassis.commands import Answer
from chassis.work import Runtime, Work
from contracts.refusals import Refusal
from services.session.live.papers import Papers
from services.session.live.tokens import Bearer
from services.session.live.told import Rescue, Screen
from services.session.queries.screens import package_of, show_screens
from services.session.rules.phase import OPEN
from services.session.settings import Settings

_MOST_TOGETHER = 64  #: a test is long: so many at once hold the loop for some milliseconds only


class _Asked(NamedTuple):
    bearer: Bearer
    told: asyncio.Future[Screen]


class Screens:
    """Reads the screens of one process, one transaction for all that wait."""

    def __init__(self, runtime: Runtime[Settings]) -> None:
        self._runtime = runtime
        self._papers = Papers(runtime)
        settings = runtime.settings
        self._rescue = Rescue(jwe.public_jwk(settings.rescue_private_key), settings.rescue_after_seconds)
        self._waiting: list[_Asked] = []
        self._reading: asyncio.Task[None] | None = None

    async def show(self, bearer: Bearer) -> Screen:
        """The bearer's screen; its questions only while they may be worked on. Raises ``NotFound``, ``LineMoved``."""
        asked = _Asked(bearer, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="live-screens")
        return await asked.told

    def of(self, work: Work, bearers: Sequence[Bearer]) -> list[Screen | Refusal]:
        """The same in a transaction that is under way."""
        screens = show_screens(work, [(one.sitting_id, one.claims.line) for one in bearers])
        opened = {(one["exam_id"], one["variant"]) for one in screens if _is_open(one)}
        packages = {key: package_of(work, exam_id=key[0], variant=key[1]) for key in opened}
        return [one if isinstance(one, Refusal) else self._whole(one, packages) for one in screens]

    def _whole(self, screen: Answer, packages: Mapping[tuple[str, int], str]) -> Screen:
        if not _is_open(screen):
            return Screen(**screen, rescue=self._rescue)
        package = packages[screen["exam_id"], screen["variant"]]
        questions = self._papers.questions(package, screen["sub_variant"])
        return Screen(**screen, rescue=self._rescue, questions=questions)

    async def _read(self) -> None:
        while self._waiting:
            asked, self._waiting = self._waiting[:_MOST_TOGETHER], self._waiting[_MOST_TOGETHER:]
            screens: Sequence[Screen | Exception]
            try:
                screens = await run_in_threadpool(self._in_transaction, [one.bearer for one in asked])
            except Exception as error:  # noqa: BLE001 - whatever it was, each who waits is told, and the next are read
                screens = [error] * len(asked)
            for one, screen in zip(asked, screens, strict=True):
                if one.told.done():  # the client is gone
                    continue
                if isinstance(screen, Exception):
                    one.told.set_exception(screen)
                else:
                    one.told.set_result(screen)

    def _in_transaction(self, bearers: Sequence[Bearer]) -> list[Screen | Exception]:
        with self._runtime.work() as work:
            return [*self.of(work, bearers)]


def _is_open(screen: Answer | Refusal) -> TypeGuard[Answer]:
    return not isinstance(screen, Refusal) and screen["state"] in OPEN
