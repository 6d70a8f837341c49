"""Of what a digest is made: whose it is, about when, and what of Jira its readers may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.digests.settings import DigestSettings
from bot.domain.digests.windows import Window
from bot.domain.issues.sharing import IssueSight
from bot.ports.repositories import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One channel's digest over `window`.

    A `brief` one only serves to ask whether there is something to say: nothing is read for it that
    is no news. A `past` one is told as things stood at its end, as far as that is still known.
    """

    settings: DigestSettings
    window: Window
    sight: IssueSight
    brief: bool = False
    past: bool = False

    @property
    def workspace(self) -> str:
        """Whose it is."""
        return self.settings.workspace

    @property
    def channel(self) -> str:
        """Where it is read."""
        return self.settings.channel

    @property
    def until(self) -> datetime:
        """The end of what it is about (aware UTC)."""
        return self.window.whole.until


def names(uow: UnitOfWork, workspace: str, user_ids: Sequence[str]) -> dict[str, str]:
    """Display names by id; who isn't known keeps the id."""
    people = uow.people.several(workspace, user_ids)
    return {u: people[u].name if u in people else u for u in user_ids}
