"""How issues stand: blocked, overdue or stuck."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from bot.domain.digests.windows import Span
from bot.domain.issues.records import Issue, IssueChange
from bot.domain.issues.sharing import IssueField, IssueSight
from bot.domain.issues.standing import Standing, blocked_since, overdue_since
from bot.domain.issues.summary import IssueGroup
from bot.ports.repositories import UnitOfWork
from bot.services.issues import stuck

# Since when a link or flag was set is looked up that far back.
_LOOK_BACK = timedelta(days=90)


def standings(
    uow: UnitOfWork,
    workspace: str,
    sight: IssueSight,
    issues: Sequence[Issue],
    span: Span,
    zone: str,
) -> dict[str, Standing]:
    """Of these open issues those that don't go on at the end of the span, by id, each for the first
    reason that holds."""
    clocks = stuck.Clocks(uow, workspace, issues, zone, span.until)
    found = _blocked(uow, workspace, issues, span)
    for issue in issues:
        late = overdue_since(issue, clocks.zone(issue))
        if late and late <= span.until and sight.may_see(IssueField.DUE, issue.project):
            overdue = Standing(group=IssueGroup.OVERDUE, began=late)
            found.setdefault(issue.issue_id, overdue)
    rest = [issue for issue in issues if issue.issue_id not in found]
    return found | stuck.standings(uow, workspace, rest, clocks, span.until)


def _blocked(
    uow: UnitOfWork, workspace: str, issues: Sequence[Issue], span: Span
) -> dict[str, Standing]:
    """Flagged ones, and those that wait for an issue that isn't done as far as the mirror knows."""
    named = sorted({key for issue in issues for key in issue.blocked_by})
    done = {issue.key for issue in uow.issues.by_keys(workspace, named) if issue.is_done}
    waits = {i.issue_id: tuple(key for key in i.blocked_by if key not in done) for i in issues}
    blocked = [issue for issue in issues if issue.flagged or waits[issue.issue_id]]
    ids = [issue.issue_id for issue in blocked]
    changes: dict[str, list[IssueChange]] = defaultdict(list)
    for change in uow.issues.changes(workspace, ids, span.until - _LOOK_BACK, span.until):
        changes[change.issue_id].append(change)
    return {
        issue.issue_id: Standing(
            group=IssueGroup.BLOCKED,
            began=blocked_since(issue, waits[issue.issue_id], changes[issue.issue_id]),
            waits_for=waits[issue.issue_id],
        )
        for issue in blocked
    }
