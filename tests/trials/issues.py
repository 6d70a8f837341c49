"""Trial: a month of changes in Jira, every disorder at once: each change is told exactly once."""

import random
import tempfile
import time
from collections import Counter, deque
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from bot.clients.jira import JiraTracker
from bot.clients.jira import tracker as tracker_module
from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.issues import polling
from bot.ports.repositories import UnitOfWork
from bot.workflows.issues.poll import poll
from bot.workflows.issues.reconcile import reconcile
from storage.engine import open_engines
from storage.tables import METADATA
from storage.transactions import SqlTransactions
from tests.standins.jira import JiraStandIn
from tests.trials.issue_month import DAYS, PROJECTS, START, Month, SimulatedClock
from tests.trials.tables import Table, seconds

WORKSPACE = "T0TEAM"
_EVERY = timedelta(hours=1)
_RECONCILE_EVERY = 2
_RESTART_EVERY = 200
# A zone without summer time, four hours behind UTC.
_PROFILE_ZONE = "America/Caracas"


async def run(issues: int, changes: int, seed: int, *, every: timedelta = _EVERY) -> Table:
    """`changes` of `issues` in a month that is polled, reconciled and read like by a digest."""
    return await _with_site(issues, changes, seed, every, "with all that finds what is late")


async def control(issues: int, changes: int, seed: int, *, every: timedelta = _EVERY) -> Table:
    """The same polls without overlap, daily look back and reconciling: they must miss some."""
    with ExitStack() as without:
        without.enter_context(patch.object(polling, "OVERLAP", timedelta(0)))
        without.enter_context(patch.object(polling, "SWEEP_EVERY", timedelta(days=9999)))
        return await _with_site(issues, changes, seed, every, "control: since the newest update")


async def _with_site(issues: int, changes: int, seed: int, every: timedelta, name: str) -> Table:
    begun = time.monotonic()
    clock = SimulatedClock()
    with tempfile.TemporaryDirectory(prefix="meridian-trial-") as folder:
        async with JiraStandIn(profile_zone=_PROFILE_ZONE, clock=clock) as jira:
            month = Month(
                jira=jira, clock=clock, dice=random.Random(seed), issues=issues, changes=changes
            )
            trial = _Trial(month, Path(folder), every, is_control=name.startswith("control"))
            with patch.object(tracker_module, "_RETRY_PAUSE", 0.0):
                await trial.live()
            return trial.judge(name, seed, time.monotonic() - begun)


class _Trial:
    def __init__(self, month: Month, folder: Path, every: timedelta, *, is_control: bool) -> None:
        self._month = month
        self._jira = month.jira
        self._clock = month.clock
        self._every = every
        self._is_control = is_control
        self._url = f"sqlite:///{folder}/meridian.db"
        self._told: Counter[str] = Counter()
        self._shown_late = 0
        self._polls = self._failed = 0

    async def live(self) -> None:
        engines = open_engines(self._url)
        METADATA.create_all(engines.writer)
        engines.dispose()
        to_come = deque(self._month.begin())
        await self._open()
        await self._transactions.write(want)
        try:
            self._last = START
            end = START + timedelta(days=DAYS + 2)
            while self._clock.now < end:
                following = self._last + self._every
                while to_come and to_come[0][0] <= following:
                    self._clock.now, deed = to_come.popleft()
                    deed()
                self._clock.now = following
                await self._poll()
        finally:
            await self._close()

    async def _poll(self) -> None:
        """A poll, at times a reconcile, and what a digest of the time since the last one tells."""
        now, since = self._clock.now, self._last
        self._last = now
        self._polls += 1
        if self._polls % _RESTART_EVERY == 0:
            await self._close()
            await self._open()
        self._jira.received.clear()
        await poll(WORKSPACE, self._tracker, self._transactions, now)
        if self._polls % _RECONCILE_EVERY == 0 and not self._is_control:
            await reconcile(WORKSPACE, self._tracker, self._transactions, now)

        def read(uow: UnitOfWork) -> tuple[list[tuple[str, str]], bool]:
            news = uow.issues.news(WORKSPACE, PROJECTS, since, now)
            (health,) = uow.sources.health()
            return [(each.change_id, each.issue_id) for each in news.changes], health.down

        changes, failed = await self._transactions.read(read)
        self._told.update(change_id for change_id, _ in changes)
        late = now - timedelta(hours=26)
        self._shown_late += sum(
            issue_id in self._month.left and self._month.left[issue_id] < late
            for _, issue_id in changes
        )
        self._failed += failed

    async def _open(self) -> None:
        self._transactions = SqlTransactions(
            open_engines(self._url), lambda: self._clock.now, lambda: None
        )
        self._tracker = JiraTracker(
            self._jira.url,
            **self._jira.credentials,
            deadline=120.0,
            monotonic=lambda: self._clock.now.timestamp(),
        )

    async def _close(self) -> None:
        await self._tracker.close()
        self._transactions.close()

    def judge(self, name: str, seed: int, took: float) -> Table:
        expected = self._month.expected()
        told = sum(self._told[change_id] > 0 for change_id in expected)
        doubled = sum(times > 1 for times in self._told.values())
        missed = len(expected) - told
        wrong = int(missed == 0) if self._is_control else missed + doubled + self._shown_late
        row = {
            "polls": name,
            "issues": len(self._month.stays),
            "changes": len(expected),
            "told": told,
            "missed": missed,
            "doubled": doubled,
            "told after it left": self._shown_late,
        }
        return Table(
            title=f"A month of changes in Jira, polled every {self._every} (seed {seed})",
            rows=[row],
            wrong=wrong,
            notes=(
                f"{self._polls} polls, {self._failed} of them failed or paused, a restart every "
                f"{_RESTART_EVERY}; {len(self._month.left)} more issues left for good: deleted, "
                "moved, secured, unseen.",
                f"Took {seconds(took)}. Changes are told fields of issues that stay; of those that "
                "left, none may be told a day after it left.",
            ),
        )


def want(uow: UnitOfWork) -> None:
    """One channel's digest of every project."""
    choice = DigestChoice(zone="UTC", projects=PROJECTS)
    uow.digests.add(DigestSettings(workspace=WORKSPACE, channel="C1", choice=choice, owner="U1"))
