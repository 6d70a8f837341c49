"""One look at the database that the settings name."""

import asyncio
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.config import Settings
from bot.errors import ConfigError
from bot.ports.repositories import UnitOfWork
from storage import schema
from storage.engine import open_engines
from storage.unit_of_work import SqlUnitOfWork

P = ParamSpec("P")
T = TypeVar("T")


async def read(
    settings: Settings,
    work: Callable[Concatenate[UnitOfWork, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What `work` finds; raises ConfigError where the database can't be read."""
    return await asyncio.to_thread(
        _read, settings.database_url, lambda uow: work(uow, *args, **kwargs)
    )


def _read(url: str, work: Callable[[UnitOfWork], T]) -> T:
    with schema.reaching_the_database():
        engines = open_engines(url)
        try:
            with Session(engines.reader) as session:
                return work(SqlUnitOfWork(session))
        except SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
            raise ConfigError(f"the database can't be read: {reason}") from error
        finally:
            engines.dispose()
