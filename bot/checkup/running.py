"""Checks side by side, each with a deadline; what rests on a broken one isn't asked."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.domain.finding import Finding
from bot.errors import BotError

Check = tuple[str, Callable[[], Awaitable[str]]]
"""A name, and what says in words that all is well; it raises BotError, whose text says what mends
it."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Checks of which `rest` mean nothing where `first` finds something to mend."""

    first: Check
    rest: Sequence[Check] = ()


async def findings(groups: Sequence[Group], deadline: float) -> list[Finding]:
    """What each check found, in this order; none takes longer than `deadline` seconds."""
    found = await asyncio.gather(*(_of(group, deadline) for group in groups))
    return [finding for several in found for finding in several]


async def _of(group: Group, deadline: float) -> list[Finding]:
    first = await _finding(group.first, deadline)
    if not first.ok:
        return [first]
    return [first, *await asyncio.gather(*(_finding(check, deadline) for check in group.rest))]


async def _finding(check: Check, deadline: float) -> Finding:
    name, work = check
    try:
        async with asyncio.timeout(deadline):
            return Finding(name=name, ok=True, text=await work())
    except BotError as error:
        return Finding(name=name, ok=False, text=str(error))
    except TimeoutError:
        return Finding(name=name, ok=False, text=f"no answer within {deadline:g} s; is it up?")
