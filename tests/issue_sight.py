"""What lets a channel see issues, without a form and without Slack."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.issues.sharing import ALL_FIELDS, IssueField
from bot.ports.repositories import UnitOfWork

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def let_see(
    uow: UnitOfWork,
    channel: str,
    *projects: str,
    workspace: str = "T1",
    fields: Collection[IssueField] = ALL_FIELDS,
    shared: bool = False,
    shared_ok: bool = False,
    active: bool = False,
    owner: str = "U1",
    now: datetime = LONG_AGO,
) -> None:
    """The channel was looked at, and its digest's settings allow these projects and fields; the
    daily digest itself is off, unless it is `active`; nobody schedules it."""
    uow.channels.keep(workspace, channel, public=True, shared=shared, now=now)
    known = uow.digests.get(workspace, channel)
    choice = known.choice if known else DigestChoice(zone="UTC", active=False)
    choice = replace(
        choice,
        projects=projects,
        fields=frozenset(fields),
        shared_ok=shared_ok,
        active=active,
    )
    if known is None:
        uow.digests.add(
            DigestSettings(workspace=workspace, channel=channel, choice=choice, owner=owner)
        )
    else:
        changed = replace(known, choice=choice, version=known.version + 1)
        uow.digests.change(changed, from_version=known.version)
