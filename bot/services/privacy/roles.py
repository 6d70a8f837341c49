"""Roles: who has which, and who gives them."""

from datetime import datetime

from bot.domain.privacy.roles import Grant, Role, Standing, role_of
from bot.errors import Conflict, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork

_WHO = {
    Role.ADMIN: "Only admins and owners of Meridian in this workspace may do that; "
    "`/meridian admin` works for them, and says who they are.",
    Role.OWNER: "Only owners may do that. Owners and admins of this Slack workspace are owners "
    "here, and whom an owner made one.",
}


def role(uow: UnitOfWork, workspace: str, user_id: str) -> Role:
    """Somebody's role."""
    return role_of(uow.people.get(workspace, user_id), uow.roles.get(workspace, user_id))


def require(uow: UnitOfWork, workspace: str, user_id: str, least: Role) -> None:
    """Raises NotPermitted for who has less than this role."""
    if role(uow, workspace, user_id) < least:
        raise NotPermitted(_WHO.get(least, "Only colleagues may do that."))


def leading(uow: UnitOfWork, workspace: str) -> list[Standing]:
    """Owners and admins, owners first, by name."""
    grants = {grant.user_id: grant for grant in uow.roles.all(workspace)}
    found = [
        Standing(person=person, role=role_of(person, grants.get(person.user_id)))
        for person in uow.people.all(workspace)
    ]
    led = [each for each in found if each.role >= Role.ADMIN]
    return sorted(led, key=lambda each: (-each.role, each.person.name.casefold()))


def give(
    uow: UnitOfWork, workspace: str, by: str, user_id: str, role: Role, now: datetime
) -> Grant:
    """Give somebody a role; raises NotPermitted, NotFound, or Conflict where no owner would be
    left."""
    uow.roles.locked(workspace)
    require(uow, workspace, by, Role.OWNER)
    person = uow.people.get(workspace, user_id)
    if person is None or not person.can_take_part:
        raise NotFound("Name a colleague; guests, bots and people of other companies have no role.")
    if role < Role.OWNER:
        require_another_owner(uow, workspace, user_id)
    grant = Grant(workspace=workspace, user_id=user_id, role=role, by=by, at=now)
    uow.roles.give(grant)
    return grant


def require_another_owner(uow: UnitOfWork, workspace: str, user_id: str) -> None:
    """Raises Conflict where this person is the only owner: nobody could name the next one."""
    owners = {each.person.user_id for each in leading(uow, workspace) if each.role is Role.OWNER}
    if owners == {user_id}:
        raise Conflict(
            "That is the last owner here. Make somebody else one first: "
            "`/meridian admin role @colleague owner`."
        )
