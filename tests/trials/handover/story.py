"""One day of five people: what each of them does, in UTC, told through the services they use.

Everybody works from 8 to 18 and gets the hand-over as a message. On Monday nothing happened before;
Tuesday's covers what lies between Monday's 18:00 and Tuesday's 8:00 of each (UTC):
Tokyo Mon 09:00-23:00 · Kolkata Mon 12:30-Tue 02:30 · Berlin Mon 16:00-Tue 06:00 ·
São Paulo Mon 21:00-Tue 11:00 · New York Mon 22:00-Tue 12:00.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.domain.alerts.incidents import Told
from bot.domain.alerts.rules import Operator, Rule, Severity, Threshold
from bot.domain.alerts.states import AlertState
from bot.domain.blocker import NewBlocker
from bot.domain.decisions.consent import ConsentRule, ConsentTerms
from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.experiments.hypotheses import HypothesisState, Verdict
from bot.domain.experiments.records import (
    Experiment,
    ModelVersion,
    RegisteredModel,
    Run,
    RunStatus,
)
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import Issue, IssueChange, IssuePage
from bot.ports.repositories import UnitOfWork
from bot.services import blockers, people
from bot.services.decisions import life
from bot.services.experiments import mirror
from tests.acceptance.harness import (
    ANANYA,
    BEATRIZ,
    CHURN,
    LENA,
    MARCUS,
    PEOPLE,
    YUKI,
    World,
    start_standup,
)
from tests.standins.slack import Json
from tests.trials.handover import cards
from tests.trials.handover.cards import Sections, Seen
from tests.unit.alerts.values import incident
from tests.unit.experiments.samples import hypothesis

START = "2026-10-18T14:00Z"
MORNINGS = {
    YUKI: "Mon 23:00Z",
    ANANYA: "Tue 02:30Z",
    LENA: "Tue 06:00Z",
    BEATRIZ: "Tue 11:00Z",
    MARCUS: "Tue 12:00Z",
}
PRIVATE = "C0PRIVATE"
_MON, _TUE = "2026-10-19", "2026-10-20"
_NOONS = {YUKI: "05:00", ANANYA: "08:30", LENA: "12:00", BEATRIZ: "17:00", MARCUS: "18:00"}

Deed = Callable[[UnitOfWork, datetime], None]


class Story:
    """What happens, in the workspace of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.workspace = world.workspace
        self.standup = ""
        self.blockers: dict[str, int] = {}
        self.decisions: dict[str, int] = {}
        self.messages: dict[str, tuple[Json, Sections]] = {}
        self.found: dict[str, Seen] = {}

    async def live(self) -> dict[str, Seen]:
        """Let it all happen; what each one reads on Tuesday, a minute after 8:00 and at 14:00."""
        await self._settle_in()
        looks = [(_after(morning), partial(self._look, who)) for who, morning in MORNINGS.items()]
        looks += [(f"{_TUE}T{at}Z", partial(self._look, user)) for user, at in _NOONS.items()]
        deeds = [(when, partial(self._do, deed)) for when, deed in self._deeds()]
        for when, happen in sorted([*deeds, *looks], key=lambda one: one[0]):
            await self.world.live_until(when)
            await happen()
        return self.found

    async def _look(self, user: str) -> None:
        if user not in self.messages:
            self.messages[user] = await cards.in_the_morning(self.world, user)
        else:
            home = await cards.at_noon(self.world, user)
            self.found[user] = cards.seen(*self.messages[user], home)

    async def _do(self, deed: Deed) -> None:
        await self.world.app.transactions.write(lambda uow: deed(uow, self.world.clock()))
        await self.world.deliver()

    def _deeds(self) -> list[tuple[str, Deed]]:
        return [
            (f"{_MON}T04:00Z", self._raises("quota", YUKI, "GPU quota is used up", LENA)),
            (f"{_MON}T07:00Z", self._decides("early", LENA, "Keep the old threshold")),
            (f"{_MON}T10:00Z", self._takes("quota", LENA)),
            (f"{_MON}T14:00Z", self._solves("quota", LENA)),
            (f"{_MON}T15:00Z", self._asks_consent),
            (f"{_MON}T19:00Z", self._decides("freeze", MARCUS, "Freeze the feature set")),
            (f"{_MON}T20:00Z", self._raises("labels", BEATRIZ, "Labels of October miss", ANANYA)),
            (f"{_MON}T20:10Z", self._trains(ANANYA, "gentle-owl", 0.914)),
            (f"{_MON}T20:20Z", self._trains(ANANYA, "quick-fox", 0.9)),
            (f"{_MON}T20:30Z", self._closes_issue),
            (f"{_MON}T22:00Z", self._trains(ANANYA, "calm-bee", None)),
            (f"{_MON}T22:30Z", self._refutes),
            (f"{_MON}T23:30Z", self._rolls_back),
            (f"{_TUE}T01:00Z", self._alert_fires),
            (f"{_TUE}T02:00Z", self._reviews_issue),
            (f"{_TUE}T02:10Z", self._there_and_back),
            (f"{_TUE}T03:00Z", self._trains(MARCUS, "slow-yak", 0.905)),
            (f"{_TUE}T04:00Z", self._alert_ends),
            (f"{_TUE}T05:00Z", self._decides("private", LENA, "Hire for labelling", PRIVATE)),
        ]

    async def _settle_in(self) -> None:
        self.world.slack.add_channel(PRIVATE, "label-budget", members=[LENA, MARCUS], private=True)
        await start_standup(self.world.lena)
        await self._do(self._known)

    def _known(self, uow: UnitOfWork, now: datetime) -> None:
        """Who they are elsewhere, what is connected, and version 14 of churn as champion."""
        [standup] = uow.standups.all(self.workspace)
        self.standup = standup.id
        for user in PEOPLE:
            person = uow.people.get(self.workspace, user)
            assert person is not None
            account, mlflow = f"jira-{user}", person.name.split()[0].lower()
            choices = replace(
                person.choices,
                handover=True,
                jira_account=account,
                jira_found=account,
                mlflow_user=mlflow,
            )
            people.choose(uow, self.workspace, user, choices, now)
        uow.channels.keep(self.workspace, CHURN, public=True, shared=False, now=now)
        uow.channels.keep(
            self.workspace, PRIVATE, public=False, shared=False, members=[LENA, MARCUS], now=now
        )
        choice = DigestChoice(zone="Europe/Berlin", projects=("CHURN",))
        uow.digests.add(
            DigestSettings(workspace=self.workspace, channel=CHURN, choice=choice, owner=LENA)
        )
        churn = Experiment(experiment_id="1", name="churn", tags={"primary_metric": "val_auc"})
        mirror.keep_experiments(uow, self.workspace, [churn])
        old = now - timedelta(days=30)
        champion = _run("champion", "somebody", 0.906, old)
        uow.experiments.save_runs(self.workspace, [champion], old, backfill=True)
        versions = [
            ModelVersion(model="churn", version=n, run_id=champion.run_id, created_at=old)
            for n in (13, 14)
        ]
        model = RegisteredModel(name="churn", aliases={"champion": 14})
        uow.experiments.save_models(self.workspace, [model], versions)
        self._keep_issues(uow, now, [_issue(n, now) for n in (38, 41, 50)], [])
        uow.hypotheses.add(
            hypothesis(
                workspace=self.workspace, channel=CHURN, author=BEATRIZ, owner=BEATRIZ,
                claim="Focal loss helps", opened_at=now, deadline=now + timedelta(days=9),
            )
        )  # fmt: skip
        uow.alerts.add(_rule(self.workspace, now), AlertState(since=now, read_until=now))

    def _raises(self, name: str, by: str, text: str, asked: str) -> Deed:
        def deed(uow: UnitOfWork, now: datetime) -> None:
            wish = NewBlocker(standup_id=self.standup, text=text, asked=(asked,))
            found = blockers.raise_blocker(uow, self.workspace, by, wish, now)
            self.blockers[name] = found.blocker.number

        return deed

    def _takes(self, name: str, by: str) -> Deed:
        return lambda uow, now: _nothing(
            blockers.acknowledge(uow, self.workspace, self.blockers[name], by, now)
        )

    def _solves(self, name: str, by: str) -> Deed:
        return lambda uow, now: _nothing(
            blockers.resolve(uow, self.workspace, self.blockers[name], by, now)
        )

    def _decides(self, name: str, by: str, title: str, channel: str = CHURN) -> Deed:
        def deed(uow: UnitOfWork, now: datetime) -> None:
            self._log(uow, name, by, DecisionBody(title=title, outcome="Yes."), now, channel)

        return deed

    def _log(
        self,
        uow: UnitOfWork,
        name: str,
        by: str,
        body: DecisionBody,
        now: datetime,
        channel: str = CHURN,
        status: DecisionStatus = DecisionStatus.ACCEPTED,
    ) -> None:
        wish = NewDecision(
            workspace=self.workspace, channel=channel, author=by, body=body, status=status
        )
        self.decisions[name] = life.log(uow, wish, now).number

    def _asks_consent(self, uow: UnitOfWork, now: datetime) -> None:
        body = DecisionBody(
            title="Use data v8",
            outcome="From now on.",
            makers=(MARCUS, YUKI, LENA),
            consent=ConsentTerms(rule=ConsentRule.UNANIMOUS, hours=16),
        )
        status = DecisionStatus.PROPOSED
        self._log(uow, "consent", MARCUS, body, now, status=status)

    def _rolls_back(self, uow: UnitOfWork, now: datetime) -> None:
        moved = Promotion(model="churn", version=13, alias="champion")
        body = DecisionBody(title="Roll back to version 13", outcome="EU-new got worse.")
        self._log(uow, "rollback", YUKI, body, now)
        uow.promotions.save(
            self.workspace,
            PromotionStatus(
                number=self.decisions["rollback"],
                promotion=moved,
                state=PromotionState.DONE,
                changed_at=now,
                previous=14,
                begun=True,
            ),
        )

    def _trains(self, user: str, name: str, value: float | None) -> Deed:
        def deed(uow: UnitOfWork, now: datetime) -> None:
            account = PEOPLE[user][0].split()[0].lower()
            mirror.keep_runs(uow, self.workspace, [_run(name, account, value, now)], now)

        return deed

    def _refutes(self, uow: UnitOfWork, now: datetime) -> None:
        known = uow.hypotheses.get(self.workspace, 9)
        assert known is not None
        verdict = Verdict(by=BEATRIZ, at=now, reason="below", runs=6)
        uow.hypotheses.replace(
            replace(known, state=HypothesisState.REFUTED, verdict=verdict, version=2)
        )

    def _alert_fires(self, uow: UnitOfWork, now: datetime) -> None:
        uow.alerts.open_incident(
            incident(
                id="A-1:1", workspace=self.workspace, channel=CHURN,
                title="val_auc of churn is 0.871, below 0.9", latest="val_auc 0.871",
                opened_at=now, changed_at=now, told=Told(posted_at=now, said_at=now, shown=1),
            )
        )  # fmt: skip

    def _alert_ends(self, uow: UnitOfWork, now: datetime) -> None:
        [known] = uow.alerts.open_incidents(self.workspace)
        told = replace(known.told, resolved=True)
        uow.alerts.save_incident(
            replace(known, resolved_at=now, recovered=True, changed_at=now, told=told)
        )

    def _closes_issue(self, uow: UnitOfWork, now: datetime) -> None:
        self._moves(uow, now, 38, "In progress", "Done", MARCUS)

    def _reviews_issue(self, uow: UnitOfWork, now: datetime) -> None:
        self._moves(uow, now, 41, "In progress", "In review", YUKI)

    def _there_and_back(self, uow: UnitOfWork, now: datetime) -> None:
        self._moves(uow, now, 50, "In progress", "In review", BEATRIZ)
        self._moves(uow, now, 50, "In review", "In progress", BEATRIZ)

    def _moves(
        self, uow: UnitOfWork, now: datetime, number: int, before: str, after: str, by: str
    ) -> None:
        change = IssueChange(
            change_id=f"{number}:{before}:{after}",
            issue_id=f"id{number}",
            field="status",
            before=before,
            after=after,
            author_id=f"jira-{by}",
            author_name=PEOPLE[by][0],
            at=now,
        )
        self._keep_issues(uow, now, [_issue(number, now, after)], [change])

    def _keep_issues(
        self, uow: UnitOfWork, now: datetime, found: list[Issue], changes: list[IssueChange]
    ) -> None:
        since = now - timedelta(days=1)
        reading = Reading(projects=("CHURN",), since=since, news_since=since)
        page = IssuePage(issues=tuple(found), changes=tuple(changes))
        uow.issues.save(self.workspace, reading, page, now)


