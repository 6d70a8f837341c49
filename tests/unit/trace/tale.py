"""The tale of v14: claimed in Tokyo, worked on in CHURN-41, promoted, broken, undone."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.alerts.incidents import Suspect
from bot.domain.blocker import Blocker
from bot.domain.decisions.consent import Approver, ConsentRule, ConsentTerms, Stance
from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import ChangeKind, DecisionChange, DecisionStatus
from bot.domain.experiments.hypotheses import HypothesisState
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel, Run, RunStatus
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssuePage
from bot.domain.person import Choices, Person
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import mirror
from bot.services.issues import runs as issue_runs
from tests.issue_sight import let_see
from tests.unit.alerts.values import WORSE, fresh, incident, rule, sample
from tests.unit.decisions.samples import body, record
from tests.unit.experiments.goal_builders import GOAL
from tests.unit.experiments.samples import hypothesis

NOW = datetime(2026, 10, 30, 9, tzinfo=UTC)
DAY = timedelta(days=1)
PEOPLE = {"UYUKI": "Tokyo", "ULENA": "Berlin", "UMARCUS": "New York", "UGUEST": "Guest"}
RUN_ID = "3f2a91c0" * 4
SEEDS = (0.909, 0.912, 0.914, 0.911, 0.913)


def tell(
    uow: UnitOfWork, *, channel: str = "C1", key: str = "CHURN-41", solved: bool = True
) -> None:
    """Everything that polls and people left behind; `channel` has D-12, H-11, A-31 and B-4."""
    people = [
        Person(workspace="T1", user_id=u, name=name, is_guest=u == "UGUEST")
        for u, name in PEOPLE.items()
    ]
    uow.people.save(people)
    let_see(uow, "C1", "CHURN")
    _jira(uow, key)
    _mlflow(uow, key)
    _claim(uow, channel)
    _decide(uow, channel)
    _break(uow, channel)
    _block(uow, channel, key, solved)


def evaluated(uow: UnitOfWork) -> None:
    """The run of which A-31 speaks: a night's evaluation of v14."""
    tags = {"registered_model": "churn", "model_version": "14"}
    night = Run(
        run_id="run14", experiment_id="8", name="nightly-2026-10-27", status=RunStatus.FINISHED,
        started_at=NOW - 3 * DAY, ended_at=NOW - 3 * DAY, metrics={"val_auc": 0.871}, tags=tags,
    )  # fmt: skip
    uow.experiments.save_runs("T1", [night], NOW)


def wished(uow: UnitOfWork, channel: str) -> None:
    """Goal G-3, measured by the champion of churn."""
    uow.goals.add(replace(GOAL, author="ULENA", owner="ULENA", channel=channel))


def an_issue(key: str) -> Issue:
    """An issue that Yuki works on."""
    return Issue(
        issue_id=key, key=key, project=key.rpartition("-")[0], summary="Leaf-wise growth",
        status="Done", status_category="done", assignee_id="acc-yuki", assignee_name="Yuki Tanaka",
        updated_at=NOW - 30 * DAY, created_at=NOW - 50 * DAY,
    )  # fmt: skip


def save(uow: UnitOfWork, *issues: Issue) -> None:
    """As a poll brings them."""
    projects = tuple(sorted({issue.project for issue in issues}))
    reading = Reading(projects=projects, since=NOW - 60 * DAY, news_since=NOW - DAY)
    uow.issues.save("T1", reading, IssuePage(issues=issues, changes=()), NOW)


def _jira(uow: UnitOfWork, key: str) -> None:
    save(uow, an_issue(key))


def _mlflow(uow: UnitOfWork, key: str) -> None:
    lab = Experiment(experiment_id="7", name="churn", tags={"primary_metric": "val_auc"})
    mirror.keep_experiments(uow, "T1", [lab])
    runs = [_run(place, value, key) for place, value in enumerate(SEEDS)]
    uow.experiments.save_runs("T1", runs, NOW)
    issue_runs.kept(uow, "T1", runs)
    versions = [
        ModelVersion(model="churn", version=14, run_id=RUN_ID, created_at=NOW - 29 * DAY),
        ModelVersion(model="churn", version=13, run_id="", created_at=NOW - 80 * DAY),
    ]
    model = RegisteredModel(name="churn", aliases={"champion": 13})
    uow.experiments.save_models("T1", [model], versions)


