"""When a channel's digest comes."""

from collections.abc import Sequence

from bot.domain.digests.settings import Audience, DigestChoice, DigestSettings, Weekly
from bot.domain.schedule import Schedule
from bot.ports.chat import Message
from bot.views.blocks import note
from bot.views.standups import clock, weekdays
from bot.views.text import escape, moment_token

_AUDIENCES = {
    Audience.TECHNICAL: "It is written for the team, in its own terms.",
    Audience.STAKEHOLDER: "It is written for stakeholders, in plain words.",
}


def status(settings: DigestSettings, schedule: Schedule | None) -> Message:
    """When the channel's next digest comes, or how to set one."""
    if schedule is None:
        was_set = " It is switched off." if settings.version else ""
        return note(f"No daily digest comes here.{was_set} `/digest settings` sets one.")
    return note(
        f"The next digest here comes {_next(schedule)}{_projects(settings.choice.projects)}.\n"
        f"{audience(settings.choice)} {weekly(settings.choice.weekly)}\n"
        "`/digest preview` shows it to you now, `/digest settings` changes it."
    )


def when(schedule: Schedule) -> str:
    """`Mon–Fri at 09:00 Europe/Berlin`, mrkdwn."""
    return f"{weekdays(schedule.weekdays)} at {clock(schedule.wall_time)} {schedule.zone}"


def audience(choice: DigestChoice) -> str:
    """For whom it is written, a sentence."""
    return _AUDIENCES[choice.audience]


def weekly(choice: Weekly) -> str:
    """When the weekly digest comes, a sentence."""
    if choice.weekday is None:
        return "No weekly digest comes here."
    day = weekdays(frozenset({choice.weekday}))
    return f"The weekly digest comes {day} at {clock(choice.wall_time)}."


def _next(schedule: Schedule) -> str:
    at = moment_token(schedule.next_run_at, "{date_short_pretty} at {time}")
    return f"{at} your time ({when(schedule)})"


def _projects(projects: Sequence[str]) -> str:
    return f", with {escape(', '.join(projects))} from Jira" if projects else ""
