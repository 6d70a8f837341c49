"""What people thought of an alert."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """One person's word on one incident: useful, or noise; a later word replaces the earlier."""

    workspace: str
    incident_id: str
    rule_number: int
    user_id: str
    useful: bool
    at: datetime
