"""Issues: the reader's own that others moved or that need them, and those around them."""

from collections.abc import Sequence
from itertools import chain

from bot.domain.digests.handover_span import HandoverWindow, Noticed
from bot.domain.issues.changes import IssueNews
from bot.domain.issues.sharing import IssueSight
from bot.domain.issues.summary import IssueSummary, summary_of
from bot.ports.repositories import UnitOfWork
from bot.services.digests.handover.belonging import Belonging
from bot.services.issues import sight as issue_sight
from bot.services.issues.summary import summarize


def read(
    uow: UnitOfWork, reader: Belonging, window: HandoverWindow
) -> tuple[IssueSummary, IssueSummary]:
    """What is news of the issues that are assigned to the reader, and of the others that they may
    see; what they did themselves is neither."""
    seen = issue_sight.of_person(uow, reader.workspace, reader.user_id)
    if not seen:
        return IssueSummary(), IssueSummary()
    news = _news(uow, reader.workspace, seen, window.noticed_issues)
    found = summarize(uow, reader.workspace, seen, window.whole, viewer=reader.person, news=news)
    account = reader.person.choices.jira_account
    mine = [line for line in found.lines if account and line.issue.assignee_id == account]
    others = [line for line in found.news if not (account and line.issue.assignee_id == account)]
    return summary_of(mine), summary_of(others)


def _news(uow: UnitOfWork, workspace: str, seen: IssueSight, parts: Sequence[Noticed]) -> IssueNews:
    """All parts as one."""
    found = [_part(uow, workspace, seen, part) for part in parts]
    changes = {change.change_id: change for one in found for change in one.changes}
    issues = {issue.issue_id: issue for one in found for issue in one.issues}
    return IssueNews(
        issues=tuple(issues.values()),
        new_ids=frozenset(chain.from_iterable(one.new_ids for one in found)),
        changes=tuple(sorted(changes.values(), key=lambda each: each.at)),
    )


def _part(uow: UnitOfWork, workspace: str, seen: IssueSight, part: Noticed) -> IssueNews:
    span, by = part.span, part.by
    places = sorted(seen.projects)
    news = uow.issues.news(workspace, places, span.since, span.until, own=seen.own)
    if by is None:
        return news
    changes = tuple(change for change in news.changes if change.at <= by)
    made = {i.issue_id for i in news.issues if i.created_at and i.created_at <= by}
    new_ids = news.new_ids & made
    told = {*new_ids, *(change.issue_id for change in changes)}
    issues = tuple(issue for issue in news.issues if issue.issue_id in told)
    return IssueNews(issues=issues, new_ids=new_ids, changes=changes)
