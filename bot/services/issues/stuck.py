"""Which issues are stuck: too long in a status, by the calendar of whoever has them."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from bot.domain import calendar
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.stalls import StallState
from bot.domain.issues.records import Issue
from bot.domain.issues.standing import Standing
from bot.domain.issues.stuck import IN_PROGRESS, WORKING_DAYS, Wait, long_wait
from bot.domain.issues.summary import IssueGroup
from bot.domain.person import Person
from bot.domain.working_time import Window, WorkingTime
from bot.ports.repositories import UnitOfWork
from bot.services.availability import Presence
from bot.services.issues import runs

_SILENT = (StallState.SILENT, StallState.KILLING)


class Clocks:
    """The calendars by which issues of one workspace are judged, up to `until`.

    An account is the member who said so of themselves; an issue of anybody else, or of nobody, is
    judged from Monday to Friday, 8:00 to 18:00 in `zone`.
    """

    def __init__(
        self, uow: UnitOfWork, workspace: str, issues: Sequence[Issue], zone: str, until: datetime
    ) -> None:
        self._zone = calendar.zone_or_utc(zone)
        self._until = until
        self._since: dict[str, datetime] = {}
        self._days: dict[str, list[Window]] = {}
        for issue in _begun(issues):
            account, since = issue.assignee_id or "", _since(issue)
            self._since[account] = min(since, self._since.get(account, since))
        self._people = _members(uow, workspace, {i.assignee_id for i in issues if i.assignee_id})
        oldest = min(self._since.values(), default=until)
        self._presence = Presence(uow, list(self._people.values()), oldest)

    def zone(self, issue: Issue) -> ZoneInfo:
        """Where whoever has it lives."""
        person = self._people.get(issue.assignee_id or "")
        return calendar.zone_or_utc(person.zone) if person else self._zone

    def hours(self, issue: Issue) -> WorkingTime:
        """Their working hours."""
        person = self._people.get(issue.assignee_id or "")
        return person.working_time() if person else WorkingTime()

    def wait(self, issue: Issue, pauses: Sequence[Window] = ()) -> Wait | None:
        """The wait of one that is in progress, None where that is not too long yet."""
        since, enough = _since(issue), WORKING_DAYS * self.hours(issue).length
        days = self._working_days(issue.assignee_id or "")
        first = bisect_right(days, since, key=lambda day: day[1])
        return long_wait(islice(days, first, None), since, self._until, enough, pauses)

    def _working_days(self, account: str) -> list[Window]:
        """Theirs since the oldest of their issues is in its status; found once for all of these."""
        if account not in self._days:
            person, since = self._people.get(account), self._since[account]
            days = (
                self._presence.windows(person, since)
                if person
                else WorkingTime().windows(since, self._zone)
            )
            self._days[account] = list(takewhile(lambda day: day[0] < self._until, days))
        return self._days[account]


def standings(
    uow: UnitOfWork, workspace: str, issues: Sequence[Issue], clocks: Clocks, until: datetime
) -> dict[str, Standing]:
    """Those of these issues that are stuck at `until`, by id.

    None is while a run that names it trains, and the time of such training doesn't count.
    """
    begun = _begun(issues)
    waits = {issue.issue_id: wait for issue in begun if (wait := clocks.wait(issue))}
    slow = [issue for issue in begun if issue.issue_id in waits]
    for issue in _linked(uow, workspace, slow):
        named = runs.of_issue(uow, workspace, issue.key)
        spans = [span for run in named if (span := _training(uow, workspace, run, until))]
        trains = any(begins <= until <= ends for begins, ends in spans)
        wait = None if trains else clocks.wait(issue, spans)
        if wait:
            waits[issue.issue_id] = wait
        else:
            del waits[issue.issue_id]
    return {
        issue.issue_id: Standing(
            group=IssueGroup.STUCK,
            began=waits[issue.issue_id].began,
            waited=waits[issue.issue_id].waited,
            working_day=clocks.hours(issue).length,
        )
        for issue in slow
        if issue.issue_id in waits
    }


def _begun(issues: Iterable[Issue]) -> list[Issue]:
    return [issue for issue in issues if issue.status_category == IN_PROGRESS]


def _linked(uow: UnitOfWork, workspace: str, issues: Sequence[Issue]) -> list[Issue]:
    linked = uow.issue_runs.linked(workspace, [issue.key for issue in issues])
    return [issue for issue in issues if issue.key in linked]


def _members(uow: UnitOfWork, workspace: str, accounts: Collection[str]) -> dict[str, Person]:
    people = uow.people.all(workspace) if accounts else []
    return {
        person.choices.jira_account: person
        for person in people
        if person.choices.jira_account in accounts and person.can_take_part
    }


def _training(uow: UnitOfWork, workspace: str, run: Run, until: datetime) -> Window | None:
    """From when to when a run works; one that says nothing any more worked until it fell silent."""
    if run.started_at is None:
        return None
    if run.status is not RunStatus.RUNNING:
        return run.started_at, run.ended_at or run.started_at
    pulse = uow.pulses.get(workspace, run.run_id)
    if pulse is None or pulse.state not in _SILENT or pulse.silent_at is None:
        return run.started_at, max(until, run.started_at)
    return run.started_at, max(pulse.silent_at - pulse.silence, run.started_at)


def _since(issue: Issue) -> datetime:
    return issue.status_since or issue.created_at
