"""How a rule begins: what exists already is the starting point and never raises an alarm."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.alerts.engine import Finding, judge, learn, point
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import AlertState, Point, Sample
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import reading

CHART_POINTS = 20

# Some of the past is bad, and what is usual is learned from twenty good ones.
LEARNED_FROM = 60


def start(
    uow: UnitOfWork, rule: Rule, history: Sequence[Sample], now: datetime
) -> tuple[AlertState, Finding | None]:
    """The first state of a rule, and how the last evaluation of its `history` (by end time) stands;
    None where there is none."""
    fresh = AlertState(
        since=now, read_until=now, awaited_since=now, reason="waits for the next evaluation"
    )
    return start_from(uow, rule, fresh, history, now)


def start_from(
    uow: UnitOfWork, rule: Rule, state: AlertState, history: Sequence[Sample], now: datetime
) -> tuple[AlertState, Finding | None]:
    """`state` with the ground that the rule stands on, and with the past learned."""
    if followed := reading.moved(uow, rule, state, reading.ground(uow, rule), now):
        state = replace(followed.state, reason=_both(state, followed.state))
    own = state.baseline.run_id if state.baseline else ""
    past = [sample for sample in history if sample.key != own]
    _note_seen(uow, rule, past[:-LEARNED_FROM], now)
    known, finding = learn_all(uow, rule, state, past[-LEARNED_FROM:], now)
    return replace(known, was_bad=finding is not None and finding.standing.is_bad), finding


def learn_all(
    uow: UnitOfWork, rule: Rule, state: AlertState, past: Iterable[Sample], now: datetime
) -> tuple[AlertState, Finding | None]:
    """The state that knows these evaluations, and how the last of them stands; nobody is told."""
    finding = None
    for sample in past:
        finding = judge(rule, sample.value, state.window, state.baseline, sample.slices)
        uow.alerts.add_point(rule.workspace, rule.number, point(sample, finding))
        state = learn(state, sample, finding)
    return state, finding


def _note_seen(uow: UnitOfWork, rule: Rule, old: Sequence[Sample], now: datetime) -> None:
    """Of what teaches nothing any more, that is kept which would be read again as if it were new:
    all that there is, while MLflow was mirrored for the first time just now."""
    if not old:
        return
    recent = reading.recent(uow, rule.workspace, now - reading.LOOK_BACK, now)
    again = {run.run_id for run in recent}
    points = [
        Point(key=sample.key, name=sample.name, at=sample.at, value=None, is_bad=False)
        for sample in old
        if sample.key in again
    ]
    uow.alerts.add_points(rule.workspace, rule.number, points)


def _both(before: AlertState, after: AlertState) -> str:
    return after.reason if before.reason.startswith("waits") else f"{before.reason}; {after.reason}"
