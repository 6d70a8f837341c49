"""Texts of others that look like mentions, links and markup: shown as typed, and nothing more."""

import html
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jobs import housekeeping
from tests.acceptance.alert_world import alert_of, choose, sent
from tests.acceptance.decision_forms import send
from tests.acceptance.harness import CHURN, LENA, MARCUS, START, YUKI, World, latest, start_standup
from tests.acceptance.outside_world import Office, office, set_digest
from tests.standins.mlflow import HOSTILE_NAME as EVIL
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Json, Person, links_of, mentions_of, text_of

# MLflow allows neither / nor : in a model's name.
EVIL_MODEL = "<!channel> *x* <@U0LENA> @here"
RUN: dict[str, Any] = {
    "tags": {"registered_model": EVIL_MODEL},
    "params": {"note": EVIL},
    "user": EVIL,
}


@pytest.fixture
async def scene(tmp_path: Path, mlflow: MlflowServer) -> AsyncIterator[tuple[Office, str]]:
    """Yuki, a ticket, an experiment, its runs and a model bear such names; and the experiment."""
    async with office(tmp_path, mlflow, start=START) as found:
        found.world.slack.ws.users[YUKI].name = EVIL
        await housekeeping.step(found.world.app.jobs, found.world.clock())
        await set_digest(found.world.lena, projects="CHURN")
        found.jira.create("CHURN", EVIL)
        experiment = mlflow.experiment(EVIL, {"primary_metric": "val_auc"})
        run_id = found.trained(experiment, EVIL, val_auc=0.95, **RUN)
        mlflow.set_alias(EVIL_MODEL, "champion", mlflow.model_version(EVIL_MODEL, run_id))
        await found.poll()
        yield found, experiment


def check(found: Office, shown: Json, *typed: str, told: bool = True) -> None:
    """Shown exactly as typed, in the notification too where `told`; nobody pinged, no foreign
    link, and nothing in it that Slack would read as markup."""
    for text in typed or (EVIL,):
        assert text in text_of(shown), text_of(shown)
        if told:
            assert text in html.unescape(shown["text"]), shown["text"]
    assert mentions_of(shown) == set()
    ours = (found.to_mlflow.url, found.to_jira.url)
    assert [link for link in links_of(shown) if not link.startswith(ours)] == []
    for raw in ("<!channel>", "<https://evil", "<@U0LENA>"):
        assert raw not in str(_parsed(shown)), raw


def _parsed(shown: Json) -> list[str]:
    """Every text of a message that Slack parses: its own, and that of mrkdwn objects."""
    found: list[str] = []
    nodes: list[object] = [shown]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            if node.get("type") in ("mrkdwn", "message"):
                found.append(node["text"])
            nodes.extend(node.values())
        elif isinstance(node, list):
            nodes.extend(node)
    return found


async def told(world: World, person: Person, command: str, text: str) -> Json:
    """What a command answers in the end, to this person only."""
    await person.command(command, text, channel=CHURN)
    await world.app.listeners.drain()
    return latest(world.slack.ephemerals(person.id))


Scene = tuple[Office, str]


