"""Moving, commenting on and assigning issues: ordered here, done by the outbox, told after."""

from datetime import datetime

from bot.domain.delivery import Delivery, DeliveryKind, Priority
from bot.domain.issues.acts import IssueAct, act_of
from bot.domain.issues.drafts import mark
from bot.errors import InvalidForm, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.issues import rights


def order(
    uow: UnitOfWork,
    workspace: str,
    by: str,
    act: IssueAct,
    wish: str,
    now: datetime,
) -> None:
    """Let it be done, once for each `wish` (what was clicked or sent); raises NotPermitted where
    the issue isn't theirs to change.

    What is done to one issue is done in the order of asking.
    """
    rights.require_issue(uow, workspace, by, act.key)
    order_id = f"issue-act:{workspace}:{wish}"
    deliveries.post(
        uow,
        Delivery(
            id=order_id,
            workspace=workspace,
            channel=f"jira-issue:{act.key}",
            card="",
            subject={"act": act.packed(), "mark": mark(order_id)},
            kind=act.kind,
            priority=Priority.PROMPT,
            ready_at=now,
            owner=by,
        ),
    )


def failed_comment(uow: UnitOfWork, workspace: str, order_id: str, by: str) -> IssueAct:
    """What this person wanted to say when Jira refused it; raises NotFound."""
    order = uow.deliveries.get(order_id)
    mine = order is not None and (order.workspace, order.owner) == (workspace, by)
    if order is None or not mine or order.kind is not DeliveryKind.COMMENT_ISSUE:
        raise NotFound("I don't know this comment any more.")
    return act_of(order.subject["act"])


def account_of(uow: UnitOfWork, workspace: str, user_id: str, field: str) -> tuple[str, str]:
    """Somebody's account in Jira and their name; raises InvalidForm for `field` where I don't know
    it."""
    person = uow.people.get(workspace, user_id)
    if person is None or not person.choices.jira_account:
        name = person.name if person else "this person"
        raise InvalidForm(
            {field: f"I don't know who {name} is in Jira; they choose it in `/meridian me`."}
        )
    return person.choices.jira_account, person.name
