"""The one rule of who sees which decision.

A decision is seen by who may read its channel and by whom it names: its author, its makers, who
also consent, and those consulted or informed. A channel counts as read by everybody if Slack said
lately that it is public, and else by who looks from there: a conversation that isn't known to be
public is private.
"""

from datetime import datetime, timedelta

from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.sight import Sight, Viewer
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import details, records

# What was public when it was looked at longer ago may be private by now. Each hour has its share of
# looks, so many channels wait for theirs, and a Slack that is down must not hide the log.
_SEEN_WITHIN = timedelta(days=2)


def of_channel(uow: UnitOfWork, workspace: str, channel: str, now: datetime) -> Sight:
    """What everybody in a channel may see: its own decisions and those of public ones."""
    public = uow.channels.public(workspace, now - _SEEN_WITHIN)
    return Sight(channels=public | {channel} - {""})


def of(uow: UnitOfWork, viewer: Viewer) -> Sight:
    """What one person may see; guests may not read public channels."""
    person = uow.people.get(viewer.workspace, viewer.user_id)
    channels = frozenset({viewer.channel} - {""})
    if person and person.can_take_part:
        channels = of_channel(uow, viewer.workspace, viewer.channel, viewer.now).channels
    return Sight(channels=channels, user_id=viewer.user_id)


def record(uow: UnitOfWork, viewer: Viewer, number: int) -> DecisionRecord:
    """One decision; raises NotFound where there is none or this person may not see it."""
    found = records.find(uow, viewer.workspace, number)
    if not of(uow, viewer).sees(found):
        raise NotFound(
            f"{found.ref} belongs to a private channel; look it up there, or ask somebody in it."
        )
    return found


def detail(uow: UnitOfWork, viewer: Viewer, number: int) -> DecisionDetail:
    """One decision with everything that is shown of it; raises as `record` does."""
    record(uow, viewer, number)
    return details.detail(uow, viewer.workspace, number, viewer.now)
