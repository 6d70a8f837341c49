"""A channel gets shared with another company: nothing of Jira there until somebody allows it."""

from dataclasses import replace
from datetime import datetime

from bot.domain.delivery import Delivery, Priority
from bot.domain.timer import Timer, TimerKind
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries

CARD = "channel.shared"


def begun(uow: UnitOfWork, workspace: str, channel: str, now: datetime) -> None:
    """End a consent that was given without knowing, and let the owner hear of it in their hours."""
    _end_consent(uow, workspace, channel)
    owner = _owner(uow, workspace, channel)
    person = uow.people.get(workspace, owner) if owner else None
    if person is None or not person.can_take_part:
        return
    due_at = availability.next_present(uow, person, now)
    uow.timers.set(_timer(workspace, channel, owner, now.isoformat(), due_at))


def tell(uow: UnitOfWork, timer: Timer, now: datetime) -> None:
    """The owner is there: tell them once, if nobody has allowed it or ended the sharing since."""
    workspace, channel = timer.workspace, str(timer.subject["channel"])
    owner, since = str(timer.subject["owner"]), str(timer.subject["since"])
    person = uow.people.get(workspace, owner)
    if person is None or not person.can_take_part or not stopped(uow, workspace, channel):
        return
    moment = availability.next_present(uow, person, now)
    if moment > now:
        uow.timers.set(_timer(workspace, channel, owner, since, moment))
        return
    deliveries.post(
        uow,
        Delivery(
            id=f"{timer.id}:{since}",
            workspace=workspace,
            channel=owner,
            card=CARD,
            subject={"channel": channel},
            priority=Priority.PROMPT,
            ready_at=now,
        ),
    )


def stopped(uow: UnitOfWork, workspace: str, channel: str) -> tuple[str, ...]:
    """The projects that a channel would see if it weren't shared; empty where it sees them."""
    known = uow.channels.known(workspace, [channel]).get(channel)
    settings = uow.digests.get(workspace, channel)
    if known is None or not known.shared or (settings and settings.choice.shared_ok):
        return ()
    projects = {key for standup in _standups(uow, workspace, channel) for key in standup[1]}
    return tuple(sorted(projects | {*(settings.choice.projects if settings else ())}))


def _end_consent(uow: UnitOfWork, workspace: str, channel: str) -> None:
    """Whoever has the form open meets a newer version, and reads why before they allow it."""
    while (settings := uow.digests.get(workspace, channel)) and settings.choice.shared_ok:
        choice = replace(settings.choice, shared_ok=False)
        ended = replace(settings, choice=choice, version=settings.version + 1)
        if uow.digests.change(ended, from_version=settings.version):
            return


def _owner(uow: UnitOfWork, workspace: str, channel: str) -> str:
    """Who set what stops: the digest's owner, else the first stand-up's manager."""
    settings = uow.digests.get(workspace, channel)
    if settings and settings.choice.projects:
        return settings.owner
    return next((owner for owner, keys in _standups(uow, workspace, channel) if keys), "")


def _standups(uow: UnitOfWork, workspace: str, channel: str) -> list[tuple[str, tuple[str, ...]]]:
    """Who manages each active stand-up of a channel, and its projects."""
    found = [s for s in uow.standups.all(workspace) if s.channel == channel and s.active]
    return [(standup.managers[0], standup.plan.projects) for standup in found]


def _timer(workspace: str, channel: str, owner: str, since: str, due_at: datetime) -> Timer:
    return Timer(
        id=f"shared:{workspace}:{channel}",
        workspace=workspace,
        kind=TimerKind.CHANNEL_SHARED,
        subject={"channel": channel, "owner": owner, "since": since},
        due_at=due_at,
    )
