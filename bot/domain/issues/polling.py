"""How far Jira was read, and what to read next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.issues.records import IssuePage

# Jira's index lags behind its writes by seconds to minutes, so each poll looks back a little.
OVERLAP = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(days=14)
# Of what a project's first poll brings, only the last day is news.
FIRST_NEWS = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class ProjectProgress:
    """How far one project was read; `watermark` is Jira's time, `read_at` ours, both aware UTC."""

    project: str
    watermark: datetime
    read_at: datetime


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One call to make: these projects, issues updated since then; news are what is younger."""

    projects: tuple[str, ...]
    since: datetime
    news_since: datetime

    def noticed_at(self, happened: datetime, now: datetime) -> datetime:
        """When something that this reading found counts as noticed: `now` if it is news."""
        return now if happened >= self.news_since else happened


def plan_readings(
    projects: Iterable[str], progress: Iterable[ProjectProgress], now: datetime
) -> list[Reading]:
    """The calls that bring all `projects` up to date: one for those read before, one a new one."""
    known = {each.project: each.watermark for each in progress}
    wanted = sorted(set(projects))
    old = tuple(key for key in wanted if key in known)
    plan = []
    if old:
        since = min(known[key] for key in old) - OVERLAP
        plan.append(Reading(projects=old, since=since, news_since=since))
    plan.extend(
        Reading(projects=(key,), since=now - FIRST_LOOK_BACK, news_since=now - FIRST_NEWS)
        for key in wanted
        if key not in known
    )
    return plan


def new_watermark(page: IssuePage, now: datetime) -> datetime | None:
    """Up to when `page` is complete, never in the future; None if it is empty."""
    if not page.issues:
        return None
    return min(max(issue.updated_at for issue in page.issues), now)
