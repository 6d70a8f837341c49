"""Where a new incident is told: in a message of its own, or in the thread of another one's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.alerts.incidents import Fold, Incident
from bot.domain.alerts.rules import RuleDraft, Severity
from bot.domain.alerts.silences import ChannelNoise

# Nagios calls flapping what changes its state too often; three messages a day are too many:
# https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/flapping.html
FLAPPING_OPENINGS = 3
FLAPPING_WITHIN = timedelta(hours=24)
BUDGET_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Place:
    """In whose thread an incident is told and why; an empty `lead` is a message of its own.

    `openings` counts those of a rule that flaps, where this is the first that is folded for it.
    """

    lead: str = ""
    fold: Fold = Fold.NONE
    openings: int = 0


@dataclass(frozen=True, kw_only=True)
class Neighbours:
    """What a channel was told already.

    `same_group`: open incidents with the same group key; `same_rule`: earlier ones of the rule,
    newest first, and `rule_root` the one with the message of the newest; `posts`: those with
    messages of their own of the last 24 hours, oldest first.
    """

    same_group: Sequence[Incident] = ()
    same_rule: Sequence[Incident] = ()
    rule_root: Incident | None = None
    posts: Sequence[Incident] = ()


def group_key(rule: RuleDraft) -> str:
    """What open incidents of one channel must share to share a message: model, else experiment."""
    if rule.model:
        return f"model:{rule.model}"
    return f"experiment:{rule.experiment}" if rule.experiment else ""


def place(
    incident: Incident, rule: RuleDraft, around: Neighbours, noise: ChannelNoise, now: datetime
) -> Place:
    """Where the first word about an incident goes; the first reason to fold it counts."""
    return (
        _with_group(around.same_group)
        or _flapping(around.same_rule, now)
        or _cooling(rule, around.rule_root, now)
        or _over_budget(incident, around.posts, noise)
        or Place()
    )


def _with_group(same: Sequence[Incident]) -> Place | None:
    told = [one for one in same if one.is_told and one.fold is not Fold.BUDGET]
    if not told:
        return None
    first = min(told, key=lambda one: (one.opened_at, one.id))
    return Place(lead=first.root, fold=Fold.GROUP)


def _flapping(same: Sequence[Incident], now: datetime) -> Place | None:
    told = [one for one in same if one.is_told]
    if not told:
        return None
    last = told[0]
    quiet_since = last.resolved_at or last.opened_at
    if last.fold is Fold.FLAPPING and now - quiet_since < FLAPPING_WITHIN:
        return Place(lead=last.root, fold=Fold.FLAPPING)
    came_back = [one for one in told if not one.resolved_by]
    lately = [one for one in came_back if now - one.opened_at < FLAPPING_WITHIN]
    if len(lately) + 1 < FLAPPING_OPENINGS:
        return None
    return Place(lead=lately[-1].root, fold=Fold.FLAPPING, openings=len(lately) + 1)


def _cooling(rule: RuleDraft, root: Incident | None, now: datetime) -> Place | None:
    if root is None or root.told.posted_at is None:
        return None
    if now - root.told.posted_at >= rule.cooldown:
        return None
    return Place(lead=root.id, fold=Fold.COOLDOWN)


def _over_budget(
    incident: Incident, posts: Sequence[Incident], noise: ChannelNoise
) -> Place | None:
    """Critical ones neither count nor fold."""
    if incident.severity is Severity.CRITICAL or not noise.budget:
        return None
    counted = [one for one in posts if one.severity is not Severity.CRITICAL]
    if len(counted) < noise.budget:
        return None
    return Place(lead=posts[-1].id, fold=Fold.BUDGET)
