"""The life of a goal: set, changed and ended; who may do that, and who sees it."""

from dataclasses import replace
from datetime import datetime

from bot.domain import calendar
from bot.domain.decisions.sight import Viewer
from bot.domain.delivery import Delivery
from bot.domain.experiments.goal_numbers import Wording, target_of, wording
from bot.domain.experiments.goal_standing import shown
from bot.domain.experiments.goals import (
    Goal,
    GoalDraft,
    GoalEnd,
    GoalSample,
    GoalState,
    reference,
)
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import sight
from bot.services.experiments import goal_sources, goal_standing, goal_values
from bot.services.experiments.goal_standing import CARD as CARD
from bot.services.experiments.goal_standing import card_id

LISTED = 15


def standing(uow: UnitOfWork, workspace: str, channel: str, now: datetime) -> tuple[GoalState, ...]:
    """How each open goal of a channel stands, by number; its cost grows with their count only."""
    return goal_standing.of(uow, uow.goals.open(workspace, channel), now)


def state(uow: UnitOfWork, goal: Goal, now: datetime) -> GoalState:
    """How one goal stands."""
    return goal_standing.of(uow, [goal], now)[0]


def listed(uow: UnitOfWork, viewer: Viewer) -> tuple[GoalState, ...]:
    """The goals that this person may see, the open ones first, at most `LISTED`."""
    found = uow.goals.listed(viewer.workspace, sight.of(uow, viewer), LISTED)
    return goal_standing.of(uow, found, viewer.now)


def find(uow: UnitOfWork, workspace: str, number: int) -> Goal:
    """One goal; raises NotFound."""
    found = uow.goals.get(workspace, number)
    if found is None:
        raise NotFound(f"There is no {reference(number)}. Type `/experiment goal` to see all.")
    return found


def seen(uow: UnitOfWork, viewer: Viewer, number: int) -> Goal:
    """One that this person may see; raises NotFound."""
    found = find(uow, viewer.workspace, number)
    if found.channel in sight.of(uow, viewer).channels or viewer.user_id in found.named:
        return found
    raise NotFound(
        f"{found.ref} belongs to a private channel; look it up there, or ask somebody in it."
    )


def editable(uow: UnitOfWork, viewer: Viewer, number: int) -> Goal:
    """One that is open and that this person may see and change; raises NotFound, NotPermitted or
    Conflict."""
    return _require_open(uow, seen(uow, viewer, number), viewer.user_id)


def write(uow: UnitOfWork, draft: GoalDraft, now: datetime) -> Goal:
    """Give a goal its number, freeze where it starts and post its card; raises InvalidForm."""
    measured, direction = goal_sources.measured(uow, draft)
    _require_owner(uow, draft)
    _require_later(uow, draft, now)
    past = goal_values.past(uow, draft.workspace, measured, direction, now)
    target, said = _target(draft, past)
    number = uow.numbers.next(draft.workspace, "goal")
    goal = Goal(
        workspace=draft.workspace,
        number=number,
        channel=draft.channel,
        author=draft.author,
        owner=draft.owner,
        objective=draft.objective,
        measured=measured,
        direction=direction,
        target=target,
        wording=said,
        opened_at=now,
        due_on=draft.due_on,
        start=_start(past, now),
    )
    uow.goals.add(goal)
    _keep(uow, goal, past, now)
    _note_shown(uow, goal, now)
    deliveries.post(uow, _card(goal, now))
    return goal


def edit(uow: UnitOfWork, draft: GoalDraft, number: int, version: int, viewer: Viewer) -> Goal:
    """Change an open goal; where it starts is frozen anew only where its measure was changed, the
    way it gets better included: the best of an experiment is another number then.

    Raises NotFound, NotPermitted, InvalidForm, and Conflict if it was changed since `version`.
    """
    now = viewer.now
    before = _locked(uow, viewer, number)
    if before.version != version:
        raise Conflict(
            f"Somebody changed {before.ref} while you were typing. Your values are kept below: "
            "Save keeps yours, Cancel keeps theirs."
        )
    measured, direction = goal_sources.measured(uow, draft, before)
    if draft.owner != before.owner:
        _require_owner(uow, draft)
    if draft.due_on != before.due_on:
        _require_later(uow, draft, now)
    is_same = (measured, direction) == (before.measured, before.direction)
    past = (
        uow.goals.samples(before.workspace, number)
        if is_same
        else goal_values.past(uow, before.workspace, measured, direction, now)
    )
    target, said = _target(draft, past, before if is_same else None)
    after = replace(
        before,
        owner=draft.owner,
        objective=draft.objective,
        measured=measured,
        direction=direction,
        target=target,
        wording=said,
        due_on=draft.due_on,
        start=before.start if is_same else _start(past, now),
    )
    if after == before:
        return before
    if not is_same:
        uow.goals.forget(before.workspace, number)
        _keep(uow, after, past, now)
    return _store(uow, after, now)


