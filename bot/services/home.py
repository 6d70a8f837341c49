"""What App Home shows, read in one go."""

from datetime import date, datetime

from bot.domain import calendar
from bot.domain.blocker import Blocker
from bot.domain.home import HomePage, MyStandup
from bot.domain.person import Person
from bot.domain.privacy.roles import Role
from bot.domain.standup import Standup
from bot.errors import NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import activity, aways, blockers, home_settings, people, sources, standups
from bot.services.digests.handover import reading as handovers
from bot.services.privacy import roles


def read(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> HomePage:
    """Everything for one known member; raises NotFound for others."""
    person = uow.people.get(workspace, user_id)
    if person is None:
        raise NotFound("I don't know you yet. Type `/standup` in a channel.")
    today = calendar.local_date(now, calendar.zone_or_utc(person.zone))
    every = uow.standups.all(workspace)
    open_now = blockers.open_for(uow, workspace, user_id)
    waits = handovers.waits_for(uow, person, now)
    window = handovers.window_of(uow, person, now)
    taken = [b for b in open_now.asks_me if b.acknowledged_by == user_id]
    return HomePage(
        person=person,
        now=now,
        prompts=waits.prompts,
        decisions=waits.turns,
        verdicts=waits.verdicts,
        asking=waits.asking,
        closing=waits.closing,
        standups=[_mine(uow, s, person, today) for s in every if s.concerns(user_id)],
        blockers=[b for b in open_now.mine if not b.moved_to] + taken,
        away=aways.coming(uow, workspace, user_id, now),
        people=_named(uow, workspace, [*open_now.mine, *waits.asking, *taken]),
        mlflow_users=activity.own_mlflow_users(uow, person),
        sources=sources.shown(uow, workspace),
        token_warning=sources.token_warning(uow, workspace, now),
        handover=handovers.compose(uow, person, window, waits, now),
        follows=home_settings.follows(uow, workspace, user_id),
        admin=home_settings.admin(uow, workspace) if _leads(uow, person) else None,
    )


def _leads(uow: UnitOfWork, person: Person) -> bool:
    return roles.role(uow, person.workspace, person.user_id) >= Role.ADMIN


def _mine(uow: UnitOfWork, standup: Standup, person: Person, today: date) -> MyStandup:
    coming = None if standup.paused else people.next_prompt(uow, standup, person)
    return MyStandup(
        standup=standup,
        user_id=person.user_id,
        today=today,
        may_change=_may_change(uow, standup, person.user_id),
        turn=uow.turns.get(standup.id, today, person.user_id),
        report=uow.standups.report(standup.id, today, person.user_id),
        next_prompt=coming.run_at if coming else None,
        idle=standups.idle(uow, standup),
    )


def _may_change(uow: UnitOfWork, standup: Standup, user_id: str) -> bool:
    try:
        standups.require_change(uow, standup, user_id)
    except NotPermitted:
        return False
    return True


def _named(uow: UnitOfWork, workspace: str, blockers: list[Blocker]) -> dict[str, Person]:
    named = {user for blocker in blockers for user in blocker.people}
    return uow.people.several(workspace, sorted(named))
