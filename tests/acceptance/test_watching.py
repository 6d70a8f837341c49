"""Watching: runs that end, sweeps, versions, aliases moved by hand, and runs that fall silent."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import CARDS
from bot.domain.experiments.records import (
    Experiment,
    ModelVersion,
    RegisteredModel,
    RunStatus,
)
from bot.views.experiments import registry_news, silent
from bot.views.experiments import watches as views
from bot.workflows.experiments import watch_cards
from bot.workflows.experiments.end_run import RunEnder
from jobs import housekeeping, poll_mlflow, watch
from tests.acceptance.harness import ANANYA, CHURN, LENA, YUKI, World, latest, meridian
from tests.standins.slack import Json, Person, links_of, text_of
from tests.unit.experiments.builders import a_run
from tests.unit.experiments.fake_tracker import FakeTracker

MONDAY = "2026-10-19T09:00Z"
"""Eleven in Berlin, half past two in Kolkata, five in the morning in New York."""

EXPERIMENT = Experiment(experiment_id="1", name="churn", tags={"primary_metric": "val_auc"})
MINUTE = timedelta(minutes=1)


@dataclass(kw_only=True)
class Lab:
    """Meridian and what MLflow holds."""

    world: World
    mlflow: FakeTracker

    async def poll(self, *, minutes: float = 1) -> None:
        """Some time later: what the poll brings, told and sent."""
        self.world.clock.advance(minutes=minutes)
        jobs, now = self.world.app.jobs, self.world.clock()
        await poll_mlflow.step(jobs, now)
        await watch.step(jobs, now)
        await self.world.deliver()

    def ends(self, run_id: str, value: float | None = None, **changes: object) -> None:
        """A run that ends now."""
        now = self.world.clock()
        run = a_run(run_id, value, user="lena", **changes)
        self.mlflow.hold(replace(run, started_at=now - 5 * MINUTE, ended_at=now))

    def runs(self, run_id: str, step: int, *, user: str = "lena", **changes: object) -> None:
        """A run that logs its `step` now."""
        known = self.mlflow.held.get(run_id)
        now = self.world.clock()
        run = a_run(run_id, 0.5, user=user, status=RunStatus.RUNNING, **changes)
        started = known.started_at if known else now
        self.mlflow.hold(replace(run, started_at=started, ended_at=None, step=step, logged_at=now))

    def registers(self, number: int, run_id: str) -> None:
        """Another version; the list of models shows that there is one."""
        self.mlflow.versions.append(version(self, number, run_id))
        self.mlflow.models = [replace(m, mark=str(number)) for m in self.mlflow.models]

    def posted(self) -> list[str]:
        """The messages of the channel as they stand."""
        return [text_of(message) for message in self.world.slack.messages(CHURN)]

    def told(self, person: str) -> list[Json]:
        """A person's direct messages."""
        return self.world.slack.messages(person)


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    """Experiment churn with champion v1, val_auc 0.906; everything was polled."""
    mlflow = FakeTracker(EXPERIMENT)
    mlflow.hold(a_run("fox", 0.906, user="lena"))
    mlflow.models = [RegisteredModel(name="churn-model", aliases={"champion": 1})]
    async with meridian(
        tmp_path,
        start=MONDAY,
        experiment_tracker=mlflow,
        mlflow_tracking_uri="http://mlflow.test",
    ) as world:
        found = Lab(world=world, mlflow=mlflow)
        mlflow.versions = [version(found, 1, "fox")]
        wire(world, mlflow)
        await housekeeping.step(world.app.jobs, world.clock())
        await found.poll()
        yield found


def wire(world: World, mlflow: FakeTracker) -> None:
    """What the composition root does."""
    ender = RunEnder(transactions=world.app.transactions, tracker=mlflow, clock=world.clock)
    world.app.posting.cards = {**CARDS, **watch_cards.CARDS}
    world.app.deliverer.acts = {**world.app.deliverer.acts, **ender.acts()}


def version(lab: Lab, number: int, run_id: str) -> ModelVersion:
    return ModelVersion(
        model="churn-model", version=number, run_id=run_id, created_at=lab.world.clock()
    )


async def say(person: Person, text: str, channel: str = CHURN) -> str:
    """What `/experiment …` answers."""
    answer = await person.command("/experiment", text, channel=channel)
    assert answer.ephemeral is not None
    return text_of(answer.ephemeral)


