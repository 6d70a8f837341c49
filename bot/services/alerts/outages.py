"""Sources that don't answer: which rules they feed, who is told, and until when was read."""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.alerts import holds
from bot.domain.alerts.outages import Outage, is_unreachable, silent_since
from bot.domain.alerts.rules import RuleDraft
from bot.domain.delivery import Delivery, Priority
from bot.domain.experiments import servers
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries

CARD = "alert.source"


def source_of(rule: RuleDraft) -> str:
    """The outside system that feeds a rule, as `uow.sources` names it."""
    about = rule.model or getattr(rule.condition, "experiment_id", "")
    return servers.source_of(servers.server_of(about))


def heard_until(uow: UnitOfWork, rule: RuleDraft, now: datetime) -> datetime:
    """The latest moment of which a rule's source has told us: its last good read, else now.

    What happened since is unknown, so nothing is called stale for it.
    """
    source = source_of(rule)
    read = [one.read_at for one in uow.sources.health() if one.source == source and one.read_at]
    return min([now, *read])


def down(uow: UnitOfWork, now: datetime) -> set[str]:
    """The sources that are unreachable."""
    return {one.source for one in uow.sources.health() if is_unreachable(one, now)}


def has_news(uow: UnitOfWork, workspace: str, now: datetime) -> bool:
    """Whether `attend` would tell anything."""
    return any(_begun(uow, workspace, now)) or any(_over(uow, workspace))


def attend(uow: UnitOfWork, workspace: str, now: datetime) -> None:
    """Tell each channel with rules that a source feeds once when it is unreachable, in a message
    that is edited when it is back."""
    for outage in list(_begun(uow, workspace, now)):
        if uow.outages.begin(outage):
            deliveries.post(uow, _message(outage, now))
    for outage, back_at in list(_over(uow, workspace)):
        if uow.outages.end(outage, back_at):
            deliveries.edit(uow, outage.delivery_id, now)


def _begun(uow: UnitOfWork, workspace: str, now: datetime) -> Iterator[Outage]:
    for health in uow.sources.health():
        since = silent_since(health)
        if since is None or not is_unreachable(health, now):
            continue
        for channel in sorted(_channels(uow, workspace, health.source)):
            known = uow.outages.get(workspace, health.source, channel, since)
            if known is None and not _is_quiet(uow, workspace, channel, now):
                yield Outage(
                    workspace=workspace,
                    source=health.source,
                    channel=channel,
                    since=since,
                    reason=health.reason,
                )


def _over(uow: UnitOfWork, workspace: str) -> Iterator[tuple[Outage, datetime]]:
    lasting = uow.outages.lasting(workspace)
    if not lasting:
        return
    answers = {one.source: one for one in uow.sources.health() if not one.down}
    for outage in lasting:
        health = answers.get(outage.source)
        if health is not None and health.read_at is not None:
            yield outage, health.read_at


def _channels(uow: UnitOfWork, workspace: str, source: str) -> set[str]:
    rules = uow.alerts.rules(workspace)
    return {one.channel for one in rules if one.decision is None and source_of(one) == source}


def _is_quiet(uow: UnitOfWork, workspace: str, channel: str, now: datetime) -> bool:
    """Whether a channel wants to hear nothing at all now; it is told afterwards if it lasts."""
    noise = uow.noise.get(workspace, channel)
    if noise is not None and holds.is_muted(noise.mutes, now):
        return True
    active = uow.silences.active(workspace, now)
    return any(one.channel == channel and holds.covers_all(one, now) for one in active)


def _message(outage: Outage, now: datetime) -> Delivery:
    return Delivery(
        id=outage.delivery_id,
        workspace=outage.workspace,
        channel=outage.channel,
        card=CARD,
        subject={
            "source": outage.source,
            "channel": outage.channel,
            "since": outage.since.isoformat(),
        },
        priority=Priority.ALERT,
        ready_at=now,
    )