def _after(morning: str) -> str:
    """A minute after `Mon 23:00Z`, as ISO 8601."""
    day, at = morning.split()
    return f"{_MON if day == 'Mon' else _TUE}T{at.removesuffix('0Z')}1Z"


def _nothing(_result: object) -> None:
    """A deed answers nobody."""


def _run(name: str, user: str, value: float | None, at: datetime) -> Run:
    """It failed where it has no value."""
    return Run(
        run_id=name,
        experiment_id="1",
        name=name,
        status=RunStatus.FAILED if value is None else RunStatus.FINISHED,
        started_at=at - timedelta(minutes=10),
        ended_at=at,
        metrics={} if value is None else {"val_auc": value},
        tags={"dataset": "churn-v7"},
        user=user,
    )


_ASSIGNEES = {38: MARCUS, 41: LENA, 50: BEATRIZ}
_TITLES = {38: "Clean labels", 41: "Calibrate scores", 50: "Profile loader"}


def _issue(number: int, at: datetime, status: str = "In progress") -> Issue:
    owner = _ASSIGNEES[number]
    return Issue(
        issue_id=f"id{number}",
        key=f"CHURN-{number}",
        project="CHURN",
        summary=_TITLES[number],
        status=status,
        status_category="done" if status == "Done" else "indeterminate",
        assignee_id=f"jira-{owner}",
        assignee_name=PEOPLE[owner][0],
        updated_at=at,
        created_at=at - timedelta(days=60),
        status_since=at,
    )


def _rule(workspace: str, now: datetime) -> Rule:
    return Rule(
        workspace=workspace, number=1, channel=CHURN, author=MARCUS, metric="val_auc",
        severity=Severity.CRITICAL, for_evaluations=1, created_at=now,
        condition=Threshold(
            experiment="churn", experiment_id="1", operator=Operator.BELOW, bound=0.9
        ),
    )  # fmt: skip
