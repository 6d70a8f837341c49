"""The demo's project: two weeks of life, then a team that goes on working while you watch."""

import itertools
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from tests.standins.jira.demo_sprint import seed_sprint
from tests.standins.jira.model import WORKFLOW
from tests.standins.jira.site import Site

PROJECT = "CHURN"
_TEAM = (
    ("yuki", "Yuki Tanaka", "Asia/Tokyo"),
    ("ananya", "Ananya Rao", "Asia/Kolkata"),
    ("lena", "Lena Fischer", "Europe/Berlin"),
    ("marcus", "Marcus Reed", "America/New_York"),
    ("beatriz", "Beatriz Souza", "America/Sao_Paulo"),
)
_WORK = (
    "Calibrate churn scores after the data v7 refresh",
    "Drop leaky feature days_since_cancel",
    "Fit a plain linear model to compare with",
    "Ask for two more GPUs in the shared pool",
    "Slice evaluation by region and plan",
    "Tune the learning rate of the boosted trees",
    "Retrain on churn-v8 when it is complete",
    "Compare exponential loss with log loss",
    "Alert when the nightly evaluation does not run",
    "Shrink the feature store query below one minute",
    "Check fairness gap between regions",
    "Write the model card for churn v2",
    "Backfill missing tenure values",
)
_REMARKS = (
    "Numbers are in the run, please have a look.",
    "Waiting for the GPU quota.",
    "Reproduced with three seeds.",
)
_EVENING = (
    "Draw the calibration of new EU customers",
    "Freeze the evaluation set of churn-v7",
    "Log the slices with every nightly run",
)
_DAYS = 14
# The team has filed others before; runs, reports and decisions name these.
_FIRST = 36


def seed(site: Site, dice: random.Random) -> None:
    """Fills the site with people, a project and work spread over the two weeks before its clock."""
    site.add_project(PROJECT, "Churn model", first=_FIRST)
    for handle, name, zone in _TEAM:
        site.add_user(handle, name, zone)
    present = site.clock
    start = present() - timedelta(days=_DAYS)
    for number, summary in enumerate(_WORK):
        begun = start + timedelta(hours=number * 20, minutes=dice.randrange(60))
        _live_through(site, dice, summary, begun, present())
    _last_evening(site, present())
    site.clock = present
    seed_sprint(site, PROJECT)


def _last_evening(site: Site, end: datetime) -> None:
    """What Lena did lately: three issues one step on."""
    mine = [t for t in site.tickets.values() if t.assignee and t.assignee.handle == "lena"]
    moving = [t for t in mine if t.status.category != "done"][:3]
    for number in range(len(moving), 3):
        site.clock = _fixed(end - timedelta(hours=8, minutes=number))
        key = site.create(PROJECT, _EVENING[number], by="lena", assignee="lena")
        moving.append(site.ticket(key))
    for number, ticket in enumerate(moving):
        site.clock = _fixed(end - timedelta(hours=5, minutes=20 * number))
        to = WORKFLOW[WORKFLOW.index(ticket.status) + 1]
        site.move(ticket.key, to.name, by="lena")


def next_move(site: Site, dice: random.Random) -> str:
    """One thing that a person does now; returns what it was, for the log."""
    who = dice.choice(_TEAM)[0]
    open_keys = [k for k, t in site.tickets.items() if t.status.category != "done"]
    if len(open_keys) < len(_WORK) // 2:
        key = site.create(PROJECT, dice.choice(_WORK), by=who, assignee=who)
        return f"{who} filed {key}"
    key = dice.choice(open_keys)
    if dice.random() < 0.2:
        site.comment(key, dice.choice(_REMARKS), by=who)
        return f"{who} commented on {key}"
    ticket = site.ticket(key)
    if ticket.assignee is None:
        site.assign(key, who, by=who)
        return f"{who} took {key}"
    to = WORKFLOW[WORKFLOW.index(ticket.status) + 1]
    site.move(key, to.name, by=ticket.assignee.handle)
    return f"{ticket.assignee.handle} moved {key} to {to.name}"


def _live_through(
    site: Site, dice: random.Random, summary: str, begun: datetime, end: datetime
) -> None:
    who = dice.choice(_TEAM)[0]
    moments = _moments(dice, begun)
    site.clock = _fixed(next(moments))
    key = site.create(PROJECT, summary, by=dice.choice(_TEAM)[0], assignee=who)
    for status, moment in zip(WORKFLOW[1:], moments, strict=False):
        if moment >= end or dice.random() < 0.25:
            return
        site.clock = _fixed(moment)
        site.move(key, status.name, by=who)


def _moments(dice: random.Random, begun: datetime) -> Iterator[datetime]:
    hours = (dice.uniform(18, 60) for _ in itertools.count())
    return itertools.accumulate(hours, lambda at, gap: at + timedelta(hours=gap), initial=begun)


def _fixed(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment
