"""The largest of what outside systems give: alerts, digests, experiments, and what shows them."""

from typing import Any

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Operator, Regression, Rule, Severity, Threshold
from bot.domain.alerts.states import (
    Baseline,
    Point,
    Sample,
)
from bot.domain.blocker import Blocker
from bot.domain.digests.content import (
    Digest,
    LatePlan,
    OpenAlert,
    OpenBlocker,
    SourceNote,
    StandupNews,
)
from bot.domain.digests.settings import DigestChoice, DigestSettings, schedule_of
from bot.domain.digests.windows import Span, Window
from bot.domain.experiments.records import (
    BestRun,
    Experiment,
    Run,
    RunsSummary,
    RunStatus,
)
from bot.domain.issues.changes import IssueMove, IssueMoves
from bot.domain.metrics import Direction
from bot.ports.chat import Message, Modal
from bot.views.digests import card, settings_form
from tests.unit.views.largest import (
    DAY,
    LINKS,
    LONG_AGO,
    MOST,
    NOW,
    decision,
    long,
    user,
)
from tests.unit.views.largest_plans import state


def rule(alphabet: str, *, regression: bool, number: int = MOST) -> Rule:
    threshold = Threshold(
        experiment=long(alphabet, 500),
        experiment_id="9" * 18,
        operator=Operator.BELOW,
        bound=-1.23456e-300,
        recovery=1.23456e300,
    )
    worse = Regression(
        model=long(alphabet, 256), direction=Direction.HIGHER, abs_delta=1.2345e-300, rel_delta=0.33
    )
    return Rule(
        workspace="T0TEAM00000",
        channel="C0000000000",
        author=user(0),
        metric=long(alphabet, 250),
        severity=Severity.CRITICAL,
        for_evaluations=10,
        condition=worse if regression else threshold,
        number=number,
        created_at=LONG_AGO,
    )


def incident(alphabet: str, **changes: Any) -> Incident:
    title = f"{long(alphabet, 256)} v9 is worse than champion v8: {long(alphabet, 600)}"
    sample = Sample(
        key="f" * 32,
        experiment_id="9" * 18,
        name=long(alphabet, 250),
        at=NOW,
        value=-1.23456e300,
        version=MOST,
    )
    values: dict[str, Any] = {
        "id": f"T0TEAM00000:A-{MOST}:{MOST}",
        "workspace": "T0TEAM00000",
        "rule_number": MOST,
        "channel": "C0000000000",
        "severity": Severity.CRITICAL,
        "title": title,
        "latest": long(alphabet, 900),
        "sample": sample,
        "baseline": Baseline(version=MOST, run_id="f" * 32, experiment_id="9" * 18, value=-1e-300),
        "opened_at": LONG_AGO,
        "changed_at": NOW,
        "acknowledged_by": user(0),
        "acknowledged_at": NOW,
    }
    return Incident(**{**values, **changes})


def points(alphabet: str) -> list[Point]:
    return [
        Point(
            key=f"{n:032x}",
            name=long(alphabet, 250),
            at=NOW,
            value=-1.23456e300,
            is_bad=True,
            expected=1e-300,
            margin=1e300,
        )
        for n in range(20)
    ]


def experiment(alphabet: str, n: int = 0) -> Experiment:
    return Experiment(experiment_id=f"{n:018}", name=long(alphabet, 500))


def run_of(alphabet: str, n: int = 0) -> Run:
    return Run(
        run_id=f"{n:032x}",
        experiment_id="9" * 18,
        name=long(alphabet, 250),
        status=RunStatus.FINISHED,
        started_at=LONG_AGO,
        ended_at=NOW,
        params={f"{i}{long(alphabet, 249)}": long(alphabet, 6000) for i in range(10)},
        metrics={long(alphabet, 250): -1.23456e-300},
        tags={"registered_model": long(alphabet, 256)},
        user=long(alphabet, 80),
    )


def digest_of(alphabet: str) -> Digest:
    span = Span(since=LONG_AGO, until=NOW)
    moves = tuple(
        IssueMove(
            key=f"{'K' * 10}-{MOST - n}",
            summary=long(alphabet, 255),
            before=long(alphabet, 60),
            after=long(alphabet, 60),
        )
        for n in range(100)
    )
    best = tuple(
        BestRun(
            experiment=experiment(alphabet, n),
            run=run_of(alphabet, n),
            metric=long(alphabet, 250),
            value=-1.23456e-300,
            higher_is_better=True,
            previous=-1.23456e300,
        )
        for n in range(100)
    )
    blocker = Blocker(
        number=MOST,
        workspace="T1",
        standup_id="s",
        channel="C1",
        user_id=user(0),
        text=long(alphabet, 3000),
        opened_at=LONG_AGO,
    )
    names = tuple(long(alphabet, 80) for _ in range(300))
    projects = tuple(f"{'K' * 10}{n}" for n in range(20))
    return Digest(
        day=DAY,
        window=Window(whole=span, issues=span, runs=span),
        blockers=(OpenBlocker(blocker=blocker, person=long(alphabet, 80), asked=names),) * 300,
        standup=StandupNews(reported=names, awaited=names),
        decisions=tuple(decision(alphabet, MOST - n) for n in range(100)),
        moves=IssueMoves(done=moves, moved=moves, new=moves),
        runs=RunsSummary(
            finished=MOST,
            failed=MOST,
            killed=MOST,
            broken=tuple(run_of(alphabet, n) for n in range(100)),
            best=best,
            experiments={"9" * 18: experiment(alphabet)},
        ),
        alerts=tuple(
            OpenAlert(incident=incident(alphabet), acknowledged_by=long(alphabet, 80))
            for _ in range(100)
        ),
        late=(LatePlan(state=state(alphabet), owner=long(alphabet, 80), is_news=True),) * 100,
        sources=tuple(
            SourceNote(
                name=name,
                as_of=LONG_AGO,
                down_since=LONG_AGO,
                reason=long(alphabet, 900),
                behind=projects,
            )
            for name in ("Jira", "MLflow")
        ),
    )


def digest_messages(alphabet: str) -> list[Message]:
    it = digest_of(alphabet)
    return [card.digest(it, LINKS), card.preview(it, LINKS), card.nothing(it)]


def digest_choice(alphabet: str) -> DigestChoice:
    return DigestChoice(
        zone="America/Argentina/ComodRivadavia",
        projects=tuple(f"K{'P' * 9}{n}" for n in range(20)),
        experiments=tuple(long(alphabet, 500) for _ in range(100)),
    )


def digest_modals(alphabet: str) -> list[Modal]:
    settings = DigestSettings(
        workspace="T0TEAM00000",
        channel="C0000000000",
        owner=user(0),
        version=MOST,
        choice=digest_choice(alphabet),
    )
    return [
        settings_form.form(settings, notice=long(alphabet, 900)),
        settings_form.saved(schedule_of(settings, NOW), settings.choice, checked=False),
    ]
