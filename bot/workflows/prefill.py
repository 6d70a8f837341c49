"""Asking Jira and MLflow once more while somebody is already writing their report."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.activity import Activity
from bot.domain.offer import Offer
from bot.domain.prefill import late
from bot.domain.standup import Standup
from bot.errors import ExternalServiceError, MlflowError
from bot.ports.repositories import UnitOfWork
from bot.ports.trackers import ExperimentTracker, IssueTracker
from bot.ports.transactions import Transactions
from bot.services import activity
from bot.services.experiments import mirror
from bot.services.experiments import pages as experiments
from bot.services.issues import mirror as issues
from bot.workflows import poll_mlflow
from bot.workflows.experiments import news
from bot.workflows.experiments.copying import Copying
from bot.workflows.issues import poll as poll_jira

# Somebody is writing; at five seconds an answer both tell their news within ten, or twenty where a
# poll of MLflow is under way, which is asked one thing at a time.
DEADLINE_SECONDS = 25.0
# What was read this lately is as good as new.
_FRESH = timedelta(seconds=60)
_AT_A_TIME = 30


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What to ask: whose account belongs to `email`, where it isn't empty, and these sources.

    Of MLflow the news do where its mirror `is_whole`.
    """

    email: str
    stale: frozenset[str]
    is_whole: bool


async def later(
    offer: Offer,
    user_id: str,
    issue_tracker: IssueTracker | None,
    experiment_tracker: ExperimentTracker | None,
    transactions: Transactions,
    now: datetime,
) -> Offer | None:
    """The offer with the lines that Jira and MLflow add when they are asked again, and with what
    there is to say about them; None where that is nothing new."""
    after = await fresh(
        offer.standup,
        user_id,
        transactions,
        now,
        issue_tracker=issue_tracker,
        experiment_tracker=experiment_tracker,
    )
    before = offer.activity
    added = late(before, after)
    if not added and list(after.notes) == list(before.notes):
        return None
    return replace(offer, late=added, activity=replace(before, notes=after.notes))


async def fresh(
    standup: Standup,
    user_id: str,
    transactions: Transactions,
    now: datetime,
    *,
    issue_tracker: IssueTracker | None,
    experiment_tracker: ExperimentTracker | None,
    seconds: float = DEADLINE_SECONDS,
) -> Activity:
    """What prefills this person's report after Jira and MLflow were asked again, both at once.

    Ends within about `seconds`, whatever they do: what one of them didn't tell by then is missing,
    and a note says so.
    """
    workspace = standup.workspace
    plan = await transactions.read(_plan, standup, user_id, now)
    asked: list[tuple[str, Coroutine[Any, Any, Any]]] = []
    if issue_tracker and plan.email:
        asked.append(
            (issues.SOURCE, _match(workspace, user_id, plan.email, transactions, issue_tracker))
        )
    if issue_tracker and issues.SOURCE in plan.stale:
        asked.append((issues.SOURCE, poll_jira.poll(workspace, issue_tracker, transactions, now)))
    if experiment_tracker and experiments.SOURCE in plan.stale:
        read = _ended_runs if plan.is_whole else poll_mlflow.poll
        asked.append((experiments.SOURCE, read(workspace, experiment_tracker, transactions, now)))
    in_time = await asyncio.gather(*(_in_time(work, seconds) for _, work in asked))
    slow = {source for (source, _), done in zip(asked, in_time, strict=True) if not done}
    answered = {source: source not in slow for source, _ in asked}
    return await transactions.read(activity.for_standup, standup, user_id, now, answered)


def _plan(uow: UnitOfWork, standup: Standup, user_id: str, now: datetime) -> _Plan:
    person = uow.people.get(standup.workspace, user_id)
    unknown = person is not None and not person.choices.jira_account
    projects = activity.projects(uow, standup)
    read = activity.last_read(uow, standup.workspace, projects)
    sources = {experiments.SOURCE, *((issues.SOURCE,) if projects else ())}
    mlflow = experiments.source(uow)
    return _Plan(
        email=person.email if person and unknown and projects else "",
        stale=frozenset(s for s in sources if s not in read or now - read[s] >= _FRESH),
        is_whole=mlflow is not None and mlflow.read_at is not None and not mlflow.down,
    )


async def _ended_runs(
    workspace: str, tracker: ExperimentTracker, transactions: Transactions, now: datetime
) -> None:
    """What ended since the last poll, on every server."""
    every = (Copying(workspace, each, transactions, now) for each in tracker.servers)
    await asyncio.gather(*(_ended_on_server(copying) for copying in every))


async def _ended_on_server(copying: Copying) -> None:
    """Two answers to wait for, where a whole poll has four."""
    workspace, server, now = copying.workspace, copying.tracker.name, copying.now
    try:
        known = await copying.transactions.read(mirror.known, workspace, server)
        familiar = []
        for one in await copying.tracker.experiments():
            if one.experiment_id in known.experiment_ids:
                familiar.append(one.experiment_id)
            else:
                await poll_mlflow.read_experiment(
                    workspace, one, copying.tracker, copying.transactions, now
                )
        if familiar:
            since, until = news.ended_since(known, now), now + news.AHEAD
            await copying.keep(await copying.tracker.ended_runs(familiar, since, until))
    except MlflowError as error:
        await copying.transactions.write(mirror.failed, server, str(error), now)


async def match_people(
    workspace: str, tracker: IssueTracker, transactions: Transactions, now: datetime
) -> None:
    """Find participants in Jira by their e-mail addresses, some each hour, in turn.

    Ends at the first refusal; whoever isn't there is asked for again another time.
    """
    unknown = await transactions.read(activity.unknown_in_jira, workspace)
    first = int(now.timestamp() // 3600) * _AT_A_TIME % max(len(unknown), 1)
    for person in [*unknown[first:], *unknown[:first]][:_AT_A_TIME]:
        try:
            await _match(workspace, person.user_id, person.email, transactions, tracker)
        except ExternalServiceError:
            return


async def _match(
    workspace: str, user_id: str, email: str, transactions: Transactions, tracker: IssueTracker
) -> None:
    account = await tracker.account_of(email)
    if account is not None:
        await transactions.write(activity.remember_jira, workspace, user_id, account[0], account[1])


async def _in_time(work: Coroutine[Any, Any, Any], seconds: float) -> bool:
    """Whether the source answered, be it with a refusal, which polls keep as its health."""
    try:
        async with asyncio.timeout(seconds):
            await work
    except TimeoutError:
        return False
    except ExternalServiceError:
        pass
    return True
