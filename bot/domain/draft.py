"""Drafts: what somebody has typed into a form and not sent yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One person's draft at one place; `place` names the form and what it is about.

    `values` are Slack's `view.state.values` as they came; `saved_at` is aware UTC.
    """

    workspace: str
    user_id: str
    place: str
    values: Mapping[str, Any]
    saved_at: datetime
