"""The direct messages that ask for a report, and what becomes of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.activity import Activity
from bot.domain.links import Links
from bot.domain.report import PlanItem, Report
from bot.domain.standup import Standup
from bot.domain.turn import Turn
from bot.ports.chat import Block, Message
from bot.views.availability import ACTION_AWAY
from bot.views.blocks import actions, bullets, button, context, lines, message
from bot.views.references import linked
from bot.views.standups import ACTION_ANSWER, ACTION_SKIP, day_name
from bot.views.text import Line, clean, count, moment, moment_token, words

ACTION_AS_PLANNED = "standup.as_planned"
ACTION_NO_NEWS = "standup.no_news"

_FOUND_SHOWN = 5
_LINE_SHOWN = 300


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a prompt shows: the last plan, what was found since, and how many of how many reported.

    `no_news` is the one line that says all there is to say while a long run goes on.
    """

    planned: Sequence[PlanItem]
    activity: Activity
    reported: int
    expected: int
    no_news: str = ""


def prompt(standup: Standup, turn: Turn, asked: Asked, links: Links) -> Message:
    """Asks one person."""
    name = clean(standup.plan.name)
    title: Line = [words(name, bold=True), f" · {day_name(turn.local_date)}"]
    until = f"until {moment_token(turn.due_at, '{date_short_pretty} {time}')} your time"
    footer = f"{until} · {asked.reported} of {asked.expected} have reported"
    blocks = [lines(title, *_reminder(standup, asked)), *_found(asked.activity, links)]
    return message(
        f"{name}: your report, please", [*blocks, _buttons(turn, asked), context(footer)]
    )


def reminder(standup: Standup, turn: Turn) -> Message:
    """Reminds one person whose report is missing."""
    name = clean(standup.plan.name)
    said: Line = [
        words(name, bold=True),
        " · your day closes ",
        moment(turn.due_at, "{date_short_pretty} {time}"),
    ]
    choices = actions(
        "standup_prompt",
        button("Report", ACTION_ANSWER, _value(turn), style="primary"),
        button("Skip today", ACTION_SKIP, _value(turn)),
    )
    return message(f"{name}: your report is still missing", [lines(said), choices])


def receipt(standup: Standup, turn: Turn, report: Report) -> Message:
    """What these messages become once their person has reported."""
    name = clean(standup.plan.name)
    at = report.edited_at or report.submitted_at
    said: Line = [
        words(name, bold=True),
        f" · {day_name(turn.local_date)} · reported ",
        moment(at, "{time}"),
    ]
    edit = actions("standup_prompt", button("Edit", ACTION_ANSWER, _value(turn)))
    return message(f"{name}: reported", [lines(said), edit])


def excused(standup: Standup, turn: Turn, absence: Absence) -> Message:
    """What they become once their person skips or is away."""
    name, why = clean(standup.plan.name), absence_words(absence)
    said: Line = [words(name, bold=True), f" · {day_name(turn.local_date)} · {why}"]
    again = actions("standup_prompt", button("Report after all", ACTION_ANSWER, _value(turn)))
    return message(f"{name}: {why}", [lines(said), again])


def absence_words(absence: Absence) -> str:
    """`away until Thu 29 Oct`, `Diwali`, `team day off` or `not today`."""
    if absence.kind is AbsenceKind.AWAY:
        return f"away until {day_name(absence.until)}" if absence.until else "away"
    if absence.kind is AbsenceKind.HOLIDAY:
        return clean(absence.label, 60) or "holiday"
    return "team day off" if absence.kind is AbsenceKind.TEAM_DAY else "not today"


def _reminder(standup: Standup, asked: Asked) -> list[Line]:
    """What the person meant to do, or at first what is asked."""
    if asked.planned:
        planned = " · ".join(item.text for item in asked.planned)
        return [["Last time you planned: ", words(clean(planned, 300), italic=True)]]
    if asked.activity.found:
        return []
    return [[words(clean(" ".join(standup.plan.questions), 200), italic=True)]]


def _found(activity: Activity, links: Links) -> list[Block]:
    if not activity.found:
        return []
    shown = [
        linked(clean(f.text, _LINE_SHOWN), [f.reference], links)
        for f in activity.found[:_FOUND_SHOWN]
    ]
    left = len(activity.found) - _FOUND_SHOWN
    more: list[Line] = [[f"and {count(left, 'line')} more in the form"]] if left > 0 else []
    since: Line = ["Since ", moment(activity.since, "{date_short_pretty} {time}"), ":"]
    return [lines(since), bullets([*shown, *more])]


def _buttons(turn: Turn, asked: Asked) -> Block:
    value = _value(turn)
    planned = [button("Same as planned", ACTION_AS_PLANNED, value)] if asked.planned else []
    no_news = [button(clean(asked.no_news, 75), ACTION_NO_NEWS, value)] if asked.no_news else []
    return actions(
        "standup_prompt",
        button("Report", ACTION_ANSWER, value, style="primary"),
        *no_news,
        *planned,
        button("Skip today", ACTION_SKIP, value),
        button("I'm away…", ACTION_AWAY, value),
    )


def _value(turn: Turn) -> str:
    return f"{turn.standup_id}|{turn.local_date.isoformat()}"