async def test_watching_a_channel_and_oneself_and_taking_it_back(lab: Lab) -> None:
    lena = lab.world.lena
    assert "Nothing is watched here" in await say(lena, "watch")
    assert "This channel watches experiment churn." in await say(lena, "watch Churn")
    assert "This channel watches experiment churn already." in await say(lena, "watch churn")
    assert "You watch model churn-model." in await say(lena, "watch churn-model me")
    assert "You watch the runs of Yuki Tanaka." in await say(lena, f"watch <@{YUKI}|yuki> me")
    assert "You watch experiment churn." in await say(lena, "watch churn", LENA)
    listed = await say(lena, "watch")
    assert "This channel watches\nexperiment churn" in listed
    assert "You watch\nexperiment churn" in listed
    shown = latest(lab.world.slack.ephemerals(LENA))
    await lena.click(shown, views.ACTION_UNWATCH, "here:experiment:1")
    assert "This channel watches experiment churn no more." in text_of(
        latest(lab.world.slack.ephemerals(LENA))
    )
    assert "You watch experiment churn no more." in await say(lena, "unwatch churn me")


async def test_unknown_names_get_the_nearest(lab: Lab) -> None:
    assert "I don't know *chrun*. Did you mean `/experiment watch churn`" in await say(
        lab.world.lena, "watch chrun"
    )
    assert "You watch" not in await say(lab.world.lena, "watch")


async def test_one_run_then_several_share_one_edited_message(lab: Lab) -> None:
    await say(lab.world.lena, "watch churn")
    lab.ends("owl", 0.912)
    await lab.poll()
    [first] = lab.posted()
    assert first.splitlines()[0] == (
        "owl of churn finished (Lena Fischer): val_auc 0.912 (0.006 above champion v1 of "
        "churn-model 0.906, too few seeds to rule out luck)"
    )
    lab.ends("bee", 0.901)
    lab.ends("cat", status=RunStatus.FAILED, tags={"error": "Traceback\nCUDA out of memory"})
    await lab.poll(minutes=5)
    [both] = lab.posted()
    assert "churn: 2 runs finished since" in both.splitlines()[0]
    assert "best owl val_auc 0.912" in both.splitlines()[0]
    assert both.splitlines()[0].endswith(" · 1 failed")
    assert "cat failed (Lena Fischer): CUDA out of memory" in both.splitlines()
    await lab.poll()
    assert len(lab.posted()) == 1
    lab.ends("elk", 0.5)
    await lab.poll(minutes=20)
    assert len(lab.posted()) == 2
    assert "elk of churn finished" in lab.posted()[-1]


async def test_nothing_is_told_twice_after_a_restart(lab: Lab) -> None:
    await say(lab.world.lena, "watch churn")
    lab.ends("owl", 0.912)
    await lab.poll()
    await lab.world.restart()
    wire(lab.world, lab.mlflow)
    await lab.poll(minutes=15)
    assert len(lab.posted()) == 1
    assert lab.world.slack.called("chat.update") == []


async def test_what_ended_before_the_watch_is_no_news(lab: Lab) -> None:
    await say(lab.world.lena, "watch churn me")
    lab.ends("owl", 0.912)
    await lab.poll()
    await say(lab.world.lena, "watch churn")
    await lab.poll()
    assert lab.posted() == []
    assert len(lab.told(LENA)) == 1


async def test_a_sweep_is_one_message_all_its_life(lab: Lab) -> None:
    await say(lab.world.lena, "watch churn")
    lab.runs("lr-search", 0)
    below = {"mlflow.parentRunId": "lr-search"}
    for name in ("c1", "c2", "c3"):
        lab.runs(name, 1, tags=below)
    await lab.poll()
    assert lab.posted() == []
    lab.ends("c1", 0.912, tags=below)
    await lab.poll()
    assert lab.posted()[0].splitlines()[0] == (
        "sweep lr-search of churn: 1 of 3 done, best c1 val_auc 0.912 (0.006 above champion v1 of "
        "churn-model 0.906, too few seeds to rule out luck)"
    )
    lab.ends("c2", status=RunStatus.FAILED, tags={**below, "reason": "loss is NaN"})
    await lab.poll(minutes=30)
    [edited] = lab.posted()
    assert "2 of 3 done" in edited
    assert edited.splitlines()[0].endswith(", 1 failed")
    assert "c2 failed (Lena Fischer): loss is NaN" in edited
    lab.ends("c3", 0.913, tags=below)
    lab.ends("lr-search")
    await lab.poll(minutes=30)
    [ended] = lab.posted()
    assert "sweep lr-search of churn ended with 3 runs, best c3 val_auc 0.913" in ended


