"""The verbs of a service, as every door offers them: which shape, who may, which use case.

A service lists its verbs once (``commands.py``); the web door and the RPC door both read that list, so a request is
refused in the same words wherever it came in.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import RAISE, Schema, ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from chassis.audit import canonical
from chassis.failures import refusal_of
from chassis.fields import check_storable, is_storable
from chassis.plumbing import AnsweredRow
from chassis.wording import told
from chassis.work import NOBODY, Actor, Runtime, Work
from contracts.people import Role, reserved_to
from contracts.refusals.general import InvalidInput, KeyReused, NotAllowed, NotAuthenticated, NotFound

Answer = dict[str, Any]
_LONGEST_KEY = 200
ANYBODY: frozenset[Role] = frozenset()


class Shape(Schema):
    """Base of what comes from outside: unknown fields are refused."""

    class Meta:
        """marshmallow's options."""

        unknown = RAISE


class Nothing(Shape):
    """A request without fields."""


@dataclass(frozen=True)
class Verb:
    """A command or a question: ``run(work, **fields)`` answers with JSON values.

    ``roles``: who may ask at all (``ANYBODY`` for the public); a use case that works on one exam's things calls
    ``work.require(exam_id, …)`` itself unless ``exam_id`` is a field of the request, then the door has done it.
    """

    name: str
    run: Callable[..., Answer]
    shape: type[Shape]
    roles: frozenset[Role]
    article: str


@dataclass(frozen=True)
class Verbs:
    """All that a service can be told (``commands``: change something) and asked (``questions``: change nothing)."""

    commands: tuple[Verb, ...] = ()
    questions: tuple[Verb, ...] = ()
    by_name: Mapping[str, Verb] = field(init=False)

    def __post_init__(self) -> None:
        by_name = {verb.name: verb for verb in (*self.commands, *self.questions)}
        if len(by_name) != len(self.commands) + len(self.questions):
            raise TypeError("two verbs of one name")
        object.__setattr__(self, "by_name", by_name)

    def key_of(self, name: str, key: str | None) -> str | None:
        """The idempotency key under which the answer is kept: none for a question, whose answer is never kept.

        Raises ``InvalidInput`` for a key that is too long to keep, or cannot be kept.
        """
        if key is None or not any(verb.name == name for verb in self.commands):
            return None
        if not 1 <= len(key) <= _LONGEST_KEY or not is_storable(key):
            raise InvalidInput(errors=told({"Idempotency-Key": f"Length must be between 1 and {_LONGEST_KEY}."}))
        return key


def carry_out(runtime: Runtime[Any], verb: Verb, payload: Any, actor: Actor, *, key: str | None = None) -> Answer:
    """Check shape and capacity, then run the use case in one transaction.

    ``key``: the request's idempotency key; a second request with the same key by the same actor is answered with the
    first one's answer and does nothing. Raises a ``Refusal``; what the database cannot do is one too.
    """
    fields = _load(verb, payload)
    _admit(verb, actor, fields.get("exam_id"))
    try:
        return _run(runtime, verb, fields, payload, actor, key)
    except SQLAlchemyError as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error


def _run(
    runtime: Runtime[Any], verb: Verb, fields: dict[str, Any], payload: Any, actor: Actor, key: str | None
) -> Answer:
    with runtime.work(actor) as work:
        if verb.roles:
            work.require(fields.get("exam_id"), *verb.roles)
        if key is None:
            return verb.run(work, **fields)
        return _once(work, verb, fields, payload, key)


def dispatch(verbs: Verbs, runtime: Runtime[Any], name: str, payload: Any, actor: Actor, key: str | None) -> Answer:
    """Carry out the verb of that name; raises ``NotFound`` when the service has none."""
    verb = verbs.by_name.get(name)
    if verb is None:
        raise NotFound(what=name)
    return carry_out(runtime, verb, payload, actor, key=verbs.key_of(name, key))


def _load(verb: Verb, payload: Any) -> dict[str, Any]:
    if not isinstance(payload, Mapping):
        raise InvalidInput(errors=told({"{}": "Invalid input type."}))
    try:
        check_storable(payload)
        fields: dict[str, Any] = verb.shape().load(payload)
    except ValidationError as error:
        raise InvalidInput(errors=told(error.messages_dict)) from error
    return fields


def _admit(verb: Verb, actor: Actor, exam_id: str | None) -> None:
    if not verb.roles:
        return
    if actor is NOBODY or actor.id == NOBODY.id:
        raise NotAuthenticated
    if not actor.roles_in(exam_id) & verb.roles:
        raise NotAllowed(act=reserved_to(verb.roles))


def _once(work: Work, verb: Verb, fields: dict[str, Any], payload: Any, key: str) -> Answer:
    request = hashlib.sha256(verb.name.encode() + canonical(payload)).hexdigest()
    row = {"key": key, "actor": work.actor.id, "command": verb.name, "request_sha256": request, "answered_at": work.now}
    claimed = work.session.execute(insert(AnsweredRow).values(row).on_conflict_do_nothing().returning(AnsweredRow.key))
    if claimed.scalar() is None:
        return _earlier(work, key, request)
    answer = verb.run(work, **fields)
    standing = work.session.get_one(AnsweredRow, (key, work.actor.id))
    standing.answer = answer
    return answer


def _earlier(work: Work, key: str, request: str) -> Answer:
    row = work.session.scalars(
        select(AnsweredRow).where(AnsweredRow.key == key, AnsweredRow.actor == work.actor.id)
    ).one()
    if row.request_sha256 != request or row.answer is None:
        raise KeyReused
    return row.answer
