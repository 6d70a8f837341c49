"""Jira from Slack: issues created from anywhere, shown, moved, commented on, assigned."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clients.jira import JiraTracker
from bot.ports.repositories import UnitOfWork
from bot.services import activity
from jobs import housekeeping, poll_jira
from tests.acceptance.harness import (
    CHURN,
    LENA,
    YUKI,
    World,
    instant,
    latest,
    meridian,
    start_standup,
)
from tests.issue_sight import let_see
from tests.standins.jira import JiraStandIn
from tests.standins.jira.forms import described
from tests.standins.slack import Json, Person, links_of, text_of

START = "2026-10-19T09:30Z"
TEAM = "customfield_10050"


@dataclass(kw_only=True)
class Office:
    """Meridian, and a Jira with project CHURN in which Lena is known."""

    world: World
    jira: JiraStandIn

    async def settle(self) -> None:
        """What was promised is shown, what was ordered is done."""
        await self.world.app.listeners.drain()
        await self.world.deliver()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with _office(tmp_path) as made:
        yield made


@asynccontextmanager
async def _office(folder: Path) -> AsyncIterator[Office]:
    async with JiraStandIn(clock=lambda: instant(START)) as jira:
        jira.add_project("CHURN", "Churn model")
        lena = jira.add_user("lena", "Lena Fischer", "Europe/Berlin")
        tracker = JiraTracker(jira.url, **jira.credentials)
        async with meridian(folder, start=START, issue_tracker=tracker, jira_url=jira.url) as world:
            jira.clock = world.clock
            await tracker.check()
            await housekeeping.step(world.app.jobs, world.clock())
            team = world.slack.ws.team_id
            known = (team, LENA, lena.account_id, lena.name)
            await world.app.transactions.write(activity.remember_jira, *known)
            await world.app.transactions.write(
                lambda uow: let_see(uow, CHURN, "CHURN", workspace=team, now=world.clock())
            )
            yield Office(world=world, jira=jira)


def block(view: Json, name: str) -> str:
    """The id of the block that asks for a field."""
    ids = [str(b["block_id"]) for b in view["blocks"] if b["type"] == "input"]
    return {field(each): each for each in ids}[name]


def field(block_id: str) -> str:
    """What a block asks for."""
    first, *rest = block_id.split(":")
    return rest[0] if first == "ask" else first


def typed_in(person: Person) -> dict[str, Any]:
    """What stands in each field of the open form."""
    found = {}
    for name, elements in person.modal["state"]["values"].items():
        [state] = elements.values()
        value = next(value for key, value in state.items() if key != "type")
        found[field(name)] = value["value"] if isinstance(value, dict) else value
    return found


async def test_a_message_becomes_an_issue_and_its_thread_reads_the_key(office: Office) -> None:
    world, lena = office.world, office.world.lena
    office.jira.forms.asks(
        "CHURN", "Bug", described(TEAM, "Team", "option", allowed={"11": "Data", "12": "Models"})
    )
    said = world.yuki.say(CHURN, "*Recall* dropped on mobile. Since <https://x.test|v7>.")
    await lena.shortcut("issue.from_message", said)
    await office.settle()
    filled = typed_in(lena)
    assert (filled["project"], filled["type"], filled["assignee"]) == ("CHURN", "Task", LENA)
    assert filled["summary"] == "Recall dropped on mobile"
    assert "From a message of Yuki Tanaka:" in filled["description"]
    assert f"/archives/{CHURN}/p{said['ts'].replace('.', '')}" in filled["description"]

    lena.fill(lena.modal, summary="Recall on mobile")
    await lena.choose(lena.modal, block(lena.modal, "type"), "Bug")
    assert typed_in(lena)["summary"] == "Recall on mobile"
    answers = {block(lena.modal, TEAM): "12"}
    assert await lena.submit(lena.modal, **answers) is None
    await office.settle()

    [ticket] = office.jira.tickets.values()
    assert (ticket.summary, ticket.issue_type) == ("Recall on mobile", "Bug")
    assert ticket.assignee is not None
    assert ticket.assignee.name == "Lena Fischer"
    assert "Lena Fischer asked for this in Slack." in str(ticket.description)
    assert office.jira.forms.filled[ticket.key] == {TEAM: {"id": "12"}}
    reply = latest(world.slack.thread(CHURN, said["ts"]))
    assert text_of(reply) == "Lena Fischer created CHURN-1."
    assert f"{office.jira.url}/browse/CHURN-1" in links_of(reply)


async def test_what_jira_refuses_comes_back_with_what_was_typed(office: Office) -> None:
    lena = office.world.lena
    office.jira.faults.fail("createmeta", status=403, times=5)
    await lena.command("/meridian", "issue Retune the learning rate", channel=CHURN)
    await office.settle()
    assert "Jira is slow" in text_of(lena.modal)
    office.jira.forms.asks("CHURN", "Task", described(TEAM, "Team", "string", custom="textfield"))
    assert await lena.submit(lena.modal, description="It plateaus.") is None
    await office.settle()
    assert not office.jira.tickets
    told = latest(office.world.slack.messages(LENA))
    assert "Jira didn't create “Retune the learning rate”" in text_of(told)
    assert "Team is required" in text_of(told)

    office.jira.faults = type(office.jira.faults)()
    await lena.click(told, "issue.again")
    await office.settle()
    assert typed_in(lena)["description"] == "It plateaus."
    assert "Team is required" in text_of(lena.modal)
    assert await lena.submit(lena.modal, **{block(lena.modal, TEAM): "Models"}) is None
    await office.settle()
    assert [t.summary for t in office.jira.tickets.values()] == ["Retune the learning rate"]
    told = latest(office.world.slack.messages(LENA))
    assert text_of(told) == "CHURN-1 is created: Retune the learning rate"


async def test_a_blocker_gets_its_issue(office: Office) -> None:
    world = office.world
    await start_standup(world.lena)
    await world.ananya.command("/standup", "blocker GPU quota is used up", channel=CHURN)
    await world.deliver()
    card = latest(world.slack.messages(CHURN))
    await world.lena.click(card, "issue.new")
    await office.settle()
    assert typed_in(world.lena)["summary"] == "GPU quota is used up"
    assert await world.lena.submit(world.lena.modal) is None
    await office.settle()
    card = next(m for m in world.slack.messages(CHURN) if m["ts"] == card["ts"])
    assert "waits for CHURN-1" in text_of(card)
    assert "Create issue" not in repr(card["blocks"])
    assert text_of(latest(world.slack.thread(CHURN, card["ts"]))) == "Lena Fischer created CHURN-1."


async def test_an_issue_is_shown_moved_discussed_and_taken(office: Office) -> None:
    world, lena, jira = office.world, office.world.lena, office.jira
    key = jira.create("CHURN", "Tune <!channel>")
    jira.forms.steps["Done"] = [described("resolution", "Resolution", "resolution")]
    await lena.command("/meridian", f"issue {jira.url}/browse/{key}", channel=CHURN)
    await office.settle()
    card = latest(world.slack.ephemerals(LENA))
    assert "CHURN-1 Tune <!channel>" in text_of(card)
    assert "To do" in text_of(card)

    await lena.click(card, "issue.move")
    await office.settle()
    assert "Done: Resolution" in text_of(lena.modal)
    steps = next(b for b in lena.modal["blocks"] if b["type"] == "input")["element"]["options"]
    review = next(o["value"] for o in steps if o["text"]["text"] == "In review")
    assert await lena.submit(lena.modal, step=review) is None
    await office.settle()
    assert jira.ticket(key).status.name == "In review"
    assert text_of(latest(world.slack.messages(LENA))) == "CHURN-1 is now “In review”."

    await lena.click(card, "issue.comment")
    assert await lena.submit(lena.modal, said="Ready to look at.") is None
    jira.faults.drop(f"{key}/comment", after_write=True)
    await office.settle()
    world.clock.advance(minutes=2)
    await office.settle()
    assert [str(c.body) for c in jira.ticket(key).comments] == [
        "Lena Fischer (Slack): Ready to look at."
    ]
    assert text_of(latest(world.slack.messages(LENA))) == "CHURN-1 has your comment."

    await lena.click(card, "issue.mine")
    await office.settle()
    assignee = jira.ticket(key).assignee
    assert assignee is not None
    assert assignee.name == "Lena Fischer"
    await lena.command("/meridian", f"issue {key}", channel=CHURN)
    await office.settle()
    assert "issue.mine" not in repr(latest(world.slack.ephemerals(LENA)))
    ack = await lena.command("/meridian", f"issue {key} CHURN-2", channel=CHURN)
    assert "I show one issue at a time: `/meridian issue CHURN-1`." in ack.text
    await lena.click(card, "issue.assign")
    refused = await lena.submit(lena.modal, person=YUKI)
    assert refused is not None
    assert "I don't know who Yuki Tanaka is in Jira" in refused["person"]


async def test_a_step_doesnt_take_back_what_a_colleague_did_while_it_was_chosen(
    office: Office,
) -> None:
    world, lena, jira = office.world, office.world.lena, office.jira
    key = jira.create("CHURN", "Tune")
    await lena.command("/meridian", f"issue {key}", channel=CHURN)
    await office.settle()
    await lena.click(latest(world.slack.ephemerals(LENA)), "issue.move")
    await office.settle()
    steps = next(b for b in lena.modal["blocks"] if b["type"] == "input")["element"]["options"]
    review = next(o["value"] for o in steps if o["text"]["text"] == "In review")
    jira.move(key, "Done", by="lena")
    assert await lena.submit(lena.modal, step=review) is None
    await office.settle()
    assert jira.ticket(key).status.name == "Done"
    told = text_of(latest(world.slack.messages(LENA)))
    assert told == "Jira didn't move CHURN-1: it is in Done now, so I did nothing."


async def test_who_may_not_see_it_is_told_nothing_and_changes_nothing(office: Office) -> None:
    world, jira = office.world, office.jira
    jira.add_project("BOARD", "Board")
    jira.create("BOARD", "Secret")
    jira.create("CHURN", "Secret too", level="Board only")
    for key in ("BOARD-1", "CHURN-1", "BOARD-77"):
        ack = await world.lena.command("/meridian", f"issue {key}", channel=CHURN)
        await office.settle()
        shown = [text_of(m) for m in world.slack.ephemerals(LENA)]
        said = [ack.text, *shown]
        assert any(f"I don't see {key}" in each for each in said), said
        assert "Secret" not in repr(said)
    open_one = jira.create("CHURN", "Open")
    await world.lena.command("/meridian", f"issue {open_one}", channel=CHURN)
    await office.settle()
    card = latest(world.slack.ephemerals(LENA))
    team = world.slack.ws.team_id
    await world.app.transactions.write(
        lambda uow: let_see(uow, CHURN, workspace=team, now=world.clock() + timedelta(1))
    )
    await world.lena.click(card, "issue.mine")
    await office.settle()
    assert jira.ticket(open_one).assignee is None
    assert "No channel that you are in names" in repr(world.slack.ephemerals(LENA)[-1])


async def test_what_left_their_sight_is_not_touched_under_its_key(office: Office) -> None:
    world, lena, jira = office.world, office.world.lena, office.jira
    jira.add_project("HR")
    cards = {}
    for key in (jira.create("CHURN", "Office in Porto"), jira.create("CHURN", "Secret")):
        await lena.command("/meridian", f"issue {key}", channel=CHURN)
        await office.settle()
        cards[key] = latest(world.slack.ephemerals(LENA))
    moved, secret = cards
    await lena.click(cards[moved], "issue.comment")
    assert await lena.submit(lena.modal, said="Too many.") is None
    now = jira.relocate(moved, "HR")
    jira.secure(secret, "Managers")
    await office.settle()
    assert jira.ticket(now).comments == []
    assert "no such issue" in text_of(latest(world.slack.messages(LENA)))
    for key, card in cards.items():
        await lena.click(card, "issue.move")
        await office.settle()
        assert f"I don't see {key}" in text_of(lena.modal)
        assert [b for b in lena.modal["blocks"] if b["type"] == "input"] == []


async def test_a_pasted_link_is_answered_in_its_thread(office: Office) -> None:
    world, jira = office.world, office.jira
    key = jira.create("CHURN", "Tune", assignee="lena")
    await world.app.transactions.write(_switched_on, world.slack.ws.team_id)
    await poll_jira.step(world.app.jobs, world.clock())
    said = world.yuki.say(CHURN, f"What of <{jira.url}/browse/{key}>?")
    await world.slack.deliver_event({**said, "channel_type": "channel"})
    await world.slack.deliver_event({**said, "channel_type": "channel"})
    await office.settle()
    [line] = [m for m in world.slack.thread(CHURN, said["ts"]) if m["ts"] != said["ts"]]
    assert text_of(line) == f"{key} Tune · To do · Lena Fischer · Medium"


def _switched_on(uow: UnitOfWork, workspace: str) -> None:
    """Only then Jira is polled."""
    known = uow.digests.get(workspace, CHURN)
    assert known is not None
    choice = replace(known.choice, active=True)
    newer = replace(known, choice=choice, version=known.version + 1)
    assert uow.digests.change(newer, from_version=known.version)
