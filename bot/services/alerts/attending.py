"""Telling people of incidents: what is decided, then stored, then ordered, in one transaction.

Nothing is remembered between two calls but what the incidents say that people were told, so it
makes no difference how often, where, or after which restart this runs.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.alerts import notices
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.notices import Decision, Kind, Notice, Scene
from bot.ports.repositories import UnitOfWork
from bot.services import availability
from bot.services.alerts import outages, routing, telling
from bot.services.alerts.board import Board

# What is decided of a message may depend on what was decided of another one on it.
_ROUNDS = 3
_SHOWS = (Kind.POST, Kind.FOLD, Kind.EDIT)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Incidents as they are to be stored, by id, and what is to be sent."""

    incidents: tuple[Incident, ...]
    notices: tuple[Notice, ...]


def has_news(uow: UnitOfWork, workspace: str, now: datetime) -> bool:
    """Whether `attend` would change anything: a cheap read before a write."""
    return bool(plan(uow, workspace, now).incidents) or outages.has_news(uow, workspace, now)


def attend(uow: UnitOfWork, workspace: str, now: datetime, *, only: Collection[str] = ()) -> None:
    """Tell what is due of all incidents and sources, or of `only` some incidents.

    What somebody else changes at the same moment is left to the next call.
    """
    due = plan(uow, workspace, now, only=only)
    kept = {one.id for one in due.incidents if uow.alerts.save_incident(one)}
    telling.tell(uow, [one for one in due.notices if one.incident.id in kept], now)
    if not only:
        outages.attend(uow, workspace, now)


def plan(uow: UnitOfWork, workspace: str, now: datetime, *, only: Collection[str] = ()) -> Plan:
    """What is due; nothing is stored."""
    board = Board(uow, workspace, now)
    chosen = [one for one in board.live if not only or one in only]
    before = {one: board.get(one) for one in chosen}
    said: list[Notice] = []
    for _ in range(_ROUNDS):
        news = [notice for one in chosen for notice in _decide(uow, board, one, now)]
        said += news
        if not news:
            break
    changed = sorted(one for one in chosen if board.get(one) != before[one])
    return Plan(incidents=tuple(map(board.get, changed)), notices=tuple(said))


def _decide(uow: UnitOfWork, board: Board, incident_id: str, now: datetime) -> tuple[Notice, ...]:
    before = board.get(incident_id)
    scene = board.scene(before)
    decision = notices.decide(before, scene, now)
    said = decision.notices
    incident = _kept(before, decision)
    board.put(incident)
    called = _call(uow, board, incident, scene, now)
    if called is not None:
        said += called.notices
        board.put(_kept(incident, called))
    return said


def _call(
    uow: UnitOfWork, board: Board, incident: Incident, scene: Scene, now: datetime
) -> Decision | None:
    rule = board.rule(incident)
    if rule is None or not notices.wants_call(incident, scene, now, called_is_there=False):
        return None
    there = _is_there(uow, incident, now)
    if there and not notices.wants_call(incident, scene, now, called_is_there=True):
        return None
    call = routing.route(uow, rule, incident, now)
    if call is None or call == incident.call:
        return None
    if call.woken and notices.is_quiet(incident, scene, now):
        return None
    return notices.called(incident, call)


def _is_there(uow: UnitOfWork, incident: Incident, now: datetime) -> bool:
    if incident.call is None:
        return False
    person = uow.people.get(incident.workspace, incident.call.person)
    return person is not None and availability.is_at_work(uow, person, now)


def _kept(before: Incident, decision: Decision) -> Incident:
    """With the version that its message will show: the one that storing it makes."""
    after = decision.incident
    is_shown = any(notice.kind in _SHOWS for notice in decision.notices)
    was_shown = before.told.shown >= before.version and after != before
    if not (is_shown or was_shown):
        return after
    return replace(after, told=replace(after.told, shown=before.version + 1))
