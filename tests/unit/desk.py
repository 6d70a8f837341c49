"""Five colleagues, and services run by argument, each in a committed transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

P = ParamSpec("P")
T = TypeVar("T")

TEAM = {
    "UYUKI": ("Yuki", "Asia/Tokyo"),
    "UANANYA": ("Ananya", "Asia/Kolkata"),
    "ULENA": ("Lena", "Europe/Berlin"),
    "UMARCUS": ("Marcus", "America/New_York"),
    "UBEATRIZ": ("Beatriz", "America/Sao_Paulo"),
}


def at(text: str) -> datetime:
    """An instant in UTC from ISO 8601 without a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Office:
    """Runs services, each call in a committed transaction."""

    engines: Engines

    def do(
        self, work: Callable[Concatenate[SqlUnitOfWork, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run and commit."""
        with Session(self.engines.writer) as session, session.begin():
            return work(SqlUnitOfWork(session), *args, **kwargs)
