"""`/experiment` against a real MLflow server: what is best, drawn as far as Slack lets us."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from jobs import poll_mlflow
from tests.acceptance.harness import CHURN, START, World, latest
from tests.acceptance.outside_world import DEADLINE, Office, office
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Json, Person, links_of, text_of


@pytest.fixture
async def lab(tmp_path: Path, mlflow: MlflowServer) -> AsyncIterator[Office]:
    """Experiment churn: three finished runs, one failed, champion v1 trained on quick-fox."""
    async with office(tmp_path, mlflow, start=START) as found:
        churn = mlflow.experiment("churn", {"primary_metric": "val_auc"})
        params = {"seed": "1", "lr": "0.1"}
        fox = found.trained(churn, "quick-fox", params=params, val_auc=0.906)
        for name, lr, value in (("calm-bee", "0.2", 0.901), ("gentle-owl", "0.03", 0.912)):
            found.world.clock.advance(minutes=10)
            found.trained(churn, name, params={**params, "lr": lr}, val_auc=value)
        found.trained(churn, "lost-cat", status="FAILED", params=params)
        mlflow.set_alias("churn", "champion", mlflow.model_version("churn", fox))
        await found.poll()
        yield found


async def show(world: World, person: Person, text: str = "show churn") -> Json:
    """What `/experiment …` shows in the end."""
    await person.command("/experiment", text, channel=CHURN)
    await world.app.listeners.drain()
    return latest(world.slack.ephemerals(person.id))


def expect_one_refused_chart(world: World) -> None:
    """Only by trying does the bot learn that this workspace has no native charts."""
    world.expect("invalid_blocks")
    assert world.slack.violations == [
        "response_url: invalid_blocks unsupported type: data_visualization [json-pointer:/blocks/2]"
    ]
    world.slack.violations.clear()


def kinds(shown: Json) -> list[str]:
    """The types of a message's blocks."""
    return [block["type"] for block in shown["blocks"]]


SCREEN = [
    "churn · 4 runs · primary metric val_auc (higher is better)",
    "No winner yet: the best run has val_auc 0.912, 0.006 above the champion (0.906), but each was "
    "run with one seed only, so the difference can be luck.",
    "Best: gentle-owl 0.912 · 0.006 above champion v1 (0.906): too few seeds to tell",
    "1  gentle-owl  0.912   lr 0.03",
    "2  quick-fox  0.906   lr 0.1  champion v1",
    "3  calm-bee  0.901   lr 0.2",
]


async def test_the_word_show_may_be_left_out(lab: Office) -> None:
    assert text_of(await show(lab.world, lab.world.yuki, "Churn")) == text_of(
        await show(lab.world, lab.world.yuki)
    )


async def test_show_answers_with_leaderboard_best_differences_and_links(lab: Office) -> None:
    shown = await show(lab.world, lab.world.yuki)
    lines = text_of(shown).splitlines()
    assert lines[: len(SCREEN)] == SCREEN
    assert lines[-1].startswith("3 finished · 1 failed · MLflow as of <!date^")
    assert "seed 1" not in text_of(shown)
    names = {one["name"]: one["experiment_id"] for one in _experiments(lab.mlflow)}
    page = f"{lab.to_mlflow.url}/#/experiments/{names['churn']}"
    links = links_of(shown)
    assert page in links
    assert f"{lab.to_mlflow.url}/#/models/churn/versions/1" in links
    assert len([link for link in links if link.startswith(f"{page}/runs/")]) == 4
    assert lab.world.slack.messages(CHURN) == []


def _experiments(mlflow: MlflowServer) -> list[dict[str, str]]:
    found: list[dict[str, str]] = mlflow.post("experiments/search", {"max_results": 100})[
        "experiments"
    ]
    return found


async def test_the_chart_is_slacks_own_where_the_workspace_takes_it(lab: Office) -> None:
    shown = await show(lab.world, lab.world.yuki)
    [chart] = [block for block in shown["blocks"] if block["type"] == "data_visualization"]
    values = {
        series["name"]: [point["value"] for point in series["data"]]
        for series in chart["chart"]["series"]
    }
    assert values == {
        "best so far": [0.906, 0.906, 0.912],
        "champion v1": [0.906, 0.906, 0.906],
    }
    assert lab.world.slack.called("files.completeUploadExternal") == []


async def test_elsewhere_it_is_an_uploaded_picture_and_slack_is_asked_only_once(
    lab: Office,
) -> None:
    world = lab.world
    world.slack.ws.native_charts = False
    for person in (world.yuki, world.lena):
        shown = await show(world, person)
        assert text_of(shown).splitlines()[: len(SCREEN)] == SCREEN
        [image] = [block for block in shown["blocks"] if block["type"] == "image"]
        assert image["alt_text"] == "Best val_auc so far"
        assert image["slack_file"]["id"] in world.slack.ws.files
    expect_one_refused_chart(world)


