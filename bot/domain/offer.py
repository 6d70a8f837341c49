"""What the form of a report is filled with before its person writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.activity import Activity, Found
from bot.domain.blocker import Blocker
from bot.domain.draft import Draft
from bot.domain.report import PlanItem, Report
from bot.domain.standup import Standup


@dataclass(frozen=True, kw_only=True)
class Offer:
    """For a new report what was found and planned; for an `existing` one what it says.

    `blockers` are the person's open ones in this stand-up, `raised` the open one that an
    existing report named. `draft` is what they typed before and did not send, `late` what was found
    after the form had been opened. `asks_mood` is False once they have said how they are.
    """

    standup: Standup
    day: date
    planned: tuple[PlanItem, ...] = ()
    activity: Activity
    blockers: Sequence[Blocker] = ()
    existing: Report | None = None
    raised: Blocker | None = None
    draft: Draft | None = None
    late: Sequence[Found] = ()
    as_planned: bool = False
    asks_mood: bool = False
