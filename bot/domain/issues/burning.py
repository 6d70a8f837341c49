"""How the burndown of a sprint is drawn from what became of its issues.

The ideal line falls from the scope at the sprint's start to nothing at its end, as working time
passes in the readers' zone; what came in later lies above it and has to be caught up with.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from bot.domain.calendar import local_date, resolve, zone_or_utc
from bot.domain.digests.windows import Span
from bot.domain.issues.burndown import Amount, Burndown, BurnPoint, ScopeChange, Unit
from bot.domain.issues.sprint_states import Histories, IssueState, state_at
from bot.domain.working_time import WorkingTime

_HOURS = WorkingTime()
_MIDNIGHT = time(0)


def burndown(
    histories: Histories,
    *,
    starts_at: datetime,
    ends_at: datetime,
    known: Sequence[Span],
    as_of: datetime,
    zone_name: str,
) -> Burndown:
    """The burndown of these issues as of the reading at `as_of`, which `known` covers.

    Points are counted where most of the issues inside have an estimate, else issues.
    """
    unit = _unit(histories, as_of)
    unknown = _unestimated(histories, as_of) if unit is Unit.POINTS else []
    base_at = _first_known(known, starts_at, as_of)
    days = max(len(_days(starts_at, ends_at, zone_name)), 1)
    base = amount(histories, base_at, unit)
    points = []
    before: frozenset[str] | None = None
    for day, at in _with_present(_moments(starts_at, ends_at, zone_name), as_of, zone_name):
        is_known = _covers(known, at)
        inside = frozenset(_inside(histories, at, unit)) if is_known else None
        points.append(
            BurnPoint(
                day=day,
                is_start=at == starts_at,
                ideal=base.scope * (1 - _share(starts_at, ends_at, at, zone_name)),
                amount=amount(histories, at, unit) if is_known else None,
                grew=bool(inside and before is not None and inside - before),
                is_now=at == as_of != starts_at,
            )
        )
        before = before if inside is None else inside
    return Burndown(
        unit=unit,
        points=tuple(points),
        base=base,
        base_at=base_at,
        base_elapsed=_share(starts_at, ends_at, base_at, zone_name),
        now=amount(histories, as_of, unit),
        change=_change(histories, base_at, as_of, unit),
        days=days,
        elapsed=_share(starts_at, ends_at, as_of, zone_name),
        is_over=as_of >= ends_at,
        unestimated=len(unknown),
        unestimated_open=sum(not s.done for s in unknown),
    )


def amount(histories: Histories, at: datetime, unit: Unit) -> Amount:
    """What is inside at an instant."""
    inside = [s for s in _states(histories, at).values() if s.inside]
    return Amount(
        scope=math.fsum(_weight(s, unit) for s in inside),
        done=math.fsum(_weight(s, unit) for s in inside if s.done),
        issues=len(inside),
        open_issues=sum(not s.done for s in inside),
    )


def _unit(histories: Histories, at: datetime) -> Unit:
    inside = [s.points for s in _states(histories, at).values() if s.inside]
    estimated = sum(points is not None for points in inside)
    is_most = 2 * estimated > len(inside)
    return Unit.POINTS if is_most and any(inside) else Unit.ISSUES


def _unestimated(histories: Histories, at: datetime) -> list[IssueState]:
    return [s for s in _states(histories, at).values() if s.inside and s.points is None]


def _states(histories: Histories, at: datetime) -> Mapping[str, IssueState]:
    found = {key: state_at(history, at) for key, history in histories.items()}
    return {key: state for key, state in found.items() if state}


def _weight(state: IssueState, unit: Unit) -> float:
    return 1.0 if unit is Unit.ISSUES else max(state.points or 0.0, 0.0)


def _change(histories: Histories, since: datetime, until: datetime, unit: Unit) -> ScopeChange:
    before, after = _inside(histories, since, unit), _inside(histories, until, unit)
    added, removed = after.keys() - before.keys(), before.keys() - after.keys()
    stayed = before.keys() & after.keys()
    return ScopeChange(
        added=len(added),
        removed=len(removed),
        added_weight=math.fsum(after[key] for key in added),
        removed_weight=math.fsum(before[key] for key in removed),
        reestimated=math.fsum(after[key] - before[key] for key in stayed),
    )


def _inside(histories: Histories, at: datetime, unit: Unit) -> dict[str, float]:
    return {k: _weight(s, unit) for k, s in _states(histories, at).items() if s.inside}


def _covers(known: Sequence[Span], at: datetime) -> bool:
    return any(span.since <= at <= span.until for span in known)


def _first_known(known: Sequence[Span], starts_at: datetime, as_of: datetime) -> datetime:
    candidates = [max(span.since, starts_at) for span in known if span.until >= starts_at]
    return min([*candidates, as_of])


def _moments(starts_at: datetime, ends_at: datetime, zone: str) -> list[tuple[date, datetime]]:
    """The start, then the end of each working day, the last one the sprint's end."""
    info = zone_or_utc(zone)
    found = [(local_date(starts_at, info), starts_at)]
    days = _days(starts_at, ends_at, zone) or [local_date(ends_at, info)]
    for day in days:
        midnight = resolve(day + timedelta(days=1), _MIDNIGHT, info)
        at = ends_at if day == days[-1] or midnight is None else min(midnight, ends_at)
        found.append((day, at))
    return found


def _with_present(
    moments: Sequence[tuple[date, datetime]], as_of: datetime, zone: str
) -> list[tuple[date, datetime]]:
    """With the present among them, in the place of the end of a day that isn't over; the sprint's
    end stays."""
    today = local_date(as_of, zone_or_utc(zone))
    past = [each for each in moments if each[1] < as_of]
    if not past:
        return list(moments)
    later = [each for each in moments if each[1] > as_of]
    rest = [each for each in later if each[0] != today or each is moments[-1]]
    return [*past, (today, as_of), *rest]


def _days(starts_at: datetime, ends_at: datetime, zone: str) -> list[date]:
    """The working days on which there is time between the two."""
    info = zone_or_utc(zone)
    found: list[date] = []
    for opens, closes in _HOURS.windows(starts_at, info):
        if opens >= ends_at:
            return found
        if min(closes, ends_at) > max(opens, starts_at):
            found.append(local_date(opens, info))
    raise AssertionError("working days never end")


def _share(starts_at: datetime, ends_at: datetime, at: datetime, zone: str) -> float:
    """How much of the working time has passed, 0 to 1."""
    if at >= ends_at:
        return 1.0
    whole = _HOURS.worked(starts_at, ends_at, zone)
    passed = _HOURS.worked(starts_at, at, zone)
    return passed / whole if whole else 0.0
