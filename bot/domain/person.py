"""A member of a workspace."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member as Slack describes them; `zone` is an IANA name (UTC where Slack gives none)."""

    workspace: str
    user_id: str
    name: str
    zone: str = "UTC"
    email: str = ""
    is_bot: bool = False
    is_guest: bool = False
    is_external: bool = False
    deleted: bool = False

    @property
    def can_take_part(self) -> bool:
        """Whether this member may be asked for reports: a living, own, human colleague."""
        return not (self.is_bot or self.is_guest or self.is_external or self.deleted)
