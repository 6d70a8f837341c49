"""Drafts of decisions: where each is kept, and which are offered again.

What was sent leaves an empty draft behind, so that typing which is heard of a moment later brings
nothing back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.decisions.record import DecisionRecord, DecisionStatus, edit_refusal, refusal
from bot.domain.draft import Draft
from bot.ports.repositories import UnitOfWork

_SUPERSEDE = "decision:supersede:"
_EDIT = "decision:edit:"
_ROLLBACK = "decision:rollback:"
_MOST_NEW = 3
_LATE = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where a new decision is written: with the draft that is there, and others lying beside."""

    place: str
    draft: Draft | None
    others: Sequence[Draft] = ()


def new_places(channel: str) -> tuple[str, ...]:
    """Where drafts of a channel's new decisions are kept, one at each."""
    first = f"decision:new:{channel}"
    return (first, *(f"{first}:{number}" for number in range(2, _MOST_NEW + 1)))


def message_place(channel: str, ts: str) -> str:
    """Where the draft of a decision from a message is kept."""
    return f"decision:message:{channel}:{ts}"


def supersede_place(number: int) -> str:
    """Where the draft of what replaces a decision is kept."""
    return f"{_SUPERSEDE}{number}"


def rollback_place(incident_id: str) -> str:
    """Where the draft of what undoes a promotion is kept, while an alert complains of it."""
    return f"{_ROLLBACK}{incident_id}"


def rolled_back(place: str) -> str:
    """The incident whose rollback is drafted at a place, or empty."""
    return place.removeprefix(_ROLLBACK) if place.startswith(_ROLLBACK) else ""


def edit_place(number: int) -> str:
    """Where the draft of an edit is kept."""
    return f"{_EDIT}{number}"


def at(uow: UnitOfWork, workspace: str, user_id: str, place: str) -> Draft | None:
    """The draft at a place, or None where nothing waits to be sent."""
    draft = uow.drafts.get(workspace, user_id, place)
    return draft if draft and draft.values else None


def desk(uow: UnitOfWork, workspace: str, user_id: str, channel: str, title: str) -> Desk:
    """The latest draft of that title, or of any where none was typed, or an empty place.

    Where every place is taken, the oldest draft gives way as soon as something is typed.
    """
    places = new_places(channel)
    drafts = [draft for place in places if (draft := at(uow, workspace, user_id, place))]
    drafts.sort(key=lambda draft: draft.saved_at, reverse=True)
    draft = next((each for each in drafts if not title or _is_called(each, title)), None)
    others = [each for each in drafts if each is not draft]
    if draft:
        return Desk(place=draft.place, draft=draft, others=others)
    taken = {each.place for each in drafts}
    free = next(
        (place for place in places if place not in taken), drafts[-1].place if drafts else ""
    )
    return Desk(place=free, draft=None, others=[each for each in others if each.place != free])


def keep(
    uow: UnitOfWork,
    workspace: str,
    user_id: str,
    place: str,
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep what somebody typed until they send it; `values` are empty where that is nothing.

    Typing can be heard of after the form was sent: what comes right after that is left out.
    """
    known = uow.drafts.get(workspace, user_id, place)
    just_sent = known is not None and not known.values and now - known.saved_at < _LATE
    if values and not just_sent:
        _save(uow, workspace, user_id, place, values, now)


def keep_refused(
    uow: UnitOfWork,
    workspace: str,
    user_id: str,
    place: str,
    channel: str,
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep what was sent and refused; where its form can't be opened any more, as a new one."""
    if values and _is_closed(uow, workspace, place):
        _save(uow, workspace, user_id, place, {}, now)
        place = desk(uow, workspace, user_id, channel, _typed(values, "title")).place
    if values:
        _save(uow, workspace, user_id, place, values, now)


def drop(uow: UnitOfWork, workspace: str, user_id: str, place: str, now: datetime) -> None:
    """What was typed there until now was sent, or is thrown away."""
    _save(uow, workspace, user_id, place, {}, now)


def is_overtaken(record: DecisionRecord, draft: Draft) -> bool:
    """Whether the decision was changed after somebody had begun to edit it."""
    return _typed(draft.values, "version") != str(record.version)


def _save(
    uow: UnitOfWork,
    workspace: str,
    user_id: str,
    place: str,
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    draft = Draft(workspace=workspace, user_id=user_id, place=place, values=values, saved_at=now)
    uow.drafts.save(draft)


def _is_closed(uow: UnitOfWork, workspace: str, place: str) -> bool:
    """Whether what the draft is about may not be replaced or edited any more."""
    for beginning in (_SUPERSEDE, _EDIT):
        if place.startswith(beginning):
            record = uow.decisions.get(workspace, int(place.removeprefix(beginning)))
            if record is None:
                return True
            if beginning == _EDIT:
                return bool(edit_refusal(record))
            return bool(refusal(record, DecisionStatus.SUPERSEDED))
    return False


def _is_called(draft: Draft, title: str) -> bool:
    return _typed(draft.values, "title").casefold() == title.casefold()


def _typed(values: Mapping[str, Any], field: str) -> str:
    element: Mapping[str, Any] = next(iter(values.get(field, {}).values()), {})
    return str(element.get("value") or "").strip()
