"""What MLflow's bad days do to alerts: nothing, and people hear of it once."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import RuleDraft, Staleness
from bot.domain.alerts.states import AlertState, Phase
from bot.domain.experiments.records import Experiment
from bot.ports.repositories import UnitOfWork
from bot.ports.trackers import ExperimentTracker
from bot.services.alerts import outages
from bot.workflows.poll_mlflow import poll
from jobs import evaluate
from tests.integration.test_mlflow_faults import INVALID_HOST, connected, peer, says, silence
from tests.unit.alerts.stories.rules import START, W
from tests.unit.alerts.stories.stage import Stage, empty_database
from tests.unit.experiments.builders import a_run
from tests.unit.experiments.fake_tracker import FakeTracker

MINUTE = timedelta(minutes=1)
CHURN = Experiment(experiment_id="churn", name="churn")
# A-1 fires, A-2 has one of two bad evaluations, A-3 is fine, A-4 waits for its first.
RULES = ["threshold churn", "threshold churn for=2", "threshold churn", "stale model after=1h"]
MEGABYTES = b'{"experiments": "' + b"x" * 10_000_000 + b'", "runs": 7}'
NAN = '{"experiments": [{"experiment_id": NaN}], "runs": [NaN], "registered_models": [NaN]}'
FAULTS = {
    "HTTP 500": says(500, ""),
    "silence": silence,
    "10 MB": says(200, MEGABYTES),
    "NaN": says(200, NAN),
    "plain text": says(403, INVALID_HOST),
}

Known = tuple[dict[int, AlertState], list[Incident]]


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    """Four rules, one of which fires."""
    found = Stage(empty_database(tmp_path / "meridian.db"))
    await found.set_up(RULES, [])
    for step in ("1m bad A-1", "2m bad A-2", "3m good A-3"):
        await found.play(step)
    return found


async def minutes(stage: Stage, tracker: ExperimentTracker, count: int) -> None:
    """So many polls, a minute apart, each with the evaluation after it."""
    for _ in range(count):
        stage.now += MINUTE
        await poll(W, tracker, stage.transactions, stage.now)
        await evaluate.step(stage.deps, stage.now)
        await stage.arrive()


async def known(stage: Stage) -> Known:
    """What the alerts are, whenever it was that they were looked at."""

    def read(uow: UnitOfWork) -> Known:
        return uow.alerts.states(W), uow.alerts.open_incidents(W)

    states, incidents = await stage.transactions.read(read)
    return {number: _phase_of(state) for number, state in states.items()}, incidents


def _phase_of(state: AlertState) -> AlertState:
    """`read_until` moves on with every look."""
    return AlertState(
        since=state.since,
        read_until=START,
        phase=state.phase,
        reason=state.reason,
        streak=state.streak,
        window=state.window,
        last_key=state.last_key,
        incidents=state.incidents,
    )


async def test_no_fault_changes_an_alert_and_all_of_them_are_one_notice(stage: Stage) -> None:
    try:
        before, told = await known(stage), list(stage.told)
        assert [state.phase for state in before[0].values()][:2] == [Phase.FIRING, Phase.PENDING]
        for answer in FAULTS.values():
            async with peer(answer) as one, connected(one.url, deadline=0.3) as tracker:
                await minutes(stage, tracker, 2)
                assert one.heads, "the server was asked"
        assert await known(stage) == before
        assert stage.told[len(told) :] == ["source mlflow"]

        back = FakeTracker(CHURN)
        await minutes(stage, back, 2)
        assert await known(stage) == before
        assert stage.told[len(told) + 1 :] == ["edit source mlflow"]

        fine = a_run("fine", experiment_id="churn", ended_at=stage.now, metrics={"m1": 0.95})
        back.hold(fine)
        await minutes(stage, back, 1)
        assert stage.told[len(told) + 2 :] == ["line A-1 resolved", "edit A-1"]
    finally:
        stage.close()


@pytest.mark.parametrize("body", ["{}", '{"experiments": []}'])
async def test_a_server_that_shows_nothing_closes_nothing(stage: Stage, body: str) -> None:
    """MLflow answers 200 and nothing for experiments that it doesn't know."""
    try:
        before, told = await known(stage), list(stage.told)
        async with peer(says(200, body)) as one, connected(one.url) as tracker:
            await minutes(stage, tracker, 2)
            assert one.heads
        assert await known(stage) == before
        assert stage.told == told
    finally:
        stage.close()


async def test_a_rule_that_spoils_the_look_at_all_of_them_stops_no_other(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard_until = outages.heard_until

    def spoilt(uow: UnitOfWork, rule: RuleDraft, now: datetime) -> datetime:
        if isinstance(rule.condition, Staleness):
            raise ValueError("nobody thought of this")
        return heard_until(uow, rule, now)

    monkeypatch.setattr(outages, "heard_until", spoilt)
    await stage.play("3m bad A-3")
    states, _ = await known(stage)
    assert states[3].phase is Phase.FIRING
