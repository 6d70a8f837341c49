"""The report's form: yesterday's plan, what Jira and MLflow know, open blockers, one tap where that
is enough."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from jobs import housekeeping
from tests.acceptance.harness import (
    ANANYA,
    CHURN,
    LENA,
    YUKI,
    World,
    latest,
    start_standup,
)
from tests.acceptance.outside_world import Office, office
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Json, Person, links_of, text_of

MON, TUE, WED = (f"2026-10-{day}T00:00Z" for day in (19, 20, 21))


def block(modal: Json, block_id: str) -> Json:
    [found] = [b for b in modal["blocks"] if b["block_id"] == block_id]
    return dict(found)


def typed(modal: Json, field: str) -> str:
    return str(modal["state"]["values"][field][field].get("value") or "")


def plan(modal: Json) -> list[str]:
    """The items of yesterday's plan that the form asks about."""
    return [b["label"]["text"] for b in modal["blocks"] if b["block_id"].startswith("plan_")]


def fields(modal: Json) -> list[str]:
    return [b["block_id"] for b in modal["blocks"] if b["type"] == "input"]


async def opened(person: Person) -> Json:
    await person.command("/standup", channel=CHURN)
    return person.modal


async def report(person: Person, *answers: str, **values: Any) -> None:
    modal = await opened(person)
    answered = {f"answer_{n}": text for n, text in enumerate(answers)}
    assert await person.submit(modal, **answered, **values) is None


async def two_plan(world: World) -> None:
    """Yuki and Ananya; on Monday Yuki plans three things."""
    await start_standup(world.lena, participants=[YUKI, ANANYA])
    await world.live_until(MON)
    await report(world.yuki, "Tuned lr", "- Write the sweep\n- Plot it\n* Ask Ana")
    await world.live_until(TUE)


def card(world: World) -> str:
    found = [text_of(m) for m in world.slack.messages(CHURN) if "All reports" in text_of(m)]
    return found[-1]


async def test_yesterdays_plan_is_asked_about_line_by_line(world: World) -> None:
    await two_plan(world)
    modal = await opened(world.yuki)
    assert plan(modal) == [f"You planned: {it}" for it in ("Write the sweep", "Plot it", "Ask Ana")]
    options = block(modal, "plan_0")["element"]["options"]
    assert [o["text"]["text"] for o in options] == ["done", "carry over", "dropped"]
    values = {"plan_0": "done", "plan_1": "carried", "plan_2": "dropped"}
    assert await world.yuki.submit(modal, answer_0="Sweep runs", answer_1="Rest", **values) is None
    await world.live_until("2026-10-20T09:00Z")
    thread = next(m for m in world.slack.messages(CHURN) if "Tue 20 Oct" in text_of(m))
    [entry] = world.slack.thread(CHURN, thread["ts"])
    lines = text_of(entry).splitlines()
    for line in ("Done: Write the sweep", "Carried over: Plot it", "Dropped: Ask Ana"):
        assert line in lines


async def test_what_is_carried_over_twice_shows_on_the_card_and_in_the_form(world: World) -> None:
    await two_plan(world)
    await report(world.yuki, "Nothing", plan_0="done", plan_1="carried", plan_2="done")
    await world.live_until("2026-10-20T09:00Z")
    assert "Carried over" not in card(world)
    await world.live_until(WED)
    modal = await opened(world.yuki)
    assert plan(modal) == ["You planned: Plot it"]
    assert block(modal, "plan_0")["hint"]["text"] == "Carried over once."
    assert await world.yuki.submit(modal, answer_0="Ill", plan_0="carried") is None
    await world.live_until("2026-10-21T09:00Z")
    assert card(world).splitlines()[1] == "🟡 Carried over twice: Plot it (Yuki Tanaka)"


async def test_an_edit_shows_what_was_said_of_the_plan(world: World) -> None:
    await two_plan(world)
    await report(world.yuki, "Sweep runs", plan_0="done", plan_1="carried")
    modal = await opened(world.yuki)
    assert modal["title"]["text"] == "Edit report"
    chosen = [
        modal["state"]["values"][f"plan_{n}"][f"plan_{n}"].get("selected_option") for n in range(3)
    ]
    assert [option and option["value"] for option in chosen] == ["done", "carried", None]


async def test_same_as_planned_fills_the_form_with_the_plan_as_done(world: World) -> None:
    await two_plan(world)
    prompt = latest(world.slack.messages(YUKI))
    assert "Last time you planned: Write the sweep · Plot it · Ask Ana" in text_of(prompt).replace(
        "\n", ""
    )
    await world.yuki.click(prompt, "standup.as_planned")
    modal = world.yuki.modal
    assert typed(modal, "answer_0") == "Write the sweep\nPlot it\nAsk Ana"
    values = modal["state"]["values"]
    done = [values[f"plan_{n}"][f"plan_{n}"]["selected_option"]["value"] for n in range(3)]
    assert done == ["done"] * 3
    assert await world.yuki.submit(modal) is None
    await world.live_until("2026-10-20T09:00Z")
    assert "Yuki Tanaka · Write the sweep (+2)" in card(world)


