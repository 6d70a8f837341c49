"""How far Jira was read, and what to read next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.issues.records import IssuePage

# Jira's index lags behind its writes by seconds to minutes, so each poll looks back a little.
OVERLAP = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(days=14)
# Of what a project's first poll brings, only the last day is news.
FIRST_NEWS = timedelta(hours=24)
# Once a day a poll looks back further, for what the index showed later than the overlap.
SWEEP_EVERY = timedelta(hours=24)
SWEEP_LOOK_BACK = timedelta(hours=48)
# How often Jira is asked whether a mirrored issue is still there, and for how long one that isn't
# is asked for, since it may come back.
CHECK_EVERY = timedelta(hours=24)
GIVE_UP_AFTER = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class ProjectProgress:
    """How far one project was read; `watermark` is Jira's time, the others ours, all aware UTC.

    `swept_at` is when it was last read with a long look back; `backlog_at` when all its open issues
    were read, None while that is still to be done.
    """

    project: str
    watermark: datetime
    read_at: datetime
    swept_at: datetime | None = None
    backlog_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """How the mirror holds an issue: as of `updated_at` (Jira's time, aware UTC), or as gone."""

    updated_at: datetime
    is_gone: bool


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One call to make: these projects, issues updated since then; news are what is younger.

    A `sweep` looks back further than the next one needs to.
    """

    projects: tuple[str, ...]
    since: datetime
    news_since: datetime
    sweep: bool = False

    def noticed_at(self, happened: datetime, now: datetime) -> datetime:
        """When something that this reading found counts as noticed: `now` if it is news."""
        return now if happened >= self.news_since else happened


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a poll asks for: `readings` in order, then all open issues of `backlog`."""

    readings: tuple[Reading, ...] = ()
    backlog: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to ask."""
        return bool(self.readings)


def plan_readings(
    projects: Iterable[str], progress: Iterable[ProjectProgress], now: datetime
) -> Plan:
    """The calls that bring all `projects` up to date: one for those read before, one a new one.

    A project that nobody wanted for long counts as new: else all others were read back that far.
    """
    wanted = sorted(set(projects))
    known = {
        each.project: each
        for each in progress
        if each.project in wanted and now - each.read_at < FIRST_LOOK_BACK
    }
    readings = [_next(list(known.values()), now)] if known else []
    readings += [
        Reading(
            projects=(key,), since=now - FIRST_LOOK_BACK, news_since=now - FIRST_NEWS, sweep=True
        )
        for key in wanted
        if key not in known
    ]
    unread = tuple(key for key in wanted if key not in known or known[key].backlog_at is None)
    return Plan(readings=tuple(readings), backlog=unread)


def _next(known: Sequence[ProjectProgress], now: datetime) -> Reading:
    since = min(each.watermark for each in known) - OVERLAP
    last_sweep = min((each.swept_at for each in known if each.swept_at), default=None)
    sweep = last_sweep is None or now - last_sweep >= SWEEP_EVERY
    since = min(since, now - SWEEP_LOOK_BACK) if sweep else since
    projects = tuple(each.project for each in known)
    return Reading(projects=projects, since=since, news_since=since, sweep=sweep)


def new_watermark(page: IssuePage, now: datetime) -> datetime | None:
    """Up to when `page` is complete, never in the future; None if it is empty."""
    if not page.issues:
        return None
    return min(max(issue.updated_at for issue in page.issues), now)


def returning(page: IssuePage, sightings: Mapping[str, Sighting]) -> tuple[str, ...]:
    """Issues of a page that were gone: their changes of meanwhile are still to be read."""
    gone = {issue_id for issue_id, sighting in sightings.items() if sighting.is_gone}
    return tuple(issue.issue_id for issue in page.issues if issue.issue_id in gone)


def missed(page: IssuePage, sightings: Mapping[str, Sighting]) -> tuple[str, ...]:
    """Issues of a page that came back, or moved without any poll having seen it."""
    late = {
        issue.issue_id
        for issue in page.issues
        if (known := sightings.get(issue.issue_id)) and known.updated_at < issue.updated_at
    }
    return tuple(sorted(late.union(returning(page, sightings))))


def catching_up(issue_ids: Iterable[str], sightings: Mapping[str, Sighting]) -> Reading:
    """How to read what happened to these issues since the mirror saw them: all of it is news."""
    since = min(sightings[issue_id].updated_at for issue_id in issue_ids) - OVERLAP
    return Reading(projects=(), since=since, news_since=since)
