"""Jira and MLflow accept connections and never answer, or refuse: nothing waits for them."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs import poll_jira, poll_mlflow
from tests.acceptance.harness import CHURN, START, World, instant, latest, start_standup
from tests.acceptance.outside_world import DEADLINE, Office, office, set_digest
from tests.standins.jira import API_TOKEN
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Json, text_of

MORNING = "2026-10-19T07:00Z"
"""Monday 09:00 in Berlin, when the digest is due."""

READ = "2026-10-18T14:01Z"


@pytest.fixture
async def calm(tmp_path: Path, mlflow: MlflowServer) -> AsyncIterator[Office]:
    """A digest with CHURN, a stand-up of five; both sources were read at 14:01 UTC."""
    async with office(tmp_path, mlflow, start=START) as found:
        await set_digest(found.world.lena, projects="CHURN")
        await start_standup(found.world.lena, post_mode="at_once")
        found.jira.create("CHURN", "Tune rate")
        found.trained(mlflow.experiment("churn", {"primary_metric": "val_auc"}), "a", val_auc=0.9)
        await found.poll()
        yield found


def moment(when: str) -> str:
    """How a message holds an instant."""
    return f"<!date^{int(instant(when).timestamp())}^"


def digest(world: World) -> Json:
    """The latest digest in the channel."""
    return latest([m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest")])


def footer(shown: Json) -> dict[str, str]:
    """What a digest says of each source, by its name."""
    parts = text_of(shown["blocks"][-1]).split(" · ")
    return {part.partition(" ")[0]: part for part in parts}


async def doctor(world: World) -> dict[str, str]:
    """What `/meridian doctor` says of each source, by its name."""
    ack = await world.lena.command("/meridian", "doctor", channel=CHURN)
    assert ack.ephemeral is not None
    lines = text_of(ack.ephemeral).splitlines()
    return {line.split()[1]: line for line in lines if line[0] in "🟢🔴"}


async def test_commands_answer_while_both_polls_hang(calm: Office) -> None:
    world, jobs = calm.world, calm.world.app.jobs
    world.expect("not_found")  # The report is sent before its form hears that both are silent.
    for line in (calm.to_jira, calm.to_mlflow):
        await line.silence()
    began = time.monotonic()
    polls = [
        asyncio.create_task(step(jobs, world.clock()))
        for step in (poll_jira.step, poll_mlflow.step)
    ]
    await world.slack.until(lambda: calm.to_jira.held and calm.to_mlflow.held)
    opened = time.monotonic()
    await world.yuki.command("/standup", channel=CHURN)
    print(f"/standup opened its modal after {time.monotonic() - opened:.3f} s")
    assert await world.yuki.submit(world.yuki.modal, answer_0="Not held up") is None
    await world.deliver()
    assert "(1 of 1)" in text_of(latest(world.slack.messages(CHURN)))
    for command, text in (
        ("/digest", "preview"),
        ("/experiment", "list"),
        ("/decide", "list"),
        ("/alert", "list"),
    ):
        assert (await world.lena.command(command, text, channel=CHURN)).text
    assert [poll.done() for poll in polls] == [False, False]
    async with asyncio.timeout(5 * DEADLINE):
        await asyncio.gather(*polls)
    print(f"both polls ended after {time.monotonic() - began:.2f} s")
    said = await doctor(world)
    assert "did not answer within" in said["Jira"]
    assert said["Jira"].startswith("🔴 Jira last read 2026-10-18 14:01 UTC: ")
    assert said["MLflow"].startswith("🔴 MLflow last read 2026-10-18 14:01 UTC: ")


@pytest.mark.parametrize(("fault", "polls"), [("silence", 1), ("cut", 2)])
async def test_the_digest_goes_out_and_names_what_it_could_not_read(
    calm: Office, fault: str, polls: int
) -> None:
    world = calm.world
    for line in (calm.to_jira, calm.to_mlflow):
        await getattr(line, fault)()
    await world.live_until("2026-10-19T06:50Z")
    for _ in range(polls):
        await calm.poll()
    await world.live_until(MORNING)
    said = footer(digest(world))
    assert set(said) == {"Jira", "MLflow"}
    for shown in said.values():
        assert f"since {moment('2026-10-19T06:51Z')}" in shown
        assert f"this is from {moment(READ)}" in shown
    assert "Not yet Yuki Tanaka" in text_of(digest(world))
    for line in (calm.to_jira, calm.to_mlflow):
        await line.mend()
    calm.jira.move("CHURN-1", "Done")
    await calm.poll()
    assert {line[0] for line in (await doctor(world)).values()} == {"🟢"}
    await world.live_until("2026-10-20T07:00Z")
    assert "CHURN-1 Tune rate · To do → Done" in text_of(digest(world))
    assert footer(digest(world))["Jira"].startswith(f"Jira as of {moment('2026-10-19T07:01Z')}")


async def test_what_was_never_read_is_said_to_be_so(tmp_path: Path, mlflow: MlflowServer) -> None:
    async with office(tmp_path, mlflow, start=START) as found:
        world = found.world
        await set_digest(world.lena, projects="CHURN")
        for line in (found.to_jira, found.to_mlflow):
            await line.silence()
        await found.poll()
        await world.live_until(MORNING)
        assert [m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest")] == []
        world.clock.advance(minutes=1)
        await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
        assert await world.lena.submit(world.lena.modal, outcome="It wins.") is None
        await world.live_until("2026-10-20T07:00Z")
        for said in footer(digest(world)).values():
            assert f"since {moment(READ)}" in said
            assert "this is from" not in said
        assert "Jira never read: Jira did not answer" in (await doctor(world))["Jira"]


async def test_settings_are_kept_unchecked_when_jira_says_nothing(calm: Office) -> None:
    world = calm.world
    await calm.to_jira.silence()
    await world.marcus.command("/digest", "settings", channel=CHURN)
    began = time.monotonic()
    assert await world.marcus.submit(world.marcus.modal, projects="CHURN, DATA") is None
    print(f"settings were answered after {time.monotonic() - began:.2f} s")
    saved = text_of(world.marcus.modal)
    assert "From Jira: CHURN, DATA, with " in saved
    assert "Jira didn't answer in time, so I haven't checked these keys." in saved


async def test_a_refused_token_is_named_until_it_is_renewed(calm: Office) -> None:
    world = calm.world
    calm.jira.token_expired = True
    await calm.poll()
    said = (await doctor(world))["Jira"]
    assert "🔴" in said
    assert "Make a new one and set JIRA_API_TOKEN." in said
    await world.live_until(MORNING)
    named = footer(digest(world))["Jira"]
    assert "Make a new one and set JIRA_API_TOKEN." in named
    assert f"this is from {moment(READ)}" in named
    assert API_TOKEN not in str(digest(world))

    calm.jira.token_expired = False
    await calm.poll()
    assert (await doctor(world))["Jira"].startswith("🟢 Jira read ")
    await world.live_until("2026-10-20T07:00Z")
    assert footer(digest(world))["Jira"].startswith("Jira as of ")


async def test_a_stopped_mlflow_does_not_hide_jira_nor_the_other_way_round(calm: Office) -> None:
    world = calm.world
    await calm.to_mlflow.cut()
    calm.jira.move("CHURN-1", "In progress")
    await calm.poll()
    await world.live_until(MORNING)
    assert "CHURN-1 Tune rate · new, In progress" in text_of(digest(world))
    said = await doctor(world)
    assert (said["Jira"][0], said["MLflow"][0]) == ("🟢", "🔴")
