"""Changing a blocker: whoever is second sees what the first made of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.domain.blocker import Blocker, reference
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Changed:
    """The blocker as it is now; not `done` where somebody had been faster."""

    blocker: Blocker
    done: bool


def find(uow: UnitOfWork, workspace: str, number: int) -> Blocker:
    """One blocker; raises NotFound."""
    blocker = uow.blockers.get(workspace, number)
    if blocker is None:
        raise NotFound(
            f"There is no {reference(number)}. `/standup blocker list` shows those that are open."
        )
    return blocker


def change(
    uow: UnitOfWork, workspace: str, number: int, rule: Callable[[Blocker], Blocker | None]
) -> Changed:
    """Store what `rule` makes of the blocker as it is now; None from it changes nothing.

    Raises NotFound, and what `rule` raises.
    """
    while True:
        before = find(uow, workspace, number)
        after = rule(before)
        if after is None:
            return Changed(blocker=before, done=False)
        after = replace(after, version=before.version + 1)
        if uow.blockers.replace(after):
            return Changed(blocker=after, done=True)
