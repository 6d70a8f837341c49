"""App Home: what waits for somebody, their stand-ups, their blockers, and what is known of them.

Every time is in the zone that the person lives by. Limits:
https://docs.slack.dev/reference/views/home-tab-views
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bot.domain import calendar
from bot.domain.absence import Absence, AbsenceKind
from bot.domain.blocker import Blocker, Notice
from bot.domain.decisions.waiting import MyTurn
from bot.domain.home import HomePage, MyStandup
from bot.domain.links import Links
from bot.domain.prompt import Prompt
from bot.ports.chat import Block, Home
from bot.views import availability, blockers
from bot.views import home_settings as settings
from bot.views.blockers import Scene
from bot.views.blocks import actions, button, context, header, lines, mrkdwn
from bot.views.decisions import waiting
from bot.views.digests.handover import card as handovers
from bot.views.experiments.hypothesis_rows import my_verdict
from bot.views.home_times import local
from bot.views.standups import (
    ACTION_ANSWER,
    ACTION_CHANGE,
    ACTION_DELETE,
    ACTION_DUPLICATE,
    ACTION_JOIN,
    ACTION_LEAVE,
    ACTION_PAUSE,
    ACTION_RESUME,
    ACTION_SKIP,
    clock,
    day_name,
    plan_summary,
    weekdays,
)
from bot.views.text import Line, clean, count, escape, words

T = TypeVar("T")

# Together with headings and what is said where there is more, these stay below Slack's 100 blocks.
_PROMPTS_SHOWN = 4
_DECISIONS_SHOWN = 3
_VERDICTS_SHOWN = 3
_ASKING_SHOWN = 5
_STANDUPS_SHOWN = 7
_CLOSING_SHOWN = 4
_BLOCKERS_SHOWN = 6
_AWAY_SHOWN = 3
_IDLE_SHOWN = 5
_NAME = 80


def home(page: HomePage, links: Links) -> Home:
    """The whole view."""
    scene = Scene(people=page.people, links=links, now=page.now)
    blocks = [
        *handover(page, links),
        *waits_for_you(page, scene),
        *my_standups(page),
        *my_blockers(page, scene),
        *me(page),
        *settings.follows(page),
        *settings.connections(page),
        *settings.administration(page),
    ]
    return {"type": "home", "blocks": blocks}


def handover(page: HomePage, links: Links) -> list[Block]:
    """What happened while they slept, above everything else."""
    if page.handover is None:
        return []
    alone = not (page.prompts or page.asking or page.closing)
    return [header("Hand-over"), *handovers.blocks(page.handover, links, alone=alone)]


def waits_for_you(page: HomePage, scene: Scene) -> list[Block]:
    """What only this person can do now."""
    viewer = page.person.user_id
    found = [
        *_folded(page.prompts, _PROMPTS_SHOWN, lambda prompt: _prompt(prompt, page)),
        *_folded(page.decisions, _DECISIONS_SHOWN, lambda turn: _decision(turn, page)),
        *_folded(page.verdicts, _VERDICTS_SHOWN, lambda each: my_verdict(each, scene.links)),
        *_folded(page.asking, _ASKING_SHOWN, lambda b: blockers.row(b, viewer, scene)),
        *_folded(page.closing, _CLOSING_SHOWN, lambda b: _closing(b, viewer, scene)),
    ]
    return [header("Waits for you"), *(found or [context("Nothing right now.")])]


def my_standups(page: HomePage) -> list[Block]:
    """Every stand-up that they have a part in, as it stands for them today."""
    if not page.standups:
        hint = (
            "You take part in no stand-up yet. Type `/standup new` in your team's channel to start "
            "one, or ask whoever runs one there to add you. `/standup help` shows everything."
        )
        return [header("My stand-ups"), mrkdwn(hint)]
    shown = _folded(page.standups, _STANDUPS_SHOWN, lambda mine: _standup(mine, page))
    return [header("My stand-ups"), *shown]


def my_blockers(page: HomePage, scene: Scene) -> list[Block]:
    """What blocks them, the oldest first; nothing where nothing does."""
    if not page.blockers:
        return []
    viewer = page.person.user_id
    shown = _folded(page.blockers, _BLOCKERS_SHOWN, lambda b: blockers.row(b, viewer, scene))
    return [header("My blockers"), *shown]


def me(page: HomePage) -> list[Block]:
    """What Meridian goes by, and where to change it."""
    today = calendar.local_date(page.now, page.person.zone)
    buttons = [
        button("Change", availability.ACTION_ME),
        button("I'm away…", availability.ACTION_AWAY),
        *(
            button("I'm back", availability.ACTION_BACK, away.id)
            for away in page.away[:1]
            if away.first <= today
        ),
    ]
    rows = [_zone(page), _hours(page), *_away(page), _holidays(page), _handover(page)]
    return [header("Me"), lines(*rows), actions("home_me", *buttons)]


def _prompt(prompt: Prompt, page: HomePage) -> list[Block]:
    standup, turn = prompt.standup, prompt.turn
    value = f"{standup.id}|{turn.local_date.isoformat()}"
    until = (
        f"until {local(turn.due_at, page)}"
        if turn.due_at > page.now
        else "the day has closed; a late report still counts"
    )
    name = words(clean(standup.plan.name, _NAME), bold=True)
    return [
        lines([name, f" asks for your report of {day_name(turn.local_date)} · {until}"]),
        actions(
            f"home_prompt_{value}",
            button("Report", ACTION_ANSWER, value),
            button("Skip today", ACTION_SKIP, value),
        ),
    ]


def _decision(turn: MyTurn, page: HomePage) -> list[Block]:
    return waiting.my_turn(turn, lambda at: local(at, page), page.now)


def _closing(blocker: Blocker, viewer: str, scene: Scene) -> list[Block]:
    proposal = blockers.notice(Notice.PROPOSAL, blocker, viewer, blocker.moved_to, scene)
    return list(proposal.blocks)


def _standup(mine: MyStandup, page: HomePage) -> list[Block]:
    standup = mine.standup
    about = [f"in <#{standup.channel}>", plan_summary(standup.plan)]
    if mine.next_prompt:
        about.append(f"next for you {local(mine.next_prompt, page)}")
    about += [
        f"{escape(clean(one.name, _NAME))} isn't asked: {one.reason}"
        for one in mine.idle[:_IDLE_SHOWN]
    ]
    if (left := len(mine.idle) - _IDLE_SHOWN) > 0:
        about.append(f"nor are {left} more")
    return [
        lines([words(clean(standup.plan.name, _NAME), bold=True), f" · {_state(mine, page)}"]),
        context(" · ".join(about)),
        actions(f"home_standup_{standup.id}", *_standup_buttons(mine)),
    ]


def _standup_buttons(mine: MyStandup) -> list[dict[str, Any]]:
    standup, found = mine.standup, []
    if mine.asks_me and not standup.paused:
        label = "Edit report" if mine.report else "Report"
        found.append(button(label, ACTION_ANSWER, f"{standup.id}|{mine.today.isoformat()}"))
    if mine.may_change:
        pause = ("Resume", ACTION_RESUME) if standup.paused else ("Pause", ACTION_PAUSE)
        managing = (("Change", ACTION_CHANGE), pause, ("Duplicate", ACTION_DUPLICATE))
        found += [button(label, action, standup.id) for label, action in managing]
    leaving = ("Leave", ACTION_LEAVE) if mine.may_leave else ("Join", ACTION_JOIN)
    found.append(button(*leaving, standup.id))
    if mine.may_change:
        found.append(button("Delete", ACTION_DELETE, standup.id))
    return found


def _state(mine: MyStandup, page: HomePage) -> str:
    if mine.standup.paused:
        return "⏸ paused"
    if mine.report:
        return f"✅ reported {local(mine.report.submitted_at, page)}"
    if not mine.asks_me:
        return (
            "you follow it" if mine.user_id in mine.standup.plan.observers else "you aren't asked"
        )
    turn = mine.turn
    if turn and turn.absence:
        return _absence(turn.absence)
    if turn is None or turn.asked_at is None:
        today = calendar.local_date(page.now, page.person.zone)
        free = today.isoweekday() not in mine.standup.plan.weekdays
        return "asks nobody today" if free else "not asked yet today"
    if turn.due_at > page.now:
        return f"🟡 your report is awaited until {local(turn.due_at, page)}"
    return "no report today; a late one still counts"


def _absence(absence: Absence) -> str:
    if absence.kind is AbsenceKind.AWAY and absence.until:
        return f"away until {day_name(absence.until)}"
    named = {
        AbsenceKind.AWAY: "away today",
        AbsenceKind.HOLIDAY: f"holiday: {clean(absence.label, _NAME)}",
        AbsenceKind.TEAM_DAY: "a day off for the team",
        AbsenceKind.SKIPPED: "skipped today",
    }
    return named[absence.kind]


def _zone(page: HomePage) -> Line:
    person = page.person
    told = f"your choice; Slack says {person.slack_zone or 'nothing'}"
    whose = told if person.choices.zone else "from Slack"
    now = local(page.now, page)
    return ["🕘 ", words(person.zone, bold=True), words(f" ({whose}), where it is {now}")]


def _hours(page: HomePage) -> Line:
    choices = page.person.choices
    days = weekdays(choices.weekdays) if choices.weekdays else "the days of each stand-up"
    hours = f"{clock(choices.hours.start)}–{clock(choices.hours.end)}"
    if choices.hours.start == choices.hours.end:
        hours = "around the clock"
    return [f"Working hours {hours}, {days}; outside them nobody asks you"]


def _away(page: HomePage) -> list[Line]:
    today = calendar.local_date(page.now, page.person.zone)
    rows: list[Line] = [
        [
            f"Away {availability.away_words(away, today)}",
            words(f": {clean(away.note, _NAME)}" if away.note else ""),
        ]
        for away in page.away[:_AWAY_SHOWN]
    ]
    left = len(page.away) - _AWAY_SHOWN
    return [*rows, [f"and away {count(left, 'more time')}"]] if left > 0 else rows


def _holidays(page: HomePage) -> Line:
    choices = page.person.choices
    if not choices.country:
        return ["Public holidays: no country chosen, so you are asked on them"]
    region = f", {choices.region}" if choices.region else ""
    return [words(f"Public holidays of {choices.country}{region}")]


def _handover(page: HomePage) -> Line:
    if page.person.choices.handover:
        return ["Hand-over: here, and as a message at the start of your day"]
    return ["Hand-over: here only"]


def _folded(items: Sequence[T], most: int, show: Callable[[T], list[Block]]) -> list[Block]:
    """The first of them, and how many more there are."""
    blocks = [block for item in items[:most] for block in show(item)]
    left = len(items) - most
    return [*blocks, context(f"and {left} more.")] if left > 0 else blocks
