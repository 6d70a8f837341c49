"""A goal in plain words: no metric, no alias, nothing to look up."""

from dataclasses import dataclass
from datetime import date

from bot.domain import calendar
from bot.domain.experiments.goal_numbers import (
    NumberForm,
    distance,
    numbers,
    sentence,
    with_unit,
)
from bot.domain.experiments.goal_standing import NEAR
from bot.domain.experiments.goals import GoalState, Progress
from bot.domain.metrics import Direction
from bot.views.text import clean

_OBJECTIVE = 150
_PHRASE = 200


@dataclass(frozen=True, kw_only=True)
class GoalWords:
    """What there is to say of a goal, each part without a full stop; empty where there is none.

    `number` is `The model finds 87 of 100 leavers`, `target` is `goal 90 by 31 January`, `before`
    is `it was 84 in September` and `standing` is `on track, 3 of 100 to go`.
    """

    objective: str
    number: str
    target: str
    before: str
    standing: str

    @property
    def sentences(self) -> str:
        """All of it but the objective, as sentences."""
        if not self.number:
            return f"{capital(self.standing)} ({self.target})."
        earlier = f"; {self.before}" if self.before else ""
        return f"{self.number} ({self.target}){earlier}. {capital(self.standing)}."


def goal_words(state: GoalState) -> GoalWords:
    """The words of a goal as it stands; numbers that differ look different."""
    goal, form = state.goal, state.goal.wording.form
    now, before = state.now, state.before
    values = [goal.target, *([now.value] if now else []), *([before.value] if before else [])]
    target, *rest = numbers(goal.wording, *values)
    number = rest[0] if now else ""
    earlier = rest[1] if before else ""
    return GoalWords(
        objective=objective(goal.objective),
        number=clean(sentence(goal.wording, number), _PHRASE) if now else "",
        target=_target(state, target),
        before=f"it was {_short(form, earlier)} {_when(state)}" if before else "",
        standing=_standing(state, number, target),
    )


def objective(text: str) -> str:
    """The objective without a full stop, so that a sentence can go on."""
    return clean(text, _OBJECTIVE).rstrip(".").rstrip() or "A goal"


def capital(text: str) -> str:
    """With a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def day(on: date, today: date) -> str:
    """`31 January`, with the year where it isn't this one."""
    return f"{on.day} {on:%B}" if on.year == today.year else f"{on.day} {on:%B} {on.year}"


def _target(state: GoalState, target: str) -> str:
    goal = state.goal
    least = " or less" if goal.direction is Direction.LOWER else ""
    by = f" by {day(goal.due_on, state.today)}" if goal.due_on else ""
    return f"goal {_short(goal.wording.form, target)}{least}{by}"


def _standing(state: GoalState, number: str, target: str) -> str:
    goal, progress = state.goal, state.progress
    if state.now is None:
        missed = f"{_missed(state)}, " if progress is Progress.BEHIND else ""
        return missed + Progress.NO_DATA.value
    apart = distance(goal.wording.form, number, target)
    beyond = "" if number == target else f", {apart} better than the goal"
    worse = goal.start is not None and goal.direction.better(goal.start.value, state.now.value)
    match progress:
        case Progress.REACHED:
            return f"reached{beyond}"
        case Progress.BEHIND:
            return f"{_missed(state)}, {apart} to go"
        case Progress.AT_RISK if worse:
            return f"at risk: worse than when it began, {apart} to go{_left(state)}"
        case Progress.AT_RISK:
            return f"at risk: too slow so far, {apart} to go{_left(state)}"
    return f"on track, {apart} to go" if goal.due_on else f"{apart} to go"


def _missed(state: GoalState) -> str:
    assert state.goal.due_on is not None, "only a goal with a day gets behind it"
    return f"missed its date {_ago((state.today - state.goal.due_on).days)}"


def _left(state: GoalState) -> str:
    """` and 9 days left`, where its day is near."""
    due = state.goal.due_on
    if due is None or due - state.today > NEAR:
        return ""
    left = (due - state.today).days
    return " and its day is today" if left <= 0 else f" and {left} {_days(left)} left"


def _when(state: GoalState) -> str:
    before, start = state.before, state.goal.start
    assert before is not None, "there is an earlier number"
    on = calendar.local_date(before.at, calendar.zone_or_utc(state.zone))
    if before is start:
        return f"when it began on {day(on, state.today)}"
    return f"in {on:%B}" if on.year == state.today.year else f"in {on:%B} {on.year}"


def _short(form: NumberForm, number: str) -> str:
    """Beside the whole phrase `90` says enough; a percentage keeps its sign."""
    return with_unit(form, number) if form is NumberForm.PERCENT else number


def _ago(days: int) -> str:
    return f"{days} {_days(days)} ago"


def _days(days: int) -> str:
    return "day" if days == 1 else "days"
