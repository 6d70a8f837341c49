"""Where things go wrong: one clear sentence, nothing lost, nothing done twice."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jobs import poll_mlflow
from tests.acceptance.harness import (
    CHURN,
    LENA,
    YUKI,
    World,
    latest,
    meridian,
    start_standup,
)
from tests.standins.slack import text_of

# The table of commands in the design, word by word.
WORDS = {
    "/standup": "new list edit status skip away back timezone blocker history wrapup mood rotation "
    "export pause resume duplicate delete help",
    "/decide": "list show search supersede review export why help",
    "/experiment": "list show compare watch unwatch tried hypothesis direction goal plan help",
    "/alert": "new list show edit delete test silence silences settings report help",
    "/digest": "now preview settings weekly sprint help",
    "/meridian": "connect issue trace me admin audit doctor help",
}
PAIRS = [(command, word) for command, words in WORDS.items() for word in words.split()]


@asynccontextmanager
async def silent_server() -> AsyncIterator[tuple[str, list[asyncio.StreamWriter]]]:
    """Accepts connections and never answers; its address and who is connected."""
    connected: list[asyncio.StreamWriter] = []

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.append(writer)

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", connected
    finally:
        for writer in connected:
            writer.close()
        server.close()


def drop_table(world: World, name: str) -> None:
    with sqlite3.connect(world.database_url.removeprefix("sqlite:///")) as connection:
        connection.execute(f"DROP TABLE {name}")
    connection.close()


def reference_in(sentence: str) -> str:
    found = re.search(r"reference ([0-9a-f]{8})", sentence)
    assert found, sentence
    return found[1]


async def test_an_unknown_word_gets_the_nearest_one_with_what_followed_it(world: World) -> None:
    ack = await world.yuki.command("/standup", "histry @tokyo", channel=CHURN)
    assert "I don't know *histry*" in ack.text
    assert "`/standup history @tokyo`" in ack.text
    assert "`/standup help`" in ack.text


async def test_a_word_like_no_other_gets_the_help_line(world: World) -> None:
    ack = await world.yuki.command("/standup", "<!channel>", channel=CHURN)
    assert "I don't know *&lt;!channel&gt;*" in ack.text
    assert "`/standup help`" in ack.text


async def test_case_and_blanks_do_not_matter(world: World) -> None:
    await world.yuki.command("/standup", "   NEW   ", channel=CHURN)
    assert world.yuki.modal["title"]["text"] == "New stand-up"


@pytest.mark.parametrize("command", WORDS)
async def test_help_lists_every_word(world: World, command: str) -> None:
    ack = await world.yuki.command(command, "help", channel=CHURN)
    assert ack.ephemeral is not None
    shown = text_of(ack.ephemeral)
    missing = [w for w in WORDS[command].split() if not re.search(rf"\b{w}\b", shown)]
    assert missing == []


@pytest.mark.parametrize("command", WORDS)
async def test_every_word_is_explained_by_help_behind_it(world: World, command: str) -> None:
    whole = text_of((await world.yuki.command(command, "help", channel=CHURN)).ephemeral or {})
    for word in WORDS[command].split():
        ack = await world.yuki.command(command, f"{word} help", channel=CHURN)
        assert not world.yuki.modals
        assert ack.ephemeral is not None
        shown = text_of(ack.ephemeral)
        assert set(shown.splitlines()) <= set(whole.splitlines())
        assert re.search(rf"\b{word}\b", shown)


@pytest.mark.parametrize(("command", "word"), PAIRS)
async def test_every_word_is_understood(world: World, command: str, word: str) -> None:
    ack = await world.yuki.command(command, word, channel=CHURN)
    assert "I don't know" not in ack.text
    assert "went wrong" not in ack.text
    assert ack.text or world.yuki.modals


async def test_an_unexpected_failure_keeps_the_form_open_and_gives_a_reference(
    world: World,
) -> None:
    world.expect("handler_failed")
    await start_standup(world.lena)
    await world.yuki.command("/standup", channel=CHURN)
    drop_table(world, "report")
    errors = await world.yuki.submit(world.yuki.modal, answer_0="An hour of work")
    assert errors is not None
    reference = reference_in(errors["answer_0"])
    assert "nothing was changed" in errors["answer_0"]
    typed = world.yuki.modal["state"]["values"]["answer_0"]["answer_0"]["value"]
    assert typed == "An hour of work"
    assert [e for e in world.errors if reference in e]


async def test_an_unexpected_failure_of_a_command_or_a_click_is_told_to_its_person(
    world: World,
) -> None:
    world.expect("handler_failed")
    await start_standup(world.lena)
    await world.live_until("2026-10-19T00:00Z")
    prompt = latest(world.slack.messages(YUKI))
    drop_table(world, "report")
    drop_table(world, "standup")
    ack = await world.yuki.command("/standup", "list", channel=CHURN)
    assert reference_in(ack.text)
    await world.yuki.click(prompt, "standup.skip")
    [told] = world.slack.ephemerals(YUKI)[1:]
    assert reference_in(told["text"]) != reference_in(ack.text)
    assert world.slack.ephemerals(LENA) == []


async def test_a_redelivered_command_acts_once(world: World) -> None:
    await start_standup(world.lena)
    await world.live_until("2026-10-19T00:00Z")
    await world.yuki.command("/standup", "skip", channel=CHURN)
    before = len(world.slack.ephemerals(YUKI))
    assert (await world.yuki.resend()).body == ""
    assert len(world.slack.ephemerals(YUKI)) == before


async def test_a_redelivered_command_opens_no_second_form(world: World) -> None:
    world.expect("exchanged_trigger_id")
    await world.yuki.command("/standup", "new", channel=CHURN)
    modal = world.yuki.modal
    assert (await world.yuki.resend()).body == ""
    assert [m["id"] for m in world.yuki.modals] == [modal["id"]]


async def test_a_redelivered_event_changes_nothing_more(world: World) -> None:
    payload = world.yuki.user.payload(world.clock(), with_email=False)
    for retry in range(3):
        reply = await world.slack.deliver_event(
            {"type": "user_change", "user": payload}, event_id="Ev01", retry=retry
        )
        assert reply.status == 200
    known = await world.app.transactions.read(lambda uow: uow.people.get("T0TEAM", YUKI))
    assert known is not None
    assert known.zone == "Asia/Tokyo"


async def test_a_form_that_opens_too_late_is_said_to_be_so(world: World) -> None:
    world.expect("expired_trigger_id")
    world.slack.fault("views.open", error="expired_trigger_id")
    ack = await world.yuki.command("/standup", "new", channel=CHURN)
    assert "took too long" in ack.text
    assert "Type the command again" in ack.text


@pytest.mark.parametrize("method", ["conversations.info", "users.info", "views.open"])
async def test_when_slack_fails_in_between_its_person_is_told(world: World, method: str) -> None:
    world.slack.fault(method, status=500)
    ack = await world.yuki.command("/standup", "new", channel=CHURN)
    assert "Nothing was changed." in ack.text
    assert world.yuki.modals == []


async def test_a_preview_that_crosses_with_a_newer_one_is_let_go(world: World) -> None:
    world.expect("hash_conflict")
    await world.yuki.command("/standup", "new", channel=CHURN)
    world.slack.fault("views.update", error="hash_conflict")
    await world.yuki.choose(world.yuki.modal, "wall_time", "10:00")
    assert world.slack.ephemerals(YUKI) == []
    assert await world.yuki.submit(world.yuki.modal, name="Still here") is None


async def test_a_button_of_something_that_is_gone_says_so(world: World) -> None:
    await start_standup(world.lena)
    await world.live_until("2026-10-19T00:00Z")
    prompt = latest(world.slack.messages(YUKI))
    with sqlite3.connect(world.database_url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE standup SET active = 0")
    connection.close()
    await world.yuki.click(prompt, "standup.answer")
    assert world.yuki.modals == []
    assert "isn't there any more" in latest(world.slack.ephemerals(YUKI))["text"]


async def test_who_we_are_is_not_asked_for_each_request(world: World) -> None:
    before = len(world.slack.called("auth.test"))
    people = [world.slack.person(user) for user in world.slack.ws.users if user != "U0MERIDIAN"]
    acks = await asyncio.gather(
        *(person.command("/standup", "list", channel=CHURN) for person in people * 4)
    )
    assert len(acks) == 20
    assert {ack.status for ack in acks} == {200}
    assert len(world.slack.called("auth.test")) == before


async def test_stand_ups_open_while_jira_and_mlflow_hang(tmp_path: Path) -> None:
    async with (
        silent_server() as (jira, at_jira),
        silent_server() as (mlflow, at_mlflow),
        meridian(
            tmp_path,
            jira_url=jira,
            jira_email="bot@example.com",
            jira_api_token="token",
            mlflow_tracking_uri=mlflow,
        ) as world,
    ):
        jobs = world.app.jobs
        assert jobs.issue_tracker is not None
        hanging = [
            asyncio.create_task(jobs.issue_tracker.updated_issues(("CHURN",), world.clock())),
            asyncio.create_task(poll_mlflow.step(jobs, world.clock())),
        ]
        await world.slack.until(lambda: at_jira and at_mlflow, seconds=30)  # MLflow's import
        world.expect("not_found")  # The report is sent before its form hears that MLflow is silent.
        await start_standup(world.lena, post_mode="at_once")
        await world.live_until("2026-10-19T00:00Z")
        await world.yuki.command("/standup", channel=CHURN)
        assert await world.yuki.submit(world.yuki.modal, answer_0="Not held up") is None
        await world.deliver()
        assert "(1 of 1)" in text_of(latest(world.slack.messages(CHURN)))
        for command in WORDS:
            await world.yuki.command(command, "help", channel=CHURN)
        assert [task.done() for task in hanging] == [False, False]
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
