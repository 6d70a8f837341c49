"""What a channel is told of its own quiet: who silenced what, who ended it, who changed how much it
hears."""

from datetime import datetime

from bot.domain.alerts.silences import ChannelNoise, Silence
from bot.domain.delivery import Delivery, Priority
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries

SILENCE = "alert.silence"
SETTINGS = "alert.settings"


def begun(uow: UnitOfWork, silence: Silence, replaced: int, now: datetime) -> None:
    """Say that a silence began, in the place of silence `replaced` (0: of none)."""
    number = silence.number
    said: dict[str, str | int] = {"number": number, "what": "begun", "replaced": replaced}
    _post(uow, silence.channel, silence.by, SILENCE, said, _id(silence), silence.workspace, now)


def ended(uow: UnitOfWork, silence: Silence, user_id: str, now: datetime) -> None:
    """Say that somebody ended a silence before its time."""
    said: dict[str, str | int] = {"number": silence.number, "what": "ended", "by": user_id}
    own_id = f"{_id(silence)}:ended"
    _post(uow, silence.channel, user_id, SILENCE, said, own_id, silence.workspace, now)


def chosen(uow: UnitOfWork, noise: ChannelNoise, user_id: str, now: datetime) -> None:
    """Say that somebody changed what a channel hears."""
    own_id = f"alert_settings:{noise.workspace}:{noise.channel}:{now.isoformat()}"
    said: dict[str, str | int] = {"channel": noise.channel, "by": user_id}
    _post(uow, noise.channel, user_id, SETTINGS, said, own_id, noise.workspace, now)


def _id(silence: Silence) -> str:
    return f"alert_silence:{silence.workspace}:{silence.number}"


def _post(
    uow: UnitOfWork,
    channel: str,
    owner: str,
    card: str,
    subject: dict[str, str | int],
    delivery_id: str,
    workspace: str,
    now: datetime,
) -> None:
    deliveries.post(
        uow,
        Delivery(
            id=delivery_id,
            workspace=workspace,
            channel=channel,
            card=card,
            subject=subject,
            priority=Priority.NORMAL,
            ready_at=now,
            owner=owner,
        ),
    )