async def test_the_night_is_one_message_in_the_morning(lab: Lab) -> None:
    world = lab.world
    await say(world.marcus, "watch churn me")
    for minute in range(3):
        lab.ends(f"owl-{minute}", 0.912 + minute / 1000)
        await lab.poll(minutes=15)
    assert lab.told("U0MARCUS") == []
    await world.live_until("2026-10-19T13:00Z")
    [morning] = lab.told("U0MARCUS")
    assert text_of(morning).splitlines()[0] == "While you were away, in what you watch"
    assert "churn: 3 runs finished since" in text_of(morning)
    assert "best owl-2 val_auc 0.914" in text_of(morning)
    lab.ends("elk", 0.5)
    await lab.poll(minutes=15)
    assert len(lab.told("U0MARCUS")) == 2


async def test_the_button_of_an_experiment_watches_for_the_person(lab: Lab) -> None:
    world = lab.world
    await world.lena.command("/experiment", "show churn", channel=CHURN)
    await world.app.listeners.drain()
    shown = latest(world.slack.ephemerals(LENA))
    await world.lena.click(shown, views.ACTION_WATCH)
    assert "You watch experiment churn." in text_of(latest(world.slack.ephemerals(LENA)))
    await world.lena.click(shown, views.ACTION_WATCH)
    assert "You watch experiment churn no more." in text_of(latest(world.slack.ephemerals(LENA)))


async def test_a_new_version_stands_beside_the_champion(lab: Lab) -> None:
    await say(lab.world.lena, "watch churn")
    await lab.poll()
    assert lab.posted() == []
    lab.ends("owl", 0.912, tags={"dataset": "churn-v7"})
    lab.registers(2, "owl")
    await lab.poll()
    [posted] = lab.posted()
    assert posted.splitlines()[:2] == [
        "churn-model v2 registered from Lena Fischer's owl: val_auc 0.912, 0.006 above "
        "champion v1 0.906 (too few seeds to rule out luck; data churn-v7; one seed)",
        "owl of churn finished (Lena Fischer): val_auc 0.912 (0.006 above champion v1 of "
        "churn-model 0.906, too few seeds to rule out luck)",
    ]


async def test_an_alias_moved_by_hand_can_be_logged_as_a_decision(lab: Lab) -> None:
    world = lab.world
    lab.mlflow.hold(a_run("owl", 0.912, user="lena"))
    lab.registers(2, "owl")
    await lab.poll()
    await say(world.lena, "watch churn-model")
    await lab.mlflow.set_alias("churn-model", "champion", 2)
    await lab.poll()
    [posted] = world.slack.messages(CHURN)
    assert text_of(posted).splitlines()[0] == (
        "champion of churn-model moved v1 → v2: val_auc 0.912, 0.006 above v1 0.906 "
        "(too few seeds to rule out luck; doesn't say which data it saw; one seed); "
        "by hand in MLflow: no decision says so"
    )
    assert "http://mlflow.test/#/models/churn-model/versions/2" in links_of(posted)
    await world.lena.click(posted, registry_news.ACTION_LOG)
    assert await world.lena.submit(world.lena.modal, outcome="It wins on every slice.") is None
    await world.deliver()
    assert "Make version 2 the champion of churn-model" in "\n".join(lab.posted())
    await lab.poll()
    assert sum("moved v1 → v2" in each for each in lab.posted()) == 1


async def silent_run(lab: Lab, user: str = "ananya") -> None:
    """Run slow logs every two minutes for a while, then stops."""
    for step in range(1, 5):
        lab.runs("slow", step, user=user)
        await lab.poll(minutes=2)