async def test_in_the_digest(scene: Scene) -> None:
    found, experiment = scene
    world = found.world
    found.trained(experiment, EVIL, status="FAILED", **RUN)
    await start_standup(
        world.lena, name=EVIL, questions=EVIL, participants=[YUKI], post_mode="at_once"
    )
    await world.live_until("2026-10-19T00:00Z")
    await world.yuki.click(latest(world.slack.messages(YUKI)), "standup.answer")
    await world.app.listeners.drain()
    check(found, world.yuki.modal, told=False)
    answers = {"answer_0": EVIL, "blocker": EVIL}
    assert await world.yuki.submit(world.yuki.modal, **answers) is None
    await world.lena.command("/decide", EVIL, channel=CHURN)
    assert await world.lena.submit(world.lena.modal, outcome=EVIL) is None
    found.jira.move("CHURN-1", "In review")
    await found.poll()
    seen = await told(world, world.lena, "/digest", "preview")
    await world.live_until("2026-10-19T07:00Z")
    posted = latest([m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest")])
    for shown in (seen, posted):
        lines = text_of(shown).splitlines()
        for line in (
            f"Stand-up: Reported {EVIL}",
            f"Decided: D-1 {EVIL} · accepted",
            f"CHURN-1 {EVIL} · new, In review",
            f"{EVIL}: best val_auc 0.95 (higher is better) · {EVIL}",
            f"Failed: {EVIL} in {EVIL}",
        ):
            assert line in lines
        assert any(line.startswith(f"Needs someone: {EVIL}: {EVIL} · B-1, new") for line in lines)
        check(found, shown, told=False)
    for shown in (*world.slack.messages(CHURN), *world.slack.messages(YUKI)):
        check(found, shown, told=False)
    [report] = [m for m in world.slack.messages(CHURN) if "reported" in m["text"]][:1]
    [entry] = world.slack.thread(CHURN, report["ts"])
    check(found, entry, told=False)


async def test_in_experiments(scene: Scene) -> None:
    found, experiment = scene
    found.trained(experiment, f"{EVIL} again", val_auc=0.9, **RUN)
    await found.poll()
    for typed in (EVIL, f'"{EVIL}"', experiment):
        shown = await told(found.world, found.world.lena, "/experiment", f"show {typed}")
        check(found, shown)
        assert f"1  {EVIL}  0.95" in text_of(shown)
        assert EVIL_MODEL[:20] in text_of(shown)
    for typed in ("list", "show"):
        check(found, await told(found.world, found.world.lena, "/experiment", typed), told=False)
    missing = await told(found.world, found.world.lena, "/experiment", f"show {EVIL}!")
    check(found, missing, f"{EVIL}!", f"/experiment show {EVIL}")


@pytest.mark.parametrize("kind", ["threshold", "regression"])
async def test_in_an_alert_on_that_runs_metric(scene: Scene, kind: str) -> None:
    found, experiment = scene
    world = found.world
    await world.lena.command("/alert", "new", channel=CHURN)
    await choose(world.lena, "kind", kind)
    if kind == "threshold":
        await choose(world.lena, "experiment", EVIL)
        await choose(world.lena, "metric", "val_auc")
        values = {"threshold": "0.9"}
    else:
        await choose(world.lena, "model", EVIL_MODEL)
        await choose(world.lena, "metric", "val_auc")
        values = {"abs_delta": "0.006", "for_evaluations": "1"}
    check(found, world.lena.modal, EVIL if kind == "threshold" else EVIL_MODEL, told=False)
    await sent(world.lena, **values)
    check(found, world.lena.modal, EVIL if kind == "threshold" else EVIL_MODEL, told=False)
    found.trained(experiment, EVIL, val_auc=0.5, **RUN)
    await found.poll()
    subject = EVIL if kind == "threshold" else EVIL_MODEL
    check(found, alert_of(world), subject)
    assert EVIL in text_of(alert_of(world))
    await world.yuki.click(alert_of(world), "alert.acknowledge")
    await world.deliver()
    check(found, alert_of(world), subject)
    assert EVIL in text_of(alert_of(world)), "who acknowledged it"
    found.trained(experiment, EVIL, val_auc=0.96, **RUN)
    await found.poll()
    for shown in world.slack.messages(CHURN):
        check(found, shown, subject)
    looking, ending = world.slack.thread(CHURN, alert_of(world)["ts"])
    check(found, looking, f"{EVIL} is looking at it.")
    check(found, ending, "✅ recovered")
    for typed in ("list", "show A-1"):
        check(found, await told(world, world.lena, "/alert", typed), subject, told=False)


async def test_in_decisions(scene: Scene) -> None:
    found, _ = scene
    world = found.world
    await world.lena.command("/decide", EVIL, channel=CHURN)
    check(found, world.lena.modal, told=False)
    parts = ("outcome", "context", "drivers", "options", "consequences")
    values = {**dict.fromkeys(parts, EVIL), "tags": "<!here>", "makers": [YUKI, MARCUS]}
    assert await send(world.lena, **values) is None
    await world.deliver()
    card = latest(world.slack.messages(CHURN))
    check(found, card, f"D-1 · {EVIL} · accepted")
    lines = text_of(card).splitlines()
    assert lines.count(EVIL) == len(parts)
    assert f"Makers {EVIL}, Marcus Reed" in lines
    assert "Tags <!here>" in lines
    await world.lena.click(card, "decision.details")
    check(found, world.lena.modal, told=False)
    await world.yuki.click(card, "decision.supersede")
    check(found, world.yuki.modal, told=False)
    check(found, await told(world, world.lena, "/decide", "show 1"), f"D-1 · {EVIL} · accepted")
    for typed in ("list", f"search {EVIL}"):
        check(found, await told(world, world.lena, "/decide", typed), told=False)
    check(found, await told(world, world.lena, "/decide", f"search {EVIL} nothing"))


async def test_in_roles_and_the_audit_log(scene: Scene) -> None:
    found, _ = scene
    world = found.world
    world.slack.ws.users[LENA].is_admin = True
    await housekeeping.step(world.app.jobs, world.clock())
    given = await told(world, world.lena, "/meridian", f"admin role <@{YUKI}> admin")
    check(found, given)
    await world.yuki.command("/decide", EVIL, channel=CHURN)
    assert await world.yuki.submit(world.yuki.modal, outcome=EVIL) is None
    for typed in ("admin", "audit", f"audit <@{YUKI}>"):
        check(found, await told(world, world.lena, "/meridian", typed), told=False)


async def test_in_commands_that_nobody_understands(scene: Scene) -> None:
    found, _ = scene
    for command, text, echo in (
        ("/standup", EVIL, "*<!channel>*"),
        ("/standup", f"histry {EVIL}", f"`/standup history {EVIL}`"),
        ("/alert", EVIL, "*<!channel>*"),
        ("/alert", f"show {EVIL}", "Name a rule"),
        ("/digest", EVIL, "*<!channel>*"),
        ("/experiment", f"histry {EVIL}", "*histry*"),
        ("/meridian", EVIL, "*<!channel>*"),
        ("/decide", "list <!channel>", "*<!channel>*"),
        ("/decide", "show <https://evil|Jira>", "Name a decision"),
    ):
        check(found, await told(found.world, found.world.lena, command, text), echo)


async def test_in_the_fields_of_a_form_that_is_refused(scene: Scene) -> None:
    world = scene[0].world
    await world.lena.command("/digest", "settings", channel=CHURN)
    errors = await world.lena.submit(world.lena.modal, zone=EVIL, projects="CHURN")
    assert errors is not None
    assert list(errors) == ["zone"]
    assert EVIL in errors["zone"], "plain text, as Slack shows errors"
