"""The one bridge between the asynchronous shell and the synchronous core."""

from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from bot.ports.repositories import UnitOfWork

P = ParamSpec("P")
T = TypeVar("T")

Clock = Callable[[], datetime]


class Transactions(Protocol):
    """Runs synchronous work inside one transaction on a storage thread."""

    async def write(
        self, work: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` and return its result after the commit; an exception rolls all of it back."""
        ...

    async def write_once(
        self,
        key: str,
        work: Callable[Concatenate[UnitOfWork, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Like `write`, at most once per `key`; raises AlreadyHandled after the first commit."""
        ...

    async def read(
        self, work: Callable[Concatenate[UnitOfWork, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work` on a reader's connection; nothing that it changes is kept."""
        ...
