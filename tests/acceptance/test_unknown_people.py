"""Somebody whom the mirror doesn't hold, while Slack can't say who they are: nobody is let in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.privacy.audit_page import AuditFilter
from jobs import housekeeping
from tests.acceptance.harness import CHURN, World, meridian, start_standup
from tests.standins.slack import Person, text_of

NOT_NOW = "Slack can't tell me right now who you are"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A stand-up in the channel, and a guest who came since Slack was last asked."""
    async with meridian(tmp_path) as found:
        found.lena.user.is_admin = True
        await housekeeping.step(found.app.jobs, found.clock())
        await start_standup(found.lena)
        await found.lena.close(found.lena.modal)
        found.slack.add_user("U0GUEST", "guest", is_restricted=True)
        found.slack.ws.channels[CHURN].members.append("U0GUEST")
        yield found


async def told(person: Person, command: str, text: str) -> str:
    ack = await person.command(command, text, channel=CHURN)
    return text_of(ack.ephemeral) if ack.ephemeral else ack.text or ""


@pytest.mark.parametrize(
    "typed",
    [
        "/standup list",
        "/standup history",
        "/standup blocker No GPU",
        "/standup pause",
        "/experiment list",
        "/meridian me export",
        "/meridian doctor",
        "/alert list",
        "/alert silences",
        "/decide list",
        "/decide Buy GPUs",
        "/digest preview",
    ],
)
async def test_nobody_unknown_comes_in(world: World, typed: str) -> None:
    guest = world.slack.person("U0GUEST")
    command, _, text = typed.partition(" ")
    world.slack.fault("users.info", status=503, times=9)
    assert NOT_NOW in await told(guest, command, text)
    assert "Nothing was changed" in await told(guest, command, text)
    assert not guest.modals
    assert not world.slack.ws.files
    read = world.app.transactions.read
    wanted = AuditFilter(actor="U0GUEST")
    assert await read(lambda uow: uow.audit.page(world.workspace, wanted, 9)) == []
    [standup] = await read(lambda uow: uow.standups.all(world.workspace))
    assert not standup.paused


@pytest.mark.parametrize("code", ["internal_error", "missing_scope", "ratelimited"])
async def test_whatever_slack_says_but_that_there_is_no_such_person(
    world: World, code: str
) -> None:
    world.expect(code)
    world.slack.fault("users.info", error=code, times=9)
    assert NOT_NOW in await told(world.slack.person("U0GUEST"), "/standup", "list")


async def test_who_is_known_notices_nothing_and_help_answers_everybody(world: World) -> None:
    world.slack.fault("users.info", status=503, times=9)
    assert "Churn daily" in await told(world.yuki, "/standup", "list")
    assert "No stand-up" not in await told(world.yuki, "/standup", "history")
    said = await told(world.slack.person("U0GUEST"), "/standup", "help")
    assert "/standup" in said
    assert NOT_NOW not in said


async def test_a_guest_is_refused_as_a_guest_when_slack_is_back(world: World) -> None:
    guest = world.slack.person("U0GUEST")
    world.slack.fault("users.info", status=503)
    assert NOT_NOW in await told(guest, "/standup", "list")
    assert "Guests and people of other companies" in await told(guest, "/standup", "list")
    assert "guest was refused: /standup list" in await told(world.lena, "/meridian", "audit")
