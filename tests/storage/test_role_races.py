"""Two owners who step down at once on PostgreSQL: one of them stays."""

from bot.domain.person import Person
from bot.domain.privacy.roles import Role
from bot.errors import Conflict
from bot.services.privacy import myself, roles
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import NINE, Databank, Pause, before
from tests.storage.racing import bank as bank
from tests.storage.racing import database_url as database_url


def owners(bank: Databank) -> list[str]:
    """A and B own the workspace; who still does."""
    led = bank.run(lambda uow: roles.leading(uow, "T1"))
    return [each.person.user_id for each in led if each.role is Role.OWNER]


def two(bank: Databank) -> None:
    people = [Person(workspace="T1", user_id=u, name=u, is_admin=True) for u in "AB"]
    bank.run(lambda uow: uow.people.save(people))
    assert owners(bank) == ["A", "B"]


def test_stepping_down_and_being_deleted_leave_an_owner(bank: Databank) -> None:
    two(bank)

    def steps_down(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.roles, "give", pause)
        roles.give(uow, "T1", "A", "A", Role.MEMBER, NINE)

    one, other = bank.race(steps_down, lambda uow: myself.erase(uow, "T1", "B", NINE))
    one.result()
    assert isinstance(other.exception(), Conflict)
    assert owners(bank) == ["B"]


def test_of_two_who_step_down_one_stays(bank: Databank) -> None:
    two(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.roles, "give", pause)
        roles.give(uow, "T1", "A", "A", Role.MEMBER, NINE)

    one, other = bank.race(first, lambda uow: roles.give(uow, "T1", "B", "B", Role.MEMBER, NINE))
    one.result()
    assert isinstance(other.exception(), Conflict)
    assert owners(bank) == ["B"]
