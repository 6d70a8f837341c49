"""What somebody may do in a workspace as a whole; decisions, stand-ups and alerts have rules of
their own on top."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from bot.domain.person import Person


class Role(IntEnum):
    """Each may what those below may: owners name admins, admins read the audit log and set what is
    kept for how long, members use Meridian; guests, bots, people of other companies and those who
    have left have none."""

    NONE = 0
    MEMBER = 1
    ADMIN = 2
    OWNER = 3

    @property
    def word(self) -> str:
        """`owner`, `admin`, `member` or `none`."""
        return self.name.lower()


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A role that an owner gave somebody; it counts before what Slack says of them."""

    workspace: str
    user_id: str
    role: Role
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Somebody and their role."""

    person: Person
    role: Role


def role_of(person: Person | None, grant: Grant | None = None) -> Role:
    """Somebody's role: what they were given, else admins and owners of the Slack workspace are
    owners here (somebody must be the first) and colleagues are members."""
    if person is None or not person.can_take_part:
        return Role.NONE
    if grant is not None:
        return grant.role
    return Role.OWNER if person.is_admin else Role.MEMBER
