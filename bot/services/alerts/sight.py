"""Who sees which alert rule, and what came of it.

As with decisions, it is seen by who may read its channel, and by whom it names: its author, owner
and deputies. The people of a model's plan don't count, for anybody may write a plan.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.alerts import holds
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.silences import Silence
from bot.domain.decisions.sight import Sight, Viewer
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import rules
from bot.services.decisions import sight


def of(uow: UnitOfWork, viewer: Viewer) -> Sight:
    """What one person may see."""
    return sight.of(uow, viewer)


def sees(seen: Sight, rule: Rule) -> bool:
    """Whether that rule is among it."""
    named = (rule.author, rule.owner, *rule.deputies)
    return rule.channel in seen.channels or (bool(seen.user_id) and seen.user_id in named)


def shown(uow: UnitOfWork, viewer: Viewer, number: int) -> rules.Shown:
    """One rule as it stands; raises NotFound where there is none or this person may not see it."""
    found = rules.shown(uow, viewer.workspace, number)
    _require(uow, viewer, found.rule)
    lasting = uow.silences.active(viewer.workspace, viewer.now)
    return replace(found, silence=_longest(lasting, found.rule, viewer.now))


def living(uow: UnitOfWork, viewer: Viewer, number: int) -> Rule:
    """A rule that hasn't ended; raises as `shown`."""
    if (known := uow.alerts.rule(viewer.workspace, number)) is not None:
        _require(uow, viewer, known)
    return rules.living(uow, viewer.workspace, number)


def listed(uow: UnitOfWork, viewer: Viewer) -> list[rules.Listed]:
    """Every rule that hasn't ended and that this person may see, by number."""
    seen = of(uow, viewer)
    lasting = uow.silences.active(viewer.workspace, viewer.now)
    return [
        replace(row, silence=_longest(lasting, row.rule, viewer.now))
        for row in rules.listed(uow, viewer.workspace)
        if sees(seen, row.rule)
    ]


def _require(uow: UnitOfWork, viewer: Viewer, rule: Rule) -> None:
    if not sees(of(uow, viewer), rule):
        raise NotFound(
            f"{rule.label} belongs to a private channel; look it up there, or ask somebody in it."
        )


def _longest(lasting: Sequence[Silence], rule: Rule, now: datetime) -> Silence | None:
    """Of the silences that cover a rule, the last to end."""
    found = [each for each in lasting if holds.matches(each, rule, rule.severity, now)]
    return max(found, key=lambda each: each.until, default=None)
