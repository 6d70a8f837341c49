"""The one task: drain the outbox of a workspace, under a lock of its own."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from procrastinate import App
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.tasks import Task

log = structlog.get_logger()

QUEUE = "meridian"
NAME = "deliver"

Drain = Callable[[str], Awaitable[object]]


class _Manager(JobManager):
    """A worker that can't say that a task has ended goes on: somebody ends it in its place."""

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """It may have been taken from us because we were silent for too long."""
        try:
            await super().finish_job(job, status, delete_job)
        except ConnectorException as error:
            reason = str(error.__cause__ or error).strip().partition("\n")[0]
            log.warning("drain_end_unknown", action="worker", task=job.call_string, reason=reason)


def lock_of(workspace: str) -> str:
    """At most one task with this lock runs at a time, and at most one waits."""
    return f"{NAME}:{workspace}"


def app(connector: BaseConnector, drain: Drain) -> tuple[App, Task[Any, Any, Any]]:
    """An application that knows the task, on a connector to defer it or to work with."""
    found = App(connector=connector)
    found.job_manager = _Manager(connector)

    @found.task(queue=QUEUE, name=NAME)
    async def deliver(workspace: str) -> None:
        await drain(workspace)

    return found, deliver
