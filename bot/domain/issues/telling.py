"""What became of one issue in a span, for one reader."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.domain.issues.changes import Net, NetChange
from bot.domain.issues.records import STATUS, Issue
from bot.domain.issues.sharing import IssueField, IssueSight
from bot.domain.issues.summary import IssueGroup, IssueLine

ASSIGNEE, DUE, PRIORITY = "assignee", "duedate", "priority"

# Names that Jira gives, the old and the new ones, from the lowest up; of others nobody knows which
# is higher.
_RANKS = {
    name: rank
    for rank, names in enumerate(
        (
            ("lowest", "trivial"),
            ("low", "minor"),
            ("medium", "normal"),
            ("high", "major"),
            ("highest", "critical"),
            ("blocker",),
        )
    )
    for name in names
}


@dataclass(frozen=True, kw_only=True)
class Became:
    """What a span made of the issues that `sight` shows, for the account `reader` if there is one.

    `net` leaves out what the reader did. `new_ids` are issues that are new to them; `done` are, by
    project, the names of statuses that mean that an issue is done: one name may mean something else
    elsewhere.
    """

    net: Net
    new_ids: Collection[str]
    done: Mapping[str, Collection[str]]
    sight: IssueSight
    reader: str = ""

    def line(self, issue: Issue) -> IssueLine | None:
        """What to tell of an issue as it is kept, or None; its status is the one that the span left
        it in."""
        moved = self._change(issue, STATUS)
        is_new = issue.issue_id in self.new_ids
        left = replace(issue, status=moved.after) if moved else issue
        # How Jira says that it is counts more than what its status's name means.
        is_done = issue.is_done if left.status == issue.status else self._means_done(left)
        line = IssueLine(
            issue=left,
            group=IssueGroup.MOVED,
            before=moved.before if moved and not is_new else "",
            was_due=None if is_done or is_new else self._was_due(issue),
            was_priority="" if is_done or is_new else self._was_priority(issue),
        )
        group = self._group(line, moved, is_new=is_new, is_done=is_done)
        return replace(line, group=group) if group else None

    def _group(
        self, line: IssueLine, moved: NetChange | None, *, is_new: bool, is_done: bool
    ) -> IssueGroup | None:
        given = not is_done and self._change(line.issue, ASSIGNEE)
        if self.reader and line.issue.assignee_id == self.reader and (given or is_new):
            return IssueGroup.DONE if is_done else IssueGroup.ASSIGNED
        if moved:
            was_done = self._means_done(replace(line.issue, status=moved.before))
            return _of_move(is_new=is_new, was_done=was_done, is_done=is_done)
        if is_new:
            return IssueGroup.DONE if is_done else IssueGroup.NEW
        if given and line.issue.assignee_id is None and self._shows(line, IssueField.ASSIGNEE):
            return IssueGroup.UNASSIGNED
        return IssueGroup.REPLANNED if line.was_due or line.was_priority else None

    def _means_done(self, issue: Issue) -> bool:
        return issue.status in self.done.get(issue.project, ())

    def _was_due(self, issue: Issue) -> date | None:
        """From which date to another it was moved; a first date, or none any more, is no delay."""
        change = self._change(issue, DUE)
        if not change or not issue.due_on or not self.sight.may_see(IssueField.DUE, issue.project):
            return None
        before = _date(change.before)
        return before if before != issue.due_on else None

    def _was_priority(self, issue: Issue) -> str:
        change = self._change(issue, PRIORITY)
        if not change or not self.sight.may_see(IssueField.PRIORITY, issue.project):
            return ""
        before, after = (_RANKS.get(name.casefold()) for name in (change.before, issue.priority))
        return change.before if before is not None and after is not None and after > before else ""

    def _change(self, issue: Issue, name: str) -> NetChange | None:
        return self.net.get((issue.issue_id, name))

    def _shows(self, line: IssueLine, what: IssueField) -> bool:
        return self.sight.may_see(what, line.issue.project)


def _of_move(*, is_new: bool, was_done: bool, is_done: bool) -> IssueGroup:
    if is_done and (is_new or not was_done):
        return IssueGroup.DONE
    if is_new:
        return IssueGroup.NEW
    return IssueGroup.REOPENED if was_done and not is_done else IssueGroup.MOVED


def _date(text: str) -> date | None:
    """Jira writes `2026-11-03`, in some places with a time behind it."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
