"""Which engine spreads the work: the database decides."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.clients.local_engine import LocalEngine
from bot.config import Settings
from bot.ports.engine import Engine
from storage.engine import Engines
from storage.transactions import Enlist


@dataclass(frozen=True, kw_only=True)
class Spread:
    """An engine, how transactions ask it for work, and whether this process is the only one."""

    engine: Engine
    enlist: Enlist | None
    alone: bool

    def on_outbox(self, look: Callable[[], None]) -> Callable[[], None]:
        """What to call after a commit: where work was asked for in it, nothing is left to do."""
        return look if self.enlist is None else _nothing


def spread(settings: Settings, engines: Engines) -> Spread:
    """SQLite: this process does all. PostgreSQL: procrastinate, which is imported only then."""
    if settings.uses_sqlite:
        return Spread(engine=LocalEngine(), enlist=None, alone=True)
    from storage.fanout.engine import ProcrastinateEngine
    from storage.fanout.working import Workload

    workload = Workload(concurrency=settings.worker_concurrency)
    engine = ProcrastinateEngine(settings.database_url, engines, workload)
    return Spread(engine=engine, enlist=engine.deferral.enlist, alone=False)


def _nothing() -> None:
    return None
