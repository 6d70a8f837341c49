"""Who answers for what a rule watches: whom it names, else the model's plan, else its author."""

from collections.abc import Collection

from bot.domain.alerts.responsible import Responsible
from bot.domain.alerts.rules import Rule, RuleDraft
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork


def responsible(uow: UnitOfWork, rule: Rule) -> Responsible:
    """Owner, deputies and runbook of a rule; nobody who has left or is deactivated."""
    plan = uow.plans.get(rule.workspace, rule.model) if rule.model else None
    owners = [rule.owner, plan.owner if plan else "", rule.author]
    named = rule.deputies or (plan.deputies if plan else ())
    people = uow.people.several(rule.workspace, {*owners, *named} - {""})
    here = {user for user, person in people.items() if person.can_take_part}
    owner = next((user for user in owners if user in here), "")
    return Responsible(
        owner=owner,
        deputies=tuple(user for user in dict.fromkeys(named) if user in here and user != owner),
        runbook=rule.runbook or (plan.runbook if plan else ""),
    )


def require_readers(uow: UnitOfWork, draft: RuleDraft, members: Collection[str]) -> None:
    """Raises InvalidForm at `called` where a rule would call somebody who isn't among the members
    of its private channel: a call tells what goes on there."""
    plan = uow.plans.get(draft.workspace, draft.model) if draft.model else None
    owner = draft.owner or (plan.owner if plan else "")
    deputies = draft.deputies or (plan.deputies if plan else ())
    outside = {owner, *deputies} - {*members, ""}
    if not outside:
        return
    people = uow.people.several(draft.workspace, outside)
    names = ", ".join(
        sorted(people[user].name if user in people else "somebody" for user in outside)
    )
    planned = "" if draft.owner and draft.deputies else " (or named by the model's plan)"
    raise InvalidForm(
        {
            "called": f"Not in this private channel: {names}. Whoever is called{planned} reads "
            "what happens here: invite them, or name others below More settings."
        }
    )
