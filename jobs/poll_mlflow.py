"""Every minute or so: copy MLflow into each workspace's mirror, each server at its own pace."""

from datetime import datetime, timedelta

from bot.domain.experiments.servers import source_of
from bot.ports.trackers import ExperimentTracker
from bot.workflows.poll_mlflow import poll
from jobs.deps import JobDeps

REST = 20
"""A server that took long for a search rests so many times as long: MLflow has no index on the
times that it is asked for, and a large one works long for an empty answer."""


async def step(deps: JobDeps, now: datetime) -> None:
    """Poll every server once, whatever was read lately; nothing happens where MLflow isn't
    configured, and no MLflow failure escapes."""
    if deps.experiment_tracker is None:
        return
    for workspace in deps.tracked:
        await poll(workspace, deps.experiment_tracker, deps.transactions, now, hinted=True)


def polls(tracker: ExperimentTracker | None) -> dict[str, "Poll"]:
    """The step of each server by its name, which is empty for the default one.

    They are jobs of their own, so that a slow server holds up no other.
    """
    return {each.name: Poll(each) for each in tracker.servers} if tracker else {}


class Poll:
    """Polls one server; the scheduler lets no second poll begin before the first has ended.

    `hinted` says that a poll is wanted soon, `busy` that one is under way, and until `rests_until`
    none begins.
    """

    def __init__(self, tracker: ExperimentTracker) -> None:
        self.job = f"poll_{source_of(tracker.name)}"
        self._tracker = tracker
        self.hinted = False
        self.busy = False
        self.rests_until: datetime | None = None
        self._polled_at: datetime | None = None

    def hint(self) -> None:
        """Something has changed there: the next poll leaves nothing for later."""
        self.hinted = True

    async def __call__(self, deps: JobDeps, now: datetime) -> None:
        """Poll once, unless the server still rests from the last one; a clock that was set back
        ends the rest."""
        if self._rests(now):
            return
        hinted, self.hinted, self.busy = self.hinted, False, True
        try:
            for workspace in deps.tracked:
                await poll(workspace, self._tracker, deps.transactions, now, hinted=hinted)
        finally:
            self.busy = False
            self._polled_at = now
            self.rests_until = now + timedelta(seconds=REST * self._tracker.latency)

    def _rests(self, now: datetime) -> bool:
        if self._polled_at is None or self.rests_until is None:
            return False
        return self._polled_at <= now < self.rests_until
