"""Stand-ups, turns and reports of a small team."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.calendar import WORKDAYS
from bot.domain.person import Person
from bot.domain.report import Answer, Report
from bot.domain.standup import Standup, StandupPlan
from bot.domain.turn import Cohort, Entry, Turn
from bot.ports.chat import Message

TEAM = {
    user_id: Person(workspace="T1", user_id=user_id, name=name, zone=zone)
    for user_id, name, zone in (
        ("UYUKI", "Yuki", "Asia/Tokyo"),
        ("UANANYA", "Ananya", "Asia/Kolkata"),
        ("ULENA", "Lena", "Europe/Berlin"),
        ("UMARCUS", "Marcus", "America/New_York"),
    )
}
PLAN = StandupPlan(
    name="Churn daily",
    questions=("What moved?", "What is next?"),
    blocker_question="What blocks you?",
    wall_time=time(9),
    weekdays=WORKDAYS,
    participants=tuple(TEAM),
)
NOW = datetime(2026, 11, 18, 15, tzinfo=UTC)  # A Wednesday.
AWAY = Absence(kind=AbsenceKind.AWAY)
SKIPPED = Absence(kind=AbsenceKind.SKIPPED)


def a_standup(standup_id: str = "s1", channel: str = "C1", **plan: Any) -> Standup:
    """A stand-up of Lena's."""
    return Standup(
        id=standup_id,
        workspace="T1",
        channel=channel,
        plan=replace(PLAN, **plan),
        created_by="ULENA",
    )


def noon(day: date) -> datetime:
    """12:00 UTC of that date: when days close here."""
    return datetime.combine(day, time(12), UTC)


def a_turn(day: date, user_id: str = "ULENA", standup_id: str = "s1", **changes: Any) -> Turn:
    """Somebody was asked at 08:00 UTC and had until noon."""
    cohort = Cohort.of(TEAM[user_id].zone, noon(day)) if user_id in TEAM else Cohort.EUROPE
    turn = Turn(
        workspace="T1",
        standup_id=standup_id,
        local_date=day,
        user_id=user_id,
        cohort=cohort,
        due_at=noon(day),
        asked_at=noon(day) - timedelta(hours=4),
    )
    return replace(turn, **changes)


def a_report(turn: Turn, *texts: str, hours: float = -1, **changes: Any) -> Report:
    """What they said, so many hours after their day closed."""
    answers = zip(PLAN.questions, texts or ("trained v7", "freeze features"), strict=False)
    report = Report(
        workspace="T1",
        standup_id=turn.standup_id,
        local_date=turn.local_date,
        user_id=turn.user_id,
        answers=tuple(Answer(question=q, text=t) for q, t in answers),
        blocker="",
        submitted_at=turn.due_at + timedelta(hours=hours),
    )
    return replace(report, **changes)


def reported(day: date, user_id: str = "ULENA", *, hours: float = -1, **changes: Any) -> Entry:
    """A turn with its report."""
    turn = a_turn(day, user_id, **changes)
    return Entry(turn=turn, report=a_report(turn, hours=hours))


def unanswered(day: date, user_id: str = "ULENA", **changes: Any) -> Entry:
    """A turn without one."""
    return Entry(turn=a_turn(day, user_id, **changes))


def text_of(message: Message) -> str:
    """Everything that can be read in a message."""
    return "\n".join(_read(block) for block in message.blocks)


def buttons_of(message: Message) -> dict[str, dict[str, Any]]:
    """Its buttons by their text."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {button["text"]["text"]: button for row in rows for button in row}


def _read(part: Any) -> str:
    if isinstance(part, list):
        return "".join(_read(each) for each in part)
    if not isinstance(part, dict):
        return ""
    if isinstance(part.get("text"), str):
        return str(part["text"])
    return "".join(_read(part[key]) for key in ("text", "elements", "accessory") if key in part)