@pytest.mark.parametrize(
    "method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"]
)
async def test_a_picture_that_fails_leaves_the_text(lab: Office, method: str) -> None:
    world = lab.world
    world.slack.ws.native_charts = False
    world.slack.fault(method, status=500)
    shown = await show(world, world.yuki)
    expect_one_refused_chart(world)
    assert text_of(shown).splitlines()[: len(SCREEN)] == SCREEN
    assert {"image", "data_visualization"} & set(kinds(shown)) == set()


async def test_it_is_found_however_it_is_typed(lab: Office) -> None:
    pasted = links_of(await show(lab.world, lab.world.yuki))[0]
    for typed in ("SHOW Churn", 'show "churn"', "show   churn  ", f"show {pasted}"):
        assert SCREEN[0] in text_of(await show(lab.world, lab.world.lena, typed))


async def test_an_unknown_name_gets_the_nearest_ones(lab: Office) -> None:
    shown = text_of(await show(lab.world, lab.world.yuki, "show chrun"))
    assert "I don't know an experiment chrun. Did you mean /experiment show churn?" in shown
    assert "MLflow didn't answer" not in shown
    shown = text_of(await show(lab.world, lab.world.yuki, f"show {'z' * 400}"))
    assert "Did you mean" not in shown
    assert "/experiment list shows all." in shown


async def test_a_brand_new_experiment_is_asked_of_mlflow_itself(lab: Office) -> None:
    fresh = lab.mlflow.experiment("sweep", {"primary_metric": "val_auc"})
    lab.trained(fresh, "shy-elk", val_auc=0.7)
    shown = text_of(await show(lab.world, lab.world.yuki, "show sweep"))
    assert "sweep · 1 run · primary metric val_auc (higher is better)" in shown
    assert "Best: shy-elk 0.7" in shown


async def test_list_names_every_experiment_with_its_runs(lab: Office) -> None:
    listed = text_of(await show(lab.world, lab.world.yuki, "list"))
    assert "churn · 4 runs · last activity 2026-10-18 14:20 UTC" in listed


@pytest.mark.parametrize("fault", ["cut", "silence"])
async def test_an_outage_shows_what_was_known_and_since_when(lab: Office, fault: str) -> None:
    world = lab.world
    read_at = int(world.clock().timestamp())
    await getattr(lab.to_mlflow, fault)()
    await lab.poll(minutes=40)
    shown = text_of(await show(world, world.yuki))
    failed_at = int(world.clock().timestamp())
    assert shown.startswith(f"MLflow hasn't answered since <!date^{failed_at}^")
    assert "This is what I knew then." in shown
    assert SCREEN[1] in shown
    assert f"MLflow as of <!date^{read_at}^" in shown
    await lab.to_mlflow.mend()
    await lab.poll()
    shown = text_of(await show(world, world.yuki))
    assert "hasn't answered" not in shown


async def test_a_name_that_only_a_silent_mlflow_could_know_is_answered_in_time(
    lab: Office,
) -> None:
    world = lab.world
    await lab.to_mlflow.silence()
    began = time.monotonic()
    ack = await world.yuki.command("/experiment", "show new-thing", channel=CHURN)
    acknowledged = time.monotonic() - began
    assert ack.text == "Reading MLflow…"
    other = await world.lena.command("/experiment", "help", channel=CHURN)
    assert "/experiment show churn" in other.text
    await world.app.listeners.drain()
    answered = time.monotonic() - began
    print(f"acknowledged after {acknowledged:.3f} s, answered after {answered:.2f} s")
    [_waiting, shown] = [text_of(m) for m in world.slack.ephemerals(world.yuki.id)]
    assert "I don't know an experiment new-thing" in shown
    assert "MLflow didn't answer just now, so it may be there without my knowing." in shown


async def test_a_silent_mlflow_ends_the_poll_without_holding_anybody_up(lab: Office) -> None:
    world = lab.world
    await lab.to_mlflow.silence()
    polling = asyncio.create_task(poll_mlflow.step(world.app.jobs, world.clock()))
    await world.slack.until(lambda: lab.to_mlflow.held)
    assert SCREEN[1] in text_of(await show(world, world.yuki))
    assert not polling.done()
    async with asyncio.timeout(timedelta(seconds=5 * DEADLINE).total_seconds()):
        await polling
    doctor = await world.yuki.command("/meridian", "doctor", channel=CHURN)
    assert doctor.ephemeral is not None
    assert "🔴 MLflow last read" in text_of(doctor.ephemeral)