def _run(place: int, value: float, key: str) -> Run:
    """The first one became v14 and says what it is for; the others repeat it."""
    own = {"jira": key, "hypothesis": "H-11"} if place == 1 else {}
    tags = {"dataset": "churn-v7", **own}
    run_id = RUN_ID if place == 1 else f"{place:032x}"
    return Run(
        run_id=run_id, experiment_id="7", name=f"gentle-owl-{place}", status=RunStatus.FINISHED,
        started_at=NOW - 30 * DAY, ended_at=NOW - 30 * DAY,
        params={"lr": "0.03", "seed": str(place)},
        metrics={"val_auc": value}, tags=tags,
    )  # fmt: skip


def _claim(uow: UnitOfWork, channel: str) -> None:
    uow.hypotheses.add(
        hypothesis(
            number=11,
            channel=channel,
            author="UYUKI",
            owner="UYUKI",
            experiment_id="7",
            claim="leaf-wise growth beats depth-wise by 0.005",
            state=HypothesisState.SUPPORTED,
            opened_at=NOW - 40 * DAY,
            deadline=NOW - 29 * DAY,
        )
    )


def _decide(uow: UnitOfWork, channel: str) -> None:
    evidence = Evidence(
        kind=EvidenceKind.RUN, key=f"7/{RUN_ID}", label="gentle-owl-1", frozen_at=NOW
    )
    terms = ConsentTerms(rule=ConsentRule.UNANIMOUS, hours=6, silence_consents=True)
    up = body(
        "Promote v14", evidence=(evidence,), consent=terms, makers=("UYUKI", "ULENA", "UMARCUS"),
        promotion=Promotion(model="churn", version=14, alias="champion"),
    )  # fmt: skip
    down = body("Roll back", promotion=Promotion(model="churn", version=13, alias="champion"))
    for number, what, at, place in ((12, up, 25, channel), (15, down, 2, "C1")):
        uow.decisions.add(
            record(
                number,
                body=what,
                author="ULENA",
                channel=place,
                created_at=NOW - at * DAY,
                decided_at=NOW - at * DAY,
            )
        )
        uow.promotions.save(
            "T1",
            PromotionStatus(
                number=number,
                promotion=what.promotion or Promotion(model="", version=0, alias=""),
                state=PromotionState.DONE,
                changed_at=NOW - at * DAY,
                previous=27 - what.promotion.version if what.promotion else None,
                begun=True,
            ),
        )
    asked = NOW - 26 * DAY
    stances = {"UYUKI": Stance.AGREE, "ULENA": Stance.AGREE, "UMARCUS": None}
    approvers = [Approver(user_id=u, asked_at=asked, stance=s) for u, s in stances.items()]
    uow.consents.begin("T1", 12, approvers)


def decide(
    uow: UnitOfWork,
    number: int,
    status: DecisionStatus,
    newer: int | None = None,
    *,
    channel: str = "C1",
) -> None:
    """A decision of Lena's that Yuki brought into its status yesterday."""
    yesterday = NOW - DAY
    made = record(number, body=body("Use it"), status=status, author="ULENA", channel=channel)
    made = replace(made, created_at=yesterday, decided_at=yesterday, superseded_by=newer)
    uow.decisions.add(made)
    moved = DecisionChange(
        number=number, kind=ChangeKind.MOVED, status=status, by="UYUKI", at=yesterday
    )
    uow.decisions.append("T1", moved)


def _break(uow: UnitOfWork, channel: str) -> None:
    broken = replace(rule(WORSE), number=31, channel=channel, author="ULENA")
    uow.alerts.add(broken, fresh())
    uow.alerts.open_incident(
        incident(
            id="T1:A-31:1",
            rule_number=31,
            channel=channel,
            title="val_auc −0.024",
            sample=sample(0.871, "run14", version=14),
            opened_at=NOW - 3 * DAY,
            suspects=(Suspect(what="data", name="data", before="churn-v7", after="churn-v8"),),
        )
    )


def _block(uow: UnitOfWork, channel: str, key: str, solved: bool) -> None:
    waits = Reference(kind=ReferenceKind.ISSUE, key=key, anchor=key)
    uow.blockers.add(
        Blocker(
            workspace="T1",
            number=4,
            standup_id="S1",
            channel=channel,
            user_id="ULENA",
            text="GPU quota",
            opened_at=NOW - 35 * DAY,
            waits_for=waits,
            closed_at=NOW - 31 * DAY if solved else None,
        )
    )


def has_account(uow: UnitOfWork, user_id: str, account: str) -> None:
    """Jira found somebody's account."""
    uow.people.choose("T1", user_id, Choices(jira_account=account, jira_found=account))


def private(uow: UnitOfWork, channel: str, members: Collection[str]) -> None:
    """Slack says that a channel is private."""
    uow.channels.keep("T1", channel, public=False, shared=False, members=members, now=NOW)
