"""The Jira mirror: what to read next, and keeping what was read."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from bot.domain.digests.settings import all_projects
from bot.domain.issues import token
from bot.domain.issues.polling import Plan, Reading, Sighting, new_watermark, plan_readings
from bot.domain.issues.records import IssuePage
from bot.domain.issues.token import TokenFacts
from bot.ports.repositories import UnitOfWork

SOURCE = "jira"

Found = tuple[Reading, IssuePage]


def plan(uow: UnitOfWork, workspace: str, now: datetime) -> Plan:
    """The calls that bring the projects of all digests and stand-ups up to date; none if nobody
    wants any."""
    wanted = wanted_projects(uow, workspace)
    return plan_readings(wanted, uow.issues.progress(workspace), now)


def plan_without(
    uow: UnitOfWork, workspace: str, reading: Reading, refused: Collection[str], now: datetime
) -> tuple[Reading, ...]:
    """The calls for the projects of `reading` that Jira still shows: one that it refuses does not
    say how far back the others are read."""
    left = [key for key in reading.projects if key not in refused]
    return plan_readings(left, uow.issues.progress(workspace), now).readings


def wanted_projects(uow: UnitOfWork, workspace: str) -> frozenset[str]:
    """The projects that somebody reads about."""
    standups = uow.standups.all(workspace)
    asked = (key for standup in standups for key in standup.plan.projects)
    return frozenset(all_projects(uow.digests.all(workspace))).union(asked)


def sightings(uow: UnitOfWork, workspace: str, pages: Iterable[IssuePage]) -> dict[str, Sighting]:
    """How the mirror holds what these pages show."""
    ids = [issue.issue_id for page in pages for issue in page.issues]
    return uow.issues.sightings(workspace, ids)


def store(
    uow: UnitOfWork, workspace: str, found: Sequence[Found], failure: str, now: datetime
) -> int:
    """Keep what was read, and that Jira answered or, with the sentence `failure`, didn't.

    Returns how many changes were not known yet.
    """
    turn = uow.issues.turn(workspace, now)
    saved = sum(uow.issues.save(workspace, reading, page, turn) for reading, page in found)
    if failure:
        uow.sources.read_failed(SOURCE, failure, now)
    else:
        marks = [mark for _, page in found if (mark := new_watermark(page, now))]
        uow.sources.read_ok(SOURCE, max(marks, default=None), now)
    return saved


def token_worked(uow: UnitOfWork, facts: TokenFacts, now: datetime) -> None:
    """Keep since when Jira takes this token: it lives for a year at most, and Jira won't say."""
    uow.issues.token_worked(facts, now)


def token_warning(uow: UnitOfWork, now: datetime) -> str:
    """A sentence when the token ends within two weeks, else nothing."""
    known = uow.issues.token()
    return token.warning(known, now) if known else ""


def store_backlog(
    uow: UnitOfWork, workspace: str, page: IssuePage, now: datetime, last_of: str
) -> None:
    """Keep open issues that no poll brings, none of them as news; with the last ones their
    project is named by `last_of`."""
    reading = Reading(projects=(), since=now, news_since=now)
    # Only for its lock: everybody takes that one first, and none of this is news.
    uow.issues.turn(workspace, now)
    uow.issues.save(workspace, reading, page, now)
    if last_of:
        uow.issues.backlog_read(workspace, [last_of], now)
