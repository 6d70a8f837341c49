"""The data card and retraining plan of a registered model."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class ModelPlan:
    """Who owns a model, on what data it stands and how often it is to be retrained.

    `owner` and `deputies` are user ids; `cadence_days` is 0 where nothing was agreed; `data` names
    the data set and version in use, `description` says what it is and where it is from; `runbook`
    is an address. `changed_at` is aware UTC.
    """

    workspace: str
    model: str
    owner: str
    deputies: tuple[str, ...] = ()
    cadence_days: int = 0
    data: str = ""
    description: str = ""
    runbook: str = ""
    channel: str = ""
    changed_by: str = ""
    changed_at: datetime
