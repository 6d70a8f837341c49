"""A model's data card and retraining plan, and the list of all."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.experiments.plan import ModelPlan
from bot.domain.experiments.retraining import PlanState
from bot.domain.person import Person
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, bullets, button, context, lines, message, roomiest
from bot.views.text import Line, clean, clean_lines, count, escape, link, moment, plain, words

ACTION_CHANGE = "experiment.plan"

_NAME = 60
_DATA = 120
_LISTED = (25, 12, 6)

People = Mapping[str, Person]


def card(state: PlanState, people: People) -> Message:
    """Who owns the model, when it is due, on what data it stands."""
    plan = state.plan
    told: list[Line] = [
        [words(clean(plan.model, _NAME), bold=True), " · ", *_due(state)],
        _responsible(plan, people),
        _trained(state),
        *_data(state),
    ]
    blocks: list[Block] = [lines(*told)]
    if plan.description:
        blocks.append(lines([words(clean_lines(plan.description, 1500))]))
    if plan.runbook:
        blocks.append(lines([link(plan.runbook, "Runbook")]))
    blocks.append(actions("experiment_plan", button("Change", ACTION_CHANGE, plan.model)))
    when = f"<!date^{int(plan.changed_at.timestamp())}^{{date_short_pretty}}|{_day(plan)}>"
    where = f" · overdue is said in <#{plan.channel}>" if plan.channel else ""
    blocks.append(context(f"{escape(_named(plan.changed_by, people))} wrote this {when}{where}"))
    return message("\n".join(map(plain, told[:2])), blocks)


def listing(states: Sequence[PlanState], without: Sequence[str], people: People) -> Message:
    """All plans, the most overdue first, and the models that have none."""
    if not (states or without):
        return message(
            "MLflow has shown me no registered model yet.",
            [lines(["MLflow has shown me no registered model yet."])],
        )
    variants = (_list_blocks(states, without, people, most) for most in _LISTED)
    return message(f"{count(len(states), 'plan')} of models", roomiest(variants))


def overdue_line(state: PlanState, owner: str) -> Line:
    """`churn was to be retrained 12 days ago (Lena)`; `owner` is a display name."""
    who = f" ({clean(owner, _NAME)})" if owner else ""
    return [
        words(clean(state.plan.model, _NAME), bold=True),
        f" was to be retrained {_ago(state.days_overdue)}{who}",
        *([f" · {_newer(state)}"] if state.newer else []),
    ]


def _list_blocks(
    states: Sequence[PlanState], without: Sequence[str], people: People, most: int
) -> list[Block]:
    rows: list[Line] = [
        [
            words(clean(state.plan.model, _NAME), bold=True),
            f" · {_named(state.plan.owner, people)} · ",
            *_due(state),
            *([f" · {_newer(state)}"] if state.newer else []),
        ]
        for state in states[:most]
    ]
    blocks: list[Block] = [bullets(rows)] if rows else []
    if without:
        names = ", ".join(clean(name, _NAME) for name in without[:most])
        left = f" and {len(without) - most} more" if len(without) > most else ""
        blocks.append(lines([f"Without a plan: {names}{left}. Type ", _EXAMPLE, " to write one."]))
    if len(states) > most:
        blocks.append(context(f"{len(states) - most} more plans"))
    return blocks


_EXAMPLE = words("/experiment plan <model>", code=True)


def _responsible(plan: ModelPlan, people: People) -> Line:
    line: Line = [f"Owner {_named(plan.owner, people)}"]
    if plan.deputies:
        names = [_named(user_id, people) for user_id in plan.deputies[:5]]
        left = len(plan.deputies) - 5
        line.append(f" · deputies {', '.join(names)}{f' and {left} more' if left > 0 else ''}")
    return line


def _due(state: PlanState) -> Line:
    if state.due_on is None:
        return ["no retraining agreed"]
    if state.days_overdue:
        return [f"🔴 was to be retrained {_ago(state.days_overdue)}"]
    return [f"to be retrained by {_date(state.due_on)}"]


def _trained(state: PlanState) -> Line:
    cadence = state.plan.cadence_days
    every = f"Every {count(cadence, 'day')}" if cadence else "No cadence"
    at, newest = state.facts.trained_at, state.facts.newest
    if at is None or newest is None:
        return [f"{every} · never trained yet"]
    return [f"{every} · last trained ", moment(at, "{date_short_pretty}"), f" (v{newest})"]


def _data(state: PlanState) -> list[Line]:
    told: list[Line] = []
    if state.plan.data:
        told.append(["Data ", words(clean(state.plan.data, _DATA), bold=True)])
    champion, used = state.facts.champion, clean(state.facts.used, _NAME)
    if state.data_differs:
        told.append([f"🟡 The champion v{champion} was trained on {used}, not on that."])
    if state.newer and state.newer_since:
        since = moment(state.newer_since, "{date_short_pretty}")
        newer = words(clean(state.newer, _NAME), bold=True)
        line: Line = ["🟡 ", newer, " exists since ", since]
        told.append([*line, f"; the champion v{champion} was trained on {used}."])
    elif champion and not used:
        told.append([f"The champion v{champion} doesn't say which data it was trained on."])
    return told


def _newer(state: PlanState) -> str:
    used = clean(state.facts.used, _NAME)
    return f"{clean(state.newer, _NAME)} exists, the champion was trained on {used}"


def _named(user_id: str, people: People) -> str:
    person = people.get(user_id)
    return clean(person.name, _NAME) if person else "somebody whom I don't know yet"


def _ago(days: int) -> str:
    return f"{count(days, 'day')} ago"


def _date(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"


def _day(plan: ModelPlan) -> str:
    return f"{plan.changed_at:%Y-%m-%d}"
