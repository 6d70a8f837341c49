"""What stakeholders read: every situation in plain words, and no word that needs a dictionary."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import (
    Condition,
    FairnessGap,
    ModelThreshold,
    Operator,
    Regression,
    Rule,
    Severity,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.alerts.states import Phase, Sample
from bot.domain.digests.content import Digest, LatePlan, OpenAlert, SourceNote
from bot.domain.digests.stakeholder import (
    Lesson,
    NextDecision,
    Risk,
    RiskKind,
    StakeholderReading,
    WorkCounts,
)
from bot.domain.digests.windows import Span, Window
from bot.domain.experiments.plan import ModelPlan
from bot.domain.experiments.retraining import Facts, PlanState
from bot.domain.issues.burndown import Amount, Burndown, ScopeChange, Unit
from bot.domain.issues.sprints import Sprint, SprintState
from bot.domain.links import Links
from bot.domain.metrics import Direction
from bot.ports.repositories import UnitOfWork
from bot.services.digests import risks
from bot.views.digests.stakeholder import stakeholder, whole
from bot.views.digests.stakeholder_words import since_words
from tests.standins.slack.blockkit import Rules, check_message
from tests.standins.slack.text import text_of
from tests.unit.experiments.goal_builders import GOAL, NOW, standing

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPAN = Span(since=NOW - DAY, until=NOW)
WINDOW = Window(whole=SPAN, issues=SPAN, runs=SPAN)
EMPTY = Digest(day=NOW.date(), window=WINDOW)
LINKS = Links(slack_url="https://acme.slack.com/")
BERLIN = StakeholderReading(zone="Europe/Berlin")
RULES = Rules(surface="message", native_charts=False, file_ready=lambda _: True)
WORSE = Risk(
    kind=RiskKind.WORSE_FOR_SOME,
    model="churn",
    since=NOW - 5 * HOUR,
    groups=("segment/new_EU_customers",),
    objectives=(GOAL.objective,),
    looked_at_by="Lena Fischer",
    looked_at_since=NOW - HOUR,
)

JARGON = (
    r"\b(auc|val_auc|f1|recall|precision|rmse|run|runs|experiment|experiments|hyperparameters?|"
    r"mlflow|jira|alias|champion|metric|metrics|baseline|slice|slices|segment|threshold|epoch|"
    r"dataset|registry|retrain\w*|drift\w*|hypothes[ie]s|refuted|supported|inconclusive|"
    r"burndown|scope|points|velocity|sprint|backlog|ticket|tickets|issue|issues|consent|"
    r"deprecated|superseded|alert|alerts|incident|firing|acknowledged|evaluation|evaluations|"
    r"version|v\d+|[a-z]+-\d+)\b"
)


def said(reading: StakeholderReading, content: Digest = EMPTY, **options: Any) -> list[str]:
    """What people see, line by line; Slack takes it."""
    message = stakeholder(content, reading, LINKS, **options)
    assert check_message(RULES, list(message.blocks)) == []
    return text_of({"blocks": list(message.blocks)}).splitlines()


def test_as_on_the_storyboard() -> None:
    reading = replace(
        BERLIN,
        goals=(standing(0.87, 0.84),),
        risks=(WORSE,),
        decided=("Promote the new version",),
        next=NextDecision(title="Use the new data", by=NOW + 2 * DAY),
        more_next=1,
        lesson=Lesson(
            claim="focal loss finds more leavers", held=False, learned="It costs trust. We stop."
        ),
        learned=2,
        work=WorkCounts(finished=5, waiting=2, reopened=1),
    )
    content = replace(EMPTY, sources=(SourceNote(name="MLflow", as_of=NOW),))
    assert said(reading, content) == [
        "Where we are · Wed 28 Oct",
        "Goal: Cut churn by 15 %. The model finds 87 of 100 leavers (goal 90 by 31 January 2027); "
        "it was 84 in September. On track, 3 of 100 to go.",
        "Risk: The model has got worse for new EU customers; being looked at by Lena Fischer since "
        "today.",
        "Decided: “Promote the new version”.",
        "Next decision: “Use the new data”, by Friday; 1 more waits.",
        "Learned: “focal loss finds more leavers” turned out wrong: It costs trust (and 1 more).",
        "Work: 5 things finished, 1 taken up again, 2 waiting for others.",
        "Numbers as of <!date^1793174400^{time}|08:00 UTC>",
    ]
    assert sum(map(len, said(reading, content))) <= 900


@pytest.mark.parametrize(
    ("risk", "words"),
    [
        (
            replace(WORSE, groups=("EU", "US"), looked_at_since=NOW - DAY),
            "The model has got worse for EU and US; being looked at by Lena Fischer since "
            "yesterday.",
        ),
        (
            replace(WORSE, groups=(), looked_at_by="", looked_at_since=None),
            "The model has got worse for some groups (since today); nobody is looking at it yet.",
        ),
        (
            Risk(kind=RiskKind.SLOWLY, model="ranking", since=NOW - 3 * DAY),
            "The model ranking is slowly getting worse (since Sunday); nobody is looking at it "
            "yet.",
        ),
        (
            Risk(kind=RiskKind.UNCHECKED, model="ranking", since=NOW - 30 * DAY),
            "The model ranking hasn't been checked for longer than was agreed (since 28 "
            "September); nobody is looking at it yet.",
        ),
        (
            Risk(kind=RiskKind.OVER_BUDGET, model="ranking", since=NOW - HOUR),
            "The model ranking takes more time or money than was agreed (since today); "
            "nobody is looking at it yet.",
        ),
    ],
)
def test_each_kind_of_risk(risk: Risk, words: str) -> None:
    reading = replace(BERLIN, goals=(standing(0.87),), risks=(risk,))
    assert f"Risk: {words}" in said(reading)


def test_of_several_goals_a_risk_names_the_one_it_is_about() -> None:
    other = standing(0.5, objective="Answer faster.")
    reading = replace(BERLIN, goals=(standing(0.87), other), risks=(WORSE,))
    [risk] = [line for line in said(reading) if line.startswith("Risk")]
    assert "The model behind “Cut churn by 15 %” has got worse for" in risk


def test_more_than_fits_is_counted_and_a_goal_that_failed_has_its_mark() -> None:
    late = standing(0.87, due_on=date(2026, 10, 27))
    reading = replace(
        BERLIN,
        goals=(late, *(standing(0.95, number=n) for n in range(4))),
        risks=tuple(replace(WORSE, groups=(f"group {n}",)) for n in range(5)),
        decided=tuple(f"Title {n}" for n in range(5)),
    )
    text = said(reading)
    assert text[1].startswith("🔴 Goal: ")
    assert text[2].startswith("✅ Goal: ")
    assert "and 3 more goals" in text
    assert "And 3 more." in text
    assert "Decided: “Title 0”, “Title 1”, “Title 2” and 2 more." in text
    assert sum(map(len, text)) <= 900
    asked = text_of({"blocks": list(whole(EMPTY, reading, LINKS).blocks)}).splitlines()
    assert [line[:6] for line in asked].count("✅ Goal") == 4, "who asks for it reads all of it"


def test_late_models_and_a_slow_sprint_are_risks() -> None:
    plan = ModelPlan(workspace="T1", model="churn", owner="U1", changed_at=NOW)
    state = PlanState(
        plan=plan, facts=Facts(seen={}), due_on=None, days_overdue=12, newer="", zone="UTC"
    )
    content = replace(
        EMPTY,
        late=(LatePlan(state=state, owner="Lena Fischer", is_news=True),),
        sprint=_sprint(done=4, added=3),
    )
    assert [line for line in said(BERLIN, content) if "·" not in line] == [
        "Risks",
        "The model churn was to learn from newer data 12 days ago (Lena Fischer).",
        "The current work will probably not all be done by Friday: at this pace 12 of 17 pieces of "
        "work stay open, and more came in since it began.",
    ]
    on_track = replace(EMPTY, sprint=_sprint(done=16))
    assert not any("current work" in line for line in said(BERLIN, on_track))


def test_how_to_set_a_goal_is_said_in_a_preview_only() -> None:
    reading = replace(BERLIN, decided=("Promote it",))
    assert not any("goal" in line.casefold() for line in said(reading))
    assert "/experiment goal new" in said(reading, preview=True)[1]
    past = replace(EMPTY, past=True)
    assert not any("/experiment goal" in line for line in said(reading, past, preview=True))
    with_goal = replace(reading, goals=(standing(0.87),))
    assert "/experiment goal new" not in "".join(said(with_goal, preview=True))


@pytest.mark.parametrize(
    ("upcoming", "words"),
    [
        (NextDecision(title="X", by=NOW + HOUR), "Next decision: “X”, by today."),
        (NextDecision(title="X", by=NOW - HOUR), "Next decision: “X”, overdue."),
        (NextDecision(title="X", by=NOW + DAY), "Next decision: “X”, by tomorrow."),
        (NextDecision(title="X", by=NOW + 9 * DAY), "Next decision: “X”, by 6 November."),
        (NextDecision(title="X"), "Next decision: “X”."),
        (
            NextDecision(title="X", again_on=date(2027, 2, 1)),
            "Next: “X” is looked at again on 1 February 2027.",
        ),
        (
            NextDecision(title="X", again_on=date(2026, 10, 27)),
            "Next: “X” is being looked at again.",
        ),
    ],
)
def test_what_is_decided_next_and_when(upcoming: NextDecision, words: str) -> None:
    assert words in said(replace(BERLIN, next=upcoming))


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 10, 28, 5, 30, tzinfo=UTC), "since today"),
        (datetime(2026, 10, 27, 23, 30, tzinfo=UTC), "since today"),
        (datetime(2026, 10, 27, 22, 30, tzinfo=UTC), "since yesterday"),
        (datetime(2026, 10, 22, 12, tzinfo=UTC), "since Thursday"),
        (datetime(2026, 10, 21, 12, tzinfo=UTC), "since 21 October"),
        (datetime(2025, 10, 21, 12, tzinfo=UTC), "since 21 October 2025"),
    ],
)
def test_since_when_in_the_days_of_the_channel(at: datetime, words: str) -> None:
    assert since_words(at, NOW, "Europe/Berlin") == words


def test_nothing_to_say_is_nothing_and_standing_facts_are_no_news() -> None:
    quiet = replace(
        BERLIN,
        goals=(standing(0.87, 0.84),),
        next=NextDecision(title="X"),
        work=WorkCounts(waiting=3),
    )
    assert not quiet
    news: list[dict[str, Any]] = [
        {"goal_moved": True},
        {"late_news": True},
        {"risks": (WORSE,)},
        {"decided": ("X",)},
        {"refused": ("X",)},
        {"lesson": Lesson(claim="X", held=None)},
        {"work": WorkCounts(finished=1)},
    ]
    for each in news:
        assert replace(quiet, **each)


CONDITIONS: list[tuple[Condition, Phase, RiskKind]] = [
    (
        Regression(model="churn", direction=Direction.HIGHER, abs_delta=0.1),
        Phase.FIRING,
        RiskKind.WORSE,
    ),
    (
        Regression(model="churn", direction=Direction.HIGHER, abs_delta=0.1),
        Phase.DRIFTING,
        RiskKind.SLOWLY,
    ),
    (
        ModelThreshold(model="churn", alias="champion", operator=Operator.BELOW, bound=0.9),
        Phase.FIRING,
        RiskKind.BELOW_AGREED,
    ),
    (
        ModelThreshold(model="churn", alias="", operator=Operator.ABOVE, bound=9, unit="ms"),
        Phase.INVALID,
        RiskKind.NO_NUMBER,
    ),
    (
        ModelThreshold(model="churn", alias="", operator=Operator.ABOVE, bound=9, unit="ms"),
        Phase.RECOVERING,
        RiskKind.OVER_BUDGET,
    ),
    (
        SliceFloor(model="churn", operator=Operator.BELOW, bound=0.9),
        Phase.FIRING,
        RiskKind.WORSE_FOR_SOME,
    ),
    (FairnessGap(model="churn", bound=0.1), Phase.FIRING, RiskKind.UNEVEN),
    (Staleness(model="churn", after=DAY), Phase.FIRING, RiskKind.UNCHECKED),
]


@pytest.mark.parametrize(("condition", "phase", "kind"), CONDITIONS)
def test_every_kind_of_alert_has_plain_words(
    condition: Condition, phase: Phase, kind: RiskKind
) -> None:
    slices = (("eu", 0.7), ("us", 0.95), ("new eu", 0.5), ("asia", 0.6))
    [found] = _risks({1: condition}, _alert(1, phase=phase, slices=slices))
    assert (found.kind, found.objectives) == (kind, (GOAL.objective,))
    worst = ("new eu", "asia") if kind is RiskKind.WORSE_FOR_SOME else ()
    assert found.groups == worst
    text = "\n".join(said(replace(BERLIN, goals=(standing(0.87, 0.84),), risks=(found,))))
    assert re.findall(JARGON, text, re.IGNORECASE) == []


def test_alerts_that_say_the_same_are_one_and_training_runs_are_no_risk() -> None:
    worse = CONDITIONS[0][0]
    runs = Threshold(experiment="e", experiment_id="1", operator=Operator.BELOW, bound=0.9)
    other = replace(cast(Regression, worse), model="ranking")
    found = _risks(
        {1: other, 2: worse, 3: worse, 4: runs},
        _alert(1),
        _alert(2, opened_at=NOW - HOUR),
        _alert(3, opened_at=NOW - 2 * HOUR, by="Lena Fischer"),
        _alert(4),
        _alert(5),
    )
    assert [(r.model, r.looked_at_by) for r in found] == [
        ("churn", "Lena Fischer"),
        ("ranking", ""),
    ]
    assert found[0].since == NOW - 2 * HOUR


def test_no_word_needs_a_dictionary() -> None:
    """With everything at once; what people typed themselves is theirs."""
    reading = StakeholderReading(
        zone="UTC",
        goals=(standing(0.87, 0.84), standing(0.7, due_on=date(2026, 10, 1)), standing(None)),
        risks=tuple(replace(WORSE, kind=kind) for kind in RiskKind),
        decided=("Use the new data",),
        refused=("Buy more machines",),
        next=NextDecision(title="Use the old data", again_on=date(2027, 2, 1)),
        lesson=Lesson(claim="more data helps", held=None, learned="Nobody could tell."),
        learned=3,
        work=WorkCounts(finished=5, waiting=2, reopened=1),
    )
    down = SourceNote(name="MLflow eu", as_of=NOW, down_since=NOW, reason="HTTP 503 from MLflow")
    content = replace(
        EMPTY,
        sprint=_sprint(done=4, added=1),
        sources=(down, SourceNote(name="Jira", as_of=NOW, behind=("CHURN",))),
    )
    text = "\n".join(said(reading, content))
    assert re.findall(JARGON, text, re.IGNORECASE) == []
    summary = stakeholder(content, reading, LINKS).text
    assert re.findall(JARGON, summary, re.IGNORECASE) == []
    assert re.findall(JARGON, "The champion's val_auc, D-12", re.IGNORECASE) == [
        "champion",
        "val_auc",
        "D-12",
    ]


def _risks(conditions: dict[int, Condition], *alerts: OpenAlert) -> tuple[Risk, ...]:
    rules = {number: _rule(number, condition) for number, condition in conditions.items()}
    fake = SimpleNamespace(
        alerts=SimpleNamespace(rule=lambda _workspace, number: rules.get(number))
    )
    content = replace(EMPTY, alerts=alerts, goals=(standing(0.87, 0.84),))
    return risks.read(cast(UnitOfWork, fake), "T1", content)


def _rule(number: int, condition: Condition) -> Rule:
    return Rule(
        workspace="T1",
        channel="C1",
        author="U1",
        metric="val_auc/*",
        severity=Severity.CRITICAL,
        for_evaluations=1,
        condition=condition,
        number=number,
        created_at=NOW,
    )


def _alert(
    number: int,
    *,
    phase: Phase = Phase.FIRING,
    opened_at: datetime = NOW - 3 * HOUR,
    by: str = "",
    slices: tuple[tuple[str, float], ...] = (),
) -> OpenAlert:
    sample = Sample(key="r", experiment_id="1", name="r", at=NOW, value=0.5, slices=slices)
    incident = Incident(
        id=str(number),
        workspace="T1",
        rule_number=number,
        channel="C1",
        severity=Severity.CRITICAL,
        title="churn v14 (champion) is worse",
        latest="val_auc 0.871",
        sample=sample,
        baseline=None,
        opened_at=opened_at,
        changed_at=NOW,
        phase=phase,
        acknowledged_at=NOW - HOUR if by else None,
    )
    return OpenAlert(incident=incident, acknowledged_by=by)


def _sprint(done: int, added: int = 0) -> SprintState:
    """Ten working days, seven of them over, seventeen issues; `done` since it began."""
    began = Amount(scope=17 - added, issues=17 - added, open_issues=17 - added)
    now = Amount(scope=17, done=done, issues=17, open_issues=17 - done)
    line = Burndown(
        unit=Unit.ISSUES,
        points=(),
        base=began,
        base_at=NOW - 9 * DAY,
        now=now,
        change=ScopeChange(added=added),
        days=10,
        elapsed=0.7,
        is_over=False,
    )
    sprint = Sprint(
        sprint_id=1,
        board_id=1,
        board="b",
        project="CHURN",
        name="Sprint 12",
        goal="",
        starts_at=NOW - 9 * DAY,
        ends_at=NOW + 2 * DAY,
    )
    return SprintState(sprint=sprint, burndown=line, as_of=NOW)
