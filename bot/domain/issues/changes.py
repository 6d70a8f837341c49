"""What became of issues in a span: changes one by one, and what they come to."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.issues.records import DONE, Issue, IssueChange, by_number


@dataclass(frozen=True, kw_only=True)
class IssueNews:
    """What was noticed in a span, of everybody or of one person: changes of status in the order
    in which they happened.

    `issues` holds every issue of `changes` and of `new_ids`, as last polled.
    """

    issues: tuple[Issue, ...]
    new_ids: frozenset[str]
    changes: tuple[IssueChange, ...]


@dataclass(frozen=True, kw_only=True)
class IssueMove:
    """The net change of one issue; `before` is empty for a new one."""

    key: str
    summary: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class IssueMoves:
    """Net changes by what they mean, each issue in one group, by key."""

    done: tuple[IssueMove, ...] = ()
    moved: tuple[IssueMove, ...] = ()
    new: tuple[IssueMove, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything moved."""
        return bool(self.done or self.moved or self.new)


def net_steps(changes: Iterable[IssueChange]) -> dict[str, tuple[str, str]]:
    """The first status and the last one by issue id; `changes` come in order."""
    steps: dict[str, tuple[str, str]] = {}
    for change in changes:
        first, _ = steps.get(change.issue_id, (change.before, change.after))
        steps[change.issue_id] = (first, change.after)
    return steps


def net_moves(news: IssueNews) -> IssueMoves:
    """One line per issue: there and back is nothing, two steps are one."""
    done_names = {i.status for i in news.issues if i.status_category == DONE}
    steps = net_steps(news.changes)
    groups: dict[str, list[IssueMove]] = {"done": [], "moved": [], "new": []}
    for issue in sorted(news.issues, key=by_number):
        before, after = steps.get(issue.issue_id, ("", issue.status))
        is_new = issue.issue_id in news.new_ids
        if before == after and not is_new:
            continue
        group = "done" if after in done_names else "new" if is_new else "moved"
        groups[group].append(
            IssueMove(
                key=issue.key,
                summary=issue.summary,
                before="" if is_new else before,
                after=after,
            )
        )
    return IssueMoves(**{name: tuple(moves) for name, moves in groups.items()})
