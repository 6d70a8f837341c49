"""The largest week and the largest sprint: every section as long as can be."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.alerts.precision import PrecisionReport, RuleTally, Tally
from bot.domain.alerts.trial import Calmer
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.waiting import Awaited, DueDecision, OpenDecision
from bot.domain.decisions.weekly import Made
from bot.domain.decisions.weekly import WeeklyDigest as WeekOfDecisions
from bot.domain.digests.weekly import Coming, Failure, WeeklyContent
from bot.domain.digests.windows import Span
from bot.domain.experiments.hypothesis_detail import HypothesesNews
from bot.domain.experiments.records import RunStatus
from bot.domain.issues.burning import burndown
from bot.domain.issues.sprint_states import IssueState
from bot.domain.issues.sprints import Missing, Sprint, SprintState
from bot.domain.participation import Tally as Attendance
from bot.ports.chat import Message, Modal
from bot.views.digests import weekly
from bot.views.issues import sprint
from tests.unit.views.largest import DAY, LINKS, LONG_AGO, MOST, NOW, decision, long
from tests.unit.views.largest_digests import digest_of
from tests.unit.views.largest_goals import state as goal
from tests.unit.views.largest_hypotheses import decided, detail
from tests.unit.views.largest_outside import experiment, rule, run_of
from tests.unit.views.largest_plans import state as plan

MANY = 40
SPAN = Span(since=LONG_AGO, until=NOW)


def state_of(alphabet: str) -> SprintState:
    """A sprint of eight weeks with a gap, growth and many others beside it."""
    start, end = NOW - timedelta(days=50), NOW + timedelta(days=6)
    histories = {
        str(n): [
            IssueState(
                issue_id=str(n),
                at=start + timedelta(hours=n),
                inside=True,
                done=n % 7 == 0,
                points=1234.5678 if n % 2 else None,
            )
        ]
        for n in range(1000)
    }
    known = [
        Span(since=start, until=start + timedelta(days=3)),
        Span(since=start + timedelta(days=9), until=NOW),
    ]
    found = Sprint(
        sprint_id=2**62,
        board_id=2**62,
        board=long(alphabet, 255),
        project="K" * 10,
        name=long(alphabet, 255),
        goal=long(alphabet, 3000),
        starts_at=start,
        ends_at=end,
    )
    drawn = burndown(
        histories, starts_at=start, ends_at=end, known=known, as_of=NOW, zone_name="UTC"
    )
    return SprintState(
        sprint=found,
        burndown=drawn,
        as_of=NOW,
        zone="America/Argentina/ComodRivadavia",
        others=(long(alphabet, 255),) * MANY,
        failure=long(alphabet, 900),
    )


def content_of(alphabet: str) -> WeeklyContent:
    """Every section with forty of the longest."""
    week = digest_of(alphabet)
    records = [decision(alphabet, MOST - n) for n in range(MANY)]
    named = [Awaited(name=long(alphabet, 80), until=NOW) for _ in range(MANY)]
    rejected = [replace(each, status=DecisionStatus.REJECTED) for each in records]
    made = [Made(record=each, by=long(alphabet, 80)) for each in (*records, *rejected)]
    return WeeklyContent(
        span=SPAN,
        zone="America/Argentina/ComodRivadavia",
        week=replace(
            week, sprint=state_of(alphabet), goals=tuple(goal(alphabet) for _ in range(MANY))
        ),
        decisions=WeekOfDecisions(
            day=DAY,
            made=made,
            open=[OpenDecision(record=each, awaited=named) for each in records],
            open_total=MOST,
            due=[DueDecision(record=each, on=DAY) for each in records],
            hypotheses=HypothesesNews(tested=[decided(alphabet)] * MANY),
        ),
        failures=tuple(
            Failure(
                run=replace(run_of(alphabet, n), status=RunStatus.FAILED),
                count=MOST,
                experiment=experiment(alphabet),
                metric=long(alphabet, 250),
            )
            for n in range(MANY)
        ),
        had_alerts=True,
        alerts=_alerts(alphabet),
        participation=Attendance(expected=MOST, reported=MOST - 1, away=MOST),
        unblocked=week.blockers[:MANY],
        coming=Coming(
            plans=(plan(alphabet),) * MANY,
            hypotheses=(detail(alphabet),) * MANY,
            goals=(goal(alphabet),) * MANY,
            sprint_ends=NOW,
            owners={plan(alphabet).plan.owner: long(alphabet, 80)},
        ),
    )


def messages(alphabet: str) -> list[Message]:
    """The week for the channel and for one person; the sprint, and why there is none."""
    content, state = content_of(alphabet), state_of(alphabet)
    return [
        weekly.weekly(content, LINKS),
        weekly.for_one(content, LINKS),
        sprint.sprint(state, LINKS),
        *(sprint.missing(why, long(alphabet, 900)) for why in Missing),
    ]


def modals(alphabet: str) -> list[Modal]:
    """All of the week."""
    return [weekly.everything(content_of(alphabet), LINKS)]


def _alerts(alphabet: str) -> PrecisionReport:
    one = rule(alphabet, regression=True)
    tally = Tally(alerts=MOST, acknowledged=MOST, useful=1, noise=MOST)
    noisy = RuleTally(rule=one, tally=tally, calmer=Calmer(rule=one, times=MOST))
    return PrecisionReport(since=LONG_AGO, until=NOW, total=tally, rules=(noisy,) * MANY)