async def test_a_silent_run_is_asked_about_in_working_hours_and_marked_killed(lab: Lab) -> None:
    world = lab.world
    await say(world.lena, "watch churn")
    await silent_run(lab)
    await lab.poll(minutes=20)
    assert (lab.posted(), lab.told(ANANYA)) == ([], [])
    await lab.poll(minutes=10)
    [asked] = lab.told(ANANYA)
    assert text_of(asked).startswith(
        "slow of churn has logged nothing for 30 min; it usually logs every 2 min. "
        "Is it still alive?"
    )
    [line] = lab.posted()
    assert "slow of churn (Ananya Rao) has logged nothing for 30 min" in line
    assert "I asked Ananya Rao" in line
    await lab.poll(minutes=10)
    assert len(lab.told(ANANYA)) == 1
    await world.ananya.click(asked, silent.ACTION_KILL)
    await world.deliver()
    assert lab.mlflow.held["slow"].status is RunStatus.KILLED
    assert "slow of churn was marked killed in MLflow by Ananya Rao" in text_of(lab.told(ANANYA)[0])
    await lab.poll()
    assert "marked killed in MLflow by Ananya Rao" in lab.posted()[0]
    assert any("slow of churn was stopped (Ananya Rao)" in each for each in lab.posted())


async def test_outside_of_working_hours_the_question_waits(lab: Lab) -> None:
    await silent_run(lab, user="marcus")
    await lab.poll(minutes=60)
    assert lab.told("U0MARCUS") == []
    await lab.poll(minutes=180)
    assert len(lab.told("U0MARCUS")) == 1


async def test_still_alive_is_believed_and_a_run_that_logs_again_says_so(lab: Lab) -> None:
    world = lab.world
    await silent_run(lab)
    await lab.poll(minutes=35)
    [asked] = lab.told(ANANYA)
    await world.ananya.click(asked, silent.ACTION_ALIVE)
    await world.deliver()
    assert "is still alive, says Ananya Rao" in text_of(lab.told(ANANYA)[0])
    await lab.poll(minutes=30)
    assert len(lab.told(ANANYA)) == 1
    lab.runs("slow", 9, user="ananya")
    await lab.poll()
    assert text_of(lab.told(ANANYA)[0]).startswith("slow of churn logs again")


async def test_a_run_of_nobody_is_ended_by_the_channel_however_often_mlflow_fails(lab: Lab) -> None:
    world = lab.world
    await silent_run(lab, user="gpu-box-7")
    await say(world.lena, "watch churn")
    await lab.poll(minutes=35)
    [line] = world.slack.messages(CHURN)
    assert "Is it still alive?" in text_of(line)
    lab.mlflow.down.add("terminate")
    await world.lena.click(line, silent.ACTION_KILL)
    await world.deliver()
    assert "is being marked killed in MLflow, by Lena Fischer; not yet:" in lab.posted()[0]
    lab.mlflow.down.clear()
    world.clock.advance(minutes=2)
    await world.deliver()
    assert "was marked killed in MLflow by Lena Fischer" in lab.posted()[0]


async def test_many_runs_that_fall_silent_together_are_one_question(lab: Lab) -> None:
    await say(lab.world.lena, "watch churn")
    for step in range(1, 4):
        for name in ("one", "two", "three"):
            lab.runs(name, step, user="ananya")
        await lab.poll(minutes=2)
    await lab.poll(minutes=35)
    [asked] = lab.told(ANANYA)
    [line] = lab.posted()
    for name in ("one", "two", "three"):
        assert f"{name} of churn has logged nothing" in text_of(asked)
        assert f"{name} of churn (Ananya Rao) has logged nothing" in line
    await lab.world.ananya.click(asked, silent.ACTION_ALIVE, "two")
    await lab.world.deliver()
    assert "two of churn is still alive" in text_of(lab.told(ANANYA)[0])
    assert "one of churn has logged nothing" in text_of(lab.told(ANANYA)[0])


async def test_a_silent_mlflow_makes_nobody_look_dead(lab: Lab) -> None:
    await silent_run(lab)
    lab.mlflow.down.add("running_runs")
    for _ in range(4):
        await lab.poll(minutes=30)
    assert lab.told(ANANYA) == []
    lab.mlflow.down.clear()
    lab.runs("slow", 99, user="ananya")
    await lab.poll()
    assert lab.told(ANANYA) == []


async def test_only_whose_run_it_is_may_answer(lab: Lab) -> None:
    world = lab.world
    await say(world.lena, "watch churn")
    await silent_run(lab, user="gpu-box-7")
    await lab.poll(minutes=35)
    [line] = world.slack.messages(CHURN)
    lab.mlflow.hold(replace(lab.mlflow.held["slow"], user="yuki"))
    await lab.poll()
    await world.lena.click(line, silent.ACTION_KILL)
    assert "That run is Yuki Tanaka's" in text_of(latest(world.slack.ephemerals(LENA)))
    assert lab.mlflow.held["slow"].status is RunStatus.RUNNING
