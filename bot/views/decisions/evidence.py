"""What people see of a decision's evidence."""

from datetime import datetime
from typing import Any

from bot.domain.decisions.detail import DecisionDetail
from bot.domain.links import Links
from bot.views.text import Line


def card_lines(detail: DecisionDetail, links: Links, now: datetime) -> list[Line]:
    """The lines of the card."""
    return []


def buttons(detail: DecisionDetail, now: datetime) -> list[dict[str, Any]]:
    """The buttons of the card."""
    return []
