"""What the jobs work with; built by the composition root."""

from dataclasses import dataclass

from bot.ports.chat import Chat
from bot.ports.trackers import ExperimentTracker, IssueTracker
from bot.ports.transactions import Transactions
from bot.workflows.deliver import Deliverer


@dataclass(frozen=True, kw_only=True)
class JobDeps:
    """A step function takes these and `now`; a tracker is None where it isn't configured."""

    workspaces: tuple[str, ...]
    transactions: Transactions
    chat: Chat
    deliverer: Deliverer
    issue_tracker: IssueTracker | None = None
    experiment_tracker: ExperimentTracker | None = None
