"""What became of the issues of a sprint: from what was read now, and from the changelog before.

Between two readings the changelog says when something changed; where it doesn't, the change counts
from the reading that found it. Nothing is made up: what can't be told is left out.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from bot.domain.issues.records import STATUS, IssueChange

SPRINT = "Sprint"
"""The field of Jira's changelog that names the sprints of an issue, between commas."""

V = TypeVar("V")

Steps = list[tuple[datetime, V]]


@dataclass(frozen=True, kw_only=True)
class IssueState:
    """How one issue stands to one sprint from `at` (aware UTC) on; `points` is None without an
    estimate."""

    issue_id: str
    at: datetime
    inside: bool
    done: bool
    points: float | None = None

    def same(self, other: "IssueState") -> bool:
        """Whether both say the same, whenever."""
        return replace(self, at=other.at) == other


Histories = Mapping[str, Sequence[IssueState]]
"""The states of each issue by its id, oldest first."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """How to read a changelog: the sprint's name, the name of the field of estimates (or empty),
    and whether a status means done, by its name."""

    sprint: str
    estimate: str
    is_done: Mapping[str, bool]

    def names(self, change: IssueChange) -> bool:
        """Whether a change brought an issue into the sprint or out of it."""
        both = _names(self.sprint, change.before), _names(self.sprint, change.after)
        return change.field == SPRINT and both[0] is not both[1]


@dataclass(frozen=True, kw_only=True)
class Walked:
    """The states of one issue, oldest first, observed last at `seen_at`; what was before
    `gap_until` can't be told."""

    states: tuple[IssueState, ...]
    seen_at: datetime
    gap_until: datetime | None = None


def state_at(history: Sequence[IssueState], at: datetime) -> IssueState | None:
    """The state that held at an instant, None before the first."""
    index = bisect_right(history, at, key=lambda state: state.at)
    return history[index - 1] if index else None


def walked(
    observed: IssueState, status: str, changes: Iterable[IssueChange], told: Told, since: datetime
) -> Walked:
    """What one issue went through in (since, observed.at], by its changes in that time.

    `status` is the name of its status as observed.
    """
    ends = (since, observed.at)
    by_field = _by_field(changes, ends)
    names = _steps(by_field[STATUS], status, ends, str)
    gap = _gap(names, status, told)
    means = {**told.is_done, status: observed.done}
    done = [(at, means.get(name, False)) for at, name in names]
    inside = _steps(by_field[SPRINT], observed.inside, ends, lambda text: _names(told.sprint, text))
    points = _steps(by_field[told.estimate], observed.points, ends, _number)
    moments = sorted({at for steps in (done, inside, points) for at, _ in steps})
    states = [
        IssueState(
            issue_id=observed.issue_id,
            at=at,
            inside=_held(inside, at),
            done=_held(done, at),
            points=_held(points, at),
        )
        for at in moments
    ]
    kept = tuple(_changed(_from(states, gap or since)))
    return Walked(states=kept, seen_at=observed.at, gap_until=gap)


def newer(before: IssueState, walk: Walked) -> list[IssueState]:
    """What a walk since the last reading adds to the last known state."""
    *_, observed = walk.states
    added = [state for state in walk.states[1:] if state.at > before.at]
    if not added and not observed.same(before):
        return [replace(observed, at=walk.seen_at)]
    return added


def _by_field(
    changes: Iterable[IssueChange], ends: tuple[datetime, datetime]
) -> Mapping[str, list[IssueChange]]:
    """The changes between the two, oldest first, by the name of their field."""
    found: defaultdict[str, list[IssueChange]] = defaultdict(list)
    for change in sorted(changes, key=lambda each: each.at):
        if ends[0] < change.at <= ends[1]:
            found[change.field].append(change)
    return found


def _steps(
    changes: Sequence[IssueChange],
    observed: V,
    ends: tuple[datetime, datetime],
    read: Callable[[str], V],
) -> Steps[V]:
    """The value of a field over time: what its changes say, and at last what was observed."""
    since, now = ends
    if not changes:
        return [(since, observed)]
    steps = [(since, read(changes[0].before))]
    steps += [(change.at, read(change.after)) for change in changes]
    if steps[-1][1] != observed:
        steps.append((now, observed))
    return steps


def _gap(names: Steps[str], status: str, told: Told) -> datetime | None:
    """Until when it had a status of which nobody knows whether it means done."""
    found = None
    for (_, name), (until, _) in pairwise(names):
        if name != status and name not in told.is_done:
            found = until
    return found


def _names(sprint: str, text: str) -> bool:
    return f", {sprint.strip()}, " in f", {text.strip()}, "


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _held(steps: Steps[V], at: datetime) -> V:
    return [value for since, value in steps if since <= at][-1]


def _from(states: Sequence[IssueState], since: datetime) -> list[IssueState]:
    """The state that holds at `since`, and those after it."""
    held = state_at(states, since)
    later = [state for state in states if state.at > since]
    return [replace(held, at=since), *later] if held else later


def _changed(states: Iterable[IssueState]) -> list[IssueState]:
    """Without those that say what the one before said."""
    kept: list[IssueState] = []
    for state in states:
        if not kept or not state.same(kept[-1]):
            kept.append(state)
    return kept
