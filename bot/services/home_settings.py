"""What somebody follows, and what is set up in a workspace: the lower part of App Home."""

from bot.domain.home import AdminPage, Follows
from bot.ports.repositories import UnitOfWork


def follows(uow: UnitOfWork, workspace: str, user_id: str) -> Follows:
    """What a person keeps an eye on; everything of it names them."""
    return Follows(
        watches=uow.watches.of(workspace, user_id),
        hypotheses=[h for h in uow.hypotheses.open(workspace) if user_id in h.deciders],
        rules=[
            rule
            for rule in uow.alerts.rules(workspace)
            if user_id in (rule.author, rule.owner, *rule.deputies)
        ],
    )


def admin(uow: UnitOfWork, workspace: str) -> AdminPage:
    """What is set up, in numbers: names would tell of private channels."""
    standups = [each for each in uow.standups.all(workspace) if each.active]
    return AdminPage(
        standups=len(standups),
        paused=sum(each.paused for each in standups),
        digests=sum(each.choice.active for each in uow.digests.all(workspace)),
        rules=len(uow.alerts.rules(workspace)),
        people=sum(person.can_take_part for person in uow.people.all(workspace)),
    )
