"""Issues that people create: ordered here, made by the outbox, told where they were asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain.delivery import Delivery, DeliveryKind, DeliveryState, Priority
from bot.domain.issues.drafts import NewIssue, Origin, Source, mark, origin_of
from bot.errors import Conflict, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import blocker_issues, deliveries
from bot.services.alerts import issues as alert_issues
from bot.services.issues import rights, sight, told

_ORDERED = "Somebody has just asked Jira for an issue; its key comes where that was asked."
_UNDER_WAY = frozenset({DeliveryState.PENDING, DeliveryState.SENDING})

Name = Callable[[UnitOfWork, str, Origin], str]
Created = Callable[[UnitOfWork, Delivery, Origin, str, datetime], None]


@dataclass(frozen=True, kw_only=True)
class _From:
    """What is special about a source: how its orders are called, and what a new issue does to it.

    `name` raises NotFound where it is gone, Conflict where it has its issue.
    """

    name: Name
    created: Created


def require_open(uow: UnitOfWork, workspace: str, origin: Origin) -> None:
    """Raises NotFound where what it is asked from is gone, Conflict where the issue is there or on
    its way."""
    _next(uow, workspace, origin)


def order(
    uow: UnitOfWork, workspace: str, origin: Origin, by: str, draft: NewIssue, now: datetime
) -> None:
    """Let an issue be created, once; raises as `require_open`, and NotPermitted for a project that
    isn't this person's to use."""
    rights.require_project(uow, workspace, by, draft.project)
    order_id, before = _next(uow, workspace, origin)
    # What may be there already is looked for, under its own mark, before it is created again.
    unknown = before if before and before.is_outcome_unknown else None
    is_first = deliveries.post(
        uow,
        Delivery(
            id=order_id,
            workspace=workspace,
            # Of its own: one without an answer, which waits for minutes, holds up no other.
            channel=f"jira:{order_id}",
            card="",
            subject={**draft.packed(), "origin": origin.packed(), **_marked(order_id, unknown)},
            kind=DeliveryKind.CREATE_ISSUE,
            priority=Priority.PROMPT,
            ready_at=now,
            owner=by,
            state=DeliveryState.SENDING if unknown else DeliveryState.PENDING,
        ),
    )
    if not is_first:
        raise Conflict(_ORDERED)


def created(uow: UnitOfWork, order: Delivery, key: str, now: datetime) -> None:
    """Note the key where it was asked for and tell it there, once."""
    if uow.deliveries.get(f"{order.id}:created") is None:
        origin = origin_of(order.subject["origin"])
        _FROM[origin.source].created(uow, order, origin, key, now)


def marked_in(order: Delivery) -> str:
    """The project in which an attempt that may have got through left its issue."""
    return str(order.subject.get("marked_in") or order.subject["project"])


def failed(uow: UnitOfWork, workspace: str, order_id: str, by: str) -> Delivery:
    """The order of this person that Jira refused, to be tried again; raises as `require_open`."""
    order = uow.deliveries.get(order_id)
    if order is None or (order.workspace, order.owner) != (workspace, by):
        raise NotFound("I don't know this order any more. `/meridian issue` opens an empty form.")
    require_open(uow, workspace, origin_of(order.subject["origin"]))
    return order


def _from_message(uow: UnitOfWork, workspace: str, origin: Origin) -> str:
    return f"message:{workspace}:{origin.channel}:{origin.ref}"


def _told_in_thread(
    uow: UnitOfWork, order: Delivery, origin: Origin, key: str, now: datetime
) -> None:
    first = origin.thread_ts or origin.ref
    anchor = told.thread(uow, order.workspace, origin.channel, first, now)
    line = told.created(order, key, origin.channel, now)
    deliveries.post(uow, replace(line, thread_of=anchor))


def _from_command(uow: UnitOfWork, workspace: str, origin: Origin) -> str:
    return f"command:{workspace}:{origin.ref}"


def _told_directly(
    uow: UnitOfWork, order: Delivery, origin: Origin, key: str, now: datetime
) -> None:
    deliveries.post(uow, told.created(order, key, order.owner, now))


_FROM: Mapping[Source, _From] = {
    Source.ALERT: _From(name=alert_issues.order_name, created=alert_issues.created),
    Source.BLOCKER: _From(name=blocker_issues.order_name, created=blocker_issues.created),
    Source.MESSAGE: _From(name=_from_message, created=_told_in_thread),
    Source.COMMAND: _From(name=_from_command, created=_told_directly),
}


def _marked(order_id: str, unknown: Delivery | None) -> dict[str, Any]:
    """By what an attempt of this order, or of the one before, is found, and in which project."""
    if unknown is None:
        return {"mark": mark(order_id)}
    return {"mark": unknown.subject["mark"], "marked_in": marked_in(unknown)}


def _next(uow: UnitOfWork, workspace: str, origin: Origin) -> tuple[str, Delivery | None]:
    """What the next order from there is called, and the one before: of two people at once both
    get the same name."""
    name = f"issue:{_FROM[origin.source].name(uow, workspace, origin)}"
    number, last = 0, None
    while (known := uow.deliveries.get(_numbered(name, number))) is not None:
        if known.state in _UNDER_WAY:
            raise Conflict(_ORDERED)
        if origin.source is Source.MESSAGE and known.state is DeliveryState.SENT:
            raise Conflict(_has_one(uow, workspace, origin, known.id))
        number, last = number + 1, known
    return _numbered(name, number), last


def _has_one(uow: UnitOfWork, workspace: str, origin: Origin, order_id: str) -> str:
    """Two may have had the form of one message open; alerts and blockers know their issue."""
    created = uow.deliveries.get(f"{order_id}:created")
    if created is None:
        return "There is an issue for this message already."
    key = sight.called(uow, workspace, origin.channel, str(created.subject["key"]))
    return f"There is an issue for this message already: {key}."


def _numbered(name: str, number: int) -> str:
    return f"{name}:{number}" if number else name
