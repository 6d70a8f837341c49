"""The chain behind a model, a run, an issue or a decision: what is told, and in which order.

A pure walk: who knows the neighbours of a thing is asked for them, and each thing is told once.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.alerts.incidents import Incident
from bot.domain.blocker import Blocker
from bot.domain.decisions.record import DecisionRecord
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.records import Run
from bot.domain.issues.records import Issue

DEPTH = 5
"""So many steps away from what was asked for the walk ends."""

MOST = 40
"""So many things are looked at for one chain."""

SHOWN = 4
"""So many of each part are told."""


class Thing(StrEnum):
    """What a chain is made of."""

    HYPOTHESIS = "hypothesis"
    BLOCKER = "blocker"
    RUN = "run"
    ISSUE = "issue"
    DECISION = "decision"
    VERSION = "version"
    LIFE = "life"
    INCIDENT = "incident"


class Part(StrEnum):
    """The parts of the story, in the order of telling; what is broken now comes first."""

    OPEN = "🔴 open:"
    CLAIMED = "claimed"
    ASKED = "asked"
    SHOWN_BY = "shown by"
    WORKED_IN = "worked in"
    DECIDED = "decided"
    LIVE = "live"
    BROKE = "broke"
    UNDONE = "undone"


@dataclass(frozen=True, kw_only=True)
class Node:
    """One thing by its key: a number, a run's id, an issue's key, `<model>/<version>`, or for a
    life `<model>/<version>/<alias>/<when>`, for an incident its id."""

    thing: Thing
    key: str


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A way to another thing; one that isn't `onward` is told, but its own neighbours aren't."""

    to: Node
    onward: bool = True


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A hypothesis; `owner` is a display name."""

    hypothesis: Hypothesis
    owner: str


@dataclass(frozen=True, kw_only=True)
class Impediment:
    """A blocker, with its person's display name."""

    blocker: Blocker
    person: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A run with what its experiment is judged by: the `metric`, empty where nobody knows, and of
    `seeds` repetitions the least and the greatest value."""

    run: Run
    metric: str = ""
    value: float | None = None
    seeds: int = 1
    low: float = 0.0
    high: float = 0.0
    dataset: str = ""


@dataclass(frozen=True, kw_only=True)
class Work:
    """An issue as the reader may see it."""

    issue: Issue


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A decision and, by display names, who had a part in it; `away` and `silent` didn't answer.

    `undoes` says that it took a version back from under its alias; `newer` is the decision that
    superseded it, empty where the reader can't see that.
    """

    record: DecisionRecord
    by: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    undoes: bool = False
    newer: str = ""
    page: tuple[str, str] = ("", "")


@dataclass(frozen=True, kw_only=True)
class Life:
    """How long a version was under an alias; times are aware UTC, None where nobody knows, or for
    `until` while it is there."""

    model: str
    version: int
    alias: str
    since: datetime | None = None
    until: datetime | None = None
    is_now: bool = False


@dataclass(frozen=True, kw_only=True)
class Break:
    """An alert that fired."""

    incident: Incident


Fact = Claim | Impediment | Proof | Work | Choice | Life | Break


@dataclass(frozen=True, kw_only=True)
class Story:
    """What is told: of each part the first facts, how many `more` there are, and how many of all
    the reader can't see. `subject` is what was asked for, in our own words."""

    subject: str
    parts: Mapping[Part, Sequence[Fact]] = field(default_factory=dict)
    more: Mapping[Part, int] = field(default_factory=dict)
    unseen: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return any(self.parts.values())


Neighbours = Callable[[Node, bool], Sequence[Edge]]
"""What a thing leads to; the flag says that it is the one that was asked for."""


def walk(start: Node, neighbours: Neighbours) -> list[Node]:
    """Everything that the start leads to, nearest first, each once; circles end.

    Never farther than `DEPTH` and never more than `MOST`.
    """
    found: dict[Node, None] = {start: None}
    todo: deque[tuple[Node, int]] = deque([(start, 0)])
    walked: set[Node] = set()
    while todo:
        node, depth = todo.popleft()
        if node in walked or depth >= DEPTH:
            continue
        walked.add(node)
        for edge in neighbours(node, node == start):
            if edge.to not in found and len(found) >= MOST:
                return list(found)
            found.setdefault(edge.to)
            if edge.onward:
                todo.append((edge.to, depth + 1))
    return list(found)


def told(subject: str, facts: Sequence[Fact], unseen: int) -> Story:
    """The story in its order: in each part the oldest first, the newest left out where there are
    too many."""
    parts: dict[Part, list[Fact]] = {part: [] for part in Part}
    for fact in facts:
        parts[part_of(fact)].append(fact)
    for each in parts.values():
        each.sort(key=_order)
    more = Counter({part: len(each) - SHOWN for part, each in parts.items() if each[SHOWN:]})
    shown = {part: each[:SHOWN] for part, each in parts.items() if each}
    return Story(subject=subject, parts=shown, more=more, unseen=unseen)


def part_of(fact: Fact) -> Part:
    """Where in the story a fact belongs."""
    match fact:
        case Claim():
            return Part.CLAIMED
        case Impediment():
            return Part.ASKED
        case Proof():
            return Part.SHOWN_BY
        case Work():
            return Part.WORKED_IN
        case Life():
            return Part.LIVE
        case Break():
            return Part.OPEN if fact.incident.is_open else Part.BROKE
        case Choice():
            return Part.UNDONE if fact.undoes else Part.DECIDED


def _order(fact: Fact) -> tuple[float, str]:
    match fact:
        case Claim():
            return fact.hypothesis.opened_at.timestamp(), fact.hypothesis.ref
        case Impediment():
            return fact.blocker.opened_at.timestamp(), fact.blocker.ref
        case Proof():
            return _seconds(fact.run.started_at), fact.run.run_id
        case Work():
            return fact.issue.created_at.timestamp(), fact.issue.key
        case Choice():
            return fact.record.created_at.timestamp(), fact.record.ref
        case Life():
            return _seconds(fact.since), fact.alias
        case Break():
            return fact.incident.opened_at.timestamp(), fact.incident.id


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
