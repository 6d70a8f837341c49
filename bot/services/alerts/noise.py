"""How much a channel wants to hear of alerts."""

from datetime import datetime

from bot.domain import calendar
from bot.domain.alerts.silences import ChannelNoise, MuteTime
from bot.errors import InvalidForm, InvalidInput
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import quiet_notes

MOST_POSTS = 100
MOST_MUTES = 10


def settings(uow: UnitOfWork, workspace: str, channel: str) -> ChannelNoise:
    """A channel's choice, or the default."""
    known = uow.noise.get(workspace, channel)
    return known or ChannelNoise(workspace=workspace, channel=channel)


def choose(uow: UnitOfWork, noise: ChannelNoise, user_id: str, now: datetime) -> ChannelNoise:
    """Keep a channel's choice, with zones as tzdata spells them, and tell the channel of a change.

    Raises InvalidForm by `budget`, `mutes` and `zone`.
    """
    if not 0 <= noise.budget <= MOST_POSTS:
        said = f"Type a number from 1 to {MOST_POSTS}, or 0 for no limit."
        raise InvalidForm({"budget": said})
    if len(noise.mutes) > MOST_MUTES:
        raise InvalidForm({"mutes": f"At most {MOST_MUTES} mute times fit; join some of them."})
    checked = ChannelNoise(
        workspace=noise.workspace,
        channel=noise.channel,
        budget=noise.budget,
        mutes=tuple(_checked(mute) for mute in noise.mutes),
    )
    before = settings(uow, noise.workspace, noise.channel)
    uow.noise.save(checked)
    if checked != before:
        quiet_notes.chosen(uow, checked, user_id, now)
    return checked


def _checked(mute: MuteTime) -> MuteTime:
    if not mute.weekdays or not mute.weekdays <= calendar.EVERY_DAY:
        raise InvalidForm({"mutes": "Pick at least one day of the week."})
    try:
        zone = calendar.find_zone(mute.zone)
    except InvalidInput as error:
        raise InvalidForm({"zone": str(error)}) from error
    return MuteTime(weekdays=mute.weekdays, start=mute.start, end=mute.end, zone=zone.key)
