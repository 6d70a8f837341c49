"""Issues: the reader's own that others moved or that need them, and those around them."""

from bot.domain.digests.windows import Span
from bot.domain.issues.summary import IssueSummary, summary_of
from bot.ports.repositories import UnitOfWork
from bot.services.digests.handover.belonging import Belonging
from bot.services.issues import sight as issue_sight
from bot.services.issues.summary import summarize


def read(uow: UnitOfWork, reader: Belonging, span: Span) -> tuple[IssueSummary, IssueSummary]:
    """What is news of the issues that are assigned to the reader, and of the others that they may
    see; what they did themselves is neither."""
    seen = issue_sight.of_person(uow, reader.workspace, reader.user_id)
    if not seen:
        return IssueSummary(), IssueSummary()
    found = summarize(uow, reader.workspace, seen, span, viewer=reader.person)
    account = reader.person.choices.jira_account
    mine = [line for line in found.news if account and line.issue.assignee_id == account]
    others = [line for line in found.news if not (account and line.issue.assignee_id == account)]
    return summary_of(mine), summary_of(others)
