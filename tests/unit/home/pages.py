"""Home pages for tests: one person's plain day, and the largest that there can be."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.domain.absence import Absence, AbsenceKind, Away
from bot.domain.alerts.rules import Operator, Threshold
from bot.domain.blocker import Blocker
from bot.domain.decisions.waiting import MyTurn
from bot.domain.experiments.hypotheses import Asking
from bot.domain.experiments.watches import Target, Watch, WatchKind
from bot.domain.home import AdminPage, Follows, HomePage, MyStandup
from bot.domain.person import Choices, Person
from bot.domain.prompt import Prompt
from bot.domain.report import Report
from bot.domain.roster import Idle, Reason
from bot.domain.source import SourceHealth
from bot.domain.standup import Standup, StandupPlan
from bot.domain.turn import Cohort, Turn
from tests.unit.alerts.values import rule
from tests.unit.decisions.samples import body, record
from tests.unit.experiments.samples import detail, hypothesis
from tests.unit.views import largest_handovers as handovers

NOW = datetime(2026, 10, 20, 8, tzinfo=UTC)
"""Ten in the morning in Berlin, a Tuesday."""
TODAY = date(2026, 10, 20)
LENA = Person(
    workspace="T1", user_id="ULENA", name="Lena", zone="Europe/Berlin", slack_zone="Europe/Berlin"
)
MARCUS = Person(workspace="T1", user_id="UMARCUS", name="Marcus", zone="America/New_York")


def standup(name: str = "Churn daily", number: int = 1, **changes: Any) -> Standup:
    """A stand-up that asks Lena at nine and that Marcus started."""
    plan = StandupPlan(
        name=name,
        questions=("What moved?",),
        blocker_question="",
        wall_time=time(9),
        weekdays=frozenset({1, 2, 3, 4, 5}),
        participants=("ULENA",),
    )
    values: dict[str, Any] = {
        "id": f"s{number}",
        "workspace": "T1",
        "channel": "C1",
        "plan": plan,
        "created_by": "UMARCUS",
    }
    return Standup(**{**values, **changes})


def turn(**changes: Any) -> Turn:
    """Lena's turn of today: asked at nine, until one."""
    values: dict[str, Any] = {
        "workspace": "T1",
        "standup_id": "s1",
        "local_date": TODAY,
        "user_id": "ULENA",
        "cohort": Cohort.EUROPE,
        "asked_at": NOW - timedelta(hours=1),
        "due_at": NOW + timedelta(hours=3),
    }
    return Turn(**{**values, **changes})


def report() -> Report:
    """Handed in a quarter past nine."""
    return Report(
        workspace="T1",
        standup_id="s1",
        local_date=TODAY,
        user_id="ULENA",
        answers=(),
        blocker="",
        submitted_at=NOW - timedelta(minutes=45),
    )


def mine(it: Standup | None = None, **changes: Any) -> MyStandup:
    """Lena's part in one, not hers to change."""
    values: dict[str, Any] = {"user_id": "ULENA", "today": TODAY, "may_change": False}
    return MyStandup(standup=it or standup(), **{**values, **changes})


def blocker(number: int = 4, text: str = "GPU quota", **changes: Any) -> Blocker:
    """What blocks Lena for three days."""
    values: dict[str, Any] = {
        "workspace": "T1",
        "standup_id": "s1",
        "channel": "C1",
        "user_id": "ULENA",
        "opened_at": NOW - timedelta(days=3),
    }
    return Blocker(number=number, text=text, **{**values, **changes})


def page(**changes: Any) -> HomePage:
    """Lena's page, empty but for what is given."""
    return HomePage(**{"person": LENA, "now": NOW, **changes})


def largest(text: str, count: int = 60) -> HomePage:
    """More of everything than fits, with `text` wherever somebody else's words stand."""
    many = [
        standup(text, n, created_by="ULENA", channel="C1", resting=("UMARCUS",) * 30)
        for n in range(count)
    ]
    away = Away(
        id="a", workspace="T1", user_id="ULENA", first=TODAY, last=TODAY, set_by="U1", note=text
    )
    idle = [Idle(user_id="UMARCUS", name=text, reason=Reason.NOT_IN_CHANNEL)] * 30
    holiday = Absence(kind=AbsenceKind.HOLIDAY, label=text)
    named = replace(MARCUS, name=text)
    blockers = [
        blocker(n, text, asked=("UMARCUS",), moved_to=text, proposed_at=NOW, acknowledged_by="UX")
        for n in range(count)
    ]
    others = [replace(each, number=count + each.number, moved_to="") for each in blockers]
    asking = [
        replace(each, number=2 * count + each.number, user_id="UMARCUS", asked=("ULENA",))
        for each in others
    ]
    return page(
        person=replace(
            LENA,
            name=text,
            choices=Choices(zone="Europe/Berlin", country="DE", jira_name=text, mlflow_user=text),
        ),
        prompts=[Prompt(standup=it, turn=turn(standup_id=it.id)) for it in many],
        decisions=[MyTurn(record=record(n, body=body(text)), until=NOW) for n in range(count)],
        verdicts=[
            detail(hypothesis(number=n, claim=text, asking=Asking(person="ULENA", at=NOW, why="x")))
            for n in range(count)
        ],
        asking=asking,
        closing=blockers,
        standups=[
            mine(it, may_change=True, idle=idle, next_prompt=NOW, turn=turn(absence=holiday))
            for it in many
        ],
        blockers=others,
        away=[away] * 9,
        people={"UMARCUS": named, "UX": named},
        sources=[
            SourceHealth(source=source, read_at=NOW, failed_at=NOW, reason=text)
            for source in ("jira", "mlflow", "other", *(f"mlflow:{n}" for n in range(9)))
        ],
        handover=handovers.largest(text, count, NOW, LENA),
        follows=_follows(text, count),
        admin=AdminPage(standups=count, paused=1, digests=count, rules=count, people=count),
    )


def _follows(text: str, count: int) -> Follows:
    target = Target(kind=WatchKind.EXPERIMENT, key="1", name=text)
    watch = Watch(workspace="T1", watcher="ULENA", target=target, by="ULENA", since=NOW)
    named = Threshold(experiment=text, experiment_id="1", operator=Operator.BELOW, bound=0.9)
    return Follows(
        watches=[watch] * count,
        hypotheses=[hypothesis(number=n, claim=text) for n in range(count)],
        rules=[rule(named, metric=text)] * count,
    )
