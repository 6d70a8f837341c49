"""What the lines about a channel's own quiet show, read at sending time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import noise, quiet_notes
from bot.views.alerts import quiet as views
from bot.workflows.cards import Card

Subject = Mapping[str, Any]


def _silence(
    uow: UnitOfWork, workspace: str, subject: Subject, _now: datetime, _links: Links
) -> Message | None:
    silence = uow.silences.get(workspace, int(subject["number"]))
    if silence is None:
        return None
    by = str(subject.get("by") or silence.by)
    people = uow.people.several(workspace, {by})
    if subject["what"] == "ended":
        return views.ended(silence, by, people)
    return views.begun(silence, people, int(subject.get("replaced") or 0))


def _settings(
    uow: UnitOfWork, workspace: str, subject: Subject, _now: datetime, _links: Links
) -> Message | None:
    by = str(subject["by"])
    kept = noise.settings(uow, workspace, str(subject["channel"]))
    return views.chosen(kept, by, uow.people.several(workspace, {by}))


CARDS: dict[str, Card] = {quiet_notes.SILENCE: _silence, quiet_notes.SETTINGS: _settings}
