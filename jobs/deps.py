"""What the jobs work with; built by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.ports.chat import Chat
from bot.ports.engine import Engine
from bot.ports.heartbeat import Heartbeat
from bot.ports.holidays import HolidayCalendar
from bot.ports.installations import Tenants
from bot.ports.trackers import ExperimentTracker, IssueTracker
from bot.ports.transactions import Transactions
from bot.workflows.deliver import Deliverer


@dataclass(kw_only=True)
class Vitals:
    """When each job last ended well (aware UTC), and what the last heartbeat had to report."""

    ended_at: dict[str, datetime] = field(default_factory=dict)
    trouble: str = ""


def no_problem() -> str:
    """Always ready."""
    return ""


@dataclass(frozen=True, kw_only=True)
class JobDeps:
    """A step function takes these and `now`; a tracker is None where it isn't configured.

    `problem` says why we aren't ready, or nothing; `poll_seconds` lie between two polls. Without an
    `engine` the job that delivers drains the outbox itself.
    """

    tenants: Tenants
    transactions: Transactions
    chat: Chat
    deliverer: Deliverer
    holidays: HolidayCalendar
    issue_tracker: IssueTracker | None = None
    experiment_tracker: ExperimentTracker | None = None
    engine: Engine | None = None
    heartbeat: Heartbeat | None = None
    problem: Callable[[], str] = no_problem
    poll_seconds: int = 120
    vitals: Vitals = field(default_factory=Vitals)

    @property
    def workspaces(self) -> tuple[str, ...]:
        """Those that have Meridian now."""
        return self.tenants.workspaces

    @property
    def tracked(self) -> tuple[str, ...]:
        """Those of them for which Jira and MLflow are asked."""
        return self.tenants.tracked