def end(uow: UnitOfWork, viewer: Viewer, number: int) -> Goal:
    """End a goal: digests speak of it no more; raises as `editable` does."""
    before = _locked(uow, viewer, number)
    latest = uow.goals.latest(viewer.workspace, number, viewer.now)
    ended = GoalEnd(by=viewer.user_id, at=viewer.now, value=latest.value if latest else None)
    return _store(uow, replace(before, ended=ended), viewer.now)


def sampled(uow: UnitOfWork, workspace: str, number: int, now: datetime) -> bool:
    """Keep what the mirror brought of a goal's number since; whether it is another number.

    Its card follows, the passing of time too. The first number of a goal that had none is where it
    starts.
    """
    goal = uow.goals.locked(workspace, number)
    if goal is None or not goal.is_open:
        return False
    latest = uow.goals.latest(workspace, number, now)
    news = goal_values.news(uow, goal, latest, now)
    uow.goals.watched(workspace, number, news.watch)
    if news.sample is not None:
        uow.goals.keep(workspace, number, [news.sample])
        if goal.start is None:
            goal = _store(uow, replace(goal, start=news.sample), now)
    if _note_shown(uow, goal, now) or news.sample is not None:
        deliveries.edit(uow, card_id(goal), now)
    return news.sample is not None


def _note_shown(uow: UnitOfWork, goal: Goal, now: datetime) -> bool:
    """Whether its card is to show something else by now than it did."""
    return uow.goals.note_shown(goal.workspace, goal.number, shown(state(uow, goal, now)))


def _start(past: list[GoalSample], now: datetime) -> GoalSample | None:
    return GoalSample(value=past[-1].value, at=now) if past else None


def _keep(uow: UnitOfWork, goal: Goal, past: list[GoalSample], now: datetime) -> None:
    uow.goals.keep(goal.workspace, goal.number, past)
    watch = goal_values.watch(uow, goal.workspace, goal.measured, now)
    uow.goals.watched(goal.workspace, goal.number, watch)


def _store(uow: UnitOfWork, goal: Goal, now: datetime) -> Goal:
    after = replace(goal, version=goal.version + 1)
    replaced = uow.goals.replace(after)
    assert replaced, "its row is locked"
    _note_shown(uow, after, now)
    deliveries.edit(uow, card_id(after), now)
    return after


def _locked(uow: UnitOfWork, viewer: Viewer, number: int) -> Goal:
    seen(uow, viewer, number)
    found = uow.goals.locked(viewer.workspace, number)
    assert found is not None, "goals are never deleted"
    return _require_open(uow, found, viewer.user_id)


def _require_open(uow: UnitOfWork, goal: Goal, by: str) -> Goal:
    """Its owner and who set it may; where neither is here any more, any colleague who sees it."""
    people = uow.people.several(goal.workspace, {*goal.deciders, by})
    person = people.get(by)
    if person is not None and not person.can_take_part:
        raise NotPermitted("Guests and people of other companies can't change a goal.")
    able = [u for u in goal.deciders if u not in people or people[u].can_take_part]
    if able and by not in goal.deciders:
        owner = people.get(goal.owner)
        raise NotPermitted(
            f"{goal.ref} is {owner.name if owner else 'somebody'}'s: only they and who set it "
            "may change or end it."
        )
    if not goal.is_open:
        raise Conflict(f"{goal.ref} was ended. Type `/experiment goal new` to set another one.")
    return goal


def _target(
    draft: GoalDraft, past: list[GoalSample], before: Goal | None = None
) -> tuple[float, Wording]:
    """The target in the metric's unit and how it is said; raises InvalidForm where it can't be in
    the unit of the number as it is. What `before` said already stays."""
    known = [one.value for one in past]
    target, wrong = target_of(draft.target, draft.is_percent, draft.form, *known)
    is_kept = before is not None and (before.target, before.wording.form) == (target, draft.form)
    if wrong and not is_kept:
        raise InvalidForm({"target": wrong})
    return target, wording(draft.phrase, draft.form, target, *known)


def _require_owner(uow: UnitOfWork, draft: GoalDraft) -> None:
    person = uow.people.get(draft.workspace, draft.owner)
    if person is not None and not person.can_take_part:
        raise InvalidForm({"owner": "Guests and bots can't own a goal; pick a colleague."})


def _require_later(uow: UnitOfWork, draft: GoalDraft, now: datetime) -> None:
    person = uow.people.get(draft.workspace, draft.owner)
    today = calendar.local_date(now, calendar.zone_or_utc(person.zone if person else "UTC"))
    if draft.due_on is not None and draft.due_on <= today:
        raise InvalidForm({"due_on": "Pick a later day, or none."})


def _card(goal: Goal, now: datetime) -> Delivery:
    return Delivery(
        id=card_id(goal),
        workspace=goal.workspace,
        channel=goal.channel,
        card=CARD,
        subject={"number": goal.number},
        ready_at=now,
        owner=goal.author,
    )