async def test_who_planned_nothing_has_nothing_to_say_as_planned(world: World) -> None:
    await start_standup(world.lena, participants=[YUKI])
    await world.live_until(MON)
    assert "Same as planned" not in text_of(latest(world.slack.messages(YUKI)))


async def test_an_open_blocker_is_kept_by_leaving_it_ticked(world: World) -> None:
    await start_standup(world.lena, participants=[YUKI, LENA])
    await world.live_until(MON)
    await report(world.yuki, "Tuned lr", blocker="GPU quota")
    await world.live_until(TUE)
    modal = await opened(world.yuki)
    assert "B-1 GPU quota" in text_of(block(modal, "still_blocked"))
    assert typed(modal, "blocker") == ""
    assert await world.yuki.submit(modal, answer_0="Waited") is None
    await world.live_until("2026-10-20T05:00Z")
    assert "is blocked: GPU quota" in card(world)


async def test_it_is_closed_by_unticking_it_and_a_new_one_raised(world: World) -> None:
    await start_standup(world.lena, participants=[YUKI, LENA])
    await world.live_until(MON)
    await report(world.yuki, "Tuned lr", blocker="GPU quota")
    await world.live_until(TUE)
    await report(world.yuki, "Trained", still_blocked=[], blocker="No labels")
    await world.live_until("2026-10-20T05:00Z")
    assert "is blocked: No labels" in card(world)
    assert "GPU quota" not in card(world)
    ack = await world.yuki.command("/standup", "blocker list", channel=CHURN)
    assert ack.ephemeral is not None
    assert "No labels" in text_of(ack.ephemeral)
    assert "GPU quota" not in text_of(ack.ephemeral)


async def test_an_edit_shows_its_own_blocker_once_and_emptying_it_closes_it(world: World) -> None:
    await start_standup(world.lena, participants=[YUKI, LENA])
    await world.live_until(MON)
    await report(world.yuki, "Tuned lr", blocker="GPU quota")
    await world.yuki.command("/standup", "blocker No labels", channel=CHURN)
    modal = await opened(world.yuki)
    assert typed(modal, "blocker") == "GPU quota"
    assert "GPU quota" not in text_of(block(modal, "still_blocked"))
    assert "B-2 No labels" in text_of(block(modal, "still_blocked"))
    assert await world.yuki.submit(modal, blocker="") is None
    ack = await world.yuki.command("/standup", "blocker list", channel=CHURN)
    assert ack.ephemeral is not None
    assert "GPU quota" not in text_of(ack.ephemeral)
    assert "No labels" in text_of(ack.ephemeral)


# With Jira and MLflow.


@pytest.fixture
async def busy(tmp_path: Path, mlflow: MlflowServer) -> AsyncIterator[Office]:
    """Since Friday Yuki moved three tickets, ran a sweep of twelve and decided one thing; nothing
    of it has been read yet. It is Monday 08:59 in Tokyo."""
    async with office(tmp_path, mlflow, start="2026-10-16T08:00Z") as found:
        world, jira = found.world, found.jira
        await start_for_project(world)
        keys = [jira.create("CHURN", summary) for summary in ("Drop leak", "Calibrate", "Compare")]
        experiment = mlflow.experiment("churn", {"primary_metric": "val_auc"})
        await found.poll()
        await housekeeping.step(world.app.jobs, world.clock())
        world.clock.move_to("2026-10-18T23:50Z")
        for key, status in zip(keys, ("Done", "In review", "In progress"), strict=True):
            jira.move(key, status, by="yuki")
        for n in range(12):
            found.trained(experiment, f"lr-search-{n}", val_auc=0.9 + n / 1000)
        await world.yuki.command("/decide", "Use LightGBM", channel=CHURN)
        assert await world.yuki.submit(world.yuki.modal, outcome="It is faster") is None
        world.clock.move_to("2026-10-18T23:59Z")
        yield found


async def start_for_project(world: World) -> None:
    await world.lena.command("/standup", "new", channel=CHURN)
    await world.lena.choose(world.lena.modal, "audience", "picked")
    await world.lena.click(world.lena.modal, "standup.more")
    values = {"participants": [YUKI, LENA], "projects": "CHURN"}
    assert await world.lena.submit(world.lena.modal, name="Churn daily", **values) is None


JIRA_LINES = [
    "CHURN-1 moved to Done: Drop leak",
    "CHURN-2 moved to In review: Calibrate",
    "CHURN-3 moved to In progress: Compare",
]
SWEEP = "12-run sweep lr-search: best val_auc 0.911"
DECISION = "Decided D-1: Use LightGBM"


