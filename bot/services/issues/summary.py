"""What a span did to the issues that somebody may see: the one answer for digests, hand-overs and
cards."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.domain.digests.windows import Span
from bot.domain.issues.changes import IssueNews, Net, net_changes
from bot.domain.issues.records import STATUS, Issue
from bot.domain.issues.sharing import IssueSight
from bot.domain.issues.standing import FLAGGED, LINK, Standing, is_told
from bot.domain.issues.summary import IssueGroup, IssueLine, IssueSummary, summary_of
from bot.domain.issues.telling import Became
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services.issues import evidence, runs
from bot.services.issues.standing import standings


def summarize(
    uow: UnitOfWork,
    workspace: str,
    sight: IssueSight,
    span: Span,
    *,
    viewer: Person | None = None,
    zone: str = "",
    standing: bool = True,
    news: IssueNews | None = None,
) -> IssueSummary:
    """What was noticed in `span` of the issues in sight, net, each issue told once.

    A `viewer` is told what others did: of a field that they changed themselves, what others made
    of it since; and how those issues stand that are assigned to them. Without `standing` only what
    became of issues is told, not how they stand now. Issues of nobody known are judged in `zone`,
    else in the viewer's. Everything is as of the span's end, so that asking again tells the same.
    `news` is given where it isn't simply what was noticed in `span`.
    """
    if not sight:
        return IssueSummary()
    places, account = sorted(sight.projects), viewer.choices.jira_account if viewer else ""
    if news is None:
        news = uow.issues.news(workspace, places, span.since, span.until, own=sight.own)
    became = _became(uow, workspace, sight, news, account)
    told = {i.issue_id: i for i in news.issues if sight.sees(i)}
    stands: Mapping[str, Standing] = {}
    if standing and (account or viewer is None):
        opened = uow.issues.open_of(workspace, places, own=sight.own)
        judged = [i for i in opened if sight.sees(i) and (not viewer or i.assignee_id == account)]
        place = zone or (viewer.zone if viewer else "UTC")
        stands = standings(uow, workspace, sight, judged, span, place)
        told |= {i.issue_id: i for i in judged if i.issue_id in stands}
    waiting = _touched(news, account)
    lines = [
        line
        for issue in told.values()
        if (line := _line(issue, became, stands.get(issue.issue_id), span, waiting))
    ]
    if standing:
        lines = _proven(uow, workspace, lines, account)
    return summary_of(_shown(uow, workspace, sight, lines))


def _became(
    uow: UnitOfWork, workspace: str, sight: IssueSight, news: IssueNews, account: str
) -> Became:
    created = {i.issue_id for i in news.issues if account and i.creator_id == account}
    net = net_changes(news.changes, seen_by=account)
    return Became(
        net=net,
        new_ids=news.new_ids - created,
        done=_done(uow, workspace, news, net),
        sight=sight,
        reader=account,
    )


def _done(uow: UnitOfWork, workspace: str, news: IssueNews, net: Net) -> dict[str, frozenset[str]]:
    """Of the statuses that issues of each project went through, those that mean done there."""
    projects = {issue.issue_id: issue.project for issue in news.issues}
    names: dict[str, set[str]] = {}
    for (issue_id, field), change in net.items():
        if field == STATUS and issue_id in projects:
            names.setdefault(projects[issue_id], set()).update((change.before, change.after))
    return {
        project: uow.issues.done_statuses(workspace, project, sorted(each))
        for project, each in names.items()
    }


def _touched(news: IssueNews, account: str) -> frozenset[str]:
    """The issues that others said in the span to wait for something."""
    said = (c for c in news.changes if c.field in (LINK, FLAGGED) and c.after)
    return frozenset(c.issue_id for c in said if not account or c.author_id != account)


def _line(
    issue: Issue,
    became: Became,
    stands: Standing | None,
    span: Span,
    waiting: frozenset[str],
) -> IssueLine | None:
    """How it stands goes before what became of it, which stays beside."""
    line = became.line(issue)
    if stands is None or (line and line.group is IssueGroup.DONE):
        return line
    is_blocked_anew = stands.group is IssueGroup.BLOCKED and issue.issue_id in waiting
    return replace(
        line or IssueLine(issue=issue, group=stands.group),
        group=stands.group,
        waited=stands.waited,
        working_day=stands.working_day,
        waits_for=stands.waits_for,
        is_news=bool(line) or is_blocked_anew or is_told(stands.began, span),
    )


def _proven(
    uow: UnitOfWork, workspace: str, lines: Sequence[IssueLine], account: str
) -> list[IssueLine]:
    """A line about what is done without anything to show for it says so, once: when it is done."""
    done = [line.issue for line in lines if line.group is IssueGroup.DONE]
    mine = [issue for issue in done if not account or issue.assignee_id == account]
    found = evidence.unproven(uow, workspace, mine)
    return [
        replace(line, group=IssueGroup.UNPROVEN) if line.issue.issue_id in found else line
        for line in lines
    ]


def _shown(
    uow: UnitOfWork, workspace: str, sight: IssueSight, lines: Sequence[IssueLine]
) -> list[IssueLine]:
    """As these readers may see them, with the best run of each."""
    found = runs.best_of(uow, workspace, [line.issue.key for line in lines if line.is_news])
    told = []
    for line in lines:
        best, amount = found.get(line.issue.key, (None, 0))
        told.append(
            replace(
                line,
                issue=sight.shown(line.issue),
                waits_for=tuple(key for key in line.waits_for if sight.names(key)),
                best=best,
                runs=amount,
            )
        )
    return told
