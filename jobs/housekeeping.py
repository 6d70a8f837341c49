"""Once an hour: people and their zones, and what nobody needs any more."""

import logging
from datetime import datetime, timedelta

from bot.ports.repositories import UnitOfWork
from bot.services import deliveries, installations, mood
from bot.workflows import channels, holidays, people, prefill, standups
from bot.workflows.tenants import leaving
from jobs.deps import JobDeps

log = logging.getLogger(__name__)

# Slack repeats an event for at most an hour or so; a form can stay open for a day.
_REMEMBER_INTERACTIONS = timedelta(days=3)
# Somebody may come back to a report after a long weekend; then the day is over.
_REMEMBER_DRAFTS = timedelta(days=7)


async def step(deps: JobDeps, now: datetime) -> None:
    """Mirror members, channels and holidays (Slack sends no event for some changes), find people
    in Jira, and forget what nobody needs.

    A workspace where that fails is logged and tried again in an hour; the others don't suffer.
    """
    # First: after a step of the clock this job runs at once.
    await deps.transactions.write(deliveries.shorten_waits, now)
    for workspace in deps.workspaces:
        try:
            await _keep_up(workspace, deps, now)
        except Exception:
            log.exception("housekeeping of %s failed", workspace)
    await deps.transactions.write(_forget, now)


async def _keep_up(workspace: str, deps: JobDeps, now: datetime) -> None:
    if not await leaving.check(workspace, deps.tenants, deps.transactions, now):
        return
    await people.mirror(workspace, deps.chat, deps.transactions, now)
    await channels.look(workspace, deps.chat, deps.transactions, now)
    await standups.reconcile_members(workspace, deps.chat, deps.transactions, now)
    await holidays.refresh(workspace, deps.holidays, deps.transactions, now)
    if deps.issue_tracker is not None and deps.tenants.tracks(workspace):
        await prefill.match_people(workspace, deps.issue_tracker, deps.transactions, now)


def _forget(uow: UnitOfWork, now: datetime) -> None:
    uow.interactions.forget(now - _REMEMBER_INTERACTIONS)
    uow.drafts.forget(now - _REMEMBER_DRAFTS)
    uow.oauth_states.forget(now)
    uow.outbox.forget_pauses(now)
    installations.drop_late(uow, now)
    mood.forget_voters(uow, now)
