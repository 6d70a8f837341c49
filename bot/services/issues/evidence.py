"""Issues that are done though nothing shows what came of them."""

from collections.abc import Sequence

from bot.domain.decisions.record import DecisionStatus
from bot.domain.experiments.records import RunStatus
from bot.domain.issues.evidence import is_experiment
from bot.domain.issues.records import Issue
from bot.ports.repositories import UnitOfWork
from bot.services.issues import runs


def unproven(uow: UnitOfWork, workspace: str, issues: Sequence[Issue]) -> frozenset[str]:
    """The ids of those issues that look like experiments (`bot.domain.issues.evidence`), of which
    no run that names them has finished and which no decision names.

    What is only proposed isn't decided yet.
    """
    linked = uow.issue_runs.linked(workspace, [issue.key for issue in issues])
    return frozenset(
        issue.issue_id
        for issue in issues
        if is_experiment(issue, has_runs=issue.key in linked)
        and not (issue.key in linked and _has_finished_run(uow, workspace, issue))
        and not _is_decided(uow, workspace, issue)
    )


def _has_finished_run(uow: UnitOfWork, workspace: str, issue: Issue) -> bool:
    named = runs.of_issue(uow, workspace, issue.key)
    return any(run.status is RunStatus.FINISHED for run in named)


def _is_decided(uow: UnitOfWork, workspace: str, issue: Issue) -> bool:
    decisions = uow.decisions.naming_issue(workspace, issue.key)
    return any(each.status is not DecisionStatus.PROPOSED for each in decisions)