async def test_the_form_opens_with_what_is_known_each_with_its_link(busy: Office) -> None:
    world = busy.world
    await busy.poll(minutes=0.1)
    await world.live_until(MON)
    modal = await opened(world.yuki)
    lines = typed(modal, "answer_0").splitlines()
    assert (lines[:3], lines[3][: len(SWEEP)], lines[4:]) == (JIRA_LINES, SWEEP, [DECISION])
    for path in ("/browse/CHURN-1", "/browse/CHURN-2", "/browse/CHURN-3"):
        assert f"{busy.to_jira.url}{path}" in links_of(modal)
    await world.app.listeners.drain()
    assert not any(b["block_id"] == "late" for b in world.yuki.modal["blocks"])
    kept = "\n".join([JIRA_LINES[1], "My own line"])
    assert await world.yuki.submit(world.yuki.modal, answer_0=kept) is None
    await world.live_until("2026-10-19T20:00Z")
    head = next(m for m in world.slack.messages(CHURN) if "All reports" in text_of(m))
    [entry] = world.slack.thread(CHURN, head["ts"])
    for shown in (head, entry):
        assert f"{busy.to_jira.url}/browse/CHURN-2" in links_of(shown)
        assert f"{busy.to_jira.url}/browse/CHURN-1" not in links_of(shown)
    assert "My own line" in text_of(entry)


async def test_the_prompt_says_what_was_found_too(busy: Office) -> None:
    world = busy.world
    await busy.poll(minutes=0.1)
    await world.live_until(MON)
    shown = text_of(latest(world.slack.messages(YUKI)))
    for line in (*JIRA_LINES, SWEEP, DECISION):
        assert line in shown


async def test_the_next_day_tells_only_what_came_since(busy: Office) -> None:
    world = busy.world
    await busy.poll(minutes=0.1)
    await world.live_until(MON)
    modal = await opened(world.yuki)
    await world.app.listeners.drain()
    assert await world.yuki.submit(modal) is None
    busy.jira.move("CHURN-3", "In review", by="yuki")
    await busy.poll()
    await world.live_until(TUE)
    modal = await opened(world.yuki)
    await world.app.listeners.drain()
    assert typed(modal, "answer_0") == "CHURN-3 moved to In review: Compare"


async def test_late_finds_are_appended_and_what_is_typed_stays(busy: Office) -> None:
    world = busy.world
    await world.live_until(MON)
    await busy.to_jira.slow_down(0.3)
    modal = await opened(world.yuki)
    assert typed(modal, "answer_0") == DECISION
    await world.yuki.type(modal, "answer_0", "I am still typ")
    before = fields(modal)
    await world.app.listeners.drain()
    modal = world.yuki.modal
    assert typed(modal, "answer_0") == "I am still typ"
    late = typed(modal, "late").splitlines()
    assert late[:3] == JIRA_LINES
    assert late[3].startswith(SWEEP)
    assert fields(modal) == [*before, "late"]
    values = {"answer_0": "I am still typing", "late": JIRA_LINES[0]}
    assert await world.yuki.submit(modal, **values) is None
    await world.live_until("2026-10-19T20:00Z")
    head = next(m for m in world.slack.messages(CHURN) if "All reports" in text_of(m))
    [entry] = world.slack.thread(CHURN, head["ts"])
    assert f"I am still typing\n{JIRA_LINES[0]}" in text_of(entry).replace("\n:", ":")
    assert f"{busy.to_jira.url}/browse/CHURN-1" in links_of(entry)


async def test_a_form_that_was_sent_before_the_late_finds_came_stays_sent(busy: Office) -> None:
    world = busy.world
    world.expect("not_found")
    await world.live_until(MON)
    await busy.to_jira.slow_down(0.3)
    modal = await opened(world.yuki)
    assert await world.yuki.submit(modal, answer_0="Quick") is None
    await world.app.listeners.drain()
    assert world.yuki.modals == []
    assert world.slack.ephemerals(YUKI) == []


@pytest.mark.parametrize("how", ["silent", "cut"])
async def test_where_jira_is_silent_or_down_the_form_opens_and_says_so(
    busy: Office, how: str
) -> None:
    world = busy.world
    await busy.poll(minutes=0.1)
    world.clock.move_to("2026-10-19T01:00Z")
    await world.tick()
    await (busy.to_jira.silence() if how == "silent" else busy.to_jira.cut())
    modal = await opened(world.yuki)
    assert typed(modal, "answer_0").splitlines()[:3] == JIRA_LINES
    await world.app.listeners.drain()
    assert "Jira hasn't answered since" in text_of(block(world.yuki.modal, "notes"))
    assert typed(world.yuki.modal, "answer_0") == typed(modal, "answer_0")
    assert await world.yuki.submit(world.yuki.modal) is None


async def test_two_windows_of_one_report_and_a_redelivery_are_one_report(busy: Office) -> None:
    world = busy.world
    await busy.poll(minutes=0.1)
    await world.live_until(MON)
    prompt = latest(world.slack.messages(YUKI))
    world.expect("exchanged_trigger_id")
    await world.yuki.click(prompt, "standup.answer")
    await world.yuki.resend()
    assert len(world.yuki.modals) == 1
    await world.app.listeners.drain()
    assert await world.yuki.submit(world.yuki.modal, answer_0="Once") is None
    await asyncio.gather(*(world.yuki.resend() for _ in range(3)))
    await world.live_until("2026-10-19T20:00Z")
    head = next(m for m in world.slack.messages(CHURN) if "All reports" in text_of(m))
    [entry] = world.slack.thread(CHURN, head["ts"])
    assert "edited" not in text_of(entry)
