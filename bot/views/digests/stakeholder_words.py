"""Sentences for people who neither build models nor read tickets."""

import re
from collections.abc import Sequence
from datetime import date, datetime

from bot.domain import calendar
from bot.domain.digests.stakeholder import (
    Lesson,
    NextDecision,
    Risk,
    RiskKind,
    StakeholderReading,
    WorkCounts,
)
from bot.views.experiments.goal_words import day, objective
from bot.views.text import clean, count

_NAME = 60
_TITLE = 90
_CLAIM = 90
_LEARNED = 160
_LISTED = 3

_SENTENCE = re.compile(r"^(.+?[.!?])(?:\s|$)")
_WRONG = {
    RiskKind.WORSE: "has got worse",
    RiskKind.SLOWLY: "is slowly getting worse",
    RiskKind.WORSE_FOR_SOME: "has got worse for some groups",
    RiskKind.UNEVEN: "serves some groups much worse than others",
    RiskKind.BELOW_AGREED: "is not as good as was agreed",
    RiskKind.OVER_BUDGET: "takes more time or money than was agreed",
    RiskKind.NO_NUMBER: "gave a result that can't be used",
    RiskKind.UNCHECKED: "hasn't been checked for longer than was agreed",
}


def risk_words(risk: Risk, reading: StakeholderReading, now: datetime) -> str:
    """`the model has got worse for EU new; being looked at by Lena since today`."""
    wrong = _WRONG[risk.kind]
    if risk.groups and risk.kind is RiskKind.WORSE_FOR_SOME:
        wrong = f"has got worse for {_joined([_group(name) for name in risk.groups])}"
    if risk.looked_at_by and risk.looked_at_since is not None:
        since = since_words(risk.looked_at_since, now, reading.zone)
        return f"{_who(risk, reading)} {wrong}; being looked at by {_person(risk)} {since}"
    began = since_words(risk.since, now, reading.zone)
    return f"{_who(risk, reading)} {wrong} ({began}); nobody is looking at it yet"


def late_words(model: str, days: int, owner: str) -> str:
    """`the model churn was to learn from newer data 12 days ago (Lena)`."""
    who = f" ({clean(owner, _NAME)})" if owner else ""
    return f"the model {clean(model, _NAME)} was to learn from newer data {_ago(days)}{who}"


def since_words(at: datetime, now: datetime, zone: str) -> str:
    """`since today`, `since yesterday`, `since Monday`, `since 12 October`, in `zone`.

    No part of the day: readers live in other zones, where it was another.
    """
    where = calendar.zone_or_utc(zone)
    local, today = at.astimezone(where), calendar.local_date(now, where)
    apart = (today - local.date()).days
    if apart <= 0:
        return "since today"
    if apart == 1:
        return "since yesterday"
    return f"since {local:%A}" if apart < 7 else f"since {day(local.date(), today)}"


def decided_words(titles: Sequence[str]) -> str:
    """`“Promote it”, “Use the new data” and 2 more`."""
    return _listed([_quoted(title) for title in titles])


def next_words(upcoming: NextDecision, more: int, now: datetime, zone: str) -> str:
    """`“Use the new data”, by Friday; 2 more wait`."""
    where = calendar.zone_or_utc(zone)
    today, title = calendar.local_date(now, where), _quoted(upcoming.title)
    if upcoming.again_on is not None:
        if upcoming.again_on <= today:
            return f"{title} is being looked at again"
        return f"{title} is looked at again on {_soon(upcoming.again_on, today)}"
    by = ""
    if upcoming.by is not None:
        on = calendar.local_date(upcoming.by, where)
        by = ", overdue" if upcoming.by <= now else f", by {_soon(on, today)}"
    rest = f"; {more} more {'waits' if more == 1 else 'wait'}" if more else ""
    return f"{title}{by}{rest}"


def lesson_words(lesson: Lesson, learned: int) -> str:
    """`“…” turned out wrong: it costs calibration (and 1 more)`."""
    held = {True: "turned out right", False: "turned out wrong", None: "could not be settled"}
    said = f"“{clean(lesson.claim, _CLAIM).rstrip('.')}” {held[lesson.held]}"
    if lesson.learned:
        said += f": {_first_sentence(lesson.learned)}"
    return f"{said} (and {learned - 1} more)" if learned > 1 else said


def work_words(work: WorkCounts) -> str:
    """`5 things finished, 2 waiting for others`."""
    told = [
        *([f"{count(work.finished, 'thing')} finished"] if work.finished else []),
        *([f"{work.reopened} taken up again"] if work.reopened else []),
        *([f"{work.waiting} waiting for others"] if work.waiting else []),
    ]
    return ", ".join(told)


def _who(risk: Risk, reading: StakeholderReading) -> str:
    """The model by the goal that stands on it; where that is the only goal, it is plain."""
    if risk.objectives:
        alone = len(reading.goals) == 1
        return "the model" if alone else f"the model behind “{objective(risk.objectives[0])}”"
    return f"the model {clean(risk.model, _NAME)}"


def _person(risk: Risk) -> str:
    return clean(risk.looked_at_by, _NAME)


def _group(name: str) -> str:
    """A part of the data as people say it: `segment/new_eu` is `new eu`."""
    last = name.rsplit("/", 1)[-1].rsplit("=", 1)[-1]
    return clean(re.sub(r"[-_]+", " ", last), 40) or clean(name, 40)


def _joined(names: Sequence[str]) -> str:
    return " and ".join(names)


def _listed(names: Sequence[str]) -> str:
    shown, left = ", ".join(names[:_LISTED]), len(names) - _LISTED
    return f"{shown} and {left} more" if left > 0 else shown


def _quoted(title: str) -> str:
    return f"“{clean(title, _TITLE)}”"


def _soon(on: date, today: date) -> str:
    """`today`, `Friday` within a week, else the date."""
    apart = (on - today).days
    if apart <= 0:
        return "today"
    if apart == 1:
        return "tomorrow"
    return f"{on:%A}" if apart < 7 else day(on, today)


def _first_sentence(text: str) -> str:
    plain = clean(text, 1500)
    found = _SENTENCE.match(plain)
    return clean(found[1] if found else plain, _LEARNED).rstrip(".")


def _ago(days: int) -> str:
    return f"{count(days, 'day')} ago"
