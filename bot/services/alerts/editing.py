"""Changing and deleting rules."""

from dataclasses import fields, replace
from datetime import datetime

from bot.domain.alerts.rights import refusal
from bot.domain.alerts.rules import Rule, RuleDraft
from bot.domain.decisions.record import reference
from bot.errors import Conflict, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import evaluation, rules, set_up
from bot.services.alerts.history import past
from bot.services.alerts.responsible import responsible


def editable(uow: UnitOfWork, workspace: str, number: int, user_id: str) -> Rule:
    """A rule that this person may change or delete.

    Raises NotFound where there is none, Conflict for the rule of a decision, NotPermitted.
    """
    rule = rules.living(uow, workspace, number)
    if rule.decision is not None:
        ref = reference(rule.decision)
        raise Conflict(
            f"{rule.label} belongs to {ref}: it is changed and ends with that decision. "
            f"Type `/decide show {ref}`."
        )
    cast = responsible(uow, rule)
    named = (cast.owner, *cast.deputies)
    people = uow.people.several(workspace, {user_id, rule.author, rule.owner, *named})
    if sentence := refusal(rule, user_id, named, people):
        raise NotPermitted(sentence)
    return rule


def may_change(uow: UnitOfWork, rule: Rule, user_id: str) -> bool:
    """Whether `editable` would give it to them."""
    try:
        editable(uow, rule.workspace, rule.number, user_id)
    except (Conflict, NotFound, NotPermitted):
        return False
    return True


def edit(
    uow: UnitOfWork, number: int, draft: RuleDraft, revision: int, user_id: str, now: datetime
) -> Rule:
    """Put `draft` in the place of a rule, whose author and channel stay.

    What that means for an open incident is `evaluation.revise`'s. Raises Conflict where somebody
    changed the rule since `revision`, InvalidForm, and what `editable` raises.
    """
    before = editable(uow, draft.workspace, number, user_id)
    if before.revision != revision:
        raise Conflict(_overtaken(uow, before))
    known, _ = past(uow, draft, now)
    changed = {field.name: getattr(known, field.name) for field in fields(RuleDraft)}
    changed |= {"author": before.author, "channel": before.channel, "changed_by": user_id}
    after = replace(before, **changed)
    if not uow.alerts.replace_rule(after):
        raise Conflict(_overtaken(uow, rules.living(uow, before.workspace, number)))
    after = replace(after, revision=revision + 1)
    evaluation.revise(uow, before, after, now)
    return after


def delete(uow: UnitOfWork, workspace: str, number: int, user_id: str, now: datetime) -> Rule:
    """Let a rule end, and what is open of it; raises what `editable` raises."""
    rule = editable(uow, workspace, number, user_id)
    person = uow.people.get(workspace, user_id)
    by = f" by {person.name}" if person else ""
    set_up.end(uow, rule, f"{rule.label} was deleted{by}", now)
    return rule


def _overtaken(uow: UnitOfWork, rule: Rule) -> str:
    person = uow.people.get(rule.workspace, rule.changed_by)
    by = person.name if person else "Somebody"
    return f"{by} changed {rule.label} after you began: this is how it stands now."
