"""`/digest`: one message at the channel's local morning, and only where there is news."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.alert_world import threshold_rule
from tests.acceptance.harness import CHURN, START, YUKI, World, instant, latest, start_standup
from tests.acceptance.outside_world import Office, office, set_digest
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import Json, links_of, mentions_of, text_of

MORNING = "2026-10-19T07:00Z"
"""Monday 09:00 in Berlin."""


@pytest.fixture
async def busy(tmp_path: Path, mlflow: MlflowServer) -> AsyncIterator[Office]:
    """A Jira with three old tickets of CHURN and one of SECRET, and a read experiment churn."""
    async with office(tmp_path, mlflow, start=START) as found:
        found.jira.add_project("SECRET", "Salaries")
        found.jira.clock = lambda: instant("2026-10-10T09:00Z")
        for title in ("Tune rate", "Try focal loss", "Clean labels"):
            found.jira.create("CHURN", title)
        found.jira.create("SECRET", "Raise for Lena")
        found.jira.clock = found.world.clock
        churn = mlflow.experiment("churn", {"primary_metric": "val_auc"})
        found.trained(churn, "first", val_auc=0.95)
        await found.poll()
        yield found


def digests(world: World) -> list[Json]:
    """The digests in the channel, oldest first."""
    return [m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest ")]


def head(shown: Json) -> str:
    """The big first line."""
    text: str = shown["blocks"][0]["text"]["text"]
    return text


async def decided(world: World, title: str) -> None:
    """News: Lena logs a decision."""
    await world.lena.command("/decide", title, channel=CHURN)
    assert await world.lena.submit(world.lena.modal, outcome="It wins.") is None
    await world.deliver()


async def answer(world: World, text: str = "") -> str:
    """What `/digest <text>` answers to Yuki only."""
    ack = await world.yuki.command("/digest", text, channel=CHURN)
    assert ack.ephemeral is not None
    return text_of(ack.ephemeral)


async def test_one_message_tells_of_everything_and_open_blockers_first(busy: Office) -> None:
    world, jira = busy.world, busy.jira
    await set_digest(world.lena, projects="churn")
    await start_standup(world.lena)
    await threshold_rule(world.lena)
    await world.live_until("2026-10-19T04:00Z")
    await world.yuki.click(latest(world.slack.messages(YUKI)), "standup.answer")
    await world.app.listeners.drain()
    assert await world.yuki.submit(world.yuki.modal, answer_0="Tuned", blocker="GPU quota") is None
    await decided(world, "Use LightGBM")
    for key, steps in (
        ("CHURN-1", ("In progress", "In review")),
        ("CHURN-2", ("In progress", "To do")),
        ("CHURN-3", ("Done",)),
        ("SECRET-1", ("Done",)),
    ):
        for status in steps:
            jira.move(key, status)
    jira.create("CHURN", "Brand new")
    churn = busy.mlflow.get("experiments/get-by-name", experiment_name="churn")["experiment"]
    busy.trained(churn["experiment_id"], "worse", val_auc=0.85)
    busy.trained(churn["experiment_id"], "broken", status="FAILED")
    await busy.poll()
    await world.live_until(MORNING)

    [shown] = digests(world)
    read = f"<!date^{int(instant('2026-10-19T04:01Z').timestamp())}^{{time}}|04:01 UTC>"
    assert text_of(shown).splitlines() == [
        "Digest · Mon 19 Oct",
        "Needs someone: Yuki Tanaka: GPU quota · B-1, new · asks nobody yet",
        "Decided: D-1 Use LightGBM · accepted",
        "Jira: 1 done, 1 moved, 1 new",
        "CHURN-3 Clean labels · To do → Done",
        "CHURN-1 Tune rate · To do → In review",
        "CHURN-4 Brand new · new, To do",
        "Runs: 2 finished, 1 failed",
        "churn: best val_auc 0.95 (higher is better) · first",
        "Failed: broken in churn",
        "Alerts: 1 open",
        "A-1 churn: val_auc 0.85 is below 0.9 · warning, since 2026-10-19 04:01 UTC"
        " · nobody has acknowledged it",
        "Stand-up: Reported Yuki Tanaka · Not yet Ananya Rao",
        "Details",
        "For stakeholders",
        "Fri 16 Oct",
        f"Jira as of {read} · MLflow as of {read}",
    ]
    assert shown["text"].startswith("Digest Mon 19 Oct: 1 needs someone, 1 open alert, ")
    assert len(text_of(shown).splitlines()) <= 20
    assert mentions_of(shown) == set()
    assert f"{busy.to_jira.url}/browse/CHURN-1" in links_of(shown)
    assert "SECRET" not in str(shown)


async def test_what_was_told_once_is_not_told_again(busy: Office) -> None:
    world = busy.world
    await set_digest(world.lena, projects="CHURN")
    busy.jira.move("CHURN-1", "In progress")
    await busy.poll()
    await world.live_until(MORNING)
    await world.tick()
    busy.jira.move("CHURN-1", "Done")
    await busy.poll()
    await world.live_until("2026-10-20T07:00Z")
    await world.live_until("2026-10-21T07:00Z")
    first, second = digests(world)
    assert "CHURN-1 Tune rate · To do → In progress" in text_of(first)
    assert head(second) == "Digest · Tue 20 Oct"
    assert "CHURN-1 Tune rate · In progress → Done" in text_of(second)
    assert "Runs" not in text_of(second)


async def test_nothing_to_say_nothing_posted(busy: Office) -> None:
    world = busy.world
    await set_digest(world.lena, experiments="")
    await world.live_until(MORNING)
    before = len(digests(world))
    await busy.poll()
    await world.live_until("2026-10-23T07:00Z")
    assert len(digests(world)) == before
    for word in ("preview", "now"):
        said = await answer(world, word)
        assert said.startswith("Nothing to report since <!date^")
        assert "MLflow as of" in said
    await world.deliver()
    assert len(digests(world)) == before


async def test_preview_is_mine_and_now_is_everybodys(busy: Office) -> None:
    world = busy.world
    await set_digest(world.lena, projects="CHURN")
    busy.jira.move("CHURN-3", "Done")
    await busy.poll()
    seen = await answer(world, "preview")
    assert "CHURN-3 Clean labels · To do → Done" in seen
    assert "A preview that only you see." in seen
    await world.deliver()
    assert digests(world) == []
    assert await answer(world, "now") == "Here it comes."
    await world.yuki.resend()
    await world.deliver()
    [posted] = digests(world)
    assert "CHURN-3 Clean labels · To do → Done" in text_of(posted)
    await world.live_until(MORNING)
    assert len(digests(world)) == 2, "the morning stays as it was"


async def test_the_local_hour_stays_when_the_clocks_change(busy: Office) -> None:
    world = busy.world
    await set_digest(world.lena, time="09:30")
    for day, due in (("Fri 23 Oct", "2026-10-23T07:30Z"), ("Mon 26 Oct", "2026-10-26T08:30Z")):
        await world.live_until(instant(due).replace(minute=29).isoformat())
        await decided(world, f"Just before {day}")
        before = [head(m) for m in digests(world)]
        assert f"Digest · {day}" not in before
        await world.live_until(due)
        assert [head(m) for m in digests(world)] == [*before, f"Digest · {day}"]


async def test_in_a_zone_where_it_is_another_day_the_date_is_the_channels(busy: Office) -> None:
    world = busy.world
    await set_digest(world.yuki, time="07:00")
    await decided(world, "Early")
    await world.live_until("2026-10-18T22:00Z")
    assert [head(m) for m in digests(world)] == ["Digest · Mon 19 Oct"]


async def test_settings_propose_my_zone_and_say_when_the_next_one_comes(busy: Office) -> None:
    world = busy.world
    assert "No daily digest comes here." in await answer(world)
    await world.lena.command("/digest", "settings", channel=CHURN)
    typed = world.lena.modal["state"]["values"]
    assert typed["zone"]["zone"]["value"] == "Europe/Berlin"
    assert typed["time"]["time"]["selected_time"] == "09:30"
    assert await world.lena.submit(world.lena.modal, time="08:15", projects="churn") is None
    due = int(instant("2026-10-19T06:15Z").timestamp())
    saved = text_of(world.lena.modal)
    assert "Mon–Fri at 08:15 Europe/Berlin" in saved
    assert f"<!date^{due}^" in saved
    assert "From Jira: CHURN, with titles" in saved
    assert f"<!date^{due}^" in await answer(world)


async def test_a_wrong_field_is_told_there_and_nothing_is_saved(busy: Office) -> None:
    world = busy.world
    for field, typed, sentence in (
        ("projects", "CHURN, C!", "C!: a project key looks like CHURN"),
        ("projects", "CHURN, CHURM", "I can't see CHURM in Jira."),
        ("projects", "<!channel>", "a project key looks like CHURN"),
        ("zone", "Berlin/Europe", "Berlin/Europe"),
        ("zone", "Europe/Berlim", "Europe/Berlin"),
        ("experiments", "churn\nchrun", "MLflow has no experiment called chrun"),
    ):
        await world.lena.command("/digest", "settings", channel=CHURN)
        errors = await world.lena.submit(world.lena.modal, time="08:15", **{field: typed})
        assert errors is not None
        assert list(errors) == [field]
        assert sentence in errors[field]
        assert world.lena.modal["state"]["values"]["time"]["time"]["selected_time"] == "08:15"
        await world.lena.close(world.lena.modal)
    assert "No daily digest comes here." in await answer(world)


async def test_two_people_edit_and_the_second_chooses(busy: Office) -> None:
    world = busy.world
    await set_digest(world.lena)
    for person in (world.lena, world.marcus):
        await person.command("/digest", "settings", channel=CHURN)
    assert await world.lena.submit(world.lena.modal, time="10:00") is None
    assert await world.marcus.submit(world.marcus.modal, time="11:00", projects="CHURN") is None
    asked = world.marcus.modal
    assert "Lena Fischer changed this digest while you were typing." in text_of(asked)
    typed = asked["state"]["values"]
    assert typed["time"]["time"]["selected_time"] == "11:00"
    assert typed["projects"]["projects"]["value"] == "CHURN"
    assert "at 10:00 Europe/Berlin" in await answer(world)
    assert await world.marcus.submit(asked) is None
    assert "at 11:00 Europe/Berlin" in await answer(world)


async def test_saving_twice_changes_nothing_more(busy: Office) -> None:
    world = busy.world
    await set_digest(world.lena, time="10:00")
    await world.lena.resend()
    assert "at 10:00 Europe/Berlin" in await answer(world)
    await decided(world, "News")
    await world.live_until("2026-10-19T08:00Z")
    assert len(digests(world)) == 1


async def test_switched_off_it_stays_away(busy: Office) -> None:
    world = busy.world
    await set_digest(world.lena)
    await set_digest(world.lena, active="off")
    assert "It is switched off." in await answer(world)
    await decided(world, "News")
    await world.live_until("2026-10-21T07:00Z")
    assert digests(world) == []


async def test_where_the_bot_is_not_it_says_so_at_once(busy: Office) -> None:
    for word in ("settings", "now"):
        ack = await busy.world.lena.command("/digest", word, channel="C0LEADS")
        assert "/invite @Meridian" in ack.text
    assert busy.world.lena.modals == []


async def test_what_is_decided_while_the_digest_is_made_is_in_the_next_one(busy: Office) -> None:
    world = busy.world
    await set_digest(world.lena)
    await decided(world, "Keep the old features")
    await world.live_until(MORNING)
    await decided(world, "Use LightGBM")
    await world.live_until("2026-10-20T07:00Z")
    first, second = digests(world)
    assert ("Keep the old" in text_of(first), "LightGBM" in text_of(first)) == (True, False)
    assert ("Keep the old" in text_of(second), "LightGBM" in text_of(second)) == (False, True)
