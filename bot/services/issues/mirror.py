"""The Jira mirror: what to read next, and keeping what was read."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.digests.settings import all_projects
from bot.domain.issues.polling import Reading, new_watermark, plan_readings
from bot.domain.issues.records import IssuePage
from bot.ports.repositories import UnitOfWork

SOURCE = "jira"

Found = tuple[Reading, IssuePage]


def plan(uow: UnitOfWork, workspace: str, now: datetime) -> list[Reading]:
    """The calls that bring the projects of all digests and stand-ups up to date; none if nobody
    wants any."""
    projects = all_projects(uow.digests.all(workspace))
    projects += [key for standup in uow.standups.all(workspace) for key in standup.plan.projects]
    return plan_readings(projects, uow.issues.progress(workspace), now)


def store(
    uow: UnitOfWork, workspace: str, found: Sequence[Found], failure: str, now: datetime
) -> int:
    """Keep what was read, and that Jira answered or, with the sentence `failure`, didn't.

    Returns how many changes were not known yet.
    """
    saved = sum(uow.issues.save(workspace, reading, page, now) for reading, page in found)
    if failure:
        uow.sources.read_failed(SOURCE, failure, now)
    else:
        marks = [mark for _, page in found if (mark := new_watermark(page, now))]
        uow.sources.read_ok(SOURCE, max(marks, default=None), now)
    return saved
