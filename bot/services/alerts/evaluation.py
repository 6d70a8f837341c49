"""Alerts: evaluation of rules by what the mirror holds, each sample once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.alerts.engine import elapse, evaluate, revised, watches_the_same
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.states import AlertState, Sample
from bot.domain.experiments.records import Run
from bot.errors import Conflict
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import history, incidents, outages, reading, starting, transitions
from bot.services.alerts import samples as alert_samples
from bot.services.alerts.reading import Ground

# How far an idle rule's reading mark may fall behind before it is moved.
_MARK_AGE = timedelta(minutes=30)


def numbers(uow: UnitOfWork, workspace: str) -> list[int]:
    """The numbers of all rules."""
    return [rule.number for rule in uow.alerts.rules(workspace)]


def with_news(uow: UnitOfWork, workspace: str, now: datetime) -> list[int]:
    """The numbers of the rules that `evaluate_rule` would change: one cheap read before writes."""
    rules, states = uow.alerts.rules(workspace), uow.alerts.states(workspace)
    watching = [(rule, states[rule.number]) for rule in rules if rule.number in states]
    return [rule.number for rule in _with_news(uow, workspace, watching, now)]


def has_news(uow: UnitOfWork, workspace: str, number: int, now: datetime) -> bool:
    """Whether `evaluate_rule` would change anything."""
    rule, stored = uow.alerts.rule(workspace, number), uow.alerts.state(workspace, number)
    if rule is None or stored is None or rule.ended_at is not None:
        return False
    return bool(_with_news(uow, workspace, [(rule, stored.state)], now))


def evaluate_rule(uow: UnitOfWork, workspace: str, number: int, now: datetime) -> None:
    """Process what the mirror holds and the rule hasn't seen, each sample once, then what time
    alone means as far as the rule's source was read.

    A rule that stands on a baseline or an alias waits while there is none, and its samples with it;
    for one that needs a champion, that is silence.
    Raises Conflict, and nothing is kept, if another evaluation was faster.
    """
    rule = uow.alerts.rule(workspace, number)
    if rule is not None and rule.decision is not None:
        # Whoever ends a decision locks it first and then the rule that watches for it.
        uow.decisions.locked(workspace, rule.decision)
    stored = uow.alerts.locked_state(workspace, number)
    rule = uow.alerts.rule(workspace, number)
    if rule is None or stored is None or rule.ended_at is not None:
        return
    found = reading.ground(uow, rule)
    until = outages.heard_until(uow, rule, now)
    state = replace(_follow(uow, rule, stored.state, found, now), blind=found.blind)
    if reading.can_judge(rule, found):
        runs = reading.recent(uow, workspace, state.read_until, now)
        for sample in reading.unread(uow, rule, state, runs, now):
            state = _process(uow, rule, state, sample, now)
    if _hears(rule, found) and (passed := elapse(rule, state, until)) is not None:
        state = transitions.apply(uow, rule, state, passed, None, now)
    if _reads_on(rule, found):
        state = replace(state, read_until=max(until, state.read_until))
    _store(uow, rule, state, stored.version)


def revise(uow: UnitOfWork, before: Rule, after: Rule, now: datetime) -> None:
    """What an edit means for a rule: what was pending counts anew, an open incident is told of its
    new severity; where something else is watched, it ends and the rule starts afresh.

    Raises Conflict if an evaluation was faster, and InvalidForm as `history.past`.
    """
    stored = uow.alerts.locked_state(after.workspace, after.number)
    if stored is None:
        return
    state = stored.state
    if (meant := revised(before, after, state, now)) is not None:
        state = transitions.apply(uow, after, state, meant, None, now)
    elif state.phase.is_open and after.decision is None:
        about = reading.last(uow, after, state, now)
        incidents.change(uow, after, state, about, now)
    if not watches_the_same(before, after):
        uow.alerts.forget_points(after.workspace, after.number)
        _, past = history.past(uow, after, now)
        state = starting.start_from(uow, after, state, past, now)[0]
    _store(uow, after, state, stored.version)


def _with_news(
    uow: UnitOfWork, workspace: str, watching: Sequence[tuple[Rule, AlertState]], now: datetime
) -> list[Rule]:
    found = {rule.number: reading.ground(uow, rule) for rule, _ in watching}
    able = [each for each in watching if reading.can_judge(each[0], found[each[0].number])]
    # Read once for all: marks of rules that can judge are never far behind.
    mark = min((state.read_until for _, state in able), default=now)
    runs = reading.recent(uow, workspace, mark, now) if able else []
    return [
        rule
        for rule, state in watching
        if _is_news(uow, rule, state, found[rule.number], runs, now)
    ]


def _is_news(
    uow: UnitOfWork,
    rule: Rule,
    state: AlertState,
    found: Ground,
    runs: Sequence[Run],
    now: datetime,
) -> bool:
    until = outages.heard_until(uow, rule, now)
    if _reads_on(rule, found) and until - state.read_until >= _MARK_AGE:
        return True
    if reading.moved(uow, rule, state, found, now) is not None:
        return True
    if found.blind != state.blind:
        return True
    if _hears(rule, found) and elapse(rule, state, until) is not None:
        return True
    if not reading.can_judge(rule, found):
        return False
    return bool(reading.unread(uow, rule, state, runs, now))


def _hears(rule: Rule, found: Ground) -> bool:
    """Whether time means anything: what waits for a version under its alias has not begun."""
    return bool(found.blind) or reading.can_judge(rule, found)


def _reads_on(rule: Rule, found: Ground) -> bool:
    """Whether the reading mark moves: what waits for a champion must still be there then, while
    what another version was evaluated by is never news."""
    return reading.can_judge(rule, found) or reading.follows(rule) is not None


def _follow(
    uow: UnitOfWork, rule: Rule, state: AlertState, found: Ground, now: datetime
) -> AlertState:
    evaluation = reading.moved(uow, rule, state, found, now)
    if evaluation is None:
        return reading.kept(state, found)
    after = transitions.apply(uow, rule, state, evaluation, None, now)
    if reading.follows(rule) is None:
        return after
    # Made while another version was under the alias: no reason to speak up now.
    runs = alert_samples.runs_of_model(uow, rule.workspace, rule.model)
    unread = alert_samples.in_order(reading.unread(uow, rule, after, runs, now))
    past = [sample for sample in unread if sample.at <= state.read_until]
    return starting.learn_all(uow, rule, after, past[-starting.LEARNED_FROM :], now)[0]


def _process(
    uow: UnitOfWork, rule: Rule, state: AlertState, sample: Sample, now: datetime
) -> AlertState:
    evaluation = evaluate(rule, sample, state, now, state.baseline)
    if evaluation.point is None or not uow.alerts.add_point(
        rule.workspace, rule.number, evaluation.point
    ):
        return state
    return transitions.apply(uow, rule, state, evaluation, sample, now)


def _store(uow: UnitOfWork, rule: Rule, state: AlertState, version: int) -> None:
    if not uow.alerts.replace_state(rule.workspace, rule.number, state, version):
        raise Conflict(f"{rule.label} was evaluated by another node at the same time.")
